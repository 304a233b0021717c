"""Linear programmes: the two calls of the solver, and the face of optima on which the next goal is minimised."""

from __future__ import annotations

import dataclasses
import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from bri_eval.checks import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

NONZERO = 1e-9
"""A multiplier or reduced cost below this is taken for zero."""

SHARP = 1e2
"""Factor on goals and bounds of mixed-integer programmes: the solver works to 1e-6, so that they hold to 1e-8."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Linear:
    """Constraints of a linear programme.

    Parameters
    ----------
    matrix, right, equal
        Rows ``matrix @ z <= right``, or ``==`` where equal.
    lower, upper
        Bounds of the columns.
    whole
        Columns that are whole numbers; ``descend`` takes no heed of it.
    """

    matrix: sparse.csr_array
    right: np.ndarray
    equal: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    whole: np.ndarray


def minimise(linear: Linear, goal: np.ndarray) -> np.ndarray:
    """Minimise a goal over whole and other columns, by HiGHS with relative gap 0 and absolute gap 1e-8.

    Raises
    ------
    InputError
        If there is no solution, in the words of the solver.
    """
    low = np.where(linear.equal, linear.right, -np.inf)
    with _quiet():
        solved = milp(
            SHARP * goal,
            constraints=LinearConstraint(linear.matrix, low, linear.right),
            bounds=Bounds(linear.lower, linear.upper),
            integrality=linear.whole.astype(int),
            options={"mip_rel_gap": 0.0},
        )
    return _solution(solved.x, solved.message)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep a line that the solver writes to the standard output, past Python, out of the answer."""
    sys.stdout.flush()
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def descend(linear: Linear, goal: np.ndarray) -> tuple[np.ndarray, Linear]:
    """Minimise a goal over a linear programme, and keep of it the face on which the goal is at its least.

    Parameters
    ----------
    linear
        With all columns fractional.
    goal
        One number per column.

    Returns
    -------
    array, Linear
        An optimum; and the programme with rows that have a multiplier made equations, and columns that have a reduced
        cost fixed. By complementary slackness these are all optima, and no tolerance adds up from goal to goal.

    Raises
    ------
    InputError
        If there is no solution, in the words of the solver.

    Examples
    --------
    >>> plane = Linear(matrix=sparse.csr_array([[-1.0, -1.0]]), right=np.array([-1.0]), equal=np.array([False]),
    ...                lower=np.zeros(2), upper=np.ones(2), whole=np.zeros(2, bool))
    >>> found, edge = descend(plane, np.array([1.0, 1.0]))
    >>> descend(edge, np.array([1.0, 0.0]))[0].tolist()
    [0.0, 1.0]
    """
    rest = ~linear.equal
    solved = linprog(
        goal,
        A_ub=linear.matrix[rest],
        b_ub=linear.right[rest],
        A_eq=linear.matrix[linear.equal],
        b_eq=linear.right[linear.equal],
        bounds=np.column_stack([linear.lower, linear.upper]),
        method="highs",
    )
    found = _solution(solved.x, solved.message)
    equal = linear.equal.copy()
    equal[rest] = np.abs(solved.ineqlin.marginals) > NONZERO
    upper = np.where(solved.lower.marginals > NONZERO, linear.lower, linear.upper)
    lower = np.where(solved.upper.marginals < -NONZERO, upper, linear.lower)
    return found, dataclasses.replace(linear, equal=equal, lower=lower, upper=upper)


def held(linear: Linear, row: np.ndarray, most: float) -> Linear:
    """Add the bound ``row @ z <= most``, to 1e-8 of the larger of 1 and ``most``."""
    scale = SHARP / max(1.0, most)
    return dataclasses.replace(
        linear,
        matrix=sparse.vstack([linear.matrix, sparse.csr_array(scale * row[None, :])], format="csr"),
        right=np.append(linear.right, scale * most + 1e-6),
        equal=np.append(linear.equal, False),
    )


def _solution(found: np.ndarray | None, message: str) -> np.ndarray:
    """Return a solution, or raise with what the solver says."""
    if found is None:
        raise InputError(f"the programme has no solution: {message.strip()} Check its bounds.")
    return found
