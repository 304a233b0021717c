"""How much each criterion of mode choice counts in a cell: AHP weights by income group and goods, or by income."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.files import read_numbers
from bri_eval.framework import flat_framework
from bri_eval.modes.cells import of_year
from bri_eval.modes.countries import read_countries
from bri_eval.weights.ahp import prior_weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bri_eval.modes.catalogue import Catalogue, Segment
    from bri_eval.recipe import Recipe

CRITERIA = {
    "cost_to_value": "cost",
    "time": "cost",
    "reliability": "benefit",
    "return_ease": "benefit",
    "coverage": "benefit",
    "capital_risk": "cost",
}
"""Criteria of mode choice and their directions."""


def preset_weights(catalogue: Catalogue, presets: Sequence[str], recipe: Recipe) -> tuple[pd.Series, pd.DataFrame]:
    """Derive the weights of the criteria from the judgements of one or more presets.

    Parameters
    ----------
    catalogue
        With judgements whose nodes are the presets.
    presets
        Several are joined as the recipe joins experts, each preset with the same say however many judge it.
    recipe
        Random index, estimator and way of joining.

    Returns
    -------
    tuple
        Weights by criterion, summing to 1; the consistency of every matrix, and of the joined one where there are
        several.

    Raises
    ------
    InputError
        For judgements that lack a criterion.
    """
    node = "+".join(presets)
    experts = []
    for preset in presets:
        own = [one for one in catalogue.judgements if one.node == preset]
        total = sum(one.weight for one in own)
        experts += [replace(one, node=node, expert=f"{preset}: {one.expert}", weight=one.weight / total) for one in own]
    framework = flat_framework(tuple(CRITERIA.items()), node)
    weights, consistency = prior_weights(
        framework, experts, random_index=recipe.random_index, estimator=recipe.estimator, group=recipe.group
    )
    return weights.loc[list(CRITERIA)], consistency.rename(columns={"node": "presets"})


def preference_of(catalogue: Catalogue, income_group: str, segment: Segment) -> tuple[str, ...]:
    """Give the presets of the first preference that fits an income group or the goods of a segment."""
    for one in catalogue.preferences:
        if not (one.income_groups or one.goods):
            break
        if income_group in one.income_groups or set(one.goods) & set(segment.goods):
            break
    return one.presets


def cell_weights(
    catalogue: Catalogue,
    folder: str | Path,
    economies: Sequence[str],
    segments: Sequence[str],
    *,
    recipe: Recipe,
    year: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Weigh the criteria in every cell, as the catalogue's ``weigh_by`` says.

    Parameters
    ----------
    catalogue
        ``weigh_by`` is ``"preference"``, by the first preference that fits income group or goods, or
        ``"interpolation"``, from one preset to another along the logarithm of the declared series.
    folder
        Holds the tables, for the series.
    economies, segments
        Codes of the cells.
    recipe
        AHP conventions.
    year
        Of the series.

    Returns
    -------
    tuple
        (economy, segment) x criteria, NaN for an economy of which the series has no value; the consistency of every
        preset in use.
    """
    index = pd.MultiIndex.from_product([economies, segments], names=["economy", "segment"])
    if catalogue.weigh_by == "interpolation":
        rows, consistency = _interpolated(catalogue, Path(folder), economies, recipe, year)
        rows = np.repeat(rows, len(segments), axis=0)
    else:
        groups = [country.income_group for country in read_countries(folder, economies).values()]
        chosen = catalogue.chosen(segments)
        presets = [preference_of(catalogue, group, segment) for group in groups for segment in chosen]
        found = {preset: preset_weights(catalogue, preset, recipe) for preset in dict.fromkeys(presets)}
        rows = np.array([found[preset][0] for preset in presets])
        consistency = pd.concat([table for _, table in found.values()], ignore_index=True)
    return pd.DataFrame(rows, index=index, columns=list(CRITERIA)), consistency


def _interpolated(
    catalogue: Catalogue, folder: Path, economies: Sequence[str], recipe: Recipe, year: int
) -> tuple[np.ndarray, pd.DataFrame]:
    """Give the weights of every economy between two presets."""
    between = catalogue.interpolation
    assert between is not None
    ends = [preset_weights(catalogue, (preset,), recipe) for preset in between.presets]
    series = of_year(read_numbers(folder, between.source), year).reindex(list(economies))
    with np.errstate(divide="ignore"):
        along = np.log(series.to_numpy() / between.low) / np.log(between.high / between.low)
    share = np.clip(along, 0.0, 1.0)[:, None]
    rows = (1 - share) * ends[0][0].to_numpy() + share * ends[1][0].to_numpy()
    return rows, pd.concat([table for _, table in ends], ignore_index=True)
