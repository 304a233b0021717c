"""Models run together against the same models run apart, as observed and permuted."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from bri_eval.econometrics.estimate import estimate
from bri_eval.econometrics.evidence.family import deal, run_family
from bri_eval.econometrics.evidence.trajectories import draw_permutations, induced


@pytest.fixture(scope="module")
def measured(panel):
    """Three measures: two with the same gaps, one with gaps of its own."""
    rng = np.random.default_rng(1)
    v = np.where(rng.random(len(panel)) < 0.1, np.nan, rng.normal(size=len(panel)))
    return panel.assign(w=panel["x"] ** 3, v=v, flat=1.0)


def dealt_from(data, draws: int):
    economies = data.index.unique("economy").sort_values()
    return deal(draw_permutations(len(economies), draws, np.random.default_rng(0)), economies)


@pytest.mark.parametrize("how", [("within", "economy", "year"), ("within", "economy"), ("pooled", "year")])
def test_models_run_together_equal_models_run_apart(measured, model, how):
    specs = [model(*how, regressors=(name, "a", "b")) for name in ("x", "v", "w")]
    dealt = dealt_from(measured, 30)
    for spec, run in zip(specs, run_family(specs, measured, dealt), strict=True):
        fit, term = estimate(spec, measured), spec.regressors[0]
        assert run.reason == ""
        assert run.slope == pytest.approx(fit.params[term], rel=1e-10)
        assert run.std_error == pytest.approx(fit.std_errors[term], rel=1e-10)
        assert (run.nobs, run.clusters) == (fit.nobs, fit.clusters)
        members = dealt.economies.get_indexer(fit.residuals.index.unique("economy").sort_values())
        donors = members[induced(dealt.permutations, members)]
        rows = measured[measured.index.get_level_values("economy").isin(dealt.economies[members])]
        for draw in (0, 29):
            donor = dict(zip(dealt.economies[members], dealt.economies[donors[draw]], strict=True))
            place = [rows.index.get_level_values(0).map(donor), rows.index.get_level_values(1)]
            permuted = estimate(
                spec, rows.assign(**{term: measured[term].reindex(pd.MultiIndex.from_arrays(place)).array})
            )
            assert run.slopes[draw] == pytest.approx(permuted.params[term], rel=1e-10)
            assert run.significant[draw] == (permuted.pvalues[term] < 0.05)


def test_a_model_that_fails_says_why_and_leaves_the_others(measured, model):
    specs = [model("within", "economy", "year", regressors=(name, "a")) for name in ("x", "flat", "none", "fixed")]
    runs = run_family(specs, measured, dealt_from(measured, 10))
    assert [bool(run.reason) for run in runs] == [False, True, True, True]
    assert runs[0].slope == pytest.approx(estimate(specs[0], measured).params["x"], rel=1e-10)
    assert "regressors 'flat' do not vary once economy and year effects are removed" in runs[1].reason
    assert "unknown column 'none'" in runs[2].reason
    assert "regressors 'fixed' do not vary" in runs[3].reason
    assert np.isnan(runs[1].slopes).all()
    assert not runs[1].significant.any()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"regressors": ("x", "a", "fixed")}, "regressors 'fixed' do not vary once economy and year effects"),
        ({"regressors": ("x", "a", "twice")}, "'twice' .*are collinear"),
        ({"outcome": "flat"}, "outcome 'flat' is constant"),
        ({"sample": {"economy": ["E03", "E04", "E05", "E06", "E07"]}}, "5 economies are too few clusters"),
        ({"sample": {"year": 2023}}, "every row is the only one of its economy or year"),
        ({"sample": {"year": 2030}}, "unknown value '2030'"),
        ({"outcome": "empty"}, "none of .* rows has all of"),
    ],
)
def test_every_reason_is_the_message_of_the_estimate(measured, model, change, told):
    data = measured.assign(twice=2 * measured["a"] + 1, empty=np.nan)
    spec = replace(model("within", "economy", "year"), **change)
    (run,) = run_family([spec], data, dealt_from(data, 10))
    with pytest.raises(ValueError, match=told) as refused:
        estimate(spec, data)
    assert run.reason.partition(": use")[0] == str(refused.value).partition(": use")[0]
