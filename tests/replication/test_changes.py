"""What has changed between two runs, by kind and name."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from bri_eval.replication.changes import changes, same_machine

RUN = {
    "settings": {"seed": 1, "recipes": {"main": {"weighter": "ahp"}}},
    "inputs": {"study.toml": "a", "raw/lpi.csv": "b", "../paper/main.typ": "c"},
    "code": {"all": "x", "bri_eval/treat.py": "1"},
    "environment": {"python": "3.11.7", "packages": {"numpy": "2.1"}, "lock": "l"},
    "platform": {"system": "Linux", "kernels": "Haswell"},
    "outputs": {"a.csv": "1"},
}


@pytest.fixture
def run() -> dict:
    return copy.deepcopy(RUN)


def said(run: dict, home: Path | None = None) -> list[str]:
    return [str(change) for change in changes(RUN, run, home)]


def test_nothing_has_changed(run):
    run["outputs"] = {}
    assert changes(RUN, run) == ()
    assert same_machine(())


def test_inputs_are_named_from_where_the_reader_stands(run):
    run["inputs"] = {"study.toml": "z", "raw/new.csv": "n", "../paper/main.typ": "d"}
    assert said(run, Path("data")) == [
        "input: paper/main.typ: changed",
        "input: data/raw/lpi.csv: removed",
        "input: data/raw/new.csv: added",
        "input: data/study.toml: changed",
    ]
    assert said(run)[0] == "input: ../paper/main.typ: changed"


def test_code_is_named_by_file_and_not_as_a_whole(run):
    run["code"] = {"all": "y", "bri_eval/treat.py": "2", "bri_eval/new.py": "3"}
    assert said(run) == ["code: bri_eval/new.py: added", "code: bri_eval/treat.py: changed"]
    assert same_machine(changes(RUN, run))


@pytest.mark.parametrize(
    ("place", "value", "line", "same"),
    [
        (("environment", "python"), "3.12.1", "environment: python: 3.11.7 -> 3.12.1", False),
        (("environment", "packages"), {"numpy": "2.2"}, "environment: numpy: 2.1 -> 2.2", False),
        (("environment", "packages"), {}, "environment: numpy: 2.1 -> none", False),
        (("environment", "lock"), "m", "environment: lock: changed", True),
        (("environment", "lock"), None, "environment: lock: l -> none", True),
        (("platform", "kernels"), "SkylakeX", "platform: kernels: Haswell -> SkylakeX", False),
        (("settings", "seed"), 2, "settings: seed: 1 -> 2", True),
        (("settings", "recipes"), {"main": {"weighter": "w"}}, "settings: recipes.main.weighter: ahp -> w", True),
    ],
)  # fmt: skip
def test_a_value_is_named_with_what_it_was_and_is(run, place, value, line, same):
    run[place[0]][place[1]] = value
    assert said(run) == [line]
    assert same_machine(changes(RUN, run)) == same


def test_settings_that_an_input_may_explain_are_left_to_it(run):
    run["settings"]["seed"], run["inputs"]["study.toml"] = 2, "z"
    assert said(run) == ["input: study.toml: changed"]


def test_a_manifest_without_a_section_is_read_as_one_without_entries(run):
    del run["code"]
    assert said(run) == ["code: bri_eval/treat.py: removed"]
