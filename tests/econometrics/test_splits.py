"""The order of thresholds, their tests against a bootstrap written as plain loops, and their confidence sets."""

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics.regimes import demean, search
from bri_eval.econometrics.splits import CRITICAL_LR, find_splits, likelihood_ratio, located

ECONOMIES, PERIODS = 12, 5


def simulate(seed, jumps=(0.0,), size=1.0):
    rng = np.random.default_rng(seed)
    q, x = np.round(rng.normal(size=ECONOMIES * PERIODS), 1), rng.normal(size=(ECONOMIES * PERIODS, 1)) + 1
    y = size * x[:, 0] * np.searchsorted(jumps, q) + rng.normal(size=len(q))
    return q, x, y[:, None]


def found_in(q, x, y, number=1, draws=99, seed=5, trim=0.15):
    found = search(q, x, PERIODS, trim)
    return found, *find_splits(
        "m", found, demean(y, PERIODS), demean(x, PERIODS), number=number, draws=draws, seed=seed
    )


def ssr(q, x, y, gammas):
    regime = np.searchsorted(np.sort(gammas), q)
    columns = demean(x * (regime[:, None] == np.arange(len(gammas) + 1)), PERIODS)
    return float(((y - columns @ np.linalg.lstsq(columns, y)[0]) ** 2).sum())


def best(q, x, y, values, taken=()):
    """Return the best threshold beside others, enough rows from each."""
    apart = [v for v in values if all(abs((q <= v).sum() - (q <= t).sum()) >= 0.15 * len(q) for t in taken)]
    return min(apart, key=lambda value: ssr(q, x, y, [*taken, value]))


@pytest.mark.parametrize("number", [1, 2])
def test_bootstrap_equals_plain_loops(number):
    """The null model's residuals of whole economies are drawn, and thresholds searched anew in every draw."""
    q, x, y = simulate(1)
    found, _, tests = found_in(q, x, y, number)
    y, values, scale = demean(y, PERIODS), found.values, ECONOMIES * (PERIODS - 1)
    null = [best(q, x, y, values)][: number - 1]
    columns = demean(x * (np.searchsorted(null, q)[:, None] == np.arange(len(null) + 1)), PERIODS)
    fitted = columns @ np.linalg.lstsq(columns, y)[0]
    blocks = (y - fitted).reshape(ECONOMIES, PERIODS)
    drawn = np.random.default_rng(np.random.SeedSequence(5).spawn(number)[-1]).integers(12, size=(99, 12))
    simulated = []
    for rows in drawn:
        outcome = fitted + blocks[rows].reshape(-1, 1)
        taken = []
        for _ in range(number):
            taken.append(best(q, x, outcome, values, taken))
        less, more = ssr(q, x, outcome, taken[:-1]), ssr(q, x, outcome, taken)
        simulated.append(scale * (less - more) / more)
    test = tests.loc[number]
    np.testing.assert_allclose(
        test[["critical_10", "critical_5", "critical_1"]], np.quantile(simulated, [0.9, 0.95, 0.99])
    )
    assert test["pvalue"] == (1 + sum(f >= test["statistic"] for f in simulated)) / 100
    assert test["ssr_before"] == pytest.approx(ssr(q, x, y, null), rel=1e-10)
    assert test["statistic"] == pytest.approx(scale * (test["ssr_before"] - test["ssr"]) / test["ssr"], rel=1e-12)


def test_earlier_thresholds_are_searched_again_beside_later_ones():
    """In some of these panels the first threshold moves; each is then the best one beside the other."""
    moved = 0
    for seed in range(30):
        q, x, y = simulate(seed, jumps=(-0.6, 0.6), size=0.8)
        found, splits, _ = found_in(q, x, y, 2, draws=1)
        y, first, second = demean(y, PERIODS), *(found.values[split.candidate] for split in splits)
        assert first == best(q, x, y, found.values, [second])
        assert second == best(q, x, y, found.values, [best(q, x, y, found.values)])
        moved += first != best(q, x, y, found.values)
    assert 0 < moved < 30


def test_a_third_threshold_is_tested_beside_the_refined_pair():
    q, x, y = simulate(3, jumps=(-0.8, 0.0, 0.8), size=3)
    found, pair, _ = found_in(q, x, y, 2, draws=1, trim=0.1)
    _, splits, tests = found_in(q, x, y, 3, draws=1, trim=0.1)
    refined = [found.values[split.candidate] for split in pair]
    assert tests.loc[3, "ssr_before"] == pytest.approx(ssr(q, x, demean(y, PERIODS), refined), rel=1e-10)
    assert sorted(found.values[split.candidate] for split in splits) == pytest.approx([-0.8, 0.0, 0.8], abs=0.11)


def test_the_first_test_does_not_depend_on_how_many_follow():
    q, x, y = simulate(4)
    one, two = (found_in(q, x, y, number)[2] for number in (1, 2))
    pd.testing.assert_series_equal(one.loc[1], two.loc[1])
    assert not found_in(q, x, y, 1, seed=6)[2].equals(one)


def test_critical_value_of_hansen():
    assert pytest.approx(7.352277, abs=5e-7) == CRITICAL_LR


def test_likelihood_ratio_and_its_set():
    q, x, y = simulate(5)
    found, (split,), _ = found_in(q, x, y)
    curve, y = likelihood_ratio(found, split), demean(y, PERIODS)
    sums = np.array([ssr(q, x, y, [value]) for value in found.values])
    np.testing.assert_allclose(curve["lr"], ECONOMIES * (PERIODS - 1) * (sums / sums.min() - 1), atol=1e-9)
    inside = found.values[curve["lr"] <= 7.352277]
    row = located(curve)
    assert (row["threshold"], row["lower"], row["upper"]) == (found.values[sums.argmin()], inside.min(), inside.max())
    assert len(curve) == len(found.values)


def test_threshold_at_the_edge_is_marked():
    curve = pd.DataFrame({"threshold": [1.0, 2.0, 3.0], "lr": [0.0, 1.0, 9.0]})
    assert located(curve) == {"threshold": 1.0, "lower": 1.0, "upper": 2.0, "connected": True, "edge": True}


def test_a_variable_with_too_few_values():
    q, x, y = simulate(6)
    message = "model 'm': no value of the threshold variable splits the rows, beside 1 other thresholds"
    with pytest.raises(InputError, match=message):
        found_in((q > 0) * 1.0, x, y, 2)
