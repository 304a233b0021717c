"""Poisson models against R, against generalised linear models with dummies, against pyfixest, and by properties."""

import os
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics.ppml import estimate_ppml
from bri_eval.econometrics.specs import ModelSpec

# R: write.csv(EmplUK, "EmplUK.csv", row.names=FALSE) after data("EmplUK", package="plm"); it is GPL and
# not distributed here: put it into tests/reference or name its folder in BRI_EVAL_REFERENCE
EMPLUK = Path(os.environ.get("BRI_EVAL_REFERENCE", Path(__file__).parents[1] / "reference")) / "EmplUK.csv"
EFFECTS = [(), ("economy",), ("year",), ("economy", "year")]


def declare(*effects, regressors=("x", "z"), **others):
    return ModelSpec(name="m", outcome="y", regressors=regressors, effects=effects, estimator="ppml", **others)


def simulate(seed, economies=20, years=7, missing=0.25):
    """An unbalanced panel of counts with about a fifth of zeros; z is large and far from zero."""
    rng = np.random.default_rng(seed)
    labels = [f"E{i:02d}" for i in range(economies)]
    index = pd.MultiIndex.from_product([labels, range(2007, 2007 + years)], names=["economy", "year"])
    x, z, effect = rng.normal(size=(2, len(index)))[0], rng.normal(size=len(index)), rng.normal(size=economies)
    y = rng.poisson(np.exp(0.8 + 0.5 * x - 0.3 * z + np.repeat(effect, years)))
    data = pd.DataFrame({"y": y.astype(float), "x": x, "z": 100 * z + 2000}, index=index)
    return data[rng.uniform(size=len(index)) > missing]


def with_dummies(data, fit, effects):
    """Fit the same rows by the generalised linear model of statsmodels, effects as dummies, bare clustered sandwich."""
    import statsmodels.api as sm

    rows = data.loc[fit.residuals.index]
    parts = [rows[["x", "z"]]] if effects else [pd.Series(1.0, index=rows.index), rows[["x", "z"]]]
    for effect in effects:
        labels = rows.index.get_level_values(effect)
        parts.append(
            pd.get_dummies(labels, drop_first=effect == "year" and len(effects) > 1, dtype=float).set_axis(rows.index)
        )
    x = pd.concat(parts, axis=1).to_numpy()
    groups = pd.factorize(rows.index.get_level_values("economy"))[0]
    model = sm.GLM(rows["y"].to_numpy(), x, family=sm.families.Poisson())
    return model.fit(tol=1e-14, maxiter=200, cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False})


@pytest.mark.skipif(not EMPLUK.is_file(), reason="EmplUK is GPL and not distributed here; see the comment above")
def test_coefficients_and_errors_of_empluk_r():
    """R: glm(emp~log(wage)+log(capital)+factor(firm)+factor(year), family=poisson); fixest ssc(fixef.K="none")."""
    table = pd.read_csv(EMPLUK)
    data = table.assign(economy=table["firm"], y=table["emp"], x=np.log(table["wage"]), z=np.log(table["capital"]))
    fit = estimate_ppml(declare("economy", "year"), data.set_index(["economy", "year"]))
    np.testing.assert_allclose(fit.params, (-0.0917948106743, 0.5296123716454), rtol=1e-6)
    np.testing.assert_allclose(fit.std_errors, (0.1554166857, 0.07734548538), rtol=1e-6)
    np.testing.assert_allclose(fit.std_errors / np.sqrt(fit.scaling), (0.1541825714, 0.07673130954), rtol=1e-6)
    assert (fit.nobs, fit.clusters, fit.k) == (1031, 140, 10)


@pytest.mark.parametrize("effects", EFFECTS, ids="-".join)
def test_coefficients_and_bare_sandwich_equal_the_linear_model_with_dummies(effects):
    data = simulate(1)
    fit = estimate_ppml(declare(*effects), data)
    reference = with_dummies(data, fit, effects)
    listed = len(fit.params)
    np.testing.assert_allclose(fit.params, reference.params[:listed], rtol=1e-8)
    np.testing.assert_allclose(fit.std_errors / np.sqrt(fit.scaling), reference.bse[:listed], rtol=1e-8)
    np.testing.assert_allclose(fit.residuals, reference.resid_response, atol=1e-8)
    assert fit.extra["deviance"] == pytest.approx(reference.deviance, rel=1e-10)
    assert fit.k == (reference.model.exog.shape[1] - (fit.clusters if "economy" in effects else 0))
    n, g = fit.nobs, fit.clusters
    assert fit.scaling == pytest.approx(g / (g - 1) * (n - 1) / (n - fit.k), rel=1e-14)
    assert fit.df == g - 1


