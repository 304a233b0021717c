"""The numbers of a mode programme as plain arrays, and what a plan deviates from its goals."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

GOALS = ("demand", "affordability", "time", "loss", "finance", "risk", "concentration")
"""Goals P1, P2, ... P7 of the programme."""

CELLWISE = ("demand", "affordability", "time", "loss", "concentration")
"""Goals whose deviation is an average over cells; the other two bind all economies together."""

GAPS = ("affordability", "time", "loss")
"""Goals with a target in each cell."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """A programme over C economies, G segments, M modes and F facilities.

    Parameters
    ----------
    demand
        C x G parcels, 0 or more.
    ceiling
        C x G x M, the largest share of a cell that a mode may carry: its coverage, 0 where it is not feasible.
    floor
        C x G x M, the smallest.
    gaps
        3 x C x G x M, cost, time and loss over their targets, less 1.
    cost, days, exposed
        C x G x M, money per parcel, days, and value at risk of a parcel.
    facility
        C x M, which facility a mode needs in an economy; -1 for none.
    fixed, capacity, least
        F, cost of a facility; most and fewest parcels through it when it is open.
    host
        F, the economy in which a facility stands.
    budget, risk_limit
        Money of the merchant.
    limit
        Share of a cell that one mode may carry before it counts as concentration.
    """

    demand: np.ndarray
    ceiling: np.ndarray
    floor: np.ndarray
    gaps: np.ndarray
    cost: np.ndarray
    days: np.ndarray
    exposed: np.ndarray
    facility: np.ndarray
    fixed: np.ndarray
    capacity: np.ndarray
    least: np.ndarray
    host: np.ndarray
    budget: float
    risk_limit: float
    limit: float = 0.7


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """A solution: shares C x G x M, and facilities F, 1 where open."""

    shares: np.ndarray
    opened: np.ndarray


def unserved(problem: Problem, shares: np.ndarray) -> np.ndarray:
    """Give the share of every cell that no mode carries, C x G; 0 where nothing is asked for."""
    return np.where(problem.demand > 0, np.clip(1 - shares.sum(axis=-1), 0, 1), 0.0)


def cell_deviations(problem: Problem, shares: np.ndarray) -> np.ndarray:
    r"""Give the deviations of every cell: goals of ``CELLWISE`` x C x G.

    The share unserved; :math:`\max(0, \sum_m g_m x_m)` for the three gaps g; the largest :math:`\max(0, x_m - limit)`.

    Parameters
    ----------
    problem
        With C economies, G segments, M modes.
    shares
        C x G x M.
    """
    gaps = np.maximum((problem.gaps * shares).sum(axis=-1), 0)
    crowded = np.maximum(shares.max(axis=-1) - problem.limit, 0)
    return np.stack([unserved(problem, shares), *gaps, crowded])


def deviations(problem: Problem, plan: Plan) -> np.ndarray:
    r"""Give the deviations of a plan in the order of ``GOALS``.

    Cells are averaged by parcels; finance is :math:`\max(0, \sum F y / B - 1)` and risk
    :math:`\max(0, \sum e D x / R - 1)`.

    Parameters
    ----------
    problem
        What the plan is for.
    plan
        Its shares and facilities.

    Examples
    --------
    >>> one = np.ones((1, 1, 1))
    >>> problem = Problem(demand=one[0] * 10, ceiling=one, floor=one * 0, gaps=np.stack([one * 0.5, one * -0.5, one]),
    ...     cost=one, days=one, exposed=one * 2, facility=np.zeros((1, 1), int), fixed=np.array([30.0]),
    ...     capacity=np.array([99.0]), least=np.zeros(1), host=np.zeros(1, int), budget=20.0, risk_limit=40.0)
    >>> deviations(problem, Plan(shares=one * 0.8, opened=np.array([1]))).round(3).tolist()
    [0.2, 0.4, 0.0, 0.8, 0.5, 0.0, 0.1]
    """
    weights = problem.demand / problem.demand.sum()
    found = dict(zip(CELLWISE, (weights * cell_deviations(problem, plan.shares)).sum(axis=(1, 2)), strict=True))
    found["finance"] = max(0.0, spending(problem, plan) / problem.budget - 1)
    found["risk"] = max(0.0, at_risk(problem, plan.shares).sum() / problem.risk_limit - 1)
    return np.array([found[goal] for goal in GOALS])


def spending(problem: Problem, plan: Plan) -> float:
    """Give the fixed cost of the facilities."""
    return float(problem.fixed @ plan.opened)


def at_risk(problem: Problem, shares: np.ndarray) -> np.ndarray:
    """Give the value at risk in every economy."""
    return (problem.exposed * problem.demand[:, :, None] * shares).sum(axis=(1, 2))


def total_cost(problem: Problem, plan: Plan) -> float:
    """Give the cost of a plan: parcels and facilities."""
    return float((problem.cost * problem.demand[:, :, None] * plan.shares).sum() + spending(problem, plan))


def mean_days(problem: Problem, shares: np.ndarray) -> float:
    """Give the days of the average parcel that is served, NaN if none is."""
    carried = problem.demand[:, :, None] * shares
    return float((problem.days * carried).sum() / carried.sum()) if carried.any() else np.nan


def take(problem: Problem, economies: np.ndarray, opened: np.ndarray) -> Problem:
    """Repeat economies, each with only some of its facilities.

    Parameters
    ----------
    problem
        With a facility of its own for every economy and mode that need one.
    economies
        B positions, which may occur more than once.
    opened
        B x M, whether the facility of a mode is there; it may only be where the mode needs one.

    Returns
    -------
    Problem
        Over B economies; modes without their facility have ceiling 0, and every facility left is a new one.
    """
    needed = problem.facility[economies]
    old, places = needed[opened], np.cumsum(opened).reshape(opened.shape) - 1
    return dataclasses.replace(
        problem,
        **{name: getattr(problem, name)[economies] for name in ("demand", "floor", "cost", "days", "exposed")},
        ceiling=problem.ceiling[economies] * ((needed < 0) | opened)[:, None, :],
        gaps=problem.gaps[:, economies],
        facility=np.where(opened, places, -1),
        **{name: getattr(problem, name)[old] for name in ("fixed", "capacity", "least")},
        host=np.nonzero(opened)[0],
    )


def one_segment(problem: Problem, segments: np.ndarray) -> Problem:
    """Keep one segment of every economy, C positions."""
    each = np.arange(len(segments))
    names = ("demand", "ceiling", "floor", "cost", "days", "exposed")
    return dataclasses.replace(
        problem,
        **{name: getattr(problem, name)[each, segments][:, None] for name in names},
        gaps=problem.gaps[:, each, segments][:, :, None],
    )
