"""Inference on instrumented slopes that weak instruments do not spoil: the Anderson-Rubin test, set and region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bri_eval.checks import InputError, listing, unknown
from bri_eval.econometrics.diagnostics.result import TestResult, chi2_or_f
from bri_eval.econometrics.first_stage import f_statistics
from bri_eval.econometrics.semidefinite import Interval, is_semidefinite, nonnegative_on
from bri_eval.econometrics.two_stage import Equation, basis, cluster_sums, meat, read_equation

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from bri_eval.econometrics.specs import ModelSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfidenceSet:
    """The values of one slope that the Anderson-Rubin test does not reject.

    Parameters
    ----------
    name
        Endogenous regressor.
    level
        Coverage, such as 0.95.
    intervals
        Closed, disjoint, in ascending order; ends may be infinite; none if the set is empty.
    shape
        'bounded' (one interval), 'disjoint' (several, all bounded), 'unbounded' (one ray, or two with a gap between
        them), 'whole line' or 'empty'.
    law
        The distribution that the test is read against.
    sentence
        The set in words, to be printed.

    Examples
    --------
    >>> parts = {"intervals": ((0.7, 1.6),), "shape": "bounded", "law": "F(1, 6)", "sentence": "From 0.7 to 1.6."}
    >>> ConfidenceSet(name="x", level=0.95, **parts).intervals
    ((0.7, 1.6),)
    """

    name: str
    level: float
    intervals: tuple[Interval, ...]
    shape: str
    law: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """Whether the joint Anderson-Rubin region of several slopes is bounded.

    Parameters
    ----------
    names
        Endogenous regressors.
    level
        Coverage.
    bounded
        False if the region reaches infinity in some direction: some combination of slopes is then not identified.
    law
        The distribution that the test is read against.
    sentence
        The result in words, to be printed.

    Examples
    --------
    >>> found = Region(names=("x", "w"), level=0.95, bounded=True, law="F(2, 14)", sentence="It is bounded.")
    >>> found.names, found.bounded
    (('x', 'w'), True)
    """

    names: tuple[str, ...]
    level: float
    bounded: bool
    law: str
    sentence: str


def anderson_rubin(spec: ModelSpec, data: pd.DataFrame, values: Mapping[str, float] | None = None) -> TestResult:
    """Test that the endogenous regressors have given slopes, whatever the strength of the instruments.

    y - X b is regressed on exogenous regressors, instruments and effects; F of the q instruments, by the model's
    covariance: clustered by the project's rule, F(q, G-1), or classical, F(q, n-k).

    Parameters
    ----------
    spec
        A model with estimator 'iv'.
    data
        Indexed by (economy, year), unique.
    values
        One slope for each endogenous regressor; all 0 if not given.

    Returns
    -------
    TestResult
        F of the q instruments.

    Raises
    ------
    InputError
        As `read_equation`, and for values that do not name each endogenous regressor once.

    References
    ----------
    anderson1949.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from bri_eval.econometrics.specs import ModelSpec
    >>> rows = pd.MultiIndex.from_product([list("ABCDEFG"), [2010, 2012, 2014]], names=["economy", "year"])
    >>> columns = np.random.default_rng(1).normal(size=(21, 3))
    >>> data = pd.DataFrame(columns, index=rows, columns=["y", "x", "z"])
    >>> spec = ModelSpec(name="m", outcome="y", regressors=("x",), endogenous=("x",), instruments=("z",),
    ...                  effects=("economy",), estimator="iv")
    >>> anderson_rubin(spec, data, {"x": 1.0}).df
    (1, 6)
    """
    equation = read_equation(spec, data)
    given = dict.fromkeys(spec.endogenous, 0.0) if values is None else dict(values)
    _check_values(spec, given)
    at = np.array([given[name] for name in spec.endogenous], dtype=float)
    q = equation.z.shape[1]
    classical, clustered = f_statistics(equation, equation.y - equation.x @ at, equation.z, q)
    told = ", ".join(f"{value:g}" for value in at)
    null = f"the slopes of {listing(spec.endogenous)} are {told}"
    if equation.clustered:
        return chi2_or_f("Anderson-Rubin (clustered)", clustered, (q, equation.clusters - 1), null)
    return chi2_or_f("Anderson-Rubin (classical)", classical, (q, equation.df(q)), null)


def anderson_rubin_set(spec: ModelSpec, data: pd.DataFrame, *, level: float = 0.95) -> ConfidenceSet:
    """Return the slopes of one endogenous regressor that `anderson_rubin` does not reject, exactly.

    With d(b) = Z'(y - x b) and S(b) the covariance of it, Z orthonormal, the test does not reject while
    kappa S(b) - d(b) d(b)' is positive semidefinite. This matrix is quadratic in b, so the ends of the set are real
    roots of a quadratic eigenvalue problem; between two of them one value decides.

    Parameters
    ----------
    spec
        The model.
    data
        As for `estimate`.
    level
        Coverage, between 0 and 1.

    Returns
    -------
    ConfidenceSet

    Raises
    ------
    InputError
        As `anderson_rubin`, for several endogenous regressors, or a level that is not between 0 and 1.

    Notes
    -----
    Unbounded where the instruments could be unrelated to x; empty where they contradict each other at every slope.

    References
    ----------
    anderson1949; dufour2005; chernozhukov2008 (robust form).

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABCDEFG"), [2010, 2012, 2014]], names=["economy", "year"])
    >>> z, u = np.random.default_rng(1).normal(size=(2, 21))
    >>> data = pd.DataFrame({"z": z, "x": z + 0.2 * u, "y": z + u}, index=rows)
    >>> parts = {"outcome": "y", "regressors": ("x",), "endogenous": ("x",), "instruments": ("z",)}
    >>> spec = be.ModelSpec(name="m", effects=("economy",), estimator="iv", **parts)
    >>> found = anderson_rubin_set(spec, data)
    >>> found.shape, [tuple(round(end, 2) for end in interval) for interval in found.intervals]
    ('bounded', [(0.77, 1.69)])
    """
    equation = read_equation(spec, data)
    if len(spec.endogenous) > 1:
        raise InputError(
            f"model '{spec.name}': the set is of one slope, but {listing(spec.endogenous)} are endogenous; "
            "use anderson_rubin_region"
        )
    return confidence_set(equation, level)


def anderson_rubin_region(spec: ModelSpec, data: pd.DataFrame, *, level: float = 0.95) -> Region:
    """Tell whether the joint Anderson-Rubin region of several slopes is bounded.

    It is unless some combination of the endogenous regressors could be unrelated to the instruments: classical, if the
    Cragg-Donald F is above the critical value; clustered, if the same test applied to every combination rejects.

    Parameters
    ----------
    spec
        The model.
    data
        As for `estimate`.
    level
        Coverage, between 0 and 1.

    Returns
    -------
    Region

    Raises
    ------
    InputError
        As `anderson_rubin`, for one endogenous regressor, for more than two if clustered, or a bad level.

    References
    ----------
    dufour2005.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABCDEFG"), [2010, 2012, 2014]], names=["economy", "year"])
    >>> z, v, u, e = np.random.default_rng(1).normal(size=(4, 21))
    >>> data = pd.DataFrame({"z": z, "v": v, "x": z + 0.1 * u, "w": v + 0.1 * e, "y": z + v + u}, index=rows)
    >>> parts = {"outcome": "y", "regressors": ("x", "w"), "endogenous": ("x", "w"), "instruments": ("z", "v")}
    >>> spec = be.ModelSpec(name="m", effects=("economy",), estimator="iv", covariance="unadjusted", **parts)
    >>> anderson_rubin_region(spec, data).bounded
    True
    """
    equation = read_equation(spec, data)
    m = equation.x.shape[1]
    if m == 1 or (m > 2 and equation.clustered):
        told = "use anderson_rubin_set" if m == 1 else "use covariance 'unadjusted', or two of them"
        raise InputError(f"model '{spec.name}': no region is found for {m} endogenous regressors; {told}")
    critical, law = _critical(equation, level)
    x = equation.x / np.linalg.norm(equation.x, axis=0)
    if equation.clustered:
        bounded = not nonnegative_on(*_quadratic(equation, x[:, 0], x[:, 1], critical)) and not is_semidefinite(
            _quadratic(equation, x[:, 1], x[:, 0], critical)[0]
        )
    else:
        bounded = bool(np.linalg.eigvalsh(_classical(equation, x, critical)).max() < 0)
    told = "bounded" if bounded else "unbounded: some combination of the slopes is not identified"
    sentence = f"The joint {100 * level:g} % Anderson-Rubin region of {listing(spec.endogenous)} ({law}) is {told}."
    return Region(names=spec.endogenous, level=level, bounded=bounded, law=law, sentence=sentence)


def confidence_set(equation: Equation, level: float = 0.95) -> ConfidenceSet:
    """Return the set of an equation with one endogenous regressor; see `anderson_rubin_set`."""
    critical, law = _critical(equation, level)
    unit = float(np.linalg.norm(equation.y) / np.linalg.norm(equation.x))
    matrices = _quadratic(equation, equation.y, equation.x[:, 0] * unit, critical)
    intervals = tuple((low * unit, high * unit) for low, high in nonnegative_on(*matrices))
    name, shape = equation.spec.endogenous[0], _shape(intervals)
    sentence = f"{100 * level:g} % Anderson-Rubin set of '{name}' ({law}): {_words(intervals, shape)}."
    return ConfidenceSet(name=name, level=level, intervals=intervals, shape=shape, law=law, sentence=sentence)


def _check_values(spec: ModelSpec, given: Mapping[str, float]) -> None:
    """Raise unless there is one finite value for each endogenous regressor."""
    for name in given:
        if name not in spec.endogenous:
            raise InputError(f"model '{spec.name}': {unknown('endogenous regressor', name, spec.endogenous)}")
    absent = [name for name in spec.endogenous if name not in given]
    if absent or not np.isfinite(list(given.values())).all():
        raise InputError(
            f"model '{spec.name}': the values are {dict(given)}; expected one number for each of "
            f"{listing(spec.endogenous)}"
        )


def _critical(equation: Equation, level: float) -> tuple[float, str]:
    """Return the critical value of F, and its law."""
    from scipy import stats

    if not 0 < level < 1:
        raise InputError(f"level is {level}; expected a probability between 0 and 1")
    q = equation.z.shape[1]
    df = (q, equation.clusters - 1 if equation.clustered else equation.df(q))
    return float(stats.f.ppf(level, *df)), f"F{df}, {'clustered' if equation.clustered else 'classical'}"


def _quadratic(
    equation: Equation, y: np.ndarray, x: np.ndarray, critical: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return kappa S(b) - d(b) d(b)' as its three coefficients in b, or the classical scalar of the same sign."""
    if not equation.clustered:
        both = _classical(equation, np.column_stack([y, x]), critical)
        return both[:1, :1], -2 * both[:1, 1:], both[1:, 1:]
    z = basis(equation.z)
    kappa = critical * equation.z.shape[1] * equation.factor(equation.z.shape[1])
    (a, b), (s, t) = zip(*((z.T @ u, _scores(equation, z, u)) for u in (y, x)), strict=True)
    meat(equation, s, t)
    cross = kappa * s.T @ t - np.outer(a, b)
    return kappa * s.T @ s - np.outer(a, a), -(cross + cross.T), kappa * t.T @ t - np.outer(b, b)


