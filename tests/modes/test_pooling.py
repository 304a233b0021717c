"""Pooling: a case by hand, what must hold for any group, the shipped corridor, what is refused."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from catalogues import QUICK, RAW, STORE, shipped, tables, tiny

from bri_eval.checks import InputError
from bri_eval.modes.catalogue import ILLUSTRATIVE
from bri_eval.modes.mix import mode_mix
from bri_eval.modes.pooling import WAREHOUSES, corridor_members, pool

MET = {"target_days": 4.0, "cost_limit": 0.3}
"""Goods of which quick and the store meet all targets."""


def stored(tmp_path, economies=("ARE", "CZE", "RUS"), **given):
    """A store of 1,000 saves 22 on each of up to 90 of 100 parcels, of which quick takes the rest."""
    goods = (dataclasses.replace(tiny().segments[0], **MET),)
    shop = dataclasses.replace(tiny().merchants[0], budget=5_000.0, risk_limit=1e9)
    own = tiny(segments=goods, merchants=(shop,), modes=(QUICK, dataclasses.replace(STORE, **given)))
    return mode_mix(own, tables(tmp_path), merchant="shop", economies=list(economies))


def test_savings_by_hand(tmp_path):
    """Alone: 90 x 8 + 10 x 30 + 1,000 = 2,020 with a store, 3,000 with quick alone. Through the store of another 8.8.

    With one store for two: 1,020 + (90 x 8.8 + 300) + 1,000; a guest pays 72 more for its parcels and saves 1,000.
    """
    found = pool(stored(tmp_path), shared=("store",), surcharge=0.1, extra_days=0.0)
    assert found.division["alone"].tolist() == pytest.approx([2020] * 3)
    saving = found.coalitions["saving"]
    pairs = dict.fromkeys(("ARE+CZE", "ARE+RUS", "CZE+RUS"), 928)
    assert saving.to_dict() == pytest.approx({**pairs, "ARE+CZE+RUS": 1856}, abs=0.1)
    assert found.division["shapley"].tolist() == pytest.approx([1856 / 3] * 3, abs=0.1)
    assert found.largest_excess == pytest.approx(928 - 2 * 1856 / 3, abs=0.1)
    assert not found.core_empty
    assert found.shapley_in_core
    assert found.objection == ""
    assert found.facilities["store"].sum() == 1


def test_late_parcels_are_not_pooled(tmp_path):
    """Two days and two more are within the target of four, three more are not, and nobody missed it alone."""
    found = pool(stored(tmp_path), shared=("store",), surcharge=0.0, extra_days=3.0)
    assert found.coalitions["saving"].max() == pytest.approx(0, abs=0.1)
    early = pool(stored(tmp_path), shared=("store",), surcharge=0.0, extra_days=2.0)
    assert early.coalitions["saving"].max() == pytest.approx(2000, abs=0.1)


def test_nothing_shared_saves_nothing(tmp_path):
    found = pool(stored(tmp_path), shared=())
    assert found.coalitions["saving"].max() == pytest.approx(0, abs=1e-2)
    assert not found.core_empty
    assert found.shapley_in_core


def test_a_partner_who_cannot_use_the_store_is_a_dummy(tmp_path):
    """The store is open to neighbours of China only: AFG and RUS, not ARE."""
    own = stored(tmp_path, economies=("AFG", "ARE", "RUS"), rules=("border_with_china",))
    found = pool(own, shared=("store",), surcharge=0.1, extra_days=0.0)
    assert found.division.loc["ARE", "shapley"] == pytest.approx(0, abs=1e-2)
    assert found.division.loc["AFG", "shapley"] == pytest.approx(found.division.loc["RUS", "shapley"], abs=1e-2)
    assert not found.facilities.loc["ARE", "store"]


@pytest.fixture(scope="module")
def corridor():
    return mode_mix(shipped(), RAW, merchant="sme", economies=["BLR", "KAZ", "RUS"])


@pytest.mark.parametrize("shared", [WAREHOUSES, ("overseas_warehouse", "china_europe_rail")])
def test_groups_gain_by_joining(corridor, shared):
    """Savings are not below 0 and superadditive, parts sum to the whole, the least core is no worse than Shapley."""
    found = pool(corridor, shared=shared)
    saving = found.coalitions["saving"]
    assert (saving >= 0).all()
    assert saving["BLR+KAZ+RUS"] >= saving[["BLR+KAZ", "BLR+RUS", "KAZ+RUS"]].max() - 0.1
    assert found.division["shapley"].sum() == pytest.approx(saving["BLR+KAZ+RUS"])
    assert found.division["least_core"].sum() == pytest.approx(saving["BLR+KAZ+RUS"])
    np.testing.assert_allclose(found.division["cost"], found.division["alone"] - found.division["shapley"])
    np.testing.assert_allclose(found.coalitions["separate"] - found.coalitions["joint"], saving, rtol=0, atol=0.1)
    assert found.largest_excess <= found.coalitions["excess"].iloc[:-1].max() + 1e-6
    assert (found.objection != "") is not found.shapley_in_core
    assert found.conventions[0] == ILLUSTRATIVE
    assert f"Shared: {', '.join(shared)}; through the facility of another member parcels cost 10% more" in " ".join(
        found.conventions
    )


def test_the_order_of_members_does_not_matter(corridor):
    one, other = (pool(corridor, members=members) for members in (["BLR", "RUS"], ["RUS", "BLR"]))
    np.testing.assert_allclose(other.division.loc[["BLR", "RUS"]], one.division, rtol=0, atol=0.1)
    assert other.members == ("RUS", "BLR")


def test_who_lies_on_a_corridor():
    assert corridor_members(RAW, "NELB", ["THA", "POL", "KAZ", "RUS"]) == ("POL", "KAZ", "RUS")
    with pytest.raises(InputError, match="unknown corridor 'NELP'; known are 'CICPEC', 'CMREC', 'NELB'; did you mean"):
        corridor_members(RAW, "NELP", ["THA", "POL", "RUS"])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"members": ["BLR", "KAS"]}, "members: unknown economy 'KAS'.* did you mean 'KAZ'"),
        ({"members": ["BLR"]}, "members are 'BLR'; expected 2 to 12 economies, each once"),
        ({"members": ["BLR", "BLR"]}, "expected 2 to 12 economies, each once"),
        ({"shared": ("warehouse",)}, "shared: unknown mode 'warehouse'"),
        ({"surcharge": -0.1}, "surcharge is -0.1; expected 0 or more"),
        ({"extra_days": np.nan}, "extra_days is nan; expected 0 or more"),
    ],
)
def test_what_is_refused(corridor, given, message):
    with pytest.raises(InputError, match=message):
        pool(corridor, **given)


def test_only_lexicographic_plans_are_pooled(corridor):
    other = dataclasses.replace(corridor, question=dataclasses.replace(corridor.question, at_least=2))
    with pytest.raises(InputError, match="pooling starts from a lexicographic plan with at_least=1"):
        pool(other)
