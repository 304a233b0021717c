"""Scores of many draws: which recipe each takes, what noise it gets, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from bri_eval.checks import InputError
from bri_eval.robustness.scorers import General

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bri_eval.robustness.noise import Noise
    from bri_eval.robustness.space import Cut, Space

    Rows = slice | np.ndarray
    Tables = tuple[np.ndarray | None, np.ndarray]

BUDGET = 400_000
"""Numbers that tables drawn anew may hold at a time, so that they stay in cache."""


class Source(Protocol):
    """Where random numbers come from: a generator, or numbers that were drawn before."""

    def normals(self, name: str, rows: Rows, width: int) -> np.ndarray:
        """Give rows x width standard normal numbers."""
        ...

    def uniforms(self, name: str, rows: Rows, width: int) -> np.ndarray:
        """Give rows x width numbers between 0 and 1."""
        ...

    def gammas(self, name: str, rows: Rows, columns: np.ndarray, shapes: np.ndarray) -> np.ndarray:
        """Give rows x columns gamma numbers of the given shapes."""
        ...


@dataclass(frozen=True, slots=True)
class Fresh:
    """Random numbers as they come."""

    generator: np.random.Generator

    def normals(self, name: str, rows: Rows, width: int) -> np.ndarray:  # noqa: ARG002
        """See ``Source``; each is one of 65,536 equally likely values, see ``normal_values``."""
        count = length(rows) * width
        words = self.generator.integers(0, 2**64, -(-count // 4), dtype=np.uint64).view(np.uint16)
        places = words[:count].astype(np.intp)  # taking by short words costs several times the cast
        return np.take(normal_values(), places).reshape(length(rows), width)

    def uniforms(self, name: str, rows: Rows, width: int) -> np.ndarray:  # noqa: ARG002
        """See ``Source``."""
        return self.generator.random((length(rows), width))

    def gammas(self, name: str, rows: Rows, columns: np.ndarray, shapes: np.ndarray) -> np.ndarray:  # noqa: ARG002
        """See ``Source``."""
        if (shapes == 1.0).all():
            return self.generator.standard_exponential(shapes.shape)
        return self.generator.standard_gamma(shapes)


@dataclass(frozen=True, slots=True)
class Given:
    """Random numbers drawn before, by name: uniform ones, which the others are quantiles of."""

    numbers: Mapping[str, np.ndarray]

    def normals(self, name: str, rows: Rows, width: int) -> np.ndarray:
        """See ``Source``."""
        from scipy.special import ndtri

        return ndtri(self.numbers[name][rows, :width])

    def uniforms(self, name: str, rows: Rows, width: int) -> np.ndarray:
        """See ``Source``."""
        return self.numbers[name][rows, :width]

    def gammas(self, name: str, rows: Rows, columns: np.ndarray, shapes: np.ndarray) -> np.ndarray:
        """See ``Source``."""
        from scipy.special import gammaincinv

        numbers = self.numbers[name][rows][:, columns]
        return np.where(shapes > 0, gammaincinv(np.where(shapes > 0, shapes, 1.0), numbers), 0.0)


@cache
def normal_values() -> np.ndarray:
    """Give 65,536 equally likely values that stand for the normal distribution, four times as fast to draw.

    The distribution is cut into bins of equal probability; a value is the mean of its bin, and all are rescaled to
    variance 1 (by less than one in a million). No probability is wrong by more than 1/65,536; the largest is 4.39.
    """
    from scipy.special import ndtri

    edges = ndtri(np.arange(65_537) / 65_536)
    density = np.exp(-0.5 * np.square(edges)) / np.sqrt(2 * np.pi)
    values = (density[:-1] - density[1:]) * 65_536
    values /= values.std()
    values.setflags(write=False)
    return values


class Outcome(NamedTuple):
    """Scores (draws x n), weights of all indicators (draws x k, 0 if left out), consistency ratios (draws x nodes)."""

    scores: np.ndarray
    weights: np.ndarray
    ratios: np.ndarray


def widths(space: Space) -> dict[str, int]:
    """Give how many random numbers each kind of noise takes for one draw."""
    sizes = {
        "weights": len(space.codes),
        "judgements": space.entries,
        "experts": space.experts,
        "prior_share": 1,
        "cells": space.errors,
    }
    return {name: sizes[name] for name in space.noise.active}


def score_draws(space: Space, recipes: np.ndarray, source: Source) -> Outcome:
    """Score draws.

    Parameters
    ----------
    space
        From ``prepare``.
    recipes
        Number of the recipe of each draw.
    source
        Random numbers.

    Returns
    -------
    Outcome
        Also consistency ratios, draws x judged nodes (missing where a recipe does not judge the node).
    """
    count = len(recipes)
    scores = np.empty((count, len(space.alternatives)))
    weights = np.zeros((count, len(space.codes)))
    parts = space.parts[recipes]
    shares = _shares(space.noise, slice(0, count), source)
    ratios = _priors(space, parts[:, 1], source, weights)
    families = np.array([cut.family for cut in space.cuts])
    for _, family in groups_of(families[parts[:, 0]]):
        redraw = space.cuts[parts[family][0, 0]].redraw
        step = length(family) if redraw is None else max(1, BUDGET // (redraw.matrix.size * 2))
        for start in range(0, length(family), step):
            some = within(family, slice(start, min(start + step, length(family))))
            tables = None
            if redraw is not None:
                tables = redraw.tables(source.normals("cells", some, space.errors), raw=space.raw)
            for number, group in groups_of(parts[some, 0]):
                cut, rows = space.cuts[number], within(some, group)
                drawn = _drawn(cut, tables, group)
                own = weights[at(rows, cut.columns, weights)]
                found = _score_cut(space, cut, (rows, parts[rows]), own, drawn, shares, source)
                weights[at(rows, cut.columns, weights)], scores[rows] = found
    return Outcome(scores, weights, ratios)


def _drawn(cut: Cut, tables: Tables | None, group: Rows) -> Tables | None:
    """Take the columns of one table from what was drawn for its family."""
    if tables is None:
        return None
    whole = len(cut.select) == tables[1].shape[-1]
    raw, matrix = (None if table is None else table[group] for table in tables)
    assert matrix is not None
    return (raw, matrix) if whole else (None if raw is None else raw[..., cut.select], matrix[..., cut.select])


def _score_cut(
    space: Space,
    cut: Cut,
    chosen: tuple[Rows, np.ndarray],
    own: np.ndarray,
    tables: Tables | None,
    shares: np.ndarray | None,
    source: Source,
) -> tuple[np.ndarray, np.ndarray]:
    """Weigh and score the draws of one table; ``own`` are their priors, ``tables`` what was drawn anew."""
    rows, parts = chosen
    found = np.empty_like(own)
    for number, group in groups_of(parts[:, 2]):
        weigher = space.weighers[number]
        table = None if tables is None else tables[0 if weigher.raw else 1]
        seen = None if table is None else table[group]
        share = None if shares is None else shares[within(rows, group)]
        found[group] = weigher.weights(own[group], share, seen, cut.noisy)
    found = noisy_weights(space.noise, found, rows, cut.columns, source)
    scores = np.empty((len(own), len(space.alternatives)))
    for number, group in groups_of(parts[:, 3]):
        scorer = space.scorers[number]
        if tables is not None and isinstance(scorer, General):
            scores[group] = scorer.redrawn(tables[1][group], found[group])
        else:
            scores[group] = scorer(found[group])
    return found, scores


def _priors(space: Space, which: np.ndarray, source: Source, weights: np.ndarray) -> np.ndarray:
    """Write the prior of every draw; return the consistency ratios of judged ones."""
    ratios = np.full((len(which), len(space.nodes)), np.nan)
    for number, rows in groups_of(which):
        prior = space.priors[number]
        found = prior.fixed
        if prior.judged is not None:
            normals, experts = None, None
            if space.noise.judgements > 0:
                normals = space.noise.judgements * source.normals("judgements", rows, space.entries)
            if space.noise.experts:
                experts = _multiplicities(source.uniforms("experts", rows, space.experts)[:, : prior.judged.experts])
            found, its = prior.judged.weights(normals, experts)
            for node, ratio in zip(prior.judged.nodes, its.T, strict=True):
                ratios[rows, space.nodes.index(node.code)] = ratio
        weights[at(rows, prior.columns, weights)] = found
    return ratios


def _multiplicities(uniforms: np.ndarray) -> np.ndarray:
    """Count how often each expert is drawn with replacement: draws x experts."""
    people = uniforms.shape[1]
    drawn = (uniforms * people).astype(int)
    return (drawn[:, :, None] == np.arange(people)).sum(axis=1).astype(float)


def _shares(noise: Noise, rows: Rows, source: Source) -> np.ndarray | None:
    """Draw the prior's share, draws x 1."""
    if noise.prior_share is None:
        return None
    low, high = noise.prior_share
    if low == high:
        return np.full((length(rows), 1), low)
    return low + (high - low) * source.uniforms("prior_share", rows, 1)


