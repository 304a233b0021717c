"""Priorities and consistency of judgements: published matrices, oracles, groups of experts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import bri_eval as be
from bri_eval.checks import InputError
from bri_eval.weights.ahp import (
    ESTIMATORS,
    RANDOM_INDEX,
    complete_judgements,
    eigen_weights,
    lambda_max,
    prior_weights,
    priorities,
)
from bri_eval.weights.judgements import Judgement, join_judgements


def printed(expected, digits: int):
    """Accept half a unit of the last printed digit."""
    return pytest.approx(expected, abs=0.5 * 10.0**-digits)


def random_judgements(seed: int, size: int) -> np.ndarray:
    scale = np.array([*range(1, 10), *(1 / value for value in range(2, 10))])
    matrix = np.eye(size)
    upper = np.triu_indices(size, 1)
    matrix[upper] = np.random.default_rng(seed).choice(scale, len(upper[0]))
    matrix.T[upper] = 1 / matrix[upper]
    return matrix


def judged(matrix, items, *, node: str = "goal", expert: str = "one", weight: float = 1.0) -> Judgement:
    items = list(items)
    frame = pd.DataFrame(np.asarray(matrix, dtype=float), index=items, columns=items)
    return Judgement(expert=expert, node=node, matrix=frame, weight=weight, origin="test.csv")


# published cases


def test_priorities_saaty2008(published):
    found = priorities(published("saaty2008").judgements)
    assert found.weights.tolist() == printed([0.177, 0.019, 0.042, 0.116, 0.190, 0.129, 0.327], 3)
    computed = [0.1774567, 0.0191495, 0.0418312, 0.1164170, 0.1895724, 0.1287805, 0.3267926]
    assert found.weights.tolist() == pytest.approx(computed, abs=1e-6)
    assert found.lambda_max == pytest.approx(7.176629, abs=1e-6)
    assert found.consistency_index == pytest.approx(0.029438, abs=1e-6)


@pytest.mark.parametrize(
    ("random_index", "expected", "digits"),
    [("saaty1980", 0.0223, 4), ("saaty2005", 0.022, 3), ("donegan_dodd1991", 0.0235, 4)],
)
def test_consistency_ratio_saaty2008(published, random_index, expected, digits):
    found = priorities(published("saaty2008").judgements, random_index=random_index)
    assert found.consistency_ratio == printed(expected, digits)
    assert found.random_index == random_index


def test_priorities_jiang_travel(published):
    found = priorities(published("jiang_travel").judgements)
    expected = [0.26360349, 0.47583538, 0.05381460, 0.09806829, 0.10867824]
    assert found.weights.tolist() == pytest.approx(expected, abs=1e-7)
    assert found.lambda_max == pytest.approx(5.072084, abs=1e-6)
    assert found.consistency_index == pytest.approx(0.0180211, abs=1e-7)
    assert found.consistency_ratio == pytest.approx(0.01609027, abs=1e-7)


def test_column_mean_jiang_travel(published):
    found = priorities(published("jiang_travel").judgements, estimator="column_mean")
    assert found.weights.tolist() == printed([0.2623, 0.4744, 0.0545, 0.0985, 0.1103], 4)


@pytest.mark.parametrize(
    ("estimator", "expected"),
    [
        ("eigen", [0.6369856, 0.2582850, 0.1047294]),
        ("geometric", [0.6369856, 0.2582850, 0.1047294]),
        ("column_mean", [0.6333457, 0.2604980, 0.1061563]),
    ],
)
def test_estimators_ahp3(published, estimator, expected):
    found = priorities(published("ahp3").judgements, estimator=estimator)
    assert found.weights.tolist() == pytest.approx(expected, abs=1e-6)
    assert found.lambda_max == pytest.approx(3.038511, abs=1e-6)


@pytest.mark.parametrize(("random_index", "expected"), [("saaty1980", 0.0332), ("table052", 0.0370)])
def test_consistency_ratio_ahp3(published, random_index, expected):
    found = priorities(published("ahp3").judgements, random_index=random_index)
    assert found.consistency_ratio == printed(expected, 4)


@pytest.mark.parametrize(
    ("random_index", "expected", "passes"), [("saaty1980", 0.0995, True), ("table052", 0.1006, False)]
)
def test_the_random_index_decides_cr_flip(published, random_index, expected, passes):
    found = priorities(published("cr_flip").judgements, random_index=random_index)
    assert found.lambda_max == pytest.approx(4.268632, abs=1e-6)
    assert found.consistency_index == pytest.approx(0.089544, abs=1e-6)
    assert found.consistency_ratio == printed(expected, 4)
    assert (found.consistency_ratio < be.ahp.THRESHOLD) is passes


@pytest.mark.parametrize(
    ("estimator", "expected"),
    [
        ("eigen", [0.0385, 0.0385, 0.4975, 0.0954, 0.0954, 0.2348]),
        ("geometric", [0.0387, 0.0387, 0.4925, 0.0967, 0.0967, 0.2368]),
        ("column_mean", [0.0394, 0.0394, 0.4901, 0.0979, 0.0979, 0.2354]),
    ],
)
def test_estimators_port6(published, estimator, expected):
    assert priorities(published("port6").judgements, estimator=estimator).weights.tolist() == printed(expected, 4)


def test_consistency_port6(published):
    """The source prints CI = .06, a misprint: its lambda gives .0218, and .06 / 1.24 is not the ratio .02 it prints."""
    found = priorities(published("port6").judgements)
    assert found.lambda_max == printed(6.1087, 4)
    assert found.consistency_index == printed(0.0217, 4)
    assert found.consistency_ratio == printed(0.0175, 4)
    assert found.consistency_ratio == printed(0.02, 2)
    index_of_the_printed_lambda = (6.109 - 6) / (6 - 1)
    assert index_of_the_printed_lambda == printed(0.0218, 4)
    assert found.consistency_ratio != pytest.approx(0.06 / 1.24, abs=0.01)


# the shipped presets, study.md 3.1 and 3.2


@pytest.mark.parametrize(
    ("preset", "weights", "largest", "index", "ratio"),
    [
        ("literature_rank", [0.4342, 0.1550, 0.1970, 0.1356, 0.0782], 5.0886, 0.0222, 0.0198),
        ("moderate", [0.2063, 0.3689, 0.2063, 0.1093, 0.1093], 5.0133, None, 0.0030),
    ],
)
def test_presets(data, framework, published, preset, weights, largest, index, ratio):
    case = published(preset).judgements
    local, table = prior_weights(framework, be.read_judgements(data / "judgements" / preset))
    assert local[case.index].tolist() == printed(weights, 4)
    pd.testing.assert_series_equal(local[case.index], priorities(case).weights, check_names=False, atol=1e-12)
    assert table.loc[0, ["node", "expert", "items"]].tolist() == ["capability", preset, 5]
    assert table.loc[0, "lambda_max"] == printed(largest, 4)
    assert table.loc[0, "consistency_ratio"] == printed(ratio, 4)
    if index is not None:
        assert table.loc[0, "consistency_index"] == printed(index, 4)


def test_preset_equal(data, framework):
    local, table = prior_weights(framework, be.read_judgements(data / "judgements" / "equal"))
    assert local[framework.pillars].tolist() == pytest.approx([0.2] * 5, abs=1e-12)
    assert table.loc[0, "consistency_ratio"] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("preset", ["equal", "literature_rank", "moderate"])
def test_presets_judge_pillars_only(data, full_framework, preset):
    local, table = prior_weights(full_framework, be.read_judgements(data / "judgements" / preset))
    assert len(table) == 1
    for pillar in full_framework.pillars:
        leaves = full_framework.leaves(pillar)
        assert local[leaves].tolist() == [1 / len(leaves)] * len(leaves)


# oracles and limits


@pytest.mark.parametrize("size", range(2, 13))
@pytest.mark.parametrize("seed", range(4))
def test_eigenvector_against_numpy(seed, size):
    matrix = random_judgements(seed, size)
    values, vectors = np.linalg.eig(matrix)
    principal = np.argmax(values.real)
    oracle = np.abs(vectors[:, principal].real)
    found = eigen_weights(matrix)
    np.testing.assert_allclose(found, oracle / oracle.sum(), rtol=0, atol=1e-9)
    assert lambda_max(matrix, found) == pytest.approx(values[principal].real, abs=1e-9)


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("size", [1, 2, 3, 5, 9])
def test_consistent_judgements_give_their_weights(estimator, size):
    truth = np.random.default_rng(size).dirichlet(np.ones(size) * 5)
    found = priorities(truth[:, None] / truth, estimator=estimator)
    np.testing.assert_allclose(found.weights, truth, rtol=0, atol=1e-12)
    assert found.lambda_max == pytest.approx(size, abs=1e-9)
    assert found.consistency_ratio == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_eigenvector_is_the_geometric_mean_for_three_items(seed):
    matrix = random_judgements(seed, 3)
    np.testing.assert_allclose(eigen_weights(matrix), ESTIMATORS["geometric"](matrix), rtol=0, atol=1e-12)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_batches_equal_the_loop(estimator):
    batch = np.stack([[random_judgements(10 * i + j, 6) for j in range(5)] for i in range(2)])
    found = ESTIMATORS[estimator](batch)
    for place in np.ndindex(2, 5):
        np.testing.assert_allclose(found[place], ESTIMATORS[estimator](batch[place]), rtol=0, atol=1e-12)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_order_of_items_does_not_matter(estimator):
    matrix = random_judgements(1, 6)
    order = np.random.default_rng(0).permutation(6)
    found = ESTIMATORS[estimator](matrix[np.ix_(order, order)])
    np.testing.assert_allclose(found, ESTIMATORS[estimator](matrix)[order], rtol=0, atol=1e-12)


def test_items_are_labelled():
    frame = pd.DataFrame([[1, 4], [0.25, 1]], index=["cost", "time"], columns=["cost", "time"])
    assert priorities(frame).weights.to_dict() == pytest.approx({"cost": 0.8, "time": 0.2})


def contradictory(size: int) -> np.ndarray:
    """Judge in circles: everything is nine times what follows it."""
    matrix = np.ones((size, size))
    for i in range(size):
        for step in range(1, (size - 1) // 2 + 1):
            matrix[i, (i + step) % size], matrix[(i + step) % size, i] = 9, 1 / 9
    return matrix


def nearly_split(size: int) -> np.ndarray:
    """Put the extreme judgements where they slow powers of the matrix down."""
    matrix = np.ones((size, size))
    half = size // 2
    matrix[0, half:], matrix[half:, 0] = 1 / 9, 9
    matrix[1:half, -1], matrix[-1, 1:half] = 9, 1 / 9
    return matrix


@pytest.mark.parametrize("make", [contradictory, nearly_split])
@pytest.mark.parametrize("size", [3, 4, 5, 7, 9, 15])
def test_eigenvector_of_very_inconsistent_judgements(make, size):
    matrix = make(size)
    values, vectors = np.linalg.eig(matrix)
    oracle = np.abs(vectors[:, np.argmax(values.real)].real)
    np.testing.assert_allclose(eigen_weights(matrix), oracle / oracle.sum(), rtol=0, atol=1e-9)


def test_eigenvectors_of_a_large_mixed_batch_equal_those_alone():
    """Matrices that need more powers than their neighbours do not disturb them, across chunks."""
    batch = np.stack([random_judgements(seed, 5) for seed in range(2500)] + [contradictory(5), np.ones((5, 5))])
    found = eigen_weights(batch)
    for place in (0, 1023, 1024, 2499, 2500, 2501):
        np.testing.assert_allclose(found[place], eigen_weights(batch[place]), rtol=0, atol=1e-14)
    np.testing.assert_allclose(
        np.einsum("nij,nj->ni", batch, found), lambda_max(batch, found)[:, None] * found, atol=1e-9
    )


def test_an_empty_batch_of_matrices_has_no_weights():
    assert eigen_weights(np.ones((0, 4, 4))).shape == (0, 4)


# missing judgements


BOZOKI = np.array([[1, 1, 5, 2], [1, 1, 3, 4], [1 / 5, 1 / 3, 1, np.nan], [1 / 2, 1 / 4, np.nan, 1]])


def test_completion_bozoki2010():
    found = priorities(BOZOKI)
    assert found.weights.tolist() == printed([0.3738, 0.3920, 0.0985, 0.1357], 4)
    assert found.lambda_max == pytest.approx(4.092367, abs=1e-6)
    assert found.consistency_ratio == printed(0.0342, 4)
    assert found.completed.iloc[2, 3] == pytest.approx(np.sqrt(8 / 15), abs=1e-5)
    assert found.completed.iloc[3, 2] == pytest.approx(np.sqrt(15 / 8), abs=1e-5)
    known = ~np.isnan(BOZOKI)
    assert (found.completed.to_numpy()[known] == BOZOKI[known]).all()


def test_complete_judgements_have_nothing_completed():
    assert priorities(np.ones((3, 3))).completed is None


def with_gaps(seed: int, size: int, gaps: int) -> np.ndarray:
    """Blank pairs beyond the first superdiagonal, which keeps the items linked."""
    matrix = random_judgements(seed, size)
    pairs = [(i, j) for i in range(size) for j in range(i + 2, size)]
    for place in np.random.default_rng(seed).choice(len(pairs), gaps, replace=False):
        i, j = pairs[place]
        matrix[i, j] = matrix[j, i] = np.nan
    return matrix


@pytest.mark.parametrize(("size", "gaps"), [(4, 1), (5, 3), (7, 8)])
@pytest.mark.parametrize("seed", range(3))
def test_completion_is_least_and_reciprocal(seed, size, gaps):
    matrix = with_gaps(seed, size, gaps)
    completed = complete_judgements(matrix)
    np.testing.assert_allclose(completed * completed.T, 1, rtol=0, atol=1e-12)
    least = lambda_max(completed, eigen_weights(completed))
    for i, j in np.argwhere(np.triu(np.isnan(matrix))):
        for factor in (0.9, 0.999, 1.001, 1.1):
            moved = completed.copy()
            moved[i, j], moved[j, i] = moved[i, j] * factor, moved[j, i] / factor
            assert lambda_max(moved, eigen_weights(moved)) > least


def test_completion_against_a_search_without_slopes():
    from scipy.optimize import minimize

    matrix = with_gaps(5, 5, 2)
    rows, columns = np.nonzero(np.triu(np.isnan(matrix)))

    def largest(logs):
        full = matrix.copy()
        full[rows, columns], full[columns, rows] = np.exp(logs), np.exp(-logs)
        return np.linalg.eigvals(full).real.max()

    oracle = minimize(largest, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-14})
    np.testing.assert_allclose(np.log(complete_judgements(matrix)[rows, columns]), oracle.x, atol=1e-5)


@pytest.mark.parametrize("size", [2, 3, 6])
def test_a_chain_of_judgements_is_completed_consistently(size):
    truth = np.random.default_rng(size).dirichlet(np.ones(size) * 3)
    matrix = truth[:, None] / truth
    matrix[np.abs(np.subtract.outer(range(size), range(size))) > 1] = np.nan
    found = priorities(matrix)
    np.testing.assert_allclose(found.weights, truth, rtol=0, atol=1e-9)
    assert found.lambda_max == pytest.approx(size, abs=1e-9)


def test_completion_does_not_depend_on_the_order_of_items():
    matrix, order = with_gaps(2, 6, 4), [3, 0, 5, 1, 4, 2]
    moved = priorities(matrix[np.ix_(order, order)]).weights.to_numpy()
    np.testing.assert_allclose(moved, priorities(matrix).weights.to_numpy()[order], rtol=0, atol=1e-7)


def test_an_item_that_no_judgement_links():
    frame = pd.DataFrame(np.ones((4, 4)), index=list("abcd"), columns=list("abcd"))
    frame.loc["d", ["a", "b", "c"]] = frame.loc[["a", "b", "c"], "d"] = np.nan
    with pytest.raises(InputError, match="no judgement links 'd' to 'a', 'b', 'c'; judge at least one pair that joins"):
        priorities(frame)


@pytest.mark.parametrize("estimator", ["geometric", "column_mean"])
def test_only_the_eigenvector_completes(estimator):
    with pytest.raises(InputError, match=f"estimator '{estimator}' needs every judgement and '2' over '3' is missing"):
        priorities(BOZOKI, estimator=estimator)


def test_experts_fill_each_others_gaps(tree):
    """The mean of a pair is over those who judged it; each must still link all items."""
    gap = [[1, 2, np.nan], [1 / 2, 1, 3], [np.nan, 1 / 3, 1]]
    joined = join_judgements([judged(gap, "abc"), judged([[1, 8, 5], [1 / 8, 1, 1], [1 / 5, 1, 1]], "abc")])
    assert joined.loc["a", ["b", "c"]].tolist() == pytest.approx([4, 5], abs=1e-12)
    assert joined.loc["c", "a"] == pytest.approx(1 / 5, abs=1e-12)


def test_leaving_items_out_can_cut_the_links(tree):
    gap = pd.DataFrame([[1, np.nan, 2], [np.nan, 1, 2], [1 / 2, 1 / 2, 1]], index=list("abc"), columns=list("abc"))
    with pytest.raises(InputError, match=r"test\.csv: expert 'one', node 'goal': no judgement links 'b' to 'a'"):
        prior_weights(tree, [judged(gap, "abc")])


# random index


def test_without_a_random_index_the_ratio_is_missing():
    found = priorities(np.ones((12, 12)), random_index=None)
    assert np.isnan(found.consistency_ratio)
    assert found.consistency_index == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("saaty1980", [0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49]),
        ("table052", [0.52, 0.89, 1.12, 1.26, 1.36, 1.41, 1.46, 1.49]),
        ("saaty2005", [0.52, 0.89, None, None, 1.35, None, None, None]),
        ("donegan_dodd1991", [None, None, None, None, 1.2519, None, None, None]),
        ("tummala_ling1998", [0.5799, 0.8921, 1.1159, 1.2358, 1.3322, None, None, None]),
    ],
)
def test_random_index_tables(name, values):
    assert RANDOM_INDEX[name] == {size: value for size, value in enumerate(values, start=3) if value is not None}


@pytest.mark.parametrize(
    ("name", "size"), [("saaty1980", 11), ("saaty2005", 5), ("donegan_dodd1991", 4), ("tummala_ling1998", 8)]
)
def test_a_size_that_the_table_does_not_give(name, size):
    with pytest.raises(InputError, match=f"random index '{name}' has no value for {size} items .*choose another table"):
        priorities(np.ones((size, size)), random_index=name)


def test_two_items_are_always_consistent():
    found = priorities([[1, 5], [1 / 5, 1]], random_index="donegan_dodd1991")
    assert (found.consistency_index, found.consistency_ratio) == (0, 0)


# groups of experts


@pytest.mark.parametrize("seed", range(5))
def test_joining_keeps_reciprocity(seed):
    group = [judged(random_judgements(10 * seed + k, 5), "abcde", weight=k + 1) for k in range(3)]
    joined = join_judgements(group).to_numpy()
    np.testing.assert_allclose(joined * joined.T, 1, rtol=0, atol=1e-12)


def test_joining_by_hand():
    group = [judged([[1, a], [1 / a, 1]], "ab") for a in (2, 3, 4)]
    assert join_judgements(group).loc["a", "b"] == pytest.approx(24 ** (1 / 3), abs=1e-12)


def test_experts_weigh_as_exponents():
    group = [judged([[1, 8], [1 / 8, 1]], "ab", weight=2), judged(np.ones((2, 2)), "ab", weight=1)]
    assert join_judgements(group).loc["a", "b"] == pytest.approx(4, abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_judgements_or_priorities_are_joined_alike_by_the_geometric_mean(seed):
    group = [judged(random_judgements(10 * seed + k, 5), "abcde") for k in range(3)]
    from_judgements = priorities(join_judgements(group), estimator="geometric").weights
    each = np.stack([priorities(one.matrix, estimator="geometric").weights for one in group])
    product = each.prod(axis=0) ** (1 / 3)
    np.testing.assert_allclose(from_judgements, product / product.sum(), rtol=0, atol=1e-12)


def test_a_group_in_a_framework(tree):
    group = [judged([[1, 8], [1 / 8, 1]], "ab", expert="one"), judged([[1, 2], [1 / 2, 1]], "ba", expert="two")]
    local, table = prior_weights(tree, group)
    assert local[["a", "b"]].tolist() == pytest.approx([2 / 3, 1 / 3], abs=1e-12)
    assert local[["w", "x", "y", "z"]].tolist() == [0.5] * 4
    assert table["expert"].tolist() == ["one", "two", "all"]
    assert set(table["node"]) == {"goal"}


def test_joining_priorities_in_a_framework(tree):
    """With weights 2 and 1: the ratio of a to b is (8^2 * 1)^(1/3) = 4; there is no joined matrix to report."""
    group = [judged([[1, 8], [1 / 8, 1]], "ab", weight=2), judged(np.ones((2, 2)), "ba", expert="two")]
    local, table = prior_weights(tree, group, group="aip")
    assert local[["a", "b"]].tolist() == pytest.approx([0.8, 0.2], abs=1e-12)
    assert table["expert"].tolist() == ["one", "two"]


@pytest.mark.parametrize("seed", range(3))
def test_both_ways_of_joining_agree_by_the_geometric_mean_only(seed):
    items = list("abcd")
    flat = be.Framework(
        groups=(be.Group(code="goal"),), indicators=tuple(be.Indicator(code=item, parent="goal") for item in items)
    )
    group = [judged(random_judgements(9 * seed + k, 4), items, expert=str(k), weight=k + 1) for k in range(3)]
    aij, aip = (prior_weights(flat, group, estimator="geometric", group=how)[0] for how in ("aij", "aip"))
    pd.testing.assert_series_equal(aij, aip, atol=1e-12)
    eigen = [prior_weights(flat, group, group=how)[0] for how in ("aij", "aip")]
    assert np.abs(eigen[0] - eigen[1]).max() > 1e-4


def test_an_unknown_way_of_joining(tree):
    with pytest.raises(InputError, match=r"unknown group 'ajp'; known are 'aij', 'aip'"):
        prior_weights(tree, [judged(np.ones((2, 2)), "ab")], group="ajp")


def test_an_expert_who_judges_a_node_twice(tree):
    with pytest.raises(InputError, match=r"test\.csv: expert 'one' judges node 'goal' twice, here and in test\.csv"):
        prior_weights(tree, [judged(np.ones((2, 2)), "ab")] * 2)


def test_every_node_may_be_judged(tree):
    local, table = prior_weights(tree, [judged([[1, 4], [0.25, 1]], "ab"), judged([[1, 0.25], [4, 1]], "yz", node="b")])
    assert local.to_dict() == pytest.approx({"a": 0.8, "b": 0.2, "w": 0.5, "x": 0.5, "y": 0.2, "z": 0.8}, abs=1e-12)
    assert table[["node", "items"]].to_numpy().tolist() == [["goal", 2], ["b", 2]]


def test_items_left_out_are_dropped(framework, published):
    case = published("literature_rank").judgements
    left = be.Framework(
        groups=tuple(group for group in framework.groups if group.code not in ("service", "network")),
        indicators=tuple(one for one in framework.indicators if one.parent not in ("service", "network")),
    )
    local, _ = prior_weights(left, [judged(case, case.index, node="capability")])
    kept = ["infrastructure", "enterprise", "flexibility"]
    np.testing.assert_allclose(local[kept], priorities(case.loc[kept, kept]).weights, rtol=0, atol=1e-12)


# what is refused


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ([[1, 2, 3], [0.5, 1, 2]], "the judgement matrix is 2 x 3; expected a square"),
        ([[1, 0], [1, 1]], "'0' over '1' is 0; judgements are positive numbers, 1/9 to 9"),
        ([[1, -2], [-0.5, 1]], "'0' over '1' is -2; judgements are positive"),
        ([[1, np.nan], [0.5, 1]], "'0' over '1' is nan; judgements are positive"),
        ([[np.nan, 1], [1, 1]], "'0' over '0' is nan; judgements are positive"),
        ([[1, np.inf], [0, 1]], "'0' over '1' is inf; judgements are positive"),
        ([[1, 3], [3, 1]], "not reciprocal: '0' over '1' is 3 and '1' over '0' is 3; expected '1' over '0' = 0.3333"),
        ([[1, 3], [0.3, 1]], "not reciprocal: '0' over '1' is 3 and '1' over '0' is 0.3"),
        ([[2, 3], [1 / 3, 1]], "not reciprocal: '0' over '0' is 2"),
    ],
)
def test_priorities_refuse(matrix, message):
    with pytest.raises(InputError, match=message):
        priorities(matrix)


@pytest.mark.parametrize("printed_third", [0.33, 0.333, 0.34])
def test_printed_reciprocals_are_accepted(printed_third):
    assert priorities([[1, 3], [printed_third, 1]]).weights[0] == pytest.approx(0.75, abs=5e-3)


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"random_index": "saaty1981"}, r"unknown random index 'saaty1981'; .* did you mean 'saaty1980'\?"),
        ({"estimator": "eigne"}, r"unknown estimator 'eigne'; .* did you mean 'eigen'\?"),
    ],
)
def test_unknown_conventions(choice, message):
    with pytest.raises(InputError, match=message):
        priorities(np.ones((3, 3)), **choice)


def test_judgements_about_an_unknown_node(tree):
    with pytest.raises(InputError, match=r"test\.csv: unknown node 'gaol'; known are 'goal', .* did you mean 'goal'\?"):
        prior_weights(tree, [judged(np.ones((2, 2)), "ab", node="gaol")])


def test_judgements_that_lack_an_item(tree):
    message = r"test\.csv: the judgements of expert 'one' on 'goal' lack 'b'; framework has 'a', 'b' below it"
    with pytest.raises(InputError, match=message):
        prior_weights(tree, [judged(np.ones((2, 2)), "ac")])


@pytest.mark.parametrize("matrix", [[["1", "high"], ["low", "1"]], [[1, 2], [0.5]]])
def test_a_matrix_of_text_or_of_ragged_rows(matrix):
    with pytest.raises(InputError, match="judgement"):
        priorities(matrix)


def test_labels_of_rows_and_columns_agree():
    right = pd.DataFrame([[1, 3], [1 / 3, 1]], index=["a", "b"], columns=["a", "b"])
    swapped = pd.DataFrame([[1, 3], [1 / 3, 1]], index=["a", "b"], columns=["c", "d"])
    assert priorities(right).weights["a"] == pytest.approx(0.75)
    with pytest.raises(InputError, match="rows and columns"):
        priorities(swapped)


@pytest.mark.parametrize("name", ["consensus", "dissent", "experts_table", "most_inconsistent", "write_questionnaire"])
def test_ahp_is_the_door_to_experts_and_questionnaires(name):
    assert callable(getattr(be.ahp, name))


def test_a_misspelt_name_of_the_module():
    with pytest.raises(AttributeError, match="no attribute 'concensus'"):
        be.ahp.concensus  # noqa: B018
