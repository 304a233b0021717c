"""Estimation of one declared panel model: the one door to every estimator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from bri_eval.econometrics.linear import estimate_linear
from bri_eval.econometrics.sample import usable_rows
from bri_eval.econometrics.terms import columns_of, is_shifted

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from bri_eval.econometrics.specs import Estimates, ModelSpec


def estimate(spec: ModelSpec, data: pd.DataFrame) -> Estimates:
    """Estimate one panel model.

    Clustered by economy, V = c (X'X)^-1 (sum_g X_g'u_g u_g'X_g) (X'X)^-1 with c = G/(G-1) (n-1)/(n-k), read against
    t(G-1). k counts every coefficient except effects nested in the clusters: slopes, the intercept where there is one,
    and year effects whether absorbed or entered as dummies, but not economy effects. Unadjusted, V = SSR/(n-k) (X'X)^-1
    with all effects in k, read against t(n-k). The other covariances are described in ``covariances.covariance``.

    Parameters
    ----------
    spec
        The model.
    data
        Indexed by (economy, year), unique; the columns that the terms name are numeric, those of the sample may be
        text, others are ignored. Rows with a missing cell are left out and counted; nothing is interpolated.

    Returns
    -------
    Estimates
        Coefficients, errors, counts and what was dropped.

    Raises
    ------
    InputError
        For a column that is absent, a row that occurs twice, text or infinite cells, a sample or lags without rows, no
        complete row, a constant outcome, regressors that the effects absorb or that are collinear, too few clusters, or
        too few rows.

    Notes
    -----
    Differences are divided, on both sides, by the years elapsed: they are changes per year, whatever the distance of
    the waves. `first_difference` takes consecutive observed years of an economy, `long_difference` its first and last,
    or with option `span` all pairs of rows so many years apart; option `constant` adds a common trend per year.
    `correlated_random` adds the economy means of the regressors, and of the year dummies if the panel is unbalanced, so
    that its slopes are those of `within`. `pooled`, `within`, `iv` and `ppml` leave out rows that an effect of their
    own fits exactly, such as an economy seen once; `dropped` counts them.

    References
    ----------
    cameron2015 (clustered covariance and its small-sample factor); swamy1972 (random effects); mundlak1978 (correlated
    random effects); nickell1981 (lagged outcomes).

    Examples
    --------
    >>> import pandas as pd
    >>> from bri_eval.econometrics.specs import ModelSpec
    >>> rows = pd.MultiIndex.from_product([list("ABCDEF"), [2010, 2012]], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": range(12), "y": [0, 1, 2, 5, 3, 4, 8, 9, 6, 8, 9, 12]}, index=rows)
    >>> spec = ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> float(estimate(spec, data).params["x"].round(3))
    1.833
    """
    fit = estimator_of(spec)(spec, data)
    lagged = any(is_shifted(term) for term in (*spec.regressors, *spec.instruments))
    return _told(fit, data) if lagged or spec.sample else fit


def estimator_of(spec: ModelSpec) -> Callable[[ModelSpec, pd.DataFrame], Estimates]:
    """Return the function that runs a model's estimator; only its own module is imported."""
    if spec.estimator == "iv":
        from bri_eval.econometrics.instruments import estimate_iv

        return estimate_iv
    if spec.estimator == "ppml":
        from bri_eval.econometrics.ppml import estimate_ppml

        return estimate_ppml
    if spec.estimator == "gmm":
        from bri_eval.econometrics.dynamic import estimate_gmm

        return estimate_gmm
    if spec.estimator == "threshold":
        from bri_eval.econometrics.threshold import estimate_threshold

        return estimate_threshold
    if spec.estimator == "quantile":
        from bri_eval.econometrics.quantile import estimate_quantile

        return estimate_quantile
    return estimate_linear


def _told(fit: Estimates, data: pd.DataFrame) -> Estimates:
    """Count what lags and sample left out, and say it under the table."""
    spec, said = fit.spec, [fit.convention]
    account = usable_rows(spec, data)[1]
    lost = max(account.lags, fit.dropped.lags)  # an estimator may have lags of its own
    if spec.lag_by:
        unit = "observed year of the data" if spec.lag_by == "wave" else "calendar year"
        said += [f"Lags and leads by {unit}; {lost} rows lack nothing else and are left out."]
    dynamic = any(is_shifted(term) and spec.outcome in columns_of(term) for term in spec.regressors)
    if dynamic and spec.estimator != "gmm":
        said += ["With economy effects the slope of a lagged outcome is biased if years are few; see estimator 'gmm'."]
    for key, condition in spec.sample.items():
        said += [f"Sample: {key} {_words(condition)}."]
    dropped = replace(fit.dropped, lags=lost, outside=account.outside)
    return replace(fit, dropped=dropped, convention=" ".join(said))


def _words(condition: object) -> str:
    """Write a condition of a sample."""
    if isinstance(condition, tuple):
        return ", ".join(map(str, condition))
    if not isinstance(condition, Mapping):
        return str(condition)
    names = {"min": "from", "max": "to", "not": "without"}
    return " ".join(f"{names[limit]} {_words(value)}" for limit, value in condition.items())
