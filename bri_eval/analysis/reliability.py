"""Does a set of indicators hang together: alpha, sampling adequacy, sphericity, components, variance inflation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from bri_eval.checks import InputError, check_matrix, check_varies, listing, unknown

SINGULAR = 1e-10
"""A correlation matrix with an eigenvalue below this one has no inverse to speak of."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Adequacy:
    """Kaiser-Meyer-Olkin measure of sampling adequacy, overall and by indicator, 0 to 1.

    Parameters
    ----------
    overall
        Of all indicators.
    by_indicator
        Of each.

    Examples
    --------
    >>> table = pd.DataFrame({"a": [1.0, 2, 3, 4, 6], "b": [2.0, 1, 4, 3, 5], "c": [3.0, 5, 1, 2, 6]})
    >>> kmo(table).by_indicator.round(2).to_dict()
    {'a': 0.41, 'b': 0.39, 'c': 0.15}
    """

    overall: float
    by_indicator: pd.Series


@dataclass(frozen=True, slots=True, kw_only=True)
class Sphericity:
    """Bartlett's test that the correlation matrix is the identity.

    Parameters
    ----------
    statistic, df, pvalue
        Of chi2.
    nobs
        Rows.

    Examples
    --------
    >>> table = pd.DataFrame({"a": [1.0, 2, 3, 4, 6], "b": [2.0, 1, 4, 3, 5], "c": [3.0, 5, 1, 2, 6]})
    >>> round(bartlett(table).pvalue, 3)
    0.324
    """

    statistic: float
    df: int
    pvalue: float
    nobs: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Components:
    """Principal components of the correlation matrix.

    Parameters
    ----------
    eigenvalues, shares
        Variance of each component, largest first, and its share of the total.
    loadings
        Indicator x component: correlation of the indicator with the component; the loadings of a component sum to 0
        or more.

    Examples
    --------
    >>> table = pd.DataFrame({"a": [1.0, 2, 3, 4, 6], "b": [2.0, 1, 4, 3, 5], "c": [3.0, 5, 1, 2, 6]})
    >>> pca(table).loadings.iloc[:, 0].round(2).to_dict()
    {'a': 0.97, 'b': 0.89, 'c': 0.38}
    """

    eigenvalues: pd.Series
    shares: pd.Series
    loadings: pd.DataFrame


def cronbach(matrix: pd.DataFrame | np.ndarray, on: str = "standardised") -> float:
    r"""Give Cronbach's alpha.

    :math:`\alpha = m/(m - 1) (1 - \sum_j s_j^2 / s_{sum}^2)`, for m columns and their row sum.

    Parameters
    ----------
    matrix
        Alternatives x indicators, complete, directions aligned: a reversed indicator lowers alpha.
    on
        ``"standardised"`` columns, or ``"raw"`` ones.

    Returns
    -------
    float
        1 at most; below 0 if the columns contradict each other.

    References
    ----------
    cronbach1951.

    Examples
    --------
    >>> round(cronbach(pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [1.0, 3.0, 2.0]})), 4)
    0.6667
    """
    if on not in ("standardised", "raw"):
        raise InputError(unknown("form of alpha", on, ("standardised", "raw")))
    x = _several(matrix).to_numpy()
    if on == "standardised":
        x = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)
    m = x.shape[1]
    return float(m / (m - 1) * (1 - x.var(axis=0, ddof=1).sum() / x.sum(axis=1).var(ddof=1)))


def kmo(matrix: pd.DataFrame | np.ndarray) -> Adequacy:
    r"""Give the Kaiser-Meyer-Olkin measure of sampling adequacy.

    :math:`\sum r^2 / (\sum r^2 + \sum q^2)` over pairs, with r the correlations and
    :math:`q_{jk} = -S_{jk} / \sqrt{S_{jj} S_{kk}}`, :math:`S = R^{-1}`, the partial ones.

    Parameters
    ----------
    matrix
        Alternatives x indicators, complete; more rows than columns.

    Returns
    -------
    Adequacy
        Overall and by indicator; two indicators always give 0.5.

    Raises
    ------
    InputError
        For a singular correlation matrix.

    References
    ----------
    kaiser1974.

    Examples
    --------
    >>> table = pd.DataFrame({"a": [1.0, 2, 3, 4, 6], "b": [2.0, 1, 4, 3, 5], "c": [3.0, 5, 1, 2, 6]})
    >>> round(kmo(table).overall, 3)
    0.356
    """
    frame = _several(matrix)
    r = _regular(frame)
    inverse = np.linalg.inv(r)
    scale = np.sqrt(np.diag(inverse))
    off = ~np.eye(len(r), dtype=bool)
    plain, partial = (r * off) ** 2, (inverse / np.outer(scale, scale) * off) ** 2
    by_indicator = plain.sum(axis=0) / (plain + partial).sum(axis=0)
    return Adequacy(
        overall=float(plain.sum() / (plain + partial).sum()), by_indicator=pd.Series(by_indicator, index=frame.columns)
    )


