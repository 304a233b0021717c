"""Array functions of quantile regression against brute force, copies of economies, and statsmodels."""

import itertools
import warnings

import numpy as np
import pytest

from bri_eval.econometrics.quantile_slopes import Rows, demean, location_scale, regression_quantile, shifted

LEVELS = np.array([0.1, 0.25, 0.5, 0.9])


def simulate(seed, economies=8, columns=2):
    """An unbalanced panel of columns of unequal size whose spread grows with the first."""
    rng = np.random.default_rng(seed)
    codes = np.repeat(np.arange(economies), rng.integers(2, 9, economies))
    x = rng.uniform(0, 2, size=(len(codes), columns)) * 10.0 ** np.arange(0, 4 * columns, 4)
    y = rng.normal(size=economies)[codes] + x[:, 0] + (1 + x[:, 0]) * rng.normal(size=len(codes))
    return Rows(y, x, codes)


def loss(residuals, level, weight=1.0):
    return (weight * residuals * (level - (residuals < 0))).sum()


def copies(rows, counts):
    """Return the panel with each economy as often as counted."""
    chosen = [np.flatnonzero(rows.codes == code) for code in np.repeat(np.arange(len(counts)), counts)]
    codes = np.repeat(np.arange(len(chosen)), [len(one) for one in chosen])
    joined = np.concatenate(chosen)
    return Rows(rows.y[joined], rows.x[joined], codes)


def test_location_and_scale_are_least_squares_with_dummies():
    rows = simulate(1)
    columns = np.hstack([rows.x, np.eye(8)[rows.codes]])
    location = np.linalg.lstsq(columns, rows.y)[0]
    residuals = rows.y - columns @ location
    scale = np.linalg.lstsq(columns, np.abs(residuals))[0]
    found = location_scale(rows, LEVELS, np.ones((1, 8)))
    np.testing.assert_allclose(found.location[0], location[:2], rtol=1e-9)
    np.testing.assert_allclose(found.scale[0], scale[:2], rtol=1e-9)
    np.testing.assert_allclose(found.sizes[:, 0], columns @ scale, rtol=1e-9)
    np.testing.assert_allclose(found.slopes[0], location[:2] + found.quantiles[0][:, None] * scale[:2], rtol=1e-9)


def test_quantiles_minimise_the_loss_also_where_sizes_are_negative():
    """The loss is convex and piecewise linear in q: its least value is at a kink residual/size."""
    negative = 0
    for seed in range(10):
        rng = np.random.default_rng(seed)
        rows, weights = simulate(seed), rng.integers(1, 4, (3, 8)).astype(float)
        found = location_scale(rows, LEVELS, weights)
        negative += (found.sizes < 0).any()
        for draw, (number, level) in itertools.product(range(3), enumerate(LEVELS)):
            e, size, weight = found.residuals[:, draw], found.sizes[:, draw], weights[draw, rows.codes]
            kinks = [loss(e - size * kink, level, weight) for kink in e / size]
            own = loss(e - size * found.quantiles[draw, number], level, weight)
            assert own <= min(kinks) + 1e-9 * abs(min(kinks))
    assert 0 < negative < 10


def test_weights_are_copies_of_economies():
    rows, counts = simulate(2), np.array([2, 0, 1, 3, 1, 0, 1, 0])
    found = location_scale(rows, LEVELS, np.vstack([np.ones(8), counts]))
    repeated = location_scale(copies(rows, counts), LEVELS, np.ones((1, 8)))
    np.testing.assert_allclose(found.slopes[1], repeated.slopes[0], rtol=1e-9)
    np.testing.assert_allclose(shifted(rows, 0.3, counts * 1.0)[0], shifted(copies(rows, counts), 0.3, np.ones(8))[0])


