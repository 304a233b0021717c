"""The three figures that the paper names, redrawn from its text, the data and the framework's tags."""

from __future__ import annotations

import textwrap
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.patches import FancyBboxPatch

from bri_eval.analysis.routes import CORRIDORS, LINKS, NETWORKS, network_cells
from bri_eval.analysis.traceability import problem_paths
from bri_eval.checks import InputError, listing, unknown
from bri_eval.report.places import spread_out
from bri_eval.report.style import GREY, INK, LIGHT, SMALL, STYLE, points_of, settled, sheet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure

    from bri_eval.evaluation import Evaluation
    from bri_eval.framework import Framework

LINE = 0.125
"""Inches; the height of a line of a diagram."""

LEAST = 0.1
"""The least range of scores that an axis shows, so that equal ones are not drawn apart."""

PALE, DARK = "#f0f0f0", "#595959"

ASPECTS = {
    "hubs": "lpi_infrastructure",
    "connection": "lpi_shipments",
    "clearance": "lpi_customs",
}
"""Three aspects of infrastructure and the indicator of each: the authors' judgement, as the text names none."""

CAPTIONS = {
    "problem_path": "Problems, paths and the pillars that measure them. Redrawn from the text of the paper, whose "
    "Figure 1 did not reach us; pillars and indicators are the authors'.",
    "three_networks": "Three networks over five links, with the indicators placed by their tags: black where the tag "
    "names the network, grey where it follows from the flow. Redrawn from the text of the paper, whose Figure 2 did "
    "not reach us.",
    "channels": "Infrastructure on the six corridors, with their economies. Redrawn from the text of the paper, whose "
    "Figure 3 did not reach us; the three aspects are the authors' judgement.",
}
"""Captions; each says that its figure is a reconstruction."""


def draw_problem_path(framework: Framework) -> Figure:
    """Draw the five problems of the paper, the paths that answer them, and the pillars that measure both.

    Parameters
    ----------
    framework
        With the five pillars.

    Returns
    -------
    Figure
        One line per problem: problem, path, pillar, and the pillar's indicators.
    """
    table = problem_paths(framework)
    heights = [max(2.6, len(names)) for names in table["indicators"]]
    tops = -np.concatenate([[0.0], np.cumsum([height + 0.9 for height in heights])])
    with rc_context(STYLE):
        figure, axes = _canvas(LINE * -tops[-1] + 0.25, (0, 100), (tops[-1] + 0.5, 2.0))
        for left, head in zip(_LEFT, ("Problem", "Path", "Pillar", "Indicators"), strict=True):
            axes.text(left, 1.2, head, fontweight="bold", va="center")
        for (_, row), top, height in zip(table.iterrows(), tops[:-1], heights, strict=True):
            middle = top - height / 2
            texts = (
                f"{row['problem']} ({row['problem_section']})",
                f"{row['path']} ({row['path_section']})",
                row["pillar"],
            )
            for left, text, fill in zip(_LEFT, texts, ("white", PALE, LIGHT), strict=False):
                _box(axes, (left, middle), (_BROAD, min(height, 2.6)), text, fill)
            for left, right in pairwise(_LEFT[:3]):
                _arrow(axes, (left + _BROAD, middle), (right, middle))
            _bracket(axes, _LEFT[2] + _BROAD, _LEFT[3] - 0.8, middle, _rows_of(middle, row["indicators"]))
            for y, name in zip(_rows_of(middle, row["indicators"]), row["indicators"], strict=True):
                axes.text(_LEFT[3], y, name, fontsize=SMALL, va="center")
    return settled(figure)


def draw_three_networks(framework: Framework) -> Figure:
    """Draw the three networks (lines) over the five links (columns), the indicators in their cells.

    Parameters
    ----------
    framework
        Every indicator has a ``stage`` or ``link``, and a ``network`` or ``flow``.

    Returns
    -------
    Figure
        Indicators tagged with a network are in black, those placed by their flow in grey. The two links in China have
        no indicator of their own: China's own values of the same indicators stand for them.
    """
    cells = network_cells(framework)
    lines = {key: _cell_lines(framework, codes) for key, codes in cells.items()}
    most = {n: max([2, *(len(lines.get((n, link), [])) for link in LINKS)]) for n in NETWORKS}
    tops = -np.concatenate([[0.0], np.cumsum([height + 1.2 for height in most.values()])])
    columns = dict(zip(LINKS, np.arange(5) * 18.0 + 10.0, strict=True))
    with rc_context(STYLE):
        figure, axes = _canvas(LINE * -tops[-1] + 0.45, (0, 100), (tops[-1], 3.4))
        for head, left in zip(LINKS.values(), columns.values(), strict=True):
            _box(axes, (left, 2.0), (16.5, 2.2), head, LIGHT, width=20)
        for left, after in pairwise(columns.values()):
            _arrow(axes, (left + 16.5, 2.0), (after, 2.0))
        for (network, name), top, height in zip(NETWORKS.items(), tops[:-1], most.values(), strict=True):
            _layer(axes, top, height, name)
            for link, left in columns.items():
                for step, (text, style) in enumerate(lines.get((network, link), [])):
                    axes.text(left + 0.5, top - 0.75 - step, text, fontsize=SMALL, va="center", **style)
            axes.text(columns["collection"] + 17, top - 0.3 - height / 2, _AT_HOME, color=DARK, **_MIDDLE)
    return settled(figure)


