"""Sensitivity analysis: which choice or influence causes the uncertainty of ranks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError
from bri_eval.robustness.draws import Given, score_draws, widths
from bri_eval.robustness.inert import inert_factors
from bri_eval.robustness.noise import noise_name
from bri_eval.robustness.prepare import prepare
from bri_eval.robustness.ranking import rank_draws
from bri_eval.robustness.sobol import indices_of, intervals_of, sobol_design, sobol_rows, sobol_sums
from bri_eval.robustness.uncertainty import describe_space, matrix_problem, panel_problem
from bri_eval.workers import each

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bri_eval.framework import Framework
    from bri_eval.robustness.noise import Noise
    from bri_eval.robustness.sobol import SobolIndices, SobolIntervals
    from bri_eval.robustness.space import Problem, Space
    from bri_eval.robustness.uncertainty import Progress, Recipes
    from bri_eval.weights.judgements import Judgement

BLOCK = 256
"""Base rows that share one seed for noise; part of the result."""

RESAMPLES = 1_000

SHIFT = "mean shift"
"""The output that stands for all ranks: their mean distance from the baseline."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sensitivity:
    """Sobol' indices of ranks.

    Parameters
    ----------
    factors
        Factors with more than one level, then the kinds of noise.
    outputs
        The mean shift, then every alternative's rank.
    indices, intervals
        Arrays over factors x outputs, with their 95 % bootstrap intervals.
    n
        Base rows; evaluations are n (factors + 2).
    seed
        Of the design, the noise and the resamples.
    inert
        Factor to the reason why it cannot change a rank.
    about
        Sentences on what was varied.

    Examples
    --------
    >>> import bri_eval as be
    >>> cars = pd.DataFrame({"price": [20, 25, 30], "range": [300, 420, 380]}, index=["A", "B", "C"])
    >>> factors = be.choices(be.Recipe(), {"normaliser": ["minmax", "rank"], "weighter": ["equal", "critic"]})
    >>> shares = be.sensitivity_matrix(cars, {"price": "cost", "range": "benefit"}, factors, n=64, seed=1)
    >>> shares.factors, list(shares.outputs)
    (('normaliser', 'weighter'), ['mean shift', 'A', 'B', 'C'])
    """

    factors: tuple[str, ...]
    outputs: pd.Index
    indices: SobolIndices
    intervals: SobolIntervals
    n: int
    seed: int
    inert: Mapping[str, str]
    about: tuple[str, ...]

    @property
    def evaluations(self) -> int:
        """Number of recipes evaluated."""
        return self.n * (len(self.factors) + 2)

    @property
    def first(self) -> pd.DataFrame:
        """First-order indices, outputs x factors: the share of variance that a factor causes alone."""
        return pd.DataFrame(self.indices.first.T, index=self.outputs, columns=list(self.factors))

    @property
    def total(self) -> pd.DataFrame:
        """Total indices, outputs x factors: the share that a factor causes alone or with others."""
        return pd.DataFrame(self.indices.total.T, index=self.outputs, columns=list(self.factors))

    @property
    def table(self) -> pd.DataFrame:
        """Indices of the mean shift with their intervals, one row a factor, the largest total first."""
        return self.output(SHIFT).sort_values("total", ascending=False, kind="stable")

    def output(self, name: object) -> pd.DataFrame:
        """Give the indices of one output, the mean shift or an alternative's rank, one row a factor."""
        if name not in self.outputs:
            raise InputError(f"there is no output '{name}'; outputs are '{SHIFT}' and the alternatives")
        place = list(self.outputs).index(name)
        found = {
            "first": (self.indices.first, self.intervals.first),
            "total": (self.indices.total, self.intervals.total),
        }
        columns: dict[str, np.ndarray] = {}
        for kind, (values, ends) in found.items():
            columns |= {kind: values[:, place], f"{kind}_lower": ends[0, :, place], f"{kind}_upper": ends[1, :, place]}
        return pd.DataFrame(columns, index=pd.Index(self.factors, name="factor"))

    @property
    def conventions(self) -> tuple[str, ...]:
        """Sentences to print under a table."""
        idle = "; ".join(f"{name}: {reason}" for name, reason in self.inert.items())
        still = int(self.indices.constant[1:].sum()) if len(self.indices.constant) > 1 else 0
        return (
            f"Sobol' indices of {self.evaluations:,} evaluations (n = {self.n:,}, seed {self.seed}): first order after "
            "Saltelli et al. (2010), total after Jansen (1999), 95 % intervals from "
            f"{RESAMPLES:,} bootstrap resamples of rows. {' '.join(self.about)}",
            *((f"Without effect: {idle}.",) if idle else ()),
            *((f"{still} ranks never move and have no indices.",) if still else ()),
        )


