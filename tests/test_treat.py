"""Caps, transforms and outliers, and the log of what was moved."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.framework import Framework, Group, Indicator
from bri_eval.treat import TREATMENTS, passes, treat, winsorise

OUTLIER = [1, 2, 3, 4, 5, 6, 7, 8, 9, 100]


def apply(values, treatment: str = "none", *, most: int = 5, **declared):
    framework = Framework(groups=(Group(code="g"),), indicators=(Indicator(code="x", parent="g", **declared),))
    index = pd.MultiIndex.from_product([[f"E{n}" for n in range(len(values))], [2018]], names=["economy", "year"])
    treated, log = treat(pd.DataFrame({"x": values}, index=index, dtype=float), framework, treatment, most=most)
    return treated["x"].tolist(), log


# declared in the framework


@pytest.mark.parametrize(
    ("transform", "expected"),
    [
        ("none", [1, 4, 9]),
        ("log", [0, np.log(4), np.log(9)]),
        ("log1p", [np.log(2), np.log(5), np.log(10)]),
        ("sqrt", [1, 2, 3]),
    ],
)
def test_transforms_by_value(transform, expected):
    treated, log = apply([1, 4, 9], transform=transform)
    assert treated == pytest.approx(expected, abs=1e-15)
    assert log.empty


def test_cap_is_applied_before_the_transform_and_logged():
    treated, log = apply([9, 100, 400], cap=100.0, transform="sqrt")
    assert treated == [3, 10, 10]
    assert log.to_dict("records") == [
        {"row": "E2 2018", "indicator": "x", "step": "cap", "before": 400.0, "after": 100.0}
    ]


@pytest.mark.parametrize(
    ("transform", "values", "message"),
    [
        ("log", [1, 0, 2], "indicator 'x' is 0 for E1 2018; its transform 'log' needs values above 0"),
        ("log1p", [1, 2, -1], "indicator 'x' is -1 for E2 2018; its transform 'log1p' needs values above -1"),
        ("sqrt", [-4, 2, 1], "indicator 'x' is -4 for E0 2018; its transform 'sqrt' needs values above 0"),
    ],
)
def test_transforms_refuse_what_is_outside_their_domain(transform, values, message):
    with pytest.raises(InputError, match=message):
        apply(values, transform=transform)


def test_zero_is_inside_the_domain_of_sqrt_and_log1p():
    assert apply([0, 1], transform="sqrt")[0] == [0, 1]
    assert apply([0, 1], transform="log1p")[0] == pytest.approx([0, np.log(2)])


def test_shipped_transforms_and_caps_change_the_data(evaluation):
    treated = evaluation.treated
    raw = evaluation.panel.loc[treated.index]
    seen = raw["liner_connectivity"].notna()
    np.testing.assert_allclose(treated["liner_connectivity"][seen], np.log1p(raw["liner_connectivity"][seen]))
    assert treated["mobile_subscriptions"].max() == 150
    assert raw["mobile_subscriptions"].max() > 150
    assert set(evaluation.moved["indicator"]) == {"mobile_subscriptions"}
    assert len(evaluation.moved) == (raw["mobile_subscriptions"] > 150).sum()


# outliers


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        (list(range(10)), True),
        (OUTLIER, False),
        ([-value for value in OUTLIER], False),
        ([1, 1, 1000], True),
        ([3, 3, 3, 3, 3], True),
    ],
)
def test_passes(values, verdict):
    assert passes(np.array(values, dtype=float)) is verdict


def test_skewness_and_kurtosis_are_of_type_2():
    values = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 3.0])
    n = len(values)
    z = (values - values.mean()) / values.std()
    biased = (z**3).mean(), (z**4).mean() - 3
    type_2 = biased[0] * np.sqrt(n * (n - 1)) / (n - 2), (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * biased[1] + 6)
    assert biased[0] < 2 < type_2[0]
    assert biased[1] < 3.5 < type_2[1]
    assert not passes(values)


def test_winsorise_pulls_the_furthest_point_to_its_neighbour():
    treated, log = apply(OUTLIER, "winsorise")
    assert treated == [*OUTLIER[:9], 9]
    assert log[["row", "step", "before", "after"]].to_numpy().tolist() == [["E9 2018", "winsorise", 100.0, 9.0]]


def test_winsorise_works_on_the_low_side():
    treated, _ = apply([-value for value in OUTLIER], "winsorise")
    assert treated == [*(-value for value in OUTLIER[:9]), -9]


def test_winsorise_stops_at_the_most():
    values = [*[1.0] * 30, 500, 700, 900]
    once, log = apply(values, "winsorise", most=1)
    assert once[-3:] == [500, 700, 700]
    assert len(log) == 1
    assert apply(values, "winsorise", most=0)[0] == values
    assert apply(values, "winsorise", most=2)[0][-3:] == [500, 500, 500]


def test_winsorise_moves_no_more_points_than_the_most():
    _, log = apply([*[1.0] * 30, 500, 900, 900, 900], "winsorise", most=1)
    assert len(log) <= 1


def test_winsorise_leaves_a_column_that_passes():
    values = np.arange(10.0)
    np.testing.assert_array_equal(winsorise(values, 5), values)


def test_winsorise_does_not_write_into_its_argument():
    values = np.array(OUTLIER, dtype=float)
    winsorise(values, 5)
    assert values.tolist() == OUTLIER


def test_structural_zeros_are_no_outliers():
    high = [100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111]
    with_zero, log = apply([0, *high], "winsorise", structural_zero="landlocked")
    assert with_zero == [0, *high]
    assert log.empty
    assert apply([0, *high], "winsorise")[0][0] == 100


def test_transform_comes_before_the_treatment():
    values = [np.exp(value) for value in range(12)]
    assert not passes(np.array(values))
    assert apply(values, "winsorise", transform="log")[0] == pytest.approx(list(range(12)), abs=1e-12)


@pytest.mark.parametrize("treatment", TREATMENTS)
def test_columns_are_treated_apart(treatment, tree, small_panel):
    treated, _ = treat(small_panel, tree, treatment)
    for code in tree.codes:
        alone = small_panel.copy()
        alone[[other for other in tree.codes if other != code]] = 1.0
        pd.testing.assert_series_equal(treat(alone, tree, treatment)[0][code], treated[code])


def test_unknown_treatment(tree, small_panel):
    with pytest.raises(InputError, match=r"unknown treatment 'winsorize'; .* did you mean 'winsorise'\?"):
        treat(small_panel, tree, "winsorize")
