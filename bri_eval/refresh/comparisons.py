"""A column against what the server holds: what changed, and why an answer is refused whole."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, listing
from bri_eval.files import read_numbers, read_table
from bri_eval.refresh.refusals import reasons_against

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bri_eval.refresh.declarations import Column
    from bri_eval.refresh.worldbank import Answer

_SLACK = 0.51
"""Units of the last digit kept within which two values are one: rounding takes half, its ties a little more."""
_JUMP = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A cell that differs, as the table writes it; an empty text is a missing value."""

    economy: str
    year: int
    was: str
    now: str

    @property
    def kind(self) -> str:
        """Tell a changed value from a new one and one that is gone."""
        return "new" if not self.was else "changed" if self.now else "gone"

    @property
    def relative(self) -> float:
        """Size of the change over the old value; not a number where either is missing, or the old one is zero."""
        if not self.was or not self.now or float(self.was) == 0:
            return float("nan")
        return (float(self.now) - float(self.was)) / abs(float(self.was))

    def __str__(self) -> str:
        relative = "" if np.isnan(self.relative) else f" ({self.relative:+.2%})"
        return f"{self.economy} {self.year}: {self.was or 'missing'} -> {self.now or 'missing'}{relative}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A column against its series: changes in the table's order, cells that stay, what to look at; or a refusal."""

    column: Column
    updated: str
    changes: tuple[Change, ...] = ()
    same: int = 0
    notes: tuple[str, ...] = ()
    refusal: str = ""

    def count(self, kind: str) -> int:
        """Count the changes of a kind: changed, new or gone."""
        return sum(change.kind == kind for change in self.changes)


def committed_cells(column: Column) -> pd.DataFrame:
    """Read a column of its table.

    Returns
    -------
    DataFrame
        Indexed by (economy, year) in the table's order; ``text`` as it stands there, and ``was``, the number.

    Raises
    ------
    InputError
        For a table that lacks the column, has no years, or holds anything but numbers in it.
    """
    table = read_table(column.path)
    if "year" not in table.columns:
        raise InputError(f"{column.path}: there is no column 'year'; a series is refreshed by economy and year")
    numbers = read_numbers(column.path.parent, column.label)
    index = pd.MultiIndex.from_arrays([table["economy"], table["year"].astype(float).astype(int)])
    cells = pd.DataFrame(
        {"text": table[column.name].str.strip().to_numpy()}, index=index.set_names(["economy", "year"])
    )
    return cells.assign(was=numbers.reindex(index).to_numpy())


def compare(column: Column, cells: pd.DataFrame, answer: Answer) -> Comparison:
    """Hold the committed cells of a column against the server's answer.

    Parameters
    ----------
    column
        From ``read_columns``.
    cells
        From ``committed_cells``.
    answer
        From ``fetch``.

    Returns
    -------
    Comparison
        With every cell that differs; or with a refusal, and then without changes: a column is taken whole or not.

    Examples
    --------
    >>> Change(economy="AFG", year=2018, was="20", now="25")
    Change(economy='AFG', year=2018, was='20', now='25')
    >>> print(Change(economy="AFG", year=2018, was="20", now="25"))
    AFG 2018: 20 -> 25 (+25.00%)
    """
    if answer.refusal:
        return Comparison(column=column, updated=answer.updated, refusal=answer.refusal)
    found = _side_by_side(column, cells, answer)
    refusal = next(reasons_against(column, found, answer), "")
    if refusal:
        return Comparison(column=column, updated=answer.updated, refusal=refusal)
    differs = found[found["text"] != found["new_text"]]
    changes = tuple(
        Change(economy=economy, year=year, was=was, now=now)
        for (economy, year), was, now in zip(differs.index, differs["text"], differs["new_text"], strict=True)
    )
    notes = (*_jumps(found), *_further(column, found, answer))
    same = len(found) - len(changes)
    return Comparison(column=column, updated=answer.updated, changes=changes, same=same, notes=notes)


def cell_text(value: float, *, digits: int, decimals: int) -> str:
    """Write a value as the tables do: rounded, whole numbers without point, missing as nothing.

    Examples
    --------
    >>> cell_text(2360017318.4, digits=7, decimals=12)
    '2360017000'
    >>> cell_text(-0.664182, digits=7, decimals=5), cell_text(28.0, digits=7, decimals=5)
    ('-0.66418', '28')
    """
    if math.isnan(value):
        return ""
    size = math.floor(math.log10(abs(value))) if value else 0
    rounded = round(value, min(decimals, digits - 1 - size)) + 0.0  # once, and no minus before a zero
    return f"{rounded:.0f}" if rounded % 1 == 0 else f"{rounded:.{digits}g}"


def _side_by_side(column: Column, cells: pd.DataFrame, answer: Answer) -> pd.DataFrame:
    """Put the server's value beside each committed one; within the digits kept the committed text stays."""
    kept = column.worldbank
    filed = {int(year): there for year, there in kept.filed.items()}
    there = pd.MultiIndex.from_tuples([(economy, filed.get(year, year)) for economy, year in cells.index])
    now = answer.values.reindex(there).to_numpy()
    with np.errstate(divide="ignore"):
        power = np.floor(np.log10(cells["was"].abs())) - kept.digits + 1
    unit = np.maximum(10.0**power, 10.0**-kept.decimals)
    same = ((cells["was"] - now).abs() <= _SLACK * unit) | (cells["was"].isna() & np.isnan(now))
    same |= cells.index.isin(kept.without, level="economy")
    fresh = cells["text"].copy()
    fresh[~same] = [cell_text(value, digits=kept.digits, decimals=kept.decimals) for value in now[~same]]
    return cells.assign(now=now, answered=there.isin(answer.values.index), same=same, new_text=fresh)


def _jumps(found: pd.DataFrame) -> Iterator[str]:
    """Point to values that change sign, or by a factor of ten; where both signs occur, only by more than is usual."""
    both = found[(found["was"] != 0) & (found["now"] != 0) & ~found["same"]].dropna(subset=["was", "now"])
    ratio = both["now"] / both["was"]
    odd = (ratio <= 1 / _JUMP) | (ratio >= _JUMP)
    if (found["was"] < 0).any() and (found["was"] > 0).any():
        odd &= (both["now"] - both["was"]).abs() > found["was"].abs().median()
    rows = both.assign(factor=ratio)[odd]
    for (economy, year), factor, was, now in zip(
        rows.index, rows["factor"], rows["text"], rows["new_text"], strict=True
    ):
        how = "changes its sign" if factor < 0 else f"changes by a factor of {factor:.3g}"
        yield f"{economy} {year} {how}: {was} -> {now}"


def _further(column: Column, found: pd.DataFrame, answer: Answer) -> Iterator[str]:
    """Say that the server has years after those of the table, for economies of the table."""
    last = found.index.get_level_values("year").max()
    economies = found.index.unique("economy")
    there = answer.values.dropna().index
    later = there[there.isin(economies, level="economy")].get_level_values("year")
    years = sorted(set(later[later > last]))
    if years and not column.worldbank.edition:
        yield f"the server also has {listing(years)}; the rows of {column.path.name} end in {last}, and none is added"
