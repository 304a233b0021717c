"""The record of choices: what it refuses, and what it says of itself."""

from __future__ import annotations

import dataclasses
import inspect

import pytest

import bri_eval as be
from bri_eval.aggregate import AGGREGATORS
from bri_eval.checks import InputError
from bri_eval.impute import FILLERS
from bri_eval.normalise import NORMALISERS
from bri_eval.recipe import choice_name, describe
from bri_eval.treat import RULES
from bri_eval.weights.combine import COMBINATIONS


def own_rule(matrix, weights):
    return matrix @ weights


def own_normaliser(values, *, centre=0.0):
    return values - centre


def test_defaults():
    recipe = be.Recipe()
    assert (recipe.imputer, recipe.treatment, recipe.normaliser, recipe.scope) == (
        "linear_time",
        "none",
        "minmax",
        "pooled",
    )
    assert (recipe.weighter, recipe.weigh_on, recipe.aggregator) == ("equal", "normalised", "arithmetic")
    assert (recipe.exclude, recipe.screen, recipe.range, recipe.prior_share) == ((), 0.0, (0.0, 1.0), 0.5)
    assert (recipe.random_index, recipe.estimator, recipe.donors) == ("saaty1980", "eigen", 3)
    assert (recipe.availability, recipe.reference) == (None, None)
    assert (recipe.neighbours, recipe.winsorised, recipe.centre, recipe.spread) == (5, 5, 0.0, 1.0)
    assert (recipe.exponent, recipe.group_utility, recipe.distinguishing, recipe.grades) == (0.5, 0.5, 0.5, 5)


METHODS = {**NORMALISERS, **AGGREGATORS, **RULES, **FILLERS, **COMBINATIONS}


@pytest.mark.parametrize("method", METHODS)
def test_every_parameter_of_a_method_is_a_field_of_the_recipe(method):
    """A keyword that no field names could never be given a value; what the steps give is named here."""
    made_by_the_steps = {"bounds", "targets", "reference_values", "groups", "ideals"}
    declared = inspect.signature(METHODS[method]).parameters.values()
    named = {one.name for one in declared if one.kind is one.KEYWORD_ONLY and one.name != "method"}
    assert named <= set(be.Recipe().parameters) | made_by_the_steps
    defaults = {one.name: one.default for one in declared if one.default is not one.empty}
    fields = be.Recipe().parameters
    assert {name: fields[name] for name in named & set(defaults) & set(fields)} == {
        name: defaults[name] for name in named & set(defaults) & set(fields)
    }


def test_a_recipe_is_frozen_and_compares_by_value():
    recipe = be.Recipe(weighter="critic")
    with pytest.raises(dataclasses.FrozenInstanceError):
        recipe.weighter = "entropy"
    assert dataclasses.replace(recipe, weighter="entropy") == be.Recipe(weighter="entropy")
    assert recipe != be.Recipe()


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"imputer": "liner_time"}, r"^unknown imputer 'liner_time'; .* did you mean 'linear_time'\?$"),
        ({"treatment": "winsorize"}, r"unknown treatment 'winsorize'; .* did you mean 'winsorise'\?"),
        ({"normaliser": "min-max"}, r"unknown normaliser 'min-max'; .* did you mean 'minmax'\?"),
        ({"scope": "by year"}, r"unknown scope 'by year'; .* did you mean 'by_year'\?"),
        ({"weighter": "ahp_entopy"}, r"unknown weighter 'ahp_entopy'; .* did you mean 'ahp_entropy'\?"),
        ({"weigh_on": "normalized"}, r"unknown weigh_on 'normalized'; .* did you mean 'normalised'\?"),
        ({"aggregator": "TOPSIS "}, "unknown aggregator 'TOPSIS '; known are 'arithmetic', 'geometric', 'harmonic'"),
        ({"random_index": "saaty"}, r"unknown random index 'saaty'; .* did you mean 'saaty"),
        ({"estimator": "eigenvector"}, r"unknown estimator 'eigenvector'; known are 'eigen'"),
        ({"exclude": "tariff"}, r"exclude is 'tariff'; expected a list of codes, such as \('tariff',\)"),
        ({"screen": 70}, "screen is 70; expected a share from 0 to 1"),
        ({"screen": -0.1}, "screen is -0.1; expected a share from 0 to 1"),
        ({"prior_share": 50}, "prior_share is 50; expected a number from 0 to 1"),
        ({"availability": 60}, "availability is 60; expected a share from 0 to 1"),
        ({"availability": -0.1}, "availability is -0.1; expected a share from 0 to 1"),
        ({"normaliser": "distance_to_reference"}, "'distance_to_reference' needs a reference; give reference = 'SGP'"),
        ({"imputer": own_rule}, "unknown imputer "),
        ({"range": (1.0, 0.0)}, r"range is \(1.0, 0.0\); expected \(low, high\) with low < high"),
        ({"range": (0.0, 1.0, 2.0)}, r"expected \(low, high\) with low < high"),
    ],
)
def test_a_recipe_refuses(choice, message):
    with pytest.raises(InputError, match=message):
        be.Recipe(**choice)


