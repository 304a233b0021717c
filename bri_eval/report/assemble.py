"""Every table, figure and number of the report, and the files that hold them."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from bri_eval.checks import InputError, listing
from bri_eval.econometrics.terms import columns_of
from bri_eval.econometrics.variables import Variable
from bri_eval.econometrics.variation import variation
from bri_eval.files import ECONOMIES, read_table
from bri_eval.manifest import as_json, stamp
from bri_eval.report import figures, rank_figures, rank_tables, regressions, tables
from bri_eval.report.appendix_tables import appendix_exhibits
from bri_eval.report.evidence_figures import evidence_figures
from bri_eval.report.evidence_findings import evidence_findings
from bri_eval.report.evidence_tables import check_exhibits
from bri_eval.report.exhibits import WRITERS, Exhibit
from bri_eval.report.explorer import explorer
from bri_eval.report.findings import finding_numbers, findings
from bri_eval.report.lineage import NUMBERS, PLATES, Made, Makers, Part, list_made, watched
from bri_eval.report.mode_figures import mode_drawings
from bri_eval.report.mode_findings import mode_numbers
from bri_eval.report.mode_tables import mode_exhibits
from bri_eval.report.paper import fit_numbers, index_numbers
from bri_eval.report.paper_findings import answer_numbers, paper_drawings, paper_exhibits
from bri_eval.report.rank_findings import rank_findings
from bri_eval.report.stability_tables import stability_exhibits
from bri_eval.report.workbook import workbook
from bri_eval.sources import paper_sources
from bri_eval.study import MAIN
from bri_eval.tables import read_groups
from bri_eval.workers import each

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from matplotlib.figure import Figure

    from bri_eval.econometrics.specs import Estimates, Evidence
    from bri_eval.evaluation import Evaluation
    from bri_eval.modes.decisions import Decisions
    from bri_eval.robustness.cloud import RankCloud
    from bri_eval.robustness.doubts import Doubts
    from bri_eval.study import Study


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Report:
    """The exhibits and figures by name, the numbers of the text, every file by its path, and who made what."""

    exhibits: Mapping[str, Exhibit]
    figures: Mapping[str, Figure]
    numbers: Mapping[str, str]
    files: Mapping[str, str | bytes]
    made: tuple[Made, ...]


def report(
    study: Study,
    evaluations: Mapping[str, Evaluation],
    evidence: Evidence | None,
    doubts: Doubts | None = None,
    decisions: Decisions | None = None,
    *,
    stages: Sequence[str] = (),
) -> Report:
    """Make every exhibit of a study.

    Parameters
    ----------
    study
        The study.
    evaluations
        Its main index and alternatives, by name.
    evidence
        Its estimates, if it declares models.
    doubts
        The uncertainty of its ranks, if it declares what may vary.
    decisions
        Its modes, chosen and mixed, if it names a catalogue.
    stages
        Of the run. With ``"answers"`` the report answers the paper that the study starts from, as far as its tables and
        tags allow; with ``"paper"`` it has what the paper is set from, and who made what.
    """
    _check_headline(study, evaluations["main"])
    whole = "paper" in stages
    with watched() if whole else nullcontext(Makers()) as makers:
        parts = dict(_parts(study, evaluations, evidence, doubts, decisions))
        if "answers" in stages:
            parts["answers"] = _answers(study, evaluations["main"])
    drawn = {name: figure for part in parts.values() for name, figure in part.figures.items()}
    plates = [(name, kind) for name in drawn for kind in PLATES]
    printed = each(figures.figure_bytes, [(drawn[name], kind) for name, kind in plates], here=True)  # while we go on
    made_by, files = stamp(study), dict[str, str | bytes]()
    for folder, part in parts.items():
        for exhibit in part.exhibits:
            texts = {kind: _stamped(write(exhibit), kind, made_by) for kind, write in WRITERS.items()}
            files |= {f"{folder}/{exhibit.code}.{kind}": text for kind, text in texts.items()}
    numbers = {key: text for part in parts.values() for key, text in part.numbers.items()}
    files["index/evaluation.xlsx"] = workbook(evaluations["main"], note=made_by)
    if whole:
        files[NUMBERS] = as_json(numbers)
        files |= _page(study, evaluations, doubts, decisions)
    if whole and study.paper:
        sources = {path.name: path.read_bytes() for path in paper_sources(study.paper)}
        files |= {f"paper/{name}": content.replace(b"\r\n", b"\n") for name, content in sources.items()}
    files |= {f"figures/{name}.{kind}": content for (name, kind), content in zip(plates, printed, strict=True)}
    exhibits = {exhibit.code: exhibit for part in parts.values() for exhibit in part.exhibits}
    return Report(
        exhibits=exhibits, figures=drawn, numbers=numbers, files=files, made=list_made(parts, makers) if whole else ()
    )


def _page(
    study: Study, evaluations: Mapping[str, Evaluation], doubts: Doubts | None, decisions: Decisions | None
) -> dict[str, str]:
    """Make the page to explore, unless the study's own method is one that it cannot compute."""
    names = economy_names(study, evaluations["main"])
    try:
        return {"explore.html": explorer(study, evaluations, names=names, doubts=doubts, decisions=decisions)}
    except InputError:
        return {}


