"""Figures of logistics modes: which is recommended where, what they cost and take, and what mixes of them reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.patches import Rectangle
from matplotlib.ticker import LogLocator

from bri_eval.modes.catalogue import ILLUSTRATIVE
from bri_eval.modes.mixes import TINY, cost_of_parcel, order_words
from bri_eval.modes.problem import GOALS
from bri_eval.report.mode_words import codes_and_names
from bri_eval.report.places import spread_codes
from bri_eval.report.style import (
    DARK,
    GREY,
    INK,
    LIGHT,
    SMALL,
    STYLE,
    name_rows,
    points_of,
    settled,
    shade_cells,
    sheet,
    write_cells,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.figure import Figure

    from bri_eval.modes.catalogue import Catalogue
    from bri_eval.modes.decisions import Decisions

ROW = 0.112
"""Inches; the height of a line with a name."""

DOT = 1.3
"""Points; the radius of a dot."""


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
        figure = sheet(ROW * len(economies) + 1.35)
        panels = figure.subplots(1, len(decisions.choices), sharey=True, squeeze=False)[0]
        name_rows(panels[0], [str(names.get(economy, economy)) for economy in economies])
        for axes, (merchant, choice) in zip(panels, decisions.choices.items(), strict=True):
            found = choice.recommended["mode"]
            codes = [[found.get((economy, segment), "") for segment in segments] for economy in economies]
            _lettered(axes, codes, catalogue)
            axes.set_title(merchants[merchant], fontsize=SMALL)
            axes.set_xticks(range(len(segments)), [_short(name) for name in segments.values()], **_TURNED)
        _legend(figure, catalogue)
        return settled(figure)


def draw_cost_time(decisions: Decisions, names: pd.Series) -> Figure:
    """Draw cost and time of the feasible modes, one panel per market (line) and segment (column).

    Returns
    -------
    Figure
        A dot and a letter for each mode; those on the frontier are filled and joined, the others open. Cost on a log
        scale.
    """
    catalogue, found = decisions.catalogue, decisions.frontier
    segments, letters = codes_and_names(catalogue.segments), mode_letters(catalogue)
    markets = list(decisions.instance)
    height = 1.15 * len(markets) + 0.85
    with rc_context(STYLE):
        figure = sheet(height, layout="none")  # equal panels; a constrained layout of so many is slow
        panels = figure.subplots(len(markets), len(segments), sharey=True, sharex="col", squeeze=False)
        figure.subplots_adjust(left=0.07, right=0.99, top=1 - 0.17 / height, bottom=0.78 / height, wspace=0.12)
        for row, market in zip(panels, markets, strict=True):
            row[0].set_ylabel(f"{names.get(market, market)}\ndays")
            for axes, segment in zip(row, segments, strict=True):
                _points(axes, _cell(found, market, segment))
        for row, market in zip(panels, markets, strict=True):
            for axes, segment in zip(row, segments, strict=True):
                _letter_points(axes, _cell(found, market, segment), letters, points_of(figure, axes))
        for axes, name in zip(panels[0], segments.values(), strict=True):
            axes.set_title(_short(name), fontsize=SMALL)
        for axes in panels[-1]:
            axes.set_xlabel(f"{catalogue.currency or 'cost'} a parcel")
        _legend(figure, catalogue, "lower center")
    return settled(figure)


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
        figure = sheet(0.135 * len(orders) + 1.0)
        panels = figure.subplots(1, len(merchants), sharey=True, squeeze=False)[0]
        name_rows(panels[0], orders)
        for axes, (merchant, name) in zip(panels, merchants.items(), strict=True):
            _write_deviations(axes, found[merchant].deviations[goals], largest[goals])
            axes.set_title(name, fontsize=SMALL)
            axes.set_xticks(range(len(goals)), goals, **_TURNED)
        _say_illustrative(figure, decisions.catalogue, _UNITS)
        return settled(figure)


def draw_budget(decisions: Decisions) -> Figure:
    """Draw the share of parcels by mode over budgets, and below it the deviations from three goals."""
    mixes, catalogue = decisions.mixes, decisions.catalogue
    shades, called = mode_shades(catalogue), codes_and_names(catalogue.modes)
    path = mixes.path.shares.join(mixes.path.deviations)
    place = np.arange(len(path))
    with rc_context(STYLE):
        figure = sheet(3.9)
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
        base = np.zeros(len(path))
        for code in (mode.code for mode in catalogue.active):
            share = path[code].to_numpy()
            bar = {"width": 0.78, "color": _grey(shades[code]), "edgecolor": "white", "linewidth": 0.5}
            above.bar(place, share, bottom=base, label=called[code], **bar)
            _letters_in_bars(above, place, base, share, mode_letters(catalogue)[code], shades[code])
            base = base + share
        above.set_ylim(0, 1)
        above.set_ylabel("share of parcels")
        for marker, goal in zip("osD", ("affordability", "time", "loss"), strict=True):
            below.plot(place, path[goal], color=INK, linewidth=0.8, marker=marker, label=goal, mfc="white")
        below.set_ylabel("excess over the target,\nas a multiple of it")
        below.set_ylim(0, None)
        below.legend()
        below.set_xticks(place, [f"{budget:,.0f}" for budget in path.index])
        below.set_xlabel(f"budget, {catalogue.currency} a {catalogue.period}")
        _legend(figure, catalogue)
        return settled(figure)


def draw_front(decisions: Decisions) -> Figure:
    """Draw cost and time of the plans that no other undercuts in both, one line per merchant.

    Lines guide the eye; what lies between two points need not be attained.
    """
    catalogue = decisions.catalogue
    with rc_context(STYLE):
        figure = sheet(2.8)
        axes = figure.subplots()
        styles = zip("osD^vPX", ("-", "--", "-.", ":", "-", "--", "-."), strict=True)
        merchants = codes_and_names(catalogue.merchants)
        for (marker, line), (code, front) in zip(styles, decisions.mixes.fronts.items(), strict=False):
            cost = cost_of_parcel(front.deviations, decisions.mixes.plans[code, "cautious"])
            style: dict[str, Any] = {"color": INK, "linestyle": line, "markersize": 3.6, "markerfacecolor": "white"}
            axes.plot(cost, front.deviations["days"], marker=marker, label=merchants[code], **style)
        axes.set_xlabel(f"{catalogue.currency} a parcel, facilities included")
        axes.set_ylabel("days of the average parcel")
        axes.grid()
        axes.legend()
        _say_illustrative(figure, catalogue)
        return settled(figure)


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
    letters, shades = {"": ""} | mode_letters(catalogue), mode_shades(catalogue)
    image = np.array([[shades.get(code, np.nan) for code in row] for row in codes])
    shade_cells(axes, image)
    high, wide = image.shape
    axes.hlines(np.arange(high - 1) + 0.5, -0.5, wide - 0.5, color="white", linewidth=0.6)
    axes.vlines(np.arange(wide - 1) + 0.5, -0.5, high - 0.5, color="white", linewidth=0.6)
    write_cells(axes, [[letters[code] for code in row] for row in codes], image)


def _write_deviations(axes: Any, table: pd.DataFrame, largest: pd.Series) -> None:
    """Shade deviations and write them into their cells; those that are met stay blank."""
    shades = ((table.clip(lower=0) / largest) ** 0.5 / 1.3).where(table > TINY).to_numpy()
    shade_cells(axes, shades)
    write_cells(axes, [[_deviation(value) for value in row] for row in table.to_numpy()], shades)


def _deviation(value: float) -> str:
    """Write a deviation; none that is met."""
    return "" if value <= TINY else f"{value:.2f}" if value < 1 else f"{value:.1f}"


def _letters_in_bars(
    axes: Any, place: np.ndarray, base: np.ndarray, share: np.ndarray, letter: str, shade: float
) -> None:
    """Write the letter of a mode into its part of every bar that is high enough."""
    for x, low, height in zip(place, base, share, strict=True):
        if height > 0.045:
            colour = "white" if shade > DARK else INK
            axes.text(x, low + height / 2, letter, ha="center", va="center", fontsize=SMALL, color=colour)


def _say_illustrative(figure: Figure, catalogue: Catalogue, before: str = "") -> None:
    """Say below a figure, after something else, that its inputs are illustrative."""
    said = [line for line in (before, ILLUSTRATIVE if catalogue.labelled else "") if line]
    if said:
        figure.supxlabel("\n".join(said), fontsize=SMALL)


def _legend(figure: Figure, catalogue: Catalogue, where: Any = "outside lower center") -> None:
    """Name the letters of the modes in use below a figure, and say that inputs are illustrative."""
    letters, shades, called = mode_letters(catalogue), mode_shades(catalogue), codes_and_names(catalogue.modes)
    used = [mode.code for mode in catalogue.active]
    marks = [Rectangle((0, 0), 1, 1, facecolor=_grey(shades[code]), edgecolor=GREY, linewidth=0.4) for code in used]
    words = [f"{letters[code]}  {called[code]}" for code in used]
    title = ILLUSTRATIVE if catalogue.labelled else None
    figure.legend(marks, words, loc=where, ncols=4, title=title)


def _cell(found: pd.DataFrame, market: str, segment: str) -> pd.DataFrame:
    """Take the modes of a cell; there may be none."""
    index = found.index
    here = (index.get_level_values("economy") == market) & (index.get_level_values("segment") == segment)
    return found[here].droplevel(["economy", "segment"])


def _points(axes: Any, cell: pd.DataFrame) -> None:
    """Draw a dot at the cost and time of every mode, and join the efficient ones."""
    axes.set_xscale("log")
    best = cell[cell["efficient"]].sort_values("full_unit_cost")
    axes.step(best["full_unit_cost"], best["days"], where="post", color=LIGHT, linewidth=0.8, zorder=1)
    for rows, fill in ((cell[~cell["efficient"]], "white"), (best, INK)):
        style = {"markersize": 2 * DOT, "markerfacecolor": fill, "color": INK, "markeredgewidth": 0.4}
        axes.plot(rows["full_unit_cost"], rows["days"], "o", **style, clip_on=False)
    axes.margins(0.2, 0.12)
    axes.set_ylim(0, None)
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.minorticks_off()


def _letter_points(axes: Any, cell: pd.DataFrame, letters: Mapping[str, str], size: tuple[float, float]) -> None:
    """Write the letter of every mode beside its dot, in bold if it is efficient; the size of the panel is in points."""
    (left, right), (low, high) = np.log(axes.get_xlim()), axes.get_ylim()
    across = (np.log(cell["full_unit_cost"]) - left) / (right - left) * size[0]
    up = (cell["days"] - low) / (high - low) * size[1]
    dots = {str(mode): place for mode, place in zip(cell.index, zip(across, up, strict=True), strict=True)}
    for place in spread_codes({letters[mode]: at for mode, at in dots.items()}, DOT, frame=(0.0, 0.0, *size)):
        mode = next(mode for mode in dots if letters[mode] == place.code)
        weight = "bold" if cell.loc[mode, "efficient"] else "normal"
        at = place.label[0] / size[0], place.label[1] / size[1]
        axes.text(
            *at, place.code, transform=axes.transAxes, ha="center", va="center", fontsize=SMALL, fontweight=weight
        )


def _short(name: str) -> str:
    """Drop what stands in brackets, and break a long name."""
    words = name.partition(" (")[0].replace(" and ", " & ")
    return words if len(words) < 17 else words.replace(" goods", "")


_UNITS = (
    "Excess over the target as a multiple of it (concentration: as a share of parcels); a blank cell is a goal that is "
    "met."
)
_TURNED = {"rotation": 60, "ha": "right", "rotation_mode": "anchor"}
