"""Every table of the space, normalised once, and which rows and economies of it are ranked."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bri_eval.aggregate import rank_scores
from bri_eval.checks import InputError, bind, check_panel, label, listing, unknown
from bri_eval.evaluation import finish, kept_rows, normalised_matrix, prior_of, treated_panel
from bri_eval.hierarchy import without
from bri_eval.normalise import NORMALISERS
from bri_eval.recipe import Recipe
from bri_eval.robustness.redraw import ACROSS
from bri_eval.robustness.space import Normalised, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bri_eval.evaluation import Treated
    from bri_eval.framework import Framework
    from bri_eval.robustness.choices import Choices

PRIOR = ("weighter", "random_index", "estimator", "group")
WEIGHING = ("weighter", "weigh_on", "prior_share")
SCORING = ("aggregator", "exponent", "group_utility", "distinguishing", "grades")
_NOT_TABLE = {*PRIOR, *WEIGHING, *SCORING}
"""Fields of the recipe that leave the normalised table as it is."""

_NORMALISING = ("range", "centre", "spread")
TREATED = ("exclude", "screen", "imputer", "treatment", "availability", "donors", "neighbours", "winsorised")
"""Fields that the treated panel depends on."""

NO_GAP: dict[str, Any] = {"imputer": "linear_time", "donors": 3, "neighbours": 5}
"""What stands for all imputers where there is nothing to impute."""


def fields_of(recipe: Recipe, names: tuple[str, ...]) -> tuple[Any, ...]:
    """Give some fields of a recipe."""
    return tuple(getattr(recipe, name) for name in names)


def table_key(recipe: Recipe, framework: Framework) -> tuple[Any, ...]:
    """Give the fields that the normalised table depends on; parameters of other normalisers do not count."""
    mixed = any(indicator.normaliser for indicator in framework.indicators)
    rule = NORMALISERS[recipe.normaliser] if isinstance(recipe.normaliser, str) else recipe.normaliser
    used = getattr(bind(rule, recipe.parameters), "keywords", {})
    idle = {name for name in _NORMALISING if name not in used and not mixed}
    names = [field.name for field in dataclasses.fields(recipe) if field.name not in _NOT_TABLE]
    return *(None if name in idle else getattr(recipe, name) for name in names), *used.items()


def normalised_tables(
    problem: Problem, chosen: Choices, recipes: Mapping[tuple[Any, ...], tuple[tuple[int, ...], Recipe, Any]]
) -> dict[tuple[Any, ...], Normalised]:
    """Normalise every distinct table; treat every distinct panel once."""
    tables: dict[tuple[Any, ...], Normalised] = {}
    panels: dict[tuple[Any, ...], Treated] = {}
    for key, (numbers, recipe, _) in recipes.items():
        with chosen.naming(numbers):
            reduced = without(problem.framework, recipe.exclude)
            steps = treated_once(problem, recipe, reduced, panels)
            matrix = normalised_matrix(steps.treated, reduced, recipe)
        if np.isnan(matrix).any():
            raise InputError("availability leaves cells missing; draws need complete tables: choose an imputer instead")
        tables[key] = Normalised(
            framework=reduced, recipe=recipe, panel=steps.panel, treated=steps.treated, matrix=matrix
        )
    return tables


def treated_once(
    problem: Problem, recipe: Recipe, reduced: Framework, panels: dict[tuple[Any, ...], Treated]
) -> Treated:
    """Treat a panel once; without an indicator it is the whole one less a column, if the same rows are kept."""
    key = fields_of(recipe, TREATED)
    if key in panels:
        return panels[key]
    panel, whole = _columns(problem, reduced), ((), *key[1:])
    if whole in panels and recipe.imputer.replace("_", " ") not in ACROSS:
        steps, codes = panels[whole], reduced.codes
        rows = kept_rows(panel, reduced, recipe.screen)
        if np.array_equal(rows, kept_rows(steps.panel, problem.framework, recipe.screen)):
            panels[key] = steps._replace(panel=panel, treated=steps.treated[codes], how=None, moved=None)
            return panels[key]
    panels[key] = treated_panel(panel, reduced, recipe, problem.groups)
    return panels[key]


def _columns(problem: Problem, framework: Framework) -> pd.DataFrame:
    """Give the columns of a reduced framework; a panel with years is sorted."""
    if "year" in problem.panel.index.names:
        return check_panel(problem.panel, framework.codes)
    return problem.panel[framework.codes]


def ranked_by_all(problem: Problem, tables: Iterable[Normalised]) -> tuple[pd.Index, tuple[object, ...]]:
    """Give the alternatives of the year that every table has, and those that only some have."""
    found = [_alternatives(table, problem.year) for table in tables]
    common, some = found[0], found[0]
    for index in found[1:]:
        common, some = common[common.isin(index)], some.union(index, sort=False)
    if len(common) < 2:
        raise InputError(f"{len(common)} alternatives are ranked by every recipe in {problem.year}; expected 2 or more")
    return common, tuple(some[~some.isin(common)])


def _alternatives(table: Normalised, year: int | None) -> pd.Index:
    """List what a table ranks, in a year where there are years."""
    index = table.treated.index
    if year is None:
        return index
    years = index.get_level_values("year")
    if year not in years:
        raise InputError(f"no economy is ranked in {year}; the years are {listing(sorted(set(years)))}")
    return index[years == year].get_level_values("economy")


def piece_of(index: pd.Index, scope: str, year: int | None, alternatives: pd.Index) -> tuple[np.ndarray, np.ndarray]:
    """Give the rows of a table that share bounds, and among them the places of the alternatives."""
    if year is None:
        return np.arange(len(index)), index.get_indexer(alternatives)
    years = index.get_level_values("year").to_numpy()
    piece = np.flatnonzero(years == year) if scope == "by_year" else np.arange(len(index))
    there = pd.MultiIndex.from_arrays([alternatives, np.full(len(alternatives), year)], names=index.names)
    return piece, index[piece].get_indexer(there)


def baseline_ranks(problem: Problem, base: Recipe, alternatives: pd.Index) -> np.ndarray:
    """Rank the alternatives under the base recipe."""
    try:
        reduced = without(problem.framework, base.exclude)
        if problem.node not in reduced.group_codes:
            raise InputError(f"node: {unknown('group', problem.node, reduced.group_codes)}")
        prior, _ = prior_of(problem.framework, reduced, base, problem.judgements, problem.weights)
        steps = treated_panel(_columns(problem, reduced), reduced, base, problem.groups)
        scores = finish(steps, reduced, base, prior, None).scores[problem.node]
    except InputError as error:
        raise InputError(f"base recipe: {error}") from None
    if problem.year is not None:
        scores = scores.xs(problem.year, level="year")
    absent = alternatives[~alternatives.isin(scores.index)]
    if len(absent):
        raise InputError(f"the base recipe does not rank {label(absent[0])}, which the other recipes do")
    ranks = rank_scores(scores.reindex(alternatives).to_numpy())
    if np.isnan(ranks).any():
        raise InputError(f"the base recipe gives {label(alternatives[np.isnan(ranks)][0])} no score; choose another")
    return ranks
