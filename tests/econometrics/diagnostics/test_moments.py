"""The published tables, typed in once more by simulation: Dickey-Fuller t of random walks at the tabulated sizes."""

import numpy as np
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics.diagnostics import moments
from bri_eval.econometrics.diagnostics.adf import null_draws


@pytest.mark.parametrize("trend", [False, True])
@pytest.mark.parametrize(("rows", "lags"), [(10, 0), (15, 1), (20, 2), (25, 4), (40, 6), (70, 8), (100, 1)])
def test_ips_table_against_simulation(rows, lags, trend):
    """6,000 walks: three standard errors of mean and variance, and the table's own noise of 50,000."""
    t = null_draws(rows + lags + 1, lags=lags, trend=trend, draws=6_000, seed=2)
    mean, variance = moments.ips_moments(rows, lags, trend=trend, where="x")
    assert t.mean() == pytest.approx(mean, abs=3.2 * t.std() / np.sqrt(6_000))
    fourth = ((t - t.mean()) ** 4).mean()
    assert t.var() == pytest.approx(variance, abs=3.2 * np.sqrt((fourth - t.var() ** 2) / 6_000))


def test_ips_table_has_one_line_per_lag_and_one_column_per_size():
    for tables in (moments.IPS_MEAN, moments.IPS_VARIANCE):
        assert [np.shape(tables[trend]) for trend in (False, True)] == [(9, 10), (9, 10)]
    for tables in (moments.LLC_MEAN, moments.LLC_SD):
        assert [len(tables[trend]) for trend in (False, True)] == [13, 13]


def test_between_tabulated_sizes_and_beyond_them():
    assert moments.ips_moments(18, 1, trend=False, where="x") == pytest.approx(
        (-1.5108, 0.9534)
    )  # 3/5 of the way from 15 to 20
    assert moments.ips_moments(500, 0, trend=True, where="x") == (-2.177, 0.597)
    assert moments.llc_adjustments(27, trend=False) == pytest.approx((-0.5508, 0.907))
    assert moments.llc_adjustments(20, trend=True) == (-0.703, 1.003)


@pytest.mark.parametrize(("rows", "lags"), [(9, 0), (18, 5), (14, 5), (40, 9)])
def test_sizes_that_the_table_lacks(rows, lags):
    with pytest.raises(InputError, match=f"x: {rows} rows with {lags} lags are not in the published table of moments"):
        moments.ips_moments(rows, lags, trend=False, where="x")


@pytest.mark.bench
@pytest.mark.parametrize("trend", [False, True])
def test_llc_table_by_the_statistic_that_it_serves(trend):
    """400 panels of 20 x 50 random walks: near mean 0 and standard deviation 1 with it, far from it plm's way."""
    import pandas as pd

    from bri_eval.econometrics.diagnostics import llc

    generator = np.random.default_rng(1)
    rows = pd.MultiIndex.from_product([range(20), range(50)], names=["economy", "year"])
    found = {"table": [], "plm": []}
    for _ in range(400):
        data = pd.DataFrame({"y": generator.normal(size=(20, 50)).cumsum(axis=1).ravel()}, index=rows)
        for way, statistics in found.items():
            statistics.append(llc(data, "y", trend=trend, long_run=way).statistic)
    assert np.mean(found["table"]) == pytest.approx(0, abs=0.4)
    assert np.std(found["table"]) == pytest.approx(1, abs=0.15)
    assert np.mean(found["plm"]) < -0.9
