"""Permuted trajectories against refits, and the size of the test."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics.estimate import estimate
from bri_eval.econometrics.evidence.placebo import placebo
from bri_eval.econometrics.evidence.trajectories import draw_permutations
from bri_eval.econometrics.specs import ModelSpec

SIMPLE = ModelSpec(name="m", outcome="y", regressors=("x",), effects=("economy", "year"), estimator="within")


@pytest.mark.parametrize("how", [("within", "economy", "year"), ("pooled", "year")])
def test_permutations_equal_refits(panel, model, how):
    spec = model(*how)
    found = placebo(spec, panel, draws=99, seed=0)
    economies = estimate(spec, panel).residuals.index.unique("economy").sort_values()
    donors = draw_permutations(len(economies), 99, np.random.default_rng(0))
    for number in (0, 50, 98):
        donor = dict(zip(economies, economies[donors[number]], strict=True))
        rows = panel[panel.index.get_level_values("economy").isin(economies)]
        own = pd.MultiIndex.from_arrays([rows.index.get_level_values(0).map(donor), rows.index.get_level_values(1)])
        fit = estimate(spec, rows.assign(x=panel["x"].reindex(own).to_numpy()))
        row = found.table.loc[number]
        assert row["slope"] == pytest.approx(fit.params["x"], rel=1e-10)
        assert row["std_error"] == pytest.approx(fit.std_errors["x"], rel=1e-10)
        assert row["nobs"] == fit.nobs


def test_the_pvalues_count_what_the_table_shows(panel, model):
    found = placebo(model("within", "economy", "year"), panel, term="a", draws=199, seed=3)
    assert found.pvalue == (1 + (found.table["slope"].abs() >= abs(found.slope)).sum()) / 200
    assert found.pvalue_t == (1 + (found.table["tvalue"].abs() >= abs(found.slope / found.std_error)).sum()) / 200
    assert (found.draws, found.singular, len(found.table)) == (199, 0, 199)
    assert "in 199 permutations of whole trajectories of a across economies" in found.sentence


def test_lags_and_samples_are_those_of_the_model(panel, model):
    spec = replace(
        model("within", "economy", "year"), regressors=("lag(x, 1)", "a"), lag_by="wave", sample={"year": {"max": 2018}}
    )
    fit, found = estimate(spec, panel), placebo(spec, panel, draws=99, seed=0)
    assert found.slope == pytest.approx(fit.params["lag(x, 1)"], rel=1e-10)
    assert abs(found.table["nobs"].mean() - fit.nobs) < 3


def drawn(effect: float, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = pd.MultiIndex.from_product([range(20), range(4)], names=["economy", "year"])
    x = rng.normal(size=80)
    return pd.DataFrame({"x": x, "y": effect * x + rng.normal(size=80)}, index=rows)


def test_without_an_effect_five_per_cent_reject_and_with_one_nearly_all():
    """Of 100 tests at 5 % between 1 and 11 reject with probability 0.99, if p is uniform."""
    null = [placebo(SIMPLE, drawn(0.0, seed), draws=99, seed=seed) for seed in range(100)]
    assert 1 <= sum(one.pvalue <= 0.05 for one in null) <= 11
    assert 1 <= sum(one.pvalue_t <= 0.05 for one in null) <= 11
    assert all(placebo(SIMPLE, drawn(1.0, seed), draws=99, seed=seed).pvalue == 0.01 for seed in range(5))


def test_zero_is_a_seed():
    data = drawn(0.2, 0)
    first, again, other = (placebo(SIMPLE, data, draws=99, seed=seed).table for seed in (0, 0, 1))
    pd.testing.assert_frame_equal(first, again)
    assert (first["slope"] != other["slope"]).any()


def test_what_cannot_be_permuted_is_refused(panel, model):
    spec = model("within", "economy", "year", regressors=("x", "a", "x:m"))
    with pytest.raises(InputError, match="'x:m' is made of the columns of 'x' too"):
        placebo(spec, panel, seed=0)
    with pytest.raises(InputError, match="draws is 50; expected a whole number of at least 99"):
        placebo(SIMPLE, drawn(0.0, 0), draws=50, seed=0)
    with pytest.raises(InputError, match="seed is None; expected a whole number"):
        placebo(SIMPLE, drawn(0.0, 0), seed=None)
