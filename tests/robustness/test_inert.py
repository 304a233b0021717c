"""Factors and noise that cannot change a rank are told with the reason; those that can are not."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from small_study import JUDGEMENTS, PANEL, PLAIN, SHARED, TREE, WHOLE, sizes, space_of

import bri_eval as be
from bri_eval.robustness.inert import inert_factors
from bri_eval.robustness.noise import CellError, Noise

ALL_THE_SAME = "all its levels give the same tables, weights and scores"


def told(recipe=None, levels=None, noise=None, **rest):
    return inert_factors(space_of(recipe, levels, noise, **{"panel": WHOLE, "framework": PLAIN, **rest}))


@pytest.mark.parametrize("noise", [None, Noise(weights="dirichlet"), Noise(cells=SHARED)])
def test_imputers_where_nothing_is_missing(noise):
    levels = {"imputer": ["linear_time", "median", "nearest_neighbours"], "donors": [1, 3], "neighbours": [2, 5]}
    assert told(levels=levels, noise=noise) == dict.fromkeys(levels, ALL_THE_SAME)


def test_imputers_where_something_is_missing():
    """All groups have more than three donors; beside noisy cells only what needs no look at the gaps is told."""
    levels = {"imputer": ["linear_time", "nearest_neighbours"], "donors": [1, 3], "neighbours": [2, 5]}
    assert told(levels=levels, panel=PANEL) == {"donors": ALL_THE_SAME}
    assert told(levels=levels, panel=PANEL, noise=Noise(cells=SHARED)) == {}


def test_treatments_where_no_column_fails():
    panel = WHOLE.drop(columns="help").assign(help=np.linspace(1, 9, len(WHOLE)), cost=WHOLE["tax"])
    levels = {"treatment": ["none", "winsorise", "winsorise_log_box_cox"], "winsorised": [3, 5]}
    assert told(levels=levels, panel=panel) == dict.fromkeys(levels, ALL_THE_SAME)
    assert told(levels={"treatment": ["none", "winsorise"]}) == {}
    # with an error that makes outliers it may matter
    noise = Noise(cells=(CellError(indicators=("road",), standard_errors=sizes("road")),))
    assert told(levels={"treatment": ["none", "winsorise"]}, panel=panel, noise=noise) == {}


def test_parameters_of_methods_that_no_recipe_uses():
    levels = {"exponent": [0.5, 2.0], "centre": [0.0, 100.0], "reference": ["F", "G"], "grades": [5, 7]}
    assert told(levels=levels) == dict.fromkeys(levels, ALL_THE_SAME)
    assert told(be.Recipe(aggregator="power", range=(1, 10)), {"exponent": [0.5, 2.0]}) == {}
    assert told(be.Recipe(normaliser="distance_to_reference", reference="F"), {"reference": ["F", "G"]}) == {}


def test_a_factor_of_one_level():
    assert told(levels={"scope": ["by_year"], "aggregator": ["topsis", "vikor"]}) == {
        "scope": "it has one level, by_year"
    }


def test_a_level_that_gives_what_the_first_gives():
    """Equal weights down the tree of a framework without declared weights."""
    levels = {"weighter": ["equal", "entropy", "framework"], "aggregator": ["arithmetic", "topsis"]}
    assert told(levels=levels) == {"weighter: framework": "it gives what equal gives"}
    assert told(levels={"weighter": ["entropy", "equal", "framework"]}) == {}


def test_a_level_is_without_effect_only_if_it_is_so_under_every_other_level():
    """The share of the prior matters to one of two weighters."""
    levels = {"weighter": ["entropy", "ahp_entropy"], "prior_share": [0.3, 0.6]}
    assert told(levels=levels) == {}
    assert told(levels=levels | {"weighter": ["entropy", "ahp_entropy_multiplicative"]}) == {
        "prior_share": ALL_THE_SAME
    }


def test_raw_values_that_differ_are_told_apart_though_ranks_are_the_same():
    levels = {"treatment": ["none", "winsorise"]}
    recipe = be.Recipe(normaliser="zscore", weighter="std")
    assert told(recipe, levels) == {}
    squeeze = {"treatment": ["none", {"name": "log", "treatment": np.log1p}]}
    ranks = be.Recipe(normaliser="rank", weighter="std")
    assert told(ranks, squeeze) == {"treatment": ALL_THE_SAME}
    assert told(dataclasses.replace(ranks, weigh_on="raw"), squeeze) == {}


# noise ----------------------------------------------------------------------------------------------------------------


def test_noise_that_touches_nothing():
    noise = Noise(
        weights="dirichlet",
        judgements=0.2,
        experts=True,
        prior_share=(0.2, 0.8),
        cells=(CellError(indicators=("road",), standard_errors=sizes("road", rows=["nowhere"])),),
    )
    assert told(be.Recipe(weighter="entropy"), {}, noise) == {
        "noise: judgements": "no recipe weighs by judgements",
        "noise: experts": "no recipe weighs by the judgements of several experts on one node",
        "noise: prior_share": "no recipe combines weights linearly",
        "noise: cells": "no observed cell of the panel has a standard error",
    }
    assert told(be.Recipe(weighter="ahp_entropy"), {}, dataclasses.replace(noise, cells=SHARED)) == {}


def test_one_expert_is_nobody_to_draw_among():
    single = [one for one in JUDGEMENTS if one.expert == "one"]
    found = told(be.Recipe(weighter="ahp"), {}, Noise(experts=True, judgements=0.1), judgements=single)
    assert found == {"noise: experts": "no recipe weighs by the judgements of several experts on one node"}


def test_errors_of_cells_that_are_not_observed():
    noise = Noise(cells=(CellError(indicators=("speed",), standard_errors=sizes("speed", rows=["F"])),))
    assert told(noise=noise, panel=PANEL, framework=TREE) == {
        "noise: cells": "no observed cell of the panel has a standard error"
    }


def test_weights_of_a_single_indicator():
    frame = WHOLE.xs(2018, level="year")[["road"]]
    cloud = be.uncertainty_matrix(frame, {"road": "benefit"}, noise=Noise(weights="dirichlet"), n=10)
    assert cloud.inert == {"noise: weights": "there is one indicator"}


def test_noise_and_a_factor_may_bear_the_same_name():
    levels = {"prior_share": [0.2, 0.8]}
    assert told(be.Recipe(weighter="ahp_std"), levels, Noise(prior_share=(0.1, 0.2))) == {}
    found = told(be.Recipe(weighter="std"), levels, Noise(prior_share=(0.1, 0.2)))
    assert list(found) == ["prior_share", "noise: prior_share"]
