"""Test of one series helping to predict another, economy by economy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bri_eval.checks import InputError, check_panel, unknown
from bri_eval.econometrics.diagnostics.adf import EXACT
from bri_eval.econometrics.diagnostics.companions import left_over
from bri_eval.econometrics.diagnostics.result import TestResult, normal
from bri_eval.econometrics.diagnostics.steps import check_unbroken

if TYPE_CHECKING:
    import pandas as pd


def granger(data: pd.DataFrame, outcome: str, cause: str, *, lags: int = 1, by: str = "year") -> TestResult:
    """Test that lags of one column help to predict another in no economy (Dumitrescu and Hurlin).

    W_i is the Wald statistic of K lags of the cause beside intercept and K lags of the outcome, economy by economy; the
    test is their mean, less its expectation and over its standard deviation for normal errors, which exist for
    T_i > 5 + 3K; standard normal for many economies.

    Parameters
    ----------
    data
        Indexed by (economy, year); rows complete in both columns are used.
    outcome, cause
        Columns.
    lags
        K, at least 1.
    by
        'year' refuses gaps between years; 'wave' takes the waves of an irregular panel as equally spaced.

    Returns
    -------
    TestResult
        Both tails of the standard normal.

    Raises
    ------
    InputError
        For unknown columns, gaps, and economies with too few years.

    Notes
    -----
    It takes the economies as independent, and is about prediction: a common cause passes for one.

    References
    ----------
    dumitrescu2012.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABCDEFG"), range(2009, 2019)], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": np.sin(np.arange(70)), "y": np.cos(np.arange(70) ** 2)}, index=rows)
    >>> test = be.diagnostics.granger(data, "y", "x")
    >>> round(test.statistic, 3), round(test.pvalue, 3)
    (0.966, 0.334)
    """
    where = f"'{cause}' on '{outcome}'"
    rows = _rows(data, outcome, cause, lags)
    check_unbroken(rows.index, by, where)
    groups = rows.groupby(level="economy")
    wald = np.array([_wald(own.to_numpy(), lags, f"{where}: economy '{name}'") for name, own in groups])
    t = groups.size().to_numpy(dtype=float)
    mean = lags * (t - 3 * lags - 1) / (t - 3 * lags - 3)
    spread = 2 * lags * (t - 3 * lags - 1) ** 2 * (t - 2 * lags - 3) / ((t - 3 * lags - 3) ** 2 * (t - 3 * lags - 5))
    statistic = float(np.sqrt(len(t)) * (wald.mean() - mean.mean()) / np.sqrt(spread.mean()))
    said = f"The mean Wald statistic of {len(t)} economies is {wald.mean():.3f}, expected {mean.mean():.3f}."
    null = f"lags of '{cause}' help to predict '{outcome}' in no economy"
    return normal("Dumitrescu-Hurlin", statistic, "both", null, said)


def _rows(data: pd.DataFrame, outcome: str, cause: str, lags: int) -> pd.DataFrame:
    """Return the complete rows of both columns, or raise if they are too few."""
    for name in (outcome, cause):
        if name not in data.columns:
            raise InputError(unknown("column", name, data.columns))
    where = f"'{cause}' on '{outcome}'"
    if outcome == cause or lags < 1:
        raise InputError(f"{where}: lags is {lags}; expected two columns, and lags from 1")
    rows = check_panel(data, [outcome, cause]).dropna()
    years = rows.groupby(level="economy").size()
    if rows.empty or years.min() < 6 + 3 * lags:
        shortest = f"economy '{years.idxmin()}' has {years.min()}" if len(years) else "there are no"
        raise InputError(
            f"{where}: {shortest} complete years; with {lags} lags the test needs {6 + 3 * lags}: use fewer lags, "
            "or leave the economy out"
        )
    return rows


def _wald(pair: np.ndarray, lags: int, where: str) -> float:
    """Return the Wald statistic of the lags of the second column in the regression of the first."""
    rows = len(pair) - lags
    earlier = [pair[lags - step : lags - step + rows] for step in range(1, lags + 1)]
    own = np.column_stack([np.ones(rows), *(part[:, 0] for part in earlier)])
    y = pair[lags:, 0]
    without = left_over(y, own)
    rest = left_over(y, np.column_stack([own, *(part[:, 1] for part in earlier)]))
    if np.linalg.norm(rest) <= EXACT * np.linalg.norm(y - y.mean()):
        raise InputError(f"{where}: the regression fits exactly; leave it out")
    return float((without @ without - rest @ rest) / (rest @ rest) * (rows - 2 * lags - 1))
