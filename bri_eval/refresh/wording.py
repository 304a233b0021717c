"""What the command line prints of a refresh, line by line."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bri_eval.refresh.comparisons import Change, Comparison
    from bri_eval.refresh.refresh import Refresh


def refresh_lines(found: Refresh, *, every: bool = False) -> Iterator[str]:
    """Give a line per column with its counts and its largest change, then what to look at, and every refusal.

    Parameters
    ----------
    found
        From ``refresh``.
    every
        Whether each cell that differs has its line.
    """
    taken = [one for one in found.comparisons if not one.refusal]
    if taken:
        yield f"{'Series':<21} {'Column':<42} {'Updated':<10} {'Changed':>7} {'New':>5} {'Gone':>5} {'Same':>5}"
    for one in taken:
        yield _line(one)
        yield from (f"    {change}" for change in one.changes if every)
    yield from (f"Look at {one.column.label}: {note}" for one in taken for note in one.notes)
    yield from (f"Refused {one.column.label} ({one.column.worldbank.series}): {one.refusal}" for one in found.refused)
    yield _sum(found)


def _line(one: Comparison) -> str:
    """Give the counts of a column."""
    counts = " ".join(f"{one.count(kind):>{width}}" for kind, width in (("changed", 7), ("new", 5), ("gone", 5)))
    line = f"{one.column.worldbank.series:<21} {one.column.label:<42} {one.updated:<10} {counts} {one.same:>5}"
    largest = _largest(one)
    return f"{line}  {largest}" if largest else line


def _largest(one: Comparison) -> Change | None:
    """Find the largest relative change."""
    sized = [change for change in one.changes if not math.isnan(change.relative)]
    return max(sized, key=lambda change: abs(change.relative), default=None)


def _sum(found: Refresh) -> str:
    """Say in one line what came of it."""
    cells = sum(len(one.changes) for one in found.changed)
    changed = f"{cells} cells of {len(found.changed)} columns differ" if cells else "nothing changed"
    refused = f"; {len(found.refused)} columns refused whole" if found.refused else ""
    return f"{len(found.comparisons)} columns compared: {changed}{refused}"
