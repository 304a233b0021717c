"""How far a single weight may move before the best change: in closed form, for means and for TOPSIS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
import pandas as pd

from bri_eval.aggregate import AGGREGATORS
from bri_eval.checks import InputError, bind, label, listing, unknown
from bri_eval.recipe import choice_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bri_eval.evaluation import Evaluation

LEVELS = ("indicator", "pillar")

MEANS = ("arithmetic", "geometric", "harmonic", "power", "promethee", "rank_sum_ratio", "grey")
"""Aggregators whose order is that of a weighted sum of columns, whatever the weights."""

SIMILARITIES = {"topsis": 2, "topsis_metric": 1, "topsis_fixed": 2}
"""Aggregators whose order is that of a ratio of weighted sums of squared gaps, and the exponent of the weights."""


class _Case(NamedTuple):
    """A year's ranking as a function of the weights: its rows from best to worst, and the set that must stay."""

    names: list[str]
    best: int
    weights: np.ndarray
    terms: np.ndarray
    exponent: int


def weight_stability(
    evaluation: Evaluation, *, year: int | None = None, best: int = 1, level: str = "indicator"
) -> pd.DataFrame:
    r"""Find how far each weight may move, the others rescaled, before the best ``best`` economies are others.

    Along the path of weight j, :math:`w_j = t`, :math:`w_k = w^0_k (1 - t) / (1 - w^0_j)`, two economies draw level at
    the roots of :math:`g(t) = t (y_{ij} - y_{hj}) + (1 - t) (r_i - r_h)` for a mean, with y the normalised values
    (their logarithms, powers, ...) and r the mean of the other columns. Under TOPSIS a squared distance is
    :math:`p s + q`, with :math:`s = t^2 / (1 - t)^2`, and they draw level at the roots of
    :math:`(p^-_i s + q^-_i) (p^+_h s + q^+_h) - (p^-_h s + q^-_h) (p^+_i s + q^+_i)`.

    Parameters
    ----------
    evaluation
        Complete, with one aggregator throughout: ``MEANS`` or ``SIMILARITIES``.
    year
        Whose ranking is meant; needed if there are several years.
    best
        Size of the set that must stay; 1 asks for the leader.
    level
        ``"indicator"`` or ``"pillar"``, whose indicators keep their shares of it.

    Returns
    -------
    DataFrame
        One row per node in framework order: weight, lower and upper (the nearest weights at which the set changes, 0
        and 1 if it does not), enters_lower, leaves_lower, enters_upper, leaves_upper (who draws level with whom; "" if
        nobody), distance (to the nearer change; missing if there is none) and relative (distance / weight; missing if
        the weight is 0).

    Raises
    ------
    InputError
        For an aggregator without a closed form, missing cells, a weight of 1, a tie at the border of the set, an
        unknown year or level.

    Notes
    -----
    No weights are found anew and no bound moves: this is the ranking as a function of one weight. Limits are exact to
    round-off; beyond a limit the set may change again, or back. At a limit the two are level, and ties share the rank.

    References
    ----------
    triantaphyllou1997, for weighted sums.

    Examples
    --------
    >>> from bri_eval import Recipe, evaluate_matrix
    >>> table = pd.DataFrame({"a": [1.0, 0.0, 0.4], "b": [0.0, 0.8, 1.0]}, index=["A", "B", "C"])
    >>> found = weight_stability(evaluate_matrix(table, {"a": "benefit", "b": "benefit"}, Recipe()))
    >>> found.loc["a", ["lower", "upper"]].tolist(), found.loc["a", "enters_upper"]
    ([0.0, 0.625], 'A')
    """
    if level not in LEVELS:
        raise InputError(unknown("level", level, LEVELS))
    case, framework = _case(evaluation, _year(evaluation, year), best), evaluation.framework
    nodes = {code: [code] for code in framework.codes}
    if level == "pillar":
        nodes = {code: framework.leaves(code) for code in framework.pillars}
    rows = [_limits(case, np.isin(framework.codes, leaves), code) for code, leaves in nodes.items()]
    return pd.DataFrame(rows, index=pd.Index(nodes, name=level))


def _year(evaluation: Evaluation, year: int | None) -> int | None:
    """Find the year that is meant; None for an evaluation without years."""
    index = evaluation.treated.index
    years = sorted(set(index.get_level_values("year"))) if "year" in index.names else []
    if year is None and len(years) < 2:
        return years[0] if years else None
    if year not in years:
        raise InputError(f"year is {year}; expected one of {listing(years)}")
    return year


def _case(evaluation: Evaluation, year: int | None, best: int) -> _Case:
    """Take the year's rows in the order of their ranks, with what their scores are made of."""
    rule = _rule(evaluation)
    index, goal = evaluation.treated.index, evaluation.framework.goal
    here = np.ones(len(index), dtype=bool) if year is None else index.get_level_values("year") == year
    ranks = evaluation.ranks[goal].to_numpy()[here]
    names = [label(key).strip("'") for key in (index if year is None else index.get_level_values("economy"))[here]]
    order = np.argsort(ranks, kind="stable")
    names = [names[place] for place in order]
    _check_border(ranks[order], names, best)
    weights = evaluation.weights if year is None else evaluation.weights_in(year)
    together = here if evaluation.recipe.scope == "by_year" else np.ones(len(index), dtype=bool)
    terms = _terms(rule, evaluation.parts.matrix[together], evaluation.recipe.parameters)
    exponent = SIMILARITIES.get(rule, 1)
    return _Case(names, best, weights.to_numpy(dtype=float), terms[:, here[together]][:, order], exponent)


