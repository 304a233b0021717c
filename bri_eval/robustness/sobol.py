"""Sobol' indices, first-order and total, with bootstrap intervals: arrays, no labels, in memory that does not grow."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import qmc

from bri_eval.checks import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BLOCK = 1024
"""Base rows that a block of the design has unless told otherwise."""

_PIECE = 256
"""Base rows that are summed at a time: what is multiplied stays in cache."""

_STILL = 1e-13
"""Variance, over the mean square about a point among the values, up to which an output is constant: round-off."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SobolIndices:
    """Indices ``first`` and ``total`` (factors x outputs) and whether each output is ``constant`` over A and B.

    Parameters
    ----------
    first, total
        Factors x outputs.
    constant
        By output, whether it is constant over A and B.

    Examples
    --------
    >>> f = next(sobol_design(256, 2, seed=1)) @ [[2.0], [1.0]]
    >>> sobol_indices(f[:, 0], f[:, -1], f[:, 1:-1]).total.round(1).tolist()
    [[0.8], [0.2]]
    """

    first: np.ndarray
    total: np.ndarray
    constant: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SobolIntervals:
    """Ends of the intervals of ``first`` and ``total`` (2 x factors x outputs) and the ``draws`` that count.

    Examples
    --------
    >>> f = next(sobol_design(256, 2, seed=1)) @ [[2.0], [1.0]]
    >>> bootstrap_intervals(f[:, 0], f[:, -1], f[:, 1:-1], draws=99).draws.tolist()
    [99]
    """

    first: np.ndarray
    total: np.ndarray
    draws: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SobolSums:
    """What remains of the evaluations: sums (1 + draws) x (3 factors + 3) x outputs about ``origin``, the sample first.

    Per output: B (AB_j - A), AB_j and (AB_j - A)^2 for every factor j, then A, B and A^2 + B^2.
    """

    n: int
    origin: np.ndarray
    sums: np.ndarray


def sobol_design(n: int, d: int, seed: int, *, block: int = BLOCK) -> Iterator[np.ndarray]:
    """Yield the points at which a function is to be evaluated, block by block.

    Parameters
    ----------
    n
        Base rows; a power of two keeps the balance of the Sobol' sequence, other numbers are warned of.
    d
        Factors.
    seed
        Of the scrambling; 0 is a seed.
    block
        Base rows in a block. The points do not depend on it.

    Yields
    ------
    ndarray
        Base rows x (d + 2) x d, in (0, 1). On the second axis: A, then AB_1 ... AB_d, then B, where AB_j is A with
        column j of B (radial design). Reshaped to (rows (d + 2), d) the order is that of SALib without second order.

    References
    ----------
    saltelli2010, section 3.

    Examples
    --------
    >>> points = next(sobol_design(4, 3, seed=1))
    >>> points.shape
    (4, 5, 3)
    >>> bool((points[:, 2, 1] == points[:, -1, 1]).all() and (points[:, 2, 0] == points[:, 0, 0]).all())
    True
    """
    if n < 2 or d < 1:
        raise InputError(f"a design of n = {n} base rows and d = {d} factors; expected n of 2 or more, d of 1 or more")
    if n & (n - 1):
        below = 2 ** (n.bit_length() - 1)
        warnings.warn(f"n is {n}, not a power of two; {below} or {2 * below} keep the sequence balanced", stacklevel=2)
    engine = _engine(d, seed)
    return (_points(_next(engine, min(block, n - start))) for start in range(0, n, block))


def sobol_rows(start: int, stop: int, d: int, seed: int) -> np.ndarray:
    """Give base rows ``start`` to ``stop`` of ``sobol_design``, on whichever worker, without those before."""
    engine = _engine(d, seed)
    if start:
        engine.fast_forward(start)
    return _points(_next(engine, stop - start))


