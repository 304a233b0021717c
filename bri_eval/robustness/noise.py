"""What may be drawn at random around a recipe: weights, judgements, experts, shares and cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, label, listing, unknown

if TYPE_CHECKING:
    from collections.abc import Iterable

WEIGHTS = ("dirichlet", "uniform")
SOURCES = ("weights", "judgements", "experts", "prior_share", "cells")
"""Kinds of noise, each a factor of its own."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellError:
    """Measurement error of some indicators.

    Parameters
    ----------
    indicators
        Codes.
    standard_errors
        By the labels of the panel's rows, in the indicators' raw units; rows that are absent or missing have none.
    shared
        Whether the indicators of a row move together by one draw, or each by its own. Parts of a score of which only
        the mean has a published error move together: then their mean has that error.

    Examples
    --------
    >>> errors = pd.Series({("KAZ", 2018): 0.08, ("UZB", 2018): 0.12})
    >>> CellError(indicators=("lpi_customs",), standard_errors=errors).shared
    True
    """

    indicators: tuple[str, ...]
    standard_errors: pd.Series
    shared: bool = True

    def __post_init__(self) -> None:
        """Refuse what would be read letter by letter, or not found by its label."""
        if isinstance(self.indicators, str):
            raise InputError(
                f"noise: indicators are '{self.indicators}'; expected a list, such as ('{self.indicators}',)"
            )
        twice = self.standard_errors.index[self.standard_errors.index.duplicated()]
        if len(twice):
            raise InputError(f"noise: {label(twice[0])} has two standard errors; keep one")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Noise:
    """Random influences on an index, all independent of each other.

    Parameters
    ----------
    weights
        ``"dirichlet"``: weights from a Dirichlet distribution whose mean is the recipe's weights; ``"uniform"``: each
        weight times a uniform factor between 1 - band and 1 + band, rescaled to 1; None: as the recipe says.
    concentration
        Sum of the Dirichlet parameters, above 0: a weight w has the variance w (1 - w) / (concentration + 1). By
        default the number of indicators, so that around equal weights every set of weights is equally likely.
    band
        Half-width of the uniform factor, 0 to 1.
    judgements
        Standard deviation of the logarithm of each AHP judgement, 0 or more; 0.2 means about 20 %.
    experts
        Whether the experts are drawn with replacement (bootstrap).
    prior_share
        Range of the prior's share in linear combinations, uniform; None: as the recipe says.
    cells
        Measurement errors, normal: a table of standard errors with the labels of the panel (independent cells), or
        records that may share one error among indicators.

    Raises
    ------
    InputError
        For an unknown distribution or a number out of range.

    Notes
    -----
    In uncertainty analysis a normal number is one of 65,536 equally likely ones, means of bins of equal probability.

    References
    ----------
    saisana2005, sections 3 and 4; lahdelma2001 (acceptability under random weights).

    Examples
    --------
    >>> Noise(weights="dirichlet", concentration=100.0).active
    ('weights',)
    """

    weights: str | None = None
    concentration: float | None = None
    band: float = 0.25
    judgements: float = 0.0
    experts: bool = False
    prior_share: tuple[float, float] | None = None
    cells: pd.DataFrame | tuple[CellError, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn."""
        if self.weights is not None and self.weights not in WEIGHTS:
            raise InputError(f"noise: {unknown('distribution of weights', self.weights, WEIGHTS)}")
        if not isinstance(self.cells, pd.DataFrame | tuple | list):
            raise InputError(
                "noise: cells are no table or list; expected standard errors, or records as (CellError(),)"
            )
        shares = (0.0, 1.0) if self.prior_share is None else self.prior_share
        pair = isinstance(shares, tuple | list) and len(shares) == 2
        for name, fits, expected in (
            ("concentration", self.concentration is None or 0 < self.concentration < np.inf, "a number above 0"),
            ("band", 0 <= self.band <= 1, "a number from 0 to 1"),
            ("judgements", 0 <= self.judgements < np.inf, "a number of 0 or more"),
            ("prior_share", pair and 0 <= shares[0] <= shares[1] <= 1, "(low, high) within 0 to 1"),
        ):
            if not fits:
                raise InputError(f"noise: {name} is {getattr(self, name)}; expected {expected}")

    @property
    def active(self) -> tuple[str, ...]:
        """The kinds of noise that are on."""
        on = (
            self.weights is not None,
            self.judgements > 0,
            self.experts,
            self.prior_share is not None and self.prior_share[0] < self.prior_share[1],
            len(self.cells) > 0,
        )
        return tuple(source for source, is_on in zip(SOURCES, on, strict=True) if is_on)

    def errors(self) -> tuple[CellError, ...]:
        """List the measurement errors as records."""
        if isinstance(self.cells, pd.DataFrame):
            return tuple(CellError(indicators=(str(c),), standard_errors=self.cells[c]) for c in self.cells)
        return tuple(self.cells)


def noise_name(source: str) -> str:
    """Name a kind of noise beside factors, which may bear the same word."""
    return f"noise: {source}"


def read_bounds(bounds: pd.DataFrame, level: float) -> pd.Series:
    """Turn confidence bounds into standard errors, half the width over the normal quantile.

    Parameters
    ----------
    bounds
        Columns lower and upper; a row without bounds has no standard error.
    level
        Confidence level, such as 0.8.

    Returns
    -------
    Series
        Standard error of every row.

    Examples
    --------
    >>> read_bounds(pd.DataFrame({"lower": [2.4], "upper": [2.8]}, index=["KAZ"]), 0.8).round(3).to_dict()
    {'KAZ': 0.156}
    """
    from scipy.stats import norm

    if not 0 < level < 1:
        raise InputError(f"confidence level is {level}; expected a number between 0 and 1, such as 0.8")
    width = bounds["upper"] - bounds["lower"]
    if (width < 0).any():
        raise InputError(f"upper bound below lower bound for {listing(width.index[width < 0], most=3)}; swap them")
    return (width / 2 / norm.ppf(0.5 + level / 2)).rename("standard_error")


def error_arrays(
    errors: Iterable[CellError], index: pd.Index, codes: list[str]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """List the cells that have an error: row and column positions, standard error, and the number of its draw.

    Returns
    -------
    tuple of arrays
        Cells x 2 positions, cells standard errors, cells numbers of draws (shared errors have the same).
    """
    places: list[tuple[int, int]] = []
    sizes: list[float] = []
    draws: list[int] = []
    number = 0
    errors = tuple(errors)
    named = [code for error in errors for code in error.indicators]
    twice = [code for code in named if named.count(code) > 1]
    if twice:
        raise InputError(f"noise: cells: indicator '{twice[0]}' has two errors; name it in one of them")
    for error in errors:
        lost = [code for code in error.indicators if code not in codes]
        if lost:
            raise InputError(f"noise: cells: {unknown('indicator', lost[0], codes)}")
        found = error.standard_errors.reindex(index).to_numpy(dtype=float)
        bad = (found < 0) | np.isinf(found)
        if bad.any():
            worst = int(np.argmax(bad))
            raise InputError(
                f"noise: the standard error of {listing(error.indicators)} is {found[worst]:g} for "
                f"{label(index[worst])}; expected a number of 0 or more, in the units of the panel"
            )
        for row in np.flatnonzero(found > 0):
            for code in error.indicators:
                places.append((int(row), codes.index(code)))
                sizes.append(float(found[row]))
                draws.append(number)
                number += not error.shared
            number += error.shared
    return np.array(places, dtype=int).reshape(-1, 2), np.array(sizes), np.array(draws, dtype=int)
