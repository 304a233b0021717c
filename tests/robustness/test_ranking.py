"""Ranks of many rows: the same as one row at a time, on tables made to break them; counts by brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bri_eval.aggregate import rank_scores
from bri_eval.checks import InputError
from bri_eval.robustness.ranking import SLICE, count_better, count_ranks, rank_draws

ULP = 2.0**-52


def agree(scores):
    scores = np.ascontiguousarray(scores, dtype=float)
    ranks = rank_draws(scores)
    np.testing.assert_array_equal(ranks.T, rank_scores(scores))
    return ranks


@pytest.mark.parametrize("n", [1, 2, 3, 64, 65, 255, 256, 300])
@pytest.mark.parametrize("shift", [0.0, -0.5, -3.0])
def test_ranks_are_those_of_one_row_at_a_time(n, shift):
    scores = np.random.default_rng(n).random((50, n)) + shift
    ranks = agree(scores)
    assert ranks.dtype == (np.uint8 if n < 256 else np.uint16)
    assert agree(np.round(scores, 2)).min() == 1  # many ties


@pytest.mark.parametrize("base", [1.0, 0.3, 9.999999999999, 1e-3, 1e-13, 1e-200, 5e-324, 1e200, -1.0, -9.99, -1e-12])
@pytest.mark.parametrize("gap", [ULP, 1e-14, 4e-13, 1e-12, 5e-12, 1e-11, 3e-11, 1e-10])
def test_near_ties_at_the_twelfth_digit(base, gap):
    """Steps of a gap around a base, so that neighbours fall on both sides of the rounding of the tie rule."""
    rng = np.random.default_rng(0)
    steps = np.arange(-8, 9) * rng.choice([0.5, 1.0, 1.3], (200, 1))
    scores = base * (1 + gap * steps)
    agree(rng.permuted(scores, axis=1))
    agree(np.concatenate([scores, rng.random((200, 5)) * base], axis=1))


@pytest.mark.parametrize("around", [0.0, 1e-14, 9.99e-15, 1e-13])
def test_zero_and_what_counts_as_zero(around):
    rng = np.random.default_rng(1)
    table = rng.choice([0.0, -0.0, around, -around, 5e-324, -5e-324, 1e-15, 2e-14, 1e-12, -1e-12, 0.4], (500, 9))
    agree(table)


def test_both_signs_and_all_magnitudes():
    rng = np.random.default_rng(2)
    agree(rng.normal(size=(300, 40)) * 10.0 ** rng.integers(-300, 300, (300, 40)))
    agree(np.array([[1e308, -1e308], [-1e308, 1e308], [2.0, -2.0], [-0.0, 0.0], [1.0, 1.0]]))


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, width=64), min_size=2, max_size=12))
def test_any_numbers(row):
    agree(np.array([row, row[::-1], sorted(row)]))


def test_more_rows_than_are_sorted_at_a_time():
    scores = np.round(np.random.default_rng(3).random((SLICE + 5, 7)), 1)
    agree(scores)
    agree(scores[:0])


def test_very_many_alternatives_whose_positions_need_many_bits():
    scores = 1 + 1e-11 * np.arange(40_000.0)
    agree(scores[None])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_refused(bad):
    scores = np.random.default_rng(0).random((4, 3))
    scores[2, 1] = bad
    with pytest.raises(
        InputError, match=r"the score of alternative number 2 is .*, no number; leave out the normaliser"
    ):
        rank_draws(scores)


@pytest.mark.parametrize("ties", [False, True])
def test_counts_are_those_of_a_loop(ties):
    scores = np.random.default_rng(4).random((400, 9))
    ranks = rank_draws(np.ascontiguousarray(np.round(scores, 1) if ties else scores))
    assert (np.sort(ranks, axis=0) != np.arange(1, 10)[:, None]).any() == ties
    better = np.array([[sum(a < b for a, b in zip(one, other, strict=True)) for other in ranks] for one in ranks])
    np.testing.assert_array_equal(count_better(ranks), better)
    places = [[sum(rank == place for rank in row) for place in range(1, 10)] for row in ranks]
    np.testing.assert_array_equal(count_ranks(ranks), places)
    assert (count_ranks(ranks).sum(axis=1) == 400).all()
