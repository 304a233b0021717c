"""One economy in one year: every node's value, weight and rank beside its peers, and where it stands out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.aggregate import rank_scores
from bri_eval.checks import InputError, known, unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bri_eval.evaluation import Evaluation

ROUND_OFF = 1e-12
"""What counts as 0 standard deviations."""


def profile(
    evaluation: Evaluation,
    economy: str,
    year: int,
    *,
    peers: pd.Series | None = None,
    vintages: pd.DataFrame | None = None,
    rule: str = "decile",
) -> pd.DataFrame:
    """Set an economy's values at every node beside those of the others.

    Parameters
    ----------
    evaluation
        Of a panel with years.
    economy, year
        A row that was ranked.
    peers
        Economy to group, as from ``read_groups``: the peer median is that of the economy's group; without it, of all
        other economies. The economy itself is no peer.
    vintages
        From ``read_vintages``: the year that each raw value comes from.
    rule
        When a node is a strength or a weakness. ``"decile"``: rank among the best, or the worst, tenth of the
        economies ranked that year (one at least; ties count); ``"sd"``: one standard deviation or more above or below
        their mean.

    Returns
    -------
    DataFrame
        One row per node, the goal first, then groups, then indicators: name, level, parent; raw (as given), filled
        (the rule, if imputed), vintage, normalised (indicators only); weight (share in the goal), score (groups only),
        rank and economies (that year), peer_median (of the score or normalised value), standing (standard deviations
        from the mean of the year, divisor n - 1), flag ("strength", "weakness" or "").

    Raises
    ------
    InputError
        For an economy and year that were not ranked, with the reason; an unknown rule.

    References
    ----------
    handbook2008, step 8.

    Examples
    --------
    >>> import bri_eval as be, pandas as pd
    >>> from bri_eval.framework import flat_framework
    >>> rows = pd.MultiIndex.from_product([list("ABC"), [2016, 2018]], names=["economy", "year"])
    >>> panel = pd.DataFrame({"road": [1.0, 2, 4, 5, 3, 9], "rail": [2.0, 3, 1, 3, 4, 5]}, index=rows)
    >>> tree = flat_framework((("road", "benefit"), ("rail", "benefit")))
    >>> found = be.evaluate(panel, tree)
    >>> profile(found, "B", 2018)[["raw", "rank", "flag"]].loc["road"].to_dict()
    {'raw': 5.0, 'rank': 2, 'flag': ''}
    """
    _check_row(evaluation, economy, year)
    flags = known("rule", rule, RULES)
    framework, nodes = evaluation.framework, evaluation.framework.nodes
    values = _in_year(pd.concat([evaluation.scores, evaluation.matrix], axis=1), year)
    table = pd.DataFrame(
        {
            "name": [node.name or node.code for node in nodes],
            "level": ["goal", *["group"] * (len(framework.groups) - 1), *["indicator"] * len(framework.indicators)],
            "parent": [node.parent or "" for node in nodes],
        },
        index=pd.Index([node.code for node in nodes], name="node"),
    )
    table["raw"] = _in_year(evaluation.panel, year).T[economy]
    table["filled"] = _in_year(evaluation.filled, year).T[economy].reindex(table.index, fill_value="")
    table["vintage"] = np.nan if vintages is None else _in_year(vintages, year).T[economy]
    table["normalised"] = _in_year(evaluation.matrix, year).T[economy]
    weights = evaluation.weights_in(year)
    table["weight"] = pd.Series({c: weights[framework.leaves(c)].sum() for c in framework.group_codes} | dict(weights))
    table["score"] = _in_year(evaluation.scores, year).T[economy]
    table["rank"], table["economies"] = _ranks(values).T[economy].astype("Int64"), len(values)
    table["peer_median"] = values.loc[_peers(values.index, economy, peers)].median()
    table["standing"] = _standing(values).T[economy]
    return table.assign(flag=flags(values).T[economy])


def strengths_weaknesses(evaluation: Evaluation, economy: str, year: int, most: int = 5) -> pd.DataFrame:
    """List the indicators in which an economy stands furthest above and below the others.

    Parameters
    ----------
    evaluation, economy, year
        As in ``profile``.
    most
        The most indicators of each kind.

    Returns
    -------
    DataFrame
        kind ("strength" above the mean of the year's economies, "weakness" below it), indicator, name, normalised,
        rank, economies, standing (standard deviations from the mean); the furthest first in each kind.

    Examples
    --------
    >>> import bri_eval as be, pandas as pd
    >>> from bri_eval.framework import flat_framework
    >>> rows = pd.MultiIndex.from_product([list("ABC"), [2016, 2018]], names=["economy", "year"])
    >>> panel = pd.DataFrame({"road": [1.0, 2, 4, 5, 3, 9], "rail": [2.0, 3, 1, 3, 4, 5]}, index=rows)
    >>> tree = flat_framework((("road", "benefit"), ("rail", "benefit")))
    >>> found = be.evaluate(panel, tree)
    >>> strengths_weaknesses(found, "C", 2018)[["kind", "indicator", "rank"]].values.tolist()
    [['strength', 'rail', 1], ['strength', 'road', 1]]
    """
    table = profile(evaluation, economy, year)
    leaves = table[table["level"] == "indicator"].rename_axis("indicator").reset_index()
    best = leaves[leaves["standing"] > ROUND_OFF].sort_values("standing", ascending=False, kind="stable").head(most)
    worst = leaves[leaves["standing"] < -ROUND_OFF].sort_values("standing", kind="stable").head(most)
    both = pd.concat([best.assign(kind="strength"), worst.assign(kind="weakness")], ignore_index=True)
    return both[["kind", "indicator", "name", "normalised", "rank", "economies", "standing"]]


def profile_text(
    evaluation: Evaluation,
    economy: str,
    year: int,
    *,
    peers: pd.Series | None = None,
    names: Mapping[str, str] | None = None,
) -> str:
    """Write one page on an economy, in plain Markdown.

    Parameters
    ----------
    evaluation, economy, year, peers
        As in ``profile``.
    names
        Economy to printed name; the code if not given.

    Returns
    -------
    str
        Score and rank, a table of the groups that have a score, strengths, weaknesses, what was imputed, conventions.

    Examples
    --------
    >>> import bri_eval as be, pandas as pd
    >>> from bri_eval.framework import flat_framework
    >>> rows = pd.MultiIndex.from_product([list("ABC"), [2016, 2018]], names=["economy", "year"])
    >>> panel = pd.DataFrame({"road": [1.0, 2, 4, 5, 3, 9], "rail": [2.0, 3, 1, 3, 4, 5]}, index=rows)
    >>> tree = flat_framework((("road", "benefit"), ("rail", "benefit")))
    >>> found = be.evaluate(panel, tree)
    >>> profile_text(found, "C", 2018).splitlines()[0]
    '# C, 2018'
    """
    table = profile(evaluation, economy, year, peers=peers)
    goal, groups = table.iloc[0], table[(table["level"] == "group") & table["score"].notna()]
    sides = strengths_weaknesses(evaluation, economy, year)
    title = (names or {}).get(economy, economy)
    lines = [f"# {title}, {year}", "", f"{goal['name']}: {_place(goal, goal['score'])}.", ""]
    if len(groups):
        lines += ["| group | weight | score | rank | peer median |", "|---|---:|---:|---:|---:|"]
        lines += [f"| {row['name']} | {row['weight']:.3f} | {_cells(row)} |" for _, row in groups.iterrows()]
        lines += [""]
    for kind, heading in (
        ("strength", "Strengths, furthest above the mean"),
        ("weakness", "Weaknesses, furthest below"),
    ):
        lines += [f"## {heading}", "", *_bullets(sides[sides["kind"] == kind]), ""]
    filled = table[table["filled"] != ""]
    imputed = "; ".join(f"{row['name']} ({row['filled']})" for _, row in filled.iterrows())
    lines += [f"Imputed: {imputed or 'nothing'}.", "", *(f"- {line}" for line in evaluation.conventions), ""]
    return "\n".join(lines)


def _check_row(evaluation: Evaluation, economy: str, year: int) -> None:
    """Raise unless the economy was ranked in the year."""
    if "year" not in evaluation.matrix.index.names:
        raise InputError("a profile needs a panel indexed by (economy, year); this evaluation has no years")
    years = evaluation.matrix.index.unique("year")
    if year not in years:
        raise InputError(unknown("year", str(year), [str(one) for one in years]))
    if (economy, year) in evaluation.screened.index:
        reason = evaluation.screened[(economy, year)]
        raise InputError(f"{economy} {year} was left out of the ranking: {reason}; choose another year")
    ranked = _in_year(evaluation.matrix, year).index
    if economy not in ranked:
        raise InputError(unknown("economy", economy, ranked))


def _in_year(table: pd.DataFrame, year: int) -> pd.DataFrame:
    """Take the rows of a year, by economy."""
    return table[table.index.get_level_values("year") == year].droplevel("year")


def _ranks(values: pd.DataFrame) -> pd.DataFrame:
    """Rank each node, 1 is best."""
    return pd.DataFrame(rank_scores(values.to_numpy().T).T, index=values.index, columns=values.columns)


def _standing(values: pd.DataFrame) -> pd.DataFrame:
    """Give standard deviations from the mean; 0 where all are equal."""
    spread = values.std(ddof=1)
    return ((values - values.mean()) / spread.where(spread > ROUND_OFF)).fillna(0.0)


def _peers(economies: pd.Index, economy: str, peers: pd.Series | None) -> list[str]:
    """List the other economies of the group, or all others."""
    others = [other for other in economies if other != economy]
    if peers is None:
        return others
    if economy not in peers.index:
        raise InputError(f"peers give '{economy}' no group; add it, or pass no peers")
    return [other for other in others if peers.get(other) == peers[economy]]


def _by_decile(values: pd.DataFrame) -> pd.DataFrame:
    """Flag ranks among the best and the worst tenth."""
    limit = max(1, len(values) // 10)
    return _flags(_ranks(values) <= limit, _ranks(-values) <= limit)


def _by_sd(values: pd.DataFrame) -> pd.DataFrame:
    """Flag values one standard deviation or more from the mean."""
    standing = _standing(values)
    return _flags(standing >= 1, standing <= -1)


def _flags(high: pd.DataFrame, low: pd.DataFrame) -> pd.DataFrame:
    """Name strengths and weaknesses; what is both is neither."""
    words = np.select([high & ~low, low & ~high], ["strength", "weakness"], default="")
    return pd.DataFrame(words, index=high.index, columns=high.columns)


def _place(row: pd.Series, value: float) -> str:
    """Say value, rank and peers."""
    return f"{value:.3f}, rank {row['rank']} of {row['economies']} (peer median {row['peer_median']:.3f})"


def _cells(row: pd.Series) -> str:
    """Write the cells of one group."""
    return f"{row['score']:.3f} | {row['rank']} of {row['economies']} | {row['peer_median']:.3f}"


def _bullets(side: pd.DataFrame) -> list[str]:
    """List indicators with rank and standing."""
    lines = [
        f"- {row['name']}: rank {row['rank']} of {row['economies']}, {abs(row['standing']):.1f} standard deviations "
        f"{'above' if row['standing'] > 0 else 'below'} the mean"
        for _, row in side.iterrows()
    ]
    return lines or ["- none"]


RULES: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {"decile": _by_decile, "sd": _by_sd}
