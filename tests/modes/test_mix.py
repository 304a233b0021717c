"""The mix of the shipped catalogue at the printed digits, labels, order of everything, and what is refused."""

from __future__ import annotations

import dataclasses
import time

import numpy as np
import pandas as pd
import pytest
from catalogues import RAW, THREE, shipped, tables, tiny

from bri_eval.checks import InputError
from bri_eval.modes.catalogue import ILLUSTRATIVE, switch_on
from bri_eval.modes.mix import ORDERS, RANKS, check_order, mode_mix, solve
from bri_eval.modes.problem import GOALS

DEMAND = {"RUS": 1.0, "THA": 0.8, "POL": 0.6}
RISK = {"RUS": 0.6, "THA": 0.4, "POL": 0.2}
MERCHANTS = ("micro", "sme", "large")


def catalogue(**changes):
    """The shipped catalogue with limits on risk that do not bind, as in the study."""
    sellers = tuple(dataclasses.replace(one, risk_limit=1e9) for one in shipped().merchants)
    return dataclasses.replace(shipped(), **({"merchants": sellers} | changes))


def times(record, factor, *names):
    return dataclasses.replace(record, **{name: factor * getattr(record, name) for name in names})


def mixed(merchant="sme", order="cautious", **given):
    plain = {"economies": THREE, "demand": DEMAND, "risk": RISK, "merchant": merchant, "order": order}
    return mode_mix(given.pop("of", catalogue()), RAW, **(plain | given))


@pytest.fixture(scope="module")
def plans():
    posed = {merchant: mixed(merchant, "price").question for merchant in MERCHANTS}
    return {(merchant, order): solve(posed[merchant], ORDERS[order]) for merchant in MERCHANTS for order in ORDERS}


def test_cautious_merchants_open_warehouses_when_they_can(plans):
    """Micro and SME open none; large opens one in all three markets, for about 45 % of parcels."""
    opened = {merchant: plans[merchant, "cautious"].facilities["overseas_warehouse"].sum() for merchant in MERCHANTS}
    assert opened == {"micro": 0, "sme": 0, "large": 3}
    assert plans["large", "cautious"].by_mode["overseas_warehouse"] == pytest.approx(0.455, abs=5e-4)


@pytest.mark.parametrize(
    ("goal", "expected"), [("affordability", (0.598, 0.041, 0.021)), ("time", (0.179, 0.078, 0.019))]
)
def test_deviations_fall_from_micro_to_large(plans, goal, expected):
    """From the same programme as one dense matrix, see programmes.Dense, with the seven facilities enumerated."""
    found = [plans[merchant, "cautious"].deviations[goal] for merchant in MERCHANTS]
    assert found == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize("order", ["price", "service"])
@pytest.mark.parametrize("merchant", MERCHANTS)
def test_service_or_price_first_opens_warehouses_everywhere(plans, order, merchant):
    plan = plans[merchant, order]
    assert plan.facilities["overseas_warehouse"].all()
    overrun = {"micro": 22.0, "sme": 1.3, "large": 0.0}  # the SME by 130 %
    assert plan.deviations["finance"] == pytest.approx(overrun[merchant], abs=1e-9)
    if order == "service":
        assert plan.deviations[["time", "loss"]].tolist() == pytest.approx([0, 0], abs=1e-9)


def test_the_service_plan_of_the_large_merchant(plans):
    found = plans["large", "service"].deviations[["affordability", "time", "loss"]]
    assert found.tolist() == pytest.approx([0.026, 0, 0], abs=5e-4)


def test_which_goods_go_how(plans):
    for merchant in MERCHANTS:
        assert set(plans[merchant, "cautious"].main["light_low_value"]) == {"postal"}
    for merchant in ("micro", "sme"):
        assert set(plans[merchant, "cautious"].main["small_high_value"]) <= {"express", "dedicated_line"}
    assert set(plans["large", "cautious"].main["small_high_value"]) == {"overseas_warehouse"}
    for merchant in ("sme", "large"):
        main = plans[merchant, "cautious"].main
        assert main["bulky_fragile"].tolist() == main["agri_food"].tolist()
        assert main["agri_food"].to_dict() == {
            "RUS": "china_europe_rail",
            "THA": "rail_sea",
            "POL": "china_europe_rail",
        }
        assert len(set(main.to_numpy().ravel())) >= 4
    assert len(set(plans["micro", "cautious"].main.to_numpy().ravel())) > 1  # paper, item 43


