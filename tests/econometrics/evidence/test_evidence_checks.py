"""Declared checks carried out into one record."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics import instruments as iv
from bri_eval.econometrics.estimate import estimate
from bri_eval.econometrics.evidence import SpecGrid, marginal_effects, specification_curve
from bri_eval.econometrics.evidence.check_plan import CheckPlan
from bri_eval.econometrics.evidence.checks import carry_out_checks
from bri_eval.econometrics.specs import ModelSpec
from bri_eval.econometrics.threshold import threshold

WITHIN = {"outcome": "y", "effects": ("economy",), "estimator": "within"}
SPECS = (
    ModelSpec(name="finding", regressors=("x", "a"), **WITHIN),
    ModelSpec(name="beside", outcome="y", regressors=("a",), effects=("year",), estimator="pooled"),
    ModelSpec(name="product", regressors=("x", "x:a", "a"), **WITHIN),
    ModelSpec(
        name="iv", outcome="y", regressors=("x",), endogenous=("x",), instruments=("z",), effects=("economy",),
        estimator="iv",
    ),
    ModelSpec(
        name="two", outcome="y", regressors=("x", "a"), endogenous=("x", "a"), instruments=("z", "v"),
        effects=("economy",), estimator="iv",
    ),
    ModelSpec(
        name="split", outcome="y", regressors=("x",), effects=("economy",), estimator="threshold",
        options={"threshold": "q", "regime": ("x",), "draws": 99, "trim": 0.2},
    ),
)  # fmt: skip
GRID = SpecGrid(
    outcomes={"y": "y"},
    measures={"x": "x", "z": "z"},
    controls={"none": [], "a": ["a"]},
    effects={"year": ["year"], "economy": ["economy"]},
    also={"year": ["v"]},
    least=8,
)
PLAN = CheckPlan(
    models=("finding", "beside"),
    draws=99,
    permutations=99,
    curve_draws=99,
    leave_out=(),
    moderators={"product": "a"},
    step="wave",
    curve=GRID,
)


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    rng = np.random.default_rng(9)
    rows = pd.MultiIndex.from_product([range(20), range(2010, 2015)], names=["economy", "year"])
    z, a, v, q, e = rng.normal(size=(5, 100))
    x = z + 0.5 * e
    return pd.DataFrame({"x": x, "z": z, "a": a + v, "v": v, "q": q, "y": x + 0.5 * a + e}, index=rows)


@pytest.fixture(scope="module")
def found(data):
    return carry_out_checks(PLAN, [estimate(spec, data) for spec in SPECS], data, seed=2)


def test_findings_are_doubted_in_the_order_declared(found, data):
    assert [one.fit.spec.name for one in found.doubted] == ["finding", "beside"]
    assert [one.term for one in found.doubted] == ["x", "a"]
    assert [one.oster is None for one in found.doubted] == [False, True]
    assert found.plan is PLAN


def test_moderated_models_give_their_marginal_effects(found, data):
    (one,) = found.moderations
    pd.testing.assert_frame_equal(one.table, marginal_effects(SPECS[2], data, term="x", moderator="a").table)


def test_instruments_are_tested_and_leave_a_set_where_one_slope_is_instrumented(found, data):
    assert list(found.instruments) == ["iv", "two"]
    assert found.instruments["iv"].confidence == iv.anderson_rubin_set(SPECS[3], data)
    assert found.instruments["two"].confidence is None
    reduced = iv.reduced_form(SPECS[3], data)
    pd.testing.assert_series_equal(found.instruments["iv"].reduced.params, reduced.params)
    names = [test.name for test in found.instruments["iv"].tests]
    assert names[:2] == ["First stage of 'x' (classical)", "First stage of 'x' (clustered)"]
    assert {"Cragg-Donald F", "Kleibergen-Paap F", "Anderson-Rubin (clustered)"} < set(names)


def test_thresholds_are_searched_with_their_curves(found, data):
    assert found.thresholds["split"].gammas == threshold(SPECS[5], data).gammas
    assert len(found.thresholds["split"].curves) == 1


def test_the_curve_is_tested_as_a_whole_and_by_effects(found, data):
    assert found.curve.sentence == specification_curve(GRID, data, draws=99, seed=2).sentence
    assert list(found.curves) == ["year", "economy"]
    whole = found.curve.table
    for name, part in found.curves.items():
        own = whole[whole["effects"] == name]
        np.testing.assert_allclose(part.table["slope"], own["slope"])
        assert part.declared == len(own) == 4
        assert part.median == pytest.approx(own["slope"].median())
        also = {"year": ["v"]} if name == "year" else {}
        grid = replace(GRID, effects={name: GRID.effects[name]}, also=also, least=1)
        alone = specification_curve(grid, data, draws=99, seed=2)
        assert (part.pvalues, part.sentence) == (alone.pvalues, alone.sentence)


def test_a_curve_with_one_set_of_effects_is_not_split(data):
    grid = SpecGrid(
        outcomes={"y": "y"}, measures={"x": "x"}, controls={"none": [], "a": ["a"]}, effects={"year": ["year"]}, least=2
    )
    plan = CheckPlan(
        models=("beside",), draws=99, permutations=99, curve_draws=99, leave_out=(), step="wave", curve=grid
    )
    found = carry_out_checks(plan, [estimate(SPECS[1], data)], data, seed=2)
    assert (found.curve.declared, dict(found.curves)) == (2, {})


def test_a_series_in_the_measure_and_beside_it_fails_with_its_reason(data):
    plan = CheckPlan(
        models=("beside",), draws=99, permutations=99, curve_draws=99, leave_out=(), step="wave", curve=GRID
    )
    made_of = {"x": {"t.csv:x"}, "z": {"t.csv:z"}, "a": {"t.csv:x"}}
    found = carry_out_checks(plan, [estimate(SPECS[1], data)], data, seed=2, made_of=made_of)
    refused = found.curve.table[found.curve.table["reason"] != ""]
    assert set(zip(refused["measure"], refused["controls"], strict=True)) == {("x", "a")}


def test_what_is_not_declared_is_empty(data):
    plan = CheckPlan(models=("beside",), draws=99, permutations=99, leave_out=(), step="wave")
    found = carry_out_checks(plan, [estimate(SPECS[1], data)], data, seed=0)
    assert (found.moderations, found.instruments, found.thresholds, found.curve) == ((), {}, {}, None)


def test_a_moderator_that_is_not_in_the_model_is_refused(data):
    plan = CheckPlan(
        models=("beside",), draws=99, permutations=99, leave_out=(), step="wave", moderators={"finding": "a"}
    )
    with pytest.raises(InputError, match="there is no regressor 'x:a'"):
        carry_out_checks(plan, [estimate(spec, data) for spec in SPECS[:2]], data, seed=0)