@pytest.mark.parametrize(
    "choice",
    [
        {"grades": 1},
        {"spread": 0.0},
        {"neighbours": 0},
        {"winsorised": -1},
        {"group_utility": 2.0},
        {"distinguishing": 0.0},
        {"donors": 0},
    ],
)
def test_a_recipe_refuses_parameters_out_of_range(choice):
    with pytest.raises(InputError, match=f"{next(iter(choice))} is "):
        be.Recipe(**choice)


def test_an_unknown_field_is_an_error():
    with pytest.raises(TypeError, match="aggregation"):
        be.Recipe(aggregation="topsis")


@pytest.mark.parametrize(
    "choice", [{field: own_rule} for field in ("treatment", "normaliser", "weighter", "aggregator")]
)
def test_functions_are_taken(choice):
    assert next(iter(choice)) in {field.name for field in dataclasses.fields(be.Recipe(**choice))}


def test_choice_name():
    assert choice_name("topsis") == "topsis"
    assert choice_name(own_rule) == "own_rule"


def words(**choices) -> str:
    return "\n".join(describe(be.Recipe(**choices)))


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({}, "Normalisation: minmax (range 0 to 1), costs negated first; bounds, weights and ideal points: "),
        ({}, "ideal points: all years pooled."),
        ({}, "Weights: equal."),
        ({}, "Aggregation: arithmetic."),
        ({}, "Ranks: 1 is best, within each year; scores equal to 12 significant digits share the better rank."),
        ({"range": (1, 100)}, "minmax (range 1 to 100)"),
        ({"normaliser": "vector"}, "Normalisation: vector, costs negated first"),
        ({"scope": "by_year"}, "each year alone, so scores do not compare over years"),
        ({"aggregator": "topsis"}, "topsis (Euclidean, weights scale the values, observed ideal points;"),
        ({"aggregator": "topsis_metric"}, "topsis_metric (Euclidean, weights inside the distance"),
        ({"normaliser": "zscore", "centre": 100.0, "spread": 10.0}, "Normalisation: zscore (centre 100, spread 10)"),
        ({"normaliser": "rank"}, "Normalisation: rank, costs negated first"),
        ({"normaliser": own_normaliser}, "Normalisation: own_normaliser (centre 0), costs negated first"),
        ({"aggregator": "power", "exponent": -1.0}, "Aggregation: power (exponent -1)."),
        ({"aggregator": "vikor"}, "Aggregation: vikor (group_utility 0.5)."),
        ({"aggregator": "grey", "distinguishing": 0.3}, "Aggregation: grey (distinguishing 0.3)."),
        ({"aggregator": "fuzzy", "grades": 7}, "Aggregation: fuzzy (grades 7)."),
        ({"aggregator": "topsis_fixed", "range": (0, 100)}, "Aggregation: topsis_fixed (range 0 to 100)"),
        ({"aggregator": "edas"}, "Aggregation: edas."),
        ({"weighter": "merec"}, "Weights: merec (data-based weights from the normalised table)."),
        ({"weighter": "ahp_critic_game_row_sum"}, "game_row_sum combination of AHP and critic; AHP by eigen"),
        ({"weighter": "ahp_gini"}, "linear combination of AHP and gini with prior share 0.5"),
        ({"aggregator": own_rule}, "Aggregation: own_rule."),
        ({"weighter": own_rule}, "Weights: own_rule."),
        ({"weighter": "entropy"}, "entropy with 0 ln 0 = 0, divisor ln of the number of rows"),
        ({"weighter": "entropy", "weigh_on": "raw"}, "data-based weights from the raw table"),
        ({"weighter": "critic"}, "data-based weights from the normalised table"),
        ({"weighter": "ahp", "random_index": "table052"}, "AHP by eigen, random index table052"),
        ({"weighter": "ahp", "estimator": "geometric"}, "AHP by geometric, random index saaty1980"),
        ({"weighter": "ahp_entropy"}, "linear combination of AHP and entropy with prior share 0.5"),
        ({"weighter": "ahp_entropy", "prior_share": 0.25}, "with prior share 0.25"),
        ({"weighter": "ahp_entropy_game"}, "game combination of AHP and entropy; AHP by eigen"),
        ({"weighter": "ahp_critic"}, "linear combination of AHP and critic"),
    ],
)
def test_describe_says(choices, said):
    assert said in words(**choices)


@pytest.mark.parametrize(
    ("choices", "unsaid"),
    [
        ({"weighter": "equal"}, "AHP"),
        ({"weighter": "framework"}, "data-based"),
        ({"weighter": "entropy"}, "AHP"),
        ({"weighter": "ahp"}, "entropy"),
        ({"weighter": "ahp_critic"}, "entropy"),
        ({"weighter": "ahp_entropy_game"}, "prior share"),
        ({"normaliser": "zscore"}, "range"),
        ({"normaliser": "rank"}, "rank ("),
        ({"aggregator": "arithmetic", "exponent": 2.0}, "exponent"),
        ({"aggregator": "edas"}, "method"),
    ],
)
def test_describe_does_not_say(choices, unsaid):
    assert unsaid not in words(**choices)
