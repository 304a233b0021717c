"""A declared robustness analysis, read from TOML."""

import tomllib
from pathlib import Path

import pytest

import bri_eval as be
from bri_eval.checks import InputError
from bri_eval.robustness.plan import read_plan

RAW = Path(__file__).parents[2] / "data" / "raw"
FOLDER = RAW.parent
BASE = be.Recipe(weighter="ahp_entropy", aggregator="topsis")
TEXT = """
draws = 500
best = 5
[choices]
exclude = "each"
judgements = ["judgements/literature_rank", "judgements/equal"]
aggregator = ["topsis", { aggregator = "geometric", range = [1, 100] }]
[noise]
weights = "uniform"
band = 0.1
[[error]]
indicators = ["lpi_customs"]
lower = "lpi_bounds.csv:lower"
upper = "lpi_bounds.csv:upper"
level = 0.8
"""


def plan(text=TEXT):
    return read_plan(tomllib.loads(text), BASE, FOLDER, "study.toml: robustness")


def test_a_plan_holds_what_was_declared_and_defaults_for_the_rest():
    found = plan()
    assert (found.draws, found.rows, found.best) == (500, 512, 5)
    assert found.choices.base is BASE
    assert [level.name for level in found.choices.factors["judgements"]] == ["literature_rank", "equal"]
    assert found.choices.factors["aggregator"][1].settings == {"aggregator": "geometric", "range": (1, 100)}
    assert found.noise.band == 0.1


def test_bounds_become_standard_errors():
    noise = plan().noise_of(RAW, economies=["AFG", "ALB"], years=(2007, 2023))
    [error] = noise.cells
    # AFG 2007: 1.1126 to 1.3108, half of it over the normal quantile of 0.9; 2023 has no bounds
    assert error.standard_errors[("AFG", 2007)] == pytest.approx((1.3108 - 1.1126) / 2 / 1.2815515655446004, abs=1e-12)
    assert error.standard_errors.isna().sum() == 2
    assert error.shared


def test_a_column_of_standard_errors_is_read_as_it_is():
    text = TEXT.replace('lower = "lpi_bounds.csv:lower"\nupper = "lpi_bounds.csv:upper"\nlevel = 0.8', "")
    noise = plan(text + 'standard_error = "lpi_bounds.csv:lower"\nshared = false').noise_of(
        RAW, economies=["AFG"], years=(2007,)
    )
    assert noise.cells[0].standard_errors.tolist() == [1.1126]
    assert not noise.cells[0].shared


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("draws = 500", "draws = 0", r"study.toml: robustness: draws is 0; expected a whole number of 1 or more"),
        ("draws = 500", "draw = 500", r"unknown key 'draw'.*did you mean 'draws'"),
        ("[choices]", "[[choices]]", r"choices is \[.*expected a table"),
        ('exclude = "each"', 'exclude = "all"', r"robustness: factor 'exclude' has levels 'all'"),
        ('["topsis", {', '["topsis", "topsis", {', r"factor 'aggregator' has the level 'topsis' twice"),
        ("range = [1, 100]", "rang = [1, 100]", r"unknown field of the recipe 'rang'.*'range'"),
        ("judgements/equal", "judgements/equals", r"judgements/equals: there is no judgement file"),
        ('"uniform"', '"normal"', r"unknown distribution of weights 'normal'"),
        ("band = 0.1", "bandwidth = 0.1", r"noise: unknown key 'bandwidth'"),
        ('lower = "lpi_bounds.csv:lower"\n', "", r"error 1 names 'upper'; expected standard_error, or lower and upper"),
        ("level = 0.8", "level = 80", r"confidence level is 80"),
        ("lpi_bounds.csv:lower", "lpi_bounds.csv:low", r"low"),
    ],
)
def test_what_cannot_be_read_is_named(old, new, message):
    assert old in TEXT
    with pytest.raises(InputError, match=message):
        plan(TEXT.replace(old, new)).noise_of(RAW, economies=["AFG"], years=(2007,))


def test_judgements_hidden_in_another_factor_are_refused():
    with pytest.raises(InputError, match="factor 'weighter' sets judgements; declare them as a factor of their own"):
        plan(TEXT.replace("aggregator = [", 'weighter = [{ judgements = "x" }]\naggregator = ['))
