"""Goals of one rank: the weighted sum of the deviations, or the largest weighted one."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from bri_eval.modes.blocks import one_each
from bri_eval.modes.hull import hull
from bri_eval.modes.lexicographic import BINDING
from bri_eval.modes.problem import GOALS

if TYPE_CHECKING:
    from bri_eval.modes.blocks import Options
    from bri_eval.modes.faces import Linear
    from bri_eval.modes.hull import Hull
    from bri_eval.modes.problem import Plan


def weighted(choice: Options, weights: np.ndarray) -> Plan:
    r"""Minimise :math:`\sum_k w_k d_k`, then the total cost, then settle ties.

    Parameters
    ----------
    choice
        The options of a problem.
    weights
        One for each of ``GOALS``, 0 or more.

    References
    ----------
    charnes1961.
    """
    joined = _with_deviations(choice, weights)
    return joined.solve([_sum(joined, weights), joined.row("cost")])


def chebyshev(choice: Options, weights: np.ndarray) -> Plan:
    r"""Minimise :math:`\max_k w_k d_k`, then :math:`\sum_k w_k d_k`, then the total cost, then settle ties.

    Parameters
    ----------
    choice
        The options of a problem.
    weights
        One for each of ``GOALS``, 0 or more.

    References
    ----------
    flavell1976.
    """
    joined = _with_deviations(choice, weights)
    largest = np.zeros(len(joined.linear.lower))
    largest[-1] = 1.0
    return joined.solve([largest, _sum(joined, weights), joined.row("cost")])


def _with_deviations(choice: Options, weights: np.ndarray) -> Hull:
    """Add a column for the deviation from each goal, and one for the largest weighted deviation."""
    joined = hull(choice, (), one_each(choice))
    number = len(GOALS)
    goals = sparse.csr_array(np.stack([joined.row(goal) for goal in GOALS]))
    one, largest = sparse.eye_array(number), np.ones((number, 1))
    grid = [
        [joined.linear.matrix, None, None],
        [goals, -one, None],
        [None, sparse.diags_array(weights), -largest],
    ]
    targets = np.array([float(goal in BINDING) for goal in GOALS])
    return dataclasses.replace(joined, linear=_widened(joined.linear, sparse.block_array(grid, format="csr"), targets))


def _widened(linear: Linear, matrix: sparse.csr_array, targets: np.ndarray) -> Linear:
    """Give the new columns and rows their bounds."""
    number = len(targets)
    return dataclasses.replace(
        linear,
        matrix=matrix,
        right=np.concatenate([linear.right, targets, np.zeros(number)]),
        equal=np.concatenate([linear.equal, np.zeros(2 * number, dtype=bool)]),
        lower=np.concatenate([linear.lower, np.zeros(number + 1)]),
        upper=np.concatenate([linear.upper, np.full(number + 1, np.inf)]),
        whole=np.concatenate([linear.whole, np.zeros(number + 1, dtype=bool)]),
    )


def _sum(joined: Hull, weights: np.ndarray) -> np.ndarray:
    """Give the row of the weighted sum of deviations."""
    row = np.zeros(len(joined.linear.lower))
    row[-len(GOALS) - 1 : -1] = weights
    return row
