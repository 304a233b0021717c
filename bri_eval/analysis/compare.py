"""Why two recipes rank differently: change one step at a time and see which one moves the ranks."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from bri_eval.analysis.influence import agreement, rank_shift
from bri_eval.checks import InputError, listing
from bri_eval.evaluation import evaluate
from bri_eval.recipe import choice_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bri_eval.evaluation import Evaluation
    from bri_eval.framework import Framework
    from bri_eval.recipe import Recipe
    from bri_eval.weights.judgements import Judgement

STEPS: dict[str, tuple[str, ...]] = {
    "exclude": ("exclude",),
    "screen": ("screen",),
    "impute": ("imputer", "availability", "donors", "neighbours"),
    "treat": ("treatment", "winsorised"),
    "normalise": ("normaliser", "range", "centre", "spread", "reference"),
    "scope": ("scope",),
    "weigh": ("weighter", "weigh_on", "prior_share", "random_index", "estimator", "group"),
    "aggregate": ("aggregator", "exponent", "group_utility", "distinguishing", "grades"),
}
"""The recipe's fields by step, in the order in which the steps are taken."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparison:
    """Two recipes on the same panel.

    Parameters
    ----------
    first, second
        The recipes.
    steps
        One row per step in which they differ, in order: step, change, economies (rows in both rankings), mean_shift
        (mean absolute change of rank that the step adds), furthest and furthest_shift (the largest mover; a plus is a
        fall), spearman and kendall with the ranking before the step, from_first (mean absolute shift so far).
    moves
        One row per economy (and year) that either recipe ranks: rank_before, rank_after, shift, score_before,
        score_after; the furthest first. The shift is among economies that both rank.

    Examples
    --------
    >>> import bri_eval as be, pandas as pd
    >>> from bri_eval.framework import flat_framework
    >>> rows = pd.MultiIndex.from_product([list("ABC"), [2016, 2018]], names=["economy", "year"])
    >>> panel = pd.DataFrame({"road": [1.0, 2, 4, 5, 3, 9], "rail": [2.0, 3, 1, 3, 4, 5]}, index=rows)
    >>> tree = flat_framework((("road", "benefit"), ("rail", "benefit")))
    >>> found = compare(panel, tree, be.Recipe(), be.Recipe(normaliser="rank"), year=2018)
    >>> found.steps["change"].tolist()
    ['normaliser: minmax -> rank']
    """

    first: Recipe
    second: Recipe
    steps: pd.DataFrame
    moves: pd.DataFrame


def compare(
    panel: pd.DataFrame,
    framework: Framework,
    first: Recipe,
    second: Recipe,
    judgements: Iterable[Judgement] | None = None,
    *,
    groups: pd.Series | None = None,
    year: int | None = None,
) -> Comparison:
    """Attribute the difference of two rankings to the steps in which the recipes differ.

    Parameters
    ----------
    panel, framework, judgements, groups
        As in ``evaluate``.
    first, second
        The recipes before and after.
    year
        Whose ranks are compared; every year, each within itself, if not given. All years are evaluated.

    Returns
    -------
    Comparison
        ``.steps``, through which step ranks moved, and ``.moves``, which economies moved.

    Raises
    ------
    InputError
        For an unknown year, or several years of scores by year; as ``evaluate`` does for either recipe.

    Notes
    -----
    A chain of recipes leads from the first to the second, in the order exclude, screen, impute, treat, normalise,
    scope, weigh, aggregate. What a step adds depends on this order. Two steps that cannot be taken apart, such as a
    geometric mean and the range that keeps it above 0, are joined: "normalise + aggregate". Mean shifts of the steps
    need not add up to that of the whole, since moves may cancel.

    Examples
    --------
    >>> import bri_eval as be, pandas as pd
    >>> from bri_eval.framework import flat_framework
    >>> rows = pd.MultiIndex.from_product([list("ABC"), [2016, 2018]], names=["economy", "year"])
    >>> panel = pd.DataFrame({"road": [1.0, 2, 4, 5, 3, 9], "rail": [2.0, 3, 1, 3, 4, 5]}, index=rows)
    >>> tree = flat_framework((("road", "benefit"), ("rail", "benefit")))
    >>> found = compare(panel, tree, be.Recipe(), be.Recipe(normaliser="rank", aggregator="topsis"), year=2018)
    >>> found.steps["step"].tolist(), found.moves["shift"].to_dict()
    (['normalise', 'aggregate'], {'A': 0, 'B': 0, 'C': 0})
    """
    judgements = None if judgements is None else tuple(judgements)

    def run(recipe: Recipe) -> pd.DataFrame:
        return _table(evaluate(panel, framework, recipe, judgements, groups=groups), year)

    _check_scopes(panel, (first, second), year)
    start, end = run(first), run(second)
    steps = _steps((first, second), start, end, run)
    return Comparison(first=first, second=second, steps=steps, moves=_moves(start, end))


