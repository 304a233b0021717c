"""C6 to C12 and C15: what documents say, and what nothing open says."""

from __future__ import annotations

import pandas as pd
import pytest

from bri_eval.analysis.claims import documents
from bri_eval.analysis.claims.claim import UNTESTABLE


def test_c6_figures(ledger):
    """study.md, section 6, C6: 200 bn in all, 88 bn e-commerce; 240 (2018), 300 (2019)."""
    assert ledger["C6"].figure == {
        "internet economy, edition 2016": 200.0,
        "internet economy, edition 2018": 240.0,
        "internet economy, edition 2019": 300.0,
        "online purchases, edition 2016": 88.0,
        "stated": 200.0,
    }


@pytest.mark.parametrize(("whole", "purchases", "verdict"), [(300.0, 210.0, "holds"), (150.0, 88.0, "does not hold")])
def test_c6_turns_with_the_document(monkeypatch, raw, whole, purchases, verdict):
    monkeypatch.setattr(documents, "INTERNET_ECONOMY", {2016: whole, 2018: whole, 2019: whole})
    monkeypatch.setattr(documents, "ONLINE_PURCHASES", {2016: purchases})
    assert documents.online_transactions(raw).verdict == verdict


def test_c7_counts_three(ledger):
    assert ledger["C7"].figure == {"independent": 3, "stated": 4, "year of the purchase": 2016}
    assert "on 25 May 2016" in ledger["C7"].sentence


def test_c7_turns_with_the_document(monkeypatch, raw):
    monkeypatch.setattr(documents, "TNT_BOUGHT", documents.TNT_BOUGHT.replace(year=2024))
    assert documents.integrators(raw).verdict == UNTESTABLE


def test_c8_counts_the_corridors(ledger):
    assert ledger["C8"].figure == {"corridors": 6}


def test_c9_dates(ledger):
    assert ledger["C9"].sentence == "Passed on 31 August 2018; in force since 1 January 2019."


def test_c9_turns_with_the_document(monkeypatch, raw):
    monkeypatch.setattr(documents, "LAW_PASSED", documents.LAW_PASSED.replace(day=30))
    assert documents.law(raw).verdict == "does not hold"


def test_c10_figures(ledger):
    """study.md, section 6, C10: trade agreements only; the e-commerce memorandum with Singapore is of 27 Oct 2022."""
    assert ledger["C10"].figure == {
        "fta_in_force, THA": 1,
        "fta_in_force, SGP": 2,
        "ecommerce_mou, THA": 0,
        "ecommerce_mou, SGP": 0,
    }
    assert ledger["C10"].sentence.endswith("that with Singapore is of 2022-10-27.")


def test_c10_leaves_out_what_is_to_be_verified(turned):
    def doubtful(table):
        return table.assign(status=table["status"].mask(table["economy"] == "THA", "verify"))

    assert turned("C10", "policy_events", doubtful).verdict == "does not hold"


def test_c10_turns_with_the_data(turned):
    def earlier(table):
        singapore = table[(table["economy"] == "SGP") & (table["event"] == "ecommerce_mou")].assign(date="2017-05-14")
        kept = table.drop(index=singapore.index)
        return pd.concat([kept, singapore, singapore.assign(economy="THA")])

    assert turned("C10", "policy_events", earlier).verdict == "holds"


def test_c12_counts_the_chapters(ledger, read):
    assert ledger["C12"].figure == {"chapters": read("parcel_chapters")["hs_chapter"].nunique(), "of": 97}


@pytest.mark.parametrize("code", ["C8", "C11", "C12", "C15"])
def test_what_nothing_open_settles(ledger, code):
    assert ledger[code].verdict == UNTESTABLE
