"""Estimates against R (plm 2.6-2, sandwich, fixest), against brute force, and against a simulated truth."""

import subprocess
import sys
import types
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bri_eval.checks import InputError
from bri_eval.econometrics.estimate import estimate
from bri_eval.econometrics.specs import ModelSpec

TEN_DIGITS = 1e-8

# G <- pdata.frame(Grunfeld, index=c("firm","year")); f <- inv~value+capital; classical SE of summary()
CLASSICAL = {
    ("pooled",): (  # plm(f, G, model="pooling")
        (-42.7143694366, 0.1155621564, 0.2306784887),
        (9.511676031, 0.005835709557, 0.02547580148),
    ),
    ("within", "economy"): (  # plm(f, G, model="within")
        (0.1101238041, 0.3100653413),
        (0.01185669421, 0.01735450278),
    ),
    ("within", "economy", "year"): (  # plm(f, G, model="within", effect="twoways")
        (0.1177158551, 0.3579162731),
        (0.01375128300, 0.02271901088),
    ),
    ("random",): (  # plm(f, G, model="random")
        (-57.8344149050, 0.1097811522, 0.3081129828),
        (28.89893526, 0.01049266355, 0.01718046909),
    ),
    ("between",): (  # plm(f, G, model="between")
        (-8.5271137217, 0.1346460870, 0.0320314743),
        (47.51530774, 0.02874545914, 0.1909377992),
    ),
    ("first_difference",): (  # plm(inv~value+capital-1, G, model="fd")
        (0.08906282882, 0.2786940167),
        (0.008234107021, 0.04715641642),
    ),
}

# the same calls on U <- pdata.frame(Grunfeld[-c(3,20,21,100,101,102,150,200),], index=c("firm","year"))
CLASSICAL_UNBALANCED = {
    ("pooled",): (
        (-32.47698306, 0.1182012931, 0.1776719855),
        (9.610105835, 0.005837844976, 0.02743773365),
    ),
    ("within", "economy"): (
        (0.1140451274, 0.2490226646),
        (0.01119354794, 0.01774301904),
    ),
    ("within", "economy", "year"): (
        (0.1210994553, 0.2717183455),
        (0.01271220197, 0.0239895585),
    ),
    ("random",): (
        (-45.73695357, 0.1138276781, 0.2475341457),
        (29.21435668, 0.01006782214, 0.01757137768),
    ),
    ("between",): (
        (-6.078189081, 0.1314477055, 0.03104524028),
        (50.01068019, 0.02884549607, 0.2014811879),
    ),
}

# k, then SE of (const,) value, capital under the project's rule
CLUSTERED = {
    ("pooled",): (3, (20.42520293, 0.01589433669, 0.08496711264)),  # vcovHC(pool, method="arellano", type="sss")
    ("within", "economy"): (2, (0.01515607544, 0.05261839159)),  # vcovHC(fe, method="arellano", type="sss")
    # feols(inv~value+capital+i(year)|firm, G, vcov=~firm, ssc=ssc(fixef.K="none"))
    ("within", "economy", "year"): (21, (0.01079415129, 0.04771455466)),
    # vcovHC(re, method="arellano", type="HC0") times sqrt(c), k = 3
    ("random",): (3, (24.84323188, 0.01375565685, 0.05497277746)),
}

# the bare sandwich, type="HC0" of the same calls
BARE = {
    ("within", "economy"): (0.01434214371, 0.04979260872),
    ("within", "economy", "year"): (0.009712023687, 0.04293110894),
    ("random",): (23.44962611, 0.01298401961, 0.05188902491),
}


@pytest.mark.parametrize("model", CLASSICAL, ids="-".join)
def test_classical_plm(grunfeld, declare, model):
    fit = estimate(declare(*model, covariance="unadjusted"), grunfeld)
    params, errors = CLASSICAL[model]
    np.testing.assert_allclose(fit.params, params, rtol=TEN_DIGITS)
    np.testing.assert_allclose(fit.std_errors, errors, rtol=TEN_DIGITS)


@pytest.mark.parametrize("model", CLASSICAL_UNBALANCED, ids="-".join)
def test_classical_unbalanced_plm(unbalanced, declare, model):
    fit = estimate(declare(*model, covariance="unadjusted"), unbalanced)
    params, errors = CLASSICAL_UNBALANCED[model]
    np.testing.assert_allclose(fit.params, params, rtol=TEN_DIGITS)
    np.testing.assert_allclose(fit.std_errors, errors, rtol=TEN_DIGITS)