def _classical(equation: Equation, columns: np.ndarray, critical: float) -> np.ndarray:
    """Return critical q/(n-k) C'M_Z C - C'P_Z C for columns C."""
    q = equation.z.shape[1]
    explained = basis(equation.z).T @ columns
    fitted = explained.T @ explained
    return critical * q / equation.df(q) * (columns.T @ columns - fitted) - fitted


def _scores(equation: Equation, z: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Return, per economy, the sum of z times the residual of a column on z."""
    return cluster_sums(z * (column - z @ (z.T @ column))[:, None], equation.codes)


def _shape(intervals: tuple[Interval, ...]) -> str:
    """Name the kind of set."""
    if not intervals:
        return "empty"
    ends = [end for interval in intervals for end in interval]
    if not np.isinf(ends).any():
        return "bounded" if len(intervals) == 1 else "disjoint"
    return "whole line" if np.isinf(intervals[0]).all() else "unbounded"


def _words(intervals: tuple[Interval, ...], shape: str) -> str:
    """Write a set."""
    if shape == "empty":
        return "empty, no slope agrees with all instruments"
    if shape == "whole line":
        return "the whole line, the instruments say nothing about it"
    written = [
        f"{'(-inf' if np.isinf(low) else f'[{low:.6g}'}, {'inf)' if np.isinf(high) else f'{high:.6g}]'}"
        for low, high in intervals
    ]
    return " and ".join(written) + (", unbounded" if shape == "unbounded" else "")
