"""The three figures of the paper: what stands where, that no label lies on another, and that they say what they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import studies
from legible import faults, written
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import FancyBboxPatch

from bri_eval.analysis.routes import CORRIDORS, LINKS, NETWORKS, corridors_of, network_cells
from bri_eval.analysis.traceability import ANSWERS, problem_paths
from bri_eval.checks import InputError
from bri_eval.report.paper_figures import (
    ASPECTS,
    CAPTIONS,
    draw_channels,
    draw_problem_path,
    draw_three_networks,
)
from bri_eval.report.style import SMALL, figure_bytes

both = pytest.mark.parametrize("name", ["framework", "full_framework"])


def words(figure) -> list[str]:
    return [text.get_text().replace("\n", " ").strip() for text in figure.axes[0].texts if text.get_text()]


def outside(figure) -> list[str]:
    """Return the texts of a diagram that stand out of its frame or of the box around their middle."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    axes, found = figure.axes[0], []
    frame = axes.get_window_extent(canvas.get_renderer())
    boxes = [
        patch.get_window_extent(canvas.get_renderer()) for patch in axes.patches if isinstance(patch, FancyBboxPatch)
    ]
    for text in axes.texts:
        extent = text.get_window_extent(canvas.get_renderer())
        middle = (extent.x0 + extent.x1) / 2, (extent.y0 + extent.y1) / 2
        for limit in (frame, *(box for box in boxes if box.contains(*middle))):
            if text.get_text() and not (limit.x0 <= extent.x0 and extent.x1 <= limit.x1):
                found.append(text.get_text())
    return found


@both
def test_paths_name_every_problem_path_pillar_and_indicator(request, name):
    framework = request.getfixturevalue(name)
    figure = draw_problem_path(framework)
    found = words(figure)
    for answer, row in zip(ANSWERS, problem_paths(framework).to_dict("records"), strict=True):
        assert f"{answer.problem} ({answer.problem_section})" in found
        assert f"{answer.path} ({answer.path_section})" in found
        assert row["pillar"] in found
        assert set(row["indicators"]) <= set(found)
    assert len([patch for patch in figure.axes[0].patches if isinstance(patch, FancyBboxPatch)]) == 3 * len(ANSWERS)


@both
def test_no_word_of_a_diagram_lies_on_another_or_leaves_its_box(request, name):
    framework = request.getfixturevalue(name)
    for figure in (draw_problem_path(framework), draw_three_networks(framework)):
        assert faults(figure) == []
        assert outside(figure) == []


def test_the_reader_of_boxes_sees_a_word_that_sticks_out(framework):
    figure = draw_problem_path(framework)
    box = next(text for text in figure.axes[0].texts if text.get_text().startswith("Logistics network"))
    box.set_text("a word that is much too long for its box")
    assert set(outside(figure)) == {"a word that is much too long for its box"}


@both
def test_networks_hold_every_indicator_in_the_cell_of_its_tags(request, name):
    framework = request.getfixturevalue(name)
    cells = network_cells(framework)
    assert sorted(code for codes in cells.values() for code in codes) == sorted(framework.codes)
    assert cells["transport", "transport"][0] == "liner_connectivity"
    assert "lpi_tracking" in cells["operation", "delivery"]
    assert "lpi_customs" in cells["operation", "import_clearance"]
    figure = draw_three_networks(framework)
    axes = figure.axes[0]
    middle = {head.replace("\n", " "): text.get_position() for text in axes.texts for head in [text.get_text()]}
    tops = {network: middle[f"{printed} network"][1] for network, printed in NETWORKS.items()}
    assert tops["information"] > tops["transport"] > tops["operation"]
    for (network, link), codes in cells.items():
        for code in codes:
            first = next(t for t in axes.texts if framework.names[code].startswith(t.get_text()) and t.get_text())
            x, y = first.get_position()
            nearest = min(LINKS, key=lambda other: abs(middle[LINKS[other]][0] - 8 - x))
            assert nearest == link
            assert min(tops, key=lambda other: abs(tops[other] - y)) == network or y < tops[network] + 6
            bold = "network" in next(i for i in framework.indicators if i.code == code).tags
            assert (first.get_fontweight() == "bold") == bold


