"""The record of an evaluation: an index and every table on the way to it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from bri_eval.aggregate import rank_scores
from bri_eval.checks import InputError
from bri_eval.hierarchy import local_weights
from bri_eval.recipe import Recipe, choice_name, describe
from bri_eval.treat import LOG, in_treated_units

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bri_eval.framework import Framework


class Parts(NamedTuple):
    """What the steps leave, as arrays: rows as the treated panel, columns as the framework."""

    how: pd.DataFrame | None
    moved: pd.DataFrame | None
    screened: pd.Series | None
    consistency: pd.DataFrame | None
    matrix: np.ndarray
    weights: dict[object, np.ndarray]
    scores: dict[str, np.ndarray]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evaluation:
    """An index and every table on the way to it; tables are labelled when they are asked for.

    Parameters
    ----------
    recipe, framework
        What was asked; the framework without what the recipe excludes.
    panel
        As given, with the rows that were left out.
    treated
        Imputed and treated, in the indicators' units.
    parts
        The steps as arrays.

    Examples
    --------
    >>> import bri_eval as be, pandas as pd
    >>> table = pd.DataFrame({"road": [1.0, 2, 4], "rail": [3.0, 1, 2]}, index=list("ABC"))
    >>> found = be.evaluate_matrix(table, {"road": "benefit", "rail": "benefit"})
    >>> found.scores["score"].round(3).to_dict(), found.ranks["score"].to_dict()
    ({'A': 0.5, 'B': 0.167, 'C': 0.75}, {'A': 2, 'B': 3, 'C': 1})
    >>> found.matrix["road"].round(3).tolist(), found.conventions[0].split(",")[0]
    ([0.0, 0.333, 1.0], 'Normalisation: minmax (range 0 to 1)')
    """

    recipe: Recipe
    framework: Framework
    panel: pd.DataFrame
    treated: pd.DataFrame
    parts: Parts = field(repr=False)

    @property
    def filled(self) -> pd.DataFrame:
        """The rule that filled a cell, or "", for the rows that were kept."""
        if self.parts.how is not None:
            return self.parts.how
        return pd.DataFrame("", index=self.treated.index, columns=self.framework.codes)

    @property
    def screened(self) -> pd.Series:
        """The rows that were left out, with the reason."""
        return pd.Series(dtype=str, name="reason") if self.parts.screened is None else self.parts.screened

    @property
    def moved(self) -> pd.DataFrame:
        """Cells that a cap or an outlier treatment moved."""
        return pd.DataFrame(columns=list(LOG)) if self.parts.moved is None else self.parts.moved

    @property
    def consistency(self) -> pd.DataFrame:
        """AHP consistency of each node and expert; empty if no judgements were used."""
        return pd.DataFrame() if self.parts.consistency is None else self.parts.consistency

    @property
    def matrix(self) -> pd.DataFrame:
        """Normalised values; larger is better."""
        return pd.DataFrame(self.parts.matrix, index=self.treated.index, columns=self.framework.codes)

    @property
    def weights(self) -> pd.Series | pd.DataFrame:
        """Share of each indicator in the goal: a Series, or under ``by_year`` a frame with one row a year."""
        codes = self.framework.codes
        found = {year: pd.Series(w, index=codes, name="weight") for year, w in self.parts.weights.items()}
        return _by_year(found)

    @property
    def local_weights(self) -> pd.Series | pd.DataFrame:
        """Share of every node among its siblings, in the form of the weights."""
        codes = self.framework.codes
        found = {y: local_weights(self.framework, pd.Series(w, index=codes)) for y, w in self.parts.weights.items()}
        return _by_year(found)

    @property
    def scores(self) -> pd.DataFrame:
        """Every group and the goal (first column)."""
        scores = pd.DataFrame({c: self.parts.scores[c] for c in self.framework.group_codes}, index=self.treated.index)
        scores.attrs["scope"] = self.recipe.scope
        return scores

    @property
    def ranks(self) -> pd.DataFrame:
        """Like the scores; 1 is best, within each year."""
        return _ranks(self.scores)

    def weights_in(self, year: int) -> pd.Series:
        """Give the weights that hold in a year: the pooled ones, or those of the year."""
        return self.weights if isinstance(self.weights, pd.Series) else self.weights.T[year]

    def ranks_in(self, year: int) -> pd.Series:
        """Give the goal's ranks in a year, by economy."""
        return self.ranks[self.framework.goal].xs(year, level="year")

    @property
    def clipped(self) -> int:
        """Number of cells that lie beyond their goalposts and count as if they were on them."""
        posts = {i.code: i.goalposts for i in map(in_treated_units, self.framework.indicators) if i.goalposts}
        if self.recipe.normaliser != "minmax":
            return 0
        return sum(int(((self.treated[c] < low) | (self.treated[c] > high)).sum()) for c, (low, high) in posts.items())

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
        clipped = self.clipped
        beyond = f" Goalposts clip {clipped} cells." if clipped else ""
        left_out = f"Left out: {len(self.screened)} rows without a required indicator or with too few values."
        return (
            *describe(self.recipe),
            f"Imputation: {self.recipe.imputer}; {cells}.",
            f"Outlier treatment: {choice_name(self.recipe.treatment)}.{beyond}",
            *((left_out,) if len(self.screened) else ()),
        )


