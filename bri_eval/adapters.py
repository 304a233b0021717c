"""To and from scikit-criteria's decision matrix, with the names kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from bri_eval.checks import InputError, label
from bri_eval.evaluation import evaluate_matrix

if TYPE_CHECKING:
    from bri_eval.evaluation import Evaluation
    from bri_eval.recipe import Recipe


def to_decision_matrix(evaluation: Evaluation, *, year: int | None = None) -> Any:
    """Hand an evaluation over as a ``skcriteria`` DecisionMatrix.

    Parameters
    ----------
    evaluation
        The index; its normalised table becomes the matrix (all objectives are to be maximised), with its weights.
    year
        One year of a panel; without it a panel's alternatives are named "AFG 2018".

    Returns
    -------
    skcriteria.core.data.DecisionMatrix
        Alternatives and criteria bear the names of economies and indicators.

    Examples
    --------
    >>> import bri_eval as be, pandas as pd
    >>> table = pd.DataFrame({"road": [1.0, 2, 4], "rail": [3.0, 1, 2]}, index=list("ABC"))
    >>> found = be.evaluate_matrix(table, {"road": "benefit", "rail": "benefit"})
    >>> list(to_decision_matrix(found).criteria)
    ['road', 'rail']
    """
    from skcriteria import mkdm

    matrix: pd.DataFrame = evaluation.matrix
    if year is not None:
        if "year" not in matrix.index.names or year not in matrix.index.get_level_values("year"):
            raise InputError(f"the evaluation has no year {year}; leave year out, or choose one of its years")
        matrix = matrix.loc[matrix.index.get_level_values("year") == year].droplevel("year")
    weights = evaluation.weights
    if isinstance(weights, pd.DataFrame):
        if year is None:
            raise InputError("weights differ by year under scope 'by_year'; say which year")
        weights = weights.loc[year]
    return mkdm(
        matrix.to_numpy(copy=True),
        objectives=[1] * matrix.shape[1],
        weights=weights.to_numpy(copy=True),
        alternatives=[label(key).strip("'") for key in matrix.index],
        criteria=list(matrix.columns),
    )


def from_decision_matrix(decision: Any, recipe: Recipe | None = None, *, weights: str = "given") -> Evaluation:
    """Evaluate a ``skcriteria`` DecisionMatrix.

    Parameters
    ----------
    decision
        A DecisionMatrix; its objectives become directions.
    recipe
        The methodological choices.
    weights
        ``"given"``: the matrix's own weights, rescaled to 1; ``"recipe"``: those of the recipe's weighter.

    Returns
    -------
    Evaluation
        As from ``evaluate_matrix``.

    Examples
    --------
    >>> from skcriteria import mkdm
    >>> decision = mkdm([[20, 300], [25, 420]], [min, max], criteria=["price", "range"], weights=[1, 3])
    >>> from_decision_matrix(decision).weights.to_dict()
    {'price': 0.25, 'range': 0.75}
    """
    if weights not in ("given", "recipe"):
        raise InputError(f"weights is '{weights}'; expected 'given' or 'recipe'")
    frame = pd.DataFrame(decision.matrix.to_numpy(), index=list(decision.alternatives), columns=list(decision.criteria))
    directions = {
        name: "benefit" if int(getattr(objective, "value", objective)) == 1 else "cost"
        for name, objective in zip(decision.criteria, decision.objectives, strict=True)
    }
    own = pd.Series(decision.weights.to_numpy(dtype=float), index=frame.columns)
    return evaluate_matrix(frame, directions, recipe, weights=own / own.sum() if weights == "given" else None)
