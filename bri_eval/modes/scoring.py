"""Score the modes of every cell by the engine of the index, and those of one cell under many values of its criteria."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.aggregate import AGGREGATORS, rank_scores
from bri_eval.checks import InputError, bind, unknown
from bri_eval.evaluation import compose
from bri_eval.framework import Framework, Group, Indicator
from bri_eval.modes.preferences import CRITERIA
from bri_eval.normalise import NORMALISERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bri_eval.modes.catalogue import Catalogue, Merchant
    from bri_eval.recipe import Recipe

EQUAL = 1e-12
"""A criterion whose spread is below this share of its size cannot tell modes apart."""

BEST = {code: 0.0 if direction == "cost" else 1.0 for code, direction in CRITERIA.items()}
"""The best that a criterion can be."""

_SIGNS = np.array([-1.0 if direction == "cost" else 1.0 for direction in CRITERIA.values()])


def criteria_table(cells: pd.DataFrame, merchant: Merchant) -> pd.DataFrame:
    """Give the six criteria of rows of ``cell_table``; see ``mode_choice``."""
    capital = cells["fixed"] / merchant.budget
    risk = cells["exposure"] * cells["parcels"] * cells["value"] / merchant.risk_limit
    columns = {
        "cost_to_value": cells["full_unit_cost"] / cells["value"],
        "time": cells["days"],
        "reliability": 1 - cells["loss"],
        "return_ease": cells["return_ease"],
        "coverage": cells["coverage"],
        "capital_risk": capital + risk,
    }
    return pd.DataFrame(columns)[list(CRITERIA)]


def worst_table(cells: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Give the value at which each criterion counts for nothing in a cell: (economy, segment) x criteria.

    Cost, time, loss, and capital and risk are at their worst at ``worst_at`` times what the segment, the income group
    and the merchant allow; return ease and coverage at 0.
    """
    asked = cells.groupby(level=["economy", "segment"], sort=False).first()
    times = catalogue.worst_at
    columns = {
        "cost_to_value": times * asked["cost_limit"],
        "time": times * asked["target_days"],
        "reliability": 1 - times * asked["loss_tolerance"],
        "return_ease": 0.0,
        "coverage": 0.0,
        "capital_risk": times,
    }
    return pd.DataFrame(columns, index=asked.index)[list(CRITERIA)]


def check_recipe(recipe: Recipe) -> Recipe:
    """Return the recipe, or raise if it does not weigh by judgements or excludes what is no criterion."""
    if recipe.weighter != "ahp":
        raise InputError(
            f"the recipe's weighter is {recipe.weighter!r}; mode choice weighs by the catalogue's judgements: write "
            "weighter='ahp'"
        )
    for code in recipe.exclude:
        if code not in CRITERIA:
            raise InputError(f"exclude: {unknown('criterion', code, CRITERIA)}")
    return recipe


def score_cells(criteria: pd.DataFrame, weights: pd.DataFrame, worst: pd.DataFrame, recipe: Recipe) -> pd.DataFrame:
    """Score and rank the modes of every cell.

    Parameters
    ----------
    criteria
        Indexed by (economy, segment, mode), the rows of a cell together; columns ``CRITERIA``.
    weights, worst
        Indexed by (economy, segment); shares of the criteria, and where min-max has its low end.
    recipe
        How the engine of the index scores the modes of a cell. A criterion in which they are equal counts no further,
        and its weight is shared among the others.

    Returns
    -------
    DataFrame
        Rows as the criteria; score, NaN where nothing is compared, and rank.
    """
    scores, ranks = np.full(len(criteria), np.nan), np.ones(len(criteria), dtype=int)
    shares, ends = (table.reindex(columns=list(CRITERIA)).to_numpy() for table in (weights, worst))
    for cell, rows in cell_rows(criteria.index):
        frame = criteria.iloc[rows].droplevel(["economy", "segment"])
        own = shares[weights.index.get_loc(cell)], ends[worst.index.get_loc(cell)]
        found = _score_cell(frame, *own, recipe)
        if found is not None:
            scores[rows], ranks[rows] = found, rank_scores(found)
    return pd.DataFrame({"score": scores, "rank": ranks}, index=criteria.index)


