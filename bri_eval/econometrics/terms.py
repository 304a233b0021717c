"""Terms of a model: columns, products of columns, and their lags and leads within economies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, check_panel, unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bri_eval.econometrics.specs import ModelSpec

LAG_BY = ("wave", "year")
_SHIFTED = re.compile(r"(lag|lead)\(\s*(.*?)\s*,\s*([^,]*?)\s*\)")


class Factor(NamedTuple):
    """One factor of a term: a column, and how many waves or years before the row's it is read; negative is after."""

    column: str
    steps: int


def term_columns(spec: ModelSpec, data: pd.DataFrame, also: Iterable[str] = ()) -> pd.DataFrame:
    """Return one column per term of a model, on all rows of the data.

    A product is that of the raw columns, so effects are removed from it afterwards. A lag is the value of the same
    economy one wave before, the waves being all years of the data, or exactly so many calendar years before, as
    `spec.lag_by` says; it is missing where the economy has no value then, and never taken from further back.

    Parameters
    ----------
    spec
        The model; its terms are outcome, regressors and instruments.
    data
        Indexed by (economy, year), unique. A column that bears the exact name of a term is taken as that term, so that
        rows once prepared can be used again.
    also
        Further terms.

    Returns
    -------
    pandas.DataFrame
        Sorted by (economy, year), named by the terms; missing cells are NaN.

    Raises
    ------
    InputError
        For a column that is absent, text or infinite cells, a row that occurs twice, or lags by year in data of which
        the years have gaps.

    Examples
    --------
    >>> from bri_eval.econometrics.specs import ModelSpec
    >>> rows = pd.MultiIndex.from_product([["ARM"], [2014, 2016, 2018]], names=["economy", "year"])
    >>> data = pd.DataFrame({"y": [1.0, 2.0, 3.0], "x": [5.0, 6.0, 9.0], "z": [1.0, 0.0, 2.0]}, index=rows)
    >>> terms = ("lag(x, 1)", "x:z")
    >>> spec = ModelSpec(name="m", outcome="y", regressors=terms, lag_by="wave", estimator="pooled")
    >>> term_columns(spec, data)["lag(x, 1)"].to_list(), term_columns(spec, data)["x:z"].to_list()
    ([nan, 5.0, 6.0], [5.0, 0.0, 18.0])
    """
    terms = list(dict.fromkeys([spec.outcome, *spec.regressors, *spec.instruments, *also]))
    ready = {term: [Factor(term, 0)] if term in data.columns else _factors(term) for term in terms}
    names = list(dict.fromkeys(factor.column for factors in ready.values() for factor in factors))
    for name in names:
        if name not in data.columns:
            raise InputError(f"model '{spec.name}': {unknown('column', name, data.columns)}")
    panel = check_panel(data, names)
    with np.errstate(over="ignore"):  # an infinite product is refused in the next line
        built = {term: _product(spec, panel, factors) for term, factors in ready.items()}
    return check_panel(pd.DataFrame(built, index=panel.index), terms)


def columns_of(term: str) -> tuple[str, ...]:
    """Return the columns of the data that a term is made of, each once.

    Examples
    --------
    >>> columns_of("lag(lpi, 1):landlocked")
    ('lpi', 'landlocked')
    """
    return tuple(dict.fromkeys(factor.column for factor in _factors(term)))


def is_shifted(term: str) -> bool:
    """Tell whether there is a lag or a lead in a term."""
    return any(factor.steps for factor in _factors(term))


def in_words(term: str, names: Mapping[str, str]) -> str:
    """Return a term as printed in a table, with the names of its columns where there are any.

    Examples
    --------
    >>> in_words("lag(lpi, 1):landlocked", {"lpi": "LPI overall"})
    'LPI overall (lag 1) x landlocked'
    """
    said = []
    for factor in _factors(term):
        shift = f" ({'lag' if factor.steps > 0 else 'lead'} {abs(factor.steps)})" if factor.steps else ""
        said.append(names.get(factor.column, factor.column) + shift)
    return " x ".join(said)


