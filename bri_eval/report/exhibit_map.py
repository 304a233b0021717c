"""The map of the report: every table, figure and number with the function, the inputs and the files that make it."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from bri_eval.checks import InputError, unknown
from bri_eval.sources import relative

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bri_eval.report.lineage import Made
    from bri_eval.report.usage import Use

MAP = "map.csv"
COLUMNS = ("kind", "name", "part", "function", "defined in", "inputs", "files", "in the paper")
UNKNOWN = "unknown"
"""Where the paper shows a number, if that cannot be asked."""

Rows = list[dict[str, str]]


def map_csv(
    made: Iterable[Made],
    sources: Mapping[str, Mapping[Path, Sequence[str]]],
    home: Path,
    uses: Sequence[Use] | None,
) -> str:
    """Write the map, one row for each table, figure and number.

    Parameters
    ----------
    made
        Of the report.
    sources
        From ``stage_sources``: the files and columns that each part reads.
    home
        The study's folder, that inputs are named from.
    uses
        Where the paper shows what; None if it cannot be asked.

    Returns
    -------
    str
        CSV with the columns ``COLUMNS``; lists are separated by semicolons.
    """
    inputs = {part: "; ".join(relative(path, home) for path in own) for part, own in sources.items()}
    shown: dict[tuple[str, str], dict[str, None]] = {}
    for use in uses or ():
        place = f"p. {use.page}" + (f" ({use.section})" if use.section else "")
        shown.setdefault((use.kind, use.name), {})[place] = None
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in made:
        places = UNKNOWN if uses is None else "; ".join(shown.get((one.kind, one.name), ()))
        maker = (one.maker.function, one.maker.place)
        writer.writerow((one.kind, one.name, one.part, *maker, inputs[one.part], "; ".join(one.files), places))
    return stream.getvalue()


def read_map(folder: Path) -> Rows:
    """Read the map of a build folder.

    Raises
    ------
    InputError
        If there is none, or it is not one.
    """
    path = folder / MAP
    if not path.is_file():
        raise InputError(f"{path}: there is no such file; bri-eval reproduce writes it")
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    if not rows or tuple(rows[0]) != COLUMNS:
        raise InputError(f"{path}: is no map of a run; bri-eval reproduce writes it afresh")
    return rows


def map_lines(rows: Rows, sources: Mapping[str, Mapping[str, Sequence[str]]], name: str = "") -> Iterator[str]:
    """Print the map: what each part reads, then every table and figure, then the numbers that the paper shows.

    Parameters
    ----------
    rows
        From ``read_map``.
    sources
        Part to file to columns, as in the manifest.
    name
        Of one table, figure or number: everything about it. A name that ends in ``/`` is a group of numbers.

    Raises
    ------
    InputError
        For an unknown name, with the nearest.
    """
    if name:
        yield from _one(rows, name)
        return
    for part, files in sources.items():
        yield f"{part} reads"
        yield from (f"  {file}" + (f": {', '.join(columns)}" if columns else "") for file, columns in files.items())
    for kind in ("table", "figure"):
        own = [row for row in rows if row["kind"] == kind]
        yield f"\n{kind.capitalize()}s: {len(own)}, of which the paper shows {len(_shown(own))}"
        yield from map(_line, own)
    numbers = [row for row in rows if row["kind"] == "number"]
    used = _shown(numbers)
    yield f"\nNumbers of the text: {len(used)} in the paper, {len(numbers) - len(used)} made and not used"
    yield from map(_line, used)
    unused = [row for row in numbers if not row["in the paper"]]
    if unused:
        yield f"\nNot used, by group: {_groups(unused)}"


def _one(rows: Rows, name: str) -> Iterator[str]:
    """Print everything about what has a name, or about a group of numbers."""
    found = [row for row in rows if row["name"] == name or (name.endswith("/") and row["name"].startswith(name))]
    if not found:
        raise InputError(f"map: {unknown('table, figure or number', name, [row['name'] for row in rows])}")
    for row in found:
        yield f"{row['kind']} {row['name']}"
        yield from (f"  {column}: {row[column] or 'not shown'}" for column in COLUMNS[2:])


def _shown(rows: Rows) -> Rows:
    """Keep what the paper shows."""
    return [row for row in rows if row["in the paper"] not in ("", UNKNOWN)]


def _line(row: Mapping[str, str]) -> str:
    """Print a table, figure or number in a line."""
    file = Path(row["files"].partition("; ")[0])
    held = "" if row["kind"] == "number" else f"  {file.with_suffix('.*').as_posix()}"
    return f"  {row['name']}: {row['function']} ({row['defined in']}){held}  {row['in the paper']}".rstrip()


def _groups(rows: Rows) -> str:
    """Count numbers by the first part of their keys."""
    counts: dict[str, int] = {}
    for row in rows:
        group = row["name"].partition("/")[0]
        counts[group] = counts.get(group, 0) + 1
    return ", ".join(f"{group} {count}" for group, count in counts.items())