def test_a_plan_is_labelled_and_whole(plans):
    plan = plans["sme", "cautious"]
    assert plan.shares.index.names == ["economy", "segment"]
    assert list(plan.shares.index.get_level_values("economy").unique()) == list(THREE)
    assert list(plan.shares) == [mode.code for mode in shipped().active]
    np.testing.assert_allclose(plan.shares.sum(axis=1) + plan.unserved, 1, rtol=0, atol=1e-9)
    assert list(plan.deviations.index) == list(ORDERS["cautious"])
    assert plan.by_mode.sum() == pytest.approx(1)
    for economy, segment, mode in plan.question.dropped.index:
        if mode in plan.shares:
            assert plan.shares.loc[(economy, segment), mode] == 0
    assert plan.conventions[0] == ILLUSTRATIVE
    assert "Small or medium enterprise, budget US$ 30,000" in plan.conventions[1]
    assert "Goals in order: demand, finance, affordability" in " ".join(plan.conventions)


def test_facilities_are_those_that_cost(plans):
    """Lines and rail are open; post and express need nothing."""
    plan = plans["sme", "cautious"]
    assert plan.facilities.dtypes.eq(bool).all()
    assert not plan.facilities[["postal", "express"]].to_numpy().any()
    fixed = sum(shipped().mode(code).fixed * plan.facilities[code].sum() for code in plan.facilities)
    assert fixed <= 30_000
    used = plan.shares.groupby(level="economy").max() > 0
    assert not (used & ~plan.facilities)[["dedicated_line", "china_europe_rail"]].to_numpy().any()


def test_the_order_of_nothing_matters(plans):
    """Economies, dictionaries, modes and segments reversed: the same table."""
    plan, own = plans["sme", "cautious"], catalogue()
    turned = dataclasses.replace(own, modes=own.modes[::-1], segments=own.segments[::-1])
    back = {name: dict(reversed(table.items())) for name, table in (("demand", DEMAND), ("risk", RISK))}
    other = mixed(of=turned, economies=THREE[::-1], **back)
    assert list(other.shares) == list(plan.shares)[::-1]
    pd.testing.assert_frame_equal(other.shares.loc[plan.shares.index, list(plan.shares)], plan.shares, check_exact=True)
    pd.testing.assert_frame_equal(other.facilities.loc[list(THREE), list(plan.shares)], plan.facilities)
    pd.testing.assert_series_equal(other.deviations, plan.deviations, rtol=0, atol=1e-15)


def test_the_currency_does_not_matter(plans):
    """All prices, values, fixed costs, budgets and limits times 6.8."""
    own, by = catalogue(), 6.8
    scaled = dataclasses.replace(
        own,
        modes=tuple(times(m, by, "base", "per_kg", "fixed") for m in own.modes),
        segments=tuple(times(s, by, "value") for s in own.segments),
        merchants=tuple(times(m, by, "budget", "risk_limit") for m in own.merchants),
    )
    plan, other = plans["sme", "cautious"], mixed(of=scaled)
    np.testing.assert_allclose(other.shares, plan.shares, rtol=0, atol=1e-7)
    assert other.cost == pytest.approx(by * plan.cost)


def test_economies_do_not_meet_except_in_money():
    """With money for all, each economy has the plan that it has alone."""
    rich = dataclasses.replace(shipped().merchant("large"), budget=1e7, risk_limit=1e9)
    together = mixed("large", of=catalogue(merchants=(rich,)))
    for economy in THREE:
        alone = mixed("large", of=catalogue(merchants=(rich,)), economies=[economy])
        np.testing.assert_allclose(alone.shares, together.shares.loc[[economy]], rtol=0, atol=1e-7)


@pytest.mark.parametrize(("fixed", "used"), [(2_000_000.0, False), (1_500.0, True)])
def test_high_speed_rail_waits_for_its_fixed_cost_to_fall(fixed, used):
    """Paper, item 06."""
    own = switch_on(catalogue(), "high_speed_rail")
    modes = tuple(dataclasses.replace(m, fixed=fixed) if m.code == "high_speed_rail" else m for m in own.modes)
    plan = mixed("sme", of=dataclasses.replace(own, modes=modes))
    assert bool(plan.by_mode["high_speed_rail"] > 0.01) is used


def test_every_cell_can_be_made_to_use_several_modes():
    plan = mixed("sme", economies=["THA"], at_least=2)
    assert ((plan.shares >= 0.05 - 1e-9).sum(axis=1) >= 2).all()
    assert "Every cell uses 2 modes or more, each for 5% of its parcels or more." in plan.conventions
    assert plan.deviations["affordability"] >= mixed("sme", economies=["THA"]).deviations["affordability"] - 1e-9


@pytest.mark.parametrize("variant", RANKS)
def test_variants_by_weight(variant):
    """Neither finds a smaller sum than the weighted, nor a smaller largest deviation than the Chebyshev plan."""
    weights = {"demand": 0.4, "finance": 0.2, "time": 0.1, "loss": 0.1, "affordability": 0.1, "risk": 0.05}
    weights["concentration"] = 0.05
    plan = mixed(variant=variant, goal_weights=weights, economies=["THA"])
    series = pd.Series(weights)
    size = {"weighted": lambda d: (series * d).sum(), "chebyshev": lambda d: (series * d).max()}[variant]
    for order in ORDERS.values():
        assert size(plan.deviations) <= size(solve(plan.question, order).deviations) + 1e-7
    assert f"({variant}), with weights demand 0.4, finance 0.2" in " ".join(plan.conventions)


