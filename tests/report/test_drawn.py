"""What a figure shows, in numbers that another platform gives as well."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from bri_eval.report.drawn import drawn_data
from bri_eval.report.style import figure_bytes


def axes_of(figure: Figure):
    return figure.subplots()


def rows(figure: Figure, kind: str) -> list:
    return [row[2:] for row in drawn_data(figure) if row[1] == kind]


def sums(values) -> list[float]:
    values = np.asarray(values, dtype=float)
    return [values.mean(), np.sqrt((values**2).mean())]


def test_lines_are_summed_up_over_their_points():
    figure = Figure()
    axes = axes_of(figure)
    axes.plot([0, 1, 2], [1, -3, np.nan])
    axes.plot([4], [5])
    (found,) = rows(figure, "lines")
    assert found[0] == 2
    np.testing.assert_allclose(found[1:5], [*sums([0, 1, 2, 4]), *sums([1, -3, 5])], rtol=1e-7)


def test_bars_are_patches_with_their_shades():
    figure = Figure()
    axes_of(figure).barh([0, 1], [2, 4], height=1, color=["#000000", "#ffffff"])
    (found,) = rows(figure, "patches")
    x = [0, 2, 2, 0, 0, 0, 4, 4, 0, 0]
    assert found[0] == 2
    np.testing.assert_allclose(found[1:3], sums(x), rtol=1e-7)
    np.testing.assert_allclose(found[5:], sums([0, 0, 0, 1, 1, 1, 1, 1]), rtol=1e-7)


def test_points_and_pictures_are_counted_too():
    figure = Figure()
    axes = axes_of(figure)
    axes.scatter([1, 2], [3, 4], c=["red", "blue"])
    axes.imshow([[0.0, 1.0], [2.0, 3.0]], extent=(0, 2, 0, 2))
    assert rows(figure, "collections")[0][0] == 1
    (picture,) = rows(figure, "images")
    np.testing.assert_allclose(picture[5:], sums([0, 1, 2, 3]), rtol=1e-7)


def test_words_are_titles_labels_notes_and_ticks_that_were_named():
    figure = Figure()
    axes = axes_of(figure)
    axes.plot([0, 1], [0, 1])
    axes.set_title("Left", loc="left")
    axes.set_xlabel("score")
    axes.set_yticks([0, 1], ["Egypt", "Albania"])
    axes.annotate("note", (0, 0))
    figure.text(0, 0, "below")
    assert rows(figure, "words") == [["Left", "score", "Egypt", "Albania", "note"], ["below"]]


@pytest.mark.parametrize(
    "change",
    [
        lambda axes: axes.lines[0].set_ydata([1, 3.00001]),
        lambda axes: axes.lines[0].remove(),
        lambda axes: axes.set_title("Other"),
        lambda axes: axes.axvline(0),
    ],
)
def test_a_change_of_what_is_shown_shows(change):
    figure, other = Figure(), Figure()
    for one in (figure, other):
        axes_of(one).plot([0, 1], [1, 3])
    assert drawn_data(figure) == drawn_data(other)
    change(other.axes[0])
    assert drawn_data(figure) != drawn_data(other)


def test_rendering_size_and_fonts_do_not_count_and_nothing_is_changed():
    figure, large = Figure(figsize=(3, 2)), Figure(figsize=(9, 6))
    for one in (figure, large):
        axes_of(one).plot([0, 1], [1, 3])
    before = drawn_data(figure)
    assert drawn_data(large) == before
    content = figure_bytes(figure, "svg")
    assert drawn_data(figure) == before
    assert figure_bytes(figure, "svg") == content


def test_panels_are_told_apart():
    figure = Figure()
    first, second = figure.subplots(1, 2)
    first.plot([0, 1], [0, 1])
    second.plot([0, 1], [0, 2])
    assert [(row[0], row[1]) for row in drawn_data(figure)] == [
        (0, "lines"), (0, "words"), (1, "lines"), (1, "words"), ("figure", "words"),
    ]  # fmt: skip
