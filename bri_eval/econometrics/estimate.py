"""Estimation of one declared panel model: linearmodels fits it, the project's one standard-error rule scales it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, listing
from bri_eval.econometrics.sample import absorbed, complete_rows, reproduced, residualise, year_dummies
from bri_eval.econometrics.specs import Dropped, Estimates, ModelSpec

WITH_INTERCEPT = ("pooled", "random", "between")
LEAST_CLUSTERS, FEW_CLUSTERS = 6, 30


def estimate(spec: ModelSpec, data: pd.DataFrame) -> Estimates:
    """Estimate one panel model.

    Clustered by economy, V = c (X'X)^-1 (sum_g X_g'u_g u_g'X_g) (X'X)^-1 with c = G/(G-1) (n-1)/(n-k), read against
    t(G-1). k counts every coefficient except effects nested in the clusters: slopes, the intercept where there is one,
    and year effects whether absorbed or entered as dummies, but not economy effects. Unadjusted, V = SSR/(n-k) (X'X)^-1
    with all effects in k, read against t(n-k).

    Parameters
    ----------
    spec
        The model.
    data
        Indexed by (economy, year), unique; outcome and regressors as numeric columns, others are ignored. Rows with a
        missing cell are left out and counted; nothing is interpolated.

    Raises
    ------
    InputError
        For a column that is absent, a row that occurs twice, text or infinite cells, no complete row, a constant
        outcome, regressors that the effects absorb or that are collinear, fewer than 6 clusters, or too few rows.

    Notes
    -----
    Differences are taken between consecutive observed years of an economy and both sides divided by the years elapsed:
    they are changes per year, whatever the distance of the waves. `pooled` and `within` leave out rows that an effect
    of their own fits exactly, such as an economy seen once; `dropped` counts them.

    References
    ----------
    cameron2015 (clustered covariance and its small-sample factor); swamy1972 (random effects).

    Examples
    --------
    >>> rows = pd.MultiIndex.from_product([list("ABCDEF"), [2010, 2012]], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": range(12), "y": [0, 1, 2, 5, 3, 4, 8, 9, 6, 8, 9, 12]}, index=rows)
    >>> spec = ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> float(estimate(spec, data).params["x"].round(3))
    1.833
    """
    rows, missing, singletons = complete_rows(spec, data)
    y, x = _equation(spec, rows)
    _check_equation(spec, y, x)
    gone = data.index.unique("economy").difference(y.index.unique("economy"))
    dropped = Dropped(rows=missing, singletons=singletons, economies=tuple(gone))
    return _estimates(spec, rows, (y, x), dropped)


def _equation(spec: ModelSpec, rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return both sides of the equation as the engine needs them: differenced, with intercept and year dummies."""
    if spec.estimator == "first_difference":
        rows = _changes_per_year(spec, rows)
    y, x = rows[[spec.outcome]], rows[list(spec.regressors)]
    if spec.estimator in WITH_INTERCEPT:
        years = year_dummies(rows.index).iloc[:, 1:] if "year" in spec.effects else x.iloc[:, :0]
        x = pd.concat([pd.DataFrame({"const": 1.0}, index=rows.index), years, x], axis=1)
    return y, x


def _changes_per_year(spec: ModelSpec, rows: pd.DataFrame) -> pd.DataFrame:
    """Return differences between consecutive observed years of an economy, divided by the years elapsed."""
    elapsed = _elapsed(spec, rows)
    changes = rows.groupby(level="economy").diff().div(elapsed, axis=0)[elapsed.notna()]
    if changes.empty:
        raise InputError(f"model '{spec.name}': no economy has two complete rows; use estimator 'pooled' or 'between'")
    return changes


def _elapsed(spec: ModelSpec, rows: pd.DataFrame) -> pd.Series:
    """Return the years since the row before of the same economy; missing for the first."""
    years = rows.index.get_level_values("year")
    if not pd.api.types.is_numeric_dtype(years):
        raise InputError(f"model '{spec.name}': the years are {years[0]!r}, ...; differences need them as numbers")
    return pd.Series(years, index=rows.index, dtype=float).groupby(level="economy").diff()


def _check_equation(spec: ModelSpec, y: pd.DataFrame, x: pd.DataFrame) -> None:
    """Raise if the equation cannot be estimated, naming the columns at fault."""
    means = spec.estimator == "between"
    left, right = (side.groupby(level="economy").mean() if means else side for side in (y, x))
    effects = spec.effects if spec.estimator == "within" else ()
    removed = f" once {' and '.join(spec.effects)} effects are removed" if spec.effects else ""
    given = right.loc[:, [column for column in right if column not in spec.regressors]]
    sizes = np.linalg.norm(pd.concat([given, left], axis=1), axis=0)
    if spec.outcome in reproduced(pd.concat([given, residualise(left, effects)], axis=1), sizes, 1e-12):
        raise InputError(f"model '{spec.name}': outcome '{spec.outcome}' is constant{removed}; choose another outcome")
    lost = absorbed(right, right.columns, effects)
    if lost:
        raise InputError(
            f"model '{spec.name}': regressors {listing(lost)} do not vary{removed}, "
            "or are collinear with those before them; leave them out"
        )
    _check_size(spec, x, len(right))


def _check_size(spec: ModelSpec, x: pd.DataFrame, n: int) -> None:
    """Raise if there are too few clusters, or no more rows than coefficients."""
    k, economies = sum(_counts(spec, x)), len(x.index.unique("economy"))
    if n <= k:
        raise InputError(f"model '{spec.name}': {n} rows for {k} coefficients; use fewer regressors or effects")
    if spec.covariance == "clustered" and economies < LEAST_CLUSTERS:
        raise InputError(
            f"model '{spec.name}': {economies} economies are too few clusters; expected at least {LEAST_CLUSTERS}: "
            "use covariance 'unadjusted' and say so"
        )


def _counts(spec: ModelSpec, x: pd.DataFrame) -> tuple[int, int]:
    """Return the number of coefficients that are not nested in the clusters, and that of economy effects, which are."""
    if spec.estimator != "within":
        return x.shape[1], 0
    nested = tuple(effect for effect in spec.effects if effect == "economy")
    years = np.linalg.matrix_rank(residualise(year_dummies(x.index), nested)) if "year" in spec.effects else 0
    return x.shape[1] + int(years), len(x.index.unique("economy")) if nested else 0


def _estimates(
    spec: ModelSpec, rows: pd.DataFrame, equation: tuple[pd.DataFrame, pd.DataFrame], dropped: Dropped
) -> Estimates:
    """Fit the equation, scale its bare covariance by the project's rule and put the record together."""
    y, x = equation
    units = x.abs().max()  # columns of very unequal size would lose their rank in the engine
    result = _fitted(spec, y, x / units)
    n, clusters = int(result.nobs), len(x.index.unique("economy"))
    k, scaling, df = _scaling(spec, x, n, clusters)
    listed = [column for column in x if column == "const" or column in spec.regressors]
    params = (result.params / units)[listed].rename("params")
    covariance = (result.cov * scaling / np.outer(units, units)).loc[listed, listed]
    r2_within, r2_between, r2_overall = _r_squared(spec, rows, params)
    return Estimates(
        spec=spec,
        params=params,
        **_inference(params, covariance, df),
        covariance_matrix=covariance,
        nobs=n,
        clusters=clusters,
        df=df,
        k=k,
        scaling=scaling,
        r2_within=r2_within,
        r2_between=r2_between,
        r2_overall=r2_overall,
        residuals=result.resids.rename("residuals"),
        theta=result.theta["theta"] if spec.estimator == "random" else None,
        dropped=dropped,
        convention=_convention(spec, rows, (n, clusters, k), scaling),
    )


def _fitted(spec: ModelSpec, y: pd.DataFrame, x: pd.DataFrame) -> Any:
    """Return the linearmodels result with the bare covariance: no factor of n, k, G or effects in it."""
    from linearmodels.panel import BetweenOLS, PanelOLS, PooledOLS, RandomEffects
    from linearmodels.panel.utility import AbsorbingEffectError

    bare: dict[str, Any] = {"cov_type": spec.covariance, "debiased": False}
    if spec.covariance == "clustered" and spec.estimator != "between":  # a mean is a cluster of its own
        bare["cluster_entity"] = True
    try:
        if spec.estimator == "within":
            within = PanelOLS(y, x, entity_effects="economy" in spec.effects, time_effects="year" in spec.effects)
            return within.fit(auto_df=False, count_effects=False, **bare)
        if spec.estimator == "random":
            return RandomEffects(y, x).fit(small_sample=True, **bare)
        return (BetweenOLS if spec.estimator == "between" else PooledOLS)(y, x).fit(**bare)
    except (ValueError, AbsorbingEffectError) as error:
        raise InputError(f"model '{spec.name}': {' '.join(str(error).split())}") from error


def _scaling(spec: ModelSpec, x: pd.DataFrame, n: int, clusters: int) -> tuple[int, float, int]:
    """Return k, c and the degrees of freedom of the t distribution."""
    k, nested = _counts(spec, x)
    if spec.covariance == "clustered":
        return k, clusters / (clusters - 1) * (n - 1) / (n - k), clusters - 1
    return k + nested, n / (n - k - nested), n - k - nested


def _inference(params: pd.Series, covariance: pd.DataFrame, df: int) -> dict[str, Any]:
    """Return standard errors, t and p values and 95 % intervals."""
    from scipy import stats

    errors = pd.Series(np.sqrt(np.diag(covariance)), index=params.index, name="std_errors")
    tvalues = (params / errors).rename("tvalues")
    pvalues = pd.Series(2 * stats.t.sf(tvalues.abs(), df), index=params.index, name="pvalues")
    half = stats.t.ppf(0.975, df) * errors
    interval = pd.DataFrame({"lower": params - half, "upper": params + half})
    return {"std_errors": errors, "tvalues": tvalues, "pvalues": pvalues, "conf_int": interval}


def _r_squared(spec: ModelSpec, rows: pd.DataFrame, params: pd.Series) -> tuple[float, float, float]:
    """Return the squared correlations of outcome and X b: within, between, overall."""
    slopes = params[list(spec.regressors)]
    pair = pd.DataFrame({"outcome": rows[spec.outcome], "fitted": rows[list(spec.regressors)] @ slopes})
    within = residualise(pair, ("economy", "year") if "year" in spec.effects else ("economy",))
    return (
        _correlation2(within, pair),
        _correlation2(pair.groupby(level="economy").mean(), pair),
        _correlation2(pair, pair),
    )


def _correlation2(pair: pd.DataFrame, scale: pd.DataFrame) -> float:
    """Return the squared correlation of two columns, nan if either does not vary."""
    centred = pair - pair.mean()
    lengths = np.linalg.norm(centred, axis=0)
    if (lengths <= 1e-10 * np.linalg.norm(scale, axis=0)).any():
        return float("nan")
    return float((centred.prod(axis=1).sum() / lengths.prod()) ** 2)


def _convention(spec: ModelSpec, rows: pd.DataFrame, sizes: tuple[int, int, int], scaling: float) -> str:
    """Return the note under the table: how the model was run and how its standard errors were scaled."""
    n, clusters, k = sizes
    said = [_estimator_note(spec, rows)]
    if spec.covariance == "clustered":
        said += [
            f"Standard errors clustered by economy: bare sandwich times c = G/(G-1) (n-1)/(n-k) = {scaling:.6g} "
            f"with G = {clusters}, n = {n}, k = {k} (economy effects not counted); "
            f"p-values and intervals from t({clusters - 1})."
        ]
        if clusters < FEW_CLUSTERS:
            said += [f"Fewer than {FEW_CLUSTERS} clusters: read CR2 or a wild cluster bootstrap beside them."]
    else:
        said += [
            f"Classical standard errors, SSR/(n-k) with n = {n}, k = {k} (all effects counted); "
            f"p-values and intervals from t({n - k})."
        ]
    return " ".join([*said, "R2 are squared correlations of the outcome with Xb, effects left out."])


def _estimator_note(spec: ModelSpec, rows: pd.DataFrame) -> str:
    """Return the sentence that says how the equation was run."""
    years = ", year effects as dummies" if spec.effects else ""
    if spec.estimator == "within":
        return f"Within: {' and '.join(spec.effects)} effects absorbed."
    if spec.estimator == "random":
        return f"Random economy effects (Swamy-Arora, small-sample form for unbalanced panels){years}."
    if spec.estimator == "between":
        return "Between: one row per economy, the mean of its complete rows."
    if spec.estimator == "pooled":
        return f"Pooled least squares{years}."
    elapsed = _elapsed(spec, rows).dropna()
    return (
        "First differences between consecutive observed years, both sides divided by the years elapsed "
        f"({elapsed.min():g} to {elapsed.max():g}); no constant."
    )
