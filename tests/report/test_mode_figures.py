"""Figures of logistics modes: what is drawn, that every word can be read, the same bytes."""

from __future__ import annotations

from dataclasses import replace

import decided
import numpy as np
import pytest
from legible import cells, faults, names, shades, written
from matplotlib.text import Text

from bri_eval.modes.catalogue import ILLUSTRATIVE
from bri_eval.report import mode_figures
from bri_eval.report.style import INK, figure_bytes

FIGURES = ("mode_map", "mode_cost_time", "mix_trade_off", "mix_budget", "mix_front")


@pytest.fixture(scope="module")
def made():
    return decided.small()


@pytest.fixture(scope="module")
def drawn(made):
    return mode_figures.mode_drawings(made, decided.NAMES)


def words(figure) -> str:
    return " ".join(text.get_text() for text in figure.findobj(Text))


def test_all_figures_are_drawn_and_say_that_they_are_illustrative(drawn):
    assert tuple(drawn) == FIGURES
    for figure in drawn.values():
        assert ILLUSTRATIVE in words(figure)


def test_the_map_has_a_letter_for_every_recommendation(made, drawn):
    panels = drawn["mode_map"].axes
    assert [axes.get_title(loc="left") for axes in panels] == [one.name for one in made.catalogue.merchants]
    assert names(panels[0]) == ["Kazakhstan", "Poland", "Russia", "SGP", "Tajikistan", "Thailand"]
    order = ["KAZ", "POL", "RUS", "SGP", "TJK", "THA"]
    letters = mode_figures.mode_letters(made.catalogue)
    for axes, choice in zip(panels, made.choices.values(), strict=True):
        found = {text.get_position(): text.get_text() for text in cells(axes)}
        expected = {
            (column, row): letters[code]
            for row, economy in enumerate(order)
            for column, segment in enumerate(made.catalogue.segments)
            if (code := choice.recommended.loc[(economy, segment.code), "mode"])
        }
        assert found == expected
        shade = mode_figures.mode_shades(made.catalogue)
        codes = [[choice.recommended["mode"].get((e, s.code), "") for s in made.catalogue.segments] for e in order]
        expected = [[round(shade.get(code, 0.0), 2) for code in row] for row in codes]
        np.testing.assert_allclose(shades(axes, 6, len(made.catalogue.segments)), expected, atol=1e-12)
        assert expected[4][4] == 0  # nothing serves food in Tajikistan


def test_letters_are_unlike_and_shades_run_from_light_to_dark(made):
    letters = mode_figures.mode_letters(made.catalogue)
    assert letters["postal"] == "P"
    assert len(set(letters.values())) == len(letters) == 8
    shades = list(mode_figures.mode_shades(made.catalogue).values())
    assert (np.diff(shades) > 0.1).all()
    assert 0 < min(shades) < max(shades) < 1


def test_letters_on_dark_cells_are_white(drawn, made):
    shades = mode_figures.mode_shades(made.catalogue)
    letters = {letter: shades[code] for code, letter in mode_figures.mode_letters(made.catalogue).items()}
    for text in cells(drawn["mode_map"].axes[1]):
        assert text.get_color() == ("white" if letters[text.get_text()] > 0.5 else INK)


def test_dots_are_at_cost_and_time_and_letters_beside_them(made, drawn):
    figure = drawn["mode_cost_time"]
    axes = figure.axes[0]  # RUS, light goods
    grey, black = ({tuple(at) for at in line.get_xydata().round(3)} for line in axes.lines[1:])
    assert (5.551, 25.0) in black
    assert [line.get_markerfacecolor() for line in axes.lines[1:]] == ["white", INK]
    weights = {text.get_text(): text.get_fontweight() for text in axes.texts}
    assert (weights["P"], weights["B"]) == ("bold", "normal")
    assert (len(black), len(grey)) == tuple(sum(w == kind for w in weights.values()) for kind in ("bold", "normal"))
    cell = mode_figures._cell(made.frontier, "RUS", made.catalogue.segments[0].code)
    cell = cell.rename(mode_figures.mode_letters(made.catalogue))
    middles = {text.get_text(): corners.mean(axis=0) for text, corners in written(figure) if text in axes.texts}
    assert set(middles) == set(cell.index)
    for letter, row in cell.iterrows():
        dot = axes.transData.transform((row["full_unit_cost"], row["days"]))
        assert np.hypot(*(middles[letter] - dot)) < 12 * figure.dpi / 72
        assert (letter in {mark for mark, weight in weights.items() if weight == "bold"}) == row["efficient"]
    assert len(figure.axes) == 3 * 6


def test_a_market_that_no_mode_serves_has_an_empty_panel(made):
    index = made.frontier.index
    gone = (index.get_level_values("economy") == "THA") & (index.get_level_values("segment") == "apparel")
    figure = mode_figures.draw_cost_time(replace(made, frontier=made.frontier[~gone]), decided.NAMES)
    empty = [axes for axes in figure.axes if not axes.texts]
    assert [figure.axes.index(axes) for axes in empty] == [
        6 + [s.code for s in made.catalogue.segments].index("apparel")
    ]
    assert faults(figure) == []


def test_the_trade_off_writes_deviations_that_are_not_met(made, drawn):
    axes = drawn["mix_trade_off"].axes[1]
    table = made.mixes.trade_offs["sme"].deviations
    goals = [label.get_text() for label in axes.get_xticklabels()]
    assert goals == ["affordability", "time", "loss", "finance", "risk", "concentration"]
    assert len(axes.texts) == int((table[goals] > 1e-6).to_numpy().sum())
    assert {text.get_text() for text in axes.texts if text.get_position()[0] == goals.index("finance")} == {"1.3"}
    assert len(names(drawn["mix_trade_off"].axes[0])) == 24
    assert (shades(axes, 24, 6)[(table[goals] <= 1e-6).to_numpy()] == 0).all()
    assert (shades(axes, 24, 6)[(table[goals] > 1e-6).to_numpy()] > 0).all()


@pytest.mark.parametrize(("value", "word"), [(0.0, ""), (1e-7, ""), (0.004, "0.00"), (0.598, "0.60"), (22.04, "22.0")])
def test_a_deviation_has_two_decimals(value, word):
    assert mode_figures._deviation(value) == word


def test_bars_are_the_shares_of_modes(made, drawn):
    above, below = drawn["mix_budget"].axes
    heights = np.array([bar.get_height() for bar in above.patches]).reshape(7, -1)
    np.testing.assert_allclose(heights.T, made.mixes.path.shares.drop(columns="unserved"), atol=1e-12)
    np.testing.assert_allclose(below.lines[0].get_ydata(), made.mixes.path.deviations["affordability"])


def test_fronts_are_cost_of_a_parcel_and_days(made, drawn):
    lines = drawn["mix_front"].axes[0].lines
    assert [line.get_label() for line in lines] == ["Small or medium enterprise", "Large enterprise"]
    table = made.mixes.fronts["large"].deviations
    np.testing.assert_allclose(lines[1].get_xdata(), table["cost"] / (1240 * 2.4))
    np.testing.assert_allclose(lines[1].get_ydata(), table["days"])


@pytest.mark.parametrize("name", FIGURES)
def test_every_word_can_be_read(drawn, name):
    assert faults(drawn[name]) == []


def test_bytes_are_the_same_every_time(made):
    first, again = (figure_bytes(mode_figures.draw_mode_map(made, decided.NAMES), "svg") for _ in range(2))
    assert first == again
