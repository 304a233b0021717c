"""Figures of what doubts the findings of the panel evidence, in the style of the other figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib import rc_context

from bri_eval.econometrics.variation import SIZE
from bri_eval.report.design_tables import CHOICES
from bri_eval.report.evidence_words import unit_name
from bri_eval.report.regressions import term_name
from bri_eval.report.style import ACCENT, GREY, INK, LIGHT, SMALL, STYLE, name_rows, settled, sheet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure

    from bri_eval.econometrics.evidence.checks import Checks
    from bri_eval.econometrics.evidence.curve import SpecificationCurve
    from bri_eval.econometrics.evidence.doubted import Doubted
    from bri_eval.econometrics.evidence.leave_one_out import LeftOut
    from bri_eval.econometrics.evidence.moderation import MarginalEffects
    from bri_eval.econometrics.threshold import Threshold
    from bri_eval.econometrics.variables import Variable

ROW = 0.117
"""Inches; the height of a line with a name."""

MOST = 10
"""Economies that are named; the others share a line."""


def evidence_figures(checks: Checks, variables: Mapping[str, Variable], names: pd.Series) -> dict[str, Figure]:
    """Draw the figures that the checks allow, by name.

    Parameters
    ----------
    checks
        From ``carry_out_checks``.
    variables
        Code to variable, for printed names.
    names
        Economy to printed name.
    """
    drawn = {}
    if checks.curve is not None:
        drawn["curve"] = draw_curve(checks.curve)
    if any(one.left_out for one in checks.doubted):
        drawn["leave_one_out"] = draw_leave_one_out(checks.doubted, names)
    if checks.moderations:
        drawn["marginal_effects"] = draw_marginal_effects(checks.moderations, variables)
    if checks.thresholds:
        drawn["threshold"] = draw_threshold(checks.thresholds, variables)
    return drawn


def draw_curve(curve: SpecificationCurve) -> Figure:
    """Draw every estimated model of a specification curve in the order of its slope, and below it what was chosen.

    Parameters
    ----------
    curve
        From ``specification_curve``.

    Returns
    -------
    Figure
        One column for each set of effects. Lines: 95 % intervals; black dots: intervals that exclude zero. A tick below
        says that the model above it has the choice.
    """
    table = curve.table[curve.table["reason"] == ""]
    names = [name for name in dict.fromkeys(curve.table.get("effects", [])) if (table["effects"] == name).any()]
    parts = {str(name): table[table["effects"] == name] for name in names} or {"": table}
    kinds = [kind for kind in CHOICES if kind in table]
    lines = [(kind, level) for kind in kinds for level in dict.fromkeys(table[kind])]
    with rc_context(STYLE):
        below = max(ROW * len(lines), 0.01)
        figure = sheet(2.1 + below)
        rows = figure.subplots(2, len(parts), sharey="row", squeeze=False, height_ratios=[1.9, below])
        for column, (effects, part) in enumerate(parts.items()):
            ordered = part.sort_values("slope", kind="stable").reset_index(drop=True)
            _draw_slopes(rows[0, column], ordered)
            rows[0, column].set_title(f"effects: {effects}" if effects else "")
            _draw_choices(rows[1, column], ordered, lines)
        rows[0, 0].set_ylabel("slope, 95 % interval")
        name_rows(rows[1, 0], [f"{kind}: {level}" for kind, level in lines])
        return settled(figure)


def draw_leave_one_out(doubted: Sequence[Doubted], names: pd.Series) -> Figure:
    """Draw every finding without one unit at a time: years, groups, and the economies that matter most.

    Parameters
    ----------
    doubted
        Findings with their checks.
    names
        Economy to printed name.

    Returns
    -------
    Figure
        One panel a finding; dots with 95 % intervals; a line at the slope of all rows, a dotted one at zero. Economies
        that move the slope least share a line without intervals.
    """
    shown = [one for one in doubted if one.left_out]
    blocks = [[_left_out_lines(found, names) for found in one.left_out.values()] for one in shown]
    lines = [[line for block in own for line in block] for own in blocks]
    with rc_context(STYLE):
        figure = sheet(ROW * max(map(len, lines)) + 0.6)
        panels = figure.subplots(1, len(shown), squeeze=False)[0]
        for axes, one, own, parts in zip(panels, shown, lines, blocks, strict=True):
            for edge in np.cumsum([len(part) for part in parts])[:-1]:
                axes.axhline(edge - 0.5, color=GREY, linewidth=0.4)
            for place, (_, slopes, half) in enumerate(own):
                axes.plot(slopes, [place] * len(slopes), "o", color=INK, markersize=2.2, linestyle="")
                if half is not None:
                    axes.hlines(place, slopes[0] - half, slopes[0] + half, color=INK, linewidth=0.7)
            axes.axvline(0, color=GREY, linewidth=0.6, linestyle=(0, (1, 2)))
            axes.axvline(float(one.fit.params[one.term]), color=ACCENT, linewidth=0.6)
            name_rows(axes, [label for label, _, _ in own])
            axes.set_title(one.fit.spec.name)
            _tidy(axes, "slope without it, 95 % interval")
        return settled(figure)


def draw_marginal_effects(moderations: Sequence[MarginalEffects], variables: Mapping[str, Variable]) -> Figure:
    """Draw the slope of every moderated model over its moderator, and below it where the rows are.

    Parameters
    ----------
    moderations
        From ``marginal_effects``.
    variables
        Code to variable, for the labels of the axes.
    """
    with rc_context(STYLE):
        figure = sheet(2.4)
        rows = figure.subplots(2, len(moderations), sharex="col", sharey="row", squeeze=False, height_ratios=[4, 1])
        for column, one in enumerate(moderations):
            above, below, table = rows[0, column], rows[1, column], one.table
            above.fill_between(table.index, table["lower"], table["upper"], color=LIGHT, linewidth=0)
            above.plot(table.index, table["slope"], color=INK, linewidth=1)
            above.axhline(0, color=GREY, linewidth=0.6)
            above.set_title(one.model)
            width = one.histogram["to"] - one.histogram["from"]
            below.bar(one.histogram["from"], one.histogram["rows"], width, align="edge", color=GREY, linewidth=0)
            _tidy(below, _axis(one.moderator, variables))
        rows[0, 0].set_ylabel("slope, 95 % interval")
        rows[1, 0].set_ylabel("rows")
        return settled(figure)


def draw_threshold(thresholds: Mapping[str, Threshold], variables: Mapping[str, Variable]) -> Figure:
    """Draw the likelihood ratio over the candidates of every threshold; its 95 % set lies below the line.

    Parameters
    ----------
    thresholds
        Name of a model to its thresholds.
    variables
        Code to variable, for the labels of the axes.
    """
    drawn = [(name, one, curve) for name, one in thresholds.items() for curve in one.curves]
    with rc_context(STYLE):
        figure = sheet(2.0)
        panels = figure.subplots(1, len(drawn), sharey=True, squeeze=False)[0]
        for axes, (name, one, curve) in zip(panels, drawn, strict=True):
            axes.plot(curve["threshold"], curve["lr"], color=INK, linewidth=0.9, drawstyle="steps-post")
            axes.axhline(one.critical_lr, color=ACCENT, linewidth=0.7, linestyle=(0, (4, 2)))
            place = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points", "va": "center"}
            axes.annotate("95 %", (1, one.critical_lr), (2, 0), fontsize=SMALL, **place)
            axes.set_title(name)
            axes.set_ylim(bottom=0)
            _tidy(axes, _axis(str(one.fit.spec.options["threshold"]), variables))
        panels[0].set_ylabel("likelihood ratio")
        return settled(figure)


def _draw_slopes(axes: Any, ordered: pd.DataFrame) -> None:
    """Draw slopes with their intervals, those that exclude zero in black."""
    from scipy import stats

    half = stats.t.ppf(1 - SIZE / 2, ordered["clusters"] - 1) * ordered["std_error"]
    slopes, place = ordered["slope"], np.arange(len(ordered))
    clear = (ordered["pvalue"] < SIZE).to_numpy()
    _bars(axes, place, slopes - half, slopes + half, color=LIGHT, linewidth=0.5)
    for which, colour in ((~clear, GREY), (clear, INK)):
        axes.plot(place[which], slopes[which], "o", color=colour, markersize=1.1, markeredgewidth=0)
    axes.axhline(0, color=INK, linewidth=0.5)
    axes.axhline(float(slopes.median()), color=INK, linewidth=0.5, linestyle=(0, (4, 2)))
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)


def _draw_choices(axes: Any, ordered: pd.DataFrame, lines: Sequence[tuple[str, str]]) -> None:
    """Draw a tick where a model has a choice."""
    for place, (kind, level) in enumerate(lines):
        at = np.flatnonzero(ordered[kind] == level)
        _bars(axes, at, np.full(len(at), place - 0.38), np.full(len(at), place + 0.38), color=INK, linewidth=0.35)
    for place in range(1, len(lines)):
        if lines[place][0] != lines[place - 1][0]:
            axes.axhline(place - 0.5, color=GREY, linewidth=0.4)
    axes.set_xticks([])
    axes.spines[["left", "bottom"]].set_visible(False)


def _bars(axes: Any, x: np.ndarray, low: Any, high: Any, *, color: str, linewidth: float) -> None:
    """Draw upright lines as one path: a path for each would make the file large."""
    gaps = np.full(len(x), np.nan)
    axes.plot(np.repeat(x, 3), np.column_stack([low, high, gaps]).ravel(), color=color, linewidth=linewidth)


def _left_out_lines(found: LeftOut, names: pd.Series) -> list[tuple[str, np.ndarray, float | None]]:
    """List what one way of leaving out draws: label, slopes, and half an interval where there is one slope."""
    from scipy import stats

    table = found.table.dropna(subset="slope")
    half = stats.t.ppf(1 - SIZE / 2, table["clusters"] - 1) * table["std_error"]
    named, rest = table, table.iloc[:0]
    if found.by == "economy":
        order = table["shift"].abs().sort_values(ascending=False, kind="stable").index
        named, rest = table.loc[order[:MOST]].sort_values("slope"), table.loc[order[MOST:]]
    lines: list[tuple[str, np.ndarray, float | None]] = [
        (unit_name(found, unit, names), np.array([slope]), float(half[unit]))
        for unit, slope in zip(named.index, named["slope"], strict=True)
    ]
    if len(rest):
        lines.append((f"each of {len(rest)} others", rest["slope"].to_numpy(), None))
    return lines


def _axis(term: str, variables: Mapping[str, Variable]) -> str:
    """Label an axis with the printed name of a term, and its unit if it is a variable."""
    unit = variables[term].unit if term in variables else ""
    return f"{term_name(term, variables)}, {unit}" if unit else term_name(term, variables)


def _tidy(axes: Any, label: str) -> None:
    """Label the axis below, and put a light grid behind."""
    axes.set_xlabel(label)
    axes.grid(axis="x")
