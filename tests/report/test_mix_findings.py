"""Numbers of the text on the mode programme: verdicts on the study's statements, and that they turn."""

from __future__ import annotations

from dataclasses import replace

import decided
import pytest

from bri_eval.report.mix_findings import deviation_words, mix_numbers, percent_over

STATEMENTS = (
    "budget_falls", "service_met", "main", "stores_small", "stores_large", "stores_bold", "light", "heavy", "orders",
    "post", "hybrid", "budget",
)  # fmt: skip


@pytest.fixture(scope="module")
def made():
    return decided.small()


@pytest.fixture(scope="module")
def said(made):
    return mix_numbers(made, decided.NAMES)


def with_plan(made, merchant, order, **changes):
    """Change what one plan says."""
    plan = replace(made.mixes.plans[merchant, order], **changes)
    return replace(made, mixes=replace(made.mixes, plans={**made.mixes.plans, (merchant, order): plan}))


def with_mixes(made, **changes):
    return replace(made, mixes=replace(made.mixes, **changes))


def turned(changed, statement):
    return mix_numbers(changed, decided.NAMES)[f"mix/{statement}_verdict"] == "against the paper"


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_statements_of_the_study_come_out(said, statement):
    """study.md 4.5 on the test instance."""
    assert said[f"mix/{statement}_verdict"] == "as the paper says"


def test_every_verdict_is_known(said):
    assert {key for key in said if key.endswith("verdict")} == {f"mix/{one}_verdict" for one in STATEMENTS}


def test_numbers_of_the_study(said):
    assert said["mix/sme_service_overrun"] == "130 %"
    assert said["mix/micro_price_overrun"] == "2,200 %"
    assert said["mix/large_service_affordability"] == "0.026"
    assert (said["mix/large_service_time"], said["mix/large_service_loss"]) == ("0", "0")
    assert said["mix/single_postal_served"] == "81 %"
    assert said["mix/single_express_affordability"] == "2.187"
    assert said["mix/single_able"] == "international express, dedicated line and overseas warehouse"
    assert said["mix/single_not_dominated"] == "none"
    assert [said[f"mix/{code}_stores"] for code in ("micro", "sme", "large")] == ["0", "0", "3"]
    assert (said["mix/orders"], said["mix/orders_large_outcomes"], said["mix/orders_budget"]) == ("24", "2", "less")


def test_a_poorer_plan_of_the_richer_turns_the_verdict(made):
    worse = made.mixes.plans["large", "cautious"].deviations.copy()
    worse["time"] = 0.5
    assert turned(with_plan(made, "large", "cautious", deviations=worse), "budget_falls")
    late = made.mixes.plans["micro", "service"].deviations.copy()
    late["loss"] = 0.1
    assert turned(with_plan(made, "micro", "service", deviations=late), "service_met")


def test_warehouses_turn_the_verdicts(made):
    opened = made.mixes.plans["sme", "cautious"].facilities.assign(overseas_warehouse=True)
    assert turned(with_plan(made, "sme", "cautious", facilities=opened), "stores_small")
    closed = made.mixes.plans["large", "cautious"].facilities.assign(overseas_warehouse=False)
    assert turned(with_plan(made, "large", "cautious", facilities=closed), "stores_large")
    closed = made.mixes.plans["micro", "price"].facilities.assign(overseas_warehouse=False)
    assert turned(with_plan(made, "micro", "price", facilities=closed), "stores_bold")


def test_shares_turn_the_verdicts(made):
    shares = made.mixes.plans["sme", "cautious"].shares
    express = shares * 0
    express["express"] = 1.0
    changed = with_plan(made, "sme", "cautious", shares=express)
    assert turned(changed, "light")
    assert turned(changed, "heavy")
    assert turned(changed, "main")
    assert mix_numbers(changed, decided.NAMES)["mix/main_least"] == "1"


def test_a_single_mode_that_the_hybrid_does_not_dominate_turns_the_verdict(made):
    table = made.mixes.singles.copy()
    table.loc["overseas_warehouse", "dominated"] = False
    numbers = mix_numbers(with_mixes(made, singles=table), decided.NAMES)
    assert numbers["mix/single_not_dominated"] == "overseas warehouse"
    assert numbers["mix/hybrid_verdict"] == "against the paper"
    table = made.mixes.singles.copy()
    table.loc["postal", "all_served"] = True
    assert turned(with_mixes(made, singles=table), "post")


def test_orders_that_all_lead_to_one_plan_turn_the_verdict(made):
    one = made.mixes.trade_offs["sme"]
    alike = one.deviations * 0
    same = {**made.mixes.trade_offs, "sme": replace(one, deviations=alike)}
    numbers = mix_numbers(with_mixes(made, trade_offs=same), decided.NAMES)
    assert (numbers["mix/orders_sme_outcomes"], numbers["mix/orders_moved"]) == ("1", "none")
    assert numbers["mix/orders_verdict"] == "against the paper"


def test_the_budget_that_is_enough(made, said):
    path = made.mixes.path.deviations["affordability"]
    first = path.index[(path < path.min() + 1e-6).to_numpy().argmax()]
    assert said["mix/budget_enough"] == f"{first:,.0f}"
    rising = made.mixes.path.deviations.assign(affordability=range(len(path)))
    assert turned(with_mixes(made, path=replace(made.mixes.path, deviations=rising)), "budget")


def test_pooling_words_turn(made, said):
    assert said["mix/pool_members"] == "Kazakhstan, Poland and Russia"
    assert (said["mix/pool_shapley"], said["mix/pool_core"]) == ("in the core", "not empty")
    assert (said["mix/pool_pays"], said["mix/pool_objection"]) == ("pays", "no group")
    pool = made.mixes.pool
    nothing = pool.division.assign(shapley=0.0)
    other = replace(pool, shapley_in_core=False, core_empty=True, objection="POL+RUS", division=nothing)
    numbers = mix_numbers(with_mixes(made, pool=other), decided.NAMES)
    assert (numbers["mix/pool_shapley"], numbers["mix/pool_core"]) == ("not in the core", "empty")
    assert (numbers["mix/pool_pays"], numbers["mix/pool_objection"]) == ("does not pay", "Poland and Russia")
    assert not any("pool" in key for key in mix_numbers(with_mixes(made, pool=None), decided.NAMES))


def test_words():
    assert deviation_words(5e-7) == "0"
    assert deviation_words(2e-6) == "0.000"
    assert percent_over(0.014) == "1 %"
