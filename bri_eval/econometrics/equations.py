"""The equation that each linear estimator runs: levels, levels with economy means, or differences per elapsed year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, bind
from bri_eval.econometrics.sample import ABSORBED, absorbed, reproduced, year_dummies

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bri_eval.econometrics.specs import ModelSpec


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Equation:
    """Both sides of a linear model as its engine takes them, before effects are absorbed.

    Parameters
    ----------
    y, x
        Outcome, one column, and the right-hand side: 'const' where there is one, year dummies, slopes.
    slopes
        Names of the coefficients to be listed, beside 'const'.
    years
        Names of the year dummies, counted but not listed.
    levels
        Outcome and the columns of the slopes in levels, on the rows of the sample.
    how
        The sentence that says how it was made.
    """

    y: pd.DataFrame
    x: pd.DataFrame
    slopes: tuple[str, ...]
    years: tuple[str, ...]
    levels: pd.DataFrame
    how: str


def equation(spec: ModelSpec, rows: pd.DataFrame) -> Equation:
    """Return the equation of a linear model.

    Parameters
    ----------
    spec
        The model; see ``EQUATIONS`` for what its options mean.
    rows
        From ``usable_rows``.

    Raises
    ------
    InputError
        If no economy has the rows that a difference needs, or no regressor has a mean of its own.
    """
    return bind(EQUATIONS[spec.estimator], spec.options)(spec, rows)


def _within(spec: ModelSpec, rows: pd.DataFrame) -> Equation:
    """Return the regressors alone; the engine absorbs the effects."""
    x = rows[list(spec.regressors)]
    how = f"Within: {' and '.join(spec.effects)} effects absorbed."
    return Equation(y=rows[[spec.outcome]], x=x, slopes=spec.regressors, years=(), levels=rows, how=how)


def _levels(spec: ModelSpec, rows: pd.DataFrame) -> Equation:
    """Return an intercept, the year dummies but the first, and the regressors."""
    x, years = rows[list(spec.regressors)], _dummies(spec, rows)
    names = {
        "pooled": "Pooled least squares",
        "random": "Random economy effects (Swamy-Arora, small-sample form for unbalanced panels)",
        "between": "Between: one row per economy, the mean of its complete rows",
    }
    return Equation(
        y=rows[[spec.outcome]],
        x=pd.concat([_constant(rows), years, x], axis=1),
        slopes=spec.regressors,
        years=tuple(map(str, years)),
        levels=rows,
        how=f"{names[spec.estimator]}{', year effects as dummies' if spec.effects else ''}.",
    )


def _correlated(spec: ModelSpec, rows: pd.DataFrame) -> Equation:
    """Add the economy means of regressors and year dummies, as far as they are not implied by the rest."""
    x, years = rows[list(spec.regressors)], _dummies(spec, rows)
    means = pd.concat([x, years], axis=1).groupby(level="economy").transform("mean").rename(columns="mean({})".format)
    full = pd.concat([_constant(rows), years, x, means], axis=1)
    lost = absorbed(full, full.columns, ())
    own = [name for name in map("mean({})".format, x) if name not in lost]
    if not own:
        raise InputError(
            f"model '{spec.name}': no regressor varies both within and between economies, so none has an economy mean "
            "to add; use estimator 'random'"
        )
    kept = [str(name) for name in means if name not in lost]
    added = ", and of year dummies" if len(kept) > len(own) else ""
    return Equation(
        y=rows[[spec.outcome]],
        x=full[["const", *years, *x, *kept]],
        slopes=(*spec.regressors, *own),
        years=(*map(str, years), *(name for name in kept if name not in own)),
        levels=pd.concat([rows, means[own]], axis=1),
        how="Correlated random effects: random economy effects (Swamy-Arora, small-sample form) with the economy means "
        f"of the regressors{added}{', year effects as dummies' if spec.effects else ''}; slopes are those within.",
    )


def _first_difference(spec: ModelSpec, rows: pd.DataFrame, *, constant: bool = False) -> Equation:
    """Take changes between consecutive observed years of an economy; `constant` is a common trend per year."""
    economies = rows.index.get_level_values("economy")
    later = np.flatnonzero(economies[1:] == economies[:-1]) + 1
    return _changes(spec, rows, (later - 1, later), "First differences between consecutive observed years", constant)


def _long_difference(
    spec: ModelSpec, rows: pd.DataFrame, *, span: int | None = None, constant: bool = False
) -> Equation:
    """Take the change from the first to the last observed year of an economy, or every change over `span` years."""
    if span is None:
        economies = rows.index.get_level_values("economy")
        first, last = (np.flatnonzero(~repeated) for repeated in (economies.duplicated(), economies.duplicated("last")))
        several = first < last
        how = "Long differences between the first and the last observed year of each economy"
        return _changes(spec, rows, (first[several], last[several]), how, constant)
    if span < 1:
        raise InputError(f"model '{spec.name}': option span is {span}; expected a number of years, 1 or more")
    years = _numbers(spec, rows)
    before = pd.MultiIndex.from_arrays([rows.index.get_level_values("economy"), years - span])
    earlier = rows.index.get_indexer(before)
    later = np.flatnonzero(earlier >= 0)
    if not len(later):
        raise InputError(
            f"model '{spec.name}': no economy has two complete rows {span} years apart; choose another span"
        )
    return _changes(spec, rows, (earlier[later], later), f"All differences over exactly {span} years", constant)


def _changes(
    spec: ModelSpec, rows: pd.DataFrame, ends: tuple[np.ndarray, np.ndarray], how: str, constant: bool
) -> Equation:
    """Return changes between pairs of rows, divided by the years between them, at the later row of each."""
    earlier, later = ends
    years = _numbers(spec, rows)
    if not len(later):
        raise InputError(f"model '{spec.name}': no economy has two complete rows; use estimator 'pooled' or 'between'")
    if constant and spec.effects:
        raise InputError(f"model '{spec.name}': year effects hold the constant already; leave one of them out")
    elapsed = (years[later] - years[earlier]).astype(float)
    full = pd.concat([rows, _dummies(spec, rows)], axis=1)
    values = full.to_numpy()
    changes = pd.DataFrame(
        (values[later] - values[earlier]) / elapsed[:, None], index=rows.index[later], columns=full.columns
    )
    dummies = changes[_dummies(spec, rows).columns]
    dummies = dummies.drop(columns=list(reproduced(dummies, np.linalg.norm(dummies, axis=0), ABSORBED)))
    x = changes[list(spec.regressors)]
    trend = " a constant, which is a common trend" if constant else " no constant"
    return Equation(
        y=changes[[spec.outcome]],
        x=pd.concat([_constant(changes) if constant else x.iloc[:, :0], dummies, x], axis=1),
        slopes=spec.regressors,
        years=tuple(map(str, dummies)),
        levels=rows,
        how=f"{how}, both sides divided by the years elapsed ({elapsed.min():g} to {elapsed.max():g});"
        f"{' year effects as differenced dummies' if spec.effects else trend}.",
    )


def _numbers(spec: ModelSpec, rows: pd.DataFrame) -> np.ndarray:
    """Return the year of each row, or raise if they are no numbers."""
    years = rows.index.get_level_values("year")
    if not pd.api.types.is_numeric_dtype(years):
        raise InputError(f"model '{spec.name}': the years are {years[0]!r}, ...; differences need them as numbers")
    return years.to_numpy()


def _constant(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a column of ones."""
    return pd.DataFrame({"const": 1.0}, index=rows.index)


def _dummies(spec: ModelSpec, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the year dummies but the first, if the model has year effects."""
    return year_dummies(rows.index).iloc[:, 1:] if "year" in spec.effects else rows.iloc[:, :0]


EQUATIONS: Mapping[str, Callable[..., Equation]] = {
    "pooled": _levels,
    "within": _within,
    "random": _levels,
    "correlated_random": _correlated,
    "first_difference": _first_difference,
    "long_difference": _long_difference,
    "between": _levels,
}
