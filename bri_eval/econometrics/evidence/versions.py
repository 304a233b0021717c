"""Refit one slope for many versions of its regressor at once: rows may go, economies may be drawn again.

By Frisch and Waugh the slope of x is that of y on what the other columns leave of x. The others do not change between
versions, so that a version costs two products with their orthonormal basis. Arrays are years x economies x versions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from bri_eval.econometrics.sample import ABSORBED

if TYPE_CHECKING:
    from collections.abc import Sequence

CHUNK = 256
"""Versions that are refitted at a time; their arrays then stay near cache and memory does not grow with the draws."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """The columns beside the one that is exchanged, on a grid of T years and G economies; absent rows hold zeros.

    Parameters
    ----------
    y
        (T, G), the outcome less what the other columns explain of it.
    basis
        (T, G, p), orthonormal basis of the other columns; economy means removed if there are economy effects.
    seen
        (T, G), whether there is a row.
    years, labels
        Names of the T years and the G economies.
    nested, by_year
        Whether there are economy and year effects.
    """

    y: np.ndarray
    basis: np.ndarray
    seen: np.ndarray
    years: pd.Index
    labels: pd.Index
    nested: bool
    by_year: bool


class Prepared(NamedTuple):
    """What versions with the same rows and weights share; B is 1 where nothing differs between versions.

    `cells` (T, G, B) tells the rows, `sizes` (G, B) counts them, `weights` (G, B) says how often an economy enters,
    `inverse` (p, p, B) is that of the basis, None where it is the identity, `y` (T, G, B) is the outcome that is left.
    """

    frame: Frame
    cells: np.ndarray
    sizes: np.ndarray
    weights: np.ndarray
    inverse: np.ndarray | None
    y: np.ndarray
    nobs: np.ndarray
    clusters: np.ndarray
    k: np.ndarray


class Refits(NamedTuple):
    """Slopes, clustered standard errors by the project's rule, rows and economies; (B,) each, NaN if not identified."""

    slopes: np.ndarray
    std_errors: np.ndarray
    nobs: np.ndarray
    clusters: np.ndarray


def frame(rows: pd.DataFrame, outcome: str, others: Sequence[str], effects: Sequence[str]) -> Frame:
    """Return the columns beside the term as arrays; the rows are complete in them."""
    economies, labels = pd.factorize(rows.index.get_level_values("economy"), sort=True)
    periods, years = pd.factorize(rows.index.get_level_values("year"), sort=True)
    nested, by_year = "economy" in effects, "year" in effects
    dummies = periods[:, None] == np.arange(len(years)) if by_year else np.ones((len(rows), 0 if nested else 1))
    columns = np.column_stack([rows[outcome], dummies, rows[list(others)]]).astype(float)
    grid, seen = np.zeros((len(years), len(labels), columns.shape[1])), np.zeros((len(years), len(labels)), dtype=bool)
    grid[periods, economies], seen[periods, economies] = columns, True
    if nested:
        grid = (grid - grid.sum(axis=0) / seen.sum(axis=0)[:, None]) * seen[:, :, None]
    y, basis = grid[:, :, 0].ravel(), _basis(grid[:, :, 1:].reshape(seen.size, -1))
    for _ in range(2):  # once leaves rounding error where the fit is close
        y = y - basis @ (basis.T @ y)
    return Frame(
        y=y.reshape(seen.shape),
        basis=basis.reshape(*seen.shape, -1),
        seen=seen,
        years=pd.Index(years, name="year"),
        labels=pd.Index(labels, name="economy"),
        nested=nested,
        by_year=by_year,
    )


def prepare(frame: Frame, cells: np.ndarray, weights: np.ndarray | None = None) -> Prepared:
    """Solve for the other columns, once for all versions with these rows and weights.

    Parameters
    ----------
    frame
        The other columns.
    cells
        (T, G, B) or (T, G, 1), whether a version has a row; only rows of the frame count.
    weights
        (G, B), how often each economy enters, an economy drawn twice being two; None for once.
    """
    times = np.ones((len(frame.labels), 1)) if weights is None else weights.astype(float)
    cells = np.broadcast_to(cells, (*frame.seen.shape, max(cells.shape[2], times.shape[1])))
    cells = _without_singletons(frame, cells & frame.seen[:, :, None], times)
    sizes = cells.sum(axis=0, dtype=float)
    inverse, y, rank = None, frame.y[:, :, None], np.full(1, frame.basis.shape[2])
    if weights is not None or (cells != frame.seen[:, :, None]).any():
        inverse, y, rank = _solve(frame, cells, sizes, times)
    counts = (sizes * times).sum(axis=0), (times * (sizes > 0)).sum(axis=0), rank + 1
    return Prepared(frame, cells, sizes, times, inverse, y, *counts)


