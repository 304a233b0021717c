"""Tables of mode choice, against the records that they are made from."""

from __future__ import annotations

import decided
import pandas as pd
import pytest

from bri_eval.modes.catalogue import ILLUSTRATIVE
from bri_eval.report import mode_tables
from bri_eval.report.exhibits import WRITERS, as_markdown

CODES = [
    "mode_cards", "goods_segments", "mode_merchants", "mode_criteria", "mode_recommended", "mode_counts",
    "mode_dropped",
    "mode_break_even", "mode_break_even_cells", "mode_cost_time", "mode_planned", "mix_plans", "mix_shares",
    "mix_everywhere", "mix_trade_off", "mix_single", "mix_budget", "mix_front", "mix_pooling", "mix_coalitions",
]  # fmt: skip


@pytest.fixture(scope="module")
def made():
    return decided.small()


@pytest.fixture(scope="module")
def exhibits(made):
    return {one.code: one for one in mode_tables.mode_exhibits(made, decided.NAMES)}


def test_every_exhibit_is_made(exhibits):
    assert list(exhibits) == CODES


@pytest.mark.parametrize("code", CODES)
def test_every_exhibit_is_written_and_labelled(exhibits, code):
    exhibit = exhibits[code]
    assert all(len(write(exhibit)) for write in WRITERS.values())
    if code != "mode_criteria":  # judgements, not cards
        assert exhibit.title.endswith("(illustrative)")
        assert ILLUSTRATIVE in exhibit.notes


def test_recommendations_are_those_of_the_middle_merchant(made, exhibits):
    table = exhibits["mode_recommended"].table.set_index("economy")
    assert table.loc["RUS", "name"] == "Russia"
    assert table.loc["TJK", "agri_food"] == "none"
    assert table.loc["POL", "light_low_value"] == "Postal small parcel"
    row = made.choice.recommended.loc[("THA", "apparel")]
    assert table.loc["THA", "apparel: margin"] == pytest.approx(row["margin"])
    assert table.loc["THA", "apparel: beside"] == "Dedicated line"
    assert as_markdown(exhibits["mode_recommended"]).splitlines()[2].startswith("| Name | Light, low value |")


def test_counts_add_up_to_the_partners(exhibits):
    table = exhibits["mode_counts"].table
    assert len(table) == 18
    assert (table.drop(columns=["merchant", "segment", "agree"]).sum(axis=1) == 6).all()
    assert "high_speed_rail" not in table


def test_reasons_count_cells(made, exhibits):
    table = exhibits["mode_dropped"].table.set_index("rule")
    assert table.loc["planned, switched off", "high_speed_rail"] == 36
    assert table.loc["goods not carried", "postal"] == 6  # regulated goods, one cell per partner
    assert table.loc["too light or too heavy", "china_europe_rail"] == 6 * 4
    assert table.loc["no land border with China", "border_warehouse"] == 3 * 6  # POL, SGP, THA
    assert table.loc["goods not carried", "example"] == "does not carry 'regulated' goods"


def test_break_evens_are_summed_up(made, exhibits):
    table = exhibits["mode_break_even"].table.set_index(["quantity", "segment"])
    found = made.break_evens["cost"].xs("apparel", level="segment").dropna(subset="break_even")
    row = table.loc[("cost", "Apparel")]
    assert (row["cells"], row["reached"]) == (6, len(found))
    assert row["median"] == pytest.approx(found["change"].median())
    assert row["nearest"] == "Thailand: dedicated line instead of international express, 17 % less"
    cells = exhibits["mode_break_even_cells"].table
    assert len(cells) == sum(one["current"].notna().sum() for one in made.break_evens.values())
    assert table.loc[("time", "Light, low value"), "nearest"] == ""


def test_planned_modes_list_each_partner_once_at_its_highest_value(made, exhibits):
    table = exhibits["mode_planned"].table
    best = made.planned["break_even"].groupby(level="economy").max().dropna().sort_values(ascending=False)
    assert table["economy"].tolist() == best.index.tolist()
    assert table["break_even"].tolist() == pytest.approx(best.tolist())
    assert (table["current"] == 2_000_000).all()


def test_cost_and_time_flags(exhibits):
    table = exhibits["mode_cost_time"].table.set_index(["economy", "segment", "mode"])
    post = table.loc[("RUS", "Light, low value", "Postal small parcel")]
    assert post[["cheapest", "fastest", "efficient"]].tolist() == ["yes", "", "yes"]
    assert table.loc[("RUS", "Light, low value", "Border warehouse"), "efficient"] == ""


def test_a_catalogue_without_planned_modes_has_no_table_of_them(made):
    from dataclasses import replace

    bare = replace(made, planned=pd.DataFrame())
    assert "mode_planned" not in [one.code for one in mode_tables.mode_exhibits(bare, decided.NAMES)]
