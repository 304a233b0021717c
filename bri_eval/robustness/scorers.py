"""Scores of one table under many sets of weights: ``(draws, k)`` weights to ``(draws, n)`` scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from bri_eval.aggregate import AGGREGATORS, POSITIVE, VARYING, kernels
from bri_eval.aggregate.groups import columns_of
from bri_eval.aggregate.library import LIBRARY
from bri_eval.checks import InputError, bind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bri_eval.aggregate.groups import Aggregator
    from bri_eval.framework import Framework
    from bri_eval.recipe import Recipe

BUDGET = 4_000_000
"""Numbers that a method without a matrix product may hold at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class Mean:
    """A weighted mean as one matrix product: transform the table, average, transform back."""

    table: np.ndarray
    kind: str
    exponent: float
    twins: np.ndarray

    def __call__(self, weights: np.ndarray) -> np.ndarray:
        """Score: weights @ table, transformed back in place."""
        scores = _tied(weights @ self.table, self.twins)
        if self.kind == "geometric":
            return np.exp(scores, out=scores)
        if self.kind == "harmonic":
            return np.divide(1.0, scores, out=scores)
        return scores ** (1 / self.exponent) if self.kind == "power" else scores


@dataclass(frozen=True, slots=True, eq=False)
class Similarity:
    """TOPSIS as two matrix products, with the squared gaps to the fixed ideal and anti-ideal of the table."""

    to_best: np.ndarray
    to_worst: np.ndarray
    scaled: bool
    twins: np.ndarray

    def __call__(self, weights: np.ndarray) -> np.ndarray:
        """Score: d- / (d+ + d-)."""
        squares = weights * weights if self.scaled else weights
        far, near = squares @ self.to_best, squares @ self.to_worst
        np.sqrt(far, out=far)
        np.sqrt(near, out=near)
        far += near
        return _tied(np.divide(near, far, out=near), self.twins)


