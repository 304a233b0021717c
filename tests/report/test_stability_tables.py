"""Tables of what a ranking withstands, made from real analyses of tiny tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import bri_eval as be
from bri_eval.report.exhibits import as_csv, as_markdown
from bri_eval.report.stability_tables import leave_out, rank_reversal, stability_exhibits, weight_stability
from bri_eval.robustness.library import clone_each, transitivity, worsen_each

LABELS = {"x": "Ex", "y": "Why", "one": "Pillar one"}
RECIPE = be.Recipe(weighter="equal", aggregator="topsis")


@pytest.fixture(scope="module")
def framework():
    return be.Framework(
        groups=(be.Group(code="goal"), be.Group(code="one", parent="goal"), be.Group(code="two", parent="goal")),
        indicators=tuple(
            be.Indicator(code=code, parent=parent) for code, parent in zip("xyz", ("one", "one", "two"), strict=True)
        ),
    )


@pytest.fixture(scope="module")
def panel():
    index = pd.MultiIndex.from_product(
        [[f"AA{letter}" for letter in "ABCDEFGH"], [2010, 2012]], names=["economy", "year"]
    )
    return pd.DataFrame(np.random.default_rng(5).uniform(1, 9, (16, 3)), index=index, columns=list("xyz"))


@pytest.fixture(scope="module")
def left_out(panel, framework):
    return be.leave_out.leave_out_indicators(panel, framework, RECIPE, year=2012)


@pytest.fixture(scope="module")
def reversals(panel, framework):
    return be.leave_out.leave_out_economies(panel, framework, RECIPE, year=2012)


@pytest.fixture(scope="module")
def main(panel, framework):
    return be.evaluate(panel, framework, RECIPE)


def test_leave_out_lists_pillars_and_indicators_by_name(left_out):
    exhibit = leave_out(left_out, LABELS, 2012)
    table = exhibit.table
    assert table["left_out"].to_list() == ["Pillar one", "two", "Ex", "Why", "z"]
    assert table["level"].to_list() == ["pillar"] * 2 + ["indicator"] * 3
    for column, source in (
        ("spearman", "spearman"),
        ("places", "furthest_shift"),
        ("first", "leader"),
        ("reversals", "reversals"),
    ):
        assert table[column].to_list() == left_out[source].to_list()
    assert exhibit.title == "The ranking of 2012 without each pillar and indicator"
    assert (
        "| Level | Left out | Spearman | Kendall | Mean shift | Reversals | Furthest | Places | First |"
        in as_markdown(exhibit)
    )


def test_weight_stability_names_who_draws_level_at_each_end(main):
    found = be.stability.weight_stability(main, year=2012)
    exhibit = weight_stability(found, LABELS)
    table = exhibit.table.set_index("indicator")
    assert list(table.index) == ["Ex", "Why", "z"]
    for column in found.columns:
        assert table[column].to_list() == pytest.approx(found[column].to_list(), nan_ok=True), column
    assert "| Indicator | Weight | From | Level there | To | Level there | Relative |" in as_markdown(exhibit)
    order = "indicator,weight,lower,enters_lower,upper,enters_upper,relative,leaves_lower,leaves_upper,distance"
    assert as_csv(exhibit).splitlines()[0] == order
    assert (exhibit.code, exhibit.title[-18:]) == ("weight_stability", "the leader changes")


def test_weight_stability_of_pillars_and_of_a_set_say_so(main):
    found = be.stability.weight_stability(main, year=2012, level="pillar", best=3)
    exhibit = weight_stability(found, LABELS, best=3)
    assert exhibit.code == "pillar_stability"
    assert exhibit.title == "How far the weight of each pillar may move before the best 3 change"
    assert exhibit.table["pillar"].to_list() == ["Pillar one", "two"]


def test_rank_reversal_sums_up_the_cases_of_every_test(main, reversals):
    worse, copies = worsen_each(main, year=2012), clone_each(main, year=2012)
    pairs = transitivity(main, year=2012)
    exhibit = rank_reversal(reversals, worsened=worse, cloned=copies, pairs=pairs)
    table = exhibit.table.set_index("test")
    assert list(table.index) == ["one economy less", "one economy worse", "a copy of one economy more"]
    assert table["cases"].to_list() == [8, 7, 7]
    for test, found in zip(table.index, (reversals, worse, copies), strict=True):
        turned = [row["reversals"] for _, row in found.iterrows()]
        assert table.loc[test, "with_reversals"] == sum(count > 0 for count in turned)
        assert table.loc[test, "most_reversals"] == max(turned)
        assert table.loc[test, "mean_shift"] == pytest.approx(sum(found["mean_shift"]) / len(found))
    assert table.loc["one economy less", "leader_changed"] == sum(reversals["leader_changed"])
    assert table.loc["one economy worse", "leader_changed"] == sum(not kept for kept in worse["leader_kept"])
    moved = sum(pairs.ranks["whole"] != pairs.ranks["recomposed"])
    assert f"Of 28 pairs ranked alone 0 are level, and {pairs.circles} triples go round; " in exhibit.notes[-1]
    assert f"pairs give {moved} of 8 economies another rank." in exhibit.notes[-1]


def test_the_case_with_most_reversals_is_named_and_nobody_where_there_are_none(reversals):
    row = rank_reversal(reversals.assign(reversals=[0, 2, 0, 5, 1, 0, 0, 0])).table.iloc[0]
    assert (row["case"], row["most_reversals"], row["with_reversals"]) == ("AAD", 5, 3)
    assert rank_reversal(reversals.assign(reversals=0)).table.iloc[0]["case"] == ""
    several = worsened_twice()
    assert rank_reversal(reversals, worsened=several).table.iloc[1][["case", "leader_changed"]].to_list() == ["B 2", 1]


def worsened_twice() -> pd.DataFrame:
    index = pd.MultiIndex.from_product([["A", "B"], [1, 2]], names=["worsened", "repeat"])
    return pd.DataFrame({"leader_kept": [True, True, True, False], "reversals": [0, 1, 0, 2], "mean_shift": 0.5}, index)


def test_tables_of_what_was_not_done_are_left_out(left_out, reversals):
    assert stability_exhibits(None, None, None, LABELS, 2012) == []
    made = stability_exhibits(left_out, reversals, None, LABELS, 2012)
    assert [exhibit.code for exhibit in made] == ["leave_out", "rank_reversal"]


def test_every_table_is_made_of_a_full_analysis(left_out, reversals, main):
    found = be.stability.weight_stability(main, year=2012)
    made = stability_exhibits(left_out, reversals, found, LABELS, 2012)
    assert [exhibit.code for exhibit in made] == ["leave_out", "rank_reversal", "weight_stability"]
    assert all(note.endswith(".") for exhibit in made for note in exhibit.notes)
