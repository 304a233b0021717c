"""Every table of data/raw against data/datapackage.json, and the facts that the study takes from them."""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from pandas.api.types import is_numeric_dtype

DATA = Path(__file__).parents[1] / "data"
PACKAGE = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
RESOURCES = {resource["name"]: resource for resource in PACKAGE["resources"]}
FIELDS = {name: resource["schema"]["fields"] for name, resource in RESOURCES.items()}
DTYPES = {"string": "str", "integer": "Int64", "number": "float64"}
CHECKS = {"minimum": pa.Check.ge, "maximum": pa.Check.le, "enum": pa.Check.isin, "pattern": pa.Check.str_matches}
KEYS = ["economy", "year"]
EDITIONS = [2007, 2010, 2012, 2014, 2016, 2018, 2023]

each_table = pytest.mark.parametrize("name", RESOURCES)
each_field = pytest.mark.parametrize(
    "field", [pytest.param(f, id=f"{name}:{f['name']}") for name, fields in FIELDS.items() for f in fields]
)


@cache
def read(name: str) -> pd.DataFrame:
    return parse(DATA / RESOURCES[name]["path"], FIELDS[name])


def parse(path: Path, fields: list[dict]) -> pd.DataFrame:
    """Read a table with the types of its fields; a column with text among its numbers stays text."""
    text = {field["name"]: "str" for field in fields if field["type"] == "string"}
    table = pd.read_csv(path, keep_default_na=False, na_values=[""], dtype=text)
    numeric = [field for field in fields if field["name"] in table and is_numeric_dtype(table[field["name"]])]
    return table.astype({field["name"]: DTYPES[field["type"]] for field in numeric})


def schema(name: str) -> pa.DataFrameSchema:
    columns = {field["name"]: column(field) for field in FIELDS[name]}
    return pa.DataFrameSchema(columns, strict=True, ordered=True, unique=RESOURCES[name]["schema"]["primaryKey"])


def column(field: dict) -> pa.Column:
    limits = field.get("constraints", {})
    checks = [check(limits[limit]) for limit, check in CHECKS.items() if limit in limits]
    return pa.Column(DTYPES[field["type"]], checks, nullable=not limits.get("required", False))


def exceptions(name: str) -> list[tuple[str, dict, pd.Series]]:
    """Return column, exception and the rows that bear it."""
    table = read(name)
    return [
        (field["name"], odd, odd_rows(table, field["name"], odd))
        for field in FIELDS[name]
        for odd in field.get("exceptions", [])
    ]


def odd_rows(table: pd.DataFrame, column: str, odd: dict) -> pd.Series:
    return (table["economy"] == odd["economy"]) & (table["year"] == odd["year"]) & (table[column] == odd["value"])


def members(bri_list: str) -> set[str]:
    economies = read("economies")
    return set(economies.loc[economies[bri_list] == 1, "economy"])


def lpi(economy: str, year: int, column: str = "overall") -> float:
    return read("lpi").set_index(KEYS).loc[(economy, year), column]


# the dictionary


def test_every_file_has_an_entry_and_every_entry_a_file():
    assert {path.name for path in (DATA / "raw").iterdir()} == {f"{name}.csv" for name in RESOURCES}
    assert all(resource["path"] == f"raw/{name}.csv" for name, resource in RESOURCES.items())


@each_table
def test_columns_agree_in_name_and_order(name):
    header = (DATA / RESOURCES[name]["path"]).read_text(encoding="utf-8").partition("\n")[0]
    assert header.split(",") == [field["name"] for field in FIELDS[name]]


@each_table
def test_the_table_obeys_its_dictionary(name):
    table = read(name).copy()
    for column_name, _, rows in exceptions(name):
        table.loc[rows, column_name] = np.nan
    schema(name).validate(table)


@each_table
def test_each_exception_is_one_cell_outside_the_range(name):
    limits = {field["name"]: field.get("constraints", {}) for field in FIELDS[name]}
    for column_name, odd, rows in exceptions(name):
        assert rows.sum() == 1, odd
        assert not limits[column_name]["minimum"] <= odd["value"] <= limits[column_name]["maximum"], odd


