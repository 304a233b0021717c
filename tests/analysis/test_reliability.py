"""Alpha, adequacy, sphericity, components: definitions, known truths, what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.outliers_influence import variance_inflation_factor

from bri_eval.analysis.reliability import bartlett, cronbach, kmo, pca, vif
from bri_eval.checks import InputError


def one_factor(loading: float, m: int = 5, n: int = 200_000, seed: int = 0) -> pd.DataFrame:
    """Make m indicators of unit variance that correlate at loading ** 2 through one factor."""
    rng = np.random.default_rng(seed)
    factor, own = rng.normal(size=(n, 1)), rng.normal(size=(n, m))
    return pd.DataFrame(loading * factor + np.sqrt(1 - loading**2) * own, columns=list("abcdefgh")[:m])


SMALL = pd.DataFrame(
    np.random.default_rng(1).normal(size=(30, 4)) @ np.random.default_rng(2).uniform(0, 1, (4, 4)), columns=list("abcd")
)


@pytest.mark.parametrize("on", ["standardised", "raw"])
def test_cronbach_by_definition(on):
    x = SMALL if on == "raw" else (SMALL - SMALL.mean()) / SMALL.std()
    total = sum(x[code].var() for code in x)
    assert cronbach(SMALL, on) == pytest.approx(4 / 3 * (1 - total / x.sum(axis=1).var()), abs=1e-14)


def test_cronbach_standardised_is_a_function_of_the_mean_correlation():
    r = SMALL.corr().to_numpy()[np.triu_indices(4, 1)].mean()
    assert cronbach(SMALL) == pytest.approx(4 * r / (1 + 3 * r), abs=1e-14)


@pytest.mark.parametrize("loading", [0.4, 0.7, 0.9])
def test_cronbach_of_one_factor(loading):
    """Spearman-Brown: m r / (1 + (m - 1) r) with r the squared loading."""
    r = loading**2
    assert cronbach(one_factor(loading)) == pytest.approx(5 * r / (1 + 4 * r), abs=0.005)


def test_cronbach_of_a_reversed_indicator():
    assert cronbach(SMALL.assign(a=-SMALL["a"])) < cronbach(SMALL)
    assert cronbach(pd.DataFrame({"a": [1.0, 2, 3], "b": [2.0, 4, 6]})) == pytest.approx(1, abs=1e-15)


def test_kmo_by_partial_correlations_from_regressions():
    columns, r, q = list(SMALL), np.zeros((4, 4)), np.zeros((4, 4))
    for i in range(4):
        for j in set(range(4)) - {i}:
            others = np.column_stack([np.ones(30), SMALL.drop(columns=[columns[i], columns[j]])])
            rest = [
                y - others @ np.linalg.lstsq(others, y, rcond=None)[0]
                for y in (SMALL[columns[i]].to_numpy(), SMALL[columns[j]].to_numpy())
            ]
            q[i, j] = np.corrcoef(*rest)[0, 1]
            r[i, j] = SMALL[columns[i]].corr(SMALL[columns[j]])
    found = kmo(SMALL)
    assert found.overall == pytest.approx((r**2).sum() / ((r**2).sum() + (q**2).sum()), abs=1e-12)
    by_indicator = (r**2).sum(axis=0) / ((r**2).sum(axis=0) + (q**2).sum(axis=0))
    np.testing.assert_allclose(found.by_indicator, by_indicator, rtol=0, atol=1e-12)


def test_kmo_of_two_and_of_one_factor():
    assert kmo(SMALL[["a", "b"]]).overall == pytest.approx(0.5, abs=1e-12)
    r = 0.7**2  # m indicators at r: partial correlation r / (1 + (m - 2) r)
    q = r / (1 + 3 * r)
    assert kmo(one_factor(0.7)).overall == pytest.approx(r**2 / (r**2 + q**2), abs=0.005)


def test_bartlett_by_definition_and_size():
    found = bartlett(SMALL)
    expected = -(29 - 13 / 6) * np.log(np.linalg.det(SMALL.corr()))
    assert found.statistic == pytest.approx(expected, rel=1e-10)
    assert (found.df, found.nobs) == (6, 30)
    assert found.pvalue == pytest.approx(stats.chi2.sf(expected, 6), rel=1e-8)
    rng = np.random.default_rng(3)
    rejected = sum(bartlett(rng.normal(size=(50, 4))).pvalue < 0.05 for _ in range(400))
    assert 8 <= rejected <= 36  # 5 % of 400, give or take 3.5 standard errors


def test_pca_by_singular_values():
    z = ((SMALL - SMALL.mean()) / SMALL.std()).to_numpy()
    found = pca(SMALL)
    singular = np.linalg.svd(z / np.sqrt(29), compute_uv=False)
    np.testing.assert_allclose(found.eigenvalues, singular**2, rtol=0, atol=1e-12)
    assert found.eigenvalues.sum() == pytest.approx(4, abs=1e-12)
    assert found.shares.sum() == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(found.loadings @ found.loadings.T, SMALL.corr(), rtol=0, atol=1e-12)
    assert (found.loadings.sum() >= 0).all()


def test_loadings_are_correlations_with_the_component():
    z = (SMALL - SMALL.mean()) / SMALL.std()
    found = pca(SMALL)
    component = z.to_numpy() @ found.loadings[1].to_numpy()
    expected = [np.corrcoef(z[code], component)[0, 1] for code in z]
    np.testing.assert_allclose(found.loadings[1], expected, rtol=0, atol=1e-12)


def test_pca_of_one_factor():
    found = pca(one_factor(0.7))
    assert found.shares[1] == pytest.approx((1 + 4 * 0.49) / 5, abs=0.005)


def test_vif_statsmodels():
    design = np.column_stack([np.ones(30), SMALL])
    expected = [variance_inflation_factor(design, column) for column in range(1, 5)]
    np.testing.assert_allclose(vif(SMALL), expected, rtol=1e-9, atol=0)


@pytest.mark.parametrize(
    "measure",
    [
        cronbach,
        lambda x: kmo(x).by_indicator.sort_index(),
        lambda x: bartlett(x).statistic,
        lambda x: pca(x).eigenvalues,
        lambda x: pca(x).loadings[1].sort_index(),
        lambda x: vif(x).sort_index(),
    ],
)
def test_order_and_unit_do_not_matter(measure):
    other = (SMALL * [1, 20, 0.3, 5] + 7).sample(frac=1, random_state=0)[["c", "a", "d", "b"]]
    np.testing.assert_allclose(measure(other), measure(SMALL), rtol=1e-9, atol=1e-12)


each_measure = pytest.mark.parametrize("measure", [cronbach, kmo, bartlett, pca, vif])


@each_measure
@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (SMALL[["a"]], "the matrix has 30 rows and 1 columns; expected 3 and 2 or more"),
        (SMALL[:2], "the matrix has 2 rows and 4 columns"),
        (SMALL.assign(a=1.0), "indicator 'a' is constant"),
        (SMALL.where(SMALL.rank() < len(SMALL)), "has 4 missing or infinite cells"),
    ],
)
def test_what_is_refused(measure, matrix, message):
    with pytest.raises(InputError, match=message):
        measure(matrix)


@pytest.mark.parametrize("measure", [kmo, bartlett, vif])
@pytest.mark.parametrize("matrix", [SMALL.assign(e=SMALL["a"] + SMALL["b"]), SMALL[:4]])
def test_a_singular_correlation_matrix_is_refused(measure, matrix):
    with pytest.raises(InputError, match=r"correlation matrix of 'a', 'b', .* is singular .* leave out a column"):
        measure(matrix)


def test_unknown_form_of_alpha():
    with pytest.raises(InputError, match=r"unknown form of alpha 'standard'; .* did you mean 'standardised'"):
        cronbach(SMALL, "standard")
