"""Orders, budgets, single modes and the front of cost and time: printed digits, dominance, what is refused."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pandas as pd
import pytest
from catalogues import RAW, THREE, shipped

from bri_eval.checks import InputError
from bri_eval.modes.catalogue import ILLUSTRATIVE
from bri_eval.modes.mix import ORDERS, mode_mix, solve
from bri_eval.modes.problem import GOALS
from bri_eval.modes.tradeoff import EXCHANGED, budget_path, pareto, single_modes, trade_off

DEMAND = {"RUS": 1.0, "THA": 0.8, "POL": 0.6}
RISK = {"RUS": 0.6, "THA": 0.4, "POL": 0.2}


def mixed(merchant, **given):
    """The instance of the study, its limits on risk out of reach."""
    sellers = tuple(dataclasses.replace(one, risk_limit=1e9) for one in shipped().merchants)
    own = dataclasses.replace(shipped(), merchants=sellers)
    return mode_mix(own, RAW, merchant=merchant, economies=THREE, demand=DEMAND, risk=RISK, **given)


@pytest.fixture(scope="module")
def sme():
    return mixed("sme")


@pytest.fixture(scope="module")
def large():
    return mixed("large", order="service")


@pytest.fixture(scope="module")
def orders(sme):
    return trade_off(sme)


def test_single_modes_at_the_printed_digits(large):
    """Study: express (2.19, 0, 0), line (.44, .04, .05), warehouse (.12, 0, 0), plan (.026, 0, 0); post 81 %, .60."""
    table = single_modes(large)
    service = table[["affordability", "time", "loss"]].round(2)
    assert service.loc["express"].tolist() == [2.19, 0, 0]
    assert service.loc["dedicated_line"].tolist() == [0.44, 0.04, 0.05]
    assert service.loc["overseas_warehouse"].tolist() == [0.12, 0, 0]
    assert table.loc["plan", ["affordability", "time", "loss"]].tolist() == pytest.approx([0.026, 0, 0], abs=5e-4)
    assert table.loc["postal", ["served", "time"]].round(2).tolist() == [0.81, 0.6]


def test_the_hybrid_plan_dominates_every_mode_that_serves_all(large):
    """Paper, items 27 and 49."""
    table = single_modes(large).drop(index="plan")
    assert table.index[table["all_served"]].tolist() == ["express", "dedicated_line", "overseas_warehouse"]
    assert table.loc[table["all_served"], "dominated"].all()
    assert not table.loc[["postal", "china_europe_rail", "rail_sea"], "all_served"].any()
    assert not single_modes(large).loc["plan", "dominated"]


def test_single_modes_by_hand(large):
    """Rail carries bulky goods and food of RUS and POL: 160 of 1,240 parcels at 1 and .6 of 2.4; two facilities."""
    rail = single_modes(large).loc["china_europe_rail"]
    assert rail["served"] == pytest.approx(160 * 1.6 / (1240 * 2.4))
    assert rail["demand"] == pytest.approx(1 - rail["served"])
    assert rail["facilities"] == 2
    assert rail["days"] == 22
    parcels = 1.6 * np.array([100, 60])
    unit = np.array([(5 + 4 * 15) * (1 + 1.5 * 0.1 * 0.8), (5 + 4 * 20) * (1 + 1.5 * 0.02 * 0.8)])
    assert rail["cost"] == pytest.approx(parcels @ unit + 6000)


def test_all_orders_of_four_goals(orders, sme):
    assert orders.deviations.shape == (24, 10)
    assert orders.deviations.index[0] == ("finance", "affordability", "time", "loss")
    assert set(map(tuple, orders.deviations.index)) == set(itertools.permutations(EXCHANGED))
    np.testing.assert_allclose(orders.deviations.iloc[0][list(GOALS)], sme.deviations[list(GOALS)], rtol=0, atol=1e-9)
    assert orders.conventions[0] == ILLUSTRATIVE
    np.testing.assert_allclose(orders.shares.sum(axis=1), 1, rtol=0, atol=1e-9)


def test_a_goal_that_moves_forward_never_gets_worse(orders):
    for order in orders.deviations.index:
        for place in range(1, 4):
            moved = list(order)
            moved[place - 1], moved[place] = moved[place], moved[place - 1]
            now, before = (orders.deviations.loc[one, order[place]] for one in (tuple(moved), order))
            assert now <= before + 1e-7


def test_orders_of_fewer_goals_keep_the_others_in_place(sme):
    found = trade_off(sme, goals=("time", "finance"))
    assert found.deviations.index.tolist() == [("finance", "time"), ("time", "finance")]
    order = ("demand", "time", "affordability", "finance", "loss", "risk", "concentration")
    expected = solve(sme.question, order)
    assert found.deviations["cost"].iloc[1] == pytest.approx(expected.cost)


def test_a_path_over_budgets(sme):
    """The plan's own budget gives the plan; affordability, right after finance, never rises."""
    budgets = [3_000, 30_000, 70_000, 150_000]
    found = budget_path(sme, budgets)
    assert found.deviations.index.tolist() == budgets
    assert found.deviations.loc[30_000, "cost"] == pytest.approx(sme.cost)
    assert (np.diff(found.deviations["affordability"]) <= 1e-9).all()
    assert found.deviations["finance"].tolist() == [0] * 4
    assert found.shares.loc[150_000, "overseas_warehouse"] == pytest.approx(0.455, abs=5e-4)
    assert found.shares.loc[3_000, "overseas_warehouse"] == 0
    with pytest.raises(InputError, match="the budget is -5; expected a number above 0"):
        budget_path(sme, [30_000, -5])


