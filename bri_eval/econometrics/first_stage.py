"""What the instruments say about the endogenous regressors: first stages, their joint strength, endogeneity."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from bri_eval.econometrics.diagnostics.result import TestResult, chi2_or_f, p_text
from bri_eval.econometrics.two_stage import Equation, basis, cluster_sums, meat, read_equation

if TYPE_CHECKING:
    import pandas as pd

    from bri_eval.econometrics.specs import ModelSpec

WEAK = 10.0
"""Joint F below which the Anderson-Rubin set is the headline, not the estimate and its standard error."""


def first_stage(spec: ModelSpec, data: pd.DataFrame) -> tuple[TestResult, ...]:
    """Test, for each endogenous regressor, whether the instruments add to its first stage.

    The partial F of the q instruments in the regression of x_j on exogenous regressors, instruments and effects:
    classical, F(q, n-k) with all effects in k; by the project's clustered covariance, Wald/(q c), F(q, G-1), unless the
    model's covariance is 'unadjusted'. With several endogenous regressors also the conditional F of Sanderson and
    Windmeijer (classical): of the instruments in a regression of x_j - X_-j d, d the two-stage slopes of x_j on the
    other endogenous regressors, with q-m+1 degrees of freedom.

    Parameters
    ----------
    spec
        A model with estimator 'iv'.
    data
        Indexed by (economy, year), unique.

    Returns
    -------
    tuple of TestResult
        In the order of `spec.endogenous`, the kinds of F of each one after the other.

    Notes
    -----
    Single F statistics can be large although the instruments are jointly weak; read `weak_instruments`.

    References
    ----------
    sanderson2016.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from bri_eval.econometrics.specs import ModelSpec
    >>> rows = pd.MultiIndex.from_product([list("ABCDEFG"), [2010, 2012, 2014]], names=["economy", "year"])
    >>> columns = np.random.default_rng(1).normal(size=(21, 3))
    >>> data = pd.DataFrame(columns, index=rows, columns=["y", "x", "z"])
    >>> spec = ModelSpec(name="m", outcome="y", regressors=("x",), endogenous=("x",), instruments=("z",),
    ...                  effects=("economy",), estimator="iv")
    >>> [result.df for result in first_stage(spec, data)]
    [(1, 13), (1, 6)]
    """
    equation = read_equation(spec, data)
    results = []
    for number, name in enumerate(spec.endogenous):
        null = f"the instruments do not add to the first stage of '{name}'"
        results += _added(equation, (equation.x[:, number], equation.z), f"First stage of '{name}'", null)
        if len(spec.endogenous) > 1:
            results.append(_sanderson_windmeijer(equation, number))
    return tuple(results)


def weak_instruments(spec: ModelSpec, data: pd.DataFrame) -> tuple[TestResult, ...]:
    """Measure the joint strength of the instruments.

    Cragg-Donald F: the least eigenvalue of S^-1 X'P_Z X / q, with S = X'M_Z X/(n-k), exogenous regressors and effects
    removed. Kleibergen-Paap F, unless the covariance is 'unadjusted': the clustered rk Wald statistic of rank m-1
    over q c; with one endogenous regressor it is the clustered first-stage F.

    Returns
    -------
    tuple of TestResult
        Cragg-Donald has no p-value; that of Kleibergen-Paap is of underidentification, chi2(q-m+1) of the unscaled
        Wald statistic. Each sentence says whether F is below 10, and that the Anderson-Rubin set then is the headline.

    References
    ----------
    cragg1993; kleibergen2006; staiger1997.
    """
    equation = read_equation(spec, data)
    return (_cragg_donald(equation), *([_kleibergen_paap(equation)] if equation.clustered else []))


def durbin_wu_hausman(spec: ModelSpec, data: pd.DataFrame) -> TestResult:
    """Test whether the endogenous regressors are exogenous, by their first-stage residuals added to the equation.

    F of the m residuals: clustered by the project's rule, F(m, G-1), or classical, F(m, n-k-m), as the covariance says.

    References
    ----------
    hausman1978; wooldridge2010.
    """
    equation = read_equation(spec, data)
    residuals = equation.x - project(equation.z, equation.x)
    columns = np.column_stack([equation.x, residuals])
    null = "the regressors taken as endogenous are exogenous"
    return _added(equation, (equation.y, columns), "Durbin-Wu-Hausman", null, last=residuals.shape[1])[-1]


def joint_strength(equation: Equation) -> tuple[str, float]:
    """Return the joint F that fits the model's covariance, and its name."""
    result = _kleibergen_paap(equation) if equation.clustered else _cragg_donald(equation)
    return result.name, result.statistic


