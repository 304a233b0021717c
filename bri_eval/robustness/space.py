"""What is asked of an uncertainty analysis, and the space of recipes that answers it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import pandas as pd

    from bri_eval.framework import Framework
    from bri_eval.recipe import Recipe
    from bri_eval.robustness.choices import Choices
    from bri_eval.robustness.noise import Noise
    from bri_eval.robustness.priors import JudgedPrior
    from bri_eval.robustness.redraw import Redraw
    from bri_eval.robustness.scorers import Scorer
    from bri_eval.robustness.weighers import Weigher
    from bri_eval.weights.judgements import Judgement


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """What is asked: the arguments of ``evaluate``, the choices and the noise; ``node`` is the group that is ranked."""

    panel: pd.DataFrame
    framework: Framework
    choices: Choices
    judgements: tuple[Judgement, ...]
    noise: Noise
    groups: pd.Series | None
    weights: pd.Series | None
    year: int | None
    node: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Normalised:
    """One table under one recipe, before weights: the panel it is of, treated, and its normalised matrix."""

    framework: Framework
    recipe: Recipe
    panel: pd.DataFrame
    treated: pd.DataFrame
    matrix: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """One table: its columns among all indicators, and how to draw it anew where cells have errors.

    Tables that differ only in what is left out are one ``family`` (0: nothing is drawn anew) and share ``redraw``, of
    whose columns they take those at ``select``; of these, ``noisy`` are drawn.
    """

    columns: np.ndarray
    redraw: Redraw | None
    select: np.ndarray
    noisy: np.ndarray | None
    family: int


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """Weights of the columns that a recipe keeps: fixed, or a function of noisy judgements."""

    columns: np.ndarray
    fixed: np.ndarray
    judged: JudgedPrior | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Space:
    """Everything that a draw needs, without labels in the way.

    Parameters
    ----------
    alternatives
        Labels of what is ranked: the economies of the year that every recipe ranks.
    dropped
        Those that only some recipes rank.
    codes
        All indicators.
    factors
        Name of each factor to the names of its levels.
    levels
        Recipes x factors, numbers of levels.
    cuts, priors, weighers, scorers
        The distinct parts.
    parts
        Recipes x 4, numbers of the cut, prior, weigher and scorer; recipes with the same parts are the same.
    noise
        What is drawn.
    entries, experts, errors
        Numbers of draws for judgements, the bootstrap of experts and cells.
    nodes
        Groups with judgements that are drawn anew.
    raw
        Whether any weigher sees raw values.
    baseline
        Ranks under the base recipe, without noise.
    """

    alternatives: pd.Index
    dropped: tuple[object, ...]
    codes: tuple[str, ...]
    factors: Mapping[str, tuple[str, ...]]
    levels: np.ndarray
    cuts: tuple[Cut, ...]
    priors: tuple[Prior, ...]
    weighers: tuple[Weigher, ...]
    scorers: tuple[Scorer, ...]
    parts: np.ndarray
    noise: Noise
    entries: int
    experts: int
    errors: int
    nodes: tuple[str, ...]
    raw: bool
    baseline: np.ndarray
