"""Sums of squares of all splits against least squares with dummies, one candidate after the other."""

import numpy as np
import pytest

from bri_eval.econometrics import regimes
from bri_eval.econometrics.regimes import demean, residuals, search, sequence, split_ssr, with_split, without_split

SHAPE = (15, 6)


def simulate(seed, changing=1, common=2, rounded=None, outcomes=1):
    """Columns of very unequal size, two thresholds; q has ties if rounded."""
    rng = np.random.default_rng(seed)
    n = SHAPE[0] * SHAPE[1]
    q = rng.normal(size=n) if rounded is None else np.round(rng.normal(size=n), rounded)
    x = rng.normal(size=(n, changing)) * 10.0 ** np.arange(changing) + 3
    z = rng.normal(size=(n, common))
    effect = np.repeat(rng.normal(size=SHAPE[0]), SHAPE[1])[:, None]
    y = effect + z @ np.ones((common, 1)) + x[:, :1] * np.searchsorted([-0.5, 0.4], q)[:, None]
    return q, x, z, y + rng.normal(size=(n, outcomes))


def prepared(q, x, z, trim=0.1):
    found = search(q, x, SHAPE[1], trim)
    return found, without_split(found, demean(np.hstack([z, x]), SHAPE[1]))


def least_squares(q, x, z, y, gammas):
    """Return the sum of squares of y on explicit dummies, z, and x by regime."""
    regime = np.searchsorted(np.sort(gammas), q)
    parts = [np.repeat(np.eye(SHAPE[0]), SHAPE[1], axis=0), z]
    parts += [x * (regime == number)[:, None] for number in range(len(gammas) + 1)]
    columns = np.hstack(parts)
    lengths = np.linalg.norm(columns, axis=0)
    return ((y - columns @ (np.linalg.lstsq(columns / lengths, y)[0] / lengths[:, None])) ** 2).sum(axis=0)


@pytest.mark.parametrize(("changing", "rounded"), [(1, None), (2, None), (1, 1), (3, 1)])
def test_every_split_equals_least_squares_with_dummies(changing, rounded):
    q, x, z, y = simulate(1, changing, rounded=rounded, outcomes=3)
    found, base = prepared(q, x, z)
    ssr = split_ssr(found, base, residuals(base, demean(y, SHAPE[1])))
    expected = np.array([least_squares(q, x, z, y, [gamma]) for gamma in found.values])
    np.testing.assert_allclose(ssr, expected, rtol=1e-10)


@pytest.mark.parametrize("rounded", [None, 1])
def test_every_second_split_equals_least_squares_with_dummies(rounded):
    q, x, z, y = simulate(2, 2, rounded=rounded)
    found, base = prepared(q, x, z)
    first = len(found.values) // 3
    base = with_split(found, base, first)
    ssr = split_ssr(found, base, residuals(base, demean(y, SHAPE[1])))[:, 0]
    for gamma, one in zip(found.values, ssr, strict=True):
        low, high = sorted((gamma, found.values[first]))
        between = ((q > low) & (q <= high)).sum()
        if between < 0.1 * len(q):
            assert np.isinf(one)
        else:
            assert one == pytest.approx(least_squares(q, x, z, y, [low, high])[0], rel=1e-10)
    assert np.isfinite(ssr).sum() > 10


@pytest.mark.parametrize("trim", [0.01, 0.05, 0.1, 0.3, 0.45])
def test_candidates_are_the_distinct_values_between_type_1_quantiles(trim):
    q = simulate(3, rounded=1)[0]
    low, high = np.quantile(q, [trim, 1 - trim], method="inverted_cdf")
    found = search(q, np.ones((len(q), 1)), SHAPE[1], trim)
    np.testing.assert_array_equal(found.values, [value for value in np.unique(q) if low <= value <= high])
    np.testing.assert_array_equal(found.below, [(q <= value).sum() for value in found.values])


def test_rounding_of_the_trim_does_not_cost_a_row():
    """0.01 * 700 is 7.000000000000001: the lowest candidate is still the seventh value."""
    assert search(np.arange(700.0), np.ones((700, 1)), 7, 0.01).values[0] == 6


def test_splits_one_after_the_other_equal_nested_loops(monkeypatch):
    monkeypatch.setattr(regimes, "CHUNK", 3)
    q, x, z, y = simulate(4, outcomes=7)
    found, base = prepared(q, x, z, trim=0.15)
    path = sequence(found, base, demean(y, SHAPE[1]), 2)
    for number in range(7):
        outcome = y[:, [number]]
        one = [least_squares(q, x, z, outcome, [gamma])[0] for gamma in found.values]
        first = found.values[int(np.argmin(one))]
        apart = [g for g in found.values if abs((q <= g).sum() - (q <= first).sum()) >= 0.15 * len(q)]
        two = [least_squares(q, x, z, outcome, [gamma, first])[0] for gamma in apart]
        expected = [least_squares(q, np.zeros((len(q), 0)), np.hstack([z, x]), outcome, [])[0], min(one), min(two)]
        np.testing.assert_allclose(path[:, number], expected, rtol=1e-10)
    assert len(np.unique(path[1])) == 7


def test_a_split_that_adds_nothing_is_no_candidate():
    """x is zero where q is low, so that the lower regime has no slope."""
    q, x, z, y = simulate(5)
    x = np.where(q[:, None] <= -0.5, 0.0, x)
    found, base = prepared(q, x, z)
    ssr = split_ssr(found, base, residuals(base, demean(y, SHAPE[1])))[:, 0]
    np.testing.assert_array_equal(np.isinf(ssr), found.values <= -0.5)


def test_where_nothing_splits_nothing_is_gained():
    q, x, z, y = simulate(6)
    q = np.where(q > q.min(), 1.0, 0.0)
    found, base = prepared(q, x, z, trim=0.2)
    path = sequence(found, base, demean(y, SHAPE[1]), 2)
    np.testing.assert_allclose(path[1:], path[:1].repeat(2, axis=0), rtol=0)


def test_demean_removes_economy_means():
    columns = np.arange(12.0).reshape(6, 2) ** 2
    centred = demean(columns, 3)
    np.testing.assert_allclose(centred.reshape(2, 3, 2).sum(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(np.diff(centred[:3], axis=0), np.diff(columns[:3], axis=0))
