"""Poisson pseudo-maximum-likelihood with economy and year effects: outcomes in levels, zeros kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, label
from bri_eval.econometrics.inference import cluster_sandwich
from bri_eval.econometrics.record import check_size, cluster_factor, cluster_note, record
from bri_eval.econometrics.sample import ABSORBED, absorbed, usable_rows, year_dummies
from bri_eval.econometrics.separation import concentrated, informative

if TYPE_CHECKING:
    from bri_eval.econometrics.separation import Informative
    from bri_eval.econometrics.specs import Dropped, Estimates, ModelSpec

STEPS = 200
STEP_TOLERANCE = 1e-8
"""Newton converges quadratically: after a step that moves no fitted value by this share, the next moves none."""
SUMS_TOLERANCE = 1e-8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Maximum:
    """The likelihood at its maximum, n rows sorted by the concentrated effect, p explicit columns.

    Parameters
    ----------
    coefficients
        (p,).
    fitted
        (n,), summing over each group to what the outcome does.
    centred, means
        (n, p), the columns less their group means weighted by the fitted values, and these means.
    """

    coefficients: np.ndarray
    fitted: np.ndarray
    centred: np.ndarray
    means: np.ndarray


def estimate_ppml(spec: ModelSpec, data: pd.DataFrame) -> Estimates:
    """Estimate E(y) = exp(x'b + economy effect + year effect) by Poisson pseudo-maximum-likelihood.

    Only the mean has to be right: the outcome need be neither a count nor Poisson, and zeros stay in. Newton steps on
    the likelihood with the first effect concentrated out, which is iteratively reweighted least squares with exact
    weighted demeaning; year effects beside economy effects are explicit dummies. The covariance is the sandwich of the
    weighted-demeaned regressors and the scores x(y - fitted), clustered by economy, times c = G/(G-1) (n-1)/(n-k),
    read against t(G-1); k counts slopes, intercept and year effects, not economy effects.

    Parameters
    ----------
    spec
        The model; covariance 'clustered', no options. Without effects there is an intercept, 'const'.
    data
        Indexed by (economy, year); the outcome is 0 or more, in levels.

    Returns
    -------
    Estimates
        `residuals` are y minus fitted values; the three R2 are not defined (nan). `extra` has the deviance, the squared
        correlation of outcome and fitted values, and the number of zeros kept and of rows lost to separation.

    Raises
    ------
    InputError
        As `estimate`; for an outcome below 0 or zero throughout, regressors that separate zero from positive outcomes,
        and a likelihood that does not converge.

    Notes
    -----
    Economies and years without a positive outcome, which their effect fits exactly, are left out and counted, and so
    are rows for which a combination of effects predicts zero; see ``separation``.

    References
    ----------
    santossilva2006; correia2019 (separation); cameron2015 (covariance).

    Examples
    --------
    >>> from bri_eval.econometrics.specs import ModelSpec
    >>> rows = pd.MultiIndex.from_product([list("ABCDEF"), [2010, 2012]], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": range(12), "y": [0, 1, 2, 5, 3, 4, 8, 9, 6, 8, 9, 12]}, index=rows)
    >>> spec = ModelSpec(name="m", outcome="y", regressors=("x",), effects=("economy",), estimator="ppml")
    >>> float(estimate_ppml(spec, data).params["x"].round(3))
    0.331
    """
    rows, dropped = usable_rows(spec, data)
    _check_outcome(spec, rows)
    left = informative(spec, rows)
    gone = rows.index.unique("economy").difference(left.rows.index.unique("economy"))
    dropped = replace(
        dropped,
        singletons=dropped.singletons + left.singletons,
        economies=tuple(sorted({*dropped.economies, *gone}, key=str)),
    )
    codes = concentrated(spec, left.rows.index)
    order = np.argsort(codes, kind="stable")
    left = left._replace(rows=left.rows.iloc[order])
    return _estimates(spec, left, _maximum(spec, left.rows, codes[order]), dropped)


def _check_outcome(spec: ModelSpec, rows: pd.DataFrame) -> None:
    """Raise at an outcome below zero, or without a positive value."""
    y = rows[spec.outcome]
    if (y < 0).any():
        row = y.index[y < 0][0]
        raise InputError(
            f"model '{spec.name}': outcome '{spec.outcome}' is {y[row]:g} for {label(row)}; estimator 'ppml' expects "
            "0 or more, in levels, not in logarithms"
        )
    if not (y > 0).any():
        raise InputError(f"model '{spec.name}': outcome '{spec.outcome}' is 0 in all {len(y)} rows; choose another")


def _maximum(spec: ModelSpec, rows: pd.DataFrame, codes: np.ndarray) -> Maximum:
    """Maximise the likelihood of rows that are sorted by the concentrated effect."""
    x, y = _columns(spec, rows).to_numpy(), rows[spec.outcome].to_numpy()
    economies = len(rows.index.unique("economy"))
    check_size(spec, len(rows), economies, _counted(spec, rows, x) + economies * ("economy" in spec.effects))
    found = _newton(spec, y, x, _Groups(codes))
    _check_sums(spec, rows, found.fitted)
    return found


def _columns(spec: ModelSpec, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the explicit columns: the year dummies that economy effects leave identified, then the regressors."""
    x = rows[list(spec.regressors)]
    if len(spec.effects) < 2:
        return x
    years = year_dummies(rows.index)
    lost = absorbed(years, years.columns, ("economy",))
    return pd.concat([years.drop(columns=list(lost)), x], axis=1)


def _counted(spec: ModelSpec, rows: pd.DataFrame, x: np.ndarray) -> int:
    """Return k: the explicit columns and, unless it is that of the economy, the concentrated effect."""
    return x.shape[1] + (0 if "economy" in spec.effects else int(concentrated(spec, rows.index).max()) + 1)


class _Groups:
    """Sums over the rows of sorted groups, of which the effect makes fitted and actual sums equal."""

    def __init__(self, codes: np.ndarray) -> None:
        self.codes = codes
        self.starts = np.flatnonzero(np.diff(codes, prepend=-1))

    def sums(self, columns: np.ndarray) -> np.ndarray:
        """Return, in every row, the sum over its group."""
        return np.add.reduceat(columns, self.starts, axis=0)[self.codes]

    def means(self, columns: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Return, in every row, the weighted mean of its group."""
        return self.sums(weights[:, None] * columns) / self.sums(weights)[:, None]

    def fitted(self, y: np.ndarray, linear: np.ndarray) -> tuple[np.ndarray, float]:
        """Return the fitted values and the log-likelihood, up to terms without coefficients."""
        top = np.maximum.reduceat(linear, self.starts)[self.codes]
        shares = np.exp(linear - top)
        total = self.sums(shares)
        return self.sums(y) * shares / total, float(y @ (linear - top - np.log(total)))


def _newton(spec: ModelSpec, y: np.ndarray, x: np.ndarray, groups: _Groups) -> Maximum:
    """Climb from equal shares within groups; the likelihood is concave in the coefficients."""
    origin = groups.means(x, np.ones(len(y)))
    units = np.sqrt(((x - origin) ** 2).mean(axis=0))
    z = (x - origin) / units
    b = np.zeros(x.shape[1])
    fitted, height = groups.fitted(y, z @ b)
    for _ in range(STEPS):
        centred = z - groups.means(z, fitted)
        step = _step(spec, centred, fitted, y)
        while groups.fitted(y, z @ (b + step))[1] < height - 1e-10 * y.sum():
            step = step / 2
        b = b + step
        fitted, height = groups.fitted(y, z @ b)
        if np.abs(centred @ step).max() <= STEP_TOLERANCE:
            means = groups.means(z, fitted)
            return Maximum(
                coefficients=b / units, fitted=fitted, centred=(z - means) * units, means=means * units + origin
            )
    raise InputError(
        f"model '{spec.name}': the likelihood has not converged in {STEPS} Newton steps; a regressor nearly separates "
        "zero from positive outcomes: leave it out"
    )


def _step(spec: ModelSpec, centred: np.ndarray, fitted: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return one Newton step."""
    units = np.sqrt(fitted @ centred**2)
    scaled = centred / units
    values, vectors = np.linalg.eigh(scaled.T @ (fitted[:, None] * scaled))
    if not values[0] > ABSORBED**2:
        raise InputError(
            f"model '{spec.name}': regressors are collinear once weighted by the fitted values, or nearly separate "
            "zero from positive outcomes; leave one out"
        )
    return vectors @ (vectors.T @ (scaled.T @ (y - fitted)) / values) / units


def _check_sums(spec: ModelSpec, rows: pd.DataFrame, fitted: np.ndarray) -> None:
    """Raise unless the fitted sums of every economy and year with an effect equal the actual ones."""
    pair = pd.DataFrame({"actual": rows[spec.outcome], "fitted": fitted}, index=rows.index)
    for effect in spec.effects:
        sums = pair.groupby(level=effect).sum()
        off = (sums["fitted"] / sums["actual"] - 1).abs()
        if not off.max() <= SUMS_TOLERANCE:
            raise InputError(
                f"model '{spec.name}': fitted and actual sums differ by a share of {off.max():.2g} in {effect} "
                f"{off.idxmax()}; the likelihood has not converged: a regressor is nearly collinear"
            )


def _estimates(spec: ModelSpec, left: Informative, found: Maximum, dropped: Dropped) -> Estimates:
    """Put the record together, the bare sandwich scaled by the project's rule."""
    y = left.rows[spec.outcome]
    n, clusters, k = len(y), len(y.index.unique("economy")), _counted(spec, left.rows, found.centred)
    names, params, bare = _listed(spec, left.rows, found)
    scaling = cluster_factor(n, clusters, k)
    return record(
        spec,
        pd.Series(params, index=names),
        bare * scaling,
        residuals=(y - found.fitted).sort_index(),
        df=clusters - 1,
        k=k,
        scaling=scaling,
        dropped=dropped,
        convention=_convention(spec, left, (clusters, n, k)),
        extra=_extra(y.to_numpy(), found.fitted, left),
    )


def _listed(spec: ModelSpec, rows: pd.DataFrame, found: Maximum) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Return names, values and bare clustered covariance of the slopes and of the intercept where there is one."""
    y, slopes = rows[spec.outcome].to_numpy(), list(spec.regressors)
    names = slopes if spec.effects else ["const", *slopes]
    x = found.centred if spec.effects else np.column_stack([np.ones(len(y)), found.centred])
    root = np.sqrt(found.fitted)
    errors = np.divide(y - found.fitted, root, out=np.zeros(len(y)), where=root > 0)
    bare = cluster_sandwich(x * root[:, None], errors, rows.index.get_level_values("economy").to_numpy())
    if spec.effects:
        return names, found.coefficients[-len(slopes) :], bare[-len(slopes) :, -len(slopes) :]
    shift = np.eye(len(names))  # from the centred columns back to the origin
    shift[0, 1:] = -found.means[0]
    const = np.log(found.fitted[0]) - rows[slopes].to_numpy()[0] @ found.coefficients
    return names, np.concatenate([[const], found.coefficients]), shift @ bare @ shift.T


def _extra(y: np.ndarray, fitted: np.ndarray, left: Informative) -> dict[str, object]:
    """Return how close the fit is, and what became of the zeros."""
    from scipy.special import xlogy

    return {
        "deviance": float(2 * (xlogy(y, y) - xlogy(y, fitted) - (y - fitted)).sum()),
        "squared_correlation": float(np.corrcoef(y, fitted)[0, 1] ** 2),
        "zeros_kept": int((y == 0).sum()),
        "rows_separated": left.separated,
    }


def _convention(spec: ModelSpec, left: Informative, sizes: tuple[int, int, int]) -> str:
    """Return the note under the table."""
    effects = f"{' and '.join(spec.effects)} effects" if spec.effects else "an intercept"
    kept, lost = int((left.rows[spec.outcome] == 0).sum()), left.separated
    return (
        f"Poisson pseudo-maximum-likelihood with {effects}; outcome in levels, {kept} zeros kept, {lost} rows with "
        "outcome 0 left out because effects fit them exactly (separation, checked by a linear programme). "
        f"{cluster_note(*sizes)} R2 are not defined."
    )
