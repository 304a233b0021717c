"""The row one step back in time: a year, or a wave of an irregular panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, unknown

if TYPE_CHECKING:
    from collections.abc import Iterable

STEPS = ("year", "wave")
FEW_YEARS = 5


def positions(index: pd.Index, by: str, where: str) -> np.ndarray:
    """Return each row's position in time: its year, or the rank of its year among all years of the rows.

    Raises
    ------
    InputError
        By year, if an economy's years are not consecutive; by wave nothing is refused, and rows on either side of a
        missing wave are not neighbours.
    """
    if by not in STEPS:
        raise InputError(f"{where}: {unknown('step', by, STEPS)}")
    labels = index.get_level_values("year")
    if by == "wave":
        return pd.factorize(labels, sort=True)[0]
    if not pd.api.types.is_numeric_dtype(labels) or (labels % 1 != 0).any():
        raise InputError(f"{where}: the years are {labels[0]!r}, ...; expected whole numbers, or use by='wave'")
    _check_consecutive(index, where)
    return labels.to_numpy(dtype=int)


def check_unbroken(index: pd.Index, by: str, where: str) -> None:
    """Raise if an economy lacks a year, or a wave, between its first and its last."""
    place, economies = positions(index, by, where), index.get_level_values("economy")
    jumps = np.flatnonzero((economies[1:] == economies[:-1]) & (np.diff(place) > 1))
    if len(jumps):
        raise InputError(f"{where}: economy '{economies[jumps[0]]}' lacks a wave in between; leave the economy out")


def lagged(series: pd.Series, place: np.ndarray, steps: int = 1) -> np.ndarray:
    """Return the value of the same economy `steps` positions earlier, missing where there is none."""
    economies = series.index.get_level_values("economy")
    keyed = pd.Series(series.to_numpy(), index=pd.MultiIndex.from_arrays([economies, place]))
    return keyed.reindex(pd.MultiIndex.from_arrays([economies, place - steps])).to_numpy()


def differenced(rows: pd.DataFrame, place: np.ndarray) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the changes from one position to the next, and the positions of those that exist."""
    changes = rows - pd.DataFrame({name: lagged(rows[name], place) for name in rows}, index=rows.index)
    there = changes.notna().all(axis=1).to_numpy()
    return changes[there], place[there]


def reservations(index: pd.Index, by: str, place: np.ndarray) -> Iterable[str]:
    """Return what to say of the steps: their unit, pairs left out across missing waves, and few of them."""
    economies = index.get_level_values("economy")
    neighbours = economies[1:] == economies[:-1]
    across = int((neighbours & (np.diff(place) > 1)).sum())
    count = len(np.unique(place))
    if by == "wave":
        yield "One step is one wave, whatever the years between waves."
    if across:
        yield f"{across} neighbouring rows with a missing wave between them are not paired."
    if count < FEW_YEARS:
        yield f"With {count} {by}s it has little power."


def _check_consecutive(index: pd.Index, where: str) -> None:
    """Raise at the first economy whose years have a gap."""
    economies, labels = index.get_level_values("economy"), index.get_level_values("year").to_numpy(dtype=int)
    jumps = np.flatnonzero((economies[1:] == economies[:-1]) & (np.diff(labels) > 1))
    if len(jumps):
        economy, before, after = economies[jumps[0]], labels[jumps[0]], labels[jumps[0] + 1]
        raise InputError(
            f"{where}: economy '{economy}' goes from {before} to {after}, one of {len(jumps)} gaps; this test needs "
            "consecutive years: use by='wave' if steps between waves are what you mean, and say so"
        )
