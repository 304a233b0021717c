"""What the site needs beside Markdown: formulas as drawings, full titles of references, nothing from other servers."""

from __future__ import annotations

import html
import re
from functools import cache
from pathlib import Path
from typing import Any

from griffe import Extension
from matplotlib.path import Path as Outline
from matplotlib.textpath import TextPath

ROOT = Path(__file__).parents[1]
SHIM = "https://unpkg.com/iframe-worker/shim"
SIZE = 100
"""Units of a drawn formula to one em."""


class Formulas(Extension):
    """Writes displayed formulas of docstrings as inline ones, before Markdown reads them."""

    def on_instance(self, *, obj: Any, **_others: Any) -> None:
        """Change the docstring of an object that was read."""
        if obj.docstring is not None:
            text = re.sub(r"^\.\. math::\s*(.+?)(?=\n\s*\n|\Z)", _joined, obj.docstring.value, flags=re.M | re.S)
            obj.docstring.value = re.sub(r"(\w)::$", r"\1:", text, flags=re.M)


def on_page_content(content: str, **_others: Any) -> str:
    """Draw the formulas and write references in full."""
    content = re.sub(r":math:<code>(.+?)</code>", lambda found: _drawn(html.unescape(found[1])), content, flags=re.S)
    return re.sub(r'<details class="references".*?</details>', lambda found: _titled(found[0]), content, flags=re.S)


def on_post_page(output: str, page: Any, **_others: Any) -> str:
    """Take the worker that opens the search from disk out of this site, not from a server."""
    return output.replace(SHIM, "../" * page.url.count("/") + "file-worker.js")


def on_post_template(output_content: str, **_others: Any) -> str:
    """Do the same for the page that stands where there is none."""
    return output_content.replace(SHIM, "/file-worker.js")


def _joined(found: re.Match[str]) -> str:
    return f":math:`{' '.join(found[1].split())}`"


@cache
def _drawn(formula: str) -> str:
    """Return a formula as an SVG that stands on the line of the text and has its colour."""
    text = re.sub(r"\\(le|ge)(?![a-z])", r"\\\1q", " ".join(formula.split()))
    outline = TextPath((0, 0), f"${text}$", size=SIZE, prop={"math_fontfamily": "stix"})
    box = outline.get_extents()
    left, low, width, height = box.x0 - 4, box.y0 - 4, box.width + 8, box.height + 8
    return (
        f'<svg class="formula" role="img" aria-label="{html.escape(formula)}" xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="{left:.0f} {-(low + height):.0f} {width:.0f} {height:.0f}" '
        f'style="width:{width / SIZE:.2f}em;vertical-align:{low / SIZE:.2f}em">'
        f'<path fill="currentColor" transform="scale(1,-1)" d="{_path(outline)}"/></svg>'
    )


def _path(outline: Outline) -> str:
    """Return the commands of an outline."""
    letters = {Outline.MOVETO: "M", Outline.LINETO: "L", Outline.CURVE3: "Q", Outline.CURVE4: "C"}
    return "".join(
        "Z" if code == Outline.CLOSEPOLY else letters[code] + " ".join(f"{number:.0f}" for number in points)
        for points, code in outline.iter_segments(simplify=False)
    )


def _titled(section: str) -> str:
    """Replace keys of the bibliography by author, year and title."""
    return re.sub(r"\b[a-z]\w+\d{4}\w*\b", lambda found: _titles().get(found[0], found[0]), section)


@cache
def _titles() -> dict[str, str]:
    """Return author, year and title of every key."""
    text = (ROOT / "paper" / "refs.bib").read_text(encoding="utf-8")
    return {key: _title(body) for key, body in re.findall(r"^@\w+\{([^,]+),(.*?)^\}", text, flags=re.M | re.S)}


def _title(body: str) -> str:
    """Return author, year and title of one entry."""
    fields = {name: re.sub(r"[{}]", "", value) for name, value in re.findall(r"(\w+) = \{(.*?)\},?\n", body)}
    names = [name.split(",")[0] for name in fields.get("author", "").split(" and ")]
    authors = " and ".join(names) if len(names) < 3 else f"{names[0]} and others"
    return html.escape(f"{authors} ({fields.get('year', 'no year')}), {fields.get('title', '')}")
