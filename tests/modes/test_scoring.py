"""Both storeys of scoring: by hand, against the engine's labelled functions, and against each other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from catalogues import SHOP, tables, tiny

import bri_eval as be
from bri_eval.checks import InputError
from bri_eval.modes.cells import cell_table
from bri_eval.modes.choice import BESIDE, CHOICE
from bri_eval.modes.preferences import CRITERIA
from bri_eval.modes.scoring import (
    BEST,
    cell_rows,
    check_recipe,
    criteria_table,
    score_cells,
    score_stack,
    worst_table,
)

CELL = ("RUS", "goods")
EVEN = np.full(6, 1 / 6)


@pytest.fixture
def cells(tmp_path):
    return cell_table(tiny(), tables(tmp_path), economies=["RUS"])


def framed(values, names, weights=EVEN, worst=None):
    """One cell with these criteria."""
    index = pd.MultiIndex.from_tuples([(*CELL, name) for name in names], names=["economy", "segment", "mode"])
    cell = pd.MultiIndex.from_tuples([CELL], names=["economy", "segment"])
    low = [0.4, 20.0, 0.96, 0.0, 0.0, 2.0] if worst is None else worst
    columns = list(CRITERIA)
    return (
        pd.DataFrame(values, index=index, columns=columns),
        pd.DataFrame([weights], index=cell, columns=columns),
        pd.DataFrame([low], index=cell, columns=columns),
    )


def test_criteria_and_their_ends_by_hand(cells):
    """Cost 10/100, 30/100, (8 + 1000/100)/100; capital and risk 1000/1000 + 0.5 x 100 x 100 / 10000."""
    found = criteria_table(cells, SHOP)
    expected = [[0.1, 16, 0.98, 0.2, 0.9, 0], [0.3, 4, 0.99, 0.6, 1, 0], [0.18, 2, 0.99, 0.9, 0.9, 1.5]]
    np.testing.assert_allclose(found, expected, rtol=1e-14)
    assert list(found.columns) == list(CRITERIA)
    worst = worst_table(cells, tiny())
    np.testing.assert_allclose(worst.loc[CELL], [0.4, 20, 0.96, 0, 0, 2], rtol=1e-14)
    assert worst_table(cells, tiny(worst_at=3.0)).loc[CELL, "time"] == 30.0


def test_topsis_by_hand(cells):
    """Scaled: (.75 .2 .5 .2 .9 1), (.25 .8 .75 .6 1 1), (.55 .9 .75 .9 .9 .25); squared distances summed by hand."""
    found = score_cells(*framed(criteria_table(cells, SHOP).to_numpy(), ["slow", "quick", "store"]), CHOICE)
    away, near = np.sqrt([0.8125, 1.155, 1.1325]), np.sqrt([1.0525, 0.35, 0.6125])
    np.testing.assert_allclose(found["score"], away / (away + near), rtol=1e-12)
    assert found["score"].round(5).tolist() == [0.46769, 0.64496, 0.57623]
    assert found["rank"].tolist() == [3, 1, 2]


def test_geometric_by_hand(cells):
    found = score_cells(*framed(criteria_table(cells, SHOP).to_numpy(), ["slow", "quick", "store"]), BESIDE)
    scaled = np.array([[0.75, 0.2, 0.5, 0.2, 0.9, 1], [0.25, 0.8, 0.75, 0.6, 1, 1], [0.55, 0.9, 0.75, 0.9, 0.9, 0.25]])
    np.testing.assert_allclose(found["score"], np.prod(1 + 99 * scaled, axis=1) ** (1 / 6), rtol=1e-12)


def test_what_lies_beyond_the_end_counts_the_same():
    values = [[0.5, 4, 0.99, 0.5, 1, 0], [0.9, 5, 0.98, 0.6, 1, 0], [0.1, 30, 0.97, 0.6, 1, 0]]
    once = score_cells(*framed(values, "abc"), CHOICE)["score"]
    values[1][0], values[2][1] = 7.0, 21.0
    assert score_cells(*framed(values, "abc"), CHOICE)["score"].tolist() == once.tolist()


def test_a_criterion_without_difference_counts_for_nothing_whatever_its_weight():
    values = [[0.1, 4, 0.99, 0.5, 1, 0], [0.2, 3, 0.98, 0.5, 1, 0], [0.15, 5, 0.985, 0.5, 1, 0]]
    few = score_cells(*framed(values, "abc"), CHOICE)["score"]
    heavy = score_cells(*framed(values, "abc", np.array([0.1, 0.1, 0.1, 0.3, 0.2, 0.2])), CHOICE)["score"]
    np.testing.assert_allclose(few, heavy, rtol=1e-12)


@pytest.mark.parametrize(
    ("values", "rank"),
    [
        pytest.param([[0.1, 4, 0.99, 0.5, 1, 0]], [1], id="one mode"),
        pytest.param([[0.1, 4, 0.99, 0.5, 1, 0]] * 2, [1, 1], id="the same twice"),
        pytest.param([[0.5, 4, 0.99, 0.5, 1, 0], [0.6, 4, 0.99, 0.5, 1, 0]], [1, 1], id="both beyond the end"),
    ],
)
def test_nothing_to_compare_has_no_score_and_shares_the_first_rank(values, rank):
    found = score_cells(*framed(values, "ab"[: len(values)]), CHOICE)
    assert found["score"].isna().all()
    assert found["rank"].tolist() == rank


def random_cell(seed, modes=4):
    rng = np.random.default_rng(seed)
    low, high = [0.02, 2, 0.94, 0, 0.7, 0], [0.6, 30, 1.0, 1, 1.0, 3]
    values = rng.uniform(low, high, (modes, 6))
    if seed % 3 == 0:
        values[:, rng.integers(6)] = 0.5  # a criterion without difference
    return values, rng.dirichlet(np.ones(6)), np.array([0.4, 20, 0.96, 0, 0, 2])


RECIPES = {
    "topsis": CHOICE,
    "geometric": BESIDE,
    "metric": be.Recipe(weighter="ahp", aggregator="topsis_metric"),
    "vector": be.Recipe(weighter="ahp", aggregator="topsis", normaliser="vector"),
    "vikor": be.Recipe(weighter="ahp", aggregator="vikor", group_utility=0.25),
    "mean": be.Recipe(weighter="ahp", aggregator="arithmetic", normaliser="rank"),
    "waspas": be.Recipe(weighter="ahp", aggregator="waspas", range=(1.0, 2.0)),
    "without": be.Recipe(weighter="ahp", aggregator="topsis", exclude=("coverage", "time")),
    "own": be.Recipe(weighter="ahp", aggregator=lambda x, w: (x * w[..., None, :]).sum(axis=-1)),
}


@pytest.mark.parametrize("name", RECIPES)
def test_many_tables_at_once_give_what_one_by_one_gives(name):
    cases = [random_cell(seed) for seed in range(12)]
    for _, weights, worst in cases[:2]:
        stack = np.stack([values for values, *_ in cases])
        found = score_stack(stack, weights, worst, RECIPES[name])
        each = [score_cells(*framed(v, "abcd", weights, worst), RECIPES[name])["score"] for v in stack]
        np.testing.assert_allclose(found, np.array(each), rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("seed", range(1, 9))
def test_the_scores_are_those_of_the_public_functions(seed):
    values, weights, worst = random_cell(seed)
    frame = pd.DataFrame(values, columns=list(CRITERIA))
    frame = frame.loc[:, np.ptp(values, axis=0) > 0]
    posts = {c: tuple(sorted((BEST[c], float(w)))) for c, w in zip(CRITERIA, worst, strict=True)}
    inside = frame.apply(lambda column: column.clip(*posts[column.name]))
    inside = inside.loc[:, np.ptp(inside.to_numpy(), axis=0) > 0]
    shares = given(weights, inside)
    scaled = be.normalise.normalise(inside, CRITERIA, goalposts=posts)
    found = score_cells(*framed(values, "abcd", weights, worst), CHOICE)["score"]
    np.testing.assert_allclose(found, be.aggregate.topsis(scaled, shares), rtol=1e-12)
    plain = be.evaluate_matrix(frame, {c: CRITERIA[c] for c in frame}, RECIPES["vector"], weights=given(weights, frame))
    found = score_cells(*framed(values, "abcd", weights, worst), RECIPES["vector"])
    np.testing.assert_allclose(found["score"], plain.scores["score"], rtol=1e-12)
    assert found["rank"].tolist() == plain.ranks["score"].tolist()


def given(weights, frame):
    shares = pd.Series(weights, index=list(CRITERIA))[frame.columns]
    return shares / shares.sum()


def test_the_stack_knows_where_nothing_is_compared():
    values, weights, worst = random_cell(1)
    found = score_stack(np.stack([values, np.tile(values[0], (4, 1))]), weights, worst, CHOICE)
    assert np.isfinite(found[0]).all()
    assert np.isnan(found[1]).all()
    assert np.isnan(score_stack(values[None, :1], weights, worst, CHOICE)).all()


def test_weight_zero_takes_a_criterion_out():
    values, _, worst = random_cell(1)
    alone = np.array([1.0, 0, 0, 0, 0, 0])
    found = score_cells(*framed(values, "abcd", alone, worst), CHOICE)["score"].to_numpy()
    np.testing.assert_allclose(found, score_stack(values[None], alone, worst, CHOICE)[0], rtol=1e-12)
    assert np.argmax(found) == np.argmin(values[:, 0])


@pytest.mark.parametrize("weighter", ["equal", "entropy", "ahp_entropy"])
def test_recipes_that_weigh_otherwise_are_refused(weighter):
    with pytest.raises(InputError, match=f"weighter is '{weighter}'; mode choice weighs by the catalogue's judgements"):
        check_recipe(be.Recipe(weighter=weighter))
    assert check_recipe(CHOICE) is CHOICE


def test_only_criteria_can_be_excluded():
    with pytest.raises(InputError, match="exclude: unknown criterion 'price'; known are 'cost_to_value'"):
        check_recipe(be.Recipe(weighter="ahp", exclude=("price",)))


def test_cells_are_read_off_rows_that_stand_together():
    index = pd.MultiIndex.from_tuples([("A", "x", "p"), ("A", "x", "q"), ("A", "y", "p"), ("B", "y", "p")])
    assert [(cell, rows.start, rows.stop) for cell, rows in cell_rows(index)] == [
        (("A", "x"), 0, 2),
        (("A", "y"), 2, 3),
        (("B", "y"), 3, 4),
    ]
    assert not list(cell_rows(index[:0]))
