"""CSV files as text, and their columns as numbers: nothing is guessed."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import pandas as pd

from bri_eval.checks import InputError, listing, unknown

ECONOMIES = "economies.csv"
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


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
