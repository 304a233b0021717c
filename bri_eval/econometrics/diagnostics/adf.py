"""Dickey-Fuller regressions of each economy's series, and of simulated random walks of the same lengths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bri_eval.checks import InputError, check_panel, unknown
from bri_eval.econometrics.diagnostics.steps import check_unbroken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

LEAST_YEARS, SHORT = 10, 20
CHUNK = 2_000
EXACT = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Regressions:
    """One Dickey-Fuller regression per economy.

    Parameters
    ----------
    t
        t statistic of the lagged level, with the residual variance divided by its degrees of freedom.
    rows
        Rows of each regression: years less lags less 1.
    coefficients
        Number of coefficients of each.
    """

    t: np.ndarray
    rows: np.ndarray
    coefficients: int


def series_of(data: pd.DataFrame, column: str, *, by: str, least: int) -> Mapping[object, np.ndarray]:
    """Return the series of each economy, without its missing cells.

    Raises
    ------
    InputError
        For an unknown column, a gap in a series, fewer than `least` years, or a series that does not vary.
    """
    if column not in data.columns:
        raise InputError(unknown("column", column, data.columns))
    where = f"column '{column}'"
    values = check_panel(data, [column])[column].dropna()
    if values.empty:
        raise InputError(f"{where} has no value")
    found: dict[Any, np.ndarray] = {economy: own.to_numpy() for economy, own in values.groupby(level="economy")}
    for economy, own in found.items():
        if len(own) < least:
            raise InputError(
                f"{where}: economy '{economy}' has {len(own)} {by}s and {least} are the least that this test takes, "
                "for it is unreliable in short series: leave the economy out, or set least lower and say so"
            )
        if np.ptp(own) <= EXACT * np.abs(own).max():
            raise InputError(f"{where}: economy '{economy}' does not vary; leave it out")
    check_unbroken(values.index, by, where)
    return found


def regress(series: Mapping[object, np.ndarray], *, lags: int, trend: bool, where: str) -> Regressions:
    """Run the regression of each economy: the change on the level before, changes before it, intercept and trend."""
    check_lags(min(map(len, series.values())), lags, 2 + lags + trend, where)
    t = np.array([statistics(one[None], lags=lags, trend=trend)[0] for one in series.values()])
    check_fits(t, list(series), where)
    rows = np.array([len(one) - lags - 1 for one in series.values()])
    return Regressions(t=t, rows=rows, coefficients=2 + lags + trend)


def check_lags(shortest: int, lags: int, coefficients: int, where: str) -> None:
    """Raise if the shortest series has no more rows than coefficients."""
    if lags < 0 or shortest - lags - 1 <= coefficients:
        raise InputError(
            f"{where}: lags is {lags}, which gives the shortest series, of {shortest} years, {shortest - lags - 1} "
            f"rows for {coefficients} coefficients; use 0 or more, but fewer, or leave short series out"
        )


def check_fits(t: np.ndarray, economies: Sequence[object], where: str) -> None:
    """Raise if an economy's regression fits exactly or its level is a combination of the other columns."""
    if np.isnan(t).any():
        raise InputError(
            f"{where}: the series of economy '{economies[int(np.argmax(np.isnan(t)))]}' follows its own lags, means or "
            "trend exactly, as after interpolation; leave it out"
        )


def statistics(walks: np.ndarray, *, lags: int, trend: bool) -> np.ndarray:
    """Return the t statistics of many series of one length, (m, T) in, (m,) out."""
    changes, level = sides(walks, lags=lags, trend=trend)
    return slope_t(changes, level)


def sides(walks: np.ndarray, *, lags: int, trend: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the change, (m, T - lags - 1), and the regressors with the lagged level first, (m, T - lags - 1, k)."""
    walks = walks - walks[:, :1]
    changes: np.ndarray = np.diff(walks, axis=1)
    rows = changes.shape[1] - lags
    earlier = [changes[:, lags - step : lags - step + rows] for step in range(1, lags + 1)]
    flat = np.broadcast_to(np.ones(rows), (len(walks), rows))
    line = [np.broadcast_to(np.linspace(-1, 1, rows), (len(walks), rows))] if trend else []
    return changes[:, lags:], np.stack([walks[:, lags:-1], *earlier, flat, *line], axis=2)


def slope_t(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return the t statistics of the first regressor, by orthogonal decomposition: (m, n), (m, n, k) -> (m,).

    It is nan where the fit is exact, or the first regressor a combination of the others.
    """
    n, k = x.shape[1:]
    ordered = np.concatenate([x[..., 1:], x[..., :1], y[..., None]], axis=2)
    lengths = np.linalg.norm(ordered, axis=1, keepdims=True)
    r = np.asarray(np.linalg.qr(ordered / np.where(lengths > 0, lengths, 1), mode="r"))
    own, rest = r[:, k - 1, k - 1], np.abs(r[:, k, k])
    degenerate = (np.abs(own) <= EXACT) | (rest <= EXACT)
    t = np.sign(own) * r[:, k - 1, k] / np.where(degenerate, 1, rest) * np.sqrt(n - k)
    return np.where(degenerate, np.nan, t)


def null_draws(years: int, *, lags: int, trend: bool, draws: int, seed: int) -> np.ndarray:
    """Return sorted t statistics of random walks with standard normal steps, of one length."""
    generator = np.random.default_rng([seed, years, lags, int(trend)])
    found = []
    for start in range(0, draws, CHUNK):
        walks = generator.standard_normal((min(CHUNK, draws - start), years)).cumsum(axis=1)
        found.append(statistics(walks, lags=lags, trend=trend))
    return np.sort(np.concatenate(found))


def reservation(shortest: int) -> str:
    """Warn of short series."""
    return f"Series of {shortest} years are short: the test has little power." * (shortest < SHORT)
