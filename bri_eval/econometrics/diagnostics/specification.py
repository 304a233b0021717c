"""Tests between panel models: random against fixed economy effects, effects against none, one slope against many."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, listing
from bri_eval.econometrics.diagnostics.companions import (
    check_estimator,
    design,
    fixed,
    left_over,
    plain,
    prepared,
    years,
)
from bri_eval.econometrics.diagnostics.result import TestResult, chi2_or_f, p_text, undefined
from bri_eval.econometrics.estimate import estimate
from bri_eval.econometrics.sample import absorbed, year_dummies

if TYPE_CHECKING:
    from bri_eval.econometrics.specs import ModelSpec


def hausman(spec: ModelSpec, data: pd.DataFrame) -> TestResult:
    """Test random against fixed economy effects by the classic Hausman statistic.

    H = d'(V_FE - V_RE)^-1 d with d the difference of the slopes that both models have, chi2 with as many degrees of
    freedom; classical covariances, each with its own model's error variance. Outcome, regressors and year effects come
    from `spec`, its estimator and covariance do not matter; regressors that the economy effects absorb stay in the
    random-effects model only.

    Parameters
    ----------
    spec
        The model.
    data
        As for `estimate`.

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

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABCDEFG"), range(2011, 2019)], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": np.sin(np.arange(56)), "y": np.cos(np.arange(56) ** 2)}, index=rows)
    >>> spec = be.ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> test = be.diagnostics.hausman(spec, data)
    >>> round(test.statistic, 3), round(test.pvalue, 3)
    (0.473, 0.492)
    """
    within, random = fixed(spec, data), estimate(_random(spec), data)
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
        return undefined(name, len(names), null, sentence)
    return chi2_or_f(name, float(difference @ np.linalg.solve(gap, difference)), len(names), null)


def mundlak(spec: ModelSpec, data: pd.DataFrame) -> TestResult:
    """Test random against fixed economy effects by the cluster-robust auxiliary regression.

    The economy means of the regressors are added to the random-effects model and, with year effects, those of the year
    dummies, which differ if the panel is unbalanced; its slopes are then those of `within`. The statistic is the Wald
    statistic of the regressors' means on the bare clustered sandwich (c = 1), chi2(q); the sentence adds the version
    with the project's factor c, F(q, G-1), which is the one to trust if clusters are few.

    Parameters
    ----------
    spec
        The model.
    data
        As for `estimate`.

    Returns
    -------
    TestResult
        chi2(q).

    Raises
    ------
    InputError
        As `estimate`, and if no regressor has a mean of its own, none varying within economies.

    References
    ----------
    mundlak1978; wooldridge2010.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABCDEFG"), range(2011, 2019)], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": np.sin(np.arange(56)), "y": np.cos(np.arange(56) ** 2)}, index=rows)
    >>> spec = be.ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> test = be.diagnostics.mundlak(spec, data)
    >>> round(test.statistic, 3), round(test.pvalue, 3)
    (1.042, 0.307)
    """
    auxiliary, means, rows = _auxiliary(spec, data)
    fit = estimate(auxiliary, rows)
    q = len(means)
    slopes, covariance = fit.params[means].to_numpy(), fit.covariance_matrix.loc[means, means].to_numpy()
    scaled = float(slopes @ np.linalg.solve(covariance, slopes))
    null = "the economy effects are unrelated to the regressors"
    result = chi2_or_f("Mundlak (cluster-robust)", scaled * fit.scaling, q, null)
    small = chi2_or_f("", scaled / q, (q, fit.clusters - 1), null)
    added = f"With the small-sample factor c it is F{small.df} = {small.statistic:.4g}, {p_text(small.pvalue)}."
    return replace(result, sentence=f"{result.sentence} {added}")


def f_effects(spec: ModelSpec, data: pd.DataFrame, *, effects: tuple[str, ...] | None = None) -> TestResult:
    """Test that effects of a `within` model are all zero, against the model without them on the same rows.

    F = ((SSR_without - SSR)/q) / (SSR/(n-k)), with k counting all effects.

    Parameters
    ----------
    spec
        A `within` model.
    data
        As for `estimate`.
    effects
        Those that are tested, the others of the model being kept; all of the model's if not given.

    Returns
    -------
    TestResult
        F(q, n - k).

    Raises
    ------
    InputError
        As `estimate`, for a model that is not `within`, and for effects that it does not have.

    References
    ----------
    wooldridge2010.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABCDEFG"), range(2011, 2019)], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": np.sin(np.arange(56)), "y": np.cos(np.arange(56) ** 2)}, index=rows)
    >>> spec = be.ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> test = be.diagnostics.f_effects(spec, data)
    >>> round(test.statistic, 3), round(test.pvalue, 3)
    (1.55, 0.183)
    """
    if spec.estimator != "within":
        raise InputError(f"model '{spec.name}': estimator '{spec.estimator}' absorbs no effects to test; use 'within'")
    tested = spec.effects if effects is None else tuple(effects)
    if not tested or set(tested) - set(spec.effects):
        raise InputError(f"model '{spec.name}': effects to test are {tested}; it has {listing(spec.effects)}")
    kept = tuple(effect for effect in spec.effects if effect not in tested)
    model, rows = prepared(plain(spec, "within", spec.effects), data)
    within = estimate(model, rows)
    without = estimate(plain(model, "within" if kept else "pooled", kept), rows)
    ssr = float((within.residuals**2).sum())
    df = (without.df - within.df, within.df)
    statistic = (float((without.residuals**2).sum()) - ssr) / df[0] / (ssr / df[1])
    beside = f" beside {kept[0]} effects" if kept else ""
    null = f"all {' and '.join(tested)} effects are zero{beside}"
    return chi2_or_f("F test of effects", statistic, df, null, "It assumes homoskedastic, independent errors.")


def poolability(spec: ModelSpec, data: pd.DataFrame) -> TestResult:
    """Test that every economy has the same slopes, and for `pooled` the same intercept, by a Chow F.

    F = ((SSR - sum_i SSR_i)/q) / (sum_i SSR_i/(n - sum_i k_i)), with SSR of the model and SSR_i, k_i of the least
    squares of economy i alone, k_i counting only columns that vary in it; q is the loss of degrees of freedom.

    Parameters
    ----------
    spec
        A `pooled` model, or `within` economies.
    data
        As for `estimate`.

    Returns
    -------
    TestResult
        F.

    Raises
    ------
    InputError
        As `estimate`, for another estimator, for year effects, which no economy has alone, and if separate
        regressions leave no degrees of freedom.

    References
    ----------
    wooldridge2010.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABCDEFG"), range(2011, 2019)], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": np.sin(np.arange(56)), "y": np.cos(np.arange(56) ** 2)}, index=rows)
    >>> spec = be.ModelSpec(name="m", outcome="y", regressors=("x",), estimator="pooled")
    >>> test = be.diagnostics.poolability(spec, data)
    >>> round(test.statistic, 3), round(test.pvalue, 3)
    (0.744, 0.702)
    """
    check_estimator(spec, ("pooled", "within"))
    if "year" in spec.effects:
        raise InputError(
            f"model '{spec.name}': year effects cannot be estimated economy by economy; test the model without 'year'"
        )
    model, rows = prepared(plain(spec, spec.estimator, spec.effects), data)
    fit = estimate(model, rows)
    parts = [_alone(spec, own) for _, own in rows.groupby(level="economy")]
    ssr = sum(part[0] for part in parts)
    df = fit.nobs - sum(part[1] for part in parts)
    q = fit.df - df
    if df < 1 or q < 1:
        raise InputError(
            f"model '{spec.name}': separate regressions of {len(parts)} economies leave {df} degrees of freedom "
            f"and {q} restrictions from {fit.nobs} rows; use fewer regressors or more years"
        )
    statistic = (float((fit.residuals**2).sum()) - ssr) / q / (ssr / df)
    null = f"every economy has the same {'slopes' if spec.effects else 'intercept and slopes'}"
    return chi2_or_f("Poolability F", statistic, (q, df), null, "It assumes homoskedastic, independent errors.")


def _random(spec: ModelSpec) -> ModelSpec:
    """Return the model with random economy effects."""
    return plain(spec, "random", years(spec))


def _auxiliary(spec: ModelSpec, data: pd.DataFrame) -> tuple[ModelSpec, list[str], pd.DataFrame]:
    """Return the random-effects model with economy means, the names of the regressors' means, and its rows."""
    random, rows = prepared(replace(_random(spec), covariance="clustered"), data)
    dummies = year_dummies(rows.index).iloc[:, 1:] if random.effects else rows.iloc[:, :0]
    base = pd.concat([dummies, rows[list(spec.regressors)]], axis=1)
    means = base.groupby(level="economy").transform("mean").rename(columns="mean({})".format)
    everything = pd.concat([base, means], axis=1).assign(const=1.0)
    lost = absorbed(everything, ["const", *base, *means], ())
    kept = [str(name) for name in means if name not in lost]
    tested = [name for name in map("mean({})".format, spec.regressors) if name in kept]
    if not tested:
        raise InputError(f"model '{spec.name}': no regressor varies within economies; there is nothing to compare")
    return replace(random, regressors=(*spec.regressors, *kept)), tested, rows.join(means[kept])


def _alone(spec: ModelSpec, own: pd.DataFrame) -> tuple[float, int]:
    """Return the sum of squared residuals and the number of coefficients of one economy's own least squares."""
    x = design(spec, own)
    kept = [column for column in x if column not in absorbed(x, x.columns, ())]
    return float((left_over(own[spec.outcome].to_numpy(), x[kept].to_numpy()) ** 2).sum()), len(kept)
