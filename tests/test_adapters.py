"""To and from scikit-criteria."""

import numpy as np
import pandas as pd
import pytest

import bri_eval as be
from bri_eval.checks import InputError

CARS = pd.DataFrame({"price": [20.0, 25, 30], "reach": [300.0, 420, 380]}, index=["A", "B", "C"])
DIRECTIONS = {"price": "cost", "reach": "benefit"}


def test_a_decision_matrix_bears_the_names_and_gives_the_same_scores():
    from skcriteria.agg.topsis import TOPSIS

    result = be.evaluate_matrix(CARS, DIRECTIONS, be.Recipe(weighter="std", aggregator="topsis"))
    decision = be.to_decision_matrix(result)
    assert list(decision.alternatives) == ["A", "B", "C"]
    assert list(decision.criteria) == ["price", "reach"]
    np.testing.assert_allclose(TOPSIS().evaluate(decision).e_.similarity, result.scores["score"], atol=1e-12)


def test_a_decision_matrix_comes_back_with_objectives_and_weights():
    from skcriteria import mkdm

    decision = mkdm(CARS.to_numpy(), [-1, 1], weights=[3.0, 1.0], alternatives=list("ABC"), criteria=list(CARS.columns))
    result = be.from_decision_matrix(decision, be.Recipe(aggregator="topsis"))
    expected = be.evaluate_matrix(
        CARS, DIRECTIONS, be.Recipe(aggregator="topsis"), weights={"price": 0.75, "reach": 0.25}
    )
    pd.testing.assert_frame_equal(result.scores, expected.scores)
    own = be.from_decision_matrix(decision, be.Recipe(weighter="std"), weights="recipe")
    assert own.recipe.weighter == "std"


def test_a_panel_hands_over_one_year(shipped):
    decision = be.to_decision_matrix(shipped, year=2018)
    assert len(decision.alternatives) == 63
    assert "SGP" in decision.alternatives
    assert "SGP 2018" in be.to_decision_matrix(shipped).alternatives
    with pytest.raises(InputError, match="no year 2017"):
        be.to_decision_matrix(shipped, year=2017)


@pytest.fixture(scope="module")
def shipped(panel, framework):
    return be.evaluate(panel, framework)


def test_an_unknown_source_of_weights_is_refused():
    with pytest.raises(InputError, match="expected 'given' or 'recipe'"):
        be.from_decision_matrix(None, weights="mine")
