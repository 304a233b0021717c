"""Bring indicators to one scale. Direction is settled here, once: afterwards larger is better."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from bri_eval.checks import InputError, check_matrix, check_varies, known, listing, unknown
from bri_eval.framework import DIRECTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Normaliser = Callable[[np.ndarray, tuple[float, float]], np.ndarray]


def normalise(
    matrix: pd.DataFrame | np.ndarray,
    directions: Mapping[str, str],
    normaliser: str | Normaliser = "minmax",
    *,
    where: str = "",
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
        A name in ``NORMALISERS``.
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
    rule = normaliser if callable(normaliser) else known("normaliser", normaliser, NORMALISERS)
    check_varies(frame.to_numpy(), frame.columns, where)
    directed = frame.to_numpy() * direction_signs(directions, frame.columns)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = rule(directed, range)
    if rule is minmax_values and goalposts:
        values = _between_goalposts(values, frame, directions, goalposts, range)
    check_scaled(values, frame.columns, str(normaliser))
    return pd.DataFrame(values, index=frame.index, columns=frame.columns)


def direction_signs(directions: Mapping[str, str], codes: Iterable[str]) -> np.ndarray:
    """Give 1 for a benefit and -1 for a cost, in the order of the columns."""
    codes = list(codes)
    absent = [code for code in codes if code not in directions]
    if absent:
        raise InputError(f"directions lack {listing(absent)}; write {{'{absent[0]}': 'benefit'}} or 'cost'")
    for code in codes:
        if directions[code] not in DIRECTIONS:
            raise InputError(f"directions['{code}']: {unknown('direction', directions[code], DIRECTIONS)}")
    return np.array([1.0 if directions[code] == "benefit" else -1.0 for code in codes])


def check_scaled(values: np.ndarray, codes: Iterable[object], normaliser: str) -> None:
    """Raise if a normaliser divided by zero."""
    bad = ~np.isfinite(values).all(axis=0)
    if bad.any():
        code = list(codes)[int(np.argmax(bad))]
        raise InputError(f"normaliser '{normaliser}' divides by zero for indicator '{code}'; choose another normaliser")


def _between_goalposts(
    values: np.ndarray,
    frame: pd.DataFrame,
    directions: Mapping[str, str],
    goalposts: Mapping[str, tuple[float, float]],
    range: tuple[float, float],  # noqa: A002
) -> np.ndarray:
    """Replace the columns that have goalposts by their min-max between these, clipped."""
    for column, code in enumerate(frame.columns):
        if code in goalposts:
            low, high = goalposts[code]
            share = ((frame[code].to_numpy() - low) / (high - low)).clip(0, 1)
            share = share if directions[code] == "benefit" else 1 - share
            values[:, column] = range[0] + (range[1] - range[0]) * share
    return values


# The array storey: (..., n, k) directed values, in which larger is better, to (..., n, k).


def minmax_values(x: np.ndarray, range: tuple[float, float]) -> np.ndarray:  # noqa: A002
    """Map the smallest value to the low end of the range and the largest to the high end."""
    low, high = x.min(axis=-2, keepdims=True), x.max(axis=-2, keepdims=True)
    return range[0] + (range[1] - range[0]) * ((x - low) / (high - low))


def zscore_values(x: np.ndarray, _range: tuple[float, float]) -> np.ndarray:
    """Subtract the mean and divide by the standard deviation (ddof 1)."""
    return (x - x.mean(axis=-2, keepdims=True)) / x.std(axis=-2, keepdims=True, ddof=1)


def vector_values(x: np.ndarray, _range: tuple[float, float]) -> np.ndarray:
    """Divide by the Euclidean norm of the column."""
    return x / np.sqrt((x * x).sum(axis=-2, keepdims=True))


def sum_values(x: np.ndarray, _range: tuple[float, float]) -> np.ndarray:
    """Divide by the absolute sum of the column."""
    total, size = np.abs(x.sum(axis=-2, keepdims=True)), np.abs(x).sum(axis=-2, keepdims=True)
    return x / np.where(total > 1e-12 * size, total, 0.0)


def max_values(x: np.ndarray, _range: tuple[float, float]) -> np.ndarray:
    """Divide by the largest absolute value of the column."""
    return x / np.abs(x).max(axis=-2, keepdims=True)


def rank_values(x: np.ndarray, _range: tuple[float, float]) -> np.ndarray:
    """Rank from 1, worst, to n, best; ties share their mean rank."""
    return rankdata(x, method="average", axis=-2)


NORMALISERS: dict[str, Normaliser] = {
    "minmax": minmax_values,
    "zscore": zscore_values,
    "vector": vector_values,
    "sum": sum_values,
    "max": max_values,
    "rank": rank_values,
}
