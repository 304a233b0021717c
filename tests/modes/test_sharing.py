"""Joint problems by hand, and the cheapest plan against an enumeration of facilities."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from programmes import Dense, facility_sets, random_problem
from scipy.optimize import linprog

from bri_eval.modes.blocks import options
from bri_eval.modes.lexicographic import lexicographic
from bri_eval.modes.problem import Plan, at_risk, cell_deviations, spending, total_cost
from bri_eval.modes.sharing import KEPT, Terms, base_modes, cheapest, joint_problem, own_terms

TERMS = Terms(modes=np.array([1, 2]), surcharge=0.1, days=2.0)


def averages(problem, shares):
    weights = problem.demand / problem.demand.sum(axis=1, keepdims=True)
    return (weights * cell_deviations(problem, shares)).sum(axis=2)[: len(KEPT)]


def enumerated(problem, base, kept, budget, risk_limit) -> float:
    """Find the least cost over all sets of facilities, each a dense programme."""
    best = np.inf
    for opened in facility_sets(problem):
        spend = float(problem.fixed @ np.array(opened))
        if spend > budget + 1e-9:
            continue
        dense = Dense(dataclasses.replace(problem, risk_limit=risk_limit), opened)
        rows, right = [*dense.rows], [*dense.right]
        risk = np.zeros(dense.width)
        risk[-1] = 1
        rows, right = [*rows, risk], [*right, 1e-7]
        for c in range(len(problem.demand)):
            for k, goal in enumerate(KEPT):
                row = np.zeros(dense.width)
                for cell, (economy, g) in enumerate(dense.cells):
                    if economy == c:
                        row[dense.deviation(cell, goal)] = problem.demand[c, g] / problem.demand[c].sum()
                rows, right = [*rows, row], [*right, kept[k, c] + 1e-7]
        for c, g, mode in np.ndindex(*problem.demand.shape, 3):
            row, same = np.zeros(dense.width), np.flatnonzero(base == mode)
            row[[dense.share(c, g, m) for m in same]] = 1
            rows, right = [*rows, row], [*right, problem.ceiling[c, g, same].max()]
        full = np.array(dense.equations)
        found = linprog(dense.goal("cost"), np.array(rows), right, full, np.ones(len(full)), dense.bounds)
        if found.success:
            best = min(best, found.fun * problem.demand.sum() + spend)
    return best


def test_a_joint_problem_by_hand():
    problem = random_problem(4, economies=3, segments=2, modes=3)
    problem = dataclasses.replace(
        problem,
        facility=np.array([[-1, 0, 1], [-1, 2, -1], [-1, 3, 4]]),
        fixed=np.arange(5) * 100.0 + 100,
        capacity=np.full(5, np.inf),
        least=np.zeros(5),
        host=np.array([0, 0, 1, 2, 2]),
    )
    joined = joint_problem(problem, np.array([2, 1]), TERMS)
    # modes 0 1 2, then 1 and 2 through the first member (economy 2), then through the second (economy 1)
    assert joined.facility.tolist() == [[-1, 0, 1, -1, -1, 2, -1], [-1, 2, -1, 0, 1, -1, -1]]
    assert joined.fixed.tolist() == [400.0, 500.0, 300.0]
    assert joined.host.tolist() == [0, 0, 1]
    np.testing.assert_allclose(joined.ceiling[1, :, 3:5], problem.ceiling[1][:, [1, 2]])
    assert not joined.ceiling[0, :, [3, 4, 6]].any()
    np.testing.assert_allclose(joined.cost[1, :, 3], 1.1 * problem.cost[1, :, 1])
    np.testing.assert_allclose(joined.days[0, :, 5], problem.days[2, :, 1] + 2)
    np.testing.assert_allclose(joined.gaps[0][1, :, 3], 1.1 * (problem.gaps[0][1, :, 1] + 1) - 1)
    late = (problem.days[1, :, 1] + 2) / problem.days[1, :, 1]
    np.testing.assert_allclose(joined.gaps[1][1, :, 3], (problem.gaps[1][1, :, 1] + 1) * late - 1)
    np.testing.assert_allclose(joined.gaps[2][1, :, 3], problem.gaps[2][1, :, 1])


@pytest.mark.parametrize("seed", [0, 1, 4, 6])
def test_enumeration_of_facilities_agrees(seed):
    problem = random_problem(seed, economies=2, segments=2, modes=3, risk_limit=1e4)
    joined = joint_problem(problem, np.array([0, 1]), TERMS)
    kept = np.random.default_rng(seed).uniform(0.2, 0.8, (4, 2))
    budget = 0.8 * problem.fixed.sum()
    base = base_modes(3, 2, TERMS)
    assert base.tolist() == [0, 1, 2, 1, 2, 1, 2]
    plan = cheapest(joined, base, kept, budget, 1e4)
    assert total_cost(joined, plan) == pytest.approx(enumerated(joined, base, kept, budget, 1e4), rel=1e-5)
    for mode in range(3):
        assert (plan.shares[:, :, base == mode].sum(axis=2) <= problem.ceiling[:, :, mode] + 1e-9).all()
    assert (averages(joined, plan.shares) <= kept + 2e-7).all()
    assert spending(joined, plan) <= budget + 1e-6
    assert at_risk(joined, plan.shares).sum() <= 1e4 * (1 + 1e-5)


def test_alone_nobody_is_served_worse_for_less():
    """The cheapest plan with the terms of a lexicographic plan costs no more, and is within them."""
    problem = random_problem(2, economies=1, segments=3, modes=4)
    plan = lexicographic(
        options(problem), ("demand", "time", "loss", "affordability", "finance", "risk", "concentration")
    )
    kept, budget, limit = own_terms(problem, plan)
    np.testing.assert_allclose(kept, averages(problem, plan.shares), rtol=0, atol=1e-12)
    assert budget == max(problem.budget, spending(problem, plan))
    found = cheapest(problem, np.arange(4), kept, budget, limit)
    assert total_cost(problem, found) <= total_cost(problem, plan) * (1 + 1e-6)
    assert (averages(problem, found.shares) <= kept + 2e-7).all()


def test_terms_are_those_of_the_plan_where_it_is_over_its_targets():
    problem = random_problem(3, economies=1, segments=2, modes=3, budget=1.0, risk_limit=1e-3)
    plan = Plan(shares=problem.ceiling / 3, opened=np.ones(len(problem.fixed), dtype=int))
    _, budget, limit = own_terms(problem, plan)
    assert budget == problem.fixed.sum()
    assert limit == pytest.approx(at_risk(problem, plan.shares).sum())
