"""A declared analysis carried out."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import bri_eval as be
from bri_eval.framework import Framework, Group, Indicator
from bri_eval.robustness import doubts
from bri_eval.robustness.plan import Plan

CODES = ("speed", "price", "reach")
FRAMEWORK = Framework(
    groups=(Group(code="goal"), Group(code="one", parent="goal"), Group(code="two", parent="goal")),
    indicators=tuple(
        Indicator(code=code, parent="one" if code != "reach" else "two", direction="benefit") for code in CODES
    ),
)
ROWS = pd.MultiIndex.from_product([list("ABCDE"), [2010, 2012]], names=["economy", "year"])
PANEL = pd.DataFrame(np.random.default_rng(1).uniform(1, 9, (10, 3)), index=ROWS, columns=list(CODES))


def carried_out(recipe=None, **changes):
    recipe = recipe or be.Recipe()
    plan = Plan(draws=200, rows=64, best=2, choices=be.choices(recipe, {"aggregator": ["arithmetic", "topsis"]}))
    case = SimpleNamespace(framework=FRAMEWORK, judgements=None)
    given = {"noise": be.Noise(weights="dirichlet"), "year": 2012, "seed": 4, "groups": None} | changes
    return doubts.carry_out(plan, PANEL, be.evaluate(PANEL, FRAMEWORK, recipe), case, **given)


def test_everything_is_about_the_same_ranks():
    found = carried_out()
    base = be.evaluate(PANEL, FRAMEWORK).ranks_in(2012)
    assert found.cloud.table["baseline"].sort_index().tolist() == base.tolist()
    assert found.cloud.draws == 200
    assert found.sensitivity.factors == ("aggregator", "noise: weights")
    assert list(found.left_out.loc["indicator"].index) == list(CODES)
    assert set(found.reversals.index) == set("ABCDE")
    assert list(found.stability.index) == list(CODES)


def test_an_aggregator_without_closed_form_has_no_weight_stability():
    assert carried_out(be.Recipe(aggregator="vikor")).stability is None


def test_who_watches_is_told_what_is_counted():
    seen = []
    carried_out(watch=lambda what, done, total: seen.append((what, done, total)))
    assert seen == [("draws", 200, 200), ("rows of the sensitivity analysis", 64, 64)]


def test_an_interrupt_leaves_the_draws_that_were_counted(monkeypatch):
    monkeypatch.setattr(doubts, "rank_cloud", lambda *_: SimpleNamespace(draws=100))
    found = carried_out()
    assert found.cloud.draws == 100
    assert (found.sensitivity, found.left_out, found.reversals, found.stability) == (None,) * 4


def test_the_same_seed_gives_the_same_result_and_another_one_another():
    first, again, other = carried_out(), carried_out(), carried_out(seed=5)
    pd.testing.assert_frame_equal(first.cloud.acceptability, again.cloud.acceptability)
    pd.testing.assert_frame_equal(first.sensitivity.total, again.sensitivity.total)
    with pytest.raises(AssertionError):
        pd.testing.assert_frame_equal(first.cloud.acceptability, other.cloud.acceptability)
