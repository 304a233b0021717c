"""Two-stage least squares against published examples, dense dummies in linearmodels, and the formula written out."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from instrumented import BOTH, codes, dense, factor, iv_model, iv_panel, sandwich, with_one_instrument

from bri_eval.checks import InputError
from bri_eval.econometrics.estimate import estimate
from bri_eval.econometrics.instruments import (
    anderson_rubin,
    anderson_rubin_region,
    anderson_rubin_set,
    estimate_iv,
    first_stage,
    first_stage_estimates,
    overidentification,
    reduced_form,
    weak_instruments,
)
from bri_eval.econometrics.specs import ModelSpec

EFFECTS = ((), ("year",), ("economy",), BOTH)
PANEL = iv_panel()


def brute_force(spec: ModelSpec, data: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray, int, int]:
    """Slopes, classical covariance, bare sandwich, n and number of columns; every effect is a dummy."""
    rows, dummies = dense(spec, data)
    exogenous = [name for name in spec.regressors if name not in spec.endogenous]
    x = np.column_stack([rows[list(spec.regressors)], dummies])
    z = np.column_stack([rows[[*exogenous, *spec.instruments]], dummies])
    y = rows[spec.outcome].to_numpy()
    fitted = z @ np.linalg.lstsq(z, x, rcond=None)[0]
    slopes = np.linalg.solve(fitted.T @ x, fitted.T @ y)
    residuals = y - x @ slopes
    n, k = x.shape
    classical = residuals @ residuals / (n - k) * np.linalg.inv(fitted.T @ fitted)
    units = (data[spec.outcome].abs().max() / data[list(spec.regressors)].abs().max()).to_numpy()
    p = len(units)
    scale = np.outer(units, units)
    bare = sandwich(x, residuals, codes(rows), fitted)
    return slopes[:p] * units, classical[:p, :p] * scale, bare[:p, :p] * scale, n, k


@pytest.mark.parametrize("effects", EFFECTS, ids="-".join)
@pytest.mark.parametrize("endogenous", [("x",), ("x", "v")], ids="-".join)
def test_estimates_are_those_of_explicit_dummies(effects, endogenous):
    spec = iv_model(*endogenous, effects=effects)
    slopes, classical, bare, n, k = brute_force(spec, PANEL)
    fit = estimate_iv(spec, PANEL)
    plain = estimate_iv(replace(spec, covariance="unadjusted"), PANEL)
    names = list(spec.regressors)
    for found in (fit, plain):
        np.testing.assert_allclose(found.params[names], slopes, rtol=1e-9)
    rows = dense(spec, PANEL)[0]
    np.testing.assert_allclose(plain.std_errors[names], np.sqrt(np.diag(classical)), rtol=1e-9)
    np.testing.assert_allclose(fit.std_errors[names], np.sqrt(np.diag(bare) * factor(spec, rows, k)), rtol=1e-9)
    assert (plain.nobs, plain.df, plain.k) == (n, n - k, k)
    assert (fit.nobs, fit.clusters, fit.df) == (n, rows.index.unique("economy").size, fit.clusters - 1)
    assert fit.scaling == pytest.approx(factor(spec, rows, k), rel=1e-14)
    assert list(fit.params.index) == ([] if effects else ["const"]) + names
    assert fit.residuals.index.equals(rows.index)


@pytest.mark.parametrize("effects", [("year",), BOTH], ids="-".join)
def test_estimates_are_those_of_linearmodels_with_dummies(effects):
    """Another implementation of two stages, and of the covariance, on the columns that our engine never sees."""
    from linearmodels.iv import IV2SLS

    spec = iv_model("x", "v", effects=effects)
    rows, dummies = dense(spec, PANEL)
    exogenous = pd.concat([rows[["w", "still"]], dummies.rename(columns=str)], axis=1)
    model = IV2SLS(rows["y"], exogenous, rows[["x", "v"]], rows[["z1", "z2", "z3"]])
    expected = model.fit(cov_type="clustered", clusters=codes(rows), debiased=False)
    fit = estimate_iv(spec, PANEL)
    unit = PANEL["y"].abs().max() / PANEL["x"].abs().max()
    k = exogenous.shape[1] + 2
    assert fit.params["x"] == pytest.approx(expected.params["x"] * unit, rel=1e-9)
    assert fit.std_errors["x"] / np.sqrt(factor(spec, rows, k)) == pytest.approx(
        expected.std_errors["x"] * unit, rel=1e-9
    )


def test_published_return_to_schooling_of_women():
    """Wooldridge, Introductory Econometrics, example 15.5 (Mroz, n = 428): 0.0614 (0.0314), 0.0442 (0.0134)."""
    from linearmodels.datasets import mroz

    data = mroz.load().query("inlf == 1").reset_index(drop=True)
    data["economy"], data["year"] = data.index, 1975
    spec = ModelSpec(
        name="m",
        outcome="lwage",
        regressors=("educ", "exper", "expersq"),
        endogenous=("educ",),
        instruments=("motheduc", "fatheduc"),
        estimator="iv",
        covariance="unadjusted",
    )
    fit = estimate_iv(spec, data.set_index(["economy", "year"]))
    assert fit.nobs == 428
    assert fit.params.round(4).to_list() == [0.0481, 0.0614, 0.0442, -0.0009]
    assert fit.std_errors.round(4).to_list() == [0.4003, 0.0314, 0.0134, 0.0004]


def test_published_return_to_schooling_of_men():
    """Wooldridge, Introductory Econometrics, example 15.4 (Card, n = 3010): 0.132 (0.055); exper 0.108 (0.024)."""
    from linearmodels.datasets import card

    data = card.load().reset_index(drop=True)
    data["economy"], data["year"] = data.index, 1976
    regions = [f"reg66{number}" for number in range(2, 10)]
    spec = ModelSpec(
        name="m",
        outcome="lwage",
        regressors=("educ", "exper", "expersq", "black", "smsa", "south", "smsa66", *regions),
        endogenous=("educ",),
        instruments=("nearc4",),
        estimator="iv",
        covariance="unadjusted",
    )
    fit = estimate_iv(spec, data.set_index(["economy", "year"]))
    assert fit.params[["educ", "exper"]].round(3).to_list() == [0.132, 0.108]
    assert fit.std_errors[["educ", "exper"]].round(3).to_list() == [0.055, 0.024]


def test_lags_and_products_are_built_before_effects_are_removed():
    spec = ModelSpec(
        name="m",
        outcome="y",
        regressors=("lag(x, 1)", "lag(x, 1):w", "w"),
        endogenous=("lag(x, 1)", "lag(x, 1):w"),
        instruments=("lag(z1, 1)", "lag(z1, 1):w", "lag(z2, 1)"),
        lag_by="wave",
        effects=BOTH,
        estimator="iv",
    )
    levels = [PANEL.index.unique("economy").sort_values(), PANEL.index.unique("year").sort_values()]
    every = PANEL.reindex(pd.MultiIndex.from_product(levels, names=["economy", "year"]))
    before = every.groupby(level="economy").shift()
    built = every.assign(a=before["x"], b=before["z1"], c=before["z2"])
    built = built.assign(aw=built["a"] * built["w"], bw=built["b"] * built["w"])
    by_hand = replace(
        spec, regressors=("a", "aw", "w"), endogenous=("a", "aw"), instruments=("b", "bw", "c"), lag_by=""
    )
    fit, expected = estimate(spec, PANEL), estimate_iv(by_hand, built)
    np.testing.assert_allclose(fit.params, expected.params, rtol=1e-10)
    np.testing.assert_allclose(fit.std_errors, expected.std_errors, rtol=1e-10)
    reduced, first = reduced_form(spec, PANEL), first_stage_estimates(spec, PANEL)
    np.testing.assert_allclose(reduced.params, reduced_form(by_hand, built).params, rtol=1e-10)
    np.testing.assert_allclose(first[1].params, first_stage_estimates(by_hand, built)[1].params, rtol=1e-10)
    assert list(reduced.params.index) == ["w", "lag(z1, 1)", "lag(z1, 1):w", "lag(z2, 1)"]
    assert reduced.dropped == first[0].dropped
    assert reduced.dropped.lags > 0


@pytest.mark.parametrize("effects", EFFECTS, ids="-".join)
def test_reduced_form_over_first_stage_is_the_slope_of_one_instrument(effects):
    spec = with_one_instrument(iv_model("x", effects=effects))
    reduced, (first,) = reduced_form(spec, PANEL), first_stage_estimates(spec, PANEL)
    fit = estimate_iv(spec, PANEL)
    assert reduced.params["z1"] / first.params["z1"] == pytest.approx(fit.params["x"], rel=1e-9)
    assert reduced.nobs == first.nobs == fit.nobs
    assert reduced.spec.estimator == ("within" if effects else "pooled")


def test_a_sample_reaches_every_regression():
    spec = replace(iv_model("x"), sample={"year": {"min": 2012}})
    late = PANEL[PANEL.index.get_level_values("year") >= 2012]
    plain = replace(spec, sample={})
    for function in (estimate_iv, reduced_form):
        np.testing.assert_allclose(function(spec, PANEL).params, function(plain, late).params, rtol=1e-10)
    assert anderson_rubin_set(spec, PANEL) == anderson_rubin_set(plain, late)


def test_units_and_row_order_do_not_matter():
    spec, other = (
        iv_model("x", "v"),
        PANEL.sample(frac=1, random_state=9).assign(z1=1e9 * PANEL["z1"], y=1e-7 * PANEL["y"]),
    )
    before = other.copy()
    np.testing.assert_allclose(estimate_iv(spec, other).tvalues, estimate_iv(spec, PANEL).tvalues, rtol=1e-8)
    pd.testing.assert_frame_equal(other, before)


def test_recovers_a_slope_that_least_squares_misses():
    """200 economies: standard error near 0.07; the estimate must lie within 3 of its own of the true 1."""
    data = iv_panel(7, economies=200)
    spec = iv_model("x", "v")
    fit = estimate_iv(spec, data)
    biased = estimate(replace(spec, estimator="within", endogenous=(), instruments=()), data)
    slope, error = 1e6 * fit.params["x"], 1e6 * fit.std_errors["x"]
    assert abs(slope - 1) < 3 * error < 0.3
    assert abs(1e6 * biased.params["x"] - 1) > 5 * error


def test_the_note_says_what_was_done_and_when_instruments_are_weak():
    fit = estimate_iv(iv_model("x"), PANEL)
    kleibergen_paap = weak_instruments(iv_model("x"), PANEL)[1]
    assert fit.extra == {"instruments": 3, "joint_f": kleibergen_paap.statistic, "joint_f_name": "Kleibergen-Paap F"}
    assert (
        "endogenous 'x', excluded instruments 'z1', 'z2', 'z3'. Standard errors clustered by economy" in fit.convention
    )
    assert anderson_rubin_set(iv_model("x"), PANEL).sentence in fit.convention
    assert np.isnan([fit.r2_within, fit.r2_between, fit.r2_overall]).all()
    weak = estimate_iv(iv_model("x", covariance="unadjusted"), iv_panel(2, strength=0.05))
    assert weak.extra["joint_f_name"] == "Cragg-Donald F"
    assert "Below 10: the instruments are weak and the headline is the Anderson-Rubin set" in weak.convention
    assert "Classical standard errors" in weak.convention


def test_what_this_estimator_does_not_take_is_refused():
    spec = iv_model("x")
    with pytest.raises(InputError, match="model 'm': covariance 'cr2' is not available for estimator 'iv'"):
        estimate_iv(replace(spec, covariance="cr2"), PANEL)
    with pytest.raises(InputError, match="unknown iv option 'steps'"):
        estimate_iv(replace(spec, options={"steps": 2}), PANEL)
    with pytest.raises(InputError, match="estimator 'within' has no instruments; use 'iv'"):
        estimate_iv(replace(spec, estimator="within", endogenous=(), instruments=()), PANEL)


# Crime.csv of R: write.csv(Crime, "Crime.csv", row.names=FALSE) after data("Crime", package="plm"). It is GPL and not
# ours to ship: put it into tests/reference, or name its folder in BRI_EVAL_REFERENCE; without it this is skipped.
FILE = Path(os.environ.get("BRI_EVAL_REFERENCE", Path(__file__).parents[1] / "reference")) / "Crime.csv"
WAGES = [f"w{sector}" for sector in ("con", "tuc", "trd", "fir", "ser", "mfg", "fed", "sta", "loc")]
EXOGENOUS = ["prbconv", "prbpris", "avgsen", "density", *WAGES, "pctymle"]


@pytest.mark.skipif(not FILE.is_file(), reason="Crime is GPL and not distributed here; see the comment above")
@pytest.mark.parametrize("endogenous", [("prbarr", "polpc"), ("polpc",)], ids="-".join)
def test_published_crime_equations(endogenous):
    """plm(log(crmrte)~log(prbarr)+log(polpc)+...+factor(year) | .-log(prbarr)-log(polpc)+log(taxpc)+log(mix), Crime,
    model="within", index=c("county","year")), and with prbarr exogenous; Cornwell and Trumbull, 90 counties x 7 years.
    """
    columns = ["crmrte", "prbarr", "polpc", *EXOGENOUS, "taxpc", "mix"]
    data = np.log(pd.read_csv(FILE).rename(columns={"county": "economy"}).set_index(["economy", "year"])[columns])
    spec = ModelSpec(
        name="m",
        outcome="crmrte",
        regressors=("prbarr", "polpc", *EXOGENOUS),
        endogenous=endogenous,
        instruments=("taxpc", "mix"),
        effects=BOTH,
        estimator="iv",
        covariance="unadjusted",
    )
    close = {"rtol": 1e-8}
    fit, clustered = estimate_iv(spec, data), replace(spec, covariance="clustered")
    if len(endogenous) == 2:
        listed = ["prbarr", "polpc", "prbconv", "prbpris", "avgsen", "density"]
        slopes = (-0.575394251512, 0.657410447376, -0.423076357182, -0.250219420626, 0.009094773515, 0.139523637379)
        errors = (0.80199321465, 0.84666555861, 0.50181961681, 0.27939864201, 0.04898079875, 1.02103343124)
        np.testing.assert_allclose(fit.params[listed], slopes, **close)
        np.testing.assert_allclose(fit.std_errors[listed], errors, **close)
        assert fit.df == 518
        by_county = first_stage(clustered, data)
        partial = [by_county[0].statistic, by_county[3].statistic]
        np.testing.assert_allclose(partial, (22.3081783025, 13.2379792594), **close)
        c = 90 / 89 * 629 / (630 - 22)  # the reference has no factor
        without = [by_county[1].statistic * c, by_county[4].statistic * c]
        np.testing.assert_allclose(without, (5.57458126638, 2.08606051011), **close)
        assert weak_instruments(spec, data)[0].statistic == pytest.approx(0.249219845597, rel=1e-8)
        test = anderson_rubin(spec, data)
        assert (test.statistic, test.pvalue) == pytest.approx((0.279385745336, 0.756362011977), rel=1e-6)
        assert not anderson_rubin_region(spec, data).bounded
        return
    assert (fit.params["polpc"], fit.std_errors["polpc"]) == pytest.approx((0.441453244726, 0.185423272496), rel=1e-8)
    (first,) = first_stage(spec, data)
    assert (first.statistic, first.df) == (pytest.approx(5.45331194784, rel=1e-8), (2, 517))
    robust = estimate_iv(clustered, data)
    assert (robust.std_errors["polpc"], robust.k) == (pytest.approx(0.2368019685, rel=1e-8), 22)
    assert robust.std_errors["polpc"] / np.sqrt(robust.scaling) == pytest.approx(0.2315184060, rel=1e-8)
    (sargan,) = overidentification(spec, data)
    assert (sargan.statistic, sargan.pvalue) == pytest.approx((0.100056915394, 0.751761344), rel=1e-6)
    assert anderson_rubin(spec, data).statistic == pytest.approx(1.97820079798, rel=1e-8)
    assert anderson_rubin_set(spec, data).intervals[0] == pytest.approx((-0.200231235172, 1.15449216087), rel=1e-8)
