"""Every indicator, convention and source: counted against the files they come from."""

from __future__ import annotations

import dataclasses
import json
import tomllib

import pytest
import studies

import bri_eval as be
from bri_eval.checks import InputError
from bri_eval.report import appendix_tables as tables
from bri_eval.report.exhibits import WRITERS


@pytest.fixture(scope="module")
def study():
    return be.read_study(studies.SHIPPED)


@pytest.fixture(scope="module")
def made(study, evaluation):
    return {exhibit.code: exhibit for exhibit in tables.appendix_exhibits(study, evaluation)}


@pytest.fixture
def package(tmp_path):
    """Return the function that writes a description of tables."""

    def written(*resources: dict) -> object:
        path = tmp_path / "datapackage.json"
        path.write_text(json.dumps({"resources": list(resources)}), encoding="utf-8")
        return path

    return written


@pytest.mark.parametrize("kind", WRITERS)
def test_every_writer_prints_every_table(made, kind):
    assert list(made) == ["all_indicators", "conventions", "sources"]
    assert all(len(WRITERS[kind](exhibit)) > 500 for exhibit in made.values())


# indicators


def test_every_declared_indicator_is_listed_once_with_its_frameworks(made, data):
    declared = {
        name: [one["name"] for one in tomllib.loads((data / "frameworks" / f"{name}.toml").read_text())["indicator"]]
        for name in ("panel", "full")
    }
    table = made["all_indicators"].table.set_index("indicator")
    assert table.index.is_unique
    assert set(table.index) == {*declared["panel"], *declared["full"]}
    for name in table.index:
        assert table.loc[name, "frameworks"] == ", ".join(key for key, names in declared.items() if name in names)


def test_what_is_done_to_an_indicator_is_said(made):
    table = made["all_indicators"].table.set_index("indicator")["steps"]
    assert table["Container port throughput"] == "over population, log1p, 0 if landlocked"
    assert table["Mobile subscriptions"] == "cap 150"
    assert table["Applied tariff"] == ""


def test_the_years_that_a_framework_reads_are_counted(made):
    (note,) = made["all_indicators"].notes
    assert "Panel: 8 from the nearest year within 2, 6 from the year itself." in note
    assert "Full: 17 from the last of the year and the 4 before, 7 from the year itself." in note


def test_a_framework_counts_once_however_many_cases_have_it(framework, full_framework):
    once = tables.all_indicators([framework, full_framework]).table
    again = tables.all_indicators([framework, framework, full_framework, framework]).table
    assert once.equals(again)


# conventions


def test_conventions_say_every_sentence_of_the_evaluation(made, evaluation):
    rows = made["conventions"].table.set_index("step")["choice"]
    for sentence in evaluation.conventions:
        step, _, words = sentence.partition(": ")
        assert rows[step] == ("nothing done" if words == "none." else words.removesuffix("."))
    assert rows["Random index"] == evaluation.recipe.random_index


def test_what_could_be_chosen_instead_is_known_and_is_not_the_choice(made, evaluation):
    rows = made["conventions"].table.set_index("step")["instead"]
    for step, field in (("Normalisation", "normaliser"), ("Weights", "weighter"), ("Aggregation", "aggregator")):
        others = rows[step].split(", ")
        assert getattr(evaluation.recipe, field) not in others
        for name in others:
            dataclasses.replace(evaluation.recipe, reference="SGP", **{field: name})
    assert "ahp_entropy_game" in rows["Weights"]
    assert "ahp_critic" not in rows["Weights"].split(", ")
    assert rows["Imputation"].startswith("nothing done, ")
    assert rows["Ranks"] == ""


# sources


def test_every_table_of_the_study_has_its_publisher_and_terms(made, data):
    table = made["sources"].table
    assert set(table["table"]) == {path.stem for path in (data / "raw").glob("*.csv")}
    assert (table[["publisher", "columns", "terms"]] != "").all(axis=None)
    assert not table["terms"].str.contains("as above").any()
    assert table.set_index("table").loc["parcel_chapters", "terms"].startswith("UN Comtrade terms")


def test_terms_as_above_are_those_of_the_same_table(package):
    first = {"publisher": "P", "columns": "a b", "licence": "CC BY 4.0"}
    above = {"publisher": "Q", "columns": "c, d", "licence": "as above"}
    path = package(
        {"name": "one", "sources": [first]},
        {"name": "two", "licenses": [{"title": "Own terms"}], "sources": [above, above]},
        {"name": "three", "licenses": [{"title": "Own terms"}], "sources": [first, above]},
    )
    table = tables.sources(path).table
    assert table["terms"].tolist() == ["CC BY 4.0", "Own terms", "Own terms", "CC BY 4.0", "CC BY 4.0"]
    assert table["columns"].tolist() == ["a, b", "c, d", "c, d", "a, b", "c, d"]


@pytest.mark.parametrize(
    ("resource", "message"),
    [
        ({"name": "trade"}, r"datapackage.json: resource trade has no sources; say who published it"),
        ({"sources": []}, r"datapackage.json: resource number 1 has no name"),
    ],
)
def test_a_table_without_sources_is_named(package, resource, message):
    with pytest.raises(InputError, match=message):
        tables.sources(package(resource))


@pytest.mark.parametrize("text", ["{", "[]", '{"name": "x"}'])
def test_what_is_no_description_is_refused(tmp_path, text):
    path = tmp_path / "datapackage.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"datapackage.json: expected JSON with resources"):
        tables.sources(path)


def test_a_study_without_a_description_has_no_sources(study, evaluation, tmp_path):
    apart = dataclasses.replace(study, tables=tmp_path / "raw")
    assert [exhibit.code for exhibit in tables.appendix_exhibits(apart, evaluation)] == [
        "all_indicators",
        "conventions",
    ]
