"""Ranks of many score rows at once: array functions, ``(draws, n)`` scores to ``(n, draws)`` ranks."""

from __future__ import annotations

import numpy as np

from bri_eval.aggregate import NOTHING, rank_scores
from bri_eval.checks import InputError

SLICE = 2048
"""Rows that are sorted at a time, so that the keys stay in cache."""

NEAR = 1 << 17
"""Sorted neighbours this many units in the last place apart (3e-11, relatively) are looked at again, in decimal."""


def rank_draws(scores: np.ndarray) -> np.ndarray:
    """Rank every row as ``rank_scores`` does, much faster: 1 is best, ties share the best rank.

    Parameters
    ----------
    scores
        Draws x n, finite, larger is better; C-contiguous doubles.

    Returns
    -------
    array
        n x draws, whole numbers; one line per alternative, so that its draws lie together.

    Notes
    -----
    The bits of a positive double order like whole numbers. A key is a score whose last bits are replaced by the
    position of its alternative; sorting keys sorts scores and brings the positions along. Rows in which two neighbours
    are so near that the replaced bits, or the rule of 12 significant digits, could matter are ranked again by
    ``rank_scores``, so the tie rule is the same.

    Raises
    ------
    InputError
        For a score that is missing or infinite.
    """
    count, n = scores.shape
    ranks = np.empty((n, count), dtype=np.uint8 if n < 256 else np.uint16 if n < 65536 else np.uint32)
    for start in range(0, count, SLICE):
        part = scores[start : start + SLICE]
        _rank_slice(part, ranks[:, start : start + SLICE])
    return ranks


def _rank_slice(scores: np.ndarray, ranks: np.ndarray) -> None:
    """Rank some rows into the columns of ``ranks``."""
    count, n = scores.shape
    bits = max(n - 1, 1).bit_length()
    low, high = scores.min(initial=np.inf), scores.max(initial=-np.inf)
    if not (np.isfinite(low) and np.isfinite(high)):
        row, column = np.argwhere(~np.isfinite(scores))[0]
        raise InputError(
            f"in some draws the score of alternative number {column + 1} is {scores[row, column]:g}, no number; leave "
            "out the normaliser or aggregator that divides by zero"
        )
    keys = scores.view(np.int64) >> bits
    if low < 0:
        keys ^= (keys >> 63) & (np.iinfo(np.int64).max >> bits)  # a negative double grows as its bits shrink
    keys <<= bits
    keys |= np.arange(n)
    keys.sort(axis=1)
    order = keys & ((1 << bits) - 1)
    doubtful = ((keys[:, 1:] - keys[:, :-1]) < NEAR + (1 << bits)).any(axis=1)
    if low <= 10 * NOTHING:
        doubtful |= (np.abs(scores) <= 10 * NOTHING).any(axis=1)
    order += np.arange(0, count * n, n)[:, None]
    flat = np.empty(count * n, dtype=ranks.dtype)
    flat[order.ravel()] = np.tile(np.arange(n, 0, -1, dtype=ranks.dtype), count)
    ranks[:] = flat.reshape(count, n).T
    if doubtful.any():
        ranks[:, doubtful] = rank_scores(scores[doubtful]).T


def count_ranks(ranks: np.ndarray) -> np.ndarray:
    """Count how often each alternative has each rank: n x draws to n x n whole numbers."""
    n = len(ranks)
    return np.stack([np.bincount(row, minlength=n + 1)[1:] for row in ranks])


def count_better(ranks: np.ndarray) -> np.ndarray:
    """Count how often each alternative is ranked strictly before each other one: n x draws to n x n whole numbers."""
    n, count = ranks.shape
    lines, wins = list(ranks), np.empty(count, dtype=bool)
    pairs = [(first, second) for first in range(n) for second in range(first + 1, n)]
    above = [np.count_nonzero(np.less(lines[first], lines[second], out=wins)) for first, second in pairs]
    level = np.zeros(len(pairs), dtype=np.int64)
    if (ranks.sum(axis=0, dtype=np.int32) < n * (n + 1) // 2).any():  # shared ranks are the better ones
        level[:] = [np.count_nonzero(np.equal(lines[first], lines[second], out=wins)) for first, second in pairs]
    better, upper = np.zeros((n, n), dtype=np.int64), np.triu_indices(n, 1)
    better[upper] = above
    better[upper[::-1]] = count - better[upper] - level
    return better
