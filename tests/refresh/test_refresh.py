"""Dictionary and tables against a server on loopback: what is asked, what is taken, what is refused together."""

from __future__ import annotations

import json
import shutil
from functools import partial
from pathlib import Path

import pytest
from bank import Reply, at
from small_tables import committed_answers, serve_committed

from bri_eval.checks import InputError
from bri_eval.refresh.refresh import refresh
from bri_eval.refresh.rewriting import refreshed_files
from bri_eval.refresh.worldbank import fetch

SHIPPED = Path(__file__).parents[2] / "data" / "datapackage.json"
LPI = [f"LP.LPI.{part}.XQ" for part in ("OVRL", "CUST", "INFR", "ITRN", "LOGS", "TRAC", "TIME")]
GDP, RULE, VOICE, OVERALL = "NY.GDP.MKTP.CD", "GOV_WGI_RL.EST", "GOV_WGI_VA.EST", "LP.LPI.OVRL.XQ"


def ask(bank, dictionary, **options):
    return refresh(dictionary, fetch=partial(fetch, server=bank.server()), **options)


@pytest.fixture
def served(bank, dictionary):
    serve_committed(bank, dictionary)
    return bank


def test_the_shipped_tables_answered_back_change_nothing():
    found = refresh(SHIPPED, fetch=committed_answers(SHIPPED))
    assert [(one.column.label, one.refusal, one.changes) for one in found.comparisons if not one.same] == []
    assert (found.refused, found.changed) == ((), ())
    assert len(found.comparisons) == 32
    assert sum(one.same for one in found.comparisons) == 19 * 4340 + 6 * 3905 + 7 * 1079
    assert refreshed_files(found) == {}


def test_shipped_columns_served_back_change_nothing(bank):
    """Over the wire, a series and the editions; digits that the table does not keep are no change."""
    bank.years = range(2005, 2025)
    serve_committed(bank, SHIPPED, ["SP.POP.TOTL", *LPI])
    for economy in ("AFG", "CHN"):
        bank.values[2]["SP.POP.TOTL"][economy, 2018] += 0.25
    found = ask(bank, SHIPPED, series=["SP.POP.TOTL", OVERALL])
    assert (found.refused, found.changed) == ((), ())
    assert sum(one.same for one in found.comparisons) == 4340 + 7 * 1079


def test_each_database_is_asked_once_for_its_series(served, dictionary):
    told = []
    found = ask(served, dictionary, tell=told.append)
    assert [one.column.name for one in found.comparisons] == [
        *("people", "gdp", "growth", "rule_of_law", "voice", "overall", "customs"),
    ]
    assert told == [
        "Asking database 2 of the World Bank for 5 series",
        "Asking database 3 of the World Bank for 2 series",
    ]
    assert sum("/series/" in path for path in served.asked) == 7


def test_only_what_is_named_is_asked_for(served, dictionary):
    found = ask(served, dictionary, series=[GDP])
    assert [one.column.name for one in found.comparisons] == ["gdp"]
    assert sum("/series/" in path for path in served.asked) == 1


def test_a_change_is_found_with_its_vintage(served, dictionary):
    served.values[2][GDP]["AFG", 2018] = 18e9
    (found,) = ask(served, dictionary).changed
    assert found.column.label == "wdi.csv:gdp"
    assert found.updated == "2026-10-01"
    assert [str(change) for change in found.changes] == ["AFG 2018: 18053220000 -> 18000000000 (-0.29%)"]


def test_a_refused_column_leaves_those_of_other_vintages(served, dictionary):
    served.values[2][GDP]["AFG", 2018] = 18e9
    served.names["SP.POP.TOTL"] = "Population, female"
    found = ask(served, dictionary)
    assert [one.column.name for one in found.changed] == ["gdp"]
    assert [one.column.name for one in found.refused] == ["people"]


def test_a_table_of_one_vintage_is_refused_whole(served, dictionary):
    served.values[3][VOICE] = dict.fromkeys(served.values[3][VOICE], 40.0)
    served.values[3][RULE]["AFG", 2018] = -1.6
    rule, voice = ask(served, dictionary, series=[RULE]).refused
    assert rule.refusal == "wgi.csv is of one vintage, and GOV_WGI_VA.EST is refused"
    assert voice.refusal.startswith("the median of new over old values is -")
    assert rule.changes == ()


