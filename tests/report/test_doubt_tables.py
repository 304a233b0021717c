"""One table for each check: the numbers of the record, and what they mean under it."""

from dataclasses import replace

import numpy as np
import pytest
from evidence_made import NAMES, VARIABLES, made

from bri_eval.report import doubt_tables


@pytest.fixture(scope="module")
def doubted():
    return made().checks.doubted


def test_inference_lists_the_rules_of_every_finding(doubted):
    exhibit = doubt_tables.inference(doubted)
    table = exhibit.table.set_index(["model", "rule"])
    assert list(table.loc["trade, pooled"].index) == [
        "clustered", "CR2", "two-way clustered", "wild bootstrap", "randomisation",
    ]  # fmt: skip
    own = doubted[1].inference
    np.testing.assert_array_equal(table.loc["trade, pooled"].to_numpy(), own.drop(columns="reason").to_numpy())
    notes = " ".join(exhibit.notes)
    assert notes.count("Refused: two-way clustered: 5 years are too few clusters") == 1
    assert "199 draws of Rademacher weights" in notes


def test_permutation_has_a_row_for_placebo_and_randomisation(doubted):
    table = doubt_tables.permutation(doubted).table.set_index(["model", "test"])
    one, row = doubted[0], table.loc[("trade, two-way", "placebo")]
    slopes = one.placebo.table["slope"]
    assert (row["p_slope"], row["p_t"]) == (one.placebo.pvalue, one.placebo.pvalue_t)
    assert (row["lower"], row["upper"]) == pytest.approx(tuple(np.quantile(slopes, [0.025, 0.975])))
    dealt = table.loc[("trade, two-way", "randomisation")]
    assert (dealt["p_t"], dealt["p_slope"]) == (one.randomisation.pvalue, one.randomisation.pvalue_slope)
    assert (dealt["draws"], dealt["exchanged"]) == (199, 24)


def test_a_refused_randomisation_has_no_row(doubted):
    alone = replace(doubted[0], randomisation=None)
    assert doubt_tables.permutation([alone]).table["test"].to_list() == ["placebo"]


def test_leave_one_out_lists_every_unit_by_name(doubted):
    table = doubt_tables.leave_one_out(doubted, NAMES).table
    assert len(table) == 2 * (24 + 5 + 3)
    first = table.iloc[0]
    assert (first["model"], first["by"], first["unit"]) == ("trade, two-way", "economy", "Erewhon")
    assert first["slope"] == doubted[0].left_out["economy"].table["slope"]["E00"]
    assert table["by"].unique().tolist() == ["economy", "year", "region"]
    assert set(table.loc[table["by"] == "year", "unit"]) == {"2008", "2010", "2012", "2014", "2016"}


def test_heterogeneity_has_one_row_a_group_and_its_tests(doubted):
    exhibit = doubt_tables.heterogeneity(doubted)
    table = exhibit.table.set_index(["model", "grouping", "group"])
    found = doubted[1].groups["access"]
    row = table.loc[("trade, pooled", "access", "landlocked")]
    assert row["slope"] == found.table["slope"]["landlocked"]
    assert (row["p_equal"], row["p_wald"]) == (found.permutation_pvalue, found.pvalue)
    assert "Too few" not in " ".join(exhibit.notes)


def test_groups_without_a_slope_are_named(doubted):
    groups = {"region": replace(doubted[0].groups["region"], refused={"East": 3})}
    exhibit = doubt_tables.heterogeneity([replace(doubted[0], groups=groups)])
    assert "Too few economies for a slope of their own: East (3)." in exhibit.notes[0]


def test_mediation_splits_each_slope(doubted):
    exhibit = doubt_tables.mediation(doubted, VARIABLES)
    table = exhibit.table.set_index(["model", "mediator", "path"]).sort_index()["estimate"]
    parts = table.loc[("trade, two-way", "Income")]
    assert parts["indirect"] + parts["direct"] == pytest.approx(parts["total"])
    assert parts["a"] * parts["b"] == pytest.approx(parts["indirect"])
    assert "sequential ignorability" in exhibit.notes[0]


def test_oster_and_the_uncertain_index_have_a_row_a_finding(doubted):
    bounds = doubt_tables.oster(doubted).table.set_index("model").loc["trade, pooled"]
    assert (bounds["delta"], bounds["adjusted"]) == (doubted[1].oster.delta, doubted[1].oster.beta_star)
    exhibit = doubt_tables.generated_regressor(doubted)
    row = exhibit.table.set_index("model").loc["trade, two-way"]
    assert row["total"] == pytest.approx(np.hypot(row["sampling"], row["index"]))
    assert row["index_share"] == pytest.approx((row["index"] / row["total"]) ** 2)
    assert exhibit.notes[0].startswith("100 versions of the index")


def test_findings_without_a_check_have_no_table_of_it(doubted):
    bare = [replace(one, left_out={}, groups={}, mediations={}, oster=None, generated=None) for one in doubted]
    assert [one.code for one in doubt_tables.doubt_exhibits(bare, VARIABLES, NAMES)] == ["inference", "permutation"]
