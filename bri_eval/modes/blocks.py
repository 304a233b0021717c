"""Every set of facilities that an economy can open, and how little each goal can deviate with it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse

from bri_eval.checks import InputError
from bri_eval.modes.faces import Linear, descend
from bri_eval.modes.problem import Plan, one_segment, take
from bri_eval.modes.programme import programme, shares_of, total

if TYPE_CHECKING:
    from bri_eval.modes.problem import Problem
    from bri_eval.modes.programme import Programme

EQUAL = 1e-9
"""Averages that differ by less are equal."""

MOST = 50_000
"""Blocks that are solved together at most."""

Levels = tuple[str, ...]


class Rung(NamedTuple):
    """Where some levels lead: the columns, the programme that is left, and the blocks that are among the best."""

    solution: np.ndarray
    linear: Linear
    alive: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Ladder:
    """Solves levels one after the other, and remembers where each led."""

    written: Programme
    rival: np.ndarray
    found: dict[Levels, Rung] = field(default_factory=dict)

    def __call__(self, levels: Levels) -> Rung:
        """Give where some levels lead."""
        if levels not in self.found:
            self.found[levels] = self._next(levels)
        return self.found[levels]

    def _next(self, levels: Levels) -> Rung:
        """Go down the last level from where the others lead."""
        written, rival = self.written, self.rival
        if not levels:
            return Rung(np.zeros(0), written.linear, np.ones(len(rival), dtype=bool))
        before = self(levels[:-1])
        solution, linear = descend(before.linear, total(written, levels[-1], np.ones(len(rival))))
        deviation = np.where(before.alive, written.averages[levels[-1]] @ solution, np.inf)
        best = np.full(rival.max() + 1, np.inf)
        np.minimum.at(best, rival, deviation)
        return Rung(solution, linear, deviation <= best[rival] + EQUAL)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Options:
    """All sets of facilities of every economy, as blocks of one programme that do not touch each other.

    Parameters
    ----------
    economy, opened, spend
        Of each option: its economy; the modes of which it opens the facility, O x M; their fixed cost.
    option, segment, rival
        Of each block: its option; its segment, -1 for all; its cell or cells. Without a least number of modes a block
        is an option. With one, a block is a segment of an option and some modes that it must use, and has rivals.
    weights
        Parcels of each block over all parcels.
    base
        The problem.
    problem, written
        Over the blocks as if each were an economy.
    solve
        For a tuple of levels, its ``Rung``; each is solved once.
    """

    economy: np.ndarray
    opened: np.ndarray
    spend: np.ndarray
    option: np.ndarray
    segment: np.ndarray
    rival: np.ndarray
    weights: np.ndarray
    base: Problem
    problem: Problem
    written: Programme
    solve: Ladder

    def row(self, levels: Levels, goal: str) -> np.ndarray:
        """Give what each option adds to a goal, some levels being held at their least in each."""
        if goal == "finance":
            return self.fixed(goal)
        found = self.solve((*levels, goal))
        each = self.weights * (self.written.averages[goal] @ found.solution)
        one = _first(found.alive, self.rival)
        return self.factor(goal) * np.bincount(self.option[one], each[one], len(self.economy)) + self.fixed(goal)

    def fixed(self, goal: str) -> np.ndarray:
        """Give the part of a goal that hangs on the option alone: money over the budget, or over the dearest plan."""
        over = {"finance": self.base.budget, "cost": (self.problem.cost.max() or 1.0) * self.base.demand.sum()}
        return self.spend / over.get(goal, np.inf)

    def factor(self, goal: str) -> float:
        """Give what turns the average of a level into the goal: value at risk is compared with its limit."""
        return self.problem.exposed.max() * self.base.demand.sum() / self.base.risk_limit if goal == "risk" else 1.0

    def plan(self, chosen: np.ndarray, solution: np.ndarray, blocks: np.ndarray) -> Plan:
        """Put facilities and shares of some options, one of each economy, and of their blocks in their places."""
        each, shares = shares_of(self.problem, self.written, solution), np.zeros(self.base.ceiling.shape)
        for block in blocks:
            segment = self.segment[block]
            rows = slice(None) if segment < 0 else slice(segment, segment + 1)
            shares[self.economy[self.option[block]], rows] = each[block]
        opened, used = np.zeros(len(self.base.fixed), dtype=int), self.opened[chosen]
        opened[self.base.facility[self.economy[chosen]][used]] = 1
        return Plan(shares=shares, opened=opened)

    def best(self, levels: Levels, chosen: np.ndarray) -> Plan:
        """Give the plan of some options after some levels."""
        found = self.solve(levels)
        one = _first(found.alive, self.rival)
        return self.plan(chosen, found.solution, one[chosen[self.option[one]]])


def options(problem: Problem, *, at_least: int = 1, least_share: float = 0.05) -> Options:
    """Set out the options of a problem.

    Parameters
    ----------
    problem
        In which every facility serves one mode of one economy.
    at_least, least_share
        Modes that every cell with demand must use, and the share that makes a mode used.

    Raises
    ------
    InputError
        If the sets are too many, a cell has too few modes, or several modes meet capacities or least volumes.
    """
    economy, opened = _subsets(problem)
    every = take(problem, economy, opened)
    possible = _enough_modes(every, at_least, least_share) if at_least > 1 else _volumes_met(every)
    economy, opened = economy[possible], opened[possible]
    blocks, option, segment = take(problem, economy, opened), np.arange(len(economy)), np.full(len(economy), -1)
    if at_least > 1:
        blocks, option, segment = _forced(blocks, at_least, least_share)
    written = _all_open(programme(blocks))
    rival = np.unique(np.column_stack([option, segment]), axis=0, return_inverse=True)[1].ravel()
    return Options(
        economy=economy,
        opened=opened,
        spend=np.where(opened, np.append(problem.fixed, 0.0)[problem.facility[economy]], 0.0).sum(axis=1),
        option=option,
        segment=segment,
        rival=rival,
        weights=blocks.demand.sum(axis=1) / problem.demand.sum(),
        base=problem,
        problem=blocks,
        written=written,
        solve=Ladder(written, rival),
    )


def one_each(choice: Options) -> Linear:
    """Write that every economy takes one option: a column for each option."""
    number = len(choice.economy)
    economies = choice.economy.max() + 1
    return Linear(
        matrix=sparse.csr_array((np.ones(number), (choice.economy, np.arange(number))), shape=(economies, number)),
        right=np.ones(economies),
        equal=np.ones(economies, dtype=bool),
        lower=np.zeros(number),
        upper=np.ones(number),
        whole=np.ones(number, dtype=bool),
    )


def _first(alive: np.ndarray, rival: np.ndarray) -> np.ndarray:
    """Give the first block that is alive of each set of rivals."""
    blocks = np.flatnonzero(alive)
    return blocks[np.unique(rival[blocks], return_index=True)[1]]


def _subsets(problem: Problem) -> tuple[np.ndarray, np.ndarray]:
    """List the economies and facilities of all options."""
    usable = (problem.facility >= 0) & (problem.ceiling * problem.demand[:, :, None] > 0).any(axis=1)
    sizes = 2 ** usable.sum(axis=1)
    _refuse_many(sizes.sum())
    economy = np.repeat(np.arange(len(sizes)), sizes)
    number = np.concatenate([np.arange(size) for size in sizes])
    place = np.where(usable, np.cumsum(usable, axis=1) - 1, 0)[economy]
    return economy, usable[economy] & ((number[:, None] >> place) & 1 == 1)


def _refuse_many(blocks: int) -> None:
    """Raise if there are more blocks than can be solved together."""
    if blocks > MOST:
        raise InputError(
            f"the economies have {blocks} sets of facilities and modes; expected {MOST} or fewer: take fewer economies "
            "or fewer modes with fixed costs"
        )


def _volumes_met(blocks: Problem) -> np.ndarray:
    """Tell which options can meet the least volumes of their facilities."""
    if not blocks.least.any():
        return np.ones(len(blocks.demand), dtype=bool)
    written = _all_open(programme(blocks))
    thin = written.columns["thin"]
    upper, goal = written.linear.upper.copy(), np.zeros(len(written.linear.upper))
    upper[thin], goal[thin] = np.inf, 1.0
    solution, _ = descend(dataclasses.replace(written.linear, upper=upper), goal)
    return np.bincount(blocks.host, solution[thin], minlength=len(blocks.demand)) <= EQUAL


def _enough_modes(blocks: Problem, at_least: int, share: float) -> np.ndarray:
    """Tell which options have so many modes in every cell with demand."""
    if blocks.least.any() or np.isfinite(blocks.capacity).any():
        raise InputError(
            f"at_least is {at_least} and some modes have a capacity or a least volume; these cannot be had together: "
            "write at_least=1, or take them out of the catalogue"
        )
    return (((blocks.ceiling >= share).sum(axis=2) >= at_least) | (blocks.demand <= 0)).all(axis=1)


def _forced(blocks: Problem, at_least: int, share: float) -> tuple[Problem, np.ndarray, np.ndarray]:
    """Divide options into segments, each with every set of so many modes that it can be made to use."""
    found = [
        (option, segment, modes)
        for option, segment in np.argwhere(blocks.demand > 0)
        for modes in combinations(np.flatnonzero(blocks.ceiling[option, segment] >= share), at_least)
    ]
    _refuse_many(len(found))
    option, segment = np.array([one[:2] for one in found], dtype=int).reshape(-1, 2).T
    divided = one_segment(take(blocks, option, blocks.facility[option] >= 0), segment)
    floor = np.zeros_like(divided.ceiling)
    for block, (_, _, modes) in enumerate(found):
        floor[block, 0, list(modes)] = share
    return dataclasses.replace(divided, floor=floor), option, segment


def _all_open(written: Programme) -> Programme:
    """Keep every facility open."""
    lower = written.linear.lower.copy()
    lower[written.columns["open"]] = 1.0
    return dataclasses.replace(written, linear=dataclasses.replace(written.linear, lower=lower))
