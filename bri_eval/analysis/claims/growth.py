"""Claims on markets: where online trade grows, how large it is, and whether trade draws nearer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from bri_eval.analysis.claims.claim import (
    HOME,
    PAPER,
    SURE,
    Claim,
    beside,
    in_year,
    judge,
    numbers,
    partners_of,
    regions_of,
    welch,
    wide,
)
from bri_eval.files import read_numbers

if TYPE_CHECKING:
    from pathlib import Path

TRADED = "bri_list64"
"""The list of the trade tables."""

FIRST, LAST = 2010, 2015
"""Ends of the growth of the parcel-prone basket: the first and last year of the table."""

BEFORE = 2007
"""First year in which every partner's trade with China is known."""

WAVES = (2017, 2021)


def fast_growth(folder: str | Path) -> Claim:
    """Test C5: cross-border e-commerce grows fast with Russia, Southeast Asia and West Asia."""
    growth, online = basket_growth(folder), online_change(folder)
    fast = {name: growth[name] > growth["all"] for name in _FAST}
    grew = ", ".join(f"{100 * growth[name]:.1f} % to {short}" for name, short in _FAST.items())
    rose = ", ".join(f"{100 * online[name]:.0f} points in {short}" for name, short in _FAST.items())
    return Claim(
        id="C5",
        statement="Cross-border e-commerce has developed fast with Russia, Southeast Asia and West Asia",
        section="1",
        source="derived.csv: parcel_core_usd, a proxy, 2010-2015; findex.csv: bought_online_share, 2017-2021",
        figure={f"growth, {name}": value for name, value in growth.items()}
        | {f"shoppers, {name}": value for name, value in online.items()},
        verdict=judge(any(fast.values()), {f"{short} is left out": not fast[name] for name, short in _FAST.items()}),
        sentence=(
            f"China's exports of parcel-prone goods, a proxy, grew a year by {grew}, {100 * growth['all']:.1f} % to "
            f"all; to South Asia, which the paper does not name, by {100 * growth['South Asia']:.1f} %. The share of "
            f"adults who bought online rose from {WAVES[0]} to {WAVES[1]} by {rose}, {100 * online['all']:.0f} in all."
        ),
    )


def closer_trade(folder: str | Path) -> Claim:
    """Test C17: trade between China and the partners draws nearer."""
    table = wide(trade_ratio(folder), partners_of(folder, TRADED))[[BEFORE, PAPER]].dropna()
    before, after = float(table[BEFORE].median()), float(table[PAPER].median())
    rose = int((table[PAPER] > table[BEFORE]).sum())
    return Claim(
        id="C17",
        statement="Trade between China and the partners is ever closer, and they depend on it more",
        section="2",
        source="trade_china.csv: china_exports_usd + china_imports_usd, over development.csv: gdp_usd of the partner",
        figure={f"median {BEFORE}": before, f"median {PAPER}": after, "rose": rose, "partners": len(table)},
        verdict=judge(after > before and 2 * rose > len(table), {}),
        sentence=(
            f"Trade with China was {100 * before:.1f} % of the median partner's GDP in {BEFORE}, {100 * after:.1f} % "
            f"in {PAPER}; the ratio rose in {rose} of {len(table)} partners."
        ),
    )


def low_level(folder: str | Path) -> Claim:
    """Test C20: e-commerce with the partners is at a low level."""
    shares = 100 * in_year(folder, "findex.csv:bought_online_share", WAVES[0])
    of, china = beside(shares, partners_of(folder)), float(shares[HOME])
    mean = {name: float(part.mean()) for name, part in of.items()}
    p = {name: welch(of["partners"], of[name]) for name in ("rest", "oecd")}
    low = {name: mean["partners"] < mean[name] and p[name] < SURE for name in p} | {"china": mean["partners"] < china}
    return Claim(
        id="C20",
        statement="Cross-border e-commerce along the route is still at a low level",
        section="2, 3.2, 3.5",
        source="findex.csv: bought_online_share (bought online at all, at home or abroad), 2017",
        figure=mean | {"china": china, "p against the rest": p["rest"], "n": len(of["partners"])},
        verdict=judge(any(low.values()), {"the yardstick is the OECD or China": not low["rest"]}),
        sentence=(
            f"In {WAVES[0]} {mean['partners']:.0f} % of adults had bought online in the mean of "
            f"{len(of['partners'])} partners, {mean['rest']:.0f} % in the rest of the world (p {p['rest']:.2f}), "
            f"{mean['oecd']:.0f} % in the OECD, {china:.0f} % in China."
        ),
    )


def basket_growth(folder: str | Path) -> dict[str, float]:
    """Give the yearly growth of the basket from 2010 to 2015 by region, and of Russia and all partners.

    Growth of the sum over a region's partners (list of 64) seen in both years.
    """
    basket = read_numbers(folder, "derived.csv:parcel_core_usd")
    ends = wide(basket, partners_of(folder, TRADED))[[FIRST, LAST]].dropna()
    regions = regions_of(folder, ends)
    parts = {str(name): part for name, part in ends.groupby(regions)}
    parts |= {"Russia": ends.loc[["RUS"]], "all": ends}
    years = LAST - FIRST
    return {name: float((part[LAST].sum() / part[FIRST].sum()) ** (1 / years) - 1) for name, part in parts.items()}


def online_change(folder: str | Path) -> dict[str, float]:
    """Give the change of the mean share of adults who bought online, by region, of partners seen in both waves."""
    shares = wide(read_numbers(folder, "findex.csv:bought_online_share"), partners_of(folder))
    change = (shares[WAVES[1]] - shares[WAVES[0]]).dropna()
    means = numbers(change.groupby(regions_of(folder, change)).mean())
    return means | {"Russia": float(change["RUS"]), "all": float(change.mean())}


def trade_ratio(folder: str | Path) -> pd.Series:
    """Divide China's exports to and imports from each partner by the partner's GDP, in current US$."""
    flows = {flow: read_numbers(folder, f"trade_china.csv:china_{flow}_usd") for flow in ("exports", "imports")}
    total = pd.DataFrame(flows).dropna().sum(axis=1)
    return (total / read_numbers(folder, "development.csv:gdp_usd").reindex(total.index)).dropna()


_FAST = {"Russia": "Russia", "Southeast Asia": "Southeast Asia", "West Asia & North Africa": "West Asia"}
