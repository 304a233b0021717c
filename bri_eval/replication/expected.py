"""What was published: the cells of every table, what figures show, the numbers of the text, and the run's manifest."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from bri_eval.checks import InputError
from bri_eval.manifest import bytes_hash
from bri_eval.report.drawn import drawn_data
from bri_eval.report.exhibits import as_csv

if TYPE_CHECKING:
    from bri_eval.pipeline import Results

SCHEMA = 2
KEYS = ("manifest", "exhibits", "figures", "numbers")


def expected_of(results: Results) -> dict[str, Any]:
    """Put down what a run printed, to be published.

    Parameters
    ----------
    results
        Of a run of all stages.

    Returns
    -------
    dict
        exhibits: the cells as in the CSV files, titles and notes; figures: what ``drawn_data`` says of them; numbers:
        those of the text; manifest: that of the run. Sealed by a hash over all of it.
    """
    exhibits = {}
    for code, exhibit in results.exhibits.items():
        table = pd.read_csv(io.StringIO(as_csv(exhibit)), dtype=str, keep_default_na=False)
        words = {"title": exhibit.title, "notes": list(exhibit.notes)}
        exhibits[code] = {**words, "columns": list(table.columns), "rows": table.to_numpy().tolist()}
    figures = {name: drawn_data(figure) for name, figure in results.figures.items()}
    found = {"manifest": dict(results.manifest), "exhibits": exhibits, "figures": figures}
    return sealed({"schema": SCHEMA, **found, "numbers": dict(results.numbers)})


def sealed(expected: dict[str, Any]) -> dict[str, Any]:
    """Put the hash of everything else into a record, so that it shows if a hand has changed it since."""
    return {**expected, "seal": _seal(expected)}


def is_sealed(expected: dict[str, Any]) -> bool:
    """Tell whether a record is as it was sealed."""
    return bool(expected.get("seal") == _seal(expected))


def read_expected(path: str | Path) -> dict[str, Any]:
    """Read what was published.

    Raises
    ------
    InputError
        If there is no such file, or it is none of this version.
    """
    path = Path(path)
    remedy = "bri-eval verify --accept writes it from a fresh run"
    if not path.is_file():
        raise InputError(f"{path}: there is no such file; {remedy}")
    try:
        expected: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not readable as JSON: {error}") from None
    if not isinstance(expected, dict) or expected.get("schema") != SCHEMA:
        schema = expected.get("schema") if isinstance(expected, dict) else None
        raise InputError(f"{path}: schema is {schema!r}; this version reads schema = {SCHEMA}; {remedy}")
    absent = [key for key in KEYS if not isinstance(expected.get(key), dict)]
    if absent:
        raise InputError(f"{path}: there is no '{absent[0]}'; {remedy}")
    return expected


def as_json(expected: dict[str, Any]) -> str:
    """Write what was published with one row of a table, one figure's panel and one number a line, for plain diffs."""
    parts = [f' "schema": {expected["schema"]}', f' "seal": {json.dumps(expected["seal"])}']
    parts.append(f' "manifest": {_indented(expected["manifest"])}')
    tables = [f"  {_plain(code)}: {_table(table)}" for code, table in expected["exhibits"].items()]
    figures = [f"  {_plain(name)}: [\n{_lines(rows)}\n  ]" for name, rows in expected["figures"].items()]
    parts.append(' "exhibits": {\n' + ",\n".join(tables) + "\n }")
    parts.append(' "figures": {\n' + ",\n".join(figures) + "\n }")
    parts.append(f' "numbers": {_indented(expected["numbers"])}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _seal(expected: dict[str, Any]) -> str:
    """Hash everything but the seal, whatever the layout and the order of keys."""
    rest = {key: value for key, value in expected.items() if key != "seal"}
    return bytes_hash(json.dumps(rest, sort_keys=True))


def _table(table: dict[str, Any]) -> str:
    """Write a table with one row a line."""
    words = ", ".join(f"{_plain(key)}: {_plain(table[key])}" for key in ("title", "notes", "columns"))
    return f'{{{words}, "rows": [\n{_lines(table["rows"])}\n  ]}}'


def _lines(rows: list[Any]) -> str:
    """Write rows, each in its line."""
    return ",\n".join(f"   {_plain(row)}" for row in rows)


def _plain(value: Any) -> str:
    """Write a value in one line."""
    return json.dumps(value, ensure_ascii=False)


def _indented(value: Any) -> str:
    """Write a value with one entry a line."""
    return json.dumps(value, ensure_ascii=False, indent=1).replace("\n", "\n ")
