"""Which modes can serve a cell, and why the others cannot: before any scoring, so that they cannot turn ranks round."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from bri_eval.checks import listing
from bri_eval.modes.cells import full_unit_cost
from bri_eval.modes.countries import check_economies, read_countries, read_scales

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bri_eval.modes.catalogue import Catalogue, Merchant, Mode, Segment
    from bri_eval.modes.countries import Country

RAIL_CORRIDORS = ("NELB", "CMREC", "CCAWAEC")
"""Corridors on which railways run from China to the west."""

RAIL_REGION = "Central & Eastern Europe"
SEA_REGIONS = ("Southeast Asia", "South Asia")


class Case(NamedTuple):
    """What a rule looks at: a partner and all its parcels, goods, a mode, and the merchant if there is one."""

    catalogue: Catalogue
    country: Country
    segment: Segment
    mode: Mode
    parcels: float
    merchant: Merchant | None


def feasible(
    catalogue: Catalogue,
    folder: str | Path,
    *,
    economies: Sequence[str],
    segments: Sequence[str] | None = None,
    merchant: str | None = None,
) -> pd.DataFrame:
    """Tell for every partner, segment and mode whether the mode can serve, and if not why.

    Parameters
    ----------
    catalogue
        From ``read_modes``.
    folder
        Holds the tables, among them ``economies.csv``.
    economies, segments
        Codes; all segments if not given.
    merchant
        Code of the merchant who chooses; without one, rules about what a merchant can and would pay say nothing.

    Returns
    -------
    DataFrame
        One row per (economy, segment, mode), in the order of the arguments and the catalogue; columns feasible; reason,
        "" or why not, by every rule that fails; rules, the names of these.

    Raises
    ------
    InputError
        For an unknown economy, segment or merchant, in the arguments or in the catalogue's lanes and exclusions.

    Examples
    --------
    >>> import bri_eval as be
    >>> catalogue = be.read_modes("data/modes.toml")
    >>> table = feasible(catalogue, "data/raw", economies=["KAZ"], segments=[catalogue.segments[0].code])
    >>> table["reason"].iloc[:3].tolist()
    ['', '', '']
    """
    check_economies(folder, catalogue.excluded, f"{catalogue.origin}: excluded")
    for mode, codes in catalogue.lanes.items():
        check_economies(folder, codes, f"{catalogue.origin}: lanes: {mode}")
    chosen = catalogue.chosen(segments)
    seller = None if merchant is None else catalogue.merchant(merchant)
    totals = read_scales(catalogue, folder, economies) * sum(segment.parcels for segment in catalogue.segments)
    cases = [
        Case(catalogue, country, segment, mode, totals[country.economy], seller)
        for country in read_countries(folder, economies).values()
        for segment in chosen
        for mode in catalogue.modes
    ]
    keys = [(case.country.economy, case.segment.code, case.mode.code) for case in cases]
    against = [reasons_against(case) for case in cases]
    columns = {
        "feasible": [not reasons for reasons in against],
        "reason": ["; ".join(reasons.values()) for reasons in against],
        "rules": [", ".join(reasons) for reasons in against],
    }
    return pd.DataFrame(columns, index=pd.MultiIndex.from_tuples(keys, names=["economy", "segment", "mode"]))


def reasons_against(case: Case) -> dict[str, str]:
    """Say why a mode cannot serve a case, by every rule that fails."""
    names = (*ALWAYS, *case.mode.rules, *(() if case.merchant is None else CHOOSING))
    reasons = {name: RULES[name](case) for name in names}
    return {name: reason for name, reason in reasons.items() if reason}


def switched_on(case: Case) -> str:
    """Refuse a planned mode."""
    return "planned, switched off" if case.mode.planned else ""


def partner_not_excluded(case: Case) -> str:
    """Refuse every mode to a partner that the catalogue excludes, with its reason."""
    reason = case.catalogue.excluded.get(case.country.economy)
    return "" if reason is None else f"partner excluded: {reason}"


def within_weight(case: Case) -> str:
    """Refuse parcels lighter or heavier than the mode carries, both limits included."""
    kg, mode = case.segment.kg, case.mode
    if kg < mode.min_kg:
        return f"{kg:g} kg, carries from {mode.min_kg:g} kg"
    return f"{kg:g} kg, carries to {mode.max_kg:g} kg" if kg > mode.max_kg else ""


def goods_carried(case: Case) -> str:
    """Refuse goods that the mode does not carry."""
    refused = [goods for goods in case.segment.goods if goods in case.mode.not_carried]
    return f"does not carry {listing(refused)} goods" if refused else ""


def enough_parcels(case: Case) -> str:
    """Refuse a mode whose least volume all parcels of the partner together do not reach."""
    least = case.mode.min_volume
    if least == 0 or case.parcels >= least:
        return ""
    if math.isnan(case.parcels):
        return f"demand not known, needs {least:g} parcels a {case.catalogue.period}"
    return f"{case.parcels:g} parcels a {case.catalogue.period}, needs {least:g}"


def within_budget(case: Case) -> str:
    """Refuse a mode whose fixed cost in one partner exceeds the merchant's budget."""
    if case.merchant is None or case.mode.fixed <= case.merchant.budget:
        return ""
    return f"fixed cost {case.mode.fixed:,.0f} beyond the budget of {case.merchant.budget:,.0f}"


