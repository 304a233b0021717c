"""The ledger: every claim once, its table, and what it says of a folder that lacks a table."""

from __future__ import annotations

import re

import pytest

from bri_eval.analysis.claims import (
    CLAIMS,
    FAILS,
    HOLDS,
    ONLY_IF,
    TABLES,
    UNTESTABLE,
    claim_figures,
    claims_table,
    missing_tables,
    settle_claims,
)
from bri_eval.checks import InputError

VERDICTS = {
    "C1": "holds only if China is counted among them and the year is 2011 to 2014",
    "C2": "holds only if the yardstick of the level is the OECD or China and the gap is not set beside that of other "
    "economies",
    "C3": "holds only if West Asia is left out",
    "C4": "holds only if Central and Eastern Europe is left out",
    "C5": "holds only if Russia is left out",
    "C6": "holds only if the whole internet economy is meant and not purchases",
    "C7": FAILS,
    "C8": UNTESTABLE,
    "C9": HOLDS,
    "C10": "holds only if free trade agreements are meant",
    "C11": UNTESTABLE,
    "C12": UNTESTABLE,
    "C13": "holds only if completeness is read as a lead over the partners, as nothing open measures it",
    "C14": HOLDS,
    "C15": UNTESTABLE,
    "C16": "holds only if the whole period is meant and not every edition",
    "C17": HOLDS,
    "C18": "holds only if the yardstick is the OECD",
    "C19": "holds only if Central Asia is left out",
    "C20": "holds only if the yardstick is the OECD or China",
    "C21": "holds only if the yardstick is the OECD",
}


def test_every_claim_has_its_verdict(ledger):
    assert {code: claim.verdict for code, claim in ledger.items()} == VERDICTS


def test_a_claim_carries_the_id_under_which_it_is_registered(ledger):
    assert list(ledger) == list(CLAIMS) == [f"C{n}" for n in range(1, len(CLAIMS) + 1)]


@pytest.mark.parametrize("code", CLAIMS)
def test_a_claim_says_what_where_and_why(ledger, code):
    claim = ledger[code]
    assert all([claim.statement, claim.section, claim.source])
    assert claim.sentence.endswith(".")
    assert "nan" not in claim.sentence
    assert "e+" not in claim.sentence
    assert re.fullmatch(r"[1-4](\.\d)?(, [1-4](\.\d)?)*", claim.section)
    assert claim.verdict in (HOLDS, FAILS, UNTESTABLE) or claim.verdict.startswith(ONLY_IF)


def test_tables_of_claims(ledger):
    table = claims_table(ledger.values())
    assert table["id"].tolist() == list(CLAIMS)
    assert table.columns.tolist() == ["id", "section", "statement", "verdict", "sentence", "source"]
    figures = claim_figures(ledger.values())
    assert len(figures) == sum(len(claim.figure) for claim in ledger.values())
    assert figures["value"].notna().all()
    assert figures.set_index(["id", "figure"]).loc[("C14", "below high income"), "value"] == 42


def test_the_claims_need_the_tables_that_they_name(raw, tmp_path):
    assert missing_tables(raw) == []
    assert missing_tables(tmp_path) == list(TABLES)
    for name in TABLES:
        (tmp_path / f"{name}.csv").symlink_to(raw / f"{name}.csv")
    assert len(settle_claims(tmp_path)) == len(CLAIMS)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_that_is_not_there_is_named(raw, tmp_path, name):
    for path in raw.glob("*.csv"):
        if path.stem != name:
            (tmp_path / path.name).symlink_to(path)
    with pytest.raises(InputError, match=f"the claims need '{name}' as well; add them, or settle fewer claims"):
        settle_claims(tmp_path)


def test_a_claim_that_finds_no_value_is_named(raw, tmp_path):
    for path in raw.glob("*.csv"):
        if path.stem != "governance":
            (tmp_path / path.name).symlink_to(path)
    (tmp_path / "governance.csv").write_text("economy,year,political_stability\nAFG,2016,1\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"claim C19: governance.csv:political_stability has no value of 2018"):
        settle_claims(tmp_path, {"C14": CLAIMS["C14"], "C19": CLAIMS["C19"]})
