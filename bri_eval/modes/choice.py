"""Which mode serves which goods best in which partner: every cell scored by the engine of the index."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, listing
from bri_eval.modes.catalogue import ILLUSTRATIVE
from bri_eval.modes.cells import cell_table, modifier_values
from bri_eval.modes.feasibility import feasible
from bri_eval.modes.preferences import cell_weights
from bri_eval.modes.scoring import cell_rows, check_recipe, criteria_table, score_cells, worst_table
from bri_eval.recipe import Recipe, describe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bri_eval.evaluation import Evaluation
    from bri_eval.modes.catalogue import Catalogue, Merchant

CHOICE = Recipe(weighter="ahp", aggregator="topsis")
"""Min-max from the worst to the best that a criterion can be in a cell, AHP weights, TOPSIS."""

BESIDE = Recipe(weighter="ahp", aggregator="geometric", range=(1.0, 100.0))
"""With low compensation: a criterion at its worst divides the score, whatever else the mode offers."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModeChoice:
    """A recommended mode for every cell, and how it came about.

    Parameters
    ----------
    catalogue, merchant, year, recipe, beside
        As given.
    cells
        What ``cell_table`` gives, of all modes.
    table
        One row per (economy, segment, mode) that is feasible: its row of cells, the six criteria, score and
        rank by the recipe, score_beside and rank_beside by the other. Scores compare within a cell only.
    recommended
        One row per (economy, segment): mode and second, "" where there is none; margin, the score of the first less
        that of the second; feasible, the number of modes scored; beside, the mode that the other recipe puts first.
    dropped
        One row per (economy, segment, mode) that is not feasible: reason, and the rules that fail.
    left_out
        Reason by economy, for those that lack an indicator or a demand.
    weights
        One row per (economy, segment), one column per criterion.
    consistency
        AHP consistency of every matrix in use.

    Examples
    --------
    >>> import bri_eval as be
    >>> catalogue = be.read_modes("data/modes.toml")
    >>> framework = be.read_framework("data/frameworks/panel.toml")
    >>> panel = be.read_panel(framework, "data/raw", economies="bri_list65", years=[2018])
    >>> index = be.evaluate(panel, framework)
    >>> merchant = catalogue.merchants[0].code
    >>> cells = {"economies": ["KAZ"], "segments": [catalogue.segments[0].code]}
    >>> found = be.mode_choice(catalogue, "data/raw", index, merchant=merchant, year=2018, **cells)
    >>> found.table["rank"].droplevel(["economy", "segment"]).sort_values().to_dict()
    {'postal': 1, 'dedicated_line': 2}
    """

    catalogue: Catalogue = field(repr=False)
    merchant: Merchant
    year: int
    recipe: Recipe
    beside: Recipe
    cells: pd.DataFrame = field(repr=False)
    table: pd.DataFrame = field(repr=False)
    recommended: pd.DataFrame
    dropped: pd.DataFrame = field(repr=False)
    left_out: pd.Series
    weights: pd.DataFrame = field(repr=False)
    consistency: pd.DataFrame = field(repr=False)

    @property
    def _bounds(self) -> str:
        """Say what the ends of the scale are."""
        if self.recipe.normaliser != "minmax":
            return "bounds and ideal points: the feasible modes of each cell."
        return (
            f"from nothing spent or lost to {self.catalogue.worst_at:g} times the limits of cell and merchant; beyond "
            "counts the same. Ideal points: the feasible modes of each cell."
        )

    @property
    def conventions(self) -> tuple[str, ...]:
        """Sentences to print under a table made from this choice."""
        catalogue, found = self.catalogue, self.recommended
        compared = found[found["feasible"] > 1]
        agree = (compared["mode"] == compared["beside"]).mean()
        open_lanes = [m.code for m in catalogue.active if "named_lane" in m.rules and m.code not in catalogue.lanes]
        scaling, weighing, scoring, _ = describe(self.recipe)
        other, _, adding, _ = (sentence.partition(": ")[2] for sentence in describe(self.beside))
        beside = f"{adding.removesuffix('.')}, on {other.partition(', costs')[0]}."
        sentences = {
            ILLUSTRATIVE: catalogue.labelled,
            f"Merchant: {self.merchant.name or self.merchant.code}; indicators of {self.year}; {self._demand}.": True,
            "Dropped beforehand: modes that cannot serve, and those that cost more than the goods are worth.": True,
            f"Cells without any mode: {int((found['feasible'] == 0).sum())} of {len(found)}.": True,
            f"{scaling.partition('; bounds')[0]}; {self._bounds}": True,
            f"{weighing} {_WEIGHED[catalogue.weigh_by]}": True,
            scoring: True,
            f"Beside it: {beside} Where there is a choice, both put the same mode first in {agree:.0%} of cells.": (
                len(compared) > 0
            ),
            "Capital and risk: fixed cost over the budget, plus exposure x parcels x value over the risk limit.": True,
            "Ranks: 1 is best, within a cell; of modes that share it the first of the catalogue is recommended.": True,
            f"No lanes are declared for {listing(open_lanes)}: taken to reach every partner.": bool(open_lanes),
            f"Excluded partners: {', '.join(catalogue.excluded)}.": bool(catalogue.excluded),
            f"Left out for want of data: {', '.join(self.left_out.index)}.": len(self.left_out) > 0,
        }
        return tuple(sentence for sentence, holds in sentences.items() if holds)

    @property
    def _demand(self) -> str:
        """Say how the parcels of a partner follow."""
        demand = self.catalogue.demand
        if demand.rule == "proportional":
            return f"parcels in proportion to {demand.source} of {demand.year}, those of {demand.reference} as declared"
        return {"equal": "parcels alike in all partners", "given": "parcels of each partner as declared"}[demand.rule]


