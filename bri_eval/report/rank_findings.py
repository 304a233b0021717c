"""Numbers and words of the paper's text on ranks under uncertainty; every word turns when its number turns."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bri_eval.report.rank_words import factor_words, listed, percent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bri_eval.robustness.cloud import RankCloud
    from bri_eval.robustness.sensitivity import Sensitivity

NARROW, WIDE = 5, 20
"""Places between the ends of an interval below which it is narrow, and above which it is wide."""

OPEN, FIRM = 0.6, 0.95
"""Shares of draws below which the order of two neighbours is open, and above which it is firm."""

NOTHING = 0.01
"""Total index below which a factor is said to do next to nothing."""


def rank_findings(
    cloud: RankCloud,
    names: pd.Series,
    year: int,
    *,
    best: int = 10,
    sensitivity: Sensitivity | None = None,
    stability: pd.DataFrame | None = None,
    left_out: pd.DataFrame | None = None,
    reversals: pd.DataFrame | None = None,
    labels: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Give the numbers of the text about the analyses that were made.

    Parameters
    ----------
    cloud
        From ``uncertainty``.
    names
        Economy to printed name.
    year
        Whose ranks are studied.
    best
        Size of the leading group; all economies if there are fewer.
    sensitivity
        From ``sensitivity``.
    stability
        From ``weight_stability`` of the leader, of indicators or pillars.
    left_out
        From ``leave_out_indicators``.
    reversals
        From ``leave_out_economies``.
    labels
        Code of an indicator or pillar to printed name.

    Returns
    -------
    dict
        Key such as ``ranks/draws`` to text; ``ranks`` of the cloud, ``sobol``, ``stability``, ``leave_out`` and
        ``reversal`` of the others. Names of nobody read "none".
    """
    words = {} if labels is None else {code: name.lower() for code, name in labels.items()}
    numbers = {"ranks/year": str(year)} | _spread(cloud, names) | _first(cloud, names) | _ends(cloud, names)
    numbers |= _best(cloud, names, min(best, len(cloud.alternatives))) | _neighbours(cloud, names)
    if sensitivity is not None:
        numbers |= _causes(sensitivity) | _single_ranks(sensitivity)
    if stability is not None:
        numbers |= _stability(stability, names, words)
    if left_out is not None:
        numbers |= _left_out(left_out, names, words)
    if reversals is not None:
        numbers |= _reversals(reversals, names)
    return numbers


def _spread(cloud: RankCloud, names: pd.Series) -> dict[str, str]:
    """Say how wide the intervals are and how far they are from the baseline."""
    table = cloud.table
    width = table["upper"] - table["lower"]
    sizes = [len(levels) for levels in cloud.factors.values()]
    outside = table.index[(table["baseline"] < table["lower"]) | (table["baseline"] > table["upper"])]
    together = float(table[["baseline", "median"]].corr(method="spearman").to_numpy()[0, 1])
    return {
        "ranks/draws": f"{cloud.draws:,}",
        "ranks/economies": str(len(table)),
        "ranks/factors": str(sum(size > 1 for size in sizes)),
        "ranks/recipes": f"{math.prod(sizes):,}",
        "ranks/median_width": f"{width.median():.0f}",
        "ranks/narrow": str(int((width < NARROW).sum())),
        "ranks/narrow_names": _named(width.index[width < NARROW], names),
        "ranks/wide": str(int((width > WIDE).sum())),
        "ranks/widest": _named(width.index[width == width.max()], names),
        "ranks/widest_width": str(width.max()),
        "ranks/shift": f"{cloud.shift:.1f}",
        "ranks/outside": str(len(outside)),
        "ranks/outside_names": _named(outside, names),
        "ranks/correlation": "not defined" if math.isnan(together) else f"{together:.2f}",
        "ranks/agreement": _graded(together, ((0.9, "closely"), (0.7, "broadly"), (-math.inf, "loosely"))),
    }