@pytest.mark.parametrize("model", CLUSTERED, ids="-".join)
def test_clustered_plm_fixest(grunfeld, declare, model):
    fit = estimate(declare(*model), grunfeld)
    k, errors = CLUSTERED[model]
    np.testing.assert_allclose(fit.params, CLASSICAL[model][0], rtol=TEN_DIGITS)
    np.testing.assert_allclose(fit.std_errors, errors, rtol=TEN_DIGITS)
    assert (fit.k, fit.clusters, fit.nobs, fit.df) == (k, 10, 200, 9)
    assert fit.scaling == pytest.approx(10 / 9 * 199 / (200 - k), rel=1e-14)


@pytest.mark.parametrize("model", BARE, ids="-".join)
def test_scaling_is_the_factor_on_the_bare_sandwich(grunfeld, declare, model):
    fit = estimate(declare(*model), grunfeld)
    np.testing.assert_allclose(fit.std_errors / np.sqrt(fit.scaling), BARE[model], rtol=TEN_DIGITS)


def test_clustered_unbalanced_plm(unbalanced, declare):
    """vcovHC(fe, method="arellano", type="sss"), and of the two-way model, where plm has k = 2 and we have 21."""
    fe, twoway = (estimate(declare("within", *effects), unbalanced) for effects in (["economy"], ["economy", "year"]))
    np.testing.assert_allclose(fe.std_errors, (0.02177745197, 0.04108821899), rtol=TEN_DIGITS)
    np.testing.assert_allclose(
        fe.std_errors / np.sqrt(fe.scaling), (0.02060575046, 0.03887753208), rtol=TEN_DIGITS
    )  # type="HC0"
    as_plm = twoway.std_errors * np.sqrt((192 - 21) / (192 - 2))
    np.testing.assert_allclose(as_plm, (0.01852980893, 0.04270984243), rtol=TEN_DIGITS)
    assert (twoway.k, twoway.nobs) == (21, 192)


def test_within_r2_and_residuals_plm(grunfeld, declare):
    """R: summary(fe)$r.squared, summary(tw)$r.squared, deviance(fe), deviance(tw)."""
    fe, twoway = (estimate(declare("within", *effects), grunfeld) for effects in (["economy"], ["economy", "year"]))
    assert fe.r2_within == pytest.approx(0.766757583748, rel=TEN_DIGITS)
    assert twoway.r2_within == pytest.approx(0.720145212924, rel=TEN_DIGITS)
    assert (fe.residuals**2).sum() == pytest.approx(523478.147386, rel=TEN_DIGITS)
    assert (twoway.residuals**2).sum() == pytest.approx(452147.070379, rel=TEN_DIGITS)
    assert fe.residuals.index.equals(grunfeld.index)


def test_r2_of_pooled_and_between_is_that_of_least_squares(unbalanced, declare):
    pooled, between = (estimate(declare(name), unbalanced) for name in ("pooled", "between"))
    means = unbalanced.groupby(level="economy").mean()
    for r2, fit, outcome in (
        (pooled.r2_overall, pooled, unbalanced["inv"]),
        (between.r2_between, between, means["inv"]),
    ):
        total = ((outcome - outcome.mean()) ** 2).sum()
        assert r2 == pytest.approx(1 - (fit.residuals**2).sum() / total, rel=1e-10)


def test_theta_swamy1972(grunfeld, unbalanced, declare):
    """R: ercomp(re): theta 0.8612236207; unbalanced: idiosyncratic 2183.68304701, individual 7397.93134173."""
    assert estimate(declare("random"), grunfeld).theta.to_numpy() == pytest.approx(0.8612236207, rel=TEN_DIGITS)
    years = unbalanced.groupby(level="economy").size()
    expected = 1 - np.sqrt(2183.68304701 / (years * 7397.93134173 + 2183.68304701))
    pd.testing.assert_series_equal(
        estimate(declare("random"), unbalanced).theta, expected, rtol=TEN_DIGITS, check_names=False
    )
    assert estimate(declare("pooled"), grunfeld).theta is None


