"""Aggregate normalised indicators into scores: means, TOPSIS and the other methods, one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

import numpy as np
import pandas as pd

from bri_eval.aggregate import kernels
from bri_eval.aggregate.compromise import Compromise, fuzzy_composition, vikor, weighted_matrix
from bri_eval.aggregate.groups import score_available, score_tree
from bri_eval.aggregate.library import LIBRARY
from bri_eval.checks import InputError, Table, bind, check_varies, known, label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bri_eval.aggregate.groups import Aggregator
    from bri_eval.framework import Framework

__all__ = [
    "AGGREGATORS",
    "Compromise",
    "aggregate",
    "arithmetic",
    "fuzzy_composition",
    "geometric",
    "rank_scores",
    "score_arrays",
    "score_groups",
    "topsis",
    "vikor",
]

DIGITS = 12
"""Scores equal to this many significant digits are ties."""

NOTHING = 1e-14
"""Scores nearer to 0 are 0: what is left of a sum of standardised values is round-off."""

AGGREGATORS: dict[str, Aggregator] = {
    "arithmetic": kernels.arithmetic_scores,
    "geometric": kernels.geometric_scores,
    "harmonic": kernels.harmonic_scores,
    "power": kernels.power_scores,
    "mazziotta_pareto": kernels.mazziotta_pareto_scores,
    "topsis": kernels.topsis_scores,
    "topsis_metric": kernels.topsis_metric_scores,
    "topsis_fixed": kernels.topsis_fixed_scores,
    "vikor": kernels.vikor_scores,
    "grey": kernels.grey_scores,
    "promethee": kernels.promethee_scores,
    "rank_sum_ratio": kernels.rank_sum_ratio_scores,
    "fuzzy": kernels.fuzzy_scores,
    "benefit_of_the_doubt": kernels.benefit_of_the_doubt_scores,
    **LIBRARY,
}

POSITIVE = (
    "geometric",
    "harmonic",
    "power",
    "mazziotta_pareto",
    "benefit_of_the_doubt",
    "waspas",
    "cocoso",
    "mairca",
    "edas",
    "marcos",
    "ocra",
)
"""Aggregators that refuse values at or below 0, or turn the order round there."""

VARYING = ("vikor", "fuzzy", "spotis")
"""Aggregators that divide by the spread of each column."""


class Rules(Protocol):
    """What scoring needs of a recipe."""

    @property
    def aggregator(self) -> str | Aggregator: ...
    @property
    def availability(self) -> float | None: ...
    @property
    def parameters(self) -> Mapping[str, object]: ...


class _Rules(NamedTuple):
    """The same, given one by one."""

    aggregator: str | Aggregator
    availability: float | None
    parameters: Mapping[str, object]


def arithmetic(matrix: pd.DataFrame | np.ndarray, weights: Mapping[str, float] | pd.Series | np.ndarray) -> pd.Series:
    r"""Score by the weighted arithmetic mean, :math:`\sum_j w_j z_{ij}`; see ``topsis`` for the arguments.

    Examples
    --------
    >>> arithmetic(pd.DataFrame({"a": [1.0, 0.5], "b": [0.2, 0.4]}), {"a": 0.5, "b": 0.5}).tolist()
    [0.6, 0.45]
    """
    return aggregate(matrix, weights, "arithmetic")


def geometric(matrix: pd.DataFrame | np.ndarray, weights: Mapping[str, float] | pd.Series | np.ndarray) -> pd.Series:
    r"""Score by the weighted geometric mean, :math:`\prod_j z_{ij}^{w_j}`; values must be above 0; see ``topsis``.

    Examples
    --------
    >>> geometric(pd.DataFrame({"a": [1.0, 0.5], "b": [0.2, 0.4]}), {"a": 0.5, "b": 0.5}).round(3).tolist()
    [0.447, 0.447]
    """
    return aggregate(matrix, weights, "geometric")


def topsis(matrix: pd.DataFrame | np.ndarray, weights: Mapping[str, float] | pd.Series | np.ndarray) -> pd.Series:
    r"""Score by similarity to the ideal solution.

    :math:`v = w z`, :math:`C_i = d^-_i / (d^+_i + d^-_i)`, with Euclidean distances to the best and the worst
    observed value of every criterion.

    Parameters
    ----------
    matrix
        Alternatives x criteria, normalised, larger is better, complete.
    weights
        One per criterion, >= 0, summing to 1; a plain array in the order of the columns.

    Returns
    -------
    Series
        Similarity of each alternative, 0 (the worst in everything) to 1 (the best in everything).

    Raises
    ------
    InputError
        For missing cells, weights that do not fit, or alternatives that are all identical.

    Notes
    -----
    Weights scale the table before distances are taken; ``topsis_metric`` puts them inside the sum of squares, and
    ``topsis_fixed`` takes the ends of the normalised range as ideal points. The first two differ: on the example of
    tzeng2011 the first alternative has 0.504 and 0.468.

    References
    ----------
    hwang1981; tzeng2011.

    Examples
    --------
    >>> topsis(pd.DataFrame({"a": [1.0, 0.5, 0.0], "b": [0.0, 0.8, 1.0]}), {"a": 0.5, "b": 0.5}).round(3).tolist()
    [0.5, 0.637, 0.5]
    """
    return aggregate(matrix, weights, "topsis")


def aggregate(
    matrix: pd.DataFrame | np.ndarray,
    weights: Mapping[str, float] | pd.Series | np.ndarray,
    aggregator: str | Aggregator = "arithmetic",
    *,
    parameters: Mapping[str, object] | None = None,
) -> pd.Series:
    """Score every row of a normalised table.

    Parameters
    ----------
    matrix, weights
        As in ``topsis``.
    aggregator
        A name in ``AGGREGATORS``, or a function of two arrays, matrix and weights, that gives one score a row.
    parameters
        Values for the method's keyword-only parameters, such as ``{"exponent": -1}``.

    Returns
    -------
    Series
        Larger is better, whatever the method.

    Examples
    --------
    >>> aggregate(pd.DataFrame({"a": [1.0, 0.5], "b": [0.2, 0.4]}), {"a": 0.5, "b": 0.5}, "harmonic").round(3).tolist()
    [0.333, 0.444]
    """
    frame, shares = weighted_matrix(matrix, weights)
    scores = _score(Table(frame.to_numpy(), frame.index, list(frame.columns)), shares, aggregator, parameters or {})
    return pd.Series(scores, index=frame.index, name="score")


def score_groups(
    framework: Framework,
    matrix: pd.DataFrame,
    weights: pd.Series,
    aggregator: str | Aggregator,
    *,
    parameters: Mapping[str, object] | None = None,
    availability: float | None = None,
) -> pd.DataFrame:
    """Score every group and the goal.

    Parameters
    ----------
    framework
        The hierarchy; a group may declare an aggregator of its own.
    matrix
        Normalised, one column per indicator.
    weights
        Share of each indicator in the goal.
    aggregator
        For every group that declares none.
    parameters
        Values for keyword-only parameters of the methods.
    availability
        If given, cells may be missing: weights are re-shared within the parent, and a group is not scored of which
        less than this share of the weight is observed.

    Returns
    -------
    DataFrame
        One column per group, the goal first. A group whose weights are all zero has no score.

    Notes
    -----
    A group is scored from the indicators anywhere below it, with their weights rescaled to 1: TOPSIS of the goal
    is TOPSIS over all indicators, as in the literature, not TOPSIS over pillar scores. Where a group below declares
    a different aggregator it enters as one column, its score. For means both readings agree.

    Examples
    --------
    >>> from bri_eval.framework import flat_framework
    >>> tree, shares = flat_framework((("a", "benefit"), ("b", "benefit"))), pd.Series({"a": 0.5, "b": 0.5})
    >>> score_groups(tree, pd.DataFrame({"a": [1.0, 0.5], "b": [0.2, 0.4]}), shares, "arithmetic")["score"].tolist()
    [0.6, 0.45]
    """
    recipe = _Rules(aggregator, availability, parameters or {})
    table = Table(matrix.to_numpy(dtype=float), matrix.index, list(matrix.columns))
    scores = score_arrays(framework, table, weights.to_numpy(dtype=float), recipe)
    return pd.DataFrame({code: scores[code] for code in framework.group_codes}, index=matrix.index)


def score_arrays(framework: Framework, table: Table, weights: np.ndarray, recipe: Rules) -> dict[str, np.ndarray]:
    """Score every group and the goal from a normalised array; see ``score_groups``."""
    rules = {group.code: group.aggregator or recipe.aggregator for group in framework.groups}
    parameters = recipe.parameters

    def score(x: np.ndarray, w: np.ndarray, codes: Sequence[str], rule: str | Aggregator) -> np.ndarray:
        return _score(Table(x, table.index, codes), w, rule, parameters)

    if recipe.availability is not None and np.isnan(table.values).any():
        return score_available(framework, table.values, weights, rules, score, least=recipe.availability)
    return score_tree(framework, table.values, weights, rules, score)


def rank_scores(scores: np.ndarray) -> np.ndarray:
    """Rank along the last axis: 1 is best, ties share the best rank, equality is to 12 significant digits.

    Missing scores have missing ranks.

    Parameters
    ----------
    scores
        (..., n), larger is better.

    Returns
    -------
    ndarray
        The ranks, in the shape of the scores.

    Examples
    --------
    >>> rank_scores(np.array([0.3, 0.1 + 0.2, 0.1, np.nan])).tolist()
    [1.0, 1.0, 3.0, nan]
    """
    scores = np.where(np.abs(scores) < NOTHING, 0.0, scores)
    magnitude = 10.0 ** (DIGITS - 1 - np.floor(np.log10(np.where(scores == 0, 1.0, np.abs(scores)))))
    rounded = -np.round(scores * magnitude) / magnitude
    order = np.argsort(rounded, axis=-1, kind="stable")
    ordered = np.take_along_axis(rounded, order, axis=-1)
    new = np.ones(ordered.shape, dtype=bool)
    new[..., 1:] = ordered[..., 1:] != ordered[..., :-1]
    place = np.maximum.accumulate(np.where(new, np.arange(1.0, ordered.shape[-1] + 1), 0.0), axis=-1)
    ranks = np.empty_like(place)
    np.put_along_axis(ranks, order, np.where(np.isnan(ordered), np.nan, place), axis=-1)
    return ranks


def _score(
    table: Table, weights: np.ndarray, aggregator: str | Aggregator, parameters: Mapping[str, object]
) -> np.ndarray:
    """Call the array function after checking that it can use the cells, and check what it gives."""
    rule = bind(aggregator if callable(aggregator) else known("aggregator", aggregator, AGGREGATORS), parameters)
    x = table.values
    if aggregator in POSITIVE and (x <= 0).any():
        row, column = np.argwhere(x <= 0)[0]
        raise InputError(
            f"aggregator '{aggregator}' needs values above 0; '{table.codes[column]}' is {x[row, column]:g} for "
            f"{label(table.index[row])}; normalise to a range such as (1, 100)"
        )
    if aggregator == "topsis_fixed":
        _check_within(table, parameters)
    if aggregator in VARYING:
        check_varies(x, table.codes)
    with np.errstate(invalid="ignore", divide="ignore"):
        scores = np.asarray(rule(x, weights), dtype=float)
    if not np.isfinite(scores).all():
        raise InputError(
            f"aggregator '{aggregator}' gives no finite score for {label(table.index[~np.isfinite(scores)][0])}; the "
            f"{len(x)} rows are identical in every criterion with weight, or too few to compare"
        )
    return _levelled(scores, x)


def _levelled(scores: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Give identical rows the same score: sums of the same numbers may differ in the last bit from row to row."""
    order = np.argsort(scores, kind="stable")
    near = np.flatnonzero(np.diff(scores[order]) <= 1e-12 * np.abs(scores[order[1:]]))
    for place in near:
        first, second = order[place], order[place + 1]
        if (x[first] == x[second]).all():
            scores[second] = scores[first]
    return scores


def _check_within(table: Table, parameters: Mapping[str, object]) -> None:
    """Refuse values beyond fixed ideal points, where the better is the further from them."""
    low, high = cast("tuple[float, float]", parameters.get("range", (0.0, 1.0)))
    slack = 1e-9 * (high - low)
    outside = (table.values < low - slack) | (table.values > high + slack)
    if outside.any():
        row, column = np.argwhere(outside)[0]
        raise InputError(
            f"aggregator 'topsis_fixed' needs values from {low:g} to {high:g}; '{table.codes[column]}' is "
            f"{table.values[row, column]:g} for {label(table.index[row])}; use normaliser 'minmax', or set range"
        )
