"""Serial correlation beside economy effects, against R (plm 2.6-2), a textbook, brute likelihood and simulation."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from bri_eval.checks import InputError
from bri_eval.econometrics import diagnostics
from bri_eval.econometrics.diagnostics import serial_effects


def test_bera_sosa_yoon_plm(check, grunfeld, declare):
    """R: pbsytest(pool). Baltagi's textbook, section 5.2.5, prints 10.310, 664.948 (effects, squared) and 808.471."""
    spec = declare("pooled")
    check(diagnostics.bera_sosa_yoon(spec, grunfeld, variance="later"), 10.30993158, 1, 0.001323161881)
    effects = diagnostics.bera_sosa_yoon(spec, grunfeld, alternative="effects", variance="later")
    assert effects.statistic**2 == pytest.approx(664.948, abs=5e-4)
    assert effects.df == ()
    joint = diagnostics.bera_sosa_yoon(spec, grunfeld, alternative="joint", variance="later")
    assert joint.statistic == pytest.approx(808.471, abs=5e-4)
    assert joint.df == 2


def test_baltagi_li_plm(check, grunfeld, declare):
    """R: pbltest(f, G)."""
    check(diagnostics.baltagi_li(declare("random"), grunfeld), 69.53211943, 1, 7.518021612e-17)


def test_bera_sosa_yoon_is_a_score_test(draw, declare):
    """Score and information of (rho, variance of effects) at zero, by matrices, on a panel with holes."""
    data = draw(14, missing=0.25)
    x = np.column_stack([np.ones(len(data)), data[["value", "capital"]]])
    e = data["inv"].to_numpy() - x @ np.linalg.lstsq(x, data["inv"], rcond=None)[0]
    variance = e @ e / len(e)
    economies, years = (data.index.get_level_values(level).to_numpy() for level in (0, 1))
    alike = (economies[:, None] == economies).astype(float)
    near = alike * (np.abs(years[:, None] - years) == 1)
    slopes = [near * variance, alike]  # derivatives of the covariance matrix; that of the variance is the identity
    derivatives = [*slopes, np.eye(len(e))]
    score = np.array([e @ d @ e / variance**2 / 2 - np.trace(d) / variance / 2 for d in derivatives])
    information = np.array([[np.trace(a @ b) for a in derivatives] for b in derivatives]) / 2 / variance**2
    inverse = np.linalg.inv(information)
    joint = score @ inverse @ score
    spec = declare("pooled")
    result = diagnostics.bera_sosa_yoon(spec, data, alternative="joint", by="wave")
    assert result.statistic == pytest.approx(joint, rel=1e-8)
    for place, alternative in ((0, "serial"), (1, "effects")):
        other = 1 - place
        inner = np.linalg.inv(
            information[:2, :2] - np.outer(information[:2, 2], information[:2, 2]) / information[2, 2]
        )
        reduced = np.linalg.inv(inner)
        adjusted = score[place] - reduced[place, other] / reduced[other, other] * score[other]
        spread = reduced[place, place] - reduced[place, other] ** 2 / reduced[other, other]
        found = diagnostics.bera_sosa_yoon(spec, data, alternative=alternative, by="wave").statistic
        expected = adjusted / np.sqrt(spread)
        assert found == pytest.approx(expected**2 if alternative == "serial" else expected, rel=1e-8)


def test_baltagi_li_is_the_score_at_the_most_likely_random_effects(draw, declare):
    """The likelihood of a random-effects model with AR(1) errors, by brute force; the information by matrices."""
    data = draw(15, economies=8, years=6)
    x = np.column_stack([np.ones(48), data[["value", "capital"]]])
    y = data["inv"].to_numpy()
    distance = np.abs(np.subtract.outer(np.arange(6), np.arange(6)))

    def covariance(rho, effect, error):
        return effect + error * rho**distance / (1 - rho**2)

    def unlikelihood(log_variances, rho=0.0):
        inverse = np.linalg.inv(covariance(rho, *np.exp(log_variances)))
        weights = np.kron(np.eye(8), inverse)
        e = y - x @ np.linalg.solve(x.T @ weights @ x, x.T @ weights @ y)
        return (e @ weights @ e - 8 * np.linalg.slogdet(inverse)[1]) / 2

    best = optimize.minimize(unlikelihood, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-13})
    effect, error = np.exp(best.x)
    step = 1e-5
    score = (unlikelihood(best.x, -step) - unlikelihood(best.x, step)) / (2 * step)
    inverse = np.linalg.inv(covariance(0.0, effect, error))
    slopes = [error * (distance == 1), np.ones((6, 6)), np.eye(6)]
    information = np.array([[4 * np.trace(inverse @ a @ inverse @ b) for a in slopes] for b in slopes])
    expected = score**2 * np.linalg.inv(information)[0, 0]
    assert diagnostics.baltagi_li(declare("random"), data).statistic == pytest.approx(expected, rel=1e-4)


