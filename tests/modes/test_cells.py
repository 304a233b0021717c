"""Costs by hand, cards fitted to partners, and the claim that no mode is both cheapest and fastest."""

from __future__ import annotations

from dataclasses import replace

import pytest
from catalogues import GOODS, QUICK, RAW, SLOW, STORE, index_of, shipped, tables, tiny

from bri_eval.checks import InputError
from bri_eval.modes.catalogue import Demand
from bri_eval.modes.cells import cell_table, full_unit_cost, unit_cost

INDEX = index_of(
    {
        "lpi_customs": {"ARE": 4.0, "RUS": 2.0, "VNM": float("nan")},
        "lpi_competence": {"ARE": 4.0, "RUS": 2.0, "VNM": 3.0},
        "lpi_tracking": {"ARE": 4.0, "RUS": 3.0, "VNM": 3.0},
        "political_stability": {"ARE": 0.5, "RUS": -2.5, "VNM": 2.5},
    }
)
ALL = ("clearance_days", "loss_by_quality", "exposure_by_stability")


@pytest.mark.parametrize(
    ("mode", "segment", "expected"),
    [
        ("postal", "light_low_value", (2 + 8 * 0.4) * (1 + 1.5 * 0.05 * 0.9)),
        ("express", "regulated", 1.5 * (8 + 30 * 0.5) * (1 + 1.5 * 0.05 * 0.6)),
        ("express", "apparel", (8 + 30 * 0.6) * (1 + 1.5 * 0.25 * 0.6)),
        ("overseas_warehouse", "bulky_fragile", (5 + 5 * 15) * (1 + 1.5 * 0.10 * 0.1)),
        ("rail_sea", "agri_food", (5 + 3 * 20) * (1 + 1.5 * 0.02 * 0.8)),
    ],
)
def test_unit_cost_by_hand(mode, segment, expected):
    """The formula of study.md 4.1."""
    found = unit_cost(shipped().mode(mode), shipped().segment(segment), shipped().return_cost)
    assert found == pytest.approx(expected, rel=1e-14)


def test_two_surcharges_multiply():
    mode, goods = replace(SLOW, surcharge={"glass": 1.5, "acid": 2.0}), replace(GOODS, goods=("acid", "glass"))
    assert unit_cost(mode, goods, 0.0) == 30.0


def test_full_unit_cost_spreads_the_fixed_cost():
    assert full_unit_cost(STORE, GOODS, 0.0, 100.0) == 18.0
    assert full_unit_cost(SLOW, GOODS, 0.0, 0.0) == 10.0
    assert full_unit_cost(STORE, GOODS, 0.0, 0.0) == float("inf")


def test_cells_by_hand(tmp_path):
    catalogue = tiny(
        income_factors={"High income": 1.2, "Low income": 0.6}, demand=Demand(rule="given", scale={"RUS": 2, "AFG": 1})
    )
    found = cell_table(catalogue, tables(tmp_path), economies=["RUS", "AFG"])
    row = found.loc[("RUS", "goods", "store")]
    assert row.to_dict() == pytest.approx(
        {
            "unit_cost": 8.0,
            "full_unit_cost": 8.0 + 1000 / 200,
            "days": 2.0,
            "loss": 0.01,
            "return_ease": 0.9,
            "coverage": 0.9,
            "exposure": 0.5,
            "fixed": 1000.0,
            "parcels": 200.0,
            "partner_parcels": 200.0,
            "value": 100.0,
            "cost_limit": 0.24,
            "target_days": 10.0,
            "loss_tolerance": 0.02,
        },
        rel=1e-14,
    )
    assert found.loc[("AFG", "goods", "store"), "full_unit_cost"] == 18.0
    assert found.loc[("AFG", "goods", "store"), "cost_limit"] == pytest.approx(0.12, rel=1e-14)


def test_the_fixed_cost_is_spread_over_all_segments_of_the_partner_whichever_are_asked_for(tmp_path):
    catalogue = tiny(segments=(GOODS, replace(GOODS, code="more", parcels=150.0)))
    one = cell_table(catalogue, tables(tmp_path), economies=["RUS"], segments=["more"])
    both = cell_table(catalogue, tmp_path, economies=["RUS"])
    assert one.loc[("RUS", "more", "store"), "full_unit_cost"] == 8.0 + 1000 / 250
    assert one.equals(both.loc[one.index])