def _rule(evaluation: Evaluation) -> str:
    """Name the one aggregator of the whole tree, or refuse."""
    groups = evaluation.framework.groups
    rules = {group.aggregator or evaluation.recipe.aggregator for group in groups}
    rule = groups[0].aggregator or evaluation.recipe.aggregator
    if len(rules) > 1:
        raise InputError(
            f"groups have the aggregators {listing(sorted(map(choice_name, rules)))}; how far a weight may move has a "
            "closed form for one aggregator throughout"
        )
    if not isinstance(rule, str) or rule not in (*MEANS, *SIMILARITIES):
        raise InputError(
            f"aggregator '{choice_name(rule)}' has no closed form for how far a weight may move; "
            f"{listing((*MEANS, *SIMILARITIES))} have"
        )
    if np.isnan(evaluation.parts.matrix).any():
        raise InputError("the normalised table has missing cells, whose weights differ by row; choose an imputer")
    return rule


def _check_border(ranks: np.ndarray, names: Sequence[str], best: int) -> None:
    """Refuse a set that is empty, whole, or cut through a tie."""
    if not 1 <= best < len(ranks):
        raise InputError(f"best is {best}; expected 1 to {len(ranks) - 1}, as {len(ranks)} are ranked")
    if ranks[best - 1] == ranks[best]:
        tied = [name for name, rank in zip(names, ranks, strict=True) if rank == ranks[best]]
        raise InputError(
            f"{listing(tied)} share rank {ranks[best]:g}, so the best {best} are no set; choose another best"
        )


def _terms(rule: str, x: np.ndarray, parameters: Mapping[str, object]) -> np.ndarray:
    """Give what weights multiply: the columns of a mean (1 x n x k), or squared gaps to both ideals (2 x n x k)."""
    if rule in SIMILARITIES:
        low, high = cast("tuple[float, float]", parameters["range"])
        fixed = rule == "topsis_fixed"
        ideal, anti = (np.array(high), np.array(low)) if fixed else (x.max(axis=0), x.min(axis=0))
        return np.stack([(x - ideal) ** 2, (x - anti) ** 2])
    exponent = {"geometric": 0.0, "harmonic": -1.0, "power": cast("float", parameters["exponent"])}.get(rule, 1.0)
    if rule in ("arithmetic", "geometric", "harmonic", "power"):
        return np.log(x)[None] if exponent == 0 else (np.sign(exponent) * x**exponent)[None]
    return bind(AGGREGATORS[rule], parameters)(x, np.eye(x.shape[1])).T[None]


def _limits(case: _Case, inside: np.ndarray, code: str) -> dict[str, Any]:
    """Find the nearest weights of a node at which somebody draws level with one of the best."""
    weight = float(case.weights[inside].sum())
    level = _level_weights(case, *_shares(case.weights, inside, code))
    lower, upper = np.where(level <= weight, level, -np.inf), np.where(level >= weight, level, np.inf)
    below, above = (np.unravel_index(lower.argmax(), level.shape), np.unravel_index(upper.argmin(), level.shape))
    low, high = lower[below], upper[above]
    distance = min(weight - low, high - weight)
    distance = float(distance) if np.isfinite(distance) else np.nan
    return {
        "weight": weight,
        "lower": max(float(low), 0.0),
        "upper": min(float(high), 1.0),
        **_said(case, "lower", below if np.isfinite(low) else None),
        **_said(case, "upper", above if np.isfinite(high) else None),
        "distance": distance,
        "relative": distance / weight if weight else np.nan,
    }


def _said(case: _Case, side: str, place: Sequence[Any] | None) -> dict[str, str]:
    """Name who enters the set and who leaves it."""
    enters = "" if place is None else case.names[case.best + int(place[1])]
    return {f"enters_{side}": enters, f"leaves_{side}": "" if place is None else case.names[int(place[0])]}


def _shares(weights: np.ndarray, inside: np.ndarray, code: str) -> tuple[np.ndarray, np.ndarray]:
    """Give the shares of the columns in a node and in the rest."""
    one, rest = np.where(inside, weights, 0.0), np.where(inside, 0.0, weights)
    if not rest.any():
        raise InputError(f"'{code}' has all the weight; there are no others to rescale")
    if inside.sum() == 1:
        return inside.astype(float), rest / rest.sum()
    if not one.any():
        raise InputError(f"'{code}' has no weight, so its indicators have no shares in it; choose level 'indicator'")
    return one / one.sum(), rest / rest.sum()


def _level_weights(case: _Case, one: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """Give the weights, 0 to 1, at which each of the best is level with each of the others: best x others x roots."""
    p, q = case.terms @ one**case.exponent, case.terms @ rest**case.exponent
    (pi, ph), (qi, qh) = ((part[:, : case.best, None], part[:, None, case.best :]) for part in (p, q))
    with np.errstate(divide="ignore", invalid="ignore"):
        if len(p) == 1:
            odds = -(qi - qh) / (pi - ph)
            odds = odds[0][..., None]
        else:
            odds = _roots(
                pi[1] * ph[0] - ph[1] * pi[0],
                pi[1] * qh[0] + qi[1] * ph[0] - ph[1] * qi[0] - qh[1] * pi[0],
                qi[1] * qh[0] - qh[1] * qi[0],
            )
        ratio = np.where(np.isinf(odds), np.inf, np.where(odds >= 0, odds, np.nan)) ** (1 / case.exponent)
        return np.where(np.isinf(ratio), 1.0, ratio / (1 + ratio))


def _roots(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    """Solve a s^2 + b s + c = 0 without cancellation; a root at infinity is infinite, one that is none is missing."""
    half = -(b + np.copysign(np.sqrt(b * b - 4 * a * c), b)) / 2
    return np.stack([half / a, c / half], axis=-1)
