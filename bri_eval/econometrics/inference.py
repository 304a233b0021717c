"""Covariances of least squares as array functions: clustered, two-way, Driscoll-Kraay, CR2 and the jackknife.

All take the explicit design, economy effects already removed from every column and everything else (intercept, year
dummies, slopes) as columns; none applies a small-sample factor unless its definition has one.
"""

from __future__ import annotations

import numpy as np

from bri_eval.checks import InputError
from bri_eval.econometrics.sample import ABSORBED

SINGULAR = 1e-12
"""Eigenvalues of I - H_gg up to this one are zero: cluster g alone determines a direction."""


def cluster_sandwich(x: np.ndarray, residuals: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return the bare clustered covariance (X'X)^-1 (sum_g X_g'u_g u_g'X_g) (X'X)^-1.

    Parameters
    ----------
    x, residuals
        (n, p) and (n,).
    groups
        (n,) labels of the clusters, in any order.

    Returns
    -------
    numpy.ndarray
        (p, p), without any factor; see `estimate` for the project's one.

    Raises
    ------
    InputError
        For arrays that do not fit, fewer than two clusters, missing cells, or collinear columns.

    References
    ----------
    cameron2015.

    Examples
    --------
    >>> x, u = np.array([[1.0], [2.0], [1.0], [2.0]]), np.array([1.0, -1.0, 1.0, 0.0])
    >>> cluster_sandwich(x, u, np.array([0, 0, 1, 1])).round(6).tolist()
    [[0.02]]
    """
    q, back, codes = _basis(x, residuals, groups)
    influence = _sums(q * residuals[:, None], codes) @ back.T
    return influence.T @ influence


def two_way_sandwich(
    x: np.ndarray, residuals: np.ndarray, economies: np.ndarray, periods: np.ndarray
) -> tuple[np.ndarray, str]:
    """Return the bare covariance clustered by economy and by period, V_economy + V_period - V_cell.

    Parameters
    ----------
    x, residuals
        (n, p) and (n,).
    economies, periods
        (n,) labels.

    Returns
    -------
    (numpy.ndarray, str)
        (p, p), and a note: empty, or that the matrix is not positive definite. It is not repaired.

    Raises
    ------
    InputError
        As `cluster_sandwich`.

    Notes
    -----
    Its justification needs many economies and many periods; with the seven waves it has none. The note speaks of all
    columns of x: give the regressors alone, with year effects removed from them, which leaves their block as it is.

    References
    ----------
    cameron2011.

    Examples
    --------
    >>> x, u = np.array([[1.0], [2.0], [1.0], [2.0]]), np.array([1.0, -1.0, 1.0, 0.0])
    >>> two_way_sandwich(x, u, np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]))[0].round(6).tolist()
    [[0.04]]
    """
    cells = np.unique(np.column_stack([_codes(economies), _codes(periods)]), axis=0, return_inverse=True)[1].ravel()
    one, other, both = (cluster_sandwich(x, residuals, groups) for groups in (economies, periods, cells))
    covariance, units = one + other - both, np.linalg.norm(x, axis=0)
    if np.linalg.eigvalsh(covariance * np.outer(units, units)).min() > 0:
        return covariance, ""
    return covariance, (
        "The covariance clustered by economy and period is not positive definite: read the one clustered by economy."
    )


def driscoll_kraay_sandwich(x: np.ndarray, residuals: np.ndarray, periods: np.ndarray, lag: int) -> np.ndarray:
    """Return the bare covariance that is robust to correlation between economies and, up to a lag, over time.

    (X'X)^-1 (S_0 + sum_l (1 - l/(L+1)) (S_l + S_l')) (X'X)^-1 with S_l = sum_t h_t h_{t-l}', h_t the sum of x u over
    the rows of a period.

    Parameters
    ----------
    x, residuals
        (n, p) and (n,).
    periods
        (n,) sortable labels; a lag is one observed period, whatever the years between.
    lag
        L, from 0 to one less than the number of periods.

    Returns
    -------
    ndarray
        (p, p).

    Raises
    ------
    InputError
        As `cluster_sandwich`, and for a lag out of range.

    References
    ----------
    driscoll1998.

    Examples
    --------
    >>> x, u = np.array([[1.0], [2.0], [1.0], [2.0]]), np.array([1.0, -1.0, 1.0, 0.0])
    >>> driscoll_kraay_sandwich(x, u, np.array([2014, 2016, 2014, 2016]), 1).round(6).tolist()
    [[0.04]]
    """
    q, back, codes = _basis(x, residuals, periods)
    h = _sums(q * residuals[:, None], codes) @ back.T
    if isinstance(lag, bool) or not isinstance(lag, (int, np.integer)) or not 0 <= lag < len(h):
        raise InputError(f"lag is {lag!r}; expected a whole number from 0 to {len(h) - 1}, in observed periods")
    return sum(((1 - step / (lag + 1)) * _autocovariance(h, step) for step in range(1, lag + 1)), start=h.T @ h)


def cr2_covariance(x: np.ndarray, residuals: np.ndarray, groups: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the bias-reduced clustered covariance CR2 and the Satterthwaite degrees of freedom of each coefficient.

    The residuals of a cluster are multiplied by the symmetric square root of the Moore-Penrose inverse of I - H_gg, H
    the hat matrix, which makes the covariance unbiased if errors are independent and homoskedastic. The degrees of
    freedom are those of the chi2 that has mean and variance of the variance estimate under these errors.

    Parameters
    ----------
    x, residuals
        (n, p) and (n,).
    groups
        (n,) labels of the clusters.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray)
        (p, p) and (p,); NaN for coefficients that are not identified without some cluster, of which no variance can be
        told: its residuals say nothing.

    Raises
    ------
    InputError
        As `cluster_sandwich`.

    Notes
    -----
    Effects nested in the clusters may be removed from the columns beforehand, all others must be columns. H_gg has the
    eigenvalues of the p x p matrix Q_g'Q_g, Q an orthonormal basis of the columns, so that no matrix of the size of a
    cluster is formed.

    References
    ----------
    bell2002; pustejovsky2018.

    Examples
    --------
    >>> x, u = np.ones((6, 1)), np.array([1.0, -1.0, 2.0, 0.0, -2.0, 0.0])
    >>> covariance, df = cr2_covariance(x, u, np.array([0, 0, 1, 1, 2, 2]))
    >>> covariance.round(6).tolist(), df.round(6).tolist()
    ([[0.333333]], [2.0])
    """
    q, back, codes = _basis(x, residuals, groups)
    values, vectors = np.linalg.eigh(_grams(q, codes))
    held = 1 - values > SINGULAR
    root = np.where(held, 1 / np.sqrt(np.where(held, 1 - values, 1)), 0.0)
    adjusted = np.einsum(
        "gij,gj,gkj,gk->gi", vectors, root, vectors, _sums(q * residuals[:, None], codes), optimize=True
    )
    influence, df = adjusted @ back.T, _satterthwaite(back, values, vectors, root)
    alone = _determined(back, vectors, held)
    influence[:, alone], df[alone] = np.nan, np.nan
    return influence.T @ influence, df


def cv3_covariance(x: np.ndarray, y: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return the jackknife covariance CV3 = (G-1)/G sum_g (b_-g - b)(b_-g - b)', one cluster left out at a time.

    Parameters
    ----------
    x, y
        (n, p) and (n,), effects nested in the clusters removed.
    groups
        (n,) labels of the clusters.

    Returns
    -------
    numpy.ndarray
        (p, p); rows and columns of coefficients that are not identified without some cluster are NaN, say the dummy of
        a year that one economy alone has.

    Raises
    ------
    InputError
        As `cluster_sandwich`.

    References
    ----------
    mackinnon2023.

    Examples
    --------
    >>> cv3_covariance(np.ones((3, 1)), np.array([1.0, 2.0, 6.0]), np.array([0, 1, 2])).round(6).tolist()
    [[2.333333]]
    """
    q, back, codes = _basis(x, y, groups)
    residuals = y - q @ (q.T @ y)
    scores = _sums((residuals - q @ (q.T @ residuals))[:, None] * q, codes)
    values, vectors = np.linalg.eigh(_grams(q, codes))
    held = 1 - values > ABSORBED**2
    turned = np.einsum("gij,gi->gj", vectors, scores) * np.where(held, 1 / np.where(held, 1 - values, 1), 0.0)
    moves = np.einsum("gij,gj->gi", vectors, turned) @ back.T
    moves[:, _determined(back, vectors, held)] = np.nan
    return (len(moves) - 1) / len(moves) * moves.T @ moves


def _determined(back: np.ndarray, vectors: np.ndarray, held: np.ndarray) -> np.ndarray:
    """Return whether a coefficient has a part in a direction that one cluster alone determines."""
    shares = np.abs(np.einsum("ci,gij->gcj", back / np.linalg.norm(back, axis=1)[:, None], vectors))
    return ((shares > 1e-6) & ~held[:, None]).any(axis=(0, 2))


def _satterthwaite(back: np.ndarray, values: np.ndarray, vectors: np.ndarray, root: np.ndarray) -> np.ndarray:
    """Return (tr P)^2 / tr(P^2) per coefficient, P_gh = u_g'(I - H)_gh u_h with u_g = A_g Q_g a, a its row of `back`.

    In the eigenvectors of Q_g'Q_g: u_g'u_g = sum d r^2 (V'a)^2 and Q_g'u_g = V d r V'a, d eigenvalues and r those of A.
    """
    turned = np.einsum("gij,ci->cgj", vectors, back)
    own = np.einsum("cgj,gj->cg", turned**2, values * root**2)
    shared = np.einsum("gij,cgj->cgi", vectors, turned * (values * root))
    crossed = (shared**2).sum(axis=2)
    total = (own**2).sum(axis=1) - 2 * (own * crossed).sum(axis=1)
    total = total + ((shared.transpose(0, 2, 1) @ shared) ** 2).sum(axis=(1, 2))
    with np.errstate(invalid="ignore"):  # 0/0 where one cluster determines all there is
        return (own - crossed).sum(axis=1) ** 2 / total


def _basis(x: np.ndarray, values: np.ndarray, groups: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return q of x = q r, the inverse of r, and the codes of the groups, or raise at arrays that do not fit."""
    if x.ndim != 2 or values.shape != (len(x),) or np.shape(groups) != (len(x),):
        raise InputError(
            f"x, the values and the groups have shapes {x.shape}, {values.shape}, {np.shape(groups)}; "
            "expected (n, p), (n,), (n,)"
        )
    if not np.isfinite(x).all() or not np.isfinite(values).all():
        raise InputError("x or the values beside it have missing or infinite cells; leave these rows out")
    codes = _codes(groups)
    if codes.max(initial=0) < 1:
        raise InputError("there are fewer than two clusters; the covariance is not defined")
    q, r = np.linalg.qr(x)
    lost = np.flatnonzero(np.abs(np.diagonal(r)) <= ABSORBED * np.linalg.norm(x, axis=0)[: len(r)])
    if len(lost) or len(r) < x.shape[1]:
        column = lost[0] if len(lost) else len(r)
        raise InputError(f"column {column} of x is zero or collinear with those before it; leave it out")
    return q, np.linalg.inv(r), codes


def _codes(groups: np.ndarray) -> np.ndarray:
    """Return codes 0, 1, ... in the order of the sorted labels."""
    return np.unique(groups, return_inverse=True)[1]


def _sums(columns: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Return the sums over the rows of each cluster, (G, p)."""
    return np.array([np.bincount(codes, weights=column) for column in columns.T]).T


def _grams(q: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Return q_g'q_g of each cluster, (G, p, p); clusters of one size are multiplied at once."""
    order, sizes = np.argsort(codes, kind="stable"), np.bincount(codes)
    first = np.cumsum(sizes) - sizes
    grams = np.empty((len(sizes), q.shape[1], q.shape[1]))
    for size in np.unique(sizes):
        found = np.flatnonzero(sizes == size)
        block = q[order[first[found][:, None] + np.arange(size)]]
        grams[found] = block.transpose(0, 2, 1) @ block
    return grams


def _autocovariance(h: np.ndarray, step: int) -> np.ndarray:
    """Return S_l + S_l' of the rows of h."""
    product = h[step:].T @ h[:-step]
    return product + product.T
