"""CSV tables into a panel: one column per indicator, with the year each value comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, listing, unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bri_eval.framework import Framework

ECONOMIES = "economies.csv"
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


class Sourced(Protocol):
    """What a column needs to be read: an indicator, or a variable of a regression."""

    @property
    def code(self) -> str: ...  # noqa: D102
    @property
    def source(self) -> str: ...  # noqa: D102
    @property
    def denominator(self) -> str | None: ...  # noqa: D102
    @property
    def scale(self) -> float: ...  # noqa: D102
    @property
    def structural_zero(self) -> str | None: ...  # noqa: D102
    @property
    def look_back(self) -> int: ...  # noqa: D102
    @property
    def look_around(self) -> int: ...  # noqa: D102


def read_panel(
    framework: Framework, folder: str | Path, *, economies: str | Sequence[str], years: Iterable[int]
) -> pd.DataFrame:
    """Read the panel of a framework from a folder of CSV tables.

    Parameters
    ----------
    framework
        Says for each indicator the column, the denominator and scale, the years to look back or around, and the
        structural zeros. Transforms and caps are applied later, by ``evaluate``.
    folder
        Holds the tables, among them ``economies.csv``.
    economies
        A 0/1 column of ``economies.csv``, a list of codes, or ``"all"``; a code may be any text.
    years
        Calendar years; one row per economy and year.

    Returns
    -------
    DataFrame
        Indexed by (economy, year), sorted; columns are the indicator codes; missing cells are NaN.

    Raises
    ------
    InputError
        Naming file, row and column of the first cell, column or file that is not as declared.

    Notes
    -----
    A value of another year than the row's is taken only as declared: ``look_back = 4`` takes the latest of the last
    four years, ``look_around = 2`` the nearest within two years, the earlier of two equally near. ``read_vintages``
    gives the year of each value.
    """
    return read_columns(framework.indicators, folder, economies=economies, years=years)[0]


def read_vintages(
    framework: Framework, folder: str | Path, *, economies: str | Sequence[str], years: Iterable[int]
) -> pd.DataFrame:
    """Read the year that each cell of ``read_panel`` comes from; NaN where missing, structural or without year."""
    return read_columns(framework.indicators, folder, economies=economies, years=years)[1]


def read_columns(
    columns: Iterable[Sourced], folder: str | Path, *, economies: str | Sequence[str], years: Iterable[int]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read declared columns as a panel; return values and vintages."""
    columns = tuple(columns)
    among = {column.source.partition(":")[0] for column in columns}
    index = pd.MultiIndex.from_product(
        [read_economies(folder, economies, among), _check_years(years)], names=["economy", "year"]
    )
    values, vintages = {}, {}
    for column in columns:
        values[column.code], vintages[column.code] = _read_column(column, Path(folder), index)
    return pd.DataFrame(values, index=index), pd.DataFrame(vintages, index=index)


def _check_years(years: Iterable[int]) -> list[int]:
    """Sort calendar years, or raise if they are no list of whole numbers."""
    wanted = list(years) if isinstance(years, Iterable) else []
    if not wanted or not all(isinstance(year, int | np.integer) for year in wanted):
        raise InputError(f"years is {years!r}; expected a list of whole numbers, such as [2018]")
    return sorted(set(wanted))


def read_economies(folder: str | Path, economies: str | Sequence[str], among: Iterable[str] = ()) -> list[str]:
    """List codes, sorted: ``"all"``, those with 1 in a column of ``economies.csv``, or the given ones.

    Without an ``economies.csv`` the codes that there are, are those of the tables ``among``.
    """
    if economies == "all" or not (Path(folder) / ECONOMIES).is_file():
        return _economies_of(Path(folder), economies, among)
    if isinstance(economies, str):
        flag = read_numbers(folder, f"{ECONOMIES}:{economies}")
        return sorted(flag.index[flag == 1])
    table = read_table(Path(folder) / ECONOMIES)
    for code in economies:
        if code not in table["economy"].to_list():
            raise InputError(f"{ECONOMIES}: {unknown('economy', code, table['economy'])}")
    return sorted(set(economies))


def read_groups(folder: str | Path, column: str) -> pd.Series:
    """Read a text column of ``economies.csv``, or a ``table.csv:column``; economies without one are left out."""
    name, colon, own = column.partition(":")
    path, column = (Path(folder) / name, own) if colon else (Path(folder) / ECONOMIES, column)
    table = read_table(path)
    if column not in table.columns:
        raise InputError(f"{path}: {unknown('column', column, table.columns)}")
    groups = table.drop_duplicates("economy").set_index("economy")[column]
    return groups[groups != ""].rename(column)


