"""A run against published numbers: nothing where they agree, one line that says where and what for each change."""

from __future__ import annotations

import copy
import json
import re

import pytest
import studies

from bri_eval.checks import InputError
from bri_eval.verify import as_json, differences, expected_of, read_expected


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> dict:
    return expected_of(studies.tiny(tmp_path_factory.getbasetemp()).results)


@pytest.fixture
def changed(found) -> dict:
    return copy.deepcopy(found)


def place(expected: dict, code: str, column: str) -> int:
    return expected["exhibits"][code]["columns"].index(column)


def scale(expected: dict, code: str, row: int, column: str, factor: float) -> tuple[str, str]:
    """Multiply one number of an exhibit; return what it was and what it is."""
    cells, at = expected["exhibits"][code]["rows"][row], place(expected, code, column)
    was, cells[at] = cells[at], f"{float(cells[at]) * factor:.12g}"
    return was, cells[at]


# no difference


def test_equal_runs_do_not_differ(found, changed):
    assert differences(found, changed) == []


def test_expected_holds_the_cells_of_the_csv_files_as_text(found, tmp_path_factory):
    run = studies.tiny(tmp_path_factory.getbasetemp())
    assert found["exhibits"].keys() == run.results.exhibits.keys()
    header, first = (run.out / "index" / "scores.csv").read_text(encoding="utf-8").splitlines()[:2]
    assert found["exhibits"]["scores"]["columns"] == header.split(",")
    assert found["exhibits"]["scores"]["rows"][0] == first.split(",")
    assert found["numbers"] == run.results.numbers


def test_the_published_numbers_are_those_of_a_fresh_run(tmp_path_factory):
    run = studies.shipped(tmp_path_factory.getbasetemp())
    published = read_expected(run.results.study.paper.parent / "expected.json")
    assert differences(published, expected_of(run.results)) == []


# planted changes


@pytest.mark.parametrize(("code", "column"), [("ranking", "capability"), ("scores", "hardware"), ("coefficients", "p")])
def test_a_cell_beyond_the_tolerance_is_named(found, changed, code, column):
    was, now = scale(changed, code, 2, column, 1 + 3e-6)
    (line,) = differences(found, changed)
    assert line.startswith(f"{code}: row 3 (")
    assert line.endswith(f"), {column}: expected {was}, found {now}")


@pytest.mark.parametrize("factor", [1 + 3e-7, 1 - 3e-7])
def test_a_cell_within_the_tolerance_is_not_a_difference(found, changed, factor):
    was, now = scale(changed, "ranking", 2, "capability", factor)
    assert was != now
    assert differences(found, changed) == []


@pytest.mark.parametrize(
    ("was", "now", "equal"),
    [
        ("0", "-0", True),
        ("1", "1.0", True),
        ("1e-05", "0.00001", True),
        ("0", "1e-15", True),
        ("0", "1e-9", False),
        ("0.5", "-0.5", False),
        ("0.5", "", False),
        ("", "0", False),
        ("NAN", "nan", False),
        ("0.5", "half", False),
    ],
)
def test_what_counts_as_equal(found, changed, was, now, equal):
    at = place(found, "ranking", "capability")
    found = copy.deepcopy(found)
    found["exhibits"]["ranking"]["rows"][0][at], changed["exhibits"]["ranking"]["rows"][0][at] = was, now
    assert (differences(found, changed) == []) == equal


@pytest.mark.parametrize(
    ("code", "row", "column", "new", "line"),
    [
        ("ranking", 0, "name", "Egypt", "ranking: row 1 (EGY 2012), name: expected Egypt, Arab Rep., found Egypt"),
        ("filled", 0, "rule", "copied", "filled: row 1 (AFG 2012 speed), rule: expected linear in time, found copied"),
        ("tests", 1, "df", "2", r"tests: row 2 (trade: two-way), df: expected 1, found 2"),
        ("trade", 1, "pooled", "(0.096)", r"trade: row 2 (), pooled: expected (0.095), found (0.096)"),
    ],
)
def test_an_edited_cell_is_named(found, changed, code, row, column, new, line):
    changed["exhibits"][code]["rows"][row][place(changed, code, column)] = new
    assert differences(found, changed) == [line]


