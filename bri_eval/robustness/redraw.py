"""Tables with measurement error: noisy cells go through imputation, treatment and normalisation again."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from bri_eval.checks import bind
from bri_eval.framework import Framework, Group
from bri_eval.impute import check_complete, impute
from bri_eval.normalise import NORMALISERS, normalise_indicators
from bri_eval.treat import in_treated_units, passing, treat

if TYPE_CHECKING:
    from bri_eval.framework import Indicator
    from bri_eval.recipe import Recipe
    from bri_eval.robustness.space import Normalised

ACROSS = ("nearest neighbours", "iterative")
"""Imputers that look across indicators, so that noise in one moves what is filled in another."""


@dataclass(frozen=True, slots=True, eq=False)
class Redraw:
    """How to draw one table anew.

    Parameters
    ----------
    observed
        The kept rows of the panel, not yet imputed.
    treated, matrix
        Piece rows x k, treated and normalised, without noise.
    piece
        Rows of ``observed`` that share bounds: all, or those of one year.
    columns
        Noisy columns that are drawn anew; all of them where the imputer looks across.
    base, sizes, draws
        Of every cell of those columns (columns x rows of ``observed``) the value, its standard error (0: none) and the
        number of its draw.
    plain
        Of those columns: has no gap, and nothing declared to be done to it.
    signs
        Their directions, 1 or -1, if they can be normalised together; None if more than that is declared.
    """

    observed: pd.DataFrame
    treated: np.ndarray
    matrix: np.ndarray
    piece: np.ndarray
    columns: np.ndarray
    base: np.ndarray
    sizes: np.ndarray
    draws: np.ndarray
    plain: np.ndarray
    signs: np.ndarray | None
    framework: Framework
    recipe: Recipe
    groups: pd.Series | None

    def tables(self, normals: np.ndarray, *, raw: bool = True) -> tuple[np.ndarray | None, np.ndarray]:
        """Give treated (unless nobody needs them) and normalised tables.

        Parameters
        ----------
        normals
            Draws x numbers of draws, standard normal; used up: what they hold afterwards is undefined.

        Returns
        -------
        tuple of arrays
            Draws x piece rows x k, twice.
        """
        count = len(normals)
        block = self._treated(self._observed(normals))
        if len(self.piece) < block.shape[1]:
            block = block[:, self.piece]
        treated = self._filled(self.treated, block, count) if raw else None
        return treated, self._filled(self.matrix, self._normalised(block), count)

    def _filled(self, table: np.ndarray, block: np.ndarray, count: int) -> np.ndarray:
        """Copy the fixed table and put the drawn columns in, if they are not all."""
        if len(self.columns) == table.shape[1]:
            return block
        copies = np.empty((count, *table.shape))
        copies[:] = table
        copies[..., self.columns] = block
        return copies

    def _observed(self, normals: np.ndarray) -> np.ndarray:
        """Add the noise to the observed cells: draws x kept rows x noisy columns."""
        # every cell, columns one after the other in memory: faster than the noisy ones alone, also in what follows
        ordered = self.draws.size == normals.shape[1] and bool((self.draws[1:] > self.draws[:-1]).all())
        noise = normals if ordered else np.take(normals, self.draws, axis=1)
        noise *= self.sizes
        noise += self.base.ravel()
        return noise.reshape(len(normals), *self.base.shape).transpose(0, 2, 1)

    def _treated(self, block: np.ndarray) -> np.ndarray:
        """Impute and treat what needs it: columns with gaps, declared steps, or outliers where they are treated."""
        if self.plain.all() and self.recipe.treatment == "none":
            return block
        if np.isnan(self.base).any() and self.recipe.imputer.replace("_", " ") in ACROSS:
            return np.stack([self._wide(one.T, self.columns).T for one in block])
        needed = np.repeat(~self.plain[None], len(block), axis=0)
        if self.recipe.treatment != "none":
            free = np.flatnonzero(~needed[0])
            side_by_side = block[..., free].transpose(1, 0, 2).reshape(block.shape[1], -1)
            needed[:, free] |= ~passing(side_by_side).reshape(len(block), -1)
        draw, column = np.nonzero(needed)
        if len(draw):
            block[draw, :, column] = self._wide(block[draw, :, column], self.columns[column])
        return block

    def _wide(self, lines: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Impute and treat series (lines x rows) side by side in one table; each is a copy of an indicator."""
        copies = tuple(
            dataclasses.replace(self.framework.indicators[column], code=f"{number}", parent="goal", weight=None)
            for number, column in enumerate(columns)
        )
        wide = pd.DataFrame(lines.T, index=self.observed.index, columns=[copy.code for copy in copies])
        recipe = self.recipe
        complete, _ = impute(
            wide, recipe.imputer, groups=self.groups, donors=recipe.donors, neighbours=recipe.neighbours
        )
        check_complete(complete, recipe.imputer)
        framework = Framework(groups=(Group(code="goal"),), indicators=copies)
        return treat(complete, framework, recipe.treatment, winsorised=recipe.winsorised)[0].to_numpy().T

    def _normalised(self, block: np.ndarray) -> np.ndarray:
        """Normalise the drawn columns, batched where nothing but the direction is declared."""
        rule = self.recipe.normaliser
        if self.signs is not None and isinstance(rule, str) and rule != "distance_to_reference":
            signed = block if (self.signs > 0).all() else block * self.signs
            return bind(NORMALISERS[rule], self.recipe.parameters)(signed)
        indicators = [in_treated_units(self.framework.indicators[column]) for column in self.columns]
        count, rows, width = block.shape
        wide = block.transpose(1, 0, 2).reshape(rows, -1)
        done = normalise_indicators(wide, indicators * count, rule, self.recipe.parameters, self._reference())
        return done.reshape(rows, count, width).transpose(1, 0, 2)

    def _reference(self) -> np.ndarray | None:
        """Give the rows of the reference economy, as the fixed table has them."""
        from bri_eval.evaluation import reference_rows

        return reference_rows(self.observed.index[self.piece], self.recipe, self.framework)


