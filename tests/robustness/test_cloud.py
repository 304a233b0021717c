"""Tables of a cloud against the ranks that it was counted from."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.robustness.cloud import RankCloud
from bri_eval.robustness.ranking import count_better, count_ranks, rank_draws
from bri_eval.robustness.tally import Tally

DRAWS, N = 357, 8
NAMES = pd.Index(list("ABCDEFGH"), name="economy")
FACTORS = {"method": ("x", "y"), "other": ("u", "v", "w")}
RNG = np.random.default_rng(0)
RANKS = rank_draws(np.round(RNG.normal(size=(DRAWS, N)) + np.linspace(1, 0, N), 1)).astype(int)
LEVELS = np.column_stack([RNG.integers(2, size=DRAWS), RNG.integers(3, size=DRAWS)])
RATIOS = np.array([[0.0, 0.08], [0.004, 0.12], [0.13, 1.5], [0.13, 0.1], [0.2, np.nan]])
BASELINE = np.array([2.0, 1, 3, 4, 5, 5, 7, 8])


def counts() -> Tally:
    """Count ranks of two factors, of two and three levels, and of two nodes."""
    of_level = [
        LEVELS[:, factor] == level for factor, names in enumerate(FACTORS.values()) for level in range(len(names))
    ]
    distance = np.abs(RANKS - BASELINE.astype(int)[:, None])
    steps = np.zeros((2, 101), dtype=int)
    for node, ratio in zip(np.tile([0, 1], len(RATIOS)), RATIOS.ravel(), strict=True):
        if ratio == ratio:
            steps[node, min(int(ratio * 100 + 1e-9), 100)] += 1
    return Tally(
        draws=DRAWS,
        places=count_ranks(RANKS),
        better=count_better(RANKS),
        ranks=np.stack([RANKS[:, rows].sum(axis=1) for rows in of_level]),
        shifts=np.stack([distance[:, rows].sum(axis=1) for rows in of_level]),
        used=np.array([rows.sum() for rows in of_level]),
        ratios=steps,
    )


def made(**changes) -> RankCloud:
    given = {
        "alternatives": NAMES, "baseline": BASELINE, "factors": FACTORS, "tally": counts(), "asked": DRAWS, "seed": 3,
        "inert": {}, "dropped": (), "nodes": ("goal", "soft"), "about": ("One recipe.", "No noise."),
    }  # fmt: skip
    return RankCloud(**{**given, **changes})


@pytest.fixture
def cloud() -> RankCloud:
    return made()


def test_percentiles_are_the_least_ranks_that_a_share_of_draws_does_not_exceed(cloud):
    """R: quantile(x, p, type = 1), which is numpy's inverted_cdf."""
    table = cloud.table.loc[NAMES]
    for name, share in {"lower": 0.05, "median": 0.5, "upper": 0.95}.items():
        expected = np.quantile(RANKS, share, axis=1, method="inverted_cdf")
        assert table[name].tolist() == expected.tolist()
    np.testing.assert_allclose(table["mean"], RANKS.mean(axis=1), rtol=1e-14)
    assert table["best"].tolist() == RANKS.min(axis=1).tolist()
    assert table["worst"].tolist() == RANKS.max(axis=1).tolist()
    assert table["baseline"].tolist() == BASELINE.tolist()


