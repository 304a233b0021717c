"""Pre-emptive goal programming: goals one after the other, each held at its optimum before the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bri_eval.modes.blocks import one_each
from bri_eval.modes.faces import Linear, held, minimise
from bri_eval.modes.hull import hull
from bri_eval.modes.problem import at_risk
from bri_eval.modes.programme import GOLDEN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bri_eval.modes.blocks import Levels, Options
    from bri_eval.modes.problem import Plan

BINDING = ("finance", "risk")
"""Goals that bind all economies together; they are met by a total of 1."""


class Standing(NamedTuple):
    """Where the goals stand: bounds on the options, levels held in each, and the goals behind a limit on risk."""

    linear: Linear
    levels: Levels = ()
    limited: tuple[Linear, Levels, Levels] | None = None


def lexicographic(choice: Options, order: Sequence[str]) -> Plan:
    r"""Minimise the deviations in order, then the total cost, then settle ties.

    Level k solves :math:`\min d_k` subject to :math:`d_j \le d_j^*` for all earlier j. One set of facilities for each
    economy is chosen by a mixed-integer programme over what the options attain; the shares within an option come from
    linear programmes, each on the optimal face of the one before.

    Parameters
    ----------
    choice
        The options of a problem.
    order
        Goals, each of ``GOALS`` once.

    Returns
    -------
    Plan
        Exact to 1e-8, of a deviation or of the cost over that of the dearest plan. Where the limit on risk can be met
        but is not met by itself, it becomes a bound on the shares of all economies together, and the goals after risk
        are minimised over the convex hull of the options, to 1e-6.

    References
    ----------
    charnes1961; leung2006; isermann1982 for the faces.
    """
    standing = stand(choice, (*order, "cost"))
    settling = np.arange(1, len(choice.economy) + 1) * GOLDEN % 1
    plan = choice.best((*standing.levels, "ties"), minimise(standing.linear, settling) > 0.5)
    if standing.limited is None or at_risk(choice.base, plan.shares).sum() <= choice.base.risk_limit * (1 + 1e-9):
        return plan
    linear, levels, later = standing.limited
    return under_the_limit(choice, linear, levels, later)


def stand(choice: Options, goals: Levels) -> Standing:
    """Minimise goals over the options, as if a limit on risk that can be met were met by itself."""
    standing = Standing(one_each(choice))
    for place, goal in enumerate(goals, start=1):
        standing = _next(choice, standing, goal, goals[place:])
    return standing


def _next(choice: Options, standing: Standing, goal: str, later: Levels) -> Standing:
    """Minimise one goal and hold it there."""
    row = choice.row(standing.levels, goal)
    least = float(row @ (minimise(standing.linear, row) > 0.5))
    linear = held(standing.linear, row, max(least, target(goal)))
    if goal == "finance":
        return standing._replace(linear=linear)
    if goal == "risk" and least <= target(goal):
        return Standing(linear, standing.levels, (linear, standing.levels, later))
    return Standing(linear, (*standing.levels, goal), standing.limited)


def under_the_limit(choice: Options, linear: Linear, levels: Levels, later: Levels) -> Plan:
    """Minimise the goals after risk with its limit as a bound on all economies together."""
    joined = hull(choice, levels, linear)
    joined = joined.hold(joined.row("risk"), 1.0)
    return joined.solve([joined.row(goal) for goal in later], [target(goal) for goal in later])


def target(goal: str) -> float:
    """Give the total below which a goal asks for no more."""
    return 1.0 if goal in BINDING else -np.inf
