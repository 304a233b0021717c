"""What holds an economy back: the share of each indicator in its distance to the ideal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError

if TYPE_CHECKING:
    from bri_eval.evaluation import Evaluation


def obstacle_degrees(evaluation: Evaluation) -> pd.DataFrame:
    r"""Divide each economy's distance to the ideal among the indicators.

    :math:`O_{ij} = w_j (1 - z_{ij}) / \sum_k w_k (1 - z_{ik})`, with z the normalised value from 0 to 1 and w the share
    of the indicator in the goal.

    Parameters
    ----------
    evaluation
        Normalised by ``"minmax"``; another range than 0 to 1 is rescaled to it.

    Returns
    -------
    DataFrame
        Rows as the matrix, one column per indicator, 0 to 1. Rows sum to 1; a row at the ideal in every indicator
        with weight has zeros.

    Raises
    ------
    InputError
        For a matrix that is not bounded by 0 and 1, with the normaliser to choose.

    Notes
    -----
    The ideal is the best value of the scope, or the goalpost. Under ``by_year`` each year has its own weights. The
    degrees describe a weighted arithmetic mean, whatever aggregator the recipe names.

    Examples
    --------
    >>> import bri_eval as be, pandas as pd
    >>> table = pd.DataFrame({"road": [1.0, 2, 4], "rail": [3.0, 1, 2]}, index=list("ABC"))
    >>> found = be.evaluate_matrix(table, {"road": "benefit", "rail": "benefit"})
    >>> obstacle_degrees(found).round(3).loc["B"].to_dict()
    {'road': 0.4, 'rail': 0.6}
    """
    gaps = weights_by_row(evaluation) * (1 - unit_matrix(evaluation))
    total = gaps.sum(axis=1)
    return gaps.div(total.where(total > 0, 1.0), axis=0)


def group_obstacles(evaluation: Evaluation) -> pd.DataFrame:
    """Add the obstacle degrees of the indicators below each group.

    Parameters
    ----------
    evaluation
        As in ``obstacle_degrees``.

    Returns
    -------
    DataFrame
        Rows as the matrix, one column per group below the goal; the pillars' columns sum to those of their leaves.

    Examples
    --------
    >>> import bri_eval as be, pandas as pd
    >>> groups = be.Group(code="goal"), be.Group(code="land", parent="goal"), be.Group(code="sea", parent="goal")
    >>> parents = {"road": "land", "rail": "land", "ports": "sea"}
    >>> leaves = tuple(be.Indicator(code=code, parent=parent) for code, parent in parents.items())
    >>> rows = pd.MultiIndex.from_product([list("ABC"), [2018]], names=["economy", "year"])
    >>> panel = pd.DataFrame({"road": [1.0, 2, 4], "rail": [2.0, 3, 1], "ports": [0.0, 5, 9]}, index=rows)
    >>> group_obstacles(be.evaluate(panel, be.Framework(groups=groups, indicators=leaves))).round(2).values.tolist()
    [[0.43, 0.57], [0.43, 0.57], [1.0, 0.0]]
    """
    degrees, framework = obstacle_degrees(evaluation), evaluation.framework
    sums = {code: degrees[framework.leaves(code)].sum(axis=1) for code in framework.group_codes[1:]}
    return pd.DataFrame(sums, index=degrees.index)


def main_obstacles(evaluation: Evaluation, most: int = 3) -> pd.DataFrame:
    """List the indicators with the largest obstacle degrees of every economy.

    Parameters
    ----------
    evaluation
        As in ``obstacle_degrees``.
    most
        How many to list, 1 or more.

    Returns
    -------
    DataFrame
        One row per economy (and year) and place: the row's keys, place (1 is the largest), indicator, group, degree.
        Equal degrees stand in framework order; degrees of 0 are not listed.

    Examples
    --------
    >>> import bri_eval as be, pandas as pd
    >>> table = pd.DataFrame({"road": [1.0, 2, 4], "rail": [3.0, 1, 2]}, index=list("ABC"))
    >>> found = be.evaluate_matrix(table, {"road": "benefit", "rail": "benefit"})
    >>> main_obstacles(found, most=1).drop(columns="group").round(2).values.tolist()
    [['A', 1, 'road', 1.0], ['B', 1, 'rail', 0.6], ['C', 1, 'rail', 1.0]]
    """
    if most < 1:
        raise InputError(f"most is {most}; expected 1 or more")
    degrees = obstacle_degrees(evaluation)
    parents = {indicator.code: indicator.parent for indicator in evaluation.framework.indicators}
    order = np.argsort(-degrees.to_numpy(), axis=1, kind="stable")[:, :most]
    listed = order.shape[1]
    table = degrees.index.repeat(listed).to_frame(index=False)
    table.columns = [name or "alternative" for name in degrees.index.names]
    table["place"] = np.tile(np.arange(1, listed + 1), len(degrees))
    table["indicator"] = degrees.columns.to_numpy()[order].ravel()
    table["group"] = table["indicator"].map(parents)
    table["degree"] = np.take_along_axis(degrees.to_numpy(), order, axis=1).ravel()
    return table[table["degree"] > 0].reset_index(drop=True)


def unit_matrix(evaluation: Evaluation) -> pd.DataFrame:
    """Give the normalised matrix on 0 to 1, or refuse one that has no ends.

    Returns
    -------
    DataFrame
        Rows and columns of ``evaluation.matrix``; a min-max range (a, b) is mapped back to (0, 1).
    """
    recipe = evaluation.recipe
    if recipe.normaliser != "minmax":
        raise InputError(
            f"normaliser '{recipe.normaliser}' gives values that are not shares of a range from worst to best; "
            "evaluate with normaliser='minmax' (any range)"
        )
    low, high = recipe.range
    return ((evaluation.matrix - low) / (high - low)).clip(0, 1)


def weights_by_row(evaluation: Evaluation) -> pd.DataFrame:
    """Give every row of the matrix the weights that hold for it: the pooled ones, or those of its year."""
    matrix, weights = evaluation.matrix, evaluation.weights
    if isinstance(weights, pd.Series):
        values = np.tile(weights[matrix.columns].to_numpy(), (len(matrix), 1))
    else:
        years = matrix.index.get_level_values("year") if "year" in matrix.index.names else ["all"] * len(matrix)
        values = weights.loc[years, matrix.columns].to_numpy()
    return pd.DataFrame(values, index=matrix.index, columns=matrix.columns)
