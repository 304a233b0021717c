"""Tables of the panel evidence, made from estimates and tests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.econometrics.terms import columns_of, in_words, is_shifted
from bri_eval.report.exhibits import Exhibit
from bri_eval.report.rank_words import listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bri_eval.econometrics.diagnostics import TestResult
    from bri_eval.econometrics.specs import Estimates
    from bri_eval.econometrics.variables import Variable


def regression(
    code: str, title: str, fits: Sequence[Estimates], variables: Mapping[str, Variable], *, stars: bool = False
) -> Exhibit:
    """Set models side by side: coefficients with standard errors below, then what each rests on.

    Parameters
    ----------
    code, title
        Of the table.
    fits
        Its columns.
    variables
        Code to variable, for printed names and proxies.
    stars
        Whether coefficients with a p-value below 0.10, 0.05 and 0.01 get one, two and three stars.
    """
    named = [list(fit.params.index.drop("const", errors="ignore")) for fit in fits]
    terms = list(dict.fromkeys([own[0] for own in named] + [term for own in named for term in own]))
    columns = {"term": [cell for term in terms for cell in (term_name(term, variables), "")] + list(_FOOT)}
    for fit in fits:
        cells = [cell for term in terms for cell in _estimate_cells(fit, term, stars=stars)]
        columns[fit.spec.name] = cells + _foot_cells(fit)
    conventions = dict.fromkeys(_short_convention(fit) for fit in fits)
    own = [f"{fit.spec.name}: {words}" for fit in fits if (words := _own_words(fit))]
    return Exhibit(
        code=code,
        title=title,
        table=pd.DataFrame(columns),
        notes=(
            *proxies(fits, variables),
            f"{scale_note(fits, variables)} Standard errors in parentheses.",
            *conventions,
            *own,
            *((_STARS_NOTE,) if stars else ()),
        ),
        keys=("term",),
        headings={"term": ""},
    )


def proxies(fits: Sequence[Estimates], variables: Mapping[str, Variable]) -> tuple[str, ...]:
    """Say of every outcome that is a proxy what it stands for, once."""
    outcomes = dict.fromkeys(fit.spec.outcome for fit in fits)
    said = [variables[outcome] for outcome in outcomes if outcome in variables]
    return tuple(f"Outcome {outcome.name}: {outcome.proxy}." for outcome in said if outcome.proxy)


def scale_note(fits: Sequence[Estimates], variables: Mapping[str, Variable]) -> str:
    """Say which regressors are in standard deviations."""
    columns = dict.fromkeys(column for fit in fits for term in fit.spec.regressors for column in columns_of(term))
    standard = [variables[code].name for code in columns if code in variables and variables[code].standardise]
    named = listed(["Index scores", *standard])
    return f"{named} are in pooled standard deviations."


def leading(fit: Estimates) -> str:
    """Return the coefficient of interest: the first regressor, in a threshold model that of the lowest regime."""
    first = fit.spec.regressors[0]
    return next(str(name) for name in fit.params.index if name == first or str(name).startswith(f"{first} ("))


def coefficients(fits: Sequence[Estimates]) -> Exhibit:
    """List every coefficient of every model, with its interval."""
    rows = [
        {
            "table": fit.spec.group,
            "model": fit.spec.name,
            "term": term,
            "estimate": fit.params[term],
            "std_error": fit.std_errors[term],
            "t": fit.tvalues[term],
            "p": fit.pvalues[term],
            "lower": fit.conf_int.loc[term, "lower"],
            "upper": fit.conf_int.loc[term, "upper"],
            "observations": fit.nobs,
            "clusters": fit.clusters,
            "df": fit.df if fit.dfs is None else fit.dfs[term],
        }
        for fit in fits
        for term in fit.params.index
    ]
    numbers = ("estimate", "std_error", "t", "lower", "upper")
    return Exhibit(
        code="coefficients",
        title="Every coefficient of every model",
        table=pd.DataFrame(rows),
        notes=(
            "Index scores and standardised variables are in pooled standard deviations.",
            *dict.fromkeys(fit.convention for fit in fits),
        ),
        formats=dict.fromkeys(numbers, ".4f") | {"p": "p"},
        keys=("table", "model", "term"),
    )


def variation(table: pd.DataFrame, variables: Mapping[str, Variable]) -> Exhibit:
    """Report between and within variation of the variables."""
    columns = ["mean", "sd_overall", "sd_between", "sd_within", "within_share", "n", "economies", "years"]
    shown = table[columns]
    frame = shown.rename(index=lambda code: term_name(code, variables)).reset_index(names="variable")
    return Exhibit(
        code="variation",
        title="Overall, between and within variation of the variables",
        table=frame,
        notes=(
            "Between: standard deviation of economy means. Within: of deviations from them. Within share: of the sum "
            "of squares. Below 10 % a fixed-effects estimate rests on little variation.",
        ),
        formats=dict.fromkeys(columns[:5], ".3f") | {"years": ".1f"},
        keys=("variable",),
    )


def tests(results: Mapping[str, Sequence[TestResult]]) -> Exhibit:
    """List specification tests with their null hypotheses."""
    rows = [
        {
            "model": model,
            "test": one.name,
            "null": one.null,
            "statistic": one.statistic,
            "df": ", ".join(map(str, one.df)) if isinstance(one.df, tuple) else str(one.df),
            "p": one.pvalue,
        }
        for model, group in results.items()
        for one in group
    ]
    return Exhibit(
        code="tests",
        title="Specification tests",
        table=pd.DataFrame(rows),
        notes=tuple(one.sentence for group in results.values() for one in group),
        formats={"statistic": ".2f", "p": "p"},
        keys=("model", "test", "null"),
    )


_FOOT = (
    "Economy effects",
    "Year effects",
    "Standard errors",
    "Degrees of freedom",
    "Observations",
    "Economies",
    "R2 within",
    "R2 overall",
)
OWN_RULES = ("iv", "ppml", "gmm", "threshold", "quantile")
_EFFECTS = {
    **dict.fromkeys(("random", "correlated_random"), "random"),
    **dict.fromkeys(("first_difference", "long_difference", "gmm"), "differenced"),
}
_SCALE_NOTE = "Index scores, pillars, LPI and income are in pooled standard deviations. Standard errors in parentheses."
_STARS_NOTE = "* p < 0.10, ** p < 0.05, *** p < 0.01."
_RULES = {
    "clustered": "clustered",
    "unadjusted": "classical",
    "two_way": "two-way clustered",
    "driscoll_kraay": "Driscoll-Kraay",
    "cr2": "CR2",
    "cv3": "CV3",
}
"""Covariances as printed."""
_OWN_ERRORS = {"gmm": "Windmeijer", "quantile": "bootstrap"}


def term_name(term: str, variables: Mapping[str, Variable]) -> str:
    """Give a regressor its printed name."""
    regime = re.fullmatch(r"(.+?) \((.+ (?:<=|>) .+)\)", term)
    if regime:
        return f"{term_name(regime[1], variables)}, {_condition(regime[2], variables)}"
    if ":" in term or is_shifted(term):
        return in_words(term, {code: term_name(code, variables) for code in columns_of(term)})
    if term.startswith("mean("):
        return f"Mean of {term_name(term[5:-1], variables)}"
    if term in variables:
        return variables[term].name
    code, _, alternative = term.partition("_")
    return f"{code.capitalize()} ({alternative})" if alternative else code.capitalize()


def _condition(text: str, variables: Mapping[str, Variable]) -> str:
    """Write the range of a regime with the printed name of its variable."""
    parts = re.split(r" (<=|<|>) ", text)
    return " ".join(part if re.fullmatch(r"[<>=]+|[-+.\de]+", part) else term_name(part, variables) for part in parts)


def _estimate_cells(fit: Estimates, term: str, *, stars: bool) -> tuple[str, str]:
    """Print a coefficient and, below it, its standard error."""
    if term not in fit.params.index:
        return "", ""
    marks = "*" * sum(fit.pvalues[term] < size for size in (0.10, 0.05, 0.01)) if stars else ""
    return f"{fit.params[term]:z.3f}{marks}", f"({fit.std_errors[term]:.3f})"


def _foot_cells(fit: Estimates) -> list[str]:
    """Print what a model rests on."""
    named = "yes" if "economy" in fit.spec.effects else "no"
    effects = _EFFECTS.get(fit.spec.estimator, named)
    year = "yes" if "year" in fit.spec.effects else "no"
    rule = _OWN_ERRORS.get(fit.spec.estimator, rule_words(fit.spec.covariance))
    numbers = [str(number) for number in (_df(fit), fit.nobs, fit.clusters)]
    return [effects, year, rule, *numbers, _r2(fit.r2_within), _r2(fit.r2_overall)]


def rule_words(rule: str) -> str:
    """Name a rule of the standard error."""
    return _RULES.get(rule, rule)


def _df(fit: Estimates) -> str:
    """Print the degrees of freedom, those of the coefficient of interest where each has its own."""
    df = fit.df if fit.dfs is None else fit.dfs[leading(fit)]
    return f"{df:.0f}" if float(df).is_integer() else f"{df:.1f}"


def _r2(value: float) -> str:
    """Print an R2, blank if undefined."""
    return "" if np.isnan(value) else f"{value:.3f}"


def _short_convention(fit: Estimates) -> str:
    """Say the rule of the standard errors once for all columns."""
    if fit.spec.covariance == "unadjusted":
        return "Classical standard errors."
    if fit.spec.covariance != "clustered" or fit.spec.estimator in OWN_RULES:
        return f"{fit.spec.name}: {fit.convention}"
    return (
        "Errors clustered by economy: bare sandwich times G/(G-1) (n-1)/(n-k), k counting slopes, intercept and year "
        "effects but not economy effects; p-values and intervals from t(G-1). R2: squared correlations of the outcome "
        "with Xb."
    )


def _own_words(fit: Estimates) -> str:
    """Say what a model's convention tells of lags and sample beside the rule of its errors, and its note."""
    told = fit.convention
    marks = [place for mark in ("Lags and leads by", "Sample:") if (place := told.find(mark)) >= 0]
    whole = fit.spec.covariance != "clustered" or fit.spec.estimator in OWN_RULES
    words = "" if whole or not marks else told[min(marks) :]
    return " ".join(text for text in (words, fit.spec.note) if text)
