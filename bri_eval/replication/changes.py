"""What has changed since a run: inputs, code, environment, platform, settings; each with its name."""

from __future__ import annotations

from dataclasses import dataclass
from os.path import normpath
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

KINDS = ("input", "code", "environment", "platform", "settings")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change: of which kind, of what, and how."""

    kind: str
    name: str
    how: str

    def __str__(self) -> str:
        """Say it in a line."""
        return f"{self.kind}: {self.name}: {self.how}"


def changes(before: Mapping[str, Any], now: Mapping[str, Any], home: Path | None = None) -> tuple[Change, ...]:
    """List what differs between the manifests of two runs, outputs left out.

    Parameters
    ----------
    before, now
        Manifests.
    home
        The study's folder, to name inputs from where the reader stands; without it they are named from the study.

    Returns
    -------
    tuple of Change
        Inputs first. Line ends do not count, since files are hashed by their lines. Settings (recipes, seed, draws) are
        listed only if no input explains them: the command line has changed them.

    Examples
    --------
    >>> was = {"inputs": {"raw/lpi.csv": "a"}, "environment": {"packages": {"numpy": "2.1"}}}
    >>> now = {"inputs": {"raw/lpi.csv": "b"}, "environment": {"packages": {"numpy": "2.2"}}}
    >>> for change in changes(was, now, Path("data")):
    ...     print(change)
    input: data/raw/lpi.csv: changed
    environment: numpy: 2.1 -> 2.2
    """
    old, new = before.get("inputs", {}), now.get("inputs", {})
    found = [Change(kind="input", name=_from(home, name), how=how) for name, how in _hashes(old, new)]
    old, new = ({name: own for name, own in one.get("code", {}).items() if name != "all"} for one in (before, now))
    found += [Change(kind="code", name=name, how=how) for name, how in _hashes(old, new)]
    for kind in ("environment", "platform"):
        found += [
            Change(kind=kind, name=name, how=how) for name, how in _values(before.get(kind, {}), now.get(kind, {}))
        ]
    if not any(change.kind == "input" for change in found):
        told = _values(before.get("settings", {}), now.get("settings", {}))
        found += [Change(kind="settings", name=name, how=how) for name, how in told]
    return tuple(found)


def same_machine(found: tuple[Change, ...]) -> bool:
    """Tell whether results must be equal to the letter: no interpreter, package or platform has changed.

    The lock does not count: it holds the tools of development too, and what is installed is compared itself.
    """
    return not any(change.kind in ("environment", "platform") and change.name != "lock" for change in found)


def _from(home: Path | None, name: str) -> str:
    """Name an input from where the reader stands."""
    return name if home is None else Path(normpath(home / name)).as_posix()


def _hashes(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the files that were changed, removed or added."""
    for name in sorted({*before, *now}):
        if before.get(name) != now.get(name):
            yield name, "changed" if name in before and name in now else "added" if name in now else "removed"


def _values(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the values that differ, those of a table by their own names."""
    for name in dict.fromkeys([*before, *now]):
        old, new = before.get(name), now.get(name)
        if isinstance(old, dict) and isinstance(new, dict):
            inside = "" if name == "packages" else f"{name}."
            yield from ((f"{inside}{part}", how) for part, how in _values(old, new))
        elif old != new:
            hashed = name == "lock" and old and new
            yield name, "changed" if hashed else f"{_said(old)} -> {_said(new)}"


def _said(value: Any) -> str:
    """Say a value; nothing is called none."""
    return "none" if value in (None, "", {}) else str(value)
