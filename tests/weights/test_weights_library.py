"""Weights of scikit-criteria behind our door: the same numbers, and what they refuse."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from skcriteria import mkdm
from skcriteria.preprocessing import weighters

from bri_eval.checks import InputError
from bri_eval.weights import weigh
from bri_eval.weights.library import LIBRARY, METHODS


def random_matrix(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    values = rng.uniform(1, 100, (rng.integers(3, 15), rng.integers(5, 8)))
    return pd.DataFrame(values, columns=list("abcdefg")[: values.shape[1]])


def prior_of(matrix: pd.DataFrame) -> pd.Series:
    return pd.Series(np.random.default_rng(len(matrix)).dirichlet(np.ones(matrix.shape[1])), index=matrix.columns)


def test_every_method_has_a_name():
    assert set(LIBRARY) == set(METHODS)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("weighter", "maker"), METHODS.items())
def test_the_same_as_a_direct_call(weighter, maker, seed):
    matrix = random_matrix(seed)
    prior = prior_of(matrix)
    decision = mkdm(matrix.to_numpy(), [1] * matrix.shape[1], weights=prior.to_numpy())
    oracle = getattr(weighters, maker)().transform(decision).weights
    np.testing.assert_allclose(weigh(matrix, weighter, prior), oracle / oracle.sum(), rtol=0, atol=1e-12)


def test_merec_by_hand():
    matrix = np.array([[2.0, 3.0], [4.0, 1.0], [8.0, 9.0]])
    logs = np.abs(np.log(matrix.min(axis=0) / matrix))
    whole = np.log(1 + logs.mean(axis=1))
    effect = np.abs(np.log(1 + (logs.sum(axis=1)[:, None] - logs) / 2) - whole[:, None]).sum(axis=0)
    assert weigh(matrix, "merec").tolist() == pytest.approx(effect / effect.sum(), abs=1e-12)


def test_gini_by_hand():
    matrix = random_matrix(3)
    gaps = [np.abs(np.subtract.outer(column, column)).mean() / (2 * column.mean()) for column in matrix.to_numpy().T]
    assert weigh(matrix, "gini").tolist() == pytest.approx(np.array(gaps) / sum(gaps), abs=1e-12)


def test_rancom_ranks_the_prior_and_ignores_the_data():
    prior = pd.Series({"a": 0.35, "b": 0.2, "c": 0.25, "d": 0.15, "e": 0.05})
    matrix = pd.DataFrame(np.random.default_rng(0).uniform(1, 9, (5, 5)), columns=list("abcde"))
    assert weigh(matrix, "rancom", prior).tolist() == pytest.approx([0.36, 0.20, 0.28, 0.12, 0.04], abs=1e-15)
    tied = pd.Series({"a": 0.4, "b": 0.2, "c": 0.2, "d": 0.1, "e": 0.1})
    assert weigh(matrix**2, "rancom", tied).tolist() == pytest.approx([0.36, 0.24, 0.24, 0.08, 0.08], abs=1e-15)


def test_rancom_warns_below_five_criteria():
    matrix = pd.DataFrame(np.random.default_rng(0).uniform(1, 9, (5, 2)), columns=list("ab"))
    with pytest.warns(UserWarning, match="5 or more criteria"):
        found = weigh(matrix, "rancom", pd.Series({"a": 0.6, "b": 0.4}))
    assert found.to_dict() == {"a": 0.75, "b": 0.25}


@pytest.mark.parametrize("weighter", LIBRARY)
def test_batches_equal_the_loop(weighter):
    rng = np.random.default_rng(4)
    batch, priors = rng.uniform(1, 9, (2, 3, 6, 5)), rng.dirichlet(np.ones(5), (2, 3))
    before = batch.copy(), priors.copy()
    found = LIBRARY[weighter](batch, priors)
    assert found.shape == (2, 3, 5)
    for place in np.ndindex(2, 3):
        np.testing.assert_allclose(found[place], LIBRARY[weighter](batch[place], priors[place]), rtol=0, atol=1e-12)
    np.testing.assert_array_equal(batch, before[0])
    np.testing.assert_array_equal(priors, before[1])


@pytest.mark.parametrize(
    ("weighter", "cell", "needs"), [("merec", 0.0, "> 0"), ("merec", -2.0, "> 0"), ("gini", -2.0, ">= 0")]
)
def test_values_that_a_weighter_cannot_use(weighter, cell, needs):
    matrix = random_matrix(0)
    matrix.loc[1, "b"] = cell
    message = rf"weighter '{weighter}' needs values {needs}; indicator 'b' is {cell:g} for '1'; use normaliser 'minmax'"
    with pytest.raises(InputError, match=message):
        weigh(matrix, weighter)


def test_gini_takes_a_zero():
    matrix = random_matrix(0)
    matrix.loc[1, "b"] = 0.0
    assert weigh(matrix, "gini").sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("weighter", ["merec", "gini"])
def test_a_constant_indicator_is_refused(weighter):
    with pytest.raises(InputError, match="indicator 'b' is constant"):
        weigh(random_matrix(0).assign(b=4.0), weighter)
