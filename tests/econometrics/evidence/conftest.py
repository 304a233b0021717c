"""A panel that is awkward on purpose: irregular waves, gaps, rows alone in their economy or year, unequal units."""

import numpy as np
import pandas as pd
import pytest

from bri_eval.econometrics.specs import ModelSpec

WAVES = (2007, 2010, 2012, 2014, 2018)


@pytest.fixture(scope="session")
def panel() -> pd.DataFrame:
    """30 economies in 5 waves; y = 0.5 x + 0.3 a + effects; b has another unit; E00 is seen once, E02 twice."""
    rng = np.random.default_rng(20)
    names = [f"E{number:02d}" for number in range(30)]
    rows = pd.MultiIndex.from_product([names, WAVES], names=["economy", "year"])
    level, year = rng.normal(size=(30, 1)), rng.normal(size=(1, 5))
    x = (0.8 * level + 0.4 * year + rng.normal(size=(30, 5))).ravel()
    a, b = 0.3 * x + rng.normal(size=150), rng.normal(size=150)
    y = 0.5 * x + 0.3 * a + (2 * level + year + rng.normal(size=(30, 5))).ravel() + 0.2 * b
    m = rng.gamma(2.0, size=30).repeat(5)
    data = pd.DataFrame({"y": y, "x": x, "a": a, "b": 1e6 * b + 1e7, "m": m, "fixed": level.repeat(5)}, index=rows)
    data = data.drop(index=[("E00", wave) for wave in WAVES[1:]] + [("E02", wave) for wave in WAVES[2:]])
    data.loc[("E01", 2023), :] = [1.0, 2.0, 0.5, 1e7, m[5], level[1, 0]]
    data.loc[data.index[rng.choice(len(data) - 14, size=12, replace=False) + 13], "x"] = np.nan
    data.loc[[("E07", 2010), ("E09", 2018)], "a"] = np.nan
    return data.sort_index()


@pytest.fixture(scope="session")
def model():
    """Return the function that declares y ~ x + a + b by another estimator."""

    def declared(estimator: str = "within", *effects: str, regressors: tuple[str, ...] = ("x", "a", "b")) -> ModelSpec:
        return ModelSpec(name="m", outcome="y", regressors=regressors, effects=effects, estimator=estimator)

    return declared
