"""Scores of every group and of the goal, from the leaves up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bri_eval.checks import InputError, listing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bri_eval.framework import Framework

    Aggregator = Callable[..., np.ndarray]
    Rules = Mapping[str, str | Aggregator]
    Score = Callable[[np.ndarray, np.ndarray, list[str], str | Aggregator], np.ndarray]

_ROUND_OFF = 1e-9
"""How far below the least share an observed share may be: a sum of shares is not exact."""

MEANS = ("arithmetic", "geometric", "harmonic", "power", "mazziotta_pareto")
"""Rules that can do without a child: its weight is shared among the others."""


def score_tree(framework: Framework, x: np.ndarray, w: np.ndarray, rules: Rules, score: Score) -> dict[str, np.ndarray]:
    """Score every group.

    Parameters
    ----------
    framework
        The hierarchy; its indicators are the columns of ``x``.
    x, w
        n x k normalised values and the k shares in the goal.
    rules
        Aggregator of every group. A group is scored from the indicators anywhere below it, with their weights
        rescaled to 1; where a group below has another rule it enters as one column, its score.
    score
        Called with the columns of a group, their shares, their codes and the rule.

    Returns
    -------
    dict
        Group code to n scores; missing where all weights below are zero.
    """
    scores: dict[str, np.ndarray] = {}
    for code in reversed(top_down(framework)):
        columns, table, shares = _table(framework, columns_of(framework, code, rules), x, w, scores)
        total = shares.sum()
        if total and not shares.all():
            columns, table, shares = (
                [c for c, s in zip(columns, shares, strict=True) if s],
                table[:, shares != 0],
                shares[shares != 0],
            )
        scores[code] = score(table, shares / total, columns, rules[code]) if total else np.full(len(x), np.nan)
    return scores


def score_available(
    framework: Framework, x: np.ndarray, w: np.ndarray, rules: Rules, score: Score, *, least: float
) -> dict[str, np.ndarray]:
    """Score every group from its children, sharing the weight of missing ones among the others of the same parent.

    A row has no score in a group of which less than the share ``least`` of the weight is observed. Only ``MEANS`` can
    do without a child; other rules raise.
    """
    scores: dict[str, np.ndarray] = {}
    for code in reversed(top_down(framework)):
        children, table, shares = _table(framework, framework.children(code), x, w, scores)
        seen = ~np.isnan(table)
        if not seen.all() and rules[code] not in MEANS:
            raise InputError(
                f"group '{code}' has missing values and aggregator '{rules[code]}'; only {listing(MEANS)} can share "
                "their weight among the others: choose one of these, or an imputer"
            )
        scores[code] = np.full(len(x), np.nan)
        for pattern in np.unique(seen, axis=0):
            rows = (seen == pattern).all(axis=1)
            weight = shares[pattern].sum()
            if weight > 0 and weight >= (least - _ROUND_OFF) * shares.sum():
                part = [child for child, there in zip(children, pattern, strict=True) if there]
                scores[code][rows] = score(table[np.ix_(rows, pattern)], shares[pattern] / weight, part, rules[code])
    return scores


def top_down(framework: Framework) -> list[str]:
    """List the groups, every one after its parent."""
    groups = set(framework.group_codes)
    order = [framework.goal]
    for code in order:
        order += [child for child in framework.children(code) if child in groups]
    return order


def _table(
    framework: Framework, columns: list[str], x: np.ndarray, w: np.ndarray, scores: Mapping[str, np.ndarray]
) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Give columns, indicators or scored groups, with their values and shares in the goal."""
    codes = framework.codes
    if columns == codes:
        return columns, x, w
    place = {code: position for position, code in enumerate(codes)}
    values = [x[:, place[c]] if c in place else scores[c] for c in columns]
    shares = [w[place[c]] if c in place else w[[place[leaf] for leaf in framework.leaves(c)]].sum() for c in columns]
    return columns, np.stack(values, axis=1), np.array(shares)


def columns_of(framework: Framework, code: str, rules: Rules) -> list[str]:
    """List what a group is scored from: indicators below it, and groups with another rule."""
    columns: list[str] = []
    for child in framework.children(code):
        same = child in rules and rules[child] == rules[code]
        columns += columns_of(framework, child, rules) if same else [child]
    return columns
