"""One table of the report and its files: CSV with the numbers, the others as printed."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from bri_eval.report.latex import HYPHEN, latex_table
from bri_eval.report.widths import column_shares, is_long

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SIGNIFICANT = 8
"""Digits of a number in a CSV file."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Exhibit:
    """A table with its title and the conventions that stand under it.

    Parameters
    ----------
    code
        Short name: file name, label in the paper, name in ``verify``.
    title
        Caption.
    table
        Plain columns, no index; the first column names the row.
    notes
        Sentences printed under the table.
    formats
        Column to format specification, such as ``".3f"``, or ``"p"`` for p-values; others are printed as they are.
    keys
        Columns that name a row in messages.
    headings
        Column to printed heading, where it is not the column's name.
    hidden
        Columns that stand in the CSV file only.
    """

    code: str
    title: str
    table: pd.DataFrame
    notes: tuple[str, ...] = ()
    formats: Mapping[str, str] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    headings: Mapping[str, str] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()


def as_csv(exhibit: Exhibit) -> str:
    """Write the table with numbers of 8 significant digits."""
    return exhibit.table.to_csv(index=False, float_format=f"%.{SIGNIFICANT}g", lineterminator="\n")


def as_latex(exhibit: Exhibit) -> str:
    """Write a LaTeX table with caption, label and notes; its first line names the packages it needs."""
    return latex_table(
        _printed(exhibit),
        label=exhibit.code,
        title=exhibit.title,
        alignment=_alignment(exhibit),
        notes=exhibit.notes,
    )


def as_typst(exhibit: Exhibit) -> str:
    """Write a Typst figure with a table, its label and notes."""
    header, *rows = cells = _printed(exhibit)
    align = ", ".join({"l": "left", "r": "right"}[side] for side in _alignment(exhibit))
    widths = ", ".join(f"{share:.0f}fr" if share else "auto" for share in column_shares(cells))
    lines = [
        "#figure(",
        f"  caption: [{_escape_typst(exhibit.title)}],",
        "  kind: table,",
        "  [",
        f"    #table(columns: {f'({widths},)' if widths else len(header)}, align: ({align},),",
        f"      table.hline(), table.header({_cells(header)}), table.hline(stroke: 0.4pt),",
        *(f"      {_cells(row)}," for row in rows),
        "      table.hline(),",
        "    )",
        *(["    #align(left, note[" + _escape_typst(" ".join(exhibit.notes)) + "])"] if exhibit.notes else []),
        "  ],",
        f") <tab-{exhibit.code}>",
        "",
    ]
    breaks = "#show figure: set block(breakable: true)\n" if is_long(cells) else ""
    return '#import "/paper/style.typ": note\n' + breaks + "\n".join(lines)


def as_markdown(exhibit: Exhibit) -> str:
    """Write a Markdown table with its title and notes."""
    header, *rows = _printed(exhibit)
    rule = ["---" if side == "l" else "---:" for side in _alignment(exhibit)]
    lines = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in (header, rule, *rows)]
    return "\n".join([f"**{exhibit.title}**", "", *lines, "", *exhibit.notes, ""])


def as_html(exhibit: Exhibit) -> str:
    """Write an HTML table with caption, label and notes, to be put into a page."""
    sides = {"l": "left", "r": "right"}
    styles = [f' style="text-align: {sides[side]}"' for side in _alignment(exhibit)]
    header, *rows = _printed(exhibit)

    def line(cells: list[str], tag: str) -> str:
        made = [f"<{tag}{style}>{_minus(escape(cell))}</{tag}>" for cell, style in zip(cells, styles, strict=True)]
        return f"<tr>{''.join(made)}</tr>"

    notes = escape(" ".join(exhibit.notes))
    foot = [f'<tfoot><tr><td colspan="{len(header)}">{notes}</td></tr></tfoot>'] if notes else []
    return "\n".join(
        [
            f'<table id="tab-{exhibit.code}">',
            f"<caption>{escape(exhibit.title)}</caption>",
            f"<thead>{line(header, 'th')}</thead>",
            "<tbody>",
            *(line(row, "td") for row in rows),
            "</tbody>",
            *foot,
            "</table>",
            "",
        ]
    )


def as_docx(exhibit: Exhibit) -> bytes:
    """Write a Word document with title, table and notes."""
    from bri_eval.report.word import document

    cells = [[_minus(cell) for cell in row] for row in _printed(exhibit)]
    return document(exhibit.title, cells, _alignment(exhibit), exhibit.notes)


WRITERS: dict[str, Callable[[Exhibit], str | bytes]] = {
    "csv": as_csv,
    "tex": as_latex,
    "typ": as_typst,
    "md": as_markdown,
    "html": as_html,
    "docx": as_docx,
}


def _printed(exhibit: Exhibit) -> list[list[str]]:
    """List the header and the rows as printed."""
    table = exhibit.table.drop(columns=list(exhibit.hidden))
    header = [exhibit.headings.get(column, _heading(column)) for column in table.columns]
    columns = [[_format(value, exhibit.formats.get(column, "")) for value in table[column]] for column in table.columns]
    return [header, *[list(row) for row in zip(*columns, strict=True)]]


def _heading(column: str) -> str:
    """Turn a column's name into words."""
    words = column.replace("_", " ")
    return words[:1].upper() + words[1:]


def _format(value: object, spec: str) -> str:
    """Print one cell; missing is blank, and no number is minus zero."""
    if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
        return ""
    if isinstance(value, str) or not spec:
        return str(value)
    if spec == "p":
        return "< 0.001" if value < 0.001 else f"{value:.3f}"  # type: ignore[operator]
    text = format(value, spec)
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text


def _alignment(exhibit: Exhibit) -> str:
    """Align text columns left, numbers and cells of a regression right."""
    shown = [column for column in exhibit.table.columns if column not in exhibit.hidden]
    return "".join("l" if column in (shown[0], *exhibit.keys) else "r" for column in shown)


def _cells(row: list[str]) -> str:
    """Write cells as Typst content."""
    return ", ".join(f"[{_escape_typst(cell)}]" for cell in row)


def _escape_typst(text: str) -> str:
    """Escape what Typst would read as markup, and set a leading hyphen as a minus sign."""
    return _minus(text).translate({ord(mark): f"\\{mark}" for mark in "\\#$*_`<>@[]~=+-/"})


def _minus(text: str) -> str:
    """Set the hyphen before a number as a minus sign, at the beginning and behind a space or bracket."""
    return HYPHEN.sub("\u2212", text)
