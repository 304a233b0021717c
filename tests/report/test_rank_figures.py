"""Figures of ranks under uncertainty: what is drawn, in which order, and that every word can be read."""

from __future__ import annotations

import itertools

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import rank_clouds
from legible import cells, faults, names, shades
from matplotlib.colors import to_hex

from bri_eval.checks import InputError
from bri_eval.report import rank_figures
from bri_eval.report.style import ACCENT, GREY, INK, LIGHT, figure_bytes

NAMES = pd.Series({"A": "Albania", "B": "Bosnia and Herzegovina", "C": "Chad"})
TOTALS = [[0.6, 0.1, np.nan], [0.3, 0.95, np.nan], [0.2, 0.5, np.nan]]
FIRSTS = [[0.5, 0.1, np.nan], [0.2, 0.4, np.nan], [-0.1, 0.3, np.nan]]


@pytest.fixture(scope="module")
def cloud():
    return rank_clouds.small()


@pytest.fixture(scope="module")
def found():
    return rank_clouds.sensitivity_of(FIRSTS, TOTALS, ("weighter", "noise: cells", "own_factor"))


@pytest.fixture(scope="module")
def wide():
    return rank_clouds.wide()


@pytest.fixture(scope="module")
def many(wide):
    """Give indices of twelve factors for every economy of the wide cloud."""
    rng = np.random.default_rng(1)
    values = rng.uniform(0, 1, (12, 64))
    made = rank_clouds.sensitivity_of(values, values, [f"a long name of factor {i}" for i in range(12)])
    return type(made)(**{name: getattr(made, name) for name in made.__slots__} | {"outputs": outputs(wide)})


def outputs(cloud) -> pd.Index:
    return pd.Index(["mean shift", *cloud.alternatives])


def heads(axes) -> list[str]:
    return [label.get_text() for label in axes.get_xticklabels()]


def segments(axes, which: int) -> np.ndarray:
    """Return the ends of the horizontal lines of a collection: lines x (from, to)."""
    return np.array([[line[0][0], line[1][0]] for line in axes.collections[which].get_segments()])


# rank intervals


def test_intervals_are_lines_dots_and_diamonds_in_the_order_of_medians(cloud):
    axes = rank_figures.draw_rank_intervals(cloud, NAMES).axes[0]
    assert names(axes) == ["Albania  1", "Bosnia and Herzegovina  2", "Chad  3", "D  4"]
    assert axes.yaxis_inverted()
    # A: 1 x 8, 2, 3; B: 1 x 2, 2 x 5, 3 x 3; C: 2 x 3, 3 x 4, 4 x 3; D: 2, 3 x 3, 4 x 6
    np.testing.assert_array_equal(segments(axes, 1), [[1, 3], [1, 3], [2, 4], [2, 4]])
    np.testing.assert_array_equal(segments(axes, 0), [[0, 1], [0, 1], [0, 2], [0, 2]])
    diamonds, dots = axes.lines
    np.testing.assert_array_equal(diamonds.get_xdata(), [2, 1, 3, 4])
    np.testing.assert_array_equal(dots.get_xdata(), [1, 2, 3, 4])
    assert (diamonds.get_markerfacecolor(), to_hex(dots.get_markerfacecolor())) == ("white", INK)
    assert (diamonds.get_marker(), to_hex(diamonds.get_color())) == ("D", ACCENT)


def test_rare_ranks_are_outside_the_line():
    ranks = [[1] * 49 + [3], [2] * 49 + [1], [3] * 49 + [2]]
    axes = rank_figures.draw_rank_intervals(rank_clouds.cloud_of(ranks, [1, 2, 3]), NAMES).axes[0]
    np.testing.assert_array_equal(segments(axes, 1), [[1, 1], [2, 2], [3, 3]])


def test_every_rank_is_inside_the_axes(wide):
    low, high = rank_figures.draw_rank_intervals(wide, pd.Series(dtype=object)).axes[0].get_xlim()
    assert low < 1
    assert high > 63


