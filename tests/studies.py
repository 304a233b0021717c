"""What several test files share: the shipped study, run once a session, and a tiny study written into a folder."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pypdf

import bri_eval as be
from bri_eval.pipeline import STAGES, Results, evaluate_study
from bri_eval.report.paper import set_paper

SHIPPED = Path(__file__).parents[1] / "data" / "study.toml"


@dataclass(frozen=True)
class Run:
    """What a run returned, the folder it wrote, and the steps it told."""

    results: Results
    out: Path
    told: tuple[str, ...]

    def pdf_text(self) -> str:
        return pdf_text((self.out / "paper.pdf").read_bytes())


@cache
def shipped(base: Path) -> Run:
    """Run the shipped study into a folder below the session's temporary folder, once a session."""
    return made(SHIPPED, base / "shipped")


@cache
def tiny(base: Path) -> Run:
    """Run the tiny study into a folder below the session's temporary folder, once a session."""
    return made(write_tiny(base / "tiny_study"), base / "tiny")


def made(path: Path, out: Path, stages: tuple[str, ...] = STAGES) -> Run:
    told: list[str] = []
    return Run(be.run(be.read_study(path), out, stages=stages, tell=told.append), out, tuple(told))


def altered(evaluation: be.Evaluation, **changes) -> SimpleNamespace:
    """Return a stand-in for an evaluation with some of its tables changed, for what only reads them."""
    made = SimpleNamespace(**{name: getattr(evaluation, name) for name in READ} | changes)
    made.ranks_in = lambda year: made.ranks[made.framework.goal].xs(year, level="year")
    made.weights_in = evaluation.weights_in
    return made


READ = (
    "recipe", "framework", "panel", "screened", "filled", "treated", "weights", "scores", "ranks", "consistency",
    "conventions",
)  # fmt: skip


