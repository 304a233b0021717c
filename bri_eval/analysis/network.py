"""Corridors and land borders as a network: who bridges it, and what the loss of an economy or corridor cuts off."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise
from math import comb
from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pandas as pd

from bri_eval.checks import InputError, unknown
from bri_eval.files import ECONOMIES, parse_numbers, read_table
from bri_eval.tables import read_economies

if TYPE_CHECKING:
    from collections.abc import Sequence

EARTH_KM = 6371.0
"""Mean radius of the earth."""

LINKS = ("chain", "clique")
"""How the members of a corridor are linked."""

CONVENTIONS = {
    "chain": "Corridors: members linked one to the next by distance of their capital from that of China; official "
    "texts give no order (authors' judgement).",
    "clique": "Corridors: every member linked to every other, since official texts give no order.",
}
"""What to print under a table, by kind of link."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CorridorNetwork:
    """Economies on corridors or with a land border with China.

    Parameters
    ----------
    graph
        Nodes are economies; edges have ``km`` between capitals and ``by``, the corridors, and ``"border"``.
    members
        Economies of each corridor, from China outwards.
    origin
        China.
    links
        One of ``LINKS``.
    apart
        Economies of the list on no corridor and without a land border with China.

    Examples
    --------
    >>> network = corridor_network("data/raw", ["KAZ", "RUS", "POL"])
    >>> network.origin, sorted(network.graph["CHN"])
    ('CHN', ['KAZ', 'RUS'])
    """

    graph: nx.Graph
    members: dict[str, tuple[str, ...]]
    origin: str
    links: str
    apart: tuple[str, ...]

    @property
    def conventions(self) -> tuple[str, ...]:
        """Sentences to print under a table made from it."""
        return (
            CONVENTIONS[self.links],
            "Overland links only: corridors as official texts name their members, and land borders with China; "
            f"great-circle distances between capitals. {len(self.apart)} economies of the list lie on neither.",
        )


def corridor_network(
    folder: str | Path, economies: str | Sequence[str] = "bri_list65", *, links: str = "chain", origin: str = "CHN"
) -> CorridorNetwork:
    """Link economies along corridors and across borders.

    Parameters
    ----------
    folder
        Holds ``economies.csv`` with the columns corridors, borders_china, capital_lat and capital_lon.
    economies
        A 0/1 column of it, or codes.
    links
        ``"chain"``: each member of a corridor with the next by distance from China; ``"clique"``: every member with
        every other, the projection of ``membership``.
    origin
        Code of China.

    Returns
    -------
    CorridorNetwork
        China is linked to those with a land border with it, and to the nearest member of a corridor on which none has
        one.

    Raises
    ------
    InputError
        For unknown links or economies, an absent column, or a capital without coordinates.

    Examples
    --------
    >>> network = corridor_network("data/raw")
    >>> network.members["NELB"][:2], network.graph.number_of_nodes()
    (('KAZ', 'RUS'), 25)
    """
    if links not in LINKS:
        raise InputError(unknown("links", links, LINKS))
    table = _read(folder, [*(code for code in read_economies(folder, economies) if code != origin), origin])
    listed = table.drop(index=origin)
    away = great_circle(table, origin).drop(index=origin)
    order = away.sort_index().sort_values(kind="stable").index
    members = {
        corridor: tuple(code for code in order if corridor in listed["corridors"][code])
        for corridor in sorted({one for row in listed["corridors"] for one in row})
    }
    borders = listed.index[listed["borders_china"] == 1]
    graph = _graph(table, members, borders, links, origin)
    apart = tuple(code for code in listed.index if code not in graph)
    return CorridorNetwork(graph=graph, members=members, origin=origin, links=links, apart=apart)