def test_the_legend_says_what_lines_and_marks_are(cloud):
    legend = rank_figures.draw_rank_intervals(cloud, NAMES).axes[0].get_legend()
    said = [text.get_text() for text in legend.get_texts()]
    assert said == ["5th to 95th percentile", "under the base recipe", "median"]


@pytest.mark.parametrize(
    ("count", "ticks"),
    [(3, [1, 2, 3]), (12, list(range(1, 13))), (30, [1, 5, 10, 15, 20, 25, 30]), (63, [1, 10, 20, 30, 40, 50, 60])],
)
def test_ranks_on_the_axis_begin_with_the_first(count, ticks):
    assert rank_figures._rank_ticks(count) == ticks


# heat maps


def test_acceptability_shades_the_shares_in_the_order_of_medians(cloud):
    axes = rank_figures.draw_acceptability(cloud, NAMES).axes[0]
    assert names(axes) == ["Albania", "Bosnia and Herzegovina", "Chad", "D"]
    assert heads(axes) == ["1", "2", "3", "4"]
    assert list(axes.get_xticks()) == [0, 1, 2, 3]  # the middles of the cells
    # A: 8 x 1, 2, 3; B: 2 x 1, 5 x 2, 3 x 3; C: 3 x 2, 4 x 3, 3 x 4; D: 1 x 2, 3 x 3, 6 x 4, of ten draws
    tenths = {8: 0.92, 6: 0.92, 5: 0.92, 4: 0.73, 3: 0.73, 2: 0.73, 1: 0.54, 0: 0.0}
    expected = [[8, 1, 1, 0], [2, 5, 3, 0], [0, 3, 4, 3], [0, 1, 3, 6]]
    np.testing.assert_array_equal(np.round(10 * cloud.acceptability.loc[list("ABCD")]), expected)
    np.testing.assert_allclose(shades(axes, 4, 4), [[tenths[n] for n in row] for row in expected], atol=1e-12)


def test_the_classes_of_shares_are_named_from_light_to_dark(cloud):
    legend = rank_figures.draw_acceptability(cloud, NAMES).axes[0].get_legend()
    said = [text.get_text() for text in legend.get_texts()]
    assert said == ["below 0.5", "0.5 to 2", "2 to 5", "5 to 10", "10 to 20", "20 to 50", "50 and more"]
    assert legend.get_title().get_text() == "share of draws, in per cent"
    greys = [patch.get_facecolor()[0] for patch in legend.get_patches()]
    np.testing.assert_allclose(greys, 1 - np.array(rank_figures.SHADES), atol=1e-12)
    assert (np.diff(greys) < -0.09).all()
    assert len(rank_figures.BOUNDS) == len(rank_figures.SHADES) - 1


@pytest.mark.parametrize(("share", "shade"), [(0.00499, 0.0), (0.005, 0.1), (0.4999, 0.73), (0.5, 0.92), (1.0, 0.92)])
def test_a_share_at_a_bound_is_of_the_class_above(share, shade):
    assert np.array(rank_figures.SHADES)[np.digitize(share, rank_figures.BOUNDS)] == shade


def test_dominance_writes_the_shares_without_the_diagonal(cloud):
    axes = rank_figures.draw_dominance(cloud, NAMES, best=3).axes[0]
    written = {text.get_position(): text.get_text() for text in cells(axes)}
    # A before B in all draws but the last two; A before C in all but the last; B before C in 5, 2, 4, 3, 1 ... by hand
    ranks = {"A": "1111111123", "B": "2222233311", "C": "3333424242"}
    expected = {
        (column, row): str(round(10 * sum(a < b for a, b in zip(ranks[one], ranks[other], strict=True))))
        for (row, one), (column, other) in itertools.permutations(enumerate("ABC"), 2)
    }
    assert written == expected
    assert heads(axes) == ["A", "B", "C"]
    shares = np.array([[int(expected.get((column, row), 0)) / 100 for column in range(3)] for row in range(3)])
    np.testing.assert_allclose(shades(axes, 3, 3), (shares / 1.4).round(2), atol=1e-12)


