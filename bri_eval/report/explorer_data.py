"""What the explorer's page receives: tree, normalised tables, weights, intervals, places and modes, in plain values."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, check_varies, listing
from bri_eval.evaluation import Treated, finish, prior_of, reference_rows
from bri_eval.hierarchy import local_weights
from bri_eval.normalise import normalise_indicators
from bri_eval.recipe import SCOPES, Recipe, choice_name, describe
from bri_eval.report.explorer_parts import intervals, modes, places
from bri_eval.report.rank_words import plain_words
from bri_eval.result import pieces_of
from bri_eval.study import MAIN
from bri_eval.tables import read_groups
from bri_eval.treat import in_treated_units

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bri_eval.evaluation import Evaluation
    from bri_eval.modes.decisions import Decisions
    from bri_eval.robustness.cloud import RankCloud
    from bri_eval.study import Study

METHODS = {
    "topsis": "TOPSIS",
    "topsis_metric": "TOPSIS, weights inside the distance",
    "topsis_fixed": "TOPSIS, fixed ideal points",
    "arithmetic": "Arithmetic mean",
    "geometric": "Geometric mean",
    "harmonic": "Harmonic mean",
    "power": "Power mean",
    "mazziotta_pareto": "Mazziotta-Pareto index",
    "vikor": "VIKOR",
    "grey": "Grey relational analysis",
    "promethee": "PROMETHEE II",
    "rank_sum_ratio": "Rank-sum ratio",
}
"""Aggregators that the page computes, by printed name."""

SCALINGS: dict[str, tuple[str, dict[str, Any]]] = {
    "minmax": ("Min-max, 0 to 1", {"normaliser": "minmax", "range": (0.0, 1.0)}),
    "minmax_100": ("Min-max, 1 to 100", {"normaliser": "minmax", "range": (1.0, 100.0)}),
    "zscore": ("z-scores, mean 100, s.d. 10", {"normaliser": "zscore", "centre": 100.0, "spread": 10.0}),
    "rank": ("Ranks", {"normaliser": "rank"}),
}
"""Normalisations on offer beside the study's own, by name and fields of ``Recipe``."""

WEIGHERS = {
    "ahp": "AHP weights alone",
    "entropy": "entropy weights alone",
    "equal": "equal weights within every group",
    "framework": "weights as the framework declares them",
}
"""Weights on offer beside those that the study declares."""

WEIGHING = ("weighter", "prior_share", "weigh_on", "random_index", "estimator", "group")
"""Fields of a recipe that change weights and nothing before them."""

CONCENTRATION, DRAWS = 200.0, 500
SAME = 1e-12


class Ready(NamedTuple):
    """A study with what its run has found."""

    study: Study
    evaluations: Mapping[str, Evaluation]
    names: pd.Series
    cloud: RankCloud | None
    decisions: Decisions | None

    @property
    def main(self) -> Evaluation:
        """The main index."""
        return self.evaluations[MAIN]


def explorer_data(ready: Ready) -> dict[str, Any]:
    """Put down everything that the page computes with and shows.

    Parameters
    ----------
    ready
        The study and its run.

    Returns
    -------
    dict
        Plain values; numbers are those of the engine, a missing one is None. Rows and columns are those of the
        main index: economies by year, indicators.

    Raises
    ------
    InputError
        If the main recipe, or a group, has an aggregator that the page cannot compute.
    """
    study, main = ready.study, ready.main
    _check_methods(study, main)
    economies = _economies(ready)
    years = sorted({int(year) for year in main.scores.index.unique("year")})
    place = {economy["code"]: number for number, economy in enumerate(economies)}
    tables = _tables(main)
    recipe = main.recipe
    return {
        "title": study.title or main.framework.names[main.framework.goal],
        "headline": study.headline,
        "years": years,
        **_tree(main),
        "economies": economies,
        "rows": [[place[str(code)], years.index(int(year))] for code, year in main.scores.index],
        "tables": tables,
        "raw": _columns(main.panel.loc[main.scores.index, main.framework.codes].to_numpy(dtype=float)),
        "methods": [_method(recipe, code, name) for code, name in METHODS.items()],
        "parameters": {key: getattr(recipe, key) for key in ("exponent", "group_utility", "distinguishing")},
        "availability": recipe.availability,
        "presets": _presets(ready),
        "start": {"preset": MAIN, "method": recipe.aggregator, **_own_table(tables)},
        "noise": {"draws": DRAWS, "concentration": _concentration(study), "seed": study.seed},
        "intervals": None if ready.cloud is None else intervals(ready.cloud, study.headline),
        "map": places(study.tables, [economy["code"] for economy in economies]),
        "modes": None if ready.decisions is None else modes(ready.decisions),
        "notes": list(main.conventions[3:]),
    }


