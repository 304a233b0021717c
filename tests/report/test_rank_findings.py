"""Numbers of the text on ranks under uncertainty: counted by hand, and words that turn when the numbers turn."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import rank_clouds

from bri_eval.report.rank_findings import rank_findings

NAMES = pd.Series({"A": "Albania", "B": "Bosnia"})
LABELS = {"x": "Speed of ROADS", "one": "Roads"}


@pytest.fixture(scope="module")
def said():
    return rank_findings(rank_clouds.small(), NAMES, 2018, best=2)


def told(ranks, baseline, **settings) -> dict[str, str]:
    return rank_findings(rank_clouds.cloud_of(ranks, baseline), NAMES, 2018, **settings)


def causes(first, total, **settings) -> dict[str, str]:
    found = rank_clouds.sensitivity_of(first, total, ("weighter", "scope", "noise: cells")[: len(first)], **settings)
    return rank_findings(rank_clouds.small(), NAMES, 2018, sensitivity=found)


# the cloud


def test_numbers_of_the_cloud_are_counted_by_hand(said):
    expected = {
        "year": "2018",
        "draws": "10",
        "economies": "4",
        "factors": "2",
        "recipes": "4",
        "median_width": "2",
        "narrow": "4",
        "wide": "0",
        "widest": "Albania, Bosnia, C and D",
        "widest_width": "2",
        "outside": "0",
        "outside_names": "none",
        "correlation": "0.80",  # of 2, 1, 3, 4 and 1, 2, 3, 4
        "agreement": "broadly",
        "leader": "Albania",
        "leader_first": "80 %",
        "leader_sure": "likely",
        "leader_baseline": "is number 2 under the base recipe",
        "rival": "Bosnia",
        "rival_first": "20 %",
        "base_leader": "Bosnia",
        "base_leader_first": "20 %",
        "ever_first": "2",
        "best": "2",
        "best_ever": "4",
        "best_90": "1",
        "best_90_names": "Albania",
        "best_50": "2",
        "best_50_names": "Albania and Bosnia",
        "neighbours": "3",
        "neighbours_open": "1",  # B before A in 2 of 10; A before C in 9; C before D in 6, which is not below 60 %
        "neighbours_firm": "0",
        "neighbours_turned": "1",
        "least_sure": "Bosnia before Albania",
        "least_sure_share": "20 %",
    }
    for key, text in expected.items():
        assert said[f"ranks/{key}"] == text, key
    assert said["ranks/shift"] == f"{rank_clouds.small().shift:.1f}"


def test_a_set_larger_than_the_economies_is_all_of_them():
    numbers = told([[1, 2], [2, 1]], [1, 2])
    assert (numbers["ranks/best"], numbers["ranks/best_90"]) == ("2", "2")


def test_a_share_of_exactly_90_per_cent_is_90_per_cent():
    """0.3 + 0.6 is below 0.9 in binary."""
    ranks = [[1] * 3 + [2] * 6 + [3], [2] * 3 + [1] * 6 + [2], [3] * 9 + [1]]
    assert told(ranks, [1, 2, 3], best=2)["ranks/best_90_names"] == "Bosnia and Albania"


def test_words_on_the_leader_turn_with_the_draws():
    sure = [
        (20, "all but certain"),
        (19, "likely"),
        (15, "more likely than not"),
        (11, "more likely than not"),
        (10, "open"),
    ]
    for firsts, word in sure:
        ranks = np.array([[1] * firsts + [2] * (20 - firsts), [2] * firsts + [1] * (20 - firsts)])
        numbers = told(ranks, [1, 2])
        assert numbers["ranks/leader_sure"] == word, firsts
        assert numbers["ranks/leader_baseline"] == "also leads under the base recipe"
    assert told(ranks[:, 9:], [1, 2])["ranks/leader_baseline"] == "is number 2 under the base recipe"


def test_a_probability_is_not_rounded_to_certainty():
    numbers = told([[1] * 299 + [2], [2] * 299 + [1]], [1, 2])
    assert (numbers["ranks/leader_first"], numbers["ranks/rival_first"]) == ("more than 99 %", "less than 1 %")
    assert numbers["ranks/neighbours_firm"] == "1"


def test_widths_and_what_is_outside_follow_the_intervals():
    n = 26
    steady = np.tile(np.arange(1, n + 1)[:, None], 40)
    numbers = told(steady, np.r_[2, 1, 3 : n + 1])
    assert (numbers["ranks/narrow"], numbers["ranks/median_width"], numbers["ranks/wide"]) == (str(n), "0", "0")
    assert numbers["ranks/outside_names"] == "Albania and Bosnia"
    assert numbers["ranks/agreement"] == "closely"
    turned = np.where(np.arange(40) % 2, steady, n + 1 - steady)
    numbers = told(turned, np.arange(1, n + 1))
    assert numbers["ranks/narrow"] == "4"  # the middle ones are 1 and 3 places from their mirror image
    assert numbers["ranks/wide"] == "6"  # the outer ones are 25, 23 and 21 places from theirs
    assert numbers["ranks/neighbours_open"] == str(n - 1)


def test_what_is_exactly_on_a_bound_is_not_beyond_it():
    """20 places are not wide, 5 not narrow, 95 % are not firm, and an even order is not turned."""
    n = 21
    apart = np.tile(np.arange(1, n + 1)[:, None], 20)
    apart[[0, 20], 10:] = [[21], [1]]
    apart[[5, 10], 10:] = [[11], [6]]
    numbers = told(apart, np.arange(1, n + 1))
    assert (numbers["ranks/widest_width"], numbers["ranks/wide"], numbers["ranks/narrow"]) == ("20", "0", str(n - 4))
    numbers = told([[1] * 19 + [2], [2] * 19 + [1]], [1, 2])
    assert numbers["ranks/neighbours_firm"] == "0"
    numbers = told([[1, 2], [2, 1]], [1, 2])
    assert (numbers["ranks/neighbours_open"], numbers["ranks/neighbours_turned"]) == ("1", "0")


def test_level_neighbours_have_no_order():
    numbers = told([[1, 1], [1, 2], [3, 3]], [1, 1, 3])
    assert numbers["ranks/neighbours"] == "1"
    assert numbers["ranks/base_leader"] == "Albania and Bosnia"
    assert "ranks/least_sure" not in told([[1, 1], [1, 2]], [1, 1])


def test_an_order_that_is_mostly_level_is_open_but_not_turned():
    numbers = told([[1] * 10, [1] * 6 + [2] * 4], [1, 2])
    assert (numbers["ranks/neighbours_open"], numbers["ranks/neighbours_turned"]) == ("1", "0")


# Sobol' indices


def test_numbers_of_the_indices_are_those_of_the_table():
    numbers = causes([[0.3, 0.1], [0.1, 0.2], [0.0, 0.3]], [[0.7, 0.1], [0.5, 0.95], [0.02, 0.4]])
    expected = {
        "evaluations": "320",
        "factors": "3",
        "most": "weighting",
        "most_total": "0.70",
        "most_lower": "0.65",
        "most_upper": "0.75",
        "second": "scope",
        "second_total": "0.50",
        "most_apart": "clear of all others",
        "first_sum": "0.40",
        "together": "60 %",
        "together_part": "most of it",
        "little": "none",
        "ranks": "1",
        "ranks_most": "scope",
        "ranks_most_mean": "0.95",
        "ranks_most_count": "1",
        "ranks_same": "another factor",
    }
    for key, text in expected.items():
        assert numbers[f"sobol/{key}"] == text, key


@pytest.mark.parametrize(
    ("alone", "together", "part"),
    [
        (0.45, "55 %", "most of it"),
        (0.6, "40 %", "a large part of it"),
        (0.8, "20 %", "a small part of it"),
        (0.97, "3 %", "hardly any of it"),
        (1.08, "0 %", "hardly any of it"),
    ],
)
def test_words_on_what_factors_do_together_turn_with_the_first_order_indices(alone, together, part):
    numbers = causes([[alone, 0.5], [0.0, 0.1]], [[1.0, 0.8], [0.1, 0.2]])
    assert (numbers["sobol/together"], numbers["sobol/together_part"]) == (together, part)


def test_a_largest_index_is_clear_of_others_only_if_no_interval_reaches_it():
    shares = [[0.5, 0.5], [0.3, 0.3]]
    assert causes(shares, [[0.7, 0.6], [0.61, 0.5]])["sobol/most_apart"] == "not clear of all others"
    assert causes(shares, [[0.7, 0.6], [0.59, 0.5]])["sobol/most_apart"] == "clear of all others"
    third = [*shares, [0.1, 0.1]]
    assert causes(third, [[0.7, 0.6], [0.61, 0.5], [0.1, 0.1]])["sobol/most_apart"] == "not clear of all others"
    assert causes(shares[:1], [[0.7, 0.6]])["sobol/most_apart"] == "clear of all others"


def test_the_factor_of_the_mean_shift_may_be_that_of_single_ranks():
    assert causes([[0.5, 0.5], [0.3, 0.3]], [[0.7, 0.6], [0.6, 0.5]])["sobol/ranks_same"] == "the same factor"


def test_factors_that_do_next_to_nothing_are_named():
    numbers = causes([[0.9, 0.9], [0.0, 0.0], [0.0, 0.0]], [[0.9, 1], [0.004, 0], [0, 0]], half=0.002)
    assert numbers["sobol/little"] == "scope and measurement error"
    unsure = causes([[0.9, 0.9], [0.0, 0.0]], [[0.9, 1], [0.004, 0]], half=0.02)
    assert unsure["sobol/little"] == "none"


def test_ranks_that_never_move_have_no_cause():
    nothing = [[np.nan, np.nan], [np.nan, np.nan]]
    numbers = causes(nothing, nothing)
    assert (numbers["sobol/most"], numbers["sobol/ranks_most"], numbers["sobol/ranks"]) == ("none", "none", "0")


# weights and leaving out


def stability(**changes) -> pd.DataFrame:
    """Two weights: x may rise by .20 or fall to .05, y never matters."""
    row = {"weight": 0.3, "lower": 0.05, "upper": 0.5, "enters_lower": "C", "leaves_lower": "A", "enters_upper": "B"}
    row |= {"leaves_upper": "A", "distance": 0.2, "relative": 2 / 3} | changes
    free = {"weight": 0.7, "lower": 0.0, "upper": 1.0, "enters_lower": "", "leaves_lower": "", "enters_upper": ""}
    free |= {"leaves_upper": "", "distance": np.nan, "relative": np.nan}
    return pd.DataFrame([row, free], index=pd.Index(["x", "y"], name="indicator"))


def stable(found: pd.DataFrame) -> dict[str, str]:
    numbers = rank_findings(rank_clouds.small(), NAMES, 2018, stability=found, labels=LABELS)
    return {key.removeprefix("stability/"): text for key, text in numbers.items() if key.startswith("stability/")}


def test_the_weight_that_has_to_move_least_is_named_with_its_rival():
    assert stable(stability()) == {
        "nodes": "2",
        "free": "1",
        "nearest": "speed of roads",
        "weight": "0.300",
        "limit": "0.500",
        "way": "rises",
        "leader": "Albania",
        "rival": "Bosnia",
        "relative": "67 %",
    }


def test_words_on_the_weight_turn_with_the_nearer_limit():
    numbers = stable(stability(lower=0.2, distance=0.1, relative=1 / 3))
    assert (numbers["way"], numbers["limit"], numbers["rival"], numbers["relative"]) == ("falls", "0.200", "C", "33 %")


def test_an_end_at_which_nobody_draws_level_is_no_limit():
    """The weight is nearer to 0 than to its upper limit, but nothing happens at 0."""
    numbers = stable(stability(weight=0.2, lower=0.0, enters_lower="", leaves_lower="", distance=0.3, relative=1.5))
    assert (numbers["way"], numbers["limit"], numbers["rival"]) == ("rises", "0.500", "Bosnia")


def test_a_leader_that_no_weight_unseats():
    assert stable(stability().iloc[1:]) == {"nodes": "1", "free": "1", "nearest": "none"}


def cases(index, **columns) -> pd.DataFrame:
    defaults = {"spearman": 0.9, "mean_shift": 0.0, "reversals": 0, "furthest": "", "furthest_shift": 0}
    return pd.DataFrame(defaults | {"leader_changed": False} | columns, index=index)


def test_leaving_out_names_what_moves_most_of_pillars_and_of_indicators():
    rows = [("pillar", "one"), ("pillar", "two"), ("indicator", "x"), ("indicator", "y")]
    index = pd.MultiIndex.from_tuples(rows, names=["level", "left_out"])
    columns = {"mean_shift": [1.25, 0.5, 0.2, 3.14], "reversals": [3, 1, 1, 1234], "furthest": ["A", "B", "B", "C"]}
    found = cases(index, **columns, furthest_shift=[2, 1, 1, -7], leader_changed=[False, True, True, True])
    numbers = rank_findings(rank_clouds.small(), NAMES, 2018, left_out=found, labels=LABELS)
    told = {key.removeprefix("leave_out/"): text for key, text in numbers.items() if key.startswith("leave_out/")}
    assert (told["pillar_most"], told["pillar_shift"], told["pillar_furthest"]) == ("roads", "1.2", "Albania")
    assert (told["pillar_leader_changed"], told["pillar_leader_changed_names"]) == ("1", "two")
    assert (told["indicator_most"], told["indicator_reversals"], told["indicator_places"]) == ("y", "1,234", "7")
    assert (told["indicator_cases"], told["indicator_leader_changed_names"]) == ("2", "speed of roads and y")


def test_leaving_out_that_moves_nothing_names_nothing():
    index = pd.MultiIndex.from_tuples([("indicator", "x")], names=["level", "left_out"])
    numbers = rank_findings(rank_clouds.small(), NAMES, 2018, left_out=cases(index))
    assert (numbers["leave_out/indicator_most"], numbers["leave_out/indicator_furthest"]) == ("none", "none")


def test_words_on_reversals_turn_with_their_number():
    index = pd.Index(["A", "B", "C"], name="left_out")
    none = rank_findings(rank_clouds.small(), NAMES, 2018, reversals=cases(index))
    some = rank_findings(
        rank_clouds.small(),
        NAMES,
        2018,
        reversals=cases(index, reversals=[0, 4, 2], leader_changed=[True, False, True]),
    )
    assert none["reversal/kept"] == "keep their order"
    assert (none["reversal/with"], none["reversal/most_without"], none["reversal/leader_without"]) == (
        "0",
        "none",
        "none",
    )
    assert some["reversal/kept"] == "do not all keep their order"
    assert (some["reversal/cases"], some["reversal/with"], some["reversal/most"]) == ("3", "2", "4")
    assert (some["reversal/most_without"], some["reversal/leader_without"]) == ("Bosnia", "Albania and C")


# all of it


def test_what_was_not_analysed_has_no_numbers(said):
    assert {key.partition("/")[0] for key in said} == {"ranks"}


def test_real_analyses_give_texts_only():
    numbers = rank_findings(rank_clouds.counted(), NAMES, 2018, best=3, sensitivity=rank_clouds.divided())
    assert all(isinstance(text, str) and text and "nan" not in text for text in numbers.values())
