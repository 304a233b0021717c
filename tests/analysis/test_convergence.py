"""Sigma and beta convergence: known truths, statsmodels as oracle, what is refused, the shipped index."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import bri_eval as be
from bri_eval.analysis.convergence import balanced, beta, check_comparable, sigma
from bri_eval.checks import InputError

YEARS = [2007, 2010, 2018]


def grown(b: float, noise: float = 0.0, n: int = 60, a: float = 0.02, seed: int = 0) -> pd.Series:
    """Make scores whose growth per calendar year from 2007 on is a + b ln y, plus noise in the last year."""
    rng = np.random.default_rng(seed)
    start = rng.normal(-1, 0.5, n)
    logs = {year: start + (year - 2007) * (a + b * start) for year in YEARS}
    logs[2018] = logs[2018] + rng.normal(0, noise, n) * np.abs(start)
    index = pd.MultiIndex.from_product([YEARS, [f"E{i:02}" for i in range(n)]], names=["year", "economy"])
    scores = pd.Series(np.exp(np.concatenate(list(logs.values()))), index=index, name="score")
    return scores.swaplevel().sort_index()


def test_sigma_by_definition():
    scores = grown(-0.03, 0.1)
    found = sigma(scores)
    for year in YEARS:
        y = scores.xs(year, level="year").to_numpy()
        logs = np.log(y)
        sd = np.sqrt(((logs - logs.mean()) ** 2).sum() / (len(y) - 1))
        assert found.loc[year, "sd_log"] == pytest.approx(sd, abs=1e-14)
        assert found.loc[year, "cv"] == pytest.approx(np.std(y, ddof=1) / y.mean(), abs=1e-14)
    assert found["n"].tolist() == [60] * 3


def test_sigma_falls_where_growth_converges():
    """Without noise ln y shrinks by the factor 1 + b tau."""
    found = sigma(grown(-0.03))["sd_log"]
    np.testing.assert_allclose(found / found[2007], [1, 1 - 0.09, 1 - 0.33], rtol=0, atol=1e-12)


@pytest.mark.parametrize("b", [-0.05, -0.02, 0.01])
def test_beta_recovers_the_truth(b):
    found = beta(grown(b))
    assert found.coefficients["estimate"].tolist() == pytest.approx([0.02, b], abs=1e-12)
    assert (found.first, found.last, found.years, found.nobs) == (2007, 2018, 11, 60)
    assert found.speed == pytest.approx(-np.log(1 + 11 * b) / 11, abs=1e-12)
    assert found.r2 == pytest.approx(1, abs=1e-9)
    if b < 0:
        assert found.half_life == pytest.approx(np.log(2) / found.speed, abs=1e-9)
        assert np.exp(-found.speed * found.half_life) == pytest.approx(0.5, abs=1e-12)
    else:
        assert np.isnan(found.half_life)


def test_beta_with_noise_covers_the_truth():
    inside = 0
    for seed in range(200):
        row = beta(grown(-0.03, 0.2, n=80, seed=seed)).coefficients.loc["initial"]
        inside += abs(row["estimate"] + 0.03) < 1.99 * row["std_error"]
    assert inside >= 178  # 95 % of 200, minus four standard errors


def test_beta_statsmodels():
    """HC1 errors and t tests of an unrelated implementation."""
    scores = grown(-0.03, 0.2)
    rng = np.random.default_rng(5)
    economies = scores.index.unique("economy")
    controls = pd.DataFrame({"landlocked": rng.integers(0, 2, 60), "size": rng.lognormal(0, 1, 60)}, index=economies)
    found = beta(scores, controls)
    start, end = (np.log(scores.xs(year, level="year")) for year in (2007, 2018))
    design = sm.add_constant(controls.assign(initial=start)[["initial", *controls]])
    fit = sm.OLS((end - start) / 11, design).fit(cov_type="HC1", use_t=True)
    table = found.coefficients
    for column, expected in {"estimate": fit.params, "std_error": fit.bse, "pvalue": fit.pvalues}.items():
        np.testing.assert_allclose(table[column], expected, rtol=1e-8, atol=0)
    assert list(table.index) == ["constant", "initial", "landlocked", "size"]
    assert found.r2 == pytest.approx(fit.rsquared, abs=1e-10)
    assert found.speed_error == pytest.approx(fit.bse["initial"] / (1 + 11 * fit.params["initial"]), rel=1e-8)


def test_beta_between_two_named_years():
    found = beta(grown(-0.03), first=2007, last=2010)
    assert found.years == 3
    assert found.coefficients.loc["initial", "estimate"] == pytest.approx(-0.03, abs=1e-12)


def test_beta_names_who_is_left_out():
    scores = grown(-0.03).drop([("E03", 2018), ("E07", 2007), ("E09", 2010)])
    controls = pd.DataFrame({"size": np.arange(59.0)}, index=[f"E{i:02}" for i in range(59)])
    assert beta(scores).left_out == ("E03", "E07")
    found = beta(scores, controls.mask(controls == 20))
    assert found.left_out == ("E03", "E07", "E20", "E59")
    assert found.nobs == 56


def test_speed_is_missing_where_the_gap_would_change_sign():
    found = beta(grown(-0.2))
    assert found.coefficients.loc["initial", "estimate"] == pytest.approx(-0.2, abs=1e-12)
    assert np.isnan([found.speed, found.speed_error, found.half_life]).all()


def test_growth_that_is_the_same_everywhere_has_no_r2():
    scores = grown(0.0).groupby(level="economy").transform("first")
    found = beta(scores)
    assert np.isnan(found.r2)
    assert found.coefficients["estimate"].tolist() == pytest.approx([0, 0], abs=1e-15)


def test_balanced_keeps_economies_of_every_year():
    scores = grown(-0.03).drop([("E03", 2018), ("E07", 2007)])
    found = balanced(scores)
    assert sorted(set(scores.index.unique("economy")) - set(found.index.unique("economy"))) == ["E03", "E07"]
    assert sigma(found)["n"].tolist() == [58] * 3


def test_order_does_not_matter_and_the_input_stays():
    scores = grown(-0.03, 0.2)
    mixed = scores.sample(frac=1, random_state=0)
    before = mixed.copy()
    pd.testing.assert_frame_equal(sigma(mixed), sigma(scores), rtol=1e-13)
    pd.testing.assert_frame_equal(beta(mixed).coefficients, beta(scores).coefficients, rtol=1e-10)
    pd.testing.assert_series_equal(mixed, before)


COLLINEAR = pd.DataFrame({"size": 2.0}, index=[f"E{i:02}" for i in range(60)])
TWICE = pd.concat([COLLINEAR, COLLINEAR])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda y: sigma(y.to_frame()), "expected one column indexed by .economy, year."),
        (lambda y: sigma(y.droplevel("year")), "expected one column indexed by .economy, year."),
        (lambda y: sigma(y - y.min()), "the score of E.. 20.. is 0; its logarithm needs a value above 0"),
        (lambda y: sigma(y.mask(y == y.max())), "column of scores has 1 missing or infinite cells"),
        (
            lambda y: sigma(y.drop([pair for pair in y.index if pair[1] == 2018][1:])),
            "2018 has one economy only; dispersion needs two or more in every year",
        ),
        (lambda y: beta(y, first=2008), "there is no score of 2008; years are '2007', '2010', '2018'"),
        (lambda y: beta(y, first=2018, last=2007), "first is 2018 and last is 2007; convergence needs two years"),
        (lambda y: beta(y[:6]), "2 economies have both years and all controls; 2 coefficients need more than 2"),
        (lambda y: beta(y, COLLINEAR), "the columns 'constant', 'initial', 'size' are collinear; leave one out"),
        (lambda y: beta(y, 0 * COLLINEAR), "are collinear; leave one out"),
        (lambda y: beta(y, TWICE), r"controls have several rows of an economy; give one, such as controls.xs\(2007"),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call(grown(-0.03))


@pytest.mark.parametrize("measure", [sigma, beta])
def test_scores_by_year_are_refused_over_years(measure, tree, small_panel):
    scores = be.evaluate(small_panel, tree, be.Recipe(scope="by_year")).scores
    with pytest.raises(InputError, match="scores by year do not compare over years; evaluate with scope='pooled'"):
        measure(scores["goal"])
    check_comparable(scores[scores.index.get_level_values("year") == 2018])


def test_the_shipped_index(evaluation):
    """study.md, 2.3: 45 economies of list65 have all seven editions."""
    scores = evaluation.scores["capability"]
    assert sigma(balanced(scores))["n"].tolist() == [45] * 7
    found = beta(scores)
    both = set(scores.xs(2007, level="year").index) & set(scores.xs(2023, level="year").index)
    assert (found.first, found.last, found.years, found.nobs) == (2007, 2023, 16, len(both))
    assert found.coefficients.loc["initial", "estimate"] < 0
    assert found.nobs + len(found.left_out) == len(scores.index.unique("economy")) == 64  # PSE never