@dataclass(frozen=True, slots=True, eq=False)
class General:
    """Any method, a budget of tables at a time; also the only way if the table is drawn anew each time."""

    piece: np.ndarray
    place: np.ndarray
    framework: Framework
    rules: Mapping[str, str | Aggregator]
    parameters: Mapping[str, object]
    node: str
    twins: np.ndarray

    def __call__(self, weights: np.ndarray) -> np.ndarray:
        """Score the fixed table."""
        step = max(1, BUDGET // self.piece.size)
        parts = [self.redrawn(self.piece, weights[at : at + step]) for at in range(0, len(weights), step)]
        return np.concatenate(parts)

    def redrawn(self, tables: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Score one table, or one for each set of weights (draws, rows, k)."""
        scores = self._scored(tables, weights)
        for later, first in self.twins:
            same = (tables[..., self.place[later], :] == tables[..., self.place[first], :]).all(axis=-1)
            scores[:, later] = np.where(same, scores[:, first], scores[:, later])
        return scores

    def _scored(self, tables: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Score as the group's rule says."""
        columns = columns_of(self.framework, self.node, self.rules)
        codes = self.framework.codes
        if self.rules[self.node] in _ROWWISE and set(columns) <= set(codes):
            leaves = [codes.index(code) for code in columns]
            shares, table = (weights, tables) if columns == codes else (weights[:, leaves], tables[..., leaves])
            return self._rowwise(table, shares / shares.sum(axis=-1, keepdims=True))
        return self._tree(tables, weights, self.node)[:, self.place]

    def _rowwise(self, tables: np.ndarray, shares: np.ndarray) -> np.ndarray:
        """Score only the rows that are ranked, with ideals from all rows."""
        given = dict(self.parameters)
        if self.rules[self.node] in ("topsis", "topsis_metric"):
            given["ideals"] = kernels.observed_ideals(tables)
        every = np.array_equal(self.place, np.arange(tables.shape[-2]))
        return self._call(tables if every else tables[..., self.place, :], shares, self.rules[self.node], given)

    def _tree(self, tables: np.ndarray, weights: np.ndarray, node: str) -> np.ndarray:
        """Score a group from the indicators below it and from groups with another rule, as ``score_tree`` does."""
        codes, values, shares = self.framework.codes, [], []
        for code in columns_of(self.framework, node, self.rules):
            leaf = code in codes
            below = [codes.index(code)] if leaf else [codes.index(one) for one in self.framework.leaves(code)]
            shares.append(weights[:, below].sum(axis=1))
            column = tables[..., below[0]] if leaf else self._tree(tables, weights, code)
            values.append(np.broadcast_to(column, (len(weights), tables.shape[-2])))
        table, share = np.stack(values, axis=-1), np.stack(shares, axis=-1)
        total = share.sum(axis=-1, keepdims=True)
        share = np.divide(share, total, out=np.zeros_like(share), where=total > 0)
        if not share.all():  # a column without weight may not set the extremes that a method takes over all columns
            heaviest = np.take_along_axis(table, share.argmax(axis=-1)[:, None, None], axis=-1)
            table = np.where(share[:, None] > 0, table, heaviest)
        return self._call(table, share, self.rules[node], self.parameters)

    @staticmethod
    def _call(
        tables: np.ndarray, shares: np.ndarray, rule: str | Aggregator, parameters: Mapping[str, object]
    ) -> np.ndarray:
        """Call the array function; a user's own function or a library gets one table after the other."""
        function = bind(AGGREGATORS[rule] if isinstance(rule, str) else rule, parameters)
        if isinstance(rule, str) and tables.ndim > 2:
            _check_drawn(tables, rule, parameters)
        with np.errstate(invalid="ignore", divide="ignore"):
            if isinstance(rule, str) and rule not in LIBRARY:
                return np.asarray(function(tables, shares), dtype=float)
            each = np.broadcast_to(tables, (len(shares), *tables.shape[-2:]))
            return np.stack([_own(function, x, w) for x, w in zip(each, shares, strict=True)])


def _own(function: Aggregator, table: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Score one table as ``score_tree`` does, without the columns that have no weight."""
    seen = weights > 0
    return np.asarray(function(table[:, seen], weights[seen]), float) if seen.any() else np.full(len(table), np.nan)


def _check_drawn(tables: np.ndarray, rule: str, parameters: Mapping[str, object]) -> None:
    """Refuse values that a rule cannot use, and a table that is the same in all draws does not have."""
    low, high = cast("tuple[float, float]", parameters.get("range", (0.0, 1.0)))
    if rule in POSITIVE and not tables.min() > 0:
        raise InputError(
            f"aggregator '{rule}' needs values above 0 and in some draws they go down to {tables.min():g}; "
            "normalise to a range such as (1, 100)"
        )
    if rule == "topsis_fixed" and not (
        tables.min() >= low - 1e-9 * (high - low) and tables.max() <= high + 1e-9 * (high - low)
    ):
        raise InputError(
            f"aggregator 'topsis_fixed' needs values from {low:g} to {high:g} and in some draws they are from "
            f"{tables.min():g} to {tables.max():g}; use normaliser 'minmax'"
        )
    if rule in VARYING and not (np.ptp(tables, axis=-2) > 0).all():
        raise InputError(
            f"aggregator '{rule}' needs columns that vary, and in some draws one is constant; choose another"
        )


def _tied(scores: np.ndarray, twins: np.ndarray) -> np.ndarray:
    """Give identical alternatives one score; what they have by themselves may differ in the last digit."""
    for later, first in twins:
        scores[:, later] = scores[:, first]
    return scores


Scorer = Mean | Similarity | General

_ROWWISE = ("arithmetic", "geometric", "harmonic", "power", "topsis", "topsis_metric", "topsis_fixed")
"""Methods whose score of a row needs only that row, the weights and the ideals."""


def make_scorer(
    piece: np.ndarray, place: np.ndarray, framework: Framework, recipe: Recipe, node: str, *, redrawn: bool = False
) -> Scorer:
    """Choose the fastest exact way to score one table.

    Parameters
    ----------
    piece
        Normalised rows that share bounds and ideal points.
    place
        Rows of the alternatives that are ranked.
    framework
        Its indicators are the columns.
    recipe
        Names the aggregator.
    node
        The group that is scored: the goal, or one below it.
    redrawn
        Whether the table is drawn anew each time.
    """
    rules = {group.code: group.aggregator or recipe.aggregator for group in framework.groups}
    rule, whole = rules[node], node == framework.goal
    flat = whole and columns_of(framework, node, rules) == framework.codes
    rows = piece[place]
    twins = _twins(rows)
    if redrawn or not flat or rule not in _ROWWISE:
        return General(piece, place, framework, rules, recipe.parameters, node, twins)
    if rule in ("topsis", "topsis_metric", "topsis_fixed"):
        low, high = recipe.range
        best, worst = (np.array(high), np.array(low)) if rule == "topsis_fixed" else kernels.observed_ideals(piece)
        gaps = [np.ascontiguousarray(((rows - point) ** 2).T) for point in (best, worst)]
        return Similarity(gaps[0], gaps[1], rule != "topsis_metric", twins)
    kind = "geometric" if rule == "power" and recipe.exponent == 0 else rule
    return Mean(np.ascontiguousarray(_transformed(rows, kind, recipe.exponent).T), kind, recipe.exponent, twins)


def _twins(rows: np.ndarray) -> np.ndarray:
    """Find rows that are identical with one before them: pairs of positions, the later and the first."""
    seen: dict[tuple[float, ...], int] = {}
    first = [seen.setdefault(tuple(row), place) for place, row in enumerate(rows.tolist())]
    pairs = [(place, other) for place, other in enumerate(first) if other < place]
    return np.array(pairs, dtype=int).reshape(-1, 2)


def _transformed(rows: np.ndarray, kind: str, exponent: float) -> np.ndarray:
    """Take the table to the scale on which the mean is arithmetic."""
    if kind == "geometric":
        return np.log(rows)
    if kind == "harmonic":
        return 1 / rows
    return rows**exponent if kind == "power" else rows
