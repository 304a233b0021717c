"""Which files a report has: every exhibit in three kinds, every figure in two, numbers, sources of the paper."""

from __future__ import annotations

import dataclasses
import json

import pytest
import studies

import bri_eval as be
from bri_eval.pipeline import STAGES
from bri_eval.report.assemble import Report, report
from bri_eval.report.exhibits import WRITERS


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> studies.Run:
    return studies.tiny(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def made(run) -> Report:
    return report(run.results.study, run.results.evaluations, run.results.evidence, stages=STAGES)


@pytest.fixture
def quick(monkeypatch):
    """Leave out what takes long: figures are drawn but not rendered."""
    monkeypatch.setattr("bri_eval.report.figures.figure_bytes", lambda _figure, kind: kind.encode())


@pytest.fixture
def least(run, quick) -> Report:
    """Return the report of a study of one index, without models, regions, judgements and paper."""
    study = dataclasses.replace(run.results.study, groups="", paper=None, models=(), cases=run.results.study.cases[:1])
    return report(study, {"main": run.results.evaluations["net"]}, None, stages=STAGES)


def test_every_exhibit_has_a_file_of_every_kind_that_its_writer_made(made):
    for code, exhibit in made.exhibits.items():
        for kind, writer in WRITERS.items():
            (path,) = [path for path in made.files if path.partition("/")[2] == f"{code}.{kind}"]
            assert made.files[path].endswith(writer(exhibit))
            assert kind != "csv" or made.files[path] == writer(exhibit)


def test_the_evidence_is_below_regressions_and_the_index_below_index(made):
    def folder(name: str) -> set[str]:
        return {path.partition("/")[2] for path in made.files if path.startswith(name) and path.endswith(".csv")}

    assert folder("regressions/") == {"trade.csv", "variation.csv", "coefficients.csv", "tests.csv"}
    assert {"ranking.csv", "scores.csv", "weights.csv", "alternatives.csv", "consistency.csv"} < folder("index/")


def test_every_figure_has_both_kinds(made):
    assert set(made.figures) == {"ranking", "change", "coefficients"}
    for name in made.figures:
        assert made.files[f"figures/{name}.svg"].startswith(b"<?xml")
        assert made.files[f"figures/{name}.pdf"].startswith(b"%PDF")


def test_numbers_are_those_of_the_index_and_of_the_models(made):
    assert json.loads(made.files["paper/numbers.json"]) == made.numbers
    assert {key.partition("/")[0] for key in made.numbers} == {
        "index",
        "alternatives",
        "reliability",
        "influence",
        "obstacles",
        "dispersion",
        "fit",
        "within_share",
    }


def test_sources_beside_the_paper_are_taken_along(run, made, quick, tmp_path):
    folder = run.results.study.paper.parent
    assert made.files["paper/main.typ"] == (folder / "main.typ").read_bytes()
    assert "paper/style.typ" in made.files
    for name in ("main.typ", "more.typ", "refs.bib", "notes.txt"):
        (tmp_path / name).write_text("", encoding="utf-8")
    study = dataclasses.replace(
        run.results.study, paper=tmp_path / "main.typ", groups="", cases=run.results.study.cases[:1]
    )
    files = report(study, {"main": run.results.evaluations["net"]}, None, stages=STAGES).files
    assert {path for path in files if path.startswith("paper/")} == {
        "paper/numbers.json",
        "paper/main.typ",
        "paper/more.typ",
        "paper/refs.bib",
    }


def test_what_a_study_lacks_is_not_in_its_report(least):
    index = {"ranking", "scores", "weights", "coverage", "filled", "indicators", "consistency"}
    assert set(least.exhibits) == {*index, "reliability", "influence", "obstacles"}
    assert set(least.figures) == {"ranking"}
    assert {path.partition("/")[0] for path in least.files if "/" in path} == {"index", "analysis", "figures", "paper"}
    assert "paper/main.typ" not in least.files


def test_one_index_has_no_alternatives_and_no_judgements_no_consistency(run, quick):
    study = dataclasses.replace(run.results.study, groups="", paper=None, cases=run.results.study.cases[:1])
    files = report(study, {"main": run.results.evaluations["equal"]}, None, stages=STAGES).files
    assert not [path for path in files if "alternatives" in path or "consistency" in path]


def test_titles_and_labels_are_those_declared(run, made):
    assert made.exhibits["trade"].title == "Exports & capability"
    assert "<tab-trade>" in made.files["regressions/trade.typ"]
    assert made.exhibits["ranking"].title == "Capability, 2012: rank, score and pillar scores"


def test_models_without_a_group_or_a_title_get_the_name_of_the_table(run, quick):
    fits = tuple(
        dataclasses.replace(fit, spec=dataclasses.replace(fit.spec, group="")) for fit in run.results.evidence.fits
    )
    evidence = dataclasses.replace(run.results.evidence, fits=fits, tests={})
    exhibits = report(run.results.study, run.results.evaluations, evidence, stages=STAGES).exhibits
    assert exhibits["models"].title == "models"
    assert "tests" not in exhibits


def test_a_report_does_not_change_what_it_is_made_of(run, quick):
    before = run.results.evaluations["main"].scores.copy()
    data = run.results.evidence.data.copy()
    report(run.results.study, run.results.evaluations, run.results.evidence, stages=STAGES)
    assert before.equals(run.results.evaluations["main"].scores)
    assert data.equals(run.results.evidence.data)


def test_a_group_with_an_underscore_keeps_its_name(quick, tmp_path):
    path = studies.write_tiny(tmp_path)
    for name in ("framework.toml", "judgements.csv"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace("hardware", "hard_ware"), encoding="utf-8")
    studies.edit(tmp_path / "models.toml", '"capability", "income"', '"hard_ware", "income"')
    studies.edit(tmp_path / "models.toml", '"capability_net", "income"', '"hard_ware_net", "income"')
    results = be.run(be.read_study(path), tmp_path / "out", stages=("index", "evidence"))
    assert results.exhibits["trade"].table["term"].to_list()[:3] == ["Hard ware", "", "Hard ware (net)"]