@each_table
def test_files_are_plain_utf8_with_lf(name):
    content = (DATA / RESOURCES[name]["path"]).read_bytes()
    assert content.decode("utf-8").endswith("\n")
    assert b"\r" not in content
    assert not content.startswith(b"\xef\xbb\xbf")


@each_table
def test_each_table_states_sources_licences_and_key(name):
    resource = RESOURCES[name]
    for source in resource["sources"]:
        assert source["title"]
        assert {"columns", "publisher", "series", "licence", "vintage", "notes"} <= set(source)
    assert all(licence in PACKAGE["licenses"] for licence in resource["licenses"])
    assert resource["licenses"]
    assert resource["title"]
    assert resource["description"]
    assert resource["schema"]["missingValues"] == [""]
    assert set(resource["schema"]["primaryKey"]) <= {field["name"] for field in FIELDS[name]}


@each_field
def test_each_field_states_unit_and_origin(field):
    assert all(field[entry] for entry in ("description", "unit", "publisher", "licence", "vintage"))
    assert isinstance(field["series"], str)
    assert field["type"] in DTYPES


@each_field
def test_each_number_has_a_range(field):
    limits = field.get("constraints", {})
    assert set(limits) <= {"required", *CHECKS}
    if field["type"] != "string":
        assert "enum" in limits or limits["minimum"] < limits["maximum"]


@each_table
def test_economies_are_those_of_economies_csv(name):
    if "economy" in read(name):
        assert set(read(name)["economy"]) <= set(read("economies")["economy"])