def freeze_goalposts(evaluation: Evaluation) -> Framework:
    """Return the framework with the bounds of an evaluation as goalposts.

    Min-max scores of the frozen framework with given weights do not move when years or economies are added, unless a
    cell is imputed from what was added; cells beyond the goalposts are clipped.

    Parameters
    ----------
    evaluation
        Min-max, pooled, without outlier treatment, so that the bounds are values in the indicators' units.

    Returns
    -------
    Framework
        With goalposts for every indicator that had none.

    Raises
    ------
    InputError
        For an evaluation whose bounds are not of this kind.

    Examples
    --------
    >>> import bri_eval as be, pandas as pd
    >>> table = pd.DataFrame({"road": [1.0, 2, 4], "rail": [3.0, 1, 2]}, index=list("ABC"))
    >>> found = be.evaluate_matrix(table, {"road": "benefit", "rail": "benefit"})
    >>> freeze_goalposts(found).indicators[0].goalposts
    (1.0, 4.0)
    """
    recipe = evaluation.recipe
    if recipe.normaliser != "minmax" or recipe.scope != "pooled" or recipe.treatment != "none":
        raise InputError(
            "goalposts are frozen from normaliser 'minmax', scope 'pooled', treatment 'none'; this evaluation has "
            f"'{choice_name(recipe.normaliser)}', '{recipe.scope}', '{choice_name(recipe.treatment)}'"
        )
    raw = evaluation.panel.drop(index=evaluation.screened.index)
    frozen = []
    for indicator in evaluation.framework.indicators:
        ends = (float(raw[indicator.code].min()), float(raw[indicator.code].max()))
        plain = indicator.direction in ("benefit", "cost") and indicator.goalposts is None
        frozen.append(dataclasses.replace(indicator, goalposts=ends) if plain else indicator)
    return dataclasses.replace(evaluation.framework, indicators=tuple(frozen))


def pieces_of(index: pd.Index, scope: str) -> Iterator[tuple[object, slice | np.ndarray]]:
    """Yield all rows at once, or the rows of each year."""
    if scope == "pooled" or "year" not in index.names:
        yield "all", slice(None)
    else:
        years = index.get_level_values("year")
        for year in sorted(set(years)):
            yield year, np.flatnonzero(years == year)


def _ranks(scores: pd.DataFrame) -> pd.DataFrame:
    """Rank every group's scores, within each year where there are years."""
    values = scores.to_numpy()
    ranks = np.empty_like(values)
    for _, rows in pieces_of(scores.index, "by_year"):
        ranks[rows] = rank_scores(values[rows].T).T
    kind = float if np.isnan(ranks).any() else int
    return pd.DataFrame(ranks.astype(kind), index=scores.index, columns=scores.columns)


def _by_year(weights: dict[object, pd.Series]) -> pd.Series | pd.DataFrame:
    """Give the one set of pooled weights, or a frame with one row a year."""
    return weights["all"] if "all" in weights else pd.DataFrame(weights).T.rename_axis(index="year")
