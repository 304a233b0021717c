"""Unit-root tests of independent economies, against R (plm 2.6-2), statsmodels and scipy, and by simulation."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bri_eval.checks import InputError
from bri_eval.econometrics import diagnostics


@pytest.fixture(scope="module")
def ragged():
    """Nine random walks of 17 to 22 years, at levels far apart."""
    generator = np.random.default_rng(6)
    rows = pd.MultiIndex.from_product([list("ABCDEFGHI"), range(2001, 2023)], names=["economy", "year"])
    walks = generator.normal(size=(9, 22)).cumsum(axis=1) + 100 * np.arange(9)[:, None]
    first = generator.integers(0, 9, size=9)
    return pd.DataFrame({"y": np.where(np.arange(22) < first[:, None], np.nan, walks).ravel()}, index=rows)


def test_ips_plm(grunfeld):
    """R: purtest(o, test="ips", exo="intercept"; "trend", lags=1, pmax=4), which does not correct the variance of t."""
    flat = diagnostics.ips(grunfeld, "inv", lags=1, variance="uncorrected")
    assert (flat.statistic, flat.pvalue) == (pytest.approx(2.3265869, abs=5e-8), pytest.approx(0.99000637, abs=5e-9))
    line = diagnostics.ips(grunfeld, "inv", lags=1, trend=True, variance="uncorrected")
    assert (line.statistic, line.pvalue) == (
        pytest.approx(-2.6180071, abs=5e-8),
        pytest.approx(0.0044222479, abs=5e-11),
    )


def test_ips_corrects_the_variance_as_its_moments_do(grunfeld):
    """By the t of statsmodels, and the table's lines of 15 and 20 rows, 3/5 of the way for 18."""
    from statsmodels.tsa.stattools import adfuller

    t = [
        adfuller(own, maxlag=1, autolag=None, result_object=False)[0]
        for _, own in grunfeld["inv"].groupby(level="economy")
    ]
    mean, variance = -1.503 + 0.6 * (-1.516 + 1.503), 1.011 + 0.6 * (0.915 - 1.011)
    result = diagnostics.ips(grunfeld, "inv", lags=1)
    assert result.statistic == pytest.approx(np.sqrt(10) * (np.mean(t) - mean) / np.sqrt(variance), rel=1e-8)
    assert result.pvalue == pytest.approx(stats.norm.cdf(result.statistic))
    assert "10 economies, 20 years, 1 lags, intercepts; table moments" in result.sentence


def test_ips_averages_the_moments_of_unequal_lengths(ragged):
    from statsmodels.tsa.stattools import adfuller

    from bri_eval.econometrics.diagnostics.moments import ips_moments

    own = [one.dropna() for _, one in ragged["y"].groupby(level="economy")]
    t = [adfuller(one, maxlag=1, regression="ct", autolag=None, result_object=False)[0] for one in own]
    mean, variance = np.mean([ips_moments(len(one) - 2, 1, trend=True, where="") for one in own], axis=0)
    expected = 3 * (np.mean(t) - mean) / np.sqrt(variance)
    assert diagnostics.ips(ragged, "y", lags=1, trend=True).statistic == pytest.approx(expected, rel=1e-7)
    simulated = diagnostics.ips(ragged, "y", lags=1, trend=True, moments="simulated")
    assert simulated.statistic == pytest.approx(expected, abs=0.1)
    assert "Series of 17 years are short" in simulated.sentence


def test_fisher_combines_the_p_values_of_statsmodels(grunfeld):
    """Asymptotic p-values, combined by scipy where it can.

    R's purtest prints 17.202794; -0.44227704; 2.4036456; 3.4540795 from other p-values (MacKinnon 1996, whose tables
    may not be copied) of a t without correction for degrees of freedom: those digits are not reproduced.
    """
    from statsmodels.tsa.stattools import adfuller

    p = np.array(
        [
            adfuller(own, maxlag=1, autolag=None, result_object=False)[1]
            for _, own in grunfeld["inv"].groupby(level="economy")
        ]
    )
    options = {"lags": 1, "pvalues": "asymptotic"}
    chi2 = diagnostics.fisher(grunfeld, "inv", **options)
    assert (chi2.statistic, chi2.pvalue) == pytest.approx(tuple(stats.combine_pvalues(p, "fisher")), rel=1e-7)
    assert chi2.df == 20
    normal = diagnostics.fisher(grunfeld, "inv", combine="inverse_normal", **options)
    expected = stats.combine_pvalues(p, "stouffer")
    assert (normal.statistic, normal.pvalue) == pytest.approx((-expected.statistic, expected.pvalue), rel=1e-7)
    modified = diagnostics.fisher(grunfeld, "inv", combine="modified", **options)
    assert modified.statistic == pytest.approx((chi2.statistic - 20) / np.sqrt(40))
    assert modified.pvalue == pytest.approx(stats.norm.sf(modified.statistic))
    logit = diagnostics.fisher(grunfeld, "inv", combine="logit", **options)
    scale = np.sqrt(3 * 54 / (np.pi**2 * 10 * 52))
    assert logit.statistic == pytest.approx(scale * np.log(p / (1 - p)).sum(), rel=1e-7)
    assert (logit.df, logit.pvalue) == (54, pytest.approx(stats.t.cdf(logit.statistic, 54)))


