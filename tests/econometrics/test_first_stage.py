"""First stages and joint strength against dense dummies, linearmodels, published examples and other formulas."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from instrumented import BOTH, codes, dense, factor, iv_model, iv_panel, sandwich, with_one_instrument
from scipy import linalg, stats

from bri_eval.econometrics.first_stage import durbin_wu_hausman, first_stage, weak_instruments
from bri_eval.econometrics.specs import ModelSpec

EFFECTS = ((), ("year",), ("economy",), BOTH)
PANEL = iv_panel()


def least_squares(y: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    slopes = np.linalg.lstsq(x, y, rcond=None)[0]
    return slopes, y - x @ slopes


def columns(spec: ModelSpec) -> tuple[pd.DataFrame, np.ndarray, np.ndarray, np.ndarray]:
    """Rows, exogenous columns with every dummy, endogenous ones, instruments."""
    rows, dummies = dense(spec, PANEL)
    exogenous = [name for name in spec.regressors if name not in spec.endogenous]
    w = np.column_stack([dummies, rows[exogenous]])
    return rows, w, rows[list(spec.endogenous)].to_numpy(), rows[list(spec.instruments)].to_numpy()


@pytest.mark.parametrize("effects", EFFECTS, ids="-".join)
def test_partial_f_by_sums_of_squares_and_by_the_wald_statistic_with_dummies(effects):
    spec = iv_model("x", "v", effects=effects)
    rows, w, x, z = columns(spec)
    full = np.column_stack([w, z])
    n, k = full.shape
    results = first_stage(spec, PANEL)
    assert len(results) == 6
    for number in range(2):
        classical, clustered = results[3 * number : 3 * number + 2]
        slopes, u = least_squares(x[:, number], full)
        restricted = least_squares(x[:, number], w)[1]
        expected = (restricted @ restricted - u @ u) / 3 / (u @ u / (n - k))
        assert classical.statistic == pytest.approx(expected, rel=1e-9)
        assert classical.df == (3, n - k)
        covariance = sandwich(full, u, codes(rows))[-3:, -3:] * factor(spec, rows, k)
        wald = slopes[-3:] @ np.linalg.solve(covariance, slopes[-3:])
        assert clustered.statistic == pytest.approx(wald / 3, rel=1e-8)
        assert clustered.df == (3, rows.index.unique("economy").size - 1)
        assert clustered.pvalue == pytest.approx(stats.f.sf(wald / 3, *clustered.df), rel=1e-6)


def test_published_first_stage_and_endogeneity():
    """Wooldridge, Introductory Econometrics, examples 15.5 and 15.7 (Mroz): F = 55.40; t of the residual 1.67."""
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
    (first,) = first_stage(spec, data.set_index(["economy", "year"]))
    assert (round(first.statistic, 2), first.df) == (55.40, (2, 423))
    endogeneity = durbin_wu_hausman(spec, data.set_index(["economy", "year"]))
    assert (round(np.sqrt(endogeneity.statistic), 2), endogeneity.df) == (1.67, (1, 423))
    assert round(endogeneity.pvalue, 3) == 0.095


@pytest.mark.parametrize("effects", EFFECTS, ids="-".join)
def test_cragg_donald_by_canonical_correlations(effects):
    spec = iv_model("x", "v", effects=effects)
    _, w, x, z = columns(spec)
    x, z = (np.column_stack([least_squares(column, w)[1] for column in side.T]) for side in (x, z))
    least = linalg.svdvals(linalg.orth(x / np.linalg.norm(x, axis=0)).T @ linalg.orth(z / np.linalg.norm(z, axis=0)))[
        -1
    ]
    df = len(x) - w.shape[1] - 3
    result = weak_instruments(spec, PANEL)[0]
    assert result.statistic == pytest.approx(least**2 / (1 - least**2) * df / 3, rel=1e-8)
    assert result.df == (3, df)
    assert np.isnan(result.pvalue)


@pytest.mark.parametrize("effects", EFFECTS, ids="-".join)
def test_kleibergen_paap_by_the_covariance_of_all_coefficients(effects):
    """Kleibergen and Paap (2006), eq. 1-13: the singular value decomposition of G Pi F' and the covariance of vec."""
    spec = iv_model("x", "v", effects=effects)
    rows, w, x, z = columns(spec)
    x, z = (np.column_stack([least_squares(column, w)[1] for column in side.T]) for side in (x, z))
    coefficients = np.linalg.lstsq(z, x, rcond=None)[0]  # q x m
    residuals, n = x - z @ coefficients, len(x)
    bread, meat = np.linalg.inv(z.T @ z), 0.0
    for group in np.unique(codes(rows)):
        inside = codes(rows) == group
        score = (z[inside].T @ residuals[inside]).ravel(order="F")
        meat = meat + np.outer(score, score)
    covariance = np.kron(np.eye(2), bread) @ meat @ np.kron(np.eye(2), bread)  # of vec(coefficients)
    g, f = linalg.cholesky(z.T @ z), linalg.inv(linalg.cholesky(residuals.T @ residuals / n))  # f upper: f f' inverse
    theta = g @ coefficients @ f
    covariance = np.kron(f.T, g) @ covariance @ np.kron(f.T, g).T
    u, _, v = linalg.svd(theta)
    left, right = u[:, 1:], v.T[:, 1:]
    gap = left.T @ theta @ right
    weights = np.kron(right.T, left.T) @ covariance @ np.kron(right.T, left.T).T
    wald = float(gap.ravel() @ np.linalg.solve(weights, gap.ravel()))
    result = weak_instruments(spec, PANEL)[1]
    c = factor(spec, rows, w.shape[1] + 3)
    assert result.statistic == pytest.approx(wald / 3 / c, rel=1e-7)
    assert result.df == 2
    assert result.pvalue == pytest.approx(stats.chi2.sf(wald, 2), rel=1e-6)


