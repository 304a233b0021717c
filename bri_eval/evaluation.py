"""The one composition of the steps: a recipe applied to a panel gives an evaluation."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.aggregate import rank_scores, score_groups
from bri_eval.checks import InputError, check_matrix, check_panel, check_varies, check_weights, label
from bri_eval.framework import flat_framework
from bri_eval.hierarchy import declared_weights, equal_weights, global_weights, local_weights, without
from bri_eval.impute import check_complete, impute
from bri_eval.normalise import normalise_indicators
from bri_eval.recipe import Recipe, choice_name, describe
from bri_eval.treat import in_treated_units, treat
from bri_eval.weights import COMBINED, weigh
from bri_eval.weights.ahp import prior_weights

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bri_eval.framework import Framework
    from bri_eval.weights.judgements import Judgement

_OVER_TIME = ("none", "linear_time", "nearest_time")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evaluation:
    """An index and every table on the way to it.

    Parameters
    ----------
    recipe, framework
        What was asked; the framework without what the recipe excludes.
    panel
        As given, with the rows that were left out.
    screened
        The rows that were left out, with the reason.
    filled
        The rule that filled a cell, or "", for the rows that were kept.
    treated
        Complete and treated, in the indicators' units.
    moved
        Cells that a cap or an outlier treatment moved.
    matrix
        Normalised; larger is better.
    weights
        Share of each indicator in the goal: a Series, or under ``by_year`` a frame with one row a year.
    local_weights
        Share of every node among its siblings, in the same form.
    scores
        Every group and the goal (first column).
    ranks
        Like the scores; 1 is best, within each year.
    consistency
        AHP consistency of each node and expert; empty if no judgements were used.
    """

    recipe: Recipe
    framework: Framework
    panel: pd.DataFrame
    screened: pd.Series
    filled: pd.DataFrame
    treated: pd.DataFrame
    moved: pd.DataFrame
    matrix: pd.DataFrame
    weights: pd.Series | pd.DataFrame
    local_weights: pd.Series | pd.DataFrame
    scores: pd.DataFrame
    ranks: pd.DataFrame
    consistency: pd.DataFrame

    def weights_in(self, year: int) -> pd.Series:
        """Give the weights that hold in a year: the pooled ones, or those of the year."""
        return self.weights if isinstance(self.weights, pd.Series) else self.weights.T[year]

    def ranks_in(self, year: int) -> pd.Series:
        """Give the goal's ranks in a year, by economy."""
        return self.ranks[self.framework.goal].xs(year, level="year")

    @property
    def conventions(self) -> tuple[str, ...]:
        """Sentences to print under a table made from this evaluation."""
        filled = int((self.filled != "").to_numpy().sum())
        cells = f"{filled} of {self.filled.size} cells filled" if filled else "no cell filled"
        gaps = int(self.treated.isna().to_numpy().sum())
        if gaps:
            cells += (
                f", {gaps} missing: their weight is shared within the parent (least share {self.recipe.availability:g})"
            )
        left_out = f"Left out: {len(self.screened)} rows without a required indicator or with too few values."
        return (
            *describe(self.recipe),
            f"Imputation: {self.recipe.imputer}; {cells}. Outlier treatment: {choice_name(self.recipe.treatment)}.",
            *((left_out,) if len(self.screened) else ()),
        )


def evaluate(
    panel: pd.DataFrame,
    framework: Framework,
    recipe: Recipe | None = None,
    judgements: Iterable[Judgement] | None = None,
    *,
    groups: pd.Series | None = None,
    weights: Mapping[str, float] | pd.Series | None = None,
) -> Evaluation:
    """Turn a panel into an index: impute, treat, normalise, weigh, aggregate.

    Parameters
    ----------
    panel
        Indexed by (economy, year), one column per indicator, raw values, as from ``read_panel``.
    framework
        The hierarchy with directions, transforms and declared weights.
    recipe
        The methodological choices; the defaults of ``Recipe`` if not given.
    judgements
        From ``read_judgements``; needed by weighters that use AHP.
    groups
        Economy to group (region), for group-wise imputation; see ``read_groups``.
    weights
        Given shares of the indicators in the goal, summing to 1, instead of the recipe's weighter.

    Returns
    -------
    Evaluation
        Scores, ranks, weights and every table on the way.

    Raises
    ------
    InputError
        One line that names the indicator, economy and year, or the choice, at fault.
    """
    recipe = _with_given(recipe or Recipe(), weights)
    reduced = without(framework, recipe.exclude)
    prior, consistency = _prior(framework, reduced, recipe, judgements, weights)
    return _compose(check_panel(panel, reduced.codes), reduced, recipe, prior, groups, consistency)


