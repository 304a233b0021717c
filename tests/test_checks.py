"""Shapes of the tables, and the messages that bad ones get."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import (
    InputError,
    bind,
    check_matrix,
    check_panel,
    check_varies,
    check_weights,
    known,
    label,
    listing,
    mistakes_of,
    nearest,
    refuse,
    tried,
    unknown,
)

INDEX = pd.MultiIndex.from_tuples([("ALB", 2018), ("AFG", 2018)], names=["economy", "year"])


def frame(**columns) -> pd.DataFrame:
    return pd.DataFrame(columns, index=INDEX)


# names


def test_known_returns_the_entry():
    assert known("colour", "red", {"red": 7}) == 7


def test_known_proposes_the_nearest_name():
    with pytest.raises(InputError, match=r"^unknown colour 'rde'; known are 'red', 'blue'; did you mean 'red'\?$"):
        known("colour", "rde", {"red": 1, "blue": 2})


def test_unknown_proposes_nothing_when_nothing_is_near():
    assert unknown("colour", "xyzzy", ["red"]) == "unknown colour 'xyzzy'; known are 'red'"


def test_listing_is_cut_after_twelve():
    assert listing(range(15)).endswith("'10', '11' and 3 more")
    assert listing(["a", "b"]) == "'a', 'b'"


@pytest.mark.parametrize(("key", "written"), [(("AFG", 2018), "AFG 2018"), ("A", "'A'"), (3, "'3'")])
def test_label(key, written):
    assert label(key) == written


def test_input_error_is_a_value_error():
    assert issubclass(InputError, ValueError)


def method(values, *, spread=1.0, centre=0.0):
    return values * spread + centre


def test_bind_gives_a_method_the_keywords_it_names():
    assert bind(method, {"spread": 2.0, "exponent": 9})(3) == 6
    assert bind(method, {"spread": 2.0, "centre": 1})(3) == 7


def test_bind_hands_back_a_method_that_names_none():
    assert bind(method, {"exponent": 9}) is method
    assert bind(len, {"range": (0, 1)}) is len


def test_bind_gives_nothing_to_a_positional_argument_or_a_catch_all():
    assert bind(lambda values, spread=5: values * spread, {"spread": 2})(3) == 15
    assert bind(lambda values, **more: (values, more), {"spread": 2})(3) == (3, {})


# the panel


def test_check_panel_orders_rows_and_columns_and_drops_the_rest():
    found = check_panel(frame(b=[1, 2], a=[3, np.nan], other=["text", ""]), ["a", "b"])
    assert list(found.columns) == ["a", "b"]
    assert list(found.index) == [("AFG", 2018), ("ALB", 2018)]
    assert found["b"].tolist() == [2.0, 1.0]
    assert found["a"].dtype == float


@pytest.mark.parametrize(
    ("panel", "message"),
    [
        (pd.DataFrame({"a": [1.0]}), r"index is \[None\]; expected \['economy', 'year'\]"),
        (frame(a=[1, 2]).rename_axis(index=["country", "year"]), r"index is \['country', 'year'\]"),
        (frame(a=[1, 2]).iloc[[0, 1, 0]], "economy ALB, year 2018 twice; keep one row"),
        (frame(b=[1, 2]), "has no column 'a'; its columns are 'b'"),
        (frame(a=[1, "x"]), "has 'x' at row AFG 2018, column 'a'; expected a number"),
        (frame(a=[1, np.inf]), "infinite for AFG 2018, column 'a'"),
    ],
)
def test_check_panel_refuses(panel, message):
    with pytest.raises(InputError, match=message):
        check_panel(panel, ["a"])


# the matrix


def test_check_matrix_labels_a_plain_array():
    found = check_matrix(np.array([[1, 2], [3, 4]]))
    assert list(found.index) == list(found.columns) == [0, 1]
    assert found.to_numpy().dtype == float


@pytest.mark.parametrize("cells", [[[1, 2], [3, 4]], [["1", "2"], ["3", "4"]]])
def test_check_matrix_makes_numbers(cells):
    assert check_matrix(pd.DataFrame(cells)).to_numpy().tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_check_matrix_takes_nullable_columns():
    with pytest.raises(InputError, match="1 missing or infinite cells, first at row '1', column 'a'"):
        check_matrix(pd.DataFrame({"a": pd.array([1, None], dtype="Int64"), "b": [1, 2]}))


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ([[1, np.nan], [np.inf, 4]], "has 2 missing or infinite cells, first at row '0', column '1'; impute them"),
        (pd.DataFrame([[1, 2], [3, 4]], index=["A", "A"]), "row 'A' twice; row names are unique"),
        (pd.DataFrame([[1, 2], [3, 4]], columns=["x", "x"]), "column 'x' twice; column names are unique"),
        (pd.DataFrame({"x": []}), "has 0 rows and 1 columns; expected at least one"),
        (pd.DataFrame({"x": [1, "3,5"]}, index=["A", "B"]), "has '3,5' at row 'B', column 'x'; expected a number"),
    ],
)
def test_check_matrix_refuses(matrix, message):
    with pytest.raises(InputError, match=message):
        check_matrix(matrix)


def test_check_matrix_may_allow_missing_cells_but_never_infinite_ones():
    found = check_matrix([[1, np.nan], [3, 4]], missing=True)
    assert np.isnan(found.loc[0, 1])
    with pytest.raises(InputError, match="1 missing or infinite cells, first at row '1', column '0'"):
        check_matrix([[1, np.nan], [np.inf, 4]], missing=True)


# weights


def test_check_weights_orders_them():
    assert check_weights({"b": 0.25, "a": 0.75}, ["a", "b"]).to_dict() == {"a": 0.75, "b": 0.25}


def test_check_weights_accepts_four_printed_digits():
    thirds = check_weights({"a": 0.3333333, "b": 0.3333333, "c": 0.3333333}, "abc")
    assert thirds.sum() == pytest.approx(0.9999999, abs=1e-12)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"a": 1.0}, "weights lack 'b'; expected one weight for each of 'a', 'b'"),
        ({"a": 0.5, "b": 0.3, "c": 0.2}, "weights name 'c', which is not there"),
        ({"a": 1.2, "b": -0.2}, "give 'b' the weight -0.2; expected a number >= 0"),
        ({"a": 1.0, "b": np.nan}, "give 'b' the weight nan"),
        ({"a": 0.5, "b": 0.4}, "sum to 0.9; expected 1; nothing was rescaled"),
        ({"a": 50, "b": 50}, "sum to 100; expected 1"),
    ],
)
def test_check_weights_refuses(weights, message):
    with pytest.raises(InputError, match=message):
        check_weights(weights, ["a", "b"])


def test_check_weights_refuses_text():
    with pytest.raises(InputError, match="'half'"):
        check_weights({"a": "half", "b": 0.5}, ["a", "b"])


def test_check_weights_sum_8956(published):
    weights = published("sum_8956").weights
    with pytest.raises(InputError, match=r"the weights sum to 0\.8956; expected 1; nothing was rescaled"):
        check_weights(weights, weights.index)


# constant columns


@pytest.mark.parametrize("column", [[5, 5, 5], [0, 0, 0], [1e9, 1e9, 1e9 + 1e-4], [-2, -2, -2]])
def test_check_varies_refuses_a_constant(column):
    values = np.column_stack([[1.0, 2.0, 3.0], column])
    with pytest.raises(InputError, match=r"indicator 'b' is constant.*in all 3 rows.*leave it out with exclude"):
        check_varies(values, ["a", "b"])


def test_check_varies_xu2004(published):
    check_varies(published("xu2004").matrix.to_numpy(), "abcd")


def test_check_varies_looks_past_missing_cells():
    values = np.array([[1.0, 5.0], [np.nan, 5.0], [3.0, np.nan]])
    check_varies(values[:, :1], "a")
    with pytest.raises(InputError, match="indicator 'b' is constant in 2018"):
        check_varies(values, "ab", " in 2018")


def test_one_error_holds_all_mistakes_and_names_their_place_once():
    with pytest.raises(InputError, match=r"^first$") as caught:
        refuse(["first", "second", "first"])
    assert caught.value.more == ("second",)
    assert mistakes_of(lambda: refuse(["first", "second"])) == ["first", "second"]
    inside = InputError("a", "f.toml: b").within("f.toml")
    assert (str(inside), *inside.more) == ("f.toml: a", "f.toml: b")
    assert tried(lambda: 3) == (3, [])
    assert tried(lambda: refuse(["x"])) == (None, ["x"])


def test_nothing_is_refused_where_nothing_is_wrong():
    refuse([])


@pytest.mark.parametrize(("name", "near"), [("Years", "years"), ("POL ", "POL"), ("sed", "seed"), ("zebra", "")])
def test_the_nearest_name_looks_past_capitals_and_blanks(name, near):
    assert nearest(name, ["years", "POL", "seed"]) == near
