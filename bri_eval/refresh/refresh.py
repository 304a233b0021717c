"""Declared series fetched and held against the committed tables; nothing is written here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from bri_eval.checks import InputError
from bri_eval.refresh import worldbank
from bri_eval.refresh.comparisons import Comparison, committed_cells, compare
from bri_eval.refresh.declarations import Column, chosen, read_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from bri_eval.refresh.worldbank import Answer

    Tell = Callable[[str], None]


class Fetch(Protocol):
    """What gives the answers: ``worldbank.fetch``, or with another server bound to it."""

    def __call__(  # noqa: D102
        self, series: Sequence[str], database: int, *, since: int, watch: worldbank.Watch | None = None
    ) -> Mapping[str, Answer]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """What the server holds against the committed tables, column by column."""

    dictionary: Path
    comparisons: tuple[Comparison, ...]

    @property
    def changed(self) -> tuple[Comparison, ...]:
        """Columns that an update would change."""
        return tuple(one for one in self.comparisons if one.changes and not one.refusal)

    @property
    def refused(self) -> tuple[Comparison, ...]:
        """Columns whose answer is not taken."""
        return tuple(one for one in self.comparisons if one.refusal)


def refresh(
    dictionary: Path,
    *,
    fetch: Fetch = worldbank.fetch,
    series: Sequence[str] = (),
    tell: Tell = lambda _: None,
    watch: worldbank.Watch | None = None,
) -> Refresh:
    """Fetch the newest values of the declared series and show what changed.

    Parameters
    ----------
    dictionary
        The ``datapackage.json`` whose fields declare their series under ``worldbank``.
    fetch
        Gives the answers of one database.
    series
        Codes to ask for; none is all. With a series of a table of one vintage all of that table are asked for.
    tell
        Called with the name of each step as it begins.
    watch
        Called with what is counted, how many are done, and of how many.

    Returns
    -------
    Refresh
        A comparison per column. A column is taken whole or refused whole, and so is a table of one vintage.

    Raises
    ------
    InputError
        For a fault of dictionary or tables, before anything is asked; for a server at fault.
    """
    columns = chosen(read_columns(dictionary), series)
    if not columns:
        raise InputError(f"{dictionary}: no field has an entry 'worldbank'; there is nothing to fetch")
    cells = {column.label: committed_cells(column) for column in columns}
    answers: dict[tuple[int, str], Answer] = {}
    for database in sorted({column.worldbank.database for column in columns}):
        here = [column for column in columns if column.worldbank.database == database]
        wanted = list(dict.fromkeys(column.worldbank.series for column in here))
        since = min(int(cells[column.label].index.get_level_values("year").min()) for column in here)
        tell(f"Asking database {database} of the World Bank for {len(wanted)} series")
        found = fetch(wanted, database, since=since, watch=watch)
        answers |= {(database, code): answer for code, answer in found.items()}
    compared = [
        compare(one, cells[one.label], answers[one.worldbank.database, one.worldbank.series]) for one in columns
    ]
    return Refresh(dictionary=dictionary, comparisons=tuple(_one_vintage(compared)))


def _one_vintage(compared: Sequence[Comparison]) -> list[Comparison]:
    """Refuse all columns of a table of one vintage if one of them is refused."""
    refused = {one.column.path: one.column for one in reversed(compared) if one.refusal and one.column.one_vintage}
    return [_refused_with(one, refused[one.column.path]) if one.column.path in refused else one for one in compared]


def _refused_with(one: Comparison, culprit: Column) -> Comparison:
    """Refuse a column for the sake of another of its table."""
    if one.refusal:
        return one
    reason = f"{one.column.path.name} is of one vintage, and {culprit.worldbank.series} is refused"
    return replace(one, changes=(), same=0, notes=(), refusal=reason)
