"""Linear estimators: identities between them, and simulated truths on unbalanced panels with irregular waves."""

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics import linear
from bri_eval.econometrics.equations import equation
from bri_eval.econometrics.estimate import estimate
from bri_eval.econometrics.inference import cluster_sandwich
from bri_eval.econometrics.sample import complete_rows
from bri_eval.econometrics.specs import ModelSpec

WAVES = np.array([2007, 2010, 2012, 2014, 2016, 2018, 2023])
KEYS = ["economy", "year"]


def declare(*model: str, regressors=("x",), covariance="clustered", **more) -> ModelSpec:
    return ModelSpec(
        name="m",
        outcome="y",
        regressors=regressors,
        effects=model[1:],
        estimator=model[0],
        covariance=covariance,
        **more,
    )


def panel(seed: int, economies: int = 12, keep: float = 0.8) -> pd.DataFrame:
    """Return correlated noise on some waves of each economy."""
    draw = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product([[f"E{number:02d}" for number in range(economies)], WAVES], names=KEYS)
    x = draw.normal(size=(len(index), 2)) + np.repeat(draw.normal(size=(economies, 2)), len(WAVES), axis=0)
    data = pd.DataFrame(x, index=index, columns=["x", "z"]).assign(y=x @ [1, -1] + draw.normal(size=len(index)))
    return data[draw.uniform(size=len(index)) < keep]


@pytest.mark.parametrize("years", [(), ("year",)])
@pytest.mark.parametrize("seed", range(3))
def test_correlated_random_effects_have_the_slopes_of_within(seed, years):
    """Slopes and bare sandwich, mundlak1978; unbalanced with year effects only because their means are in it."""
    data = panel(seed)
    within = estimate(declare("within", "economy", *years, regressors=("x", "z", "x:z")), data)
    mundlak = estimate(declare("correlated_random", *years, regressors=("x", "z", "x:z")), data)
    names = ["x", "z", "x:z"]
    assert list(mundlak.params.index) == ["const", *names, *(f"mean({name})" for name in names)]
    np.testing.assert_allclose(mundlak.params[names], within.params, rtol=1e-7)
    bare = [fit.covariance_matrix.loc[names, names] / fit.scaling for fit in (mundlak, within)]
    np.testing.assert_allclose(*bare, rtol=1e-6)


def test_correlated_random_effects_balanced_plm(grunfeld):
    """Balanced, the mean's coefficient is between less within: plm(f, G, model="between") and model="within"."""
    spec = ModelSpec(name="m", outcome="inv", regressors=("value", "capital"), estimator="correlated_random")
    fit = estimate(spec, grunfeld)
    within, between = np.array([0.1101238041, 0.3100653413]), np.array([0.1346460870, 0.0320314743])
    np.testing.assert_allclose(fit.params[["value", "capital"]], within, rtol=1e-9)
    np.testing.assert_allclose(fit.params[["mean(value)", "mean(capital)"]], between - within, rtol=1e-8)
    assert fit.params["const"] == pytest.approx(-8.5271137217, rel=1e-9)
    assert (fit.k, fit.df, len(fit.theta)) == (5, 9, 10)


def test_the_wald_statistic_of_the_means_is_the_robust_mundlak_test(grunfeld, unbalanced):
    """R: phtest(f, data=G, method="aux", vcov=function(x) vcovHC(x, method="arellano", type="HC0"))$statistic.

    Unbalanced, econometrics.md 4.2: the random-effects regression with means.
    """
    spec = ModelSpec(name="m", outcome="inv", regressors=("value", "capital"), estimator="correlated_random")
    for data, statistic in ((grunfeld, 8.299836617), (unbalanced, 5.470797048)):
        fit, means = estimate(spec, data), ["mean(value)", "mean(capital)"]
        bare = fit.covariance_matrix.loc[means, means] / fit.scaling
        assert fit.params[means] @ np.linalg.solve(bare, fit.params[means]) == pytest.approx(statistic, rel=1e-8)


def test_the_means_coefficients_are_those_of_the_whole_regression_by_hand():
    """Quasi-demeaned least squares on regressors, means and means of year dummies, with the fit's own theta."""
    data = panel(5)
    fit = estimate(declare("correlated_random", "year", regressors=("x", "z")), data)
    dummies = pd.get_dummies(data.index.get_level_values("year"), dtype=float).set_axis(data.index)
    columns = pd.concat([data[["x", "z"]], dummies], axis=1)
    means = columns.groupby(level="economy").transform("mean")
    x = np.column_stack([columns, means])
    share = fit.theta.loc[data.index.get_level_values("economy")].to_numpy()[:, None]

    def reduced(values: np.ndarray) -> np.ndarray:
        frame = pd.DataFrame(values, index=data.index)
        return (frame - share * frame.groupby(level="economy").transform("mean")).to_numpy()

    b = np.linalg.lstsq(reduced(x), reduced(data[["y"]].to_numpy())[:, 0], rcond=None)[0]
    np.testing.assert_allclose(fit.params[["x", "z", "mean(x)", "mean(z)"]], b[[0, 1, 9, 10]], rtol=1e-8)


