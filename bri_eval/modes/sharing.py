"""The programme of economies that use each other's facilities: the least cost at which nobody is served worse."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from bri_eval.modes.faces import minimise
from bri_eval.modes.problem import Plan, at_risk, cell_deviations, spending
from bri_eval.modes.programme import programme, shares_of

if TYPE_CHECKING:
    from bri_eval.modes.problem import Problem
    from bri_eval.modes.programme import Programme

KEPT = ("demand", "affordability", "time", "loss")
"""Goals in which no member may deviate more than alone."""

SLACK = 1e-7
"""By how much a member may deviate more than alone, so that its own plan stays within reach of the solver."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Terms:
    """What using the facility of another costs.

    Parameters
    ----------
    modes
        Positions of the modes whose facilities are shared.
    surcharge
        On the unit cost, as a share of it.
    days
        Added to the time.
    """

    modes: np.ndarray
    surcharge: float
    days: float


def joint_problem(problem: Problem, members: np.ndarray, terms: Terms) -> Problem:
    """Write the problem of some members who share facilities.

    Parameters
    ----------
    problem
        Of all economies, each with facilities of its own.
    members
        Positions of n of them.
    terms
        On which they use the facilities of each other.

    Returns
    -------
    Problem
        Over the members. After its M modes come, for every host and shared mode, the same mode through the facility of
        the host; it is open to members other than the host for which the mode is feasible. Facilities are those of the
        members.
    """
    own = problem.facility[members]
    places = np.where(own >= 0, np.cumsum(own >= 0).reshape(own.shape) - 1, -1)
    old, shared = own[own >= 0], terms.modes
    number, segments, width = len(members), problem.ceiling.shape[1], len(members) * len(shared)
    hosts, guests = np.repeat(np.arange(number), len(shared)), np.tile(shared, number)
    there = places[hosts, guests]
    allowed = (there >= 0) & (hosts != np.arange(number)[:, None])

    def widened(own_part: np.ndarray, theirs: np.ndarray) -> np.ndarray:
        """Put the modes through other facilities after the own ones."""
        return np.concatenate([own_part, theirs], axis=-1)

    ceiling, days = problem.ceiling[members], problem.days[members]
    gaps, late = problem.gaps[:, members], (days + terms.days) / np.where(days > 0, days, 1)
    dearer = np.stack([(gaps[0] + 1) * (1 + terms.surcharge) - 1, (gaps[1] + 1) * late - 1, gaps[2]])
    cost, exposed = problem.cost[members], problem.exposed[members]
    return dataclasses.replace(
        problem,
        demand=problem.demand[members],
        ceiling=widened(ceiling, ceiling[..., guests] * allowed[:, None, :]),
        floor=np.zeros((number, segments, ceiling.shape[2] + width)),
        gaps=widened(gaps, dearer[..., guests]),
        cost=widened(cost, (1 + terms.surcharge) * cost[..., guests]),
        days=widened(days, days[..., guests] + terms.days),
        exposed=widened(exposed, exposed[..., guests]),
        facility=widened(places, np.where(allowed, there, -1)),
        fixed=problem.fixed[old],
        capacity=problem.capacity[old],
        least=problem.least[old],
        host=np.nonzero(own >= 0)[0],
    )


def base_modes(modes: int, members: int, terms: Terms) -> np.ndarray:
    """Give the mode that each mode of a joint problem is, whosever facility it goes through."""
    return np.concatenate([np.arange(modes), np.tile(terms.modes, members)])


def cheapest(problem: Problem, base: np.ndarray, kept: np.ndarray, budget: float, risk_limit: float) -> Plan:
    """Find the plan of least cost under which every economy is served as well as it was.

    Parameters
    ----------
    problem
        Facilities may serve several economies.
    base
        What mode each mode is; those that are the same have one coverage together.
    kept
        Goals of ``KEPT`` x C, the most that each economy may deviate.
    budget, risk_limit
        Money for facilities, and the most value at risk, of all together.

    Raises
    ------
    InputError
        If there is no such plan.
    """
    written = programme(problem)
    rows, right = _bounds(problem, written, kept, budget, risk_limit)
    reach, reached = _coverage(problem, written, base)
    linear = dataclasses.replace(
        written.linear,
        matrix=sparse.vstack([written.linear.matrix, rows, reach], format="csr"),
        right=np.concatenate([written.linear.right, right, reached]),
        equal=np.concatenate([written.linear.equal, np.zeros(len(right) + len(reached), dtype=bool)]),
    )
    goal = _money(problem, written)
    found = minimise(linear, goal / (goal.max() or 1.0))
    opened = found[written.columns["open"]].round().astype(int)
    through = np.append(opened, 1)[problem.facility][:, None, :]
    return Plan(shares=shares_of(problem, written, found) * through, opened=opened)


def own_terms(problem: Problem, plan: Plan) -> tuple[np.ndarray, float, float]:
    """Give what a plan for one economy deviates in ``KEPT``, and the money and risk that it may use."""
    weights = problem.demand / problem.demand.sum(axis=1, keepdims=True)
    each = (weights * cell_deviations(problem, plan.shares)).sum(axis=2)[: len(KEPT)]
    spent, risked = spending(problem, plan), float(at_risk(problem, plan.shares).sum())
    return each, max(problem.budget, spent), max(problem.risk_limit, risked)


def _bounds(
    problem: Problem, written: Programme, kept: np.ndarray, budget: float, risk_limit: float
) -> tuple[sparse.csr_array, np.ndarray]:
    """Write that no economy is served worse, and that money and risk suffice."""
    spend, risk = np.zeros(len(written.linear.lower)), np.zeros(len(written.linear.lower))
    spend[written.columns["open"]] = problem.fixed / budget
    c, g, m = written.entries.T
    risk[written.columns["share"]] = problem.exposed[c, g, m] * problem.demand[c, g] / risk_limit
    rows = [written.averages[goal] for goal in KEPT]
    return (
        sparse.vstack([*rows, sparse.csr_array(np.stack([spend, risk]))], format="csr"),
        np.concatenate([kept.ravel(), [1.0, 1.0]]) + SLACK,
    )


def _coverage(problem: Problem, written: Programme, base: np.ndarray) -> tuple[sparse.csr_array, np.ndarray]:
    """Write that a mode reaches no more of a cell through several facilities than through one."""
    c, g, m = written.entries.T
    keys, row = np.unique(np.column_stack([c, g, base[m]]), axis=0, return_inverse=True)
    most = np.zeros(len(keys))
    np.maximum.at(most, row.ravel(), problem.ceiling[c, g, m])
    shape = len(keys), len(written.linear.lower)
    return sparse.csr_array((np.ones(len(c)), (row.ravel(), np.arange(len(c)))), shape=shape), most


def _money(problem: Problem, written: Programme) -> np.ndarray:
    """Give the cost of every column."""
    money, (c, g, m) = np.zeros(len(written.linear.lower)), written.entries.T
    money[written.columns["share"]] = problem.cost[c, g, m] * problem.demand[c, g]
    money[written.columns["open"]] = problem.fixed
    return money
