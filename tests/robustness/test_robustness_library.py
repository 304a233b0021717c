"""Rank reversal tests: against brute force, against the library's own TOPSIS, on the published reversal."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

import bri_eval as be
from bri_eval.aggregate import aggregate, rank_scores
from bri_eval.checks import InputError
from bri_eval.robustness.library import clone_each, transitivity, worsen_each

NAMES = list("ABCDEFG")


def evaluated(aggregator, seed=0, rows=7, **choices) -> be.Evaluation:
    rng = np.random.default_rng(seed)
    x = pd.DataFrame(rng.uniform(1, 9, (rows, 4)), index=NAMES[:rows], columns=list("wxyz"))
    weights = pd.Series(rng.dirichlet(np.ones(4)), index=list("wxyz"))
    recipe = be.Recipe(aggregator=aggregator, range=(1.0, 10.0), **choices)
    return be.evaluate_matrix(x, dict.fromkeys("wxyz", "benefit"), recipe, weights=weights)


def ranks(evaluation, matrix) -> pd.Series:
    """Rank a changed normalised table with the evaluation's weights."""
    scores = aggregate(matrix, evaluation.weights, evaluation.recipe.aggregator)
    return pd.Series(rank_scores(scores.to_numpy()), index=matrix.index)


def turned(before, after) -> int:
    names = before.index
    return sum(before[i] < before[h] and after[i] > after[h] for i, h in itertools.permutations(names, 2))


# worsening ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_worsening_under_topsis_is_what_the_library_finds_with_its_own(seed):
    """Same seed, same amounts; the library's TOPSIS on the same normalised table and weights."""
    from skcriteria.agg.topsis import TOPSIS
    from skcriteria.ranksrev import RankInvariantChecker

    evaluation = evaluated("topsis", seed)
    checker = RankInvariantChecker(TOPSIS(), repeat=4, random_state=np.random.default_rng(9))
    with pytest.warns(DeprecationWarning, match="inplace"):
        theirs = [one for _, one in checker.evaluate(be.to_decision_matrix(evaluation)).ranks]
    found = worsen_each(evaluation, repeat=4, seed=9)
    assert len(found) == 4 * 6
    assert found.index.names == ["worsened", "repeat"]
    reference = theirs[0].to_series()
    for ((name, turn), row), one in zip(found.iterrows(), theirs[1:], strict=True):
        assert (name, turn - 1) == (one.e_.rank_inv_check.mutated, one.e_.rank_inv_check.iteration)
        after = one.to_series()
        assert row["leader_kept"] == (after[reference.idxmin()] == 1)
        assert row["reversals"] == turned(reference.drop(name), after.drop(name))


def test_a_weighted_sum_is_never_turned_by_what_gets_worse():
    found = worsen_each(evaluated("arithmetic"), repeat=3)
    assert found["leader_kept"].all()
    assert found[["reversals", "mean_shift", "furthest_shift"]].eq(0).all(axis=None)


def test_topsis_is_turned_in_some_tables():
    assert sum(worsen_each(evaluated("topsis", seed, 5), repeat=2)["reversals"].sum() for seed in range(12)) > 0


def test_the_seed_decides_and_nothing_is_left_behind():
    evaluation = evaluated("topsis", 3)
    before = evaluation.matrix
    pd.testing.assert_frame_equal(worsen_each(evaluation, seed=0), worsen_each(evaluation, seed=0))
    pd.testing.assert_frame_equal(evaluation.matrix, before)


def test_what_cannot_be_worsened_is_named_and_not_drawn_for_ever():
    """The worst in everything is 0 in everything under min-max to 0-1; twins are no distance apart."""
    x = pd.DataFrame({"a": [3.0, 2.0, 1.0], "b": [1.5, 3.0, 1.0]}, index=list("ABC"))
    flat = {"a": "benefit", "b": "benefit"}
    with pytest.raises(InputError, match=r"'C' cannot be worsened, being 0 in, .* normalise to a range such as"):
        worsen_each(be.evaluate_matrix(x, flat))
    assert len(worsen_each(be.evaluate_matrix(x, flat, be.Recipe(range=(1, 100))))) == 2
    twins = pd.DataFrame({"a": [3.0, 2.0, 2.0, 1.0], "b": [3.0, 2.0, 2.0, 1.5]}, index=list("ABCD"))
    with pytest.raises(InputError, match="'B' cannot be worsened"):
        worsen_each(be.evaluate_matrix(twins, flat, be.Recipe(range=(1, 100))))


# clones ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("aggregator", ["promethee", "rank_sum_ratio", "topsis", "arithmetic", "vikor"])
def test_clones_by_brute_force(aggregator):
    total = 0
    for seed in range(4):
        evaluation = evaluated(aggregator, seed, 5)
        before, matrix = evaluation.ranks["score"], evaluation.matrix
        found = clone_each(evaluation)
        assert set(found.index) == set(before.index[before > 1])
        for name, row in found.iterrows():
            joined = pd.concat([matrix, matrix.loc[[name]].rename(index={name: "copy"})])
            after = ranks(evaluation, joined).drop("copy")
            assert row["leader_kept"] == (set(after.index[after == 1]) == set(before.index[before == 1]))
            assert row["reversals"] == turned(before, after)
            total += row["reversals"]
    assert (total > 0) == (aggregator in ("promethee", "rank_sum_ratio"))  # the others do not look at numbers of rows