def test_over_two_waves_differences_and_within_are_one_model():
    data = panel(6, keep=1.1)
    two = data[data.index.get_level_values("year").isin([2010, 2023])].iloc[:-1]  # one economy is left with one row
    for years in ((), ("year",)):
        within = estimate(declare("within", "economy", *years, regressors=("x", "z")), two)
        for model in ("first_difference", "long_difference"):
            fit = estimate(declare(model, *years, regressors=("x", "z")), two)
            np.testing.assert_allclose(fit.params, within.params, rtol=1e-9)
            bare = [one.covariance_matrix / one.scaling for one in (fit, within)]
            np.testing.assert_allclose(*bare, rtol=1e-8)
            assert (fit.nobs, fit.clusters, fit.k) == (11, 11, 2 + len(years))
            assert fit.dropped.economies == ("E11",)
    trend = estimate(declare("long_difference", regressors=("x", "z"), options={"constant": True}), two)
    np.testing.assert_allclose(trend.params[["x", "z"]], within.params, rtol=1e-9)


def test_first_difference_with_a_constant_plm(grunfeld):
    """R: fd <- plm(f, G, model="fd"), with intercept, classical SE."""
    spec = ModelSpec(
        name="m", outcome="inv", regressors=("value", "capital"), estimator="first_difference",
        covariance="unadjusted", options={"constant": True},
    )  # fmt: skip
    fit = estimate(spec, grunfeld)
    np.testing.assert_allclose(fit.params, (-1.8188901586, 0.08976249499, 0.2917667197), rtol=1e-9)
    np.testing.assert_allclose(fit.std_errors, (3.565593136, 0.008363585016, 0.05375159764), rtol=1e-9)


@pytest.mark.parametrize("span", [2, 4, 9])
def test_differences_over_a_span_are_least_squares_of_the_pairs(span):
    data = panel(7)
    fit = estimate(declare("long_difference", regressors=("x", "z"), options={"span": span}), data)
    pairs = [(key, (key[0], key[1] - span)) for key in data.index if (key[0], key[1] - span) in data.index]
    changes = np.array([(data.loc[later] - data.loc[before]).to_numpy() / span for later, before in pairs])
    b = np.linalg.lstsq(changes[:, :2], changes[:, 2], rcond=None)[0]
    np.testing.assert_allclose(fit.params, b, rtol=1e-9)
    assert fit.nobs == len(pairs)
    assert fit.residuals.index.to_list() == [later for later, _ in pairs]


def simulated(seed: int = 20181122, economies: int = 300) -> pd.DataFrame:
    """Return x correlated with the effects and drifting, a moderator z, noise; a fifth of the rows is missing."""
    draw = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product([range(economies), WAVES], names=KEYS)
    effect = np.repeat(draw.normal(size=economies), len(WAVES))
    growth = np.repeat(0.1 * draw.normal(size=economies) + 0.05, len(WAVES))
    x = effect + growth * (np.tile(WAVES, economies) - 2007) + draw.normal(size=len(index))
    z = np.repeat(draw.normal(loc=1, size=economies), len(WAVES)) + 0.5 * draw.normal(size=len(index))
    base = 2 * effect + np.tile(0.3 * (WAVES - 2007), economies) + 0.5 * draw.normal(size=len(index))
    seen = draw.uniform(size=len(index)) > 0.2
    return pd.DataFrame({"x": x, "z": z, "base": base, "seen": seen}, index=index)


def within_three(fit, **truth: float) -> None:
    """Check that the truth lies within three of the estimate's standard errors, which are small."""
    for term, value in truth.items():
        assert abs(fit.params[term] - value) < 3 * fit.std_errors[term]
        assert fit.std_errors[term] < 0.1