_WEIGHED = {
    "preference": "By cell: the first preference that fits income group or goods.",
    "interpolation": "By partner: between two presets along the logarithm of the declared series.",
}


def mode_choice(
    catalogue: Catalogue,
    folder: str | Path,
    evaluation: Evaluation,
    *,
    merchant: str,
    year: int,
    economies: Sequence[str] | None = None,
    segments: Sequence[str] | None = None,
    recipe: Recipe | None = None,
    beside: Recipe | None = None,
) -> ModeChoice:
    r"""Recommend a mode for every partner and segment.

    Modes that cannot serve are dropped first. The others are scored in each cell on six criteria: cost over value,
    with the fixed cost spread over all parcels of the partner; time; reliability, 1 less the loss; return ease;
    coverage; and capital and risk, :math:`F/B + e D v / R`, with fixed cost F, budget B, exposure e, parcels D, value v
    and risk limit R.

    Parameters
    ----------
    catalogue
        From ``read_modes``.
    folder
        Holds the tables, among them ``economies.csv``.
    evaluation
        The index whose raw values fit the cards to the partners.
    merchant
        Code of the merchant who chooses.
    year
        Of the index.
    economies, segments
        Codes; all economies of the index and all segments if not given.
    recipe, beside
        How the modes of a cell are scored, and a second opinion; ``CHOICE`` and ``BESIDE`` if not given. The weighter
        is ``"ahp"``: the catalogue's judgements weigh.

    Returns
    -------
    ModeChoice
        Recommendations, scores, what was dropped and why.

    Raises
    ------
    InputError
        For an unknown name, an indicator that the index lacks, or a recipe that weighs otherwise.

    References
    ----------
    hwang1981.

    Examples
    --------
    >>> import bri_eval as be
    >>> catalogue = be.read_modes("data/modes.toml")
    >>> framework = be.read_framework("data/frameworks/panel.toml")
    >>> panel = be.read_panel(framework, "data/raw", economies="bri_list65", years=[2018])
    >>> index = be.evaluate(panel, framework)
    >>> merchant = catalogue.merchants[0].code
    >>> cells = {"economies": ["KAZ"], "segments": [catalogue.segments[0].code]}
    >>> found = be.mode_choice(catalogue, "data/raw", index, merchant=merchant, year=2018, **cells)
    >>> found.recommended["mode"].tolist()
    ['postal']
    """
    recipe, beside = check_recipe(recipe or CHOICE), check_recipe(beside or BESIDE)
    seller = catalogue.merchant(merchant)
    known = _economies(evaluation)
    wanted = known if economies is None else list(economies)
    chosen = [segment.code for segment in catalogue.chosen(segments)]
    cells = cell_table(catalogue, folder, economies=wanted, segments=chosen, evaluation=evaluation, year=year)
    weights, consistency = cell_weights(catalogue, folder, wanted, chosen, recipe=recipe, year=year)
    observed = modifier_values(catalogue, evaluation, year, wanted)
    left_out = _left_out(catalogue, cells, observed, weights, year)
    kept = [code for code in wanted if code not in left_out.index]
    if not kept:
        raise InputError(f"no economy can be compared; '{wanted[0]}', the first, lacks: {left_out[wanted[0]]}")
    can = feasible(catalogue, folder, economies=kept, segments=chosen, merchant=merchant)
    weights = weights[weights.index.get_level_values("economy").isin(kept)]
    table = _table(cells.loc[can.index[can["feasible"]]], catalogue, seller, weights, (recipe, beside))
    return ModeChoice(
        catalogue=catalogue,
        merchant=seller,
        year=year,
        recipe=recipe,
        beside=beside,
        cells=cells[cells.index.get_level_values("economy").isin(kept)],
        table=table,
        recommended=_recommended(table, weights.index),
        dropped=can.loc[~can["feasible"], ["reason", "rules"]],
        left_out=left_out,
        weights=weights,
        consistency=consistency,
    )


