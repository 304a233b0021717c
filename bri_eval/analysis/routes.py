"""The way of a parcel: five links, three networks, the indicators in both, hours and costs, and the six corridors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from bri_eval.checks import InputError, known, listing
from bri_eval.files import read_numbers
from bri_eval.tables import read_economies, read_groups

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bri_eval.framework import Framework, Indicator

LINKS = {
    "collection": "Collection in China",
    "export_clearance": "Export clearance",
    "transport": "International transport",
    "import_clearance": "Import clearance",
    "delivery": "Delivery abroad",
}
"""The five links of the paper, section 4.1."""

STAGE_LINKS = {"domestic": "collection", "international": "transport", "destination": "delivery"}
"""The link of an indicator that declares a stage and no link."""

NETWORKS = {"information": "Information", "transport": "Transport", "operation": "Operation"}
"""The three networks of the paper, section 4.1."""

FLOW_NETWORKS = {
    "information": "information",
    "logistics": "transport",
    "business": "operation",
    "capital": "operation",
}
"""The network of an indicator that declares a flow and no network: the authors' judgement."""

CORRIDORS = {
    "NELB": "New Eurasian Land Bridge",
    "CMREC": "China-Mongolia-Russia",
    "CCAWAEC": "China-Central Asia-West Asia",
    "CICPEC": "China-Indochina Peninsula",
    "CPEC": "China-Pakistan",
    "BCIMEC": "Bangladesh-China-India-Myanmar",
}
"""The six corridors of the official texts, north to south; they have no official list of members."""

HOURS = ("time_border_hours", "time_documents_hours")
COSTS = ("cost_border_usd", "cost_documents_usd")


def link_of(indicator: Indicator) -> str:
    """Give the link that an indicator stands for: its tag ``link``, or that of its tag ``stage``; "" without either."""
    stage = indicator.tags.get("stage")
    return indicator.tags.get("link") or (known("stage", stage, STAGE_LINKS) if stage else "")


def network_of(indicator: Indicator) -> str:
    """Give the network that an indicator belongs to: its tag ``network``, or that of its flow; "" without either."""
    return indicator.tags.get("network") or FLOW_NETWORKS.get(indicator.tags.get("flow", ""), "")


def network_cells(framework: Framework) -> dict[tuple[str, str], list[str]]:
    """List the indicators by network and link.

    Parameters
    ----------
    framework
        Every indicator has the tags network and link.

    Returns
    -------
    dict
        (network, link) to codes.

    Raises
    ------
    InputError
        Naming an indicator without a network or link.

    Examples
    --------
    >>> import bri_eval as be
    >>> list(network_cells(be.read_framework("data/frameworks/panel.toml")).items())[0]
    (('information', 'delivery'), ['internet_users', 'fixed_broadband'])
    """
    cells: dict[tuple[str, str], list[str]] = {}
    for indicator in framework.indicators:
        network, link = network_of(indicator), link_of(indicator)
        if network not in NETWORKS or link not in LINKS:
            raise InputError(
                f"{framework.origin}: indicator '{indicator.code}' has no place among {listing(NETWORKS)} and "
                f"{listing(LINKS)}; give it the tags network or flow, and link or stage"
            )
        cells.setdefault((network, link), []).append(indicator.code)
    return cells


def has_places(framework: Framework) -> bool:
    """Tell whether every indicator has a network and a link, so that ``network_cells`` can place it."""
    stages = {indicator.tags["stage"] for indicator in framework.indicators if "stage" in indicator.tags}
    if not stages <= set(STAGE_LINKS):
        return False
    return all(network_of(one) in NETWORKS and link_of(one) in LINKS for one in framework.indicators)


def link_table(folder: str | Path, economies: str | Sequence[str], *, year: int, home: str = "CHN") -> pd.DataFrame:
    """Tabulate time and cost of the five links, as far as an open series measures them.

    Parameters
    ----------
    folder
        Holds ``border_compliance.csv``.
    economies
        The partners, as in ``read_panel``.
    year
        A year of the table.
    home
        The economy that exports.

    Returns
    -------
    DataFrame
        One row per link: name, hours, cost_usd, economies (behind the figure), note. Export clearance is that of the
        home economy, import clearance the median of the partners; hours and costs are of border and documents, for a
        standard shipment and not a parcel. The other links are missing: no open series measures them.

    Examples
    --------
    >>> found = link_table("data/raw", ["KAZ", "UZB"], year=2018)
    >>> found["hours"].dropna().round(1).to_dict()
    {'export_clearance': 34.5, 'import_clearance': 146.2}
    """
    partners = [code for code in read_economies(folder, economies) if code != home]
    cells = {
        "export_clearance": (_median(folder, "export", [home], year), home),
        "import_clearance": (_median(folder, "import", partners, year), "median of the partners"),
    }
    rows = []
    for link, name in LINKS.items():
        (hours, cost, n), note = cells.get(link, ((float("nan"), float("nan"), 0), "no open series"))
        rows.append({"link": link, "name": name, "hours": hours, "cost_usd": cost, "economies": n, "note": note})
    return pd.DataFrame(rows).set_index("link")


def corridors_of(folder: str | Path, economies: str | Sequence[str] = "bri_list65") -> dict[str, list[str]]:
    """List the partners on each corridor, in the order of ``CORRIDORS``; an economy may be on several."""
    lists = read_groups(folder, "corridors").str.split("+").reindex(read_economies(folder, economies)).dropna()
    for row in lists:
        for code in row:
            known("corridor", code, CORRIDORS)
    return {code: [str(economy) for economy, row in lists.items() if code in row] for code in CORRIDORS}


def _median(folder: str | Path, way: str, economies: list[str], year: int) -> tuple[float, float, int]:
    """Give median hours and cost of a way over the border, and the number of economies with all four parts."""
    seen = pd.DataFrame({part: _one_year(folder, f"{way}_{part}", year) for part in (*HOURS, *COSTS)})
    seen = seen.reindex(economies).dropna()
    hours, costs = (seen[list(parts)].sum(axis=1) for parts in (HOURS, COSTS))
    return float(hours.median()), float(costs.median()), len(seen)


def _one_year(folder: str | Path, column: str, year: int) -> pd.Series:
    """Read one year of a column of ``border_compliance.csv``."""
    series = read_numbers(folder, f"border_compliance.csv:{column}")
    if year not in series.index.get_level_values("year"):
        raise InputError(f"border_compliance.csv:{column} has no value of {year}; choose a year with hours and costs")
    return series.xs(year, level="year")
