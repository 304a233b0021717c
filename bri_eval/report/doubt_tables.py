"""One table for each check that doubts the findings of the panel evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.report.evidence_words import unit_name
from bri_eval.report.exhibits import Exhibit
from bri_eval.report.regressions import rule_words, term_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bri_eval.econometrics.evidence.doubted import Doubted
    from bri_eval.econometrics.variables import Variable

    Variables = Mapping[str, Variable]

_ENDS = {"lower": "2.5 %", "upper": "97.5 %"}
_BOUNDS = ("std_error", "lower", "upper")


def doubt_exhibits(doubted: Sequence[Doubted], variables: Variables, names: pd.Series) -> list[Exhibit]:
    """Make the tables that the checks of the findings allow.

    Parameters
    ----------
    doubted
        Findings with their checks.
    variables
        Code to variable, for printed names.
    names
        Economy to printed name.
    """
    exhibits = [inference(doubted), permutation(doubted)]
    if any(one.left_out for one in doubted):
        exhibits.append(leave_one_out(doubted, names))
    if any(one.groups for one in doubted):
        exhibits.append(heterogeneity(doubted))
    if any(one.mediations for one in doubted):
        exhibits.append(mediation(doubted, variables))
    if any(one.oster for one in doubted):
        exhibits.append(oster(doubted))
    if any(one.generated for one in doubted):
        exhibits.append(generated_regressor(doubted))
    return exhibits


def inference(doubted: Sequence[Doubted]) -> Exhibit:
    """Set the rules of inference on every finding side by side."""
    parts = [one.inference.reset_index().assign(model=one.fit.spec.name) for one in doubted]
    table = pd.concat(parts, ignore_index=True).assign(rule=lambda rows: rows["rule"].map(rule_words))
    told = zip(table["rule"], table["reason"], strict=True)
    refused = dict.fromkeys(
        f"{rule}: {reason.partition(chr(39) + ': ')[2] or reason}." for rule, reason in told if reason
    )
    shown = ["model", "rule", "estimate", "std_error", "df", "statistic", "pvalue", "lower", "upper"]
    wild = doubted[0].wild
    return Exhibit(
        code="inference",
        title="One slope, several rules of inference",
        table=table[shown],
        notes=(
            "CR2: bias-reduced, Satterthwaite degrees of freedom. CV3: jackknife over economies. Driscoll-Kraay is "
            "meant for many years and is no evidence on its own here. Wild bootstrap: null imposed, "
            f"{wild.draws:,} draws of {wild.weights.capitalize()} weights by economy, interval by inversion. "
            "Randomisation: whole trajectories dealt out anew among economies observed in the same years.",
            *(f"Refused: {words}" for words in refused),
        ),
        formats={**_three("estimate", *_BOUNDS), "df": ".1f", "statistic": ".2f", "pvalue": "p"},
        keys=("model", "rule"),
        headings={"std_error": "s.e.", "df": "df", "statistic": "t", "pvalue": "p", **_ENDS},
    )


def permutation(doubted: Sequence[Doubted]) -> Exhibit:
    """Report the placebo and randomisation of every finding."""
    rows = []
    for one in doubted:
        slopes = one.placebo.table["slope"]
        low, high = slopes.quantile([0.025, 0.975])
        first = {"model": one.fit.spec.name, "slope": one.placebo.slope}
        rows.append(
            first
            | {"test": "placebo", "draws": one.placebo.draws, "lower": low, "upper": high}
            | {"p_slope": one.placebo.pvalue, "p_t": one.placebo.pvalue_t, "exchanged": one.fit.clusters}
        )
        dealt = one.randomisation
        if dealt is not None:
            rows.append(
                first
                | {"test": "randomisation", "draws": dealt.draws, "lower": np.nan, "upper": np.nan}
                | {"p_slope": dealt.pvalue_slope, "p_t": dealt.pvalue, "exchanged": dealt.exchanged}
            )
    columns = ["model", "test", "slope", "lower", "upper", "p_slope", "p_t", "draws", "exchanged"]
    return Exhibit(
        code="permutation",
        title="The slope if economies had each other's index",
        table=pd.DataFrame(rows)[columns],
        notes=(
            "Whole trajectories of the regressor change places, nothing else moves. Placebo: among all economies of "
            "the model, with the gaps of the donor; bounds hold 95 % of its slopes. Randomisation: among economies "
            "observed in the same years. p by slopes and by t values, two-sided.",
        ),
        formats={**_three("slope", "lower", "upper"), "p_slope": "p", "p_t": "p", "draws": ",d"},
        keys=("model", "test"),
        headings={"p_slope": "p (slope)", "p_t": "p (t)", **_ENDS},
    )


def leave_one_out(doubted: Sequence[Doubted], names: pd.Series) -> Exhibit:
    """List every slope without one economy, year or group."""
    parts = []
    for one in doubted:
        for by, found in one.left_out.items():
            part = found.table.reset_index(names="unit").assign(model=one.fit.spec.name, by=by)
            part["unit"] = [unit_name(found, unit, names) for unit in part["unit"]]
            parts.append(part)
    columns = ["model", "by", "unit", "slope", "std_error", "pvalue", "shift", "nobs", "clusters"]
    return Exhibit(
        code="leave_one_out",
        title="The slope without each economy, year and region",
        table=pd.concat(parts, ignore_index=True)[columns],
        notes=("Each row is the model estimated on what is left. Shift: the slope less that of all rows.",),
        formats={**_three("slope", "std_error", "shift"), "pvalue": "p"},
        keys=("model", "by", "unit"),
        headings={"by": "Left out", "std_error": "s.e.", "pvalue": "p", "nobs": "n", "clusters": "Economies"},
    )


def heterogeneity(doubted: Sequence[Doubted]) -> Exhibit:
    """List the slopes of every finding in every group of economies, with the test that they are equal."""
    parts, refused = [], []
    for one in doubted:
        for name, found in one.groups.items():
            table = found.table.reset_index().assign(model=one.fit.spec.name, grouping=name)
            parts.append(table.assign(p_equal=found.permutation_pvalue, p_wald=found.pvalue))
            refused += [f"{group} ({size})" for group, size in found.refused.items()]
    columns = ["model", "grouping", "group", "slope", "std_error", "lower", "upper", "economies", "p_equal", "p_wald"]
    left = f" Too few economies for a slope of their own: {', '.join(dict.fromkeys(refused))}." if refused else ""
    return Exhibit(
        code="heterogeneity",
        title="Slopes in groups of economies",
        table=pd.concat(parts, ignore_index=True)[columns],
        notes=(
            "Each grouping is one fully interacted model. p (equal): permutations of the groups among economies reach "
            "the Wald statistic; p (Wald): by its F distribution, which groups of this size do not follow well. That "
            f"one slope is clear of zero and another is not is no difference between them.{left}",
        ),
        formats={**_three("slope", *_BOUNDS), "p_equal": "p", "p_wald": "p"},
        keys=("model", "grouping", "group"),
        headings={"std_error": "s.e.", "p_equal": "p (equal)", "p_wald": "p (Wald)", **_ENDS},
    )


def mediation(doubted: Sequence[Doubted], variables: Variables) -> Exhibit:
    """List the parts of every finding's slope that run through a mediator and that do not."""
    parts = [
        found.table.reset_index().assign(
            model=one.fit.spec.name, mediator=term_name(name, variables), observations=found.nobs
        )
        for one in doubted
        for name, found in one.mediations.items()
    ]
    columns = ["model", "mediator", "path", "estimate", "std_error", "lower_bc", "upper_bc", "observations"]
    return Exhibit(
        code="mediation",
        title="How much of the slope runs through a mediator",
        table=pd.concat(parts, ignore_index=True)[columns],
        notes=(
            "a: the mediator on the index; b: the outcome on the mediator; indirect: a b; direct: the index beside the "
            "mediator; total: without it, on the same rows. Errors and bias-corrected 95 % intervals by draws of whole "
            "economies. Read as effects, the parts assume sequential ignorability: no unobserved cause of index and "
            "mediator, nor of mediator and outcome.",
        ),
        formats=_three("estimate", "std_error", "lower_bc", "upper_bc"),
        keys=("model", "mediator", "path"),
        headings={"std_error": "s.e.", "lower_bc": "2.5 %", "upper_bc": "97.5 %", "observations": "n"},
    )


