"""Tables that answer the paper: its claims, its stages, networks and flows, its hierarchy, and where each item went."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from bri_eval.analysis.capabilities import hierarchy_agreement
from bri_eval.analysis.claims import claims_table
from bri_eval.analysis.coordination import coordination_summary
from bri_eval.analysis.network import centrality_table, corridor_network, loss_table
from bri_eval.analysis.routes import link_table
from bri_eval.analysis.stages import home_notes, home_scores, home_table
from bri_eval.analysis.traceability import traceability_table
from bri_eval.report.exhibits import Exhibit
from bri_eval.tables import read_groups

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bri_eval.analysis.claims import Claim
    from bri_eval.analysis.traceability import Trace
    from bri_eval.evaluation import Evaluation
    from bri_eval.study import Study

VIEWS = {"stage": "three stages", "network": "three networks", "flow": "four flows"}

LINK_YEAR = 2018
"""The last year of hours and costs that all partners have."""


def claims(found: Iterable[Claim]) -> Exhibit:
    """Print the ledger of claims."""
    table = claims_table(found)
    return Exhibit(
        code="claims",
        title="What the paper states, and what the data say",
        table=table[["id", "section", "statement", "verdict", "sentence", "source"]],
        notes=(
            "C1 to C15: the statements of the paper that its study lists; C16 to C21 are added by the same rules. A "
            "region differs from the other partners from a fifth of a standard deviation on; means are compared by "
            "Welch's test at 5 %.",
        ),
        keys=("id", "section", "statement", "verdict", "sentence", "source"),
        hidden=("source",),
    )


def coordination(views: Mapping[str, pd.DataFrame], study: Study) -> Exhibit:
    """Print the coupling coordination of every view by year, and by region in the headline year."""
    regions = read_groups(study.tables, study.groups) if study.groups else None
    rows = []
    for tag, table in views.items():
        parts = [coordination_summary(table).assign(group="all").reset_index()]
        if regions is not None:
            of_year = table[table.index.get_level_values("year") == study.headline]
            parts.append(coordination_summary(of_year, regions).reset_index())
        rows += [part.assign(view=VIEWS[tag])[_SUMMARY] for part in parts]
    return Exhibit(
        code="coordination",
        title="Coupling coordination of stages, networks and flows",
        table=pd.concat(rows, ignore_index=True).rename(columns=_PRINTED),
        notes=(
            "Means over economies. At 0: economies with a subsystem at 0, whose degree is 0; above 0: mean of the "
            "others. Weakest: the subsystem that most often has the lowest score, and its share of the economies; "
            "scores are places between the worst and the best observed. The domestic stage is China's own values of "
            "the same indicators.",
        ),
        formats=dict.fromkeys(("coupling", "development", "degree", "above 0", "share"), ".3f"),
        keys=("view", "year", "group", "weakest"),
    )


def stages(evaluation: Evaluation, home: pd.DataFrame, year: int) -> Exhibit:
    """Print China's values beside those of the median partner."""
    table = home_table(evaluation, home, year).rename(index=evaluation.framework.names).reset_index()
    found = home_scores(evaluation, home)
    return Exhibit(
        code="stages",
        title=f"China and the median partner, {year}",
        table=table,
        notes=(
            f"Score: place between the worst and the best partner. China's mean is {float(found['score'][year]):.3f}.",
            *home_notes(found[found.index == year], names=evaluation.framework.names),
        ),
        formats=dict.fromkeys(("home", "partners"), ".4g") | dict.fromkeys(("home_score", "partners_score"), ".3f"),
        keys=("indicator", "stage"),
        headings={"home": "China", "home_score": "Score of China", "partners_score": "Score of partners"},
    )


def links(study: Study) -> Exhibit:
    """Print time and cost of the five links."""
    table = link_table(study.tables, study.economies, year=LINK_YEAR).drop(columns="economies")
    return Exhibit(
        code="links",
        title=f"Time and cost of the five links, {LINK_YEAR}",
        table=table.reset_index(drop=True).rename(columns={"name": "link", "cost_usd": "cost"}),
        notes=("Border and documents of a standard shipment, Doing Business, ended in 2021; not of a parcel.",),
        formats={"hours": ".1f", "cost": ".0f"},
        keys=("link", "note"),
        headings={"cost": "Cost, US$"},
    )


def hubs(study: Study) -> Exhibit:
    """Print how central the economies of the corridors are, and what the loss of each would cut off."""
    network = corridor_network(study.tables, study.economies)
    lost = loss_table(network).xs("economy", level="kind")[["cut_off", "pairs_cut", "mean_km_after"]]
    table = centrality_table(network).join(lost).sort_values(["cut_off", "betweenness"], ascending=False)
    return Exhibit(
        code="hubs",
        title="Hubs of the corridors, and what the loss of one cuts off",
        table=table.assign(bridge=table["bridge"].map({True: "yes", False: "no"})).reset_index(),
        notes=network.conventions,
        formats={"betweenness": ".3f", "from_origin_km": ",.0f", "mean_km_after": ",.0f"},
        keys=("economy", "bridge"),
        headings={"from_origin_km": "Km from Beijing", "from_origin_links": "Links", "mean_km_after": "Mean km after"},
    )


def hierarchy(study: Study, evaluation: Evaluation) -> Exhibit:
    """Print how far the ranking agrees with that of the four capabilities."""
    groups = read_groups(study.tables, study.groups) if study.groups else None
    table = hierarchy_agreement(evaluation, groups=groups).reset_index()
    words = {"main": "the main index", "hierarchy": "the five pillars, equal weights"}
    return Exhibit(
        code="hierarchy",
        title="Rankings by four capabilities instead of five pillars",
        table=table.assign(comparison=table["comparison"].map(words)).drop(columns="furthest_shift"),
        notes=("Four capabilities under equal weights within every group, compared with the ranking named.",),
        formats=dict.fromkeys(("spearman", "kendall"), ".3f") | {"mean_shift": ".1f"},
        keys=("year", "comparison", "furthest"),
    )


def traceability(traces: Iterable[Trace]) -> Exhibit:
    """Print what became of every statement of the paper."""
    table = traceability_table(traces)
    return Exhibit(
        code="traceability",
        title="From the statements of the paper to the package",
        table=table.assign(made=table["made"].where(table["reason"] == "", table["reason"])).drop(columns="reason"),
        notes=("Section: of the paper. Made: functions of the package, or the reason for leaving the statement out.",),
        keys=("id", "section", "content", "made", "exhibits"),
    )


_SUMMARY = [
    "view", "year", "group", "economies", "zeros", "coupling", "development", "coordination", "coordination_above_zero",
    "weakest", "weakest_share",
]  # fmt: skip
_PRINTED = {
    "zeros": "at 0",
    "coordination": "degree",
    "coordination_above_zero": "above 0",
    "weakest_share": "share",
}