def bartlett(matrix: pd.DataFrame | np.ndarray) -> Sphericity:
    r"""Test that all correlations are 0.

    :math:`\chi^2 = -(n - 1 - (2m + 5)/6) \ln|R|` with m(m - 1)/2 degrees of freedom, for n rows and m columns.

    Parameters
    ----------
    matrix
        Alternatives x indicators, complete.

    Returns
    -------
    Sphericity

    References
    ----------
    bartlett1951.

    Examples
    --------
    >>> table = pd.DataFrame({"a": [1.0, 2, 3, 4, 6], "b": [2.0, 1, 4, 3, 5], "c": [3.0, 5, 1, 2, 6]})
    >>> test = bartlett(table)
    >>> round(test.statistic, 2), test.df
    (3.47, 3)
    """
    frame = _several(matrix)
    n, m = frame.shape
    statistic = -(n - 1 - (2 * m + 5) / 6) * float(np.linalg.slogdet(_regular(frame))[1])
    df = m * (m - 1) // 2
    return Sphericity(statistic=statistic, df=df, pvalue=float(stats.chi2.sf(statistic, df)), nobs=n)


def pca(matrix: pd.DataFrame | np.ndarray) -> Components:
    """Give the principal components of the correlation matrix.

    Parameters
    ----------
    matrix
        Alternatives x indicators, complete, no constant column.

    Returns
    -------
    Components
        Eigenvalues (they sum to the number of columns), explained shares, and loadings: eigenvectors times the root of
        their eigenvalue, signed so that each column sums to 0 or more.

    References
    ----------
    handbook2008, step 4.

    Examples
    --------
    >>> table = pd.DataFrame({"a": [1.0, 2, 3, 4, 6], "b": [2.0, 1, 4, 3, 5], "c": [3.0, 5, 1, 2, 6]})
    >>> pca(table).shares.round(2).tolist()
    [0.63, 0.33, 0.04]
    """
    frame = _several(matrix)
    values, vectors = np.linalg.eigh(np.corrcoef(frame.to_numpy(), rowvar=False))
    values, vectors = values[::-1].clip(min=0), vectors[:, ::-1]
    loadings = vectors * np.sqrt(values)
    loadings = loadings * np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)
    labels = pd.RangeIndex(1, len(values) + 1, name="component")
    return Components(
        eigenvalues=pd.Series(values, index=labels),
        shares=pd.Series(values / values.sum(), index=labels),
        loadings=pd.DataFrame(loadings, index=frame.columns, columns=labels),
    )


def vif(matrix: pd.DataFrame | np.ndarray) -> pd.Series:
    """Give variance inflation factors, 1/(1 - R2) of each column on the others: the diagonal of R^-1.

    Parameters
    ----------
    matrix
        Alternatives x indicators, complete.

    Returns
    -------
    Series
        One per indicator.

    Examples
    --------
    >>> table = pd.DataFrame({"a": [1.0, 2, 3, 4, 6], "b": [2.0, 1, 4, 3, 5], "c": [3.0, 5, 1, 2, 6]})
    >>> vif(table).round(2).to_dict()
    {'a': 4.97, 'b': 4.36, 'c': 1.61}
    """
    frame = _several(matrix)
    return pd.Series(np.diag(np.linalg.inv(_regular(frame))), index=frame.columns, name="vif")


def _several(matrix: pd.DataFrame | np.ndarray) -> pd.DataFrame:
    """Return a complete matrix of two or more columns that vary over three or more rows."""
    frame = check_matrix(matrix)
    if frame.shape[0] < 3 or frame.shape[1] < 2:
        raise InputError(f"the matrix has {frame.shape[0]} rows and {frame.shape[1]} columns; expected 3 and 2 or more")
    check_varies(frame.to_numpy(), frame.columns)
    return frame


def _regular(frame: pd.DataFrame) -> np.ndarray:
    """Return the correlation matrix, or raise if it has no inverse."""
    r = np.corrcoef(frame.to_numpy(), rowvar=False)
    if np.linalg.eigvalsh(r)[0] < SINGULAR:
        raise InputError(
            f"the correlation matrix of {listing(frame.columns)} is singular ({frame.shape[0]} rows, {frame.shape[1]} "
            "columns); leave out a column that others add up to, or take more rows than columns"
        )
    return r
