"""Which modes are neither dearer nor slower than another: the frontier of cost and time in every cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


def frontier(table: pd.DataFrame) -> pd.DataFrame:
    """Mark in every cell the modes that no other undercuts in both full unit cost and time.

    Parameters
    ----------
    table
        Indexed by (economy, segment, mode), with columns full_unit_cost and days: feasible rows of ``cell_table``, or
        ``ModeChoice.table``.

    Returns
    -------
    DataFrame
        Same rows: full_unit_cost, days; cheapest and fastest in the cell; efficient, if no mode of the cell is at most
        as dear and as slow, and less in one; alone, if the cell has no other mode.

    Examples
    --------
    >>> import pandas as pd
    >>> keys = [("RUS", "food", "post"), ("RUS", "food", "air"), ("RUS", "food", "rail")]
    >>> index = pd.MultiIndex.from_tuples(keys, names=["economy", "segment", "mode"])
    >>> table = pd.DataFrame({"full_unit_cost": [9.0, 20.0, 8.0], "days": [25, 5, 22]}, index=index)
    >>> frontier(table)["efficient"].tolist()
    [False, True, True]
    """
    found = table[["full_unit_cost", "days"]].copy()
    cells = found.groupby(level=["economy", "segment"], sort=False)
    found["cheapest"] = found["full_unit_cost"] == cells["full_unit_cost"].transform("min")
    found["fastest"] = found["days"] == cells["days"].transform("min")
    found["alone"] = cells["days"].transform("size") == 1
    found["efficient"] = np.concatenate([_efficient(part.to_numpy()) for _, part in cells[["full_unit_cost", "days"]]])
    return found


def _efficient(points: np.ndarray) -> np.ndarray:
    """Tell which of n points no other is below or equal to in both, and below in one."""
    no_worse = np.all(points[None] <= points[:, None], axis=2)
    better = np.any(points[None] < points[:, None], axis=2)
    return ~np.any(no_worse & better, axis=1)
