"""Tests for serial correlation beside economy effects: one must not be mistaken for the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bri_eval.checks import InputError, unknown
from bri_eval.econometrics.diagnostics.companions import check_errors, design, left_over, plain, pooled, years
from bri_eval.econometrics.diagnostics.result import TestResult, chi2_or_f, normal
from bri_eval.econometrics.diagnostics.steps import lagged, positions, reservations
from bri_eval.econometrics.sample import complete_rows

if TYPE_CHECKING:
    import pandas as pd

    from bri_eval.econometrics.specs import ModelSpec

ALTERNATIVES = ("serial", "effects", "joint")
VARIANCES = ("all", "later")


def bera_sosa_yoon(
    spec: ModelSpec, data: pd.DataFrame, *, alternative: str = "serial", by: str = "year", variance: str = "all"
) -> TestResult:
    """Test pooled residuals e for serial correlation, economy effects or both, each locally robust to the other.

    With A = 1 - sum_i (sum_t e)^2/sum e^2, B = sum e_it e_i,t-1/sum e^2, m pairs of neighbouring rows and
    M = sum_i T_i^2 - n: serial n^2 M (B + m A/M)^2/(m (M - 2m)), chi2(1); effects -n (A + 2B)/sqrt(2 (M - 2m)), upper
    tail of the standard normal; joint n^2 ((A + 2B)^2/(2 (M - 2m)) + B^2/m), chi2(2).

    Parameters
    ----------
    spec
        Outcome, regressors and year effects; its estimator does not matter.
    data
        As for `estimate`.
    alternative
        'serial', 'effects' or 'joint'.
    by
        As for `wooldridge_serial`.
    variance
        The sum of squares under B: over 'all' rows, as the score has it, or over 'later' rows, those with one before
        (plm, and the numbers in Baltagi's textbook). The latter raises B by T/(T-1): with 7 years a test at 5 %
        rejects in 9 % of cases where nothing is wrong.

    Returns
    -------
    TestResult
        chi2(1), standard normal or chi2(2), by the alternative.

    Raises
    ------
    InputError
        As `estimate`, for gaps, an unknown alternative, and if no economy has three rows on end.

    References
    ----------
    bera2001; sosa2008 (unbalanced); baltagi1991 (joint).

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABCDEFG"), range(2011, 2019)], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": np.sin(np.arange(56)), "y": np.cos(np.arange(56) ** 2)}, index=rows)
    >>> spec = be.ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> test = be.diagnostics.bera_sosa_yoon(spec, data, alternative="joint")
    >>> round(test.statistic, 3), round(test.pvalue, 3)
    (0.992, 0.609)
    """
    for what, value, known in (("alternative", alternative, ALTERNATIVES), ("variance", variance, VARIANCES)):
        if value not in known:
            raise InputError(f"model '{spec.name}': {unknown(what, value, known)}")
    e = pooled(spec, data).residuals.sort_index()
    check_errors(spec, e, data)
    place = positions(e.index, by, f"model '{spec.name}'")
    a, b, sizes = _scores(e, lagged(e, place), variance)
    n, m, excess = len(e), *sizes
    rest = excess - 2 * m
    if m == 0 or rest <= 0:
        raise InputError(
            f"model '{spec.name}': no economy has three rows on end; there is no serial correlation to test"
        )
    said = tuple(reservations(e.index, by, place))
    if alternative == "serial":
        statistic = n**2 * excess * (b + m / excess * a) ** 2 / (m * rest)
        null = "the errors are serially uncorrelated, economy effects aside"
        return chi2_or_f("Bera-Sosa-Escudero-Yoon (serial correlation)", statistic, 1, null, *said)
    if alternative == "effects":
        null = "the variance of the economy effects is zero, serial correlation aside"
        statistic = -n * (a + 2 * b) / np.sqrt(2 * rest)
        return normal("Bera-Sosa-Escudero-Yoon (economy effects)", statistic, "upper", null, *said)
    statistic = n**2 * ((a + 2 * b) ** 2 / (2 * rest) + b**2 / m)
    null = "there are neither economy effects nor serial correlation"
    return chi2_or_f("Baltagi-Li (joint)", statistic, 2, null, *said)


def baltagi_li(spec: ModelSpec, data: pd.DataFrame, *, by: str = "year") -> TestResult:
    """Test a random-effects model for first-order serial correlation by the score of its maximum likelihood fit.

    LM = D^2 (J^-1)_11, chi2(1), with D the score of rho at rho = 0 and J the information of rho and the two variances;
    the same for autoregressive and moving-average errors.

    Parameters
    ----------
    spec
        Outcome, regressors and year effects; its estimator does not matter.
    data, by
        As for `wooldridge_serial`.

    Returns
    -------
    TestResult
        chi2(1).

    Raises
    ------
    InputError
        As `estimate`, for gaps, and if the panel is not balanced.

    References
    ----------
    baltagi1995.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABCDEFG"), range(2011, 2019)], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": np.sin(np.arange(56)), "y": np.cos(np.arange(56) ** 2)}, index=rows)
    >>> spec = be.ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> test = be.diagnostics.baltagi_li(spec, data)
    >>> round(test.statistic, 3), round(test.pvalue, 3)
    (0.725, 0.394)
    """
    rows = complete_rows(plain(spec, "random", years(spec)), data)[0]
    place = positions(rows.index, by, f"model '{spec.name}'")
    economies, steps = len(rows.index.unique("economy")), len(rows.index.unique("year"))
    if economies * steps != len(rows) or steps < 3:
        raise InputError(
            f"model '{spec.name}': {len(rows)} rows of {economies} economies and {steps} years; this test needs a "
            "balanced panel of 3 years or more: use wooldridge_serial"
        )
    residuals = _random_effects(rows[spec.outcome].to_numpy(), design(spec, rows).to_numpy(), (economies, steps))
    check_errors(spec, residuals.ravel(), rows)
    score, information = _likelihood(residuals)
    statistic = score**2 * float(np.linalg.inv(information)[0, 0])
    null = "the errors are serially uncorrelated beside random economy effects"
    return chi2_or_f("Baltagi-Li (serial correlation)", statistic, 1, null, *reservations(rows.index, by, place))


def _scores(e: pd.Series, before: np.ndarray, variance: str) -> tuple[float, float, tuple[int, int]]:
    """Return A, B, the number of neighbouring pairs and the excess of the squared sizes of economies over n."""
    economies = e.groupby(level="economy")
    squares, paired = e.to_numpy() ** 2, ~np.isnan(before)
    a = 1 - float((economies.sum() ** 2).sum() / squares.sum())
    b = float(np.nansum(e.to_numpy() * before) / squares[paired if variance == "later" else slice(None)].sum())
    return a, b, (int(paired.sum()), int((economies.size() ** 2).sum() - len(e)))


def _random_effects(y: np.ndarray, x: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return y - X b, economies x years, of the random-effects model with the most likely share theta of the means."""
    from scipy.optimize import minimize_scalar

    both = np.column_stack([y, x]).reshape(*shape, -1)
    means = np.broadcast_to(both.mean(axis=1, keepdims=True), both.shape)

    def transformed(theta: float) -> np.ndarray:
        return (both - theta * means).reshape(len(y), -1)

    def unlikelihood(theta: float) -> float:
        columns = transformed(theta)
        rest = left_over(columns[:, 0], columns[:, 1:])
        return len(y) / 2 * float(np.log(rest @ rest)) - shape[0] * float(np.log(1 - theta))

    grid = np.linspace(0, 0.999, 200)
    best = int(np.argmin([unlikelihood(theta) for theta in grid]))
    bounds = (grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)])
    theta = minimize_scalar(unlikelihood, bounds=bounds, method="bounded", options={"xatol": 1e-12}).x
    columns = transformed(theta if unlikelihood(theta) <= unlikelihood(grid[best]) else grid[best])
    lengths = np.linalg.norm(columns[:, 1:], axis=0)
    slopes = np.linalg.lstsq(columns[:, 1:] / lengths, columns[:, 0], rcond=None)[0] / lengths
    return (y - x @ slopes).reshape(shape)


def _likelihood(residuals: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the score of rho at zero and the information of rho and the variances of means and of the rest."""
    n, t = residuals.shape
    means = residuals.mean(axis=1, keepdims=True)
    rest = residuals - means
    s1, se = t * float((means**2).sum()) / n, float((rest**2).sum()) / (n * (t - 1))
    weighted = np.broadcast_to(means / s1, rest.shape) + rest / se
    neighbours = 2 * float((weighted[:, 1:] * weighted[:, :-1]).sum())
    score = n * (t - 1) / t * (s1 - se) / s1 + se / 2 * neighbours
    a = (se - s1) / (t * s1)
    rho = n * (2 * a**2 * (t - 1) ** 2 + 2 * a * (2 * t - 3) + t - 1)
    effect, error = n * (t - 1) * se / s1**2, n * (t - 1) / t * se * (1 / s1**2 - 1 / se**2)
    variances = [n * t**2 / (2 * s1**2), n * t / (2 * s1**2), n / 2 * (1 / s1**2 + (t - 1) / se**2)]
    information = [[rho, effect, error], [effect, *variances[:2]], [error, *variances[1:]]]
    return score, np.array(information)
