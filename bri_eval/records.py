"""TOML tables into frozen records, refusing what nothing would read."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from bri_eval.checks import InputError, listing, mistakes_of, nearest, refuse, unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Record = TypeVar("Record")

_KINDS: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "float": (int, float),
    "int": (int,),
    "bool": (bool,),
    "tuple": (tuple,),
    "Mapping": (dict,),
}

_WORDS = {
    "str": "a text in quotes",
    "float": "a number without quotes, such as 0.5",
    "int": "a whole number without quotes",
    "bool": "true or false without quotes",
    "tuple": "a list, such as [0, 1]",
    "Mapping": 'a table, such as { name = "value" }',
}


def read_toml(path: str | Path) -> dict[str, Any]:
    """Read a TOML file, or raise naming the file and the line."""
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: there is no such file; give the path of a TOML file")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not readable as TOML: {error}; save it as plain text in UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: not readable as TOML: {error}{_shown(path, str(error))}") from None


def _shown(path: Path, error: str) -> str:
    """Show the line at which reading TOML stopped, and say what lines look like."""
    found = re.search(r"line ([0-9]+)", error)
    lines = path.read_text(encoding="utf-8").splitlines()
    text = lines[int(found[1]) - 1].strip() if found and int(found[1]) <= len(lines) else ""
    line = f"; the line is: {text[:60]}" if text else ""
    if "overwrite" in error:
        return f"{line}; the key stands twice: keep one"
    return f"{line}; a line is key = value, texts stand in double quotes, decimals have a point, and tables a [heading]"


def make_record(record: type[Record], entry: Mapping[str, Any], where: str) -> Record:
    """Fill a frozen record from a TOML table.

    Parameters
    ----------
    record
        A dataclass.
    entry
        Its fields; lists become tuples.
    where
        File and entry, for messages.

    Raises
    ------
    InputError
        For an unknown key (with the nearest field), an absent one without default, a value of the wrong type.
    """
    fields = {f.name: f for f in dataclasses.fields(record)}  # type: ignore[arg-type]
    found = mistakes_of(lambda: checked_values(record, entry, where))
    meant = {nearest(key, fields) for key in entry if key not in fields}
    absent = [name for name, f in fields.items() if _needed(f) and name not in entry and name not in meant]
    refuse([*found, *([f"{where} has no {listing(absent)}; it is needed"] if absent else [])])
    return record(**checked_values(record, entry, where))


def checked_values(record: type, entry: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Check keys and types of some fields of a record; lists become tuples."""
    fields = {f.name: f for f in dataclasses.fields(record)}
    found = mistakes_of(lambda: refuse_unknown(entry, fields, where))
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
    for key, value in values.items():
        if key in fields:
            found += _type_mistakes(value, str(fields[key].type), f"{where}: {key}")
    refuse(found)
    return values


def right_values(record: type, entry: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Keep of an entry what ``checked_values`` accepts, so that the rest can be looked at as well."""
    wrong = {key for key, value in entry.items() if mistakes_of(partial(checked_values, record, {key: value}, where))}
    return {key: value for key, value in entry.items() if key not in wrong}


def refuse_unknown(entry: Iterable[str], names: Iterable[str], where: str) -> None:
    """Refuse keys that nothing would read."""
    names = list(names)
    refuse(f"{where}: {unknown('key', key, names)}" for key in entry if key not in names)


def _needed(declared: dataclasses.Field[Any]) -> bool:
    """Tell whether a field has neither a default nor a factory of one."""
    return declared.default is dataclasses.MISSING and declared.default_factory is dataclasses.MISSING


def _type_mistakes(value: object, annotation: str, where: str) -> list[str]:
    """Hold a TOML value against the annotation of its field, by its outer type."""
    kinds = [kind.strip() for kind in re.sub(r"\[.*?\]", "", annotation).split("|") if kind.strip() in _KINDS]
    fits = isinstance(value, tuple(t for kind in kinds for t in _KINDS[kind]))
    if kinds and (not fits or (isinstance(value, bool) and "bool" not in kinds)):
        return [f"{where} is {value!r}; expected {' or '.join(f'{kind} ({_WORDS[kind]})' for kind in kinds)}"]
    return []
