"""The same indicators in another hierarchy: a group per value of a tag, such as the four capabilities of the paper."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pandas as pd

from bri_eval.analysis.coordination import tagged_codes
from bri_eval.analysis.influence import agreement, rank_shift
from bri_eval.checks import InputError, listing
from bri_eval.evaluation import evaluate
from bri_eval.framework import Framework, Group
from bri_eval.hierarchy import declared_weights, global_weights

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bri_eval.evaluation import Evaluation
    from bri_eval.framework import Indicator
    from bri_eval.weights.judgements import Judgement

CAPABILITIES = {
    "control": "Control",
    "monitoring": "Intelligent monitoring and coordination",
    "responsiveness": "Responsiveness of the supply chain",
    "differentiation": "Differentiated service",
}
"""The four capabilities of the paper, section 4.3; assigned to the indicators by the authors' judgement."""


def framework_by_tag(framework: Framework, tag: str, names: Mapping[str, str] | None = None) -> Framework:
    """Hang the indicators below one group per value of a tag.

    Parameters
    ----------
    framework
        Every indicator has the tag.
    tag
        Such as ``"capability"``, ``"flow"`` or ``"need"``.
    names
        Value to printed name; the value in words if not given.

    Returns
    -------
    Framework
        The goal, one group per value in framework order, the same indicators. Groups' aggregators are gone with the
        groups. Where weights are declared, every indicator keeps its declared share in the goal.

    Raises
    ------
    InputError
        If no indicator has the tag, if some lack it, or if a value is the code of the goal or an indicator.

    Examples
    --------
    >>> import bri_eval as be
    >>> flows = {"road": "goods", "net": "data"}
    >>> leaves = tuple(be.Indicator(code=code, parent="goal", tags={"flow": flow}) for code, flow in flows.items())
    >>> framework_by_tag(be.Framework(groups=(be.Group(code="goal"),), indicators=leaves), "flow").pillars
    ['goods', 'data']
    """
    values, names = tagged_codes(framework, tag), names or {}
    bare = [indicator.code for indicator in framework.indicators if tag not in indicator.tags]
    if bare:
        raise InputError(f"{framework.origin}: {listing(bare)} has no tag '{tag}'; tag every indicator, or exclude it")
    shares = _declared_shares(framework)
    groups: list[Group] = []
    place: dict[str, tuple[str, float | None]] = {}
    for value, codes in values.items():
        total = sum(shares[code] for code in codes) if shares else 0.0
        name = names.get(value, value.replace("_", " ").capitalize())
        groups.append(Group(code=value, name=name, parent=framework.goal, weight=total if shares else None))
        local = {code: (shares[code] / total if total else 1 / len(codes)) for code in codes} if shares else {}
        place |= {code: (value, local.get(code)) for code in codes}
    return Framework(
        groups=(framework.groups[0], *groups),
        indicators=tuple(_moved(indicator, *place[indicator.code]) for indicator in framework.indicators),
        origin=f"{framework.origin} by {tag}",
    )


def hierarchy_agreement(
    evaluation: Evaluation,
    tag: str = "capability",
    judgements: Iterable[Judgement] | None = None,
    *,
    groups: pd.Series | None = None,
) -> pd.DataFrame:
    """Compare the ranking with that of the hierarchy by a tag, in every year.

    Parameters
    ----------
    evaluation
        The main index.
    tag
        As in ``framework_by_tag``.
    judgements
        On the groups of the new hierarchy, if the recipe's weighter is to be used there; without them both hierarchies
        are compared under equal weights within every group.
    groups
        Economy to region, if the recipe imputes by group.

    Returns
    -------
    DataFrame
        One row per year and comparison (``main``: with the main index as it is; ``hierarchy``: with the main hierarchy
        under the same weighter, so that nothing but the hierarchy differs): economies, spearman, kendall, mean_shift,
        furthest, furthest_shift.

    Examples
    --------
    >>> import bri_eval as be, pandas as pd
    >>> stages = {"road": "international", "rail": "destination"}
    >>> leaves = tuple(be.Indicator(code=code, parent="goal", tags={"stage": stage}) for code, stage in stages.items())
    >>> tree = be.Framework(groups=(be.Group(code="goal"),), indicators=leaves)
    >>> rows = pd.MultiIndex.from_product([list("ABC"), [2018]], names=["economy", "year"])
    >>> panel = pd.DataFrame({"road": [1.0, 2, 4], "rail": [2.0, 3, 1]}, index=rows)
    >>> found = be.evaluate(panel, tree)
    >>> hierarchy_agreement(found, "stage")["spearman"].to_dict()
    {(2018, 'main'): 1.0, (2018, 'hierarchy'): 1.0}
    """
    other = framework_by_tag(evaluation.framework, tag, CAPABILITIES if tag == "capability" else None)
    given = None if judgements is None else tuple(judgements)
    own = evaluation.recipe.weighter if given else "equal"
    recipe = dataclasses.replace(evaluation.recipe, exclude=(), weighter=own)
    there = evaluate(evaluation.panel, other, recipe, given, groups=groups)
    sides = {"main": evaluation}
    if given is None:
        sides["hierarchy"] = evaluate(evaluation.panel, evaluation.framework, recipe, groups=groups)
    rows = {
        (year, name): agreement(rank_shift(side.ranks_in(year), there.ranks_in(year)))
        for year in evaluation.matrix.index.unique("year").sort_values()
        for name, side in sides.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(index=["year", "comparison"])


def _declared_shares(framework: Framework) -> dict[str, float]:
    """Give every indicator's declared share in the goal, or nothing if no weight is declared."""
    if all(node.weight is None for node in framework.nodes):
        return {}
    shares = global_weights(framework, declared_weights(framework))
    return {code: float(shares[code]) for code in framework.codes}


def _moved(indicator: Indicator, parent: str, weight: float | None) -> Indicator:
    """Hang an indicator below another group."""
    return dataclasses.replace(indicator, parent=parent, weight=weight)
