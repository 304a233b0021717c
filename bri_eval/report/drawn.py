"""What a figure shows, in a few numbers and words that do not depend on fonts or on the size of the page."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.figure import Figure

DIGITS = 8

Drawn = list[list[Any]]


def drawn_data(figure: Figure) -> Drawn:
    """Sum up what is drawn, so that two drawings of the same data compare within a tolerance on any platform.

    Parameters
    ----------
    figure
        Rendered or not.

    Returns
    -------
    list
        For each panel and kind of mark (lines, patches, collections, images) one row: panel, kind, number of marks,
        then of x, of y and of the shades of filled marks mean and root mean square to 8 digits; and one row
        ``[panel, "words", ...]`` with the titles, labels and notes.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> figure = Figure()
    >>> _ = figure.subplots().plot([0, 2], [1, 3])
    >>> drawn_data(figure)[0]
    [0, 'lines', 1, 1.0, 1.4142136, 2.0, 2.236068, 0.0, 0.0]
    """
    fresh = pickle.loads(pickle.dumps(figure))  # to ask for labels makes some
    rows: Drawn = []
    for number, axes in enumerate(fresh.axes):
        rows += [[number, kind, len(marks), *_summed(marks)] for kind, marks in _marks(axes) if marks]
        rows.append([number, "words", *_words(axes)])
    return [*rows, ["figure", "words", *(text.get_text() for text in fresh.texts)]]


def _marks(axes: Any) -> Iterator[tuple[str, list[tuple[np.ndarray, np.ndarray]]]]:
    """Yield the kinds of marks, each mark as its points and its shades."""
    yield "lines", [(line.get_xydata(), np.empty(0)) for line in axes.lines]
    outlines = [one.get_path().transformed(one.get_patch_transform()).vertices for one in axes.patches]
    yield (
        "patches",
        [(points, np.array(one.get_facecolor())) for points, one in zip(outlines, axes.patches, strict=True)],
    )
    yield "collections", [(_points(one), np.asarray(one.get_facecolor())) for one in axes.collections]
    yield "images", [(_points_of(one.get_extent()), np.asarray(one.get_array(), dtype=float)) for one in axes.images]


def _points(collection: Any) -> np.ndarray:
    """Gather the points of a collection: outlines, and where each stands."""
    parts = [np.asarray(path.vertices, dtype=float).reshape(-1, 2) for path in collection.get_paths()]
    return np.concatenate([*parts, np.ma.filled(collection.get_offsets(), np.nan).reshape(-1, 2)])


def _points_of(extent: Any) -> np.ndarray:
    """Turn left, right, bottom, top into two points."""
    return np.array([[extent[0], extent[2]], [extent[1], extent[3]]], dtype=float)


def _summed(marks: list[tuple[np.ndarray, np.ndarray]]) -> list[float]:
    """Give mean and root mean square of x, y and shades."""
    points = np.concatenate([np.asarray(one, dtype=float).reshape(-1, 2) for one, _ in marks])
    shades = np.concatenate([np.asarray(one, dtype=float).ravel() for _, one in marks])
    numbers = []
    for values in (points[:, 0], points[:, 1], shades):
        seen = values[np.isfinite(values)]
        numbers += [seen.mean(), np.sqrt((seen**2).mean())] if len(seen) else [0.0, 0.0]
    return [float(f"{number:.{DIGITS}g}") for number in numbers]


def _words(axes: Any) -> list[str]:
    """List the titles, labels and notes of a panel, and the ticks that carry names."""
    titles = [axes.get_title(loc=side) for side in ("left", "center", "right")]
    named = [axis for axis in (axes.xaxis, axes.yaxis) if _is_named(axis)]
    ticks = [label.get_text() for axis in named for label in axis.get_ticklabels()]
    words = [*titles, axes.get_xlabel(), axes.get_ylabel(), *ticks, *(text.get_text() for text in axes.texts)]
    return [word for word in words if word]


def _is_named(axis: Any) -> bool:
    """Tell whether the ticks of an axis were set to words, and do not follow from its length."""
    kinds = type(axis.get_major_locator()).__name__, type(axis.get_major_formatter()).__name__
    return kinds[0] == "FixedLocator" and kinds[1] in ("FixedFormatter", "FuncFormatter")