def oster(doubted: Sequence[Doubted]) -> Exhibit:
    """Report what selection on unobservables would do to every finding."""
    rows = [
        {
            "model": one.model,
            "without_controls": one.slope_short,
            "r2_without": one.r2_short,
            "with_controls": one.slope,
            "r2_with": one.r2,
            "r2_max": one.r2_max,
            "delta": one.delta,
            "adjusted": one.beta_star,
        }
        for one in (finding.oster for finding in doubted)
        if one is not None
    ]
    return Exhibit(
        code="oster",
        title="Selection on unobservables that would explain the slope away",
        table=pd.DataFrame(rows),
        notes=(
            "Slopes and R2 after removing effects. Delta: selection on unobservables, relative to that on the "
            "controls, for which the true slope is zero; below zero it would have to work against the controls. "
            "Adjusted: the slope if both are equally strong (delta 1). R2 of the hypothetical model: 1.3 times that "
            "with controls, at most 1. Exact solutions, not the linear approximation.",
        ),
        formats=dict.fromkeys(("without_controls", "with_controls", "adjusted", "delta"), ".3f")
        | dict.fromkeys(("r2_without", "r2_with", "r2_max"), ".2f"),
        keys=("model",),
        headings={"r2_without": "R2", "r2_with": "R2", "r2_max": "R2 max"},
    )


def generated_regressor(doubted: Sequence[Doubted]) -> Exhibit:
    """Report every finding with the uncertainty of the index in it."""
    rows = [
        {
            "model": one.model,
            "slope": one.slope,
            "std_error": one.std_error,
            "mean": one.mean,
            "sampling": one.table["std_error"]["sampling"],
            "index": one.table["std_error"]["index"],
            "total": one.total_error,
            "index_share": one.index_share,
            "lower": one.lower,
            "upper": one.upper,
        }
        for one in (finding.generated for finding in doubted)
        if one is not None
    ]
    found = next(finding.generated for finding in doubted if finding.generated is not None)
    return Exhibit(
        code="generated_regressor",
        title="The slope with the index itself uncertain",
        table=pd.DataFrame(rows),
        notes=(
            f"{found.versions:,} versions of the index (recipes that compare over years, judgements, prior share and "
            "weights drawn as in the robustness analysis; measurement errors are not drawn, since the data have "
            "theirs), each in its own standard deviations. Slope and s.e.: the index as it stands. Mean: over "
            "versions. Standard errors: sampling, index and both (Rubin's rules). Interval: percentiles of "
            f"{found.draws:,} bootstrap samples of versions and economies.",
        ),
        formats={**_three("slope", *_BOUNDS, "mean", "sampling", "index", "total"), "index_share": ".2f"},
        keys=("model",),
        headings={"std_error": "s.e.", "index_share": "Index share", **_ENDS},
    )


def _three(*columns: str) -> dict[str, str]:
    """Print columns with three decimals."""
    return dict.fromkeys(columns, ".3f")
