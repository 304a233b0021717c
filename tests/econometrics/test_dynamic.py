"""Dynamic panels against the dumb implementation, a simulated truth, and (with the files) published values."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from dynamic_oracle import brute_force, dynamic_data, dynamic_model
from scipy import stats

from bri_eval.checks import InputError
from bri_eval.econometrics.dynamic import estimate_gmm, gmm_tests
from bri_eval.econometrics.dynamic_panel import read_dynamic
from bri_eval.econometrics.estimate import estimate
from bri_eval.econometrics.gmm import one_step, two_steps
from bri_eval.econometrics.specs import ModelSpec

PANEL = dynamic_data()
VARIANTS = {
    "collapsed": {},
    "lags of the outcome to the end": {"window": (2, 99)},
    "one instrument per wave": {"window": (2, 3), "collapse": False},
    "predetermined": {"gmm": ("x",), "window": (2, 3)},
    "two lags": {"outcome_lags": 2, "window": (2, 99)},
    "without year effects": {"years": False},
    "system": {"system": True},
    "system, two lags, predetermined": {"system": True, "gmm": ("x",), "outcome_lags": 2, "window": (2, 3)},
    "system, one instrument per wave, without year effects": {
        "system": True,
        "window": (2, 2),
        "collapse": False,
        "years": False,
    },
    "system, window from 3": {"system": True, "gmm": ("x",), "window": (3, 4)},
}


def declared(variant: dict, **options: object) -> ModelSpec:
    given = {
        "kind": "system" if variant.get("system") else "difference",
        "instrument_lags": variant.get("window", (2, 4)),
        "outcome_lags": variant.get("outcome_lags", 1),
        "collapse": variant.get("collapse", True),
        "gmm_style": variant.get("gmm", ()),
    }
    effects = ("economy", "year") if variant.get("years", True) else ("economy",)
    return dynamic_model(effects, **given, **options)


@pytest.mark.parametrize("name", VARIANTS)
def test_both_steps_are_those_of_the_dumb_implementation(name):
    variant = VARIANTS[name]
    expected = brute_force(PANEL, **variant)
    lags = variant.get("outcome_lags", 1)
    names = [*(f"lag(y, {lag})" for lag in range(1, lags + 1)), "x", "w"]
    for steps, covariance in ((1, expected.robust), (2, expected.corrected)):
        fit = estimate_gmm(declared(variant, steps=steps), PANEL)
        assert list(fit.params.index) == (["const"] if variant.get("system") else []) + names
        np.testing.assert_allclose(fit.params[names], expected.slopes[steps - 1][: len(names)], rtol=1e-7)
        np.testing.assert_allclose(fit.std_errors[names], np.sqrt(np.diag(covariance))[: len(names)], rtol=1e-6)
        if variant.get("system"):
            assert fit.params["const"] == pytest.approx(expected.slopes[steps - 1][-1], rel=1e-7)
            assert fit.std_errors["const"] == pytest.approx(np.sqrt(covariance[-1, -1]), rel=1e-6)
    assert fit.extra["instruments"] == expected.instruments
    assert fit.clusters == len(expected.economies)
    assert fit.k == len(expected.slopes[0])
    assert fit.extra["hansen_j"] == pytest.approx(expected.hansen, rel=1e-6)
    assert fit.extra["hansen_df"] == expected.instruments - fit.k
    assert (fit.extra["ar1"], fit.extra["ar2"]) == pytest.approx(expected.serial, rel=1e-5)


def test_tests_are_of_two_steps_whatever_the_model_says_and_sargan_is_of_one():
    expected = brute_force(PANEL)
    one, two = (gmm_tests(declared({}, steps=steps), PANEL) for steps in (1, 2))
    assert [test.name for test in two] == ["Hansen J", "Arellano-Bond AR(1)", "Arellano-Bond AR(2)"]
    assert (one[0], *one[2:]) == two
    assert one[1].name == "Sargan (one step)"
    assert one[1].statistic == pytest.approx(expected.sargan, rel=1e-7)
    assert one[1].pvalue == pytest.approx(stats.chi2.sf(expected.sargan, one[1].df), rel=1e-6)
    assert two[1].statistic == pytest.approx(expected.serial[0], rel=1e-6)
    assert two[1].pvalue == pytest.approx(2 * stats.norm.sf(abs(expected.serial[0])), rel=1e-5)
    assert "Sargan" not in "".join(test.name for test in gmm_tests(declared({"system": True}, steps=1), PANEL))


@pytest.mark.parametrize("kind", ["difference", "system"])
def test_recovers_the_coefficients_that_the_within_estimator_misses(kind):
    """300 economies x 7 waves, x predetermined; the estimate lies within 3 of its standard errors of 0.5, 1, -1."""
    data = dynamic_data(3, economies=300)
    fit = estimate_gmm(dynamic_model(kind=kind, gmm_style=["x"], instrument_lags=[2, 4]), data)
    truth = pd.Series({"lag(y, 1)": 0.5, "x": 1.0, "w": -1.0})
    assert ((fit.params[truth.index] - truth).abs() < 3 * fit.std_errors[truth.index]).all()
    assert fit.std_errors["lag(y, 1)"] < 0.2
    assert fit.extra["hansen_p"] > 0.01
    assert fit.extra["ar1_p"] < 0.001
    assert fit.extra["ar2_p"] > 0.01
    within = ModelSpec(
        name="w",
        outcome="y",
        regressors=("lag(y, 1)", "x", "w"),
        lag_by="wave",
        effects=("economy", "year"),
        estimator="within",
    )
    biased = estimate(within, data)
    assert biased.params["lag(y, 1)"] < 0.5 - 3 * biased.std_errors["lag(y, 1)"]


def test_invalid_instruments_and_serial_correlation_are_found():
    """The error is a moving average, so that the second lag of y is no instrument."""
    rng = np.random.default_rng(2)
    shocks = rng.normal(size=(200, 9))
    y = np.zeros((200, 8))
    for t in range(8):
        y[:, t] = 0.5 * y[:, t - 1] + shocks[:, t + 1] + 0.8 * shocks[:, t] if t else shocks[:, 1]
    rows = pd.MultiIndex.from_product([range(200), range(2000, 2008)], names=["economy", "year"])
    data = pd.DataFrame({"y": y.ravel(), "x": rng.normal(size=1600), "w": rng.normal(size=1600)}, index=rows)
    hansen, _, second = gmm_tests(dynamic_model(("economy",), instrument_lags=[2, 5]), data)
    assert hansen.pvalue < 0.01
    assert second.pvalue < 0.01


def test_units_row_order_and_labels_do_not_matter():
    spec = declared({"system": True, "gmm": ("x",)})
    other = PANEL.assign(x=1e7 * PANEL["x"], w=1e-5 * PANEL["w"]).sample(frac=1, random_state=4)
    before = other.copy()
    fit, moved = estimate_gmm(spec, PANEL), estimate_gmm(spec, other)
    np.testing.assert_allclose(moved.tvalues, fit.tvalues, rtol=1e-6)
    pd.testing.assert_frame_equal(other, before)
    later = PANEL.rename(index=lambda year: 2 * year, level="year")  # every second year: the same waves
    np.testing.assert_allclose(estimate_gmm(spec, later).params, fit.params, rtol=1e-10)


def test_the_record_says_what_was_estimated():
    fit = estimate(declared({"gmm": ("x",)}), PANEL)
    system = estimate(declared({"system": True}), PANEL)
    for text in (
        "Difference GMM, two steps, convention of xtabond2. Standard errors clustered by economy, corrected after Wind",
        f"p-values and intervals from t({fit.clusters - 1}). Rows are differenced equations.",
        f"{fit.extra['instruments']} instruments for {fit.clusters} economies: lags 2 to 4 of 'y', 'x', collapsed; ",
        "'w', year effects for themselves.",
        f"Hansen J: chi2({fit.extra['hansen_df']}) = {fit.extra['hansen_j']:.4g}",
        f"Arellano-Bond AR(2): z = {fit.extra['ar2']:.4g}",
    ):
        assert text in fit.convention
    assert "Rows are equations in levels." in system.convention
    assert "and their lagged changes in levels" in system.convention
    assert (fit.scaling, fit.df) == (1.0, fit.clusters - 1)
    assert system.nobs == len(system.residuals) > fit.nobs == len(fit.residuals)
    assert np.isnan([fit.r2_within, fit.r2_between, fit.r2_overall]).all()


@pytest.mark.parametrize("kind", ["difference", "system"])
def test_residuals_are_of_differences_or_of_levels(kind):
    fit = estimate_gmm(dynamic_model(("economy",), kind=kind), PANEL)
    levels = [PANEL.index.unique("economy").sort_values(), PANEL.index.unique("year").sort_values()]
    every = PANEL.reindex(pd.MultiIndex.from_product(levels, names=["economy", "year"]))
    every = every.assign(before=every["y"].groupby(level="economy").shift(), const=1.0)
    if kind == "difference":
        every = every.groupby(level="economy").diff()
    names = ["before" if name == "lag(y, 1)" else name for name in fit.params.index]
    expected = (every["y"] - every[names] @ fit.params.to_numpy()).dropna()
    pd.testing.assert_series_equal(fit.residuals, expected, check_names=False, rtol=1e-9)


def test_what_speaks_against_the_model_is_said():
    short = PANEL[PANEL.index.get_level_values("year") < 2004]
    fit = estimate_gmm(dynamic_model(("economy",), instrument_lags=[2, 3]), short)
    assert "Fewer than 5 waves: there is no usable test of AR(2)." in fit.convention
    assert "no economy has differenced residuals 2 waves apart" in fit.convention
    assert np.isnan(fit.extra["ar2"])
    waves = PANEL.rename(index={2006: 2011}, level="year")
    apart = estimate_gmm(dynamic_model(unequal_gaps=True), waves)
    assert "Waves are 1 to 6 years apart and are taken as equally far apart." in apart.convention
    np.testing.assert_allclose(apart.params, estimate_gmm(dynamic_model(), PANEL).params, rtol=1e-12)
    spec = dynamic_model(instrument_lags=[2, 3], gmm_style=["x"])  # valid instruments: p is uniform
    many = [estimate_gmm(spec, dynamic_data(seed)) for seed in range(20, 36)]
    doubtful = [fit.extra["hansen_p"] > 0.9 for fit in many]
    assert any(doubtful)
    assert doubtful == ["Hansen p above 0.9: a sign of too many instruments" in fit.convention for fit in many]


def test_exactly_identified_models_have_no_hansen_test():
    spec = dynamic_model(instrument_lags=[2, 2])
    hansen = gmm_tests(spec, PANEL)[0]
    assert np.isnan(hansen.statistic)
    assert hansen.df == 0
    assert (
        "as many instruments as coefficients: their validity cannot be tested" in estimate_gmm(spec, PANEL).convention
    )


def test_rows_left_out_are_counted():
    data = PANEL.sort_index().copy()
    data.iloc[20, 0] = np.nan
    fit = estimate_gmm(declared({}), data)
    chain = PANEL.assign(one=1.0)["one"].groupby(level="economy").size()
    assert fit.dropped.economies == ("E002",)
    assert fit.dropped.rows >= len(chain)
    assert fit.dropped.outside == 0
    part = replace(declared({}), sample={"year": {"min": 2001}, "economy": {"not": ["E004"]}})
    late = estimate_gmm(part, PANEL)
    outside = (PANEL.index.get_level_values("year") < 2001) | (PANEL.index.get_level_values("economy") == "E004")
    assert late.dropped.outside == outside.sum()
    assert "E004" not in late.residuals.index.unique("economy")
    assert late.residuals.index.get_level_values("year").min() == 2002


def test_singular_moments_are_refused():
    """One economy alone is seen in the first wave, so that several lags instrument it and no other."""
    first = (PANEL.index.get_level_values("year") == 2000) & (PANEL.index.get_level_values("economy") != "E010")
    spec = dynamic_model(instrument_lags=[2, 4], collapse=False)
    with pytest.raises(
        InputError, match=r"moments of \d+ instruments are singular, as when few economies are seen in a"
    ):
        estimate_gmm(spec, PANEL[~first])
    assert estimate_gmm(dynamic_model(instrument_lags=[2, 4]), PANEL[~first]).nobs > 100


# EmplUK.csv of R: write.csv(EmplUK, "EmplUK.csv", row.names=FALSE) after data("EmplUK", package="plm"). It is GPL and
# not ours to ship: put it into tests/reference, or name its folder in BRI_EVAL_REFERENCE; without it this is skipped.
FILE = Path(os.environ.get("BRI_EVAL_REFERENCE", Path(__file__).parents[1] / "reference")) / "EmplUK.csv"
LAGGED = {"lag_by": "wave", "outcome": "emp", "estimator": "gmm", "name": "m"}
AB91 = ModelSpec(
    regressors=("wage", "lag(wage, 1)", "capital", "output", "lag(output, 1)"),
    effects=("economy", "year"),
    options={"outcome_lags": 2, "instrument_lags": [2, 99], "collapse": False},
    **LAGGED,
)
COLLAPSED = ModelSpec(regressors=("wage", "capital"), effects=("economy",), **LAGGED)
SYSTEM = ModelSpec(
    regressors=("wage", "lag(wage, 1)", "capital", "lag(capital, 1)"),
    effects=("economy", "year"),
    options={"kind": "system", "gmm_style": ["wage", "capital"], "instrument_lags": [2, 99], "collapse": False},
    **LAGGED,
)
PUBLISHED = {
    # pgmm(log(emp)~lag(log(emp),1:2)+lag(log(wage),0:1)+log(capital)+lag(log(output),0:1)|lag(log(emp),2:99),
    #      data=EmplUK, effect="twoways", model="onestep"); summary(robust=TRUE). Arellano and Bond (1991), table 4 (b)
    "one step": (
        replace(AB91, options={**AB91.options, "steps": 1}),
        (0.53461361983, -0.07506918758, -0.59157311183, 0.29150961108, 0.35850245465, 0.59719847712, -0.61170445251),
        (0.16644927768, 0.06797887796, 0.16788380627, 0.14105781918, 0.05382840271, 0.17193281259, 0.21179590331),
        (611, 38, 30.112466577, 25, -1.53845015389, -0.279682923207),
        1e-8,
    ),
    # the same with model="twosteps"
    "two steps": (
        AB91,
        (0.47415060148, -0.05296749383, -0.51320478102, 0.22463981031, 0.29272308693, 0.60977482338, -0.44637258780),
        (0.18539845430, 0.05174910231, 0.14556531898, 0.14194950671, 0.06262712021, 0.15626252012, 0.21730203020),
        (611, 38, 30.112466577, 25, -1.53845015389, -0.279682923207),
        1e-8,
    ),
    # pgmm(log(emp)~lag(log(emp),1)+log(wage)+log(capital)|lag(log(emp),2:4), data=EmplUK, effect="individual",
    #      model="twosteps", collapse=TRUE); summary(robust=TRUE)
    "collapsed": (
        COLLAPSED,
        (0.9342376781, -0.6467022061, 0.1719843126),
        (0.1604805087, 0.2176231147, 0.0655406912),
        (751, 5, 1.24308676473, 2, -3.86211803685, -1.43671432136),
        1e-8,
    ),
    # xtabond2 convention: pydynpd on numpy 2.3, which prints six decimals and inverts with a tolerance; const first
    "system": (
        SYSTEM,
        (0.569968, 0.929638, -0.633778, 0.475294, 0.487523, -0.423824),
        (0.213939, 0.027392, 0.119396, 0.140325, 0.059794, 0.063533),
        (891, 113, 109.868490, 100, -5.536216, -0.246674),
        1e-6,
    ),
}


@pytest.mark.skipif(not FILE.is_file(), reason="EmplUK is GPL and not distributed here; see the comment above")
@pytest.mark.parametrize("name", PUBLISHED)
def test_published_employment_equations(name):
    spec, slopes, errors, (n, instruments, hansen, df, first, second), tolerance = PUBLISHED[name]
    data = pd.read_csv(FILE).rename(columns={"firm": "economy"}).set_index(["economy", "year"])
    fit = estimate(spec, np.log(data[["emp", "wage", "capital", "output"]]))
    how = {"rtol": tolerance} if tolerance == 1e-8 else {"rtol": 0, "atol": tolerance}
    np.testing.assert_allclose(fit.params, slopes, **how)
    np.testing.assert_allclose(fit.std_errors, errors, **how)
    assert (fit.nobs, fit.clusters) == (n, 140)
    assert (fit.extra["instruments"], fit.extra["hansen_df"]) == (instruments, df)
    found = [fit.extra[key] for key in ("hansen_j", "ar1", "ar2")]
    np.testing.assert_allclose(found, (hansen, first, second), **how)


@pytest.mark.skipif(not FILE.is_file(), reason="EmplUK is GPL and not distributed here; see the comment above")
def test_published_system_of_plm_has_year_effects_as_instruments_of_levels_only():
    """pgmm(log(emp)~lag(log(emp),1)+lag(log(wage),0:1)+lag(log(capital),0:1)|lag(log(emp),2:99)+lag(log(wage),2:99)
    +lag(log(capital),2:99), EmplUK, effect="twoways", transformation="ld"): its only difference from our convention.
    """
    data = pd.read_csv(FILE).rename(columns={"firm": "economy"}).set_index(["economy", "year"])
    stack = read_dynamic(SYSTEM, np.log(data[["emp", "wage", "capital", "output"]])).stack
    z = stack.z.copy()
    z[~stack.level, -8:] = 0.0  # seven year effects and the intercept
    stack = replace(stack, z=z)
    first = one_step(stack)
    second = two_steps(stack, first)
    slopes = (0.9356053518, -0.6309761995, 0.4826203164, 0.4839299111, -0.4243928536)
    errors = (0.02629505310, 0.11805352875, 0.13688713364, 0.05386693770, 0.05847881056)
    np.testing.assert_allclose(first.slopes[:5], slopes, rtol=1e-8)
    np.testing.assert_allclose(np.sqrt(np.diag(first.covariance))[:5], errors, rtol=1e-8)
    assert second.slopes[0] == pytest.approx(0.9322135219, rel=1e-8)
    assert np.sqrt(second.covariance[0, 0]) == pytest.approx(0.02685937619, rel=1e-8)
