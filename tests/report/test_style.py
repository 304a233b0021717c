"""The style of figures: sizes, shades, cells, one drawing for each file, and the bytes of the files."""

from __future__ import annotations

import io
import re
from unittest import mock

import matplotlib as mpl
import numpy as np
import pypdf
import pytest
from legible import cells, names, shades, written
from matplotlib import rc_context
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from bri_eval.report import style
from bri_eval.report.style import ACCENT, GREY, INK, LIGHT, SMALL, STYLE, WIDTH

SIZES = ("font.size", "axes.labelsize", "axes.titlesize", "xtick.labelsize", "ytick.labelsize", "legend.fontsize")
TABLE = np.array([[0.0, 0.3, 0.3], [0.9, np.nan, 0.3], [0.123, 0.127, 1.0]])


@pytest.fixture
def figure() -> Figure:
    """Return a figure with everything that a file may hold: lines, marks, cells, names, bold type, a minus."""
    with rc_context(STYLE):
        made = style.sheet(2.0)
        left, right = made.subplots(1, 2)
        left.plot([-1, 2], [3, 4], "o-", label="of two")
        left.set_title("a title", fontweight="bold")
        left.legend()
        style.shade_cells(right, TABLE)
        style.write_cells(right, [["a", "b", ""], ["c", "", "d"], ["e", "f", "g"]], TABLE)
        style.name_rows(right, ["Türkiye", "Côte d'Ivoire", "Viet Nam"])
        return style.settled(made)


def test_the_width_is_that_of_the_text():
    assert pytest.approx(16) == WIDTH * 2.54
    assert list(style.sheet(3.0).get_size_inches()) == pytest.approx([WIDTH, 3])


@pytest.mark.parametrize("key", [*SIZES, "legend.title_fontsize"])
def test_no_type_is_smaller_than_the_smallest(key):
    assert 6 <= SMALL <= STYLE[key] <= 9


def test_colours_differ_in_grey():
    """Luminance (BT.709) of two neighbours differs by a tenth or more."""
    greys = sorted(np.dot(to_rgb(colour), [0.2126, 0.7152, 0.0722]) for colour in (INK, ACCENT, GREY, LIGHT, "white"))
    assert np.diff(greys).min() > 0.1


def test_a_settled_figure_is_drawn_once_for_each_file(figure):
    for kind in ("svg", "pdf"):
        with mock.patch.object(Figure, "draw", autospec=True, side_effect=Figure.draw) as draw:
            style.figure_bytes(figure, kind)
        assert draw.call_count == 1


def test_a_settled_layout_has_round_places(figure):
    places = [axes.get_position(original=True).bounds for axes in style.settled(figure).axes]
    assert places
    assert all(abs(value - round(value, 6)) < 1e-12 for place in places for value in place)  # x + width - x


def test_a_layout_is_settled_once(figure):
    before = [axes.get_position().bounds for axes in figure.axes]
    assert style.settled(figure) is figure
    figure.axes[1].texts[-1].set_text("a very much longer name than there was before")
    figure.draw_without_rendering()
    assert [axes.get_position().bounds for axes in figure.axes] == before


def test_axes_are_measured_in_points():
    figure = style.sheet(2.0, layout="none")
    axes = figure.add_axes((0.1, 0.2, 0.5, 0.25))
    assert style.points_of(figure, axes) == pytest.approx((0.5 * 16 / 2.54 * 72, 0.25 * 144))


