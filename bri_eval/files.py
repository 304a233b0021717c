"""CSV files and sheets of Excel workbooks as text, and their columns as numbers: nothing is guessed."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from bri_eval.checks import InputError, listing, nearest, refuse, unknown
from bri_eval.delimited import read_rows
from bri_eval.sheets import SUFFIX, Sheet, cell_name, read_sheet

if TYPE_CHECKING:
    from collections.abc import Iterator

ECONOMIES = "economies.csv"
MOST = 8
"""Cells of one column that are named one by one before the rest is counted."""

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


class Source(NamedTuple):
    """A column: its file, its sheet ("" in a CSV file, or for the only sheet of a workbook) and its name."""

    file: str
    sheet: str
    column: str


def split_source(source: str) -> Source:
    """Take ``table.csv:column``, ``book.xlsx:column`` or ``book.xlsx:sheet!column`` apart.

    Raises
    ------
    InputError
        If no column is named.

    Examples
    --------
    >>> split_source("trade.xlsx:imports 2018!value").sheet
    'imports 2018'
    """
    file, colon, column = source.partition(":")
    sheet = ""
    if file.lower().endswith(SUFFIX) and "!" in column:
        sheet, _, column = column.partition("!")
    if not (colon and file and column):
        raise InputError(f"source '{source}' names no column; write table.csv:column or book.xlsx:sheet!column")
    return Source(file, sheet, column)


def read_table(path: str | Path, sheet: str = "") -> pd.DataFrame:
    """Read a CSV file or a sheet as text: no cell is guessed to be a number, a date or missing.

    Parameters
    ----------
    path
        A ``.csv`` file in UTF-8 with commas, or an ``.xlsx`` file; its first row names the columns.
    sheet
        Of a workbook; may be left out if it has one.

    Raises
    ------
    InputError
        If the file is absent or neither, lacks the ``economy`` column, names a column twice or not at all, has rows of
        different lengths, or has a code that is blank or not in the folder's ``economies.csv``, if it has one.
    """
    return _opened(Path(path), sheet).table.copy()


def tables_in(folder: str | Path) -> list[str]:
    """List the CSV files and workbooks of a folder by name."""
    files = [file for suffix in (".csv", SUFFIX) for file in Path(folder).glob(f"*{suffix}")]
    return sorted(file.name for file in files if not file.name.startswith(("~$", ".")))


def read_numbers(folder: str | Path, source: str) -> pd.Series:
    """Read one column as numbers, indexed by economy, or (economy, year) where the table has years.

    Parameters
    ----------
    folder
        Holds the tables.
    source
        As in ``split_source``.

    Raises
    ------
    InputError
        As ``read_table``, and for an unknown column, a cell that is no plain number, a year that is none, and a key
        that occurs twice.
    """
    file, sheet, column = split_source(source)
    path = Path(folder) / file
    opened = _opened(path, sheet)
    table = opened.table
    if column not in table.columns:
        raise InputError(f"{path}: {unknown('column', column, table.columns)}")
    keys = [key for key in ("economy", "year") if key in table.columns]
    found = list(_number_mistakes(table[column], opened, column))
    found += _year_mistakes(table["year"], opened) if "year" in keys else []
    refuse([*found, *_key_mistakes(table, keys, path)])
    frame = table[keys].assign(value=_as_floats(table[column]))
    if "year" in keys:
        frame["year"] = _as_floats(frame["year"]).astype(int)
    refuse(_key_mistakes(frame, keys, path))
    return frame.set_index(keys)["value"].rename(column).dropna()


def parse_numbers(cells: pd.Series, path: Path, column: str) -> pd.Series:
    """Turn text cells into numbers; empty is missing, anything else that is not a plain number is an error."""
    refuse(_number_mistakes(cells, _Opened(pd.DataFrame(), path, None), column))
    return _as_floats(cells)


class _Opened(NamedTuple):
    """A table as text, and what is needed to name its cells."""

    table: pd.DataFrame
    path: Path
    sheet: Sheet | None

    def place(self, row: int, column: str) -> str:
        """Name a cell, by its row in the table."""
        if self.sheet is None:
            return f"{self.path}: row {row + 2}, column '{column}'"
        cell = cell_name(row + 1, self.sheet.rows[0].index(column) if column in self.sheet.rows[0] else 0)
        return f"{self.path}: sheet '{self.sheet.name}', cell {cell}, column '{column}'"


def _opened(path: Path, sheet: str) -> _Opened:
    """Read and check one table, and its codes."""
    if not path.is_file():
        near = nearest(path.name, tables_in(path.parent))
        hint = f"; did you mean '{near}'?" if near else ""
        raise InputError(
            f"{path}: there is no such file; its folder holds {listing(tables_in(path.parent)) or 'no CSV file'}{hint}"
        )
    opened = _read(path, sheet, path.stat().st_mtime_ns)
    refuse(_code_mistakes(opened))
    return opened


@lru_cache(maxsize=64)
def _read(path: Path, sheet: str, _changed: int) -> _Opened:
    """Read and check one file; kept until the file changes."""
    if path.suffix.lower() == SUFFIX:
        found = read_sheet(path, sheet)
        opened = _Opened(pd.DataFrame(), path, found._replace(rows=_trimmed(found.rows)))
        return opened._replace(table=_table(opened.sheet.rows, opened))  # type: ignore[union-attr]
    opened = _Opened(pd.DataFrame(), path, None)
    return opened._replace(table=_table(_trimmed(read_rows(path)), opened))


def _trimmed(rows: list[list[str]]) -> list[list[str]]:
    """Strip the names in the header."""
    return [[name.strip() for name in rows[0]], *rows[1:]] if rows else rows


def _table(rows: list[list[str]], opened: _Opened) -> pd.DataFrame:
    """Arrange rows as a table, or raise at what is wrong with its header or its codes."""
    path, header = opened.path, rows[0] if rows else []
    found = [
        f"{path}: column '{name}' stands {header.count(name)} times in the header; keep one"
        for name in dict.fromkeys(header)
        if name and header.count(name) > 1
    ]
    unnamed = [number for number, name in enumerate(header) if not name]
    if unnamed:
        empty = not any(row[number].strip() for row in rows[1:] for number in unnamed)
        remedy = "there is nothing below: delete it" if empty else "give it a name in the first row, or delete it"
        letters = ", ".join(cell_name(0, number)[:-1] for number in unnamed)
        found.append(f"{path}: column {letters} of {len(header)} has no name; {remedy}")
    if "economy" not in header:
        near = nearest("economy", header)
        hint = f"; rename '{near}' to 'economy'" if near else "; the first row names the columns, and one is 'economy'"
        found.append(f"{path}: there is no column 'economy' (ISO-3 codes); columns are {listing(header)}{hint}")
    refuse(found)
    table = pd.DataFrame(rows[1:], columns=header, dtype=str)
    refuse(_blank_mistakes(table, opened))
    return table


def _blank_mistakes(table: pd.DataFrame, opened: _Opened) -> Iterator[str]:
    """Find codes that are blank or have blanks around them."""
    for row, code in enumerate(table["economy"]):
        place = opened.place(row, "economy")
        if not code.strip():
            yield f"{place} is blank; give the economy's code, or delete the row if it is empty"
        elif code != code.strip():
            yield f"{place}: found {code!r}; delete the blanks around {code.strip()!r}"


def _code_mistakes(opened: _Opened) -> Iterator[str]:
    """Find codes that ``economies.csv``, if the folder has one, does not list."""
    register = opened.path.parent / ECONOMIES
    if opened.path.name == ECONOMIES or not register.is_file():
        return
    known = set(_read(register, "", register.stat().st_mtime_ns).table["economy"])
    for row, code in enumerate(opened.table["economy"]):
        if code not in known:
            place = opened.place(row, "economy").partition(", column")[0]
            yield f"{place}: {unknown('economy', code, sorted(known))}"


def _number_mistakes(cells: pd.Series, opened: _Opened, column: str) -> Iterator[str]:
    """Find cells that are neither empty nor a plain number, or stored as text; count those beyond MOST."""
    text = cells.astype(str).str.strip()
    wrong = (text != "") & ~text.str.fullmatch(_NUMBER.pattern)
    if opened.sheet is not None:
        place = opened.sheet.rows[0].index(column)
        stored = {row - 1 for row, col in opened.sheet.texts if col == place and row}
        wrong |= cells.index.isin(stored) & (text != "")
    bad = cells.index[wrong]
    for row in bad[:MOST]:
        found = cells[row]
        said = f"found {found!r}"
        if opened.sheet is not None and _NUMBER.fullmatch(str(found).strip()):
            yield f"{opened.place(row, column)}: {said}, a number stored as text; format it as a number, type it anew"
            continue
        yield (
            f"{opened.place(row, column)}: {said}; expected a plain number such as 1234.5{_remedy(found)}, or an empty "
            "cell if it is missing"
        )
    if len(bad) > MOST:
        yield f"{opened.path}: column '{column}' has {len(bad) - MOST} more cells that are no plain number"


def _year_mistakes(cells: pd.Series, opened: _Opened) -> Iterator[str]:
    """Find cells that are no calendar year."""
    found = list(_number_mistakes(cells, opened, "year"))
    yield from found
    if not found:
        for row, year in enumerate(_as_floats(cells)):
            if year % 1 != 0:
                yield f"{opened.place(row, 'year')}: found {cells[row]!r}; expected a calendar year such as 2018"


def _as_floats(cells: pd.Series) -> pd.Series:
    """Turn cells that are plain numbers or empty into floats."""
    text = cells.astype(str).str.strip()
    return text.where(text != "", "nan").astype(float)


def _key_mistakes(frame: pd.DataFrame, keys: list[str], path: Path) -> Iterator[str]:
    """Find keys that occur twice."""
    for row in frame.index[frame.duplicated(keys)][:MOST]:
        key = frame.loc[row, keys]
        first = frame.index[(frame[keys] == key).all(axis=1)][0]
        named = ", ".join(f"{name} {value}" for name, value in key.items())
        yield f"{path}: rows {first + 2} and {row + 2} are both {named}; keep one"


def _remedy(found: str) -> str:
    """Propose the number that was probably meant."""
    plain = re.sub(r"['\s\u00a0\u202f]", "", str(found)).translate(
        {0xFF10 + d: str(d) for d in range(10)} | {0xFF0E: ".", 0xFF0C: ",", 0x2212: "-"}
    )
    decimal = re.fullmatch(r"[+-]?[0-9]+,[0-9]+", plain) and not re.fullmatch(r"[+-]?[0-9]{1,3},[0-9]{3}", plain)
    plain = plain.replace(",", "." if decimal else "")
    return f" (perhaps {plain})" if _NUMBER.fullmatch(plain) else ""
