"""Dependence between economies and unequal variances, against R (plm 2.6-2), loops and simulation."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bri_eval.checks import InputError
from bri_eval.econometrics import diagnostics
from bri_eval.econometrics.estimate import estimate


def test_pesaran_cd_plm(check, grunfeld, unbalanced, declare):
    """R: pcdtest(fe, test="cd"), complete and unbalanced."""
    result = diagnostics.pesaran_cd(declare("within", "economy"), grunfeld)
    check(result, 4.661192485, (), 3.143825282e-06)
    assert "The mean correlation of 45 pairs is 0.155" in result.sentence
    check(diagnostics.pesaran_cd(declare("within", "economy"), unbalanced), 3.422974417, ())


@pytest.mark.parametrize(
    ("effects", "variant", "statistic", "df", "pvalue"),
    [
        (("economy",), "lm", 246.3287801, 45, 1.449314367e-29),
        (("economy",), "scaled", 21.22191679, (), 5.993041835e-100),
        (("economy",), "bias_corrected", 20.9587589, (), 1.561044355e-97),
        (("economy", "year"), "lm", 185.3072494, 45, 6.086735083e-19),
        (("economy", "year"), "scaled", 14.78968267, (), 1.707569401e-49),
    ],
)
def test_lm_dependence_plm(check, grunfeld, declare, effects, variant, statistic, df, pvalue):
    """R: pcdtest(fe, test=) and pcdtest(tw, test=) "lm"; "sclm"; "bcsclm"."""
    result = diagnostics.lm_dependence(declare("within", *effects), grunfeld, variant=variant)
    check(result, statistic, df, pvalue)
    assert ("Year effects alone make residuals correlate" in result.sentence) == ("year" in effects)


@pytest.mark.parametrize("estimator", ["pooled", "within", "random"])
def test_dependence_by_loops(draw, declare, estimator):
    """Every pair by itself, on a panel with holes."""
    data = draw(11, economies=8, years=13, missing=0.25)
    spec = declare(estimator, *(("economy",) if estimator == "within" else ()))
    residuals = estimate(replace(spec, covariance="unadjusted"), data).residuals
    own = {name: part.droplevel("economy") for name, part in residuals.groupby(level="economy")}
    weighted, squares, inverse = [], [], []
    for one, two in combinations(own, 2):
        both = pd.concat([own[one], own[two]], axis=1, join="inner")
        r = stats.pearsonr(both.iloc[:, 0], both.iloc[:, 1]).statistic
        weighted.append(np.sqrt(len(both)) * r)
        squares.append(len(both) * r**2)
        inverse.append(1 / (len(both) - 1))
    pairs = len(weighted)
    cd = diagnostics.pesaran_cd(spec, data)
    assert cd.statistic == pytest.approx(sum(weighted) / np.sqrt(pairs), rel=1e-9)
    assert cd.pvalue == pytest.approx(2 * stats.norm.sf(abs(cd.statistic)))
    lm = diagnostics.lm_dependence(spec, data, variant="lm")
    assert (lm.statistic, lm.df) == (pytest.approx(sum(squares), rel=1e-9), pairs)
    scaled = (sum(squares) - pairs) / np.sqrt(2 * pairs)
    assert diagnostics.lm_dependence(spec, data, variant="scaled").statistic == pytest.approx(scaled, rel=1e-9)
    if estimator == "within":
        corrected = diagnostics.lm_dependence(spec, data).statistic
        assert corrected == pytest.approx(scaled - 8 / 2 * np.mean(inverse), rel=1e-9)


def test_pairs_with_few_common_years_are_refused_or_left_out(draw, declare):
    data = draw(2, economies=7, years=10)
    year = data.index.get_level_values("year")
    name = data.index.get_level_values("economy")
    data = data[~((name == "E01") & (year > 2004)) & ~((name == "E04") & (year < 2003))]
    spec = declare("within", "economy")
    with pytest.raises(
        InputError, match=r"economies 'E01' and 'E04' have 2 common years, and 1 of 21 pairs fewer than 3"
    ):
        diagnostics.pesaran_cd(spec, data)
    result = diagnostics.pesaran_cd(spec, data, short_pairs="omit")
    assert "1 pairs with fewer than 3 common years are left out" in result.sentence
    assert "of 20 pairs" in result.sentence
    assert diagnostics.lm_dependence(spec, data, variant="lm", short_pairs="omit").df == 20
    with pytest.raises(InputError, match="unknown treatment of short pairs 'drop'; known are 'refuse', 'omit'"):
        diagnostics.pesaran_cd(spec, data, short_pairs="drop")
    twos = data[data.index.get_level_values("year").isin([2003, 2004])]
    with pytest.raises(InputError, match="21 of 21 pairs fewer than 3"):
        diagnostics.pesaran_cd(spec, twos, short_pairs="omit")


def test_year_effects_refuse_cd(grunfeld, declare):
    for spec in (declare("within", "economy", "year"), declare("pooled", "year")):
        with pytest.raises(InputError, match=r"year effects make residuals negatively correlated .* without 'year'"):
            diagnostics.pesaran_cd(spec, grunfeld)


def test_other_refusals_of_dependence(grunfeld, declare):
    for name in ("between", "first_difference"):
        with pytest.raises(InputError, match=f"not for estimator '{name}'; it takes 'pooled', 'within', 'random'"):
            diagnostics.pesaran_cd(declare(name), grunfeld)
    with pytest.raises(InputError, match="unknown variant 'bias'; known are 'lm', 'scaled', 'bias_corrected'"):
        diagnostics.lm_dependence(declare("within", "economy"), grunfeld, variant="bias")
    with pytest.raises(InputError, match="the bias correction is that of economy effects; use variant 'scaled'"):
        diagnostics.lm_dependence(declare("pooled"), grunfeld)
    flat = (grunfeld.index.get_level_values("economy") == "F03").astype(float)
    own = {f"d{year}": flat * (grunfeld.index.get_level_values("year") == year) for year in range(1936, 1955)}
    spec = replace(declare("within", "economy"), regressors=("value", *own))
    with pytest.raises(InputError, match="the residuals of economy 'F03' do not vary over the years in common"):
        diagnostics.pesaran_cd(spec, grunfeld.assign(**own))


def test_modified_wald_formula(check, grunfeld, declare):
    """econometrics.md 4.1: xttest3's formula on Grunfeld, 17342172.6002 to its digits."""
    result = diagnostics.modified_wald(declare("within", "economy"), grunfeld)
    assert result.statistic == pytest.approx(17342172.6002, abs=5e-5)
    assert result.df == 10
    assert "rejects far too often" not in result.sentence


