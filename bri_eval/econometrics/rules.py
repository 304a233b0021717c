"""What a declared model may combine: estimators, effects, covariances, terms; everything else is refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bri_eval.checks import InputError, listing, unknown
from bri_eval.econometrics.selection import check_sample
from bri_eval.econometrics.terms import LAG_BY, canonical, columns_of, is_shifted, same_product

if TYPE_CHECKING:
    from bri_eval.econometrics.specs import ModelSpec

EFFECTS = ("economy", "year")
_ANY = ((), ("economy",), ("year",), ("economy", "year"))
_OF_ECONOMIES = (("economy",), ("economy", "year"))
EFFECTS_TAKEN: dict[str, tuple[tuple[str, ...], ...]] = {
    "pooled": ((), ("year",)),
    "within": _ANY[1:],
    "random": ((), ("year",)),
    "correlated_random": ((), ("year",)),
    "first_difference": ((), ("year",)),
    "long_difference": ((), ("year",)),
    "between": ((),),
    "iv": _ANY,
    "ppml": _ANY,
    "gmm": _OF_ECONOMIES,
    "threshold": _OF_ECONOMIES,
    "quantile": _OF_ECONOMIES,
}
"""The combinations of effects that each estimator takes; everything else is refused."""

REMEDIES = {
    "pooled": "it takes 'year' (as dummies); economy effects are estimator 'within'",
    "within": "name 'economy', 'year' or both; without effects it is estimator 'pooled'",
    "random": "it takes 'year' (as dummies); its economy effects are random and are not named",
    "correlated_random": "it takes 'year' (as dummies); its economy effects are random and are not named",
    "first_difference": "it takes 'year' (as differenced dummies); differencing removes the economy effects",
    "long_difference": "it takes 'year' (as differenced dummies); differencing removes the economy effects",
    "between": "it takes none; it compares the means of economies",
    **dict.fromkeys(("gmm", "threshold", "quantile"), "name 'economy', or 'economy' and 'year'"),
}

COVARIANCES = ("clustered", "unadjusted", "two_way", "driscoll_kraay", "cr2", "cv3")
_WITHOUT_YEARS = ("clustered", "unadjusted", "cr2", "cv3")
COVARIANCES_TAKEN: dict[str, tuple[str, ...]] = {
    "between": _WITHOUT_YEARS,
    "long_difference": _WITHOUT_YEARS,
    "iv": ("clustered", "unadjusted"),
    "ppml": ("clustered",),
    "gmm": ("clustered",),
    "quantile": ("clustered",),
}
"""Covariances of the estimators that do not take all."""

REASONS = {
    "between": "is not available for estimator 'between', which has no years",
    "long_difference": "is not available for estimator 'long_difference', of which the years differ by economy",
    "iv": "is not available for estimator 'iv'",
    "ppml": "is not defined for estimator 'ppml', of which only the mean is assumed",
    "gmm": "is not available for estimator 'gmm', whose errors are robust by economy",
    "quantile": "is not defined for estimator 'quantile', which resamples whole economies",
}


def check_spec(spec: ModelSpec) -> None:
    """Raise at what cannot be estimated, whatever the data."""
    _check_text(spec)
    _check_method(spec)
    _check_regressors(spec)
    _check_instruments(spec)
    _check_lags(spec)
    check_sample(spec)
    _check_options(spec)


def names_of(model: str, field: str, names: object) -> tuple[str, ...]:
    """Return the names as a tuple without repetition; a bare text would fall into letters."""
    if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) and name for name in names):
        raise InputError(f"model '{model}': {field} is {names!r}; expected a list of names")
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise InputError(f"model '{model}': {field} has '{twice[0]}' twice; name it once")
    return tuple(names)


def terms_of(model: str, field: str, terms: object) -> tuple[str, ...]:
    """Return terms in their one spelling, without repetition."""
    try:
        spelt = names_of(model, field, [canonical(term) for term in names_of(model, field, terms)])
    except InputError as error:
        told = str(error)
        raise InputError(told if told.startswith("model ") else f"model '{model}': {field}: {told}") from None
    for position, term in enumerate(spelt):
        for other in spelt[:position]:
            if same_product(term) == same_product(other):
                raise InputError(f"model '{model}': {field} has '{other}' and '{term}', which are equal; name one")
    return spelt


def _check_text(spec: ModelSpec) -> None:
    """Raise at a field that is not text, or empty where it may not be."""
    for field in ("name", "outcome", "estimator", "covariance", "lag_by", "group", "note"):
        value = getattr(spec, field)
        if not isinstance(value, str) or not (value or field in ("lag_by", "group", "note")):
            raise InputError(f"model '{spec.name}': {field} is {value!r}; expected a text")
    if not re.fullmatch(r"[\w-]*", spec.group):
        raise InputError(f"model '{spec.name}': group is '{spec.group}'; it names files: use letters, digits, _ and -")


def _check_method(spec: ModelSpec) -> None:
    """Raise at an unknown estimator, covariance or effect, or at a combination that is not supported."""
    chosen = [("estimator", spec.estimator, tuple(EFFECTS_TAKEN)), ("covariance", spec.covariance, COVARIANCES)]
    for kind, name, names in chosen + [("effect", effect, EFFECTS) for effect in spec.effects]:
        if name not in names:
            raise InputError(f"model '{spec.name}': {unknown(kind, name, names)}")
    if spec.effects not in EFFECTS_TAKEN[spec.estimator]:
        given = listing(spec.effects) or "none"
        raise InputError(
            f"model '{spec.name}': estimator '{spec.estimator}' does not go with effects {given}; "
            f"{REMEDIES[spec.estimator]}"
        )
    taken = COVARIANCES_TAKEN.get(spec.estimator, COVARIANCES)
    if spec.covariance not in taken:
        raise InputError(
            f"model '{spec.name}': covariance '{spec.covariance}' {REASONS[spec.estimator]}; use {listing(taken)}"
        )


def _check_regressors(spec: ModelSpec) -> None:
    """Raise if there is no regressor, or one that is the outcome or bears the intercept's name."""
    if not spec.regressors:
        raise InputError(f"model '{spec.name}': there is no regressor; name at least one")
    if columns_of(spec.outcome) != (spec.outcome,):
        raise InputError(f"model '{spec.name}': outcome '{spec.outcome}' is a term; it must be a column of the data")
    for field in ("regressors", "instruments"):
        if spec.outcome in getattr(spec, field):
            raise InputError(
                f"model '{spec.name}': outcome '{spec.outcome}' is also among the {field}; leave it out there"
            )
    if "const" in spec.regressors:
        raise InputError(f"model '{spec.name}': regressor 'const' is added where the estimator has one; leave it out")