@pytest.mark.parametrize("covariance", ["clustered", "unadjusted"])
def test_period_effects_absorbed_or_as_dummies_are_one_model(unbalanced, declare, covariance):
    absorbed = estimate(declare("within", "year", covariance=covariance), unbalanced)
    dummies = estimate(declare("pooled", "year", covariance=covariance), unbalanced)
    assert absorbed.k == dummies.k == 22
    for name in ("params", "std_errors", "pvalues"):
        both = getattr(absorbed, name), getattr(dummies, name)[["value", "capital"]]
        np.testing.assert_allclose(*both, rtol=1e-9)
    assert absorbed.r2_overall == pytest.approx(dummies.r2_overall, rel=1e-9)


def test_random_effects_with_year_dummies_is_least_squares_on_quasi_demeaned_rows(unbalanced, declare):
    fit = estimate(declare("random", "year"), unbalanced)
    x = pd.get_dummies(unbalanced.index.get_level_values("year"), dtype=float).set_axis(unbalanced.index)
    x = pd.concat([unbalanced[["value", "capital"]], x], axis=1)  # all 20 dummies instead of intercept and 19
    share = fit.theta.loc[unbalanced.index.get_level_values("economy")].to_numpy()[:, None]
    y = (unbalanced[["inv"]] - share * unbalanced[["inv"]].groupby(level="economy").transform("mean")).to_numpy()
    x = (x - share * x.groupby(level="economy").transform("mean")).to_numpy()
    params, errors = brute_force(y.ravel(), x, unbalanced.index.get_level_values("economy"), k=22)
    np.testing.assert_allclose(fit.params[["value", "capital"]], params[:2], rtol=1e-9)
    np.testing.assert_allclose(fit.std_errors[["value", "capital"]], errors[:2], rtol=1e-9)
    assert list(fit.params.index) == ["const", "value", "capital"]


def test_between_clustered_is_the_robust_regression_of_means(unbalanced, declare):
    fit = estimate(declare("between"), unbalanced)
    means = unbalanced.groupby(level="economy").mean()
    x = np.column_stack([np.ones(10), means[["value", "capital"]]])
    params, errors = brute_force(means["inv"].to_numpy(), x, means.index, k=3)
    np.testing.assert_allclose(fit.params, params, rtol=1e-9)
    np.testing.assert_allclose(fit.std_errors, errors, rtol=1e-9)
    assert (fit.nobs, fit.clusters, fit.k) == (10, 10, 3)


def test_first_differences_are_changes_per_elapsed_year(unbalanced, declare):
    waves = unbalanced[unbalanced.index.get_level_values("year").isin([1935, 1938, 1940, 1941, 1945, 1953, 1954])]
    fit = estimate(declare("first_difference"), waves.sample(frac=1, random_state=1))
    changes, firms = [], []
    for firm, rows in waves.groupby(level="economy"):
        years = rows.index.get_level_values("year").to_numpy()
        changes.append(np.diff(rows.to_numpy(), axis=0) / np.diff(years)[:, None])
        firms += [firm] * (len(rows) - 1)
    changes = np.concatenate(changes)
    params, errors = brute_force(changes[:, 0], changes[:, 1:], np.array(firms), k=2)
    np.testing.assert_allclose(fit.params, params, rtol=1e-10)
    np.testing.assert_allclose(fit.std_errors, errors, rtol=1e-10)
    assert fit.nobs == len(changes) == len(fit.residuals)
    assert "divided by the years elapsed (1 to 8); no constant" in fit.convention


def test_disconnected_panel_has_one_period_effect_less(grunfeld, declare):
    """Firms 1-5 are seen to 1944 only and 6-10 after it: two blocks of ten years, 2 x 9 period effects."""
    early = grunfeld.index.get_level_values("economy") <= "F05"
    first = grunfeld.index.get_level_values("year") <= 1944
    blocks = grunfeld[early == first]
    fit = estimate(declare("within", "economy", "year"), blocks)
    dummies = [pd.get_dummies(blocks.index.get_level_values(level), dtype=float) for level in ("economy", "year")]
    x = np.column_stack([blocks[["value", "capital"]], *dummies])
    slopes = np.linalg.lstsq(x, blocks["inv"].to_numpy(), rcond=None)[0][:2]
    assert fit.k == 2 + 18
    np.testing.assert_allclose(fit.params, slopes, rtol=1e-8)
    unadjusted = estimate(declare("within", "economy", "year", covariance="unadjusted"), blocks)
    assert unadjusted.df == 100 - np.linalg.matrix_rank(x)


