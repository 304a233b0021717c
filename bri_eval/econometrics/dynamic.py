"""Dynamic panel models by difference and system GMM, in the convention of xtabond2."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, listing
from bri_eval.econometrics.diagnostics.result import TestResult, chi2_or_f, normal, p_text, undefined
from bri_eval.econometrics.dynamic_panel import DynamicPanel, read_dynamic
from bri_eval.econometrics.gmm import Step, criterion, moment_test, one_step, two_steps
from bri_eval.econometrics.record import record

if TYPE_CHECKING:
    from bri_eval.econometrics.specs import Estimates, ModelSpec

FEW_WAVES = 5
DOUBTFUL_J = 0.9
"""A Hansen p-value above this one speaks of too many instruments, not of valid ones."""


def estimate_gmm(spec: ModelSpec, data: pd.DataFrame) -> Estimates:
    """Estimate a dynamic panel model by difference or system GMM.

    y_it = sum_l a_l y_i,t-l + x_it'b + year effect + economy effect + v_it. Differenced equations are instrumented by
    lagged levels and, in a system, equations in levels by lagged changes. First-step weights are (sum Z_i'H_i Z_i)^-1,
    H_i the covariance of the stacked errors if v is independent with variance 1 (2 and -1 for differences, between
    differences and levels too); second-step weights are the inverse of the clustered moments of the first.

    Parameters
    ----------
    spec
        A model with estimator 'gmm' and effects 'economy', or 'economy' and 'year'; see ``dynamic_options.Options`` for
        what its `options` mean.
    data
        Indexed by (economy, year), unique; waves at equal distance.

    Returns
    -------
    Estimates
        Coefficients are 'const' (system only), 'lag(outcome, 1)' and so on, then the regressors. Standard errors are
        robust to clustering, of two steps with the correction of Windmeijer, without a further small-sample factor:
        `scaling` is 1. Rows and residuals are differences, of a system equations in levels; R2 are nan. `extra` has
        'instruments', 'waves', 'hansen_j', 'hansen_df', 'hansen_p', 'ar1', 'ar1_p', 'ar2', 'ar2_p', all of two steps.

    Raises
    ------
    InputError
        As ``dynamic_panel.read_dynamic``, and for weights that cannot be inverted.

    Notes
    -----
    Strictly exogenous regressors and year effects instrument themselves: their changes in the differenced equations
    and, in the same column, their levels in those in levels, as the option ivstyle of xtabond2 does by default.

    References
    ----------
    arellano1991; blundell1998; windmeijer2005; roodman2009 (conventions).

    Examples
    --------
    >>> from bri_eval.econometrics.specs import ModelSpec
    >>> rng = np.random.default_rng(4)
    >>> y = rng.normal(size=(30, 6)).cumsum(axis=1)
    >>> rows = pd.MultiIndex.from_product([range(30), range(2010, 2016)], names=["economy", "year"])
    >>> data = pd.DataFrame({"y": y.ravel(), "x": rng.normal(size=180)}, index=rows)
    >>> spec = ModelSpec(name="m", outcome="y", regressors=("x",), effects=("economy",), estimator="gmm")
    >>> fit = estimate_gmm(spec, data)
    >>> list(fit.params.index), fit.nobs, fit.extra["instruments"]
    (['lag(y, 1)', 'x'], 120, 4)
    """
    panel = read_dynamic(spec, data)
    first, second = _steps(panel)
    step = first if panel.options.steps == 1 else second
    names = [*panel.names, *[""] * (panel.stack.x.shape[1] - len(panel.names))]
    if panel.options.kind == "system":
        names[-1] = "const"
    order = sorted(np.flatnonzero(names), key=lambda number: names[number] != "const")
    listed = [names[number] for number in order]
    rows = panel.stack.level == (panel.options.kind == "system")
    tests = {test.name: test for test in _tests(panel, first, second)}
    return record(
        spec,
        pd.Series(step.slopes[order], index=listed),
        step.covariance[np.ix_(order, order)],
        residuals=pd.Series(step.residuals[rows], index=panel.index[rows]),
        df=int(panel.stack.units.max()),
        k=panel.stack.x.shape[1],
        scaling=1.0,
        dropped=panel.dropped,
        convention=_convention(panel, tests),
        extra=_extra(panel, tests),
    )


def gmm_tests(spec: ModelSpec, data: pd.DataFrame) -> tuple[TestResult, ...]:
    """Test instruments and serial correlation of a dynamic panel model.

    Hansen's J and the tests of Arellano and Bond for serial correlation of the differenced errors at lags 1 and 2, all
    of two steps with the covariance of Windmeijer, whatever `steps` says; with one step in differences also Sargan's
    statistic, e'Z W Z'e / s2 with s2 = e'e/(2(n-k)), valid for homoskedastic, independent errors.

    Returns
    -------
    tuple of TestResult
        Correlation at lag 1 is expected, as differences of independent errors have it; at lag 2 it speaks against the
        instruments. nan where there is nothing to test.

    Raises
    ------
    InputError
        As `estimate_gmm`.

    References
    ----------
    hansen1982; sargan1958; arellano1991; windmeijer2005; roodman2009a (J with many instruments).
    """
    panel = read_dynamic(spec, data)
    return _tests(panel, *_steps(panel))


def _steps(panel: DynamicPanel) -> tuple[Step, Step]:
    """Return both steps."""
    try:
        first = one_step(panel.stack)
        return first, two_steps(panel.stack, first)
    except np.linalg.LinAlgError:
        raise InputError(
            f"model '{panel.spec.name}': the moments of {panel.stack.z.shape[1]} instruments are singular, as when few "
            "economies are seen in a wave; use collapse = true, or a narrower instrument_lags"
        ) from None


def _tests(panel: DynamicPanel, first: Step, second: Step) -> tuple[TestResult, ...]:
    """Return Hansen, Sargan where it applies, and both tests of serial correlation."""
    stack = panel.stack
    n, k = stack.x.shape
    df, null = stack.z.shape[1] - k, "the instruments are valid"
    statistics = {"Hansen J": criterion(second)}
    if panel.options.kind == "difference" and panel.options.steps == 1:
        s2 = float(first.residuals @ first.residuals) / (2 * (n - k))
        statistics["Sargan (one step)"] = criterion(first) / s2
    told = "There are as many instruments as coefficients: their validity cannot be tested."
    tests = [
        chi2_or_f(name, value, df, null) if df else undefined(name, 0, null, f"{name}: {told}")
        for name, value in statistics.items()
    ]
    return (*tests, *(_serial(panel, second, order) for order in (1, 2)))


def _serial(panel: DynamicPanel, second: Step, order: int) -> TestResult:
    """Return the test of Arellano and Bond at one lag."""
    name, statistic = f"Arellano-Bond AR({order})", moment_test(panel.stack, second, order)
    null = f"the differenced errors are not correlated at lag {order}"
    if np.isnan(statistic):
        reason = f"no economy has differenced residuals {order} waves apart, or their variance is not positive"
        return undefined(name, (), null, f"{name}: {reason}.")
    return normal(name, statistic, "both", null, "Differencing makes this correlation." if order == 1 else "")


def _extra(panel: DynamicPanel, tests: dict[str, TestResult]) -> dict[str, float]:
    """Return the numbers that belong under a column."""
    hansen, *serial = (tests[name] for name in ("Hansen J", "Arellano-Bond AR(1)", "Arellano-Bond AR(2)"))
    numbers = {
        "instruments": panel.stack.z.shape[1],
        "waves": len(panel.years),
        "hansen_j": hansen.statistic,
        "hansen_df": panel.stack.z.shape[1] - panel.stack.x.shape[1],
        "hansen_p": hansen.pvalue,
    }
    for order, test in enumerate(serial, start=1):
        numbers |= {f"ar{order}": test.statistic, f"ar{order}_p": test.pvalue}
    return numbers


def _convention(panel: DynamicPanel, tests: dict[str, TestResult]) -> str:
    """Return the note under the table."""
    options, stack = panel.options, panel.stack
    clusters = int(stack.units.max()) + 1
    errors = "corrected after Windmeijer" if options.steps == 2 else "robust"
    levels = " Rows are equations in levels." if options.kind == "system" else " Rows are differenced equations."
    return " ".join(
        [
            f"{options.kind.capitalize()} GMM, {('one step', 'two steps')[options.steps - 1]}, convention of xtabond2.",
            f"Standard errors clustered by economy, {errors}, no small-sample factor; "
            f"p-values and intervals from t({clusters - 1}).{levels}",
            _instruments(panel),
            *(_brief(test) for test in tests.values()),
            *_warnings(panel, tests),
        ]
    )


def _instruments(panel: DynamicPanel) -> str:
    """Say what the instruments are."""
    options, stack = panel.options, panel.stack
    first, last = options.instrument_lags
    lost = f" ({panel.dependent} that others make up left out)" if panel.dependent else ""
    themselves = [*(f"'{term}'" for term in panel.own), *(["year effects"] if "year" in panel.spec.effects else [])]
    return (
        f"{stack.z.shape[1]} instruments{lost} for {int(stack.units.max()) + 1} economies: lags {first} to "
        f"{min(last, len(panel.years) - 1)} of {listing((panel.spec.outcome, *options.gmm_style))}"
        f"{', collapsed' if options.collapse else ''}"
        f"{', and their lagged changes in levels' if options.kind == 'system' else ''}"
        f"{'; ' + ', '.join(themselves) + ' for themselves' if themselves else ''}."
    )


def _brief(test: TestResult) -> str:
    """Write a test in a few words."""
    if np.isnan(test.statistic):
        return test.sentence
    law = f"chi2({test.df})" if isinstance(test.df, int) else "z"
    return f"{test.name}: {law} = {test.statistic:.4g}, {p_text(test.pvalue)}."


def _warnings(panel: DynamicPanel, tests: dict[str, TestResult]) -> list[str]:
    """Return what speaks against relying on the model."""
    said, gaps = [], np.unique(np.diff(panel.years))
    if len(gaps) > 1:
        said.append(f"Waves are {gaps.min():g} to {gaps.max():g} years apart and are taken as equally far apart.")
    if len(panel.years) < FEW_WAVES:
        said.append(f"Fewer than {FEW_WAVES} waves: there is no usable test of AR(2).")
    if tests["Hansen J"].pvalue > DOUBTFUL_J:
        said.append(f"Hansen p above {DOUBTFUL_J:g}: a sign of too many instruments, not of valid ones.")
    return said
