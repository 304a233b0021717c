"""Levin-Lin-Chu and Hadri against R (plm 2.6-2), recipes written out, and simulation."""

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics import diagnostics
from bri_eval.econometrics.diagnostics import balanced_roots


@pytest.mark.parametrize(
    ("trend", "statistic", "pvalue"), [(False, 2.0154021, 0.97806873), (True, -3.4066299, 0.00032885124)]
)
def test_llc_plm(grunfeld, trend, statistic, pvalue):
    """R: purtest(o, test="levinlin", exo="intercept"; "trend", lags=1, pmax=4), which takes 25 years' adjustments."""
    result = diagnostics.llc(grunfeld, "inv", lags=1, trend=trend, long_run="plm", least=20)
    assert result.statistic == pytest.approx(statistic, abs=5e-8)
    assert result.pvalue == pytest.approx(pvalue, rel=1e-7)
    assert "The table begins at 25 years; its first line stands in for 20." in result.sentence


@pytest.mark.parametrize(
    ("trend", "statistic", "pvalue"), [(False, 24.256568, 2.8184784e-130), (True, 9.3178053, 5.938581e-21)]
)
def test_hadri_plm(grunfeld, trend, statistic, pvalue):
    """R: purtest(o, test="hadri", exo="intercept"; "trend")."""
    result = diagnostics.hadri(grunfeld, "inv", trend=trend, moments="asymptotic")
    assert result.statistic == pytest.approx(statistic, rel=2e-8)
    assert result.pvalue == pytest.approx(pvalue, rel=1e-6)


def test_llc_by_its_recipe():
    """Levin, Lin and Chu's three steps by least squares with dummies and loops, 30 years."""
    walks = np.random.default_rng(1).normal(size=(5, 30)).cumsum(axis=1)
    rows = pd.MultiIndex.from_product([list("ABCDE"), range(30)], names=["economy", "year"])
    changes, levels, ratios = [], [], []
    for walk in walks:
        step = np.diff(walk)
        y, level, before = step[1:], walk[1:-1], step[:-1]
        rest = np.column_stack([before, np.ones(28), np.arange(28)])
        full = np.column_stack([level, rest])
        sd = np.sqrt(((y - full @ np.linalg.lstsq(full, y, rcond=None)[0]) ** 2).mean())
        for side, kept in ((y, changes), (level, levels)):
            kept.append((side - rest @ np.linalg.lstsq(rest, side, rcond=None)[0]) / sd)
        step = step - step.mean()
        reach = round(3.21 * 30 ** (1 / 3))
        products = [2 * (1 - lag / (reach + 1)) * (step[lag:] * step[:-lag]).sum() for lag in range(1, reach + 1)]
        ratios.append(np.sqrt(((step**2).sum() + sum(products)) / 29) / sd)
    y, x = np.concatenate(changes), np.concatenate(levels)
    slope = x @ y / (x @ x)
    s2 = ((y - slope * x) ** 2).mean()
    se = np.sqrt(s2 / (x @ x))
    expected = (slope / se - len(y) * np.mean(ratios) / s2 * se * -0.674) / 0.949  # levin2002, table 2, 30 years
    data = pd.DataFrame({"y": walks.ravel()}, index=rows)
    result = diagnostics.llc(data, "y", lags=1, trend=True)
    assert result.statistic == pytest.approx(expected, rel=1e-9)
    assert "stands in" not in result.sentence


@pytest.mark.parametrize("trend", [False, True])
@pytest.mark.parametrize("years", [10, 23])
def test_finite_moments_of_hadri_by_simulation(years, trend):
    """40,000 series of normal errors: three standard errors; towards Hadri's limits as the years grow."""
    terms = balanced_roots._deterministic(years, trend)
    errors = np.random.default_rng(2).normal(size=(years, 40_000))
    rest = errors - terms @ np.linalg.lstsq(terms, errors, rcond=None)[0]
    drawn = (rest.cumsum(axis=0) ** 2).sum(axis=0) / years**2 / (rest**2).mean(axis=0)
    mean, variance = balanced_roots._finite(years, terms)
    assert drawn.mean() == pytest.approx(mean, abs=3 * drawn.std() / 200)
    assert drawn.var() == pytest.approx(variance, rel=0.05)
    far = balanced_roots._finite(1500, balanced_roots._deterministic(1500, trend))
    np.testing.assert_allclose(far, balanced_roots.LIMITS[trend], rtol=5e-3)


def test_hadri_with_finite_moments_by_hand(grunfeld):
    statistics = []
    for _, own in grunfeld["inv"].groupby(level="economy"):
        rest = own.to_numpy() - own.mean()
        statistics.append((rest.cumsum() ** 2).sum() / 400 / (rest**2).mean())
    mean, variance = balanced_roots._finite(20, np.ones((20, 1)))
    assert mean == pytest.approx(21 / 120)  # sum t(T-t)/T over T(T-1), by the expectation of partial sums
    result = diagnostics.hadri(grunfeld, "inv")
    assert result.statistic == pytest.approx(np.sqrt(10) * (np.mean(statistics) - mean) / np.sqrt(variance), rel=1e-9)


def test_refusals(grunfeld, unbalanced):
    with pytest.raises(InputError, match="economy 'F01' has 20 years and 25 are the least that this test takes"):
        diagnostics.llc(grunfeld, "inv")
    shorter = grunfeld.drop(index=[("F02", 1935)])
    for test in (diagnostics.llc, diagnostics.hadri):
        with pytest.raises(
            InputError, match="the series have 19 to 20 years; this test needs one length: use ips or fis"
        ):
            test(shorter, "inv", least=10)
        with pytest.raises(InputError, match="economy 'F01' goes from 1936 to 1938"):
            test(unbalanced, "inv", least=10)
    with pytest.raises(InputError, match="unknown long_run 'raw'; known are 'table', 'plm'"):
        diagnostics.llc(grunfeld, "inv", long_run="raw")
    with pytest.raises(InputError, match="unknown moments 'exact'; known are 'finite', 'asymptotic'"):
        diagnostics.hadri(grunfeld, "inv", moments="exact")
    with pytest.raises(
        InputError, match="lags is 9, which gives the shortest series, of 20 years, 10 rows for 11 coef"
    ):
        diagnostics.llc(grunfeld, "inv", lags=9, least=20)
    line = grunfeld.assign(y=grunfeld.index.get_level_values("year").astype(float))
    with pytest.raises(InputError, match="economy 'F01' follows its own lags, means or trend exactly"):
        diagnostics.llc(line, "y", least=20)
