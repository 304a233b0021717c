"""The wild cluster bootstrap against the enumeration of econometrics.md, and against refitting draw by draw."""

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics import bootstrap
from bri_eval.econometrics.bootstrap import wild_bootstrap
from bri_eval.econometrics.design import design
from bri_eval.econometrics.specs import ModelSpec

FE, TW = ("within", "economy"), ("within", "economy", "year")


def ragged(seed: int, economies: int = 7, effect: float = 0.6) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product([[f"E{i}" for i in range(economies)], range(5)], names=["economy", "year"])
    data = pd.DataFrame(rng.normal(size=(len(index), 3)), index=index, columns=["inv", "value", "capital"])
    data["inv"] += effect * data["value"]
    return data[rng.random(len(data)) < 0.85]


def t_of(z, y, groups, null=0.0):
    """The bare clustered t of the second last column, by least squares."""
    bread = np.linalg.inv(z.T @ z)
    b = bread @ z.T @ y
    scores = np.array([z[groups == g].T @ (y - z @ b)[groups == g] for g in np.unique(groups)])
    return (b[-2] - null) / np.sqrt((bread @ scores.T @ scores @ bread)[-2, -2])


def refitted(found, weights, null):
    """The t of every draw of weights, the null imposed, row by row."""
    z, y, groups = found.z, found.y, found.economies
    others, x = np.delete(z, -2, axis=1), z[:, -2]
    fitted = others @ np.linalg.lstsq(others, y - null * x, rcond=None)[0] + null * x
    return np.array([t_of(z, fitted + draw[groups] * (y - fitted), groups, null) for draw in weights])


def test_grunfeld_all_1024_draws(grunfeld, declare):
    """econometrics.md 4.1: WCR, Rademacher, t on the bare sandwich, p with the two ties counted."""
    for term, t, hits in (("value", 7.6783364, 4), ("capital", 6.2271359, 26)):
        test = wild_bootstrap(declare(*FE), grunfeld, term, weights="rademacher", seed=0)
        assert test.statistic == pytest.approx(t, abs=5e-8)
        assert test.pvalue == hits / 1024
        assert (test.draws, test.enumerated, test.clusters) == (1024, True, 10)
        assert test.smallest == 2 / 1024
        assert f"all 1,024 draws of Rademacher weights, 10 economies: t = {t:.4g}" in test.sentence


@pytest.mark.parametrize("null", [0.0, 0.4])
@pytest.mark.parametrize("model", [FE, TW, ("pooled", "year")], ids="-".join)
def test_every_draw_refitted_row_by_row(declare, model, null):
    data, spec = ragged(1), declare(*model)
    test = wild_bootstrap(spec, data, "value", weights="rademacher", null=null, seed=0)
    found = design(spec, data)
    draws = refitted(found, np.array(list(itertools.product([-1.0, 1.0], repeat=7))), null)
    own = t_of(found.z, found.y, found.economies, null)
    assert test.statistic == pytest.approx(own, rel=1e-10)
    close = 1e-9 * abs(own)
    assert test.pvalue == (np.abs(draws) >= abs(own) - close).mean()
    tails = min((draws >= own - close).mean(), (draws <= own + close).mean())
    assert test.pvalue_equal_tail == min(1, 2 * tails)


def test_drawn_weights_refitted_row_by_row(declare):
    data, spec = ragged(2, economies=9), declare(*TW)
    for weights, points in (("webb", bootstrap.WEIGHTS["webb"]), ("rademacher", np.array([-1.0, 1.0]))):
        test = wild_bootstrap(spec, data, "value", weights=weights, draws=150, seed=3)
        found = design(spec, data)
        draws = refitted(found, np.concatenate(list(bootstrap._drawn(points.ravel(), 9, 150, 3))), 0.0)
        hits = (np.abs(draws) >= abs(test.statistic) * (1 - 1e-9)).sum()
        assert test.pvalue == (1 + hits) / 151
        assert (test.weights, test.enumerated, test.smallest) == (weights, False, pytest.approx(1 / 151))


def test_weights_have_mean_nought_and_variance_one():
    for points in bootstrap.WEIGHTS.values():
        assert points.mean() == pytest.approx(0, abs=1e-15)
        assert (points**2).mean() == pytest.approx(1)
    assert sorted(bootstrap.WEIGHTS["webb"].ravel() ** 2) == pytest.approx([0.5, 0.5, 1, 1, 1.5, 1.5])
    signs = np.concatenate(list(bootstrap._signs(10)))
    assert len(np.unique(signs, axis=0)) == len(signs) == 1024


def test_ends_of_the_interval_are_where_the_test_begins_to_reject(declare):
    data, spec = ragged(4, economies=9), declare(*TW)
    for settings in ({"weights": "rademacher"}, {"weights": "webb", "draws": 499}):
        test = wild_bootstrap(spec, data, "value", seed=1, **settings)
        width = test.interval[1] - test.interval[0]
        for end, step in zip(test.interval, (1e-6 * width, -1e-6 * width), strict=True):
            at = [wild_bootstrap(spec, data, "value", null=end + sign * step, seed=1, **settings) for sign in (1, -1)]
            assert at[0].pvalue >= 0.05 > at[1].pvalue
        assert test.interval[0] < test.slope < test.interval[1]
        assert (test.pvalue < 0.05) == (not test.interval[0] <= 0 <= test.interval[1])
        wider = wild_bootstrap(spec, data, "value", seed=1, size=0.02, **settings)
        assert wider.interval[0] <= test.interval[0] < test.interval[1] <= wider.interval[1]


