"""Two sets of weights into one."""

from __future__ import annotations

import numpy as np
import pytest

import bri_eval as be
from bri_eval.checks import InputError, bind
from bri_eval.weights.combine import COMBINATIONS, game_row_sum_weights, game_shares, game_weights


def combined(case, combination: str, **more) -> list[float]:
    return be.weights.combine(*(dict(enumerate(one)) for one in case.sets), combination, **more).tolist()


def equilibrium(sets: np.ndarray, sweeps: int = 3_000) -> np.ndarray:
    """Let each set minimise its own distance to the mixture in turn, with coefficients >= 0, until nothing moves."""
    gram = sets @ sets.T
    a = np.ones(len(sets))
    for _ in range(sweeps):
        for k in range(len(sets)):
            a[k] = max(0, (gram[k, k] - gram[k] @ a + gram[k, k] * a[k]) / gram[k, k])
    return a / a.sum() @ sets


@pytest.mark.parametrize(
    ("combination", "expected"),
    [
        ("game", [0.3782, 0.2756, 0.3462]),
        ("multiplicative", [0.4167, 0.2500, 0.3333]),
        ("min_entropy", [0.3747, 0.2902, 0.3351]),
        ("linear", [0.375, 0.275, 0.350]),
        ("game_row_sum", [0.3755, 0.2751, 0.3494]),
    ],
)
def test_combination_combine2(published, combination, expected):
    assert combined(published("combine2"), combination) == pytest.approx(expected, abs=1e-4)


def test_linear_is_exact_combine2(published):
    assert combined(published("combine2"), "linear") == pytest.approx([0.375, 0.275, 0.350], abs=1e-12)


@pytest.mark.parametrize("combination", ["game", "linear", "game_row_sum"])
def test_combination_combine_sym(published, combination):
    assert combined(published("combine_sym"), combination) == pytest.approx([0.25] * 4, abs=1e-12)


def test_game_solves_its_equations_combine2(published):
    sets = published("combine2").sets
    gram = sets @ sets.T
    np.testing.assert_allclose(gram, [[0.38, 0.30], [0.30, 0.375]], atol=1e-12)
    a = np.linalg.solve(gram, np.diag(gram))
    np.testing.assert_allclose(a, [0.5714, 0.5429], atol=5e-5)
    np.testing.assert_allclose(game_weights(sets), a @ sets / a.sum(), atol=1e-9)


def test_game_gives_no_negative_share_game_negative_2(published):
    case = published("game_negative_2")
    gram = case.sets @ case.sets.T
    np.testing.assert_allclose(np.linalg.solve(gram, np.diag(gram)), [-0.4218, 1.3352], atol=5e-5)
    with pytest.warns(UserWarning, match="the game gives the prior weights coefficient 0; the others decide alone"):
        found = combined(case, "game")
    assert found == pytest.approx(case.sets[1], abs=1e-9)


def test_the_warning_names_the_set_without_a_say_game_negative_2(published):
    case = published("game_negative_2")
    first, second = (dict(enumerate(one)) for one in case.sets)
    with pytest.warns(UserWarning, match="the game gives the objective weights coefficient 0"):
        found = be.weights.combine(second, first, "game")
    assert found.tolist() == pytest.approx(case.sets[1], abs=1e-9)


def test_shares_of_the_game(published):
    np.testing.assert_allclose(game_shares(published("combine2").sets), [0.5128, 0.4872], rtol=0, atol=5e-5)
    np.testing.assert_allclose(game_shares(published("game_negative_2").sets), [0, 1], rtol=0, atol=1e-12)
    np.testing.assert_allclose(game_shares(published("game_negative_3").sets), [0, 0.4240, 0.5760], rtol=0, atol=5e-5)


@pytest.mark.parametrize(
    ("key", "shares", "expected"),
    [
        ("combine2", [0.5018, 0.4982], [0.3755, 0.2751, 0.3494]),
        ("game_negative_2", [0.4619, 0.5381], [0.1516, 0.5084, 0.3154, 0.0246]),
        ("game_negative_3", [0.3429, 0.2998, 0.3573], [0.4458, 0.2821, 0.2721]),
    ],
)
def test_game_row_sum(published, key, shares, expected):
    sets = published(key).sets
    found = game_row_sum_weights(sets)
    np.testing.assert_allclose(found, expected, rtol=0, atol=5.1e-5)
    np.testing.assert_allclose(found, np.array(shares) @ sets, rtol=0, atol=1e-4)


