"""A build folder against the run that made it: what was edited, swapped, deleted or put there since."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from bri_eval.checks import InputError
from bri_eval.manifest import NAME, bytes_hash, read_manifest
from bri_eval.replication.changes import changes
from bri_eval.replication.differences import table_differences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SHORT = 60
"""Characters of a line that are quoted."""


def build_differences(out: Path, fresh: Path) -> tuple[list[str], list[str]]:
    """Compare a build folder with its own manifest, and the manifest with that of a fresh run.

    Parameters
    ----------
    out
        A build folder, or a path at which there is none.
    fresh
        The folder of a fresh run, for what should stand in an edited file.

    Returns
    -------
    list, list
        Faults: every file that was edited, swapped, deleted or added since its run, in one line each; and remarks, such
        as that the build was made from other inputs and is only compared with itself.
    """
    if not out.is_dir():
        return [], [f"{out}: there is no build to be checked"]
    try:
        was = read_manifest(out)
    except InputError as error:
        return [], [f"{error}; the build is not checked"]
    there = {path.relative_to(out).as_posix(): path for path in sorted(out.rglob("*")) if path.is_file()}
    there.pop(NAME)
    now, hashes = read_manifest(fresh), {name: bytes_hash(path.read_bytes()) for name, path in there.items()}
    moved = changes(was, now)
    wanted: dict[str, str] = was["outputs"]
    faults = [f"{out / name}: {how}" for name, how in _faults(wanted, hashes, out, fresh)]
    remarks = [f"{out}: was made from something else than this run ({change})" for change in moved[:1]]
    rooms = {name.partition("/")[0] for name in wanted if "/" in name}  # others, such as a site, are none of the run's
    own = [name for name in there if "/" not in name or name.partition("/")[0] in rooms]
    alien = [f"{out / name}: no file of the run" for name in own if name not in wanted]
    whole = was.get("settings", {}).get("stages") == now["settings"]["stages"]
    if not moved and whole:
        faults += [f"{out / NAME}: {how}" for how in _misstated(wanted, now["outputs"])]
    if whole:
        return faults + alien, remarks
    return faults, [*remarks, *([f"{out}: {len(alien)} files are of an earlier run and not checked"] if alien else [])]


def _faults(wanted: Mapping[str, str], hashes: Mapping[str, str], out: Path, fresh: Path) -> Iterator[tuple[str, str]]:
    """Yield the files that are not what their run made."""
    holders: dict[str, str] = {}
    for name, own in wanted.items():
        holders.setdefault(own, name)
    for name, own in wanted.items():
        if name not in hashes:
            yield name, "deleted since the run"
        elif hashes[name] != own and hashes[name] in holders:
            yield name, f"holds what {out / holders[hashes[name]]} should hold"
        elif hashes[name] != own and bytes_hash((out / name).read_bytes().replace(b"\r\n", b"\n")) != own:
            clean = fresh / name
            detail = _detail(clean, out / name) if clean.is_file() and bytes_hash(clean.read_bytes()) == own else ""
            yield name, "edited since the run" + (f": {detail}" if detail else "")


def _misstated(wanted: Mapping[str, str], made: Mapping[str, str]) -> Iterator[str]:
    """Yield what a manifest says of files that a run from the same things makes otherwise."""
    for name in sorted({*wanted, *made}):
        if wanted.get(name) != made.get(name):
            yield f"{name} is not what a fresh run from the same inputs, code and environment makes"


def _detail(clean: Path, edited: Path) -> str:
    """Say what was edited: cells of a table, or the first line of a text."""
    try:
        old, new = (path.read_bytes().decode("utf-8") for path in (clean, edited))
    except UnicodeDecodeError:
        return ""
    if clean.suffix == ".csv":
        found = list(table_differences("", _table(old), _table(new), exact=True))
        if found:
            return f"{found[0].removeprefix(': ')}" + (f" and {len(found) - 1} more" if len(found) > 1 else "")
    was, now = old.splitlines(), new.splitlines()
    pairs = enumerate(zip(was, now, strict=False), start=1)
    line, told = next(((n, f"expected {a[:SHORT]!r}, found {b[:SHORT]!r}") for n, (a, b) in pairs if a != b), (0, ""))
    return f"line {line}: {told}" if line else f"expected {len(was)} lines, found {len(now)}"


def _table(text: str) -> dict[str, Any]:
    """Read a table as text."""
    rows = list(csv.reader(io.StringIO(text, newline=""))) or [[]]
    return {"columns": rows[0], "rows": [(row + [""] * len(rows[0]))[: len(rows[0])] for row in rows[1:]]}