def canonical(term: str) -> str:
    """Return a term in its one spelling: ``lag(x,1) : z`` as ``lag(x, 1):z``; the order of factors is kept.

    Raises
    ------
    InputError
        For a term that cannot be read; the message does not name the model.
    """
    return ":".join(_spelt(factor) for factor in _factors(term))


def same_product(term: str) -> tuple[Factor, ...]:
    """Return what is equal for two terms that multiply the same factors in another order."""
    return tuple(sorted(_factors(term)))


def _factors(term: str) -> list[Factor]:
    """Read the factors of a term."""
    return [_factor(term, part.strip()) for part in _parts(term)]


def _parts(term: str) -> list[str]:
    """Split a term at the colons that stand outside brackets."""
    parts, depth = [""], 0
    for letter in term:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth < 0:
            break
        if letter == ":" and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    if depth:
        raise InputError(f"term '{term}' has brackets that do not match; write lag(x, 1), lead(x, 1) or x:z")
    return parts


def _factor(term: str, part: str) -> Factor:
    """Read one factor."""
    shifted = _SHIFTED.fullmatch(part)
    if shifted and not re.search(r"[:*()]", shifted[2]) and re.fullmatch(r"[1-9][0-9]*", shifted[3]) and shifted[2]:
        return Factor(shifted[2], int(shifted[3]) * (1 if shifted[1] == "lag" else -1))
    if re.match(r"(lag|lead)\s*\(", part):
        raise InputError(
            f"term '{term}': '{part}' is not readable; write lag(x, 1) or lead(x, 1) with one column and a whole "
            "number of 1 or more; the lag of a product is lag(x, 1):lag(z, 1)"
        )
    if not part or "*" in part:
        raise InputError(f"term '{term}' is not readable; a product is written x:z, with x and z named beside it")
    return Factor(part, 0)


def _spelt(factor: Factor) -> str:
    """Write one factor."""
    if not factor.steps:
        return factor.column
    return f"{'lag' if factor.steps > 0 else 'lead'}({factor.column}, {abs(factor.steps)})"


def _product(spec: ModelSpec, panel: pd.DataFrame, factors: list[Factor]) -> pd.Series:
    """Multiply the factors, row by row."""
    product = _shifted(spec, panel, factors[0])
    for factor in factors[1:]:
        product = product * _shifted(spec, panel, factor)
    return product


def _shifted(spec: ModelSpec, panel: pd.DataFrame, factor: Factor) -> pd.Series:
    """Return a column, read so many waves or years before each row; missing beyond the first and the last."""
    column = panel[factor.column]
    if not factor.steps or panel.empty:
        return column
    years = panel.index.unique("year").sort_values()
    waves = _waves(spec, years, factor.steps) if spec.lag_by == "year" else factor.steps
    place = years.get_indexer(panel.index.get_level_values("year")) - waves
    there = (place >= 0) & (place < len(years))
    source = [panel.index.get_level_values("economy"), years[np.where(there, place, 0)]]
    return column.reindex(pd.MultiIndex.from_arrays(source)).set_axis(panel.index).where(there)


def _waves(spec: ModelSpec, years: pd.Index, steps: int) -> int:
    """Return how many waves a lag of so many calendar years is, if it is the same number everywhere."""
    if not pd.api.types.is_integer_dtype(years):
        raise InputError(f"model '{spec.name}': the years are {years[0]!r}, ...; lags by year need whole numbers")
    gaps = set(np.diff(years))
    span = int(years[-1] - years[0])
    if len(gaps) == 1 and not steps % (gap := int(gaps.pop())) and abs(steps) <= span:
        return steps // gap
    raise InputError(
        f"model '{spec.name}': {'lags' if steps > 0 else 'leads'} over {abs(steps)} calendar years do not fit the "
        f"years {', '.join(map(str, years))}, which must be equally spaced by a divisor of it; use lag_by 'wave'"
    )