def great_circle(capitals: pd.DataFrame, start: str) -> pd.Series:
    """Give kilometres from one capital to all along great circles; columns capital_lat and capital_lon in degrees.

    Parameters
    ----------
    capitals
        By economy; columns capital_lat and capital_lon, in degrees.
    start
        Code of an economy.

    Returns
    -------
    Series
        Kilometres, by economy.

    Examples
    --------
    >>> places = pd.DataFrame({"capital_lat": [90.0, 0.0], "capital_lon": [0.0, 50.0]}, index=["XNP", "XEQ"])
    >>> great_circle(places, "XNP").round().to_dict()
    {'XNP': 0.0, 'XEQ': 10008.0}
    """
    radians = np.radians(capitals[["capital_lat", "capital_lon"]].astype(float))
    lat, lon = radians["capital_lat"], radians["capital_lon"]
    half = np.sin((lat - lat[start]) / 2) ** 2 + np.cos(lat[start]) * np.cos(lat) * np.sin((lon - lon[start]) / 2) ** 2
    return 2 * EARTH_KM * np.arcsin(np.sqrt(half.clip(0, 1)))


def membership(network: CorridorNetwork) -> nx.Graph:
    """Give the bipartite graph of economies (``side`` 0) and corridors (``side`` 1)."""
    graph = nx.Graph()
    for corridor, codes in network.members.items():
        graph.add_nodes_from(codes, side=0)
        graph.add_node(corridor, side=1)
        graph.add_edges_from((code, corridor) for code in codes)
    return graph


def centrality_table(network: CorridorNetwork) -> pd.DataFrame:
    r"""Tabulate how central each economy is.

    Parameters
    ----------
    network
        From ``corridor_network``.

    Returns
    -------
    DataFrame
        One row per economy, the most between first, then by code: corridors, their number; degree, number of links,
        with China counted; betweenness, share of the shortest paths (km) between two others, China among them, that run
        through it; from_origin_km and from_origin_links along shortest paths, NaN if not connected; bridge, whether
        others fall apart without it.

    References
    ----------
    freeman1977; brandes2001 for the algorithm; hopcroft1973 for the points of articulation.

    Examples
    --------
    >>> network = corridor_network("data/raw", ["KAZ", "RUS", "POL"])
    >>> centrality_table(network)["degree"].to_dict()
    {'RUS': 3, 'KAZ': 2, 'POL': 1}
    """
    graph, origin = network.graph, network.origin
    codes = sorted(code for code in graph if code != origin)
    between = nx.betweenness_centrality(graph, weight="km")
    km = nx.single_source_dijkstra_path_length(graph, origin, weight="km")
    steps = nx.single_source_shortest_path_length(graph, origin)
    bridges = set(nx.articulation_points(graph))
    table = pd.DataFrame(
        {
            "corridors": [sum(code in found for found in network.members.values()) for code in codes],
            "degree": [graph.degree[code] for code in codes],
            "betweenness": [between[code] for code in codes],
            "from_origin_km": [km.get(code, np.nan) for code in codes],
            "from_origin_links": [steps.get(code, np.nan) for code in codes],
            "bridge": [code in bridges for code in codes],
        },
        index=pd.Index(codes, name="economy"),
    )
    return table.sort_values("betweenness", ascending=False, kind="stable")


def loss_table(network: CorridorNetwork) -> pd.DataFrame:
    """Tabulate what the loss of each economy, and of each corridor, does to the others.

    Parameters
    ----------
    network
        From ``corridor_network``.

    Returns
    -------
    DataFrame
        One row per economy and corridor, indexed by kind and name, the heaviest loss first: cut_off, the number of
        other economies that China no longer reaches, and who they are; pairs_cut, pairs of others, China among them,
        that are no longer connected; mean_km and mean_km_after, from China to those that it still reaches, before and
        after.

    Notes
    -----
    The loss of a corridor takes away links that belong to no other corridor and are no border.

    Examples
    --------
    >>> network = corridor_network("data/raw", ["KAZ", "RUS", "POL"])
    >>> loss_table(network)["cut_off"].head(2).to_dict()
    {('corridor', 'NELB'): 1, ('economy', 'RUS'): 1}
    """
    graph = network.graph
    codes = sorted(code for code in graph if code != network.origin)
    rows = {("economy", code): _loss(network, _without(graph, code)) for code in codes}
    rows |= {("corridor", name): _loss(network, _closed(graph, name)) for name in network.members}
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index = pd.MultiIndex.from_tuples(list(rows), names=["kind", "name"])
    worse = table["mean_km_after"] - table["mean_km"]
    order = np.lexsort((-worse, -table["pairs_cut"], -table["cut_off"]))
    return table.iloc[order]


