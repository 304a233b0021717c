"""Scores of many sets of weights: each as by itself, for every method, on fixed tables and on tables drawn anew."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from small_study import PLAIN, with_aggregators

import bri_eval as be
from bri_eval.aggregate import AGGREGATORS, score_arrays
from bri_eval.checks import InputError, Table
from bri_eval.framework import flat_framework
from bri_eval.robustness.ranking import rank_draws
from bri_eval.robustness.scorers import General, Mean, Similarity, make_scorer

CODES = ("a", "b", "c", "d")
FLAT = flat_framework(tuple((code, "benefit") for code in CODES))
PLACE = np.array([5, 0, 3, 7, 1])
SLOW = ("benefit_of_the_doubt",)
UNIT = ("codas",)
"""Methods that need a table whose columns have their best at 1."""


FAST = ("arithmetic", "geometric", "harmonic", "power", "topsis", "topsis_metric", "topsis_fixed", "vikor", "grey")


def own(x, w, *, exponent):
    """A user's method that looks at the number of columns and at a parameter of the recipe."""
    return (x @ w) ** exponent / x.shape[-1] + x.min(axis=-1)


def table(name, shape=(9, 4)):
    x = np.random.default_rng(1).uniform(1, 9, shape)
    low, high = x.min(axis=-2, keepdims=True), x.max(axis=-2, keepdims=True)
    x = 0.1 + 0.9 * (x - low) / (high - low)
    return x / x.max(axis=-2, keepdims=True) if name in UNIT else x


def weights(count, k=4, zeros=True):
    w = np.random.default_rng(2).dirichlet(np.ones(k), count)
    if zeros:
        w[0, 1] = w[1, :2] = 0
    return w / w.sum(axis=1, keepdims=True)


def by_row(x, w, framework, recipe, node):
    """Score every set of weights by itself, as an evaluation does."""
    tables = np.broadcast_to(x, (len(w), *x.shape[-2:]))
    codes = framework.codes
    rows = range(x.shape[-2])
    return np.stack(
        [score_arrays(framework, Table(t, rows, codes), v, recipe)[node] for t, v in zip(tables, w, strict=True)]
    )


@pytest.mark.parametrize("name", [*AGGREGATORS, own])
def test_every_method_scores_as_by_itself(name):
    count = 4 if name in SLOW else 12
    recipe = be.Recipe(aggregator=name, exponent=0.7, range=(0.0, 1.0), grades=4)
    x, w = table(name), weights(count)
    scorer = make_scorer(x, PLACE, FLAT, recipe, "score")
    np.testing.assert_allclose(scorer(w), by_row(x, w, FLAT, recipe, "score")[:, PLACE], rtol=1e-11, atol=1e-13)
    drawn = table(name, (count, 9, 4))
    again = make_scorer(x, PLACE, FLAT, recipe, "score", redrawn=True)
    expected = by_row(drawn, w, FLAT, recipe, "score")[:, PLACE]
    np.testing.assert_allclose(again.redrawn(drawn, w), expected, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("arithmetic", Mean), ("power", Mean), ("topsis", Similarity), ("topsis_fixed", Similarity), ("vikor", General)],
)
def test_what_can_be_is_a_matrix_product(name, kind):
    assert isinstance(make_scorer(table(name), PLACE, FLAT, be.Recipe(aggregator=name), "score"), kind)


def test_a_power_mean_of_exponent_nought_is_geometric():
    x, w = table(""), weights(6)
    both = [
        make_scorer(x, PLACE, FLAT, be.Recipe(aggregator=name, exponent=0.0), "score")(w)
        for name in ("power", "geometric")
    ]
    np.testing.assert_array_equal(*both)


@pytest.mark.parametrize("node", ["index", "hard", "soft", "care"])
@pytest.mark.parametrize("rules", [{}, {"care": "geometric"}, {"soft": "topsis", "hard": "grey"}, {"soft": "vikor"}])
@pytest.mark.parametrize("aggregator", ["arithmetic", "topsis", own])
def test_groups_are_scored_as_in_an_evaluation(node, rules, aggregator):
    framework = with_aggregators(PLAIN, **rules)
    recipe = be.Recipe(aggregator=aggregator, exponent=2.0)
    x, w = table("", (9, 7)), weights(8, 7)
    scorer = make_scorer(x, PLACE, framework, recipe, node)
    expected = by_row(x, w, framework, recipe, node)[:, PLACE]
    np.testing.assert_allclose(scorer(w), expected, rtol=1e-11)
    drawn = table("", (8, 9, 7))
    again = make_scorer(x, PLACE, framework, recipe, node, redrawn=True).redrawn(drawn, w)
    np.testing.assert_allclose(again, by_row(drawn, w, framework, recipe, node)[:, PLACE], rtol=1e-11)


