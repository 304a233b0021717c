"""Everything that mode choice and the mode programme say of one study, in one record."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from operator import call
from typing import TYPE_CHECKING, Any

import pandas as pd

from bri_eval.checks import InputError, listing
from bri_eval.modes.breakeven import QUANTITIES, break_even
from bri_eval.modes.catalogue import Demand, switch_on
from bri_eval.modes.cells import cell_table
from bri_eval.modes.choice import mode_choice
from bri_eval.modes.feasibility import feasible
from bri_eval.modes.frontier import frontier
from bri_eval.modes.mixes import CORRIDOR, mix_all
from bri_eval.workers import each

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from bri_eval.evaluation import Evaluation
    from bri_eval.modes.catalogue import Catalogue
    from bri_eval.modes.choice import ModeChoice
    from bri_eval.modes.mixes import Mixes

    Watch = Callable[[str, int, int], None]

INSTANCE = {"RUS": 1.0, "THA": 0.8, "POL": 0.6}
"""Markets of the test instance and their scales: parcels over those of the segments."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Decisions:
    """What a study knows of its modes in one year.

    Parameters
    ----------
    catalogue, year
        As given.
    instance
        Economy to scale of the test instance, in which cards hold as they stand.
    choices
        ``ModeChoice`` of every merchant over all economies and segments.
    break_evens
        For each quantity what ``break_even`` gives for the middle merchant: the second mode of every cell.
    planned
        Break-even fixed cost of every planned mode, switched on, for the merchant with the largest budget; indexed by
        (planned, economy, segment). Empty if no mode is planned.
    frontier
        Cost and time of the feasible modes of the test instance, from ``frontier``.
    mixes
        The mode programme.
    """

    catalogue: Catalogue = field(repr=False)
    year: int
    instance: Mapping[str, float]
    choices: Mapping[str, ModeChoice] = field(repr=False)
    break_evens: Mapping[str, pd.DataFrame] = field(repr=False)
    planned: pd.DataFrame = field(repr=False)
    frontier: pd.DataFrame = field(repr=False)
    mixes: Mixes = field(repr=False)

    @property
    def by_budget(self) -> list[str]:
        """Codes of the merchants from the smallest budget to the largest."""
        return _by_budget(self.catalogue)

    @property
    def middle(self) -> str:
        """Code of the merchant whose budget is the median one, the smaller of two."""
        return _middle(self.catalogue)

    @property
    def largest(self) -> str:
        """Code of the merchant with the largest budget."""
        return self.by_budget[-1]

    @property
    def choice(self) -> ModeChoice:
        """The choice of the middle merchant."""
        return self.choices[self.middle]

    @property
    def instance_words(self) -> str:
        """Say what the test instance is."""
        scales = listing([f"{code} {scale:g}" for code, scale in self.instance.items()]).replace("'", "")
        return f"Test markets, with parcels over those of the segments: {scales}; cards as they stand."


def decide(
    catalogue: Catalogue,
    tables: str | Path,
    evaluation: Evaluation,
    *,
    year: int,
    instance: Mapping[str, float] | None = None,
    corridor: str = CORRIDOR,
    watch: Watch | None = None,
) -> Decisions:
    """Carry out mode choice and the mode programme.

    Parameters
    ----------
    catalogue
        From ``read_modes``.
    tables
        Folder of the tables.
    evaluation
        The index whose raw values fit the cards to the partners.
    year
        Of the index.
    instance
        Economy to scale of a few markets; ``INSTANCE`` if not given.
    corridor
        Along which facilities are pooled, such as ``"NELB"``.
    watch
        Called with the name of what is counted, how many are done, and of how many.

    Returns
    -------
    Decisions
        In about ten seconds of one processor for the shipped catalogue and 61 economies.

    Raises
    ------
    InputError
        As ``mode_choice`` does.
    """
    markets = dict(INSTANCE if instance is None else instance)
    if not markets:
        raise InputError("the test instance has no market; name some, such as {'RUS': 1.0}")
    front = _frontier(catalogue, tables, markets)
    middle, largest = _middle(catalogue), _by_budget(catalogue)[-1]
    codes = [merchant.code for merchant in catalogue.merchants]
    asked = [(_choice, catalogue, tables, evaluation, code, year) for code in codes]
    found: list[Any] = []
    for answer in each(call, [*asked, (_planned, catalogue, tables, evaluation, largest, year)]):
        found.append(answer)
        _tell(watch, "choices", len(found), len(codes) + 1)
    choices: dict[str, ModeChoice] = dict(zip(codes, found, strict=False))
    return Decisions(
        catalogue=catalogue,
        year=year,
        instance=markets,
        choices=choices,
        break_evens={quantity: break_even(choices[middle], quantity=quantity) for quantity in QUANTITIES},
        planned=found[-1],
        frontier=front,
        mixes=mix_all(
            catalogue,
            tables,
            evaluation,
            year=year,
            instance=markets,
            middle=middle,
            largest=largest,
            corridor=corridor,
            watch=watch,
        ),
    )


def _tell(watch: Watch | None, what: str, done: int, total: int) -> None:
    """Tell a watcher how far things are."""
    if watch is not None:
        watch(what, done, total)


def _by_budget(catalogue: Catalogue) -> list[str]:
    """List merchants from the smallest budget to the largest."""
    return [merchant.code for merchant in sorted(catalogue.merchants, key=lambda one: one.budget)]


def _middle(catalogue: Catalogue) -> str:
    """Give the merchant with the median budget, the smaller of two."""
    codes = _by_budget(catalogue)
    return codes[(len(codes) - 1) // 2]


def _choice(catalogue: Catalogue, tables: str | Path, evaluation: Evaluation, merchant: str, year: int) -> ModeChoice:
    """Choose for one merchant, over all economies and segments."""
    return mode_choice(catalogue, tables, evaluation, merchant=merchant, year=year)


def _planned(
    catalogue: Catalogue, tables: str | Path, evaluation: Evaluation, merchant: str, year: int
) -> pd.DataFrame:
    """Find the fixed cost at which each planned mode would lead, were it there alone of the planned ones."""
    parts = {}
    for mode in catalogue.modes:
        if mode.planned:
            choice = _choice(switch_on(catalogue, mode.code), tables, evaluation, merchant, year)
            parts[mode.code] = break_even(choice, quantity="fixed", mode=mode.code)
    return pd.concat(parts, names=["planned"]) if parts else pd.DataFrame()


def in_markets(catalogue: Catalogue, markets: Mapping[str, float]) -> Catalogue:
    """Give some markets the demand of their scale."""
    return dataclasses.replace(catalogue, demand=Demand(rule="given", scale=dict(markets)))


def _frontier(catalogue: Catalogue, tables: str | Path, markets: Mapping[str, float]) -> pd.DataFrame:
    """Set out cost and time in the test instance."""
    own = in_markets(catalogue, markets)
    can = feasible(own, tables, economies=list(markets))["feasible"]
    return frontier(cell_table(own, tables, economies=list(markets))[can])
