"""A server on loopback that answers as the World Bank's API does, told what it holds and where to misbehave."""

from __future__ import annotations

import json
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from bri_eval.refresh.worldbank import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NAMES = {
    "SP.POP.TOTL": "Population, total",
    "NY.GDP.MKTP.CD": "GDP (current US$)",
    "NY.GDP.MKTP.KD": "GDP (constant 2015 US$)",
    "NY.GDP.PCAP.KD": "GDP per capita (constant 2015 US$)",
    "NY.GDP.PCAP.PP.CD": "GDP per capita, PPP (current international $)",
    "NY.GDP.DEFL.KD.ZG": "Inflation, GDP deflator (annual %)",
    "SP.URB.TOTL.IN.ZS": "Urban population (% of total population)",
    "NE.TRD.GNFS.ZS": "Trade (% of GDP)",
    "BX.KLT.DINV.WD.GD.ZS": "Foreign direct investment, net inflows (% of GDP)",
    "PA.NUS.FCRF": "Official exchange rate (LCU per US$, period average)",
    "TM.TAX.MRCH.WM.AR.ZS": "Tariff rate, applied, weighted mean, all products (%)",
    "IT.NET.USER.ZS": "Individuals using the Internet (% of population)",
    "IT.CEL.SETS.P2": "Mobile cellular subscriptions (per 100 people)",
    "IT.NET.BBND.P2": "Fixed broadband subscriptions (per 100 people)",
    "IS.AIR.GOOD.MT.K1": "Air transport, freight (million ton-km)",
    "IS.AIR.DPRT": "Air transport, registered carrier departures worldwide",
    "IS.RRS.TOTL.KM": "Rail lines (total route-km)",
    "IS.RRS.GOOD.MT.K6": "Railways, goods transported (million ton-km)",
    "IS.SHP.GOOD.TU": "Container port traffic (TEU: 20 foot equivalent units)",
    "LP.LPI.OVRL.XQ": "Logistics performance index: Overall (1=low to 5=high)",
    "LP.LPI.CUST.XQ": "Logistics performance index: Efficiency of customs clearance process (1=low to 5=high)",
    "LP.LPI.INFR.XQ": "Logistics performance index: Quality of infrastructure (1=low to 5=high)",
    "LP.LPI.ITRN.XQ": "Logistics performance index: Ease of arranging shipments (1=low to 5=high)",
    "LP.LPI.LOGS.XQ": "Logistics performance index: Competence of logistics services (1=low to 5=high)",
    "LP.LPI.TRAC.XQ": "Logistics performance index: Ability to track consignments (1=low to 5=high)",
    "LP.LPI.TIME.XQ": "Logistics performance index: Timeliness of shipments (1=low to 5=high)",
    "GOV_WGI_GE.EST": "Government Effectiveness - Governance estimate (approx. -2.5 to +2.5)",
    "GOV_WGI_RQ.EST": "Regulatory Quality - Governance estimate (approx. -2.5 to +2.5)",
    "GOV_WGI_PV.EST": "Political Stability - Governance estimate (approx. -2.5 to +2.5)",
    "GOV_WGI_RL.EST": "Rule of Law - Governance estimate (approx. -2.5 to +2.5)",
    "GOV_WGI_CC.EST": "Control of Corruption - Governance estimate (approx. -2.5 to +2.5)",
    "GOV_WGI_VA.EST": "Voice and Accountability - Governance estimate (approx. -2.5 to +2.5)",
}
NOT_FOUND = (
    '<?xml version="1.0" encoding="utf-8"?><wb:error xmlns:wb="http://www.worldbank.org"><wb:message id="175" '
    'key="Invalid format">The indicator was not found. It may have been deleted or archived.</wb:message></wb:error>'
)


@dataclass
class Reply:
    """A reply that is not the right one."""

    body: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hang: bool = False
    cut: int = 0


@dataclass
class Bank:
    """What the server holds, how it misbehaves, and what it was asked."""

    values: dict[int, dict[str, dict[tuple[str, int], Any]]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=lambda: dict(NAMES))
    updated: str = "2026-10-01"
    years: range = range(2004, 2027)
    fault: Callable[[str, int], Reply | None] = lambda _path, _page: None
    asked: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    port: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def hold(self, database: int, series: str, values: dict[tuple[str, int], Any]) -> None:
        self.values.setdefault(database, {})[series] = dict(values)

    def server(self, **changes: Any) -> Server:
        settings = {"rows": 5000, "seconds": 5.0, "tries": 3, "pause": 2.0, "sleep": self.waits.append}
        return Server(endpoint=f"http://127.0.0.1:{self.port}/v2", **settings | changes)

    def reply(self, address: str) -> Reply:
        parts = urlsplit(address)
        query = {key: found[0] for key, found in parse_qs(parts.query).items()}
        page, size = int(query["page"]), int(query.get("per_page", 50))
        self.asked.append(f"{parts.path} {page}")
        return self.fault(parts.path, page) or Reply(self.right(parts.path.removeprefix("/v2/en/"), page, size))

    def right(self, path: str, page: int, size: int) -> str:
        found = re.fullmatch(r"sources/(\d+)(?:/series/([^/]+)/country/all)?(?:/time/([^/]+))?", path)
        database, series, time = int(found[1]), found[2], found[3]
        if database not in self.values or (series and series not in self.values[database]):
            return NOT_FOUND
        if not time:
            record = {"id": str(database), "lastupdated": self.updated, "name": "World Development Indicators"}
            return json.dumps([header(page, size, 1), [record]])
        if not series:
            periods = [{"id": f"YR{year}", "value": str(year)} for year in self.years]
            concept = [{"id": "Time", "name": "Time", "variable": periods}]
            source = [{"id": str(database), "name": "World Development Indicators", "concept": concept}]
            return json.dumps({**header(page, size, len(periods)), "source": source})
        rows = self.rows(database, series, [int(code.removeprefix("YR")) for code in time.split(";")])
        source = {"id": str(database), "name": "World Development Indicators"}
        source["data"] = rows[size * (page - 1) : size * page]
        return json.dumps({**header(page, size, len(rows)), "lastupdated": self.updated, "source": source})

    def rows(self, database: int, series: str, years: list[int]) -> list[dict[str, Any]]:
        values = self.values[database][series]
        name = {"concept": "Series", "id": series, "value": self.names.get(series, series)}
        return [
            {
                "variable": [
                    {"concept": "Country", "id": economy, "value": f"Economy {economy}"},
                    name,
                    {"concept": "Time", "id": f"YR{year}", "value": str(year)},
                ],
                "value": values.get((economy, year)),
            }
            for economy in sorted({economy for economy, _ in values})
            for year in years
        ]


def header(page: int, size: int, total: int) -> dict[str, int]:
    return {"page": page, "pages": -(-total // size), "per_page": size, "total": total}


def at(part: str, reply: Reply, *, page: int = 1, times: int = 10**6) -> Callable[[str, int], Reply | None]:
    """Misbehave at the addresses that contain ``part``, on one page, so many times."""
    left = [times]

    def fault(path: str, here: int) -> Reply | None:
        if part not in path or here != page or left[0] == 0:
            return None
        left[0] -= 1
        return reply

    return fault


@contextmanager
def opened() -> Iterator[Bank]:
    """Serve from a thread on a free port of loopback."""
    bank = Bank()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            reply = bank.reply(self.path)
            if reply.hang:
                bank.over.wait(10)
                return
            body = reply.body.encode("utf-8")
            self.send_response(reply.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body) + reply.cut))
            for name, text in reply.headers.items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    bank.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield bank
    finally:
        bank.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
