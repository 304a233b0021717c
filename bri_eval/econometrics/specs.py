"""What a panel model is, what its estimation returns, and how models are read from TOML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from bri_eval.checks import InputError
from bri_eval.econometrics.frozen import Frozen
from bri_eval.econometrics.rules import check_spec, names_of, terms_of
from bri_eval.records import make_record, read_toml, refuse_unknown

if TYPE_CHECKING:
    from pathlib import Path

    from bri_eval.econometrics.diagnostics.result import TestResult
    from bri_eval.econometrics.evidence.checks import Checks


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """One panel regression, declared.

    A term is a column ``x``; a product ``x:z`` of columns (``x:x`` is the square), taken of the raw columns before any
    effects are removed; a lag ``lag(x, 1)`` or a lead ``lead(x, 1)`` within economies, which is a placebo test; or a
    product of these.

    Parameters
    ----------
    name
        Unique name; error messages and table columns carry it.
    outcome
        Column on the left-hand side.
    regressors
        Terms on the right-hand side, at least one; the intercept is not named, 'const' is refused.
    effects
        Out of 'economy' and 'year'. `within` absorbs them and needs at least one; `pooled`, `random` and
        `correlated_random` take 'year', as dummies that are counted but not listed, the differences take them
        differenced; `between` takes none; `iv` and `ppml` take any; `gmm`, `threshold` and `quantile` need 'economy'.
    estimator
        'pooled', 'within', 'random' (Swamy-Arora), 'correlated_random' (with economy means, after Mundlak),
        'first_difference', 'long_difference' (first to last wave), 'between', 'iv' (two-stage least squares), 'ppml',
        'gmm', 'threshold' or 'quantile'.
    covariance
        'clustered' (by economy, the project's rule), 'unadjusted' (classical), 'two_way' (by economy and year),
        'driscoll_kraay', 'cr2' (with Satterthwaite degrees of freedom) or 'cv3' (jackknife over economies).
    endogenous
        Those of the regressors that are instrumented; for 'iv' only.
    instruments
        Excluded instruments, terms that are not regressors, at least as many as endogenous regressors.
    sample
        Rows to be used: 'economy', 'year' or a column to a value, a list of values, or a mapping of `min`, `max` (both
        included) and `not`; see `selection.in_sample`. Applied after lags are taken.
    lag_by
        What lags and leads count: 'wave', the years of the data, or 'year', calendar years.
    options
        Values that only this estimator or covariance takes, such as `lag` of 'driscoll_kraay' or `span` of
        'long_difference'.
    group
        Table that the model belongs to.
    note
        Free text printed under the table.

    Raises
    ------
    InputError
        For an unknown name, a name used twice, a term that cannot be read, or a combination that is not supported.

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
    endogenous: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    sample: Mapping[str, object] = field(default_factory=dict)
    lag_by: str = ""
    options: Mapping[str, object] = field(default_factory=dict)
    group: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        """Turn lists into tuples and refuse what cannot be estimated."""
        object.__setattr__(self, "effects", tuple(sorted(names_of(self.name, "effects", self.effects))))
        for name in ("regressors", "endogenous", "instruments"):
            object.__setattr__(self, name, terms_of(self.name, name, getattr(self, name)))
        for name in ("sample", "options"):
            object.__setattr__(self, name, _frozen(self.name, name, getattr(self, name)))
        check_spec(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """What an estimation left out.

    Parameters
    ----------
    rows
        Number of rows of the sample with a missing outcome, regressor or instrument.
    singletons
        Number of complete rows that their own effect fits exactly, so that they say nothing about the slopes.
    economies
        Economies of the sample that have no row left in the regression.
    lags
        How many of `rows` lack nothing but a lag or a lead.
    outside
        Number of rows outside the model's sample.

    Examples
    --------
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABCDEFG"), [2010, 2012]], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": range(14), "y": [0, 1, 2, 5, 3, 4, 8, 9, 6, 8, 9, 12, 7, 8]}, index=rows)
    >>> spec = be.ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> be.estimate(spec, data.mask(data["x"] == 3)).dropped
    Dropped(rows=1, singletons=1, economies=('B',), lags=0, outside=0)
    """

    rows: int
    singletons: int
    economies: tuple[object, ...]
    lags: int = 0
    outside: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Estimates:
    """The result of one panel regression; a number that an estimator does not have is nan, a table None.

    Parameters
    ----------
    spec
        The model.
    params, std_errors, tvalues, pvalues
        One number per coefficient: 'const' where there is one, then the regressors, named by their terms, then what the
        estimator adds, such as 'mean(x)' of `correlated_random`; year dummies are not listed.
    conf_int
        95 % interval; columns 'lower' and 'upper'.
    covariance_matrix
        Coefficients x coefficients, after scaling.
    nobs
        Rows of the regression: differences for the difference estimators, economies for `between`.
    clusters
        Number of economies in the regression.
    df
        Degrees of freedom of the t distribution: clusters - 1; nobs - k if unadjusted; the smaller of economies and
        years, less 1, if two-way; years - 1 for Driscoll-Kraay.
    k
        Coefficients counted in the scaling.
    scaling
        c, the factor on the bare sandwich; if unadjusted, on (SSR/n)(X'X)^-1; nan for 'cr2' and 'cv3', which have none.
    r2_within, r2_between, r2_overall
        Squared correlation of the outcome with the regressors times their slopes, effects left out: after removing
        economy means (and year effects if the model has them), between economy means, and over all rows.
    residuals
        Of the equation that was run: demeaned for `within`, quasi-demeaned for random effects, of differences, of
        means.
    theta
        Share of the economy mean that random effects remove, per economy; None for other estimators.
    dropped
        What was left out.
    convention
        The rules above with their numbers, to be printed under a table.
    dfs
        Degrees of freedom per coefficient: Satterthwaite's for 'cr2', else `df` for each. p-values and intervals use
        them.
    extra
        Further results by name, as the estimator documents.

    Examples
    --------
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABCDEF"), [2010, 2012]], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": range(12), "y": [0, 1, 2, 5, 3, 4, 8, 9, 6, 8, 9, 12]}, index=rows)
    >>> spec = be.ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> fit = be.estimate(spec, data)
    >>> fit.params.round(3).to_dict(), fit.nobs, fit.clusters, fit.df
    ({'x': 1.833}, 12, 6, 5)
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
    dfs: pd.Series | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Give every coefficient the degrees of freedom of the model, unless it has its own."""
        if self.dfs is None:
            object.__setattr__(self, "dfs", pd.Series(self.df, index=self.params.index, name="dfs"))


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
    checks
        What the declared checks found; None if none are declared.
    """

    data: pd.DataFrame
    fits: tuple[Estimates, ...]
    tests: Mapping[str, tuple[TestResult, ...]]
    checks: Checks | None = None


def read_models(path: str | Path) -> tuple[ModelSpec, ...]:
    """Return the models that the `[[model]]` tables of a TOML file declare, in file order.

    Parameters
    ----------
    path
        File with one `[[model]]` table per model, keys as the fields of `ModelSpec`; `[tables]` and `[variables]` are
        not read here.

    Returns
    -------
    tuple of ModelSpec
        In file order.

    Raises
    ------
    InputError
        For a file that is absent or not TOML, a key that is unknown or lacking, a name that occurs twice, or a model
        that `ModelSpec` refuses; the message names file and model.

    Notes
    -----
    A model that uses every key::

        [[model]]
        name = "exports, instrumented"
        group = "causal"                           # the table it stands in
        outcome = "ln_exports"
        regressors = ["lag(capability, 1)", "lag(capability, 1):landlocked", "ln_gdp"]
        lag_by = "wave"                            # or "year": calendar years, refused if the years have gaps
        endogenous = ["lag(capability, 1)", "lag(capability, 1):landlocked"]    # with estimator "iv" only
        instruments = ["lag(ln_phones, 2)", "lag(ln_phones, 2):landlocked"]
        effects = ["economy", "year"]
        estimator = "iv"
        covariance = "clustered"                   # unadjusted, two_way, driscoll_kraay, cr2, cv3
        options = {}                               # such as { lag = 2 } of driscoll_kraay
        note = "printed under the table"

        [model.sample]                             # economy, year or any column; omit it to use all rows
        year = { min = 2010, not = [2023] }        # limits are included
        bri_region = ["Central Asia", "CIS"]       # a text column: [variables.bri_region] with categories = true
        economy = { not = ["MNG"] }

    Examples
    --------
    >>> models = read_models("data/models.toml")
    >>> models[0].outcome, models[0].regressors[0]
    ('ln_exports', 'capability')
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
    refuse_unknown(content, ("schema", "tables", "variables", "model", "curve", "checks"), f"{path}")
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


def _frozen(model: str, field: str, entries: object) -> Frozen:
    """Return a table of names and values that cannot be changed."""
    if not isinstance(entries, Mapping) or not all(isinstance(name, str) for name in entries):
        raise InputError(f"model '{model}': {field} is {entries!r}; expected a table of names and values")
    return Frozen(entries)
