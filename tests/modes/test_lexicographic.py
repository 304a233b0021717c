"""The lexicographic plan: by hand, by grid, by enumeration, and what must hold for any problem."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from programmes import dumb, random_problem

from bri_eval.modes import lexicographic as module
from bri_eval.modes.blocks import options
from bri_eval.modes.lexicographic import lexicographic, stand, target
from bri_eval.modes.problem import GOALS, Plan, deviations, total_cost, unserved

CAUTIOUS = ("demand", "finance", "affordability", "time", "loss", "risk", "concentration")
SERVICE = ("demand", "time", "loss", "affordability", "finance", "risk", "concentration")


def achieved(problem, order, **given) -> tuple[dict[str, float], float]:
    plan = lexicographic(options(problem, **given), order)
    return dict(zip(GOALS, deviations(problem, plan), strict=True)), total_cost(problem, plan)


def drawn_order(seed: int) -> tuple[str, ...]:
    """Demand first, as nothing else makes a plan, then any order."""
    rest = np.random.default_rng(seed).permutation([goal for goal in GOALS if goal != "demand"])
    return ("demand", *(str(goal) for goal in rest))


def volumes(seed: int, number: int) -> dict[str, np.ndarray]:
    """Draw capacities for every third problem, and least volumes for every third."""
    rng = np.random.default_rng(seed)
    if seed % 3 == 1:
        return {"capacity": rng.uniform(20, 200, number)}
    return {"least": rng.uniform(10, 150, number) * (rng.random(number) < 0.7)} if seed % 3 == 2 else {}


def one_cell(**given):
    """One economy, one segment of 100 parcels: slow for nothing, quick and dear for nothing, a store that costs 50."""
    plain = {
        "demand": np.array([[100.0]]),
        "ceiling": np.array([[[0.9, 1.0, 0.9]]]),
        "floor": np.zeros((1, 1, 3)),
        "gaps": np.array([[[[-0.5, 1.0, 0.2]]], [[[1.0, -0.5, -0.8]]], [[[0.5, -0.5, -0.5]]]]),
        "cost": np.array([[[1.0, 4.0, 2.0]]]),
        "days": np.array([[[20.0, 5.0, 2.0]]]),
        "exposed": np.array([[[0.0, 0.0, 1.0]]]),
        "facility": np.array([[-1, -1, 0]]),
        "fixed": np.array([50.0]),
        "capacity": np.array([np.inf]),
        "least": np.zeros(1),
        "host": np.zeros(1, dtype=int),
        "budget": 40.0,
        "risk_limit": 1000.0,
    }
    return random_problem(0, **plain | given)


def test_by_hand_cautious():
    """No store within the budget; price is met up to 1/3 quick, where time deviates least, by 2/3 - 1/6 = 1/2."""
    plan = lexicographic(options(one_cell()), CAUTIOUS)
    np.testing.assert_allclose(plan.shares, [[[2 / 3, 1 / 3, 0.0]]], rtol=0, atol=1e-9)
    assert plan.opened.tolist() == [0]
    assert achieved(one_cell(), CAUTIOUS)[0]["time"] == pytest.approx(0.5, abs=1e-9)


def test_by_hand_service():
    """Slow and quick meet time with 1/3 slow, price with 2/3; with the store, 25 % over the budget, all is met."""
    found, _ = achieved(one_cell(), SERVICE)
    assert [found[goal] for goal in ("time", "loss", "affordability")] == pytest.approx([0, 0, 0], abs=1e-9)
    assert found["finance"] == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("seed", "order"), [(0, CAUTIOUS), (1, SERVICE), (2, drawn_order(8)), (3, CAUTIOUS), (5, SERVICE)]
)
def test_nothing_on_a_grid_is_better(seed, order):
    """One economy, one segment, three modes: all shares in steps of 1/15, with the facilities that they need."""
    problem = random_problem(seed, economies=1, segments=1, modes=3)
    best = [achieved(problem, order)[0][goal] for goal in order]
    steps = [np.arange(0, 16) / 15] * 3
    for shares in itertools.product(*steps):
        x = np.array(shares)
        if x.sum() > 1 + 1e-12 or (x > problem.ceiling[0, 0]).any():
            continue
        needed = problem.facility[0][(x > 0) & (problem.facility[0] >= 0)]
        opened = np.zeros(len(problem.fixed), dtype=int)
        opened[needed] = 1
        rival = dict(zip(GOALS, deviations(problem, Plan(shares=x[None, None], opened=opened)), strict=True))
        first = next((k for k, goal in enumerate(order) if abs(rival[goal] - best[k]) > 1e-7), None)
        assert first is None or rival[order[first]] > best[first]


@pytest.mark.parametrize("seed", [*range(8), 16, 34])
def test_enumeration_of_all_facilities_agrees(seed):
    """Two economies, two segments, three modes; the oracle is good to about 1e-5."""
    problem = random_problem(seed)
    problem = dataclasses.replace(problem, **volumes(seed, len(problem.fixed)))
    order = drawn_order(seed)
    found, cost = achieved(problem, order)
    expected, least = dumb(problem, order)
    np.testing.assert_allclose([found[goal] for goal in order], expected, rtol=0, atol=1e-5)
    assert cost == pytest.approx(least, rel=1e-4)


@pytest.mark.parametrize("seed", [1, 14])
def test_enumeration_agrees_where_cells_must_use_two_modes(seed):
    problem = random_problem(seed, economies=1, segments=2, modes=4)
    problem = dataclasses.replace(problem, ceiling=np.maximum(problem.ceiling, 0.4))
    order = drawn_order(seed)
    plan = lexicographic(options(problem, at_least=2, least_share=0.1), order)
    found = dict(zip(GOALS, deviations(problem, plan), strict=True))
    expected, least = dumb(problem, order, 2, 0.1)
    np.testing.assert_allclose([found[goal] for goal in order], expected, rtol=0, atol=1e-5)
    assert total_cost(problem, plan) == pytest.approx(least, rel=1e-4)
    assert ((plan.shares >= 0.1 - 1e-9).sum(axis=2) >= 2).all()


def test_a_limit_on_risk_that_binds_all_together(monkeypatch):
    """Without the limit the cheapest plan is over it; with it the later goals give way and the oracle agrees."""
    calls, original = [], module.under_the_limit
    monkeypatch.setattr(module, "under_the_limit", lambda *given: calls.append(1) or original(*given))
    for seed in (2, 8):
        free = random_problem(seed, economies=2, segments=2, risk_limit=1e9)
        order = ("demand", "risk", "finance", "time", "loss", "affordability", "concentration")
        plan = lexicographic(options(free), order)
        risk = (free.exposed * free.demand[:, :, None] * plan.shares).sum()
        problem = dataclasses.replace(free, risk_limit=max(0.7 * risk, 1.0))
        found, cost = achieved(problem, order)
        expected, least = dumb(problem, order)
        np.testing.assert_allclose([found[goal] for goal in order], expected, rtol=0, atol=1e-5)
        assert cost == pytest.approx(least, rel=1e-4)
    assert len(calls) >= 2


@pytest.mark.parametrize("seed", range(4))
def test_a_plan_is_within_all_bounds(seed):
    problem = random_problem(seed, economies=3, segments=3, modes=5)
    problem = dataclasses.replace(problem, **volumes(seed, len(problem.fixed)))
    plan = lexicographic(options(problem), CAUTIOUS)
    assert (plan.shares >= 0).all()
    assert (plan.shares <= problem.ceiling + 1e-9).all()
    assert plan.shares.sum(axis=2) + unserved(problem, plan.shares) == pytest.approx(1, abs=1e-9)
    for facility, (c, m) in enumerate(np.argwhere(problem.facility >= 0)):
        through = problem.demand[c] @ plan.shares[c, :, m]
        assert through <= problem.capacity[facility] + 1e-6
        assert through >= problem.least[facility] * plan.opened[facility] - 1e-6
        assert plan.opened[facility] or through == 0


@pytest.mark.parametrize("seed", [1])
def test_a_goal_that_moves_forward_never_gets_worse(seed):
    """All 24 orders of P2 to P5."""
    problem = random_problem(seed, economies=2, segments=2, modes=4)
    choice, exchanged = options(problem), ("affordability", "time", "loss", "finance")
    found = {}
    for order in itertools.permutations(exchanged):
        plan = lexicographic(choice, ("demand", *order, "risk", "concentration"))
        found[order] = dict(zip(GOALS, deviations(problem, plan), strict=True))
    for order in found:
        for place in range(1, 4):
            moved = list(order)
            moved[place - 1], moved[place] = moved[place], moved[place - 1]
            assert found[tuple(moved)][order[place]] <= found[order][order[place]] + 1e-7


@pytest.mark.parametrize("seed", range(2))
def test_a_larger_budget_never_worsens_the_goal_after_finance(seed):
    problem, last = random_problem(seed, economies=3, segments=2, modes=4), np.inf
    for budget in np.linspace(0.05, 1.2, 6) * problem.fixed.sum():
        now = achieved(dataclasses.replace(problem, budget=budget), CAUTIOUS)[0]["affordability"]
        assert now <= last + 1e-9
        last = now


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("first", ["demand", "time", "loss"])
def test_a_mode_less_never_improves_the_first_goal(seed, first):
    order = (first, *(goal for goal in CAUTIOUS if goal != first))
    problem = random_problem(seed, economies=2, segments=2, modes=4)
    with_all = achieved(problem, order)[0][first]
    for mode in range(4):
        ceiling = problem.ceiling.copy()
        ceiling[:, :, mode] = 0
        assert achieved(dataclasses.replace(problem, ceiling=ceiling), order)[0][first] >= with_all - 1e-9


@pytest.mark.parametrize("seed", range(3))
def test_the_currency_does_not_matter(seed):
    problem = random_problem(seed, economies=2, segments=2, modes=4)
    money = {name: 7.3e4 * getattr(problem, name) for name in ("cost", "exposed", "fixed", "budget", "risk_limit")}
    one, other = (lexicographic(options(p), CAUTIOUS) for p in (problem, dataclasses.replace(problem, **money)))
    np.testing.assert_allclose(one.shares, other.shares, rtol=0, atol=1e-7)
    assert one.opened.tolist() == other.opened.tolist()


@pytest.mark.parametrize("seed", range(3))
def test_economies_in_another_order_are_the_result_in_another_order(seed):
    problem = random_problem(seed, economies=4, segments=2, modes=3)
    order = np.array([2, 0, 3, 1])
    names = ("demand", "ceiling", "floor", "cost", "days", "exposed", "facility")
    host = np.argsort(order)[problem.host]
    moved = dataclasses.replace(
        problem, **{name: getattr(problem, name)[order] for name in names}, gaps=problem.gaps[:, order], host=host
    )
    one, other = lexicographic(options(problem), CAUTIOUS), lexicographic(options(moved), CAUTIOUS)
    np.testing.assert_allclose(other.shares, one.shares[order], rtol=0, atol=1e-9)
    assert one.opened.tolist() == other.opened.tolist()


def test_equal_economies_that_compete_are_settled():
    """Two alike, money for one store: which gets it is fixed, and the rest is alike."""
    one = one_cell(budget=60.0)
    names = ("demand", "ceiling", "floor", "cost", "days", "exposed")
    twins = dataclasses.replace(
        one, **{name: np.repeat(getattr(one, name), 2, axis=0) for name in names}, gaps=np.repeat(one.gaps, 2, axis=1),
        facility=np.array([[-1, -1, 0], [-1, -1, 1]]), fixed=np.full(2, 50.0), capacity=np.full(2, np.inf),
        least=np.zeros(2), host=np.array([0, 1]),
    )  # fmt: skip
    plans = [lexicographic(options(twins), ("demand", "finance", *SERVICE[1:4], *SERVICE[5:])) for _ in range(2)]
    assert plans[0].opened.sum() == 1
    np.testing.assert_array_equal(plans[0].shares, plans[1].shares)


def test_small_economies_are_planned_as_carefully_as_large_ones():
    """A millionth of the parcels: its own plan is the one that it has alone."""
    problem = random_problem(5, economies=2, segments=2, modes=4, budget=1e9, risk_limit=1e12)
    tiny = dataclasses.replace(problem, demand=problem.demand * [[1.0], [1e-6]])
    for order in (CAUTIOUS, SERVICE):
        full, small = (lexicographic(options(p), order) for p in (problem, tiny))
        np.testing.assert_allclose(full.shares[1], small.shares[1], rtol=0, atol=1e-6)


def test_what_is_enough():
    assert target("finance") == target("risk") == 1
    assert target("time") == -np.inf
    choice = options(one_cell(budget=60.0))
    assert stand(choice, ("demand", "finance")).levels == ("demand",)
    assert stand(choice, ("demand", "risk")).limited is not None
