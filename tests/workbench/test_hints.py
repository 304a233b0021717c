"""Hints: each is given where its reason is there, and none where it is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starter_mistakes import start
from studies import edit, evaluated

import bri_eval as be
from bri_eval.workbench.hints import hint_lines, next_lines


@pytest.fixture
def mine(tmp_path) -> Path:
    return start(tmp_path / "my-index")


def hints(path: Path) -> list[str]:
    return list(hint_lines(be.read_study(path), evaluated(path)))


def column(path: Path, name: str, cells: list[str]) -> None:
    """Write other cells into a column of the starter's table."""
    header, *rows = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()]
    place = header.index(name)
    for row, cell in zip(rows, cells, strict=True):
        row[place] = cell
    path.write_text("\n".join(",".join(row) for row in (header, *rows)) + "\n", encoding="utf-8")


def test_the_starter_gives_no_hint(mine):
    assert hints(mine) == []


@pytest.mark.parametrize(
    ("name", "cells", "message"),
    [
        ("customs", ["1", "2", "1", "2", "2"], r"^indicator 'customs' has two values only \(1, 2\)"),
        ("customs", ["8.19", "2.37", "9.45", "1.83", "4.39"], r"'customs' and 'tariff' are nearly the same \(r = 1.0"),
        ("tariff", ["1.83", "9.45", "1", "8", "4"], r"'tariff' \(direction 'cost'\) runs against the rest of"),
        ("internet_users", ["46", "101", "15", "77", "69"], "^1 cells lie beyond their goalposts"),
    ],
)  # fmt: skip
def test_a_column_worth_a_second_look(mine, name, cells, message):
    column(mine.parent / "data.csv", name, cells)
    found = [line for line in hints(mine) if re.search(message, line)]
    assert len(found) == 1


def test_a_wrong_direction_shows(mine):
    edit(mine.parent / "framework.toml", 'direction = "cost"', 'direction = "benefit"')
    assert [line for line in hints(mine) if "'tariff' (direction 'benefit') runs against" in line]


def test_gaps_are_pointed_at(mine):
    edit(mine, 'imputer = "none"', 'imputer = "median"')
    column(mine.parent / "data.csv", "customs", ["2.6", "", "", "", "3.1"])
    assert "indicator 'customs' has 2 values in 5 rows; find more data, or exclude it" in hints(mine)
    column(mine.parent / "data.csv", "customs", ["2.6", "2.7", "", "2.2", "3.1"])
    for name in ("tariff", "timeliness", "infrastructure"):
        column(mine.parent / "data.csv", name, ["2.6", "2.7", "", "2.2", "3.1"])
    assert "PAK 2018 is ranked on 33% of the indicators; screen = 0.5 in [recipe] would leave it out" in hints(mine)
    edit(mine, "[recipe]", "[recipe]\nscreen = 0.5")
    assert [line for line in hints(mine) if line.startswith("1 rows are not ranked (PAK 2018): observed share")]


def test_a_weight_that_carries_the_index_is_pointed_at(mine):
    text = (mine.parent / "framework.toml").read_text(encoding="utf-8")
    text = text.replace('parent = "border"\ndirection = "cost" ', 'parent = "readiness"\ndirection = "cost" ')
    for code, weight in (("transport", 0.2), ("border", 0.1), ("demand", 0.2), ("tariff", 0.5)):
        text = text.replace(f'code = "{code}"', f'code = "{code}"\nweight = {weight}')
    (mine.parent / "framework.toml").write_text(text, encoding="utf-8")
    edit(mine, 'weighter = "equal"', 'weighter = "framework"')
    edit(mine, 'recipe = { weighter = "ahp" }', 'recipe = { weighter = "entropy" }')
    edit(mine, 'judgements = "judgements.csv" ', "# ")
    found = [line for line in hints(mine) if "of the weight" in line]
    assert found == ["indicator 'tariff' has 50% of the weight; the ranking is nearly its own: is that meant?"]


def test_judgements_that_contradict_each_other_are_pointed_at(mine):
    """2 and 2 in a row would make 4; 1/4 in its place gives a consistency ratio far above 0.10."""
    edit(mine.parent / "judgements.csv", "transport,demand,3", "transport,demand,1/4")
    (found,) = hints(mine)
    assert found.startswith("judgements of expert 'me' on 'readiness' contradict each other (consistency ratio 0.")


def test_economies_that_are_on_no_list_are_pointed_at(mine):
    (mine.parent / "economies.csv").unlink()
    edit(mine, 'groups = "region" ', 'groups = "" ')
    edit(mine, '"all"', '["EGY", "KAZ", "POL", "VNM"]')
    edit(mine.parent / "data.csv", "PAK,", "KAX,")
    assert "data.csv: economy 'KAX' is not on the study's list and is not read; is 'KAZ' meant?" in hints(mine)


def test_an_indicator_that_is_the_same_for_all_in_a_year_is_pointed_at(mine):
    lines = (mine.parent / "data.csv").read_text(encoding="utf-8").splitlines()
    later = [line.split(",") for line in lines[1:]]
    rows = [f"{row[0]},2018,{','.join(row[1:])}" for row in later]
    rows += [f"{row[0]},2020,{','.join([*row[1:3], '3', *row[4:]])}" for row in later]
    header = lines[0].replace("economy,", "economy,year,")
    (mine.parent / "data.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    edit(mine, "[2018]", "[2018, 2020]")
    assert "indicator 'customs' is 3 for all in 2020 and cannot tell them apart there" in hints(mine)


def test_what_comes_next_names_the_study(mine):
    lines = list(next_lines(be.read_study(mine)))
    assert [line.split()[1] for line in lines] == ["evaluate", "compare", "robustness"]
    assert all(f"--study {mine}" in line for line in lines)
