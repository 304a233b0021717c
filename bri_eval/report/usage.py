"""Where the paper shows what: every number of its text and every table and figure, with section and page.

The paper is set once more with numbers that carry an invisible mark (variation selectors, which no font draws), and
Typst is asked where the marks came to stand. So a number counts as used if it is printed, however its key was put
together, and the pages are those of the paper.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NUMBERS = "numbers.json"
FIRST, DIGITS = 0xFE00, 5
"""The first of the 16 variation selectors, and how many of them make a mark."""

PROBE = """
#show regex("[\\u{FE00}-\\u{FE0F}]{DIGITS}"): it => context {
  let heads = query(selector(heading).before(here()))
  [#metadata((it.text, here().page(), if heads.len() > 0 { heads.last().body } else { none }))<bri-eval-number>]
}
#include "MAIN"
#context for it in query(figure) [
  #let heads = query(selector(heading).before(it.location()))
  #metadata((
    if it.has("label") { str(it.label) } else { "" },
    it.location().page(),
    if heads.len() > 0 { heads.last().body } else { none },
  ))<bri-eval-exhibit>
]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A number, table or figure (kind) that the paper shows, in a section (blank before the first) and on a page."""

    kind: str
    name: str
    section: str
    page: int


def uses_in_paper(root: Path, main: str) -> tuple[Use, ...] | None:
    """Find where a paper shows its numbers, tables and figures.

    Parameters
    ----------
    root
        Folder of everything that the paper is set from; ``numbers.json`` stands beside the paper. It is marked while
        this runs and then put back.
    main
        The paper's path below it. Tables are known by labels ``tab-code``, figures by labels ``fig-name``.

    Returns
    -------
    tuple of Use
        In the order of the paper, numbers first; None if the paper cannot be set with marked numbers, as when it
        reckons with them.
    """
    import typst

    numbers, probe = (root / main).with_name(NUMBERS), (root / main).with_name("bri-eval-probe.typ")
    if not numbers.is_file():
        return ()
    before = numbers.read_bytes()
    texts: dict[str, str] = json.loads(before)
    numbers.write_text(json.dumps(marked(texts), ensure_ascii=False), encoding="utf-8")
    probe.write_text(PROBE.replace("DIGITS", str(DIGITS)).replace("MAIN", Path(main).name), encoding="utf-8")
    try:
        found = [_asked(probe, root, f"<bri-eval-{kind}>") for kind in ("number", "exhibit")]
    except (typst.TypstError, RuntimeError):
        return None
    finally:
        numbers.write_bytes(before)
        probe.unlink()
    return (*_numbers(found[0], list(texts)), *_exhibits(found[1]))


def marked(texts: dict[str, str]) -> dict[str, str]:
    """Put its place, in five hexadecimal digits that no font draws, behind every text.

    Examples
    --------
    >>> [len(text) for text in marked({"index/ranked": "65", "index/best": "Egypt"}).values()]
    [7, 10]
    """
    return {key: text + _mark(place) for place, (key, text) in enumerate(texts.items())}


def _asked(path: Path, root: Path, label: str) -> list[list[Any]]:
    """Ask Typst for the values that carry a label."""
    import typst

    return list(json.loads(typst.query(str(path), label, field="value", root=str(root), ignore_system_fonts=True)))


def _mark(place: int) -> str:
    """Write a place in digits that no font draws."""
    return "".join(chr(FIRST + int(digit, 16)) for digit in f"{place:0{DIGITS}x}")


def _numbers(found: Iterable[list[Any]], keys: list[str]) -> Iterator[Use]:
    """Read the marks."""
    for text, page, section in found:
        place = int("".join(f"{ord(mark) - FIRST:x}" for mark in text), 16)
        yield Use(kind="number", name=keys[place], section=_words(section), page=page)


def _exhibits(found: Iterable[list[Any]]) -> Iterator[Use]:
    """Read the labels."""
    kinds = {"tab": "table", "fig": "figure"}
    for label, page, section in found:
        kind, dash, name = label.partition("-")
        if dash and kind in kinds:
            yield Use(kind=kinds[kind], name=name, section=_words(section), page=page)


def _words(content: Any) -> str:
    """Join the texts of a heading."""
    if not isinstance(content, dict):
        return ""
    if content.get("func") == "space":
        return " "
    parts = [content.get("text", ""), *map(_words, content.get("children", ())), _words(content.get("body"))]
    return "".join(part if isinstance(part, str) else _words(part) for part in parts)
