"""Sobol' indices: the Ishigami function, closed forms, a dumber oracle, what resampling covers, what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import qmc

from bri_eval.checks import InputError
from bri_eval.robustness.sobol import (
    bootstrap_intervals,
    indices_of,
    intervals_of,
    sobol_design,
    sobol_indices,
    sobol_rows,
    sobol_sums,
)


def evaluated(function, n, d, seed=1):
    """Return the values at A, at B and at AB, as they come from the design."""
    return split(np.concatenate([function(points) for points in sobol_design(n, d, seed)]))


def split(values):
    return values[:, 0], values[:, -1], values[:, 1:-1]


def ishigami(points):
    x = (2 * points - 1) * np.pi
    first, second, third = np.moveaxis(x, -1, 0)
    return (np.sin(first) + 7 * np.sin(second) ** 2 + 0.1 * third**4 * np.sin(first))[..., None]


def by_hand(a, b, ab):
    """Sum the estimators' formulas output by output and factor by factor, over plain numbers."""
    n, d, outputs = ab.shape
    first, total = np.empty((d, outputs)), np.empty((d, outputs))
    for o in range(outputs):
        both = [*a[:, o], *b[:, o]]
        mean = sum(both) / (2 * n)
        variance = sum((y - mean) ** 2 for y in both) / (2 * n)
        centre = (sum(both) + sum(ab[:, :, o].ravel())) / (n * (d + 2))
        for j in range(d):
            first[j, o] = sum((b[r, o] - centre) * (ab[r, j, o] - a[r, o]) for r in range(n)) / n / variance
            total[j, o] = sum((a[r, o] - ab[r, j, o]) ** 2 for r in range(n)) / (2 * n) / variance
    return first, total


# design ---------------------------------------------------------------------------------------------------------------


def test_the_design_is_a_radial_one_on_a_scrambled_sequence():
    points = np.concatenate(list(sobol_design(64, 3, 5)))
    base = qmc.Sobol(6, scramble=True, seed=np.random.default_rng(5)).random(64) + 2.0**-31
    np.testing.assert_array_equal(points[:, 0], base[:, :3])
    np.testing.assert_array_equal(points[:, -1], base[:, 3:])
    for j in range(3):
        swapped = base[:, :3].copy()
        swapped[:, j] = base[:, 3 + j]
        np.testing.assert_array_equal(points[:, 1 + j], swapped)
    assert ((points > 0) & (points < 1)).all()


def test_every_half_of_every_column_holds_half_of_the_rows():
    points = np.concatenate(list(sobol_design(128, 4, 2)))
    assert ((points[:, 0] < 0.5).sum(axis=0) == 64).all()
    assert ((points[:, -1] < 0.5).sum(axis=0) == 64).all()


@pytest.mark.parametrize("block", [1, 7, 16, 1000])
def test_points_do_not_depend_on_blocks_nor_on_where_one_begins(block):
    whole = next(sobol_design(64, 2, 0))
    np.testing.assert_array_equal(np.concatenate(list(sobol_design(64, 2, 0, block=block))), whole)
    np.testing.assert_array_equal(sobol_rows(block % 64, 64, 2, 0), whole[block % 64 :])


def test_other_seeds_give_other_points():
    assert not np.allclose(next(sobol_design(8, 2, 0)), next(sobol_design(8, 2, 1)))


def test_a_number_of_rows_that_unbalances_the_sequence_is_told():
    with pytest.warns(UserWarning, match="n is 100, not a power of two; 64 or 128 keep"):
        points = list(sobol_design(100, 2, 1, block=30))
    assert [len(block) for block in points] == [30, 30, 30, 10]
    with pytest.raises(InputError, match="n = 1 base rows and d = 2 factors; expected n of 2 or more"):
        sobol_design(1, 2, 0)
    with pytest.raises(InputError, match="d of 1 or more"):
        sobol_design(4, 0, 0)


# indices --------------------------------------------------------------------------------------------------------------


