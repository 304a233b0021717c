"""Figures: what is drawn, that no label lies on another, and that the bytes are the same every time."""

from __future__ import annotations

import itertools

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import studies
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text

import bri_eval as be
from bri_eval.report import figures
from bri_eval.tables import read_groups


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> studies.Run:
    return studies.tiny(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def shipped(tmp_path_factory) -> studies.Run:
    return studies.shipped(tmp_path_factory.getbasetemp())


def drawn(run: studies.Run, name: str):
    """Draw a figure of a run anew."""
    results, study = run.results, run.results.study
    main, names = results.evaluations["main"], read_groups(study.tables, "name")
    draw = {
        "ranking": lambda: figures.draw_ranking(main, study.headline, names),
        "change": lambda: figures.draw_change(main, read_groups(study.tables, study.groups)),
        "coefficients": lambda: figures.draw_coefficients(results.evidence.fits),
    }
    return draw[name]()


def overlapping(figure, *groups) -> list[tuple[str, str]]:
    """Return the pairs of texts of one group whose extents on an Agg canvas overlap; lines of annotations are free."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    found = []
    for group in groups:
        shown = [text for text in group if text.get_visible() and text.get_text()]
        extents = [Text.get_window_extent(text, canvas.get_renderer()).padded(-0.3) for text in shown]
        pairs = itertools.combinations(zip(shown, extents, strict=True), 2)
        found += [(a.get_text(), b.get_text()) for (a, first), (b, second) in pairs if first.overlaps(second)]
    return found


def evaluated(years=(2010, 2012), economies=8) -> be.Evaluation:
    codes = [f"A{chr(65 + number // 26)}{chr(65 + number % 26)}" for number in range(economies)]
    index = pd.MultiIndex.from_product([codes, years], names=["economy", "year"])
    panel = pd.DataFrame(np.random.default_rng(1).uniform(size=(len(index), 3)), index=index, columns=list("xyz"))
    flat = be.Framework(
        groups=(be.Group(code="goal"),), indicators=tuple(be.Indicator(code=code, parent="goal") for code in "xyz")
    )
    return be.evaluate(panel, flat)


# ranking


def test_ranking_has_a_panel_a_score_and_a_bar_an_economy(run):
    figure = drawn(run, "ranking")
    scores = run.results.evaluations["main"].scores.xs(2012, level="year").sort_values("capability")
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["Capability", "Hardware", "Software &\ncare"]
    for axes, code in zip(figure.axes, ["capability", "hardware", "software"], strict=True):
        np.testing.assert_allclose([bar.get_width() for bar in axes.patches], scores[code])
        assert axes.get_xlim()[1] >= scores.to_numpy().max()


def test_ranking_labels_are_names_with_ranks_best_on_top(run):
    labels = [label.get_text() for label in drawn(run, "ranking").axes[0].get_yticklabels()]
    assert labels[-1] == "Egypt, Arab Rep.  1"
    assert labels[0] == "Côte d'Ivoire  8"


def test_an_economy_without_a_name_is_labelled_by_its_code(run):
    figure = figures.draw_ranking(run.results.evaluations["main"], 2012, pd.Series(dtype=object))
    assert figure.axes[0].get_yticklabels()[-1].get_text() == "EGY  1"


@pytest.mark.parametrize("study", ["run", "shipped"])
@pytest.mark.parametrize("name", ["ranking", "coefficients", "change"])
def test_no_label_lies_on_another(study, name, request):
    figure = drawn(request.getfixturevalue(study), name)
    loose = [text for axes in figure.axes for text in [axes._left_title, *axes.texts]]
    names = figure.axes[0].get_yticklabels()
    assert len(names) > 1
    assert overlapping(figure, names, loose, *(axes.get_xticklabels() for axes in figure.axes)) == []


def test_the_reader_of_overlaps_sees_one():
    figure = Figure()
    texts = [figure.text(0.5, y, f"at {y}") for y in (0.5, 0.51, 0.8)]
    assert overlapping(figure, texts) == [("at 0.5", "at 0.51")]


def test_a_goal_without_pillars_has_one_panel():
    assert len(figures.draw_ranking(evaluated(), 2012, pd.Series(dtype=object)).axes) == 1


def test_negative_scores_are_inside_the_axes(run):
    main = run.results.evaluations["main"]
    negative = studies.altered(main, scores=main.scores - 0.5)
    axes = figures.draw_ranking(negative, 2012, pd.Series(dtype=object)).axes[0]
    assert axes.get_xlim()[0] <= min(bar.get_width() for bar in axes.patches)


# change


def test_change_has_a_line_an_economy_and_a_mean_a_region(run):
    axes = drawn(run, "change").axes[0]
    grey = [line for line in axes.lines if to_hex(line.get_color()) == figures.LIGHT]
    black = [line for line in axes.lines if to_hex(line.get_color()) == figures.INK]
    assert (len(grey), len(black)) == (8, 2)
    assert len({line.get_marker() for line in black}) == 2
    scores = run.results.evaluations["main"].scores.reset_index().pivot_table("capability", "economy", "year")
    regions = read_groups(run.results.study.tables, "region")
    north = scores[regions.reindex(scores.index) == "North"].mean()
    np.testing.assert_allclose(black[0].get_ydata(), north)
    assert {text.get_text() for text in axes.texts} == {"North (4)", "South (4)"}
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["2010", "2012", "2014"]


def test_an_economy_that_is_not_seen_every_year_is_left_out_of_the_means(run):
    main = run.results.evaluations["main"]
    fewer = studies.altered(main, scores=main.scores.drop(index=[("ALB", 2012)]))
    axes = figures.draw_change(fewer, read_groups(run.results.study.tables, "region")).axes[0]
    assert {text.get_text() for text in axes.texts} == {"North (3)", "South (4)"}
    assert len(axes.lines) == 7 + 2


@pytest.mark.parametrize("regions", [10, 11])
def test_every_region_has_its_line(regions):
    made = evaluated(economies=regions)
    economies = made.scores.index.unique("economy")
    axes = figures.draw_change(made, pd.Series(economies, index=economies)).axes[0]
    assert len(axes.texts) == regions
    assert len([line for line in axes.lines if to_hex(line.get_color()) == figures.INK]) == regions


# coefficients


def test_coefficients_are_points_with_intervals_from_the_top(run):
    axes = drawn(run, "coefficients").axes[0]
    fits = run.results.evidence.fits
    assert [label.get_text() for label in axes.get_yticklabels()] == ["pooled", "two-way"]
    assert axes.yaxis_inverted()
    intervals, points = axes.lines[0:4:2], axes.lines[1:4:2]
    for fit, interval, point in zip(fits, intervals, points, strict=True):
        term = fit.spec.regressors[0]
        np.testing.assert_allclose(interval.get_xdata(), fit.conf_int.loc[term])
        np.testing.assert_allclose(point.get_xdata(), fit.params[term])
    assert [to_hex(point.get_markerfacecolor()) for point in points] == [figures.INK, "#ffffff"]


def test_zero_is_marked(run):
    axes = drawn(run, "coefficients").axes[0]
    assert list(axes.lines[-1].get_xdata()) == [0, 0]
    assert axes.get_xlim()[0] < 0 < axes.get_xlim()[1]


# bytes


@pytest.mark.parametrize("name", ["ranking", "change", "coefficients"])
@pytest.mark.parametrize("kind", ["svg", "pdf"])
def test_bytes_are_the_same_every_time(run, name, kind):
    content = figures.figure_bytes(drawn(run, name), kind)
    assert content == (run.out / "figures" / f"{name}.{kind}").read_bytes()
    assert b"dc:date" not in content
    assert b"CreationDate" not in content


def test_bytes_do_not_depend_on_the_style_of_the_caller(run):
    with mpl.rc_context({"axes.facecolor": "yellow", "lines.solid_capstyle": "round", "ytick.direction": "in"}):
        content = figures.figure_bytes(drawn(run, "coefficients"), "svg")
    assert content == (run.out / "figures" / "coefficients.svg").read_bytes()


def test_drawing_leaves_the_style_of_the_caller_alone(run):
    before = dict(mpl.rcParams)
    figures.figure_bytes(drawn(run, "change"), "png")
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize(("kind", "start"), [("svg", b"<?xml"), ("pdf", b"%PDF"), ("png", b"\x89PNG")])
def test_each_kind_is_what_it_says(run, kind, start):
    assert figures.figure_bytes(drawn(run, "change"), kind).startswith(start)
