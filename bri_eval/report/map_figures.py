"""Where the economies lie and how the parts of the index go together over time, in the style of the other figures."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib import rc_context

from bri_eval.analysis.routes import CORRIDORS
from bri_eval.checks import InputError, listing
from bri_eval.report.places import LETTER, Place, shortest_tree, spread_codes
from bri_eval.report.style import ACCENT, GREY, INK, LIGHT, MARKERS, SMALL, STYLE, WIDTH, settled, sheet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure

SHADES = ("white", "#bfbfbf", "#737373", INK)
"""Dots of the four quarters of the scores, the lowest first."""

DASHES: tuple[Any, ...] = (
    "solid",
    (0, (5, 1.5)),
    (0, (1, 1)),
    (0, (5, 1, 1, 1)),
    (0, (2.5, 1.5)),
    (0, (5, 1, 1, 1, 1, 1)),
)
"""Lines of the corridors, in their order."""

LEGEND = 0.48
"""Inches; the height of what names lines and dots below the map."""

HOME = "CHN"
CAPTIONS = {
    "map": "The economies at their capitals, shaded by quarter of the score, and the six corridors. Lines join the "
    "capitals of a corridor, from Beijing, by the shortest tree; they are no routes, and some lie on each other. "
    "Grid of 20 degrees; no border is drawn.",
    "coordination": "Coupling coordination of stages, networks and flows: mean of the economies of a region that are "
    "observed in every edition. Landlocked economies have no liner connectivity, so that the degree of their networks "
    "is 0.",
}


def draw_map(scores: pd.Series, capitals: pd.DataFrame, corridors: Mapping[str, Sequence[str]]) -> Figure:
    """Draw the economies at their capitals, shaded by score, with the corridors as lines.

    Parameters
    ----------
    scores
        Economy to score, of one year. An economy whose score is missing, or that is on a corridor alone, is a cross.
    capitals
        Indexed by economy, columns lat and lon, in degrees; holds every economy drawn, and China.
    corridors
        Corridor to economies, from ``corridors_of``.

    Returns
    -------
    Figure
        Every economy is named by its code; a thin line leads to a code that stands off. A degree of longitude is as
        long as one of latitude at the middle of the map. No border is drawn.

    Raises
    ------
    InputError
        For an economy without coordinates, or scores of fewer than four economies.
    """
    drawn = sorted({*scores.index, *itertools.chain(*corridors.values()), HOME})
    absent = [code for code in drawn if code not in capitals.index or capitals.loc[code].isna().any()]
    if absent:
        raise InputError(f"the capitals of {listing(absent)} have no coordinates; add lat and lon, or leave them out")
    ranked = scores.dropna()
    if len(ranked) < 4:
        raise InputError(f"there are {len(ranked)} scores; quarters need 4 or more")
    spots = capitals.loc[drawn, ["lon", "lat"]].astype(float)
    flat = _flat(spots)
    with rc_context(STYLE):
        figure, axes, scale = _globe(flat, _stretch(spots))
        frame = scale * np.array([*axes.get_xlim(), *axes.get_ylim()])[[0, 2, 1, 3]]
        for (corridor, members), dashes in zip(corridors.items(), itertools.cycle(DASHES), strict=False):
            lines = shortest_tree(spots.loc[list(dict.fromkeys([HOME, *members]))])
            _draw_lines(axes, flat, lines, dashes, CORRIDORS.get(corridor, corridor))
        _draw_dots(axes, flat, ranked)
        dots = {code: (x * scale, y * scale) for code, (x, y) in flat.items()}
        for place in spread_codes(dots, frame=tuple(frame)):
            _write_code(axes, place, scale)
        _legends(figure, axes, len(corridors))
    return settled(figure)


def draw_coordination(tables: Mapping[str, pd.DataFrame], regions: pd.Series) -> Figure:
    """Draw the coupling coordination of several views over the editions, by region.

    Parameters
    ----------
    tables
        Title to table with a column ``coordination``, from ``coordination_table``.
    regions
        Economy to region.

    Returns
    -------
    Figure
        One panel per view; a line is the mean of the economies of a region seen in every year, so that it cannot move
        by its members. The number after a region is that of these economies.

    Raises
    ------
    InputError
        If no economy is seen in every year.
    """
    means = {title: _balanced(table["coordination"], regions, title) for title, table in tables.items()}
    with rc_context(STYLE):
        figure = sheet(2.5)
        panels = figure.subplots(1, len(means), sharey=True, squeeze=False)[0]
        for axes, (title, table) in zip(panels, means.items(), strict=True):
            for (region, row), marker in zip(table.iterrows(), itertools.cycle(MARKERS), strict=False):
                fill = "white" if MARKERS.index(marker) % 2 else INK
                line = {"color": INK, "linewidth": 0.7, "markersize": 3, "markerfacecolor": fill}
                axes.plot(table.columns, row, marker=marker, label=str(region), **line)
            axes.set_title(title, fontsize=SMALL)
            axes.set_xticks(table.columns, [str(year)[-2:].rjust(3, "'") for year in table.columns])
            axes.grid(axis="y")
        panels[0].set_ylabel("degree of coordination, 0 to 1")
        panels[0].set_ylim(bottom=0)
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
        return settled(figure)


def _balanced(degrees: pd.Series, regions: pd.Series, title: str) -> pd.DataFrame:
    """Average by region and year over the economies seen in every year."""
    wide = pd.DataFrame({year: part.droplevel("year") for year, part in degrees.groupby(level="year")}).dropna()
    if wide.empty:
        raise InputError(f"{title}: no economy is observed in every year; draw fewer years")
    of = regions.reindex(wide.index)
    counts = of.value_counts()
    return wide.groupby(of.map(lambda region: f"{region} ({counts[region]})")).mean()


def _globe(flat: Mapping[str, tuple[float, float]], stretch: float) -> tuple[Figure, Any, float]:
    """Make axes in degrees of latitude, with a graticule; give also the points per degree."""
    places = np.array(list(flat.values()))
    (left, bottom), (right, top) = places.min(axis=0) - 3.0, places.max(axis=0) + 3.0
    scale = 72 * WIDTH / (right - left)
    height = scale * (top - bottom) / 72
    figure = sheet(height + LEGEND, layout="none")
    axes = figure.add_axes((0, LEGEND / (height + LEGEND), 1, height / (height + LEGEND)))
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    axes.axis("off")
    for lat in range(-80, 90, 20):
        axes.axhline(lat, color=LIGHT, linewidth=0.3, zorder=0)
    for lon in range(-180, 200, 20):
        axes.axvline(lon * stretch, color=LIGHT, linewidth=0.3, zorder=0)
    return figure, axes, float(scale)


def _stretch(spots: pd.DataFrame) -> float:
    """Give the length of a degree of longitude, in degrees of latitude, at the middle of the map."""
    return float(np.cos(np.radians((spots["lat"].min() + spots["lat"].max()) / 2)))


def _flat(spots: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Project places: longitude shortened, latitude as it is."""
    across, up = spots["lon"].to_numpy() * _stretch(spots), spots["lat"].to_numpy()
    return {str(code): (float(x), float(y)) for code, x, y in zip(spots.index, across, up, strict=True)}