def test_sobol_ishigami1990():
    """Analytic values; at n = 8192 the largest errors over seeds 0 to 19 are 0.012 (first) and 0.0008 (total)."""
    found = sobol_indices(*evaluated(ishigami, 8192, 3))
    np.testing.assert_allclose(found.first[:, 0], [0.313905, 0.442411, 0], atol=0.02)
    np.testing.assert_allclose(found.total[:, 0], [0.557589, 0.442411, 0.243684], atol=0.002)
    assert not found.constant.any()


def test_an_additive_function_has_the_shares_of_its_terms():
    """2 u + v + 0 w: variances 4/12 and 1/12, so 0.8, 0.2 and 0, first and total alike; the third has no effect."""
    found = sobol_indices(*evaluated(lambda p: p @ np.array([[2.0], [1.0], [0.0]]), 1024, 3))
    np.testing.assert_allclose(found.first[:, 0], [0.8, 0.2, 0], atol=2e-3)
    np.testing.assert_allclose(found.total[:, 0], [0.8, 0.2, 0], atol=2e-3)
    assert found.first[2, 0] == found.total[2, 0] == 0


def test_a_product_has_only_interaction():
    """(u - 1/2)(v - 1/2): no first-order effect, each factor in all of the variance; errors up to 0.003 at 20 seeds."""
    found = sobol_indices(*evaluated(lambda p: np.prod(p - 0.5, axis=-1)[..., None], 4096, 2))
    np.testing.assert_allclose(found.first[:, 0], 0, atol=0.005)
    np.testing.assert_allclose(found.total[:, 0], 1, atol=0.005)


def test_choices_between_methods_are_factors_too():
    """Levels 0, 1, 2 and 0, 1 of equal probability, added: variances 2/3 and 1/4, shares 8/11 and 3/11."""

    def chosen(points):
        return (np.floor(points[..., 0] * 3) + np.floor(points[..., 1] * 2))[..., None]

    found = sobol_indices(*evaluated(chosen, 2048, 2))
    np.testing.assert_allclose(found.first[:, 0], [8 / 11, 3 / 11], atol=0.01)
    np.testing.assert_allclose(found.total[:, 0], [8 / 11, 3 / 11], atol=0.01)


@pytest.fixture(scope="module")
def ranks():
    """Ranks of five alternatives under three factors that mix: 300 rows, drawn without a sequence."""
    rng = np.random.default_rng(4)
    base = rng.random((2, 300, 3))
    points = np.stack([base[0], *(np.where(np.arange(3) == j, base[1], base[0]) for j in range(3)), base[1]], axis=1)
    scores = (points - 0.5) @ rng.normal(size=(3, 5)) + points[..., :1] * points[..., 1:2] * rng.normal(size=5)
    return split(scores.argsort(axis=-1).argsort(axis=-1) + 1.0)


def test_indices_by_hand_over_several_outputs(ranks):
    found = sobol_indices(*ranks)
    first, total = by_hand(*ranks)
    np.testing.assert_allclose(found.first, first, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.total, total, rtol=0, atol=1e-12)


def test_indices_do_not_depend_on_origin_and_unit(ranks):
    """A level a million times the spread costs six of sixteen digits, no more."""
    found = sobol_indices(*(1e6 + 3 * values for values in ranks))
    np.testing.assert_allclose(found.total, sobol_indices(*ranks).total, atol=1e-8)
    np.testing.assert_allclose(found.first, sobol_indices(*ranks).first, atol=1e-8)


