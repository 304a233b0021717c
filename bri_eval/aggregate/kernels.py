"""Array functions: ``(..., n, k)`` normalised values and ``(..., k)`` weights to ``(..., n)`` scores, larger is better.

No labels, no checks; weights sum to 1. Parameters are keyword-only and named as the fields of ``Recipe``.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog
from scipy.stats import rankdata


def arithmetic_scores(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Give the weighted arithmetic mean."""
    return (x @ w[..., None])[..., 0]


def geometric_scores(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Give the weighted geometric mean."""
    return np.exp(np.log(x) @ w[..., None])[..., 0]


def harmonic_scores(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Give the weighted harmonic mean."""
    return 1 / ((1 / x) @ w[..., None])[..., 0]


def power_scores(x: np.ndarray, w: np.ndarray, *, exponent: float = 0.5) -> np.ndarray:
    """Give the weighted power mean; exponent 1 is arithmetic, 0 geometric, -1 harmonic."""
    if exponent == 0:
        return geometric_scores(x, w)
    return (x**exponent @ w[..., None])[..., 0] ** (1 / exponent)


def mazziotta_pareto_scores(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Give the mean less the standard deviation times the coefficient of variation, over the indicators of a row."""
    mean = arithmetic_scores(x, w)
    variance = ((x - mean[..., None]) ** 2 @ w[..., None])[..., 0]
    return mean - variance / mean


Ideals = tuple[np.ndarray, np.ndarray]


def topsis_scores(x: np.ndarray, w: np.ndarray, *, ideals: Ideals | None = None) -> np.ndarray:
    """Give the similarity to the observed (or given) ideal, weights applied to the values."""
    return _similarity(x, w * w, *(ideals or observed_ideals(x)))


def topsis_metric_scores(x: np.ndarray, w: np.ndarray, *, ideals: Ideals | None = None) -> np.ndarray:
    """Give the similarity to the observed (or given) ideal, weights inside the squared distance."""
    return _similarity(x, w, *(ideals or observed_ideals(x)))


def observed_ideals(x: np.ndarray) -> Ideals:
    """Give the best and the worst value of every column, with a row axis of 1."""
    return x.max(axis=-2, keepdims=True), x.min(axis=-2, keepdims=True)


def topsis_fixed_scores(x: np.ndarray, w: np.ndarray, *, range: tuple[float, float] = (0.0, 1.0)) -> np.ndarray:  # noqa: A002
    """Give the similarity to the fixed ideal, the ends of the normalised range, weights applied to the values."""
    return _similarity(x, w * w, np.array(range[1]), np.array(range[0]))


def vikor_parts(
    x: np.ndarray, w: np.ndarray, *, group_utility: float = 0.5
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give VIKOR's S, R and Q; in each smaller is better."""
    best, worst = x.max(axis=-2, keepdims=True), x.min(axis=-2, keepdims=True)
    regret = w[..., None, :] * (best - x) / (best - worst)
    s, r = regret.sum(axis=-1), regret.max(axis=-1)
    return s, r, group_utility * _from_least(s) + (1 - group_utility) * _from_least(r)


def vikor_scores(x: np.ndarray, w: np.ndarray, *, group_utility: float = 0.5) -> np.ndarray:
    """Give 1 - Q."""
    return 1 - vikor_parts(x, w, group_utility=group_utility)[2]


def grey_scores(x: np.ndarray, w: np.ndarray, *, distinguishing: float = 0.5) -> np.ndarray:
    """Give the grey relational degree to the best observed value of every indicator."""
    distance = x.max(axis=-2, keepdims=True) - x
    least, most = distance.min(axis=(-2, -1), keepdims=True), distance.max(axis=(-2, -1), keepdims=True)
    return arithmetic_scores((least + distinguishing * most) / (distance + distinguishing * most), w)


def promethee_scores(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Give PROMETHEE II's net flow under the usual preference function: wins less losses over n - 1, weighted."""
    n = x.shape[-2]
    wins_less_losses = 2 * rankdata(x, method="average", axis=-2) - n - 1
    return arithmetic_scores(wins_less_losses / (n - 1), w)


def rank_sum_ratio_scores(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Give the weighted mean rank over n, with rank n for the best and mean ranks for ties."""
    return arithmetic_scores(rankdata(x, method="average", axis=-2) / x.shape[-2], w)


def fuzzy_scores(x: np.ndarray, w: np.ndarray, *, grades: int = 5) -> np.ndarray:
    """Give the expected grade under max-min composition of weights and triangular memberships on the observed range.

    Under weighted-sum composition the same memberships would give the arithmetic mean.
    """
    low, high = x.min(axis=-2, keepdims=True), x.max(axis=-2, keepdims=True)
    centres = np.linspace(0, 1, grades)
    membership = np.clip(1 - np.abs(((x - low) / (high - low))[..., None] - centres) * (grades - 1), 0, None)
    strength = np.minimum(w[..., None, :, None], membership).max(axis=-2)
    return (strength * centres).sum(axis=-1) / strength.sum(axis=-1)


def benefit_of_the_doubt_scores(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Give each row its best weighted sum under weights that give no row more than 1 (one linear programme a row)."""
    tables = np.broadcast_to(x, (*w.shape[:-1], *x.shape[-2:])).reshape(-1, *x.shape[-2:])
    scores = [
        [-linprog(-row, A_ub=table, b_ub=np.ones(len(table)), method="highs").fun for row in table] for table in tables
    ]
    return np.array(scores).reshape(*np.broadcast_shapes(x.shape[:-2], w.shape[:-1]), x.shape[-2])


def _similarity(x: np.ndarray, squares: np.ndarray, best: np.ndarray, worst: np.ndarray) -> np.ndarray:
    """Give d- / (d+ + d-), where a squared distance is a weighted sum of squared differences."""
    gap = x - best
    to_best = _length(gap, squares)
    to_worst = _length(np.subtract(x, worst, out=gap), squares)
    return to_worst / (to_best + to_worst)


def _length(gap: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """Give the length of every row, its squares weighted; the rows are squared in place."""
    gap *= gap
    return np.sqrt(gap @ squares[..., None])[..., 0]


def _from_least(values: np.ndarray) -> np.ndarray:
    """Map the least value to 0 and the largest to 1; all equal to 0."""
    low, high = values.min(axis=-1, keepdims=True), values.max(axis=-1, keepdims=True)
    return np.where(high > low, (values - low) / np.where(high > low, high - low, 1), 0.0)
