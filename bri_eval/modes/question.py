"""What a merchant asks of a mode programme: labelled tables on the one side, plain arrays on the other."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, listing, unknown
from bri_eval.modes.blocks import Options, options
from bri_eval.modes.catalogue import Demand
from bri_eval.modes.cells import cell_table
from bri_eval.modes.feasibility import feasible
from bri_eval.modes.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bri_eval.evaluation import Evaluation
    from bri_eval.modes.catalogue import Catalogue, Merchant

LEAST_SHARE = 0.05
"""Share of a cell that makes a mode used, where several are asked for."""

_NEEDED = ("parcels", "coverage", "days", "loss", "exposure")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Question:
    """Who sends what where.

    Parameters
    ----------
    catalogue, merchant, year
        Modes and segments, the merchant, and the year of the index that fits the cards, None if they are as they stand.
    economies, segments, modes
        Codes, in the order of the tables; the arrays have them sorted, so that no result depends on an order.
    at_least
        Modes that every cell must use.
    choice
        The options of every economy, and the problem.
    dropped
        One row per (economy, segment, mode) that is not feasible, with the reason.
    left_out
        Reason by economy, for those of which something is not known.
    """

    catalogue: Catalogue
    merchant: Merchant
    year: int | None
    economies: tuple[str, ...]
    segments: tuple[str, ...]
    modes: tuple[str, ...]
    at_least: int
    choice: Options
    dropped: pd.DataFrame
    left_out: pd.Series

    @property
    def problem(self) -> Problem:
        """The programme in arrays, labels sorted."""
        return self.choice.base

    def place(self, axis: str) -> np.ndarray:
        """Give the positions in the arrays of the economies, segments or modes of the tables."""
        labels = getattr(self, axis)
        return np.searchsorted(sorted(labels), labels)

    def with_budget(self, budget: float) -> Question:
        """Give the merchant another budget."""
        if not 0 < budget < np.inf:
            raise InputError(f"the budget is {budget:g}; expected a number above 0")
        base = dataclasses.replace(self.choice.base, budget=float(budget))
        return dataclasses.replace(self, choice=dataclasses.replace(self.choice, base=base))


def pose(
    catalogue: Catalogue,
    folder: str | Path,
    *,
    merchant: str,
    economies: Sequence[str],
    demand: Mapping[str, float] | None = None,
    risk: Mapping[str, float] | None = None,
    evaluation: Evaluation | None = None,
    year: int | None = None,
    at_least: int = 1,
) -> Question:
    """Put a question to the programme; see ``mode_mix`` for the parameters."""
    asked = _with_demand(catalogue, economies, demand)
    seller = asked.merchant(merchant)
    _check_request(economies, at_least, risk, evaluation)
    cells = cell_table(asked, folder, economies=economies, evaluation=evaluation, year=year)
    can = feasible(asked, folder, economies=economies)
    left_out = _left_out(cells, can["feasible"])
    kept = [code for code in economies if code not in left_out.index]
    if not kept:
        raise InputError(f"no economy can be planned for; '{economies[0]}', the first, lacks: {left_out.iloc[0]}")
    modes = tuple(mode.code for mode in asked.active)
    segments = tuple(segment.code for segment in asked.segments)
    index = pd.MultiIndex.from_product([sorted(kept), sorted(segments), sorted(modes)], names=cells.index.names)
    problem = _problem(asked, seller, cells.reindex(index), can["feasible"].reindex(index), _risks(risk, kept))
    _check_modes(problem, at_least, [sorted(kept), sorted(segments), sorted(modes)])
    return Question(
        catalogue=asked,
        merchant=seller,
        year=None if evaluation is None else year,
        economies=tuple(kept),
        segments=segments,
        modes=modes,
        at_least=at_least,
        choice=options(problem, at_least=at_least, least_share=LEAST_SHARE),
        dropped=can.loc[~can["feasible"], ["reason", "rules"]],
        left_out=left_out,
    )


def _with_demand(catalogue: Catalogue, economies: Sequence[str], demand: Mapping[str, float] | None) -> Catalogue:
    """Replace the demand of the catalogue by given scales."""
    if demand is None:
        return catalogue
    absent = [code for code in economies if code not in demand]
    if absent:
        raise InputError(f"demand says nothing of {listing(absent)}; give a scale for each economy")
    scale = {code: float(demand[code]) for code in demand}
    return dataclasses.replace(catalogue, demand=Demand(rule="given", scale=scale))


def _check_request(
    economies: Sequence[str], at_least: int, risk: Mapping[str, float] | None, evaluation: Evaluation | None
) -> None:
    """Check what is asked for before anything is read."""
    if isinstance(economies, str) or not len(economies):
        raise InputError(f"economies is {economies!r}; expected a list of codes, such as ['RUS', 'THA']")
    twice = [code for code in economies if list(economies).count(code) > 1]
    if twice:
        raise InputError(f"economies name '{twice[0]}' twice; name each once")
    if at_least < 1:
        raise InputError(f"at_least is {at_least}; expected 1 or more modes in every cell")
    if risk is not None and evaluation is not None:
        raise InputError(
            "risk is given, and an index whose political stability already scales the exposure; give one of the two"
        )


def _left_out(cells: pd.DataFrame, can: pd.Series) -> pd.Series:
    """Say for every economy that cannot be planned for what is not known of it."""
    reasons: dict[str, str] = {}
    missing = cells[list(_NEEDED)].isna() & can.to_numpy()[:, None]
    missing["parcels"] = cells["parcels"].isna()
    by_economy = missing.groupby(level="economy", sort=False).any()
    asked = cells["parcels"].groupby(level="economy", sort=False).sum() > 0
    for economy, gaps, wants in zip(by_economy.index, by_economy.to_numpy(), asked, strict=True):
        unknowns = [name for name, gap in zip(_NEEDED, gaps, strict=True) if gap]
        if unknowns or not wants:
            reasons[economy] = f"{', '.join(unknowns)} not known" if unknowns else "no parcels"
    return pd.Series(reasons, dtype=str, name="reason")


def _risks(risk: Mapping[str, float] | None, economies: Sequence[str]) -> np.ndarray:
    """Give the factors on the exposure, economies sorted; 1 if none are given."""
    if risk is None:
        return np.ones(len(economies))
    for code in economies:
        if code not in risk:
            raise InputError(f"risk: {unknown('economy', code, risk)}; give a factor for each economy")
        if not 0 <= risk[code] <= 1:
            raise InputError(f"risk of '{code}' is {risk[code]:g}; expected a factor from 0 to 1")
    return np.array([float(risk[code]) for code in sorted(economies)])


def _problem(
    catalogue: Catalogue, merchant: Merchant, cells: pd.DataFrame, can: pd.Series, risks: np.ndarray
) -> Problem:
    """Write the arrays of a programme; what is not feasible is 0."""
    shape = len(risks), len(catalogue.segments), len(catalogue.active)
    able = can.to_numpy().reshape(shape)
    full = {name: np.where(able, cells[name].to_numpy().reshape(shape), 0.0) for name in cells}
    asked = {
        name: cells[name].to_numpy().reshape(shape) for name in ("value", "cost_limit", "target_days", "loss_tolerance")
    }
    over = (
        full["unit_cost"] / (asked["value"] * asked["cost_limit"]),
        full["days"] / asked["target_days"],
        full["loss"] / asked["loss_tolerance"],
    )
    facility = _facilities(catalogue, full["fixed"].max(axis=1), np.asarray(able.any(axis=1)))
    return Problem(
        demand=cells["parcels"].to_numpy().reshape(shape)[:, :, 0],
        ceiling=full["coverage"],
        floor=np.zeros(shape),
        gaps=np.where(able, np.stack(over) - 1, 0.0),
        cost=full["unit_cost"],
        days=full["days"],
        exposed=full["exposure"] * asked["value"] * risks[:, None, None],
        budget=merchant.budget,
        risk_limit=merchant.risk_limit,
        facility=facility["facility"],
        fixed=facility["fixed"],
        capacity=facility["capacity"],
        least=facility["least"],
        host=facility["host"],
    )


def _facilities(catalogue: Catalogue, fixed: np.ndarray, able: np.ndarray) -> dict[str, np.ndarray]:
    """Set up a facility for each economy and mode that has a fixed cost, a capacity or a least volume."""
    cards = sorted(catalogue.active, key=lambda mode: mode.code)
    capacity = np.array([np.inf if mode.capacity is None else mode.capacity for mode in cards])
    least = np.array([mode.min_volume for mode in cards])
    needed = able & ((fixed > 0) | np.isfinite(capacity) | (least > 0))
    economy, mode = np.nonzero(needed)
    return {
        "facility": np.where(needed, np.cumsum(needed).reshape(needed.shape) - 1, -1),
        "fixed": fixed[needed],
        "capacity": capacity[mode],
        "least": least[mode],
        "host": economy,
    }


def _check_modes(problem: Problem, at_least: int, labels: Sequence[Sequence[str]]) -> None:
    """Raise at a cell that has fewer modes than it must use."""
    enough = (problem.ceiling >= LEAST_SHARE).sum(axis=2) >= at_least
    short = np.argwhere(~enough & (problem.demand > 0))
    if at_least > 1 and len(short):
        c, g = short[0]
        economies, segments, modes = labels
        found = [mode for mode, most in zip(modes, problem.ceiling[c, g], strict=True) if most >= LEAST_SHARE]
        raise InputError(
            f"economy '{economies[c]}', segment '{segments[g]}' has {len(found)} feasible modes ({listing(found)}) and "
            f"at_least is {at_least}; this constraint cannot be met in {len(short)} cells: ask for fewer modes"
        )
