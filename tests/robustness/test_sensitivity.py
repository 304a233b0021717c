"""Shares of variance through the public door: closed forms of discrete factors, no effect, noise as one factor."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config
from small_study import JUDGEMENTS, PANEL, PLAIN, REGIONS, SHARED, TREE, WHOLE, judgement

import bri_eval as be
from bri_eval.checks import InputError
from bri_eval.framework import Framework, Group, Indicator
from bri_eval.robustness import sensitivity as module
from bri_eval.robustness.noise import Noise
from bri_eval.robustness.sensitivity import BLOCK, SHIFT

FRAME = WHOLE.xs(2018, level="year")[["road", "cost", "speed", "help"]]
DIRECTIONS = {"road": "benefit", "cost": "cost", "speed": "benefit", "help": "cost"}
LEVELS = {
    "normaliser": ["minmax", "rank", "zscore"],
    "aggregator": ["arithmetic", "topsis"],
    "weighter": ["equal", "std", "critic", "correlation_balanced"],
}
IGNORE = pytest.mark.filterwarnings("ignore:weights >= 0 leave")


def by_enumeration(recipes, frame=FRAME, directions=DIRECTIONS):
    """Evaluate every recipe and divide the variance exactly: first and total, outputs x factors."""
    sizes = [len(levels) for levels in recipes.factors.values()]
    base = be.evaluate_matrix(frame, directions, recipes.base).ranks["score"].to_numpy()
    ranks = [be.evaluate_matrix(frame, directions, one).ranks["score"] for _, one, _ in recipes.recipes()]
    table = np.array([[np.abs(row - base).mean(), *row] for row in ranks]).reshape(*sizes, -1)
    axes = range(len(sizes))
    with np.errstate(invalid="ignore"):
        variance = table.var(axis=tuple(axes))
        means = [table.mean(axis=tuple(other for other in axes if other != factor)) for factor in axes]
        first = np.stack([mean.var(axis=0) for mean in means], axis=1) / variance[:, None]
        total = (
            np.stack([table.var(axis=factor).mean(axis=tuple(range(len(sizes) - 1))) for factor in axes], axis=1)
            / variance[:, None]
        )
    return first, total


@IGNORE
def test_discrete_factors_share_the_variance_as_an_enumeration_divides_it():
    recipes = be.choices(be.Recipe(), LEVELS)
    found = be.sensitivity_matrix(FRAME, DIRECTIONS, recipes, n=4096, seed=1)
    first, total = by_enumeration(recipes)
    moving = ~np.isnan(first).any(axis=1)
    assert moving.sum() > 6
    np.testing.assert_array_equal(found.first.notna().all(axis=1), moving)
    np.testing.assert_allclose(found.first[moving], first[moving], atol=0.04)
    np.testing.assert_allclose(found.total[moving], total[moving], atol=0.04)
    # most intervals hold the value, and they are narrow
    table = found.output(SHIFT)
    inside = (table["total_lower"] <= total[0]) & (total[0] <= table["total_upper"])
    assert inside.sum() >= 2
    assert (table["total_upper"] - table["total_lower"]).max() < 0.1
    assert found.first.columns.tolist() == found.total.columns.tolist() == list(LEVELS)


def test_an_additive_output_has_no_interactions():
    """One factor lifts B above A, the other D above C: the mean shift is half the sum of two fair coins.

    Each has a share of 1/2, first and total; the rank of A is moved by one of them alone, that of C by the other.
    """
    x = pd.DataFrame(
        {"a": [4.0, 3.5, 1.0, 0.5], "b": [0.0, 1.0, 0.0, 0.0], "c": [0.0, 0.0, 0.0, 1.0]}, index=list("ABCD")
    )

    def score(x, _, *, exponent, spread):
        return x[:, 0] + 0.9 * exponent * x[:, 1] + 0.9 * (spread > 0.5) * x[:, 2]

    recipes = be.choices(
        be.Recipe(normaliser=np.array, aggregator=score, exponent=0.0, spread=0.1),
        {"exponent": [0.0, 1.0], "spread": [0.1, 1.0]},
    )
    found = be.sensitivity_matrix(x, dict.fromkeys("abc", "benefit"), recipes, n=1024)
    np.testing.assert_allclose(found.output(SHIFT)[["first", "total"]], 0.5, atol=0.02)
    np.testing.assert_allclose(found.total.loc[["A", "B"]], [[1, 0], [1, 0]], atol=0.05)
    np.testing.assert_allclose(found.total.loc[["C", "D"]], [[0, 1], [0, 1]], atol=0.05)
    assert (found.total.loc[["A", "B"], "spread"] == 0).all()


def test_a_factor_without_effect_has_nothing_and_is_told():
    levels = {
        "aggregator": ["arithmetic", "topsis", "vikor"],
        "imputer": ["linear_time", "median"],
        "scope": ["pooled"],
    }
    found = be.sensitivity(WHOLE, PLAIN, be.choices(be.Recipe(), levels), n=256)
    assert found.factors == ("aggregator", "imputer")
    moving = found.total["aggregator"].notna()
    assert (found.total.loc[moving, "imputer"] == 0).all()
    assert (found.first.loc[moving, "imputer"] == 0).all()
    np.testing.assert_allclose(found.total.loc[moving, "aggregator"], 1, atol=0.15)
    assert found.inert == {
        "imputer": "all its levels give the same tables, weights and scores",
        "scope": "it has one level, pooled",
    }
    assert "Without effect: imputer: all its levels" in found.conventions[1]


def test_noise_is_one_factor_of_each_kind_however_many_numbers_it_takes():
    noise = Noise(weights="uniform", judgements=0.4, experts=True, prior_share=(0.1, 0.9), cells=SHARED)
    recipes = be.choices(be.Recipe(weighter="ahp_entropy"), {"aggregator": ["arithmetic", "topsis"]})
    found = be.sensitivity(PANEL, TREE, recipes, JUDGEMENTS, noise=noise, n=128, groups=REGIONS)
    assert found.factors == (
        "aggregator", "noise: weights", "noise: judgements", "noise: experts", "noise: prior_share", "noise: cells",
    )  # fmt: skip
    assert found.evaluations == 128 * 8
    totals = found.output(SHIFT)["total"]
    assert (totals > 0).all()
    assert (found.output(SHIFT)["first"] < totals + 0.2).all()


def test_noise_that_touches_nothing_has_no_share():
    noise = Noise(weights="dirichlet", judgements=0.4, prior_share=(0.1, 0.9))
    found = be.sensitivity(WHOLE, PLAIN, be.Recipe(weighter="entropy"), JUDGEMENTS, noise=noise, n=64)
    shares = found.total[found.total["noise: weights"].notna()]
    assert (shares[["noise: judgements", "noise: prior_share"]] == 0).all(axis=None)
    assert set(found.inert) == {"noise: judgements", "noise: prior_share"}


def test_two_sources_that_add_share_alike():
    """A leads where z1 + z2 > 0, of a judgement's and of a cell's error: each alone has V(2 Phi(z) - 1) = 1/3.

    So the other has 2/3 in total. Normalised by exp, A has (exp(s z2), 0) and B (0, 1); the judgement is exp(s z1).
    """
    framework = Framework(
        groups=(Group(code="goal"),), indicators=tuple(Indicator(code=code, parent="goal") for code in "xy")
    )
    index = pd.MultiIndex.from_product([["A", "B"], [2018]], names=["economy", "year"])
    panel = pd.DataFrame({"x": [0.0, -40.0], "y": [-40.0, 0.0]}, index=index)
    noise = Noise(judgements=0.3, cells=pd.DataFrame({"x": [0.3, np.nan]}, index=index))
    recipe = be.Recipe(weighter="ahp", normaliser=np.exp)
    found = be.sensitivity(panel, framework, recipe, [judgement("one", "goal", ["x", "y"], [1.0])], noise=noise, n=4096)
    np.testing.assert_allclose(found.first.loc["A"], 1 / 3, atol=0.05)
    np.testing.assert_allclose(found.total.loc["A"], 2 / 3, atol=0.05)


# what comes out -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def found():
    recipes = be.choices(be.Recipe(), {name: LEVELS[name] for name in ("normaliser", "aggregator")})
    return be.sensitivity_matrix(FRAME, DIRECTIONS, recipes, noise=Noise(weights="uniform"), n=2 * BLOCK, seed=9)


def test_tables_agree_with_each_other(found):
    assert found.outputs.tolist() == [SHIFT, *FRAME.index]
    for name in (SHIFT, "C", "L"):
        table = found.output(name)
        assert table["first"].tolist() == found.first.loc[name].tolist()
        assert table["total"].tolist() == found.total.loc[name].tolist()
        assert (table["total_lower"] <= table["total_upper"]).all()
    pd.testing.assert_frame_equal(found.table, found.output(SHIFT).sort_values("total", ascending=False))
    assert found.table["total"].is_monotonic_decreasing


def test_an_output_that_there_is_not(found):
    with pytest.raises(InputError, match="there is no output 'Z'; outputs are 'mean shift' and the alternatives"):
        found.output("Z")


def test_conventions_say_what_was_done(found):
    said = found.conventions
    assert said[0].startswith(
        "Sobol' indices of 2,560 evaluations (n = 512, seed 9): first order after Saltelli et al. (2010), total after "
        "Jansen (1999), 95 % intervals from 1,000 bootstrap resamples of rows. Base recipe: minmax, equal, arithmetic."
    )
    assert len(said) == 1


def test_ranks_that_never_move_have_no_indices_and_are_counted():
    frame = FRAME.copy()
    frame.loc["A"] = [100.0, 0.001, 100.0, 0.001]  # best in everything
    found = be.sensitivity_matrix(frame, DIRECTIONS, noise=Noise(weights="dirichlet"), n=64)
    assert found.first.loc["A"].isna().all()
    assert found.output("A")[["total", "total_lower", "total_upper"]].isna().all(axis=None)
    assert (
        f"{int(found.total.iloc[1:].isna().sum().iloc[0])} ranks never move and have no indices." in found.conventions
    )


def test_blocks_give_the_same_on_any_workers(found):
    recipes = be.choices(be.Recipe(), {name: LEVELS[name] for name in ("normaliser", "aggregator")})
    seen = []
    with parallel_config(backend="threading", n_jobs=2):
        again = be.sensitivity_matrix(
            FRAME, DIRECTIONS, recipes, noise=Noise(weights="uniform"), n=2 * BLOCK, seed=9,
            progress=lambda done, total: seen.append((done, total)),
        )  # fmt: skip
    pd.testing.assert_frame_equal(again.first, found.first, check_exact=True)
    pd.testing.assert_frame_equal(again.output("C"), found.output("C"), check_exact=True)
    assert seen == [(BLOCK, 2 * BLOCK), (2 * BLOCK, 2 * BLOCK)]
    other = be.sensitivity_matrix(FRAME, DIRECTIONS, recipes, noise=Noise(weights="uniform"), n=2 * BLOCK, seed=10)
    assert (other.first != found.first).any(axis=None)


def test_noise_of_a_row_is_that_of_a_or_of_b():
    """A kind of noise takes the numbers of B in its own column and in B, those of A elsewhere."""
    drawn = module._noise(np.random.default_rng(0), (3, 5, 2), 1).reshape(3, 5, 2)
    np.testing.assert_array_equal(drawn[:, [0, 1, 3]], np.repeat(drawn[:, :1], 3, axis=1))
    np.testing.assert_array_equal(drawn[:, 2], drawn[:, 4])
    assert (drawn[:, 0] != drawn[:, 2]).all()
    assert len({*itertools.chain(*drawn.reshape(-1, 2).tolist())}) == 3 * 2 * 2


# what is refused ------------------------------------------------------------------------------------------------------


def test_something_must_vary():
    with pytest.raises(InputError, match="nothing varies: give recipes that differ, or noise"):
        be.sensitivity(WHOLE, PLAIN, be.choices(be.Recipe(), {"scope": ["pooled"]}))


@pytest.mark.parametrize("n", [0, 1])
def test_a_design_has_rows(n):
    with pytest.raises(InputError, match=f"a design of n = {n} base rows .*; expected n of 2 or more"):
        be.sensitivity_matrix(FRAME, DIRECTIONS, noise=Noise(weights="dirichlet"), n=n)


def test_rows_that_are_no_power_of_two_are_warned_of():
    with pytest.warns(UserWarning, match="n is 48, not a power of two; 32 or 64 keep the sequence balanced"):
        be.sensitivity_matrix(FRAME, DIRECTIONS, noise=Noise(weights="dirichlet"), n=48)
