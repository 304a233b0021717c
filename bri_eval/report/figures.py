"""The first figures of a study: the ranking, the change over time, and the coefficients of its models."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib import rc_context

from bri_eval.report.places import spread_out
from bri_eval.report.style import (
    BASE,
    GREY,
    INK,
    LIGHT,
    MARKERS,
    SMALL,
    STYLE,
    name_rows,
    points_of,
    settled,
    sheet,
)
from bri_eval.report.style import figure_bytes as figure_bytes  # what draws also saves

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure

    from bri_eval.econometrics.specs import Estimates
    from bri_eval.evaluation import Evaluation
    from bri_eval.robustness.cloud import RankCloud

ROW = 0.125
"""Inches; the height of a line with a bar."""


def draw_ranking(evaluation: Evaluation, year: int, names: pd.Series, cloud: RankCloud | None = None) -> Figure:
    """Draw the economies of one year by rank: the score of the goal, and beside it those of the pillars.

    Parameters
    ----------
    evaluation
        The index.
    year
        One of its years.
    names
        Economy to printed name.
    cloud
        If given, the interval of every rank stands beside it.

    Returns
    -------
    Figure
        One bar chart per score, sharing the order of economies.
    """
    codes = [evaluation.framework.goal, *evaluation.framework.pillars]
    scores = pd.DataFrame(evaluation.scores[codes].xs(year, level="year")).sort_values(by=codes[0])[::-1]
    limits = min(0.0, float(scores.to_numpy().min())), float(scores.to_numpy().max())
    with rc_context(STYLE):
        figure = sheet(ROW * len(scores) + 0.75)
        widths = [1.9] + [1] * (len(codes) - 1)
        panels = figure.subplots(1, len(codes), sharey=True, width_ratios=widths, squeeze=False)[0]
        for axes, code in zip(panels, codes, strict=True):
            goal = code == codes[0]
            axes.hlines(range(len(scores)), 0, scores[code], linewidth=0.72 * 72 * ROW, color=INK if goal else GREY)
            axes.set_title("\n".join(_wrapped(evaluation.framework.names[code], 28 if goal else 13)), fontsize=SMALL)
            axes.set_xlim(*limits)
            axes.set_xlabel("score")
            axes.grid(axis="x")
        name_rows(panels[0], _ranked_names(evaluation.ranks_in(year)[scores.index], names, cloud))
        return settled(figure)


def draw_change(evaluation: Evaluation, regions: pd.Series) -> Figure:
    """Draw the score of the goal over the years: every economy in grey, the mean of each region in black.

    Only economies observed in every year enter the means, so that a mean cannot move by its members.
    """
    goal = evaluation.framework.goal
    wide = evaluation.scores.reset_index().pivot_table(index="economy", columns="year", values=goal)
    always = wide.dropna()
    means = always.groupby(regions.reindex(always.index).rename("region")).mean()
    members = regions.reindex(always.index).value_counts()
    with rc_context(STYLE):
        figure = sheet(max(3.2, 0.12 * len(means) + 0.4))
        axes = figure.subplots()
        years = wide.columns.to_numpy()
        axes.plot(years, always.T.to_numpy(), color=LIGHT, linewidth=0.5, zorder=1)
        for marker, (_, mean) in zip(itertools.cycle(MARKERS), means.iterrows(), strict=False):
            axes.plot(years, mean, color=INK, marker=marker, markerfacecolor="white")
        axes.set_xticks(years)
        axes.set_ylabel(f"{evaluation.framework.names[goal]}, score")
        axes.set_xlim(years[0] - 0.3, years[-1] + 0.3)
        ends = {f"{region} ({members[str(region)]})": mean.iloc[-1] for region, mean in means.iterrows()}
        _label_ends(figure, axes, years[-1], ends)
    return figure


def draw_coefficients(fits: Sequence[Estimates]) -> Figure:
    """Draw the first coefficient of every model with its 95 % interval.

    Parameters
    ----------
    fits
        Models whose first regressor is the one of interest, in one unit. Open markers are models that compare an
        economy with itself only.
    """
    terms = [fit.params.index.drop("const", errors="ignore")[0] for fit in fits]
    found = np.array([fit.params[term] for fit, term in zip(fits, terms, strict=True)])
    low, high = np.array([fit.conf_int.loc[term] for fit, term in zip(fits, terms, strict=True)]).T
    inside, place = np.array([_compares_within(fit) for fit in fits]), np.arange(len(fits))
    with rc_context(STYLE):
        figure = sheet(0.17 * len(fits) + 0.65)
        axes = figure.subplots()
        axes.hlines(place, low, high, color=INK, linewidth=0.9, zorder=1)
        for which, fill, label in (
            (~inside, INK, "compares economies"),
            (inside, "white", "compares an economy with itself"),
        ):
            axes.plot(found[which], place[which], "o", color=INK, markersize=4, markerfacecolor=fill, label=label)
        axes.axvline(0, color=GREY, linewidth=0.6)
        name_rows(axes, [fit.spec.name for fit in fits])
        axes.set_xlabel("log points of the outcome per pooled standard deviation; 95 % interval, clustered by economy")
        axes.grid(axis="x")
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, borderaxespad=0)
        return settled(figure)


def _ranked_names(ranks: pd.Series, names: pd.Series, cloud: RankCloud | None) -> list[str]:
    """Write every economy's name, its rank, and the interval of the rank if there is a cloud."""
    table = None if cloud is None else cloud.table[["lower", "upper"]]
    spans = {} if table is None else {e: f" ({low:.0f}\u2013{high:.0f})" for e, low, high in table.itertuples()}
    return [f"{names.get(economy, economy)}  {rank}{spans.get(economy, '')}" for economy, rank in ranks.items()]


def _compares_within(fit: Estimates) -> bool:
    """Tell whether a model compares an economy with itself only."""
    differenced = "difference" in fit.spec.estimator or fit.spec.estimator == "correlated_random"
    return "economy" in fit.spec.effects or differenced


def _wrapped(text: str, width: int) -> list[str]:
    """Break a title into lines."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _label_ends(figure: Figure, axes: Any, x: float, ends: Mapping[str, float]) -> None:
    """Write labels right of the lines' ends, no farther from them than it takes that none lies on another."""
    style = {"arrowprops": {"arrowstyle": "-", "linewidth": 0.3, "color": GREY}, "annotation_clip": False}
    ordered = dict(sorted(ends.items(), key=lambda item: item[1]))
    made = [axes.annotate(text, (x, end), (x + 0.5, end), va="center", **style) for text, end in ordered.items()]
    settled(figure)
    (low, high), (_, tall) = axes.get_ylim(), points_of(figure, axes)
    places = spread_out(np.array(list(ordered.values())), 1.15 * BASE * (high - low) / tall, (low, high))
    for text, place in zip(made, places, strict=True):
        text.xyann = (x + 0.5, float(place))
