"""The Anderson-Rubin test and its sets against dense dummies, the quadratic formula and a grid of tests."""

from dataclasses import replace

import numpy as np
import pytest
from instrumented import BOTH, codes, dense, factor, iv_model, iv_panel, sandwich, with_one_instrument
from scipy import stats

from bri_eval.checks import InputError
from bri_eval.econometrics.anderson_rubin import (
    anderson_rubin,
    anderson_rubin_region,
    anderson_rubin_set,
    confidence_set,
)
from bri_eval.econometrics.first_stage import f_statistics, weak_instruments
from bri_eval.econometrics.instruments import estimate_iv
from bri_eval.econometrics.two_stage import Equation, read_equation

PANEL = iv_panel()
EFFECTS = ((), ("year",), ("economy",), BOTH)


def brute_force(spec, data, values):
    """F of the instruments in the regression of y - X b on everything exogenous, with dummies; both kinds."""
    rows, dummies = dense(spec, data)
    units = data.abs().max()
    given = [name for name in spec.regressors if name not in spec.endogenous]
    full = np.column_stack([dummies, rows[given], rows[list(spec.instruments)]])
    y = rows["y"].to_numpy() - sum(
        value * rows[name].to_numpy() * units[name] / units["y"]
        for name, value in zip(spec.endogenous, values, strict=True)
    )
    slopes = np.linalg.lstsq(full, y, rcond=None)[0]
    u, (n, k), q = y - full @ slopes, full.shape, len(spec.instruments)
    classical = u @ u / (n - k) * np.linalg.inv(full.T @ full)
    clustered = sandwich(full, u, codes(rows)) * factor(spec, rows, k)
    wald = [slopes[-q:] @ np.linalg.solve(v[-q:, -q:], slopes[-q:]) / q for v in (classical, clustered)]
    return dict(zip(("unadjusted", "clustered"), wald, strict=True)), n - k


@pytest.mark.parametrize("effects", EFFECTS, ids="-".join)
@pytest.mark.parametrize("covariance", ["clustered", "unadjusted"])
def test_the_test_by_a_regression_with_dummies(effects, covariance):
    spec = iv_model("x", "v", effects=effects, covariance=covariance)
    for values in ((0.0, 0.0), (1e-6, 0.5), (-2e-6, 3.0)):
        expected, df = brute_force(spec, PANEL, values)
        given = dict(zip(("x", "v"), values, strict=True)) if any(values) else None
        result = anderson_rubin(spec, PANEL, given)
        assert result.statistic == pytest.approx(expected[covariance], rel=1e-7)
        clusters = dense(spec, PANEL)[0].index.unique("economy").size
        assert result.df == (3, clusters - 1 if covariance == "clustered" else df)
        assert result.pvalue == pytest.approx(stats.f.sf(result.statistic, *result.df), rel=1e-9)


@pytest.mark.parametrize("effects", EFFECTS, ids="-".join)
def test_classical_set_by_the_quadratic_formula(effects):
    """y'Ay - 2b x'Ay + b2 x'Ax <= 0 with A = (n-k)/q P - critical M, everything exogenous removed by dummies."""
    spec = iv_model("x", effects=effects, covariance="unadjusted")
    rows, dummies = dense(spec, PANEL)
    w = np.column_stack([dummies, rows[["w", "v", "still"]]])
    y, x, z = (
        side - w @ np.linalg.lstsq(w, side, rcond=None)[0]
        for side in (rows["y"].to_numpy(), rows["x"].to_numpy(), rows[["z1", "z2", "z3"]].to_numpy())
    )
    df = len(y) - w.shape[1] - 3
    projection = z @ np.linalg.inv(z.T @ z) @ z.T
    a = df / 3 * projection - stats.f.ppf(0.95, 3, df) * (np.eye(len(y)) - projection)
    ends = np.sort(np.roots([x @ a @ x, -2 * x @ a @ y, y @ a @ y])) * PANEL["y"].abs().max() / PANEL["x"].abs().max()
    found = anderson_rubin_set(spec, PANEL)
    assert x @ a @ x > 0
    assert found.shape == "bounded"
    assert found.intervals[0] == pytest.approx(ends, rel=1e-9)
    assert found.law == f"F(3, {df}), classical"


def accepts(equation: Equation, values: np.ndarray, level: float) -> bool:
    """Whether the test keeps the values; `anderson_rubin` itself is checked above."""
    q = equation.z.shape[1]
    classical, clustered = f_statistics(equation, equation.y - equation.x @ values, equation.z, q)
    df = equation.clusters - 1 if equation.clustered else equation.df(q)
    return (clustered if equation.clustered else classical) <= stats.f.ppf(level, q, df)


def shapes(covariance: str, level: float = 0.95) -> dict[str, int]:
    """Check sets of panels of all strengths against a grid of tests, and count their shapes."""
    seen: dict[str, int] = {}
    grid = np.tan(np.linspace(-1.57, 1.57, 25)) * 1e-6
    for seed in range(18):
        spec = iv_model("x", covariance=covariance, effects=("economy",))
        data = iv_panel(seed, strength=(0.02, 0.2, 0.5)[seed % 3], economies=12)
        equation = read_equation(spec, data)
        found = confidence_set(equation, level)
        seen[found.shape] = seen.get(found.shape, 0) + 1
        for value in grid:
            inside = any(low <= value <= high for low, high in found.intervals)
            assert accepts(equation, np.array([value]), level) == inside
        for end in (end for interval in found.intervals for end in interval if np.isfinite(end)):
            assert anderson_rubin(spec, data, {"x": end}).pvalue == pytest.approx(1 - level, rel=1e-6)
    return seen