def test_a_group_without_weight_leaves_its_parent_alone():
    framework = with_aggregators(PLAIN, care="topsis", soft="geometric")
    w = weights(5, 7)
    w[:, 4:] = 0
    w /= w.sum(axis=1, keepdims=True)
    x = table("", (9, 7))
    found = make_scorer(x, PLACE, framework, be.Recipe(), "index")(w)
    np.testing.assert_allclose(found, by_row(x, w, framework, be.Recipe(), "index")[:, PLACE], rtol=1e-11)


def test_a_budget_cuts_draws_into_pieces(monkeypatch):
    x, w = table(""), weights(50)
    scorer = make_scorer(x, PLACE, FLAT, be.Recipe(aggregator="vikor"), "score")
    whole = scorer(w)
    monkeypatch.setattr("bri_eval.robustness.scorers.BUDGET", 7 * x.size)
    np.testing.assert_array_equal(scorer(w), whole)


# ties -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "n"), [*((name, 7) for name in AGGREGATORS), *((name, n) for name in FAST for n in (66, 300))]
)
def test_identical_alternatives_share_a_rank_in_every_draw(name, n):
    """The products of a matrix may differ in the last digit from row to row, and round to other twelve digits."""
    framework = flat_framework(tuple((f"i{number}", "benefit") for number in range(15)))
    x = table(name, (n, 15))
    x[[n - 1, n - 2]] = x[1]
    x = x / x.max(axis=0)
    w = weights(5 if name in SLOW else 60, 15, zeros=False)
    scorer = make_scorer(x, np.arange(n), framework, be.Recipe(aggregator=name), "score")
    scores = scorer(w)
    assert (scores[:, [n - 1, n - 2]] == scores[:, [1]]).all()
    ranks = rank_draws(np.ascontiguousarray(scores))
    assert (ranks[[n - 1, n - 2]] == ranks[1]).all()


def test_alternatives_that_noise_parts_are_not_tied():
    framework = flat_framework(tuple((f"i{number}", "benefit") for number in range(15)))
    x = table("", (66, 15))
    x[65] = x[64] = x[1]
    drawn = np.repeat(x[None], 400, axis=0)
    drawn[::2, 65, 3] += 1e-3
    drawn[:, 2] += 1e-3
    w = weights(400, 15, zeros=False)
    scorer = make_scorer(x, np.arange(66), framework, be.Recipe(), "score", redrawn=True)
    scores = scorer.redrawn(drawn, w)
    assert (scores[:, 64] == scores[:, 1]).all()
    assert (scores[1::2, 65] == scores[1::2, 1]).all()
    assert (scores[::2, 65] > scores[::2, 1]).all()


# tables that only some draws have -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "cell", "message"),
    [
        (
            "geometric",
            0.0,
            "aggregator 'geometric' needs values above 0 and in some draws they go down to 0; normalise",
        ),
        ("edas", -0.25, "aggregator 'edas' needs values above 0 and in some draws they go down to -0.25; normalise"),
        (
            "topsis_fixed",
            1.5,
            r"'topsis_fixed' needs values from 0 to 1 and in some draws they are from 0.1 to 1.5; use normaliser",
        ),
        ("geometric", np.nan, "aggregator 'geometric' needs values above 0"),
    ],
)
def test_values_that_a_method_cannot_use_are_refused_in_any_draw(name, cell, message):
    x = table("")
    drawn = np.repeat(x[None], 10, axis=0)
    drawn[7, 5, 2] = cell
    scorer = make_scorer(x, PLACE, FLAT, be.Recipe(aggregator=name), "score", redrawn=True)
    with pytest.raises(InputError, match=message):
        scorer.redrawn(drawn, weights(10))


def test_a_column_that_is_constant_in_some_draw():
    x = table("")
    drawn = np.repeat(x[None], 10, axis=0)
    drawn[7, :, 2] = 1.0
    scorer = make_scorer(x, PLACE, FLAT, be.Recipe(aggregator="vikor"), "score", redrawn=True)
    with pytest.raises(
        InputError, match="aggregator 'vikor' needs columns that vary, and in some draws one is constant"
    ):
        scorer.redrawn(drawn, weights(10, zeros=False))


def test_scores_of_a_group_that_its_parents_rule_cannot_use():
    """Under some weights the arithmetic mean of a group is below 0, and the goal's geometric mean cannot be."""
    framework = with_aggregators(PLAIN, index="geometric", hard="arithmetic", soft="arithmetic")
    x = table("", (9, 7))
    x[:, 0] -= 0.6
    scorer = make_scorer(x, PLACE, framework, be.Recipe(), "index")
    w = np.full((1, 7), 1 / 7)
    np.testing.assert_allclose(scorer(w), by_row(x, w, framework, be.Recipe(), "index")[:, PLACE])
    heavy = np.array([[0.9, 0.01, 0.01, 0.02, 0.02, 0.02, 0.02]])
    with pytest.raises(InputError, match="aggregator 'geometric' needs values above 0 and in some draws they go down"):
        scorer(heavy)
    assert dataclasses.is_dataclass(scorer)
