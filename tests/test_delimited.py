"""CSV files as rows: what another program may have made of them is named."""

from __future__ import annotations

import codecs

import pytest

from bri_eval.checks import InputError
from bri_eval.delimited import read_rows


def test_rows_are_text_with_quotes_and_empty_lines_undone(write):
    path = write("t.csv", 'economy,name\nEGY,"Egypt, Arab Rep."\n\nNAM,"say ""NA"""\n')
    assert read_rows(path) == [["economy", "name"], ["EGY", "Egypt, Arab Rep."], ["", ""], ["NAM", 'say "NA"']]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_line_ends_and_a_byte_order_mark_do_not_matter(tmp_path, ends, mark):
    (tmp_path / "t.csv").write_bytes(mark + ends.join(["economy,x", "AFG,1", ""]).encode())
    assert read_rows(tmp_path / "t.csv") == [["economy", "x"], ["AFG", "1"]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"not readable as CSV in UTF-8: No columns; the file is empty: its first row names the columns"),
        (b" \n", "the file is empty"),
        (
            b"economy;x\nAFG;1,5\n",
            r"columns are separated by semicolons; expected commas, and points in decimals; save",
        ),
        (b"economy\tx\nAFG\t1\n", "columns are separated by tabs"),
        (b"economy,x\nAFG,1,5\n", r"Expected 2 fields in line 2, saw 3; a comma inside a number or a text"),
        (b"economy,x\nAFG\n", r"Expected 2 fields in line 2, saw 1; .*a comma too few makes one less"),
        (b'economy,x\n"AFG,1\n', "look for a quotation mark without its partner"),
        (b"economy,x\nK\xf6ln,1\n", "line 2 has a sign in another encoding; save it as 'CSV UTF-8'"),
        (codecs.BOM_UTF16_LE + "economy,x".encode("utf-16-le"), "it is in UTF-16; save it as 'CSV UTF-8'"),
        (codecs.BOM_UTF16_BE + "economy,x".encode("utf-16-be"), "it is in UTF-16"),
        (b"PK\x03\x04...", r"this is an Excel workbook with the name of a CSV file; name it t\.xlsx"),
    ],
)
def test_what_is_no_csv_file_is_named_for_what_it_is(tmp_path, content, message):
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(InputError, match=rf"t\.csv: .*{message}"):
        read_rows(tmp_path / "t.csv")


def test_every_row_of_another_length_is_named(write):
    with pytest.raises(InputError) as caught:
        read_rows(write("t.csv", "economy,x\nAFG\nALB,1\nARE,1,2\n"))
    assert [line.partition("line ")[2][0] for line in (str(caught.value), *caught.value.more)] == ["2", "4"]
