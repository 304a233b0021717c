"""The models that a test estimates beside the declared one, and what it takes from them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, listing
from bri_eval.econometrics.estimate import estimate
from bri_eval.econometrics.sample import absorbed, complete_rows, year_dummies

if TYPE_CHECKING:
    from bri_eval.econometrics.specs import Estimates, ModelSpec

LINEAR = (
    "pooled",
    "within",
    "random",
    "correlated_random",
    "first_difference",
    "long_difference",
    "between",
)
"""Estimators of one linear equation, of which a test may estimate another form."""
WITH_RESIDUALS = ("pooled", "within", "random", "correlated_random")
"""Estimators whose residuals belong to an economy and a year, and are those of the levels."""
EXACT = 1e-12


def plain(spec: ModelSpec, estimator: str, effects: tuple[str, ...]) -> ModelSpec:
    """Return the same equation under another estimator, with classical covariance and without options."""
    check_estimator(spec, LINEAR)
    return replace(spec, estimator=estimator, effects=effects, covariance="unadjusted", options={})


def prepared(spec: ModelSpec, data: pd.DataFrame) -> tuple[ModelSpec, pd.DataFrame]:
    """Return the model and the rows that it uses, lags and sample taken, to be estimated again in another form."""
    return replace(spec, sample={}), complete_rows(spec, data)[0]


def years(spec: ModelSpec) -> tuple[str, ...]:
    """Return the year effects of the model, if it has them."""
    return tuple(effect for effect in spec.effects if effect == "year")


def pooled(spec: ModelSpec, data: pd.DataFrame) -> Estimates:
    """Estimate the model without economy effects."""
    return estimate(plain(spec, "pooled", years(spec)), data)


def fixed(spec: ModelSpec, data: pd.DataFrame) -> Estimates:
    """Estimate the model with fixed economy effects, without the regressors that they absorb."""
    within, rows = prepared(plain(spec, "within", ("economy", *years(spec))), data)
    return estimate(replace(within, regressors=varying(within, rows)), rows)


def varying(spec: ModelSpec, rows: pd.DataFrame) -> tuple[str, ...]:
    """Return the regressors that vary within economies, beyond the model's year effects."""
    lost = absorbed(rows, spec.regressors, ("economy", *years(spec)))
    kept = tuple(name for name in spec.regressors if name not in lost)
    if not kept:
        raise InputError(f"model '{spec.name}': no regressor varies within economies; there is nothing to compare")
    return kept


def residuals(spec: ModelSpec, data: pd.DataFrame) -> pd.Series:
    """Return the residuals of the declared model, sorted by economy and year."""
    check_estimator(spec, WITH_RESIDUALS)
    errors = estimate(plain(spec, spec.estimator, spec.effects), data).residuals.sort_index()
    check_errors(spec, errors, data)
    return errors


def check_errors(spec: ModelSpec, errors: np.ndarray | pd.Series, data: pd.DataFrame) -> None:
    """Raise if the model fits the outcome exactly, so that its residuals are rounding."""
    outcome = data[spec.outcome].to_numpy(dtype=float)
    if np.linalg.norm(errors) <= EXACT * np.linalg.norm(outcome[np.isfinite(outcome)]):
        raise InputError(f"model '{spec.name}' fits '{spec.outcome}' exactly; there are no errors to test")


def check_estimator(spec: ModelSpec, taken: tuple[str, ...]) -> None:
    """Raise if the test is not for models of this estimator."""
    if spec.estimator not in taken:
        raise InputError(
            f"model '{spec.name}': this test is not for estimator '{spec.estimator}'; it takes {listing(taken)}"
        )


def design(spec: ModelSpec, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the intercept, the year dummies that the model has, and the regressors."""
    dummies = year_dummies(rows.index).iloc[:, 1:] if years(spec) else rows.iloc[:, :0]
    return pd.concat([pd.DataFrame({"const": 1.0}, index=rows.index), dummies, rows[list(spec.regressors)]], axis=1)


def left_over(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return the least-squares residuals of y on the columns of x, whatever their scales and rank."""
    lengths = np.linalg.norm(x, axis=0)
    scaled = x[:, lengths > 0] / lengths[lengths > 0]
    return y - scaled @ np.linalg.lstsq(scaled, y, rcond=None)[0]
