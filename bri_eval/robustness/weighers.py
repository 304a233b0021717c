"""Weights of many draws at once: what the prior, the data and their combination give under one recipe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bri_eval.checks import WEIGHT_TOLERANCE, InputError, bind
from bri_eval.recipe import choice_name
from bri_eval.weights import COMBINED, LEAST, WEIGHTERS, weigh_table
from bri_eval.weights.combine import COMBINATIONS
from bri_eval.weights.objective import OBJECTIVE, SPREADS, prior_weights, shares_of

if TYPE_CHECKING:
    from bri_eval.checks import Table
    from bri_eval.recipe import Recipe
    from bri_eval.weights.objective import Weighter


@dataclass(frozen=True, slots=True, eq=False)
class Weigher:
    """Weights of one table under one weighter.

    Parameters
    ----------
    objective
        Name of the rule for what the data say, ``""`` for a function; None: the prior alone decides.
    rule
        The rule.
    seen
        Rows x k, the table that the rule sees.
    found
        What it finds there, k; None if that depends on the prior.
    spread
        Its numbers before they are rescaled, k, if it looks at one column at a time.
    combination
        How the prior joins; None: it does not.
    prior_share
        Its share in a linear combination.
    raw
        Whether the rule sees raw values, not normalised ones.
    """

    objective: str | None
    rule: Weighter
    seen: np.ndarray
    found: np.ndarray | None
    spread: np.ndarray | None
    combination: str | None
    prior_share: float
    raw: bool

    def weights(
        self,
        prior: np.ndarray,
        share: np.ndarray | None = None,
        tables: np.ndarray | None = None,
        noisy: np.ndarray | None = None,
    ) -> np.ndarray:
        """Give weights of the indicators.

        Parameters
        ----------
        prior
            Draws x k.
        share
            Draws x 1 shares of the prior; None takes the recipe's.
        tables
            Draws x rows x k, what the rule sees; None where that is not drawn anew.
        noisy
            Columns in which the tables differ.

        Returns
        -------
        array
            Draws x k.
        """
        if self.objective is None:
            return prior
        found = self._found(prior, tables, noisy)
        if self.combination is None:
            return np.broadcast_to(found, prior.shape)
        sets = np.stack([prior, np.broadcast_to(found, prior.shape)], axis=-2)
        given = self.prior_share if share is None else share
        return bind(COMBINATIONS[self.combination], {"prior_share": given})(sets)

    def _found(self, prior: np.ndarray, tables: np.ndarray | None, noisy: np.ndarray | None) -> np.ndarray:
        """Apply the rule to the tables of the draws, or take what it found in the fixed one."""
        if tables is None and self.found is not None:
            return self.found
        if tables is not None and self.spread is not None and noisy is not None:
            spread = np.repeat(self.spread[None], len(tables), axis=0)
            spread[:, noisy] = SPREADS[self.objective or ""](self._usable(tables[..., noisy]))
            return shares_of(spread)
        each = np.broadcast_to(self.seen if tables is None else self._usable(tables), (len(prior), *self.seen.shape))
        if self.objective:
            return self._checked(self.rule(each, prior))
        return self._checked(np.stack([self.rule(x, w) for x, w in zip(each, prior, strict=True)]))

    def _usable(self, tables: np.ndarray) -> np.ndarray:
        """Refuse what the rule cannot use and a table without error does not have."""
        if self.objective in LEAST:
            least = tables.min()
            if least < 0 or (least == 0 and LEAST[self.objective] == "> 0"):
                raise InputError(
                    f"weighter '{self.objective}' needs values {LEAST[self.objective]} and with measurement error some "
                    f"are {least:g}; use normaliser 'minmax' with a range such as (1, 100), and weigh normalised values"
                )
        return tables

    def _checked(self, found: np.ndarray) -> np.ndarray:
        """Refuse what are no weights in some draw."""
        if not ((found >= 0).all() and (np.abs(found.sum(axis=-1) - 1) <= WEIGHT_TOLERANCE).all()):
            name = self.objective or choice_name(self.rule)
            raise InputError(
                f"weighter '{name}' gives a draw weights that are below 0, missing or do not sum to 1; choose another"
            )
        return found


def make_weigher(table: Table, recipe: Recipe, prior: np.ndarray) -> Weigher:
    """Prepare a weigher, checking that it can use the table.

    Parameters
    ----------
    table
        What the rule sees: normalised or raw values, complete.
    recipe
        Names the weighter and the share of the prior.
    prior
        k weights, for the check and for rules that use them.
    """
    weigh_table(table, recipe.weighter, prior, recipe.prior_share)
    raw = recipe.weigh_on == "raw"
    if callable(recipe.weighter):
        return Weigher("", recipe.weighter, table.values, None, None, None, recipe.prior_share, raw)
    combination, objective = COMBINED.get(recipe.weighter, (None, recipe.weighter))
    rule = WEIGHTERS[objective]
    if rule is prior_weights:
        return Weigher(None, rule, table.values, None, None, None, recipe.prior_share, raw)
    alone = objective in OBJECTIVE or objective in ("merec", "gini")
    found = rule(table.values, prior) if alone else None
    spread = SPREADS[objective](table.values) if objective in SPREADS else None
    return Weigher(objective, rule, table.values, found, spread, combination, recipe.prior_share, raw)
