"""Marginal effects against models of which the moderator is moved: its slope is then that at the new zero."""

from dataclasses import replace

import numpy as np
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics.estimate import estimate
from bri_eval.econometrics.evidence.moderation import marginal_effects


@pytest.mark.parametrize("how", [("within", "economy", "year"), ("pooled", "year"), ("random",), ("first_difference",)])
def test_slopes_are_those_of_a_model_with_another_zero(panel, model, how):
    """Slope and standard error of x in y ~ x + (a - a0) + x (a - a0), estimated for each a0."""
    spec = model(*how, regressors=("x", "a", "x:a", "b"))
    found = marginal_effects(spec, panel, term="x", moderator="a", points=5)
    for value, row in found.table.iterrows():
        fit = estimate(spec, panel.assign(a=panel["a"] - value))
        assert row["slope"] == pytest.approx(fit.params["x"], rel=1e-7)
        assert row["std_error"] == pytest.approx(fit.std_errors["x"], rel=1e-7)
        assert row["pvalue"] == pytest.approx(fit.pvalues["x"], rel=1e-6)
        np.testing.assert_allclose(row[["lower", "upper"]].astype(float), fit.conf_int.loc["x"], rtol=1e-6)


def test_an_instrumented_interaction_is_one_too(panel, model):
    noise = np.random.default_rng(0).normal(size=len(panel))
    spec = replace(
        model("within", "economy", "year", regressors=("x", "a", "x:a")),
        estimator="iv",
        endogenous=("x", "x:a"),
        instruments=("z", "z:a"),
    )
    found = marginal_effects(spec, panel.assign(z=panel["x"] + noise), term="x", moderator="a", points=2)
    for value, row in found.table.iterrows():
        moved = panel.assign(z=panel["x"] + noise, a=panel["a"] - value)
        fit = estimate(spec, moved)
        assert (row["slope"], row["std_error"]) == pytest.approx((fit.params["x"], fit.std_errors["x"]), rel=1e-7)


def test_nothing_is_said_beyond_the_percentiles(panel, model):
    spec = model("within", "economy", "year", regressors=("x", "a", "a:x"))
    found = marginal_effects(spec, panel, term="x", moderator="a")
    used = panel.loc[estimate(spec, panel).residuals.index, "a"]
    assert (found.low, found.high) == tuple(np.quantile(used, [0.01, 0.99]))
    assert (found.table.index[0], found.table.index[-1], len(found.table)) == (found.low, found.high, 50)
    assert found.histogram["rows"].sum() == len(used)
    assert (found.histogram["from"].iloc[0], found.histogram["to"].iloc[-1]) == (used.min(), used.max())
    assert found.interaction == "a:x"


def test_a_moderator_that_the_effects_absorb_need_not_be_named(panel, model):
    spec = model("within", "economy", "year", regressors=("x", "x:m"))
    found = marginal_effects(spec, panel, term="x", moderator="m", points=3)
    fit = estimate(spec, panel)
    np.testing.assert_allclose(found.table["slope"], fit.params["x"] + fit.params["x:m"] * found.table.index)
    with pytest.raises(InputError, match="moderator 'm' is not a regressor, and the effects do not absorb it; add it"):
        marginal_effects(model("pooled", regressors=("x", "x:m")), panel, term="x", moderator="m")


def test_a_moderator_with_few_values_is_evaluated_at_these(panel, model):
    data = panel.assign(open=(panel["fixed"] > 0).astype(float))
    spec = model("within", "economy", regressors=("x", "x:open"))
    found = marginal_effects(spec, data, term="x", moderator="open")
    assert found.table.index.tolist() == [0.0, 1.0]
    assert found.table.index.name == "open"


def test_shares_count_rows_whose_interval_leaves_out_zero(panel, model):
    """y gains 3 a x: the slope is far below zero at low a, far above at high a."""
    data = panel.assign(y=panel["y"] + 3 * panel["a"] * panel["x"])
    spec = model("within", "economy", regressors=("x", "a", "x:a"))
    found = marginal_effects(spec, data, term="x", moderator="a", points=400)
    rows = data.loc[estimate(spec, data).residuals.index, "a"]
    inside = rows[rows.between(found.low, found.high)]
    first_above = found.table.index[found.table["lower"] > 0][0]
    assert found.share_positive == pytest.approx((inside >= first_above).mean(), abs=0.02)
    assert 0 < found.share_negative < 1
    assert f"{found.share_positive + found.share_negative:.0%} of the rows" in found.sentence


def test_what_is_no_moderation_is_refused(panel, model):
    both = ("x", "a", "x:a")
    with pytest.raises(InputError, match="there is no regressor 'x:b'; add the product"):
        marginal_effects(model("pooled", regressors=both), panel, term="x", moderator="b")
    with pytest.raises(InputError, match="the slope of 'x' also depends on 'x:b'; leave it out"):
        marginal_effects(model("pooled", regressors=(*both, "x:b")), panel, term="x", moderator="a")
    with pytest.raises(InputError, match="the slope of 'x' also depends on 'x:x'"):
        marginal_effects(model("pooled", regressors=("x", "x:x")), panel, term="x", moderator="x")
    with pytest.raises(InputError, match="estimator 'between' with covariance 'clustered' gives no interval"):
        marginal_effects(model("between", regressors=both), panel, term="x", moderator="a")
    spec = model("pooled", regressors=both)
    with pytest.raises(InputError, match="covariance 'cr2' gives no interval"):
        marginal_effects(replace(spec, covariance="cr2"), panel, term="x", moderator="a")
    with pytest.raises(InputError, match="points is 1; expected a whole number of 2 or more"):
        marginal_effects(spec, panel, term="x", moderator="a", points=1)
    rare = panel.assign(a=(panel.index == ("E10", 2012)).astype(float))
    with pytest.raises(InputError, match="moderator 'a' is 0 from its 1st to its 99th percentile"):
        marginal_effects(spec, rare, term="x", moderator="a")
