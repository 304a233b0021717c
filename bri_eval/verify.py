"""The verdict on a fresh run: what has changed since the publication, what differs, and what can have caused it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bri_eval.replication.changes import KINDS, changes, same_machine
from bri_eval.replication.differences import TOLERANCE, differences
from bri_eval.replication.expected import is_sealed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from bri_eval.replication.changes import Change

MOST = 12
"""Differences of a table, or of the text, that are listed; the others are counted."""

NAMED = 3
"""Changes of a kind that the last line names; all of them stand above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a fresh run is what was published, and every line that there is to be said about it."""

    same: bool
    lines: tuple[str, ...]


def verify(
    expected: dict[str, Any],
    found: dict[str, Any],
    path: Path,
    *,
    home: Path | None = None,
    faults: Sequence[str] = (),
    remarks: Sequence[str] = (),
) -> Verdict:
    """Compare a fresh run with what was published.

    Parameters
    ----------
    expected
        From ``read_expected``.
    found
        From ``expected_of`` of a fresh run.
    path
        Of the published numbers, for messages.
    home
        The study's folder, to name inputs from where the reader stands.
    faults, remarks
        From ``build_differences``.

    Returns
    -------
    Verdict
        Lines on what has changed (input, code, environment, platform), then on every difference, on every fault of the
        build folder, and last what can have caused them. A run differs if an output does, if an input is not the
        published one, if the published file was edited by hand, or if the build has a fault. Changed code, environment
        or platform that changes no output is told and no difference.
    """
    changed = changes(expected["manifest"], found["manifest"], home)
    exact, whole = same_machine(changed), is_sealed(expected)
    differing = differences(expected, found, exact=exact)
    edited = [] if whole else [f"{path}: edited by hand since it was published; its seal does not fit"]
    other = any(change.kind == "input" for change in changed)
    same = not (differing or edited or faults or other)
    said = f"{_counts(expected)} {_compared(exact)}"
    if differing or edited or other:
        last = f"{len(differing)} differences from {path}, {_blame(changed, bool(edited), bool(differing))}"
    elif changed:
        last = f"equal to {path}: {said}; without effect: {_named(changed)}"
    else:
        last = f"equal to {path}: {said}; nothing has changed since"
    broken = [f"the build folder has {len(faults)} faults"] if faults else []
    return Verdict(same=same, lines=(*map(str, changed), *edited, *_most(differing), *remarks, *faults, *broken, last))


def _most(lines: Iterable[str]) -> Iterator[str]:
    """Keep the first lines on each table, on the figures and on the text, and count the others."""
    counts: dict[str, int] = {}
    for line in lines:
        of = line.partition(":")[0]
        counts[of] = counts.get(of, 0) + 1
        if counts[of] <= MOST:
            yield line
    yield from (f"{of}: {count - MOST} more differences" for of, count in counts.items() if count > MOST)


def _counts(expected: dict[str, Any]) -> str:
    """Count what was compared."""
    tables = expected["exhibits"].values()
    cells = sum(len(table["rows"]) * len(table["columns"]) for table in tables)
    counts = (len(tables), cells, len(expected["figures"]), len(expected["numbers"]))
    return "{} tables ({} cells), {} figures and {} numbers of the text".format(*counts)


def _compared(exact: bool) -> str:
    """Say how things were compared."""
    if exact:
        return "to the letter, every file to the byte, as on the same environment and platform"
    return f"within a relative {TOLERANCE:g}, figures by what they show, as on another environment or platform"


def _blame(changed: Sequence[Change], edited: bool, differing: bool) -> str:
    """Say what can have caused the differences."""
    if edited and not changed:
        return "which was edited by hand; no input, code, environment or platform has changed"
    if changed:
        return (
            ("made by" if differing else "but made from other inputs")
            + f": {_named(changed)}"
            + ("; the published file itself was edited, too" if edited else "")
        )
    return (
        "and no input, code, environment or platform has changed: the run does not repeat itself; look at random "
        "numbers and at the threads of the linear algebra (OMP_NUM_THREADS)"
    )


def _named(changed: Iterable[Change]) -> str:
    """Name the changes by kind, the first few of each."""
    parts = []
    listed = list(changed)
    for kind in KINDS:
        names = [change.name for change in listed if change.kind == kind]
        if names:
            more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
            parts.append(f"{kind} {', '.join(names[:NAMED])}{more}")
    return "; ".join(parts)
