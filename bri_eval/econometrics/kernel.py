"""The within-kernel: a linear panel model as sums over economies, so that replicates never return to the rows.

Economy means are removed exactly and year effects are explicit columns, hence the normal equations of any sample made
of whole economies (one left out, resampled, reweighted) are weighted sums of blocks, one block per economy.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from bri_eval.checks import InputError
from bri_eval.econometrics.counts import counts, free_rows
from bri_eval.econometrics.design import Design, design
from bri_eval.econometrics.sample import ABSORBED
from bri_eval.econometrics.within import demean, layout, sums

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

__all__ = ["Design", "Fit", "Moments", "design", "fit", "fit_arrays", "moments"]

ROUNDING = 1e-12
"""Share of a column's length in a replicate below which what is left of it is rounding: a column may be zero there."""

CHUNK, CELLS = 512, 2_000_000
"""Replicates that are solved at a time, fewer if they would have more score cells than this; memory stays bounded."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moments:
    """Sums over the rows of each economy, in an orthonormal basis of the columns and with y replaced by its residual.

    With z = q r and y = q c + e: neither collinear columns nor columns of unequal units cost digits, and the slopes of
    a replicate are those of all rows plus a correction.

    Parameters
    ----------
    gram, cross, square
        (G, p, p), (G, p) and (G,): q_g'q_g, q_g'e_g and e_g'e_g of each economy g.
    slopes
        (s,), of all rows.
    basis
        (s, s), from coefficients of the last s columns of q to slopes.
    limits
        (G, p); a column of which a replicate leaves less than their sum counts as not identified, as in `estimate`.
    seen
        (G, T), whether an economy is observed in a year.
    names
        Of the s slopes.
    labels
        Of the G economies.
    effects
        Of the model.
    """

    gram: np.ndarray
    cross: np.ndarray
    square: np.ndarray
    slopes: np.ndarray
    basis: np.ndarray
    limits: np.ndarray
    seen: np.ndarray
    names: tuple[str, ...]
    labels: pd.Index
    effects: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fit:
    """Slopes and their clustered covariance; all arrays share the leading axes of the weights.

    Parameters
    ----------
    slopes
        (..., s); NaN where the replicate does not identify them all.
    influence
        (..., G, s): (X'X)^-1 X_g'e_g with X the regressors after all effects are removed; bare, hence what economy g
        adds to the slopes.
    covariance
        (..., s, s), the bare clustered sandwich: the weighted sum of the outer products of `influence`; NaN also where
        there are no more rows than coefficients.
    ssr
        (...), sum of squared residuals.
    nobs, clusters, k
        (...), rows, economies and coefficients as `estimate` counts them; an economy drawn twice is two.
    """

    slopes: np.ndarray
    influence: np.ndarray
    covariance: np.ndarray
    ssr: np.ndarray
    nobs: np.ndarray
    clusters: np.ndarray
    k: np.ndarray

    @property
    def scaling(self) -> np.ndarray:
        """The project's factor c = G/(G-1) (n-1)/(n-k) on the bare covariance; NaN where it is not defined."""
        n, g, k = (np.asarray(size, dtype=float) for size in (self.nobs, self.clusters, self.k))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where((n > k) & (g > 1), g / (g - 1) * (n - 1) / (n - k), np.nan)

    @property
    def std_errors(self) -> np.ndarray:
        """Clustered standard errors by the project's rule, (..., s)."""
        bare = np.diagonal(self.covariance, axis1=-2, axis2=-1)
        return np.sqrt(bare * self.scaling[..., None])

    @property
    def singular(self) -> int:
        """Number of replicates that do not identify the slopes."""
        return int(np.isnan(self.slopes).any(axis=-1).sum())


def moments(design: Design) -> Moments:
    """Return the sums over economies that `fit` needs, see `Moments`."""
    from scipy.linalg import solve_triangular

    first = design.nuisance
    q, r = np.linalg.qr(design.z)
    c = q.T @ design.y
    e = design.y - q @ c
    e = e - q @ (q.T @ e)  # once leaves rounding error where the fit is close
    cube = np.zeros((len(design.labels), len(design.years), design.k + 1))
    cube[design.economies, design.periods] = np.column_stack([q, e])
    blocks = cube.transpose(0, 2, 1) @ cube
    floor = ROUNDING * np.einsum("gjj->gj", blocks[:, :-1, :-1])
    seen = np.zeros(cube.shape[:2], dtype=bool)
    seen[design.economies, design.periods] = True
    return Moments(
        gram=blocks[:, :-1, :-1],
        cross=blocks[:, :-1, -1],
        square=blocks[:, -1, -1],
        slopes=solve_triangular(r[first:, first:], c[first:]),
        basis=solve_triangular(r[first:, first:], np.eye(design.k - first)),
        limits=np.maximum(ABSORBED**2 * design.sizes / np.diag(r) ** 2, floor),
        seen=seen,
        names=design.slopes,
        labels=design.labels,
        effects=design.effects,
    )


def fit(moments: Moments, weights: np.ndarray | None = None) -> Fit:
    """Solve the model for each row of weights at once.

    Parameters
    ----------
    moments
        Of the design.
    weights
        (..., G), how often each economy enters: ones but for a zero (leave one out), counts (bootstrap); None for all
        rows once. Year effects that a replicate does not identify are left out of it.

    Raises
    ------
    InputError
        For weights of another length, or below 0, or not finite.

    Examples
    --------
    >>> import pandas as pd
    >>> from bri_eval.econometrics.specs import ModelSpec
    >>> rows = pd.MultiIndex.from_product([list("ABCDEF"), [2010, 2012]], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": range(12), "y": [0, 1, 2, 5, 3, 4, 8, 9, 6, 8, 9, 12]}, index=rows)
    >>> spec = ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> found = fit(moments(design(spec, data)), 1 - np.eye(6))
    >>> found.slopes[:, 0].round(3).tolist()
    [2.0, 1.6, 2.0, 2.0, 1.8, 1.6]
    """
    given = np.ones(len(moments.square)) if weights is None else np.asarray(weights, dtype=float)
    _check_weights(moments, given)
    draws = given.reshape(-1, given.shape[-1])
    step = max(1, min(CHUNK, CELLS // moments.cross.size))
    parts = [_solve(moments, draws[start : start + step]) for start in range(0, max(len(draws), 1), step)]
    joined = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts]).reshape(
            (*given.shape[:-1], *getattr(parts[0], field.name).shape[1:])
        )
        for field in fields(Fit)
    }
    return Fit(**joined)


