"""How strong unobserved selection would have to be to explain a slope away: the exact solutions of Oster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError
from bri_eval.econometrics.design import design
from bri_eval.econometrics.evidence.finding import term_of

if TYPE_CHECKING:
    from bri_eval.econometrics.specs import ModelSpec

STRETCH = 1.3
"""R_max is this multiple of the R2 with controls, and at most 1: the cut-off that Oster took from randomised trials."""

TAKEN = ("pooled", "within")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OsterBounds:
    """What selection on unobservables, proportional to that on the controls, would do to a slope.

    Parameters
    ----------
    model, term
        The model and the regressor in question.
    slope_short, slope
        Without controls and with them; effects are removed from both.
    r2_short, r2, r2_max
        Within R2 of the two regressions, and that of the hypothetical one with all that is unobserved.
    beta, delta
        The slope asked about, and how strong selection on unobservables would have to be, relative to selection on the
        controls, for it to be the true one; infinite where no strength suffices.
    assumption_3
        Whether selection goes the way in which the controls moved the slope, if `beta` is true.
    delta_assumed, beta_star
        The strength assumed, and the slope that it implies.
    other_roots
        The other real solutions for the slope, nearest first.
    root
        How `beta_star` was chosen among the solutions.
    table
        Rows 'without controls', 'with controls' and 'adjusted'; columns 'slope' and 'r2'.
    sentence
        The result in words.

    Examples
    --------
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([range(10), [2010, 2012, 2014]], names=["economy", "year"])
    >>> x, z, e = np.random.default_rng(1).normal(size=(3, 30))
    >>> data = pd.DataFrame({"x": x, "z": z, "y": 2 * x + z + e}, index=rows)
    >>> spec = be.ModelSpec(name="fe", outcome="y", regressors=("x", "z"), effects=("economy",), estimator="within")
    >>> oster_bounds(spec, data).table.index.tolist()
    ['without controls', 'with controls', 'adjusted']
    """

    model: str
    term: str
    slope_short: float
    slope: float
    r2_short: float
    r2: float
    r2_max: float
    beta: float
    delta: float
    assumption_3: bool
    delta_assumed: float
    beta_star: float
    other_roots: tuple[float, ...]
    root: str
    table: pd.DataFrame
    sentence: str


def oster_bounds(
    spec: ModelSpec,
    data: pd.DataFrame,
    *,
    term: str = "",
    beta: float = 0.0,
    delta: float = 1.0,
    r2_max: float | None = None,
) -> OsterBounds:
    r"""Bound a slope under selection on unobservables proportional to that on the controls.

    With effects removed from every column, t the share of the regressor's variance that the controls leave, D the
    change of its slope when they are left out, R0 and R1 the R2 without and with them (all in standard deviations), the
    bias v = slope - beta solves

    .. math::
        \delta (R_{max} - R_1) D + v [\delta (R_{max} - R_1)(1 - t) - (R_1 - R_0) t - t D^2]
        + v^2 t D (\delta - 2) + v^3 (\delta - 1)(t - t^2) = 0,

    a quadratic for delta = 1; solved for delta it gives the strength of selection that moves the slope to `beta`.

    Parameters
    ----------
    spec
        Estimator `within` or `pooled`, with at least one control beside the term.
    data
        Indexed by (economy, year).
    term
        Regressor whose slope is in doubt, by default the first; all other regressors are the controls.
    beta
        Slope to be explained by selection, in units of the coefficient.
    delta
        Strength of selection assumed, above 0; 1 says that the unobserved matters as much as the controls.
    r2_max
        Between the within R2 of the model and 1; None takes min(1, 1.3 R1).

    Returns
    -------
    OsterBounds
        Of several solutions for the slope that one is taken whose bias goes on in the direction in which the controls
        moved the slope (Oster's assumption 3), the nearest if there are more; at delta = 1 exactly one does. If none
        does, `beta_star` is missing.

    Raises
    ------
    InputError
        As `estimate`, and for a term that is not a regressor, no controls, another estimator, or options out of range.

    Notes
    -----
    Effects are not counted among the controls: they are removed first and R2 is that of what is left. The well-known
    slope - D (R_max - R1)/(R1 - R0) is an approximation and not used.

    References
    ----------
    oster2019 (the unrestricted estimator).

    Examples
    --------
    >>> from bri_eval.econometrics.specs import ModelSpec
    >>> rows = pd.MultiIndex.from_product([list("ABCDEF"), [2010, 2012]], names=["economy", "year"])
    >>> x, z = np.array([0, 2, 1, 5, 3, 4, 4, 9, 6, 7, 8, 9.0]), np.array([1, 2, 1, 3, 5, 5, 4, 6, 9, 8, 7, 7.0])
    >>> noise = np.array([0, 1, -1, 0, 1, -1, 0, 0, 1, 0, -1, 0.0])
    >>> data = pd.DataFrame({"x": x, "z": z, "y": x + z + noise}, index=rows)
    >>> spec = ModelSpec(name="pooled", outcome="y", regressors=("x", "z"), estimator="pooled")
    >>> bounds = oster_bounds(spec, data, term="x")
    >>> round(bounds.slope_short, 2), round(bounds.slope, 2), round(bounds.beta_star, 2)
    (1.7, 0.86, 0.73)
    """
    term = term_of(spec, term)
    _check(spec, term, delta)
    moments = _moments(spec, data, term)
    ceiling = _ceiling(spec, moments, r2_max)
    solutions = _slopes(moments, ceiling, delta)
    taken, root = _choose(solutions, moments)
    needed = _delta(moments, ceiling, beta)
    holds = (moments.slope - beta) * (moments.slope_short - moments.slope) * needed >= 0
    return OsterBounds(
        model=spec.name,
        term=term,
        slope_short=moments.slope_short,
        slope=moments.slope,
        r2_short=moments.r2_short,
        r2=moments.r2,
        r2_max=ceiling,
        beta=beta,
        delta=needed,
        assumption_3=holds,
        delta_assumed=delta,
        beta_star=taken,
        other_roots=tuple(float(one) for one in solutions if one != taken),
        root=root,
        table=_table(moments, ceiling, taken),
        sentence=_sentence(spec, term, (moments, ceiling), (beta, needed, holds), (delta, taken)),
    )


@dataclass(frozen=True, slots=True)
class _Moments:
    """The two regressions, and the sizes that the solution needs; unit is sd(outcome)/sd(term)."""

    slope_short: float
    slope: float
    r2_short: float
    r2: float
    left: float
    unit: float


def _check(spec: ModelSpec, term: str, delta: float) -> None:
    """Raise at a model without controls, an estimator that is not taken, or a strength out of range."""
    if spec.estimator not in TAKEN:
        raise InputError(
            f"model '{spec.name}': Oster's bounds need least squares; estimator is '{spec.estimator}', expected "
            "'within' or 'pooled'"
        )
    if len(spec.regressors) == 1:
        raise InputError(
            f"model '{spec.name}': there is no control beside '{term}'; the bounds compare with and without"
        )
    if not delta > 0:
        raise InputError(f"delta is {delta}; expected a number above 0")


def _moments(spec: ModelSpec, data: pd.DataFrame, term: str) -> _Moments:
    """Return slopes and R2 of the regressions without and with controls, all columns net of the effects."""
    found = design(spec, data)
    at = found.nuisance + found.slopes.index(term)
    columns = np.column_stack(
        [found.y, found.z[:, at], np.delete(found.z[:, found.nuisance :], at - found.nuisance, 1)]
    )
    y, x, *controls = _less(found.z[:, : found.nuisance], columns).T
    rest_y, rest_x = _less(np.column_stack(controls), np.column_stack([y, x])).T
    slope_short, slope = float(x @ y / (x @ x)), float(rest_x @ rest_y / (rest_x @ rest_x))
    unexplained = rest_y - slope * rest_x
    return _Moments(
        slope_short=slope_short,
        slope=slope,
        r2_short=float(slope_short**2 * (x @ x) / (y @ y)),
        r2=float(1 - unexplained @ unexplained / (y @ y)),
        left=float(rest_x @ rest_x / (x @ x)),
        unit=float(np.sqrt(y @ y / (x @ x))),
    )


def _less(others: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Take out of columns what others, of any unit, explain of them."""
    if not others.shape[1]:
        return columns
    basis = np.linalg.qr(others / np.linalg.norm(others, axis=0))[0]
    return columns - basis @ (basis.T @ columns)


def _ceiling(spec: ModelSpec, moments: _Moments, r2_max: float | None) -> float:
    """Return R_max, or raise if it is not between the R2 of the model and 1."""
    ceiling = min(1.0, STRETCH * moments.r2) if r2_max is None else r2_max
    if not moments.r2 <= ceiling <= 1:
        raise InputError(
            f"model '{spec.name}': r2_max is {ceiling:g}; expected a number from {moments.r2:.4g}, the within R2 with "
            "controls, to 1"
        )
    return ceiling


def _slopes(moments: _Moments, ceiling: float, delta: float) -> np.ndarray:
    """Return the real solutions for the true slope, the nearest to the slope first."""
    t, room = moments.left, ceiling - moments.r2
    change = (moments.slope_short - moments.slope) / moments.unit
    polynomial = [
        (delta - 1) * (t - t**2),
        t * change * (delta - 2),
        delta * room * (1 - t) - (moments.r2 - moments.r2_short) * t - t * change**2,
        delta * room * change,
    ]
    roots = np.roots(polynomial)
    real = roots[np.abs(roots.imag) <= 1e-9 * np.abs(roots)].real
    return moments.slope - real[np.abs(real).argsort()] * moments.unit


def _choose(solutions: np.ndarray, moments: _Moments) -> tuple[float, str]:
    """Return the solution taken, and the rule that chose it."""
    bias, change = moments.slope - solutions, moments.slope_short - moments.slope
    onwards = solutions[bias * change >= 0] if change else solutions[:1]
    if not len(onwards):
        return float("nan"), f"none of {len(solutions)} real solutions meets assumption 3"
    nearest = float(onwards[0])
    if len(onwards) == 1:
        return nearest, f"the only one of {len(solutions)} real solutions that meets assumption 3"
    return nearest, f"the nearest to the slope of {len(onwards)} real solutions that meet assumption 3"


def _delta(moments: _Moments, ceiling: float, beta: float) -> float:
    """Return the strength of selection for which the true slope is beta."""
    t, room = moments.left, ceiling - moments.r2
    bias, change = (moments.slope - beta) / moments.unit, (moments.slope_short - moments.slope) / moments.unit
    cubic = bias**3 * (t - t**2)
    above = bias * ((moments.r2 - moments.r2_short) * t + t * change**2) + 2 * bias**2 * t * change + cubic
    below = room * (change + bias * (1 - t)) + bias**2 * t * change + cubic
    return above / below if below else float(np.copysign(np.inf, above))


def _table(moments: _Moments, ceiling: float, taken: float) -> pd.DataFrame:
    """Return the three regressions."""
    return pd.DataFrame(
        {"slope": [moments.slope_short, moments.slope, taken], "r2": [moments.r2_short, moments.r2, ceiling]},
        index=pd.Index(["without controls", "with controls", "adjusted"], name="regression"),
    )


def _sentence(
    spec: ModelSpec,
    term: str,
    fits: tuple[_Moments, float],
    asked: tuple[float, float, bool],
    assumed: tuple[float, float],
) -> str:
    """Return the result in words."""
    moments, ceiling = fits
    return (
        f"Model '{spec.name}': without controls the slope of {term} is {moments.slope_short:.4g} (within R2 "
        f"{moments.r2_short:.3g}), with them {moments.slope:.4g} ({moments.r2:.3g}). For it to be {asked[0]:g}, "
        f"selection on unobservables would have to be {asked[1]:.3g} times that on the controls"
        f"{_direction(asked[1], asked[2])}; if it is {assumed[0]:g} times as strong, the slope is {assumed[1]:.4g} "
        f"(R_max {ceiling:.3g}, Oster 2019)."
    )


def _direction(delta: float, holds: bool) -> str:
    """Say what a negative strength means, and where assumption 3 fails."""
    if not holds:
        return " (where assumption 3 fails: the controls moved the slope the other way)"
    return ", hence work against it" if delta < 0 else ""