@pytest.mark.parametrize("model", [*CLASSICAL, ("random", "year")], ids="-".join)
def test_estimates_do_not_depend_on_units_or_row_order(grunfeld, declare, model):
    scaled = grunfeld.assign(value=grunfeld["value"] * 1e12, capital=grunfeld["capital"] * 1e-6)
    before = scaled.copy()
    fit, other = estimate(declare(*model), grunfeld), estimate(declare(*model), scaled.sample(frac=1, random_state=3))
    np.testing.assert_allclose(fit.tvalues, other.tvalues, rtol=1e-7)
    np.testing.assert_allclose(fit.params["value"], other.params["value"] * 1e12, rtol=1e-7)
    np.testing.assert_allclose(fit.residuals, other.residuals, atol=1e-6)
    pd.testing.assert_frame_equal(scaled, before)


@pytest.mark.parametrize(("covariance", "df"), [("clustered", 9), ("unadjusted", 188)])
def test_inference_is_that_of_the_t_distribution(grunfeld, declare, covariance, df):
    fit = estimate(declare("within", "economy", covariance=covariance), grunfeld)
    assert fit.df == df
    np.testing.assert_allclose(fit.tvalues, fit.params / fit.std_errors)
    np.testing.assert_allclose(fit.pvalues, 2 * stats.t.sf(np.abs(fit.tvalues), df))
    half = stats.t.ppf(0.975, df) * fit.std_errors
    np.testing.assert_allclose(fit.conf_int["lower"], fit.params - half)
    np.testing.assert_allclose(fit.conf_int["upper"], fit.params + half)
    np.testing.assert_allclose(np.diag(fit.covariance_matrix), fit.std_errors**2)
    assert f"t({df})" in fit.convention


def test_tvalues_on_the_bare_sandwich(grunfeld, declare):
    """The observed t of the wild bootstrap in econometrics.md 4.1: fe, vcovHC type="HC0"."""
    fit = estimate(declare("within", "economy"), grunfeld)
    np.testing.assert_allclose(fit.tvalues * np.sqrt(fit.scaling), (7.6783364, 6.2271359), rtol=1e-8)


@pytest.mark.parametrize(
    "model", [("within", "economy", "year"), ("within", "economy"), ("first_difference",)], ids="-".join
)
def test_recovers_a_known_coefficient(model):
    """Unbalanced panel, waves at unequal distance, x correlated with the effects, so that pooled estimates are off.

    300 economies put the standard error near 0.02; the estimate must lie within 3 of its own standard errors of 1.5.
    """
    data = simulated(np.random.default_rng(20181122), trend="year" in model)
    spec = ModelSpec(name="truth", outcome="y", regressors=("x",), effects=model[1:], estimator=model[0])
    fit = estimate(spec, data)
    assert fit.std_errors["x"] < 0.04
    assert abs(fit.params["x"] - 1.5) < 3 * fit.std_errors["x"]
    assert (
        abs(estimate(ModelSpec(name="p", outcome="y", regressors=("x",), estimator="pooled"), data).params["x"] - 1.5)
        > 0.2
    )


def test_missing_rows_are_counted_and_not_warned_about(grunfeld, declare):
    holes = grunfeld.copy()
    holes.loc[("F02", slice(None)), "value"] = np.nan
    holes.loc[("F03", slice(1936, 1954)), "inv"] = np.nan
    holes.loc[("F04", 1940), ["inv", "capital"]] = np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        within, random = (estimate(declare(*model), holes) for model in (("within", "economy"), ("random",)))
    assert (within.dropped.rows, within.dropped.singletons, within.dropped.economies) == (40, 1, ("F02", "F03"))
    assert (random.dropped.rows, random.dropped.singletons, random.dropped.economies) == (40, 0, ("F02",))
    assert (within.nobs, within.clusters, random.nobs, random.clusters) == (159, 8, 160, 9)
    changes = estimate(declare("first_difference"), holes)
    assert (changes.dropped.economies, changes.nobs) == (("F02", "F03"), 159 - 8)


