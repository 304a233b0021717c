"""Every table, figure and number of the report, and the files that hold them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from bri_eval.checks import InputError, listing
from bri_eval.econometrics.variables import Variable
from bri_eval.econometrics.variation import variation
from bri_eval.files import ECONOMIES, read_table
from bri_eval.provenance import as_json, provenance, stamp
from bri_eval.report import figures, regressions, tables
from bri_eval.report.exhibits import WRITERS, Exhibit
from bri_eval.report.findings import finding_numbers, findings
from bri_eval.report.paper import fit_numbers, index_numbers
from bri_eval.report.workbook import workbook
from bri_eval.study import MAIN
from bri_eval.tables import read_groups

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from matplotlib.figure import Figure

    from bri_eval.econometrics.specs import Estimates, Evidence
    from bri_eval.evaluation import Evaluation
    from bri_eval.study import Study


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Report:
    """The exhibits and figures by name, the numbers of the text, and every file by its path below the build folder."""

    exhibits: Mapping[str, Exhibit]
    figures: Mapping[str, Figure]
    numbers: Mapping[str, str]
    files: Mapping[str, str | bytes]


def report(study: Study, evaluations: Mapping[str, Evaluation], evidence: Evidence | None) -> Report:
    """Make every exhibit of a study.

    Parameters
    ----------
    study
        The study.
    evaluations
        Its main index and alternatives, by name.
    evidence
        Its estimates, if it declares models.
    """
    _check_headline(study, evaluations["main"])
    names = economy_names(study, evaluations["main"])
    index = _index_exhibits(study, evaluations, names)
    drawn = _index_figures(study, evaluations, names)
    numbers = index_numbers(evaluations, study.headline, names)
    regions = read_groups(study.tables, study.groups) if study.groups else pd.Series(dtype=str)
    said = findings(study, evaluations["main"], regions)
    numbers |= finding_numbers({exhibit.code: exhibit for exhibit in said}, study.headline)
    found: list[Exhibit] = []
    if evidence is not None:
        found = _evidence_exhibits(study, evidence)
        twice = {exhibit.code for exhibit in index} & {exhibit.code for exhibit in found}
        if twice:
            raise InputError(f"{study.origin}: {listing(twice)} is a table of the index; rename that group of models")
        drawn["coefficients"] = figures.draw_coefficients(evidence.fits)
        numbers |= fit_numbers(evidence)
    made_by = stamp(study)
    files: dict[str, str | bytes] = {
        "paper/numbers.json": as_json(numbers),
        "provenance.json": as_json(provenance(study)),
        "index/evaluation.xlsx": workbook(evaluations["main"], note=made_by),
    }
    for folder, group in (("index", index), ("analysis", said), ("regressions", found)):
        for exhibit in group:
            texts = {kind: _stamped(write(exhibit), kind, made_by) for kind, write in WRITERS.items()}
            files |= {f"{folder}/{exhibit.code}.{kind}": text for kind, text in texts.items()}
    for name, figure in drawn.items():
        files |= {f"figures/{name}.{kind}": figures.figure_bytes(figure, kind) for kind in ("svg", "pdf")}
    if study.paper:
        files |= {f"paper/{path.name}": path.read_bytes() for path in _sources(study.paper)}
    exhibits = {exhibit.code: exhibit for exhibit in (*index, *said, *found)}
    return Report(exhibits=exhibits, figures=drawn, numbers=numbers, files=files)


def _stamped(text: str, kind: str, made_by: str) -> str:
    """Say in a comment what made a text; CSV has no comments."""
    comment = {"tex": f"% {made_by}\n", "typ": f"// {made_by}\n", "md": f"<!-- {made_by} -->\n\n"}
    return comment.get(kind, "") + text


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


def _index_exhibits(study: Study, evaluations: Mapping[str, Evaluation], names: pd.Series) -> list[Exhibit]:
    """Make the tables of the index."""
    main = evaluations["main"]
    regions = read_groups(study.tables, study.groups) if study.groups else pd.Series(dtype=str)
    exhibits = [
        tables.ranking(main, study.headline, names, regions),
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


def _index_figures(study: Study, evaluations: Mapping[str, Evaluation], names: pd.Series) -> dict[str, Figure]:
    """Draw the figures of the index."""
    main = evaluations["main"]
    drawn = {"ranking": figures.draw_ranking(main, study.headline, names)}
    if len(study.years) > 1 and study.groups:
        drawn["change"] = figures.draw_change(main, read_groups(study.tables, study.groups))
    return drawn


def _evidence_exhibits(study: Study, evidence: Evidence) -> list[Exhibit]:
    """Make the tables of the panel evidence."""
    variables = {variable.code: variable for variable in (*_score_variables(study), *study.variables)}
    groups: dict[str, list[Estimates]] = {}
    for fit in evidence.fits:
        groups.setdefault(fit.spec.group or "models", []).append(fit)
    exhibits = [
        regressions.regression(code, study.model_titles.get(code, code), fits, variables)
        for code, fits in groups.items()
    ]
    used = dict.fromkeys(c for fit in evidence.fits for c in (fit.spec.outcome, *fit.spec.regressors))
    exhibits.append(regressions.variation(variation(evidence.data, list(used)), variables))
    exhibits.append(regressions.coefficients(evidence.fits))
    if evidence.tests:
        exhibits.append(regressions.tests(evidence.tests))
    return exhibits


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


def _sources(paper: Path) -> list[Path]:
    """List the files that the paper is set from: every Typst and bibliography file beside it."""
    return sorted([*paper.parent.glob("*.typ"), *paper.parent.glob("*.bib")])