# pairs ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("aggregator", ["topsis", "promethee", "grey"])
def test_circles_by_brute_force(aggregator):
    seen = set()
    for seed in range(6):
        evaluation = evaluated(aggregator, seed)
        matrix, found = evaluation.matrix, transitivity(evaluation)
        above = {
            (one, other)
            for one, other in itertools.permutations(NAMES, 2)
            if ranks(evaluation, matrix.loc[[one, other]]).loc[one] == 1
        }
        assert (found.pairs, found.tied) == (21, len(above) - 21)
        if found.tied:
            continue
        circles = [
            (i, h, k)
            for i, h, k in itertools.combinations(NAMES, 3)
            if {(i, h), (h, k), (k, i)} <= above or {(h, i), (k, h), (i, k)} <= above
        ]
        assert found.circles == len(circles)
        assert found.rate == pytest.approx(len(circles) / 14)  # 7 (49 - 1) / 24 at most
        assert found.ranks["whole"].to_dict() == evaluation.ranks["score"].to_dict()
        if not circles:
            wins = pd.Series({name: sum(one == name for one, _ in above) for name in NAMES})
            assert found.ranks["recomposed"].to_dict() == (7 - wins).to_dict()
        seen.add(bool(circles))
    assert seen


def test_pairs_of_a_weighted_sum_are_its_ranking():
    found = transitivity(evaluated("arithmetic", 4))
    assert (found.circles, found.rate, found.tied) == (0, 0.0, 0)
    assert found.ranks["whole"].equals(found.ranks["recomposed"].rename("whole"))
    assert found.ranks.index.name == "economy"


def test_the_published_reversal():
    """Order A1, A3, A2 of the three; A3 before A1 when they are alone."""
    x = pd.DataFrame({"x": [8.0, 3, 5], "y": [5.0, 8, 9]}, index=["A1", "A2", "A3"])
    recipe = be.Recipe(normaliser="vector", aggregator="topsis")
    evaluation = be.evaluate_matrix(x, {"x": "benefit", "y": "benefit"}, recipe)
    found = transitivity(evaluation)
    assert found.ranks["whole"].to_dict() == {"A1": 1, "A2": 3, "A3": 2}
    assert found.circles == 0
    assert found.ranks["recomposed"].to_dict() == {"A1": 2, "A2": 3, "A3": 1}


# panels ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", ["pooled", "by_year"])
def test_other_years_stay_where_years_are_pooled(scope, tree):
    """The ranking among all is that of the evaluation; a pair's is that of its rows in all years, or in the one."""
    index = pd.MultiIndex.from_product([NAMES, [2016, 2018]], names=["economy", "year"])
    panel = pd.DataFrame(np.random.default_rng(3).uniform(1, 9, (14, 4)), index=index, columns=list("wxyz"))
    evaluation = be.evaluate(panel, tree, be.Recipe(aggregator="topsis", scope=scope, range=(1, 10)))
    found = transitivity(evaluation, year=2018)
    assert found.ranks["whole"].to_dict() == evaluation.ranks_in(2018).to_dict()
    matrix, weights, circles = evaluation.matrix, evaluation.weights_in(2018), {}
    for kept in ([2016, 2018], [2018]):
        wins = dict.fromkeys(NAMES, 0)
        for pair in itertools.combinations(NAMES, 2):
            rows = matrix.loc[(list(pair), kept), :]
            wins[aggregate(rows, weights, "topsis").xs(2018, level="year").idxmax()] += 1
        circles[len(kept)] = 35 - sum(won * (won - 1) // 2 for won in wins.values())  # triples without a winner
    assert circles[1] != circles[2]
    assert found.circles == circles[2 if scope == "pooled" else 1]
    assert len(clone_each(evaluation, year=2016)) == len(worsen_each(evaluation, year=2016, seed=2)) == 6


def test_groups_with_aggregators_of_their_own_are_scored_by_them(small_panel, tree):
    """Not what a flat matrix in the library could do: the tree is walked."""
    import dataclasses

    groups = (tree.groups[0], dataclasses.replace(tree.groups[1], aggregator="geometric"), tree.groups[2])
    mixed = dataclasses.replace(tree, groups=groups)
    evaluation = be.evaluate(small_panel, mixed, be.Recipe(range=(1, 10)))
    assert transitivity(evaluation, year=2018).ranks["whole"].to_dict() == evaluation.ranks_in(2018).to_dict()


def test_what_is_refused(tree, small_panel):
    evaluation = be.evaluate(small_panel, tree)
    for test in (worsen_each, clone_each, transitivity):
        with pytest.raises(InputError, match="there are several years; name one of '2016', '2018'"):
            test(evaluation)
        with pytest.raises(InputError, match="no year 2017"):
            test(evaluation, year=2017)
    gappy = small_panel.copy()
    gappy.iloc[0, 0] = np.nan
    holes = be.evaluate(gappy, tree, be.Recipe(imputer="none", availability=0.5))
    with pytest.raises(InputError, match="missing cells; rank reversal tests need a complete one: impute"):
        clone_each(holes, year=2016)
    two = be.evaluate(small_panel.loc[["AFG", "ALB"]], tree)
    with pytest.raises(InputError, match="2 economies have no triple; transitivity needs 3 or more"):
        transitivity(two, year=2016)
