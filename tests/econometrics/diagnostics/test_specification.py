"""Tests between models against R (plm 2.6-2) and the definitions written out."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bri_eval.checks import InputError
from bri_eval.econometrics import diagnostics
from bri_eval.econometrics.diagnostics import specification
from bri_eval.econometrics.estimate import estimate


def test_hausman_plm(check, grunfeld, unbalanced, declare):
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


def test_mundlak_plm(check, grunfeld, declare):
    """R: phtest(f, data=G, method="aux", vcov=function(x) vcovHC(x, method="arellano", type="HC0"))."""
    result = diagnostics.mundlak(declare("within", "economy"), grunfeld)
    check(result, 8.299836617, 2, 0.01576570436)
    small = 8.299836617 / 2 / (10 / 9 * 199 / 195)  # const, two slopes, two means: k = 5
    assert f"F(2, 9) = {small:.4g}, p = {stats.f.sf(small, 2, 9):.3f}." in result.sentence


def test_mundlak_unbalanced(check, unbalanced, declare):
    """Random effects with group means; plm's "aux" gives 5.422773682 here (econometrics.md 2.3 and 4.2)."""
    check(diagnostics.mundlak(declare("random"), unbalanced), 5.470797048, 2)


def test_mundlak_regression_has_the_slopes_of_the_within_model(unbalanced, declare):
    """With year effects too, because the means of the year dummies are in it."""
    for effects in ((), ("year",)):
        spec, means, rows = specification._auxiliary(declare("random", *effects), unbalanced)
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


def test_f_effects_plm(check, grunfeld, unbalanced, declare):
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


def test_f_effects_of_some_effects_beside_the_others(grunfeld, unbalanced, declare):
    """Against least squares with dummies, unbalanced; and R's pFtest(tw, fe) is this F by definition."""
    twoway = declare("within", "economy", "year")
    for data in (grunfeld, unbalanced):
        result = diagnostics.f_effects(twoway, data, effects=("year",))
        parts = [pd.get_dummies(data.index.get_level_values(level), dtype=float) for level in (0, 1)]
        x = data[["value", "capital"]].to_numpy()
        small, large = np.hstack([x, parts[0]]), np.hstack([x, *parts])
        ssr = [
            ((data["inv"] - side @ np.linalg.lstsq(side, data["inv"], rcond=None)[0]) ** 2).sum()
            for side in (small, large)
        ]
        df = (19, len(data) - 2 - 10 - 19)
        assert result.df == df
        assert result.statistic == pytest.approx((ssr[0] - ssr[1]) / df[0] / (ssr[1] / df[1]), rel=1e-9)
        assert "all year effects are zero beside economy effects" in result.sentence
    with pytest.raises(InputError, match=r"effects to test are \('wave',\); it has 'economy', 'year'"):
        diagnostics.f_effects(twoway, grunfeld, effects=("wave",))
    with pytest.raises(InputError, match=r"effects to test are \(\)"):
        diagnostics.f_effects(twoway, grunfeld, effects=())


def test_poolability_plm(check, grunfeld, declare):
    """R: pooltest(pool, pvcm(f, G, model="within"))."""
    check(diagnostics.poolability(declare("pooled"), grunfeld), 27.74861343, (27, 170), 7.896785128e-49)


def test_poolability_is_the_f_test_of_all_interactions(draw, declare):
    data = draw(3, economies=7, years=8, missing=0.2)
    data["fixed"] = data["value"].groupby(level="economy").transform("first")
    dummies = pd.get_dummies(data.index.get_level_values("economy"), dtype=float).to_numpy()
    for spec, names in (
        (declare("within", "economy"), ["value", "capital"]),
        (replace(declare("pooled"), regressors=("value", "capital", "fixed")), ["value", "capital", "fixed"]),
    ):
        x = data[names].to_numpy()
        own = np.hstack([dummies, *(dummies * data[[name]].to_numpy() for name in ("value", "capital"))])
        shared = np.hstack([dummies, x]) if spec.effects else np.column_stack([np.ones(len(x)), x])
        ssr = [
            ((data["inv"] - side @ np.linalg.lstsq(side, data["inv"], rcond=None)[0]) ** 2).sum()
            for side in (shared, own)
        ]
        df = (own.shape[1] - np.linalg.matrix_rank(shared), len(x) - own.shape[1])
        result = diagnostics.poolability(spec, data)
        assert result.df == df
        assert result.statistic == pytest.approx((ssr[0] - ssr[1]) / df[0] / (ssr[1] / df[1]), rel=1e-8)


def test_poolability_refuses_what_has_no_separate_regressions(grunfeld, declare):
    with pytest.raises(InputError, match=r"model 'm': year effects cannot be estimated economy by economy"):
        diagnostics.poolability(declare("within", "economy", "year"), grunfeld)
    with pytest.raises(InputError, match="not for estimator 'random'; it takes 'pooled', 'within'"):
        diagnostics.poolability(declare("random"), grunfeld)
    few = grunfeld.groupby(level="economy").head(3)
    with pytest.raises(InputError, match=r"separate regressions of 10 economies leave 0 degrees of freedom .* from 30"):
        diagnostics.poolability(declare("pooled"), few)


def test_terms_lags_and_samples_reach_every_companion_model(grunfeld, declare):
    """A model with a product, a lag and a sample gives what ready columns give."""
    data = grunfeld.assign(big=(grunfeld["value"] > 1000).map({True: "yes", False: "no"}))
    lag = grunfeld["capital"].groupby(level="economy").shift()
    ready = grunfeld.assign(product=grunfeld["value"] * grunfeld["capital"], lag=lag).query("1940 <= year <= 1950")
    for effects in (("economy",), ("economy", "year")):
        terms = replace(
            declare("within", *effects),
            regressors=("value:capital", "lag(capital, 1)"),
            lag_by="year",
            sample={"year": {"min": 1940, "max": 1950}, "big": ["yes", "no"]},
        )
        plain = replace(declare("within", *effects), regressors=("product", "lag"))
        for test in (
            diagnostics.f_effects,
            diagnostics.mundlak,
            diagnostics.wooldridge_serial,
            diagnostics.modified_wald,
        ):
            np.testing.assert_allclose(test(terms, data).statistic, test(plain, ready).statistic, rtol=1e-7)


def test_models_that_are_not_one_linear_equation_are_refused(grunfeld, declare):
    iv = replace(declare("within", "economy"), estimator="iv", endogenous=("value",), instruments=("other",))
    for test in (diagnostics.hausman, diagnostics.mundlak, diagnostics.pesaran_cd, diagnostics.wooldridge_serial):
        with pytest.raises(InputError, match="not for estimator 'iv'"):
            test(iv, grunfeld.assign(other=1.0))


def test_arguments_are_left_alone(grunfeld, declare):
    before = grunfeld.copy()
    spec = declare("within", "economy", "year")
    for test in (diagnostics.hausman, diagnostics.mundlak, diagnostics.f_effects, diagnostics.breusch_pagan_lm):
        test(spec, grunfeld)
    diagnostics.poolability(declare("pooled"), grunfeld)
    diagnostics.variation(grunfeld, grunfeld.columns)
    diagnostics.vif(grunfeld, grunfeld.columns, within=True)
    pd.testing.assert_frame_equal(grunfeld, before)
