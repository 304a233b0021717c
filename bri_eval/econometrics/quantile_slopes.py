"""Slopes of conditional quantiles with economy effects, for many reweightings of the economies at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

SINGULAR = 1e-10
"""Least eigenvalue, columns orthonormal in the full sample, of regressors that a draw identifies."""


class Rows(NamedTuple):
    """A panel sorted by economy: outcome (n,), columns (n, p) of slopes then year dummies, codes (n,) 0, ..., G-1."""

    y: np.ndarray
    x: np.ndarray
    codes: np.ndarray


class LocationScale(NamedTuple):
    """Location and scale slopes (B, p), quantiles of the standardised residuals (B, Q); scale and residual per row."""

    location: np.ndarray
    scale: np.ndarray
    quantiles: np.ndarray
    sizes: np.ndarray
    residuals: np.ndarray

    @property
    def slopes(self) -> np.ndarray:
        """Slopes at each quantile (B, Q, p): location + scale * quantile."""
        return self.location[:, None, :] + self.quantiles[:, :, None] * self.scale[:, None, :]


def location_scale(rows: Rows, levels: np.ndarray, weights: np.ndarray) -> LocationScale:
    """Estimate y = a_i + x'b + (d_i + x'g) u by moments: b, then g from the absolute residuals, then quantiles of u.

    Location and scale are within regressions; the quantile of u minimises sum (d_i + x'g) rho(e/(d_i + x'g) - q), e the
    residual of the location.

    Parameters
    ----------
    rows
        The panel.
    levels
        (Q,) between 0 and 1.
    weights
        (B, G), how often each economy enters.

    Returns
    -------
    LocationScale
        NaN in replicates that do not identify all slopes; `sizes` and `residuals` are (n, B).

    References
    ----------
    machado2019.

    Examples
    --------
    >>> rows = Rows(np.array([0.0, 1, 5, 2, 7, 3]), np.array([[0.0], [1], [2], [0], [1], [2]]), np.repeat([0, 1], 3))
    >>> location_scale(rows, np.array([0.5]), np.ones((1, 2))).location.round(3).tolist()
    [[1.5]]
    """
    y, (q, r) = demean(rows.y[:, None], rows.codes), np.linalg.qr(demean(rows.x, rows.codes))
    weight = weights[:, rows.codes].T
    inverse = _inverse(q, rows.codes, weights)
    location = np.einsum("bij,jb->bi", inverse, q.T @ (weight * y))
    residuals = y - q @ location.T
    size = np.abs(residuals)
    scale = np.einsum("bij,jb->bi", inverse, q.T @ (weight * size))
    sizes = size - demean(size, rows.codes) + q @ scale.T
    back = np.linalg.inv(r).T
    return LocationScale(location @ back, scale @ back, _quantiles(residuals, sizes, weight, levels), sizes, residuals)


def shifted(rows: Rows, level: float, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Estimate the quantile regression of the outcome less its economy effects, which are those of the mean.

    Parameters
    ----------
    rows
        The panel.
    level
        Between 0 and 1.
    weights
        (G,), how often each economy enters.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray)
        Intercept and slopes (1 + p,), NaN if the slopes are not identified; residuals (n,).

    References
    ----------
    canay2011; koenker2005.
    """
    y, x = demean(rows.y[:, None], rows.codes)[:, 0], demean(rows.x, rows.codes)
    (q, r), weight = np.linalg.qr(x), weights[rows.codes]
    within = np.linalg.solve(r, _inverse(q, rows.codes, weights[None])[0] @ (q.T @ (weight * y)))
    if np.isnan(within).any():
        return np.full(x.shape[1] + 1, np.nan), np.full(len(x), np.nan)
    without = y + (rows.x - x) @ within  # y less the mean of y - x'b over the years of its economy
    columns = np.column_stack([np.ones(len(x)), rows.x])
    found = regression_quantile(without, columns, level, weight)
    return found, without - columns @ found


def regression_quantile(y: np.ndarray, x: np.ndarray, level: float, weight: np.ndarray) -> np.ndarray:
    """Return the coefficients that minimise sum weight rho(y - x'b), exactly, from the dual linear programme.

    NaN if the programme is not solved, which its bounds rule out but for rounding.

    References
    ----------
    koenker2005.

    Examples
    --------
    >>> regression_quantile(np.array([1.0, 2.0, 9.0]), np.ones((3, 1)), 0.5, np.ones(3)).round(6).tolist()
    [2.0]
    """
    from scipy.optimize import linprog

    units, unit = np.linalg.norm(x, axis=0), np.linalg.norm(y) + (not y.any())
    scaled = x / units
    found = linprog(
        -y / unit,
        A_eq=scaled.T,
        b_eq=(1 - level) * scaled.T @ weight,
        bounds=np.column_stack([np.zeros(len(y)), weight]),
        method="highs",
    )
    return -found.eqlin.marginals * unit / units if found.success else np.full(x.shape[1], np.nan)


def demean(columns: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Remove the means of economies from columns (n, k), rows sorted by economy."""
    starts = np.flatnonzero(np.diff(codes, prepend=-1))
    sizes = np.diff(starts, append=len(codes))[:, None]
    return columns - (np.add.reduceat(columns, starts, axis=0) / sizes)[codes]


def _inverse(q: np.ndarray, codes: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return (sum_g w_g q_g'q_g)^-1 of every replicate (B, p, p), q orthonormal; NaN where there is none."""
    starts = np.flatnonzero(np.diff(codes, prepend=-1))
    blocks = np.add.reduceat(q[:, :, None] * q[:, None, :], starts, axis=0)
    values, vectors = np.linalg.eigh(np.tensordot(weights, blocks, axes=1))
    values = np.where(values[:, :1] > SINGULAR, values, np.nan)
    return (vectors / values[:, None, :]) @ vectors.transpose(0, 2, 1)


def _quantiles(residuals: np.ndarray, sizes: np.ndarray, weight: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Return (B, Q) the q that minimise sum weight rho(residual - size q); rows of negative size turn their tail."""
    with np.errstate(divide="ignore", invalid="ignore"):
        kinks = np.where(sizes != 0, residuals / sizes, np.inf)
    order = np.argsort(kinks, axis=0)
    masses = np.take_along_axis(weight * np.abs(sizes), order, axis=0).cumsum(axis=0)
    up, down = ((weight * np.maximum(sign * sizes, 0)).sum(axis=0) for sign in (1, -1))
    found = np.empty((residuals.shape[1], len(levels)))
    for number, level in enumerate(levels):
        target = (level * up + (1 - level) * down) * (1 - 1e-12)
        place = np.minimum((masses < target).sum(axis=0), len(kinks) - 1)
        found[:, number] = kinks[order[place, np.arange(len(place))], np.arange(len(place))]
    found[np.isnan(residuals).any(axis=0)] = np.nan
    return found
