"""Coupling coordination: worked examples, an oracle, classes, and the views of the framework by tag."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import gmean

import bri_eval as be
from bri_eval.analysis.coordination import (
    CLASSES,
    coordination_classes,
    coordination_summary,
    coordination_table,
    coupling_coordination,
    tagged_codes,
    tagged_obstacles,
    tagged_scores,
    weakest_link,
)
from bri_eval.analysis.obstacles import obstacle_degrees
from bri_eval.checks import InputError

RNG = np.random.default_rng(3)
SCORES = pd.DataFrame(RNG.uniform(0, 1, (40, 4)), columns=list("abcd"), index=[f"E{n}" for n in range(40)])


@pytest.fixture
def tagged(tree):
    """Return the tree whose indicators w and y are of stage one, z of stage two, x of none."""
    tags = {"w": {"stage": "one"}, "x": {"flow": "capital"}, "y": {"stage": "one"}, "z": {"stage": "two"}}
    return replace(tree, indicators=tuple(replace(node, tags=tags[node.code]) for node in tree.indicators))


def row(*values: float) -> pd.DataFrame:
    return pd.DataFrame([values], columns=list("abcd")[: len(values)], index=["AFG"])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param((0.5, 0.4), (0.993808, 0.45, 0.668740), id="ccd2"),
        pytest.param((0.5, 0.4, 0.6), (0.986485, 0.5, 0.702312), id="ccd3"),
    ],
)
def test_coupling_coordination_worked(values, expected):
    """methods.md, 5.15."""
    assert coupling_coordination(row(*values)).iloc[0].tolist() == pytest.approx(expected, abs=1e-6)


def test_coupling_is_the_geometric_over_the_arithmetic_mean():
    found = coupling_coordination(SCORES)
    np.testing.assert_allclose(found["coupling"], gmean(SCORES, axis=1) / SCORES.mean(axis=1), rtol=0, atol=1e-12)
    np.testing.assert_allclose(found["development"], SCORES.mean(axis=1), rtol=0, atol=1e-12)
    assert found["coordination"].between(0, 1).all()


def test_two_subsystems_by_the_other_usual_form():
    u, v = SCORES["a"], SCORES["b"]
    found = coupling_coordination(SCORES[["a", "b"]])["coupling"]
    np.testing.assert_allclose(found, 2 * np.sqrt(u * v / (u + v) ** 2), rtol=0, atol=1e-12)


def test_coefficients_enter_development_only_and_by_name():
    plain = coupling_coordination(row(0.5, 0.4))
    found = coupling_coordination(row(0.5, 0.4), {"b": 0.75, "a": 0.25})
    assert found["development"].item() == pytest.approx(0.425, abs=1e-15)
    assert found["coupling"].item() == plain["coupling"].item()


@pytest.mark.parametrize(
    ("values", "expected"),
    [((0.3, 0.3, 0.3), (1, 0.3)), ((0.0, 0.8), (0, 0.4)), ((0.0, 0.0), (0, 0)), ((1.0, 1.0), (1, 1))],
)
def test_equal_and_zero_scores(values, expected):
    found = coupling_coordination(row(*values)).iloc[0]
    assert found[["coupling", "development"]].tolist() == pytest.approx(expected, abs=1e-15)
    assert found["coupling"] <= 1
    assert found["coordination"] == pytest.approx(np.sqrt(np.prod(expected)), abs=1e-15)


def test_order_of_rows_and_columns_does_not_matter_and_the_input_stays():
    before = SCORES.copy()
    other = coupling_coordination(SCORES.sample(frac=1, random_state=0)[["c", "a", "d", "b"]])
    pd.testing.assert_frame_equal(other.loc[SCORES.index], coupling_coordination(SCORES), rtol=0, atol=1e-14)
    pd.testing.assert_frame_equal(SCORES, before)


@pytest.mark.parametrize(
    ("scores", "weights", "message"),
    [
        (row(0.5, 1.2), None, "'b' is 1.2 for 'AFG'; expected a score from 0 to 1, .* normaliser 'minmax'"),
        (row(-0.1, 0.2), None, "'a' is -0.1 for 'AFG'"),
        (row(0.5, np.nan), None, "table of scores has 1 missing .* row 'AFG', column 'b'"),
        (row(0.5), None, "there is one subsystem, 'a'; coupling needs two or more columns"),
        (row(0.5, 0.4), {"a": 0.5, "b": 0.4}, "weights of the subsystems sum to 0.9; expected 1"),
        (row(0.5, 0.4), {"a": 1.0}, "weights of the subsystems lack 'b'"),
    ],
)
def test_what_coupling_refuses(scores, weights, message):
    with pytest.raises(InputError, match=message):
        coupling_coordination(scores, weights)


def test_classes_have_ten_names_and_print_their_limits():
    degrees = pd.Series([0.0, 0.0999, 0.1, 0.1 + 0.2, 0.45, 0.5, 0.6687, 0.7, 0.85, 0.9, 1.0])
    found = coordination_classes(degrees)
    assert found["class"].tolist() == [1, 1, 2, 4, 5, 6, 7, 8, 9, 10, 10]
    assert found["limits"].tolist()[::5] == ["[0.0, 0.1)", "[0.5, 0.6)", "[0.9, 1.0]"]
    assert found["name"].tolist() == [CLASSES[n - 1] for n in found["class"]]
    assert len(set(CLASSES)) == 10
    assert found["name"].iloc[4:6].tolist() == ["near imbalance", "bare coordination"]


def test_classes_refuse_what_is_no_degree():
    with pytest.raises(InputError, match=r"'coordination' is 1.5 for 'B'"):
        coordination_classes(pd.Series({"A": 0.5, "B": 1.5}))


def test_tagged_scores_by_hand(tagged, small_panel):
    recipe = be.Recipe(weighter="framework")
    found = tagged_scores(be.evaluate(small_panel, tagged, recipe), "stage")
    z = (small_panel - small_panel.min()) / (small_panel.max() - small_panel.min())
    z["y"] = 1 - z["y"]
    assert list(found) == ["one", "two"]
    np.testing.assert_allclose(found["one"], (0.25 * z["w"] + 0.125 * z["y"]) / 0.375, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found["two"], z["z"], rtol=0, atol=1e-12)
    assert found.attrs["scope"] == "pooled"


def test_tagged_scores_do_not_depend_on_the_range(tagged, small_panel):
    plain, wide = (
        tagged_scores(be.evaluate(small_panel, tagged, be.Recipe(range=ends)), "stage") for ends in ((0, 1), (1, 100))
    )
    pd.testing.assert_frame_equal(wide, plain, rtol=0, atol=1e-12)


def test_tagged_scores_by_year_use_the_weights_of_the_year(tagged, small_panel):
    evaluation = be.evaluate(small_panel, tagged, be.Recipe(weighter="entropy", scope="by_year"))
    found = tagged_scores(evaluation, "stage")
    for year in (2016, 2018):
        w, z = evaluation.weights_in(year)[["w", "y"]], evaluation.matrix.xs(year, level="year")[["w", "y"]]
        np.testing.assert_allclose(found["one"].xs(year, level="year"), z @ w / w.sum(), rtol=0, atol=1e-12)
    assert found.attrs["scope"] == coupling_coordination(found).attrs["scope"] == "by_year"


def test_a_value_without_weight_has_no_score(tagged, small_panel):
    evaluation = be.evaluate(small_panel, tagged, weights={"w": 0.5, "x": 0.3, "y": 0.2, "z": 0.0})
    assert tagged_scores(evaluation, "stage")["two"].isna().all()


def test_what_tagged_scores_refuse(tagged, tree, small_panel):
    evaluation = be.evaluate(small_panel, tagged)
    with pytest.raises(InputError, match=r"unknown tag 'stages'; known are 'stage', 'flow'; did you mean 'stage'"):
        tagged_scores(evaluation, "stages")
    with pytest.raises(InputError, match="no indicator carries tag 'stage', or any other"):
        tagged_scores(be.evaluate(small_panel, tree), "stage")
    with pytest.raises(InputError, match=r"normaliser 'zscore' gives values .* evaluate with normaliser='minmax'"):
        tagged_scores(be.evaluate(small_panel, tagged, be.Recipe(normaliser="zscore")), "stage")


@pytest.mark.parametrize("tag", ["flow", "need", "capability", "stage"])
def test_the_views_of_the_shipped_index_add_up_to_its_arithmetic_score(tag, panel, framework, judgements):
    """Tags that every indicator carries divide the same weights in another way."""
    evaluation = be.evaluate(panel, framework, be.Recipe(weighter="ahp_entropy"), judgements)
    views = tagged_scores(evaluation, tag)
    weight = evaluation.weights.groupby({node.code: node.tags[tag] for node in framework.indicators}).sum()
    np.testing.assert_allclose(views @ weight[views.columns], evaluation.scores["capability"], rtol=0, atol=1e-12)


def test_three_networks_of_the_shipped_index(evaluation, panel):
    """study.md, 2.2: information = internet, transport = liner, operation = tracking; landlocked have no transport."""
    views = tagged_scores(evaluation, "network")
    assert list(views) == ["information", "operation", "transport"]
    found = coupling_coordination(views)["coordination"].xs(2018, level="year")
    landlocked = panel["liner_connectivity"].xs(2018, level="year").eq(0)
    assert landlocked.sum() == 18
    assert (found == 0).sum() == landlocked[found.index].sum() == 17  # AZE is landlocked and not ranked in 2018
    assert coordination_classes(found)["class"].between(1, 10).all()


def test_tagged_scores_share_the_weight_of_a_missing_cell(tagged, small_panel):
    gappy = small_panel.copy()
    gappy.loc[("ALB", 2016), "w"] = np.nan
    recipe = be.Recipe(weighter="framework", imputer="none", availability=0.0)
    found = tagged_scores(be.evaluate(gappy, tagged, recipe), "stage")
    z = (gappy - gappy.min()) / (gappy.max() - gappy.min())
    expected = (0.25 * z["w"] + 0.125 * (1 - z["y"])) / 0.375
    assert found.loc[("ALB", 2016), "one"] == pytest.approx(1 - z.loc[("ALB", 2016), "y"], abs=1e-12)
    others = found.index != ("ALB", 2016)
    np.testing.assert_allclose(found["one"][others], expected[others], rtol=0, atol=1e-12)


# the table and its summary


@pytest.fixture(scope="module")
def views() -> pd.DataFrame:
    index = pd.MultiIndex.from_product([["AFG", "ALB", "ARE"], [2016, 2018]], names=["economy", "year"])
    values = [[0.2, 0.4, 0.6], [0.5, 0.5, 0.5], [0.9, 0.0, 0.3], [0.4, 0.8, 0.6], [0.7, 0.6, 0.5], [0.9, 1.0, 0.1]]
    return pd.DataFrame(values, index=index, columns=["home", "way", "there"])


def test_the_table_sets_degrees_beside_the_scores(views):
    table = coordination_table(views)
    found = coupling_coordination(views)
    assert list(table) == [*views, "coupling", "development", "coordination", "class", "weakest", "zeros"]
    pd.testing.assert_frame_equal(table[list(views)], views)
    pd.testing.assert_frame_equal(table[list(found)], found)
    assert table["class"].tolist() == coordination_classes(found["coordination"])["name"].tolist()
    assert table["weakest"].tolist() == ["home", "home", "way", "home", "there", "there"]
    assert table["zeros"].tolist() == [0, 0, 1, 0, 0, 0]
    assert table["coordination"].iloc[2] == 0


def test_the_weakest_is_the_first_of_equals_and_refuses_a_gap(views):
    assert weakest_link(views[["there", "home"]])["AFG", 2018] == "there"
    with pytest.raises(InputError, match="table of scores has 1 missing"):
        weakest_link(views.mask(views == 0.0))


def test_summary_by_year_by_hand(views):
    found = coordination_summary(coordination_table(views))
    degrees = coupling_coordination(views)
    assert found.index.tolist() == [2016, 2018]
    assert found["economies"].tolist() == [3, 3]
    assert found["zeros"].tolist() == [1, 0]
    for year in (2016, 2018):
        own = degrees.xs(year, level="year")
        assert found.loc[year, "coordination"] == pytest.approx(own["coordination"].mean(), abs=1e-15)
        assert found.loc[year, "coupling"] == pytest.approx(own["coupling"].mean(), abs=1e-15)
    above = degrees.loc[[("AFG", 2016), ("ARE", 2016)], "coordination"].mean()
    assert found.loc[2016, "coordination_above_zero"] == pytest.approx(above, abs=1e-15)
    assert found.loc[2018, ["weakest", "weakest_share"]].tolist() == ["home", 2 / 3]
    assert found.loc[2016, ["weakest", "weakest_share"]].tolist() == ["home", 1 / 3]


def test_summary_by_group(views):
    groups = pd.Series({"AFG": "south", "ALB": "west", "ARE": "west"})
    found = coordination_summary(coordination_table(views), groups)
    assert found.index.names == ["year", "group"]
    assert found.loc[(2018, "west"), "home"] == pytest.approx((0.4 + 0.9) / 2)
    assert found.loc[(2016, "south"), "economies"] == 1
    with pytest.raises(InputError, match="ARE 2016 has no group"):
        coordination_summary(coordination_table(views), groups.drop("ARE"))


def test_a_group_of_zeros_alone_has_no_mean_above_zero(views):
    table = coordination_table(views.assign(way=0.0))
    found = coordination_summary(table)
    assert found["coordination"].tolist() == [0, 0]
    assert found["coordination_above_zero"].isna().all()


def test_obstacles_by_tag_add_up(tagged, small_panel):
    evaluation = be.evaluate(small_panel, tagged)
    degrees, found = obstacle_degrees(evaluation), tagged_obstacles(evaluation, "stage")
    np.testing.assert_allclose(found["one"], degrees["w"] + degrees["y"], rtol=0, atol=1e-15)
    np.testing.assert_allclose(found.sum(axis=1), 1 - degrees["x"], rtol=0, atol=1e-12)


# the shipped framework


def test_tags_of_the_paper_are_there(framework, full_framework):
    """study.md, items 18, 31, 38 and 40."""
    for tree, least in ((framework, 1), (full_framework, 2)):
        flows = tagged_codes(tree, "flow")
        assert set(flows) == {"logistics", "business", "capital", "information"}
        assert min(map(len, flows.values())) >= least
        assert set(tagged_codes(tree, "network")) == {"information", "operation", "transport"}
        assert set(tagged_codes(tree, "stage")) == {"international", "destination"}
        assert set(tagged_codes(tree, "need")) == {"functions", "efficiency", "cost"}
        assert set(tagged_codes(tree, "capability")) == {"control", "monitoring", "responsiveness", "differentiation"}
        for tag in ("flow", "stage", "need", "capability"):
            assert sum(map(len, tagged_codes(tree, tag).values())) == len(tree.codes)


def test_landlocked_economies_have_no_coordination_of_networks(evaluation, data):
    table = coordination_table(tagged_scores(evaluation, "network")).xs(2018, level="year")
    landlocked = pd.read_csv(data / "raw" / "economies.csv", index_col="economy")["landlocked"]
    zero = table.index[table["zeros"] > 0]
    assert (landlocked[zero] == 1).all()
    assert len(zero) == 17
    assert set(landlocked.reindex(table.index)[lambda flag: flag == 1].index) - set(zero) == {"MDA"}
