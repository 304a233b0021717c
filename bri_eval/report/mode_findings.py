"""Numbers and words of the paper's text on logistics modes; every word turns when its number turns."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from bri_eval.modes.catalogue import ILLUSTRATIVE
from bri_eval.modes.frontier import frontier
from bri_eval.report.mix_findings import mix_numbers
from bri_eval.report.mode_words import codes_and_names, lowered, pair_words, second_words, verdict
from bri_eval.report.rank_words import listed, percent

if TYPE_CHECKING:
    import pandas as pd

    from bri_eval.modes.catalogue import Catalogue
    from bri_eval.modes.decisions import Decisions

FOOD, OVERLAND = "agri_food", ("china_europe_rail", "rail_sea", "dedicated_line")
"""The segment and the modes of the paper's statement on agricultural goods."""

POST = "postal"


def mode_numbers(decisions: Decisions, names: pd.Series) -> dict[str, str]:
    """Give the numbers and words of the text on modes.

    Parameters
    ----------
    decisions
        From ``decide``.
    names
        Economy to printed name.

    Returns
    -------
    dict
        Key such as ``modes/cells`` to text: ``modes`` of mode choice, ``mix`` of the mode programme. Keys that end in
        ``verdict`` read "as the paper says" or "against the paper". Statements on modes or segments that the catalogue
        does not have are left out. Names of nobody read "none".
    """
    numbers = _scope(decisions, names) | _recommended(decisions) | _second_method(decisions)
    numbers |= _cost_time(decisions, names) | _nearest(decisions, names) | _food(decisions)
    if len(decisions.planned):
        numbers |= _planned(decisions, names)
    return numbers | mix_numbers(decisions, names)


def _scope(decisions: Decisions, names: pd.Series) -> dict[str, str]:
    """Say what was compared."""
    catalogue, choice = decisions.catalogue, decisions.choice
    found = choice.recommended
    none = int((found["feasible"] == 0).sum())
    return {
        "modes/label": ILLUSTRATIVE if catalogue.labelled else "",
        "modes/illustrative": "illustrative" if catalogue.labelled else "declared",
        "modes/year": str(decisions.year),
        "modes/modes": str(len(catalogue.active)),
        "modes/segments": str(len(catalogue.segments)),
        "modes/merchants": str(len(catalogue.merchants)),
        "modes/economies": str(len(found.index.unique("economy"))),
        "modes/cells": str(len(found)),
        "modes/left_out": str(len(choice.left_out)),
        "modes/left_out_names": listed([str(names.get(code, code)) for code in choice.left_out.index]),
        "modes/none": str(none),
        "modes/none_share": percent(none / len(found)),
        "modes/none_segments": _goods(catalogue, found[found["feasible"] == 0]),
        "modes/middle": lowered(codes_and_names(catalogue.merchants)[decisions.middle]),
        "modes/largest": lowered(codes_and_names(catalogue.merchants)[decisions.largest]),
    }


def _recommended(decisions: Decisions) -> dict[str, str]:
    """Say which modes are recommended to whom, and whether one would do for all."""
    called, numbers = codes_and_names(decisions.catalogue.modes), dict[str, str]()
    for code, choice in decisions.choices.items():
        served = choice.recommended.loc[choice.recommended["feasible"] > 0, "mode"]
        counts = served.value_counts(sort=False).sort_values(ascending=False, kind="stable")
        numbers |= {
            f"modes/{code}_kinds": str(len(counts)),
            f"modes/{code}_kind_names": listed([lowered(called[str(mode)]) for mode in counts.index]),
        }
        for place, (mode, count) in zip(("most", "second"), counts.items(), strict=False):
            numbers[f"modes/{code}_{place}"] = lowered(called[str(mode)])
            numbers[f"modes/{code}_{place}_share"] = percent(count / len(served))
    kinds = int(numbers[f"modes/{decisions.middle}_kinds"])
    return numbers | {"modes/several_verdict": verdict(kinds > 1)}


def _second_method(decisions: Decisions) -> dict[str, str]:
    """Say how often the second method puts another mode first, and how often the first decides narrowly."""
    found = decisions.choice.recommended
    compared = found[found["feasible"] > 1]
    if compared.empty:
        return {"modes/compared": "0"}
    agree = float((compared["mode"] == compared["beside"]).mean())
    grades = ((0.9, "nearly always"), (0.75, "mostly"), (0.5, "more often than not"), (-1.0, "seldom"))
    return {
        "modes/compared": str(len(compared)),
        "modes/agree": percent(agree),
        "modes/agree_word": next(word for least, word in grades if agree > least),
        "modes/margin": f"{compared['margin'].median():.2f}",
    }


