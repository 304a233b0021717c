"""Counts of a chunk against a loop over its draws; chunks that add up, whoever counts them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from small_study import PLAIN, SHARED, WHOLE, space_of

import bri_eval as be
from bri_eval.aggregate import rank_scores
from bri_eval.robustness import tally as module
from bri_eval.robustness.noise import CellError, Noise
from bri_eval.robustness.tally import CHUNK, add, tally_chunks


@pytest.fixture(scope="module")
def space():
    levels = {"weighter": ["ahp", "equal", "ahp_entropy"], "aggregator": ["topsis", "promethee"], "scope": ["pooled"]}
    noise = Noise(weights="dirichlet", judgements=0.3)
    return space_of(be.Recipe(normaliser="rank"), levels, noise, panel=WHOLE, framework=PLAIN)


def same(one, other):
    for first, second in zip(one, other, strict=True):
        np.testing.assert_array_equal(first, second)


def test_counts_are_those_of_a_loop_over_the_draws(space, monkeypatch):
    seen = []

    def recorded(*given):
        seen.append((given[1], score_draws(*given)))
        return seen[-1][1]

    score_draws = module.score_draws
    monkeypatch.setattr(module, "score_draws", recorded)
    found = tally_chunks(space, 3, range(1), 700)
    ((recipes, out),) = seen
    n, ranks = 12, rank_scores(out.scores).astype(int)
    places, better = np.zeros((n, n), dtype=int), np.zeros((n, n), dtype=int)
    sums, shifts, used = np.zeros((6, n), dtype=int), np.zeros((6, n), dtype=int), np.zeros(6, dtype=int)
    for recipe, row in zip(recipes, ranks, strict=True):
        levels = [space.levels[recipe, 0], 3 + space.levels[recipe, 1], 5]
        for one in range(n):
            places[one, row[one] - 1] += 1
            better[one] += row[one] < row
        sums[levels] += row
        shifts[levels] += np.abs(row - space.baseline.astype(int))
        used[levels] += 1
    for name, expected in {"places": places, "better": better, "ranks": sums, "shifts": shifts, "used": used}.items():
        np.testing.assert_array_equal(getattr(found, name), expected, err_msg=name)
    assert found.draws == 700 == used[:3].sum() == used[5]
    for node, counts in enumerate(found.ratios):
        ratios = out.ratios[:, node][~np.isnan(out.ratios[:, node])]
        assert counts.sum() == len(ratios) > 0
        below = [((ratios >= step / 100) & (ratios < (step + 1) / 100)).sum() for step in range(100)]
        np.testing.assert_array_equal(counts, [*below, (ratios >= 1).sum()])


def test_chunks_add_up_whoever_counts_them(space, monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 64)
    whole = tally_chunks(space, 3, range(4), 250)
    parts = [tally_chunks(space, 3, range(number, number + 1), 250) for number in range(4)]
    assert [part.draws for part in parts] == [64, 64, 64, 58]
    same(whole, add(add(parts[3], parts[1]), add(parts[0], parts[2])))
    assert whole.draws == 250
    assert (parts[0].places != parts[1].places).any()


def test_a_seed_gives_the_same_counts_again(space):
    same(tally_chunks(space, 7, range(1), 100), tally_chunks(space, 7, range(1), 100))
    assert (tally_chunks(space, 7, range(1), 100).places != tally_chunks(space, 8, range(1), 100).places).any()


def test_a_seed_keeps_giving_these_counts():
    """Frozen on purpose: a change here changes every published interval of every study with the same seed."""
    x = np.array([[1.0, 0.0], [0.0, 1.0], [0.6, 0.6]])
    recipes = [be.Recipe(aggregator="arithmetic"), be.Recipe(aggregator="topsis")]
    cloud = be.uncertainty_matrix(
        x, {0: "benefit", 1: "benefit"}, recipes, noise=Noise(weights="dirichlet"), n=100, seed=1
    )
    assert CHUNK == 16_384
    assert cloud.tally.places.tolist() == [[35, 15, 50], [40, 10, 50], [25, 75, 0]]


def test_numbers_are_whole_so_that_sums_do_not_depend_on_their_order(space):
    found = tally_chunks(space, 1, range(1), 10)
    assert all(np.asarray(part).dtype.kind == "i" for part in found)


def test_without_judged_nodes_there_are_no_ratios():
    space = space_of(noise=Noise(weights="dirichlet"), panel=WHOLE, framework=PLAIN)
    found = tally_chunks(space, 1, range(1), 10)
    assert found.ratios.shape == (0, 101)
    assert found.ranks.shape == (0, 12)
    assert found.used.shape == (0,)


# ties -----------------------------------------------------------------------------------------------------------------


def test_identical_economies_are_tied_in_every_draw():
    """Three of them, under methods with and without a form of their own, on tables with noise elsewhere."""
    panel = WHOLE.copy()
    for economy in ("C", "K"):
        panel.loc[economy] = panel.loc["E"].to_numpy()
    levels = {
        "aggregator": ["arithmetic", "topsis", "power", "vikor", "grey", "promethee", "rank_sum_ratio"],
        "normaliser": ["minmax", "rank", "zscore"],
    }
    recipes = be.choices(be.Recipe(range=(1, 10), centre=100, spread=10), levels)
    errors = (CellError(indicators=("road",), standard_errors=SHARED[0].standard_errors.drop(["C", "E", "K"])),)
    for noise in (Noise(weights="dirichlet"), Noise(weights="dirichlet", cells=errors)):
        cloud = be.uncertainty(panel, PLAIN, recipes, noise=noise, n=4000)
        assert (cloud.dominance.loc[["C", "E", "K"], ["C", "E", "K"]] == 0).all(axis=None)
        assert (cloud.tally.places[[2, 10]] == cloud.tally.places[4]).all()


def test_equal_weights_on_ranks_tie_what_sums_to_the_same():
    """Borda counts: 1 + 3 = 3 + 1 = 2 + 2, and one below them, whatever the order in which they are added."""
    x = pd.DataFrame({"x": [1.0, 3.0, 2.0, 0.0], "y": [3.0, 1.0, 2.0, 0.0]}, index=list("ABCD"))
    recipes = be.choices(be.Recipe(), {"normaliser": ["borda", "rank"], "aggregator": ["arithmetic", "rank_sum_ratio"]})
    cloud = be.uncertainty_matrix(x, {"x": "benefit", "y": "benefit"}, recipes, n=300)
    assert cloud.table["best"].to_dict() == cloud.table["worst"].to_dict() == {"A": 1, "B": 1, "C": 1, "D": 4}
