"""What a panel model is, what its estimation returns, and how models are read from TOML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bri_eval.checks import InputError, listing, unknown
from bri_eval.records import make_record, read_toml, refuse_unknown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from bri_eval.econometrics.diagnostics import TestResult

EFFECTS = ("economy", "year")
COVARIANCES = ("clustered", "unadjusted")
EFFECTS_TAKEN: dict[str, tuple[tuple[str, ...], ...]] = {
    "pooled": ((), ("year",)),
    "within": (("economy",), ("year",), ("economy", "year")),
    "random": ((), ("year",)),
    "first_difference": ((),),
    "between": ((),),
}
"""The combinations of effects that each estimator takes; everything else is refused."""

REMEDIES = {
    "pooled": "it takes 'year' (as dummies); economy effects are estimator 'within'",
    "within": "name 'economy', 'year' or both; without effects it is estimator 'pooled'",
    "random": "it takes 'year' (as dummies); its economy effects are random and are not named",
    "first_difference": "it takes none; differencing removes the economy effects",
    "between": "it takes none; it compares the means of economies",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """One panel regression, declared.

    Parameters
    ----------
    name
        Unique name; error messages and table columns carry it.
    outcome
        Column on the left-hand side.
    regressors
        Columns on the right-hand side, at least one; the intercept is not named, 'const' is refused.
    effects
        Out of 'economy' and 'year'. `within` absorbs them and needs at least one; `pooled` and `random` take 'year', as
        dummies that are counted but not listed; `first_difference` and `between` take none.
    estimator
        'pooled', 'within', 'random' (Swamy-Arora), 'first_difference' (no constant) or 'between'.
    covariance
        'clustered' (by economy, the project's rule) or 'unadjusted' (classical).
    group
        Table that the model belongs to.
    note
        Free text printed under the table.

    Raises
    ------
    InputError
        For an unknown name, a name used twice, or effects that the estimator does not take.

    Examples
    --------
    >>> spec = ModelSpec(name="fe", outcome="inv", regressors=("value",), effects=("economy",), estimator="within")
    >>> spec.covariance
    'clustered'
    """

    name: str
    outcome: str
    regressors: tuple[str, ...]
    effects: tuple[str, ...] = ()
    estimator: str
    covariance: str = "clustered"
    group: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        """Turn lists into tuples and refuse what cannot be estimated."""
        for field in ("regressors", "effects"):
            object.__setattr__(self, field, _names(self.name, field, getattr(self, field)))
        object.__setattr__(self, "effects", tuple(sorted(self.effects)))
        _check_text(self)
        _check_method(self)
        _check_regressors(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """What an estimation left out.

    Parameters
    ----------
    rows
        Number of rows with a missing outcome or regressor.
    singletons
        Number of complete rows that their own effect fits exactly, so that they say nothing about the slopes.
    economies
        Economies of the data that have no row left in the regression.
    """

    rows: int
    singletons: int
    economies: tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Estimates:
    """The result of one panel regression.

    Parameters
    ----------
    spec
        The model.
    params, std_errors, tvalues, pvalues
        One number per coefficient: 'const' where there is one, then the regressors; year dummies are not listed.
    conf_int
        95 % interval; columns 'lower' and 'upper'.
    covariance_matrix
        Coefficients x coefficients, after scaling.
    nobs
        Rows of the regression: differences for `first_difference`, economies for `between`.
    clusters
        Number of economies in the regression.
    df
        Degrees of freedom of the t distribution: clusters - 1, or nobs - k if unadjusted.
    k
        Coefficients counted in the scaling.
    scaling
        c, the factor on the bare sandwich; if unadjusted, on (SSR/n)(X'X)^-1.
    r2_within, r2_between, r2_overall
        Squared correlation of the outcome with the regressors times their slopes, effects left out: after removing
        economy means (and year effects if the model has them), between economy means, and over all rows.
    residuals
        Of the equation that was run: demeaned for `within`, quasi-demeaned for `random`, of differences, of means.
    theta
        Share of the economy mean that random effects remove, per economy; None for other estimators.
    dropped
        What was left out.
    convention
        The rules above with their numbers, to be printed under a table.
    """

    spec: ModelSpec
    params: pd.Series
    std_errors: pd.Series
    tvalues: pd.Series
    pvalues: pd.Series
    conf_int: pd.DataFrame
    covariance_matrix: pd.DataFrame
    nobs: int
    clusters: int
    df: int
    k: int
    scaling: float
    r2_within: float
    r2_between: float
    r2_overall: float
    residuals: pd.Series
    theta: pd.Series | None
    dropped: Dropped
    convention: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evidence:
    """The panel evidence of a study: the data of its regressions, the estimates in the order declared, the tests.

    Parameters
    ----------
    data
        Indexed by (economy, year); every column that a model names.
    fits
        One for each model.
    tests
        Model name to its specification tests.
    """

    data: pd.DataFrame
    fits: tuple[Estimates, ...]
    tests: Mapping[str, tuple[TestResult, ...]]


def read_models(path: str | Path) -> tuple[ModelSpec, ...]:
    """Return the models that the `[[model]]` tables of a TOML file declare, in file order.

    Parameters
    ----------
    path
        File with one `[[model]]` table per model, keys as the fields of `ModelSpec`; `[tables]` and `[variables]` are
        not read here.

    Raises
    ------
    InputError
        For a file that is absent or not TOML, a key that is unknown or lacking, a name that occurs twice, or a model
        that `ModelSpec` refuses; the message names file and model.
    """
    models = tuple(_model(path, number, table) for number, table in enumerate(_tables(path), start=1))
    names = [model.name for model in models]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise InputError(f"{path}: model '{twice[0]}' is declared twice; names are unique")
    return models


def _tables(path: str | Path) -> list[Any]:
    """Return the raw [[model]] tables."""
    content = read_toml(path)
    refuse_unknown(content, ("schema", "tables", "variables", "model"), f"{path}")
    tables = content.get("model", [])
    if not isinstance(tables, list) or not tables:
        raise InputError(f"{path}: no [[model]] table (double brackets); expected one per model")
    return tables


def _model(path: str | Path, number: int, table: dict[str, Any]) -> ModelSpec:
    """Build one model, naming file and model in every error."""
    where = f"{path}: model '{table['name']}'" if "name" in table else f"{path}: [[model]] number {number}"
    try:
        return make_record(ModelSpec, table, where)
    except InputError as error:
        message = str(error)
        raise InputError(message if message.startswith(f"{path}") else f"{path}: {message}") from None


def _names(model: str, field: str, names: object) -> tuple[str, ...]:
    """Return the names as a tuple without repetition; a bare text would fall into letters."""
    if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) and name for name in names):
        raise InputError(f"model '{model}': {field} is {names!r}; expected a list of names")
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise InputError(f"model '{model}': {field} has '{twice[0]}' twice; name it once")
    return tuple(names)


def _check_text(spec: ModelSpec) -> None:
    """Raise at a field that is not text, or empty where it may not be."""
    for field in ("name", "outcome", "estimator", "covariance", "group", "note"):
        value = getattr(spec, field)
        if not isinstance(value, str) or not (value or field in ("group", "note")):
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


def _check_regressors(spec: ModelSpec) -> None:
    """Raise if there is no regressor, or one that is the outcome or bears the intercept's name."""
    if not spec.regressors:
        raise InputError(f"model '{spec.name}': there is no regressor; name at least one")
    if spec.outcome in spec.regressors:
        raise InputError(
            f"model '{spec.name}': outcome '{spec.outcome}' is also a regressor; leave it out of one of them"
        )
    if "const" in spec.regressors:
        raise InputError(f"model '{spec.name}': regressor 'const' is added where the estimator has one; leave it out")
