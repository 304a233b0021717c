"""Links and corridors."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from bri_eval.analysis.routes import (
    CORRIDORS,
    LINKS,
    corridors_of,
    has_places,
    link_of,
    link_table,
    network_cells,
    network_of,
)
from bri_eval.checks import InputError
from bri_eval.framework import Indicator


@pytest.mark.parametrize(
    ("tags", "link"),
    [
        ({"stage": "international"}, "transport"),
        ({"stage": "destination"}, "delivery"),
        ({"stage": "destination", "link": "import_clearance"}, "import_clearance"),
        ({"flow": "capital"}, ""),
    ],
)
def test_the_link_of_an_indicator(tags, link):
    assert link_of(Indicator(code="x", parent="g", tags=tags)) == link


def test_an_unknown_stage_is_named():
    with pytest.raises(InputError, match=r"unknown stage 'destnation'; .*did you mean 'destination'"):
        link_of(Indicator(code="x", parent="g", tags={"stage": "destnation"}))


def test_every_indicator_of_the_shipped_frameworks_has_a_link(framework, full_framework):
    for tree in (framework, full_framework):
        assert {link_of(indicator) for indicator in tree.indicators} == {"transport", "import_clearance", "delivery"}
    cleared = [i.code for i in full_framework.indicators if link_of(i) == "import_clearance"]
    assert cleared == ["lpi_customs", "import_time_border", "import_time_documents", "import_cost"]


def test_hours_and_cost_by_another_way(data):
    table = link_table(data / "raw", "bri_list65", year=2018)
    raw = pd.read_csv(data / "raw" / "border_compliance.csv").query("year == 2018").set_index("economy")
    listed = pd.read_csv(data / "raw" / "economies.csv").query("bri_list65 == 1")["economy"]
    own = raw.loc["CHN"]
    assert (
        table.loc["export_clearance", "hours"] == own["export_time_border_hours"] + own["export_time_documents_hours"]
    )
    seen = raw.reindex(listed)
    hours = (seen["import_time_border_hours"] + seen["import_time_documents_hours"]).dropna()
    costs = (seen["import_cost_border_usd"] + seen["import_cost_documents_usd"]).dropna()
    assert table.loc["import_clearance", "hours"] == pytest.approx(hours.median(), abs=1e-12) == 70.5
    assert table.loc["import_clearance", "cost_usd"] == pytest.approx(costs.median(), abs=1e-12)
    assert table.loc["import_clearance", "economies"] == len(hours) == 63


def test_what_no_series_measures_is_missing(data):
    table = link_table(data / "raw", "bri_list65", year=2018)
    assert table.index.tolist() == list(LINKS)
    blank = table.loc[["collection", "transport", "delivery"]]
    assert blank[["hours", "cost_usd"]].isna().all(axis=None)
    assert set(blank["note"]) == {"no open series"}


def test_a_year_without_hours_is_named(data):
    with pytest.raises(InputError, match=r"border_compliance.csv:export_time_border_hours has no value of 2023"):
        link_table(data / "raw", "bri_list65", year=2023)


def test_corridors_are_those_of_the_official_texts(data):
    """study.md, section 7."""
    expected = {
        "NELB": "KAZ RUS BLR POL",
        "CMREC": "MNG RUS",
        "CCAWAEC": "KAZ KGZ TJK UZB TKM IRN TUR",
        "CICPEC": "VNM LAO KHM THA MMR SGP MYS",
        "CPEC": "PAK",
        "BCIMEC": "BGD IND MMR",
    }
    found = corridors_of(data / "raw")
    assert list(found) == list(CORRIDORS)
    assert {code: set(row) for code, row in found.items()} == {code: set(row.split()) for code, row in expected.items()}


def test_an_unknown_corridor_is_named(write):
    folder = write("economies.csv", "economy,bri_list65,corridors\nAFG,1,CPEK\n").parent
    with pytest.raises(InputError, match=r"unknown corridor 'CPEK'; .*did you mean 'CPEC'"):
        corridors_of(folder)


def test_places_are_known_before_they_are_drawn(framework, full_framework, tree):
    assert has_places(framework)
    assert has_places(full_framework)
    assert not has_places(tree)
    odd = replace(framework.indicators[0], tags={"stage": "home", "flow": "information"})
    assert not has_places(replace(framework, indicators=(odd, *framework.indicators[1:])))


@pytest.mark.parametrize(
    ("tags", "network"),
    [
        ({"flow": "capital"}, "operation"),
        ({"flow": "logistics"}, "transport"),
        ({"flow": "information", "network": "operation"}, "operation"),
        ({}, ""),
    ],
)
def test_the_network_of_an_indicator(tags, network):
    assert network_of(Indicator(code="x", parent="g", tags=tags)) == network


def test_cells_hold_every_indicator_once(full_framework):
    cells = network_cells(full_framework)
    assert sorted(code for codes in cells.values() for code in codes) == sorted(full_framework.codes)
    assert cells["information", "import_clearance"] == ["import_time_documents"]