def _first(cloud: RankCloud, names: pd.Series) -> dict[str, str]:
    """Say who is first, and how surely."""
    table = cloud.table
    first = cloud.best(1).loc[table.index].sort_values(ascending=False, kind="stable")
    leader, rival = first.index[:2]
    place = int(table["baseline"][leader])
    base = table.index[table["baseline"] == 1]
    turned = "also leads" if place == 1 else f"is number {place}"
    grades = ((0.95, "all but certain"), (0.75, "likely"), (0.5, "more likely than not"), (-math.inf, "open"))
    return {
        "ranks/leader": _named([leader], names),
        "ranks/leader_first": percent(first.iloc[0]),
        "ranks/leader_sure": _graded(first.iloc[0], grades),
        "ranks/leader_baseline": f"{turned} under the base recipe",
        "ranks/rival": _named([rival], names),
        "ranks/rival_first": percent(first.iloc[1]),
        "ranks/base_leader": _named(base, names),
        "ranks/base_leader_first": percent(first[base].max()),
        "ranks/ever_first": str(int((first > 0).sum())),
    }


def _ends(cloud: RankCloud, names: pd.Series, count: int = 3) -> dict[str, str]:
    """Name the first and the last under the base recipe, each with rank and interval."""
    table = cloud.table.sort_values("baseline", kind="stable")
    words = [
        f"{names.get(economy, economy)} ({row['baseline']:.0f}; {row['lower']:.0f} to {row['upper']:.0f})"
        for economy, row in table.iterrows()
    ]
    varied = [factor_words(name) for name, levels in cloud.factors.items() if len(levels) > 1]
    return {
        "ranks/best_intervals": listed(words[:count]),
        "ranks/worst_intervals": listed(words[-count:]),
        "ranks/factor_names": listed(varied),
    }


def _best(cloud: RankCloud, names: pd.Series, best: int) -> dict[str, str]:
    """Say who is among the best, and how surely."""
    shares = cloud.best(best).loc[cloud.table.index].round(12)
    numbers = {"ranks/best": str(best), "ranks/best_ever": str(int((shares > 0).sum()))}
    for least in (90, 50):
        among = shares.index[shares >= least / 100]
        numbers |= {f"ranks/best_{least}": str(len(among)), f"ranks/best_{least}_names": _named(among, names)}
    return numbers


def _neighbours(cloud: RankCloud, names: pd.Series) -> dict[str, str]:
    """Say for how many neighbours under the base recipe the order holds; level ones have no order."""
    baseline = pd.Series(cloud.baseline, index=cloud.alternatives).sort_values(kind="stable")
    ranks, order = baseline.to_numpy(), baseline.index
    pairs = [place for place in range(len(order) - 1) if ranks[place] < ranks[place + 1]]
    dominance = cloud.dominance.loc[order, order].to_numpy()
    holds = np.array([dominance[place, place + 1] for place in pairs])
    numbers = {
        "ranks/neighbours": str(len(pairs)),
        "ranks/neighbours_open": str(int((holds < OPEN).sum())),
        "ranks/neighbours_firm": str(int((holds > FIRM).sum())),
        "ranks/neighbours_turned": str(
            sum(dominance[place + 1, place] > dominance[place, place + 1] for place in pairs)
        ),
    }
    if pairs:
        worst = pairs[int(holds.argmin())]
        numbers["ranks/least_sure"] = f"{_named([order[worst]], names)} before {_named([order[worst + 1]], names)}"
        numbers["ranks/least_sure_share"] = percent(holds.min())
    return numbers


def _causes(sensitivity: Sensitivity) -> dict[str, str]:
    """Say which factors cause the variance of the mean shift, and how much of it they cause together."""
    table = sensitivity.table
    noise = [factor_words(name) for name in sensitivity.factors if name.startswith("noise: ")]
    numbers = {"sobol/evaluations": f"{sensitivity.evaluations:,}", "sobol/factors": str(len(table))}
    numbers["ranks/noise_names"] = listed(noise)
    if table["total"].isna().any():
        return numbers | {"sobol/most": "none"}
    for place, row in zip(("most", "second"), table.itertuples(), strict=False):
        ends = {"total": row.total, "lower": row.total_lower, "upper": row.total_upper}
        numbers |= {f"sobol/{place}": factor_words(str(row.Index))}
        numbers |= {f"sobol/{place}_{name}": f"{value:.2f}" for name, value in ends.items()}
    alone = float(table["first"].sum())
    grades = (
        (0.5, "most of it"),
        (0.25, "a large part of it"),
        (0.05, "a small part of it"),
        (-math.inf, "hardly any of it"),
    )
    little = table.index[table["total_upper"] < NOTHING]
    apart = table["total_lower"].iloc[0] > table["total_upper"].iloc[1:].max() or len(table) < 2
    return numbers | {
        "sobol/most_apart": f"{'' if apart else 'not '}clear of all others",
        "sobol/first_sum": f"{alone:.2f}",
        "sobol/together": percent(min(max(1 - alone, 0.0), 1.0)),
        "sobol/together_part": _graded(1 - alone, grades),
        "sobol/little": listed([factor_words(str(name)) for name in little]),
    }