def _read(folder: str | Path, codes: list[str]) -> pd.DataFrame:
    """Read what a network needs of some economies."""
    path = Path(folder) / ECONOMIES
    table = read_table(path)
    for column in ("corridors", "borders_china", "capital_lat", "capital_lon"):
        if column not in table.columns:
            raise InputError(f"{path}: {unknown('column', column, table.columns)}")
    numbers = {c: parse_numbers(table[c], path, c) for c in ("borders_china", "capital_lat", "capital_lon")}
    full = table[["corridors"]].assign(**numbers).set_index(table["economy"])
    if codes[-1] not in full.index:
        raise InputError(f"{path}: origin: {unknown('economy', codes[-1], full.index)}")
    full = full.loc[codes]
    full["corridors"] = [tuple(part for part in cell.split("+") if part) for cell in full["corridors"]]
    return full


def _graph(
    table: pd.DataFrame, members: dict[str, tuple[str, ...]], borders: pd.Index, links: str, origin: str
) -> nx.Graph:
    """Add the links of borders and corridors."""
    graph = nx.Graph()
    graph.add_node(origin)
    for code in borders:
        _link(graph, table, origin, code, "border")
    for corridor, codes in members.items():
        graph.add_nodes_from(codes)
        for one, other in combinations(codes, 2) if links == "clique" else pairwise(codes):
            _link(graph, table, one, other, corridor)
        if not set(codes) & set(borders):
            _link(graph, table, origin, codes[0], corridor)
    return graph


def _link(graph: nx.Graph, table: pd.DataFrame, one: str, other: str, by: str) -> None:
    """Add a link, or another reason for one."""
    reasons = graph.edges[one, other]["by"] if graph.has_edge(one, other) else ()
    km = float(great_circle(table.loc[[one, other]], one)[other])
    if np.isnan(km):
        nowhere = one if table.loc[[one], ["capital_lat", "capital_lon"]].isna().any(axis=None) else other
        raise InputError(
            f"{ECONOMIES}: economy '{nowhere}' has no capital_lat or capital_lon; give both, or leave it out"
        )
    graph.add_edge(one, other, km=km, by=(*reasons, by))


def _without(graph: nx.Graph, code: str) -> nx.Graph:
    """Take an economy away."""
    return graph.subgraph([node for node in graph if node != code])


def _closed(graph: nx.Graph, corridor: str) -> nx.Graph:
    """Take the links away that only a corridor makes."""
    return nx.subgraph_view(graph, filter_edge=lambda one, other: graph.edges[one, other]["by"] != (corridor,))


def _loss(network: CorridorNetwork, left: nx.Graph) -> dict[str, object]:
    """Compare what is left with the whole."""
    before, after = (
        nx.single_source_dijkstra_path_length(graph, network.origin, weight="km") for graph in (network.graph, left)
    )
    gone = sorted(code for code in before if code in left and code not in after)
    reached = [code for code in after if code != network.origin]
    return {
        "cut_off": len(gone),
        "who": ", ".join(gone),
        "pairs_cut": _pairs(network.graph, left) - _pairs(left, left),
        "mean_km": float(np.mean([before[code] for code in reached])) if reached else np.nan,
        "mean_km_after": float(np.mean([after[code] for code in reached])) if reached else np.nan,
    }


def _pairs(graph: nx.Graph, among: nx.Graph) -> int:
    """Count the pairs of some nodes that a graph connects."""
    return sum(comb(sum(code in among for code in part), 2) for part in nx.connected_components(graph))