def sobol_indices(fA: np.ndarray, fB: np.ndarray, fAB: np.ndarray) -> SobolIndices:
    r"""Divide the variance of every output among the factors.

    :math:`S_j = \frac{1}{n} \sum_r (f(B)_r - c) (f(A_B^j)_r - f(A)_r) / V`,
    :math:`S_{Tj} = \frac{1}{2n} \sum_r (f(A)_r - f(A_B^j)_r)^2 / V`, with V the variance (divisor 2n) of the values at
    A and B together, and c the mean over all n (d + 2) evaluations.

    Parameters
    ----------
    fA, fB
        n x outputs, the values at A and B.
    fAB
        n x factors x outputs, the values at AB_j.

    Returns
    -------
    SobolIndices
        ``first`` is the estimator of saltelli2010, ``total`` that of jansen1999. An output that is ``constant`` over A
        and B has no variance to divide: its indices are missing. So are those of an output with a missing value.

    Notes
    -----
    The total index does not depend on where values are centred; the first-order index does, and c is that of SALib
    without second order, so that both agree with it. First-order indices near 0 may come out negative.

    References
    ----------
    saltelli2010, table 2, rows b and f; jansen1999.

    Examples
    --------
    >>> values = np.concatenate([points @ [[2.0], [1.0]] for points in sobol_design(1024, 2, seed=1)])
    >>> sobol_indices(values[:, 0], values[:, -1], values[:, 1:-1]).total.round(2).T.tolist()
    [[0.8, 0.2]]
    """
    return indices_of(sobol_sums([_stacked(fA, fB, fAB)], len(fA)))


def bootstrap_intervals(
    fA: np.ndarray, fB: np.ndarray, fAB: np.ndarray, *, draws: int = 1000, level: float = 0.95, seed: int = 0
) -> SobolIntervals:
    """Give percentile intervals of the indices from resampled base rows.

    Parameters
    ----------
    fA, fB, fAB
        As in ``sobol_indices``.
    draws
        Resamples of the n base rows; a row stays together with its d + 2 values.
    level
        Coverage, between 0 and 1.
    seed
        Of the resamples.

    Returns
    -------
    SobolIntervals
        Every resample is centred and scaled for itself. Resamples in which an output is constant are left out for it;
        ``draws`` says how many count. A constant output has missing ends.

    Notes
    -----
    Rows are resampled as if they were independent; those of a Sobol' sequence are spread more evenly, and the intervals
    are then wider than they need be.

    References
    ----------
    archer1997.

    Examples
    --------
    >>> f = next(sobol_design(256, 2, seed=1)) @ [[2.0], [1.0]]
    >>> ends = bootstrap_intervals(f[:, 0], f[:, -1], f[:, 1:-1], draws=99)
    >>> ends.total.round(1)[..., 0].tolist()
    [[0.7, 0.2], [0.9, 0.2]]
    """
    return intervals_of(sobol_sums([_stacked(fA, fB, fAB)], len(fA), draws=draws, seed=seed), level)


def sobol_sums(blocks: Iterable[np.ndarray], n: int, *, draws: int = 0, seed: int = 0) -> SobolSums:
    """Add up evaluated blocks, for the sample and for every bootstrap resample, and forget them.

    Parameters
    ----------
    blocks
        Rows x (d + 2) x outputs, the values at the points of ``sobol_design``, in its order.
    n
        Base rows of all blocks together.
    draws, seed
        As in ``bootstrap_intervals``. Blocks of a multiple of 256 rows give the same resamples, whatever their size.

    Returns
    -------
    SobolSums
        For ``indices_of`` and ``intervals_of``.

    Raises
    ------
    InputError
        If the blocks have more or fewer rows than n.

    Notes
    -----
    The rows of a resample are multinomial counts, drawn piece by piece: a piece's share of a resample is binomial given
    what the pieces before it took. Sums are then a matrix product of counts and values.
    """
    rng = np.random.default_rng(seed)
    left, done = np.full(draws, n), 0
    origin, sums = np.zeros(0), np.zeros(0)
    for values in _pieces(blocks):
        rows = len(values)
        if not done:
            origin = np.where(np.ptp(values[:, 0], axis=0) == 0, values[0, 0], values[:, 0].mean(axis=0))
        if done + rows > n:
            raise InputError(f"the blocks have more than n = {n} base rows; n is the number of rows of A")
        terms = _terms(values - origin)
        counts = np.vstack([np.ones(rows), _counts(rng, left, rows, n - done)])
        found = (counts @ terms.reshape(rows, -1)).reshape(-1, *terms.shape[1:])
        sums = found if not done else sums + found
        left, done = left - counts[1:].sum(axis=1).astype(int), done + rows
    if done != n:
        raise InputError(f"the blocks have {done} base rows; expected n = {n}")
    return SobolSums(n=n, origin=origin, sums=sums)


def indices_of(sums: SobolSums) -> SobolIndices:
    """Give the indices that the sums over the sample amount to; see ``sobol_indices``."""
    first, total, constant = _ratios(sums.sums[0], sums.n)
    return SobolIndices(first=first, total=total, constant=constant)


