"""The record of an evaluation."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import bri_eval as be
from bri_eval.checks import InputError
from bri_eval.result import freeze_goalposts, pieces_of


@pytest.fixture(scope="module")
def result(panel, framework):
    return be.evaluate(panel, framework)


def test_tables_are_labelled_and_of_the_rows_that_were_kept(result):
    rows = result.treated.index
    for table in (result.filled, result.matrix, result.scores, result.ranks):
        assert table.index.equals(rows)
    assert list(result.matrix.columns) == result.framework.codes
    assert result.scores.columns[0] == "capability"
    assert len(rows) + len(result.screened) == len(result.panel)


def test_a_table_that_is_changed_does_not_change_the_record(result):
    mine = result.scores
    mine["capability"] = 0.0
    assert (result.scores["capability"] > 0).any()


def test_weights_in_a_year_are_the_pooled_ones_or_those_of_the_year(panel, framework):
    recipe = be.Recipe(weighter="entropy")
    pooled = be.evaluate(panel, framework, recipe)
    assert pooled.weights_in(2018).equals(pooled.weights)
    by_year = be.evaluate(panel, framework, replace(recipe, scope="by_year"))
    assert by_year.weights_in(2018).tolist() == by_year.weights.loc[2018].tolist()
    assert by_year.weights_in(2018).sum() == pytest.approx(1)
    assert by_year.scores.attrs["scope"] == "by_year"


def test_ranks_in_a_year_start_at_one(result):
    assert result.ranks_in(2018).min() == 1
    assert result.ranks_in(2018).index.name == "economy"


def test_pieces_cover_every_row_once():
    index = pd.MultiIndex.from_product([["A", "B"], [2010, 2012]], names=["economy", "year"])
    rows = np.concatenate([rows for _, rows in pieces_of(index, "by_year")])
    assert sorted(rows) == [0, 1, 2, 3]
    assert [year for year, _ in pieces_of(index, "by_year")] == [2010, 2012]
    assert next(iter(pieces_of(index, "pooled")))[0] == "all"


def test_frozen_goalposts_leave_old_scores_when_a_year_is_added(panel, framework):
    before = panel[panel.index.get_level_values("year") < 2018]
    recipe = be.Recipe(weighter="framework", exclude=("tariff",))  # the one indicator imputed from later years
    old = be.evaluate(before, framework, recipe)
    frozen = freeze_goalposts(old)
    again = be.evaluate(panel, frozen, replace(recipe, exclude=()))
    both = again.scores["capability"].reindex(old.scores.index)
    np.testing.assert_allclose(both, old.scores["capability"], atol=1e-12)
    loose = (
        be.evaluate(panel, framework, be.Recipe(weighter="framework")).scores["capability"].reindex(old.scores.index)
    )
    assert np.abs(loose - old.scores["capability"]).max() > 0.01


@pytest.mark.parametrize("other", [{"normaliser": "zscore"}, {"scope": "by_year"}, {"treatment": "winsorise"}])
def test_goalposts_are_frozen_from_plain_bounds_only(panel, framework, other):
    with pytest.raises(InputError, match="goalposts are frozen from normaliser 'minmax'"):
        freeze_goalposts(be.evaluate(panel, framework, be.Recipe(**other)))
