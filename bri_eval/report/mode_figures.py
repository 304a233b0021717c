"""Figures of logistics modes: which is recommended where, what they cost and take, and what mixes of them reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import LogLocator

from bri_eval.modes.catalogue import ILLUSTRATIVE
from bri_eval.modes.mixes import TINY, cost_of_parcel, order_words
from bri_eval.modes.problem import GOALS
from bri_eval.report.figures import GREY, INK, LIGHT, STYLE, WIDTH
from bri_eval.report.mode_words import codes_and_names

if TYPE_CHECKING:
    from bri_eval.modes.catalogue import Catalogue
    from bri_eval.modes.decisions import Decisions

SMALL = 5.3
"""Points; the size of labels of which there are many."""


def mode_drawings(decisions: Decisions, names: pd.Series) -> dict[str, Figure]:
    """Draw every figure of a study's modes, by name.

    Parameters
    ----------
    decisions
        From ``decide``.
    names
        Economy to printed name.
    """
    return {
        "mode_map": draw_mode_map(decisions, names),
        "mode_cost_time": draw_cost_time(decisions, names),
        "mix_trade_off": draw_trade_off(decisions),
        "mix_budget": draw_budget(decisions),
        "mix_front": draw_front(decisions),
    }


def draw_mode_map(decisions: Decisions, names: pd.Series) -> Figure:
    """Draw the recommended mode of every partner (line) and segment (column), one panel per merchant.

    Returns
    -------
    Figure
        A letter and a shade for each mode; a blank cell has no mode that can serve at a cost below the goods' value.
    """
    catalogue = decisions.catalogue
    segments = codes_and_names(catalogue.segments)
    merchants = codes_and_names(catalogue.merchants)
    economies = list(dict.fromkeys(decisions.choice.recommended.index.get_level_values("economy")))
    economies = sorted(economies, key=lambda code: str(names.get(code, code)))
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 0.112 * len(economies) + 1.3), layout="constrained")
        panels = figure.subplots(1, len(decisions.choices), sharey=True, squeeze=False)[0]
        for axes, (merchant, choice) in zip(panels, decisions.choices.items(), strict=True):
            found = choice.recommended["mode"]
            codes = [[found.get((economy, segment), "") for segment in segments] for economy in economies]
            _lettered(axes, codes, catalogue)
            axes.set_title(merchants[merchant], fontsize=6, loc="left")
            turned = {"rotation": 60, "ha": "right", "rotation_mode": "anchor"}
            axes.set_xticks(
                range(len(segments)), [_short(name) for name in segments.values()], fontsize=SMALL, **turned
            )
        panels[0].set_yticks(range(len(economies)), [str(names.get(e, e)) for e in economies], fontsize=SMALL)
        panels[0].set_ylim(len(economies) - 0.5, -0.5)
        _legend(figure, catalogue)
    return figure


def draw_cost_time(decisions: Decisions, names: pd.Series) -> Figure:
    """Draw cost and time of the feasible modes, one panel per market (line) and segment (column).

    Returns
    -------
    Figure
        A letter for each mode; those on the frontier are black and joined, the others grey. Cost on a log scale.
    """
    catalogue, found = decisions.catalogue, decisions.frontier
    segments, letters = codes_and_names(catalogue.segments), mode_letters(catalogue)
    markets = list(decisions.instance)
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 1.15 * len(markets) + 0.7))
        panels = figure.subplots(len(markets), len(segments), sharey=True, sharex="col", squeeze=False)
        for row, market in zip(panels, markets, strict=True):
            row[0].set_ylabel(f"{names.get(market, market)}\ndays", fontsize=6)
            for axes, segment in zip(row, segments, strict=True):
                _points(axes, _cell(found, market, segment), letters)
        for axes, name in zip(panels[0], segments.values(), strict=True):
            axes.set_title(_short(name), fontsize=6, loc="left")
        for axes in panels[-1]:
            axes.set_xlabel(catalogue.currency or "cost", fontsize=6)
        low = 0.75 / (1.15 * len(markets) + 0.7)  # inches for the legend; no constrained layout, which is slow here
        figure.subplots_adjust(left=0.075, right=0.995, top=0.95, bottom=low, wspace=0.12, hspace=0.15)
        _legend(figure, catalogue, "lower center")
    return figure


def draw_trade_off(decisions: Decisions) -> Figure:
    """Draw the deviations (columns) under every order of the exchanged goals (lines), one panel per merchant.

    Returns
    -------
    Figure
        Shades are relative to the largest deviation from a goal over all panels; the numbers are the deviations.
    """
    found, merchants = decisions.mixes.trade_offs, codes_and_names(decisions.catalogue.merchants)
    largest = pd.concat([one.deviations[list(GOALS)] for one in found.values()]).max()
    goals = [goal for goal in GOALS if largest[goal] > TINY]
    orders = order_words(found[decisions.middle].deviations.index)
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 0.135 * len(orders) + 0.9), layout="constrained")
        panels = figure.subplots(1, len(merchants), sharey=True, squeeze=False)[0]
        for axes, (merchant, name) in zip(panels, merchants.items(), strict=True):
            table = found[merchant].deviations[goals]
            axes.imshow(
                np.sqrt(table.clip(lower=0) / largest[goals]),
                cmap="gray_r",
                vmin=0,
                vmax=1.3,
                aspect="auto",
                interpolation="nearest",
            )
            _write_deviations(axes, table, largest[goals])
            axes.set_title(name, fontsize=6, loc="left")
            axes.set_xticks(range(len(goals)), goals, fontsize=SMALL, rotation=40, ha="right", rotation_mode="anchor")
            axes.tick_params(length=0)
            axes.spines[:].set_visible(False)
        panels[0].set_yticks(range(len(orders)), orders, fontsize=4.8)
        _say_illustrative(figure, decisions.catalogue)
    return figure


def draw_budget(decisions: Decisions) -> Figure:
    """Draw the share of parcels by mode over budgets, and below it the deviations from three goals."""
    mixes, catalogue = decisions.mixes, decisions.catalogue
    shades, called = mode_shades(catalogue), codes_and_names(catalogue.modes)
    path = mixes.path.shares.join(mixes.path.deviations)
    place = np.arange(len(path))
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 3.9), layout="constrained")
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
        base = np.zeros(len(path))
        for code in (mode.code for mode in catalogue.active):
            share = path[code].to_numpy()
            above.bar(
                place, share, bottom=base, width=0.78, color=_grey(shades[code]), edgecolor="white", linewidth=0.5,
                label=called[code],
            )  # fmt: skip
            _letters_in_bars(above, place, base, share, mode_letters(catalogue)[code], shades[code])
            base = base + share
        above.set_ylim(0, 1)
        above.set_ylabel("share of parcels")
        for marker, goal in zip("osD", ("affordability", "time", "loss"), strict=True):
            below.plot(
                place, path[goal], color=INK, linewidth=0.8, marker=marker, markersize=3.2, label=goal, mfc="white"
            )
        below.set_ylabel("deviation")
        below.set_ylim(0, None)
        below.legend(frameon=False, fontsize=6)
        below.set_xticks(place, [f"{budget:,.0f}" for budget in path.index], fontsize=6)
        below.set_xlabel(f"budget, {catalogue.currency} a {catalogue.period}")
        _legend(figure, catalogue)
    return figure


def draw_front(decisions: Decisions) -> Figure:
    """Draw cost and time of the plans that no other undercuts in both, one line per merchant.

    Lines guide the eye; what lies between two points need not be attained.
    """
    catalogue = decisions.catalogue
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 3.0), layout="constrained")
        axes = figure.subplots()
        styles = zip("osD^vPX", ("-", "--", "-.", ":", "-", "--", "-."), strict=True)
        merchants = codes_and_names(catalogue.merchants)
        for (marker, line), (code, front) in zip(styles, decisions.mixes.fronts.items(), strict=False):
            cost = cost_of_parcel(front.deviations, decisions.mixes.plans[code, "cautious"])
            axes.plot(
                cost, front.deviations["days"], color=INK, linestyle=line, linewidth=0.8, marker=marker, markersize=3.6,
                markerfacecolor="white", label=merchants[code],
            )  # fmt: skip
        axes.set_xlabel(f"{catalogue.currency} a parcel, facilities included")
        axes.set_ylabel("days of the average parcel")
        axes.grid(color=LIGHT, linewidth=0.4)
        axes.set_axisbelow(True)
        axes.legend(frameon=False, fontsize=6)
        _say_illustrative(figure, catalogue)
    return figure


def mode_letters(catalogue: Catalogue) -> dict[str, str]:
    """Give every mode a letter of its code that no mode before it has.

    Returns
    -------
    dict
        Code to letter; to a number where all its letters are taken.
    """
    letters: dict[str, str] = {}
    for place, mode in enumerate(catalogue.modes, start=1):
        free = [mark for mark in mode.code.upper() if mark.isalpha() and mark not in letters.values()]
        letters[mode.code] = free[0] if free else str(place)
    return letters


def mode_shades(catalogue: Catalogue) -> dict[str, float]:
    """Give every mode a shade from light (0) to dark (1), in the order of the catalogue."""
    return {mode.code: shade for mode, shade in zip(catalogue.modes, _even(len(catalogue.modes)), strict=True)}


def _even(count: int) -> list[float]:
    """Space shades evenly, none white and none quite black."""
    return [float(shade) for shade in np.linspace(0.08, 0.92, count)]


def _grey(shade: float) -> str:
    """Turn a shade into a colour."""
    return f"{1 - shade:.3f}"


def _lettered(axes: Any, codes: list[list[str]], catalogue: Catalogue) -> None:
    """Shade the cells of a table of modes and write their letters."""
    letters, shades = mode_letters(catalogue), mode_shades(catalogue)
    image = np.array([[shades.get(code, np.nan) for code in row] for row in codes])
    axes.imshow(image, cmap="gray_r", vmin=0, vmax=1, aspect="auto", interpolation="nearest")
    for row, line in enumerate(codes):
        for column, code in enumerate(line):
            if code:
                colour = "white" if shades[code] > 0.5 else INK
                axes.text(column, row, letters[code], ha="center", va="center_baseline", fontsize=4.8, color=colour)
    axes.set_xticks(np.arange(len(codes[0]) - 1) + 0.5, minor=True)
    axes.set_yticks(np.arange(len(codes) - 1) + 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=0.6)
    axes.spines[:].set_visible(False)
    axes.tick_params(which="both", length=0)


def _write_deviations(axes: Any, table: pd.DataFrame, largest: pd.Series) -> None:
    """Write deviations into their cells, white on dark shades; those that are met stay blank."""
    for row, line in enumerate(table.to_numpy()):
        for column, value in enumerate(line):
            if value > TINY:
                colour = "white" if np.sqrt(value / largest.iloc[column]) > 0.7 else INK
                text = f"{value:.3f}" if value < 1 else f"{value:.1f}"
                axes.text(column, row, text, ha="center", va="center_baseline", fontsize=4.2, color=colour)


def _letters_in_bars(
    axes: Any, place: np.ndarray, base: np.ndarray, share: np.ndarray, letter: str, shade: float
) -> None:
    """Write the letter of a mode into its part of every bar that is high enough."""
    for x, low, height in zip(place, base, share, strict=True):
        if height > 0.03:
            colour = "white" if shade > 0.5 else INK
            axes.text(x, low + height / 2, letter, ha="center", va="center", fontsize=SMALL, color=colour)


def _say_illustrative(figure: Figure, catalogue: Catalogue) -> None:
    """Say below a figure that its inputs are illustrative."""
    if catalogue.labelled:
        figure.supxlabel(ILLUSTRATIVE, fontsize=SMALL)


def _legend(figure: Figure, catalogue: Catalogue, where: Any = "outside lower center") -> None:
    """Name the letters of the modes in use below a figure, and say that inputs are illustrative."""
    letters, shades, called = mode_letters(catalogue), mode_shades(catalogue), codes_and_names(catalogue.modes)
    used = [mode.code for mode in catalogue.active]
    marks = [Rectangle((0, 0), 1, 1, facecolor=_grey(shades[code]), edgecolor=GREY, linewidth=0.4) for code in used]
    words = [f"{letters[code]}  {called[code]}" for code in used]
    title = ILLUSTRATIVE if catalogue.labelled else None
    figure.legend(
        marks,
        words,
        loc=where,
        ncols=4,
        frameon=False,
        fontsize=SMALL,
        title=title,
        title_fontsize=SMALL,
    )


def _cell(found: pd.DataFrame, market: str, segment: str) -> pd.DataFrame:
    """Take the modes of a cell; there may be none."""
    index = found.index
    here = (index.get_level_values("economy") == market) & (index.get_level_values("segment") == segment)
    return found[here].droplevel(["economy", "segment"])


def _points(axes: Any, cell: pd.DataFrame, letters: dict[str, str]) -> None:
    """Write a letter at the cost and time of every mode, and join the efficient ones."""
    best = cell[cell["efficient"]].sort_values("full_unit_cost")
    axes.set_xscale("log")
    axes.step(best["full_unit_cost"], best["days"], where="post", color=LIGHT, linewidth=0.8, zorder=1)
    for mode, row in cell.iterrows():
        colour = INK if row["efficient"] else GREY
        weight = "bold" if row["efficient"] else "normal"
        axes.plot(row["full_unit_cost"], row["days"], alpha=0)
        axes.text(
            row["full_unit_cost"], row["days"], letters[str(mode)], ha="center", va="center", fontsize=6, color=colour,
            fontweight=weight, clip_on=False,
        )  # fmt: skip
    axes.margins(0.2, 0.12)
    axes.set_ylim(0, None)
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.minorticks_off()
    axes.tick_params(labelsize=SMALL, length=2)


def _short(name: str) -> str:
    """Drop what stands in brackets, and break a long name."""
    words = name.partition(" (")[0].replace(" and ", " & ")
    return words if len(words) < 17 else words.replace(" goods", "")
