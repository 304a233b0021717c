"""Aggregate normalised indicators into the scores of groups and of the goal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from bri_eval.checks import InputError, check_matrix, check_weights, known, label

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bri_eval.framework import Framework

    Aggregator = Callable[[np.ndarray, np.ndarray], np.ndarray]

DIGITS = 12
"""Scores equal to this many significant digits are ties."""

NOTHING = 1e-14
"""Scores nearer to 0 are 0: what is left of a sum of standardised values is round-off."""


def arithmetic(matrix: pd.DataFrame | np.ndarray, weights: Mapping[str, float] | pd.Series | np.ndarray) -> pd.Series:
    r"""Score by the weighted arithmetic mean, :math:`\sum_j w_j z_{ij}`; see ``topsis`` for the arguments."""
    return aggregate(matrix, weights, "arithmetic")


def geometric(matrix: pd.DataFrame | np.ndarray, weights: Mapping[str, float] | pd.Series | np.ndarray) -> pd.Series:
    r"""Score by the weighted geometric mean, :math:`\prod_j z_{ij}^{w_j}`; values must be above 0; see ``topsis``."""
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
    Weights scale the table before distances are taken; ``topsis_metric`` puts them inside the sum of squares. The
    two differ: on the example of tzeng2011 the first alternative has 0.504 and 0.468.

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
) -> pd.Series:
    """Score every row of a normalised table.

    Parameters
    ----------
    matrix, weights
        As in ``topsis``.
    aggregator
        A name in ``AGGREGATORS``, or a function of two arrays, matrix and weights, that gives one score a row.
    """
    frame = check_matrix(matrix)
    if isinstance(weights, np.ndarray | list | tuple):
        if len(weights) != frame.shape[1]:
            raise InputError(f"{len(weights)} weights for {frame.shape[1]} criteria; give one for each")
        weights = pd.Series(weights, index=frame.columns)
    shares = check_weights(weights, frame.columns)
    return pd.Series(_score(frame, shares.to_numpy(), aggregator), index=frame.index, name="score")


def score_groups(
    framework: Framework, matrix: pd.DataFrame, weights: pd.Series, aggregator: str | Aggregator
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

    Returns
    -------
    DataFrame
        One column per group, the goal first. A group whose weights are all zero has no score.

    Notes
    -----
    A group is scored from the indicators anywhere below it, with their weights rescaled to 1: TOPSIS of the goal
    is TOPSIS over all indicators, as in the literature, not TOPSIS over pillar scores. Where a group below declares
    a different aggregator it enters as one column, its score. For means both readings agree.
    """
    rules = {group.code: group.aggregator or aggregator for group in framework.groups}
    scores: dict[str, np.ndarray] = {}
    for code in reversed(_top_down(framework)):
        columns = _columns(framework, code, rules)
        shares = np.array([weights[_leaves(framework, column)].sum() for column in columns])
        if shares.any():
            columns, shares = [c for c, share in zip(columns, shares, strict=True) if share], shares[shares != 0]
        table = pd.DataFrame({c: scores[c] if c in scores else matrix[c] for c in columns}, index=matrix.index)
        total = shares.sum()
        scores[code] = _score(table, shares / total, rules[code]) if total else np.full(len(matrix), np.nan)
    return pd.DataFrame({code: scores[code] for code in framework.group_codes}, index=matrix.index)


def rank_scores(scores: np.ndarray) -> np.ndarray:
    """Rank along the last axis: 1 is best, ties share the best rank, equality is to 12 significant digits."""
    scores = np.where(np.abs(scores) < NOTHING, 0.0, scores)
    magnitude = 10.0 ** (DIGITS - 1 - np.floor(np.log10(np.where(scores == 0, 1.0, np.abs(scores)))))
    return rankdata(-np.round(scores * magnitude) / magnitude, method="min", axis=-1, nan_policy="omit")


# The array storey: (..., n, k) normalised values and (..., k) weights to (..., n) scores.


def arithmetic_scores(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Give the weighted arithmetic mean."""
    return (x @ w[..., None])[..., 0]


def geometric_scores(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Give the weighted geometric mean."""
    return np.exp(np.log(x) @ w[..., None])[..., 0]


def topsis_scores(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Give the similarity to the ideal, weights applied to the values."""
    return _similarity(x, w * w)


def topsis_metric_scores(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Give the similarity to the ideal, weights inside the squared distance."""
    return _similarity(x, w)


def _similarity(x: np.ndarray, square_weights: np.ndarray) -> np.ndarray:
    """Give d- / (d+ + d-), where a squared distance is a weighted sum of squared differences."""
    best, worst = x.max(axis=-2, keepdims=True), x.min(axis=-2, keepdims=True)
    to_best = np.sqrt(((x - best) ** 2 @ square_weights[..., None])[..., 0])
    to_worst = np.sqrt(((x - worst) ** 2 @ square_weights[..., None])[..., 0])
    return to_worst / (to_best + to_worst)


def _score(frame: pd.DataFrame, weights: np.ndarray, aggregator: str | Aggregator) -> np.ndarray:
    """Call the array function after checking that it can use the cells."""
    rule = aggregator if callable(aggregator) else known("aggregator", aggregator, AGGREGATORS)
    values = frame.to_numpy(dtype=float)
    if rule is geometric_scores and (values <= 0).any():
        row, column = np.argwhere(values <= 0)[0]
        raise InputError(
            f"aggregator 'geometric' needs values above 0; '{frame.columns[column]}' is {values[row, column]:g} for "
            f"{label(frame.index[row])}; normalise to a range such as (1, 100)"
        )
    with np.errstate(invalid="ignore"):
        scores = rule(values, weights)
    if not np.isfinite(scores).all():
        raise InputError(
            f"aggregator '{aggregator}' gives no finite score for {label(frame.index[~np.isfinite(scores)][0])}; "
            f"the {len(frame)} rows are identical in every criterion with weight, or too few to compare"
        )
    return np.asarray(scores, dtype=float)


def _top_down(framework: Framework) -> list[str]:
    """List the groups, every one after its parent."""
    order = [framework.goal]
    for code in order:
        order += [child for child in framework.children(code) if child in framework.group_codes]
    return order


def _columns(framework: Framework, code: str, rules: Mapping[str, str | Aggregator]) -> list[str]:
    """List what a group is scored from: indicators below it, and groups with another aggregator."""
    columns: list[str] = []
    for child in framework.children(code):
        same = child in rules and rules[child] == rules[code]
        columns += _columns(framework, child, rules) if same else [child]
    return columns


def _leaves(framework: Framework, code: str) -> list[str]:
    """List the indicators of a column of ``_columns``."""
    return framework.leaves(code) if code in framework.group_codes else [code]


AGGREGATORS: dict[str, Aggregator] = {
    "arithmetic": arithmetic_scores,
    "geometric": geometric_scores,
    "topsis": topsis_scores,
    "topsis_metric": topsis_metric_scores,
}
