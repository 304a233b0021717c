"""How much of a slope runs through a mediator, with the interval of a bootstrap that draws economies whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError
from bri_eval.econometrics.evidence.finding import Finding, check_alone, find, term_of
from bri_eval.econometrics.resampling import cluster_bootstrap
from bri_eval.econometrics.sample import complete_rows
from bri_eval.econometrics.terms import canonical
from bri_eval.econometrics.variation import SIZE

if TYPE_CHECKING:
    from bri_eval.econometrics.specs import ModelSpec

LEAST_DRAWS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mediation:
    """A slope split into the part that runs through a mediator and the rest.

    Parameters
    ----------
    model, term, mediator
        The model, the regressor and the mediator.
    indirect, direct, total
        a b, the slope beside the mediator, and the slope without it; the first two sum to the third.
    draws, singular
        Bootstrap samples, and how many of them did not identify the slopes and were left out.
    nobs, clusters
        Rows and economies of both equations.
    table
        Rows 'a' (mediator on term), 'b' (outcome on mediator), 'indirect', 'direct', 'total'; columns 'estimate',
        'std_error' (of the bootstrap), 'lower', 'upper' (95 %, percentile), 'lower_bc', 'upper_bc' (bias-corrected).
    sentence
        The result in words, with its assumption.

    Examples
    --------
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([range(20), [2010, 2012, 2014]], names=["economy", "year"])
    >>> x, u, e = np.random.default_rng(0).normal(size=(3, 60))
    >>> data = pd.DataFrame({"x": x, "w": x + 0.1 * u, "y": 0.5 * x + 2 * (x + 0.1 * u) + 0.1 * e}, index=rows)
    >>> spec = be.ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> mediation(spec, data, mediator="w", seed=0).table.index.tolist()
    ['a', 'b', 'indirect', 'direct', 'total']
    """

    model: str
    term: str
    mediator: str
    indirect: float
    direct: float
    total: float
    draws: int
    singular: int
    nobs: int
    clusters: int
    table: pd.DataFrame
    sentence: str


def mediation(
    spec: ModelSpec,
    data: pd.DataFrame,
    *,
    mediator: str,
    term: str = "",
    draws: int = LEAST_DRAWS,
    seed: int,
) -> Mediation:
    r"""Split a slope into an indirect part, through a mediator, and a direct one.

    With the same controls and effects on the same rows, M = a X + ... and Y = b M + c X + ...; the indirect part is
    a b, the direct one c, and the slope of Y on X without M is exactly c + a b. Economies are drawn with replacement,
    each draw with effects of its own, and both equations are estimated again.

    Parameters
    ----------
    spec
        Estimator `within` or `pooled`, covariance 'clustered'; the mediator may be among its regressors or not.
    data
        Indexed by (economy, year).
    mediator
        Column of the data.
    term
        Regressor whose slope is split; by default the first.
    draws
        Bootstrap samples, 2,000 or more.
    seed
        Of the draws; 0 is one.

    Returns
    -------
    Mediation
        The percentile interval takes quantiles of the draws, the bias-corrected one those at
        :math:`\Phi(2 z_0 \pm z_{.975})`, with :math:`\Phi(z_0)` the share of draws below the estimate.

    Raises
    ------
    InputError
        As `estimate`, and for another estimator or covariance, a mediator that is the outcome or the term or of which a
        control is made, fewer than 2,000 draws, or most of them without an estimate.

    Notes
    -----
    a b is a causal effect only under sequential ignorability: given controls and effects, X is as good as random, and
    so is M given X. The data cannot show it.

    References
    ----------
    imai2010 (the assumption); efron1987 (bias correction).

    Examples
    --------
    >>> from bri_eval.econometrics.specs import ModelSpec
    >>> rows = pd.MultiIndex.from_product([range(20), [2010, 2012, 2014]], names=["economy", "year"])
    >>> x, u, e = np.random.default_rng(0).normal(size=(3, 60))
    >>> data = pd.DataFrame({"x": x, "w": x + 0.1 * u, "y": 0.5 * x + 2 * (x + 0.1 * u) + 0.1 * e}, index=rows)
    >>> spec = ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> found = mediation(spec, data, mediator="w", seed=0)
    >>> round(found.indirect + found.direct, 1), round(found.total, 1)
    (2.5, 2.5)
    """
    if draws < LEAST_DRAWS:
        raise InputError(f"model '{spec.name}': mediation: draws is {draws}; expected {LEAST_DRAWS:,} or more")
    first, second = _equations(spec, data, term_of(spec, term), canonical(mediator))
    estimate = _paths(first, second, first.fit.slopes, second.fit.slopes)
    # the same seed draws the same economies for both equations
    drawn = [cluster_bootstrap(one.moments, draws=draws, seed=seed).slopes for one in (first, second)]
    replicates = _paths(first, second, *drawn)
    replicates = replicates[np.isfinite(replicates).all(axis=1)]
    singular = draws - len(replicates)
    table = _table(estimate, replicates)
    return Mediation(
        model=spec.name,
        term=first.term,
        mediator=second.term,
        indirect=float(estimate[2]),
        direct=float(estimate[3]),
        total=float(estimate[4]),
        draws=draws,
        singular=singular,
        nobs=int(second.fit.nobs),
        clusters=second.clusters,
        table=table,
        sentence=_sentence(first, second, table, (draws, singular)),
    )


def _equations(spec: ModelSpec, data: pd.DataFrame, term: str, mediator: str) -> tuple[Finding, Finding]:
    """Return mediator on term and outcome on mediator, on the same rows."""
    if mediator in (spec.outcome, term):
        what = "outcome" if mediator == spec.outcome else "term"
        raise InputError(f"model '{spec.name}': mediator '{mediator}' is the {what}; name another column")
    controls = tuple(name for name in spec.regressors if name not in (term, mediator))
    outcome = replace(spec, regressors=(term, *controls, mediator))
    check_alone(outcome, mediator)
    rows = complete_rows(outcome, data)[0]  # named by terms, hence ready as data
    outcome = replace(outcome, sample={})
    mediating = replace(outcome, outcome=mediator, regressors=(term, *controls))
    return find(mediating, rows, term), find(outcome, rows, mediator)


def _paths(first: Finding, second: Finding, mediating: np.ndarray, outcome: np.ndarray) -> np.ndarray:
    """Return a, b, a b, direct and total on the last axis, from the slopes of both equations."""
    a, b = mediating[..., first.position], outcome[..., second.position]
    direct = outcome[..., second.spec.regressors.index(first.term)]
    return np.stack([a, b, a * b, direct, direct + a * b], axis=-1)


def _table(estimate: np.ndarray, replicates: np.ndarray) -> pd.DataFrame:
    """Return estimates, bootstrap standard errors and both intervals."""
    from scipy import stats

    tails = np.array([SIZE / 2, 1 - SIZE / 2])
    below = ((replicates < estimate).mean(axis=0) + (replicates <= estimate).mean(axis=0)) / 2
    least = 0.5 / len(replicates)
    shifted = stats.norm.cdf(2 * stats.norm.ppf(np.clip(below, least, 1 - least))[:, None] + stats.norm.ppf(tails))
    percentile = np.quantile(replicates, tails, axis=0)
    corrected = np.array([np.quantile(column, at) for column, at in zip(replicates.T, shifted, strict=True)])
    return pd.DataFrame(
        {
            "estimate": estimate,
            "std_error": replicates.std(axis=0, ddof=1),
            "lower": percentile[0],
            "upper": percentile[1],
            "lower_bc": corrected[:, 0],
            "upper_bc": corrected[:, 1],
        },
        index=pd.Index(["a", "b", "indirect", "direct", "total"], name="path"),
    )


def _sentence(first: Finding, second: Finding, table: pd.DataFrame, counts: tuple[int, int]) -> str:
    """Return the result in words."""
    draws, singular = counts
    _, _, indirect, direct, total = table["estimate"]
    lower, upper = table["lower_bc"]["indirect"], table["upper_bc"]["indirect"]
    lost = f", of which {singular:,} without an estimate" if singular else ""
    return (
        f"Model '{second.spec.name}': of the slope {total:.4g} of {second.spec.outcome} on {first.term}, "
        f"{indirect:.4g} runs through {second.term} (95 % interval, bias-corrected, {lower:.4g} to {upper:.4g}; "
        f"{draws:,} draws of whole economies{lost}) and {direct:.4g} does not. Read as an effect, this assumes "
        f"sequential ignorability: no unobserved cause of {first.term} and {second.term}, nor of {second.term} and "
        f"{second.spec.outcome}."
    )
