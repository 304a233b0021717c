"""Serial correlation against R (plm 2.6-2), the xtserial recipe in another engine, loops and simulation."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics import diagnostics


def test_wooldridge_serial_reference(check, grunfeld, declare):
    """econometrics.md 4.1: first differences without constant, residual on its lag, clustered, G/(G-1)."""
    result = diagnostics.wooldridge_serial(declare("within", "economy"), grunfeld)
    check(result, 263.591543579, (1, 9), 5.66260121737e-08)
    assert "rho = 0.142" in result.sentence
    assert diagnostics.wooldridge_serial(declare("random"), grunfeld) == result


def test_wooldridge_within_plm(check, grunfeld, declare):
    """R: pwartest(fe)."""
    result = diagnostics.wooldridge_within(declare("within", "economy"), grunfeld)
    check(result, 76.92856212, (1, 188), 1.057104076e-15)
    assert "without serial correlation it is -0.053" in result.sentence


def test_wooldridge_difference_plm(check, grunfeld, declare):
    """R: pwfdtest(fd, h0="fd"); h0="fe"."""
    spec = declare("first_difference")
    check(diagnostics.wooldridge_difference(spec, grunfeld), 16.48268938, (1, 178), 7.345438309e-05)
    levels = diagnostics.wooldridge_difference(spec, grunfeld, errors="levels")
    check(levels, 371.8891932, (1, 178), 1.831438448e-45)
    with pytest.raises(
        InputError, match="unknown place of uncorrelated errors 'fe'; known are 'levels', 'differences'"
    ):
        diagnostics.wooldridge_difference(spec, grunfeld, errors="fe")


def test_breusch_godfrey_plm(check, grunfeld, declare):
    """R: pbgtest(fe); pbgtest(fe, order=1): lags run on from one economy into the next."""
    spec = declare("within", "economy")
    twenty = diagnostics.breusch_godfrey(spec, grunfeld, order=20, stacked=True)
    check(twenty, 65.06324362, 20, 1.140302743e-06)
    check(diagnostics.breusch_godfrey(spec, grunfeld, stacked=True), 42.08541212, 1, 8.737255024e-11)


@pytest.mark.parametrize("years", [False, True])
def test_wooldridge_serial_in_statsmodels(draw, declare, years):
    """Differences by hand on a panel with holes, regressed by statsmodels, which clusters."""
    import statsmodels.api as sm

    data = draw(21, economies=14, years=8, missing=0.25)
    full = data.reindex(pd.MultiIndex.from_product(data.index.levels, names=data.index.names))
    columns = ["value", "capital"]
    if years:
        dummies = pd.get_dummies(full.index.get_level_values("year"), dtype=float).set_axis(full.index)
        full, columns = pd.concat([full, dummies], axis=1), [*columns, *dummies.columns[1:]]
    changes = full.groupby(level="economy").diff().dropna()
    first = sm.OLS(changes["inv"].to_numpy(), changes[columns].to_numpy()).fit()
    errors = pd.Series(np.nan, index=full.index)
    errors[changes.index] = first.resid
    pairs = pd.DataFrame({"e": errors, "lag": errors.groupby(level="economy").shift()}).dropna()
    groups = pd.factorize(pairs.index.get_level_values("economy"))[0]
    fit = sm.OLS(pairs["e"].to_numpy(), pairs["lag"].to_numpy()).fit(cov_type="cluster", cov_kwds={"groups": groups})
    spec = declare("within", "economy", *(("year",) if years else ()))
    result = diagnostics.wooldridge_serial(spec, data, by="wave")
    assert result.statistic == pytest.approx(((fit.params[0] + 0.5) / fit.bse[0]) ** 2, rel=1e-8)
    assert result.df == (1, groups.max())
    assert "neighbouring rows with a missing wave between them are not paired" in result.sentence


def test_waves_are_steps_whatever_the_years_between_them(draw, declare):
    """The same rows under real irregular years and renumbered by wave."""
    data = draw(4, economies=10, years=7)
    waves = dict(zip(range(2001, 2008), (2007, 2010, 2012, 2014, 2016, 2018, 2023), strict=True))
    irregular = data.rename(index=waves, level="year")
    for test in (diagnostics.wooldridge_serial, diagnostics.wooldridge_within, diagnostics.breusch_godfrey):
        spec = declare("within", "economy")
        result = test(spec, irregular, by="wave")
        assert result.statistic == pytest.approx(test(spec, data).statistic, rel=1e-9)
        assert "One step is one wave" in result.sentence
        with pytest.raises(InputError, match="economy 'E00' goes from 2007 to 2010, one of 60 gaps"):
            test(spec, irregular)


def test_wooldridge_within_expects_what_demeaning_does(draw, declare):
    """On a panel with holes rho_0 is -sum p/T / sum p (T-1)/T, with p the neighbouring pairs of an economy."""
    data = draw(8, economies=11, years=9, missing=0.3)
    above = below = 0.0
    for _, own in data.groupby(level="economy"):
        years = own.index.get_level_values("year")
        pairs = int((np.diff(years) == 1).sum())
        above, below = above + pairs / len(own), below + pairs * (len(own) - 1) / len(own)
    result = diagnostics.wooldridge_within(declare("within", "economy"), data, by="wave")
    assert f"without serial correlation it is {-above / below:.3f}." in result.sentence
    assert (
        result.df[1]
        == sum((np.diff(own.index.get_level_values("year")) == 1).sum() for _, own in data.groupby(level=0)) - 2
    )


def test_breusch_godfrey_by_hand(draw, declare):
    """Lags within economies and zero elsewhere, pooled with year dummies, on a panel with holes."""
    data = draw(6, missing=0.2)
    dummies = pd.get_dummies(data.index.get_level_values("year"), dtype=float).to_numpy()
    x = np.hstack([dummies, data[["value", "capital"]].to_numpy()])
    e = pd.Series(data["inv"] - x @ np.linalg.lstsq(x, data["inv"], rcond=None)[0], index=data.index)
    lags = [[e.get((economy, year - step), 0.0) for economy, year in e.index] for step in (1, 2)]
    full = np.column_stack([x, *lags])
    rest = e - full @ np.linalg.lstsq(full, e, rcond=None)[0]
    result = diagnostics.breusch_godfrey(declare("pooled", "year"), data, order=2, by="wave")
    assert result.statistic == pytest.approx(len(e) * (1 - (rest**2).sum() / (e**2).sum()), rel=1e-9)
    assert "many years" not in result.sentence


def test_regressors_that_do_not_vary_drop_out(grunfeld, declare):
    fixed = grunfeld["inv"].groupby(level="economy").transform("first")
    spec = replace(declare("random"), regressors=("fixed", "value", "capital"))
    data = grunfeld.assign(fixed=fixed)
    assert diagnostics.wooldridge_serial(spec, data) == diagnostics.wooldridge_serial(declare("random"), grunfeld)
    with pytest.raises(InputError, match="no regressor varies within economies"):
        diagnostics.wooldridge_serial(replace(spec, regressors=("fixed",)), data)


def test_refusals(grunfeld, unbalanced, declare):
    spec = declare("within", "economy")
    with pytest.raises(InputError, match=r"economy 'F01' goes from 1936 to 1938, one of 2 gaps; .* use by='wave'"):
        diagnostics.wooldridge_serial(spec, unbalanced)
    with pytest.raises(
        InputError, match="5 economies have neighbouring residuals, too few clusters; expected at least 6"
    ):
        diagnostics.wooldridge_serial(spec, grunfeld.loc["F01":"F05"])
    with pytest.raises(InputError, match="model 'm': order is 20; expected a number from 1 to 19"):
        diagnostics.breusch_godfrey(spec, grunfeld, order=20)
    with pytest.raises(InputError, match="not for estimator 'random'"):
        diagnostics.breusch_godfrey(declare("random"), grunfeld)
    four = grunfeld.query("year < 1939")
    assert "With 4 years it has little power" in diagnostics.wooldridge_serial(spec, four).sentence
    exact = grunfeld.assign(inv=grunfeld["value"] + grunfeld["capital"])
    with pytest.raises(InputError, match="fits 'inv' exactly"):
        diagnostics.wooldridge_serial(spec, exact)


@pytest.mark.bench
@pytest.mark.parametrize("missing", [0.0, 0.25])
def test_size_and_power(draw, declare, missing):
    """150 panels of 40 x 8: near 5 % without serial correlation (bare sandwich: below 16 %), most with rho 0.6."""
    spec = declare("within", "economy")
    rejected = np.zeros((2, 2))
    for seed in range(150):
        data = draw(seed, economies=40, years=8, missing=missing)
        shocks = np.random.default_rng(seed).normal(size=(40, 8))
        for year in range(1, 8):
            shocks[:, year] += 0.6 * shocks[:, year - 1]
        rows = pd.MultiIndex.from_product([sorted({f"E{n:02d}" for n in range(40)}), range(2001, 2009)])
        related = data.assign(inv=data["value"] + pd.Series(shocks.ravel(), index=rows).reindex(data.index).to_numpy())
        for place, test in enumerate((diagnostics.wooldridge_serial, diagnostics.wooldridge_within)):
            rejected[0, place] += test(spec, data, by="wave").pvalue < 0.05
            rejected[1, place] += test(spec, related, by="wave").pvalue < 0.05
    assert (rejected[0] < 24).all()
    assert (rejected[0] > 0).all()
    assert (rejected[1] > 115).all()
