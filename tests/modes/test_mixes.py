"""The programmes of a study: the qualitative results of the study's test instance, and sums that must add up."""

from __future__ import annotations

from dataclasses import replace

import decided
import numpy as np
import pandas as pd
import pytest

from bri_eval.modes.catalogue import read_modes
from bri_eval.modes.mix import ORDERS
from bri_eval.modes.mixes import TINY, _pooled, cost_of_parcel, main_modes, order_words, parcels_of, segment_shares


@pytest.fixture(scope="module")
def mixes():
    return decided.small().mixes


def reached(mixes, merchant, order):
    return mixes.plans[merchant, order].deviations


def test_there_is_a_plan_for_every_merchant_and_order(mixes):
    assert list(mixes.plans) == [(m, o) for m in ("micro", "sme", "large") for o in ORDERS]
    for (_, order), mix in mixes.plans.items():
        assert mix.order == ORDERS[order]


def test_results_of_the_study(mixes):
    """study.md 4.5: budgets, overruns of 130 %, service met, warehouses of the large merchant carry about 45 %."""
    stores = {key: int(mix.facilities["overseas_warehouse"].sum()) for key, mix in mixes.plans.items()}
    assert [stores[m, "cautious"] for m in ("micro", "sme", "large")] == [0, 0, 3]
    assert {stores[m, o] for m in ("micro", "sme", "large") for o in ("price", "service")} == {3}
    assert reached(mixes, "sme", "service")["finance"] == pytest.approx(1.3)
    assert reached(mixes, "micro", "price")["finance"] == pytest.approx(22.0)
    assert reached(mixes, "large", "service")[["affordability", "time", "loss"]].round(3).tolist() == [0.026, 0, 0]
    assert mixes.plans["large", "cautious"].by_mode["overseas_warehouse"] == pytest.approx(0.45, abs=0.02)


def test_single_modes_of_the_study(mixes):
    found = mixes.singles[["affordability", "time", "loss"]]
    assert found.loc["express"].round(2).tolist() == [2.19, 0, 0]
    assert found.loc["dedicated_line"].round(2).tolist() == [0.44, 0.04, 0.05]
    assert found.loc["overseas_warehouse"].round(2).tolist() == [0.12, 0, 0]
    assert mixes.singles.loc["postal", ["served", "time"]].astype(float).round(2).tolist() == [0.81, 0.6]


def test_all_orders_are_tried_for_every_merchant(mixes):
    for found in mixes.trade_offs.values():
        words = order_words(found.deviations.index)
        assert len(set(words)) == len(words) == 24
        assert "time > loss > finance > affordability" in words


def test_the_path_spans_the_budgets_of_the_merchants_and_affordability_never_rises(mixes):
    path = mixes.path.deviations["affordability"]
    assert (path.index[0], path.index[-1]) == (3_000, 150_000)
    assert (path.diff().dropna() <= TINY).all()
    assert path.loc[30_000.0] == pytest.approx(reached(mixes, "sme", "cautious")["affordability"])


def test_fronts_fall_in_cost_as_days_rise(mixes):
    assert list(mixes.fronts) == ["sme", "large"]
    for front in mixes.fronts.values():
        table = front.deviations.sort_values("days")
        assert (table["cost"].diff().dropna() < 0).all()


def test_segments_are_averaged_by_parcels(mixes):
    mix = mixes.plans["sme", "cautious"]
    parcels, found = parcels_of(mix), segment_shares(mix)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert parcels.loc["THA", "apparel"] == pytest.approx(300 * 0.8)
    by_hand = (
        sum(mix.shares.loc[(e, "apparel"), "postal"] * s for e, s in (("RUS", 1), ("THA", 0.8), ("POL", 0.6))) / 2.4
    )
    assert found.loc["apparel", "postal"] == pytest.approx(by_hand)
    together = (found.mul(parcels.sum(), axis=0).sum() / parcels.sum().sum())[mix.by_mode.index]
    np.testing.assert_allclose(together, mix.by_mode, atol=1e-12)


def test_main_modes_are_in_the_order_of_the_catalogue(mixes):
    mix = mixes.plans["sme", "cautious"]
    found = main_modes(mix)
    assert set(found) == set(mix.main.to_numpy().ravel())
    assert found == [mode for mode in mix.question.modes if mode in found]


def test_cost_is_divided_by_the_parcels_that_are_served(mixes):
    mix = mixes.plans["sme", "cautious"]
    table = pd.DataFrame({"cost": [2976.0, 2976.0], "demand": [0.0, 0.5]})
    assert list(cost_of_parcel(table, mix)) == pytest.approx([1.0, 2.0])  # 1240 x 2.4 parcels


def test_all_partners_with_data_share_one_budget(mixes):
    assert list(mixes.everywhere.question.economies) == ["KAZ", "POL", "RUS", "SGP", "THA", "TJK"]
    assert "PSE" in mixes.everywhere.question.left_out.index
    assert mixes.everywhere.deviations["finance"] == pytest.approx(0)


def test_members_of_the_corridor_pool_and_lose_nothing(mixes):
    assert mixes.pool.members == ("KAZ", "POL", "RUS")
    division = mixes.pool.division
    assert (division["shapley"] >= -1e-6).all()
    assert division["shapley"].sum() == pytest.approx(mixes.pool.coalitions["saving"].iloc[-1])


def test_there_is_no_pool_of_one_or_without_a_warehouse():
    own, fitted = decided.catalogue(), {"evaluation": decided.index(), "year": 2018, "merchant": "sme"}
    assert _pooled(own, decided.RAW, "NELB", ("RUS", "THA"), fitted) is None
    bare = replace(own, modes=tuple(mode for mode in own.modes if "warehouse" not in mode.code))
    assert _pooled(bare, decided.RAW, "NELB", ("RUS", "POL"), fitted) is None


def test_the_shipped_catalogue_is_the_one_that_is_tested():
    assert read_modes(decided.DATA / "modes.toml").modes == decided.catalogue().modes
