"""Which files a study is read from: exactly those that a run opens, stage by stage."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
import studies
from studies import edit, write_tiny

import bri_eval as be
from bri_eval.files import _read
from bri_eval.pipeline import evaluate_study, regression_data
from bri_eval.sources import paper_sources, relative, stage_sources

OPENED: list[Path] | None = None


def hook(event: str, details: tuple) -> None:
    if (
        event == "open"
        and OPENED is not None
        and isinstance(details[0], str | Path)
        and details[1] in ("r", "rb", "rt")
    ):
        OPENED.append(Path(details[0]).resolve())


sys.addaudithook(hook)


@pytest.fixture
def opened():
    """Return the list of the files that are opened from here on."""
    global OPENED
    _read.cache_clear()
    OPENED = []
    yield OPENED
    OPENED = None


def named(study: be.study.Study, stage: str) -> dict[str, tuple[str, ...]]:
    return {relative(path, study.origin.parent): own for path, own in stage_sources(study)[stage].items()}


def below(home: Path, paths: list[Path]) -> set[str]:
    return {path.relative_to(home).as_posix() for path in paths if path.is_relative_to(home)}


def test_the_parts_of_the_tiny_study(tmp_path):
    study = be.read_study(write_tiny(tmp_path))
    assert list(stage_sources(study)) == ["index", "analysis", "regressions", "answers", "paper"]
    assert named(study, "index") == {
        "framework.toml": (),
        "judgements.csv": (),
        "study.toml": (),
        "tables/economies.csv": ("economy", "name", "member", "region"),
        "tables/measures.csv": ("speed", "price", "staff", "reach", "care"),
    }
    more = set(named(study, "regressions")) - set(named(study, "index"))
    assert more == {"models.toml", "tables/trade.csv"}
    assert named(study, "regressions")["tables/trade.csv"] == ("exports", "income")
    assert set(named(study, "paper")) == {"paper/main.typ", "paper/style.typ"}


def test_what_the_index_opens_is_what_it_is_said_to_read(tmp_path, opened):
    study = be.read_study(write_tiny(tmp_path))
    evaluate_study(study)
    assert below(tmp_path, opened) == {*named(study, "index"), "models.toml"}  # which is read with the study


def test_what_the_regressions_open_is_what_they_are_said_to_read(tmp_path, opened):
    study = be.read_study(write_tiny(tmp_path))
    regression_data(study, evaluate_study(study))
    assert below(tmp_path, opened) == set(named(study, "regressions"))


def test_robustness_and_the_roll_of_experts_are_read(tmp_path):
    path = write_tiny(tmp_path)
    (tmp_path / "asked").mkdir()
    shutil.move(tmp_path / "judgements.csv", tmp_path / "asked" / "one.csv")
    (tmp_path / "asked" / "experts.csv").write_text("expert,weight\none,1\n", encoding="utf-8")
    edit(path, '"judgements.csv"', '"asked"')
    path.write_text(path.read_text(encoding="utf-8") + studies.ROBUSTNESS, encoding="utf-8")
    study = be.read_study(path)
    assert {"asked/one.csv", "asked/experts.csv"} < set(named(study, "robustness"))
    assert "care" in named(study, "robustness")["tables/measures.csv"]


def test_the_shipped_study_reads_its_tables_its_presets_and_its_statements():
    study = be.read_study(studies.SHIPPED)
    assert {"judgements/equal/pillars.csv", "judgements/moderate/pillars.csv"} < set(named(study, "robustness"))
    assert named(study, "robustness")["raw/lpi_bounds.csv"] == ("lower", "upper")
    assert {"modes.toml", "judgements/modes/price.csv"} < set(named(study, "modes"))
    assert {"traceability.toml", "raw/policy_events.csv"} < set(named(study, "answers"))
    assert {"models.toml", "raw/trade_china.csv", "frameworks/full.toml"} < set(named(study, "regressions"))
    assert "raw/trade_china.csv" not in named(study, "index")
    assert {"../paper/main.typ", "../paper/refs.bib", "../paper/style.typ"} <= set(named(study, "paper"))
    assert all(path.is_file() for own in stage_sources(study).values() for path in own)


def test_structural_zeros_need_the_whole_table_and_the_flag():
    index = named(be.read_study(studies.SHIPPED), "index")
    assert index["raw/shipping.csv"] == ()
    assert {"landlocked", "area_km2"} < set(index["raw/economies.csv"])


def test_sources_of_the_paper_are_typst_and_bibliography(tmp_path):
    for name in ("main.typ", "b.typ", "refs.bib", "notes.txt"):
        (tmp_path / name).touch()
    assert [path.name for path in paper_sources(tmp_path / "main.typ")] == ["b.typ", "main.typ", "refs.bib"]
