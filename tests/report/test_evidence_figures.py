"""Figures of the checks: what is drawn is what was found."""

from dataclasses import replace

import numpy as np
import pytest
from evidence_made import NAMES, VARIABLES, made
from legible import faults, names

from bri_eval.report.evidence_figures import (
    MOST,
    draw_curve,
    draw_leave_one_out,
    draw_marginal_effects,
    draw_threshold,
    evidence_figures,
)
from bri_eval.report.style import figure_bytes


@pytest.fixture(scope="module")
def checks():
    return made().checks


def test_every_declared_check_is_drawn_and_renders_the_same_twice(checks):
    drawn = evidence_figures(checks, VARIABLES, NAMES)
    assert list(drawn) == ["curve", "leave_one_out", "marginal_effects", "threshold"]
    again = evidence_figures(checks, VARIABLES, NAMES)
    for name in ("threshold", "marginal_effects"):
        assert figure_bytes(drawn[name], "svg") == figure_bytes(again[name], "svg")
    assert {name: faults(figure) for name, figure in drawn.items()} == {name: [] for name in drawn}


def test_what_was_not_checked_is_not_drawn(checks):
    bare = replace(
        checks,
        doubted=tuple(replace(one, left_out={}) for one in checks.doubted),
        moderations=(),
        thresholds={},
        curve=None,
    )
    assert evidence_figures(bare, VARIABLES, NAMES) == {}


def test_the_curve_ascends_by_effects_over_its_choices(checks):
    figure = draw_curve(checks.curve)
    above, below = figure.axes[:2], figure.axes[2:]
    table = checks.curve.table
    for axes, effects in zip(above, ("year", "two-way"), strict=True):
        assert axes.get_title(loc="left") == f"effects: {effects}"
        dots = np.concatenate([line.get_xydata() for line in axes.lines if line.get_marker() == "o"])
        slopes = dots[dots[:, 0].argsort(), 1]
        np.testing.assert_allclose(slopes, np.sort(table.loc[table["effects"] == effects, "slope"]))
    assert names(below[0]) == [
        "outcome: trade", "outcome: online", "measure: x", "measure: z", "controls: none", "controls: a", "sample: all",
    ]  # fmt: skip


def test_a_tick_stands_below_every_model_with_the_choice(checks):
    figure = draw_curve(checks.curve)
    table = checks.curve.table
    own = table[table["effects"] == "year"].sort_values("slope", kind="stable")
    ticks = figure.axes[2].lines[2].get_xdata()
    assert ticks[::3].tolist() == np.flatnonzero(own["measure"] == "x").tolist()


def test_every_slope_has_its_interval(checks):
    """The interval of t(23): 2.0686576 standard errors on each side."""
    bars = draw_curve(checks.curve).axes[0].lines[0].get_ydata().reshape(-1, 3)
    own = checks.curve.table[checks.curve.table["effects"] == "year"].sort_values("slope", kind="stable")
    half = 2.0686576 * own["std_error"]
    np.testing.assert_allclose(bars[:, :2], np.column_stack([own["slope"] - half, own["slope"] + half]), rtol=1e-6)


def test_black_dots_are_slopes_that_are_clear_of_zero(checks):
    lines = [line for line in draw_curve(checks.curve).axes[0].lines if line.get_marker() == "o"]
    table = checks.curve.table
    own = table[table["effects"] == "year"]
    assert [len(line.get_xdata()) for line in lines] == [(own["pvalue"] >= 0.05).sum(), (own["pvalue"] < 0.05).sum()]


def test_models_that_could_not_be_estimated_are_not_drawn(checks):
    table = checks.curve.table.copy()
    table.loc[1, ["slope", "std_error", "pvalue", "reason"]] = [np.nan, np.nan, np.nan, "collinear"]
    dots = [line for line in draw_curve(replace(checks.curve, table=table)).axes[0].lines if line.get_marker() == "o"]
    assert sum(len(line.get_xdata()) for line in dots) == 7


def test_a_list_of_models_is_one_curve_without_choices(checks):
    table = checks.curve.table.drop(columns=["outcome", "measure", "controls", "effects", "sample"])
    figure = draw_curve(replace(checks.curve, table=table.assign(model=table.index.astype(str))))
    assert len(figure.axes) == 2
    assert figure_bytes(figure, "png")


def test_the_economies_that_matter_most_are_named(checks):
    figure = draw_leave_one_out(checks.doubted, NAMES)
    table = checks.doubted[0].left_out["economy"].table
    most = table["shift"].abs().nlargest(MOST).index
    named = names(figure.axes[0])
    assert set(named[:MOST]) == {str(NAMES.get(economy, economy)) for economy in most}
    assert named[MOST] == "each of 14 others"
    assert named[MOST + 1 :] == ["2008", "2010", "2012", "2014", "2016", "North", "South", "West"]
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["trade, two-way", "trade, pooled"]


def test_slopes_without_a_unit_have_their_intervals(checks):
    """The interval of t(22): 2.0738731 standard errors on each side."""
    axes = draw_leave_one_out(checks.doubted, NAMES).axes[0]
    table = checks.doubted[0].left_out["economy"].table
    first = table.loc[table["shift"].abs().nlargest(MOST).index].sort_values("slope").iloc[0]
    (segment,) = axes.collections[0].get_segments()
    half = 2.0738731 * first["std_error"]
    np.testing.assert_allclose(segment[:, 0], [first["slope"] - half, first["slope"] + half], rtol=1e-7)


def test_marginal_effects_stand_over_the_rows(checks):
    figure = draw_marginal_effects(checks.moderations, VARIABLES)
    above, below = figure.axes
    np.testing.assert_array_equal(above.lines[0].get_ydata(), checks.moderations[0].table["slope"])
    assert sum(bar.get_height() for bar in below.patches) == 120
    assert below.get_xlabel() == "Income, US$"


def test_the_likelihood_ratio_stands_against_its_critical_value(checks):
    (axes,) = draw_threshold(checks.thresholds, VARIABLES).axes
    found = checks.thresholds["split"]
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), found.curves[0]["lr"])
    assert axes.lines[1].get_ydata()[0] == found.critical_lr
    assert axes.get_xlabel() == "Openness"
