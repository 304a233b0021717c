"""From the catalogue to arrays: by hand, what is left out, what is refused."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from catalogues import RAW, STORE, THREE, index_of, shipped, tables, tiny

from bri_eval.checks import InputError
from bri_eval.modes.catalogue import Demand
from bri_eval.modes.question import pose


@pytest.fixture
def folder(tmp_path):
    return tables(tmp_path)


def asked(folder, catalogue=None, **given):
    plain = {"merchant": "shop", "economies": ["RUS", "ARE"]}
    return pose(catalogue or tiny(), folder, **(plain | given))


def test_arrays_by_hand(folder):
    """Sorted: ARE before RUS; quick, slow, store. Limits of cost: 100 x .2 = 20; 10 days; 2 % lost."""
    question = asked(folder, risk={"RUS": 0.5, "ARE": 0.25})
    problem = question.problem
    np.testing.assert_allclose(problem.cost[0, 0], [30, 10, 8])
    np.testing.assert_allclose(problem.gaps[:, 1, 0], [[0.5, -0.5, -0.6], [-0.6, 0.6, -0.8], [-0.5, 0.0, -0.5]])
    np.testing.assert_allclose(problem.ceiling[0, 0], [1.0, 0.9, 0.9])
    np.testing.assert_allclose(problem.exposed[:, 0], [[0, 0, 0.5 * 100 * 0.25], [0, 0, 0.5 * 100 * 0.5]])
    assert problem.demand.tolist() == [[100.0], [100.0]]
    assert problem.facility.tolist() == [[-1, -1, 0], [-1, -1, 1]]
    assert problem.fixed.tolist() == [1000.0, 1000.0]
    assert problem.host.tolist() == [0, 1]
    assert (problem.budget, problem.risk_limit) == (1000.0, 10_000.0)


def test_positions_in_the_tables(folder):
    question = asked(folder)
    assert question.economies == ("RUS", "ARE")
    assert question.modes == ("slow", "quick", "store")
    assert question.place("economies").tolist() == [1, 0]
    assert question.place("modes").tolist() == [1, 0, 2]


def test_capacities_and_least_volumes_make_facilities(folder):
    slow, quick, store = tiny().modes
    modes = (dataclasses.replace(slow, capacity=50.0), dataclasses.replace(quick, min_volume=20.0), store)
    problem = asked(folder, tiny(modes=modes), economies=["RUS"]).problem
    assert problem.facility.tolist() == [[0, 1, 2]]
    assert problem.fixed.tolist() == [0.0, 0.0, 1000.0]
    assert problem.capacity.tolist() == [np.inf, 50.0, np.inf]
    assert problem.least.tolist() == [20.0, 0.0, 0.0]


def test_what_is_not_feasible_is_nothing(folder):
    """A store for neighbours of China only: not for ARE, where its cost and exposure are 0 as well."""
    modes = (*tiny().modes[:2], dataclasses.replace(STORE, rules=("border_with_china",)))
    question = asked(folder, tiny(modes=modes))
    assert question.problem.ceiling[0, 0, 2] == question.problem.cost[0, 0, 2] == question.problem.exposed[0, 0, 2] == 0
    assert question.problem.facility.tolist() == [[-1, -1, -1], [-1, -1, 0]]
    assert question.dropped.loc[("ARE", "goods", "store"), "reason"] == "no land border with China"


def test_planned_modes_are_not_there():
    assert "high_speed_rail" not in asked(RAW, shipped(), merchant="sme", economies=THREE).modes


def test_demand_can_be_given(folder):
    question = asked(folder, demand={"RUS": 2.0, "ARE": 0.5, "CZE": 3.0})
    assert question.problem.demand.tolist() == [[50.0], [200.0]]
    with pytest.raises(InputError, match="demand says nothing of 'ARE'; give a scale for each economy"):
        asked(folder, demand={"RUS": 2.0})
    with pytest.raises(InputError, match=r"demand of 'RUS' is -1.0 below zero"):
        asked(folder, demand={"RUS": -1, "ARE": 1})


def test_an_index_fits_the_cards(folder):
    slow, quick, store = tiny().modes
    modes = (dataclasses.replace(slow, modifiers=("clearance_days",)), quick, store)
    index = index_of({"lpi_customs": {"RUS": 2.0, "ARE": np.nan}})
    question = asked(folder, tiny(modes=modes), evaluation=index, year=2018)
    assert question.economies == ("RUS",)
    assert question.left_out.to_dict() == {"ARE": "days not known"}
    assert question.problem.days[0, 0, 1] == pytest.approx(16 + 1.5 * (3 - 2))
    assert question.year == 2018


def test_economies_without_demand_are_left_out(folder):
    known = tiny(demand=Demand(rule="given", scale={"RUS": 1.0, "CZE": 0.0}))
    question = asked(folder, known, economies=["CZE", "RUS", "ARE"])
    assert question.left_out.to_dict() == {"CZE": "no parcels", "ARE": "parcels not known"}
    with pytest.raises(InputError, match="no economy can be planned for; 'CZE', the first, lacks: no parcels"):
        asked(folder, known, economies=["CZE"])


def test_another_budget_shares_what_was_solved(folder):
    question = asked(folder)
    other = question.with_budget(77)
    assert other.problem.budget == 77.0
    assert question.problem.budget == 1000.0
    assert other.choice.solve is question.choice.solve
    with pytest.raises(InputError, match="the budget is 0; expected a number above 0"):
        question.with_budget(0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"economies": "RUS"}, "economies is 'RUS'; expected a list of codes"),
        ({"economies": []}, r"economies is \[\]; expected a list of codes"),
        ({"economies": ["RUS", "ARE", "RUS"]}, "economies name 'RUS' twice; name each once"),
        ({"economies": ["RUS", "ARF"]}, "unknown economy 'ARF'.*did you mean"),
        ({"merchant": "shopp"}, "tiny.toml: unknown merchant 'shopp'.*did you mean 'shop'"),
        ({"at_least": 0}, "at_least is 0; expected 1 or more modes in every cell"),
        ({"risk": {"RUS": 0.5}}, "risk: unknown economy 'ARE'; known are 'RUS'.*give a factor for each"),
        ({"risk": {"RUS": 1.5, "ARE": 0.5}}, "risk of 'RUS' is 1.5; expected a factor from 0 to 1"),
        ({"risk": {"RUS": 1.0}, "evaluation": index_of({}), "year": 2018}, "risk is given, and an index whose"),
        (
            {"at_least": 4},
            r"'ARE', segment 'goods' has 3 feasible modes \('quick', 'slow', 'store'\) and at_least is 4",
        ),
    ],
)
def test_what_is_refused(folder, given, message):
    with pytest.raises(InputError, match=message):
        asked(folder, **given)
