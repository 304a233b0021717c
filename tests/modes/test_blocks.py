"""Options: how many, what they cost, which are impossible, and that each is a programme of its own."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from programmes import random_problem

from bri_eval.checks import InputError
from bri_eval.modes import blocks
from bri_eval.modes.blocks import one_each, options
from bri_eval.modes.problem import take

PROBLEM = random_problem(4, economies=3, segments=2, modes=4)
LEVELS = ("demand", "time", "cost")


def usable(problem):
    return (problem.facility >= 0) & (problem.ceiling > 0).any(axis=1)


def test_every_set_of_facilities_is_there_once():
    choice = options(PROBLEM)
    counts = np.bincount(choice.economy)
    assert counts.tolist() == (2 ** usable(PROBLEM).sum(axis=1)).tolist()
    assert len({(c, tuple(row)) for c, row in zip(choice.economy, choice.opened.tolist(), strict=True)}) == len(
        choice.economy
    )
    for c, row, spend in zip(choice.economy, choice.opened, choice.spend, strict=True):
        assert not (row & ~usable(PROBLEM)[c]).any()
        assert spend == pytest.approx(PROBLEM.fixed[PROBLEM.facility[c][row]].sum())


def test_values_do_not_depend_on_the_other_options():
    """Each option alone, solved as a problem of one economy with its facilities for nothing."""
    choice = options(PROBLEM)
    found = [choice.row(LEVELS[:k], LEVELS[k]) - choice.fixed(LEVELS[k]) for k in range(3)]
    for option in range(0, len(choice.economy), 3):
        alone = take(PROBLEM, choice.economy[[option]], choice.opened[[option]])
        own = options(dataclasses.replace(alone, fixed=alone.fixed * 0))
        full = own.opened[:, alone.facility[0] >= 0].all(axis=1)
        weight = alone.demand.sum() / PROBLEM.demand.sum()
        dearest = alone.cost.max() / PROBLEM.cost.max()
        for k, level in enumerate(LEVELS):
            scale = weight * (dearest if level == "cost" else 1.0)
            assert found[k][option] == pytest.approx(scale * own.row(LEVELS[:k], level)[full][0], abs=1e-9)


def test_each_set_of_levels_is_solved_once(monkeypatch):
    choice, calls = options(PROBLEM), []
    original = blocks.descend
    monkeypatch.setattr(blocks, "descend", lambda *given: calls.append(1) or original(*given))
    choice.row(("demand",), "time")
    choice.row(("demand",), "time")
    choice.row((), "demand")
    assert len(calls) == 2


def test_options_that_lack_a_least_volume_are_left_out():
    """A least volume above all parcels of the partner leaves only the option without that facility."""
    economy, mode = np.argwhere(usable(PROBLEM))[0]
    least = np.zeros(len(PROBLEM.fixed))
    least[PROBLEM.facility[economy, mode]] = 1e6
    choice = options(dataclasses.replace(PROBLEM, least=least))
    assert not choice.opened[choice.economy == economy][:, mode].any()
    assert len(choice.economy) == len(options(PROBLEM).economy) - 2 ** (usable(PROBLEM)[economy].sum() - 1)


def test_blocks_with_several_modes_use_them():
    problem = dataclasses.replace(PROBLEM, ceiling=np.full(PROBLEM.ceiling.shape, 0.9))
    choice = options(problem, at_least=2, least_share=0.2)
    assert (choice.segment >= 0).all()
    assert ((choice.problem.floor > 0).sum(axis=(1, 2)) == 2).all()
    chosen = np.zeros(len(choice.economy), dtype=bool)
    chosen[[np.flatnonzero(choice.economy == c)[-1] for c in range(3)]] = True
    plan = choice.best(("demand", "cost"), chosen)
    assert ((plan.shares >= 0.2 - 1e-9).sum(axis=2) >= 2).all()
    assert plan.shares.sum(axis=2) == pytest.approx(1)


def test_one_option_for_each_economy():
    linear = one_each(options(PROBLEM))
    assert linear.matrix.sum(axis=0).tolist() == [1.0] * linear.matrix.shape[1]
    assert linear.whole.all()
    assert linear.right.tolist() == [1.0] * 3


def test_money_is_compared_with_its_targets():
    choice = options(PROBLEM)
    assert choice.row((), "finance") == pytest.approx(choice.spend / PROBLEM.budget)
    assert choice.factor("risk") == pytest.approx(PROBLEM.exposed.max() * PROBLEM.demand.sum() / PROBLEM.risk_limit)
    assert choice.factor("time") == 1


def test_too_many_options_are_refused(monkeypatch):
    monkeypatch.setattr(blocks, "MOST", 3)
    with pytest.raises(InputError, match=r"the economies have \d+ sets .* expected 3 or fewer: take fewer economies"):
        options(PROBLEM)


@pytest.mark.parametrize("name", ["capacity", "least"])
def test_several_modes_do_not_go_with_volumes(name):
    bound = dataclasses.replace(PROBLEM, **{name: np.full(len(PROBLEM.fixed), 50.0)})
    with pytest.raises(InputError, match="at_least is 2 and some modes have a capacity or a least volume"):
        options(bound, at_least=2)
