"""The shipped catalogue, read once, and a tiny one with its tables: three modes, one segment, numbers easy by hand."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pandas as pd

from bri_eval.modes.catalogue import Catalogue, Demand, Merchant, Mode, Preference, Segment, read_modes
from bri_eval.modes.preferences import CRITERIA
from bri_eval.weights.judgements import Judgement

DATA = Path(__file__).parents[2] / "data"
RAW = DATA / "raw"
ASEAN = ("BRN", "IDN", "KHM", "LAO", "MMR", "MYS", "PHL", "SGP", "THA", "VNM")
THREE = ("RUS", "THA", "POL")

SLOW = Mode(code="slow", base=5.0, per_kg=5.0, days=16.0, loss=0.02, return_ease=0.2, coverage=0.9)
QUICK = Mode(code="quick", base=10.0, per_kg=20.0, days=4.0, loss=0.01, return_ease=0.6, coverage=1.0)
STORE = Mode(
    code="store",
    base=4.0,
    per_kg=4.0,
    days=2.0,
    loss=0.01,
    return_ease=0.9,
    coverage=0.9,
    fixed=1000.0,
    exposure=0.5,
)
GOODS = Segment(
    code="goods",
    kg=1.0,
    value=100.0,
    target_days=10.0,
    cost_limit=0.2,
    loss_tolerance=0.02,
    return_rate=0.0,
    parcels=100.0,
)
SHOP = Merchant(code="shop", budget=1000.0, risk_limit=10_000.0)
ECONOMIES = """\
economy,income_group,bri_region,corridors,landlocked,borders_china
AFG,Low income,South Asia,,1,1
ARE,High income,West Asia & North Africa,,0,0
CZE,High income,Central & Eastern Europe,,1,0
RUS,High income,CIS,NELB+CMREC,0,1
VNM,Lower middle income,Southeast Asia,CICPEC,0,1
XKX,Upper middle income,Southeast Asia,,,
"""


@cache
def shipped() -> Catalogue:
    return read_modes(DATA / "modes.toml")


def even(node: str = "even") -> Judgement:
    """All criteria alike."""
    return Judgement(expert="one", node=node, matrix=pd.DataFrame(1.0, index=list(CRITERIA), columns=list(CRITERIA)))


def tiny(**changes: object) -> Catalogue:
    given = {
        "modes": (SLOW, QUICK, STORE),
        "segments": (GOODS,),
        "merchants": (SHOP,),
        "demand": Demand(rule="equal"),
        "preferences": (Preference(presets=("even",)),),
        "judgements": (even(),),
        "illustrative": True,
        "origin": "tiny.toml",
    }
    return Catalogue(**(given | changes))


def tables(folder: Path, **files: str) -> Path:
    """Write economies.csv and other tables into a folder."""
    for name, text in {"economies": ECONOMIES, **files}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def index_of(values: dict[str, dict[str, float]], year: int = 2018) -> SimpleNamespace:
    """Stand in for an evaluation: raw values by indicator and economy."""
    frame = pd.DataFrame(values, dtype=float).rename_axis("economy")
    panel = frame.set_index(pd.MultiIndex.from_product([frame.index, [year]], names=["economy", "year"]))
    return SimpleNamespace(panel=panel, framework=SimpleNamespace(origin="index.toml"))


PLAIN = index_of({"other": {"ARE": 1.0, "RUS": 2.0}})
"""An index of which a catalogue without modifiers needs nothing."""