REFUSED = {
    "a decimal moved right": (lambda t: t.assign(overall=t["overall"] * 10), "less_than_or_equal_to"),
    "a decimal moved left": (lambda t: t.assign(customs=t["customs"] / 10), "greater_than_or_equal_to"),
    "an empty cell": (lambda t: t.assign(overall=t["overall"].where(t.index > 0)), "non-nullable"),
    "the edition filed as 2022": (lambda t: t.assign(year=t["year"].replace(2023, 2022)), "isin"),
    "LPI 2.0 appended": (lambda t: t.assign(year=t["year"].replace(2023, 2026)), "isin"),
    "a code in small letters": (lambda t: t.assign(economy=t["economy"].str.lower()), "str_matches"),
    "a row twice": (lambda t: pd.concat([t, t.head(1)], ignore_index=True), "not unique"),
    "a column too few": (lambda t: t.drop(columns="overall"), "not in dataframe"),
    "a column too many": (lambda t: t.assign(rank=1), "not in DataFrameSchema"),
    "two columns exchanged": (lambda t: t[["year", "economy", *t.columns[2:]]], "out-of-order"),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_the_dictionary_refuses(fault):
    spoil, message = REFUSED[fault]
    with pytest.raises((pa.errors.SchemaError, pa.errors.SchemaErrors), match=message):
        schema("lpi").validate(spoil(read("lpi")))


@pytest.mark.parametrize("cell", ["..", "—", "NA", '"1,234"', "4.2\N{FULLWIDTH DIGIT ONE}", "3.6x"])
def test_text_among_numbers_is_refused(tmp_path, cell):
    lines = (DATA / "raw" / "lpi.csv").read_text(encoding="utf-8").splitlines()
    lines[1] = lines[1].rpartition(",")[0] + f",{cell}"
    (tmp_path / "lpi.csv").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(pa.errors.SchemaError, match="'timeliness' to have type float64"):
        schema("lpi").validate(parse(tmp_path / "lpi.csv", FIELDS["lpi"]))


# lists and regions


def test_sizes_of_the_lists():
    assert len(members("bri_list64")) == 64
    assert len(members("bri_list65")) == 65
    assert "CHN" not in members("bri_list64") | members("bri_list65")


def test_list65_is_list64_with_greece_and_cyprus_without_timor():
    assert members("bri_list65") == members("bri_list64") - {"TLS"} | {"GRC", "CYP"}


def test_regions_of_list65():
    economies = read("economies").query("bri_list65 == 1")
    assert economies["bri_region"].value_counts().to_dict() == {
        "East Asia": 1,
        "Southeast Asia": 10,
        "West Asia & North Africa": 18,
        "South Asia": 8,
        "Central Asia": 5,
        "CIS": 7,
        "Central & Eastern Europe": 16,
    }


def test_geography_of_list65():
    economies = read("economies").query("bri_list65 == 1")
    assert (economies["landlocked"] == 1).sum() == 19
    assert " ".join(economies.loc[economies["borders_china"] == 1, "economy"]) == (
        "AFG BTN IND KAZ KGZ LAO MMR MNG NPL PAK RUS TJK VNM"
    )
    assert (economies["income_group"] != "High income").sum() == 42


def test_former_yugoslavia_has_no_area():
    area = read("economies").set_index("economy")["area_km2"]
    assert area[["MNE", "SRB"]].isna().all()
    assert area[["BIH", "HRV", "MKD", "SVN"]].notna().all()


# logistics performance


@pytest.mark.parametrize(
    ("economy", "year", "published"),
    [
        ("SGP", 2007, 4.19),
        ("AFG", 2007, 1.21),
        ("DEU", 2010, 4.11),
        ("SGP", 2012, 4.13),
        ("DEU", 2014, 4.12),
        ("DEU", 2016, 4.23),
        ("DEU", 2018, 4.20),
        ("SGP", 2018, 4.00),
        ("CHN", 2018, 3.61),
        ("AFG", 2018, 1.95),
        ("SGP", 2023, 4.3),
        ("FIN", 2023, 4.2),
        ("CHN", 2023, 3.7),
    ],
)
def test_published_overall_scores(economy, year, published):
    assert round(lpi(economy, year), 1 if year == 2023 else 2) == published


def test_published_parts_of_germany_2018():
    parts = {"customs": 4.09, "infrastructure": 4.37, "international_shipments": 3.86, "logistics_competence": 4.31}
    parts |= {"tracking_tracing": 4.24, "timeliness": 4.39}
    assert {part: round(lpi("DEU", 2018, part), 2) for part in parts} == parts


def test_published_ranks_of_china():
    bounds = read("lpi_bounds").query("economy == 'CHN'").set_index("year")
    assert bounds["rank"].to_dict() == dict(zip(EDITIONS, [30, 27, 26, 28, 27, 26, 19], strict=True))


def test_the_seven_editions_and_no_other():
    assert sorted(read("lpi")["year"].unique()) == EDITIONS
    assert sorted(read("lpi_bounds")["year"].unique()) == EDITIONS


def test_edition_2023_alone_is_rounded_to_one_digit():
    scores = read("lpi").set_index(KEYS)
    rounded = scores.round(1).eq(scores).groupby("year").mean()
    assert (rounded.loc[2023] == 1).all()
    assert (rounded["overall"].drop(2023) == 0).all()


def test_bounds_bracket_the_overall_score():
    both = read("lpi")[[*KEYS, "overall"]].merge(read("lpi_bounds"), on=KEYS, validate="1:1")
    assert len(both) == len(read("lpi")) == len(read("lpi_bounds"))
    survey = both[both["year"] != 2023]
    assert (survey["lower"] <= survey["overall"]).all()
    assert (survey["overall"] <= survey["upper"]).all()
    assert both.loc[both["year"] == 2023, ["lower", "upper"]].isna().all(axis=None)


# other tables


def test_two_methods_of_doing_business_keep_to_their_years():
    table = read("border_compliance").set_index(KEYS)
    years = {
        pattern: set(table.filter(regex=pattern).dropna(how="all").index.get_level_values("year"))
        for pattern in ("_hours$|_usd$", "_days$|^(import|export)_documents$")
    }
    assert list(years.values()) == [set(range(2014, 2020)), set(range(2005, 2015))]


def test_structural_zeros_of_list65():
    listed = set(
        read("shipping").dropna(subset=["liner_connectivity_2023q1", "container_teu_unctad"], how="all")["economy"]
    )
    economies = read("economies").query("bri_list65 == 1 and landlocked == 1")
    assert set(economies["economy"]) & listed == {"MDA"}
    assert len(set(economies["economy"]) - listed) == 18


def test_china_trade_has_list64_and_lacks_the_exports_of_2021():
    table = read("trade_china")
    assert set(table["economy"]) == set(read("parcel_chapters")["economy"]) == members("bri_list64")
    missing = table[table["year"] >= 2007].groupby("year")["china_exports_usd"].apply(lambda cells: cells.isna().sum())
    assert missing[2021] == 64
    assert (missing.drop(2021) == 0).all()


@pytest.mark.parametrize("flow", ["exports", "imports"])
def test_each_trade_figure_names_its_source(flow):
    table = read("trade_china")
    assert table[f"china_{flow}_usd"].notna().equals(table[f"{flow}_source"].notna())


def test_the_two_blank_export_cells_of_the_parcel_chapters():
    table = read("parcel_chapters")
    blank = table[table["china_exports_usd"].isna()]
    cells = set(blank[["economy", "year", "hs_chapter"]].itertuples(index=False, name=None))
    assert cells == {("ARM", 2010, 91), ("BTN", 2014, 33)}


def test_events_to_verify():
    events = read("policy_events")
    assert (events["status"] == "verify").sum() == 41
    assert events["event"].value_counts()[["bri_mou", "ecommerce_mou"]].tolist() == [13, 5]


# derived columns


@pytest.fixture(scope="module")
def fresh():
    spec = importlib.util.spec_from_file_location("derive", DATA / "derive.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.derive()


@pytest.fixture(scope="module")
def stored():
    return read("derived").astype({"year": "int64"}).set_index(KEYS)


def test_derived_csv_is_what_the_script_gives(stored, fresh):
    pd.testing.assert_frame_equal(stored, fresh, check_exact=False, rtol=1e-9, atol=0)
    assert stored.index.is_monotonic_increasing
    assert stored.notna().any(axis=1).all()


def test_derived_csv_has_at_most_ten_digits():
    table = pd.read_csv(DATA / "raw" / "derived.csv", dtype=str, keep_default_na=False)
    cells = table.melt(id_vars=KEYS)["value"]
    assert cells.str.fullmatch(r"(\d+(\.\d+)?)?").all()
    digits = cells.str.strip("0").str.replace(".", "").str.strip("0")
    assert digits.str.len().max() <= 10


def test_import_cost_adds_border_and_documents(stored):
    assert stored.loc[("ZWE", 2019), "import_cost_usd"] == 561.7 + 150
    assert stored["import_cost_usd"].count() == 1128


def test_mode_diversity_covers_64_and_62_in_2018(stored):
    diversity = stored["mode_diversity"].dropna().reset_index("year")
    assert set(diversity["year"]) == {2018}
    assert members("bri_list65") - set(diversity.index) == {"PSE"}
    assert members("bri_list64") - set(diversity.index) == {"PSE", "TLS"}


@pytest.mark.parametrize(
    ("economy", "modes"),
    [
        ("VNM", 4),
        ("POL", 3),
        ("MNG", 3),  # landlocked: air, rail and the border
        ("MDA", 3),  # landlocked, yet sea by the Danube
        ("SGP", 2),  # unknown rail counts as absent
        ("MDV", 2),  # air last seen in 2009
        ("CHN", 3),  # unknown border
        ("ARM", 1),  # rail alone
    ],
)
def test_mode_diversity_by_hand(stored, economy, modes):
    assert stored.loc[(economy, 2018), "mode_diversity"] == pytest.approx(np.log(modes) / np.log(4), rel=1e-9)


@pytest.mark.parametrize(("basket", "low", "high"), [("core", 0.16, 0.17), ("wide", 0.38, 0.39)])
def test_shares_of_the_parcel_baskets_in_total_exports(stored, basket, low, high):
    exports = read("trade_china").astype({"year": "int64"}).set_index(KEYS)["china_exports_usd"]
    parcels = stored[f"parcel_{basket}_usd"].dropna()
    assert parcels.groupby("year").count().to_dict() == dict.fromkeys([2010, 2012, 2014, 2015], 64)
    yearly = parcels.groupby("year").sum() / exports.reindex(parcels.index).groupby("year").sum()
    assert low <= parcels.sum() / exports.reindex(parcels.index).sum() <= high
    assert set(yearly.round(2)) <= {low, high}


def test_wide_basket_contains_the_core(stored):
    parcels = stored[["parcel_core_usd", "parcel_wide_usd"]].dropna(how="all")
    assert (parcels["parcel_core_usd"] < parcels["parcel_wide_usd"]).all()