def test_the_front_is_a_front(sme):
    """From the fastest to the cheapest, each step slower and cheaper; no plan of any order is below it."""
    front = pareto(sme, points=5)
    table = front.deviations
    assert (np.diff(table["days"]) > 0).all()
    assert (np.diff(table["cost"]) < 0).all()
    assert table[["demand", "finance"]].to_numpy().max() <= 1e-6
    for order in ORDERS:
        plan = solve(sme.question, ORDERS[order])
        if plan.deviations["finance"] <= 1e-9:
            days = budget_path(plan, [30_000]).deviations["days"].iloc[0]
            slower = table["days"] >= days - 1e-9
            assert not slower.any() or plan.cost >= table.loc[slower, "cost"].min() - 1e-3


def test_ends_of_the_front(sme):
    """No budget held: the fastest plan is by warehouse as far as it reaches; two points are the two ends."""
    front = pareto(sme, points=2, held=("demand",))
    assert len(front.deviations) == 2
    assert front.shares["overseas_warehouse"].iloc[0] == pytest.approx(0.95)
    assert front.shares["express"].iloc[0] == pytest.approx(0.05)
    assert front.deviations["days"].iloc[0] == pytest.approx(0.95 * 3 + 0.05 * 5)


def test_equal_points_are_listed_once():
    """One mode in one economy: the fastest plan is the cheapest."""
    post = tuple(mode for mode in shipped().modes if mode.code == "express")
    own = dataclasses.replace(shipped(), modes=post)
    plan = mode_mix(own, RAW, merchant="sme", economies=["THA"])
    front = pareto(plan, points=4)
    assert len(front.deviations) == 1
    assert isinstance(front.deviations.index, pd.RangeIndex)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda mix: trade_off(mix, goals=("time", "speed")), "goals: unknown goal 'speed'"),
        (
            lambda mix: trade_off(mix, goals=("time", "time")),
            r"goals are \['time', 'time'\]; expected two or more, each once",
        ),
        (lambda mix: trade_off(mix, goals=("time",)), "expected two or more"),
        (lambda mix: pareto(mix, points=1), "points is 1; expected 2 or more"),
        (lambda mix: pareto(mix, held=("risk",)), "held: unknown goal 'risk'; known are 'demand'"),
        (lambda mix: pareto(mix, held=("demand", "demand")), "name each goal once"),
    ],
)
def test_what_is_refused(sme, call, message):
    with pytest.raises(InputError, match=message):
        call(sme)