def _score_cell(frame: pd.DataFrame, weights: np.ndarray, worst: np.ndarray, recipe: Recipe) -> np.ndarray | None:
    """Score the modes of one cell, if there is anything to compare."""
    seen = clipped(frame.to_numpy(), worst, recipe)
    counts = counting(seen, weights, recipe)
    if not counts.any():
        return None
    ends = {c: (min(BEST[c], low), max(BEST[c], low)) for c, low in zip(CRITERIA, worst.tolist(), strict=True)}
    codes = [code for code, count in zip(CRITERIA, counts, strict=True) if count]
    indicators = [
        Indicator(code=code, parent="score", direction=CRITERIA[code], goalposts=ends[code]) for code in codes
    ]
    framework = Framework(groups=(Group(code="score"),), indicators=tuple(indicators), origin="criteria of mode choice")
    shares = pd.Series(weights[counts] / weights[counts].sum(), index=codes)
    plain = dataclasses.replace(recipe, exclude=(), weighter="given")
    found = compose(pd.DataFrame(seen[:, counts], frame.index, codes), framework, plain, shares, None, None)
    return found.parts.scores["score"]


def clipped(values: np.ndarray, worst: np.ndarray, recipe: Recipe) -> np.ndarray:
    """Keep values between best and worst under min-max, so that what lies beyond is equal; (..., n, k)."""
    if recipe.normaliser != "minmax":
        return values
    best = np.array(list(BEST.values()))
    return np.clip(values, np.minimum(best, worst), np.maximum(best, worst))


def counting(values: np.ndarray, weights: np.ndarray, recipe: Recipe) -> np.ndarray:
    """Tell which criteria differ between modes and have weight: (..., n, k) to (..., k)."""
    low, high = values.min(axis=-2), values.max(axis=-2)
    used = np.array([code not in recipe.exclude for code in CRITERIA]) & (weights > 0)
    return used & (high - low > EQUAL * np.maximum(np.abs(high), np.abs(low)))


def cell_rows(index: pd.Index) -> Iterator[tuple[tuple[str, str], slice]]:
    """Yield every (economy, segment) with its rows, which stand together."""
    keys = [(economy, segment) for economy, segment, _ in index]
    starts = [place for place, key in enumerate(keys) if place == 0 or key != keys[place - 1]]
    for start, stop in zip(starts, [*starts, len(keys)][1:], strict=True):
        yield keys[start], slice(start, stop)


def score_stack(values: np.ndarray, weights: np.ndarray, worst: np.ndarray, recipe: Recipe) -> np.ndarray:
    """Score many tables of the same modes by the engine's array functions.

    Parameters
    ----------
    values
        (g, n, k) raw values of k criteria in the order of ``CRITERIA``, for n modes, g times.
    weights, worst
        Those of the cell, k each.
    recipe
        As in ``score_cells``; without treatment of outliers.

    Returns
    -------
    ndarray
        (g, n) scores as ``score_cells`` gives them; NaN for a table in which nothing is compared.
    """
    seen = clipped(values, worst, recipe)
    counts, scores = counting(seen, weights, recipe), np.full(values.shape[:2], np.nan)
    bounds = np.sort(np.stack([_SIGNS * list(BEST.values()), _SIGNS * worst], axis=1), axis=1)
    for pattern in np.unique(counts, axis=0):
        if pattern.any():
            rows = (counts == pattern).all(axis=1)
            given = {**recipe.parameters, "bounds": bounds[pattern]}
            normaliser, aggregator = (
                bind(choice if callable(choice) else registry[choice], given)
                for choice, registry in ((recipe.normaliser, NORMALISERS), (recipe.aggregator, AGGREGATORS))
            )
            shares = weights[pattern] / weights[pattern].sum()
            with np.errstate(divide="ignore", invalid="ignore"):
                scaled = normaliser((seen * _SIGNS)[rows][:, :, pattern])
                scores[rows] = aggregator(scaled, np.broadcast_to(shares, (len(scaled), len(shares))))
    return scores
