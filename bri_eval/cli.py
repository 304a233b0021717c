"""The command line: ``bri-eval VERB``; one clear line and exit code 2 for bad input."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from bri_eval.pipeline import Results
    from bri_eval.study import Study


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and return the exit code: 0 done, 1 the result differs or a check failed, 2 the input is wrong."""
    options = _parser().parse_args(arguments)
    if "OMP_NUM_THREADS" not in os.environ and "numpy" not in sys.modules:
        os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    from bri_eval.checks import InputError
    from bri_eval.study import read_study

    try:
        verb: Callable[[Study, argparse.Namespace], int] = options.run
        return verb(read_study(options.study), options)
    except InputError as error:
        print(f"bri-eval: {error}", file=sys.stderr)  # noqa: T201
        return 2
    except KeyboardInterrupt:
        print("bri-eval: interrupted; nothing was written", file=sys.stderr)  # noqa: T201
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        print(f"bri-eval: {error.filename}: {error.strerror}", file=sys.stderr)  # noqa: T201
        return 2


def _parser() -> argparse.ArgumentParser:
    """Declare the verbs."""
    parser = argparse.ArgumentParser(
        prog="bri-eval",
        description="Country indices of logistics capability: built, doubted, and put to work in panel regressions.",
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, run, text in (
        ("check", _check, "print coverage and verify framework and tables against each other"),
        ("evaluate", _evaluate, "evaluate the index and print its ranking"),
        ("compare", _compare, "compare the index with another recipe: which ranks move, and through which step"),
        (
            "questionnaire",
            _questionnaire,
            "write a blank questionnaire of pairwise comparisons: a CSV file and a form to print",
        ),
        ("robustness", _robustness, "draw recipes, weights, judgements and errors: every rank with its interval"),
        ("analyse", _analyse, "answer the paper: its claims, stages, networks and flows, and where each item went"),
        ("modes", _modes, "recommend a logistics mode for every economy and good, and mix modes under ordered goals"),
        ("regress", _regress, "estimate the declared models and print their first coefficients"),
        ("reproduce", _reproduce, "make everything: index, regressions, tables, figures, paper"),
        ("paper", _reproduce, "the same as reproduce: the paper is made from a run, never from old files"),
        ("verify", _verify, "make everything afresh and compare it with the published numbers"),
    ):
        verb = verbs.add_parser(name, help=text, description=text)
        verb.set_defaults(run=run)
        verb.add_argument("--study", default="data/study.toml", help="the study's TOML file (default: %(default)s)")
        verb.add_argument("--out", default="build", help="folder for what is made (default: %(default)s)")
        if name in ("evaluate", "compare"):
            verb.add_argument(
                "--set",
                action="append",
                default=[],
                metavar="FIELD=VALUE",
                dest="settings",
                help="change the recipe, such as weighter=critic or exclude=tariff; may be given several times",
            )
        if name == "compare":
            verb.add_argument("--with", dest="alternative", help="an alternative that the study declares")
            verb.add_argument("--year", type=int, help="the year whose ranks are compared (default: the headline)")
        if name in ("robustness", "reproduce", "paper", "verify"):
            verb.add_argument("--workers", type=int, help="processes that draw (default: one a processor)")
            verb.add_argument("--scheduler", default="", help="address of a Dask scheduler whose workers draw instead")
        if name == "robustness":
            verb.add_argument("--draws", type=int, help="number of draws (default: the study's)")
        if name == "verify":
            verb.add_argument("--accept", action="store_true", help="publish the fresh numbers instead of comparing")
            verb.add_argument("--expected", help="published numbers (default: expected.json beside the paper)")
    return parser


def _check(study: Study, _options: argparse.Namespace) -> int:
    """Print what the tables hold for the study; a framework or table at fault has raised before."""
    from bri_eval.coverage import coverage_lines

    for line in coverage_lines(study):
        _print(line)
    return 0


def _evaluate(study: Study, options: argparse.Namespace) -> int:
    """Evaluate and print the ranking of the headline year."""
    from bri_eval.study import with_settings

    results = _run(with_settings(study, options.settings), options)
    from bri_eval.report.lines import ranking_lines

    _say(ranking_lines(results.exhibits["ranking"], study.framework.goal))
    return 0


def _compare(study: Study, options: argparse.Namespace) -> int:
    """Print what another recipe changes, and through which step."""
    from bri_eval.analysis.compare import compare
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
    found = compare(panel, study.framework, study.recipe, other, study.judgements, groups=groups, year=year)
    _print(f"Steps from the study's recipe to the other, {year}")
    _print(found.steps.to_string())
    moved = found.moves[found.moves["shift"] != 0]
    _print(f"\n{len(moved)} of {len(found.moves)} economies change rank (a plus is a fall)")
    if len(moved):
        _print(moved.to_string())
    return 0


def _questionnaire(study: Study, options: argparse.Namespace) -> int:
    """Write the blank questionnaire of the study's framework."""
    from bri_eval.pipeline import write
    from bri_eval.weights.questionnaire import write_questionnaire

    folder = Path(options.out) / "questionnaire"
    for name, text in write_questionnaire(study.framework, folder).items():
        write(folder / name, text)
        _print(f"{folder / name}")
    return 0


def _robustness(study: Study, options: argparse.Namespace) -> int:
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
        _say(interval_lines(results.doubts, results.exhibits["rank_intervals"], study.headline))
    return 130 if results.doubts is None or results.doubts.sensitivity is None else 0


def _analyse(study: Study, options: argparse.Namespace) -> int:
    """Print the ledger of claims."""
    results = _run(study, options, "answers")
    if "claims" not in results.exhibits:
        _print(f"{study.origin}: its tables do not have what the paper's claims are tested on")
        return 0
    from bri_eval.report.lines import claim_lines

    _say(claim_lines(results.exhibits["claims"]))
    return 0


def _modes(study: Study, options: argparse.Namespace) -> int:
    """Print the recommended modes of the middle merchant, and the mixes."""
    from bri_eval.checks import InputError

    if study.modes is None:
        raise InputError(f"{study.origin}: there is no catalogue of modes; name one with modes")
    results = _run(study, options, "modes")
    from bri_eval.report.lines import table_lines

    _say(table_lines(results.exhibits, "mode_recommended", "mode_counts", "mix_plans"))
    _print(results.numbers["modes/label"])
    return 0


def _regress(study: Study, options: argparse.Namespace) -> int:
    """Estimate and print the coefficients of interest."""
    results = _run(study, options, "evidence")
    _say(_coefficients(results))
    return 0


def _reproduce(study: Study, options: argparse.Namespace) -> int:
    """Make everything and print the headlines."""
    results = _run(study, options, "robustness", "modes", "evidence", "answers", "paper")
    from bri_eval.report.lines import ranking_lines

    _say(ranking_lines(results.exhibits["ranking"], study.framework.goal, most=10))
    _say(_coefficients(results))
    return 0


def _verify(study: Study, options: argparse.Namespace) -> int:
    """Make everything in a folder of its own and compare."""
    from bri_eval import verify
    from bri_eval.checks import InputError
    from bri_eval.pipeline import write

    if options.expected is None and study.paper is None:
        raise InputError(f"{study.origin}: there is no paper beside which expected.json could be; give --expected FILE")
    path = Path(options.expected) if options.expected else study.paper.parent / "expected.json"  # type: ignore[union-attr]
    published = None if options.accept else verify.read_expected(path)
    with tempfile.TemporaryDirectory() as folder:
        options.out = folder
        found = verify.expected_of(_run(study, options, "robustness", "modes", "evidence", "answers", "paper"))
    if published is None:
        write(path, verify.as_json(found))
        _print(f"{path}: now holds the numbers of this run")
        return 0
    lines = verify.differences(published, found)
    for line in lines:
        _print(line)
    cells = sum(len(table["rows"]) * len(table["columns"]) for table in published["exhibits"].values())
    same = f"{len(published['exhibits'])} tables ({cells} cells) and {len(published['numbers'])} numbers of the text"
    _print(f"{len(lines)} differences from {path}" if lines else f"{same} equal those of {path}")
    return 1 if lines else 0


def _run(study: Study, options: argparse.Namespace, *stages: str) -> Results:
    """Run with progress: a live line on a terminal, plain lines in a log."""
    from bri_eval.pipeline import run
    from bri_eval.workers import on_workers

    started = time.perf_counter()
    with (
        _progress() as (tell, watch),
        on_workers(getattr(options, "workers", None), scheduler=getattr(options, "scheduler", "")),
    ):
        results = run(study, options.out, stages=("index", *stages), tell=tell, watch=watch)
    made = "everything" if "paper" in stages else ("index", *stages)[-1]
    _print(f"{made} made in {time.perf_counter() - started:.1f} s, in {options.out}")
    return results


@contextmanager
def _progress() -> Iterator[tuple[Callable[[str], None], Callable[[str, int, int], None]]]:
    """Give what to call at each step and within long ones: a bar with rate and time left, or a line each tenth."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        tenths: dict[str, int] = {}

        def line(what: str, done: int, total: int) -> None:
            if 10 * done // total > tenths.get(what, 0):
                tenths[what] = 10 * done // total
                print(f"  {done:,} of {total:,} {what}", file=sys.stderr, flush=True)  # noqa: T201

        yield lambda step: print(step, file=sys.stderr, flush=True), line  # noqa: T201
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bars:
        task, began = bars.add_task("Reading", total=None, rate=""), [time.perf_counter()]

        def step(words: str) -> None:
            began[0] = time.perf_counter()
            bars.reset(task, description=f"{words} ...", total=None, rate="")

        def bar(what: str, done: int, total: int) -> None:
            speed = done / max(time.perf_counter() - began[0], 1e-9)
            bars.update(task, completed=done, total=total, rate=f"{done:,} of {total:,} {what}, {speed:,.0f} a second")

        yield step, bar


def _coefficients(results: Results) -> Iterator[str]:
    """Give the lines of the panel evidence, or say that there is none."""
    from bri_eval.report.lines import coefficient_lines

    if results.evidence is None:
        return iter([f"{results.study.origin}: declares no models"])
    return coefficient_lines(results.study, results.evidence, results.exhibits)


def _say(lines: Iterable[str]) -> None:
    """Print the lines of an answer."""
    for line in lines:
        _print(line)


def _print(line: str) -> None:
    """Print a line of the answer."""
    print(line)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
