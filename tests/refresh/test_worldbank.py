"""The door against a server on loopback that answers as the World Bank's does, well and badly."""

from __future__ import annotations

import json
import math
import socket
import sys

import pytest
from bank import NOT_FOUND, Reply, at, header

from bri_eval.checks import InputError
from bri_eval.refresh.worldbank import WORLD_BANK, fetch

POP = "SP.POP.TOTL"
SERIES = f"/series/{POP}/"
VALUES = {("AFG", 2017): 35643418, ("AFG", 2018): 36686784.25, ("XKX", 2017): None, ("XKX", 2018): 1797085}


@pytest.fixture
def holding(bank):
    """Let the server hold one series of four cells, of 2017 and 2018."""
    bank.years = range(2016, 2019)
    bank.hold(2, POP, VALUES)
    return bank


def ask(bank, **changes):
    return fetch([POP], 2, since=2017, server=bank.server(**changes))[POP]


def page(**changes) -> str:
    """Give the only page of the right answer with something changed."""
    rows = [row("AFG", 2017, 1), row("AFG", 2018, 2), row("XKX", 2017, None), row("XKX", 2018, 4)]
    answer = {**header(1, 5000, 4), "lastupdated": "2026-10-01", "source": {"id": "2", "name": "WDI", "data": rows}}
    return json.dumps(answer | changes)


def row(economy: str, year: object, value: object, series: str = POP) -> dict:
    variable = [
        {"concept": "Country", "id": economy, "value": economy},
        {"concept": "Series", "id": series, "value": "Population, total"},
        {"concept": "Time", "id": f"YR{year}", "value": str(year)},
    ]
    return {"variable": variable, "value": value}


def data(*rows: object) -> str:
    return page(**header(1, 5000, len(rows)), source={"id": "2", "name": "WDI", "data": list(rows)})


# good answers


@pytest.mark.parametrize("rows", [1, 3, 4, 5000])
def test_values_name_and_day_arrive_whole_however_they_are_paged(holding, rows):
    answer = ask(holding, rows=rows)
    assert (answer.series, answer.name, answer.updated, answer.refusal) == (POP, "Population, total", "2026-10-01", "")
    found = answer.values.to_dict()
    assert math.isnan(found.pop(("XKX", 2017)))
    assert found == {key: value for key, value in VALUES.items() if value is not None}
    assert len([path for path in holding.asked if SERIES in path]) == -(-4 // rows)


def test_the_questions_are_those_of_the_api(holding):
    ask(holding)
    assert holding.asked == [
        "/v2/en/sources/2 1",
        "/v2/en/sources/2/time/all 1",
        f"/v2/en/sources/2/series/{POP}/country/all/time/YR2017;YR2018 1",
        "/v2/en/sources/2 1",
    ]


def test_progress_counts_series(holding):
    holding.hold(2, "NY.GDP.MKTP.CD", VALUES)
    seen = []
    fetch([POP, "NY.GDP.MKTP.CD"], 2, since=2017, server=holding.server(), watch=lambda *told: seen.append(told))
    assert seen == [("series", 1, 2), ("series", 2, 2)]


def test_the_settings_of_the_library_are_put_back(holding):
    import wbgapi

    before = wbgapi.endpoint, wbgapi.get_options
    with pytest.raises(KeyboardInterrupt):
        fetch([POP], 2, since=2017, server=holding.server(), watch=interrupt)
    assert (wbgapi.endpoint, wbgapi.get_options) == before
    assert before[0] == WORLD_BANK.endpoint


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


# troubles that may pass


@pytest.mark.parametrize(
    "reply",
    [Reply(status=500), Reply(status=503), Reply(status=429), Reply(hang=True), Reply('{"page":', cut=50)],
    ids=["500", "503", "429", "time-out", "broken off"],
)
def test_a_trouble_that_passes_is_waited_for(holding, reply):
    holding.fault = at(SERIES, reply, times=2)
    answer = ask(holding, seconds=0.15)
    assert answer.refusal == ""
    assert answer.values.sum() == sum(value for value in VALUES.values() if value)
    assert holding.waits == [2, 4]


def test_a_later_page_that_fails_begins_the_series_again(holding):
    holding.fault = at(SERIES, Reply(status=502), page=2, times=1)
    assert len(ask(holding, rows=3).values) == 4
    assert [path[-1] for path in holding.asked if SERIES in path] == ["1", "2", "1", "2"]


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(status=500), "answered 500 Internal Server Error, 3 times in a row; try again later"),
        (Reply(status=429), "answered 429 Too Many Requests, 3 times in a row"),
        (Reply(hang=True), "gave no answer within 0.1 s, 3 times in a row"),
        (Reply("[", cut=9), r"cannot be reached, or breaks off \(\w+Error\), 3 times in a row"),
    ],
)
def test_a_trouble_that_stays_ends_it(holding, reply, words):
    holding.fault = at(SERIES, reply)
    with pytest.raises(InputError, match=rf"^http://127\.0\.0\.1:\d+/v2: {words}"):
        ask(holding, seconds=0.1)
    assert holding.waits == [2, 4]


