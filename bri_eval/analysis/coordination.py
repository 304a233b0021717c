"""Do the parts of the index develop together: coupling coordination of any set of subsystem scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.analysis.inequality import group_labels
from bri_eval.analysis.obstacles import obstacle_degrees, unit_matrix, weights_by_row
from bri_eval.checks import InputError, check_matrix, check_weights, label, unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bri_eval.evaluation import Evaluation
    from bri_eval.framework import Framework

DEGREES = ("coupling", "development", "coordination")

CLASSES = (
    "extreme imbalance",
    "serious imbalance",
    "moderate imbalance",
    "mild imbalance",
    "near imbalance",
    "bare coordination",
    "primary coordination",
    "intermediate coordination",
    "good coordination",
    "superior coordination",
)
"""Ten classes of equal width, a convention of applied work without a statistical basis."""

SLACK = 1e-9
"""How far round-off may carry a score beyond 0 or 1."""


def coupling_coordination(
    scores: pd.DataFrame | np.ndarray, weights: Mapping[str, float] | pd.Series | None = None
) -> pd.DataFrame:
    r"""Measure how evenly, and at what level, subsystems develop.

    :math:`C = k (\prod_l u_l)^{1/k} / \sum_l u_l`, :math:`T = \sum_l a_l u_l`, :math:`D = \sqrt{C T}`, for k scores u.

    Parameters
    ----------
    scores
        Economies (or economy-years) x subsystems, two or more columns, each value from 0 to 1.
    weights
        Coefficients a of T, one per column, summing to 1; equal ones if not given. C has none.

    Returns
    -------
    DataFrame
        Rows as the scores; columns coupling (C), development (T) and coordination (D), each from 0 to 1.

    Raises
    ------
    InputError
        For a missing value, one outside 0 to 1 (naming the cell), fewer than two columns, or weights that do not fit.

    Notes
    -----
    C is the geometric over the arithmetic mean: 1 if all scores are equal, 0 if one of them is 0. A row of zeros has
    C = 0 by definition. Other forms of C circulate and give other numbers.

    Examples
    --------
    >>> coupling_coordination(pd.DataFrame({"a": [0.5], "b": [0.4]})).round(4).iloc[0].tolist()
    [0.9938, 0.45, 0.6687]
    """
    frame = check_matrix(scores, "table of scores")
    if frame.shape[1] < 2:
        raise InputError(f"there is one subsystem, '{frame.columns[0]}'; coupling needs two or more columns")
    u = _check_unit(frame)
    if weights is None:
        a = np.full(u.shape[1], 1 / u.shape[1])
    else:
        a = check_weights(weights, frame.columns, "weights of the subsystems").to_numpy()
    coupling, development = coupling_degrees(u), u @ a
    columns = {"coupling": coupling, "development": development, "coordination": np.sqrt(coupling * development)}
    return _marked(pd.DataFrame(columns, index=frame.index), scores)


def coordination_classes(degrees: pd.Series) -> pd.DataFrame:
    """Name the class of each degree of coordination.

    Parameters
    ----------
    degrees
        Coordination D, from 0 to 1.

    Returns
    -------
    DataFrame
        Rows as the degrees; columns coordination, class (1 to 10), limits (as printed) and name.

    Notes
    -----
    The limits 0.1, 0.2, ..., 0.9 are a convention of applied work. A degree equal to a limit to 12 decimals belongs to
    the upper class.

    Examples
    --------
    >>> coordination_classes(pd.Series({"A": 0.6687}))["limits"].tolist()
    ['[0.6, 0.7)']
    """
    values = _check_unit(check_matrix(degrees.to_frame("coordination"), "column of degrees"))[:, 0]
    number = np.digitize(np.round(values, 12), [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]) + 1
    limits = [f"[{(n - 1) / 10:.1f}, {n / 10:.1f}{')' if n < 10 else ']'}" for n in number]
    table = {"coordination": values, "class": number, "limits": limits, "name": [CLASSES[n - 1] for n in number]}
    return _marked(pd.DataFrame(table, index=degrees.index), degrees)


def tagged_scores(evaluation: Evaluation, tag: str) -> pd.DataFrame:
    r"""Score the index along another cut: one subsystem per value of an indicator tag.

    :math:`u_{iv} = \sum_{j \in v} w_j z_{ij} / \sum_{j \in v} w_j`, over the indicators whose tag has the value v.

    Parameters
    ----------
    evaluation
        Normalised by ``"minmax"``; another range than 0 to 1 is rescaled to it.
    tag
        A tag of the framework, such as ``"stage"``, ``"network"`` or ``"flow"``.

    Returns
    -------
    DataFrame
        Rows as the matrix, one column per value of the tag in framework order, each score from 0 to 1; ready for
        ``coupling_coordination``. A value whose indicators have no weight has no score.

    Raises
    ------
    InputError
        For a tag that no indicator carries, with the known ones; for a normaliser other than ``"minmax"``.

    Notes
    -----
    Always the weighted arithmetic mean with the weights of the goal rescaled within the view, whatever aggregator the
    recipe names. Indicators without the tag are in no column. Where the recipe lets cells stay missing, their weight is
    shared among the observed ones of the view.

    Examples
    --------
    >>> import bri_eval as be, pandas as pd
    >>> stages = {"road": "international", "rail": "destination"}
    >>> leaves = tuple(be.Indicator(code=code, parent="goal", tags={"stage": stage}) for code, stage in stages.items())
    >>> tree = be.Framework(groups=(be.Group(code="goal"),), indicators=leaves)
    >>> rows = pd.MultiIndex.from_product([list("ABC"), [2018]], names=["economy", "year"])
    >>> panel = pd.DataFrame({"road": [1.0, 2, 4], "rail": [2.0, 3, 1]}, index=rows)
    >>> found = be.evaluate(panel, tree)
    >>> tagged_scores(found, "stage").round(2).values.tolist()
    [[0.0, 0.5], [0.33, 1.0], [1.0, 0.0]]
    """
    matrix, weights = unit_matrix(evaluation), weights_by_row(evaluation)
    weights = weights.where(matrix.notna(), 0.0)
    sums = {
        value: (weights[codes] * matrix[codes]).sum(axis=1) / weights[codes].sum(axis=1).replace(0.0, np.nan)
        for value, codes in tagged_codes(evaluation.framework, tag).items()
    }
    return _marked(pd.DataFrame(sums, index=matrix.index), evaluation.scores)


def tagged_obstacles(evaluation: Evaluation, tag: str) -> pd.DataFrame:
    """Add the obstacle degrees of the indicators of each value of a tag; see ``obstacle_degrees``.

    Parameters
    ----------
    evaluation, tag
        As in ``tagged_scores``.

    Returns
    -------
    DataFrame
        Rows as the matrix, one column per value in framework order. Rows sum to 1 if every indicator has the tag.

    Examples
    --------
    >>> import bri_eval as be, pandas as pd
    >>> stages = {"road": "international", "rail": "destination"}
    >>> leaves = tuple(be.Indicator(code=code, parent="goal", tags={"stage": stage}) for code, stage in stages.items())
    >>> tree = be.Framework(groups=(be.Group(code="goal"),), indicators=leaves)
    >>> rows = pd.MultiIndex.from_product([list("ABC"), [2018]], names=["economy", "year"])
    >>> panel = pd.DataFrame({"road": [1.0, 2, 4], "rail": [2.0, 3, 1]}, index=rows)
    >>> found = be.evaluate(panel, tree)
    >>> tagged_obstacles(found, "stage").round(2).values.tolist()
    [[0.67, 0.33], [1.0, 0.0], [0.0, 1.0]]
    """
    degrees = obstacle_degrees(evaluation)
    sums = {value: degrees[codes].sum(axis=1) for value, codes in tagged_codes(evaluation.framework, tag).items()}
    return pd.DataFrame(sums, index=degrees.index)


def coordination_table(scores: pd.DataFrame) -> pd.DataFrame:
    """Set coupling, development and coordination beside subsystem scores, and name the weakest subsystem.

    Parameters
    ----------
    scores
        From ``tagged_scores`` or ``stages.stage_scores``: two or more columns, each value from 0 to 1.

    Returns
    -------
    DataFrame
        Rows as the scores; their columns, then coupling, development, coordination, class (its name), weakest, and
        zeros: subsystems with a score of 0, which make coupling and coordination 0 whatever the others are.

    Examples
    --------
    >>> scores = pd.DataFrame({"domestic": [0.5, 0.9], "abroad": [0.4, 0.95]}, index=["A", "B"])
    >>> coordination_table(scores)[["coordination", "class", "weakest"]].round(3).values.tolist()
    [[0.669, 'primary coordination', 'abroad'], [0.962, 'superior coordination', 'domestic']]
    """
    found = coupling_coordination(scores)
    table = scores.assign(**{name: found[name] for name in DEGREES})
    table["class"] = coordination_classes(found["coordination"])["name"]
    table["weakest"] = weakest_link(scores)
    table["zeros"] = (scores.abs() <= SLACK).sum(axis=1)
    return _marked(table, scores)


def weakest_link(scores: pd.DataFrame) -> pd.Series:
    """Name the subsystem with the lowest score in every row, the first of equals.

    Parameters
    ----------
    scores
        One column per subsystem.

    Returns
    -------
    Series
        Name of a column for every row.

    Notes
    -----
    Scores are places between the worst and the best observed, not amounts: an indicator of which a few economies have
    much, such as liner connectivity, looks weak in most of the others.

    Examples
    --------
    >>> weakest_link(pd.DataFrame({"domestic": [0.5, 0.9], "abroad": [0.4, 0.95]}, index=["A", "B"])).to_dict()
    {'A': 'abroad', 'B': 'domestic'}
    """
    return check_matrix(scores, "table of scores").idxmin(axis=1).rename("weakest")


def coordination_summary(table: pd.DataFrame, groups: pd.Series | None = None) -> pd.DataFrame:
    """Average a coordination table by year, and by group of economies.

    Parameters
    ----------
    table
        From ``coordination_table``, indexed by (economy, year).
    groups
        Economy to group, as from ``read_groups``.

    Returns
    -------
    DataFrame
        One row per year (and group): economies, zeros (economies with a subsystem at 0), means of the scores and of
        coupling, development and coordination, coordination_above_zero (mean of the economies without such a zero;
        missing if there is none), weakest (the subsystem that is most often the weakest, the first of equals) and its
        share of the economies.

    Examples
    --------
    >>> rows = pd.MultiIndex.from_product([["A", "B"], [2018]], names=["economy", "year"])
    >>> table = coordination_table(pd.DataFrame({"domestic": [0.5, 0.9], "abroad": [0.4, 0.95]}, index=rows))
    >>> coordination_summary(table)[["economies", "coordination", "weakest"]].round(3).values.tolist()
    [[2, 0.815, 'domestic']]
    """
    keys = pd.DataFrame({"year": table.index.get_level_values("year")}, index=table.index)
    if groups is not None:
        keys["group"] = group_labels(table["coordination"], groups)
    subsystems = [str(column) for column in table.columns[: table.columns.get_loc(DEGREES[0])]]
    parts = table.groupby([keys[name] for name in keys])
    rows = [_summary(part, subsystems) for _, part in parts]
    return pd.DataFrame(rows, index=parts.size().index)


def _summary(part: pd.DataFrame, subsystems: list[str]) -> dict[str, object]:
    """Average the rows of one year (and group)."""
    named = part["weakest"].value_counts().reindex(subsystems, fill_value=0)
    return {
        "economies": len(part),
        "zeros": int((part["zeros"] > 0).sum()),
        **{name: float(part[name].mean()) for name in (*subsystems, *DEGREES)},
        "coordination_above_zero": float(part["coordination"][part["zeros"] == 0].mean()),
        "weakest": str(named.idxmax()),
        "weakest_share": float(named.max() / len(part)),
    }


def tagged_codes(framework: Framework, tag: str) -> dict[str, list[str]]:
    """List the indicators of every value of a tag, or raise naming the tags that there are."""
    values: dict[str, list[str]] = {}
    for indicator in framework.indicators:
        if tag in indicator.tags:
            values.setdefault(indicator.tags[tag], []).append(indicator.code)
    if not values:
        tags = dict.fromkeys(name for indicator in framework.indicators for name in indicator.tags)
        raise InputError(unknown("tag", tag, tags) if tags else f"no indicator carries tag '{tag}', or any other tag")
    return values


def coupling_degrees(u: np.ndarray) -> np.ndarray:
    """Give the geometric over the arithmetic mean along the last axis; 0 where all are 0."""
    arithmetic = u.mean(axis=-1)
    geometric = u.prod(axis=-1) ** (1 / u.shape[-1])
    return np.minimum(geometric / np.where(arithmetic > 0, arithmetic, 1.0), 1.0)


def _check_unit(frame: pd.DataFrame) -> np.ndarray:
    """Return the values, or raise at the first that is not from 0 to 1."""
    values = frame.to_numpy(dtype=float)
    outside = (values < -SLACK) | (values > 1 + SLACK)
    if outside.any():
        row, column = np.argwhere(outside)[0]
        raise InputError(
            f"'{frame.columns[column]}' is {values[row, column]:g} for {label(frame.index[row])}; expected a score "
            "from 0 to 1, such as one from a recipe with normaliser 'minmax' and range (0, 1)"
        )
    return values.clip(0, 1)


def _marked(table: pd.DataFrame, source: object) -> pd.DataFrame:
    """Carry over the mark that says whether scores compare over years."""
    scope = getattr(source, "attrs", {}).get("scope")
    if scope:
        table.attrs["scope"] = scope
    return table
