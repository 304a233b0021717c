"""Randomisation inference against refitting with trajectories moved by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics import randomisation as module
from bri_eval.econometrics.design import design
from bri_eval.econometrics.estimate import estimate
from bri_eval.econometrics.kernel import fit, moments
from bri_eval.econometrics.randomisation import randomisation

TW = ("within", "economy", "year")


def moved(data: pd.DataFrame, term: str, givers: dict[str, str]) -> pd.DataFrame:
    """Give each economy the trajectory of another, year by year."""
    economies, years = (data.index.get_level_values(level) for level in ("economy", "year"))
    source = pd.MultiIndex.from_arrays([[givers.get(one, one) for one in economies], years])
    return data.assign(**{term: data[term].reindex(source).to_numpy()})


@pytest.mark.parametrize("model", [TW, ("within", "economy"), ("pooled", "year")], ids="-".join)
def test_each_draw_is_the_model_with_trajectories_moved(unbalanced, declare, model, monkeypatch):
    spec, seen = declare(*model), {}
    original = module._statistics

    def recorded(x, y, basis, found):
        seen.setdefault("x", []).append(x)
        seen.setdefault("out", []).append(original(x, y, basis, found))
        return seen["out"][-1]

    monkeypatch.setattr(module, "_statistics", recorded)
    test = randomisation(spec, unbalanced, "value", draws=99, seed=2)
    x = unbalanced["value"]
    x = x - x.groupby(level="economy").transform("mean") if "economy" in model else x
    own = {name: rows.droplevel("economy") for name, rows in x.groupby(level="economy")}
    checked = 0
    for place in range(8):
        dealt = pd.Series(seen["x"][1][place], index=unbalanced.index)
        givers = {}
        for taker, rows in dealt.groupby(level="economy"):
            years = rows.index.get_level_values("year")
            same = [name for name, one in own.items() if one.index.equals(years) and np.allclose(one, rows)]
            assert len(same) == 1
            givers[taker] = same[0]
        assert sorted(givers.values()) == sorted(givers)
        checked += sum(one != other for one, other in givers.items())
        expected = fit(moments(design(spec, moved(unbalanced, "value", givers))))
        slopes, statistics = seen["out"][1]
        assert slopes[place] == pytest.approx(expected.slopes[0], rel=1e-9)
        assert statistics[place] == pytest.approx(expected.slopes[0] / np.sqrt(expected.covariance[0, 0]), rel=1e-9)
    assert checked > 8
    slopes, statistics = (np.concatenate(column) for column in zip(*seen["out"][1:], strict=True))
    assert test.pvalue == (1 + (np.abs(statistics) >= abs(test.statistic) * (1 - 1e-9)).sum()) / 100
    assert test.pvalue_slope == (1 + (np.abs(slopes) >= abs(test.slope) * (1 - 1e-9)).sum()) / 100
    plain = estimate(spec, unbalanced)
    assert test.slope == pytest.approx(plain.params["value"], rel=1e-10)
    assert test.statistic == pytest.approx(plain.tvalues["value"] * np.sqrt(plain.scaling), rel=1e-10)
    assert (test.exchanged, test.clusters) == (6, 10)


def test_economies_exchange_only_with_those_observed_in_the_same_years(unbalanced, declare):
    deals = module._deals(design(declare(*TW), unbalanced))
    assert sorted(len(rows) for rows in deals) == [1, 1, 1, 1, 2, 4]  # F05 and F10 lack 1954 only
    assert sorted(np.concatenate([rows.ravel() for rows in deals])) == list(range(192))


def test_p_values_are_exact_under_the_null(grunfeld, declare):
    """80 outcomes that know nothing of the regressor: of p <= 0.1, expected 8, 1 to 18 (binomial, 99.9 %)."""
    rng, hits = np.random.default_rng(7), np.zeros(2)
    spec = replace(declare(*TW), regressors=("value",))
    for number in range(80):
        walk = rng.normal(size=(10, 20)).cumsum(axis=1).ravel()
        test = randomisation(spec, grunfeld.assign(inv=walk), "value", draws=99, seed=number)
        hits += [test.pvalue <= 0.1, test.pvalue_slope <= 0.1]
    assert ((hits >= 1) & (hits <= 18)).all()


def test_identical_trajectories_tie_and_a_true_effect_is_found(grunfeld, declare):
    years = grunfeld.index.get_level_values("year")
    economies = grunfeld.index.get_level_values("economy")
    data = grunfeld.assign(joined=((economies > "F05") & (years >= 1945)).astype(float))
    data["inv"] = 3 * data["joined"] + np.random.default_rng(0).normal(size=200)
    spec = replace(declare(*TW), regressors=("joined",))
    test = randomisation(spec, data, "joined", draws=2000, seed=0)
    assert test.slope == pytest.approx(3, abs=0.5)
    assert test.pvalue_slope == pytest.approx(2 / 252, abs=0.007)  # 10 over 5 splits; the sample and its mirror tie
    assert "over 10 of 10 economies, 2,000 draws of whole trajectories" in test.sentence


def test_a_draw_collinear_with_the_rest_counts_as_more_extreme(grunfeld, declare):
    economies = grunfeld.index.get_level_values("economy")
    trend = (grunfeld.index.get_level_values("year") - 1935) * 1.0
    first, second = (np.where(economies.isin(names), trend, 0) for names in (["F01", "F02"], ["F03", "F04"]))
    data = grunfeld.assign(value=first, capital=second)
    test = randomisation(declare("within", "economy"), data, "value", draws=2000, seed=0)
    assert test.singular / 2000 == pytest.approx(1 / 45, abs=0.01)  # 10 over 2 pairs
    assert test.pvalue >= (1 + test.singular) / 2001
    assert f"{test.singular} draws collinear with the other regressors count as more extreme." in test.sentence


def test_a_slope_that_rests_on_one_economy_is_refused(grunfeld, declare):
    data = grunfeld.assign(value=grunfeld["value"].where(grunfeld.index.get_level_values("economy") == "F01", 1.0))
    with pytest.raises(InputError, match="model 'm': the slope of 'value' rests on one economy, so that its clustered"):
        randomisation(replace(declare("within", "economy"), regressors=("value",)), data, "value", seed=0)


def test_what_is_refused(grunfeld, unbalanced, declare):
    spec = declare(*TW)
    with pytest.raises(InputError, match=r"model 'm': unknown regressor 'valu'.*did you mean 'value'"):
        randomisation(spec, grunfeld, "valu", seed=0)
    with pytest.raises(InputError, match="regressor 'value:capital' is made of 'value' as 'value' is"):
        randomisation(replace(spec, regressors=("value", "value:capital")), grunfeld, "value", seed=0)
    with pytest.raises(InputError, match="model 'm': draws is 9; expected a whole number of at least 99"):
        randomisation(spec, grunfeld, "value", draws=9, seed=0)
    some = unbalanced.loc[["F01", "F02", "F03", "F04", "F06", "F07", "F08", "F09"]]
    with pytest.raises(InputError, match=r"trajectories of 'value' can be dealt out in 6 ways.*expected at least 20"):
        randomisation(spec, some.drop(index=[("F09", 1950)]), "value", seed=0)


def test_arguments_are_left_alone(grunfeld, declare):
    before = grunfeld.copy()
    randomisation(declare(*TW), grunfeld, "value", draws=99, seed=0)
    pd.testing.assert_frame_equal(grunfeld, before)
