"""Questionnaires: what is asked, what is read back, what should be asked again."""

from __future__ import annotations

import csv
import io

import numpy as np
import pandas as pd
import pytest

import bri_eval as be
from bri_eval.checks import InputError
from bri_eval.weights.questionnaire import (
    SCALE,
    most_inconsistent,
    question_table,
    read_questionnaire,
    write_questionnaire,
)

HEADER = "expert,group,node,row,col,value\n"


@pytest.fixture
def read(write):
    return lambda *lines: read_questionnaire(write("li.csv", HEADER + "".join(f"{line}\n" for line in lines)))


# what is asked


def test_number_of_questions(framework, full_framework):
    assert len(question_table(framework)) == 26
    assert len(question_table(full_framework)) == 57
    assert (question_table(full_framework)["node"] == "capability").sum() == 10


def test_questions_are_labelled(tree):
    found = question_table(tree)
    assert found[["node", "row", "col"]].to_numpy().tolist() == [["goal", "a", "b"], ["a", "w", "x"], ["b", "y", "z"]]
    assert (found["value"] == "").all()
    assert list(found) == ["node", "row", "col", "value", "node_name", "row_name", "col_name"]


def test_the_files_of_a_questionnaire(framework, tmp_path):
    texts = write_questionnaire(framework, tmp_path / "mine")
    assert sorted(texts) == ["blank.csv", "form.md"]
    assert not list(tmp_path.iterdir())
    rows = list(csv.DictReader(io.StringIO(texts["blank.csv"])))
    assert list(rows[0]) == ["expert", "group", "node", "row", "col", "value"]
    assert len(rows) == 26
    assert {row["value"] for row in rows} == {row["expert"] for row in rows} == {""}
    form = texts["form.md"]
    assert form.count("9-8-7-6-5-4-3-2-1-2-3-4-5-6-7-8-9") == 26
    assert next(line for line in form.splitlines() if line.startswith("## ")) == f"## {framework.names['capability']}"
    assert all(framework.names[code] in form for code in framework.codes if code in {row["row"] for row in rows})
    assert "There are 26 lines" in form
    assert "mine" in form


# what is read back


def test_a_filled_questionnaire_gives_back_the_weights(framework, write):
    """Fill the blank with the ratios of whole weights and read it."""
    weights = dict(zip(framework.children("capability"), [4, 2, 2, 1, 1], strict=True))
    lines = write_questionnaire(framework, "x")["blank.csv"].splitlines()
    filled = [lines[0]]
    for line in lines[1:]:
        _, _, node, row, col, _ = line.split(",")
        value = f"{weights[row] / weights[col]:g}" if node == "capability" else "1"
        filled.append(f"li,academic,{node},{row},{col},{value}")
    found = read_questionnaire(write("li.csv", "\n".join(filled) + "\n"))
    assert found.notes == ()
    assert {one.group for one in found.judgements} == {"academic"}
    local, table = be.ahp.prior_weights(framework, found.judgements)
    assert local[list(weights)].tolist() == pytest.approx([0.4, 0.2, 0.2, 0.1, 0.1], abs=1e-12)
    assert table["consistency_ratio"].max() == pytest.approx(0, abs=1e-9)


def test_blank_cells_and_blank_nodes(read):
    found = read("li,,goal,a,b,2", "li,,goal,a,c,", "li,,goal,b,c,3", "li,,a,w,x,", "li,,b,y,z,5")
    assert [one.node for one in found.judgements] == ["goal", "b"]
    assert [note.partition("li.csv: ")[2] for note in found.notes] == [
        "expert 'li', node 'goal': 1 of 3 judgements are blank; completed from the others",
        "expert 'li', node 'a': all 1 judgements are blank; skipped",
    ]
    assert be.ahp.priorities(found.judgements[0].matrix).completed.loc["a", "c"] == pytest.approx(6, abs=1e-6)


def test_an_expert_without_name_is_called_after_the_file(read):
    found = read(",,goal,a,b,2")
    assert found.judgements[0].expert == "li"


