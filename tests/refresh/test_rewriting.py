"""New texts of tables and dictionary: the changed cells and vintages, and every other byte."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_tables import WDI

from bri_eval.checks import InputError
from bri_eval.refresh.comparisons import Change, Comparison
from bri_eval.refresh.declarations import read_columns
from bri_eval.refresh.refresh import Refresh
from bri_eval.refresh.rewriting import _cells, refreshed_files


def found(dictionary, **changes: list[tuple[str, int, str]]) -> Refresh:
    """Give a refresh with changes such as gdp=[("AFG", 2018, "1")]; a refusal is a text."""
    comparisons = []
    for column in read_columns(dictionary):
        told = changes.get(column.name, [])
        cells = tuple(Change(economy=e, year=y, was="1", now=now) for e, y, now in told if told)
        comparisons.append(Comparison(column=column, updated="2026-10-01", changes=cells, same=6 - len(cells)))
    return Refresh(dictionary=dictionary, comparisons=tuple(comparisons))


def texts(dictionary, **changes) -> dict[str, str]:
    return {path.name: text for path, text in refreshed_files(found(dictionary, **changes)).items()}


def document(text: str, table: int) -> tuple[dict[str, str], list[tuple[str, str, str]]]:
    """Return the vintages of a table's fields and its sources."""
    resource = json.loads(text)["resources"][table]
    vintages = {field["name"]: field["vintage"] for field in resource["schema"]["fields"]}
    return vintages, [(one["columns"], one["series"], one["vintage"]) for one in resource["sources"]]


def test_nothing_changed_is_nothing_to_write(dictionary):
    assert refreshed_files(found(dictionary)) == {}


def test_the_dictionary_comes_before_the_tables(dictionary):
    changes = {"gdp": [("AFG", 2018, "18000000000")], "voice": [("AFG", 2018, "-1")]}
    assert list(texts(dictionary, **changes)) == ["datapackage.json", "wdi.csv", "wgi.csv"]


def test_only_the_changed_cells_change(dictionary):
    changes = {
        "gdp": [("AFG", 2018, "18000000000"), ("XKX", 2017, "7180765000"), ("ALB", 2017, "")],
        "people": [("XKX", 2018, "1797086")],
    }
    assert texts(dictionary, **changes)["wdi.csv"] == (
        WDI.replace("18053220000", "18000000000")
        .replace("1791000,,,0.5", "1791000,,7180765000,0.5")
        .replace("13019730000", "")
        .replace("1797085", "1797086")
    )


LAYOUTS = {
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "no last line end": lambda text: text.removesuffix("\n"),
    "a byte-order mark": lambda text: f"\ufeff{text}",
    "quoted keys": lambda text: text.replace("AFG,2018", '"AFG","2018"'),
    "blanks": lambda text: text.replace("AFG,2018", "AFG , 2018"),
    "a year as 2018.0": lambda text: text.replace("AFG,2018", "AFG,2018.0"),
    "other rows first": lambda text: "\n".join([*text.split("\n")[:1], *reversed(text.split("\n")[1:-1]), ""]),
    "a doubled quote": lambda text: text.replace("first", '"the ""first"", so"'),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_layout_of_a_table_stays(dictionary, layout):
    laid_out = LAYOUTS[layout](WDI)
    path = dictionary.parent / "raw" / "wdi.csv"
    path.write_bytes(laid_out.encode("utf-8"))
    files = texts(dictionary, gdp=[("AFG", 2018, "18000000000")])
    assert files["wdi.csv"].encode("utf-8") == laid_out.replace("18053220000", "18000000000").encode("utf-8")


def test_a_table_whose_rows_are_not_lines(dictionary):
    path = dictionary.parent / "raw" / "wdi.csv"
    path.write_text(WDI.replace("AFG,2017,35643420,first", 'AFG,2017,35643420,"a\nb"'), encoding="utf-8")
    with pytest.raises(InputError, match=r"wdi\.csv: row 2 has a quoted line break; write the cell on one line"):
        texts(dictionary, gdp=[("AFG", 2018, "1")])


@given(st.lists(st.text("é .0-\t\u2028", max_size=4), min_size=1, max_size=5))
def test_cells_joined_again_are_the_line(cells):
    line = ",".join([*cells, '"a, ""b"""', ""])
    assert _cells(line, None, 1) == [*cells, '"a, ""b"""', ""]


# the dictionary


def test_the_vintage_of_a_column_moves_it_to_a_source_of_its_own(dictionary):
    text = texts(dictionary, gdp=[("AFG", 2018, "1")])["datapackage.json"]
    vintages, sources = document(text, 0)
    keys = dict.fromkeys(("economy", "year", "people", "note", "growth"), "March 2026")
    assert vintages == keys | {"gdp": "2026-10-01"}
    assert sources == [
        ("people growth", "SP.POP.TOTL NY.GDP.DEFL.KD.ZG", "March 2026"),
        ("gdp", "NY.GDP.MKTP.CD", "2026-10-01"),
        ("note", "", "March 2026"),
    ]


def test_all_columns_of_a_source_leave_none_behind(dictionary):
    changes = {name: [("AFG", 2018, "1")] for name in ("people", "gdp", "growth")}
    _, sources = document(texts(dictionary, **changes)["datapackage.json"], 0)
    assert sorted(sources) == [
        ("gdp", "NY.GDP.MKTP.CD", "2026-10-01"),
        ("growth", "NY.GDP.DEFL.KD.ZG", "2026-10-01"),
        ("note", "", "March 2026"),
        ("people", "SP.POP.TOTL", "2026-10-01"),
    ]


def test_a_table_of_one_vintage_has_one_vintage_after_it(dictionary):
    vintages, sources = document(texts(dictionary, voice=[("AFG", 2018, "-1")])["datapackage.json"], 1)
    assert set(vintages.values()) == {"2026-10-01"}
    assert sources == [("all", "GOV_WGI_RL.EST GOV_WGI_VA.EST", "2026-10-01")]


@pytest.mark.parametrize("indent", [1, 2, 4, None])
def test_the_layout_of_the_dictionary_stays(dictionary, indent):
    before = json.dumps(json.loads(dictionary.read_text(encoding="utf-8")), indent=indent, ensure_ascii=False)
    dictionary.write_text(before, encoding="utf-8")
    after = texts(dictionary, voice=[("AFG", 2018, "-1")])["datapackage.json"]
    assert after.replace("2026-10-01", "March 2026") == before