def fit_arrays(
    y: np.ndarray,
    x: np.ndarray,
    economies: np.ndarray,
    periods: np.ndarray,
    effects: Sequence[str] = ("economy", "year"),
) -> Fit:
    """Fit one linear model from arrays, without tables and without blocks: for loops over models, and for many rows.

    Parameters
    ----------
    y, x
        (n,) and (n, s), finite; rows in any order, fastest sorted by economy and period.
    economies, periods
        (n,) codes 0, 1, ..., each pair once; codes may be left out.
    effects
        Out of 'economy' and 'year'; without effects there is an intercept.

    Returns
    -------
    Fit
        Without leading axes; `influence` has a row for each economy present, in the order of the codes.

    Raises
    ------
    InputError
        For arrays that do not fit, an outcome that is constant once effects are removed, or a column that the effects
        absorb or that is collinear with those before it, by the limits of `estimate`.

    Notes
    -----
    Rows alone in their economy or year are counted in n; `design` leaves them out first, as `estimate` does.

    Examples
    --------
    >>> x, y = np.arange(12.0)[:, None], np.array([0, 1, 2, 5, 3, 4, 8, 9, 6, 8, 9, 12.0])
    >>> found = fit_arrays(y, x, np.repeat(np.arange(6), 2), np.tile([0, 1], 6), ("economy",))
    >>> float(found.slopes[0].round(3))
    1.833
    """
    if x.ndim != 2 or y.shape != (len(x),) or len(y) != len(economies) or len(y) != len(periods):
        raise InputError(
            f"y, x, economies and periods have shapes {y.shape}, {x.shape}, {economies.shape}, {periods.shape}; "
            "expected (n,), (n, s), (n,), (n,)"
        )
    panel = layout(economies, periods)
    columns = np.empty((x.shape[1] + 1, len(y)))
    columns[:-1], columns[-1] = x.T, y
    columns = columns if panel.order is None else columns[:, panel.order]
    sizes = np.einsum("kn,kn->k", columns, columns)
    columns, removed = demean(columns, panel, effects)
    free = len(y) - removed - len(columns) + 1 - ("economy" in effects) * len(panel.starts)
    if free <= 0:
        raise InputError(f"there are {len(y)} rows for {len(y) - free} coefficients; use fewer columns or effects")
    inverse = _checked_inverse(columns, sizes)
    x, y = columns[:-1], columns[-1]
    slopes = inverse @ (x @ y)
    slopes = slopes + inverse @ (x @ (y - slopes @ x))  # once leaves rounding error where columns are close
    e = y - slopes @ x
    influence = sums(x * e, panel).T @ inverse
    return Fit(
        slopes=slopes,
        influence=influence,
        covariance=influence.T @ influence,
        ssr=e @ e,
        nobs=np.asarray(len(y)),
        clusters=np.asarray(len(influence)),
        k=np.asarray(removed + len(x)),
    )


