"""Weights of many draws: each as by itself, for every weighter, and what is refused in a draw."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import bri_eval as be
from bri_eval.checks import InputError, Table
from bri_eval.robustness.weighers import make_weigher
from bri_eval.weights import COMBINED, WEIGHTERS, weigh_table

PRIOR = np.array([0.1, 0.15, 0.2, 0.25, 0.3])
PRIORS = np.random.default_rng(0).dirichlet(np.full(5, 3.0), 4)
SHARES = np.linspace(0, 1, 4)[:, None]
BASE = np.random.default_rng(1).uniform(1, 9, (12, 5)) + np.arange(12)[:, None]
DRAWN = BASE + np.random.default_rng(2).uniform(0, 1, (4, 12, 5))
"""All columns grow together, so that the first component has loadings of one sign."""


def table(values) -> Table:
    return Table(values, pd.RangeIndex(len(values)), list("abcde"))


def own(x, w):
    raw = x.std(axis=0) * w
    return raw / raw.sum()


def weigher_of(name, **fields):
    return make_weigher(table(BASE), be.Recipe(weighter=name, **fields), PRIOR)


def by_draw(name, tables, share=None):
    shares = np.full(4, 0.3) if share is None else share[:, 0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of games that silence a set, and of balances that cannot be
        return [weigh_table(table(x), name, p, s) for x, p, s in zip(tables, PRIORS, shares, strict=True)]


NAMES = [*WEIGHTERS, *COMBINED, own]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings("ignore:the game gives", "ignore:weights >= 0 leave")
def test_every_weighter_weighs_as_by_itself(name):
    weigher = weigher_of(name, prior_share=0.3)
    fixed = np.repeat(BASE[None], 4, axis=0)
    np.testing.assert_allclose(weigher.weights(PRIORS), by_draw(name, fixed), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(weigher.weights(PRIORS, SHARES), by_draw(name, fixed, SHARES), rtol=1e-9, atol=1e-12)
    drawn = weigher.weights(PRIORS, SHARES, DRAWN, np.arange(5))
    np.testing.assert_allclose(drawn, by_draw(name, DRAWN, SHARES), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ["entropy", "std", "cv", "critic", "ahp_entropy"])
def test_only_noisy_columns_are_drawn_anew(name):
    mixed = np.repeat(BASE[None], 4, axis=0)
    mixed[..., [1, 3]] = DRAWN[..., [1, 3]]
    found = weigher_of(name, prior_share=0.3).weights(PRIORS, None, mixed, np.array([1, 3]))
    np.testing.assert_allclose(found, by_draw(name, mixed), rtol=1e-9)


def test_a_prior_is_passed_on_whatever_the_tables():
    assert weigher_of("equal").weights(PRIORS) is PRIORS
    assert weigher_of("ahp").weights(PRIORS, None, DRAWN, np.arange(5)) is PRIORS


# what is refused ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "cell", "message"),
    [
        (
            "entropy",
            -0.5,
            "weighter 'entropy' needs values >= 0 and with measurement error some are -0.5; use normaliser",
        ),
        ("ahp_gini", -2.0, "weighter 'gini' needs values >= 0 and with measurement error some are -2"),
        ("merec", 0.0, "weighter 'merec' needs values > 0 and with measurement error some are 0"),
    ],
)
def test_values_that_a_rule_cannot_use_are_refused_in_any_draw(name, cell, message):
    drawn = DRAWN.copy()
    drawn[2, 3, 2] = cell
    with pytest.raises(InputError, match=message):
        weigher_of(name).weights(PRIORS, None, drawn, np.arange(5))


def test_zero_is_no_trouble_for_entropy():
    drawn = DRAWN.copy()
    drawn[2, 3, 2] = 0.0
    found = weigher_of("entropy").weights(PRIORS, None, drawn, np.arange(5))
    np.testing.assert_allclose(found, by_draw("entropy", drawn), rtol=1e-9)


def test_loadings_of_mixed_sign_in_a_draw():
    drawn = DRAWN.copy()
    drawn[2, :, 1] *= -1
    with pytest.raises(InputError, match="weighter 'pca' gives a draw weights that are below 0, missing or do not sum"):
        weigher_of("pca").weights(PRIORS, None, drawn, np.arange(5))


def test_an_own_rule_whose_weights_do_not_sum_to_one_in_some_draw():
    def odd(x, w):
        return w * (1 + (w[0] > 0.3))

    priors = PRIORS.copy()
    priors[2] = [0.6, 0.1, 0.1, 0.1, 0.1]
    with pytest.raises(InputError, match="weighter 'odd' gives a draw weights that are below 0, missing or do not sum"):
        weigher_of(odd).weights(priors)


@pytest.mark.parametrize(
    ("name", "message"),
    [("merec", "weighter 'merec' needs values > 0"), (lambda _, w: w[:2], r"gives an array of shape \(2,\)")],
)
def test_the_fixed_table_is_checked_as_in_an_evaluation(name, message):
    values = BASE.copy()
    values[0, 0] = -1.0
    with pytest.raises(InputError, match=message):
        make_weigher(table(values), be.Recipe(weighter=name), PRIOR)
