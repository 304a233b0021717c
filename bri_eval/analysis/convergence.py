"""Do economies grow alike: sigma and beta convergence; transitions and ranks over time are in `mobility`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from bri_eval.analysis.mobility import (
    Transitions,
    by_edition,
    check_comparable,
    check_scores,
    rank_mobility,
    transitions,
)
from bri_eval.checks import InputError, listing

__all__ = ["Beta", "Transitions", "balanced", "beta", "check_comparable", "rank_mobility", "sigma", "transitions"]

DDOF = 1
"""Divisor n - 1 in standard deviations."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Beta:
    """A beta-convergence regression.

    Parameters
    ----------
    first, last, years
        The two years, and the calendar years between them.
    coefficients
        Rows constant, initial (the log score of the first year) and controls; columns estimate, std_error (HC1),
        statistic, pvalue (t with n - k degrees of freedom).
    nobs, r2
        Economies in the regression; share of variance explained.
    speed, speed_error
        Rate per year at which a gap closes, with its delta-method standard error; missing if 1 + b years <= 0.
    half_life
        Years until half a gap is closed; missing unless the speed is positive.
    left_out
        Economies without the first or the last score, or without a control.

    Examples
    --------
    >>> rows = pd.MultiIndex.from_product([list("ABCD"), [2016, 2018]], names=["economy", "year"])
    >>> scores = pd.Series([0.2, 0.4, 0.4, 0.6, 0.6, 0.7, 0.8, 0.8], index=rows)
    >>> found = beta(scores)
    >>> found.first, found.last, found.nobs, round(found.speed, 3)
    (2016, 2018, 4, 0.349)
    """

    first: int
    last: int
    years: int
    coefficients: pd.DataFrame
    nobs: int
    r2: float
    speed: float
    speed_error: float
    half_life: float
    left_out: tuple[str, ...]


def sigma(scores: pd.Series) -> pd.DataFrame:
    """Tabulate the dispersion of every year.

    Parameters
    ----------
    scores
        Indexed by (economy, year), above 0, comparable over years.

    Returns
    -------
    DataFrame
        One row per year: n, mean, sd_log (standard deviation of the log score), cv (over the mean). Divisor n - 1.
        Dispersion that falls over the years is sigma convergence.

    Raises
    ------
    InputError
        For scores by year, a score that is missing or not above 0, a year with one economy.

    Notes
    -----
    Economies come and go with the editions: pass ``balanced(scores)`` to follow the same ones.

    References
    ----------
    barro1992.

    Examples
    --------
    >>> rows = pd.MultiIndex.from_product([list("ABCD"), [2016, 2018]], names=["economy", "year"])
    >>> scores = pd.Series([0.2, 0.4, 0.4, 0.6, 0.6, 0.7, 0.8, 0.8], index=rows)
    >>> sigma(scores)["cv"].round(3).to_dict()
    {2016: 0.516, 2018: 0.273}
    """
    y = check_scores(scores, positive=True)
    by_year = y.groupby(level="year")
    single = by_year.size()[by_year.size() < 2]
    if len(single):
        raise InputError(f"{single.index[0]} has one economy only; dispersion needs two or more in every year")
    table = {"n": by_year.size(), "mean": by_year.mean(), "sd_log": np.log(y).groupby(level="year").std(ddof=DDOF)}
    return pd.DataFrame(table | {"cv": by_year.std(ddof=DDOF) / by_year.mean()})


