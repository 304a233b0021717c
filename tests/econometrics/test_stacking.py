"""Stacked equations and instruments of two economies, written out by hand."""

import numpy as np
import pytest

from bri_eval.econometrics.gmm import Window
from bri_eval.econometrics.stacking import Grid, differenced, equations, lagged, stacked

NAN = np.nan
# economy 0 is complete, economy 1 lacks the third of five periods
Y = np.array([[1.0, 2.0, 4.0, 8.0, 16.0], [3.0, 5.0, NAN, 7.0, 9.0]])
X = np.array([[0.5, 1.5, 1.0, 3.0, 2.0], [1.0, 2.0, NAN, 5.0, 5.0]])


def grid(*, system: bool = False, years: bool = False, collapse: bool = False, lag: bool = True) -> Grid:
    x = np.stack([lagged(Y, 1), X] if lag else [X], axis=-1)
    usable = np.isfinite(Y) & np.isfinite(x).all(axis=-1)
    window = Window(values=Y, first=2, last=3, collapse=collapse)
    own = (x.shape[-1] - 1,)
    return Grid(y=Y, x=x, usable=usable, windows=(window,), own=own, years=years, system=system)


def test_a_gap_breaks_the_chain():
    """Economy 1 has two equations in levels (periods 1 and 4, of which the lag is there) and none in differences."""
    assert grid().usable.tolist() == [[False, True, True, True, True], [False, True, False, False, True]]
    assert equations(grid()).tolist() == [[False, False, True, True, True], [False] * 5]
    assert equations(grid(lag=False)).tolist() == [[False, True, True, True, True], [False, True, False, False, True]]


def test_differenced_equations_with_one_instrument_per_lag_and_period():
    stack = stacked(grid())
    assert stack.y.tolist() == [2, 4, 8]
    assert stack.x.tolist() == [[1, -0.5], [2, 2], [4, -1]]
    # lag 2 in periods 2, 3, 4, lag 3 in periods 3, 4, change of x
    assert stack.z.tolist() == [[1, 0, 0, 0, 0, -0.5], [0, 2, 0, 1, 0, 2], [0, 0, 4, 0, 2, -1]]
    assert stack.errors.tolist() == [[0, -1, 1, 0, 0], [0, 0, -1, 1, 0], [0, 0, 0, -1, 1]]
    assert stack.units.tolist() == [0, 0, 0]
    assert stack.periods.tolist() == [2, 3, 4]
    assert not stack.level.any()


def test_collapsed_instruments_with_year_effects():
    stack = stacked(grid(collapse=True, years=True))
    assert stack.x.tolist() == [[1, -0.5, 1, 0, 0], [2, 2, 0, 1, 0], [4, -1, 0, 0, 1]]
    assert stack.z.tolist() == [[1, 0, -0.5, 1, 0, 0], [2, 1, 2, 0, 1, 0], [4, 2, -1, 0, 0, 1]]


def test_a_lag_that_falls_into_the_gap_is_zero():
    stack = stacked(grid(lag=False, collapse=True))
    rows = list(zip(stack.units.tolist(), stack.periods.tolist(), stack.z.tolist(), strict=True))
    assert rows == [
        (0, 1, [0, 0, 1]),
        (0, 2, [1, 0, -0.5]),
        (0, 3, [2, 1, 2]),
        (0, 4, [4, 2, -1]),
        (1, 1, [0, 0, 1]),
        (1, 4, [0, 5, 0]),  # lag 2 is missing, lag 3 is there
    ]


def test_system_has_levels_after_differences_with_intercept_and_differenced_year_effects():
    stack = stacked(grid(system=True, years=True, collapse=True))
    assert stack.units.tolist() == [0] * 7 + [1] * 2
    assert stack.level.tolist() == [False] * 3 + [True] * 4 + [True] * 2
    assert stack.periods.tolist() == [2, 3, 4, 1, 2, 3, 4, 1, 4]
    assert stack.y.tolist() == [2, 4, 8, 2, 4, 8, 16, 5, 9]
    # effects of periods 2, 3, 4 (that of the first in levels, 1, is left out), then the intercept
    effects = [[1, 0, 0, 0], [-1, 1, 0, 0], [0, -1, 1, 0]]
    effects += [[0, 0, 0, 1], [1, 0, 0, 1], [0, 1, 0, 1], [0, 0, 1, 1], [0, 0, 0, 1], [0, 0, 1, 1]]
    assert stack.x[:, 2:].tolist() == effects
    # lag 2, lag 3; change before, in levels only; x, its change in differences
    lags = [[1, 0, 0, -0.5], [2, 1, 0, 2], [4, 2, 0, -1]]
    lags += [[0, 0, 0, 1.5], [0, 0, 1, 1], [0, 0, 2, 3], [0, 0, 4, 2], [0, 0, 0, 2], [0, 0, 0, 5]]
    assert stack.z.tolist() == [[*lag, *effect] for lag, effect in zip(lags, effects, strict=True)]
    assert stack.errors[3:].tolist() == [
        [0, 1, 0, 0, 0],
        [0, 0, 1, 0, 0],
        [0, 0, 0, 1, 0],
        [0, 0, 0, 0, 1],
        [0, 1, 0, 0, 0],
        [0, 0, 0, 0, 1],
    ]


@pytest.mark.parametrize("steps", [0, 1, 4, 5, 9])
def test_lags_beyond_the_data_are_missing(steps):
    found = lagged(Y, steps)
    assert np.isnan(found[:, : min(steps, 5)]).all()
    np.testing.assert_array_equal(found[:, steps:], Y[:, : max(5 - steps, 0)])


def test_changes_keep_gaps():
    np.testing.assert_array_equal(differenced(Y), [[NAN, 1, 2, 4, 8], [NAN, 2, NAN, NAN, 2]])
    assert differenced(np.stack([Y, X], axis=-1)).shape == (2, 5, 2)
