"""Sobol' indices of 65 outputs against SALib on the same evaluations, BLAS at one thread; run by make bench.

The numbers must agree; the ratio is printed, the median of rounds in which both sides run in turn, and never asserted.
"""

import statistics
import time

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from bri_eval.robustness.sobol import indices_of, intervals_of, sobol_design, sobol_sums

pytestmark = pytest.mark.bench
OUTPUTS, RESAMPLES, ROUNDS = 65, 100, 5


@pytest.fixture(autouse=True)
def one_thread():
    with threadpool_limits(1):
        yield


def ranks(n, d):
    """Return ranks of 65 alternatives at every point of the design: they mix main effects and interactions."""
    rng = np.random.default_rng(d)
    points = np.concatenate(list(sobol_design(n, d, seed=1)))
    scores = points @ rng.normal(size=(d, OUTPUTS)) + points[..., :1] * points[..., 1:2] * rng.normal(size=OUTPUTS)
    return scores.argsort(axis=-1).argsort(axis=-1) + 1.0


def ours(values, draws):
    sums = sobol_sums([values], len(values), draws=draws, seed=1)
    return indices_of(sums), intervals_of(sums)


def peer(values):
    """Analyse output by output, as SALib does, with its default of 100 resamples."""
    from SALib.analyze import sobol

    d = values.shape[1] - 2
    problem = {"num_vars": d, "names": [f"x{j}" for j in range(d)], "bounds": [[0, 1]] * d}
    return [
        sobol.analyze(problem, values[..., o].ravel(), calc_second_order=False, num_resamples=RESAMPLES, seed=1)
        for o in range(OUTPUTS)
    ]


@pytest.mark.parametrize(("n", "d"), [(512, 8), (1024, 10)])
def test_indices_are_those_of_salib_and_come_sooner(n, d):
    values = ranks(n, d)
    found, theirs = ours(values, 2000), peer(values)
    np.testing.assert_allclose(found[0].total.T, [one["ST"] for one in theirs], rtol=0, atol=1e-12)
    np.testing.assert_allclose(found[0].first.T, [one["S1"] for one in theirs], rtol=0, atol=1e-12)
    half = (found[1].total[1] - found[1].total[0]).T / 2
    assert np.median(half / [one["ST_conf"] for one in theirs]) == pytest.approx(1, abs=0.05)
    pairs = [(seconds(lambda: peer(values)), seconds(lambda: ours(values, RESAMPLES))) for _ in range(ROUNDS)]
    ratio = statistics.median(other / own for other, own in pairs)
    own = statistics.median(own for _, own in pairs)
    print(
        f"\nSobol' indices and intervals, n = {n}, {d} factors, {OUTPUTS} outputs, {RESAMPLES} resamples, SALib: "
        f"{ratio:.0f} times as fast ({own * 1e3:.1f} ms)",
        end="",
    )


def seconds(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
