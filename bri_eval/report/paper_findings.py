"""What answers the paper in a study's report: its tables, figures and numbers, as far as data and tags allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from bri_eval.analysis.claims import missing_tables, settle_claims
from bri_eval.analysis.coordination import coordination_table, tagged_codes, tagged_scores
from bri_eval.analysis.routes import corridors_of, has_places
from bri_eval.analysis.stages import ABROAD, stage_scores
from bri_eval.analysis.traceability import ANSWERS, read_traces
from bri_eval.files import ECONOMIES, read_numbers, read_table
from bri_eval.report import paper_tables as tables
from bri_eval.report.map_figures import SHADES, draw_coordination, draw_map
from bri_eval.report.paper_figures import ASPECTS, draw_channels, draw_problem_path, draw_three_networks
from bri_eval.tables import read_economies, read_groups, read_panel

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from matplotlib.figure import Figure

    from bri_eval.evaluation import Evaluation
    from bri_eval.framework import Framework
    from bri_eval.report.exhibits import Exhibit
    from bri_eval.study import Study

HOME = "CHN"
TRACES = "traceability.toml"
CAPITALS = {"lat": "capital_lat", "lon": "capital_lon"}


def paper_exhibits(study: Study, evaluation: Evaluation) -> list[Exhibit]:
    """Make the tables that the study's data and tags allow.

    Parameters
    ----------
    study
        Its tables, headline year, economies and groups; ``traceability.toml`` beside its file, if there is one.
    evaluation
        The main index.
    """
    exhibits = []
    if not missing_tables(study.tables):
        exhibits += [tables.claims(settle_claims(study.tables)), tables.links(study), tables.hubs(study)]
    views = coordination_views(study, evaluation)
    if views:
        exhibits.append(tables.coordination(views, study))
    if "stage" in views:
        exhibits.append(tables.stages(evaluation, home_panel(study, evaluation), study.headline))
    if _has(evaluation.framework, "capability"):
        exhibits.append(tables.hierarchy(study, evaluation))
    path = study.origin.parent / TRACES
    if path.is_file():
        exhibits.append(tables.traceability(read_traces(path)))
    return exhibits


def paper_drawings(study: Study, evaluation: Evaluation) -> dict[str, Figure]:
    """Draw the figures that the study's data and tags allow."""
    framework, drawn = evaluation.framework, {}
    if {answer.pillar for answer in ANSWERS} <= set(framework.pillars):
        drawn["problem_path"] = draw_problem_path(framework)
    if has_places(framework):
        drawn["three_networks"] = draw_three_networks(framework)
    scores = evaluation.scores[framework.goal].xs(study.headline, level="year")
    corridors = _corridors(study, scores.index)
    if corridors and set(ASPECTS.values()) <= set(framework.codes) and "infrastructure" in framework.pillars:
        drawn["channels"] = draw_channels(evaluation, study.headline, corridors)
    capitals = _capitals(study.tables)
    listed = read_economies(study.tables, study.economies)
    if {HOME, *listed} <= set(capitals.index) and len(scores) > len(SHADES):
        drawn["map"] = draw_map(scores.reindex(listed), capitals, corridors)
    views = coordination_views(study, evaluation)
    if views and study.groups and _seen_throughout(evaluation):
        regions = read_groups(study.tables, study.groups)
        drawn["coordination"] = draw_coordination({tables.VIEWS[tag]: table for tag, table in views.items()}, regions)
    return drawn


def claim_numbers(found: Iterable[Any]) -> dict[str, str]:
    """Give verdict and sentence of every claim, or row of the ledger, and how many have each verdict."""
    numbers: dict[str, str] = {}
    count = {"holds": 0, "holds only if": 0, "does not hold": 0, "cannot be tested": 0}
    for claim in found:
        numbers |= {f"claim/{claim.id}/verdict": claim.verdict, f"claim/{claim.id}/sentence": claim.sentence}
        kind = next(words for words in sorted(count, key=len, reverse=True) if claim.verdict.startswith(words))
        count[kind] += 1
    return numbers | {f"claims/{kind}": str(number) for kind, number in count.items()}


