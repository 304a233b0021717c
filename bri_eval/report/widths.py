"""How the columns of a printed table share the page, and how many lines the table takes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WORDY = 40
"""Characters from which a cell is a sentence and its column gets its share of the page."""

PAGE = 150
"""Characters that stand beside each other on a page in the size of a table."""

LONG = 30
"""Lines above which a table may break over pages."""


def column_shares(cells: Sequence[Sequence[str]]) -> list[float]:
    """Share the page among columns of sentences: room for the longest words, and the rest by mean length.

    Parameters
    ----------
    cells
        Rows of texts of one length, the header first.

    Returns
    -------
    list of float
        Characters by column, 0 for a short column, which takes what it needs; empty if no table column is wordy.

    Examples
    --------
    >>> column_shares([["Id", "Said"], ["C1", "three words each " * 10]])
    [0.0, 144.0]
    >>> column_shares([["Id", "Value"], ["C1", "0.5"]])
    []
    """
    columns = list(zip(*cells, strict=True))
    longest = [max(map(len, column)) for column in columns]
    if max(longest, default=0) <= 2 * WORDY and (max(longest, default=0) <= WORDY or sum(longest) <= PAGE):
        return []
    wraps = [length > WORDY / 2 for length in longest]
    least = [_longest_word(column) if wrap else n for column, wrap, n in zip(columns, wraps, longest, strict=True)]
    means = [sum(map(len, column)) / len(column) if wrap else 0.0 for column, wrap in zip(columns, wraps, strict=True)]
    rest = max(PAGE - sum(least) - 2 * len(least), WORDY) / sum(means)
    return [float(round(word + rest * mean)) if mean else 0.0 for word, mean in zip(least, means, strict=True)]


def is_long(cells: Sequence[Sequence[str]]) -> bool:
    """Tell whether a table, the header first, may break over pages.

    Examples
    --------
    >>> is_long([["Row"], *[["x"]] * 30]), is_long([["Row"], *[["x"]] * 31])
    (False, True)
    """
    return sum(max(1, max(map(len, row), default=0) // WORDY) for row in cells[1:]) > LONG


def _longest_word(cells: Sequence[str]) -> int:
    """Count the letters that stand together."""
    return max(len(word) for cell in cells for word in re.split(r"[\s/-]", cell))