def hashes(folder: Path) -> dict[str, str]:
    """Return every file of a folder by its path, with the hash of its bytes."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@cache
def pdf_text(content: bytes) -> str:
    """Return the text of a PDF, a form feed between pages."""
    return "\n\f".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def typeset(source: str, folder: Path) -> str:
    """Set a Typst source on a wide page and read its text back, with plain quotes, dots and spaces."""
    for name, text in (("paper/style.typ", TEXTS["paper/style.typ"]), ("paper/main.typ", WIDE + source)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return pdf_text(set_paper(folder, "paper/main.typ")).translate(PLAIN)


WIDE = "#set page(width: 60cm)\n"
PLAIN = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2026": "...", "\u00a0": " "})


def edit(path: Path, old: str, new: str) -> None:
    """Replace the first occurrence of a text in a file, which must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path} has no {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def evaluated(path: Path):
    return evaluate_study(be.read_study(path))


NAMES = {
    "AFG": "Afghanistan",
    "ALB": "Albania",
    "ARE": "United Arab Emirates",
    "ARM": "Armenia",
    "BIH": "Bosnia & Herzegovina",
    "CIV": "Côte d'Ivoire",
    "EGY": "Egypt, Arab Rep.",
    "GEO": "Georgia #1_$ <x@y> [z] *b* ~c~",
    "KAZ": "Kazakhstan",
}
YEARS = (2010, 2012, 2014)
ROBUSTNESS = """
[robustness]
draws = 300
rows = 16
best = 3

[robustness.choices]
aggregator = ["topsis", "arithmetic"]
imputer = ["linear_time", "median"]
scope = ["pooled", "by_year"]

[robustness.noise]
weights = "dirichlet"
judgements = 0.1

[[robustness.error]]
indicators = ["staff", "reach"]
standard_error = "measures.csv:care"
"""
"""What makes the tiny study doubt its ranks, to be appended to its study.toml."""


def write_tiny(folder: Path) -> Path:
    """Write a study of eight economies, three years, five indicators in two groups and two models; KAZ is not in it."""
    rng = np.random.default_rng(7)
    rows = [(economy, year) for economy in NAMES for year in YEARS]
    measures = rng.uniform(1, 9, (len(rows), 5)).round(3)
    income = rng.uniform(20, 30, len(rows)).round(3)
    exports = np.exp(0.3 * measures[:, 0] + 0.1 * income + rng.normal(0, 0.3, len(rows))).round(3)
    economies = [
        f'{code},"{name}",{"North" if i % 2 else "South"},{int(code != "KAZ")},{100 * i + 900}'
        for i, (code, name) in enumerate(NAMES.items())
    ]
    tables = {
        "tables/economies.csv": ["economy,name,region,member,distance_km", *economies],
        "tables/measures.csv": ["economy,year,speed,price,staff,reach,care", *_lines(rows, measures)],
        "tables/trade.csv": ["economy,year,exports,income", *_lines(rows, np.column_stack([exports, income]))],
    }
    texts = {name: "\n".join(lines) + "\n" for name, lines in tables.items()}
    for name, text in {**texts, **TEXTS}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    edit(folder / "tables/measures.csv", _lines(rows, measures)[1], "AFG,2012,,5,4,3,2")
    return folder / "study.toml"


def _lines(rows, values) -> list[str]:
    return [",".join(map(str, (*key, *cells))) for key, cells in zip(rows, values, strict=True)]


TEXTS = {
    "study.toml": """\
schema = 1
title = "A tiny study"
framework = "framework.toml"
tables = "tables"
economies = "member"
years = [2014, 2010, 2012]
headline = 2012
groups = "region"
judgements = "judgements.csv"
paper = "paper/main.typ"

[recipe]
weighter = "ahp_entropy"
aggregator = "topsis"

[recipe.minmax]
range = [1, 10]

[[alternative]]
name = "equal"
note = "equal weights"
recipe = { weighter = "equal" }

[[alternative]]
name = "by_year"
recipe = { scope = "by_year" }

[[alternative]]
name = "net"
note = "without speed"
recipe = { exclude = ["speed"] }

[[alternative]]
name = "late"
years = [2012, 2014]

[regressions]
models = "models.toml"
""",
    "framework.toml": """\
schema = 1

[goal]
code = "capability"
name = "Capability"

[[group]]
code = "hardware"
name = "Hardware"
parent = "capability"

[[group]]
code = "software"
name = "Software & care"
parent = "capability"

[[indicator]]
code = "speed"
parent = "hardware"
source = "measures.csv:speed"

[[indicator]]
code = "price"
parent = "hardware"
direction = "cost"
source = "measures.csv:price"

[[indicator]]
code = "staff"
parent = "software"
source = "measures.csv:staff"

[[indicator]]
code = "reach"
parent = "software"
source = "measures.csv:reach"

[[indicator]]
code = "care"
name = "Care_taken, 100 %"
parent = "software"
source = "measures.csv:care"
""",
    "models.toml": """\
schema = 1

[tables]
trade = "Exports & capability"

[variables.ln_exports]
name = "ln exports"
source = "trade.csv:exports"
transform = "log"
proxy = "all goods, a proxy"

[variables.income]
name = "Income"
source = "trade.csv:income"

[variables.speed]
name = "Speed"
source = "measures.csv:speed"
standardise = true

[[model]]
name = "pooled"
group = "trade"
outcome = "ln_exports"
regressors = ["capability", "income"]
effects = ["year"]
estimator = "pooled"

[[model]]
name = "two-way"
group = "trade"
outcome = "ln_exports"
regressors = ["capability_net", "income"]
effects = ["economy", "year"]
estimator = "within"
""",
    "judgements.csv": """\
expert,node,row,col,value
one,capability,hardware,software,2
one,software,staff,reach,1/2
one,software,staff,care,1/3
one,software,reach,care,1
""",
    "paper/style.typ": "#let note(body) = text(size: 8pt, body)\n",
    "paper/main.typ": """\
#let n(key) = json("numbers.json").at(key)
= A tiny study
#n("index/ranked") economies, led by #n("index/best"). The estimate is #n("fit/two-way/verdict").
#include "/index/ranking.typ"
#include "/regressions/trade.typ"
#figure(image("/figures/ranking.svg"), caption: [Ranking])
""",
}
