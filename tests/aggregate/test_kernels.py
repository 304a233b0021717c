"""Array functions: batches, the linear programme, the fuzzy grades."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from bri_eval.aggregate import kernels
from bri_eval.checks import bind

KERNELS = {
    name.removesuffix("_scores"): rule
    for name, rule in vars(kernels).items()
    if name.endswith("_scores") and not name.startswith("_")
}
PARAMETERS = {"range": (0.0, 10.0), "exponent": -2.0, "group_utility": 0.3, "distinguishing": 0.2, "grades": 3}

each_kernel = pytest.mark.parametrize("kernel", KERNELS)


@each_kernel
def test_batches_equal_the_loop(kernel):
    rng = np.random.default_rng(5)
    tables, weights = rng.uniform(1, 9, (2, 2, 6, 4)), rng.dirichlet(np.ones(4), (2, 2))
    rule = bind(KERNELS[kernel], PARAMETERS)
    found = rule(tables, weights)
    assert found.shape == (2, 2, 6)
    for place in np.ndindex(2, 2):
        np.testing.assert_allclose(found[place], rule(tables[place], weights[place]), rtol=0, atol=1e-12)


@each_kernel
def test_many_weights_on_one_table(kernel):
    rng = np.random.default_rng(6)
    table, weights = rng.uniform(1, 9, (6, 4)), rng.dirichlet(np.ones(4), 5)
    rule = bind(KERNELS[kernel], PARAMETERS)
    np.testing.assert_allclose(rule(table, weights), [rule(table, one) for one in weights], rtol=0, atol=1e-12)


@each_kernel
def test_parameters_that_a_kernel_names_matter(kernel):
    rng = np.random.default_rng(7)
    table, weights = rng.uniform(1, 9, (6, 4)), rng.dirichlet(np.ones(4))
    rule = bind(KERNELS[kernel], PARAMETERS)
    same = np.allclose(rule(table, weights), KERNELS[kernel](table, weights), rtol=0, atol=1e-9)
    assert same is (rule is KERNELS[kernel])


# benefit of the doubt


def best_by_brute_force(table: np.ndarray, row: int) -> float:
    """Try every corner of the weights that give no row more than 1, on two indicators."""
    n = len(table)
    walls, levels = np.vstack([table, np.eye(2)]), np.append(np.ones(n), np.zeros(2))
    best = 0.0
    for first, second in itertools.combinations(range(n + 2), 2):
        pair = walls[[first, second]]
        if abs(np.linalg.det(pair)) > 1e-12:
            weights = np.linalg.solve(pair, levels[[first, second]])
            if (weights >= -1e-12).all() and (table @ weights <= 1 + 1e-9).all():
                best = max(best, float(table[row] @ weights))
    return best


@pytest.mark.parametrize("seed", range(5))
def test_benefit_of_the_doubt_by_brute_force(seed):
    table = np.random.default_rng(seed).uniform(1, 9, (6, 2))
    found = kernels.benefit_of_the_doubt_scores(table, np.array([0.5, 0.5]))
    assert found.tolist() == pytest.approx([best_by_brute_force(table, row) for row in range(6)], abs=1e-9)
    assert found.max() == pytest.approx(1, abs=1e-9)
    assert (found <= 1 + 1e-9).all()


def test_benefit_of_the_doubt_of_one_indicator_is_the_share_of_the_best():
    found = kernels.benefit_of_the_doubt_scores(np.array([[2.0], [5.0], [8.0]]), np.ones(1))
    assert found.tolist() == pytest.approx([0.25, 0.625, 1], abs=1e-9)


def test_benefit_of_the_doubt_ignores_units_and_given_weights():
    rng = np.random.default_rng(1)
    table = rng.uniform(1, 9, (6, 3))
    found = kernels.benefit_of_the_doubt_scores(table, np.array([0.8, 0.1, 0.1]))
    again = kernels.benefit_of_the_doubt_scores(table * [100, 0.01, 7], np.full(3, 1 / 3))
    np.testing.assert_allclose(again, found, rtol=0, atol=1e-9)


# fuzzy grades


def fuzzy_by_hand(table: np.ndarray, weights: np.ndarray, grades: int) -> list[float]:
    unit = (table - table.min(axis=0)) / (table.max(axis=0) - table.min(axis=0))
    centres = [grade / (grades - 1) for grade in range(grades)]
    scores = []
    for row in unit:
        strength = [
            max(min(w, max(0, 1 - abs(value - centre) * (grades - 1))) for value, w in zip(row, weights, strict=True))
            for centre in centres
        ]
        scores.append(sum(s * c for s, c in zip(strength, centres, strict=True)) / sum(strength))
    return scores


@pytest.mark.parametrize("grades", [2, 3, 5, 9])
def test_fuzzy_by_hand(grades):
    rng = np.random.default_rng(grades)
    table, weights = rng.uniform(1, 9, (7, 4)), rng.dirichlet(np.ones(4))
    found = kernels.fuzzy_scores(table, weights, grades=grades)
    assert found.tolist() == pytest.approx(fuzzy_by_hand(table, weights, grades), abs=1e-12)


def test_fuzzy_of_the_best_and_the_worst_in_everything():
    found = kernels.fuzzy_scores(np.array([[3.0, 9.0], [1.0, 4.0], [2.0, 5.0]]), np.array([0.3, 0.7]))
    assert found[:2].tolist() == [1, 0]


# VIKOR's ends


def test_vikor_where_all_are_equally_far():
    s, r, q = kernels.vikor_parts(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0.5, 0.5]))
    assert (s.tolist(), r.tolist(), q.tolist()) == ([0.5, 0.5], [0.5, 0.5], [0, 0])
