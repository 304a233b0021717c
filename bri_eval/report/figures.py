"""Figures in one style, readable in grey: the style, the saving and the first figures."""

from __future__ import annotations

import io
import itertools
import pickle
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib import rc_context, rcParamsDefault
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bri_eval.econometrics.specs import Estimates
    from bri_eval.evaluation import Evaluation
    from bri_eval.robustness.cloud import RankCloud

STYLE: dict[Any, Any] = {
    **{key: value for key, value in rcParamsDefault.items() if not key.startswith(("backend", "webagg"))},
    "font.family": "DejaVu Sans",
    "font.size": 7,
    "axes.linewidth": 0.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 7,
    "xtick.major.width": 0.5,
    "ytick.major.width": 0.5,
    "svg.hashsalt": "bri_eval",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "savefig.bbox": "tight",
    "savefig.pad_inches": 0.02,
}
INK, GREY, LIGHT = "#1a1a1a", "#7f7f7f", "#d9d9d9"
MARKERS = "osD^vPX*<>"
WIDTH = 6.3
"""Inches; the text width of the paper."""


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
    scores = pd.DataFrame(evaluation.scores[codes].xs(year, level="year")).sort_values(by=codes[0])
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 0.125 * len(scores) + 0.6))
        widths = [2.2] + [1] * (len(codes) - 1)
        panels = figure.subplots(1, len(codes), sharey=True, width_ratios=widths, squeeze=False)[0]
        place = np.arange(len(scores))
        for axes, code in zip(panels, codes, strict=True):
            axes.barh(place, scores[code], height=0.72, color=INK if code == codes[0] else GREY)
            axes.set_title(
                "\n".join(_wrapped(evaluation.framework.names[code], 28 if code == codes[0] else 13)),
                loc="left",
                fontsize=6,
            )
            axes.set_xlim(min(0.0, float(scores[codes].to_numpy().min())), float(scores[codes].to_numpy().max()))
            axes.tick_params(labelsize=5.5, length=2)
            axes.grid(axis="x", color=LIGHT, linewidth=0.4)
            axes.set_axisbelow(True)
        ranks = evaluation.ranks_in(year)
        spans = {} if cloud is None else {e: f" ({r.lower}\u2013{r.upper})" for e, r in cloud.table.iterrows()}
        named = [f"{names.get(e, e)}  {ranks[e]}{spans.get(e, '')}" for e in scores.index]
        panels[0].set_yticks(place, named, fontsize=5.5)
        panels[0].set_ylim(-0.8, len(scores) - 0.2)
        figure.subplots_adjust(wspace=0.08)
    return figure


def draw_change(evaluation: Evaluation, regions: pd.Series) -> Figure:
    """Draw the score of the goal over the years: every economy in grey, the mean of each region in black.

    Only economies observed in every year enter the means, so that a mean cannot move by its members.
    """
    goal = evaluation.framework.goal
    wide = evaluation.scores.reset_index().pivot_table(index="economy", columns="year", values=goal)
    always = wide.dropna()
    means = always.groupby(regions.reindex(always.index).rename("region")).mean()
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 3.4))
        axes = figure.subplots()
        years = wide.columns.to_numpy()
        axes.plot(years, always.T.to_numpy(), color=LIGHT, linewidth=0.5, zorder=1)
        for marker, (_, mean) in zip(itertools.cycle(MARKERS), means.iterrows(), strict=False):
            axes.plot(years, mean, color=INK, linewidth=0.9, marker=marker, markersize=3.2, markerfacecolor="white")
        members = regions.reindex(always.index).value_counts()
        _label_ends(
            axes, years[-1], {f"{region} ({members[str(region)]})": mean.iloc[-1] for region, mean in means.iterrows()}
        )
        axes.set_xticks(years)
        axes.set_ylabel(evaluation.framework.names[goal])
        axes.set_xlim(years[0] - 0.3, years[-1] + 0.3)
    return figure


def draw_coefficients(fits: Sequence[Estimates]) -> Figure:
    """Draw the first coefficient of every model with its 95 % interval.

    Parameters
    ----------
    fits
        Models whose first regressor is the one of interest, in one unit. Open markers are models that compare an
        economy with itself only.
    """
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 0.19 * len(fits) + 0.6))
        axes = figure.subplots()
        for place, fit in enumerate(fits):
            term = fit.params.index.drop("const", errors="ignore")[0]
            differenced = "difference" in fit.spec.estimator or fit.spec.estimator == "correlated_random"
            inside = "economy" in fit.spec.effects or differenced
            axes.plot(fit.conf_int.loc[term], [place, place], color=INK, linewidth=0.9, zorder=1)
            axes.plot(fit.params[term], place, "o", color=INK, markersize=4, markerfacecolor="white" if inside else INK)
        axes.axvline(0, color=GREY, linewidth=0.6)
        axes.set_yticks(range(len(fits)), [fit.spec.name for fit in fits])
        axes.invert_yaxis()
        axes.set_xlabel("log points of the outcome per pooled standard deviation; 95 % interval, clustered by economy")
        axes.grid(axis="x", color=LIGHT, linewidth=0.4)
        axes.set_axisbelow(True)
    return figure


def figure_bytes(figure: Figure, kind: str) -> bytes:
    """Render a figure as ``svg``, ``pdf`` or ``png``, the same bytes every time."""
    stream = io.BytesIO()
    dateless = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind, {})
    with rc_context(STYLE):
        fresh = pickle.loads(pickle.dumps(figure))  # a figure that was saved before keeps traces of its layout
        fresh.savefig(stream, format=kind, metadata=dateless, dpi=200)
    return stream.getvalue()


def _wrapped(text: str, width: int) -> list[str]:
    """Break a title into lines."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _label_ends(axes: Any, x: float, ends: dict[str, float]) -> None:
    """Write labels right of the lines' ends, pushed apart so that none overlaps."""
    low, high = axes.get_ylim()
    gap = (high - low) * 0.045
    last = -np.inf
    for text, value in sorted(ends.items(), key=lambda item: item[1]):
        last = max(value, last + gap)
        axes.annotate(
            text,
            (x, value),
            (x + 0.5, last),
            fontsize=6.5,
            va="center",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "linewidth": 0.3, "color": GREY},
        )
