"""The verb ``data refresh`` on small tables: what it prints and writes, its exit code; the server is on loopback."""

from __future__ import annotations

import pytest
from bank import Reply, at
from small_tables import serve_committed, write_tables

GDP = "NY.GDP.MKTP.CD"


@pytest.fixture
def home(tiny, bank):
    """Put small tables and their dictionary beside the tables of the tiny study, and serve them."""
    serve_committed(bank, write_tables(tiny.parent))
    return tiny.parent


@pytest.fixture
def refresh(call, bank, home):
    """Return the function that runs the verb: exit code, lines of the answer, and of what went wrong."""
    return lambda *more: call("data", "refresh", "--endpoint", f"http://127.0.0.1:{bank.port}/v2", *more)


def contents(home) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in [home / "datapackage.json", *(home / "raw").iterdir()]}


def test_nothing_changed_is_exit_code_0(refresh, home):
    before = contents(home)
    code, out, err = refresh("--write")
    assert (code, out[-1]) == (0, "7 columns compared: nothing changed")
    assert err[0] == "Asking database 2 of the World Bank for 5 series"
    assert contents(home) == before


def test_a_change_is_shown_with_exit_code_1_and_not_written(refresh, home, bank):
    bank.values[2][GDP]["AFG", 2018] = 18e9
    before = contents(home)
    code, out, _ = refresh("--all")
    assert code == 1
    assert "    AFG 2018: 18053220000 -> 18000000000 (-0.29%)" in out
    assert out[-1] == "7 columns compared: 1 cells of 1 columns differ"
    assert contents(home) == before


def test_write_writes_the_change_and_its_vintage_and_then_nothing_differs(refresh, home, bank):
    bank.values[2][GDP]["AFG", 2018] = 18e9
    before = contents(home)
    code, out, _ = refresh("--write", "--series", GDP)
    assert (code, out[-2:]) == (0, [f"{home / 'datapackage.json'} written", f"{home / 'raw' / 'wdi.csv'} written"])
    after = contents(home)
    assert after["wdi.csv"] == before["wdi.csv"].replace(b"18053220000", b"18000000000")
    assert b'"vintage": "2026-10-01"' in after["datapackage.json"]
    assert {name for name in after if after[name] != before[name]} == {"wdi.csv", "datapackage.json"}
    assert refresh()[0] == 0


def test_a_refusal_is_exit_code_1_and_leaves_its_column(refresh, home, bank):
    bank.values[2][GDP]["AFG", 2018] = 18e9
    bank.values[2]["LP.LPI.OVRL.XQ"]["DEU", 2026] = 4.4
    before = contents(home)
    code, out, _ = refresh("--write")
    assert code == 1
    assert any(line.startswith("Refused lpi.csv:overall") and "LPI 2.0" in line for line in out)
    after = contents(home)
    assert after["lpi.csv"] == before["lpi.csv"]
    assert after["wdi.csv"] != before["wdi.csv"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--series", "WB_LPI_20_CT"], "--series WB_LPI_20_CT: LPI 2.0 counts tracking data and is another index"),
        (["--series", "SP.POP"], "--series SP.POP: unknown series 'SP.POP'"),
    ],
)
def test_a_wrong_request_is_exit_code_2(refresh, bank, more, words):
    code, out, err = refresh(*more)
    assert (code, out, len(err)) == (2, [], 1)
    assert err[0].startswith(f"bri-eval: {words}")
    assert bank.asked == []


@pytest.mark.parametrize("reply", [Reply("<html>"), Reply(status=302, headers={"Location": "x"}), Reply('{"page"')])
def test_a_server_at_fault_is_exit_code_2_and_writes_nothing(refresh, home, bank, reply):
    bank.values[2][GDP]["AFG", 2018] = 18e9
    bank.fault = at("sources/3", reply)
    before = contents(home)
    code, out, err = refresh("--write")
    assert (code, out) == (2, [])
    assert err[-1].startswith(f"bri-eval: http://127.0.0.1:{bank.port}/v2: ")
    assert contents(home) == before


def test_an_interrupt_writes_nothing(refresh, home, bank, monkeypatch):
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    bank.values[2][GDP]["AFG", 2018] = 18e9
    monkeypatch.setattr("bri_eval.refresh.refresh.compare", stop)
    before = contents(home)
    assert refresh("--write")[0] == 130
    assert contents(home) == before
