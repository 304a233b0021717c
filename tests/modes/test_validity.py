"""Every check of a catalogue, one wrong value at a time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from catalogues import GOODS, QUICK, SHOP, SLOW, even, shipped, tiny

from bri_eval.checks import InputError
from bri_eval.modes.catalogue import Demand, Interpolation, Preference
from bri_eval.modes.validity import check_catalogue


def test_good_catalogues_pass():
    check_catalogue(shipped())
    check_catalogue(tiny())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"base": -1.0}, "base is -1 below zero; expected 0 or more"),
        ({"per_kg": float("nan")}, "per_kg is nan; expected 0 or more"),
        ({"fixed": float("inf")}, "fixed is inf; expected 0 or more"),
        ({"base": 0.0, "per_kg": 0.0}, "costs nothing: base and per_kg are 0; declare its cost"),
        ({"days": 0.0}, "days is 0; expected a number above 0"),
        ({"loss": 1.2}, "loss is 1.2; expected a share from 0 to 1"),
        ({"return_ease": -0.1}, "return_ease is -0.1 below zero; expected a share"),
        ({"coverage": 0.0}, "coverage is 0; expected a number above 0"),
        ({"exposure": 2.0}, "exposure is 2; expected a share"),
        ({"min_kg": 3.0, "max_kg": 2.0}, "carries from 3 to 2 kg; expected min_kg below max_kg"),
        ({"capacity": 5.0, "min_volume": 9.0}, "capacity is 5 and min_volume 9; expected a capacity above it"),
        ({"not_carried": ("gold",)}, "unknown goods 'gold'; known are 'glass'"),
        ({"surcharge": {"gold": 2.0}}, "unknown goods 'gold'; known are 'glass'"),
        ({"surcharge": {"glass": 0.0}}, "surcharge: 'glass' has 0.0; expected a factor above 0"),
        ({"surcharge": {"glass": True}}, "surcharge: 'glass' has True; expected a factor above 0"),
        ({"rules": ("coastal",)}, "unknown rule 'coastal'.*did you mean 'coastal_asia'"),
        ({"rules": ("within_weight",)}, "unknown rule 'within_weight'"),
        ({"modifiers": ("luck",)}, "unknown modifier 'luck'; known are 'clearance_days'"),
    ],
)
def test_modes(changes, message):
    with pytest.raises(InputError, match=f"tiny.toml: mode 'slow'.*{message}"):
        tiny(modes=(replace(SLOW, **changes),), goods=("glass",))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"parcels": -1.0}, "parcels is -1 below zero; expected 0 or more"),
        ({"return_rate": 1.5}, "return_rate is 1.5; expected a share from 0 to 1"),
        ({"kg": 0.0}, "kg is 0; expected a number above 0"),
        ({"value": float("inf")}, "value is inf; expected a number above 0"),
        ({"cost_limit": float("nan")}, "cost_limit is nan; expected a number above 0"),
        ({"goods": ("glas",)}, "unknown goods 'glas'; known are 'glass'; did you mean 'glass'"),
    ],
)
def test_segments(changes, message):
    with pytest.raises(InputError, match=f"tiny.toml: segment 'goods': {message}"):
        tiny(segments=(replace(GOODS, **changes),), goods=("glass",))


@pytest.mark.parametrize("name", ["budget", "risk_limit"])
def test_merchants(name):
    with pytest.raises(InputError, match=f"merchant 'shop': {name} is 0; expected a number above 0"):
        tiny(merchants=(replace(SHOP, **{name: 0.0}),))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"modes": ()}, r"there is no \[\[mode\]\]; mode choice needs at least one"),
        ({"modes": (SLOW, SLOW)}, "mode 'slow' occurs twice"),
        ({"modes": (replace(SLOW, code=" "),)}, "a mode has the code ' '; give it a name"),
        ({"merchants": (SHOP, SHOP)}, "merchant 'shop' occurs twice"),
        ({"illustrative": False}, "mode 'slow' has no source and is not illustrative; name its source"),
        ({"return_cost": -1.0}, "return_cost is -1 below zero"),
        ({"worst_at": 0.0}, "worst_at is 0; expected a number above 0"),
        ({"income_factors": {"High income": "big"}}, "income_factors: 'High income' has 'big'; expected a factor"),
        ({"lanes": {"sloop": ("RUS",)}}, "unknown mode 'sloop'.*did you mean 'slow'"),
        ({"lanes": {"slow": ("RUS",)}}, "lanes: mode 'slow' has no rule 'named_lane', which reads them"),
        ({"excluded": {"RUS": 1}}, "excluded: 'RUS' has 1; expected the reason as a text"),
        ({"weigh_by": "income"}, "unknown weigh_by 'income'; known are 'preference', 'interpolation'"),
        ({"weigh_by": "interpolation"}, r"weigh_by is 'interpolation' and there is no \[interpolation\]; declare it"),
    ],
)
def test_the_rest(changes, message):
    with pytest.raises(InputError, match=f"tiny.toml: {message}"):
        tiny(**changes)


@pytest.mark.parametrize(
    ("demand", "message"),
    [
        (Demand(rule="guess"), "demand: unknown rule 'guess'; known are 'equal', 'given', 'proportional'"),
        (Demand(rule="given"), "demand: rule 'given' has no 'scale'; it is needed"),
        (Demand(rule="proportional", year=2015), "demand: rule 'proportional' has no 'source', 'reference'"),
        (Demand(rule="given", scale={"RUS": -0.5}), "demand of 'RUS' is -0.5 below zero; expected 0 or more"),
        (Demand(rule="given", scale={"RUS": "1"}), "demand of 'RUS' is '1'; expected 0 or more"),
        (Demand(rule="given", scale={"RUS": float("nan")}), "demand of 'RUS' is nan; expected 0 or more"),
    ],
)
def test_demand(demand, message):
    with pytest.raises(InputError, match=f"tiny.toml: {message}"):
        tiny(demand=demand)


@pytest.mark.parametrize(
    ("modifiers", "message"),
    [
        ({"luck": {}}, "unknown modifier 'luck'"),
        ({"clearance_days": 3}, "clearance_days is 3; expected a table of parameters"),
        (
            {"clearance_days": {"per_pint": 1.0}},
            "clearance_days: unknown parameter 'per_pint'.*did you mean 'per_point'",
        ),
        ({"clearance_days": {"per_point": "1"}}, "clearance_days: per_point is '1'; expected a number"),
    ],
)
def test_modifiers(modifiers, message):
    with pytest.raises(InputError, match=f"tiny.toml: modifiers: {message}"):
        tiny(modifiers=modifiers)


@pytest.mark.parametrize(
    ("preferences", "message"),
    [
        ((Preference(presets=()),), "preference 1 has no presets; name some of 'even'"),
        ((Preference(presets=("odd",)),), "preference 1: unknown preset 'odd'; known are 'even'"),
        ((Preference(presets=("even",), goods=("gold",)),), "preference 1: unknown goods 'gold'"),
        (
            (Preference(presets=("even",), goods=("glass",)),),
            "preference 1, the last, does not fit every cell; add one",
        ),
        ((Preference(presets=("even",)), Preference(presets=("even",))), "preference 1 fits every cell, so that none"),
    ],
)
def test_preferences(preferences, message):
    with pytest.raises(InputError, match=f"tiny.toml: {message}"):
        tiny(preferences=preferences, goods=("glass",))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"presets": ("even",)}, "interpolation has presets 'even'; expected two"),
        ({"presets": ("even", "odd")}, "interpolation: unknown preset 'odd'"),
        ({"low": 5.0, "high": 5.0}, "interpolation goes from 5 to 5; expected 0 < low < high"),
        ({"low": 0.0}, "interpolation goes from 0 to 9; expected 0 < low < high"),
    ],
)
def test_interpolation(changes, message):
    between = Interpolation(**({"presets": ("even", "even"), "source": "a.csv:b", "low": 1.0, "high": 9.0} | changes))
    with pytest.raises(InputError, match=f"tiny.toml: {message}"):
        tiny(interpolation=between, judgements=(even(),))


def test_modes_may_share_a_segment_of_goods():
    assert tiny(modes=(SLOW, QUICK), goods=("glass",), segments=(replace(GOODS, goods=("glass",)),)).goods == ("glass",)
