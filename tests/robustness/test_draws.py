"""The engine against a loop of plain evaluations, bit for bit in ranks; what the random numbers are."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from small_study import APART, JUDGEMENTS, OTHERS, PLAIN, SHARED, TREE, WHOLE, compare, problem_of, space_of

import bri_eval as be
from bri_eval.checks import InputError
from bri_eval.robustness import draws as module
from bri_eval.robustness.draws import Fresh, Given, at, groups_of, length, normal_values, score_draws, widths, within
from bri_eval.robustness.noise import CellError, Noise, read_bounds
from bri_eval.robustness.uncertainty import panel_problem

RECIPE = be.Recipe(range=(1, 100), centre=100, spread=10)
SETS = [{"name": "first", "judgements": JUDGEMENTS}, {"name": "others", "judgements": OTHERS}]


def own(x, w):
    return (x * w).sum(axis=1) + 0.1 * x.min(axis=1)


def own_weights(x, prior):
    raw = x.std(axis=0) * prior
    return raw / raw.sum()


WEIGHTERS = [
    "ahp", "ahp_entropy", "ahp_critic_multiplicative", "ahp_cv_min_entropy", "ahp_gini_game_row_sum", "equal",
    "framework", "critic", "rancom", own_weights,
]  # fmt: skip
AGGREGATORS = [
    "arithmetic", "geometric", "harmonic", "power", "topsis", "topsis_metric", "vikor", "grey", "promethee",
    "rank_sum_ratio", "mazziotta_pareto", "fuzzy", "waspas", own,
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:RANCOM method proves")
def test_weights_of_a_loop():
    """Judgements of two sets, experts drawn with replacement, a drawn share of the prior, Dirichlet weights around."""
    levels = {
        "weighter": WEIGHTERS,
        "group": ["aij", "aip"],
        "estimator": ["eigen", "geometric"],
        "judgements": SETS,
        "scope": ["pooled", "by_year"],
        "exclude": [(), ("hard",), ("zero",)],
    }
    noise = Noise(weights="dirichlet", concentration=30.0, judgements=0.3, experts=True, prior_share=(0.2, 0.9))
    compare(problem_of(RECIPE, levels, noise, panel=WHOLE, framework=PLAIN), 130)


def test_scores_of_a_loop():
    """Every method on three scales, of a group below the goal, under uniform weights around equal and found ones."""
    levels = {
        "normaliser": ["minmax", "zscore", "rank"],
        "scope": ["pooled", "by_year"],
        "weighter": ["equal", "entropy", "std"],
        "aggregator": AGGREGATORS,
    }
    noise = Noise(weights="uniform", band=0.5)
    compare(problem_of(RECIPE, levels, noise, panel=WHOLE, framework=PLAIN, node="soft"), 310)


def test_cells_of_a_loop_in_columns_with_gaps():
    """Two indicators share an error, are imputed, treated, and weighed raw or normalised."""
    levels = {
        "imputer": ["linear_time", "group_median", "nearest_neighbours"],
        "treatment": ["none", "winsorise"],
        "scope": ["pooled", "by_year"],
        "weighter": ["entropy", "ahp_critic", "std"],
        "weigh_on": ["normalised", "raw"],
        "aggregator": ["arithmetic", "geometric", "topsis", "vikor", own],
        "exclude": [(), ("road",), ("help", "zero")],
    }
    compare(problem_of(RECIPE, levels, Noise(cells=SHARED, judgements=0.2, prior_share=(0.5, 0.5))), 30)


def test_cells_of_a_loop_in_complete_columns():
    """Independent errors of a target, a capped cost and structural zeros, under every other normaliser."""
    levels = {
        "normaliser": ["rank", "vector", "sum", "max", "distance_to_best", "distance_to_target", "percentile_rank"],
        "treatment": ["none", "winsorise"],
        "scope": ["pooled", "by_year"],
        "weighter": ["critic", "std", "equal"],
        "aggregator": ["arithmetic", "topsis", "grey", "promethee"],
        "exclude": [(), ("tax",)],
    }
    compare(problem_of(RECIPE, levels, Noise(cells=APART, weights="dirichlet"), panel=WHOLE), 30)


def test_fixed_ideals_of_a_loop():
    levels = {"aggregator": ["topsis_fixed", "arithmetic"], "weighter": ["equal", "ahp_entropy"]}
    noise = Noise(weights="dirichlet", cells=APART)
    compare(problem_of(be.Recipe(), levels, noise, panel=WHOLE, framework=PLAIN), 15)


def test_the_shipped_study_of_a_loop(framework, panel, judgements, data):
    """Measurement errors of the shared components of a score, from published bounds, with everything else."""
    bounds = pd.read_csv(data / "raw" / "lpi_bounds.csv").set_index(["economy", "year"])
    codes = tuple(code for code in framework.codes if code.startswith("lpi_"))
    noise = Noise(
        weights="dirichlet",
        concentration=200.0,
        judgements=0.2,
        prior_share=(0.25, 0.75),
        cells=(CellError(indicators=codes, standard_errors=read_bounds(bounds, 0.8)),),
    )
    levels = {
        "aggregator": ["topsis", "arithmetic", {"aggregator": "geometric", "range": (1, 100)}],
        "normaliser": ["minmax", {"normaliser": "zscore", "centre": 100, "spread": 10}, "rank"],
        "imputer": ["linear_time", "group_median"],
        "scope": ["pooled", "by_year"],
        "weighter": ["ahp_entropy", "ahp_entropy_multiplicative", "equal"],
    }
    recipe = be.Recipe(weighter="ahp_entropy", aggregator="topsis")
    problem = panel_problem(
        panel, framework, be.choices(recipe, levels), judgements, noise=noise, year=2018, node=None, groups=None,
        weights=None,
    )  # fmt: skip
    compare(problem, 6)


# order and pieces -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def space():
    levels = {"aggregator": ["arithmetic", "vikor"], "weighter": ["ahp", "entropy"], "exclude": [(), ("road",)]}
    noise = Noise(weights="dirichlet", judgements=0.2, cells=SHARED)
    return space_of(RECIPE, levels, noise, panel=WHOLE, framework=PLAIN)


def given(space, count):
    rng = np.random.default_rng(0)
    return {name: rng.random((count, width)) for name, width in widths(space).items()}


def test_draws_do_not_depend_on_the_order_of_the_recipes_nor_on_pieces(space, monkeypatch):
    numbers, recipes = given(space, 60), np.random.default_rng(1).integers(8, size=60)
    whole = score_draws(space, recipes, Given(numbers))
    order = np.argsort(recipes, kind="stable")
    ordered = score_draws(space, recipes[order], Given({name: each[order] for name, each in numbers.items()}))
    monkeypatch.setattr(module, "BUDGET", 3 * 2 * space.cuts[0].redraw.matrix.size)
    pieces = score_draws(space, recipes, Given(numbers))
    for one, other, third in zip(whole, ordered, pieces, strict=True):
        np.testing.assert_allclose(one[order], other, rtol=1e-12)
        np.testing.assert_allclose(one, third, rtol=1e-12)


def test_what_is_left_out_has_no_weight(space):
    out = score_draws(space, np.arange(8), Given(given(space, 8)))
    np.testing.assert_allclose(out.weights.sum(axis=1), 1)
    assert (out.weights[:, 0] == 0).tolist() == [bool(level) for level in space.levels[:, 2]]
    # a recipe without AHP has no consistency, one without the indicator has two items in the group
    assert np.isnan(out.ratios).all(axis=1).tolist() == [bool(level) for level in space.levels[:, 1]]


def test_the_numbers_that_noise_takes(space):
    assert widths(space) == {"weights": 7, "judgements": 14, "cells": 28}
    assert widths(space_of(noise=Noise(experts=True, prior_share=(0, 1)))) == {"experts": 0, "prior_share": 1}


def test_groups_keep_positions_together():
    assert [(n, rows) for n, rows in groups_of(np.array([1, 1, 4]))] == [(1, slice(0, 2)), (4, slice(2, 3))]
    assert [(n, rows.tolist()) for n, rows in groups_of(np.array([4, 1, 4]))] == [(1, [1]), (4, [0, 2])]
    assert list(groups_of(np.array([], dtype=int))) == []


def test_positions_within_positions():
    array, columns = np.arange(30).reshape(6, 5), np.array([0, 3])
    for rows in (slice(1, 5), np.array([1, 2, 3, 4])):
        assert length(rows) == 4
        for group in (slice(1, 3), np.array([1, 2])):
            found = within(rows, group)
            np.testing.assert_array_equal(array[found], array[2:4])
            np.testing.assert_array_equal(array[at(found, columns, array)], array[2:4][:, columns])
            np.testing.assert_array_equal(array[at(found, np.arange(5), array)], array[2:4])


# distributions --------------------------------------------------------------------------------------------------------


def drawn(noise, count=20_000, **rest):
    space = space_of(be.Recipe(weighter="ahp"), {}, noise, panel=WHOLE, framework=PLAIN, **rest)
    return space, score_draws(space, np.zeros(count, dtype=int), Fresh(np.random.default_rng(5)))


@pytest.mark.parametrize("concentration", [None, 3.0, 200.0])
def test_dirichlet_weights_have_the_stated_mean_and_variance(concentration):
    space, out = drawn(Noise(weights="dirichlet", concentration=concentration))
    mean, total = space.priors[0].fixed, concentration or 7
    variance = mean * (1 - mean) / (total + 1)
    assert np.abs(out.weights.mean(axis=0) - mean).max() < 4 * np.sqrt(variance.max() / 20_000)
    np.testing.assert_allclose(
        out.weights.var(axis=0), variance, rtol=0.1
    )  # 4 s.d. of a variance of 20,000, kurtosis 9
    np.testing.assert_allclose(out.weights.sum(axis=1), 1)


def test_around_equal_weights_every_set_is_equally_likely():
    """Flat on the simplex: a weight is Beta(1, k - 1)."""
    framework = be.framework.Framework(
        groups=PLAIN.groups[:1],
        indicators=tuple(dataclasses.replace(one, parent="index") for one in PLAIN.indicators),
    )
    space = space_of(noise=Noise(weights="dirichlet"), panel=WHOLE, framework=framework)
    out = score_draws(space, np.zeros(5000, dtype=int), Fresh(np.random.default_rng(5)))
    assert stats.kstest(out.weights[:, 3], stats.beta(1, 6).cdf).pvalue > 1e-4


def test_uniform_weights_stay_within_the_band():
    space, out = drawn(Noise(weights="uniform", band=0.3))
    ratio = out.weights / space.priors[0].fixed
    ratio /= ratio.mean(axis=1, keepdims=True)
    assert ratio.max() < 1.3 / 0.7
    one = space_of(noise=Noise(weights="uniform", band=0.0), panel=WHOLE, framework=PLAIN)
    still = score_draws(one, np.zeros(3, dtype=int), Fresh(np.random.default_rng(0))).weights
    np.testing.assert_allclose(still, np.repeat(one.priors[0].fixed[None], 3, axis=0), rtol=1e-12)


def test_judgements_are_log_normal():
    """Two items of equal share below the goal: the log ratio of the groups' weights is that of the judgement."""
    judged = [one for one in JUDGEMENTS if one.node == "index"][:1]
    _, out = drawn(Noise(judgements=0.25), judgements=judged)
    hard = out.weights[:, :3].sum(axis=1)
    logs = np.log(hard / (1 - hard))
    assert stats.kstest(logs, stats.norm(np.log(2), 0.25).cdf).pvalue > 1e-4


