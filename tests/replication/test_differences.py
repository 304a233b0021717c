"""Two printed runs: nothing where they agree, one line that says where and what for each change."""

from __future__ import annotations

import copy
import re

import pytest
import studies

from bri_eval.replication.differences import differences, table_differences
from bri_eval.replication.expected import expected_of


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> dict:
    return expected_of(studies.tiny(tmp_path_factory.getbasetemp()).results)


@pytest.fixture
def changed(found) -> dict:
    return copy.deepcopy(found)


def near(before: dict, after: dict) -> list[str]:
    return differences(before, after, exact=False)


def place(expected: dict, code: str, column: str) -> int:
    return expected["exhibits"][code]["columns"].index(column)


def scale(expected: dict, code: str, row: int, column: str, factor: float) -> tuple[str, str]:
    """Multiply one number of an exhibit; return what it was and what it is."""
    cells, at = expected["exhibits"][code]["rows"][row], place(expected, code, column)
    was, cells[at] = cells[at], f"{float(cells[at]) * factor:.12g}"
    return was, cells[at]


# no difference


@pytest.mark.parametrize("exact", [True, False])
def test_equal_runs_do_not_differ(found, changed, exact):
    assert differences(found, changed, exact=exact) == []


# planted changes


@pytest.mark.parametrize(("code", "column"), [("ranking", "capability"), ("scores", "hardware"), ("coefficients", "p")])
def test_a_cell_beyond_the_tolerance_is_named(found, changed, code, column):
    was, now = scale(changed, code, 2, column, 1 + 3e-6)
    (line,) = near(found, changed)
    assert line.startswith(f"{code}: row 3 (")
    assert line.endswith(f"), {column}: expected {was}, found {now}")


@pytest.mark.parametrize("factor", [1 + 3e-7, 1 - 3e-7])
def test_a_cell_within_the_tolerance_is_a_difference_only_to_the_letter(found, changed, factor):
    was, now = scale(changed, "ranking", 2, "capability", factor)
    assert near(found, changed) == []
    (line,) = differences(found, changed, exact=True)
    assert line.endswith(f"capability: expected {was}, found {now}")


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
    assert (near(found, changed) == []) == equal
    assert len(differences(found, changed, exact=True)) == 1


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
    assert near(found, changed) == [line]


def test_a_row_of_a_model_is_named_by_model_and_term(found, changed):
    was, now = scale(changed, "coefficients", 1, "estimate", 2)
    assert near(found, changed) == [
        f"coefficients: row 2 (trade pooled capability), estimate: expected {was}, found {now}"
    ]


@pytest.mark.parametrize("row", [0, 3, 7])
def test_a_deleted_row_is_one_difference_that_names_it(found, changed, row):
    gone = changed["exhibits"]["ranking"]["rows"].pop(row)
    (line,) = near(found, changed)
    assert line == f"ranking: row {row + 1} ({gone[0]} 2012): expected a row, found none"


def test_swapped_rows_are_named(found, changed):
    rows = changed["exhibits"]["ranking"]["rows"]
    rows[1], rows[2] = rows[2], rows[1]
    lines = near(found, changed)
    assert [re.match(r"ranking: row \d \((\w+) 2012\): expected (a|no) row", line).group(2) for line in lines] == [
        "no", "a",
    ]  # fmt: skip


def test_a_removed_exhibit_is_named_and_so_is_a_new_one(found, changed):
    del changed["exhibits"]["tests"]
    assert near(found, changed) == ["tests: expected a table, found none"]
    assert near(changed, found) == ["tests: expected no table, found one"]


@pytest.mark.parametrize(("new", "end"), [("7", "found 7"), (None, "found nothing")])
def test_a_changed_or_absent_number_of_the_text_is_named(found, changed, new, end):
    changed["numbers"] |= {"index/ranked": new} if new else {}
    if new is None:
        del changed["numbers"]["index/ranked"]
    assert near(found, changed) == [f"text: index/ranked: expected 8, {end}"]


def test_a_new_number_of_the_text_is_named(found, changed):
    changed["numbers"]["index/more"] = "3"
    assert near(found, changed) == ["text: index/more: expected nothing, found 3"]


def test_a_renamed_column_is_named_with_both_headers(found, changed):
    changed["exhibits"]["ranking"]["columns"][1] = "country"
    (line,) = near(found, changed)
    assert re.fullmatch(r"ranking: expected columns \['economy', 'name', .*], found \['economy', 'country', .*]", line)