def test_a_folder_may_still_hold_the_blank(framework, write, tmp_path):
    write("blank.csv", write_questionnaire(framework, tmp_path)["blank.csv"])
    write("li.csv", HEADER + "li,,flexibility,a,b,2\n")
    write("experts.csv", "expert,weight\nli,2\n")
    found = read_questionnaire(tmp_path)
    assert [(one.expert, one.weight) for one in found.judgements] == [("li", 2)]
    assert sum("skipped" in note for note in found.notes) == len(set(question_table(framework)["node"]))


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["li,,goal,a,b,"], r"li\.csv: every value is blank; fill in the column 'value'"),
        (["li,,goal,a,b,11"], r"li\.csv: row 2, column 'value': found '11'; expected 1 to 9"),
        (["li,,goal,a,b,3", "li,,goal,b,a,3"], r"li\.csv: row 3: 'b' over 'a' is 3, which is not reciprocal"),
        (
            ["li,,goal,a,b,3", "li,,goal,a,c,", "li,,goal,b,c,"],
            r"li\.csv: expert 'li', node 'goal': no judgement links 'c' to 'a', 'b'; judge at least one pair",
        ),
    ],
)
def test_bad_answers(read, lines, message):
    with pytest.raises(InputError, match=message):
        read(*lines)


# what should be asked again


def slipped() -> pd.DataFrame:
    """Return consistent judgements of which one was written down the wrong way round."""
    weights = np.array([8, 4, 2, 1])
    matrix = pd.DataFrame(weights[:, None] / weights, index=list("abcd"), columns=list("abcd"))
    matrix.loc["a", "d"], matrix.loc["d", "a"] = 1 / 8, 8
    return matrix


def test_a_slip_is_found():
    matrix = slipped()
    before = matrix.copy()
    found = most_inconsistent(matrix)
    assert (found.row, found.col, found.judgement) == ("a", "d", 1 / 8)
    weights = be.ahp.priorities(matrix).weights
    assert found.fitting == pytest.approx(weights["a"] / weights["d"], rel=1e-12)
    assert found.proposal in SCALE
    repaired = matrix.copy()
    repaired.loc["a", "d"], repaired.loc["d", "a"] = found.proposal, 1 / found.proposal
    assert found.ratio_before == be.ahp.priorities(matrix).consistency_ratio
    assert found.ratio_after == pytest.approx(be.ahp.priorities(repaired).consistency_ratio, abs=1e-12)
    assert found.ratio_after < found.ratio_before / 2
    assert found.triad == ("a", "b", "d")
    assert found.triad_product == pytest.approx(64)
    pd.testing.assert_frame_equal(matrix, before)


def test_the_worst_judgement_saaty2008(published):
    case = published("saaty2008").judgements
    found = most_inconsistent(case)
    weights = be.ahp.priorities(case).weights
    gaps = {
        (row, col): abs(np.log(case.loc[row, col] * weights[col] / weights[row]))
        for i, row in enumerate(case.index)
        for col in case.columns[i + 1 :]
    }
    assert (found.row, found.col) == max(gaps, key=gaps.get)
    assert found.ratio_before == pytest.approx(0.0223, abs=5e-5)
    assert found.fitting == pytest.approx(0.0191495 / 0.3267926, abs=1e-5)
    assert found.proposal == found.judgement == 1 / 9  # the weights call for 1/17, beyond the scale
    assert found.ratio_after == found.ratio_before


def test_the_worst_judgement_cr_flip(published):
    found = most_inconsistent(published("cr_flip").judgements)
    assert found.ratio_before == pytest.approx(0.0995, abs=5e-5)
    assert found.ratio_after < 0.05


def test_consistent_judgements_are_left_as_they_are():
    weights = np.array([4, 2, 1])
    found = most_inconsistent(weights[:, None] / weights)
    assert found.proposal == found.judgement == 2
    assert found.ratio_after == pytest.approx(0, abs=1e-9)
    assert found.triad_product == pytest.approx(1)


def test_missing_judgements_are_not_proposed():
    matrix = slipped()
    matrix.loc["b", "c"] = matrix.loc["c", "b"] = np.nan
    found = most_inconsistent(matrix)
    assert (found.row, found.col) == ("a", "d")
    assert found.triad == ("a", "b", "d")


def test_a_chain_has_no_triad():
    nan = np.nan
    found = most_inconsistent([[1, 2, nan], [1 / 2, 1, 3], [nan, 1 / 3, 1]])
    assert found.triad == ()
    assert np.isnan(found.triad_product)


def test_two_items_cannot_contradict():
    with pytest.raises(InputError, match="2 items cannot contradict each other; expected three or more"):
        most_inconsistent(np.ones((2, 2)))
