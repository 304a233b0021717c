"""Claims on logistics performance: its level and spread, China's own, and the technology of its networks."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd
from scipy import stats

from bri_eval.analysis.claims.claim import (
    HOME,
    PAPER,
    SMALL,
    SURE,
    Claim,
    beside,
    hedges,
    in_year,
    judge,
    latest,
    partners_of,
    region_gaps,
    regions_of,
    welch,
    wide,
)
from bri_eval.analysis.inequality import gini, theil_decomposition
from bri_eval.files import read_numbers

if TYPE_CHECKING:
    from pathlib import Path

LPI = "lpi.csv:overall"
TECHNOLOGY = {"internet": ("development.csv:internet_users_share", 4), "tracking": ("lpi.csv:tracking_tracing", 0)}
"""Columns, and the years to look back: an edition of the LPI is never carried over."""


def level_and_gap(folder: str | Path) -> Claim:
    """Test C2: the level of logistics performance is low, and the gap between economies large."""
    table = performance_table(folder)
    now = {str(name): float(value) for name, value in table.to_dict("index")[PAPER].items()}
    low = {name: int(table[f"low against {name}"].sum()) for name in ("rest", "oecd", "china")}
    always = {name: editions == len(table) for name, editions in low.items()}
    gap = now["cv"] >= now["cv rest"]
    only_if = {
        "the yardstick of the level is the OECD or China": not always["rest"],
        "the gap is not set beside that of other economies": not gap,
    }
    return Claim(
        id="C2",
        statement="The logistics performance of the partners is low and differs much between them",
        section="1, 2, 3.4",
        source="lpi.csv: overall",
        figure=now | {"editions": len(table)} | {f"editions low against {name}": n for name, n in low.items()},
        verdict=judge(any(always.values()) or gap, only_if),
        sentence=(
            f"Mean {now['partners']:.2f} in {PAPER}, in the rest of the world {now['rest']:.2f} (p "
            f"{now['p Welch']:.2f}), the OECD {now['oecd']:.2f}, China {now['china']:.2f}; low against the rest in "
            f"{low['rest']} of {len(table)} editions, against the OECD in {low['oecd']}. The best score is "
            f"{now['max over min']:.2f} times the worst; the coefficient of variation is {now['cv']:.3f}, in the rest "
            f"{now['cv rest']:.3f}; {100 * now['theil between']:.0f} % of Theil's T lies between regions."
        ),
    )


def technology(folder: str | Path) -> Claim:
    """Test C3: West Asia and South Asia lag in the technology of logistics networks."""
    gaps = {}
    for what, (source, back) in TECHNOLOGY.items():
        values = latest(folder, source, PAPER, back).reindex(partners_of(folder)).dropna()
        gaps[what] = region_gaps(values, regions_of(folder, values))
    behind = {name: all(gap[name].effect <= -SMALL for gap in gaps.values()) for name in _LAGGING}
    return Claim(
        id="C3",
        statement="The network technology of West Asia and South Asia lags behind",
        section="3.1",
        source="development.csv: internet_users_share, last value of 2014-2018; lpi.csv: tracking_tracing, 2018",
        figure={f"{what}, {name}": gap[name].mean for what, gap in gaps.items() for name in _LAGGING}
        | {f"{what}, not {name}": gap[name].others for what, gap in gaps.items() for name in _LAGGING},
        verdict=judge(
            any(behind.values()), {f"{short} is left out": not behind[name] for name, short in _LAGGING.items()}
        ),
        sentence=" ".join(
            f"In {short} {gaps['internet'][name].mean:.0f} % use the internet and tracking scores "
            f"{gaps['tracking'][name].mean:.2f}, elsewhere {gaps['internet'][name].others:.0f} % and "
            f"{gaps['tracking'][name].others:.2f}."
            for name, short in _LAGGING.items()
        ),
    )


def domestic(folder: str | Path) -> Claim:
    """Test C13: China's domestic logistics are complete."""
    figure: dict[str, float] = {}
    ahead = level = True
    for name in ("infrastructure", "overall"):
        values = in_year(folder, f"lpi.csv:{name}", PAPER)
        of = beside(values, partners_of(folder))
        china, partners, oecd = float(values[HOME]), float(of["partners"].median()), float(of["oecd"].mean())
        figure |= {f"{name}, China": china, f"{name}, partners": partners, f"{name}, OECD": oecd}
        ahead, level = ahead and china > partners, level and china >= oecd
    only_if = {
        "completeness is read as a lead over the partners, as nothing open measures it": True,
        "the yardstick is not the OECD": not level,
    }
    words = {of: f"{figure[f'infrastructure, {of}']:.2f} and {figure[f'overall, {of}']:.2f}" for of in _BESIDE}
    return Claim(
        id="C13",
        statement="China's domestic logistics channels are basically complete",
        section="3.2",
        source="lpi.csv: infrastructure, overall",
        figure=figure,
        verdict=judge(ahead, only_if),
        sentence=(
            f"In infrastructure and overall China scores {words['China']} in {PAPER}, the median partner "
            f"{words['partners']}, the mean of the OECD {words['OECD']}."
        ),
    )


