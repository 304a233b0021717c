"""Country modifiers by hand, and what each promises."""

from __future__ import annotations

import numpy as np
import pytest

from bri_eval.modes.modifiers import MODIFIERS, clearance_days, exposure_by_stability, loss_by_quality


def test_days_at_customs():
    found = clearance_days(np.array([5.0, 5.0, 5.0]), np.array([3.0, 2.0, 4.0]))
    assert found.tolist() == [5.0, 6.5, 3.5]
    assert clearance_days(np.array([5.0]), np.array([2.0]), reference=2.5, per_point=4.0).tolist() == [7.0]


def test_loss_falls_with_competence_and_tracking():
    found = loss_by_quality(np.full(3, 0.02), np.array([3.0, 4.0, 2.0]), np.array([3.0, 2.0, 1.0]))
    assert found.tolist() == pytest.approx([0.02, 0.02, 0.04], abs=1e-15)
    assert loss_by_quality(np.array([0.02]), np.array([4.0]), np.array([4.0]), reference=2.0).item() == 0.01


def test_exposure_falls_with_stability_and_stays_between_none_and_all():
    found = exposure_by_stability(np.full(5, 0.5), np.array([2.5, 0.0, -2.5, -3.0, 2.8]))
    assert found.tolist() == [0.0, 0.25, 0.5, 0.5, 0.0]
    assert exposure_by_stability(np.array([0.5]), np.array([0.0]), best=1.0, worst=-4.0).tolist() == [0.1]


@pytest.mark.parametrize("name", MODIFIERS)
def test_a_better_partner_never_has_a_worse_card_and_a_missing_indicator_a_missing_one(name):
    quantity, indicators, rule = MODIFIERS[name]
    assert quantity in ("days", "loss", "exposure")
    better = np.linspace(1, 5, 9)
    values = rule(np.full(9, 0.5), *[better] * len(indicators))
    assert (np.diff(values) <= 0).all()
    assert values[0] > values[-1]
    assert np.isnan(rule(np.array([0.5]), *[np.array([np.nan])] * len(indicators))).all()
