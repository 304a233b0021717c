"""The ordered steps that turn a study into a build folder: the only place that knows the order, and the only writer."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from bri_eval.checks import InputError, listing, unknown
from bri_eval.econometrics import diagnostics
from bri_eval.econometrics.estimate import estimate
from bri_eval.econometrics.evidence.check_plan import read_check_plan
from bri_eval.econometrics.evidence.checks import carry_out_checks
from bri_eval.econometrics.specs import Evidence
from bri_eval.econometrics.variables import check_overlap, model_data, read_variable_panel
from bri_eval.evaluation import Evaluation, evaluate
from bri_eval.manifest import NAME as MANIFEST
from bri_eval.manifest import as_json, manifest
from bri_eval.modes.decisions import Decisions, decide
from bri_eval.robustness.doubts import Doubts, carry_out
from bri_eval.robustness.index_versions import index_versions
from bri_eval.robustness.uncertainty import panel_problem
from bri_eval.sources import stage_sources
from bri_eval.study import MAIN, Study
from bri_eval.tables import read_groups, read_panel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from matplotlib.figure import Figure

    from bri_eval.econometrics.specs import ModelSpec
    from bri_eval.report.exhibits import Exhibit

    Tell = Callable[[str], None]
    Watch = Callable[[str, int, int], None]

STAGES = ("index", "robustness", "modes", "evidence", "answers", "paper")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Results:
    """Everything a run found and printed.

    Parameters
    ----------
    study, evaluations
        What was run, and the index of every case by its name.
    doubts, decisions, evidence
        Robustness, modes and regressions; None if not declared or not asked for.
    exhibits, figures, numbers
        Tables and figures by code, and the numbers of the paper's text.
    manifest
        What the run was made from.
    """

    study: Study
    evaluations: Mapping[str, Evaluation]
    doubts: Doubts | None
    decisions: Decisions | None
    evidence: Evidence | None
    exhibits: Mapping[str, Exhibit]
    figures: Mapping[str, Figure]
    numbers: Mapping[str, str]
    manifest: Mapping[str, Any]


def run(
    study: Study,
    out: str | Path = "build",
    *,
    stages: Sequence[str] = STAGES,
    tell: Tell = lambda _: None,
    watch: Watch | None = None,
) -> Results:
    """Run a study from its tables to its paper.

    Parameters
    ----------
    study
        From ``read_study``.
    out
        Folder for everything that is made; it is created. Files are written whole and renamed.
    stages
        Of ``STAGES``; the index is always made, the paper only with everything else that the study declares.
    tell
        Called with the name of each step as it begins.
    watch
        Called during long steps with what is counted, how many are done, and of how many.

    Returns
    -------
    Results
        Evaluations, doubts, estimates, exhibits and the numbers of the paper's text.

    Raises
    ------
    InputError
        For bad input, before anything is written.

    Examples
    --------
    >>> from bri_eval.study import read_study
    >>> run(read_study("data/study.toml"), stages=["papers"])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    bri_eval.checks.InputError: stages: unknown stage 'papers'; known are 'index', ...; did you mean 'paper'?
    """
    from bri_eval.report.assemble import report as make_report
    from bri_eval.report.exhibit_map import MAP, map_csv
    from bri_eval.report.paper import set_papers
    from bri_eval.report.usage import uses_in_paper

    _check_stages(stages)
    tell("Evaluating the index and its alternatives")
    evaluations = evaluate_study(study)
    doubts, decisions, evidence = None, None, None
    if study.robustness and "robustness" in stages:
        tell("Drawing recipes, weights, judgements and errors")
        doubts = doubt_study(study, evaluations[MAIN], watch)
        if doubts.sensitivity is None and "paper" in stages:
            raise KeyboardInterrupt
    if study.modes and "modes" in stages:
        tell("Choosing and mixing modes")
        decisions = decide_study(study, evaluations[MAIN], watch)
    if study.models and "evidence" in stages:
        tell("Estimating the models")
        evidence = estimate_study(study, evaluations)
    tell("Making tables and figures")
    report = make_report(study, evaluations, evidence, doubts, decisions, stages=stages)
    files, uses = dict(report.files), None
    if study.paper and "paper" in stages:
        tell("Setting the paper")
        with tempfile.TemporaryDirectory() as apart:  # from the files of this run alone, and before any is kept
            for path, content in files.items():
                write(Path(apart) / path, content)
            files |= set_papers(Path(apart), f"paper/{study.paper.name}")
            uses = uses_in_paper(Path(apart), f"paper/{study.paper.name}")
    if "paper" in stages:
        files[MAP] = map_csv(report.made, stage_sources(study), study.origin.parent, uses)
    record = manifest(study, files, stages)
    files[MANIFEST] = as_json(record)
    for path, content in files.items():
        write(Path(out) / path, content)
    return Results(
        study=study,
        evaluations=evaluations,
        doubts=doubts,
        decisions=decisions,
        evidence=evidence,
        exhibits=report.exhibits,
        figures=report.figures,
        numbers=report.numbers,
        manifest=record,
    )


def _check_stages(stages: Sequence[str]) -> None:
    """Refuse an unknown stage, and a paper without what it reports."""
    for stage in stages:
        if stage not in STAGES:
            raise InputError(f"stages: {unknown('stage', stage, STAGES)}")
    if "paper" in stages and set(stages) != set(STAGES):
        raise InputError(f"stages are {listing(stages)}; the paper reports all of {listing(STAGES)}")


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


def doubt_study(study: Study, main: Evaluation, watch: Watch | None = None) -> Doubts:
    """Carry out the robustness analysis that a study declares, for the ranks of its headline year."""
    plan = study.robustness
    if plan is None:
        raise InputError(f"{study.origin}: there is no [robustness]; declare what may vary")
    groups = read_groups(study.tables, study.groups) if study.groups else None
    panel = read_panel(study.framework, study.tables, economies=study.economies, years=study.years)
    try:
        return carry_out(
            plan,
            panel,
            main,
            study.main,
            noise=plan.noise_of(study.tables, economies=study.economies, years=study.years),
            year=study.headline,
            seed=study.seed,
            groups=groups,
            watch=watch,
        )
    except InputError as error:
        raise InputError(f"{study.origin}: robustness: {error}") from None


def decide_study(study: Study, main: Evaluation, watch: Watch | None = None) -> Decisions:
    """Choose and mix the modes of the study's catalogue in its headline year."""
    if study.modes is None:
        raise InputError(f"{study.origin}: there is no catalogue of modes; name one with modes")
    try:
        return decide(study.modes, study.tables, main, year=study.headline, watch=watch)
    except InputError as error:
        raise InputError(f"{study.origin}: modes: {error}") from None


