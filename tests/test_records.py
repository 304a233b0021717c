"""TOML tables into frozen records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from bri_eval.checks import InputError
from bri_eval.records import make_record, read_toml, refuse_unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    code: str
    size: float = 1.0
    count: int = 0
    note: str | None = None
    needed: bool = False
    ends: tuple[float, float] | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


def test_make_record_fills_fields_and_turns_lists_into_tuples():
    entry = {"code": "a", "size": 2, "ends": [0, 1], "tags": {"flow": "capital"}, "needed": True}
    assert make_record(Thing, entry, "f.toml") == Thing(
        code="a", size=2, ends=(0, 1), tags={"flow": "capital"}, needed=True
    )


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"size": 2.0}, "^f.toml: thing has no 'code'; it is needed$"),
        ({"code": "a", "sise": 2}, r"^f.toml: thing: unknown key 'sise'; known are .*did you mean 'size'\?$"),
        ({"code": 7}, "f.toml: thing: code is 7; expected str"),
        ({"code": "a", "size": "2"}, "f.toml: thing: size is '2'; expected float"),
        ({"code": "a", "size": True}, "f.toml: thing: size is True; expected float"),
        ({"code": "a", "count": 2.5}, "f.toml: thing: count is 2.5; expected int"),
        ({"code": "a", "needed": 1}, "f.toml: thing: needed is 1; expected bool"),
        ({"code": "a", "ends": 3}, "f.toml: thing: ends is 3; expected tuple"),
        ({"code": "a", "tags": "flow"}, "f.toml: thing: tags is 'flow'; expected Mapping"),
        ({"code": "a", "note": ["x"]}, r"f.toml: thing: note is \('x',\); expected str"),
    ],
)
def test_make_record_refuses(entry, message):
    with pytest.raises(InputError, match=message):
        make_record(Thing, entry, "f.toml: thing")


def test_refuse_unknown_passes_what_is_known():
    refuse_unknown(["a"], ["a", "b"], "here")
    with pytest.raises(InputError, match=r"^here: unknown key 'c'; known are 'a', 'b'$"):
        refuse_unknown(["a", "c"], ["a", "b"], "here")


def test_read_toml_keeps_norway(write):
    assert read_toml(write("a.toml", 'NO = "NO"\nx = [1, 2.5]')) == {"NO": "NO", "x": [1, 2.5]}


def test_read_toml_of_a_missing_file(tmp_path):
    with pytest.raises(InputError, match=r"nowhere.toml: there is no such file; give the path of a TOML file"):
        read_toml(tmp_path / "nowhere.toml")


def test_read_toml_names_the_line(write):
    with pytest.raises(InputError, match=r"broken.toml: not readable as TOML: .*line 2"):
        read_toml(write("broken.toml", "a = 1\nb = = 2\n"))


def test_read_toml_of_another_encoding(tmp_path):
    path = tmp_path / "latin.toml"
    path.write_bytes('name = "Köln"'.encode("latin-1"))
    with pytest.raises(InputError, match=r"latin.toml: not readable as TOML"):
        read_toml(path)
