"""Randomisation inference: whole trajectories of a regressor dealt out anew among economies."""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma, log
from typing import TYPE_CHECKING

import numpy as np

from bri_eval.checks import InputError, unknown
from bri_eval.econometrics.design import Design, design
from bri_eval.econometrics.resampling import check_draws, check_spread
from bri_eval.econometrics.sample import ABSORBED
from bri_eval.econometrics.terms import columns_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from bri_eval.econometrics.specs import ModelSpec

CELLS, LEAST_DEALS, TIE = 500_000, 20, 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Randomisation:
    """The result of a randomisation test.

    Parameters
    ----------
    term
        Regressor of which trajectories were dealt out.
    slope, statistic
        Of the sample; the statistic is slope / bare clustered standard error.
    pvalue, pvalue_slope
        (1 + number of draws at least as extreme)/(draws + 1), by the absolute statistic and by the absolute slope.
    draws
        Number of draws.
    exchanged, clusters
        Economies that can exchange their trajectory, and all economies.
    singular
        Draws in which the term is collinear with the rest; they count as more extreme.
    seed
        Of the draws.
    sentence
        The result in words.

    Examples
    --------
    >>> import pandas as pd
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABCDEF"), [2010, 2012]], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": [0, 3, 1, 1, 2, 9, 0, 4, 3, 8, 5, 6], "y": range(12)}, index=rows)
    >>> spec = be.ModelSpec(name="m", outcome="y", regressors=("x",), estimator="pooled")
    >>> randomisation(spec, data, "x", draws=99, seed=1).clusters
    6
    """

    term: str
    slope: float
    statistic: float
    pvalue: float
    pvalue_slope: float
    draws: int
    exchanged: int
    clusters: int
    singular: int
    seed: int
    sentence: str


def randomisation(spec: ModelSpec, data: pd.DataFrame, term: str, *, draws: int = 9_999, seed: int) -> Randomisation:
    """Test that a regressor has no effect by dealing its whole trajectories out anew among economies.

    Outcome and other regressors stay where they are. An economy gives its trajectory only to one that is observed in
    the same years, so that no draw makes or loses a row; one that no other matches keeps its own.

    Parameters
    ----------
    spec
        A `pooled` or `within` model.
    data
        As for `estimate`.
    term
        The regressor; no other one may be made of its columns.
    draws
        Number of draws, at least 99.
    seed
        Of the draws.

    Returns
    -------
    Randomisation

    Raises
    ------
    InputError
        As `design`, and for an unknown term, one of whose columns another regressor is made, too few draws, or fewer
        than 20 ways to deal the trajectories out: no p-value could then be below 5 %.

    Notes
    -----
    The p-value is exact if, given the years observed, trajectories are exchangeable between economies, whatever the
    errors. That is more than no effect: the term must not go with the other regressors either. The studentised version
    stays valid in large samples if it does; read the other only where the term was assigned at random.

    References
    ----------
    young2019; diciccio2017.

    Examples
    --------
    >>> import pandas as pd
    >>> from bri_eval.econometrics.specs import ModelSpec
    >>> rows = pd.MultiIndex.from_product([list("ABCDEF"), [2010, 2012]], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": [0, 3, 1, 1, 2, 9, 0, 4, 3, 8, 5, 6], "y": range(12)}, index=rows)
    >>> spec = ModelSpec(name="m", outcome="y", regressors=("x",), estimator="pooled")
    >>> randomisation(spec, data, "x", draws=999, seed=1).exchanged
    6
    """
    check_draws(f"model '{spec.name}'", draws, seed)
    found = design(spec, data)
    _check(spec, found, term)
    at, deals = found.nuisance + found.slopes.index(term), _deals(found)
    ways = sum(lgamma(len(rows) + 1) for rows in deals)
    if ways < log(LEAST_DEALS):
        raise InputError(
            f"model '{spec.name}': the trajectories of '{term}' can be dealt out in {round(np.exp(ways))} ways among "
            f"economies observed in the same years; expected at least {LEAST_DEALS}: keep years that more of them share"
        )
    others, x = np.delete(found.z, at, axis=1), found.z[:, at]
    basis = np.linalg.qr(others)[0]
    y = found.y - basis @ (basis.T @ found.y)
    slope, statistic = (float(values[0]) for values in _statistics(x[None], y, basis, found))
    scale = np.linalg.norm(y) / np.linalg.norm(x - basis @ (basis.T @ x))
    check_spread(f"model '{spec.name}'", term, abs(slope / statistic), float(scale))
    parts = [_statistics(dealt, y, basis, found) for dealt in _dealt(x, deals, draws, seed)]
    slopes, statistics = (np.concatenate(column) for column in zip(*parts, strict=True))
    counted = sum(len(rows) for rows in deals if len(rows) > 1)
    return _result(found, term, (slope, statistic), (slopes, statistics), counted, seed)