def _economies(evaluation: Evaluation) -> list[str]:
    """List the economies of an index."""
    names = list(evaluation.panel.index.names)
    if names != ["economy", "year"]:
        raise InputError(
            f"the rows of the index are by {names}; mode choice needs one by economy and year: use evaluate"
        )
    return sorted(set(evaluation.panel.index.get_level_values("economy")))


def _left_out(
    catalogue: Catalogue, cells: pd.DataFrame, observed: pd.DataFrame, weights: pd.DataFrame, year: int
) -> pd.Series:
    """Say for every economy that cannot be compared what is not known of it."""
    reasons: dict[str, list[str]] = {}
    for code in observed.columns:
        for economy in observed.index[observed[code].isna()]:
            reasons.setdefault(economy, []).append(f"{code} of {year} not observed")
    for what, frame in (
        (f"no demand by rule '{catalogue.demand.rule}'", cells[["parcels"]]),
        ("coverage not observed", cells[["coverage"]]),
        (f"{catalogue.interpolation.source if catalogue.interpolation else ''} of {year} not observed", weights),
    ):
        gaps = frame.isna().any(axis=1)
        for economy in gaps.index[gaps].get_level_values("economy").unique():
            reasons.setdefault(economy, []).append(what)
    order = [code for code in observed.index if code in reasons]
    return pd.Series({code: "; ".join(reasons[code]) for code in order}, dtype=str, name="reason")


def _table(
    cells: pd.DataFrame, catalogue: Catalogue, merchant: Merchant, weights: pd.DataFrame, recipes: Sequence[Recipe]
) -> pd.DataFrame:
    """Join criteria, scores and ranks to the feasible rows."""
    criteria, worst = criteria_table(cells, merchant), worst_table(cells, catalogue)
    first, beside = (score_cells(criteria, weights, worst, recipe) for recipe in recipes)
    return cells.join(criteria.drop(columns=["return_ease", "coverage"])).join(first).join(beside.add_suffix("_beside"))


def _recommended(table: pd.DataFrame, cells: pd.Index) -> pd.DataFrame:
    """Read off the first and the second mode of every cell."""
    rows = dict.fromkeys(cells, ("", "", np.nan, 0, ""))
    modes, scores = table.index.get_level_values("mode"), table["score"].to_numpy()
    for cell, part in cell_rows(table.index):
        order = part.start + np.argsort(table["rank"].to_numpy()[part], kind="stable")
        other = part.start + int(np.argmin(table["rank_beside"].to_numpy()[part]))
        second, margin = (modes[order[1]], scores[order[0]] - scores[order[1]]) if len(order) > 1 else ("", np.nan)
        rows[cell] = (modes[order[0]], second, margin, len(order), modes[other])
    columns = ["mode", "second", "margin", "feasible", "beside"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).set_axis(cells)
