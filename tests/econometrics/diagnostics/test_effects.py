"""Lagrange multipliers against R (plm 2.6-2), matrices written out, and simulated size."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bri_eval.checks import InputError
from bri_eval.econometrics import diagnostics

BOTH = ("economy", "year")


def test_breusch_pagan_lm_plm(check, grunfeld, unbalanced, declare):
    """R: plmtest(pool, type="bp", effect="individual"), complete and unbalanced; effect="time"; effect="twoways"."""
    result = diagnostics.breusch_pagan_lm(declare("within", "economy"), grunfeld)
    check(result, 798.1615484, 1, 1.354484919e-175)
    assert "Honda's one-sided statistic is 28.25 (p < 0.001)" in result.sentence
    check(diagnostics.breusch_pagan_lm(declare("pooled"), unbalanced), 888.6733498, 1)
    years = diagnostics.breusch_pagan_lm(declare("pooled"), grunfeld, effects=("year",))
    check(years, 6.453881581, 1, 0.01107102101)
    assert "Honda's one-sided statistic is -2.54 (p = 0.994)" in years.sentence
    check(diagnostics.breusch_pagan_lm(declare("random"), grunfeld, effects=BOTH), 804.6154299, 2, 1.90537016e-175)


def test_one_sided_versions_plm(check, grunfeld, declare):
    """R: plmtest(pool, type="honda"); type="kw", effect="twoways"; type="ghm", effect="twoways"."""
    spec = declare("pooled")
    check(diagnostics.honda(spec, grunfeld), 28.25175301, (), 6.772424595e-176)
    check(diagnostics.king_wu(spec, grunfeld), 21.83220861, (), 5.737029302e-106)
    check(diagnostics.gourieroux(spec, grunfeld), 798.1615484, (0, 1, 2), 1.268223644e-174)
    assert diagnostics.king_wu(spec, grunfeld, effects=("economy",)).statistic == pytest.approx(28.25175301)


def test_wooldridge_effects_plm(check, grunfeld, declare):
    """R: pwtest(pool)."""
    check(diagnostics.wooldridge_effects(declare("pooled"), grunfeld), 1.492218322, (), 0.1356419207)


def test_multipliers_are_quadratic_forms(draw, declare):
    """A = n/sqrt(2 tr(DD' DD' - I)) (e'DD'e/e'e - 1) with D the dummies of a level, on an unbalanced panel."""
    data = draw(7, missing=0.35)
    x = np.column_stack([np.ones(len(data)), data[["value", "capital"]]])
    e = data["inv"].to_numpy() - x @ np.linalg.lstsq(x, data["inv"], rcond=None)[0]
    parts, traces = [], []
    for level in BOTH:
        d = pd.get_dummies(data.index.get_level_values(level), dtype=float).to_numpy()
        same = d @ d.T
        traces.append(np.trace(same @ same) - len(e))
        parts.append(len(e) / np.sqrt(2 * traces[-1]) * (e @ same @ e / (e @ e) - 1))
    spec = declare("pooled")
    for effects, statistic in ((BOTH[:1], parts[0]), (BOTH[1:], parts[1]), (BOTH, sum(parts) / np.sqrt(2))):
        assert diagnostics.honda(spec, data, effects=effects).statistic == pytest.approx(statistic, rel=1e-9)
    king = np.sqrt(np.array(traces) / sum(traces)) @ parts
    assert diagnostics.king_wu(spec, data).statistic == pytest.approx(king, rel=1e-9)
    mixed = sum(max(0, part) ** 2 for part in parts)
    assert diagnostics.gourieroux(spec, data).statistic == pytest.approx(mixed, rel=1e-9)


def test_gourieroux_is_certain_where_both_parts_are_negative(declare):
    """Residuals that sum to nearly nothing over economies and years: both multipliers are negative, p is 1."""
    rows = pd.MultiIndex.from_product([list("ABCDEFGH"), range(2001, 2009)], names=["economy", "year"])
    sign = (-1.0) ** np.add.outer(np.arange(8), np.arange(8)).ravel()
    noise = np.random.default_rng(1).normal(size=(64, 2))
    data = pd.DataFrame({"inv": 9 * sign + noise[:, 0], "value": noise[:, 1], "capital": noise[:, 0] ** 2}, index=rows)
    result = diagnostics.gourieroux(declare("pooled"), data)
    assert (result.statistic, result.pvalue) == (0, 1)


def test_year_effects_of_the_model_stay_unless_they_are_tested(grunfeld, declare):
    with_years, without = (
        diagnostics.breusch_pagan_lm(declare("within", "economy", *more), grunfeld) for more in ((), ("year",))
    )
    assert with_years.statistic != pytest.approx(without.statistic, rel=1e-3)
    tested = diagnostics.breusch_pagan_lm(declare("within", "economy", "year"), grunfeld, effects=("year",))
    assert tested.statistic == pytest.approx(6.453881581)


def test_wooldridge_effects_by_hand(draw, declare):
    data = draw(9, missing=0.3)
    x = np.column_stack([np.ones(len(data)), data[["value", "capital"]]])
    e = pd.Series(data["inv"] - x @ np.linalg.lstsq(x, data["inv"], rcond=None)[0], index=data.index)
    sums = [np.triu(np.outer(own, own), 1).sum() for _, own in e.groupby(level="economy")]
    expected = sum(sums) / np.linalg.norm(sums)
    result = diagnostics.wooldridge_effects(declare("pooled"), data)
    assert result.statistic == pytest.approx(expected, rel=1e-9)
    assert result.pvalue == pytest.approx(2 * stats.norm.sf(abs(expected)))


def test_refusals(grunfeld, declare):
    spec = declare("pooled")
    for wrong in ((), ("wave",), ("year", "year")):
        with pytest.raises(InputError, match=r"effects to test are .*; expected one or both of 'economy', 'year'"):
            diagnostics.honda(spec, grunfeld, effects=wrong)
    cross = grunfeld.groupby(level="economy").head(1)
    with pytest.raises(InputError, match="model 'm': no economy has two rows; there is no economy effect to test"):
        diagnostics.honda(spec, cross)
    exact = grunfeld.assign(inv=grunfeld["value"] - 2 * grunfeld["capital"] + 5)
    with pytest.raises(InputError, match="model 'm' fits 'inv' exactly; there are no errors to test"):
        diagnostics.honda(spec, exact)
