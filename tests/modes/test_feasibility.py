"""Every rule on a partner that it lets pass and on one that it does not, and the shipped cells."""

from __future__ import annotations

from dataclasses import replace

import pytest
from catalogues import ASEAN, GOODS, QUICK, RAW, SHOP, SLOW, STORE, shipped, tables, tiny

from bri_eval.checks import InputError
from bri_eval.modes.catalogue import Demand, Merchant, switch_on
from bri_eval.modes.countries import Country
from bri_eval.modes.feasibility import ALWAYS, CHOOSING, RULES, Case, feasible

HERE = Country(
    economy="RUS",
    income_group="High income",
    region="CIS",
    corridors=("NELB", "CMREC"),
    landlocked=False,
    borders_china=True,
)


def case(country=HERE, segment=GOODS, mode=SLOW, parcels=100.0, merchant=None, **changes):
    return Case(tiny(goods=("glass",), **changes), country, segment, mode, parcels, merchant)


def partner(**changes):
    return case(country=replace(HERE, **changes))


glass = replace(GOODS, goods=("glass",))
poor = Merchant(code="poor", budget=999.0, risk_limit=1.0)
laned = {"modes": (replace(SLOW, rules=("named_lane",)),)}

RULE_CASES = [
    ("switched_on", case(), case(mode=replace(SLOW, planned=True)), "planned, switched off"),
    ("partner_not_excluded", case(excluded={"IRN": "x"}), case(excluded={"RUS": "at war"}), "partner excluded: at war"),
    (
        "within_weight",
        case(mode=replace(SLOW, min_kg=1.0)),
        case(mode=replace(SLOW, min_kg=1.1)),
        "carries from 1.1 kg",
    ),
    ("within_weight", case(mode=replace(SLOW, max_kg=1.0)), case(mode=replace(SLOW, max_kg=0.9)), "carries to 0.9 kg"),
    (
        "goods_carried",
        case(mode=replace(SLOW, not_carried=("glass",))),
        case(segment=glass, mode=replace(SLOW, not_carried=("glass",))),
        "does not carry 'glass' goods",
    ),
    (
        "enough_parcels",
        case(mode=replace(SLOW, min_volume=100.0)),
        case(mode=replace(SLOW, min_volume=101.0)),
        "100 parcels a period, needs 101",
    ),
    (
        "enough_parcels",
        case(parcels=float("nan")),
        case(mode=replace(SLOW, min_volume=5.0), parcels=float("nan")),
        "demand not known, needs 5 parcels a period",
    ),
    ("within_budget", case(mode=STORE, merchant=SHOP), case(mode=STORE, merchant=poor), "beyond the budget of 999"),
    (
        "worth_sending",
        case(mode=STORE, parcels=11.0, merchant=SHOP),  # 8 + 1000 / 11 = 98.91 < 100
        case(mode=STORE, parcels=10.0, merchant=SHOP),
        "costs 108.00, more than the value of 100.00",
    ),
    ("border_with_china", case(), partner(borders_china=False), "no land border with China"),
    ("border_with_china", case(), partner(borders_china=None), "border with China not recorded"),
    ("rail_corridor", case(), partner(corridors=("CPEC",)), "off the rail corridors and Central and Eastern Europe"),
    ("rail_corridor", partner(corridors=(), region="Central & Eastern Europe"), partner(corridors=()), "off the rail"),
    ("coastal_asia", partner(region="South Asia"), case(), "not in Southeast or South Asia"),
    ("coastal_asia", partner(region="South Asia"), partner(region="South Asia", landlocked=True), "landlocked"),
    (
        "coastal_asia",
        partner(region="Southeast Asia"),
        partner(region="Southeast Asia", landlocked=None),
        "coast not recorded",
    ),
    (
        "named_lane",
        case(**laned, lanes={"slow": ("RUS",)}),
        case(**laned, lanes={"slow": ("THA",)}),
        "no lane to the partner",
    ),
    ("named_lane", case(**laned), case(**laned, lanes={"slow": ()}), "no lane to the partner"),
]


@pytest.mark.parametrize(("name", "passes", "fails", "reason"), RULE_CASES)
def test_each_rule(name, passes, fails, reason):
    assert RULES[name](passes) == ""
    assert reason in RULES[name](fails)


def test_every_rule_has_a_case_here():
    assert {name for name, *_ in RULE_CASES} == set(RULES)


def test_what_a_merchant_would_pay_counts_only_where_a_merchant_chooses():
    assert RULES["within_budget"](case(mode=STORE)) == ""
    assert set(ALWAYS).isdisjoint(CHOOSING)


