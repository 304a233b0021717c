"""Panel unit-root tests under independent economies, by Dickey-Fuller regressions of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bri_eval.checks import InputError, known, unknown
from bri_eval.econometrics.diagnostics.adf import LEAST_YEARS, null_draws, regress, reservation, series_of
from bri_eval.econometrics.diagnostics.moments import ips_moments
from bri_eval.econometrics.diagnostics.result import TestResult, chi2_or_f, normal, put_together

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from bri_eval.econometrics.diagnostics.adf import Regressions

DRAWS, SEED = 19_999, 20181122
MOMENTS = ("table", "simulated")
VARIANCES = ("corrected", "uncorrected")
PVALUES = ("simulated", "asymptotic")
NULL = "every economy's series has a unit root"


def ips(
    data: pd.DataFrame,
    column: str,
    *,
    lags: int = 0,
    trend: bool = False,
    moments: str = "table",
    variance: str = "corrected",
    by: str = "year",
    least: int = LEAST_YEARS,
) -> TestResult:
    """Test for unit roots by the mean Dickey-Fuller t of the economies (Im, Pesaran and Shin).

    W = sqrt(N) (mean t_i - mean E_i) / sqrt(mean V_i), lower tail of the standard normal, with E_i and V_i the mean and
    variance of t under the null, at the economy's rows (years less lags less 1) and lags.

    Parameters
    ----------
    data
        Indexed by (economy, year); missing cells shorten a series and may not lie within it.
    column
        The series.
    lags
        Lagged changes in each regression.
    trend
        Whether each economy has a linear trend beside its intercept.
    moments
        E_i and V_i from the published 'table', interpolated, or 'simulated' (19,999 random walks, fixed seed) for any
        number of rows.
    variance
        t with the residual variance 'corrected' for degrees of freedom, as the moments are, or 'uncorrected' (plm's
        default), which lowers W: with 64 economies, 18 rows and a lag by about 1.
    by
        'year' refuses gaps between years; 'wave' takes the waves of an irregular panel as equally spaced.
    least
        Years that each series must have; lower it only on purpose.

    Returns
    -------
    TestResult
        Lower tail of the standard normal.

    Raises
    ------
    InputError
        For gaps, short or constant series, too many lags, and rows that the table does not have.

    References
    ----------
    im2003.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.MultiIndex.from_product([list("ABC"), range(2001, 2021)], names=["economy", "year"])
    >>> walks = np.random.default_rng(1).normal(size=(3, 20)).cumsum(axis=1)
    >>> result = ips(pd.DataFrame({"y": walks.ravel()}, index=rows), "y")
    >>> round(result.statistic, 3), round(result.pvalue, 3)
    (-1.488, 0.068)
    """
    for what, value, names in (("moments", moments, MOMENTS), ("variance", variance, VARIANCES)):
        if value not in names:
            raise InputError(unknown(what, value, names))
    series = series_of(data, column, by=by, least=least)
    found = regress(series, lags=lags, trend=trend, where=f"column '{column}'")
    t = found.t if variance == "corrected" else found.t * np.sqrt(found.rows / (found.rows - found.coefficients))
    sizes, counts = np.unique(found.rows, return_counts=True)
    if moments == "table":
        pairs = [ips_moments(int(rows), lags, trend=trend, where=f"column '{column}'") for rows in sizes]
    else:
        walks = [null_draws(int(rows) + lags + 1, lags=lags, trend=trend, draws=DRAWS, seed=SEED) for rows in sizes]
        pairs = [(float(walk.mean()), float(walk.var())) for walk in walks]
    mean, spread = np.average(pairs, axis=0, weights=counts)
    statistic = np.sqrt(len(t)) * (t.mean() - mean) / np.sqrt(spread)
    said = _said(series, lags, trend, f"{moments} moments; mean t {t.mean():.3f}, expected {mean:.3f}")
    return normal("Im-Pesaran-Shin W", float(statistic), "lower", NULL, *said)


def fisher(
    data: pd.DataFrame,
    column: str,
    *,
    combine: str = "chi2",
    lags: int = 0,
    trend: bool = False,
    pvalues: str = "simulated",
    by: str = "year",
    least: int = LEAST_YEARS,
) -> TestResult:
    """Test for unit roots by the p-values of the economies' Dickey-Fuller regressions, combined.

    'chi2' (Maddala-Wu): -2 sum ln p, chi2(2N). 'modified': -sum (ln p + 1)/sqrt(N), upper tail of the standard normal,
    for many economies. 'inverse_normal': sum Phi^-1(p)/sqrt(N), lower tail. 'logit': sum ln(p/(1-p)) times
    sqrt(3(5N+4)/(pi^2 N(5N+2))), lower tail of t(5N+4).

    Parameters
    ----------
    data, column, lags, trend, by, least
        As for `ips`.
    combine
        'chi2', 'modified', 'inverse_normal' or 'logit'.
    pvalues
        'simulated': the share of 19,999 random walks of the same length (fixed seed) with a smaller t, (r+1)/(B+2).
        'asymptotic': MacKinnon's approximation of 1994, rough in short series and in the upper tail.

    Returns
    -------
    TestResult
        By the law of the combination.

    References
    ----------
    maddala1999; choi2001; mackinnon1994.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABC"), range(2001, 2021)], names=["economy", "year"])
    >>> walks = np.random.default_rng(1).normal(size=(3, 20)).cumsum(axis=1)
    >>> data = pd.DataFrame({"y": walks.ravel()}, index=rows)
    >>> test = be.diagnostics.fisher(data, "y", pvalues="asymptotic")
    >>> round(test.statistic, 3), round(test.pvalue, 3)
    (11.246, 0.081)
    """
    rule, name = known("combination", combine, COMBINATIONS)
    if pvalues not in PVALUES:
        raise InputError(unknown("source of p-values", pvalues, PVALUES))
    series = series_of(data, column, by=by, least=least)
    found = regress(series, lags=lags, trend=trend, where=f"column '{column}'")
    p = _simulated(found, lags, trend) if pvalues == "simulated" else _asymptotic(found, trend)
    extremes = p[(p == 0) | ((p == 1) & (combine in ("inverse_normal", "logit")))]
    if len(extremes):
        raise InputError(
            f"column '{column}': the asymptotic p-value of an economy is {extremes[0]:g}, which '{combine}' cannot "
            "combine; use pvalues='simulated'"
        )
    return rule(name, p, _said(series, lags, trend, f"{pvalues} p-values, {p.min():.3g} to {p.max():.3g}"))


def _simulated(found: Regressions, lags: int, trend: bool) -> np.ndarray:
    """Return the p-value of each economy among random walks of its length."""
    p = np.empty(len(found.t))
    for rows in np.unique(found.rows):
        walks = null_draws(int(rows) + lags + 1, lags=lags, trend=trend, draws=DRAWS, seed=SEED)
        mine = found.rows == rows
        p[mine] = (np.searchsorted(walks, found.t[mine], side="right") + 1) / (DRAWS + 2)
    return p


def _asymptotic(found: Regressions, trend: bool) -> np.ndarray:
    """Return MacKinnon's p-value of each economy."""
    from statsmodels.tsa.adfvalues import mackinnonp

    return np.array([float(mackinnonp(t, "ct" if trend else "c")) for t in found.t])


