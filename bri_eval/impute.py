"""Fill missing cells by a declared rule; every filled cell is named with the rule that filled it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, bind, known

if TYPE_CHECKING:
    from collections.abc import Callable

    Filler = Callable[..., pd.DataFrame]


def impute(
    panel: pd.DataFrame,
    imputer: str = "linear_time",
    *,
    groups: pd.Series | None = None,
    donors: int = 3,
    neighbours: int = 5,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fill missing cells.

    Parameters
    ----------
    panel
        Indexed by (economy, year), or by alternative only (then rules over time fill nothing).
    imputer
        A name in ``IMPUTERS``: a chain of rules, each of which fills what the ones before it left.
    groups
        Economy to group, such as its region; without it all economies are one group.
    donors
        How many observed members a group needs in that year before its median or mean is used.
    neighbours
        How many rows ``nearest_neighbours`` averages, nearest in the standardised indicators.

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
    filled = panel.to_numpy(dtype=float, copy=True)
    how = np.full(panel.shape, "", dtype=object)
    over_time = chain[:1] in (("linear in time",), ("nearest in time",))
    economy = panel.index.get_level_values(0)
    group = pd.Series("all" if groups is None else economy.map(groups.to_dict()), index=panel.index).fillna("none")
    for rule in () if over_time and "year" not in panel.index.names else chain:
        if not np.isnan(filled).any():
            break
        given = {"groups": group, "donors": donors, "neighbours": neighbours}
        proposal = bind(FILLERS[rule], given)(panel).to_numpy()
        take = np.isnan(filled) & ~np.isnan(proposal)
        filled[take], how[take] = proposal[take], rule
    rules = pd.DataFrame(how, index=panel.index, columns=panel.columns, dtype="str")
    return pd.DataFrame(filled, index=panel.index, columns=panel.columns), rules


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


def _linear(panel: pd.DataFrame) -> pd.DataFrame:
    """Interpolate by calendar years between observed values of one economy."""
    return _over_time(panel, hold=False)


def _held(panel: pd.DataFrame) -> pd.DataFrame:
    """Hold an economy's first and last observed value beyond them."""
    return _over_time(panel, hold=True)


def _over_time(panel: pd.DataFrame, *, hold: bool) -> pd.DataFrame:
    """Interpolate each column of each economy; beyond the observed years hold the ends, or leave them missing."""
    ends = {} if hold else {"left": np.nan, "right": np.nan}
    return _each_series(panel, lambda year, seen, value: np.interp(year, year[seen], value[seen], **ends))


def _each_series(panel: pd.DataFrame, fill: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]) -> pd.DataFrame:
    """Fill every column of every economy that has gaps and values, its years in order."""
    values = panel.to_numpy(dtype=float, copy=True)
    if "year" in panel.index.names:
        years = panel.index.get_level_values("year").to_numpy(dtype=float)
        for rows in panel.groupby(level="economy").indices.values():
            rows = np.asarray(rows)[np.argsort(years[rows], kind="stable")]
            gaps = np.isnan(values[rows])
            for column in np.flatnonzero(gaps.any(axis=0) & ~gaps.all(axis=0)):
                values[rows, column] = fill(years[rows], ~gaps[:, column], values[rows, column])
    return pd.DataFrame(values, index=panel.index, columns=panel.columns)


def _group_median(panel: pd.DataFrame, *, groups: pd.Series, donors: int) -> pd.DataFrame:
    """Take the median of the group in the same year."""
    return _among(panel, [groups, *_years(panel)], "median", donors)


def _group_mean(panel: pd.DataFrame, *, groups: pd.Series, donors: int) -> pd.DataFrame:
    """Take the mean of the group in the same year."""
    return _among(panel, [groups, *_years(panel)], "mean", donors)


def _median(panel: pd.DataFrame) -> pd.DataFrame:
    """Take the median of all economies in the same year."""
    return _among(panel, _years(panel), "median", 1)


def _mean(panel: pd.DataFrame) -> pd.DataFrame:
    """Take the mean of all economies in the same year."""
    return _among(panel, _years(panel), "mean", 1)


def _nearest(panel: pd.DataFrame) -> pd.DataFrame:
    """Take an economy's value of the nearest year, the earlier of two equally near."""

    def nearest(year: np.ndarray, seen: np.ndarray, value: np.ndarray) -> np.ndarray:
        return value[seen][np.abs(year[:, None] - year[seen]).argmin(axis=1)]

    return _each_series(panel, nearest)


def _neighbours(panel: pd.DataFrame, *, neighbours: int) -> pd.DataFrame:
    """Average the nearest rows in the standardised indicators (scikit-learn)."""
    from sklearn.impute import KNNImputer

    return _standardised(panel, KNNImputer(n_neighbors=neighbours).fit_transform)


def _iterative(panel: pd.DataFrame) -> pd.DataFrame:
    """Regress every indicator on the others, round after round (scikit-learn's chained equations)."""
    from sklearn.experimental import enable_iterative_imputer  # noqa: F401
    from sklearn.impute import IterativeImputer

    return _standardised(panel, IterativeImputer(max_iter=100, tol=1e-4, random_state=0).fit_transform)


def _standardised(panel: pd.DataFrame, fill: Callable[[np.ndarray], np.ndarray]) -> pd.DataFrame:
    """Fill in standardised units and go back to the panel's; indicators without any value stay missing."""
    some = panel.columns[panel.notna().any()]
    mean, spread = panel[some].mean(), panel[some].std().replace(0, 1).fillna(1)
    filled = fill(((panel[some] - mean) / spread).to_numpy(dtype=float)) * spread.to_numpy() + mean.to_numpy()
    return pd.DataFrame(filled, index=panel.index, columns=some).reindex(columns=panel.columns)


def _years(panel: pd.DataFrame) -> list[pd.Series]:
    """Give the year of each row as a grouping key, the same for all where there are no years."""
    if "year" not in panel.index.names:
        return [pd.Series(0, index=panel.index)]
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
    "nearest in time": _nearest,
    "nearest neighbours": _neighbours,
    "iterative": _iterative,
}

IMPUTERS: dict[str, tuple[str, ...]] = {
    "none": (),
    "linear_time": ("linear in time", "held in time", "group median", "median"),
    "group_median": ("group median", "median"),
    "group_mean": ("group mean", "mean"),
    "median": ("median",),
    "mean": ("mean",),
    "nearest_time": ("nearest in time", "group median", "median"),
    "nearest_neighbours": ("nearest neighbours",),
    "iterative": ("iterative",),
}
