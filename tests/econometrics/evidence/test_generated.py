"""The index's own uncertainty: refits, the combining rules, the bootstrap, and shares that are known."""

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics.design import design
from bri_eval.econometrics.estimate import estimate
from bri_eval.econometrics.evidence.generated import generated_regressor
from bri_eval.econometrics.kernel import moments
from bri_eval.econometrics.resampling import cluster_bootstrap


def standard(panel: pd.DataFrame) -> pd.DataFrame:
    return panel.assign(x=(panel["x"] - panel["x"].mean()) / panel["x"].std())


def noisy(panel: pd.DataFrame, noise: float, seed: int, number: int = 200) -> np.ndarray:
    return panel["x"].to_numpy() + noise * np.random.default_rng(seed).normal(size=(number, len(panel)))


@pytest.mark.parametrize("how", [("within", "economy", "year"), ("pooled", "year")])
def test_the_parts_are_those_of_rubins_rules(panel, model, how):
    """Versions are put in standard deviations of all observed rows, also of those that the model does not use."""
    spec, versions = model(*how), 3 + 7 * noisy(panel, 0.4, 0, number=100)
    found = generated_regressor(spec, panel, versions, seed=0)
    fits = [estimate(spec, standard(panel.assign(x=version))) for version in versions[:10]]
    slopes, errors = (np.array([getattr(fit, what)["x"] for fit in fits]) for what in ("params", "std_errors"))
    part = generated_regressor(spec, panel, np.tile(versions[:10], (10, 1)), seed=0)
    assert part.mean == pytest.approx(slopes.mean(), rel=1e-10)
    index = 1.01 * ((slopes - slopes.mean()) ** 2).sum() * 10 / 99
    np.testing.assert_allclose(
        part.table["variance"], [(errors**2).mean(), index, (errors**2).mean() + index], rtol=1e-9
    )
    assert part.index_share == pytest.approx(part.table["share"]["index"], rel=1e-12)
    assert found.total_error == pytest.approx(np.sqrt(found.table["variance"]["total"]), rel=1e-12)


def test_versions_that_agree_leave_the_cluster_bootstrap(panel, model):
    """The same seed draws the same economies, so that the interval is that of `cluster_bootstrap`."""
    spec = model("within", "economy", "year")
    found = generated_regressor(spec, panel, noisy(panel, 0.0, 0), seed=5)
    plain = cluster_bootstrap(moments(design(spec, standard(panel))), draws=2000, seed=5).table.loc["x"]
    np.testing.assert_allclose([found.lower, found.upper], plain[["lower", "upper"]].astype(float), rtol=1e-9)
    assert found.index_share == pytest.approx(0, abs=1e-20)
    assert found.mean == pytest.approx(found.slope, rel=1e-10)
    assert found.std_error == pytest.approx(estimate(spec, standard(panel)).std_errors["x"], rel=1e-10)


def test_the_share_of_the_index_grows_with_its_noise_and_the_slope_shrinks(panel, model):
    spec = model("within", "economy", "year")
    steps = [generated_regressor(spec, panel, noisy(panel, noise, 1), seed=0) for noise in (0.1, 0.5, 2.0)]
    shares = [one.index_share for one in steps]
    assert 0 < shares[0] < shares[1] < shares[2] < 1
    assert steps[0].mean > steps[1].mean > steps[2].mean > 0
    assert f"{shares[2]:.0%} of its variance is due to the index" in steps[2].sentence


def test_the_interval_holds_both_parts(panel, model):
    """Versions that differ by a factor of the sampling error only: sd of the draws is near the total error."""
    found = generated_regressor(
        model("within", "economy"), panel, noisy(panel, 0.8, 2, number=1000), draws=4000, seed=0
    )
    assert (found.upper - found.lower) / (2 * 1.96) == pytest.approx(found.total_error, rel=0.15)
    assert found.table["std_error"]["sampling"] < found.total_error


def test_a_table_of_versions_is_the_same_as_an_array_and_zero_is_a_seed(panel, model):
    spec, versions = model("within", "economy"), noisy(panel, 0.3, 3, number=100)
    by_array = generated_regressor(spec, panel, versions, seed=0)
    by_table = generated_regressor(spec, panel, pd.DataFrame(versions, columns=panel.index), seed=0)
    assert (by_array.lower, by_array.upper) == (by_table.lower, by_table.upper)
    assert generated_regressor(spec, panel, versions, seed=1).lower != by_array.lower


def test_versions_that_do_not_fit_are_refused(panel, model):
    spec, versions = model("within", "economy"), noisy(panel, 0.3, 4, number=100)
    where = "model 'm': versions of 'x'"
    with pytest.raises(InputError, match=rf"{where} have shape \(99, 144\); expected at least 100 rows"):
        generated_regressor(spec, panel, versions[:99], seed=0)
    with pytest.raises(InputError, match=rf"{where} have shape \(100, 143\).*and 144 columns"):
        generated_regressor(spec, panel, versions[:, 1:], seed=0)
    holes = versions.copy()
    holes[7, 20] = np.nan
    with pytest.raises(InputError, match=f"{where}: number 7 is missing for E0. 20.., unlike the index"):
        generated_regressor(spec, panel, holes, seed=0)
    flat = np.where(np.arange(100)[:, None] == 3, np.where(np.isnan(versions), np.nan, 2.0), versions)
    with pytest.raises(InputError, match=f"{where}: number 3 is constant"):
        generated_regressor(spec, panel, flat, seed=0)
    with pytest.raises(InputError, match="have other columns than the data have rows"):
        generated_regressor(spec, panel, pd.DataFrame(versions), seed=0)
    with pytest.raises(InputError, match="draws is 100; expected 2,000 or more"):
        generated_regressor(spec, panel, versions, draws=100, seed=0)
    with pytest.raises(InputError, match=r"unknown column 'x:a'"):
        generated_regressor(model("pooled", regressors=("x:a", "b")), panel, versions, seed=0)
    with pytest.raises(InputError, match="'x:a' is made of the columns of 'x' too"):
        generated_regressor(model("pooled", regressors=("x", "x:a")), panel, versions, seed=0)
    trend = np.where(np.isnan(versions), np.nan, panel.index.get_level_values("year").to_numpy(dtype=float))
    with pytest.raises(InputError, match="versions of 'x' do not vary beside the other regressors"):
        generated_regressor(model("within", "economy", "year"), panel, trend, seed=0)
