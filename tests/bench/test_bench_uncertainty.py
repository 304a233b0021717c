"""Uncertainty analysis against loops over named peers, CPU seconds, memory, two workers; run by make bench.

BLAS at one thread, both sides in turn in one process, medians of rounds; printed, never asserted. What is asserted:
that the peers give the same ranks on a sample, and that memory does not grow with the number of draws.
"""

import itertools
import statistics
import time
import tracemalloc

import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config
from scipy.special import ndtri
from threadpoolctl import threadpool_limits

import bri_eval as be
from bri_eval.robustness.draws import Given, score_draws
from bri_eval.robustness.prepare import prepare
from bri_eval.robustness.ranking import rank_draws
from bri_eval.robustness.uncertainty import matrix_problem

pytestmark = pytest.mark.bench
ROUNDS = 5
ROWS, COLUMNS = 65, 25
NORMALISERS = ("minmax", "vector", "sum", "max")
AGGREGATORS = ("arithmetic", "topsis", "topsis_metric")
COMBINATIONS = tuple(itertools.product(NORMALISERS, AGGREGATORS))
FRAME = pd.DataFrame(np.random.default_rng(0).random((ROWS, COLUMNS)) + 0.5).rename(columns="c{}".format)
DIRECTIONS = dict.fromkeys(FRAME.columns, "benefit")
RECIPES = be.choices(be.Recipe(), {"normaliser": NORMALISERS, "aggregator": AGGREGATORS})
WEIGHTS = be.Noise(weights="dirichlet")
CELLS = be.Noise(cells=pd.DataFrame(0.05, index=FRAME.index, columns=FRAME.columns))
TYPES = np.ones(COLUMNS)


@pytest.fixture(autouse=True)
def one_thread():
    with threadpool_limits(1):
        yield


