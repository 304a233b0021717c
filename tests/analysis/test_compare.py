"""Two recipes: the chain by hand, joined steps, every field of a recipe, what is refused, the shipped index."""

from __future__ import annotations

from dataclasses import fields, replace

import pandas as pd
import pytest

import bri_eval as be
from bri_eval.analysis.compare import STEPS, compare
from bri_eval.checks import InputError

FIRST = be.Recipe()
SECOND = be.Recipe(exclude=("x",), weighter="entropy", aggregator="topsis")


def test_every_field_of_a_recipe_belongs_to_one_step():
    named = [name for step in STEPS.values() for name in step]
    assert sorted(named) == sorted(field.name for field in fields(be.Recipe))


def test_the_chain_by_hand(tree, small_panel):
    """Each step's shift is that between two neighbouring recipes of the chain."""
    chain = [
        FIRST,
        replace(FIRST, exclude=("x",)),
        replace(FIRST, exclude=("x",), weighter="entropy"),
        SECOND,
    ]
    ranks = [be.evaluate(small_panel, tree, recipe).ranks_in(2018) for recipe in chain]
    found = compare(small_panel, tree, FIRST, SECOND, year=2018)
    assert found.steps["step"].tolist() == ["exclude", "weigh", "aggregate"]
    assert found.steps["change"].tolist() == [
        "exclude: nothing -> x",
        "weighter: equal -> entropy",
        "aggregator: arithmetic -> topsis",
    ]
    for row, before, after in zip(found.steps.to_dict("records"), ranks[:-1], ranks[1:], strict=True):
        assert row["mean_shift"] == pytest.approx((after - before).abs().mean(), abs=1e-15)
        assert abs(row["furthest_shift"]) == (after - before).abs().max()
        assert row["from_first"] == pytest.approx((after - ranks[0]).abs().mean(), abs=1e-15)
    assert (found.first, found.second) == (FIRST, SECOND)


def test_moves_are_those_of_the_two_ends(tree, small_panel):
    found = compare(small_panel, tree, FIRST, SECOND)
    first, second = be.evaluate(small_panel, tree, FIRST), be.evaluate(small_panel, tree, SECOND)
    moves = found.moves.sort_index()
    assert moves["rank_before"].tolist() == first.ranks["goal"].tolist()
    assert moves["rank_after"].tolist() == second.ranks["goal"].tolist()
    assert moves["score_before"].tolist() == first.scores["goal"].tolist()
    assert moves["score_after"].tolist() == second.scores["goal"].tolist()
    assert (moves["shift"] == moves["rank_after"] - moves["rank_before"]).all()
    assert found.moves["shift"].abs().is_monotonic_decreasing
    assert found.steps["economies"].eq(10).all()


def test_a_recipe_with_itself(tree, small_panel):
    found = compare(small_panel, tree, FIRST, FIRST, year=2018)
    assert found.steps.empty
    assert found.moves["shift"].eq(0).all()


def test_back_is_the_opposite_move(tree, small_panel):
    there, back = (compare(small_panel, tree, *pair, year=2018).moves for pair in ((FIRST, SECOND), (SECOND, FIRST)))
    assert back["shift"].to_dict() == (-there["shift"]).to_dict()


def test_steps_that_cannot_be_taken_apart_are_joined(tree, small_panel):
    """Between the range and the aggregator the geometric mean would see zeros, and the z-scores entropy."""
    positive = be.Recipe(range=(1, 100), aggregator="geometric")
    forth = compare(small_panel, tree, be.Recipe(), positive, year=2018).steps
    back = compare(small_panel, tree, positive, replace(FIRST, treatment="winsorise"), year=2018).steps
    assert forth["step"].tolist() == ["normalise", "aggregate"]
    assert back["step"].tolist() == ["treat", "normalise + aggregate"]
    assert back["change"].tolist()[1] == "range: 1, 100 -> 0, 1; aggregator: geometric -> arithmetic"


def test_fields_of_one_step_change_together(tree, small_panel):
    def mirrored(_: object, prior):
        return prior[::-1]

    second = be.Recipe(weighter=mirrored, weigh_on="raw", scope="by_year", prior_share=0.25)
    found = compare(small_panel, tree, FIRST, second, year=2018).steps
    assert found["step"].tolist() == ["scope", "weigh"]
    assert found["change"][1] == ("weighter: equal -> mirrored; weigh_on: normalised -> raw; prior_share: 0.5 -> 0.25")
    assert found["mean_shift"].notna().all()


def test_an_economy_that_enters_has_no_shift(tree, small_panel):
    panel = small_panel.copy()
    panel.loc[("ARM", 2018), ["w", "x", "y"]] = float("nan")
    found = compare(panel, tree, be.Recipe(screen=0.5), be.Recipe(), year=2018)
    assert found.steps[["step", "economies"]].to_numpy().tolist() == [["screen", 4]]
    row = found.moves.loc["ARM"]
    assert pd.isna(row["rank_before"])
    assert pd.isna(row["shift"])
    assert found.moves.index[-1] == "ARM"
    assert row["rank_after"] == be.evaluate(panel, tree).ranks_in(2018)["ARM"]


@pytest.mark.parametrize(
    ("second", "year", "message"),
    [
        (
            be.Recipe(scope="by_year"),
            None,
            "scores by year do not compare over years; name one year, such as year=2018",
        ),
        (SECOND, 2017, "the panel has no year 2017; years are '2016', '2018'"),
        (be.Recipe(aggregator="geometric"), 2018, "aggregator 'geometric' needs values above 0"),
        (be.Recipe(weighter="ahp"), 2018, "weighter 'ahp' needs judgements"),
    ],
)
def test_what_is_refused(second, year, message, tree, small_panel):
    with pytest.raises(InputError, match=message):
        compare(small_panel, tree, FIRST, second, year=year)


def test_the_shipped_index(panel, framework, judgements, evaluation):
    """From the default to equal weights and the arithmetic mean, without the tariff."""
    second = be.Recipe(exclude=("tariff",))
    found = compare(panel, framework, evaluation.recipe, second, iter(judgements), year=2018)
    assert found.steps["step"].tolist() == ["exclude", "weigh", "aggregate"]
    assert found.steps["mean_shift"].idxmax() == 1  # the weights, not the aggregator, move the ranks
    assert found.moves["rank_before"].to_dict() == evaluation.ranks_in(2018)[found.moves.index].to_dict()
    assert len(found.moves) == 63
