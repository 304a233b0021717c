"""The options of a model: values that only its estimator or its covariance takes, by their keyword-only arguments."""

from __future__ import annotations

import dataclasses
import inspect
import re
from typing import TYPE_CHECKING

from bri_eval.checks import InputError, unknown
from bri_eval.econometrics.covariances import COVARIANCES
from bri_eval.econometrics.equations import EQUATIONS

if TYPE_CHECKING:
    from bri_eval.econometrics.specs import ModelSpec

_KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    "int": ((int,), "whole number"),
    "float": ((int, float), "number"),
    "bool": ((bool,), "true or false"),
    "str": ((str,), "text"),
}


def check_options(spec: ModelSpec) -> None:
    """Raise at an option that neither estimator nor covariance has or, for a linear model, of another type.

    The other estimators check the values of their options when they run.
    """
    if spec.estimator in EQUATIONS:
        _check_linear(spec)
        return
    taken = _names(spec)
    for name in spec.options:
        if name not in taken:
            raise InputError(f"model '{spec.name}': {unknown(f'{spec.estimator} option', name, taken)}")


def _check_linear(spec: ModelSpec) -> None:
    """Check names and types against the keyword-only arguments of estimator and covariance."""
    taken = option_kinds(spec)
    for name, value in spec.options.items():
        if name not in taken:
            told = unknown("option", name, taken) if taken else f"there is no option, found '{name}'; leave it out"
            raise InputError(
                f"model '{spec.name}': estimator '{spec.estimator}' with covariance '{spec.covariance}': {told}"
            )
        types = [_KINDS[kind] for kind in re.split(r"\s*\|\s*", taken[name]) if kind in _KINDS]
        if not any(isinstance(value, one) and isinstance(value, bool) == (bool in one) for one, _ in types):
            raise InputError(
                f"model '{spec.name}': option {name} is {value!r}; expected a {' or '.join(told for _, told in types)}"
            )
    _check_overlap(spec)


def _names(spec: ModelSpec) -> tuple[str, ...]:
    """Return the names of the options of an estimator of another module."""
    if spec.estimator == "gmm":
        from bri_eval.econometrics.dynamic_options import Options

        return tuple(field.name for field in dataclasses.fields(Options))
    if spec.estimator == "threshold":
        from bri_eval.econometrics.threshold import OPTIONS

        return tuple(OPTIONS)
    if spec.estimator == "quantile":
        from bri_eval.econometrics import quantile

        return tuple(quantile.OPTIONS)
    return ()


def _check_overlap(spec: ModelSpec) -> None:
    """Raise if a covariance for independent errors is asked for differences that share rows."""
    if "span" in spec.options and spec.covariance == "unadjusted":
        raise InputError(
            f"model '{spec.name}': option span makes differences that overlap, so that covariance 'unadjusted' does "
            "not hold; use 'clustered'"
        )


def option_kinds(spec: ModelSpec) -> dict[str, str]:
    """Return the options of a linear model with their annotations.

    Examples
    --------
    >>> from bri_eval.econometrics.specs import ModelSpec
    >>> spec = ModelSpec(name="m", outcome="y", regressors=("x",), estimator="long_difference")
    >>> option_kinds(spec)
    {'span': 'int | None', 'constant': 'bool'}
    """
    functions = (EQUATIONS[spec.estimator], COVARIANCES[spec.covariance])
    declared = [p for function in functions for p in inspect.signature(function).parameters.values()]
    return {p.name: str(p.annotation) for p in declared if p.kind is p.KEYWORD_ONLY}