def test_a_title_and_a_note_are_compared_where_they_part(found, changed):
    table = changed["exhibits"]["ranking"]
    table["title"] = "Other"
    note = table["notes"][0]
    table["notes"] = [f"{note[:30]}!{note[30:]}", *table["notes"][1:], "One more."]
    title, first, last = near(found, changed)
    assert title.endswith(": title: expected Capability, 2012: rank, score and pillar scores, found Other")
    assert first == f"ranking: note 1: expected ...{note[10:60]}..., found ...{note[10:30]}!{note[30:59]}..."
    assert re.fullmatch(r"ranking: note \d: expected \.\.\.nothing\.\.\., found \.\.\.One more\.\.\.\.", last)


def test_every_change_is_reported(found, changed):
    for row in (0, 3, 5):
        scale(changed, "scores", row, "capability", 2)
    changed["numbers"]["index/ranked"] = "9"
    del changed["exhibits"]["filled"]
    assert len(near(found, changed)) == 5


# figures


def rows_of(expected: dict, kind: str) -> list:
    return next(row for row in expected["figures"]["change"] if row[1] == kind)


@pytest.mark.parametrize(("factor", "lines"), [(1 + 3e-7, 0), (1 + 3e-6, 1)])
def test_a_figure_is_compared_by_what_it_shows_within_the_tolerance(found, changed, factor, lines):
    rows_of(changed, "lines")[4] *= factor
    assert near(found, changed) == ["figure change: panel 1, lines: drawn from other numbers"][:lines]


def test_marks_that_are_gone_and_words_that_changed_are_named(found, changed):
    rows_of(changed, "lines")[2] -= 1
    words = rows_of(changed, "words")
    words[3] = "Nord (4)"
    first, second = near(found, changed)
    assert first == "figure change: panel 1, lines: expected 10, found 9"
    assert second == "figure change: panel 1, words: expected ...North (4)..., found ...Nord (4)..."


def test_a_figure_that_is_gone_or_new_is_named(found, changed):
    del changed["figures"]["change"]
    assert near(found, changed) == ["figure change: expected one, found none"]
    assert near(changed, found) == ["figure change: expected none, found one"]


def test_a_mean_of_zero_has_the_tolerance_of_its_spread(found, changed):
    row, other = rows_of(changed, "lines"), rows_of(found, "lines")
    before = copy.deepcopy(found)
    rows_of(before, "lines")[3:5], row[3:5] = [0.0, other[4]], [1e-7 * other[4], other[4]]
    assert near(before, changed) == []


# files


@pytest.mark.parametrize("path", ["figures/change.svg", "index/ranking.docx", "regressions/trade.typ"])
def test_a_file_that_nothing_else_explains_is_named_to_the_byte_only(found, changed, path):
    changed["manifest"]["outputs"][path] = "0"
    assert near(found, changed) == []
    assert differences(found, changed, exact=True) == [f"{path}: not equal to the byte"]


@pytest.mark.parametrize(
    ("path", "before", "line"),
    [("index/new.csv", False, "expected no such file"), ("index/ranking.md", True, "expected a file, found none")],
)
def test_a_file_that_is_new_or_gone_is_named(found, changed, path, before, line):
    changed["manifest"]["outputs"] |= {path: "0"}
    if before:
        del changed["manifest"]["outputs"][path]
    assert differences(found, changed, exact=True) == [f"{path}: {line}"]


def test_the_files_of_a_table_that_differs_follow_from_it(found, changed):
    scale(changed, "ranking", 0, "capability", 2)
    for path in ("index/ranking.csv", "index/ranking.html", "paper.pdf", "map.csv"):
        changed["manifest"]["outputs"][path] = "0"
    (line,) = differences(found, changed, exact=True)
    assert line.startswith("ranking: row 1")


def test_files_that_name_their_tables_change_with_them_and_others_do_not(found, changed):
    changed["manifest"]["inputs"]["tables/trade.csv"] = "0"
    changed["manifest"]["outputs"] |= {
        "index/ranking.html": "0",
        "index/evaluation.xlsx": "0",
        "index/ranking.csv": "0",
    }
    assert differences(found, changed, exact=True) == ["index/ranking.csv: not equal to the byte"]


def test_the_paper_and_the_map_are_named_if_nothing_else_is(found, changed):
    changed["manifest"]["outputs"] |= {"paper.pdf": "0", "map.csv": "0", "paper/main.typ": "0"}
    assert differences(found, changed, exact=True) == [
        "map.csv: not equal to the byte",
        "paper.pdf: not equal to the byte",
    ]
    changed["manifest"]["code"]["bri_eval/treat.py"] = "0"  # the map names lines of the code
    assert differences(found, changed, exact=True) == ["paper.pdf: not equal to the byte"]


def test_a_single_table_is_compared_under_its_name():
    before, after = {"columns": ["a"], "rows": [["1"], ["2"]]}, {"columns": ["a"], "rows": [["1"]]}
    assert list(table_differences("x", before, after, exact=True)) == ["x: row 2 (2): expected a row, found none"]
