"""The set of models of a specification curve: the product of declared choices, fixed before any is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

from bri_eval.checks import InputError, listing, unknown
from bri_eval.econometrics.frozen import Frozen
from bri_eval.econometrics.rules import EFFECTS
from bri_eval.econometrics.specs import ModelSpec
from bri_eval.records import make_record, read_toml

if TYPE_CHECKING:
    from pathlib import Path

CHOICES = ("outcome", "measure", "controls", "effects", "sample")


class Declared(NamedTuple):
    """One model of the set: what was chosen, by name, and the model, or the reason why there is none."""

    choices: tuple[str, ...]
    spec: ModelSpec | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecGrid:
    """Choices that a specification curve goes through, each by a name.

    Parameters
    ----------
    outcomes, measures
        Name to the column on the left-hand side, and to the term whose slope is read.
    controls
        Name to a list of terms; an empty list is a choice.
    effects
        Name to a list out of 'economy' and 'year'; with 'economy' the estimator is `within`, else `pooled`.
    samples
        Name to the rows used, as in `ModelSpec`; an empty table takes all.
    also
        Name of effects to further controls that go with them, such as distance where there are no economy effects.
    sign
        Sign of the slope that is expected, 1 or -1.
    lag_by
        What lags count, if a term has one.
    least
        Number of models below which the set is refused.

    Raises
    ------
    InputError
        For choices that cannot be read, or fewer than `least` models.

    Examples
    --------
    >>> grid = SpecGrid(
    ...     outcomes={"exports": "ln_exports"},
    ...     measures={"index": "capability", "LPI": "lpi_overall"},
    ...     controls={"none": [], "size": ["ln_gdp", "ln_population"]},
    ...     effects={"year": ["year"], "two-way": ["economy", "year"]},
    ...     also={"year": ["ln_distance"]},
    ...     least=8,
    ... )
    >>> len(grid), grid.declared()[2].spec.regressors
    (8, ('capability', 'ln_gdp', 'ln_population', 'ln_distance'))
    """

    outcomes: Mapping[str, str]
    measures: Mapping[str, str]
    controls: Mapping[str, tuple[str, ...]]
    effects: Mapping[str, tuple[str, ...]]
    samples: Mapping[str, Mapping[str, object]] = field(default_factory=lambda: {"all": {}})
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sign: int = 1
    lag_by: str = ""
    least: int = 500

    def __post_init__(self) -> None:
        """Freeze the choices and refuse what cannot be a set of models."""
        for name in ("outcomes", "measures", "controls", "effects", "samples", "also"):
            object.__setattr__(self, name, _choices(name, getattr(self, name)))
        for name in self.also:
            if name not in self.effects:
                raise InputError(f"curve: also: {unknown('effects', name, self.effects)}")
        for name, effects in self.effects.items():
            for effect in effects:
                if effect not in EFFECTS:
                    raise InputError(f"curve: effects '{name}': {unknown('effect', effect, EFFECTS)}")
        if self.sign not in (1, -1):
            raise InputError(f"curve: sign is {self.sign!r}; expected 1 or -1")
        if len(self) < self.least:
            raise InputError(
                f"curve: {len(self)} models are declared; expected at least {self.least}: add choices, or lower "
                "`least` and say so"
            )

    def __len__(self) -> int:
        """Return the number of models declared."""
        sizes = (self.outcomes, self.measures, self.controls, self.effects, self.samples)
        number = 1
        for choices in sizes:
            number *= len(choices)
        return number

    def declared(self) -> tuple[Declared, ...]:
        """Return every model of the product, the last choice running fastest; none is left out."""
        every = product(self.outcomes, self.measures, self.controls, self.effects, self.samples)
        return tuple(self._declare(choices) for choices in every)

    def _declare(self, choices: tuple[str, ...]) -> Declared:
        """Return one model, or why it cannot be."""
        outcome, measure, controls, effects, sample = choices
        chosen = self.effects[effects]
        try:
            spec = ModelSpec(
                name=" / ".join(choices),
                outcome=self.outcomes[outcome],
                regressors=(self.measures[measure], *self.controls[controls], *self.also.get(effects, ())),
                effects=chosen,
                estimator="within" if "economy" in chosen else "pooled",
                sample=self.samples[sample],
                lag_by=self.lag_by,
            )
        except InputError as error:
            return Declared(choices, None, str(error))
        return Declared(choices, spec, "")


def read_grid(path: str | Path) -> SpecGrid:
    """Read the `[curve]` table of a TOML file; other tables are not read here.

    Parameters
    ----------
    path
        With a `[curve]` table.

    Returns
    -------
    SpecGrid

    Raises
    ------
    InputError
        For a file that is absent or not TOML, no `[curve]` table, an unknown or lacking key, or what `SpecGrid`
        refuses; the message names the file.

    Examples
    --------
    >>> grid = read_grid("data/models.toml")
    >>> len(grid) == len(grid.declared()), list(grid.measures)[0]
    (True, 'main')
    """
    content = read_toml(path)
    table = content.get("curve")
    if not isinstance(table, dict):
        raise InputError(f"{path}: there is no [curve] table; it declares the models of the specification curve")
    try:
        return make_record(SpecGrid, table, f"{path}: curve")
    except InputError as error:
        message = str(error)
        raise InputError(message if message.startswith(f"{path}") else f"{path}: {message}") from None


def _choices(kind: str, given: Any) -> Frozen:
    """Return the choices of one kind, frozen, or raise at one that cannot be read."""
    if not isinstance(given, Mapping) or (not given and kind != "also"):
        raise InputError(f"curve: {kind} is {given!r}; expected a table of choices, each by a name")
    for name, value in given.items():
        where = f"curve: {kind} '{name}' is {value!r}"
        if kind in ("outcomes", "measures") and not (isinstance(value, str) and value):
            raise InputError(f"{where}; expected the name of one column")
        if kind == "samples" and not isinstance(value, Mapping):
            raise InputError(f"{where}; expected a table, such as {{year = {{max = 2018}}}}")
        if kind in ("controls", "effects", "also") and not _is_list(value):
            raise InputError(f"{where}; expected a list of names")
    taken = list(map(_settled, given.values()))
    for position, value in enumerate(taken):
        if kind != "also" and value in taken[:position]:
            names = list(given)
            twice = listing([names[taken.index(value)], names[position]])
            raise InputError(f"curve: {kind} {twice} are the same choice; a model counts once")
    return Frozen(given)


def _is_list(value: object) -> bool:
    """Tell whether a value is a list of texts."""
    return isinstance(value, (list, tuple)) and all(isinstance(one, str) and one for one in value)


def _settled(value: object) -> object:
    """Return a choice in a form that compares by value; the order of names does not matter."""
    return frozenset(value) if isinstance(value, (list, tuple)) else value
