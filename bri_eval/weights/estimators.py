"""Weights from judgement matrices: array functions, ``(..., n, n)`` in, ``(..., n)`` out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize

if TYPE_CHECKING:
    from collections.abc import Callable

    Estimator = Callable[[np.ndarray], np.ndarray]


def eigen_weights(matrix: np.ndarray) -> np.ndarray:
    """Take the principal eigenvector, by powers of the matrix, a cacheful of matrices at a time."""
    flat = matrix.reshape(-1, *matrix.shape[-2:])
    weights = np.empty(flat.shape[:-1])
    for start in range(0, len(flat), _CHUNK):
        weights[start : start + _CHUNK] = _principal(flat[start : start + _CHUNK])
    return weights.reshape(matrix.shape[:-1])


_CHUNK = 1024


def _principal(matrix: np.ndarray) -> np.ndarray:
    """Raise to powers 8, 64, 512, ... until one more product with the weights leaves them; go on with the others."""
    weights, going, power = np.empty(matrix.shape[:-1]), np.arange(len(matrix)), matrix
    for _ in range(20):
        power = power / power.sum(axis=(-2, -1), keepdims=True)
        for _ in range(3):
            power = power @ power
        before = power.sum(axis=-1)
        before /= before.sum(axis=-1, keepdims=True)
        after = (power @ before[..., None])[..., 0]
        after /= after.sum(axis=-1, keepdims=True)
        weights[going] = after
        moved = np.abs(after - before).max(axis=-1) > 1e-8  # the product squares what error is left
        if not moved.any():
            break
        going, power = going[moved], power[moved]
    return weights


def geometric_weights(matrix: np.ndarray) -> np.ndarray:
    """Take the row geometric means."""
    weights = np.exp(np.log(matrix).mean(axis=-1))
    return weights / weights.sum(axis=-1, keepdims=True)


def column_mean_weights(matrix: np.ndarray) -> np.ndarray:
    """Average the rows after dividing each column by its sum."""
    return (matrix / matrix.sum(axis=-2, keepdims=True)).mean(axis=-1)


def lambda_max(matrix: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Give the principal eigenvalue that goes with the eigenvector (which sums to 1)."""
    return (matrix @ weights[..., None])[..., 0].sum(axis=-1)


def complete_judgements(matrix: np.ndarray) -> np.ndarray:
    """Fill the NaN of one matrix so that lambda_max, which is convex in the logs of what is missing, is least."""
    rows, columns = np.nonzero(np.triu(np.isnan(matrix)))

    full = matrix.copy()

    def largest(logs: np.ndarray) -> tuple[float, np.ndarray]:
        full[rows, columns], full[columns, rows] = np.exp(logs), np.exp(-logs)
        right, left = eigen_weights(np.stack([full, full.T]))
        value = lambda_max(full, right)
        slope = left[rows] * full[rows, columns] * right[columns] - left[columns] * full[columns, rows] * right[rows]
        return float(np.log(value)), slope / (left @ right) / value

    start = _least_squares(matrix)
    found = minimize(largest, start[rows] - start[columns], jac=True, method="BFGS", options={"gtol": 1e-11})
    full[rows, columns], full[columns, rows] = np.exp(found.x), np.exp(-found.x)
    return full


def _least_squares(matrix: np.ndarray) -> np.ndarray:
    """Give the logs of the weights that fit the known judgements best, by the Laplacian of their graph."""
    known_pairs = ~np.isnan(matrix)
    laplacian = np.diag(known_pairs.sum(axis=1)) - known_pairs
    return np.linalg.pinv(laplacian) @ np.log(np.where(known_pairs, matrix, 1.0)).sum(axis=1)


ESTIMATORS: dict[str, Estimator] = {
    "eigen": eigen_weights,
    "geometric": geometric_weights,
    "column_mean": column_mean_weights,
}
