"""Panel tests of unit roots, and of none, for series of one length."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bri_eval.checks import InputError, unknown
from bri_eval.econometrics.diagnostics.adf import LEAST_YEARS, regress, reservation, series_of, sides
from bri_eval.econometrics.diagnostics.companions import left_over
from bri_eval.econometrics.diagnostics.moments import YEARS, llc_adjustments
from bri_eval.econometrics.diagnostics.result import TestResult, normal

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

LIMITS = {False: (1 / 6, 1 / 45), True: (1 / 15, 11 / 6300)}
"""hadri2000: mean and variance of one economy's statistic for many years, without and with trend."""
MOMENTS = ("finite", "asymptotic")
LONG_RUN = ("table", "plm")


def llc(
    data: pd.DataFrame,
    column: str,
    *,
    lags: int = 0,
    trend: bool = False,
    long_run: str = "table",
    by: str = "year",
    least: int = YEARS[0],
) -> TestResult:
    """Test for a unit root common to all economies by the pooled Dickey-Fuller t, adjusted (Levin, Lin and Chu).

    (t - N R S s^-2 SE mu)/sigma, lower tail of the standard normal: changes and levels, freed of lags and
    deterministic terms and divided by the economy's residual standard deviation, are regressed on each other; R is the
    years less lags less 1, S the mean ratio of long-run to short-run standard deviations (Bartlett weights, 3.21 T^1/3
    lags, rounded), s^2 the residual mean square; mu and sigma are tabulated.

    Parameters
    ----------
    data, column, lags, trend, by
        As for `ips`.
    long_run
        Of what the long-run variance is taken: for 'table' of the changes as they are, with a trend less their mean,
        which is what makes the statistic standard normal with the tabulated adjustments; for 'plm' less their mean,
        with a trend less a line, which with 25 years and 20 economies lowers it by 1 to 2.
    least
        Years that each series must have. The table begins at 25; below it those of 25 stand in, which the sentence
        says.

    Returns
    -------
    TestResult
        Lower tail of the standard normal.

    Raises
    ------
    InputError
        As `ips`, and for series of unequal length.

    References
    ----------
    levin2002.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABC"), range(2001, 2031)], names=["economy", "year"])
    >>> walks = np.random.default_rng(1).normal(size=(3, 30)).cumsum(axis=1)
    >>> data = pd.DataFrame({"y": walks.ravel()}, index=rows)
    >>> test = be.diagnostics.llc(data, "y")
    >>> round(test.statistic, 3), round(test.pvalue, 3)
    (-0.483, 0.314)
    """
    if long_run not in LONG_RUN:
        raise InputError(unknown("long_run", long_run, LONG_RUN))
    series = _balanced(data, column, by=by, least=least)
    regress(series, lags=lags, trend=trend, where=f"column '{column}'")
    economies, years = len(series), len(next(iter(series.values())))
    removed = trend + (long_run == "plm")
    pairs, ratios = zip(*(_standardised(own, lags, trend, removed) for own in series.values()), strict=True)
    changes, levels = np.concatenate(pairs, axis=1)
    slope = float(changes @ levels / (levels @ levels))
    residuals = changes - slope * levels
    rows = years - lags - 1
    square = float(residuals @ residuals) / (economies * rows)
    error = float(np.sqrt(square / (levels @ levels)))
    mean, spread = llc_adjustments(years, trend=trend)
    bias = economies * rows * float(np.mean(ratios)) / square * error * mean
    short = f"The table begins at {YEARS[0]} years; its first line stands in for {years}." * (years < YEARS[0])
    null = "every economy's series has a unit root"
    said = (_terms(economies, years, trend), f"{lags} lags.", "It takes the economies as independent.", short)
    return normal("Levin-Lin-Chu", (slope / error - bias) / spread, "lower", null, *said)


