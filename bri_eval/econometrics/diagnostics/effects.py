"""Tests for economy and year effects that need only the residuals of pooled least squares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bri_eval.checks import InputError, listing
from bri_eval.econometrics.diagnostics.companions import check_errors, plain, years
from bri_eval.econometrics.diagnostics.result import TestResult, chi2_or_f, normal, p_text, put_together
from bri_eval.econometrics.estimate import estimate

if TYPE_CHECKING:
    import pandas as pd

    from bri_eval.econometrics.specs import ModelSpec

EFFECTS = ("economy", "year")


def breusch_pagan_lm(spec: ModelSpec, data: pd.DataFrame, *, effects: tuple[str, ...] = ("economy",)) -> TestResult:
    """Test for economy effects, year effects or both by the Lagrange multiplier of the pooled residuals e.

    For economies LM = A^2 with A = n/sqrt(2 (sum_i T_i^2 - n)) (sum_i (sum_t e_it)^2 / sum e^2 - 1), chi2(1), valid
    also if the panel is unbalanced; for years likewise; for both the sum, chi2(2). Outcome and regressors come from
    `spec`, and its year effects unless they are tested. The sentence adds Honda's one-sided version.

    Parameters
    ----------
    spec
        The model.
    data
        As for `estimate`.
    effects
        Those that are tested: 'economy', 'year' or both.

    Returns
    -------
    TestResult
        chi2(1), or chi2(2) for both effects.

    Raises
    ------
    InputError
        As `estimate`, for an unknown effect, and if no economy (year) has two rows.

    References
    ----------
    breusch1980; baltagi1990 (unbalanced).

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABCDEFG"), range(2011, 2019)], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": np.sin(np.arange(56)), "y": np.cos(np.arange(56) ** 2)}, index=rows)
    >>> spec = be.ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> test = be.diagnostics.breusch_pagan_lm(spec, data)
    >>> round(test.statistic, 3), round(test.pvalue, 3)
    (0.343, 0.558)
    """
    parts, _ = _multipliers(spec, data, effects)
    name = f"Breusch-Pagan LM{_variant(effects)}"
    honda = sum(parts) / np.sqrt(len(parts))
    one_sided = f"Honda's one-sided statistic is {honda:.4g} ({p_text(_upper(honda))})."
    return chi2_or_f(name, sum(part**2 for part in parts), len(parts), _null(effects), one_sided)


def honda(spec: ModelSpec, data: pd.DataFrame, *, effects: tuple[str, ...] = ("economy",)) -> TestResult:
    """Test for positive variances of effects: the one-sided version of `breusch_pagan_lm`, standard normal.

    A for one effect, (A_economy + A_year)/sqrt(2) for both.

    Parameters
    ----------
    spec, data, effects
        As for `breusch_pagan_lm`.

    Returns
    -------
    TestResult
        Upper tail of the standard normal.

    References
    ----------
    honda1985.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABCDEFG"), range(2011, 2019)], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": np.sin(np.arange(56)), "y": np.cos(np.arange(56) ** 2)}, index=rows)
    >>> spec = be.ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> test = be.diagnostics.honda(spec, data)
    >>> round(test.statistic, 3), round(test.pvalue, 3)
    (0.586, 0.279)
    """
    parts, _ = _multipliers(spec, data, effects)
    return normal(f"Honda{_variant(effects)}", sum(parts) / np.sqrt(len(parts)), "upper", _null(effects))


def king_wu(spec: ModelSpec, data: pd.DataFrame, *, effects: tuple[str, ...] = EFFECTS) -> TestResult:
    """Test for positive variances of effects by King and Wu's locally mean most powerful statistic, standard normal.

    (sqrt(M_economy - n) A_economy + sqrt(M_year - n) A_year) / sqrt(M_economy + M_year - 2n) with M the sum of squared
    group sizes; for one effect it is Honda's.

    Parameters
    ----------
    spec, data, effects
        As for `breusch_pagan_lm`.

    Returns
    -------
    TestResult
        Upper tail of the standard normal.

    References
    ----------
    king1997; baltagi1998 (unbalanced).

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABCDEFG"), range(2011, 2019)], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": np.sin(np.arange(56)), "y": np.cos(np.arange(56) ** 2)}, index=rows)
    >>> spec = be.ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> test = be.diagnostics.king_wu(spec, data)
    >>> round(test.statistic, 3), round(test.pvalue, 3)
    (-0.202, 0.58)
    """
    parts, sizes = _multipliers(spec, data, effects)
    weights = np.sqrt(np.array(sizes) / sum(sizes))
    return normal(f"King-Wu{_variant(effects)}", float(weights @ parts), "upper", _null(effects))


def gourieroux(spec: ModelSpec, data: pd.DataFrame) -> TestResult:
    """Test for positive variances of economy or year effects by max(0, A_economy)^2 + max(0, A_year)^2.

    Its null distribution is the mixture 1/4 chi2(0) + 1/2 chi2(1) + 1/4 chi2(2).

    Parameters
    ----------
    spec
        The model.
    data
        As for `estimate`.

    Returns
    -------
    TestResult
        Upper tail of the mixture.

    References
    ----------
    gourieroux1982.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABCDEFG"), range(2011, 2019)], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": np.sin(np.arange(56)), "y": np.cos(np.arange(56) ** 2)}, index=rows)
    >>> spec = be.ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> test = be.diagnostics.gourieroux(spec, data)
    >>> round(test.statistic, 3), round(test.pvalue, 3)
    (0.343, 0.49)
    """
    from scipy import stats

    parts, _ = _multipliers(spec, data, EFFECTS)
    statistic = sum(max(0.0, part) ** 2 for part in parts)
    pvalue = 1.0 if statistic == 0 else float(stats.chi2.sf(statistic, 1) / 2 + stats.chi2.sf(statistic, 2) / 4)
    found = ("mixed chi2", statistic, pvalue)
    return put_together("Gourieroux-Holly-Monfort", found, (0, 1, 2), _null(EFFECTS))


def wooldridge_effects(spec: ModelSpec, data: pd.DataFrame) -> TestResult:
    """Test that pooled residuals are uncorrelated within economies, robust to heteroskedasticity and non-normality.

    z = sum_i w_i / sqrt(sum_i w_i^2) with w_i = sum_{s<t} e_is e_it, against both tails; it has power against economy
    effects and against any serial correlation.

    Parameters
    ----------
    spec
        The model.
    data
        As for `estimate`.

    Returns
    -------
    TestResult
        Both tails of the standard normal.

    References
    ----------
    wooldridge2010.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABCDEFG"), range(2011, 2019)], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": np.sin(np.arange(56)), "y": np.cos(np.arange(56) ** 2)}, index=rows)
    >>> spec = be.ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> test = be.diagnostics.wooldridge_effects(spec, data)
    >>> round(test.statistic, 3), round(test.pvalue, 3)
    (0.557, 0.577)
    """
    residuals = _pooled_residuals(spec, data, ("economy",))
    economies = residuals.groupby(level="economy")
    products = (economies.sum() ** 2 - (residuals**2).groupby(level="economy").sum()) / 2
    statistic = float(products.sum() / np.sqrt((products**2).sum()))
    return normal("Wooldridge (unobserved effects)", statistic, "both", "errors are uncorrelated within economies")


def _multipliers(spec: ModelSpec, data: pd.DataFrame, effects: tuple[str, ...]) -> tuple[list[float], list[float]]:
    """Return A and the excess M - n of the squared group sizes for each effect."""
    residuals = _pooled_residuals(spec, data, effects)
    n, total = len(residuals), float((residuals**2).sum())
    parts, excesses = [], []
    for effect in effects:
        groups = residuals.groupby(level=effect)
        excess = float((groups.size() ** 2).sum() - n)
        if excess == 0:
            raise InputError(f"model '{spec.name}': no {effect} has two rows; there is no {effect} effect to test")
        parts.append(n / np.sqrt(2 * excess) * float((groups.sum() ** 2).sum() / total - 1))
        excesses.append(excess)
    return parts, excesses


def _pooled_residuals(spec: ModelSpec, data: pd.DataFrame, effects: tuple[str, ...]) -> pd.Series:
    """Return the residuals of pooled least squares, with the model's year effects unless they are tested."""
    if not effects or set(effects) - set(EFFECTS) or len(set(effects)) < len(effects):
        raise InputError(f"effects to test are {effects!r}; expected one or both of {listing(EFFECTS)}")
    kept = tuple(effect for effect in years(spec) if effect not in effects)
    errors = estimate(plain(spec, "pooled", kept), data).residuals
    check_errors(spec, errors, data)
    return errors


def _upper(statistic: float) -> float:
    """Return the upper tail of the standard normal distribution."""
    from scipy import stats

    return float(stats.norm.sf(statistic))


def _variant(effects: tuple[str, ...]) -> str:
    """Name the tested effects, unless they are those of the economies alone."""
    return "" if effects == ("economy",) else f" ({' and '.join(effects)})"


def _null(effects: tuple[str, ...]) -> str:
    """Say the null hypothesis."""
    return f"the variance of the {' and of the '.join(effects)} effects is zero"
