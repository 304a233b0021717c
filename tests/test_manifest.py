"""What a run was made from: every file with its hash, no name of a machine, and a changed file is one changed hash."""

from __future__ import annotations

import hashlib
import json
import shutil

import pytest
import studies

import bri_eval as be
from bri_eval.checks import InputError
from bri_eval.manifest import as_json, code, file_hash, manifest, read_manifest, recipe_dict, stamp
from bri_eval.pipeline import STAGES
from bri_eval.replication.changes import changes

READ = [path for path in sorted(studies.SHIPPED.parent.rglob("*")) if path.is_file()]
UNREAD = {"README.md", "derive.py", "raw/china_ecommerce_totals.csv", "raw/digital_services.csv"}


@pytest.fixture
def study(data, tmp_path):
    shutil.copytree(data, tmp_path / "data")
    shutil.copytree(data.parent / "paper", tmp_path / "paper")
    return tmp_path / "data" / "study.toml"


def record(study, files=None) -> dict:
    return manifest(be.read_study(study), files or {}, STAGES)


def test_hashes_are_those_of_the_files_and_no_path_of_the_machine_is_in(study, tmp_path):
    found = record(study, {"a/b.csv": "x\n", "c.pdf": b"\xff"})
    lpi = (study.parent / "raw" / "lpi.csv").read_bytes()
    assert found["inputs"]["raw/lpi.csv"] == hashlib.sha256(lpi).hexdigest()
    assert found["inputs"]["../paper/refs.bib"] == file_hash(tmp_path / "paper" / "refs.bib")
    assert found["outputs"] == {
        "a/b.csv": hashlib.sha256(b"x\n").hexdigest(),
        "c.pdf": hashlib.sha256(b"\xff").hexdigest(),
    }
    assert str(tmp_path) not in as_json(found)
    assert found["settings"]["recipes"]["main"]["weighter"] == "ahp_entropy"
    assert found["settings"]["seed"] == 20181122
    assert found["sources"]["robustness"]["raw/lpi_bounds.csv"] == ["lower", "upper"]
    assert json.loads(as_json(found)) == found


def test_it_is_the_same_in_another_folder(study, tmp_path, data):
    assert as_json(record(study)) == as_json(record(data / "study.toml"))


def test_a_changed_file_is_the_one_that_is_named(study):
    before = record(study)
    for path in sorted(study.parent.rglob("*")):
        if path.suffix in (".toml", ".csv"):
            content = path.read_bytes()
            path.write_bytes(content + b"\n" if path.suffix == ".toml" else content.replace(b"\n", b" \n", 1))
            now = {name: file_hash(study.parent / name) for name in before["inputs"]}
            name = path.relative_to(study.parent).as_posix()
            read = [name] if name in before["inputs"] else []
            assert [change.name for change in changes(before, {**before, "inputs": now})] == read
            path.write_bytes(content)


def test_every_file_of_the_study_is_an_input_or_known_not_to_be_read(study):
    names = {path.relative_to(studies.SHIPPED.parent).as_posix() for path in READ if "__pycache__" not in path.parts}
    unread = names - set(record(study)["inputs"])
    assert unread == UNREAD


def test_a_run_of_the_index_names_the_inputs_of_the_index_alone(study):
    found = manifest(be.read_study(study), {}, ("index",))
    assert list(found["sources"]) == ["index", "analysis"]
    assert "models.toml" not in found["inputs"]
    assert "raw/trade_china.csv" not in found["inputs"]


def test_a_changed_cell_changes_the_stamp_and_an_unread_table_does_not(study):
    old = stamp(be.read_study(study))
    path = study.parent / "raw" / "china_ecommerce_totals.csv"
    path.write_bytes(path.read_bytes() + b"\n")
    assert stamp(be.read_study(study)) == old
    path = study.parent / "raw" / "findex.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("0.09005", "0.09006"), encoding="utf-8")
    assert stamp(be.read_study(study)) != old


def test_the_code_is_every_file_of_the_package_and_all_of_it_together(monkeypatch, tmp_path):
    found = code()
    assert {"bri_eval/cli.py", "bri_eval/modes/choice.py", "bri_eval/workbench/templates/study.toml"} < set(found)
    assert not [name for name in found if "__pycache__" in name or name.endswith(".pyc")]
    (tmp_path / "bri_eval" / "__pycache__").mkdir(parents=True)
    for name, text in {"one.py": "1\n", "two.toml": "2\n", "__pycache__/one.pyc": "3"}.items():
        (tmp_path / "bri_eval" / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr("bri_eval.manifest.HOME", tmp_path)
    small = code()
    assert set(small) == {"all", "bri_eval/one.py", "bri_eval/two.toml"}
    (tmp_path / "bri_eval" / "one.py").write_bytes(b"1\r\n")
    assert code() == small
    (tmp_path / "bri_eval" / "two.toml").write_text("3\n", encoding="utf-8")
    assert {name for name, own in code().items() if own != small[name]} == {"all", "bri_eval/two.toml"}


def test_line_ends_do_not_matter(tmp_path):
    (tmp_path / "a").write_bytes(b"x\ny\n")
    (tmp_path / "b").write_bytes(b"x\r\ny\r\n")
    assert file_hash(tmp_path / "a") == file_hash(tmp_path / "b")


def test_a_function_in_a_recipe_is_named():
    def mine(matrix, prior):
        return prior

    assert recipe_dict(be.Recipe(weighter=mine))["weighter"] == "mine"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "manifest.json: there is no such file; bri-eval reproduce writes it"),
        ("{", "manifest.json: not readable as JSON: .*bri-eval reproduce writes it afresh"),
        ("[]", "manifest.json: is no manifest of a run"),
        ('{"inputs": {}}', "manifest.json: is no manifest of a run"),
    ],
)
def test_a_manifest_that_is_none_is_refused(tmp_path, text, message):
    if text is not None:
        (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_manifest(tmp_path)
