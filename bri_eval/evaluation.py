"""The one composition of the steps: a recipe applied to a panel gives an evaluation."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from bri_eval.aggregate import score_arrays
from bri_eval.checks import InputError, Table, check_matrix, check_panel, check_varies, check_weights, label
from bri_eval.framework import flat_framework
from bri_eval.hierarchy import declared_weights, equal_weights, global_weights, without
from bri_eval.impute import check_complete, impute
from bri_eval.normalise import normalise_indicators
from bri_eval.recipe import Recipe
from bri_eval.result import Evaluation, Parts, freeze_goalposts, pieces_of
from bri_eval.treat import in_treated_units, treat
from bri_eval.weights import COMBINED, OBJECTIVE, weigh_table
from bri_eval.weights.ahp import prior_weights

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bri_eval.framework import Framework
    from bri_eval.weights.judgements import Judgement

    Piece = tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]

__all__ = ["Evaluation", "evaluate", "evaluate_matrix", "freeze_goalposts"]

_OVER_TIME = ("none", "linear_time", "nearest_time")


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

    Examples
    --------
    >>> rows = pd.MultiIndex.from_product([list("ABC"), [2016, 2018]], names=["economy", "year"])
    >>> panel = pd.DataFrame({"road": [1.0, 2, 4, 5, 3, 9], "rail": [2.0, 3, 1, 3, 4, 5]}, index=rows)
    >>> found = evaluate(panel, flat_framework((("road", "benefit"), ("rail", "benefit"))))
    >>> found.ranks_in(2018).to_dict(), found.weights.to_dict()
    ({'A': 3, 'B': 2, 'C': 1}, {'road': 0.5, 'rail': 0.5})
    """
    recipe = _with_given(recipe or Recipe(), weights)
    reduced = without(framework, recipe.exclude)
    prior, consistency = prior_of(framework, reduced, recipe, judgements, weights)
    return compose(check_panel(panel, reduced.codes), reduced, recipe, prior, groups, consistency)


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
    columns = frame.columns.tolist()
    given_directions = {str(code): direction for code, direction in directions.items()}
    framework = flat_framework(tuple([(str(code), given_directions.get(str(code), "")) for code in columns]))
    if columns != framework.codes:
        frame = frame.set_axis(framework.codes, axis=1)
    if recipe.exclude:
        framework = without(framework, recipe.exclude)
        frame = frame[framework.codes]
    given = None if weights is None else pd.Series(weights).rename(index=str)
    prior, consistency = prior_of(framework, framework, recipe, None, given)
    return compose(frame, framework, recipe, prior, None, consistency)


class Treated(NamedTuple):
    """A panel after the steps that do not depend on normalisation: screened, imputed, treated."""

    panel: pd.DataFrame
    treated: pd.DataFrame
    how: pd.DataFrame | None
    moved: pd.DataFrame | None
    screened: pd.Series | None


def compose(
    panel: pd.DataFrame,
    framework: Framework,
    recipe: Recipe,
    prior: pd.Series | None,
    groups: pd.Series | None,
    consistency: pd.DataFrame | None,
) -> Evaluation:
    """Run the steps, on rows with or without years."""
    return finish(treated_panel(panel, framework, recipe, groups), framework, recipe, prior, consistency)


def treated_panel(panel: pd.DataFrame, framework: Framework, recipe: Recipe, groups: pd.Series | None) -> Treated:
    """Screen, impute and treat."""
    kept, screened = _screen(panel, framework, recipe.screen)
    complete, how = _imputed(kept, recipe, groups)
    treated, moved = treat(complete, framework, recipe.treatment, winsorised=recipe.winsorised)
    return Treated(panel, treated, how, moved, screened)


def finish(
    steps: Treated,
    framework: Framework,
    recipe: Recipe,
    prior: pd.Series | None,
    consistency: pd.DataFrame | None,
) -> Evaluation:
    """Normalise, weigh and aggregate a treated panel."""
    treated, first = steps.treated, None if prior is None else prior.to_numpy()
    pieces = {
        year: _index(year, treated if isinstance(rows, slice) else treated.iloc[rows], framework, recipe, first)
        for year, rows in pieces_of(treated.index, recipe.scope)
    }
    if "all" in pieces:
        matrix, _, scores = pieces["all"]
    else:
        matrix, scores = _together(pieces, treated.index, framework)
    weights = {year: piece[1] for year, piece in pieces.items()}
    return Evaluation(
        recipe=recipe,
        framework=framework,
        panel=steps.panel,
        treated=treated,
        parts=Parts(steps.how, steps.moved, steps.screened, consistency, matrix, weights, scores),
    )


