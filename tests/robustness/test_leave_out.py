"""Leaving indicators, pillars and economies out: the published reversal, brute force, what rules reversal out."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import bri_eval as be
from bri_eval.analysis.influence import leave_out, rank_shift
from bri_eval.checks import InputError
from bri_eval.framework import Framework, Group, Indicator, flat_framework
from bri_eval.robustness.leave_out import (
    leave_out_economies,
    leave_out_economy_shifts,
    leave_out_indicators,
    reversed_pairs,
)

TOPSIS = be.Recipe(normaliser="vector", aggregator="topsis")


@pytest.fixture
def example() -> pd.DataFrame:
    """Three alternatives, two benefits of equal weight; computed case of rank reversal, as a panel of one year."""
    index = pd.MultiIndex.from_product([["A1", "A2", "A3"], [2018]], names=["economy", "year"])
    return pd.DataFrame({"x": [8.0, 3.0, 5.0], "y": [5.0, 8.0, 9.0]}, index=index)


def flat(**posts) -> Framework:
    framework = flat_framework((("x", "benefit"), ("y", "benefit")))
    indicators = tuple(dataclasses.replace(i, goalposts=posts.get(i.code)) for i in framework.indicators)
    return dataclasses.replace(framework, indicators=indicators)


# economies ------------------------------------------------------------------------------------------------------------


def test_leaving_the_worst_out_turns_the_order_round(example):
    """Similarities .6221 .3105 .5479, and without A2 .4501 .5499."""
    full = be.evaluate(example, flat(), TOPSIS).scores["score"]
    assert full.tolist() == pytest.approx([0.6221, 0.3105, 0.5479], abs=5e-5)
    rest = be.evaluate(example.drop("A2"), flat(), TOPSIS).scores["score"]
    assert rest.tolist() == pytest.approx([0.4501, 0.5499], abs=5e-5)
    found = leave_out_economies(example, flat(), TOPSIS, year=2018)
    row = found.loc["A2"]
    assert row[["rank", "economies", "reversals", "leader", "leader_changed"]].tolist() == [3, 2, 1, "A3", True]
    assert row["spearman"] == pytest.approx(-1)
    assert found.loc["A3", ["reversals", "leader", "leader_changed"]].tolist() == [0, "A1", False]
    # without the leader the second leads: nobody has changed places
    assert found.loc["A1", ["reversals", "leader", "leader_changed"]].tolist() == [0, "A3", False]


def test_fixed_bounds_and_ideals_rule_reversal_out(example):
    """With z = x / 10 and ideals 1 and 0: .6366 .5399 .6688, with or without A2."""
    framework = flat(x=(0.0, 10.0), y=(0.0, 10.0))
    recipe = be.Recipe(aggregator="topsis_fixed")
    scores = be.evaluate(example, framework, recipe).scores["score"]
    assert scores.tolist() == pytest.approx([0.6366, 0.5399, 0.6688], abs=5e-5)
    found = leave_out_economies(example, framework, recipe, year=2018)
    assert found["reversals"].tolist() == [0, 0, 0]
    assert found["mean_shift"].eq(0).all()


@pytest.mark.parametrize("scope", ["pooled", "by_year"])
def test_economies_are_left_out_with_all_their_years_and_everything_made_anew(scope, tree, small_panel):
    recipe = be.Recipe(weighter="entropy", aggregator="topsis", scope=scope)
    found = leave_out_economies(small_panel, tree, recipe, year=2016)
    full = be.evaluate(small_panel, tree, recipe).ranks_in(2016)
    assert found.index.tolist() == ["AFG", "ALB", "ARE", "ARM", "AZE"]
    assert found["rank"].to_dict() == full.to_dict()
    for economy, row in found.iterrows():
        after = be.evaluate(small_panel.drop(economy), tree, recipe).ranks_in(2016)
        before = full.drop(economy).rank(method="min")
        assert row["spearman"] == pytest.approx(stats.spearmanr(before, after[before.index]).statistic)
        assert row["mean_shift"] == pytest.approx((before - after).abs().mean())
        assert row["leader"] == after.idxmin()
        assert row["leader_changed"] == (after.idxmin() != before.idxmin())
        turned = [
            (one, other)
            for one in before.index
            for other in before.index
            if before[one] < before[other] and after[one] > after[other]
        ]
        assert row["reversals"] == len(turned)
        shifts = leave_out_economy_shifts(small_panel, tree, recipe, year=2016)[economy]
        assert set(map(tuple, reversed_pairs(shifts)[["above", "below"]].to_numpy())) == set(turned)


def test_an_economy_of_another_year_counts_where_years_are_pooled(tree, small_panel):
    """AFG is not ranked in 2018 and has bounds of its own in 2016."""
    panel = small_panel.drop(("AFG", 2018))
    panel.loc[("AFG", 2016), "w"] = 100.0
    found = leave_out_economies(panel, tree, be.Recipe(), year=2018)
    assert np.isnan(found.loc["AFG", "rank"])
    assert found.loc["AFG", "economies"] == 4
    assert found.loc["ALB", "economies"] == 3
    expected = rank_shift(be.evaluate(panel, tree).ranks_in(2018), be.evaluate(panel.drop("AFG"), tree).ranks_in(2018))
    assert found.loc["AFG", "mean_shift"] == expected["shift"].abs().mean() > 0


def test_a_reference_economy_stays(tree, small_panel):
    recipe = be.Recipe(normaliser="distance_to_reference", reference="ARE")
    panel = small_panel.copy()
    panel.loc["ARE"] = 5.0  # nobody's worst
    assert leave_out_economies(panel, tree, recipe, year=2018).index.tolist() == ["AFG", "ALB", "ARM", "AZE"]


def test_an_economy_without_which_there_is_no_index_is_named(tree, small_panel):
    panel = small_panel.assign(w=1.0)
    panel.loc["ARM", "w"] = 2.0
    with pytest.raises(InputError, match=r"without 'ARM': indicator 'w' is constant \(1 in all 8 rows\)"):
        leave_out_economies(panel, tree, be.Recipe(), year=2018)
    with pytest.raises(InputError, match="no economy is ranked in 2017; years are '2016', '2018'"):
        leave_out_economies(small_panel, tree, be.Recipe(), year=2017)


# pairs ----------------------------------------------------------------------------------------------------------------


def test_reversed_pairs_by_hand():
    """D falls from 2 below C and B; A and B, tied before, and C and B, tied after, are not reversals."""
    moved = pd.DataFrame({"before": [1, 1, 3, 2, 5], "after": [1, 2, 2, 4, 5]}, index=list("ABCDE"))
    found = reversed_pairs(moved)
    assert found.to_dict("records") == [
        {"above": "D", "below": "C", "above_before": 2, "below_before": 3, "above_after": 4, "below_after": 2}
    ]
    assert reversed_pairs(moved.assign(after=moved["before"])).empty
    upside_down = reversed_pairs(pd.DataFrame({"before": [1, 2, 3], "after": [3, 2, 1]}, index=list("ABC")))
    assert upside_down[["above", "below"]].to_numpy().tolist() == [["A", "B"], ["A", "C"], ["B", "C"]]


def test_reversals_are_the_discordant_pairs_of_kendall():
    rng = np.random.default_rng(2)
    moved = pd.DataFrame({"before": rng.permutation(12) + 1, "after": rng.permutation(12) + 1})
    tau = stats.kendalltau(moved["before"], moved["after"]).statistic
    assert len(reversed_pairs(moved)) == pytest.approx((1 - tau) / 2 * 66)


# indicators -----------------------------------------------------------------------------------------------------------


def test_indicators_and_pillars_as_in_the_analysis(tree, small_panel):
    recipe = be.Recipe(aggregator="topsis")
    found = leave_out_indicators(small_panel, tree, recipe, year=2018)
    assert found.index.tolist() == [
        ("pillar", "a"), ("pillar", "b"),
        ("indicator", "w"), ("indicator", "x"), ("indicator", "y"), ("indicator", "z"),
    ]  # fmt: skip
    before = be.evaluate(small_panel, tree, recipe).ranks_in(2018)
    for level in ("pillar", "indicator"):
        expected = leave_out(small_panel, tree, recipe, year=2018, level=level)
        pd.testing.assert_frame_equal(found.loc[level][expected.columns.tolist()], expected)
    for (_, code), row in found.iterrows():
        after = be.evaluate(small_panel, tree, be.Recipe(aggregator="topsis", exclude=(code,))).ranks_in(2018)
        assert row["leader"] == ", ".join(sorted(after.index[after == 1]))
        assert row["leader_changed"] == (set(after.index[after == 1]) != set(before.index[before == 1]))
        discordant = sum(
            (before[i] - before[h]) * (after[i] - after[h]) < 0 for i in before.index for h in before.index if i < h
        )
        assert row["reversals"] == discordant
    assert found["leader_changed"].any()


def test_a_pillar_without_siblings_is_not_left_out(small_panel):
    indicators = tuple(Indicator(code=code, parent="a") for code in "wxyz")
    lone = Framework(groups=(Group(code="goal"), Group(code="a", parent="goal")), indicators=indicators)
    assert leave_out_indicators(small_panel, lone, be.Recipe(), year=2018).index.tolist() == [
        ("indicator", code) for code in "wxyz"
    ]


def test_the_shipped_index(panel, framework, judgements):
    """Judgements may come once only; without fixed broadband ARE no longer leads; a few economies do turn others."""
    recipe = be.Recipe(weighter="ahp_entropy", aggregator="topsis")
    before = panel.copy()
    found = leave_out_indicators(panel, framework, recipe, iter(judgements), year=2018)
    assert found["economies"].eq(63).all()
    assert found.loc[("indicator", "fixed_broadband"), ["leader", "leader_changed"]].tolist() == ["SGP", True]
    some = panel.loc[["SGP", "ARE", "GRC", "CYP", "EST", "SVN", "ISR", "HRV"]]
    assert leave_out_economies(some, framework, recipe, iter(judgements), year=2018)["economies"].eq(7).all()
    pd.testing.assert_frame_equal(panel, before)
