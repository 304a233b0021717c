"""Versions of an index over all its years, for a regression that carries the uncertainty of its regressor."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bri_eval.checks import InputError
from bri_eval.evaluation import finish, prior_of
from bri_eval.hierarchy import without
from bri_eval.robustness.choices import expand
from bri_eval.robustness.draws import Fresh, noisy_weights
from bri_eval.robustness.evaluated import treated_once as treated
from bri_eval.robustness.priors import entries_of, experts_of, judged_prior
from bri_eval.weights import COMBINED

if TYPE_CHECKING:
    from bri_eval.framework import Framework
    from bri_eval.recipe import Recipe
    from bri_eval.robustness.choices import Choices
    from bri_eval.robustness.noise import Noise
    from bri_eval.robustness.space import Problem
    from bri_eval.weights.judgements import Judgement

POOLED = "pooled"


def index_versions(problem: Problem, *, number: int, seed: int) -> pd.DataFrame:
    """Draw versions of the scores of a group over all economy-years.

    A version takes one level of every factor, each equally likely, and the noise of judgements, prior share and
    weights; among levels that change the scope only the pooled one is taken, since other scores do not compare over
    years. Weights are drawn around those that the version's own recipe finds.

    Parameters
    ----------
    problem
        From ``panel_problem``; its year plays no part. Measurement errors are not drawn: the data have theirs already,
        and more of them would pull a slope towards zero instead of showing what the index might have been.
    number
        Of versions, 1 or more.
    seed
        Of everything that is drawn; 0 is one.

    Returns
    -------
    DataFrame
        One row per version, one column per economy-year; missing where a version does not rank it.

    Raises
    ------
    InputError
        As ``evaluate``, for no pooled recipe, or a number below 1.

    References
    ----------
    saisana2005, sections 3 and 4 (the space of choices); pagan1984 (why a generated regressor needs it).
    """
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise InputError(f"versions is {number!r}; expected a whole number of 1 or more")
    chosen = _pooled(expand(problem.choices, problem.framework))
    generator, panels = np.random.default_rng(seed), {}  # type: ignore[var-annotated]
    rows = [_version(problem, _one(chosen, generator), generator, panels) for _ in range(number)]
    return pd.DataFrame(rows).set_axis(pd.RangeIndex(number, name="version"))


def _pooled(chosen: Choices) -> Choices:
    """Leave out the levels under which scores do not compare over years."""
    scope = chosen.base.scope
    kept = {
        name: tuple(level for level in levels if level.settings.get("scope", POOLED) == POOLED)
        for name, levels in chosen.factors.items()
    }
    settled = any("scope" in level.settings for levels in kept.values() for level in levels)
    if not all(kept.values()) or (scope != POOLED and not settled):
        raise InputError(f"versions of an index: no recipe has scope {POOLED}, and others do not compare over years")
    return dataclasses.replace(chosen, base=dataclasses.replace(chosen.base, scope=POOLED), factors=kept)


def _one(chosen: Choices, generator: np.random.Generator) -> Choices:
    """Draw one level of every factor."""
    drawn = {name: (levels[int(generator.integers(len(levels)))],) for name, levels in chosen.factors.items()}
    return dataclasses.replace(chosen, factors=drawn)


def _version(
    problem: Problem, drawn: Choices, generator: np.random.Generator, panels: dict[tuple[Any, ...], Any]
) -> pd.Series:
    """Evaluate one recipe with its noise; panels that were treated before are used again."""
    ((numbers, recipe, own),) = drawn.recipes()
    judgements = tuple(own or problem.judgements)
    with drawn.naming(numbers):
        share = problem.noise.prior_share
        if share is not None:
            recipe = dataclasses.replace(recipe, prior_share=float(generator.uniform(*share)))
        framework = without(problem.framework, recipe.exclude)
        if recipe.exclude:
            treated(problem, dataclasses.replace(recipe, exclude=()), problem.framework, panels)
        steps = treated(problem, recipe, framework, panels)
        prior, _ = prior_of(problem.framework, framework, recipe, judgements, problem.weights)
        if prior is not None:
            prior = _noisy_prior(problem.noise, prior, recipe, framework, judgements, generator)
        found = finish(steps, framework, recipe, prior, None)
        if problem.noise.weights is not None:
            weights = _noisy(problem.noise, found.parts.weights["all"], generator)
            given = dataclasses.replace(recipe, weighter="given")
            found = finish(steps, framework, given, pd.Series(weights, index=framework.codes), None)
        return pd.Series(found.scores[problem.node])


def _noisy_prior(
    noise: Noise,
    prior: pd.Series,
    recipe: Recipe,
    framework: Framework,
    judgements: tuple[Judgement, ...],
    generator: np.random.Generator,
) -> pd.Series:
    """Derive the prior from judgements with noise, where it comes from judgements."""
    if not (noise.judgements > 0 and judgements and (recipe.weighter == "ahp" or recipe.weighter in COMBINED)):
        return prior
    own = [one for one in judgements if one.node in framework.group_codes]
    entries = entries_of(judgements)
    judged = judged_prior(framework, own, recipe, entries, experts_of(judgements))
    drawn, _ = judged.weights(noise.judgements * generator.standard_normal((1, len(entries))), None)
    return pd.Series(drawn[0], index=prior.index)


def _noisy(noise: Noise, weights: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Draw weights around those of a recipe."""
    columns = np.arange(len(weights))
    return noisy_weights(noise, weights[None], slice(0, 1), columns, Fresh(generator))[0]
