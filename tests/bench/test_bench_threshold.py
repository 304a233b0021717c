"""Time of the exhaustive threshold search and of its bootstrap, printed; size of the test, asserted; by make bench."""

import time

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from bri_eval.econometrics.regimes import demean, residuals, search, split_ssr, without_split
from bri_eval.econometrics.specs import ModelSpec
from bri_eval.econometrics.threshold import threshold

pytestmark = pytest.mark.bench


@pytest.fixture(autouse=True)
def one_thread():
    with threadpool_limits(1):
        yield


def simulate(seed, economies, years, jump):
    """One changing slope, five constant ones, threshold at 0."""
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product([range(economies), range(years)], names=["economy", "year"])
    data = pd.DataFrame(rng.normal(size=(len(index), 7)), index=index, columns=list("qxabcde"))
    y = np.repeat(rng.normal(size=economies), years) + data["x"] * (1 + jump * (data["q"] > 0))
    return data.assign(y=y + rng.normal(size=len(index)))


def declare(regimes=1, draws=500, seed=1):
    options = {"threshold": "q", "regime": ["x"], "regimes": regimes, "draws": draws, "seed": seed}
    return ModelSpec(
        name="m",
        outcome="y",
        regressors=tuple("xabcde"),
        effects=("economy",),
        estimator="threshold",
        options=options,
    )


def test_time_of_the_exhaustive_search():
    """Hansen's panel: 565 firms x 14 years, every distinct value between the 1 % and 99 % quantiles."""
    data = simulate(0, 565, 14, 0.2)
    columns = demean(data[list("xabcde")].to_numpy(), 14)
    y = demean(data[["y"]].to_numpy(), 14)
    start = time.perf_counter()
    found = search(data["q"].to_numpy(), data[["x"]].to_numpy(), 14, 0.01)
    base = without_split(found, columns)
    best = split_ssr(found, base, residuals(base, y))[:, 0].argmin()
    taken = time.perf_counter() - start
    print(
        f"\n565 x 14, {len(found.values)} candidates: {taken * 1e3:.1f} ms, threshold {found.values[best]:.4f}", end=""
    )


@pytest.mark.parametrize("shape", [(64, 7), (64, 16), (565, 14)])
@pytest.mark.parametrize("regimes", [1, 2, 3])
def test_time_with_the_bootstrap(shape, regimes):
    data = simulate(1, *shape, 0.5)
    start = time.perf_counter()
    threshold(declare(regimes), data)
    taken = time.perf_counter() - start
    print(f"\n{shape}, {regimes} thresholds, 500 draws each: {taken * 1e3:,.0f} ms", end="")


def test_size_of_the_bootstrap():
    """Without a threshold a test at 10 % rejects in 10 % of 400 panels, give or take three standard errors."""
    found = [
        threshold(declare(draws=99, seed=seed), simulate(seed, 64, 7, 0)).table.loc[1, "pvalue"] for seed in range(400)
    ]
    rate = np.mean(np.array(found) <= 0.1)
    print(f"\nrejections at 10 %: {rate:.3f}", end="")
    assert abs(rate - 0.1) < 3 * np.sqrt(0.1 * 0.9 / 400)