def intervals_of(sums: SobolSums, level: float = 0.95) -> SobolIntervals:
    """Give the percentile intervals of the resamples; see ``bootstrap_intervals``."""
    if not 0 < level < 1:
        raise InputError(f"level is {level:g}; expected a share between 0 and 1, such as 0.95")
    if len(sums.sums) < 3:
        raise InputError(f"there are {len(sums.sums) - 1} resamples; draw 2 or more, better 1000")
    first, total, _ = _ratios(sums.sums[1:], sums.n)
    ends = np.array([(1 - level) / 2, (1 + level) / 2])
    counted = np.isfinite(total[:, 0]).sum(axis=0)
    return SobolIntervals(first=_quantiles(first, ends), total=_quantiles(total, ends), draws=counted)


def _engine(d: int, seed: int) -> qmc.Sobol:
    """Scramble a Sobol' sequence of the columns of A and of B."""
    return qmc.Sobol(2 * d, scramble=True, seed=np.random.default_rng(seed))


def _next(engine: qmc.Sobol, rows: int) -> np.ndarray:
    """Draw on; the first point alone, lest the library warn of what ``sobol_design`` has warned of."""
    if engine.num_generated or rows < 2:
        return engine.random(rows)
    return np.concatenate([engine.random(1), engine.random(rows - 1)])


def _points(base: np.ndarray) -> np.ndarray:
    """Arrange rows of A and B, side by side, as A, AB_1 ... AB_d, B."""
    base = base + 2.0**-31  # the middle of the sequence's cells: 0, of which a normal quantile is infinite, is none
    d = base.shape[1] // 2
    a, b = base[:, :d], base[:, d:]
    points = np.repeat(a[:, None], d + 2, axis=1)
    points[:, -1] = b
    points[:, np.arange(1, d + 1), np.arange(d)] = b
    return points


def _stacked(fA: np.ndarray, fB: np.ndarray, fAB: np.ndarray) -> np.ndarray:
    """Put the values in the order of the design."""
    return np.concatenate([fA[:, None], fAB, fB[:, None]], axis=1)


def _pieces(blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """Cut blocks into pieces that stay in cache."""
    for block in blocks:
        for start in range(0, len(block), _PIECE):
            yield block[start : start + _PIECE]


def _terms(values: np.ndarray) -> np.ndarray:
    """Give what is summed, for every row: rows x (3 d + 3) x outputs."""
    a, b, ab = values[:, :1], values[:, -1:], values[:, 1:-1]
    gap = ab - a
    return np.concatenate([b * gap, ab, gap * gap, a, b, a * a + b * b], axis=1)


def _counts(rng: np.random.Generator, left: np.ndarray, rows: int, rows_left: int) -> np.ndarray:
    """Draw how often each of the rows occurs in each resample, of which ``left`` rows are still to be drawn."""
    taken = rng.binomial(left, min(rows / rows_left, 1.0))
    cells = np.repeat(np.arange(len(left)) * rows, taken) + rng.integers(0, rows, taken.sum())
    return np.bincount(cells, minlength=len(left) * rows).reshape(len(left), rows)


def _ratios(sums: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Turn sums (..., 3 d + 3, outputs) into first-order and total indices, missing where the output is constant."""
    d = sums.shape[-2] // 3 - 1
    product, ab, square = (sums[..., j * d : (j + 1) * d, :] for j in range(3))
    a, b, squares = (sums[..., 3 * d + j, :] for j in range(3))
    variance = squares / (2 * n) - ((a + b) / (2 * n)) ** 2
    constant = variance <= _STILL * squares / (2 * n)
    centre = (a + b + ab.sum(axis=-2)) / (n * (d + 2))
    scale = np.where(constant | np.isnan(centre), np.nan, variance)[..., None, :]
    first = (product - centre[..., None, :] * (ab - a[..., None, :])) / n / scale
    return first, square / (2 * n) / scale, constant


def _quantiles(values: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Give quantiles over the first axis of what is not missing, linear between order statistics."""
    ordered = np.sort(values, axis=0)
    place = np.multiply.outer(shares, np.isfinite(values).sum(axis=0) - 1).clip(0)
    low = np.floor(place).astype(int)
    below = np.take_along_axis(ordered, low, axis=0)
    above = np.take_along_axis(ordered, np.ceil(place).astype(int), axis=0)
    return below + (place - low) * (above - below)
