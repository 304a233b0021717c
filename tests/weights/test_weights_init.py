"""Every weighter behind one call."""

from __future__ import annotations

import contextlib

import numpy as np
import pandas as pd
import pytest

import bri_eval as be
from bri_eval.checks import InputError, bind
from bri_eval.weights import COMBINED, WEIGHTERS, combine, critic, entropy, weigh
from bri_eval.weights.combine import COMBINATIONS, game_shares
from bri_eval.weights.objective import OBJECTIVE

CAUSE = np.linspace(2, 8, 8)[:, None]
MATRIX = pd.DataFrame(CAUSE + np.random.default_rng(0).uniform(-1.9, 1.9, (8, 3)) * [1, 0.7, 0.4], columns=list("abc"))
PRIOR = pd.Series({"c": 0.5, "a": 0.2, "b": 0.3})


@pytest.mark.parametrize("weighter", ["equal", "framework", "ahp", "given"])
def test_judged_weights_do_not_depend_on_the_data(weighter):
    assert weigh(MATRIX, weighter, PRIOR).to_dict() == PRIOR[["a", "b", "c"]].to_dict()
    assert weigh(MATRIX, weighter).tolist() == [1 / 3] * 3


@pytest.mark.parametrize("weighter", [*OBJECTIVE, "merec", "gini"])
def test_weights_from_the_data_do_not_depend_on_the_prior(weighter):
    assert weigh(MATRIX, weighter, PRIOR).tolist() == weigh(MATRIX, weighter).tolist()


@pytest.mark.parametrize("weighter", COMBINED)
def test_combined_weighters_combine_the_prior_and_the_data(weighter):
    combination, objective = COMBINED[weighter]
    first, second = PRIOR[["a", "b", "c"]], weigh(MATRIX, objective)
    expected = bind(COMBINATIONS[combination], {"prior_share": 0.3})(np.stack([first, second]))
    alone = combination == "game" and game_shares(np.stack([first, second])).min() <= 1e-12
    with pytest.warns(UserWarning, match="coefficient 0") if alone else contextlib.nullcontext():
        found = weigh(MATRIX, weighter, PRIOR, prior_share=0.3)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)
    with pytest.warns(UserWarning, match="coefficient 0") if alone else contextlib.nullcontext():
        pd.testing.assert_series_equal(found, combine(first, second, combination, prior_share=0.3), atol=1e-12)


def test_combined_names_exist():
    assert {combination for combination, _ in COMBINED.values()} == set(COMBINATIONS)
    assert {objective for _, objective in COMBINED.values()} == {*OBJECTIVE, "merec", "gini"} <= set(WEIGHTERS)
    assert not set(COMBINED) & set(WEIGHTERS)
    assert COMBINED["ahp_critic_game_row_sum"] == ("game_row_sum", "critic")


def test_a_game_without_a_say_for_the_prior_warns():
    prior = pd.Series({"a": 0.2, "b": 0.39, "c": 0.38, "d": 0.03})
    matrix = pd.DataFrame(np.random.default_rng(1).uniform(1, 9, (6, 4)), columns=list("abcd"))
    given = np.array([0.11, 0.61, 0.26, 0.02])
    matrix = (matrix - matrix.mean()) / matrix.std() * given
    with pytest.warns(UserWarning, match="the game gives the prior weights coefficient 0; the others decide alone"):
        found = weigh(matrix, "ahp_std_game", prior)
    np.testing.assert_allclose(found, given, rtol=0, atol=1e-9)


def test_named_functions_are_the_registry_entries():
    assert entropy(MATRIX).tolist() == weigh(MATRIX, "entropy").tolist()
    assert critic(MATRIX).tolist() == weigh(MATRIX, "critic").tolist()
    assert be.weights.entropy is entropy


def test_a_function_instead_of_a_name():
    found = weigh(MATRIX, lambda matrix, prior: prior * matrix[0] / (prior @ matrix[0]), PRIOR)
    expected = PRIOR[["a", "b", "c"]] * MATRIX.loc[0]
    np.testing.assert_allclose(found, expected / expected.sum(), rtol=0, atol=1e-15)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (lambda _, prior: prior * 2, r"weights of '.*' sum to 2; expected 1; nothing was rescaled"),
        (lambda _, prior: prior * [5, -1, -1], r"weights of '.*' give 'b' the weight -0\.333"),
        (lambda _, prior: prior * np.nan, r"weights of '.*' give 'a' the weight nan"),
    ],
)
def test_weights_of_a_function_are_checked(rule, message):
    with pytest.raises(InputError, match=message):
        weigh(MATRIX, rule)


@pytest.mark.parametrize(
    ("weighter", "choice", "message"),
    [
        ("entropie", {}, r"unknown weighter 'entropie'; .* did you mean 'entropy'\?"),
        ("ahp_entropy", {"prior_share": -0.1}, "prior_share is -0.1; expected a number from 0 to 1"),
        ("equal", {"prior": pd.Series({"a": 1.0})}, "weights of 'equal' give 'b' the weight nan"),
        ("ahp", {"prior": PRIOR * 2}, "weights of 'ahp' sum to 2; expected 1"),
    ],
)
def test_weigh_refuses(weighter, choice, message):
    with pytest.raises(InputError, match=message):
        weigh(MATRIX, weighter, **choice)


@pytest.mark.parametrize("weighter", ["ahp_entropy", "ahp_entropy_game"])
def test_combinations_refuse_what_their_objective_refuses(weighter):
    with pytest.raises(InputError, match=r"weighter 'entropy' needs values >= 0; indicator 'b' is -"):
        weigh(MATRIX.assign(b=-MATRIX["b"]), weighter, PRIOR)
    with pytest.raises(InputError, match="indicator 'b' is constant"):
        weigh(MATRIX.assign(b=1.0), weighter, PRIOR)


def test_given_weights_take_a_constant_indicator():
    assert weigh(MATRIX.assign(b=1.0), "given", PRIOR)["b"] == 0.3
