"""Tests between panel models; the variation that they rest on is in ``variation``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError
from bri_eval.econometrics.estimate import estimate
from bri_eval.econometrics.sample import absorbed, complete_rows, year_dummies
from bri_eval.econometrics.variation import SIZE, minimum_detectable_effect, variation, vif

if TYPE_CHECKING:
    from bri_eval.econometrics.specs import Estimates, ModelSpec

__all__ = [
    "TestResult",
    "breusch_pagan_lm",
    "f_effects",
    "hausman",
    "minimum_detectable_effect",
    "mundlak",
    "variation",
    "vif",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """The result of one test.

    Parameters
    ----------
    name
        Name of the test, with its variant.
    statistic
        nan where the test is not defined.
    df
        Degrees of freedom: one number for chi2, numerator and denominator for F.
    pvalue
        Upper tail; nan where the test is not defined.
    null
        The hypothesis that a small p-value speaks against.
    sentence
        The result in words, to be printed.
    """

    __test__ = False  # not a test case, whatever pytest makes of the name

    name: str
    statistic: float
    df: int | tuple[int, int]
    pvalue: float
    null: str
    sentence: str


def hausman(spec: ModelSpec, data: pd.DataFrame) -> TestResult:
    """Test random against fixed economy effects by the classic Hausman statistic.

    H = d'(V_FE - V_RE)^-1 d with d the difference of the slopes that both models have, chi2 with as many degrees of
    freedom; classical covariances, each with its own model's error variance. Outcome, regressors and year effects come
    from `spec`, its estimator and covariance do not matter; regressors that the economy effects absorb stay in the
    random-effects model only.

    Returns
    -------
    TestResult
        Statistic and p-value are nan where V_FE - V_RE is not positive definite; the sentence says so.

    Raises
    ------
    InputError
        As `estimate`, and if no regressor varies within economies.

    Notes
    -----
    Valid only for homoskedastic, independent errors; `mundlak` is the version that is robust to clustering.

    References
    ----------
    hausman1978.
    """
    within, random = _fixed(spec, data), estimate(_random(spec), data)
    names = list(within.params.index)
    difference = (within.params - random.params[names]).to_numpy()
    gap = (within.covariance_matrix - random.covariance_matrix.loc[names, names]).to_numpy()
    units = np.sqrt(np.diag(within.covariance_matrix))
    least = float(np.linalg.eigvalsh(gap / np.outer(units, units)).min())
    name, null = "Hausman (classic)", "the economy effects are unrelated to the regressors"
    if least <= 1e-10:
        sentence = (
            "The classic Hausman statistic is not defined: V_FE - V_RE is not positive definite "
            f"(least eigenvalue, in units of V_FE, {least:.3g}); read the cluster-robust Mundlak test."
        )
        return TestResult(name=name, statistic=np.nan, df=len(names), pvalue=np.nan, null=null, sentence=sentence)
    return _result(name, float(difference @ np.linalg.solve(gap, difference)), len(names), null)


def mundlak(spec: ModelSpec, data: pd.DataFrame) -> TestResult:
    """Test random against fixed economy effects by the cluster-robust auxiliary regression.

    The economy means of the regressors are added to the random-effects model and, with year effects, those of the year
    dummies, which differ if the panel is unbalanced; its slopes are then those of `within`. The statistic is the Wald
    statistic of the regressors' means on the bare clustered sandwich (c = 1), chi2(q); the sentence adds the version
    with the project's factor c, F(q, G-1), which is the one to trust if clusters are few.

    Raises
    ------
    InputError
        As `estimate`, and if no regressor has a mean of its own, none varying within economies.

    References
    ----------
    mundlak1978; wooldridge2010.
    """
    auxiliary, means, rows = _auxiliary(spec, data)
    fit = estimate(auxiliary, rows)
    q = len(means)
    slopes, covariance = fit.params[means].to_numpy(), fit.covariance_matrix.loc[means, means].to_numpy()
    scaled = float(slopes @ np.linalg.solve(covariance, slopes))
    null = "the economy effects are unrelated to the regressors"
    result = _result("Mundlak (cluster-robust)", scaled * fit.scaling, q, null)
    small = _result("", scaled / q, (q, fit.clusters - 1), null)
    added = f"With the small-sample factor c it is F{small.df} = {small.statistic:.4g}, {_p(small.pvalue)}."
    return replace(result, sentence=f"{result.sentence} {added}")


def f_effects(spec: ModelSpec, data: pd.DataFrame) -> TestResult:
    """Test that the effects of a `within` model are all zero, against pooled least squares on the same rows.

    F = ((SSR_pooled - SSR_within)/q) / (SSR_within/(n-k)), with k counting all effects.

    Raises
    ------
    InputError
        As `estimate`, and for a model that is not `within`.

    References
    ----------
    wooldridge2010.
    """
    if spec.estimator != "within":
        raise InputError(f"model '{spec.name}': estimator '{spec.estimator}' absorbs no effects to test; use 'within'")
    within = estimate(replace(spec, covariance="unadjusted"), data)
    restricted = replace(spec, estimator="pooled", effects=(), covariance="unadjusted")
    pooled = estimate(restricted, data.loc[within.residuals.index])
    ssr = float((within.residuals**2).sum())
    df = (pooled.df - within.df, within.df)
    statistic = (float((pooled.residuals**2).sum()) - ssr) / df[0] / (ssr / df[1])
    null = f"all {' and '.join(spec.effects)} effects are zero"
    result = _result("F test of effects", statistic, df, null)
    return replace(result, sentence=f"{result.sentence} It assumes homoskedastic, independent errors.")


def breusch_pagan_lm(spec: ModelSpec, data: pd.DataFrame) -> TestResult:
    """Test for economy effects by the Lagrange multiplier of the pooled residuals e.

    LM = n^2/(2 (sum_i T_i^2 - n)) (sum_i (sum_t e_it)^2 / sum e^2 - 1)^2, chi2(1), valid also if the panel is
    unbalanced. Outcome, regressors and year effects come from `spec`. The sentence adds Honda's one-sided version.

    References
    ----------
    breusch1980.
    """
    from scipy import stats

    residuals = _pooled(spec, data).residuals
    economies = residuals.groupby(level="economy")
    n, sizes = len(residuals), economies.size()
    excess = float((economies.sum() ** 2).sum() / (residuals**2).sum() - 1)
    honda = n / np.sqrt(2 * ((sizes**2).sum() - n)) * excess
    result = _result("Breusch-Pagan LM", float(honda**2), 1, "the variance of the economy effects is zero")
    one_sided = f"Honda's one-sided statistic is {honda:.4g} ({_p(float(stats.norm.sf(honda)))})."
    return replace(result, sentence=f"{result.sentence} {one_sided}")


def _years(spec: ModelSpec) -> tuple[str, ...]:
    """Return the year effects of the model, if it has them."""
    return tuple(effect for effect in spec.effects if effect == "year")


def _pooled(spec: ModelSpec, data: pd.DataFrame) -> Estimates:
    """Estimate the model without economy effects."""
    return estimate(replace(spec, estimator="pooled", effects=_years(spec), covariance="unadjusted"), data)


def _random(spec: ModelSpec) -> ModelSpec:
    """Return the model with random economy effects."""
    return replace(spec, estimator="random", effects=_years(spec), covariance="unadjusted")


def _fixed(spec: ModelSpec, data: pd.DataFrame) -> Estimates:
    """Estimate the model with fixed economy effects, without the regressors that they absorb."""
    effects = ("economy", *_years(spec))
    within = replace(spec, estimator="within", effects=effects, covariance="unadjusted")
    rows = complete_rows(within, data)[0]
    lost = absorbed(rows, spec.regressors, effects)
    kept = tuple(name for name in spec.regressors if name not in lost)
    if not kept:
        raise InputError(f"model '{spec.name}': no regressor varies within economies; there is nothing to compare")
    return estimate(replace(within, regressors=kept), rows)


def _auxiliary(spec: ModelSpec, data: pd.DataFrame) -> tuple[ModelSpec, list[str], pd.DataFrame]:
    """Return the random-effects model with economy means, the names of the regressors' means, and its rows."""
    random = replace(_random(spec), covariance="clustered")
    rows = complete_rows(random, data)[0]
    years = year_dummies(rows.index).iloc[:, 1:] if random.effects else rows.iloc[:, :0]
    base = pd.concat([years, rows[list(spec.regressors)]], axis=1)
    means = base.groupby(level="economy").transform("mean").rename(columns="mean({})".format)
    everything = pd.concat([base, means], axis=1).assign(const=1.0)
    lost = absorbed(everything, ["const", *base, *means], ())
    kept = [str(name) for name in means if name not in lost]
    tested = [name for name in map("mean({})".format, spec.regressors) if name in kept]
    if not tested:
        raise InputError(f"model '{spec.name}': no regressor varies within economies; there is nothing to compare")
    return replace(random, regressors=(*spec.regressors, *kept)), tested, rows.join(means[kept])


def _result(name: str, statistic: float, df: int | tuple[int, int], null: str) -> TestResult:
    """Put a chi2 test (one number of degrees of freedom) or an F test (two) together."""
    from scipy import stats

    pvalue = float(stats.f.sf(statistic, *df) if isinstance(df, tuple) else stats.chi2.sf(statistic, df))
    law = f"F{df}" if isinstance(df, tuple) else f"chi2({df})"
    verdict = f"that {null} is {'rejected' if pvalue < SIZE else 'not rejected'} at 5 %."
    sentence = f"{name}: {law} = {statistic:.4g}, {_p(pvalue)}; {verdict}"
    return TestResult(name=name, statistic=statistic, df=df, pvalue=pvalue, null=null, sentence=sentence)


def _p(pvalue: float) -> str:
    """Write a p-value."""
    return "p < 0.001" if pvalue < 0.001 else f"p = {pvalue:.3f}"
