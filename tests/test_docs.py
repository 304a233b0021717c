"""The site: what its pages show is done, its numbers are computed, its reference is whole, and it stands alone."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pages
import pytest

from bri_eval import cli
from bri_eval.cli import _parser

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
WRITTEN = sorted(path for path in DOCS.rglob("*.md") if path.parent.name != "api")
CONVENTIONS = DOCS / "conventions.md"

VERSION = re.compile(r"(scikit-criteria|pymcdm|AHPy|linearmodels|statsmodels|scipy)\s+(\d+(?:\.\d+)+)")
ENVIRONMENT = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}

each_page = pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.stem)


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """Return a folder as a reader has it before a page: with the data of the repository."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@each_page
def test_what_a_page_shows_is_so(page, desk):
    if ["new", "my-index"] not in pages.commands(page):
        assert cli.main(["new", "my-index"]) == 0
    assert pages.follow(page, desk)[1] == []


@each_page
def test_commands_and_targets_exist(page):
    for words in pages.commands(page):
        assert _parser().parse_args(words).verb == words[0]
    known = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert set(pages.targets(page)) <= set(known)


@each_page
def test_snippets_are_what_they_say(page):
    for block in pages.blocks(page, "toml"):
        assert tomllib.loads(block.text)
    for block in pages.blocks(page, "python"):
        if block.title:
            path, registry = block.title.split(", in ")
            module = importlib.import_module(path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
            (entry,) = ast.parse("{" + block.text + "}", mode="eval").body.keys
            assert entry.value not in getattr(module, registry)


def test_every_decimal_number_of_the_conventions_is_printed_by_an_example():
    found = re.findall(r"(?<![\w.])\d+\.\d{2,}(?![\w.])|\b\d+e-\d+", VERSION.sub("", pages.prose(CONVENTIONS)))
    printed = set(re.findall(r"\d+\.\d+|\d+e-\d+", pages.outputs(CONVENTIONS)))
    assert len(found) > 30
    assert [number for number in found if number not in printed and number != "0.10"] == []


def test_the_conventions_name_the_versions_that_are_locked():
    locked = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    named = VERSION.findall(pages.prose(CONVENTIONS))
    assert [
        f"{name.lower()}=={version}" for name, version in named if f"{name.lower()}=={version} " not in locked
    ] == []
    assert len(named) == 6


def test_every_page_is_in_the_navigation():
    nav = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").split("nav:")[1]
    assert sorted(re.findall(r"[\w/-]+\.md", nav)) == sorted(p.relative_to(DOCS).as_posix() for p in DOCS.rglob("*.md"))


def test_every_extension_point_has_a_page():
    points = "aggregator excel expert imputer indicator library modes normaliser regression weighting"
    assert " ".join(sorted(path.stem for path in (DOCS / "how-to").glob("*.md"))) == points


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("mkdocs") is None, reason="needs the extra docs")
def test_the_site_is_built_without_a_warning_and_asks_no_other_server(tmp_path):
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, env=ENVIRONMENT)
    texts = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.html")}
    asked = {name: re.findall(r'(?:src|href)="((?:https?:)?//[^"]+)"', text) for name, text in texts.items()}
    assert {name: found for name, found in asked.items() if found} == {}
    assert (tmp_path / "file-worker.js").is_file()
    assert 'src="../file-worker.js"' in texts["aggregate.html"]
    assert [name for name, text in texts.items() if ":math:" in text or ".. math" in text] == []
    assert 'aria-label="C_i = d^-_i / (d^+_i + d^-_i)"' in texts["aggregate.html"]
    assert "Hwang and Yoon (1981), Multiple Attribute Decision Making" in texts["aggregate.html"]
