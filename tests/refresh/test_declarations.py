"""What the dictionary may declare, and what of it a request names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bri_eval.checks import InputError
from bri_eval.refresh.declarations import chosen, read_columns

SHIPPED = Path(__file__).parents[2] / "data" / "datapackage.json"


def test_a_column_carries_its_series_and_its_limits(dictionary):
    people, gdp, growth, *_ = read_columns(dictionary)
    assert (people.label, people.worldbank.series, people.worldbank.database) == ("wdi.csv:people", "SP.POP.TOTL", 2)
    assert people.path == dictionary.parent / "raw" / "wdi.csv"
    assert (people.integer, people.required, people.minimum, people.maximum) == (True, True, 5000, float("inf"))
    assert (gdp.integer, gdp.required, gdp.minimum, gdp.maximum) == (False, False, 1e7, 4e13)
    assert growth.vintage == "March 2026"


def test_tables_of_one_vintage_are_those_with_one_source(dictionary):
    found = {column.path.name: column.one_vintage for column in read_columns(dictionary)}
    assert found == {"wdi.csv": False, "wgi.csv": True, "lpi.csv": True}


def test_exceptions_come_by_cell():
    columns = {column.label: column for column in read_columns(SHIPPED)}
    assert columns["development.csv:exchange_rate_lcu_per_usd"].exceptions == {("ZWE", 2008): 6723052000.0}


def test_the_shipped_dictionary_declares_wdi_wgi_and_lpi():
    columns = read_columns(SHIPPED)
    tables = [column.path.name for column in columns]
    assert {name: tables.count(name) for name in tables} == {"development.csv": 19, "governance.csv": 6, "lpi.csv": 7}
    assert {column.worldbank.database for column in columns if column.path.name == "governance.csv"} == {3}
    assert all(column.worldbank.edition == (column.path.name == "lpi.csv") for column in columns)
    assert len({column.worldbank.series for column in columns}) == 32


@pytest.mark.parametrize("table", ["development", "lpi"])
def test_the_declared_series_is_that_of_the_field(table):
    fields = {r["name"]: r["schema"]["fields"] for r in json.loads(SHIPPED.read_text(encoding="utf-8"))["resources"]}
    declared = [field for field in fields[table] if "worldbank" in field]
    assert [field["series"] for field in declared] == [field["worldbank"]["series"] for field in declared]


# requests


def test_no_name_is_all(dictionary):
    columns = read_columns(dictionary)
    assert chosen(columns, ()) == columns


def test_a_name_is_its_column(dictionary):
    assert [one.name for one in chosen(read_columns(dictionary), ["NY.GDP.MKTP.CD"])] == ["gdp"]


def test_a_name_of_a_table_of_one_vintage_is_the_whole_table(dictionary):
    assert [one.name for one in chosen(read_columns(dictionary), ["GOV_WGI_VA.EST"])] == ["rule_of_law", "voice"]


def test_an_unknown_series_names_the_nearest(dictionary):
    with pytest.raises(InputError, match=r"--series SP\.POP\.TOTAL: unknown series .* did you mean 'SP\.POP\.TOTL'\?"):
        chosen(read_columns(dictionary), ["SP.POP.TOTAL"])


@pytest.mark.parametrize("code", ["WB_LPI_20_CT_DT", "LP.LPI2.OVRL", "lpi 2.0"])
def test_lpi_20_is_refused_by_name(dictionary, code):
    with pytest.raises(InputError, match=r"LPI 2\.0 counts tracking data and is another index"):
        chosen(read_columns(dictionary), [code])


# faults


FAULTS = {
    "an unknown key": ({"unit": "US$"}, r"wdi: gdp: worldbank: unknown key 'unit'; known are 'series', 'database'"),
    "a number as text": ({"database": "2"}, r"wdi: gdp: worldbank: database is '2'; expected int"),
    "LPI 2.0": ({"series": "WB_LPI_20"}, r"worldbank: series is 'WB_LPI_20': LPI 2\.0 counts tracking data"),
    "economies left out of no edition": ({"without": ["TWN"]}, r"worldbank: without is for editions"),
    "years filed elsewhere of no edition": ({"filed": {"2023": 2022}}, r"worldbank: filed is for editions"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_declaration_is_refused(dictionary, fault):
    change, words = FAULTS[fault]
    document = json.loads(dictionary.read_text(encoding="utf-8"))
    document["resources"][0]["schema"]["fields"][4]["worldbank"] |= change
    dictionary.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError, match=words):
        read_columns(dictionary)


def test_a_workbook_is_not_refreshed(dictionary):
    text = dictionary.read_text(encoding="utf-8")
    dictionary.write_text(text.replace("raw/wdi.csv", "raw/wdi.xlsx"), encoding="utf-8")
    with pytest.raises(
        InputError, match=r"wdi: people: worldbank: its table is wdi\.xlsx; only CSV files are refreshed"
    ):
        read_columns(dictionary)


def test_a_declaration_without_a_name_to_hold_is_refused(dictionary):
    document = json.loads(dictionary.read_text(encoding="utf-8"))
    del document["resources"][0]["schema"]["fields"][4]["worldbank"]["named"]
    dictionary.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError, match="worldbank has no 'named'; it is needed"):
        read_columns(dictionary)


def test_no_dictionary(tmp_path):
    with pytest.raises(InputError, match=r"datapackage\.json: there is no such file"):
        read_columns(tmp_path / "datapackage.json")


@pytest.mark.parametrize("text", ['{"resources": [', "\udcff"])
def test_a_dictionary_that_is_no_json(tmp_path, text):
    (tmp_path / "datapackage.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match="not readable as JSON"):
        read_columns(tmp_path / "datapackage.json")
