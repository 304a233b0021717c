"""Weights from the data alone: array functions, ``(..., n, k)`` in, ``(..., k)`` out, no labels, no checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import nnls
from scipy.stats import rankdata

if TYPE_CHECKING:
    from collections.abc import Callable

    Weighter = Callable[[np.ndarray, np.ndarray], np.ndarray]


def prior_weights(_matrix: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """Return the prior: equal, declared, judged or given weights do not depend on the data."""
    return prior


def entropy_weights(matrix: np.ndarray, _prior: np.ndarray | None = None) -> np.ndarray:
    """Weigh by one minus the Shannon entropy of each column's shares, with 0 ln 0 = 0."""
    return shares_of(entropy_spread(matrix))


def entropy_spread(matrix: np.ndarray) -> np.ndarray:
    """Give one minus the entropy of each column."""
    share = matrix / matrix.sum(axis=-2, keepdims=True)
    logs = np.log(share, out=np.zeros_like(share), where=share > 0)
    return 1 + (share * logs).sum(axis=-2) / np.log(matrix.shape[-2])


def std_weights(matrix: np.ndarray, _prior: np.ndarray | None = None) -> np.ndarray:
    """Weigh by the standard deviation of each column."""
    return shares_of(std_spread(matrix))


def std_spread(matrix: np.ndarray) -> np.ndarray:
    """Give the standard deviation of each column."""
    return matrix.std(axis=-2, ddof=1)


def cv_weights(matrix: np.ndarray, _prior: np.ndarray | None = None) -> np.ndarray:
    """Weigh by the coefficient of variation of each column."""
    return shares_of(cv_spread(matrix))


def cv_spread(matrix: np.ndarray) -> np.ndarray:
    """Give the coefficient of variation of each column."""
    return matrix.std(axis=-2, ddof=1) / np.abs(matrix.mean(axis=-2))


def critic_weights(matrix: np.ndarray, _prior: np.ndarray | None = None) -> np.ndarray:
    """Weigh by contrast and conflict on the min-max table, with Pearson correlations."""
    return _critic(matrix, matrix)


def critic_spearman_weights(matrix: np.ndarray, _prior: np.ndarray | None = None) -> np.ndarray:
    """Weigh by contrast and conflict on the min-max table, with Spearman correlations."""
    return _critic(matrix, rankdata(matrix, axis=-2))


def pca_weights(matrix: np.ndarray, _prior: np.ndarray | None = None) -> np.ndarray:
    """Weigh by the loadings on the first principal component of the correlation matrix, signed to sum to 1.

    Loadings of mixed sign give a negative weight, which whoever checks the weights refuses.
    """
    return shares_of(np.linalg.eigh(_correlation(matrix))[1][..., -1])


def correlation_balanced_weights(matrix: np.ndarray, _prior: np.ndarray | None = None) -> np.ndarray:
    """Weigh so that every column correlates equally with the weighted sum, as nearly as weights >= 0 allow."""
    deviation = matrix.std(axis=-2, ddof=1)
    pull = _correlation(matrix) * deviation[..., None, :]
    flat = pull.reshape(-1, *pull.shape[-2:])
    return shares_of(np.stack([nnls(one, np.ones(len(one)))[0] for one in flat]).reshape(deviation.shape))


def _critic(matrix: np.ndarray, correlated: np.ndarray) -> np.ndarray:
    """Multiply the deviation of the min-max column by the sum of one minus its correlations."""
    low, high = matrix.min(axis=-2, keepdims=True), matrix.max(axis=-2, keepdims=True)
    deviation = ((matrix - low) / (high - low)).std(axis=-2, ddof=1)
    return shares_of(deviation * (1 - _correlation(correlated)).sum(axis=-1))


def _correlation(matrix: np.ndarray) -> np.ndarray:
    """Give the Pearson correlations of the columns."""
    standard = (matrix - matrix.mean(axis=-2, keepdims=True)) / matrix.std(axis=-2, ddof=1, keepdims=True)
    return np.swapaxes(standard, -1, -2) @ standard / (matrix.shape[-2] - 1)


def shares_of(values: np.ndarray) -> np.ndarray:
    """Divide by the sum, so that the weights sum to 1."""
    return values / values.sum(axis=-1, keepdims=True)


OBJECTIVE: dict[str, Weighter] = {
    "entropy": entropy_weights,
    "critic": critic_weights,
    "critic_spearman": critic_spearman_weights,
    "std": std_weights,
    "cv": cv_weights,
    "pca": pca_weights,
    "correlation_balanced": correlation_balanced_weights,
}

SPREADS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "entropy": entropy_spread,
    "std": std_spread,
    "cv": cv_spread,
}
"""Weighters that look at one column at a time: their weights are these numbers, rescaled."""
