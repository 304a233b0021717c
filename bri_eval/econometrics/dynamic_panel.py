"""The panel of a dynamic model: its grid of economies x waves, its equations, and what cannot be estimated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, listing, unknown
from bri_eval.econometrics.dynamic_options import Options, read_options
from bri_eval.econometrics.gmm import Window
from bri_eval.econometrics.record import check_size
from bri_eval.econometrics.sample import ABSORBED, reproduced
from bri_eval.econometrics.selection import in_sample
from bri_eval.econometrics.specs import Dropped
from bri_eval.econometrics.stacking import Grid, equations, lagged, stacked
from bri_eval.econometrics.terms import columns_of, is_shifted, term_columns

if TYPE_CHECKING:
    from bri_eval.econometrics.gmm import Stack
    from bri_eval.econometrics.specs import ModelSpec

DEPENDENT = 1e-6
"""An instrument of which less than this share of its length is left beyond those before it is left out."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DynamicPanel:
    """A dynamic model as stacked equations.

    Parameters
    ----------
    spec, options
        The model.
    stack
        Its equations; columns of x are `names`, then year effects, then the intercept of a system.
    names
        Lags of the outcome, then regressors.
    own
        Those of the regressors that are their own instruments.
    index
        (economy, year) of each row of the stack.
    years
        Waves of the data.
    dropped
        What was left out.
    dependent
        Number of instruments left out because others make them up.
    """

    spec: ModelSpec
    options: Options
    stack: Stack
    names: tuple[str, ...]
    own: tuple[str, ...]
    index: pd.MultiIndex
    years: pd.Index
    dropped: Dropped
    dependent: int


def read_dynamic(spec: ModelSpec, data: pd.DataFrame) -> DynamicPanel:
    """Return the equations of a dynamic model.

    Lags of the outcome, changes and instruments go from wave to wave of the data; a wave that an economy lacks breaks
    its chain, nothing is taken from further back. A sample limits the equations, not the instruments: these may come
    from waves before it.

    Raises
    ------
    InputError
        For another estimator, an option that is unknown or out of bounds, waves at unequal distance
        (unless option `unequal_gaps`), regressors that do not change or are collinear, more instruments than economies,
        fewer instruments than coefficients, or too few rows or economies.
    """
    options = read_options(spec)
    terms = term_columns(spec, data, options.gmm_style)
    years = terms.index.unique("year").sort_values()
    _check_years(spec, years, options)
    names = (*(f"lag({spec.outcome}, {lag})" for lag in range(1, options.outcome_lags + 1)), *spec.regressors)
    grid, chosen = _grid(spec, data, terms, options)
    if not equations(grid).any():
        raise InputError(
            f"model '{spec.name}': no economy has complete rows in {options.outcome_lags + 2} waves after each other; "
            "expected some, to take differences of lags"
        )
    stack, dependent = _independent(stacked(grid))
    found = DynamicPanel(
        spec=spec,
        options=options,
        stack=stack,
        names=names,
        own=tuple(names[number] for number in grid.own),
        index=_index(terms, grid, stack),
        years=years,
        dropped=_dropped(spec, terms, grid, chosen),
        dependent=dependent,
    )
    _check(found, grid)
    return found


def _check_years(spec: ModelSpec, years: pd.Index, options: Options) -> None:
    """Raise if waves are not at equal distance, or if lags of regressors and of the outcome would differ."""
    if not pd.api.types.is_numeric_dtype(years):
        raise InputError(f"model '{spec.name}': the years are {years[0]!r}, ...; gmm needs them as numbers")
    gaps = np.unique(np.diff(years))
    if len(gaps) > 1 and not options.unequal_gaps:
        raise InputError(
            f"model '{spec.name}': the years {', '.join(map(str, years))} are not at equal distance, so a lag has no "
            "one meaning; use a year panel, or option unequal_gaps = true and say so"
        )
    if spec.lag_by == "year" and (gaps != 1).any():
        raise InputError(f"model '{spec.name}': gmm takes lags by wave, and waves are not years; use lag_by 'wave'")


def _own(spec: ModelSpec, options: Options) -> tuple[str, ...]:
    """Return the regressors that are their own instruments."""
    own, named = [], set(options.gmm_style)
    for term in spec.regressors:
        columns = columns_of(term)
        if spec.outcome in columns:
            raise InputError(
                f"model '{spec.name}': regressor '{term}' has the outcome in it; its lags come from option outcome_lags"
            )
        single = ":" not in term and columns[0] in named
        if not single and term not in named and named & set(columns):
            raise InputError(
                f"model '{spec.name}': gmm_style names a column of regressor '{term}' but not the regressor; name it"
            )
        own += [] if single or term in named else [term]
    idle = [
        name for name in options.gmm_style if not any(name in (term, *columns_of(term)) for term in spec.regressors)
    ]
    if idle:
        raise InputError(f"model '{spec.name}': gmm_style: {unknown('regressor', idle[0], spec.regressors)}")
    return tuple(own)


