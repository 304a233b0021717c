"""Prepare the space of recipes: normalise every table once, and find which recipe uses which parts."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
import pandas as pd

from bri_eval.aggregate import AGGREGATORS, score_arrays
from bri_eval.checks import InputError, Table, bind, unknown
from bri_eval.evaluation import prior_of
from bri_eval.recipe import Recipe
from bri_eval.robustness.choices import expand
from bri_eval.robustness.evaluated import (
    NO_GAP,
    PRIOR,
    SCORING,
    TREATED,
    WEIGHING,
    baseline_ranks,
    fields_of,
    normalised_tables,
    piece_of,
    ranked_by_all,
    table_key,
)
from bri_eval.robustness.noise import error_arrays
from bri_eval.robustness.priors import entries_of, experts_of, judged_prior
from bri_eval.robustness.redraw import ACROSS, Noisy, Redraw, make_redraw, noisy_cells
from bri_eval.robustness.scorers import Scorer, make_scorer
from bri_eval.robustness.space import Cut, Normalised, Prior, Problem, Space
from bri_eval.robustness.weighers import make_weigher
from bri_eval.weights import COMBINED

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from bri_eval.framework import Framework
    from bri_eval.weights.judgements import Judgement

    Errors = tuple[np.ndarray, np.ndarray, np.ndarray]

T = TypeVar("T")


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
    """Normalise every table of the space once and put the parts together.

    Raises
    ------
    InputError
        As ``evaluate``, naming the recipe at fault; if no alternative is ranked by all recipes.
    """
    chosen = expand(problem.choices, problem.framework)
    recipes = [(numbers, recipe, tuple(j or problem.judgements)) for numbers, recipe, j in chosen.recipes()]
    sets = {tuple(map(id, judgements)): judgements for _, _, judgements in recipes}.values()
    entries = entries_of(one for judgements in sets for one in judgements)
    keys = [table_key(recipe, problem.framework) for _, recipe, _ in recipes]
    tables = normalised_tables(problem, chosen, dict(zip(keys, recipes, strict=True)))
    alternatives, dropped = ranked_by_all(problem, tables.values())
    errors = error_arrays(problem.noise.errors(), problem.panel.index, problem.framework.codes)
    shelves: tuple[Shelf[Any], ...] = (Shelf(), Shelf(), Shelf(), Shelf())
    maker = _Maker(problem, shelves, alternatives, errors, entries, {}, tables, Shelf())
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
        baseline=baseline_ranks(problem, chosen.base, alternatives),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """One normalised table, cut to the rows that share bounds with the year."""

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
    tables: Mapping[Any, Normalised]
    families: Shelf[Any]

    def parts(
        self, key: Hashable, one: Normalised, recipe: Recipe, judgements: tuple[Judgement, ...]
    ) -> tuple[int, ...]:
        """Give the numbers of the parts of a recipe, making those that are new."""
        table = self._once(("table", key), lambda: self._table(key, one, recipe))
        prior = self._once(
            ("prior", recipe.exclude, *fields_of(recipe, PRIOR), *map(id, judgements)),
            lambda: self._prior(table, recipe, judgements),
        )
        seen = key if recipe.weigh_on == "raw" else None
        weigher = self._once(
            ("weigher", table.cut, seen, prior, *fields_of(recipe, WEIGHING)),
            lambda: self._weigher(table, recipe, prior),
        )
        own = recipe if callable(recipe.aggregator) else recipe.range
        scorer = self._once(
            ("scorer", table.cut, own, *fields_of(recipe, SCORING)), lambda: self._scorer(table, recipe)
        )
        return table.cut, prior, weigher, scorer

    def _once(self, key: Hashable, find: Callable[[], Any]) -> Any:
        """Find something once."""
        if key not in self.memo:
            self.memo[key] = find()
        return self.memo[key]

    def _table(self, fields: Hashable, one: Normalised, recipe: Recipe) -> _Table:
        """Cut a table out of its panel and put it on the shelf."""
        framework = one.framework
        columns = np.array([self.problem.framework.codes.index(code) for code in framework.codes])
        piece, place = self._piece(one)
        matrix, index = one.matrix[piece], one.treated.index[piece]
        noisy = self._once(
            ("noisy", *fields_of(recipe, TREATED)),
            lambda: noisy_cells(one, self.errors, self.problem.framework.codes),
        )
        redraw, select = None, np.arange(len(columns))
        if noisy is not None:
            redraw, select = self._family(fields, one, recipe, noisy)
        if noisy is not None and not noisy.observed.isna().to_numpy().any():
            fields = table_key(dataclasses.replace(recipe, **NO_GAP), self.problem.framework)
        key = fields if redraw else None
        cut = self.shelves[0].number(
            (columns.tobytes(), matrix.tobytes(), place.tobytes(), key),
            lambda: Cut(columns, redraw, select, _noisy(redraw, select), self._number(redraw)),
        )
        raw = Table(one.treated.to_numpy()[piece], index, framework.codes)
        return _Table(framework, columns, place, Table(matrix, index, framework.codes), raw, cut, redraw is not None)

    def _piece(self, one: Normalised) -> tuple[np.ndarray, np.ndarray]:
        """Give the rows of a table that share bounds and the places of the alternatives among them."""
        index, scope = one.treated.index, one.recipe.scope
        return self._once(
            ("piece", id(index), scope), lambda: piece_of(index, scope, self.problem.year, self.alternatives)
        )

    def _family(self, fields: Hashable, one: Normalised, recipe: Recipe, noisy: Noisy) -> tuple[Redraw, np.ndarray]:
        """Give the way to draw the table anew, that of the whole table if this one is some of its columns."""
        whole, key = one, fields
        base = dataclasses.replace(recipe, exclude=self.problem.choices.base.exclude)
        wider = table_key(base, self.problem.framework)
        alone = recipe.imputer.replace("_", " ") not in ACROSS
        if alone and wider in self.tables and _within(one, self.tables[wider]):
            whole, key = self.tables[wider], wider
            noisy = self._once(
                ("noisy", *fields_of(base, TREATED)),
                lambda: noisy_cells(whole, self.errors, self.problem.framework.codes),
            )
        piece, _ = self._piece(whole)
        redraw = self._once(("redraw", key), lambda: make_redraw(whole, piece, noisy, self.problem.groups))
        codes = whole.framework.codes
        return redraw, np.array([codes.index(code) for code in one.framework.codes])

    def _number(self, redraw: Redraw | None) -> int:
        """Give what is drawn anew a number; 0 is nothing."""
        if redraw is None:
            return 0
        return 1 + self.families.number(id(redraw), lambda: redraw)

    def _prior(self, table: _Table, recipe: Recipe, judgements: tuple[Judgement, ...]) -> int:
        """Give the number of the prior that a recipe starts from."""
        problem, framework, columns = self.problem, table.framework, table.columns
        series, _ = prior_of(problem.framework, framework, recipe, judgements, problem.weights)
        fixed = np.full(len(columns), 1 / len(columns)) if series is None else series.to_numpy(dtype=float)
        judged = recipe.weighter == "ahp" or recipe.weighter in COMBINED or callable(recipe.weighter)
        if not (judged and judgements and {"judgements", "experts"} & set(problem.noise.active)):
            return self.shelves[1].number((columns.tobytes(), fixed.tobytes()), lambda: Prior(columns, fixed, None))
        own = [j for j in judgements if j.node in framework.group_codes or j.node not in problem.framework.group_codes]
        key = (columns.tobytes(), fixed.tobytes(), *fields_of(recipe, PRIOR[1:]), *map(id, judgements))
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


def _noisy(redraw: Redraw | None, select: np.ndarray) -> np.ndarray | None:
    """Give the places of the columns that are drawn anew, if any is."""
    return None if redraw is None else np.flatnonzero(np.isin(select, redraw.columns))


def _used(framework: Framework, recipe: Recipe) -> list[tuple[str, object]]:
    """List the parameters that the aggregators of a framework take."""
    rules = [recipe.aggregator, *(group.aggregator for group in framework.groups if group.aggregator)]
    functions = [AGGREGATORS[rule] if isinstance(rule, str) else rule for rule in rules]
    return [
        pair for function in functions for pair in getattr(bind(function, recipe.parameters), "keywords", {}).items()
    ]


def _within(part: Normalised, whole: Normalised) -> bool:
    """Tell whether a table is some columns of another, with the same rows."""
    same = part.treated.index.equals(whole.treated.index)
    return same and set(part.framework.codes) <= set(whole.framework.codes)
