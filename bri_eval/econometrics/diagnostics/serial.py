"""Tests for serial correlation in models with economy effects, and in differences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, unknown
from bri_eval.econometrics.diagnostics.companions import (
    check_errors,
    check_estimator,
    design,
    fixed,
    left_over,
    plain,
    varying,
    years,
)
from bri_eval.econometrics.diagnostics.result import TestResult, chi2_or_f
from bri_eval.econometrics.diagnostics.steps import differenced, lagged, positions, reservations
from bri_eval.econometrics.estimate import estimate
from bri_eval.econometrics.sample import complete_rows, residualise

if TYPE_CHECKING:
    from bri_eval.econometrics.specs import ModelSpec

LEAST_CLUSTERS = 6
NULLS = {"levels": -0.5, "differences": 0.0}
"""Correlation of neighbouring differenced errors if the errors are uncorrelated in levels, or in differences."""


def wooldridge_serial(spec: ModelSpec, data: pd.DataFrame, *, by: str = "year") -> TestResult:
    """Test for serial correlation by the residuals of first differences, rho = -0.5 if there is none in levels.

    Outcome and regressors, and year dummies where the model has year effects, are differenced and regressed without
    constant; the residual is regressed on the one before, without constant, and F = ((rho + 0.5)/SE)^2 with SE
    clustered by economy times G/(G-1), F(1, G-1). Economy effects and regressors that do not vary drop out.

    Parameters
    ----------
    spec
        The model; its estimator does not matter.
    data
        As for `estimate`.
    by
        'year' refuses economies with a gap; 'wave' takes the observed years as equally spaced, leaves out differences
        across a wave that an economy lacks, and says so.

    Returns
    -------
    TestResult
        F(1, G-1).

    Raises
    ------
    InputError
        For gaps, fewer than 6 economies with three rows on end, and if no regressor varies within economies.

    References
    ----------
    wooldridge2010; drukker2003.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABCDEFG"), range(2011, 2019)], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": np.sin(np.arange(56)), "y": np.cos(np.arange(56) ** 2)}, index=rows)
    >>> spec = be.ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> test = be.diagnostics.wooldridge_serial(spec, data)
    >>> round(test.statistic, 3), round(test.pvalue, 3)
    (1.264, 0.304)
    """
    changes, later, said = _changes(spec, data, by)
    residuals = _errors(spec, changes)
    rho, variance, sizes = _autoregression(residuals, later, constant=False, where=f"model '{spec.name}'")
    clusters = sizes[1]
    statistic = (rho + 0.5) ** 2 / variance * (clusters - 1) / clusters
    slope = f"The residuals of differences have rho = {rho:.3f}; without serial correlation it is -0.5."
    null = "the errors are serially uncorrelated"
    return chi2_or_f("Wooldridge (serial correlation)", statistic, (1, clusters - 1), null, slope, *said)


def wooldridge_within(spec: ModelSpec, data: pd.DataFrame, *, by: str = "year") -> TestResult:
    """Test for serial correlation by the within residuals, regressed on the ones before and a constant.

    F = ((rho - rho_0)/SE)^2, F(1, m-2) with m pairs of neighbouring rows; the bare sandwich clustered by economy.
    rho_0 = -sum_i p_i/T_i / sum_i p_i (T_i-1)/T_i, with p_i the pairs of an economy, is what demeaning alone does to
    uncorrelated errors; it is -1/(T-1) if the panel is balanced.

    Parameters
    ----------
    spec, data, by
        As for `wooldridge_serial`.

    Returns
    -------
    TestResult
        F(1, m-2).

    References
    ----------
    wooldridge2010.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABCDEFG"), range(2011, 2019)], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": np.sin(np.arange(56)), "y": np.cos(np.arange(56) ** 2)}, index=rows)
    >>> spec = be.ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> test = be.diagnostics.wooldridge_within(spec, data)
    >>> round(test.statistic, 3), round(test.pvalue, 3)
    (1.148, 0.289)
    """
    residuals = fixed(spec, data).residuals.sort_index()
    place = positions(residuals.index, by, f"model '{spec.name}'")
    paired = pd.Series(~np.isnan(lagged(residuals, place)), index=residuals.index).groupby(level="economy")
    pairs, lengths = paired.sum(), paired.size()
    expected = -float((pairs / lengths).sum() / (pairs * (lengths - 1) / lengths).sum())
    rho, variance, sizes = _autoregression(residuals, place, constant=True, where=f"model '{spec.name}'")
    slope = f"The within residuals have rho = {rho:.3f}; without serial correlation it is {expected:.3f}."
    said = (slope, *reservations(residuals.index, by, place))
    null = "the errors are serially uncorrelated"
    df = (1, sizes[0] - 2)
    return chi2_or_f("Wooldridge (within residuals)", (rho - expected) ** 2 / variance, df, null, *said)


def wooldridge_difference(
    spec: ModelSpec, data: pd.DataFrame, *, errors: str = "differences", by: str = "year"
) -> TestResult:
    """Test the residuals of first differences with a constant, regressed on the ones before and a constant.

    F = ((rho - rho_0)/SE)^2, F(1, m-2) with m pairs of neighbouring differences; the bare sandwich clustered by
    economy.

    Parameters
    ----------
    spec, data, by
        As for `wooldridge_serial`.
    errors
        Where the errors are uncorrelated under the null: in 'differences' (rho_0 = 0, first differences are the
        better model) or in 'levels' (rho_0 = -0.5, fixed effects are).

    Returns
    -------
    TestResult
        F(1, m-2).

    References
    ----------
    wooldridge2010.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABCDEFG"), range(2011, 2019)], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": np.sin(np.arange(56)), "y": np.cos(np.arange(56) ** 2)}, index=rows)
    >>> spec = be.ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> test = be.diagnostics.wooldridge_difference(spec, data)
    >>> round(test.statistic, 3), round(test.pvalue, 3)
    (50.293, 0.0)
    """
    if errors not in NULLS:
        raise InputError(unknown("place of uncorrelated errors", errors, NULLS))
    changes, later, said = _changes(spec, data, by)
    residuals = _errors(spec, changes.assign(const=1.0))
    rho, variance, sizes = _autoregression(residuals, later, constant=True, where=f"model '{spec.name}'")
    statistic = (rho - NULLS[errors]) ** 2 / variance
    slope = f"The residuals have rho = {rho:.3f}; under the null it is {NULLS[errors]:g}."
    null = f"the errors are uncorrelated in {errors}"
    return chi2_or_f("Wooldridge (differences)", statistic, (1, sizes[0] - 2), null, slope, *said)


def breusch_godfrey(
    spec: ModelSpec, data: pd.DataFrame, *, order: int = 1, by: str = "year", stacked: bool = False
) -> TestResult:
    """Test the residuals of a pooled or within model for serial correlation up to an order, by n R2.

    The residuals are regressed on the (demeaned) regressors and on their own lags, zero where there is none, and n R2
    read against chi2(order).

    Parameters
    ----------
    spec
        A `pooled` or `within` model.
    data
        As for `estimate`.
    order
        Number of lags, at least 1.
    by
        As for `wooldridge_serial`.
    stacked
        Whether lags run on from one economy into the next, as in plm and lmtest; the statistic then depends on the
        order of the economies.

    Returns
    -------
    TestResult
        chi2(order).

    Notes
    -----
    For many years only: demeaning makes uncorrelated errors correlate by -1/(T-1), which the test takes for serial
    correlation if T is small; `wooldridge_within` allows for it.

    References
    ----------
    breusch1978; godfrey1978.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABCDEFG"), range(2011, 2019)], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": np.sin(np.arange(56)), "y": np.cos(np.arange(56) ** 2)}, index=rows)
    >>> spec = be.ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> test = be.diagnostics.breusch_godfrey(spec, data)
    >>> round(test.statistic, 3), round(test.pvalue, 3)
    (0.018, 0.893)
    """
    check_estimator(spec, ("pooled", "within"))
    residuals = estimate(plain(spec, spec.estimator, spec.effects), data).residuals.sort_index()
    place = positions(residuals.index, by, f"model '{spec.name}'")
    longest = len(residuals) if stacked else int(residuals.groupby(level="economy").size().max())
    if not 1 <= order < longest:
        raise InputError(f"model '{spec.name}': order is {order}; expected a number from 1 to {longest - 1}")
    x = design(spec, complete_rows(spec, data)[0])
    x = residualise(x[list(spec.regressors)], spec.effects) if spec.estimator == "within" else x
    steps = range(1, order + 1)
    lags = [residuals.shift(step).to_numpy() if stacked else lagged(residuals, place, step) for step in steps]
    e = residuals.to_numpy()
    left = left_over(e, np.column_stack([x.to_numpy(), *np.nan_to_num(lags)]))
    statistic = len(e) * (1 - float(left @ left) / float(e @ e))
    null = f"the errors have no serial correlation up to order {order}"
    said = ("It is for many years: demeaning alone makes residuals correlate by -1/(T-1).",) * (
        "economy" in spec.effects
    )
    return chi2_or_f("Breusch-Godfrey", statistic, order, null, *said, *reservations(residuals.index, by, place))


def _changes(spec: ModelSpec, data: pd.DataFrame, by: str) -> tuple[pd.DataFrame, np.ndarray, tuple[str, ...]]:
    """Return the differenced outcome and columns that vary, their positions in time, and what to say of the steps."""
    rows = complete_rows(plain(spec, "within", ("economy", *years(spec))), data)[0]
    place = positions(rows.index, by, f"model '{spec.name}'")
    x = design(spec, rows)
    lost = {"const", *spec.regressors} - set(varying(spec, rows))
    columns = rows[[spec.outcome]].join(x[[name for name in x.columns if name not in lost]])
    changes, later = differenced(columns, place)
    return changes, later, tuple(reservations(rows.index, by, place))


def _errors(spec: ModelSpec, changes: pd.DataFrame) -> pd.Series:
    """Return the residuals of the first column on the others."""
    errors = left_over(changes.iloc[:, 0].to_numpy(), changes.iloc[:, 1:].to_numpy())
    check_errors(spec, errors, changes)
    return pd.Series(errors, index=changes.index)


def _autoregression(
    residuals: pd.Series, place: np.ndarray, *, constant: bool, where: str
) -> tuple[float, float, tuple[int, int]]:
    """Return the slope on the residual before, its bare clustered variance, and the numbers of pairs and economies."""
    before = lagged(residuals, place)
    there = ~np.isnan(before)
    now, economies = residuals[there], residuals.index[there].get_level_values("economy")
    clusters = economies.nunique()
    if clusters < LEAST_CLUSTERS:
        raise InputError(
            f"{where}: {clusters} economies have neighbouring residuals, too few clusters; "
            f"expected at least {LEAST_CLUSTERS}"
        )
    x = np.column_stack([before[there], *([np.ones(len(now))] if constant else [])])
    bread = np.linalg.inv(x.T @ x)
    slopes = bread @ x.T @ now.to_numpy()
    scores = pd.DataFrame(x * (now.to_numpy() - x @ slopes)[:, None]).groupby(np.asarray(economies)).sum().to_numpy()
    variance = (bread @ scores.T @ scores @ bread)[0, 0]
    return float(slopes[0]), float(variance), (len(now), clusters)
