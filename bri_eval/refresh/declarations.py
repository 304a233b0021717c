"""Which columns are series of the World Bank: what the data dictionary says under ``worldbank``."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bri_eval.checks import InputError, refuse, unknown
from bri_eval.records import make_record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_SUCCESSOR = re.compile(r"LPI[._ ]?2", re.IGNORECASE)
SUCCESSOR = "LPI 2.0 counts tracking data and is another index: it is never put beside the survey editions 2007-2023"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """The series behind a column, and how the two compare.

    ``named`` stands in the server's name of the series and fixes unit and scale; the table keeps ``digits`` significant
    digits and at most ``decimals``. An ``edition`` is published once; ``filed`` gives the year under which the server
    has an edition, where it is another, and ``without`` the economies that the server leaves out of it.
    """

    series: str
    database: int
    named: str
    digits: int = 7
    decimals: int = 12
    edition: bool = False
    filed: Mapping[str, int] = field(default_factory=dict)
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column with its series, its vintage, and what its cells may hold."""

    path: Path
    name: str
    worldbank: Declaration
    vintage: str
    one_vintage: bool
    integer: bool
    required: bool
    minimum: float
    maximum: float
    exceptions: Mapping[tuple[str, int], float]

    @property
    def label(self) -> str:
        """File and column, as a framework names a source."""
        return f"{self.path.name}:{self.name}"


def read_columns(dictionary: Path) -> tuple[Column, ...]:
    """Read the columns that a data dictionary declares to be series of the World Bank.

    Parameters
    ----------
    dictionary
        A ``datapackage.json``; fields with an entry ``worldbank`` are read, the paths of tables are relative to it.

    Returns
    -------
    tuple of Column
        In the order of the dictionary.

    Raises
    ------
    InputError
        For a file that is absent or no JSON, an unknown or absent key, a wrong type, a series of LPI 2.0.
    """
    columns = []
    for resource in read_dictionary(dictionary).get("resources", []):
        sole = any(source.get("columns") == "all" for source in resource.get("sources", []))
        for one in resource["schema"]["fields"]:
            if "worldbank" in one:
                where = f"{dictionary}: {resource['name']}: {one['name']}: worldbank"
                declared = make_record(Declaration, one["worldbank"], where)
                path = dictionary.parent / resource["path"]
                refuse(f"{where}: {mistake}" for mistake in _mistakes(declared, path))
                columns.append(_column(path, one, declared, sole))
    return tuple(columns)


def read_dictionary(path: Path) -> dict[str, Any]:
    """Read a data dictionary, or raise naming the file."""
    if not path.is_file():
        raise InputError(f"{path}: there is no such file; a refresh needs the dictionary that declares the series")
    try:
        return json.loads(path.read_bytes().decode("utf-8"))
    except ValueError as error:
        raise InputError(f"{path}: not readable as JSON: {error}") from None


def chosen(columns: Sequence[Column], series: Sequence[str]) -> tuple[Column, ...]:
    """Keep the columns of the named series, and with one of a table of one vintage all of them; none named is all.

    Raises
    ------
    InputError
        For a series that no column declares, with the nearest one; for LPI 2.0, with the reason.
    """
    declared = {column.worldbank.series: column for column in columns}
    for code in series:
        if _SUCCESSOR.search(code):
            raise InputError(f"--series {code}: {SUCCESSOR}")
        if code not in declared:
            raise InputError(f"--series {code}: {unknown('series', code, declared)}")
    named = [column for column in columns if column.worldbank.series in series or not series]
    whole = {column.path for column in named if column.one_vintage}
    return tuple(column for column in columns if column in named or column.path in whole)


def _mistakes(declared: Declaration, path: Path) -> Iterator[str]:
    """Say what contradicts itself in a declaration."""
    if path.suffix != ".csv":
        yield f"its table is {path.name}; only CSV files are refreshed"
    if _SUCCESSOR.search(declared.series):
        yield f"series is '{declared.series}': {SUCCESSOR}"
    if declared.without and not declared.edition:
        yield "without is for editions; elsewhere the old values of these economies would stay beside new ones"
    if declared.filed and not declared.edition:
        yield "filed is for editions; give edition = true, or leave it out"


def _column(path: Path, entry: Mapping[str, Any], declared: Declaration, sole: bool) -> Column:
    """Take from a field of the dictionary what a refresh needs."""
    limits = entry.get("constraints", {})
    return Column(
        path=path,
        name=entry["name"],
        worldbank=declared,
        vintage=entry["vintage"],
        one_vintage=sole,
        integer=entry["type"] == "integer",
        required=limits.get("required", False),
        minimum=limits.get("minimum", float("-inf")),
        maximum=limits.get("maximum", float("inf")),
        exceptions={(odd["economy"], odd["year"]): odd["value"] for odd in entry.get("exceptions", [])},
    )
