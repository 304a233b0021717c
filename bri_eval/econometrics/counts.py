"""Rows, economies and coefficients of reweighted samples, counted as `estimate` counts them."""

from __future__ import annotations

import numpy as np


def counts(
    seen: np.ndarray, draws: np.ndarray, nuisance: np.ndarray, effects: tuple[str, ...]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Count rows, economies and nuisance coefficients of each replicate.

    Rows alone in their year or economy do not count, nor do their year effects: `estimate` leaves them out, because
    their own effect fits them exactly. Slopes and sandwich are the same with or without them.

    Parameters
    ----------
    seen
        (G, T), whether an economy is observed in a year; no row of it is alone in the full sample.
    draws
        (B, G), how often each economy enters; copies are economies of their own.
    nuisance
        (B,), intercept and year effects that a replicate identifies, rows alone included.
    effects
        Of the model.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray, numpy.ndarray)
        (B,) each.

    Examples
    --------
    >>> seen = np.array([[1, 1, 1], [1, 1, 1], [1, 1, 0], [0, 1, 1]], dtype=bool)
    >>> rows, economies, years = counts(seen, np.array([[1, 0, 1, 0]]), np.array([2]), ("economy", "year"))
    >>> int(rows[0]), int(economies[0]), int(years[0])
    (4, 2, 1)
    """
    nobs, clusters, columns = draws @ seen.sum(axis=1) * 1.0, draws.sum(axis=1) * 1.0, nuisance * 1.0
    alone = (draws @ seen == 1).any(axis=1) if "year" in effects else np.zeros(len(draws), dtype=bool)
    if alone.any():
        nobs[alone], clusters[alone], columns[alone] = _recount(seen, draws[alone], "economy" in effects)
    return nobs, clusters, columns


def free_rows(seen: np.ndarray, drawn: np.ndarray, columns: np.ndarray, effects: tuple[str, ...]) -> np.ndarray:
    """Return rows less coefficients, all effects counted; an economy drawn twice says nothing new."""
    return drawn @ seen.sum(axis=1) - columns - ("economy" in effects) * drawn.sum(axis=1)


def _recount(seen: np.ndarray, draws: np.ndarray, nested: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Count after leaving out rows alone in their year or economy, until none is left."""
    weights = draws[:, :, None]
    cells, before = seen & (weights > 0), -1
    while cells.sum() != before:
        before = int(cells.sum())
        cells = cells & ((weights * cells).sum(axis=1, keepdims=True) != 1)
        if nested:
            cells = cells & (cells.sum(axis=2, keepdims=True) != 1)
    years, lengths = (weights * cells).sum(axis=1), cells.sum(axis=2)
    rows, economies = years.sum(axis=1), (draws * (lengths > 0)).sum(axis=1)
    if not nested:
        return rows, economies, (years > 0).sum(axis=1)
    shares = cells * (draws / np.maximum(lengths, 1))[:, :, None]
    links = np.eye(years.shape[1]) * years[:, None, :] - shares.transpose(0, 2, 1) @ cells.astype(float)
    return rows, economies, np.linalg.matrix_rank(links, hermitian=True)
