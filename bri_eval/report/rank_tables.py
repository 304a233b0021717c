"""Tables of the uncertainty of ranks and of what causes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError
from bri_eval.report.exhibits import Exhibit
from bri_eval.report.rank_words import factor_words

if TYPE_CHECKING:
    from bri_eval.robustness.cloud import RankCloud
    from bri_eval.robustness.sensitivity import Sensitivity


def rank_exhibits(
    cloud: RankCloud, sensitivity: Sensitivity | None, names: pd.Series, *, best: int = 10
) -> list[Exhibit]:
    """Make the tables that an uncertainty analysis and, if there is one, a sensitivity analysis allow."""
    exhibits = [rank_intervals(cloud, names, best=best), acceptability(cloud, names), dominance(cloud, names)]
    if cloud.factors:
        exhibits.append(levels(cloud))
    if cloud.inert:
        exhibits.append(inert(cloud))
    if cloud.nodes:
        exhibits.append(consistency(cloud))
    if sensitivity is not None:
        exhibits += [sobol(sensitivity), sobol_economies(sensitivity, names)]
    return exhibits


def rank_intervals(cloud: RankCloud, names: pd.Series, *, best: int = 10) -> Exhibit:
    """List the economies by median rank, with interval, extremes, and the probability to be first and among the best.

    Parameters
    ----------
    cloud
        From ``uncertainty``.
    names
        Economy to printed name.
    best
        Size of the set; all economies if there are fewer.
    """
    best = min(best, len(cloud.alternatives))
    table = cloud.table.assign(first=cloud.best(1), among=cloud.best(best)).rename(columns={"among": f"best_{best}"})
    return Exhibit(
        code="rank_intervals",
        title="Ranks under uncertainty, by median",
        table=_named(table, names),
        notes=(
            "Baseline: rank under the base recipe, without noise. 5 % and 95 %: percentiles. Best and worst: of all "
            f"draws. P(1) and P({best}): share of draws in which the economy is first and among the best {best}.",
            *cloud.conventions,
        ),
        formats={"mean": ".1f", "first": ".2f", f"best_{best}": ".2f"},
        keys=("economy", "name"),
        headings={"lower": "5 %", "upper": "95 %", "first": "P(1)", f"best_{best}": f"P({best})"},
    )


def acceptability(cloud: RankCloud, names: pd.Series) -> Exhibit:
    """List the share of draws in which each economy has each rank: in print by bands of ranks, in the file by rank."""
    shares = cloud.acceptability.loc[cloud.table.index]
    bands = {_band(first, last): shares.loc[:, first:last].sum(axis=1) for first, last in _bands(shares.shape[1])}
    single = shares.add_prefix("rank_")
    return Exhibit(
        code="acceptability",
        title="Share of draws in which an economy has a rank",
        table=_named(pd.DataFrame(bands).join(single), names),
        notes=("Rank acceptability, by bands of ranks; rows sum to 1.", *cloud.conventions),
        formats=dict.fromkeys((*bands, *single), ".2f"),
        keys=("economy", "name"),
        hidden=tuple(map(str, single)),
    )


def dominance(cloud: RankCloud, names: pd.Series, *, best: int = 10) -> Exhibit:
    """List the share of draws in which an economy (row) is ranked before another (column).

    Parameters
    ----------
    cloud, names
        As in ``rank_intervals``.
    best
        How many columns are printed, from the best median on; all are in the file.
    """
    order = cloud.table.index
    shares = cloud.dominance.loc[order, order].mask(np.eye(len(order), dtype=bool)).rename(columns=str)
    return Exhibit(
        code="dominance",
        title="Share of draws in which an economy is ranked before another",
        table=_named(shares, names),
        notes=("The row before the column. What a pair lacks to 1 are draws in which it is level.", *cloud.conventions),
        formats=dict.fromkeys(shares.columns, ".2f"),
        keys=("economy", "name"),
        hidden=tuple(shares.columns[best:]),
    )


def levels(cloud: RankCloud) -> Exhibit:
    """List what the levels of every factor do to ranks.

    Raises
    ------
    InputError
        For a cloud without factors.
    """
    if not cloud.factors:
        raise InputError("the cloud has no factor, so there is no level to list; give choices(recipe, levels)")
    found = cloud.levels
    unused = found["draws"] == 0
    overall = cloud.acceptability @ cloud.acceptability.columns.to_numpy()
    moves = (cloud.level_ranks - overall).mask(unused, 0.0).to_numpy()
    places = np.abs(moves).argmax(axis=1)
    told = [
        f"{cloud.alternatives[to]} {row[to]:+.1f}" if row[to] else "" for row, to in zip(moves, places, strict=True)
    ]
    frame = found.mask(unused).assign(draws=found["draws"], furthest=told).reset_index()
    frame["factor"] = frame["factor"].map(factor_words)
    return Exhibit(
        code="levels",
        title="What every level of every factor does to ranks",
        table=frame,
        notes=(
            "Distance: mean distance of a rank from the baseline, in places; less mean: less that of all draws. Moves: "
            "mean distance between mean ranks under this level and over all draws. Furthest: the economy whose mean "
            "rank this level moves most, and its places; a plus is a fall.",
            *cloud.conventions,
        ),
        formats={"draws": ",d", "shift": ".2f", "shift_less_mean": "+.2f", "moves": ".2f"},
        keys=("factor", "level", "furthest"),
        headings={"shift": "Distance", "shift_less_mean": "Less mean"},
    )


def inert(cloud: RankCloud) -> Exhibit:
    """List the factors and levels that cannot change a rank, and why."""
    frame = pd.DataFrame({"factor": list(cloud.inert), "reason": list(cloud.inert.values())}, dtype=object)
    return Exhibit(
        code="inert",
        title="Choices without effect in this study",
        table=frame,
        notes=("Varied, but no rank can depend on them.",),
        keys=("factor", "reason"),
    )


def consistency(cloud: RankCloud) -> Exhibit:
    """Report the consistency of the judgements that were drawn."""
    return Exhibit(
        code="drawn_consistency",
        title="Consistency of the judgements that were drawn",
        table=cloud.consistency.reset_index(),
        notes=(
            "Over the draws that weigh by judgements. Median: of the consistency ratio, rounded up to .01. "
            "Inconsistent: share of draws with a ratio of 0.10 or more.",
        ),
        formats={"draws": ",d", "median": ".2f", "inconsistent": ".3f"},
        keys=("node",),
    )


def sobol(sensitivity: Sensitivity) -> Exhibit:
    """List the Sobol' indices of the mean shift of ranks with their intervals, the largest total first."""
    table = sensitivity.table
    ends = {
        f"{kind}_{end}": text for kind in ("first", "total") for end, text in (("lower", "2.5 %"), ("upper", "97.5 %"))
    }
    alone = table["first"].sum(skipna=False)
    return Exhibit(
        code="sobol",
        title="Sobol' indices of the mean shift of ranks",
        table=table.rename(index=factor_words).reset_index(),
        notes=(
            "First order: share of the variance that a factor causes alone. Total: alone or together with others.",
            *(
                (f"First-order indices sum to {alone:.2f}.",)
                if np.isfinite(alone)
                else ("The mean shift never moves.",)
            ),
            *sensitivity.conventions,
        ),
        formats=dict.fromkeys(table.columns, ".2f"),
        keys=("factor",),
        headings={"first": "First order", **ends},
    )


