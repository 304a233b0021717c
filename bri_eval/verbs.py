"""The verbs of the command line: each prints its answer and gives the exit code; most take a study."""

from __future__ import annotations

import tempfile
import time
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from bri_eval.terminal import complain, progress, say, say_all

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from bri_eval.pipeline import Results
    from bri_eval.study import Study


def new(options: argparse.Namespace) -> int:
    """Write a small working study into a new folder."""
    from bri_eval.pipeline import write
    from bri_eval.workbench.starter import new_study

    files = new_study(options.folder)
    for path, text in files.items():
        write(Path(path), text)
        say(path)
    study = next(iter(files))
    say(f"\nNext: bri-eval check --study {study}\n      bri-eval evaluate --study {study}")
    return 0


def check(options: argparse.Namespace) -> int:
    """Name every mistake of the study; without any, print coverage, hints and what comes next."""
    from bri_eval.workbench.teacher import review

    found = review(options.study)
    for mistake in found.mistakes:
        complain(mistake)
    say_all(found.lines)
    return 2 if found.mistakes else 0


def evaluate(study: Study, options: argparse.Namespace) -> int:
    """Evaluate and print the ranking of the headline year."""
    from bri_eval.study import with_settings

    results = _run(with_settings(study, options.settings), options)
    from bri_eval.report.lines import ranking_lines

    say_all(ranking_lines(results.exhibits["ranking"], study.framework.goal))
    return 0


def compare(study: Study, options: argparse.Namespace) -> int:
    """Print what another recipe changes, and through which step."""
    from bri_eval.analysis.compare import compare as compare_recipes
    from bri_eval.checks import InputError
    from bri_eval.study import with_settings
    from bri_eval.tables import read_groups, read_panel

    other = with_settings(study, options.settings).recipe
    if options.alternative:
        names = {case.name: case for case in study.cases[1:]}
        if options.alternative not in names:
            raise InputError(f"--with {options.alternative}: alternatives are {', '.join(names)}")
        other = names[options.alternative].recipe
    if other == study.recipe:
        raise InputError("compare: the other recipe is the study's own; give --set FIELD=VALUE or --with NAME")
    panel = read_panel(study.framework, study.tables, economies=study.economies, years=study.years)
    groups = read_groups(study.tables, study.groups) if study.groups else None
    year = options.year or study.headline
    found = compare_recipes(panel, study.framework, study.recipe, other, study.judgements, groups=groups, year=year)
    say(f"Steps from the study's recipe to the other, {year}")
    say(found.steps.to_string())
    moved = found.moves[found.moves["shift"] != 0]
    say(f"\n{len(moved)} of {len(found.moves)} economies change rank (a plus is a fall)")
    if len(moved):
        say(moved.to_string())
    return 0


def questionnaire(study: Study, options: argparse.Namespace) -> int:
    """Write the blank questionnaire of the study's framework."""
    from bri_eval.pipeline import write
    from bri_eval.weights.questionnaire import write_questionnaire

    folder = Path(options.out) / "questionnaire"
    for name, text in write_questionnaire(study.framework, folder).items():
        write(folder / name, text)
        say(f"{folder / name}")
    return 0


def robustness(study: Study, options: argparse.Namespace) -> int:
    """Draw, and print the interval of every rank and what causes it; what an interrupt leaves is usable."""
    from dataclasses import replace

    from bri_eval.checks import InputError

    if study.robustness is None:
        raise InputError(f"{study.origin}: there is no [robustness]; declare what may vary")
    if options.draws is not None:
        study = replace(study, robustness=replace(study.robustness, draws=options.draws))
    results = _run(study, options, "robustness")
    from bri_eval.report.lines import interval_lines

    if results.doubts is not None:
        say_all(interval_lines(results.doubts, results.exhibits["rank_intervals"], study.headline))
    return 130 if results.doubts is None or results.doubts.sensitivity is None else 0


def analyse(study: Study, options: argparse.Namespace) -> int:
    """Print the ledger of claims."""
    results = _run(study, options, "answers")
    if "claims" not in results.exhibits:
        say(f"{study.origin}: its tables do not have what the paper's claims are tested on")
        return 0
    from bri_eval.report.lines import claim_lines

    say_all(claim_lines(results.exhibits["claims"]))
    return 0


def modes(study: Study, options: argparse.Namespace) -> int:
    """Print the recommended modes of the middle merchant, and the mixes."""
    from bri_eval.checks import InputError

    if study.modes is None:
        raise InputError(f"{study.origin}: there is no catalogue of modes; name one with modes")
    results = _run(study, options, "modes")
    from bri_eval.report.lines import table_lines

    say_all(table_lines(results.exhibits, "mode_recommended", "mode_counts", "mix_plans"))
    say(results.numbers["modes/label"])
    return 0


def regress(study: Study, options: argparse.Namespace) -> int:
    """Estimate and print the coefficients of interest."""
    results = _run(study, options, "evidence")
    say_all(_coefficients(results))
    return 0


