"""Corridors as a network: distances, links, bridges and losses by hand; the shipped corridors; what is refused."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import pytest

from bri_eval.analysis.network import (
    CONVENTIONS,
    LINKS,
    centrality_table,
    corridor_network,
    great_circle,
    loss_table,
    membership,
)
from bri_eval.checks import InputError

HEADER = "economy,corridors,borders_china,capital_lat,capital_lon,listed"
LINE = [
    "CHN,,,0,0,0",
    "AAA,ONE,1,0,10,1",
    "BBB,ONE+TWO,0,0,20,1",
    "CCC,ONE,0,0,30,1",
    "DDD,TWO,1,10,0,1",
    "EEE,,1,-10,0,1",
    "FFF,,0,50,50,1",
]
"""On the equator AAA, BBB and CCC, one after the other; DDD to the north with BBB on a second corridor."""

DEGREE = np.pi * 6371.0 / 180


@pytest.fixture
def folder(tmp_path):
    def written(lines=tuple(LINE), header=HEADER):
        (tmp_path / "economies.csv").write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        return tmp_path

    return written


def network(folder, **given):
    return corridor_network(folder(), "listed", **given)


def test_distances_by_hand(folder):
    """A degree along the equator is 111.19 km; Beijing to Moscow 5,790 km and 5,795 in GeoDist on another sphere."""
    found = network(folder).graph.edges
    assert found["CHN", "AAA"]["km"] == pytest.approx(10 * DEGREE)
    assert found["AAA", "BBB"]["km"] == pytest.approx(10 * DEGREE)


def test_shipped_distances_are_those_of_geodist(data):
    """Great circles against the distance column, which has another radius and Beijing's own coordinates: 1 %."""
    import pandas as pd

    table = pd.read_csv(data / "raw" / "economies.csv", keep_default_na=False, na_values=[""]).set_index("economy")
    table = table[table["capital_lat"].notna()]
    found = great_circle(table, "CHN")
    known = table["distance_china_km"].dropna()
    assert (found[known.index] / known - 1).abs().max() < 0.01


def test_a_chain_goes_from_china_outwards(folder):
    found = network(folder)
    assert found.members == {"ONE": ("AAA", "BBB", "CCC"), "TWO": ("DDD", "BBB")}
    links = {frozenset(edge): by for *edge, by in found.graph.edges(data="by")}
    assert links == {
        frozenset(("CHN", "AAA")): ("border",),
        frozenset(("CHN", "DDD")): ("border",),
        frozenset(("CHN", "EEE")): ("border",),
        frozenset(("AAA", "BBB")): ("ONE",),
        frozenset(("BBB", "CCC")): ("ONE",),
        frozenset(("DDD", "BBB")): ("TWO",),
    }
    assert found.apart == ("FFF",)


def test_a_clique_is_the_projection_of_membership(folder):
    found = network(folder, links="clique")
    projected = nx.bipartite.projected_graph(membership(found), ["AAA", "BBB", "CCC", "DDD"])
    borders = {frozenset(("CHN", code)) for code in ("AAA", "DDD", "EEE")}
    assert {frozenset(edge) for edge in found.graph.edges} == {frozenset(edge) for edge in projected.edges} | borders


def test_a_corridor_without_a_neighbour_starts_at_its_nearest(folder):
    lines = [line.replace("DDD,TWO,1", "DDD,TWO,0").replace("BBB,ONE+TWO", "BBB,ONE") for line in LINE]
    graph = corridor_network(folder(lines), "listed").graph
    assert graph.edges["CHN", "DDD"]["by"] == ("TWO",)


def test_links_of_two_kinds_are_one(folder):
    """Two corridors through the same pair: the loss of one does not part them."""
    lines = [line.replace("CCC,ONE", "CCC,ONE+TRE").replace("BBB,ONE+TWO", "BBB,ONE+TWO+TRE") for line in LINE]
    found = corridor_network(folder(lines), "listed")
    assert found.graph.edges["BBB", "CCC"]["by"] == ("ONE", "TRE")
    assert loss_table(found).loc[("corridor", "ONE"), "cut_off"] == 0


def test_bridges_by_hand(folder):
    """Of the 10 pairs of others, BBB is on the way from CCC to four; AAA from BBB and CCC to CHN and EEE."""
    table = centrality_table(network(folder))
    assert table["betweenness"].to_dict() == pytest.approx({"BBB": 0.4, "AAA": 0.4, "CCC": 0, "DDD": 0, "EEE": 0})
    assert table["bridge"].to_dict() == {"AAA": False, "BBB": True, "CCC": False, "DDD": False, "EEE": False}
    assert table["from_origin_links"].to_dict() == {"AAA": 1, "BBB": 2, "CCC": 3, "DDD": 1, "EEE": 1}
    assert table.loc["CCC", "from_origin_km"] == pytest.approx(30 * DEGREE)
    assert table["corridors"].to_dict() == {"AAA": 1, "BBB": 2, "CCC": 1, "DDD": 1, "EEE": 0}