@pytest.mark.parametrize("level", [1.0, 0.1, 63.0, -1e9])
def test_an_output_that_never_moves_is_constant_and_its_indices_are_missing(level, ranks):
    a, b, ab = (np.concatenate([np.full((*values.shape[:-1], 1), level), values], axis=-1) for values in ranks)
    found = sobol_indices(a, b, ab)
    assert found.constant.tolist() == [True, *[False] * 5]
    assert np.isnan(found.first[:, 0]).all()
    assert np.isnan(found.total[:, 0]).all()
    np.testing.assert_allclose(found.total[:, 1:], sobol_indices(*ranks).total, atol=1e-12)
    intervals = bootstrap_intervals(a, b, ab, draws=20)
    assert np.isnan(intervals.total[:, :, 0]).all()
    assert intervals.draws.tolist() == [0, *[20] * 5]


def test_a_missing_value_leaves_the_other_outputs_alone(ranks):
    a, b, ab = (values.copy() for values in ranks)
    ab[7, 1, 2] = np.nan
    found = sobol_indices(a, b, ab)
    assert np.isnan(found.total).all(axis=0).tolist() == [False, False, True, False, False]
    kept = [0, 1, 3, 4]
    np.testing.assert_allclose(found.first[:, kept], sobol_indices(*ranks).first[:, kept], atol=1e-12)


# intervals ------------------------------------------------------------------------------------------------------------


def test_intervals_are_quantiles_of_indices_of_resampled_rows(ranks):
    """Two thousand resamples here, two thousand by indexing there: ends within 0.02, where widths are near 0.3."""
    found = bootstrap_intervals(*ranks, draws=2000, seed=3)
    rng = np.random.default_rng(8)
    again = [sobol_indices(*(values[rows] for values in ranks)) for rows in rng.integers(0, 300, (2000, 300))]
    for mine, index in ((found.first, "first"), (found.total, "total")):
        expected = np.quantile([getattr(one, index) for one in again], [0.025, 0.975], axis=0)
        np.testing.assert_allclose(mine, expected, atol=0.02)
    assert (found.total[0] < sobol_indices(*ranks).total).all()
    assert (found.total[1] > sobol_indices(*ranks).total).all()


def test_resamples_have_the_indices_of_their_rows(monkeypatch, ranks):
    """What a row is worth is its count: rows written out as often as they were drawn give the same number."""
    from bri_eval.robustness import sobol

    seen = []
    drawn = sobol._counts
    monkeypatch.setattr(sobol, "_counts", lambda *given: seen.append(drawn(*given)) or seen[-1])
    sums = sobol_sums([np.concatenate([ranks[0][:, None], ranks[2], ranks[1][:, None]], axis=1)], 300, draws=4, seed=6)
    counts = np.concatenate(seen, axis=1)
    assert [len(piece[0]) for piece in seen] == [256, 44]
    assert (counts.sum(axis=1) == 300).all()
    for draw, row_counts in enumerate(counts):
        rows = np.repeat(np.arange(300), row_counts)
        expected = sobol_indices(*(values[rows] for values in ranks))
        first, total, _ = sobol._ratios(sums.sums[1 + draw], 300)
        np.testing.assert_allclose(first, expected.first, atol=1e-12)
        np.testing.assert_allclose(total, expected.total, atol=1e-12)


def test_counts_are_multinomial_across_pieces():
    """Mean 1, variance 1 - 1/n and correlation -1/(n - 1) between rows of different pieces, over 20,000 resamples."""
    values = np.random.default_rng(0).random((300, 3, 1))
    rng, left, parts = np.random.default_rng(1), np.full(20_000, 300), []
    from bri_eval.robustness.sobol import _counts, _pieces

    for piece in _pieces([values]):
        parts.append(_counts(rng, left, len(piece), 300 - sum(part.shape[1] for part in parts)))
        left = left - parts[-1].sum(axis=1)
    counts = np.concatenate(parts, axis=1)
    assert (left == 0).all()
    np.testing.assert_allclose(counts.mean(axis=0), 1, atol=0.04)
    np.testing.assert_allclose(counts.var(axis=0), 1 - 1 / 300, atol=0.06)
    halves = counts[:, :256].sum(axis=1), counts[:, 256:].sum(axis=1)
    assert np.var(halves[0]) == pytest.approx(300 * 256 / 300 * 44 / 300, rel=0.05)
    assert np.corrcoef(*halves)[0, 1] == pytest.approx(-1)


