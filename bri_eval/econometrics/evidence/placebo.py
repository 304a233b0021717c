"""The slope if economies had each other's index: whole trajectories are permuted, nothing else moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.econometrics.diagnostics.result import p_text
from bri_eval.econometrics.evidence.finding import TIE, Finding, check_alone, find
from bri_eval.econometrics.evidence.trajectories import draw_permutations, exchanged, sampled_columns, trajectories
from bri_eval.econometrics.evidence.versions import CHUNK, Refits, frame, prepare, refit
from bri_eval.econometrics.resampling import check_draws

if TYPE_CHECKING:
    from bri_eval.econometrics.specs import ModelSpec


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Placebo:
    """A slope among those of permuted trajectories.

    Parameters
    ----------
    model, term
        The model and the regressor.
    slope, std_error
        As observed.
    pvalue, pvalue_t
        (1 + #)/(B + 1), with # the permutations whose slope, or whose t value, is as large in absolute value.
    draws, singular
        Permutations, and how many of them did not identify the slope; these count as reaching it.
    table
        One row per permutation: 'slope', 'std_error', 'tvalue', 'nobs'.
    sentence
        The result in words.

    Examples
    --------
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABCDEFG"), [2010, 2012]], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": range(14), "y": [0, 1, 2, 5, 3, 4, 8, 9, 6, 8, 9, 12, 0, 9]}, index=rows)
    >>> spec = be.ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> found = placebo(spec, data, draws=99, seed=0)
    >>> found.draws, found.table.shape
    (99, (99, 4))
    """

    model: str
    term: str
    slope: float
    std_error: float
    pvalue: float
    pvalue_t: float
    draws: int
    singular: int
    table: pd.DataFrame
    sentence: str


def placebo(spec: ModelSpec, data: pd.DataFrame, *, term: str = "", draws: int = 999, seed: int) -> Placebo:
    """Compare a slope with those obtained when economies exchange their trajectories of the regressor.

    In each permutation economy g gets the values that economy h has in the same years; outcome, controls and effects
    stay. The order of years is kept, so that the regressor remains as persistent as it is.

    Parameters
    ----------
    spec
        Estimator `within` or `pooled`, covariance 'clustered'.
    data
        Indexed by (economy, year).
    term
        Regressor; by default the first. No other regressor may be made of its columns.
    draws
        Permutations, 99 or more.
    seed
        Of the permutations; 0 is one.

    Returns
    -------
    Placebo

    Raises
    ------
    InputError
        As `estimate`, and for another estimator or covariance, a regressor made of the same columns, or too few draws.

    Notes
    -----
    Exchanged are the economies of the model. A trajectory is exchanged with its gaps: a row is used if the outcome, the
    controls and the donor's value are there, so that the number of rows varies a little between permutations. The
    placebo in time is a declared model: name ``lead(x, 1)`` among the regressors. `randomisation` exchanges only
    between economies observed in the same years, which keeps every row but leaves the other economies as they are.

    References
    ----------
    young2019 (randomisation inference); phipson2010 (why p is never zero).

    Examples
    --------
    >>> from bri_eval.econometrics.specs import ModelSpec
    >>> rows = pd.MultiIndex.from_product([range(8), [2010, 2012, 2014]], names=["economy", "year"])
    >>> x = np.random.default_rng(1).normal(size=24)
    >>> spec = ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> placebo(spec, pd.DataFrame({"x": x, "y": 2 * x + np.tile([0, 1, 0], 8)}, index=rows), draws=99, seed=0).pvalue
    0.01
    """
    check_draws(f"model '{spec.name}'", draws, seed)
    found = find(spec, data, term)
    check_alone(spec, found.term)
    refits = _permuted(found, data, draws, np.random.default_rng(seed))
    table = pd.DataFrame(
        {
            "slope": refits.slopes,
            "std_error": refits.std_errors,
            "tvalue": refits.slopes / refits.std_errors,
            "nobs": refits.nobs.astype(int),
        },
        index=pd.RangeIndex(draws, name="draw"),
    )
    pvalue, pvalue_t = _share(table["slope"], found.slope), _share(table["tvalue"], found.slope / found.std_error)
    return Placebo(
        model=spec.name,
        term=found.term,
        slope=found.slope,
        std_error=found.std_error,
        pvalue=pvalue,
        pvalue_t=pvalue_t,
        draws=draws,
        singular=int(table["slope"].isna().sum()),
        table=table,
        sentence=_sentence(found, table, pvalue, pvalue_t),
    )


def _permuted(found: Finding, data: pd.DataFrame, draws: int, generator: np.random.Generator) -> Refits:
    """Refit the slope for permuted trajectories, a chunk at a time."""
    spec, labels = found.spec, found.design.labels
    others = [name for name in spec.regressors if name != found.term]
    columns = sampled_columns(spec, data)
    rows = columns.dropna(subset=[spec.outcome, *others])
    rows = rows[rows.index.get_level_values("economy").isin(labels)]
    base = frame(rows, spec.outcome, others, spec.effects)
    grid = trajectories(columns[found.term], base.years, base.labels)
    donors = draw_permutations(len(labels), draws, generator)
    parts = []
    for start in range(0, draws, CHUNK):
        versions = exchanged(grid, donors[start : start + CHUNK])
        parts.append(refit(prepare(base, np.isfinite(versions)), versions))
    return Refits(*(np.concatenate(one) for one in zip(*parts, strict=True)))


def _share(permuted: pd.Series, observed: float) -> float:
    """Return the share of permutations, the observed one included, that are as large in absolute value."""
    reached = permuted.isna() | (permuted.abs() >= abs(observed) * (1 - TIE))
    return (1 + int(reached.sum())) / (len(permuted) + 1)


def _sentence(found: Finding, table: pd.DataFrame, pvalue: float, pvalue_t: float) -> str:
    """Return the result in words."""
    low, high = table["slope"].quantile([0.025, 0.975])
    return (
        f"Model '{found.spec.name}': in {len(table):,} permutations of whole trajectories of {found.term} across "
        f"economies, 95 % of the slopes lie between {low:.4g} and {high:.4g}; the observed one is {found.slope:.4g} "
        f"({p_text(pvalue)}; by t values {p_text(pvalue_t)})."
    )
