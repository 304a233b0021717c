"""One table in LaTeX: booktabs lines, no line wider than the text, long tables over pages with their header."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bri_eval.report.widths import PAGE, WORDY, column_shares, is_long

if TYPE_CHECKING:
    from collections.abc import Sequence

HYPHEN = re.compile(r"(?<![^\s(\[])-(?=\.?\d)")
"""A hyphen before a number: at the beginning, or behind a space or bracket."""


def latex_table(
    cells: Sequence[Sequence[str]], *, label: str, title: str, alignment: str, notes: Sequence[str] = ()
) -> str:
    """Write a table.

    Parameters
    ----------
    cells
        Rows of texts of one length, the header first.
    label
        Behind ``tab:``.
    title
        Caption.
    alignment
        One letter a column: l or r.
    notes
        Sentences below the table.

    Returns
    -------
    str
        A comment that names the packages; a ``tabular`` that shrinks to the text if it must, one with paragraphs where
        cells are sentences, or a ``longtable``, with paragraphs where its lines would not fit.
    """
    long, columns = is_long(cells), _columns(cells, alignment)
    rows, head = [_row(row) for row in cells], rf"\caption{{{escape_latex(title)}}}\label{{tab:{label}}}"
    if long:
        packages, table = ["longtable"], _long(rows, columns, head)
    elif columns == alignment:
        packages, table = ["adjustbox"], [head, *_shrunk(_short(rows, columns))]
    else:
        packages, table = [], [head, *_short(rows, columns)]
    packages = ["booktabs", *(["array"] if columns != alignment else []), *packages]
    said = [r"\par\smallskip\footnotesize " + escape_latex(" ".join(notes))] if notes else []
    lines = [
        f"% Needs {', '.join(packages)}; UTF-8.",
        r"\begingroup" if long else r"\begin{table}[htbp]",
        rf"\{'footnotesize' if packages[-1] == 'adjustbox' else 'scriptsize'}\setlength{{\tabcolsep}}{{3pt}}",
        *table,
        *said,
        r"\par\endgroup" if long else r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def escape_latex(text: str) -> str:
    r"""Escape LaTeX's special characters, and set the hyphen before a number as a minus sign.

    Examples
    --------
    >>> print(escape_latex("a_b, 5 %, -0.1 (1-2)"))
    a\_b, 5 \%, $-$0.1 (1-2)
    """
    return HYPHEN.sub("\u2212", text).translate(_SPECIAL)


def _columns(cells: Sequence[Sequence[str]], alignment: str) -> str:
    """Leave the widths to LaTeX, or give every column a part of the text's width, all of it together."""
    shares = column_shares(cells)
    longest = [max(len(row[place]) for row in cells) + 1 for place in range(len(alignment))]
    if not shares and not (is_long(cells) and sum(longest) > PAGE - 2 * WORDY):
        return alignment
    needed = [share or length for share, length in zip(shares or longest, longest, strict=True)]
    sides = {"l": r">{\raggedright\arraybackslash}", "r": r">{\raggedleft\arraybackslash}"}
    parts = [rf"p{{\dimexpr {size / sum(needed):.4f}\linewidth-2\tabcolsep\relax}}" for size in needed]
    return "".join(sides[side] + part for side, part in zip(alignment, parts, strict=True))


def _row(texts: Sequence[str]) -> str:
    r"""Write one row; a bracket or star at its beginning would belong to the ``\\`` before."""
    line = " & ".join(map(escape_latex, texts)) + r" \\"
    return "{}" + line if line.startswith(("[", "*")) else line


def _short(rows: Sequence[str], columns: str) -> list[str]:
    """Write a table that stays on its page."""
    head = [rf"\begin{{tabular}}{{{columns}}}", r"\toprule", rows[0], r"\midrule"]
    return [*head, *rows[1:], r"\bottomrule", r"\end{tabular}"]


def _shrunk(table: Sequence[str]) -> list[str]:
    """Let a table that is wider than the text shrink to it."""
    return [r"\begin{adjustbox}{max width=\linewidth}", *table, r"\end{adjustbox}"]


def _long(rows: Sequence[str], columns: str, caption: str) -> list[str]:
    """Write a table that breaks over pages and repeats its header."""
    head = [r"\toprule", rows[0], r"\midrule"]
    begin = [rf"\begin{{longtable}}{{{columns}}}", caption + r" \\"]
    return [
        *begin, *head, r"\endfirsthead", *head, r"\endhead", r"\bottomrule", r"\endfoot", *rows[1:], r"\end{longtable}",
    ]  # fmt: skip


_WORDS = {"\\": "backslash", "~": "asciitilde", "^": "asciicircum", "<": "less", ">": "greater"}

_SPECIAL = {
    **{ord(mark): f"\\{mark}" for mark in "&%$#_{}"},
    **{ord(mark): f"\\text{name}{{}}" for mark, name in _WORDS.items()},
    0x2212: "$-$",
}
