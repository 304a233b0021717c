"""The fitted model as covariances see it."""

import numpy as np
import pandas as pd

from bri_eval.econometrics.fitted import Counts, Fitted, listed, solved
from bri_eval.econometrics.specs import ModelSpec

INDEX = pd.MultiIndex.from_product([list("AB"), [2010, 2012, 2014]], names=["economy", "year"])
Y = pd.DataFrame({"y": [1.0, 3, 2, 5, 4, 7]}, index=INDEX)
X = pd.DataFrame({"year=2012": [0.0, 1, 0, 0, 1, 0], "const": 1.0, "x": [1e9, 2e9, 4e9, 3e9, 1e9, 7e9]}, index=INDEX)
SPEC = ModelSpec(name="m", outcome="y", regressors=("x",), effects=("year",), estimator="pooled")


def fitted(rows: pd.Index = INDEX) -> Fitted:
    bare = pd.DataFrame(0.0, index=["const", "x"], columns=["const", "x"])
    counts = Counts(slopes=1, intercept=1, years=1, economies=0)
    return Fitted(spec=SPEC, rows=rows, counts=counts, bare=bare, explicit=lambda: (Y, X))


def test_all_coefficients_are_counted():
    assert Counts(slopes=2, intercept=1, years=6, economies=10).all == 19


def test_rows_know_their_economy_and_their_year_if_they_have_one():
    assert fitted().economies.tolist() == ["A"] * 3 + ["B"] * 3
    assert fitted().years.tolist() == [2010, 2012, 2014] * 2
    assert fitted(pd.Index(["A", "B"], name="economy")).years.size == 0


def test_columns_have_length_1_and_residuals_are_those_of_least_squares():
    columns = solved(fitted())
    np.testing.assert_allclose(np.linalg.norm(columns.x, axis=0), 1, rtol=1e-14)
    np.testing.assert_allclose(columns.x * columns.lengths, X, rtol=1e-14)
    np.testing.assert_allclose(columns.x.T @ columns.residuals, 0, atol=1e-12)
    assert columns.names == ("year=2012", "const", "x")


def test_a_covariance_of_unit_columns_becomes_that_of_the_listed_coefficients():
    columns = solved(fitted())
    unit = np.linalg.inv(columns.x.T @ columns.x)
    scale = np.array([1, 1, 1e-9])  # the plain inverse needs columns of like size
    plain = np.linalg.inv((X * scale).T @ (X * scale)) * np.outer(scale, scale)
    made = listed(fitted(), columns, unit)
    assert list(made) == ["const", "x"]
    np.testing.assert_allclose(made, plain.to_numpy()[1:, 1:] if isinstance(plain, pd.DataFrame) else plain[1:, 1:])
