"""What every entry of every registry promises, whatever its method."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import bri_eval as be
from bri_eval.aggregate import AGGREGATORS, aggregate, rank_scores
from bri_eval.checks import InputError
from bri_eval.impute import IMPUTERS, impute
from bri_eval.normalise import NORMALISERS, normalise
from bri_eval.treat import TREATMENTS, treat
from bri_eval.weights import COMBINED, WEIGHTERS, combine, weigh
from bri_eval.weights.ahp import ESTIMATORS, priorities
from bri_eval.weights.combine import COMBINATIONS

CODES = list("pqrs")
BENEFITS = dict.fromkeys(CODES, "benefit")
MIXED = {"p": "benefit", "q": "cost", "r": "benefit", "s": "cost"}
RANGE = (1.0, 100.0)

each_normaliser = pytest.mark.parametrize("normaliser", NORMALISERS)
each_weighter = pytest.mark.parametrize("weighter", [*WEIGHTERS, *COMBINED])
each_aggregator = pytest.mark.parametrize("aggregator", AGGREGATORS)
each_imputer = pytest.mark.parametrize("imputer", IMPUTERS)
each_treatment = pytest.mark.parametrize("treatment", TREATMENTS)
each_combination = pytest.mark.parametrize("combination", COMBINATIONS)
each_seed = pytest.mark.parametrize("seed", range(3))

POSITIVE = {"minmax": MIXED, "rank": MIXED, "vector": BENEFITS, "sum": BENEFITS, "max": BENEFITS}
"""Normalisers with directions that give positive values, which the geometric mean needs."""

RUNS = [
    pytest.param(normaliser, aggregator, POSITIVE.get(normaliser) if aggregator == "geometric" else MIXED)
    for normaliser, aggregator in itertools.product(NORMALISERS, AGGREGATORS)
    if aggregator != "geometric" or normaliser in POSITIVE
]
each_run = pytest.mark.parametrize(("normaliser", "aggregator", "directions"), RUNS)


def matrix(seed: int, rows: int = 9) -> pd.DataFrame:
    values = np.random.default_rng(seed).uniform(1, 100, (rows, len(CODES)))
    return pd.DataFrame(values, columns=CODES, index=[f"A{row}" for row in range(rows)])


def shuffled(frame: pd.DataFrame, seed: int) -> pd.DataFrame:
    return frame.sample(frac=1, random_state=seed).sample(frac=1, axis=1, random_state=seed)


def prior(seed: int) -> pd.Series:
    return pd.Series(np.random.default_rng(seed).dirichlet(np.ones(len(CODES))), index=CODES)


def gappy(seed: int) -> pd.DataFrame:
    index = pd.MultiIndex.from_product([[f"E{n}" for n in range(8)], [2010, 2012, 2018]], names=["economy", "year"])
    rng = np.random.default_rng(seed)
    values = pd.DataFrame(rng.uniform(1, 9, (24, 4)), index=index, columns=CODES)
    return values.mask(rng.uniform(size=values.shape) < 0.3)


REGIONS = pd.Series({f"E{n}": "north" if n < 5 else "south" for n in range(8)})


def run(frame, directions, normaliser, aggregator, seed: int = 0) -> be.Evaluation:
    recipe = be.Recipe(normaliser=normaliser, aggregator=aggregator, range=RANGE)
    return be.evaluate_matrix(frame, directions, recipe, weights=prior(seed))


# normalisers


@each_normaliser
@each_seed
def test_normalisers_ignore_order_and_leave_the_input(normaliser, seed):
    frame = matrix(seed)
    before = frame.copy()
    found = normalise(frame, MIXED, normaliser)
    pd.testing.assert_frame_equal(frame, before)
    assert np.isfinite(found).all(axis=None)
    mixed = normalise(shuffled(frame, seed), MIXED, normaliser)
    pd.testing.assert_frame_equal(mixed.loc[found.index, CODES], found, rtol=0, atol=1e-12)


@each_normaliser
@each_seed
def test_normalisers_make_larger_better(normaliser, seed):
    frame = matrix(seed)
    found = normalise(frame, MIXED, normaliser)
    for code, direction in MIXED.items():
        assert found[code].rank().equals(frame[code].rank(ascending=direction == "benefit"))


@each_normaliser
@each_seed
def test_normalisers_do_not_depend_on_the_unit(normaliser, seed):
    frame = matrix(seed)
    units = np.random.default_rng(seed).uniform(0.001, 1000, len(CODES))
    found = normalise(frame * units, MIXED, normaliser)
    pd.testing.assert_frame_equal(found, normalise(frame, MIXED, normaliser), rtol=0, atol=1e-11)


@each_normaliser
def test_normalisers_and_the_origin(normaliser):
    """Vector, sum and max need a true zero: shifting the origin (degrees, years) changes their values."""
    frame = matrix(0)
    moved = normalise(frame + 50, BENEFITS, normaliser) - normalise(frame, BENEFITS, normaliser)
    depends = moved.abs().max(axis=None) > 1e-3
    assert depends == (normaliser in {"vector", "sum", "max"})
    assert depends or moved.abs().max(axis=None) < 1e-12


@each_normaliser
def test_normalisers_take_a_sign_with_its_direction(normaliser):
    frame = matrix(1)
    flipped = {code: "cost" if direction == "benefit" else "benefit" for code, direction in MIXED.items()}
    pd.testing.assert_frame_equal(normalise(-frame, flipped, normaliser), normalise(frame, MIXED, normaliser))


# weighters


@each_weighter
@each_seed
def test_weighters_give_shares(weighter, seed):
    found = weigh(matrix(seed), weighter, prior(seed))
    assert list(found.index) == CODES
    assert (found >= 0).all()
    assert found.sum() == pytest.approx(1, abs=1e-12)


@each_weighter
@each_seed
def test_weighters_ignore_order_and_leave_the_input(weighter, seed):
    frame, given_prior = matrix(seed), prior(seed)
    before, prior_before = frame.copy(), given_prior.copy()
    found = weigh(frame, weighter, given_prior)
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_series_equal(given_prior, prior_before)
    mixed = weigh(shuffled(frame, seed), weighter, given_prior)
    pd.testing.assert_series_equal(mixed[CODES], found, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("weighter", "unit", "origin"),
    [("entropy", True, False), ("cv", True, False), ("critic", True, True), ("std", False, True)],
)
def test_what_weighters_depend_on(weighter, unit, origin):
    frame = matrix(2)
    plain = weigh(frame, weighter)
    for other, same in ((frame * [1, 20, 0.3, 5], unit), (frame.add([0, 200, 30, 5]), origin)):
        assert np.allclose(weigh(other, weighter), plain, rtol=0, atol=1e-12) is same


# aggregators


@each_aggregator
@each_seed
def test_aggregators_ignore_order_and_leave_the_input(aggregator, seed):
    frame, weights = matrix(seed), prior(seed)
    before, weights_before = frame.copy(), weights.copy()
    found = aggregate(frame, weights, aggregator)
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_series_equal(weights, weights_before)
    assert np.isfinite(found).all()
    mixed = aggregate(shuffled(frame, seed), weights, aggregator)
    pd.testing.assert_series_equal(mixed[found.index], found, rtol=1e-12, atol=0)


@each_aggregator
def test_aggregators_ignore_what_has_no_weight(aggregator):
    frame = matrix(3)
    weights = pd.Series({"p": 0.5, "q": 0.5, "r": 0.0, "s": 0.0})
    found = aggregate(frame, weights, aggregator)
    pd.testing.assert_series_equal(aggregate(frame[["p", "q"]], weights[["p", "q"]], aggregator), found, rtol=1e-12)


@each_aggregator
@each_seed
def test_aggregators_stay_within_bounds(aggregator, seed):
    frame = matrix(seed)
    found = aggregate(frame, prior(seed), aggregator)
    if aggregator.startswith("topsis"):
        assert found.between(0, 1).all()
    else:
        assert (found >= frame.min(axis=1)).all()
        assert (found <= frame.max(axis=1)).all()


# imputers


@each_imputer
@each_seed
def test_imputers_ignore_order(imputer, seed):
    panel = gappy(seed)
    filled, how = impute(panel, imputer, groups=REGIONS)
    other, other_how = impute(shuffled(panel, seed), imputer, groups=REGIONS)
    pd.testing.assert_frame_equal(other.loc[panel.index, CODES], filled, rtol=0, atol=1e-12)
    pd.testing.assert_frame_equal(other_how.loc[panel.index, CODES], how)


@each_imputer
def test_imputers_leave_the_input(imputer):
    panel, groups = gappy(0), REGIONS.copy()
    impute(panel, imputer, groups=groups)
    pd.testing.assert_frame_equal(panel, gappy(0))
    pd.testing.assert_series_equal(groups, REGIONS)


@each_imputer
@each_seed
def test_imputers_fill_missing_cells_only_and_say_so(imputer, seed):
    panel = gappy(seed)
    filled, how = impute(panel, imputer, groups=REGIONS)
    observed = panel.notna()
    pd.testing.assert_frame_equal(filled.where(observed), panel)
    assert (how.where(observed, "") == "").all(axis=None)
    assert ((how != "") == (filled.notna() & ~observed)).all(axis=None)
    if imputer != "none":
        assert filled.notna().all(axis=None)
        assert (filled.min() >= panel.min()).all()
        assert (filled.max() <= panel.max()).all()


# treatments


@each_treatment
@each_seed
def test_treatments_ignore_order_and_leave_the_input(treatment, seed, tree):
    panel = np.exp(gappy(seed).fillna(1.0)).set_axis(list("wxyz"), axis=1)
    before = panel.copy()
    treated, log = treat(panel, tree, treatment)
    pd.testing.assert_frame_equal(panel, before)
    assert np.isfinite(treated).all(axis=None)
    assert len(log) == (treated != panel).sum(axis=None)
    other, _ = treat(shuffled(panel, seed), tree, treatment)
    pd.testing.assert_frame_equal(other.loc[panel.index, tree.codes], treated)


@each_treatment
@each_seed
def test_treatments_never_reverse_an_order(treatment, seed, tree):
    panel = np.exp(2 * gappy(seed).fillna(1.0)).set_axis(list("wxyz"), axis=1)
    treated, _ = treat(panel, tree, treatment)
    for code in tree.codes:
        assert treated[code].loc[panel[code].sort_values().index].is_monotonic_increasing


# combinations and estimators


@each_combination
@each_seed
def test_combinations_give_shares_and_ignore_order(combination, seed):
    first, second = prior(seed), prior(seed + 100)
    found = combine(first, second, combination)
    assert (found >= 0).all()
    assert found.sum() == pytest.approx(1, abs=1e-12)
    backwards = combine(first[::-1], second, combination)
    pd.testing.assert_series_equal(backwards[CODES], found, rtol=0, atol=1e-12)
    pd.testing.assert_series_equal(combine(second, first, combination), found, rtol=0, atol=1e-9)


@each_combination
@each_seed
def test_combinations_leave_the_input(combination, seed):
    sets = np.stack([prior(seed), prior(seed + 100)])
    before = sets.copy()
    COMBINATIONS[combination](sets, 0.5)
    np.testing.assert_array_equal(sets, before)


@pytest.mark.parametrize("combination", [name for name in COMBINATIONS if name != "multiplicative"])
def test_combining_a_set_with_itself_changes_nothing(combination):
    np.testing.assert_allclose(combine(prior(0), prior(0), combination), prior(0), rtol=0, atol=1e-9)


@pytest.mark.parametrize("estimator", ESTIMATORS)
@each_seed
def test_estimators_give_shares_and_leave_the_input(estimator, seed):
    truth = prior(seed).to_numpy()
    judged = truth[:, None] / truth * np.exp(np.triu(np.ones((4, 4)), 1) - np.tril(np.ones((4, 4)), -1))
    before = judged.copy()
    found = priorities(judged, estimator=estimator).weights
    np.testing.assert_array_equal(judged, before)
    assert (found > 0).all()
    assert found.sum() == pytest.approx(1, abs=1e-12)


# a whole evaluation


@each_run
@each_seed
def test_the_better_in_everything_never_ranks_below(normaliser, aggregator, directions, seed):
    frame = matrix(seed)
    signs = pd.Series({code: 1 if directions[code] == "benefit" else -1 for code in CODES})
    frame.loc["A1"] = frame.loc["A0"] - 0.5 * signs
    frame.loc["A2"] = frame.loc["A0"] - [0.5 * signs["p"], 0, 0, 0]
    ranks = run(frame, directions, normaliser, aggregator, seed).ranks["score"]
    assert ranks["A0"] < ranks["A2"] < ranks["A1"]


@each_run
@each_seed
def test_identical_alternatives_tie_exactly(normaliser, aggregator, directions, seed):
    frame = matrix(seed, rows=37)
    twins = ["A3", "A17", "A36"]
    frame.loc[twins] = frame.loc["A3"].to_numpy()
    ranks = run(frame, directions, normaliser, aggregator, seed).ranks["score"]
    assert list(ranks.index[ranks == ranks["A3"]]) == twins


@each_run
def test_the_whole_ignores_order_and_leaves_the_input(normaliser, aggregator, directions):
    frame = matrix(4)
    before = frame.copy()
    found = run(frame, directions, normaliser, aggregator)
    pd.testing.assert_frame_equal(frame, before)
    other = run(shuffled(frame, 4), directions, normaliser, aggregator)
    pd.testing.assert_frame_equal(other.scores.loc[frame.index], found.scores, rtol=0, atol=1e-12)
    pd.testing.assert_frame_equal(other.ranks.loc[frame.index], found.ranks)


@each_run
def test_a_sign_flipped_with_its_direction_changes_nothing(normaliser, aggregator, directions):
    frame = matrix(5)
    flipped = {code: "cost" if direction == "benefit" else "benefit" for code, direction in directions.items()}
    found = run(frame, directions, normaliser, aggregator)
    pd.testing.assert_frame_equal(run(-frame, flipped, normaliser, aggregator).ranks, found.ranks)


@each_run
def test_the_unit_changes_nothing(normaliser, aggregator, directions):
    frame = matrix(6)
    found = run(frame, directions, normaliser, aggregator)
    other = run(frame * [0.001, 7, 1000, 0.3], directions, normaliser, aggregator)
    pd.testing.assert_frame_equal(other.ranks, found.ranks)


@pytest.mark.parametrize("weighter", [name for name in WEIGHTERS if name not in ("ahp", "given")])
def test_directions_change_no_rank_whatever_the_weighter(weighter):
    frame = matrix(7)
    flipped = {code: "cost" if direction == "benefit" else "benefit" for code, direction in MIXED.items()}
    recipe = be.Recipe(weighter=weighter, aggregator="topsis")
    found = be.evaluate_matrix(frame, MIXED, recipe)
    pd.testing.assert_frame_equal(be.evaluate_matrix(-frame, flipped, recipe).ranks, found.ranks)


small_tables = st.tuples(st.integers(2, 7), st.integers(1, 4)).flatmap(
    lambda shape: st.tuples(
        arrays(int, shape, elements=st.integers(1, 6)), arrays(int, shape[1], elements=st.integers(0, 4))
    )
)


@each_run
@settings(max_examples=25)
@given(case=small_tables)
def test_dominance_in_small_tables_full_of_ties(normaliser, aggregator, directions, case):
    table, parts = case
    assume((np.ptp(table, axis=0) > 0).all())
    assume(parts.sum() > 0)
    weights = parts / parts.sum()
    scores = AGGREGATORS[aggregator](NORMALISERS[normaliser](table.astype(float), RANGE), weights)
    ranks = rank_scores(scores + 1)  # away from 0, near which round-off decides: see test_aggregate
    assert np.isfinite(scores).all()
    for i, j in itertools.product(range(len(table)), repeat=2):
        if (table[i] >= table[j]).all():
            assert ranks[i] <= ranks[j]


# names and functions


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: normalise(matrix(0), BENEFITS, "min_max"), "unknown normaliser 'min_max'; .* did you mean 'minmax'"),
        (lambda: weigh(matrix(0), "entorpy"), "unknown weighter 'entorpy'; .* did you mean 'entropy'"),
        (lambda: aggregate(matrix(0), prior(0), "topsi"), "unknown aggregator 'topsi'; .* did you mean 'topsis'"),
        (lambda: impute(gappy(0), "linear"), "unknown imputer 'linear'; .* did you mean 'linear_time'"),
        (lambda: combine(prior(0), prior(1), "lin"), "unknown combination 'lin'; .* did you mean 'linear'"),
        (lambda: priorities(np.ones((3, 3)), estimator="geo"), "unknown estimator 'geo'; known are 'eigen', 'geom"),
        (lambda: priorities(np.ones((3, 3)), random_index="saaty"), "unknown random index 'saaty'; .* did you mean"),
    ],
)
def test_unknown_names_are_told_the_nearest(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_functions_instead_of_names():
    recipe = be.Recipe(weighter=lambda _, prior: prior[::-1], aggregator=lambda x, w: (x * w).max(axis=-1))
    found = be.evaluate_matrix(matrix(0), MIXED, recipe)
    assert found.weights.tolist() == [0.25] * 4
    expected = (found.matrix * 0.25).max(axis=1)
    np.testing.assert_allclose(found.scores["score"], expected, rtol=0, atol=1e-15)


@pytest.mark.parametrize(
    "choice",
    [
        {"normaliser": lambda x, _range: x / x.max(axis=-2, keepdims=True)},
        {"treatment": lambda values, _most: values},
    ],
)
def test_functions_where_the_recipe_takes_them(choice):
    assert be.evaluate_matrix(matrix(0), BENEFITS, be.Recipe(**choice)).ranks["score"].min() == 1
