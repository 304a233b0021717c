"""Agreement of several rankings, and one ranking out of many."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from bri_eval.aggregate import rank_scores
from bri_eval.checks import InputError, check_matrix


def consensus(ranks: pd.DataFrame) -> pd.DataFrame:
    r"""Merge the rankings of several methods into one, in three ways.

    Borda :math:`b_i = \sum_l (n - r_{il})`; Copeland :math:`c_i = \sum_{h \ne i} sign(m_{ih} - m_{hi})`, with
    :math:`m_{ih}` the number of methods that put i above h; mean rank :math:`\bar r_i`.

    Parameters
    ----------
    ranks
        Alternatives x methods, 1 is best, complete.

    Returns
    -------
    DataFrame
        Columns ``borda``, ``copeland``, ``mean_rank`` and, for each, its ranking (``rank_borda``, ...), 1 is best.

    Examples
    --------
    >>> consensus(pd.DataFrame({"topsis": [1, 2, 3], "vikor": [2, 1, 3], "wsm": [1, 2, 3]}))["rank_borda"].tolist()
    [1, 2, 3]
    """
    frame = check_matrix(ranks, "table of ranks")
    r = frame.to_numpy(dtype=float)
    ahead = np.sign(r[None, :, :] - r[:, None, :]).sum(axis=-1)
    points = {
        "borda": (len(r) - r).sum(axis=1),
        "copeland": np.sign(ahead).sum(axis=1),
        "mean_rank": r.mean(axis=1),
    }
    table = pd.DataFrame(points, index=frame.index)
    for name, values in points.items():
        table[f"rank_{name}"] = rank_scores(-values if name == "mean_rank" else values).astype(int)
    return table


def kendall_w(ranks: pd.DataFrame) -> float:
    r"""Measure the concordance of all rankings together, 0 (none) to 1 (identical).

    :math:`W = 12 S / (K^2 (n^3 - n) - K \sum (\tau^3 - \tau))`, with S the sum of squared deviations of the rank sums
    and :math:`\tau` the sizes of tied groups; ranks are averaged over ties first.

    Parameters
    ----------
    ranks
        Alternatives x methods, complete.

    Returns
    -------
    float
        W.

    Examples
    --------
    >>> round(kendall_w(pd.DataFrame({"topsis": [1, 2, 3], "vikor": [2, 1, 3], "wsm": [1, 2, 3]})), 3)
    0.778
    """
    frame = check_matrix(ranks, "table of ranks")
    r = stats.rankdata(frame.to_numpy(dtype=float), axis=0)
    n, k = r.shape
    sums = r.sum(axis=1)
    ties = sum((counts**3 - counts).sum() for counts in (np.unique(column, return_counts=True)[1] for column in r.T))
    below = k**2 * (n**3 - n) - k * ties
    if below == 0:
        raise InputError("Kendall's W: every method ties all alternatives; there is nothing to agree on")
    return float(12 * ((sums - sums.mean()) ** 2).sum() / below)


def rank_correlations(ranks: pd.DataFrame, reference: str) -> pd.DataFrame:
    """Correlate every ranking with one of them.

    Parameters
    ----------
    ranks
        Alternatives x methods, 1 is best, complete.
    reference
        The column to compare with. WS is not symmetric, so that it matters which one it is.

    Returns
    -------
    DataFrame
        One row per other method: ``spearman``, ``kendall`` (tau-b), ``weighted_spearman``, ``ws``.

    References
    ----------
    salabun2020, for WS; methods differ most where it matters most, at the top.

    Examples
    --------
    >>> ranks = pd.DataFrame({"topsis": [1, 2, 3, 4], "vikor": [2, 1, 3, 4]})
    >>> rank_correlations(ranks, "topsis").round(3).loc["vikor"].to_dict()
    {'spearman': 0.8, 'kendall': 0.667, 'weighted_spearman': 0.72, 'ws': 0.708}
    """
    frame = check_matrix(ranks, "table of ranks")
    if reference not in frame.columns:
        raise InputError(f"there is no ranking '{reference}'; rankings are {list(frame.columns)}")
    base = frame[reference].to_numpy(dtype=float)
    rows = {
        name: {
            "spearman": stats.spearmanr(base, frame[name]).statistic,
            "kendall": stats.kendalltau(base, frame[name]).statistic,
            "weighted_spearman": weighted_spearman(base, frame[name].to_numpy(dtype=float)),
            "ws": ws(base, frame[name].to_numpy(dtype=float)),
        }
        for name in frame.columns.drop(reference)
    }
    return pd.DataFrame(rows).T.rename_axis(index="method")


def weighted_spearman(reference: np.ndarray, other: np.ndarray) -> float:
    """Give the weighted Spearman correlation, in which differences at the top count more.

    Parameters
    ----------
    reference, other
        Ranks of the same alternatives, 1 is best.

    Returns
    -------
    float
        1 if they are equal.

    Examples
    --------
    >>> first, second = np.array([1.0, 2, 3, 4, 5]), np.array([1.0, 3, 2, 4, 5])
    >>> round(weighted_spearman(first, second), 4)
    0.8833
    """
    n = len(reference)
    difference = (reference - other) ** 2 * ((n - reference + 1) + (n - other + 1))
    return float(1 - 6 * difference.sum() / (n**4 + n**3 - n**2 - n))


def ws(reference: np.ndarray, other: np.ndarray) -> float:
    """Give the WS similarity of a ranking to a reference ranking.

    Parameters
    ----------
    reference, other
        Ranks of the same alternatives, 1 is best; exchanged they give another number.

    Returns
    -------
    float
        1 if they are equal.

    Examples
    --------
    >>> first, second = np.array([1.0, 2, 3, 4, 5]), np.array([1.0, 3, 2, 4, 5])
    >>> round(ws(first, second), 4)
    0.8542
    """
    n = len(reference)
    furthest = np.maximum(np.abs(1 - reference), np.abs(n - reference))
    return float(1 - (2.0**-reference * np.abs(reference - other) / furthest).sum())
