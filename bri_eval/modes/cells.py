"""What each mode costs, takes and risks in each cell: a partner and a segment of goods."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, bind, listing, unknown
from bri_eval.files import read_numbers
from bri_eval.modes.countries import read_countries, read_scales
from bri_eval.modes.modifiers import MODIFIERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bri_eval.evaluation import Evaluation
    from bri_eval.modes.catalogue import Catalogue, Mode, Segment
    from bri_eval.modes.countries import Country

CARD = ("days", "loss", "return_ease", "coverage", "exposure", "fixed")
"""What a cell takes over from the card of its mode, fitted to the partner."""


def unit_cost(mode: Mode, segment: Segment, return_cost: float) -> float:
    r"""Return the price of sending one parcel, returns included, without fixed cost.

    :math:`s (b + k w)(1 + c r (1 - e))`, with the surcharge s for the goods, price b of a parcel and k of a kilogram,
    weight w, return rate r, return ease e, and ``return_cost`` c.

    Parameters
    ----------
    mode, segment
        From a catalogue. Of several surcharges that apply the product counts.
    return_cost
        Cost of a return that is not easy at all, over the price of sending.

    Examples
    --------
    >>> from bri_eval.modes.catalogue import Mode, Segment
    >>> post = Mode(code="post", base=2.0, per_kg=8.0, days=25.0, loss=0.04, return_ease=0.1, coverage=0.9)
    >>> light = Segment(code="light", kg=0.4, value=20.0, target_days=20.0, cost_limit=0.25, loss_tolerance=0.04,
    ...                 return_rate=0.05, parcels=500.0)
    >>> round(unit_cost(post, light, 1.5), 4)
    5.551
    """
    surcharge = np.prod([mode.surcharge.get(goods, 1.0) for goods in segment.goods])
    price = surcharge * (mode.base + mode.per_kg * segment.kg)
    return float(price * (1 + return_cost * segment.return_rate * (1 - mode.return_ease)))


def full_unit_cost(mode: Mode, segment: Segment, return_cost: float, parcels: float) -> float:
    """Return the unit cost with the fixed cost spread over all parcels of the partner in a period."""
    if mode.fixed == 0:
        return unit_cost(mode, segment, return_cost)
    return unit_cost(mode, segment, return_cost) + (mode.fixed / parcels if parcels != 0 else math.inf)


def cell_table(
    catalogue: Catalogue,
    folder: str | Path,
    *,
    economies: Sequence[str],
    segments: Sequence[str] | None = None,
    evaluation: Evaluation | None = None,
    year: int | None = None,
) -> pd.DataFrame:
    """Tabulate costs, times and risks of every mode in every cell, feasible or not.

    Parameters
    ----------
    catalogue
        From ``read_modes``.
    folder
        Holds the tables.
    economies, segments
        Codes; all segments if not given.
    evaluation, year
        An index whose raw values of a year fit the cards to the partners; without one the cards hold as they stand.

    Returns
    -------
    DataFrame
        Indexed by (economy, segment, mode). Columns: unit_cost; full_unit_cost, with the fixed cost spread over all
        parcels of the partner; days; loss; return_ease; coverage; exposure; fixed; parcels of the cell and of the
        partner; value of a parcel; cost_limit, as a share of the value, with the factor of the income group;
        target_days; loss_tolerance. NaN where an indicator or the demand of the partner is missing.

    Raises
    ------
    InputError
        For an unknown name, an indicator that the evaluation does not have, an income group without factor, or a
        modified card that is impossible, such as a time of 0 days or less.
    """
    countries = read_countries(folder, economies)
    chosen = catalogue.chosen(segments)
    scales = read_scales(catalogue, folder, economies).to_numpy()
    factors = np.array([income_factor(catalogue, country) for country in countries.values()])
    cards = fitted_cards(catalogue, folder, list(countries), evaluation, year)
    totals = scales * sum(segment.parcels for segment in catalogue.segments)
    columns = {
        **_costs(catalogue, chosen, totals),
        **{name: card[:, None, :] for name, card in cards.items()},
        "parcels": scales[:, None, None] * _asked(chosen, "parcels"),
        "partner_parcels": totals[:, None, None],
        "value": _asked(chosen, "value"),
        "cost_limit": factors[:, None, None] * _asked(chosen, "cost_limit"),
        "target_days": _asked(chosen, "target_days"),
        "loss_tolerance": _asked(chosen, "loss_tolerance"),
    }
    codes = [list(countries), [segment.code for segment in chosen], [mode.code for mode in catalogue.modes]]
    index = pd.MultiIndex.from_product(codes, names=["economy", "segment", "mode"])
    shape = tuple(map(len, codes))
    return pd.DataFrame({name: np.broadcast_to(cells, shape).ravel() for name, cells in columns.items()}, index=index)


def _costs(catalogue: Catalogue, segments: Sequence[Segment], totals: np.ndarray) -> dict[str, np.ndarray]:
    """Give unit costs without and with the fixed cost, spread over all parcels of the partner."""
    cost, modes = catalogue.return_cost, catalogue.modes
    plain = [[[unit_cost(mode, segment, cost) for mode in modes] for segment in segments]]
    full = [
        [[full_unit_cost(mode, segment, cost, total) for mode in modes] for segment in segments] for total in totals
    ]
    return {"unit_cost": np.array(plain), "full_unit_cost": np.array(full)}


def _asked(segments: Sequence[Segment], name: str) -> np.ndarray:
    """Give a number of every segment, on the second axis."""
    return np.array([getattr(segment, name) for segment in segments])[None, :, None]


def income_factor(catalogue: Catalogue, country: Country) -> float:
    """Give the factor on the limits of cost over value of a partner's income group; 1 without declared factors."""
    if not catalogue.income_factors:
        return 1.0
    if country.income_group not in catalogue.income_factors:
        raise InputError(
            f"{catalogue.origin}: income_factors of '{country.economy}': "
            f"{unknown('income group', country.income_group, catalogue.income_factors)}"
        )
    return float(catalogue.income_factors[country.income_group])


