"""Tests of instruments that are more than needed: Sargan and Hansen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bri_eval.econometrics.diagnostics.result import TestResult, chi2_or_f, undefined
from bri_eval.econometrics.first_stage import project
from bri_eval.econometrics.two_stage import Equation, basis, cluster_sums, meat, read_equation

if TYPE_CHECKING:
    import pandas as pd

    from bri_eval.econometrics.specs import ModelSpec


def overidentification(spec: ModelSpec, data: pd.DataFrame) -> tuple[TestResult, ...]:
    """Test whether the instruments agree with each other.

    Sargan: n R2 of the two-stage residuals on the instruments, chi2(q-m), valid for homoskedastic, independent errors.
    Hansen: J of two-step GMM with clustered weights from the two-stage residuals, chi2(q-m), unless the covariance is
    'unadjusted'.

    Returns
    -------
    tuple of TestResult
        Statistics are nan if there are as many instruments as endogenous regressors; the sentence says so.

    References
    ----------
    sargan1958; hansen1982.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from bri_eval.econometrics.specs import ModelSpec
    >>> rows = pd.MultiIndex.from_product([list("ABCDEFG"), [2010, 2012, 2014]], names=["economy", "year"])
    >>> columns = np.random.default_rng(1).normal(size=(21, 4))
    >>> data = pd.DataFrame(columns, index=rows, columns=["y", "x", "z", "w"])
    >>> spec = ModelSpec(name="m", outcome="y", regressors=("x",), endogenous=("x",), instruments=("z", "w"),
    ...                  effects=("economy",), estimator="iv")
    >>> [(result.name, result.df) for result in overidentification(spec, data)]
    [('Sargan', 1), ('Hansen J (clustered)', 1)]
    """
    equation = read_equation(spec, data)
    df, null = equation.z.shape[1] - equation.x.shape[1], "the instruments are valid"
    names = ["Sargan", *(["Hansen J (clustered)"] if equation.clustered else [])]
    if df == 0:
        sentence = "There are as many instruments as endogenous regressors: their validity cannot be tested."
        return tuple(undefined(name, 0, null, f"{name}: {sentence}") for name in names)
    statistics = (_sargan(equation), _hansen(equation) if equation.clustered else float("nan"))
    return tuple(chi2_or_f(name, statistic, df, null) for name, statistic in zip(names, statistics, strict=False))


def slopes(equation: Equation) -> np.ndarray:
    """Return the two-stage slopes of the endogenous regressors."""
    return np.linalg.lstsq(project(equation.z, equation.x), equation.y, rcond=None)[0]


def _sargan(equation: Equation) -> float:
    """Return n R2 of the two-stage residuals on the instruments."""
    residuals = equation.y - equation.x @ slopes(equation)
    explained = project(equation.z, residuals)
    return float(len(residuals) * (explained @ explained) / (residuals @ residuals))


def _hansen(equation: Equation) -> float:
    """Return J of two-step GMM with clustered weights; instruments enter as an orthonormal basis."""
    z = basis(equation.z)
    scores = cluster_sums(z * (equation.y - equation.x @ slopes(equation))[:, None], equation.codes)
    root = np.linalg.inv(np.linalg.cholesky(meat(equation, scores)))
    outcome, columns = root @ z.T @ equation.y, root @ z.T @ equation.x
    gap = outcome - columns @ np.linalg.lstsq(columns, outcome, rcond=None)[0]
    return float(gap @ gap)
