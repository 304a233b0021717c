"""Dickey-Fuller regressions against statsmodels, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics.diagnostics import adf


def panel(*series, first=2001):
    """One economy per series; missing ends are nan."""
    table = pd.DataFrame({f"E{number}": one for number, one in enumerate(series)})
    table.index = pd.Index(range(first, first + len(table)), name="year")
    return table.T.rename_axis("economy").stack().to_frame("y")  # noqa: PD013


@pytest.mark.parametrize("trend", [False, True])
@pytest.mark.parametrize("lags", [0, 1, 3])
def test_t_statistics_of_statsmodels(lags, trend):
    from statsmodels.tsa.stattools import adfuller

    walks = np.random.default_rng(1).normal(size=(6, 25)).cumsum(axis=1) + 1e6
    found = adf.statistics(walks, lags=lags, trend=trend)
    expected = [
        adfuller(walk, maxlag=lags, regression="ct" if trend else "c", autolag=None, result_object=False)[0]
        for walk in walks
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-6)  # statsmodels loses digits to the level of a million
    exact = [
        adfuller(walk - 1e6, maxlag=lags, regression="ct" if trend else "c", autolag=None, result_object=False)[0]
        for walk in walks
    ]
    np.testing.assert_allclose(adf.statistics(walks - 1e6, lags=lags, trend=trend), exact, rtol=1e-9)


def test_regressions_of_unequal_lengths():
    draw = np.random.default_rng(2)
    series = {"A": draw.normal(size=14).cumsum(), "B": draw.normal(size=20).cumsum()}
    found = adf.regress(series, lags=2, trend=True, where="x")
    assert (found.rows.tolist(), found.coefficients) == ([11, 17], 5)
    for place, one in enumerate(series.values()):
        assert found.t[place] == adf.statistics(one[None], lags=2, trend=True)[0]


def test_null_draws_are_sorted_and_repeatable():
    first, again = (adf.null_draws(12, lags=1, trend=False, draws=3_000, seed=5) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert (np.diff(first) >= 0).all()
    assert len(first) == 3_000
    assert first[0] != adf.null_draws(12, lags=1, trend=False, draws=3_000, seed=6)[0]


def test_series_without_missing_cells_at_the_ends():
    draw = np.random.default_rng(3)
    one, two = draw.normal(size=(2, 14))
    two[:2], two[-1] = np.nan, np.nan
    found = adf.series_of(panel(one, two), "y", by="year", least=10)
    np.testing.assert_array_equal(found["E0"], one)
    np.testing.assert_array_equal(found["E1"], two[2:-1])


def test_refusals():
    walk = np.random.default_rng(4).normal(size=14).cumsum()
    with pytest.raises(InputError, match=r"unknown column 'z'; known are 'y'"):
        adf.series_of(panel(walk), "z", by="year", least=10)
    with pytest.raises(InputError, match="column 'y' has no value"):
        adf.series_of(panel(walk) * np.nan, "y", by="year", least=10)
    with pytest.raises(
        InputError, match=r"economy 'E1' has 9 years and 10 are the least .* set least lower and say so"
    ):
        adf.series_of(panel(walk, np.r_[walk[:9], [np.nan] * 5]), "y", by="year", least=10)
    hole = np.where(np.arange(14) == 6, np.nan, walk)
    with pytest.raises(InputError, match="economy 'E1' goes from 2006 to 2008, one of 1 gaps"):
        adf.series_of(panel(walk, hole), "y", by="year", least=10)
    with pytest.raises(InputError, match="economy 'E1' lacks a wave in between"):
        adf.series_of(panel(walk, hole), "y", by="wave", least=10)
    with pytest.raises(InputError, match="column 'y': economy 'E0' does not vary"):
        adf.series_of(panel(walk * 0 + 7), "y", by="year", least=10)
    with pytest.raises(
        InputError, match="x: lags is 6, which gives the shortest series, of 14 years, 7 rows for 8 coef"
    ):
        adf.regress({"A": walk}, lags=6, trend=False, where="x")
    with pytest.raises(InputError, match="x: lags is -1"):
        adf.regress({"A": walk}, lags=-1, trend=False, where="x")
    line = {"A": walk, "B": np.linspace(3, 8, 14)}
    for trend in (False, True):
        with pytest.raises(
            InputError, match="x: the series of economy 'B' follows its own lags, means or trend exactly"
        ):
            adf.regress(line, lags=1, trend=trend, where="x")
