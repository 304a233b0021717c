"""Numbers and verdicts of the panel evidence in words, as printed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bri_eval.econometrics.variation import SIZE

if TYPE_CHECKING:
    import pandas as pd

    from bri_eval.econometrics.evidence.leave_one_out import LeftOut
    from bri_eval.econometrics.specs import Estimates


def signed(value: float, spec: str = ".2f") -> str:
    """Print a number with a minus sign, not a hyphen, and without one at 0; infinite ends in words.

    Examples
    --------
    >>> signed(0.123), signed(-0.001), signed(float("inf"))
    ('0.12', '0.00', 'infinity')
    """
    if value in (float("inf"), -float("inf")):
        return "infinity" if value > 0 else "\u2212infinity"
    return f"{value:z{spec}}".replace("-", "\u2212")


def span(low: float, high: float) -> str:
    """Print two ends.

    Examples
    --------
    >>> span(0.1, 0.25)
    '0.10 to 0.25'
    """
    return f"{signed(low)} to {signed(high)}"


def ends(fit: Estimates, term: str) -> tuple[float, float]:
    """Return the ends of the interval of a coefficient."""
    low, high = fit.conf_int.loc[term].to_numpy(dtype=float)
    return float(low), float(high)


def unit_name(found: LeftOut, unit: object, names: pd.Series) -> str:
    """Name what was left out."""
    return str(names.get(unit, unit)) if found.by == "economy" else str(unit)


def side(low: float, high: float) -> str:
    """Say on which side of zero an interval lies.

    Examples
    --------
    >>> side(0.1, 0.2), side(-0.2, -0.1), side(-0.1, 0.1)
    ('clearly positive', 'clearly negative', 'not distinguishable from zero')
    """
    if low > 0:
        return "clearly positive"
    return "clearly negative" if high < 0 else "not distinguishable from zero"


def rejected(pvalue: float) -> str:
    """Say whether a hypothesis is rejected at 5 %; a test without a p-value is not reported.

    Examples
    --------
    >>> rejected(0.01), rejected(0.3), rejected(float("nan"))
    ('rejected', 'not rejected', 'not tested')
    """
    if math.isnan(pvalue):
        return "not tested"
    return "rejected" if pvalue < SIZE else "not rejected"


def counted(number: int, total: int) -> str:
    """Say how many of all, in words where it is none or all.

    Examples
    --------
    >>> counted(0, 5), counted(2, 5), counted(5, 5)
    ('not one of 5', '2 of 5', 'all 5')
    """
    if number == total:
        return f"all {total}"
    return f"not one of {total}" if number == 0 else f"{number} of {total}"
