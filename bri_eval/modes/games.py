"""Dividing what a coalition gains: Shapley value and core, on arrays over all coalitions."""

from __future__ import annotations

from math import comb

import numpy as np
from scipy.optimize import linprog

from bri_eval.checks import InputError

MOST = 12
"""Players whose coalitions are enumerated at most."""


def coalitions(players: int) -> np.ndarray:
    """List all coalitions: row s holds, for each player, whether bit i of s is set; 2**n x n.

    Examples
    --------
    >>> coalitions(2).astype(int).tolist()
    [[0, 0], [1, 0], [0, 1], [1, 1]]
    """
    if not 1 <= players <= MOST:
        raise InputError(f"there are {players} players; expected 1 to {MOST}, whose coalitions are all worked out")
    return (np.arange(2**players)[:, None] >> np.arange(players)) & 1 == 1


def shapley(values: np.ndarray) -> np.ndarray:
    r"""Divide the value of the grand coalition by average marginal contributions.

    :math:`\phi_i = \sum_{S \not\ni i} \frac{|S|!\,(n - |S| - 1)!}{n!} (v(S \cup i) - v(S))`.

    Parameters
    ----------
    values
        (..., 2**n), of coalitions in the order of ``coalitions``; that of the empty one is 0.

    Returns
    -------
    ndarray
        (..., n), which sum to the value of the grand coalition.

    References
    ----------
    shapley1953.

    Examples
    --------
    >>> shapley(np.array([0.0, 0.0, 0.0, 6.0, 0.0, 6.0, 0.0, 6.0])).tolist()
    [4.0, 1.0, 1.0]
    """
    members = coalitions(players_of(values))
    number, sizes = members.shape[1], members.sum(axis=1)
    joining = np.array([1 / (number * comb(number - 1, size)) for size in range(number)])
    with_them = np.where(members, joining[sizes - 1][:, None], -joining[sizes % number][:, None])
    return np.asarray(values, dtype=float) @ with_them


def excesses(values: np.ndarray, division: np.ndarray) -> np.ndarray:
    """Give what each coalition could gain by leaving: its value less what a division gives it; (..., 2**n)."""
    return values - division @ coalitions(players_of(values)).T


def least_core(values: np.ndarray) -> tuple[float, np.ndarray]:
    r"""Find a division in which the largest excess is least.

    :math:`\min \varepsilon` subject to :math:`v(S) - \sum_{i \in S} x_i \le \varepsilon` for every coalition but the
    empty and the grand one, and :math:`\sum_i x_i = v(N)`.

    Parameters
    ----------
    values
        2**n, in the order of ``coalitions``, for two players or more.

    Returns
    -------
    float, ndarray
        The excess, and one division that attains it. The core is empty if and only if the excess is above 0.

    References
    ----------
    maschler1979.
    """
    members = coalitions(players_of(values)).astype(float)
    number = members.shape[1]
    if number < 2:
        raise InputError("there is 1 player; a core needs 2 or more")
    scale = np.abs(values).max() or 1.0
    rows = np.column_stack([-members, -np.ones(len(members))])[1:-1]
    found = linprog(
        np.append(np.zeros(number), 1.0),
        A_ub=rows,
        b_ub=-values[1:-1] / scale,
        A_eq=np.append(np.ones(number), 0.0)[None, :],
        b_eq=[values[-1] / scale],
        bounds=(None, None),
        method="highs",
    )
    return float(found.x[-1] * scale), found.x[:-1] * scale


def players_of(values: np.ndarray) -> int:
    """Tell how many players a list of coalition values has, or raise."""
    number = int(np.shape(values)[-1]).bit_length() - 1
    if np.shape(values)[-1] != 2**number:
        raise InputError(f"there are {np.shape(values)[-1]} values; expected one for each coalition, 2, 4, 8, 16, ...")
    return number
