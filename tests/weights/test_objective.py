"""Weights from the data: published cases, oracles, and what they must not depend on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pymcdm.weights
import pytest
from scipy.optimize import nnls
from skcriteria import mkdm
from skcriteria.preprocessing import weighters as skcriteria_weighters

import bri_eval as be
from bri_eval.checks import InputError
from bri_eval.framework import flat_framework
from bri_eval.weights.objective import OBJECTIVE, entropy_weights

HWANG_RAW = [0.0642, 0.2061, 0.0134, 0.0813, 0.3587, 0.2763]


def weights_of(matrix, directions, **choices) -> list[float]:
    return be.evaluate_matrix(matrix, directions, be.Recipe(weighter="entropy", **choices)).weights.tolist()


def random_matrix(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.uniform(1, 1000, (rng.integers(3, 30), rng.integers(2, 9)))


# entropy


def test_entropy_by_hand():
    shares = np.array([[1, 1], [2, 1], [3, 7]]) / [6, 9]
    gaps = 1 + (shares * np.log(shares)).sum(axis=0) / np.log(3)
    found = be.weights.entropy(pd.DataFrame({"a": [1.0, 2, 3], "b": [1.0, 1, 7]}))
    assert found.tolist() == pytest.approx(gaps / gaps.sum(), abs=1e-15)


def test_entropy_with_zero_by_hand():
    gaps = np.array([1 - np.log(2) / np.log(3), 1])
    found = be.weights.entropy([[0, 0], [1, 0], [1, 5]])
    assert found.tolist() == pytest.approx(gaps / gaps.sum(), abs=1e-15)


def test_entropy_raw_hwang1981(published):
    case = published("hwang1981")
    assert weights_of(case.matrix, case.directions, weigh_on="raw") == pytest.approx(HWANG_RAW, abs=5e-5)
    assert be.weights.entropy(case.matrix).tolist() == pytest.approx(HWANG_RAW, abs=5e-5)


def test_entropy_of_the_reciprocal_cost_hwang1981(published):
    case = published("hwang1981")
    inverted = case.matrix.assign(price=1 / case.matrix["price"])
    found = weights_of(inverted, dict.fromkeys(case.directions, "benefit"), weigh_on="raw")
    assert found == pytest.approx([0.0645, 0.2070, 0.0135, 0.0775, 0.3602, 0.2774], abs=5e-5)


def test_entropy_normalised_hwang1981(published):
    case = published("hwang1981")
    found = weights_of(case.matrix, case.directions)
    assert found == pytest.approx([0.1559, 0.1739, 0.1191, 0.1261, 0.1343, 0.2906], abs=5e-5)


@pytest.mark.parametrize("years", [1, 2, 5])
def test_pooled_entropy_of_identical_years_hwang1981(published, years):
    case = published("hwang1981")
    index = pd.MultiIndex.from_product([["AFG", "ALB", "ARE", "ARM"], range(2000, 2000 + years)])
    rows = np.repeat(case.matrix.to_numpy(), years, axis=0)
    panel = pd.DataFrame(rows, index=index.set_names(["economy", "year"]), columns=case.matrix.columns)
    recipe = be.Recipe(weighter="entropy", weigh_on="raw")
    found = be.evaluate(panel, flat_framework(tuple(case.directions.items())), recipe).weights
    np.testing.assert_allclose(found, be.weights.entropy(case.matrix), rtol=0, atol=1e-12)


def test_entropy_with_a_nearly_constant_column_xu2004(published):
    found = be.weights.entropy(published("xu2004").matrix)
    assert found.tolist() == pytest.approx([0.4630, 0.3992, 0.1378, 0.0000], abs=5e-5)
    assert found["d"] == pytest.approx(3.3e-6, abs=5e-8)


def test_entropy_lee2018(published):
    found = be.weights.entropy(published("lee2018").matrix)
    expected = [0.026, 0.154, 0.089, 0.199, 0.115, 0.040, 0.080, 0.123, 0.172, 0.002]
    assert found.tolist() == pytest.approx(expected, abs=5e-4)


def test_entropy_depends_on_a_shift_but_not_on_the_unit():
    matrix = random_matrix(0)
    plain = be.weights.entropy(matrix)
    units = np.random.default_rng(1).uniform(0.01, 100, matrix.shape[1])
    np.testing.assert_allclose(be.weights.entropy(matrix * units), plain, rtol=0, atol=1e-12)
    shift = 500.0 * (np.arange(matrix.shape[1]) == 0)
    assert (be.weights.entropy(matrix + shift) - plain).abs().max() > 0.01


def test_a_wrong_divisor_would_be_seen():
    matrix = random_matrix(2)
    shares = matrix / matrix.sum(axis=0)
    gaps = 1 + (shares * np.log(shares)).sum(axis=0) / np.log(2 * len(matrix))
    assert np.abs(gaps / gaps.sum() - entropy_weights(matrix)).max() > 1e-3


# CRITIC


def test_critic_diakoulaki1995(published):
    found = be.weights.critic(published("diakoulaki1995").matrix)
    assert found.tolist() == pytest.approx([0.20222554, 0.48090173, 0.31687273], abs=5e-9)


def test_critic_with_rank_correlations_diakoulaki1995(published):
    matrix = published("diakoulaki1995").matrix
    found = be.weights.weigh(matrix, "critic_spearman")
    assert found.tolist() == pytest.approx([0.21454645, 0.48985630, 0.29559726], abs=5e-9)
    unit = (matrix - matrix.min()) / (matrix.max() - matrix.min())
    contrast = unit.std() * (1 - matrix.corr(method="spearman")).sum()
    np.testing.assert_allclose(found, contrast / contrast.sum(), rtol=0, atol=1e-12)


def test_critic_does_not_depend_on_ddof_diakoulaki1995(published):
    matrix = published("diakoulaki1995").matrix
    unit = (matrix - matrix.min()) / (matrix.max() - matrix.min())
    contrast = unit.std(ddof=0) * (1 - unit.corr()).sum()
    np.testing.assert_allclose(be.weights.critic(matrix), contrast / contrast.sum(), rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    "matrix",
    [
        [[1, 2], [2, 4], [3, 6], [4, 8.0]],
        [[0.1, 0.3, 7], [0.2, 0.6, 14], [0.35, 1.05, 24.5], [4, 12, 280.0]],
    ],
)
def test_critic_of_indicators_that_all_agree_is_refused(matrix):
    with pytest.raises(InputError, match="correlat"):
        be.weights.critic(np.array(matrix))


# principal component


def related(seed: int, signs: tuple[int, ...] = (1, 1, 1, 1)) -> pd.DataFrame:
    """Draw indicators that share a cause, some of them against it."""
    rng = np.random.default_rng(seed)
    cause = rng.normal(size=(30, 1))
    return pd.DataFrame((cause + rng.normal(0, 0.6, (30, len(signs)))) * signs, columns=list("abcd")[: len(signs)])


@pytest.mark.parametrize("seed", range(5))
def test_pca_is_the_first_component_of_the_correlations(seed):
    matrix = related(seed)
    standard = (matrix - matrix.mean()) / matrix.std()
    loadings = np.abs(np.linalg.svd(standard.to_numpy())[2][0])
    np.testing.assert_allclose(be.weights.weigh(matrix, "pca"), loadings / loadings.sum(), rtol=0, atol=1e-12)


def test_pca_of_two_indicators_is_half_and_half():
    assert be.weights.weigh(related(0, (1, 1)), "pca").tolist() == pytest.approx([0.5, 0.5], abs=1e-12)


@pytest.mark.parametrize("weighter", ["pca", "ahp_pca", "ahp_pca_game", "ahp_pca_min_entropy"])
def test_pca_with_loadings_of_mixed_sign_is_refused(weighter):
    with pytest.raises(InputError, match=r"'pca' finds loadings of mixed sign .*negative: 'c'.*leave these out"):
        be.weights.weigh(related(1, (1, 1, -1, 1)), weighter)


def test_a_combination_does_not_hide_loadings_of_mixed_sign():
    with pytest.raises(InputError, match="'pca' finds loadings of mixed sign"):
        be.weights.weigh(related(1, (1, 1, -1, 1)), "ahp_pca", prior_share=0.9)


def test_pca_does_not_depend_on_unit_and_origin():
    matrix = related(2)
    np.testing.assert_allclose(
        be.weights.weigh(matrix * [1, 20, 0.3, 5] + [9, 0, 0, 100], "pca"), be.weights.weigh(matrix, "pca"), atol=1e-12
    )


# weights that balance the correlations


def importance(matrix: pd.DataFrame, weights: pd.Series) -> np.ndarray:
    return matrix.corrwith(matrix @ weights).to_numpy()


@pytest.mark.parametrize("seed", range(10))
def test_balanced_weights_give_equal_correlations(seed):
    matrix = related(seed) * [1, 20, 0.3, 5]
    closed = np.linalg.solve(matrix.corr(), np.ones(4)) / matrix.std()
    assert (closed > 0).all()
    found = be.weights.weigh(matrix, "correlation_balanced")
    np.testing.assert_allclose(found, closed / closed.sum(), rtol=0, atol=1e-9)
    assert np.ptp(importance(matrix, found)) < 1e-9


@pytest.mark.filterwarnings("ignore:weights >= 0 leave correlations")
def test_balanced_weights_are_nearly_balanced_where_that_would_need_a_negative_one():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 60))
    matrix = pd.DataFrame({"a": a, "b": b, "c": a + b + rng.normal(0, 0.1, 60)})
    assert np.linalg.solve(matrix.corr(), np.ones(3)).min() < 0
    found = be.weights.weigh(matrix, "correlation_balanced")
    assert (found >= 0).all()
    assert (found == 0).any()
    pull = matrix.corr().to_numpy() * matrix.std().to_numpy()
    best = nnls(pull, np.ones(3))[0]
    np.testing.assert_allclose(found, best / best.sum(), rtol=0, atol=1e-12)


# standard deviation and coefficient of variation


@pytest.mark.parametrize(
    ("weighter", "expected"),
    [("std", [1 / 11, 10 / 11]), ("cv", [5 / 7, 2 / 7])],
)
def test_spread_by_hand(weighter, expected):
    matrix = pd.DataFrame({"a": [1.0, 2, 3], "b": [40.0, 50, 60]})
    assert be.weights.weigh(matrix, weighter).tolist() == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize("seed", range(3))
def test_cv_of_standardised_values_is_refused(seed):
    directions = dict.fromkeys(range(3), "benefit")
    matrix = np.random.default_rng(seed).uniform(1, 9, (8, 3))
    with pytest.raises(InputError, match="mean"):
        be.evaluate_matrix(matrix, directions, be.Recipe(normaliser="zscore", weighter="cv"))


# oracles


@pytest.mark.parametrize("seed", range(30))
def test_entropy_against_two_libraries(seed):
    matrix = random_matrix(seed)
    found = be.weights.entropy(matrix)
    oracle = skcriteria_weighters.EntropyWeighter().transform(mkdm(matrix, [1] * matrix.shape[1])).weights
    np.testing.assert_allclose(found, oracle, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found, pymcdm.weights.entropy_weights(matrix), rtol=0, atol=1e-12)


@pytest.mark.parametrize("seed", range(30))
def test_critic_against_two_libraries(seed):
    matrix = random_matrix(seed)
    found = be.weights.critic(matrix)
    oracle = skcriteria_weighters.CRITIC().transform(mkdm(matrix, [1] * matrix.shape[1])).weights
    np.testing.assert_allclose(found, oracle, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found, pymcdm.weights.critic_weights(matrix), rtol=0, atol=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_std_against_two_libraries(seed):
    matrix = random_matrix(seed)
    found = be.weights.weigh(matrix, "std")
    oracle = skcriteria_weighters.StdWeighter().transform(mkdm(matrix, [1] * matrix.shape[1])).weights
    np.testing.assert_allclose(found, oracle, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found, pymcdm.weights.standard_deviation_weights(matrix), rtol=0, atol=1e-12)


@pytest.mark.parametrize("weighter", OBJECTIVE)
def test_batches_equal_the_loop(weighter):
    batch = np.random.default_rng(4).uniform(1, 9, (2, 5, 7, 4))
    found = OBJECTIVE[weighter](batch, np.full(4, 0.25))
    assert found.shape == (2, 5, 4)
    for place in np.ndindex(2, 5):
        np.testing.assert_allclose(
            found[place], OBJECTIVE[weighter](batch[place], np.full(4, 0.25)), rtol=0, atol=1e-12
        )


# what is refused


@pytest.mark.parametrize("weighter", OBJECTIVE)
@pytest.mark.parametrize("value", [0.0, 7.0])
def test_a_constant_indicator_is_refused(weighter, value):
    matrix = pd.DataFrame({"a": [1.0, 2, 4], "b": [value] * 3})
    with pytest.raises(InputError, match=r"indicator 'b' is constant \([07] in all 3 rows\)"):
        be.weights.weigh(matrix, weighter)


def test_entropy_refuses_a_negative_value():
    matrix = pd.DataFrame({"a": [1.0, 2], "b": [3.0, -0.5]}, index=["A", "B"])
    message = (
        r"weighter 'entropy' needs values >= 0; indicator 'b' is -0.5 for 'B'; use normaliser 'minmax' .*or weigh_on"
    )
    with pytest.raises(InputError, match=message):
        be.weights.entropy(matrix)


def test_entropy_names_economy_and_year_of_a_negative_value(small_panel, tree):
    panel = small_panel.copy()
    panel.loc[("ARE", 2018), "x"] = -3.0
    recipe = be.Recipe(weighter="entropy", weigh_on="raw")
    with pytest.raises(InputError, match="indicator 'x' is -3 for ARE 2018"):
        be.evaluate(panel, tree, recipe)


@pytest.mark.parametrize("normaliser", ["zscore", "vector", "sum", "max"])
def test_entropy_refuses_normalisers_that_give_negative_values(normaliser, small_panel, tree):
    with pytest.raises(InputError, match=r"weighter 'entropy' needs values >= 0; indicator '[wxyz]' is -"):
        be.evaluate(small_panel, tree, be.Recipe(normaliser=normaliser, weighter="entropy"))


def test_one_row_is_refused():
    with pytest.raises(InputError, match="there is 1 row and nothing to compare it with"):
        be.weights.entropy([[1.0, 2.0]])


def test_missing_cells_are_refused():
    with pytest.raises(InputError, match="1 missing or infinite cells, first at row '1', column '0'"):
        be.weights.entropy([[1.0, 2.0], [np.nan, 3.0]])
