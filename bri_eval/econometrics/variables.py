"""Columns of a regression: declared variables from the tables, beside the scores of an index."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, label, listing, unknown
from bri_eval.records import make_record, read_toml
from bri_eval.tables import read_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bri_eval.econometrics.specs import ModelSpec

TRANSFORMS = ("none", "log")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One column of the regression data; read like an indicator, see ``Indicator``.

    ``proxy`` says in words what an outcome stands for and is printed under every table that uses it.
    """

    code: str
    name: str
    source: str
    unit: str = ""
    denominator: str | None = None
    scale: float = 1.0
    structural_zero: str | None = None
    look_back: int = 0
    look_around: int = 0
    transform: str = "none"
    standardise: bool = False
    proxy: str = ""


def read_variables(path: str | Path) -> tuple[Variable, ...]:
    """Read the ``[variables.code]`` tables of a model file.

    Raises
    ------
    InputError
        Naming the file and the variable.
    """
    document = read_toml(path)
    variables = []
    declared = document.get("variables", {})
    if not isinstance(declared, dict):
        raise InputError(f"{path}: variables is {declared!r}; expected [variables.code] tables")
    for code, entry in declared.items():
        where = f"{path}: variable '{code}'"
        if not isinstance(entry, dict):
            raise InputError(f"{where} is {entry!r}; expected a table [variables.{code}]")
        variable = make_record(Variable, {"code": code, **entry}, where)
        if variable.transform not in TRANSFORMS:
            raise InputError(f"{where}: {unknown('transform', variable.transform, TRANSFORMS)}")
        looks = (variable.look_back, variable.look_around)
        if min(looks) < 0 or all(looks):
            raise InputError(f"{where} has look_back {looks[0]} and look_around {looks[1]}; declare one, 0 or more")
        variables.append(variable)
    return tuple(variables)


def read_variable_panel(
    variables: Iterable[Variable], folder: str | Path, *, economies: str | Sequence[str], years: Iterable[int]
) -> pd.DataFrame:
    """Read variables from the tables, in logarithms where declared.

    Returns
    -------
    DataFrame
        Indexed by (economy, year), one column per variable; missing cells are NaN.
    """
    variables = tuple(variables)
    panel, _ = read_columns(variables, folder, economies=economies, years=years)
    return pd.DataFrame({v.code: _transform(panel[v.code], v) for v in variables}, index=panel.index)


def model_data(variables: Iterable[Variable], panel: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Join variables and index scores, and standardise the scores and the variables that say so.

    Parameters
    ----------
    variables, panel
        The declared variables and their columns.
    scores
        Indexed like the panel; pooled scores only.

    Returns
    -------
    DataFrame
        On the rows of the panel. A standardised column has mean 0 and standard deviation 1 over its observed rows,
        so its slope is the effect of one pooled standard deviation.
    """
    if scores.attrs.get("scope") == "by_year":
        raise InputError(
            "scores by year do not compare over years and cannot enter a panel regression; use scope pooled"
        )
    both = panel.columns.intersection(scores.columns)
    if len(both):
        raise InputError(f"{listing(both)} is both a variable and the score of a group; rename the variable")
    data = panel.join(scores)
    standard = [*scores.columns, *(v.code for v in variables if v.standardise)]
    data[standard] = (data[standard] - data[standard].mean()) / data[standard].std()
    return data


def check_overlap(specs: Iterable[ModelSpec], made_of: Mapping[str, set[str]]) -> None:
    """Refuse a model that has the same series in an index and beside it.

    Parameters
    ----------
    specs
        The models.
    made_of
        For every column, the ``table:column`` sources it is made of.
    """
    for spec in specs:
        for position, first in enumerate(spec.regressors):
            for second in spec.regressors[position + 1 :]:
                shared = made_of.get(first, set()) & made_of.get(second, set())
                if shared and first != second:
                    raise InputError(
                        f"model '{spec.name}': {listing(sorted(shared))} is in '{first}' and in '{second}'; "
                        "take an index that excludes it, or leave one of them out"
                    )


def _transform(column: pd.Series, variable: Variable) -> pd.Series:
    """Take the logarithm where declared, refusing values that have none."""
    if variable.transform == "none":
        return column
    if (column <= 0).any():
        row = column.index[column <= 0][0]
        raise InputError(
            f"variable '{variable.code}' is {column[row]:g} for {label(row)}; a logarithm needs values above 0"
        )
    return np.log(column)
