"""New text of the dictionary and the tables: changed cells and vintages, and every other byte as it was."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from bri_eval.checks import InputError
from bri_eval.refresh.declarations import read_dictionary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bri_eval.refresh.comparisons import Comparison
    from bri_eval.refresh.refresh import Refresh

_CELL = re.compile(r'((?:"(?:[^"]|"")*"|[^,"])*)(,|$)')


def refreshed_files(found: Refresh) -> dict[Path, str]:
    """Give the new text of every file that an update changes.

    Parameters
    ----------
    found
        From ``refresh``.

    Returns
    -------
    dict
        Path and text, the dictionary first: if writing ends between two files, the next refresh still shows the cells
        that are to come. Rows, keys, other columns, untouched cells and line ends stay byte for byte.

    Raises
    ------
    InputError
        For a table with a quoted line break, whose rows are not lines.
    """
    if not found.changed:
        return {}
    tables: dict[Path, list[Comparison]] = {}
    for one in found.changed:
        tables.setdefault(one.column.path, []).append(one)
    texts = {path: _table_text(path, columns) for path, columns in tables.items()}
    return {found.dictionary: _dictionary_text(found.dictionary, tables), **texts}


def _table_text(path: Path, columns: Sequence[Comparison]) -> str:
    """Put the changed cells into the text of a table."""
    lines = path.read_bytes().decode("utf-8").split("\n")
    header = [name.strip().strip('"') for name in _cells(lines[0].lstrip("\ufeff"), path, 1)]
    keys = header.index("economy"), header.index("year")
    now = {
        (change.economy, change.year, header.index(one.column.name)): change.now
        for one in columns
        for change in one.changes
    }
    places = sorted({place for _, _, place in now})
    for number, line in enumerate(lines[1:], start=1):
        if line.strip():
            cells = _cells(line.removesuffix("\r"), path, number + 1)
            economy, year = (cells[key].strip().strip('"').strip() for key in keys)
            fresh = {place: now[row] for place in places if (row := (economy, int(float(year)), place)) in now}
            if fresh:
                changed = ",".join(fresh.get(place, cell) for place, cell in enumerate(cells))
                lines[number] = changed + "\r" * line.endswith("\r")
    return "\n".join(lines)


def _cells(line: str, path: Path, row: int) -> list[str]:
    """Split a line at its commas, quotes and blanks kept."""
    line = line.removesuffix("\r")
    found, at = [], 0
    while True:
        cell = _CELL.match(line, at)
        if cell is None:
            raise InputError(f"{path}: row {row} has a quoted line break; write the cell on one line")
        found.append(cell[1])
        at = cell.end()
        if not cell[2]:
            return found


def _dictionary_text(path: Path, tables: Mapping[Path, Sequence[Comparison]]) -> str:
    """Put the new vintages into the dictionary, as it is laid out."""
    document = read_dictionary(path)
    for resource in document["resources"]:
        columns = tables.get(path.parent / resource["path"], ())
        for one in columns:
            _put_vintage(resource, one)
    text = path.read_bytes().decode("utf-8")
    indent = re.search(r"\n( +)\S", text)
    fresh = json.dumps(document, indent=len(indent[1]) if indent else None, ensure_ascii=False)
    return fresh + text[len(text.rstrip()) :]


def _put_vintage(resource: dict[str, Any], one: Comparison) -> None:
    """State the new vintage at the field and the source of a column; in a table of one vintage at all of them."""
    for entry in resource["schema"]["fields"]:
        if entry["name"] == one.column.name or (one.column.one_vintage and entry["vintage"] == one.column.vintage):
            entry["vintage"] = one.updated
    sources = []
    for source in resource["sources"]:
        names = source["columns"].split()
        if one.column.one_vintage and source["columns"] == "all":
            sources.append(source | {"vintage": one.updated})
        elif one.column.name in names:
            sources += _split_source(source, names, one)
        else:
            sources.append(source)
    resource["sources"] = sources


def _split_source(source: dict[str, Any], names: list[str], one: Comparison) -> list[dict[str, Any]]:
    """Move a column out of the source it shares with others into one of its own, unless it is alone there."""
    series = source["series"].split()
    own = {"columns": one.column.name, "series": one.column.worldbank.series, "vintage": one.updated}
    if names == [one.column.name]:
        return [source | own]
    left = [name for name in names if name != one.column.name]
    left_series = [code for code in series if code != one.column.worldbank.series]
    return [source | {"columns": " ".join(left), "series": " ".join(left_series)}, source | own]
