"""The second run, of another user in another folder, time zone and locale, makes the same bytes from the same files."""

from __future__ import annotations

import json
import locale
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import studies
from studies import hashes

import bri_eval as be

RUN = """
import os, sys
os.umask(0o077)
opened = set()
def hook(event, details):
    if event == "open" and isinstance(details[0], (str, os.PathLike)) and details[1] in ("r", "rb", "rt"):
        opened.add(os.path.realpath(details[0]))
sys.addaudithook(hook)
from bri_eval.cli import main
code = main(["reproduce", "--study", sys.argv[1], "--out", "again"])
open("opened.txt", "w", encoding="utf-8").write("\\n".join(sorted(opened)))
sys.exit(code)
"""


def comma() -> str:
    """Name a locale of this machine that writes commas in numbers, or one without languages."""
    kept = locale.setlocale(locale.LC_ALL)
    for name in ("de_DE.UTF-8", "fr_FR.UTF-8", "de_DE.utf8", "fr_FR.utf8"):
        try:
            locale.setlocale(locale.LC_ALL, name)
        except locale.Error:
            continue
        locale.setlocale(locale.LC_ALL, kept)
        return name
    return "C"


def run_elsewhere(study: Path, folder: Path) -> tuple[Path, set[Path]]:
    """Run a copy of a study as somebody else; return the build folder and the files that were opened."""
    home, place = folder / "somebody else", folder / "un autre endroit" / "copy"
    (home / "work").mkdir(parents=True)
    shutil.copytree(study.parent, place / study.parent.name)
    paper = be.read_study(study).paper
    if paper is not None and not paper.is_relative_to(study.parent):
        shutil.copytree(paper.parent, place / paper.parent.name)
    other = {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "USER": "somebody",
        "LOGNAME": "somebody",
        "TZ": "Asia/Kathmandu",
    }
    other |= {"LC_ALL": comma(), "LANG": comma(), "PYTHONHASHSEED": "5"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "XDG_", "MPL"))}
    command = [sys.executable, "-c", RUN, place / study.parent.name / study.name]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=home / "work", env=kept | other)
    assert done.returncode == 0, done.stderr
    opened = (home / "work" / "opened.txt").read_text(encoding="utf-8").splitlines()
    return home / "work" / "again", {
        Path(path).relative_to(place) for path in opened if Path(path).is_relative_to(place)
    }


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory) -> tuple[Path, set[Path]]:
    return run_elsewhere(studies.SHIPPED, tmp_path_factory.mktemp("elsewhere"))


def test_the_second_run_makes_the_same_bytes(elsewhere, tmp_path_factory):
    first = hashes(studies.shipped(tmp_path_factory.getbasetemp()).out)
    again = hashes(elsewhere[0])
    assert {path for path in first | again if first.get(path) != again.get(path)} == set()
    assert {"manifest.json", "map.csv", "paper.pdf", "index/evaluation.xlsx"} < set(again)


def test_the_manifest_names_the_files_that_the_run_opened_and_no_other(elsewhere):
    out, opened = elsewhere
    record = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    named = {Path(os.path.normpath(Path("data") / name)) for name in record["inputs"]}
    assert opened == named


def test_what_is_made_may_be_read_by_others(elsewhere):
    assert {path.stat().st_mode & 0o777 for path in elsewhere[0].rglob("*") if path.is_file()} == {0o644}
