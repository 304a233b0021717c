"""A table as a Word document: what is in it, that it opens, and that its bytes are the same every time."""

import io
import subprocess
import sys
import zipfile
from xml.etree import ElementTree

import docx
import pytest

from bri_eval.report.word import document

CELLS = [["Term", "one & <two>", "p"], ["x", "\u22120.5", "< 0.001"], ["", "(0.1)", ""], ["Côte d'Ivoire", "1", "2"]]


@pytest.fixture(scope="module")
def content() -> bytes:
    return document("A title & more", CELLS, "lrr", ("First note.", "Second < note."))


@pytest.fixture(scope="module")
def opened(content):
    return docx.Document(io.BytesIO(content))


def test_title_cells_and_notes_are_read_back(opened):
    (table,) = opened.tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == CELLS
    assert [paragraph.text for paragraph in opened.paragraphs] == ["A title & more", "First note. Second < note."]


def test_numbers_are_right_and_words_left(opened):
    sides = [cell.paragraphs[0].alignment for cell in opened.tables[0].rows[1].cells]
    assert [None if side is None else side.name for side in sides] == [None, "RIGHT", "RIGHT"]


def test_the_header_is_bold_and_repeated(opened, content):
    first, second = (row.cells[0].paragraphs[0].runs[0] for row in opened.tables[0].rows[:2])
    assert (first.bold, second.bold) == (True, None)
    text = zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode()
    assert text.count("<w:tblHeader/>") == 1
    assert text.count("<w:cantSplit/>") == len(CELLS)


def test_the_page_lies_on_its_side(opened):
    section = opened.sections[0]
    assert section.page_width > section.page_height
    assert section.orientation.name == "LANDSCAPE"


def test_every_part_is_well_formed_and_dateless(content):
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert packed.testzip() is None
        for member in packed.infolist():
            assert member.date_time == (2000, 1, 1, 0, 0, 0)
            if member.filename.endswith((".xml", ".rels")):
                ElementTree.fromstring(packed.read(member.filename))
        assert b"2000-01-01T00:00:00Z" in packed.read("docProps/core.xml")


def test_the_bytes_are_the_same_in_another_process(content):
    code = (
        "import sys; from bri_eval.report.word import document; sys.stdout.buffer.write("
        f"document('A title & more', {CELLS!r}, 'lrr', ('First note.', 'Second < note.')))"
    )
    again = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    assert again == content


def test_a_table_without_notes_still_ends_in_a_paragraph():
    made = docx.Document(io.BytesIO(document("T", [["a"]], "l", ())))
    assert [paragraph.text for paragraph in made.paragraphs] == ["T", ""]


def test_rows_of_another_length_than_the_alignment_are_refused():
    with pytest.raises(ValueError, match="argument"):
        document("T", [["a", "b"]], "l", ())
