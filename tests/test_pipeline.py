"""The run of a study: which files it makes, that they are the same bytes every time, and that bad input makes none."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pypdf
import pytest
import studies
from studies import edit, hashes, write_tiny

import bri_eval as be
from bri_eval.checks import InputError
from bri_eval.pipeline import evaluate_study, regression_data, run, write
from bri_eval.report.exhibits import WRITERS

KINDS = tuple(WRITERS)
PAPER = {"paper/numbers.json", "paper/main.typ", "paper/style.typ", "paper.pdf", "paper_journal.pdf", "map.csv"}
INDEX = {
    "manifest.json",
    *(f"figures/{name}.{kind}" for name in ("ranking", "change") for kind in ("pdf", "svg")),
    *(
        f"index/{name}.{kind}"
        for name in ("alternatives", "consistency", "coverage", "filled", "indicators", "ranking", "scores", "weights")
        for kind in KINDS
    ),
    *(f"analysis/{name}.{kind}" for name in ("reliability", "influence", "obstacles", "dispersion") for kind in KINDS),
}
EVIDENCE = INDEX | {
    *(f"figures/coefficients.{kind}" for kind in ("pdf", "svg")),
    *(f"regressions/{name}.{kind}" for name in ("trade", "coefficients", "tests", "variation") for kind in KINDS),
}
STEPS = (
    "Evaluating the index and its alternatives",
    "Estimating the models",
    "Making tables and figures",
    "Setting the paper",
)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory) -> studies.Run:
    return studies.tiny(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def shipped(tmp_path_factory) -> studies.Run:
    return studies.shipped(tmp_path_factory.getbasetemp())


@pytest.fixture
def study(tmp_path) -> Path:
    return write_tiny(tmp_path / "study")


@pytest.fixture(scope="module")
def pdf(shipped) -> str:
    return shipped.pdf_text()


# the tiny study, stage by stage


@pytest.mark.parametrize(
    ("stages", "files", "steps"),
    [(("index",), INDEX, STEPS[::2]), (("index", "evidence"), EVIDENCE, STEPS[:3])],
)
def test_a_run_makes_its_stages(study, tmp_path, stages, files, steps):
    made = studies.made(study, tmp_path / "out", stages)
    assert files <= set(hashes(made.out))
    assert not PAPER & set(hashes(made.out))
    assert (made.out / "regressions").exists() == (files > INDEX)
    assert made.told == steps
    assert (made.results.evidence is None) == ("evidence" not in stages)


def test_a_run_to_the_paper_makes_everything(tiny):
    assert EVIDENCE | PAPER | {"explore.html"} <= set(hashes(tiny.out))
    assert tiny.told == STEPS
    text = tiny.pdf_text()
    assert "8 economies, led by Egypt, Arab Rep., Bosnia & Herzegovina and Albania." in text
    assert all(name.replace("'", "\u2019") in text for code, name in studies.NAMES.items() if code != "KAZ")


def test_what_a_run_returns_is_what_it_wrote(tiny):
    results, out = tiny.results, tiny.out
    assert list(results.evaluations) == ["main", "equal", "by_year", "net", "late"]
    assert [fit.spec.name for fit in results.evidence.fits] == ["pooled", "two-way"]
    assert json.loads((out / "paper" / "numbers.json").read_text(encoding="utf-8")) == results.numbers
    folders = ("index", "analysis", "regressions", "answers")
    made = {path.stem for folder in folders for path in (out / folder).glob("*.csv")}
    assert set(results.exhibits) == made


def test_a_study_without_models_paper_and_regions_still_gives_an_index(study, tmp_path):
    edit(study, 'paper = "paper/main.typ"', "")
    edit(study, 'groups = "region"', "")
    edit(study, '[regressions]\nmodels = "models.toml"', "")
    made = studies.made(study, tmp_path / "out")
    assert made.results.evidence is None
    assert made.told == STEPS[::2]
    assert {path.name for path in made.out.iterdir() if path.is_dir()} == {"index", "analysis", "figures", "paper"}
    assert not (made.out / "paper.pdf").exists()
    assert not (made.out / "figures" / "change.svg").exists()


def test_the_index_is_that_of_evaluate(tiny):
    study = tiny.results.study
    panel = be.read_panel(study.framework, study.tables, economies=study.economies, years=study.years)
    direct = be.evaluate(panel, study.framework, study.recipe, study.judgements)
    pd.testing.assert_frame_equal(tiny.results.evaluations["main"].scores, direct.scores)


def test_an_unknown_stage_is_refused(study, tmp_path):
    with pytest.raises(InputError, match=r"papr.*did you mean 'paper'"):
        run(be.read_study(study), tmp_path / "out", stages=("papr",))


# the data of the regressions


def test_scores_by_year_and_of_other_years_stay_out_of_the_regression_data(tiny):
    data = tiny.results.evidence.data
    groups = ("capability", "hardware", "software")
    scores = {f"{group}{suffix}" for group in groups for suffix in ("", "_equal", "_net")}
    assert set(data.columns) == {"ln_exports", "income", "speed"} | scores
    assert data.index.equals(tiny.results.evaluations["main"].panel.index)


def test_regression_data_are_standardised_scores_and_logarithms(tiny):
    data, main = tiny.results.evidence.data, tiny.results.evaluations["main"].scores
    standard = data[["capability", "hardware_net", "speed"]]
    np.testing.assert_allclose(standard.mean(), 0, atol=1e-12)
    np.testing.assert_allclose(standard.std(), 1, rtol=1e-12)
    assert data["capability"].corr(main["capability"]) == pytest.approx(1)
    exports = pd.read_csv(tiny.results.study.tables / "trade.csv", index_col=["economy", "year"])["exports"]
    np.testing.assert_allclose(np.exp(data["ln_exports"]), exports.reindex(data.index))


@pytest.mark.parametrize("beside", ["speed", "price"])
def test_a_series_in_the_index_may_not_stand_beside_it(study, beside):
    edit(study.parent / "models.toml", "measures.csv:speed", f"measures.csv:{beside}")
    edit(study.parent / "models.toml", '"capability", "income"', '"capability", "speed"')
    read = be.read_study(study)
    with pytest.raises(InputError, match=f"model 'pooled': 'measures.csv:{beside}' is in 'capability' and in 'speed'"):
        regression_data(read, evaluate_study(read))


def test_a_series_may_stand_beside_an_index_without_it(study):
    edit(study.parent / "models.toml", '"capability_net", "income"', '"capability_net", "speed"')
    read = be.read_study(study)
    assert "speed" in regression_data(read, evaluate_study(read))


def test_the_tariff_may_not_stand_beside_the_shipped_index(shipped, tmp_path):
    models = (studies.SHIPPED.parent / "models.toml").read_text(encoding="utf-8")
    (tmp_path / "models.toml").write_text(models, encoding="utf-8")
    edit(tmp_path / "models.toml", '"capability", "ln_gdp"', '"capability", "tariff"')
    (tmp_path / "study.toml").write_text(
        studies.SHIPPED.read_text(encoding="utf-8")
        .replace('"models.toml"', f'"{tmp_path.as_posix()}/models.toml"')
        .replace('"modes.toml"', f'"{studies.SHIPPED.parent.as_posix()}/modes.toml"')
        .replace('"frameworks/', f'"{studies.SHIPPED.parent.as_posix()}/frameworks/')
        .replace('"judgements/', f'"{studies.SHIPPED.parent.as_posix()}/judgements/')
        .replace('"raw"', f'"{studies.SHIPPED.parent.as_posix()}/raw"'),
        encoding="utf-8",
    )
    with pytest.raises(InputError, match=r"'exports, pooled': 'development.csv:tariff_\w+' is in 'capability' and"):
        regression_data(be.read_study(tmp_path / "study.toml"), shipped.results.evaluations)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("models.toml", "[variables.speed]", "[variables.hardware]", "hardware"),
        ("study.toml", 'aggregator = "topsis"', 'scope = "by_year"', "by_year"),
    ],
)
def test_scores_that_cannot_be_joined_are_named(study, file, old, new, message):
    edit(study.parent / file, old, new)
    with pytest.raises(InputError, match=message):
        run(be.read_study(study), study.parent / "out", stages=("index", "evidence"))


# checks


CHECKS = """
[checks]
models = ["two-way", "pooled"]
draws = 99
permutations = 99
step = "wave"
short_pairs = "omit"
leave_out = ["economy"]
"""


def check(study, more=""):
    path = study.parent / "models.toml"
    path.write_text(path.read_text(encoding="utf-8") + CHECKS + more, encoding="utf-8")
    return be.read_study(study)


def test_declared_checks_are_carried_out_and_told(study, tmp_path):
    results = run(check(study), tmp_path / "out", stages=("index", "evidence"))
    checks = results.evidence.checks
    assert [one.fit.spec.name for one in checks.doubted] == ["two-way", "pooled"]
    assert list(results.evidence.tests) == ["trade: two-way", "trade: pooled"]
    assert results.evidence.tests["trade: two-way"] == checks.doubted[0].tests
    assert [one.generated for one in checks.doubted] == [None, None]
    assert {"doubts", "inference", "permutation", "leave_one_out", "oster"} <= set(results.exhibits)
    assert results.numbers["doubt/two-way/wild_draws"] == "99"
    assert (tmp_path / "out" / "figures" / "leave_one_out.svg").exists()
    assert (tmp_path / "out" / "regressions" / "doubts.docx").exists()


def test_versions_of_the_index_come_from_what_the_study_says_may_vary(study, tmp_path):
    study.write_text(study.read_text(encoding="utf-8") + studies.ROBUSTNESS, encoding="utf-8")
    results = run(check(study, "versions = 100\n"), tmp_path / "out", stages=("index", "evidence"))
    two_way, pooled = results.evidence.checks.doubted
    assert two_way.generated is None  # its index is another one
    assert (pooled.generated.versions, pooled.generated.term) == (100, "capability")
    assert 0 < pooled.generated.index_share < 1


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("versions = 100\n", r"models.toml: checks: versions is 100, but .*study.toml declares no \[robustness\]"),
        ('mediators = ["absent"]\n', r"models.toml: checks: .*absent"),
        ("drwas = 3\n", r"models.toml: checks: unknown key 'drwas'"),
    ],
)
def test_checks_that_cannot_be_carried_out_name_the_file(study, more, message):
    with pytest.raises(InputError, match=message):
        run(check(study, more), study.parent / "out", stages=("index", "evidence"))
    assert not (study.parent / "out").exists()


# bad input and failures


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("tables/measures.csv", "\nALB,2010,", "\nALB,2010,x"),
        ("framework.toml", "measures.csv:reach", "measures.csv:rech"),
        ("models.toml", "trade.csv:income", "trade.csv:incom"),
        ("models.toml", '"capability", "income"', '"capability", "outcome"'),
        ("models.toml", '"capability", "income"', '"capability", "speed"'),
    ],
)
def test_bad_input_leaves_no_file_behind(study, file, old, new):
    edit(study.parent / file, old, new)
    with pytest.raises(InputError):
        run(be.read_study(study), study.parent / "out")
    assert not (study.parent / "out").exists()


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [("paper/main.typ", "index/ranked", "index/rankd"), ("study.toml", "paper/main.typ", "paper/absent.typ")],
)
def test_a_paper_that_cannot_be_set_is_bad_input_too(study, file, old, new):
    edit(study.parent / file, old, new)
    with pytest.raises(InputError, match=r"main.typ.*index/rankd|absent.typ") as caught:
        run(be.read_study(study), study.parent / "out")
    assert "\n" not in str(caught.value)
    assert not (study.parent / "out").exists()


def test_a_paper_is_never_set_from_files_of_an_older_run(study):
    write(study.parent / "out" / "index" / "older.typ", "A table of an older run.\n")
    edit(study.parent / "paper/main.typ", "ranking.typ", "older.typ")
    with pytest.raises(InputError, match=r"older.typ"):
        run(be.read_study(study), study.parent / "out")


def test_a_group_of_models_cannot_leave_the_folder(study):
    text = (study.parent / "models.toml").read_text(encoding="utf-8")
    (study.parent / "models.toml").write_text(text.replace('"trade"', '"../../trade"'), encoding="utf-8")
    with pytest.raises(InputError, match=r"\.\./trade"):
        run(be.read_study(study), study.parent / "out", stages=("index", "evidence"))
    assert not list(study.parent.glob("trade.*"))


@pytest.mark.parametrize(("years", "headline"), [("[2010, 2012, 2014, 2020]", 2020)])
def test_a_headline_year_without_any_economy_is_refused(study, years, headline):
    edit(study, "[2014, 2010, 2012]", years)
    edit(study, "headline = 2012", f"headline = {headline}")
    with pytest.raises(InputError, match=f"{headline}"):
        run(be.read_study(study), study.parent / "out", stages=("index",))


def test_an_economy_without_a_name_is_printed_by_its_code(study):
    edit(study.parent / "tables/economies.csv", '"Albania"', "")
    results = run(be.read_study(study), study.parent / "out", stages=("index",))
    assert "ALB" in results.numbers["index/best"]


# write


@pytest.fixture
def old(tmp_path) -> Path:
    write(tmp_path / "below" / "file.txt", "old")
    return tmp_path / "below" / "file.txt"


def test_write_makes_folders_and_replaces_what_was_there(old):
    write(old, "grün\n")
    assert old.read_bytes() == "grün\n".encode()
    write(old, b"\x00\r\n")
    assert old.read_bytes() == b"\x00\r\n"
    assert [path.name for path in old.parent.iterdir()] == ["file.txt"]
    assert old.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("owner", ["replace", "chmod"])
@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_a_failed_write_leaves_the_old_file_and_nothing_else(old, monkeypatch, owner, error):
    def fail(*_):
        raise error("the disk is full")

    monkeypatch.setattr(Path, owner, fail)
    with pytest.raises(error, match="full"):
        write(old, "new")
    assert old.read_text(encoding="utf-8") == "old"
    assert [path.name for path in old.parent.iterdir()] == ["file.txt"]


def test_a_write_that_fails_half_way_leaves_the_old_file_and_nothing_else(old):
    with pytest.raises(TypeError):
        write(old, 3)
    assert old.read_text(encoding="utf-8") == "old"
    assert [path.name for path in old.parent.iterdir()] == ["file.txt"]


# the shipped study


def test_the_shipped_run_makes_every_file_whole(shipped):
    made = hashes(shipped.out)
    tables = {path.removesuffix(".csv") for path in made if path.endswith(".csv") and "/" in path}
    assert len([name for name in tables if name.startswith("index/")]) == 8
    assert {f"regressions/{name}" for name in shipped.results.study.model_titles} < tables
    assert {f"{name}.{kind}" for name in tables for kind in KINDS} < set(made)
    drawn = {f"figures/{name}.{kind}" for name in ("ranking", "change", "coefficients") for kind in ("svg", "pdf")}
    assert drawn < set(made)
    assert not [path for path in made if Path(path).name.startswith(".")]


def test_the_shipped_ranking(shipped):
    table = pd.read_csv(shipped.out / "index" / "ranking.csv", keep_default_na=False)
    assert len(table) >= 55
    assert (table["year"] == 2018).all()
    assert table["economy"].is_unique
    assert (table["name"] != "").all()
    assert table["rank"].is_monotonic_increasing
    assert table["rank"].iloc[0] == 1
    scores = table[["capability", "network", "infrastructure", "service", "enterprise", "flexibility"]]
    assert ((scores >= 0) & (scores <= 1)).all(axis=None)
    assert table["capability"].is_monotonic_decreasing


def test_the_paper_opens_and_has_its_pages(shipped):
    reader = pypdf.PdfReader(shipped.out / "paper.pdf")
    assert 18 <= len(reader.pages) <= 30
    assert reader.metadata.title in " ".join(reader.pages[0].extract_text().split())
    assert reader.metadata.creation_date is None


def test_the_paper_says_what_the_run_found(shipped, pdf):
    numbers = shipped.results.numbers
    flat = re.sub(r"\s+", " ", pdf)
    best = pd.read_csv(shipped.out / "index" / "ranking.csv")["name"].iloc[0]
    assert best in flat
    assert numbers["ranks/best_intervals"] in flat
    assert numbers["fit/exports, two-way/verdict"] in flat
    assert f"{numbers['fit/exports, two-way/lower']} to {numbers['fit/exports, two-way/upper']}" in flat


def test_nothing_in_the_paper_is_unresolved(pdf):
    words = (
        r"treatment: *none\.|None of these|treatment \(none|of 2023 has none|by the mix are none|controls none"
        r"|outliers none|the study has none|Rail-sea None Agree|None: no mode"
    )
    said = re.sub(words, "", re.sub(r"\s+", " ", pdf))
    assert re.findall(r".{20}(?:\?\?|\b(?:[Nn]one|nan|NaN|inf)\b|<NA>)", said) == []
    assert re.findall(r"@[a-z]+\d*|<?\b(?:tab|fig)-[a-z]+|\b(?:index|fit|alternatives|within_share)/\S+", said) == []


def test_the_paper_prints_a_proxy_beside_every_result(shipped, pdf):
    """A table that the paper sets says what its outcomes stand for, once each."""
    source = shipped.results.study.paper.read_text(encoding="utf-8")
    shown = re.findall(r'#include "/regressions/(\w+)\.typ"', source)
    notes = [note for name in shown for note in shipped.results.exhibits[name].notes if note.startswith("Outcome ")]
    assert len(notes) >= 8
    for outcome in ("Outcome ln exports of China:", "Outcome ln parcel-prone exports:", "Outcome Bought online:"):
        assert pdf.count(outcome) == sum(note.startswith(outcome) for note in notes) > 0
    assert "a proxy" in pdf


def test_the_picture_of_the_readme_is_that_of_the_run(shipped):
    picture = Path(__file__).parents[1] / "docs" / "change.svg"
    assert picture.read_bytes() == (shipped.out / "figures" / "change.svg").read_bytes()