def _check_scopes(panel: pd.DataFrame, recipes: tuple[Recipe, Recipe], year: int | None) -> None:
    """Refuse to list scores by year of several years side by side."""
    years = list(panel.index.unique("year"))
    if year is not None and year not in years:
        raise InputError(f"the panel has no year {year}; years are {listing(years)}")
    if year is None and len(years) > 1 and "by_year" in {recipe.scope for recipe in recipes}:
        raise InputError("scores by year do not compare over years; name one year, such as year=2018")


def _table(evaluation: Evaluation, year: int | None) -> pd.DataFrame:
    """Give score and rank of the goal, by economy or by (economy, year)."""
    goal = evaluation.framework.goal
    table = pd.DataFrame({"score": evaluation.scores[goal], "rank": evaluation.ranks[goal]})
    return table if year is None else table[table.index.get_level_values("year") == year].droplevel("year")


def _steps(
    recipes: tuple[Recipe, Recipe],
    start: pd.DataFrame,
    end: pd.DataFrame,
    run: Callable[[Recipe], pd.DataFrame],
) -> pd.DataFrame:
    """Walk from the first recipe to the second, joining steps that give no ranking on their own."""
    first, second = recipes
    rows: list[dict[str, Any]] = []
    pending: list[str] = []
    recipe, before = first, start
    for step, fields in STEPS.items():
        changed = {name: getattr(second, name) for name in fields if getattr(first, name) != getattr(second, name)}
        if not changed:
            continue
        recipe = dataclasses.replace(recipe, **changed)
        pending.append(step)
        try:
            after = end if recipe == second else run(recipe)
        except InputError:
            continue
        told = agreement(rank_shift(before["rank"], after["rank"]))
        change = "; ".join(_change(first, second, name) for name in pending)
        so_far = rank_shift(start["rank"], after["rank"])["shift"].abs().mean()
        rows.append({"step": " + ".join(pending), "change": change, **told, "from_first": so_far})
        before, pending = after, []
    columns = ["step", "change", "economies", "mean_shift", "furthest", "furthest_shift", "spearman", "kendall"]
    return pd.DataFrame(rows, columns=[*columns, "from_first"])


def _change(first: Recipe, second: Recipe, step: str) -> str:
    """Write what changes in a step."""
    pairs = [(name, getattr(first, name), getattr(second, name)) for name in STEPS[step]]
    return "; ".join(f"{name}: {_said(before)} -> {_said(after)}" for name, before, after in pairs if before != after)


def _said(value: object) -> str:
    """Write the value of a recipe's field."""
    if isinstance(value, tuple):
        return ", ".join(map(_said, value)) or "nothing"
    return choice_name(value) if callable(value) or isinstance(value, str) else f"{value:g}"


def _moves(start: pd.DataFrame, end: pd.DataFrame) -> pd.DataFrame:
    """List every economy with rank and score under both recipes, the furthest first."""
    both = start.add_suffix("_before").join(end.add_suffix("_after"), how="outer")
    both["shift"] = rank_shift(start["rank"], end["rank"])["shift"]
    for column in ("rank_before", "rank_after", "shift"):
        both[column] = both[column].astype("Int64")
    order = both["shift"].abs().fillna(-1).sort_values(ascending=False, kind="stable").index
    return both.loc[order, ["rank_before", "rank_after", "shift", "score_before", "score_after"]]
