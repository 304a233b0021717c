"""Effects removed from arrays of any length in closed form, balanced or not; no labels, no tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bri_eval.checks import InputError, listing

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_PERIODS = 2_000
"""Year effects are eliminated by a matrix of years x years; beyond this many it would be the larger problem."""


class Layout(NamedTuple):
    """Where the rows of a panel lie, sorted by economy and period.

    Parameters
    ----------
    order
        Row numbers that sort the rows; None if they are sorted already.
    starts
        First sorted row of each economy that is present.
    periods
        Codes of the sorted rows.
    width
        T, the number of period codes.
    balanced
        Whether every economy has all of them.
    """

    order: np.ndarray | None
    starts: np.ndarray
    periods: np.ndarray
    width: int
    balanced: bool


def layout(economies: np.ndarray, periods: np.ndarray) -> Layout:
    """Find out how rows are ordered and whether the panel is balanced.

    Parameters
    ----------
    economies, periods
        (n,) codes 0, 1, ...; codes that do not occur are allowed, a pair that occurs twice is not.

    Raises
    ------
    InputError
        For codes that are no whole numbers >= 0, of unequal length, none at all, or a pair that occurs twice.

    Examples
    --------
    >>> layout(np.array([0, 1, 0]), np.array([0, 0, 1])).order.tolist()
    [0, 2, 1]
    """
    for name, codes in (("economies", economies), ("periods", periods)):
        if codes.ndim != 1 or codes.dtype.kind not in "iu" or len(codes) != len(economies) or not len(codes):
            raise InputError(
                f"{name} have shape {codes.shape} and type {codes.dtype}; expected one whole number for each row"
            )
        if codes.min() < 0:
            raise InputError(f"{name} have the code {codes.min()}; expected 0, 1, ...")
    width = int(periods.max()) + 1
    key = economies.astype(np.int64) * width + periods
    if len(key) == (int(economies.max()) + 1) * width and (key == np.arange(len(key))).all():
        return Layout(None, np.arange(0, len(key), width), periods, width, balanced=True)
    return _unbalanced(economies, periods, key, width)


def demean(columns: np.ndarray, panel: Layout, effects: Sequence[str]) -> tuple[np.ndarray, int]:
    """Remove effects, or the overall mean if there are none, from columns (k, n) in sorted order.

    Parameters
    ----------
    columns
        One row for each column of the table, so that each is contiguous.
    panel
        Of the rows.
    effects
        Out of 'economy' and 'year'.

    Returns
    -------
    (numpy.ndarray, int)
        (k, n), new, and the number of coefficients removed that the project's rule counts: the intercept, or year
        effects; economy effects are nested in the clusters.

    Notes
    -----
    Two-way and unbalanced, year effects solve the T x T system that is left once economy effects are eliminated; there
    is no iteration and no tolerance.

    Examples
    --------
    >>> panel = layout(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]))
    >>> demean(np.array([[1.0, 2.0, 3.0, 8.0]]), panel, ("economy", "year"))[0].tolist()
    [[1.0, -1.0, -1.0, 1.0]]
    """
    strange = [effect for effect in effects if effect not in ("economy", "year")]
    if strange:
        raise InputError(f"unknown effects {listing(strange)}; known are 'economy', 'year'")
    if not effects:
        return columns - columns.mean(axis=1, keepdims=True), 1
    if panel.balanced:
        return _balanced(columns, panel.width, effects)
    if "year" in effects and panel.width > MOST_PERIODS:
        raise InputError(f"there are {panel.width} periods; year effects are removed from at most {MOST_PERIODS}")
    if "economy" not in effects:
        counts = np.bincount(panel.periods, minlength=panel.width)
        means = _by_period(columns, panel) / np.maximum(counts, 1)
        return columns - means[:, panel.periods], int((counts > 0).sum())
    centred = columns - _repeat(sums(columns, panel) / _sizes(columns, panel), columns, panel)
    return _without_years(centred, panel) if "year" in effects else (centred, 0)


def sums(columns: np.ndarray, panel: Layout) -> np.ndarray:
    """Return the sums over the rows of each economy, (k, G), of columns (k, n) in sorted order."""
    if panel.balanced:
        return columns.reshape(len(columns), -1, panel.width) @ np.ones(panel.width)
    return np.add.reduceat(columns, panel.starts, axis=1)


def _unbalanced(economies: np.ndarray, periods: np.ndarray, key: np.ndarray, width: int) -> Layout:
    """Sort the rows where they are not, and find the economies."""
    steps = np.diff(key)
    order = np.argsort(key, kind="stable") if (steps <= 0).any() else None
    if order is not None:
        economies, periods, key = economies[order], periods[order], key[order]
        if (np.diff(key) == 0).any():
            again = int(key[:-1][np.diff(key) == 0][0])
            raise InputError(
                f"economy {again // width}, period {again % width} occurs twice; keep one row of each pair"
            )
    starts = np.flatnonzero(np.diff(economies, prepend=-1))
    return Layout(order, starts, periods, width, balanced=len(key) == len(starts) * width)


def _balanced(columns: np.ndarray, width: int, effects: Sequence[str]) -> tuple[np.ndarray, int]:
    """Remove the means of a balanced panel one way after the other."""
    cube, removed = columns.reshape(len(columns), -1, width), 0
    if "economy" in effects:
        cube = cube - (cube @ np.full(width, 1 / width))[:, :, None]
    if "year" in effects:
        cube = cube - cube.mean(axis=1, keepdims=True)
        removed = width - ("economy" in effects)
    return cube.reshape(columns.shape), removed


def _without_years(centred: np.ndarray, panel: Layout) -> tuple[np.ndarray, int]:
    """Remove year effects from an unbalanced panel of which economy means are removed."""
    sizes, periods = _sizes(centred, panel), panel.periods
    cells = np.repeat(np.arange(len(sizes)), sizes) * panel.width + periods
    seen = np.bincount(cells, minlength=len(sizes) * panel.width).reshape(-1, panel.width).astype(float)
    shares = seen / sizes[:, None]
    values, vectors = np.linalg.eigh(np.diag(seen.sum(axis=0)) - seen.T @ shares)
    kept = values > 1e-10 * values[-1]
    vectors = vectors[:, kept]
    years = (_by_period(centred, panel) @ vectors / values[kept]) @ vectors.T
    return centred - years[:, periods] + _repeat(years @ shares.T, centred, panel), int(kept.sum())


def _by_period(columns: np.ndarray, panel: Layout) -> np.ndarray:
    """Return the sums over the rows of each period, (k, T)."""
    return np.array([np.bincount(panel.periods, weights=column, minlength=panel.width) for column in columns])


def _sizes(columns: np.ndarray, panel: Layout) -> np.ndarray:
    """Return the number of rows of each economy."""
    return np.diff(panel.starts, append=columns.shape[1])


def _repeat(values: np.ndarray, columns: np.ndarray, panel: Layout) -> np.ndarray:
    """Return values of economies (k, G) in each of their rows."""
    return np.repeat(values, _sizes(columns, panel), axis=1)
