"""Sheets of workbooks: cells as they are, or refused by sheet and cell."""

from __future__ import annotations

import datetime
import zipfile

import pytest
from openpyxl import Workbook

from bri_eval.checks import InputError
from bri_eval.sheets import cell_name, read_sheet


@pytest.fixture
def book(tmp_path):
    """Return the function that writes rows, and single cells, into the first sheet of a workbook."""

    def written(*rows, cells=(), merged="", sheets=("Data",)):
        made = Workbook()
        made.active.title = sheets[0]
        for name in sheets[1:]:
            made.create_sheet(name)
        for row in rows:
            made.active.append(row)
        for place, value in cells:
            made.active[place] = value
        if merged:
            made.active.merge_cells(merged)
        made.save(tmp_path / "t.xlsx")
        return tmp_path / "t.xlsx"

    return written


HEADER = ("economy", "x", "y")


def test_numbers_keep_every_digit_and_texts_are_marked(book):
    found = read_sheet(book(HEADER, ("AFG", 1 / 3, 7), ("ALB", None, "8")))
    assert found.rows == [["economy", "x", "y"], ["AFG", "0.3333333333333333", "7"], ["ALB", "", "8"]]
    assert float(found.rows[1][1]) == 1 / 3
    assert (2, 2) in found.texts
    assert (1, 1) not in found.texts
    assert found.name == "Data"


def test_empty_rows_and_columns_at_the_end_are_left_out(book):
    path = book(HEADER, ("AFG", 1, 2), (None, None, None), (None, None, None, None, None))
    assert read_sheet(path).rows == [["economy", "x", "y"], ["AFG", "1", "2"]]


def test_a_sheet_is_chosen_by_name(book):
    path = book(HEADER, sheets=("Data", "Notes"))
    assert read_sheet(path, "Data").rows == [list(HEADER)]
    assert read_sheet(path, "Notes").rows == []
    with pytest.raises(InputError, match=r"there are the sheets 'Data', 'Notes'; say which: t\.xlsx:Data!column"):
        read_sheet(path)
    with pytest.raises(
        InputError, match=r"t\.xlsx: unknown sheet 'data'; known are 'Data', 'Notes'; did you mean 'Data'"
    ):
        read_sheet(path, "data")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (datetime.date(2018, 3, 1), r"found the date 2018-03-01.*; expected a number or a text; format"),
        (datetime.datetime(2018, 3, 1, 12), "found the date 2018-03-01 12:00:00"),
        (datetime.time(12, 30), "found the date 12:30:00"),
        (True, "found TRUE; expected a number or a text; write 1 or 0"),
        (False, "found FALSE"),
        ("#N/A", "found the error #N/A; correct the formula, or clear the cell if the value is missing"),
        ("#REF!", "found the error #REF!"),
        ("#DIV/0!", "found the error #DIV/0!"),
        ("=B2*2", r"the formula =B2\*2 has no stored result; open the file in Excel and save it, or paste values"),
        ("   ", "found blanks alone; clear the cell"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["C3", "F9"])
def test_a_cell_that_is_neither_text_nor_number_is_named(book, value, message, place):
    path = book(HEADER, ("AFG", 1, 2), ("ALB", 3, 4), cells=[(place, value)])
    with pytest.raises(InputError, match=rf"t\.xlsx: sheet 'Data', cell {place}: {message}"):
        read_sheet(path)


def test_merged_cells_are_refused(book):
    with pytest.raises(InputError, match=r"sheet 'Data': cells A2:A3 are merged; separate them, and give each its own"):
        read_sheet(book(HEADER, ("AFG", 1, 2), (None, 3, 4), merged="A2:A3"))


def test_all_cells_at_fault_are_named_at_once(book):
    with pytest.raises(InputError) as caught:
        read_sheet(book(HEADER, ("AFG", True, "#N/A"), ("ALB", "=B2", 1)))
    assert [line.partition("cell ")[2][:2] for line in (str(caught.value), *caught.value.more)] == ["B2", "C2", "B3"]


def test_a_formula_with_a_stored_result_counts_as_its_result(book, tmp_path):
    """The result 42 is put into the file where a spreadsheet program stores it."""
    path, stored = book(HEADER, ("AFG", "=6*7", 2)), tmp_path / "stored.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(stored, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<f>6*7</f><v></v>", b"<f>6*7</f><v>42</v>")
                         .replace(b"<f>6*7</f><v />", b"<f>6*7</f><v>42</v>"))  # fmt: skip
    assert read_sheet(stored).rows[1] == ["AFG", "42", "2"]


@pytest.mark.parametrize("content", [b"", b"economy,x\nAFG,1\n", b"PK\x03\x04broken"])
def test_what_is_no_workbook_is_refused(tmp_path, content):
    (tmp_path / "t.xlsx").write_bytes(content)
    with pytest.raises(
        InputError, match=r"t\.xlsx: not readable as an Excel workbook; open it in Excel without a pass"
    ):
        read_sheet(tmp_path / "t.xlsx")


def test_a_zip_that_is_no_workbook_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "t.xlsx", "w") as file:
        file.writestr("notes.txt", "nothing")
    with pytest.raises(InputError, match="not readable as an Excel workbook"):
        read_sheet(tmp_path / "t.xlsx")


@pytest.mark.parametrize(("place", "name"), [((0, 0), "A1"), ((6, 2), "C7"), ((9, 26), "AA10")])
def test_cells_are_named_as_excel_does(place, name):
    assert cell_name(*place) == name