def _check(spec: ModelSpec, found: Design, term: str) -> None:
    """Raise at a term that cannot be dealt out alone."""
    if term not in found.slopes:
        raise InputError(f"model '{spec.name}': {unknown('regressor', term, found.slopes)}")
    for other in found.slopes:
        shared = set(columns_of(term)) & set(columns_of(other))
        if other != term and shared:
            raise InputError(
                f"model '{spec.name}': regressor '{other}' is made of '{min(shared)}' as '{term}' is; dealing out one "
                "without the other breaks them apart: leave one of them out"
            )


def _deals(found: Design) -> list[np.ndarray]:
    """Return, for each set of years, the rows (economies, years) of those observed in exactly these."""
    seen = np.zeros((len(found.labels), len(found.years)), dtype=bool)
    seen[found.economies, found.periods] = True
    kinds = np.unique(seen, axis=0, return_inverse=True)[1].ravel()
    starts, sizes = np.flatnonzero(np.diff(found.economies, prepend=-1)), seen.sum(axis=1)
    members = [np.flatnonzero(kinds == kind) for kind in range(kinds.max() + 1)]
    return [starts[some][:, None] + np.arange(sizes[some[0]]) for some in members]


def _dealt(x: np.ndarray, deals: list[np.ndarray], draws: int, seed: int) -> Iterator[np.ndarray]:
    """Yield chunks (draws, n) of the column with trajectories dealt out."""
    rng, most = np.random.default_rng(seed), max(1, CELLS // len(x))
    for start in range(0, draws, most):
        dealt = np.tile(x, (min(most, draws - start), 1))
        for rows in deals:
            if len(rows) > 1:
                order = rng.random((len(dealt), len(rows))).argsort(axis=1)
                dealt[:, rows] = x[rows][order]
        yield dealt


def _statistics(x: np.ndarray, y: np.ndarray, basis: np.ndarray, found: Design) -> tuple[np.ndarray, np.ndarray]:
    """Return slopes and t of columns x (draws, n), y without the other columns; NaN where nothing of x is left."""
    starts = np.flatnonzero(np.diff(found.economies, prepend=-1))
    left = x - (x @ basis) @ basis.T
    square = left * left
    whole = square.sum(axis=1)
    whole = np.where(whole > ABSORBED**2 * (x * x).sum(axis=1), whole, np.nan)
    slopes = left @ y / whole
    scores = np.add.reduceat(left * y, starts, axis=1) - slopes[:, None] * np.add.reduceat(square, starts, axis=1)
    with np.errstate(divide="ignore"):  # a slope that rests on one economy has no spread: infinite, more extreme
        return slopes, slopes * whole / np.linalg.norm(scores, axis=1)


def _result(
    found: Design,
    term: str,
    own: tuple[float, float],
    drawn: tuple[np.ndarray, np.ndarray],
    exchanged: int,
    seed: int,
) -> Randomisation:
    """Put the record together."""
    draws, clusters, singular = len(drawn[0]), len(found.labels), int(np.isnan(drawn[0]).sum())
    hits = [int((~(np.abs(some) < abs(one) * (1 - TIE))).sum()) for one, some in zip(own, drawn, strict=True)]
    of_slope, of_statistic = ((1 + count) / (draws + 1) for count in hits)
    sentence = (
        f"Randomisation of '{term}' over {exchanged} of {clusters} economies, {draws:,} draws of whole trajectories "
        f"among economies observed in the same years: p = {of_statistic:.4g} by t = {own[1]:.4g}, p = {of_slope:.4g} "
        "by the slope."
    )
    if singular:
        sentence += f" {singular:,} draws collinear with the other regressors count as more extreme."
    return Randomisation(
        term=term,
        slope=own[0],
        statistic=own[1],
        pvalue=of_statistic,
        pvalue_slope=of_slope,
        draws=draws,
        exchanged=exchanged,
        clusters=clusters,
        singular=singular,
        seed=seed,
        sentence=sentence,
    )
