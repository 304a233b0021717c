"""Panel unit-root test under dependence between economies: Dickey-Fuller regressions with cross-section means."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bri_eval.checks import InputError, check_panel
from bri_eval.econometrics.diagnostics.adf import LEAST_YEARS, check_fits, check_lags, reservation, series_of, slope_t
from bri_eval.econometrics.diagnostics.result import TestResult, put_together

if TYPE_CHECKING:
    import pandas as pd

DRAWS, SEED, CHUNK = 1_999, 20181122, 20_000
LEAST_ECONOMIES = 3


def cips(
    data: pd.DataFrame,
    column: str,
    *,
    lags: int = 0,
    trend: bool = False,
    by: str = "year",
    least: int = LEAST_YEARS,
    draws: int = DRAWS,
) -> TestResult:
    """Test for unit roots by the mean t of Dickey-Fuller regressions augmented with cross-section means (Pesaran).

    The change of each economy is regressed on its level before, lagged changes, intercept (and trend), and on the means
    over economies, year by year, of all of these and of the change itself; CIPS is the mean t of the level. Levels are
    counted from each economy's first, which matters only to means over changing economies. The p-value is the share of
    `draws` panels of random walks with a common one (fixed seed) whose CIPS is no larger, at the same economies, years
    and lags: no table is read.

    Parameters
    ----------
    data, column, lags, trend, by, least
        As for `ips`.
    draws
        Simulated panels; the least p-value is 1/(draws + 1).

    Returns
    -------
    TestResult
        Statistic and simulated p-value.

    Raises
    ------
    InputError
        As `ips`, for fewer than 3 economies, and if a regression has no degrees of freedom.

    References
    ----------
    pesaran2007.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABC"), range(2001, 2021)], names=["economy", "year"])
    >>> walks = np.random.default_rng(1).normal(size=(3, 20)).cumsum(axis=1)
    >>> data = pd.DataFrame({"y": walks.ravel()}, index=rows)
    >>> test = be.diagnostics.cips(data, "y", draws=99)
    >>> round(test.statistic, 3), round(test.pvalue, 3)
    (-2.908, 0.06)
    """
    economies = list(series_of(data, column, by=by, least=least))
    values = check_panel(data, [column])[column].unstack("year").loc[economies].to_numpy()  # noqa: PD010
    shortest = int(np.isfinite(values).sum(axis=1).min())
    where = f"column '{column}'"
    if len(values) < LEAST_ECONOMIES:
        raise InputError(f"{where}: {len(values)} economies; means over them need {LEAST_ECONOMIES} or more")
    check_lags(shortest, lags, 4 + 2 * lags + trend, where)
    t = _statistics(values[None], lags, trend)[0]
    check_fits(t, economies, where)
    found = float(t.mean())
    simulated = _null(values, lags, trend, draws)
    pvalue = (1 + int((simulated <= found).sum())) / (draws + 1)
    level = ", ".join(f"{share:.0%} {np.quantile(simulated, share):.2f}" for share in (0.01, 0.05, 0.10))
    said = (
        f"{len(t)} economies, {shortest} years in the shortest series, {lags} lags, "
        f"{'intercepts and trends' if trend else 'intercepts'};",
        f"p-value and critical values ({level}) from {draws} simulated panels of the same shape, seed {SEED}.",
        reservation(shortest),
    )
    return put_together("CIPS", ("mean t", found, pvalue), (), "every economy's series has a unit root", *said)


def _statistics(panels: np.ndarray, lags: int, trend: bool) -> np.ndarray:
    """Return each economy's t in many panels of one shape, (m, N, T) in, (m, N) out; missing ends are nan."""
    first = np.isfinite(panels[0]).argmax(axis=1)
    panels = panels - panels[:, np.arange(len(first)), first][..., None]
    changes = np.diff(panels, axis=2)
    rows = changes.shape[2] - lags
    own = [panels[..., lags:-1]] + [changes[..., lags - step : lags - step + rows] for step in range(1, lags + 1)]
    columns = np.stack([changes[..., lags:], *own], axis=3)
    there = np.isfinite(columns[0]).all(axis=2)
    filled = np.where(there[..., None], columns, 0.0)
    means = filled.sum(axis=1, keepdims=True) / np.maximum(there.sum(axis=0), 1)[:, None]
    t = np.empty(panels.shape[:2])
    for pattern in np.unique(there, axis=0):
        mine = (there == pattern).all(axis=1)
        t[:, mine] = _slopes(filled[:, mine][:, :, pattern], means[:, :, pattern], trend)
    return t


def _slopes(columns: np.ndarray, means: np.ndarray, trend: bool) -> np.ndarray:
    """Return the t statistics of economies seen in the same years, (m, g, R, 1 + own) -> (m, g)."""
    m, g, rows, _ = columns.shape
    terms = np.column_stack([np.ones(rows), *([np.linspace(-1, 1, rows)] if trend else [])])
    shared = np.concatenate([means, np.broadcast_to(terms, (m, 1, *terms.shape))], axis=3)
    x = np.concatenate([columns[..., 1:], np.broadcast_to(shared, (m, g, *shared.shape[2:]))], axis=3)
    return slope_t(columns[..., 0].reshape(m * g, rows), x.reshape(m * g, rows, -1)).reshape(m, g)


def _null(values: np.ndarray, lags: int, trend: bool, draws: int) -> np.ndarray:
    """Return CIPS of simulated panels with the same cells."""
    generator = np.random.default_rng([SEED, *values.shape, lags, int(trend)])
    hidden = ~np.isfinite(values)
    size = max(1, CHUNK // len(values))
    found = []
    for start in range(0, draws, size):
        m = min(size, draws - start)
        steps = generator.standard_normal((m, *values.shape)) + generator.standard_normal((m, 1, values.shape[1]))
        walks = steps.cumsum(axis=2)
        walks[:, hidden] = np.nan
        found.append(_statistics(walks, lags, trend).mean(axis=1))
    return np.concatenate(found)
