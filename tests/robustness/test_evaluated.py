"""Every table of the space, evaluated once."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from small_study import PANEL, REGIONS, TREE, problem_of

import bri_eval as be
from bri_eval.checks import InputError
from bri_eval.evaluation import treated_panel
from bri_eval.hierarchy import without
from bri_eval.robustness.evaluated import (
    baseline_ranks,
    normalised_tables,
    piece_of,
    ranked_by_all,
    table_key,
    treated_once,
)

BASE = be.Recipe()


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"weighter": "entropy", "aggregator": "topsis", "prior_share": 0.2, "exponent": 2.0}, True),
        ({"centre": 5.0, "spread": 2.0}, True),
        ({"range": (1.0, 2.0)}, False),
        ({"normaliser": "rank"}, False),
        ({"exclude": ("road",)}, False),
        ({"scope": "by_year"}, False),
    ],
)
def test_a_key_holds_what_the_table_depends_on(changes, same):
    other = table_key(dataclasses.replace(BASE, **changes), TREE)
    assert (other == table_key(BASE, TREE)) == same


def test_a_range_that_the_normaliser_does_not_take_does_not_count():
    ranks = [dataclasses.replace(BASE, normaliser="rank", range=ends) for ends in ((0.0, 1.0), (1.0, 9.0))]
    assert table_key(ranks[0], TREE) == table_key(ranks[1], TREE)


@pytest.mark.parametrize("code", ["road", "speed", "help"])
@pytest.mark.parametrize("treatment", ["none", "winsorise_log"])
def test_the_whole_panel_less_a_column_is_what_treating_the_rest_gives(code, treatment):
    problem, panels = problem_of(BASE, {}, be.Noise()), {}
    whole = dataclasses.replace(BASE, treatment=treatment)
    treated_once(problem, whole, TREE, panels)
    recipe, reduced = dataclasses.replace(whole, exclude=(code,)), without(TREE, (code,))
    found = treated_once(problem, recipe, reduced, panels)
    direct = treated_panel(PANEL[reduced.codes].sort_index(), reduced, recipe, REGIONS)
    pd.testing.assert_frame_equal(found.treated, direct.treated)
    assert panels[next(reversed(panels))] is found


def test_a_screen_that_keeps_other_rows_is_applied_anew():
    strict = dataclasses.replace(BASE, screen=0.9)
    problem, panels = problem_of(BASE, {}, be.Noise()), {}
    full = treated_once(problem, strict, TREE, panels).treated
    recipe = dataclasses.replace(strict, exclude=("speed",))
    fewer = treated_once(problem, recipe, without(TREE, ("speed",)), panels).treated
    direct = be.evaluate(PANEL, TREE, recipe, groups=REGIONS).treated
    assert len(fewer) != len(full)
    pd.testing.assert_frame_equal(fewer, direct)


def test_imputers_that_look_across_indicators_are_run_again():
    recipe = dataclasses.replace(BASE, imputer="nearest_neighbours")
    problem, panels = problem_of(BASE, {}, be.Noise()), {}
    treated_once(problem, recipe, TREE, panels)
    left = dataclasses.replace(recipe, exclude=("cost",))
    found = treated_once(problem, left, without(TREE, ("cost",)), panels).treated
    pd.testing.assert_frame_equal(found, be.evaluate(PANEL, TREE, left, groups=REGIONS).treated)


def test_what_only_some_tables_rank_is_named():
    few = PANEL.drop(index=("L", 2018))
    tables = [be.evaluate(panel, TREE, groups=REGIONS) for panel in (PANEL, few)]
    common, some = ranked_by_all(problem_of(BASE, {}, be.Noise()), tables)
    assert (list(common), some) == (list("ABCDEFGHIJK"), ("L",))


@pytest.mark.parametrize(("scope", "rows"), [("pooled", 36), ("by_year", 12)])
def test_a_piece_has_the_rows_that_share_bounds(scope, rows):
    evaluation = be.evaluate(PANEL, TREE, be.Recipe(scope=scope), groups=REGIONS)
    piece, place = piece_of(evaluation.treated.index, scope, 2018, pd.Index(["C", "A"]))
    assert len(piece) == rows
    index = evaluation.treated.index[piece][place]
    assert list(index) == [("C", 2018), ("A", 2018)]


def test_the_baseline_is_the_rank_under_the_base_recipe():
    found = baseline_ranks(
        problem_of(BASE, {}, be.Noise()), be.Recipe(aggregator="topsis"), pd.Index(list("ABCDEFGHIJKL"))
    )
    direct = be.evaluate(PANEL, TREE, be.Recipe(aggregator="topsis"), groups=REGIONS).ranks_in(2018)
    assert np.array_equal(found, direct.to_numpy())


def test_tables_with_missing_cells_are_refused():
    recipe = be.Recipe(imputer="none", availability=0.5)
    problem = problem_of(recipe, {}, be.Noise())
    with pytest.raises(InputError, match="availability leaves cells missing; draws need complete tables"):
        normalised_tables(problem, problem.choices, {("key",): ((), recipe, None)})
