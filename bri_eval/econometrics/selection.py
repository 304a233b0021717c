"""The rows that a model is declared for: conditions on economy, year or any column of the data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from bri_eval.checks import InputError, listing, unknown

if TYPE_CHECKING:
    from bri_eval.econometrics.specs import ModelSpec

LIMITS = ("min", "max", "not")


def in_sample(spec: ModelSpec, data: pd.DataFrame) -> pd.Series:
    """Tell the rows that meet every condition of a model's sample.

    Parameters
    ----------
    spec
        The model. `sample` has one entry per key: 'economy', 'year' or a column of the data, numbers or text. A single
        value or a list says what is kept; a table says `min` and `max`, both included, and in `not` what is left out.
    data
        Indexed by (economy, year).

    Returns
    -------
    pandas.Series
        True or false, on the rows of the data. A missing cell meets no condition, not even `not`.

    Raises
    ------
    InputError
        For a key or value that the data do not have, a limit of a text column, or a key that leaves no row.

    Examples
    --------
    >>> from bri_eval.econometrics.specs import ModelSpec
    >>> rows = pd.MultiIndex.from_product([["ARM", "GEO"], [2014, 2016, 2018]], names=["economy", "year"])
    >>> sample = {"year": {"min": 2016}, "economy": {"not": ["GEO"]}}
    >>> spec = ModelSpec(name="m", outcome="y", regressors=("x",), sample=sample, estimator="pooled")
    >>> in_sample(spec, pd.DataFrame(index=rows)).to_list()
    [False, True, True, False, False, False]
    """
    chosen = pd.Series(True, index=data.index)
    for key, condition in spec.sample.items():
        where = f"model '{spec.name}': sample: '{key}'"
        chosen &= _meets(_column(spec, data, key), condition, where)
        if not chosen.any():
            others = listing([other for other in spec.sample if other != key])
            beside = f" together with {others}" if others else ""
            raise InputError(f"{where} leaves none of {len(data)} rows{beside}; widen it")
    return chosen


def check_sample(spec: ModelSpec) -> None:
    """Raise at a condition that could never be read, whatever the data."""
    for key, condition in spec.sample.items():
        where = f"model '{spec.name}': sample: '{key}'"
        if not isinstance(condition, Mapping):
            _check_values(_listed(condition), where)
            continue
        if not condition:
            raise InputError(f"{where} is an empty table; expected some of {listing(LIMITS)}")
        for limit, value in condition.items():
            if limit not in LIMITS:
                raise InputError(f"{where}: {unknown('condition', limit, LIMITS)}")
            if limit == "not":
                _check_values(_listed(value), where)
            elif isinstance(value, (str, bool, tuple, Mapping)):
                raise InputError(f"{where}: {limit} is {value!r}; expected a number")
        if condition.get("min", 0) > condition.get("max", float("inf")) and {"min", "max"} <= set(condition):
            raise InputError(f"{where}: min {condition['min']} is above max {condition['max']}; exchange them")


def _check_values(values: tuple[object, ...], where: str) -> None:
    """Raise if there is no value, or one that is neither a number nor a text."""
    if not values:
        raise InputError(f"{where} is an empty list; expected at least one value")
    for value in values:
        if value is None or isinstance(value, (tuple, Mapping)):
            raise InputError(f"{where} has {value!r}; expected numbers or texts")


def _listed(value: object) -> tuple[object, ...]:
    """Return one value or several as several."""
    return value if isinstance(value, tuple) else (value,)


def _column(spec: ModelSpec, data: pd.DataFrame, key: str) -> pd.Series:
    """Return a level of the index or a column."""
    if key in data.index.names:
        return data.index.get_level_values(key).to_series(index=data.index)
    if key in data.columns:
        return data[key]
    raise InputError(
        f"model '{spec.name}': sample: {unknown('key', key, [*map(str, data.index.names), *data.columns])}"
    )


def _meets(column: pd.Series, condition: Any, where: str) -> pd.Series:
    """Tell the rows that meet one condition."""
    if not isinstance(condition, Mapping):
        return _among(column, _listed(condition), where)
    meets = column.notna()
    if {"min", "max"} & set(condition):
        if not pd.api.types.is_numeric_dtype(column):
            raise InputError(f"{where} is text and has no min or max; name the values to keep")
        meets &= column.between(condition.get("min", -float("inf")), condition.get("max", float("inf")))
    return meets & ~_among(column, _listed(condition["not"]), where) if "not" in condition else meets


def _among(column: pd.Series, values: tuple[object, ...], where: str) -> pd.Series:
    """Tell the rows with one of the values, each of which must occur."""
    there = sorted(column.dropna().unique().tolist(), key=str)
    for value in values:
        if value not in there:
            raise InputError(f"{where}: {unknown('value', str(value), [str(one) for one in there])}")
    return column.isin(values)
