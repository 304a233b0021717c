"""The search for thresholds of a balanced panel: the sum of squares of every split from cumulative sums.

A split at g adds the columns x 1(q <= g) to those of the model before. With the rows sorted by q, their products with
anything are cumulative sums, and removing economy means only takes off products of running sums within economies. So
all candidates cost one pass over the rows, for any number of outcomes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

IDENTIFIED = 1e-10
"""Least determinant, columns at length 1, of what a split adds to the columns before it."""
CHUNK = 64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Search:
    """What all searches on one panel share; N economies x T periods, p columns whose slopes change.

    Parameters
    ----------
    x
        (N T, p), rows sorted by economy.
    periods
        T.
    order
        (N T,) rows from the lowest to the highest threshold variable.
    values, below
        (C,) candidates, ascending, and the number of rows up to each.
    gram
        (C, p, p), products of the columns of a split, economy means removed.
    least
        Rows that there must be between two thresholds.
    """

    x: np.ndarray
    periods: int
    order: np.ndarray
    values: np.ndarray
    below: np.ndarray
    gram: np.ndarray
    least: int


class Base(NamedTuple):
    """The model to which a split is added: orthonormal columns, what they leave of each split, splits it has."""

    columns: np.ndarray
    rest: np.ndarray
    taken: tuple[int, ...]


def search(q: np.ndarray, x: np.ndarray, periods: int, trim: float) -> Search:
    """Prepare the search over all distinct values of q between its type-1 quantiles `trim` and 1 - `trim`.

    Parameters
    ----------
    q
        (N T,) threshold variable, rows sorted by economy, all with the same periods.
    x
        (N T, p) columns whose slopes change.
    periods
        T.
    trim
        Above 0, below one half.

    Examples
    --------
    >>> search(np.array([3.0, 1.0, 2.0, 2.0]), np.ones((4, 1)), 2, 0.25).values.tolist()
    [1.0, 2.0]
    """
    n, order = len(q), np.argsort(q, kind="stable")
    ranked = q[order]
    ends = [int(np.ceil(n * share - 1e-9)) - 1 for share in (trim, 1 - trim)]
    last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
    last = last[(ranked[last] >= ranked[ends[0]]) & (ranked[last] <= ranked[ends[1]])]
    x = x / np.sqrt((x**2).mean(axis=0))
    return Search(
        x=x,
        periods=periods,
        order=order,
        values=ranked[last],
        below=last + 1,
        gram=_gram(x[order], order // periods, periods)[last],
        least=int(np.ceil(n * trim - 1e-9)),
    )


def demean(columns: np.ndarray, periods: int) -> np.ndarray:
    """Remove the means of economies from columns (N T, k) of a balanced panel sorted by economy."""
    cube = columns.reshape(-1, periods, columns.shape[1])
    return (cube - cube.mean(axis=1, keepdims=True)).reshape(columns.shape)


def without_split(found: Search, columns: np.ndarray) -> Base:
    """Return the model without a split, from its columns with economy means removed; x is among them."""
    q = np.linalg.qr(columns / np.linalg.norm(columns, axis=0))[0]
    cross = _running(found, q)
    return Base(q, found.gram - cross @ cross.transpose(0, 2, 1), ())


def with_split(found: Search, base: Base, candidate: int) -> Base:
    """Return the model with one more split."""
    low = np.zeros((len(found.order), 1))
    low[found.order[: found.below[candidate]]] = 1.0
    added = demean(found.x * low, found.periods)
    for _ in range(2):  # once leaves rounding error where little is left
        added = added - base.columns @ (base.columns.T @ added)
    q = np.linalg.qr(added)[0]
    cross = _running(found, q)
    rest = base.rest - cross @ cross.transpose(0, 2, 1)
    return Base(np.hstack([base.columns, q]), rest, (*base.taken, int(found.below[candidate])))


def residuals(base: Base, outcomes: np.ndarray) -> np.ndarray:
    """Return outcomes (N T, m), economy means removed, less their projection on the model."""
    rest = outcomes - base.columns @ (base.columns.T @ outcomes)
    return rest - base.columns @ (base.columns.T @ rest)


def split_ssr(found: Search, base: Base, rest: np.ndarray) -> np.ndarray:
    """Return the sum of squares (C, m) after each split, given residuals (N T, m); infinite where there is no split."""
    ssr = np.full((len(found.values), rest.shape[1]), np.inf)
    good = _allowed(found, base)
    scores = _running(found, rest)[good]
    gains = (scores * np.linalg.solve(base.rest[good], scores)).sum(axis=1)
    ssr[good] = (rest**2).sum(axis=0) - gains
    return ssr


def sequence(found: Search, base: Base, outcomes: np.ndarray, splits: int) -> np.ndarray:
    """Return the sums of squares (splits + 1, m) without a split, with the best one, with the best beside it, ..."""
    parts = [outcomes[:, start : start + CHUNK] for start in range(0, outcomes.shape[1], CHUNK)]
    return np.hstack([_sequence(found, base, part, splits) for part in parts])


def _sequence(found: Search, base: Base, outcomes: np.ndarray, splits: int) -> np.ndarray:
    """Search for one split after the other; outcomes that take the same one go on together."""
    rest = residuals(base, outcomes)
    ssr = split_ssr(found, base, rest)
    best, least = ssr.argmin(axis=0), ssr.min(axis=0)
    path = np.repeat((rest**2).sum(axis=0)[None], splits + 1, axis=0)
    path[1:] = np.where(np.isfinite(least), least, path[1:])  # where nothing splits, nothing is gained
    for candidate in np.unique(best[np.isfinite(least)]) if splits > 1 else ():
        same = best == candidate
        path[1:, same] = _sequence(found, with_split(found, base, candidate), rest[:, same], splits - 1)
    return path


def _gram(x: np.ndarray, economies: np.ndarray, periods: int) -> np.ndarray:
    """Return, up to each sorted row, the products (p, p) of the columns of a split there, economy means removed."""
    by_economy = np.argsort(economies, kind="stable")
    running = np.cumsum(x[by_economy].reshape(-1, periods, x.shape[1]), axis=1).reshape(x.shape)
    before = np.empty_like(x)
    before[by_economy] = running - x[by_economy]
    own = x[:, :, None] * x[:, None, :]
    across = before[:, :, None] * x[:, None, :]
    return np.cumsum(own - (across + across.transpose(0, 2, 1) + own) / periods, axis=0)


def _running(found: Search, columns: np.ndarray) -> np.ndarray:
    """Return the products (C, p, k) of the columns of each split with columns (N T, k), means removed from either."""
    rows = found.order[: found.below[-1]]
    x, other = found.x[rows], columns[rows]
    sums = np.add.reduceat(x[:, :, None] * other[:, None, :], np.append(0, found.below[:-1]), axis=0)
    return np.cumsum(sums, axis=0)


def _allowed(found: Search, base: Base) -> np.ndarray:
    """Tell which candidates split: enough rows from every split there is, and columns that add something."""
    units = np.sqrt(np.maximum(np.diagonal(found.gram, axis1=1, axis2=2), 1e-300))
    good = np.linalg.det(base.rest / (units[:, :, None] * units[:, None, :])) > IDENTIFIED
    for rows in base.taken:
        good &= np.abs(found.below - rows) >= found.least
    return good
