"""Pages and what they hold, made once a session; and the page's numbers, computed outside a browser."""

from __future__ import annotations

import dataclasses
import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import decided
import numpy as np
import pandas as pd
import pytest
import rank_clouds
import studies

import bri_eval as be
from bri_eval.pipeline import evaluate_study
from bri_eval.report.explorer import PAGE, explorer
from bri_eval.report.explorer_data import Ready, explorer_data
from bri_eval.tables import read_groups

RUNNER = Path(__file__).parent / "page" / "run.js"


@cache
def shipped() -> Ready:
    """Evaluate the shipped study; intervals are those of a hand-made cloud, modes those of seven partners."""
    study = be.read_study(studies.SHIPPED)
    evaluations = evaluate_study(study)
    ranks = evaluations["main"].ranks_in(study.headline)
    shifts = np.random.default_rng(3).integers(-4, 5, (len(ranks), 40))
    drawn = np.clip(ranks.to_numpy()[:, None] + shifts, 1, len(ranks))
    cloud = rank_clouds.cloud_of(drawn, ranks.to_numpy(), alternatives=list(ranks.index))
    return Ready(study, evaluations, read_groups(study.tables, "name"), cloud, decided.small())


@cache
def page() -> str:
    """Make the page of the shipped study."""
    ready = shipped()
    doubts = SimpleNamespace(cloud=ready.cloud)
    return explorer(ready.study, ready.evaluations, names=ready.names, doubts=doubts, decisions=ready.decisions)


def tiny(folder: Path, *, edits: tuple[tuple[str, str, str], ...] = ()) -> Ready:
    """Evaluate the tiny study, with odd names and without modes, places or intervals."""
    path = studies.write_tiny(folder)
    for name, old, new in edits:
        studies.edit(folder / name, old, new)
    study = be.read_study(path)
    evaluations = evaluate_study(study)
    codes = evaluations["main"].scores.index.unique("economy")
    names = read_groups(study.tables, "name").reindex(codes)
    return Ready(study, evaluations, names, None, None)


def odd(folder: Path) -> Ready:
    """Give the tiny study names that would break a page that trusts them."""
    ready = tiny(folder)
    names = ready.names.copy()
    names.loc["AFG"] = '</script><script>alert("1")</script>'
    names.loc["ALB"] = "<!-- & 'Á\u2028ç' \\ <b>"
    study = dataclasses.replace(ready.study, title='A "tiny" <study> & more {{data}}')
    return ready._replace(study=study, names=names)


def html(ready: Ready) -> str:
    return explorer(ready.study, ready.evaluations, names=ready.names, decisions=ready.decisions)


def data(ready: Ready) -> dict:
    """Give a page's data as it reads them."""
    return json.loads(json.dumps(explorer_data(ready)))


def node() -> str:
    """Find node, or skip."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("there is no node to run the page's numbers with")
    return found


def answers(books: dict[str, dict], jobs: list[dict]) -> list:
    """Let node answer all jobs in one process."""
    text = json.dumps({"page": str(PAGE), "books": books, "jobs": jobs})
    done = subprocess.run(
        [node(), str(RUNNER)], input=text, capture_output=True, text=True, check=True, encoding="utf-8"
    )
    return json.loads(done.stdout)


def random_shares(tree: dict, rng: np.random.Generator, *, zeros: bool = False) -> list[float]:
    """Draw shares among siblings; some may be 0."""
    nodes = [*tree["groups"][1:], *tree["indicators"]]
    sizes = rng.exponential(size=len(nodes))
    if zeros:
        sizes[rng.random(len(nodes)) < 0.2] = 0.0
    for group in tree["groups"]:
        members = [i for i, node in enumerate(nodes) if node["parent"] == group["code"]]
        total = sizes[members].sum()
        sizes[members] = sizes[members] / total if total else 1 / len(members)
    return [float(size) for size in sizes]


def given(tree: dict, shares: list[float]) -> pd.Series:
    """Multiply shares down the tree, by hand."""
    nodes = [*tree["groups"][1:], *tree["indicators"]]
    share = {node["code"]: (value, node["parent"]) for node, value in zip(nodes, shares, strict=True)}
    weights = {}
    for indicator in tree["indicators"]:
        weights[indicator["code"]], up = 1.0, indicator["code"]
        while up in share:
            weights[indicator["code"]] *= share[up][0]
            up = share[up][1]
    weights = pd.Series(weights)
    return weights / weights.sum()
