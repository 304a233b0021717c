"""Two-stage least squares with effects, and the tests that belong beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, listing
from bri_eval.econometrics.anderson_rubin import (
    ConfidenceSet,
    Region,
    anderson_rubin,
    anderson_rubin_region,
    anderson_rubin_set,
    confidence_set,
)
from bri_eval.econometrics.first_stage import (
    durbin_wu_hausman,
    first_stage,
    joint_strength,
    verdict,
    weak_instruments,
)
from bri_eval.econometrics.linear import estimate_linear
from bri_eval.econometrics.overidentification import overidentification
from bri_eval.econometrics.record import cluster_note, record
from bri_eval.econometrics.two_stage import Equation, read_equation

if TYPE_CHECKING:
    from bri_eval.econometrics.specs import Estimates, ModelSpec

__all__ = [
    "ConfidenceSet",
    "Region",
    "anderson_rubin",
    "anderson_rubin_region",
    "anderson_rubin_set",
    "durbin_wu_hausman",
    "estimate_iv",
    "first_stage",
    "first_stage_estimates",
    "overidentification",
    "reduced_form",
    "weak_instruments",
]


def estimate_iv(spec: ModelSpec, data: pd.DataFrame) -> Estimates:
    """Estimate a model by two-stage least squares.

    Effects are removed from every column, exactly also if the panel is unbalanced; interactions and lags are built
    before. Clustered, V is the bare sandwich of the second stage times c = G/(G-1) (n-1)/(n-k), t(G-1), k counting the
    slopes, the intercept where there is one, and year effects. Unadjusted, V = SSR/(n-k) (X'P_Z X)^-1 with all effects
    in k, t(n-k).

    Parameters
    ----------
    spec
        A model with estimator 'iv'; `endogenous` are those of its `regressors` that `instruments` stand for. Effects
        none, 'economy', 'year' or both.
    data
        Indexed by (economy, year), unique.

    Returns
    -------
    Estimates
        R2 are nan: residuals of two stages do not split the sum of squares. `extra` has 'joint_f', the joint strength
        of the instruments (Kleibergen-Paap if clustered, else Cragg-Donald), and 'instruments', their number. Where the
        joint F is below 10 the convention says that the Anderson-Rubin set is the headline; with one endogenous
        regressor it prints the set.

    Raises
    ------
    InputError
        As `two_stage.read_equation`.

    References
    ----------
    wooldridge2010.

    Examples
    --------
    >>> from bri_eval.econometrics.specs import ModelSpec
    >>> rows = pd.MultiIndex.from_product([list("ABCDEFG"), [2010, 2012, 2014]], names=["economy", "year"])
    >>> z, u = np.random.default_rng(1).normal(size=(2, 21))
    >>> data = pd.DataFrame({"z": z, "x": z + u, "y": 2 * z + 5 * u}, index=rows)
    >>> spec = ModelSpec(name="m", outcome="y", regressors=("x",), endogenous=("x",), instruments=("z",),
    ...                  effects=("economy",), estimator="iv")
    >>> estimate_iv(spec, data).params.round(2).to_dict()
    {'x': 2.83}
    """
    equation = read_equation(spec, data)
    names = [*[name for name in equation.exogenous if name == "const"], *spec.regressors]
    params, bare, residuals = _fitted(equation, names)
    n, m = len(residuals), equation.x.shape[1]
    k = equation.removed + m + (0 if equation.clustered else equation.economies)
    scaling = equation.factor(m) if equation.clustered else n / (n - k)
    name, strength = joint_strength(equation)
    return record(
        spec,
        params,
        bare * scaling,
        residuals=residuals,
        df=equation.clusters - 1 if equation.clustered else n - k,
        k=k,
        scaling=scaling,
        dropped=equation.dropped,
        convention=_convention(equation, k),
        extra={"instruments": equation.z.shape[1], "joint_f": strength, "joint_f_name": name},
    )


def reduced_form(spec: ModelSpec, data: pd.DataFrame) -> Estimates:
    """Regress the outcome on exogenous regressors and instruments, on the rows of the instrumented model.

    Estimator, covariance and counts are those of `within`, or of `pooled` without economy and year effects.
    """
    return _regressed(read_equation(spec, data), spec.outcome)


def first_stage_estimates(spec: ModelSpec, data: pd.DataFrame) -> tuple[Estimates, ...]:
    """Regress each endogenous regressor on exogenous regressors and instruments, as `reduced_form`."""
    equation = read_equation(spec, data)
    return tuple(_regressed(equation, name) for name in spec.endogenous)


def _fitted(equation: Equation, names: list[str]) -> tuple[pd.Series, np.ndarray, pd.Series]:
    """Return slopes, bare covariance (no factor of n, k, G or effects in it) and residuals, by linearmodels."""
    from linearmodels.iv import IV2SLS

    spec = equation.spec
    columns = equation.demeaned.drop(columns=spec.outcome)
    units = columns.abs().max()  # columns of very unequal size would lose their rank in the engine
    scaled = columns / units
    exogenous, endogenous, instruments = (
        scaled[list(part)] if part else None for part in (equation.exogenous, spec.endogenous, spec.instruments)
    )
    bare = {"cov_type": "clustered", "clusters": equation.codes} if equation.clustered else {"cov_type": "unadjusted"}
    try:
        model = IV2SLS(equation.demeaned[spec.outcome], exogenous, endogenous, instruments)
        result = model.fit(debiased=False, **bare)
    except ValueError as error:
        raise InputError(f"model '{spec.name}': {' '.join(str(error).split())}") from error
    params = (result.params / units[result.params.index])[names]
    covariance = result.cov.loc[names, names].to_numpy() / np.outer(units[names], units[names])
    return params, covariance, equation.demeaned[spec.outcome] - equation.demeaned[names] @ params


def _regressed(equation: Equation, outcome: str) -> Estimates:
    """Estimate a column on exogenous regressors and instruments by least squares."""
    spec = equation.spec
    given = tuple(term for term in spec.regressors if term not in spec.endogenous)
    plain = replace(
        spec,
        name=f"{spec.name}: {outcome}",
        outcome=_column(outcome),
        regressors=(*given, *spec.instruments),
        estimator="within" if spec.effects else "pooled",
        endogenous=(),
        instruments=(),
        sample={},
    )
    rows = equation.rows.rename(columns={outcome: _column(outcome)})
    return replace(estimate_linear(plain, rows), dropped=equation.dropped)


def _column(term: str) -> str:
    """Return a name that can be an outcome: a term such as lag(x, 1) cannot."""
    return term.replace("(", " ").replace(")", "").replace(":", " x ") if set("(:") & set(term) else term


def _convention(equation: Equation, k: int) -> str:
    """Return the note under the table."""
    spec, n = equation.spec, len(equation.y)
    effects = f" after removing {' and '.join(spec.effects)} effects from every column" if spec.effects else ""
    said = [
        f"Two-stage least squares{effects}; endogenous {listing(spec.endogenous)}, "
        f"excluded instruments {listing(spec.instruments)}."
    ]
    if equation.clustered:
        said.append(cluster_note(equation.clusters, n, k))
    else:
        said.append(
            f"Classical standard errors, SSR/(n-k) with n = {n}, k = {k} (all effects counted); "
            f"p-values and intervals from t({n - k})."
        )
    name, strength = joint_strength(equation)
    said.append(f"{name} of the instruments {strength:.4g}. {verdict(strength)}")
    if len(spec.endogenous) == 1:
        said.append(confidence_set(equation).sentence)
    return " ".join(said)
