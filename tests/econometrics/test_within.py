"""Effects removed in closed form against least squares on dummies."""

import numpy as np
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics.within import demean, layout, sums

EFFECTS = pytest.mark.parametrize("effects", [(), ("economy",), ("year",), ("economy", "year")], ids="-".join)


def dummies(effects, economies, periods):
    codes = {"economy": economies, "year": periods}
    return np.hstack([np.ones((len(economies), 1)), *(np.eye(codes[e].max() + 1)[codes[e]] for e in effects)])


def expected(columns, effects, economies, periods):
    """Residuals on dummies, and the rank of the dummies beside those of the economies."""
    d = dummies(effects, economies, periods)
    nested = np.linalg.matrix_rank(dummies(("economy",), economies, periods)) if "economy" in effects else 0
    return columns - d @ np.linalg.lstsq(d, columns, rcond=None)[0], np.linalg.matrix_rank(d) - nested


def panel(kind):
    rng = np.random.default_rng(0)
    economies, periods = np.repeat(np.arange(8), 5), np.tile(np.arange(5), 8)
    if kind == "parts":  # the first four economies have the first two periods, the others the last three
        kept = (economies < 4) == (periods < 2)
    else:
        kept = np.ones(40, dtype=bool) if kind == "balanced" else rng.random(40) < 0.6
    return 100 + rng.normal(size=(kept.sum(), 3)), economies[kept], periods[kept]


@EFFECTS
@pytest.mark.parametrize("kind", ["balanced", "ragged", "parts"])
def test_residuals_and_counts_are_those_of_dummies(kind, effects):
    columns, economies, periods = panel(kind)
    left, rank = expected(columns, effects, economies, periods)
    found, removed = demean(np.ascontiguousarray(columns.T), layout(economies, periods), effects)
    np.testing.assert_allclose(found, left.T, atol=1e-12)
    assert removed == rank


@EFFECTS
def test_order_and_gaps_in_codes_do_not_matter(effects):
    columns, economies, periods = panel("ragged")
    order = np.random.default_rng(1).permutation(len(columns))
    where = layout(2 * economies[order] + 3, 3 * periods[order])
    found, removed = demean(np.ascontiguousarray(columns[order][where.order].T), where, effects)
    plain, same = demean(np.ascontiguousarray(columns.T), layout(economies, periods), effects)
    np.testing.assert_allclose(found, plain, atol=1e-12)
    assert removed == same


def test_a_balanced_panel_is_recognised():
    _, economies, periods = panel("balanced")
    assert layout(economies, periods).order is None
    assert layout(economies, periods).balanced
    assert layout(economies[::-1], periods[::-1]).balanced
    assert layout(economies + 7, periods).balanced
    assert not layout(economies, 2 * periods).balanced
    assert not layout(economies[1:], periods[1:]).balanced


def test_sums_of_economies():
    columns, economies, periods = panel("ragged")
    found = sums(np.ascontiguousarray(columns.T), layout(economies, periods))
    present = np.unique(economies)
    np.testing.assert_allclose(found, np.array([columns[economies == one].sum(axis=0) for one in present]).T)
    assert layout(economies, periods).starts.tolist() == [int(np.argmax(economies == one)) for one in present]


def test_codes_are_checked():
    _, economies, periods = panel("balanced")
    with pytest.raises(InputError, match=r"periods have shape \(39,\).*expected one whole number for each row"):
        layout(economies, periods[1:])
    with pytest.raises(InputError, match=r"economies have shape .* and type float64"):
        layout(economies * 1.0, periods)
    with pytest.raises(InputError, match=r"economies have shape \(0,\)"):
        layout(economies[:0], periods[:0])
    with pytest.raises(InputError, match="periods have the code -1; expected 0, 1"):
        layout(economies, periods - 1)
    with pytest.raises(InputError, match="economy 0, period 1 occurs twice"):
        layout(economies, np.where(periods == 2, 1, periods))
    with pytest.raises(InputError, match="unknown effects 'wave'; known are 'economy', 'year'"):
        demean(np.ones((1, 40)), layout(economies, periods), ("wave",))
    with pytest.raises(InputError, match="there are 8001 periods; year effects are removed from at most 2000"):
        demean(np.ones((1, 40)), layout(economies, 2000 * periods), ("year",))
