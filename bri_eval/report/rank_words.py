"""Words and numbers of the texts on ranks under uncertainty, as printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

FACTORS = {
    "imputer": "imputation",
    "treatment": "treatment of outliers",
    "normaliser": "normalisation",
    "weighter": "weighting",
    "aggregator": "aggregation",
    "exclude": "indicator left out",
    "judgements": "set of judgements",
    "noise: weights": "noise in weights",
    "noise: judgements": "noise in judgements",
    "noise: experts": "draw of experts",
    "noise: prior_share": "noise in the prior share",
    "noise: cells": "measurement error",
}
"""Factors in words; others are printed as they are called."""


def factor_words(factor: str) -> str:
    """Name a factor or a kind of noise.

    Examples
    --------
    >>> factor_words("weighter"), factor_words("prior_share")
    ('weighting', 'prior share')
    """
    return FACTORS.get(factor, plain_words(factor))


def plain_words(code: str) -> str:
    """Turn the underscores of a code into spaces."""
    return code.replace("_", " ")


def listed(words: Sequence[str], *, nobody: str = "none") -> str:
    """Join words as in a sentence.

    Examples
    --------
    >>> listed(["A", "B", "C"]), listed(["A"]), listed([])
    ('A, B and C', 'A', 'none')
    """
    if len(words) < 2:
        return words[0] if words else nobody
    return f"{', '.join(words[:-1])} and {words[-1]}"


def percent(share: float) -> str:
    """Print a share in whole per cent; what is not all is not printed as all, and what is not nothing not as nothing.

    Examples
    --------
    >>> percent(0.273), percent(0.999), percent(1), percent(0.001)
    ('27 %', 'more than 99 %', '100 %', 'less than 1 %')
    """
    if 0 < share <= 0.005:
        return "less than 1 %"
    return "more than 99 %" if 0.995 <= share < 1 else f"{100 * share:.0f} %"
