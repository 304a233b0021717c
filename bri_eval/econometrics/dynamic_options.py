"""The options of a dynamic panel model."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from bri_eval.checks import InputError, unknown
from bri_eval.econometrics.terms import canonical

if TYPE_CHECKING:
    from bri_eval.econometrics.specs import ModelSpec

KINDS = ("difference", "system")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a dynamic model declares in its `options`.

    Parameters
    ----------
    kind
        'difference' (Arellano and Bond) or 'system' (Blundell and Bond).
    outcome_lags
        Number of lags of the outcome on the right-hand side.
    instrument_lags
        First and last lag, in levels, that instrument the differenced equation: of the outcome and of `gmm_style`; the
        last may be beyond the data. From 2 for an endogenous variable, from 1 for a predetermined one.
    collapse
        One instrument per lag; else one per lag and wave.
    gmm_style
        Regressors that are instrumented by their lags, with their own lags and leads; all other regressors are taken as
        strictly exogenous and are their own instruments.
    steps
        1 or 2.
    unequal_gaps
        Take waves at unequal distance as if they were at equal distance.
    """

    kind: str = "difference"
    outcome_lags: int = 1
    instrument_lags: tuple[int, ...] = (2, 4)
    collapse: bool = True
    gmm_style: tuple[str, ...] = ()
    steps: int = 2
    unequal_gaps: bool = False


def read_options(spec: ModelSpec) -> Options:
    """Return the options of a dynamic model.

    Raises
    ------
    InputError
        For an option that is unknown, of another type or out of bounds, or another estimator.

    Examples
    --------
    >>> from bri_eval.econometrics.specs import ModelSpec
    >>> spec = ModelSpec(name="m", outcome="y", regressors=("x",), effects=("economy",), estimator="gmm",
    ...                  options={"kind": "system", "instrument_lags": [2, 3]})
    >>> read_options(spec).instrument_lags, read_options(spec).steps
    ((2, 3), 2)
    """
    where = f"model '{spec.name}'"
    if spec.estimator != "gmm":
        raise InputError(f"{where}: estimator '{spec.estimator}' is not dynamic; use 'gmm'")
    defaults = {field.name: field.default for field in fields(Options)}
    for name, value in spec.options.items():
        if name not in defaults:
            raise InputError(f"{where}: {unknown('gmm option', name, defaults)}")
        if type(value) is not type(defaults[name]):
            raise InputError(f"{where}: option {name} is {value!r}; expected something like {defaults[name]!r}")
    options = Options(**dict(spec.options))  # type: ignore[arg-type]
    _check_options(where, options)
    return replace(options, gmm_style=tuple(canonical(term) for term in options.gmm_style))


def _check_options(where: str, options: Options) -> None:
    """Raise at an option that is out of bounds."""
    if options.kind not in KINDS:
        raise InputError(f"{where}: {unknown('kind', options.kind, KINDS)}")
    if options.outcome_lags < 1:
        raise InputError(f"{where}: option outcome_lags is {options.outcome_lags}; expected 1 or more")
    if options.steps not in (1, 2):
        raise InputError(f"{where}: option steps is {options.steps}; expected 1 or 2")
    lags = options.instrument_lags
    if len(lags) != 2 or not all(type(lag) is int for lag in lags) or not 1 <= lags[0] <= lags[1]:
        raise InputError(f"{where}: option instrument_lags is {list(lags)}; expected first and last lag, as in [2, 4]")
    if lags[0] < 2:
        raise InputError(
            f"{where}: option instrument_lags is {list(lags)}, but the outcome one wave before is correlated with the "
            "differenced error; start at 2"
        )
    if not all(isinstance(term, str) for term in options.gmm_style):
        raise InputError(f"{where}: option gmm_style is {list(options.gmm_style)}; expected names of regressors")