def test_singletons_say_nothing_about_the_slopes(grunfeld, declare):
    alone = pd.DataFrame(
        {"inv": [5.0, 7.0], "value": [1.0, 2.0], "capital": [3.0, 1.0]},
        index=pd.MultiIndex.from_tuples([("F11", 1935), ("F11", 1955)], names=["economy", "year"]),
    )
    with_it, without = (
        estimate(declare("within", "economy", "year"), rows) for rows in (pd.concat([grunfeld, alone]), grunfeld)
    )
    assert with_it.dropped.singletons == 2  # 1955 is seen once; without it, so is F11
    pd.testing.assert_frame_equal(with_it.covariance_matrix, without.covariance_matrix)


def test_convention_says_the_rule_with_its_numbers(grunfeld, declare):
    said = estimate(declare("within", "economy", "year"), grunfeld).convention
    assert "economy and year effects absorbed" in said
    assert "c = G/(G-1) (n-1)/(n-k) = 1.23526 with G = 10, n = 200, k = 21" in said
    assert "Fewer than 30 clusters" in said
    classical = estimate(declare("random", "year", covariance="unadjusted"), grunfeld).convention
    assert "year effects as dummies" in classical
    assert "SSR/(n-k) with n = 200, k = 22" in classical
    assert "clusters" not in classical


GUARDS = [
    (("pooled",), lambda d: d.rename(columns={"value": "valve"}), "unknown column 'value'.*did you mean 'valve'"),
    (("pooled",), lambda d: pd.concat([d, d.iloc[[3]]]), "F01.* 1938 twice"),
    (("pooled",), lambda d: d.rename_axis(["firm", "year"]), r"expected \['economy', 'year'\]"),
    (("pooled",), lambda d: d.assign(value=np.inf), "infinite .*F01 1935, column 'value'"),
    (("pooled",), lambda d: d.assign(value="many"), "'many' .*F01 1935, column 'value'; expected a number"),
    (("pooled",), lambda d: d.assign(capital=np.nan), "none of 200 rows.*'capital' is missing most often, in 200"),
    (("pooled",), lambda d: d.loc["F01":"F05"], "5 economies are too few clusters; expected at least 6: use"),
    (("pooled",), lambda d: d.head(3), "3 rows for 3 coefficients; use fewer"),
    (("within", "economy"), lambda d: first_rows(d), "every row is the only one of its economy; use"),
    (("first_difference",), lambda d: first_rows(d), "no economy has two complete rows; use"),
    (("first_difference",), lambda d: d.rename(str, level="year"), "the years are '1935', ...; differences need"),
    (("pooled",), lambda d: d.assign(inv=0.1), "outcome 'inv' is constant; choose another"),
    (("first_difference",), lambda d: d.assign(inv=0.1), "outcome 'inv' is constant"),
    (("within", "economy"), lambda d: d.assign(inv=means(d, "inv")), "'inv' is constant once economy effects"),
    (("pooled", "year"), lambda d: d.assign(inv=means(d, "inv", "year")), "'inv' is constant once year effects"),
    (("pooled",), lambda d: d.assign(value=0.1), "regressors 'value' do not vary, or"),
    (("between",), lambda d: d.assign(value=0.1), "regressors 'value' do not vary, or"),
    (("between",), lambda d: d.assign(value=means(d, "inv", "year")), "regressors 'value' do not vary, or"),
    (("first_difference",), lambda d: d.assign(value=0.1), "regressors 'value' do not vary, or"),
    (("within", "economy"), lambda d: d.assign(value=means(d, "value")), "'value' do not vary once economy effects"),
    (("within", "economy", "year"), lambda d: d.assign(value=means(d, "inv", "year")), "'value' do not vary once econ"),
    (("random", "year"), lambda d: d.assign(value=means(d, "inv", "year")), "'value' do not vary once year effects"),
    (("within", "economy"), lambda d: d.assign(capital=2 * d["value"] + 1), "'capital' do not vary.*or are collinear"),
    (("random",), lambda d: d.assign(capital=2 * d["value"] + 1), "'capital' do not vary, or are collinear"),
    (("random", "unadjusted"), lambda d: d.loc["F01":"F03"], "between regression has no residual degrees of freedom"),
]


@pytest.mark.parametrize(("model", "change", "message"), GUARDS, ids=[message[:40] for *_, message in GUARDS])
def test_guards(grunfeld, declare, model, change, message):
    covariance = "unadjusted" if "unadjusted" in model else "clustered"
    spec = declare(*(name for name in model if name != "unadjusted"), covariance=covariance)
    with pytest.raises(InputError, match=message) as caught:
        estimate(spec, change(grunfeld))
    assert "\n" not in str(caught.value)


