"""Tests of residuals across economies: correlation between them, variances that differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bri_eval.checks import InputError, unknown
from bri_eval.econometrics.diagnostics.companions import check_estimator, residuals
from bri_eval.econometrics.diagnostics.result import TestResult, chi2_or_f, normal

if TYPE_CHECKING:
    import pandas as pd

    from bri_eval.econometrics.specs import ModelSpec

LEAST_COMMON = 3
VARIANTS = ("lm", "scaled", "bias_corrected")
SHORT_PAIRS = ("refuse", "omit")
CONSTANT = 1e-9


def pesaran_cd(spec: ModelSpec, data: pd.DataFrame, *, short_pairs: str = "refuse") -> TestResult:
    """Test the residuals of a model without year effects for correlation between economies.

    CD = sqrt(1/P) sum_{i<j} sqrt(T_ij) r_ij over the P pairs of economies, standard normal, with r_ij the correlation
    over the T_ij common years, each residual centred over those.

    Parameters
    ----------
    spec
        A `pooled`, `within`, `random` or `correlated_random` model without year effects.
    data
        As for `estimate`.
    short_pairs
        'refuse' raises if a pair has fewer than 3 common years; 'omit' leaves such pairs out and says how many.

    Returns
    -------
    TestResult
        Both tails of the standard normal.

    Raises
    ------
    InputError
        As `estimate`, for year effects, for pairs with few common years, and for residuals that do not vary over them.

    Notes
    -----
    Year effects make residuals negatively correlated between economies, so that CD is not standard normal and small
    whatever the dependence; there is no value to report, and nothing lifts this refusal.

    References
    ----------
    pesaran2004.

    Examples
    --------
    >>> import pandas as pd
    >>> from bri_eval.econometrics.specs import ModelSpec
    >>> rows = pd.MultiIndex.from_product([list("ABC"), range(2011, 2019)], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": np.sin(np.arange(24)), "y": np.cos(np.arange(24) ** 2)}, index=rows)
    >>> spec = ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> round(pesaran_cd(spec, data).statistic, 3)
    1.959
    """
    if "year" in spec.effects:
        raise InputError(
            f"model '{spec.name}': year effects make residuals negatively correlated between economies, so CD is not "
            "standard normal and a small one shows nothing; test the model without 'year'"
        )
    correlations, common, _, said = _correlations(spec, data, short_pairs)
    statistic = float((np.sqrt(common) * correlations).sum() / np.sqrt(len(common)))
    mean = f"The mean correlation of {len(common)} pairs is {correlations.mean():.3f}."
    return normal("Pesaran CD", statistic, "both", "residuals are uncorrelated between economies", mean, *said)


def lm_dependence(
    spec: ModelSpec, data: pd.DataFrame, *, variant: str = "bias_corrected", short_pairs: str = "refuse"
) -> TestResult:
    """Test residuals for correlation between economies by their squared correlations.

    'lm' (Breusch-Pagan): sum_{i<j} T_ij r_ij^2, chi2(P). 'scaled': sum_{i<j} (T_ij r_ij^2 - 1)/sqrt(2P), standard
    normal. 'bias_corrected': the latter minus N/2 times the mean of 1/(T_ij-1), for `within` with economy effects; it
    is N/(2 (T-1)) if the panel is balanced (plm takes the largest T_ij for T in any panel, which is too little).

    Parameters
    ----------
    spec
        A `pooled`, `within`, `random` or `correlated_random` model.
    data
        As for `estimate`.
    variant
        'lm', 'scaled' or 'bias_corrected'.
    short_pairs
        As for `pesaran_cd`.

    Returns
    -------
    TestResult
        chi2(P), or the standard normal.

    References
    ----------
    breusch1980; pesaran2004; baltagi2012.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABCDEFG"), range(2011, 2019)], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": np.sin(np.arange(56)), "y": np.cos(np.arange(56) ** 2)}, index=rows)
    >>> spec = be.ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> test = be.diagnostics.lm_dependence(spec, data, variant="lm")
    >>> round(test.statistic, 3), round(test.pvalue, 3)
    (16.99, 0.712)
    """
    if variant not in VARIANTS:
        raise InputError(unknown("variant", variant, VARIANTS))
    if variant == "bias_corrected" and not (spec.estimator == "within" and "economy" in spec.effects):
        raise InputError(
            f"model '{spec.name}': the bias correction is that of economy effects; use variant 'scaled', "
            "or estimator 'within' with economy effects"
        )
    correlations, common, economies, said = _correlations(spec, data, short_pairs)
    null, pairs, longest = "residuals are uncorrelated between economies", len(common), float(common.max())
    squares = common * correlations**2
    warning = "With more economies than years it rejects too often." * (economies > longest)
    if "year" in spec.effects:
        said = [*said, "Year effects alone make residuals correlate by -1/(N-1)."]
    if variant == "lm":
        return chi2_or_f("Breusch-Pagan LM (pairs)", float(squares.sum()), pairs, null, *said, warning)
    scaled = float((squares - 1).sum() / np.sqrt(2 * pairs))
    if variant == "scaled":
        return normal("Scaled LM", scaled, "both", null, *said, warning)
    bias = economies / 2 * float((1 / (common - 1)).mean())
    return normal("Bias-corrected scaled LM", scaled - bias, "both", null, *said)


def modified_wald(spec: ModelSpec, data: pd.DataFrame) -> TestResult:
    """Test that the error variance is the same in all economies, by residuals of a fixed-effects model.

    W = sum_i (s_i^2 - s^2)^2 / V_i, chi2(N), with s_i^2 the mean square of economy i, s^2 = SSR/n and
    V_i = sum_t (e_it^2 - s_i^2)^2 / (T_i (T_i-1)).

    Parameters
    ----------
    spec
        A `pooled` or `within` model.
    data
        As for `estimate`.

    Returns
    -------
    TestResult
        chi2(N).

    Raises
    ------
    InputError
        As `estimate`, and for an economy whose squared residuals are all alike, as with two rows and its own effect.

    References
    ----------
    greene2018.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABCDEFG"), range(2011, 2019)], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": np.sin(np.arange(56)), "y": np.cos(np.arange(56) ** 2)}, index=rows)
    >>> spec = be.ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> test = be.diagnostics.modified_wald(spec, data)
    >>> round(test.statistic, 3), round(test.pvalue, 3)
    (62.069, 0.0)
    """
    check_estimator(spec, ("pooled", "within"))
    squares = residuals(spec, data) ** 2
    economies = squares.groupby(level="economy")
    means, sizes = economies.mean(), economies.size()
    spread = ((squares - economies.transform("mean")) ** 2).groupby(level="economy").sum()
    alike = means.index[spread <= CONSTANT * means**2]
    if len(alike):
        raise InputError(
            f"model '{spec.name}': the squared residuals of economy '{alike[0]}' ({sizes[alike[0]]} rows) are all "
            f"alike, and of {len(alike)} economies in all, so they show no variance; leave these out"
        )
    variances = spread / (sizes * (sizes - 1))
    statistic = float(((means - squares.mean()) ** 2 / variances).sum())
    years = len(squares.index.unique("year"))
    warning = f"With {len(means)} economies and {years} years it rejects far too often." * (len(means) > years)
    null = "the error variance is the same in all economies"
    return chi2_or_f("Modified Wald (groupwise heteroskedasticity)", statistic, len(means), null, warning)


def _correlations(
    spec: ModelSpec, data: pd.DataFrame, short_pairs: str
) -> tuple[np.ndarray, np.ndarray, int, list[str]]:
    """Return the correlation and common years of each pair, the number of economies, and what to say of pairs."""
    if short_pairs not in SHORT_PAIRS:
        raise InputError(unknown("treatment of short pairs", short_pairs, SHORT_PAIRS))
    wide = residuals(spec, data).unstack("economy")  # noqa: PD010
    there = wide.notna().to_numpy(dtype=float)
    first, second = np.triu_indices(wide.shape[1], 1)
    common = (there.T @ there)[first, second]
    short = common < LEAST_COMMON
    if short.any() and (short_pairs == "refuse" or short.all()):
        pair = int(np.argmax(short))
        raise InputError(
            f"model '{spec.name}': economies '{wide.columns[first[pair]]}' and '{wide.columns[second[pair]]}' have "
            f"{common[pair]:.0f} common years, and {short.sum()} of {len(short)} pairs fewer than {LEAST_COMMON}; "
            "leave such economies out, or use short_pairs='omit'"
        )
    correlations = wide.corr(min_periods=LEAST_COMMON).to_numpy()[first, second]
    sizes = np.sqrt((wide**2).mean())
    flat = wide.columns[sizes <= CONSTANT * sizes.max()]
    if len(flat) or np.isnan(correlations[~short]).any():
        which = f"economy '{flat[0]}'" if len(flat) else "some economy"
        raise InputError(
            f"model '{spec.name}': the residuals of {which} do not vary over the years in common with another; "
            "leave it out"
        )
    said = [f"{short.sum()} pairs with fewer than {LEAST_COMMON} common years are left out."] if short.any() else []
    return correlations[~short], common[~short], wide.shape[1], said
