"""Scores and ranks: published cases, oracles, the hierarchy, ties."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from pymcdm.methods import PROMETHEE_II
from skcriteria import mkdm
from skcriteria.agg.topsis import TOPSIS
from skcriteria.agg.vikor import VIKOR
from skcriteria.preprocessing.invert_objectives import NegateMinimize
from skcriteria.preprocessing.scalers import VectorScaler

import bri_eval as be
from bri_eval.aggregate import (
    AGGREGATORS,
    Compromise,
    aggregate,
    arithmetic,
    fuzzy_composition,
    geometric,
    rank_scores,
    score_groups,
    topsis,
    vikor,
)
from bri_eval.checks import InputError
from bri_eval.framework import Framework, Group, Indicator
from bri_eval.normalise import normalise

MATRIX = pd.DataFrame({"a": [1.0, 0.5, 0.1], "b": [0.2, 0.8, 1.0]}, index=["A", "B", "C"])
WEIGHTS = {"a": 0.25, "b": 0.75}


def topsis_of(case, matrix=None, directions=None, *, normaliser: str = "vector", aggregator: str = "topsis"):
    recipe = be.Recipe(normaliser=normaliser, aggregator=aggregator)
    matrix = case.matrix if matrix is None else matrix
    return be.evaluate_matrix(matrix, directions or case.directions, recipe, weights=case.weights).scores["score"]


# by hand


def test_arithmetic_by_hand():
    assert arithmetic(MATRIX, WEIGHTS).to_dict() == pytest.approx({"A": 0.4, "B": 0.725, "C": 0.775}, abs=1e-15)


def test_geometric_by_hand():
    expected = {"A": 0.2**0.75, "B": 0.5**0.25 * 0.8**0.75, "C": 0.1**0.25}
    assert geometric(MATRIX, WEIGHTS).to_dict() == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize(
    ("exponent", "mean"), [(1.0, "arithmetic"), (0.0, "geometric"), (-1.0, "harmonic"), (1e-7, "geometric")]
)
def test_power_mean_at_its_named_exponents(exponent, mean):
    found = aggregate(MATRIX, WEIGHTS, "power", parameters={"exponent": exponent})
    np.testing.assert_allclose(found, aggregate(MATRIX, WEIGHTS, mean), rtol=1e-6 if exponent == 1e-7 else 1e-13)


def test_power_mean_rises_with_the_exponent_between_the_extremes():
    table = pd.DataFrame(np.random.default_rng(0).uniform(0.1, 9, (6, 4)))
    weights = np.array([0.1, 0.2, 0.3, 0.4])
    steps = [aggregate(table, weights, "power", parameters={"exponent": p}) for p in (-60, -2, -1, 0, 0.5, 1, 2, 60)]
    for lower, higher in itertools.pairwise(steps):
        assert (lower < higher).all()
    np.testing.assert_allclose(steps[0], table.min(axis=1), rtol=0.05)
    np.testing.assert_allclose(steps[-1], table.max(axis=1), rtol=0.05)


def test_harmonic_by_hand():
    expected = {"A": 1 / (0.25 / 1 + 0.75 / 0.2), "B": 1 / (0.25 / 0.5 + 0.75 / 0.8), "C": 1 / (0.25 / 0.1 + 0.75)}
    assert aggregate(MATRIX, WEIGHTS, "harmonic").to_dict() == pytest.approx(expected, abs=1e-15)


def test_mazziotta_pareto_by_definition():
    """z is standardised to mean 100 and deviation 10; the penalty is deviation times coefficient of variation."""
    raw = pd.DataFrame(np.random.default_rng(3).uniform(1, 9, (7, 4)), columns=list("abcd"))
    recipe = be.Recipe(normaliser="zscore", centre=100.0, spread=10.0, aggregator="mazziotta_pareto")
    found = be.evaluate_matrix(raw, {**dict.fromkeys("abc", "benefit"), "d": "cost"}, recipe).scores["score"]
    z = 100 + 10 * (raw - raw.mean()) / raw.std(ddof=1)
    z["d"] = 200 - z["d"]
    mean, deviation = z.mean(axis=1), z.std(axis=1, ddof=0)
    np.testing.assert_allclose(found, mean - deviation * (deviation / mean), rtol=0, atol=1e-10)


def test_mazziotta_pareto_with_unequal_weights():
    found = aggregate(MATRIX, WEIGHTS, "mazziotta_pareto")
    mean = 0.25 * 0.5 + 0.75 * 0.8
    variance = 0.25 * (0.5 - mean) ** 2 + 0.75 * (0.8 - mean) ** 2
    assert found["B"] == pytest.approx(mean - variance / mean, abs=1e-15)


def test_topsis_by_hand():
    best, worst = np.array([0.25, 0.75]), np.array([0.025, 0.15])
    weighted = MATRIX.to_numpy() * [0.25, 0.75]
    near = [np.hypot(*(row - best)) for row in weighted]
    far = [np.hypot(*(row - worst)) for row in weighted]
    expected = [f / (n + f) for n, f in zip(near, far, strict=True)]
    assert topsis(MATRIX, WEIGHTS).tolist() == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize("aggregator", ["topsis", "topsis_metric"])
def test_topsis_of_the_best_and_the_worst_in_everything(aggregator):
    found = aggregate(pd.DataFrame({"a": [3.0, 1, 2], "b": [9.0, 4, 5]}), WEIGHTS, aggregator)
    assert found.tolist()[:2] == [1, 0]
    assert 0 < found[2] < 1


@pytest.mark.parametrize("weights", [[0.25, 0.75], (0.25, 0.75), np.array([0.25, 0.75]), {"b": 0.75, "a": 0.25}])
def test_weights_in_every_form(weights):
    assert arithmetic(MATRIX, weights).tolist() == arithmetic(MATRIX, WEIGHTS).tolist()


def test_a_function_instead_of_a_name():
    assert aggregate(MATRIX, WEIGHTS, lambda x, _: x.min(axis=-1)).tolist() == [0.2, 0.5, 0.1]


# published cases


def test_topsis_hwang1981(published):
    found = topsis_of(published("hwang1981"))
    assert found.tolist() == pytest.approx([0.643277, 0.268384, 0.613542, 0.312291], abs=1e-6)


def test_topsis_with_a_negated_cost_hwang1981(published):
    case = published("hwang1981")
    negated = case.matrix.assign(price=-case.matrix["price"])
    found = topsis_of(case, negated, dict.fromkeys(case.directions, "benefit"))
    assert found.tolist() == topsis_of(case).tolist()


def test_topsis_with_the_reciprocal_of_a_cost_hwang1981(published):
    case = published("hwang1981")
    inverted = case.matrix.assign(price=1 / case.matrix["price"])
    found = topsis_of(case, inverted, dict.fromkeys(case.directions, "benefit"))
    assert found.tolist() == pytest.approx([0.641875, 0.268519, 0.613266, 0.309824], abs=1e-6)


@pytest.mark.parametrize(
    ("normaliser", "aggregator", "expected", "tolerance"),
    [
        ("vector", "topsis", [0.50371966, 0.65808477, 0.74824866, 0.33399744], 1e-7),
        ("vector", "topsis_metric", [0.4678041, 0.6788488, 0.7303037, 0.3604542], 1e-6),
        ("minmax", "topsis", [0.4852814, 0.6483713, 0.7767908, 0.3629773], 1e-6),
    ],
)
def test_topsis_conventions_tzeng2011(published, normaliser, aggregator, expected, tolerance):
    found = topsis_of(published("tzeng2011"), normaliser=normaliser, aggregator=aggregator)
    assert found.tolist() == pytest.approx(expected, abs=tolerance)


def test_topsis_without_normalisation_tzeng2011(published):
    case = published("tzeng2011")
    found = be.aggregate.topsis(case.matrix, case.weights)
    assert found.tolist() == pytest.approx([0.5161290, 0.6464234, 0.7629696, 0.3284460], abs=1e-6)


def test_topsis_with_fixed_ideals_rank_reversal(published):
    case = published("rank_reversal")
    table = case.matrix / 10
    found = aggregate(table, case.weights, "topsis_fixed")
    assert found.tolist() == pytest.approx([0.6366, 0.5399, 0.6688], abs=5e-5)
    without_worst = aggregate(table.drop(index=1), case.weights, "topsis_fixed")
    assert without_worst.to_dict() == found.drop(index=1).to_dict()
    hundred = aggregate(1 + 99 * table, case.weights, "topsis_fixed", parameters={"range": (1.0, 100.0)})
    np.testing.assert_allclose(hundred, found, rtol=0, atol=1e-12)


@pytest.mark.parametrize("cell", [1.2, -0.1])
def test_topsis_with_fixed_ideals_refuses_values_beyond_them(cell):
    with pytest.raises(InputError, match="topsis_fixed"):
        aggregate(MATRIX.assign(a=[cell, 0.5, 0.1]), WEIGHTS, "topsis_fixed")


# VIKOR


def vikor_of(case) -> Compromise:
    return vikor(normalise(case.matrix, case.directions), case.weights)


def test_vikor_opricovic2004(published):
    found = vikor_of(published("opricovic2004"))
    np.testing.assert_allclose(found.table, [[0.5, 0.5, 1], [0.375, 0.25, 0], [0.5, 0.5, 1]], rtol=0, atol=1e-12)
    assert list(found.table.columns) == ["S", "R", "Q"]
    assert (found.compromise, found.advantage, found.stable) == ((1,), True, True)


def compromise_by_definition(table: pd.DataFrame) -> tuple[object, ...]:
    order = table.sort_values(["Q", "S"]).index
    gap, need = table["Q"] - table["Q"].min(), 1 / (len(table) - 1)
    if gap[order[1]] < need:
        return tuple(code for code in order if gap[code] < need)
    first = table.loc[order[0]]
    best = first["S"] == table["S"].min() or first["R"] == table["R"].min()
    return (order[0],) if best else tuple(order[:2])


@pytest.mark.parametrize("rows", [3, 4, 8])
def test_the_compromise_follows_its_definition(rows):
    sizes = set()
    for seed in range(60):
        rng = np.random.default_rng(seed)
        found = vikor(rng.uniform(size=(rows, 3)), rng.dirichlet(np.ones(3)))
        assert found.compromise == compromise_by_definition(found.table)
        sizes.add((len(found.compromise), found.advantage))
    assert {(1, True), (2, False)} <= sizes


def test_a_constant_column_is_refused_by_vikor():
    with pytest.raises(InputError, match="indicator 'b' is constant"):
        vikor(MATRIX.assign(b=1.0), WEIGHTS)


# fuzzy, rank-sum ratio, grey


@pytest.mark.parametrize(
    ("operator", "expected"), [("sum", [0.23, 0.43, 0.27, 0.07]), ("maxmin", [0.3, 0.5, 0.3, 0.2])]
)
def test_fuzzy_composition_fuzzy3x4(published, operator, expected):
    case = published("fuzzy3x4")
    found = fuzzy_composition(case.sets[0], case.matrix.to_numpy(), operator=operator)
    assert found.tolist() == pytest.approx(expected, abs=1e-12)


def test_an_unknown_operator():
    with pytest.raises(InputError, match="unknown operator 'max'; known are 'sum', 'maxmin'"):
        fuzzy_composition(np.ones(1), np.ones((1, 2)), operator="max")


def test_rank_sum_ratio_rsr4x3(published):
    case = published("rsr4x3")
    found = aggregate(normalise(case.matrix, case.directions), case.weights, "rank_sum_ratio")
    assert found.tolist() == pytest.approx([0.6667, 0.4167, 0.9167, 0.5000], abs=5e-5)


def test_grey_relations_gra3x3(published):
    case = published("gra3x3")
    found = aggregate(case.matrix, case.weights, "grey")
    assert found.tolist() == pytest.approx([0.628205, 0.595960, 0.629630], abs=1e-6)


@pytest.mark.parametrize("rho", [0.1, 0.5, 1.0])
def test_grey_relations_by_hand(rho):
    gap = MATRIX.max() - MATRIX
    low, high = gap.min(axis=None), gap.max(axis=None)
    expected = ((low + rho * high) / (gap + rho * high)) @ pd.Series(WEIGHTS)
    found = aggregate(MATRIX, WEIGHTS, "grey", parameters={"distinguishing": rho})
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-14)


def test_topsis_with_observed_ideals_rank_reversal(published):
    case = published("rank_reversal")
    found = topsis_of(case)
    assert found.tolist() == pytest.approx([0.6221, 0.3105, 0.5479], abs=5e-5)
    without_worst = topsis_of(case, case.matrix.drop(index=1))
    assert without_worst.tolist() == pytest.approx([0.4501, 0.5499], abs=5e-5)
    assert found[0] > found[2]
    assert without_worst[0] < without_worst[2]


# oracles


@pytest.mark.parametrize("seed", range(40))
def test_topsis_against_scikit_criteria(seed):
    rng = np.random.default_rng(seed)
    rows, columns = rng.integers(2, 30), rng.integers(1, 9)
    matrix, weights = rng.uniform(1, 1000, (rows, columns)), rng.dirichlet(np.ones(columns))
    signs = rng.choice([-1, 1], columns)
    decision = VectorScaler("matrix").transform(NegateMinimize().transform(mkdm(matrix, signs, weights=weights)))
    directions = {code: "benefit" if sign > 0 else "cost" for code, sign in enumerate(signs)}
    recipe = be.Recipe(normaliser="vector", aggregator="topsis")
    found = be.evaluate_matrix(matrix, directions, recipe, weights=dict(enumerate(weights))).scores["score"]
    np.testing.assert_allclose(found, TOPSIS().evaluate(decision).e_.similarity, rtol=0, atol=1e-12)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 1.0])
def test_vikor_against_scikit_criteria(seed, share):
    rng = np.random.default_rng(seed)
    rows, columns = rng.integers(3, 12), rng.integers(2, 7)
    matrix, weights = rng.uniform(1, 1000, (rows, columns)), rng.dirichlet(np.ones(columns))
    found = vikor(matrix, weights, group_utility=share)
    oracle = VIKOR(v=share).evaluate(mkdm(matrix, [1] * columns, weights=weights)).e_
    expected = np.column_stack([oracle.s_k, oracle.r_k, oracle.q_k])
    np.testing.assert_allclose(found.table, expected, rtol=0, atol=1e-12)
    assert (found.advantage, found.stable) == (oracle.acceptable_advantage, oracle.acceptable_stability)
    assert set(found.compromise) == set(oracle.compromise_set)
    scores = aggregate(matrix, weights, "vikor", parameters={"group_utility": share})
    np.testing.assert_allclose(scores, 1 - oracle.q_k, rtol=0, atol=1e-12)


@pytest.mark.filterwarnings("ignore:Alternatives with indices")
@pytest.mark.parametrize("seed", range(20))
def test_promethee_against_pymcdm(seed):
    rng = np.random.default_rng(seed)
    rows, columns = rng.integers(2, 12), rng.integers(1, 7)
    matrix, weights = rng.integers(1, 6, (rows, columns)).astype(float), rng.dirichlet(np.ones(columns))
    oracle = PROMETHEE_II("usual")(matrix, weights, np.ones(columns))
    np.testing.assert_allclose(aggregate(matrix, weights, "promethee"), oracle, rtol=0, atol=1e-12)


# the hierarchy


COARSE = ("codas",)
"""Methods that refuse the random table of this section: values above 1."""


def nested(**aggregators: str) -> Framework:
    """Goal over a (w, x), b (y, z) and the leaf v."""
    group = [
        Group(code=code, parent=up, aggregator=aggregators.get(code)) for code, up in (("a", "goal"), ("b", "goal"))
    ]
    parents = {"w": "a", "x": "a", "y": "b", "z": "b", "v": "goal"}
    return Framework(
        groups=(Group(code="goal", aggregator=aggregators.get("goal")), *group),
        indicators=tuple(Indicator(code=code, parent=up) for code, up in parents.items()),
    )


@pytest.fixture
def table() -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(8).uniform(0.1, 1, (6, 5)), columns=list("wxyzv"))


SHARES = pd.Series({"w": 0.1, "x": 0.3, "y": 0.2, "z": 0.2, "v": 0.2})


@pytest.mark.parametrize("aggregator", [name for name in AGGREGATORS if name not in COARSE])
def test_a_group_is_scored_from_the_indicators_below_it(table, aggregator):
    found = score_groups(nested(), table, SHARES, aggregator)
    assert list(found.columns) == ["goal", "a", "b"]
    np.testing.assert_allclose(found["goal"], aggregate(table, SHARES, aggregator), rtol=0, atol=1e-14)
    np.testing.assert_allclose(found["a"], aggregate(table[["w", "x"]], [0.25, 0.75], aggregator), rtol=0, atol=1e-14)


@pytest.mark.parametrize(("aggregator", "agree"), [("arithmetic", True), ("geometric", True), ("topsis", False)])
def test_only_means_may_be_taken_in_steps(table, aggregator, agree):
    found = score_groups(nested(), table, SHARES, aggregator)
    steps = found[["a", "b"]].assign(v=table["v"])
    again = aggregate(steps, {"a": 0.4, "b": 0.4, "v": 0.2}, aggregator)
    assert np.allclose(again, found["goal"], rtol=0, atol=1e-12) is agree


def test_a_geometric_goal_over_arithmetic_groups(table):
    found = score_groups(nested(goal="geometric"), table, SHARES, "arithmetic")
    a, b = table[["w", "x"]] @ [0.25, 0.75], table[["y", "z"]] @ [0.5, 0.5]
    np.testing.assert_allclose(found["a"], a, atol=1e-14)
    np.testing.assert_allclose(found["goal"], a**0.4 * b**0.4 * table["v"] ** 0.2, rtol=0, atol=1e-14)


def test_one_group_may_differ(table):
    found = score_groups(nested(b="geometric"), table, SHARES, "arithmetic")
    b = np.sqrt(table["y"] * table["z"])
    np.testing.assert_allclose(found["b"], b, atol=1e-14)
    expected = 0.1 * table["w"] + 0.3 * table["x"] + 0.4 * b + 0.2 * table["v"]
    np.testing.assert_allclose(found["goal"], expected, rtol=0, atol=1e-14)


def test_a_group_without_weight_has_no_score(table):
    shares = pd.Series({"w": 0.0, "x": 0.0, "y": 0.4, "z": 0.4, "v": 0.2})
    found = score_groups(nested(), table, shares, "topsis")
    assert found["a"].isna().all()
    np.testing.assert_allclose(found["goal"], topsis(table[["y", "z", "v"]], [0.4, 0.4, 0.2]), atol=1e-14)


def test_a_group_without_weight_may_declare_an_aggregator(table):
    shares = pd.Series({"w": 0.0, "x": 0.0, "y": 0.4, "z": 0.4, "v": 0.2})
    found = score_groups(nested(a="geometric"), table, shares, "arithmetic")
    np.testing.assert_allclose(found["goal"], arithmetic(table[["y", "z", "v"]], [0.4, 0.4, 0.2]), atol=1e-14)


# ranks


@pytest.mark.parametrize(
    ("scores", "ranks"),
    [
        ([0.3, 0.9, 0.5], [3, 1, 2]),
        ([0.5, 0.9, 0.5, 0.1], [2, 1, 2, 4]),
        ([0.5, 0.5000000000000001, 0.2], [1, 1, 3]),
        ([0.1, 0.09999999999999999], [1, 1]),
        ([0.5, 0.500000000002], [2, 1]),
        ([1e-9, 1.000000001e-9], [2, 1]),
        ([-1.0, 0.0, 1.0, -1.0], [3, 2, 1, 3]),
        ([1e6, 1e6 + 1e-7, 1e6 + 1e-4], [2, 2, 1]),
        ([7.0], [1]),
    ],
)
def test_rank_scores(scores, ranks):
    assert rank_scores(np.array(scores)).tolist() == ranks


def test_missing_scores_have_no_rank():
    found = rank_scores(np.array([0.3, np.nan, 0.5]))
    assert found[[0, 2]].tolist() == [2, 1]
    assert np.isnan(found[1])


def test_ranks_of_many_rows():
    scores = np.random.default_rng(0).uniform(size=(3, 4, 9)).round(1)
    found = rank_scores(scores)
    for place in np.ndindex(3, 4):
        assert found[place].tolist() == rank_scores(scores[place]).tolist()
        assert found[place].tolist() == pd.Series(scores[place]).rank(method="min", ascending=False).tolist()


def test_round_off_does_not_decide_ties():
    matrix = np.array([[0.1, 0.7], [0.7, 0.1], [0.4, 0.4], [0.3, 0.5], [0.5, 0.3]])
    recipe = be.Recipe(normaliser="sum", aggregator="topsis")
    found = be.evaluate_matrix(matrix, {0: "benefit", 1: "benefit"}, recipe)
    assert found.ranks["score"].tolist() == [1] * 5


def test_round_off_does_not_decide_ties_at_zero():
    values = np.random.default_rng(0).uniform(size=5)
    matrix = np.column_stack([values, 1 - values])
    found = be.evaluate_matrix(matrix, {0: "benefit", 1: "benefit"}, be.Recipe(normaliser="zscore"))
    assert found.ranks["score"].tolist() == [1] * 5


# what is refused


@pytest.mark.parametrize("cell", [0.0, -0.5])
def test_geometric_needs_values_above_zero(cell):
    matrix = MATRIX.copy()
    matrix.loc["B", "a"] = cell
    message = rf"aggregator 'geometric' needs values above 0; 'a' is {cell:g} for 'B'; normalise to .*\(1, 100\)"
    with pytest.raises(InputError, match=message):
        geometric(matrix, WEIGHTS)


@pytest.mark.parametrize("aggregator", ["topsis", "topsis_metric"])
@pytest.mark.parametrize("rows", [1, 3])
def test_identical_alternatives_are_refused(aggregator, rows):
    matrix = pd.DataFrame({"a": [1.0] * rows, "b": [2.0] * rows})
    with pytest.raises(
        InputError, match=f"'{aggregator}' gives no finite score for '0'; the {rows} rows are identical"
    ):
        aggregate(matrix, WEIGHTS, aggregator)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([0.5, 0.3, 0.2], "3 weights for 2 criteria; give one for each"),
        ([0.5, 0.6], "sum to 1.1; expected 1"),
        ({"a": 0.5, "c": 0.5}, "weights lack 'b'"),
    ],
)
def test_weights_that_do_not_fit(weights, message):
    with pytest.raises(InputError, match=message):
        topsis(MATRIX, weights)


def test_availability_re_shares_in_score_groups(table):
    table.loc[0, "w"], table.loc[1, ["w", "x"]] = np.nan, np.nan
    found = score_groups(nested(), table, SHARES, "arithmetic", availability=0.5)
    assert found.loc[0, "a"] == table.loc[0, "x"]
    assert np.isnan(found.loc[1, "a"])
    assert found.loc[1, "goal"] == pytest.approx((0.4 * found.loc[1, "b"] + 0.2 * table.loc[1, "v"]) / 0.6, abs=1e-15)
    assert found.loc[2, "goal"] == pytest.approx(table.loc[2] @ SHARES, abs=1e-15)


def test_parameters_reach_score_groups(table):
    found = score_groups(nested(), table, SHARES, "power", parameters={"exponent": -1.0, "grades": 4})
    np.testing.assert_allclose(found, score_groups(nested(), table, SHARES, "harmonic"), rtol=1e-13)


def test_missing_cells_are_refused():
    with pytest.raises(InputError, match="1 missing or infinite cells, first at row 'B', column 'a'"):
        arithmetic(MATRIX.where(MATRIX != 0.5), WEIGHTS)


def test_unknown_aggregator():
    with pytest.raises(InputError, match=r"unknown aggregator 'topsys'; .* did you mean 'topsis'\?"):
        aggregate(MATRIX, WEIGHTS, "topsys")


def test_identical_rows_have_the_same_score_to_the_last_bit():
    rng = np.random.default_rng(0)
    for _ in range(40):
        x = rng.uniform(0.1, 1, (66, 25))
        x[[7, 40, 65]] = x[3]
        scores = be.aggregate.aggregate(x, rng.dirichlet(np.ones(25)), "arithmetic").to_numpy()
        assert len(set(scores[[3, 7, 40, 65]])) == 1
