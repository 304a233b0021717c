"""Analytic hierarchy process: judgements, priorities, consistency, groups of experts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, known, listing, unknown
from bri_eval.hierarchy import equal_weights
from bri_eval.weights.judgements import check_judgements, join_judgements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bri_eval.framework import Framework
    from bri_eval.weights.judgements import Judgement

    Estimator = Callable[[np.ndarray], np.ndarray]

THRESHOLD = 0.10
"""Consistency ratio above which judgements are called inconsistent; they are reported, never repaired."""

RANDOM_INDEX: dict[str, dict[int, float]] = {
    "saaty1980": {3: 0.58, 4: 0.90, 5: 1.12, 6: 1.24, 7: 1.32, 8: 1.41, 9: 1.45, 10: 1.49},
    "table052": {3: 0.52, 4: 0.89, 5: 1.12, 6: 1.26, 7: 1.36, 8: 1.41, 9: 1.46, 10: 1.49},
    "saaty2005": {3: 0.52, 4: 0.89, 7: 1.35},
    "donegan_dodd1991": {7: 1.2519},
    "tummala_ling1998": {3: 0.5799, 4: 0.8921, 5: 1.1159, 6: 1.2358, 7: 1.3322},
}
"""Mean consistency index of random matrices, by table and size; only sourced values are entered."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Priorities:
    """Weights of one judgement matrix and how consistent it is."""

    weights: pd.Series
    lambda_max: float
    consistency_index: float
    consistency_ratio: float
    random_index: str


def priorities(
    matrix: pd.DataFrame | np.ndarray | Sequence[Sequence[float]],
    *,
    random_index: str = "saaty1980",
    estimator: str = "eigen",
) -> Priorities:
    r"""Derive weights from a pairwise comparison matrix.

    :math:`A w = \lambda_{max} w`, :math:`CI = (\lambda_{max} - n) / (n - 1)`, :math:`CR = CI / RI(n)`.

    Parameters
    ----------
    matrix
        n x n, positive, ones on the diagonal, :math:`a_{ji} = 1 / a_{ij}`; entry (i, j) says how many times i is
        more important than j, on the scale 1/9 to 9.
    random_index
        A name in ``RANDOM_INDEX``.
    estimator
        ``"eigen"`` (principal eigenvector), ``"geometric"`` (row geometric mean) or ``"column_mean"``.

    Returns
    -------
    Priorities
        ``weights`` (sum to 1), ``lambda_max``, ``consistency_index``, ``consistency_ratio`` (0 for n <= 2).

    Raises
    ------
    InputError
        For a matrix that is not square, positive and reciprocal within 5 %, or a size that the table of random
        indices does not give.

    References
    ----------
    saaty1980; saaty2008, drinks example.

    Examples
    --------
    >>> priorities([[1, 3, 5], [1 / 3, 1, 3], [1 / 5, 1 / 3, 1]]).weights.round(4).tolist()
    [0.637, 0.2583, 0.1047]
    """
    frame = check_judgements(matrix)
    values = frame.to_numpy(dtype=float)
    weights = known("estimator", estimator, ESTIMATORS)(values)
    largest = float(lambda_max(values, eigen_weights(values)))
    index, ratio = consistency(largest, len(frame), random_index)
    return Priorities(
        weights=pd.Series(weights, index=frame.index, name="weight"),
        lambda_max=largest,
        consistency_index=index,
        consistency_ratio=ratio,
        random_index=random_index,
    )


def consistency(largest: float, size: int, random_index: str) -> tuple[float, float]:
    """Return consistency index and ratio; both are 0 below three items."""
    table = known("random index", random_index, RANDOM_INDEX)
    if size <= 2:
        return 0.0, 0.0
    index = (largest - size) / (size - 1)
    if size not in table:
        raise InputError(
            f"random index '{random_index}' has no value for {size} items (it has {listing(table)}); "
            "choose another table or split the node"
        )
    return index, index / table[size]