def beta(
    scores: pd.Series, controls: pd.DataFrame | None = None, *, first: int | None = None, last: int | None = None
) -> Beta:
    r"""Regress growth on the initial score.

    :math:`(1/\tau) \ln(y_{i,t+\tau}/y_{it}) = a + b \ln y_{it} + c' x_i + e_i`; speed
    :math:`-\ln(1 + b\tau)/\tau`, half-life :math:`\ln 2 / speed`, with :math:`\tau` in calendar years.

    Parameters
    ----------
    scores
        Indexed by (economy, year), above 0, comparable over years.
    controls
        Indexed by economy, one column per control, for conditional convergence; unconditional without.
    first, last
        The two years; the first and the last of the scores if not given.

    Returns
    -------
    Beta
        Ordinary least squares with heteroskedasticity-robust errors (HC1: n/(n - k)); b < 0 is convergence.

    Raises
    ------
    InputError
        For scores by year, scores not above 0, too few economies, or controls that are collinear.

    Notes
    -----
    Only economies with both years and all controls enter; the others are named in ``left_out``. A score bounded by 1
    cannot grow without end, and errors in the initial score bias b towards convergence.

    References
    ----------
    barro1992; mackinnon1985 for HC1.

    Examples
    --------
    >>> rows = pd.MultiIndex.from_product([list("ABCD"), [2016, 2018]], names=["economy", "year"])
    >>> scores = pd.Series([0.2, 0.4, 0.4, 0.6, 0.6, 0.7, 0.8, 0.8], index=rows)
    >>> found = beta(scores)
    >>> bool(found.coefficients.loc["initial", "estimate"] < 0), round(found.half_life, 1)
    (True, 2.0)
    """
    y = by_edition(check_scores(scores, positive=True))
    start, end = _two_years(y, first, last)
    logs = np.log(y[[start, end]])
    design = pd.DataFrame({"constant": 1.0, "initial": logs[start]})
    if controls is not None:
        design = design.join(_check_controls(controls))
    growth = (logs[end] - logs[start]) / (end - start)
    used = growth.notna() & design.notna().all(axis=1)
    table, r2 = _least_squares(growth[used], design[used])
    b, error = float(table["estimate"]["initial"]), float(table["std_error"]["initial"])
    speed, speed_error, half_life = _speed(b, error, end - start)
    return Beta(
        first=start,
        last=end,
        years=end - start,
        coefficients=table,
        nobs=int(used.sum()),
        r2=r2,
        speed=speed,
        speed_error=speed_error,
        half_life=half_life,
        left_out=tuple(str(economy) for economy in used.index[~used]),
    )


def balanced(scores: pd.Series) -> pd.Series:
    """Keep the economies that have a score in every year."""
    counts = scores.groupby(level="economy").transform("size")
    return scores[counts == len(scores.index.unique("year"))]


def _two_years(table: pd.DataFrame, first: int | None, last: int | None) -> tuple[int, int]:
    """Find the first and last year, in that order."""
    years = [int(year) for year in table.columns]
    start, end = years[0] if first is None else first, years[-1] if last is None else last
    for year in (start, end):
        if year not in years:
            raise InputError(f"there is no score of {year}; years are {listing(years)}")
    if start >= end:
        raise InputError(f"first is {start} and last is {end}; convergence needs two years, the first before the last")
    return start, end


def _check_controls(controls: pd.DataFrame) -> pd.DataFrame:
    """Return the controls, one row an economy."""
    if controls.index.nlevels > 1 or controls.index.has_duplicates:
        raise InputError(
            "controls have several rows of an economy; give one, such as controls.xs(2007, level='year') or a mean"
        )
    return controls.astype(float)


def _least_squares(outcome: pd.Series, design: pd.DataFrame) -> tuple[pd.DataFrame, float]:
    """Estimate by least squares with HC1 errors; give the table of coefficients and R2."""
    X, y = design.to_numpy(dtype=float), outcome.to_numpy(dtype=float)
    n, k = X.shape
    if n <= k:
        raise InputError(f"{n} economies have both years and all controls; {k} coefficients need more than {k}")
    scale = np.maximum(np.abs(X).max(axis=0), np.finfo(float).tiny)
    scaled, _, rank, _ = np.linalg.lstsq(X / scale, y, rcond=None)
    if rank < k:
        raise InputError(f"the columns {listing(design.columns)} are collinear; leave one out")
    b = scaled / scale
    e = y - X @ b
    bread = np.linalg.pinv(X / scale) / scale[:, None]  # (X'X)^-1 X'
    errors = np.sqrt(np.diag((bread * e**2) @ bread.T) * n / (n - k))
    with np.errstate(divide="ignore", invalid="ignore"):
        t = b / errors
    p = 2 * stats.t.sf(np.abs(t), n - k)
    columns = {"estimate": b, "std_error": errors, "statistic": t, "pvalue": p}
    total = ((y - y.mean()) ** 2).sum()
    return pd.DataFrame(columns, index=design.columns), float(1 - e @ e / total) if total else np.nan


def _speed(b: float, error: float, years: int) -> tuple[float, float, float]:
    """Give the speed, its delta-method error and the half-life; missing where they are not defined."""
    left = 1 + b * years
    if left <= 0:
        return np.nan, np.nan, np.nan
    speed = -np.log(left) / years
    return float(speed), error / left, float(np.log(2) / speed) if speed > 0 else np.nan
