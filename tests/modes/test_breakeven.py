"""Break-even values: by hand, and by choosing again on either side of every value found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from catalogues import PLAIN, RAW, shipped, tables, tiny

import bri_eval as be
from bri_eval.checks import InputError
from bri_eval.modes.breakeven import QUANTITIES, break_even, first_lead
from bri_eval.modes.catalogue import switch_on
from bri_eval.modes.choice import mode_choice

SOME = ["RUS", "THA", "POL", "VNM", "BTN", "SVN"]
NEAR = 1e-7
"""How far on either side of a break-even value the choice is made again."""


@pytest.fixture(scope="module")
def choice(evaluation):
    return mode_choice(shipped(), RAW, evaluation, merchant="sme", year=2018, economies=SOME)


def changed(catalogue, mode, quantity, value, segment):
    """The catalogue in which a quantity of a mode has another value in a cell; only that cell may be read off."""

    def alter(one):
        if one.code != mode:
            return one
        if quantity == "cost":
            returns = 1 + catalogue.return_cost * segment.return_rate * (1 - one.return_ease)
            surcharge = np.prod([one.surcharge.get(goods, 1.0) for goods in segment.goods])
            return replace(one, base=0.0, per_kg=value / (returns * surcharge * segment.kg))
        if quantity == "time":
            return replace(one, days=value, modifiers=tuple(m for m in one.modifiers if m != "clearance_days"))
        return replace(one, fixed=value)

    return replace(catalogue, modes=tuple(alter(one) for one in catalogue.modes))


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_the_mode_leads_just_below_and_not_just_above(choice, evaluation, quantity):
    """An oracle that knows nothing of the search: the whole choice made again."""
    found = break_even(choice, quantity=quantity)
    checked = 0
    for (economy, code), row in found[found["break_even"] > 0].iterrows():
        segment = choice.catalogue.segment(code)
        for factor, leads in ((1 - NEAR, True), (1 + NEAR, False)):
            catalogue = changed(choice.catalogue, row["mode"], quantity, factor * row["break_even"], segment)
            again = mode_choice(
                catalogue, RAW, evaluation, merchant="sme", year=2018, economies=[economy], segments=[code]
            )
            assert (again.recommended["mode"].iloc[0] == row["mode"]) is leads
        checked += 1
    assert checked >= {"cost": 8, "time": 6, "fixed": 1}[quantity]


def test_what_is_found_is_described(choice):
    found = break_even(choice, quantity="cost")
    assert found.index.equals(choice.recommended.index)
    several = found[found["break_even"].notna()]
    np.testing.assert_allclose(several["change"], several["break_even"] / several["current"] - 1, rtol=1e-12)
    assert (several["break_even"] < several["current"]).all()
    assert (several["crossings"] == 1).all()
    assert (several["reason"] == "").all()
    assert (found["leader"] == choice.recommended["mode"]).all()
    assert (found["mode"] == choice.recommended["second"]).all()
    assert set(found.loc[found["break_even"].isna(), "reason"]) <= {"no second mode", "does not lead even at cost 0"}


def test_by_hand(tmp_path):
    """Two modes alike but for cost .10 and .30 of the value, and 9 and 8 days: cost weighs as much as time.

    With worst values .4 and 20 the spread of cost, (c - .10)/.4, equals that of time, 1/20, at c = .12, or 12 of 100.
    """
    slow, quick, _ = tiny().modes
    alike = {"loss": 0.01, "return_ease": 0.5, "coverage": 0.9}
    modes = (replace(slow, days=9.0, **alike), replace(quick, days=8.0, **alike))
    found = break_even(mode_choice(tiny(modes=modes), tables(tmp_path), PLAIN, merchant="shop", year=2018))
    row = found.loc[("RUS", "goods")]
    assert row[["leader", "mode", "current"]].tolist() == ["slow", "quick", 30.0]
    assert row["break_even"] == pytest.approx(12.0, rel=1e-11)
    assert row["change"] == pytest.approx(-0.6, rel=1e-11)
    # the .2/.4 of cost would need 10 of 20 days, and the other mode takes 9
    choice = mode_choice(tiny(modes=modes), tmp_path, PLAIN, merchant="shop", year=2018)
    row = break_even(choice, quantity="time").loc[("RUS", "goods")]
    assert row["reason"] == "does not lead even at time 0"
    assert np.isnan(row["break_even"])


def test_fixed_cost_by_hand(tmp_path):
    """Alike but for a fixed cost F: it adds F/100/100/.4 to cost and F/1000/2 to capital, and 8 days against 10.

    TOPSIS of two modes is even where the squared weighted gaps are: (F/4000)^2 + (F/2000)^2 = (2/20)^2.
    """
    slow = tiny().modes[0]
    modes = (replace(slow, days=10.0), replace(slow, code="depot", days=8.0, fixed=900.0))
    choice = mode_choice(tiny(modes=modes), tables(tmp_path), PLAIN, merchant="shop", year=2018)
    row = break_even(choice, quantity="fixed").loc[("RUS", "goods")]
    assert row[["leader", "mode", "current"]].tolist() == ["slow", "depot", 900.0]
    assert row["break_even"] == pytest.approx(0.1 / np.sqrt(1 / 4000**2 + 1 / 2000**2), rel=1e-11)


def test_a_named_mode(choice):
    found = break_even(choice, quantity="time", mode="express")
    leads = choice.recommended["mode"] == "express"
    assert (found.loc[leads, "reason"] == "leads already").all()
    assert set(found["mode"]) == {"express"}
    dropped = found.loc[("THA", "agri_food")]
    assert dropped["reason"] == "costs US$618.94, more than the value of US$120.00"


def test_a_mode_dropped_for_its_cost_alone_comes_in_at_what_it_is_worth(choice):
    """In Thailand food goes by rail-sea alone; express costs more than the goods until its price falls."""
    row = break_even(choice, quantity="cost", mode="express").loc[("THA", "agri_food")]
    assert row["leader"] == "rail_sea"
    assert 0 < row["break_even"] <= 120
    post = break_even(choice, quantity="cost", mode="postal").loc[("THA", "agri_food")]
    assert post["reason"].startswith("20 kg, carries to 2 kg")
    assert np.isnan(post["break_even"])


def test_a_mode_alone_leads_from_the_value_at_which_it_is_let_in(tmp_path):
    _, _, store = tiny().modes
    far = replace(store, fixed=50_000.0, rules=("within_budget",))
    choice = mode_choice(tiny(modes=(far,)), tables(tmp_path), PLAIN, merchant="shop", year=2018)
    assert choice.recommended["mode"].tolist() == ["", ""]
    row = break_even(choice, quantity="fixed", mode="store").loc[("RUS", "goods")]
    assert row["break_even"] == 1000.0  # the budget; worth sending up to (100 - 8) x 100
    assert row["reason"] == ""
    cost = break_even(choice, quantity="cost", mode="store").loc[("RUS", "goods")]
    assert cost["reason"].startswith("fixed cost 50,000 beyond the budget of 1,000")


def test_high_speed_rail_waits_for_a_fixed_cost_below_its_break_even(evaluation):
    """Paper id 06: it leads in no cell above the largest break-even value, and in one just below."""
    on = switch_on(shipped(), "high_speed_rail")

    def led(fixed):
        modes = tuple(replace(m, fixed=fixed) if m.code == "high_speed_rail" else m for m in on.modes)
        catalogue = replace(on, modes=modes)
        choice = mode_choice(catalogue, RAW, evaluation, merchant="large", year=2018)
        return choice, int((choice.recommended["mode"] == "high_speed_rail").sum())

    choice, cells = led(2_000_000.0)
    assert cells == 0
    found = break_even(choice, quantity="fixed", mode="high_speed_rail")
    value = found["break_even"].max()
    assert value / 2_000_000 < 0.01  # less than a hundredth of the shipped figure
    assert led(value * (1 + NEAR))[1] == 0
    assert led(value * (1 - NEAR))[1] == 1
    planned = mode_choice(shipped(), RAW, evaluation, merchant="large", year=2018, economies=["RUS"])
    reasons = break_even(planned, quantity="fixed", mode="high_speed_rail")["reason"]
    assert reasons.str.startswith("planned, switched off").all()


@pytest.mark.parametrize("root", [1.0, 0.3, 1e-9, 0.0])
def test_the_search_finds_a_root(root):
    found, changes = first_lead(lambda values: root - values, 1.0)
    assert found == pytest.approx(root, abs=1e-12)
    assert changes == (root < 1)


def test_the_search_takes_the_largest_of_several_roots():
    found, changes = first_lead(lambda v: np.where((v < 0.2) | ((v > 0.5) & (v <= 0.7)), 1.0, -1.0), 1.0)
    assert found == pytest.approx(0.7, abs=1e-13)
    assert changes == 3
    assert np.isnan(first_lead(lambda v: -1 - v, 1.0)[0])
    assert first_lead(lambda v: 0 * v, 0.0) == (0.0, 0)


def test_messages(choice, tmp_path):
    with pytest.raises(InputError, match="unknown quantity 'price'; known are 'cost', 'time', 'fixed'"):
        break_even(choice, quantity="price")
    with pytest.raises(InputError, match=r"unknown mode 'expres'.*did you mean 'express'"):
        break_even(choice, mode="expres")
    treated = be.Recipe(weighter="ahp", aggregator="topsis", treatment="winsorise")
    wins = mode_choice(tiny(), tables(tmp_path), PLAIN, merchant="shop", year=2018, recipe=treated)
    with pytest.raises(
        InputError, match=r"without treatment of outliers.*treatment 'winsorise' and normaliser 'minmax'"
    ):
        break_even(wins)
