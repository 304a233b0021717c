"""One finding doubted: each check is the one of its own module, with the plan's numbers and the study's seed."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics.bootstrap import randomisation, wild_bootstrap
from bri_eval.econometrics.diagnostics import panel_tests
from bri_eval.econometrics.estimate import estimate
from bri_eval.econometrics.evidence import (
    generated_regressor,
    heterogeneity,
    leave_one_out,
    mediation,
    oster_bounds,
    placebo,
)
from bri_eval.econometrics.evidence.check_plan import CheckPlan
from bri_eval.econometrics.evidence.doubted import doubt
from bri_eval.econometrics.evidence.grouping import Grouping
from bri_eval.econometrics.specs import ModelSpec

SPEC = ModelSpec(name="m", outcome="y", regressors=("x", "a"), effects=("economy", "year"), estimator="within")
PLAN = CheckPlan(
    models=("m",),
    covariances=("clustered", "cr2", "two_way"),
    step="wave",
    short_pairs="omit",
    draws=199,
    permutations=99,
    leave_out=("economy", "kind"),
    mediators=("b",),
    groups={"kind": Grouping(column="kind")},
)


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    """20 economies in 4 irregular waves, in two groups; x moves y and, through b, moves it again."""
    rng = np.random.default_rng(5)
    rows = pd.MultiIndex.from_product([range(20), (2007, 2010, 2012, 2014)], names=["economy", "year"])
    x, a, e, u = rng.normal(size=(4, 80))
    b = 0.5 * x + u
    kinds = np.array(["even", "odd"], dtype=object)[np.arange(20).repeat(4) % 2]
    return pd.DataFrame({"x": x, "a": a, "b": b, "y": x + 0.5 * a + 0.3 * b + e, "kind": kinds}, index=rows)


@pytest.fixture(scope="module")
def versions(data) -> pd.DataFrame:
    noise = np.random.default_rng(6).normal(size=(100, 80))
    return pd.DataFrame(data["x"].to_numpy() + 0.2 * noise, columns=data.index)


@pytest.fixture(scope="module")
def found(data, versions):
    return doubt(PLAN, estimate(SPEC, data), data, seed=4, versions={"x": versions})


def test_every_check_is_that_of_its_module(found, data, versions):
    assert found.term == "x"
    tests = panel_tests(SPEC, data, by="wave", short_pairs="omit")
    assert [test.sentence for test in found.tests] == [test.sentence for test in tests]
    assert found.wild == wild_bootstrap(SPEC, data, "x", draws=199, seed=4)
    assert found.randomisation == randomisation(SPEC, data, "x", draws=199, seed=4)
    assert found.placebo.sentence == placebo(SPEC, data, draws=99, seed=4).sentence
    assert found.oster.sentence == oster_bounds(SPEC, data).sentence
    assert found.mediations["b"].sentence == mediation(SPEC, data, mediator="b", seed=4).sentence
    assert found.generated.sentence == generated_regressor(SPEC, data, versions, seed=4).sentence
    groups = found.groups["kind"]
    assert groups.sentence == heterogeneity(SPEC, data, groups="kind", draws=99, seed=4).sentence


def test_units_left_out_are_those_of_the_plan(found, data):
    assert list(found.left_out) == ["economy", "kind"]
    assert found.left_out["economy"].sentence == leave_one_out(SPEC, data).sentence
    alone = estimate(SPEC, data[data["kind"] == "odd"])
    assert found.left_out["kind"].table["slope"]["even"] == pytest.approx(alone.params["x"], rel=1e-10)
    assert found.left_out["kind"].by == "kind"


def test_rules_of_inference_stand_side_by_side(found, data):
    table = found.inference
    assert list(table.index) == ["clustered", "cr2", "two_way", "wild bootstrap", "randomisation"]
    other = estimate(replace(SPEC, covariance="cr2"), data)
    row = table.loc["cr2"]
    assert (row["estimate"], row["std_error"]) == (other.params["x"], other.std_errors["x"])
    assert (row["df"], row["pvalue"]) == (other.dfs["x"], other.pvalues["x"])
    assert (row["lower"], row["upper"]) == tuple(other.conf_int.loc["x"])
    assert table.loc["clustered", "df"] == 19
    assert tuple(table.loc["wild bootstrap", ["lower", "upper"]]) == found.wild.interval
    assert table.loc["randomisation", "pvalue"] == found.randomisation.pvalue


def test_a_refused_rule_is_listed_with_its_reason(found):
    row = found.inference.loc["two_way"]
    assert "4 years are too few clusters for covariance 'two_way'" in row["reason"]
    assert row.drop("reason").isna().all()
    assert (found.inference["reason"] == "").sum() == 4


def test_randomisation_that_is_refused_is_none_and_said(data):
    """No two economies share their years, so that trajectories cannot change places."""
    rng = np.random.default_rng(2)
    rows = [(g, year) for g in range(12) for year in (2000 + g, 2012 + g, 2024 + g)]
    index = pd.MultiIndex.from_tuples(rows, names=["economy", "year"])
    alone = pd.DataFrame(rng.normal(size=(36, 2)), index=index, columns=["x", "y"])
    spec = ModelSpec(name="m", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    plan = CheckPlan(models=("m",), draws=99, permutations=99, leave_out=(), step="wave", short_pairs="omit")
    found = doubt(plan, estimate(spec, alone), alone, seed=0, versions={})
    assert found.randomisation is None
    assert "can be dealt out in 1 ways" in found.inference.loc["randomisation", "reason"]
    assert (found.oster, found.generated, found.left_out, found.groups) == (None, None, {}, {})


def test_versions_of_another_regressor_are_not_taken(data, versions):
    plan = replace(PLAN, covariances=(), groups={}, mediators=(), leave_out=())
    assert doubt(plan, estimate(SPEC, data), data, seed=4, versions={"b": versions}).generated is None


def test_what_the_data_do_not_allow_is_refused(data):
    plan = replace(PLAN, mediators=("absent",))
    with pytest.raises(InputError, match="absent"):
        doubt(plan, estimate(SPEC, data), data, seed=4, versions={})
