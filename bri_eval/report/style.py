"""One style for every figure, drawn at print size: type, lines, greys and one accent, layout, cells, and the saving."""

from __future__ import annotations

import io
import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import rc_context, rcParamsDefault
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.text import Text

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

WIDTH = 16 / 2.54
"""Inches; the width of the text. Figures are placed at this size, so that their type keeps its own."""

BASE, SMALL = 7.0, 6.0
"""Points; the type of titles and labels, and of what there is much of. There is none below."""

INK, GREY, LIGHT, ACCENT = "#1a1a1a", "#7f7f7f", "#d9d9d9", "#1f5f99"
"""Lines and marks. The accent, in print a grey between the first two, never tells by its colour alone."""

MARKERS = "osD^vPX*<>"
DARK = 0.5
"""Shade from which type on it is white."""

STYLE: dict[Any, Any] = {
    **{key: value for key, value in rcParamsDefault.items() if not key.startswith(("backend", "webagg"))},
    "font.family": "DejaVu Sans",
    "font.size": BASE,
    "text.color": INK,
    "figure.dpi": 288,
    "figure.constrained_layout.w_pad": 0.02,
    "figure.constrained_layout.h_pad": 0.02,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.labelsize": SMALL,
    "axes.titlesize": BASE,
    "axes.titlelocation": "left",
    "axes.titlepad": 4,
    "axes.titley": 1,  # looking for a place takes as long as drawing
    "axes.linewidth": 0.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": LIGHT,
    "grid.linewidth": 0.4,
    "lines.linewidth": 0.9,
    "lines.markersize": 3.2,
    "lines.markeredgewidth": 0.6,
    "legend.fontsize": SMALL,
    "legend.title_fontsize": SMALL,
    "legend.frameon": False,
    **{
        f"{side}tick.{key}": value
        for side in "xy"
        for key, value in {"labelsize": SMALL, "color": INK, "major.width": 0.5, "major.size": 2}.items()
    },
    "svg.hashsalt": "bri_eval",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
}


def sheet(height: float, *, layout: Any = "constrained") -> Figure:
    """Make an empty figure as wide as the text; the height is in inches."""
    return Figure(figsize=(WIDTH, height), layout=layout)


def settled(figure: Figure) -> Figure:
    """Lay a figure out once and for all, so that it is drawn once for each kind of file and its size stays.

    Letters are not joined (as in fi): a PDF embeds a font of its own for such signs, which takes longer than drawing.
    """
    for text in figure.findobj(Text):
        if hasattr(text, "set_fontfeatures"):  # of versions that join letters
            text.set_fontfeatures(("-liga",))
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        with rc_context(STYLE):
            figure.set_layout_engine(None)  # "none" would leave a placeholder, for which saving draws twice
        for axes in figure.axes:  # the last digits of a layout hang on what was drawn before
            axes.set_position(np.round(axes.get_position(original=True).bounds, 6))
    return figure


def points_of(figure: Figure, axes: Any) -> tuple[float, float]:
    """Give width and height of axes in points, once the figure is laid out."""
    place, (wide, high) = axes.get_position(), figure.get_size_inches()
    return 72 * float(place.width * wide), 72 * float(place.height * high)


def figure_bytes(figure: Figure, kind: str) -> bytes:
    """Render a figure as ``svg``, ``pdf`` or ``png``, the same bytes every time."""
    stream = io.BytesIO()
    dateless = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind, {})
    with rc_context(STYLE):
        figure.savefig(stream, format=kind, metadata=dateless, dpi=200)
    return stream.getvalue()


def name_rows(axes: Any, names: Sequence[str], *, bold: Container[int] = ()) -> None:
    """Name lines from the top, at 0, 1, 2, ..., left of the axes; a tick for each would take four times as long."""
    across, upright, side = axes.get_yaxis_text1_transform(3.5)
    style = {"transform": across, "va": upright, "ha": side, "fontsize": SMALL}
    for row, name in enumerate(names):
        axes.text(0, row, name, fontweight="bold" if row in bold else "normal", **style)
    axes.set_yticks([])
    axes.set_ylim(len(names) - 0.4, -0.6)


def shade_cells(axes: Any, shades: np.ndarray) -> None:
    """Shade the cells of a table, from white (0) to black (1); what is missing stays white.

    Parameters
    ----------
    axes
        Cell (row, column) is the unit square around x = column, y = row, from the top.
    shades
        Rows x columns; to a hundredth. All cells of a shade are one path: sharp at any size, and a small file.
    """
    high, wide = shades.shape
    runs: dict[float, list[tuple[int, int, int]]] = {}
    for row, line in enumerate(shades):
        for shade, first, last in _runs(line):
            runs.setdefault(shade, []).append((row, first, last))
    for shade, found in sorted(runs.items()):
        grey = f"{1 - shade:.2f}"
        axes.add_patch(PathPatch(_boxes(found), facecolor=grey, edgecolor=grey, linewidth=0.2))
    axes.set_xlim(-0.5, wide - 0.5)
    axes.set_ylim(high - 0.5, -0.5)
    axes.spines[:].set_visible(False)
    axes.tick_params(left=False, bottom=False, top=False)


def write_cells(axes: Any, words: Iterable[Sequence[str]], shades: np.ndarray) -> None:
    """Write into the cells of a table, white on dark shades; blank words are left out."""
    for row, line in enumerate(words):
        for column, word in enumerate(line):
            if word:
                colour = "white" if shades[row, column] > DARK else INK
                text = axes.text(column, row, word, ha="center", va="center", fontsize=SMALL, color=colour)
                text.set_in_layout(False)  # it lies inside, and to measure hundreds takes long


def _runs(line: np.ndarray) -> Iterator[tuple[float, int, int]]:
    """List the neighbours of one shade in a row: shade, first and last column; none that is white."""
    column = 0
    for shade, cells in itertools.groupby(np.nan_to_num(line).round(2)):
        last = column + len(list(cells)) - 1
        if shade > 0:
            yield float(shade), column, last
        column = last + 1


def _boxes(runs: Sequence[tuple[int, int, int]]) -> Path:
    """Join boxes around runs of cells in one path."""
    row, first, last = np.array(runs, dtype=float).T
    left, right, top, bottom = first - 0.5, last + 0.5, row - 0.5, row + 0.5
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY]
    return Path(np.array(corners).transpose(2, 0, 1).reshape(-1, 2), np.tile(codes, len(runs)))
