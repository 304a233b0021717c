"""Groups of experts: how far they agree, who dissents, and how consistent each is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from bri_eval.checks import InputError, check_matrix, known, listing
from bri_eval.weights.ahp import GROUPS, THRESHOLD, judged_priorities
from bri_eval.weights.judgements import by_node

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bri_eval.framework import Framework
    from bri_eval.weights.judgements import Judgement

FORMS = ("2013", "2022")
"""Forms of the Shannon consensus: the largest entropy of the mean priorities that so few experts can reach, or ln n."""

_WORDS = ((0.5, "very low"), (0.625, "low"), (0.75, "moderate"), (0.875, "high"), (np.inf, "very high"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Consensus:
    """Shannon consensus of experts, 0 (none) to 1 (identical), with its word and its conventions.

    Parameters
    ----------
    value
        The consensus.
    word
        From very low to very high.
    scale, form
        As given to ``consensus``.

    Examples
    --------
    >>> consensus(np.array([[0.6, 0.3, 0.1], [0.5, 0.3, 0.2]])).word
    'very high'
    """

    value: float
    word: str
    scale: int
    form: str


def consensus(table: pd.DataFrame | np.ndarray, scale: int = 9, form: str = "2013") -> Consensus:
    r"""Measure how far experts agree on the priorities of one node, by Shannon entropy.

    :math:`S^* = (M - q) / (1 - q)`, :math:`M = \exp(H_\alpha - H_\gamma)`,
    :math:`q = \exp(H_{\alpha,min} - H_{\gamma,max})`: mean entropy of the experts against the entropy of their mean.

    Parameters
    ----------
    table
        Experts x items, priorities >= 0; each row sums to 1.
    scale
        Largest judgement c; the sharpest priorities are c : 1 : ... : 1.
    form
        ``"2013"``: :math:`H_{\gamma,max}` is smaller than ln n if there are fewer experts than items n;
        ``"2022"``: it is ln n.

    Returns
    -------
    Consensus
        1 if the experts are identical; 0 if each, of at most n, prefers another item as sharply as the scale allows
        (form 2013). Below .5 very low, .625 low, .75 moderate, .875 high, else very high.

    Raises
    ------
    InputError
        For fewer than two experts or items, rows that do not sum to 1, a scale of 1 or less, or an unknown form.

    Notes
    -----
    Judgements that are sharper together than c : 1 : ... : 1 can give a value below 0; it is not clipped.

    References
    ----------
    goepel2013.

    Examples
    --------
    >>> consensus([[0.6, 0.3, 0.1], [0.6, 0.3, 0.1]]).word
    'very high'
    >>> round(consensus([[9 / 11, 1 / 11, 1 / 11], [1 / 11, 9 / 11, 1 / 11]]).value, 12)
    0.0
    """
    shares = _check_priorities(table)
    known("form of consensus", form, dict.fromkeys(FORMS))
    if not scale > 1:
        raise InputError(f"the scale ends at {scale:g}; expected its largest judgement, such as 9")
    experts, items = shares.shape
    total = items + scale - 1
    alpha, gamma = float(_entropy(shares).mean()), float(_entropy(shares.mean(axis=0)))
    least = float(_entropy(np.array([scale, *[1] * (items - 1)]) / total))
    tops = experts if form == "2013" and experts < items else items
    mean = np.array([(tops + scale - 1) / tops] * tops + [1] * (items - tops)) / total
    worst = np.exp(least - float(_entropy(mean)))
    value = float((np.exp(alpha - gamma) - worst) / (1 - worst))
    word = next(word for limit, word in _WORDS if value < limit)
    return Consensus(value=value, word=word, scale=scale, form=form)


def kendall_w(table: pd.DataFrame | np.ndarray) -> float:
    r"""Measure how far experts order the items of one node alike, 0 (not at all) to 1.

    :math:`W = 12 S / (K^2 (n^3 - n) - K \sum (\tau^3 - \tau))`, with S the sum of squared deviations of the rank sums
    and :math:`\tau` the sizes of tied groups, whose ranks are averaged.

    Parameters
    ----------
    table
        Experts x items, priorities; equal to 12 digits is tied. NaN results if every expert ties all items.

    Returns
    -------
    float
        W; NaN if every expert ties all items.

    Examples
    --------
    >>> round(kendall_w(np.array([[0.6, 0.3, 0.1], [0.5, 0.2, 0.3], [0.7, 0.2, 0.1]])), 3)
    0.778
    """
    ranks = rankdata(np.round(_check_priorities(table), 12), axis=1)
    experts, items = ranks.shape
    ties = sum((sizes**3 - sizes).sum() for sizes in (np.unique(row, return_counts=True)[1] for row in ranks))
    below = experts**2 * (items**3 - items) - experts * ties
    sums = ranks.sum(axis=0)
    return float(12 * ((sums - sums.mean()) ** 2).sum() / below) if below else np.nan


def dissent(judgements: Iterable[Judgement], *, estimator: str = "eigen", group: str = "aij") -> pd.DataFrame:
    """Say of every node with several experts who disagrees most with the group.

    Parameters
    ----------
    judgements
        From ``read_judgements``.
    estimator, group
        As in ``ahp.prior_weights``.

    Returns
    -------
    DataFrame
        node, expert, weight (of the expert), distance (mean absolute log difference of the expert's priorities from the
        group's), spearman (between the two; missing if one ties all items), change (mean absolute log difference that
        leaving the expert out makes to the group's). Nodes as given; the largest distance first.

    Raises
    ------
    InputError
        If the experts of a node judge different items.

    Examples
    --------
    >>> import bri_eval as be
    >>> items = ["road", "rail"]
    >>> first, second = (pd.DataFrame([[1, a], [1 / a, 1]], index=items, columns=items) for a in (3, 5))
    >>> judged = [be.Judgement(expert=e, node="score", matrix=m) for e, m in (("A", first), ("B", second))]
    >>> dissent(judged)[["expert", "distance"]].round(3).values.tolist()
    [['B', 0.128], ['A', 0.128]]
    """
    nodes: dict[str, list[Judgement]] = defaultdict(list)
    for one in judgements:
        nodes[one.node].append(one)
    tables = [_dissent(_aligned(experts), estimator, group) for experts in nodes.values() if len(experts) > 1]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=_DISSENT)


_DISSENT = ["node", "expert", "weight", "distance", "spearman", "change"]


def experts_table(
    framework: Framework, judgements: Iterable[Judgement], *, random_index: str = "saaty1980", group: str = "aij"
) -> pd.DataFrame:
    """Summarise every expert on every node: consistency, verdict and distance from the group.

    Parameters
    ----------
    framework
        The hierarchy; items that it has left out are dropped.
    judgements
        From ``read_judgements``.
    random_index, group
        As in ``ahp.prior_weights``.

    Returns
    -------
    DataFrame
        node, name (printed), expert, missing (judgements), consistency_ratio, verdict ("consistent", or "inconsistent
        (> 0.10)"), distance as in ``dissent``; missing where the expert is alone.

    Examples
    --------
    >>> import bri_eval as be
    >>> items = ["road", "rail"]
    >>> first, second = (pd.DataFrame([[1, a], [1 / a, 1]], index=items, columns=items) for a in (3, 5))
    >>> judged = [be.Judgement(expert=e, node="score", matrix=m) for e, m in (("A", first), ("B", second))]
    >>> tree = be.Framework(
    ...     groups=(be.Group(code="score"),), indicators=tuple(be.Indicator(code=i, parent="score") for i in items)
    ... )
    >>> experts_table(tree, judged)["verdict"].tolist()
    ['consistent', 'consistent']
    """
    nodes = by_node(framework, judgements)
    rows = [
        (
            node,
            framework.names[node],
            one.expert,
            int(one.matrix.isna().to_numpy().sum()) // 2,
            judged_priorities(one, random_index=random_index).consistency_ratio,
        )
        for node, experts in nodes.items()
        for one in experts
    ]
    table = pd.DataFrame(rows, columns=["node", "name", "expert", "missing", "consistency_ratio"])
    within = table["consistency_ratio"] <= THRESHOLD
    table["verdict"] = np.where(within, "consistent", f"inconsistent (> {THRESHOLD:.2f})")
    far = dissent([one for experts in nodes.values() for one in experts], group=group)
    return table.merge(far[["node", "expert", "distance"]], on=["node", "expert"], how="left")


def _dissent(experts: list[Judgement], estimator: str, group: str) -> pd.DataFrame:
    """Compare each expert of one node with the group, and the group with and without each."""
    join = known("group", group, GROUPS)
    everyone = join(experts, None, estimator)[0]
    rows = []
    for one in experts:
        own = judged_priorities(one, random_index=None, estimator=estimator).weights
        others = join([other for other in experts if other is not one], None, estimator)[0]
        rows.append(
            (one.node, one.expert, one.weight, _gap(own, everyone), _spearman(own, everyone), _gap(others, everyone))
        )
    return pd.DataFrame(rows, columns=_DISSENT).sort_values("distance", ascending=False, kind="stable")


def _aligned(experts: list[Judgement]) -> list[Judgement]:
    """Bring the matrices of one node's experts into the order of the first."""
    items = list(experts[0].matrix.index)
    for one in experts:
        if set(one.matrix.index) != set(items):
            raise InputError(
                f"{one.origin}: expert '{one.expert}' judges {listing(one.matrix.index)} of node '{one.node}' and "
                f"'{experts[0].expert}' {listing(items)}; compare experts who judge the same items"
            )
    return [replace(one, matrix=one.matrix.loc[items, items]) for one in experts]


def _gap(first: pd.Series, second: pd.Series) -> float:
    """Average the absolute log differences."""
    return float(np.abs(np.log(first.to_numpy() / second.to_numpy())).mean())


def _spearman(first: pd.Series, second: pd.Series) -> float:
    """Correlate the ranks; missing if one side ties all items."""
    ranks = rankdata(np.round([first, second], 12), axis=1)
    return float(np.corrcoef(ranks)[0, 1]) if np.ptp(ranks, axis=1).all() else np.nan


def _entropy(shares: np.ndarray) -> np.ndarray:
    """Give the Shannon entropy of the last axis, with 0 ln 0 = 0."""
    return -(shares * np.log(np.where(shares > 0, shares, 1.0))).sum(axis=-1)


def _check_priorities(table: pd.DataFrame | np.ndarray) -> np.ndarray:
    """Return the priorities of two or more experts on two or more items, or raise."""
    frame = check_matrix(table, "table of priorities")
    values = frame.to_numpy()
    if min(values.shape) < 2:
        raise InputError(f"there are {len(frame)} experts and {values.shape[1]} items; agreement needs two of each")
    wrong = (values < 0).any(axis=1) | (np.abs(values.sum(axis=1) - 1) > 1e-6)
    if wrong.any():
        expert = int(np.argmax(wrong))
        raise InputError(
            f"the priorities of expert '{frame.index[expert]}' sum to {values[expert].sum():.6g}; expected numbers "
            ">= 0 that sum to 1"
        )
    return values
