"""Companion models keep the equation and change only what they must."""

from dataclasses import replace

import numpy as np
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics.diagnostics import companions


def test_plain_keeps_equation_and_sample(declare):
    spec = replace(declare("first_difference"), options={"constant": True}, sample={"year": {"min": 1940}})
    other = companions.plain(spec, "within", ("economy",))
    assert (other.estimator, other.effects, other.covariance) == ("within", ("economy",), "unadjusted")
    assert dict(other.options) == {}
    assert (other.regressors, other.sample) == (spec.regressors, spec.sample)


def test_prepared_rows_give_the_same_estimates_again(grunfeld, declare):
    from bri_eval.econometrics.estimate import estimate

    spec = replace(
        declare("within", "economy"),
        regressors=("value", "lag(capital, 1)"),
        lag_by="year",
        sample={"year": {"not": [1945]}},
    )
    np.testing.assert_allclose(
        estimate(*companions.prepared(spec, grunfeld)).params, estimate(spec, grunfeld).params, rtol=1e-12
    )


def test_fixed_leaves_out_what_the_effects_absorb(grunfeld, declare):
    fixed = grunfeld["inv"].groupby(level="economy").transform("first")
    spec = replace(declare("random"), regressors=("fixed", "value"))
    assert list(companions.fixed(spec, grunfeld.assign(fixed=fixed)).params.index) == ["value"]


def test_left_over_whatever_scale_and_rank():
    draw = np.random.default_rng(1)
    x, y = draw.normal(size=(50, 3)), draw.normal(size=50)
    expected = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    wide = np.column_stack([x * [1e9, 1e-9, 1.0], np.zeros(50), x[:, 0]])
    np.testing.assert_allclose(companions.left_over(y, wide), expected, atol=1e-12)
    np.testing.assert_array_equal(companions.left_over(y, x[:, :0]), y)


def test_errors_of_an_exact_fit_are_refused(grunfeld, declare):
    exact = grunfeld.assign(inv=1e6 * grunfeld["value"])
    with pytest.raises(InputError, match="model 'm' fits 'inv' exactly; there are no errors to test"):
        companions.residuals(declare("within", "economy"), exact)
    with pytest.raises(InputError, match="this test is not for estimator 'between'; it takes 'pooled', 'within'"):
        companions.residuals(declare("between"), grunfeld)
