"""Figures of the uncertainty of ranks and of what causes it, in the style of the other figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.colors import Normalize, PowerNorm
from matplotlib.figure import Figure

from bri_eval.checks import InputError
from bri_eval.report.figures import GREY, INK, LIGHT, STYLE, WIDTH
from bri_eval.report.rank_words import factor_words, plain_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bri_eval.robustness.cloud import RankCloud
    from bri_eval.robustness.sensitivity import Sensitivity

SMALL = 5.5
"""Points; the size of labels of which there are many."""

SHADES = "gray_r"


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
        figure, axes = _rows(len(table), 0.125, 0.5)
        axes.hlines(place, 0, table["lower"], color=LIGHT, linewidth=0.4, linestyle=(0, (1, 2)))
        axes.hlines(place, table["lower"], table["upper"], color=INK, linewidth=0.9, label="5th to 95th percentile")
        open_mark = {"color": INK, "markerfacecolor": "white", "markeredgewidth": 0.6, "markersize": 3.6}
        axes.plot(table["baseline"], place, "D", **open_mark, linestyle="", label="under the base recipe")
        axes.plot(table["median"], place, "o", color=INK, markersize=2.2, linestyle="", label="median")
        axes.set_yticks(place, [f"{names.get(economy, economy)}  {rank}" for economy, rank in table["median"].items()])
        axes.set_xlim(0, len(table) + 1)
        axes.set_xticks(_rank_ticks(len(table)))
        axes.set_xlabel("rank")
        axes.grid(axis="x", color=LIGHT, linewidth=0.4)
        axes.set_axisbelow(True)
        axes.tick_params(labelsize=SMALL, length=2)
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, frameon=False, fontsize=6, handlelength=1.6)
    return figure


def draw_acceptability(cloud: RankCloud, names: pd.Series) -> Figure:
    """Draw the share of draws (shade) in which each economy (line) has each rank (column), in the order of medians."""
    shares = cloud.acceptability.loc[cloud.table.index]
    ticks = _rank_ticks(len(shares))
    with rc_context(STYLE):
        figure, axes = _rows(len(shares), 0.112, 0.35)
        image = _shaded(axes, shares, names, PowerNorm(0.5, vmin=0, vmax=1))
        axes.set_xticks([tick - 1 for tick in ticks], ticks, fontsize=SMALL)
        axes.set_xlabel("rank")
        axes.tick_params(length=2)
        bar = figure.colorbar(image, ax=axes, shrink=0.5, anchor=(0, 1), aspect=25, pad=0.02)
        marks = (0, 1, 5, 10, 20, 30, 50, 75, 100)
        bar.set_ticks([mark / 100 for mark in marks], labels=list(map(str, marks)))
        bar.ax.tick_params(labelsize=SMALL, length=2)
        bar.outline.set_linewidth(0.4)
        bar.set_label("share of draws, in per cent", fontsize=6)
    return figure


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
        figure, axes = _rows(len(order), 0.19, 0.3)
        _shaded(axes, shares, names, Normalize(0, 1.4))
        _write_numbers(axes, shares)
        axes.set_xticks(range(len(order)), [str(economy) for economy in order], fontsize=SMALL)
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
    return figure


def draw_sobol(sensitivity: Sensitivity) -> Figure:
    """Draw the first-order and total indices of the mean shift with their intervals, the largest total on top."""
    table = sensitivity.table
    place = np.arange(len(table))
    bars = (("total", "total", -0.19, GREY), ("first", "first order", 0.19, LIGHT))
    with rc_context(STYLE):
        figure, axes = _rows(len(table), 0.22, 0.45)
        for kind, label, offset, colour in bars:
            axes.barh(place + offset, table[kind], height=0.36, color=colour, label=label)
            axes.hlines(place + offset, table[f"{kind}_lower"], table[f"{kind}_upper"], color=INK, linewidth=0.8)
        axes.axvline(0, color=INK, linewidth=0.5)
        axes.set_yticks(place, [factor_words(name) for name in table.index])
        axes.set_xlabel("share of the variance of the mean shift of ranks; 95 % bootstrap interval")
        axes.grid(axis="x", color=LIGHT, linewidth=0.4)
        axes.set_axisbelow(True)
        axes.tick_params(axis="y", length=0)
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, frameon=False, fontsize=6)
    return figure


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
        line. An estimate may exceed 100.
    """
    shares = sensitivity.total.iloc[1:]
    shares = shares if order is None else shares.loc[list(order)]
    shares = shares[shares.mean().sort_values(ascending=False, kind="stable").index]
    many = shares.shape[1] > 11
    heads = [factor_words(str(name)) for name in shares]
    heads = heads if many else ["\n".join(_halves(head)) for head in heads]
    tilt = {"rotation": 45, "ha": "left", "rotation_mode": "anchor"} if many else {}
    with rc_context(STYLE):
        figure, axes = _rows(len(shares), 0.118, 0.45)
        _shaded(axes, shares, names, Normalize(0, 1.4))
        _write_numbers(axes, shares)
        axes.set_xticks(range(shares.shape[1]), heads, fontsize=5.3, **tilt)
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
    return figure


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
        figure = Figure(figsize=(WIDTH, 0.125 * len(lines) + 0.5), layout="constrained")
        panels = figure.subplots(1, 2, sharey=True)
        titles = ("mean distance of ranks from the baseline", "mean distance of mean ranks from those of all draws")
        for axes, column, title in zip(panels, ("shift", "moves"), titles, strict=True):
            axes.hlines(place, 0, table[column], color=LIGHT, linewidth=0.6)
            axes.plot(table[column], place, "o", color=INK, markersize=2.8, clip_on=False)
            axes.set_xlim(0, 1.05 * float(table[column].max()) or 1)
            axes.set_title(title, loc="left", fontsize=6)
            axes.set_xlabel("places", fontsize=6)
            axes.tick_params(labelsize=SMALL, length=2)
            axes.tick_params(axis="y", length=0)
        panels[0].axvline(cloud.shift, color=GREY, linewidth=0.6, zorder=1)
        panels[0].set_ylim(len(lines) - 0.3, -0.7)
        panels[0].set_yticks(range(len(lines)), lines)
        for row in set(range(len(lines))) - set(place):
            panels[0].get_yticklabels()[row].set_fontweight("bold")
    return figure


def _rows(count: int, height: float, margin: float) -> tuple[Figure, Any]:
    """Make axes with so many lines from the top, each of a height; the margin is for what is above and below them."""
    figure = Figure(figsize=(WIDTH, height * count + margin), layout="constrained")
    axes = figure.subplots()
    axes.set_ylim(count - 0.3, -0.7)
    return figure, axes


def _shaded(axes: Any, table: pd.DataFrame, names: pd.Series, norm: Normalize) -> Any:
    """Shade the cells of a table, each line named; what is missing stays white."""
    image = axes.imshow(table.to_numpy(), cmap=SHADES, norm=norm, aspect="auto", interpolation="nearest")
    axes.set_yticks(range(len(table)), [str(names.get(economy, economy)) for economy in table.index], fontsize=SMALL)
    axes.spines[:].set_visible(False)
    return image


def _write_numbers(axes: Any, table: pd.DataFrame) -> None:
    """Write the numbers of a table into its cells, in per cent, white on dark shades."""
    for (row, column), value in np.ndenumerate(table.to_numpy()):
        if np.isfinite(value):
            colour = "white" if value > 0.7 else INK
            axes.text(column, row, f"{100 * value:z.0f}", ha="center", va="center", fontsize=5, color=colour)


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
