"""From a panel as grids of economies x periods to the stacked equations and instruments of dynamic panel GMM."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bri_eval.econometrics.gmm import Stack, Window

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grid:
    """A dynamic panel, N economies x T periods at equal steps.

    Parameters
    ----------
    y, x
        (N, T) and (N, T, K): outcome and regressors, its own lags among them; NaN where not observed.
    usable
        (N, T), cells that an equation in levels may use; outcome and regressors are observed there.
    windows
        Variables whose lags are instruments.
    own
        Numbers of the regressors that are their own instruments.
    years
        Whether there are year effects.
    system
        Whether equations in levels stand beside the differenced ones.
    """

    y: np.ndarray
    x: np.ndarray
    usable: np.ndarray
    windows: tuple[Window, ...]
    own: tuple[int, ...]
    years: bool
    system: bool


def stacked(grid: Grid) -> Stack:
    """Return the equations: differenced where a cell and the one before are usable, then, for a system, in levels.

    Columns of x are the regressors, then one per year effect, then the intercept of a system. Differenced equations
    have one effect per period; a system has one per period in levels but the first, differenced in the differenced
    equations. Instruments are, in this order: lags of each window in the differenced equations, 0 where not observed;
    in a system, the change lagged by one less than the window's first lag, in the equations in levels; regressors that
    are their own instruments; year effects and intercept. Those that are 0 in all rows are left out.
    """
    units, periods, level = _rows(grid)
    places = (units, periods, level)
    years = _year_effects(grid, places)
    intercept = level[:, None].astype(float) if grid.system else np.empty((len(units), 0))
    x = _both(grid.x, places)
    lags = [column for window in grid.windows for column in _instruments(grid, window, places)]
    z = np.column_stack([*lags, x[:, list(grid.own)], years, intercept])
    errors = np.zeros((len(units), grid.y.shape[1]))
    errors[np.arange(len(units)), periods] = 1.0
    errors[~level, periods[~level] - 1] = -1.0
    return Stack(
        y=_both(grid.y, places),
        x=np.column_stack([x, years, intercept]),
        z=z[:, (z != 0).any(axis=0)],
        errors=errors,
        units=np.unique(units, return_inverse=True)[1],
        periods=periods,
        level=level,
    )


def equations(grid: Grid) -> np.ndarray:
    """Return the cells with a differenced equation, (N, T)."""
    both = np.zeros(grid.usable.shape, dtype=bool)
    both[:, 1:] = grid.usable[:, 1:] & grid.usable[:, :-1]
    return both


def differenced(values: np.ndarray) -> np.ndarray:
    """Return changes from the period before, (N, T) or (N, T, K); NaN in the first period and beside gaps."""
    changes = np.full(values.shape, np.nan)
    changes[:, 1:] = values[:, 1:] - values[:, :-1]
    return changes


def lagged(values: np.ndarray, steps: int) -> np.ndarray:
    """Return the values of so many periods before, NaN before the first."""
    shifted = np.full(values.shape, np.nan)
    shifted[:, steps:] = values[:, : max(values.shape[1] - steps, 0)]
    return shifted


def _rows(grid: Grid) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return economy and period of each row, and whether it is in levels; sorted by economy, differences first."""
    cells = [np.nonzero(equations(grid)), *([np.nonzero(grid.usable)] if grid.system else [])]
    units, periods = (np.concatenate(part) for part in zip(*cells, strict=True))
    level = np.repeat(np.arange(len(cells)), [len(part[0]) for part in cells]) == 1
    order = np.lexsort((periods, level, units))
    return units[order], periods[order], level[order]


def _both(values: np.ndarray, places: tuple[np.ndarray, np.ndarray, np.ndarray]) -> np.ndarray:
    """Return changes in the differenced rows and values in those in levels."""
    units, periods, level = places
    mask = level.reshape(-1, *(1,) * (values.ndim - 2))
    return np.where(mask, values[units, periods], differenced(values)[units, periods])


def _year_effects(grid: Grid, places: tuple[np.ndarray, np.ndarray, np.ndarray]) -> np.ndarray:
    """Return one column per year effect."""
    _, periods, level = places
    if not grid.years:
        return np.empty((len(periods), 0))
    if not grid.system:
        return (periods[:, None] == np.unique(periods)).astype(float)
    later = np.unique(periods[level])[1:]
    return (periods[:, None] == later).astype(float) - (~level[:, None] & (periods[:, None] - 1 == later))


def _instruments(grid: Grid, window: Window, places: tuple[np.ndarray, np.ndarray, np.ndarray]) -> Sequence[np.ndarray]:
    """Return the columns that a window makes."""
    units, periods, level = places
    last = min(window.last, grid.y.shape[1] - 1)
    columns = [lagged(window.values, lag)[units, periods] * ~level for lag in range(window.first, last + 1)]
    if grid.system:
        columns.append(lagged(differenced(window.values), window.first - 1)[units, periods] * level)
    filled = [np.nan_to_num(column) for column in columns]
    if window.collapse:
        return filled
    return [column * (periods == period) for column in filled for period in range(grid.y.shape[1])]
