"""Versions of an index over all years: each is an evaluation, and they vary with what is declared only."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from small_study import INDEX, JUDGEMENTS, PANEL, REGIONS, TREE

import bri_eval as be
from bri_eval.checks import InputError
from bri_eval.robustness.index_versions import index_versions
from bri_eval.robustness.uncertainty import panel_problem

BASE = be.Recipe(weighter="ahp_entropy", aggregator="arithmetic", imputer="group_median", random_index="saaty1980")


def problem(levels=None, recipe=BASE, noise=None):
    chosen = be.choices(recipe, levels or {})
    return panel_problem(
        PANEL, TREE, chosen, JUDGEMENTS, noise=noise, year=None, node=None, groups=REGIONS, weights=None
    )


def scores(recipe):
    return be.evaluate(PANEL, TREE, recipe, JUDGEMENTS, groups=REGIONS).scores["index"]


def test_without_noise_and_choice_every_version_is_the_evaluation():
    found = index_versions(problem(), number=3, seed=1)
    assert found.columns.equals(INDEX)
    np.testing.assert_allclose(found, np.tile(scores(BASE).to_numpy(), (3, 1)), rtol=1e-12)


def test_versions_are_evaluations_of_the_declared_recipes():
    levels = {"aggregator": ["arithmetic", "topsis"], "exclude": "each", "imputer": ["group_median", "linear_time"]}
    found = index_versions(problem(levels), number=60, seed=2)
    excluded = [(), *((code,) for code in TREE.codes)]
    every = [
        scores(replace(BASE, aggregator=rule, exclude=left, imputer=imputer)).to_numpy()
        for rule in levels["aggregator"]
        for left in excluded
        for imputer in levels["imputer"]
    ]
    nearest = [min(range(len(every)), key=lambda k: np.abs(row - every[k]).max()) for row in found.to_numpy()]
    assert max(np.abs(row - every[k]).max() for row, k in zip(found.to_numpy(), nearest, strict=True)) < 1e-12
    assert len(set(nearest)) > 20


def test_only_pooled_levels_are_drawn():
    levels = {"scope": ["by_year", "pooled"]}
    found = index_versions(problem(levels, replace(BASE, scope="by_year")), number=5, seed=3)
    np.testing.assert_allclose(found, np.tile(scores(BASE).to_numpy(), (5, 1)), rtol=1e-12)


@pytest.mark.parametrize("levels", [None, {"scope": ["by_year"]}])
def test_a_space_without_a_pooled_recipe_is_refused(levels):
    with pytest.raises(InputError, match="no recipe has scope pooled"):
        index_versions(problem(levels, replace(BASE, scope="by_year")), number=1, seed=0)


@pytest.mark.parametrize(
    "noise",
    [
        be.Noise(weights="dirichlet", concentration=400.0),
        be.Noise(weights="uniform", band=0.2),
        be.Noise(judgements=0.2),
        be.Noise(prior_share=(0.3, 0.7)),
    ],
)
def test_noise_moves_versions_around_the_evaluation(noise):
    found = index_versions(problem(noise=noise), number=100, seed=4)
    base = scores(BASE)
    assert (found.std() > 0).any()
    apart = (found.mean() - base).abs() / (found.std() / np.sqrt(100)).clip(lower=1e-6)
    assert apart.median() < 4
    assert (found.corrwith(base, axis=1) > 0.8).all()


def test_noise_in_weights_has_the_variance_of_a_dirichlet_distribution():
    """A weight w has the variance w (1 - w) / (concentration + 1); an arithmetic mean shows it."""
    noise = be.Noise(weights="dirichlet", concentration=50.0)
    whole = be.evaluate(PANEL, TREE, BASE, JUDGEMENTS, groups=REGIONS)
    found = index_versions(problem(noise=noise), number=300, seed=5).to_numpy()
    w = whole.weights.to_numpy()
    covariance = (np.diag(w) - np.outer(w, w)) / 51
    expected = np.einsum("ij,jk,ik->i", whole.matrix.to_numpy(), covariance, whole.matrix.to_numpy())
    ratio = found.var(axis=0) / expected
    assert ratio.mean() == pytest.approx(1, abs=0.15)  # one variance of 300 draws has a standard error of 8 %
    assert ratio.min() > 0.7


def test_a_prior_without_judgements_has_no_noise_of_judgements():
    found = index_versions(
        problem(recipe=replace(BASE, weighter="equal"), noise=be.Noise(judgements=0.5)), number=3, seed=1
    )
    np.testing.assert_allclose(found.std(), 0, atol=1e-14)


def test_the_same_seed_gives_the_same_versions_and_another_one_does_not():
    noise = be.Noise(weights="dirichlet")
    first, again, other = (index_versions(problem(noise=noise), number=4, seed=seed) for seed in (0, 0, 1))
    pd.testing.assert_frame_equal(first, again)
    assert not np.allclose(first, other)


@pytest.mark.parametrize("number", [0, True, 2.5])
def test_a_number_of_versions_is_a_whole_number(number):
    with pytest.raises(InputError, match=r"versions is .*; expected a whole number of 1 or more"):
        index_versions(problem(), number=number, seed=0)


def test_errors_name_the_recipe():
    with pytest.raises(InputError, match="'geometric': aggregator 'geometric' needs values above 0"):
        index_versions(problem({"aggregator": [{"aggregator": "geometric"}]}), number=1, seed=0)
