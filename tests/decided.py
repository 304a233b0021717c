"""Decisions of the shipped catalogue for seven partners, made once: indicators rounded, close to those of 2018."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pandas as pd

from bri_eval.modes.catalogue import Catalogue, read_modes
from bri_eval.modes.decisions import Decisions, decide

DATA = Path(__file__).parents[1] / "data"
RAW = DATA / "raw"
NAMES = pd.Series({"RUS": "Russia", "THA": "Thailand", "POL": "Poland", "KAZ": "Kazakhstan", "TJK": "Tajikistan"})
CODES = ["lpi_customs", "lpi_competence", "lpi_tracking", "political_stability"]
PARTNERS = {
    "KAZ": (2.66, 2.58, 2.78, 0.0),
    "POL": (3.25, 3.58, 3.51, 0.5),
    "PSE": (float("nan"), 2.5, 2.5, -1.7),
    "RUS": (2.42, 2.75, 2.65, -0.5),
    "SGP": (3.89, 4.10, 4.08, 1.5),
    "THA": (3.14, 3.41, 3.47, -0.7),
    "TJK": (1.92, 2.33, 2.33, -0.7),
}
CALLS: list[tuple[str, int, int]] = []
"""What the watcher was told."""


@cache
def catalogue() -> Catalogue:
    return read_modes(DATA / "modes.toml")


def index() -> SimpleNamespace:
    """Stand in for an evaluation."""
    rows = pd.MultiIndex.from_product([list(PARTNERS), [2018]], names=["economy", "year"])
    panel = pd.DataFrame(list(PARTNERS.values()), index=rows, columns=CODES)
    return SimpleNamespace(panel=panel, framework=SimpleNamespace(origin="index.toml"))


@cache
def small() -> Decisions:
    return decide(catalogue(), RAW, index(), year=2018, watch=lambda *told: CALLS.append(told))
