"""Shares in the tree: local weights, global weights, and what stays when nodes are left out."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pandas as pd

from bri_eval.checks import InputError, unknown
from bri_eval.framework import ancestors, families

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bri_eval.framework import Framework


def equal_weights(framework: Framework) -> pd.Series:
    """Give every node an equal share among its siblings."""
    shares = {code: 1 / len(siblings) for siblings in families(framework) for code in siblings}
    return pd.Series(shares, name="local")


def declared_weights(framework: Framework) -> pd.Series:
    """Give every node its declared share among its siblings; equal where none is declared."""
    declared = {node.code: node.weight for node in framework.nodes}
    shares = equal_weights(framework)
    for siblings in families(framework):
        if declared[siblings[0]] is not None:
            shares[siblings] = [declared[code] for code in siblings]
    return shares


def global_weights(framework: Framework, local: pd.Series) -> pd.Series:
    r"""Multiply local weights down the tree.

    :math:`W_j = \prod_{v \in path(j)} w_v`, over the nodes from below the goal to the indicator.

    Parameters
    ----------
    framework
        The tree.
    local
        Share among siblings of every node but the goal; each family sums to 1.

    Returns
    -------
    Series
        Share in the goal of every indicator; sums to 1.

    Examples
    --------
    >>> from bri_eval.framework import Framework, Group, Indicator
    >>> groups = Group(code="goal"), Group(code="land", parent="goal")
    >>> leaves = tuple(Indicator(code=c, parent=p) for c, p in (("road", "land"), ("rail", "land"), ("ports", "goal")))
    >>> tree = Framework(groups=groups, indicators=leaves)
    >>> global_weights(tree, pd.Series({"land": 0.6, "ports": 0.4, "road": 0.5, "rail": 0.5})).to_dict()
    {'road': 0.3, 'rail': 0.3, 'ports': 0.4}
    """
    parent = {node.code: node.parent for node in framework.nodes}
    products = {}
    for leaf in framework.codes:
        product = float(local[leaf])
        for node in ancestors(leaf, parent)[:-1]:
            product *= float(local[node])
        products[leaf] = product
    return pd.Series(products, name="weight")


def local_weights(framework: Framework, weights: pd.Series) -> pd.Series:
    """Divide global weights back into shares among siblings (0 / 0 is missing)."""
    total = {code: float(weights[framework.leaves(code)].sum()) for code in framework.group_codes}
    total |= {code: float(weights[code]) for code in framework.codes}
    parent = {node.code: node.parent for node in framework.nodes[1:]}
    shares = {code: total[code] / total[up] if total[up] else float("nan") for code, up in parent.items() if up}
    return pd.Series(shares, name="local")


def without(framework: Framework, exclude: Iterable[str]) -> Framework:
    """Return the framework without some nodes, and without groups that this empties.

    Declared weights of what stays are rescaled within the parent.

    Raises
    ------
    InputError
        If a code is unknown, or nothing stays.
    """
    exclude = list(exclude)
    known = [*framework.group_codes[1:], *framework.codes]
    for code in exclude:
        if code not in known:
            raise InputError(f"exclude: {unknown('indicator', code, known)}")
    if not exclude:
        return framework
    gone = set(exclude) | {leaf for code in exclude if code not in framework.codes for leaf in framework.leaves(code)}
    indicators = [node for node in framework.indicators if node.code not in gone]
    kept = {node.parent for node in indicators}
    parent = {group.code: group.parent for group in framework.groups}
    kept |= {up for code in list(kept) for up in ancestors(code, parent)}
    groups = [group for group in framework.groups if group.code in kept and group.code not in gone]
    if not indicators:
        raise InputError(f"exclude leaves no indicator of {framework.origin}; exclude fewer")
    stayed = _reshare([*groups, *indicators])
    return dataclasses.replace(framework, groups=stayed[: len(groups)], indicators=stayed[len(groups) :])


def _reshare(nodes: list[Any]) -> tuple[Any, ...]:
    """Rescale the declared weights of what stayed, within each parent, groups and indicators together."""
    total: dict[str | None, float] = {}
    for node in nodes:
        total[node.parent] = total.get(node.parent, 0.0) + (node.weight or 0.0)
    return tuple(
        node
        if node.weight is None or not total[node.parent]
        else dataclasses.replace(node, weight=node.weight / total[node.parent])
        for node in nodes
    )