def coverage_table(panel: pd.DataFrame) -> pd.DataFrame:
    """Count the economies with a value, indicator x year, with all indicators together in the last row."""
    counts = panel.notna().groupby(level="year").sum().T
    counts.loc["all indicators"] = panel.notna().all(axis=1).groupby(level="year").sum()
    return counts.rename_axis(index="indicator", columns=None)


def read_numbers(folder: str | Path, source: str) -> pd.Series:
    """Read a ``table.csv:column`` as numbers, indexed by economy, or (economy, year) where the table has years."""
    name, colon, column = source.partition(":")
    if not colon:
        raise InputError(f"source '{source}' names no column; write table.csv:column")
    path = Path(folder) / name
    table = read_table(path)
    if column not in table.columns:
        raise InputError(f"{path}: {unknown('column', column, table.columns)}")
    keys = [key for key in ("economy", "year") if key in table.columns]
    frame = table[keys].assign(value=parse_numbers(table[column], path, column))
    if "year" in keys:
        frame["year"] = _parse_years(frame["year"], path)
    _check_keys(frame, keys, path)
    return frame.set_index(keys)["value"].rename(column).dropna()


def read_table(path: str | Path) -> pd.DataFrame:
    """Read a CSV file as text: no cell is guessed to be a number, a date or missing.

    Raises
    ------
    InputError
        If the file is absent or no CSV, lacks the ``economy`` column, names a column twice, or has a code that is
        blank or not in the folder's ``economies.csv``, if it has one.
    """
    path = Path(path)
    if not path.is_file():
        beside = sorted(file.name for file in path.parent.glob("*.csv"))
        raise InputError(f"{path}: there is no such file; its folder holds {listing(beside) or 'no CSV file'}")
    table = _read_table(path, path.stat().st_mtime_ns).copy()
    _check_codes(table, path)
    return table


def _check_codes(table: pd.DataFrame, path: Path) -> None:
    """Raise at a code that ``economies.csv``, if the folder has one, does not list."""
    register = path.parent / ECONOMIES
    if path.name == ECONOMIES or not register.is_file():
        return
    known = set(_read_table(register, register.stat().st_mtime_ns)["economy"])
    bad = table.index[~table["economy"].isin(known)]
    if len(bad):
        raise InputError(f"{path}: row {bad[0] + 2}: {unknown('economy', table['economy'][bad[0]], sorted(known))}")


def _economies_of(folder: Path, economies: str | Sequence[str], among: Iterable[str]) -> list[str]:
    """List all economies, or check the given ones, where no ``economies.csv`` says which there are."""
    names = [ECONOMIES] if (folder / ECONOMIES).is_file() else sorted(among)
    there = sorted({code for name in names for code in read_table(folder / name)["economy"]})
    if economies == "all":
        return there
    wanted = [economies] if isinstance(economies, str) else list(economies)
    for code in wanted:
        if code not in there:
            raise InputError(f"{folder}: {unknown('economy', code, there)}")
    return sorted(set(wanted))


@lru_cache(maxsize=64)
def _read_table(path: Path, _changed: int) -> pd.DataFrame:
    """Read and check one file; kept until the file changes."""
    try:
        raw = pd.read_csv(
            path, header=None, dtype=str, keep_default_na=False, encoding="utf-8-sig", skip_blank_lines=False
        ).fillna("")
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not readable as CSV in UTF-8: {str(error).strip()}") from None
    header = [str(cell).strip() for cell in raw.iloc[0]]
    for name in header:
        if header.count(name) > 1:
            raise InputError(f"{path}: column '{name}' stands {header.count(name)} times in the header; keep one")
    if "economy" not in header:
        raise InputError(f"{path}: there is no column 'economy' (ISO-3 codes); columns are {listing(header)}")
    table = raw.iloc[1:].reset_index(drop=True).set_axis(header, axis=1)
    blank = table.index[table["economy"].str.strip() == ""]
    if len(blank):
        raise InputError(f"{path}: row {blank[0] + 2}, column 'economy' is blank; give the economy's code")
    return table


def parse_numbers(cells: pd.Series, path: Path, column: str) -> pd.Series:
    """Turn text cells into numbers; empty is missing, anything else that is not a plain number is an error."""
    text = cells.astype(str).str.strip()
    empty = text == ""
    bad = text.index[~empty & ~text.str.fullmatch(_NUMBER.pattern)]
    if len(bad):
        found = cells[bad[0]]
        raise InputError(
            f"{path}: row {bad[0] + 2}, column '{column}': found {found!r}; "
            f"expected a plain number such as 1234.5{_remedy(found)}, or an empty cell if it is missing"
        )
    return text.where(~empty, "nan").astype(float)