def test_lpi_20_under_the_old_code_is_refused_with_all_editions(served, dictionary):
    served.values[2][OVERALL]["DEU", 2025] = 4.4
    served.values[2][GDP]["AFG", 2018] = 18e9
    found = ask(served, dictionary)
    overall, customs = found.refused
    assert "LPI 2.0 counts tracking data and is another index" in overall.refusal
    assert customs.refusal == "lpi.csv is of one vintage, and LP.LPI.OVRL.XQ is refused"
    assert [path.name for path in refreshed_files(found)] == ["datapackage.json", "wdi.csv"]


def test_an_archived_series_is_refused(served, dictionary):
    del served.values[2][GDP]
    (found,) = ask(served, dictionary).refused
    assert found.refusal == "the server says: The indicator was not found. It may have been deleted or archived."


def test_a_truncated_answer_is_refused(served, dictionary):
    full = served.right

    def cut(path, page, size):
        answer = full(path, page, size)
        return json.dumps(json.loads(answer) | {"total": 93}) if f"/series/{GDP}/" in path else answer

    served.right = cut
    (found,) = ask(served, dictionary).refused
    assert found.column.name == "gdp"
    assert found.refusal == "page 1 of 1 holds 40 records; expected 93 of 93"


def test_tables_at_fault_are_found_before_anything_is_asked(served, dictionary):
    table = dictionary.parent / "raw" / "wdi.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("18896350000", "18,896"), encoding="utf-8")
    with pytest.raises(InputError, match=r"wdi\.csv"):
        ask(served, dictionary)
    assert served.asked == []


def test_a_dictionary_that_declares_nothing(tmp_path, bank):
    (tmp_path / "datapackage.json").write_text('{"resources": []}', encoding="utf-8")
    with pytest.raises(InputError, match="no field has an entry 'worldbank'; there is nothing to fetch"):
        ask(bank, tmp_path / "datapackage.json")


@pytest.mark.parametrize("trouble", [Reply(status=500), Reply("<html>"), Reply(hang=True)])
def test_a_server_at_fault_leaves_every_file(served, dictionary, trouble):
    before = {path: path.read_bytes() for path in dictionary.parent.rglob("*.*")}
    served.fault = at("sources/3", trouble)
    with pytest.raises(InputError):
        refresh(dictionary, fetch=partial(fetch, server=served.server(seconds=0.1, tries=2)))
    assert {path: path.read_bytes() for path in dictionary.parent.rglob("*.*")} == before


def test_an_interrupt_reaches_the_caller(served, dictionary):
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask(served, dictionary, watch=stop)


def test_what_is_written_is_what_the_server_holds(served, dictionary, tmp_path):
    """Round trip: change, write, ask again, and nothing is left; the second vintage stands in the dictionary."""
    served.values[2][GDP] |= {("AFG", 2018): 18e9, ("XKX", 2017): 7180765000.4, ("ALB", 2017): None}
    served.values[3][RULE]["TWN", 2018] = 1.2345678
    for path, text in refreshed_files(ask(served, dictionary)).items():
        path.write_bytes(text.encode("utf-8"))
    found = ask(served, dictionary)
    assert (found.changed, found.refused) == ((), ())
    vintages = {one.column.name: one.column.vintage for one in found.comparisons}
    assert vintages == {
        **dict.fromkeys(("people", "growth", "overall", "customs"), "March 2026"),
        **dict.fromkeys(("gdp", "rule_of_law", "voice"), "2026-10-01"),
    }


def test_shipped_tables_with_a_few_changes_keep_every_other_byte(bank, tmp_path):
    home = tmp_path / "data"
    shutil.copytree(SHIPPED.parent / "raw", home / "raw")
    shutil.copy(SHIPPED, home)
    series = "IT.NET.USER.ZS"
    serve_committed(bank, home / "datapackage.json", [series])
    bank.values[2][series]["AFG", 2018] = 17.123456
    files = refreshed_files(ask(bank, home / "datapackage.json", series=[series]))
    assert [path.name for path in files] == ["datapackage.json", "development.csv"]
    before = (home / "raw" / "development.csv").read_bytes().split(b"\n")
    after = files[home / "raw" / "development.csv"].encode("utf-8").split(b"\n")
    (line,) = [n for n, (was, now) in enumerate(zip(before, after, strict=True)) if was != now]
    was, now = before[line].split(b","), after[line].split(b",")
    assert now[:2] == [b"AFG", b"2018"]
    assert [(a, b) for a, b in zip(was, now, strict=True) if a != b] == [(was[13], b"17.1235")]