def test_cards_are_fitted_to_partners(tmp_path):
    catalogue = tiny(modes=(replace(STORE, modifiers=ALL), QUICK), modifiers={"clearance_days": {"per_point": 0.5}})
    found = cell_table(catalogue, tables(tmp_path), economies=["ARE", "RUS", "VNM"], evaluation=INDEX, year=2018)
    store = found.xs("store", level="mode").droplevel("segment")
    assert store["days"].tolist()[:2] == [1.5, 2.5]
    assert store["loss"].tolist() == pytest.approx([0.0075, 0.012, 0.01], rel=1e-14)
    assert store["exposure"].tolist() == pytest.approx([0.2, 0.5, 0.0], rel=1e-14)
    assert store["days"].isna().tolist() == [False, False, True]
    quick = found.xs("quick", level="mode")
    assert quick["days"].tolist() == [4.0] * 3  # a mode without modifiers keeps its card


def test_coverage_from_a_column_of_the_user(tmp_path):
    folder = tables(tmp_path, post="economy,year,reach\nARE,2018,80\nRUS,2018,95\nRUS,2017,20\n")
    catalogue = tiny(modes=(replace(SLOW, coverage_source="post.csv:reach", coverage_scale=0.01), QUICK))
    found = cell_table(catalogue, folder, economies=["RUS", "ARE", "VNM"], evaluation=INDEX, year=2018)
    slow = found.xs("slow", level="mode")["coverage"]
    assert slow.tolist()[:2] == pytest.approx([0.95, 0.8], rel=1e-14)
    assert slow.isna().tolist() == [False, False, True]
    tables(tmp_path, post="economy,reach\nARE,180\n")
    with pytest.raises(InputError, match=r"mode 'slow' has coverage 1.8 in 'ARE' after its country modifiers"):
        cell_table(catalogue, folder, economies=["ARE"])


def test_messages(tmp_path):
    folder, fitted = tables(tmp_path), tiny(modes=(replace(STORE, modifiers=ALL),))
    with pytest.raises(
        InputError, match=r"modifier 'clearance_days' needs 'lpi_customs', which index.toml does not have"
    ):
        cell_table(fitted, folder, economies=["ARE"], evaluation=index_of({"a": {"ARE": 1.0}}), year=2018)
    with pytest.raises(InputError, match="year is 2019; the index has '2018'"):
        cell_table(fitted, folder, economies=["ARE"], evaluation=INDEX, year=2019)
    slow_customs = replace(fitted, modifiers={"clearance_days": {"per_point": 2.0}})
    with pytest.raises(InputError, match="mode 'store' has days 0 in 'ARE' after its country modifiers; expected days"):
        cell_table(slow_customs, folder, economies=["ARE"], evaluation=INDEX, year=2018)
    poor = tiny(income_factors={"Low income": 0.6})
    with pytest.raises(InputError, match="income_factors of 'RUS': unknown income group 'High income'"):
        cell_table(poor, folder, economies=["RUS"])


def test_shipped_cards_move_little_and_the_right_way(evaluation):
    found = cell_table(shipped(), RAW, economies=["SGP", "AFG"], evaluation=evaluation, year=2018)
    card = {mode.code: mode for mode in shipped().modes}
    for economy, sign in (("SGP", 1), ("AFG", -1)):
        for code, row in found.loc[economy].xs("apparel", level="segment").iterrows():
            assert sign * (card[code].days - row["days"]) >= 0
            assert sign * (card[code].loss - row["loss"]) > 0
            assert abs(card[code].days - row["days"]) < 3
    # LPI 2018, customs: SGP 3.8941, AFG 1.73
    days = found["days"].xs("express", level="mode").xs("apparel", level="segment")
    customs = evaluation.panel["lpi_customs"].xs(2018, level="year")
    assert days.tolist() == pytest.approx([5 + 1.5 * (3 - customs[e]) for e in ("SGP", "AFG")], rel=1e-14)


def test_tau_is_multiplied_by_the_factor_of_the_income_group():
    found = cell_table(shipped(), RAW, economies=["AFG", "UZB", "THA", "RUS"])["cost_limit"]
    limits = found.xs("express", level="mode").xs("light_low_value", level="segment")
    assert limits[["AFG", "UZB", "THA", "RUS"]].tolist() == pytest.approx([0.15, 0.2, 0.25, 0.3], rel=1e-14)
