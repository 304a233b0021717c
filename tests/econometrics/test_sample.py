"""The rows and columns of a model."""

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics.sample import absorbed, complete_rows, residualise, year_dummies
from bri_eval.econometrics.specs import ModelSpec

INDEX = pd.MultiIndex.from_product([["A", "B", "C"], [2010, 2012, 2014]], names=["economy", "year"])
ROWS = pd.DataFrame({"y": [1.0, 2, 4, 3, 1, 0, 2, 2, 5], "x": [1.0, 0, 2, 1, 3, 2, 0, 1, 1]}, index=INDEX)
TWO_WAY = ("economy", "year")


def model(effects=TWO_WAY):
    return ModelSpec(name="m", outcome="y", regressors=("x",), effects=effects, estimator="within")


def test_residuals_have_no_mean_in_any_economy_or_year_also_if_unbalanced():
    for rows in (ROWS, ROWS.drop(index=[("A", 2012), ("C", 2010)])):
        left = residualise(rows, TWO_WAY)
        for level in TWO_WAY:
            np.testing.assert_allclose(left.groupby(level=level).mean(), 0, atol=1e-12)


def test_residuals_equal_those_of_dummies():
    rows = ROWS.drop(index=[("B", 2014)])
    dummies = pd.concat(
        [year_dummies(rows.index), pd.get_dummies(rows.index.get_level_values(0)).set_axis(rows.index)], axis=1
    )
    d = dummies.to_numpy(dtype=float)
    expected = rows - d @ np.linalg.lstsq(d, rows.to_numpy(), rcond=None)[0]
    np.testing.assert_allclose(residualise(rows, TWO_WAY), expected, atol=1e-12)


def test_rows_with_gaps_and_singletons_are_counted_apart():
    rows = ROWS.drop(index=[("C", 2010), ("C", 2012)]).copy()
    rows.loc[("A", 2010), "x"] = np.nan
    kept, missing, alone = complete_rows(model(("economy",)), rows)
    assert (missing, alone) == (1, 1)
    assert "C" not in kept.index.unique("economy")


def test_what_effects_absorb_is_named():
    rows = ROWS.assign(distance=[1.0] * 3 + [2.0] * 3 + [3.0] * 3)
    assert absorbed(rows, ["x", "distance"], ("economy",)) == ("distance",)
    assert absorbed(rows, ["x", "distance"], ("year",)) == ()


def test_a_column_that_is_not_there_is_named_with_the_nearest():
    with pytest.raises(InputError, match=r"unknown column 'x'.*did you mean 'xx'"):
        complete_rows(model(), ROWS.rename(columns={"x": "xx"}))


def test_no_complete_row_is_an_error():
    with pytest.raises(InputError, match="none of 9 rows has all of 'y', 'x'"):
        complete_rows(model(), ROWS.assign(x=np.nan))
