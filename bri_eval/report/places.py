"""Places on a map: the shortest tree that joins them, and labels beside them that do not lie on each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    Box = tuple[float, float, float, float]

LETTER = 6.0
"""Points; the size of the codes."""

EARTH = 6371.0
"""Mean radius in km."""


class Place(NamedTuple):
    """A dot on the map and where its code is written, in points."""

    code: str
    dot: tuple[float, float]
    label: tuple[float, float]


def spread_codes(
    dots: Mapping[str, tuple[float, float]], radius: float = 2.0, *, frame: Box | None = None
) -> list[Place]:
    """Place a code beside every dot so that no code lies on another or on a dot.

    Parameters
    ----------
    dots
        Code to place, in points.
    radius
        Of a dot, in points.
    frame
        Left, bottom, right and top of where codes may stand, in points; anywhere if not given.

    Returns
    -------
    list of Place
        The most crowded dots first; each code takes the nearest free place of rings around its dot.
    """
    points = np.array(list(dots.values())).reshape(-1, 2)
    apart = np.hypot(*(points[:, None] - points).transpose(2, 0, 1))
    order = np.argsort(-(apart < 5 * LETTER).sum(axis=1), kind="stable")
    codes, taken, places = list(dots), [_around(dot, radius, radius) for dot in dots.values()], []
    for number in order:
        code, dot = codes[number], dots[codes[number]]
        size = 0.38 * LETTER * len(code), 0.56 * LETTER
        label = _nearest_free(dot, size, radius, taken, frame)
        taken.append(_around(label, *size))
        places.append(Place(code, dot, label))
    return places


def spread_out(wanted: np.ndarray, gap: float, limits: tuple[float, float] | None = None) -> np.ndarray:
    """Move places along a line until neighbours are a gap apart, by the least sum of squares (isotonic regression).

    Parameters
    ----------
    wanted
        Ascending.
    gap
        Least distance of neighbours.
    limits
        The first and the last place there are; where they leave too little room, the last counts.

    Examples
    --------
    >>> spread_out(np.array([1.0, 1.0, 5.0]), 1.0).tolist()
    [0.5, 1.5, 5.0]
    """
    from scipy.optimize import isotonic_regression

    steps = gap * np.arange(len(wanted))
    free = isotonic_regression(wanted - steps).x
    if limits is not None:
        free = free.clip(limits[0], limits[1] - (steps[-1] if len(steps) else 0.0))
    return np.asarray(free + steps)


def shortest_tree(spots: pd.DataFrame) -> list[tuple[str, str]]:
    """Join places, from the first, each by the shortest line to those already joined (Prim's algorithm).

    Parameters
    ----------
    spots
        Indexed by code, columns lon and lat, in degrees.

    Returns
    -------
    list of tuple
        Pairs (from, to) in the order of joining; distances along the great circle, in km.
    """
    codes = [str(code) for code in spots.index]
    distance = great_circle(spots["lon"].to_numpy(), spots["lat"].to_numpy())
    joined, edges = [0], []
    while len(joined) < len(codes):
        free = [number for number in range(len(codes)) if number not in joined]
        block = distance[np.ix_(joined, free)]
        row, column = np.unravel_index(np.argmin(block), block.shape)
        edges.append((codes[joined[row]], codes[free[column]]))
        joined.append(free[column])
    return edges


def great_circle(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    r"""Give the distances of places on a sphere, in km, by the haversine formula.

    Examples
    --------
    >>> great_circle(np.array([0.0, 90.0]), np.array([0.0, 0.0])).round(1)[0, 1]
    np.float64(10007.5)
    """
    x, y = np.radians(lon), np.radians(lat)
    half = np.sin((y[:, None] - y) / 2) ** 2 + np.cos(y[:, None]) * np.cos(y) * np.sin((x[:, None] - x) / 2) ** 2
    return np.asarray(2 * EARTH * np.arcsin(np.sqrt(half.clip(0, 1))))


def _nearest_free(
    dot: tuple[float, float], size: tuple[float, float], radius: float, taken: list[Box], frame: Box | None
) -> tuple[float, float]:
    """Find the nearest place around a dot, ring by ring, at which a code of this size covers nothing."""
    x, y = (
        (dot[axis] + turn * (radius + size[axis] + 0.6 + _RINGS[:, None] * LETTER)).ravel()
        for axis, turn in enumerate((np.cos(_ANGLES), np.sin(_ANGLES)))
    )
    left, bottom, right, top = _around((x, y), *size)
    others = np.array(taken).T[..., None]
    covers = (left < others[2]) & (others[0] < right) & (bottom < others[3]) & (others[1] < top)
    free = ~covers.any(axis=0)
    if frame is not None:
        free &= (left >= frame[0]) & (bottom >= frame[1]) & (right <= frame[2]) & (top <= frame[3])
    first = int(np.argmax(free))
    return (float(x[first]), float(y[first])) if free[first] else dot


def _around(at: tuple[Any, Any], wide: float, high: float) -> tuple[Any, Any, Any, Any]:
    """Give left, bottom, right, top of a box around a middle."""
    return at[0] - wide, at[1] - high, at[0] + wide, at[1] + high


_RINGS = np.arange(0.0, 20.0, 0.6)
_ANGLES = np.radians((0, 180, 90, 270, 45, 135, 315, 225, 20, 160, 340, 200, 70, 110, 290, 250))
