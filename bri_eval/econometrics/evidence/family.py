"""Models that share everything but the measure: solved together, and permuted together."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bri_eval.checks import InputError
from bri_eval.econometrics.design import design
from bri_eval.econometrics.evidence.finding import LEAST_CLUSTERS
from bri_eval.econometrics.evidence.trajectories import exchanged, induced, sampled_columns, trajectories
from bri_eval.econometrics.evidence.versions import CHUNK, Frame, Prepared, frame, prepare, refit
from bri_eval.econometrics.variation import SIZE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from bri_eval.econometrics.specs import ModelSpec


class Deal(NamedTuple):
    """The permutations (B, N) of the N `economies` of the data, and the critical t for each number of economies."""

    permutations: np.ndarray
    economies: pd.Index
    critical: np.ndarray


class Run(NamedTuple):
    """One model: its slope, and the slopes (B,) and verdicts (B,) under each permutation; or the reason why not."""

    slope: float
    std_error: float
    nobs: int
    clusters: int
    slopes: np.ndarray
    significant: np.ndarray
    reason: str


class _Shared(NamedTuple):
    """The other columns, the effects alone, and the measures as (T, G) each."""

    base: Frame
    effects: Frame
    grids: list[np.ndarray]


def deal(permutations: np.ndarray, economies: pd.Index) -> Deal:
    """Return permutations with what reading them needs."""
    from scipy import stats

    freedom = np.arange(len(economies) + 1) - 1.0
    return Deal(permutations, economies, stats.t.ppf(1 - SIZE / 2, np.where(freedom > 0, freedom, np.nan)))


def run_family(specs: Sequence[ModelSpec], data: pd.DataFrame, dealt: Deal) -> list[Run]:
    """Estimate models that differ in their first regressor only, as observed and under each permutation of it.

    A model that cannot be estimated comes back with the reason, which is the message of `design`.
    """
    try:
        shared = _load(specs, data)
    except InputError as error:
        if len(specs) == 1:
            return [_failed(dealt, str(error))]
        return [run for spec in specs for run in run_family([spec], data, dealt)]
    runs: dict[int, Run] = {}
    for places in _same_gaps(shared.grids):
        runs |= dict(zip(places, _together([specs[at] for at in places], places, data, (shared, dealt)), strict=True))
    return [runs[place] for place in range(len(specs))]


def _load(specs: Sequence[ModelSpec], data: pd.DataFrame) -> _Shared:
    """Return the columns that the models share, and each measure."""
    spec, others = specs[0], list(specs[0].regressors[1:])
    columns = sampled_columns(spec, data, [one.regressors[0] for one in specs])
    rows = columns.dropna(subset=[spec.outcome, *others])
    if rows.empty:
        design(spec, data)
    base = frame(rows, spec.outcome, others, spec.effects)
    grids = [trajectories(columns[one.regressors[0]], base.years, base.labels) for one in specs]
    return _Shared(base, frame(rows, spec.outcome, (), spec.effects), grids)


def _same_gaps(grids: list[np.ndarray]) -> Iterator[list[int]]:
    """Yield the numbers of measures that have values in the same cells."""
    gaps = [np.isnan(grid).tobytes() for grid in grids]
    for one in dict.fromkeys(gaps):
        yield [place for place, other in enumerate(gaps) if other == one]


def _together(
    specs: Sequence[ModelSpec], places: list[int], data: pd.DataFrame, held: tuple[_Shared, Deal]
) -> list[Run]:
    """Run models with the same rows."""
    shared, dealt = held
    grids = [shared.grids[place] for place in places]
    cells = np.isfinite(grids[0])[:, :, None]
    whole = prepare(shared.base, cells)
    fits = [refit(whole, grid[:, :, None]) for grid in grids]
    doubtful = _doubtful(specs[0], whole, prepare(shared.effects, cells))
    reasons = [
        _reason(spec, data, float(fit.std_errors[0]), int(fit.clusters[0]), doubtful)
        for spec, fit in zip(specs, fits, strict=True)
    ]
    drawn = _permuted(whole, grids, dealt)
    return [
        Run(float(fit.slopes[0]), float(fit.std_errors[0]), int(fit.nobs[0]), int(fit.clusters[0]), *one, "")
        if not reason
        else _failed(dealt, reason)
        for fit, one, reason in zip(fits, drawn, reasons, strict=True)
    ]


def _doubtful(spec: ModelSpec, whole: Prepared, effects: Prepared) -> bool:
    """Tell whether controls may be absorbed or collinear, or the outcome constant."""
    lost = int(whole.k[0] - effects.k[0]) < len(spec.regressors) - 1
    return lost or bool((effects.y**2).sum() <= 1e-20 * max((whole.frame.y**2).sum(), 1.0))


def _reason(spec: ModelSpec, data: pd.DataFrame, error: float, clusters: int, doubtful: bool) -> str:
    """Return why a model cannot be estimated, empty if it can."""
    if clusters < LEAST_CLUSTERS and clusters:
        return f"model '{spec.name}': {clusters} economies are too few clusters; expected at least {LEAST_CLUSTERS}"
    if np.isfinite(error) and not doubtful:
        return ""
    try:
        design(spec, data)
    except InputError as refused:
        return str(refused)
    return "" if np.isfinite(error) else f"model '{spec.name}': its slope has no standard error"


def _permuted(whole: Prepared, grids: list[np.ndarray], dealt: Deal) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return slopes and verdicts of each measure under each permutation of trajectories among the model's economies."""
    base, members = whole.frame, np.flatnonzero(whole.cells.any(axis=(0, 2)))
    numbers = dealt.economies.get_indexer(base.labels[members])
    draws = len(dealt.permutations)
    donors = np.zeros((draws, len(base.labels)), dtype=int)
    if len(members):
        donors[:, members] = members[induced(dealt.permutations, numbers)]
    belongs = np.isin(np.arange(len(base.labels)), members)[:, None]
    slopes, significant = np.empty((len(grids), draws)), np.zeros((len(grids), draws), dtype=bool)
    for start in range(0, draws, CHUNK):
        some = slice(start, start + CHUNK)
        prepared = prepare(base, np.isfinite(exchanged(grids[0], donors[some])) & belongs)
        for number, grid in enumerate(grids):
            fits = refit(prepared, exchanged(grid, donors[some]))
            slopes[number, some] = fits.slopes
            limit = dealt.critical[fits.clusters.astype(int)] * fits.std_errors
            significant[number, some] = np.abs(fits.slopes) > limit
    return list(zip(slopes, significant, strict=True))


def _failed(dealt: Deal, reason: str) -> Run:
    """Return a model without an estimate."""
    draws = len(dealt.permutations)
    return Run(np.nan, np.nan, 0, 0, np.full(draws, np.nan), np.zeros(draws, dtype=bool), reason)
