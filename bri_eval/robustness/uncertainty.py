"""Uncertainty analysis: the distribution of ranks when choices, weights, judgements and cells vary together."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pandas as pd

from bri_eval.checks import InputError, check_matrix, check_panel
from bri_eval.framework import flat_framework
from bri_eval.recipe import Recipe, choice_name
from bri_eval.robustness.choices import Choices, as_choices
from bri_eval.robustness.cloud import RankCloud
from bri_eval.robustness.inert import inert_factors
from bri_eval.robustness.noise import Noise
from bri_eval.robustness.prepare import prepare
from bri_eval.robustness.space import Problem, Space
from bri_eval.robustness.tally import CHUNK, Tally, add, tally_chunks
from bri_eval.workers import each, worker_count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    import numpy as np

    from bri_eval.framework import Framework
    from bri_eval.weights.judgements import Judgement

    Recipes = Recipe | Choices | Iterable[Recipe]
    Progress = Callable[[int, int], None]

TASKS = 16
"""Tasks for each worker, so that one slow worker does not hold up the others."""


def uncertainty(
    panel: pd.DataFrame,
    framework: Framework,
    recipes: Recipes | None = None,
    judgements: Iterable[Judgement] | None = None,
    *,
    noise: Noise | None = None,
    n: int = 10_000,
    seed: int = 0,
    year: int | None = None,
    node: str | None = None,
    groups: pd.Series | None = None,
    weights: Mapping[str, float] | pd.Series | None = None,
    progress: Progress | None = None,
) -> RankCloud:
    """Rank the economies of a year under many recipes and random influences.

    Each draw takes a level of every factor, each level with the same probability, and its own noise. The economies that
    every recipe ranks are ranked among each other.

    Parameters
    ----------
    panel, framework, judgements, groups, weights
        As in ``evaluate``.
    recipes
        A recipe; a list of recipes, of which the first is the base; or ``choices(recipe, levels)``.
    noise
        What is drawn besides; nothing if not given.
    n
        Number of draws.
    seed
        The same seed gives the same result on any number of workers and any joblib backend.
    year
        The year whose ranks are studied; the last of the panel if not given. Bounds and data-based weights come from
        all years or from this one, as each recipe's scope says.
    node
        Code of the group that is ranked; the goal if not given.
    progress
        Called with the draws done and the draws asked for.

    Returns
    -------
    RankCloud

    Raises
    ------
    InputError
        As ``evaluate``; for a recipe of the space that cannot be evaluated, naming it.

    Notes
    -----
    Runs on the workers of the surrounding ``joblib.parallel_config``, one if there is none. Interrupted, it returns
    what has been counted; ``draws`` says how far it came.

    References
    ----------
    saisana2005; handbook2008, step 7; lahdelma2001, on acceptability.

    Examples
    --------
    >>> cars = pd.DataFrame({"price": [20, 25, 30], "range": [300, 420, 380]}, index=["A", "B", "C"])
    >>> cloud = uncertainty_matrix(cars, {"price": "cost", "range": "benefit"}, noise=Noise(weights="dirichlet"))
    >>> cloud.table["median"].to_dict()
    {'B': 1, 'A': 2, 'C': 3}
    """
    problem = panel_problem(
        panel, framework, recipes, judgements, noise=noise, year=year, node=node, groups=groups, weights=weights
    )
    return rank_cloud(problem, prepare(problem), n, seed, progress)


def uncertainty_matrix(
    matrix: pd.DataFrame | np.ndarray,
    directions: Mapping[str, str],
    recipes: Recipes | None = None,
    *,
    noise: Noise | None = None,
    n: int = 10_000,
    seed: int = 0,
    weights: Mapping[str, float] | pd.Series | None = None,
    progress: Progress | None = None,
) -> RankCloud:
    """Rank the rows of one plain table under many recipes and random influences.

    Parameters
    ----------
    matrix, directions, weights
        As in ``evaluate_matrix``.
    recipes, noise, n, seed, progress
        As in ``uncertainty``.

    Returns
    -------
    RankCloud

    Examples
    --------
    >>> cars = pd.DataFrame({"price": [20, 25, 30], "range": [300, 420, 380]}, index=["A", "B", "C"])
    >>> cloud = uncertainty_matrix(cars, {"price": "cost", "range": "benefit"}, noise=Noise(weights="dirichlet"))
    >>> cloud.best(1).round(1).to_dict()
    {'A': 0.3, 'B': 0.7, 'C': 0.0}
    """
    problem = matrix_problem(matrix, directions, recipes, noise=noise, weights=weights)
    return rank_cloud(problem, prepare(problem), n, seed, progress)


def panel_problem(
    panel: pd.DataFrame,
    framework: Framework,
    recipes: Recipes | None,
    judgements: Iterable[Judgement] | None,
    *,
    noise: Noise | None,
    year: int | None,
    node: str | None,
    groups: pd.Series | None,
    weights: Mapping[str, float] | pd.Series | None,
) -> Problem:
    """Put the question on a panel."""
    chosen, given = _with_given(as_choices(recipes), weights)
    checked = check_panel(panel, framework.codes)
    return Problem(
        panel=checked,
        framework=framework,
        choices=chosen,
        judgements=tuple(judgements or ()),
        noise=noise or Noise(),
        groups=groups,
        weights=given,
        year=int(checked.index.get_level_values("year").max()) if year is None else year,
        node=framework.goal if node is None else node,
    )


def matrix_problem(
    matrix: pd.DataFrame | np.ndarray,
    directions: Mapping[str, str],
    recipes: Recipes | None,
    *,
    noise: Noise | None,
    weights: Mapping[str, float] | pd.Series | None,
) -> Problem:
    """Put the question on a plain table."""
    frame = check_matrix(matrix, missing=True)
    given = {str(code): direction for code, direction in directions.items()}
    framework = flat_framework(tuple((str(code), given.get(str(code), "")) for code in frame.columns))
    chosen, shares = _with_given(as_choices(recipes), weights)
    return Problem(
        panel=frame.set_axis(framework.codes, axis=1),
        framework=framework,
        choices=chosen,
        judgements=(),
        noise=noise or Noise(),
        groups=None,
        weights=None if shares is None else shares.rename(index=str),
        year=None,
        node=framework.goal,
    )


def describe_space(space: Space, choices: Choices) -> tuple[str, ...]:
    """Say what is varied, in sentences."""
    noise, base = space.noise, choices.base
    factors = [f"{name} ({', '.join(levels)})" for name, levels in space.factors.items()]
    words = {
        "weights": f"weights {noise.weights} around the recipe's, "
        + (
            f"band {noise.band:g}"
            if noise.weights == "uniform"
            else f"concentration {noise.concentration or len(space.codes):g}"
        ),
        "judgements": f"judgements log-normal, s.d. {noise.judgements:g}",
        "experts": "experts drawn with replacement",
        "prior_share": "prior share uniform from {:g} to {:g}".format(*(noise.prior_share or (0, 1))),
        "cells": f"normal measurement errors ({space.errors} independent ones)",
    }
    drawn = [words[name] for name in noise.active]
    named = [choice_name(choice) for choice in (base.normaliser, base.weighter, base.aggregator)]
    return (
        f"Base recipe: {', '.join(named)}.",
        f"Factors, {len(space.parts):,} recipes equally likely: {'; '.join(factors)}." if factors else "One recipe.",
        f"Noise: {'; '.join(drawn)}." if drawn else "No noise.",
    )


def _with_given(chosen: Choices, weights: Mapping[str, float] | pd.Series | None) -> tuple[Choices, pd.Series | None]:
    """Name the weighter "given" where weights are given."""
    if weights is None:
        return chosen, None
    base = dataclasses.replace(chosen.base, weighter="given")
    return dataclasses.replace(chosen, base=base), pd.Series(weights)


def rank_cloud(problem: Problem, space: Space, n: int, seed: int, progress: Progress | None = None) -> RankCloud:
    """Draw, count and put the record together."""
    if n < 1 or n != int(n):
        raise InputError(f"n is {n}; expected a whole number of draws, 1 or more")
    tally = None
    try:
        for part in _tallies(space, seed, int(n)):
            tally = part if tally is None else add(tally, part)
            if progress is not None:
                progress(tally.draws, n)
    except KeyboardInterrupt:
        if tally is None:
            raise
    assert tally is not None  # there is at least one chunk
    return RankCloud(
        alternatives=space.alternatives,
        baseline=space.baseline,
        factors=space.factors,
        tally=tally,
        asked=int(n),
        seed=seed,
        inert=inert_factors(space),
        dropped=space.dropped,
        nodes=space.nodes,
        about=describe_space(space, problem.choices),
    )


def _tallies(space: Space, seed: int, n: int) -> Iterator[Tally]:
    """Yield the tallies of all chunks, in order, from the workers."""
    chunks, workers = -(-n // CHUNK), worker_count()
    step = 1 if workers == 1 else max(1, chunks // (workers * TASKS))
    blocks = [range(start, min(start + step, chunks)) for start in range(0, chunks, step)]
    return each(tally_chunks, [(space, seed, block, n) for block in blocks])
