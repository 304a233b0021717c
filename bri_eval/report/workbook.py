"""An evaluation as an Excel workbook, one sheet per step; the only door to openpyxl."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from typing import TYPE_CHECKING

import pandas as pd

from bri_eval.manifest import recipe_dict

if TYPE_CHECKING:
    from bri_eval.evaluation import Evaluation

_EPOCH = datetime.datetime(2000, 1, 1)


def workbook(evaluation: Evaluation, *, note: str = "") -> bytes:
    """Write every step of an evaluation to a workbook, the same bytes every time.

    Parameters
    ----------
    evaluation
        The index.
    note
        What made it, for the first sheet.

    Returns
    -------
    bytes
        Sheets: recipe, panel, screened, filled, treated, moved, normalised, weights, scores, ranks.
    """
    stream = io.BytesIO()
    with pd.ExcelWriter(stream, engine="openpyxl") as writer:
        for name, frame in sheets(evaluation, note).items():
            frame.to_excel(writer, sheet_name=name, merge_cells=False)
            writer.sheets[name].freeze_panes = writer.sheets[name].cell(2, frame.index.nlevels + 1)
        writer.book.properties.created = writer.book.properties.modified = _EPOCH
    return _dateless(stream.getvalue())


def sheets(evaluation: Evaluation, note: str = "") -> dict[str, pd.DataFrame]:
    """Give the sheets of the workbook by name."""
    choices = {name: str(value) for name, value in recipe_dict(evaluation.recipe).items()}
    lines = {f"convention {number}": text for number, text in enumerate(evaluation.conventions, start=1)}
    weights = evaluation.weights
    return {
        "recipe": pd.DataFrame({"value": {"made by": note, **choices, **lines}}),
        "panel": evaluation.panel,
        "screened": pd.DataFrame(evaluation.screened),
        "filled": evaluation.filled,
        "treated": evaluation.treated,
        "moved": evaluation.moved,
        "normalised": evaluation.matrix,
        "weights": pd.DataFrame(weights) if isinstance(weights, pd.Series) else weights.T,
        "scores": evaluation.scores,
        "ranks": evaluation.ranks,
    }


def _dateless(content: bytes) -> bytes:
    """Rewrite a workbook with one date on every member, and in its properties."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            data = old.read(member.filename)
            if member.filename == "docProps/core.xml":
                data = _one_date(data)
            new.writestr(zipfile.ZipInfo(member.filename, _EPOCH.timetuple()[:6]), data, zipfile.ZIP_DEFLATED)
    return result.getvalue()


def _one_date(data: bytes) -> bytes:
    """Put the fixed date into the properties: the writer stamps the time of saving."""
    fixed = _EPOCH.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    return re.sub(rb"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", fixed, data)
