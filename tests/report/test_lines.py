"""What the command line prints."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd

from bri_eval.report.exhibits import Exhibit
from bri_eval.report.lines import claim_lines, interval_lines, ranking_lines, table_lines


def exhibit(table: dict, title: str = "Title") -> Exhibit:
    return Exhibit(code="any", title=title, table=pd.DataFrame(table))


RANKING = exhibit({"rank": [1, 2], "economy": ["AAA", "BBB"], "name": ["Aland", "Bland"], "goal": [0.9, 0.25]})


def test_a_ranking_is_cut_where_it_is_told():
    assert next(iter(ranking_lines(RANKING, "goal", most=1))) == "\nTitle (first 1)"
    lines = list(ranking_lines(RANKING, "goal"))
    assert len(lines) == 3
    assert lines[2].split() == ["2", "BBB", "Bland", "0.250"]


def test_intervals_name_causes_what_is_inert_and_where_draws_stopped():
    table = pd.DataFrame({"baseline": [1], "median": [2], "lower": [1], "upper": [3]}, index=["AAA"])
    cloud = SimpleNamespace(table=table, draws=50, asked=80, inert={"imputer": "no gap"})
    causes = pd.DataFrame({"total": [0.5], "total_lower": [0.25], "total_upper": [0.75]}, index=["weighter"])
    doubts = SimpleNamespace(cloud=cloud, sensitivity=SimpleNamespace(table=causes))
    lines = list(interval_lines(doubts, exhibit({"economy": ["AAA"], "name": ["Aland"]}), 2018))
    assert lines[0] == "\nRanks 2018: base recipe, median, 5 to 95 % of 50 draws"
    assert lines[1].split() == ["1", "2", "1", "to", "3", "AAA", "Aland"]
    assert lines[3].split() == ["weighter", "0.500", "[0.250,", "0.750]"]
    assert lines[4:] == [
        "Without effect: imputer: no gap",
        "Stopped after 50 of 80 draws; the tables hold these",
    ]
    doubts.sensitivity, cloud.draws = None, 80
    assert len(list(interval_lines(doubts, exhibit({"economy": ["AAA"], "name": ["Aland"]}), 2018))) == 3


def test_claims_stand_with_verdict_and_reason():
    claims = exhibit({"id": ["C1"], "section": ["2"], "statement": ["So"], "verdict": ["holds"], "sentence": ["Yes."]})
    assert list(claim_lines(claims)) == ["\nC1 (section 2): So", "    holds: Yes."]


def test_only_tables_that_were_made_are_printed():
    assert next(iter(table_lines({"a": RANKING}, "a", "b"))) == "\nTitle"
    assert len(list(table_lines({"a": RANKING}, "a", "b"))) == 2
    assert "economy" in list(table_lines({"a": RANKING}, "a", index=True))[1]