def test_experts_are_drawn_as_often_as_a_bootstrap_draws_them():
    """Of three: chances 6/27 of (1, 1, 1), 18/27 of (2, 1, 0), 3/27 of (3, 0, 0)."""
    found = module._multiplicities(np.random.default_rng(0).random((27_000, 3)))
    assert (found.sum(axis=1) == 3).all()
    largest = np.bincount(found.max(axis=1).astype(int), minlength=4)[1:]
    np.testing.assert_allclose(largest, [6000, 18_000, 3000], atol=4 * np.sqrt(27_000 * 2 / 9))


def test_numbers_that_are_given_are_quantiles():
    numbers = np.random.default_rng(0).random((5, 4))
    source, rows, shapes = Given({"x": numbers}), np.array([1, 3]), np.array([[0.5, 0.0], [2.0, 3.0]])
    np.testing.assert_allclose(source.normals("x", rows, 2), stats.norm.ppf(numbers[rows, :2]))
    np.testing.assert_array_equal(source.uniforms("x", rows, 3), numbers[rows, :3])
    found = source.gammas("x", rows, np.array([0, 2]), shapes)
    expected = stats.gamma.ppf(numbers[rows][:, [0, 2]], np.where(shapes > 0, shapes, 1))
    np.testing.assert_allclose(found, np.where(shapes > 0, expected, 0))


