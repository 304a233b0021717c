"""VIKOR's compromise set and fuzzy grades."""

import numpy as np
import pandas as pd
import pytest

from bri_eval.aggregate import fuzzy_composition, vikor
from bri_eval.checks import InputError
from bri_eval.normalise import normalise

PATHS = pd.DataFrame({"risk": [1.0, 2, 5], "altitude": [3000.0, 3750, 4500]}, index=["A1", "A2", "A3"])
GRADES = np.array([[0.3, 0.5, 0.2, 0], [0.2, 0.4, 0.3, 0.1], [0.1, 0.3, 0.4, 0.2]])


def test_vikor_opricovic2004():
    matrix = normalise(PATHS, {"risk": "cost", "altitude": "benefit"})
    found = vikor(matrix, {"risk": 0.5, "altitude": 0.5})
    np.testing.assert_allclose(found.table["S"], [0.5, 0.375, 0.5], atol=1e-12)
    np.testing.assert_allclose(found.table["R"], [0.5, 0.25, 0.5], atol=1e-12)
    np.testing.assert_allclose(found.table["Q"], [1, 0, 1], atol=1e-12)
    assert found.compromise == ("A2",)
    assert found.advantage
    assert found.stable


def test_without_advantage_all_that_are_near_are_in_the_set():
    matrix = pd.DataFrame({"a": [1.0, 0.95, 0.9, 0], "b": [0.9, 0.95, 1, 0]}, index=list("wxyz"))
    found = vikor(matrix, [0.5, 0.5])
    assert not found.advantage
    assert set(found.compromise) == {"w", "x", "y"}


def test_a_constant_column_is_named():
    with pytest.raises(InputError, match="'b' is constant"):
        vikor(pd.DataFrame({"a": [1.0, 0], "b": [1.0, 1]}), [0.5, 0.5])


@pytest.mark.parametrize(
    ("operator", "expected"), [("sum", [0.23, 0.43, 0.27, 0.07]), ("maxmin", [0.3, 0.5, 0.3, 0.2])]
)
def test_fuzzy_composition_fuzzy3x4(operator, expected):
    np.testing.assert_allclose(
        fuzzy_composition(np.array([0.5, 0.3, 0.2]), GRADES, operator=operator), expected, atol=1e-12
    )


def test_an_unknown_operator_is_refused():
    with pytest.raises(InputError, match="unknown operator 'min'"):
        fuzzy_composition(np.array([1.0]), GRADES[:1], operator="min")
