"""The tables of the index: what each holds, against a second count, and the conventions under it."""

from __future__ import annotations

import dataclasses
import itertools
import re

import numpy as np
import pandas as pd
import pytest
import studies

import bri_eval as be
from bri_eval.report import tables
from bri_eval.report.exhibits import as_typst
from bri_eval.tables import read_groups


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> studies.Run:
    return studies.tiny(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def evaluations(run) -> dict:
    return dict(run.results.evaluations)


@pytest.fixture(scope="module")
def main(evaluations) -> be.Evaluation:
    return evaluations["main"]


@pytest.fixture(scope="module")
def ranking(run, main):
    folder = run.results.study.tables
    return tables.ranking(main, 2012, read_groups(folder, "name"), read_groups(folder, "region"))


def brute_tau(a: pd.Series, b: pd.Series) -> float:
    """Kendall's tau-b by counting pairs."""
    pairs = [(np.sign(a[i] - a[j]), np.sign(b[i] - b[j])) for i, j in itertools.combinations(a.index, 2)]
    counted = sum(x * y for x, y in pairs)
    return counted / np.sqrt(sum(x != 0 for x, _ in pairs) * sum(y != 0 for _, y in pairs))


# ranking and scores


def test_ranking_is_sorted_and_holds_the_scores(ranking, main):
    table = ranking.table.set_index("economy")
    scores = main.scores.xs(2012, level="year")
    assert table["rank"].to_list() == list(range(1, 9))
    assert table["capability"].is_monotonic_decreasing
    for code in ("capability", "hardware", "software"):
        np.testing.assert_array_equal(table[code], scores[code].reindex(table.index))
    assert (table["name"] == pd.Series(studies.NAMES).reindex(table.index)).all()
    assert (table.loc["ALB", "region"], table.loc["AFG", "region"]) == ("North", "South")


def test_ranking_breaks_ties_by_code(run, main):
    tied = studies.altered(main, scores=main.scores.iloc[::-1] * 0, ranks=main.ranks.iloc[::-1] * 0 + 1)
    names = read_groups(run.results.study.tables, "name")
    assert tables.ranking(tied, 2012, names, names).table["economy"].is_monotonic_increasing


def test_ranking_prints_neither_region_nor_year(ranking, run):
    assert {"region", "year"} <= set(pd.read_csv(run.out / "index" / "ranking.csv").columns)
    printed = as_typst(ranking)
    assert "[Rank], [Capability], [Hardware], [Software]" in printed
    assert "North" not in printed
    assert "[2012]" not in printed


def test_scores_hold_every_row_and_rank(main):
    table = tables.scores(main).table
    assert len(table) == 24
    np.testing.assert_array_equal(table[["capability", "hardware", "software"]], main.scores)
    np.testing.assert_array_equal(table[["rank_capability", "rank_hardware", "rank_software"]], main.ranks)


# conventions


@pytest.mark.parametrize("name", ["ranking", "scores"])
@pytest.mark.parametrize("kind", ["tex", "typ"])
def test_conventions_are_printed_under_the_tables_of_scores(run, main, name, kind):
    text = (run.out / "index" / f"{name}.{kind}").read_text(encoding="utf-8").replace("\\", "")
    assert len(main.conventions) >= 5
    assert " ".join(main.conventions) in text


def test_every_table_of_the_index_says_what_it_rests_on(run):
    index = [code for code in run.results.exhibits if (run.out / "index" / f"{code}.typ").is_file()]
    assert len(index) == 8
    for code in index:
        notes = run.results.exhibits[code].notes
        assert notes, code
        assert all(note.endswith(".") for note in notes), code


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("weights", "Weights: ahp_entropy (linear combination of AHP and entropy with prior share 0.5"),
        ("alternatives", "Kendall (tau-b)"),
        ("consistency", "Random index: saaty1980."),
        ("coverage", "Of 8 economies"),
    ],
)
def test_the_convention_that_a_table_depends_on_is_under_it(run, name, sentence):
    assert sentence in " ".join(run.results.exhibits[name].notes)


def test_conventions_follow_the_recipe(run, evaluations):
    names = read_groups(run.results.study.tables, "name")
    notes = " ".join(tables.ranking(evaluations["by_year"], 2012, names, names).notes)
    assert "each year alone, so scores do not compare over years" in notes


# weights


def test_weights_stand_beside_those_of_other_weighters_only(evaluations, main):
    table = tables.weights(evaluations, 2012).table
    assert list(table.columns) == ["indicator", "pillar", "main", "equal"]
    np.testing.assert_allclose(table[["main", "equal"]].sum(), 1)
    np.testing.assert_allclose(table["equal"], [1 / 4, 1 / 4, 1 / 6, 1 / 6, 1 / 6])
    np.testing.assert_allclose(table["main"], main.weights)
    assert table["indicator"].to_list() == ["speed", "price", "staff", "reach", "Care_taken, 100 %"]
    assert table["pillar"].to_list() == ["Hardware"] * 2 + ["Software & care"] * 3


