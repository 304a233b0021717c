"""Prepare the space of recipes: evaluate every table once, and find which recipe uses which parts."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
import pandas as pd

from bri_eval.aggregate import AGGREGATORS, rank_scores, score_arrays
from bri_eval.checks import InputError, Table, bind, check_panel, label, listing, unknown
from bri_eval.evaluation import finish, kept_rows, prior_of, treated_panel
from bri_eval.hierarchy import without
from bri_eval.normalise import NORMALISERS
from bri_eval.recipe import Recipe
from bri_eval.robustness.choices import expand
from bri_eval.robustness.noise import error_arrays
from bri_eval.robustness.priors import entries_of, experts_of, judged_prior
from bri_eval.robustness.redraw import ACROSS, make_redraw, noisy_cells
from bri_eval.robustness.scorers import Scorer, make_scorer
from bri_eval.robustness.space import Cut, Prior, Problem, Space
from bri_eval.robustness.weighers import make_weigher
from bri_eval.weights import COMBINED

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping

    from bri_eval.evaluation import Evaluation, Treated
    from bri_eval.framework import Framework
    from bri_eval.robustness.choices import Choices
    from bri_eval.weights.judgements import Judgement

    Errors = tuple[np.ndarray, np.ndarray, np.ndarray]

T = TypeVar("T")

_PRIOR = ("weighter", "random_index", "estimator", "group")
_WEIGHING = ("weighter", "weigh_on", "prior_share")
_SCORING = ("aggregator", "exponent", "group_utility", "distinguishing", "grades")
_NOT_TABLE = {*_PRIOR, *_WEIGHING, *_SCORING}
"""Fields of the recipe that leave the normalised table as it is."""

_NORMALISING = ("range", "centre", "spread")
_TREATED = ("exclude", "screen", "imputer", "treatment", "availability", "donors", "neighbours", "winsorised")
"""Fields that the treated panel depends on."""

_NEUTRAL: dict[str, Any] = {"weighter": "equal", "aggregator": "arithmetic"}
_NO_GAP: dict[str, Any] = {"imputer": "linear_time", "donors": 3, "neighbours": 5}
"""What stands for all imputers where there is nothing to impute."""


class Shelf(Generic[T]):
    """Distinct things in the order of their first coming, each with a number."""

    def __init__(self) -> None:
        self.numbers: dict[Hashable, int] = {}
        self.things: list[T] = []

    def number(self, key: Hashable, make: Callable[[], T]) -> int:
        """Give the number of a thing, making it if it is new."""
        if key not in self.numbers:
            self.numbers[key] = len(self.things)
            self.things.append(make())
        return self.numbers[key]


def prepare(problem: Problem) -> Space:
    """Evaluate every table of the space once and put the parts together.

    Raises
    ------
    InputError
        As ``evaluate``, naming the recipe at fault; if no alternative is ranked by all recipes.
    """
    chosen = expand(problem.choices, problem.framework)
    recipes = [(numbers, recipe, tuple(j or problem.judgements)) for numbers, recipe, j in chosen.recipes()]
    sets = {tuple(map(id, judgements)): judgements for _, _, judgements in recipes}.values()
    entries = entries_of(one for judgements in sets for one in judgements)
    keys = [_table_key(recipe, problem.framework) for _, recipe, _ in recipes]
    tables = _tables(problem, chosen, dict(zip(keys, recipes, strict=True)))
    alternatives, dropped = _ranked(problem, tables.values())
    errors = error_arrays(problem.noise.errors(), problem.panel.index, problem.framework.codes)
    shelves: tuple[Shelf[Any], ...] = (Shelf(), Shelf(), Shelf(), Shelf())
    maker = _Maker(problem, shelves, alternatives, errors, entries, {})
    parts = []
    for key, (numbers, recipe, judgements) in zip(keys, recipes, strict=True):
        with chosen.naming(numbers):
            parts.append(maker.parts(key, tables[key], recipe, judgements))
    judged = [prior.judged for prior in shelves[1].things if prior.judged is not None]
    return Space(
        alternatives=alternatives,
        dropped=dropped,
        codes=tuple(problem.framework.codes),
        factors={name: tuple(level.name for level in levels) for name, levels in chosen.factors.items()},
        levels=np.array([numbers for numbers, _, _ in recipes], dtype=int).reshape(len(recipes), -1),
        cuts=tuple(shelves[0].things),
        priors=tuple(shelves[1].things),
        weighers=tuple(shelves[2].things),
        scorers=tuple(shelves[3].things),
        parts=np.array(parts),
        noise=problem.noise,
        entries=len(entries),
        experts=max((one.experts for one in judged), default=0),
        errors=int(errors[2].max(initial=-1)) + 1,
        nodes=tuple(dict.fromkeys(node.code for one in judged for node in one.nodes)),
        raw=any(weigher.raw for weigher in shelves[2].things),
        baseline=_baseline(problem, chosen.base, alternatives),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """One evaluated table, cut to the rows that share bounds with the year."""

    framework: Framework
    columns: np.ndarray
    place: np.ndarray
    normalised: Table
    raw: Table
    cut: int
    redrawn: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Maker:
    """Makes the parts of one recipe after the other; ``memo`` spares what the same fields have found before."""

    problem: Problem
    shelves: tuple[Shelf[Any], ...]
    alternatives: pd.Index
    errors: Errors
    entries: Mapping[tuple[str, str, str, str], int]
    memo: dict[Hashable, Any]

    def parts(
        self, key: Hashable, evaluation: Evaluation, recipe: Recipe, judgements: tuple[Judgement, ...]
    ) -> tuple[int, ...]:
        """Give the numbers of the parts of a recipe, making those that are new."""
        table = self._once(("table", key), lambda: self._table(key, evaluation, recipe))
        prior = self._once(
            ("prior", recipe.exclude, *_fields(recipe, _PRIOR), *map(id, judgements)),
            lambda: self._prior(table, recipe, judgements),
        )
        seen = key if recipe.weigh_on == "raw" else None
        weigher = self._once(
            ("weigher", table.cut, seen, prior, *_fields(recipe, _WEIGHING)),
            lambda: self._weigher(table, recipe, prior),
        )
        own = recipe if callable(recipe.aggregator) else recipe.range
        scorer = self._once(("scorer", table.cut, own, *_fields(recipe, _SCORING)), lambda: self._scorer(table, recipe))
        return table.cut, prior, weigher, scorer

    def _once(self, key: Hashable, find: Callable[[], Any]) -> Any:
        """Find something once."""
        if key not in self.memo:
            self.memo[key] = find()
        return self.memo[key]

    def _table(self, fields: Hashable, evaluation: Evaluation, recipe: Recipe) -> _Table:
        """Cut a table out of an evaluation and put it on the shelf."""
        framework = evaluation.framework
        columns = np.array([self.problem.framework.codes.index(code) for code in framework.codes])
        piece, place = _piece(evaluation, self.problem.year, self.alternatives)
        matrix, index = evaluation.parts.matrix[piece], evaluation.treated.index[piece]
        noisy = self._once(
            ("noisy", *_fields(recipe, _TREATED)),
            lambda: noisy_cells(evaluation, self.errors, self.problem.framework.codes),
        )
        redraw = None if noisy is None else make_redraw(evaluation, piece, noisy, self.problem.groups)
        if noisy is not None and not noisy.observed.isna().to_numpy().any():
            fields = _table_key(dataclasses.replace(recipe, **_NO_GAP), self.problem.framework)
        key = fields if redraw else None
        cut = self.shelves[0].number(
            (columns.tobytes(), matrix.tobytes(), place.tobytes(), key), lambda: Cut(columns, redraw)
        )
        raw = Table(evaluation.treated.to_numpy()[piece], index, framework.codes)
        return _Table(framework, columns, place, Table(matrix, index, framework.codes), raw, cut, redraw is not None)

    def _prior(self, table: _Table, recipe: Recipe, judgements: tuple[Judgement, ...]) -> int:
        """Give the number of the prior that a recipe starts from."""
        problem, framework, columns = self.problem, table.framework, table.columns
        series, _ = prior_of(problem.framework, framework, recipe, judgements, problem.weights)
        fixed = np.full(len(columns), 1 / len(columns)) if series is None else series.to_numpy(dtype=float)
        judged = recipe.weighter == "ahp" or recipe.weighter in COMBINED or callable(recipe.weighter)
        if not (judged and judgements and {"judgements", "experts"} & set(problem.noise.active)):
            return self.shelves[1].number((columns.tobytes(), fixed.tobytes()), lambda: Prior(columns, fixed, None))
        own = [j for j in judgements if j.node in framework.group_codes or j.node not in problem.framework.group_codes]
        key = (columns.tobytes(), fixed.tobytes(), *_fields(recipe, _PRIOR[1:]), *map(id, judgements))
        return self.shelves[1].number(
            key,
            lambda: Prior(columns, fixed, judged_prior(framework, own, recipe, self.entries, experts_of(judgements))),
        )

    def _weigher(self, table: _Table, recipe: Recipe, prior: int) -> int:
        """Give the number of the weigher."""
        raw = recipe.weigh_on == "raw"
        weigher = make_weigher(table.raw if raw else table.normalised, recipe, self.shelves[1].things[prior].fixed)
        found = b"" if weigher.found is None else weigher.found.tobytes()
        share = weigher.prior_share if weigher.combination == "linear" else None
        rule = weigher.rule if weigher.objective == "" else weigher.objective
        own = weigher.objective is not None and (table.redrawn or weigher.found is None)
        key = (table.cut, weigher.seen.tobytes() if raw else b"") if own else (-1, b"")
        return self.shelves[2].number((*key, rule, found, weigher.combination, share), lambda: weigher)

    def _scorer(self, table: _Table, recipe: Recipe) -> int:
        """Give the number of the scorer, after scoring once with equal weights, so that bad values are told."""
        node, framework, normalised = self.problem.node, table.framework, table.normalised
        if node not in framework.group_codes:
            raise InputError(f"node: {unknown('group', node, framework.group_codes)}")

        def make() -> Scorer:
            equal = np.full(len(normalised.codes), 1 / len(normalised.codes))
            score_arrays(framework, normalised, equal, recipe)
            return make_scorer(normalised.values, table.place, framework, recipe, node, redrawn=table.redrawn)

        return self.shelves[3].number((table.cut, recipe.aggregator, *_used(framework, recipe)), make)


def _fields(recipe: Recipe, names: tuple[str, ...]) -> tuple[Any, ...]:
    """Give some fields of a recipe."""
    return tuple(getattr(recipe, name) for name in names)


def _table_key(recipe: Recipe, framework: Framework) -> tuple[Any, ...]:
    """Give the fields that the normalised table depends on; parameters of other normalisers do not count."""
    mixed = any(indicator.normaliser for indicator in framework.indicators)
    rule = NORMALISERS[recipe.normaliser] if isinstance(recipe.normaliser, str) else recipe.normaliser
    used = getattr(bind(rule, recipe.parameters), "keywords", {})
    idle = {name for name in _NORMALISING if name not in used and not mixed}
    names = [field.name for field in dataclasses.fields(recipe) if field.name not in _NOT_TABLE]
    return *(None if name in idle else getattr(recipe, name) for name in names), *used.items()


def _used(framework: Framework, recipe: Recipe) -> list[tuple[str, object]]:
    """List the parameters that the aggregators of a framework take."""
    rules = [recipe.aggregator, *(group.aggregator for group in framework.groups if group.aggregator)]
    functions = [AGGREGATORS[rule] if isinstance(rule, str) else rule for rule in rules]
    return [
        pair for function in functions for pair in getattr(bind(function, recipe.parameters), "keywords", {}).items()
    ]


def _tables(
    problem: Problem, chosen: Choices, recipes: Mapping[tuple[Any, ...], tuple[tuple[int, ...], Recipe, Any]]
) -> dict[tuple[Any, ...], Evaluation]:
    """Evaluate every distinct table, with equal weights and the arithmetic mean; treat every distinct panel once."""
    tables: dict[tuple[Any, ...], Evaluation] = {}
    panels: dict[tuple[Any, ...], Treated] = {}
    for key, (numbers, recipe, _) in recipes.items():
        with chosen.naming(numbers):
            reduced = without(problem.framework, recipe.exclude)
            plain = dataclasses.replace(recipe, **_NEUTRAL)
            prior, _ = prior_of(problem.framework, reduced, plain, (), None)
            tables[key] = finish(_treated(problem, recipe, reduced, panels), reduced, plain, prior, None)
        if np.isnan(tables[key].parts.matrix).any():
            raise InputError(
                "availability leaves cells missing, and ranks under uncertainty need complete tables; choose an "
                "imputer instead"
            )
    return tables


def _treated(problem: Problem, recipe: Recipe, reduced: Framework, panels: dict[tuple[Any, ...], Treated]) -> Treated:
    """Treat a panel once; without an indicator it is the whole one less a column, if the same rows are kept."""
    key = _fields(recipe, _TREATED)
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


def _ranked(problem: Problem, tables: Iterable[Evaluation]) -> tuple[pd.Index, tuple[object, ...]]:
    """Give the alternatives of the year that every table has, and those that only some have."""
    found = [_alternatives(evaluation, problem.year) for evaluation in tables]
    common, some = found[0], found[0]
    for index in found[1:]:
        common, some = common[common.isin(index)], some.union(index, sort=False)
    if len(common) < 2:
        raise InputError(f"{len(common)} alternatives are ranked by every recipe in {problem.year}; expected 2 or more")
    return common, tuple(some[~some.isin(common)])


def _alternatives(evaluation: Evaluation, year: int | None) -> pd.Index:
    """List what an evaluation ranks, in a year where there are years."""
    index = evaluation.treated.index
    if year is None:
        return index
    years = index.get_level_values("year")
    if year not in years:
        raise InputError(f"no economy is ranked in {year}; the years are {listing(sorted(set(years)))}")
    return index[years == year].get_level_values("economy")


def _piece(evaluation: Evaluation, year: int | None, alternatives: pd.Index) -> tuple[np.ndarray, np.ndarray]:
    """Give the rows that share bounds, and among them the places of the alternatives."""
    index = evaluation.treated.index
    if year is None:
        return np.arange(len(index)), index.get_indexer(alternatives)
    years = index.get_level_values("year").to_numpy()
    by_year = evaluation.recipe.scope == "by_year"
    piece = np.flatnonzero(years == year) if by_year else np.arange(len(index))
    there = pd.MultiIndex.from_arrays([alternatives, np.full(len(alternatives), year)], names=index.names)
    return piece, index[piece].get_indexer(there)


def _baseline(problem: Problem, base: Recipe, alternatives: pd.Index) -> np.ndarray:
    """Rank the alternatives under the base recipe."""
    reduced = without(problem.framework, base.exclude)
    try:
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
    return rank_scores(scores.reindex(alternatives).to_numpy())
