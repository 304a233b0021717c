"""Numbers and words of the text on other outcomes, estimators and designs, and on the specification curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bri_eval.econometrics.diagnostics.result import p_text
from bri_eval.econometrics.first_stage import WEAK
from bri_eval.econometrics.variation import SIZE
from bri_eval.report.design_tables import agreement
from bri_eval.report.evidence_tables import model_pairs
from bri_eval.report.evidence_words import counted, ends, rejected, side, signed, span
from bri_eval.report.rank_words import listed, percent
from bri_eval.report.regressions import leading, term_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bri_eval.econometrics.anderson_rubin import ConfidenceSet
    from bri_eval.econometrics.evidence.checks import Checks
    from bri_eval.econometrics.evidence.curve import SpecificationCurve
    from bri_eval.econometrics.evidence.moderation import MarginalEffects
    from bri_eval.econometrics.specs import Estimates
    from bri_eval.econometrics.threshold import Threshold
    from bri_eval.econometrics.variables import Variable

    Variables = Mapping[str, Variable]

MEAN = "mean({})"
"""The economy mean of a regressor in a model with correlated random effects."""

LAG = "lag({}, 1)"
"""The outcome of the wave before."""


def design_findings(checks: Checks, fits: Sequence[Estimates], variables: Variables) -> dict[str, str]:
    """Give the numbers and words of the text about designs beside the main one.

    Returns
    -------
    dict
        ``contextual/model/...`` and ``lag/model/...`` of economy means and lagged outcomes, ``pairs/...``,
        ``table/group/...``, ``signs/table/...``, ``instrument/model/...``, ``threshold/model/...``,
        ``moderation/model/...`` and ``curve/effects/...``.
    """
    parts = {f"signs/{table}": _signs(checks, fits, table, variables) for table in checks.plan.signs}
    parts |= {f"instrument/{name}": _instrument(name, fits, one.confidence) for name, one in checks.instruments.items()}
    parts |= {f"threshold/{name}": _threshold(one) for name, one in checks.thresholds.items()}
    parts |= {f"moderation/{one.model}": _moderation(one) for one in checks.moderations}
    if checks.curve is not None:
        parts |= {f"curve/{name}": _curve(one) for name, one in {"all": checks.curve, **checks.curves}.items()}
    groups = dict.fromkeys(fit.spec.group for fit in fits if fit.spec.group)
    parts |= {f"table/{group}": _table([fit for fit in fits if fit.spec.group == group]) for group in groups}
    parts |= {f"{what}/{fit.spec.name}": _slope(fit, term) for fit in fits for what, term in _further(fit).items()}
    return _pairs(fits) | {f"{at}/{key}": text for at, own in parts.items() for key, text in own.items()}


def _table(fits: Sequence[Estimates]) -> dict[str, str]:
    """Say where the coefficients of interest of a table of models lie, and how many are clear of zero."""
    slopes = [float(fit.params[leading(fit)]) for fit in fits]
    verdicts = [side(*ends(fit, leading(fit))) for fit in fits]
    return {
        "span": span(min(slopes), max(slopes)),
        "positive": counted(verdicts.count("clearly positive"), len(fits)),
        "negative": counted(verdicts.count("clearly negative"), len(fits)),
    }


def _further(fit: Estimates) -> dict[str, str]:
    """Find the coefficients of a model that the text needs beside that of interest."""
    beside = {"contextual": MEAN.format(fit.spec.regressors[0]), "lag": LAG.format(fit.spec.outcome)}
    return {what: term for what, term in beside.items() if term in fit.params.index}


def _slope(fit: Estimates, term: str) -> dict[str, str]:
    """Give one coefficient as printed."""
    low, high = ends(fit, term)
    return {
        "estimate": signed(fit.params[term]),
        "span": span(low, high),
        "error": f"{fit.std_errors[term]:.3f}",
        "p": p_text(float(fit.pvalues[term])),
        "verdict": side(low, high),
        "rows": str(fit.nobs),
        "economies": str(fit.clusters),
    }


def _pairs(fits: Sequence[Estimates]) -> dict[str, str]:
    """Count the pairs of models that are clear between economies and within them, and name the exceptions."""
    pairs = model_pairs(fits)
    if not pairs:
        return {}
    verdicts = {
        stem: (side(*ends(pooled, leading(pooled))), side(*ends(within, leading(within))))
        for stem, (pooled, within) in pairs.items()
    }
    named = {
        f"{place}_{word}": [stem for stem, verdict in verdicts.items() if verdict[number] == f"clearly {word}"]
        for number, place in enumerate(("between", "within"))
        for word in ("positive", "negative")
    }
    counts = {f"pairs/{key}": counted(len(stems), len(pairs)) for key, stems in named.items()}
    return (
        counts
        | {f"pairs/{key}_names": listed(stems, nobody="no pair") for key, stems in named.items()}
        | {
            "pairs/count": str(len(pairs)),
            "pairs/chance": f"{SIZE * len(pairs) / 2:.1f}",
        }
    )


def _signs(checks: Checks, fits: Sequence[Estimates], table: str, variables: Variables) -> dict[str, str]:
    """Count how often a published sign is found, clearly or not."""
    told: dict[str, list[str]] = {"yes": [], "right side": [], "wrong side": [], "no": []}
    silent: list[str] = []
    for term, sign in checks.plan.signs[table].items():
        for fit in fits:
            if fit.spec.group == table and term in fit.params.index:
                low, high = ends(fit, term)
                verdict = agreement(sign, float(fit.params[term]), low, high)
                name = f"{term_name(term, variables)} ({fit.spec.name})"
                if verdict:
                    told[verdict].append(name)
                elif side(low, high) != "not distinguishable from zero":
                    silent.append(term_name(term, variables))
    total = sum(map(len, told.values()))
    return {
        "compared": str(total),
        "agree": counted(len(told["yes"]), total),
        "right": str(len(told["right side"])),
        "wrong": str(len(told["wrong side"])),
        "contradict": str(len(told["no"])),
        "contradict_names": listed(told["no"], nobody="no term"),
        "silent": listed(silent, nobody="not a single one"),
    }


def _instrument(name: str, fits: Sequence[Estimates], confidence: ConfidenceSet | None) -> dict[str, str]:
    """Say how strong instruments are, and what set of slopes they leave."""
    (fit,) = [one for one in fits if one.spec.name == name]
    strength = float(fit.extra["joint_f"])
    numbers = {
        "f": f"{strength:.1f}",
        "strength": "weak" if strength < WEAK else "not weak",
        "kind": str(fit.extra["joint_f_name"]),
    }
    if confidence is None:
        return numbers
    zero = any(low <= 0 <= high for low, high in confidence.intervals)
    return numbers | {
        "set": _set_words(confidence),
        "zero": "with zero in it" if zero else "without zero",
    }


def _set_words(confidence: ConfidenceSet) -> str:
    """Print a set of slopes."""
    if confidence.shape == "whole line":
        return "the whole line"
    return " and ".join(span(low, high) for low, high in confidence.intervals) or "empty"


def _threshold(found: Threshold) -> dict[str, str]:
    """Say whether there is a threshold, and the slopes on its sides."""
    first = found.table.iloc[0]
    slopes = [name for name in found.fit.params.index if str(name).startswith(f"{found.fit.spec.regressors[0]} (")]
    return {
        "value": signed(first["threshold"]),
        "span": span(first["lower"], first["upper"]),
        "f": f"{first['statistic']:.1f}",
        "p": p_text(float(first["pvalue"])),
        "verdict": "a threshold is found" if first["pvalue"] < SIZE else "no threshold is found",
        "low": signed(found.fit.params[slopes[0]]),
        "high": signed(found.fit.params[slopes[-1]]),
        "economies": str(found.fit.clusters),
    }


def _moderation(found: MarginalEffects) -> dict[str, str]:
    """Say how a slope changes with its moderator."""
    first, last = found.table.iloc[0], found.table.iloc[-1]
    return {
        "p": p_text(found.pvalue),
        "verdict": "depends" if found.pvalue < SIZE else "is not shown to depend",
        "low": f"{signed(first['slope'])} ({span(first['lower'], first['upper'])})",
        "high": f"{signed(last['slope'])} ({span(last['lower'], last['upper'])})",
        "clear": percent(found.share_positive + found.share_negative),
    }


def _curve(found: SpecificationCurve) -> dict[str, str]:
    """Sum a set of models up."""
    slopes = found.table["slope"]
    numbers = {
        "models": f"{found.estimated:,}",
        "failed": str(found.declared - found.estimated),
        "median": signed(found.median),
        "range": span(slopes.min(), slopes.max()),
        "share": percent(found.share_expected),
        "significant": percent(found.share_significant),
        "p": p_text(found.pvalues["median"]),
        "p_significant": p_text(found.pvalues["share_significant"]),
        "draws": f"{found.draws:,}",
        "verdict": (
            "more than chance would give"
            if rejected(found.pvalues["median"]) == "rejected"
            else "no more than chance would give"
        ),
    }
    if "measure" not in found.table:
        return numbers
    medians = slopes.groupby(found.table["measure"]).median()
    return numbers | {
        "measure_low": signed(medians.min()),
        "measure_low_name": str(medians.idxmin()),
        "measure_high": signed(medians.max()),
        "measure_high_name": str(medians.idxmax()),
    }
