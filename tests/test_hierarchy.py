"""Shares in the tree."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.framework import Framework, Group, Indicator, families
from bri_eval.hierarchy import declared_weights, equal_weights, global_weights, local_weights, without


@pytest.fixture
def mixed() -> Framework:
    """Groups and an indicator side by side, all with declared weights."""
    return Framework(
        groups=(Group(code="g"), Group(code="a", parent="g", weight=0.6)),
        indicators=(
            Indicator(code="x", parent="a", weight=0.2),
            Indicator(code="y", parent="a", weight=0.8),
            Indicator(code="z", parent="g", weight=0.4),
        ),
    )


def test_equal_weights(tree):
    assert equal_weights(tree).to_dict() == dict.fromkeys("abwxyz", 0.5)


def test_declared_weights_are_equal_where_none_is_declared(tree):
    assert declared_weights(tree).to_dict() == {"a": 0.5, "b": 0.5, "w": 0.5, "x": 0.5, "y": 0.25, "z": 0.75}


def test_global_weights_multiply_down_the_path(tree):
    local = pd.Series({"a": 0.2, "b": 0.8, "w": 0.5, "x": 0.5, "y": 0.25, "z": 0.75})
    assert global_weights(tree, local).to_dict() == pytest.approx({"w": 0.1, "x": 0.1, "y": 0.2, "z": 0.6}, abs=1e-15)


def test_global_weights_of_mixed_depth(mixed):
    found = global_weights(mixed, declared_weights(mixed))
    assert found.to_dict() == pytest.approx({"x": 0.12, "y": 0.48, "z": 0.4}, abs=1e-15)


def test_local_weights_undo_global_weights(mixed, full_framework):
    for framework in (mixed, full_framework):
        local = declared_weights(framework)
        pd.testing.assert_series_equal(
            local_weights(framework, global_weights(framework, local))[local.index], local, check_names=False
        )


def test_local_weights_below_a_group_without_weight_are_missing(tree):
    found = local_weights(tree, pd.Series({"w": 0.0, "x": 0.0, "y": 0.25, "z": 0.75}))
    assert found["a"] == 0
    assert found[["w", "x"]].isna().all()
    assert found[["b", "y", "z"]].tolist() == [1.0, 0.25, 0.75]


def test_without_nothing_is_the_same_framework(tree):
    assert without(tree, []) is tree


def test_without_rescales_declared_weights(tree):
    more = dataclasses.replace(
        tree,
        indicators=(
            *tree.indicators[:2],
            *(Indicator(code=code, parent="b", weight=weight) for code, weight in (("y", 0.2), ("z", 0.3), ("v", 0.5))),
        ),
    )
    left = without(more, ["v"])
    assert {one.code: one.weight for one in left.indicators if one.parent == "b"} == pytest.approx({"y": 0.4, "z": 0.6})


@pytest.mark.parametrize("exclude", [["a"], ["w", "x"]])
def test_without_drops_a_group_that_is_emptied(tree, exclude):
    left = without(tree, exclude)
    assert left.group_codes == ["goal", "b"]
    assert left.codes == ["y", "z"]
    assert global_weights(left, declared_weights(left)).to_dict() == {"y": 0.25, "z": 0.75}


def test_without_keeps_what_is_above(full_framework):
    left = without(full_framework, ["network", "rail_density"])
    assert left.pillars == ["infrastructure", "service", "enterprise", "flexibility"]
    assert len(left.codes) == 24 - 4 - 1
    assert all(len(siblings) > 0 for siblings in families(left))


@pytest.mark.parametrize(
    ("exclude", "message"),
    [
        (["tarif"], r"exclude: unknown indicator 'tarif'; .* did you mean 'tariff'\?"),
        (["capability"], "exclude: unknown indicator 'capability'"),
        (["network", "infrastructure", "service", "enterprise", "flexibility"], "leaves no indicator of .*panel.toml"),
    ],
)
def test_without_refuses(framework, exclude, message):
    with pytest.raises(InputError, match=message):
        without(framework, exclude)


def test_without_rescales_a_mixed_family_together(mixed):
    left = without(mixed, ["x"])
    assert global_weights(left, declared_weights(left)).to_dict() == pytest.approx({"y": 0.6, "z": 0.4})
