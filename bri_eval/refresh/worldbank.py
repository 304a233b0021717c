"""The door to the World Bank: series of one of its databases, each whole and of one vintage, or the reason why not."""

from __future__ import annotations

import math
import re
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from bri_eval.checks import InputError, listing
from bri_eval.refresh.pages import DAY, Pages, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    Watch = Callable[[str, int, int], None]

_AGAIN = (429, 500, 502, 503, 504)
_DIMENSIONS = ("country", "series", "time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where to ask and how patiently: seconds to wait for an answer, tries, first pause, seconds for a database."""

    endpoint: str = "https://api.worldbank.org/v2"
    rows: int = 5000
    seconds: float = 30.0
    tries: int = 4
    pause: float = 2.0
    patience: float = 900.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


WORLD_BANK = Server()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answer:
    """What the server gave for a series: its name, the day its database was updated, its values, or a refusal.

    ``values`` are indexed by (economy, year); a missing one means that the server says there is none.
    """

    series: str
    name: str = ""
    updated: str = ""
    values: pd.Series = field(default_factory=lambda: pd.Series(dtype=float))
    refusal: str = ""


def fetch(
    series: Sequence[str], database: int, *, since: int, server: Server = WORLD_BANK, watch: Watch | None = None
) -> dict[str, Answer]:
    """Ask for series of one database, for all its economies and all its years from one on.

    Parameters
    ----------
    series
        Codes, such as ``SP.POP.TOTL``.
    database
        Number of the World Bank's database: 2 is the World Development Indicators, 3 the governance indicators.
    since
        First year.
    server
        Where to ask and how patiently.
    watch
        Called with "series", how many are there, and of how many.

    Returns
    -------
    dict
        An answer per code; a series that the server lacks, or that does not arrive whole, carries its refusal.

    Raises
    ------
    InputError
        If wbgapi is not installed, if the server cannot be reached, keeps failing, redirects, answers with something
        else than its JSON, or updates the database while it is being read.
    """
    with _library(server) as library:
        visit = _Visit(library=library, server=server, until=server.clock() + server.patience)
        updated = visit.updated(database)
        wanted = f"country/all/time/{';'.join(visit.periods(database, since))}"
        answers = {}
        for done, code in enumerate(series, start=1):
            try:
                path = f"sources/{database}/series/{code}/{wanted}"
                rows, day = visit.ask(path, {"per_page": server.rows}, str(database))
                answers[code] = _answer(rows, code, day or updated)
            except Refused as reason:
                answers[code] = Answer(series=code, refusal=str(reason))
            if watch:
                watch("series", done, len(series))
        days = {answer.updated for answer in answers.values() if not answer.refusal}
        if visit.updated(database) != updated or len(days) > 1:
            raise InputError(
                f"{server.endpoint}: database {database} was updated while it was being read; vintages are not mixed: "
                "run it again"
            )
    return answers


@contextmanager
def _library(server: Server) -> Iterator[Any]:
    """Lend wbgapi, pointed to the server, and put its settings back."""
    if not re.match(r"https?://[^/]", server.endpoint):
        raise InputError(f"endpoint is '{server.endpoint}'; expected an address such as {WORLD_BANK.endpoint}")
    try:
        import wbgapi
    except ImportError:
        raise InputError("wbgapi is not installed, and fetching needs it: pip install 'bri-eval[data]'") from None
    before = wbgapi.endpoint, wbgapi.get_options
    wbgapi.endpoint = server.endpoint.rstrip("/")
    try:
        yield wbgapi
    finally:
        wbgapi.endpoint, wbgapi.get_options = before


@dataclass(frozen=True, slots=True, kw_only=True)
class _Visit:
    """Questions to one server, until a time."""

    library: Any
    server: Server
    until: float

    def ask(self, path: str, query: Mapping[str, object], database: str = "") -> tuple[list[Mapping[str, Any]], str]:
        """Give records and day of update; a failure that may pass is tried again, from the first page on."""
        said = ""
        for attempt in range(self.server.tries):
            try:
                pages = Pages(self.server.endpoint, database, self._late)
                return self._records(path, query, pages), pages.updated
            except self.library.APIError as error:
                said = f"answered {error.code or ''} {error.msg}"
                if error.code not in _AGAIN:
                    raise Refused(f"the server {said}") from None
            except OSError as error:
                said = self._trouble(error)
            if attempt + 1 < self.server.tries:
                self._wait(self.server.pause * 2**attempt, said)
        raise InputError(f"{self.server.endpoint}: {said}, {self.server.tries} times in a row; try again later")

    def updated(self, database: int) -> str:
        """Give the day on which a database was last updated."""
        try:
            records, _ = self.ask(f"sources/{database}", {"databid": "y"})
        except Refused as reason:
            raise InputError(
                f"{self.server.endpoint}: database {database}: {reason}; is it the API's address?"
            ) from None
        day = str(records[0].get("lastupdated", "")) if isinstance(records[0], dict) else ""
        if not DAY.fullmatch(day):
            raise InputError(
                f"{self.server.endpoint}: database {database}: the day of its last update is '{day}'; expected one "
                "such as 2025-10-07, without which a vintage has no name"
            )
        return day

    def periods(self, database: int, since: int) -> list[str]:
        """Give the server's codes of the years from one on."""
        try:
            records, _ = self.ask(f"sources/{database}/time/all", {})
            years = {str(record["id"]): _year(str(record["id"])) for record in records}
        except (Refused, KeyError, TypeError) as reason:
            raise InputError(f"{self.server.endpoint}: database {database}: no list of its years: {reason}") from None
        wanted = [code for code, year in years.items() if year >= since]
        if not wanted:
            raise InputError(f"{self.server.endpoint}: database {database} ends before {since}: {listing(years)}")
        return wanted

    def _records(self, path: str, query: Mapping[str, object], pages: Pages) -> list[Mapping[str, Any]]:
        """Let the library turn the pages while they are looked at."""
        settings = {"timeout": self.server.seconds, "allow_redirects": False, "hooks": {"response": pages.take}}
        self.library.get_options = settings
        return list(self.library.fetch(path, dict(query)))

    def _wait(self, pause: float, said: str) -> None:
        """Pause before the next try, unless the time would be over."""
        if self.server.clock() + pause > self.until:
            raise InputError(f"{self.server.endpoint}: {said}; the {self.server.patience:g} s for a database are over")
        self.server.sleep(pause)

    def _late(self) -> bool:
        """Tell whether the time is over."""
        return self.server.clock() > self.until

    def _trouble(self, error: OSError) -> str:
        """Say what kept an answer from coming."""
        if "Timeout" in type(error).__name__:
            return f"gave no answer within {self.server.seconds:g} s"
        return f"cannot be reached, or breaks off ({type(error).__name__})"


def _answer(rows: Sequence[Mapping[str, Any]], code: str, updated: str) -> Answer:
    """Turn the records of a series into values by economy and year."""
    names, values = set(), {}
    for row in rows:
        economy, series, period = _dimensions(row)
        if series["id"] != code:
            raise Refused(f"the server answers with series '{series['id']}'")
        key = (str(economy["id"]), _year(str(period["id"])))
        if key in values:
            raise Refused(f"{key[0]} {key[1]} comes twice")
        names.add(str(series.get("value", "")))
        values[key] = _number(row["value"], key)
    if len(names) > 1:
        raise Refused(f"the series goes by several names: {listing(sorted(names))}")
    index = pd.MultiIndex.from_tuples(values, names=["economy", "year"])
    return Answer(series=code, name=names.pop(), updated=updated, values=pd.Series(values.values(), index, dtype=float))


def _dimensions(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Give economy, series and time of a record."""
    try:
        found = {str(one["concept"]).lower(): one for one in row["variable"] if "id" in one}
        _ = row["value"]
        return [found[name] for name in _DIMENSIONS]
    except (KeyError, TypeError):
        raise Refused(f"a record lacks {listing(_DIMENSIONS)} or its value: {str(row)[:120]}") from None


def _year(code: str) -> int:
    """Read a year out of the server's code."""
    found = re.fullmatch(r"(?:YR)?(\d{4})", code)
    if not found:
        raise Refused(f"'{code}' is no year")
    return int(found[1])


def _number(value: object, key: tuple[str, int]) -> float:
    """Read a value; null is missing, anything else that is no finite number refuses the series."""
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Refused(f"{key[0]} {key[1]} is {value!r}; expected a number or null")
    return float(value)