def evaluate_matrix(
    matrix: pd.DataFrame | np.ndarray,
    directions: Mapping[str, str],
    recipe: Recipe | None = None,
    *,
    weights: Mapping[str, float] | pd.Series | None = None,
) -> Evaluation:
    """Score and rank one plain table, without a framework file.

    Parameters
    ----------
    matrix
        Alternatives x criteria, in any units.
    directions
        Criterion to ``"benefit"`` or ``"cost"``.
    recipe
        The methodological choices; the defaults of ``Recipe`` if not given.
    weights
        Given weights, one per criterion, summing to 1, instead of the recipe's weighter.

    Returns
    -------
    Evaluation
        ``.scores["score"]`` and ``.ranks["score"]`` by alternative, ``.weights`` by criterion.

    Examples
    --------
    >>> cars = pd.DataFrame({"price": [20, 25, 30], "range": [300, 420, 380]}, index=["A", "B", "C"])
    >>> evaluate_matrix(cars, {"price": "cost", "range": "benefit"}).ranks["score"].to_dict()
    {'A': 2, 'B': 1, 'C': 3}
    """
    recipe = _with_given(recipe or Recipe(), weights)
    missing = recipe.imputer not in _OVER_TIME or recipe.availability is not None
    frame = check_matrix(matrix, missing=missing)
    framework = flat_framework({code: directions.get(code, "no direction") for code in frame.columns})
    reduced = without(framework, recipe.exclude)
    given = None if weights is None else pd.Series(weights).rename(index=str)
    prior, consistency = _prior(framework, reduced, recipe, None, given)
    return _compose(frame.set_axis(framework.codes, axis=1)[reduced.codes], reduced, recipe, prior, None, consistency)


def _compose(
    panel: pd.DataFrame,
    framework: Framework,
    recipe: Recipe,
    prior: pd.Series,
    groups: pd.Series | None,
    consistency: pd.DataFrame,
) -> Evaluation:
    """Run the steps, on rows with or without years."""
    kept, screened = _screen(panel, framework, recipe.screen)
    complete, filled = impute(kept, recipe.imputer, groups=groups, donors=recipe.donors, neighbours=recipe.neighbours)
    if recipe.availability is None:
        check_complete(complete, recipe.imputer)
    treated, moved = treat(complete, framework, recipe.treatment, winsorised=recipe.winsorised)
    pieces = {year: _index(year, rows, framework, recipe, prior) for year, rows in _pieces(treated, recipe.scope)}
    scores = pd.concat([scores for _, _, scores in pieces.values()]).loc[treated.index]
    scores.attrs["scope"] = recipe.scope
    weights = {year: piece[1] for year, piece in pieces.items()}
    local = {year: local_weights(framework, found) for year, found in weights.items()}
    return Evaluation(
        recipe=recipe,
        framework=framework,
        panel=panel,
        screened=screened,
        filled=filled,
        treated=treated,
        moved=moved,
        matrix=pd.concat([matrix for matrix, _, _ in pieces.values()]).loc[treated.index],
        weights=_by_year(weights),
        local_weights=_by_year(local),
        scores=scores,
        ranks=_ranks(scores),
        consistency=consistency,
    )


def _by_year(weights: dict[object, pd.Series]) -> pd.Series | pd.DataFrame:
    """Give the one set of pooled weights, or a frame with one row a year."""
    return weights["all"] if "all" in weights else pd.DataFrame(weights).T.rename_axis(index="year")


def _index(
    year: object, rows: pd.DataFrame, framework: Framework, recipe: Recipe, prior: pd.Series
) -> tuple[pd.DataFrame, pd.Series, pd.DataFrame]:
    """Normalise, weigh and aggregate the rows that share bounds, weights and ideal points."""
    check_varies(rows.to_numpy(), rows.columns, "" if year == "all" else f" in {year}")
    indicators = [in_treated_units(indicator) for indicator in framework.indicators]
    values = normalise_indicators(
        rows.to_numpy(), indicators, recipe.normaliser, recipe.parameters, _reference(rows.index, recipe)
    )
    matrix = pd.DataFrame(values, index=rows.index, columns=rows.columns)
    seen = (matrix if recipe.weigh_on == "normalised" else rows).dropna()
    weights = weigh(seen, recipe.weighter, prior, prior_share=recipe.prior_share)
    scores = score_groups(
        framework, matrix, weights, recipe.aggregator, parameters=recipe.parameters, availability=recipe.availability
    )
    return matrix, weights, scores