def test_lags_are_recovered_on_irregular_waves():
    """y depends on x now and one wave before; where that wave is not observed, a positional lag is wrong."""
    data = simulated()
    before = data["x"].groupby(level="economy").shift(1)
    seen = data.assign(y=1.5 * data["x"] + 0.8 * before + data["base"])[data["seen"]]
    spec = declare("within", "economy", "year", regressors=("x", "lag(x, 1)"), lag_by="wave")
    fit = estimate(spec, seen)
    within_three(fit, **{"x": 1.5, "lag(x, 1)": 0.8})
    positional = seen.assign(last=seen["x"].groupby(level="economy").shift(1))
    wrong = estimate(declare("within", "economy", "year", regressors=("x", "last")), positional)
    assert abs(wrong.params["last"] - 0.8) > 3 * wrong.std_errors["last"]
    assert fit.dropped.lags > len(seen) / 7
    assert f"Lags and leads by observed year of the data; {fit.dropped.lags} rows lack nothing else" in fit.convention


def test_a_lead_of_an_exogenous_regressor_has_no_slope():
    seen = simulated().assign(y=lambda d: 1.5 * d["x"] + d["base"])[lambda d: d["seen"]]
    spec = declare("within", "economy", "year", regressors=("x", "lead(x, 1)"), lag_by="wave")
    within_three(estimate(spec, seen), **{"x": 1.5, "lead(x, 1)": 0.0})


def test_interactions_are_recovered_and_are_not_those_of_demeaned_columns():
    seen = simulated().assign(y=lambda d: 1.5 * d["x"] + 0.7 * d["x"] * d["z"] + d["base"])[lambda d: d["seen"]]
    fit = estimate(declare("within", "economy", "year", regressors=("x", "z", "x:z")), seen)
    within_three(fit, **{"x": 1.5, "z": 0.0, "x:z": 0.7})
    centred = seen - seen.groupby(level="economy").transform("mean")
    wrong = estimate(
        declare("within", "economy", "year", regressors=("x", "z", "xz")), seen.assign(xz=centred["x"] * centred["z"])
    )
    assert abs(wrong.params["x"] - 1.5) > 3 * wrong.std_errors["x"]


@pytest.mark.parametrize("options", [{}, {"span": 4}], ids=["ends", "span"])
def test_long_differences_recover_a_slope_beside_a_common_trend(options):
    """Windows differ by economy; without the trend the slope takes it up."""
    seen = simulated().assign(y=lambda d: 1.5 * d["x"] + d["base"])[lambda d: d["seen"]]
    within_three(estimate(declare("long_difference", "year", options=options), seen), x=1.5)
    trend = estimate(declare("long_difference", options={"constant": True, **options}), seen)
    within_three(trend, x=1.5, const=0.3)
    without = estimate(declare("long_difference", options=options), seen)
    assert without.params["x"] - 1.5 > 2.5 * without.std_errors["x"]


def test_a_sample_is_the_model_on_these_rows_but_with_lags_from_all(grunfeld):
    data = grunfeld.assign(large=np.where(grunfeld.index.get_level_values("economy") < "F07", "large", "small"))
    sample = {"large": "large", "year": {"min": 1940, "not": [1945]}}
    given = {"name": "m", "outcome": "inv", "effects": ("economy",), "estimator": "within"}
    fit = estimate(ModelSpec(**given, regressors=("value", "capital"), sample=sample), data)
    rows = data[(data["large"] == "large") & (data.index.get_level_values("year") >= 1940)].drop(
        index=1945, level="year"
    )
    plain = estimate(ModelSpec(**given, regressors=("value", "capital")), rows)
    pd.testing.assert_series_equal(fit.params, plain.params)
    pd.testing.assert_frame_equal(fit.covariance_matrix, plain.covariance_matrix)
    assert (fit.dropped.outside, fit.dropped.rows, fit.nobs) == (200 - 84, 0, 84)
    assert "Sample: large large. Sample: year from 1940 without 1945." in fit.convention
    lagged = estimate(ModelSpec(**given, regressors=("lag(value, 1)", "capital"), sample=sample, lag_by="wave"), data)
    assert (lagged.nobs, lagged.dropped.lags) == (84, 0)


def test_annual_lags_by_year_and_by_wave_agree(grunfeld):
    fits = [
        estimate(
            ModelSpec(
                name="m", outcome="inv", regressors=("lag(value, 1)", "capital"), effects=("economy",),
                estimator="within", lag_by=by,
            ),
            grunfeld,
        )
        for by in ("wave", "year")
    ]  # fmt: skip
    pd.testing.assert_series_equal(fits[0].params, fits[1].params)
    assert [fit.dropped.lags for fit in fits] == [10, 10]
    assert "by calendar year; 10 rows" in fits[1].convention


