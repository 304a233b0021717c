"""The index as one page on which weights and methods can be moved: it opens from disk and asks nothing of a network."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from html import escape
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING

from bri_eval.manifest import stamp
from bri_eval.report.explorer_data import Ready, explorer_data

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from bri_eval.evaluation import Evaluation
    from bri_eval.modes.decisions import Decisions
    from bri_eval.robustness.doubts import Doubts
    from bri_eval.study import Study

PAGE = Path(__file__).parent / "page"
SCRIPTS = ("engine.js", "model.js", "words.js", "charts.js", "dom.js", "views.js", "page.js")
"""In the order in which they need each other; the first three run outside a browser as well."""


def explorer(
    study: Study,
    evaluations: Mapping[str, Evaluation],
    *,
    names: pd.Series,
    doubts: Doubts | None = None,
    decisions: Decisions | None = None,
) -> str:
    """Make the page of a study.

    Parameters
    ----------
    study
        From ``read_study``.
    evaluations
        Its main index and alternatives, by name.
    names
        Economy to printed name.
    doubts
        The uncertainty of its ranks, if it declares what may vary; without, the page has its own intervals only.
    decisions
        Its modes, if it names a catalogue.

    Returns
    -------
    str
        HTML with style, scripts and data inside; its policy forbids every request and every script but these. The
        same study gives the same text.

    Raises
    ------
    InputError
        If the page cannot compute the aggregator of the main recipe or of a group.

    Notes
    -----
    Scores and ranks are computed on the page from the engine's normalised values, which it holds in full, so that
    they equal the engine's to 1e-9. The charts are drawn by Vega.
    """
    cloud = None if doubts is None else doubts.cloud
    data = explorer_data(Ready(study, evaluations, names, cloud, decisions))
    library, version = _library()
    scripts = [_inline(text) for text in (library, *map(_part, SCRIPTS))]
    parts = {
        "policy": _policy(scripts),
        "title": escape(data["title"]),
        "stamp": escape(stamp(study)),
        "library": escape(version),
        "licence": escape(_licence()),
        "style": _part("page.css"),
        "data": _json(data),
        "scripts": "\n".join(f"<script>{text}</script>" for text in scripts),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], _part("page.html"))


@cache
def _library() -> tuple[str, str]:
    """Give the source of the charting library and say what it is."""
    import vl_convert

    versions = (
        vl_convert.get_vega_version(),
        vl_convert.get_vegalite_versions()[-1],
        vl_convert.get_vega_embed_version(),
    )
    words = "Vega {}, Vega-Lite {}, Vega-Embed {}".format(*versions)
    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"), words


def _licence() -> str:
    """Read the licence that the charting library's package comes with."""
    return distribution("vl-convert-python").read_text("licenses/LICENSE") or ""


def _part(name: str) -> str:
    """Read a part of the page."""
    return (PAGE / name).read_text(encoding="utf-8")


def _json(data: object) -> str:
    """Write data so that no text in it can end the element that holds it."""
    return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")


def _inline(script: str) -> str:
    """Make a script fit to stand inside a page: nothing in it ends the element, and no line end will be rewritten."""
    return re.sub(r"</(?=script)", r"<\\/", script.replace("\r\n", "\n"), flags=re.IGNORECASE)


def _policy(scripts: list[str]) -> str:
    """Forbid requests, and scripts other than these."""
    hashes = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts)
    allowed = " ".join(f"'sha256-{one}'" for one in hashes)
    rest = "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    return f"default-src 'none'; script-src {allowed}; {rest}"
