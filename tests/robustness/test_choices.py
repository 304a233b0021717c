"""Factors and levels: their product, their names, what is refused."""

from __future__ import annotations

import pytest
from small_study import JUDGEMENTS, OTHERS, TREE

import bri_eval as be
from bri_eval.checks import InputError
from bri_eval.robustness.choices import Choices, as_choices, choices, expand


def names(chosen: Choices) -> dict[str, list[str]]:
    return {factor: [level.name for level in levels] for factor, levels in chosen.factors.items()}


def test_the_space_is_the_product_of_the_levels_the_last_factor_fastest():
    base = be.Recipe(weighter="entropy")
    chosen = choices(base, {"aggregator": ["topsis", "arithmetic"], "imputer": ["mean", "median", "linear_time"]})
    found = list(chosen.recipes())
    assert [numbers for numbers, _, _ in found] == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
    assert [(r.aggregator, r.imputer) for _, r, _ in found] == [
        (a, i) for a in ("topsis", "arithmetic") for i in ("mean", "median", "linear_time")
    ]
    assert {r.weighter for _, r, _ in found} == {"entropy"}
    assert [judgements for _, _, judgements in found] == [None] * 6
    assert chosen.base is base


def test_without_factors_there_is_one_recipe():
    assert [(numbers, r) for numbers, r, _ in choices(be.Recipe(), {}).recipes()] == [((), be.Recipe())]


def test_a_level_may_set_several_fields_and_judgements():
    chosen = choices(
        be.Recipe(),
        {
            "aggregator": ["arithmetic", {"aggregator": "geometric", "range": [1, 100]}],
            "judgements": [{"name": "a", "judgements": JUDGEMENTS}, {"name": "b", "judgements": OTHERS}],
        },
    )
    found = [(r.aggregator, r.range, judgements) for _, r, judgements in chosen.recipes()]
    assert found == [
        ("arithmetic", (0.0, 1.0), JUDGEMENTS),
        ("arithmetic", (0.0, 1.0), OTHERS),
        ("geometric", (1, 100), JUDGEMENTS),
        ("geometric", (1, 100), OTHERS),
    ]


def test_levels_are_named_by_what_they_set():
    def own(x, w):
        return x @ w

    chosen = choices(
        be.Recipe(),
        {
            "aggregator": ["topsis", own, {"aggregator": "vikor"}, {"aggregator": "vikor", "name": "my vikor"}],
            "exclude": [(), ["speed"], ("road", "cost")],
            "range": [(0, 1), (1, 100)],
            "donors": [1, 3],
            "shape": [{"normaliser": "zscore"}, {"normaliser": "rank", "scope": "by_year"}],
        },
    )
    assert names(chosen) == {
        "aggregator": ["topsis", "own", "vikor", "my vikor"],
        "exclude": ["all", "without speed", "without road, cost"],
        "range": ["0 to 1", "1 to 100"],
        "donors": ["1", "3"],
        "shape": ["zscore", "rank"],
    }


def test_each_leaves_nothing_and_every_indicator_out():
    chosen = expand(choices(be.Recipe(), {"exclude": "each", "scope": ["pooled"]}), TREE)
    assert names(chosen)["exclude"] == ["all", *(f"without {code}" for code in TREE.codes)]
    assert [r.exclude for _, r, _ in chosen.recipes()] == [(), *((code,) for code in TREE.codes)]


def test_each_keeps_what_the_base_recipe_leaves_out_and_does_not_leave_it_out_twice():
    chosen = expand(choices(be.Recipe(exclude=("hard", "help")), {"exclude": "each"}), TREE)
    assert [r.exclude for _, r, _ in chosen.recipes()] == [
        ("hard", "help"),
        *(("hard", "help", code) for code in ("speed", "staff", "zero")),
    ]


def test_expand_leaves_other_factors_alone():
    chosen = choices(be.Recipe(), {"exclude": [(), ("road",)]})
    assert expand(chosen, TREE) == chosen


# reading what users give ----------------------------------------------------------------------------------------------


def test_one_recipe_none_or_choices():
    recipe = be.Recipe(aggregator="topsis")
    assert as_choices(None) == choices(be.Recipe(), {})
    assert as_choices(recipe) == as_choices([recipe]) == choices(recipe, {})
    chosen = choices(recipe, {"scope": ["pooled"]})
    assert as_choices(chosen) is chosen


def test_a_list_that_is_a_product_has_its_fields_as_factors():
    listed = [be.Recipe(aggregator=a, scope=s) for s in ("by_year", "pooled") for a in ("topsis", "vikor", "grey")]
    chosen = as_choices(iter(listed))
    assert names(chosen) == {"scope": ["by_year", "pooled"], "aggregator": ["topsis", "vikor", "grey"]}
    assert chosen.base is listed[0]
    assert [r for _, r, _ in chosen.recipes()] == listed


@pytest.mark.parametrize("twice", [False, True])
def test_another_list_is_one_factor(twice):
    listed = [be.Recipe(aggregator=a, scope=s) for a, s in (("topsis", "by_year"), ("vikor", "pooled"))]
    listed += listed[:1] * twice
    chosen = as_choices(listed)
    assert names(chosen) == {"recipe": [f"recipe {place}" for place in range(len(listed))]}
    assert [r for _, r, _ in chosen.recipes()] == listed


@pytest.mark.parametrize("given", [[], [1, 2], "topsis", {"weighter": ["ahp"]}])
def test_anything_else_is_refused(given):
    with pytest.raises(InputError, match=r"recipes: expected a Recipe, a list of them, or choices\(recipe, levels\)"):
        as_choices(given)


# what is refused ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("levels", "message"),
    [
        ({"weighter": "ahp"}, r"factor 'weighter' has levels 'ahp'; expected a list, such as \['ahp'\]"),
        ({"donors": 3}, r"factor 'donors' has levels 3; expected a list, such as \[3\]"),
        ({"weighter": {"weighter": "ahp"}}, r"factor 'weighter' has levels \{'weighter': 'ahp'\}; expected a list"),
        ({"weighter": []}, "factor 'weighter' has no level; list at least one"),
        ({"weighter": ["ahp", "ahp"]}, r"factor 'weighter' has the level 'ahp' twice; .*give them a name"),
        ({"wieghter": ["ahp"]}, "factor 'wieghter', level 'ahp': unknown field .*did you mean 'weighter'"),
        ({"weighter": [{"name": "x", "weight": 1}]}, "factor 'weighter', level 'x': unknown field of the recipe"),
        ({"judgements": [JUDGEMENTS, OTHERS]}, "judgements as a level need a name: .*'name': 'literature'"),
        (["weighter"], r"levels are \['weighter'\]; expected factors and their levels, such as"),
    ],
)
def test_levels_that_no_recipe_could_take(levels, message):
    with pytest.raises(InputError, match=message):
        choices(be.Recipe(), levels)


def test_a_recipe_that_cannot_be_is_named_by_its_levels():
    chosen = choices(be.Recipe(), {"scope": ["pooled"], "weighter": ["equal", "entropi"]})
    with pytest.raises(InputError, match=r"'pooled', 'entropi': unknown weighter 'entropi'.*did you mean 'entropy'"):
        list(chosen.recipes())


def test_two_factors_may_not_set_a_field_differently():
    chosen = choices(be.Recipe(), {"a": [{"range": (0, 1)}], "b": [{"range": (0, 1)}, {"name": "x", "range": (1, 2)}]})
    with pytest.raises(InputError, match=r"level 'x' sets range to \(1, 2\) and another level to \(0, 1\); let only"):
        list(chosen.recipes())
