"""Tables of the mode programme, against the plans that they are made from."""

from __future__ import annotations

from dataclasses import replace

import decided
import numpy as np
import pytest

from bri_eval.report import mix_tables
from bri_eval.report.exhibits import as_markdown


@pytest.fixture(scope="module")
def made():
    return decided.small()


@pytest.fixture(scope="module")
def exhibits(made):
    return {one.code: one for one in mix_tables.mix_exhibits(made, decided.NAMES)}


def test_plans_print_deviations_cost_and_facilities(made, exhibits):
    table = exhibits["mix_plans"].table.set_index(["merchant", "order"])
    row = table.loc[("Small or medium enterprise", "service")]
    assert row["finance"] == pytest.approx(1.3)
    assert row["cost"] == pytest.approx(made.mixes.plans["sme", "service"].cost / (1240 * 2.4))
    assert row["facilities"] == made.mixes.plans["sme", "service"].facilities.to_numpy().sum()


def test_shares_sum_to_one(exhibits):
    table = exhibits["mix_shares"].table
    assert len(table) == 9 * 6
    np.testing.assert_allclose(table.iloc[:, 3:].sum(axis=1), 1)
    last = exhibits["mix_everywhere"].table
    np.testing.assert_allclose(last.iloc[:, 1:].sum(axis=1), 1)
    assert last["segment"].iloc[-1] == "All goods"


def test_orders_are_rows(exhibits):
    exhibit = exhibits["mix_trade_off"]
    assert len(exhibit.table) == 3 * 24
    assert "Goals that the order moves, small or medium enterprise: affordability, time, loss and finance." in " ".join(
        exhibit.notes
    )


def test_single_modes_that_do_not_serve_all_are_not_called_dominated(made, exhibits):
    table = exhibits["mix_single"].table.set_index("plan")
    assert made.mixes.singles.loc["border_warehouse", "dominated"]  # deviates more, and serves less
    assert table.loc["Border warehouse", "dominated"] == ""
    assert table.index[table["dominated"] == "yes"].tolist() == [
        "International express",
        "Dedicated line",
        "Overseas warehouse",
    ]


def test_budgets_and_fronts(made, exhibits):
    assert exhibits["mix_budget"].table["budget"].tolist()[:2] == [3_000, 7_500]
    assert "| 3,000 | 0.598 | 0.179 | 0.048 |" in as_markdown(exhibits["mix_budget"])
    front = exhibits["mix_front"].table
    assert set(front["merchant"]) == {"Small or medium enterprise", "Large enterprise"}
    first = made.mixes.fronts["sme"].deviations["cost"].iloc[0] / (1240 * 2.4)
    assert front["parcel"].iloc[0] == pytest.approx(first)


def test_pooling_says_whether_anybody_would_leave(made, exhibits):
    exhibit = exhibits["mix_pooling"]
    assert "Division by Shapley value: in the core. The core is not empty." in exhibit.notes[0]
    assert exhibit.table["name"].tolist() == ["Kazakhstan", "Poland", "Russia"]
    np.testing.assert_allclose(exhibit.table["alone"] - exhibit.table["shapley"], exhibit.table["cost"])
    pool = replace(made.mixes.pool, objection="KAZ+RUS", core_empty=True)
    other = replace(made, mixes=replace(made.mixes, pool=pool))
    told = mix_tables.mix_pooling(other, decided.NAMES).notes[0]
    assert "not in the core: KAZ+RUS would gain by leaving. The core is empty." in told
    assert len(exhibits["mix_coalitions"].table) == 4


def test_without_a_pool_there_is_no_table_of_it(made):
    bare = replace(made, mixes=replace(made.mixes, pool=None))
    assert "mix_pooling" not in [one.code for one in mix_tables.mix_exhibits(bare, decided.NAMES)]
