"""One scale for every indicator; direction settled once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pymcdm.normalizations
import pytest
from skcriteria import mkdm
from skcriteria.preprocessing import scalers

import bri_eval as be
from bri_eval.checks import InputError, bind
from bri_eval.framework import Framework, Group, Indicator
from bri_eval.normalise import NORMALISERS, direction_signs, normalise, normalise_indicators

COLUMN = [10.0, 20.0, 40.0]
NORM = np.sqrt(2100)
DEVIATION = np.sqrt((16 + 1 + 25) / 2)  # of the column in units of 10 / 3


def one(values: list[float], direction: str = "benefit", normaliser: str = "minmax", **more) -> list[float]:
    return normalise(pd.DataFrame({"x": values}), {"x": direction}, normaliser, **more)["x"].tolist()


def random_matrix(seed: int) -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(seed).uniform(1, 9, (7, 4)), columns=list("abcd"))


@pytest.mark.parametrize(
    ("normaliser", "direction", "expected"),
    [
        ("minmax", "benefit", [0, 1 / 3, 1]),
        ("minmax", "cost", [1, 2 / 3, 0]),
        ("zscore", "benefit", [-4 / DEVIATION, -1 / DEVIATION, 5 / DEVIATION]),
        ("zscore", "cost", [4 / DEVIATION, 1 / DEVIATION, -5 / DEVIATION]),
        ("vector", "benefit", [10 / NORM, 20 / NORM, 40 / NORM]),
        ("vector", "cost", [-10 / NORM, -20 / NORM, -40 / NORM]),
        ("sum", "benefit", [1 / 7, 2 / 7, 4 / 7]),
        ("sum", "cost", [-1 / 7, -2 / 7, -4 / 7]),
        ("max", "benefit", [0.25, 0.5, 1]),
        ("max", "cost", [-0.25, -0.5, -1]),
        ("rank", "benefit", [1, 2, 3]),
        ("rank", "cost", [3, 2, 1]),
        ("percentile_rank", "benefit", [0, 0.5, 1]),
        ("percentile_rank", "cost", [1, 0.5, 0]),
        ("borda", "benefit", [0, 1, 2]),
        ("borda", "cost", [2, 1, 0]),
        ("distance_to_best", "benefit", [0, 1 / 3, 1]),
        ("distance_to_best", "cost", [1, 2 / 3, 0]),
        ("distance_to_target", "benefit", [0, 1 / 3, 1]),
        ("distance_to_reference", "benefit", [0, 1 / 3, 1]),
    ],
)
def test_formulas_by_value(normaliser, direction, expected):
    assert one(COLUMN, direction, normaliser) == pytest.approx(expected, abs=1e-14)


def test_ranks_share_ties():
    assert one([5, 7, 7, 9], normaliser="rank") == [1, 2.5, 2.5, 4]
    assert one([5, 7, 7, 9], normaliser="borda") == [0, 1.5, 1.5, 3]
    assert one([5, 7, 7, 9], normaliser="percentile_rank") == [0, 0.5, 0.5, 1]


def test_borda_counts_the_rows_beaten():
    values = np.random.default_rng(0).integers(1, 6, 12).tolist()
    beaten = [sum((mine > other) + 0.5 * (mine == other) for other in values) - 0.5 for mine in values]
    assert one(values, normaliser="borda") == beaten
    assert one(values, normaliser="percentile_rank") == pytest.approx([count / 11 for count in beaten], abs=1e-15)


def test_range():
    assert one(COLUMN, range=(1, 100)) == pytest.approx([1, 34, 100], abs=1e-12)
    assert one(COLUMN, "cost", range=(1, 100)) == pytest.approx([100, 67, 1], abs=1e-12)


@pytest.mark.parametrize(("direction", "expected"), [("benefit", [0, 0.5, 1, 1]), ("cost", [1, 0.5, 0, 0])])
def test_goalposts_replace_the_extremes_and_clip(direction, expected):
    assert one([10, 20, 30, 40], direction, goalposts={"x": (10, 30)}) == expected


def test_goalposts_go_with_the_range():
    assert one([10, 20, 40], range=(1, 101), goalposts={"x": (0, 40)}) == [26, 51, 101]


def test_goalposts_of_one_column_leave_the_others():
    matrix = random_matrix(0)
    plain = normalise(matrix, dict.fromkeys("abcd", "benefit"))
    posted = normalise(matrix, dict.fromkeys("abcd", "benefit"), goalposts={"b": (0, 10)})
    np.testing.assert_allclose(posted["b"], matrix["b"] / 10, atol=1e-15)
    pd.testing.assert_frame_equal(posted[list("acd")], plain[list("acd")])


@pytest.mark.parametrize("normaliser", [name for name in NORMALISERS if name != "minmax"])
def test_other_normalisers_ignore_goalposts(normaliser):
    assert one(COLUMN, normaliser=normaliser, goalposts={"x": (0, 100)}) == one(COLUMN, normaliser=normaliser)


def test_labels_are_kept():
    matrix = pd.DataFrame([[1, 2], [3, 5]], index=["B", "A"], columns=["q", "p"])
    found = normalise(matrix, {"p": "cost", "q": "benefit"})
    pd.testing.assert_index_equal(found.index, matrix.index)
    pd.testing.assert_index_equal(found.columns, matrix.columns)


# what an indicator declares


def declared(values, normaliser: str = "minmax", *, reference: int | None = None, **fields) -> list[float]:
    """Normalise one column as its indicator declares."""
    parameters = {name: fields.pop(name) for name in ("range", "centre", "spread") if name in fields}
    indicator = Indicator(code="x", parent="g", **fields)
    rows = None if reference is None else np.full(len(values), reference)
    table = np.array(values, dtype=float)[:, None]
    return normalise_indicators(table, [indicator], normaliser, parameters, rows)[:, 0].tolist()


def test_zscore_centre_and_spread():
    expected = [100 - 40 / DEVIATION, 100 - 10 / DEVIATION, 100 + 50 / DEVIATION]
    assert declared(COLUMN, "zscore", centre=100.0, spread=10.0) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"target": 50.0}, [0, 0.25, 0.75]),
        ({"target": 20.0}, [0, 1, 1]),
        ({"target": 40.0}, [0, 1 / 3, 1]),
        ({"target": 0.0, "direction": "cost"}, [0.75, 0.5, 0]),
        ({"target": 25.0, "direction": "cost"}, [1, 1, 0]),
    ],
)
def test_distance_to_target_by_value(fields, expected):
    assert declared(COLUMN, "distance_to_target", **fields) == pytest.approx(expected, abs=1e-14)


@pytest.mark.parametrize(("direction", "target"), [("benefit", 5.0), ("benefit", 10.0), ("cost", 60.0)])
def test_all_have_reached_a_target_that_all_have_passed(direction, target):
    assert declared(COLUMN, "distance_to_target", direction=direction, target=target) == [1, 1, 1]


@pytest.mark.parametrize(
    ("direction", "reference", "expected"),
    [
        ("benefit", 2, [0, 1 / 3, 1]),
        ("benefit", 1, [0, 1, 3]),
        ("cost", 0, [1, 2 / 3, 0]),
        ("cost", 1, [1.5, 1, 0]),
    ],
)
def test_distance_to_reference_by_value(direction, reference, expected):
    found = declared(COLUMN, "distance_to_reference", direction=direction, reference=reference)
    assert found == pytest.approx(expected, abs=1e-14)


def test_the_reference_may_not_be_the_worst():
    with pytest.raises(InputError, match="normaliser 'distance_to_reference' divides by zero for indicator 'x'"):
        declared(COLUMN, "distance_to_reference", reference=0)


PH = [5.0, 6.5, 7.0, 8.0, 10.0]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"direction": "target", "target": 7.0}, [1 - abs(value - 7) / 3 for value in PH]),
        ({"direction": "target", "target": 7.0, "tolerance": 2.0}, [0, 0.75, 1, 0.5, 0]),
        ({"direction": "target", "target": 7.0, "tolerance": 6.0}, [1 - abs(value - 7) / 6 for value in PH]),
        ({"direction": "interval", "interval": (6.0, 8.0)}, [0.5, 1, 1, 1, 0]),
        ({"direction": "interval", "interval": (6.0, 7.5), "tolerance": 1.0}, [0, 1, 1, 0.5, 0]),
        ({"direction": "interval", "interval": (6.0, 7.5), "tolerance": 5.0}, [0.8, 1, 1, 0.9, 0.5]),
    ],
)
def test_target_and_interval_by_value(fields, expected):
    assert declared(PH, **fields) == pytest.approx(expected, abs=1e-14)
    scaled = [1 + 99 * value for value in expected]
    assert declared(PH, range=(1.0, 100.0), **fields) == pytest.approx(scaled, abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_target_and_interval_against_the_formulas(seed):
    values = np.random.default_rng(seed).uniform(0, 10, 15)
    low, high, middle = 3.0, 4.5, 6.2
    outside = np.maximum.reduce([low - values, values - high, np.zeros(15)])
    expected = 1 - outside / max(low - values.min(), values.max() - high)
    assert declared(values, direction="interval", interval=(low, high)) == pytest.approx(expected, abs=1e-14)
    expected = 1 - np.abs(values - middle) / np.abs(values - middle).max()
    assert declared(values, direction="target", target=middle) == pytest.approx(expected, abs=1e-14)


@pytest.mark.parametrize("normaliser", [name for name in NORMALISERS if name not in {"minmax", "sum", "vector", "max"}])
def test_a_target_is_a_direction_for_every_normaliser(normaliser):
    found = np.array(declared(PH, normaliser, direction="target", target=7.0))
    assert found.argmax() == 2
    assert found[0] > found[4]
    assert found[1] > found[3] > found[0]


def test_target_and_interval_without_a_cell_outside():
    with pytest.raises(InputError, match="normaliser 'minmax' divides by zero for indicator 'x'"):
        declared([6.5, 7.0, 7.5], direction="interval", interval=(6.0, 8.0))
    assert declared([6.5, 7.0, 7.5], direction="interval", interval=(6.0, 8.0), tolerance=1.0) == [1, 1, 1]


def test_each_indicator_may_declare_its_normaliser():
    table = np.array([[10.0, 1, 3, 9], [20, 5, 1, 7], [40, 3, 8, 8]])
    indicators = [
        Indicator(code="p", parent="g"),
        Indicator(code="q", parent="g", normaliser="rank"),
        Indicator(code="r", parent="g", normaliser="minmax", direction="cost"),
        Indicator(code="s", parent="g", goalposts=(0.0, 10.0)),
    ]
    found = normalise_indicators(table, indicators, "max", {"range": (0.0, 10.0)})
    expected = [[0.25, 1, 50 / 7, 1], [0.5, 3, 10, 7 / 9], [1, 2, 0, 8 / 9]]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-14)


def test_an_unknown_normaliser_of_an_indicator():
    with pytest.raises(InputError, match=r"unknown normaliser 'min_max'; .* did you mean 'minmax'\?"):
        declared(COLUMN, normaliser="min_max")


@pytest.mark.parametrize("normaliser", [name for name in NORMALISERS if name != "distance_to_reference"])
def test_missing_cells_stay_missing_and_do_not_touch_the_others(normaliser):
    rng = np.random.default_rng(1)
    table = rng.uniform(1, 9, (9, 4))
    table[[0, 3], 1], table[5, 2] = np.nan, np.nan
    indicators = [Indicator(code=code, parent="g", target=10.0) for code in "abcd"]
    found = normalise_indicators(table, indicators, normaliser, {})
    np.testing.assert_array_equal(np.isnan(found), np.isnan(table))
    for column, indicator in enumerate(indicators):
        seen = ~np.isnan(table[:, column])
        alone = normalise_indicators(table[seen][:, [column]], [indicator], normaliser, {})
        np.testing.assert_allclose(found[seen, column], alone[:, 0], rtol=0, atol=1e-14)


# through a whole evaluation


def panel_of(values: list[list[float]], years: tuple[int, ...] = (2010,)) -> pd.DataFrame:
    economies = [f"E{number}" for number in range(len(values) // len(years))]
    index = pd.MultiIndex.from_product([economies, years], names=["economy", "year"])
    return pd.DataFrame(values, index=index, columns=["x", "y"][: len(values[0])], dtype=float)


def framework_of(*indicators: Indicator) -> Framework:
    return Framework(groups=(Group(code="g"),), indicators=indicators)


INCOME = Indicator(code="x", parent="g", transform="log", goalposts=(100.0, 75000.0))


def test_goalposts_are_in_raw_units_whatever_the_transform():
    incomes = [[100.0], [1201.0], [66494.0], [75000.0], [116_935.0], [60.0]]
    found = be.evaluate(panel_of(incomes), framework_of(INCOME)).scores["g"]
    shares = [np.log(income / 100) / np.log(750) for (income,) in incomes[:4]]
    assert found.tolist() == pytest.approx([*shares, 1, 0], abs=1e-14)


@pytest.mark.parametrize("direction", ["benefit", "cost"])
def test_goalposts_of_a_cost_with_a_transform(direction):
    indicator = Indicator(code="x", parent="g", transform="sqrt", goalposts=(4.0, 100.0), direction=direction)
    found = be.evaluate(panel_of([[4], [25], [64], [144]]), framework_of(indicator)).scores["g"]
    shares = np.array([0, 3 / 8, 6 / 8, 1])
    np.testing.assert_allclose(found, shares if direction == "benefit" else 1 - shares, rtol=0, atol=1e-14)


def test_a_target_is_in_raw_units_whatever_the_transform():
    indicator = Indicator(code="x", parent="g", transform="log", target=100.0)
    recipe = be.Recipe(normaliser="distance_to_target")
    found = be.evaluate(panel_of([[1], [10], [100], [1000]]), framework_of(indicator), recipe).scores["g"]
    assert found.tolist() == pytest.approx([0, 0.5, 1, 1], abs=1e-14)


def test_an_interval_is_in_raw_units_whatever_the_transform():
    indicator = Indicator(code="x", parent="g", transform="log", direction="interval", interval=(10.0, 100.0))
    found = be.evaluate(panel_of([[1], [10], [30], [1000], [10**4]]), framework_of(indicator)).scores["g"]
    assert found.tolist() == pytest.approx([0.5, 1, 1, 0.5, 0], abs=1e-12)


def test_a_tolerance_and_a_transform_are_refused():
    indicator = Indicator(code="x", parent="g", transform="log", direction="target", target=10.0, tolerance=2.0)
    with pytest.raises(InputError, match="indicator 'x' has a tolerance and a transform or cap; declare one of them"):
        be.evaluate(panel_of([[1], [10], [30]]), framework_of(indicator))


def test_frozen_goalposts_leave_old_scores_when_a_year_is_added():
    values = np.random.default_rng(3).uniform(2, 8, (5, 2))
    later = np.random.default_rng(4).uniform(0, 12, (5, 2))
    both = np.stack([values, later], axis=1).reshape(10, 2)
    posted = framework_of(
        Indicator(code="x", parent="g", goalposts=(1.0, 9.0)),
        Indicator(code="y", parent="g", goalposts=(1.0, 9.0), direction="cost"),
    )
    free = framework_of(Indicator(code="x", parent="g"), Indicator(code="y", parent="g", direction="cost"))
    for framework, same in ((posted, True), (free, False)):
        old = be.evaluate(panel_of(values), framework).scores["g"]
        new = be.evaluate(panel_of(both, (2010, 2011)), framework).scores["g"].xs(2010, level="year")
        assert np.array_equal(old, new) is same


@pytest.mark.parametrize("years", [(2010,), (2010, 2011)])
def test_the_reference_of_the_recipe_is_compared_within_its_year(years):
    values = np.random.default_rng(5).uniform(1, 9, (6 * len(years), 2))
    framework = framework_of(Indicator(code="x", parent="g"), Indicator(code="y", parent="g", direction="cost"))
    recipe = be.Recipe(normaliser="distance_to_reference", reference="E3")
    panel = panel_of(values, years)
    found = be.evaluate(panel, framework, recipe).matrix
    for code, sign in (("x", 1), ("y", -1)):
        directed = sign * panel[code]
        base = pd.Series([directed[("E3", year)] for _, year in panel.index], index=panel.index)
        expected = 1 - (base - directed) / (base - directed.min())
        np.testing.assert_allclose(found[code], expected, rtol=0, atol=1e-12)
    assert (found.xs("E3") == 1).all(axis=None)


def test_the_reference_reaches_an_indicator_that_declares_the_normaliser():
    framework = framework_of(Indicator(code="x", parent="g", normaliser="distance_to_reference"))
    found = be.evaluate(panel_of([[10], [20], [40]]), framework, be.Recipe(reference="E1")).matrix
    assert found["x"].tolist() == [0, 1, 3]


def test_a_reference_that_is_not_ranked():
    recipe = be.Recipe(normaliser="distance_to_reference", reference="E9")
    framework = framework_of(Indicator(code="x", parent="g"))
    with pytest.raises(InputError, match="reference E9 2010 is not among the rows; choose an economy that is ranked"):
        be.evaluate(panel_of([[10], [20], [40]]), framework, recipe)


# oracles


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("direction", ["benefit", "cost"])
def test_minmax_against_pymcdm(seed, direction):
    matrix = random_matrix(seed)
    oracle = matrix.apply(
        lambda column: pymcdm.normalizations.minmax_normalization(column.to_numpy(), direction == "cost")
    )
    np.testing.assert_allclose(normalise(matrix, dict.fromkeys("abcd", direction)), oracle, rtol=0, atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("normaliser", "scaler"), [("vector", "VectorScaler"), ("sum", "SumScaler"), ("max", "MaxAbsScaler")]
)
def test_benefits_against_scikit_criteria(seed, normaliser, scaler):
    matrix = random_matrix(seed)
    oracle = getattr(scalers, scaler)("matrix").transform(mkdm(matrix.to_numpy(), [1] * 4)).matrix
    found = normalise(matrix, dict.fromkeys("abcd", "benefit"), normaliser)
    np.testing.assert_allclose(found, oracle, rtol=0, atol=1e-12)


@pytest.mark.parametrize("normaliser", NORMALISERS)
def test_batches_equal_the_loop(normaliser):
    batch = np.random.default_rng(3).uniform(1, 9, (2, 5, 7, 4))
    rule = bind(NORMALISERS[normaliser], {"range": (1.0, 100.0), "targets": np.array([np.nan, 5, 12, 4])})
    found = rule(batch)
    for place in np.ndindex(2, 5):
        np.testing.assert_allclose(found[place], rule(batch[place]), rtol=0, atol=1e-12)


# what is refused


@pytest.mark.parametrize("normaliser", NORMALISERS)
@pytest.mark.parametrize("value", [0.0, 5.0])
def test_a_constant_indicator_is_refused(normaliser, value):
    with pytest.raises(
        InputError, match=r"indicator 'x' is constant \([05] in all 3 rows\).*leave it out with exclude"
    ):
        one([value] * 3, normaliser=normaliser)


def test_one_row_cannot_be_normalised():
    with pytest.raises(InputError, match="there is 1 row and nothing to compare it with"):
        one([3.0])


def test_a_column_that_sums_to_zero():
    with pytest.raises(InputError, match="normaliser 'sum' divides by zero for indicator 'x'; choose another"):
        one([-1, 0, 1], normaliser="sum")


def test_a_column_that_sums_to_zero_but_for_round_off():
    with pytest.raises(InputError, match="normaliser 'sum' divides by zero"):
        one([0.1, 0.2, -0.3], normaliser="sum")


@pytest.mark.parametrize(
    ("directions", "message"),
    [
        ({"a": "benefit"}, r"directions lack 'b'; write \{'b': 'benefit'\} or 'cost'"),
        ({"a": "benefit", "b": "max"}, r"directions\['b'\]: unknown direction 'max'; known are 'benefit', 'cost'"),
        ({"a": "benefit", "b": "costs"}, r"did you mean 'cost'\?"),
    ],
)
def test_directions_are_needed(directions, message):
    with pytest.raises(InputError, match=message):
        normalise(pd.DataFrame({"a": [1, 2], "b": [2, 1]}), directions)


def test_direction_signs():
    assert direction_signs({"a": "cost", "b": "benefit"}, ["b", "a"]).tolist() == [1, -1]


def test_missing_cells_are_refused():
    with pytest.raises(InputError, match="1 missing or infinite cells, first at row '1', column 'x'"):
        one([1, np.nan, 3])


def test_unknown_normaliser():
    with pytest.raises(InputError, match=r"unknown normaliser 'zscores'; .* did you mean 'zscore'\?"):
        one(COLUMN, normaliser="zscores")
