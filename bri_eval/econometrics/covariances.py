"""The covariance of a linear model's coefficients by each rule of the project, with its factor and t distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, bind, listing
from bri_eval.econometrics.fitted import Fitted, listed, solved

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LEAST_CLUSTERS, FEW_CLUSTERS = 6, 30
LEAST_YEARS, FEW_YEARS = 10, 20
FEW_DEGREES = 4
"""Below so many Satterthwaite degrees of freedom even the t distribution is a poor guide."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scaled:
    """A covariance, how it was scaled, and the t distribution that goes with it.

    Parameters
    ----------
    matrix
        Coefficients x coefficients.
    k, scaling, df
        As in ``Estimates``.
    dfs
        Degrees of freedom per coefficient, where each has its own.
    note
        The rule with its numbers.
    """

    matrix: pd.DataFrame
    k: int
    scaling: float
    df: int
    note: str
    dfs: pd.Series | None = None


def covariance(fitted: Fitted) -> Scaled:
    """Return the covariance that the model asks for.

    With G economies, T years and n rows, c = G/(G-1) (n-1)/(n-k) and k counting every coefficient except effects nested
    in the clusters: clustered by economy G counts economies and economy effects are nested; for Driscoll-Kraay the
    clusters are years and year effects are nested; two-way, G is the smaller of both numbers and both are nested. CR2
    and CV3 have no such factor; year effects are among their coefficients. With year effects as dummies the constant is
    one of them: clustered by year, its row and column are nan.

    Raises
    ------
    InputError
        For too few clusters, or a two-way variance that is not positive.

    References
    ----------
    cameron2015; cameron2011 (two-way); driscoll1998; pustejovsky2018 (CR2); mackinnon2023 (CV3).
    """
    _check_clusters(fitted)
    return bind(COVARIANCES[fitted.spec.covariance], fitted.spec.options)(fitted)


def _clustered(fitted: Fitted) -> Scaled:
    """Scale the engine's sandwich by economy."""
    counts, n, groups = fitted.counts, len(fitted.rows), _distinct(fitted.economies)
    k = counts.all - counts.economies
    c = _factor(groups, n, k)
    note = (
        f"Standard errors clustered by economy: bare sandwich times c = G/(G-1) (n-1)/(n-k) = {c:.6g} "
        f"with G = {groups}, n = {n}, k = {k} (economy effects not counted); "
        f"p-values and intervals from t({groups - 1})."
    )
    if groups < FEW_CLUSTERS:
        note += f" Fewer than {FEW_CLUSTERS} clusters: read CR2 or a wild cluster bootstrap beside them."
    return Scaled(matrix=fitted.bare * c, k=k, scaling=c, df=groups - 1, note=note)


def _unadjusted(fitted: Fitted) -> Scaled:
    """Return SSR/(n-k) (X'X)^-1."""
    k, n = fitted.counts.all, len(fitted.rows)
    note = (
        f"Classical standard errors, SSR/(n-k) with n = {n}, k = {k} (all effects counted); "
        f"p-values and intervals from t({n - k})."
    )
    return Scaled(matrix=fitted.bare * n / (n - k), k=k, scaling=n / (n - k), df=n - k, note=note)


def _two_way(fitted: Fitted) -> Scaled:
    """Cluster by economy and by year."""
    from bri_eval.econometrics.inference import two_way_sandwich

    counts, n = fitted.counts, len(fitted.rows)
    k = counts.slopes + counts.intercept + (0 if counts.nested else counts.years)
    numbers = _distinct(fitted.economies), _distinct(fitted.years)
    groups = min(numbers)
    c = _factor(groups, n, k)
    columns = solved(fitted)
    sandwich = two_way_sandwich(columns.x, columns.residuals, fitted.economies, fitted.years)[0]
    bare, left = _without_constant(fitted, listed(fitted, columns, sandwich))
    left += _definite(fitted, bare)
    counted = "effects of economies and years not counted" if counts.nested else "economy effects not counted"
    note = (
        f"Standard errors clustered by economy and by year: bare sandwich times c = G/(G-1) (n-1)/(n-k) = {c:.6g} with "
        f"G = {groups}, the smaller of {numbers[0]} economies and {numbers[1]} years, n = {n}, k = {k} ({counted}); "
        f"p-values and intervals from t({groups - 1}).{left}"
    )
    return Scaled(matrix=bare * c, k=k, scaling=c, df=groups - 1, note=note)


