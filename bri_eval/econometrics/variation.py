"""The variation that panel models rest on, and the effect that they could have found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, check_panel, listing, unknown
from bri_eval.econometrics.sample import absorbed, residualise

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bri_eval.econometrics.specs import Estimates

SIZE = 0.05
LITTLE_VARIATION = 0.10
"""A within share of the sum of squares below this one means that fixed effects rest on little variation."""


def variation(data: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Return where the variation of each column lies: overall, between economies, within economies.

    Overall is of x (n-1), between of the N economy means (N-1), within of x minus its economy mean plus the overall
    mean (n-1); missing cells are left out column by column.

    Parameters
    ----------
    data
        Indexed by (economy, year).
    columns
        Names of its columns.

    Returns
    -------
    pandas.DataFrame
        One row per column; 'mean', then 'sd', 'min' and 'max' with the suffixes '_overall', '_between', '_within', then
        'n', 'economies', 'years' (mean number per economy), 'within_share' of the sum of squares, and 'little_within',
        true below 10 %: fixed effects then rest on little variation.

    Examples
    --------
    >>> rows = pd.MultiIndex.from_product([["ARM", "GEO"], [2010, 2012]], names=["economy", "year"])
    >>> table = variation(pd.DataFrame({"x": [1.0, 3.0, 5.0, 7.0]}, index=rows), ["x"])
    >>> float(table.loc["x", "within_share"])
    0.2
    """
    panel = _panel(data, columns)
    return pd.DataFrame([_split(panel[column].dropna()) for column in panel], index=panel.columns)


def vif(data: pd.DataFrame, columns: Iterable[str], *, within: bool = False) -> pd.Series:
    """Return the variance inflation factor 1/(1-R2) of each column, R2 being that on the others and an intercept.

    Parameters
    ----------
    data
        Indexed by (economy, year); rows complete in the columns are used.
    columns
        At least two.
    within
        After removing economy means, hence of the fixed-effects model.

    Returns
    -------
    Series
        One per column.

    Raises
    ------
    InputError
        If a column is constant or a linear combination of others.

    Examples
    --------
    >>> rows = pd.MultiIndex.from_product([["ARM", "GEO"], [2010, 2012]], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0], "z": [1.0, 2.0, 3.0, 6.0]}, index=rows)
    >>> vif(data, ["x", "z"]).round(2).to_dict()
    {'x': 11.67, 'z': 11.67}
    """
    rows = _panel(data, columns).dropna()
    effects = ("economy",) if within else ()
    _check_collinear(rows, effects)
    correlations = np.corrcoef(residualise(rows, effects).to_numpy(), rowvar=False)
    return pd.Series(np.diag(np.linalg.inv(np.atleast_2d(correlations))), index=rows.columns, name="vif")


def condition_number(data: pd.DataFrame, columns: Iterable[str], *, within: bool = False) -> float:
    """Return the largest over the least singular value of the columns, each of length 1, with an intercept.

    Columns are not centred, so that one that hardly varies about a large mean counts as near the intercept; above 30
    slopes are sensitive to small changes of the data.

    Parameters
    ----------
    data
        Indexed by (economy, year); rows complete in the columns are used.
    columns
        At least one.
    within
        After removing economy means, and the intercept with them.

    Returns
    -------
    float
        1 or more.

    Raises
    ------
    InputError
        If a column is constant or a linear combination of others.

    References
    ----------
    belsley1980.

    Examples
    --------
    >>> rows = pd.MultiIndex.from_product([["ARM", "GEO"], [2010, 2012]], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0], "z": [1.0, 2.0, 3.0, 6.0]}, index=rows)
    >>> round(condition_number(data, ["x", "z"]), 2)
    18.0
    """
    rows = _panel(data, columns).dropna()
    effects = ("economy",) if within else ()
    _check_collinear(rows, effects)
    x = residualise(rows, effects) if within else rows.assign(const=1.0)
    return float(np.linalg.cond(x / np.linalg.norm(x, axis=0)))


def minimum_detectable_effect(fit: Estimates, name: str, *, power: float = 0.8, size: float = SIZE) -> float:
    """Return the least true slope that the model would have found significant with the given power.

    (t_{1-size/2} + t_power) SE, with the t quantiles of the model's degrees of freedom; in units of the coefficient.

    Parameters
    ----------
    fit
        Estimates of the model.
    name
        Coefficient.
    power, size
        Probabilities between 0 and 1; size is that of the two-sided test.

    Returns
    -------
    float
        Above 0.

    Examples
    --------
    >>> import pandas as pd
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABCDEF"), [2010, 2012]], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": range(12), "y": [0, 1, 2, 5, 3, 4, 8, 9, 6, 8, 9, 12]}, index=rows)
    >>> spec = be.ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> fit = be.estimate(spec, data)
    >>> bool(2 < minimum_detectable_effect(fit, "x") / fit.std_errors["x"] < 4)
    True
    """
    from scipy import stats

    if name not in fit.std_errors.index:
        raise InputError(f"model '{fit.spec.name}': {unknown('coefficient', name, fit.std_errors.index)}")
    for what, value in (("power", power), ("size", size)):
        if not 0 < value < 1:
            raise InputError(f"{what} is {value}; expected a probability between 0 and 1")
    return float((stats.t.ppf(1 - size / 2, fit.df) + stats.t.ppf(power, fit.df)) * fit.std_errors[name])


def _panel(data: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Return the columns as a checked panel."""
    columns = list(columns)
    for column in columns:
        if column not in data.columns:
            raise InputError(unknown("column", column, data.columns))
        if columns.count(column) > 1:
            raise InputError(f"column '{column}' is named twice; name it once")
        if data[column].isna().all():
            raise InputError(f"column '{column}' has no value; leave it out")
    return check_panel(data, columns)


def _check_collinear(rows: pd.DataFrame, effects: tuple[str, ...]) -> None:
    """Raise at columns that an intercept, the effects or the columns before them reproduce."""
    lost = [name for name in absorbed(rows.assign(const=1.0), ["const", *rows], effects) if name != "const"]
    if lost:
        raise InputError(f"columns {listing(lost)} do not vary or are collinear with those before them; leave them out")


def _split(series: pd.Series) -> dict[str, float]:
    """Return one row of `variation`."""
    means = series.groupby(level="economy").mean()
    within = series - series.groupby(level="economy").transform("mean")
    row = {"mean": float(series.mean())}
    for part, x in {"overall": series, "between": means, "within": within + series.mean()}.items():
        row |= {f"sd_{part}": float(x.std()), f"min_{part}": float(x.min()), f"max_{part}": float(x.max())}
    total = float(((series - series.mean()) ** 2).sum())
    share = float((within**2).sum()) / total if total > 0 else float("nan")
    sizes = {"n": len(series), "economies": len(means), "years": len(series) / len(means)}
    return {**row, **sizes, "within_share": share, "little_within": share < LITTLE_VARIATION}
