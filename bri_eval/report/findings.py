"""Tables of what a finished index says: reliability, influence, obstacles, dispersion."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pandas as pd

from bri_eval.analysis.audit import reliability_table
from bri_eval.analysis.convergence import sigma
from bri_eval.analysis.inequality import inequality_by_year
from bri_eval.analysis.influence import leave_out
from bri_eval.analysis.obstacles import obstacle_degrees
from bri_eval.report.exhibits import Exhibit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bri_eval.evaluation import Evaluation
    from bri_eval.study import Study


def findings(study: Study, evaluation: Evaluation, regions: pd.Series) -> list[Exhibit]:
    """Make the tables that the index and its recipe allow.

    Parameters
    ----------
    study
        Its headline year and judgements.
    evaluation
        The main index.
    regions
        Economy to region; without any there is no table of dispersion.
    """
    exhibits = [reliability(evaluation)]
    if len(evaluation.framework.codes) > 1:
        exhibits.append(influence(study, evaluation, regions))
    if evaluation.recipe.normaliser == "minmax" and evaluation.recipe.availability is None:
        exhibits.append(obstacles(evaluation))
    years = evaluation.scores.index.unique("year")
    if len(regions) and len(years) > 1 and evaluation.recipe.scope == "pooled":
        exhibits.append(dispersion(evaluation, regions))
    return exhibits


def finding_numbers(exhibits: Mapping[str, Exhibit], year: int) -> dict[str, str]:
    """Give the numbers of the text about the findings that were made."""
    numbers: dict[str, str] = {}
    if "influence" in exhibits:
        rows = exhibits["influence"].table.sort_values("spearman", kind="stable").to_dict("records")
        first, rest = rows[0], [row["spearman"] for row in rows[1:]]
        numbers |= {
            "influence/most": str(first["left out"]).lower(),
            "influence/spearman": f"{first['spearman']:.2f}",
            "influence/mover": str(first["furthest"]),
            "influence/places": str(abs(int(first["places"]))),
            "influence/others": f"{min(rest):.2f}",
        }
    if "obstacles" in exhibits:
        mean = exhibits["obstacles"].table.set_index("indicator")[str(year)]
        numbers |= {"obstacles/first": str(mean.idxmax()).lower(), "obstacles/share": f"{100 * mean.max():.0f} %"}
    if "dispersion" in exhibits:
        table = exhibits["dispersion"].table.set_index("year")
        for when, row in (("first", table.iloc[0]), ("last", table.iloc[-1])):
            numbers |= {
                f"dispersion/gini_{when}": f"{row['gini']:.2f}",
                f"dispersion/between_{when}": f"{100 * row['between regions']:.0f} %",
            }
    whole = exhibits["reliability"].table.iloc[0]
    return numbers | {"reliability/alpha": f"{whole['alpha']:.2f}", "reliability/kmo": f"{whole['kmo']:.2f}"}


def reliability(evaluation: Evaluation) -> Exhibit:
    """Report Cronbach's alpha, KMO and the first component of the goal and every pillar."""
    names = evaluation.framework.names
    table = reliability_table(evaluation)[["indicators", "n", "mean_r", "alpha", "kmo", "first_component"]]
    frame = table.rename(index=names).reset_index(names="node")
    return Exhibit(
        code="reliability",
        title="Do the indicators of a pillar go together?",
        table=frame,
        notes=(
            "Costs are turned, observed cells only, rows without a gap (n). Mean r: mean correlation. Alpha: "
            "Cronbach's, standardised. KMO: share of correlation that is common; of two indicators it is .5 by "
            "definition. First component: its share of the variance.",
        ),
        formats=dict.fromkeys(("mean_r", "alpha", "kmo", "first_component"), ".2f"),
        keys=("node",),
        headings={"mean_r": "Mean r", "kmo": "KMO", "n": "n"},
    )


def influence(study: Study, evaluation: Evaluation, regions: pd.Series) -> Exhibit:
    """Rank again without each indicator."""
    found = leave_out(
        evaluation.panel,
        evaluation.framework,
        dataclasses.replace(evaluation.recipe, exclude=()),  # the framework is without them already
        study.judgements,
        groups=regions if len(regions) else None,
        year=study.headline,
    )
    columns = {"furthest_shift": "places", "mean_shift": "mean shift"}
    frame = found.rename(index=evaluation.framework.names, columns=columns).reset_index(names="left out")
    return Exhibit(
        code="influence",
        title=f"The ranking of {study.headline} without each indicator",
        table=frame[["left out", "spearman", "kendall", "mean shift", "furthest", "places"]],
        notes=(
            "Compared with the full ranking. Furthest: the economy that moves most, and its places (a plus is a fall).",
        ),
        formats={"spearman": ".3f", "kendall": ".3f", "mean shift": ".1f", "places": "+d"},
        keys=("left out", "furthest"),
    )


def obstacles(evaluation: Evaluation) -> Exhibit:
    """Share the distance from the ideal among the indicators, on average over economies, by year."""
    degrees = obstacle_degrees(evaluation).groupby(level="year").mean().T
    frame = degrees.rename(index=evaluation.framework.names).rename(columns=str).reset_index(names="indicator")
    return Exhibit(
        code="obstacles",
        title="Mean obstacle degree of every indicator, by edition",
        table=frame,
        notes=("Share of an indicator in the weighted distance of an economy from the best; columns sum to 1.",),
        formats=dict.fromkeys(map(str, degrees.columns), ".3f"),
        keys=("indicator",),
    )


def dispersion(evaluation: Evaluation, regions: pd.Series) -> Exhibit:
    """Report the dispersion of scores and what of it lies between regions, by year."""
    scores = evaluation.scores[evaluation.framework.goal]
    found = inequality_by_year(scores, regions).join(sigma(scores)[["sd_log", "cv"]])
    frame = found.rename(columns={"theil_between_share": "between regions", "sd_log": "s.d. of ln", "cv": "CV"})
    shown = ["n", "mean", "gini", "theil", "between regions", "s.d. of ln", "CV"]
    return Exhibit(
        code="dispersion",
        title="Dispersion of the score, and its share between regions",
        table=frame[shown].astype({"n": int}).reset_index(names="year"),
        notes=("Between regions: share of Theil's T. Editions differ in their economies.",),
        formats=dict.fromkeys(shown[1:], ".3f"),
        keys=("year",),
        headings={"n": "n"},
    )