def _check_methods(study: Study, main: Evaluation) -> None:
    """Refuse aggregators that only the engine knows."""
    for chosen in (main.recipe.aggregator, *(group.aggregator for group in main.framework.groups)):
        if chosen is not None and (callable(chosen) or chosen not in METHODS):
            raise InputError(
                f"{study.origin}: the page cannot compute aggregator '{choice_name(chosen)}'; it knows "
                f"{listing(METHODS)}: choose one of these for the main recipe"
            )


def _economies(ready: Ready) -> list[dict[str, str]]:
    """List the economies that are ranked in some year, in the order of the panel, with name and group."""
    groups = read_groups(ready.study.tables, ready.study.groups) if ready.study.groups else pd.Series(dtype=str)
    groups = groups[groups.notna()]
    codes = [str(code) for code in ready.main.scores.index.unique("economy")]
    return [{"code": c, "name": str(ready.names.get(c, c)), "group": str(groups.get(c, ""))} for c in codes]


def _tree(main: Evaluation) -> dict[str, Any]:
    """List groups, the goal first, and indicators."""
    names = main.framework.names
    return {
        "groups": [
            {"code": one.code, "name": names[one.code], "parent": one.parent, "aggregator": one.aggregator}
            for one in main.framework.groups
        ],
        "indicators": [
            {
                "code": one.code,
                "name": names[one.code],
                "parent": one.parent,
                "unit": one.unit,
                "lower": one.direction == "cost",
            }
            for one in main.framework.indicators
        ],
    }


def _tables(main: Evaluation) -> list[dict[str, Any]]:
    """Normalise as the study does and in the other ways, pooled and by year; what the data do not allow is left out."""
    recipe = main.recipe
    own = next((code for code, (_, fields) in SCALINGS.items() if _has(recipe, fields)), "own")
    named: dict[str, tuple[str, dict[str, Any]]] = {
        own: SCALINGS.get(own, (f"{plain_words(choice_name(recipe.normaliser)).capitalize()}, as in the study", {}))
    }
    found = []
    for code, (name, fields) in {**named, **SCALINGS}.items():
        for scope in sorted(SCOPES, key=lambda one: one != recipe.scope):
            changed = dataclasses.replace(recipe, **fields, scope=scope)
            try:
                matrix = _matrix(main, changed)
            except InputError:
                if (code, scope) == (own, recipe.scope):
                    raise
                continue
            found.append(
                {
                    "scaling": code,
                    "name": name,
                    "scope": scope,
                    "words": describe(changed)[0].partition("; bounds")[0],
                    "range": list(changed.range) if _bounded(main, changed) else None,
                    "values": _columns(matrix),
                }
            )
    return found


def _has(recipe: Recipe, fields: Mapping[str, Any]) -> bool:
    """Tell whether a recipe normalises like this."""
    return all(getattr(recipe, key) == value for key, value in fields.items())


def _bounded(main: Evaluation, recipe: Recipe) -> bool:
    """Tell whether every value lies between the ends of min-max."""
    return {recipe.normaliser, *(i.normaliser for i in main.framework.indicators)} <= {"minmax", None}


