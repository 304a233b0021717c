"""Another hierarchy of the same indicators: what moves with it and what does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import bri_eval as be
from bri_eval.analysis.capabilities import CAPABILITIES, framework_by_tag, hierarchy_agreement
from bri_eval.checks import InputError
from bri_eval.framework import Framework
from bri_eval.hierarchy import declared_weights, global_weights

TAGS = {"w": "fast", "x": "cheap_way", "y": "fast", "z": "fast"}


def tagged(tree, tags=None) -> Framework:
    tags = tags or TAGS
    made = tuple(replace(node, tags={"need": tags[node.code]} if node.code in tags else {}) for node in tree.indicators)
    return replace(tree, indicators=made)


def test_the_paper_has_four_capabilities(framework, full_framework):
    for tree in (framework, full_framework):
        other = framework_by_tag(tree, "capability", CAPABILITIES)
        assert set(other.pillars) == set(CAPABILITIES)
        assert other.codes == tree.codes
        assert other.goal == tree.goal
        assert {other.names[code] for code in other.pillars} == set(CAPABILITIES.values())
        for before, after in zip(tree.indicators, other.indicators, strict=True):
            assert after == replace(before, parent=before.tags["capability"], weight=None)


def test_groups_are_the_values_of_the_tag(tree):
    other = framework_by_tag(tagged(tree), "need")
    assert other.pillars == ["fast", "cheap_way"]
    assert other.leaves("fast") == ["w", "y", "z"]
    assert other.names["cheap_way"] == "Cheap way"
    assert other.origin == "framework by need"


def test_declared_weights_keep_the_share_in_the_goal(tree):
    other = framework_by_tag(tagged(tree), "need")
    before, after = (global_weights(one, declared_weights(one)) for one in (tree, other))
    pd.testing.assert_series_equal(after, before, rtol=0, atol=1e-15)


def test_a_group_without_declared_weight_has_equal_shares(tree):
    none = replace(
        tree, indicators=tuple(replace(i, weight=float(i.code == "z")) if i.weight else i for i in tree.indicators)
    )
    other = framework_by_tag(tagged(none, {"w": "a1", "x": "a1", "y": "b1", "z": "c1"}), "need")
    assert {node.code: node.weight for node in other.groups[1:]} == {"a1": 0.5, "b1": 0.0, "c1": 0.5}
    assert {node.code: node.weight for node in other.indicators} == {"w": 0.5, "x": 0.5, "y": 1.0, "z": 1.0}


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ({"w": "fast", "x": "fast"}, "framework: 'y', 'z' has no tag 'need'; tag every indicator, or exclude it"),
        (dict.fromkeys("wxyz", "goal"), "code 'goal' occurs twice"),
        (dict.fromkeys("wxyz", "w"), "code 'w' occurs twice"),
    ],
)
def test_what_cannot_be_hung_otherwise(tree, tags, message):
    with pytest.raises(InputError, match=message):
        framework_by_tag(tagged(tree, tags), "need")


def test_an_unknown_tag_is_named(framework):
    with pytest.raises(InputError, match=r"unknown tag 'capablity'; .*did you mean 'capability'\?"):
        framework_by_tag(framework, "capablity")


def test_under_flat_weights_the_hierarchy_does_not_matter(framework, panel):
    """Entropy weights every indicator by itself, so TOPSIS on all of them is blind to the groups."""
    recipe = be.Recipe(weighter="entropy", aggregator="topsis")
    main, other = (be.evaluate(panel, tree, recipe) for tree in (framework, framework_by_tag(framework, "capability")))
    np.testing.assert_allclose(other.scores["capability"], main.scores["capability"], rtol=0, atol=1e-12)


def test_agreement_of_a_hierarchy_with_itself_is_whole(tree, small_panel):
    same = tagged(tree, {"w": "one", "x": "one", "y": "two", "z": "two"})
    bare = replace(same, indicators=tuple(replace(i, weight=None) for i in same.indicators))
    found = hierarchy_agreement(be.evaluate(small_panel, bare, be.Recipe(weighter="equal")), "need")
    np.testing.assert_allclose(found["kendall"], 1, rtol=0, atol=1e-15)
    assert (found["mean_shift"] == 0).all()


def test_agreement_with_the_shipped_index_by_another_way(framework, panel, evaluation):
    found = hierarchy_agreement(evaluation)
    other = framework_by_tag(framework, "capability")
    recipe = replace(evaluation.recipe, weighter="equal")
    for name, one in (("main", evaluation), ("hierarchy", be.evaluate(panel, framework, recipe))):
        there = be.evaluate(panel, other, recipe)
        for year in (2007, 2018):
            sides = [side.scores["capability"].xs(year, level="year") for side in (one, there)]
            row = found.loc[(year, name)]
            assert row["kendall"] == pytest.approx(stats.kendalltau(*sides).statistic, abs=1e-12)
            assert row["economies"] == len(sides[0])
    assert (found.xs("hierarchy", level="comparison")["kendall"] > 0.79).all()
    assert found.index.unique("comparison").tolist() == ["main", "hierarchy"]


def test_judgements_on_the_capabilities_keep_the_weighter(evaluation, panel, framework, write):
    names = list(CAPABILITIES)
    pairs = [(names[i], names[j]) for i in range(4) for j in range(i + 1, 4)]
    rows = pd.DataFrame(
        [("one", "capability", a, b, "1") for a, b in pairs], columns=["expert", "node", "row", "col", "value"]
    )
    other = framework_by_tag(framework, "capability")
    groups = {code: other.leaves(code) for code in names}
    inner = [
        ("one", g, a, b, "1") for g, leaves in groups.items() for k, a in enumerate(leaves) for b in leaves[k + 1 :]
    ]
    table = pd.concat([rows, pd.DataFrame(inner, columns=rows.columns)])
    judged = be.read_judgements(write("ones.csv", table.to_csv(index=False)))
    found = hierarchy_agreement(evaluation, judgements=judged)
    there = be.evaluate(panel, other, evaluation.recipe, judged)
    assert found.index.unique("comparison").tolist() == ["main"]
    expected = stats.kendalltau(evaluation.ranks_in(2018), there.ranks_in(2018)).statistic
    assert found.loc[(2018, "main"), "kendall"] == pytest.approx(expected, abs=1e-12)
