"""The mode programme of one study: every merchant, order of goals and budget, single modes, all economies, pooling."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from operator import call
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bri_eval.modes.countries import read_countries
from bri_eval.modes.mix import ORDERS, mode_mix, solve
from bri_eval.modes.pooling import WAREHOUSES, pool
from bri_eval.modes.tradeoff import budget_path, pareto, single_modes, trade_off
from bri_eval.workers import each

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from bri_eval.evaluation import Evaluation
    from bri_eval.modes.catalogue import Catalogue
    from bri_eval.modes.mix import ModeMix
    from bri_eval.modes.pooling import Pool
    from bri_eval.modes.tradeoff import Comparison

    Watch = Callable[[str, int, int], None]

RISKS = {"RUS": 0.6, "THA": 0.4, "POL": 0.2}
"""Factors on the exposure in the test instance; 1 for others."""

STEPS = (0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0)
"""Budgets of the path over that of the middle merchant."""

CORRIDOR = "NELB"
"""Along which facilities are pooled: the New Eurasian Land Bridge."""

POINTS = 7
"""Of the front of cost and time."""

TINY = 1e-6
"""Deviations that differ by less are equal."""

CAUTIOUS, SERVICE = "cautious", "service"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mixes:
    """What the mode programme says of one study.

    Parameters
    ----------
    plans
        By (merchant, order) in the test instance, ``ORDERS`` for each merchant.
    everywhere
        Over all economies for the middle merchant, in the cautious order.
    trade_offs
        By merchant in the test instance: every order of P2 to P5.
    fronts
        By merchant, the middle one and the one with the largest budget: cost and time in the test instance.
    path
        The middle merchant's cautious plan under other budgets.
    singles
        Single modes beside the service plan of the merchant with the largest budget.
    corridor, pool
        Members of a corridor who share warehouses, in the cautious order of the middle merchant, with cards fitted to
        the partners; None with fewer than two members or without a warehouse.
    """

    plans: Mapping[tuple[str, str], ModeMix] = field(repr=False)
    everywhere: ModeMix = field(repr=False)
    trade_offs: Mapping[str, Comparison] = field(repr=False)
    fronts: Mapping[str, Comparison] = field(repr=False)
    path: Comparison = field(repr=False)
    singles: pd.DataFrame = field(repr=False)
    corridor: str
    pool: Pool | None = field(repr=False)


def mix_all(
    catalogue: Catalogue,
    tables: str | Path,
    evaluation: Evaluation,
    *,
    year: int,
    instance: Mapping[str, float],
    middle: str,
    largest: str,
    corridor: str = CORRIDOR,
    watch: Watch | None = None,
) -> Mixes:
    """Solve every programme of a study.

    Parameters
    ----------
    catalogue, tables, evaluation, year, instance
        As in ``decide``.
    middle, largest
        Codes of merchants.
    corridor
        Along which facilities are pooled.
    watch
        Called with the name of what is counted, how many are done, and of how many.
    """
    tell = watch or _silent
    plans = _plans(catalogue, tables, instance, tell)
    fitted: dict[str, Any] = {"evaluation": evaluation, "year": year, "merchant": middle}
    economies = sorted(set(evaluation.panel.index.get_level_values("economy")))
    tell("all economies", 0, 1)
    everywhere = mode_mix(catalogue, tables, economies=economies, **fitted)
    budgets = [step * catalogue.merchant(middle).budget for step in STEPS]
    merchants, ends = [merchant.code for merchant in catalogue.merchants], list(dict.fromkeys((middle, largest)))
    asked = [
        *((trade_off, plans[code, CAUTIOUS]) for code in merchants),
        *((partial(pareto, points=POINTS), plans[code, CAUTIOUS]) for code in ends),
        (budget_path, plans[middle, CAUTIOUS], budgets),
        (single_modes, plans[largest, SERVICE]),
    ]
    found = []
    for answer in each(call, asked):
        found.append(answer)
        tell("comparisons of plans", len(found), len(asked))
    compared: list[Any] = found[: len(merchants) + len(ends)]
    tell("pooling", 0, 1)
    return Mixes(
        plans=plans,
        everywhere=everywhere,
        trade_offs=dict(zip(merchants, compared, strict=False)),
        fronts=dict(zip(ends, compared[len(merchants) :], strict=True)),
        path=found[-2],
        singles=found[-1],
        corridor=corridor,
        pool=_pooled(catalogue, tables, corridor, everywhere.question.economies, fitted),
    )


def _silent(what: str, done: int, total: int) -> None:
    """Tell nobody."""


def _plans(
    catalogue: Catalogue, tables: str | Path, instance: Mapping[str, float], tell: Watch
) -> dict[tuple[str, str], ModeMix]:
    """Plan for every merchant and order in the test instance."""
    risk = {code: RISKS.get(code, 1.0) for code in instance}
    plans = {}
    for done, merchant in enumerate(catalogue.merchants):
        tell("plans", done, len(catalogue.merchants))
        first = mode_mix(
            catalogue, tables, merchant=merchant.code, economies=list(instance), demand=instance, risk=risk
        )
        plans[merchant.code, CAUTIOUS] = first
        plans |= {(merchant.code, name): solve(first.question, ORDERS[name]) for name in ORDERS if name != CAUTIOUS}
    return plans


def _pooled(
    catalogue: Catalogue, tables: str | Path, corridor: str, economies: tuple[str, ...], fitted: Mapping[str, Any]
) -> Pool | None:
    """Pool along a corridor, if there is something and somebody to pool."""
    members = [code for code, one in read_countries(tables, economies).items() if corridor in one.corridors]
    shared = [mode.code for mode in catalogue.active if mode.code in WAREHOUSES]
    if len(members) < 2 or not shared:
        return None
    return pool(mode_mix(catalogue, tables, economies=members, **fitted), shared=shared)


def parcels_of(mix: ModeMix) -> pd.DataFrame:
    """Give the parcels of a plan, economies x segments."""
    question = mix.question
    demand = question.problem.demand[np.ix_(question.place("economies"), question.place("segments"))]
    return pd.DataFrame(demand, index=pd.Index(question.economies, name="economy"), columns=list(question.segments))


def segment_shares(mix: ModeMix) -> pd.DataFrame:
    """Average the shares of a plan, and what is unserved, over economies by parcels: segments x modes."""
    weights = parcels_of(mix)
    weights = weights / weights.sum().replace(0.0, np.nan)
    cells = mix.shares.assign(unserved=mix.unserved).fillna(0.0)
    rows = {code: cells.xs(code, level="segment").mul(weights[code], axis=0).sum() for code in weights}
    return pd.DataFrame(rows).T.rename_axis("segment")


def cost_of_parcel(deviations: pd.DataFrame | pd.Series, mix: ModeMix) -> pd.Series | float:
    """Divide the cost of plans by the parcels that they serve; the question is that of a plan."""
    return deviations["cost"] / (mix.question.problem.demand.sum() * (1 - deviations["demand"]))


def main_modes(mix: ModeMix) -> list[str]:
    """List the modes that carry most parcels of some cell, in the order of the catalogue."""
    used = set(mix.main.to_numpy().ravel())
    return [code for code in mix.question.modes if code in used]


def order_words(index: pd.Index) -> list[str]:
    """Write orders of goals in one text each."""
    return [" > ".join(order) for order in index]
