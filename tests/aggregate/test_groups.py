"""The hierarchy of scores: what enters a group, and in which order."""

from __future__ import annotations

import numpy as np
import pytest

from bri_eval.aggregate.groups import score_available, score_tree, top_down
from bri_eval.checks import InputError
from bri_eval.framework import Framework, Group, Indicator

DEEP = Framework(
    groups=(
        Group(code="goal"),
        Group(code="a2", parent="a"),
        Group(code="a", parent="goal"),
        Group(code="b", parent="goal"),
    ),
    indicators=tuple(Indicator(code=c, parent=up) for c, up in {"w": "a", "x": "a2", "y": "a2", "z": "b"}.items()),
)
X = np.array([[1.0, 2, 3, 4], [5, 6, 7, 9], [3, 3, 1, 8]])
W = np.array([0.2, 0.1, 0.3, 0.4])


def test_every_group_comes_after_its_parent():
    assert top_down(DEEP) == ["goal", "a", "b", "a2"]


def calls_of(rules: dict[str, str], weights: np.ndarray = W) -> dict[str, tuple[list[str], list[float]]]:
    seen = {}

    def score(table, shares, codes, rule):
        seen[tuple(codes)] = shares.round(12).tolist()
        return table @ shares

    score_tree(DEEP, X, weights, rules, score)
    return seen


def test_a_group_is_scored_from_all_indicators_below_it():
    found = calls_of(dict.fromkeys(DEEP.group_codes, "mean"))
    assert found[("x", "y", "w")] == pytest.approx([1 / 6, 1 / 2, 1 / 3], abs=1e-11)
    assert found[("x", "y", "w", "z")] == [0.1, 0.3, 0.2, 0.4]


def test_a_group_with_another_rule_enters_as_one_column():
    found = calls_of({"goal": "mean", "a": "mean", "b": "mean", "a2": "product"})
    assert found[("a2", "w", "z")] == [0.4, 0.2, 0.4]
    assert found[("x", "y")] == [0.25, 0.75]


def test_a_column_without_weight_is_left_out():
    found = calls_of(dict.fromkeys(DEEP.group_codes, "mean"), np.array([0.0, 0.5, 0.0, 0.5]))
    assert set(found) == {("x",), ("z",), ("x", "z")}


def mean(table, shares, codes, rule):
    return table @ shares


def test_missing_children_share_their_weight_in_their_parent():
    x = X.copy()
    x[0, 1], x[1, [1, 2]] = np.nan, np.nan
    rules = dict.fromkeys(DEEP.group_codes, "arithmetic")
    found = score_available(DEEP, x, W, rules, mean, least=0.5)
    assert found["a2"].tolist() == pytest.approx([3, np.nan, 1.5], nan_ok=True)
    assert found["a"].tolist() == pytest.approx([(0.4 * 3 + 0.2 * 1) / 0.6, np.nan, 2.0], nan_ok=True)
    assert found["goal"].tolist() == pytest.approx([0.6 * found["a"][0] + 1.6, np.nan, 4.4], nan_ok=True)
    assert score_available(DEEP, x, W, rules, mean, least=0.3)["goal"][1] == pytest.approx(0.6 * 5 + 0.4 * 9)


@pytest.mark.parametrize("rule", ["topsis", mean])
def test_rules_that_need_every_child(rule):
    x = X.copy()
    x[0, 0] = np.nan
    with pytest.raises(InputError, match=r"group 'a' has missing values and aggregator '.*'; only 'arithmetic'"):
        score_available(DEEP, x, W, dict.fromkeys(DEEP.group_codes, rule), mean, least=0.5)
