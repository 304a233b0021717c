"""Caps, declared transforms and outliers; every moved cell is logged."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import stats

from bri_eval.checks import InputError, bind, known, label

if TYPE_CHECKING:
    from collections.abc import Callable

    from bri_eval.framework import Framework, Indicator

    Rule = Callable[..., np.ndarray]

SKEWNESS, KURTOSIS = 2.0, 3.5
"""A column passes if its absolute skewness is at most 2 or its excess kurtosis at most 3.5 (both type 2)."""


def treat(
    panel: pd.DataFrame, framework: Framework, treatment: str | Rule = "none", *, winsorised: int = 5
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Apply each indicator's declared cap and transform, then an outlier treatment to the pooled column.

    Parameters
    ----------
    panel
        One column per indicator; missing cells stay missing.
    framework
        Declares ``cap``, ``transform``, ``structural_zero`` and, for an indicator of its own, ``treatment``.
    treatment
        A name in ``TREATMENTS``, for the indicators that declare none.
    winsorised
        Points moved at which winsorising one column stops; ties at an end move together.

    Returns
    -------
    tuple
        The treated panel, and the log, or None if there was nothing to do: one row per cell that a cap or winsorising
        moved, and one per column that a treatment transformed, with columns row, indicator, step, before, after.
        Declared transforms change every cell and are in the framework, not in the log.

    Notes
    -----
    Structural zeros are left out of the treatment: they are no outliers.

    References
    ----------
    handbook2008, steps 3 and 5, on outliers.
    """
    if treatment == "none" and all(_plain(indicator) for indicator in framework.indicators):
        return panel, None
    columns, log = {}, []
    for indicator in framework.indicators:
        raw = panel[indicator.code]
        capped = raw if indicator.cap is None else raw.clip(upper=indicator.cap)
        shaped = _transform(capped, indicator)
        name = indicator.treatment or treatment
        done, step = _treated(shaped, indicator, name, winsorised)
        steps = (("cap", raw, capped), (step, shaped, done))
        log += [(indicator.code, *one) for one in steps if one[0] in _WHOLE or not _same(one[1], one[2])]
        columns[indicator.code] = done
    frames = [_moves(*one) for one in log] or [_moves("", "none", panel.iloc[:0, 0], panel.iloc[:0, 0])]
    return pd.DataFrame(columns, index=panel.index), pd.concat(frames, ignore_index=True)


_WHOLE = ("log", "box_cox")
"""Steps that change every cell of a column."""


def _same(before: pd.Series, after: pd.Series) -> bool:
    """Tell whether no observed cell has moved."""
    first, second = before.to_numpy(), after.to_numpy()
    return not ((first != second) & ~np.isnan(first)).any()


def _plain(indicator: Indicator) -> bool:
    """Tell whether an indicator declares nothing to do."""
    return indicator.cap is None and indicator.transform == "none" and indicator.treatment is None


LOG = ("row", "indicator", "step", "before", "after")
"""Columns of the log."""


def in_treated_units(indicator: Indicator) -> Indicator:
    """Take the declared goalposts, target and interval of an indicator through its cap and transform."""
    plain = indicator.transform == "none" and indicator.cap is None
    if plain or (indicator.goalposts, indicator.target, indicator.interval) == (None,) * 3:
        return indicator
    if indicator.tolerance is not None:
        raise InputError(f"indicator '{indicator.code}' has a tolerance and a transform or cap; declare one of them")
    goal = None if indicator.target is None else _points(indicator, (indicator.target,))[0]
    posts = None if indicator.goalposts is None else _points(indicator, indicator.goalposts)
    best = None if indicator.interval is None else _points(indicator, indicator.interval)
    return dataclasses.replace(indicator, goalposts=posts, target=goal, interval=best)


def passes(values: np.ndarray) -> bool:
    """Tell whether a column passes the rule of thumb of the European Commission's audits on skewness and kurtosis.

    References
    ----------
    handbook2008, step 3, on why; the limits 2 and 3.5 are practice, not in it. Type-2 statistics as in ``scipy.stats``
    with ``bias=False``.
    """
    return bool(passing(values[:, None])[0])