def test_fresh_numbers_have_the_shape_that_is_asked_for():
    source = Fresh(np.random.default_rng(0))
    assert source.normals("x", slice(2, 5), 4).shape == source.uniforms("x", np.arange(3), 4).shape == (3, 4)
    shapes = np.tile([0.5, 2.0], (4000, 1))
    np.testing.assert_allclose(
        source.gammas("x", slice(0, 4000), np.arange(2), shapes).mean(axis=0), [0.5, 2], atol=0.1
    )


def test_weights_that_all_come_out_as_zero():
    with pytest.raises(
        InputError, match="noise: all weights of a draw are 0; take a larger concentration, or a smaller"
    ):
        drawn(Noise(weights="dirichlet", concentration=1e-300), count=5)


def test_weights_below_zero_of_a_noisy_table_are_refused_by_name():
    noise = Noise(cells=(CellError(indicators=("road",), standard_errors=SHARED[0].standard_errors * 100),))
    space = space_of(be.Recipe(weighter="entropy", weigh_on="raw"), {}, noise, panel=WHOLE.abs(), framework=ENTROPIC)
    with pytest.raises(InputError, match="weighter 'entropy' needs values >= 0 and with measurement error some are -"):
        score_draws(space, np.zeros(50, dtype=int), Fresh(np.random.default_rng(0)))


ENTROPIC = dataclasses.replace(TREE, indicators=tuple(one for one in PLAIN.indicators if one.code != "tax"))


def test_the_values_that_stand_for_the_normal_distribution():
    values = normal_values()
    assert len(values) == 65_536
    assert np.abs([values.mean(), values.std() - 1]).max() < 1e-12
    assert stats.kstest(values, "norm").statistic < 1 / 65_536
    assert stats.kurtosis(values) == pytest.approx(0, abs=2e-4)
    assert values.max() == -values.min() == pytest.approx(4.3875, abs=1e-4)


def test_normal_numbers_are_drawn_from_them():
    drawn = Fresh(np.random.default_rng(3)).normals("cells", slice(0, 400), 501)
    assert drawn.shape == (400, 501)
    assert np.isin(drawn, normal_values()).all()
    assert np.abs([drawn.mean(), drawn.std() - 1]).max() < 0.01  # four standard errors of 200,400 numbers
