"""The specification curve: every declared model, and what their slopes would be if the measure meant nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, unknown
from bri_eval.econometrics.diagnostics.result import p_text
from bri_eval.econometrics.evidence.family import Deal, Run, deal, run_family
from bri_eval.econometrics.evidence.finding import TIE, check_alone, check_kind, pvalues
from bri_eval.econometrics.evidence.grid import CHOICES, Declared, SpecGrid
from bri_eval.econometrics.evidence.trajectories import draw_permutations
from bri_eval.econometrics.resampling import check_draws
from bri_eval.econometrics.variables import check_overlap
from bri_eval.econometrics.variation import SIZE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bri_eval.econometrics.specs import ModelSpec

STATISTICS = ("median", "share_expected", "share_significant")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpecificationCurve:
    """All declared models, and the joint test that the measure does nothing in any of them.

    Parameters
    ----------
    sign
        Sign expected, 1 or -1.
    declared, estimated
        Models of the set, and those that could be estimated; the others are in the table with the reason.
    median
        Of the slopes.
    share_expected, share_significant
        Share of the estimated models whose slope has the expected sign, and whose slope has it and is significant at
        5 %.
    pvalues
        Of 'median', 'share_expected' and 'share_significant': the share of permutations, the observed one included, in
        which the statistic is as large in the direction expected.
    draws, seed
        Permutations, and what they were drawn from.
    table
        One row per declared model, in order: the choices by name, 'slope', 'std_error', 'pvalue', 'nobs', 'clusters',
        'reason' (empty if estimated).
    null
        One row per permutation: the three statistics, and 'singular', the models that it did not identify and that are
        left out of it.
    sentence
        The result in words.
    runs
        Of every declared model, in order: its slope, and slopes and verdicts under the permutations.

    Examples
    --------
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([range(12), [2010, 2012, 2014]], names=["economy", "year"])
    >>> x, noise = np.random.default_rng(1).normal(size=(2, 36))
    >>> models = [be.ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")]
    >>> found = specification_curve(models, pd.DataFrame({"x": x, "y": 2 * x + noise}, index=rows), draws=99, seed=0)
    >>> found.declared, found.null.shape
    (1, (99, 4))
    """

    sign: int
    declared: int
    estimated: int
    median: float
    share_expected: float
    share_significant: float
    pvalues: Mapping[str, float]
    draws: int
    seed: int
    table: pd.DataFrame
    null: pd.DataFrame
    sentence: str
    runs: tuple[Run, ...] = field(repr=False)


def specification_curve(
    models: SpecGrid | Sequence[ModelSpec],
    data: pd.DataFrame,
    *,
    sign: int | None = None,
    draws: int = 500,
    seed: int,
    made_of: Mapping[str, set[str]] | None = None,
) -> SpecificationCurve:
    """Estimate every model of a declared set, and all of them again under permutations of the measure.

    One permutation of economies deals the whole trajectories of every measure out anew, in all models alike, so that
    the models stay as dependent as they are; what they say together is compared with what they would say by chance.

    Parameters
    ----------
    models
        A grid of choices, or models of which the first regressor is the measure; `within` and `pooled`, clustered.
    data
        Indexed by (economy, year). Slopes are compared between measures: put these in the same unit first.
    sign
        Sign expected; None takes that of the grid, 1 for a list of models.
    draws
        Permutations, 99 or more.
    seed
        Of the permutations; 0 is one.
    made_of
        For every column the sources that it is made of; a model with one series in two regressors fails, see
        `check_overlap`.

    Returns
    -------
    SpecificationCurve

    Raises
    ------
    InputError
        For an empty set, a sign other than 1 and -1, too few draws, or if no model can be estimated. A single model
        that cannot be estimated raises nothing: it keeps its row and says why.

    Notes
    -----
    Economies exchange trajectories as in `placebo`; those that a model lacks are passed over in the permutation. Slopes
    and standard errors of the observed models equal those of `estimate`.

    References
    ----------
    simonsohn2020.

    Examples
    --------
    >>> from bri_eval.econometrics.specs import ModelSpec
    >>> rows = pd.MultiIndex.from_product([range(12), [2010, 2012, 2014]], names=["economy", "year"])
    >>> x, z, noise = np.random.default_rng(1).normal(size=(3, 36))
    >>> data = pd.DataFrame({"x": x, "z": z, "y": 2 * x + z + noise}, index=rows)
    >>> shared = {"outcome": "y", "effects": ("economy",), "estimator": "within"}
    >>> models = [ModelSpec(name=", ".join(names), regressors=names, **shared) for names in (("x",), ("x", "z"))]
    >>> found = specification_curve(models, data, draws=99, seed=0)
    >>> found.estimated, found.share_significant, found.pvalues["median"]
    (2, 1.0, 0.01)
    """
    check_draws("specification curve", draws, seed)
    declared = (
        models.declared() if isinstance(models, SpecGrid) else tuple(Declared((one.name,), one, "") for one in models)
    )
    if not declared:
        raise InputError("specification curve: there is no model; declare at least one")
    expected = sign if sign is not None else models.sign if isinstance(models, SpecGrid) else 1
    if expected not in (1, -1):
        raise InputError(f"specification curve: sign is {expected!r}; expected 1 or -1")
    economies = data.index.unique("economy").sort_values()
    dealt = deal(draw_permutations(len(economies), draws, np.random.default_rng(seed)), economies)
    checked = [_checked(one, made_of or {}) for one in declared]
    runs = _runs(checked, data, dealt)
    table = _table(checked, runs, CHOICES if isinstance(models, SpecGrid) else ("model",))
    return _record(table, runs, expected, seed)


def by_choice(curve: SpecificationCurve, choice: str) -> dict[str, SpecificationCurve]:
    """Split a curve by one of its choices, each part with the joint test that it would have alone.

    Parameters
    ----------
    curve
        From ``specification_curve``; its permutations are used again.
    choice
        Column of its table, such as 'effects'.

    Returns
    -------
    dict
        Chosen level to its models; a level of which no model can be estimated is left out.

    Raises
    ------
    InputError
        For a choice that the table does not have.
    """
    if choice not in curve.table:
        raise InputError(f"specification curve: {unknown('choice', choice, curve.table.columns)}")
    parts = {}
    for level in dict.fromkeys(curve.table[choice]):
        own = (curve.table[choice] == level).to_numpy()
        table = curve.table[own]
        if (table["reason"] == "").any():
            runs = [run for run, there in zip(curve.runs, own, strict=True) if there]
            parts[str(level)] = _record(table, runs, curve.sign, curve.seed)
    return parts


def _checked(one: Declared, made_of: Mapping[str, set[str]]) -> Declared:
    """Return a declared model, without its specification if a rule of the study refuses it."""
    if one.spec is None:
        return one
    try:
        check_overlap([one.spec], made_of)
        check_alone(one.spec, one.spec.regressors[0])
        check_kind(one.spec)
    except InputError as error:
        return Declared(one.choices, None, str(error))
    return one


def _runs(declared: Sequence[Declared], data: pd.DataFrame, dealt: Deal) -> list[Run]:
    """Run the models family by family, and return them in the order declared."""
    draws = len(dealt.permutations)
    families: dict[ModelSpec, list[int]] = {}
    runs: dict[int, Run] = {}
    for number, one in enumerate(declared):
        if one.spec is None:
            runs[number] = Run(np.nan, np.nan, 0, 0, np.full(draws, np.nan), np.zeros(draws, dtype=bool), one.reason)
        else:
            shared = replace(
                one.spec, name="family", regressors=("measure", *one.spec.regressors[1:]), group="", note=""
            )
            families.setdefault(shared, []).append(number)
    for numbers in families.values():
        specs = [spec for number in numbers if (spec := declared[number].spec) is not None]
        runs |= dict(zip(numbers, run_family(specs, data, dealt), strict=True))
    return [runs[number] for number in range(len(declared))]


def _table(declared: Sequence[Declared], runs: Sequence[Run], names: Sequence[str]) -> pd.DataFrame:
    """Return one row per declared model."""
    slopes, errors, clusters = (
        np.array([getattr(run, what) for run in runs]) for what in ("slope", "std_error", "clusters")
    )
    return pd.DataFrame(
        {
            **dict(zip(names, zip(*(one.choices for one in declared), strict=True), strict=True)),
            "slope": slopes,
            "std_error": errors,
            "pvalue": pvalues(slopes, errors, clusters),
            "nobs": [run.nobs for run in runs],
            "clusters": clusters,
            "reason": [run.reason for run in runs],
        },
        index=pd.RangeIndex(1, len(runs) + 1, name="number"),
    )


def _record(table: pd.DataFrame, runs: Sequence[Run], sign: int, seed: int) -> SpecificationCurve:
    """Put the record together."""
    fine = (table["reason"] == "").to_numpy()
    if not fine.any():
        raise InputError(
            f"specification curve: none of {len(table)} models can be estimated; first: {table['reason'].iloc[0]}"
        )
    significant = (table["pvalue"] < SIZE).to_numpy()[fine]
    observed = _statistics(table["slope"].to_numpy()[fine, None], significant[:, None], sign)
    kept = [run for run in runs if not run.reason]
    slopes = np.array([run.slopes for run in kept])
    null = _statistics(slopes, np.array([run.significant for run in kept]), sign)
    shares = {name: _pvalue(null[name], observed[name].iloc[0], sign if name == "median" else 1) for name in STATISTICS}
    null["singular"] = np.isnan(slopes).sum(axis=0)
    return SpecificationCurve(
        sign=sign,
        declared=len(table),
        estimated=int(fine.sum()),
        **{name: float(observed[name].iloc[0]) for name in STATISTICS},
        pvalues=shares,
        draws=slopes.shape[1],
        seed=seed,
        table=table,
        null=null,
        sentence=_sentence(table, observed.iloc[0], shares, sign, slopes.shape[1]),
        runs=tuple(runs),
    )


def _statistics(slopes: np.ndarray, significant: np.ndarray, sign: int) -> pd.DataFrame:
    """Return the statistics of each column of slopes (models, B)."""
    there = np.maximum(np.isfinite(slopes).sum(axis=0), 1)
    expected = sign * slopes > 0
    return pd.DataFrame(
        {
            "median": np.nanmedian(slopes, axis=0),
            "share_expected": expected.sum(axis=0) / there,
            "share_significant": (expected & significant).sum(axis=0) / there,
        }
    ).rename_axis("draw")


def _pvalue(permuted: pd.Series, observed: float, sign: int) -> float:
    """Return the share of permutations, the observed one included, that reach the statistic."""
    reached = permuted.isna() | (sign * permuted >= sign * observed - TIE * abs(observed))
    return (1 + int(reached.sum())) / (len(permuted) + 1)


def _sentence(table: pd.DataFrame, observed: pd.Series, shares: Mapping[str, float], sign: int, draws: int) -> str:
    """Return the result in words."""
    failed = int((table["reason"] != "").sum())
    lost = (
        f" {failed} of {len(table)} declared models could not be estimated and are listed with the reason."
        if failed
        else ""
    )
    word = "positive" if sign > 0 else "negative"
    return (
        f"Over {len(table) - failed} models the median slope is {observed['median']:.4g} "
        f"({p_text(shares['median'])}); {observed['share_expected']:.0%} are {word} "
        f"({p_text(shares['share_expected'])}), {observed['share_significant']:.0%} {word} and significant at 5 % "
        f"({p_text(shares['share_significant'])}); p by {draws:,} permutations of whole trajectories, all models "
        f"alike.{lost}"
    )
