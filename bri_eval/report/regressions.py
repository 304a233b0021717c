"""Tables of the panel evidence, made from estimates and tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.report.exhibits import Exhibit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bri_eval.econometrics.diagnostics import TestResult
    from bri_eval.econometrics.specs import Estimates
    from bri_eval.econometrics.variables import Variable


def regression(code: str, title: str, fits: Sequence[Estimates], variables: Mapping[str, Variable]) -> Exhibit:
    """Set models side by side: coefficients with standard errors below, then what each rests on."""
    named = [list(fit.params.index.drop("const", errors="ignore")) for fit in fits]
    terms = list(dict.fromkeys([own[0] for own in named] + [term for own in named for term in own]))
    columns = {"term": [cell for term in terms for cell in (_term_name(term, variables), "")] + list(_FOOT)}
    for fit in fits:
        columns[fit.spec.name] = [cell for term in terms for cell in _estimate_cells(fit, term)] + _foot_cells(fit)
    outcomes = dict.fromkeys(fit.spec.outcome for fit in fits)
    said = [variables[outcome] for outcome in outcomes if outcome in variables]
    proxies = [f"Outcome {outcome.name}: {outcome.proxy}." for outcome in said if outcome.proxy]
    conventions = list(dict.fromkeys(_short_convention(fit) for fit in fits))
    return Exhibit(
        code=code,
        title=title,
        table=pd.DataFrame(columns),
        notes=(*proxies, _SCALE_NOTE, *conventions),
        keys=("term",),
        headings={"term": ""},
    )


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
            "df": fit.df,
        }
        for fit in fits
        for term in fit.params.index
    ]
    numbers = ("estimate", "std_error", "t", "lower", "upper")
    return Exhibit(
        code="coefficients",
        title="Every coefficient of every model",
        table=pd.DataFrame(rows),
        notes=(_SCALE_NOTE, *dict.fromkeys(fit.convention for fit in fits)),
        formats=dict.fromkeys(numbers, ".4f") | {"p": "p"},
        keys=("table", "model", "term"),
    )


def variation(table: pd.DataFrame, variables: Mapping[str, Variable]) -> Exhibit:
    """Report between and within variation of the variables."""
    columns = ["mean", "sd_overall", "sd_between", "sd_within", "within_share", "n", "economies", "years"]
    shown = table[columns]
    frame = shown.rename(index=lambda code: _term_name(code, variables)).reset_index(names="variable")
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


_FOOT = ("Economy effects", "Year effects", "Observations", "Economies", "R2 within", "R2 overall")
_SCALE_NOTE = "Index scores and LPI overall are in pooled standard deviations. Standard errors in parentheses."


def _term_name(term: str, variables: Mapping[str, Variable]) -> str:
    """Give a regressor its printed name."""
    if term in variables:
        return variables[term].name
    code, _, alternative = term.partition("_")
    return f"{code.capitalize()} ({alternative})" if alternative else code.capitalize()


def _estimate_cells(fit: Estimates, term: str) -> tuple[str, str]:
    """Print a coefficient and, below it, its standard error."""
    if term not in fit.params.index:
        return "", ""
    return f"{fit.params[term]:z.3f}", f"({fit.std_errors[term]:.3f})"


def _foot_cells(fit: Estimates) -> list[str]:
    """Print what a model rests on."""
    effects = {
        "within": ("yes" if "economy" in fit.spec.effects else "no"),
        "random": "random",
        "first_difference": "differenced",
    }.get(fit.spec.estimator, "no")
    year = "yes" if "year" in fit.spec.effects else "no"
    return [effects, year, str(fit.nobs), str(fit.clusters), _r2(fit.r2_within), _r2(fit.r2_overall)]


def _r2(value: float) -> str:
    """Print an R2, blank if undefined."""
    return "" if np.isnan(value) else f"{value:.3f}"


def _short_convention(fit: Estimates) -> str:
    """Say the rule of the standard errors once for all columns."""
    if fit.spec.covariance == "unadjusted":
        return "Classical standard errors."
    return (
        "Errors clustered by economy: bare sandwich times G/(G-1) (n-1)/(n-k), k counting slopes, intercept and year "
        "effects but not economy effects; p-values and intervals from t(G-1). R2: squared correlations of the outcome "
        "with Xb."
    )
