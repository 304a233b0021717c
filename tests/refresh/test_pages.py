"""Pages looked at one by one, as a response hook sees them."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from bri_eval.checks import InputError
from bri_eval.refresh.pages import Pages, Refused


def response(answer: object, status: int = 200, **headers: str) -> SimpleNamespace:
    text = answer if isinstance(answer, str) else json.dumps(answer)
    return SimpleNamespace(text=text, status_code=status, headers=headers, close=lambda: None)


def page(number: int, records: int, **changes: object) -> SimpleNamespace:
    """Give one of three pages of two records, five in all."""
    rows = [{"value": 1}] * records
    head = {"page": number, "pages": 3, "per_page": 2, "total": 5, "lastupdated": "2026-10-01"}
    return response({**head, "source": {"id": "2", "data": rows}, **changes})


def pages(database: str = "", *, late: bool = False) -> Pages:
    return Pages("http://bank", database, lambda: late)


def test_pages_in_order_pass():
    one = pages("2")
    for number, records in ((1, 2), (2, 2), (3, 1)):
        one.take(page(number, records), timeout=1)
    assert (one.page, one.first, one.updated) == (3, (3, 2, 5), "2026-10-01")


@pytest.mark.parametrize("number", ["1", 1])
def test_numbers_may_be_written_as_text(number):
    pages().take(page(1, 2, page=number, pages="3", per_page="2", total="5"))


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (page(2, 1), "page 2 of 3 holds 1 records; expected 2 of 5"),
        (page(3, 1), "page 2 says it is page 3 of 3"),
        (page(1, 2), "page 2 says it is page 1 of 3"),
        (page(2, 2, total=6), "page 2 says 3 pages, 2 a page, 6 records; the first said 3, 2, 5"),
        (page(2, 2, lastupdated="2026-10-02"), "page 2 was updated on '2026-10-02'; those before it on '2026-10-01'"),
        (page(2, 2, source={"id": "3", "data": [1, 2]}), "page 2 is of database 3; expected 2"),
    ],
)
def test_a_second_page_that_does_not_follow_the_first(second, words):
    one = pages("2")
    one.take(page(1, 2))
    with pytest.raises(Refused, match=words):
        one.take(second)


def test_lists_and_concepts_are_counted_too():
    head = {"page": 1, "pages": 1, "per_page": 50, "total": 2}
    pages().take(response([head, [{"id": "2"}, {"id": "3"}]]))
    pages().take(response({**head, "source": [{"concept": [{"variable": [{"id": "YR2017"}, {"id": "YR2018"}]}]}]}))


@pytest.mark.parametrize("message", [[], [5], {"key": "x"}, "no", [{}]])
def test_a_message_of_any_shape_refuses(message):
    with pytest.raises(Refused, match="the server says: "):
        pages().take(response({"message": message}))


@pytest.mark.parametrize("status", [400, 404, 429, 500])
def test_an_error_status_is_left_to_the_library(status):
    one = pages()
    one.take(response("<html>", status))
    assert one.page == 0


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirection_is_not_followed(status):
    with pytest.raises(InputError, match="http://bank: redirects to https://other; give the address itself"):
        pages().take(response("", status, Location="https://other"))


def test_a_page_that_comes_too_late():
    with pytest.raises(InputError, match="http://bank: takes too long"):
        pages(late=True).take(page(1, 2))


@pytest.mark.parametrize("source", [[], [{}], [{"concept": []}], {}, 5, None, [{"concept": [{"variable": None}]}]])
def test_records_that_are_not_there(source):
    with pytest.raises(InputError, match="has no records; is it the World Bank's API"):
        pages().take(page(1, 2, source=source))
