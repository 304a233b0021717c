"""The mix of logistics modes by pre-emptive goal programming: shares, facilities, and what each goal deviates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, check_weights, listing, unknown
from bri_eval.modes.catalogue import ILLUSTRATIVE
from bri_eval.modes.lexicographic import lexicographic
from bri_eval.modes.problem import GOALS, deviations, total_cost, unserved
from bri_eval.modes.question import LEAST_SHARE, pose
from bri_eval.modes.weighted import chebyshev, weighted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from bri_eval.evaluation import Evaluation
    from bri_eval.modes.blocks import Options
    from bri_eval.modes.catalogue import Catalogue
    from bri_eval.modes.problem import Plan
    from bri_eval.modes.question import Question

ORDERS: dict[str, tuple[str, ...]] = {
    "cautious": ("demand", "finance", "affordability", "time", "loss", "risk", "concentration"),
    "price": ("demand", "affordability", "finance", "time", "loss", "risk", "concentration"),
    "service": ("demand", "time", "loss", "affordability", "finance", "risk", "concentration"),
}
"""Priority orders by name."""

RANKS: dict[str, Callable[[Options, np.ndarray], Plan]] = {"weighted": weighted, "chebyshev": chebyshev}
"""Variants in which all goals have one rank and a weight each."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModeMix:
    """A plan: which modes carry how much, and where facilities stand.

    Parameters
    ----------
    question
        Who sends what where.
    order, variant, goal_weights
        How the goals were ranked; the weights are None in the lexicographic variant.
    plan
        The solution in arrays, labels sorted.
    shares
        Rows (economy, segment), one column per mode, 0 to 1; NaN where nothing is asked for.
    unserved
        By (economy, segment), the share that no mode carries.
    facilities
        Economies x modes, True where the merchant pays the fixed cost.
    deviations
        By goal, in order: how far the goal is over its target, as a share of it.
    cost
        Of parcels and facilities, in the currency of the catalogue, for a period.

    Examples
    --------
    >>> import bri_eval as be
    >>> catalogue, tables = be.read_modes("data/modes.toml"), "data/raw"
    >>> mix = be.mode_mix(catalogue, tables, merchant=catalogue.merchants[0].code, economies=["KAZ", "RUS"])
    >>> mix.order[0], mix.variant, mix.facilities.loc["KAZ", "postal"].item()
    ('demand', 'lexicographic', False)
    """

    question: Question
    order: tuple[str, ...]
    variant: str
    goal_weights: pd.Series | None
    plan: Plan
    shares: pd.DataFrame
    unserved: pd.Series
    facilities: pd.DataFrame
    deviations: pd.Series
    cost: float

    @property
    def main(self) -> pd.DataFrame:
        """The mode with the largest share, economies x segments; of equal ones the first, "" where there is none."""
        found = self.shares.fillna(0.0).idxmax(axis=1).where(self.shares.max(axis=1) > 0, "")
        segments = pd.Index(self.question.segments, name="segment")
        return pd.DataFrame(found.to_numpy().reshape(-1, len(segments)), index=self.facilities.index, columns=segments)

    @property
    def by_mode(self) -> pd.Series:
        """Share of all parcels that each mode carries, and that nobody does."""
        return parcel_shares(self.question, self.plan)

    @property
    def conventions(self) -> tuple[str, ...]:
        """Sentences to print under a table made from this plan."""
        return (*about(self.question), *_about_goals(self))


