"""Groups of economies, declared: by a column of the data, with values merged, and names for the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from bri_eval.checks import InputError, unknown
from bri_eval.records import make_record


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """How economies are put into groups.

    Parameters
    ----------
    column
        Of the data, constant within economies; numbers are read as text, 1.0 as '1'.
    merge
        Name of a group to the values that it is made of; others stay as they are.
    rest
        Name of the group of all other values; empty leaves them as they are.
    blank
        Name of the group of economies without a value; empty refuses them.
    """

    column: str
    merge: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rest: str = ""
    blank: str = ""


def read_grouping(entry: Any, where: str) -> Grouping:
    """Read how economies are grouped from a TOML table, or raise naming the place."""
    if not isinstance(entry, dict):
        raise InputError(f"{where} is {entry!r}; expected a table with a column")
    found = make_record(Grouping, entry, where)
    for name, values in found.merge.items():
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values) or not values:
            raise InputError(f"{where}: merge '{name}' is {values!r}; expected a list of texts")
    merged = [value for values in found.merge.values() for value in values]
    twice = [value for value in merged if merged.count(value) > 1]
    if twice:
        raise InputError(f"{where}: merge has '{twice[0]}' twice; it belongs to one group")
    return found


def group_labels(grouping: Grouping, data: pd.DataFrame) -> pd.Series:
    """Return the group of each economy, as text; missing where it has none.

    Raises
    ------
    InputError
        For an unknown column, one that varies within an economy, or a value to be merged that does not occur.

    Examples
    --------
    >>> rows = pd.MultiIndex.from_product([["ARM", "GEO"], [2010, 2012]], names=["economy", "year"])
    >>> data = pd.DataFrame({"inland": [1.0, 1.0, 0.0, 0.0]}, index=rows)
    >>> group_labels(Grouping(column="inland", merge={"landlocked": ["1"]}, rest="coastal"), data).to_dict()
    {'ARM': 'landlocked', 'GEO': 'coastal'}
    """
    where = f"group by '{grouping.column}'"
    if grouping.column not in data.columns:
        raise InputError(f"{where}: {unknown('column', grouping.column, data.columns)}")
    texts = data[grouping.column].map(
        lambda value: value if isinstance(value, str) else f"{value:g}", na_action="ignore"
    )
    first = texts.groupby(level="economy").first()
    varies = texts.notna() & (texts != texts.groupby(level="economy").transform("first"))
    if varies.any():
        economy = texts.index.get_level_values("economy")[varies.to_numpy()][0]
        raise InputError(f"{where}: it varies within '{economy}'; take a column that gives each economy one group")
    there = sorted(first.dropna().unique())
    names = {value: name for name, values in grouping.merge.items() for value in values}
    for value in names:
        if value not in there:
            raise InputError(f"{where}: merge: {unknown('value', value, there)}")
    named = first.map(lambda value: names.get(value, grouping.rest or value), na_action="ignore")
    return (named.fillna(grouping.blank) if grouping.blank else named).rename(grouping.column)
