"""AHP in batches: what one draw gives by itself, who is drawn, consistency, and judgements that are left out."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from small_study import JUDGEMENTS, OTHERS, TREE, judgement

import bri_eval as be
from bri_eval.checks import InputError
from bri_eval.hierarchy import global_weights, without
from bri_eval.robustness.priors import entries_of, experts_of, judged_prior
from bri_eval.weights.ahp import prior_weights


def prior_of(judgements=JUDGEMENTS, framework=TREE, **fields):
    recipe = be.Recipe(**fields)
    return judged_prior(framework, judgements, recipe, entries_of(judgements), experts_of(judgements))


@pytest.mark.parametrize("group", ["aij", "aip"])
@pytest.mark.parametrize("estimator", ["eigen", "geometric", "column_mean"])
def test_without_noise_the_prior_is_that_of_ahp(estimator, group):
    weights, ratios = prior_of(estimator=estimator, group=group).weights(None, None)
    local, consistency = prior_weights(TREE, JUDGEMENTS, estimator=estimator, group=group)
    np.testing.assert_allclose(weights, global_weights(TREE, local).to_numpy()[None], rtol=1e-12)
    if group == "aij":
        joined = consistency[consistency["expert"] == "all"].set_index("node")["consistency_ratio"]
        np.testing.assert_allclose(ratios[0], joined[["index", "hard", "care"]], atol=1e-12)
        assert ratios[0, 0] == 0  # two items


def test_every_draw_is_the_prior_of_its_own_judgements():
    prior, entries = prior_of(), entries_of(JUDGEMENTS)
    normals = np.random.default_rng(0).normal(0, 0.4, (20, len(entries)))
    weights, _ = prior.weights(normals, None)
    for draw, numbers in enumerate(normals):
        moved = []
        for one in JUDGEMENTS:
            matrix = one.matrix.copy()
            for (expert, node, row, column), number in entries.items():
                if (expert, node) == (one.expert, one.node):
                    matrix.loc[row, column] = one.matrix.loc[row, column] * np.exp(numbers[number])
                    matrix.loc[column, row] = 1 / matrix.loc[row, column]
            moved.append(dataclasses.replace(one, matrix=matrix))
        np.testing.assert_allclose(weights[draw], global_weights(TREE, prior_weights(TREE, moved)[0]), rtol=1e-9)


def test_an_entry_has_one_number_however_its_items_are_ordered():
    entries = entries_of([*JUDGEMENTS, *OTHERS])
    assert ("one", "hard", "road", "cost") in entries
    assert ("one", "hard", "cost", "road") not in entries
    assert sorted(entries.values()) == list(range(len(entries)))
    node = prior_of([*JUDGEMENTS[:3]]).nodes[1]
    both = judged_prior(TREE, OTHERS[:2], be.Recipe(), entries, ["one"]).nodes[1]
    assert node.code == both.code == "hard"
    np.testing.assert_array_equal(both.signs, -np.swapaxes(both.signs, -1, -2))
    np.testing.assert_array_equal(both.draws, np.swapaxes(both.draws, -1, -2))


def test_a_draw_keeps_judgements_reciprocal_when_another_set_names_items_the_other_way():
    """A matrix that is no longer reciprocal would have a ratio below 0 in some draw."""
    entries = entries_of([*JUDGEMENTS, *OTHERS])
    prior = judged_prior(TREE, OTHERS, be.Recipe(), entries, experts_of(OTHERS))
    _, ratios = prior.weights(np.random.default_rng(1).normal(0, 1, (300, len(entries))), None)
    assert ratios.min() > -1e-12


# experts --------------------------------------------------------------------------------------------------------------


def test_who_is_drawn_twice_counts_twice_and_a_node_without_anyone_keeps_all():
    weights, _ = prior_of().weights(None, np.array([[1.0, 1.0, 1.0], [0.0, 3.0, 0.0], [2.0, 1.0, 0.0]]))
    full = global_weights(TREE, prior_weights(TREE, JUDGEMENTS)[0])
    np.testing.assert_allclose(weights[0], full, rtol=1e-12)
    second = [one for one in JUDGEMENTS if one.expert == "two" or one.node == "index"]
    np.testing.assert_allclose(weights[1], global_weights(TREE, prior_weights(TREE, second)[0]), rtol=1e-12)
    doubled = [
        dataclasses.replace(one, weight=one.weight * (2 if one.expert == "one" else 1))
        for one in JUDGEMENTS
        if one.expert != "three"
    ]
    np.testing.assert_allclose(weights[2], global_weights(TREE, prior_weights(TREE, doubled)[0]), rtol=1e-12)


def test_experts_are_those_of_the_set():
    prior = judged_prior(TREE, OTHERS, be.Recipe(), entries_of([*JUDGEMENTS, *OTHERS]), experts_of(OTHERS))
    assert prior.experts == 2
    assert experts_of(JUDGEMENTS) == ["one", "two", "three"]
    assert [node.people.tolist() for node in prior.nodes] == [[0], [0, 1]]


# frameworks, sizes, gaps ----------------------------------------------------------------------------------------------


def test_what_is_excluded_leaves_the_matrix_and_a_single_child_needs_none():
    reduced = without(TREE, ["hard", "zero"])
    own = [one for one in JUDGEMENTS if one.node != "hard"]
    prior = prior_of(own, reduced)
    assert [node.code for node in prior.nodes] == ["care"]
    weights, ratios = prior.weights(None, None)
    np.testing.assert_allclose(weights[0], global_weights(reduced, prior_weights(reduced, own)[0]), rtol=1e-12)
    assert ratios.tolist() == [[0.0]]


def test_indicators_at_different_depths():
    weights, _ = prior_of().weights(None, None)
    local = prior_weights(TREE, JUDGEMENTS)[0]
    assert weights[0, TREE.codes.index("speed")] == pytest.approx(local["soft"] * local["speed"])
    assert weights[0, TREE.codes.index("help")] == pytest.approx(local["soft"] * local["care"] * local["help"])
    assert weights.sum() == pytest.approx(1)


def test_a_judgement_left_out_is_refused():
    matrix = JUDGEMENTS[1].matrix.copy()
    matrix.loc["road", "tax"] = matrix.loc["tax", "road"] = np.nan
    partial = dataclasses.replace(JUDGEMENTS[1], matrix=matrix, origin="one.csv")
    message = r"one.csv: expert 'one' left out judgements on 'hard'; noise on judgements needs all of them"
    with pytest.raises(InputError, match=message):
        prior_of([partial])


def test_a_size_without_random_index_has_no_ratio():
    items = [f"i{number}" for number in range(5)]
    framework = be.Framework(
        groups=(be.framework.Group(code="goal"),),
        indicators=tuple(be.framework.Indicator(code=code, parent="goal") for code in items),
    )
    prior = prior_of([judgement("one", "goal", items, np.ones(10))], framework, random_index="saaty2005")
    assert np.isnan(prior.weights(None, None)[1]).all()


def test_items_in_any_order_mean_the_same():
    turned = [dataclasses.replace(one, matrix=one.matrix.iloc[::-1, ::-1]) for one in JUDGEMENTS]
    np.testing.assert_allclose(prior_of(turned).weights(None, None)[0], prior_of().weights(None, None)[0], rtol=1e-12)
