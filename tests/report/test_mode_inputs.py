"""Tables of what mode choice starts from."""

from __future__ import annotations

import decided
import pytest

from bri_eval.modes.catalogue import ILLUSTRATIVE
from bri_eval.report import mode_inputs
from bri_eval.report.exhibits import as_markdown


def test_cards_are_printed_as_declared():
    text = as_markdown(mode_inputs.mode_cards(decided.catalogue()))
    assert "| Dedicated line | 3 | 13 | 10 | 0.02 | 0.30 | 0.80 | 2,000 | 0.10 | to 30 |  |" in text
    assert "| High-speed rail | 5 | 6 | 9 | 0.01 | 0.30 | 0.80 | 2,000,000 | 0.20 |  | yes |" in text
    assert "| Rail-sea | 5 | 3 | 20 | 0.02 | 0.20 | 0.80 | 3,000 | 0.20 | from 5 |  |" in text
    assert ILLUSTRATIVE in text


def test_goods_and_merchants_are_printed_as_declared():
    goods = as_markdown(mode_inputs.goods_segments(decided.catalogue()))
    assert "| Small, high value | 0.8 | 300 | 8 | 0.120 | 0.015 | 0.050 | 200 |" in goods
    merchants = as_markdown(mode_inputs.mode_merchants(decided.catalogue()))
    assert "| Small or medium enterprise | 30,000 | 20,000 |" in merchants
    assert ILLUSTRATIVE in goods
    assert ILLUSTRATIVE in merchants


def test_weights_of_criteria_are_those_of_the_study():
    """study.md 4.4: both presets with their consistency ratios; every cell is weighed by one row."""
    table = mode_inputs.mode_criteria(decided.small()).table.set_index("presets")
    price = [0.3645, 0.1379, 0.1379, 0.0740, 0.1379, 0.1479]
    service = [0.0849, 0.2805, 0.2946, 0.1621, 0.0890, 0.0890]
    assert table.loc["price"].iloc[:6].astype(float).round(4).tolist() == price
    assert table.loc["service"].iloc[:6].astype(float).round(4).tolist() == service
    assert table["consistency_ratio"].round(4).tolist()[:2] == pytest.approx([0.0044, 0.0030])
    assert table["cells"].sum() == 36
    assert table.iloc[:, :6].sum(axis=1).tolist() == pytest.approx([1, 1, 1])


@pytest.mark.parametrize(
    ("low", "high", "text"), [(0, 2, "to 2"), (5, float("inf"), "from 5"), (1, 3, "1 to 3"), (0, float("inf"), "")]
)
def test_limits(low, high, text):
    assert mode_inputs._limits(low, high) == text
