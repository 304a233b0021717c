"""Combine several sets of weights into one: ``(..., sets, k)`` in, ``(..., k)`` out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import nnls

if TYPE_CHECKING:
    from collections.abc import Callable

    Combination = Callable[[np.ndarray, float], np.ndarray]


def linear_weights(sets: np.ndarray, share: float) -> np.ndarray:
    """Average the first set, with its share, and the mean of the others."""
    return share * sets[..., 0, :] + (1 - share) * sets[..., 1:, :].mean(axis=-2)


def multiplicative_weights(sets: np.ndarray, _share: float) -> np.ndarray:
    """Multiply the sets and rescale to 1."""
    return _rescaled(sets.prod(axis=-2))


def min_entropy_weights(sets: np.ndarray, _share: float) -> np.ndarray:
    """Take the geometric mean of the sets: it minimises the summed relative entropy to them."""
    return _rescaled(sets.prod(axis=-2) ** (1 / sets.shape[-2]))


def game_weights(sets: np.ndarray, _share: float) -> np.ndarray:
    r"""Combine in the non-negative equilibrium: minimise a'Ga/2 - d'a over a >= 0, with G = WW' and d = diag G.

    The problem is solved for each combination as non-negative least squares, :math:`|Ca - C^{-T} d|` with
    :math:`G = C'C`, after a ridge of 1e-12 on G for sets that are linearly dependent.
    """
    flat = sets.reshape(-1, *sets.shape[-2:])
    shares = np.stack([_equilibrium(one) for one in flat]).reshape(sets.shape[:-1])
    return (shares[..., None] * sets).sum(axis=-2)


def _equilibrium(sets: np.ndarray) -> np.ndarray:
    """Solve the game for one combination; shares >= 0 that sum to 1."""
    gram = sets @ sets.T
    root = np.linalg.cholesky(gram + 1e-12 * np.eye(len(gram))).T
    coefficients, _ = nnls(root, np.linalg.solve(root.T, np.diag(gram)))
    return coefficients / coefficients.sum()


def _rescaled(values: np.ndarray) -> np.ndarray:
    """Divide by the sum."""
    return values / values.sum(axis=-1, keepdims=True)


COMBINATIONS: dict[str, Combination] = {
    "linear": linear_weights,
    "multiplicative": multiplicative_weights,
    "min_entropy": min_entropy_weights,
    "game": game_weights,
}
