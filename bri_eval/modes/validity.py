"""Checks of a catalogue: every number in its range, every name known."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bri_eval.checks import InputError, listing, unknown
from bri_eval.modes.countries import DEMANDS
from bri_eval.modes.feasibility import ALWAYS, CHOOSING, RULES
from bri_eval.modes.modifiers import MODIFIERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bri_eval.modes.catalogue import Catalogue, Demand, Interpolation, Mode

_SHARE = (0.0, 1.0, "a share from 0 to 1")
_AMOUNT = (0.0, math.inf, "0 or more")
_MODE_RANGES = {
    **dict.fromkeys(("base", "per_kg", "days", "fixed", "min_kg", "min_volume"), _AMOUNT),
    **dict.fromkeys(("loss", "return_ease", "coverage", "exposure"), _SHARE),
}
_SEGMENT_RANGES = {"parcels": _AMOUNT, "return_rate": _SHARE}
_ABOVE_ZERO = {
    "mode": ("days", "coverage", "max_kg", "coverage_scale"),
    "segment": ("kg", "value", "target_days", "cost_limit", "loss_tolerance"),
    "merchant": ("budget", "risk_limit"),
}


def check_catalogue(catalogue: Catalogue) -> None:
    """Raise at the first entry of a catalogue that is not as it should be, naming it."""
    where = catalogue.origin
    for kind, entries, ranges in (
        ("mode", catalogue.modes, _MODE_RANGES),
        ("segment", catalogue.segments, _SEGMENT_RANGES),
        ("merchant", catalogue.merchants, {}),
    ):
        _check_codes(kind, [entry.code for entry in entries], where)
        for entry in entries:
            _check_numbers(entry, ranges, _ABOVE_ZERO[kind], f"{where}: {kind} '{entry.code}'")
            if not (catalogue.illustrative or entry.illustrative or entry.source):
                raise InputError(
                    f"{where}: {kind} '{entry.code}' has no source and is not illustrative; name its source, or write "
                    "illustrative = true"
                )
    for mode in catalogue.modes:
        _check_mode(mode, catalogue, f"{where}: mode '{mode.code}'")
    for segment in catalogue.segments:
        _check_names("goods", segment.goods, catalogue.goods, f"{where}: segment '{segment.code}'")
    _check_range("return_cost", catalogue.return_cost, _AMOUNT, where)
    if not 0 < catalogue.worst_at < math.inf:
        raise InputError(f"{where}: worst_at is {catalogue.worst_at:g}; expected a number above 0")
    _check_factors(catalogue.income_factors, f"{where}: income_factors")
    _check_demand(catalogue.demand, f"{where}: demand")
    _check_modifiers(catalogue.modifiers, f"{where}: modifiers")
    _check_tables(catalogue)
    _check_preferences(catalogue)


def _check_codes(kind: str, codes: Sequence[str], where: str) -> None:
    """Check that there are entries, and that their codes are unique and not blank."""
    if not codes:
        raise InputError(f"{where}: there is no [[{kind}]]; mode choice needs at least one")
    for code in codes:
        if not code.strip():
            raise InputError(f"{where}: a {kind} has the code {code!r}; give it a name")
        if codes.count(code) > 1:
            raise InputError(f"{where}: {kind} '{code}' occurs twice; codes of a kind are unique")


def _check_numbers(
    entry: object, ranges: Mapping[str, tuple[float, float, str]], above: Iterable[str], where: str
) -> None:
    """Check the numbers of an entry against their ranges."""
    for name, limits in ranges.items():
        _check_range(name, getattr(entry, name), limits, where)
    for name in above:
        if not getattr(entry, name) > 0 or (name != "max_kg" and math.isinf(getattr(entry, name))):
            raise InputError(f"{where}: {name} is {getattr(entry, name):g}; expected a number above 0")


def _check_range(name: str, value: float, limits: tuple[float, float, str], where: str) -> None:
    """Check one number, which must be finite."""
    low, high, words = limits
    if not low <= value <= high or math.isinf(value):
        told = " below zero" if value < 0 else ""
        raise InputError(f"{where}: {name} is {value:g}{told}; expected {words}")


def _check_mode(mode: Mode, catalogue: Catalogue, where: str) -> None:
    """Check the weights, volumes and names of a mode."""
    if not mode.min_kg <= mode.max_kg:
        raise InputError(f"{where}: carries from {mode.min_kg:g} to {mode.max_kg:g} kg; expected min_kg below max_kg")
    if mode.base == 0 and mode.per_kg == 0:
        raise InputError(f"{where} costs nothing: base and per_kg are 0; declare its cost")
    if mode.capacity is not None and not mode.capacity > max(mode.min_volume, 0):
        raise InputError(
            f"{where}: capacity is {mode.capacity:g} and min_volume {mode.min_volume:g}; expected a capacity above it"
        )
    _check_names("goods", (*mode.not_carried, *mode.surcharge), catalogue.goods, where)
    _check_factors(mode.surcharge, f"{where}: surcharge")
    _check_names("rule", mode.rules, [name for name in RULES if name not in (*ALWAYS, *CHOOSING)], where)
    _check_names("modifier", mode.modifiers, MODIFIERS, where)


def _check_factors(factors: Mapping[str, float], where: str) -> None:
    """Check that factors are finite numbers above 0."""
    for name, factor in factors.items():
        number = isinstance(factor, int | float) and not isinstance(factor, bool)
        if not (number and 0 < factor < math.inf):
            raise InputError(f"{where}: '{name}' has {factor!r}; expected a factor above 0")


def _check_names(kind: str, names: Iterable[str], known: Iterable[str], where: str) -> None:
    """Refuse names that nothing declares."""
    known = list(known)
    for name in names:
        if name not in known:
            raise InputError(f"{where}: {unknown(kind, name, known)}")


def _check_tables(catalogue: Catalogue) -> None:
    """Check the lanes, which a rule must read, and the reasons of exclusions."""
    for code in catalogue.lanes:
        if "named_lane" not in catalogue.mode(code).rules:
            raise InputError(
                f"{catalogue.origin}: lanes: mode '{code}' has no rule 'named_lane', which reads them; add it"
            )
    for code, reason in catalogue.excluded.items():
        if not isinstance(reason, str):
            raise InputError(f"{catalogue.origin}: excluded: '{code}' has {reason!r}; expected the reason as a text")


def _check_demand(demand: Demand, where: str) -> None:
    """Check that a demand rule has what it needs."""
    _check_names("rule", [demand.rule], DEMANDS, where)
    for code, scale in demand.scale.items():
        if isinstance(scale, bool) or not isinstance(scale, int | float) or not 0 <= scale < math.inf:
            told = " below zero" if isinstance(scale, int | float) and scale < 0 else ""
            raise InputError(f"{where} of '{code}' is {scale!r}{told}; expected 0 or more")
    needs = {"given": ("scale",), "proportional": ("source", "year", "reference")}.get(demand.rule, ())
    absent = [name for name in needs if not getattr(demand, name)]
    if absent:
        raise InputError(f"{where}: rule '{demand.rule}' has no {listing(absent)}; it is needed")


def _check_modifiers(modifiers: Mapping[str, Mapping[str, float]], where: str) -> None:
    """Check names and parameters of country modifiers."""
    _check_names("modifier", modifiers, MODIFIERS, where)
    for name, parameters in modifiers.items():
        if not isinstance(parameters, dict):
            raise InputError(f"{where}: {name} is {parameters!r}; expected a table of parameters")
        known = MODIFIERS[name].rule.__kwdefaults__ or {}
        _check_names("parameter", parameters, known, f"{where}: {name}")
        for key, value in parameters.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                raise InputError(f"{where}: {name}: {key} is {value!r}; expected a number")


def _check_preferences(catalogue: Catalogue) -> None:
    """Check that every cell has a preference and every preset judgements."""
    where, preferences = f"{catalogue.origin}: preference", catalogue.preferences
    nodes = list(dict.fromkeys(one.node for one in catalogue.judgements))
    for position, one in enumerate(preferences, start=1):
        if not one.presets:
            raise InputError(f"{where} {position} has no presets; name some of {listing(nodes)}")
        _check_names("preset", one.presets, nodes, f"{where} {position}")
        _check_names("goods", one.goods, catalogue.goods, f"{where} {position}")
        if (one.income_groups or one.goods) and position == len(preferences):
            raise InputError(f"{where} {position}, the last, does not fit every cell; add one with presets alone")
        if not (one.income_groups or one.goods) and position < len(preferences):
            raise InputError(f"{where} {position} fits every cell, so that none after it is read; put it last")
    _check_names("weigh_by", [catalogue.weigh_by], ("preference", "interpolation"), catalogue.origin)
    if catalogue.weigh_by == "interpolation" and catalogue.interpolation is None:
        raise InputError(f"{catalogue.origin}: weigh_by is 'interpolation' and there is no [interpolation]; declare it")
    if catalogue.interpolation:
        _check_interpolation(catalogue.interpolation, nodes, f"{catalogue.origin}: interpolation")


def _check_interpolation(between: Interpolation, nodes: Sequence[str], where: str) -> None:
    """Check the two presets and the two ends of an interpolation."""
    if len(between.presets) != 2:
        raise InputError(f"{where} has presets {listing(between.presets)}; expected two")
    _check_names("preset", between.presets, nodes, where)
    if not 0 < between.low < between.high < math.inf:
        raise InputError(f"{where} goes from {between.low:g} to {between.high:g}; expected 0 < low < high")