def test_game_row_sum_never_warns_game_negative_2(published):
    assert min(combined(published("game_negative_2"), "game_row_sum")) > 0


def test_game_gives_no_negative_share_game_negative_3(published):
    sets = published("game_negative_3").sets
    found = game_weights(sets)
    assert found.tolist() == pytest.approx([0.4304, 0.2712, 0.2984], abs=5e-5)
    np.testing.assert_allclose(found, 0.4240 * sets[1] + 0.5760 * sets[2], rtol=0, atol=1e-4)


@pytest.mark.parametrize("seed", range(20))
def test_game_against_best_responses(seed):
    sets = np.random.default_rng(seed).dirichlet(np.ones(5), 2 + seed % 2)
    np.testing.assert_allclose(game_weights(sets), equilibrium(sets), rtol=0, atol=1e-6)


def test_game_of_equal_sets():
    sets = np.array([[0.2, 0.3, 0.5]] * 3)
    np.testing.assert_allclose(game_weights(sets), sets[0], rtol=0, atol=1e-9)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_prior_share_is_the_share_of_the_first_set(published, share):
    case = published("combine2")
    expected = share * case.sets[0] + (1 - share) * case.sets[1]
    assert combined(case, "linear", prior_share=share) == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize("combination", ["multiplicative", "min_entropy", "game", "game_row_sum"])
def test_other_combinations_ignore_prior_share(published, combination):
    case = published("combine2")
    assert combined(case, combination, prior_share=0.9) == combined(case, combination)


@pytest.mark.parametrize("combination", ["multiplicative", "min_entropy"])
def test_a_zero_in_one_set_forces_zero(combination):
    found = be.weights.combine({"a": 0.0, "b": 0.4, "c": 0.6}, {"a": 0.8, "b": 0.1, "c": 0.1}, combination)
    assert found["a"] == 0


@pytest.mark.parametrize("combination", ["multiplicative", "min_entropy"])
def test_sets_that_exclude_each_other_are_refused(combination):
    with pytest.raises(InputError, match="no indicator"):
        be.weights.combine({"a": 1.0, "b": 0.0}, {"a": 0.0, "b": 1.0}, combination)


def test_min_entropy_minimises_the_summed_relative_entropy(published):
    sets = published("combine2").sets
    best = COMBINATIONS["min_entropy"](sets)

    def divergence(weights):
        return sum((weights * np.log(weights / one)).sum() for one in sets)

    for other in np.random.default_rng(0).dirichlet(50 * best, 200):
        assert divergence(best) < divergence(other)


@pytest.mark.parametrize("combination", COMBINATIONS)
def test_batches_equal_the_loop(combination):
    batch = np.random.default_rng(2).dirichlet(np.ones(5), (3, 4, 2))
    rule = bind(COMBINATIONS[combination], {"prior_share": 0.3})
    found = rule(batch)
    assert found.shape == (3, 4, 5)
    for place in np.ndindex(3, 4):
        np.testing.assert_allclose(found[place], rule(batch[place]), rtol=0, atol=1e-12)


def test_indicators_are_matched_by_name():
    found = be.weights.combine({"a": 0.4, "b": 0.6}, {"b": 0.2, "a": 0.8}, "linear")
    assert found.to_dict() == pytest.approx({"a": 0.6, "b": 0.4}, abs=1e-15)


@pytest.mark.parametrize(
    ("prior", "objective", "choice", "message"),
    [
        ({"a": 0.5, "b": 0.4}, {"a": 0.5, "b": 0.5}, {}, "the prior weights sum to 0.9; expected 1"),
        ({"a": 0.5, "b": 0.5}, {"a": 0.5, "b": 0.6}, {}, "the objective weights sum to 1.1; expected 1"),
        ({"a": 0.5, "b": 0.5}, {"a": 0.5, "c": 0.5}, {}, "the objective weights lack 'b'"),
        ({"a": 1.5, "b": -0.5}, {"a": 0.5, "b": 0.5}, {}, "the prior weights give 'b' the weight -0.5"),
        ({"a": 1.0}, {"a": 1.0}, {"prior_share": 1.2}, "prior_share is 1.2; expected a number from 0 to 1"),
        ({"a": 1.0}, {"a": 1.0}, {"combination": "gaem"}, r"unknown combination 'gaem'; .* did you mean 'game'\?"),
    ],
)
def test_combine_refuses(prior, objective, choice, message):
    with pytest.raises(InputError, match=message):
        be.weights.combine(prior, objective, **{"combination": "linear", **choice})
