"""The profile of one economy: every column by another way, rules, texts, what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import bri_eval as be
from bri_eval.analysis.profile import profile, profile_text, strengths_weaknesses
from bri_eval.checks import InputError

PEERS = pd.Series({"AFG": "south", "ALB": "west", "ARE": "south", "ARM": "south", "AZE": "west"})


@pytest.fixture
def small(tree, small_panel) -> be.Evaluation:
    panel = small_panel.copy()
    panel.loc[("AFG", 2018), "w"] = np.nan
    panel.loc[("ARM", 2016)] = np.nan
    return be.evaluate(panel, tree, be.Recipe(weighter="framework"))


@pytest.fixture
def graded() -> be.Evaluation:
    """Return 21 economies, of which E00 is the best in `up` and the worst in `down`, and all tie in `flat`."""
    index = pd.MultiIndex.from_product([[f"E{n:02}" for n in range(21)], [2018, 2023]], names=["economy", "year"])
    order = np.repeat(np.arange(21.0), 2)
    panel = pd.DataFrame({"up": -order, "down": order, "flat": [1.0, 2.0] * 21}, index=index)
    return be.evaluate(panel, be.evaluate_matrix(panel, dict.fromkeys(panel, "benefit")).framework)


def test_every_column_of_the_profile(small, tree):
    found = profile(small, "ALB", 2018)
    row = ("ALB", 2018)
    assert found.index.tolist() == [*tree.group_codes, *tree.codes]
    assert found["level"].tolist() == ["goal", "group", "group", *["indicator"] * 4]
    assert found["parent"].tolist() == ["", "goal", "goal", "a", "a", "b", "b"]
    assert found.loc[tree.codes, "raw"].tolist() == small.panel.loc[row].tolist()
    assert found.loc[tree.codes, "normalised"].tolist() == small.matrix.loc[row].tolist()
    assert found.loc[tree.group_codes, "score"].tolist() == small.scores.loc[row].tolist()
    assert found.loc[tree.group_codes, ["raw", "normalised"]].isna().all(axis=None)
    assert found.loc[tree.codes, "score"].isna().all()
    assert found["weight"].tolist() == pytest.approx([1, 0.5, 0.5, 0.25, 0.25, 0.125, 0.375], abs=1e-15)
    assert found.loc[tree.group_codes, "rank"].tolist() == small.ranks.loc[row].tolist()
    year = small.matrix.xs(2018, level="year")
    assert found.loc["y", "rank"] == (year["y"] > year.loc["ALB", "y"]).sum() + 1
    assert found["economies"].eq(5).all()
    assert found.loc["z", "standing"] == pytest.approx((year["z"]["ALB"] - year["z"].mean()) / year["z"].std())
    assert found["vintage"].isna().all()


def test_peers_are_the_others(small):
    year = small.matrix.xs(2018, level="year")["z"]
    assert profile(small, "ARE", 2018).loc["z", "peer_median"] == year.drop("ARE").median()
    assert profile(small, "ARE", 2018, peers=PEERS).loc["z", "peer_median"] == year[["AFG", "ARM"]].median()
    alone = pd.Series({**PEERS.to_dict(), "ARE": "none"})
    assert profile(small, "ARE", 2018, peers=alone)["peer_median"].isna().all()
    assert profile(small, "ALB", 2016, peers=PEERS).loc["goal", "economies"] == 4


def test_a_filled_cell_says_its_rule_and_has_no_raw_value(small):
    found = profile(small, "AFG", 2018).loc["w"]
    assert np.isnan(found["raw"])
    assert found["filled"] == "held in time"
    assert found["normalised"] == small.matrix.loc[("AFG", 2018), "w"]


def test_vintages_stand_beside_the_values(small, small_panel):
    vintages = pd.DataFrame(2015.0, index=small_panel.index, columns=small_panel.columns)
    found = profile(small, "ALB", 2018, vintages=vintages)["vintage"]
    assert found.dropna().to_dict() == dict.fromkeys("wxyz", 2015.0)


def test_by_year_weights_are_those_of_the_year(tree, small_panel):
    evaluation = be.evaluate(small_panel, tree, be.Recipe(weighter="entropy", scope="by_year"))
    found = profile(evaluation, "ALB", 2018)["weight"]
    assert found[tree.codes].tolist() == evaluation.weights_in(2018).tolist()
    assert found["goal"] == pytest.approx(1, abs=1e-12)


def test_the_decile_rule_flags_a_tenth_at_each_end(graded):
    flags = pd.DataFrame({f"E{n:02}": profile(graded, f"E{n:02}", 2018)["flag"] for n in range(21)})
    assert flags.columns[flags.loc["up"] == "strength"].tolist() == ["E00", "E01"]
    assert flags.columns[flags.loc["up"] == "weakness"].tolist() == ["E19", "E20"]
    assert flags.columns[flags.loc["down"] == "weakness"].tolist() == ["E00", "E01"]
    assert flags.loc["flat"].eq("").all()  # all share rank 1 from either end


def test_the_sd_rule_flags_one_standard_deviation(graded):
    flags = pd.Series({f"E{n:02}": profile(graded, f"E{n:02}", 2018, rule="sd").loc["up", "flag"] for n in range(21)})
    order = np.arange(21)
    beyond = (order - order.mean()) / order.std(ddof=1)
    assert flags[flags == "strength"].index.tolist() == [f"E{n:02}" for n in order[beyond <= -1]]
    assert flags[flags == "weakness"].index.tolist() == [f"E{n:02}" for n in order[beyond >= 1]]


def test_strengths_and_weaknesses_are_apart_and_in_order(graded):
    found = strengths_weaknesses(graded, "E00", 2018)
    assert found[["kind", "indicator", "rank"]].to_numpy().tolist() == [["strength", "up", 1], ["weakness", "down", 21]]
    assert found["standing"].tolist() == pytest.approx([found["standing"][0], -found["standing"][0]])


def test_at_most_as_many_as_asked(evaluation):
    found = strengths_weaknesses(evaluation, "SGP", 2018, most=3)
    assert found["kind"].value_counts().to_dict().items() <= {"strength": 3, "weakness": 3}.items()
    best = found[found["kind"] == "strength"]["standing"]
    assert best.is_monotonic_decreasing
    assert (best > 0).all()


def test_the_text_of_one_page(evaluation, data):
    regions = be.read_groups(data / "raw", "bri_region")
    text = profile_text(evaluation, "KAZ", 2018, peers=regions, names={"KAZ": "Kazakhstan"})
    row = profile(evaluation, "KAZ", 2018, peers=regions).loc["capability"]
    assert text.startswith("# Kazakhstan, 2018\n")
    assert f"{row['score']:.3f}, rank {row['rank']} of 63 (peer median {row['peer_median']:.3f})." in text
    assert "| Logistics infrastructure |" in text
    assert "- Liner shipping connectivity: rank 47 of 63, 1.5 standard deviations below the mean" in text
    assert "Imputed: nothing." in text
    assert all(f"- {line}" in text for line in evaluation.conventions)
    assert len(text.splitlines()) < 60
    assert "None" not in text
    assert "nan" not in text


def test_the_text_names_what_was_imputed(small, graded):
    assert "Imputed: w (held in time)." in profile_text(small, "AFG", 2018)
    flat = profile_text(graded, "E00", 2018)
    assert "| group |" not in flat
    assert "# E00, 2018" in flat
    assert profile_text(graded, "E10", 2018).count("- none") == 2  # in the middle of everything


def test_a_group_without_weight_has_no_score_and_no_line(tree, small_panel):
    evaluation = be.evaluate(small_panel, tree, weights={"w": 0.5, "x": 0.5, "y": 0.0, "z": 0.0})
    found = profile(evaluation, "ALB", 2018)
    assert found.loc["b", ["score", "rank", "peer_median"]].isna().all()
    assert found.loc["b", "flag"] == ""
    text = profile_text(evaluation, "ALB", 2018)
    assert "| a |" in text
    assert "| b |" not in text


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"economy": "ALB", "year": 2017}, "unknown year '2017'; known are '2016', '2018'"),
        ({"economy": "ABL", "year": 2018}, "unknown economy 'ABL'; .* did you mean 'ALB'"),
        ({"economy": "ARM", "year": 2016}, "ARM 2016 was left out of the ranking: no indicator observed; choose anoth"),
        ({"economy": "ALB", "year": 2018, "rule": "iqr"}, "unknown rule 'iqr'; known are 'decile', 'sd'"),
        ({"economy": "ALB", "year": 2018, "peers": PEERS.drop("ALB")}, "peers give 'ALB' no group; add it"),
    ],
)
def test_what_is_refused(choice, message, small):
    with pytest.raises(InputError, match=message):
        profile(small, **choice)


def test_a_table_without_years_has_no_profile():
    evaluation = be.evaluate_matrix(pd.DataFrame({"a": [1.0, 2.0]}), {"a": "benefit"})
    with pytest.raises(InputError, match=r"a profile needs a panel indexed by .economy, year."):
        profile(evaluation, "A", 2018)


def test_an_edition_without_lpi_is_told(evaluation):
    """study.md, 2.3: AZE has no LPI in 2018."""
    with pytest.raises(InputError, match="AZE 2018 was left out of the ranking: required indicator 'lpi_"):
        profile(evaluation, "AZE", 2018)
