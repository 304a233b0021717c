"""Options and shares in one programme: the same plans as apart, and figures read off the rows."""

from __future__ import annotations

import numpy as np
import pytest
from programmes import random_problem

from bri_eval.modes.blocks import one_each, options
from bri_eval.modes.hull import hull
from bri_eval.modes.lexicographic import BINDING, lexicographic, target
from bri_eval.modes.problem import GOALS, at_risk, deviations, mean_days, spending, total_cost

ORDER = ("demand", "finance", "time", "affordability", "loss", "risk", "concentration")


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("at_least", [1, 2])
def test_the_hull_alone_finds_what_the_options_find(seed, at_least):
    """The limit on risk is out of reach, so that both routes are open."""
    problem = random_problem(seed, economies=2, segments=2, modes=4, risk_limit=1e9, ceiling=np.full((2, 2, 4), 0.8))
    choice = options(problem, at_least=at_least)
    joined = hull(choice, (), one_each(choice))
    goals = [goal for goal in ORDER if goal != "risk"]
    whole = joined.solve([joined.row(goal) for goal in (*goals, "cost")], [target(goal) for goal in (*goals, "cost")])
    apart = lexicographic(choice, ORDER)
    np.testing.assert_allclose(deviations(problem, whole), deviations(problem, apart), rtol=0, atol=1e-6)
    assert total_cost(problem, whole) == pytest.approx(total_cost(problem, apart), rel=1e-6)


def test_rows_give_the_figures_of_the_plan():
    problem = random_problem(3, economies=2, segments=2, modes=4)
    choice = options(problem)
    joined = hull(choice, (), one_each(choice))
    rows = [joined.row(name) for name in (*GOALS, "cost", "days")]
    plan = joined.solve([joined.row("cost"), joined.row("demand")])
    assert all(len(row) == len(joined.linear.lower) for row in rows)
    assert spending(problem, plan) == 0  # sending nothing is cheapest
    assert deviations(problem, plan)[0] == pytest.approx(1)
    served = joined.solve([joined.row("demand"), joined.row("days"), joined.row("cost")])
    low = joined.hold(joined.row("demand"), deviations(problem, served)[0])
    days = mean_days(problem, served.shares) * (1 - deviations(problem, served)[0])
    slower = low.hold(low.row("days"), 1.2 * days).solve([low.row("cost"), low.row("days")])
    assert total_cost(problem, slower) <= total_cost(problem, served) + 1e-6
    found = mean_days(problem, slower.shares) * (1 - deviations(problem, slower)[0])
    assert found <= 1.2 * days + 1e-6


def test_a_bound_on_risk_holds():
    problem = random_problem(8, economies=3, segments=2, modes=4)
    choice = options(problem)
    joined = hull(choice, (), one_each(choice))
    joined = joined.hold(joined.row("demand"), 0.5).hold(joined.row("risk"), 0.8)
    plan = joined.solve([joined.row("time")])
    assert at_risk(problem, plan.shares).sum() <= 0.8 * problem.risk_limit * (1 + 1e-6)


def test_levels_that_are_held_stay_held():
    """Time at its least in each option, then the cheapest: no plan of the hull can be faster."""
    problem = random_problem(2, economies=2, segments=2, modes=4)
    choice = options(problem)
    held = hull(choice, ("demand", "time"), one_each(choice))
    free = hull(choice, (), one_each(choice))
    plan = held.solve([held.row("demand"), held.row("time"), held.row("cost")])
    other = free.solve([free.row("demand"), free.row("time"), free.row("cost")])
    np.testing.assert_allclose(deviations(problem, plan)[[0, 2]], deviations(problem, other)[[0, 2]], rtol=0, atol=1e-6)
    assert total_cost(problem, plan) == pytest.approx(total_cost(problem, other), rel=1e-5)


def test_only_money_binds_all():
    assert BINDING == ("finance", "risk")
