"""Transitions and ranks over time: a known chain, counts by hand, what is refused, the shipped index."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import bri_eval as be
from bri_eval.analysis import convergence
from bri_eval.analysis.mobility import rank_mobility, transitions
from bri_eval.checks import InputError

CHAIN = np.array([[0.7, 0.2, 0.1], [0.2, 0.6, 0.2], [0.1, 0.2, 0.7]])
"""Doubly stochastic, so that all classes stay equally large and quantiles find them."""


def column(table: dict[int, list[float]]) -> pd.Series:
    parts = {year: pd.Series(values, index=list("ABCDEFGH")[: len(values)]) for year, values in table.items()}
    return pd.concat(parts, names=["year", "economy"]).swaplevel().sort_index().rename("score")


def test_transitions_recover_a_known_chain():
    rng = np.random.default_rng(0)
    state = np.repeat([0, 1, 2], 1000)
    states = {2000: state}
    for year in range(2001, 2013):
        state = (rng.uniform(size=3000)[:, None] > CHAIN.cumsum(axis=1)[state]).sum(axis=1)
        states[year] = state
    parts = {year: pd.Series(values) for year, values in states.items()}
    scores = pd.concat(parts, names=["year", "economy"]).swaplevel()
    found = transitions(scores + rng.uniform(0, 1, len(scores)), classes=3)
    np.testing.assert_allclose(found.shares, CHAIN, rtol=0, atol=0.03)
    assert found.counts.to_numpy().sum() == 3000 * 12


def test_transitions_by_hand():
    scores = column({2010: [1, 2, 3, 4], 2012: [5, 6, 7, 8], 2018: [8.5, 1.5, 7.5, 8.6]})
    found = transitions(scores, classes=2)
    assert found.limits.tolist() == [scores.median()] == [5.5]
    assert found.limits.index.tolist() == [0.5]
    assert found.counts.to_numpy().tolist() == [[1, 4], [1, 2]]
    assert found.shares.to_numpy().tolist() == [[0.2, 0.8], [1 / 3, 2 / 3]]
    assert (found.counts.index.name, found.counts.columns.name) == ("before", "after")


def test_no_move_over_a_gap_and_a_limit_belongs_to_the_upper_class():
    scores = column({2010: [1, 2, 3, 4, 5], 2012: [1, 2, 3, 4, 5]}).drop(("A", 2012))
    found = transitions(scores, classes=2)
    assert found.limits.tolist() == [3]
    assert found.counts.to_numpy().tolist() == [[1, 0], [0, 3]]
    never = transitions(column({2010: [3, 4], 2012: [1, 2]}), classes=2).shares
    assert never.loc[1].isna().all()
    assert never.loc[2].notna().all()


def test_rank_mobility_by_hand():
    ranks = column({2010: [1, 2, 3, 4], 2018: [3, 1, 2, 4]}).astype(int)
    found = rank_mobility(ranks)
    assert found.index.tolist() == [(2010, 2018)]
    row = found.iloc[0]
    assert (row["n"], row["riser"], row["riser_shift"], row["faller"], row["faller_shift"]) == (4, "B", -1, "A", 2)
    assert row["mean_shift"] == pytest.approx(1, abs=1e-15)
    assert row["spearman"] == pytest.approx(1 - 6 * 6 / (4 * 15), abs=1e-12)
    assert row["kendall"] == pytest.approx((4 - 2) / 6, abs=1e-12)


def test_rank_mobility_ranks_the_common_economies_among_themselves():
    ranks = column({2010: [1, 2, 3], 2018: [1, 2, 3]}).drop(("A", 2018))
    found = rank_mobility(ranks.mask(ranks.index == ("B", 2018), 1.0).mask(ranks.index == ("C", 2018), 2.0)).iloc[0]
    assert (found["n"], found["mean_shift"], found["spearman"]) == (2, 0, pytest.approx(1))


def test_order_does_not_matter(evaluation):
    scores, ranks = evaluation.scores["capability"], evaluation.ranks["capability"]
    mixed = scores.sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(transitions(mixed).counts, transitions(scores).counts)
    pd.testing.assert_frame_equal(rank_mobility(ranks.loc[mixed.index]), rank_mobility(ranks))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda y: transitions(y, classes=1), "classes is 1; expected 2 or more"),
        (lambda y: transitions(0 * y), "8 scores cannot be put into 4 classes over two editions; take fewer classes"),
        (lambda y: transitions(y[y.index.get_level_values("year") == 2010], 2), "cannot be put into 2 classes"),
        (lambda y: rank_mobility(y.to_frame()), "expected one column indexed by .economy, year."),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call(column({2010: [1, 2, 3, 4], 2018: [3, 1, 2, 4]}))


def test_ranks_by_year_may_be_followed_and_scores_may_not(tree, small_panel):
    found = be.evaluate(small_panel, tree, be.Recipe(scope="by_year"))
    assert len(rank_mobility(found.ranks["goal"])) == 1
    with pytest.raises(InputError, match="scores by year do not compare over years"):
        transitions(found.scores["goal"], classes=2)


def test_the_shipped_index(evaluation):
    scores = evaluation.scores["capability"]
    found = transitions(scores)
    moves = sum(
        len(set(scores.xs(a, level="year").index) & set(scores.xs(b, level="year").index))
        for a, b in [(2007, 2010), (2010, 2012), (2012, 2014), (2014, 2016), (2016, 2018), (2018, 2023)]
    )
    assert found.counts.to_numpy().sum() == moves
    np.testing.assert_allclose(found.shares.sum(axis=1), 1, rtol=0, atol=1e-15)
    ranks = rank_mobility(evaluation.ranks["capability"])
    assert ranks["n"].sum() == moves
    assert ranks["spearman"].between(0.95, 1).all()
    assert convergence.transitions is transitions
