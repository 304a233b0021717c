"""Factors and levels that cannot change anything in a study, and why: they are told, not silently kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bri_eval.robustness.noise import noise_name

if TYPE_CHECKING:
    from bri_eval.robustness.space import Space


def inert_factors(space: Space) -> dict[str, str]:
    """Say which factors, levels and kinds of noise leave every rank as it is.

    Returns
    -------
    dict
        ``factor``, or ``factor: level``, to the reason; a level is compared with the first of its factor under every
        combination of the others.
    """
    found: dict[str, str] = {}
    for place, (factor, names) in enumerate(space.factors.items()):
        same = [names[level] for level in range(1, len(names)) if _same(space, place, level)]
        if len(names) == 1:
            found[factor] = f"it has one level, {names[0]}"
        elif len(same) == len(names) - 1:
            found[factor] = "all its levels give the same tables, weights and scores"
        else:
            found |= {f"{factor}: {name}": f"it gives what {names[0]} gives" for name in same}
    return found | _noise(space)


def _same(space: Space, factor: int, level: int) -> bool:
    """Tell whether a level uses the parts that the first level uses, whatever the others are."""
    others = np.delete(space.levels, factor, axis=1)
    first, other = space.levels[:, factor] == 0, space.levels[:, factor] == level
    one = space.parts[first][np.lexsort(others[first].T)] if others.shape[1] else space.parts[first]
    two = space.parts[other][np.lexsort(others[other].T)] if others.shape[1] else space.parts[other]
    return bool((one == two).all())


def _noise(space: Space) -> dict[str, str]:
    """Find kinds of noise that touch nothing."""
    judged = [prior.judged for prior in space.priors if prior.judged is not None]
    used = {space.weighers[number].combination for number in space.parts[:, 2]}
    reasons = {
        "judgements": "" if judged else "no recipe weighs by judgements",
        "experts": ""
        if any(len(node.shares) > 1 for prior in judged for node in prior.nodes)
        else "no recipe weighs by the judgements of several experts on one node",
        "prior_share": "" if "linear" in used else "no recipe combines weights linearly",
        "cells": "" if any(cut.redraw for cut in space.cuts) else "no observed cell of the panel has a standard error",
        "weights": "" if len(space.codes) > 1 else "there is one indicator",
    }
    return {noise_name(name): reasons[name] for name in space.noise.active if reasons[name]}
