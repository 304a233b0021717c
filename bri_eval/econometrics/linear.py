"""Linear panel models: linearmodels fits the equation, the project's rules scale its standard errors."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, listing
from bri_eval.econometrics.covariances import covariance
from bri_eval.econometrics.equations import Equation, equation
from bri_eval.econometrics.fitted import Counts, Fitted
from bri_eval.econometrics.sample import ABSORBED, absorbed, reproduced, residualise, usable_rows, year_dummies
from bri_eval.econometrics.specs import Dropped, Estimates

if TYPE_CHECKING:
    from bri_eval.econometrics.specs import ModelSpec


def estimate_linear(spec: ModelSpec, data: pd.DataFrame) -> Estimates:
    """Estimate a linear model without endogenous regressors; see ``estimate``."""
    rows, dropped = usable_rows(spec, data)
    sides = equation(spec, rows)
    counts = _counts(spec, sides)
    _check(spec, sides, counts)
    gone = rows.index.unique("economy").difference(sides.y.index.unique("economy"))
    dropped = replace(dropped, economies=tuple(sorted({*dropped.economies, *gone}, key=str)))
    return _estimates(spec, sides, counts, dropped)


def _counts(spec: ModelSpec, sides: Equation) -> Counts:
    """Count the coefficients by kind; a panel in unconnected parts has fewer year effects."""
    within = spec.estimator == "within"
    economies = within and "economy" in spec.effects
    intercept = "const" in sides.x or (within and not economies)
    years = len(_year_columns(spec, sides).columns) - (within and not economies) if within else _plain(sides)
    return Counts(
        slopes=sides.x.shape[1] - ("const" in sides.x) - (0 if within else years),
        intercept=int(intercept),
        years=years,
        economies=len(sides.x.index.unique("economy")) if economies else 0,
        nested="difference" not in spec.estimator,
    )


def _plain(sides: Equation) -> int:
    """Count the year dummies themselves, without their economy means."""
    return sum(name.startswith("year=") for name in sides.years)


def _year_columns(spec: ModelSpec, sides: Equation) -> pd.DataFrame:
    """Return the year dummies that a `within` model absorbs, economy means removed, as many as are independent."""
    if "year" not in spec.effects:
        return sides.x.iloc[:, :0]
    dummies = year_dummies(sides.x.index)
    left = residualise(dummies, tuple(effect for effect in spec.effects if effect == "economy"))
    return left.drop(columns=list(reproduced(left, np.linalg.norm(dummies, axis=0), ABSORBED)))


def _check(spec: ModelSpec, sides: Equation, counts: Counts) -> None:
    """Raise if the equation cannot be estimated, naming the columns at fault."""
    means = spec.estimator == "between"
    left, right = (side.groupby(level="economy").mean() if means else side for side in (sides.y, sides.x))
    effects = spec.effects if spec.estimator == "within" else ()
    removed = f" once {' and '.join(spec.effects)} effects are removed" if spec.effects else ""
    given = right[[column for column in right if column == "const" or str(column) in sides.years]]
    sizes = np.linalg.norm(pd.concat([given, left], axis=1), axis=0)
    if spec.outcome in reproduced(pd.concat([given, residualise(left, effects)], axis=1), sizes, 1e-12):
        raise InputError(f"model '{spec.name}': outcome '{spec.outcome}' is constant{removed}; choose another outcome")
    lost = absorbed(right, right.columns, effects)
    if lost:
        raise InputError(
            f"model '{spec.name}': regressors {listing(lost)} do not vary{removed}, "
            "or are collinear with those before them; leave them out"
        )
    if len(right) <= counts.all:
        raise InputError(
            f"model '{spec.name}': {len(right)} rows for {counts.all} coefficients; use fewer regressors or effects"
        )


def _estimates(spec: ModelSpec, sides: Equation, counts: Counts, dropped: Dropped) -> Estimates:
    """Fit the equation, find its covariance and put the record together."""
    units = sides.x.abs().max()  # columns of very unequal size would lose their rank in the engine
    result = _fit(spec, sides.y, sides.x / units)
    theta = result.theta["theta"] if "random" in spec.estimator else None
    listed = [name for name in sides.x if name == "const" or name in sides.slopes]
    params = (result.params / units)[listed].rename("params")
    bare = (result.cov / np.outer(units, units)).loc[listed, listed]
    rows = sides.y.groupby(level="economy").mean().index if spec.estimator == "between" else sides.y.index
    explicit = partial(_explicit, spec, sides, theta)
    scaled = covariance(Fitted(spec=spec, rows=rows, counts=counts, bare=bare, explicit=explicit))
    r2_within, r2_between, r2_overall = _r_squared(spec, sides, params)
    return Estimates(
        spec=spec,
        params=params,
        **inference(params, scaled.matrix, scaled.df if scaled.dfs is None else scaled.dfs),
        covariance_matrix=scaled.matrix,
        nobs=int(result.nobs),
        clusters=len(sides.x.index.unique("economy")),
        df=scaled.df,
        k=scaled.k,
        scaling=scaled.scaling,
        r2_within=r2_within,
        r2_between=r2_between,
        r2_overall=r2_overall,
        residuals=result.resids.rename("residuals"),
        theta=theta,
        dropped=dropped,
        convention=f"{sides.how} {scaled.note} R2 are squared correlations of the outcome with Xb, effects left out.",
        dfs=scaled.dfs,
    )


def _fit(spec: ModelSpec, y: pd.DataFrame, x: pd.DataFrame) -> Any:
    """Return the linearmodels result with the bare covariance: no factor of n, k, G or effects in it."""
    from linearmodels.panel import BetweenOLS, PanelOLS, PooledOLS, RandomEffects
    from linearmodels.panel.utility import AbsorbingEffectError

    clustered = spec.covariance == "clustered"
    bare: dict[str, Any] = {"cov_type": "clustered" if clustered else "unadjusted", "debiased": False}
    if clustered and spec.estimator != "between":  # a mean is a cluster of its own
        bare["cluster_entity"] = True
    try:
        if spec.estimator == "within":
            within = PanelOLS(y, x, entity_effects="economy" in spec.effects, time_effects="year" in spec.effects)
            return within.fit(auto_df=False, count_effects=False, **bare)
        if "random" in spec.estimator:
            return RandomEffects(y, x).fit(small_sample=True, **bare)
        return (BetweenOLS if spec.estimator == "between" else PooledOLS)(y, x).fit(**bare)
    except (ValueError, AbsorbingEffectError) as error:
        raise InputError(f"model '{spec.name}': {' '.join(str(error).split())}") from error


def _explicit(spec: ModelSpec, sides: Equation, theta: pd.Series | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return outcome and columns of which least squares is the estimator: year effects as dummies, others removed."""
    y, x = sides.y, sides.x
    if spec.estimator == "within":
        economy = tuple(effect for effect in spec.effects if effect == "economy")
        return residualise(y, economy), pd.concat([_year_columns(spec, sides), residualise(x, economy)], axis=1)
    if spec.estimator == "between":
        return y.groupby(level="economy").mean(), x.groupby(level="economy").mean()
    if theta is not None:
        share = theta.loc[y.index.get_level_values("economy")].to_numpy()[:, None]
        y, x = (side - share * side.groupby(level="economy").transform("mean") for side in (y, x))
    return y, x


def inference(params: pd.Series, matrix: pd.DataFrame, df: int | pd.Series) -> dict[str, Any]:
    """Return standard errors, t and p values and 95 % intervals; degrees of freedom one for all, or one each."""
    from scipy import stats

    errors = pd.Series(np.sqrt(np.diag(matrix)), index=params.index, name="std_errors")
    tvalues = (params / errors).rename("tvalues")
    pvalues = pd.Series(2 * stats.t.sf(tvalues.abs(), df), index=params.index, name="pvalues")
    half = stats.t.ppf(0.975, df) * errors
    interval = pd.DataFrame({"lower": params - half, "upper": params + half})
    return {"std_errors": errors, "tvalues": tvalues, "pvalues": pvalues, "conf_int": interval}


def _r_squared(spec: ModelSpec, sides: Equation, params: pd.Series) -> tuple[float, float, float]:
    """Return the squared correlations of outcome and X b: within, between, overall."""
    fitted = sides.levels[list(sides.slopes)] @ params[list(sides.slopes)]
    pair = pd.DataFrame({"outcome": sides.levels[spec.outcome], "fitted": fitted})
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
