"""Whole trajectories of a column, one per economy, and their permutations across economies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.econometrics.selection import in_sample
from bri_eval.econometrics.terms import term_columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bri_eval.econometrics.specs import ModelSpec


def sampled_columns(spec: ModelSpec, data: pd.DataFrame, also: Iterable[str] = ()) -> pd.DataFrame:
    """Return the terms of a model on the rows of its sample, gaps included, sorted by economy and year."""
    columns = term_columns(spec, data, also)
    return columns[in_sample(spec, data).reindex(columns.index)] if spec.sample else columns


def trajectories(column: pd.Series, years: pd.Index, labels: pd.Index) -> np.ndarray:
    """Return a column as (T, G), years x economies; NaN where it has no value."""
    grid = np.full((len(years), len(labels)), np.nan)
    t = years.get_indexer(column.index.get_level_values("year"))
    g = labels.get_indexer(column.index.get_level_values("economy"))
    there = (t >= 0) & (g >= 0)
    grid[t[there], g[there]] = column.to_numpy(dtype=float)[there]
    return grid


def draw_permutations(size: int, draws: int, generator: np.random.Generator) -> np.ndarray:
    """Return (draws, size) random permutations."""
    return generator.permuted(np.broadcast_to(np.arange(size), (draws, size)), axis=1)


def induced(permutations: np.ndarray, members: np.ndarray) -> np.ndarray:
    """Return the permutations of some of the economies that those of all induce: strangers on a cycle are passed over.

    Parameters
    ----------
    permutations
        (B, N), the donor of each economy.
    members
        (M,), numbers of those that stay, ascending.

    Returns
    -------
    numpy.ndarray
        (B, M), places among the members. Uniform if the permutations are, and equal to them where nobody was left out,
        so that models with nearly the same economies see nearly the same permutation.

    Examples
    --------
    >>> induced(np.array([[1, 2, 3, 0]]), np.array([0, 2, 3]))
    array([[1, 2, 0]])
    """
    place = np.full(permutations.shape[1], -1)
    place[members] = np.arange(len(members))
    donors = permutations[:, members]
    while (strange := place[donors] < 0).any():
        donors = np.where(strange, np.take_along_axis(permutations, donors, axis=1), donors)
    return place[donors]


def exchanged(grid: np.ndarray, donors: np.ndarray) -> np.ndarray:
    """Return (T, G, B), in which economy g of draw b has the trajectory of economy donors[b, g]."""
    return grid[:, donors.T]
