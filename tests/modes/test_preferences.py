"""Weights of the criteria: the presets at study.md's digits, which cell has which, and interpolation by income."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from catalogues import DATA, GOODS, RAW, even, shipped, tables, tiny

import bri_eval as be
from bri_eval.checks import InputError
from bri_eval.modes.catalogue import Interpolation, Preference
from bri_eval.modes.choice import CHOICE
from bri_eval.modes.preferences import CRITERIA, cell_weights, preference_of, preset_weights

# study.md 4.4, the rows as printed
PRINTED = {
    "price": (
        "1 3 3 4 3 2|1/3 1 1 2 1 1|1/3 1 1 2 1 1|1/4 1/2 1/2 1 1/2 1/2|1/3 1 1 2 1 1|1/2 1 1 2 1 1",
        (0.3645, 0.1379, 0.1379, 0.0740, 0.1379, 0.1479),
        0.0044,
    ),
    "service": (
        "1 1/3 1/4 1/2 1 1|3 1 1 2 3 3|4 1 1 2 3 3|2 1/2 1/2 1 2 2|1 1/3 1/3 1/2 1 1|1 1/3 1/3 1/2 1 1",
        (0.0849, 0.2805, 0.2946, 0.1621, 0.0890, 0.0890),
        0.0030,
    ),
}


def number(text: str) -> float:
    over, _, under = text.partition("/")
    return float(over) / float(under or 1)


@pytest.mark.parametrize("preset", PRINTED)
def test_shipped_judgements_are_the_printed_rows(preset):
    (one,) = [one for one in be.read_judgements(DATA / "judgements" / "modes") if one.node == preset]
    rows = [[number(cell) for cell in row.split()] for row in PRINTED[preset][0].split("|")]
    np.testing.assert_allclose(one.matrix.loc[list(CRITERIA), list(CRITERIA)], rows, rtol=1e-14)
    assert one.group == "authors' judgement"


@pytest.mark.parametrize("preset", PRINTED)
def test_weights_and_consistency_at_the_printed_digits(preset):
    weights, consistency = preset_weights(shipped(), (preset,), CHOICE)
    _, printed, ratio = PRINTED[preset]
    assert list(weights.index) == list(CRITERIA)
    assert weights.round(4).tolist() == list(printed)
    assert weights.sum() == pytest.approx(1, abs=1e-12)
    assert consistency["consistency_ratio"].round(4).tolist() == [ratio]
    assert consistency[["presets", "expert"]].iloc[0].tolist() == [preset, f"{preset}: {preset}"]


def test_two_presets_are_joined_by_the_geometric_mean_of_their_judgements():
    matrices = [np.array([[number(c) for c in row.split()] for row in PRINTED[p][0].split("|")]) for p in PRINTED]
    values, vectors = np.linalg.eig(np.sqrt(matrices[0] * matrices[1]))
    expected = np.abs(vectors[:, np.argmax(values.real)].real)
    weights, consistency = preset_weights(shipped(), ("price", "service"), CHOICE)
    np.testing.assert_allclose(weights, expected / expected.sum(), rtol=0, atol=1e-10)
    assert consistency["expert"].tolist() == ["price: price", "service: service", "all"]


def test_each_preset_has_the_same_say_however_many_judge_it():
    second = replace(even("even"), expert="two")
    lean = even("lean")
    lean = replace(lean, matrix=lean.matrix.copy())
    lean.matrix.loc["time", "coverage"], lean.matrix.loc["coverage", "time"] = 4.0, 0.25
    few = preset_weights(tiny(judgements=(even(), lean)), ("even", "lean"), CHOICE)[0]
    many = preset_weights(tiny(judgements=(even(), second, lean)), ("even", "lean"), CHOICE)[0]
    np.testing.assert_allclose(few, many, rtol=0, atol=1e-12)
    assert few["time"] > few["coverage"]


def test_judgements_must_name_every_criterion():
    short = replace(even(), matrix=even().matrix.iloc[:5, :5], origin="short.csv")
    with pytest.raises(
        InputError, match=r"short.csv: the judgements of expert 'even: one' on 'even' lack 'capital_risk'"
    ):
        preset_weights(tiny(judgements=(short,)), ("even",), CHOICE)


@pytest.mark.parametrize(
    ("income", "segment", "presets"),
    [
        ("Low income", "light_low_value", "price"),
        ("Low income", "small_high_value", "price"),
        ("Low income", "agri_food", "price"),
        ("High income", "light_low_value", "price"),
        ("High income", "small_high_value", "service"),
        ("Lower middle income", "bulky_fragile", "service"),
        ("Lower middle income", "apparel", "price+service"),
        ("High income", "regulated", "price+service"),
    ],
)
def test_which_preset_weighs_which_cell(income, segment, presets):
    assert "+".join(preference_of(shipped(), income, shipped().segment(segment))) == presets


def test_the_first_preference_that_fits_counts():
    both = (Preference(presets=("b",), goods=("glass",)), Preference(presets=("a",)))
    catalogue = tiny(preferences=both, goods=("glass",), judgements=(even("a"), even("b")))
    assert preference_of(catalogue, "any", replace(GOODS, goods=("glass",))) == ("b",)
    assert preference_of(catalogue, "any", GOODS) == ("a",)


def test_weights_of_cells():
    found, consistency = cell_weights(
        shipped(), RAW, ["AFG", "RUS"], ["apparel", "small_high_value"], recipe=CHOICE, year=2018
    )
    assert found.index.tolist() == [(e, s) for e in ("AFG", "RUS") for s in ("apparel", "small_high_value")]
    assert found.loc[("AFG", "small_high_value")].round(4).tolist() == list(PRINTED["price"][1])
    assert found.loc[("RUS", "small_high_value")].round(4).tolist() == list(PRINTED["service"][1])
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=0, atol=1e-12)
    assert set(consistency["presets"]) == {"price", "service", "price+service"}
    assert (consistency["consistency_ratio"] < be.ahp.THRESHOLD).all()


def test_interpolation_by_the_logarithm_of_income(tmp_path):
    folder = tables(tmp_path, rich="economy,year,gdp\nAFG,2018,50\nARE,2018,1000\nRUS,2018,9999\nCZE,2018,400\n")
    lean = even("lean")
    lean = replace(lean, matrix=lean.matrix * np.outer([4, 1, 1, 1, 1, 1], [0.25, 1, 1, 1, 1, 1]))
    between = Interpolation(presets=("lean", "even"), source="rich.csv:gdp", low=100.0, high=10_000.0)
    catalogue = tiny(judgements=(even(), lean), interpolation=between, weigh_by="interpolation")
    economies = ["AFG", "ARE", "RUS", "CZE", "VNM"]
    found, consistency = cell_weights(catalogue, folder, economies, ["goods"], recipe=CHOICE, year=2018)
    cost = found["cost_to_value"].droplevel("segment")
    # lean gives cost 4/9, even 1/6; the share of even is log(gdp / 100) / log(100), kept between 0 and 1
    shares = np.clip(np.log(np.array([50, 1000, 9999, 400]) / 100) / np.log(100), 0, 1)
    np.testing.assert_allclose(cost.iloc[:4], 4 / 9 + shares * (1 / 6 - 4 / 9), rtol=0, atol=1e-10)
    assert cost["ARE"] == pytest.approx((4 / 9 + 1 / 6) / 2, abs=1e-10)
    assert np.isnan(cost["VNM"])
    assert consistency["presets"].tolist() == ["lean", "even"]


def test_shipped_interpolation_runs_from_price_to_service():
    catalogue = replace(shipped(), weigh_by="interpolation")
    found, _ = cell_weights(catalogue, RAW, ["AFG", "VNM", "RUS", "SGP"], ["apparel"], recipe=CHOICE, year=2018)
    cost = found["cost_to_value"].tolist()
    assert round(cost[0], 4) == PRINTED["price"][1][0]
    assert round(cost[3], 4) == PRINTED["service"][1][0]
    assert cost == sorted(cost, reverse=True)
