"""The Grunfeld panel of econometrics.md 4.1, complete and with the eight rows of 4.2 left out."""

import pandas as pd
import pytest

from bri_eval.econometrics.specs import ModelSpec


@pytest.fixture(scope="session")
def grunfeld() -> pd.DataFrame:
    """10 firms x 20 years; equals plm's `data("Grunfeld")`, firms in order of appearance."""
    from statsmodels.datasets import grunfeld

    data = grunfeld.load_pandas().data.query("firm != 'American Steel'")
    firms = {firm: f"F{number:02d}" for number, firm in enumerate(data["firm"].unique(), start=1)}
    data = data.assign(economy=data["firm"].map(firms), year=data["year"].astype(int)).rename(columns={"invest": "inv"})
    return data.set_index(["economy", "year"])[["inv", "value", "capital"]].sort_index()


@pytest.fixture(scope="session")
def unbalanced(grunfeld: pd.DataFrame) -> pd.DataFrame:
    """R: `Grunfeld[-c(3,20,21,100,101,102,150,200),]`, n = 192."""
    return grunfeld.drop(index=grunfeld.index[[2, 19, 20, 99, 100, 101, 149, 199]])


@pytest.fixture(scope="session")
def declare():
    """Return the function that declares inv ~ value + capital by another estimator."""

    def declared(estimator: str, *effects: str, covariance: str = "clustered") -> ModelSpec:
        return ModelSpec(
            name="m",
            outcome="inv",
            regressors=("value", "capital"),
            effects=effects,
            estimator=estimator,
            covariance=covariance,
        )

    return declared
