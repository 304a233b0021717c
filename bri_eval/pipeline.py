"""The ordered steps that turn a study into a build folder: the only place that knows the order, and the only writer."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from bri_eval.checks import InputError, unknown
from bri_eval.econometrics import diagnostics
from bri_eval.econometrics.estimate import estimate
from bri_eval.econometrics.specs import Evidence
from bri_eval.econometrics.variables import check_overlap, model_data, read_variable_panel
from bri_eval.evaluation import Evaluation, evaluate
from bri_eval.study import MAIN, Study
from bri_eval.tables import read_groups, read_panel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bri_eval.report.exhibits import Exhibit

    Tell = Callable[[str], None]

STAGES = ("index", "evidence", "paper")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Results:
    """Everything a run found and printed."""

    study: Study
    evaluations: Mapping[str, Evaluation]
    evidence: Evidence | None
    exhibits: Mapping[str, Exhibit]
    numbers: Mapping[str, str]


def run(study: Study, out: str | Path = "build", *, until: str = "paper", tell: Tell = lambda _: None) -> Results:
    """Run a study from its tables to its paper.

    Parameters
    ----------
    study
        From ``read_study``.
    out
        Folder for everything that is made; it is created. Files are written whole and renamed.
    until
        The last stage: ``"index"``, ``"evidence"`` or ``"paper"``.
    tell
        Called with the name of each step as it begins.

    Returns
    -------
    Results
        Evaluations, estimates, exhibits and the numbers of the paper's text.

    Raises
    ------
    InputError
        For bad input, before anything is written.
    """
    from bri_eval.report.assemble import report as make_report
    from bri_eval.report.paper import set_paper

    if until not in STAGES:
        raise InputError(f"until: {unknown('stage', until, STAGES)}")
    tell("Evaluating the index and its alternatives")
    evaluations = evaluate_study(study)
    evidence = None
    if study.models and until != "index":
        tell("Estimating the models")
        evidence = estimate_study(study, evaluations)
    tell("Making tables and figures")
    report = make_report(study, evaluations, evidence)
    files = dict(report.files)
    if study.paper and until == "paper":
        tell("Setting the paper")
        with tempfile.TemporaryDirectory() as apart:  # from the files of this run alone, and before any is kept
            for path, content in files.items():
                write(Path(apart) / path, content)
            files["paper.pdf"] = set_paper(Path(apart), f"paper/{study.paper.name}")
    for path, content in files.items():
        write(Path(out) / path, content)
    return Results(
        study=study, evaluations=evaluations, evidence=evidence, exhibits=report.exhibits, numbers=report.numbers
    )


def evaluate_study(study: Study) -> dict[str, Evaluation]:
    """Evaluate the main index and every alternative."""
    groups = read_groups(study.tables, study.groups) if study.groups else None
    panels: dict[tuple[str, tuple[int, ...]], pd.DataFrame] = {}
    evaluations = {}
    for case in study.cases:
        key = (case.framework.origin, case.years)
        if key not in panels:
            panels[key] = read_panel(case.framework, study.tables, economies=study.economies, years=case.years)
        try:
            evaluations[case.name] = evaluate(panels[key], case.framework, case.recipe, case.judgements, groups=groups)
        except InputError as error:
            raise InputError(f"{study.origin}: {case.name}: {error}") from None
    return evaluations


def estimate_study(study: Study, evaluations: Mapping[str, Evaluation]) -> Evidence:
    """Estimate every declared model, and test those with economy effects against their rivals."""
    data = regression_data(study, evaluations)
    fits = tuple(estimate(spec, data) for spec in study.models)
    two_way = [spec for spec in study.models if spec.effects == ("economy", "year")]
    tests = {
        f"{spec.group}: {spec.name}": tuple(
            test(spec, data) for test in (diagnostics.f_effects, diagnostics.breusch_pagan_lm, diagnostics.mundlak)
        )
        for spec in two_way[:1]
    }
    return Evidence(data=data, fits=fits, tests=tests)


def regression_data(study: Study, evaluations: Mapping[str, Evaluation]) -> pd.DataFrame:
    """Join the variables of the models and the scores of every pooled index over the study's years."""
    panel = read_variable_panel(study.variables, study.tables, economies=study.model_economies, years=study.years)
    columns: dict[str, pd.Series] = {}
    for case in study.cases:
        if case.years == study.years and case.recipe.scope == "pooled":
            suffix = "" if case.name == MAIN else f"_{case.name}"
            columns |= {f"{code}{suffix}": scores for code, scores in evaluations[case.name].scores.items()}
    check_overlap(study.models, _made_of(study))
    if not columns:
        raise InputError(f"{study.origin}: every index has scope by_year, so no score can enter a regression")
    return model_data(study.variables, panel, pd.DataFrame(columns))


def write(path: Path, content: str | bytes) -> None:
    """Write a file whole: to a temporary name in the same folder, then renamed over the old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode("utf-8") if isinstance(content, str) else content
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _made_of(study: Study) -> dict[str, set[str]]:
    """Tell for every column of the regression data the sources it is made of."""
    made = {variable.code: {variable.source} for variable in study.variables}
    for case in study.cases:
        suffix = "" if case.name == MAIN else f"_{case.name}"
        source = {i.code: i.source for i in case.framework.indicators if i.code not in case.recipe.exclude}
        for code in case.framework.group_codes:
            made[f"{code}{suffix}"] = {source[leaf] for leaf in case.framework.leaves(code) if leaf in source}
    return made