def test_a_lagged_outcome_is_told_to_be_biased_and_is(grunfeld):
    """nickell1981: with 7 waves and a slope of 0.5 the bias is near -(1 + 0.5)/6 = -0.25."""
    draw = np.random.default_rng(3)
    y = np.zeros((400, 40)) + draw.normal(size=(400, 1))
    for year in range(1, 40):
        y[:, year] = 0.5 * y[:, year - 1] + draw.normal(size=(400, 1))[:, 0] + y[:, 0] * 0.5
    index = pd.MultiIndex.from_product([range(400), range(7)], names=KEYS)
    data = pd.DataFrame({"y": y[:, -7:].ravel()}, index=index)
    fit = estimate(declare("within", "economy", regressors=("lag(y, 1)",), lag_by="wave"), data)
    assert -0.35 < fit.params["lag(y, 1)"] - 0.5 < -0.15
    assert "the slope of a lagged outcome is biased if years are few; see estimator 'gmm'" in fit.convention


LINEAR = [("pooled", "year"), ("within", "economy"), ("within", "year"), ("within", "economy", "year"),
          ("random", "year"), ("correlated_random", "year"), ("first_difference", "year"), ("long_difference",),
          ("between",)]  # fmt: skip


@pytest.mark.parametrize("model", LINEAR, ids="-".join)
def test_explicit_columns_give_what_the_engine_gives(model):
    """Least squares and bare sandwich of the columns that CR2, CV3, two-way and Driscoll-Kraay errors rest on."""
    data = panel(11)
    spec = declare(*model, regressors=("x", "z"))
    fit, sides = estimate(spec, data), equation(spec, complete_rows(spec, data)[0])
    y, x = linear._explicit(spec, sides, fit.theta)
    b, *_ = np.linalg.lstsq(x.to_numpy(), y.to_numpy()[:, 0], rcond=None)
    names = list(fit.params.index)
    np.testing.assert_allclose(pd.Series(b, index=x.columns)[names], fit.params, rtol=1e-8)
    residuals = y.to_numpy()[:, 0] - x.to_numpy() @ b
    np.testing.assert_allclose(residuals, fit.residuals, rtol=1e-7, atol=1e-9)
    bare = cluster_sandwich(x.to_numpy(), residuals, y.index.get_level_values("economy").to_numpy())
    made = pd.DataFrame(bare, index=x.columns, columns=x.columns).loc[names, names]
    np.testing.assert_allclose(made, fit.covariance_matrix / fit.scaling, rtol=1e-7)


def test_r2_of_correlated_random_effects_counts_the_means():
    data = panel(8)
    fit = estimate(declare("correlated_random", regressors=("x", "z")), data)
    means = data[["x", "z"]].groupby(level="economy").transform("mean")
    index = data[["x", "z"]] @ fit.params[["x", "z"]] + means.to_numpy() @ fit.params[["mean(x)", "mean(z)"]]
    assert fit.r2_overall == pytest.approx(index.corr(data["y"]) ** 2, rel=1e-9)


@pytest.mark.parametrize("estimator", ["correlated_random", "long_difference"])
def test_units_and_row_order_do_not_matter(estimator):
    data = panel(9)
    scaled = data.assign(x=data["x"] * 1e12, z=data["z"] * 1e-6).sample(frac=1, random_state=3)
    fit, other = (estimate(declare(estimator, "year", regressors=("x", "z")), rows) for rows in (data, scaled))
    np.testing.assert_allclose(fit.tvalues, other.tvalues, rtol=1e-6)


GUARDS = [
    ("long_difference", lambda d: d.assign(y=0.1), "outcome 'y' is constant"),
    ("long_difference", lambda d: d.assign(x=mean(d, "x")), "regressors 'x' do not vary"),
    ("long_difference", lambda d: d.assign(z=2 * d["x"] + 1), "regressors 'z' do not vary, or are collinear"),
    ("correlated_random", lambda d: d.assign(z=2 * d["x"] + 1), "regressors 'z' do not vary, or are collinear"),
    ("long_difference", lambda d: d.loc["E00":"E04"], "5 economies are too few clusters"),
    ("long_difference", lambda d: d.loc["E00":"E01"], "2 rows for 2 coefficients"),
    ("correlated_random", lambda d: d.loc["E00":"E02"], "between regression has no residual degrees of freedom"),
]


@pytest.mark.parametrize(("estimator", "change", "message"), GUARDS, ids=[f"{e}: {m[:30]}" for e, _, m in GUARDS])
def test_guards(estimator, change, message):
    with pytest.raises(InputError, match=f"^model 'm': .*{message}") as caught:
        estimate(declare(estimator, regressors=("x", "z")), change(panel(10, keep=1.1)))
    assert "\n" not in str(caught.value)


def mean(data: pd.DataFrame, column: str) -> pd.Series:
    return data[column].groupby(level="economy").transform("mean")
