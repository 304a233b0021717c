"""What would change a recommendation: the cost, time or fixed cost at which another mode would lead."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, unknown
from bri_eval.modes.preferences import CRITERIA
from bri_eval.modes.scoring import EQUAL, criteria_table, score_stack, worst_table
from bri_eval.recipe import choice_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bri_eval.modes.choice import ModeChoice

    Lead = Callable[[np.ndarray], np.ndarray]

QUANTITIES = {"cost": "unit_cost", "time": "days", "fixed": "fixed"}
"""What can be searched, and its column in ``cell_table``."""

CURABLE: dict[str, set[str]] = {
    "cost": {"worth_sending"},
    "time": set(),
    "fixed": {"worth_sending", "within_budget"},
}
"""Rules that a lower value of a quantity can meet."""

COARSE, FINE, ROUNDS = 257, 33, 8
"""Points of the first search, points of each later one, and how many of these there are."""

_COLUMNS = ["leader", "mode", "current", "break_even", "change", "crossings", "reason"]


def break_even(choice: ModeChoice, *, quantity: str = "cost", mode: str | None = None) -> pd.DataFrame:
    """Find in every cell how far a quantity of a mode must fall for the mode to lead.

    Parameters
    ----------
    choice
        From ``mode_choice``.
    quantity
        ``"cost"``, the unit cost without fixed cost; ``"time"``, days; or ``"fixed"``, the fixed cost of a period,
        which enters the full unit cost and the capital.
    mode
        Code of the mode; in every cell the second if not given. A mode that was dropped for its cost alone takes part,
        from the value at which it is worth sending and within the budget.

    Returns
    -------
    DataFrame
        One row per (economy, segment): leader; mode; current value; break_even, the largest value up to the current one
        at which the mode leads or shares the lead, NaN if there is none; change, relative to the current value;
        crossings, how often the lead is won or lost on the way to 0; reason for a missing value.

    Raises
    ------
    InputError
        For an unknown quantity or mode, or a recipe that treats outliers or compares with a reference.

    Notes
    -----
    The lead is looked for at 257 values down to 0, and bracketed from the first that has it. The other modes stay as
    they are, but an ideal point may move with this one, so that the lead may change hands more than once.

    Examples
    --------
    >>> import bri_eval as be
    >>> catalogue = be.read_modes("data/modes.toml")
    >>> framework = be.read_framework("data/frameworks/panel.toml")
    >>> panel = be.read_panel(framework, "data/raw", economies="bri_list65", years=[2018])
    >>> index = be.evaluate(panel, framework)
    >>> merchant = catalogue.merchants[0].code
    >>> cells = {"economies": ["KAZ"], "segments": [catalogue.segments[0].code]}
    >>> choice = be.mode_choice(catalogue, "data/raw", index, merchant=merchant, year=2018, **cells)
    >>> break_even(choice)[["leader", "mode", "change"]].round(2).values.tolist()
    [['postal', 'dedicated_line', -0.83]]
    """
    if quantity not in QUANTITIES:
        raise InputError(unknown("quantity", quantity, QUANTITIES))
    recipe = choice.recipe
    if recipe.treatment != "none" or recipe.normaliser == "distance_to_reference":
        raise InputError(
            "break-even values are searched without treatment of outliers and without a reference; the recipe has "
            f"treatment '{choice_name(recipe.treatment)}' and normaliser '{choice_name(recipe.normaliser)}'"
        )
    given = None if mode is None else choice.catalogue.mode(mode).code
    field = _field_of(choice)
    rows = [_of_cell(choice, field, at, quantity, given) for at in range(len(choice.recommended))]
    return pd.DataFrame(rows, index=choice.recommended.index, columns=_COLUMNS)


class _Field(NamedTuple):
    """Cells x modes as arrays: criteria, columns of ``cell_table``, and why modes were dropped; cells x criteria."""

    modes: list[str]
    criteria: np.ndarray
    columns: Mapping[str, np.ndarray]
    rules: np.ndarray
    reasons: np.ndarray
    weights: np.ndarray
    worst: np.ndarray


def _field_of(choice: ModeChoice) -> _Field:
    """Arrange a choice as arrays."""
    cells, modes = choice.cells, [mode.code for mode in choice.catalogue.modes]
    shape = (len(cells) // len(modes), len(modes))
    dropped = choice.dropped.reindex(cells.index).fillna("")
    return _Field(
        modes=modes,
        criteria=criteria_table(cells, choice.merchant).to_numpy().reshape(*shape, -1),
        columns={str(name): column.to_numpy().reshape(shape) for name, column in cells.items()},
        rules=dropped["rules"].to_numpy().reshape(shape),
        reasons=dropped["reason"].to_numpy().reshape(shape),
        weights=choice.weights.to_numpy(),
        worst=worst_table(cells, choice.catalogue).to_numpy(),
    )


def _of_cell(choice: ModeChoice, field: _Field, at: int, quantity: str, given: str | None) -> tuple[object, ...]:
    """Find the break-even value in one cell."""
    leader, second = (str(choice.recommended[name].iloc[at]) for name in ("mode", "second"))
    mode = given or second
    if not mode or mode == leader:
        return leader, mode, np.nan, np.nan, np.nan, 0, "leads already" if mode else "no second mode"
    place = field.modes.index(mode)
    current = float(field.columns[QUANTITIES[quantity]][at, place])
    broken = {name for name in field.rules[at, place].split(", ") if name}
    top = min(current, _most(choice, field, at, place, quantity))
    if broken - CURABLE[quantity] or top < 0:
        return leader, mode, current, np.nan, np.nan, 0, field.reasons[at, place]
    found, crossings = first_lead(_lead_in(choice, field, at, place, quantity), top)
    change = (found - current) / current if current else np.nan
    reason = f"does not lead even at {quantity} 0" if np.isnan(found) else ""
    return leader, mode, current, found, change, crossings, reason


def _most(choice: ModeChoice, field: _Field, at: int, place: int, quantity: str) -> float:
    """Give the largest value of a quantity at which a mode is worth sending and within the budget."""
    cost, full, value, parcels = (
        float(field.columns[name][at, place]) for name in ("unit_cost", "full_unit_cost", "value", "partner_parcels")
    )
    if quantity == "cost":
        return value - (full - cost)
    if quantity == "fixed":
        budget = choice.merchant.budget if "within_budget" in choice.catalogue.modes[place].rules else np.inf
        return min((value - cost) * parcels, budget)
    return np.inf


def _lead_in(choice: ModeChoice, field: _Field, at: int, place: int, quantity: str) -> Lead:
    """Return the function from values of a quantity of a mode to its lead over the best other mode of a cell."""
    others = field.criteria[at][(field.rules[at] == "") & (np.arange(len(field.modes)) != place)]
    current, step = field.columns[QUANTITIES[quantity]][at, place], _step(choice, field, at, place, quantity)

    def lead(values: np.ndarray) -> np.ndarray:
        own = (field.criteria[at, place] + (values - current)[:, None] * step)[:, None, :]
        stack = np.concatenate([own, np.broadcast_to(others, (len(values), *others.shape))], axis=1)
        scores = score_stack(stack, field.weights[at], field.worst[at], choice.recipe)
        return np.nan_to_num(scores[:, 0] - scores[:, 1:].max(axis=1, initial=-np.inf), posinf=0.0)

    return lead


def _step(choice: ModeChoice, field: _Field, at: int, place: int, quantity: str) -> np.ndarray:
    """Give what a unit of a quantity adds to each criterion."""
    value, parcels = (field.columns[name][at, place] for name in ("value", "partner_parcels"))
    steps = {
        "cost": {"cost_to_value": 1 / value},
        "time": {"time": 1.0},
        "fixed": {"cost_to_value": 1 / (value * parcels), "capital_risk": 1 / choice.merchant.budget},
    }[quantity]
    return np.array([steps.get(code, 0.0) for code in CRITERIA])


def first_lead(lead: Lead, top: float) -> tuple[float, int]:
    """Find the largest value from ``top`` down to 0 at which a lead is 0 or more, and count how often it changes.

    Parameters
    ----------
    lead
        From values to leads.
    top
        0 or more.

    Returns
    -------
    tuple
        The value, NaN if there is none; and the changes of sign on the way. A lead of -1e-12 counts as 0.

    Examples
    --------
    >>> value, changes = first_lead(lambda values: 0.3 - values, 1.0)
    >>> round(value, 9), changes
    (0.3, 1)
    """
    grid = np.linspace(top, 0.0, COARSE)
    leads = lead(grid) >= -EQUAL
    changes = int((leads[1:] != leads[:-1]).sum())
    if not leads.any():
        return np.nan, changes
    if leads[0]:
        return top, changes
    for _ in range(ROUNDS):
        at = int(np.argmax(leads))
        grid = np.linspace(grid[at - 1], grid[at], FINE)
        leads = lead(grid) >= -EQUAL
    return float(grid[int(np.argmax(leads))]), changes
