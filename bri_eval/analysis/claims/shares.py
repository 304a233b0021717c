"""Claims on who the partners are: their share of the world, and their level of income."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from bri_eval.analysis.claims.claim import HOME, PARTNERS, Claim, in_year, judge, numbers, partners_of
from bri_eval.tables import read_groups

if TYPE_CHECKING:
    from pathlib import Path

LISTS = ("bri_list64", "bri_list65")
KINDS = ("with", "without")
YEARS = tuple(range(2010, 2024))
STATED = {"population": 63.0, "gdp_usd": 29.0}
WITHIN = 2.0
"""Percentage points by which a share may miss what is stated."""


def share_of_the_world(folder: str | Path) -> Claim:
    """Test C1: 63 % of the world's population and 29 % of its income."""
    shares = world_shares(folder)
    fits = {kind: [year for year in YEARS if _fits(shares, kind, year)] for kind in KINDS}
    years = fits["with"] or fits["without"]
    only_if = {"China is counted among them": not fits["without"]}
    if len(years) < len(YEARS):
        only_if[f"the year is {_span(years)}"] = True
    both, others = (shares[PARTNERS, kind, 2012] for kind in KINDS)
    return Claim(
        id="C1",
        statement="The 65 economies hold 63 % of the world's population and 29 % of its GDP",
        section="1",
        source="development.csv: population, gdp_usd; economies.csv: bri_list64, bri_list65",
        figure=_figure(shares) | {"years that fit": len(years), "first": min(years, default=0)},
        verdict=judge(bool(years), only_if),
        sentence=(
            f"With China {both['population']:.1f} and {both['gdp_usd']:.1f} % in 2012, without China "
            f"{others['population']:.1f} and {others['gdp_usd']:.1f} %; both are within {WITHIN:g} points of what is "
            f"stated in {_span(years) or 'no year'}. The share of GDP with China was "
            f"{shares[PARTNERS, 'with', 2022]['gdp_usd']:.0f} % in 2022."
        ),
    )


def developing(folder: str | Path) -> Claim:
    """Test C14: most partners are developing economies."""
    groups = read_groups(folder, "income_group").reindex(partners_of(folder))
    below = int((groups != "High income").sum())
    return Claim(
        id="C14",
        statement="Most of the countries along the route are developing countries",
        section="3.1, 3.5, 4.5",
        source="economies.csv: income_group",
        figure={"below high income": below, "partners": len(groups)},
        verdict=judge(2 * below > len(groups), {}),
        sentence=f"{below} of {len(groups)} partners are below high income, by today's classification.",
    )


def world_shares(folder: str | Path) -> dict[tuple[str, str, int], dict[str, float]]:
    """Give the shares of the world, in per cent, by list, with and without China, and year.

    The world is the sum of the economies in ``development.csv``.
    """
    shares = {}
    for year in YEARS:
        values = pd.DataFrame({code: in_year(folder, f"development.csv:{code}", year) for code in STATED})
        for name in LISTS:
            alone = partners_of(folder, name)
            for kind, members in (("with", [*alone, HOME]), ("without", alone)):
                shares[name, kind, year] = numbers(100 * values[values.index.isin(members)].sum() / values.sum())
    return shares


def _fits(shares: dict[tuple[str, str, int], dict[str, float]], kind: str, year: int) -> bool:
    """Tell whether both shares of both lists are near what is stated."""
    return all(abs(shares[name, kind, year][code] - STATED[code]) <= WITHIN for name in LISTS for code in STATED)


def _figure(shares: dict[tuple[str, str, int], dict[str, float]]) -> dict[str, float]:
    """Name the shares of three years."""
    return {
        f"{name} {kind} China {year}, {code}": share
        for (name, kind, year), found in shares.items()
        if year in (2012, 2018, 2022)
        for code, share in found.items()
    }


def _span(years: list[int]) -> str:
    """Write years, as first to last where none between is left out."""
    if len(years) > 1 and years[-1] - years[0] == len(years) - 1:
        return f"{years[0]} to {years[-1]}"
    return ", ".join(map(str, years))