def draw_channels(
    evaluation: Evaluation,
    year: int,
    corridors: Mapping[str, Sequence[str]],
    *,
    pillar: str = "infrastructure",
    aspects: Mapping[str, str] | None = None,
) -> Figure:
    """Draw the economies of every corridor along the score of a pillar, and beside it the corridor's means by aspect.

    Parameters
    ----------
    evaluation
        The index.
    year
        One of its years.
    corridors
        Corridor to economies, from ``corridors_of``; those without a score in the year are left out.
    pillar
        The group whose score orders the economies.
    aspects
        Printed name to indicator; ``ASPECTS`` if not given.

    Returns
    -------
    Figure
        Left: one line per corridor, a dot per economy; the vertical line is the median of all economies ranked that
        year. Right: mean normalised value of each aspect's indicator over the corridor's economies.

    Raises
    ------
    InputError
        For a year, pillar or indicator that the index lacks, or corridors none of whose economies is ranked.
    """
    aspects = ASPECTS if aspects is None else aspects
    scores, values = _of_year(evaluation, year, pillar, aspects)
    lanes = {code: scores.reindex(list(row)).dropna().sort_values() for code, row in corridors.items()}
    lanes = {code: lane for code, lane in lanes.items() if len(lane)}
    if not lanes:
        raise InputError(f"none of the economies of {listing(corridors)} is ranked in {year}; choose another year")
    place = np.arange(len(lanes))
    with rc_context(STYLE):
        figure = sheet(0.42 * len(lanes) + 0.6)
        left, right = figure.subplots(1, 2, sharey=True, width_ratios=[2.6, 1])
        _draw_lanes(left, list(lanes.values()), float(scores.median()))
        left.set_yticks(place, [f"{CORRIDORS.get(code, code)} ({len(lane)})" for code, lane in lanes.items()])
        left.set_ylim(len(lanes) - 0.5, -0.6)
        left.set_xlabel(f"{evaluation.framework.names[pillar].lower()}, score {year}; dashed: median of all")
        _draw_aspects(right, place, list(lanes.values()), values, aspects)
        for axes in (left, right):
            axes.tick_params(axis="y", left=False)
        figure.legend(
            *right.get_legend_handles_labels(), loc="outside upper right", ncols=len(aspects), handletextpad=0
        )
        settled(figure)
        for y, lane in enumerate(lanes.values()):
            _label_dots(left, lane, y, points_of(figure, left)[0])
    return figure


def _of_year(
    evaluation: Evaluation, year: int, pillar: str, aspects: Mapping[str, str]
) -> tuple[pd.Series, pd.DataFrame]:
    """Take the scores of a group and the normalised values of a year, by economy."""
    if pillar not in evaluation.framework.group_codes:
        raise InputError(unknown("group", pillar, evaluation.framework.group_codes))
    for code in aspects.values():
        if code not in evaluation.framework.codes:
            raise InputError(f"aspects: {unknown('indicator', code, evaluation.framework.codes)}")
    years = evaluation.scores.index.get_level_values("year")
    if year not in years:
        raise InputError(f"no economy is ranked in {year}; years are {listing(sorted(set(years)))}")
    rows = years == year
    return (
        evaluation.scores.loc[rows, pillar].droplevel("year"),
        evaluation.matrix.loc[rows, list(dict.fromkeys(aspects.values()))].droplevel("year"),
    )


def _draw_lanes(axes: Any, lanes: list[pd.Series], median: float) -> None:
    """Draw the economies of each corridor as dots with their codes, and a line at the median of all."""
    axes.hlines(range(len(lanes)), 0, 1, transform=axes.get_yaxis_transform(), color=LIGHT, linewidth=0.6)
    axes.axvline(median, color=GREY, linewidth=0.6, linestyle=(0, (4, 2)))
    shown = np.concatenate([*(lane.to_numpy() for lane in lanes), [median]])
    middle, span = (float(shown.min()) + float(shown.max())) / 2, max(float(np.ptp(shown)), LEAST)
    axes.set_xlim(middle - 0.58 * span, middle + 0.58 * span)
    for y, lane in enumerate(lanes):
        axes.plot(lane, [y] * len(lane), "o", color=INK, markersize=3)


