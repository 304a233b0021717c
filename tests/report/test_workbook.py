"""The Excel workbook of an evaluation."""

import io

import pandas as pd
import pytest

import bri_eval as be
from bri_eval.report.workbook import sheets, workbook


@pytest.fixture(scope="module")
def evaluation(panel, framework):
    return be.evaluate(panel, framework, be.Recipe(weighter="entropy"))


def test_one_sheet_per_step_with_the_evaluations_numbers(evaluation):
    book = pd.read_excel(io.BytesIO(workbook(evaluation, note="test")), sheet_name=None, index_col=[0, 1])
    assert list(book) == list(sheets(evaluation))
    scores = book["scores"]["capability"]
    assert scores.loc[("SGP", 2018)] == pytest.approx(evaluation.scores["capability"].loc[("SGP", 2018)])
    weights = pd.read_excel(io.BytesIO(workbook(evaluation)), sheet_name="weights", index_col=0)
    assert weights["weight"].sum() == pytest.approx(1)


def test_the_recipe_and_the_conventions_are_on_the_first_sheet(evaluation):
    first = pd.read_excel(io.BytesIO(workbook(evaluation, note="bri_eval 0")), sheet_name="recipe", index_col=0)[
        "value"
    ]
    assert first["made by"] == "bri_eval 0"
    assert first["weighter"] == "entropy"
    assert "0 ln 0 = 0" in " ".join(first.filter(like="convention").astype(str))


def test_the_bytes_are_the_same_every_time(evaluation):
    assert workbook(evaluation) == workbook(evaluation)
