"""A build folder against its own manifest; the planted edits are in tests/test_verify.py."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from bri_eval.manifest import as_json, bytes_hash
from bri_eval.replication.built import build_differences

FILES = {"index/a.csv": b"economy,score\nEGY,1\nALB,2\n", "index/a.md": b"One\nTwo\n", "figures/a.svg": b"<svg/>"}


def build(folder: Path, files: dict[str, bytes] | None = None, **more) -> Path:
    files = FILES if files is None else files
    record = {
        "settings": {"stages": ["index", "paper"]},
        "inputs": {"study.toml": "1"},
        "outputs": {name: bytes_hash(content) for name, content in files.items()},
        **more,
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / "manifest.json").write_text(as_json(record), encoding="utf-8")
    return folder


@pytest.fixture
def out(tmp_path) -> Path:
    return build(tmp_path / "out")


@pytest.fixture
def fresh(tmp_path) -> Path:
    return build(tmp_path / "fresh")


def test_a_build_as_its_run_left_it_has_no_fault(out, fresh):
    assert build_differences(out, fresh) == ([], [])


def test_without_a_build_there_is_nothing_to_check(tmp_path, fresh):
    assert build_differences(tmp_path / "none", fresh) == (
        [],
        [f"{tmp_path / 'none'}: there is no build to be checked"],
    )


@pytest.mark.parametrize("content", [None, "{", "[]"])
def test_a_build_without_a_manifest_is_not_checked_and_that_is_said(out, fresh, content):
    (out / "manifest.json").unlink()
    if content is not None:
        (out / "manifest.json").write_text(content, encoding="utf-8")
    faults, (remark,) = build_differences(out, fresh)
    assert faults == []
    assert remark.startswith(f"{out / 'manifest.json'}: ")
    assert remark.endswith("; the build is not checked")


@pytest.mark.parametrize(
    ("name", "content", "how"),
    [
        ("index/a.csv", b"economy,score\nEGY,1\nALB,3\n", ": row 2 (ALB), score: expected 2, found 3"),
        ("index/a.csv", b"economy,score\nEGY,4\nALB,3\n", ": row 1 (EGY), score: expected 1, found 4 and 1 more"),
        ("index/a.csv", b"economy,score\nEGY,1\n", ": row 2 (ALB): expected a row, found none"),
        ("index/a.csv", b"economy,points\nEGY,1\nALB,2\n",
         ": expected columns ['economy', 'score'], found ['economy', 'points']"),
        ("index/a.csv", b"", ": expected columns ['economy', 'score'], found []"),
        ("index/a.csv", b"economy,score\nEGY,1,9\nALB,2\n", ": line 2: expected 'EGY,1', found 'EGY,1,9'"),
        ("index/a.md", b"One\n2\n", ": line 2: expected 'Two', found '2'"),
        ("index/a.md", b"One\nTwo\nThree\n", ": expected 2 lines, found 3"),
        ("figures/a.svg", b"\xff", ""),
    ],
)  # fmt: skip
def test_an_edit_is_named_with_its_place(out, fresh, name, content, how):
    (out / name).write_bytes(content)
    assert build_differences(out, fresh) == ([f"{out / name}: edited since the run{how}"], [])


def test_line_ends_are_no_edit(out, fresh):
    (out / "index/a.csv").write_bytes(FILES["index/a.csv"].replace(b"\n", b"\r\n"))
    assert build_differences(out, fresh) == ([], [])


def test_a_build_of_other_inputs_is_compared_with_itself(tmp_path, out):
    other = {**FILES, "index/a.md": b"1\n2\n"}
    fresh = build(tmp_path / "fresh", other, inputs={"study.toml": "2"})
    remark = f"{out}: was made from something else than this run (input: study.toml: changed)"
    assert build_differences(out, fresh) == ([], [remark])
    (out / "index/a.md").write_bytes(b"edited")
    assert build_differences(out, fresh) == ([f"{out / 'index/a.md'}: edited since the run"], [remark])


def test_a_run_of_some_stages_over_an_older_build_says_what_it_did_not_check(tmp_path, fresh):
    files = {"index/a.csv": FILES["index/a.csv"]}
    out = build(tmp_path / "out", files, settings={"stages": ["index"]})
    shutil.copy(fresh / "figures/a.svg", out / "old.svg")
    faults, remarks = build_differences(out, fresh)
    assert faults == []
    assert remarks[-1] == f"{out}: 1 files are of an earlier run and not checked"
    (out / "index/a.csv").unlink()
    assert build_differences(out, fresh)[0] == [f"{out / 'index/a.csv'}: deleted since the run"]


def test_a_manifest_that_was_made_to_fit_is_found_out(out, fresh):
    (out / "index/a.md").write_bytes(b"edited\n")
    record = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    record["outputs"]["index/a.md"] = bytes_hash(b"edited\n")
    (out / "manifest.json").write_text(as_json(record), encoding="utf-8")
    (line,), remarks = build_differences(out, fresh)
    assert line.startswith(f"{out / 'manifest.json'}: index/a.md is not what a fresh run from the same inputs")
    assert remarks == []
