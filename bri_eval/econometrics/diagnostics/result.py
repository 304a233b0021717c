"""What a test returns, and how the result is put together."""

from __future__ import annotations

from dataclasses import dataclass

from bri_eval.econometrics.variation import SIZE


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """The result of one test.

    Parameters
    ----------
    name
        Name of the test, with its variant.
    statistic
        nan where the test is not defined.
    df
        Degrees of freedom: one number for chi2 or t, numerator and denominator for F, those of the parts for a mixture
        of chi2; empty for a standard normal or a simulated statistic.
    pvalue
        nan where the test is not defined.
    null
        The hypothesis that a small p-value speaks against.
    sentence
        The result in words, to be printed, with its reservations.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABCDEFG"), range(2011, 2019)], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": np.sin(np.arange(56)), "y": np.cos(np.arange(56) ** 2)}, index=rows)
    >>> spec = be.ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> be.diagnostics.f_effects(spec, data).sentence.partition(";")[0]
    'F test of effects: F(6, 48) = 1.55, p = 0.183'
    """

    __test__ = False  # not a test case, whatever pytest makes of the name

    name: str
    statistic: float
    df: int | tuple[int, ...]
    pvalue: float
    null: str
    sentence: str


def chi2_or_f(name: str, statistic: float, df: int | tuple[int, int], null: str, *said: str) -> TestResult:
    """Put a chi2 test (one number of degrees of freedom) or an F test (two) together."""
    from scipy import stats

    pvalue = float(stats.f.sf(statistic, *df) if isinstance(df, tuple) else stats.chi2.sf(statistic, df))
    law = f"F{df}" if isinstance(df, tuple) else f"chi2({df})"
    return put_together(name, (law, statistic, pvalue), df, null, *said)


def normal(name: str, statistic: float, tail: str, null: str, *said: str) -> TestResult:
    """Put a test together whose statistic is standard normal; `tail` is 'both', 'upper' or 'lower'."""
    from scipy import stats

    tails = {"both": 2 * stats.norm.sf(abs(statistic)), "upper": stats.norm.sf(statistic)}
    pvalue = float(tails.get(tail, stats.norm.cdf(statistic)))
    return put_together(name, ("z", statistic, pvalue), (), null, *said)


def put_together(
    name: str, found: tuple[str, float, float], df: int | tuple[int, ...], null: str, *said: str
) -> TestResult:
    """Put a test together from the name of its statistic, the statistic, the p-value and further sentences."""
    symbol, statistic, pvalue = found
    verdict = f"that {null} is {'rejected' if pvalue < SIZE else 'not rejected'} at 5 %."
    sentence = f"{name}: {symbol} = {statistic:.4g}, {p_text(pvalue)}; {verdict}"
    return TestResult(
        name=name,
        statistic=float(statistic),
        df=df,
        pvalue=float(pvalue),
        null=null,
        sentence=" ".join([sentence, *(text for text in said if text)]),
    )


def undefined(name: str, df: int | tuple[int, ...], null: str, sentence: str) -> TestResult:
    """Put a test together that is not defined, with the reason as its sentence."""
    return TestResult(name=name, statistic=float("nan"), df=df, pvalue=float("nan"), null=null, sentence=sentence)


def p_text(pvalue: float) -> str:
    """Write a p-value."""
    return "p < 0.001" if pvalue < 0.001 else f"p = {pvalue:.3f}"
