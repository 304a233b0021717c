"""Numbers of the text on mode choice: those of the records, and words that turn when the numbers turn."""

from __future__ import annotations

from dataclasses import replace

import decided
import numpy as np
import pandas as pd
import pytest

from bri_eval.modes.catalogue import ILLUSTRATIVE
from bri_eval.report.mode_findings import mode_numbers
from bri_eval.report.mode_words import lowered


@pytest.fixture(scope="module")
def made():
    return decided.small()


@pytest.fixture(scope="module")
def said(made):
    return mode_numbers(made, decided.NAMES)


def with_choice(made, recommended):
    """Give the middle merchant other recommendations."""
    return replace(made, choices={**made.choices, "sme": replace(made.choice, recommended=recommended)})


def with_table(made, table):
    """Give the middle merchant other costs and times."""
    return replace(made, choices={**made.choices, "sme": replace(made.choice, table=table)})


def test_numbers_are_text_and_the_label_stands_with_them(said):
    assert all(isinstance(text, str) for text in said.values())
    assert {key.partition("/")[0] for key in said} == {"modes", "mix"}
    assert said["modes/label"] == ILLUSTRATIVE
    assert said["modes/illustrative"] == "illustrative"


def test_scope(said):
    expected = {
        "year": "2018",
        "modes": "7",
        "segments": "6",
        "economies": "6",
        "cells": "36",
        "left_out": "1",
        "left_out_names": "PSE",
        "none": "1",
        "none_share": "3 %",
        "none_segments": "agricultural goods and food (1)",
        "middle": "small or medium enterprise",
        "largest": "large enterprise",
    }
    assert {key: said[f"modes/{key}"] for key in expected} == expected


def test_modes_in_use_are_counted(made, said):
    counts = made.choice.recommended["mode"].value_counts().drop("")
    assert said["modes/sme_kinds"] == str(len(counts)) == "6"
    assert (said["modes/sme_most"], said["modes/sme_most_share"]) == ("overseas warehouse", "40 %")  # 14 of 35
    assert said["modes/several_verdict"] == "as the paper says"
    alike = made.choice.recommended.assign(mode="postal", feasible=2)
    assert mode_numbers(with_choice(made, alike), decided.NAMES)["modes/several_verdict"] == "against the paper"


@pytest.mark.parametrize(
    ("agree", "word"), [(36, "nearly always"), (30, "mostly"), (20, "more often than not"), (10, "seldom")]
)
def test_the_word_on_the_second_method_turns_with_the_share(made, agree, word):
    table = made.choice.recommended.assign(mode="postal", feasible=2)
    table["beside"] = ["postal"] * agree + ["express"] * (36 - agree)
    numbers = mode_numbers(with_choice(made, table), decided.NAMES)
    assert (numbers["modes/compared"], numbers["modes/agree_word"]) == ("36", word)


def test_a_mode_that_is_cheapest_and_fastest_speaks_against_the_paper(made, said):
    assert (said["modes/cheap_and_fast"], said["modes/cheap_and_fast_verdict"]) == ("0", "as the paper says")
    table = made.frontier.copy()
    table.loc[("RUS", "apparel", "postal"), ["cheapest", "fastest"]] = True
    numbers = mode_numbers(replace(made, frontier=table), decided.NAMES)
    assert (numbers["modes/cheap_and_fast"], numbers["modes/cheap_and_fast_verdict"]) == ("1", "against the paper")
    alone = mode_numbers(replace(made, frontier=table.assign(alone=True)), decided.NAMES)
    assert (alone["modes/frontier_cells"], alone["modes/cheap_and_fast"]) == ("0", "0")


def test_over_all_partners_the_cheapest_and_fastest_is_named(made):
    table = made.choice.table.copy()
    first = next(place for place in table.index if place[:2] == ("RUS", "apparel"))
    table.loc[[first], ["full_unit_cost", "days"]] = 0.0
    numbers = mode_numbers(with_table(made, table), decided.NAMES)
    untouched = mode_numbers(made, decided.NAMES)
    assert int(numbers["modes/cheap_and_fast_all"]) == int(untouched["modes/cheap_and_fast_all"]) + 1
    assert numbers["modes/frontier_cells_all"] == untouched["modes/frontier_cells_all"]
    name = next(mode.name for mode in made.catalogue.modes if mode.code == first[2])
    assert lowered(name) in numbers["modes/cheap_and_fast_all_modes"]


def test_break_evens_name_the_nearest(made, said):
    found = made.break_evens["cost"]
    assert said["modes/break_cost_reached"] == str(found["break_even"].notna().sum())
    nearest = "dedicated line instead of international express (apparel, Thailand), 17 % less"
    assert said["modes/break_cost_nearest"] == nearest
    none = {**made.break_evens, "time": made.break_evens["time"].assign(break_even=np.nan, change=np.nan)}
    numbers = mode_numbers(replace(made, break_evens=none), decided.NAMES)
    assert (numbers["modes/break_time_reached"], numbers["modes/break_time_nearest"]) == ("0", "none")


def test_food_by_post_speaks_against_the_paper(made, said):
    assert (said["modes/food_served"], said["modes/food_overland"]) == ("5", "5")
    assert said["modes/food_verdict"] == "as the paper says"
    table = made.choice.recommended.copy()
    table.loc[("POL", "agri_food"), "mode"] = "postal"
    numbers = mode_numbers(with_choice(made, table), decided.NAMES)
    assert (numbers["modes/food_post"], numbers["modes/food_verdict"]) == ("1", "against the paper")


def test_a_planned_mode_that_would_lead_speaks_against_the_paper(made, said):
    best = made.planned["break_even"].max()
    assert said["modes/planned_break_even"] == f"{best:,.0f}"
    assert said["modes/planned_times"] == f"{2_000_000 / best:,.0f}"
    assert said["modes/planned_verdict"] == "as the paper says"
    cheap = made.planned.assign(current=1.0)
    assert mode_numbers(replace(made, planned=cheap), decided.NAMES)["modes/planned_verdict"] == "against the paper"
    never = mode_numbers(replace(made, planned=made.planned.assign(break_even=np.nan)), decided.NAMES)
    assert never["modes/planned_reached"] == "0"
    assert "modes/planned_where" not in never
    assert "modes/planned" not in mode_numbers(replace(made, planned=pd.DataFrame()), decided.NAMES)
