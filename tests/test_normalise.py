"""One scale for every indicator; direction settled once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pymcdm.normalizations
import pytest
from skcriteria import mkdm
from skcriteria.preprocessing import scalers

from bri_eval.checks import InputError
from bri_eval.normalise import NORMALISERS, direction_signs, normalise

COLUMN = [10.0, 20.0, 40.0]
NORM = np.sqrt(2100)
DEVIATION = np.sqrt((16 + 1 + 25) / 2)  # of the column in units of 10 / 3


def one(values: list[float], direction: str = "benefit", normaliser: str = "minmax", **more) -> list[float]:
    return normalise(pd.DataFrame({"x": values}), {"x": direction}, normaliser, **more)["x"].tolist()


def random_matrix(seed: int) -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(seed).uniform(1, 9, (7, 4)), columns=list("abcd"))


@pytest.mark.parametrize(
    ("normaliser", "direction", "expected"),
    [
        ("minmax", "benefit", [0, 1 / 3, 1]),
        ("minmax", "cost", [1, 2 / 3, 0]),
        ("zscore", "benefit", [-4 / DEVIATION, -1 / DEVIATION, 5 / DEVIATION]),
        ("zscore", "cost", [4 / DEVIATION, 1 / DEVIATION, -5 / DEVIATION]),
        ("vector", "benefit", [10 / NORM, 20 / NORM, 40 / NORM]),
        ("vector", "cost", [-10 / NORM, -20 / NORM, -40 / NORM]),
        ("sum", "benefit", [1 / 7, 2 / 7, 4 / 7]),
        ("sum", "cost", [-1 / 7, -2 / 7, -4 / 7]),
        ("max", "benefit", [0.25, 0.5, 1]),
        ("max", "cost", [-0.25, -0.5, -1]),
        ("rank", "benefit", [1, 2, 3]),
        ("rank", "cost", [3, 2, 1]),
    ],
)
def test_formulas_by_value(normaliser, direction, expected):
    assert one(COLUMN, direction, normaliser) == pytest.approx(expected, abs=1e-14)


def test_ranks_share_ties():
    assert one([5, 7, 7, 9], normaliser="rank") == [1, 2.5, 2.5, 4]


def test_range():
    assert one(COLUMN, range=(1, 100)) == pytest.approx([1, 34, 100], abs=1e-12)
    assert one(COLUMN, "cost", range=(1, 100)) == pytest.approx([100, 67, 1], abs=1e-12)


@pytest.mark.parametrize(("direction", "expected"), [("benefit", [0, 0.5, 1, 1]), ("cost", [1, 0.5, 0, 0])])
def test_goalposts_replace_the_extremes_and_clip(direction, expected):
    assert one([10, 20, 30, 40], direction, goalposts={"x": (10, 30)}) == expected


def test_goalposts_go_with_the_range():
    assert one([10, 20, 40], range=(1, 101), goalposts={"x": (0, 40)}) == [26, 51, 101]


def test_goalposts_of_one_column_leave_the_others():
    matrix = random_matrix(0)
    plain = normalise(matrix, dict.fromkeys("abcd", "benefit"))
    posted = normalise(matrix, dict.fromkeys("abcd", "benefit"), goalposts={"b": (0, 10)})
    np.testing.assert_allclose(posted["b"], matrix["b"] / 10, atol=1e-15)
    pd.testing.assert_frame_equal(posted[list("acd")], plain[list("acd")])


@pytest.mark.parametrize("normaliser", [name for name in NORMALISERS if name != "minmax"])
def test_other_normalisers_ignore_goalposts(normaliser):
    assert one(COLUMN, normaliser=normaliser, goalposts={"x": (0, 100)}) == one(COLUMN, normaliser=normaliser)


def test_labels_are_kept():
    matrix = pd.DataFrame([[1, 2], [3, 5]], index=["B", "A"], columns=["q", "p"])
    found = normalise(matrix, {"p": "cost", "q": "benefit"})
    pd.testing.assert_index_equal(found.index, matrix.index)
    pd.testing.assert_index_equal(found.columns, matrix.columns)


# oracles


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("direction", ["benefit", "cost"])
def test_minmax_against_pymcdm(seed, direction):
    matrix = random_matrix(seed)
    oracle = matrix.apply(
        lambda column: pymcdm.normalizations.minmax_normalization(column.to_numpy(), direction == "cost")
    )
    np.testing.assert_allclose(normalise(matrix, dict.fromkeys("abcd", direction)), oracle, rtol=0, atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("normaliser", "scaler"), [("vector", "VectorScaler"), ("sum", "SumScaler"), ("max", "MaxAbsScaler")]
)
def test_benefits_against_scikit_criteria(seed, normaliser, scaler):
    matrix = random_matrix(seed)
    oracle = getattr(scalers, scaler)("matrix").transform(mkdm(matrix.to_numpy(), [1] * 4)).matrix
    found = normalise(matrix, dict.fromkeys("abcd", "benefit"), normaliser)
    np.testing.assert_allclose(found, oracle, rtol=0, atol=1e-12)


@pytest.mark.parametrize("normaliser", NORMALISERS)
def test_batches_equal_the_loop(normaliser):
    batch = np.random.default_rng(3).uniform(1, 9, (2, 5, 7, 4))
    rule = NORMALISERS[normaliser]
    found = rule(batch, (1.0, 100.0))
    for place in np.ndindex(2, 5):
        np.testing.assert_allclose(found[place], rule(batch[place], (1.0, 100.0)), rtol=0, atol=1e-12)


# what is refused


@pytest.mark.parametrize("normaliser", NORMALISERS)
@pytest.mark.parametrize("value", [0.0, 5.0])
def test_a_constant_indicator_is_refused(normaliser, value):
    with pytest.raises(
        InputError, match=r"indicator 'x' is constant \([05] in all 3 rows\).*leave it out with exclude"
    ):
        one([value] * 3, normaliser=normaliser)


def test_one_row_cannot_be_normalised():
    with pytest.raises(InputError, match=r"indicator 'x' is constant .* in all 1 rows"):
        one([3.0])


def test_a_column_that_sums_to_zero():
    with pytest.raises(InputError, match="normaliser 'sum' divides by zero for indicator 'x'; choose another"):
        one([-1, 0, 1], normaliser="sum")


def test_a_column_that_sums_to_zero_but_for_round_off():
    with pytest.raises(InputError, match="normaliser 'sum' divides by zero"):
        one([0.1, 0.2, -0.3], normaliser="sum")


@pytest.mark.parametrize(
    ("directions", "message"),
    [
        ({"a": "benefit"}, r"directions lack 'b'; write \{'b': 'benefit'\} or 'cost'"),
        ({"a": "benefit", "b": "max"}, r"directions\['b'\]: unknown direction 'max'; known are 'benefit', 'cost'"),
        ({"a": "benefit", "b": "costs"}, r"did you mean 'cost'\?"),
    ],
)
def test_directions_are_needed(directions, message):
    with pytest.raises(InputError, match=message):
        normalise(pd.DataFrame({"a": [1, 2], "b": [2, 1]}), directions)


def test_direction_signs():
    assert direction_signs({"a": "cost", "b": "benefit"}, ["b", "a"]).tolist() == [1, -1]


def test_missing_cells_are_refused():
    with pytest.raises(InputError, match="1 missing or infinite cells, first at row '1', column 'x'"):
        one([1, np.nan, 3])


def test_unknown_normaliser():
    with pytest.raises(InputError, match=r"unknown normaliser 'zscores'; .* did you mean 'zscore'\?"):
        one(COLUMN, normaliser="zscores")
