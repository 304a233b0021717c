"""CSV files and workbooks as text, and their columns as numbers."""

import csv
import io
import json
import re

import numpy as np
import pandas as pd
import pytest
from openpyxl import Workbook
from starter_mistakes import start

import bri_eval as be
from bri_eval.checks import InputError
from bri_eval.files import parse_numbers, read_numbers, read_table, split_source, tables_in


def test_parse_numbers_keeps_the_index(tmp_path):
    found = parse_numbers(pd.Series(["1", ""], index=[7, 9]), tmp_path, "x")
    assert found.loc[7] == 1.0
    assert np.isnan(found.loc[9])


def test_an_unknown_column_of_the_shipped_data(data):
    with pytest.raises(InputError, match=r"lpi\.csv: unknown column 'custom'; .* did you mean 'customs'\?"):
        read_numbers(data / "raw", "lpi.csv:custom")


def test_text_is_never_guessed_to_be_missing(write):
    table = read_table(write("t.csv", "economy,name\nNAM,NA\nNOR,NO\nAFG,null\n"))
    assert table["name"].tolist() == ["NA", "NO", "null"]


def test_numbers_are_indexed_by_economy_and_year_where_there_are_years(write):
    path = write("t.csv", "economy,year,x\nAFG,2010,1.5\nAFG,2012,\nALB,2010,-2e3\n")
    found = read_numbers(path.parent, "t.csv:x")
    assert found.index.names == ["economy", "year"]
    assert found.to_dict() == {("AFG", 2010): 1.5, ("ALB", 2010): -2000}
    path = write("u.csv", "economy,x\nAFG,7\n")
    assert read_numbers(path.parent, "u.csv:x").to_dict() == {"AFG": 7}


def test_a_table_is_handed_out_as_a_copy(write):
    path = write("t.csv", "economy,x\nAFG,1\n")
    mine = read_table(path)
    mine["x"] = "2"
    assert read_table(path)["x"].tolist() == ["1"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("economy,x\n", None),
        ("", "not readable as CSV"),
        ("economy,x\nAFG,1,2\n", "not readable as CSV"),
        ("code,x\nAFG,1\n", "no column 'economy'"),
    ],
)
def test_what_is_no_table_is_refused_and_an_empty_one_is_not(write, text, message):
    path = write("t.csv", text)
    if message is None:
        assert read_table(path).empty
    else:
        with pytest.raises(InputError, match=message):
            read_table(path)


# workbooks