def mode_mix(
    catalogue: Catalogue,
    folder: str | Path,
    *,
    merchant: str,
    economies: Sequence[str],
    order: str | Sequence[str] = "cautious",
    demand: Mapping[str, float] | None = None,
    risk: Mapping[str, float] | None = None,
    evaluation: Evaluation | None = None,
    year: int | None = None,
    at_least: int = 1,
    variant: str = "lexicographic",
    goal_weights: Mapping[str, float] | None = None,
) -> ModeMix:
    r"""Plan the modes of a merchant by goal programming.

    Shares :math:`x_{cgm} \ge 0` and an unserved share :math:`u_{cg} \ge 0` of the parcels :math:`D_{cg}`, and
    facilities :math:`y_{cm} \in \{0, 1\}`: :math:`\sum_m x + u = 1`; :math:`x \le coverage`, 0 where the mode is not
    feasible; :math:`x \le y` where a fixed cost F is due; :math:`V y \le \sum_g D x \le K y`. Deviations, in cells
    averaged by parcels: demand u; affordability, time and loss :math:`\max(0, \sum_m (a/t - 1) x)` with attribute a and
    target t; concentration :math:`\max(0, x - 0.7)`; and finance :math:`\max(0, \sum F y / B - 1)`; risk
    :math:`\max(0, \sum e D v x / R - 1)`.

    Parameters
    ----------
    catalogue
        From ``read_modes``.
    folder
        Holds the tables, among them ``economies.csv``.
    merchant
        Code of the merchant, with budget B and risk limit R.
    economies
        Codes, in the order of the tables.
    order
        A name in ``ORDERS``, or all of ``GOALS`` from first to last. The variants by weight only print by it.
    demand
        Scale of the segments' parcels by economy; the catalogue's own demand if not given.
    risk
        Factor from 0 to 1 on the exposure of the cards, by economy; 1 if not given.
    evaluation, year
        An index whose raw values of a year fit days, loss and exposure to the partners; without one the cards hold as
        they stand.
    at_least
        Modes that every cell with parcels must use, each with a share of 0.05 or more.
    variant
        ``"lexicographic"``: goals in order, each held at its optimum before the next. ``"weighted"``: least weighted
        sum of deviations. ``"chebyshev"``: least largest weighted deviation, then the weighted sum.
    goal_weights
        For the last two, one number >= 0 for each goal, summing to 1; equal if not given.

    Returns
    -------
    ModeMix
        Exact, to 1e-8 of a deviation, or 1e-6 where the risk limit binds all economies together and in the variants by
        weight. Among plans with equal deviations it is the cheapest; a fixed rule settles what is then left.

    Raises
    ------
    InputError
        For an unknown name, an order that lacks a goal or has one twice, a negative demand, or a constraint that cannot
        be met, naming the cell.

    Notes
    -----
    Goal programming satisfices: a goal at deviation 0 is not improved further. Where several plans are best, compare
    deviations, not shares. A merchant's budget does not rule facilities out: it is the goal finance.

    References
    ----------
    charnes1961; leung2006; flavell1976 for the Chebyshev variant.

    Examples
    --------
    >>> import bri_eval as be
    >>> catalogue, tables = be.read_modes("data/modes.toml"), "data/raw"
    >>> mix = be.mode_mix(catalogue, tables, merchant=catalogue.merchants[0].code, economies=["KAZ", "RUS"])
    >>> mix.deviations.round(3).head(4).to_dict()
    {'demand': 0.0, 'finance': 0.0, 'affordability': 0.414, 'time': 0.178}
    """
    ranking = check_order(order)
    weights = _check_variant(variant, goal_weights)
    question = pose(
        catalogue, folder, merchant=merchant, economies=economies, demand=demand, risk=risk, evaluation=evaluation,
        year=year, at_least=at_least,
    )  # fmt: skip
    return solve(question, ranking, variant, weights)


def solve(
    question: Question, order: tuple[str, ...], variant: str = "lexicographic", weights: pd.Series | None = None
) -> ModeMix:
    """Solve a question that has been posed."""
    if weights is None:
        plan = lexicographic(question.choice, order)
    else:
        plan = RANKS[variant](question.choice, weights.to_numpy())
    return ModeMix(
        question=question,
        order=order,
        variant=variant,
        goal_weights=weights,
        plan=plan,
        shares=_shares(question, plan),
        unserved=_unserved(question, plan),
        facilities=_facilities(question, plan),
        deviations=deviation_series(question, plan)[list(order)],
        cost=total_cost(question.problem, plan),
    )


def check_order(order: str | Sequence[str]) -> tuple[str, ...]:
    """Return the goals of an order, or raise if one is unknown, twice or missing."""
    if isinstance(order, str):
        if order not in ORDERS:
            raise InputError(unknown("order", order, ORDERS))
        return ORDERS[order]
    goals = tuple(order)
    for goal in goals:
        if goal not in GOALS:
            raise InputError(f"order: {unknown('goal', goal, GOALS)}")
        if goals.count(goal) > 1:
            raise InputError(f"order has goal '{goal}' {goals.count(goal)} times; each goal has one place")
    absent = [goal for goal in GOALS if goal not in goals]
    if absent:
        raise InputError(f"order lacks {listing(absent)}; put every goal in its place")
    return goals


