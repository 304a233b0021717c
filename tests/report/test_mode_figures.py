"""Figures of logistics modes: what is drawn, that labels do not collide or leave the page, the same bytes."""

from __future__ import annotations

import itertools
import re

import decided
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from bri_eval.modes.catalogue import ILLUSTRATIVE
from bri_eval.report import mode_figures
from bri_eval.report.figures import INK, WIDTH, figure_bytes

FIGURES = ("mode_map", "mode_cost_time", "mix_trade_off", "mix_budget", "mix_front")


@pytest.fixture(scope="module")
def made():
    return decided.small()


@pytest.fixture(scope="module")
def drawn(made):
    return mode_figures.mode_drawings(made, decided.NAMES)


def colliding(figure, group) -> list[tuple[str, str]]:
    """Return the pairs of texts that overlap in a figure that has been drawn; turned texts are compared unturned."""
    canvas = FigureCanvasAgg(figure)
    shown = [text for text in group if text.get_visible() and text.get_text()]
    extents = [Text.get_window_extent(text, canvas.get_renderer()).padded(-0.3) for text in shown]
    pairs = itertools.combinations(zip(shown, extents, strict=True), 2)
    return [(a.get_text(), b.get_text()) for (a, first), (b, second) in pairs if first.overlaps(second)]


def words(figure) -> str:
    return " ".join(text.get_text() for text in figure.findobj(Text))


def test_all_figures_are_drawn_and_say_that_they_are_illustrative(drawn):
    assert tuple(drawn) == FIGURES
    for figure in drawn.values():
        assert ILLUSTRATIVE in words(figure)


def test_the_map_has_a_letter_for_every_recommendation(made, drawn):
    panels = drawn["mode_map"].axes
    assert [axes.get_title(loc="left") for axes in panels] == [one.name for one in made.catalogue.merchants]
    names = [label.get_text() for label in panels[0].get_yticklabels()]
    assert names == ["Kazakhstan", "Poland", "Russia", "SGP", "Tajikistan", "Thailand"]
    order = ["KAZ", "POL", "RUS", "SGP", "TJK", "THA"]
    letters = mode_figures.mode_letters(made.catalogue)
    for axes, choice in zip(panels, made.choices.values(), strict=True):
        found = {text.get_position(): text.get_text() for text in axes.texts}
        expected = {
            (column, row): letters[code]
            for row, economy in enumerate(order)
            for column, segment in enumerate(made.catalogue.segments)
            if (code := choice.recommended.loc[(economy, segment.code), "mode"])
        }
        assert found == expected
        assert np.ma.getmaskarray(axes.images[0].get_array())[4, 4]  # nothing serves food in Tajikistan


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
    for text in drawn["mode_map"].axes[1].texts:
        assert text.get_color() == ("white" if letters[text.get_text()] > 0.5 else INK)


def test_cost_and_time_are_where_the_letters_stand(made, drawn):
    axes = drawn["mode_cost_time"].axes[0]  # RUS, light goods
    found = {text.get_text(): (text.get_position(), text.get_fontweight()) for text in axes.texts}
    assert found["P"] == ((pytest.approx(5.551), 25.0), "bold")
    assert found["B"][1] == "normal"
    assert len(drawn["mode_cost_time"].axes) == 3 * 6


def test_the_trade_off_writes_deviations_that_are_not_met(made, drawn):
    axes = drawn["mix_trade_off"].axes[1]
    table = made.mixes.trade_offs["sme"].deviations
    goals = [label.get_text() for label in axes.get_xticklabels()]
    assert goals == ["affordability", "time", "loss", "finance", "risk", "concentration"]
    assert len(axes.texts) == int((table[goals] > 1e-6).to_numpy().sum())
    assert {text.get_text() for text in axes.texts if text.get_position()[0] == goals.index("finance")} == {"1.3"}
    assert len(drawn["mix_trade_off"].axes[0].get_yticklabels()) == 24


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
def test_no_label_lies_on_another_and_the_figure_fits_the_page(drawn, name):
    figure = drawn[name]
    FigureCanvasAgg(figure).draw()
    for axes in figure.axes:
        assert colliding(figure, [*axes.get_yticklabels(), axes._left_title]) == []
    svg = figure_bytes(figure, "svg").decode()
    width, height = (float(size) / 72 for size in re.search(r'width="([\d.]+)pt" height="([\d.]+)pt"', svg).groups())
    assert 0.9 * WIDTH < width < WIDTH + 0.06
    assert height < 8.7


def test_bytes_are_the_same_every_time(made):
    first, again = (figure_bytes(mode_figures.draw_mode_map(made, decided.NAMES), "svg") for _ in range(2))
    assert first == again
