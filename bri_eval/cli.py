"""The command line: ``bri-eval VERB``; one clear line and exit code 2 for bad input."""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from typing import TYPE_CHECKING

from bri_eval import verbs
from bri_eval.terminal import complain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bri_eval.study import Study


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and return the exit code: 0 done, 1 the result differs or a check failed, 2 the input is wrong."""
    options = _parser().parse_args(arguments)
    if "OMP_NUM_THREADS" not in os.environ and "numpy" not in sys.modules:
        os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    from bri_eval.checks import InputError

    try:
        return int(options.run(options))
    except InputError as error:
        complain(f"{error}" + (f" (and {len(error.more)} more: see bri-eval check)" if error.more else ""))
        return 2
    except KeyboardInterrupt:
        complain("interrupted; nothing was written")
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        complain(f"{error.filename}: {error.strerror}")
        return 2


BEFORE = (
    (verbs.new, "write a small working study of your own into a new folder"),
    (verbs.check, "name every mistake of a study; without any: coverage, hints and what comes next"),
)
"""Verbs that do without a study, or find out what is wrong with it."""

VERBS: tuple[tuple[Callable[[Study, argparse.Namespace], int], str], ...] = (
    (verbs.evaluate, "evaluate the index and print its ranking"),
    (verbs.compare, "compare the index with another recipe: which ranks move, and through which step"),
    (verbs.questionnaire, "write a blank questionnaire of pairwise comparisons: a CSV file and a form to print"),
    (verbs.robustness, "draw recipes, weights, judgements and errors: every rank with its interval"),
    (verbs.analyse, "answer the paper: its claims, stages, networks and flows, and where each item went"),
    (verbs.modes, "recommend a logistics mode for every economy and good, and mix modes under ordered goals"),
    (verbs.regress, "estimate the declared models and print their first coefficients"),
    (verbs.reproduce, "make everything: index, regressions, tables, figures, paper"),
    (verbs.paper, "the same as reproduce: the paper is made from a run, never from old files"),
    (verbs.verify, "make everything afresh and compare it with the published numbers"),
    (verbs.map, "list every table, figure and number with the function, inputs and files that make it"),
    (verbs.explore, "write one page, explore.html, on which weights and methods can be moved"),
    (verbs.data, "refresh: fetch the declared World Bank series and show what changed; --write writes it"),
)


def _parser() -> argparse.ArgumentParser:
    """Declare the verbs and their options."""
    parser = argparse.ArgumentParser(
        prog="bri-eval",
        description="Country indices of logistics capability: built, doubted, and put to work in panel regressions.",
    )
    found = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    every = (*BEFORE, *VERBS)
    verb = {run.__name__: found.add_parser(run.__name__, help=text, description=text) for run, text in every}
    for run, _ in BEFORE:
        verb[run.__name__].set_defaults(run=run)
    for on_study, _ in VERBS:
        verb[on_study.__name__].set_defaults(run=partial(_on_study, on_study))
    verb["new"].add_argument("folder", help="a folder that does not exist yet, or is empty")
    for name in verb.keys() - {"new"}:
        own = verb[name]
        own.add_argument("--study", default="data/study.toml", help="the study's TOML file (default: %(default)s)")
        own.add_argument("--out", default="build", help="folder for what is made (default: %(default)s)")
    for name in ("evaluate", "compare"):
        verb[name].add_argument(
            "--set",
            action="append",
            default=[],
            metavar="FIELD=VALUE",
            dest="settings",
            help="change the recipe, such as weighter=critic or exclude=tariff; may be given several times",
        )
    verb["compare"].add_argument("--with", dest="alternative", help="an alternative that the study declares")
    verb["compare"].add_argument("--year", type=int, help="the year whose ranks are compared (default: the headline)")
    for name in ("robustness", "analyse", "modes", "regress", "explore", "reproduce", "paper", "verify"):
        verb[name].add_argument("--workers", type=int, help="processes that work (default: one a processor)")
        verb[name].add_argument(
            "--scheduler", default="", help="address of a Dask scheduler whose workers work instead"
        )
    verb["robustness"].add_argument("--draws", type=int, help="number of draws (default: the study's)")
    verb["verify"].add_argument("--accept", action="store_true", help="publish the fresh numbers instead of comparing")
    verb["verify"].add_argument("--expected", help="published numbers (default: expected.json beside the paper)")
    verb["map"].add_argument("--name", default="", help="one table, figure or number, or a group such as index/")
    verb["data"].add_argument("action", choices=["refresh"], help="what to do with the data")
    verb["data"].add_argument(
        "--series",
        action="append",
        default=[],
        metavar="CODE",
        help="ask for this series alone; may be given several times",
    )
    verb["data"].add_argument("--all", action="store_true", dest="every", help="show every cell that differs")
    verb["data"].add_argument(
        "--write", action="store_true", help="write what differs, whole columns and their vintage"
    )
    verb["data"].add_argument(
        "--endpoint",
        default="https://api.worldbank.org/v2",
        help="address of the World Bank's API (default: %(default)s)",
    )
    return parser


def _on_study(verb: Callable[[Study, argparse.Namespace], int], options: argparse.Namespace) -> int:
    """Run a verb on the study that the options name."""
    from bri_eval.study import read_study

    return verb(read_study(options.study), options)


if __name__ == "__main__":
    sys.exit(main())
