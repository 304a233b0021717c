"""One table as a Word document, the same bytes every time; the only door to python-docx."""

from __future__ import annotations

import datetime
import io
import zipfile
from functools import cache
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

_EPOCH = datetime.datetime(2000, 1, 1)
SMALL, NOTE = 16, 15
"""Half points: cells, and the notes below them."""


def document(title: str, cells: Sequence[Sequence[str]], alignment: str, notes: Sequence[str]) -> bytes:
    """Write a document of one table.

    Parameters
    ----------
    title
        Above the table.
    cells
        Rows of texts of one length, the header first.
    alignment
        One letter a column: l or r.
    notes
        Sentences below the table.

    Returns
    -------
    bytes
        A .docx file: three-line table, header repeated on every page, without a date.
    """
    body = [
        _paragraph(title, bold=True, size=20),
        _table(cells, alignment),
        _paragraph(" ".join(notes), size=NOTE),  # Word wants a paragraph after a table
    ]
    return _packed("".join(body))


def _packed(body: str) -> bytes:
    """Put a body into the empty document, with one date on every member."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in _empty().items():
            content = data.replace(b"<w:body>", b"<w:body>" + body.encode()) if name == "word/document.xml" else data
            made.writestr(zipfile.ZipInfo(name, _EPOCH.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


@cache
def _empty() -> dict[str, bytes]:
    """Return the members of a document without content, in landscape on A4, as python-docx writes them."""
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm

    made, stream = Document(), io.BytesIO()
    section = made.sections[0]
    section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(20)
    made.core_properties.created = made.core_properties.modified = _EPOCH
    made.core_properties.author = made.core_properties.comments = ""
    made.save(stream)
    with zipfile.ZipFile(stream) as packed:
        return {member.filename: packed.read(member.filename) for member in packed.infolist()}


def _table(cells: Sequence[Sequence[str]], alignment: str) -> str:
    """Write the rows: a line above, below the header, and at the end."""
    last = len(cells) - 1
    rows = "".join(
        _row(row, alignment, header=number == 0, ruled=number in (0, last)) for number, row in enumerate(cells)
    )
    line = '<w:{} w:val="single" w:sz="8" w:space="0" w:color="auto"/>'
    borders = f"<w:tblBorders>{line.format('top')}{line.format('bottom')}</w:tblBorders>"
    width = '<w:tblW w:w="5000" w:type="pct"/>'
    grid = "<w:tblGrid>" + "<w:gridCol/>" * len(alignment) + "</w:tblGrid>"
    return f"<w:tbl><w:tblPr>{width}{borders}</w:tblPr>{grid}{rows}</w:tbl>"


def _row(texts: Sequence[str], alignment: str, *, header: bool, ruled: bool) -> str:
    """Write one row."""
    rule = '<w:tcBorders><w:bottom w:val="single" w:sz="4" w:space="0" w:color="auto"/></w:tcBorders>' if ruled else ""
    made = [
        f"<w:tc><w:tcPr>{rule}</w:tcPr>{_paragraph(text, size=SMALL, bold=header, side=side)}</w:tc>"
        for text, side in zip(texts, alignment, strict=True)
    ]
    repeated = "<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>" if header else "<w:trPr><w:cantSplit/></w:trPr>"
    return f"<w:tr>{repeated}{''.join(made)}</w:tr>"


def _paragraph(text: str, *, size: int, bold: bool = False, side: str = "l") -> str:
    """Write one paragraph."""
    place = '<w:jc w:val="right"/>' if side == "r" else ""
    weight = "<w:b/>" if bold else ""
    return (
        f'<w:p><w:pPr><w:spacing w:before="0" w:after="20"/>{place}</w:pPr><w:r><w:rPr>{weight}'
        f'<w:sz w:val="{size}"/></w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'
    )
