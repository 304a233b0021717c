"""Pages of an answer of the World Bank's API, each looked at as it comes: one answer whole, or a reason why not."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any

from bri_eval.checks import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
"""How the API writes the day of an update, and the dictionary a vintage that was fetched."""


class Refused(Exception):  # noqa: N818
    """A series that cannot be taken as it came, with the reason."""


class Pages:
    """What has come of one answer; ``take`` looks at the next page before anybody reads it.

    Parameters
    ----------
    endpoint
        The server, for messages.
    database
        Number that pages which name their source must give; "" is any.
    late
        Tells whether the time is over.
    """

    def __init__(self, endpoint: str, database: str, late: Callable[[], bool]) -> None:
        self.endpoint, self.database, self.late = endpoint, database, late
        self.page, self.first, self.updated = 0, (0, 0, 0), ""

    def take(self, response: Any, **_settings: object) -> None:
        """Check a page against those before it; one with an error status is left to the library.

        Raises
        ------
        Refused
            For a message instead of data, and for pages that contradict each other or what they say of themselves.
        InputError
            For a redirection, an answer that is no JSON of this API, and when the time is over.
        """
        try:
            self._check(response)
        except BaseException:
            response.close()
            raise

    def _check(self, response: Any) -> None:
        """Check time, status, JSON, paging and source of a page."""
        if self.late():
            raise InputError(f"{self.endpoint}: takes too long; nothing is kept of what came")
        if 300 <= response.status_code < 400:
            target = response.headers.get("Location", "elsewhere")
            raise InputError(f"{self.endpoint}: redirects to {target}; give the address itself with --endpoint")
        if response.status_code == 200:
            answer = self._parse(response.text)
            header = self._header(answer)
            self._check_paging(header, self._records(answer))
            self._check_source(header)

    def _parse(self, text: str) -> Any:
        """Read the JSON, or tell a message of the API and a web page from what is neither."""
        try:
            return json.loads(text)
        except ValueError:
            said = re.search(r"<wb:message[^>]*>([^<]*)<", text)
            if said:
                raise Refused(f"the server says: {said[1].strip()}") from None
            what = (
                "a web page" if re.match(r"\s*<(!doctype )?html", text, re.IGNORECASE) else "something that is no JSON"
            )
            begun = " ".join(text.split())[:60]
            raise InputError(f"{self.endpoint}: answers with {what}, which begins {begun!r}; try again later") from None

    def _header(self, answer: Any) -> Mapping[str, Any]:
        """Find the header, or raise with the message that stands in its place."""
        header = answer[0] if isinstance(answer, list) and answer else answer
        if not isinstance(header, dict):
            raise self._strange("no header")
        if "message" in header:
            said = header["message"][0] if isinstance(header["message"], list) and header["message"] else {}
            words = (
                [str(said[key]) for key in ("key", "value") if key in said] if isinstance(said, dict) else [str(said)]
            )
            raise Refused(f"the server says: {': '.join(words) or 'that something is wrong'}")
        return header

    def _records(self, answer: Any) -> int:
        """Count the records of a page, whichever of its three forms it has."""
        try:
            if isinstance(answer, list):
                return len(answer[1] or [])
            source = answer["source"]
            return len(source["data"] if isinstance(source, dict) else source[0]["concept"][0]["variable"])
        except (KeyError, IndexError, TypeError):
            raise self._strange("no records") from None

    def _check_paging(self, header: Mapping[str, Any], records: int) -> None:
        """Hold page number, number of pages, size and total against each other and the pages before."""
        try:
            page, *sizes = (int(header[key]) for key in ("page", "pages", "per_page", "total"))
        except (KeyError, TypeError, ValueError):
            raise self._strange("no page, pages, per_page and total") from None
        pages, size, total = sizes
        self.page += 1
        self.first = (pages, size, total) if self.page == 1 else self.first
        if (pages, size, total) != self.first:
            raise Refused(
                f"page {page} says {pages} pages, {size} a page, {total} records; the first said "
                f"{self.first[0]}, {self.first[1]}, {self.first[2]}"
            )
        if total == 0:
            raise Refused("the server has no record of it")
        if page != self.page or size < 1 or pages != math.ceil(total / size):
            raise Refused(f"page {self.page} says it is page {page} of {pages}, {size} a page, {total} records")
        due = min(size, total - size * (page - 1))
        if records != due:
            raise Refused(f"page {page} of {pages} holds {records} records; expected {due} of {total}")

    def _check_source(self, header: Mapping[str, Any]) -> None:
        """Hold the database against what was asked for, and the day of its update against that of the pages before."""
        source = header.get("source")
        database = str(source.get("id", "")) if isinstance(source, dict) else ""
        if self.database and database not in ("", self.database):
            raise Refused(f"page {self.page} is of database {database}; expected {self.database}")
        day = str(header.get("lastupdated") or "")
        if self.page > 1 and day != self.updated:
            raise Refused(f"page {self.page} was updated on '{day}'; those before it on '{self.updated}'")
        if day and not DAY.fullmatch(day):
            raise Refused(f"page {self.page} was updated on '{day}'; expected a day such as 2025-10-07")
        self.updated = day

    def _strange(self, lack: str) -> InputError:
        """Say that JSON came which is not of this API."""
        return InputError(f"{self.endpoint}: answers with JSON that has {lack}; is it the World Bank's API?")
