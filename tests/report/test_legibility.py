"""Every figure of the shipped study at the size of print, and that what finds faults finds them."""

from __future__ import annotations

import io
import re

import pypdf
import pytest
import studies
from legible import faults, written
from matplotlib import rc_context
from matplotlib.figure import Figure

from bri_eval.report.style import STYLE, settled, sheet

NAMES = (
    "ranking", "change", "coefficients", "curve", "leave_one_out", "marginal_effects", "threshold", "rank_intervals",
    "acceptability", "dominance", "levels", "sobol", "sobol_economies", "mode_map", "mode_cost_time", "mix_trade_off",
    "mix_budget", "mix_front", "problem_path", "three_networks", "channels", "map", "coordination",
)  # fmt: skip
TALL = 8.8
"""Inches; what a page of the journal leaves above a caption of six lines."""


@pytest.fixture(scope="module")
def shipped(tmp_path_factory) -> studies.Run:
    return studies.shipped(tmp_path_factory.getbasetemp())


def test_no_figure_is_missing_here(shipped):
    assert set(shipped.results.figures) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_word_of_the_shipped_study_can_be_read(shipped, name):
    figure = shipped.results.figures[name]
    assert len(written(figure)) > 10
    assert faults(figure) == []
    assert figure.get_figheight() < TALL


@pytest.mark.parametrize("name", NAMES)
def test_pictures_are_vectors_of_the_width_of_the_text_and_hold_their_fonts(shipped, name):
    svg = (shipped.out / "figures" / f"{name}.svg").read_text(encoding="utf-8")
    assert float(re.search(r'width="([\d.]+)pt"', svg)[1]) == pytest.approx(16 / 2.54 * 72, abs=1e-5)
    assert "<image" not in svg
    assert "font-family" not in svg
    page = pypdf.PdfReader(io.BytesIO((shipped.out / "figures" / f"{name}.pdf").read_bytes())).pages[0]
    fonts = [font.get_object()["/DescendantFonts"][0].get_object() for font in page["/Resources"]["/Font"].values()]
    assert {font["/Subtype"] for font in fonts} == {"/CIDFontType2"}
    assert all("/FontFile2" in font["/FontDescriptor"].get_object() for font in fonts)
    kinds = [one.get_object()["/Subtype"] for one in page["/Resources"].get("/XObject", {}).values()]
    assert "/Image" not in kinds


# what finds faults


def test_a_word_on_another_is_found():
    figure = Figure()
    for y in (0.5, 0.51, 0.8):
        figure.text(0.5, y, f"at {y}")
    assert faults(figure) == ["'at 0.5' lies on 'at 0.51'"]


def test_a_tick_below_a_note_is_found_and_what_is_not_drawn_is_not():
    with rc_context(STYLE):
        figure = sheet(2.0)
        axes = figure.subplots()
        axes.set_xticks([0, 1, 5], ["first", "second", "beyond"])
        axes.set_xlim(0, 1)
        axes.set_xlabel("below the ticks")
        axes.text(0, 0, "hidden", visible=False)
        settled(figure)
    assert faults(figure) == []
    (place,) = (corners.mean(axis=0) for text, corners in written(figure) if text.get_text() == "second")
    figure.text(*(place / figure.dpi / figure.get_size_inches()), "note", ha="center", va="center")
    assert faults(figure) == ["'second' lies on 'note'"]


def test_words_that_leave_the_page_and_small_type_are_found():
    figure = Figure()
    figure.text(0.99, 0.5, "to the right", fontsize=8)
    figure.text(0.5, 0.5, "small", fontsize=5.9)
    assert faults(figure) == ["'small': 5.9 points", "'to the right' leaves the page"]


@pytest.mark.parametrize(("apart", "found"), [(9, 0), (3, 1)])
def test_turned_words_are_compared_as_they_are_turned(apart, found):
    """Two lines of 6 points at 45 degrees; their extents overlap, the words do so when less than a line apart."""
    figure = Figure(figsize=(4, 4), dpi=288)
    for step in (0, 1):
        across = 0.3 + step * apart * 2**0.5 / (4 * 72)
        figure.text(across, 0.3, f"a long word {step}", fontsize=6, rotation=45, rotation_mode="anchor")
    assert len(faults(figure)) == found