@pytest.mark.parametrize("draws", [20, 100, 40])
def test_a_percentile_that_falls_on_a_draw(draws):
    """Of 20 draws the 5th percentile is the first, of 100 the 95th is the 95th, in spite of 0.95 x 100 > 95."""
    ranks = np.tile(np.arange(1, draws + 1), (2, 1))
    tally = counts()._replace(draws=draws, places=count_ranks(np.concatenate([ranks] * (draws // 2))))
    found = made(alternatives=pd.RangeIndex(draws), baseline=np.arange(draws), tally=tally).table.iloc[0]
    assert found[["lower", "median", "upper"]].tolist() == [draws // 20, draws // 2, draws - draws // 20]


def test_the_table_is_in_the_order_of_the_median_then_of_the_mean(cloud):
    found = cloud.table[["median", "mean"]]
    assert found.index.tolist() != NAMES.tolist() or found["median"].is_monotonic_increasing
    pairs = list(found.itertuples(index=False, name=None))
    assert pairs == sorted(pairs)


def test_acceptability_is_a_share_of_draws(cloud):
    found = cloud.acceptability
    assert found.columns.tolist() == list(range(1, N + 1))
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-14)
    np.testing.assert_allclose(found.loc["C", 2], (RANKS[2] == 2).mean(), rtol=1e-14)
    for count in (1, 3, N):
        np.testing.assert_allclose(cloud.best(count), (count >= RANKS).mean(axis=1), rtol=1e-14)
    assert cloud.best(3).name == "best 3"


@pytest.mark.parametrize("count", [0, N + 1])
def test_a_leading_group_has_a_size(cloud, count):
    with pytest.raises(InputError, match=f"best {count}: expected a number from 1 to {N}"):
        cloud.best(count)


def test_what_dominance_and_its_mirror_lack_to_one_are_ties(cloud):
    found = cloud.dominance
    np.testing.assert_allclose(found.loc["B", "E"], (RANKS[1] < RANKS[4]).mean(), rtol=1e-14)
    ties = (RANKS[:, None] == RANKS[None]).mean(axis=-1)
    assert ties[1, 2] > 0
    np.testing.assert_allclose(found + found.T + ties, 1, rtol=1e-14)


def test_levels_are_means_over_their_draws(cloud):
    distance = np.abs(RANKS - BASELINE[:, None])
    assert cloud.shift == pytest.approx(distance.mean(), rel=1e-14)
    assert cloud.levels.index.names == ["factor", "level"]
    for factor, (name, levels) in enumerate(FACTORS.items()):
        for level, label in enumerate(levels):
            rows = LEVELS[:, factor] == level
            found = cloud.levels.loc[(name, label)]
            means = RANKS[:, rows].mean(axis=1)
            assert found["draws"] == rows.sum()
            assert found["shift"] == pytest.approx(distance[:, rows].mean(), rel=1e-14)
            assert found["shift_less_mean"] == pytest.approx(distance[:, rows].mean() - distance.mean(), abs=1e-14)
            assert found["moves"] == pytest.approx(np.abs(means - RANKS.mean(axis=1)).mean(), rel=1e-13)
            np.testing.assert_allclose(cloud.level_ranks.loc[(name, label)], means, rtol=1e-14)


def test_without_factors_there_are_no_levels():
    tally = counts()._replace(ranks=np.zeros((0, N), int), shifts=np.zeros((0, N), int), used=np.zeros(0, int))
    plain = made(factors={}, tally=tally)
    assert plain.levels.empty
    assert plain.level_ranks.empty
    assert plain.shift == pytest.approx(made().shift)


def test_a_level_that_was_never_drawn_has_no_mean_to_compare():
    tally = counts()
    tally.used[0] = 0
    tally.ranks[0] = tally.shifts[0] = 0
    found = made(tally=tally)
    assert found.levels.loc[("method", "x"), "draws"] == 0
    assert found.levels.loc[("method", "x"), ["shift", "shift_less_mean", "moves"]].isna().all()
    assert found.level_ranks.loc[("method", "x")].isna().all()
    assert found.levels.loc[("method", "y")].notna().all()


def test_consistency_of_the_draws(cloud):
    """Ratios 0 .004 .13 .13 .2 of the first node, and .08 .12 1.5 .1 of the second, on steps of .01."""
    assert cloud.consistency.index.tolist() == ["goal", "soft"]
    assert cloud.consistency["draws"].tolist() == [5, 4]
    assert cloud.consistency["median"].tolist() == [0.14, 0.11]
    assert cloud.consistency["inconsistent"].tolist() == pytest.approx([0.6, 0.75])


def test_a_matrix_that_is_consistent_by_itself():
    tally = counts()._replace(ratios=np.array([[9] + [0] * 100, [0] * 100 + [9]]))
    assert made(tally=tally).consistency["median"].tolist() == [0.01, 1.01]


def test_conventions_say_what_was_done():
    said = made().conventions
    assert said == (
        "Ranks over 357 draws, seed 3; intervals from the 5th to the 95th percentile. One recipe. No noise.",
        "Ranks: 1 is best; scores equal to 12 significant digits share the better rank.",
    )
    said = made(asked=100_000, inert={"imputer": "no gap", "screen: 0.5": "same"}, dropped=("SYR", "TKM")).conventions
    assert said[0].startswith("Ranks over 357 draws, seed 3 (stopped; 100,000 were asked for); intervals")
    assert said[1:3] == (
        "Without effect: imputer: no gap; screen: 0.5: same.",
        "Left out, since not every recipe ranks them: SYR, TKM.",
    )
