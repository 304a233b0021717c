"""How a result is compared with printed numbers, and panels drawn at random."""

import numpy as np
import pandas as pd
import pytest

TEN_DIGITS, P_VALUE = 1e-8, 1e-6


@pytest.fixture(scope="session")
def check():
    """Return the function that compares statistic, degrees of freedom and p-value with ten printed digits."""

    def checked(result, statistic, df, pvalue=None):
        assert result.statistic == pytest.approx(statistic, rel=TEN_DIGITS)
        assert result.df == df
        if pvalue is not None:
            assert result.pvalue == pytest.approx(pvalue, rel=P_VALUE, abs=0)

    return checked


@pytest.fixture(scope="session")
def draw():
    """Return the function that draws inv ~ value + capital with economy effects and cells left out at random."""

    def drawn(seed, economies=12, years=9, missing=0.0):
        generator = np.random.default_rng(seed)
        names = [f"E{number:02d}" for number in range(economies)]
        rows = pd.MultiIndex.from_product([names, range(2001, 2001 + years)], names=["economy", "year"])
        effects = np.repeat(generator.normal(size=economies), years)
        data = pd.DataFrame(generator.normal(size=(len(rows), 3)), index=rows, columns=["inv", "value", "capital"])
        data["value"] += effects
        data["inv"] += data["value"] + effects
        return data[generator.uniform(size=len(rows)) >= missing]

    return drawn
