"""Oster's bounds: published software, truths built exactly, and the polynomial by brute force."""

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics.evidence.oster import oster_bounds
from bri_eval.econometrics.specs import ModelSpec

MPG = "21 21 22.8 21.4 18.7 18.1 14.3 24.4 22.8 19.2 17.8 16.4 17.3 15.2 10.4 10.4 14.7 32.4 30.4 33.9 21.5 15.5 15.2 13.3 19.2 27.3 26 30.4 15.8 19.7 15 21.4"  # fmt: skip  # noqa: E501
WT = "2.62 2.875 2.32 3.215 3.44 3.46 3.57 3.19 3.15 3.44 3.44 4.07 3.73 3.78 5.25 5.424 5.345 2.2 1.615 1.835 2.465 3.52 3.435 3.84 3.845 1.935 2.14 1.513 3.17 2.77 3.57 2.78"  # fmt: skip  # noqa: E501
HP = "110 110 93 110 175 105 245 62 95 123 123 180 180 180 205 215 230 66 52 65 97 150 150 245 175 66 91 113 264 175 335 109"  # fmt: skip  # noqa: E501
QSEC = "16.46 17.02 18.61 19.44 17.02 20.22 15.84 20 22.9 18.3 18.9 17.4 17.6 18 17.98 17.82 17.42 19.47 18.52 19.9 20.01 16.87 17.3 15.41 17.05 18.9 16.7 16.9 14.5 15.5 14.6 18.6"  # fmt: skip  # noqa: E501


def pooled(*regressors: str, effects: tuple[str, ...] = (), estimator: str = "pooled") -> ModelSpec:
    return ModelSpec(name="m", outcome="y", regressors=regressors, effects=effects, estimator=estimator)


def built(weight: float, seed: int, *, beta: float = 0.7) -> tuple[pd.DataFrame, float, float]:
    """Return data in which delta and R_max hold exactly, not in expectation: all parts are orthonormal.

    x = 0.6 w + a u + 0.8 v, y = beta x + w + 0.5 u + 0.9 e with w seen and u not.
    """
    draws = np.random.default_rng(seed).normal(size=(60, 5))
    draws[:, 0] = 1.0
    w, u, v, e = np.linalg.qr(draws)[0][:, 1:].T
    x = 0.6 * w + weight * u + 0.8 * v
    y = beta * x + w + 0.5 * u + 0.9 * e
    rows = pd.MultiIndex.from_product([range(10), range(6)], names=["economy", "year"])
    delta = (weight * 0.5 / 0.25) / (0.6 * 1.0 / 1.0)
    data = pd.DataFrame({"y": y, "x": x, "w": w, "u": u}, index=rows)
    return data, delta, 1 - 0.81 / float(y @ y)


def test_oster_robomit_mtcars():
    """R: o_beta("mpg", "wt", "hp + qsec", delta = 1, R2max = 0.9, type = "lm", data = mtcars), robomit 1.0.6."""
    columns = {"y": MPG, "x": WT, "hp": HP, "qsec": QSEC}
    rows = pd.MultiIndex.from_product([range(16), range(2)], names=["economy", "year"])
    data = pd.DataFrame({name: [float(cell) for cell in text.split()] for name, text in columns.items()}, index=rows)
    bounds = oster_bounds(pooled("x", "hp", "qsec"), data, term="x", r2_max=0.9)
    printed = [bounds.beta_star, *bounds.other_roots, bounds.slope_short, bounds.slope]
    np.testing.assert_allclose(printed, [-2.00, -7.01, -5.34, -4.36], atol=0.005)
    np.testing.assert_allclose([bounds.r2_short, bounds.r2], [0.753, 0.835], atol=0.0005)
    assert bounds.root == "the only one of 2 real solutions that meets assumption 3"
    assert bounds.table.loc["adjusted", "r2"] == 0.9


@pytest.mark.parametrize("weight", [0.3, 0.15, 0.45])
@pytest.mark.parametrize("seed", [0, 1])
def test_the_true_slope_and_the_true_strength_are_recovered(weight, seed):
    """Known omitted variable: with the true delta and R_max the true slope is a root, and it is the one taken."""
    data, delta, ceiling = built(weight, seed)
    bounds = oster_bounds(pooled("x", "w"), data, term="x", beta=0.7, delta=delta, r2_max=ceiling)
    assert bounds.beta_star == pytest.approx(0.7, rel=1e-8)
    assert bounds.delta == pytest.approx(delta, rel=1e-8)
    assert bounds.slope > 0.7 + 0.05