@pytest.mark.parametrize("links", LINKS)
def test_betweenness_counts_shortest_paths(data, links):
    """Every pair and every shortest path listed."""
    found = corridor_network(data / "raw", links=links)
    graph, counts = found.graph, dict.fromkeys(found.graph, 0.0)
    for one, other in itertools.combinations(graph, 2):
        paths = list(nx.all_shortest_paths(graph, one, other, weight="km"))
        for path in paths:
            for node in path[1:-1]:
                counts[node] += 1 / len(paths)
    pairs = (len(graph) - 1) * (len(graph) - 2) / 2
    table = centrality_table(found)
    for code in table.index:
        assert table.loc[code, "betweenness"] == pytest.approx(counts[code] / pairs, abs=1e-12)


def test_losses_by_hand(folder):
    """Without BBB, CCC is cut off: 4 of the 10 pairs of the others are. Without AAA, BBB is reached through DDD."""
    table = loss_table(network(folder))
    assert table.index[:2].tolist() == [("corridor", "ONE"), ("economy", "BBB")]
    assert table.loc[("corridor", "ONE"), "pairs_cut"] == 5
    assert table.loc[("economy", "BBB"), ["cut_off", "who", "pairs_cut"]].tolist() == [1, "CCC", 4]
    without_one = table.loc[("economy", "AAA")]
    assert without_one["cut_off"] == 0
    slope = np.degrees(np.arccos(np.cos(np.radians(10)) * np.cos(np.radians(20))))
    before, after = np.array([20, 30, 10, 10]), np.array([10 + slope, 20 + slope, 10, 10])
    assert without_one["mean_km"] == pytest.approx(before.mean() * DEGREE)
    assert without_one["mean_km_after"] == pytest.approx(after.mean() * DEGREE)
    assert table.loc[("corridor", "ONE"), ["cut_off", "who"]].tolist() == [1, "CCC"]
    assert table.loc[("corridor", "TWO"), "cut_off"] == 0
    assert table.loc[("economy", "EEE"), "pairs_cut"] == 0


@pytest.mark.parametrize("links", LINKS)
def test_the_shipped_corridors(data, links):
    """Members of section 7 of the study: 21 economies on corridors, and three more neighbours of China."""
    found = corridor_network(data / "raw", links=links)
    assert {name: len(codes) for name, codes in found.members.items()} == {
        "BCIMEC": 3, "CCAWAEC": 7, "CICPEC": 7, "CMREC": 2, "CPEC": 1, "NELB": 4,
    }  # fmt: skip
    assert found.graph.number_of_nodes() == 25
    assert len(found.apart) == 65 - 24
    assert nx.is_connected(found.graph)
    assert nx.is_bipartite(membership(found))
    losses = loss_table(found)
    assert losses.loc[("corridor", "NELB"), "who"] == "BLR, POL"
    assert losses.loc[("corridor", "CCAWAEC"), "who"] == "IRN, TKM, TUR, UZB"
    if links == "chain":
        assert losses.loc[("economy", "RUS"), "who"] == "BLR, POL"
    else:
        assert losses.loc["economy", "cut_off"].max() == 0
    assert found.conventions[0] == CONVENTIONS[links]
    assert "41 economies of the list lie on neither" in found.conventions[1]


def test_the_order_of_rows_does_not_matter(folder):
    one = centrality_table(network(folder))
    other = centrality_table(corridor_network(folder(LINE[:1] + LINE[:0:-1]), "listed"))
    assert one.equals(other)


@pytest.mark.parametrize(
    ("lines", "header", "given", "message"),
    [
        (LINE, HEADER, {"links": "star"}, "unknown links 'star'; known are 'chain', 'clique'"),
        (LINE, HEADER, {"economies": ["AAA", "AAB"]}, "unknown economy 'AAB'"),
        (LINE, HEADER, {"origin": "CHX"}, "origin: unknown economy 'CHX'.*did you mean 'CHN'"),
        (LINE, HEADER.replace("corridors", "routes"), {}, "unknown column 'corridors'"),
        ([*LINE[:4], "DDD,TWO,1,,0,1"], HEADER, {}, "economy 'DDD' has no capital_lat or capital_lon; give both"),
    ],
)
def test_what_is_refused(folder, lines, header, given, message):
    with pytest.raises(InputError, match=message):
        corridor_network(folder(lines, header), **({"economies": "listed"} | given))