def passing(columns: np.ndarray) -> np.ndarray:
    """Tell of each of many complete columns (n x m) whether it passes; constant and very short ones do."""
    n = len(columns)
    if n < 4:
        return np.ones(columns.shape[1], dtype=bool)
    gap = columns - columns.mean(axis=0)
    square = gap * gap
    second, third, fourth = square.mean(axis=0), (square * gap).mean(axis=0), (square * square).mean(axis=0)
    flat = np.ptp(columns, axis=0) == 0
    second = np.where(flat, 1.0, second)
    skewness = np.sqrt(n * (n - 1)) / (n - 2) * third / second**1.5
    kurtosis = (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * fourth / second**2 - 3 * (n - 1))
    return flat | (np.abs(skewness) <= SKEWNESS) | (kurtosis <= KURTOSIS)


def winsorise(values: np.ndarray, *, winsorised: int = 5) -> np.ndarray:
    """Pull the furthest points on the skewed side to their neighbour, while the column fails and fewer are moved.

    Points that are tied at an end move together, so that the last move may take their number above the limit, as in
    the published index software; each moved point is in the log.
    """
    values, high_moved, low_moved = values.copy(), 0, 0
    while not passes(values) and high_moved + low_moved < winsorised:
        high = float(stats.skew(values, bias=False)) >= 0
        at_end = values == (values.max() if high else values.min())
        inner = values[~at_end]
        values[at_end] = inner.max() if high else inner.min()
        high_moved, low_moved = (int(at_end.sum()), low_moved) if high else (high_moved, int(at_end.sum()))
    return values


def log_shifted(values: np.ndarray) -> np.ndarray:
    """Take the logarithm after moving the smallest value to 1 % of the spread."""
    return np.log(values - values.min() + 0.01 * np.ptp(values))


def box_cox(values: np.ndarray) -> np.ndarray:
    """Transform by Box and Cox with the exponent of maximum likelihood, after moving the smallest value likewise."""
    return np.asarray(stats.boxcox(values - values.min() + 0.01 * np.ptp(values))[0])


def _treated(column: pd.Series, indicator: Indicator, name: str | Rule, winsorised: int) -> tuple[pd.Series, str]:
    """Try the rules of a treatment one after the other on the untreated column until one passes, or the last."""
    rules: tuple[str | Rule, ...] = (name,) if callable(name) else known("treatment", name, TREATMENTS)
    part = column.notna().to_numpy()
    if indicator.structural_zero:
        part = part & (column != 0).to_numpy()
    values = column.to_numpy(dtype=float, copy=True)
    step: str | Rule = "none"
    if rules and part.sum() > 3 and not passes(values[part]):
        before = values[part]
        for step in rules:
            rule = step if callable(step) else RULES[step]
            values[part] = bind(rule, {"winsorised": winsorised})(before)
            if passes(values[part]):
                break
        if step in ("log", "box_cox") and (indicator.goalposts, indicator.best, indicator.target) != (None,) * 3:
            raise InputError(
                f"indicator '{indicator.code}' has goalposts, a target or an interval, and treatment '{step}' takes it "
                "out of their units; declare treatment = 'none' or 'winsorise' for it, or a transform instead"
            )
    return pd.Series(values, index=column.index), step if isinstance(step, str) else "own function"


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


def _points(indicator: Indicator, points: tuple[float, ...]) -> Any:
    """Take points of the raw scale through cap and transform."""
    series = pd.Series(points, index=[f"declared value {point:g}" for point in points], dtype=float)
    capped = series if indicator.cap is None else series.clip(upper=indicator.cap)
    return tuple(float(point) for point in _transform(capped, indicator))


def _moves(code: str, step: str, before: pd.Series, after: pd.Series) -> pd.DataFrame:
    """Log the cells that a cap or winsorising moved, and a transformation as one row for the column."""
    moved = ((before != after) & before.notna()).to_numpy()
    if step in _WHOLE:
        return pd.DataFrame({"row": ["all"], "indicator": code, "step": step, "before": np.nan, "after": np.nan})
    rows = {"row": [label(key) for key in before.index[moved]], "indicator": code, "step": step}
    return pd.DataFrame(rows | {"before": before[moved].to_numpy(), "after": after[moved].to_numpy()})


RULES: dict[str, Rule] = {"winsorise": winsorise, "log": log_shifted, "box_cox": box_cox}

TREATMENTS: dict[str, tuple[str, ...]] = {
    "none": (),
    "winsorise": ("winsorise",),
    "log": ("log",),
    "box_cox": ("box_cox",),
    "winsorise_log": ("winsorise", "log"),
    "winsorise_box_cox": ("winsorise", "box_cox"),
    "winsorise_log_box_cox": ("winsorise", "log", "box_cox"),
}
"""Rules that are tried in turn on a column that fails the skewness and kurtosis rule, each on the untreated values."""