def test_two_way_fit_equals_pyfixest():
    """Never its default scaling, which changes from process to process."""
    pf = pytest.importorskip("pyfixest")
    data = simulate(2)
    fit = estimate_ppml(declare("economy", "year"), data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pd.errors.Pandas4Warning)
        theirs = pf.fepois(
            "y ~ x + z | economy + year",
            data.loc[fit.residuals.index].reset_index(),
            vcov={"CRV1": "economy"},
            ssc=pf.ssc(k_adj=False, G_adj=False),
            iwls_tol=1e-13,
            demeaner=pf.MapDemeaner(fixef_tol=1e-13),
        )
    np.testing.assert_allclose(fit.params, theirs.coef(), rtol=1e-6)  # theirs is iterative twice over
    np.testing.assert_allclose(fit.std_errors / np.sqrt(fit.scaling), theirs.se(), rtol=1e-6)


def test_grunfeld_in_levels_equals_the_linear_model_with_dummies(unbalanced):
    data = unbalanced.rename(columns={"inv": "y", "value": "x", "capital": "z"})
    fit = estimate_ppml(declare("economy", "year"), data)
    reference = with_dummies(data, fit, ("economy", "year"))
    np.testing.assert_allclose(fit.params, reference.params[:2], rtol=1e-8)
    np.testing.assert_allclose(fit.std_errors / np.sqrt(fit.scaling), reference.bse[:2], rtol=1e-8)
    assert (fit.nobs, fit.k) == (192, 21)


@pytest.mark.parametrize("effects", EFFECTS[1:], ids="-".join)
def test_fitted_sums_equal_actual_sums_and_scores_are_zero_whatever_the_sizes_of_economies(effects):
    data = simulate(3)
    sizes = np.random.default_rng(3).uniform(0, 25, data.index.levshape[0])
    data["y"] *= np.exp(np.repeat(sizes, data.groupby(level="economy").size()))
    fit = estimate_ppml(declare(*effects), data)
    rows = data.loc[fit.residuals.index]
    for effect in effects:
        off = fit.residuals.groupby(level=effect).sum() / rows["y"].groupby(level=effect).sum()
        assert off.abs().max() < 1e-8
    scores = rows[["x", "z"]].mul(fit.residuals, axis=0)
    assert (scores.sum() / scores.abs().sum()).abs().max() < 1e-8


def test_units_of_outcome_and_regressors_do_not_matter():
    data = simulate(4)
    fit, scaled = (estimate_ppml(declare("economy", "year"), d) for d in (data, data * [1e10, 1e-9, 1e9]))
    units = np.array([1e-9, 1e9])
    np.testing.assert_allclose(scaled.params * units, fit.params, rtol=1e-9)
    np.testing.assert_allclose(scaled.std_errors * units, fit.std_errors, rtol=1e-9)
    np.testing.assert_allclose(scaled.residuals, fit.residuals * 1e10, atol=1e-2)


def test_order_of_rows_and_missing_cells_do_not_matter():
    data = simulate(5)
    fit = estimate_ppml(declare("economy", "year"), data)
    holes = pd.concat([data, data.iloc[[0, 1]].rename(index={2007: 1990, 2008: 1990, 2009: 1990}).iloc[:1] * np.nan])
    again = estimate_ppml(declare("economy", "year"), holes.sample(frac=1, random_state=1))
    np.testing.assert_allclose(again.params, fit.params, rtol=1e-12)
    assert again.dropped.rows == 1
    assert fit.residuals.index.equals(fit.residuals.index.sortlevel()[0])


def test_a_known_mean_is_recovered_with_errors_that_are_not_poisson():
    """y = exp(0.5 x + effects) times a gamma error with mean 1, three tenths of it zero; 0.5 within three errors."""
    data = simulate(6, economies=60, years=10, missing=0)
    rng = np.random.default_rng(6)
    error = rng.gamma(2, 0.5, len(data)) * (rng.uniform(size=len(data)) > 0.3) / 0.7
    data["y"] = np.exp(0.5 * data["x"] + np.repeat(rng.normal(size=60), 10)) * error * 1e10
    fit = estimate_ppml(declare("economy", regressors=("x",)), data)
    assert abs(fit.params["x"] - 0.5) < 3 * fit.std_errors["x"]
    assert fit.std_errors["x"] < 0.1
    assert fit.extra["zeros_kept"] == (data["y"] == 0).sum()