def workbook(path, *sheets):
    """Write sheets, each a name and rows, as a workbook."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        made = book.create_sheet(name)
        for row in rows:
            made.append(row)
    book.save(path)
    return path


def as_cells(text):
    """Turn a CSV text into rows of typed cells, as a person would type them."""
    rows = list(csv.reader(io.StringIO(text)))
    number = re.compile(r"-?[0-9]+(\.[0-9]+)?")
    return [rows[0], *([json.loads(c) if number.fullmatch(c) else c or None for c in row] for row in rows[1:])]


@pytest.mark.parametrize("source", ["lpi", "development"])
def test_a_workbook_that_equals_a_csv_file_gives_the_same_numbers(tmp_path, data, source):
    text = (data / "raw" / f"{source}.csv").read_text(encoding="utf-8")
    lines = text.splitlines()[:300]
    (tmp_path / "t.csv").write_text("\n".join(lines), encoding="utf-8")
    workbook(tmp_path / "t.xlsx", ("Data", as_cells("\n".join(lines))))
    for column in lines[0].split(",")[2:]:
        pd.testing.assert_series_equal(
            read_numbers(tmp_path, f"t.csv:{column}"), read_numbers(tmp_path, f"t.xlsx:{column}"), check_exact=True
        )


def test_the_starter_out_of_a_workbook_is_the_same_panel(tmp_path):
    study = be.read_study(start(tmp_path))
    question = {"economies": study.economies, "years": study.years}
    panel = be.read_panel(study.framework, study.tables, **question)
    cells = as_cells((tmp_path / "data.csv").read_text(encoding="utf-8"))
    workbook(tmp_path / "book.xlsx", ("notes", [["anything"]]), ("2018", cells))
    text = (tmp_path / "framework.toml").read_text(encoding="utf-8").replace('"data.csv:', '"book.xlsx:2018!')
    (tmp_path / "framework.toml").write_text(text, encoding="utf-8")
    (tmp_path / "data.csv").unlink()
    again = be.read_panel(be.read_study(tmp_path / "study.toml").framework, study.tables, **question)
    pd.testing.assert_frame_equal(panel, again, check_exact=True)


def test_economies_are_those_of_a_workbook_where_there_is_no_register(tmp_path):
    workbook(tmp_path / "t.xlsx", ("Data", [["economy", "x", "region"], ["B", 2, "north"], ["A", 1, "south"]]))
    indicators = (be.Indicator(code="x", parent="g", source="t.xlsx:Data!x"),)
    framework = be.Framework(groups=(be.Group(code="g"),), indicators=indicators)
    panel = be.read_panel(framework, tmp_path, economies="all", years=[2018])
    assert panel["x"].to_dict() == {("A", 2018): 1.0, ("B", 2018): 2.0}
    assert be.read_groups(tmp_path, "t.xlsx:Data!region").to_dict() == {"B": "north", "A": "south"}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([["economy", "x"], ["A", "1.5"]], r"sheet 'S', cell B2, column 'x': found '1.5', a number stored as text"),
        ([["economy", "x"], ["A", "n/a"]], r"sheet 'S', cell B2, column 'x': found 'n/a'; expected a plain number"),
        ([["economy", "z", "x"], ["A", 1, 1], ["B", 1, "2,5"]], r"cell C3, column 'x': found '2,5'; .*perhaps 2\.5"),
        ([["economy", "x"], [None, 1]], r"sheet 'S', cell A2, column 'economy' is blank"),
        ([["economy", "x"], ["A ", 1]], r"sheet 'S', cell A2, column 'economy': found 'A '; delete the blanks"),
        ([["economy", "x"], ["A", 1], ["A", 2]], r"rows 2 and 3 are both economy A; keep one"),
        ([["economy", None, "x"], ["A", 3, 2]], r"column B of 3 has no name; give it a name in the first row"),
        ([["economy", "year", "x"], ["A", 2018.5, 2]], r"sheet 'S', cell B2, column 'year': found '2018.5'; expected"),
        ([["economy", "year", "x"], ["A", "2018", 2]], r"cell B2, column 'year': found '2018', a number stored"),
        ([["economy", "y"], ["A", 1]], r"t\.xlsx: unknown column 'x'; known are 'economy', 'y'"),
        ([], "there is no column 'economy'"),
    ],
)  # fmt: skip
def test_a_cell_of_a_workbook_is_named_by_sheet_and_cell(tmp_path, rows, message):
    workbook(tmp_path / "t.xlsx", ("S", rows))
    with pytest.raises(InputError, match=rf"t\.xlsx: .*{message}|{message}"):
        read_numbers(tmp_path, "t.xlsx:x")


def test_a_code_of_a_workbook_that_the_register_lacks_is_named_by_its_cell(tmp_path, write):
    write("economies.csv", "economy,name\nPOL,Poland\n")
    workbook(tmp_path / "t.xlsx", ("S", [["economy", "x"], ["PLO", 1]]))
    with pytest.raises(InputError, match=r"sheet 'S', cell A2: unknown economy 'PLO'; .*did you mean 'POL'"):
        read_numbers(tmp_path, "t.xlsx:x")


@pytest.mark.parametrize("source", ["t.csv", "t.csv:", ":x", "t.xlsx:S!", ""])
def test_a_source_names_file_and_column(source):
    with pytest.raises(InputError, match=r"names no column; write table\.csv:column or book\.xlsx:sheet!column"):
        split_source(source)


def test_an_exclamation_mark_is_part_of_the_column_of_a_csv_file():
    assert split_source("t.csv:what!") == ("t.csv", "", "what!")
    assert split_source("t.XLSX:S!a:b") == ("t.XLSX", "S", "a:b")


def test_tables_are_listed_without_what_excel_leaves_behind(tmp_path):
    for name in ("b.xlsx", "a.csv", "~$b.xlsx", ".hidden.csv", "c.toml"):
        (tmp_path / name).touch()
    assert tables_in(tmp_path) == ["a.csv", "b.xlsx"]


def test_all_mistakes_of_a_column_are_there(write):
    path = write("t.csv", "economy,year,x\nA,2018,?\nA,2018,1\nB,now,!\n")
    with pytest.raises(InputError) as caught:
        read_numbers(path.parent, "t.csv:x")
    lines = [str(caught.value), *caught.value.more]
    assert [line.partition("t.csv: ")[2].partition(":")[0] for line in lines] == [
        "row 2, column 'x'", "row 4, column 'x'", "row 4, column 'year'",
        "rows 2 and 3 are both economy A, year 2018; keep one",
    ]  # fmt: skip
