"""The map: every table, figure and number with its function, inputs, files and its place in the paper."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import studies

from bri_eval.checks import InputError
from bri_eval.report.exhibit_map import COLUMNS, UNKNOWN, map_csv, map_lines, read_map
from bri_eval.report.lineage import Made, Maker
from bri_eval.report.usage import Use

MADE = (
    Made(kind="table", name="ranking", part="index", maker=Maker("a.tables.ranking", "a/tables.py:3"),
         files=("index/ranking.csv", "index/ranking.typ")),
    Made(kind="figure", name="map", part="index", maker=Maker("a.draw_map", "a.py:1"), files=("figures/map.svg",)),
    Made(kind="number", name="index/ranked", part="index", maker=Maker("a.numbers", "a.py:9"), files=("n.json",)),
    Made(kind="number", name="index/last", part="index", maker=Maker("a.numbers", "a.py:9"), files=("n.json",)),
    Made(kind="number", name="fit/a", part="index", maker=Maker("a.numbers", "a.py:9"), files=("n.json",)),
)  # fmt: skip
SOURCES = {"index": {Path("home/raw/lpi.csv"): ("customs", "timeliness"), Path("home/study.toml"): ()}}
TOLD = {"index": {"raw/lpi.csv": ["customs", "timeliness"], "study.toml": []}}
USES = (
    Use(kind="number", name="index/ranked", section="", page=1),
    Use(kind="number", name="index/ranked", section="Data", page=2),
    Use(kind="number", name="index/ranked", section="Data", page=2),
    Use(kind="table", name="ranking", section="Appendix", page=9),
)


@pytest.fixture
def rows(tmp_path):
    (tmp_path / "map.csv").write_text(map_csv(MADE, SOURCES, Path("home"), USES), encoding="utf-8")
    return read_map(tmp_path)


def test_a_row_says_who_made_it_from_what_where_it_is_and_where_it_is_shown(rows):
    assert rows[0] == {
        "kind": "table",
        "name": "ranking",
        "part": "index",
        "function": "a.tables.ranking",
        "defined in": "a/tables.py:3",
        "inputs": "raw/lpi.csv; study.toml",
        "files": "index/ranking.csv; index/ranking.typ",
        "in the paper": "p. 9 (Appendix)",
    }
    assert [row["in the paper"] for row in rows[1:]] == ["", "p. 1; p. 2 (Data)", "", ""]


def test_printed_it_begins_with_what_each_part_reads_and_ends_with_what_is_not_used(rows):
    assert list(map_lines(rows, TOLD)) == [
        "index reads",
        "  raw/lpi.csv: customs, timeliness",
        "  study.toml",
        "\nTables: 1, of which the paper shows 1",
        "  ranking: a.tables.ranking (a/tables.py:3)  index/ranking.*  p. 9 (Appendix)",
        "\nFigures: 1, of which the paper shows 0",
        "  map: a.draw_map (a.py:1)  figures/map.*",
        "\nNumbers of the text: 1 in the paper, 2 made and not used",
        "  index/ranked: a.numbers (a.py:9)  p. 1; p. 2 (Data)",
        "\nNot used, by group: index 1, fit 1",
    ]


def test_one_name_is_printed_with_everything_about_it(rows):
    assert list(map_lines(rows, TOLD, "map")) == [
        "figure map",
        "  part: index",
        "  function: a.draw_map",
        "  defined in: a.py:1",
        "  inputs: raw/lpi.csv; study.toml",
        "  files: figures/map.svg",
        "  in the paper: not shown",
    ]
    assert [line for line in map_lines(rows, TOLD, "index/") if not line.startswith(" ")] == [
        "number index/ranked",
        "number index/last",
    ]


def test_an_unknown_name_is_refused_with_the_nearest(rows):
    with pytest.raises(InputError, match=r"map: unknown table, figure or number 'rankin'.*did you mean 'ranking'"):
        list(map_lines(rows, TOLD, "rankin"))


def test_what_cannot_be_asked_is_unknown_and_not_unused(tmp_path):
    (tmp_path / "map.csv").write_text(map_csv(MADE, SOURCES, Path("home"), None), encoding="utf-8")
    rows = read_map(tmp_path)
    assert {row["in the paper"] for row in rows} == {UNKNOWN}
    assert not [line for line in map_lines(rows, TOLD) if "Not used" in line]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "map.csv: there is no such file; bri-eval reproduce writes it"),
        ("", "map.csv: is no map of a run"),
        ("a,b\n1,2\n", "map.csv: is no map of a run"),
    ],
)
def test_a_map_that_is_none_is_refused(tmp_path, text, message):
    if text is not None:
        (tmp_path / "map.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_map(tmp_path)


def test_the_shipped_map_is_whole(tmp_path_factory):
    """Everything is on it with a maker, and every key that stands in the paper is said to be used."""
    run = studies.shipped(tmp_path_factory.getbasetemp())
    rows = read_map(run.out)
    assert list(rows[0]) == list(COLUMNS)
    assert [row["name"] for row in rows if row["kind"] == "number"] == list(run.results.numbers)
    assert {row["name"] for row in rows if row["kind"] == "table"} == set(run.results.exhibits)
    assert {row["name"] for row in rows if row["kind"] == "figure"} == set(run.results.figures)
    assert all(re.fullmatch(r"bri_eval(\.\w+)+", row["function"]) for row in rows)
    assert all((run.out / file).is_file() for row in rows for file in row["files"].split("; "))
    inputs = json.loads((run.out / "manifest.json").read_text(encoding="utf-8"))["inputs"]
    assert all(set(row["inputs"].split("; ")) <= set(inputs) for row in rows)
    source = "".join(path.read_text(encoding="utf-8") for path in run.results.study.paper.parent.glob("*.typ"))
    used = {row["name"] for row in rows if row["kind"] == "number" and row["in the paper"]}
    assert set(re.findall(r'#n\("([^"]+)"\)', source)) <= used
    shown = {row["name"] for row in rows if row["kind"] == "table" and row["in the paper"]}
    assert shown == set(re.findall(r'#include "/\w+/(\w+)\.typ"', source))
    drawn = {row["name"] for row in rows if row["kind"] == "figure" and row["in the paper"]}
    assert drawn == set(re.findall(r"<fig-(\w+)>", source))
