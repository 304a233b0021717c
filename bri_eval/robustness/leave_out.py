"""Leave each indicator, pillar or economy out in turn: what it does to the ranking of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bri_eval.analysis.influence import agreement, leave_out_shifts, rank_shift
from bri_eval.checks import InputError, label, listing
from bri_eval.evaluation import evaluate
from bri_eval.hierarchy import without
from bri_eval.workers import each

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bri_eval.evaluation import Evaluation
    from bri_eval.framework import Framework
    from bri_eval.recipe import Recipe
    from bri_eval.weights.judgements import Judgement


def leave_out_indicators(
    panel: pd.DataFrame,
    framework: Framework,
    recipe: Recipe,
    judgements: Iterable[Judgement] | None = None,
    *,
    year: int,
    groups: pd.Series | None = None,
) -> pd.DataFrame:
    """Compare the ranking of a year with the one without each pillar and each indicator.

    Parameters
    ----------
    panel, framework, recipe, judgements, groups
        As in ``evaluate``. What the recipe excludes stays excluded.
    year
        Whose ranks are compared; all years of the panel are evaluated.

    Returns
    -------
    DataFrame
        By (level, left_out), pillars first, in framework order: economies, spearman, kendall (tau-b), mean_shift
        (absolute), furthest (the economy that moves most), furthest_shift (a plus is a fall), reversals (pairs whose
        order turns round), leader (without it), leader_changed.

    Notes
    -----
    Everything is evaluated again, weights included; see ``analysis.influence.leave_out``. A pillar without siblings
    cannot be left out and is not listed.

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
    >>> leave_out_indicators(panel, tree, be.Recipe(), year=2018)[["furthest", "leader"]].values.tolist()
    [['A', 'C'], ['', 'C']]
    """
    judgements = None if judgements is None else tuple(judgements)
    lone = len(without(framework, recipe.exclude).pillars) < 2
    rows = {
        (level, code): _told(moved)
        for level in (("indicator",) if lone else ("pillar", "indicator"))
        for code, moved in leave_out_shifts(
            panel, framework, recipe, judgements, groups=groups, year=year, level=level
        ).items()
    }
    return pd.DataFrame(rows.values(), index=pd.MultiIndex.from_tuples(rows, names=["level", "left_out"]))


def leave_out_economies(
    panel: pd.DataFrame,
    framework: Framework,
    recipe: Recipe,
    judgements: Iterable[Judgement] | None = None,
    *,
    year: int,
    groups: pd.Series | None = None,
) -> pd.DataFrame:
    """See whether economies keep their order when one of them was never there.

    Parameters
    ----------
    panel, framework, recipe, judgements, groups
        As in ``evaluate``.
    year
        Whose ranks are compared. An economy is left out with all its years.

    Returns
    -------
    DataFrame
        One row per economy left out, in the order of the panel: rank (its own in the year; missing if it has none), and
        of the others economies, spearman, kendall, mean_shift, furthest, furthest_shift, reversals (pairs whose order
        turns round), leader, leader_changed.

    Raises
    ------
    InputError
        As ``evaluate`` does, naming the economy without which it does.

    Notes
    -----
    Bounds, data-based weights, ideal points, imputed values and screening are all made anew, so an order may turn round
    with nothing changed about the two economies: rank reversal. Min-max on goalposts, given weights and fixed ideal
    points rule it out. The recipe's reference economy, which others are measured by, is not left out.

    References
    ----------
    handbook2008, step 7; belton1983; wang2008.

    Examples
    --------
    >>> import bri_eval as be, pandas as pd
    >>> from bri_eval.framework import flat_framework
    >>> rows = pd.MultiIndex.from_product([list("ABC"), [2016, 2018]], names=["economy", "year"])
    >>> panel = pd.DataFrame({"road": [1.0, 2, 4, 5, 3, 9], "rail": [2.0, 3, 1, 3, 4, 5]}, index=rows)
    >>> tree = flat_framework((("road", "benefit"), ("rail", "benefit")))
    >>> leave_out_economies(panel, tree, be.Recipe(), year=2018)["reversals"].to_dict()
    {'A': 0, 'B': 0, 'C': 0}
    """
    judgements = None if judgements is None else tuple(judgements)
    shifts = leave_out_economy_shifts(panel, framework, recipe, judgements, year=year, groups=groups)
    own = evaluate(panel, framework, recipe, judgements, groups=groups).ranks_in(year)
    rows = {economy: {"rank": own.get(economy, np.nan), **_told(moved)} for economy, moved in shifts.items()}
    return pd.DataFrame(rows.values(), index=pd.Index(rows, name="left_out"))


def leave_out_economy_shifts(
    panel: pd.DataFrame,
    framework: Framework,
    recipe: Recipe,
    judgements: Iterable[Judgement] | None = None,
    *,
    year: int,
    groups: pd.Series | None = None,
) -> dict[str, pd.DataFrame]:
    """Give for each economy left out the table of ``rank_shift`` of the others; see ``leave_out_economies``."""
    judgements = None if judgements is None else tuple(judgements)

    def evaluated(rows: pd.DataFrame) -> Evaluation:
        return evaluate(rows, framework, recipe, judgements, groups=groups)

    full = evaluated(panel)
    years = full.treated.index.unique("year")
    if year not in years:
        raise InputError(f"no economy is ranked in {year}; years are {listing(years)}")
    economies = full.treated.index.unique("economy").drop(recipe.reference or [], errors="ignore")
    whole = full.ranks_in(year)

    def shift(economy: str) -> pd.DataFrame:
        others = panel[panel.index.get_level_values("economy") != economy]
        try:
            return rank_shift(whole, evaluated(others).ranks_in(year))
        except InputError as error:
            raise InputError(f"without {label(economy)}: {error}") from None

    return dict(zip(economies, each(shift, [(economy,) for economy in economies]), strict=True))


def reversed_pairs(moved: pd.DataFrame) -> pd.DataFrame:
    """List the pairs whose order turns round.

    Parameters
    ----------
    moved
        A table of ``rank_shift``, of one year.

    Returns
    -------
    DataFrame
        One row per pair, the better before first: above, below, above_before, below_before, above_after, below_after.
        Ties made or broken are not reversals.

    Examples
    --------
    >>> ranks = {"before": pd.Series({"A": 1, "B": 2, "C": 3}), "after": pd.Series({"A": 2, "B": 3, "C": 1})}
    >>> reversed_pairs(pd.DataFrame(ranks))[["above", "below"]].to_numpy().tolist()
    [['A', 'C'], ['B', 'C']]
    """
    before, after = moved["before"].to_numpy(), moved["after"].to_numpy()
    turned = (before[:, None] < before) & (after[:, None] > after)
    above, below = np.nonzero(turned)
    order = np.lexsort([before[below], before[above]])
    above, below = above[order], below[order]
    ends = {"above": above, "below": below}
    pairs = {side: moved.index.to_numpy()[rows] for side, rows in ends.items()}
    pairs |= {f"{side}_before": before[rows] for side, rows in ends.items()}
    return pd.DataFrame(pairs | {f"{side}_after": after[rows] for side, rows in ends.items()})


def _told(moved: pd.DataFrame) -> dict[str, Any]:
    """Summarise a table of ``rank_shift``, with reversals and who leads."""
    leaders, led = (sorted(moved.index[moved[when] == moved[when].min()]) for when in ("after", "before"))
    return {
        **agreement(moved),
        "reversals": len(reversed_pairs(moved)),
        "leader": ", ".join(map(str, leaders)),
        "leader_changed": leaders != led,
    }
