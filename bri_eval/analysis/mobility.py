"""Who overtakes whom: transitions between classes of scores, and ranks from edition to edition."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from bri_eval.analysis.influence import agreement, rank_shift
from bri_eval.checks import InputError, check_matrix, label


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Transitions:
    """Moves between classes from one edition to the next.

    Parameters
    ----------
    limits
        Inner limits of the classes: pooled quantiles; a score equal to a limit belongs to the upper class.
    counts
        Class before x class after, 1 the lowest; number of economies.
    shares
        Counts over their row's sum; a row sums to 1, or is missing if no economy was ever in the class.

    Examples
    --------
    >>> rows = pd.MultiIndex.from_product([list("ABCD"), [2016, 2018]], names=["economy", "year"])
    >>> scores = pd.Series([0.2, 0.4, 0.4, 0.6, 0.6, 0.7, 0.8, 0.8], index=rows)
    >>> transitions(scores, classes=2).limits.round(2).tolist()
    [0.6]
    """

    limits: pd.Series
    counts: pd.DataFrame
    shares: pd.DataFrame


def transitions(scores: pd.Series, classes: int = 4) -> Transitions:
    """Count moves between classes from each edition to the next.

    Parameters
    ----------
    scores
        Indexed by (economy, year), comparable over years.
    classes
        Number of classes of equal size over all economy-years, 2 or more.

    Returns
    -------
    Transitions
        Limits, counts and shares (the Markov transition matrix).

    Notes
    -----
    Editions are the years of the scores, in order; their distance in calendar years may differ, and then a step is an
    edition and not a year. An economy without a score in one of two adjacent editions makes no move between them.

    References
    ----------
    quah1993.

    Examples
    --------
    >>> rows = pd.MultiIndex.from_product([list("ABCD"), [2016, 2018]], names=["economy", "year"])
    >>> scores = pd.Series([0.2, 0.4, 0.4, 0.6, 0.6, 0.7, 0.8, 0.8], index=rows)
    >>> transitions(scores, classes=2).counts.values.tolist()
    [[1, 1], [0, 2]]
    """
    y = check_scores(scores)
    limits = _class_limits(y, classes)
    number = by_edition(pd.Series(np.digitize(y, limits) + 1, index=y.index))
    labels = pd.RangeIndex(1, classes + 1)
    cells = np.zeros((classes, classes), dtype=int)
    for before, after in pairwise(number.columns):
        both = number[[before, after]].dropna().astype(int).to_numpy() - 1
        np.add.at(cells, (both[:, 0], both[:, 1]), 1)
    counts = pd.DataFrame(cells, index=labels.rename("before"), columns=labels.rename("after"))
    shares = counts.div(counts.sum(axis=1).replace(0, np.nan), axis=0)
    return Transitions(limits=limits, counts=counts, shares=shares)


def rank_mobility(ranks: pd.Series) -> pd.DataFrame:
    """Tabulate how far ranks move from each edition to the next.

    Parameters
    ----------
    ranks
        Indexed by (economy, year); 1 is best.

    Returns
    -------
    DataFrame
        One row per pair of adjacent editions: n, spearman, kendall (tau-b), mean_shift (absolute), riser and faller
        (the economy that gains and loses most) with riser_shift and faller_shift; a plus is a fall.

    Notes
    -----
    Economies in both editions are ranked among themselves first. Ranks are made within a year, so those of scores by
    year may be followed over time as well.

    Examples
    --------
    >>> rows = pd.MultiIndex.from_product([list("ABC"), [2016, 2018]], names=["economy", "year"])
    >>> rank_mobility(pd.Series([1, 2, 2, 1, 3, 3], index=rows))[["n", "mean_shift", "riser"]].round(2).values.tolist()
    [[3, 0.67, 'B']]
    """
    table = by_edition(check_scores(ranks, over_years=False))
    rows = [_moves(table[before], table[after]) for before, after in pairwise(table.columns)]
    index = pd.MultiIndex.from_tuples(list(pairwise(table.columns)), names=["before", "after"])
    return pd.DataFrame(rows, index=index)


def by_edition(scores: pd.Series) -> pd.DataFrame:
    """Arrange a column indexed by (economy, year) as economies x years."""
    return scores.unstack("year")  # noqa: PD010


def check_comparable(scores: pd.Series | pd.DataFrame) -> None:
    """Raise if the scores are of several years and each year has its own scale."""
    several = "year" in scores.index.names and len(scores.index.unique("year")) > 1
    if several and scores.attrs.get("scope") == "by_year":
        raise InputError("scores by year do not compare over years; evaluate with scope='pooled'")


def check_scores(scores: pd.Series, *, positive: bool = False, over_years: bool = True) -> pd.Series:
    """Return the scores as floats, sorted, or raise at what a comparison over years cannot use."""
    if not isinstance(scores, pd.Series) or list(scores.index.names) != ["economy", "year"]:
        raise InputError("expected one column indexed by (economy, year), such as evaluation.scores['capability']")
    if over_years:
        check_comparable(scores)
    y = check_matrix(scores.to_frame("score"), "column of scores")["score"].sort_index()
    if positive and (y <= 0).any():
        first = y.index[y <= 0][0]
        raise InputError(f"the score of {label(first)} is {y[first]:g}; its logarithm needs a value above 0")
    return y


def _class_limits(y: pd.Series, classes: int) -> pd.Series:
    """Give the inner quantiles that divide all scores into classes of equal size."""
    if classes < 2:
        raise InputError(f"classes is {classes}; expected 2 or more")
    limits = y.quantile(np.arange(1, classes) / classes)
    if limits.duplicated().any() or len(y.index.unique("year")) < 2:
        raise InputError(f"{len(y)} scores cannot be put into {classes} classes over two editions; take fewer classes")
    return limits.rename("limit").rename_axis("quantile")


def _moves(before: pd.Series, after: pd.Series) -> dict[str, object]:
    """Compare the ranks of two editions."""
    moved = rank_shift(before, after)
    shift = moved["shift"]
    told = agreement(moved)
    return {
        "n": told["economies"],
        "spearman": told["spearman"],
        "kendall": told["kendall"],
        "mean_shift": told["mean_shift"],
        "riser": shift.idxmin(),
        "riser_shift": shift.min(),
        "faller": shift.idxmax(),
        "faller_shift": shift.max(),
    }