def estimate_study(study: Study, evaluations: Mapping[str, Evaluation]) -> Evidence:
    """Estimate every declared model and carry out the declared checks; without any, test the first two-way model."""
    plan = None if study.model_file is None else read_check_plan(study.model_file, study.models)
    data = regression_data(study, evaluations)
    fits = tuple(estimate(spec, data) for spec in study.models)
    if plan is None:
        first = [spec for spec in study.models if spec.effects == ("economy", "year")][:1]
        tests = {_model_name(spec): tuple(test(spec, data) for test in _TESTS) for spec in first}
        return Evidence(data=data, fits=fits, tests=tests)
    versions = {study.framework.goal: _index_versions(study, plan.versions, data.index)} if plan.versions else {}
    try:
        checks = carry_out_checks(
            plan,
            fits,
            data,
            seed=study.seed,
            made_of=_made_of(study),
            versions=versions,
        )
    except InputError as error:
        raise InputError(f"{study.model_file}: checks: {error}") from None
    tests = {_model_name(one.fit.spec): one.tests for one in checks.doubted}
    return Evidence(data=data, fits=fits, tests=tests, checks=checks)


_TESTS = (diagnostics.f_effects, diagnostics.breusch_pagan_lm, diagnostics.mundlak)


def _model_name(spec: ModelSpec) -> str:
    """Name a model with its table."""
    return f"{spec.group}: {spec.name}"


def _index_versions(study: Study, number: int, rows: pd.Index) -> pd.DataFrame:
    """Draw versions of the main index on the rows of the regressions, out of what the study says may vary."""
    plan = study.robustness
    if plan is None:
        raise InputError(
            f"{study.model_file}: checks: versions is {number}, but {study.origin} declares no [robustness] to draw "
            "them from; leave versions out"
        )
    panel = read_panel(study.framework, study.tables, economies=study.economies, years=study.years)
    problem = panel_problem(
        panel,
        study.framework,
        plan.choices,
        study.judgements,
        noise=plan.noise,
        year=None,
        node=None,
        groups=read_groups(study.tables, study.groups) if study.groups else None,
        weights=None,
    )
    return index_versions(problem, number=number, seed=study.seed).reindex(columns=rows)


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
    made = {variable.code: {variable.series} for variable in study.variables}
    for case in study.cases:
        suffix = "" if case.name == MAIN else f"_{case.name}"
        source = {i.code: i.source for i in case.framework.indicators if i.code not in case.recipe.exclude}
        for code in case.framework.group_codes:
            made[f"{code}{suffix}"] = {source[leaf] for leaf in case.framework.leaves(code) if leaf in source}
    return made
