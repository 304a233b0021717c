"""Compare the exhibits and numbers of a run with those that were published."""

from __future__ import annotations

import difflib
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from bri_eval.checks import InputError
from bri_eval.report.exhibits import as_csv

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bri_eval.pipeline import Results

TOLERANCE = 1e-6
"""Relative difference that two platforms' linear algebra may make in a number of 8 digits."""


def expected_of(results: Results) -> dict[str, Any]:
    """Put down what a run printed: the cells of every exhibit as in its CSV file, and the numbers of the text."""
    exhibits = {}
    for code, exhibit in results.exhibits.items():
        table = pd.read_csv(io.StringIO(as_csv(exhibit)), dtype=str, keep_default_na=False)
        exhibits[code] = {"columns": list(table.columns), "rows": table.to_numpy().tolist()}
    return {"schema": 1, "exhibits": exhibits, "numbers": dict(results.numbers)}


def read_expected(path: str | Path) -> dict[str, Any]:
    """Read the published numbers."""
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: there is no such file; bri-eval verify --accept writes it from a fresh run")
    try:
        expected: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not readable as JSON: {error}") from None
    if not isinstance(expected, dict) or not all(isinstance(expected.get(k), dict) for k in ("exhibits", "numbers")):
        raise InputError(f"{path}: holds no published numbers; bri-eval verify --accept writes it from a fresh run")
    return expected


def differences(expected: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """List every difference in one line each: exhibit, cell, expected and found value.

    Numbers are equal within a relative 1e-6, text exactly.
    """
    lines: list[str] = []
    for code in dict.fromkeys([*expected["exhibits"], *found["exhibits"]]):
        lines += _table_differences(code, expected["exhibits"].get(code), found["exhibits"].get(code))
    for key in dict.fromkeys([*expected["numbers"], *found["numbers"]]):
        before, after = expected["numbers"].get(key, "nothing"), found["numbers"].get(key, "nothing")
        if before != after:
            lines.append(f"text: {key}: expected {before}, found {after}")
    return lines


def as_json(expected: dict[str, Any]) -> str:
    """Write the published numbers with one row of a table a line, so that a change is one line of a diff."""
    parts = []
    for code, table in expected["exhibits"].items():
        rows = ",\n".join("   " + json.dumps(row, ensure_ascii=False) for row in table["rows"])
        columns = json.dumps(table["columns"], ensure_ascii=False)
        parts.append(f'  {json.dumps(code)}: {{"columns": {columns}, "rows": [\n{rows}\n  ]}}')
    numbers = json.dumps(expected["numbers"], ensure_ascii=False, indent=1).replace("\n", "\n ")
    exhibits = ",\n".join(parts)
    return f'{{\n "schema": 1,\n "exhibits": {{\n{exhibits}\n }},\n "numbers": {numbers}\n}}\n'


def _table_differences(code: str, before: dict[str, Any] | None, after: dict[str, Any] | None) -> Iterator[str]:
    """Yield the differences of one exhibit."""
    if before is None or after is None:
        yield f"{code}: expected a table, found none" if after is None else f"{code}: expected no table, found one"
        return
    if before["columns"] != after["columns"]:
        yield f"{code}: expected columns {before['columns']}, found {after['columns']}"
        return
    for number, old, new in _pairs(before, after):
        row = f"{code}: row {number} ({_row_name(before['columns'], old or new or [])})"
        if old is None or new is None:
            yield f"{row}: expected a row, found none" if new is None else f"{row}: expected no row, found one"
            continue
        for column, was, now in zip(before["columns"], old, new, strict=True):
            if not _equal(was, now):
                yield f"{row}, {column}: expected {was}, found {now}"


def _pairs(before: dict[str, Any], after: dict[str, Any]) -> Iterator[tuple[int, list[str] | None, list[str] | None]]:
    """Yield the rows of two tables side by side with their number, aligned by their names."""
    old, new = before["rows"], after["rows"]
    first, second = ([_row_name(before["columns"], row) for row in rows] for rows in (old, new))
    for what, i, j, k, m in difflib.SequenceMatcher(a=first, b=second, autojunk=False).get_opcodes():
        if what in ("equal", "replace") and j - i == m - k:
            yield from ((i + step + 1, old[i + step], new[k + step]) for step in range(j - i))
        else:
            yield from ((at + 1, old[at], None) for at in range(i, j))
            yield from ((at + 1, None, new[at]) for at in range(k, m))


def _row_name(columns: list[str], row: list[str]) -> str:
    """Name a row by its first cell, and its year or model if it has one."""
    more = [
        cell
        for column, cell in zip(columns[1:], row[1:], strict=True)
        if column in ("year", "model", "indicator", "term")
    ]
    return " ".join([row[0], *more])


def _equal(was: str, now: str) -> bool:
    """Compare numbers within the tolerance, anything else exactly."""
    if was == now:
        return True
    try:
        before, after = float(was), float(now)
    except ValueError:
        return False
    return abs(before - after) <= TOLERANCE * max(abs(before), abs(after), 1e-8)
