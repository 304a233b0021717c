"""Methodological choices as factors: each has levels, and a level changes some fields of the recipe."""

from __future__ import annotations

import dataclasses
import itertools
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bri_eval.checks import InputError, listing, unknown
from bri_eval.hierarchy import without
from bri_eval.recipe import Recipe, choice_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bri_eval.framework import Framework

JUDGEMENTS = "judgements"
"""The one setting of a level that is not a field of the recipe."""

EACH = "each"
"""As the levels of ``exclude``: nothing, and every indicator alone."""

FIELDS = tuple(field.name for field in dataclasses.fields(Recipe))


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One alternative of a factor: its name in tables, and what it changes."""

    name: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """A recipe and the factors around it; the space of recipes is the product of the factors' levels.

    Parameters
    ----------
    base
        The recipe that the levels change; its ranks are those that shifts are counted from.
    factors
        Name of each factor to its levels, each drawn with the same probability.

    Examples
    --------
    >>> found = choices(Recipe(), {"normaliser": ["minmax", "rank"], "exclude": "each"})
    >>> found.base.normaliser, list(found.factors)
    ('minmax', ['normaliser', 'exclude'])
    """

    base: Recipe
    factors: Mapping[str, tuple[Level, ...]]

    def recipes(self) -> Iterator[tuple[tuple[int, ...], Recipe, Any]]:
        """Yield the level numbers, the recipe and the judgements (None: those given) of every combination."""
        for numbers in itertools.product(*(range(len(levels)) for levels in self.factors.values())):
            with self.naming(numbers):
                settings = _merged(self._levels(numbers))
                judgements = settings.pop(JUDGEMENTS, None)
                recipe = dataclasses.replace(self.base, **settings)
            yield numbers, recipe, judgements

    @contextmanager
    def naming(self, numbers: tuple[int, ...]) -> Iterator[None]:
        """Name the levels of a recipe in its errors."""
        try:
            yield
        except InputError as error:
            named = listing(level.name for level in self._levels(numbers))
            raise InputError(f"{named}: {error}" if named else str(error)) from None

    def _levels(self, numbers: tuple[int, ...]) -> list[Level]:
        """List the levels with these numbers."""
        return [levels[number] for levels, number in zip(self.factors.values(), numbers, strict=True)]


def choices(recipe: Recipe, levels: Mapping[str, Iterable[Any] | str]) -> Choices:
    """Put factors around a recipe.

    Parameters
    ----------
    recipe
        The recipe that shifts of ranks are counted from.
    levels
        Factor to its levels. A factor that is named as a field of the recipe may list plain values, such as
        ``{"weighter": ["ahp", "entropy"]}``. A level that changes several fields is a mapping, such as
        ``{"aggregator": "geometric", "range": (1, 100)}``; its ``name`` is optional; its ``judgements`` replace those
        of the study. ``{"exclude": "each"}`` leaves out nothing, and every indicator in turn.

    Returns
    -------
    Choices

    Raises
    ------
    InputError
        For a factor without levels, a level twice, judgements without a name, or a field that the recipe does not have.

    Examples
    --------
    >>> found = choices(Recipe(), {"aggregator": ["arithmetic", "topsis"], "scope": ["pooled", "by_year"]})
    >>> [recipe.aggregator for _, recipe, _ in found.recipes()]
    ['arithmetic', 'arithmetic', 'topsis', 'topsis']
    """
    if not hasattr(levels, "items"):
        raise InputError(f"levels are {levels!r}; expected factors and their levels, such as {{'scope': ['pooled']}}")
    return Choices(base=recipe, factors={name: _levels(name, values) for name, values in levels.items()})


def as_choices(recipes: Recipe | Choices | Iterable[Recipe] | None) -> Choices:
    """Read one recipe, choices, or a list of recipes, whose factors are the fields in which they differ.

    A list that is not the product of such fields is one factor, ``recipe``; the first of a list is the base.
    """
    if recipes is None or isinstance(recipes, Recipe):
        return Choices(base=recipes or Recipe(), factors={})
    if isinstance(recipes, Choices):
        return recipes
    listed = list(recipes)
    if not listed or not all(isinstance(one, Recipe) for one in listed):
        raise InputError("recipes: expected a Recipe, a list of them, or choices(recipe, levels)")
    values = {name: _distinct(getattr(one, name) for one in listed) for name in FIELDS}
    varied = {name: found for name, found in values.items() if len(found) > 1}
    combinations = {tuple(found.index(getattr(one, name)) for name, found in varied.items()) for one in listed}
    size = 1
    for found in varied.values():
        size *= len(found)
    if len(combinations) == size == len(listed):
        return choices(listed[0], varied)
    settings = [{"name": f"recipe {place}"} | {n: getattr(one, n) for n in varied} for place, one in enumerate(listed)]
    return choices(listed[0], {"recipe": settings})


def expand(chosen: Choices, framework: Framework) -> Choices:
    """Spell out the levels that depend on the framework."""
    factors = dict(chosen.factors)
    for name, levels in factors.items():
        if levels[0].settings.get("exclude") == EACH:
            codes = without(framework, chosen.base.exclude).codes
            factors[name] = _levels("exclude", [chosen.base.exclude, *((*chosen.base.exclude, c) for c in codes)])
    return dataclasses.replace(chosen, factors=factors)


def _levels(factor: str, values: Iterable[Any] | str) -> tuple[Level, ...]:
    """Make the levels of a factor, refusing what no recipe could take."""
    if (factor, values) == ("exclude", EACH):
        return (Level(name=EACH, settings={"exclude": EACH}),)
    if isinstance(values, str | dict) or not hasattr(values, "__iter__"):
        raise InputError(f"factor '{factor}' has levels {values!r}; expected a list, such as [{values!r}]")
    levels = tuple(_level(factor, value) for value in values)
    if not levels:
        raise InputError(f"factor '{factor}' has no level; list at least one, or leave the factor out")
    names = [level.name for level in levels]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise InputError(f"factor '{factor}' has the level '{twice[0]}' twice; levels differ (give them a name)")
    return levels


def _level(factor: str, value: Any) -> Level:
    """Make one level of a plain value or a mapping."""
    if isinstance(value, dict):
        settings = {key: _frozen(entry) for key, entry in value.items() if key != "name"}
        key = factor if factor in settings else next(iter(settings), factor)
        name = str(value.get("name") or _name(key, settings.get(key, "")))
    else:
        settings, name = {factor: _frozen(value)}, _name(factor, value)
    for key in settings:
        if key not in (*FIELDS, JUDGEMENTS):
            raise InputError(f"factor '{factor}', level '{name}': {unknown('field of the recipe', key, FIELDS)}")
    return Level(name=name, settings=settings)


def _name(field: str, value: Any) -> str:
    """Name a level by its value; left-out codes are joined."""
    if field == JUDGEMENTS:
        raise InputError("judgements as a level need a name: {'name': 'literature', 'judgements': ...}")
    if isinstance(value, list | tuple):
        joined = (", " if field == "exclude" else " to ").join(map(str, value))
        return joined if field != "exclude" else f"without {joined}" if value else "all"
    return choice_name(value) if callable(value) or isinstance(value, str) else str(value)


def _frozen(value: Any) -> Any:
    """Turn a list from a file into the tuple that a recipe holds."""
    return tuple(value) if isinstance(value, list) else value


def _merged(levels: Iterable[Level]) -> dict[str, Any]:
    """Join the settings of one combination, refusing two levels that set the same field differently."""
    settings: dict[str, Any] = {}
    for level in levels:
        for key, value in level.settings.items():
            if key in settings and settings[key] != value:
                raise InputError(
                    f"level '{level.name}' sets {key} to {value!r} and another level to {settings[key]!r}; "
                    "let only one factor set a field"
                )
            settings[key] = value
    return settings


def _distinct(values: Iterable[Any]) -> list[Any]:
    """List what occurs, in the order of first occurrence."""
    found: list[Any] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found