def reproduce(study: Study, options: argparse.Namespace) -> int:
    """Make everything and print the headlines."""
    results = _run(study, options, "robustness", "modes", "evidence", "answers", "paper")
    from bri_eval.report.lines import ranking_lines

    say_all(ranking_lines(results.exhibits["ranking"], study.framework.goal, most=10))
    say_all(_coefficients(results))
    return 0


def paper(study: Study, options: argparse.Namespace) -> int:
    """Make everything, the paper with it."""
    return reproduce(study, options)


def verify(study: Study, options: argparse.Namespace) -> int:
    """Make everything in a folder of its own, and compare it with what was published and with the build folder."""
    from bri_eval.checks import InputError
    from bri_eval.pipeline import write
    from bri_eval.replication.built import build_differences
    from bri_eval.replication.expected import as_json, expected_of, read_expected
    from bri_eval.verify import verify as compared

    if options.expected is None and study.paper is None:
        raise InputError(f"{study.origin}: there is no paper beside which expected.json could be; give --expected FILE")
    path = Path(options.expected) if options.expected else study.paper.parent / "expected.json"  # type: ignore[union-attr]
    published = None if options.accept else read_expected(path)
    with tempfile.TemporaryDirectory() as folder:
        found = expected_of(_run(study, options, "robustness", "modes", "evidence", "answers", "paper", out=folder))
        faults, remarks = build_differences(Path(options.out), Path(folder))
    if published is None:
        write(path, as_json(found))
        say(f"{path}: now holds the numbers of this run")
        return 0
    verdict = compared(published, found, path, home=study.origin.parent, faults=faults, remarks=remarks)
    say_all(verdict.lines)
    return 0 if verdict.same else 1


def map(study: Study, options: argparse.Namespace) -> int:  # noqa: A001
    """Print what made every table, figure and number of the last run, from what, and where the paper shows it."""
    from bri_eval.manifest import manifest, read_manifest
    from bri_eval.replication.changes import changes
    from bri_eval.report.exhibit_map import map_lines, read_map

    out = Path(options.out)
    rows, record = read_map(out), read_manifest(out)
    now = manifest(study, {}, record["settings"]["stages"])
    moved = [change for change in changes(record, now, study.origin.parent) if change.kind in ("input", "code")]
    say_all(map_lines(rows, record["sources"], options.name))
    for change in moved[:5]:
        say(f"since that run: {change}")
    return 0


def explore(study: Study, options: argparse.Namespace) -> int:
    """Write the page on which weights and methods can be moved."""
    from bri_eval.pipeline import write
    from bri_eval.report.assemble import economy_names
    from bri_eval.report.explorer import explorer

    found = _run(study, options, "robustness", "modes")
    names = economy_names(study, found.evaluations["main"])
    path = Path(options.out) / "explore.html"
    write(path, explorer(study, found.evaluations, names=names, doubts=found.doubts, decisions=found.decisions))
    say(f"{path}")
    return 0


def data(study: Study, options: argparse.Namespace) -> int:
    """Show what the World Bank changed in the declared series, and write it only when told to."""
    from functools import partial

    from bri_eval.pipeline import write
    from bri_eval.refresh.refresh import refresh
    from bri_eval.refresh.rewriting import refreshed_files
    from bri_eval.refresh.wording import refresh_lines
    from bri_eval.refresh.worldbank import Server, fetch

    asked = partial(fetch, server=Server(endpoint=options.endpoint))
    dictionary = study.tables.parent / "datapackage.json"
    with progress() as (tell, watch):
        found = refresh(dictionary, fetch=asked, series=options.series, tell=tell, watch=watch)
    say_all(refresh_lines(found, every=options.every))
    if not options.write:
        return 1 if found.changed or found.refused else 0
    for path, text in refreshed_files(found).items():
        write(path, text)
        say(f"{path} written")
    return 1 if found.refused else 0


def _run(study: Study, options: argparse.Namespace, *stages: str, out: str = "") -> Results:
    """Run with progress: a live line on a terminal, plain lines in a log; on workers if the verb takes them."""
    from bri_eval.pipeline import run
    from bri_eval.workers import on_workers

    started = time.perf_counter()
    shared = "workers" in options
    workers = on_workers(options.workers, scheduler=options.scheduler, ready=_get_ready) if shared else nullcontext()
    with progress() as (tell, watch), workers:
        results = run(study, out or options.out, stages=("index", *stages), tell=tell, watch=watch)
    made = "everything" if "paper" in stages else ("index", *stages)[-1]
    say(f"{made} made in {time.perf_counter() - started:.1f} s, in {out or options.out}")
    return results


def _get_ready() -> None:
    """Import in a worker what its work needs."""
    import bri_eval.pipeline
    import bri_eval.report.assemble  # noqa: F401


def _coefficients(results: Results) -> Iterator[str]:
    """Give the lines of the panel evidence, or say that there is none."""
    from bri_eval.report.lines import coefficient_lines

    if results.evidence is None:
        return iter([f"{results.study.origin}: declares no models"])
    return coefficient_lines(results.study, results.evidence, results.exhibits)
