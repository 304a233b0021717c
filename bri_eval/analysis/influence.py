"""What a single indicator or pillar does to the ranking: leave each out in turn."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import stats

from bri_eval.checks import InputError, listing, unknown
from bri_eval.evaluation import evaluate
from bri_eval.hierarchy import without

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bri_eval.framework import Framework
    from bri_eval.recipe import Recipe
    from bri_eval.weights.judgements import Judgement

LEVELS = ("indicator", "pillar")


def leave_out(
    panel: pd.DataFrame,
    framework: Framework,
    recipe: Recipe,
    judgements: Iterable[Judgement] | None = None,
    *,
    groups: pd.Series | None = None,
    year: int,
    level: str = "indicator",
) -> pd.DataFrame:
    """Compare the ranking of a year with the one without each indicator or pillar.

    Parameters
    ----------
    panel, framework, recipe, judgements, groups
        As in ``evaluate``. What the recipe excludes stays excluded.
    year
        Whose ranks are compared; all years of the panel are evaluated.
    level
        ``"indicator"`` or ``"pillar"``.

    Returns
    -------
    DataFrame
        One row per node left out, in framework order: economies, spearman, kendall (tau-b), mean_shift (absolute),
        furthest (the economy that moves most) and furthest_shift (a plus is a fall).

    Raises
    ------
    InputError
        For an unknown level or year, or as ``evaluate`` does.

    Notes
    -----
    Everything is evaluated again: weights are found anew among what stays, and an economy that lacked a required
    indicator may enter. Only economies in both rankings are compared, ranked among themselves.

    References
    ----------
    handbook2008, step 7.

    Examples
    --------
    >>> import bri_eval as be, pandas as pd
    >>> from bri_eval.framework import flat_framework
    >>> rows = pd.MultiIndex.from_product([list("ABC"), [2016, 2018]], names=["economy", "year"])
    >>> panel = pd.DataFrame({"road": [1.0, 2, 4, 5, 3, 9], "rail": [2.0, 3, 1, 3, 4, 5]}, index=rows)
    >>> tree = flat_framework((("road", "benefit"), ("rail", "benefit")))
    >>> leave_out(panel, tree, be.Recipe(), year=2018)[["spearman", "furthest"]].values.tolist()
    [[0.8660254037844387, 'A'], [1.0, '']]
    """
    shifts = leave_out_shifts(panel, framework, recipe, judgements, groups=groups, year=year, level=level)
    rows = {code: agreement(moved) for code, moved in shifts.items()}
    return pd.DataFrame(rows.values(), index=pd.Index(rows, name="left_out"))


def leave_out_shifts(
    panel: pd.DataFrame,
    framework: Framework,
    recipe: Recipe,
    judgements: Iterable[Judgement] | None = None,
    *,
    groups: pd.Series | None = None,
    year: int,
    level: str = "indicator",
) -> dict[str, pd.DataFrame]:
    """Give for each node left out the table of ``rank_shift``; arguments as in ``leave_out``."""
    if level not in LEVELS:
        raise InputError(unknown("level", level, LEVELS))
    reduced = without(framework, recipe.exclude)
    judgements = None if judgements is None else tuple(judgements)

    def ranks(one: Recipe) -> pd.Series:
        evaluation = evaluate(panel, framework, one, judgements, groups=groups)
        years = evaluation.ranks.index.unique("year")
        if year not in years:
            raise InputError(f"no economy is ranked in {year}; years are {listing(years)}")
        return evaluation.ranks_in(year)

    full = ranks(recipe)
    codes = reduced.codes if level == "indicator" else reduced.pillars
    return {
        code: rank_shift(full, ranks(dataclasses.replace(recipe, exclude=(*recipe.exclude, code)))) for code in codes
    }


def rank_shift(before: pd.Series, after: pd.Series) -> pd.DataFrame:
    """Compare two rankings of the economies that both have, ranked among themselves.

    Parameters
    ----------
    before, after
        Ranks (1 is best) by economy, or by (economy, year), then ranked within each year.

    Returns
    -------
    DataFrame
        One row per economy (and year) in both: before, after, shift = after - before; a plus is a fall.

    Raises
    ------
    InputError
        If the rankings share no economy.

    Examples
    --------
    >>> first, second = pd.Series({"A": 1, "B": 2, "C": 3}), pd.Series({"A": 2, "C": 1, "D": 3})
    >>> rank_shift(first, second).loc["C"].tolist()
    [2, 1, -1]
    """
    both = pd.DataFrame({"before": before, "after": after}).dropna()
    if both.empty:
        raise InputError("the two rankings share no economy; there is nothing to compare")
    within = both.groupby(level="year") if "year" in both.index.names else both
    ranks = within.rank(method="min").astype(int)
    return ranks.assign(shift=ranks["after"] - ranks["before"])


def agreement(moved: pd.DataFrame) -> dict[str, Any]:
    """Summarise a table of ``rank_shift``.

    Parameters
    ----------
    moved
        From ``rank_shift``.

    Returns
    -------
    dict
        economies (rows), spearman and kendall tau-b of the ranks (missing if all are tied), mean_shift (absolute),
        furthest and furthest_shift, of the first row that moves most ("" and 0 if none does).

    Examples
    --------
    >>> moved = rank_shift(pd.Series({"A": 1, "B": 2, "C": 3}), pd.Series({"A": 2, "B": 1, "C": 3}))
    >>> agreement(moved)["spearman"], agreement(moved)["furthest"]
    (0.5, 'A')
    """
    shift = moved["shift"]
    furthest: Any = shift.abs().idxmax()
    named = " ".join(map(str, furthest)) if isinstance(furthest, tuple) else str(furthest)
    tied = bool((moved[["before", "after"]].nunique() < 2).any())
    return {
        "economies": len(moved),
        "spearman": np.nan if tied else float(stats.spearmanr(moved["before"], moved["after"]).statistic),
        "kendall": np.nan if tied else float(stats.kendalltau(moved["before"], moved["after"]).statistic),
        "mean_shift": float(shift.abs().mean()),
        "furthest": named if shift.any() else "",
        "furthest_shift": int(shift[furthest]),
    }
