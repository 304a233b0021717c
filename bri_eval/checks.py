"""Shapes of the four tables and the one error that bad input raises."""

from __future__ import annotations

import difflib
import inspect
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import TypeVar

    T = TypeVar("T")

WEIGHT_TOLERANCE = 1e-6
"""How far a set of weights may be from summing to 1; printed weights of four digits pass, 89.56 % does not."""


class InputError(ValueError):
    """Bad input: one line that says where, what was found, what was expected and what to do.

    ``more`` holds such lines on what else is wrong in the same place.

    Examples
    --------
    >>> raise InputError("tables/x.csv: row 3, column 'gdp': found '1,234'; expected a plain number")
    Traceback (most recent call last):
        ...
    bri_eval.checks.InputError: tables/x.csv: row 3, column 'gdp': found '1,234'; expected a plain number
    """

    def __init__(self, message: str, *more: str) -> None:
        super().__init__(message)
        self.more = more

    def within(self, where: str) -> InputError:
        """Put a place before every line, unless it names it already."""
        lines = [line if line.startswith(where) else f"{where}: {line}" for line in (str(self), *self.more)]
        return InputError(*lines)


def refuse(mistakes: Iterable[str]) -> None:
    """Raise one error that holds all mistakes, if there are any."""
    found = list(dict.fromkeys(mistakes))
    if found:
        raise InputError(*found)


def tried(call: Callable[[], T]) -> tuple[T | None, list[str]]:
    """Call something: return what it gives, or None, and its mistakes, one line each."""
    try:
        return call(), []
    except InputError as error:
        return None, [str(error), *error.more]


def mistakes_of(call: Callable[[], object]) -> list[str]:
    """Call something for its mistakes."""
    return tried(call)[1]


def known(kind: str, name: str, entries: Mapping[str, T]) -> T:
    """Return the registry entry ``name``, or raise naming the known ones and the nearest."""
    if name in entries:
        return entries[name]
    raise InputError(unknown(kind, name, entries))


def bind(function: Callable[..., T], parameters: Mapping[str, object]) -> Callable[..., T]:
    """Give a method those of the parameters that its keyword-only arguments name."""
    given = {name: parameters[name] for name in _keywords(function) if name in parameters}
    return partial(function, **given) if given else function


def unknown(kind: str, name: str, names: Iterable[str]) -> str:
    """Say that ``name`` is not among ``names``, with the nearest one as a proposal."""
    names = list(names)
    near = nearest(str(name), names)
    hint = f"; did you mean '{near}'?" if near else ""
    return f"unknown {kind} '{name}'; known are {listing(names) or 'none'}{hint}"


def nearest(name: str, names: Iterable[str]) -> str:
    """Return the name that was probably meant, "" if none is near; capitals and blanks count little."""
    names = list(names)
    near = difflib.get_close_matches(name, names, n=1)
    plain = {one.casefold().strip(): one for one in reversed(names)}
    again = difflib.get_close_matches(name.casefold().strip(), list(plain), n=1)
    return near[0] if near else plain[again[0]] if again else ""


def listing(names: Iterable[object], most: int = 12) -> str:
    """Join names for an error message, cut after ``most``."""
    quoted = [f"'{name}'" for name in names]
    return ", ".join(quoted[:most]) + (f" and {len(quoted) - most} more" if len(quoted) > most else "")


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """An array with the labels that error messages need."""

    values: np.ndarray
    index: pd.Index
    codes: Sequence[str]


def check_panel(panel: pd.DataFrame, codes: Iterable[str]) -> pd.DataFrame:
    """Return the panel with its columns in framework order, or raise.

    Parameters
    ----------
    panel
        Indexed by (economy, year), unique; one numeric column per indicator; missing cells allowed.
    codes
        The indicator codes that must be there.

    Raises
    ------
    InputError
        For an index that is not (economy, year), a row that occurs twice, a column that is absent or not numeric,
        or an infinite cell.
    """
    if list(panel.index.names) != ["economy", "year"]:
        raise InputError(f"the panel's index is {list(panel.index.names)}; expected ['economy', 'year']")
    twice = panel.index[panel.index.duplicated()]
    if len(twice):
        raise InputError(f"the panel has economy {twice[0][0]}, year {twice[0][1]} twice; keep one row of each pair")
    codes = list(codes)
    absent = [code for code in codes if code not in panel.columns]
    if absent:
        raise InputError(f"the panel has no column {listing(absent)}; its columns are {listing(panel.columns)}")
    if np.isinf(_numbers(panel[codes], "panel")).any():
        infinite = np.isinf(panel[codes].to_numpy(dtype=float))
        row, column = np.argwhere(infinite)[0]
        raise InputError(f"the panel is infinite for {label(panel.index[row])}, column '{codes[column]}'")
    return panel[codes].astype(float).sort_index()