def test_many_replicates_equal_one_at_a_time():
    rows, weights = simulate(3), np.random.default_rng(3).multinomial(8, np.full(8, 1 / 8), 20)
    many = location_scale(rows, LEVELS, weights).slopes
    one = np.vstack([location_scale(rows, LEVELS, weight[None]).slopes for weight in weights])
    np.testing.assert_allclose(many, one, rtol=1e-9)


def test_replicates_without_variation_are_missing():
    rows = simulate(4)
    rows.x[rows.codes != 0, 1] = 7.0
    weights = np.ones((2, 8))
    weights[1, 0] = 0
    found = location_scale(rows, LEVELS, weights)
    assert not np.isnan(found.slopes[0]).any()
    assert np.isnan(found.slopes[1]).all()
    assert np.isnan(shifted(rows, 0.5, weights[1])[0]).all()


def test_quantiles_do_not_cross_where_the_scale_is_positive():
    found = location_scale(simulate(5, economies=60), np.linspace(0.05, 0.95, 19), np.ones((1, 60)))
    assert (np.diff(found.quantiles[0]) >= 0).all()


@pytest.mark.parametrize("level", LEVELS)
def test_regression_quantile_is_the_best_of_all_lines_through_two_points(level):
    for seed in range(5):
        rng = np.random.default_rng(seed)
        x, y = np.column_stack([np.ones(15), rng.normal(size=15) * 1e6]), rng.normal(size=15) * 1e-6
        weight = rng.integers(1, 4, 15).astype(float)
        lines = [np.linalg.solve(x[list(pair)], y[list(pair)]) for pair in itertools.combinations(range(15), 2)]
        least = min(lines, key=lambda line: loss(y - x @ line, level, weight))
        np.testing.assert_allclose(regression_quantile(y, x, level, weight), least, rtol=1e-8, atol=1e-14)


@pytest.mark.parametrize("level", LEVELS)
def test_second_step_equals_statsmodels_on_the_outcome_without_economy_effects(level):
    """statsmodels reweights until coefficients move by less than 1e-6 only, so that its loss is never below ours."""
    from statsmodels.regression.quantile_regression import QuantReg

    rows = simulate(6, economies=40, columns=1)
    dummies = np.eye(40)[rows.codes]
    within = np.linalg.lstsq(np.hstack([rows.x, dummies]), rows.y)[0]
    without = rows.y - dummies @ within[1:]
    columns = np.column_stack([np.ones(len(rows.y)), rows.x])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = QuantReg(without, columns).fit(q=level, p_tol=1e-10, max_iter=20_000).params
    ours, residuals = shifted(rows, level, np.ones(40))
    np.testing.assert_allclose(ours, theirs, atol=1e-5)
    np.testing.assert_allclose(residuals, without - columns @ ours, atol=1e-12)
    assert loss(residuals, level) <= loss(without - columns @ theirs, level) + 1e-10


def test_demean_removes_economy_means():
    codes = np.array([0, 0, 1, 1, 1])
    np.testing.assert_allclose(demean(np.array([[1.0], [3], [1], [2], [6]]), codes)[:, 0], [-1, 1, -2, -1, 3])


def test_nearly_collinear_columns_do_not_cost_digits():
    """The second column is the first but for 1e-4 of it: slopes still agree with those of difference and first."""
    rows, weights = simulate(7, columns=2), np.random.default_rng(7).integers(1, 3, (2, 8)).astype(float)
    x, difference = rows.x[:, 0], rows.x[:, 1] / 1e4
    near = location_scale(Rows(rows.y, np.column_stack([x, x + 1e-4 * difference]), rows.codes), LEVELS, weights)
    far = location_scale(Rows(rows.y, np.column_stack([x, difference]), rows.codes), LEVELS, weights)
    np.testing.assert_allclose(near.slopes.sum(axis=2), far.slopes[:, :, 0], rtol=1e-8)
    np.testing.assert_allclose(near.slopes[:, :, 1], far.slopes[:, :, 1] * 1e4, rtol=1e-8)
