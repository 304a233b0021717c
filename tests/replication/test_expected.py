"""What is published: the cells as in the files, what figures show, a seal that a hand breaks, and a file read back."""

from __future__ import annotations

import copy
import json

import pytest
import studies

from bri_eval.checks import InputError
from bri_eval.replication.expected import as_json, expected_of, is_sealed, read_expected, sealed
from bri_eval.report.drawn import drawn_data


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> studies.Run:
    return studies.tiny(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def found(run) -> dict:
    return expected_of(run.results)


def test_it_holds_the_cells_of_the_csv_files_as_text_with_titles_and_notes(found, run):
    assert found["exhibits"].keys() == run.results.exhibits.keys()
    header, first = (run.out / "index" / "scores.csv").read_text(encoding="utf-8").splitlines()[:2]
    assert found["exhibits"]["scores"]["columns"] == header.split(",")
    assert found["exhibits"]["scores"]["rows"][0] == first.split(",")
    assert found["exhibits"]["ranking"]["title"] == run.results.exhibits["ranking"].title
    assert found["exhibits"]["ranking"]["notes"] == list(run.results.exhibits["ranking"].notes)
    assert found["numbers"] == run.results.numbers


def test_it_holds_what_figures_show_and_the_manifest_of_the_run(found, run):
    assert found["figures"] == {name: drawn_data(figure) for name, figure in run.results.figures.items()}
    assert found["manifest"] == json.loads((run.out / "manifest.json").read_text(encoding="utf-8"))


def test_the_shipped_publication_is_whole_and_of_a_run_of_everything():
    expected = read_expected(studies.SHIPPED.parents[1] / "paper" / "expected.json")
    assert is_sealed(expected)
    assert len(expected["manifest"]["settings"]["stages"]) == 6
    assert {path.rpartition("/")[2] for path in expected["manifest"]["outputs"]} > {"paper.pdf", "map.csv"}


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("numbers", "index/ranked"), "9"),
        (("exhibits", "ranking", "rows", 0, 0), "XXX"),
        (("manifest", "platform", "system"), "Other"),
        (("figures", "ranking"), []),
    ],
)
def test_the_seal_breaks_at_any_edit(found, place, value):
    changed = copy.deepcopy(found)
    at = changed
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = value
    assert is_sealed(found)
    assert not is_sealed(changed)
    assert is_sealed(sealed(changed))
    assert not is_sealed({key: own for key, own in found.items() if key != "seal"})


def test_the_seal_does_not_depend_on_the_layout_of_the_file(found, tmp_path):
    (tmp_path / "expected.json").write_text(json.dumps(found, indent=4, sort_keys=True), encoding="utf-8")
    assert is_sealed(read_expected(tmp_path / "expected.json"))


def test_as_json_round_trips_with_one_row_and_one_number_a_line(found):
    text = as_json(found)
    assert json.loads(text) == found
    assert text.endswith("}\n")
    rows = sum(len(table["rows"]) for table in found["exhibits"].values()) + sum(map(len, found["figures"].values()))
    assert len([line for line in text.splitlines() if line.startswith("   [")]) == rows
    assert '\n  "index/ranked": "8",\n' in text
    assert "Côte d'Ivoire" in text


def test_as_json_round_trips_a_table_without_rows(found):
    empty = {"title": "None", "notes": [], "columns": ["a"], "rows": []}
    expected = sealed({**found, "exhibits": {"filled": empty}, "figures": {}})
    assert json.loads(as_json(expected)) == expected


def test_the_file_is_read_back(found, tmp_path):
    (tmp_path / "expected.json").write_text(as_json(found), encoding="utf-8")
    assert read_expected(tmp_path / "expected.json") == found


def test_a_missing_file_says_how_to_make_it(tmp_path):
    with pytest.raises(InputError, match=r"expected.json: there is no such file; bri-eval verify --accept writes it"):
        read_expected(tmp_path / "expected.json")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", r"not readable as JSON: .*line 1"),
        (b"\xff", r"not readable as JSON"),
        (b"[]", r"schema is None; this version reads schema = 2; bri-eval verify --accept"),
        (b'{"schema": 1, "exhibits": {}, "numbers": {}}', r"schema is 1; this version reads schema = 2"),
        (b'{"schema": 2, "manifest": {}, "exhibits": [], "figures": {}, "numbers": {}}', r"there is no 'exhibits'"),
    ],
)
def test_a_file_of_another_shape_is_refused(tmp_path, content, message):
    (tmp_path / "expected.json").write_bytes(content)
    with pytest.raises(InputError, match=rf"expected.json: {message}"):
        read_expected(tmp_path / "expected.json")
