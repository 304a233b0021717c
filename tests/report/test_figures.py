"""The first figures: what is drawn, in which order, and that every word can be read."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import studies
from legible import faults, names
from matplotlib.colors import to_hex

import bri_eval as be
from bri_eval.report import figures
from bri_eval.report.style import GREY, INK, LIGHT
from bri_eval.tables import read_groups


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> studies.Run:
    return studies.tiny(tmp_path_factory.getbasetemp())


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


def lengths(axes) -> list[float]:
    """Return the lengths of the bars of a panel, from the top."""
    return [line[1][0] - line[0][0] for line in axes.collections[0].get_segments()]


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
    scores = run.results.evaluations["main"].scores.xs(2012, level="year").sort_values("capability", ascending=False)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["Capability", "Hardware", "Software &\ncare"]
    for axes, code in zip(figure.axes, ["capability", "hardware", "software"], strict=True):
        np.testing.assert_allclose(lengths(axes), scores[code])
        assert axes.get_xlim()[1] >= scores.to_numpy().max()
        assert to_hex(axes.collections[0].get_color()[0]) == (INK if code == "capability" else GREY)
        assert axes.get_xlabel() == "score"


def test_ranking_labels_are_names_with_ranks_best_on_top(run):
    axes = drawn(run, "ranking").axes[0]
    labels = names(axes)
    assert labels[0] == "Egypt, Arab Rep.  1"
    assert labels[-1] == "Côte d'Ivoire  8"
    assert axes.yaxis_inverted()
    assert [text.get_position()[1] for text in axes.texts] == list(range(8))


def test_ranking_names_the_interval_of_a_rank(run):
    main = run.results.evaluations["main"]
    economies = main.ranks_in(2012).index
    table = pd.DataFrame({"lower": 1, "upper": np.arange(len(economies)) + 2.0}, index=economies)
    figure = figures.draw_ranking(main, 2012, pd.Series(dtype=object), SimpleNamespace(table=table))
    assert names(figure.axes[0])[0] == f"EGY  1 (1\u2013{table.loc['EGY', 'upper']:.0f})"
    assert faults(figure) == []


def test_an_economy_without_a_name_is_labelled_by_its_code(run):
    figure = figures.draw_ranking(run.results.evaluations["main"], 2012, pd.Series(dtype=object))
    assert names(figure.axes[0])[0] == "EGY  1"


@pytest.mark.parametrize("name", ["ranking", "coefficients", "change"])
def test_every_word_can_be_read(run, name):
    assert faults(drawn(run, name)) == []


def test_a_goal_without_pillars_has_one_panel():
    assert len(figures.draw_ranking(evaluated(), 2012, pd.Series(dtype=object)).axes) == 1


def test_negative_scores_are_inside_the_axes(run):
    main = run.results.evaluations["main"]
    negative = studies.altered(main, scores=main.scores - 0.5)
    axes = figures.draw_ranking(negative, 2012, pd.Series(dtype=object)).axes[0]
    assert axes.get_xlim()[0] <= min(lengths(axes)) < 0


# change


def test_change_has_a_line_an_economy_and_a_mean_a_region(run):
    axes = drawn(run, "change").axes[0]
    grey = [line for line in axes.lines if to_hex(line.get_color()) == LIGHT]
    black = [line for line in axes.lines if to_hex(line.get_color()) == INK]
    assert (len(grey), len(black)) == (8, 2)
    assert len({line.get_marker() for line in black}) == 2
    scores = run.results.evaluations["main"].scores.reset_index().pivot_table("capability", "economy", "year")
    regions = read_groups(run.results.study.tables, "region")
    north = scores[regions.reindex(scores.index) == "North"].mean()
    np.testing.assert_allclose(black[0].get_ydata(), north)
    assert {text.get_text() for text in axes.texts} == {"North (4)", "South (4)"}
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["2010", "2012", "2014"]
    assert axes.get_ylabel() == "Capability, score"


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
    assert len([line for line in axes.lines if to_hex(line.get_color()) == INK]) == regions


def test_labels_of_ends_keep_their_order_and_no_two_lie_on_each_other():
    """Thirty regions of about one mean fill the height; their labels stand in the order of the means."""
    made = evaluated(economies=30)
    level = made.scores.assign(goal=0.5 + 0.001 * made.scores["goal"])
    economies = made.scores.index.unique("economy")
    figure = figures.draw_change(studies.altered(made, scores=level), pd.Series(economies, index=economies))
    assert faults(figure) == []
    ends = level["goal"].xs(2012, level="year").sort_values()
    texts = sorted(figure.axes[0].texts, key=lambda text: text.xyann[1])
    assert [text.get_text() for text in texts] == [f"{economy} (1)" for economy in ends.index]
    assert [text.xy for text in texts] == [(2012, end) for end in ends]


# coefficients


def test_coefficients_are_points_with_intervals_from_the_top(run):
    axes = drawn(run, "coefficients").axes[0]
    fits = run.results.evidence.fits
    assert names(axes) == ["pooled", "two-way"]
    assert axes.yaxis_inverted()
    filled, open_ = axes.lines[:2]
    segments = axes.collections[0].get_segments()
    for fit, interval, point in zip(fits, segments, (filled, open_), strict=True):
        term = fit.spec.regressors[0]
        np.testing.assert_allclose(interval[:, 0], fit.conf_int.loc[term])
        np.testing.assert_allclose(point.get_xdata(), fit.params[term])
    assert [list(point.get_ydata()) for point in (filled, open_)] == [[0], [1]]
    assert [to_hex(point.get_markerfacecolor()) for point in (filled, open_)] == [INK, "#ffffff"]
    said = [text.get_text() for text in axes.get_legend().get_texts()]
    assert said == ["compares economies", "compares an economy with itself"]


def test_zero_is_marked(run):
    axes = drawn(run, "coefficients").axes[0]
    assert list(axes.lines[-1].get_xdata()) == [0, 0]
    assert axes.get_xlim()[0] < 0 < axes.get_xlim()[1]


# bytes


@pytest.mark.parametrize("name", ["ranking", "change", "coefficients"])
@pytest.mark.parametrize("kind", ["svg", "pdf"])
def test_bytes_are_those_of_the_run(run, name, kind):
    assert figures.figure_bytes(drawn(run, name), kind) == (run.out / "figures" / f"{name}.{kind}").read_bytes()