def _reference(index: pd.Index, recipe: Recipe) -> np.ndarray | None:
    """Give for each row the position of the reference economy's row, of the same year where there are years."""
    if recipe.normaliser != "distance_to_reference":
        return None
    keys = [(recipe.reference, *key[1:]) if isinstance(key, tuple) else recipe.reference for key in index]
    place = index.get_indexer(pd.Index(keys))
    if (place < 0).any():
        missing = keys[int(np.argmax(place < 0))]
        raise InputError(f"reference {label(missing)} is not among the rows; choose an economy that is ranked")
    return place


def _pieces(panel: pd.DataFrame, scope: str) -> Iterator[tuple[object, pd.DataFrame]]:
    """Yield all rows at once, or the rows of each year."""
    if scope == "pooled" or "year" not in panel.index.names:
        yield "all", panel
    else:
        yield from panel.groupby(level="year")


def _ranks(scores: pd.DataFrame) -> pd.DataFrame:
    """Rank every group's scores, within each year where there are years."""
    ranks = pd.DataFrame(np.nan, index=scores.index, columns=scores.columns)
    for _, rows in _pieces(scores, "by_year"):
        ranks.loc[rows.index] = rank_scores(rows.to_numpy().T).T
    return ranks if ranks.isna().to_numpy().any() else ranks.astype(int)


def _screen(panel: pd.DataFrame, framework: Framework, least: float) -> tuple[pd.DataFrame, pd.Series]:
    """Leave out rows that lack a required indicator or too many indicators; say which and why."""
    reasons = pd.Series("", index=panel.index)
    share = panel.notna().mean(axis=1)
    reasons = reasons.mask(share < least, "observed share of indicators below " + f"{least:g}")
    for indicator in framework.indicators:
        if indicator.required:
            absent = panel[indicator.code].isna() & (reasons == "")
            reasons = reasons.mask(absent, f"required indicator '{indicator.code}' not observed")
    reasons = reasons.mask((share == 0) & (reasons == ""), "no indicator observed")
    kept = panel[reasons == ""]
    if panel.empty:
        raise InputError("the panel has no row; check economies and years")
    if kept.empty:
        raise InputError(f"no row of the panel is left: {reasons.value_counts().idxmax()}; lower screen or add data")
    return kept, reasons[reasons != ""].rename("reason")


def _with_given(recipe: Recipe, weights: object) -> Recipe:
    """Name the weighter "given" where weights are given."""
    return recipe if weights is None else dataclasses.replace(recipe, weighter="given")


def _prior(
    framework: Framework,
    reduced: Framework,
    recipe: Recipe,
    judgements: Iterable[Judgement] | None,
    weights: Mapping[str, float] | pd.Series | None,
) -> tuple[pd.Series, pd.DataFrame]:
    """Find the prior that the weighter works on (given, equal, declared or judged) and the judgements' consistency."""
    if recipe.weighter == "given":
        if weights is None:
            raise InputError("weighter 'given' needs weights; pass weights=, one per indicator")
        return check_weights(weights, reduced.codes), pd.DataFrame()
    judged = recipe.weighter == "ahp" or recipe.weighter in COMBINED
    judgements = list(judgements or ())
    if judged and not judgements:
        raise InputError(
            f"weighter '{recipe.weighter}' needs judgements; pass read_judgements(folder), or a weighter without AHP"
        )
    if not judged and not (callable(recipe.weighter) and judgements):
        rule = equal_weights if recipe.weighter == "equal" else declared_weights
        return global_weights(reduced, rule(reduced)), pd.DataFrame()
    own = [one for one in judgements if one.node in reduced.group_codes or one.node not in framework.group_codes]
    local, consistency = prior_weights(reduced, own, random_index=recipe.random_index, estimator=recipe.estimator)
    return global_weights(reduced, local), consistency
