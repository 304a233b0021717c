"""A linear panel model as arrays: economy means removed exactly, year effects as explicit columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, listing
from bri_eval.econometrics.sample import ABSORBED, complete_rows

if TYPE_CHECKING:
    from bri_eval.econometrics.specs import ModelSpec


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """A linear model as arrays, n rows sorted by economy and year, p explicit columns.

    Parameters
    ----------
    name
        Name of the model.
    y, z
        (n,) and (n, p); economy means removed if there are economy effects. The columns of z are first the nuisance
        (intercept without economy effects; year dummies, as many as are identified), then the slopes.
    economies, periods
        (n,) codes 0, 1, ... of `labels` and `years`.
    labels, years
        Names of the G economies and the T years.
    slopes
        Names of the regressors.
    nuisance
        Number of columns of z before the slopes.
    sizes
        (G, p), squared length of each column over the rows of an economy before any effect is removed.
    k
        Coefficients that the project's rule counts: p, because economy effects are nested in the clusters.
    effects
        Of the model.
    """

    name: str
    y: np.ndarray
    z: np.ndarray
    economies: np.ndarray
    periods: np.ndarray
    labels: pd.Index
    years: pd.Index
    slopes: tuple[str, ...]
    nuisance: int
    sizes: np.ndarray
    k: int
    effects: tuple[str, ...]


def design(spec: ModelSpec, data: pd.DataFrame) -> Design:
    """Return the arrays of a `pooled` or `within` model.

    Raises
    ------
    InputError
        As `estimate`, and for another estimator; too few clusters are left to the caller.

    Examples
    --------
    >>> from bri_eval.econometrics.specs import ModelSpec
    >>> rows = pd.MultiIndex.from_product([list("ABCDEF"), [2010, 2012]], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": range(12), "y": [0, 1, 2, 5, 3, 4, 8, 9, 6, 8, 9, 12]}, index=rows)
    >>> spec = ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> found = design(spec, data)
    >>> found.z.shape, found.slopes, found.k
    ((12, 1), ('x',), 1)
    """
    if spec.estimator not in ("pooled", "within"):
        raise InputError(
            f"model '{spec.name}': estimator '{spec.estimator}' is no sum over economies; use 'pooled' or 'within'"
        )
    rows = complete_rows(spec, data)[0]
    economies, labels = pd.factorize(rows.index.get_level_values("economy"), sort=True)
    periods, years = pd.factorize(rows.index.get_level_values("year"), sort=True)
    nuisance = _nuisance(economies, periods, spec.effects)
    y, z = rows[spec.outcome].to_numpy(dtype=float), np.hstack([nuisance, rows[list(spec.regressors)].to_numpy(float)])
    sizes, level = _sums(z**2, economies), float(np.linalg.norm(y))
    if "economy" in spec.effects:
        y, z = (column - _means(column, economies) for column in (y, z))
    found = Design(
        name=spec.name,
        y=y,
        z=z,
        economies=economies,
        periods=periods,
        labels=pd.Index(labels, name="economy"),
        years=pd.Index(years, name="year"),
        slopes=spec.regressors,
        nuisance=nuisance.shape[1],
        sizes=sizes,
        k=z.shape[1],
        effects=spec.effects,
    )
    _check(spec, found, level)
    return found


def _nuisance(economies: np.ndarray, periods: np.ndarray, effects: tuple[str, ...]) -> np.ndarray:
    """Return the intercept where there is one, and the year dummies without those that the others and it imply."""
    dummies = (periods[:, None] == np.arange(periods.max() + 1)).astype(float)
    first = np.zeros(1, dtype=int) if "economy" not in effects else _first_years(economies, periods)
    kept = np.delete(dummies, first, axis=1) if "year" in effects else dummies[:, :0]
    return kept if "economy" in effects else np.hstack([np.ones((len(periods), 1)), kept])


def _first_years(economies: np.ndarray, periods: np.ndarray) -> np.ndarray:
    """Return the first year of each set of years that economies link; within it one dummy is implied."""
    from scipy.sparse import coo_array, csgraph

    shift = periods.max() + 1
    ends = (periods, economies + shift)
    links = coo_array((np.ones(len(periods)), ends), shape=(shift + economies.max() + 1,) * 2)
    return np.unique(csgraph.connected_components(links, directed=False)[1][:shift], return_index=True)[1]


def _sums(columns: np.ndarray, economies: np.ndarray) -> np.ndarray:
    """Return the sums over the rows of each economy; rows are sorted by economy."""
    return np.add.reduceat(columns, np.flatnonzero(np.diff(economies, prepend=-1)), axis=0)


def _means(columns: np.ndarray, economies: np.ndarray) -> np.ndarray:
    """Return, in every row, the mean of its economy."""
    sizes = np.bincount(economies).reshape(-1, *(1,) * (columns.ndim - 1))
    return (_sums(columns, economies) / sizes)[economies]


def _check(spec: ModelSpec, design: Design, level: float) -> None:
    """Raise if the equation cannot be estimated, naming the columns at fault, by the limits of `estimate`."""
    removed = f" once {' and '.join(spec.effects)} effects are removed" if spec.effects else ""
    first = design.nuisance
    q, r = np.linalg.qr(np.column_stack([design.z[:, :first], design.y]))
    if abs(r[-1, -1]) <= 1e-12 * level:
        raise InputError(f"model '{spec.name}': outcome '{spec.outcome}' is constant{removed}; choose another outcome")
    q, sizes = q[:, :first], np.sqrt(design.sizes.sum(axis=0)[first:])
    lost = []
    for name, column, size in zip(design.slopes, design.z[:, first:].T, sizes, strict=True):
        rest = column - q @ (q.T @ column)
        rest = rest - q @ (q.T @ rest)
        length = np.linalg.norm(rest)
        if length <= ABSORBED * size:
            lost.append(name)
        else:
            q = np.column_stack([q, rest / length])
    if lost:
        raise InputError(
            f"model '{spec.name}': regressors {listing(lost)} do not vary{removed}, "
            "or are collinear with those before them; leave them out"
        )
    n, k = len(design.y), design.k + ("economy" in spec.effects) * len(design.labels)
    if n <= k:
        raise InputError(f"model '{spec.name}': {n} rows for {k} coefficients; use fewer regressors or effects")
