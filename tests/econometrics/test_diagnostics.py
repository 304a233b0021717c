"""Tests and descriptives against R (plm 2.6-2), statsmodels and the definitions written out."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bri_eval.checks import InputError
from bri_eval.econometrics import diagnostics
from bri_eval.econometrics.diagnostics import TestResult
from bri_eval.econometrics.estimate import estimate

TEN_DIGITS, P_VALUE = 1e-8, 1e-6


def check(result: TestResult, statistic: float, df: int | tuple[int, int], pvalue: float | None = None) -> None:
    assert result.statistic == pytest.approx(statistic, rel=TEN_DIGITS)
    assert result.df == df
    if pvalue is not None:
        assert result.pvalue == pytest.approx(pvalue, rel=P_VALUE, abs=0)


def test_hausman_plm(grunfeld, unbalanced, declare):
    """R: phtest(fe, re), complete and unbalanced."""
    spec = declare("within", "economy")
    result = diagnostics.hausman(spec, grunfeld)
    check(result, 2.330366894, 2, 0.3118654461)
    assert "chi2(2) = 2.33, p = 0.312; that the economy effects are unrelated" in result.sentence
    assert "not rejected at 5 %" in result.sentence
    check(diagnostics.hausman(spec, unbalanced), 0.7077970459, 2)


def test_hausman_takes_only_outcome_regressors_and_year_effects_from_the_model(grunfeld, declare):
    same = {
        diagnostics.hausman(declare(name), grunfeld) for name in ("pooled", "random", "between", "first_difference")
    }
    assert same == {diagnostics.hausman(declare("within", "economy"), grunfeld)}
    twoway = diagnostics.hausman(declare("within", "economy", "year"), grunfeld)
    assert twoway == diagnostics.hausman(declare("random", "year"), grunfeld) not in same


def test_hausman_without_positive_definite_difference(unbalanced, declare):
    result = diagnostics.hausman(declare("within", "economy", "year"), unbalanced)
    assert np.isnan(result.statistic)
    assert np.isnan(result.pvalue)
    assert "V_FE - V_RE is not positive definite" in result.sentence


def test_hausman_compares_the_slopes_that_both_models_have(grunfeld, declare):
    fixed = grunfeld["inv"].groupby(level="economy").transform("first")
    spec = replace(declare("within", "economy"), regressors=("fixed", "value", "capital"))
    assert diagnostics.hausman(spec, grunfeld.assign(fixed=fixed)).df == 2
    with pytest.raises(InputError, match="model 'm': no regressor varies within economies"):
        diagnostics.hausman(replace(spec, regressors=("fixed",)), grunfeld.assign(fixed=fixed))


def test_mundlak_plm(grunfeld, declare):
    """R: phtest(f, data=G, method="aux", vcov=function(x) vcovHC(x, method="arellano", type="HC0"))."""
    result = diagnostics.mundlak(declare("within", "economy"), grunfeld)
    check(result, 8.299836617, 2, 0.01576570436)
    small = 8.299836617 / 2 / (10 / 9 * 199 / 195)  # const, two slopes, two means: k = 5
    assert f"F(2, 9) = {small:.4g}, p = {stats.f.sf(small, 2, 9):.3f}." in result.sentence


def test_mundlak_unbalanced(unbalanced, declare):
    """Random effects with group means; plm's "aux" gives 5.422773682 here (econometrics.md 2.3 and 4.2)."""
    check(diagnostics.mundlak(declare("random"), unbalanced), 5.470797048, 2)


def test_mundlak_regression_has_the_slopes_of_the_within_model(unbalanced, declare):
    """With year effects too, because the means of the year dummies are in it."""
    for effects in ((), ("year",)):
        spec, means, rows = diagnostics._auxiliary(declare("random", *effects), unbalanced)
        slopes = estimate(spec, rows).params[["value", "capital"]]
        np.testing.assert_allclose(
            slopes, estimate(declare("within", "economy", *effects), unbalanced).params, rtol=1e-8
        )
        assert means == ["mean(value)", "mean(capital)"]
    assert "mean(year=1954)" in spec.regressors


def test_mundlak_leaves_out_what_has_no_mean_of_its_own(grunfeld, declare):
    common = grunfeld["inv"].groupby(level="year").transform("mean")
    fixed = grunfeld["inv"].groupby(level="economy").transform("first")
    data = grunfeld.assign(common=common, fixed=fixed)
    spec = replace(declare("random"), regressors=("common", "fixed", "value"))
    assert diagnostics.mundlak(spec, data).df == 1
    with pytest.raises(InputError, match="model 'm': no regressor varies within economies"):
        diagnostics.mundlak(replace(spec, regressors=("common", "fixed")), data)


def test_mundlak_needs_more_economies_than_means(grunfeld, declare):
    draw = np.random.default_rng(5)
    extra = {f"x{number}": draw.normal(size=120) for number in range(6)}
    spec = replace(declare("random"), regressors=tuple(extra))
    with pytest.raises(InputError, match=r"model 'm': .* between regression has no residual degrees of freedom"):
        diagnostics.mundlak(spec, grunfeld.loc["F01":"F06"].assign(**extra))


def test_f_effects_plm(grunfeld, unbalanced, declare):
    """R: pFtest(fe, pool), pFtest(tw, pool), complete and unbalanced."""
    fe, twoway = declare("within", "economy"), declare("within", "economy", "year")
    check(diagnostics.f_effects(fe, grunfeld), 49.1766255, (9, 188), 8.7001467e-45)
    check(diagnostics.f_effects(twoway, grunfeld), 17.40314564, (28, 169), 1.793922745e-36)
    check(diagnostics.f_effects(fe, unbalanced), 57.46115339, (9, 180))
    check(diagnostics.f_effects(twoway, unbalanced), 20.67303661, (28, 161))
    assert "F(9, 188) = 49.18, p < 0.001; that all economy effects are zero is rejected" in (
        diagnostics.f_effects(fe, grunfeld).sentence
    )
    with pytest.raises(InputError, match="estimator 'random' absorbs no effects to test; use 'within'"):
        diagnostics.f_effects(declare("random"), grunfeld)


def test_breusch_pagan_lm_plm(grunfeld, unbalanced, declare):
    """R: plmtest(pool, type="bp", effect="individual"), complete and unbalanced; type="honda" is 28.25175301."""
    result = diagnostics.breusch_pagan_lm(declare("within", "economy"), grunfeld)
    check(result, 798.1615484, 1, 1.354484919e-175)
    assert "Honda's one-sided statistic is 28.25 (p < 0.001)" in result.sentence
    check(diagnostics.breusch_pagan_lm(declare("pooled"), unbalanced), 888.6733498, 1)


# xtsum table of econometrics.md 4.1: mean; sd overall; sd, min, max between; sd, min, max within; within share


def test_arguments_are_left_alone(grunfeld, declare):
    before = grunfeld.copy()
    spec = declare("within", "economy", "year")
    for test in (diagnostics.hausman, diagnostics.mundlak, diagnostics.f_effects, diagnostics.breusch_pagan_lm):
        test(spec, grunfeld)
    diagnostics.variation(grunfeld, grunfeld.columns)
    diagnostics.vif(grunfeld, grunfeld.columns, within=True)
    pd.testing.assert_frame_equal(grunfeld, before)
