"""TOML tables into frozen records, refusing what nothing would read."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from bri_eval.checks import InputError, listing, unknown

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


def read_toml(path: str | Path) -> dict[str, Any]:
    """Read a TOML file, or raise naming the file and the line."""
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: there is no such file; give the path of a TOML file")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not readable as TOML: {error}") from None


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
    refuse_unknown(entry, fields, where)
    absent = [name for name, f in fields.items() if _needed(f) and name not in entry]
    if absent:
        raise InputError(f"{where} has no {listing(absent)}; it is needed")
    return record(**checked_values(record, entry, where))


def checked_values(record: type, entry: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Check keys and types of some fields of a record; lists become tuples."""
    fields = {f.name: f for f in dataclasses.fields(record)}
    refuse_unknown(entry, fields, where)
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
    for key, value in values.items():
        _check_type(value, str(fields[key].type), f"{where}: {key}")
    return values


def refuse_unknown(entry: Iterable[str], names: Iterable[str], where: str) -> None:
    """Refuse keys that nothing would read."""
    names = list(names)
    for key in entry:
        if key not in names:
            raise InputError(f"{where}: {unknown('key', key, names)}")


def _needed(declared: dataclasses.Field[Any]) -> bool:
    """Tell whether a field has neither a default nor a factory of one."""
    return declared.default is dataclasses.MISSING and declared.default_factory is dataclasses.MISSING


def _check_type(value: object, annotation: str, where: str) -> None:
    """Check a TOML value against the annotation of its field, by its outer type."""
    kinds = [kind.strip() for kind in re.sub(r"\[.*?\]", "", annotation).split("|") if kind.strip() in _KINDS]
    fits = isinstance(value, tuple(t for kind in kinds for t in _KINDS[kind]))
    if kinds and (not fits or (isinstance(value, bool) and "bool" not in kinds)):
        raise InputError(f"{where} is {value!r}; expected {' or '.join(kinds)}")
