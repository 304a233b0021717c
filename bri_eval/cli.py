"""The command line: ``bri-eval VERB``; one clear line and exit code 2 for bad input."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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

    results = _run(with_settings(study, options.settings), options.out, "index")
    _print_ranking(results, most=None)
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


def _regress(study: Study, options: argparse.Namespace) -> int:
    """Estimate and print the coefficients of interest."""
    results = _run(study, options.out, "evidence")
    _print_coefficients(results)
    return 0


def _reproduce(study: Study, options: argparse.Namespace) -> int:
    """Make everything and print the headlines."""
    results = _run(study, options.out, "paper")
    _print_ranking(results, most=10)
    _print_coefficients(results)
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
        found = verify.expected_of(_run(study, folder, "paper"))
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


def _run(study: Study, out: str, until: str) -> Results:
    """Run with progress: a live line on a terminal, a plain line a step in a log."""
    from rich.console import Console

    from bri_eval.pipeline import run

    console, started = Console(stderr=True), time.perf_counter()
    if console.is_terminal:
        with console.status("Reading") as status:
            results = run(study, out, until=until, tell=lambda step: status.update(f"{step} ..."))
    else:
        results = run(study, out, until=until, tell=lambda step: print(step, file=sys.stderr, flush=True))  # noqa: T201
    _print(f"{until if until != 'paper' else 'everything'} made in {time.perf_counter() - started:.1f} s, in {out}")
    return results


def _print_ranking(results: Results, most: int | None) -> None:
    """Print the best economies of the headline year, or all."""
    table = results.exhibits["ranking"].table
    goal = results.study.framework.goal
    _print(f"\n{results.exhibits['ranking'].title}" + (f" (first {most})" if most else ""))
    for _, row in table.head(most or len(table)).iterrows():
        _print(f"{row['rank']:>4}  {row['economy']}  {row['name']:<28.28} {row[goal]:.3f}")


def _print_coefficients(results: Results) -> None:
    """Print the first coefficient of every model with its interval."""
    if results.evidence is None:
        _print(f"{results.study.origin}: declares no models")
        return
    _print("\nFirst coefficient of each model, with clustered 95 % interval")
    for fit in results.evidence.fits:
        term = fit.params.index.drop("const", errors="ignore")[0]
        low, high = fit.conf_int.loc[term]
        _print(
            f"  {fit.spec.name:<26} {term:<20} {fit.params[term]:>7.3f}  [{low:>6.3f}, {high:>6.3f}]"
            f"  n {fit.nobs}, {fit.clusters} economies"
        )
    proxies = dict.fromkeys(f"{v.name}: {v.proxy}" for v in results.study.variables if v.proxy)
    for proxy in proxies:
        _print(proxy)


def _print(line: str) -> None:
    """Print a line of the answer."""
    print(line)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
