"""Columns of a regression: declared variables from the tables, beside the scores of an index."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, label, listing, unknown
from bri_eval.econometrics.terms import columns_of
from bri_eval.files import read_table, split_source
from bri_eval.records import make_record, read_toml
from bri_eval.tables import read_columns, read_groups

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bri_eval.econometrics.specs import ModelSpec

TRANSFORMS = ("none", "log")
BLANKS = ("missing", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One column of the regression data.

    Parameters
    ----------
    code
        Name of the column; models use it.
    name, unit
        For tables.
    source
        ``table.csv:column``.
    denominator, scale, structural_zero, look_back, look_around
        As for an ``Indicator``.
    transform
        'none' or 'log'.
    standardise
        Whether the column enters in pooled standard deviations.
    proxy
        What an outcome stands for, in words, printed under every table that uses it.
    categories
        Whether the column is text by economy, such as a region: for samples and groups, not for regressors.
    flag
        One text: the column is then 1 where the source's cell is this text, or has it among several joined by '+', and
        0 elsewhere; a regressor, as a factor of a product, or a key of a sample.
    blank
        What a blank cell means for a flag: 'missing', or 'none', hence 0.
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
    categories: bool = False
    flag: str = ""
    blank: str = "missing"

    @property
    def is_text(self) -> bool:
        """Whether the source is a text column."""
        return self.categories or bool(self.flag)

    @property
    def series(self) -> str:
        """What the column is made of; two flags of one text column are two series."""
        return f"{self.source}={self.flag}" if self.flag else self.source


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
        _check_text(variable, where)
        variables.append(variable)
    return tuple(variables)


def read_variable_panel(
    variables: Iterable[Variable], folder: str | Path, *, economies: str | Sequence[str], years: Iterable[int]
) -> pd.DataFrame:
    """Read variables from the tables, in logarithms where declared.

    Returns
    -------
    DataFrame
        Indexed by (economy, year), one column per variable, numbers or, for categories, text; missing cells are NaN.
    """
    variables = tuple(variables)
    numbers = [variable for variable in variables if not variable.is_text]
    panel, _ = read_columns(numbers, folder, economies=economies, years=years)
    columns = {v.code: _text(v, folder, panel.index) if v.is_text else _transform(panel[v.code], v) for v in variables}
    return pd.DataFrame(columns, index=panel.index)


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
        For every column, the series it is made of; see ``Variable.series``. Lags and products are of their columns.
    """
    for spec in specs:
        columns = list(dict.fromkeys(column for term in spec.regressors for column in columns_of(term)))
        for first, second in itertools.combinations(columns, 2):
            shared = made_of.get(first, set()) & made_of.get(second, set())
            if shared:
                raise InputError(
                    f"model '{spec.name}': {listing(sorted(shared))} is in '{first}' and in '{second}'; "
                    "take an index that excludes it, or leave one of them out"
                )


def _check_text(variable: Variable, where: str) -> None:
    """Raise at what a text column cannot be, and at a kind of blank that nothing would read."""
    if variable.blank not in BLANKS:
        raise InputError(f"{where}: {unknown('blank', variable.blank, BLANKS)}")
    if variable.categories and variable.flag:
        raise InputError(f"{where} has categories and a flag; declare one variable for each")
    if variable.blank != "missing" and not variable.flag:
        raise InputError(f"{where} has blank '{variable.blank}' without a flag; leave it out")
    plain = Variable(code=variable.code, name=variable.name, source=variable.source)
    numeric = ["denominator", "scale", "structural_zero", "look_back", "look_around", "transform"]
    for field in [*numeric, *(["standardise"] if variable.categories else [])] if variable.is_text else []:
        if getattr(variable, field) != getattr(plain, field):
            raise InputError(f"{where} is text and takes no {field}; leave it out")


def _text(variable: Variable, folder: str | Path, index: pd.Index) -> pd.Series:
    """Return a text column of an economy-level table on the rows of the panel, as it is or as a flag."""
    try:
        groups = read_groups(folder, variable.source)
        file, sheet, _ = split_source(variable.source)
        table = read_table(Path(folder) / file, sheet)["economy"]
        if table.duplicated().any():
            twice = table[table.duplicated()].iloc[0]
            raise InputError(f"{variable.source} has economy '{twice}' twice; text is read from one row per economy")
    except InputError as error:
        raise InputError(f"'{variable.code}': {error}") from None
    if variable.flag:
        groups = _flagged(variable, groups)
    values = groups.reindex(index.get_level_values("economy")).set_axis(index)
    return values.fillna(0.0) if variable.blank == "none" else values


def _flagged(variable: Variable, groups: pd.Series) -> pd.Series:
    """Return 1 where a flag is among the texts of a cell, else 0."""
    parts = {economy: [part.strip() for part in text.split("+")] for economy, text in groups.items()}
    there = sorted({part for own in parts.values() for part in own})
    if variable.flag not in there:
        raise InputError(f"'{variable.code}': {variable.source}: {unknown('flag', variable.flag, there)}")
    return pd.Series({economy: float(variable.flag in own) for economy, own in parts.items()})


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
