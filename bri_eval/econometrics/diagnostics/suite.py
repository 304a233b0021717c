"""The tests that go with a model, in the order of a table."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from bri_eval.checks import InputError, bind
from bri_eval.econometrics.diagnostics.companions import plain
from bri_eval.econometrics.diagnostics.effects import breusch_pagan_lm, wooldridge_effects
from bri_eval.econometrics.diagnostics.residuals import lm_dependence, modified_wald, pesaran_cd
from bri_eval.econometrics.diagnostics.result import TestResult, undefined
from bri_eval.econometrics.diagnostics.serial import wooldridge_difference, wooldridge_serial
from bri_eval.econometrics.diagnostics.serial_effects import baltagi_li, bera_sosa_yoon
from bri_eval.econometrics.diagnostics.specification import f_effects, hausman, mundlak, poolability
from bri_eval.econometrics.estimate import estimate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from bri_eval.econometrics.specs import ModelSpec


class Entry(NamedTuple):
    """One test of the table: its name and null hypothesis, should it be refused, and how it is run."""

    name: str
    null: str
    run: Callable[..., TestResult]


def panel_tests(
    spec: ModelSpec, data: pd.DataFrame, *, by: str = "year", short_pairs: str = "refuse"
) -> tuple[TestResult, ...]:
    """Run the tests that go with a model, for one table.

    `within`: effects, random against fixed effects, poolability, serial correlation, groupwise heteroskedasticity,
    dependence between economies; `pooled`, the random-effects estimators and `first_difference` what of these applies
    to them; other estimators have none here.

    Parameters
    ----------
    spec
        The model.
    data
        As for `estimate`.
    by
        Step of the tests for serial correlation: 'year', or 'wave' in an irregular panel; see `wooldridge_serial`.
    short_pairs
        What the tests for dependence do with pairs of economies that share fewer than 3 years: 'refuse' or 'omit'.

    Returns
    -------
    tuple of TestResult
        A test that is refused has statistic and p-value nan, and the reason as its sentence. CD of a model with year
        effects is that of the model without them, and its name says so.

    Raises
    ------
    InputError
        As `estimate`, if the model itself cannot be estimated.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from bri_eval.econometrics.specs import ModelSpec
    >>> rows = pd.MultiIndex.from_product([list("ABCDEFG"), range(2011, 2019)], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": np.sin(np.arange(56)), "y": np.cos(np.arange(56) ** 2)}, index=rows)
    >>> spec = ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> [(one.name, round(one.pvalue, 2)) for one in panel_tests(spec, data)][:2]
    [('F test of effects', 0.18), ('Breusch-Pagan LM', 0.56)]
    """
    entries = ENTRIES.get(spec.estimator, ())
    if entries:
        estimate(plain(spec, spec.estimator, spec.effects), data)
    chosen = {"by": by, "short_pairs": short_pairs}
    return tuple(_run(entry, spec, data, chosen) for entry in entries if _applies(entry, spec))


def _run(entry: Entry, spec: ModelSpec, data: pd.DataFrame, chosen: Mapping[str, str]) -> TestResult:
    """Run one test, turning a refusal into its sentence."""
    try:
        return bind(entry.run, chosen)(spec, data)
    except InputError as error:
        return undefined(entry.name, (), entry.null, f"{entry.name}: not reported; {error}.")


def _applies(entry: Entry, spec: ModelSpec) -> bool:
    """Tell whether a test has something to test: year effects beside others in a model with both, or not yet in it."""
    if entry in (YEARS_BESIDE, YEARS_LM):
        return ("year" in spec.effects) == (entry is YEARS_BESIDE) and len(spec.effects) in (0, 2)
    return True


def _dependence(spec: ModelSpec, data: pd.DataFrame, *, short_pairs: str = "refuse") -> TestResult:
    """Run CD on the model without year effects."""
    if "year" not in spec.effects:
        return pesaran_cd(spec, data, short_pairs=short_pairs)
    kept = tuple(effect for effect in spec.effects if effect != "year")
    estimator = "pooled" if spec.estimator == "within" and not kept else spec.estimator
    result = pesaran_cd(plain(spec, estimator, kept), data, short_pairs=short_pairs)
    name = f"{result.name} (without year effects)"
    return replace(result, name=name, sentence=result.sentence.replace(result.name, name, 1))


EFFECTS = Entry("F test of effects", "all effects are zero", f_effects)
YEARS_BESIDE = Entry(
    "F test of effects",
    "all year effects are zero beside economy effects",
    partial(f_effects, effects=("year",)),
)
ECONOMIES_LM = Entry(
    "Breusch-Pagan LM",
    "the variance of the economy effects is zero",
    breusch_pagan_lm,
)
YEARS_LM = Entry(
    "Breusch-Pagan LM (year)",
    "the variance of the year effects is zero",
    partial(breusch_pagan_lm, effects=("year",)),
)
UNOBSERVED = Entry(
    "Wooldridge (unobserved effects)",
    "errors are uncorrelated within economies",
    wooldridge_effects,
)
UNRELATED = "the economy effects are unrelated to the regressors"
HAUSMAN = Entry("Hausman (classic)", UNRELATED, hausman)
MUNDLAK = Entry("Mundlak (cluster-robust)", UNRELATED, mundlak)
POOLABILITY = Entry("Poolability F", "every economy has the same coefficients", poolability)
SERIAL = Entry(
    "Wooldridge (serial correlation)",
    "the errors are serially uncorrelated",
    wooldridge_serial,
)
DIFFERENCES = Entry(
    "Wooldridge (differences)",
    "the errors are uncorrelated in differences",
    wooldridge_difference,
)
ASIDE = Entry(
    "Bera-Sosa-Escudero-Yoon (serial correlation)",
    "the errors are serially uncorrelated, economy effects aside",
    bera_sosa_yoon,
)
BESIDE = Entry(
    "Baltagi-Li (serial correlation)",
    "the errors are serially uncorrelated beside random economy effects",
    baltagi_li,
)
GROUPWISE = Entry(
    "Modified Wald (groupwise heteroskedasticity)",
    "the error variance is the same in all economies",
    modified_wald,
)
INDEPENDENT = "residuals are uncorrelated between economies"
CD = Entry("Pesaran CD", INDEPENDENT, _dependence)
SQUARED = Entry("Bias-corrected scaled LM", INDEPENDENT, lm_dependence)
RANDOM = (ECONOMIES_LM, HAUSMAN, MUNDLAK, SERIAL, BESIDE, CD)

ENTRIES: Mapping[str, tuple[Entry, ...]] = {
    "within": (
        EFFECTS,
        YEARS_BESIDE,
        ECONOMIES_LM,
        HAUSMAN,
        MUNDLAK,
        POOLABILITY,
        SERIAL,
        GROUPWISE,
        CD,
        SQUARED,
    ),
    "pooled": (ECONOMIES_LM, YEARS_LM, UNOBSERVED, POOLABILITY, ASIDE, GROUPWISE, CD),
    "random": RANDOM,
    "correlated_random": (ECONOMIES_LM, SERIAL, CD),
    "first_difference": (SERIAL, DIFFERENCES),
}
