"""The frontier of cost and time: by hand, against a dumb oracle, and the claim of paper id 11."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from catalogues import RAW, THREE, shipped

from bri_eval.modes.catalogue import Demand
from bri_eval.modes.cells import cell_table
from bri_eval.modes.feasibility import feasible
from bri_eval.modes.frontier import frontier

NAMES = ["economy", "segment", "mode"]


def table(points):
    index = pd.MultiIndex.from_tuples([("RUS", "food", f"m{i}") for i in range(len(points))], names=NAMES)
    return pd.DataFrame(points, index=index, columns=["full_unit_cost", "days"])


def test_by_hand():
    found = frontier(table([(9.0, 25.0), (20.0, 5.0), (8.0, 22.0), (20.0, 6.0), (8.0, 22.0)]))
    assert found["efficient"].tolist() == [False, True, True, False, True]
    assert found["cheapest"].tolist() == [False, False, True, False, True]
    assert found["fastest"].tolist() == [False, True, False, False, False]
    assert not found["alone"].any()
    assert frontier(table([(9.0, 25.0)])).iloc[0, 2:].all()


@pytest.mark.parametrize("seed", range(5))
def test_against_pairs_one_by_one(seed):
    points = np.random.default_rng(seed).integers(1, 6, (9, 2)).astype(float)
    expected = [
        not any((q[0] <= p[0] and q[1] <= p[1]) and (q[0] < p[0] or q[1] < p[1]) for q in points) for p in points
    ]
    assert frontier(table(points))["efficient"].tolist() == expected


def best_of_both(volume):
    """Cells of study.md's test instance in which one of several modes is both cheapest and fastest."""
    segments = tuple(replace(s, parcels=volume * s.parcels) for s in shipped().segments)
    scale = dict(zip(THREE, (1.0, 0.8, 0.6), strict=True))
    catalogue = replace(shipped(), segments=segments, demand=Demand(rule="given", scale=scale))
    can = feasible(catalogue, RAW, economies=list(THREE))["feasible"]
    found = frontier(cell_table(catalogue, RAW, economies=list(THREE))[can])
    return found[found["cheapest"] & found["fastest"] & ~found["alone"]].index.tolist()


def test_no_mode_is_both_cheapest_and_fastest_at_full_unit_cost():
    """Paper id 11 and study.md 4.5, property 6: not at 4.2's volumes; at ten times, a warehouse."""
    assert best_of_both(1.0) == []
    assert best_of_both(10.0) == [(economy, "regulated", "overseas_warehouse") for economy in ("THA", "POL")]


def test_over_all_partners_the_claim_fails_only_for_heavy_goods_off_the_railways(evaluation):
    """With demand in proportion: where neither rail nor rail-sea goes, a warehouse may beat the line on both."""
    economies = sorted(set(evaluation.panel.index.get_level_values("economy")))
    can = feasible(shipped(), RAW, economies=economies)["feasible"]
    cells = cell_table(shipped(), RAW, economies=economies, evaluation=evaluation, year=2018)[can].dropna()
    found = frontier(cells)
    both = found[found["cheapest"] & found["fastest"] & ~found["alone"]].reset_index()
    assert set(both["mode"]) == {"overseas_warehouse"}
    assert set(both["segment"]) == {"bulky_fragile", "agri_food"}
    assert set(both["economy"]) == {"ARE", "EGY", "IRQ", "ISR", "JOR", "SAU"}
