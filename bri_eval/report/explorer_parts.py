"""The parts of the explorer's page that not every study has: intervals of its own, a map of dots, modes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bri_eval.files import ECONOMIES, read_numbers, read_table
from bri_eval.modes.catalogue import ILLUSTRATIVE
from bri_eval.report.mode_words import codes_and_names
from bri_eval.report.places import LETTER, spread_codes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from bri_eval.modes.catalogue import Merchant, Mode, Segment
    from bri_eval.modes.choice import ModeChoice
    from bri_eval.modes.decisions import Decisions
    from bri_eval.robustness.cloud import RankCloud

CAPITALS = ("capital_lon", "capital_lat")
POINTS = 480.0
"""Width of the map, in points."""


def intervals(cloud: RankCloud, year: int) -> dict[str, Any]:
    """Give 5th percentile, median and 95th percentile of every rank in the study's own draws.

    Parameters
    ----------
    cloud
        From ``rank_cloud``.
    year
        Whose ranks were drawn.
    """
    ends = cloud.table[["lower", "median", "upper"]]
    return {
        "year": year,
        "ends": {
            str(code): [int(value) for value in row] for code, row in zip(ends.index, ends.to_numpy(), strict=True)
        },
        "words": list(cloud.conventions),
    }


def places(tables: Path, codes: Sequence[str]) -> dict[str, Any] | None:
    """Put the capitals on a plane, with a place for each code beside its dot.

    Parameters
    ----------
    tables
        Folder of the tables.
    codes
        Economies to place.

    Returns
    -------
    dict or None
        ``places``: x and y of dot and code, in points from the lower left; ``meridians`` and ``parallels`` every 20
        degrees; ``lost``: codes without coordinates. A degree of longitude is as long as one of latitude at the middle
        of the map. None if fewer than two economies have coordinates.
    """
    path = tables / ECONOMIES
    if not path.is_file() or not set(CAPITALS) <= set(read_table(path).columns):
        return None
    lon, lat = (read_numbers(tables, f"{ECONOMIES}:{column}") for column in CAPITALS)
    spots = pd.DataFrame({"lon": lon, "lat": lat}).reindex(list(codes)).dropna()
    if len(spots) < 2:
        return None
    stretch = float(np.cos(np.radians((spots["lat"].min() + spots["lat"].max()) / 2)))
    flat = pd.DataFrame({"x": spots["lon"] * stretch, "y": spots["lat"]})
    (left, bottom), (right, top) = flat.min() - 3.0, flat.max() + 3.0
    scale = POINTS / (right - left)
    dots = {str(c): ((x - left) * scale, (y - bottom) * scale) for c, x, y in flat.itertuples()}
    labels = {place.code: place.label for place in spread_codes(dots)}
    return {
        "width": POINTS,
        "height": float((top - bottom) * scale),
        "letter": LETTER,
        "places": {code: [*map(float, dot), *map(float, labels[code])] for code, dot in dots.items()},
        "meridians": [float((x * stretch - left) * scale) for x in range(-180, 200, 20) if left < x * stretch < right],
        "parallels": [float((y - bottom) * scale) for y in range(-80, 90, 20) if bottom < y < top],
        "lost": sorted(set(codes) - set(dots)),
    }


def modes(decisions: Decisions) -> dict[str, Any]:
    """Put down the recommended modes of every merchant, economy and segment.

    Parameters
    ----------
    decisions
        From ``decide``; its year and its label go with it.
    """
    catalogue = decisions.catalogue
    return {
        "modes": _named(catalogue.active),
        "segments": _named(catalogue.segments),
        "merchants": _named(catalogue.merchants),
        "year": decisions.year,
        "middle": decisions.middle,
        "label": ILLUSTRATIVE if catalogue.labelled else "",
        "choices": {code: _choice(choice) for code, choice in decisions.choices.items()},
        "words": {code: list(choice.conventions) for code, choice in decisions.choices.items()},
    }


def _named(entries: Iterable[Mode | Segment | Merchant]) -> list[dict[str, str]]:
    """List codes with their names."""
    return [{"code": code, "name": name} for code, name in codes_and_names(entries).items()]


def _choice(choice: ModeChoice) -> dict[str, dict[str, list[Any]]]:
    """Give by segment and economy: mode, second, margin, how many can serve, and what the other method puts first."""
    found: dict[str, dict[str, list[Any]]] = {}
    table = choice.recommended[["mode", "second", "margin", "feasible", "beside"]]
    for (economy, segment), row in zip(table.index, table.to_numpy(dtype=object).tolist(), strict=True):
        mode, second, margin, feasible, beside = row
        lead = None if np.isnan(margin) else float(margin)
        found.setdefault(str(segment), {})[str(economy)] = [mode, second, lead, int(feasible), beside]
    return found
