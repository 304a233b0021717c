"""Weighted and Chebyshev plans against an enumeration of all facilities, and what must hold for them."""

from __future__ import annotations

import numpy as np
import pytest
from programmes import Dense, facility_sets, random_problem
from scipy.optimize import linprog

from bri_eval.modes.blocks import options
from bri_eval.modes.lexicographic import lexicographic
from bri_eval.modes.problem import GOALS, deviations
from bri_eval.modes.weighted import chebyshev, weighted

WEIGHTS = np.array([0.4, 0.1, 0.15, 0.1, 0.1, 0.1, 0.05])


def enumerated(problem, weights, *, largest: bool) -> float:
    """Find the least weighted sum, or the least largest weighted deviation, over all sets of facilities."""
    best = np.inf
    for opened in facility_sets(problem):
        dense = Dense(problem, opened)
        goals = np.array([weight * dense.goal(goal) for goal, weight in zip(GOALS, weights, strict=True)])
        finance = weights[GOALS.index("finance")] * max(0.0, problem.fixed @ np.array(opened) / problem.budget - 1)
        rows, full = np.array(dense.rows), np.array(dense.equations)
        if largest:
            rows = np.block([[rows, np.zeros((len(rows), 1))], [goals, -np.ones((len(goals), 1))]])
            full = np.column_stack([full, np.zeros(len(full))])
            right, bounds = [*dense.right, *np.zeros(len(goals))], [*dense.bounds, (finance, None)]
            goal = np.append(np.zeros(dense.width), 1.0)
        else:
            right, bounds, goal = dense.right, dense.bounds, goals.sum(axis=0)
        found = linprog(goal, rows, right, full, np.ones(len(full)), bounds).fun
        best = min(best, found + (0 if largest else finance))
    return best


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("weights", [WEIGHTS, np.full(7, 1 / 7)])
def test_no_set_of_facilities_has_a_smaller_sum(seed, weights):
    problem = random_problem(seed)
    found = deviations(problem, weighted(options(problem), weights))
    assert weights @ found == pytest.approx(enumerated(problem, weights, largest=False), abs=1e-6)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("weights", [WEIGHTS, np.full(7, 1 / 7)])
def test_no_set_of_facilities_has_a_smaller_largest_deviation(seed, weights):
    problem = random_problem(seed)
    found = deviations(problem, chebyshev(options(problem), weights))
    assert (weights * found).max() == pytest.approx(enumerated(problem, weights, largest=True), abs=1e-6)


@pytest.mark.parametrize("seed", range(2))
def test_steep_weights_are_a_priority_order(seed):
    """With weights of 10^4 each from goal to goal the first two deviations are those of the lexicographic plan."""
    problem, order = (
        random_problem(seed),
        ("demand", "time", "loss", "affordability", "finance", "risk", "concentration"),
    )
    choice = options(problem)
    weights = np.zeros(7)
    weights[[GOALS.index(goal) for goal in order[:2]]] = [1.0, 1e-4]
    found = deviations(problem, weighted(choice, weights))
    expected = deviations(problem, lexicographic(choice, order))
    both = [GOALS.index(goal) for goal in order[:2]]
    np.testing.assert_allclose(found[both], expected[both], rtol=0, atol=1e-3)


def test_a_goal_without_weight_does_not_count():
    """Only the budget counts: nothing is opened, whatever else that costs."""
    problem = random_problem(1)
    plan = weighted(options(problem), np.eye(7)[GOALS.index("finance")])
    assert deviations(problem, plan)[GOALS.index("finance")] == 0
    assert plan.opened.sum() == 0  # nothing costs least
