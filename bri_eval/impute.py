"""Fill missing cells by a declared rule; every filled cell is named with the rule that filled it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, known

if TYPE_CHECKING:
    from collections.abc import Callable

    Filler = Callable[[pd.DataFrame, pd.Series, int], pd.DataFrame]


def impute(
    panel: pd.DataFrame, imputer: str = "linear_time", *, groups: pd.Series | None = None, donors: int = 3
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fill missing cells.

    Parameters
    ----------
    panel
        Indexed by (economy, year), or by alternative only (then ``linear_time`` fills nothing).
    imputer
        A name in ``IMPUTERS``: a chain of rules, each of which fills what the ones before it left.
    groups
        Economy to group, such as its region; without it all economies are one group.
    donors
        How many observed members a group needs in that year before its median or mean is used.

    Returns
    -------
    tuple of DataFrame
        The filled panel, and a table of the same shape that holds the rule's name where a cell was filled, else "".

    Notes
    -----
    Every rule looks at observed cells only, never at filled ones. ``linear_time`` interpolates by calendar years
    between an economy's observed values, holds the first and the last beyond them, and gives economies that were
    never observed the median of their group in that year, or of all economies where the group has too few donors.
    """
    chain = known("imputer", imputer, IMPUTERS)
    filled, how = panel.astype(float), pd.DataFrame("", index=panel.index, columns=panel.columns)
    if not panel.isna().to_numpy().any():
        return filled, how
    if chain[:1] == ("linear in time",) and "year" not in panel.index.names:
        return filled, how
    economy = panel.index.get_level_values(0)
    group = pd.Series("all" if groups is None else economy.map(groups.to_dict()), index=panel.index)
    for rule in chain:
        proposal = FILLERS[rule](panel, group.fillna("none"), donors)
        take = filled.isna() & proposal.notna()
        filled, how = filled.where(~take, proposal), how.mask(take, rule)
    return filled, how


def check_complete(panel: pd.DataFrame, imputer: str) -> None:
    """Raise at the first cell that is still missing."""
    missing = panel.isna()
    if missing.to_numpy().any():
        code = missing.any().idxmax()
        row = missing[code].idxmax()
        where = " ".join(str(part) for part in row) if isinstance(row, tuple) else row
        raise InputError(
            f"indicator '{code}' is missing for {where} ({int(missing.to_numpy().sum())} cells in all) after imputer "
            f"'{imputer}'; choose another imputer, exclude the indicator, or screen out rows with few values"
        )


def _linear(panel: pd.DataFrame, _group: pd.Series, _donors: int) -> pd.DataFrame:
    """Interpolate by calendar years between observed values of one economy."""
    return _over_time(panel, hold=False)


def _held(panel: pd.DataFrame, _group: pd.Series, _donors: int) -> pd.DataFrame:
    """Hold an economy's first and last observed value beyond them."""
    return _over_time(panel, hold=True)


def _over_time(panel: pd.DataFrame, *, hold: bool) -> pd.DataFrame:
    """Interpolate each column of each economy; beyond the observed years hold the ends, or leave them missing."""
    result = panel.astype(float).copy()
    if "year" not in panel.index.names:
        return result
    for _, rows in panel.sort_index(level="year").groupby(level="economy"):
        year = rows.index.get_level_values("year").to_numpy(dtype=float)
        for code in rows.columns[rows.isna().any() & rows.notna().any()]:
            seen = rows[code].notna().to_numpy()
            ends = {} if hold else {"left": np.nan, "right": np.nan}
            result.loc[rows.index, code] = np.interp(year, year[seen], rows[code].to_numpy(dtype=float)[seen], **ends)
    return result


def _group_median(panel: pd.DataFrame, group: pd.Series, donors: int) -> pd.DataFrame:
    """Take the median of the group in the same year."""
    return _among(panel, [group, *_years(panel)], "median", donors)


def _group_mean(panel: pd.DataFrame, group: pd.Series, donors: int) -> pd.DataFrame:
    """Take the mean of the group in the same year."""
    return _among(panel, [group, *_years(panel)], "mean", donors)


def _median(panel: pd.DataFrame, group: pd.Series, _donors: int) -> pd.DataFrame:
    """Take the median of all economies in the same year."""
    return _among(panel, _years(panel) or [group.map(lambda _: "all")], "median", 1)


def _mean(panel: pd.DataFrame, group: pd.Series, _donors: int) -> pd.DataFrame:
    """Take the mean of all economies in the same year."""
    return _among(panel, _years(panel) or [group.map(lambda _: "all")], "mean", 1)


def _years(panel: pd.DataFrame) -> list[pd.Series]:
    """Give the year of each row as a grouping key, where there are years."""
    if "year" not in panel.index.names:
        return []
    return [pd.Series(panel.index.get_level_values("year"), index=panel.index)]


def _among(
    panel: pd.DataFrame, keys: list[pd.Series], statistic: Literal["median", "mean"], donors: int
) -> pd.DataFrame:
    """Give every cell the statistic of its column among rows with the same keys, if enough are observed."""
    grouped = panel.groupby(keys)
    return grouped.transform(statistic).where(grouped.transform("count") >= donors)


FILLERS: dict[str, Filler] = {
    "linear in time": _linear,
    "held in time": _held,
    "group median": _group_median,
    "group mean": _group_mean,
    "median": _median,
    "mean": _mean,
}

IMPUTERS: dict[str, tuple[str, ...]] = {
    "none": (),
    "linear_time": ("linear in time", "held in time", "group median", "median"),
    "group_median": ("group median", "median"),
    "group_mean": ("group mean", "mean"),
    "median": ("median",),
    "mean": ("mean",),
}
