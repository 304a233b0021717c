"""Combine several sets of weights into one: ``(..., sets, k)`` in, ``(..., k)`` out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import nnls

if TYPE_CHECKING:
    from collections.abc import Callable

    Combination = Callable[..., np.ndarray]


def linear_weights(sets: np.ndarray, *, prior_share: float = 0.5) -> np.ndarray:
    """Average the first set, with its share, and the mean of the others."""
    return prior_share * sets[..., 0, :] + (1 - prior_share) * sets[..., 1:, :].mean(axis=-2)


def multiplicative_weights(sets: np.ndarray) -> np.ndarray:
    """Multiply the sets and rescale to 1."""
    return _rescaled(sets.prod(axis=-2))


def min_entropy_weights(sets: np.ndarray) -> np.ndarray:
    """Take the geometric mean of the sets: it minimises the summed relative entropy to them."""
    return _rescaled(sets.prod(axis=-2) ** (1 / sets.shape[-2]))


def game_weights(sets: np.ndarray) -> np.ndarray:
    r"""Combine in the non-negative equilibrium of the game between the sets.

    Minimise :math:`a'Ga/2 - d'a` over :math:`a \ge 0`, with :math:`G = WW'` and :math:`d = diag(G)`. A set that
    receives 0 has no say.
    """
    return (game_shares(sets)[..., None] * sets).sum(axis=-2)


def game_shares(sets: np.ndarray) -> np.ndarray:
    """Give the coefficients of the sets in the non-negative equilibrium, summing to 1."""
    flat = sets.reshape(-1, *sets.shape[-2:])
    return np.stack([_equilibrium(one) for one in flat]).reshape(sets.shape[:-1])


def game_row_sum_weights(sets: np.ndarray) -> np.ndarray:
    """Combine with coefficients in proportion to the row sums of G: a closed form that is always positive."""
    shares = _rescaled((sets @ np.swapaxes(sets, -1, -2)).sum(axis=-1))
    return (shares[..., None] * sets).sum(axis=-2)


def _equilibrium(sets: np.ndarray) -> np.ndarray:
    """Solve the game for one combination, as least squares with a >= 0; the ridge is for sets that depend linearly."""
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
    "game_row_sum": game_row_sum_weights,
}
