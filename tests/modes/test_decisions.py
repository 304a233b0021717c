"""The record of all decisions: its parts are those of the single functions, and bad requests are refused."""

from __future__ import annotations

from dataclasses import replace

import decided
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.modes.breakeven import break_even
from bri_eval.modes.catalogue import switch_on
from bri_eval.modes.choice import mode_choice
from bri_eval.modes.decisions import INSTANCE, decide, in_markets


@pytest.fixture(scope="module")
def made():
    return decided.small()


def test_every_merchant_has_a_choice_over_all_partners_and_segments(made):
    assert list(made.choices) == ["micro", "sme", "large"]
    own = mode_choice(decided.catalogue(), decided.RAW, decided.index(), merchant="micro", year=2018)
    pd.testing.assert_frame_equal(made.choices["micro"].recommended, own.recommended)
    assert made.choice is made.choices["sme"]
    assert list(made.choice.left_out.index) == ["PSE"]
    assert len(made.choice.recommended) == 6 * 6


def test_merchants_are_ordered_by_budget_whatever_the_file_says(made):
    turned = replace(made, catalogue=replace(made.catalogue, merchants=made.catalogue.merchants[::-1]))
    assert turned.by_budget == made.by_budget == ["micro", "sme", "large"]
    assert (turned.middle, turned.largest) == ("sme", "large")
    two = replace(made, catalogue=replace(made.catalogue, merchants=made.catalogue.merchants[:2]))
    assert (two.middle, two.largest) == ("micro", "sme")


@pytest.mark.parametrize("quantity", ["cost", "time", "fixed"])
def test_break_evens_are_those_of_the_second_mode_of_the_middle_merchant(made, quantity):
    pd.testing.assert_frame_equal(made.break_evens[quantity], break_even(made.choice, quantity=quantity))


def test_planned_modes_are_switched_on_one_at_a_time_for_the_largest_budget(made):
    on = switch_on(decided.catalogue(), "high_speed_rail")
    choice = mode_choice(on, decided.RAW, decided.index(), merchant="large", year=2018)
    expected = break_even(choice, quantity="fixed", mode="high_speed_rail")
    pd.testing.assert_frame_equal(made.planned.loc["high_speed_rail"], expected)
    reached = made.planned["break_even"].dropna()
    assert len(reached)
    assert reached.max() < 2_000_000  # paper id 06: too dear
    assert set(reached.index.get_level_values("economy")) <= {"KAZ", "POL", "RUS", "TJK"}


def test_the_frontier_is_that_of_the_test_markets_with_cards_as_they_stand(made):
    assert set(made.frontier.index.get_level_values("economy")) == set(INSTANCE)
    post = made.frontier.loc[("RUS", "light_low_value", "postal")]
    assert (post["full_unit_cost"], post["days"]) == (pytest.approx(5.551), 25.0)  # (2 + 8 x .4)(1 + 1.5 x .05 x .9)
    store = made.frontier.loc[("THA", "light_low_value", "overseas_warehouse"), "full_unit_cost"]
    assert store == pytest.approx(7 * (1 + 1.5 * 0.05 * 0.1) + 20_000 / (1240 * 0.8))


def test_in_markets_gives_scales(made):
    assert in_markets(made.catalogue, {"RUS": 2.0}).demand.scale == {"RUS": 2.0}
    assert made.instance_words.startswith("Test markets, with parcels over those of the segments: RUS 1, THA 0.8")


def test_a_watcher_is_told_what_is_counted(made):
    assert made.year == 2018
    assert {what for what, _, _ in decided.CALLS} == {
        "choices",
        "plans",
        "all economies",
        "comparisons of plans",
        "pooling",
    }
    assert all(0 <= done <= total for _, done, total in decided.CALLS)


def test_an_instance_without_markets_is_refused():
    with pytest.raises(InputError, match="the test instance has no market"):
        decide(decided.catalogue(), decided.RAW, decided.index(), year=2018, instance={})


def test_an_unknown_market_is_refused():
    with pytest.raises(InputError, match="unknown economy 'XXX'"):
        decide(decided.catalogue(), decided.RAW, decided.index(), year=2018, instance={"XXX": 1.0})