def noisy_weights(noise: Noise, centre: np.ndarray, rows: Rows, columns: np.ndarray, source: Source) -> np.ndarray:
    """Draw weights around a centre."""
    if noise.weights is None:
        return centre
    if noise.weights == "uniform":
        factors = 1 + noise.band * (2 * source.uniforms("weights", rows, int(columns.max()) + 1)[:, columns] - 1)
        drawn = centre * factors
    else:
        concentration = noise.concentration or float(len(columns))
        drawn = source.gammas("weights", rows, columns, centre * concentration)
    total = drawn.sum(axis=1, keepdims=True)
    if not (total > 0).all():
        raise InputError("noise: all weights of a draw are 0; take a larger concentration, or a smaller band")
    return drawn / total


def groups_of(numbers: np.ndarray) -> Iterator[tuple[int, Rows]]:
    """Yield each number with the positions where it occurs, as a slice where they are together."""
    together = len(numbers) < 2 or bool((numbers[1:] >= numbers[:-1]).all())
    if together and len(numbers) and numbers[0] == numbers[-1]:
        yield int(numbers[0]), slice(0, len(numbers))
        return
    order = None if together else np.argsort(numbers, kind="stable")
    ordered = numbers if order is None else numbers[order]
    stops = [*(np.flatnonzero(ordered[1:] != ordered[:-1]) + 1), len(numbers)] if len(numbers) else []
    start = 0
    for stop in map(int, stops):
        yield int(ordered[start]), slice(start, stop) if order is None else order[start:stop]
        start = stop


def length(rows: Rows) -> int:
    """Count rows."""
    return int(rows.stop - rows.start) if isinstance(rows, slice) else len(rows)


def within(rows: Rows, group: Rows) -> Rows:
    """Take some of the rows."""
    if isinstance(rows, slice):
        return (
            slice(rows.start + group.start, rows.start + group.stop) if isinstance(group, slice) else rows.start + group
        )
    return rows[group]


def at(rows: Rows, columns: np.ndarray, array: np.ndarray) -> Any:
    """Give the index of a block, as cheap as can be where it has all columns or neighbouring rows."""
    if len(columns) == array.shape[1]:
        return rows
    return (rows, columns) if isinstance(rows, slice) else np.ix_(rows, columns)
