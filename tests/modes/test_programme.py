"""The sparse rows against the same rows written cell by cell."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from programmes import random_problem

from bri_eval.modes.faces import minimise
from bri_eval.modes.problem import GOALS, Plan, deviations, total_cost
from bri_eval.modes.programme import programme, shares_of, total

PROBLEM = random_problem(4, economies=2, segments=3, modes=4)


def solution_of(problem, written, shares, opened):
    """Fill the columns for shares and facilities, deviations at their least."""
    found = np.zeros(len(written.linear.lower))
    found[written.columns["share"]] = shares[tuple(written.entries.T)]
    found[written.columns["open"]] = opened
    found[written.columns["unserved"]] = (1 - shares.sum(axis=2)).ravel()
    for goal, gap in zip(("affordability", "time", "loss"), problem.gaps, strict=True):
        found[written.columns[goal]] = np.maximum((gap * shares).sum(axis=2), 0).ravel()
    found[written.columns["concentration"]] = np.maximum(shares.max(axis=2) - problem.limit, 0).ravel()
    return found


def holds(written, found):
    over = written.linear.matrix @ found - written.linear.right
    inside = (found >= written.linear.lower - 1e-12) & (found <= written.linear.upper + 1e-12)
    return bool((over <= 1e-12).all() and (np.abs(over[written.linear.equal]) <= 1e-12).all() and inside.all())


def plan_within(problem, seed=0):
    """Draw shares below the ceilings that sum to 1 or less."""
    shares = problem.ceiling * np.random.default_rng(seed).uniform(0, 1, problem.ceiling.shape)
    return shares / np.maximum(shares.sum(axis=2, keepdims=True), 1)


def test_a_plan_fits_and_its_averages_are_its_deviations():
    written, shares = programme(PROBLEM), plan_within(PROBLEM)
    opened = np.ones(len(PROBLEM.fixed))
    found = solution_of(PROBLEM, written, shares, opened)
    assert holds(written, found)
    weights = PROBLEM.demand.sum(axis=1) / PROBLEM.demand.sum()
    expected = dict(zip(GOALS, deviations(PROBLEM, Plan(shares=shares, opened=opened)), strict=True))
    for goal in ("demand", "affordability", "time", "loss", "concentration"):
        assert total(written, goal, weights) @ found == pytest.approx(expected[goal], abs=1e-12)
    cost = total(written, "cost", weights) @ found * PROBLEM.cost.max() * PROBLEM.demand.sum()
    assert cost == pytest.approx(total_cost(PROBLEM, Plan(shares=shares, opened=np.zeros_like(opened))))
    assert shares_of(PROBLEM, written, found) == pytest.approx(shares)


def test_each_rule_is_broken_by_what_breaks_it():
    """Shares through a closed facility, above coverage, or that do not sum to 1 with the unserved, are outside."""
    written, shares = programme(PROBLEM), plan_within(PROBLEM)
    opened = np.ones(len(PROBLEM.fixed))
    needed = PROBLEM.facility[tuple(written.entries[:, [0, 2]].T)]
    closed = opened.copy()
    closed[needed[needed >= 0][0]] = 0
    assert not holds(written, solution_of(PROBLEM, written, shares, closed))
    found = solution_of(PROBLEM, written, shares, opened)
    found[written.columns["unserved"].start] += 0.1
    assert not holds(written, found)
    many = shares.copy()
    many[tuple(written.entries[0])] = 1.01
    assert not holds(written, solution_of(PROBLEM, written, many, opened))


@pytest.mark.parametrize(
    ("name", "volume", "fits"), [("capacity", 1e-3, False), ("least", 1e6, False), ("least", 0, True)]
)
def test_capacity_and_least_volume_bind(name, volume, fits):
    bound = dataclasses.replace(PROBLEM, **{name: np.full(len(PROBLEM.fixed), float(volume))})
    written, shares = programme(bound), plan_within(bound)
    assert holds(written, solution_of(bound, written, shares, np.ones(len(bound.fixed)))) is fits
    assert holds(written, solution_of(bound, written, shares * 0, np.zeros(len(bound.fixed))))


def test_the_lack_of_a_least_volume_is_measured():
    """One mode of one cell with 100 parcels, coverage .6: a least volume of 80 lacks a quarter."""
    problem = random_problem(
        0, economies=1, segments=1, modes=1, demand=np.array([[100.0]]), ceiling=np.full((1, 1, 1), 0.6),
        facility=np.zeros((1, 1), dtype=int), fixed=np.array([5.0]), capacity=np.array([np.inf]),
        least=np.array([80.0]), host=np.zeros(1, dtype=int),
    )  # fmt: skip
    written = programme(problem)
    lower, upper, goal = written.linear.lower.copy(), written.linear.upper.copy(), np.zeros(len(written.linear.lower))
    lower[written.columns["open"]], upper[written.columns["thin"]], goal[written.columns["thin"]] = 1, np.inf, 1
    found = minimise(dataclasses.replace(written.linear, lower=lower, upper=upper), goal)
    assert goal @ found == pytest.approx(0.25, abs=1e-9)


def test_cells_without_demand_have_no_shares():
    empty = dataclasses.replace(PROBLEM, demand=PROBLEM.demand * [[1], [0]])
    assert set(programme(empty).entries[:, 0]) == {0}
    assert not programme(empty).averages["demand"].toarray()[1].any()


def test_no_two_modes_settle_alike():
    written = programme(PROBLEM)
    ties = written.averages["ties"].toarray()[0]
    c, g, _ = written.entries.T
    weights = (PROBLEM.demand / PROBLEM.demand.sum(axis=1, keepdims=True))[c, g]
    settled = (ties[written.columns["share"]] / weights)[c == 0]
    assert len(set(settled.round(6))) == len(settled)
