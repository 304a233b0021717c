"""Separated rows against a linear programme on all dummies, repeated until nothing is found."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from bri_eval.checks import InputError
from bri_eval.econometrics.separation import concentrated, informative
from bri_eval.econometrics.specs import ModelSpec


def declare(effects, regressors=("x",)):
    return ModelSpec(name="m", outcome="y", regressors=regressors, effects=effects, estimator="ppml")


def sparse(seed, regressor, zeros=0.8, shape=(8, 6)):
    """A small panel with gaps and few positive outcomes."""
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product([range(shape[0]), range(2000, 2000 + shape[1])], names=["economy", "year"])
    data = pd.DataFrame({"y": rng.uniform(size=len(index)) * (rng.uniform(size=len(index)) > zeros)}, index=index)
    data["x"] = rng.integers(0, 2, len(index)).astype(float) if regressor == "binary" else rng.normal(size=len(index))
    return data[rng.uniform(size=len(index)) > 0.2]


def columns(rows, effects, regressors=("x",)):
    """Regressors, intercept and all dummies."""
    labels = [rows.index.get_level_values(effect) for effect in effects]
    parts = [pd.get_dummies(label, dtype=float).set_axis(rows.index) for label in labels]
    return pd.concat([rows[list(regressors)], pd.Series(1.0, index=rows.index), *parts], axis=1).to_numpy()


def separated(rows, effects):
    """Find separated rows by a linear programme on the whole design."""
    x, zero = columns(rows, effects), (rows["y"] == 0).to_numpy()
    best = linprog(
        -x[zero].sum(axis=0),
        A_ub=np.vstack([x[zero], -x[zero]]),
        b_ub=np.repeat([1.0, 0.0], zero.sum()),
        A_eq=x[~zero],
        b_eq=np.zeros((~zero).sum()),
        bounds=(None, None),
    )
    found = np.zeros(len(rows), dtype=bool)
    found[zero] = x[zero] @ best.x > 1e-6
    return found


def alone(rows, effects):
    return np.any([~rows.index.get_level_values(effect).duplicated(keep=False) for effect in effects], axis=0)


def by_brute_force(rows, effects):
    """Leave out separated rows and singletons until none is left; None if x then has no coefficient."""
    while (rows["y"] > 0).any() and (bad := separated(rows, effects) | alone(rows, effects)).any():
        rows = rows[~bad]
    ranks = [np.linalg.matrix_rank(columns(rows, effects, names)) if len(rows) else 0 for names in (["x"], [])]
    return set(rows.index) if ranks[0] > ranks[1] and (rows["y"] > 0).any() else None


@pytest.mark.parametrize("effects", [("economy",), ("year",), ("economy", "year")], ids="-".join)
@pytest.mark.parametrize("regressor", ["continuous", "binary"])
def test_what_is_left_equals_brute_force_on_the_whole_design(regressor, effects):
    """The panels are so sparse that many have separated rows, and many a regressor that separates."""
    refused = 0
    for seed in range(12):
        data = sparse(seed, regressor)
        expected = by_brute_force(data, effects)
        if expected is None:
            with pytest.raises(InputError, match=r"regressors 'x'.*separate|do not vary|every row is fitted exactly"):
                informative(declare(effects), data)
        else:
            left = informative(declare(effects), data)
            assert set(left.rows.index) == expected
            assert len(data) == len(expected) + left.singletons + left.separated
        refused += expected is None
    assert refused < 12


def test_combinations_of_effects_separate_rows_beyond_economies_and_years_without_a_positive_outcome():
    """A and B are seen in 2010-11, C and D in 2010-13 but positive from 2012; nothing else links the two pairs."""
    index = pd.MultiIndex.from_product([list("ABCD"), range(2010, 2014)], names=["economy", "year"])
    rows = pd.DataFrame({"y": np.arange(1.0, 17), "x": np.random.default_rng(0).normal(size=16)}, index=index)
    zeros = [(economy, year) for economy in "CD" for year in (2010, 2011)]
    rows.loc[zeros, "y"] = 0.0
    left = informative(declare(("economy", "year")), rows.drop([(e, year) for e in "AB" for year in (2012, 2013)]))
    assert left.separated == 4
    assert not set(zeros) & set(left.rows.index)
    assert len(informative(declare(("economy", "year")), rows).rows) == 16  # A and B in 2012-13 settle the effects


def test_regressor_that_is_one_only_where_the_outcome_is_zero():
    index = pd.MultiIndex.from_product([list("ABC"), range(2010, 2014)], names=["economy", "year"])
    rows = pd.DataFrame({"y": [0.0, 1, 2, 3] * 3, "x": range(12)}, index=index, dtype=float).assign(war=0.0)
    rows.loc[("B", 2010), "war"] = 1.0
    message = (
        r"model 'm': regressors 'war', with the effects and those before them, separate 1 rows with outcome 0, "
        "first B 2010, from the positive ones: they have no finite coefficients; leave these regressors out"
    )
    for effects in ((), ("economy",)):
        with pytest.raises(InputError, match=message):
            informative(declare(effects, ("x", "war")), rows)
    rows.loc[("C", 2011), "war"] = 1.0
    assert len(informative(declare(("economy",), ("x", "war")), rows).rows) == 12


def test_regressor_that_effects_absorb():
    index = pd.MultiIndex.from_product([list("ABC"), range(2010, 2014)], names=["economy", "year"])
    rows = pd.DataFrame({"y": 1.0, "x": np.repeat([1.0, 2.0, 5.0], 4)}, index=index)
    with pytest.raises(InputError, match="'x' do not vary once economy effects are removed in the 12 rows"):
        informative(declare(("economy",)), rows)
    with pytest.raises(InputError, match="'x' do not vary in the 12 rows"):
        informative(declare(()), rows.assign(x=3.0))


def test_nothing_left():
    index = pd.MultiIndex.from_product([list("AB"), [2010, 2011]], names=["economy", "year"])
    rows = pd.DataFrame({"y": [0.0, 0, 0, 1], "x": [1.0, 2, 3, 5]}, index=index)
    with pytest.raises(InputError, match="every row is fitted exactly by its economy or year effect"):
        informative(declare(("economy", "year")), rows)


def test_the_effect_that_is_concentrated_out():
    index = pd.MultiIndex.from_tuples([("B", 2010), ("A", 2011), ("B", 2011)], names=["economy", "year"])
    expected = {(): [0, 0, 0], ("economy",): [1, 0, 1], ("year",): [0, 1, 1], ("economy", "year"): [1, 0, 1]}
    for effects, codes in expected.items():
        assert concentrated(declare(effects), index).tolist() == codes