def fitted_cards(
    catalogue: Catalogue, folder: str | Path, economies: Sequence[str], evaluation: Evaluation | None, year: int | None
) -> dict[str, np.ndarray]:
    """Fit the cards to the partners by modifiers and coverage columns: economies x modes of each quantity."""
    values = None if evaluation is None else modifier_values(catalogue, evaluation, year, economies)
    cards = [_fitted(mode, catalogue, folder, list(economies), values, year) for mode in catalogue.modes]
    return {name: np.column_stack([card[name] for card in cards]) for name in CARD}


def modifier_values(
    catalogue: Catalogue, evaluation: Evaluation, year: int | None, economies: Sequence[str]
) -> pd.DataFrame:
    """Give the raw values, economies x indicators, that the modifiers of the modes need; NaN where missing."""
    panel, origin = evaluation.panel, evaluation.framework.origin
    used = dict.fromkeys(name for mode in catalogue.modes for name in mode.modifiers)
    for name in used:
        absent = [code for code in MODIFIERS[name].indicators if code not in panel.columns]
        if absent:
            raise InputError(
                f"{catalogue.origin}: modifier '{name}' needs {listing(absent)}, which {origin} does not have; take an "
                "index that has, or the modifier out of the modes"
            )
    years = sorted(set(panel.index.get_level_values("year")))
    if year not in years:
        raise InputError(f"year is {year}; the index has {listing(years)}")
    codes = list(dict.fromkeys(code for name in used for code in MODIFIERS[name].indicators))
    return panel.loc[panel.index.get_level_values("year") == year, codes].droplevel("year").reindex(list(economies))


def _fitted(
    mode: Mode,
    catalogue: Catalogue,
    folder: str | Path,
    economies: list[str],
    values: pd.DataFrame | None,
    year: int | None,
) -> dict[str, np.ndarray]:
    """Fit the card of one mode to every partner."""
    card = {name: np.full(len(economies), float(getattr(mode, name))) for name in CARD}
    if mode.coverage_source:
        reach = of_year(read_numbers(folder, mode.coverage_source), year) * mode.coverage_scale
        card["coverage"] = reach.reindex(economies).to_numpy()
    if values is not None:
        for name in mode.modifiers:
            quantity, indicators, rule = MODIFIERS[name]
            fit = bind(rule, catalogue.modifiers.get(name, {}))
            card[quantity] = fit(card[quantity], *(values[code].to_numpy() for code in indicators))
    _check_card(card, mode, economies)
    return card


def of_year(series: pd.Series, year: int | None) -> pd.Series:
    """Take a year of a series that has years."""
    if series.index.nlevels == 1:
        return series
    return series[series.index.get_level_values("year") == year].droplevel("year")


def _check_card(card: Mapping[str, np.ndarray], mode: Mode, economies: Sequence[str]) -> None:
    """Raise where a fitted card is impossible."""
    for name, least, most in (("days", 0.0, np.inf), ("loss", 0.0, 1.0), ("coverage", 0.0, 1.0)):
        bad = (card[name] < least) | (card[name] > most) | ((name == "days") & (card[name] == 0))
        if bad.any():
            at = int(np.argmax(bad))
            raise InputError(
                f"mode '{mode.code}' has {name} {card[name][at]:g} in '{economies[at]}' after its country modifiers; "
                "expected days above 0 and shares from 0 to 1: change the card or the modifier"
            )
