"""Arrays of dynamic panel GMM: stacked equations with their instruments, one and two steps, moment tests.

N economies, T periods at equal steps, K coefficients, L instruments; m stacked rows, sorted by economy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SINGULAR = 1e-12
"""A matrix of which the least eigenvalue is not above this share of the largest, in its units, counts as singular."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Window:
    """Lags of a variable that instrument the differenced equation.

    Parameters
    ----------
    values
        (N, T), NaN where not observed.
    first, last
        The lags, `first` >= 1.
    collapse
        One instrument per lag; else one per lag and period.
    """

    values: np.ndarray
    first: int
    last: int
    collapse: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stack:
    """Stacked equations: the differenced ones and, for system GMM, those in levels.

    Parameters
    ----------
    y, x, z
        (m,), (m, K) and (m, L): outcome, regressors, instruments.
    errors
        (m, T), the error of each row as a combination of the errors v_i1 ... v_iT of its economy.
    units, periods
        (m,), codes of economy and period.
    level
        (m,), true for equations in levels.
    """

    y: np.ndarray
    x: np.ndarray
    z: np.ndarray
    errors: np.ndarray
    units: np.ndarray
    periods: np.ndarray
    level: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Step:
    """One step of GMM.

    Parameters
    ----------
    slopes
        (K,).
    weights
        (L, L), W.
    map
        (K, L), (X'Z W Z'X)^-1 X'Z W, so that the slopes are map Z'y.
    residuals
        (m,).
    scores
        (N, L), Z_i'e_i of each economy.
    covariance
        (K, K), robust; of two steps with the correction of Windmeijer.
    """

    slopes: np.ndarray
    weights: np.ndarray
    map: np.ndarray
    residuals: np.ndarray
    scores: np.ndarray
    covariance: np.ndarray


def one_step(stack: Stack) -> Step:
    """Return the first step: weights (sum_i Z_i'H_i Z_i)^-1, H_i the covariance of the stacked errors if v is iid.

    The covariance is the robust sandwich.

    References
    ----------
    arellano1991 (difference); blundell1998 (system).
    """
    moments = _by_unit(stack, stack.z[:, :, None] * stack.errors[:, None, :])  # (N, L, T)
    weights = inverse(np.einsum("ilt,imt->lm", moments, moments))
    step = _solved(stack, weights, np.empty(0))
    return _solved(stack, weights, step.map @ (step.scores.T @ step.scores) @ step.map.T)


def two_steps(stack: Stack, first: Step) -> Step:
    """Return the second step, weights (sum_i Z_i'e_i e_i'Z_i)^-1, its covariance corrected for estimated weights.

    V = V2 + D V2 + V2 D' + D V1 D', with V2 the classical covariance of two steps, V1 the robust one of the first and D
    the derivative of the second-step slopes by those that the weights were made with.

    References
    ----------
    windmeijer2005.
    """
    spread = (stack.z**2).sum(axis=0) * np.mean(first.residuals**2)
    weights = inverse(first.scores.T @ first.scores, np.sqrt(spread))
    step = _solved(stack, weights, np.empty(0))
    classical = step.map @ (first.scores.T @ first.scores) @ step.map.T
    slope = _derivative(stack, first, step)
    corrected = classical + slope @ classical + classical @ slope.T + slope @ first.covariance @ slope.T
    return _solved(stack, weights, corrected)


def moment_test(stack: Stack, step: Step, order: int) -> float:
    """Return m_j, standard normal unless the differenced residuals are correlated at lag j; NaN if no pair is j apart.

    References
    ----------
    arellano1991.
    """
    lag = _lagged_residuals(stack, step.residuals, order)
    products = np.bincount(stack.units, lag * step.residuals, minlength=len(step.scores))
    if not lag.any():
        return float("nan")
    slope = stack.x.T @ lag
    variance = products @ products - 2 * slope @ step.map @ (step.scores.T @ products) + slope @ step.covariance @ slope
    return float(products.sum() / np.sqrt(variance)) if variance > 0 else float("nan")


def criterion(step: Step) -> float:
    """Return e'Z W Z'e: Hansen's J of two steps."""
    moments = step.scores.sum(axis=0)
    return float(moments @ step.weights @ moments)


def inverse(matrix: np.ndarray, units: np.ndarray | None = None) -> np.ndarray:
    """Invert a symmetric positive definite matrix.

    Parameters
    ----------
    matrix
        (L, L).
    units
        (L,), the size that its rows would have; roots of the diagonal if not given. Told apart from it, a diagonal
        element that is nothing but rounding error is seen to be zero.

    Raises
    ------
    numpy.linalg.LinAlgError
        If it is singular in these units.
    """
    units = np.sqrt(np.diag(matrix)) if units is None else units
    if not (units > 0).all():
        raise np.linalg.LinAlgError("singular")
    values, vectors = np.linalg.eigh(matrix / np.outer(units, units))
    if values[0] <= SINGULAR * values[-1]:
        raise np.linalg.LinAlgError("singular")
    return np.asarray((vectors / values) @ vectors.T / np.outer(units, units))


def _solved(stack: Stack, weights: np.ndarray, covariance: np.ndarray) -> Step:
    """Return the step that a weight matrix makes."""
    cross = stack.z.T @ stack.x
    bread = cross.T @ weights
    mapped = inverse(bread @ cross) @ bread
    slopes = mapped @ (stack.z.T @ stack.y)
    residuals = stack.y - stack.x @ slopes
    scores = _by_unit(stack, stack.z * residuals[:, None])
    return Step(slopes=slopes, weights=weights, map=mapped, residuals=residuals, scores=scores, covariance=covariance)


def _derivative(stack: Stack, first: Step, second: Step) -> np.ndarray:
    """Return the derivative of the second-step slopes by the first-step slopes, through the weights."""
    pull = second.weights @ second.scores.sum(axis=0)
    columns = _by_unit(stack, stack.z[:, :, None] * stack.x[:, None, :])  # (N, L, K)
    outer = np.einsum("ilk,i->lk", columns, first.scores @ pull)
    inner = np.einsum("il,ik->lk", first.scores, np.einsum("ilk,l->ik", columns, pull))
    return second.map @ (outer + inner)


def _lagged_residuals(stack: Stack, residuals: np.ndarray, order: int) -> np.ndarray:
    """Return, per row, the differenced residual of so many periods before; 0 where there is none and in levels."""
    rows = ~stack.level
    grid = np.zeros((stack.units.max() + 1, stack.errors.shape[1]))
    grid[stack.units[rows], stack.periods[rows]] = residuals[rows]
    before = np.zeros(grid.shape)
    before[:, order:] = grid[:, :-order]
    return np.where(rows, before[stack.units, stack.periods], 0.0)


def _by_unit(stack: Stack, columns: np.ndarray) -> np.ndarray:
    """Sum rows over each economy."""
    return np.add.reduceat(columns, np.flatnonzero(np.diff(stack.units, prepend=-1)), axis=0)
