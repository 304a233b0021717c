"""Whole economies drawn with replacement: the pairs cluster bootstrap on the kernel's blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError
from bri_eval.econometrics.kernel import CHUNK, fit

if TYPE_CHECKING:
    from bri_eval.econometrics.kernel import Moments

LEAST_DRAWS = 99


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClusterBootstrap:
    """Slopes of resampled economies.

    Parameters
    ----------
    slopes
        (draws, s); NaN where a draw does not identify them all.
    table
        One row per regressor: 'slope' of the sample, 'std_error' (standard deviation over the draws), 'lower', 'upper'
        (percentiles), over the draws that identify all slopes.
    size
        One less the coverage of the interval.
    singular
        Number of draws that do not.
    seed
        Of the draws.

    Examples
    --------
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABCDEF"), [2010, 2012]], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": range(12), "y": [0, 1, 2, 5, 3, 4, 8, 9, 6, 8, 9, 12]}, index=rows)
    >>> spec = be.ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> from bri_eval.econometrics.kernel import design, moments
    >>> cluster_bootstrap(moments(design(spec, data)), draws=99, seed=1).slopes.shape
    (99, 1)
    """

    slopes: np.ndarray
    table: pd.DataFrame
    size: float
    singular: int
    seed: int


def cluster_bootstrap(moments: Moments, *, draws: int = 9_999, size: float = 0.05, seed: int) -> ClusterBootstrap:
    """Resample whole economies with replacement and solve the model in each draw.

    Parameters
    ----------
    moments
        Of the model.
    draws
        Number of draws, at least 99.
    size
        One less the coverage of the percentile interval.
    seed
        Of the draws.

    Returns
    -------
    ClusterBootstrap

    Raises
    ------
    InputError
        For numbers out of range, or if more than half of the draws do not identify the slopes.

    References
    ----------
    cameron2008.

    Examples
    --------
    >>> from bri_eval.econometrics.kernel import design, moments
    >>> from bri_eval.econometrics.specs import ModelSpec
    >>> rows = pd.MultiIndex.from_product([list("ABCDEF"), [2010, 2012]], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": range(12), "y": [0, 1, 2, 5, 3, 4, 8, 9, 6, 8, 9, 12]}, index=rows)
    >>> spec = ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> cluster_bootstrap(moments(design(spec, data)), draws=999, seed=1).table.loc["x", "slope"].round(3)
    np.float64(1.833)
    """
    g = len(moments.labels)
    check_draws("cluster bootstrap", draws, seed, size)
    counts = np.random.default_rng(seed).multinomial(g, np.full(g, 1 / g), size=draws)
    slopes = np.concatenate([fit(moments, counts[row : row + CHUNK]).slopes for row in range(0, draws, CHUNK)])
    fine = ~np.isnan(slopes).any(axis=1)
    if fine.mean() < 0.5:
        raise InputError(
            f"cluster bootstrap: {(~fine).sum()} of {draws} draws do not identify the slopes; a regressor varies in "
            "too few economies: leave it out"
        )
    lower, upper = np.quantile(slopes[fine], [size / 2, 1 - size / 2], axis=0)
    columns = {"slope": moments.slopes, "std_error": slopes[fine].std(axis=0, ddof=1), "lower": lower, "upper": upper}
    table = pd.DataFrame(columns, index=pd.Index(moments.names, name="regressor"))
    return ClusterBootstrap(slopes=slopes, table=table, size=size, singular=int((~fine).sum()), seed=seed)


def check_draws(name: str, draws: int, seed: int, size: float = 0.05) -> None:
    """Raise at a number of draws, a seed or a size out of range; without a seed nothing could be repeated."""
    for what, number, least in (("draws", draws, LEAST_DRAWS), ("seed", seed, 0)):
        if isinstance(number, bool) or not isinstance(number, (int, np.integer)) or number < least:
            raise InputError(f"{name}: {what} is {number!r}; expected a whole number of at least {least}")
    if not 0 < size < 1:
        raise InputError(f"{name}: size is {size}; expected a probability between 0 and 1")


def check_spread(name: str, term: str, error: float, scale: float) -> None:
    """Raise if the bare clustered standard error is rounding beside its scale, residual length / regressor length."""
    if not error > 1e-8 * scale:
        raise InputError(
            f"{name}: the slope of '{term}' rests on one economy, so that its clustered standard error is nought "
            "whatever the data; leave it out"
        )