def sensitivity(
    panel: pd.DataFrame,
    framework: Framework,
    recipes: Recipes | None = None,
    judgements: Iterable[Judgement] | None = None,
    *,
    noise: Noise | None = None,
    n: int = 1_024,
    seed: int = 0,
    year: int | None = None,
    node: str | None = None,
    groups: pd.Series | None = None,
    weights: Mapping[str, float] | pd.Series | None = None,
    progress: Progress | None = None,
) -> Sensitivity:
    """Divide the variance of ranks among factors and noise.

    Parameters
    ----------
    panel, framework, recipes, judgements, noise, seed, year, node, groups, weights, progress
        As in ``uncertainty``. Recipes must be a product of factors; every kind of noise is one factor, whatever the
        number of its random numbers.
    n
        Base rows, a power of two; n (factors + 2) recipes are evaluated.

    Returns
    -------
    Sensitivity

    Raises
    ------
    InputError
        As ``uncertainty``; if nothing varies.

    References
    ----------
    saisana2005, section 4; saltelli2010; jansen1999.

    Examples
    --------
    >>> import bri_eval as be, pandas as pd
    >>> from bri_eval.framework import flat_framework
    >>> rows = pd.MultiIndex.from_product([list("ABC"), [2016, 2018]], names=["economy", "year"])
    >>> panel = pd.DataFrame({"road": [1.0, 2, 4, 5, 3, 9], "rail": [2.0, 3, 1, 3, 4, 5]}, index=rows)
    >>> tree = flat_framework((("road", "benefit"), ("rail", "benefit")))
    >>> factors = be.choices(be.Recipe(), {"normaliser": ["minmax", "rank"], "aggregator": ["arithmetic", "topsis"]})
    >>> be.sensitivity(panel, tree, factors, n=64, seed=1, year=2018).factors
    ('normaliser', 'aggregator')
    """
    problem = panel_problem(
        panel, framework, recipes, judgements, noise=noise, year=year, node=node, groups=groups, weights=weights
    )
    return sobol_of(problem, prepare(problem), n, seed, progress)


def sensitivity_matrix(
    matrix: pd.DataFrame | np.ndarray,
    directions: Mapping[str, str],
    recipes: Recipes | None = None,
    *,
    noise: Noise | None = None,
    n: int = 1_024,
    seed: int = 0,
    weights: Mapping[str, float] | pd.Series | None = None,
    progress: Progress | None = None,
) -> Sensitivity:
    """Divide the variance of the ranks of one plain table; see ``sensitivity`` and ``uncertainty_matrix``.

    Examples
    --------
    >>> from bri_eval.recipe import Recipe
    >>> from bri_eval.robustness.noise import Noise
    >>> recipes = [Recipe(aggregator="arithmetic"), Recipe(aggregator="topsis")]
    >>> cars = pd.DataFrame({"price": [20, 25, 30], "range": [300, 420, 380]}, index=["A", "B", "C"])
    >>> noise = Noise(weights="dirichlet")
    >>> found = sensitivity_matrix(cars, {"price": "cost", "range": "benefit"}, recipes, noise=noise)
    >>> found.table["total"].round(1).to_dict()
    {'noise: weights': 1.0, 'aggregator': 0.1}
    """
    problem = matrix_problem(matrix, directions, recipes, noise=noise, weights=weights)
    return sobol_of(problem, prepare(problem), n, seed, progress)


def sobol_of(problem: Problem, space: Space, n: int, seed: int, progress: Progress | None = None) -> Sensitivity:
    """Evaluate the design and put the record together."""
    factors = _factors(space)
    if not factors:
        raise InputError("nothing varies: give recipes that differ, or noise")
    sobol_design(n, len(factors), seed)  # refuses fewer than two rows, and warns if n is not a power of two
    sums = sobol_sums(_values(space, n, seed, progress), n, draws=RESAMPLES, seed=seed)
    return Sensitivity(
        factors=factors,
        outputs=pd.Index([SHIFT, *space.alternatives]),
        indices=indices_of(sums),
        intervals=intervals_of(sums),
        n=n,
        seed=seed,
        inert=inert_factors(space),
        about=describe_space(space, problem.choices),
    )


def _factors(space: Space) -> tuple[str, ...]:
    """List what varies: factors with more than one level, and noise."""
    return (*(name for name, levels in space.factors.items() if len(levels) > 1), *map(noise_name, space.noise.active))


def _values(space: Space, n: int, seed: int, progress: Progress | None) -> Iterator[np.ndarray]:
    """Yield the evaluated blocks of the design, in order, from the workers."""
    stops = [min(start + BLOCK, n) for start in range(0, n, BLOCK)]
    blocks = each(evaluate_block, [(space, seed, start, stop) for start, stop in zip([0, *stops], stops, strict=False)])
    for stop, block in zip(stops, blocks, strict=True):
        yield block
        if progress is not None:
            progress(stop, n)


def evaluate_block(space: Space, seed: int, start: int, stop: int) -> np.ndarray:
    """Evaluate some base rows of the design: rows x (d + 2) x outputs.

    A factor takes the level that its uniform number falls on. A kind of noise has random numbers of its own for A and
    for B, and takes those of B where the design takes its column of B.
    """
    factors = _factors(space)
    d = len(factors)
    points = sobol_rows(start, stop, d, seed)
    rows = stop - start
    levels = np.zeros((rows * (d + 2), len(space.factors)), dtype=int)
    for place, (name, names) in enumerate(space.factors.items()):
        if name in factors:
            levels[:, place] = (points[..., factors.index(name)].ravel() * len(names)).astype(int)
    sizes = [len(names) for names in space.factors.values()]
    recipes = np.zeros(len(levels), dtype=int) + (np.ravel_multi_index(tuple(levels.T), sizes) if sizes else 0)
    generator = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(1, start // BLOCK)))
    numbers = {
        name: _noise(generator, (rows, d + 2, width), factors.index(noise_name(name)))
        for name, width in widths(space).items()
    }
    ranks = rank_draws(score_draws(space, recipes, Given(numbers)).scores).T.astype(float)
    shift = np.abs(ranks - space.baseline).mean(axis=1, keepdims=True)
    return np.concatenate([shift, ranks], axis=1).reshape(rows, d + 2, -1)


def _noise(generator: np.random.Generator, shape: tuple[int, int, int], factor: int) -> np.ndarray:
    """Draw uniform numbers for A and B and lay them out as the design lays out its columns."""
    rows, positions, width = shape
    a, b = generator.random((2, rows, 1, width))
    numbers = np.repeat(a, positions, axis=1)
    numbers[:, [factor + 1, positions - 1]] = b
    return numbers.reshape(rows * positions, width)
