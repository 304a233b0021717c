"""Bring indicators to one scale. Direction is settled here, once: afterwards larger is better."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from bri_eval.checks import InputError, bind, check_matrix, check_varies, known, listing, unknown
from bri_eval.framework import Indicator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    Normaliser = Callable[..., np.ndarray]


def normalise(
    matrix: pd.DataFrame | np.ndarray,
    directions: Mapping[str, str],
    normaliser: str | Normaliser = "minmax",
    *,
    range: tuple[float, float] = (0.0, 1.0),  # noqa: A002
    goalposts: Mapping[str, tuple[float, float]] | None = None,
) -> pd.DataFrame:
    """Normalise a table of raw values.

    Parameters
    ----------
    matrix
        Alternatives x criteria, complete, in any units.
    directions
        Criterion to ``"benefit"`` or ``"cost"``.
    normaliser
        A name in ``NORMALISERS``, or a function of an array of values in which larger is better.
    range
        Lowest and highest value of min-max.
    goalposts
        Criterion to the raw values that min-max maps to the ends of the range, instead of the smallest and largest
        observed; cells beyond them are clipped. Other normalisers ignore them.

    Returns
    -------
    DataFrame
        Same labels; in every column larger is better.

    Raises
    ------
    InputError
        For a direction that is absent or unknown, a missing cell, a constant column, a column that sums to 0.

    Notes
    -----
    A cost is negated before the formula, so sum, vector and max give it negative values; the order and the TOPSIS
    similarity are those of swapped ideals.

    References
    ----------
    handbook2008, step 5.

    Examples
    --------
    >>> normalise(pd.DataFrame({"price": [10.0, 20.0, 40.0]}), {"price": "cost"})["price"].round(3).tolist()
    [1.0, 0.667, 0.0]
    """
    frame = check_matrix(matrix)
    check_varies(frame.to_numpy(), frame.columns)
    direction_signs(directions, frame.columns)
    posts = goalposts or {}
    indicators = [
        Indicator(code=str(code), parent="", direction=directions[code], goalposts=posts.get(code))
        for code in frame.columns
    ]
    result = normalise_indicators(frame.to_numpy(), indicators, normaliser, {"range": range})
    return pd.DataFrame(result, index=frame.index, columns=frame.columns)


def normalise_indicators(
    values: np.ndarray,
    indicators: Sequence[Indicator],
    normaliser: str | Normaliser,
    parameters: Mapping[str, object],
    reference: np.ndarray | None = None,
) -> np.ndarray:
    """Normalise n x k raw values as their indicators declare; missing cells stay missing.

    Parameters
    ----------
    values
        In the indicators' units.
    indicators
        Direction, goalposts, target, interval, tolerance and own normaliser of each column.
    normaliser
        For the indicators that declare none.
    parameters
        Values for keyword-only parameters of the methods.
    reference
        For each row the position of the row that ``distance_to_reference`` compares it with.
    """
    directed = direct(values, indicators)
    if reference is None and not np.isnan(values).any() and all(i.normaliser is None for i in indicators):
        given = {**parameters, "bounds": bounds_of(indicators), "targets": _targets(indicators)}
        return _normalised(directed, [i.code for i in indicators], normaliser, given)
    blocks = _by_rule(indicators, normaliser, np.isnan(values).any(axis=0))
    result = np.empty_like(directed)
    for rule, columns in blocks.items():
        rows = ~np.isnan(values[:, columns[0]])
        part = [indicators[column] for column in columns]
        given = {**parameters, "bounds": bounds_of(part), "targets": _targets(part)}
        if reference is not None:
            given["reference_values"] = directed[np.ix_(reference[rows], columns)]
        result[:, columns] = np.nan
        block = directed[np.ix_(rows, columns)] if not rows.all() else directed[:, columns]
        result[np.ix_(rows, columns)] = _normalised(block, [i.code for i in part], rule[0], given)
    return result


def _by_rule(
    indicators: Sequence[Indicator], normaliser: str | Normaliser, gaps: np.ndarray
) -> dict[tuple[str | Normaliser, int], list[int]]:
    """Collect the columns that are normalised together: same rule, and each column with gaps for itself."""
    blocks: dict[tuple[str | Normaliser, int], list[int]] = {}
    for column, indicator in enumerate(indicators):
        rule = indicator.normaliser or normaliser
        blocks.setdefault((rule, column if gaps[column] else -1), []).append(column)
    return blocks


def _normalised(
    values: np.ndarray, codes: Sequence[object], normaliser: str | Normaliser, parameters: Mapping[str, object]
) -> np.ndarray:
    """Normalise an array in which larger is better, naming the column if the normaliser divides by zero."""
    rule = bind(normaliser if callable(normaliser) else known("normaliser", normaliser, NORMALISERS), parameters)
    with np.errstate(divide="ignore", invalid="ignore"):
        result = rule(values)
    bad = ~np.isfinite(result).all(axis=0)
    if bad.any():
        code = codes[int(np.argmax(bad))]
        raise InputError(f"normaliser '{normaliser}' divides by zero for indicator '{code}'; choose another normaliser")
    return result


def _targets(indicators: Sequence[Indicator]) -> np.ndarray | None:
    """Give the directed targets of benefits and costs, NaN where there is none; None if there is none at all."""
    if not any(i.target is not None for i in indicators):
        return None
    targets = [
        np.nan if i.target is None or i.best is not None else (-i.target if i.direction == "cost" else i.target)
        for i in indicators
    ]
    return None if np.isnan(targets).all() else np.array(targets)


def direct(values: np.ndarray, indicators: Sequence[Indicator]) -> np.ndarray:
    """Turn every column so that larger is better: costs negated, targets and intervals as minus the distance."""
    signs = np.array([-1.0 if i.direction == "cost" else 1.0 for i in indicators])
    directed = values * signs
    for column, indicator in enumerate(indicators):
        if indicator.direction in ("benefit", "cost"):
            continue
        ends = indicator.best
        if ends is not None:
            directed[:, column] = -np.maximum(np.maximum(ends[0] - values[:, column], values[:, column] - ends[1]), 0.0)
    return directed


def bounds_of(indicators: Sequence[Indicator]) -> np.ndarray | None:
    """Give the fixed ends of each directed column, k x 2; NaN where the data set them; None if they all do.

    Goalposts fix both ends. A target or an interval fixes the upper end, at distance 0, and its tolerance the lower.
    """
    if all(i.goalposts is None and i.direction in ("benefit", "cost") for i in indicators):
        return None
    ends = np.full((len(indicators), 2), np.nan)
    for row, i in enumerate(indicators):
        if i.goalposts is not None:
            ends[row] = i.goalposts if i.direction == "benefit" else (-i.goalposts[1], -i.goalposts[0])
        if i.best is not None:
            ends[row] = (np.nan if i.tolerance is None else -i.tolerance, 0.0)
    return None if np.isnan(ends).all() else ends


def direction_signs(directions: Mapping[str, str], codes: Iterable[str]) -> np.ndarray:
    """Give 1 for a benefit and -1 for a cost, in the order of the columns."""
    codes = list(codes)
    absent = [code for code in codes if code not in directions]
    if absent:
        raise InputError(f"directions lack {listing(absent)}; write {{'{absent[0]}': 'benefit'}} or 'cost'")
    for code in codes:
        if directions[code] not in ("benefit", "cost"):
            raise InputError(f"directions['{code}']: {unknown('direction', directions[code], ('benefit', 'cost'))}")
    return np.array([1.0 if directions[code] == "benefit" else -1.0 for code in codes])


# The array storey: (..., n, k) directed values, in which larger is better, to (..., n, k). Parameters are keyword-only.


def minmax_values(
    x: np.ndarray,
    *,
    range: tuple[float, float] = (0.0, 1.0),  # noqa: A002
    bounds: np.ndarray | None = None,
) -> np.ndarray:
    """Map the smallest value to the low end of the range and the largest to the high end; fixed bounds clip."""
    low, high = x.min(axis=-2, keepdims=True), x.max(axis=-2, keepdims=True)
    if bounds is not None:
        fixed = ~np.isnan(bounds)
        low, high = np.where(fixed[:, 0], bounds[:, 0], low), np.where(fixed[:, 1], bounds[:, 1], high)
        x = np.clip(x, np.where(fixed[:, 0], low, -np.inf), np.where(fixed[:, 1], high, np.inf))
    shares = x - low
    shares /= high - low
    return shares if range == (0, 1) else range[0] + (range[1] - range[0]) * shares


def zscore_values(x: np.ndarray, *, centre: float = 0.0, spread: float = 1.0) -> np.ndarray:
    """Subtract the mean and divide by the standard deviation (ddof 1), then scale to a centre and a spread."""
    return centre + spread * (x - x.mean(axis=-2, keepdims=True)) / x.std(axis=-2, keepdims=True, ddof=1)


def vector_values(x: np.ndarray) -> np.ndarray:
    """Divide by the Euclidean norm of the column."""
    return x / np.sqrt(np.einsum("...ij,...ij->...j", x, x))[..., None, :]


def sum_values(x: np.ndarray) -> np.ndarray:
    """Divide by the absolute sum of the column; a sum that is round-off counts as zero."""
    total, size = np.abs(x.sum(axis=-2, keepdims=True)), np.abs(x).sum(axis=-2, keepdims=True)
    return x / np.where(total > 1e-12 * size, total, 0.0)


def max_values(x: np.ndarray) -> np.ndarray:
    """Divide by the largest absolute value of the column."""
    return x / np.abs(x).max(axis=-2, keepdims=True)


def distance_to_best_values(x: np.ndarray) -> np.ndarray:
    """Give 1 less the distance to the best value, over the spread between best and worst."""
    best, worst = x.max(axis=-2, keepdims=True), x.min(axis=-2, keepdims=True)
    return 1 - (best - x) / (best - worst)


def distance_to_target_values(x: np.ndarray, *, targets: np.ndarray | None = None) -> np.ndarray:
    """Give 1 less the distance to a target (the best if there is none), over the worst's distance to it; at most 1."""
    best, worst = x.max(axis=-2, keepdims=True), x.min(axis=-2, keepdims=True)
    goal = best if targets is None else np.where(np.isnan(targets), best, targets)
    reached = x >= goal
    return np.where(reached, 1.0, 1 - (goal - x) / np.where(goal > worst, goal - worst, 1.0))