def refit(prepared: Prepared, versions: np.ndarray) -> Refits:
    """Return the slope of each version (T, G, B) of the regressor; cells that are not used may hold anything."""
    weights = prepared.weights
    x = np.where(prepared.cells, versions, 0.0)
    limit = ABSORBED**2 * (_sums(x, x) * weights).sum(axis=0)
    x = _less_others(prepared, _centred(prepared, x))
    squares, products = _sums(x, x), _sums(x, prepared.y)
    left = (squares * weights).sum(axis=0)
    left = np.where(left > limit, left, np.nan)
    slopes = (products * weights).sum(axis=0) / left
    bare = (weights * (products - slopes * squares) ** 2).sum(axis=0) / left**2
    n, g, k = prepared.nobs, prepared.clusters, prepared.k
    with np.errstate(divide="ignore", invalid="ignore"):
        scaling = np.where((n > k) & (g > 1), g / (g - 1) * (n - 1) / (n - k), np.nan)
    shape = slopes.shape
    return Refits(slopes, np.sqrt(scaling * bare), np.broadcast_to(n, shape), np.broadcast_to(g, shape))


def _basis(columns: np.ndarray) -> np.ndarray:
    """Return an orthonormal basis of the columns, whatever their units and whether they are collinear."""
    lengths = np.linalg.norm(columns, axis=0)
    columns = columns[:, lengths > 0] / lengths[lengths > 0]
    left, values, _ = np.linalg.svd(columns, full_matrices=False)
    return left[:, values > 1e-9 * values.max(initial=0.0)]


def _without_singletons(frame: Frame, cells: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Leave out rows alone in their economy or year, until none is left, as `estimate` does."""
    before = None
    while before is None or cells.sum() < before:
        before = cells.sum()
        if frame.nested:
            cells = cells & (cells.sum(axis=0) != 1)
        if frame.by_year:
            cells = cells & ((cells * weights).sum(axis=1) != 1)[:, None, :]
    return cells


def _solve(
    frame: Frame, cells: np.ndarray, sizes: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the inverse of the other columns, the outcome that is left, and the number of columns identified."""
    columns = np.dstack([frame.basis, frame.y])
    flat, p = columns.reshape(frame.seen.size, -1), frame.basis.shape[2]
    entered = (cells * weights).reshape(frame.seen.size, -1)
    first, second = np.triu_indices(p + 1)
    gram = np.empty((p + 1, p + 1, entered.shape[1]))
    gram[first, second] = gram[second, first] = (flat[:, first] * flat[:, second]).T @ entered
    if frame.nested:
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = np.where(sizes > 0, np.sqrt(weights / sizes), 0.0)
        sums = columns.transpose(1, 2, 0) @ cells.transpose(1, 0, 2).astype(float) * shares[:, None, :]
        sums = np.ascontiguousarray(sums.transpose(2, 1, 0))
        gram = gram - (sums @ sums.transpose(0, 2, 1)).transpose(1, 2, 0)
    inverse, rank = _swept(gram[:p, :p])
    explained = flat[:, :p] @ (inverse * gram[:p, None, p]).sum(axis=0)
    y = np.where(cells, frame.y[:, :, None] - explained.reshape(cells.shape), 0.0)
    return inverse, _demeaned(frame, cells, sizes, y), rank


def _swept(gram: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Invert (p, p, B) by sweeping column after column; a column that the others imply gets zeros. Also the ranks."""
    swept, sizes = gram.copy(), np.maximum(np.einsum("iib->ib", gram), 1e-6)
    rank = np.zeros(gram.shape[2], dtype=int)
    for j in range(len(gram)):
        kept = swept[j, j] > 1e-10 * sizes[j]
        over = np.where(kept, 1 / np.where(kept, swept[j, j], 1.0), 0.0)
        column, row = swept[:, j].copy(), swept[j] * over
        swept -= column[:, None] * row[None]
        swept[j], swept[:, j], swept[j, j] = row, -column * over, over
        rank += kept
    return swept, rank


def _less_others(prepared: Prepared, x: np.ndarray) -> np.ndarray:
    """Take out of x what the other columns explain of it."""
    basis = prepared.frame.basis.reshape(prepared.frame.seen.size, -1)
    if prepared.inverse is None:
        flat = x.reshape(len(basis), -1)
        return (flat - basis @ (basis.T @ flat)).reshape(x.shape)
    weighted = x if (prepared.weights == 1).all() else x * prepared.weights
    shares = basis.T @ weighted.reshape(len(basis), -1)
    left = x - (basis @ (prepared.inverse * shares[:, None]).sum(axis=0)).reshape(x.shape)
    left *= prepared.cells
    return _centred(prepared, left)


def _centred(prepared: Prepared, x: np.ndarray) -> np.ndarray:
    """Remove economy means where there are economy effects."""
    return _demeaned(prepared.frame, prepared.cells, prepared.sizes, x)


def _demeaned(frame: Frame, cells: np.ndarray, sizes: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Remove economy means over the rows of a version, if there are economy effects."""
    if not frame.nested:
        return x
    centred = x - x.sum(axis=0) / np.maximum(sizes, 1.0)
    centred *= cells
    return centred


def _sums(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the sums of x y over the rows of each economy."""
    return np.einsum("tgb,tgb->gb", x, np.broadcast_to(y, x.shape))