def check_matrix(matrix: pd.DataFrame | np.ndarray, what: str = "matrix", *, missing: bool = False) -> pd.DataFrame:
    """Return the matrix as a float frame of finite cells with unique labels, or raise naming the cell.

    Parameters
    ----------
    matrix
        Alternatives x criteria; a plain array is labelled 0, 1, ... on both axes.
    what
        How error messages call it.
    missing
        Whether cells may be missing; they may never be infinite.
    """
    frame = matrix if isinstance(matrix, pd.DataFrame) else pd.DataFrame(np.atleast_2d(np.asarray(matrix)))
    for axis, labels in (("row", frame.index), ("column", frame.columns)):
        if labels.has_duplicates:
            raise InputError(
                f"the {what} has {axis} {label(labels[labels.duplicated()][0])} twice; {axis} names are unique"
            )
    if frame.empty:
        raise InputError(f"the {what} has {frame.shape[0]} rows and {frame.shape[1]} columns; expected at least one")
    values = _numbers(frame, what)
    bad = np.isinf(values) if missing else ~np.isfinite(values)
    if bad.any():
        row, column = np.argwhere(bad)[0]
        raise InputError(
            f"the {what} has {bad.sum()} missing or infinite cells, first at row "
            f"{label(frame.index[row])}, column '{frame.columns[column]}'; impute them, or leave the row or column out"
        )
    return frame if frame.to_numpy().dtype == np.float64 else frame.astype(float)


def check_weights(weights: Mapping[str, float] | pd.Series, codes: Iterable[str], what: str = "weights") -> pd.Series:
    """Return the weights ordered as ``codes``, or raise; nothing is rescaled.

    Parameters
    ----------
    weights
        One number >= 0 per code, summing to 1 within 1e-6.
    codes
        The indicators that the weights must cover, no more and no fewer.
    what
        How error messages call them.

    Raises
    ------
    InputError
        For a code without weight or a weight without code, a negative or missing weight, a sum other than 1.
    """
    try:
        series = pd.Series(weights).astype(float)
    except ValueError:
        text = next(weight for weight in pd.Series(weights) if isinstance(weight, str))
        raise InputError(f"the {what} hold {text!r}; expected numbers >= 0 that sum to 1") from None
    codes = list(codes)
    absent, extra = [c for c in codes if c not in series.index], [c for c in series.index if c not in codes]
    if absent or extra or series.index.has_duplicates:
        told = f"lack {listing(absent)}" if absent else f"name {listing(extra)}, which is not there"
        raise InputError(f"the {what} {told}; expected one weight for each of {listing(codes)}")
    if not (series >= 0).all():
        worst = series.index[~(series >= 0)][0]
        raise InputError(f"the {what} give '{worst}' the weight {series[worst]:g}; expected a number >= 0")
    if abs(series.sum() - 1) > WEIGHT_TOLERANCE:
        raise InputError(
            f"the {what} sum to {series.sum():.6g}; expected 1; nothing was rescaled: correct them at the source"
        )
    return series.loc[codes]


def check_varies(values: np.ndarray, codes: Iterable[object], where: str = "") -> None:
    """Raise if a column is constant: it cannot tell alternatives apart, whatever the method."""
    if len(values) == 1:
        raise InputError(f"there is 1 row{where} and nothing to compare it with; expected 2 or more")
    with np.errstate(invalid="ignore"):
        low, high = np.fmin.reduce(values), np.fmax.reduce(values)
    constant = high - low <= 1e-12 * np.maximum(np.abs(high), np.abs(low))
    if constant.any():
        column = int(np.argmax(constant))
        raise InputError(
            f"indicator '{list(codes)[column]}' is constant{where} ({high[column]:g} in all {len(values)} rows) and "
            "cannot tell them apart; leave it out with exclude"
        )


def label(key: object) -> str:
    """Write a row label as in a message: (economy, year) tuples as 'AFG 2018'."""
    return " ".join(str(part) for part in key) if isinstance(key, tuple) else f"'{key}'"


@lru_cache(maxsize=256)
def _keywords(function: Callable[..., object]) -> tuple[str, ...]:
    """Name the keyword-only arguments of a method."""
    declared = inspect.signature(function).parameters.values()
    return tuple(p.name for p in declared if p.kind is p.KEYWORD_ONLY)


def _numbers(frame: pd.DataFrame, what: str) -> np.ndarray:
    """Return the cells as an array of floats, or raise at the first that is text."""
    values = frame.to_numpy()
    if values.dtype.kind in "fiub":
        return values
    for code in frame.columns:
        column = frame[code]
        bad = column.index[pd.to_numeric(column, errors="coerce").isna() & column.notna()]
        if len(bad):
            found = column[bad[0]]
            raise InputError(f"the {what} has {found!r} at row {label(bad[0])}, column '{code}'; expected a number")
    return frame.astype(float).to_numpy()