def _together(
    pieces: Mapping[object, Piece], index: pd.Index, framework: Framework
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Put the years' arrays back in the order of the rows."""
    matrix = np.empty((len(index), len(framework.codes)))
    scores = {code: np.empty(len(index)) for code in framework.group_codes}
    for year, rows in pieces_of(index, "by_year"):
        matrix[rows], _, found = pieces[year]
        for code in scores:
            scores[code][rows] = found[code]
    return matrix, scores


def _imputed(kept: pd.DataFrame, recipe: Recipe, groups: pd.Series | None) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Fill what is missing, if anything is."""
    if not np.isnan(kept.to_numpy(dtype=float)).any():
        return kept, None
    complete, how = impute(kept, recipe.imputer, groups=groups, donors=recipe.donors, neighbours=recipe.neighbours)
    if recipe.availability is None:
        check_complete(complete, recipe.imputer)
    return complete, how


def _index(year: object, rows: pd.DataFrame, framework: Framework, recipe: Recipe, prior: np.ndarray | None) -> Piece:
    """Normalise, weigh and aggregate the rows that share bounds, weights and ideal points."""
    raw, codes = rows.to_numpy(dtype=float), framework.codes
    matrix = _normalised(year, rows, framework, recipe)
    seen = matrix if recipe.weigh_on == "normalised" else raw
    whole = ~np.isnan(seen).any(axis=1)
    table = Table(seen if whole.all() else seen[whole], rows.index if whole.all() else rows.index[whole], codes)
    weights = weigh_table(table, recipe.weighter, prior, recipe.prior_share)
    scores = score_arrays(framework, Table(matrix, rows.index, codes), weights, recipe)
    return matrix, weights, scores


def normalised_matrix(treated: pd.DataFrame, framework: Framework, recipe: Recipe) -> np.ndarray:
    """Normalise a treated panel, each set of rows that share bounds by itself: rows x indicators, larger is better."""
    matrix = np.empty(treated.shape)
    for year, rows in pieces_of(treated.index, recipe.scope):
        matrix[rows] = _normalised(year, treated.iloc[rows], framework, recipe)
    return matrix


def _normalised(year: object, rows: pd.DataFrame, framework: Framework, recipe: Recipe) -> np.ndarray:
    """Normalise the rows that share bounds."""
    raw = rows.to_numpy(dtype=float)
    check_varies(raw, framework.codes, "" if year == "all" else f" in {year}")
    indicators = [in_treated_units(indicator) for indicator in framework.indicators]
    reference = reference_rows(rows.index, recipe, framework)
    return normalise_indicators(raw, indicators, recipe.normaliser, recipe.parameters, reference)


def reference_rows(index: pd.Index, recipe: Recipe, framework: Framework) -> np.ndarray | None:
    """Give for each row the position of the reference economy's row, of the same year where there are years."""
    if "distance_to_reference" not in {recipe.normaliser, *(i.normaliser for i in framework.indicators)}:
        return None
    if recipe.reference is None:
        raise InputError("normaliser 'distance_to_reference' needs a reference; give reference = 'SGP' or another code")
    keys = [(recipe.reference, *key[1:]) if isinstance(key, tuple) else recipe.reference for key in index]
    place = index.get_indexer(pd.Index(keys))
    if (place < 0).any():
        missing = keys[int(np.argmax(place < 0))]
        raise InputError(f"reference {label(missing)} is not among the rows; choose an economy that is ranked")
    return place


def _screen(panel: pd.DataFrame, framework: Framework, least: float) -> tuple[pd.DataFrame, pd.Series | None]:
    """Leave out rows that lack a required indicator or too many indicators; say which and why."""
    if panel.empty:
        raise InputError("the panel has no row; check economies and years")
    if not np.isnan(panel.to_numpy(dtype=float)).any():
        return panel, None
    seen = panel[framework.codes].notna().to_numpy()
    share = seen.mean(axis=1)
    causes = [(f"observed share of indicators below {least:g}", share < least)]
    for column, indicator in enumerate(framework.indicators):
        if indicator.required:
            causes.append((f"required indicator '{indicator.code}' not observed", ~seen[:, column]))
    causes.append(("no indicator observed", share == 0))
    words, rows = zip(*causes, strict=True)
    reasons = pd.Series(np.select(rows, words, default=""), index=panel.index, name="reason", dtype="str")
    kept = panel[kept_rows(panel, framework, least)]
    if kept.empty:
        raise InputError(f"no row of the panel is left: {reasons.value_counts().idxmax()}; lower screen or add data")
    return kept, reasons[reasons != ""]


def kept_rows(panel: pd.DataFrame, framework: Framework, least: float) -> np.ndarray:
    """Tell which rows have the required indicators and at least this share of all."""
    seen = panel[framework.codes].notna().to_numpy()
    share, required = seen.mean(axis=1), [indicator.required for indicator in framework.indicators]
    return (share >= least) & (share > 0) & seen[:, required].all(axis=1)


def _with_given(recipe: Recipe, weights: object) -> Recipe:
    """Name the weighter "given" where weights are given."""
    return recipe if weights is None else dataclasses.replace(recipe, weighter="given")


def prior_of(
    framework: Framework,
    reduced: Framework,
    recipe: Recipe,
    judgements: Iterable[Judgement] | None,
    weights: Mapping[str, float] | pd.Series | None,
) -> tuple[pd.Series | None, pd.DataFrame | None]:
    """Find the prior that the weighter works on (given, equal, declared or judged) and the judgements' consistency."""
    if recipe.weighter == "given":
        if weights is None:
            raise InputError("weighter 'given' needs weights; pass weights=, one per indicator")
        return check_weights(weights, reduced.codes), None
    if recipe.weighter in OBJECTIVE:
        return None, None
    judged = recipe.weighter == "ahp" or recipe.weighter in COMBINED
    judgements = list(judgements or ())
    if judged and not judgements:
        raise InputError(
            f"weighter '{recipe.weighter}' needs judgements; pass read_judgements(folder), or a weighter without AHP"
        )
    if not judged and not (callable(recipe.weighter) and judgements):
        rule = equal_weights if recipe.weighter == "equal" else declared_weights
        return global_weights(reduced, rule(reduced)), None
    own = [one for one in judgements if one.node in reduced.group_codes or one.node not in framework.group_codes]
    local, consistency = prior_weights(
        reduced, own, random_index=recipe.random_index, estimator=recipe.estimator, group=recipe.group
    )
    return global_weights(reduced, local), consistency
