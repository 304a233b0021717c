"""The robustness analysis that a study declares: factors, noise, measurement errors, numbers of draws."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bri_eval.checks import InputError, listing
from bri_eval.framework import Indicator
from bri_eval.records import make_record, refuse_unknown
from bri_eval.robustness.choices import JUDGEMENTS, Choices, choices
from bri_eval.robustness.noise import CellError, Noise, read_bounds
from bri_eval.tables import read_columns
from bri_eval.weights.judgements import read_judgements

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from bri_eval.recipe import Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorSource:
    """Where the standard errors of some indicators are: a column of them, or two of confidence bounds.

    ``level`` is the confidence level of the bounds; ``shared`` says whether the indicators of a row move together.
    """

    indicators: tuple[str, ...]
    standard_error: str = ""
    lower: str = ""
    upper: str = ""
    level: float = 0.95
    shared: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a study declares under ``[robustness]``.

    Parameters
    ----------
    draws
        Of the uncertainty analysis.
    rows
        Base rows of the sensitivity analysis, a power of two.
    best
        Size of the leading group whose probability is reported.
    choices
        The main recipe and the factors around it.
    noise
        Without measurement errors.
    errors
        Sources of measurement errors.
    """

    draws: int = 10_000
    rows: int = 512
    best: int = 10
    choices: Choices
    noise: Noise = field(default_factory=Noise)
    errors: tuple[ErrorSource, ...] = ()

    def noise_of(self, tables: Path, *, economies: str | Sequence[str], years: Iterable[int]) -> Noise:
        """Read the measurement errors and put them to the other noise."""
        cells = tuple(_cell_error(error, tables, economies, tuple(years)) for error in self.errors)
        return replace(self.noise, cells=cells)


def read_plan(entry: Mapping[str, Any], recipe: Recipe, folder: Path, where: str) -> Plan:
    """Read a plan.

    Parameters
    ----------
    entry
        The TOML table; see ``data/study.toml``.
    recipe
        The main recipe, around which choices are put.
    folder
        That judgement paths are relative to.
    where
        File and entry, for messages.

    Raises
    ------
    InputError
        Naming file, entry and the nearest name.
    """
    refuse_unknown(entry, ("draws", "rows", "best", "choices", "noise", "error"), where)
    for key in ("draws", "rows", "best"):
        if key in entry and not (type(entry[key]) is int and entry[key] >= 1):
            raise InputError(f"{where}: {key} is {entry[key]!r}; expected a whole number of 1 or more")
    for key, kind, words in (("choices", dict, "a table"), ("noise", dict, "a table"), ("error", list, "[[tables]]")):
        if key in entry and not isinstance(entry[key], kind):
            raise InputError(f"{where}: {key} is {entry[key]!r}; expected {words}")
    numbers = {key: entry[key] for key in ("draws", "rows", "best") if key in entry}
    noise = _said(where, lambda: make_record(Noise, entry.get("noise", {}), f"{where}: noise"))
    errors = tuple(_error_source(one, f"{where}: error {place}") for place, one in enumerate(entry.get("error", []), 1))
    levels = {name: _levels(name, values, folder, where) for name, values in entry.get("choices", {}).items()}
    return Plan(**numbers, noise=noise, errors=errors, choices=_said(where, lambda: choices(recipe, levels)))


def _said(where: str, make: Any) -> Any:
    """Make something, naming the file in its errors."""
    try:
        return make()
    except InputError as error:
        message = str(error)
        raise InputError(message if message.startswith(where) else f"{where}: {message}") from None


def _levels(name: str, values: Any, folder: Path, where: str) -> Any:
    """Read the judgement files that levels name."""
    if not isinstance(values, list):
        return values
    if name == JUDGEMENTS:
        return [{"name": path.rpartition("/")[2], JUDGEMENTS: read_judgements(folder / path)} for path in values]
    nested = [value for value in values if isinstance(value, dict) and JUDGEMENTS in value]
    if nested:
        raise InputError(f"{where}: factor '{name}' sets judgements; declare them as a factor of their own, judgements")
    return values


def _error_source(entry: Any, where: str) -> ErrorSource:
    """Read one source of measurement errors."""
    if not isinstance(entry, dict):
        raise InputError(f"{where} is {entry!r}; expected a table [[robustness.error]]")
    source: ErrorSource = make_record(ErrorSource, entry, where)
    given = [key for key in ("standard_error", "lower", "upper") if getattr(source, key)]
    if given not in (["standard_error"], ["lower", "upper"]):
        raise InputError(f"{where} names {listing(given) or 'no column'}; expected standard_error, or lower and upper")
    return source


def _cell_error(source: ErrorSource, tables: Path, economies: str | Sequence[str], years: tuple[int, ...]) -> CellError:
    """Read the standard errors of one source."""
    names = ["standard_error"] if source.standard_error else ["lower", "upper"]
    columns = [Indicator(code=name, parent="", direction="benefit", source=getattr(source, name)) for name in names]
    found: pd.DataFrame
    found, _ = read_columns(columns, tables, economies=economies, years=years)
    sizes = found["standard_error"] if source.standard_error else read_bounds(found, source.level)
    return CellError(indicators=source.indicators, standard_errors=sizes, shared=source.shared)
