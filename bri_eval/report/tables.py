"""Which tables the report has, and how each is made from evaluations and estimates."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pandas as pd
from scipy import stats

from bri_eval.report.exhibits import Exhibit
from bri_eval.tables import coverage_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bri_eval.evaluation import Evaluation
    from bri_eval.robustness.cloud import RankCloud


def ranking(
    evaluation: Evaluation, year: int, names: pd.Series, regions: pd.Series, cloud: RankCloud | None = None
) -> Exhibit:
    """List the economies of one year by rank, with its interval if there is one, the score and every pillar's."""
    goal, pillars = evaluation.framework.goal, evaluation.framework.pillars
    scores = evaluation.scores.xs(year, level="year")
    table = pd.DataFrame(
        {
            "economy": scores.index,
            "name": scores.index.map(names.to_dict()),
            "region": scores.index.map(regions.to_dict()),
        }
    )
    table["year"] = year
    table["rank"] = evaluation.ranks[goal].xs(year, level="year").to_numpy()
    if cloud is not None:
        table = table.join(cloud.table[["lower", "median", "upper"]].astype("Int64"), on="economy")
    for code in (goal, *pillars):
        table[code] = scores[code].to_numpy()
    return Exhibit(
        code="ranking",
        title=f"{evaluation.framework.names[goal]}, {year}: rank, score and pillar scores",
        table=table.sort_values(["rank", "economy"]).reset_index(drop=True),
        notes=(*evaluation.conventions, *(() if cloud is None else cloud.conventions[:1])),
        formats=dict.fromkeys((goal, *pillars), ".3f"),
        keys=("economy", "name", "region"),
        hidden=("region", "year"),
        headings={} if cloud is None else {"lower": "5 %", "upper": "95 %"},
    )


def scores(evaluation: Evaluation) -> Exhibit:
    """List score and rank of every group, economy and year."""
    ranks = evaluation.ranks.add_prefix("rank_")
    table = evaluation.scores.join(ranks).reset_index()
    return Exhibit(
        code="scores",
        title="Scores and ranks of the goal and every group, all years",
        table=table,
        notes=evaluation.conventions,
        formats=dict.fromkeys(evaluation.scores.columns, ".3f"),
        keys=("economy", "year"),
    )


def weights(evaluations: Mapping[str, Evaluation], year: int) -> Exhibit:
    """Set the main weights beside those of every alternative that differs in its weighter alone."""
    main = evaluations["main"]
    table = pd.DataFrame(
        {
            "indicator": [main.framework.names[i.code] for i in main.framework.indicators],
            "pillar": [main.framework.names[i.parent] for i in main.framework.indicators],
        }
    )
    for name, other in evaluations.items():
        same = dataclasses.replace(other.recipe, weighter=main.recipe.weighter) == main.recipe
        if same and other.framework == main.framework and (name == "main" or other.recipe != main.recipe):
            table[name] = other.weights_in(year).reindex(main.framework.codes).to_numpy()
    printed = list(table.columns[2:])
    return Exhibit(
        code="weights",
        title="Share of every indicator in the goal, by weighting method",
        table=table,
        notes=(*main.conventions[1:2], "Each column sums to 1."),
        formats=dict.fromkeys(printed, ".3f"),
        keys=("indicator", "pillar"),
        headings={"ahp": "AHP"},
    )


def alternatives(evaluations: Mapping[str, Evaluation], notes: Mapping[str, str], year: int) -> Exhibit:
    """Compare the ranking of one year under every alternative with the main one."""
    main = evaluations["main"].ranks_in(year)
    rows = []
    for name, other in evaluations.items():
        if name == "main" or year not in other.ranks.index.unique("year"):
            continue
        both = pd.DataFrame({"main": main, "other": other.ranks_in(year)}).dropna()
        ranks = both.rank(method="min")
        shift = (ranks["other"] - ranks["main"]).astype(int)
        furthest = str(shift.abs().idxmax())
        rows.append(
            {
                "alternative": name,
                "differs in": notes.get(name, ""),
                "economies": len(both),
                "spearman": stats.spearmanr(both["main"], both["other"]).statistic,
                "kendall": stats.kendalltau(both["main"], both["other"]).statistic,
                "mean shift": shift.abs().mean(),
                "furthest": f"{furthest} {shift[furthest]:+d}" if shift.any() else "no move",
                "first": ranks["other"].idxmin(),
            }
        )
    return Exhibit(
        code="alternatives",
        title=f"The ranking of {year} under other choices, compared with the main one",
        table=pd.DataFrame(rows),
        notes=(
            "Spearman and Kendall (tau-b) correlate the ranks of the economies that both have, among themselves. "
            "Mean shift: mean absolute change of rank. Furthest: the economy that moves most; a plus is a fall.",
        ),
        formats={"spearman": ".3f", "kendall": ".3f", "mean shift": ".1f"},
        keys=("alternative", "differs in", "furthest", "first"),
    )


def coverage(evaluation: Evaluation) -> Exhibit:
    """Count the economies with a value, by indicator and year."""
    panel = evaluation.panel
    table = coverage_table(panel).rename(index=evaluation.framework.names).reset_index().rename(columns=str)
    return Exhibit(
        code="coverage",
        title="Economies with a value, by indicator and edition",
        table=table,
        notes=(f"Of {panel.index.get_level_values('economy').nunique()} economies; structural zeros count as values.",),
        keys=("indicator",),
    )


def filled(evaluation: Evaluation) -> Exhibit:
    """List every imputed cell with the rule that filled it and the value it got, after caps and transforms."""
    keys = ["economy", "year"]
    how = evaluation.filled.reset_index().melt(keys, var_name="indicator", value_name="rule")
    how["value"] = evaluation.treated.reset_index().melt(keys)["value"]
    return Exhibit(
        code="filled",
        title="Imputed cells",
        table=how[how["rule"] != ""].reset_index(drop=True),
        notes=("All other cells are observed, or structural zeros. Values are after caps and transforms.",),
        formats={"value": ".3f"},
        keys=("economy", "indicator", "rule"),
    )


def consistency(evaluation: Evaluation) -> Exhibit:
    """Report the consistency of every judgement matrix."""
    table = evaluation.consistency.reset_index(drop=True)
    return Exhibit(
        code="consistency",
        title="Consistency of the pairwise judgements",
        table=table,
        notes=(
            f"Random index: {evaluation.recipe.random_index}. Nodes without judgements give equal weights. The "
            "judgements are the authors' reading of published orderings, not those of experts.",
        ),
        formats={"lambda_max": ".4f", "consistency_index": ".4f", "consistency_ratio": ".4f"},
        keys=("node", "expert"),
    )


def indicators(evaluation: Evaluation) -> Exhibit:
    """List the indicators with pillar, direction, unit and source."""
    rows = [
        {
            "indicator": i.name or i.code,
            "pillar": i.parent,
            "direction": i.direction,
            "unit": i.unit,
            "source": i.source.replace(".csv:", ": "),
            "transform": ", ".join(filter(None, [i.transform.replace("none", ""), f"cap {i.cap:g}" if i.cap else ""])),
        }
        for i in evaluation.framework.indicators
    ]
    return Exhibit(
        code="indicators",
        title="Indicators: pillar, direction, unit, source",
        table=pd.DataFrame(rows),
        notes=("The assignment to pillars is the authors' judgement; the framework file cites the grounds of each.",),
        keys=tuple(rows[0]),
    )