def _parts(
    study: Study,
    evaluations: Mapping[str, Evaluation],
    evidence: Evidence | None,
    doubts: Doubts | None,
    decisions: Decisions | None,
) -> Iterator[tuple[str, Part]]:
    """Make each part of the report, by its folder."""
    names = economy_names(study, evaluations["main"])
    cloud = None if doubts is None else doubts.cloud
    index = Part(
        exhibits=_index_exhibits(study, evaluations, names, cloud),
        figures=_index_figures(study, evaluations, names, cloud),
        numbers=index_numbers(evaluations, study.headline, names),
    )
    yield "index", index
    regions = read_groups(study.tables, study.groups) if study.groups else pd.Series(dtype=str)
    said = findings(study, evaluations["main"], regions)
    numbers = finding_numbers({exhibit.code: exhibit for exhibit in said}, study.headline)
    yield "analysis", Part(exhibits=said, numbers=numbers)
    if evidence is not None:
        found = _evidence_part(study, evidence, names)
        twice = {exhibit.code for exhibit in index.exhibits} & {exhibit.code for exhibit in found.exhibits}
        if twice:
            raise InputError(f"{study.origin}: {listing(twice)} is a table of the index; rename that group of models")
        yield "regressions", found
    if doubts is not None:
        yield (
            "robustness",
            Part(
                exhibits=_doubt_exhibits(study, doubts, names),
                figures=_doubt_figures(doubts, names),
                numbers=_doubt_numbers(study, doubts, names),
            ),
        )
    if decisions is not None:
        yield (
            "modes",
            Part(
                exhibits=mode_exhibits(decisions, names),
                figures=mode_drawings(decisions, names),
                numbers=mode_numbers(decisions, names),
            ),
        )


def _evidence_part(study: Study, evidence: Evidence, names: pd.Series) -> Part:
    """Make the part of the panel evidence."""
    numbers = fit_numbers(evidence)
    if evidence.checks is not None:
        numbers |= evidence_findings(evidence.checks, evidence.fits, _variables(study), names)
    return Part(
        exhibits=_evidence_exhibits(study, evidence, names),
        figures=_evidence_figures(study, evidence, names),
        numbers=numbers,
    )


def _answers(study: Study, main: Evaluation) -> Part:
    """Make the part that answers the paper which the study starts from."""
    exhibits = [*paper_exhibits(study, main), *(appendix_exhibits(study, main) if study.paper else [])]
    numbers = answer_numbers(study, {exhibit.code: exhibit for exhibit in exhibits})
    return Part(exhibits=exhibits, figures=paper_drawings(study, main), numbers=numbers)


def _stamped(content: str | bytes, kind: str, made_by: str) -> str | bytes:
    """Say in a comment what made a text; CSV and Word have no comments."""
    comment = {
        "tex": f"% {made_by}\n",
        "typ": f"// {made_by}\n",
        "md": f"<!-- {made_by} -->\n\n",
        "html": f"<!-- {made_by} -->\n",
    }
    return comment.get(kind, "") + content if isinstance(content, str) else content


def _check_headline(study: Study, main: Evaluation) -> None:
    """Refuse a headline year in which no economy is ranked."""
    ranked = main.scores.index.unique("year")
    if study.headline not in ranked:
        raise InputError(f"{study.origin}: no economy is ranked in {study.headline}; headline may be {listing(ranked)}")


def economy_names(study: Study, evaluation: Evaluation) -> pd.Series:
    """Name the economies as ``economies.csv`` does, or by their codes where it does not."""
    codes = evaluation.panel.index.get_level_values("economy").unique()
    names = pd.Series(codes, index=codes, name="name")
    register = study.tables / ECONOMIES
    if not register.is_file() or "name" not in read_table(register).columns:
        return names
    return read_groups(study.tables, "name").reindex(codes).fillna(names)


def _index_exhibits(
    study: Study, evaluations: Mapping[str, Evaluation], names: pd.Series, cloud: RankCloud | None
) -> list[Exhibit]:
    """Make the tables of the index."""
    main = evaluations["main"]
    regions = read_groups(study.tables, study.groups) if study.groups else pd.Series(dtype=str)
    exhibits = [
        tables.ranking(main, study.headline, names, regions, cloud),
        tables.scores(main),
        tables.weights(evaluations, study.headline),
        tables.coverage(main),
        tables.filled(main),
        tables.indicators(main),
    ]
    if len(evaluations) > 1:
        exhibits.append(tables.alternatives(evaluations, {c.name: c.note for c in study.cases}, study.headline))
    if len(main.consistency):
        exhibits.append(tables.consistency(main))
    return exhibits