def _chi2(name: str, p: np.ndarray, said: tuple[str, ...]) -> TestResult:
    """Combine by Fisher's sum of logarithms."""
    return chi2_or_f(name, float(-2 * np.log(p).sum()), 2 * len(p), NULL, *said)


def _modified(name: str, p: np.ndarray, said: tuple[str, ...]) -> TestResult:
    """Combine by the sum of logarithms, standardised."""
    return normal(name, float(-(np.log(p) + 1).sum() / np.sqrt(len(p))), "upper", NULL, *said)


def _inverse_normal(name: str, p: np.ndarray, said: tuple[str, ...]) -> TestResult:
    """Combine by normal quantiles."""
    from scipy import stats

    return normal(name, float(stats.norm.ppf(p).sum() / np.sqrt(len(p))), "lower", NULL, *said)


def _logit(name: str, p: np.ndarray, said: tuple[str, ...]) -> TestResult:
    """Combine by log odds."""
    from scipy import stats

    n = len(p)
    statistic = float(np.sqrt(3 * (5 * n + 4) / (np.pi**2 * n * (5 * n + 2))) * np.log(p / (1 - p)).sum())
    found = (f"t({5 * n + 4})", statistic, float(stats.t.cdf(statistic, 5 * n + 4)))
    return put_together(name, found, 5 * n + 4, NULL, *said)


def _said(series: Mapping[object, np.ndarray], lags: int, trend: bool, how: str) -> tuple[str, ...]:
    """Say the deterministic terms, lags and sizes, and warn of short series."""
    shortest, longest = (end(len(one) for one in series.values()) for end in (min, max))
    terms = "intercepts and trends" if trend else "intercepts"
    years = f"{shortest}" if shortest == longest else f"{shortest} to {longest}"
    told = f"{len(series)} economies, {years} years, {lags} lags, {terms}; {how}."
    return told, "It takes the economies as independent; cips does not.", reservation(shortest)


COMBINATIONS: Mapping[str, tuple[Callable[[str, np.ndarray, tuple[str, ...]], TestResult], str]] = {
    "chi2": (_chi2, "Fisher chi2 (Maddala-Wu)"),
    "modified": (_modified, "Fisher, modified (Choi)"),
    "inverse_normal": (_inverse_normal, "Fisher, inverse normal (Choi)"),
    "logit": (_logit, "Fisher, logit (Choi)"),
}