def test_dominance_of_fewer_economies_than_asked_for_has_all(cloud):
    assert len(cells(rank_figures.draw_dominance(cloud, NAMES).axes[0])) == 4 * 3


def test_dominance_of_one_economy_is_refused(cloud):
    with pytest.raises(InputError, match="best is 1; expected 2 economies or more"):
        rank_figures.draw_dominance(cloud, NAMES, best=1)


def test_numbers_on_dark_shades_are_white(wide):
    axes = rank_figures.draw_dominance(wide, NAMES).axes[0]
    colours = {int(text.get_text()): text.get_color() for text in cells(axes)}
    assert {colour for share, colour in colours.items() if share > 70} == {"white"}
    assert {colour for share, colour in colours.items() if share < 70} == {INK}
    assert {61, 69} & set(colours)
    assert max(share for share in colours if share < 70) > 60


# Sobol' indices


def test_sobol_bars_are_the_indices_with_their_intervals_the_largest_on_top(found):
    axes = rank_figures.draw_sobol(found).axes[0]
    assert names(axes) == ["weighting", "measurement error", "own factor"]
    assert axes.yaxis_inverted()
    total, first = [bar.get_width() for bar in axes.patches[:3]], [bar.get_width() for bar in axes.patches[3:]]
    np.testing.assert_allclose(total, [0.6, 0.3, 0.2])
    np.testing.assert_allclose(first, [0.5, 0.2, -0.1])
    np.testing.assert_allclose(segments(axes, 0), [[0.55, 0.65], [0.25, 0.35], [0.15, 0.25]])
    np.testing.assert_allclose(segments(axes, 1), [[0.45, 0.55], [0.15, 0.25], [-0.15, -0.05]])
    assert [to_hex(axes.patches[bar].get_facecolor()) for bar in (0, 3)] == [GREY, LIGHT]
    assert axes.get_xlim()[0] <= -0.15


def test_indices_of_economies_have_the_largest_mean_first_and_blank_lines_for_ranks_that_never_move(found):
    axes = rank_figures.draw_sobol_economies(found, NAMES).axes[0]
    assert names(axes) == ["Albania", "Bosnia and Herzegovina"]
    assert heads(axes) == ["measurement\nerror", "own\nfactor", "weighting"]
    np.testing.assert_allclose(shades(axes, 2, 3), [[0.68, 0.36, 0.07], [0, 0, 0]], atol=1e-12)  # over 1.4
    assert [text.get_text() for text in cells(axes)] == ["95", "50", "10"]


def test_indices_of_economies_follow_a_given_order(found):
    axes = rank_figures.draw_sobol_economies(found, NAMES, order=["B", "A"]).axes[0]
    assert names(axes) == ["Bosnia and Herzegovina", "Albania"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [("scope", ("scope",)), ("noise in the prior share", ("noise in the", "prior share")), ("a b", ("a", "b"))],
)
def test_headings_are_broken_near_the_middle(text, lines):
    assert rank_figures._halves(text) == lines


# levels


def test_levels_are_dots_under_the_name_of_their_factor_without_those_that_no_draw_took(cloud):
    left, right = rank_figures.draw_levels(cloud).axes
    assert names(left) == ["weighting", "equal", "ahp entropy", "scope", "pooled"]
    assert [text.get_fontweight() for text in left.texts] == [
        "bold",
        "normal",
        "normal",
        "bold",
        "normal",
    ]
    used = cloud.levels[cloud.levels["draws"] > 0]
    for axes, column in ((left, "shift"), (right, "moves")):
        np.testing.assert_array_equal(axes.lines[0].get_ydata(), [1, 2, 4])
        np.testing.assert_allclose(axes.lines[0].get_xdata(), used[column])
        assert axes.get_xlim()[1] >= used[column].max()
    assert list(left.lines[1].get_xdata()) == [cloud.shift, cloud.shift]


