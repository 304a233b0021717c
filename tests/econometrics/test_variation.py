"""The variation that panel models rest on."""

import numpy as np
import pytest
from scipy import stats

from bri_eval.checks import InputError
from bri_eval.econometrics import diagnostics
from bri_eval.econometrics.estimate import estimate

TEN_DIGITS, P_VALUE = 1e-8, 1e-6


XTSUM = {
    "inv": (
        145.95825, 216.8752962, 198.8242056, 3.0845, 608.02, 106.1986447, -204.36175, 1024.63825, 0.2397826623,
    ),
    "value": (
        1081.6811, 1314.469695, 1334.916706, 70.921, 4333.845, 340.5420961, -459.9639, 2989.5361, 0.06711822363,
    ),
    "capital": (
        276.01715, 301.1039071, 200.9701264, 5.9415, 648.435, 232.6602814, -369.61785, 1853.88215, 0.5970513935,
    ),
}  # fmt: skip


def test_variation_xtsum(grunfeld):
    table = diagnostics.variation(grunfeld, XTSUM)
    between, within = ([f"{what}_{part}" for what in ("sd", "min", "max")] for part in ("between", "within"))
    printed = table[["mean", "sd_overall", *between, *within, "within_share"]]
    np.testing.assert_allclose(printed.to_numpy(), list(XTSUM.values()), rtol=TEN_DIGITS)
    assert list(table["little_within"]) == [False, True, False]
    assert table.loc["inv", ["n", "economies", "years"]].tolist() == [200, 10, 20.0]


def test_variation_leaves_out_missing_cells_column_by_column(unbalanced):
    holes = unbalanced.assign(value=unbalanced["value"].mask(unbalanced.index.get_level_values("economy") == "F01"))
    table = diagnostics.variation(holes, ["inv", "value"])
    assert table["n"].tolist() == [192, 174]
    assert table["years"].tolist() == [19.2, 174 / 9]
    assert np.isnan(diagnostics.variation(holes.assign(inv=1.0), ["inv"]).loc["inv", "within_share"])


def test_vif(grunfeld):
    """econometrics.md 4.1: 1.3137727956 pooled, 1.1651483314 within."""
    np.testing.assert_allclose(diagnostics.vif(grunfeld, ["value", "capital"]), 1.3137727956, rtol=TEN_DIGITS)
    within = diagnostics.vif(grunfeld, ["value", "capital"], within=True)
    np.testing.assert_allclose(within, 1.1651483314, rtol=TEN_DIGITS)


def test_vif_statsmodels(unbalanced):
    from statsmodels.stats.outliers_influence import variance_inflation_factor

    x = np.column_stack([np.ones(len(unbalanced)), unbalanced])
    expected = [variance_inflation_factor(x, column) for column in (1, 2, 3)]
    np.testing.assert_allclose(diagnostics.vif(unbalanced, unbalanced.columns), expected, rtol=1e-10)


def test_vif_refuses_collinear_columns(grunfeld):
    data = grunfeld.assign(
        double=2 * grunfeld["value"] + 3, fixed=grunfeld["value"].groupby(level="economy").transform("mean")
    )
    with pytest.raises(InputError, match="columns 'double' do not vary or are collinear"):
        diagnostics.vif(data, ["value", "capital", "double"])
    assert diagnostics.vif(data, ["capital", "fixed"]).gt(1).all()
    with pytest.raises(InputError, match="columns 'fixed' do not vary or are collinear"):
        diagnostics.vif(data, ["capital", "fixed"], within=True)


def test_condition_number(grunfeld):
    """Against statsmodels, which takes the columns as they come: those of length 1 are handed to it."""
    import statsmodels.api as sm

    columns = ["value", "capital"]
    for within in (False, True):
        means = grunfeld.groupby(level="economy").transform("mean")
        x = grunfeld[columns] - means[columns] if within else grunfeld[columns].assign(const=1.0)
        x = x / np.sqrt((x**2).sum())
        expected = sm.OLS(grunfeld["inv"], x).fit().condition_number
        found = diagnostics.condition_number(grunfeld, columns, within=within)
        assert found == pytest.approx(expected, rel=1e-9)
        scaled = grunfeld.assign(value=1e6 * grunfeld["value"])
        assert diagnostics.condition_number(scaled, columns, within=within) == pytest.approx(found, rel=1e-9)
    assert diagnostics.condition_number(grunfeld.assign(high=grunfeld["value"] + 1e6), ["high"]) > 1000
    with pytest.raises(InputError, match="columns 'double' do not vary or are collinear"):
        diagnostics.condition_number(grunfeld.assign(double=2 * grunfeld["value"]), ["value", "double"])


def test_columns_are_checked(grunfeld):
    with pytest.raises(InputError, match=r"unknown column 'valve'.*did you mean 'value'"):
        diagnostics.variation(grunfeld, ["valve"])
    with pytest.raises(InputError, match="column 'inv' is named twice"):
        diagnostics.vif(grunfeld, ["inv", "inv"])
    with pytest.raises(InputError, match="column 'inv' has no value"):
        diagnostics.variation(grunfeld.assign(inv=np.nan), ["inv"])


def test_minimum_detectable_effect(grunfeld, declare):
    fit = estimate(declare("within", "economy"), grunfeld)
    by_hand = (stats.t.ppf(0.975, 9) + stats.t.ppf(0.8, 9)) * 0.01515607544
    assert diagnostics.minimum_detectable_effect(fit, "value") == pytest.approx(by_hand, rel=TEN_DIGITS)
    assert diagnostics.minimum_detectable_effect(fit, "value", power=0.5) == pytest.approx(
        stats.t.ppf(0.975, 9) * fit.std_errors["value"]
    )
    with pytest.raises(InputError, match=r"unknown coefficient 'valu'.*did you mean 'value'"):
        diagnostics.minimum_detectable_effect(fit, "valu")
    with pytest.raises(InputError, match="power is 80; expected a probability between 0 and 1"):
        diagnostics.minimum_detectable_effect(fit, "value", power=80)
