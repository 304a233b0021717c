"""Shapley value and core: published and textbook games, axioms, brute force over orders of arrival."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from bri_eval.checks import InputError
from bri_eval.modes.games import MOST, coalitions, excesses, least_core, players_of, shapley

GLOVES = np.array([0.0, 0, 0, 1, 0, 1, 0, 1])
"""One left glove, player 0, and two right ones: a pair is worth 1."""

MAJORITY = np.array([0.0, 0, 0, 1, 0, 1, 1, 1])
"""Any two of three win."""


def by_arrival(values: np.ndarray) -> np.ndarray:
    """Average what each adds over all orders in which the players can arrive."""
    number = players_of(values)
    parts, orders = np.zeros(number), list(itertools.permutations(range(number)))
    for order in orders:
        inside = 0
        for player in order:
            parts[player] += values[inside | 1 << player] - values[inside]
            inside |= 1 << player
    return parts / len(orders)


def drawn(seed: int, number: int) -> np.ndarray:
    values = np.random.default_rng(seed).normal(0, 5, 2**number)
    values[0] = 0
    return values


def test_textbook_games():
    """The glove game gives 2/3 to the scarce glove; a majority of three divides alike."""
    np.testing.assert_allclose(shapley(GLOVES), [2 / 3, 1 / 6, 1 / 6], rtol=0, atol=1e-15)
    np.testing.assert_allclose(shapley(MAJORITY), [1 / 3] * 3, rtol=0, atol=1e-15)


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_all_orders_of_arrival_agree(number):
    values = drawn(number, number)
    np.testing.assert_allclose(shapley(values), by_arrival(values), rtol=0, atol=1e-12)


@pytest.mark.parametrize("number", [2, 4, 8])
def test_axioms(number):
    """Efficient, linear, a dummy gets what it has alone, and players that add alike get alike."""
    one, other = drawn(1, number), drawn(2, number)
    assert shapley(one).sum() == pytest.approx(one[-1])
    np.testing.assert_allclose(shapley(2 * one + other), 2 * shapley(one) + shapley(other), rtol=0, atol=1e-10)
    members = coalitions(number)
    without = np.where(members[:, 0], np.arange(2**number) - 1, np.arange(2**number))
    dummy = one[without] + 3.0 * members[:, 0]
    assert shapley(dummy)[0] == pytest.approx(3.0)
    sizes = members[:, :2].sum(axis=1) * 10.0 + members[:, 2:].sum(axis=1) ** 2
    assert shapley(sizes)[0] == pytest.approx(shapley(sizes)[1])


def test_many_games_at_once():
    games = np.stack([[drawn(s + 10 * k, 4) for s in range(3)] for k in range(2)])
    found = shapley(games)
    assert found.shape == (2, 3, 4)
    np.testing.assert_allclose(found[1, 2], shapley(games[1, 2]), rtol=0, atol=1e-12)


def test_the_least_core_of_textbook_games():
    """All to the scarce glove is the only division in the core; a majority leaves every pair 1/3 short."""
    largest, division = least_core(GLOVES)
    assert largest == pytest.approx(0, abs=1e-9)
    np.testing.assert_allclose(division, [1, 0, 0], rtol=0, atol=1e-9)
    assert least_core(MAJORITY)[0] == pytest.approx(1 / 3)


@pytest.mark.parametrize("seed", range(5))
def test_no_division_has_a_smaller_largest_excess(seed):
    values = drawn(seed, 3)
    largest, division = least_core(values)
    assert division.sum() == pytest.approx(values[-1])
    assert excesses(values, division)[1:-1].max() == pytest.approx(largest)
    rng = np.random.default_rng(seed)
    others = rng.normal(division, 3, (2000, 3))
    others[:, 2] = values[-1] - others[:, :2].sum(axis=1)
    assert (excesses(values, others)[:, 1:-1].max(axis=1) >= largest - 1e-9).all()


def test_excesses_by_hand():
    np.testing.assert_allclose(
        excesses(GLOVES, np.array([0.5, 0.5, 0.0])), [0, -0.5, -0.5, 0, 0, 0.5, -0.5, 0], rtol=0, atol=1e-15
    )


def test_a_convex_game_has_its_shapley_value_in_the_core():
    members = coalitions(5)
    values = members.sum(axis=1) ** 2.0
    assert excesses(values, shapley(values)).max() <= 1e-9
    assert least_core(values)[0] < 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: coalitions(0), f"there are 0 players; expected 1 to {MOST}"),
        (lambda: coalitions(MOST + 1), f"there are {MOST + 1} players; expected 1 to {MOST}"),
        (lambda: shapley(np.zeros(6)), "there are 6 values; expected one for each coalition"),
        (lambda: least_core(np.zeros(2)), "there is 1 player; a core needs 2 or more"),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()
