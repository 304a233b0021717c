"""The space is what a worker gets: it travels and draws the same, and its parts say which recipes are alike."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from small_study import PLAIN, SHARED, WHOLE, space_of

import bri_eval as be
from bri_eval.robustness.noise import Noise
from bri_eval.robustness.tally import tally_chunks

LEVELS = {
    "weighter": ["equal", "ahp_entropy", lambda _, w: w],
    "aggregator": ["arithmetic", "topsis", lambda x, w: x @ w],
    "treatment": ["none", "winsorise"],
}


@pytest.fixture(scope="module")
def space():
    noise = Noise(weights="dirichlet", judgements=0.1, cells=SHARED)
    levels = {name: [{"name": str(n), name: value} for n, value in enumerate(each)] for name, each in LEVELS.items()}
    return space_of(be.Recipe(range=(1, 10)), levels, noise, panel=WHOLE, framework=PLAIN)


def test_a_space_travels(space):
    """With users' own functions in it."""
    cloudpickle = pytest.importorskip("cloudpickle")
    sent = cloudpickle.loads(cloudpickle.dumps(space))
    for one, other in zip(tally_chunks(space, 1, range(1), 50), tally_chunks(sent, 1, range(1), 50), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_space_is_not_written_to(space):
    with pytest.raises(dataclasses.FrozenInstanceError):
        space.raw = True


def test_levels_and_parts_go_together(space):
    assert space.factors == {"weighter": ("0", "1", "2"), "aggregator": ("0", "1", "2"), "treatment": ("0", "1")}
    assert space.levels.tolist() == [[w, a, t] for w in range(3) for a in range(3) for t in range(2)]
    assert space.parts.shape == (18, 4)
    assert [len(each) for each in (space.cuts, space.priors, space.weighers, space.scorers)] == list(
        space.parts.max(axis=0) + 1
    )
    # the table follows the treatment, the scorer table and aggregator
    assert (
        len({(cut, t) for (cut, *_), (_, _, t) in zip(space.parts, space.levels, strict=True)}) == len(space.cuts) == 2
    )
    assert len(space.scorers) == 6


def test_numbers_of_draws(space):
    assert (space.entries, space.experts, space.nodes) == (14, 3, ("index", "hard", "care"))
    assert space.errors == 28  # rows with a standard error; the two indicators move together
    assert not space.raw