def test_goals_weigh_alike_if_nothing_is_said():
    assert mixed(variant="weighted", economies=["THA"]).goal_weights.tolist() == pytest.approx([1 / 7] * 7)


def test_goods_that_nobody_asks_for_have_no_shares(tmp_path):
    quiet = dataclasses.replace(tiny().segments[0], code="quiet", parcels=0.0)
    own = tiny(segments=(quiet, *tiny().segments))
    plan = mode_mix(own, tables(tmp_path), merchant="shop", economies=["RUS"])
    assert plan.shares.loc[("RUS", "quiet")].isna().all()
    assert np.isnan(plan.unserved["RUS", "quiet"])
    assert plan.main.loc["RUS"].tolist()[0] == ""
    assert plan.shares.loc[("RUS", "goods")].sum() == pytest.approx(1)


def test_a_partner_that_no_mode_serves(tmp_path):
    """Excluded: nothing is sent, whatever the goals; beside another the other has its own plan."""
    own, folder = tiny(excluded={"ARE": "sanctions"}), tables(tmp_path)
    plan = mode_mix(own, folder, merchant="shop", economies=["ARE"])
    assert plan.unserved.tolist() == [1.0]
    assert plan.cost == 0
    assert plan.main.loc["ARE", "goods"] == ""
    assert plan.deviations["demand"] == 1
    beside = mode_mix(own, folder, merchant="shop", economies=["ARE", "RUS"])
    assert beside.unserved.tolist() == pytest.approx([1, 0])
    alone = mode_mix(own, folder, merchant="shop", economies=["RUS"])
    np.testing.assert_allclose(beside.shares.loc[["RUS"]], alone.shares, rtol=0, atol=1e-9)


def test_all_partners_of_the_list(data):
    table = pd.read_csv(data / "raw" / "economies.csv", keep_default_na=False)
    codes = table.loc[table["bri_list65"].eq(1), "economy"].tolist()
    plan = mode_mix(shipped(), RAW, merchant="large", economies=codes)
    assert plan.question.left_out.index.tolist() == ["CYP", "GRC"]  # no China trade in the tables
    assert plan.shares.shape == (63 * 6, 7)
    np.testing.assert_allclose(plan.shares.sum(axis=1) + plan.unserved, 1, rtol=0, atol=1e-9)
    assert plan.deviations[["demand", "finance"]].tolist() == pytest.approx([0, 0], abs=1e-8)
    assert "Left out for want of data: CYP, GRC." in plan.conventions


@pytest.mark.bench
def test_all_partners_in_seconds(data):
    table = pd.read_csv(data / "raw" / "economies.csv", keep_default_na=False)
    codes = table.loc[table["bri_list65"].eq(1), "economy"].tolist()
    for order in ORDERS:
        start = time.perf_counter()
        mode_mix(shipped(), RAW, merchant="large", economies=codes, order=order)
        assert time.perf_counter() - start < 10


@pytest.mark.parametrize(
    ("order", "message"),
    [
        ("cautios", "unknown order 'cautios'; known are 'cautious', 'price', 'service'; did you mean 'cautious'"),
        ((*GOALS, "time"), "order has goal 'time' 2 times; each goal has one place"),
        (GOALS[:-2], "order lacks 'risk', 'concentration'; put every goal in its place"),
        (("demnd", *GOALS[1:]), "order: unknown goal 'demnd'; .* did you mean 'demand'"),
    ],
)
def test_orders_that_are_none(order, message):
    with pytest.raises(InputError, match=message):
        check_order(order)


def test_an_order_may_be_spelt_out(plans):
    assert check_order(list(GOALS)) == GOALS
    assert mixed(order=ORDERS["cautious"]).cost == plans["sme", "cautious"].cost


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"variant": "minimax"}, "unknown variant 'minimax'; known are 'lexicographic', 'weighted', 'chebyshev'"),
        ({"goal_weights": dict.fromkeys(GOALS, 1 / 7)}, "goal_weights are given, and variant 'lexicographic' has none"),
        ({"variant": "weighted", "goal_weights": {"time": 1.0}}, "goal weights lack 'demand'"),
        ({"merchant": "huge"}, "unknown merchant 'huge'"),
        ({"economies": ["RUS", "TAH", "POL"], "demand": None, "risk": None}, "unknown economy 'TAH'"),
    ],
)
def test_what_is_refused(given, message):
    with pytest.raises(InputError, match=message):
        mixed(**given)
