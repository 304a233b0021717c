"""Tables of mode choice: what is recommended, what was dropped, and what would change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from bri_eval.report.exhibits import Exhibit
from bri_eval.report.mix_tables import mix_exhibits
from bri_eval.report.mode_inputs import goods_segments, mode_cards, mode_criteria, mode_merchants
from bri_eval.report.mode_words import codes_and_names, labelled, lowered, pair_words, rule_words, second_words, titled

if TYPE_CHECKING:
    from bri_eval.modes.decisions import Decisions


def mode_exhibits(decisions: Decisions, names: pd.Series) -> list[Exhibit]:
    """Make every table of a study's mode choice and mode programme.

    Parameters
    ----------
    decisions
        From ``decide``.
    names
        Economy to printed name.

    Returns
    -------
    list of Exhibit
        Of those made from an illustrative catalogue, title and notes say so.
    """
    exhibits = [
        mode_cards(decisions.catalogue),
        goods_segments(decisions.catalogue),
        mode_merchants(decisions.catalogue),
        mode_criteria(decisions),
        mode_recommended(decisions, names),
        mode_counts(decisions),
        mode_dropped(decisions),
        mode_break_even(decisions, names),
        mode_break_even_cells(decisions, names),
        mode_cost_time(decisions, names),
    ]
    if len(decisions.planned):
        exhibits.append(mode_planned(decisions, names))
    return [*exhibits, *mix_exhibits(decisions, names)]


def mode_recommended(decisions: Decisions, names: pd.Series) -> Exhibit:
    """List the recommended mode of every partner and segment for the middle merchant."""
    catalogue, found = decisions.catalogue, decisions.choice.recommended
    called = {"": "none"} | codes_and_names(catalogue.modes)
    wide = {name: _wide(found[name], _segments(decisions)) for name in ("mode", "beside", "margin")}
    table = wide["mode"].map(lambda code: called[code])
    hidden = [
        wide["beside"].map(lambda code: called[code]).add_suffix(": beside"),
        wide["margin"].add_suffix(": margin"),
    ]
    frame = pd.concat([table, *hidden], axis=1).reset_index()
    frame.insert(1, "name", [str(names.get(code, code)) for code in frame["economy"]])
    return Exhibit(
        code="mode_recommended",
        title=titled(catalogue, f"Recommended mode by partner and goods, {_merchant(decisions)}"),
        table=frame,
        notes=decisions.choice.conventions,
        formats=dict.fromkeys(hidden[1].columns, ".3f"),
        keys=("economy", "name", *table.columns),
        headings=codes_and_names(catalogue.segments),
        hidden=("economy", *hidden[0].columns, *hidden[1].columns),
    )


def mode_counts(decisions: Decisions) -> Exhibit:
    """Count for every merchant and segment the partners in which each mode is recommended."""
    catalogue = decisions.catalogue
    merchants, segments = codes_and_names(catalogue.merchants), codes_and_names(catalogue.segments)
    order = [mode.code for mode in catalogue.active]
    rows = []
    for code, choice in decisions.choices.items():
        for segment in _segments(decisions):
            part = choice.recommended.xs(segment, level="segment")
            counts = part["mode"].value_counts()
            compared = part[part["feasible"] > 1]
            rows.append(
                {"merchant": merchants[code], "segment": segments[segment]}
                | {mode: int(counts.get(mode, 0)) for mode in order}
                | {"none": int(counts.get("", 0)), "agree": (compared["mode"] == compared["beside"]).mean()}
            )
    return Exhibit(
        code="mode_counts",
        title=titled(catalogue, "Partners in which a mode is recommended, by merchant and goods"),
        table=pd.DataFrame(rows),
        notes=(
            "None: no mode can serve at a cost below the value of the goods. Agree: share of the partners with a "
            "choice in which the second method puts the same mode first.",
            *labelled(catalogue),
        ),
        formats={"agree": ".2f"},
        keys=("merchant", "segment"),
        headings=codes_and_names(catalogue.modes),
    )


def mode_dropped(decisions: Decisions) -> Exhibit:
    """Count the cells in which each rule drops each mode, for the middle merchant."""
    catalogue, dropped = decisions.catalogue, decisions.choice.dropped
    each = dropped["rules"].str.split(", ").explode().reset_index()
    counts = pd.crosstab(each["rules"], each["mode"])
    counts = counts.reindex(columns=[mode.code for mode in catalogue.modes], fill_value=0)
    example = dropped[~dropped["rules"].str.contains(",")].drop_duplicates("rules").set_index("rules")["reason"]
    counts.columns.name = None
    table = counts.assign(example=example.reindex(counts.index).fillna("")).reset_index(names="rule")
    table["rule"] = table["rule"].map(rule_words)
    return Exhibit(
        code="mode_dropped",
        title=titled(catalogue, f"Cells in which a rule drops a mode, {_merchant(decisions)}"),
        table=table,
        notes=(
            f"Of {len(decisions.choice.recommended)} cells, partner and segment, of each mode; one may fail several.",
            *labelled(catalogue),
        ),
        keys=("rule", "example"),
        headings=codes_and_names(catalogue.modes),
        hidden=("example",),
    )


def mode_break_even(decisions: Decisions, names: pd.Series) -> Exhibit:
    """Sum up by segment how far the second mode would have to fall in cost, time or fixed cost to lead."""
    segments, rows = codes_and_names(decisions.catalogue.segments), []
    for quantity, found in decisions.break_evens.items():
        for segment in _segments(decisions):
            part = pd.DataFrame(found.xs(segment, level="segment"))
            part, reached = part[part["current"].notna()], part[part["break_even"].notna()]
            rows.append(
                {"quantity": quantity, "segment": segments[segment], "cells": len(part), "reached": len(reached)}
                | {"median": reached["change"].median(), "nearest": _nearest(decisions, reached, names)}
            )
    return Exhibit(
        code="mode_break_even",
        title=titled(decisions.catalogue, f"What the second mode lacks to lead, {_merchant(decisions)}"),
        table=pd.DataFrame(rows),
        notes=(
            "Cells: partners with a second mode. Reached: those in which it leads at some value from the present one "
            "down to 0, all else equal. Median: of the change needed, among those reached. Nearest: where it is least.",
            *labelled(decisions.catalogue),
        ),
        formats={"median": "+.0%"},
        keys=("quantity", "segment", "nearest"),
    )


def mode_break_even_cells(decisions: Decisions, names: pd.Series) -> Exhibit:
    """List the break-even values of every cell with a second mode."""
    parts = [found.reset_index().assign(quantity=quantity) for quantity, found in decisions.break_evens.items()]
    table = pd.concat(parts, ignore_index=True)
    table = table[table["current"].notna()].reset_index(drop=True)
    table.insert(1, "name", [str(names.get(code, code)) for code in table["economy"]])
    return Exhibit(
        code="mode_break_even_cells",
        title=titled(decisions.catalogue, f"Break-even values of the second mode, {_merchant(decisions)}"),
        table=table[["quantity", *table.columns.drop("quantity")]],
        notes=(
            "Break-even: the largest value at which the mode leads or shares the lead.",
            *labelled(decisions.catalogue),
        ),
        formats={"current": ",.2f", "break_even": ",.2f", "change": "+.1%"},
        keys=("quantity", "economy", "name", "segment", "leader", "mode", "reason"),
        hidden=("economy", "crossings"),
    )


def mode_planned(decisions: Decisions, names: pd.Series) -> Exhibit:
    """List by partner the highest fixed cost at which a planned mode, once built, would lead for some goods."""
    catalogue = decisions.catalogue
    found = decisions.planned.dropna(subset="break_even").sort_values("break_even", ascending=False, kind="stable")
    table = found.reset_index().drop_duplicates(["planned", "economy"])
    table["name"] = [str(names.get(code, code)) for code in table["economy"]]
    table["segment"] = table["segment"].map(codes_and_names(catalogue.segments))
    table["planned"] = table["planned"].map(codes_and_names(catalogue.modes))
    table["leader"] = table["leader"].map({"": "none"} | codes_and_names(catalogue.modes))
    return Exhibit(
        code="mode_planned",
        title=titled(catalogue, "Fixed cost below which a planned mode would lead"),
        table=table[["planned", "economy", "name", "segment", "leader", "current", "break_even"]].reset_index(
            drop=True
        ),
        notes=(
            f"Merchant: {codes_and_names(catalogue.merchants)[decisions.largest]}. For each partner the goods for "
            f"which it may cost most; fixed cost of a {catalogue.period} in that partner. Leader: the mode now. "
            "Partners not listed: it does not lead even for nothing, or does not reach them.",
            *labelled(catalogue),
        ),
        formats={"current": ",.0f", "break_even": ",.0f"},
        keys=("planned", "economy", "name", "segment", "leader"),
        hidden=("economy",),
    )


def mode_cost_time(decisions: Decisions, names: pd.Series) -> Exhibit:
    """List cost and time of the feasible modes in the markets of the test instance."""
    catalogue, table = decisions.catalogue, decisions.frontier.reset_index()
    table["name"] = [str(names.get(code, code)) for code in table["economy"]]
    for kind, entries in (("segment", catalogue.segments), ("mode", catalogue.modes)):
        table[kind] = table[kind].map(codes_and_names(entries))
    flags = ["cheapest", "fastest", "efficient"]
    table[flags] = table[flags].replace({True: "yes", False: ""})
    return Exhibit(
        code="mode_cost_time",
        title=titled(catalogue, "Cost and time of the modes in the test markets"),
        table=table[["economy", "name", "segment", "mode", "full_unit_cost", "days", *flags]],
        notes=(
            f"Cost: {catalogue.currency} a parcel, with the fixed cost spread over the partner's parcels. Efficient: "
            f"no mode is at most as dear and as slow, and less in one. {decisions.instance_words}",
            *labelled(catalogue),
        ),
        formats={"full_unit_cost": ",.2f", "days": ".1f"},
        keys=("economy", "name", "segment", "mode", *flags),
        headings={"full_unit_cost": "Cost"},
        hidden=("economy",),
    )


def _nearest(decisions: Decisions, reached: pd.DataFrame, names: pd.Series) -> str:
    """Name the cell that needs the least change."""
    if reached.empty:
        return ""
    place = int(reached["change"].argmax())
    economy, row = reached.index[place], reached.iloc[place].to_dict()
    pair = pair_words(decisions.catalogue, row["mode"], row["leader"])
    return f"{names.get(economy, economy)}: {pair}, {second_words(row['change'])}"


def _wide(column: pd.Series, segments: list[str]) -> pd.DataFrame:
    """Set a column by (economy, segment) out with one column per segment."""
    parts = {segment: column.xs(segment, level="segment") for segment in segments}
    return pd.DataFrame(parts)


def _segments(decisions: Decisions) -> list[str]:
    """List the segments in the order of the catalogue."""
    return [segment.code for segment in decisions.catalogue.segments]


def _merchant(decisions: Decisions) -> str:
    """Name the middle merchant."""
    return lowered(codes_and_names(decisions.catalogue.merchants)[decisions.middle])