def _cost_time(decisions: Decisions, names: pd.Series) -> dict[str, str]:
    """Say whether a mode is both cheapest and fastest in a cell with a choice, in the test markets and everywhere."""
    cells, both = _choices_and_both(decisions.frontier)
    every, found = _choices_and_both(frontier(decisions.choice.table))
    modes = codes_and_names(decisions.catalogue.modes)
    return {
        "modes/markets": listed([str(names.get(code, code)) for code in decisions.instance]),
        "modes/frontier_cells": str(cells),
        "modes/cheap_and_fast": str(len(both.droplevel("mode").unique())),
        "modes/cheap_and_fast_verdict": verdict(both.empty),
        "modes/frontier_cells_all": str(every),
        "modes/cheap_and_fast_all": str(len(found.droplevel("mode").unique())),
        "modes/cheap_and_fast_all_modes": listed([lowered(modes[code]) for code in found.unique("mode")]) or "no mode",
        "modes/efficient": percent(float(decisions.frontier["efficient"].mean())),
    }


def _choices_and_both(found: pd.DataFrame) -> tuple[int, pd.MultiIndex]:
    """Count the cells in which more than one mode is feasible; list the modes there that are cheapest and fastest."""
    contested = found[~found["alone"]]
    both = contested[contested["cheapest"] & contested["fastest"]]
    return len(contested.reset_index("mode").index.unique()), cast("pd.MultiIndex", both.index)


def _nearest(decisions: Decisions, names: pd.Series) -> dict[str, str]:
    """Say how often the second mode could lead, and where it needs least."""
    numbers: dict[str, str] = {}
    for quantity, found in decisions.break_evens.items():
        cells = found[found["current"].notna()]
        reached = cells.dropna(subset=["break_even", "change"])
        numbers |= {
            f"modes/break_{quantity}_cells": str(len(cells)),
            f"modes/break_{quantity}_reached": str(len(reached)),
            f"modes/break_{quantity}_median": percent(-reached["change"].median()) if len(reached) else "none",
            f"modes/break_{quantity}_nearest": "none",
        }
        if len(reached):
            place = int(reached["change"].argmax())
            (economy, segment), row = reached.index[place], reached.iloc[place].to_dict()
            goods = lowered(codes_and_names(decisions.catalogue.segments)[segment])
            pair = pair_words(decisions.catalogue, row["mode"], row["leader"])
            words = f"{pair} ({goods}, {names.get(economy, economy)}), {second_words(row['change'])}"
            numbers[f"modes/break_{quantity}_nearest"] = words
    return numbers


def _food(decisions: Decisions) -> dict[str, str]:
    """Say whether agricultural goods go overland or by line before they go by post."""
    found = decisions.choice.recommended
    if FOOD not in found.index.unique("segment"):
        return {}
    part = found.xs(FOOD, level="segment")
    served = part[part["feasible"] > 0]
    over = int(served["mode"].isin(OVERLAND).sum())
    post = int((served["mode"] == POST).sum())
    return {
        "modes/food_served": str(len(served)),
        "modes/food_none": str(len(part) - len(served)),
        "modes/food_overland": str(over),
        "modes/food_post": str(post),
        "modes/food_verdict": verdict(over > 0 and post == 0),
    }


def _planned(decisions: Decisions, names: pd.Series) -> dict[str, str]:
    """Say by how much the fixed cost of planned modes exceeds what would make them lead."""
    catalogue, found = decisions.catalogue, decisions.planned
    reached = found.dropna(subset="break_even")
    planned = [mode for mode in catalogue.modes if mode.planned]
    numbers = {
        "modes/planned": listed([lowered(mode.name or mode.code) for mode in planned]),
        "modes/planned_fixed": f"{min(mode.fixed for mode in planned):,.0f}",
        "modes/planned_reached": str(len(reached)),
        "modes/planned_economies": str(len(reached.index.unique("economy"))),
        "modes/planned_verdict": verdict((reached["break_even"] < reached["current"]).all()),
    }
    if reached.empty:
        return numbers
    _, economy, segment = reached.index[int(reached["break_even"].argmax())]
    best = float(reached["break_even"].max())
    return numbers | {
        "modes/planned_break_even": f"{best:,.0f}",
        "modes/planned_times": f"{min(mode.fixed for mode in planned) / best:,.0f}" if best else "infinitely many",
        "modes/planned_where": str(names.get(economy, economy)),
        "modes/planned_goods": lowered(codes_and_names(catalogue.segments)[segment]),
    }


def _goods(catalogue: Catalogue, cells: pd.DataFrame) -> str:
    """List the segments of some cells with their numbers."""
    counts = cells.index.get_level_values("segment").value_counts()
    called = codes_and_names(catalogue.segments)
    return listed([f"{lowered(called[str(code)])} ({count})" for code, count in counts.items()])
