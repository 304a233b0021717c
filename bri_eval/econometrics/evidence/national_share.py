"""Why trade times a national e-commerce share is no measure of e-commerce with a partner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, listing
from bri_eval.econometrics.design import design
from bri_eval.econometrics.kernel import fit, moments

if TYPE_CHECKING:
    from bri_eval.econometrics.specs import ModelSpec


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NationalShare:
    """A model with its outcome as it is and scaled by one number per year.

    Parameters
    ----------
    model
        The model.
    difference
        Largest difference of a slope or a standard error, in standard errors; it is rounding.
    table
        One row per regressor: 'slope', 'std_error', 'slope_scaled', 'std_error_scaled'.
    sentence
        The result in words.

    Examples
    --------
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABCDEF"), [2010, 2012]], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": [0, 1, 3, 2, 4, 9, 5, 6, 8, 7, 1, 2.0], "y": range(12)}, index=rows)
    >>> spec = be.ModelSpec(name="m", outcome="y", regressors=("x",), effects=("year",), estimator="pooled")
    >>> national_share(spec, data, pd.Series({2010: 0.05, 2012: 0.2})).table.columns.tolist()
    ['slope', 'std_error', 'slope_scaled', 'std_error_scaled']
    """

    model: str
    difference: float
    table: pd.DataFrame
    sentence: str


def national_share(spec: ModelSpec, data: pd.DataFrame, shares: pd.Series) -> NationalShare:
    """Estimate a log-linear model with its outcome as it is and scaled by a national share, and compare.

    ln(trade_it s_t) = ln trade_it + ln s_t, and year effects absorb ln s_t: slopes and standard errors are those of
    plain trade, whatever the shares. Scaling adds no information on e-commerce with any partner.

    Parameters
    ----------
    spec
        Estimator `within` or `pooled` with year effects; its outcome is in logarithms.
    data
        Indexed by (economy, year).
    shares
        By year, above 0.

    Returns
    -------
    NationalShare

    Raises
    ------
    InputError
        As `estimate`, and for a model without year effects, or years without a share above 0.

    Examples
    --------
    >>> from bri_eval.econometrics.specs import ModelSpec
    >>> rows = pd.MultiIndex.from_product([list("ABCDEF"), [2010, 2012]], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": [0, 1, 3, 2, 4, 9, 5, 6, 8, 7, 1, 2.0], "y": range(12)}, index=rows)
    >>> spec = ModelSpec(name="m", outcome="y", regressors=("x",), effects=("year",), estimator="pooled")
    >>> national_share(spec, data, pd.Series({2010: 0.05, 2012: 0.2})).difference < 1e-12
    True
    """
    if "year" not in spec.effects:
        raise InputError(
            f"model '{spec.name}': it has no year effects, so that a national share would move its slopes by its own "
            "trend; add 'year' to effects"
        )
    years = data.index.get_level_values("year")
    lacking = sorted({year for year in years if not shares.get(year, np.nan) > 0})
    if lacking:
        raise InputError(
            f"model '{spec.name}': no national share above 0 for the years {listing(lacking)}; give one each"
        )
    logs = np.log(shares.reindex(years).to_numpy(dtype=float))
    fits = [fit(moments(design(spec, one))) for one in (data, data.assign(**{spec.outcome: data[spec.outcome] + logs}))]
    table = pd.DataFrame(
        {
            f"{what}{suffix}": getattr(one, f"{what}s")
            for one, suffix in zip(fits, ("", "_scaled"), strict=True)
            for what in ("slope", "std_error")
        },
        index=pd.Index(spec.regressors, name="regressor"),
    )
    pairs = [(table[what], table[f"{what}_scaled"]) for what in ("slope", "std_error")]
    difference = max(float(((after - before).abs() / table["std_error"]).max()) for before, after in pairs)
    return NationalShare(
        model=spec.name, difference=difference, table=table, sentence=_sentence(spec, shares, difference)
    )


def _sentence(spec: ModelSpec, shares: pd.Series, difference: float) -> str:
    """Return the result in words."""
    return (
        f"Model '{spec.name}': scaling {spec.outcome} by a national share between {shares.min():.3g} and "
        f"{shares.max():.3g} moves no slope and no standard error by more than {difference:.1g} standard errors, which "
        "is rounding: year effects absorb the share, and it says nothing about e-commerce with a partner."
    )
