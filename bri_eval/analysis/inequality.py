"""How unequal are the scores, and is it within or between groups: Gini, Theil, Dagum's decomposition."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bri_eval.analysis.mobility import check_comparable
from bri_eval.checks import InputError, check_matrix, label

if TYPE_CHECKING:
    from collections.abc import Sequence

    Values = pd.Series | np.ndarray | Sequence[float]
    Groups = pd.Series | Mapping[str, str] | Sequence[str] | np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dagum:
    """A Gini coefficient divided by subgroups: ``gini = within + net_between + transvariation``.

    Parameters
    ----------
    gini
        Of all values together.
    within
        Part from inequality inside the groups.
    net_between
        Part from differences between groups, net of overlap.
    transvariation
        Part from overlap: members of the poorer group above members of the richer.
    groups
        One row per group: n, mean, population_share, value_share, gini.
    pairs
        One row per pair: upper and lower (by mean), gini, distance (relative economic affluence, 0 to 1), weight,
        and the pair's net_between and transvariation.

    Examples
    --------
    >>> found = dagum([1, 2, 3, 4, 5, 6, 7], ["a", "a", "a", "b", "b", "b", "b"])
    >>> round(found.gini - found.within - found.net_between - found.transvariation, 12)
    0.0
    """

    gini: float
    within: float
    net_between: float
    transvariation: float
    groups: pd.DataFrame
    pairs: pd.DataFrame


def gini(values: Values) -> float:
    r"""Give the Gini coefficient, population form.

    :math:`G = \sum_i \sum_h |y_i - y_h| / (2 n^2 \bar y)`.

    Parameters
    ----------
    values
        One number >= 0 per economy, not all 0.

    Returns
    -------
    float
        0 (all equal) to (n - 1)/n.

    Examples
    --------
    >>> round(gini([1, 2, 3, 4, 5]), 6)
    0.266667
    """
    return gini_value(_check_values(values, "gini", zero=True).to_numpy())


def theil(values: Values) -> float:
    r"""Give Theil's T, :math:`(1/n) \sum_i (y_i/\bar y) \ln(y_i/\bar y)`, for numbers above 0.

    Parameters
    ----------
    values
        Above 0.

    Returns
    -------
    float
        0 if all are equal.

    References
    ----------
    theil1967.

    Examples
    --------
    >>> round(theil([1, 2, 3, 4, 5]), 6)
    0.119688
    """
    y = _check_values(values, "theil").to_numpy()
    return float((y / y.mean() * np.log(y / y.mean())).mean())


def mean_log_deviation(values: Values) -> float:
    r"""Give the mean log deviation (Theil's L), :math:`-(1/n) \sum_i \ln(y_i/\bar y)`, for numbers above 0.

    Parameters
    ----------
    values
        Above 0.

    Returns
    -------
    float
        0 if all are equal.

    References
    ----------
    theil1967.

    Examples
    --------
    >>> round(mean_log_deviation([1, 2, 3, 4, 5]), 6)
    0.141114
    """
    y = _check_values(values, "mean_log_deviation").to_numpy()
    return float(-np.log(y / y.mean()).mean())


def dagum(values: Values, groups: Groups) -> Dagum:
    r"""Divide the Gini coefficient into within, net between and transvariation.

    With p and s the shares of a group in number and in value, and for a pair with :math:`\bar y_j \ge \bar y_h`:
    :math:`G_{jh} = mean|y_j - y_h| / (\bar y_j + \bar y_h)`, :math:`D_{jh} = (\delta - \pi)/(\delta + \pi)`,
    :math:`\delta = mean (y_j - y_h)^+`, :math:`\pi = mean (y_h - y_j)^+`;
    :math:`G_w = \sum_j G_{jj} p_j s_j`, :math:`G_{nb} = \sum_{jh} G_{jh} (p_j s_h + p_h s_j) D_{jh}`, and
    :math:`G_t` the same with :math:`1 - D_{jh}`.

    Parameters
    ----------
    values
        One number >= 0 per economy, not all 0.
    groups
        Economy to group, as from ``read_groups``, or a list in the order of the values.

    Returns
    -------
    Dagum
        The parts, which add up, and the tables by group and by pair.

    Raises
    ------
    InputError
        For a negative or missing value, or an economy without group.

    References
    ----------
    dagum1997.

    Examples
    --------
    >>> found = dagum([1, 2, 3, 4, 5, 6, 7], ["a", "a", "a", "b", "b", "b", "b"])
    >>> round(found.within, 6), round(found.net_between, 6), round(found.transvariation, 6)
    (0.071429, 0.214286, 0.0)
    """
    y = _check_values(values, "dagum", zero=True)
    members = {name: part.to_numpy() for name, part in y.groupby(group_labels(y, groups))}
    table = _group_table(members)
    rows = [_pair(members, table, *pair) for pair in itertools.combinations(members, 2)]
    columns = ["upper", "lower", "gini", "distance", "weight", "net_between", "transvariation"]
    pairs = pd.DataFrame(rows, columns=columns)
    return Dagum(
        gini=gini_value(y.to_numpy()),
        within=float((table["gini"] * table["population_share"] * table["value_share"]).sum()),
        net_between=float(pairs["net_between"].sum()),
        transvariation=float(pairs["transvariation"].sum()),
        groups=table,
        pairs=pairs,
    )


def theil_decomposition(values: Values, groups: Groups) -> pd.DataFrame:
    r"""Divide Theil's T and L into within and between groups.

    :math:`T = \sum_g s_g T_g + \sum_g s_g \ln(s_g/p_g)`; :math:`L = \sum_g p_g L_g + \sum_g p_g \ln(p_g/s_g)`, with p
    and s the shares of a group in number and in value.

    Parameters
    ----------
    values
        One number > 0 per economy.
    groups
        As in ``dagum``.

    Returns
    -------
    DataFrame
        Rows theil and mean_log_deviation; columns total, within, between, between_share (missing if the total is 0).

    References
    ----------
    theil1967.

    Examples
    --------
    >>> theil_decomposition([1, 2, 3, 4], ["a", "a", "b", "b"]).round(4).loc["theil"].to_dict()
    {'total': 0.1064, 'within': 0.0242, 'between': 0.0823, 'between_share': 0.773}
    """
    y = _check_values(values, "theil_decomposition")
    of = group_labels(y, groups)
    p = y.groupby(of).size() / len(y)
    s = y.groupby(of).sum() / y.sum()
    rows = {}
    for measure, share, other in ((theil, s, p), (mean_log_deviation, p, s)):
        inside = y.groupby(of).agg(measure)
        within, between = float((share * inside).sum()), float((share * np.log(share / other)).sum())
        rows[measure.__name__] = {"total": measure(y), "within": within, "between": between}
    table = pd.DataFrame(rows).T
    return table.assign(between_share=(table["between"] / table["total"]).where(table["total"] > 0))


def inequality_by_year(scores: pd.Series, groups: Groups | None = None) -> pd.DataFrame:
    """Measure the inequality of every year.

    Parameters
    ----------
    scores
        Indexed by (economy, year), above 0, comparable over years.
    groups
        Economy to group; adds the parts of the Gini coefficient and the share of T between groups.

    Returns
    -------
    DataFrame
        One row per year: n, mean, gini, theil, mean_log_deviation, and with groups gini_within, gini_net_between,
        gini_transvariation, theil_between_share.

    Raises
    ------
    InputError
        For scores by year, which have their own zero each year.

    Examples
    --------
    >>> rows = pd.MultiIndex.from_product([list("ABCD"), [2016, 2018]], names=["economy", "year"])
    >>> scores = pd.Series([0.2, 0.4, 0.4, 0.6, 0.6, 0.7, 0.8, 0.8], index=rows)
    >>> inequality_by_year(scores)["gini"].round(3).to_dict()
    {2016: 0.25, 2018: 0.13}
    """
    check_comparable(scores)
    return pd.DataFrame({year: _one_year(part, groups) for year, part in scores.groupby(level="year")}).T.rename_axis(
        "year"
    )


def group_labels(values: pd.Series, groups: Groups) -> pd.Series:
    """Give the group of every value, or raise naming the first economy that has none."""
    if isinstance(groups, pd.Series) and groups.index.equals(values.index):
        found = groups
    elif isinstance(groups, pd.Series | Mapping):
        found = pd.Series(values.index.get_level_values(0).map(dict(groups)), index=values.index)
    elif len(groups) == len(values):
        found = pd.Series(list(groups), index=values.index)
    else:
        raise InputError(f"{len(groups)} groups for {len(values)} values; give one for each, or economy to group")
    if found.isna().any():
        first = label(found.index[found.isna()][0])
        raise InputError(f"{first} has no group ({int(found.isna().sum())} in all); add it, or leave the economy out")
    return found


def gini_value(y: np.ndarray) -> float:
    """Give the population Gini coefficient of an array; 0 if all are 0."""
    n, total = len(y), y.sum()
    return float((2 * np.arange(1, n + 1) - n - 1) @ np.sort(y) / (n * total)) if total else 0.0


def _check_values(values: Values, what: str, *, zero: bool = False) -> pd.Series:
    """Return the values as a float Series, or raise at the first that the measure cannot use."""
    series = check_matrix(pd.Series(values).to_frame("value"), f"table of {what}")["value"]
    bad = series < 0 if zero else series <= 0
    if bad.any():
        first = series.index[bad][0]
        raise InputError(f"{what} needs values {'>= 0' if zero else '> 0'}; {label(first)} is {series[first]:g}")
    if not series.sum():
        raise InputError(f"{what}: all {len(series)} values are 0; inequality needs a mean above 0")
    return series


def _group_table(members: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Tabulate number, mean, shares and Gini coefficient of each group."""
    n = pd.Series({name: float(len(y)) for name, y in members.items()})
    sums = pd.Series({name: y.sum() for name, y in members.items()})
    ginis = pd.Series({name: gini_value(y) for name, y in members.items()})
    shares = {"population_share": n / n.sum(), "value_share": sums / sums.sum()}
    return pd.DataFrame({"n": n.astype(int), "mean": sums / n, **shares, "gini": ginis}).rename_axis("group")


def _pair(members: Mapping[str, np.ndarray], table: pd.DataFrame, first: str, second: str) -> tuple[object, ...]:
    """Give one row of the table by pair."""
    upper, lower = (first, second) if table["mean"][first] >= table["mean"][second] else (second, first)
    gaps = members[upper][:, None] - members[lower]
    above, below = np.maximum(gaps, 0).mean(), np.maximum(-gaps, 0).mean()
    apart = above + below
    p, s = table["population_share"], table["value_share"]
    between = apart / (table["mean"][upper] + table["mean"][lower]) if apart else 0.0
    distance = (above - below) / apart if apart else 0.0
    weight = p[upper] * s[lower] + p[lower] * s[upper]
    return upper, lower, between, distance, weight, between * weight * distance, between * weight * (1 - distance)


def _one_year(part: pd.Series, groups: Groups | None) -> dict[str, Any]:
    """Measure one year."""
    y = part.droplevel("year")
    row: dict[str, Any] = {
        "n": len(y),
        "mean": y.mean(),
        "gini": gini(y),
        "theil": theil(y),
        "mean_log_deviation": mean_log_deviation(y),
    }
    if groups is None:
        return row
    parts = dagum(y, groups)
    row |= {"gini_within": parts.within, "gini_net_between": parts.net_between}
    row |= {"gini_transvariation": parts.transvariation}
    return row | {"theil_between_share": theil_decomposition(y, groups).loc["theil", "between_share"]}
