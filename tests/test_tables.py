"""CSV tables into a panel: coverage, vintages, structural zeros, and every kind of bad cell."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest

import bri_eval as be
from bri_eval.checks import InputError
from bri_eval.framework import Framework, Group, Indicator
from bri_eval.tables import read_columns, read_economies

EDITIONS = (2007, 2010, 2012, 2014, 2016, 2018, 2023)
LPI = ("lpi_tracking", "lpi_infrastructure", "lpi_customs", "lpi_timeliness", "lpi_competence", "lpi_shipments")
WGI = ("political_stability", "regulatory_quality", "rule_of_law")
HOURS = ("import_time_border", "import_time_documents", "import_cost")

PANEL_COVERAGE = {
    **dict.fromkeys(LPI, "58/57 62/60 60/58 61/59 61/59 63/61 55/53"),
    **dict.fromkeys(WGI, "65/64 65/64 65/64 65/64 65/64 65/64 65/64"),
    "internet_users": "65/64 64/63 65/64 65/64 65/64 65/64 62/61",
    "fixed_broadband": "65/64 65/64 65/64 64/63 65/64 65/64 65/64",
    "mobile_subscriptions": "65/64 65/64 65/64 65/64 65/64 65/64 65/64",
    "liner_connectivity": "62/61 63/62 63/62 63/62 63/62 63/62 62/61",
    "tariff": "62/60 60/59 62/61 62/61 61/60 62/61 56/55",
    "all indicators": "56/54 56/54 57/55 58/56 56/54 59/57 47/45",
}
FULL_ONLY_COVERAGE = {
    "secure_servers": "65/64 65/64 65/64 65/64 65/64 0/0 0/0",
    # nobody is observed near 2007 and 2023, where study.md prints 0; the 18 structural zeros hold in any year
    "container_throughput": "18/18 59/57 59/57 59/57 59/57 59/57 18/18",
    **dict.fromkeys(("air_freight", "air_departures"), "62/60 64/62 62/60 62/60 62/60 0/0 0/0"),
    "rail_density": "45/44 45/44 43/42 43/42 42/41 0/0 0/0",
    **dict.fromkeys(HOURS, "0/0 0/0 63/62 63/62 63/62 63/62 0/0"),
    "account_share": "0/0 61/59 63/61 58/56 61/59 59/57 58/56",
}
FULL_2018 = {
    **dict.fromkeys(LPI, "63/61"),
    **dict.fromkeys(WGI, "65/64"),
    **dict.fromkeys(("internet_users", "fixed_broadband", "mobile_subscriptions", "secure_servers"), "65/64"),
    **dict.fromkeys(("liner_connectivity", *HOURS), "63/62"),
    "tariff": "61/60",
    "container_throughput": "59/57",
    **dict.fromkeys(("air_freight", "air_departures"), "62/60"),
    "rail_density": "42/41",
    "account_share": "61/59",
    "mode_diversity": "64/62",
    "all indicators": "34/33",
}
NO_LPI = {
    2007: "BRN GEO IRQ MDV MNE PSE TKM",
    2010: "BLR BRN PSE",
    2012: "BGD BRN ISR PSE TKM",
    2014: "ALB BRN IRN PSE",
    2016: "AZE LKA PSE YEM",
    2018: "AZE PSE",
    2023: "AZE BRN JOR LBN MDV MMR NPL PAK PSE TKM",
}

LISTS = pytest.mark.parametrize(("economies", "place"), [("bri_list65", 0), ("bri_list64", 1)])


def counts(text: str, place: int) -> list[int]:
    return [int(pair.split("/")[place]) for pair in text.split()]


def indicators(*columns: Indicator) -> Framework:
    return Framework(groups=(Group(code="goal"),), indicators=columns)


def indicator(code: str = "x", source: str = "t.csv:x", **more) -> Indicator:
    return Indicator(code=code, parent="goal", source=source, **more)


# coverage of the shipped data, study.md 2.3


@LISTS
def test_coverage_of_the_panel_framework(data, framework, economies, place):
    panel = be.read_panel(framework, data / "raw", economies=economies, years=EDITIONS)
    found = be.coverage_table(panel)
    assert list(found.columns) == list(EDITIONS)
    assert {code: row.tolist() for code, row in found.iterrows()} == {
        code: counts(text, place) for code, text in PANEL_COVERAGE.items()
    }


@LISTS
def test_coverage_of_the_other_leaves_by_edition(data, full_framework, economies, place):
    near = [
        dataclasses.replace(one, look_back=0, look_around=2)
        for one in full_framework.indicators
        if one.code in FULL_ONLY_COVERAGE
    ]
    panel, _ = read_columns(near, data / "raw", economies=economies, years=EDITIONS)
    found = be.coverage_table(panel).drop(index="all indicators")
    assert {code: row.tolist() for code, row in found.iterrows()} == {
        code: counts(text, place) for code, text in FULL_ONLY_COVERAGE.items()
    }


@LISTS
def test_coverage_of_the_full_framework(data, full_framework, economies, place):
    panel = be.read_panel(full_framework, data / "raw", economies=economies, years=[2018])
    found = be.coverage_table(panel)[2018]
    assert found.to_dict() == {code: counts(text, place)[0] for code, text in FULL_2018.items()}


def test_economies_without_an_lpi_edition(panel):
    absent = panel["lpi_customs"].isna()
    found = {year: " ".join(absent.xs(year, level="year")[lambda x: x].index) for year in EDITIONS}
    assert found == NO_LPI


@pytest.mark.parametrize(("economies", "rows", "complete"), [("bri_list65", 420, 389), ("bri_list64", 407, 375)])
def test_rows_of_the_panel(data, framework, economies, rows, complete):
    panel = be.read_panel(framework, data / "raw", economies=economies, years=EDITIONS)
    assert panel[list(LPI)].notna().all(axis=1).sum() == rows
    assert panel.notna().all(axis=1).sum() == complete


def test_dropping_rail_raises_the_complete_cases(data, full_framework):
    panel = be.read_panel(full_framework, data / "raw", economies="bri_list65", years=[2018])
    assert panel.drop(columns="rail_density").notna().all(axis=1).sum() == 49


# the panel's shape


def test_panel_is_indexed_by_economy_and_year(panel, framework):
    assert panel.index.names == ["economy", "year"]
    assert panel.index.is_unique
    assert panel.index.is_monotonic_increasing
    assert list(panel.columns) == framework.codes
    assert len(panel) == 65 * 7
    assert set(panel.dtypes) == {np.dtype(float)}


def test_economies_and_years_are_sorted_and_kept_once(data, framework):
    found = be.read_panel(framework, data / "raw", economies=["VNM", "ARE", "VNM"], years=[2018, 2016, 2018])
    assert list(found.index) == [("ARE", 2016), ("ARE", 2018), ("VNM", 2016), ("VNM", 2018)]


@pytest.mark.parametrize(("economies", "size"), [("bri_list64", 64), ("bri_list65", 65)])
def test_read_economies(data, economies, size):
    found = read_economies(data / "raw", economies)
    assert len(found) == size
    assert found == sorted(found)
    assert "CHN" not in found


def test_read_groups(data):
    regions = be.read_groups(data / "raw", "bri_region")
    members = regions[read_economies(data / "raw", "bri_list65")]
    assert members.value_counts().to_dict() == {
        "West Asia & North Africa": 18,
        "Central & Eastern Europe": 16,
        "Southeast Asia": 10,
        "South Asia": 8,
        "CIS": 7,
        "Central Asia": 5,
        "East Asia": 1,
    }


# vintages


def test_lpi_is_of_the_edition_exactly(data, framework, panel):
    vintages = be.read_vintages(framework, data / "raw", economies="bri_list65", years=EDITIONS)
    years = np.broadcast_to(panel.index.get_level_values("year").to_numpy()[:, None], (len(panel), len(LPI)))
    seen = panel[list(LPI)].notna().to_numpy()
    assert (vintages[list(LPI)].to_numpy()[seen] == years[seen]).all()
    assert vintages[list(LPI)].isna().to_numpy()[~seen].all()


def test_vintages_lie_where_the_declaration_allows(data, framework, full_framework):
    around = be.read_vintages(framework, data / "raw", economies="bri_list65", years=EDITIONS)
    offsets = around.sub(pd.Series(around.index.get_level_values("year"), index=around.index), axis=0)
    assert offsets.abs().max().max() == 2
    back = be.read_vintages(full_framework, data / "raw", economies="bri_list65", years=[2018])
    assert back.min().min() == 2014
    assert back.max().max() == 2018


def nearest(table: pd.DataFrame, economy: str, year: int, column: str) -> float:
    """Search by hand: the nearest year within two, the earlier of two equally near."""
    rows = table[(table["economy"] == economy) & table[column].notna()]
    rows = rows.assign(away=(rows["year"] - year).abs())
    rows = rows[rows["away"] <= 2].sort_values(["away", "year"])
    return rows[column].iloc[0] if len(rows) else np.nan


def test_look_around_on_the_shipped_tariffs(data, panel):
    table = pd.read_csv(data / "raw" / "development.csv", keep_default_na=False, na_values=[""])
    expected = [nearest(table, economy, year, "tariff_weighted_mean") for economy, year in panel.index]
    np.testing.assert_array_equal(panel["tariff"], expected)


@pytest.fixture
def tables(tmp_path):
    """Return the function that writes tables and reads columns of them, for AFG and NAM unless told otherwise."""
    (tmp_path / "economies.csv").write_text("economy,landlocked\nAFG,1\nALB,0\nNAM,0\n", encoding="utf-8")

    def reader(text: str, *columns: Indicator, years=(2018,), economies=("AFG", "NAM"), **others: str):
        for name, content in {"t": text, **others}.items():
            (tmp_path / f"{name}.csv").write_text(content, encoding="utf-8")
        return read_columns(columns or (indicator(),), tmp_path, economies=economies, years=years)

    return reader


YEARS = "economy,year,x\nAFG,2016,16\nAFG,2017,17\nAFG,2019,19\nAFG,2020,20\nNAM,2015,15\nNAM,2020,20\n"


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ({}, [np.nan, np.nan]),
        ({"look_around": 1}, [17, np.nan]),
        ({"look_around": 2}, [17, 20]),
        ({"look_around": 3}, [17, 20]),
        ({"look_back": 1}, [17, np.nan]),
        ({"look_back": 4}, [17, 15]),
    ],
)
def test_values_of_other_years(tables, declared, expected):
    values, vintages = tables(YEARS, indicator(**declared))
    np.testing.assert_array_equal(values["x"], expected)
    np.testing.assert_array_equal(vintages["x"] - 2000, expected)


def test_the_exact_year_comes_first(tables):
    values, _ = tables("economy,year,x\nAFG,2017,1\nAFG,2018,2\nAFG,2019,3\n", indicator(look_around=2))
    assert values["x"].iloc[0] == 2


def test_a_table_without_years_holds_for_every_year(tables):
    values, vintages = tables("economy,x\nAFG,3\n", years=(2016, 2018))
    np.testing.assert_array_equal(values["x"], [3, 3, np.nan, np.nan])
    assert vintages["x"].isna().all()


# denominators and structural zeros


def test_denominator_of_the_same_year_and_scale(tables):
    values, vintages = tables(
        "economy,year,x\nAFG,2016,6\nAFG,2018,8\nNAM,2018,9\n",
        indicator(denominator="d.csv:people", scale=10.0, look_back=4),
        d="economy,year,people\nAFG,2016,3\nAFG,2017,1\nNAM,2017,1\n",
    )
    np.testing.assert_array_equal(values["x"], [20, np.nan])
    np.testing.assert_array_equal(vintages["x"], [2016, np.nan])


def test_denominator_that_holds_for_every_year(tables):
    values, _ = tables(
        "economy,year,x\nAFG,2018,8\n", indicator(denominator="d.csv:area"), d="economy,area\nAFG,4\nNAM,2\n"
    )
    np.testing.assert_array_equal(values["x"], [2, np.nan])


def test_yearly_denominator_of_a_value_that_holds_for_every_year(tables):
    values, vintages = tables(
        "economy,x\nAFG,12\n",
        indicator(denominator="d.csv:people"),
        d="economy,year,people\nAFG,2016,4\nAFG,2018,3\n",
        years=(2016, 2018),
        economies=("AFG",),
    )
    assert values["x"].tolist() == [3, 4]
    assert vintages["x"].tolist() == [2016, 2018]


def test_denominator_of_zero(tables):
    with pytest.raises(InputError, match=r"'x': d\.csv:area is 0 for .*AFG.*; a denominator is above 0"):
        tables("economy,year,x\nAFG,2018,8\n", indicator(denominator="d.csv:area"), d="economy,area\nAFG,0\n")


def test_structural_zero_needs_the_flag_and_no_value_at_all(tables):
    text = "economy,year,x,other\nALB,2018,5,\nNAM,2018,,\n"
    values, vintages = tables(text, indicator(structural_zero="landlocked"), economies=("AFG", "ALB", "NAM"))
    np.testing.assert_array_equal(values["x"], [0, 5, np.nan])
    assert np.isnan(vintages["x"].iloc[0])


@pytest.mark.parametrize("row", ["AFG,2010,7,", "AFG,2018,,7"])
def test_structural_zero_gives_way_to_any_observed_value(tables, row):
    values, _ = tables(f"economy,year,x,other\n{row}\n", indicator(structural_zero="landlocked"), economies=("AFG",))
    assert np.isnan(values["x"].iloc[0])


def test_structural_zeros_of_the_shipped_data(panel, data, full_framework):
    liner = panel["liner_connectivity"]
    assert (liner == 0).groupby(level="year").sum().tolist() == [18] * 7
    assert (liner["MDA"].dropna() > 0).all()
    assert liner["MDA"].notna().sum() == 5
    assert liner[["BIH", "PSE"]].isna().all()
    full = be.read_panel(full_framework, data / "raw", economies="bri_list65", years=[2018]).droplevel("year")
    assert (full["container_throughput"] == 0).sum() == 18
    assert full["container_throughput"].notna().sum() == 18 + 41
    assert np.isnan(full.loc["MDA", "container_throughput"])


def test_observed_zeros_of_air_freight_are_kept(data, full_framework):
    full = be.read_panel(full_framework, data / "raw", economies="bri_list65", years=[2018]).droplevel("year")
    assert (full.loc[["ALB", "HUN", "MNE", "SVK", "YEM"], "air_freight"] == 0).any()


# cells


@pytest.mark.parametrize(
    ("cell", "number"), [("3", 3), (" 3.50 ", 3.5), ("-2", -2), ("+.5", 0.5), ("5.", 5), ("1e-3", 0.001), ("2E+6", 2e6)]
)
def test_plain_numbers(tables, cell, number):
    values, _ = tables(f"economy,x\nAFG,{cell}\n", economies=("AFG",))
    assert values["x"].iloc[0] == number


def test_an_empty_cell_is_missing(tables):
    values, _ = tables('economy,x\nAFG,\nNAM," "\n')
    assert values["x"].isna().all()


@pytest.mark.parametrize(
    ("cell", "remedy"),
    [
        ("high", ""),
        ("..", ""),
        ("—", ""),
        ("NA", ""),
        ("nan", ""),
        ("inf", ""),
        ("-", ""),
        ("1,234", r" \(perhaps 1234\)"),
        ("1,234,567.8", r" \(perhaps 1234567.8\)"),
        ("1 234", r" \(perhaps 1234\)"),
        ("1'234", r" \(perhaps 1234\)"),
        ("\uff11\uff12\uff0e\uff15", r" \(perhaps 12.5\)"),
        ("12%", ""),
        ("2018-01-01", ""),
    ],
)
def test_a_cell_that_is_no_number_is_reported(tables, cell, remedy):
    with pytest.raises(InputError) as error:
        tables(f'economy,year,x\nAFG,2018,1\nNAM,2018,"{cell}"\n')
    assert error.match(
        rf"^'x': .*t\.csv: row 3, column 'x': found {re.escape(repr(cell))}; expected a plain number such as 1234\.5"
    )
    assert error.match(rf"1234\.5{remedy}, or an empty cell if it is missing$")


@pytest.mark.parametrize("cell", ["\uff11\uff12", "\u0663"])
def test_digits_that_are_not_ascii_are_reported(tables, cell):
    with pytest.raises(InputError, match=f"found '{cell}'; expected a plain number"):
        tables(f"economy,year,x\nAFG,2018,{cell}\n")


# files and keys


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("country,x\nAFG,1\n", r"t\.csv: there is no column 'economy' \(ISO-3 codes\); columns are 'country', 'x'"),
        ("economy,x,x\nAFG,1,2\n", r"t\.csv: column 'x' stands 2 times in the header; keep one"),
        ("economy,x\nAFG,1\nafg,2\n", r"t\.csv: row 3: unknown economy 'afg'"),
        ("economy,x\nNA,1\n", r"row 2: unknown economy 'NA'; .*did you mean 'NAM'"),
        ("economy,x\nAFG,1\n\n", r"row 3, column 'economy' is blank"),
        ("economy,x\nAFG,1,2\n", r"t\.csv: not readable as CSV in UTF-8: .*Expected 2 fields in line 2, saw 3"),
        ("", r"t\.csv: not readable as CSV in UTF-8: No columns"),
        ("economy,z\nAFG,1\n", r"'x': .*t\.csv: unknown column 'x'; known are 'economy', 'z'"),
        ("economy,x\nAFG,1\nNAM,2\nAFG,1\n", r"t\.csv: rows 2 and 4 are both economy AFG; keep one"),
        (
            "economy,year,x\nAFG,2018,1\nAFG,2016,1\nAFG,2018,1\n",
            r"t\.csv: rows 2 and 4 are both economy AFG, year 2018; keep one",
        ),
        ("economy,year,x\nAFG,2018,1\nAFG,18th,1\n", r"row 3, column 'year': found '18th'; expected a plain number"),
    ],
)
def test_a_table_that_is_not_as_it_should_be(tables, text, message):
    with pytest.raises(InputError, match=message):
        tables(text)


@pytest.mark.parametrize("year", ["", "2018.5"])
def test_a_year_is_a_whole_number(tables, year):
    with pytest.raises(InputError, match="row 3, column 'year'"):
        tables(f"economy,year,x\nAFG,2016,1\nAFG,{year},1\n")


def test_a_missing_table_is_named_with_what_is_there(tables):
    with pytest.raises(
        InputError, match=r"'x': .*u\.csv: there is no such file; its folder holds 'economies\.csv', 't"
    ):
        tables("economy,x\nAFG,1\n", indicator(source="u.csv:x"))


def test_a_source_without_column(tables):
    with pytest.raises(InputError, match=r"source 't\.csv' names no column; write table\.csv:column"):
        tables("economy,x\nAFG,1\n", indicator(source="t.csv"))


@pytest.mark.parametrize(
    ("economies", "message"),
    [
        ("bri_list66", r"economies\.csv: unknown column 'bri_list66'; .* did you mean 'bri_list6[45]'\?"),
        (["AFG", "ZZZ"], r"economies\.csv: unknown economy 'ZZZ'; known are"),
    ],
)
def test_unknown_economies(data, economies, message):
    with pytest.raises(InputError, match=message):
        read_economies(data / "raw", economies)


@pytest.mark.parametrize("years", [2018, ["2018"]])
def test_years_are_whole_numbers(data, framework, years):
    with pytest.raises(InputError, match="years"):
        be.read_panel(framework, data / "raw", economies=["AFG"], years=years)


def test_unknown_groups(data):
    with pytest.raises(InputError, match=r"economies\.csv: unknown column 'region'"):
        be.read_groups(data / "raw", "region")


def test_namibia_is_not_missing(tables, data):
    values, _ = tables("economy,year,x\nNAM,2018,4\n", economies=("NAM",))
    assert values.loc[("NAM", 2018), "x"] == 4
    assert read_economies(data / "raw", ["NAM"]) == ["NAM"]


def test_a_table_is_read_again_after_it_changed(tables):
    assert tables("economy,x\nAFG,1\n")[0]["x"].iloc[0] == 1
    assert tables("economy,x\nAFG,2\n")[0]["x"].iloc[0] == 2


def test_a_byte_order_mark_is_no_part_of_the_header(tables):
    assert tables("\ufeffeconomy,x\nAFG,1\n")[0]["x"].iloc[0] == 1
