"""Figures of the uncertainty of ranks and of what causes it, in the style of the other figures."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.patches import Patch

from bri_eval.checks import InputError
from bri_eval.report.rank_words import factor_words, plain_words
from bri_eval.report.style import (
    ACCENT,
    GREY,
    INK,
    LIGHT,
    SMALL,
    STYLE,
    name_rows,
    settled,
    shade_cells,
    sheet,
    write_cells,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.figure import Figure

    from bri_eval.robustness.cloud import RankCloud
    from bri_eval.robustness.sensitivity import Sensitivity

ROW = 0.125
"""Inches; the height of a line with a name."""

BOUNDS = (0.005, 0.02, 0.05, 0.1, 0.2, 0.5)
"""Shares of draws at which the shade of a rank changes."""

SHADES = (0.0, 0.1, 0.22, 0.37, 0.54, 0.73, 0.92)
"""Shades of the classes that the bounds make, from white to nearly black."""


def draw_rank_intervals(cloud: RankCloud, names: pd.Series) -> Figure:
    """Draw the ranks of all economies under uncertainty, in the order of their medians.

    Parameters
    ----------
    cloud
        From ``uncertainty``.
    names
        Economy to printed name.

    Returns
    -------
    Figure
        A line from the 5th to the 95th percentile, a dot at the median, an open diamond at the rank under the base
        recipe. The number after a name is its median.
    """
    table = cloud.table
    place = np.arange(len(table))
    with rc_context(STYLE):
        figure = sheet(ROW * len(table) + 0.5)
        axes = figure.subplots()
        axes.hlines(place, 0, table["lower"], color=LIGHT, linewidth=0.4, linestyle=(0, (1, 2)))
        axes.hlines(place, table["lower"], table["upper"], color=INK, linewidth=0.9, label="5th to 95th percentile")
        open_mark: dict[str, Any] = {"color": ACCENT, "markerfacecolor": "white", "markersize": 3.6, "linestyle": ""}
        axes.plot(table["baseline"], place, "D", **open_mark, label="under the base recipe")
        axes.plot(table["median"], place, "o", color=INK, markersize=2.2, linestyle="", label="median")
        name_rows(axes, [f"{names.get(economy, economy)}  {rank}" for economy, rank in table["median"].items()])
        axes.set_xlim(0, len(table) + 1)
        axes.set_xticks(_rank_ticks(len(table)))
        axes.set_xlabel("rank")
        axes.grid(axis="x")
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, handlelength=1.6, borderaxespad=0)
        return settled(figure)


def draw_acceptability(cloud: RankCloud, names: pd.Series) -> Figure:
    """Draw the share of draws (shade) in which each economy (line) has each rank (column), in the order of medians.

    Parameters
    ----------
    cloud, names
        As in ``draw_rank_intervals``.

    Returns
    -------
    Figure
        Seven shades, named above, which differ in print; their bounds are ``BOUNDS``.
    """
    shares = cloud.acceptability.loc[cloud.table.index]
    ticks = _rank_ticks(len(shares))
    with rc_context(STYLE):
        figure = sheet(0.112 * len(shares) + 0.55)
        axes = figure.subplots()
        name_rows(axes, _names_of(shares.index, names))
        shade_cells(axes, np.array(SHADES)[np.digitize(shares, BOUNDS)])
        axes.set_xticks([tick - 1 for tick in ticks], list(map(str, ticks)))
        axes.tick_params(axis="x", bottom=True)
        axes.set_xlabel("rank")
        marks = [Patch(facecolor=f"{1 - shade:.2f}", edgecolor=GREY, linewidth=0.4) for shade in SHADES]
        where: dict[str, Any] = {"loc": "lower right", "bbox_to_anchor": (1, 1), "borderaxespad": 0.3}
        tight: dict[str, Any] = {"ncols": len(SHADES), "handlelength": 1.2, "columnspacing": 1.0, "handletextpad": 0.4}
        axes.legend(marks, _class_words(), title="share of draws, in per cent", **where, **tight)
        return settled(figure)


def draw_dominance(cloud: RankCloud, names: pd.Series, *, best: int = 20) -> Figure:
    """Draw the share of draws, in per cent, in which the economy of a line is ranked before that of a column.

    Parameters
    ----------
    cloud, names
        As in ``draw_rank_intervals``.
    best
        How many economies, from the best median on; all if there are fewer.

    Raises
    ------
    InputError
        For fewer than two.
    """
    if best < 2:
        raise InputError(f"best is {best}; expected 2 economies or more, as each is compared with the others")
    order = cloud.table.index[:best]
    shares = cloud.dominance.loc[order, order].mask(np.eye(len(order), dtype=bool))
    with rc_context(STYLE):
        figure = sheet(0.18 * len(order) + 0.45)
        axes = figure.subplots()
        name_rows(axes, _names_of(order, names))
        _number_cells(axes, shares)
        axes.set_xticks(range(len(order)), [str(economy) for economy in order])
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
        axes.set_xlabel("per cent of draws in which the economy of the line is ranked before that of the column")
        return settled(figure)


def draw_sobol(sensitivity: Sensitivity) -> Figure:
    """Draw the first-order and total indices of the mean shift with their intervals, the largest total on top."""
    table = sensitivity.table
    place = np.arange(len(table))
    bars = (("total", "total", -0.19, GREY), ("first", "first order", 0.19, LIGHT))
    with rc_context(STYLE):
        figure = sheet(0.22 * len(table) + 0.5)
        axes = figure.subplots()
        for kind, label, offset, colour in bars:
            axes.barh(place + offset, table[kind], height=0.36, color=colour, label=label)
            axes.hlines(place + offset, table[f"{kind}_lower"], table[f"{kind}_upper"], color=INK, linewidth=0.8)
        axes.axvline(0, color=INK, linewidth=0.5)
        name_rows(axes, [factor_words(name) for name in table.index])
        axes.set_xlabel("share of the variance of the mean shift of ranks; 95 % bootstrap interval")
        axes.grid(axis="x")
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, borderaxespad=0)
        return settled(figure)


def draw_sobol_economies(
    sensitivity: Sensitivity, names: pd.Series, *, order: Iterable[object] | None = None
) -> Figure:
    """Draw the total index of every factor (column) for the rank of every economy (line), in per cent.

    Parameters
    ----------
    sensitivity
        From ``sensitivity``.
    names
        Economy to printed name.
    order
        Economies from top to bottom, such as ``cloud.table.index``; that of the outputs if not given.

    Returns
    -------
    Figure
        Factors stand in the order of their means, the largest first. An economy whose rank never moves has a blank
        line. An estimate may exceed 100; those that round to 0 are not written.
    """
    shares = sensitivity.total.iloc[1:]
    shares = shares if order is None else shares.loc[list(order)]
    shares = shares[shares.mean().sort_values(ascending=False, kind="stable").index]
    many = shares.shape[1] > 8
    heads = [factor_words(str(name)) for name in shares]
    heads = heads if many else ["\n".join(_halves(head)) for head in heads]
    tilt: dict[str, Any] = {"rotation": 45, "ha": "left", "rotation_mode": "anchor"} if many else {}
    with rc_context(STYLE):
        figure = sheet(0.112 * len(shares) + (0.95 if many else 0.5))
        axes = figure.subplots()
        name_rows(axes, _names_of(shares.index, names))
        _number_cells(axes, shares, blank=("nan", "0"))
        axes.set_xticks(range(shares.shape[1]), heads, **tilt)
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
        axes.set_xlabel("total index of the factor for the rank of the economy, in per cent of the variance")
        return settled(figure)


def draw_levels(cloud: RankCloud) -> Figure:
    """Draw how far ranks are from the baseline under every level of every factor, and what each level does to them.

    Returns
    -------
    Figure
        On the left the mean distance from the baseline, with a line at that of all draws; on the right the mean
        distance between mean ranks under the level and over all draws. Levels that no draw took are left out.

    Raises
    ------
    InputError
        For a cloud without factors.
    """
    table = cloud.levels
    if table.empty:
        raise InputError("the cloud has no factor, so there is no level to draw; give choices(recipe, levels)")
    table = table[table["draws"] > 0]
    lines, place = _outline(table.index)
    with rc_context(STYLE):
        figure = sheet(ROW * len(lines) + 0.5)
        panels = figure.subplots(1, 2, sharey=True)
        titles = ("mean distance of ranks from the baseline", "mean distance of mean ranks from those of all draws")
        for axes, column, title in zip(panels, ("shift", "moves"), titles, strict=True):
            axes.hlines(place, 0, table[column], color=LIGHT, linewidth=0.6)
            axes.plot(table[column], place, "o", color=INK, markersize=2.8, clip_on=False)
            axes.set_xlim(0, 1.05 * float(table[column].max()) or 1)
            axes.set_title(title, fontsize=SMALL)
            axes.set_xlabel("places")
        panels[0].axvline(cloud.shift, color=ACCENT, linewidth=0.8, linestyle=(0, (4, 2)), zorder=1)
        name_rows(panels[0], lines, bold=set(range(len(lines))) - set(place))
        return settled(figure)


def _number_cells(axes: Any, shares: pd.DataFrame, *, blank: tuple[str, ...] = ("nan",)) -> None:
    """Shade the cells of a table by its shares, and write these into them in per cent; what is blank is left out."""
    written = [[f"{100 * share:z.0f}" for share in row] for row in shares.to_numpy(dtype=float)]
    words = [["" if word in blank else word for word in row] for row in written]
    shades = (shares.to_numpy(dtype=float) / 1.4).clip(0, 1)
    shade_cells(axes, shades)
    write_cells(axes, words, shades)


def _names_of(economies: pd.Index, names: pd.Series) -> list[str]:
    """Name economies, by their codes where there is no name."""
    return [str(names.get(economy, economy)) for economy in economies]


def _class_words() -> list[str]:
    """Name the classes of shares, in per cent."""
    ends = [f"{100 * bound:g}" for bound in BOUNDS]
    between = [f"{low} to {high}" for low, high in itertools.pairwise(ends)]
    return [f"below {ends[0]}", *between, f"{ends[-1]} and more"]


def _outline(index: pd.Index) -> tuple[list[str], list[int]]:
    """List every factor and below it its levels, as printed; give the places of the levels."""
    lines: list[str] = []
    places: list[int] = []
    last = None
    for factor, level in index:
        if factor != last:
            lines.append(factor_words(factor))
            last = factor
        places.append(len(lines))
        lines.append(plain_words(level))
    return lines, places


def _halves(text: str) -> tuple[str, ...]:
    """Break a heading into two lines of about the same length, at a space."""
    spaces = [place for place, mark in enumerate(text) if mark == " "]
    if not spaces:
        return (text,)
    middle = min(spaces, key=lambda place: abs(2 * place - len(text)))
    return text[:middle], text[middle + 1 :]


def _rank_ticks(count: int) -> list[int]:
    """List the ranks to print on an axis: the first, and every one, fifth, tenth or fiftieth."""
    step = 1 if count <= 12 else 5 if count <= 30 else 10 if count <= 120 else 50
    return sorted({1, *range(step, count + 1, step)})
