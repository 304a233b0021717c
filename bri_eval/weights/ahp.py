"""Analytic hierarchy process: judgements, priorities, consistency, groups of experts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, known, listing
from bri_eval.hierarchy import equal_weights
from bri_eval.weights.estimators import ESTIMATORS, complete_judgements, eigen_weights, lambda_max
from bri_eval.weights.judgements import by_node, check_judgements, check_linked, join_judgements, join_priorities

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bri_eval.framework import Framework
    from bri_eval.weights.judgements import Judgement

    Joined = tuple[pd.Series, list[tuple[Judgement, "Priorities"]]]

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
    """Weights of one judgement matrix and how consistent it is; ``completed`` is None if nothing was missing.

    Parameters
    ----------
    weights
        One per item; sums to 1.
    lambda_max
        Largest eigenvalue; the number of items if the judgements are consistent.
    consistency_index, consistency_ratio
        (lambda_max - n)/(n - 1), and that over the random index; 0 below three items.
    random_index
        Name of the table in use.
    completed
        The matrix with its missing judgements filled; None if nothing was missing.

    Examples
    --------
    >>> found = priorities([[1, 3, 5], [1 / 3, 1, 3], [1 / 5, 1 / 3, 1]])
    >>> found.weights.round(3).tolist(), round(found.consistency_ratio, 4), found.random_index
    ([0.637, 0.258, 0.105], 0.0332, 'saaty1980')
    """

    weights: pd.Series
    lambda_max: float
    consistency_index: float
    consistency_ratio: float
    random_index: str | None
    completed: pd.DataFrame | None = None


def priorities(
    matrix: pd.DataFrame | np.ndarray | Sequence[Sequence[float]],
    *,
    random_index: str | None = "saaty1980",
    estimator: str = "eigen",
) -> Priorities:
    r"""Derive weights from a pairwise comparison matrix.

    :math:`A w = \lambda_{max} w`, :math:`CI = (\lambda_{max} - n) / (n - 1)`, :math:`CR = CI / RI(n)`.

    Parameters
    ----------
    matrix
        n x n, positive, ones on the diagonal, :math:`a_{ji} = 1 / a_{ij}`; entry (i, j) says how many times i is
        more important than j, on the scale 1/9 to 9. A missing judgement is NaN on both sides.
    random_index
        A name in ``RANDOM_INDEX``; None leaves the ratio missing, for sizes beyond the tables.
    estimator
        ``"eigen"`` (principal eigenvector), ``"geometric"`` (row geometric mean) or ``"column_mean"``; only the first
        allows missing judgements.

    Returns
    -------
    Priorities
        ``weights`` (sum to 1), ``lambda_max``, ``consistency_index``, ``consistency_ratio`` (0 for n <= 2),
        ``completed`` (the matrix with the missing judgements filled in).

    Raises
    ------
    InputError
        For a matrix that is not square, positive and reciprocal within 5 %, an item that no judgement links to the
        others, or a size that the table of random indices does not give.

    Notes
    -----
    Missing judgements take the positive values that make lambda_max least, which are unique. The random indices are
    those of complete matrices, so the ratio of a completed one is too favourable.

    References
    ----------
    saaty1980; saaty2008, drinks example; bozoki2010, on completion.

    Examples
    --------
    >>> priorities([[1, 3, 5], [1 / 3, 1, 3], [1 / 5, 1 / 3, 1]]).weights.round(4).tolist()
    [0.637, 0.2583, 0.1047]
    """
    rule = known("estimator", estimator, ESTIMATORS)
    frame = check_judgements(matrix, incomplete=True)
    completed = _completed(frame, estimator)
    values = (frame if completed is None else completed).to_numpy()
    weights = rule(values)
    largest = float(lambda_max(values, weights if rule is eigen_weights else eigen_weights(values)))
    index, ratio = consistency(largest, len(frame), random_index)
    return Priorities(
        weights=pd.Series(weights, index=frame.index, name="weight"),
        lambda_max=largest,
        consistency_index=index,
        consistency_ratio=ratio,
        random_index=random_index,
        completed=completed,
    )


def _completed(frame: pd.DataFrame, estimator: str) -> pd.DataFrame | None:
    """Fill in the missing judgements, if there are any and the estimator allows them."""
    missing = np.isnan(frame.to_numpy())
    if not missing.any():
        return None
    if estimator != "eigen":
        i, j = np.argwhere(missing)[0]
        raise InputError(
            f"estimator '{estimator}' needs every judgement and '{frame.index[i]}' over '{frame.columns[j]}' is "
            "missing; add it, or use estimator 'eigen', which completes the matrix"
        )
    check_linked(frame)
    return pd.DataFrame(complete_judgements(frame.to_numpy()), index=frame.index, columns=frame.columns)


def consistency(largest: float, size: int, random_index: str | None) -> tuple[float, float]:
    """Return consistency index and ratio; both are 0 below three items.

    Parameters
    ----------
    largest
        Largest eigenvalue.
    size
        Number of items.
    random_index
        A name in ``RANDOM_INDEX``; None gives no ratio.

    Returns
    -------
    tuple of float
        Index, and ratio.

    Examples
    --------
    >>> index, ratio = consistency(3.038511, 3, "saaty1980")
    >>> round(index, 4), round(ratio, 4)
    (0.0193, 0.0332)
    """
    table = {} if random_index is None else known("random index", random_index, RANDOM_INDEX)
    if size <= 2:
        return 0.0, 0.0
    index = (largest - size) / (size - 1)
    if random_index is None:
        return index, np.nan
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
    group: str = "aij",
) -> tuple[pd.Series, pd.DataFrame]:
    """Derive the local weights of a framework from judgements.

    Parameters
    ----------
    framework
        The hierarchy; a node without judgements gives its children equal weights.
    judgements
        From ``read_judgements``. Items that the framework has left out are dropped from the matrix.
    random_index, estimator
        As in ``priorities``.
    group
        How several experts on one node are joined: ``"aij"``, by the weighted geometric mean of their judgements, or
        ``"aip"``, by that of their priorities.

    Returns
    -------
    tuple
        Local weights (Series over all nodes but the goal), and a table of consistency: node, expert ("all" for the
        joined matrix, which ``"aip"`` does not have), items, lambda_max, consistency_index, consistency_ratio.

    Raises
    ------
    InputError
        If a judgement is about a node or items that the framework does not have.

    Examples
    --------
    >>> import bri_eval as be
    >>> from bri_eval.framework import flat_framework
    >>> matrix = pd.DataFrame([[1, 3], [1 / 3, 1]], index=["road", "rail"], columns=["road", "rail"])
    >>> judged = [be.Judgement(expert="A", node="score", matrix=matrix)]
    >>> prior_weights(flat_framework((("road", "benefit"), ("rail", "benefit"))), judged)[0].to_dict()
    {'road': 0.75, 'rail': 0.25}
    """
    join = known("group", group, GROUPS)
    local, rows = equal_weights(framework), []
    for experts in by_node(framework, judgements).values():
        weights, found = join(experts, random_index, estimator)
        local[weights.index] = weights
        rows += [_row(one, its) for one, its in found]
    return local, pd.DataFrame(rows, columns=_CONSISTENCY)


_CONSISTENCY = ["node", "expert", "items", "lambda_max", "consistency_index", "consistency_ratio"]


def _row(one: Judgement, found: Priorities) -> tuple[object, ...]:
    """Put one matrix's consistency in a row."""
    return one.node, one.expert, len(found.weights), found.lambda_max, found.consistency_index, found.consistency_ratio