def test_economies_and_years_without_a_positive_outcome_are_left_out_and_counted():
    data = simulate(7, missing=0)
    data["y"] += 1
    data.loc["E03", "y"] = 0
    data.loc[(slice(None), 2010), "y"] = 0
    fit = estimate_ppml(declare("economy", "year"), data)
    rest = estimate_ppml(declare("economy", "year"), data.drop(index="E03").drop(index=2010, level="year"))
    np.testing.assert_allclose(fit.params, rest.params, rtol=1e-12)
    assert fit.std_errors.equals(rest.std_errors)
    assert (fit.extra["rows_separated"], fit.dropped.singletons) == (7 + 20 - 1, 0)
    assert "E03" in fit.dropped.economies
    assert "26 rows with outcome 0 left out" in fit.convention
    assert estimate_ppml(declare("year"), data).clusters == 20  # without economy effects E03 says something


def test_rows_alone_in_their_economy_or_year_are_counted():
    data = simulate(8, missing=0).drop(index=[("E03", year) for year in range(2008, 2014)])
    fit = estimate_ppml(declare("economy"), data)
    np.testing.assert_allclose(fit.params, estimate_ppml(declare("economy"), data.drop(index="E03")).params, rtol=1e-12)
    assert (fit.dropped.singletons, fit.dropped.economies) == (1, ("E03",))


def test_the_record_has_what_a_table_needs():
    fit = estimate_ppml(declare("economy"), simulate(9))
    assert np.isnan([fit.r2_within, fit.r2_between, fit.r2_overall]).all()
    assert fit.theta is None
    half = fit.conf_int["upper"] - fit.params
    np.testing.assert_allclose(half / fit.std_errors, 2.093024054, rtol=1e-8)  # t(19), 97.5 %
    np.testing.assert_allclose(fit.tvalues, fit.params / fit.std_errors)
    assert "G = 20" in fit.convention
    assert "Fewer than 30 clusters" in fit.convention
    assert 0 < fit.extra["squared_correlation"] < 1


def test_the_intercept_is_listed_where_there_are_no_effects():
    assert list(estimate_ppml(declare(), simulate(9)).params.index) == ["const", "x", "z"]


def test_negative_outcome():
    data = simulate(10)
    data.iloc[3, 0] = -1.5
    with pytest.raises(InputError, match=r"model 'm': outcome 'y' is -1.5 for E00 .*expects 0 or more, in levels"):
        estimate_ppml(declare("economy"), data)


def test_outcome_that_is_zero_throughout():
    with pytest.raises(InputError, match="outcome 'y' is 0 in all"):
        estimate_ppml(declare("economy"), simulate(10).assign(y=0.0))


def test_classical_errors_are_refused():
    with pytest.raises(InputError, match="covariance 'unadjusted'"):
        estimate_ppml(declare("economy", covariance="unadjusted"), simulate(10))


def test_too_few_clusters():
    with pytest.raises(InputError, match="5 economies are too few clusters"):
        estimate_ppml(declare("economy"), simulate(11, economies=5, missing=0))


def test_more_coefficients_than_rows():
    data = simulate(12, economies=6, years=2, missing=0).assign(y=1.0)
    extra = pd.DataFrame(np.random.default_rng(1).normal(size=(12, 12)), index=data.index).add_prefix("v")
    with pytest.raises(InputError, match="12 rows for 12 coefficients"):
        estimate_ppml(declare(regressors=tuple(extra)[:11]), data.join(extra))


def test_regressors_that_nearly_separate_do_not_pass_for_estimates():
    """z is x but for a zero outcome, where it is 1 more; other differences of 1e-7 favour the same direction."""
    data = simulate(13, missing=0)
    zero = data["y"] == 0
    data["z"] = data["x"] - 1e-7 * np.log1p(data["y"]) + (zero & (zero.cumsum() == 1))
    with pytest.raises(InputError, match="collinear once weighted by the fitted values, or nearly separate"):
        estimate_ppml(declare("economy"), data)
