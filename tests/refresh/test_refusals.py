"""Each reason not to take an answer, and the nearest answer that is taken."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd
import pytest
from small_tables import committed_values

from bri_eval.refresh.comparisons import committed_cells, compare
from bri_eval.refresh.declarations import read_columns
from bri_eval.refresh.worldbank import Answer

NAMES = {
    "people": "Population, total",
    "gdp": "GDP (current US$)",
    "growth": "Inflation (annual %)",
    "voice": "Voice and Accountability - Governance estimate (approx. -2.5 to +2.5)",
    "overall": "Logistics performance index: Overall (1=low to 5=high)",
}


@pytest.fixture
def columns(dictionary):
    return {column.name: column for column in read_columns(dictionary)}


def refusal(column, values: pd.Series, **changes: str) -> str:
    given = {"series": column.worldbank.series, "name": NAMES[column.name], "updated": "2026-10-01"} | changes
    return compare(column, committed_cells(column), Answer(**given, values=values)).refusal


def put(values: pd.Series, economy: str, year: int, value: float) -> pd.Series:
    values.loc[(economy, year)] = value
    return values


@pytest.mark.parametrize("name", NAMES)
def test_what_the_table_holds_is_taken(columns, name):
    assert refusal(columns[name], committed_values(columns[name])) == ""


# unit, scale, vintage


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("gdp", "GDP (constant 2015 US$)"),
        ("people", "Population growth (annual %)"),
        ("voice", "Voice and Accountability - Governance score (0-100)"),
        ("overall", "Logistics Performance Indicators 2.0: import time (hours)"),
    ],
)
def test_another_unit_in_the_name(columns, column, name):
    found = refusal(columns[column], committed_values(columns[column]), name=name)
    assert found.startswith(f"the server calls it '{name}'; expected '{columns[column].worldbank.named}' in its name")


def test_capitals_of_the_name_do_not_matter(columns):
    assert refusal(columns["gdp"], committed_values(columns["gdp"]), name="gdp (CURRENT us$)") == ""


@pytest.mark.parametrize(("vintage", "refused"), [("2026-10-02", True), ("2026-10-01", False), ("March 2027", False)])
def test_an_older_vintage(columns, vintage, refused):
    column = replace(columns["gdp"], vintage=vintage)
    words = "the server's vintage is 2026-10-01, older than the table's 2026-10-02"
    assert refusal(column, committed_values(column)) == (words if refused else "")


@pytest.mark.parametrize(
    ("factor", "said"), [(1000, "1000"), (0.01, "0.01"), (-1, "-1"), (1.26, "1.26"), (1.24, ""), (0.81, "")]
)
def test_another_scale(columns, factor, said):
    found = refusal(columns["voice"], committed_values(columns["voice"]) * factor)
    expected = (
        f"the median of new over old values is {said}; expected 0.8 to 1.25: a rescaled, rebased or redefined series"
    )
    assert found == (expected if said else "")


def test_one_rescaled_cell_is_no_rescaled_series(columns):
    assert refusal(columns["gdp"], put(committed_values(columns["gdp"]), "AFG", 2018, 1.8e13)) == ""


# lost cells


def test_an_economy_that_did_not_arrive(columns):
    values = committed_values(columns["gdp"]).drop("ALB")
    assert refusal(columns["gdp"], values) == "the answer lacks economies 'ALB', which wdi.csv has"


def test_a_cell_that_did_not_arrive(columns):
    values = committed_values(columns["gdp"]).drop(("ALB", 2018))
    assert refusal(columns["gdp"], values) == "the answer lacks cells 'ALB 2018', which wdi.csv has"


def test_a_cell_that_did_not_arrive_and_is_missing_anyway_is_missing(columns):
    assert refusal(columns["gdp"], committed_values(columns["gdp"]).drop(("XKX", 2017))) == ""


def test_no_value_at_all(columns):
    assert refusal(columns["gdp"], committed_values(columns["gdp"]) * math.nan) == "the answer has no value at all"


@pytest.mark.parametrize(("gone", "refused"), [(2, False), (3, True)])
def test_more_than_half_of_the_values_gone(columns, gone, refused):
    values = committed_values(columns["growth"])
    values.iloc[:gone] = math.nan
    assert refusal(columns["growth"], values) == ("3 of 5 values are gone: that is no update" if refused else "")


# the dictionary's limits


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (math.nan, "AFG 2018 is missing, and the dictionary requires a value"),
        (36686784.5e-3, "AFG 2018 is 36686.78; the dictionary expects whole numbers"),
        (4999, "AFG 2018 is 4999, outside the dictionary's 5000 to inf; if it is meant, list it under exceptions"),
    ],
)
def test_a_value_that_breaks_the_dictionary(columns, value, words):
    assert refusal(columns["people"], put(committed_values(columns["people"]), "AFG", 2018, value)) == words


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (421.5, ""),
        (13.0, "AFG 2018 is 13; settle its exception of 421.5 in the dictionary first"),
        (math.nan, "AFG 2018 is missing; settle its exception of 421.5 in the dictionary first"),
    ],
)
def test_an_exception_holds_for_its_value_alone(columns, now, words):
    column = replace(columns["growth"], exceptions={("AFG", 2018): 421.5})
    assert refusal(column, put(committed_values(column), "AFG", 2018, now)) == words


# editions


def test_an_edition_filed_under_another_year_and_printed_with_two_digits_is_the_same(columns):
    values = committed_values(columns["overall"]).round(2)
    assert list(values.index) == [("AFG", 2018), ("DEU", 2018), ("DEU", 2022)]
    assert refusal(columns["overall"], values) == ""


def test_no_edition_ever_changes_a_cell(columns):
    column = columns["overall"]
    answer = Answer(series="s", name=NAMES["overall"], updated="2026-10-01", values=committed_values(column).round(2))
    found = compare(column, committed_cells(column), answer)
    assert (found.changes, found.same) == ((), 4)


@pytest.mark.parametrize("value", [1.96, 1.94, math.nan])
def test_another_vintage_of_an_edition(columns, value):
    found = refusal(columns["overall"], put(committed_values(columns["overall"]), "AFG", 2018, value))
    assert found.startswith("1 cells differ, first AFG 2018: 1.9491 here, ")
    assert found.endswith("an edition is published once, so this is another vintage of it")


@pytest.mark.parametrize("year", [2023, 2025, 2026])
def test_lpi_20_under_the_old_code_is_refused(columns, year):
    found = refusal(columns["overall"], put(committed_values(columns["overall"]), "DEU", year, 4.2))
    assert found == (
        f"1 values for '{year}', which is no edition of the table (2018-2023): LPI 2.0 counts tracking data and is "
        "another index: it is never put beside the survey editions 2007-2023"
    )


def test_missing_values_of_later_years_are_no_edition(columns):
    assert refusal(columns["overall"], put(committed_values(columns["overall"]), "DEU", 2025, math.nan)) == ""


def test_a_value_that_an_edition_does_not_have(columns):
    found = refusal(columns["overall"], put(committed_values(columns["overall"]), "AFG", 2022, 2.1))
    assert found == "1 values which the editions do not have, first AFG 2022: another vintage of them"
    assert refusal(columns["overall"], put(committed_values(columns["overall"]), "WLD", 2022, 2.1)) == ""


def test_an_economy_that_the_server_leaves_out_is_declared(columns):
    column = replace(columns["overall"], worldbank=replace(columns["overall"].worldbank, without=()))
    values = committed_values(columns["overall"])
    assert refusal(column, values) == "the answer lacks economies 'TWN', which lpi.csv has"