def _draw_lines(
    axes: Any, flat: Mapping[str, tuple[float, float]], lines: Sequence[tuple[str, str]], dashes: Any, name: str
) -> None:
    """Draw the lines of one corridor, the first of them named for the legend."""
    for number, (start, end) in enumerate(lines):
        (x, y), (u, v) = flat[start], flat[end]
        axes.plot([x, u], [y, v], color=ACCENT, linewidth=0.7, linestyle=dashes, label=name if number == 0 else None)


def _draw_dots(axes: Any, flat: Mapping[str, tuple[float, float]], scores: pd.Series) -> None:
    """Draw a dot per economy, shaded by quarter of the scores; a square for China, a cross where there is no score."""
    ends = [float(end) for end in np.quantile(scores, [0.0, 0.25, 0.5, 0.75, 1.0])]
    quarter = {str(code): int(np.digitize(score, ends[1:4])) for code, score in scores.items()}
    for number, shade in enumerate(SHADES):
        members = [code for code in flat if quarter.get(code) == number]
        label = f"score {ends[number]:.2f} to {ends[number + 1]:.2f}"
        _draw_places(axes, flat, members, "o", shade, label)
    _draw_places(axes, flat, [code for code in flat if code not in quarter and code != HOME], "x", INK, "no score")
    _draw_places(axes, flat, [HOME], "s", "white", "China")


def _draw_places(
    axes: Any, flat: Mapping[str, tuple[float, float]], codes: Sequence[str], marker: str, fill: str, label: str
) -> None:
    """Draw a marker at every place, and name it for the legend if there is any."""
    if codes:
        across, up = ([flat[code][axis] for code in codes] for axis in (0, 1))
        axes.plot(across, up, marker, color=INK, markerfacecolor=fill, **_DOT, label=label)


def _write_code(axes: Any, place: Place, scale: float) -> None:
    """Write a code at its place, with a thin line to its dot if it stands off."""
    x, y = (value / scale for value in place.label)
    if np.hypot(place.label[0] - place.dot[0], place.label[1] - place.dot[1]) > 2.2 * LETTER:
        axes.plot([place.dot[0] / scale, x], [place.dot[1] / scale, y], color=GREY, linewidth=0.3, zorder=1.5)
    halo = {"facecolor": "white", "edgecolor": "none", "pad": 0.15, "alpha": 0.75}
    axes.text(x, y, place.code, fontsize=LETTER, ha="center", va="center", bbox=halo, zorder=3)


def _legends(figure: Figure, axes: Any, lines: int) -> None:
    """Set the legends of lines and dots below the map."""
    handles, labels = axes.get_legend_handles_labels()
    style = {"ncols": 2, "borderaxespad": 0.2, "columnspacing": 1.2}
    figure.legend(handles[:lines], labels[:lines], loc="lower left", handlelength=3.2, **style)
    figure.legend(handles[lines:], labels[lines:], loc="lower right", handlelength=1.2, **style)


_DOT: dict[str, Any] = {"linestyle": "", "markersize": 3.4, "zorder": 2}