def worth_sending(case: Case) -> str:
    """Refuse a mode whose full unit cost exceeds the value of the goods."""
    cost = full_unit_cost(case.mode, case.segment, case.catalogue.return_cost, case.parcels)
    value, currency = case.segment.value, case.catalogue.currency
    return f"costs {currency}{cost:,.2f}, more than the value of {currency}{value:,.2f}" if cost > value else ""


def border_with_china(case: Case) -> str:
    """Refuse a partner without a land border with China, or of which that is not recorded."""
    if case.country.borders_china is None:
        return "border with China not recorded"
    return "" if case.country.borders_china else "no land border with China"


def rail_corridor(case: Case) -> str:
    """Refuse a partner that is neither on a corridor with railways to the west nor in Central and Eastern Europe."""
    on = set(case.country.corridors) & set(RAIL_CORRIDORS)
    return "" if on or case.country.region == RAIL_REGION else "off the rail corridors and Central and Eastern Europe"


def coastal_asia(case: Case) -> str:
    """Refuse a partner that is landlocked or lies neither in Southeast nor in South Asia."""
    if case.country.region not in SEA_REGIONS:
        return "not in Southeast or South Asia"
    if case.country.landlocked is None:
        return "coast not recorded"
    return "landlocked" if case.country.landlocked else ""


def named_lane(case: Case) -> str:
    """Refuse a partner to which the lane table names no lane; without a table of the mode, lanes go everywhere."""
    lanes = case.catalogue.lanes.get(case.mode.code)
    return "" if lanes is None or case.country.economy in lanes else "no lane to the partner"


ALWAYS = ("switched_on", "partner_not_excluded", "within_weight", "goods_carried", "enough_parcels")
"""Rules that hold for every mode."""

CHOOSING = ("worth_sending",)
"""Rules that hold for every mode when a merchant chooses."""

RULES: dict[str, Callable[[Case], str]] = {
    "switched_on": switched_on,
    "partner_not_excluded": partner_not_excluded,
    "within_weight": within_weight,
    "goods_carried": goods_carried,
    "enough_parcels": enough_parcels,
    "within_budget": within_budget,
    "worth_sending": worth_sending,
    "border_with_china": border_with_china,
    "rail_corridor": rail_corridor,
    "coastal_asia": coastal_asia,
    "named_lane": named_lane,
}
"""Rules of feasibility: each gives the reason against a case, or "" if there is none."""
