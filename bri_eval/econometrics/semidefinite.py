"""Where a symmetric matrix that is quadratic in one number is positive semidefinite."""

from __future__ import annotations

import numpy as np

Interval = tuple[float, float]


def nonnegative_on(constant: np.ndarray, linear: np.ndarray, square: np.ndarray) -> tuple[Interval, ...]:
    """Return where a symmetric matrix that is quadratic in b is positive semidefinite, as closed intervals.

    Examples
    --------
    >>> np.round(nonnegative_on(np.array([[-1.0]]), np.array([[0.0]]), np.array([[1.0]])), 9).tolist()
    [[-inf, -1.0], [1.0, inf]]
    """
    roots = _real_roots(constant, linear, square)
    ends = np.array([-np.inf, *roots, np.inf])
    inside = [is_semidefinite(constant + b * linear + b * b * square) for b in _between(ends)]
    found: list[Interval] = []
    for low, high, holds in zip(ends[:-1], ends[1:], inside, strict=True):
        if holds:
            start = found.pop()[0] if found and found[-1][1] == low else low
            found.append((float(start), float(high)))
    return tuple(found)


def is_semidefinite(matrix: np.ndarray) -> bool:
    """Tell whether a symmetric matrix is positive semidefinite."""
    return bool(np.linalg.eigvalsh(matrix)[0] >= 0)


def _real_roots(constant: np.ndarray, linear: np.ndarray, square: np.ndarray) -> np.ndarray:
    """Return the real b at which the quadratic matrix is singular, ascending; perhaps some at which it nearly is."""
    from scipy.linalg import eigvals

    eye, zero = np.eye(len(square)), np.zeros(square.shape)
    left, right = np.block([[zero, eye], [-constant, -linear]]), np.block([[eye, zero], [zero, square]])
    with np.errstate(divide="ignore", invalid="ignore"):
        values = eigvals(left, right)
    real = values[np.isfinite(values) & (np.abs(values.imag) <= 1e-7 * np.abs(values))].real
    return np.unique(real)


def _between(ends: np.ndarray) -> np.ndarray:
    """Return one value inside each interval between ends, the outer ones infinite."""
    inner = ends[1:-1]
    if not len(inner):
        return np.zeros(1)
    outer = np.maximum(1.0, np.abs(inner[[0, -1]]))
    return np.concatenate([[inner[0] - outer[0]], (inner[1:] + inner[:-1]) / 2, [inner[-1] + outer[1]]])
