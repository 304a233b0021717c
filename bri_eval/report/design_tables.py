"""Tables of the published designs, of instruments and thresholds, and of the specification curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.report.evidence_words import ends
from bri_eval.report.exhibits import Exhibit
from bri_eval.report.regressions import proxies, scale_note, term_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bri_eval.econometrics.evidence.checks import Checks
    from bri_eval.econometrics.evidence.curve import SpecificationCurve
    from bri_eval.econometrics.specs import Estimates
    from bri_eval.econometrics.variables import Variable

    Variables = Mapping[str, Variable]

CHOICES = ("outcome", "measure", "controls", "sample")
_ENDS = {"lower": "2.5 %", "upper": "97.5 %"}


def design_exhibits(checks: Checks, fits: Sequence[Estimates], variables: Variables) -> list[Exhibit]:
    """Make the tables of designs, instruments, thresholds, moderators and the curve that are declared."""
    exhibits = []
    if checks.plan.signs:
        exhibits.append(signs(checks, fits, variables))
    if checks.instruments:
        exhibits.append(instrument_tests(checks, fits))
    if checks.thresholds:
        exhibits.append(threshold_tests(checks))
    if checks.moderations:
        exhibits.append(marginal_effects(checks, variables))
    if checks.curve is not None:
        exhibits += [curve(checks.curve, checks.curves), curve_choices(checks.curve), curve_models(checks.curve)]
    return exhibits


def signs(checks: Checks, fits: Sequence[Estimates], variables: Variables) -> Exhibit:
    """Set the signs that published designs expect beside ours."""
    rows, shown = [], []
    for table, expected in checks.plan.signs.items():
        own = [fit for fit in fits if fit.spec.group == table]
        shown += own
        for term, sign in expected.items():
            for fit in own:
                if term in fit.params.index:
                    low, high = ends(fit, term)
                    rows.append(
                        {
                            "design": table,
                            "term": term_name(term, variables),
                            "model": fit.spec.name,
                            "expected": "not named" if sign == "none" else sign,
                            "estimate": fit.params[term],
                            "lower": low,
                            "upper": high,
                            "agrees": agreement(sign, float(fit.params[term]), low, high),
                        }
                    )
    return Exhibit(
        code="signs",
        title="Signs that two published designs expect, and ours",
        table=pd.DataFrame(rows),
        notes=(
            "Expected: the sign in the summary of the published design, if it names one. "
            "Agrees: yes or no if the 95 % interval excludes zero, else which side of zero the estimate is on. Signs "
            "only are compared: samples and measures differ, and the articles' coefficients were not at hand.",
            scale_note(shown, variables),
            *proxies(shown, variables),
        ),
        formats=dict.fromkeys(("estimate", "lower", "upper"), ".3f"),
        keys=("design", "term", "model", "expected", "agrees"),
        headings=_ENDS,
    )


def agreement(sign: str, estimate: float, low: float, high: float) -> str:
    """Say whether an estimate has the sign that was expected, and whether clearly."""
    if sign == "none":
        return ""
    right = (estimate > 0) == (sign == "+")
    return ("yes" if right else "no") if low > 0 or high < 0 else ("right side" if right else "wrong side")


def instrument_tests(checks: Checks, fits: Sequence[Estimates]) -> Exhibit:
    """List the tests of every set of instruments, and the slopes that they do not reject."""
    rows = [
        {"model": name, "test": test.name, "statistic": test.statistic, "df": _df(test.df), "p": test.pvalue}
        for name, found in checks.instruments.items()
        for test in found.tests
        if np.isfinite(test.statistic)
    ]
    rows += [
        {
            "model": name,
            "test": f"Reduced form: t of '{term}'",
            "statistic": found.reduced.tvalues[term],
            "df": str(found.reduced.df),
            "p": found.reduced.pvalues[term],
        }
        for name, found in checks.instruments.items()
        for term in found.reduced.params.index.intersection(_instruments(fits, name))
    ]
    order = {name: place for place, name in enumerate(checks.instruments)}
    rows.sort(key=lambda row: order[str(row["model"])])
    sets = [
        f"{name}: {found.confidence.sentence}"
        for name, found in checks.instruments.items()
        if found.confidence is not None
    ]
    return Exhibit(
        code="instrument_tests",
        title="Tests of the candidate instruments",
        table=pd.DataFrame(rows),
        notes=(
            "First stage: does the instrument add to it. Reduced form: does it move the outcome. Cragg-Donald and "
            "Kleibergen-Paap: joint strength; below 10 the Anderson-Rubin set is the headline. With one instrument for "
            "one regressor its validity cannot be tested.",
            *sets,
        ),
        formats={"statistic": ".2f", "p": "p"},
        keys=("model", "test"),
        headings={"df": "df", "p": "p"},
    )


def threshold_tests(checks: Checks) -> Exhibit:
    """List every threshold with its set and its test, and the size of the regimes beside it."""
    rows = [
        {
            "model": name,
            "threshold": row["threshold"],
            "lower": row["lower"],
            "upper": row["upper"],
            "statistic": row["statistic"],
            "p": row["pvalue"],
            "critical": row["critical_5"],
            "low": found.regimes["economies"].iloc[number],
            "high": found.regimes["economies"].iloc[number + 1],
        }
        for name, found in checks.thresholds.items()
        for number, row in enumerate(found.table.to_dict("records"))
    ]
    return Exhibit(
        code="threshold_tests",
        title="Is there a threshold?",
        table=pd.DataFrame(rows),
        notes=(
            "Threshold with its 95 % set by the likelihood ratio; F against no threshold, with bootstrap p and 5 % "
            "critical value; economies with a row at or below the threshold and above it.",
        ),
        formats={**dict.fromkeys(("threshold", "lower", "upper", "statistic", "critical"), ".2f"), "p": "p"},
        keys=("model",),
        headings={"statistic": "F", "p": "p", "critical": "5 %", "low": "Below", "high": "Above", **_ENDS},
    )


def marginal_effects(checks: Checks, variables: Variables) -> Exhibit:
    """List the slopes over the observed range of every moderator."""
    parts = [
        found.table.reset_index(names="value").assign(
            model=found.model, moderator=term_name(found.moderator, variables)
        )
        for found in checks.moderations
    ]
    columns = ["model", "moderator", "value", "slope", "std_error", "lower", "upper", "pvalue"]
    return Exhibit(
        code="marginal_effects",
        title="The slope over the observed values of its moderator",
        table=pd.concat(parts, ignore_index=True)[columns],
        notes=("b1 + b3 m from the 1st to the 99th percentile of the moderator, with the full clustered covariance.",),
        formats={**dict.fromkeys(("value", "slope", "std_error", "lower", "upper"), ".3f"), "pvalue": "p"},
        keys=("model", "moderator"),
        headings={"std_error": "s.e.", "pvalue": "p", **_ENDS},
    )


def curve(whole: SpecificationCurve, parts: Mapping[str, SpecificationCurve]) -> Exhibit:
    """Sum the specification curve up: all models, and those with the same effects, each with its joint test."""
    rows = [
        {
            "effects": name,
            "models": one.declared,
            "estimated": one.estimated,
            "lowest": one.table["slope"].min(),
            "median": one.median,
            "highest": one.table["slope"].max(),
            "p_median": one.pvalues["median"],
            "share_expected": one.share_expected,
            "p_expected": one.pvalues["share_expected"],
            "share_significant": one.share_significant,
            "p_significant": one.pvalues["share_significant"],
        }
        for name, one in {"all": whole, **parts}.items()
    ]
    side = "positive" if whole.sign > 0 else "negative"
    return Exhibit(
        code="curve",
        title="The specification curve: all declared models, and those with the same effects",
        table=pd.DataFrame(rows),
        notes=(
            f"Slopes per pooled standard deviation of the measure. {side.capitalize()}: share of models; significant: "
            f"share that are {side} and significant at 5 %. p: share of {whole.draws:,} permutations of whole "
            "trajectories, the same in all models of a row, that reach the median or the share: joint tests of a "
            "declared set.",
        ),
        formats=dict.fromkeys(("lowest", "median", "highest", "share_expected", "share_significant"), ".2f")
        | dict.fromkeys(("p_median", "p_expected", "p_significant"), "p"),
        keys=("effects",),
        headings={
            "p_median": "p",
            "share_expected": side.capitalize(),
            "p_expected": "p",
            "share_significant": "Significant",
            "p_significant": "p",
        },
    )


def curve_choices(whole: SpecificationCurve) -> Exhibit:
    """List the median slope of the curve under every choice, by effects."""
    table, kinds = whole.table, [kind for kind in CHOICES if kind in whole.table]
    effects = list(dict.fromkeys(table["effects"])) if "effects" in table else []
    rows = []
    for kind in kinds:
        for choice in dict.fromkeys(table[kind]):
            part = table[table[kind] == choice]
            own = {name: part.loc[part["effects"] == name, "slope"].median() for name in effects}
            rows.append({"choice": kind, "level": choice, "models": len(part), **own})
    return Exhibit(
        code="curve_choices",
        title="Median slope of the specification curve under every choice",
        table=pd.DataFrame(rows),
        notes=("Columns: the effects that the models have. Medians over all models with the choice.",),
        formats=dict.fromkeys(effects, ".2f"),
        keys=("choice", "level"),
    )


def curve_models(whole: SpecificationCurve) -> Exhibit:
    """List every model of the curve."""
    return Exhibit(
        code="curve_models",
        title="Every model of the specification curve",
        table=whole.table.reset_index(),
        notes=("In the order declared; a model that could not be estimated has the reason.",),
        formats={"slope": ".3f", "std_error": ".3f", "pvalue": "p"},
        keys=("number", *(kind for kind in (*CHOICES, "effects", "model") if kind in whole.table), "reason"),
        headings={"std_error": "s.e.", "pvalue": "p", "nobs": "n", "clusters": "Economies"},
    )


def _df(df: int | tuple[int, ...]) -> str:
    """Print degrees of freedom."""
    return ", ".join(map(str, df)) if isinstance(df, tuple) else str(df)


def _instruments(fits: Sequence[Estimates], name: str) -> list[str]:
    """List the instruments of a model."""
    return [term for fit in fits if fit.spec.name == name for term in fit.spec.instruments]
