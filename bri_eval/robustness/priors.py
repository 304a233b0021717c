"""Prior weights under noisy judgements: AHP in batches, from the entries of the matrices to the indicators' shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bri_eval.checks import InputError
from bri_eval.framework import ancestors
from bri_eval.hierarchy import equal_weights
from bri_eval.weights.ahp import RANDOM_INDEX
from bri_eval.weights.estimators import ESTIMATORS, eigen_weights, lambda_max
from bri_eval.weights.judgements import by_node

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bri_eval.framework import Framework
    from bri_eval.recipe import Recipe
    from bri_eval.weights.judgements import Judgement

    Entry = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """The judgements of one node as arrays.

    ``logs`` are experts x m x m, ``shares`` the experts' weights, ``people`` their numbers in the bootstrap, ``draws``
    the number of the normal draw of each entry (experts x m x m) and ``signs`` its sign, 0 on the diagonal;
    ``children`` are positions among the nodes of the tree.
    """

    code: str
    logs: np.ndarray
    shares: np.ndarray
    people: np.ndarray
    draws: np.ndarray
    signs: np.ndarray
    children: np.ndarray
    random_index: float


@dataclass(frozen=True, slots=True, eq=False)
class JudgedPrior:
    """AHP weights of a framework as a function of what is drawn.

    ``local`` are the equal shares of all nodes, in which judged nodes write theirs; ``paths`` are indicators x depth
    positions in it, padded by its last entry, which is 1; ``experts`` is the number of those who are drawn.
    """

    nodes: tuple[Node, ...]
    local: np.ndarray
    paths: np.ndarray
    estimator: str
    by_priorities: bool
    experts: int

    def weights(self, normals: np.ndarray | None, experts: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """Give shares of the indicators and consistency ratios of the judged nodes.

        Parameters
        ----------
        normals
            Draws x entries, already times the standard deviation; None leaves the judgements as they are.
        experts
            Draws x experts, how often each was drawn; None takes each once.

        Returns
        -------
        tuple of arrays
            Draws x indicators, draws x nodes; one draw if both arguments are None.
        """
        count = max((len(given) for given in (normals, experts) if given is not None), default=1)
        local = np.repeat(self.local[None], count, axis=0)
        ratios = np.zeros((count, len(self.nodes)))
        for place, node in enumerate(self.nodes):
            local[:, node.children], ratios[:, place] = self._node(node, normals, experts, count)
        return local[:, self.paths].prod(axis=-1), ratios

    def _node(
        self, node: Node, normals: np.ndarray | None, experts: np.ndarray | None, count: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Join the experts of one node and derive its priorities."""
        logs = np.broadcast_to(node.logs, (count, *node.logs.shape))
        if normals is not None:
            logs = logs + node.signs * normals[:, node.draws]
        shares = np.broadcast_to(node.shares, (count, len(node.shares)))
        if experts is not None:
            drawn = node.shares * experts[:, node.people]
            shares = np.where(drawn.sum(axis=1, keepdims=True) > 0, drawn, shares)
        shares = shares / shares.sum(axis=1, keepdims=True)
        joined = np.exp((shares[:, :, None, None] * logs).sum(axis=1))
        if self.by_priorities:
            each = np.log(ESTIMATORS[self.estimator](np.exp(logs)))
            weights = np.exp((shares[:, :, None] * each).sum(axis=1))
            weights /= weights.sum(axis=1, keepdims=True)
        else:
            weights = ESTIMATORS[self.estimator](joined)
        return weights, _ratio(joined, node)


def judged_prior(
    framework: Framework,
    judgements: Iterable[Judgement],
    recipe: Recipe,
    entries: Mapping[Entry, int],
    experts: Sequence[str],
) -> JudgedPrior:
    """Prepare the prior of one framework.

    Parameters
    ----------
    framework
        Without what the recipe excludes.
    judgements
        Those about its nodes.
    recipe
        Gives random index, estimator and the way to join experts.
    entries
        From ``entries_of``: number of the draw of every entry.
    experts
        Everyone who judges in this set, from ``experts_of``.
    """
    codes = [node.code for node in framework.nodes[1:]]
    place = {code: position for position, code in enumerate(codes)}
    shares = equal_weights(framework)
    local = np.append(shares[codes].to_numpy(dtype=float), 1.0)
    parent = {node.code: node.parent for node in framework.nodes}
    paths = [[place[code] for code in (leaf, *ancestors(leaf, parent)[:-1])] for leaf in framework.codes]
    depth = max(map(len, paths))
    padded = np.array([path + [len(codes)] * (depth - len(path)) for path in paths])
    nodes = [
        _node(judging, experts, [place[child] for child in framework.children(code)], recipe, entries)
        for code, judging in by_node(framework, judgements).items()
        if len(framework.children(code)) > 1
    ]
    return JudgedPrior(tuple(nodes), local, padded, recipe.estimator, recipe.group == "aip", len(experts))


def entries_of(judgements: Iterable[Judgement]) -> dict[Entry, int]:
    """Give every entry above a diagonal a number: expert, node, row, column; or column, row, as it first comes."""
    entries: dict[Entry, int] = {}
    for one in judgements:
        labels = [str(label) for label in one.matrix.index]
        for i, row in enumerate(labels):
            for column in labels[i + 1 :]:
                if (one.expert, one.node, column, row) not in entries:
                    entries.setdefault((one.expert, one.node, row, column), len(entries))
    return entries


def experts_of(judgements: Iterable[Judgement]) -> list[str]:
    """List the experts in order of appearance."""
    return list(dict.fromkeys(one.expert for one in judgements))


def _node(
    judging: Sequence[Judgement],
    experts: Sequence[str],
    children: list[int],
    recipe: Recipe,
    entries: Mapping[Entry, int],
) -> Node:
    """Put the judgements of one node into arrays."""
    size = len(children)
    draws, signs = np.zeros((len(judging), size, size), dtype=int), np.zeros((len(judging), size, size))
    for number, one in enumerate(judging):
        if one.matrix.isna().to_numpy().any():
            raise InputError(
                f"{one.origin}: expert '{one.expert}' left out judgements on '{one.node}'; noise on judgements needs "
                "all of them: take the completed matrix of ahp.priorities"
            )
        labels = [str(label) for label in one.matrix.index]
        for i, row in enumerate(labels):
            for j, column in enumerate(labels):
                for sign, key in ((1, (row, column)), (-1, (column, row))):
                    entry = entries.get((one.expert, one.node, *key))
                    if i != j and entry is not None:
                        draws[number, i, j], signs[number, i, j] = entry, sign
    table = RANDOM_INDEX[recipe.random_index]
    return Node(
        code=judging[0].node,
        logs=np.stack([np.log(one.matrix.to_numpy(dtype=float)) for one in judging]),
        shares=np.array([one.weight for one in judging], dtype=float),
        people=np.array([experts.index(one.expert) for one in judging]),
        draws=draws,
        signs=signs,
        children=np.array(children),
        random_index=table.get(size, np.nan) if size > 2 else np.nan,
    )


def _ratio(matrix: np.ndarray, node: Node) -> np.ndarray:
    """Give the consistency ratio of joined matrices; 0 below three items."""
    size = matrix.shape[-1]
    if size <= 2:
        return np.zeros(len(matrix))
    return (lambda_max(matrix, eigen_weights(matrix)) - size) / (size - 1) / node.random_index
