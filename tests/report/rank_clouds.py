"""Clouds and indices made by hand or from a tiny table, for the tests of what is printed and drawn of them."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

import bri_eval as be
from bri_eval.robustness.cloud import RankCloud
from bri_eval.robustness.sensitivity import SHIFT, Sensitivity
from bri_eval.robustness.sobol import SobolIndices, SobolIntervals
from bri_eval.robustness.tally import THRESHOLDS, Tally

DIRECTIONS = {"a": "benefit", "b": "cost", "c": "benefit", "d": "benefit"}


def cloud_of(ranks, baseline, *, alternatives=None, factors=None, levels=None, nodes=(), inert=None, asked=None):
    """Count a table of ranks (alternatives x draws) by loops; ``levels`` is factors x draws, numbers of levels."""
    ranks, baseline = np.asarray(ranks), np.asarray(baseline)
    n, draws = ranks.shape
    factors = factors or {}
    levels = np.zeros((len(factors), draws), dtype=int) if levels is None else np.asarray(levels)
    places, better = np.zeros((n, n), dtype=int), np.zeros((n, n), dtype=int)
    for draw in range(draws):
        for i in range(n):
            places[i, ranks[i, draw] - 1] += 1
            for j in range(n):
                better[i, j] += ranks[i, draw] < ranks[j, draw]
    rows = [levels[f] == k for f, names in enumerate(factors.values()) for k in range(len(names))]
    sums = np.array([ranks[:, row].sum(axis=1) for row in rows]).reshape(len(rows), n)
    shifts = np.array([np.abs(ranks - baseline[:, None])[:, row].sum(axis=1) for row in rows]).reshape(len(rows), n)
    ratios = np.zeros((len(nodes), THRESHOLDS + 1), dtype=int)
    ratios[:, [3, 20]] = 3, 1
    used = np.array([row.sum() for row in rows], dtype=int)
    return RankCloud(
        alternatives=pd.Index(alternatives or list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[:n]), name="economy"),
        baseline=baseline,
        factors=factors,
        tally=Tally(draws, places, better, sums, shifts, used, ratios),
        asked=asked or draws,
        seed=7,
        inert=inert or {},
        dropped=(),
        nodes=tuple(nodes),
        about=("Base recipe: minmax.",),
    )


def sensitivity_of(first, total, factors, *, half=0.05):
    """Put indices (factors x outputs, the mean shift first) into a record, with intervals of a half-width."""
    first, total = np.asarray(first, dtype=float), np.asarray(total, dtype=float)
    constant = np.isnan(total).any(axis=0)
    ends = np.array([-half, half])[:, None, None]
    draws = np.full(first.shape[1], 1000)
    return Sensitivity(
        factors=tuple(factors),
        outputs=pd.Index([SHIFT, *"ABCDEFGH"[: first.shape[1] - 1]]),
        indices=SobolIndices(first=first, total=total, constant=constant),
        intervals=SobolIntervals(first=first + ends, total=total + ends, draws=draws),
        n=64,
        seed=3,
        inert={},
        about=("Base recipe: minmax.",),
    )


def small() -> RankCloud:
    """Four alternatives in ten draws under two levels; A is first in 8, B in 2; C and D are level in one draw."""
    ranks = [
        [1, 1, 1, 1, 1, 1, 1, 1, 2, 3],
        [2, 2, 2, 2, 2, 3, 3, 3, 1, 1],
        [3, 3, 3, 3, 4, 2, 4, 2, 4, 2],
        [4, 4, 4, 4, 3, 4, 2, 4, 3, 4],
    ]
    ranks[2][0] = ranks[3][0] = 3
    levels = [[0, 0, 0, 0, 0, 0, 1, 1, 1, 1], [0] * 10]
    factors = {"weighter": ("equal", "ahp_entropy"), "scope": ("pooled", "by_year")}
    return cloud_of(ranks, [2, 1, 3, 4], factors=factors, levels=levels)


def wide(n: int = 63, draws: int = 200) -> RankCloud:
    """Many alternatives whose ranks scatter around a place each."""
    rng = np.random.default_rng(4)
    scores = np.arange(n)[:, None] + rng.normal(0, 6, (n, draws)) * (1 + np.arange(n)[:, None] % 3)
    ranks = scores.argsort(axis=0).argsort(axis=0) + 1
    codes = [f"{chr(65 + i // 26)}{chr(65 + i % 26)}X" for i in range(n)]
    factors = {"exclude": ("all", *(f"without indicator_{i}" for i in range(14))), "weighter": ("equal", "ahp")}
    levels = [rng.integers(15, size=draws), rng.integers(2, size=draws)]
    return cloud_of(ranks, rng.permutation(n) + 1, alternatives=codes, factors=factors, levels=levels)


def long_names(cloud: RankCloud) -> pd.Series:
    """Give every alternative a name as long as the longest of the register."""
    return pd.Series({code: f"Bosnia and Herzegovina {code[0]}" for code in cloud.alternatives})


def table() -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(2).uniform(1, 9, (6, 4)), index=list("ABCDEF"), columns=list("abcd"))


def questions():
    """Give the choices and the noise that the analyses of the tiny table vary."""
    levels = {"weighter": ["equal", "entropy"], "aggregator": ["arithmetic", "topsis"]}
    return be.choices(be.Recipe(), levels), be.Noise(weights="dirichlet", concentration=30.0)


@cache
def counted() -> RankCloud:
    """Return a real analysis of a tiny table."""
    chosen, noise = questions()
    return be.uncertainty_matrix(table(), DIRECTIONS, chosen, noise=noise, n=400)


@cache
def divided() -> Sensitivity:
    """Return a real sensitivity analysis of a tiny table."""
    chosen, noise = questions()
    return be.sensitivity_matrix(table(), DIRECTIONS, chosen, noise=noise, n=64)