def _check_instruments(spec: ModelSpec) -> None:
    """Raise if endogenous regressors and instruments are not what two-stage least squares needs."""
    where = f"model '{spec.name}'"
    if spec.estimator != "iv":
        for field in ("endogenous", "instruments"):
            if getattr(spec, field):
                raise InputError(f"{where}: estimator '{spec.estimator}' takes no {field}; use 'iv', or leave them out")
        return
    for term in spec.endogenous:
        if term not in spec.regressors:
            raise InputError(f"{where}: endogenous: {unknown('regressor', term, spec.regressors)}")
    both = [term for term in spec.instruments if term in spec.regressors]
    if both:
        raise InputError(f"{where}: {listing(both)} is a regressor and an instrument; exogenous regressors go unnamed")
    if not spec.endogenous:
        raise InputError(f"{where}: no regressor is endogenous; name one, or use estimator 'within' or 'pooled'")
    if len(spec.instruments) < len(spec.endogenous):
        raise InputError(
            f"{where}: {len(spec.instruments)} instruments for {len(spec.endogenous)} endogenous regressors; "
            "expected at least as many"
        )


def _check_lags(spec: ModelSpec) -> None:
    """Raise if a lag does not say whether it goes by waves or by calendar years."""
    if spec.lag_by and spec.lag_by not in LAG_BY:
        raise InputError(f"model '{spec.name}': {unknown('lag_by', spec.lag_by, LAG_BY)}")
    shifted = [term for term in (*spec.regressors, *spec.instruments) if is_shifted(term)]
    if shifted and not spec.lag_by:
        raise InputError(
            f"model '{spec.name}': '{shifted[0]}' needs lag_by: 'wave' (the year of the data before) or 'year' "
            "(exactly so many calendar years before)"
        )


def _check_options(spec: ModelSpec) -> None:
    """Raise at an option that neither the estimator nor the covariance has."""
    if spec.options:
        from bri_eval.econometrics.options import check_options

        check_options(spec)