def test_a_table_of_cells_with_all_reasons(tmp_path):
    modes = (SLOW, replace(QUICK, max_kg=0.5, rules=("border_with_china",)), replace(STORE, rules=("within_budget",)))
    folder = tables(tmp_path)
    found = feasible(tiny(modes=modes), folder, economies=["VNM", "ARE"], merchant="shop")
    assert found.index.tolist() == [(e, "goods", m) for e in ("VNM", "ARE") for m in ("slow", "quick", "store")]
    assert found["feasible"].tolist() == [True, False, True, True, False, True]
    assert found.loc[("ARE", "goods", "quick"), "reason"] == "1 kg, carries to 0.5 kg; no land border with China"
    assert found.loc[("ARE", "goods", "quick"), "rules"] == "within_weight, border_with_china"
    small = tiny(modes=modes, demand=Demand(rule="given", scale={"ARE": 0.05}))
    reason = feasible(small, folder, economies=["ARE"], merchant="shop")["reason"].iloc[2]
    assert reason == "costs 208.00, more than the value of 100.00"
    assert feasible(small, folder, economies=["ARE"])["feasible"].tolist() == [True, False, True]


def test_a_partner_without_parcels_is_not_worth_a_fixed_cost(tmp_path):
    none = tiny(demand=Demand(rule="given", scale={"ARE": 0.0}))
    found = feasible(none, tables(tmp_path), economies=["ARE"], merchant="shop")
    assert found["feasible"].tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"economies": ["RUS", "ARE", "RUS"]}, "economy 'RUS' is asked for twice; name each once"),
        ({"economies": ["RUS"], "segments": ["goods", "goods"]}, "segment 'goods' is asked for twice"),
        ({"economies": ["XXX"]}, "unknown economy 'XXX'"),
        ({"economies": ["RUS"], "segments": ["gods"]}, "tiny.toml: unknown segment 'gods'.*did you mean 'goods'"),
        ({"economies": ["RUS"], "merchant": "shp"}, "tiny.toml: unknown merchant 'shp'.*did you mean 'shop'"),
    ],
)
def test_unknown_names(tmp_path, arguments, message):
    with pytest.raises(InputError, match=message):
        feasible(tiny(), tables(tmp_path), **arguments)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"excluded": {"RSU": "at war"}}, "tiny.toml: excluded: unknown economy 'RSU'.*did you mean 'RUS'"),
        ({**laned, "lanes": {"slow": ("RSU",)}}, "tiny.toml: lanes: slow: unknown economy 'RSU'"),
    ],
)
def test_unknown_economies_of_a_catalogue(tmp_path, changes, message):
    with pytest.raises(InputError, match=message):
        feasible(tiny(**changes), tables(tmp_path), economies=["RUS"])


# the shipped catalogue: study.md 4.3 and 7


def where(mode, segment, economies=None, catalogue=None):
    listed = economies or [*ASEAN, "RUS", "POL", "TUR", "CZE", "IND", "NPL", "AFG", "BLR", "SAU", "MNG", "KAZ", "BGD"]
    can = feasible(catalogue or shipped(), RAW, economies=listed)["feasible"]
    can = can.xs(mode, level="mode").xs(segment, level="segment")
    return set(can.index[can])


def test_shipped_modes_go_where_the_study_says():
    assert where("border_warehouse", "apparel") == {"AFG", "IND", "KAZ", "LAO", "MMR", "MNG", "NPL", "RUS", "VNM"}
    assert where("china_europe_rail", "bulky_fragile") == {"RUS", "POL", "TUR", "CZE", "BLR", "MNG", "KAZ"}
    assert where("rail_sea", "agri_food") == {*ASEAN, "IND", "BGD"} - {"LAO"}
    assert where("postal", "regulated") == where("postal", "agri_food") == where("rail_sea", "apparel") == set()
    assert where("high_speed_rail", "apparel") == set()
    on = switch_on(shipped(), "high_speed_rail")
    assert where("high_speed_rail", "apparel", catalogue=on) == {"RUS", "POL", "TUR", "CZE", "BLR", "MNG", "KAZ"}


def test_the_least_volume_counts_all_parcels_of_the_partner():
    modes = tuple(replace(m, min_volume=440.0) if m.code == "overseas_warehouse" else m for m in shipped().modes)
    found = where("overseas_warehouse", "regulated", ["RUS", "THA", "POL"], replace(shipped(), modes=modes))
    assert found == {"RUS", "POL"}  # 1240, 439.5 and 479.0 parcels


def test_a_micro_enterprise_cannot_afford_an_overseas_warehouse():
    found = feasible(shipped(), RAW, economies=["RUS"], segments=["apparel"], merchant="micro")
    assert found["reason"]["RUS", "apparel", "overseas_warehouse"] == "fixed cost 20,000 beyond the budget of 3,000"