def _grid(spec: ModelSpec, data: pd.DataFrame, terms: pd.DataFrame, options: Options) -> tuple[Grid, np.ndarray]:
    """Return the panel as grids, and which of its cells are rows of the sample."""
    own = _own(spec, options)
    chosen = pd.Series(True, index=data.index) if not spec.sample else in_sample(spec, data)
    cells = {str(name): _cells(terms, column) for name, column in terms.items()}
    mask = _cells(terms, chosen.reindex(terms.index).astype(float)) == 1
    y = cells[spec.outcome]
    lags = [lagged(y, lag) for lag in range(1, options.outcome_lags + 1)]
    x = np.stack([*lags, *(cells[term] for term in spec.regressors)], axis=-1)
    first, last = options.instrument_lags
    windows = tuple(
        Window(values=cells[name], first=first, last=last, collapse=options.collapse)
        for name in (spec.outcome, *options.gmm_style)
    )
    grid = Grid(
        y=y,
        x=x,
        usable=mask & np.isfinite(y) & np.isfinite(x).all(axis=-1),
        windows=windows,
        own=tuple(options.outcome_lags + spec.regressors.index(term) for term in own),
        years="year" in spec.effects,
        system=options.kind == "system",
    )
    return grid, mask


def _cells(terms: pd.DataFrame, column: pd.Series) -> np.ndarray:
    """Return a column as economies x years, NaN where there is no row."""
    wide = column.unstack("year")  # noqa: PD010 (a pivot would need columns)
    return wide.reindex(index=terms.index.unique("economy"), columns=terms.index.unique("year").sort_values()).to_numpy(
        dtype=float
    )


def _index(terms: pd.DataFrame, grid: Grid, stack: Stack) -> pd.MultiIndex:
    """Return economy and year of each row of the stack."""
    used = (equations(grid) | (grid.usable & grid.system)).any(axis=1)
    economies = terms.index.unique("economy")[np.flatnonzero(used)]
    years = terms.index.unique("year").sort_values()
    return pd.MultiIndex.from_arrays([economies[stack.units], years[stack.periods]], names=["economy", "year"])


def _independent(stack: Stack) -> tuple[Stack, int]:
    """Leave out instruments that others make up."""
    columns = pd.DataFrame(stack.z)
    lost = reproduced(columns, np.linalg.norm(stack.z, axis=0), DEPENDENT)
    kept = [number for number in range(stack.z.shape[1]) if str(number) not in lost]
    return replace(stack, z=stack.z[:, kept]), len(lost)


def _dropped(spec: ModelSpec, terms: pd.DataFrame, grid: Grid, chosen: np.ndarray) -> Dropped:
    """Count what the equations leave out."""
    pairs = equations(grid)
    used = pairs.copy()
    used[:, :-1] |= pairs[:, 1:]
    used |= grid.usable & grid.system
    plain = [str(term) for term in (spec.outcome, *spec.regressors) if not is_shifted(str(term))]
    present = chosen & np.all([np.isfinite(_cells(terms, terms[term])) for term in plain], axis=0)
    economies = terms.index.unique("economy")
    return Dropped(
        rows=int(chosen.sum() - grid.usable.sum()),
        singletons=int((grid.usable & ~used).sum()),
        economies=tuple(economies[np.flatnonzero(chosen.any(axis=1) & ~used.any(axis=1))]),
        lags=int(present.sum() - grid.usable.sum()),
        outside=len(terms) - int(chosen.sum()),
    )


def _check(panel: DynamicPanel, grid: Grid) -> None:
    """Raise if the equations do not determine the slopes."""
    spec, stack, where = panel.spec, panel.stack, f"model '{panel.spec.name}'"
    k, instruments, clusters = stack.x.shape[1], stack.z.shape[1], int(stack.units.max()) + 1
    counted = stack.level if grid.system else ~stack.level
    check_size(spec, int(counted.sum()), clusters, k)
    _check_regressors(panel, grid)
    if instruments > clusters:
        raise InputError(
            f"{where}: {instruments} instruments for {clusters} economies; expected no more than economies: "
            "use collapse = true, a narrower instrument_lags or fewer gmm_style"
        )
    if instruments < k:
        raise InputError(
            f"{where}: {instruments} instruments for {k} coefficients; expected at least as many: widen instrument_lags"
        )


def _check_regressors(panel: DynamicPanel, grid: Grid) -> None:
    """Raise at regressors that do not change or are collinear once year effects are there, naming them."""
    stack, count = panel.stack, len(panel.names)
    effects = [f"effect {number}" for number in range(stack.x.shape[1] - count)]
    columns = pd.DataFrame(stack.x, columns=[*panel.names, *effects])[[*effects, *panel.names]]
    sizes = np.linalg.norm(columns, axis=0)
    sizes[len(effects) :] = np.sqrt(np.nansum(np.where(grid.usable[..., None], grid.x, 0.0) ** 2, axis=(0, 1)))
    lost = reproduced(columns, sizes, ABSORBED)
    if lost:
        raise InputError(
            f"model '{panel.spec.name}': regressors {listing(lost)} do not change over time, or are collinear with "
            "year effects or with those before them; leave them out"
        )
