"""Who made what: every table, figure and number of a report with the function that made it, seen while it was made."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bri_eval.report.exhibits import WRITERS, Exhibit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import CodeType, FrameType

    from matplotlib.figure import Figure

PACKAGE = "bri_eval."

PLATES = ("svg", "pdf")
"""Kinds in which a figure is printed."""

NUMBERS = "paper/numbers.json"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """What one part of the report has to show: tables, figures by name, and numbers of the text by key."""

    exhibits: Sequence[Exhibit]
    figures: Mapping[str, Figure] = field(default_factory=dict)
    numbers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Maker:
    """A function: its dotted name, and the file and line at which it begins."""

    function: str
    place: str


UNSEEN = Maker("not seen", "")
"""Of what no function of the package returned while watched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A table, figure or number (kind) of a part of the report, who made it, and the files that hold it."""

    kind: str
    name: str
    part: str
    maker: Maker
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Makers:
    """What was seen to be returned while watched; filled by ``watched``."""

    things: dict[int, tuple[object, Maker]] = field(default_factory=dict)
    texts: dict[tuple[str, str], Maker] = field(default_factory=dict)

    def of(self, thing: object) -> Maker:
        """Return the public function that returned a table or a figure last, as it was finished."""
        return self.things.get(id(thing), (thing, UNSEEN))[1]

    def of_number(self, key: str, text: str) -> Maker:
        """Return the function that first returned a number of the text under its key."""
        return self.texts.get((key, text), UNSEEN)


@contextmanager
def watched() -> Iterator[Makers]:
    """Watch what functions of the package return, so that the maker of a thing is known and not listed by hand.

    Yields
    ------
    Makers
        Of tables and figures the outermost function that returned them by themselves, a public one if there is any; of
        numbers of the text (entries ``"group/key": text`` of a dictionary) the innermost. Functions that other
        processes call are not seen; what they return is seen where it is joined here. Under a profiler nothing is seen.

    Examples
    --------
    >>> from bri_eval.report.paper_findings import claim_numbers
    >>> with watched() as makers:
    ...     numbers = claim_numbers([])
    >>> makers.of_number("claims/holds", numbers["claims/holds"]).function
    'bri_eval.report.paper_findings.claim_numbers'
    """
    makers = Makers()

    def see(frame: FrameType, event: str, value: Any) -> None:
        if event == "return" and type(value).__name__ in _KINDS:
            _note(makers, frame, value)

    if sys.getprofile() is not None:  # a profiler is at work, and there can be only one
        yield makers
        return
    sys.setprofile(see)
    try:
        yield makers
    finally:
        sys.setprofile(None)


def list_made(parts: Mapping[str, Part], makers: Makers) -> tuple[Made, ...]:
    """List everything that a report shows, with its maker and its files.

    Parameters
    ----------
    parts
        The parts of the report by their folder.
    makers
        What ``watched`` saw while they were made.
    """
    made = []
    for part, own in parts.items():
        things: list[tuple[str, str, object, list[str]]]
        things = [("table", one.code, one, [f"{part}/{one.code}.{kind}" for kind in WRITERS]) for one in own.exhibits]
        things += [("figure", name, one, [f"figures/{name}.{k}" for k in PLATES]) for name, one in own.figures.items()]
        rows = [(kind, name, makers.of(one), files) for kind, name, one, files in things]
        rows += [("number", key, makers.of_number(key, text), [NUMBERS]) for key, text in own.numbers.items()]
        made += [Made(kind=k, name=name, part=part, maker=maker, files=tuple(f)) for k, name, maker, f in rows]
    return tuple(made)


_KINDS = frozenset(("dict", "Exhibit", "Figure"))


def _note(makers: Makers, frame: FrameType, value: Any) -> None:
    """Note who returned a value, if it is a function of the package: of a number the first, of a thing the last."""
    module, name = frame.f_globals.get("__name__", ""), frame.f_code.co_name
    if not module.startswith(PACKAGE) or name.startswith("<"):
        return
    if isinstance(value, dict):
        new = [(key, text) for key, text in value.items() if isinstance(key, str) and "/" in key]
        for key, text in new:
            if isinstance(text, str) and (key, text) not in makers.texts:
                makers.texts[key, text] = _maker(module, frame.f_code)
    elif id(value) not in makers.things or not name.startswith("_"):
        makers.things[id(value)] = (value, _maker(module, frame.f_code))


def _maker(module: str, code: CodeType) -> Maker:
    """Name a function."""
    return Maker(f"{module}.{code.co_qualname}", f"{module.replace('.', '/')}.py:{code.co_firstlineno}")
