"""Obstacle degrees: by hand, identities, what is refused, the shipped index."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import bri_eval as be
from bri_eval.analysis.obstacles import group_obstacles, main_obstacles, obstacle_degrees, unit_matrix, weights_by_row
from bri_eval.checks import InputError

TABLE = pd.DataFrame(
    {"price": [10.0, 20.0, 10.0], "speed": [4.0, 2.0, 0.0], "reach": [8.0, 4.0, 0.0]}, index=["best", "middle", "slow"]
)
DIRECTIONS = {"price": "cost", "speed": "benefit", "reach": "benefit"}
WEIGHTS = {"price": 0.5, "speed": 0.3, "reach": 0.2}


def of(recipe: be.Recipe | None = None) -> be.Evaluation:
    return be.evaluate_matrix(TABLE, DIRECTIONS, recipe, weights=WEIGHTS)


def test_obstacles_by_hand():
    """Gaps 0 0 0; 1 .5 .5; 0 1 1, times the weights."""
    found = obstacle_degrees(of())
    expected = [[0, 0, 0], [0.5 / 0.75, 0.15 / 0.75, 0.1 / 0.75], [0, 0.6, 0.4]]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-15)
    assert list(found.columns) == list(TABLE)


def test_the_range_is_rescaled():
    np.testing.assert_allclose(
        obstacle_degrees(of(be.Recipe(range=(1, 100)))), obstacle_degrees(of()), rtol=0, atol=1e-14
    )


def test_unit_matrix_and_weights_by_row():
    evaluation = of(be.Recipe(range=(-5, 5)))
    np.testing.assert_allclose(unit_matrix(evaluation), of().matrix, rtol=0, atol=1e-15)
    assert weights_by_row(evaluation).to_numpy().tolist() == [[0.5, 0.3, 0.2]] * 3
    assert weights_by_row(of(be.Recipe(scope="by_year"))).to_numpy().tolist() == [[0.5, 0.3, 0.2]] * 3


@pytest.mark.parametrize("normaliser", ["zscore", "vector", "sum", "max", "rank"])
def test_other_normalisers_are_refused(normaliser):
    with pytest.raises(InputError, match=f"normaliser '{normaliser}' gives .* evaluate with normaliser='minmax'"):
        obstacle_degrees(of(be.Recipe(normaliser=normaliser)))


def test_main_obstacles_are_the_largest_in_order():
    found = main_obstacles(of(), most=2)
    assert list(found) == ["alternative", "place", "indicator", "group", "degree"]
    assert found[["alternative", "place", "indicator"]].to_numpy().tolist() == [
        ["middle", 1, "price"],
        ["middle", 2, "speed"],
        ["slow", 1, "speed"],
        ["slow", 2, "reach"],
    ]
    assert found["group"].eq("score").all()
    assert len(main_obstacles(of(), most=9)) == 5  # three of middle, two of slow, none of best
    with pytest.raises(InputError, match="most is 0; expected 1 or more"):
        main_obstacles(of(), most=0)


def test_equal_degrees_stand_in_framework_order():
    evaluation = be.evaluate_matrix(TABLE, DIRECTIONS, weights={"price": 0.2, "speed": 0.4, "reach": 0.4})
    assert main_obstacles(evaluation, 1).set_index("alternative")["indicator"].to_dict() == {
        "middle": "price",
        "slow": "speed",
    }


@pytest.mark.parametrize("scope", ["pooled", "by_year"])
def test_rows_and_groups_add_up(scope, tree, small_panel):
    evaluation = be.evaluate(small_panel, tree, be.Recipe(weighter="entropy", scope=scope))
    degrees, groups = obstacle_degrees(evaluation), group_obstacles(evaluation)
    assert degrees.index.equals(evaluation.matrix.index)
    np.testing.assert_allclose(degrees.sum(axis=1), 1, rtol=0, atol=1e-12)
    np.testing.assert_allclose(groups["a"], degrees["w"] + degrees["x"], rtol=0, atol=1e-15)
    np.testing.assert_allclose(groups.sum(axis=1), 1, rtol=0, atol=1e-12)


def test_by_year_uses_the_weights_of_the_year(tree, small_panel):
    evaluation = be.evaluate(small_panel, tree, be.Recipe(weighter="entropy", scope="by_year"))
    gaps = (1 - evaluation.matrix.xs(2018, level="year")) * evaluation.weights_in(2018)
    found = obstacle_degrees(evaluation).xs(2018, level="year")
    np.testing.assert_allclose(found, gaps.div(gaps.sum(axis=1), axis=0), rtol=0, atol=1e-12)


def test_order_does_not_matter(tree, small_panel):
    found = obstacle_degrees(be.evaluate(small_panel, tree))
    other = obstacle_degrees(be.evaluate(small_panel.sample(frac=1, random_state=1), tree))
    pd.testing.assert_frame_equal(other.loc[found.index], found, rtol=0, atol=1e-14)


def test_the_shipped_index(evaluation, framework):
    degrees = obstacle_degrees(evaluation)
    assert degrees.shape == (420, 14)  # study.md, 2.3: LPI parts in 420 rows of list65
    np.testing.assert_allclose(degrees.sum(axis=1), 1, rtol=0, atol=1e-12)
    assert list(group_obstacles(evaluation)) == framework.pillars
    found = main_obstacles(evaluation)
    assert len(found) == 3 * 420
    assert list(found)[:2] == ["economy", "year"]
    assert found.groupby(["economy", "year"])["degree"].apply(lambda one: one.is_monotonic_decreasing).all()
