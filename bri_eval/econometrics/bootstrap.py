"""The wild cluster bootstrap with the null imposed; the resampling of economies and randomisation stand beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bri_eval.checks import InputError, known, unknown
from bri_eval.econometrics.kernel import CHUNK, Moments, design, moments
from bri_eval.econometrics.randomisation import Randomisation, randomisation
from bri_eval.econometrics.resampling import ClusterBootstrap, check_draws, check_spread, cluster_bootstrap

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from bri_eval.econometrics.specs import ModelSpec

__all__ = [
    "ClusterBootstrap",
    "Randomisation",
    "WildBootstrap",
    "cluster_bootstrap",
    "randomisation",
    "wild_bootstrap",
]

LEAST_CLUSTERS, WEBB_BELOW = 6, 12
TIE = 1e-9
"""Statistics that differ by less than this share are equal: the draw of all ones repeats the sample."""
WEIGHTS = {
    "rademacher": np.array([-1.0, 1.0]),
    "webb": np.sqrt([0.5, 1.0, 1.5]) * np.array([[-1.0], [1.0]]),
}
UNEVEN = 0.5
"""If one economy has more than this share of a regressor's variation, few others can speak for its errors."""
FURTHEST = 1e6
"""An interval that reaches this many standard errors is unbounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WildBootstrap:
    """The result of a wild cluster bootstrap with the null imposed.

    Parameters
    ----------
    term, null
        Regressor, and the value of its slope that is tested.
    slope
        Its estimate.
    statistic
        (slope - null) / standard error, the latter clustered by economy and bare: no small-sample factor, which would
        cancel.
    pvalue, pvalue_equal_tail
        Share of draws that are at least as extreme, by absolute value and as twice the smaller tail.
    interval
        The values that the symmetric test does not reject, from the lowest to the highest; an end may be infinite.
    size
        Of the test that makes the interval.
    smallest
        The smallest p-value that these draws can give.
    largest_share
        Share of the variation of the term, all other columns removed, that lies in one economy.
    draws
        Number of draws.
    enumerated
        Whether these are all 2^G Rademacher draws, without chance.
    weights
        'rademacher' or 'webb'.
    clusters
        G.
    seed
        Of the draws; without effect if enumerated.
    sentence
        The result in words.

    Examples
    --------
    >>> import pandas as pd
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABCDEF"), [2010, 2012]], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": range(12), "y": [0, 1, 2, 5, 3, 4, 8, 9, 6, 8, 9, 12]}, index=rows)
    >>> spec = be.ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> test = wild_bootstrap(spec, data, "x", weights="rademacher", seed=1)
    >>> test.enumerated, test.smallest, test.clusters
    (True, 0.03125, 6)
    """

    term: str
    null: float
    slope: float
    statistic: float
    pvalue: float
    pvalue_equal_tail: float
    interval: tuple[float, float]
    size: float
    smallest: float
    largest_share: float
    draws: int
    enumerated: bool
    weights: str
    clusters: int
    seed: int
    sentence: str


def wild_bootstrap(
    spec: ModelSpec,
    data: pd.DataFrame,
    term: str,
    *,
    draws: int = 9_999,
    weights: str = "auto",
    null: float = 0.0,
    size: float = 0.05,
    seed: int,
) -> WildBootstrap:
    """Test one slope by the wild cluster bootstrap, the null imposed, economies as clusters.

    The residuals of the model that holds the slope at its null value are multiplied by one random weight per economy;
    t is recomputed in every draw with its clustered standard error.

    Parameters
    ----------
    spec
        A `pooled` or `within` model.
    data
        As for `estimate`.
    term
        The regressor.
    draws
        Number of draws, at least 99. If there are no more than these, all 2^G Rademacher draws are taken instead.
    weights
        'rademacher', 'webb' (six points), or 'auto': Webb's below 12 economies, of which Rademacher's are too few.
    null
        Value of the slope under the null hypothesis.
    size
        Of the test that is inverted for the interval.
    seed
        Of the random weights.

    Returns
    -------
    WildBootstrap

    Raises
    ------
    InputError
        As `design`, and for an unknown term or weights, fewer than 6 economies, or numbers out of range.

    Notes
    -----
    p is the share of draws with abs(t*) >= abs(t), ties within 1e-9 counted; drawn, not enumerated, the sample counts
    as one more draw. The interval inverts the symmetric test with the same draws for every null value; were the values
    not rejected several intervals, it spans them as far as a grid shows them.

    References
    ----------
    cameron2008; roodman2019; webb2023.

    Examples
    --------
    >>> import pandas as pd
    >>> from bri_eval.econometrics.specs import ModelSpec
    >>> rows = pd.MultiIndex.from_product([list("ABCDEF"), [2010, 2012]], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": range(12), "y": [0, 1, 2, 5, 3, 4, 8, 9, 6, 8, 9, 12]}, index=rows)
    >>> spec = ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> test = wild_bootstrap(spec, data, "x", weights="rademacher", seed=1)
    >>> test.draws, test.pvalue
    (64, 0.03125)
    """
    check_draws(f"model '{spec.name}'", draws, seed, size)
    if not np.isfinite(null):
        raise InputError(f"model '{spec.name}': null is {null}; expected a finite number")
    found = moments(design(spec, data))
    _check(spec, found, term)
    clusters = len(found.labels)
    if weights == "auto":
        weights = "webb" if clusters < WEBB_BELOW else "rademacher"
    points = known("weights", weights, WEIGHTS).ravel()
    every = weights == "rademacher" and 2**clusters <= draws
    drawn = _signs(clusters) if every else _drawn(points, clusters, draws, seed)
    curve = _curve(found, found.names.index(term), drawn, every)
    check_spread(f"model '{spec.name}'", term, curve.error, curve.scale)
    return _result(curve, found, term, null=null, size=size, weights=weights, seed=seed)


class _Curve(NamedTuple):
    """The bootstrap for every null value at once: with d = slope - null, t* = (n0 + n1 d)/sqrt(q0 + q1 d + q2 d^2).

    The statistic itself is d / error; `scale` is the length of the residuals over that of the regressor; `shares` are
    those of the economies in the latter's sum of squares; `more` is 1 if the sample counts as one more draw.
    """

    n0: np.ndarray
    n1: np.ndarray
    q0: np.ndarray
    q1: np.ndarray
    q2: np.ndarray
    error: float
    scale: float
    shares: np.ndarray
    more: int


def _check(spec: ModelSpec, found: Moments, term: str) -> None:
    """Raise at an unknown term, or too few economies."""
    if term not in found.names:
        raise InputError(f"model '{spec.name}': {unknown('regressor', term, found.names)}")
    clusters = len(found.labels)
    if clusters < LEAST_CLUSTERS:
        raise InputError(
            f"model '{spec.name}': {clusters} economies are too few clusters; expected at least {LEAST_CLUSTERS}"
        )


def _curve(moments: Moments, position: int, drawn: Iterator[np.ndarray], every: bool) -> _Curve:
    """Run the draws: residuals of the restricted model are e + d x, x the term after all other columns are removed."""
    s = len(moments.slopes)
    row = np.zeros(moments.gram.shape[1])
    row[len(row) - s :] = moments.basis[position]
    bread = moments.gram @ row  # of each economy: x_g'q_g / x'x
    parts = (moments.cross, bread / (row @ row))
    numerators = [part @ row for part in parts]
    sums = []
    for v in drawn:
        first, second = (v * own - (v @ part) @ bread.T for own, part in zip(numerators, parts, strict=True))
        squares = ((first * first).sum(axis=1), 2 * (first * second).sum(axis=1), (second * second).sum(axis=1))
        sums.append((v @ numerators[0], v @ numerators[1], *squares))
    n0, n1, q0, q1, q2 = (np.concatenate(column) for column in zip(*sums, strict=True))
    return _Curve(
        n0=n0,
        n1=n1,
        q0=q0,
        q1=q1,
        q2=q2,
        error=float(np.linalg.norm(numerators[0])),
        scale=float(np.linalg.norm(row) * np.sqrt(moments.square.sum())),
        shares=numerators[1],
        more=0 if every else 1,
    )


def _pvalue(curve: _Curve, distance: float) -> float:
    """Return the symmetric p-value if the slope lies so far above its null value."""
    drawn = curve.n0 + distance * curve.n1
    own = (distance * (1 - TIE) / curve.error) ** 2 * (curve.q0 + distance * (curve.q1 + distance * curve.q2))
    return float(((drawn * drawn >= own).sum() + curve.more) / (len(own) + curve.more))


def _equal_tailed(curve: _Curve, distance: float) -> float:
    """Return twice the smaller of the two one-sided p-values."""
    root = np.sqrt(np.maximum(curve.q0 + distance * (curve.q1 + distance * curve.q2), 0))
    drawn, own = curve.n0 + distance * curve.n1, distance * root / curve.error
    slack = TIE * np.abs(own)
    hits = min((drawn >= own - slack).sum(), (drawn <= own + slack).sum())
    return float(min(1.0, 2 * (hits + curve.more) / (len(own) + curve.more)))


def _end(curve: _Curve, size: float, side: float) -> float:
    """Return the distance from the slope to the end of the interval on one side, infinite if it is beyond reach."""
    grid = curve.error * np.geomspace(0.5, FURTHEST, 36)
    kept = [place for place, step in enumerate(grid) if _pvalue(curve, side * step) >= size]
    if kept and kept[-1] == len(grid) - 1:
        return float("inf")
    inside, outside = (grid[kept[-1]], grid[kept[-1] + 1]) if kept else (0.0, grid[0])
    for _ in range(40):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if _pvalue(curve, side * middle) >= size else (inside, middle)
    return float(inside)


def _result(
    curve: _Curve, moments: Moments, term: str, *, null: float, size: float, weights: str, seed: int
) -> WildBootstrap:
    """Put the record together."""
    slope, g, draws = float(moments.slopes[moments.names.index(term)]), len(moments.labels), len(curve.n0)
    statistic, every = float((slope - null) / curve.error), curve.more == 0
    symmetric, tails = _pvalue(curve, slope - null), _equal_tailed(curve, slope - null)
    interval = (slope - _end(curve, size, 1.0), slope + _end(curve, size, -1.0))
    chance = 2 / len(WEIGHTS[weights].ravel()) ** g
    smallest = chance if every else max(chance, 1 / (draws + 1))
    how = f"all {draws:,}" if every else f"{draws:,}"
    sentence = (
        f"Wild cluster bootstrap of '{term}' = {null:g}, null imposed, {how} draws of {weights.capitalize()} weights, "
        f"{g} economies: t = {statistic:.4g} on the bare clustered standard error, p = {symmetric:.4g} "
        f"(equal-tailed {tails:.4g}; smallest possible {smallest:.2g}); {1 - size:.0%} interval by inversion "
        f"[{interval[0]:.4g}, {interval[1]:.4g}]."
    )
    if curve.shares.max() > UNEVEN:
        sentence += (
            f" {curve.shares.max():.0%} of the variation of '{term}' lies in one economy, "
            f"{moments.labels[int(curve.shares.argmax())]}: the bootstrap is then unreliable."
        )
    return WildBootstrap(
        term=term,
        null=null,
        slope=slope,
        statistic=statistic,
        pvalue=symmetric,
        pvalue_equal_tail=tails,
        interval=interval,
        size=size,
        smallest=smallest,
        largest_share=float(curve.shares.max()),
        draws=draws,
        enumerated=every,
        weights=weights,
        clusters=g,
        seed=seed,
        sentence=sentence,
    )


def _signs(clusters: int) -> Iterator[np.ndarray]:
    """Yield all 2^G rows of signs in chunks."""
    for start in range(0, 2**clusters, CHUNK):
        numbers = np.arange(start, min(start + CHUNK, 2**clusters))
        yield 2.0 * (numbers[:, None] >> np.arange(clusters) & 1) - 1


def _drawn(points: np.ndarray, clusters: int, draws: int, seed: int) -> Iterator[np.ndarray]:
    """Yield rows of random weights in chunks."""
    rng = np.random.default_rng(seed)
    for start in range(0, draws, CHUNK):
        yield points[rng.integers(len(points), size=(min(CHUNK, draws - start), clusters))]
