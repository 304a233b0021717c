"""Steps by year and by wave."""

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics.diagnostics import steps

WAVES = [2007, 2010, 2012, 2014, 2016]


def rows(*economies):
    return pd.MultiIndex.from_tuples(
        [(name, year) for name, years in zip("ABCD", economies, strict=False) for year in years],
        names=["economy", "year"],
    )


def test_positions_by_year_are_years_and_by_wave_ranks():
    index = rows([2010, 2011, 2012], [2011, 2012])
    np.testing.assert_array_equal(steps.positions(index, "year", "x"), [2010, 2011, 2012, 2011, 2012])
    irregular = rows(WAVES, [2007, 2012, 2014])
    np.testing.assert_array_equal(steps.positions(irregular, "wave", "x"), [0, 1, 2, 3, 4, 0, 2, 3])


def test_lags_and_differences_never_reach_across_a_gap_or_an_economy():
    index = rows(WAVES, [2007, 2012, 2014])
    series = pd.Series([1.0, 2, 4, 8, 16, 100, 300, 700], index=index)
    place = steps.positions(index, "wave", "x")
    np.testing.assert_array_equal(steps.lagged(series, place), [np.nan, 1, 2, 4, 8, np.nan, np.nan, 300])
    np.testing.assert_array_equal(steps.lagged(series, place, 2), [np.nan, np.nan, 1, 2, 4, np.nan, 100, np.nan])
    changes, later = steps.differenced(series.to_frame("y"), place)
    assert changes["y"].to_list() == [1, 2, 4, 8, 400]
    assert changes.index.to_list() == [("A", 2010), ("A", 2012), ("A", 2014), ("A", 2016), ("B", 2014)]
    assert later.tolist() == [1, 2, 3, 4, 3]


def test_reservations():
    index = rows(WAVES[:4], [2007, 2012, 2014])
    said = list(steps.reservations(index, "wave", steps.positions(index, "wave", "x")))
    assert said == [
        "One step is one wave, whatever the years between waves.",
        "1 neighbouring rows with a missing wave between them are not paired.",
        "With 4 waves it has little power.",
    ]
    yearly = rows(range(2001, 2006))
    assert list(steps.reservations(yearly, "year", steps.positions(yearly, "year", "x"))) == []


def test_refusals():
    with pytest.raises(InputError, match=r"x: economy 'A' goes from 2007 to 2010, one of 4 gaps; .* use by='wave'"):
        steps.positions(rows(WAVES), "year", "x")
    with pytest.raises(InputError, match="x: unknown step 'month'; known are 'year', 'wave'"):
        steps.positions(rows(WAVES), "month", "x")
    words = pd.MultiIndex.from_tuples([("A", "early"), ("A", "late")], names=["economy", "year"])
    with pytest.raises(InputError, match=r"x: the years are 'early', ...; expected whole numbers"):
        steps.positions(words, "year", "x")
    np.testing.assert_array_equal(steps.positions(words, "wave", "x"), [0, 1])
    with pytest.raises(InputError, match="x: economy 'B' lacks a wave in between; leave the economy out"):
        steps.check_unbroken(rows(WAVES, [2007, 2012]), "wave", "x")
    steps.check_unbroken(rows(WAVES, WAVES[1:4]), "wave", "x")
