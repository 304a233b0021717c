"""Granger non-causality against R (plm 2.6-2), statsmodels and simulation."""

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics import diagnostics


def test_granger_plm(check, grunfeld):
    """R: pgrangertest(inv~value, G, order=1); test="Wbar" is 3.022628644."""
    result = diagnostics.granger(grunfeld, "inv", "value")
    check(result, 3.289600127, (), 0.001003298531)
    assert "The mean Wald statistic of 10 economies is 3.023, expected 1.143." in result.sentence


def test_granger_by_statsmodels_on_unequal_lengths(grunfeld):
    """Wald statistics by statsmodels; mean and variance of K F(K, T-2K-1 from T-K rows), which the formulas are."""
    import statsmodels.api as sm

    data = grunfeld.drop(index=[("F01", 1935), ("F01", 1936), ("F04", 1954)])
    wald, means, variances = [], [], []
    for _, own in data.groupby(level="economy"):
        y, x = own["inv"].to_numpy(), own["value"].to_numpy()
        design = np.column_stack([np.ones(len(y) - 2), y[1:-1], y[:-2], x[1:-1], x[:-2]])
        fit = sm.OLS(y[2:], design).fit()
        wald.append(2 * fit.f_test(np.eye(5)[3:]).fvalue)
        below = len(y) - 2 - 5
        means.append(2 * below / (below - 2))
        variances.append(4 * 2 * below**2 * (2 + below - 2) / (2 * (below - 2) ** 2 * (below - 4)))
    expected = np.sqrt(10) * (np.mean(wald) - np.mean(means)) / np.sqrt(np.mean(variances))
    assert diagnostics.granger(data, "inv", "value", lags=2).statistic == pytest.approx(expected, rel=1e-9)


def test_waves(grunfeld):
    waves = dict(zip(range(1935, 1955), np.arange(20) ** 2 + 1900, strict=True))
    irregular = grunfeld.rename(index=waves, level="year")
    with pytest.raises(InputError, match="'value' on 'inv': economy 'F01' goes from 1901 to 1904"):
        diagnostics.granger(irregular, "inv", "value")
    result = diagnostics.granger(irregular, "inv", "value", by="wave")
    assert result == diagnostics.granger(grunfeld, "inv", "value")


def test_refusals(grunfeld, unbalanced):
    with pytest.raises(InputError, match=r"unknown column 'valu'; .* did you mean 'value'"):
        diagnostics.granger(grunfeld, "inv", "valu")
    for outcome, lags in (("value", 1), ("inv", 0)):
        with pytest.raises(InputError, match=f"lags is {lags}; expected two columns, and lags from 1"):
            diagnostics.granger(grunfeld, outcome, "value", lags=lags)
    with pytest.raises(
        InputError, match="'value' on 'inv': economy 'F01' has 8 complete years; with 1 lags the test needs 9"
    ):
        diagnostics.granger(grunfeld.query("year < 1943"), "inv", "value")
    with pytest.raises(InputError, match="there are no complete years"):
        diagnostics.granger(grunfeld.assign(value=np.nan), "inv", "value")
    with pytest.raises(InputError, match="goes from 1936 to 1938"):
        diagnostics.granger(unbalanced, "inv", "value")
    copied = grunfeld.assign(value=grunfeld["inv"].groupby(level="economy").shift(-1).fillna(0.0))
    with pytest.raises(InputError, match="'value' on 'inv': economy 'F01': the regression fits exactly"):
        diagnostics.granger(copied, "inv", "value")


@pytest.mark.bench
def test_size():
    """500 panels of 40 x 16 unrelated series: a test at 5 % rejects in 2 to 9 %."""
    generator = np.random.default_rng(2)
    rows = pd.MultiIndex.from_product([range(40), range(16)], names=["economy", "year"])
    rejected = 0
    for _ in range(500):
        data = pd.DataFrame(generator.normal(size=(640, 2)), columns=["y", "x"], index=rows)
        rejected += diagnostics.granger(data, "y", "x").pvalue < 0.05
    assert 10 < rejected < 45