def seconds(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def race(name, n, ours, peers):
    """Print how many times as long each peer needs for as many draws, medians of rounds in which all run in turn.

    A peer is a function of a number of draws, and the number that it is timed with.
    """
    ours()
    for peer, count, _ in peers.values():
        peer(max(count // 10, 12))
    own, times = [], {peer: [] for peer in peers}
    for _ in range(ROUNDS):
        own.append(seconds(ours))
        for key, (peer, count, _) in peers.items():
            times[key].append(seconds(lambda peer=peer, count=count: peer(count)) / count * n / own[-1])
    each = statistics.median(own) / n * 1e6
    print(f"\n{name}, {n:,} draws: {statistics.median(own):.2f} s, {each:.1f} us a draw", end="")
    for key, (_, _, target) in peers.items():
        print(f"\n  {key}: {statistics.median(times[key]):,.0f} times as long (target {target})", end="")


# peers ----------------------------------------------------------------------------------------------------------------


def pymcdm_methods():
    from pymcdm import normalizations
    from pymcdm.methods import TOPSIS, WSM

    rules = {name: getattr(normalizations, f"{name}_normalization") for name in NORMALISERS}
    return [(WSM if method == "arithmetic" else TOPSIS)(rules[name]) for name, method in COMBINATIONS]


def skcriteria_methods():
    from skcriteria.agg.simple import WeightedSumModel
    from skcriteria.agg.topsis import TOPSIS
    from skcriteria.preprocessing.scalers import MaxAbsScaler, MinMaxScaler, SumScaler, VectorScaler

    scalers = {"minmax": MinMaxScaler, "vector": VectorScaler, "sum": SumScaler, "max": MaxAbsScaler}
    return [
        (scalers[name]("matrix"), WeightedSumModel() if method == "arithmetic" else TOPSIS())
        for name, method in COMBINATIONS
    ]


def scaling(weights, combination):
    """Weights for a method that scales values: their roots, for weights inside the distance."""
    if COMBINATIONS[combination][1] != "topsis_metric":
        return weights
    roots = np.sqrt(weights)
    return roots / roots.sum()


def count_ranks(ranks_of, count, seed=1):
    """Draw a combination and weights, rank, count: the loop that a user of a peer writes."""
    rng = np.random.default_rng(seed)
    places = np.zeros((ROWS, ROWS), dtype=int)
    rows = np.arange(ROWS)
    for _ in range(count):
        combination = rng.integers(len(COMBINATIONS))
        places[rows, ranks_of(combination, rng.dirichlet(TYPES), rng)] += 1
    return places


def by_pymcdm(validation=True, noisy=False):
    methods, values = pymcdm_methods(), FRAME.to_numpy()

    def ranks_of(combination, weights, rng):
        table = values + 0.05 * rng.standard_normal(values.shape) if noisy else values
        method = methods[combination]
        scores = method(
            table, scaling(TYPES / COLUMNS if noisy else weights, combination), TYPES, validation=validation
        )
        return method.rank(scores).astype(int) - 1

    return ranks_of


def by_skcriteria():
    from skcriteria import mkdm

    methods, matrix = skcriteria_methods(), mkdm(FRAME.to_numpy(), TYPES.astype(int))
    scaled = [scaler.transform(matrix) for scaler, _ in methods]

    def ranks_of(combination, weights, _):
        decision = scaled[combination].replace(weights=scaling(weights, combination))
        return methods[combination][1].evaluate(decision).rank_ - 1

    return ranks_of


def by_numpy():
    """Tables and squared gaps are found once; a draw is a product or two, and two sorts."""
    tables = {}
    for number, (name, method) in enumerate(COMBINATIONS):
        table = be.evaluate_matrix(FRAME, DIRECTIONS, be.Recipe(normaliser=name)).matrix.to_numpy()
        gaps = [(table - point) ** 2 for point in (table.max(axis=0), table.min(axis=0))]
        tables[number] = (table,) if method == "arithmetic" else gaps

    def ranks_of(combination, weights, _):
        if len(tables[combination]) == 1:
            scores = tables[combination][0] @ weights
        else:
            squares = weights**2 if COMBINATIONS[combination][1] == "topsis" else weights
            far, near = (np.sqrt(gap @ squares) for gap in tables[combination])
            scores = near / (near + far)
        return np.argsort(np.argsort(-scores))

    return ranks_of


# ratios ---------------------------------------------------------------------------------------------------------------


def test_all_rank_alike_on_a_sample():
    space = prepare(matrix_problem(FRAME, DIRECTIONS, RECIPES, noise=WEIGHTS, weights=None))
    numbers, recipes = np.random.default_rng(2).random((48, COLUMNS)), np.arange(48) % 12
    out = score_draws(space, recipes, Given({"weights": numbers}))
    ranks = rank_draws(out.scores).T - 1
    for peer in (by_pymcdm(), by_skcriteria(), by_numpy()):
        found = [peer(recipe, weights, None) for recipe, weights in zip(recipes, out.weights, strict=True)]
        np.testing.assert_array_equal(found, ranks)


@pytest.mark.parametrize("n", [10_000, 120_000])
def test_random_weights_four_normalisations_three_aggregations(n):
    peers = {
        "pymcdm": (lambda count: count_ranks(by_pymcdm(), count), 240, 200),
        "scikit-criteria": (lambda count: count_ranks(by_skcriteria(), count), 60, 900),
        "NumPy": (lambda count: count_ranks(by_numpy(), count), 4_000, 6),
    }
    ours = lambda: be.uncertainty_matrix(FRAME, DIRECTIONS, RECIPES, noise=WEIGHTS, n=n)  # noqa: E731
    race("random weights", n, ours, peers)


def test_cells_drawn_anew():
    """Independent normal errors of all cells; pymcdm without validation draws them too."""
    space = prepare(matrix_problem(FRAME, DIRECTIONS, RECIPES, noise=CELLS, weights=None))
    numbers, recipes = np.random.default_rng(2).random((24, ROWS * COLUMNS)), np.arange(24) % 12
    ranks = rank_draws(score_draws(space, recipes, Given({"cells": numbers})).scores).T
    methods = pymcdm_methods()
    for recipe, draw, expected in zip(recipes, numbers, ranks, strict=True):
        table = FRAME.to_numpy() + 0.05 * ndtri(draw).reshape(COLUMNS, ROWS).T
        method = methods[recipe]
        np.testing.assert_array_equal(method.rank(method(table, TYPES / COLUMNS, TYPES, validation=False)), expected)
    ours = lambda: be.uncertainty_matrix(FRAME, DIRECTIONS, RECIPES, noise=CELLS, n=24_000)  # noqa: E731
    peer = lambda count: count_ranks(by_pymcdm(validation=False, noisy=True), count)  # noqa: E731
    race("cells drawn anew", 24_000, ours, {"pymcdm without validation": (peer, 600, 15)})


# size -----------------------------------------------------------------------------------------------------------------


def test_memory_does_not_grow_with_draws():
    """CPU seconds, and megabytes of arrays and objects at the peak above what there was before."""
    peaks = {}
    for n in (100_000, 1_000_000):
        run = lambda n=n: be.uncertainty_matrix(FRAME, DIRECTIONS, RECIPES, noise=WEIGHTS, n=n)  # noqa: E731
        cpu = statistics.median(cpu_seconds(run) for _ in range(ROUNDS))
        tracemalloc.start()
        run()
        peaks[n] = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
        print(f"\n{n:,} draws: {cpu:.2f} CPU seconds, {peaks[n]:.0f} MB above idle", end="")
    assert peaks[1_000_000] < 1.05 * peaks[100_000]


def cpu_seconds(call):
    start = time.process_time()
    call()
    return time.process_time() - start


def test_two_workers():
    """The same result in less time; the start of the processes is not counted."""
    n = 10_000_000
    run = lambda n=n: be.uncertainty_matrix(FRAME, DIRECTIONS, RECIPES, noise=WEIGHTS, n=n)  # noqa: E731
    ratios = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        alone = run()
        one = time.perf_counter() - start
        with parallel_config(backend="loky", n_jobs=2, inner_max_num_threads=1):
            run(100_000)
            start = time.perf_counter()
            both = run()
            ratios.append((time.perf_counter() - start) / one)
        np.testing.assert_array_equal(alone.tally.places, both.tally.places)
    print(f"\n{n:,} draws: {one:.1f} s; two workers take {statistics.median(ratios):.2f} of it (target 0.65)", end="")