@pytest.mark.parametrize("covariance", ["clustered", "unadjusted"])
def test_sets_of_every_shape_agree_with_the_test_at_every_value(covariance):
    assert {"bounded", "unbounded"} <= set(shapes(covariance))


def test_sets_that_are_empty_or_in_pieces_are_said_to_be():
    seen = shapes("clustered", level=0.3)
    assert {"empty", "bounded"} <= set(seen)


def test_the_whole_line_where_the_instruments_say_nothing():
    data = iv_panel(2)
    data = data.assign(z1=np.random.default_rng(8).normal(size=len(data)))
    found = anderson_rubin_set(with_one_instrument(iv_model("x")), data)
    assert found.intervals == ((-np.inf, np.inf),)
    assert "the whole line, the instruments say nothing about it" in found.sentence


def test_disjoint_pieces_are_printed_as_such():
    """Of many weak panels some have a clustered set of two bounded pieces or a ray beside one."""
    pieces = []
    for seed in range(30):
        spec = iv_model("x", effects=("economy",))
        found = anderson_rubin_set(spec, iv_panel(seed, strength=0.1, economies=8), level=0.8)
        if len(found.intervals) > 1:
            pieces.append(found)
    assert pieces
    assert all(" and " in found.sentence for found in pieces)
    assert {"unbounded", "disjoint"} >= {found.shape for found in pieces}


def test_one_instrument_always_keeps_the_estimate():
    for seed in range(6):
        data = iv_panel(seed, strength=(0.02, 1.0)[seed % 2])
        spec = with_one_instrument(iv_model("x"))
        slope = estimate_iv(spec, data).params["x"]
        assert any(low <= slope <= high for low, high in anderson_rubin_set(spec, data, level=0.2).intervals)


@pytest.mark.bench
def test_coverage_with_weak_instruments():
    """100 panels of 60 economies, clustered errors: the true slopes are kept in 95 %, give or take 3 x 2.2 %."""
    spec, truth = iv_model("x", "v"), np.array([1e-6, 0.5])
    panels = (iv_panel(seed, strength=0.1, economies=60) for seed in range(100))
    assert np.mean([accepts(read_equation(spec, data), truth, 0.95) for data in panels]) >= 0.884


@pytest.mark.parametrize("seed", range(8))
def test_region_is_bounded_if_no_combination_could_be_unrelated_to_the_instruments(seed):
    data = iv_panel(seed, strength=(0.1, 0.4, 0.7, 1.0)[seed % 4])
    spec = iv_model("x", "v", covariance="unadjusted")
    strength = weak_instruments(spec, data)[0]
    found = anderson_rubin_region(spec, data)
    assert found.bounded == (strength.statistic > stats.f.ppf(0.95, *strength.df))
    assert ("is bounded" in found.sentence) == found.bounded
    clustered = anderson_rubin_region(replace(spec, covariance="clustered"), data)
    equation = read_equation(replace(spec, covariance="clustered"), data)
    angles = np.linspace(0, np.pi, 1500)
    far = 1e12 * np.array([1e-6 * np.cos(angles), np.sin(angles)]).T
    assert clustered.bounded == (not any(accepts(equation, values, 0.95) for values in far))


def test_crime_of_cornwell_and_trumbull_in_miniature():
    """Single F above 10 with a joint statistic below it: the region reaches infinity, as in econometrics.md 4.3."""
    rng = np.random.default_rng(3)
    noise = rng.normal(size=(2, len(PANEL))) * 0.3
    data = PANEL.assign(x=PANEL["z1"] + noise[0], v=PANEL["z1"] + noise[1])
    spec = iv_model("x", "v", covariance="unadjusted")
    assert weak_instruments(spec, data)[0].statistic < 2
    assert not anderson_rubin_region(spec, data).bounded


def test_wrong_values_levels_and_numbers_of_slopes_are_refused():
    one, two = iv_model("x"), iv_model("x", "v")
    with pytest.raises(InputError, match=r"model 'm': unknown endogenous regressor 'w'; known are 'x'"):
        anderson_rubin(one, PANEL, {"w": 0.0})
    with pytest.raises(InputError, match=r"the values are \{'x': 1.0\}; expected one number for each of 'x', 'v'"):
        anderson_rubin(two, PANEL, {"x": 1.0})
    with pytest.raises(InputError, match="expected one number for each of 'x'"):
        anderson_rubin(one, PANEL, {"x": float("nan")})
    with pytest.raises(InputError, match="level is 95; expected a probability between 0 and 1"):
        anderson_rubin_set(one, PANEL, level=95)
    with pytest.raises(
        InputError, match=r"the set is of one slope, but 'x', 'v' are endogenous; use anderson_rubin_re"
    ):
        anderson_rubin_set(two, PANEL)
    with pytest.raises(InputError, match="no region is found for 1 endogenous regressors; use anderson_rubin_set"):
        anderson_rubin_region(one, PANEL)
    with pytest.raises(InputError, match="no region is found for 3 endogenous regressors; use covariance 'unadjusted'"):
        anderson_rubin_region(iv_model("x", "v", "w"), PANEL)
