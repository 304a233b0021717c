"""The record of one tested statement, the four verdicts, and the columns that statements are tested on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from bri_eval.checks import InputError, listing
from bri_eval.files import read_numbers
from bri_eval.tables import read_economies, read_groups

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

HOLDS = "holds"
ONLY_IF = "holds only if "
FAILS = "does not hold"
UNTESTABLE = "cannot be tested with open data"

HOME = "CHN"
PARTNERS = "bri_list65"
PAPER = 2018
"""Year of the paper: later figures are no evidence that it could have had."""

SURE = 0.05
"""Level of significance at which a mean is called higher or lower than another (Welch's test)."""

SMALL = 0.2
"""Hedges' g below which a region does not differ from the other partners: all its members are seen, so nothing is
tested, but a fifth of a standard deviation is little."""

OECD = (
    "AUS", "AUT", "BEL", "CAN", "CHE", "CHL", "COL", "CRI", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GBR",
    "GRC", "HUN", "IRL", "ISL", "ISR", "ITA", "JPN", "KOR", "LTU", "LUX", "LVA", "MEX", "NLD", "NOR", "NZL", "POL",
    "PRT", "SVK", "SVN", "SWE", "TUR", "USA",
)  # fmt: skip
"""Today's 38 members, eleven of them on the list of partners."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Claim:
    """One factual statement of the paper, and what the data say.

    Parameters
    ----------
    id
        C1, C2, ...
    statement, section
        What the paper says, in short, and where.
    source
        Tables and columns that it was tested on, or the document.
    figure
        Our numbers by name.
    verdict
        ``"holds"``, ``"holds only if ..."``, ``"does not hold"`` or ``"cannot be tested with open data"``.
    sentence
        The verdict's reasons, with the numbers.

    Examples
    --------
    >>> said = {"statement": "Trade grew", "section": "1", "sentence": "It grew by 4 % a year."}
    >>> Claim(id="C0", source="trade.csv:value", figure={"growth": 0.04}, verdict=HOLDS, **said).verdict
    'holds'
    """

    id: str
    statement: str
    section: str
    source: str
    figure: Mapping[str, float]
    verdict: str
    sentence: str

    def __post_init__(self) -> None:
        if self.verdict not in (HOLDS, FAILS, UNTESTABLE) and not self.verdict.startswith(ONLY_IF):
            verdicts = listing([HOLDS, f"{ONLY_IF}...", FAILS, UNTESTABLE])
            raise InputError(f"{self.id}: verdict is '{self.verdict}'; expected {verdicts}")


def judge(true: bool, only_if: Mapping[str, bool]) -> str:
    """Give the verdict on a statement.

    Parameters
    ----------
    true
        Whether it is true in the reading that suits it best.
    only_if
        Restriction to whether that reading needs it.

    Returns
    -------
    str
        One of the verdicts of ``Claim``.

    Examples
    --------
    >>> judge(True, {"China is counted": True, "the year is 2012": False})
    'holds only if China is counted'
    >>> judge(False, {"China is counted": True})
    'does not hold'
    """
    if not true:
        return FAILS
    needed = [restriction for restriction, need in only_if.items() if need]
    return ONLY_IF + " and ".join(needed) if needed else HOLDS


def in_year(folder: str | Path, source: str, year: int) -> pd.Series:
    """Read one year of a ``table.csv:column``, by economy, or raise if it has no value."""
    series = read_numbers(folder, source)
    if year not in series.index.get_level_values("year"):
        raise InputError(f"{source} has no value of {year}; the claim is tested on that year")
    return series.xs(year, level="year")


def latest(folder: str | Path, source: str, year: int, back: int = 4) -> pd.Series:
    """Read the last value of a ``table.csv:column`` from ``year - back`` to ``year``, by economy."""
    series = read_numbers(folder, source)
    years = series.index.get_level_values("year")
    return series[(years <= year) & (years >= year - back)].sort_index().groupby(level="economy").last()


def partners_of(folder: str | Path, name: str = PARTNERS) -> list[str]:
    """List the partners, China left out."""
    return [code for code in read_economies(folder, name) if code != HOME]


def beside(values: pd.Series, partners: list[str]) -> dict[str, pd.Series]:
    """Divide values by economy into those of the partners, of the rest of the world without China, and of the OECD."""
    return {
        "partners": values[values.index.isin(partners)],
        "rest": values[~values.index.isin([*partners, HOME])],
        "oecd": values[values.index.isin(OECD)],
    }


def regions_of(folder: str | Path, values: pd.Series | pd.DataFrame) -> pd.Series:
    """Give the region of every partner with a value."""
    return read_groups(folder, "bri_region").reindex(values.index).dropna()


class Gap(NamedTuple):
    """Mean of a region, mean of the other partners, and Hedges' g of the two (missing for a region of one)."""

    mean: float
    others: float
    effect: float


def region_gaps(values: pd.Series, regions: pd.Series) -> dict[str, Gap]:
    """Compare every region with the other partners."""
    gaps = {}
    for name in sorted(set(regions)):
        inside, outside = values[regions == name], values[regions != name]
        gaps[name] = Gap(float(inside.mean()), float(outside.mean()), hedges(inside, outside))
    return gaps


def welch(first: pd.Series, second: pd.Series) -> float:
    """Give the p-value of Welch's test that two means are equal."""
    return float(stats.ttest_ind(first, second, equal_var=False).pvalue)


def hedges(first: pd.Series, second: pd.Series) -> float:
    r"""Give Hedges' g, the difference of means in pooled standard deviations times :math:`1 - 3/(4 (n + m) - 9)`.

    Examples
    --------
    >>> round(hedges(pd.Series([1.0, 2.0, 3.0]), pd.Series([2.0, 3.0, 4.0])), 4)
    -0.8
    """
    n, m = len(first), len(second)
    if min(n, m) < 2:
        return float("nan")
    pooled = np.sqrt(((n - 1) * float(first.var()) + (m - 1) * float(second.var())) / (n + m - 2))
    return float((first.mean() - second.mean()) / pooled * (1 - 3 / (4 * (n + m) - 9)))


def wide(series: pd.Series, economies: list[str]) -> pd.DataFrame:
    """Lay out a column as economy x year."""
    return pd.DataFrame({year: part.droplevel("year") for year, part in series.groupby(level="year")}).reindex(
        economies
    )


def numbers(series: pd.Series) -> dict[str, float]:
    """Give a Series as plain numbers by name."""
    return {str(name): float(value) for name, value in series.to_dict().items()}
