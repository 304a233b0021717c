"""Where quadratic matrices are positive semidefinite: by hand, and against a dense grid."""

from itertools import pairwise

import numpy as np
import pytest

from bri_eval.econometrics.semidefinite import is_semidefinite, nonnegative_on

INF = np.inf


@pytest.mark.parametrize(
    ("coefficients", "expected"),
    [
        ((-1.0, 0.0, 1.0), ((-INF, -1.0), (1.0, INF))),
        ((4.0, 0.0, -1.0), ((-2.0, 2.0),)),
        ((1.0, 1.0, 1.0), ((-INF, INF),)),
        ((-1.0, 0.0, -1.0), ()),
        ((-3.0, 1.0, 0.0), ((3.0, INF),)),  # no square: a ray
        ((3.0, 1.0, 0.0), ((-3.0, INF),)),
        ((2.0, 0.0, 0.0), ((-INF, INF),)),
        ((-2.0, 0.0, 0.0), ()),
        ((-1e-6, 1e6, -1.0), ((1e-12, 1e6),)),  # roots of very unequal size
    ],
)
def test_one_by_one_is_a_parabola(coefficients, expected):
    found = nonnegative_on(*(np.array([[value]]) for value in coefficients))
    assert len(found) == len(expected)
    for interval, ends in zip(found, expected, strict=True):
        assert interval == pytest.approx(ends, rel=1e-9)


def test_two_conditions_at_once_are_an_intersection_and_may_leave_two_pieces():
    """diag(b^2 - 1, 9 - b^2): 1 <= |b| <= 3."""
    found = nonnegative_on(np.diag([-1.0, 9.0]), np.zeros((2, 2)), np.diag([1.0, -1.0]))
    assert np.ravel(found) == pytest.approx([-3, -1, 1, 3], rel=1e-12)


@pytest.mark.parametrize("seed", range(30))
def test_random_matrices_agree_with_a_grid(seed):
    rng = np.random.default_rng(seed)
    size = 1 + seed % 3
    roots = rng.normal(size=(3, size, size))
    shift = rng.uniform(-1, 2) * np.eye(size)
    matrices = [half + half.T + shift for half in roots]
    found = nonnegative_on(*matrices)
    for b in np.tan(np.linspace(-1.55, 1.55, 400)):
        value = matrices[0] + b * matrices[1] + b * b * matrices[2]
        assert any(low <= b <= high for low, high in found) == is_semidefinite(value)
    assert all(low < high for low, high in found)
    assert all(one[1] < other[0] for one, other in pairwise(found))


def test_ends_are_where_the_least_eigenvalue_is_zero():
    rng = np.random.default_rng(5)
    half = rng.normal(size=(4, 4))
    matrices = np.eye(4), half + half.T, -np.eye(4)
    for end in np.ravel(nonnegative_on(*matrices)):
        values = np.linalg.eigvalsh(matrices[0] + end * matrices[1] + end * end * matrices[2])
        assert abs(values[0]) < 1e-12 * np.abs(values).max()
