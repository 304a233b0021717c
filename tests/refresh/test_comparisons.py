"""A column against an answer: what counts as a change, how it is written, what to look at."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bri_eval.checks import InputError
from bri_eval.refresh.comparisons import Change, cell_text, committed_cells, compare
from bri_eval.refresh.declarations import read_columns
from bri_eval.refresh.worldbank import Answer

NAMES = {"people": "Population, total", "gdp": "GDP (current US$)", "growth": "Inflation (annual %)"}


@pytest.fixture
def columns(dictionary):
    return {column.name: column for column in read_columns(dictionary)}


def answer(column, **now: float) -> Answer:
    """Answer with what the table holds, but for cells such as AFG_2018=1."""
    values = committed_cells(column)["was"].rename(None)
    for key, value in now.items():
        economy, year = key.split("_")
        values[economy, int(year)] = value
    return Answer(series=column.worldbank.series, name=NAMES[column.name], updated="2026-10-01", values=values)


def changes(column, **now: float) -> list[str]:
    found = compare(column, committed_cells(column), answer(column, **now))
    assert found.refusal == ""
    assert len(found.changes) + found.same == 6
    return [str(change) for change in found.changes]


def test_the_committed_cells_in_the_table_s_order(columns):
    cells = committed_cells(columns["growth"])
    assert list(cells.index) == [(e, y) for e in ("AFG", "ALB", "XKX") for y in (2017, 2018)]
    assert list(cells["text"]) == ["2.1", "-1.5", "1.4", "", "0.5", "-0.25"]
    assert list(cells["was"].fillna(99)) == [2.1, -1.5, 1.4, 99, 0.5, -0.25]


def test_equal_values_change_nothing(columns):
    for name in NAMES:
        assert changes(columns[name]) == []


def test_a_changed_a_new_and_a_gone_value(columns):
    assert changes(columns["gdp"], AFG_2018=18500000000.4, XKX_2017=7180765000, ALB_2017=math.nan) == [
        "AFG 2018: 18053220000 -> 18500000000 (+2.47%)",
        "ALB 2017: 13019730000 -> missing",
        "XKX 2017: missing -> 7180765000",
    ]


def test_counts_by_kind(columns):
    gdp = columns["gdp"]
    found = compare(gdp, committed_cells(gdp), answer(gdp, AFG_2018=1.8e10, XKX_2017=7e9, ALB_2017=math.nan))
    assert (found.count("changed"), found.count("new"), found.count("gone"), found.same) == (1, 1, 1, 3)


@pytest.mark.parametrize(
    ("value", "changed"),
    [
        (18053220000.0, False),
        (18053220000 + 4999, False),  # the same in seven digits
        (18053220000 + 5001, False),  # a tie, rounded the other way
        (18053220000 - 5001, False),
        (18053220000 + 5200, True),
        (18053230000, True),
    ],
)
def test_what_rounding_alone_may_move_is_no_change(columns, value, changed):
    assert bool(changes(columns["gdp"], AFG_2018=value)) == changed


@pytest.mark.parametrize(
    ("change", "kind", "relative"),
    [
        (("2", "3"), "changed", 0.5),
        (("-2", "-3"), "changed", -0.5),
        (("0", "3"), "changed", math.nan),
        (("", "3"), "new", math.nan),
        (("2", ""), "gone", math.nan),
    ],
)
def test_kind_and_size_of_a_change(change, kind, relative):
    found = Change(economy="AFG", year=2018, was=change[0], now=change[1])
    assert found.kind == kind
    assert found.relative == pytest.approx(relative, nan_ok=True)


# writing


@pytest.mark.parametrize(
    ("value", "digits", "decimals", "text"),
    [
        (math.nan, 7, 5, ""),
        (0.0, 7, 5, "0"),
        (-0.000001, 7, 5, "0"),
        (225690.1, 7, 12, "225690.1"),
        (1412175001, 7, 12, "1412175000"),
        (8.2e-05, 6, 5, "8e-05"),
        (-17.590324, 7, 5, "-17.59032"),
        (97.450349, 6, 5, "97.4503"),
        (6723052073.3, 7, 12, "6723052000"),
    ],
)
def test_how_a_value_is_written(value, digits, decimals, text):
    assert cell_text(value, digits=digits, decimals=decimals) == text


@given(st.floats(-1e13, 1e13, allow_nan=False), st.sampled_from([(7, 12), (7, 5), (6, 5), (6, 12)]))
def test_a_written_value_is_near_and_is_written_again_alike(value, kept):
    digits, decimals = kept
    text = cell_text(value, digits=digits, decimals=decimals)
    error = 0.51 * max(10.0 ** (math.floor(math.log10(abs(value))) - digits + 1) if value else 0, 10.0**-decimals)
    assert abs(float(text) - value) <= error
    assert cell_text(float(text), digits=digits, decimals=decimals) == text


# what to look at


@pytest.mark.parametrize(
    ("column", "now", "notes"),
    [
        ("gdp", {"AFG_2018": 180532200000}, ["AFG 2018 changes by a factor of 10: 18053220000 -> 180532200000"]),
        ("gdp", {"AFG_2018": 90532200000}, []),
        ("growth", {"AFG_2018": 1.5}, ["AFG 2018 changes its sign: -1.5 -> 1.5"]),
        ("growth", {"XKX_2018": 0.25}, []),  # by 0.5, and the median size is 1.4
        ("growth", {"XKX_2018": -2.6}, ["XKX 2018 changes by a factor of 10.4: -0.25 -> -2.6"]),
    ],
)
def test_jumps_are_pointed_to(columns, column, now, notes):
    one = columns[column]
    assert list(compare(one, committed_cells(one), answer(one, **now)).notes) == notes


def test_later_years_are_told_and_not_added(columns):
    one = columns["gdp"]
    given_ = answer(one)
    later = pd.Series({("AFG", 2019): 1.9e10, ("AFG", 2020): math.nan, ("WLD", 2021): 1e13}).rename_axis(
        ["economy", "year"]
    )
    more = Answer(series="s", name=given_.name, updated="2026-10-01", values=pd.concat([given_.values, later]))
    found = compare(one, committed_cells(one), more)
    assert found.changes == ()
    assert found.notes == ("the server also has '2019'; the rows of wdi.csv end in 2018, and none is added",)


# tables at fault


def test_a_table_without_years(columns, dictionary):
    (dictionary.parent / "raw" / "wdi.csv").write_text("economy,people\nAFG,1\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"wdi\.csv: there is no column 'year'"):
        committed_cells(columns["people"])


def test_a_table_without_the_column(columns, dictionary):
    (dictionary.parent / "raw" / "wdi.csv").write_text("economy,year,folk\nAFG,2018,1\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"wdi\.csv: unknown column 'people'"):
        committed_cells(columns["people"])
