"""Whole trajectories and the permutations of them."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from bri_eval.econometrics.evidence.trajectories import (
    draw_permutations,
    exchanged,
    induced,
    sampled_columns,
    trajectories,
)


def test_a_column_becomes_years_by_economies():
    rows = pd.MultiIndex.from_tuples([("B", 2010), ("A", 2012), ("C", 2010)], names=["economy", "year"])
    grid = trajectories(pd.Series([1.0, 2.0, 3.0], index=rows), pd.Index([2010, 2012]), pd.Index(["A", "B"]))
    np.testing.assert_array_equal(grid, [[np.nan, 1.0], [2.0, np.nan]])


def test_exchanged_gives_each_economy_its_donors_values():
    grid = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, np.nan]])
    given = exchanged(grid, np.array([[0, 1, 2], [2, 0, 1]]))
    np.testing.assert_array_equal(given[:, :, 0], grid)
    np.testing.assert_array_equal(given[:, :, 1], [[3.0, 1.0, 2.0], [np.nan, 4.0, 5.0]])


def test_permutations_are_permutations_and_the_seed_decides():
    drawn = draw_permutations(7, 50, np.random.default_rng(0))
    assert (np.sort(drawn, axis=1) == np.arange(7)).all()
    np.testing.assert_array_equal(drawn, draw_permutations(7, 50, np.random.default_rng(0)))
    assert (drawn != draw_permutations(7, 50, np.random.default_rng(1))).any()


def test_induced_permutations_pass_over_strangers_and_stay_uniform():
    """Of all 120 permutations of five, each of the six of the three members is induced twenty times."""
    every = np.array(list(permutations(range(5))))
    given = induced(every, np.array([0, 2, 3]))
    assert (np.sort(given, axis=1) == np.arange(3)).all()
    assert np.unique(given, axis=0, return_counts=True)[1].tolist() == [20] * 6
    np.testing.assert_array_equal(induced(every, np.arange(5)), every)


def test_columns_are_those_of_the_sample_with_their_gaps(panel, model):
    spec = replace(model("within", "economy"), sample={"year": {"max": 2012}})
    columns = sampled_columns(spec, panel, ["fixed"])
    assert list(columns) == ["y", "x", "a", "b", "fixed"]
    assert columns.index.get_level_values("year").max() == 2012
    assert columns["x"].isna().any()
    with pytest.raises(ValueError, match="unknown column 'c'"):
        sampled_columns(spec, panel, ["c"])