def _draw_aspects(
    axes: Any, place: np.ndarray, lanes: list[pd.Series], values: pd.DataFrame, aspects: Mapping[str, str]
) -> None:
    """Draw the mean of every aspect over the economies of each corridor."""
    axes.hlines(place, 0, 1, transform=axes.get_yaxis_transform(), color=LIGHT, linewidth=0.6)
    for (name, code), marker, fill in zip(aspects.items(), "osD^v", (INK, "white", GREY, "white", INK), strict=False):
        means = [float(values.loc[lane.index, code].mean()) for lane in lanes]
        axes.plot(means, place, marker, color=INK, markerfacecolor=fill, markersize=3.6, linestyle="", label=name)
    axes.set_xlabel("mean of its economies,\nnormalised value")


def _label_dots(axes: Any, lane: pd.Series, y: float, width: float) -> None:
    """Write codes above their dots, no farther from them than it takes that none lies on another."""
    low, high = axes.get_xlim()
    gap = _CODE * (high - low) / width
    places = spread_out(lane.to_numpy(dtype=float), gap, (low + gap / 2, high - gap / 2))
    style = {"arrowprops": {"arrowstyle": "-", "linewidth": 0.3, "color": GREY, "shrinkA": 0, "shrinkB": 1.5}}
    for (economy, value), x in zip(lane.items(), places, strict=True):
        axes.annotate(str(economy), (value, y), (x, y - 0.2), fontsize=SMALL, ha="center", va="bottom", **style)


def _canvas(height: float, across: tuple[float, float], down: tuple[float, float]) -> tuple[Figure, Any]:
    """Make axes without frame for a diagram."""
    figure = sheet(height, layout="none")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(*across)
    axes.set_ylim(*down)
    axes.axis("off")
    return figure, axes


def _box(
    axes: Any, at: tuple[float, float], size: tuple[float, float], text: str, fill: str, *, width: int = 25
) -> None:
    """Draw a box with wrapped text; ``at`` is the middle of its left side."""
    (x, y), (broad, high) = at, size
    shape = "round,pad=0,rounding_size=0.3"
    axes.add_patch(FancyBboxPatch((x, y - high / 2), broad, high, shape, facecolor=fill, edgecolor=INK, linewidth=0.5))
    axes.text(x + broad / 2, y, textwrap.fill(text, width), linespacing=1.1, **_MIDDLE)


def _arrow(axes: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw an arrow."""
    style = {"arrowstyle": "-|>", "color": INK, "linewidth": 0.6, "mutation_scale": 5, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", end, start, arrowprops=style)


def _bracket(axes: Any, left: float, right: float, middle: float, rows: Sequence[float]) -> None:
    """Join a box with the lines beside it."""
    for y in rows:
        axes.plot([left, right], [middle, y], color=GREY, linewidth=0.4)


def _rows_of(middle: float, names: Sequence[str]) -> list[float]:
    """Place lines of text around a middle."""
    return [middle + (len(names) - 1) / 2 - step for step in range(len(names))]


def _layer(axes: Any, top: float, height: float, name: str) -> None:
    """Draw the band of one network."""
    axes.axhspan(top - height - 0.5, top, color=PALE, linewidth=0)
    axes.text(1, top - height / 2 - 0.25, f"{name}\nnetwork", fontsize=SMALL, va="center", fontweight="bold")


def _cell_lines(framework: Framework, codes: Sequence[str]) -> list[tuple[str, dict[str, Any]]]:
    """Break the names of a cell's indicators into lines, bold and black if they are tagged with the network."""
    tagged = {indicator.code for indicator in framework.indicators if "network" in indicator.tags}
    lines = []
    for code in codes:
        style = {"color": INK, "fontweight": "bold"} if code in tagged else {"color": DARK}
        first, *rest = textwrap.wrap(framework.names[code], 22 if code not in tagged else 19)
        lines += [(first, style), *((f"   {line}", style) for line in rest)]
    return lines


_CODE = 17.0
"""Points; the width of a code with its gap."""

_LEFT = (0.4, 22.4, 44.4, 69.4)
_BROAD = 19.6
_MIDDLE: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": SMALL}
_AT_HOME = "China's own values\nof the same indicators"
