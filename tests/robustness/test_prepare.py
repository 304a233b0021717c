"""Every table once, every recipe its own parts: what may be shared, what may not, and what is refused by name."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from small_study import (
    CARE,
    JUDGEMENTS,
    OTHERS,
    PANEL,
    PLAIN,
    REGIONS,
    SHARED,
    TREE,
    WHOLE,
    compare,
    judgement,
    problem_of,
    space_of,
    with_aggregators,
)

import bri_eval as be
from bri_eval.checks import InputError
from bri_eval.robustness.noise import Noise
from bri_eval.robustness.uncertainty import uncertainty_matrix

PLAINLY = {"panel": WHOLE, "framework": PLAIN}


def check(recipe, levels, noise=None, draws=12, **rest):
    """Compare random recipes of a space with evaluations."""
    return compare(problem_of(recipe, levels, noise or Noise(), **{**PLAINLY, **rest}), draws)[0]


# what is shared -------------------------------------------------------------------------------------------------------


def test_tables_are_shared_by_recipes_that_differ_later():
    levels = {
        "weighter": ["equal", "entropy", "ahp"],
        "aggregator": ["arithmetic", "vikor"],
        "scope": ["pooled", "by_year"],
    }
    space = space_of(levels=levels, **PLAINLY)
    assert [len(part) for part in (space.cuts, space.priors, space.weighers, space.scorers)] == [2, 3, 3, 4]
    assert len(np.unique(space.parts, axis=0)) == 12


def test_parameters_of_other_methods_do_not_count():
    levels = {
        "normaliser": ["minmax", "rank"],
        "range": [(1, 10), (1, 100)],
        "centre": [0, 100],
        "exponent": [0.5, 2],
        "aggregator": ["topsis", "power"],
    }
    space = space_of(levels=levels, **PLAINLY)
    assert len(space.cuts) == 3
    assert len(space.scorers) == 3 * 3


def test_the_baseline_is_the_rank_of_an_evaluation():
    recipe = be.Recipe(weighter="ahp_entropy", aggregator="topsis", scope="by_year", treatment="winsorise")
    space = space_of(recipe, {"aggregator": ["vikor"]}, year=2016)
    expected = be.evaluate(PANEL, TREE, recipe, JUDGEMENTS, groups=REGIONS).ranks_in(2016)
    assert space.baseline.tolist() == expected[space.alternatives].tolist()


def test_economies_that_some_recipes_do_not_rank_are_left_out_under_all():
    panel = WHOLE.copy()
    panel.loc[("C", 2018), ["cost", "tax", "speed", "staff"]] = np.nan
    space = space_of(levels={"screen": [0.0, 0.8]}, panel=panel)
    assert space.dropped == ("C",)
    assert space.alternatives.tolist() == list("ABDEFGHIJKL")
    full = be.evaluate(panel, TREE, groups=REGIONS).scores["index"].xs(2018, level="year").drop("C")
    assert space.baseline.tolist() == full.rank(ascending=False).tolist()


# what is not shared ---------------------------------------------------------------------------------------------------


def test_another_reference_is_another_table():
    space = check(be.Recipe(normaliser="distance_to_reference", reference="F"), {"reference": ["F", "G", "J"]})
    assert len(space.cuts) == 3


@pytest.mark.parametrize("weighter", ["std", "ahp_cv", lambda x, _: x[0] / x[0].sum()])
def test_raw_values_may_differ_where_ranks_do_not(weighter):
    """Winsorising and a log leave ranks as they are, and not the raw values that weights are found from."""

    def squeeze(values):
        return np.log1p(values) / 7

    levels = {"treatment": ["none", {"name": "squeeze", "treatment": squeeze}, "winsorise"]}
    space = check(be.Recipe(normaliser="rank", weighter=weighter, weigh_on="raw"), levels)
    assert len({weigher for _, _, weigher, _ in space.parts}) == 3


def test_an_own_normaliser_and_an_own_aggregator_may_take_any_parameter_of_the_recipe():
    def shape(x, *, exponent, donors):
        return ((x - x.min(axis=0)) / np.ptp(x, axis=0)) ** exponent + donors

    def score(x, w, *, centre):
        return (x @ w) * np.cos(centre * x[:, 0])

    recipe = be.Recipe(normaliser=shape, aggregator=score)
    space = check(recipe, {"exponent": [0.5, 3.0], "donors": [1, 2], "centre": [0.0, 5.0]}, draws=16)
    assert len(space.cuts) == 4
    assert len(space.scorers) == 8


def test_an_own_weighter_is_handed_noisy_judgements():
    def own(x, prior):
        return prior

    check(be.Recipe(weighter=own), {}, Noise(judgements=0.5))


@pytest.mark.parametrize("node", ["index", "soft"])
def test_groups_with_a_rule_of_their_own(node):
    framework = with_aggregators(PLAIN, care="geometric", soft="topsis")
    levels = {
        "aggregator": ["arithmetic", "grey", "topsis"],
        "weighter": ["equal", "ahp"],
        "exclude": [(), ("zero", "tax")],
    }
    recipe = be.Recipe(range=(1, 10))
    check(recipe, levels, Noise(weights="dirichlet"), draws=20, framework=framework, node=node)
    check(recipe, levels, Noise(weights="uniform", cells=SHARED), draws=10, framework=framework, node=node)


def test_given_weights_of_which_some_are_zero():
    weights = pd.Series([0.3, 0.0, 0.1, 0.2, 0.0, 0.1, 0.3], index=PLAIN.codes)

    def own(x, w):
        return x @ w + x.min(axis=1)

    levels = {"aggregator": ["arithmetic", "vikor", "grey", "cocoso", own]}
    check(be.Recipe(range=(1, 10)), levels, Noise(weights="dirichlet"), weights=weights, draws=20)


def test_each_indicator_is_left_out():
    levels = {"exclude": "each", "weighter": ["ahp", "entropy"], "scope": ["pooled", "by_year"]}
    space = check(be.Recipe(aggregator="topsis"), levels, Noise(judgements=0.2), panel=PANEL, draws=16)
    assert space.factors["exclude"][-1] == "without help"


@pytest.mark.parametrize(
    ("base", "exclude"),
    [
        ((), "each"),
        (("zero",), [("zero",), ()]),
        (("road",), [("road",), ("zero",)]),
        ((), [("staff",), ("hard", "help")]),
    ],
)
def test_tables_that_are_drawn_anew_may_be_some_columns_of_another(base, exclude):
    levels = {"exclude": exclude, "imputer": ["linear_time", "nearest_neighbours"], "weighter": ["entropy", "ahp"]}
    recipe = be.Recipe(exclude=base, scope="by_year", weigh_on="raw")
    check(recipe, levels, Noise(cells=SHARED, weights="dirichlet"), draws=8, panel=PANEL)


def test_consistency_is_counted_by_node_whatever_a_recipe_leaves_out():
    """Without the group hard the third node becomes the first: its ratios stay those of its own matrix."""
    inconsistent = [
        judgement("one", "hard", ["road", "cost", "tax"], [9.0, 1 / 9, 9.0]),
        judgement("one", "care", CARE, [2.0, 4.0, 2.0]),
    ]
    cloud = be.uncertainty(
        WHOLE,
        PLAIN,
        be.choices(be.Recipe(weighter="ahp"), {"exclude": [(), ("hard",)]}),
        inconsistent,
        noise=Noise(judgements=1e-6),
        n=400,
    )
    assert cloud.nodes == ("hard", "care")
    assert cloud.consistency.loc["care", ["draws", "inconsistent"]].tolist() == [400, 0.0]
    assert cloud.consistency.loc["hard", "inconsistent"] == 1.0
    assert cloud.consistency.loc["hard", "draws"] == cloud.levels.loc[("exclude", "all"), "draws"]


def test_sets_of_judgements_have_experts_of_their_own():
    levels = {"judgements": [{"name": "a", "judgements": JUDGEMENTS}, {"name": "b", "judgements": OTHERS}]}
    space = check(be.Recipe(weighter="ahp"), levels, Noise(experts=True), draws=30)
    assert space.experts == 3
    assert [prior.judged.experts for prior in space.priors] == [3, 2]


# what is refused ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("recipe", "levels", "message"),
    [
        (
            {},
            {"normaliser": ["minmax", "zscore"], "aggregator": ["arithmetic", "geometric"]},
            "'minmax', 'geometric': aggregator 'geometric' needs values above 0; 'zero' is 0 for C 2014",
        ),
        ({}, {"weighter": ["equal", {"weighter": "merec"}]}, "'merec': weighter 'merec' needs values > 0"),
        ({}, {"exclude": [(), ("raod",)]}, "'without raod': exclude: unknown indicator 'raod'.*did you mean 'road'"),
        ({}, {"imputer": ["linear_time", "none"]}, "'none': indicator '.*' is missing for .* after imputer 'none'"),
        ({"aggregator": "harmonic"}, {}, "^aggregator 'harmonic' needs values above 0"),
        (
            {"imputer": "none", "availability": 0.5},
            {},
            "availability leaves cells missing; .* choose an imputer instead",
        ),
    ],
)
def test_a_recipe_that_cannot_be_evaluated_is_named_by_its_levels(recipe, levels, message):
    with pytest.raises(InputError, match=message):
        space_of(be.Recipe(**recipe), levels)


def test_the_base_recipe_is_named():
    with pytest.raises(InputError, match="base recipe: aggregator 'geometric' needs values above 0"):
        space_of(be.Recipe(aggregator="geometric"), {"aggregator": ["arithmetic"]})
    with pytest.raises(InputError, match="base recipe: weighter 'ahp' needs judgements"):
        space_of(be.Recipe(weighter="ahp"), {"weighter": ["equal"]}, judgements=())


def test_a_base_recipe_that_does_not_rank_an_economy():
    panel = WHOLE.copy()
    panel.loc[("C", 2018), ["cost", "tax", "speed", "staff"]] = np.nan
    with pytest.raises(InputError, match="the base recipe does not rank 'C', which the other recipes do"):
        space_of(be.Recipe(screen=0.8), {"screen": [0.0]}, panel=panel)
    base = be.Recipe(imputer="none", availability=0.9)
    with pytest.raises(InputError, match="the base recipe gives 'C' no score"):
        space_of(base, {"way": [{"imputer": "mean", "availability": None}]}, panel=panel)


def test_a_group_or_a_year_that_there_is_not():
    with pytest.raises(InputError, match=r"node: unknown group 'sotf'; known are 'index', .*did you mean 'soft'"):
        space_of(node="sotf")
    with pytest.raises(InputError, match="'without soft': node: unknown group 'soft'"):
        space_of(levels={"exclude": [("soft",)]}, node="soft")
    with pytest.raises(InputError, match="base recipe: node: unknown group 'soft'"):
        space_of(be.Recipe(exclude=("soft",)), {"exclude": [()]}, node="soft")
    with pytest.raises(InputError, match="no economy is ranked in 2015; the years are '2014', '2016', '2018'"):
        space_of(year=2015)


def test_nobody_is_ranked_by_all():
    panel = WHOLE.copy()
    panel.loc[(list("BCDEFGHIJKL"), 2018), "road"] = np.nan
    required = tuple(dataclasses.replace(one, required=one.code == "road") for one in TREE.indicators)
    framework = dataclasses.replace(TREE, indicators=required)
    with pytest.raises(InputError, match="1 alternatives are ranked by every recipe in 2018; expected 2 or more"):
        space_of(panel=panel, framework=framework)


def test_a_judgement_left_out_is_refused_only_where_judgements_are_drawn():
    matrix = JUDGEMENTS[1].matrix.copy()
    matrix.loc["road", "tax"] = matrix.loc["tax", "road"] = np.nan
    partial = [dataclasses.replace(JUDGEMENTS[1], matrix=matrix)]
    assert len(space_of(be.Recipe(weighter="ahp"), judgements=partial).priors) == 1
    with pytest.raises(InputError, match="'ahp': one: expert 'one' left out judgements on 'hard'; noise on judgements"):
        space_of(levels={"weighter": ["ahp"]}, noise=Noise(judgements=0.1), judgements=partial)


def test_a_plain_table_is_prepared_like_a_panel_of_one_year():
    frame = WHOLE.xs(2018, level="year")[["road", "cost", "speed"]]
    directions = {"road": "benefit", "cost": "cost", "speed": "benefit"}
    recipes = be.choices(be.Recipe(), {"aggregator": ["topsis", "vikor"], "weighter": ["entropy", "critic"]})
    cloud = uncertainty_matrix(frame, directions, recipes, n=500)
    ranks = np.stack([be.evaluate_matrix(frame, directions, r).ranks["score"] for _, r, _ in recipes.recipes()])
    counts = cloud.levels.loc["aggregator", "draws"].to_numpy()
    assert counts.sum() == 500
    assert cloud.table["best"][frame.index].tolist() == ranks.min(axis=0).tolist()
    assert cloud.table["worst"][frame.index].tolist() == ranks.max(axis=0).tolist()