def test_cells_have_their_shades_and_neighbours_are_one_box(figure):
    axes = figure.axes[1]
    expected = np.array([[0, 0.3, 0.3], [0.9, 0, 0.3], [0.12, 0.13, 1]])
    np.testing.assert_allclose(shades(axes, 3, 3), expected, atol=1e-12)
    assert [len(patch.get_path()) // 5 for patch in axes.patches] == [1, 1, 2, 1, 1]  # 0.12, 0.13, 0.3, 0.9, 1
    assert (axes.get_xlim(), axes.get_ylim()) == ((-0.5, 2.5), (2.6, -0.6))


def test_words_stand_in_their_cells_white_on_dark_ones(figure):
    found = {text.get_text(): (text.get_position(), text.get_color()) for text in cells(figure.axes[1])}
    assert list(found) == list("abcdefg")
    assert found["c"] == ((0, 1), "white")
    assert found["d"] == ((2, 1), INK)
    assert found["g"] == ((2, 2), "white")


def test_names_stand_left_of_their_lines_bold_where_asked():
    with rc_context(STYLE):
        figure = style.sheet(1.0)
        axes = figure.subplots()
        style.name_rows(axes, ["Viet Nam", "a", "b"], bold={1})
        style.settled(figure)
    assert names(axes) == ["Viet Nam", "a", "b"]
    assert [text.get_fontweight() for text in axes.texts] == ["normal", "bold", "normal"]
    edge = axes.get_window_extent().x0
    boxes = [corners for text, corners in written(figure) if text in axes.texts]
    for row, corners in enumerate(boxes):
        assert corners[:, 0].max() == pytest.approx(edge - 3.5 * 4, abs=1.5)  # 3.5 points of 4 pixels; rounded to one
        assert corners[:, 1].mean() == pytest.approx(axes.transData.transform((0, row))[1], abs=4)  # a point


def test_letters_are_not_joined(figure):
    """A PDF would embed a font of its own for what stands for two letters."""
    with rc_context(STYLE):
        figure.axes[0].set_title("first", fontweight="normal")
        plain = pypdf.PdfReader(io.BytesIO(style.figure_bytes(style.settled(figure), "pdf"))).pages[0]
    assert len(plain["/Resources"]["/Font"]) == 2  # letters of one weight, and the minus


# files


@pytest.mark.parametrize("kind", ["svg", "pdf"])
def test_bytes_are_the_same_in_any_order_and_under_any_style_of_the_caller(figure, kind):
    content = style.figure_bytes(figure, kind)
    for other in ("pdf", "png", "svg"):
        style.figure_bytes(figure, other)
    with mpl.rc_context({"axes.facecolor": "yellow", "lines.solid_capstyle": "round", "savefig.bbox": "tight"}):
        assert style.figure_bytes(figure, kind) == content
    assert b"dc:date" not in content
    assert b"CreationDate" not in content


def test_a_picture_has_the_size_of_its_figure(figure):
    width, height = re.search(
        r'width="([\d.]+)pt" height="([\d.]+)pt"', style.figure_bytes(figure, "svg").decode()
    ).groups()
    assert (float(width), float(height)) == pytest.approx((16 / 2.54 * 72, 144), abs=1e-5)


def test_fonts_of_a_pdf_are_embedded_as_truetype(figure):
    page = pypdf.PdfReader(io.BytesIO(style.figure_bytes(figure, "pdf"))).pages[0]
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert {font["/BaseFont"].partition("+")[2] for font in fonts} == {"DejaVuSans", "DejaVuSans-Bold"}
    for font in fonts:
        (inner,) = (one.get_object() for one in font["/DescendantFonts"])
        assert inner["/Subtype"] == "/CIDFontType2"
        assert "/FontFile2" in inner["/FontDescriptor"].get_object()
    assert {"a title", "Türkiye", "Viet Nam"} <= set(page.extract_text().split("\n"))


def test_a_character_without_a_glyph_does_not_pass(figure):
    figure.axes[0].set_title("\u4e00")
    with pytest.warns(UserWarning, match="Glyph 19968 .* missing"):
        style.figure_bytes(figure, "svg")


def test_saving_leaves_the_style_of_the_caller_alone(figure):
    before = dict(mpl.rcParams)
    style.figure_bytes(figure, "png")
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize(("kind", "start"), [("svg", b"<?xml"), ("pdf", b"%PDF"), ("png", b"\x89PNG")])
def test_each_kind_is_what_it_says(figure, kind, start):
    assert style.figure_bytes(figure, kind).startswith(start)