def test_equal_selection_is_the_quadratic_solved_by_hand():
    """At delta = 1, a v^2 + b v + c = 0 in raw moments; psacalc's form of the coefficients."""
    data, _, ceiling = built(0.2, 2)
    bounds = oster_bounds(pooled("x", "w"), data, term="x", r2_max=ceiling)
    y, x, w = (data[name] - data[name].mean() for name in ("y", "x", "w"))
    syy, sxx = y @ y, x @ x
    rest = x - w * (w @ x) / (w @ w)
    tau, change, room = rest @ rest, bounds.slope_short - bounds.slope, ceiling - bounds.r2
    a, c = -tau * change * sxx, room * syy * change * sxx
    b = room * syy * (sxx - tau) - (bounds.r2 - bounds.r2_short) * syy * tau - sxx * tau * change**2
    roots = bounds.slope - (-b + np.array([1, -1]) * np.sqrt(b * b - 4 * a * c)) / (2 * a)
    np.testing.assert_allclose(sorted([bounds.beta_star, *bounds.other_roots]), sorted(roots), rtol=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_the_two_answers_agree_and_one_root_is_admissible(seed):
    """For a random model, delta(beta*(d)) = d; at d = 1 exactly one of two roots continues the controls' move."""
    generator = np.random.default_rng(seed)
    rows = pd.MultiIndex.from_product([range(12), range(4)], names=["economy", "year"])
    z = generator.normal(size=(48, 2))
    x = z @ generator.normal(size=2) + generator.normal(size=48)
    y = generator.normal() * x + z @ generator.normal(size=2) + 2 * generator.normal(size=48)
    data = pd.DataFrame({"y": y, "x": x, "a": z[:, 0], "b": z[:, 1]}, index=rows)
    spec = pooled("x", "a", "b", effects=("economy", "year"), estimator="within")
    for strength in (0.5, 1.0, 2.0):
        bounds = oster_bounds(spec, data, term="x", delta=strength)
        if np.isfinite(bounds.beta_star):
            again = oster_bounds(spec, data, term="x", beta=bounds.beta_star)
            assert again.delta == pytest.approx(strength, rel=1e-6)
    assert oster_bounds(spec, data, term="x").root == "the only one of 2 real solutions that meets assumption 3"


def test_units_do_not_matter():
    data, _, _ = built(0.3, 3)
    scaled = data.assign(x=data["x"] * 1e6, y=data["y"] * 1e-3, w=data["w"] * 1e9)
    plain, other = (oster_bounds(pooled("x", "w"), frame, term="x") for frame in (data, scaled))
    assert other.delta == pytest.approx(plain.delta, rel=1e-9)
    assert other.beta_star == pytest.approx(plain.beta_star * 1e-9, rel=1e-9)
    assert (other.r2_max, other.root) == (pytest.approx(1.3 * plain.r2), plain.root)


def test_r2_max_is_capped_at_one_and_then_nothing_is_left_to_explain():
    data, _, _ = built(0.3, 4)
    exact = data.assign(y=data["x"] + 3 * data["w"] + 1e-3 * data["u"])
    bounds = oster_bounds(pooled("x", "w"), exact, term="x")
    assert bounds.r2_max == 1.0
    assert bounds.beta_star == pytest.approx(bounds.slope, abs=1e-3)


def test_controls_that_push_the_slope_up_need_selection_of_another_kind():
    data, _, _ = built(0.3, 5)
    noise = 0.1 * np.random.default_rng(6).normal(size=60)
    upwards = data.assign(y=data["x"] - 0.3 * data["w"] + noise)
    near = oster_bounds(pooled("x", "w"), upwards, term="x", beta=0.9)
    far = oster_bounds(pooled("x", "w"), upwards, term="x")
    assert near.slope > near.slope_short > 0
    assert (near.delta < 0, near.assumption_3) == (True, True)
    assert "hence work against it" in near.sentence
    assert (far.delta > 0, far.assumption_3) == (True, False)
    assert "assumption 3 fails" in far.sentence


def test_errors_name_what_is_wrong():
    data, _, _ = built(0.3, 6)
    spec = pooled("x", "w")
    with pytest.raises(InputError, match=r"unknown term 'z'; known are 'x', 'w'"):
        oster_bounds(spec, data, term="z")
    with pytest.raises(InputError, match="there is no control beside 'x'"):
        oster_bounds(pooled("x"), data, term="x")
    with pytest.raises(InputError, match="estimator is 'random', expected 'within' or 'pooled'"):
        oster_bounds(pooled("x", "w", estimator="random"), data, term="x")
    with pytest.raises(InputError, match="delta is -1; expected a number above 0"):
        oster_bounds(spec, data, term="x", delta=-1)
    with pytest.raises(InputError, match=r"r2_max is 0.1; expected a number from 0.\d+, the within R2 with controls"):
        oster_bounds(spec, data, term="x", r2_max=0.1)