def answer_numbers(study: Study, exhibits: Mapping[str, Exhibit]) -> dict[str, str]:
    """Give the numbers of the text about the claims that the study's tables can test, and about coordination."""
    numbers = claim_numbers(exhibits["claims"].table.itertuples()) if "claims" in exhibits else {}
    if "coordination" in exhibits:
        numbers |= coordination_numbers(exhibits["coordination"].table, study.headline)
    if "hierarchy" in exhibits:
        table = exhibits["hierarchy"].table
        found = table[table["year"] == study.headline].groupby("comparison", sort=False)["kendall"].first()
        numbers |= {"hierarchy/main": f"{found.iloc[0]:.2f}", "hierarchy/equal": f"{found.iloc[-1]:.2f}"}
    return numbers


def coordination_numbers(table: pd.DataFrame, year: int) -> dict[str, str]:
    """Give degree, weakest part and economies at 0 of every view over all economies, and its weakest region."""
    numbers: dict[str, str] = {}
    for view, rows in table[table["year"] == year].groupby("view", sort=False):
        whole, parts = rows[rows["group"] == "all"].iloc[0], rows[rows["group"] != "all"]
        first = table[(table["view"] == view) & (table["group"] == "all")].iloc[0]
        key = f"coordination/{str(view).split()[-1]}"
        numbers |= {
            f"{key}/degree": f"{whole['degree']:.2f}",
            f"{key}/first": f"{first['degree']:.2f}",
            f"{key}/weakest": str(whole["weakest"]),
            f"{key}/share": f"{100 * whole['share']:.0f} %",
            f"{key}/zeros": str(int(whole["at 0"])),
        }
        if len(parts):
            worst = parts.iloc[int(parts["degree"].to_numpy().argmin())]
            numbers |= {f"{key}/region": str(worst["group"]), f"{key}/region_degree": f"{worst['degree']:.2f}"}
    return numbers


def coordination_views(study: Study, evaluation: Evaluation) -> dict[str, pd.DataFrame]:
    """Make the coordination tables of stages, networks and flows that recipe, tags and China's own values allow."""
    recipe, scores = evaluation.recipe, {}
    if recipe.normaliser != "minmax" or recipe.availability is not None:
        return {}
    if recipe.scope == "pooled" and recipe.treatment == "none" and _stands_apart(study, evaluation.framework):
        scores["stage"] = stage_scores(evaluation, home_panel(study, evaluation))
    for tag in ("network", "flow"):
        if _has(evaluation.framework, tag) and len(tagged_codes(evaluation.framework, tag)) > 1:
            scores[tag] = tagged_scores(evaluation, tag)
    return {tag: coordination_table(table) for tag, table in scores.items() if table.notna().to_numpy().all()}


def home_panel(study: Study, evaluation: Evaluation) -> pd.DataFrame:
    """Read China's own values in the years of the index."""
    years = evaluation.panel.index.unique("year")
    return read_panel(evaluation.framework, study.tables, economies=[HOME], years=[int(year) for year in years])


def _has(framework: Framework, tag: str) -> bool:
    """Tell whether every indicator carries the tag, or for networks, a part of the whole, whether one does."""
    carry = [tag in indicator.tags for indicator in framework.indicators]
    return any(carry) if tag == "network" else all(carry)


def _stands_apart(study: Study, framework: Framework) -> bool:
    """Tell whether both stages abroad are tagged and China is in the tables and no partner."""
    if not _has(framework, "stage") or not set(ABROAD) <= set(tagged_codes(framework, "stage")):
        return False
    listed = read_economies(study.tables, study.economies)
    return HOME in read_economies(study.tables, "all") and HOME not in listed


def _corridors(study: Study, ranked: pd.Index) -> dict[str, list[str]]:
    """List the corridors on which an economy is ranked, if the tables know of any."""
    if "corridors" not in _columns(study.tables):
        return {}
    found = corridors_of(study.tables, study.economies)
    return {code: members for code, members in found.items() if set(members) & set(ranked)}


def _capitals(folder: Path) -> pd.DataFrame:
    """Read the coordinates of capitals; none where the tables have no such columns."""
    if not set(CAPITALS.values()) <= set(_columns(folder)):
        return pd.DataFrame(columns=list(CAPITALS))
    return pd.DataFrame({to: read_numbers(folder, f"{ECONOMIES}:{name}") for to, name in CAPITALS.items()}).dropna()


def _seen_throughout(evaluation: Evaluation) -> bool:
    """Tell whether an economy is ranked in every year."""
    index = evaluation.scores.index
    return bool((index.get_level_values("economy").value_counts() == len(index.unique("year"))).any())


def _columns(folder: Path) -> list[str]:
    """List the columns of ``economies.csv``, if there is one."""
    path = folder / ECONOMIES
    return list(read_table(path).columns) if path.is_file() else []
