"""Random small programmes, and a dumb solution: every set of facilities, dense matrices, one goal after the other."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
from scipy.optimize import linprog

from bri_eval.modes.problem import CELLWISE, GAPS, Problem


def random_problem(seed: int, *, economies: int = 2, segments: int = 2, modes: int = 3, **given) -> Problem:
    """Draw a programme; budgets are such that some facilities can be opened and some cannot."""
    rng = np.random.default_rng(seed)
    shape = (economies, segments, modes)
    needs = rng.random((economies, modes)) < 0.7
    facility = np.where(needs, np.cumsum(needs).reshape(needs.shape) - 1, -1)
    number = int(needs.sum())
    fixed = rng.integers(1, 9, number) * 100.0
    drawn = {
        "demand": rng.integers(1, 20, shape[:2]) * 10.0,
        "ceiling": rng.choice([0.0, 0.4, 0.8, 0.9, 1.0], shape),
        "floor": np.zeros(shape),
        "gaps": rng.uniform(-0.8, 1.5, (3, *shape)),
        "cost": rng.uniform(1, 9, shape),
        "days": rng.uniform(2, 30, shape),
        "exposed": rng.uniform(0, 5, shape) * (rng.random(shape) < 0.6),
        "facility": facility,
        "fixed": fixed,
        "capacity": np.full(number, np.inf),
        "least": np.zeros(number),
        "host": np.nonzero(needs)[0],
        "budget": float(max(fixed.sum(), 100.0) * rng.uniform(0.3, 0.8)),
        "risk_limit": float(rng.uniform(50, 600)),
    }
    return Problem(**drawn | given)


class Dense:
    """The linear programme of one set of facilities, cell by cell; columns x, five deviations per cell, risk."""

    def __init__(self, problem: Problem, opened):
        self.problem, self.opened = problem, np.asarray(opened)
        self.shape = problem.ceiling.shape
        self.cells = list(np.ndindex(*self.shape[:2]))
        self.x = int(np.prod(self.shape))
        self.width = self.x + 5 * len(self.cells) + 1
        self.rows, self.right, self.equations, self.sums = [], [], [], []
        self.bounds = [(0, None)] * self.width
        self.possible = True
        self.write()

    def share(self, c, g, m):
        return int(np.ravel_multi_index((c, g, m), self.shape))

    def deviation(self, k, goal):
        return self.x + 5 * k + CELLWISE.index(goal)

    def write(self):
        p = self.problem
        for k, (c, g) in enumerate(self.cells):
            full, line = np.zeros(self.width), {goal: np.zeros(self.width) for goal in GAPS}
            full[self.deviation(k, "demand")] = 1
            for m in range(self.shape[2]):
                j = self.share(c, g, m)
                shut = p.facility[c, m] >= 0 and not self.opened[p.facility[c, m]]
                self.possible &= not (shut and p.floor[c, g, m] > 0)
                self.bounds[j] = (0 if shut else p.floor[c, g, m], 0 if shut else p.ceiling[c, g, m])
                full[j] = 1
                for i, goal in enumerate(GAPS):
                    line[goal][j] = p.gaps[i, c, g, m]
                crowd = np.zeros(self.width)
                crowd[j], crowd[self.deviation(k, "concentration")] = 1, -1
                self.le(crowd, p.limit)
            self.equations.append(full)
            for goal in GAPS:
                line[goal][self.deviation(k, goal)] = -1
                self.le(line[goal], 0)
        for f in np.flatnonzero(self.opened):
            carried = np.zeros(self.width)
            for c, m in np.argwhere(p.facility == f):
                for g in range(self.shape[1]):
                    carried[self.share(c, g, m)] = p.demand[c, g]
            if np.isfinite(p.capacity[f]):
                self.le(carried, p.capacity[f])
            self.le(-carried, -p.least[f])
        risk = np.zeros(self.width)
        risk[: self.x] = (p.exposed * p.demand[:, :, None]).ravel() / p.risk_limit
        risk[-1] = -1
        self.le(risk, 1)

    def le(self, row, right):
        self.rows.append(row)
        self.right.append(right)

    def goal(self, name):
        p, row = self.problem, np.zeros(self.width)
        if name == "risk":
            row[-1] = 1
        elif name == "cost":
            row[: self.x] = (p.cost * p.demand[:, :, None]).ravel() / p.demand.sum()
        elif name in CELLWISE:
            for k, (c, g) in enumerate(self.cells):
                row[self.deviation(k, name)] = p.demand[c, g] / p.demand.sum()
        return row

    def least(self, name, before=()):
        """Minimise a goal, the earlier ones bounded; None if that cannot be."""
        if not self.possible:
            return None
        rows = np.array([*self.rows, *(self.goal(goal) for goal, _ in before)])
        right = [*self.right, *(value + 1e-8 for _, value in before)]
        full = np.array(self.equations)
        for presolve in (True, False):
            found = linprog(
                self.goal(name), rows, right, full, np.ones(len(full)), self.bounds, options={"presolve": presolve}
            )
            if found.success:
                return found.fun
        return None


def facility_sets(problem: Problem):
    return itertools.product((0, 1), repeat=len(problem.fixed))


def forced_sets(problem: Problem, at_least: int, share: float):
    """Give the floors of every way to make each cell use so many modes."""
    economies, segments, modes = problem.ceiling.shape
    each = list(itertools.combinations(range(modes), at_least)) if at_least > 1 else [()]
    for chosen in itertools.product(each, repeat=economies * segments):
        floor = np.zeros(problem.ceiling.shape)
        for cell, forced in zip(np.ndindex(economies, segments), chosen, strict=True):
            floor[cell][list(forced)] = share
        if (floor <= problem.ceiling).all():
            yield floor


def dumb(problem: Problem, order, at_least: int = 1, share: float = 0.05) -> tuple[np.ndarray, float]:
    """Enumerate all sets of facilities; keep those that are best on each goal in turn; return deviations and cost.

    Goals are held to 1e-8 and sets to 1e-6, so that the figures are good to about 1e-5.
    """
    alive = {
        (opened, number): (Dense(dataclasses.replace(problem, floor=floor), opened), ())
        for opened in facility_sets(problem)
        for number, floor in enumerate(forced_sets(problem, at_least, share))
    }
    reached = {}
    for goal in (*order, "cost"):
        found = {}
        for key, (dense, before) in alive.items():
            spend = float(problem.fixed @ np.array(key[0]))
            if goal == "finance":
                found[key] = max(0.0, spend / problem.budget - 1)
                continue
            value = dense.least(goal, before)
            if value is not None:
                found[key] = value + (spend / problem.demand.sum() if goal == "cost" else 0)
        best = min(found.values())
        reached[goal] = best
        alive = {
            key: (dense, before if goal in ("finance", "cost") else (*before, (goal, found[key])))
            for key, (dense, before) in alive.items()
            if found.get(key, np.inf) <= best + 1e-6
        }
    return np.array([reached[goal] for goal in order]), reached["cost"] * problem.demand.sum()
