"""The teacher: each planted mistake is named with its place and its remedy, and many at once are all named."""

from __future__ import annotations

from pathlib import Path

import pytest
from starter_mistakes import ALL, as_bytes, start
from studies import ROBUSTNESS, edit, write_tiny

from bri_eval.workbench.teacher import review


@pytest.fixture
def mine(tmp_path) -> Path:
    return start(tmp_path / "my-index")


@pytest.fixture
def tiny(tmp_path) -> Path:
    return write_tiny(tmp_path / "tiny")


def named(lines: tuple[str, ...], *parts: str) -> bool:
    return any(all(part in line for part in parts) for line in lines)


def test_there_are_more_than_forty_kinds_of_mistakes():
    assert len(ALL) > 90


@pytest.mark.parametrize("mistake", ALL.values(), ids=ALL)
def test_a_planted_mistake_is_named_with_file_place_and_remedy(mine, mistake):
    mistake.into(mine.parent)
    found = review(mine)
    assert named(found.mistakes, *mistake.said), found.mistakes
    assert found.lines == ()
    for line in found.mistakes:
        assert line.startswith(str(mine.parent))
        assert "\n" not in line
        assert "Error" not in line


FORMS = {
    "UTF-16": ("it is in UTF-16", "save it as 'CSV UTF-8'"),
    "Latin-1": ("line 5 has a sign in another encoding", "save it as 'CSV UTF-8'"),
    "semicolons": ("columns are separated by semicolons", "expected commas"),
    "tabs": ("columns are separated by tabs", "expected commas"),
    "empty": ("the file is empty", "its first row names the columns"),
    "workbook": ("this is an Excel workbook", "name it data.xlsx"),
    "stray column": ("column I of 9 has no name", "there is nothing below: delete it"),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_table_of_another_form_is_named_for_what_it_is(mine, form):
    path = mine.parent / "data.csv"
    path.write_bytes(as_bytes(path.read_text(encoding="utf-8"), form))
    assert named(review(mine).mistakes, str(path), *FORMS[form])


def test_a_byte_order_mark_is_no_mistake(mine):
    path = mine.parent / "data.csv"
    path.write_text(path.read_text(encoding="utf-8"), encoding="utf-8-sig")
    assert review(mine).mistakes == ()


def test_mistakes_in_all_files_are_named_at_once(mine):
    """Those of every file that can be read; two in one file, three in one column."""
    folder = mine.parent
    for file, old, new in (
        ("study.toml", "weighter =", "weigther ="),
        ("study.toml", '"arithmetic" ', '"aritmetic" '),
        ("study.toml", '"topsis"]', '"topsi", "topsi"]'),
        ("framework.toml", 'direction = "cost"   ', 'directon = "cost"   '),
        ("framework.toml", "data.csv:timeliness", "data.csv:timelines"),
        ("framework.toml", 'transform = "log"', 'transform = "ln"'),
        ("data.csv", "2.6,", "NA,"),
        ("data.csv", "2.6639,", "..,"),
        ("data.csv", "2.122,", "?,"),
        ("judgements.csv", "border,2", "border,12"),
        ("judgements.csv", "demand,3", "demand,0"),
    ):
        edit(folder / file, old, new)
    found = review(mine).mistakes
    for parts in (
        ("key 'weigther'", "'weighter'"),
        ("unknown aggregator 'aritmetic'",),
        ("key 'directon'", "'direction'"),
        ("unknown column 'timelines'",),
        ("unknown transform 'ln'",),
        *(("data.csv: row", "column 'customs'", found) for found in ("'NA'", "'..'", "'?'")),
        ("judgements.csv: row 2", "'12'"),
        ("judgements.csv: row 3", "'0'"),
    ):
        assert named(found, *parts), parts
    assert len(found) == 10
    edit(folder / "study.toml", '"aritmetic" ', '"arithmetic" ')
    edit(folder / "study.toml", "weigther =", "weighter =")
    assert named(review(mine).mistakes, "factor 'aggregator' has the level 'topsi' twice")


def test_many_cells_of_one_column_are_counted(mine):
    rows = "\n".join(f"E{number},x,1,1,1,1,1,1" for number in range(20))
    edit(mine, '"all"', '["E1", "E2"]')
    (mine.parent / "economies.csv").unlink()
    (mine.parent / "data.csv").write_text(
        f"economy,infrastructure,timeliness,customs,tariff,internet_users,gdp,population\n{rows}\n", encoding="utf-8"
    )
    found = [line for line in review(mine).mistakes if "'infrastructure'" in line]
    assert len(found) == 9
    assert found[-1].endswith("column 'infrastructure' has 12 more cells that are no plain number")


def test_a_lost_table_is_named_once(mine):
    (mine.parent / "data.csv").unlink()
    assert len(review(mine).mistakes) == 1


def test_a_study_that_is_not_there_is_one_line(tmp_path):
    found = review(tmp_path / "study.toml")
    assert found.mistakes == (f"{tmp_path / 'study.toml'}: there is no such file; give the path of a TOML file",)


def test_models_variables_and_measurement_errors_are_looked_at(tiny):
    tiny.write_text(tiny.read_text(encoding="utf-8") + ROBUSTNESS, encoding="utf-8")
    assert review(tiny).mistakes == ()
    edit(tiny.parent / "models.toml", "trade.csv:income", "trade.csv:incom")
    assert named(review(tiny).mistakes, "models.toml: variable 'income': source", "did you mean 'income'")
    edit(tiny.parent / "models.toml", "trade.csv:incom", "trade.csv:income")
    edit(tiny, 'standard_error = "measures.csv:care"', 'standard_error = "measures.csv:car"')
    assert named(review(tiny).mistakes, "robustness", "unknown column 'car'")


def test_a_model_that_does_not_fit_the_index_is_a_mistake(tiny):
    edit(tiny.parent / "models.toml", '"capability", "income"', '"capability", "speed"')
    assert named(review(tiny).mistakes, "'measures.csv:speed' is in 'capability' and in 'speed'")


def test_a_code_to_be_left_out_that_is_none_is_named(mine):
    edit(mine, 'exclude = "each"  ', 'exclude = [[], ["tarif"]]  ')
    assert named(review(mine).mistakes, "factor 'exclude', level 'without tarif'", "did you mean 'tariff'")
