"""Why an answer is not taken: another unit, scale, edition or vintage, cells that are lost, values out of range."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bri_eval.checks import listing
from bri_eval.refresh.declarations import SUCCESSOR
from bri_eval.refresh.pages import DAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from bri_eval.refresh.declarations import Column
    from bri_eval.refresh.worldbank import Answer

SAME_SCALE = (0.8, 1.25)
"""The median of new over old values lies between these, or the series is another: a rebased or rescaled one."""
MOST_GONE = 0.5
"""The share of a column's values that an update may take away."""


def reasons_against(column: Column, found: pd.DataFrame, answer: Answer) -> Iterator[str]:
    """Give every reason not to take an answer, the plainest first.

    Parameters
    ----------
    column
        From ``read_columns``.
    found
        By (economy, year): ``text`` and ``was`` of the table, ``now``, ``new_text``, and whether the server
        ``answered`` the cell and the two are the ``same`` within the digits kept.
    answer
        From ``fetch``.
    """
    if column.worldbank.named.casefold() not in answer.name.casefold():
        yield (
            f"the server calls it '{answer.name}'; expected '{column.worldbank.named}' in its name: "
            "another unit, scale or index"
        )
    if DAY.fullmatch(column.vintage) and answer.updated < column.vintage:
        yield f"the server's vintage is {answer.updated}, older than the table's {column.vintage}"
    yield from _absent(column, found, answer)
    if not answer.values.notna().any():
        yield "the answer has no value at all"
    if column.worldbank.edition:
        yield from _other_edition(column, found, answer)
        return
    yield from _other_scale(found)
    gone = found["was"].notna() & found["now"].isna()
    if gone.sum() > MOST_GONE * found["was"].notna().sum():
        yield f"{gone.sum()} of {found['was'].notna().sum()} values are gone: that is no update"
    yield from _out_of_range(column, found)


def _absent(column: Column, found: pd.DataFrame, answer: Answer) -> Iterator[str]:
    """Say which economies or cells of the table did not arrive."""
    needed = found[found["was"].notna() & ~found.index.isin(column.worldbank.without, level="economy")]
    lost = needed.index[~needed["answered"]]
    if len(lost):
        there = set(answer.values.index.get_level_values("economy"))
        economies = [economy for economy in lost.unique("economy") if economy not in there]
        cells = [f"{economy} {year}" for economy, year in lost]
        which = f"economies {listing(economies)}" if economies else f"cells {listing(cells, most=5)}"
        yield f"the answer lacks {which}, which {column.path.name} has"


def _other_edition(column: Column, found: pd.DataFrame, answer: Answer) -> Iterator[str]:
    """Say where an answer is not the committed editions."""
    years = sorted(set(found.index.get_level_values("year")))
    filed = {column.worldbank.filed.get(str(year), year) for year in years}
    values = answer.values.dropna()
    stray = sorted(set(values.index.get_level_values("year")) - filed)
    if stray:
        count = int(values.index.isin(stray, level="year").sum())
        which = f"{listing(stray)}, which is no edition of the table ({years[0]}-{years[-1]})"
        yield f"{count} values for {which}: {SUCCESSOR}"
    compared = found[~found.index.isin(column.worldbank.without, level="economy")]
    other = compared[~compared["same"]]
    if len(other):
        (economy, year), first = other.index[0], other.iloc[0]
        yield (
            f"{len(other)} cells differ, first {economy} {year}: {first['text'] or 'missing'} here, "
            f"{first['now']:g} there; an edition is published once, so this is another vintage of it"
        )
    known = {(economy, column.worldbank.filed.get(str(year), year)) for economy, year in found.index}
    ours = set(found.index.get_level_values("economy"))
    more = [f"{economy} {year}" for economy, year in values.index if economy in ours and (economy, year) not in known]
    if more:
        yield f"{len(more)} values which the editions do not have, first {more[0]}: another vintage of them"


def _other_scale(found: pd.DataFrame) -> Iterator[str]:
    """Say if values are on another scale by and large."""
    both = found[(found["was"].abs() > 0) & (found["now"].abs() > 0)]
    if len(both):
        ratio = float((both["now"] / both["was"]).median())
        if not SAME_SCALE[0] <= ratio <= SAME_SCALE[1]:
            yield (
                f"the median of new over old values is {ratio:.4g}; expected {SAME_SCALE[0]:g} to {SAME_SCALE[1]:g}: "
                "a rescaled, rebased or redefined series"
            )


def _out_of_range(column: Column, found: pd.DataFrame) -> Iterator[str]:
    """Say where a value breaks what the dictionary says of the column."""
    for (economy, year), text in zip(found.index, found["new_text"], strict=True):
        where, listed = f"{economy} {year}", column.exceptions.get((economy, year))
        if listed is not None and (not text or float(text) != listed):
            yield f"{where} is {text or 'missing'}; settle its exception of {listed:g} in the dictionary first"
        elif column.required and not text:
            yield f"{where} is missing, and the dictionary requires a value"
        elif column.integer and text and float(text) % 1:
            yield f"{where} is {text}; the dictionary expects whole numbers"
        elif text and listed is None and not column.minimum <= float(text) <= column.maximum:
            limits = f"{column.minimum:.12g} to {column.maximum:.12g}"
            yield f"{where} is {text}, outside the dictionary's {limits}; if it is meant, list it under exceptions"
