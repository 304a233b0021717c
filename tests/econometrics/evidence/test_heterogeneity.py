"""Group slopes against the fully interacted model spelt out, and the size and power of the tests."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bri_eval.checks import InputError
from bri_eval.econometrics.estimate import estimate
from bri_eval.econometrics.evidence.finding import find
from bri_eval.econometrics.evidence.heterogeneity import heterogeneity
from bri_eval.econometrics.kernel import fit
from bri_eval.econometrics.specs import ModelSpec

THREE = pd.Series({f"E{number:02d}": "ABC"[number % 3] for number in range(30)}, name="region")


def interacted(data: pd.DataFrame, kinds: pd.Series, years: bool) -> tuple[pd.DataFrame, list[str]]:
    """Return the data with every regressor and year dummy times every group."""
    columns = {"y": data["y"]}
    for group in sorted(kinds.unique()):
        member = (kinds == group).astype(float)
        columns |= {f"{name}_{group}": data[name] * member for name in ("x", "a", "b")}
        if years:
            each = data.index.get_level_values("year")
            columns |= {f"{year}_{group}": (each == year) * member for year in sorted(set(each))[1:]}
    table = pd.DataFrame(columns)
    return table, [name for name in table if name != "y"]


@pytest.mark.parametrize("effects", [("economy", "year"), ("economy",)])
def test_slopes_equal_those_of_the_interacted_model(panel, model, effects):
    whole = panel[(panel.index.get_level_values("year") != 2023)].drop(index="E00")
    kinds = pd.Series(THREE.reindex(whole.index.get_level_values("economy")).to_numpy(), index=whole.index)
    table, names = interacted(whole, kinds, "year" in effects)
    spelt = ModelSpec(name="s", outcome="y", regressors=tuple(names), effects=("economy",), estimator="within")
    fit = estimate(spelt, table)
    data = panel if "year" in effects else whole  # year effects leave out the rows that are alone
    found = heterogeneity(model("within", *effects), data, groups=THREE, draws=99, seed=0)
    slopes = [f"x_{group}" for group in "ABC"]
    np.testing.assert_allclose(found.table["slope"], fit.params[slopes], rtol=1e-9)
    np.testing.assert_allclose(found.table["std_error"], fit.std_errors[slopes], rtol=1e-9)
    np.testing.assert_allclose(found.table[["lower", "upper"]], fit.conf_int.loc[slopes], rtol=1e-8)
    assert found.scaling == pytest.approx(fit.scaling, rel=1e-12)
    contrast = np.array([[1.0, -1.0, 0.0], [0.0, 1.0, -1.0]])
    gap, v = contrast @ fit.params[slopes], contrast @ fit.covariance_matrix.loc[slopes, slopes] @ contrast.T
    assert found.statistic == pytest.approx(gap @ np.linalg.solve(v, gap) / 2, rel=1e-8)
    assert found.df == (2, fit.clusters - 1)
    assert found.pvalue == pytest.approx(stats.f.sf(found.statistic, *found.df), rel=1e-10)


def test_a_group_of_seven_has_no_slope_of_its_own_and_is_named(panel, model):
    groups = pd.Series({f"E{number:02d}": "few" if number >= 23 else "many" * (1 + number % 2) for number in range(30)})
    found = heterogeneity(model("within", "economy"), panel, groups=groups, draws=99, seed=0)
    assert found.refused == {"few": 7}
    assert list(found.table.index) == ["many", "manymany"]
    assert found.table["nobs"].sum() == estimate(model("within", "economy"), panel.loc["E01":"E22"]).nobs
    assert "few has 7 economies and no slope of its own." in found.sentence


def test_the_permutation_pvalue_counts_statistics_of_permuted_labels(panel, model):
    """The statistic by contrasts on one fit per group, for the same permutations of the labels."""
    spec, data = model("within", "economy", "year"), panel.drop(index="E00")
    found, labels = heterogeneity(spec, data, groups=THREE, draws=99, seed=0), THREE.iloc[1:].to_numpy()
    shuffled = np.random.default_rng(0).permuted(np.broadcast_to(np.arange(29), (99, 29)), axis=1)
    sums, contrast = find(spec, data).moments, np.array([[1.0, -1.0, 0.0], [0.0, 1.0, -1.0]])

    def statistic(kinds: np.ndarray) -> float:
        fits = fit(sums, (kinds == np.array(list("ABC"))[:, None]).astype(float))
        n, g, k = fits.nobs.sum(), fits.clusters.sum(), fits.k.sum()
        v = np.diag(fits.covariance[:, 0, 0]) * g / (g - 1) * (n - 1) / (n - k)
        gap = contrast @ fits.slopes[:, 0]
        return float(gap @ np.linalg.solve(contrast @ v @ contrast.T, gap)) / 2

    assert statistic(labels) == pytest.approx(found.statistic, rel=1e-10)
    reached = sum(statistic(labels[order]) >= found.statistic for order in shuffled)
    assert found.permutation_pvalue == (1 + reached) / 100
    assert (found.singular, found.draws) == (0, 99)


def drawn(slopes: tuple[float, float], seed: int) -> tuple[pd.DataFrame, pd.Series]:
    rng = np.random.default_rng(seed)
    rows = pd.MultiIndex.from_product([range(24), range(5)], names=["economy", "year"])
    x, north = rng.normal(size=120), rows.get_level_values(0) < 10
    y = np.where(north, *slopes) * x + rng.normal(size=120) * np.where(north, 2.0, 1.0)
    return pd.DataFrame({"x": x, "y": y}, index=rows), pd.Series(["n"] * 10 + ["s"] * 14)


def test_equal_slopes_are_seldom_told_apart_and_unequal_ones_are():
    """Of 80 tests at 5 % at most 10 reject with probability 0.99, though the groups differ in noise."""
    spec = ModelSpec(name="m", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    null = []
    for seed in range(80):
        data, groups = drawn((0.5, 0.5), seed)
        null.append(heterogeneity(spec, data, groups=groups, draws=99, seed=seed).permutation_pvalue)
    assert sum(p <= 0.05 for p in null) <= 10
    data, groups = drawn((2.5, 0.5), 0)
    found = heterogeneity(spec, data, groups=groups, draws=199, seed=0)
    assert (found.permutation_pvalue, found.pvalue < 0.001) == (1 / 200, True)
    np.testing.assert_allclose(found.table["slope"], [2.5, 0.5], atol=4 * found.table["std_error"].max())
    assert "is rejected at 5 %" in found.sentence


def test_zero_is_a_seed(panel, model):
    spec = model("within", "economy")
    first, again = (heterogeneity(spec, panel, groups=THREE, draws=99, seed=0) for _ in range(2))
    assert first.permutation_pvalue == again.permutation_pvalue


def test_what_cannot_be_compared_is_refused(panel, model):
    spec = model("within", "economy", "year")
    with pytest.raises(InputError, match="1 groups have 8 economies or more; expected at least two"):
        heterogeneity(spec, panel, groups=THREE.replace({"B": "A", "C": "A"}), seed=0)
    flat = panel.assign(x=panel["x"].where((THREE != "B").reindex(panel.index.get_level_values(0)).to_numpy(), 1.0))
    with pytest.raises(InputError, match="regressors do not vary or are collinear in group 'B'"):
        heterogeneity(spec, flat, groups=THREE, seed=0)
    open_only = panel.assign(a=(THREE == "C").reindex(panel.index.get_level_values(0)).to_numpy() * panel["a"])
    with pytest.raises(InputError, match="regressors do not vary or are collinear in group 'A', 'B'"):
        heterogeneity(spec, open_only, groups=THREE, seed=0)
    with pytest.raises(InputError, match="have no group"):
        heterogeneity(spec, panel, groups=THREE.iloc[:20], seed=0)