def _check_variant(variant: str, goal_weights: Mapping[str, float] | None) -> pd.Series | None:
    """Return the weights of the goals, None in the lexicographic variant."""
    if variant == "lexicographic":
        if goal_weights is not None:
            raise InputError(
                "goal_weights are given, and variant 'lexicographic' has none; leave them out, or choose 'weighted'"
            )
        return None
    if variant not in RANKS:
        raise InputError(unknown("variant", variant, ("lexicographic", *RANKS)))
    return check_weights(goal_weights or dict.fromkeys(GOALS, 1 / len(GOALS)), GOALS, "goal weights")


def deviation_series(question: Question, plan: Plan) -> pd.Series:
    """Give the deviations of a plan by goal."""
    return pd.Series(deviations(question.problem, plan), index=pd.Index(GOALS, name="goal"), name="deviation")


def parcel_shares(question: Question, plan: Plan) -> pd.Series:
    """Give the share of all parcels that each mode carries, and that is unserved."""
    weights = question.problem.demand / question.problem.demand.sum()
    each = (weights[:, :, None] * plan.shares).sum(axis=(0, 1))[question.place("modes")]
    nobody = float((weights * unserved(question.problem, plan.shares)).sum())
    return pd.Series([*each, nobody], index=pd.Index([*question.modes, "unserved"], name="mode"), name="share")


def _ordered(question: Question, cells: np.ndarray) -> np.ndarray:
    """Bring the cells of an array into the order of the tables, NaN where nothing is asked for."""
    rows, columns = np.ix_(question.place("economies"), question.place("segments"))
    asked = question.problem.demand > 0
    return np.where(asked.reshape(asked.shape + (1,) * (cells.ndim - 2)), cells, np.nan)[rows, columns]


def _shares(question: Question, plan: Plan) -> pd.DataFrame:
    """Label the shares."""
    cells = _ordered(question, plan.shares)[:, :, question.place("modes")]
    columns = pd.Index(question.modes, name="mode")
    return pd.DataFrame(cells.reshape(-1, len(question.modes)), index=_cells(question), columns=columns)


def _unserved(question: Question, plan: Plan) -> pd.Series:
    """Label what is not served."""
    cells = _ordered(question, unserved(question.problem, plan.shares))
    return pd.Series(cells.ravel(), index=_cells(question), name="unserved")


def _cells(question: Question) -> pd.MultiIndex:
    """Name the cells."""
    return pd.MultiIndex.from_product([question.economies, question.segments], names=["economy", "segment"])


def _facilities(question: Question, plan: Plan) -> pd.DataFrame:
    """Label the facilities that cost something."""
    problem = question.problem
    costs = np.append(plan.opened * (problem.fixed > 0), 0).astype(bool)[problem.facility]
    rows, columns = np.ix_(question.place("economies"), question.place("modes"))
    index, modes = pd.Index(question.economies, name="economy"), pd.Index(question.modes, name="mode")
    return pd.DataFrame(costs[rows, columns], index=index, columns=modes)


def about(question: Question) -> tuple[str, ...]:
    """Say who sends what where, and from which numbers."""
    catalogue, merchant = question.catalogue, question.merchant
    budget, limit = question.problem.budget, question.problem.risk_limit
    fitted = "cards as they stand" if question.year is None else f"cards fitted by indicators of {question.year}"
    return (
        *((ILLUSTRATIVE,) if catalogue.labelled else ()),
        f"Merchant: {merchant.name or merchant.code}, budget {catalogue.currency} {budget:,.0f}, risk limit "
        f"{catalogue.currency} {limit:,.0f} a {catalogue.period}; {fitted}.",
        "Deviations are shares of the targets, averaged over cells by parcels; 0 is met, and not improved further.",
        *(
            (f"Every cell uses {question.at_least} modes or more, each for {LEAST_SHARE:.0%} of its parcels or more.",)
            if question.at_least > 1
            else ()
        ),
        *((f"Left out for want of data: {', '.join(question.left_out.index)}.",) if len(question.left_out) else ()),
    )


def _about_goals(mix: ModeMix) -> tuple[str, ...]:
    """Say how the goals were ranked."""
    if mix.goal_weights is None:
        ranked = f"Goals in order: {', '.join(mix.order)}; each is held at its optimum before the next."
    else:
        words = ", ".join(f"{goal} {mix.goal_weights[goal]:.3g}" for goal in mix.order)
        ranked = f"Goals of one rank ({mix.variant}), with weights {words}."
    return (
        ranked,
        "Facilities in whole numbers, relative gap 0. Of plans with equal deviations the cheapest; shares need not be "
        "the only best ones: compare deviations.",
    )
