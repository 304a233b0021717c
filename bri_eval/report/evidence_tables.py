"""Tables of the panel evidence that gather many models or checks, and the list of all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from bri_eval.econometrics.diagnostics.result import p_text
from bri_eval.econometrics.terms import is_shifted
from bri_eval.econometrics.variation import minimum_detectable_effect
from bri_eval.report.design_tables import design_exhibits
from bri_eval.report.doubt_tables import doubt_exhibits
from bri_eval.report.evidence_words import ends, signed, span, unit_name
from bri_eval.report.exhibits import Exhibit
from bri_eval.report.rank_words import percent, plain_words
from bri_eval.report.regressions import leading, proxies, scale_note, term_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bri_eval.econometrics.evidence.checks import Checks
    from bri_eval.econometrics.evidence.doubted import Doubted
    from bri_eval.econometrics.evidence.leave_one_out import LeftOut
    from bri_eval.econometrics.specs import Estimates
    from bri_eval.econometrics.variables import Variable

    Variables = Mapping[str, Variable]

POOLED, WITHIN = "pooled", "two-way"
"""Endings of the names of two models that make the same comparison between and within economies."""

_ENDS = {"lower": "2.5 %", "upper": "97.5 %"}


def check_exhibits(checks: Checks, fits: Sequence[Estimates], variables: Variables, names: pd.Series) -> list[Exhibit]:
    """Make the tables that the checks allow.

    Parameters
    ----------
    checks
        From ``carry_out_checks``.
    fits
        The estimates of all declared models.
    variables
        Code to variable, for printed names.
    names
        Economy to printed name.
    """
    exhibits = [doubts(checks.doubted, variables, names)]
    if model_pairs(fits):
        exhibits.append(between_within(fits, variables))
    return [
        *exhibits,
        *doubt_exhibits(checks.doubted, variables, names),
        *design_exhibits(checks, fits, variables),
    ]


def model_pairs(fits: Sequence[Estimates]) -> dict[str, tuple[Estimates, Estimates]]:
    """Find the models named "x, pooled" and "x, two-way", without lags and products: the same comparison twice."""
    plain = [fit for fit in fits if not any(":" in term or is_shifted(term) for term in fit.spec.regressors)]
    by_name = {fit.spec.name: fit for fit in plain}
    stems = [name.removesuffix(f", {POOLED}") for name in by_name if name.endswith(f", {POOLED}")]
    return {
        stem: (by_name[f"{stem}, {POOLED}"], by_name[f"{stem}, {WITHIN}"])
        for stem in stems
        if f"{stem}, {WITHIN}" in by_name
    }


def between_within(fits: Sequence[Estimates], variables: Variables) -> Exhibit:
    """Set the two comparisons of every pair of models side by side: between economies, and within them."""
    rows = []
    pairs = model_pairs(fits)
    for stem, (pooled, within) in pairs.items():
        term = leading(within)
        low, high = ends(within, term)
        rows.append(
            {
                "models": stem,
                "outcome": term_name(within.spec.outcome, variables),
                "regressor": term_name(term, variables),
                "pooled": pooled.params[leading(pooled)],
                "pooled_error": pooled.std_errors[leading(pooled)],
                "within": within.params[term],
                "within_error": within.std_errors[term],
                "lower": low,
                "upper": high,
                "detectable": minimum_detectable_effect(within, term),
                "observations": within.nobs,
                "economies": within.clusters,
            }
        )
    shown = [fit for pair in pairs.values() for fit in pair]
    numbers = ("pooled", "pooled_error", "within", "within_error", "lower", "upper", "detectable")
    return Exhibit(
        code="between_within",
        title="The same comparison between and within economies",
        table=pd.DataFrame(rows),
        notes=(
            "Pooled: no economy effects. Two-way: economy and year effects, with 95 % interval; least true "
            "slope that it would have found with a probability of 80 % (MDE); observations (n) and economies (N) are "
            "its own. Errors clustered by economy.",
            scale_note(shown, variables),
            *proxies(shown, variables),
        ),
        formats=dict.fromkeys(numbers, ".2f"),
        keys=("models", "outcome", "regressor"),
        headings={
            "pooled_error": "(s.e.)",
            "within": "Two-way",
            "within_error": "(s.e.)",
            "detectable": "MDE",
            "observations": "n",
            "economies": "N",
            **_ENDS,
        },
        hidden=("outcome",),
    )


def doubts(doubted: Sequence[Doubted], variables: Variables, names: pd.Series) -> Exhibit:
    """Set all checks of every finding side by side, in words and numbers."""
    told = {one.fit.spec.name: _told(one, variables, names) for one in doubted}
    rows = list(dict.fromkeys(row for column in told.values() for row in column))
    table = pd.DataFrame(
        {"check": rows, **{name: [column.get(row, "") for row in rows] for name, column in told.items()}}
    )
    return Exhibit(
        code="doubts",
        title="What doubts the finding, and what is left of it",
        table=table,
        notes=(
            "Slopes per pooled standard deviation; in brackets 95 % intervals. Placebo: whole trajectories of the "
            "regressor permuted among economies, and where 95 % of the slopes then lie. Without one: range of the "
            "slopes. Oster: strength of selection on unobservables, relative to that on the controls, that would "
            "explain the slope away, and the slope at strength 1. Index uncertain: versions of the index and draws of "
            "economies together, and the share of the variance that is due to the index. Equal slopes: p by "
            "permutation of the groups. Through: part of the slope that runs through a mediator, which is an effect "
            "only under sequential ignorability.",
        ),
        keys=tuple(map(str, table.columns)),
    )


def _told(one: Doubted, variables: Variables, names: pd.Series) -> dict[str, str]:
    """Tell every check of one finding, check by check."""
    low, high = one.placebo.table["slope"].quantile([0.025, 0.975])
    told = {
        "Estimate": f"{signed(one.fit.params[one.term])} ({span(*ends(one.fit, one.term))})",
        "Wild cluster bootstrap": f"{p_text(one.wild.pvalue)} ({span(*one.wild.interval)})",
        "Randomisation": "refused" if one.randomisation is None else p_text(one.randomisation.pvalue),
        "Placebo": f"{p_text(one.placebo.pvalue)}; {span(low, high)}",
    }
    for by, found in one.left_out.items():
        told[f"Without one {plain_words(by)}"] = _range(found, names)
    if one.oster is not None:
        told["Oster: delta, slope at 1"] = f"{signed(one.oster.delta)}; {signed(one.oster.beta_star)}"
    if one.generated is not None:
        both = span(one.generated.lower, one.generated.upper)
        told["Index uncertain"] = f"{signed(one.generated.mean)} ({both}); {percent(one.generated.index_share)}"
    for name, group in one.groups.items():
        told[f"Equal slopes by {plain_words(name)}"] = p_text(group.permutation_pvalue)
    for name, split in one.mediations.items():
        low, high = split.table["lower_bc"]["indirect"], split.table["upper_bc"]["indirect"]
        row = f"Through {term_name(name, variables)}"
        told[row] = f"{signed(split.indirect)} ({span(low, high)}) of {signed(split.total)}"
    return told


def _range(found: LeftOut, names: pd.Series) -> str:
    """Tell the range of slopes without one unit, and which one matters most."""
    turned = [unit_name(found, unit, names) for unit in found.sign_changes]
    turns = f"; sign turns without {', '.join(turned)}" if turned else ""
    furthest = unit_name(found, found.most_influential, names)
    return f"{span(found.minimum, found.maximum)}; most by {furthest}{turns}"