def test_a_cloud_without_factors_has_no_levels_to_draw():
    plain = rank_clouds.cloud_of([[1, 2], [2, 1]], [1, 2])
    with pytest.raises(InputError, match="the cloud has no factor"):
        rank_figures.draw_levels(plain)


def test_levels_that_move_nothing_are_drawn():
    still = rank_clouds.cloud_of([[1, 1], [2, 2]], [1, 2], factors={"scope": ("pooled", "by_year")}, levels=[[0, 1]])
    left, right = rank_figures.draw_levels(still).axes
    assert left.get_xlim() == right.get_xlim() == (0, 1)


# labels and size


@pytest.fixture(scope="module")
def drawn(wide, many):
    """Draw every figure of 63 economies with long names."""
    names = rank_clouds.long_names(wide)
    return {
        "intervals": rank_figures.draw_rank_intervals(wide, names),
        "acceptability": rank_figures.draw_acceptability(wide, names),
        "dominance": rank_figures.draw_dominance(wide, names),
        "sobol": rank_figures.draw_sobol(many),
        "economies": rank_figures.draw_sobol_economies(many, names),
        "levels": rank_figures.draw_levels(wide),
    }


FIGURES = ("intervals", "acceptability", "dominance", "sobol", "economies", "levels")


@pytest.mark.parametrize("name", FIGURES)
def test_every_word_of_many_long_names_can_be_read_on_one_page(drawn, name):
    assert faults(drawn[name]) == []
    assert drawn[name].get_figheight() < 8.7


def test_indices_that_round_to_nothing_are_not_written():
    totals = [[0.6, 0.1, 0.0049], [0.3, 0.95, 0.0051], [0.2, 0.5, 1.2]]
    axes = rank_figures.draw_sobol_economies(rank_clouds.sensitivity_of(FIRSTS, totals, "abc"), NAMES).axes[0]
    assert heads(axes) == ["c", "b", "a"]  # by their means over A and B
    assert [text.get_text() for text in cells(axes)] == ["50", "95", "10", "120", "1"]
    np.testing.assert_allclose(shades(axes, 2, 3)[1], [0.86, 0, 0], atol=1e-12)


def test_headings_of_many_factors_are_turned(drawn, found):
    assert drawn["economies"].axes[0].get_xticklabels()[0].get_rotation() == 45
    assert rank_figures.draw_sobol_economies(found, NAMES).axes[0].get_xticklabels()[0].get_rotation() == 0


# bytes


def draw(name):
    """Draw a figure of a real analysis of a tiny table, made anew."""
    if name == "sobol":
        return rank_figures.draw_sobol(rank_clouds.divided())
    if name == "economies":
        return rank_figures.draw_sobol_economies(rank_clouds.divided(), NAMES)
    cloud = rank_clouds.counted()
    if name == "levels":
        return rank_figures.draw_levels(cloud)
    drawing = {"intervals": "rank_intervals"}.get(name, name)
    return getattr(rank_figures, f"draw_{drawing}")(cloud, NAMES)


@pytest.mark.parametrize(("name", "kind"), [*((name, "svg") for name in FIGURES), ("acceptability", "pdf")])
def test_bytes_are_the_same_every_time_whatever_the_style_of_the_caller(name, kind):
    content = figure_bytes(draw(name), kind)
    with mpl.rc_context({"axes.facecolor": "yellow", "image.cmap": "jet", "ytick.direction": "in"}):
        assert figure_bytes(draw(name), kind) == content
    assert b"dc:date" not in content
    assert b"CreationDate" not in content


def test_drawing_leaves_the_style_of_the_caller_alone():
    before = dict(mpl.rcParams)
    figure_bytes(draw("acceptability"), "png")
    assert dict(mpl.rcParams) == before