def test_modified_wald_by_loops(draw, declare):
    data = draw(5, economies=9, years=7, missing=0.2)
    residuals = estimate(declare("within", "economy"), data).residuals
    total = 0.0
    for _, own in residuals.groupby(level="economy"):
        squares = own.to_numpy() ** 2
        variance = squares.var(ddof=1) / len(squares)
        total += (squares.mean() - (residuals**2).mean()) ** 2 / variance
    result = diagnostics.modified_wald(declare("within", "economy"), data)
    assert (result.statistic, result.df) == (pytest.approx(total, rel=1e-9), 9)
    assert "With 9 economies and 7 years it rejects far too often" in result.sentence


def test_modified_wald_refusals(draw, declare):
    data = draw(5, economies=7, years=6)
    short = data.drop(index=[("E02", year) for year in range(2001, 2005)])
    with pytest.raises(
        InputError, match=r"squared residuals of economy 'E02' \(2 rows\) are all alike, and of 1 economies"
    ):
        diagnostics.modified_wald(declare("within", "economy"), short)
    with pytest.raises(InputError, match="not for estimator 'random'"):
        diagnostics.modified_wald(declare("random"), data)


@pytest.mark.bench
@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_size_of_cd_and_bias_corrected_lm(draw, declare, missing):
    """150 panels of 20 x 12 without dependence: a test at 5 % rejects in at most 11 % (three standard errors)."""
    spec = declare("within", "economy")
    rejected = np.zeros(2)
    for seed in range(150):
        data = draw(seed, economies=20, years=12, missing=missing)
        for place, test in enumerate((diagnostics.pesaran_cd, diagnostics.lm_dependence)):
            rejected[place] += test(spec, data, short_pairs="omit").pvalue < 0.05
    assert (rejected < 16.5).all()