def hadri(
    data: pd.DataFrame,
    column: str,
    *,
    trend: bool = False,
    moments: str = "finite",
    by: str = "year",
    least: int = LEAST_YEARS,
) -> TestResult:
    """Test that every series is stationary about its mean, or its trend, by the mean of the economies' statistics.

    sqrt(N) (mean L_i - xi)/zeta, upper tail of the standard normal, with L_i = sum_t S_it^2 / (T^2 s_i^2), S_it the
    partial sums and s_i^2 the mean square of the residuals of the series on intercept (and trend).

    Parameters
    ----------
    data, column, trend, by, least
        As for `ips`.
    moments
        xi and zeta^2 of `T` normal errors ('finite', exact), or of many years ('asymptotic', as in plm), which reject
        too often in short series.

    Returns
    -------
    TestResult
        Upper tail of the standard normal.

    Raises
    ------
    InputError
        As `ips`, and for series of unequal length.

    Notes
    -----
    Errors that are correlated over time count against the null.

    References
    ----------
    hadri2000.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABC"), range(2001, 2021)], names=["economy", "year"])
    >>> walks = np.random.default_rng(1).normal(size=(3, 20)).cumsum(axis=1)
    >>> data = pd.DataFrame({"y": walks.ravel()}, index=rows)
    >>> test = be.diagnostics.hadri(data, "y")
    >>> round(test.statistic, 3), round(test.pvalue, 3)
    (2.204, 0.014)
    """
    if moments not in MOMENTS:
        raise InputError(unknown("moments", moments, MOMENTS))
    series = np.array(list(_balanced(data, column, by=by, least=least).values()))
    economies, years = series.shape
    terms = _deterministic(years, trend)
    residuals = np.array([left_over(own, terms) for own in series])
    sums = (residuals.cumsum(axis=1) ** 2).sum(axis=1)
    statistics = sums / years**2 / (residuals**2).mean(axis=1)
    mean, variance = _finite(years, terms) if moments == "finite" else LIMITS[trend]
    statistic = float(np.sqrt(economies) * (statistics.mean() - mean) / np.sqrt(variance))
    null = f"every economy's series is stationary about its {'trend' if trend else 'mean'}, without serial correlation"
    said = (_terms(economies, years, trend), f"{moments} moments.", "It takes the economies as independent.")
    return normal("Hadri", statistic, "upper", null, *said, reservation(years))


def _balanced(data: pd.DataFrame, column: str, *, by: str, least: int) -> Mapping[object, np.ndarray]:
    """Return the series of each economy, or raise if their lengths differ."""
    series = series_of(data, column, by=by, least=least)
    lengths = {len(one) for one in series.values()}
    if len(lengths) > 1:
        raise InputError(
            f"column '{column}': the series have {min(lengths)} to {max(lengths)} years; this test needs one length: "
            "use ips or fisher"
        )
    return series


def _standardised(own: np.ndarray, lags: int, trend: bool, removed: int) -> tuple[np.ndarray, float]:
    """Return changes and levels of one economy freed of the rest, in residual units, and its variance ratio S."""
    (changes,), (x,) = sides(own[None], lags=lags, trend=trend)
    residuals = left_over(changes, x)
    short = float(np.sqrt((residuals**2).mean()))
    pair = np.array([left_over(side, x[:, 1:]) / short for side in (changes, x[:, 0])])
    return pair, float(np.sqrt(_long_run(own, removed))) / short


def _long_run(own: np.ndarray, removed: int) -> float:
    """Return the long-run variance of the changes freed of 0, 1 or 2 deterministic terms, Bartlett weights."""
    changes: np.ndarray = np.diff(own)
    changes = left_over(changes, _deterministic(len(changes), True)[:, :removed])
    reach = round(3.21 * len(own) ** (1 / 3))
    steps = range(1, min(reach, len(changes) - 1) + 1)
    covariances = [(1 - step / (reach + 1)) * float(changes[step:] @ changes[:-step]) for step in steps]
    return (float(changes @ changes) + 2 * sum(covariances)) / len(changes)


def _deterministic(rows: int, trend: bool) -> np.ndarray:
    """Return the intercept, and the trend if there is one."""
    return np.column_stack([np.ones(rows), *([np.linspace(-1, 1, rows)] if trend else [])])


def _finite(years: int, terms: np.ndarray) -> tuple[float, float]:
    """Return mean and variance of one economy's statistic, a ratio of quadratic forms in normal errors."""
    basis = np.linalg.qr(terms, mode="complete")[0][:, terms.shape[1] :]
    sums = np.tril(np.ones((years, years))) @ basis
    form = sums.T @ sums
    m, trace, square = basis.shape[1], float(np.trace(form)), float((form**2).sum())
    mean, variance = trace / m, 2 * (m * square - trace**2) / (m**2 * (m + 2))
    return mean / years, variance / years**2


def _terms(economies: int, years: int, trend: bool) -> str:
    """Say the sizes and the deterministic terms."""
    return f"{economies} economies, {years} years, {'intercepts and trends' if trend else 'intercepts'};"