def _index_figures(
    study: Study, evaluations: Mapping[str, Evaluation], names: pd.Series, cloud: RankCloud | None
) -> dict[str, Figure]:
    """Draw the figures of the index."""
    main = evaluations["main"]
    drawn = {"ranking": figures.draw_ranking(main, study.headline, names, cloud)}
    if len(study.years) > 1 and study.groups:
        drawn["change"] = figures.draw_change(main, read_groups(study.tables, study.groups))
    return drawn


def _variables(study: Study) -> dict[str, Variable]:
    """Name everything that a model may hold."""
    return {variable.code: variable for variable in (*_score_variables(study), *study.variables)}


def _evidence_figures(study: Study, evidence: Evidence, names: pd.Series) -> dict[str, Figure]:
    """Draw the figures of the panel evidence."""
    checks = evidence.checks
    chosen = checks.plan.figure if checks is not None else ()
    fits = [fit for fit in evidence.fits if not chosen or fit.spec.group in chosen]
    drawn = {"coefficients": figures.draw_coefficients(fits)}
    return drawn if checks is None else drawn | evidence_figures(checks, _variables(study), names)


def _evidence_exhibits(study: Study, evidence: Evidence, names: pd.Series) -> list[Exhibit]:
    """Make the tables of the panel evidence."""
    variables = _variables(study)
    groups: dict[str, list[Estimates]] = {}
    for fit in evidence.fits:
        groups.setdefault(fit.spec.group or "models", []).append(fit)
    exhibits = [
        regressions.regression(code, study.model_titles.get(code, code), fits, variables)
        for code, fits in groups.items()
    ]
    named = [term for fit in evidence.fits for term in (fit.spec.outcome, *fit.spec.regressors)]
    used = dict.fromkeys(column for term in named for column in columns_of(term))
    exhibits.append(regressions.variation(variation(evidence.data, list(used)), variables))
    exhibits.append(regressions.coefficients(evidence.fits))
    if evidence.tests:
        exhibits.append(regressions.tests(evidence.tests))
    if evidence.checks is not None:
        exhibits += check_exhibits(evidence.checks, evidence.fits, variables, names)
    return exhibits


def _doubt_exhibits(study: Study, doubts: Doubts, names: pd.Series) -> list[Exhibit]:
    """Make the tables of ranks under uncertainty."""
    best = 10 if study.robustness is None else study.robustness.best
    exhibits = rank_tables.rank_exhibits(doubts.cloud, doubts.sensitivity, names, best=best)
    left_out, reversals, stability = doubts.left_out, doubts.reversals, doubts.stability
    return exhibits + stability_exhibits(left_out, reversals, stability, study.framework.names, study.headline)


def _doubt_figures(doubts: Doubts, names: pd.Series) -> dict[str, Figure]:
    """Draw ranks under uncertainty."""
    drawn = {
        "rank_intervals": rank_figures.draw_rank_intervals(doubts.cloud, names),
        "acceptability": rank_figures.draw_acceptability(doubts.cloud, names),
        "dominance": rank_figures.draw_dominance(doubts.cloud, names),
    }
    if doubts.cloud.factors:
        drawn["levels"] = rank_figures.draw_levels(doubts.cloud)
    if doubts.sensitivity is not None:
        drawn["sobol"] = rank_figures.draw_sobol(doubts.sensitivity)
        order = doubts.cloud.table.index
        drawn["sobol_economies"] = rank_figures.draw_sobol_economies(doubts.sensitivity, names, order=order)
    return drawn


def _doubt_numbers(study: Study, doubts: Doubts, names: pd.Series) -> dict[str, str]:
    """Give the numbers of the text on ranks under uncertainty."""
    return rank_findings(
        doubts.cloud,
        names,
        study.headline,
        best=10 if study.robustness is None else study.robustness.best,
        sensitivity=doubts.sensitivity,
        stability=doubts.stability,
        left_out=doubts.left_out,
        reversals=doubts.reversals,
        labels=study.framework.names,
    )


def _score_variables(study: Study) -> list[Variable]:
    """Name every score that a model may hold: the group's code in words, the alternative in brackets."""
    return [
        Variable(
            code=code if case.name == MAIN else f"{code}_{case.name}",
            name=code.replace("_", " ").capitalize() + ("" if case.name == MAIN else f" ({case.name})"),
            source="",
        )
        for case in study.cases
        for code in case.framework.group_codes
    ]
