"""The distribution of ranks over many draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError
from bri_eval.robustness.tally import THRESHOLDS
from bri_eval.weights.ahp import THRESHOLD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bri_eval.robustness.tally import Tally


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RankCloud:
    """Ranks of every alternative over the draws of an uncertainty analysis.

    Parameters
    ----------
    alternatives
        What is ranked: economies, or the rows of a plain table.
    baseline
        Ranks under the base recipe without noise.
    factors
        Name of each factor to the names of its levels.
    tally
        Counts over the draws.
    asked
        Number of draws that were asked for; fewer are counted if the analysis was stopped.
    seed
        Of the draws.
    inert
        Factor, or ``factor: level``, to the reason why it cannot change a rank.
    dropped
        Alternatives that some recipes do not rank; they are left out under all.
    nodes
        Groups with noisy judgements, in the order of the consistency counts.
    about
        Sentences on what was varied, to print under a table.

    Examples
    --------
    >>> import bri_eval as be
    >>> cars = pd.DataFrame({"price": [20, 25, 30], "range": [300, 420, 380]}, index=["A", "B", "C"])
    >>> noise = be.Noise(weights="dirichlet")
    >>> cloud = be.uncertainty_matrix(cars, {"price": "cost", "range": "benefit"}, noise=noise, n=1_000, seed=1)
    >>> cloud.table["baseline"].tolist(), cloud.best(1).round(1).to_dict()
    ([1, 2, 3], {'A': 0.3, 'B': 0.7, 'C': 0.0})
    """

    alternatives: pd.Index
    baseline: np.ndarray
    factors: Mapping[str, tuple[str, ...]]
    tally: Tally
    asked: int
    seed: int
    inert: Mapping[str, str]
    dropped: tuple[object, ...]
    nodes: tuple[str, ...]
    about: tuple[str, ...]

    @property
    def draws(self) -> int:
        """Number of draws counted."""
        return self.tally.draws

    @property
    def acceptability(self) -> pd.DataFrame:
        """Share of draws in which each alternative (row) has each rank (column); rows sum to 1."""
        n = len(self.alternatives)
        columns = pd.RangeIndex(1, n + 1, name="rank")
        return pd.DataFrame(self.tally.places / self.draws, index=self.alternatives, columns=columns)

    @property
    def dominance(self) -> pd.DataFrame:
        """Share of draws in which the row is ranked before the column; what two of them lack to 1 are ties."""
        return pd.DataFrame(self.tally.better / self.draws, index=self.alternatives, columns=self.alternatives)

    @property
    def table(self) -> pd.DataFrame:
        """One row an alternative: baseline, median and mean rank, 5th and 95th percentile, best and worst rank.

        A percentile is the least rank that at least this share of the draws does not exceed. The rows are in the order
        of the median, then of the mean.
        """
        counts, ranks = self.tally.places, np.arange(1, len(self.alternatives) + 1)
        below = counts.cumsum(axis=1) / self.draws
        table = pd.DataFrame(
            {
                "baseline": self.baseline.astype(int),
                "median": _least(below, 0.5),
                "mean": counts @ ranks / self.draws,
                "lower": _least(below, 0.05),
                "upper": _least(below, 0.95),
                "best": (counts > 0).argmax(axis=1) + 1,
                "worst": len(ranks) - (counts > 0)[:, ::-1].argmax(axis=1),
            },
            index=self.alternatives,
        )
        return table.sort_values(["median", "mean", "baseline"], kind="stable")

    def best(self, count: int) -> pd.Series:
        """Give the probability that an alternative is among the best ``count``.

        Raises
        ------
        InputError
            For a count that is not from 1 to the number of alternatives.
        """
        if not 1 <= count <= len(self.alternatives):
            raise InputError(f"best {count}: expected a number from 1 to {len(self.alternatives)}")
        return self.acceptability.loc[:, :count].sum(axis=1).rename(f"best {count}")

    @property
    def levels(self) -> pd.DataFrame:
        """One row a level of a factor: draws, mean distance from the baseline, and that less the mean of all draws.

        A level that pulls ranks towards the baseline is below 0 in the last column. ``moves`` is the mean distance
        between an alternative's mean rank under this level and over all draws: what the level itself does to ranks.
        What a level that no draw took does is missing.
        """
        n, counted = len(self.alternatives), self._counted()
        overall = self.tally.places @ np.arange(1, n + 1) / self.draws
        rows = [(factor, level) for factor, names in self.factors.items() for level in names]
        shift = self.tally.shifts.sum(axis=1) / counted / n
        return pd.DataFrame(
            {
                "draws": self.tally.used,
                "shift": shift,
                "shift_less_mean": shift - self.shift,
                "moves": np.abs(self.tally.ranks / counted[:, None] - overall).mean(axis=1) if rows else [],
            },
            index=pd.MultiIndex.from_tuples(rows, names=["factor", "level"]) if rows else None,
        )

    @property
    def level_ranks(self) -> pd.DataFrame:
        """Mean rank of every alternative (column) under every level (row)."""
        rows = [(factor, level) for factor, names in self.factors.items() for level in names]
        means = self.tally.ranks / self._counted()[:, None]
        index = pd.MultiIndex.from_tuples(rows, names=["factor", "level"]) if rows else None
        return pd.DataFrame(means, index=index, columns=self.alternatives)

    def _counted(self) -> np.ndarray:
        """Give the draws of each level, missing where there are none."""
        return np.where(self.tally.used > 0, self.tally.used, np.nan)

    @property
    def shift(self) -> float:
        """Mean distance of a rank from its baseline, over draws and alternatives."""
        ranks = np.arange(1, len(self.alternatives) + 1)
        distance = np.abs(ranks - self.baseline[:, None])
        return float((self.tally.places * distance).sum() / self.draws / len(ranks))

    @property
    def consistency(self) -> pd.DataFrame:
        """Consistency of the noisy judgements: draws, median ratio (rounded up to .01) and share above 0.10."""
        counts = self.tally.ratios
        total = counts.sum(axis=1)
        medians = [int(np.searchsorted(row.cumsum(), row.sum() / 2)) + 1 for row in counts]
        above = counts[:, round(THRESHOLD * THRESHOLDS) :].sum(axis=1) / np.maximum(total, 1)
        columns = {"draws": total, "median": np.array(medians) / THRESHOLDS, "inconsistent": above}
        return pd.DataFrame(columns, index=pd.Index(self.nodes, name="node"))

    @property
    def conventions(self) -> tuple[str, ...]:
        """Sentences to print under a table made from this cloud."""
        done = f"{self.draws:,} draws, seed {self.seed}"
        stopped = f" (stopped; {self.asked:,} were asked for)" if self.draws < self.asked else ""
        idle = "; ".join(f"{name}: {reason}" for name, reason in self.inert.items())
        left = ", ".join(map(str, self.dropped))
        return (
            f"Ranks over {done}{stopped}; intervals from the 5th to the 95th percentile. {' '.join(self.about)}",
            *((f"Without effect: {idle}.",) if idle else ()),
            *((f"Left out, since not every recipe ranks them: {left}.",) if left else ()),
            "Ranks: 1 is best; scores equal to 12 significant digits share the better rank.",
        )


def _least(below: np.ndarray, share: float) -> np.ndarray:
    """Give the least rank that at least this share of the draws does not exceed."""
    return (below >= share - 1e-12).argmax(axis=1) + 1
