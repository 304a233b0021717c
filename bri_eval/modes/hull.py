"""Options and shares in one programme, for goals that bind the shares of all economies together."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from bri_eval.modes.faces import Linear, descend, held, minimise
from bri_eval.modes.programme import total

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bri_eval.modes.blocks import Levels, Options
    from bri_eval.modes.problem import Plan


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hull:
    """The convex hull of what every option allows.

    Parameters
    ----------
    linear
        Columns: those of all blocks, a switch for each block, one for each option, and any that are added. Every bound
        of a block is multiplied by its switch; the switches of rivals sum to that of their option, those of the options
        of an economy to 1.
    choice
        The options.
    """

    linear: Linear
    choice: Options

    @property
    def switches(self) -> tuple[slice, slice]:
        """Columns of the switches of blocks and of options."""
        start, blocks, options = (
            len(self.choice.written.linear.lower),
            len(self.choice.option),
            len(self.choice.economy),
        )
        return slice(start, start + blocks), slice(start + blocks, start + blocks + options)

    def row(self, goal: str) -> np.ndarray:
        """Give the row of a goal: its deviation, money over its target, cost over that of the dearest plan, or days."""
        choice, row = self.choice, np.zeros(len(self.linear.lower))
        if goal != "finance":
            each = choice.factor(goal) * total(choice.written, goal, choice.weights)
            row[: len(each)] = each
        row[self.switches[1]] = choice.fixed(goal)
        return row

    def hold(self, row: np.ndarray, most: float) -> Hull:
        """Bound a row."""
        return dataclasses.replace(self, linear=held(self.linear, row, most))

    def solve(self, rows: Sequence[np.ndarray], targets: Sequence[float] = ()) -> Plan:
        """Minimise rows one after the other, each down to its target: facilities first, then shares given these."""
        joined = self
        for row, target in zip(rows, targets or [-np.inf] * len(rows), strict=True):
            found = minimise(joined.linear, row)
            joined = joined.hold(row, max(float(row @ found), target))
        return self._polished(rows, found)

    def _polished(self, rows: Sequence[np.ndarray], found: np.ndarray) -> Plan:
        """Minimise rows on optimal faces, the switches being those of a solution."""
        blocks, options = self.switches
        on = np.zeros(len(found), dtype=bool)
        on[blocks.start : options.stop] = True
        face = dataclasses.replace(
            self.linear,
            lower=np.where(on, found.round(), self.linear.lower),
            upper=np.where(on, found.round(), self.linear.upper),
        )
        for row in (*rows, self.row("ties")):
            found, face = descend(face, row)
        return self.choice.plan(found[options] > 0.5, found, np.flatnonzero(found[blocks] > 0.5))


def hull(choice: Options, levels: Levels, settled: Linear) -> Hull:
    """Join options and shares in one programme.

    Parameters
    ----------
    choice
        The options.
    levels
        Held at their least in each option.
    settled
        Bounds on the options, left by earlier goals.
    """
    found = choice.solve(levels)
    parts = found.linear
    columns, blocks, options = len(parts.lower), len(choice.option), len(choice.economy)
    rivals = sparse.csr_array((np.ones(blocks), (choice.rival, np.arange(blocks))))
    theirs = np.zeros(rivals.shape[0], dtype=int)
    theirs[choice.rival] = choice.option
    grid = [
        [parts.matrix, -_pick(parts.right, choice.written.owner, blocks), None],
        *_bounds(choice, parts),
        [None, rivals, -_pick(np.ones(len(theirs)), theirs, options)],
        [None, None, settled.matrix],
    ]
    heights = [len(parts.right), *(row[1].shape[0] for row in grid[1:3]), len(theirs)]
    return Hull(
        linear=Linear(
            matrix=sparse.block_array(grid, format="csr"),
            right=np.concatenate([np.zeros(sum(heights)), settled.right]),
            equal=np.concatenate(
                [parts.equal, np.zeros(sum(heights[1:3]), dtype=bool), np.ones(heights[3], dtype=bool), settled.equal]
            ),
            lower=np.zeros(columns + blocks + options),
            upper=np.concatenate([parts.upper, found.alive, np.ones(options)]),
            whole=np.arange(columns + blocks + options) >= columns,
        ),
        choice=choice,
    )


def _bounds(choice: Options, parts: Linear) -> list[list[sparse.csr_array | None]]:
    """Write that shares and facilities lie within their bounds where their block is on, and are 0 where it is off."""
    where = choice.written.columns
    column = np.r_[where["share"], where["open"]]
    owner = np.concatenate([choice.written.entries[:, 0], choice.problem.host])
    number, blocks = len(parts.lower), len(choice.option)
    low = np.flatnonzero(parts.lower[column] > 0)
    one = sparse.eye_array(number, format="csr")
    return [
        [one[column], -_pick(parts.upper[column], owner, blocks), None],
        [-one[column[low]], _pick(parts.lower[column[low]], owner[low], blocks), None],
    ]


def _pick(values: np.ndarray, columns: np.ndarray, width: int) -> sparse.csr_array:
    """Place one number in each row."""
    return sparse.csr_array((values, (np.arange(len(values)), columns)), shape=(len(values), width))
