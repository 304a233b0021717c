"""The shipped modes file against study.md's tables, what a few lines add, and every message of the reader."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from catalogues import DATA, QUICK, SLOW, shipped, tiny

from bri_eval.checks import InputError
from bri_eval.modes.catalogue import read_modes, switch_on
from bri_eval.modes.cells import cell_table
from bri_eval.modes.choice import mode_choice
from bri_eval.modes.feasibility import feasible

TEXT = (DATA / "modes.toml").read_text(encoding="utf-8")

# study.md 4.1: base, per kg, days, loss, return ease, coverage, fixed, exposure, kg limits
CARDS = {
    "postal": (2, 8, 25, 0.04, 0.1, 0.90, 0, 0, 0, 2),
    "express": (8, 30, 5, 0.01, 0.4, 1.00, 0, 0, 0, 70),
    "dedicated_line": (3, 13, 10, 0.02, 0.3, 0.80, 2000, 0.1, 0, 30),
    "overseas_warehouse": (5, 5, 3, 0.01, 0.9, 0.95, 20000, 0.9, 0, float("inf")),
    "border_warehouse": (4, 7, 12, 0.03, 0.3, 0.80, 6000, 0.5, 0, float("inf")),
    "china_europe_rail": (5, 4, 22, 0.02, 0.2, 0.80, 3000, 0.2, 5, float("inf")),
    "rail_sea": (5, 3, 20, 0.02, 0.2, 0.80, 3000, 0.2, 5, float("inf")),
}
CARD = ("base", "per_kg", "days", "loss", "return_ease", "coverage", "fixed", "exposure", "min_kg", "max_kg")

# study.md 4.2: kg, value, target days, tau, loss tolerance, return rate, parcels
SEGMENTS = {
    "light_low_value": (0.4, 20, 20, 0.25, 0.04, 0.05, 500),
    "small_high_value": (0.8, 300, 8, 0.12, 0.015, 0.05, 200),
    "bulky_fragile": (15, 400, 18, 0.25, 0.02, 0.10, 100),
    "apparel": (0.6, 35, 15, 0.30, 0.03, 0.25, 300),
    "agri_food": (20, 120, 22, 0.60, 0.03, 0.02, 60),
    "regulated": (0.5, 40, 15, 0.35, 0.03, 0.05, 80),
}
ASKED = ("kg", "value", "target_days", "cost_limit", "loss_tolerance", "return_rate", "parcels")
MERCHANTS = {"micro": (3000, 2000), "sme": (30000, 20000), "large": (150000, 200000)}  # study.md 4.5


def written(folder, text):
    (folder / "modes.toml").write_text(text, encoding="utf-8")
    shutil.copytree(DATA / "judgements" / "modes", folder / "judgements" / "modes", dirs_exist_ok=True)
    return read_modes(folder / "modes.toml")


def edited(folder, old, new):
    assert old in TEXT
    return written(folder, TEXT.replace(old, new, 1))


@pytest.mark.parametrize("code", CARDS)
def test_cards_are_those_of_the_study(code):
    mode = shipped().mode(code)
    assert tuple(getattr(mode, name) for name in CARD) == CARDS[code]
    assert mode.illustrative
    assert mode.source
    assert not mode.planned


@pytest.mark.parametrize("code", SEGMENTS)
def test_segments_are_those_of_the_study(code):
    segment = shipped().segment(code)
    assert tuple(getattr(segment, name) for name in ASKED) == SEGMENTS[code]
    assert segment.illustrative


def test_merchants_and_factors_are_those_of_the_study():
    catalogue = shipped()
    assert {one.code: (one.budget, one.risk_limit) for one in catalogue.merchants} == MERCHANTS
    assert list(catalogue.income_factors.values()) == [0.6, 0.8, 1.0, 1.2]
    assert catalogue.return_cost == 1.5
    assert catalogue.mode("express").surcharge == {"regulated": 1.5}
    assert catalogue.mode("postal").not_carried == ("regulated",)


def test_no_capacity_or_least_volume_is_declared_because_none_is_known():
    assert {(mode.capacity, mode.min_volume) for mode in shipped().modes} == {(None, 0.0)}


def test_planned_modes_are_off_until_switched_on():
    catalogue = shipped()
    assert [mode.code for mode in catalogue.modes if mode not in catalogue.active] == ["high_speed_rail"]
    on = switch_on(catalogue, "high_speed_rail")
    assert on.active == on.modes
    assert catalogue.mode("high_speed_rail").planned
    with pytest.raises(InputError, match="unknown mode 'maglev'; known are 'postal'"):
        switch_on(catalogue, "maglev")


def test_everything_is_labelled_illustrative():
    assert shipped().labelled
    assert tiny().labelled
    sourced = [replace(one, source="a tariff") for one in (SLOW, *tiny().segments, *tiny().merchants)]
    mode, segment, merchant = sourced
    own = tiny(modes=(mode,), segments=(segment,), merchants=(merchant,), illustrative=False)
    assert not own.labelled
    assert replace(own, modes=(replace(mode, illustrative=True),)).labelled


NEW = """
[[mode]]
code = "drone"
base = 1.0
per_kg = 1.0
days = 1.0
loss = 0.001
return_ease = 0.9
coverage = 1.0
illustrative = true