def test_nine_in_ten_intervals_cover_where_rows_are_independent():
    """Nominal 0.9; of 3 x 150 intervals at n = 128 some 0.86 to 0.92 cover, three standard errors being 0.04."""
    weights = np.array([3.0, 2.0, 1.0])
    truth = weights**2 / (weights**2).sum()
    rng, covered = np.random.default_rng(2), []
    for seed in range(150):
        base = rng.random((2, 128, 3))
        points = [base[0], *(np.where(np.arange(3) == j, base[1], base[0]) for j in range(3)), base[1]]
        values = (np.stack(points, axis=1) @ weights)[..., None]
        ends = bootstrap_intervals(*split(values), draws=200, level=0.9, seed=seed).total[..., 0]
        covered.append((ends[0] <= truth) & (truth <= ends[1]))
    assert np.mean(covered) == pytest.approx(0.9, abs=0.05)


def test_a_rank_that_moves_once_counts_the_resamples_that_saw_it():
    """One row in 64 moves: a share of about 1/e of resamples misses it; what round-off leaves is no variance."""
    levels = np.random.default_rng(0).uniform(0, 9, 40)
    a, b, ab = np.tile(levels, (64, 1)), np.tile(levels, (64, 1)), np.tile(levels, (64, 2, 1))
    a[5], ab[5, 1] = a[5] + 0.7, ab[5, 1] + 0.7
    found = bootstrap_intervals(a, b, ab, draws=1000, seed=1)
    assert found.draws[0] == pytest.approx(1000 * (1 - np.exp(-1)), abs=50)
    assert (found.draws == found.draws[0]).all()
    assert np.isfinite(found.total).all()
    assert not sobol_indices(a, b, ab).constant.any()


# streams --------------------------------------------------------------------------------------------------------------


def test_blocks_of_whole_pieces_give_the_same_bits():
    def sums(block):
        return sobol_sums((ishigami(p) for p in sobol_design(2048, 3, 1, block=block)), 2048, draws=50, seed=9)

    one, other = sums(256), sums(2048)
    np.testing.assert_array_equal(one.sums, other.sums)
    np.testing.assert_array_equal(intervals_of(one).first, intervals_of(other).first)
    whole = evaluated(ishigami, 2048, 3)
    np.testing.assert_allclose(indices_of(one).total, sobol_indices(*whole).total, atol=1e-14)
    np.testing.assert_array_equal(intervals_of(one).total, bootstrap_intervals(*whole, draws=50, seed=9).total)


def test_blocks_of_any_size_give_the_same_indices():
    whole = sobol_indices(*evaluated(ishigami, 512, 3))
    for block in (1, 100, 511):
        found = indices_of(sobol_sums((ishigami(p) for p in sobol_design(512, 3, 1, block=block)), 512))
        np.testing.assert_allclose(found.first, whole.first, atol=1e-12)
        np.testing.assert_allclose(found.total, whole.total, atol=1e-12)


def test_values_are_not_written_into(ranks):
    copies = [values.copy() for values in ranks]
    bootstrap_intervals(*ranks, draws=5)
    for values, copy in zip(ranks, copies, strict=True):
        np.testing.assert_array_equal(values, copy)


def test_what_is_refused(ranks):
    values = np.ones((10, 4, 1))
    with pytest.raises(InputError, match="more than n = 15 base rows"):
        sobol_sums([values, values], 15)
    with pytest.raises(InputError, match="the blocks have 10 base rows; expected n = 15"):
        sobol_sums([values], 15)
    with pytest.raises(InputError, match=r"level is 95; expected a share between 0 and 1, such as 0\.95"):
        bootstrap_intervals(*ranks, draws=10, level=95)
    with pytest.raises(InputError, match="there are 0 resamples; draw 2 or more"):
        intervals_of(sobol_sums([values], 10))