def _checked_inverse(columns: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Return (x x')^-1 of columns (x, then y), or raise at what cannot be estimated; sizes are those with effects."""
    gram = columns @ columns.T
    left = np.diagonal(gram)
    if not np.isfinite(sizes).all():
        raise InputError("y or x have missing or infinite cells, or are too large; leave these rows out")
    if left[-1] <= 1e-24 * sizes[-1]:
        raise InputError("the outcome is constant once effects are removed; choose another outcome")
    units = np.sqrt(np.where(left > 0, left, 1))[:-1]
    scaled = gram[:-1, :-1] / np.outer(units, units)
    try:
        pivots = np.diagonal(np.linalg.cholesky(scaled)) * units
    except np.linalg.LinAlgError:
        pivots = np.zeros(len(units))
    if (pivots**2 <= ABSORBED**2 * sizes[:-1]).any():
        raise InputError("x has columns that effects absorb or that are collinear; leave them out")
    return np.linalg.inv(scaled) / np.outer(units, units)


def _check_weights(moments: Moments, weights: np.ndarray) -> None:
    """Raise at weights that are not one number >= 0 for each economy."""
    g = len(moments.square)
    if weights.ndim == 0 or weights.shape[-1] != g:
        raise InputError(f"the weights have shape {weights.shape}; expected one for each of {g} economies, last axis")
    if not np.isfinite(weights).all() or (weights < 0).any():
        bad = weights[~(np.isfinite(weights) & (weights >= 0))][0]
        raise InputError(f"the weights hold {bad:g}; expected numbers >= 0, how often an economy enters")


def _solve(moments: Moments, draws: np.ndarray) -> Fit:
    """Solve the normal equations of a chunk of weights (B, G)."""
    g, p = moments.cross.shape
    s = len(moments.slopes)
    inverse, kept = _inverse(moments, draws)
    cross = draws @ moments.cross
    shift = (inverse @ cross[:, :, None])[:, :, 0]
    scores = moments.cross - (shift @ moments.gram.transpose(1, 0, 2).reshape(p, g * p)).reshape(-1, g, p)
    influence = scores @ (moments.basis @ inverse[:, p - s :]).transpose(0, 2, 1)
    nobs, clusters, years = counts(moments.seen, draws, kept[:, : p - s].sum(axis=1), moments.effects)
    fine = np.where(kept[:, p - s :].all(axis=1), 1.0, np.nan)
    tested = np.where(free_rows(moments.seen, draws > 0, kept.sum(axis=1), moments.effects) > 0, fine, np.nan)
    return Fit(
        slopes=(moments.slopes + shift[:, p - s :] @ moments.basis.T) * fine[:, None],
        influence=influence * fine[:, None, None],
        covariance=(influence * draws[:, :, None]).transpose(0, 2, 1) @ influence * tested[:, None, None],
        ssr=(draws @ moments.square - (shift * cross).sum(axis=1)) * fine,
        nobs=nobs,
        clusters=clusters,
        k=years + s,
    )


def _inverse(moments: Moments, draws: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Invert the summed blocks by sweeping column after column; a column that is not identified stays zero."""
    g, p = moments.cross.shape
    swept = np.ascontiguousarray((moments.gram.reshape(g, p * p).T @ draws.T).reshape(p, p, -1))  # draws last: fast
    limits, kept = moments.limits.T @ draws.T, np.zeros((p, len(draws)), dtype=bool)
    for j in range(p):
        kept[j] = swept[j, j] > limits[j]
        over = np.where(kept[j], 1 / np.where(kept[j], swept[j, j], 1), 0.0)
        column, row = swept[:, j].copy(), swept[j] * over
        swept -= column[:, None] * row[None]
        swept[j], swept[:, j], swept[j, j] = row, -column * over, over
    return swept.transpose(2, 0, 1), kept.T
