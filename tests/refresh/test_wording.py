"""What is printed of a refresh."""

from __future__ import annotations

import pytest

from bri_eval.refresh.comparisons import Change, Comparison
from bri_eval.refresh.declarations import read_columns
from bri_eval.refresh.refresh import Refresh
from bri_eval.refresh.wording import refresh_lines

CHANGES = (
    Change(economy="AFG", year=2017, was="20", now="21"),
    Change(economy="AFG", year=2018, was="20", now="15"),
    Change(economy="ALB", year=2018, was="0", now="9"),
    Change(economy="XKX", year=2017, was="", now="7"),
    Change(economy="XKX", year=2018, was="7", now=""),
)


@pytest.fixture
def found(dictionary):
    people, gdp, growth, *_ = read_columns(dictionary)
    return Refresh(
        dictionary=dictionary,
        comparisons=(
            Comparison(column=people, updated="2026-10-01", same=6),
            Comparison(column=gdp, updated="2026-10-01", changes=CHANGES, same=1, notes=("AFG 2018 changes its sign",)),
            Comparison(column=growth, updated="2026-10-01", refusal="it is late"),
        ),
    )


def test_a_line_per_column_what_to_look_at_and_the_refusals(found):
    head, people, gdp, look, refused, last = refresh_lines(found)
    assert head.split() == ["Series", "Column", "Updated", "Changed", "New", "Gone", "Same"]
    assert people.split() == ["SP.POP.TOTL", "wdi.csv:people", "2026-10-01", "0", "0", "0", "6"]
    assert gdp.split()[:7] == ["NY.GDP.MKTP.CD", "wdi.csv:gdp", "2026-10-01", "3", "1", "1", "1"]
    assert gdp.endswith("  AFG 2018: 20 -> 15 (-25.00%)")
    assert look == "Look at wdi.csv:gdp: AFG 2018 changes its sign"
    assert refused == "Refused wdi.csv:growth (NY.GDP.DEFL.KD.ZG): it is late"
    assert last == "3 columns compared: 5 cells of 1 columns differ; 1 columns refused whole"


def test_every_cell_on_request(found):
    lines = list(refresh_lines(found, every=True))
    assert lines[3:8] == [f"    {change}" for change in CHANGES]
    assert len(lines) == 11


def test_nothing_changed(found):
    nothing = Refresh(dictionary=found.dictionary, comparisons=found.comparisons[:1])
    assert list(refresh_lines(nothing))[-1] == "1 columns compared: nothing changed"


def test_all_refused_has_no_head(found):
    refused = Refresh(dictionary=found.dictionary, comparisons=found.comparisons[2:])
    assert list(refresh_lines(refused)) == [
        "Refused wdi.csv:growth (NY.GDP.DEFL.KD.ZG): it is late",
        "1 columns compared: nothing changed; 1 columns refused whole",
    ]
