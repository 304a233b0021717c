"""Small tables with a dictionary: three columns of several vintages, two of one, and two of editions."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from bank import NAMES, Bank

from bri_eval.refresh.comparisons import committed_cells
from bri_eval.refresh.declarations import Column, read_columns
from bri_eval.refresh.worldbank import Answer

WDI = """economy,year,people,note,gdp,growth
AFG,2017,35643420,first,18896350000,2.1
AFG,2018,36686780,"with, comma",18053220000,-1.5
ALB,2017,2873457,,13019730000,1.4
ALB,2018,2866376,,15379510000,
XKX,2017,1791000,,,0.5
XKX,2018,1797085,,7878760000,-0.25
"""
WGI = """economy,year,rule_of_law,voice
AFG,2017,-1.55712,-1.0021
AFG,2018,-1.64869,-1.00519
TWN,2018,1.13,0.99871
"""
LPI = """economy,year,overall,customs
AFG,2018,1.9491,1.7298
DEU,2018,4.2019,4.0868
DEU,2023,4.1,3.9
TWN,2018,3.6003,3.4713
"""


def field(name: str, series: str = "", named: str = "", **more: Any) -> dict[str, Any]:
    """Give a field of the dictionary; with a series it is declared."""
    kept = {
        key: more.pop(key) for key in ("database", "digits", "decimals", "edition", "filed", "without") if key in more
    }
    declared = {"worldbank": {"series": series, "database": 2, "named": named} | kept} if series else {}
    entry = {"name": name, "type": more.pop("type", "number"), "vintage": "March 2026", "series": series, **declared}
    return entry | ({"exceptions": more.pop("exceptions")} if "exceptions" in more else {}) | {"constraints": more}


def source(columns: str, series: str) -> dict[str, str]:
    return {"title": "World Bank", "columns": columns, "series": series, "vintage": "March 2026", "notes": "as it is"}


def resource(name: str, sources: list[dict[str, str]], *fields: dict[str, Any]) -> dict[str, Any]:
    keys = (field("economy", type="string"), field("year", type="integer"))
    return {"name": name, "path": f"raw/{name}.csv", "sources": sources, "schema": {"fields": [*keys, *fields]}}


def write_tables(home: Path) -> Path:
    """Write tables and dictionary; return the dictionary's path."""
    estimate = {"database": 3, "digits": 6, "minimum": -4, "maximum": 4}
    edition = {"digits": 5, "decimals": 2, "edition": True, "filed": {"2023": 2022}, "without": ["TWN"]}
    document = {
        "name": "small",
        "title": "Façade, kept as it is",
        "resources": [
            resource(
                "wdi",
                [source("people gdp growth", "SP.POP.TOTL NY.GDP.MKTP.CD NY.GDP.DEFL.KD.ZG"), source("note", "")],
                field("people", "SP.POP.TOTL", "Population, total", type="integer", minimum=5000, required=True),
                field("note", type="string"),
                field("gdp", "NY.GDP.MKTP.CD", "(current US$)", minimum=1e7, maximum=4e13),
                field("growth", "NY.GDP.DEFL.KD.ZG", "(annual %)", minimum=-50, maximum=50),
            ),
            resource(
                "wgi",
                [source("all", "GOV_WGI_RL.EST GOV_WGI_VA.EST")],
                field("rule_of_law", "GOV_WGI_RL.EST", "estimate (approx. -2.5 to +2.5)", **estimate),
                field("voice", "GOV_WGI_VA.EST", "estimate (approx. -2.5 to +2.5)", **estimate),
            ),
            resource(
                "lpi",
                [source("all", "LP.LPI.OVRL.XQ LP.LPI.CUST.XQ")],
                field("overall", "LP.LPI.OVRL.XQ", "(1=low to 5=high)", **edition, required=True),
                field("customs", "LP.LPI.CUST.XQ", "(1=low to 5=high)", **edition, required=True),
            ),
        ],
    }
    (home / "raw").mkdir(parents=True)
    for name, text in (("wdi", WDI), ("wgi", WGI), ("lpi", LPI)):
        (home / "raw" / f"{name}.csv").write_bytes(text.encode("utf-8"))
    path = home / "datapackage.json"
    path.write_bytes((json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode("utf-8"))
    return path


def serve_committed(bank: Bank, dictionary: Path, series: Sequence[str] = ()) -> None:
    """Let the server hold what the tables hold, filed as it files, with an aggregate in every series."""
    for column in read_columns(dictionary):
        if not series or column.worldbank.series in series:
            values = {key: None if pd.isna(value) else value for key, value in committed_values(column).items()}
            aggregate = {} if column.worldbank.edition else {("WLD", bank.years[-1]): 3.0}
            bank.hold(column.worldbank.database, column.worldbank.series, values | aggregate)


def committed_answers(dictionary: Path) -> Callable[..., dict[str, Answer]]:
    """Give a fetch that answers with the tables, without a server."""
    columns = {column.worldbank.series: column for column in read_columns(dictionary)}

    def fetch(series: Sequence[str], database: int, **_: object) -> dict[str, Answer]:
        assert {columns[code].worldbank.database for code in series} == {database}
        return {
            code: Answer(series=code, name=NAMES[code], updated="2026-10-01", values=committed_values(columns[code]))
            for code in series
        }

    return fetch


def committed_values(column: Column) -> pd.Series:
    """Give the values of a column under the server's years, without the economies that it leaves out."""
    values = committed_cells(column)["was"].rename(None)
    values = values[~values.index.isin(column.worldbank.without, level="economy")]
    filed = {int(year): there for year, there in column.worldbank.filed.items()}
    values.index = pd.MultiIndex.from_tuples([(economy, filed.get(year, year)) for economy, year in values.index])
    return values.rename_axis(["economy", "year"])