def distance_to_reference_values(x: np.ndarray, *, reference_values: np.ndarray | None = None) -> np.ndarray:
    """Give 1 less the distance to a reference row, over the distance of the worst from it; may exceed 1."""
    best, worst = x.max(axis=-2, keepdims=True), x.min(axis=-2, keepdims=True)
    base = best if reference_values is None else reference_values
    return 1 - (base - x) / (base - worst)


def rank_values(x: np.ndarray) -> np.ndarray:
    """Rank from 1, worst, to n, best; ties share their mean rank."""
    return rankdata(x, method="average", axis=-2)


def percentile_rank_values(x: np.ndarray) -> np.ndarray:
    """Give the share of the other rows that a row beats, ties by half."""
    return (rank_values(x) - 1) / (x.shape[-2] - 1)


def borda_values(x: np.ndarray) -> np.ndarray:
    """Give the number of rows that a row beats, ties by half."""
    return rank_values(x) - 1


NORMALISERS: dict[str, Normaliser] = {
    "minmax": minmax_values,
    "zscore": zscore_values,
    "vector": vector_values,
    "sum": sum_values,
    "max": max_values,
    "distance_to_best": distance_to_best_values,
    "distance_to_target": distance_to_target_values,
    "distance_to_reference": distance_to_reference_values,
    "rank": rank_values,
    "percentile_rank": percentile_rank_values,
    "borda": borda_values,
}