def improvement(folder: str | Path) -> Claim:
    """Test C16: the partners have continuously improved their infrastructure."""
    every = read_numbers(folder, "lpi.csv:infrastructure")
    scores = wide(every, partners_of(folder)).dropna()
    years = sorted(set(every.index.get_level_values("year")))
    means = {year: float(scores[year].mean()) for year in years if year <= PAPER}
    rises = sum(after > before for before, after in pairwise(means.values()))
    (start, first), (end, last) = min(means.items()), max(means.items())
    return Claim(
        id="C16",
        statement="The countries along the route have continuously improved their infrastructure",
        section="1, 4.2",
        source="lpi.csv: infrastructure; partners with a score in every edition",
        figure={f"mean {year}": mean for year, mean in means.items()} | {"economies": len(scores), "rises": rises},
        verdict=judge(last > first, {"the whole period is meant and not every edition": rises < len(means) - 1}),
        sentence=(
            f"The mean score of the {len(scores)} partners seen in every edition went from {first:.2f} in {start} to "
            f"{last:.2f} in {end}; it rose in {rises} of {len(means) - 1} steps between editions."
        ),
    )


def performance_table(folder: str | Path) -> pd.DataFrame:
    """Compare the overall score of the partners with that of others, by edition.

    Returns
    -------
    DataFrame
        One row per edition; means of partners, rest, oecd and china; p of Welch's and of the Mann-Whitney test against
        the rest, effect (Hedges' g), cv (divisor n - 1) of partners and rest, max over min, gini, theil between, and
        as 1 or 0 whether the partners are low: their mean below, and p of Welch's test below .05 (China: below).
    """
    partners = partners_of(folder)
    years = sorted(set(read_numbers(folder, LPI).index.get_level_values("year")))
    rows = [_edition(folder, year, partners) for year in years]
    return pd.DataFrame(rows, index=pd.Index(years, name="year"))


def _edition(folder: str | Path, year: int, partners: list[str]) -> dict[str, float]:
    """Compare the scores of one edition."""
    scores = in_year(folder, LPI, year)
    of, china = beside(scores, partners), float(scores[HOME])
    own, rest, oecd = of["partners"], of["rest"], of["oecd"]
    mean = {name: float(part.mean()) for name, part in of.items()}
    low = {"rest": welch(own, rest) < SURE, "oecd": welch(own, oecd) < SURE}
    parts = theil_decomposition(own, regions_of(folder, own))
    return {
        **mean,
        "china": china,
        "p Welch": welch(own, rest),
        "p Mann-Whitney": float(stats.mannwhitneyu(own, rest).pvalue),
        "effect": hedges(own, rest),
        "cv": float(own.std()) / mean["partners"],
        "cv rest": float(rest.std()) / mean["rest"],
        "max over min": float(own.max()) / float(own.min()),
        "gini": gini(own),
        "theil between": float(parts["between_share"]["theil"]),
        **{f"low against {name}": float(mean["partners"] < mean[name] and sure) for name, sure in low.items()},
        "low against china": float(mean["partners"] < china),
    }


_LAGGING = {"West Asia & North Africa": "West Asia", "South Asia": "South Asia"}
_BESIDE = ("China", "partners", "OECD")
