"""Counts of a chunk of draws, which add up: the memory of an analysis does not grow with its draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bri_eval.robustness.draws import Fresh, score_draws
from bri_eval.robustness.ranking import count_better, count_ranks, rank_draws

if TYPE_CHECKING:
    from bri_eval.robustness.space import Space

CHUNK = 16_384
"""Draws that share one seed. It is part of the result: another size would give other draws."""

THRESHOLDS = 100
"""Steps of 0.01 in which consistency ratios are counted, the last for 1 and more."""


class Tally(NamedTuple):
    """Whole numbers only, so that sums do not depend on the order of the chunks.

    ``places`` and ``better`` are n x n counts of ranks and of strict precedence; ``ranks`` and ``shifts`` are levels
    x n sums of ranks and of distances from the baseline; ``used`` counts the draws of each level; ``ratios`` are nodes
    x steps counts of consistency ratios.
    """

    draws: int
    places: np.ndarray
    better: np.ndarray
    ranks: np.ndarray
    shifts: np.ndarray
    used: np.ndarray
    ratios: np.ndarray


def add(first: Tally, second: Tally) -> Tally:
    """Add two tallies."""
    return Tally(first.draws + second.draws, *(a + b for a, b in zip(first[1:], second[1:], strict=True)))


def tally_chunks(space: Space, seed: int, numbers: range, total: int) -> Tally:
    """Draw and count some chunks.

    Parameters
    ----------
    space
        From ``prepare``.
    seed
        Of the analysis; chunk i takes the i-th child of its seed sequence, whoever draws it.
    numbers
        Of the chunks.
    total
        Draws of the whole analysis; the last chunk may be shorter than the others.
    """
    found = [_tally(space, seed, number, min(CHUNK, total - number * CHUNK)) for number in numbers]
    result = found[0]
    for one in found[1:]:
        result = add(result, one)
    return result


def _tally(space: Space, seed: int, number: int, count: int) -> Tally:
    """Draw and count one chunk."""
    generator = np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=(number,))))
    recipes = generator.integers(len(space.parts), size=count)
    families = np.array([cut.family for cut in space.cuts])[space.parts[recipes, 0]]
    order = np.lexsort((recipes, *space.parts[recipes].T[::-1], families))
    recipes = recipes[order]  # draws of the same table side by side
    scores, _, ratios = score_draws(space, recipes, Fresh(generator))
    ranks = rank_draws(scores)
    by_recipe = np.zeros((len(space.parts), len(ranks)), dtype=np.int64)
    shifts = np.zeros_like(by_recipe)
    starts = np.flatnonzero(np.r_[True, recipes[1:] != recipes[:-1]])
    by_recipe[recipes[starts]] += np.add.reduceat(ranks, starts, axis=1, dtype=np.int32).T
    baseline = space.baseline.astype(ranks.dtype)[:, None]
    distance = np.maximum(ranks, baseline)  # in the few bits of a rank, four times as fast as signed
    distance -= np.minimum(ranks, baseline)
    shifts[recipes[starts]] += np.add.reduceat(distance, starts, axis=1, dtype=np.int32).T
    used = np.bincount(recipes, minlength=len(space.parts))
    return Tally(
        draws=count,
        places=count_ranks(ranks),
        better=count_better(ranks),
        ranks=_by_level(space, by_recipe),
        shifts=_by_level(space, shifts),
        used=_by_level(space, used),
        ratios=_count_ratios(ratios),
    )


def _by_level(space: Space, values: np.ndarray) -> np.ndarray:
    """Sum over the recipes of each level, the levels of all factors one below the other."""
    sums = []
    for factor, names in enumerate(space.factors.values()):
        for level in range(len(names)):
            sums.append(values[space.levels[:, factor] == level].sum(axis=0))
    return np.array(sums, dtype=np.int64).reshape(len(sums), *values.shape[1:])


def _count_ratios(ratios: np.ndarray) -> np.ndarray:
    """Count consistency ratios in steps of 0.01: nodes x steps."""
    steps = np.clip(np.nan_to_num(ratios, nan=-1.0) * THRESHOLDS, -1, THRESHOLDS).astype(int)
    return (
        np.stack([np.bincount(s[s >= 0], minlength=THRESHOLDS + 1) for s in steps.T])
        if steps.size
        else np.zeros((ratios.shape[1], THRESHOLDS + 1), dtype=np.int64)
    )
