"""Caps, transforms and outliers, and the log of what was moved."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.framework import Framework, Group, Indicator
from bri_eval.treat import LOG, RULES, TREATMENTS, box_cox, log_shifted, passes, treat, winsorise

OUTLIER = [1, 2, 3, 4, 5, 6, 7, 8, 9, 100]


def apply(values, chosen="none", *, winsorised: int = 5, **declared):
    framework = Framework(groups=(Group(code="g"),), indicators=(Indicator(code="x", parent="g", **declared),))
    index = pd.MultiIndex.from_product([[f"E{n}" for n in range(len(values))], [2018]], names=["economy", "year"])
    panel = pd.DataFrame({"x": values}, index=index, dtype=float)
    treated, log = treat(panel, framework, chosen, winsorised=winsorised)
    return treated["x"].tolist(), pd.DataFrame(columns=LOG) if log is None else log


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


# outliers: the rule


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
    once, log = apply(values, "winsorise", winsorised=1)
    assert once[-3:] == [500, 700, 700]
    assert len(log) == 1
    assert apply(values, "winsorise", winsorised=0)[0] == values
    assert apply(values, "winsorise", winsorised=2)[0][-3:] == [500, 500, 500]


def test_points_tied_at_an_end_move_together_and_count_one_by_one():
    tied = [*[1.0] * 30, 300, 500, 900, 900, 900]
    once, log = apply(tied, "winsorise", winsorised=1)
    assert once[-5:] == [300, 500, 500, 500, 500]
    assert len(log) == 3
    assert apply(tied, "winsorise", winsorised=3)[0] == once


def test_winsorise_leaves_a_column_that_passes():
    values = np.arange(10.0)
    np.testing.assert_array_equal(winsorise(values, winsorised=5), values)


def test_winsorise_does_not_write_into_its_argument():
    values = np.array(OUTLIER, dtype=float)
    winsorise(values, winsorised=5)
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


# outliers: the published algorithm, written out slowly


def moments(values: list[float]) -> tuple[float, float]:
    """Give skewness and excess kurtosis of type 2, as spreadsheets do."""
    n, mean = len(values), sum(values) / len(values)
    deviation = (sum((value - mean) ** 2 for value in values) / (n - 1)) ** 0.5
    third = sum(((value - mean) / deviation) ** 3 for value in values)
    fourth = sum(((value - mean) / deviation) ** 4 for value in values)
    skewness = n / ((n - 1) * (n - 2)) * third
    kurtosis = n * (n + 1) / ((n - 1) * (n - 2) * (n - 3)) * fourth - 3 * (n - 1) ** 2 / ((n - 2) * (n - 3))
    return skewness, kurtosis


def fails(values: list[float]) -> bool:
    skewness, kurtosis = moments(values)
    return abs(skewness) > 2 and kurtosis > 3.5


def winsorise_or_log(values: list[float], most: int = 5) -> list[float]:
    """Pull one more point of the skewed side in, until the column passes; if five do not help take the logarithm.

    For columns without ties: tied points move together, and how that counts is settled in ``winsorise``.
    """
    changed, moved = list(values), 0
    while fails(changed) and moved < most:
        high = moments(changed)[0] > 0
        end = max(changed) if high else min(changed)
        others = [value for value in changed if value != end]
        changed = [(max(others) if high else min(others)) if value == end else value for value in changed]
        moved = sum(now != before for now, before in zip(changed, values, strict=True))
    if not fails(changed):
        return changed
    low, spread = min(values), max(values) - min(values)
    return [np.log(value - low + 0.01 * spread) for value in values]


def long_tail(seed: int) -> list[float]:
    """Draw a column with no, some or many outliers, on either side."""
    rng = np.random.default_rng(seed)
    values = rng.normal(50, 10, 60)
    values[: seed % 9] += rng.uniform(100, 1000, seed % 9)
    return ((-1) ** (seed // 9) * values).tolist()


@pytest.mark.parametrize("seed", range(36))
def test_winsorise_log_against_the_published_algorithm(seed):
    values = long_tail(seed)
    found, _ = apply(values, "winsorise_log")
    assert found == pytest.approx(winsorise_or_log(values), rel=1e-12, abs=1e-12)


def test_the_published_algorithm_meets_all_its_cases():
    steps = []
    for seed in range(36):
        log = apply(long_tail(seed), "winsorise_log")[1]
        steps.append((log["step"].iloc[0], len(log)) if len(log) else ("none", 0))
    assert {step for step, _ in steps} == {"none", "winsorise", "log"}
    assert {1, 2, 3} <= {cells for step, cells in steps if step == "winsorise"}


@pytest.mark.parametrize("seed", range(9))
def test_skewness_and_kurtosis_against_a_slow_formula(seed):
    values = long_tail(seed)
    assert passes(np.array(values)) is not fails(values)


def test_log_shifted_by_value():
    found = log_shifted(np.array([1.0, 2.0, 11.0]))
    assert found.tolist() == pytest.approx([np.log(0.1), np.log(1.1), np.log(10.1)], abs=1e-14)


def test_box_cox_brings_the_skewness_down():
    values = np.random.default_rng(0).lognormal(3, 1.5, 80)
    found = box_cox(values)
    assert abs(moments(found.tolist())[0]) < 1 < moments(values.tolist())[0]
    assert (np.argsort(found) == np.argsort(values)).all()


HEAVY = [*np.random.default_rng(2).normal(50, 10, 60), *np.linspace(900, 1500, 8)]


@pytest.mark.parametrize(
    ("treatment", "step"),
    [("log", "log"), ("box_cox", "box_cox"), ("winsorise_log", "log"), ("winsorise_box_cox", "box_cox")],
)
def test_a_transformed_column_is_one_row_of_the_log(treatment, step):
    found, log = apply(HEAVY, treatment)
    assert found == pytest.approx(RULES[step](np.array(HEAVY)).tolist(), rel=1e-12)
    assert log[["row", "indicator", "step"]].to_numpy().tolist() == [["all", "x", step]]
    assert log[["before", "after"]].isna().all(axis=None)


def test_the_last_rule_stands_if_none_passes():
    values = [0.0] * 60 + [1.0]
    assert not passes(log_shifted(np.array(values)))
    found, log = apply(values, "winsorise_log")
    assert log["step"].tolist() in (["log"], ["winsorise"])
    assert len(set(found)) == (2 if log["step"].tolist() == ["log"] else 1)


@pytest.mark.parametrize("treatment", [name for name in TREATMENTS if name != "none"])
def test_every_treatment_changes_a_column_that_fails(treatment):
    assert apply(HEAVY, treatment)[0] != HEAVY
    assert apply(list(range(10)), treatment)[0] == list(range(10))


@pytest.mark.parametrize("treatment", TREATMENTS)
def test_missing_cells_are_left_missing(treatment):
    values = [np.nan, *HEAVY[:30], np.nan, *HEAVY[30:]]
    found, log = apply(values, treatment)
    expected, _ = apply(HEAVY, treatment)
    assert np.isnan([found[0], found[31]]).all()
    assert np.isnan(found).sum() == 2
    assert [value for value in found if not np.isnan(value)] == expected
    assert not {"E0 2018", "E31 2018"} & set(log["row"])


# an indicator's own treatment


def test_an_indicator_may_declare_its_treatment():
    pair = Framework(
        groups=(Group(code="g"),),
        indicators=(
            Indicator(code="x", parent="g"),
            Indicator(code="y", parent="g", treatment="none"),
            Indicator(code="z", parent="g", treatment="log"),
        ),
    )
    index = pd.MultiIndex.from_product([[f"E{n}" for n in range(10)], [2018]], names=["economy", "year"])
    panel = pd.DataFrame(dict.fromkeys("xyz", OUTLIER), index=index, dtype=float)
    treated, log = treat(panel, pair, "winsorise")
    assert treated["x"].tolist() == [*OUTLIER[:9], 9]
    assert treated["y"].tolist() == OUTLIER
    assert treated["z"].tolist() == pytest.approx(log_shifted(np.array(OUTLIER, dtype=float)).tolist())
    assert log[["indicator", "step"]].to_numpy().tolist() == [["x", "winsorise"], ["z", "log"]]


def test_a_function_is_a_treatment():
    found, log = apply(OUTLIER, lambda values: np.minimum(values, 20.0))
    assert found == [*OUTLIER[:9], 20]
    assert log[["row", "step", "before", "after"]].to_numpy().tolist() == [["E9 2018", "own function", 100.0, 20.0]]


def test_a_function_is_given_the_parameters_that_it_names():
    def keep(values: np.ndarray, *, winsorised: int = 0) -> np.ndarray:
        return values + winsorised

    assert apply(OUTLIER, keep, winsorised=3)[0] == [value + 3 for value in OUTLIER]


@pytest.mark.parametrize("declared", [{"goalposts": (0.0, 50.0)}, {"direction": "target", "target": 5.0}])
def test_a_transforming_treatment_refuses_declared_points(declared):
    with pytest.raises(InputError, match=r"indicator 'x'.*treatment"):
        apply(OUTLIER, "log", **declared)


def test_an_unknown_treatment_of_an_indicator():
    with pytest.raises(InputError, match=r"unknown treatment 'winsorize'; .* did you mean 'winsorise'\?"):
        apply(OUTLIER, treatment="winsorize")


def test_with_nothing_to_do_the_panel_is_handed_on_without_a_log(tree, small_panel):
    treated, log = treat(small_panel, tree)
    pd.testing.assert_frame_equal(treated, small_panel)
    assert log is None


def test_unknown_treatment(tree, small_panel):
    with pytest.raises(InputError, match=r"unknown treatment 'winsorize'; .* did you mean 'winsorise'\?"):
        treat(small_panel, tree, "winsorize")
