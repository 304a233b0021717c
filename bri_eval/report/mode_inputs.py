"""Tables of what mode choice starts from: cards, goods, merchants, and the weights of the criteria."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from bri_eval.modes.preferences import CRITERIA, preset_weights
from bri_eval.report.exhibits import Exhibit
from bri_eval.report.mode_words import labelled, titled

if TYPE_CHECKING:
    from bri_eval.modes.catalogue import Catalogue
    from bri_eval.modes.decisions import Decisions


def mode_cards(catalogue: Catalogue) -> Exhibit:
    """List the rate cards of the modes."""
    fields = ("base", "per_kg", "days", "loss", "return_ease", "coverage", "fixed", "exposure")
    rows = [
        {"mode": mode.name or mode.code}
        | {name: getattr(mode, name) for name in fields}
        | {"kg": _limits(mode.min_kg, mode.max_kg), "planned": "yes" if mode.planned else "", "source": mode.source}
        for mode in catalogue.modes
    ]
    return Exhibit(
        code="mode_cards",
        title=titled(catalogue, "Logistics modes and their cards"),
        table=pd.DataFrame(rows),
        notes=(
            f"Base: {catalogue.currency} a parcel. Per kg: {catalogue.currency}. Days: door to door. Fixed: cost of a "
            f"{catalogue.period} in each partner. Exposure: share of the goods' value at risk.",
            *labelled(catalogue),
        ),
        formats={"base": "g", "per_kg": "g", "days": "g", "fixed": ",.0f"}
        | dict.fromkeys(("loss", "return_ease", "coverage", "exposure"), ".2f"),
        keys=("mode", "kg", "planned", "source"),
        headings={"kg": "Weight, kg"},
        hidden=("source",),
    )


def goods_segments(catalogue: Catalogue) -> Exhibit:
    """List the goods segments and what they ask of a mode."""
    fields = ("kg", "value", "target_days", "cost_limit", "loss_tolerance", "return_rate", "parcels")
    rows = [
        {"segment": segment.name or segment.code} | {name: getattr(segment, name) for name in fields}
        for segment in catalogue.segments
    ]
    return Exhibit(
        code="goods_segments",
        title=titled(catalogue, "Goods segments and what they ask of a mode"),
        table=pd.DataFrame(rows),
        notes=(
            f"Value: {catalogue.currency} a parcel. Cost limit: of cost over value, before the factor of the partner's "
            f"income group. Parcels: a {catalogue.period}, of a partner with scale 1.",
            *labelled(catalogue),
        ),
        formats=dict.fromkeys(("kg", "value", "target_days"), "g")
        | dict.fromkeys(("cost_limit", "loss_tolerance", "return_rate"), ".3f")
        | {"parcels": ",.0f"},
        keys=("segment",),
        headings={"kg": "kg"},
    )


def mode_merchants(catalogue: Catalogue) -> Exhibit:
    """List the merchants."""
    rows = [(one.name or one.code, one.budget, one.risk_limit) for one in catalogue.merchants]
    return Exhibit(
        code="mode_merchants",
        title=titled(catalogue, "Merchants: what they can spend and put at risk"),
        table=pd.DataFrame(rows, columns=["merchant", "budget", "risk_limit"]),
        notes=(f"{catalogue.currency} a {catalogue.period}.", *labelled(catalogue)),
        formats={"budget": ",.0f", "risk_limit": ",.0f"},
        keys=("merchant",),
    )


def mode_criteria(decisions: Decisions) -> Exhibit:
    """List the weights of the criteria by preset, with the consistency ratio of the judgements."""
    catalogue, choice = decisions.catalogue, decisions.choice
    rows = []
    for presets in _presets(catalogue):
        weights, consistency = preset_weights(catalogue, presets, choice.recipe)
        joined = consistency[consistency["expert"] == "all"] if len(consistency) > 1 else consistency
        alike = (choice.weights - weights).abs().max(axis=1) < 1e-12
        rows.append(
            {"presets": " and ".join(presets), **weights, "cells": int(alike.sum())}
            | {"consistency_ratio": joined["consistency_ratio"].iloc[-1]}
        )
    return Exhibit(
        code="mode_criteria",
        title="Weights of the criteria of mode choice",
        table=pd.DataFrame(rows),
        notes=(
            "AHP; each row sums to 1. Presets are the authors' judgement; joined ones by the geometric mean of their "
            f"judgements. Cells: partner and segment in which the row weighs, of {len(choice.weights)}. Random index: "
            f"{choice.recipe.random_index}.",
        ),
        formats=dict.fromkeys(CRITERIA, ".4f") | {"consistency_ratio": ".4f"},
        keys=("presets",),
        headings={"consistency_ratio": "CR"},
    )


def _presets(catalogue: Catalogue) -> list[tuple[str, ...]]:
    """List what weighs some cell, or the two ends of an interpolation."""
    if catalogue.weigh_by == "interpolation" and catalogue.interpolation is not None:
        return [(preset,) for preset in catalogue.interpolation.presets]
    return list(dict.fromkeys(one.presets for one in catalogue.preferences))


def _limits(low: float, high: float) -> str:
    """Print weight limits."""
    if low > 0:
        return f"from {low:g}" if high == float("inf") else f"{low:g} to {high:g}"
    return "" if high == float("inf") else f"to {high:g}"