def test_weights_by_year_are_those_of_the_year(evaluations):
    table = tables.weights({"main": evaluations["by_year"]}, 2012).table
    np.testing.assert_allclose(table["main"], evaluations["by_year"].weights.loc[2012])


# alternatives


def test_alternatives_are_compared_as_by_hand(evaluations, main):
    table = tables.alternatives(evaluations, {"equal": "equal weights"}, 2012).table.set_index("alternative")
    assert list(table.index) == ["equal", "by_year", "net", "late"]
    assert table.loc["equal", "differs in"] == "equal weights"
    first = main.ranks["capability"].xs(2012, level="year")
    for name, row in table.iterrows():
        other = evaluations[name].ranks["capability"].xs(2012, level="year")
        shift = other - first
        assert row["economies"] == 8
        assert row["spearman"] == pytest.approx(np.corrcoef(first, other)[0, 1])
        assert row["kendall"] == pytest.approx(brute_tau(first, other))
        assert row["mean shift"] == pytest.approx(shift.abs().mean())
        assert row["first"] == other.idxmin()
        code, _, size = row["furthest"].partition(" ")
        assert (shift[code], abs(shift[code])) == (int(size), shift.abs().max())


def test_economies_that_only_one_index_has_are_left_out_and_the_rest_is_ranked_anew(evaluations, main):
    gone = main.ranks["capability"].xs(2012, level="year").idxmin()
    fewer = studies.altered(main, ranks=main.ranks.drop(index=gone, level="economy") - 1)
    row = tables.alternatives({"main": main, "fewer": fewer}, {}, 2012).table.iloc[0]
    assert (row["economies"], row["spearman"], row["mean shift"]) == (7, 1, 0)


def test_an_alternative_without_the_year_is_left_out(evaluations):
    table = tables.alternatives(evaluations, {}, 2010).table
    assert table["alternative"].to_list() == ["equal", "by_year", "net"]


# coverage, imputation, consistency, indicators


def test_coverage_counts_cells_with_a_value(main):
    table = tables.coverage(main).table.set_index("indicator")
    assert list(table.columns) == ["2010", "2012", "2014"]
    assert table.loc["speed"].to_list() == [8, 7, 8]
    assert table.loc["Care_taken, 100 %"].to_list() == [8, 8, 8]
    assert table.loc["all indicators"].to_list() == [8, 7, 8]


def test_filled_lists_the_imputed_cells(main):
    row = tables.filled(main).table
    assert row[["economy", "year", "indicator", "rule"]].to_numpy().tolist() == [
        ["AFG", 2012, "speed", "linear in time"]
    ]


def test_filled_gives_the_value(main):
    value = tables.filled(main).table["value"].item()
    speed = main.panel["speed"].loc["AFG"]
    assert value == pytest.approx((speed[2010] + speed[2014]) / 2)


def test_a_panel_without_gaps_gives_an_empty_table_of_imputed_cells(evaluations):
    assert tables.filled(evaluations["net"]).table.empty


def test_consistency_has_a_row_for_each_node_and_expert(main):
    table = tables.consistency(main).table
    assert table["node"].to_list() == ["capability", "software"]
    assert (table["expert"] == "one").all()
    assert table["consistency_ratio"].iloc[0] == 0
    assert 0 < table["consistency_ratio"].iloc[1] < 0.1


def test_indicators_list_direction_source_and_what_is_done_to_values(main):
    speed, price, *_ = main.framework.indicators
    changed = dataclasses.replace(
        main.framework,
        indicators=(dataclasses.replace(speed, transform="log1p", cap=150.0, unit="km/h"), price),
        groups=main.framework.groups[:2],
    )
    table = tables.indicators(studies.altered(main, framework=changed)).table
    assert table.to_numpy().tolist() == [
        ["speed", "hardware", "benefit", "km/h", "measures: speed", "log1p, cap 150"],
        ["price", "hardware", "cost", "", "measures: price", ""],
    ]


# the shipped study


def test_the_shipped_tables_hold_no_blank_where_a_value_belongs(tmp_path_factory):
    exhibits = studies.shipped(tmp_path_factory.getbasetemp()).results.exhibits
    for code in ("ranking", "weights", "coverage", "filled", "alternatives", "consistency"):
        assert not exhibits[code].table.isna().any(axis=None), code
    assert (exhibits["alternatives"].table["differs in"] != "").all()
    assert len(exhibits["weights"].table.columns) == 2 + 5
    assert re.fullmatch("[A-Z]{3} [+-][0-9]+", exhibits["alternatives"].table["furthest"].iloc[0])