def test_nobody_at_the_address(bank):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    server = bank.server(tries=2)
    with pytest.raises(InputError, match=r"cannot be reached, or breaks off \(ConnectionError\), 2 times"):
        fetch([POP], 2, since=2017, server=type(server)(endpoint=f"http://127.0.0.1:{port}/v2", tries=2, sleep=print))


def test_patience_ends_between_tries(holding):
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    holding.fault = at(SERIES, Reply(status=500))
    with pytest.raises(InputError, match="answered 500 Internal Server Error; the 5 s for a database are over"):
        ask(holding, tries=99, patience=5, sleep=sleep, clock=lambda: now[0])
    assert now[0] == 2  # a pause of 2 s and a try; the next pause of 4 s would pass the fifth second


def test_patience_ends_between_pages(holding):
    ticks = iter(range(99))
    with pytest.raises(InputError, match="takes too long; nothing is kept"):
        ask(holding, rows=1, patience=4, clock=lambda: next(ticks))


# a series that is refused


REFUSED = {
    "unknown series": (
        NOT_FOUND,
        "the server says: The indicator was not found. It may have been deleted or archived.",
    ),
    "a message": (
        '[{"message": [{"id": "120", "key": "Invalid value", "value": "The provided parameter value is not valid"}]}]',
        "the server says: Invalid value: The provided parameter value is not valid",
    ),
    "a message alone": ('{"message": "no"}', "the server says: that something is wrong"),
    "no record": (page(**header(1, 5000, 0), source={"id": "2", "data": []}), "the server has no record of it"),
    "too few records": (page(**header(1, 5000, 5)), "page 1 of 1 holds 4 records; expected 5 of 5"),
    "more pages than records": (page(pages=2), "page 1 says it is page 1 of 2, 5000 a page, 4 records"),
    "another page": (page(page=2), "page 1 says it is page 2 of 1, 5000 a page, 4 records"),
    "pages of nothing": (page(per_page=0), "page 1 says it is page 1 of 1, 0 a page, 4 records"),
    "another database": (page(source={"id": "57", "data": [1, 2, 3, 4]}), "page 1 is of database 57; expected 2"),
    "an odd day of update": (page(lastupdated="May"), "page 1 was updated on 'May'; expected a day such as 2025-10-07"),
    "another series": (data(row("AFG", 2017, 1, "SP.POP.GROW")), "the server answers with series 'SP.POP.GROW'"),
    "a row twice": (data(row("AFG", 2017, 1), row("AFG", 2017, 2)), "AFG 2017 comes twice"),
    "a text": (data(row("AFG", 2017, "..")), "AFG 2017 is '..'; expected a number or null"),
    "a truth value": (data(row("AFG", 2017, True)), "AFG 2017 is True; expected a number or null"),
    "not a number": (data(row("AFG", 2017, float("nan"))), "AFG 2017 is nan; expected a number or null"),
    "infinite": (data(row("AFG", 2017, float("inf"))), "AFG 2017 is inf; expected a number or null"),
    "a quarter": (data(row("AFG", "2017Q1", 1)), "'YR2017Q1' is no year"),
    "no time": (data({"variable": row("AFG", 2017, 1)["variable"][:2], "value": 1}), "a record lacks"),
    "no value": (data({"variable": row("AFG", 2017, 1)["variable"]}), "a record lacks"),
    "a bare number": (data(5), "a record lacks"),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_a_series_is_refused_whole(holding, fault):
    body, reason = REFUSED[fault]
    holding.fault = at(SERIES, Reply(body))
    answer = ask(holding)
    assert answer.refusal.startswith(reason)
    assert answer.values.empty
    assert holding.waits == []


def test_a_status_that_does_not_pass_is_not_tried_again(holding):
    holding.fault = at(SERIES, Reply(status=404))
    assert ask(holding).refusal == "the server answered 404 Not Found"
    assert holding.waits == []


def test_a_number_of_pages_that_changes_in_the_middle(holding):
    second = {**header(2, 2, 6), "lastupdated": "2026-10-01"}
    rows = [row("XKX", 2017, 1), row("XKX", 2018, 1)]
    holding.fault = at(SERIES, Reply(json.dumps({**second, "source": {"id": "2", "data": rows}})), page=2)
    assert ask(holding, rows=2).refusal == "page 2 says 3 pages, 2 a page, 6 records; the first said 2, 2, 4"


def test_a_refused_series_leaves_the_others(holding):
    holding.fault = at(SERIES, Reply(NOT_FOUND))
    holding.hold(2, "NY.GDP.MKTP.CD", VALUES)
    answers = fetch([POP, "NY.GDP.MKTP.CD"], 2, since=2017, server=holding.server())
    assert answers[POP].refusal
    assert len(answers["NY.GDP.MKTP.CD"].values) == 4


def test_a_series_of_two_names(holding):
    other = row("AFG", 2018, 1)
    other["variable"][1]["value"] = "Population growth"
    holding.fault = at(SERIES, Reply(data(row("AFG", 2017, 1), other)))
    assert "several names: 'Population growth', 'Population, total'" in ask(holding).refusal


# a server at fault


BROKEN = {
    "broken JSON": (SERIES, Reply('{"page": 1,'), "something that is no JSON, which begins '{\"page\": 1,'"),
    "nothing": (SERIES, Reply(""), "something that is no JSON, which begins ''"),
    "a web page": (SERIES, Reply("<!DOCTYPE html><html>Sorry</html>"), "answers with a web page, which begins '<!DOC"),
    "a list of nothing": (SERIES, Reply("[]"), "has no header; is it the World Bank's API"),
    "a text": (SERIES, Reply('"ok"'), "has no header"),
    "no records": (SERIES, Reply(json.dumps(header(1, 5000, 4))), "has no records"),
    "no paging": (SERIES, Reply('{"source": {"data": []}}'), "has no page, pages, per_page and total"),
    "elsewhere": (
        SERIES,
        Reply(status=302, headers={"Location": "https://bank.org/"}),
        "redirects to https://bank.org/",
    ),
    "another API": ("sources/2", Reply(status=404), "database 2: the server answered 404 Not Found; is it the API's"),
    "no day": ("sources/2", Reply(json.dumps([header(1, 1000, 1), [{"id": "2"}]])), "last update is ''; expected one"),
    "an odd day": ("sources/2", Reply(json.dumps([header(1, 1, 1), [{"lastupdated": "May"}]])), "last update is 'May'"),
    "no years": ("time/all", Reply(NOT_FOUND), "database 2: no list of its years: the server says: The indicator"),
    "odd years": (
        "time/all",
        Reply(json.dumps({**header(1, 9, 1), "source": [{"concept": [{"variable": [{"id": "MRV"}]}]}]})),
        "no list of its years: 'MRV' is no year",
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_server_at_fault_ends_it_with_one_line(holding, fault):
    part, reply, words = BROKEN[fault]
    holding.fault = at(part, reply)
    with pytest.raises(InputError) as caught:
        ask(holding)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(f"http://127.0.0.1:{holding.port}/v2: ")


def test_a_database_that_ends_before_the_table(holding):
    with pytest.raises(InputError, match="database 2 ends before 2030: 'YR2016', 'YR2017', 'YR2018'"):
        fetch([POP], 2, since=2030, server=holding.server())


def test_an_update_in_the_middle_mixes_nothing(holding):
    def update(*_: object) -> None:
        holding.updated = "2026-11-01"

    with pytest.raises(InputError, match="database 2 was updated while it was being read; vintages are not mixed"):
        fetch([POP], 2, since=2017, server=holding.server(), watch=update)


def test_two_series_of_two_days_are_not_mixed(holding):
    holding.hold(2, "NY.GDP.MKTP.CD", VALUES)
    holding.fault = at(SERIES, Reply(page(lastupdated="2026-09-30")))
    with pytest.raises(InputError, match="database 2 was updated while it was being read; vintages are not mixed"):
        fetch([POP, "NY.GDP.MKTP.CD"], 2, since=2017, server=holding.server())


@pytest.mark.parametrize(("said", "day"), [("2026-09-30", "2026-09-30"), (None, "2026-10-01")])
def test_the_vintage_is_the_day_of_the_data_or_else_of_the_database(holding, said, day):
    holding.fault = at(SERIES, Reply(page(lastupdated=said)))
    assert ask(holding).updated == day


@pytest.mark.parametrize("endpoint", ["api.worldbank.org/v2", "ftp://bank", "https://", ""])
def test_an_address_that_is_none(endpoint):
    server = type(WORLD_BANK)(endpoint=endpoint)
    with pytest.raises(InputError, match=r"expected an address such as https://api\.worldbank\.org/v2"):
        fetch([POP], 2, since=2017, server=server)


def test_without_the_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "wbgapi", None)
    with pytest.raises(InputError, match=r"wbgapi is not installed, .* pip install 'bri-eval\[data\]'"):
        fetch([POP], 2, since=2017, server=WORLD_BANK)