[[segment]]
code = "books"
kg = 1.0
value = 30.0
target_days = 20.0
cost_limit = 0.3
loss_tolerance = 0.04
return_rate = 0.02
parcels = 100.0
illustrative = true

[[merchant]]
code = "cooperative"
budget = 10_000.0
risk_limit = 5_000.0
illustrative = true
"""


def test_a_mode_a_segment_and_a_merchant_of_a_few_lines_are_scored_everywhere(tmp_path, data, evaluation):
    catalogue = written(tmp_path, TEXT + NEW)
    found = mode_choice(
        catalogue, data / "raw", evaluation, merchant="cooperative", year=2018, economies=["RUS", "THA", "AFG", "SGP"]
    )
    drones = found.table.xs("drone", level="mode")
    assert len(drones) == 4 * 7
    assert (drones["rank"] == 1).all()
    assert set(found.recommended.xs("books", level="segment")["mode"]) == {"drone"}
    # the new segment changes no card, only the volume over which fixed costs are spread
    old = cell_table(shipped(), data / "raw", economies=["RUS"]).loc[("RUS", "apparel", "postal")]
    new = cell_table(catalogue, data / "raw", economies=["RUS"]).loc[("RUS", "apparel", "postal")]
    assert new.drop("partner_parcels").equals(old.drop("partner_parcels"))


def test_lanes_and_exclusions_are_read(tmp_path, data):
    text = '[lanes]\ndedicated_line = ["RUS"]\n\n[excluded]\nSYR = "in conflict"\n\n[[mode]]\ncode = "postal"'
    catalogue = edited(tmp_path, '[[mode]]\ncode = "postal"', text)
    reasons = feasible(catalogue, data / "raw", economies=["RUS", "THA", "SYR"], segments=["apparel"])["reason"]
    assert reasons["RUS", "apparel", "dedicated_line"] == ""
    assert reasons["THA", "apparel", "dedicated_line"] == "no lane to the partner"
    assert reasons["SYR", "apparel", "express"] == "partner excluded: in conflict"
    assert (reasons.xs("SYR", level="economy") != "").all()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("base = 2.0\nper_kg = 8.0\n", "", "modes.toml: mode 'postal' has no 'base', 'per_kg'; it is needed"),
        ("days = 25.0", "dayz = 25.0", "mode 'postal': unknown key 'dayz'.*did you mean 'days'"),
        ("base = 2.0", 'base = "2"', "mode 'postal': base is '2'; expected float"),
        (
            "parcels = 500.0",
            "parcels = -5.0",
            "segment 'light_low_value': parcels is -5 below zero; expected 0 or more",
        ),
        ("schema = 1", "schema = 2", "modes.toml: schema is 2; this version reads schema = 1"),
        ('judgements = "judgements/modes"', "", "there is no 'judgements'; it is needed"),
        ('judgements = "judgements/modes"', "judgements = 3", "judgements is 3; expected a file or a folder"),
        ('judgements = "judgements/modes"', 'judgements = "none"', "none: there is no judgement file"),
        ("[demand]", "[[demand]]", r"demand is written with other brackets; write \[demand\]"),
        ('[[mode]]\ncode = "postal"', '[mode]\ncode = "postal"', "not readable as TOML"),
        ("schema = 1", "schema = 1\nlanes = 3", r"modes.toml: lanes is written with other brackets; write \[lanes\]"),
        ("[demand]", "[lanes]\ndedicated_line = 'RUS'\n[demand]", "lanes: dedicated_line is 'RUS'; expected a list of"),
        ("schema = 1", "schema = 1\nspeed = 1", "modes.toml: unknown key 'speed'"),
        ('goods = ["low_value", "high', 'goods = [3, "high', r"modes.toml: goods is \[3, 'high_value'.*list of names"),
        ('not_carried = ["regulated"]', "not_carried = [1]", r"mode 'postal': not_carried is \[1\]; expected a list"),
    ],
)
def test_messages_of_the_reader(tmp_path, old, new, message):
    with pytest.raises(InputError, match=message):
        edited(tmp_path, old, new)


def test_other_brackets_are_told(tmp_path):
    head, _, _ = TEXT.partition("[[merchant]]")
    with pytest.raises(InputError, match=r"merchant is written with other brackets; write \[\[merchant\]\] above"):
        written(tmp_path, head + '[merchant]\ncode = "a"\n')
    with pytest.raises(InputError, match="there is no 'merchant'; it is needed"):
        written(tmp_path, head)


@pytest.mark.parametrize("kind", ["mode", "segment", "merchant"])
def test_an_unknown_code_is_told_with_the_known_ones(kind):
    with pytest.raises(InputError, match=f"modes.toml: unknown {kind} 'x'; known are"):
        getattr(shipped(), kind)("x")
    assert tiny().mode("quick") is QUICK
