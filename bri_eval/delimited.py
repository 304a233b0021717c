"""CSV files as rows of text: another encoding, separator or length is named, never guessed around."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from bri_eval.checks import InputError, refuse

if TYPE_CHECKING:
    from pathlib import Path


def read_rows(path: Path) -> list[list[str]]:
    """Read the rows of a CSV file, all as long as the header; an empty line is a row of empty cells.

    Parameters
    ----------
    path
        A file in UTF-8, with or without a byte order mark; commas between cells, double quotes around texts.

    Raises
    ------
    InputError
        For another encoding, another separator, an empty file, a quotation mark without its partner, and rows that are
        longer or shorter than the header.
    """
    text = _decoded(path)
    where = f"{path}: not readable as CSV in UTF-8"
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise InputError(f"{where}: {error}; look for a quotation mark without its partner") from None
    if not text.strip():
        raise InputError(
            f"{where}: No columns; the file is empty: its first row names the columns, such as economy,year"
        )
    mark = next((mark for mark in ";\t" if len(rows[0]) == 1 and mark in rows[0][0]), "")
    if mark:
        name = {";": "semicolons", "\t": "tabs"}[mark]
        raise InputError(
            f"{path}: columns are separated by {name}; expected commas, and points in decimals; save it as 'CSV UTF-8 "
            "(comma delimited)', or save it as .xlsx and name that in source"
        )
    width = len(rows[0])
    refuse(
        f"{where}: Expected {width} fields in line {number}, saw {len(row)}; a comma inside a number or a text "
        "makes a cell too many (write 1234.5, put texts in double quotes), a comma too few makes one less"
        for number, row in enumerate(rows, 1)
        if row and len(row) != width
    )
    return [row or [""] * width for row in rows]


def _decoded(path: Path) -> str:
    """Read a file as UTF-8 text, or say what it is instead."""
    data = path.read_bytes()
    if data[:4] == b"PK\x03\x04":
        raise InputError(f"{path}: this is an Excel workbook with the name of a CSV file; name it {path.stem}.xlsx")
    utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = (
            "it is in UTF-16" if utf16 else f"line {data[: error.start].count(10) + 1} has a sign in another encoding"
        )
        raise InputError(f"{path}: not readable as CSV in UTF-8: {what}; save it as 'CSV UTF-8'") from None