def _single_ranks(sensitivity: Sensitivity) -> dict[str, str]:
    """Say which factor has the largest total index on average over the ranks that move, and for how many."""
    totals = sensitivity.total.iloc[1:].dropna()
    numbers = {"sobol/ranks": str(len(totals))}
    if totals.empty:
        return numbers | {"sobol/ranks_most": "none"}
    means = totals.mean().sort_values(ascending=False, kind="stable")
    most = str(means.index[0])
    return numbers | {
        "sobol/ranks_most": factor_words(most),
        "sobol/ranks_most_mean": f"{means.iloc[0]:.2f}",
        "sobol/ranks_most_count": str(int((totals.idxmax(axis=1) == most).sum())),
        "sobol/ranks_same": "the same factor" if most == sensitivity.table.index[0] else "another factor",
    }


def _stability(found: pd.DataFrame, names: pd.Series, words: Mapping[str, str]) -> dict[str, str]:
    """Say which weight has to move least before another economy leads."""
    bound = found.dropna(subset="distance")
    numbers = {"stability/nodes": str(len(found)), "stability/free": str(len(found) - len(bound))}
    if bound.empty:
        return numbers | {"stability/nearest": "none"}
    place = int(bound["distance"].argmin())
    row: dict[Any, Any] = bound.iloc[place].to_dict()
    gaps = {side: abs(row[side] - row["weight"]) for side in ("lower", "upper") if row[f"enters_{side}"]}
    side = min(gaps, key=lambda one: gaps[one])
    nearest = str(bound.index[place])
    return numbers | {
        "stability/nearest": words.get(nearest, nearest),
        "stability/weight": f"{row['weight']:.3f}",
        "stability/limit": f"{row[side]:.3f}",
        "stability/way": "rises" if side == "upper" else "falls",
        "stability/leader": _named([row[f"leaves_{side}"]], names),
        "stability/rival": _named([row[f"enters_{side}"]], names),
        "stability/relative": percent(row["relative"]),
    }


def _left_out(found: pd.DataFrame, names: pd.Series, words: Mapping[str, str]) -> dict[str, str]:
    """Say which indicator and which pillar move most when they are left out, and who then leads."""
    numbers: dict[str, str] = {}
    for level in found.index.unique("level"):
        part = found.xs(level, level="level")
        codes = [words.get(str(code), str(code)) for code in part.index]
        place = int(part["mean_shift"].argmax())
        row: dict[Any, Any] = part.iloc[place].to_dict()
        changed = [code for code, other in zip(codes, part["leader_changed"], strict=True) if other]
        said = {
            "most": codes[place] if row["mean_shift"] else "none",
            "shift": f"{row['mean_shift']:.1f}",
            "spearman": f"{row['spearman']:.2f}",
            "reversals": f"{row['reversals']:,d}",
            "furthest": _named([row["furthest"]] if row["furthest"] else [], names),
            "places": str(abs(row["furthest_shift"])),
            "cases": str(len(part)),
            "leader_changed": str(len(changed)),
            "leader_changed_names": listed(changed),
        }
        numbers |= {f"leave_out/{level}_{key}": text for key, text in said.items()}
    return numbers


def _reversals(found: pd.DataFrame, names: pd.Series) -> dict[str, str]:
    """Say how often the others change their order when an economy was never there."""
    turned = found["reversals"]
    most = [found.index[int(turned.argmax())]] if turned.any() else []
    changed = found.index[found["leader_changed"].astype(bool)]
    return {
        "reversal/cases": str(len(found)),
        "reversal/with": str(int((turned > 0).sum())),
        "reversal/most": f"{turned.max():,d}",
        "reversal/most_without": _named(most, names),
        "reversal/leader_changed": str(len(changed)),
        "reversal/leader_without": _named(changed, names),
        "reversal/kept": "do not all keep their order" if turned.any() else "keep their order",
    }


def _named(economies: Iterable[object], names: pd.Series) -> str:
    """List economies by their printed names."""
    return listed([str(names.get(economy, economy)) for economy in economies])


def _graded(value: float, grades: tuple[tuple[float, str], ...]) -> str:
    """Give the word of the first grade that a value is above."""
    return next((word for least, word in grades if value > least), "not defined")
