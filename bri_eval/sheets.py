"""Sheets of Excel workbooks as text: what a cell holds is taken as it is, or refused by its name, never guessed."""

from __future__ import annotations

import datetime
import warnings
import zipfile
from typing import TYPE_CHECKING, NamedTuple

from bri_eval.checks import InputError, listing, refuse, unknown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

SUFFIX = ".xlsx"


class Sheet(NamedTuple):
    """Rows of a sheet as text, all as long as the longest, and where a text looks like a number: (row, column)."""

    name: str
    rows: list[list[str]]
    texts: frozenset[tuple[int, int]]


def read_sheet(path: Path, name: str = "") -> Sheet:
    """Read one sheet of a workbook; empty rows and columns at its end are left out.

    Parameters
    ----------
    path
        An ``.xlsx`` file.
    name
        The sheet; may be left out if the workbook has one.

    Raises
    ------
    InputError
        Naming sheet and cell: a date, a truth value, an error, a formula without a stored result, blanks alone, merged
        cells. Also for a file that is no workbook, an unknown sheet, and no sheet named where there are several.
    """
    values, formulas = _workbook(path, results=True), _workbook(path, results=False)
    sheet = values[_sheet_name(values.sheetnames, name, path)]
    where = f"{path}: sheet '{sheet.title}'"
    refuse(_mistakes(sheet, formulas[sheet.title], where))
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    height = max((number for number, row in enumerate(rows, 1) if any(v is not None for v in row)), default=0)
    width = max((place for row in rows for place, v in enumerate(row, 1) if v is not None), default=0)
    kept = [row[:width] for row in rows[:height]]
    texts = {(r, c) for r, row in enumerate(kept) for c, v in enumerate(row) if isinstance(v, str)}
    return Sheet(sheet.title, [[_text(value) for value in row] for row in kept], frozenset(texts))


def cell_name(row: int, column: int) -> str:
    """Name a cell as Excel does, counting from 0: (6, 2) is C7."""
    from openpyxl.utils import get_column_letter

    return f"{get_column_letter(column + 1)}{row + 1}"


def _workbook(path: Path, *, results: bool) -> Any:
    """Open a workbook, with the stored results of its formulas or with the formulas."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings(), path.open("rb") as stream:
            warnings.simplefilter("ignore")
            return load_workbook(stream, data_only=results)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError):
        raise InputError(
            f"{path}: not readable as an Excel workbook; open it in Excel without a password and save it as .xlsx or "
            "as CSV UTF-8"
        ) from None


def _sheet_name(names: list[str], name: str, path: Path) -> str:
    """Return the sheet that is meant."""
    if name and name not in names:
        raise InputError(f"{path}: {unknown('sheet', name, names)}")
    if not name and len(names) != 1:
        raise InputError(f"{path}: there are the sheets {listing(names)}; say which: {path.name}:{names[0]}!column")
    return name or names[0]


def _mistakes(sheet: Any, formulas: Any, where: str) -> Iterator[str]:
    """Find cells that hold no plain text or number."""
    for merged in sheet.merged_cells.ranges:
        yield f"{where}: cells {merged.coord} are merged; separate them, and give each its own value"
    for row in sheet.iter_rows():
        for cell in row:
            found = _why_not(cell, formulas[cell.coordinate])
            if found:
                yield f"{where}, cell {cell.coordinate}: {found}"


def _why_not(cell: Any, formula: Any) -> str:
    """Say why a cell cannot be taken as it is; "" if it can."""
    value = cell.value
    if value is None and formula.data_type == "f":
        return f"the formula {formula.value} has no stored result; open the file in Excel and save it, or paste values"
    if cell.data_type == "e":
        return f"found the error {value}; correct the formula, or clear the cell if the value is missing"
    if isinstance(value, bool):
        return f"found {str(value).upper()}; expected a number or a text; write 1 or 0"
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        return f"found the date {value}; expected a number or a text; format the cell as a number and type it anew"
    if isinstance(value, str) and not value.strip():
        return "found blanks alone; clear the cell"
    return (
        "" if value is None or isinstance(value, str | int | float) else f"found {value}; expected a number or a text"
    )


def _text(value: object) -> str:
    """Write a value so that it is read back as the same."""
    return "" if value is None else value if isinstance(value, str) else repr(value)
