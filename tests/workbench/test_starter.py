"""The study to begin from: it runs, its figures are those of the shipped tables, and it overwrites nothing."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from starter_mistakes import start

import bri_eval as be
from bri_eval.checks import InputError
from bri_eval.pipeline import STAGES
from bri_eval.workbench.starter import new_study
from bri_eval.workbench.teacher import review

SHIPPED = {
    "infrastructure": ("lpi", "infrastructure"),
    "timeliness": ("lpi", "timeliness"),
    "customs": ("lpi", "customs"),
    "tariff": ("development", "tariff_weighted_mean"),
    "internet_users": ("development", "internet_users_share"),
    "gdp": ("development", "gdp_2015usd"),
    "population": ("development", "population"),
}


@pytest.fixture
def mine(tmp_path) -> Path:
    return start(tmp_path / "my-index")


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_it_has_five_economies_six_indicators_and_three_pillars(mine):
    study = be.read_study(mine)
    panel = be.read_panel(study.framework, study.tables, economies=study.economies, years=study.years)
    assert panel.shape == (5, 6)
    assert panel.notna().all(axis=None)
    assert [len(study.framework.leaves(pillar)) for pillar in study.framework.pillars] == [2, 2, 2]
    assert {i.direction for i in study.framework.indicators} == {"benefit", "cost"}


def test_its_figures_are_those_of_the_shipped_tables_of_2018(data):
    texts = {Path(path).name: text for path, text in new_study("x").items()}
    shipped = {
        name: {row["economy"]: row for row in rows_of((data / "raw" / f"{name}.csv").read_text(encoding="utf-8"))
               if row["year"] == "2018"}
        for name in ("lpi", "development")
    }  # fmt: skip
    mine = rows_of(texts["data.csv"])
    assert set(mine[0]) == {"economy", *SHIPPED}
    for row in mine:
        found = {column: shipped[table][row["economy"]][name] for column, (table, name) in SHIPPED.items()}
        assert {column: row[column] for column in SHIPPED} == found
    assert "CC BY 4.0" in texts["framework.toml"]
    assert "World Bank" in texts["framework.toml"]


def test_its_score_is_the_mean_of_pillars_by_hand(mine):
    """EGY: transport ((2.8178-2.1975)/(3.2089-2.1975) + (3.1944-2.6633)/(3.9543-2.6633)) / 2, and so on."""
    study = be.read_study(mine)
    panel = be.read_panel(study.framework, study.tables, economies=study.economies, years=study.years)
    result = be.evaluate(panel, study.framework, study.recipe)
    transport = ((2.8178 - 2.1975) / (3.2089 - 2.1975) + (3.1944 - 2.6633) / (3.9543 - 2.6633)) / 2
    border = ((2.6 - 2.122) / (3.2535 - 2.122) + (9.45 - 8.19) / (9.45 - 1.83)) / 2
    scores = result.scores.loc[("EGY", 2018)]
    assert scores["transport"] == pytest.approx(transport, rel=1e-12)
    assert scores["border"] == pytest.approx(border, rel=1e-12)
    assert scores["readiness"] == pytest.approx(scores[["transport", "border", "demand"]].mean(), rel=1e-12)
    assert result.ranks_in(2018).idxmin() == "POL"


def test_it_has_no_mistake_and_the_teacher_says_what_comes_next(mine):
    found = review(mine)
    assert found.mistakes == ()
    assert f"  bri-eval evaluate --study {mine}    the ranking, with tables and figures" in found.lines
    assert found.lines[-1].endswith("fit each other (3 evaluations, 0 models)")
    assert "Columns of the tables" not in "\n".join(found.lines)


def test_everything_is_made_of_it(mine, tmp_path):
    text = mine.read_text(encoding="utf-8").replace("draws = 2_000", "draws = 200").replace("rows = 64", "rows = 8")
    mine.write_text(text, encoding="utf-8")
    results = be.run(be.read_study(mine), tmp_path / "out", stages=STAGES)
    assert results.doubts is not None
    assert results.doubts.sensitivity is not None
    assert results.exhibits["ranking"].table["name"].iloc[0] == "Poland"
    made = {path.name for path in (tmp_path / "out").rglob("*")}
    assert {"ranking.csv", "rank_intervals.svg", "evaluation.xlsx"} <= made
    assert "paper.pdf" not in made


def test_another_indicator_is_one_entry_and_one_column(mine):
    framework, table = mine.parent / "framework.toml", mine.parent / "data.csv"
    values = ["broadband", "6.27", "13.0", "0.95", "20.53", "13.5"]
    lines = table.read_text(encoding="utf-8").splitlines()
    table.write_text("\n".join(f"{line},{value}" for line, value in zip(lines, values, strict=True)), encoding="utf-8")
    entry = '\n[[indicator]]\ncode = "broadband"\nparent = "demand"\nsource = "data.csv:broadband"\n'
    framework.write_text(framework.read_text(encoding="utf-8") + entry, encoding="utf-8")
    assert review(mine).mistakes == ()
    study = be.read_study(mine)
    panel = be.read_panel(study.framework, study.tables, economies=study.economies, years=study.years)
    assert panel["broadband"].to_list() == [6.27, 13.0, 0.95, 20.53, 13.5]


def test_every_line_of_the_comments_fits_on_a_screen():
    for name, text in new_study("x").items():
        assert max(map(len, text.splitlines())) <= 120, name


def test_an_empty_folder_is_taken_and_nothing_is_written_yet(tmp_path):
    (tmp_path / "mine").mkdir()
    files = new_study(tmp_path / "mine")
    assert list(files) == [
        str(tmp_path / "mine" / name)
        for name in ("study.toml", "framework.toml", "economies.csv", "data.csv", "judgements.csv")
    ]
    assert list((tmp_path / "mine").iterdir()) == []


@pytest.mark.parametrize(
    ("folder", "message"),
    [
        ("", "new: the folder has no name; give one, such as my-index"),
        (" ", "new: the folder has no name"),
        ("full", r"full: the folder holds 'a', 'b', 'c', 'd' and 1 more; choose a new name, or an empty folder"),
        ("file", r"file: there is a file of this name; choose another name for the folder"),
        ("file/below", r"file: there is a file of this name"),
    ],
)
def test_what_is_there_already_is_left_alone(tmp_path, monkeypatch, folder, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full").mkdir()
    for name in "abcde":
        (tmp_path / "full" / name).touch()
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match=message):
        new_study(folder)
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"
