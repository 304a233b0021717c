"""Optimal faces against goals with weights, and what the solver is told."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog

from bri_eval.checks import InputError
from bri_eval.modes.faces import Linear, descend, held, minimise


def drawn(seed: int, columns: int = 6, rows: int = 4) -> Linear:
    """Draw a programme with many equal optima: small whole numbers everywhere."""
    rng = np.random.default_rng(seed)
    return Linear(
        matrix=sparse.csr_array(rng.integers(-2, 3, (rows, columns)).astype(float)),
        right=rng.integers(1, 5, rows).astype(float),
        equal=np.zeros(rows, dtype=bool),
        lower=np.zeros(columns),
        upper=np.full(columns, 3.0),
        whole=np.zeros(columns, dtype=bool),
    )


def least(linear: Linear, goal, before=()):
    """Minimise with earlier goals held by rows: another way to the same optima."""
    rows = np.vstack([linear.matrix.toarray(), *(one[None] for one, _ in before)])
    right = [*linear.right, *(value + 1e-9 for _, value in before)]
    return linprog(goal, rows, right, bounds=np.column_stack([linear.lower, linear.upper])).fun


@pytest.mark.parametrize("seed", range(12))
def test_faces_keep_exactly_the_optima(seed):
    linear = drawn(seed)
    rng, before, face = np.random.default_rng(seed + 100), [], linear
    for _ in range(4):
        goal = rng.integers(-1, 3, 6).astype(float)
        found, face = descend(face, goal)
        assert goal @ found == pytest.approx(least(linear, goal, before), abs=1e-7)
        before.append((goal, goal @ found))
        for earlier, value in before:
            assert earlier @ found == pytest.approx(value, abs=1e-9)
    assert (linear.lower == 0).all()
    assert not linear.equal.any()


def test_columns_at_their_upper_bound_stay_there():
    linear = drawn(1)
    found, face = descend(linear, -np.ones(6))
    stuck = face.lower == linear.upper
    assert stuck.any()
    assert found[stuck] == pytest.approx(3.0)
    assert descend(face, np.ones(6))[0].sum() == pytest.approx(found.sum(), abs=1e-9)


def test_whole_columns_are_whole_and_bounds_hold():
    """By hand: 2 a + 2 b <= 5 lets one of two whole columns be 2, or both be 1."""
    linear = Linear(
        matrix=sparse.csr_array([[2.0, 2.0]]),
        right=np.array([5.0]),
        equal=np.array([False]),
        lower=np.zeros(2),
        upper=np.full(2, 9.0),
        whole=np.ones(2, dtype=bool),
    )
    assert minimise(linear, np.array([-1.0, -1.1])).tolist() == [0.0, 2.0]
    bound = held(linear, np.array([0.0, 1.0]), 1.0)
    assert minimise(bound, np.array([-1.0, -1.1])).tolist() == [1.0, 1.0]
    assert descend(linear, np.array([-1.0, -1.1]))[0].tolist() == [0.0, 2.5]


@pytest.mark.parametrize("size", [1.0, 500.0])
def test_a_bound_holds_relative_to_its_size(size):
    linear = held(drawn(0), np.array([size, 0, 0, 0, 0, 0.0]), size)
    found = descend(linear, np.array([-1.0, 0, 0, 0, 0, 0]))[0]
    assert found[0] == pytest.approx(1.0, abs=1e-7)


@pytest.mark.parametrize("solve", [descend, minimise])
def test_what_cannot_be_is_said(solve):
    impossible = held(drawn(0), -np.ones(6), -99.0)
    with pytest.raises(InputError, match=r"no solution: .*infeasible"):
        solve(impossible, np.ones(6))
