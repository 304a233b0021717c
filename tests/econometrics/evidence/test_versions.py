"""The batched refits against `estimate`, one version at a time."""

import numpy as np
import pandas as pd
import pytest

from bri_eval.econometrics.estimate import estimate
from bri_eval.econometrics.evidence.versions import frame, prepare, refit

MODELS = [("within", "economy", "year"), ("within", "economy"), ("within", "year"), ("pooled", "year"), ("pooled",)]


def grids(panel, effects, versions, seed):
    """Return the other columns, and random versions of x with gaps of their own."""
    rng = np.random.default_rng(seed)
    base = frame(panel[["y", "a", "b"]].dropna(), "y", ["a", "b"], effects)
    x = rng.normal(size=(*base.seen.shape, versions)) + 5
    return base, np.where(rng.random(x.shape) < 0.15, np.nan, x)


def as_data(panel, base, grid) -> pd.DataFrame:
    """Return the panel with one version of x in place of its own."""
    labels, years = (panel.index.get_level_values(level) for level in ("economy", "year"))
    t, g = base.years.get_indexer(years), base.labels.get_indexer(labels)
    return panel.assign(x=np.where((t >= 0) & (g >= 0), grid[t, g], np.nan))


@pytest.mark.parametrize("how", MODELS)
def test_versions_with_gaps_of_their_own_equal_refits(panel, model, how):
    base, x = grids(panel, how[1:], 4, 0)
    found = refit(prepare(base, np.isfinite(x)), x)
    for number in range(4):
        fit = estimate(model(*how), as_data(panel, base, x[:, :, number]))
        assert found.slopes[number] == pytest.approx(fit.params["x"], rel=1e-10)
        assert found.std_errors[number] == pytest.approx(fit.std_errors["x"], rel=1e-10)
        assert (found.nobs[number], found.clusters[number]) == (fit.nobs, fit.clusters)


@pytest.mark.parametrize("how", MODELS)
def test_versions_without_gaps_take_the_short_way_to_the_same(panel, model, how):
    whole = panel.dropna()
    whole = whole[(whole.index.get_level_values("year") != 2023) & (whole.index.get_level_values("economy") > "E02")]
    base = frame(whole, "y", ["a", "b"], how[1:])
    x = np.random.default_rng(1).normal(size=(*base.seen.shape, 3))
    prepared = prepare(base, base.seen[:, :, None])
    assert prepared.inverse is None
    found = refit(prepared, x)
    for number in range(3):
        fit = estimate(model(*how), as_data(whole, base, x[:, :, number]))
        assert found.slopes[number] == pytest.approx(fit.params["x"], rel=1e-10)
        assert found.std_errors[number] == pytest.approx(fit.std_errors["x"], rel=1e-10)


@pytest.mark.parametrize("how", MODELS)
def test_weights_are_economies_drawn_again(panel, model, how):
    """An economy drawn twice is two economies with effects of their own."""
    base, x = grids(panel, how[1:], 3, 2)
    counts = np.random.default_rng(3).multinomial(len(base.labels), np.full(len(base.labels), 1 / len(base.labels)), 3)
    found = refit(prepare(base, np.isfinite(x), counts.T), x)
    for number in range(3):
        data = as_data(panel, base, x[:, :, number])
        copies = [
            data.loc[[label]].rename(index={label: f"{label}-{copy}"}, level="economy")
            for label, count in zip(base.labels, counts[number], strict=True)
            for copy in range(count)
        ]
        fit = estimate(model(*how), pd.concat(copies))
        assert found.slopes[number] == pytest.approx(fit.params["x"], rel=1e-10)
        assert found.std_errors[number] == pytest.approx(fit.std_errors["x"], rel=1e-10)
        assert (found.nobs[number], found.clusters[number]) == (fit.nobs, fit.clusters)


@pytest.mark.parametrize("how", MODELS)
def test_rows_and_weights_may_be_common_to_all_versions(panel, how):
    base, x = grids(panel, how[1:], 5, 6)
    cells = np.isfinite(x[:, :, :1])
    x = np.where(cells, np.nan_to_num(x), np.nan)
    counts = np.random.default_rng(0).integers(0, 3, size=(len(base.labels), 5))
    common = refit(prepare(base, cells, counts), x)
    apart = refit(prepare(base, np.repeat(cells, 5, axis=2), counts), x)
    np.testing.assert_allclose(common.slopes, apart.slopes, rtol=1e-10)
    once = refit(prepare(base, cells, counts[:, :1]), x)
    np.testing.assert_allclose(once.std_errors[0], common.std_errors[0], rtol=1e-10)


def test_what_the_others_explain_has_no_slope(panel):
    base, x = grids(panel, ("economy", "year"), 3, 4)
    x[:, :, 1] = np.arange(len(base.years))[:, None]  # the same trend everywhere
    found = refit(prepare(base, np.isfinite(x)), x)
    assert np.isnan(found.slopes).tolist() == np.isnan(found.std_errors).tolist() == [False, True, False]


def test_units_and_levels_do_not_matter(panel):
    base, x = grids(panel, ("economy", "year"), 4, 5)
    plain = refit(prepare(base, np.isfinite(x)), x)
    scaled = panel.assign(y=1e-6 * panel["y"] + 1, b=panel["b"] * 1e9)
    other = frame(scaled[["y", "a", "b"]].dropna(), "y", ["a", "b"], ("economy", "year"))
    found = refit(prepare(other, np.isfinite(x)), 1e3 * x)
    np.testing.assert_allclose(found.slopes * 1e9, plain.slopes, rtol=1e-8)  # y keeps ten digits
