"""Does the slope differ between groups of economies? One fully interacted model, one test, one permutation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, listing
from bri_eval.econometrics.diagnostics.result import p_text
from bri_eval.econometrics.evidence.finding import TIE, Finding, find, groups_of, pvalues
from bri_eval.econometrics.kernel import fit
from bri_eval.econometrics.resampling import check_draws
from bri_eval.econometrics.variation import SIZE

if TYPE_CHECKING:
    from bri_eval.econometrics.kernel import Fit
    from bri_eval.econometrics.specs import ModelSpec

LEAST_ECONOMIES = 8
"""A group with fewer economies gets no slope of its own."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Heterogeneity:
    """Slopes of one regressor in several groups, from one model, and the test that they are equal.

    Parameters
    ----------
    model, term
        The model and the regressor.
    statistic, df, pvalue
        Cluster-robust Wald test of equality: F, its degrees of freedom and its upper tail.
    permutation_pvalue, draws, singular
        Share of permutations of the group labels across economies that reach the statistic, (1 + #)/(B + 1), how many
        were drawn, and how many of them did not identify every slope; the latter count as reaching it.
    refused
        Groups with fewer than 8 economies, which are not in the model, and their number of economies.
    scaling
        The factor c on the bare sandwich of the interacted model.
    table
        One row per group; 'slope', 'std_error', 'lower', 'upper' (95 %), 'pvalue', 'economies', 'nobs'.
    sentence
        The result in words.

    Examples
    --------
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([range(16), [2010, 2012, 2014]], names=["economy", "year"])
    >>> x = np.random.default_rng(1).normal(size=48)
    >>> data = pd.DataFrame({"x": x, "y": x ** 2 + np.tile([0.1, 0, -0.1], 16)}, index=rows)
    >>> spec = be.ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> groups = pd.Series(["north"] * 8 + ["south"] * 8)
    >>> found = heterogeneity(spec, data, groups=groups, draws=99, seed=0)
    >>> found.df, found.refused, found.table["economies"].to_dict()
    ((1, 15), {}, {'north': 8, 'south': 8})
    """

    model: str
    term: str
    statistic: float
    df: tuple[int, int]
    pvalue: float
    permutation_pvalue: float
    draws: int
    singular: int
    refused: dict[object, int]
    scaling: float
    table: pd.DataFrame
    sentence: str


def heterogeneity(
    spec: ModelSpec,
    data: pd.DataFrame,
    *,
    groups: pd.Series | str,
    term: str = "",
    draws: int = 999,
    seed: int,
) -> Heterogeneity:
    r"""Estimate a slope in each group of economies and test that the slopes are equal.

    In the fully interacted model every slope and every year effect has a value of its own in each group. Its clustered
    covariance falls into one block per group, so that equality is tested by

    .. math::
        F = \frac{1}{J-1} \sum_j \frac{(b_j - \bar b)^2}{v_j}, \qquad
        \bar b = \sum_j \frac{b_j}{v_j} / \sum_j \frac{1}{v_j},

    with v_j the squared standard errors, against F(J-1, G-1). The same statistic is computed for random assignments of
    the same labels to the economies.

    Parameters
    ----------
    spec
        Estimator `within` or `pooled`, covariance 'clustered'.
    data
        Indexed by (economy, year).
    groups
        A Series that gives each economy its group, or a column of the data that is constant within economies.
    term
        Regressor; by default the first.
    draws
        Permutations, 99 or more.
    seed
        Of the permutations; 0 is one.

    Returns
    -------
    Heterogeneity

    Raises
    ------
    InputError
        As `estimate`, and for another estimator or covariance, an economy without a group, fewer than two groups with 8
        economies, or a group in which the regressors are collinear.

    Notes
    -----
    The factor c and t(G-1) are those of the whole model, by the project's rule, though the interval of a group rests on
    its own economies only. That one group's slope is significant and another's is not is no test of their difference.

    References
    ----------
    cameron2015 (clustered Wald test); chung2013 (permutation of a studentised statistic).

    Examples
    --------
    >>> from bri_eval.econometrics.specs import ModelSpec
    >>> rows = pd.MultiIndex.from_product([range(16), [2010, 2012, 2014]], names=["economy", "year"])
    >>> x, noise = np.random.default_rng(1).normal(size=(2, 48))
    >>> north = np.arange(48) < 24
    >>> data = pd.DataFrame({"x": x, "y": np.where(north, 1, 3) * x + 0.1 * noise}, index=rows)
    >>> groups = pd.Series(["north"] * 8 + ["south"] * 8)
    >>> spec = ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> found = heterogeneity(spec, data, groups=groups, draws=99, seed=0)
    >>> found.table["slope"].round(1).to_dict(), found.permutation_pvalue
    ({'north': 1.0, 'south': 3.0}, 0.01)
    """
    check_draws(f"model '{spec.name}'", draws, seed)
    found = find(spec, data, term)
    labels = groups_of(groups, data, found.moments.labels, spec.name)
    sizes = labels.value_counts().sort_index()
    refused = {group: int(size) for group, size in sizes.items() if size < LEAST_ECONOMIES}
    kept = [group for group in sizes.index if group not in refused]
    if len(kept) < 2:
        raise InputError(
            f"model '{spec.name}': {len(kept)} groups have {LEAST_ECONOMIES} economies or more; expected at least two: "
            "merge groups"
        )
    members = labels.to_numpy()[None, :] == np.array(kept, dtype=object)[:, None]
    fits = fit(found.moments, members.astype(float))
    _check(found, fits, kept)
    statistic, scaling, errors = _wald(found, fits)
    reached, singular = _permuted(found, members, statistic, draws, np.random.default_rng(seed))
    return _record(found, (fits, errors, kept), (statistic, scaling), (reached, singular, draws), refused)


