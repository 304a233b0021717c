"""What the rules of mode choice need of a partner, and the parcels it asks for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, listing, unknown
from bri_eval.files import ECONOMIES, parse_numbers, read_numbers, read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bri_eval.modes.catalogue import Catalogue, Demand

COLUMNS = ("income_group", "bri_region", "corridors", "landlocked", "borders_china")
"""Columns of ``economies.csv`` that mode choice reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """A partner; what ``economies.csv`` does not say is "" or None."""

    economy: str
    income_group: str
    region: str
    corridors: tuple[str, ...]
    landlocked: bool | None
    borders_china: bool | None


def read_countries(folder: str | Path, economies: Iterable[str]) -> dict[str, Country]:
    """Read partners from ``economies.csv``.

    Parameters
    ----------
    folder
        Holds ``economies.csv`` with the columns ``COLUMNS``.
    economies
        Codes, in the order of the result.

    Raises
    ------
    InputError
        For an absent column, an economy that is unknown or named twice, or a flag that is neither 0 nor 1.
    """
    economies, path = list(economies), Path(folder) / ECONOMIES
    check_once("economy", economies)
    table = read_table(path)
    absent = [column for column in COLUMNS if column not in table.columns]
    if absent:
        raise InputError(f"{path}: there is no column {listing(absent)}; mode choice reads {listing(COLUMNS)}")
    flags = {c: _flags(table, path, c) for c in ("landlocked", "borders_china")}
    rows = {str(code): row for row, code in enumerate(table["economy"])}
    found = {}
    for code in economies:
        if code not in rows:
            raise InputError(f"{path}: {unknown('economy', code, rows)}")
        cells = table.iloc[rows[code]]
        found[code] = Country(
            economy=code,
            income_group=cells["income_group"],
            region=cells["bri_region"],
            corridors=tuple(part for part in cells["corridors"].split("+") if part),
            landlocked=flags["landlocked"][rows[code]],
            borders_china=flags["borders_china"][rows[code]],
        )
    return found


def read_scales(catalogue: Catalogue, folder: str | Path, economies: Sequence[str]) -> pd.Series:
    """Read by how much the parcels of each partner exceed those of the segments, as the catalogue's demand says.

    Parameters
    ----------
    catalogue
        With a demand rule: ``"equal"`` (1 for all), ``"given"`` (its scale) or ``"proportional"``, the series of a
        year over that of the reference economy, whose scale is 1.
    folder
        Holds the tables.
    economies
        Codes, in the order of the result.

    Returns
    -------
    Series
        By economy; NaN where the rule says nothing of it.

    Raises
    ------
    InputError
        For a demand below 0, an unknown economy, a reference without a value above 0.
    """
    demand, where = catalogue.demand, f"{catalogue.origin}: demand"
    check_economies(folder, [*demand.scale, *([demand.reference] if demand.reference else [])], where)
    scales = DEMANDS[demand.rule](demand, Path(folder), where)
    scales = scales.reindex(list(economies)) if len(scales) else pd.Series(1.0, index=list(economies))
    below = scales.index[scales < 0]
    if len(below):
        raise InputError(f"{where} of '{below[0]}' is {scales[below[0]]:g} below zero; expected 0 or more")
    return scales.rename("scale").rename_axis("economy")


def check_once(kind: str, codes: Sequence[str]) -> None:
    """Raise at a code that is asked for twice."""
    for place, code in enumerate(codes):
        if code in codes[:place]:
            raise InputError(f"{kind} '{code}' is asked for twice; name each once")


def check_economies(folder: str | Path, codes: Iterable[str], where: str) -> None:
    """Raise at a code that ``economies.csv`` does not list."""
    listed = [str(code) for code in read_table(Path(folder) / ECONOMIES)["economy"]]
    for code in codes:
        if code not in listed:
            raise InputError(f"{where}: {unknown('economy', code, listed)}")


def parcel_table(catalogue: Catalogue, scales: pd.Series) -> pd.DataFrame:
    """Give the parcels of a period, economies x segments."""
    each = np.array([segment.parcels for segment in catalogue.segments])
    codes = [segment.code for segment in catalogue.segments]
    return pd.DataFrame(np.outer(scales, each), index=scales.index, columns=pd.Index(codes, name="segment"))


def _equal(demand: Demand, folder: Path, where: str) -> pd.Series:  # noqa: ARG001
    """Give no scale: all are 1."""
    return pd.Series(dtype=float)


def _given(demand: Demand, folder: Path, where: str) -> pd.Series:  # noqa: ARG001
    """Give the declared scale."""
    return pd.Series(demand.scale, dtype=float)


def _proportional(demand: Demand, folder: Path, where: str) -> pd.Series:
    """Divide the series of a year by that of the reference economy."""
    series = read_numbers(folder, demand.source)
    if series.index.nlevels == 2:
        years = series.index.get_level_values("year")
        series = series[years == demand.year].droplevel("year")
    base = series.get(demand.reference, 0.0)
    if not base > 0:
        raise InputError(
            f"{where}: {demand.source} has {base:g} for reference '{demand.reference}' in {demand.year}; expected a "
            "value above 0: choose another reference or year"
        )
    return series / base


DEMANDS: dict[str, Callable[[Demand, Path, str], pd.Series]] = {
    "equal": _equal,
    "given": _given,
    "proportional": _proportional,
}
"""Rules by which the parcels of a partner follow."""


def _flags(table: pd.DataFrame, path: Path, column: str) -> list[bool | None]:
    """Read 0, 1 and empty cells."""
    numbers = parse_numbers(table[column], path, column)
    odd = numbers.index[~numbers.isin([0.0, 1.0]) & numbers.notna()]
    if len(odd):
        raise InputError(
            f"{path}: row {odd[0] + 2}, column '{column}': found {numbers[odd[0]]:g}; expected 0, 1 or empty"
        )
    return [None if np.isnan(number) else bool(number) for number in numbers]