def _driscoll_kraay(fitted: Fitted, *, lag: int | None = None) -> Scaled:
    """Allow for dependence between economies and over `lag` observed years; T^(1/4) of them if not given."""
    from bri_eval.econometrics.inference import driscoll_kraay_sandwich

    counts, n, periods = fitted.counts, len(fitted.rows), _distinct(fitted.years)
    chosen = int(periods**0.25) if lag is None else lag
    if not 0 <= chosen < periods:
        raise InputError(f"model '{fitted.spec.name}': option lag is {lag}; expected 0 to {periods - 1}")
    k = counts.slopes + counts.intercept + counts.economies + (0 if counts.nested else counts.years)
    c = _factor(periods, n, k)
    columns = solved(fitted)
    sandwich = driscoll_kraay_sandwich(columns.x, columns.residuals, fitted.years, chosen)
    bare, left = _without_constant(fitted, listed(fitted, columns, sandwich))
    note = (
        f"Driscoll-Kraay standard errors, Bartlett weights over {chosen} lags; a lag is one observed year to the next, "
        f"whatever their distance. Unscaled form times c = T/(T-1) (n-1)/(n-k) = {c:.6g} with T = {periods}, n = {n}, "
        f"k = {k}{' (year effects not counted)' if counts.nested else ''}; "
        f"p-values and intervals from t({periods - 1}).{left}"
    )
    if periods < FEW_YEARS:
        note += f" Fewer than {FEW_YEARS} years: never read them without errors clustered by economy."
    return Scaled(matrix=bare * c, k=k, scaling=c, df=periods - 1, note=note)


def _cr2(fitted: Fitted) -> Scaled:
    """Correct the sandwich by economy for its bias, with degrees of freedom per coefficient."""
    from bri_eval.econometrics.inference import cr2_covariance

    columns = solved(fitted)
    every, degrees = cr2_covariance(columns.x, columns.residuals, fitted.economies)
    matrix = listed(fitted, columns, every)
    _check_identified(fitted, matrix)
    dfs = pd.Series(degrees, index=list(columns.names), name="dfs")[matrix.index]
    groups = _distinct(fitted.economies)
    note = (
        f"CR2 standard errors: clustered by economy (G = {groups}), corrected for bias under independent errors; "
        f"p-values and intervals from t with Satterthwaite degrees of freedom, {dfs.min():.3g} to {dfs.max():.3g}."
    )
    few = [str(name) for name in dfs.index if dfs[name] < FEW_DEGREES]
    if few:
        note += f" Below {FEW_DEGREES} for {listing(few)}: a normal approximation fails there."
    note += _held(fitted)
    k = fitted.counts.all - fitted.counts.economies
    return Scaled(matrix=matrix, k=k, scaling=float("nan"), df=groups - 1, note=note, dfs=dfs)


def _cv3(fitted: Fitted) -> Scaled:
    """Estimate the covariance from leaving out one economy after the other."""
    from bri_eval.econometrics.inference import cv3_covariance

    groups = _distinct(fitted.economies)
    note = (
        f"CV3 standard errors: jackknife over economies, (G-1)/G sum (b_-g - b)(b_-g - b)' with G = {groups}; "
        f"p-values and intervals from t({groups - 1}).{_held(fitted)}"
    )
    columns = solved(fitted)
    matrix = listed(fitted, columns, cv3_covariance(columns.x, columns.y, fitted.economies))
    _check_identified(fitted, matrix)
    k = fitted.counts.all - fitted.counts.economies
    return Scaled(matrix=matrix, k=k, scaling=float("nan"), df=groups - 1, note=note)


