"""The shipped data read once, the published cases, and the builders that several tests use."""

from __future__ import annotations

import tomllib
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings
from studies import write_tiny

import bri_eval as be
from bri_eval.cli import main
from bri_eval.framework import Framework, Group, Indicator

HERE = Path(__file__).parent
EDITIONS = (2007, 2010, 2012, 2014, 2016, 2018, 2023)

settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def data() -> Path:
    return HERE.parent / "data"


@pytest.fixture(scope="session")
def framework(data) -> Framework:
    return be.read_framework(data / "frameworks" / "panel.toml")


@pytest.fixture(scope="session")
def full_framework(data) -> Framework:
    return be.read_framework(data / "frameworks" / "full.toml")


@pytest.fixture(scope="session")
def panel(data, framework) -> pd.DataFrame:
    return be.read_panel(framework, data / "raw", economies="bri_list65", years=EDITIONS)


@pytest.fixture(scope="session")
def judgements(data):
    return be.read_judgements(data / "judgements" / "literature_rank")


@pytest.fixture(scope="session")
def evaluation(panel, framework, judgements) -> be.Evaluation:
    """Return the default example of design.md, section 8."""
    return be.evaluate(panel, framework, be.Recipe(weighter="ahp_entropy", aggregator="topsis"), judgements)


@pytest.fixture(scope="session")
def published():
    """Return the function that gives a published case as labelled tables."""
    cases = tomllib.loads((HERE / "reference" / "published.toml").read_text(encoding="utf-8"))
    return lambda key: SimpleNamespace(**_labelled(cases[key]))


def _labelled(case: dict) -> dict:
    items = case.get("items")
    made = {"sets": np.array(case.get("sets", []), dtype=float)}
    if "upper" in case:
        made["judgements"] = _reciprocal(case["upper"], items)
    if "matrix" in case:
        made["matrix"] = pd.DataFrame(case["matrix"], columns=items, dtype=float)
    if "percent" in case:
        made["weights"] = pd.Series(case["percent"], index=items) / 100
    if "weights" in case:
        made["weights"] = pd.Series(case["weights"], index=items)
    if "directions" in case:
        made["directions"] = dict(zip(items, case["directions"], strict=True))
    return made


def _reciprocal(upper: list[list[str]], items: list[str]) -> pd.DataFrame:
    matrix = np.eye(len(items))
    for i, row in enumerate(upper):
        for j, text in enumerate(row, start=i + 1):
            matrix[i, j] = float(Fraction(text))
            matrix[j, i] = 1 / matrix[i, j]
    return pd.DataFrame(matrix, index=items, columns=items)


@pytest.fixture(scope="session")
def tree() -> Framework:
    """Two groups of two indicators; `b` declares weights; `y` is a cost."""
    return Framework(
        groups=(Group(code="goal"), Group(code="a", parent="goal"), Group(code="b", parent="goal")),
        indicators=(
            Indicator(code="w", parent="a"),
            Indicator(code="x", parent="a"),
            Indicator(code="y", parent="b", direction="cost", weight=0.25),
            Indicator(code="z", parent="b", weight=0.75),
        ),
    )


@pytest.fixture(scope="session")
def small_panel() -> pd.DataFrame:
    """Five economies, two years, the indicators of `tree`, no missing cell."""
    index = pd.MultiIndex.from_product([["AFG", "ALB", "ARE", "ARM", "AZE"], [2016, 2018]], names=["economy", "year"])
    values = np.random.default_rng(1).uniform(1, 9, (len(index), 4))
    return pd.DataFrame(values, index=index, columns=list("wxyz"))


@pytest.fixture
def write(tmp_path):
    """Return the function that writes text to a file of the test's folder."""

    def written(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return written


@pytest.fixture
def tiny(tmp_path) -> Path:
    return write_tiny(tmp_path / "study")


@pytest.fixture
def call(tiny, capsys):
    """Return the function that runs a verb on the tiny study: exit code, lines of the answer, lines of progress."""

    def called(verb: str, *more: str, study: Path = tiny) -> tuple[int, list[str], list[str]]:
        code = main([verb, "--study", str(study), "--out", str(tiny.parent / "out"), *more])
        out, err = capsys.readouterr()
        return code, out.splitlines(), err.splitlines()

    return called
