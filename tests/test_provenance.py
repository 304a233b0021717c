"""What a run was made from."""

import hashlib
import json
import shutil

import pytest

import bri_eval as be
from bri_eval.provenance import as_json, file_hash, provenance, recipe_dict, stamp


@pytest.fixture
def study(data, tmp_path):
    shutil.copytree(data, tmp_path / "data")
    shutil.copytree(data.parent / "paper", tmp_path / "paper")
    return tmp_path / "data" / "study.toml"


def test_hashes_are_those_of_the_files_and_no_path_of_the_machine_is_in(study, tmp_path):
    record = provenance(be.read_study(study))
    lpi = (study.parent / "raw" / "lpi.csv").read_bytes()
    assert record["tables"]["lpi.csv"] == hashlib.sha256(lpi).hexdigest()
    assert {"study.toml", "models.toml", "frameworks/panel.toml", "frameworks/full.toml"} <= set(record["files"])
    assert str(tmp_path) not in as_json(record)
    assert json.loads(as_json(record))["recipes"]["main"]["weighter"] == "ahp_entropy"


def test_a_changed_cell_changes_one_hash_and_the_stamp(study):
    before = provenance(be.read_study(study))
    old = stamp(be.read_study(study))
    path = study.parent / "raw" / "findex.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("0.09005", "0.09006"), encoding="utf-8")
    after = provenance(be.read_study(study))
    assert [name for name in before["tables"] if before["tables"][name] != after["tables"][name]] == ["findex.csv"]
    assert stamp(be.read_study(study)) != old


def test_line_ends_do_not_matter(tmp_path):
    (tmp_path / "a").write_bytes(b"x\ny\n")
    (tmp_path / "b").write_bytes(b"x\r\ny\r\n")
    assert file_hash(tmp_path / "a") == file_hash(tmp_path / "b")


def test_a_function_in_a_recipe_is_named():
    def mine(matrix, prior):
        return prior

    assert recipe_dict(be.Recipe(weighter=mine))["weighter"] == "mine"