def test_an_interval_that_no_draw_bounds_is_infinite(declare):
    """Six economies: 2 of 64 draws repeat the sample at every null, so that 3 % is never rejected."""
    test = wild_bootstrap(declare(*FE), ragged(5, economies=6), "value", weights="rademacher", size=0.03, seed=0)
    assert test.interval == (-np.inf, np.inf)
    assert test.smallest == 2 / 64


def test_a_null_at_the_estimate_has_p_one(grunfeld, declare):
    slope = wild_bootstrap(declare(*FE), grunfeld, "value", draws=99, seed=0).slope
    test = wild_bootstrap(declare(*FE), grunfeld, "value", draws=99, null=slope, seed=0)
    assert (test.statistic, test.pvalue) == (0, 1)


def test_weights_are_chosen_by_the_number_of_economies(grunfeld, declare):
    assert wild_bootstrap(declare(*FE), grunfeld, "value", draws=99, seed=0).weights == "webb"
    many = wild_bootstrap(declare(*FE), ragged(0, economies=12), "value", seed=0)
    assert (many.weights, many.enumerated, many.draws) == ("rademacher", True, 4096)
    assert not wild_bootstrap(declare(*FE), ragged(0, economies=12), "value", draws=4095, seed=0).enumerated


def test_units_and_seed(grunfeld, declare):
    """A change of units changes nothing but the slope; the same seed repeats, another does not."""
    settings = {"draws": 999, "seed": 1}
    test = wild_bootstrap(declare(*TW), grunfeld, "value", **settings)
    scaled = wild_bootstrap(declare(*TW), grunfeld * [1e6, 1e-4, 1e3], "value", **settings)
    assert scaled.pvalue == test.pvalue
    assert scaled.statistic == pytest.approx(test.statistic, rel=1e-10)
    np.testing.assert_allclose(scaled.interval, np.multiply(test.interval, 1e10), rtol=1e-9)
    assert wild_bootstrap(declare(*TW), grunfeld, "value", **settings) == test
    assert wild_bootstrap(declare(*TW), grunfeld, "value", draws=999, seed=2).pvalue != test.pvalue


def test_what_is_refused(grunfeld, declare):
    spec = declare(*FE)
    with pytest.raises(InputError, match=r"model 'm': unknown regressor 'valu'.*did you mean 'value'"):
        wild_bootstrap(spec, grunfeld, "valu", seed=0)
    with pytest.raises(InputError, match="model 'm': 5 economies are too few clusters; expected at least 6"):
        wild_bootstrap(spec, grunfeld.loc["F01":"F05"], "value", seed=0)
    with pytest.raises(InputError, match=r"unknown weights 'mammen'; known are 'rademacher', 'webb'"):
        wild_bootstrap(spec, grunfeld, "value", weights="mammen", seed=0)
    with pytest.raises(InputError, match="model 'm': draws is 50; expected a whole number of at least 99"):
        wild_bootstrap(spec, grunfeld, "value", draws=50, seed=0)
    with pytest.raises(InputError, match="model 'm': size is 5; expected a probability between 0 and 1"):
        wild_bootstrap(spec, grunfeld, "value", size=5, seed=0)
    with pytest.raises(InputError, match="model 'm': seed is None; expected a whole number of at least 0"):
        wild_bootstrap(spec, grunfeld, "value", seed=None)
    with pytest.raises(InputError, match="model 'm': null is nan; expected a finite number"):
        wild_bootstrap(spec, grunfeld, "value", null=np.nan, seed=0)
    with pytest.raises(InputError, match="estimator 'between' is no sum over economies"):
        wild_bootstrap(replace(spec, estimator="between", effects=()), grunfeld, "value", seed=0)


def test_a_slope_that_rests_on_one_economy_is_refused(grunfeld, declare):
    """Its residuals are orthogonal to it within that economy, so that the clustered standard error is nought."""
    data = grunfeld.assign(value=grunfeld["value"].where(grunfeld.index.get_level_values("economy") == "F01", 1.0))
    with pytest.raises(InputError, match="model 'm': the slope of 'value' rests on one economy, so that its clustered"):
        wild_bootstrap(replace(declare(*FE), regressors=("value",)), data, "value", seed=0)


def test_the_economy_that_has_most_of_the_variation_is_named(grunfeld, declare):
    test = wild_bootstrap(replace(declare(*FE), regressors=("value",)), grunfeld, "value", draws=99, seed=0)
    squares = (grunfeld["value"] - grunfeld["value"].groupby(level="economy").transform("mean")) ** 2
    shares = squares.groupby(level="economy").sum() / squares.sum()
    assert test.largest_share == pytest.approx(shares.max(), rel=1e-10)
    assert f"{shares.max():.0%} of the variation of 'value' lies in one economy, {shares.idxmax()}: " in test.sentence
    assert "unreliable" not in wild_bootstrap(declare(*FE), ragged(1), "value", draws=99, seed=0).sentence


def test_under_the_null_p_is_uniform_enough():
    """100 panels of eight economies, strongly correlated errors: of p < 0.1, expected 10, 2 to 21 (binomial 99.9 %)."""
    spec = ModelSpec(name="m", outcome="y", regressors=("x",), estimator="pooled")
    rng = np.random.default_rng(11)
    index = pd.MultiIndex.from_product([range(8), range(3)], names=["economy", "year"])
    hits = 0
    for _ in range(100):
        common = rng.normal(size=(8, 2)).repeat(3, axis=0)
        data = pd.DataFrame(common + 0.5 * rng.normal(size=(24, 2)), index=index, columns=["y", "x"])
        hits += wild_bootstrap(spec, data, "x", weights="rademacher", seed=0).pvalue < 0.1
    assert 2 <= hits <= 21