def project(z: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return the fitted values of columns on z."""
    q = basis(z)
    return q @ (q.T @ columns)


def f_statistics(equation: Equation, y: np.ndarray, columns: np.ndarray, last: int) -> tuple[float, float]:
    """Return the classical and the clustered F of the last columns in a regression of y, effects removed from all."""
    q = basis(columns)  # the last columns are zero exactly if the last coordinates in the basis are
    slopes = (q.T @ y)[-last:]
    residuals = y - q @ (q.T @ y)
    classical = slopes @ slopes / last / (residuals @ residuals / equation.df(columns.shape[1]))
    if not equation.clustered:
        return float(classical), float("nan")
    scores = cluster_sums(q[:, -last:] * residuals[:, None], equation.codes)
    wald = slopes @ np.linalg.solve(meat(equation, scores), slopes)
    return float(classical), float(wald / last / equation.factor(columns.shape[1]))


def _added(
    equation: Equation, sides: tuple[np.ndarray, np.ndarray], name: str, null: str, *, last: int | None = None
) -> list[TestResult]:
    """Test the last columns of a regression, classical and, if the model is, clustered."""
    y, columns = sides
    last = columns.shape[1] if last is None else last
    classical, clustered = f_statistics(equation, y, columns, last)
    results = [chi2_or_f(f"{name} (classical)", classical, (last, equation.df(columns.shape[1])), null)]
    if equation.clustered:
        results.append(chi2_or_f(f"{name} (clustered)", clustered, (last, equation.clusters - 1), null))
    return results


def _sanderson_windmeijer(equation: Equation, number: int) -> TestResult:
    """Return the conditional first-stage F of one endogenous regressor given the others."""
    name = equation.spec.endogenous[number]
    x, others = equation.x[:, number], np.delete(equation.x, number, axis=1)
    fitted = project(equation.z, others)
    rest = x - others @ np.linalg.lstsq(fitted, x, rcond=None)[0]
    q, m = equation.z.shape[1], equation.x.shape[1]
    explained = project(equation.z, rest)
    left = rest - explained
    df = (q - m + 1, equation.df(q))
    return chi2_or_f(
        f"First stage of '{name}' given the other endogenous regressors (Sanderson-Windmeijer)",
        float(explained @ explained / df[0] / (left @ left / df[1])),
        df,
        f"the instruments do not identify the slope of '{name}'",
    )


def _cragg_donald(equation: Equation) -> TestResult:
    """Return the Cragg-Donald F."""
    q = equation.z.shape[1]
    statistic = float(_directions(equation)[0][0]) * equation.df(q) / q
    sentence = f"Cragg-Donald: joint F = {statistic:.4g} (classical). {verdict(statistic)}"
    return TestResult(
        name="Cragg-Donald F",
        statistic=statistic,
        df=(q, equation.df(q)),
        pvalue=float("nan"),
        null="the instruments do not identify all slopes",
        sentence=sentence,
    )


def _kleibergen_paap(equation: Equation) -> TestResult:
    """Return the clustered rk statistic as F, with the p-value of underidentification."""
    directions = _directions(equation)[1]
    q, m = equation.z.shape[1], equation.x.shape[1]
    z, weakest = basis(equation.z), equation.x @ directions[:, 0]
    strong = z.T @ equation.x @ directions[:, 1:]
    complement = np.linalg.qr(strong, mode="complete")[0][:, m - 1 :] if m > 1 else np.eye(q)
    gap = complement.T @ z.T @ weakest
    residuals = weakest - z @ (z.T @ weakest)
    scores = cluster_sums(z * residuals[:, None], equation.codes) @ complement
    wald = float(gap @ np.linalg.solve(meat(equation, scores), gap))
    under = chi2_or_f("Kleibergen-Paap F", wald, q - m + 1, "the instruments do not identify all slopes")
    statistic = wald / q / equation.factor(q)
    sentence = (
        f"Kleibergen-Paap: joint F = {statistic:.4g} (clustered). {verdict(statistic)} "
        f"Underidentification: chi2({q - m + 1}) = {wald:.4g}, {p_text(under.pvalue)}."
    )
    return replace(under, statistic=statistic, sentence=sentence)


def verdict(statistic: float) -> str:
    """Say whether a joint F is too low for the estimate to be the headline."""
    if statistic >= WEAK:
        return f"Not below {WEAK:g}."
    return f"Below {WEAK:g}: the instruments are weak and the headline is the Anderson-Rubin set, not the estimate."


def _directions(equation: Equation) -> tuple[np.ndarray, np.ndarray]:
    """Return ratios of explained to unexplained variation of combinations of x, least first, and the combinations."""
    units = np.linalg.norm(equation.x, axis=0)
    x = equation.x / units
    explained = project(equation.z, x)
    roots = np.linalg.inv(np.linalg.cholesky((x - explained).T @ (x - explained)))
    values, vectors = np.linalg.eigh(roots @ explained.T @ explained @ roots.T)
    return values, roots.T @ vectors / units[:, None]