def _check_identified(fitted: Fitted, matrix: pd.DataFrame) -> None:
    """Refuse a coefficient that one economy alone determines: its variance between economies cannot be told."""
    lost = [str(name) for name, variance in zip(matrix, np.diag(matrix), strict=True) if np.isnan(variance)]
    if lost:
        raise InputError(
            f"model '{fitted.spec.name}': covariance '{fitted.spec.covariance}' needs more than one economy behind a "
            f"coefficient, and without one of them that of {listing(lost)} is not identified; leave it out"
        )


def _held(fitted: Fitted) -> str:
    """Say what the correction takes as given."""
    return " The share theta is taken as known." if "random" in fitted.spec.estimator else ""


def _factor(clusters: int, n: int, k: int) -> float:
    """Return c = G/(G-1) (n-1)/(n-k)."""
    return clusters / (clusters - 1) * (n - 1) / (n - k)


def _distinct(labels: np.ndarray) -> int:
    """Count distinct labels."""
    return len(pd.unique(labels))


def _check_clusters(fitted: Fitted) -> None:
    """Raise if there are too few clusters for the rule."""
    kind, where = fitted.spec.covariance, f"model '{fitted.spec.name}'"
    economies, years = _distinct(fitted.economies), _distinct(fitted.years)
    if kind not in ("unadjusted", "driscoll_kraay") and economies < LEAST_CLUSTERS:
        raise InputError(
            f"{where}: {economies} economies are too few clusters; expected at least {LEAST_CLUSTERS}: "
            "use covariance 'unadjusted' and say so"
        )
    if kind == "two_way" and years < LEAST_YEARS:
        raise InputError(
            f"{where}: {years} years are too few clusters for covariance 'two_way', whose part by year rests on one "
            f"sum per year; expected at least {LEAST_YEARS}: use 'clustered' with year effects"
        )
    if kind == "driscoll_kraay" and years < LEAST_CLUSTERS:
        raise InputError(
            f"{where}: {years} years are too few for covariance 'driscoll_kraay'; expected at least {LEAST_CLUSTERS}: "
            "use 'clustered'"
        )


def _definite(fitted: Fitted, matrix: pd.DataFrame) -> str:
    """Return a warning if a difference of sandwiches is no covariance, or raise if not even its diagonal is."""
    known = matrix.dropna(how="all").dropna(axis=1, how="all")
    units = np.sqrt(np.diag(fitted.bare.loc[known.index, known.columns]))
    correlations = known.to_numpy() / np.outer(units, units)
    lost = [str(name) for name, variance in zip(known, np.diag(correlations), strict=True) if variance <= 0]
    if lost:
        raise InputError(
            f"model '{fitted.spec.name}': the two_way variance of {listing(lost)} is not positive, as happens with few "
            "clusters; use covariance 'clustered'"
        )
    least = float(np.linalg.eigvalsh(correlations).min())
    if least > 0:
        return ""
    return (
        f" Their covariance matrix is not positive definite (least eigenvalue {least:.3g} in classical units): "
        "no joint test may rest on it."
    )


def _without_constant(fitted: Fitted, matrix: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Blank the constant where it is one of the year effects, of which clusters of years say nothing."""
    if "const" not in matrix or not fitted.counts.years or not fitted.counts.nested:
        return matrix, ""
    inside = matrix.index != "const"
    kept = matrix.where(np.outer(inside, inside))
    return kept, " The constant, here the effect of the first year, has no error clustered by year."


COVARIANCES: Mapping[str, Callable[..., Scaled]] = {
    "clustered": _clustered,
    "unadjusted": _unadjusted,
    "two_way": _two_way,
    "driscoll_kraay": _driscoll_kraay,
    "cr2": _cr2,
    "cv3": _cv3,
}
