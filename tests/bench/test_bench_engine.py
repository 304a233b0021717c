"""Ratios to named peers in one process, BLAS at one thread; run by make bench, never asserted.

Each line prints the median of rounds in which both sides run in turn.
"""

import statistics
import time
import warnings

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

import bri_eval as be
from bri_eval.weights.estimators import eigen_weights

pytestmark = pytest.mark.bench
ROUNDS = 7


@pytest.fixture(autouse=True)
def one_thread():
    with threadpool_limits(1):
        yield


def seconds(call, times):
    start = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - start) / times


def race(name, ours, peer, times=(20, 20)):
    """Print the median ratio of paired rounds."""
    ours()
    peer()
    pairs = [(seconds(peer, times[1]), seconds(ours, times[0])) for _ in range(ROUNDS)]
    ratio = statistics.median(theirs / own for theirs, own in pairs)
    own = statistics.median(own for _, own in pairs)
    print(f"\n{name}: {ratio:.1f} times as fast ({own * 1e6:,.0f} us)", end="")
    return ratio


def table(rows, columns):
    values = np.random.default_rng(0).uniform(1, 10, (rows, columns))
    codes = [f"c{j}" for j in range(columns)]
    return pd.DataFrame(values, columns=codes), {c: "cost" if j % 3 == 0 else "benefit" for j, c in enumerate(codes)}


def ours(frame, directions):
    recipe = be.Recipe(normaliser="vector", weighter="entropy", weigh_on="raw", aggregator="topsis")
    return lambda: be.evaluate_matrix(frame, directions, recipe)


@pytest.mark.parametrize("shape", [(65, 25), (200, 50), (10_000, 50)])
def test_topsis_entropy_against_scikit_criteria(shape):
    from skcriteria import mkdm
    from skcriteria.agg.topsis import TOPSIS
    from skcriteria.pipelines import mkpipe
    from skcriteria.preprocessing.invert_objectives import NegateMinimize
    from skcriteria.preprocessing.scalers import VectorScaler
    from skcriteria.preprocessing.weighters import EntropyWeighter

    frame, directions = table(*shape)
    objectives = [1 if directions[code] == "benefit" else -1 for code in frame.columns]
    matrix = mkdm(frame.to_numpy(), objectives)
    pipe = mkpipe(EntropyWeighter(), NegateMinimize(), VectorScaler("matrix"), TOPSIS())
    mine = ours(frame, directions)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        np.testing.assert_allclose(mine().scores["score"], pipe.evaluate(matrix).e_.similarity, atol=1e-12)
        race(f"{shape} scikit-criteria", mine, lambda: pipe.evaluate(matrix), (20, 5) if shape[0] < 1000 else (5, 3))


@pytest.mark.parametrize("shape", [(65, 25), (200, 50), (10_000, 50)])
def test_topsis_entropy_against_pymcdm(shape):
    from pymcdm.methods import TOPSIS
    from pymcdm.normalizations import vector_normalization
    from pymcdm.weights import entropy_weights

    frame, directions = table(*shape)
    values = frame.to_numpy()
    types = np.array([1 if directions[code] == "benefit" else -1 for code in frame.columns])
    method = TOPSIS(vector_normalization)

    def peer():
        scores = method(values, entropy_weights(values), types)
        return scores, method.rank(scores)

    mine = ours(frame, directions)
    np.testing.assert_allclose(mine().scores["score"], peer()[0], atol=1e-9)
    race(f"{shape} pymcdm", mine, peer, (20, 10) if shape[0] < 1000 else (5, 3))


def judgements(count, size):
    rng = np.random.default_rng(1)
    upper = np.exp(rng.normal(0, 0.8, (count, size, size)))
    matrices = np.ones((count, size, size))
    for i in range(size):
        for j in range(i + 1, size):
            matrices[:, i, j], matrices[:, j, i] = upper[:, i, j], 1 / upper[:, i, j]
    return matrices


def test_ahp_against_ahpy():
    import ahpy

    matrices = judgements(100_000, 7)
    start = time.perf_counter()
    weights = eigen_weights(matrices)
    own = (time.perf_counter() - start) / len(matrices)
    few = 200
    for matrix, found in zip(matrices[:few], weights[:few], strict=True):
        values, vectors = np.linalg.eig(matrix)
        vector = np.abs(vectors[:, values.real.argmax()].real)
        np.testing.assert_allclose(found, vector / vector.sum(), atol=1e-9)
    pairs = [{(i, j): m[i, j] for i in range(7) for j in range(i + 1, 7)} for m in matrices[:few]]
    start = time.perf_counter()
    for comparisons in pairs:
        ahpy.Compare("x", comparisons, precision=9)
    peer = (time.perf_counter() - start) / few
    print(f"\n100,000 AHP 7 x 7, ahpy: {peer / own:.0f} times as fast ({own * 1e6:.2f} us a matrix)", end="")
