"""The options, the rule and the record that estimators outside linear least squares share."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bri_eval.checks import InputError
from bri_eval.econometrics.record import check_bounds, check_size, chosen, cluster_factor, cluster_note, record
from bri_eval.econometrics.specs import Dropped, ModelSpec

DEFAULTS = {"quantile": 0.5, "method": "mmqr", "draws": 500}


def declare(**options):
    names = {"outcome": "y", "regressors": ("x", "z"), "effects": ("economy",), "estimator": "quantile"}
    return ModelSpec(name="m", options=options, **names)


def test_options_replace_their_defaults():
    assert chosen(declare(draws=99), DEFAULTS) == {"quantile": 0.5, "method": "mmqr", "draws": 99}
    assert chosen(declare(quantile=1), DEFAULTS)["quantile"] == 1
    assert chosen(declare(method=["a", "b"]), {"method": None})["method"] == ("a", "b")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"draws": 1.5}, "option draws is 1.5; expected a whole number"),
        ({"draws": True}, "option draws is True; expected a whole number"),
        ({"quantile": "0.5"}, "option quantile is '0.5'; expected a number"),
        ({"method": 3}, "option method is 3; expected a text"),
    ],
)
def test_options_of_another_type(options, message):
    with pytest.raises(InputError, match=f"model 'm': {message}"):
        chosen(declare(**options), DEFAULTS)


def test_options_unknown_or_lacking():
    with pytest.raises(InputError, match="unknown quantile option 'draws'"):
        chosen(declare(draws=99), {"quantile": 0.5})
    with pytest.raises(InputError, match="estimator 'quantile' needs the option 'threshold'"):
        chosen(declare(), {"threshold": None})


def test_bounds():
    check_bounds(declare(), {"draws": 99, "regimes": 3}, {"draws": (99, np.inf), "regimes": (1, 3)})
    with pytest.raises(InputError, match="option draws is 98; expected 99 or more"):
        check_bounds(declare(), {"draws": 98}, {"draws": (99, np.inf)})
    with pytest.raises(InputError, match="option regimes is 0; expected 1 to 3"):
        check_bounds(declare(), {"regimes": 0}, {"regimes": (1, 3)})


def test_factor_of_the_project():
    """econometrics.md 2.1: standard error 0.01515607544 by the rule, 0.01434214371 bare; n = 200, G = 10, k = 2."""
    assert 0.01434214371 * np.sqrt(cluster_factor(200, 10, 2)) == pytest.approx(0.01515607544, rel=1e-9)
    assert "G = 10, n = 200, k = 2" in cluster_note(10, 200, 2)
    assert "Fewer than 30 clusters" in cluster_note(29, 200, 2)
    assert "Fewer" not in cluster_note(30, 200, 2)


def test_sizes_that_are_refused():
    check_size(declare(), 7, 6, 6)
    with pytest.raises(InputError, match="6 rows for 6 coefficients"):
        check_size(declare(), 6, 6, 6)
    with pytest.raises(InputError, match="5 economies are too few clusters; expected at least 6"):
        check_size(declare(), 60, 5, 6)


def test_the_record_has_inference_from_slopes_and_covariance():
    index = pd.MultiIndex.from_product([list("ABCDEFG"), [2010, 2011]], names=["economy", "year"])
    covariance = np.array([[4.0, 1.0], [1.0, 9.0]])
    fit = record(
        declare(),
        pd.Series([3.0, -6.0], index=["x", "z"]),
        covariance,
        residuals=pd.Series(0.5, index=index),
        df=6,
        k=2,
        scaling=1.25,
        dropped=Dropped(rows=1, singletons=2, economies=("H",)),
        convention="said",
        extra={"draws": 99},
    )
    np.testing.assert_allclose(fit.std_errors, [2, 3])
    np.testing.assert_allclose(fit.tvalues, [1.5, -2])
    np.testing.assert_allclose(fit.pvalues, 2 * stats.t.sf([1.5, 2], 6))
    np.testing.assert_allclose(fit.conf_int.loc["x"], 3 + stats.t.ppf([0.025, 0.975], 6) * 2)
    assert (fit.nobs, fit.clusters, fit.df, fit.k, fit.scaling) == (14, 7, 6, 2, 1.25)
    assert fit.covariance_matrix.loc["z", "x"] == 1
    assert np.isnan([fit.r2_within, fit.r2_between, fit.r2_overall]).all()
    assert (fit.extra, fit.theta, fit.residuals.name) == ({"draws": 99}, None, "residuals")
