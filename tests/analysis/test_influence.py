"""Leaving nodes out: brute force, ranks among the common economies, what is refused, the shipped index."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import bri_eval as be
from bri_eval.analysis.influence import agreement, leave_out, leave_out_shifts, rank_shift
from bri_eval.checks import InputError
from bri_eval.framework import Framework, Group, Indicator


def test_rank_shift_by_hand():
    before = pd.Series({"A": 1, "B": 2, "C": 3, "D": 4})
    after = pd.Series({"B": 1, "C": 1, "D": 3, "E": 4})
    found = rank_shift(before, after)
    assert found.to_dict("index") == {
        "B": {"before": 1, "after": 1, "shift": 0},
        "C": {"before": 2, "after": 1, "shift": -1},
        "D": {"before": 3, "after": 3, "shift": 0},
    }


def test_rank_shift_within_years():
    index = pd.MultiIndex.from_product([list("AB"), [2016, 2018]], names=["economy", "year"])
    found = rank_shift(pd.Series([1, 2, 2, 1], index=index), pd.Series([2, 2, 1, 1], index=index))
    assert found["shift"].tolist() == [1, 0, -1, 0]
    assert agreement(found)["furthest"] == "A 2016"


def test_agreement_by_hand_and_of_what_does_not_move():
    found = agreement(rank_shift(pd.Series([1, 2, 3, 4], list("ABCD")), pd.Series([3, 1, 2, 4], list("ABCD"))))
    assert (found["economies"], found["mean_shift"], found["furthest"], found["furthest_shift"]) == (4, 1, "A", 2)
    assert found["spearman"] == pytest.approx(0.4, abs=1e-12)
    assert found["kendall"] == pytest.approx(1 / 3, abs=1e-12)
    still = agreement(rank_shift(pd.Series([1, 1], ["A", "B"]), pd.Series([1, 1], ["A", "B"])))
    assert np.isnan([still["spearman"], still["kendall"]]).all()
    assert (still["mean_shift"], still["furthest"], still["furthest_shift"]) == (0, "", 0)


def test_rankings_without_a_common_economy_are_refused():
    with pytest.raises(InputError, match="the two rankings share no economy; there is nothing to compare"):
        rank_shift(pd.Series({"A": 1}), pd.Series({"B": 1}))


@pytest.mark.parametrize("level", ["indicator", "pillar"])
def test_leave_out_by_evaluating_reduced_frameworks(level, tree, small_panel):
    """Equal weights: leaving out is the same as a framework that never had the node."""
    found = leave_out(small_panel, tree, be.Recipe(), year=2018, level=level)
    full = be.evaluate(small_panel, tree).ranks_in(2018)
    for code in tree.codes if level == "indicator" else tree.pillars:
        kept = [node for node in tree.indicators if code not in (node.code, node.parent)]
        kept = [Indicator(code=node.code, parent=node.parent, direction=node.direction) for node in kept]
        groups = (Group(code="goal"), *(group for group in tree.groups[1:] if group.code != code))
        smaller = be.evaluate(small_panel, Framework(groups=groups, indicators=tuple(kept)), be.Recipe())
        other = smaller.ranks_in(2018)
        assert found.loc[code, "spearman"] == pytest.approx(stats.spearmanr(full, other).statistic, abs=1e-12)
        assert found.loc[code, "kendall"] == pytest.approx(stats.kendalltau(full, other).statistic, abs=1e-12)
        assert found.loc[code, "mean_shift"] == pytest.approx((full - other).abs().mean(), abs=1e-15)
        assert abs(found.loc[code, "furthest_shift"]) == (full - other).abs().max()
    assert found["economies"].eq(5).all()


def test_what_has_no_weight_has_no_influence(tree, small_panel):
    copy = small_panel.assign(x=small_panel["w"])
    found = leave_out(copy, tree, be.Recipe(), year=2018)
    assert found.loc[["w", "x"], "mean_shift"].eq(0).all()
    assert found.loc["w", ["spearman", "furthest"]].tolist() == [pytest.approx(1), ""]


def test_what_is_excluded_stays_excluded(tree, small_panel):
    found = leave_out(small_panel, tree, be.Recipe(exclude=("w",)), year=2018)
    assert found.index.tolist() == ["x", "y", "z"]
    assert leave_out(small_panel, tree, be.Recipe(exclude=("w",)), year=2018, level="pillar").index.tolist() == [
        "a",
        "b",
    ]


def test_the_shifts_are_those_that_are_summarised(tree, small_panel):
    shifts = leave_out_shifts(small_panel, tree, be.Recipe(), year=2016)
    table = leave_out(small_panel, tree, be.Recipe(), year=2016)
    assert {code: one["shift"].abs().mean() for code, one in shifts.items()} == table["mean_shift"].to_dict()


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"year": 2018, "level": "leaf"}, "unknown level 'leaf'; known are 'indicator', 'pillar'"),
        ({"year": 2017}, "no economy is ranked in 2017; years are '2016', '2018'"),
    ],
)
def test_what_is_refused(choice, message, tree, small_panel):
    with pytest.raises(InputError, match=message):
        leave_out(small_panel, tree, be.Recipe(), **choice)


def test_the_shipped_index(panel, framework, judgements):
    recipe = be.Recipe(weighter="ahp_entropy", aggregator="topsis")
    found = leave_out(panel, framework, recipe, iter(judgements), year=2018, level="pillar")
    assert found.index.tolist() == framework.pillars
    assert found["economies"].eq(63).all()
    assert found[["spearman", "kendall"]].gt(0).all(axis=None)
    assert found["mean_shift"].idxmax() == "infrastructure"  # it has the largest weight of the five
    before = panel.copy()
    leave_out(panel, framework, be.Recipe(), year=2018)
    pd.testing.assert_frame_equal(panel, before)