def _own_table(tables: list[dict[str, Any]]) -> dict[str, str]:
    """Name the first table, which is the study's."""
    return {key: tables[0][key] for key in ("scaling", "scope")}


def _matrix(main: Evaluation, recipe: Recipe) -> np.ndarray:
    """Normalise the treated values of the main index, as ``finish`` does."""
    values, codes = main.treated.to_numpy(dtype=float), main.framework.codes
    indicators = [in_treated_units(indicator) for indicator in main.framework.indicators]
    matrix = np.empty_like(values)
    for year, rows in pieces_of(main.treated.index, recipe.scope):
        check_varies(values[rows], codes, "" if year == "all" else f" in {year}")
        reference = reference_rows(main.treated.index[rows], recipe, main.framework)
        matrix[rows] = normalise_indicators(values[rows], indicators, recipe.normaliser, recipe.parameters, reference)
    return matrix


def _columns(values: np.ndarray) -> list[list[float | None]]:
    """List the columns of an array, numbers in full."""
    return [[None if np.isnan(value) else float(value) for value in column] for column in values.T]


def _method(recipe: Recipe, code: str, name: str) -> dict[str, str]:
    """Name a method and say its conventions."""
    return {"code": code, "name": name, "words": describe(dataclasses.replace(recipe, aggregator=code))[2]}


def _presets(ready: Ready) -> list[dict[str, Any]]:
    """List the sets of weights: the study's, those of its alternatives that change weights alone, and plain ones."""
    presets: list[dict[str, Any]] = []
    for code, name, words, evaluation in _weighed(ready):
        shares = _shares(evaluation)
        if all(_differ(shares, other["shares"]) for other in presets):
            presets.append({"code": code, "name": name[:1].upper() + name[1:], "words": words, "shares": shares})
    return presets


def _weighed(ready: Ready) -> Iterator[tuple[str, str, str, Evaluation]]:
    """Yield code, name, words and evaluation of every set of weights; those the data do not allow are left out."""
    study, main = ready.study, ready.main
    yield MAIN, "the study\u2019s weights", describe(main.recipe)[1], main
    for case in study.cases[1:]:
        changed = {key: getattr(main.recipe, key) for key in WEIGHING}
        same = (case.framework, case.years) == (study.framework, study.years)
        if same and dataclasses.replace(case.recipe, **changed) == main.recipe:
            yield case.name, case.note or case.name, describe(case.recipe)[1], ready.evaluations[case.name]
    steps = Treated(main.panel, main.treated, None, None, None)
    for weighter, name in WEIGHERS.items():
        recipe = dataclasses.replace(main.recipe, weighter=weighter)
        try:
            prior, _ = prior_of(study.framework, main.framework, recipe, study.judgements, None)
            evaluation = finish(steps, main.framework, recipe, prior, None)
        except InputError:
            continue
        yield f"only_{weighter}", name, describe(recipe)[1], evaluation


def _shares(evaluation: Evaluation) -> dict[str, list[float]]:
    """Give every node's share among its siblings, by year where weights are; in a group of weight 0 all count alike."""
    framework, found = evaluation.framework, {}
    order = [*framework.group_codes[1:], *framework.codes]
    for year, weights in evaluation.parts.weights.items():
        local = local_weights(framework, pd.Series(weights, index=framework.codes))
        for code in framework.group_codes:
            children = framework.children(code)
            if local[children].isna().any():
                local[children] = 1 / len(children)
        found[str(year)] = [float(local[code]) for code in order]
    return found


def _differ(shares: Mapping[str, list[float]], others: Mapping[str, list[float]]) -> bool:
    """Tell whether two sets of weights are not the same."""
    if shares.keys() != others.keys():
        return True
    return any(not np.allclose(shares[year], others[year], rtol=0, atol=SAME) for year in shares)


def _concentration(study: Study) -> float:
    """Give the sum of the parameters of the page's Dirichlet draws: the study's, if it declares one."""
    noise = None if study.robustness is None else study.robustness.noise
    return (noise.concentration if noise is not None else None) or CONCENTRATION
