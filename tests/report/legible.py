"""What keeps a figure from being read in print: words on words or off the page, and small type; shades of cells."""

from __future__ import annotations

from unittest import mock

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from bri_eval.report.style import SMALL

ROUNDING = 0.25
"""Points by which a box is taken smaller on each side: widths are rounded up to pixels of 1/288 inch."""


def faults(figure) -> list[str]:
    """Name every fault of the words that are drawn, at the size of the figure."""
    words = written(figure)
    dots = figure.dpi / 72
    found = [f"{text.get_text()!r}: {text.get_fontsize():g} points" for text, _ in words if text.get_fontsize() < SMALL]
    page = np.array([[0, 0], figure.get_size_inches() * figure.dpi])
    for text, box in words:
        if (box.min(axis=0) < page[0] - dots * ROUNDING).any() or (box.max(axis=0) > page[1] + dots * ROUNDING).any():
            found.append(f"{text.get_text()!r} leaves the page")
    boxes = [_smaller(box, ROUNDING * dots) for _, box in words]
    ends = np.array([[box.min(axis=0), box.max(axis=0)] for box in boxes]).reshape(-1, 2, 2)
    near = (ends[:, None, 0] < ends[None, :, 1]).all(axis=-1) & (ends[None, :, 0] < ends[:, None, 1]).all(axis=-1)
    for one, other in np.argwhere(np.triu(near, 1)):
        if not _apart(boxes[one], boxes[other]):
            found.append(f"{words[one][0].get_text()!r} lies on {words[other][0].get_text()!r}")
    return found


def written(figure) -> list[tuple[Text, np.ndarray]]:
    """Return the texts that are drawn, each with the four corners of its box, which may be turned, in pixels."""
    found: list[Text] = []
    plain = Text.draw

    def draw(self, renderer, *rest, **more):
        if self.get_visible() and self.get_text().strip():
            found.append(self)
        plain(self, renderer, *rest, **more)

    renderer = FigureCanvasAgg(figure).get_renderer()
    with mock.patch.object(Text, "draw", draw):
        figure.draw_without_rendering()
    return [(text, _corners(text, renderer)) for text in found]


def names(axes) -> list[str]:
    """Return the names of the lines of a panel, from the top."""
    found = [text for text in axes.texts if text.get_ha() == "right"]
    return [text.get_text() for text in sorted(found, key=lambda text: text.get_position()[1])]


def cells(axes) -> list[Text]:
    """Return what is written into the cells of a table."""
    return [text for text in axes.texts if text.get_ha() == "center"]


def shades(axes, rows: int, columns: int) -> np.ndarray:
    """Return the shade at the middle of every cell of a table, 0 (white) to 1 (black)."""
    found = np.zeros((rows, columns))
    for patch in axes.patches:
        for row, column in np.ndindex(rows, columns):
            if patch.get_path().contains_point((column, row)):
                found[row, column] = 1 - patch.get_facecolor()[0]
    return found


def _corners(text: Text, renderer) -> np.ndarray:
    """Return the corners of a text's box, which has the middle of its extent and the size of the text unturned."""
    angle = text.get_rotation()
    extent = Text.get_window_extent(text, renderer)
    text.set_rotation(0)
    flat = Text.get_window_extent(text, renderer)
    text.set_rotation(angle)
    half = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [flat.width / 2, flat.height / 2]
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return np.array([(extent.x0 + extent.x1) / 2, (extent.y0 + extent.y1) / 2]) + half @ [
        [cosine, sine],
        [-sine, cosine],
    ]


def _smaller(box: np.ndarray, by: float) -> np.ndarray:
    """Draw the sides of a box in."""
    along, up = ((side / max(np.hypot(*side), 1e-9)) for side in (box[1] - box[0], box[3] - box[0]))
    return box + by * np.array([along + up, -along + up, -along - up, along - up])


def _apart(one: np.ndarray, other: np.ndarray) -> bool:
    """Tell whether a side of one of two boxes separates them."""
    sides = [box[corner] - box[corner - 1] for box in (one, other) for corner in (1, 2)]
    for side in sides:
        first, second = one @ side, other @ side
        if first.max() <= second.min() or second.max() <= first.min():
            return True
    return False
