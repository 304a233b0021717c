"""Sargan and Hansen against linearmodels and a published example."""

from dataclasses import replace

import numpy as np
import pytest
from instrumented import BOTH, codes, dense, iv_model, iv_panel, with_one_instrument
from scipy import stats

from bri_eval.econometrics.overidentification import overidentification
from bri_eval.econometrics.specs import ModelSpec

PANEL = iv_panel()


@pytest.mark.parametrize("effects", [(), ("year",), ("economy",), BOTH], ids="-".join)
def test_sargan_is_that_of_linearmodels_with_dummies(effects):
    from linearmodels.iv import IV2SLS

    spec = iv_model("x", effects=effects)
    rows, dummies = dense(spec, PANEL)
    w = np.column_stack([dummies, rows[["w", "v", "still"]]])
    expected = IV2SLS(rows["y"].to_numpy(), w, rows[["x"]].to_numpy(), rows[["z1", "z2", "z3"]].to_numpy()).fit().sargan
    sargan, _ = overidentification(spec, PANEL)
    assert sargan.statistic == pytest.approx(float(expected.stat), rel=1e-8)
    assert sargan.df == 2
    assert sargan.pvalue == pytest.approx(float(expected.pval), rel=1e-6)


@pytest.mark.parametrize("endogenous", [("x",), ("x", "v")], ids="-".join)
def test_hansen_is_that_of_two_step_gmm_of_all_columns_in_linearmodels(endogenous):
    """Without effects, where all exogenous columns can be among the moments of 15 clusters."""
    from linearmodels.iv import IVGMM

    spec = iv_model(*endogenous, effects=())
    rows, dummies = dense(spec, PANEL)
    given = [name for name in spec.regressors if name not in endogenous]
    w = np.column_stack([dummies, rows[given]])
    model = IVGMM(
        rows["y"].to_numpy(),
        w,
        rows[list(endogenous)].to_numpy(),
        rows[["z1", "z2", "z3"]].to_numpy(),
        weight_type="clustered",
        clusters=codes(rows),
    )
    expected = model.fit(iter_limit=2).j_stat
    hansen = overidentification(spec, PANEL)[1]
    assert hansen.statistic == pytest.approx(float(expected.stat), rel=1e-7)
    assert hansen.df == 3 - len(endogenous)
    assert hansen.pvalue == pytest.approx(stats.chi2.sf(hansen.statistic, hansen.df), rel=1e-9)


def test_hansen_of_a_model_with_effects_is_that_of_the_moments_without_them():
    """J = min over b of g'S^-1 g with S from the two-stage residuals, g and S of demeaned columns, by loops."""
    spec = iv_model("x", "v")
    rows, dummies = dense(spec, PANEL)
    w = np.column_stack([dummies, rows[["w", "still"]]])
    y, x, z = (
        side - w @ np.linalg.lstsq(w, side, rcond=None)[0]
        for side in (rows["y"].to_numpy(), rows[["x", "v"]].to_numpy(), rows[["z1", "z2", "z3"]].to_numpy())
    )
    fitted = z @ np.linalg.lstsq(z, x, rcond=None)[0]
    u = y - x @ np.linalg.lstsq(fitted, y, rcond=None)[0]
    weights = np.zeros((3, 3))
    for group in np.unique(codes(rows)):
        score = z[codes(rows) == group].T @ u[codes(rows) == group]
        weights += np.outer(score, score)
    inverse = np.linalg.inv(weights)
    slopes = np.linalg.solve(x.T @ z @ inverse @ z.T @ x, x.T @ z @ inverse @ z.T @ y)
    gap = z.T @ (y - x @ slopes)
    assert overidentification(spec, PANEL)[1].statistic == pytest.approx(gap @ inverse @ gap, rel=1e-7)


def test_published_overidentification():
    """Wooldridge, Introductory Econometrics, example 15.8 (Mroz): R2 of the residuals 0.0009, n = 428."""
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
    (sargan,) = overidentification(spec, data.set_index(["economy", "year"]))
    assert (round(sargan.statistic / 428, 4), sargan.df) == (0.0009, 1)


@pytest.mark.bench
def test_size_of_the_clustered_test_under_valid_instruments():
    """40 panels of 60 economies with clustered errors: the share that Hansen rejects at 5 % is 0 to 15 %."""
    found = [overidentification(iv_model("x", "v"), iv_panel(seed, economies=60)) for seed in range(40)]
    assert np.mean([hansen.pvalue < 0.05 for _, hansen in found]) <= 0.15
    assert 0.3 < np.mean([hansen.pvalue for _, hansen in found]) < 0.7


def test_as_many_instruments_as_endogenous_regressors_leave_nothing_to_test():
    results = overidentification(with_one_instrument(iv_model("x")), PANEL)
    assert [result.name for result in results] == ["Sargan", "Hansen J (clustered)"]
    for result in results:
        assert np.isnan(result.statistic)
        assert "their validity cannot be tested" in result.sentence
    assert len(overidentification(replace(iv_model("x"), covariance="unadjusted"), PANEL)) == 1
