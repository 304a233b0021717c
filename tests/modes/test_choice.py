"""Recommendations: a case by hand, the paper's claims on the shipped data, invariances, what is left out and why."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from catalogues import ASEAN, GOODS, PLAIN, QUICK, RAW, SHOP, SLOW, STORE, index_of, shipped, tables, tiny

import bri_eval as be
from bri_eval.checks import InputError
from bri_eval.modes.catalogue import ILLUSTRATIVE, Demand, Interpolation, switch_on
from bri_eval.modes.cells import CARD
from bri_eval.modes.choice import mode_choice
from bri_eval.modes.preferences import CRITERIA

SOME = ["RUS", "THA", "POL", "LAO", "AFG", "ARE", "BTN"]


@pytest.fixture(scope="module")
def everywhere(evaluation):
    """Choices of the three merchants over all partners."""
    return {
        merchant.code: mode_choice(shipped(), RAW, evaluation, merchant=merchant.code, year=2018)
        for merchant in shipped().merchants
    }


def test_a_choice_by_hand(tmp_path):
    """Scores as in test_scoring: quick .64496, store .57623, slow .46769; geometric 67.4, 65.4, 49.6."""
    found = mode_choice(tiny(), tables(tmp_path), PLAIN, merchant="shop", year=2018)
    assert found.table["score"].round(5).tolist() == [0.46769, 0.64496, 0.57623] * 2
    assert found.table["rank"].tolist() == [3, 1, 2] * 2
    row = found.recommended.loc[("RUS", "goods")]
    assert row[["mode", "second", "feasible", "beside"]].tolist() == ["quick", "store", 3, "quick"]
    assert round(row["margin"], 5) == 0.06873
    scaled = np.array([[0.25, 0.8, 0.75, 0.6, 1, 1], [0.55, 0.9, 0.75, 0.9, 0.9, 0.25]])
    beside = found.table.loc[("RUS", "goods"), "score_beside"].loc[["quick", "store"]]
    np.testing.assert_allclose(beside, np.prod(1 + 99 * scaled, axis=1) ** (1 / 6), rtol=1e-12)
    assert found.dropped.empty
    assert found.left_out.empty


def test_infeasible_modes_are_dropped_before_scoring_and_listed(tmp_path):
    three = tiny(modes=(SLOW, replace(QUICK, rules=("border_with_china",)), STORE))
    found = mode_choice(three, tables(tmp_path), PLAIN, merchant="shop", year=2018)
    two = mode_choice(tiny(modes=(SLOW, STORE)), tmp_path, PLAIN, merchant="shop", year=2018)
    assert found.dropped.index.tolist() == [("ARE", "goods", "quick")]
    assert found.dropped["reason"].tolist() == ["no land border with China"]
    assert found.table["score"]["ARE"].tolist() == two.table["score"]["ARE"].tolist()


def test_cells_of_one_mode_and_of_none(tmp_path):
    modes = (replace(SLOW, rules=("border_with_china",)), replace(QUICK, max_kg=0.5))
    found = mode_choice(tiny(modes=modes), tables(tmp_path), PLAIN, merchant="shop", year=2018).recommended
    assert found.loc[("RUS", "goods"), ["mode", "second", "feasible", "beside"]].tolist() == ["slow", "", 1, "slow"]
    assert found.loc[("ARE", "goods"), ["mode", "second", "feasible", "beside"]].tolist() == ["", "", 0, ""]
    assert found["margin"].isna().all()


def test_no_cell_with_a_mode_at_all(tmp_path):
    found = mode_choice(tiny(modes=(replace(QUICK, max_kg=0.5),)), tables(tmp_path), PLAIN, merchant="shop", year=2018)
    assert found.table.empty
    assert found.recommended["mode"].tolist() == ["", ""]
    assert "Cells without any mode: 2 of 2." in found.conventions
    assert "Beside it" not in " ".join(found.conventions)


def test_two_equal_modes_share_the_lead(tmp_path):
    twin = replace(QUICK, code="twin")
    found = mode_choice(tiny(modes=(SLOW, twin, QUICK)), tables(tmp_path), PLAIN, merchant="shop", year=2018)
    assert found.table["rank"]["RUS"].tolist() == [3, 1, 1]
    assert found.recommended.loc[("RUS", "goods"), ["mode", "second", "margin"]].tolist() == ["twin", "quick", 0.0]


def test_the_merchant_decides_what_capital_costs(tmp_path):
    rich = replace(SHOP, code="rich", budget=1e6, risk_limit=1e6)
    found = mode_choice(tiny(merchants=(SHOP, rich)), tables(tmp_path), PLAIN, merchant="rich", year=2018)
    assert found.recommended["mode"].tolist() == ["store", "store"]


# the claims of the paper


def test_no_single_mode_is_best_everywhere_and_at_least_four_lead_somewhere(everywhere):
    """Ids 43 and 49: more than one best mode over all cells."""
    for found in everywhere.values():
        assert len(set(found.recommended["mode"]) - {""}) >= 4
        assert len(set(found.recommended["beside"]) - {""}) >= 4
    leads = {code: set(found.recommended["mode"]) - {""} for code, found in everywhere.items()}
    common = {"postal", "express", "dedicated_line", "china_europe_rail", "rail_sea"}
    assert leads == {"micro": common, "sme": common | {"overseas_warehouse"}, "large": common | {"overseas_warehouse"}}


def test_bulk_agricultural_goods_to_asean_go_by_rail_sea_and_not_by_post(everywhere):
    """Id 48: small-parcel modes are unsuited, lines are."""
    for found in everywhere.values():
        food = found.recommended.xs("agri_food", level="segment").reindex(ASEAN)
        assert set(food["mode"]) == {"rail_sea", ""}
        post = found.dropped["reason"].xs("agri_food", level="segment").xs("postal", level="mode")
        assert post[list(ASEAN)].str.startswith("20 kg, carries to 2 kg").all()
    kept = everywhere["sme"].recommended.xs("agri_food", level="segment").reindex(ASEAN)["mode"]
    assert set(kept.index[kept == "rail_sea"]) == {"IDN", "MYS", "PHL", "SGP", "THA", "VNM"}


def test_post_would_come_after_rail_sea_and_the_line_even_if_it_carried_twenty_kilograms(evaluation):
    modes = tuple(replace(m, max_kg=30.0) if m.code == "postal" else m for m in shipped().modes)
    dear = tuple(replace(s, value=1000.0) if s.code == "agri_food" else s for s in shipped().segments)
    found = mode_choice(
        replace(shipped(), modes=modes, segments=dear),
        RAW,
        evaluation,
        merchant="sme",
        year=2018,
        economies=list(ASEAN),
        segments=["agri_food"],
    )
    ranks = {mode: found.table["rank"].xs(mode, level="mode") for mode in ("rail_sea", "dedicated_line", "postal")}
    better = pd.concat([ranks["rail_sea"], ranks["dedicated_line"]], axis=1).min(axis=1)
    assert (better < ranks["postal"].drop(index="LAO")).loc[lambda at: at.index != "LAO"].all()


def test_light_goods_of_low_value_go_by_post(everywhere):
    for found in everywhere.values():
        assert set(found.recommended.xs("light_low_value", level="segment")["mode"]) == {"postal"}


def test_an_overseas_warehouse_is_for_those_who_can_finance_it(everywhere):
    """Id 47: for dear, bulky or fragile goods, of a merchant with the means."""
    counts = {m: (f.recommended["mode"] == "overseas_warehouse").sum() for m, f in everywhere.items()}
    assert counts["micro"] == 0 < counts["sme"] <= counts["large"]
    goods = everywhere["large"].recommended.query("mode == 'overseas_warehouse'").index.get_level_values("segment")
    assert (goods.isin(["bulky_fragile", "small_high_value"])).mean() > 0.8


def test_high_speed_rail_is_dear_even_when_switched_on(evaluation):
    """Id 06: at its fixed cost it is never worth sending by."""
    found = mode_choice(
        switch_on(shipped(), "high_speed_rail"), RAW, evaluation, merchant="large", year=2018, economies=SOME
    )
    assert "high_speed_rail" not in set(found.recommended["mode"])
    reasons = found.dropped["reason"].xs("high_speed_rail", level="mode")
    assert reasons.str.contains("more than the value").all()


# what every choice promises


def test_scores_ranks_and_recommendations_agree(everywhere):
    for found in everywhere.values():
        table = found.table.reset_index("mode")
        several = found.recommended[found.recommended["feasible"] > 1]
        best = table[table["rank"] == 1].groupby(level=["economy", "segment"])["mode"].first()
        assert best[several.index].tolist() == several["mode"].tolist()
        assert (several["margin"] >= 0).all()
        assert table["score"].dropna().between(0, 1).all()
        assert found.table.index.intersection(found.dropped.index).empty
        assert len(found.table) + len(found.dropped) == len(found.cells) == 61 * 6 * 8
        np.testing.assert_allclose(found.weights.sum(axis=1), 1, rtol=0, atol=1e-12)
        assert set(CARD) | set(CRITERIA) | {"score", "rank", "score_beside", "rank_beside"} <= set(found.table)


def test_the_order_of_economies_segments_and_modes_changes_nothing(evaluation):
    one = mode_choice(shipped(), RAW, evaluation, merchant="sme", year=2018, economies=SOME)
    turned = replace(shipped(), modes=shipped().modes[::-1], segments=shipped().segments[::-1])
    other = mode_choice(turned, RAW, evaluation, merchant="sme", year=2018, economies=SOME[::-1])
    pd.testing.assert_frame_equal(
        other.table.sort_index(), one.table.sort_index(), check_exact=False, rtol=1e-12, check_like=True
    )
    pd.testing.assert_frame_equal(other.recommended.sort_index(), one.recommended.sort_index(), rtol=1e-10)


def test_cells_do_not_depend_on_the_other_cells(everywhere, evaluation):
    few = mode_choice(
        shipped(), RAW, evaluation, merchant="large", year=2018, economies=["VNM"], segments=["apparel", "regulated"]
    )
    expected = everywhere["large"].table.loc[few.table.index]
    pd.testing.assert_frame_equal(few.table, expected, check_exact=True)


def test_a_unit_of_money_changes_nothing(evaluation):
    """Study.md 4.5, property 5, for the choice."""
    k = 7.0
    catalogue = replace(
        shipped(),
        modes=tuple(replace(m, base=k * m.base, per_kg=k * m.per_kg, fixed=k * m.fixed) for m in shipped().modes),
        segments=tuple(replace(s, value=k * s.value) for s in shipped().segments),
        merchants=tuple(replace(m, budget=k * m.budget, risk_limit=k * m.risk_limit) for m in shipped().merchants),
    )
    found = [
        mode_choice(each, RAW, evaluation, merchant="sme", year=2018, economies=SOME) for each in (shipped(), catalogue)
    ]
    np.testing.assert_allclose(found[0].table["score"], found[1].table["score"], rtol=1e-11)
    assert found[0].recommended["mode"].tolist() == found[1].recommended["mode"].tolist()


def test_a_cheaper_mode_never_ranks_lower_by_the_method_with_fixed_ends(evaluation):
    means = be.Recipe(weighter="ahp", aggregator="arithmetic")
    cheap = tuple(replace(m, base=0.5 * m.base) if m.code == "dedicated_line" else m for m in shipped().modes)
    found = [
        mode_choice(each, RAW, evaluation, merchant="sme", year=2018, economies=SOME, recipe=means, beside=means)
        for each in (shipped(), replace(shipped(), modes=cheap))
    ]
    ranks = [one.table["rank"].xs("dedicated_line", level="mode") for one in found]
    assert (ranks[1] <= ranks[0].reindex(ranks[1].index).fillna(9)).all()


def test_arguments_are_left_as_they_are(evaluation):
    before = evaluation.panel.copy()
    mode_choice(shipped(), RAW, evaluation, merchant="sme", year=2018, economies=SOME)
    pd.testing.assert_frame_equal(evaluation.panel, before)


# what is left out, and what is printed


def test_economies_without_an_indicator_or_a_demand_are_left_out_with_the_reason(everywhere):
    """study.md 2.3: no LPI 2018 of AZE and PSE; GRC and CYP are not in list64, so not in parcel_chapters."""
    left_out = everywhere["sme"].left_out
    assert list(left_out.index) == ["AZE", "CYP", "GRC", "PSE"]
    lpi = "; ".join(f"{code} of 2018 not observed" for code in ("lpi_customs", "lpi_competence", "lpi_tracking"))
    assert left_out["AZE"] == left_out["PSE"] == lpi
    assert left_out["GRC"] == left_out["CYP"] == "no demand by rule 'proportional'"
    assert set(everywhere["sme"].recommended.index.get_level_values("economy")).isdisjoint(left_out.index)


def test_coverage_and_income_may_be_missing_too(tmp_path):
    folder = tables(tmp_path, post="economy,reach\nARE,0.8\n", rich="economy,gdp\nRUS,50\n")
    between = Interpolation(presets=("even", "even"), source="rich.csv:gdp", low=1.0, high=9.0)
    catalogue = tiny(modes=(replace(SLOW, coverage_source="post.csv:reach"), QUICK))
    found = mode_choice(catalogue, folder, PLAIN, merchant="shop", year=2018)
    assert found.left_out.to_dict() == {"RUS": "coverage not observed"}
    found = mode_choice(
        tiny(interpolation=between, weigh_by="interpolation"), folder, PLAIN, merchant="shop", year=2018
    )
    assert found.left_out.to_dict() == {"ARE": "rich.csv:gdp of 2018 not observed"}
    assert "between two presets along the logarithm" in " ".join(found.conventions)
    with pytest.raises(InputError, match="no economy can be compared; 'RUS', the first, lacks: coverage not observed"):
        mode_choice(catalogue, folder, PLAIN, merchant="shop", year=2018, economies=["RUS"])


def test_conventions_carry_the_label_and_every_choice(everywhere):
    printed = everywhere["sme"].conventions
    assert printed[0] == ILLUSTRATIVE
    text = " ".join(printed)
    for part in (
        "Small or medium enterprise; indicators of 2018",
        "minmax (range 0 to 1)",
        "in proportion to derived.csv:parcel_core_usd of 2015, those of RUS as declared",
        "cost more than the goods are worth",
        "2 times the limits",
        "the first preference that fits income group or goods",
        "AHP by eigen, random index saaty1980",
        "topsis",
        "Beside it: geometric, on minmax (range 1 to 100). Where there is a choice, both put the same mode first in ",
        "Left out for want of data: AZE, CYP, GRC, PSE.",
        "No lanes are declared for 'dedicated_line'",
        "Cells without any mode: 53 of 366.",
    ):
        assert part in text
    shares = everywhere["sme"].recommended.query("feasible > 1")
    assert f"{(shares['mode'] == shares['beside']).mean():.0%} of cells" in text


def test_conventions_follow_what_was_chosen(tmp_path):
    sourced = [replace(one, source="a tariff") for one in (SLOW, QUICK, GOODS, SHOP)]
    own = tiny(modes=tuple(sourced[:2]), segments=(sourced[2],), merchants=(sourced[3],), illustrative=False)
    vector = be.Recipe(weighter="ahp", aggregator="vikor", normaliser="vector")
    found = mode_choice(own, tables(tmp_path), PLAIN, merchant="shop", year=2018, recipe=vector)
    text = " ".join(found.conventions)
    assert ILLUSTRATIVE not in text
    assert "bounds and ideal points: the feasible modes of each cell" in text
    assert "vikor (group_utility 0.5)" in text
    assert "parcels alike in all partners" in text
    assert "No lanes" not in text
    assert "Excluded" not in text
    assert "Left out" not in text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"merchant": "shp"}, "tiny.toml: unknown merchant 'shp'"),
        ({"segments": ["gods"]}, "tiny.toml: unknown segment 'gods'"),
        ({"economies": ["RSU"]}, "unknown economy 'RSU'"),
        ({"recipe": be.Recipe(aggregator="topsis")}, "the recipe's weighter is 'equal'; mode choice weighs"),
        ({"beside": be.Recipe(weighter="critic")}, "the recipe's weighter is 'critic'"),
        ({"year": 2017}, "year is 2017; the index has '2018'"),
    ],
)
def test_messages(tmp_path, changes, message):
    with pytest.raises(InputError, match=message):
        mode_choice(tiny(), tables(tmp_path), PLAIN, **({"merchant": "shop", "year": 2018} | changes))


def test_an_index_without_the_indicators_is_told(tmp_path):
    fitted = tiny(modes=(replace(SLOW, modifiers=("loss_by_quality",)), QUICK))
    with pytest.raises(
        InputError, match="modifier 'loss_by_quality' needs 'lpi_competence', 'lpi_tracking', which index"
    ):
        mode_choice(fitted, tables(tmp_path), PLAIN, merchant="shop", year=2018)
    only = index_of({"lpi_competence": {"RUS": 3.0}, "lpi_tracking": {"RUS": 3.0}})
    found = mode_choice(fitted, tmp_path, only, merchant="shop", year=2018)
    assert found.recommended.index.tolist() == [("RUS", "goods")]


def test_an_index_without_years_is_told(tmp_path):
    plain = be.evaluate_matrix(pd.DataFrame({"a": [1.0, 2.0]}, index=["ARE", "RUS"]), {"a": "benefit"})
    with pytest.raises(
        InputError, match=r"the rows of the index are by \[None\]; mode choice needs one by economy and"
    ):
        mode_choice(tiny(), tables(tmp_path), plain, merchant="shop", year=2018)


def test_demand_given_for_some_leaves_the_others_out(tmp_path):
    given = tiny(demand=Demand(rule="given", scale={"RUS": 1.0}))
    found = mode_choice(given, tables(tmp_path), PLAIN, merchant="shop", year=2018)
    assert found.left_out.to_dict() == {"ARE": "no demand by rule 'given'"}
    assert "parcels of each partner as declared" in found.conventions[1]


def test_excluded_partners_have_no_mode_and_are_named(tmp_path):
    found = mode_choice(tiny(excluded={"RUS": "at war"}), tables(tmp_path), PLAIN, merchant="shop", year=2018)
    assert found.recommended["mode"].to_dict() == {("ARE", "goods"): "quick", ("RUS", "goods"): ""}
    assert set(found.dropped["reason"]) == {"partner excluded: at war"}
    assert "Excluded partners: RUS." in found.conventions


@pytest.mark.bench
def test_all_partners_take_well_under_three_seconds(evaluation):
    start = time.perf_counter()
    mode_choice(shipped(), RAW, evaluation, merchant="sme", year=2018)
    assert time.perf_counter() - start < 3