class Noisy(NamedTuple):
    """The kept rows of a panel, not imputed, and the noisy cells in them: see ``Redraw``."""

    observed: pd.DataFrame
    columns: np.ndarray
    cells: np.ndarray
    sizes: np.ndarray
    draws: np.ndarray


def noisy_cells(table: Normalised, errors: tuple[np.ndarray, np.ndarray, np.ndarray], codes: list[str]) -> Noisy | None:
    """Find the observed cells of a table that have errors; None if there is none.

    Parameters
    ----------
    table
        Without noise.
    errors
        From ``error_arrays``, on the whole panel and all indicators.
    codes
        All indicators.
    """
    own, panel = table.framework.codes, table.panel
    kept = panel.loc[table.treated.index]
    row = pd.Index(table.treated.index).get_indexer(panel.index)
    column = np.array([own.index(code) if code in own else -1 for code in codes])
    cells, sizes, draws = errors
    moved = np.column_stack([row[cells[:, 0]], column[cells[:, 1]]])
    there = np.flatnonzero((moved >= 0).all(axis=1))
    there = there[~np.isnan(kept.to_numpy()[moved[there, 0], moved[there, 1]])]
    if not len(there):
        return None
    columns = np.unique(moved[there, 1])
    if table.recipe.imputer.replace("_", " ") in ACROSS and kept.isna().to_numpy().any():
        columns = np.arange(len(own))
    return Noisy(kept, columns, moved[there], sizes[there], draws[there])


def make_redraw(table: Normalised, piece: np.ndarray, noisy: Noisy, groups: pd.Series | None) -> Redraw:
    """Prepare to draw a table anew.

    Parameters
    ----------
    table
        Without noise.
    piece
        Rows of its treated table that share bounds.
    noisy
        From ``noisy_cells``, of the same rows and columns.
    groups
        As in ``evaluate``.
    """
    columns, rows = noisy.columns, len(noisy.observed)
    base = np.ascontiguousarray(noisy.observed.to_numpy()[:, columns].T)
    line = np.full(noisy.observed.shape[1], -1)
    line[columns] = np.arange(len(columns))
    at = line[noisy.cells[:, 1]] * rows + noisy.cells[:, 0]
    sizes, draws = np.zeros(base.size), np.zeros(base.size, dtype=np.intp)
    sizes[at], draws[at] = noisy.sizes, noisy.draws
    indicators = [table.framework.indicators[column] for column in columns]
    signs = np.array([-1.0 if one.direction == "cost" else 1.0 for one in indicators])
    return Redraw(
        observed=noisy.observed,
        treated=table.treated.to_numpy()[piece],
        matrix=table.matrix[piece],
        piece=piece,
        columns=columns,
        base=base,
        sizes=sizes,
        draws=draws,
        plain=np.array([_plain(one) for one in indicators]) & ~np.isnan(base).any(axis=1),
        signs=signs if all(map(_directed, map(in_treated_units, indicators))) else None,
        framework=table.framework,
        recipe=table.recipe,
        groups=groups,
    )


def _plain(indicator: Indicator) -> bool:
    """Tell whether an indicator declares no step of its own before normalisation."""
    declared = (indicator.cap, indicator.treatment, indicator.structural_zero)
    return declared == (None, None, None) and indicator.transform == "none"


def _directed(indicator: Indicator) -> bool:
    """Tell whether an indicator declares nothing for normalisation but its direction."""
    declared = (indicator.goalposts, indicator.target, indicator.normaliser)
    return indicator.direction in ("benefit", "cost") and declared == (None, None, None)
