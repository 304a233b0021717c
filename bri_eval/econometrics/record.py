"""What the estimators outside linear least squares share: their options, the clustered rule, the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, unknown
from bri_eval.econometrics.linear import inference
from bri_eval.econometrics.specs import Estimates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bri_eval.econometrics.specs import Dropped, ModelSpec

LEAST_CLUSTERS, FEW_CLUSTERS = 6, 30


def chosen(spec: ModelSpec, defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a model over their defaults.

    Parameters
    ----------
    spec
        The model.
    defaults
        Every option that the estimator has; None where one must be given.

    Raises
    ------
    InputError
        For an option that the estimator does not have, one that must be given, or one of another type.

    Examples
    --------
    >>> from bri_eval.econometrics.specs import ModelSpec
    >>> chosen(ModelSpec(name="m", outcome="y", regressors=("x",), estimator="pooled"), {"draws": 500})
    {'draws': 500}
    """
    for name in spec.options:
        if name not in defaults:
            raise InputError(f"model '{spec.name}': {unknown(f'{spec.estimator} option', name, defaults)}")
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in spec.options.items()}
    taken = {**defaults, **given}
    for name, default in defaults.items():
        if taken[name] is None:
            raise InputError(f"model '{spec.name}': estimator '{spec.estimator}' needs the option '{name}'")
        kinds = (int, float) if isinstance(default, float) else () if default is None else (type(default),)
        if kinds and (not isinstance(taken[name], kinds) or isinstance(taken[name], bool)):
            raise InputError(
                f"model '{spec.name}': option {name} is {taken[name]!r}; expected a {_KINDS[type(default)]}"
            )
    return taken


def check_bounds(spec: ModelSpec, options: Mapping[str, Any], bounds: Mapping[str, tuple[float, float]]) -> None:
    """Raise at an option that is a number out of its bounds, both included; the upper one may be infinite."""
    for name, (least, most) in bounds.items():
        if not least <= options[name] <= most:
            told = f"{least:g} or more" if most == np.inf else f"{least:g} to {most:g}"
            raise InputError(f"model '{spec.name}': option {name} is {options[name]!r}; expected {told}")


def cluster_factor(n: int, clusters: int, k: int) -> float:
    """Return c = G/(G-1) (n-1)/(n-k), the project's factor on the bare clustered sandwich."""
    return clusters / (clusters - 1) * (n - 1) / (n - k)


def check_size(spec: ModelSpec, n: int, clusters: int, k: int) -> None:
    """Raise if there are no more rows than coefficients, or too few clusters."""
    if n <= k:
        raise InputError(f"model '{spec.name}': {n} rows for {k} coefficients; use fewer regressors or effects")
    if spec.covariance == "clustered" and clusters < LEAST_CLUSTERS:
        raise InputError(
            f"model '{spec.name}': {clusters} economies are too few clusters; expected at least {LEAST_CLUSTERS}"
        )


def cluster_note(clusters: int, n: int, k: int) -> str:
    """Return the sentence that states the project's standard-error rule with its numbers."""
    said = (
        "Standard errors clustered by economy: bare sandwich times c = G/(G-1) (n-1)/(n-k) = "
        f"{cluster_factor(n, clusters, k):.6g} with G = {clusters}, n = {n}, k = {k} (economy effects not counted); "
        f"p-values and intervals from t({clusters - 1})."
    )
    few = f" Fewer than {FEW_CLUSTERS} clusters: take the p-values as rough." if clusters < FEW_CLUSTERS else ""
    return said + few


def record(
    spec: ModelSpec,
    params: pd.Series,
    covariance: np.ndarray,
    *,
    residuals: pd.Series,
    df: int,
    k: int,
    scaling: float,
    dropped: Dropped,
    convention: str,
    extra: Mapping[str, object],
) -> Estimates:
    """Put slopes and their covariance into the record that all estimators return; R2 are not defined.

    Parameters
    ----------
    spec, params, covariance, df, k, scaling, dropped, convention, extra
        As in `Estimates`; the covariance after scaling.
    residuals
        One for each row used; rows and clusters are counted on them.
    """
    matrix = pd.DataFrame(covariance, index=params.index, columns=params.index)
    return Estimates(
        spec=spec,
        params=params.rename("params"),
        **inference(params, matrix, df),
        covariance_matrix=matrix,
        nobs=len(residuals),
        clusters=len(residuals.index.unique("economy")),
        df=df,
        k=k,
        scaling=scaling,
        r2_within=np.nan,
        r2_between=np.nan,
        r2_overall=np.nan,
        residuals=residuals.rename("residuals"),
        theta=None,
        dropped=dropped,
        convention=convention,
        extra=extra,
    )


_KINDS = {int: "whole number", float: "number", str: "text", tuple: "list of names"}