def test_a_row_of_a_model_is_named_by_model_and_term(found, changed):
    was, now = scale(changed, "coefficients", 1, "estimate", 2)
    assert differences(found, changed) == [
        f"coefficients: row 2 (trade pooled capability), estimate: expected {was}, found {now}"
    ]


def test_a_deleted_last_row_is_named(found, changed):
    changed["exhibits"]["ranking"]["rows"].pop()
    (line,) = differences(found, changed)
    assert re.fullmatch(r"ranking: (row 8 .*expected a row, found none|expected 8 rows, found 7)", line)


@pytest.mark.parametrize("row", [0, 3])
def test_a_deleted_row_is_one_difference_that_names_it(found, changed, row):
    gone = changed["exhibits"]["ranking"]["rows"].pop(row)
    (line,) = differences(found, changed)
    assert line.startswith(f"ranking: row {row + 1} ({gone[0]} 2012)")


def test_a_removed_exhibit_is_named_and_so_is_a_new_one(found, changed):
    del changed["exhibits"]["tests"]
    assert differences(found, changed) == ["tests: expected a table, found none"]
    assert differences(changed, found) == ["tests: expected no table, found one"]


@pytest.mark.parametrize(("new", "end"), [("7", "found 7"), (None, "found nothing")])
def test_a_changed_or_absent_number_of_the_text_is_named(found, changed, new, end):
    changed["numbers"] |= {"index/ranked": new} if new else {}
    if new is None:
        del changed["numbers"]["index/ranked"]
    assert differences(found, changed) == [f"text: index/ranked: expected 8, {end}"]


def test_a_new_number_of_the_text_is_named(found, changed):
    changed["numbers"]["index/more"] = "3"
    assert differences(found, changed) == ["text: index/more: expected nothing, found 3"]


def test_a_renamed_column_is_named_with_both_headers(found, changed):
    changed["exhibits"]["ranking"]["columns"][1] = "country"
    (line,) = differences(found, changed)
    assert re.fullmatch(r"ranking: expected columns \['economy', 'name', .*], found \['economy', 'country', .*]", line)


def test_every_change_is_reported(found, changed):
    for row in (0, 3, 5):
        scale(changed, "scores", row, "capability", 2)
    changed["numbers"]["index/ranked"] = "9"
    del changed["exhibits"]["filled"]
    assert len(differences(found, changed)) == 5


# the file


def test_as_json_round_trips_with_one_row_a_line(found):
    text = as_json(found)
    assert json.loads(text) == found
    assert text.endswith("}\n")
    rows = sum(len(table["rows"]) for table in found["exhibits"].values())
    assert len([line for line in text.splitlines() if line.startswith("   [")]) == rows
    assert "Côte d'Ivoire" in text


def test_as_json_round_trips_a_table_without_rows(found):
    empty = {"schema": 1, "exhibits": {"filled": {"columns": ["a"], "rows": []}}, "numbers": {}}
    assert json.loads(as_json(empty)) == empty


def test_the_file_is_read_back(found, tmp_path):
    (tmp_path / "expected.json").write_text(as_json(found), encoding="utf-8")
    assert read_expected(tmp_path / "expected.json") == found


def test_a_missing_file_says_how_to_make_it(tmp_path):
    with pytest.raises(InputError, match=r"expected.json: there is no such file; bri-eval verify --accept writes it"):
        read_expected(tmp_path / "expected.json")


def test_a_file_that_is_not_json_is_refused(tmp_path):
    (tmp_path / "expected.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match=r"expected.json: not readable as JSON: .*line 1"):
        read_expected(tmp_path / "expected.json")


@pytest.mark.parametrize("content", [b"[]", b"{}", b'{"exhibits": {}}', b'{"exhibits": [], "numbers": []}', b"\xff"])
def test_a_file_of_another_shape_is_refused(tmp_path, content):
    (tmp_path / "expected.json").write_bytes(content)
    with pytest.raises(InputError, match=r"expected.json: "):
        read_expected(tmp_path / "expected.json")
