"""Deviations of a plan by hand, and what taking economies apart leaves."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from programmes import random_problem

from bri_eval.modes.problem import (
    CELLWISE,
    GOALS,
    Plan,
    at_risk,
    cell_deviations,
    deviations,
    mean_days,
    one_segment,
    spending,
    take,
    total_cost,
    unserved,
)

PROBLEM = random_problem(
    0,
    economies=1,
    segments=2,
    modes=2,
    demand=np.array([[100.0, 300.0]]),
    ceiling=np.ones((1, 2, 2)),
    gaps=np.array([[[[1.0, -0.5], [0.2, 0.4]]], [[[0.0, 2.0], [-0.1, -0.1]]], [[[0.5, 0.5], [0.0, 0.0]]]]),
    cost=np.array([[[2.0, 3.0], [4.0, 5.0]]]),
    days=np.array([[[10.0, 20.0], [10.0, 20.0]]]),
    exposed=np.array([[[0.0, 1.0], [0.0, 2.0]]]),
    facility=np.array([[-1, 0]]),
    fixed=np.array([500.0]),
    capacity=np.array([np.inf]),
    least=np.zeros(1),
    host=np.zeros(1, dtype=int),
    budget=400.0,
    risk_limit=250.0,
)
PLAN = Plan(shares=np.array([[[0.8, 0.2], [0.0, 0.9]]]), opened=np.array([1]))


def test_deviations_by_hand():
    """Cells weigh 1/4 and 3/4; unserved 0, .1; affordability .8 - .1 = .7, .36; time .4, -.09; loss .5, 0."""
    found = dict(zip(GOALS, deviations(PROBLEM, PLAN), strict=True))
    expected = {
        "demand": 0.075,
        "affordability": 0.25 * 0.7 + 0.75 * 0.36,
        "time": 0.1,
        "loss": 0.125,
        "finance": 500 / 400 - 1,
        "risk": (100 * 0.2 + 300 * 0.9 * 2) / 250 - 1,
        "concentration": 0.25 * 0.1 + 0.75 * 0.2,
    }
    assert found == pytest.approx(expected, abs=1e-12)


def test_money_and_days_by_hand():
    assert spending(PROBLEM, PLAN) == 500
    assert at_risk(PROBLEM, PLAN.shares).tolist() == pytest.approx([560])
    assert total_cost(PROBLEM, PLAN) == pytest.approx(100 * (1.6 + 0.6) + 300 * 4.5 + 500)
    assert mean_days(PROBLEM, PLAN.shares) == pytest.approx((80 * 10 + 20 * 20 + 270 * 20) / 370)


def test_no_parcel_has_no_days():
    assert np.isnan(mean_days(PROBLEM, np.zeros((1, 2, 2))))


def test_a_target_that_is_met_does_not_pay_for_one_that_is_not():
    """Deviations are cut at 0 in each cell: a quick cell does not make up for a slow one."""
    cells = cell_deviations(PROBLEM, PLAN.shares)
    np.testing.assert_allclose(cells[CELLWISE.index("time")], [[0.4, 0.0]], rtol=0, atol=1e-15)
    assert (cells >= 0).all()


def test_nothing_is_unserved_where_nothing_is_asked_for():
    empty = dataclasses.replace(PROBLEM, demand=np.array([[0.0, 300.0]]))
    assert unserved(empty, np.zeros((1, 2, 2))).tolist() == [[0.0, 1.0]]


def test_take_opens_only_some_facilities():
    problem = random_problem(3, economies=3, segments=2, modes=3)
    needs = problem.facility >= 0
    economies = np.array([0, 2, 2])
    opened = needs[economies].copy()
    opened[1] = False
    found = take(problem, economies, opened)
    assert found.demand.tolist() == problem.demand[economies].tolist()
    assert found.ceiling[0].tolist() == problem.ceiling[0].tolist()
    assert found.ceiling[2].tolist() == problem.ceiling[2].tolist()
    assert not found.ceiling[1][:, needs[2]].any()
    assert found.ceiling[1][:, ~needs[2]].tolist() == problem.ceiling[2][:, ~needs[2]].tolist()
    assert found.host.tolist() == [0] * needs[0].sum() + [2] * needs[2].sum()
    assert sorted(found.facility[found.facility >= 0]) == list(range(len(found.fixed)))
    assert found.fixed.tolist() == problem.fixed[problem.facility[economies][opened]].tolist()


def test_one_segment_keeps_that_segment():
    problem = random_problem(3, economies=2, segments=3, modes=2)
    found = one_segment(problem, np.array([2, 0]))
    assert found.demand.tolist() == [[problem.demand[0, 2]], [problem.demand[1, 0]]]
    assert found.gaps[1, 0, 0].tolist() == problem.gaps[1, 0, 2].tolist()
    assert found.cost[1, 0].tolist() == problem.cost[1, 0].tolist()
