"""A study of 12 economies, three years and seven indicators with everything that can be declared, and a dumb loop."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
from scipy.special import gammaincinv, ndtri

import bri_eval as be
from bri_eval.framework import Framework, Group, Indicator
from bri_eval.robustness.choices import choices, expand
from bri_eval.robustness.draws import Given, score_draws, widths
from bri_eval.robustness.noise import CellError
from bri_eval.robustness.prepare import prepare
from bri_eval.robustness.priors import entries_of
from bri_eval.robustness.ranking import rank_draws
from bri_eval.robustness.uncertainty import panel_problem
from bri_eval.weights.judgements import Judgement

ECONOMIES = tuple("ABCDEFGHIJKL")
YEARS = (2014, 2016, 2018)
INDEX = pd.MultiIndex.from_product([ECONOMIES, YEARS], names=["economy", "year"])
REGIONS = pd.Series(dict(zip(ECONOMIES, "nnnnnnssssss", strict=True)))
CODES = ("road", "cost", "tax", "speed", "staff", "zero", "help")

TREE = Framework(
    groups=(
        Group(code="index"),
        Group(code="hard", parent="index"),
        Group(code="soft", parent="index"),
        Group(code="care", parent="soft"),
    ),
    indicators=(
        Indicator(code="road", parent="hard"),
        Indicator(code="cost", parent="hard", direction="cost", cap=30.0),
        Indicator(code="tax", parent="hard", direction="target", target=5.0),
        Indicator(code="speed", parent="soft", transform="log"),
        Indicator(code="staff", parent="care", goalposts=(2.0, 8.0)),
        Indicator(code="zero", parent="care", structural_zero="land-locked"),
        Indicator(code="help", parent="care", direction="cost"),
    ),
)


def with_aggregators(framework, **rules) -> Framework:
    """Give groups an aggregator of their own."""
    groups = tuple(dataclasses.replace(group, aggregator=rules.get(group.code)) for group in framework.groups)
    return dataclasses.replace(framework, groups=groups)


def make_panel(gaps: bool = True) -> pd.DataFrame:
    """Draw a panel: skewed columns, structural zeros, and gaps at an end, inside and of a whole economy."""
    rng = np.random.default_rng(3)
    panel = pd.DataFrame(rng.uniform(2, 9, (len(INDEX), len(CODES))), index=INDEX, columns=list(CODES))
    panel["cost"] = np.exp(rng.normal(2, 1, len(INDEX)))
    panel["help"] = np.exp(rng.normal(1, 1.2, len(INDEX)))
    panel.loc[["C", "D"], "zero"] = 0.0
    panel.loc[("E", 2018), "help"] = 90.0
    if gaps:
        panel.loc[("A", 2016), "road"] = panel.loc[("B", 2018), "road"] = np.nan
        panel.loc["F", "speed"] = np.nan
        panel.loc[("G", 2014), "staff"] = np.nan
    return panel


PANEL, WHOLE = make_panel(), make_panel(gaps=False)
PLAIN = dataclasses.replace(
    TREE,
    indicators=tuple(
        dataclasses.replace(one, cap=None, transform="none", structural_zero=None) for one in TREE.indicators
    ),
)
"""The same with nothing to treat, which evaluates much faster."""


def judgement(expert, node, items, upper, weight=1.0) -> Judgement:
    """Make a judgement matrix from its upper triangle."""
    matrix = np.eye(len(items))
    matrix[np.triu_indices(len(items), 1)] = upper
    lower = np.tril_indices(len(items), -1)
    matrix[lower] = 1 / matrix.T[lower]
    return Judgement(
        expert=expert, node=node, matrix=pd.DataFrame(matrix, index=items, columns=items), weight=weight, origin=expert
    )


HARD, CARE = ["road", "cost", "tax"], ["staff", "zero", "help"]
JUDGEMENTS = (
    judgement("one", "index", ["hard", "soft"], [2.0]),
    judgement("one", "hard", HARD, [3.0, 5.0, 2.0]),
    judgement("one", "care", CARE, [1 / 2, 4.0, 3.0]),
    judgement("two", "hard", HARD[::-1], [2.0, 1 / 4, 1 / 3], weight=2.0),
    judgement("two", "care", CARE, [2.0, 2.0, 1.0], weight=2.0),
    judgement("three", "index", ["soft", "hard"], [3.0], weight=0.5),
)
"""Three experts, no node judged by all; the second names the items of a node in another order."""

OTHERS = (
    judgement("one", "care", CARE[::-1], [2.0, 3.0, 1 / 2]),
    judgement("one", "hard", HARD[::-1], [1 / 3, 1 / 5, 1 / 2]),
    judgement("four", "hard", HARD, [1.0, 7.0, 5.0]),
)
"""Another set, in which the first expert names items in another order and nodes come in another order."""


def sizes(code, size=0.3, rows=None) -> pd.Series:
    """Standard errors of an indicator, some of them missing."""
    errors = pd.Series(size * np.linspace(0.5, 1.5, len(INDEX)), index=INDEX, name=code)
    errors.iloc[::5] = np.nan
    return errors if rows is None else errors[errors.index.isin(rows, level="economy")]


SHARED = (CellError(indicators=("road", "staff"), standard_errors=sizes("road")),)
APART = (
    CellError(indicators=("tax", "zero"), standard_errors=sizes("tax", 0.2), shared=False),
    CellError(indicators=("cost",), standard_errors=sizes("cost", 0.4)),
)


def problem_of(
    recipe, levels, noise, *, panel=PANEL, framework=TREE, judgements=JUDGEMENTS, weights=None, year=2018, node=None
):
    return panel_problem(
        panel, framework, choices(recipe, levels), judgements, noise=noise, year=year, node=node, groups=REGIONS,
        weights=weights,
    )  # fmt: skip


def space_of(recipe=None, levels=None, noise=None, **rest):
    return prepare(problem_of(recipe or be.Recipe(), levels or {}, noise, **rest))


# the loop -------------------------------------------------------------------------------------------------------------


def by_evaluate(problem, recipe, judgements, numbers, entries):
    """Evaluate one draw by itself: change the inputs, evaluate, draw weights around those found, evaluate again."""
    noise = problem.noise
    judged = (
        [_moved(one, noise.judgements * ndtri(numbers["judgements"]), entries) for one in judgements]
        if (noise.judgements)
        else list(judgements)
    )
    if noise.experts:
        judged = _drawn(judged, numbers["experts"])
    if noise.prior_share is not None:
        low, high = noise.prior_share
        share = low + (high - low) * numbers["prior_share"][0] if low < high else low
        recipe = dataclasses.replace(recipe, prior_share=share)
    panel = _noisy(problem.panel, noise.errors(), numbers) if noise.errors() else problem.panel
    ask = {"groups": problem.groups, "weights": problem.weights if recipe.weighter == "given" else None}
    found = be.evaluate(panel, problem.framework, recipe, judged, **ask)
    weights = found.weights_in(problem.year)
    if noise.weights is not None:
        places = [problem.framework.codes.index(code) for code in weights.index]
        weights = _around(weights, noise, numbers["weights"][places])
        ask["weights"] = weights
        found = be.evaluate(panel, problem.framework, recipe, None, **ask)
    ranks = found.ranks[problem.node].xs(problem.year, level="year")
    return weights.reindex(problem.framework.codes, fill_value=0.0).to_numpy(), ranks


def _moved(one, normals, entries):
    matrix = one.matrix.copy()
    for row in matrix.index:
        for column in matrix.columns:
            number = entries.get((one.expert, one.node, row, column))
            if number is not None:
                matrix.loc[row, column] *= np.exp(normals[number])
                matrix.loc[column, row] /= np.exp(normals[number])
    return dataclasses.replace(one, matrix=matrix)


def _drawn(judgements, uniforms):
    """Draw experts with replacement; a node of which nobody is drawn keeps all its judgements."""
    experts = list(dict.fromkeys(one.expert for one in judgements))
    drawn = [experts[int(uniform * len(experts))] for uniform in uniforms[: len(experts)]]
    kept = []
    for node in dict.fromkeys(one.node for one in judgements):
        judging = [one for one in judgements if one.node == node]
        again = [
            dataclasses.replace(one, weight=one.weight * drawn.count(one.expert))
            for one in judging
            if one.expert in drawn
        ]
        kept += again or judging
    return kept


def _noisy(panel, errors, numbers):
    values, place = panel.to_numpy(copy=True), 0
    for error in errors:
        for row, size in enumerate(error.standard_errors.reindex(panel.index)):
            if size > 0:
                for code in error.indicators:
                    values[row, panel.columns.get_loc(code)] += size * ndtri(numbers["cells"][place])
                    place += not error.shared
                place += error.shared
    return pd.DataFrame(values, index=panel.index, columns=panel.columns)


def _around(weights, noise, numbers):
    if noise.weights == "uniform":
        drawn = weights * (1 + noise.band * (2 * numbers - 1))
    else:
        shapes = weights * (noise.concentration or len(weights))
        drawn = pd.Series([gammaincinv(a, u) if a > 0 else 0.0 for a, u in zip(shapes, numbers, strict=True)])
        drawn.index = weights.index
    return drawn / drawn.sum()


def compare(problem, draws, seed=0):
    """Assert that the engine gives the weights and, bit for bit, the ranks of a loop over random recipes."""
    space = prepare(problem)
    rng = np.random.default_rng(seed)
    chosen = rng.integers(len(space.parts), size=draws)
    numbers = {name: rng.random((draws, width)) for name, width in widths(space).items()}
    out = score_draws(space, chosen, Given(numbers))
    ranks = rank_draws(out.scores).T
    every = expand(problem.choices, problem.framework).recipes()
    recipes = [(recipe, judgements or problem.judgements) for _, recipe, judgements in every]
    entries = entries_of(one for _, judgements in recipes for one in judgements)
    for draw, number in enumerate(chosen):
        recipe, judgements = recipes[number]
        given = {name: values[draw] for name, values in numbers.items()}
        weights, expected = by_evaluate(problem, recipe, judgements, given, entries)
        np.testing.assert_allclose(out.weights[draw], weights, atol=1e-9, err_msg=str(recipe))  # two sums of squares
        assert ranks[draw].tolist() == expected[space.alternatives].tolist(), recipe
    return space, out