def test_time_invariant_regressors_are_estimated_where_they_can_be(grunfeld, declare):
    data = grunfeld.assign(value=means(grunfeld, "value"))
    assert estimate(declare("random"), data).params.notna().all()
    assert estimate(declare("between"), data).params.notna().all()


DOORS = [
    ("iv", "instruments", {"endogenous": ("value",), "instruments": ("lag(value, 1)",), "lag_by": "wave"}),
    ("ppml", "ppml", {}),
    ("gmm", "dynamic", {"options": {"steps": 2}}),
    ("threshold", "threshold", {}),
    ("quantile", "quantile", {}),
]


@pytest.mark.parametrize(("estimator", "module", "more"), DOORS, ids=[name for name, *_ in DOORS])
def test_every_estimator_is_reached_by_its_name_and_told_its_sample(
    monkeypatch, grunfeld, declare, estimator, module, more
):
    """A module in the real one's place, so that this tests the door alone."""
    called = []

    def stand_in(spec, data):
        called.append((spec, data))
        return replace(within, spec=spec)

    within = estimate(declare("within", "economy"), grunfeld)
    home = types.ModuleType(f"bri_eval.econometrics.{module}")
    setattr(home, f"estimate_{estimator}", stand_in)
    monkeypatch.setitem(sys.modules, home.__name__, home)
    spec = ModelSpec(
        name="m", outcome="inv", regressors=("value", "lag(capital, 1)"), effects=("economy",), estimator=estimator,
        sample={"year": {"min": 1940}, "economy": ["F01", "F02"]}, **{"lag_by": "wave", **more},
    )  # fmt: skip
    fit = estimate(spec, grunfeld)
    assert called[0][0] is spec
    assert called[0][1] is grunfeld
    assert fit.convention.startswith(within.convention)
    assert (
        "0 rows lack nothing else and are left out. Sample: year from 1940. Sample: economy F01, F02." in fit.convention
    )
    assert (fit.dropped.outside, fit.dropped.lags) == (170, 0)


def test_a_model_without_lags_and_sample_is_returned_as_its_estimator_made_it(monkeypatch, grunfeld, declare):
    from bri_eval.econometrics import ppml

    monkeypatch.setattr(ppml, "estimate_ppml", lambda spec, _: spec)
    spec = declare("ppml", "economy")
    assert estimate(spec, grunfeld) is spec


def test_engines_are_not_imported_with_the_package():
    modules = ", ".join(f"bri_eval.econometrics.{name}" for name in ("specs", "estimate", "diagnostics"))
    heavy = "{'linearmodels', 'statsmodels', 'scipy'}"
    code = f"import sys, {modules}; assert not {heavy} & set(sys.modules), {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def means(data: pd.DataFrame, column: str, level: str = "economy") -> pd.Series:
    """Return the column replaced by its mean per economy or year."""
    return data[column].groupby(level=level).transform("mean")


def first_rows(data: pd.DataFrame) -> pd.DataFrame:
    """Return one row per economy."""
    return data.groupby(level="economy").head(1)


def brute_force(y: np.ndarray, x: np.ndarray, clusters: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Return least squares and the project's clustered standard errors, written out."""
    inverse = np.linalg.inv(x.T @ x)
    params = inverse @ x.T @ y
    scores = pd.DataFrame(x * (y - x @ params)[:, None]).groupby(np.asarray(clusters)).sum().to_numpy()
    G, n = len(scores), len(y)
    variance = G / (G - 1) * (n - 1) / (n - k) * inverse @ scores.T @ scores @ inverse
    return params, np.sqrt(np.diag(variance))


def simulated(draw: np.random.Generator, *, trend: bool) -> pd.DataFrame:
    """Return y = 1.5 x + effect + common trend + noise over irregular waves, a fifth of the rows missing at random."""
    waves = np.array([2007, 2010, 2012, 2014, 2016, 2018, 2023])
    index = pd.MultiIndex.from_product([range(300), waves], names=["economy", "year"])
    effect = np.repeat(draw.normal(size=300), len(waves))
    x = effect + draw.normal(size=len(index))
    common = np.tile(0.3 * (waves - 2007), 300) if trend else 0.0
    y = 1.5 * x + 2 * effect + common + draw.normal(size=len(index))
    return pd.DataFrame({"y": y, "x": x}, index=index)[draw.uniform(size=len(index)) > 0.2]