def _judgements_joined(experts: Sequence[Judgement], random_index: str | None, estimator: str) -> Joined:
    """Derive the priorities of the joined judgements; list the consistency of each expert's and of the joined ones."""
    everyone = replace(experts[0], expert="all", matrix=join_judgements(experts)) if len(experts) > 1 else experts[0]
    found = judged_priorities(everyone, random_index=random_index, estimator=estimator)
    each = experts if len(experts) > 1 else ()
    rows = [(one, judged_priorities(one, random_index=random_index)) for one in each]
    return found.weights, [*rows, (everyone, found)]


def _priorities_joined(experts: Sequence[Judgement], random_index: str | None, estimator: str) -> Joined:
    """Join the priorities of the experts; list the consistency of each."""
    rows = [(one, judged_priorities(one, random_index=random_index, estimator=estimator)) for one in experts]
    table = pd.DataFrame([found.weights for _, found in rows])
    return join_priorities(table, [one.weight for one in experts]), rows


GROUPS: dict[str, Callable[[Sequence[Judgement], str | None, str], Joined]] = {
    "aij": _judgements_joined,
    "aip": _priorities_joined,
}
"""Ways to join the experts of a node: their judgements or their priorities."""


def judged_priorities(one: Judgement, *, random_index: str | None, estimator: str = "eigen") -> Priorities:
    """Derive the priorities of one expert, naming file, expert and node in an error.

    Parameters
    ----------
    one
        Of one expert on one node.
    random_index, estimator
        As in ``priorities``.

    Returns
    -------
    Priorities

    Examples
    --------
    >>> from bri_eval.weights.judgements import Judgement
    >>> matrix = pd.DataFrame([[1, 3], [1 / 3, 1]], index=["road", "rail"], columns=["road", "rail"])
    >>> judged_priorities(Judgement(expert="A", node="goal", matrix=matrix), random_index="saaty1980").weights.to_dict()
    {'road': 0.75, 'rail': 0.25}
    """
    try:
        return priorities(one.matrix, random_index=random_index, estimator=estimator)
    except InputError as error:
        raise InputError(f"{one.origin}: expert '{one.expert}', node '{one.node}': {error}") from None


_EXPERTS = ("Consensus", "consensus", "dissent", "experts_table", "kendall_w")
_QUESTIONS = (
    "Answers",
    "Inconsistency",
    "most_inconsistent",
    "question_table",
    "read_questionnaire",
    "write_questionnaire",
)


def __getattr__(name: str) -> Any:
    """Find what users need of the two modules that build on this one."""
    if name in _EXPERTS + _QUESTIONS:
        from bri_eval.weights import experts, questionnaire

        return getattr(experts if name in _EXPERTS else questionnaire, name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
