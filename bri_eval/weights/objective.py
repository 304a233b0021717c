"""Weights from the data alone: array functions, ``(..., n, k)`` in, ``(..., k)`` out, no labels, no checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    Weighter = Callable[[np.ndarray, np.ndarray], np.ndarray]


def prior_weights(_matrix: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """Return the prior: equal, declared or judged weights do not depend on the data."""
    return prior


def entropy_weights(matrix: np.ndarray, _prior: np.ndarray | None = None) -> np.ndarray:
    """Weigh by one minus the Shannon entropy of each column's shares, with 0 ln 0 = 0."""
    share = matrix / matrix.sum(axis=-2, keepdims=True)
    safe = np.where(share > 0, share, 1.0)
    entropy = -(share * np.log(safe)).sum(axis=-2) / np.log(matrix.shape[-2])
    return _shares(1 - entropy)


def std_weights(matrix: np.ndarray, _prior: np.ndarray | None = None) -> np.ndarray:
    """Weigh by the standard deviation of each column."""
    return _shares(matrix.std(axis=-2, ddof=1))


def cv_weights(matrix: np.ndarray, _prior: np.ndarray | None = None) -> np.ndarray:
    """Weigh by the coefficient of variation of each column."""
    return _shares(matrix.std(axis=-2, ddof=1) / np.abs(matrix.mean(axis=-2)))


def critic_weights(matrix: np.ndarray, _prior: np.ndarray | None = None) -> np.ndarray:
    """Weigh by standard deviation times the sum of one minus the correlations, on the min-max table."""
    low, high = matrix.min(axis=-2, keepdims=True), matrix.max(axis=-2, keepdims=True)
    unit = (matrix - low) / (high - low)
    deviation = unit.std(axis=-2, ddof=1)
    standard = (unit - unit.mean(axis=-2, keepdims=True)) / deviation[..., None, :]
    correlation = np.swapaxes(standard, -1, -2) @ standard / (matrix.shape[-2] - 1)
    return _shares(deviation * (1 - correlation).sum(axis=-1))


def _shares(values: np.ndarray) -> np.ndarray:
    """Divide by the sum, so that the weights sum to 1."""
    return values / values.sum(axis=-1, keepdims=True)


OBJECTIVE: dict[str, Weighter] = {
    "entropy": entropy_weights,
    "critic": critic_weights,
    "std": std_weights,
    "cv": cv_weights,
}
