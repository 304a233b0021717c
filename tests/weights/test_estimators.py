"""Weights from judgement matrices, as arrays."""

import numpy as np
import pytest

from bri_eval.weights.estimators import ESTIMATORS, complete_judgements, eigen_weights, lambda_max


def judged(count, size, spread=0.8, seed=0):
    logs = np.random.default_rng(seed).normal(0, spread, (count, size, size))
    upper = np.triu(logs, 1)
    return np.exp(upper - np.swapaxes(upper, -1, -2))


@pytest.mark.parametrize("size", range(2, 10))
@pytest.mark.parametrize("spread", [0.1, 2.0])
def test_eigen_weights_equal_an_eigensolver(size, spread):
    matrices = judged(50, size, spread)
    found = eigen_weights(matrices)
    for matrix, weights in zip(matrices, found, strict=True):
        values, vectors = np.linalg.eig(matrix)
        vector = np.abs(vectors[:, values.real.argmax()].real)
        np.testing.assert_allclose(weights, vector / vector.sum(), rtol=0, atol=1e-12)
        assert lambda_max(matrix, weights) == pytest.approx(values.real.max(), rel=1e-12)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_consistent_judgements_give_their_ratios_back(name):
    weights = np.array([0.5, 0.3, 0.2])
    np.testing.assert_allclose(ESTIMATORS[name](weights[:, None] / weights), weights, atol=1e-12)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_batches_equal_the_loop(name):
    matrices = judged(6, 4).reshape(2, 3, 4, 4)
    loop = [[ESTIMATORS[name](matrix) for matrix in row] for row in matrices]
    np.testing.assert_allclose(ESTIMATORS[name](matrices), loop, atol=1e-14)


def test_a_completed_matrix_is_reciprocal_and_has_the_least_eigenvalue():
    matrix = judged(1, 5)[0]
    matrix[0, 3] = matrix[3, 0] = np.nan
    filled = complete_judgements(matrix)
    assert filled[0, 3] * filled[3, 0] == pytest.approx(1)
    least = lambda_max(filled, eigen_weights(filled))
    for factor in (0.9, 1.1):
        other = filled.copy()
        other[0, 3], other[3, 0] = filled[0, 3] * factor, filled[3, 0] / factor
        assert lambda_max(other, eigen_weights(other)) > least
