"""Tables of what a ranking withstands: an indicator less, other weights, other economies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from bri_eval.report.exhibits import Exhibit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bri_eval.robustness.library import Transitivity


def stability_exhibits(
    left_out: pd.DataFrame | None,
    reversals: pd.DataFrame | None,
    stability: pd.DataFrame | None,
    labels: Mapping[str, str],
    year: int,
) -> list[Exhibit]:
    """Make the tables of the analyses that were made; arguments as in the functions below."""
    exhibits = []
    if left_out is not None:
        exhibits.append(leave_out(left_out, labels, year))
    if reversals is not None:
        exhibits.append(rank_reversal(reversals))
    if stability is not None:
        exhibits.append(weight_stability(stability, labels))
    return exhibits


def leave_out(found: pd.DataFrame, labels: Mapping[str, str], year: int) -> Exhibit:
    """List what the ranking of a year becomes without each pillar and indicator.

    Parameters
    ----------
    found
        From ``leave_out_indicators``.
    labels
        Code of a pillar or indicator to printed name.
    year
        Whose ranks are compared.
    """
    frame = found.reset_index().rename(columns={"furthest_shift": "places", "leader": "first"})
    frame["left_out"] = frame["left_out"].map(lambda code: labels.get(code, code))
    shown = ["level", "left_out", "spearman", "kendall", "mean_shift", "reversals", "furthest", "places", "first"]
    return Exhibit(
        code="leave_out",
        title=f"The ranking of {year} without each pillar and indicator",
        table=frame[shown],
        notes=(
            "Compared with the full ranking, weights found anew. Mean shift: absolute. Reversals: pairs of economies "
            "whose order turns round. Furthest: the economy that moves most, and its places (a plus is a fall).",
        ),
        formats={"spearman": ".3f", "kendall": ".3f", "mean_shift": ".1f", "places": "+d"},
        keys=("level", "left_out", "furthest", "first"),
    )


def weight_stability(found: pd.DataFrame, labels: Mapping[str, str], *, best: int = 1) -> Exhibit:
    """List how far each weight may move before the best change.

    Parameters
    ----------
    found
        From ``stability.weight_stability``, of indicators or pillars.
    labels
        Code of a pillar or indicator to printed name.
    best
        The size of the set that ``found`` was made for.
    """
    level = str(found.index.name)
    frame = found.rename(index=dict(labels)).reset_index()
    first = [level, "weight", "lower", "enters_lower", "upper", "enters_upper", "relative"]
    hidden = ["leaves_lower", "leaves_upper", "distance"]
    meant = "the leader changes" if best == 1 else f"the best {best} change"
    return Exhibit(
        code="weight_stability" if level == "indicator" else f"{level}_stability",
        title=f"How far the weight of each {level} may move before {meant}",
        table=frame[[*first, *hidden]],
        notes=(
            "One weight moves, the others are rescaled; neither weights nor bounds are found anew. From and to: the "
            "nearest weights at which somebody draws level, 0 and 1 if nobody does; beside them who does. Relative: "
            "distance to the nearer one over the weight.",
        ),
        formats=dict.fromkeys(("weight", "lower", "upper"), ".3f") | {"relative": ".2f"},
        keys=(level, "enters_lower", "enters_upper"),
        headings={"lower": "From", "upper": "To", "enters_lower": "Level there", "enters_upper": "Level there"},
        hidden=tuple(hidden),
    )


def rank_reversal(
    left_out: pd.DataFrame,
    *,
    worsened: pd.DataFrame | None = None,
    cloned: pd.DataFrame | None = None,
    pairs: Transitivity | None = None,
) -> Exhibit:
    """Count how often economies change their order though nothing about them has changed.

    Parameters
    ----------
    left_out
        From ``leave_out_economies``.
    worsened, cloned, pairs
        From ``worsen_each``, ``clone_each`` and ``transitivity``, as far as they were run.
    """
    rows = [_reversals("one economy less", left_out, left_out["leader_changed"])]
    for test, found in (("one economy worse", worsened), ("a copy of one economy more", cloned)):
        if found is not None:
            rows.append(_reversals(test, found, ~found["leader_kept"].astype(bool)))
    return Exhibit(
        code="rank_reversal",
        title="Do economies keep their order when another one changes?",
        table=pd.DataFrame(rows),
        notes=(
            "Cases: economies that are left out, worsened or copied, one at a time. Leader changed: cases in which "
            "another of the remaining economies leads. With reversals: cases in which the order of at least one pair "
            "turns round. Most reversals: in one case, and which; mean shift: of ranks, over all cases.",
            *((_pairs_note(pairs),) if pairs is not None else ()),
        ),
        formats={"mean_shift": ".2f"},
        keys=("test", "case"),
    )


def _reversals(test: str, found: pd.DataFrame, leader_changed: pd.Series) -> dict[str, object]:
    """Sum up the cases of one test."""
    turned = found["reversals"]
    worst = turned.idxmax()
    named = " ".join(map(str, worst)) if isinstance(worst, tuple) else str(worst)
    return {
        "test": test,
        "cases": len(found),
        "leader_changed": int(leader_changed.sum()),
        "with_reversals": int((turned > 0).sum()),
        "most_reversals": int(turned.max()),
        "case": named if turned.any() else "",
        "mean_shift": float(found["mean_shift"].mean()),
    }


def _pairs_note(pairs: Transitivity) -> str:
    """Say what ranking two economies at a time gives."""
    moved = int((pairs.ranks["whole"] != pairs.ranks["recomposed"]).sum())
    return (
        f"Of {pairs.pairs:,} pairs ranked alone {pairs.tied:,} are level, and {pairs.circles:,} triples go round; "
        f"put together again, pairs give {moved:,} of {len(pairs.ranks):,} economies another rank."
    )
