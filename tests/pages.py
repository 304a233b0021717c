"""What the tests of written pages share: the blocks of a page, and doing what it says as a reader would."""

from __future__ import annotations

import doctest
import re
from typing import TYPE_CHECKING, NamedTuple

from bri_eval import cli
from bri_eval.pipeline import evaluate_study
from bri_eval.study import read_study, with_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FENCE = re.compile(r'^```(\w+)(?: title="([^"]*)")?[^\n]*\n(.*?)^```', flags=re.DOTALL | re.MULTILINE)

RUN = ("new", "check", "compare", "questionnaire")
"""Verbs that are run on the reader's own study; the others must parse."""


class Block(NamedTuple):
    """A fenced block: its language, the file it belongs into ("" if none), its text."""

    language: str
    title: str
    text: str


def blocks(path: Path, *languages: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page in order, of some languages or of all."""
    for found in FENCE.findall(path.read_text(encoding="utf-8")):
        if not languages or found[0] in languages:
            yield Block(*found)


def follow(path: Path, folder: Path) -> tuple[dict, list[str]]:
    """Do what a page says, in a folder: write its files, run its Python and its quick commands.

    Returns the names of its Python, in one namespace, and what its examples and commands fail to give.
    """
    names: dict = {"__name__": path.stem}
    failures: list[str] = []
    for number, block in enumerate(blocks(path), start=1):
        if block.language in ("toml", "csv") and block.title:
            written = folder / block.title
            written.parent.mkdir(parents=True, exist_ok=True)
            before = written.read_text(encoding="utf-8") + "\n" if written.exists() else ""
            written.write_text((before if block.language == "toml" else "") + block.text, encoding="utf-8")
        elif block.language == "python" and not block.title:
            exec(compile(block.text, f"{path.name}: python", "exec"), names)
        elif block.language == "pycon":
            failures += _examples(f"{path.name}, block {number}", block.text, names)
        elif block.language == "sh":
            failures += [f"bri-eval {' '.join(words)}" for words in _own(block.text) if _run(words)]
    return names, failures


def commands(path: Path) -> list[list[str]]:
    """Return every bri-eval command of a page's shell blocks, in words."""
    return [words for block in blocks(path, "sh") for words in _words(block.text, "bri-eval")]


def targets(path: Path) -> list[str]:
    """Return every target of make that a page's shell blocks name."""
    return [words[0] for block in blocks(path, "sh") for words in _words(block.text, "make")]


def outputs(path: Path) -> str:
    """Return what the examples of a page print."""
    parser = doctest.DocTestParser()
    return "".join(one.want for block in blocks(path, "pycon") for one in parser.get_examples(block.text))


def prose(path: Path) -> str:
    """Return a page without its blocks."""
    return FENCE.sub("", path.read_text(encoding="utf-8"))


def _examples(name: str, text: str, names: dict) -> list[str]:
    failures: list[str] = []
    test = doctest.DocTestParser().get_doctest(text, names, name, name, 0)
    test.globs = names
    doctest.DocTestRunner(verbose=False).run(test, out=failures.append, clear_globs=False)
    return failures


def _own(text: str) -> list[list[str]]:
    return [words for words in _words(text, "bri-eval") if {"my-index", "my-index/study.toml"} & set(words)]


def _run(words: list[str]) -> int:
    """Run a command; evaluate without its figures, which take seconds."""
    if words[0] == "evaluate":
        options = cli._parser().parse_args(words)
        evaluate_study(with_settings(read_study(options.study), options.settings))
    return cli.main(words) if words[0] in RUN else 0


def _words(text: str, program: str) -> list[list[str]]:
    lines = [line.split("#")[0].split() for line in text.replace("\\\n", " ").splitlines()]
    return [words[1:] for words in lines if words[:1] == [program]]
