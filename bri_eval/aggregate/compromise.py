"""What some methods give beside a score: VIKOR's compromise set, fuzzy grades."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.aggregate import kernels
from bri_eval.checks import InputError, check_matrix, check_varies, check_weights

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Compromise:
    """VIKOR's result: S, R and Q of every alternative (smaller is better), and the compromise set.

    Parameters
    ----------
    table
        One row per alternative; columns S, R and Q.
    compromise
        Labels of the compromise set, the best by Q first.
    advantage, stable
        Whether the best by Q has enough advantage over the second, and whether it is also best by S or R.

    Examples
    --------
    >>> found = vikor(pd.DataFrame({"risk": [-1, -2, -5], "km": [3, 3.75, 4.5]}), {"risk": 0.5, "km": 0.5})
    >>> found.advantage, found.stable
    (True, True)
    """

    table: pd.DataFrame
    compromise: tuple[object, ...]
    advantage: bool
    stable: bool


def vikor(
    matrix: pd.DataFrame | np.ndarray,
    weights: Mapping[str, float] | pd.Series | np.ndarray,
    *,
    group_utility: float = 0.5,
) -> Compromise:
    r"""Find the compromise solution (VIKOR).

    :math:`S_i = \sum_j w_j (f^*_j - f_{ij}) / (f^*_j - f^-_j)`, :math:`R_i` the largest of the terms,
    :math:`Q = v (S - S_{min}) / (S_{max} - S_{min}) + (1 - v) (R - R_{min}) / (R_{max} - R_{min})`.

    Parameters
    ----------
    matrix, weights
        As in ``topsis``; no constant column.
    group_utility
        v, 0 to 1.

    Returns
    -------
    Compromise
        ``table`` with S, R, Q; ``compromise``: the best by Q alone if it has the advantage of at least 1/(n - 1) in Q
        and is also best by S or R (``stable``); with advantage only, it and the second; otherwise all within 1/(n - 1).

    References
    ----------
    opricovic2004, section 2.

    Examples
    --------
    >>> found = vikor(pd.DataFrame({"risk": [-1, -2, -5], "km": [3, 3.75, 4.5]}), {"risk": 0.5, "km": 0.5})
    >>> found.table["Q"].tolist(), found.compromise
    ([1.0, 0.0, 1.0], (1,))
    """
    frame, shares = weighted_matrix(matrix, weights)
    check_varies(frame.to_numpy(), frame.columns)
    parts = kernels.vikor_parts(frame.to_numpy(), shares, group_utility=group_utility)
    table = pd.DataFrame(dict(zip("SRQ", parts, strict=True)), index=frame.index)
    order = table.sort_values(["Q", "S"], kind="stable")
    need = 1 / max(len(table) - 1, 1)
    gap = order["Q"] - order["Q"].iloc[0]
    advantage = bool(len(order) < 2 or gap.iloc[1] >= need - 1e-12)
    best = table.loc[order.index[0]]
    stable = bool(best["S"] <= table["S"].min() + 1e-12 or best["R"] <= table["R"].min() + 1e-12)
    among = (
        order.index[:1] if advantage and stable else order.index[:2] if advantage else order.index[gap < need - 1e-12]
    )
    return Compromise(table=table, compromise=tuple(among), advantage=advantage, stable=stable)


def fuzzy_composition(weights: np.ndarray, membership: np.ndarray, *, operator: str = "sum") -> np.ndarray:
    """Compose weights and memberships into one vector of grades (fuzzy comprehensive evaluation).

    Parameters
    ----------
    weights
        k, summing to 1.
    membership
        k x grades, 0 to 1.
    operator
        ``"sum"`` (weighted sum) or ``"maxmin"``.

    Returns
    -------
    ndarray
        Degree of every grade.

    Examples
    --------
    >>> r = np.array([[0.3, 0.5, 0.2, 0], [0.2, 0.4, 0.3, 0.1], [0.1, 0.3, 0.4, 0.2]])
    >>> fuzzy_composition(np.array([0.5, 0.3, 0.2]), r, operator="maxmin").tolist()
    [0.3, 0.5, 0.3, 0.2]
    """
    if operator == "sum":
        return weights @ membership
    if operator == "maxmin":
        return np.minimum(weights[:, None], membership).max(axis=0)
    raise InputError(f"unknown operator '{operator}'; known are 'sum', 'maxmin'")


def weighted_matrix(
    matrix: pd.DataFrame | np.ndarray, weights: Mapping[str, float] | pd.Series | np.ndarray
) -> tuple[pd.DataFrame, np.ndarray]:
    """Check a matrix and its weights, plain or labelled."""
    frame = check_matrix(matrix)
    if isinstance(weights, np.ndarray | list | tuple):
        if len(weights) != frame.shape[1]:
            raise InputError(f"{len(weights)} weights for {frame.shape[1]} criteria; give one for each")
        weights = pd.Series(weights, index=frame.columns)
    return frame, check_weights(weights, frame.columns).to_numpy()