def test_baltagi_li_without_any_economy_effect(draw, declare):
    """Residuals negatively correlated within economies: the variance of the effects is at its bound, zero."""
    data = draw(16, economies=8, years=6)
    data["inv"] -= data["inv"].groupby(level="economy").transform("mean") - data["value"]
    data["value"] = np.random.default_rng(1).normal(size=48)
    x = np.column_stack([np.ones(48), data[["value", "capital"]]])
    residuals = serial_effects._random_effects(data["inv"].to_numpy(), x, (8, 6))
    pooled = data["inv"] - x @ np.linalg.lstsq(x, data["inv"], rcond=None)[0]
    assert np.isfinite(diagnostics.baltagi_li(declare("random"), data).statistic)
    assert (residuals**2).sum() >= (pooled**2).sum() * (1 - 1e-12)


def test_refusals(grunfeld, unbalanced, declare):
    spec = declare("pooled")
    with pytest.raises(InputError, match="model 'm': unknown alternative 'ar'; known are 'serial', 'effects', 'joint'"):
        diagnostics.bera_sosa_yoon(spec, grunfeld, alternative="ar")
    with pytest.raises(InputError, match=r"model 'm': unknown variance 'late'; .* did you mean 'later'"):
        diagnostics.bera_sosa_yoon(spec, grunfeld, variance="late")
    with pytest.raises(InputError, match="goes from 1936 to 1938"):
        diagnostics.bera_sosa_yoon(spec, unbalanced)
    with pytest.raises(InputError, match="no economy has three rows on end; there is no serial correlation to test"):
        diagnostics.bera_sosa_yoon(spec, grunfeld.query("year < 1937"))
    with pytest.raises(InputError, match="192 rows of 10 economies and 20 years; this test needs a balanced panel"):
        diagnostics.baltagi_li(spec, unbalanced, by="wave")
    with pytest.raises(InputError, match="goes from 1936 to 1938"):
        diagnostics.baltagi_li(spec, unbalanced)


def test_size_of_the_sum_of_squares_over_all_rows(declare):
    """600 panels of 60 x 6 normal errors: near 5 % with 'all', about twice that with 'later' (the docstring)."""
    generator = np.random.default_rng(20181122)
    rows = pd.MultiIndex.from_product([range(60), range(6)], names=["economy", "year"])
    place = np.tile(np.arange(6), 60)
    rejected = dict.fromkeys(("all", "later"), 0)
    for _ in range(600):
        e = pd.Series(generator.normal(size=360), index=rows)
        e -= e.mean()
        before = np.where(place > 0, e.shift().to_numpy(), np.nan)
        for variance in rejected:
            a, b, (m, excess) = serial_effects._scores(e, before, variance)
            statistic = 360**2 * excess * (b + m / excess * a) ** 2 / (m * (excess - 2 * m))
            rejected[variance] += statistic > stats.chi2.isf(0.05, 1)
    assert 14 < rejected["all"] < 46  # 30 and three standard errors of 5.3
    assert rejected["later"] > 46


def test_year_effects_stay(draw, declare):
    data = draw(3)
    spec = declare("pooled", "year")
    dummies = (
        pd.get_dummies(data.index.get_level_values("year"), prefix="d", dtype=float).set_axis(data.index).iloc[:, 1:]
    )
    explicit = replace(declare("pooled"), regressors=("value", "capital", *dummies.columns))
    for test in (diagnostics.bera_sosa_yoon, diagnostics.baltagi_li):
        expected = test(explicit, data.join(dummies)).statistic
        assert test(spec, data).statistic == pytest.approx(expected, rel=1e-7)
