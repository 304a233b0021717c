"""What a plan gives up: over priority orders, budgets and single modes, and between cost and time."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, permutations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, unknown
from bri_eval.modes.hull import hull
from bri_eval.modes.lexicographic import lexicographic, stand
from bri_eval.modes.mix import about, deviation_series, parcel_shares
from bri_eval.modes.problem import GOALS, Plan, mean_days, total_cost, unserved

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bri_eval.modes.hull import Hull
    from bri_eval.modes.mix import ModeMix
    from bri_eval.modes.question import Question

EXCHANGED = ("affordability", "time", "loss", "finance")
"""Goals P2 to P5, whose places the experiment of Leung et al. exchanges."""

_SERVICE = ["affordability", "time", "loss"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparison:
    """Several plans for one question.

    Parameters
    ----------
    deviations
        One row per plan; one column per goal, cost, days of the average parcel that is served, and facilities, the
        number of those that cost something.
    shares
        One row per plan; share of all parcels by mode, and unserved.
    conventions
        Sentences to print under a table made from it.

    Examples
    --------
    >>> import bri_eval as be
    >>> catalogue, tables = be.read_modes("data/modes.toml"), "data/raw"
    >>> mix = be.mode_mix(catalogue, tables, merchant=catalogue.merchants[0].code, economies=["KAZ"])
    >>> found = budget_path(mix, [1_000.0, 50_000.0])
    >>> found.shares["postal"].round(2).tolist()
    [0.6, 0.49]
    """

    deviations: pd.DataFrame
    shares: pd.DataFrame
    conventions: tuple[str, ...]


def trade_off(mix: ModeMix, goals: Sequence[str] = EXCHANGED) -> Comparison:
    """Solve again under every order of some goals; the others keep their places.

    Parameters
    ----------
    mix
        A plan; its order says which places the goals exchange.
    goals
        Two or more of ``GOALS``; P2 to P5, which gives 24 orders, if not given.

    Returns
    -------
    Comparison
        One row per order, indexed by the goals from first to last, beginning with the plan's own order.

    References
    ----------
    leung2006.

    Examples
    --------
    >>> import bri_eval as be
    >>> catalogue, tables = be.read_modes("data/modes.toml"), "data/raw"
    >>> mix = be.mode_mix(catalogue, tables, merchant=catalogue.merchants[0].code, economies=["KAZ"])
    >>> trade_off(mix, ["time", "loss"]).deviations[["time", "loss"]].round(3).values.tolist()
    [[0.157, 0.031], [0.157, 0.031]]
    """
    for goal in goals:
        if goal not in GOALS:
            raise InputError(f"goals: {unknown('goal', goal, GOALS)}")
    if len(set(goals)) != len(goals) or len(goals) < 2:
        raise InputError(f"goals are {list(goals)}; expected two or more, each once")
    places = [place for place, goal in enumerate(mix.order) if goal in goals]
    orders = [tuple(order) for order in permutations([mix.order[place] for place in places])]
    plans = [lexicographic(mix.question.choice, _placed(mix.order, places, order)) for order in orders]
    names = [f"priority {number}" for number in range(1, len(goals) + 1)]
    return _compared(mix.question, plans, pd.MultiIndex.from_tuples(orders, names=names))


def budget_path(mix: ModeMix, budgets: Iterable[float]) -> Comparison:
    """Solve again for other budgets of the merchant, in the order of the plan.

    Parameters
    ----------
    mix
        A lexicographic plan.
    budgets
        Money for fixed costs in a period, each above 0.

    Returns
    -------
    Comparison
        One row per budget, in the order given.

    Notes
    -----
    With a larger budget the goal right after finance never gets worse; later ones can.

    Examples
    --------
    >>> import bri_eval as be
    >>> catalogue, tables = be.read_modes("data/modes.toml"), "data/raw"
    >>> mix = be.mode_mix(catalogue, tables, merchant=catalogue.merchants[0].code, economies=["KAZ"])
    >>> budget_path(mix, [1_000.0, 50_000.0]).deviations["finance"].round(3).tolist()
    [0.0, 0.0]
    """
    given = [float(budget) for budget in budgets]
    questions = [mix.question.with_budget(budget) for budget in given]
    plans = [lexicographic(question.choice, mix.order) for question in questions]
    rows = [_row(question, plan) for question, plan in zip(questions, plans, strict=True)]
    index = pd.Index(given, name="budget")
    return Comparison(
        deviations=pd.DataFrame(rows).set_axis(index),
        shares=pd.DataFrame([parcel_shares(mix.question, plan) for plan in plans]).set_axis(index),
        conventions=about(mix.question),
    )


def single_modes(mix: ModeMix) -> pd.DataFrame:
    """Compare a plan with sending everything by one mode.

    Parameters
    ----------
    mix
        The plan.

    Returns
    -------
    DataFrame
        One row per mode, and one for the plan. A single mode carries every cell in which it is feasible, its coverage
        ignored. Columns: as in ``Comparison``; served, the share of parcels; all_served; dominated, whether the plan
        deviates no more in affordability, time and loss, and less in one. A mode that leaves cells unserved deviates
        little for that reason: compare those that serve all.

    Examples
    --------
    >>> import bri_eval as be
    >>> catalogue, tables = be.read_modes("data/modes.toml"), "data/raw"
    >>> mix = be.mode_mix(catalogue, tables, merchant=catalogue.merchants[0].code, economies=["KAZ"])
    >>> single_modes(mix)["served"].round(2).iloc[-2:].to_dict()
    {'rail_sea': 0.0, 'plan': 1.0}
    """
    question, problem = mix.question, mix.question.problem
    plans = {code: _only(question, place) for code, place in zip(question.modes, question.place("modes"), strict=True)}
    table = pd.DataFrame([_row(question, plan) for plan in (*plans.values(), mix.plan)])
    table.index = pd.Index([*plans, "plan"], name="mode")
    asked = problem.demand / problem.demand.sum()
    table["served"] = [1 - float((asked * unserved(problem, p.shares)).sum()) for p in (*plans.values(), mix.plan)]
    table["all_served"] = table["served"] > 1 - 1e-9
    more = table[_SERVICE] - table.loc["plan", _SERVICE]
    table["dominated"] = (more >= -1e-9).all(axis=1) & (more > 1e-9).any(axis=1)
    return table


def pareto(mix: ModeMix, *, points: int = 11, held: Sequence[str] = ("demand", "finance")) -> Comparison:
    r"""Trace the cost that a shorter time takes.

    :math:`\min cost` subject to :math:`days \le \varepsilon`, then the least days at that cost, for :math:`\varepsilon`
    from the least days to those of the cheapest plan in equal steps.

    Parameters
    ----------
    mix
        Whose question is answered.
    points
        Steps, 2 or more; equal plans are listed once.
    held
        Goals that are first minimised in this order, and then held. Risk cannot be held.

    Returns
    -------
    Comparison
        Efficient plans from the fastest to the cheapest: no other is both cheaper and faster.

    References
    ----------
    haimes1971; mavrotas2009 for the second step.

    Examples
    --------
    >>> import bri_eval as be
    >>> catalogue, tables = be.read_modes("data/modes.toml"), "data/raw"
    >>> mix = be.mode_mix(catalogue, tables, merchant=catalogue.merchants[0].code, economies=["KAZ"])
    >>> found = pareto(mix, points=3).deviations
    >>> bool(found["days"].is_monotonic_increasing), bool(found["cost"].is_monotonic_decreasing)
    (True, True)
    """
    _check_front(points, held)
    question = mix.question
    standing = stand(question.choice, tuple(held))
    joined = hull(question.choice, standing.levels, standing.linear)
    cost, days = joined.row("cost"), joined.row("days")
    ends = [joined.solve([days, cost]), joined.solve([cost, days])]
    fast, cheap = (_all_days(question, plan) for plan in ends)
    inner = [_within(joined, most) for most in np.linspace(fast, cheap, points)[1:-1]]
    plans = _different(question, [ends[0], *inner, ends[1]])
    return _compared(question, plans, pd.RangeIndex(1, len(plans) + 1, name="point"))


def _placed(order: tuple[str, ...], places: list[int], goals: tuple[str, ...]) -> tuple[str, ...]:
    """Put goals in some places of an order."""
    new = list(order)
    for place, goal in zip(places, goals, strict=True):
        new[place] = goal
    return tuple(new)


def _compared(question: Question, plans: list[Plan], index: pd.Index) -> Comparison:
    """Tabulate plans."""
    return Comparison(
        deviations=pd.DataFrame([_row(question, plan) for plan in plans]).set_axis(index),
        shares=pd.DataFrame([parcel_shares(question, plan) for plan in plans]).set_axis(index),
        conventions=about(question),
    )


def _row(question: Question, plan: Plan) -> pd.Series:
    """Give the figures of a plan."""
    problem = question.problem
    figures = {
        "cost": total_cost(problem, plan),
        "days": mean_days(problem, plan.shares),
        "facilities": float(plan.opened[problem.fixed > 0].sum()),
    }
    return pd.concat([deviation_series(question, plan), pd.Series(figures)])


def _only(question: Question, mode: int) -> Plan:
    """Send by one mode whatever it can carry."""
    problem = question.problem
    able = (problem.ceiling[:, :, mode] > 0) & (problem.demand > 0)
    shares, opened = np.zeros(problem.ceiling.shape), np.zeros(len(problem.fixed), dtype=int)
    shares[:, :, mode] = able
    needed = problem.facility[able.any(axis=1), mode]
    opened[needed[needed >= 0]] = 1
    return Plan(shares=shares, opened=opened)


def _check_front(points: int, held: Sequence[str]) -> None:
    """Check what a front is asked for."""
    if points < 2:
        raise InputError(f"points is {points}; expected 2 or more")
    for goal in held:
        if goal not in GOALS or goal == "risk":
            raise InputError(f"held: {unknown('goal', goal, [one for one in GOALS if one != 'risk'])}")
    if len(set(held)) != len(held):
        raise InputError(f"held are {list(held)}; name each goal once")


def _within(joined: Hull, most: float) -> Plan:
    """Find the cheapest plan within some days, and of the cheapest the fastest."""
    days = joined.row("days")
    return joined.hold(days, most).solve([joined.row("cost"), days])


def _all_days(question: Question, plan: Plan) -> float:
    """Give the days of all parcels, those that are not served at 0."""
    problem = question.problem
    return float((problem.days * problem.demand[:, :, None] * plan.shares).sum() / problem.demand.sum())


def _different(question: Question, plans: list[Plan]) -> list[Plan]:
    """Leave out plans that repeat the one before."""
    figures = [(total_cost(question.problem, plan), _all_days(question, plan)) for plan in plans]
    new = [True] + [not np.allclose(one, last, rtol=1e-6) for last, one in pairwise(figures)]
    return [plan for plan, keep in zip(plans, new, strict=True) if keep]