def _check(found: Finding, fits: Fit, kept: list[object]) -> None:
    """Raise if a group does not identify the slopes."""
    lost = [group for group, slopes in zip(kept, fits.slopes, strict=True) if np.isnan(slopes).any()]
    if lost:
        raise InputError(
            f"model '{found.spec.name}': regressors do not vary or are collinear in group {listing(lost)}; merge "
            "groups or leave regressors out"
        )


def _wald(found: Finding, fits: Fit) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the F statistic, the factor c and the standard errors; groups are on the last axis."""
    n, g, k = (size.sum(axis=-1) for size in (fits.nobs, fits.clusters, fits.k))
    with np.errstate(divide="ignore", invalid="ignore"):
        scaling = np.where(n > k, g / (g - 1) * (n - 1) / (n - k), np.nan)
        variances = fits.covariance[..., found.position, found.position] * scaling[..., None]
        slopes = fits.slopes[..., found.position]
        mean = (slopes / variances).sum(axis=-1) / (1 / variances).sum(axis=-1)
        spread = ((slopes - mean[..., None]) ** 2 / variances).sum(axis=-1)
    return spread / (slopes.shape[-1] - 1), scaling, np.sqrt(variances)


def _permuted(
    found: Finding, members: np.ndarray, statistic: np.ndarray, draws: int, generator: np.random.Generator
) -> tuple[int, int]:
    """Return how many permutations of the labels reach the statistic, and how many do not identify the slopes."""
    taken = np.flatnonzero(members.any(axis=0))
    shuffled = generator.permuted(np.broadcast_to(taken, (draws, len(taken))), axis=1)
    weights = np.zeros((draws, *members.shape))
    weights[:, :, taken] = members[:, shuffled].transpose(1, 0, 2)
    permuted = _wald(found, fit(found.moments, weights))[0]
    missing = np.isnan(permuted)
    return int((missing | (permuted >= statistic * (1 - TIE))).sum()), int(missing.sum())


def _record(
    found: Finding,
    estimated: tuple[Fit, np.ndarray, list[object]],
    tested: tuple[np.ndarray, np.ndarray],
    permuted: tuple[int, int, int],
    refused: dict[object, int],
) -> Heterogeneity:
    """Put the record together."""
    from scipy import stats

    fits, errors, kept = estimated
    statistic, df = float(tested[0]), (len(kept) - 1, int(fits.clusters.sum()) - 1)
    reached, singular, draws = permuted
    table = _table(fits, fits.slopes[:, found.position], errors, df[1]).set_axis(pd.Index(kept, name="group"))
    pvalue, share = float(stats.f.sf(statistic, *df)), (1 + reached) / (draws + 1)
    return Heterogeneity(
        model=found.spec.name,
        term=found.term,
        statistic=statistic,
        df=df,
        pvalue=pvalue,
        permutation_pvalue=share,
        draws=draws,
        singular=singular,
        refused=refused,
        scaling=float(tested[1]),
        table=table,
        sentence=_sentence(found, table, (statistic, df, pvalue, share, draws), refused),
    )


def _table(fits: Fit, slopes: np.ndarray, errors: np.ndarray, df: int) -> pd.DataFrame:
    """Return one row per group."""
    from scipy import stats

    half = stats.t.ppf(1 - SIZE / 2, df) * errors
    return pd.DataFrame(
        {
            "slope": slopes,
            "std_error": errors,
            "lower": slopes - half,
            "upper": slopes + half,
            "pvalue": pvalues(slopes, errors, df + 1),
            "economies": fits.clusters.astype(int),
            "nobs": fits.nobs.astype(int),
        }
    )


def _sentence(
    found: Finding,
    table: pd.DataFrame,
    test: tuple[float, tuple[int, int], float, float, int],
    refused: dict[object, int],
) -> str:
    """Return the result in words."""
    statistic, df, pvalue, share, draws = test
    each = zip(table.index, table["slope"], table["std_error"], strict=True)
    slopes = ", ".join(f"{slope:.4g} ({error:.2g}) in {group}" for group, slope, error in each)
    left = "".join(
        f" {group} has {size} {'economy' if size == 1 else 'economies'} and no slope of its own."
        for group, size in refused.items()
    )
    return (
        f"Model '{found.spec.name}', fully interacted: the slope of {found.term} is {slopes}. That they are equal is "
        f"{'rejected' if share < SIZE else 'not rejected'} at 5 %: permuting the groups {draws:,} times, "
        f"{p_text(share)}; F{df} = {statistic:.4g}, {p_text(pvalue)}.{left}"
    )
