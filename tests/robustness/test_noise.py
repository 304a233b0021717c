"""What may be drawn: which kinds are on, bounds as standard errors, cells and the numbers of their draws."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.robustness.noise import CellError, Noise, error_arrays, read_bounds

ROWS = pd.Index(["A", "B", "C"])
ONE = pd.Series([0.5, np.nan, 2.0], index=ROWS)


def errors(*cells: CellError):
    return error_arrays(cells, ROWS, ["x", "y", "z"])


@pytest.mark.parametrize(
    ("given", "active"),
    [
        ({}, ()),
        ({"weights": "uniform"}, ("weights",)),
        ({"judgements": 0.2, "experts": True}, ("judgements", "experts")),
        ({"prior_share": (0.2, 0.8)}, ("prior_share",)),
        ({"prior_share": (0.4, 0.4)}, ()),
        ({"cells": (CellError(indicators=("x",), standard_errors=ONE),)}, ("cells",)),
        ({"cells": pd.DataFrame({"x": ONE})}, ("cells",)),
        ({"cells": pd.DataFrame({"x": ONE}).iloc[:0]}, ()),
    ],
)
def test_the_kinds_that_are_on(given, active):
    assert Noise(**given).active == active


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"weights": "normal"}, "noise: unknown distribution of weights 'normal'; known are 'dirichlet', 'uniform'"),
        ({"concentration": 0.0}, "noise: concentration is 0.0; expected a number above 0"),
        ({"concentration": np.inf}, "noise: concentration is inf; expected a number above 0"),
        ({"band": -0.1}, "noise: band is -0.1; expected a number from 0 to 1"),
        ({"band": 1.1}, "noise: band is 1.1; expected"),
        ({"judgements": -1}, "noise: judgements is -1; expected a number of 0 or more"),
        ({"judgements": np.nan}, "noise: judgements is nan; expected"),
        ({"prior_share": (0.8, 0.2)}, r"noise: prior_share is \(0.8, 0.2\); expected \(low, high\) within 0 to 1"),
        ({"prior_share": (0.2, 1.2)}, "noise: prior_share is"),
        ({"prior_share": 0.5}, r"noise: prior_share is 0.5; expected \(low, high\)"),
        ({"cells": CellError(indicators=("x",), standard_errors=ONE)}, "noise: cells are no table or list; expected"),
    ],
)
def test_what_cannot_be_drawn(given, message):
    with pytest.raises(InputError, match=message):
        Noise(**given)


def test_indicators_of_an_error_are_a_list():
    with pytest.raises(InputError, match=r"noise: indicators are 'speed'; expected a list, such as \('speed',\)"):
        CellError(indicators="speed", standard_errors=ONE)


def test_a_row_has_one_standard_error():
    with pytest.raises(InputError, match="noise: 'A' has two standard errors; keep one"):
        CellError(indicators=("x",), standard_errors=pd.concat([ONE, ONE]))


# bounds ---------------------------------------------------------------------------------------------------------------


def test_bounds_are_half_a_width_over_the_normal_quantile():
    """An 80 % interval of 2.75 to 3.05: 0.15 / 1.2815515655 (R: qnorm(0.9)); without bounds there is no error."""
    bounds = pd.DataFrame({"lower": [2.75, np.nan], "upper": [3.05, 3.0]}, index=["A", "B"])
    found = read_bounds(bounds, 0.8)
    assert found["A"] == pytest.approx(0.15 / 1.2815515655446004, rel=1e-12)
    assert np.isnan(found["B"])
    assert read_bounds(bounds, 0.95)["A"] == pytest.approx(0.15 / 1.959963984540054, rel=1e-12)


def test_bounds_that_are_none():
    bounds = pd.DataFrame({"lower": [3.0], "upper": [2.0]}, index=["A"])
    with pytest.raises(InputError, match="upper bound below lower bound for 'A'; swap them"):
        read_bounds(bounds, 0.8)
    with pytest.raises(InputError, match=r"confidence level is 80; expected a number between 0 and 1, such as 0.8"):
        read_bounds(bounds, 80)


# cells ----------------------------------------------------------------------------------------------------------------


def test_shared_errors_have_one_draw_a_row_and_others_one_a_cell():
    cells, sizes, draws = errors(
        CellError(indicators=("z", "x"), standard_errors=ONE),
        CellError(indicators=("y",), standard_errors=ONE[["C"]], shared=False),
    )
    assert cells.tolist() == [[0, 2], [0, 0], [2, 2], [2, 0], [2, 1]]
    assert sizes.tolist() == [0.5, 0.5, 2.0, 2.0, 2.0]
    assert draws.tolist() == [0, 0, 1, 1, 2]
    apart = errors(CellError(indicators=("z", "x"), standard_errors=ONE, shared=False))
    assert apart[2].tolist() == [0, 1, 2, 3]


def test_a_table_has_independent_cells():
    table = pd.DataFrame({"y": ONE, "x": [0.0, 1.0, np.nan]}, index=ROWS)
    cells, sizes, draws = error_arrays(Noise(cells=table).errors(), ROWS, ["x", "y", "z"])
    assert cells.tolist() == [[0, 1], [2, 1], [1, 0]]
    assert sizes.tolist() == [0.5, 2.0, 1.0]
    assert draws.tolist() == [0, 1, 2]


def test_no_error_is_three_empty_arrays():
    cells, sizes, draws = errors()
    assert (cells.shape, sizes.shape, draws.shape) == ((0, 2), (0,), (0,))


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (CellError(indicators=("w",), standard_errors=ONE), "noise: cells: unknown indicator 'w'; known are 'x', 'y'"),
        (
            CellError(indicators=("x", "y"), standard_errors=-ONE),
            "the standard error of 'x', 'y' is -0.5 for 'A'; expected a number of 0 or more, in the units of the panel",
        ),
        (CellError(indicators=("x",), standard_errors=ONE / 0), "the standard error of 'x' is inf for 'A'; expected"),
    ],
)
def test_errors_that_cannot_be(error, message):
    with pytest.raises(InputError, match=message):
        errors(error)


def test_an_indicator_has_one_error():
    one = CellError(indicators=("x",), standard_errors=ONE)
    both = CellError(indicators=("y", "x"), standard_errors=ONE[["C"]])
    with pytest.raises(InputError, match="noise: cells: indicator 'x' has two errors; name it in one of them"):
        errors(one, both)