def sobol_economies(sensitivity: Sensitivity, names: pd.Series) -> Exhibit:
    """List the total index of every factor for the rank of every economy, and what factors do together."""
    totals = sensitivity.total.iloc[1:].rename(columns=factor_words)
    together = 1 - sensitivity.first.iloc[1:].sum(axis=1, skipna=False)
    return Exhibit(
        code="sobol_economies",
        title="Total Sobol' indices of the rank of every economy",
        table=_named(totals.assign(together=together), names),
        notes=(
            "Total: share of the variance of a rank that a factor causes alone or together with others. Together: 1 "
            "less the sum of first-order indices. Estimates may leave the range from 0 to 1.",
            *sensitivity.conventions,
        ),
        formats=dict.fromkeys((*totals, "together"), ".2f"),
        keys=("economy", "name"),
        hidden=("name",),
    )


def _named(table: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """Put code and printed name before the columns of a table by economy."""
    frame = table.reset_index(drop=True)
    frame.insert(0, "economy", [str(economy) for economy in table.index])
    frame.insert(1, "name", [str(names.get(economy, economy)) for economy in table.index])
    return frame


def _bands(count: int) -> list[tuple[int, int]]:
    """Cut ranks into bands: the first, to the 5th, 10th, 20th, 50th, and so on."""
    ends = [last for last in (1, 5, 10, 20, 50, 100, 200, 500, 1000) if last < count] + [count]
    return [(first + 1, last) for first, last in zip([0, *ends[:-1]], ends, strict=True)]


def _band(first: int, last: int) -> str:
    """Name a band of ranks."""
    return str(first) if first == last else f"{first} to {last}"