def test_simulated_p_values_near_the_asymptotic_ones_of_long_series():
    """200 years: both are of the same distribution; 19,999 draws have a standard error of at most 0.0035."""
    generator = np.random.default_rng(3)
    rows = pd.MultiIndex.from_product([list("ABC"), range(200)], names=["economy", "year"])
    data = pd.DataFrame({"y": generator.normal(size=(3, 200)).cumsum(axis=1).ravel()}, index=rows)
    from bri_eval.econometrics.diagnostics import unit_roots
    from bri_eval.econometrics.diagnostics.adf import regress, series_of

    found = regress(series_of(data, "y", by="year", least=10), lags=0, trend=False, where="")
    np.testing.assert_allclose(unit_roots._simulated(found, 0, False), unit_roots._asymptotic(found, False), atol=0.015)


def test_waves_and_short_panels_on_purpose(ragged):
    """A wave panel is refused for its 7 years, then for its gaps; both refusals can be lifted."""
    generator = np.random.default_rng(8)
    waves = [2007, 2010, 2012, 2014, 2016, 2018, 2023]
    rows = pd.MultiIndex.from_product([list("ABCDEF"), waves], names=["economy", "year"])
    data = pd.DataFrame({"y": generator.normal(size=(6, 7)).cumsum(axis=1).ravel()}, index=rows)
    with pytest.raises(InputError, match="economy 'A' has 7 years and 10 are the least"):
        diagnostics.ips(data, "y")
    with pytest.raises(InputError, match="economy 'A' goes from 2007 to 2010"):
        diagnostics.ips(data, "y", least=7)
    with pytest.raises(InputError, match=r"6 rows with 0 lags are not in the published table .* moments='simulated'"):
        diagnostics.ips(data, "y", least=7, by="wave")
    result = diagnostics.ips(data, "y", least=7, by="wave", moments="simulated")
    assert "Series of 7 years are short: the test has little power." in result.sentence
    assert np.isfinite(result.statistic)


def test_refusals(grunfeld):
    with pytest.raises(InputError, match=r"unknown moments 'tabel'; .* did you mean 'table'"):
        diagnostics.ips(grunfeld, "inv", moments="tabel")
    with pytest.raises(InputError, match="unknown variance 'right'"):
        diagnostics.ips(grunfeld, "inv", variance="right")
    with pytest.raises(InputError, match="unknown combination 'madwu'; known are 'chi2', 'modified'"):
        diagnostics.fisher(grunfeld, "inv", combine="madwu")
    with pytest.raises(InputError, match="unknown source of p-values 'urca'"):
        diagnostics.fisher(grunfeld, "inv", pvalues="urca")
    years = grunfeld.index.get_level_values("year").to_numpy()
    noise = np.random.default_rng(1).normal(size=200)
    explosive = grunfeld.assign(y=1.5 ** (years - 1934) + noise / 100)
    with pytest.raises(InputError, match="asymptotic p-value of an economy is 1, which 'logit' cannot combine"):
        diagnostics.fisher(explosive, "y", combine="logit", pvalues="asymptotic")
    assert diagnostics.fisher(explosive, "y", combine="logit").pvalue > 0.99
    sharp = grunfeld.assign(y=noise / 1e4 + (-1.0) ** years)
    with pytest.raises(InputError, match="asymptotic p-value of an economy is 0, which 'chi2' cannot combine"):
        diagnostics.fisher(sharp, "y", pvalues="asymptotic")
    assert diagnostics.fisher(sharp, "y").pvalue < 1e-9


@pytest.mark.bench
@pytest.mark.parametrize("trend", [False, True])
def test_size_in_short_panels(trend):
    """150 panels of 40 x 16 random walks: a test at 5 % rejects in at most 11 %; without correction far more often."""
    generator = np.random.default_rng(2)
    rows = pd.MultiIndex.from_product([range(40), range(16)], names=["economy", "year"])
    rejected = dict.fromkeys(("ips", "chi2", "logit", "uncorrected"), 0)
    for _ in range(150):
        data = pd.DataFrame({"y": generator.normal(size=(40, 16)).cumsum(axis=1).ravel()}, index=rows)
        rejected["ips"] += diagnostics.ips(data, "y", lags=1, trend=trend).pvalue < 0.05
        rejected["uncorrected"] += diagnostics.ips(data, "y", lags=1, trend=trend, variance="uncorrected").pvalue < 0.05
        for name in ("chi2", "logit"):
            rejected[name] += diagnostics.fisher(data, "y", lags=1, trend=trend, combine=name).pvalue < 0.05
    for name in ("ips", "chi2", "logit"):
        assert rejected[name] < 17
    assert rejected["uncorrected"] > 30
