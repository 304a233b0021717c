"""The rows and columns of a model."""

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics.sample import absorbed, complete_rows, residualise, usable_rows, year_dummies
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


def shifted(**more) -> ModelSpec:
    given = {"regressors": ("x", "lag(x, 1)"), "lag_by": "wave", "effects": ("economy",), "estimator": "within", **more}
    return ModelSpec(name="m", outcome="y", **given)


def test_a_lag_is_taken_before_the_sample_and_before_rows_are_dropped():
    """The lag of 2012 is the value of 2010, though 2010 is outside the sample and its outcome is missing."""
    rows = ROWS.assign(y=ROWS["y"].mask(ROWS.index.get_level_values("year") == 2010))
    kept, dropped = usable_rows(shifted(sample={"year": {"min": 2012}}), rows)
    assert kept["lag(x, 1)"].to_list() == [1, 0, 1, 3, 0, 1]
    assert (dropped.rows, dropped.lags, dropped.outside, dropped.singletons) == (0, 0, 3, 0)
    assert list(kept) == ["y", "x", "lag(x, 1)"]


def test_what_is_left_out_is_counted_by_its_reason():
    rows = ROWS.copy()
    rows.loc[("A", 2012), "y"] = np.nan  # has its lag, but no outcome
    rows.loc[("B", 2010), "x"] = np.nan  # the lag of 2012 is missing too
    kept, dropped = usable_rows(shifted(), rows)
    # 2010 has no lag: A and C lack nothing else, B lacks x as well; B 2012 lacks its lag only; A and B are then alone
    assert (dropped.rows, dropped.lags, dropped.outside, dropped.singletons) == (5, 3, 0, 2)
    assert dropped.economies == ("A", "B")
    assert kept.index.to_list() == [("C", 2012), ("C", 2014)]
    assert complete_rows(shifted(), rows)[1:] == (5, 2)


def test_economies_outside_the_sample_are_not_called_dropped():
    rows = ROWS.drop(index=[("B", 2010), ("B", 2012)])
    _, dropped = usable_rows(shifted(regressors=("x",), sample={"economy": {"not": "C"}}), rows)
    assert (dropped.economies, dropped.outside, dropped.singletons) == (("B",), 3, 1)


def test_a_sample_may_select_by_a_text_column():
    rows = ROWS.assign(region=["CIS"] * 3 + ["Asia"] * 3 + ["CIS"] * 3)
    kept, _ = usable_rows(shifted(regressors=("x",), sample={"region": "CIS"}), rows.sample(frac=1, random_state=1))
    assert kept.index.to_list() == [row for row in INDEX if row[0] != "B"]


def test_further_terms_are_complete_too():
    rows = ROWS.assign(z=[np.nan] + [1.0] * 8)
    kept, missing, _ = complete_rows(model(("economy",)), rows, also=("z",))
    assert (missing, list(kept)) == (1, ["y", "x", "z"])


def test_instruments_are_complete_too():
    rows = ROWS.assign(z=[np.nan] + [1.0] * 8)
    spec = ModelSpec(name="m", outcome="y", regressors=("x",), endogenous=("x",), instruments=("z",), estimator="iv")
    kept, missing, _ = complete_rows(spec, rows)
    assert (missing, list(kept)) == (1, ["y", "x", "z"])


@pytest.mark.parametrize("estimator", ["within", "iv", "ppml"])
def test_singletons_are_left_out_where_effects_fit_them_exactly(estimator):
    given = {"endogenous": ("x",), "instruments": ("z",)} if estimator == "iv" else {}
    spec = ModelSpec(name="m", outcome="y", regressors=("x",), effects=("economy",), estimator=estimator, **given)
    rows = ROWS.assign(z=1.0).drop(index=[("B", 2010), ("B", 2012)])
    assert complete_rows(spec, rows)[2] == 1


def test_lags_that_leave_no_row_are_an_error():
    with pytest.raises(
        InputError, match=r"none of 3 rows has all of 'y', 'x', 'lag\(x, 1\)'; 'lag\(x, 1\)' is missing"
    ):
        usable_rows(shifted(), ROWS[ROWS.index.get_level_values("year") == 2010])