def _parse_years(cells: pd.Series, path: Path) -> pd.Series:
    """Turn text cells into calendar years, none of them missing or fractional."""
    years = parse_numbers(cells, path, "year")
    bad = years.index[~(years % 1 == 0)]
    if len(bad):
        raise InputError(
            f"{path}: row {bad[0] + 2}, column 'year': found {cells[bad[0]]!r}; expected a calendar year such as 2018"
        )
    return years.astype(int)


def _read_column(column: Sourced, folder: Path, index: pd.MultiIndex) -> tuple[pd.Series, pd.Series]:
    """Read one declared column, match years, and set structural zeros."""
    try:
        series = read_numbers(folder, column.source)
        if column.denominator:
            series = _divide(series, read_numbers(folder, column.denominator), column)
    except InputError as error:
        raise InputError(f"'{column.code}': {error}") from None
    values, vintages = _match(series * column.scale, index, column)
    if column.structural_zero:
        zero = _structural(column, folder, index) & values.isna()
        values = values.mask(zero, 0.0)
    return values, vintages


def _divide(series: pd.Series, by: pd.Series, column: Sourced) -> pd.Series:
    """Divide values of the same year; a side without years holds for every year of the other."""
    if series.index.nlevels < by.index.nlevels:
        series = series.reindex(by.index.get_level_values("economy")).set_axis(by.index)
    elif by.index.nlevels < series.index.nlevels:
        by = by.reindex(series.index.get_level_values("economy")).set_axis(series.index)
    by = by.reindex(series.index)
    if (by == 0).any():
        raise InputError(f"{column.denominator} is 0 for {by.index[by == 0][0]}; a denominator is above 0")
    return (series / by).dropna()


def _match(series: pd.Series, index: pd.MultiIndex, column: Sourced) -> tuple[pd.Series, pd.Series]:
    """Take for each row the value of its year, or of the nearest year that the column's declaration allows."""
    economy, year = index.get_level_values("economy"), index.get_level_values("year")
    if series.index.nlevels == 1:
        values = series.reindex(economy).set_axis(index)
        return values, pd.Series(np.nan, index=index)
    values, vintages = pd.Series(np.nan, index=index), pd.Series(np.nan, index=index)
    for offset in _offsets(column):
        candidate = series.reindex(pd.MultiIndex.from_arrays([economy, year + offset])).to_numpy()
        take = values.isna().to_numpy() & ~np.isnan(candidate)
        values[take], vintages[take] = candidate[take], (year + offset).to_numpy()[take]
    return values, vintages


def _offsets(column: Sourced) -> list[int]:
    """List the years to try, relative to the row's, in order of preference."""
    around = [offset for step in range(1, column.look_around + 1) for offset in (-step, step)]
    return [0, *around, *range(-1, -column.look_back - 1, -1)]


def _structural(column: Sourced, folder: Path, index: pd.MultiIndex) -> pd.Series:
    """Tell the rows whose missing value is 0 by nature: flagged, and absent from the whole source table."""
    flag = read_numbers(folder, f"{ECONOMIES}:{column.structural_zero}")
    table = read_table(folder / column.source.partition(":")[0])
    cells = table.drop(columns=["economy", "year"], errors="ignore")
    observed = set(table["economy"][(cells != "").any(axis=1)])
    economy = index.get_level_values("economy")
    zero = [flag.get(code, 0) == 1 and code not in observed for code in economy]
    return pd.Series(zero, index=index)


def _check_keys(frame: pd.DataFrame, keys: list[str], path: Path) -> None:
    """Refuse a key that occurs twice."""
    twice = frame.index[frame.duplicated(keys)]
    if len(twice):
        key = frame.loc[twice[0], keys]
        first = frame.index[(frame[keys] == key).all(axis=1)][0]
        named = ", ".join(f"{name} {value}" for name, value in key.items())
        raise InputError(f"{path}: rows {first + 2} and {twice[0] + 2} are both {named}; keep one")


def _remedy(found: str) -> str:
    """Propose the number that was probably meant."""
    plain = re.sub(r"[,'\s\u00a0\u202f]", "", str(found)).translate(
        {0xFF10 + d: str(d) for d in range(10)} | {0xFF0E: "."}
    )
    return f" (perhaps {plain})" if _NUMBER.fullmatch(plain) else ""