def test_an_indicator_without_a_place_is_named(framework):
    bare = replace(framework, indicators=(replace(framework.indicators[0], tags={}), *framework.indicators[1:]))
    with pytest.raises(InputError, match=r"panel.toml: indicator 'internet_users' has no place among 'information', "):
        draw_three_networks(bare)


# channels


@pytest.fixture(scope="module")
def corridors(data):
    return corridors_of(data / "raw")


@pytest.fixture(scope="module")
def channels(evaluation, corridors):
    return draw_channels(evaluation, 2018, corridors)


def test_dots_are_the_scores_of_each_corridor(channels, evaluation, corridors):
    scores = evaluation.scores["infrastructure"].xs(2018, level="year")
    lanes = [line for line in channels.axes[0].lines if line.get_marker() == "o"]
    assert len(lanes) == len(corridors) == 6
    for line, members in zip(lanes, corridors.values(), strict=True):
        np.testing.assert_allclose(line.get_xdata(), scores[members].sort_values(), rtol=0, atol=1e-15)
    dashed = next(
        line for line in channels.axes[0].lines if len(line.get_xdata()) == 2 and not np.ptp(line.get_xdata())
    )
    assert dashed.get_xdata()[0] == pytest.approx(scores.median())


def test_codes_stand_in_the_order_of_scores(channels, evaluation, corridors):
    scores = evaluation.scores["infrastructure"].xs(2018, level="year")
    texts = channels.axes[0].texts
    assert [text.get_text() for text in texts] == [
        code for members in corridors.values() for code in scores[members].sort_values().index
    ]
    labels = [label.get_text() for label in channels.axes[0].get_yticklabels()]
    assert labels == [f"{CORRIDORS[code]} ({len(members)})" for code, members in corridors.items()]
    assert faults(channels) == []
    assert {text.get_fontsize() for text, _ in written(channels)} == {SMALL}


def test_aspects_are_means_over_the_corridor(channels, evaluation, corridors):
    matrix = evaluation.matrix.xs(2018, level="year")
    points = {line.get_label(): line.get_xdata() for line in channels.axes[1].lines}
    for name, code in ASPECTS.items():
        expected = [matrix.loc[members, code].mean() for members in corridors.values()]
        np.testing.assert_allclose(points[name], expected, rtol=0, atol=1e-15)


def test_an_economy_without_a_score_is_left_out(evaluation):
    figure = draw_channels(evaluation, 2018, {"NELB": ["KAZ", "AZE"], "CPEC": ["AZE"]})
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["New Eurasian Land Bridge (1)"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"year": 2017}, "no economy is ranked in 2017; years are '2007', '2010'"),
        ({"pillar": "infrastructur"}, r"unknown group 'infrastructur'.*did you mean 'infrastructure'"),
        ({"aspects": {"x": "lpi_custom"}}, r"aspects: unknown indicator 'lpi_custom'.*did you mean 'lpi_customs'"),
        ({"corridors": {"CPEC": ["AZE"]}}, "none of the economies of 'CPEC' is ranked in 2018; choose another year"),
    ],
)
def test_what_channels_refuse(evaluation, corridors, arguments, message):
    given = {"year": 2018, "corridors": corridors, **arguments}
    with pytest.raises(InputError, match=message):
        draw_channels(evaluation, given.pop("year"), given.pop("corridors"), **given)


def test_scores_that_are_all_one_are_still_apart(evaluation, corridors):
    flat = evaluation.scores.assign(infrastructure=0.5)
    figure = draw_channels(studies.altered(evaluation, scores=flat, matrix=evaluation.matrix), 2018, corridors)
    assert faults(figure) == []


def test_bytes_are_the_same_every_time(framework, channels, evaluation, corridors):
    assert figure_bytes(channels, "svg") == figure_bytes(draw_channels(evaluation, 2018, corridors), "svg")
    assert figure_bytes(channels, "svg") == figure_bytes(channels, "svg")
    for draw in (draw_problem_path, draw_three_networks):
        assert figure_bytes(draw(framework), "svg") == figure_bytes(draw(framework), "svg")


def test_captions_say_that_figures_are_redrawn():
    assert len(CAPTIONS) == 3
    assert all("Redrawn from the text" in caption for caption in CAPTIONS.values())
