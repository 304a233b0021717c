"""Tables of ranks under uncertainty, against counts by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import rank_clouds

from bri_eval.checks import InputError
from bri_eval.report import rank_tables
from bri_eval.report.exhibits import WRITERS, as_csv, as_markdown

NAMES = pd.Series({"A": "Albania", "B": "Bosnia"})


@pytest.fixture(scope="module")
def cloud():
    return rank_clouds.small()


@pytest.fixture(scope="module")
def found():
    first = [[0.5, 0.1, np.nan], [0.2, 0.4, np.nan], [-0.1, 0.3, np.nan]]
    total = [[0.6, 0.1, np.nan], [0.3, 0.95, np.nan], [0.2, 0.5, np.nan]]
    return rank_clouds.sensitivity_of(first, total, ("weighter", "noise: cells", "own_factor"))


# rank intervals


def test_rank_intervals_are_counted_by_hand(cloud):
    table = rank_tables.rank_intervals(cloud, NAMES, best=2).table
    assert table["name"].to_list() == ["Albania", "Bosnia", "C", "D"]
    expected = {
        "economy": list("ABCD"),
        "baseline": [2, 1, 3, 4],
        "median": [1, 2, 3, 4],
        "mean": [1.3, 2.1, 3.0, 3.5],
        "lower": [1, 1, 2, 2],
        "upper": [3, 3, 4, 4],
        "best": [1, 1, 2, 2],
        "worst": [3, 3, 4, 4],
        "first": [0.8, 0.2, 0.0, 0.0],
        "best_2": [0.9, 0.7, 0.3, 0.1],
    }
    for column, values in expected.items():
        assert table[column].to_list() == pytest.approx(values), column


def test_rank_intervals_print_their_headings_and_conventions(cloud):
    text = as_markdown(rank_tables.rank_intervals(cloud, NAMES, best=2))
    header = text.splitlines()[2]
    assert header == "| Economy | Name | Baseline | Median | Mean | 5 % | 95 % | Best | Worst | P(1) | P(2) |"
    assert "| A | Albania | 2 | 1 | 1.3 | 1 | 3 | 1 | 3 | 0.80 | 0.90 |" in text
    assert "Ranks over 10 draws, seed 7; intervals from the 5th to the 95th percentile. Base recipe: minmax." in text


def test_a_set_larger_than_the_economies_is_all_of_them(cloud):
    assert rank_tables.rank_intervals(cloud, NAMES, best=10).table["best_4"].to_list() == pytest.approx([1, 1, 1, 1])


def test_a_set_of_nobody_is_refused(cloud):
    with pytest.raises(InputError, match="best 0: expected a number from 1 to 4"):
        rank_tables.rank_intervals(cloud, NAMES, best=0)


# acceptability and dominance


def test_acceptability_has_every_rank_in_the_file_and_bands_in_print():
    cloud = rank_clouds.wide()
    exhibit = rank_tables.acceptability(cloud, pd.Series(dtype=object))
    table = exhibit.table.set_index("economy")
    bands = ["1", "2 to 5", "6 to 10", "11 to 20", "21 to 50", "51 to 63"]
    assert table.columns.to_list() == ["name", *bands, *(f"rank_{rank}" for rank in range(1, 64))]
    np.testing.assert_allclose(table[bands].sum(axis=1), 1)
    single = table.filter(like="rank_")
    np.testing.assert_allclose(single, cloud.acceptability.loc[cloud.table.index])
    np.testing.assert_allclose(table["11 to 20"], single.iloc[:, 10:20].sum(axis=1))
    assert (
        as_markdown(exhibit).splitlines()[2]
        == "| Economy | Name | 1 | 2 to 5 | 6 to 10 | 11 to 20 | 21 to 50 | 51 to 63 |"
    )
    assert "rank_63" in as_csv(exhibit).splitlines()[0]


@pytest.mark.parametrize(
    ("count", "bands"),
    [
        (1, ["1"]),
        (2, ["1", "2"]),
        (5, ["1", "2 to 5"]),
        (6, ["1", "2 to 5", "6"]),
        (12, ["1", "2 to 5", "6 to 10", "11 to 12"]),
    ],
)
def test_bands_cover_the_ranks_once(count, bands):
    assert [rank_tables._band(*band) for band in rank_tables._bands(count)] == bands


def test_dominance_counts_the_row_before_the_column(cloud):
    exhibit = rank_tables.dominance(cloud, NAMES, best=2)
    table = exhibit.table.set_index("economy")[list("ABCD")]
    assert np.isnan(np.diag(table)).all()
    assert table.loc["A", "B"] == 0.8
    assert table.loc["B", "A"] == 0.2
    assert (table.loc["C", "D"], table.loc["D", "C"]) == (0.6, 0.3)  # and level in one draw of ten
    assert as_markdown(exhibit).splitlines()[2] == "| Economy | Name | A | B |"
    assert as_markdown(exhibit).splitlines()[4] == "| A | Albania |  | 0.80 |"
    assert as_csv(exhibit).splitlines()[0] == "economy,name,A,B,C,D"


# levels


def test_levels_are_counted_by_hand(cloud):
    table = rank_tables.levels(cloud).table.set_index(["factor", "level"])
    first = table.loc["weighting", "equal"]
    # draws 0 to 5 against baseline A 2, B 1, C 3, D 4: 3, 2, 2, 2, 4, 4 places of distance, in 4 economies
    assert first["draws"] == 6
    assert first["shift"] == pytest.approx((3 + 2 + 2 + 2 + 4 + 4) / 6 / 4)
    assert first["shift_less_mean"] == pytest.approx(first["shift"] - cloud.shift)
    means = {"A": 1.0, "B": 13 / 6, "C": 3.0, "D": 22 / 6}
    overall = {"A": 1.3, "B": 2.1, "C": 3.0, "D": 3.5}
    assert first["moves"] == pytest.approx(np.mean([abs(means[e] - overall[e]) for e in "ABCD"]))
    assert first["furthest"] == "A -0.3"


def test_a_level_that_no_draw_took_is_blank_not_nothing(cloud):
    exhibit = rank_tables.levels(cloud)
    row = exhibit.table.set_index("level").loc["by_year"]
    assert row["draws"] == 0
    assert row[["shift", "shift_less_mean", "moves"]].isna().all()
    assert row["furthest"] == ""
    assert "| scope | by_year | 0 |  |  |  |  |" in as_markdown(exhibit)


def test_levels_need_factors():
    with pytest.raises(InputError, match="the cloud has no factor"):
        rank_tables.levels(rank_clouds.cloud_of([[1, 2], [2, 1]], [1, 2]))


# inert, consistency


def test_inert_choices_are_listed_with_their_reasons():
    reasons = {"noise: cells": "no observed cell has a standard error", "scope: by_year": "it gives what pooled gives"}
    made = rank_clouds.cloud_of([[1, 2], [2, 1]], [1, 2], inert=reasons)
    table = rank_tables.inert(made).table
    assert dict(zip(table["factor"], table["reason"], strict=True)) == reasons


def test_consistency_of_drawn_judgements_is_summed_up():
    made = rank_clouds.cloud_of([[1, 2], [2, 1]], [1, 2], nodes=("goal",))
    row = rank_tables.consistency(made).table.iloc[0]
    assert (row["node"], row["draws"], row["median"], row["inconsistent"]) == ("goal", 4, 0.04, 0.25)


# Sobol' indices


def test_sobol_lists_indices_and_ends_the_largest_total_first(found):
    exhibit = rank_tables.sobol(found)
    assert exhibit.table["factor"].to_list() == ["weighting", "measurement error", "own factor"]
    assert exhibit.table.loc[0].to_list()[1:] == pytest.approx([0.5, 0.45, 0.55, 0.6, 0.55, 0.65])
    text = as_markdown(exhibit)
    assert "| Factor | First order | 2.5 % | 97.5 % | Total | 2.5 % | 97.5 % |" in text
    assert "First-order indices sum to 0.60." in text
    assert "Sobol' indices of 320 evaluations (n = 64, seed 3)" in text


def test_sobol_says_that_the_mean_shift_never_moves_instead_of_summing_nothing():
    nothing = np.full((2, 2), np.nan)
    text = as_markdown(rank_tables.sobol(rank_clouds.sensitivity_of(nothing, nothing, ("scope", "weighter"))))
    assert "The mean shift never moves." in text
    assert "sum to" not in text


def test_sobol_of_economies_has_totals_and_what_factors_do_together(found):
    table = rank_tables.sobol_economies(found, NAMES).table
    assert table.columns.to_list() == ["economy", "name", "weighting", "measurement error", "own factor", "together"]
    assert table.loc[0, ["economy", "name"]].to_list() == ["A", "Albania"]
    assert table.iloc[0, 2:].to_list() == pytest.approx([0.1, 0.95, 0.5, 0.2])
    assert table.iloc[1, 2:].isna().all()


# all of them


def test_the_tables_that_an_analysis_allows():
    cloud, found = rank_clouds.counted(), rank_clouds.divided()
    exhibits = rank_tables.rank_exhibits(cloud, found, NAMES, best=3)
    codes = ["rank_intervals", "acceptability", "dominance", "levels", "sobol", "sobol_economies"]
    assert [exhibit.code for exhibit in exhibits] == codes
    assert "best_3" in exhibits[0].table
    for exhibit in exhibits:
        assert all(note.endswith(".") for note in exhibit.notes), exhibit.code
        assert all(write(exhibit) for write in WRITERS.values())


def test_what_was_not_varied_has_no_table():
    plain = rank_clouds.cloud_of([[1, 2], [2, 1]], [1, 2], nodes=("goal",), inert={"scope": "it has one level"})
    codes = [exhibit.code for exhibit in rank_tables.rank_exhibits(plain, None, NAMES)]
    assert codes == ["rank_intervals", "acceptability", "dominance", "inert", "drawn_consistency"]


def test_rows_without_labels_are_printed():
    """Rows of a plain array are numbered; their numbers are neither names nor headings of another type."""
    numbered = rank_clouds.cloud_of([[1, 2], [2, 1]], [1, 2], alternatives=[0, 1])
    assert rank_tables.dominance(numbered, NAMES).table.columns.to_list() == ["economy", "name", "0", "1"]
    assert rank_tables.rank_intervals(numbered, NAMES).table["name"].to_list() == ["0", "1"]