def prior_weights(
    framework: Framework,
    judgements: Iterable[Judgement] = (),
    *,
    random_index: str = "saaty1980",
    estimator: str = "eigen",
) -> tuple[pd.Series, pd.DataFrame]:
    """Derive the local weights of a framework from judgements.

    Parameters
    ----------
    framework
        The hierarchy; a node without judgements gives its children equal weights.
    judgements
        From ``read_judgements``. Items that the framework has left out are dropped from the matrix. Several experts
        on one node are joined by the weighted geometric mean of their judgements.
    random_index, estimator
        As in ``priorities``.

    Returns
    -------
    tuple
        Local weights (Series over all nodes but the goal), and a table of consistency: node, expert ("all" for the
        joined matrix), items, lambda_max, consistency_index, consistency_ratio.

    Raises
    ------
    InputError
        If a judgement is about a node or items that the framework does not have.
    """
    local, rows = equal_weights(framework), []
    for group in _by_node(framework, judgements).values():
        joined = join_judgements(group)
        found = priorities(joined, random_index=random_index, estimator=estimator)
        local[joined.index] = found.weights
        if len(group) > 1:
            rows += [_row(one, priorities(one.matrix, random_index=random_index)) for one in group]
        rows.append(_row(replace(group[0], expert=group[0].expert if len(group) == 1 else "all"), found))
    return local, pd.DataFrame(rows, columns=_CONSISTENCY)


_CONSISTENCY = ["node", "expert", "items", "lambda_max", "consistency_index", "consistency_ratio"]


def _row(one: Judgement, found: Priorities) -> tuple[object, ...]:
    """Put one matrix's consistency in a row."""
    return one.node, one.expert, len(found.weights), found.lambda_max, found.consistency_index, found.consistency_ratio


# The array storey: (..., n, n) judgement matrices to (..., n) weights.


def eigen_weights(matrix: np.ndarray) -> np.ndarray:
    """Take the principal eigenvector, by squaring the matrix until its rows are proportional."""
    power = matrix / matrix.sum(axis=(-2, -1), keepdims=True)
    for _ in range(64):
        square = power @ power
        square /= square.sum(axis=(-2, -1), keepdims=True)
        done = np.abs(square - power).max() < 1e-16
        power = square
        if done:
            break
    weights = power.sum(axis=-1)
    return weights / weights.sum(axis=-1, keepdims=True)


def geometric_weights(matrix: np.ndarray) -> np.ndarray:
    """Take the row geometric means."""
    weights = np.exp(np.log(matrix).mean(axis=-1))
    return weights / weights.sum(axis=-1, keepdims=True)


def column_mean_weights(matrix: np.ndarray) -> np.ndarray:
    """Average the rows after dividing each column by its sum."""
    return (matrix / matrix.sum(axis=-2, keepdims=True)).mean(axis=-1)


def lambda_max(matrix: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Give the principal eigenvalue that goes with the eigenvector (which sums to 1)."""
    return (matrix @ weights[..., None])[..., 0].sum(axis=-1)


ESTIMATORS: dict[str, Estimator] = {
    "eigen": eigen_weights,
    "geometric": geometric_weights,
    "column_mean": column_mean_weights,
}


def _by_node(framework: Framework, judgements: Iterable[Judgement]) -> dict[str, list[Judgement]]:
    """Collect the judgements of each node, reduced to the children the framework has."""
    nodes: dict[str, list[Judgement]] = {}
    for one in judgements:
        if one.node not in framework.group_codes:
            raise InputError(f"{one.origin}: {unknown('node', one.node, framework.group_codes)}")
        children = framework.children(one.node)
        absent = [code for code in children if code not in one.matrix.index]
        if absent:
            raise InputError(
                f"{one.origin}: the judgements of expert '{one.expert}' on '{one.node}' lack {listing(absent)}; "
                f"{framework.origin} has {listing(children)} below it"
            )
        nodes.setdefault(one.node, []).append(replace(one, matrix=one.matrix.loc[children, children]))
    return nodes
