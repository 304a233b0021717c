"""Filling missing cells: by which rule, from which donors, and never silently."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.impute import KNNImputer

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


@pytest.mark.parametrize("imputer", ["linear_time", "nearest_time"])
def test_rules_over_time_need_years(imputer):
    matrix = pd.DataFrame({"x": [1, NAN, 3.0], "y": [4, 5, 6.0]})
    filled, how = impute(matrix, imputer)
    pd.testing.assert_frame_equal(filled, matrix)
    assert (how == "").all(axis=None)


def test_nearest_takes_the_nearest_year():
    filled, how = impute(lay_out(EDITIONS, AFG=[NAN, 1, NAN, NAN, 5, NAN, NAN]), "nearest_time")
    assert filled["x"].tolist() == [1, 1, 1, 5, 5, 5, 5]
    assert how["x"].tolist() == ["nearest in time", "", *["nearest in time"] * 2, "", *["nearest in time"] * 2]


def test_nearest_ties_go_to_the_earlier_year():
    filled, _ = impute(lay_out([2010, 2012, 2014], AFG=[1, NAN, 3], ALB=[30, NAN, 10]), "nearest_time")
    assert filled["x"].tolist() == [1, 1, 3, 30, 30, 10]


def test_nearest_ties_do_not_depend_on_the_order_of_the_rows():
    values = lay_out([2010, 2012, 2014], AFG=[1, NAN, 3])
    filled, _ = impute(values.iloc[::-1], "nearest_time")
    assert filled.loc[("AFG", 2012), "x"] == 1


def test_nearest_leaves_economies_never_observed_to_their_group():
    values = lay_out([2016, 2018], E0=[NAN, NAN], E1=[1, 10], E2=[2, 20], E3=[9, 90], E4=[50, 500])
    filled, how = impute(values, "nearest_time", groups=by_region("a", "a", "a", "a", "b"))
    assert filled.loc["E0", "x"].tolist() == [2, 20]
    assert how.loc["E0", "x"].tolist() == ["group median"] * 2


# from the other indicators


def correlated(seed: int, rows: int = 40) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw four indicators of one year that share a cause, in very different units, with and without gaps."""
    rng = np.random.default_rng(seed)
    cause = rng.normal(size=rows)
    units, index = [1, 1000, 0.01, 50], [[f"E{n:02d}" for n in range(rows)], [2018]]
    values = np.column_stack([(5 + cause + rng.normal(0, 0.05, rows)) * unit for unit in units])
    full = pd.DataFrame(values, pd.MultiIndex.from_product(index, names=["economy", "year"]), list("wxyz"))
    gaps = rng.uniform(size=full.shape) < 0.15
    gaps[:, 0] = False
    return full, full.mask(gaps)


def neighbours_by_hand(panel: pd.DataFrame, count: int) -> pd.DataFrame:
    """Average the nearest rows that have the cell; distances over what both rows have, scaled up for what they lack."""
    z = ((panel - panel.mean()) / panel.std()).to_numpy()
    filled = panel.to_numpy().copy()
    for row, column in np.argwhere(np.isnan(z)):
        near = []
        for other in np.flatnonzero(~np.isnan(z[:, column])):
            gap = z[row] - z[other]
            near.append((np.sqrt(np.nansum(gap**2) * gap.size / (~np.isnan(gap)).sum()), other))
        filled[row, column] = panel.iloc[[other for _, other in sorted(near)[:count]], column].mean()
    return pd.DataFrame(filled, panel.index, panel.columns)


@pytest.mark.parametrize("neighbours", [1, 3, 5])
def test_nearest_neighbours_by_hand(neighbours):
    _, panel = correlated(0)
    filled, _ = impute(panel, "nearest_neighbours", neighbours=neighbours)
    pd.testing.assert_frame_equal(filled, neighbours_by_hand(panel, neighbours), rtol=1e-10)


@pytest.mark.parametrize("seed", range(3))
def test_nearest_neighbours_against_scikit_learn(seed):
    _, panel = correlated(seed)
    mean, spread = panel.mean(), panel.std()
    oracle = KNNImputer(n_neighbors=4).fit_transform((panel - mean) / spread) * spread.to_numpy() + mean.to_numpy()
    filled, how = impute(panel, "nearest_neighbours", neighbours=4)
    np.testing.assert_allclose(filled, oracle, rtol=1e-12)
    assert set(how.to_numpy()[panel.isna()]) == {"nearest neighbours"}


@pytest.mark.parametrize("imputer", ["nearest_neighbours", "iterative"])
def test_rules_across_indicators_recover_what_the_others_tell(imputer):
    full, panel = correlated(1)
    error = (impute(panel, imputer)[0] - full)[panel.isna()].abs() / full.std()
    naive = (impute(panel, "mean")[0] - full)[panel.isna()].abs() / full.std()
    assert error.mean(axis=None) < 0.4 * naive.mean(axis=None)


@pytest.mark.parametrize("imputer", ["nearest_neighbours", "iterative"])
def test_rules_across_indicators_do_not_depend_on_the_unit(imputer):
    _, panel = correlated(2)
    units = [1e-6, 3.0, 1e5, 7.0]
    np.testing.assert_allclose(impute(panel * units, imputer)[0] / units, impute(panel, imputer)[0], rtol=1e-9)


def test_iterative_fills_all_and_is_repeatable():
    _, panel = correlated(3)
    first, how = impute(panel, "iterative")
    again, _ = impute(panel, "iterative")
    pd.testing.assert_frame_equal(first, again)
    assert first.notna().all(axis=None)
    assert ((how == "iterative") == panel.isna()).all(axis=None)


@pytest.mark.parametrize("imputer", ["nearest_neighbours", "iterative"])
def test_an_indicator_without_any_value_stays_missing(imputer):
    _, panel = correlated(4)
    filled, how = impute(panel.assign(v=NAN), imputer)
    assert filled["v"].isna().all()
    assert (how["v"] == "").all()
    pd.testing.assert_frame_equal(filled[list("wxyz")], impute(panel, imputer)[0])


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
