"""Caps, declared transforms and outliers; every moved cell is logged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from bri_eval.checks import InputError, known, label

if TYPE_CHECKING:
    from collections.abc import Callable

    from bri_eval.framework import Framework, Indicator

    Treatment = Callable[[np.ndarray, int], np.ndarray]

SKEWNESS, KURTOSIS = 2.0, 3.5
"""A column passes if its absolute skewness is at most 2 or its excess kurtosis at most 3.5 (both type 2)."""


def treat(
    panel: pd.DataFrame, framework: Framework, treatment: str = "none", *, most: int = 5
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Apply each indicator's declared cap and transform, then an outlier treatment to the pooled column.

    Parameters
    ----------
    panel
        Complete; one column per indicator.
    framework
        Declares ``cap``, ``transform`` and ``structural_zero``.
    treatment
        A name in ``TREATMENTS``.
    most
        The most points that winsorising moves in one column.

    Returns
    -------
    tuple of DataFrame
        The treated panel, and the log: one row per cell that a cap or the treatment moved, with columns row,
        indicator, step, before, after. Transforms change every cell and are in the framework, not in the log.

    Notes
    -----
    Structural zeros are left out of the treatment: they are no outliers.
    """
    rule = treatment if callable(treatment) else known("treatment", treatment, TREATMENTS)
    columns, log = {}, []
    for indicator in framework.indicators:
        raw = panel[indicator.code]
        capped = raw if indicator.cap is None else raw.clip(upper=indicator.cap)
        shaped = _transform(capped, indicator)
        done = _apart_from_zeros(shaped, indicator, lambda values: rule(values, most))
        log += [_moves(indicator.code, "cap", raw, capped), _moves(indicator.code, treatment, shaped, done)]
        columns[indicator.code] = done
    return pd.DataFrame(columns, index=panel.index), pd.concat(log, ignore_index=True)


def passes(values: np.ndarray) -> bool:
    """Tell whether a column passes the skewness and kurtosis rule of the Handbook's step 5.

    References
    ----------
    handbook2008, step on outliers; type-2 statistics as in ``scipy.stats`` with ``bias=False``.
    """
    if len(values) < 4 or np.ptp(values) == 0:
        return True
    skewness = float(stats.skew(values, bias=False))
    return abs(skewness) <= SKEWNESS or float(stats.kurtosis(values, bias=False)) <= KURTOSIS


def none(values: np.ndarray, _most: int) -> np.ndarray:
    """Leave the column as it is."""
    return values


def winsorise(values: np.ndarray, most: int) -> np.ndarray:
    """Pull the furthest point on the skewed side to its neighbour until the column passes, at most ``most`` times."""
    start = values
    values = values.copy()
    for _ in range(most):
        previous = values.copy()
        if passes(values):
            break
        high = float(stats.skew(values, bias=False)) > 0
        end = values.max() if high else values.min()
        inner = values[values != end]
        values[values == end] = inner.max() if high else inner.min()
        if (values != start).sum() > most:
            return previous
    return values


def transformed(indicator: Indicator, ends: tuple[float, float]) -> tuple[float, float]:
    """Take goalposts, given in the indicator's unit, through its transform."""
    low, high = _transform(pd.Series(ends, dtype=float), indicator)
    return float(low), float(high)


def _transform(column: pd.Series, indicator: Indicator) -> pd.Series:
    """Apply the declared transform, refusing values outside its domain."""
    if indicator.transform == "none":
        return column
    lowest = {"log": 0.0, "log1p": -1.0, "sqrt": 0.0}[indicator.transform]
    outside = column < lowest if indicator.transform == "sqrt" else column <= lowest
    if outside.any():
        row = column.index[outside][0]
        raise InputError(
            f"indicator '{indicator.code}' is {column[row]:g} for {label(row)}; its transform "
            f"'{indicator.transform}' needs values above {lowest:g}; declare another transform"
        )
    return getattr(np, indicator.transform)(column)


def _apart_from_zeros(column: pd.Series, indicator: Indicator, rule: Callable[[np.ndarray], np.ndarray]) -> pd.Series:
    """Apply a rule to the column, apart from structural zeros."""
    part = (column != 0).to_numpy() if indicator.structural_zero else np.ones(len(column), dtype=bool)
    values = column.to_numpy(dtype=float, copy=True)
    values[part] = rule(values[part])
    return pd.Series(values, index=column.index)


def _moves(code: str, step: str, before: pd.Series, after: pd.Series) -> pd.DataFrame:
    """Log the cells that a step moved."""
    moved = (before != after).to_numpy()
    rows = {"row": [label(key) for key in before.index[moved]], "indicator": code, "step": step}
    return pd.DataFrame(rows | {"before": before[moved].to_numpy(), "after": after[moved].to_numpy()})


TREATMENTS: dict[str, Treatment] = {"none": none, "winsorise": winsorise}
