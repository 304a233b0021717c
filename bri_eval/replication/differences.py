"""Every difference between what was published and what a fresh run printed, named in a line."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TOLERANCE = 1e-6
"""Relative difference that two platforms' linear algebra may make in a number of 8 digits."""

STAMPED = (".tex", ".typ", ".md", ".html", ".xlsx")
"""Files that name the tables they were made from, and change with them."""

COPIED = "paper/"
"""Where copies of the inputs are, and the numbers of the text, which are compared themselves."""


def differences(expected: dict[str, Any], found: dict[str, Any], *, exact: bool) -> list[str]:
    """List every difference in one line each: what, where, expected and found.

    Parameters
    ----------
    expected, found
        From ``expected_of``.
    exact
        Whether cells must be equal to the letter, and figures and all other files to the byte. Otherwise a cell that is
        a number may differ by a relative 1e-6, as may what ``drawn_data`` says of a figure; words and the numbers of
        the text may not.
    """
    lines: list[str] = []
    for code in dict.fromkeys([*expected["exhibits"], *found["exhibits"]]):
        lines += _exhibit_differences(code, expected["exhibits"].get(code), found["exhibits"].get(code), exact)
    for key in dict.fromkeys([*expected["numbers"], *found["numbers"]]):
        before, after = expected["numbers"].get(key, "nothing"), found["numbers"].get(key, "nothing")
        if before != after:
            lines.append(f"text: {key}: expected {before}, found {after}")
    for name in dict.fromkeys([*expected["figures"], *found["figures"]]):
        lines += _figure_differences(name, expected["figures"].get(name), found["figures"].get(name))
    return lines + (_file_differences(expected, found, lines) if exact else [])


def table_differences(
    code: str, before: dict[str, Any] | None, after: dict[str, Any] | None, *, exact: bool
) -> Iterator[str]:
    """Yield the differences of one table.

    Parameters
    ----------
    code
        Its name in messages.
    before, after
        Mappings of columns and rows; None if there is no such table.
    exact
        Whether cells must be equal to the letter.
    """
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
            if was != now and (exact or not _equal(was, now)):
                yield f"{row}, {column}: expected {was}, found {now}"


def _exhibit_differences(
    code: str, before: dict[str, Any] | None, after: dict[str, Any] | None, exact: bool
) -> Iterator[str]:
    """Yield the differences of a table, its title and its notes."""
    yield from table_differences(code, before, after, exact=exact)
    if before is not None and after is not None:
        if before["title"] != after["title"]:
            yield f"{code}: title: expected {before['title']}, found {after['title']}"
        old, new = before["notes"], after["notes"]
        for place in range(max(len(old), len(new))):
            was, now = (notes[place] if place < len(notes) else "nothing" for notes in (old, new))
            if was != now:
                yield f"{code}: note {place + 1}: {_parting(was, now)}"


def _figure_differences(name: str, before: list[Any] | None, after: list[Any] | None) -> Iterator[str]:
    """Yield the differences of what a figure shows."""
    if before is None or after is None:
        yield (
            f"figure {name}: expected one, found none" if after is None else f"figure {name}: expected none, found one"
        )
        return
    old, new = ({(row[0], row[1]): row[2:] for row in rows} for rows in (before, after))
    for panel, kind in dict.fromkeys([*old, *new]):
        was, now = old.get((panel, kind)), new.get((panel, kind))
        where = f"figure {name}: {'' if panel == 'figure' else f'panel {panel + 1}, '}{kind}"
        if was is None or now is None:
            yield f"{where}: expected some, found none" if now is None else f"{where}: expected none, found some"
        elif kind == "words":
            changed = [(a, b) for a, b in zip(was, now, strict=False) if a != b]
            if changed or len(was) != len(now):
                yield f"{where}: " + (_parting(*changed[0]) if changed else f"expected {len(was)}, found {len(now)}")
        elif was[0] != now[0]:
            yield f"{where}: expected {was[0]}, found {now[0]}"
        elif not _near(was[1:], now[1:]):
            yield f"{where}: drawn from other numbers"


def _file_differences(expected: dict[str, Any], found: dict[str, Any], told: Sequence[str]) -> list[str]:
    """List the files that are not equal to the byte although nothing that was told explains it."""
    old, new = expected["manifest"], found["manifest"]
    before, after = old["outputs"], new["outputs"]
    other = old["inputs"] != new["inputs"] or old["settings"]["bri_eval"] != new["settings"]["bri_eval"]
    known = {line.partition(":")[0] for line in told}
    differing = [path for path in sorted({*before, *after}) if before.get(path) != after.get(path)]
    lines, following = list[str](), list[str]()
    for path in differing:
        name = path.rpartition("/")[2].rpartition(".")[0]
        name = f"figure {name}" if path.startswith("figures/") else name
        line = f"{path}: {'not equal to the byte' if path in before else 'expected no such file'}"
        line = line if path in after else f"{path}: expected a file, found none"
        if not (path.startswith(COPIED) or name in known or (other and path.endswith(STAMPED))):
            (lines if "/" in path else following).append(line)
    if lines or told:  # the paper, the map and the page change with anything
        return lines
    moved = other or old["code"] != new["code"]  # the map names lines of the code, and pages
    return [line for line in following if not (moved and line.startswith("map.csv"))]


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


def _parting(was: str, now: str) -> str:
    """Say where two texts part, with a few words around."""
    at = next((i for i, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), min(len(was), len(now)))
    begin = max(0, at - 20)
    return f"expected ...{was[begin : at + 30]}..., found ...{now[begin : at + 30]}..."


def _near(was: Sequence[float], now: Sequence[float]) -> bool:
    """Compare means and root mean squares, in pairs, relative to the latter."""
    sizes = [max(abs(one[place // 2 * 2 + 1]) for one in (was, now)) for place in range(len(was))]
    return all(abs(a - b) <= TOLERANCE * max(size, 1e-8) for a, b, size in zip(was, now, sizes, strict=True))


def _equal(was: str, now: str) -> bool:
    """Compare numbers within the tolerance, anything else exactly."""
    try:
        before, after = float(was), float(now)
    except ValueError:
        return False
    return abs(before - after) <= TOLERANCE * max(abs(before), abs(after), 1e-8)
