"""Filling missing cells: by which rule, from which donors, and never silently."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.impute import IMPUTERS, check_complete, impute

NAN = np.nan
EDITIONS = [2007, 2010, 2012, 2014, 2016, 2018, 2023]


def lay_out(years: list[int], **economies: list[float]) -> pd.DataFrame:
    """Lay out one indicator, a row per economy."""
    index = pd.MultiIndex.from_product([sorted(economies), years], names=["economy", "year"])
    return pd.DataFrame({"x": [value for code in sorted(economies) for value in economies[code]]}, index=index)


def one_year(*values: float) -> pd.DataFrame:
    return lay_out([2018], **{f"E{number}": [value] for number, value in enumerate(values)})


def by_region(*regions: str) -> pd.Series:
    return pd.Series({f"E{number}": region for number, region in enumerate(regions) if region})


# in time


def test_interpolation_goes_by_calendar_years():
    filled, how = impute(lay_out(EDITIONS, AFG=[7, NAN, 12, NAN, NAN, 18, 28]))
    assert filled["x"].tolist() == pytest.approx([7, 10, 12, 14, 16, 18, 28], abs=1e-12)
    assert how["x"].tolist() == ["", "linear in time", "", "linear in time", "linear in time", "", ""]


def test_ends_are_held():
    filled, how = impute(lay_out(EDITIONS, AFG=[NAN, NAN, 5, 6, NAN, NAN, NAN]))
    assert filled["x"].tolist() == [5, 5, 5, 6, 6, 6, 6]
    assert how["x"].tolist() == ["held in time"] * 2 + ["", ""] + ["held in time"] * 3


def test_one_observed_year_is_held_throughout():
    filled, _ = impute(lay_out(EDITIONS, AFG=[NAN, NAN, 5, NAN, NAN, NAN, NAN]))
    assert filled["x"].tolist() == [5] * 7


def test_economies_do_not_mix_in_time():
    filled, _ = impute(lay_out([2007, 2010, 2012], AFG=[0, NAN, 5], ALB=[100, NAN, 50]))
    assert filled["x"].tolist() == pytest.approx([0, 3, 5, 100, 70, 50], abs=1e-12)


def test_a_matrix_without_years_is_left_by_linear_time():
    matrix = pd.DataFrame({"x": [1, NAN, 3.0]})
    filled, how = impute(matrix, "linear_time")
    pd.testing.assert_frame_equal(filled, matrix)
    assert (how == "").all(axis=None)


# among economies


def test_group_median_of_the_same_year():
    values = lay_out([2016, 2018], E0=[NAN, NAN], E1=[1, 10], E2=[2, 20], E3=[9, 90], E4=[50, 500])
    filled, how = impute(values, groups=by_region("a", "a", "a", "a", "b"))
    assert filled.loc["E0", "x"].tolist() == [2, 20]
    assert how.loc["E0", "x"].tolist() == ["group median"] * 2


@pytest.mark.parametrize(
    ("donors", "expected", "rule"), [(3, 6.0, "median"), (2, 1.5, "group median"), (4, 6.0, "median")]
)
def test_a_group_needs_donors(donors, expected, rule):
    values = one_year(NAN, 1, 2, 10, 20)
    filled, how = impute(values, "group_median", groups=by_region("a", "a", "a", "b", "b"), donors=donors)
    assert filled["x"].iloc[0] == expected
    assert how["x"].iloc[0] == rule


def test_three_donors_are_enough_by_default():
    filled, how = impute(one_year(NAN, 1, 2, 6, 100), "group_median", groups=by_region("a", "a", "a", "a", "b"))
    assert (filled["x"].iloc[0], how["x"].iloc[0]) == (2, "group median")


@pytest.mark.parametrize(
    ("imputer", "expected", "rule"),
    [
        ("group_median", 2, "group median"),
        ("group_mean", 3, "group mean"),
        ("median", 4, "median"),
        ("mean", 27.25, "mean"),
    ],
)
def test_rules_among_economies(imputer, expected, rule):
    filled, how = impute(one_year(NAN, 1, 2, 6, 100), imputer, groups=by_region("a", "a", "a", "a", "b"))
    assert (filled["x"].iloc[0], how["x"].iloc[0]) == (expected, rule)


def test_without_groups_all_are_one_group():
    filled, how = impute(one_year(NAN, 1, 2, 6), "group_median")
    assert (filled["x"].iloc[0], how["x"].iloc[0]) == (2, "group median")


def test_economies_without_a_group_donate_to_the_median_only():
    filled, how = impute(one_year(NAN, 1, 2, 3, 50), "group_median", groups=by_region("a", "a", "a", "a", ""))
    assert filled["x"].iloc[0] == 2
    filled, how = impute(one_year(1, 2, 6, 7, NAN), "group_median", groups=by_region("a", "a", "a", "a", ""))
    assert (filled["x"].iloc[4], how["x"].iloc[4]) == (4, "median")


def test_a_matrix_without_years_takes_the_column():
    filled, _ = impute(pd.DataFrame({"x": [1, NAN, 5.0], "y": [NAN, 2.0, 4.0]}), "mean")
    assert filled.to_numpy().tolist() == [[1, 3], [3, 2], [5, 4]]


def test_rules_look_at_observed_cells_only():
    values = lay_out([2016, 2018], E0=[NAN, NAN], E1=[1, NAN], E2=[2, 4], E3=[3, 6])
    filled, how = impute(values)
    assert filled.loc[("E1", 2018), "x"] == 1
    assert how.loc[("E0", 2018), "x"] == "median"
    assert filled.loc[("E0", 2018), "x"] == 5
    assert how.loc[("E0", 2016), "x"] == "group median"


# what is left and what is told


def test_none_fills_nothing():
    values = one_year(NAN, 1)
    filled, how = impute(values, "none")
    pd.testing.assert_frame_equal(filled, values)
    assert (how == "").all(axis=None)


@pytest.mark.parametrize("imputer", IMPUTERS)
def test_a_complete_panel_is_returned_as_it_is(imputer, small_panel):
    filled, how = impute(small_panel, imputer)
    pd.testing.assert_frame_equal(filled, small_panel)
    assert (how == "").all(axis=None)


@pytest.mark.parametrize("imputer", [name for name in IMPUTERS if name != "none"])
def test_the_mask_is_where_cells_were_missing(imputer, panel, data):
    filled, how = impute(panel, imputer)
    assert ((how != "") == panel.isna()).all(axis=None)
    assert set(np.unique(how.to_numpy().astype(str))) <= {"", *IMPUTERS[imputer]}
    observed = panel.notna()
    assert filled.where(observed).equals(panel)


def test_nobody_observed_stays_missing():
    filled, how = impute(lay_out([2016, 2018], E0=[NAN, 1], E1=[NAN, 2]), "median")
    assert filled["x"].isna().tolist() == [True, False, True, False]
    assert how["x"].tolist() == [""] * 4


def test_check_complete_names_cell_and_number():
    with pytest.raises(
        InputError, match=r"^indicator 'x' is missing for E1 2018 \(2 cells in all\) after imputer 'none'"
    ):
        check_complete(one_year(1, NAN, NAN), "none")
    check_complete(one_year(1, 2), "none")


def test_unknown_imputer():
    with pytest.raises(InputError, match=r"unknown imputer 'medain'; .* did you mean 'median'\?"):
        impute(one_year(1, NAN), "medain")
