"""The array functions of dynamic GMM: against loops, numerical derivatives and what must not matter."""

from dataclasses import replace

import numpy as np
import pytest
from dynamic_oracle import dynamic_data, dynamic_model

from bri_eval.econometrics.dynamic_panel import read_dynamic
from bri_eval.econometrics.gmm import Stack, criterion, inverse, moment_test, one_step, two_steps

STACKS = {
    kind: read_dynamic(dynamic_model(kind=kind, gmm_style=["x"]), dynamic_data(5)).stack
    for kind in ("difference", "system")
}
both = pytest.mark.parametrize("stack", STACKS.values(), ids=STACKS)


def second_slopes(stack: Stack, slopes: np.ndarray) -> np.ndarray:
    """Slopes of two steps of which the weights come from given first-step slopes."""
    residuals = stack.y - stack.x @ slopes
    moments = 0.0
    for unit in np.unique(stack.units):
        score = stack.z[stack.units == unit].T @ residuals[stack.units == unit]
        moments = moments + np.outer(score, score)
    w = np.linalg.inv(moments)
    cross = stack.z.T @ stack.x
    return np.linalg.solve(cross.T @ w @ cross, cross.T @ w @ stack.z.T @ stack.y)


@both
def test_correction_of_windmeijer_by_numerical_derivatives(stack):
    """The covariance of b2(b1) to first order: (I + ...) replaced by central differences of b2 in b1."""
    first = one_step(stack)
    second = two_steps(stack, first)
    np.testing.assert_allclose(second_slopes(stack, first.slopes), second.slopes, rtol=1e-7)
    k = len(first.slopes)
    derivative = np.empty((k, k))
    for number in range(k):
        step = np.zeros(k)
        step[number] = 1e-5 * max(1.0, abs(first.slopes[number]))
        change = second_slopes(stack, first.slopes + step) - second_slopes(stack, first.slopes - step)
        derivative[:, number] = change / (2 * step[number])
    cross, moments = stack.z.T @ stack.x, first.scores.T @ first.scores
    classical = np.linalg.inv(cross.T @ np.linalg.inv(moments) @ cross)
    expected = classical + derivative @ classical + classical @ derivative.T
    expected = expected + derivative @ first.covariance @ derivative.T
    np.testing.assert_allclose(second.covariance, expected, rtol=1e-4, atol=1e-6 * np.abs(expected).max())
    assert np.linalg.eigvalsh(second.covariance)[0] > 0


@both
def test_linear_combinations_of_instruments_change_nothing(stack):
    turned = replace(stack, z=stack.z @ np.random.default_rng(1).normal(size=(stack.z.shape[1],) * 2))
    first, other = one_step(stack), one_step(turned)
    np.testing.assert_allclose(other.slopes, first.slopes, rtol=1e-7)
    second, moved = two_steps(stack, first), two_steps(turned, other)
    np.testing.assert_allclose(moved.slopes, second.slopes, rtol=1e-6)
    np.testing.assert_allclose(moved.covariance, second.covariance, rtol=1e-5, atol=1e-8)
    assert criterion(moved) == pytest.approx(criterion(second), rel=1e-6)
    assert moment_test(turned, moved, 2) == pytest.approx(moment_test(stack, second, 2), rel=1e-5)


@both
def test_the_second_step_minimises_its_criterion(stack):
    second = two_steps(stack, one_step(stack))
    moments = stack.z.T @ (stack.y - stack.x @ second.slopes)
    np.testing.assert_allclose(stack.x.T @ stack.z @ second.weights @ moments, 0, atol=1e-6 * np.abs(moments).max())
    assert criterion(second) == pytest.approx(moments @ second.weights @ moments, rel=1e-9)


def test_as_many_instruments_as_coefficients_are_instrumental_variables():
    stack = STACKS["difference"]
    exact = replace(stack, z=stack.z[:, [0, *range(stack.z.shape[1] - stack.x.shape[1] + 1, stack.z.shape[1])]])
    expected = np.linalg.solve(exact.z.T @ exact.x, exact.z.T @ exact.y)
    first = one_step(exact)
    np.testing.assert_allclose(first.slopes, expected, rtol=1e-7)
    second = two_steps(exact, first)
    np.testing.assert_allclose(second.slopes, expected, rtol=1e-7)
    np.testing.assert_allclose(second.covariance, first.covariance, rtol=1e-6)  # nothing to correct
    assert criterion(second) == pytest.approx(0, abs=1e-15)


def test_no_pair_of_residuals_gives_no_test():
    stack = STACKS["difference"]
    assert np.isnan(moment_test(stack, two_steps(stack, one_step(stack)), stack.errors.shape[1] - 1))


def test_inverse_does_not_depend_on_units_and_refuses_singular_matrices():
    root = np.random.default_rng(3).normal(size=(4, 4))
    units = np.array([1e-9, 1.0, 1e6, 1e12])
    matrix = root @ root.T * np.outer(units, units)
    product = inverse(matrix) @ matrix * units[None, :] ** -1 * units[:, None]
    np.testing.assert_allclose(product, np.eye(4), atol=1e-9)
    for singular in (np.ones((2, 2)), np.diag([1.0, 0.0])):
        with pytest.raises(np.linalg.LinAlgError, match="singular"):
            inverse(singular)
    noise = np.diag([1.0, 1e-32])
    assert inverse(noise)[1, 1] == pytest.approx(1e32)
    with pytest.raises(np.linalg.LinAlgError, match="singular"):
        inverse(noise, np.ones(2))