@pytest.mark.parametrize("covariance", ["clustered", "unadjusted"])
def test_joint_strength_of_one_endogenous_regressor_is_its_first_stage(covariance):
    spec = iv_model("x", covariance=covariance)
    first, joint = first_stage(spec, PANEL), weak_instruments(spec, PANEL)
    assert [result.statistic for result in joint] == pytest.approx([result.statistic for result in first], rel=1e-10)
    assert len(joint) == (2 if covariance == "clustered" else 1)


def test_weakness_is_said_of_the_joint_statistic():
    """Both regressors move with the same combination of instruments: single F are large, the joint one is not."""
    rng = np.random.default_rng(3)
    same = PANEL["z1"] + rng.normal(size=len(PANEL)) * 0.3
    data = PANEL.assign(x=same, v=PANEL["z1"] + rng.normal(size=len(PANEL)) * 0.3)
    first, joint = first_stage(iv_model("x", "v"), data), weak_instruments(iv_model("x", "v"), data)
    assert min(first[0].statistic, first[1].statistic, first[3].statistic) > 10
    assert max(first[2].statistic, joint[0].statistic, joint[1].statistic) < 10
    for result in joint:
        assert "Below 10: the instruments are weak and the headline is the Anderson-Rubin set" in result.sentence
    assert "Underidentification: chi2(2) = " in joint[1].sentence
    assert "Not below 10." in weak_instruments(iv_model("x"), PANEL)[0].sentence


@pytest.mark.parametrize("effects", EFFECTS, ids="-".join)
def test_sanderson_windmeijer_by_two_stages_with_dummies(effects):
    """Residual of x on v by two stages (linearmodels), then F of the instruments in its regression, over q-m+1."""
    from linearmodels.iv import IV2SLS

    spec = iv_model("x", "v", effects=effects)
    rows, w, x, z = columns(spec)
    result = first_stage(spec, PANEL)[2]
    u = IV2SLS(x[:, 0], w, x[:, 1:], z).fit().resids.to_numpy()
    full = np.column_stack([w, z])
    e, restricted = least_squares(u, full)[1], least_squares(u, w)[1]
    df = len(rows) - full.shape[1]
    assert result.statistic == pytest.approx((restricted @ restricted - e @ e) / 2 / (e @ e / df), rel=1e-7)
    assert result.df == (2, df)
    assert "given the other endogenous regressors (Sanderson-Windmeijer)" in result.name


def test_sanderson_windmeijer_is_not_below_the_least_eigenvalue():
    """It is the ratio at one combination, Cragg-Donald the least ratio over all of them: q CD <= (q-m+1) F."""
    for seed in range(10):
        data = iv_panel(seed, strength=0.2)
        results, joint = first_stage(iv_model("x", "v"), data), weak_instruments(iv_model("x", "v"), data)
        assert 3 * joint[0].statistic <= 2 * min(results[2].statistic, results[5].statistic) * (1 + 1e-9)


@pytest.mark.parametrize("effects", EFFECTS, ids="-".join)
def test_endogeneity_is_that_of_linearmodels_and_of_residuals_added(effects):
    from linearmodels.iv import IV2SLS

    spec = iv_model("x", "v", effects=effects)
    rows, w, x, z = columns(spec)
    y = rows["y"].to_numpy()
    expected = IV2SLS(y, w, x, z).fit().wu_hausman()
    result = durbin_wu_hausman(replace(spec, covariance="unadjusted"), PANEL)
    assert result.statistic == pytest.approx(float(expected.stat), rel=1e-8)
    assert result.pvalue == pytest.approx(float(expected.pval), rel=1e-6)
    full = np.column_stack([w, x, least_squares(x, np.column_stack([w, z]))[1]])
    slopes, u = least_squares(y, full)
    covariance = sandwich(full, u, codes(rows))[-2:, -2:] * factor(spec, rows, full.shape[1])
    clustered = durbin_wu_hausman(spec, PANEL)
    assert clustered.statistic == pytest.approx(slopes[-2:] @ np.linalg.solve(covariance, slopes[-2:]) / 2, rel=1e-8)
    assert clustered.df == (2, rows.index.unique("economy").size - 1)
    assert "that the regressors taken as endogenous are exogenous is " in clustered.sentence


def test_one_instrument_gives_the_squared_t_of_the_first_stage():
    from bri_eval.econometrics.instruments import first_stage_estimates

    spec = with_one_instrument(iv_model("x"))
    (fit,) = first_stage_estimates(spec, PANEL)
    assert first_stage(spec, PANEL)[1].statistic == pytest.approx(fit.tvalues["z1"] ** 2, rel=1e-9)
    (fit,) = first_stage_estimates(replace(spec, covariance="unadjusted"), PANEL)
    assert first_stage(spec, PANEL)[0].statistic == pytest.approx(fit.tvalues["z1"] ** 2, rel=1e-9)
