"""The equation of two-stage least squares: effects and exogenous regressors removed, instruments checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, listing
from bri_eval.econometrics.record import check_size, chosen, cluster_factor
from bri_eval.econometrics.sample import ABSORBED, absorbed, reproduced, residualise, usable_rows, year_dummies

if TYPE_CHECKING:
    from bri_eval.econometrics.specs import Dropped, ModelSpec


EXACT = 1e-10
"""A length below this share of its column counts as zero."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Equation:
    """Two-stage least squares after the effects are removed, and after the exogenous regressors are removed too.

    Parameters
    ----------
    spec
        The model.
    rows
        Complete rows before effects are removed, one column per term.
    dropped
        What was left out.
    demeaned
        The same columns without effects, 'const' among them where there are none.
    exogenous
        Names of the exogenous regressors, 'const' included.
    y, x, z
        (n,), (n, m) and (n, q): outcome, endogenous regressors and instruments, without effects and exogenous
        regressors. By the theorem of Frisch, Waugh and Lovell the slopes of x and every test below rest on them alone.
    codes
        (n,), the economy of each row.
    removed
        Coefficients removed, those of economies not counted.
    economies
        Number of economy effects.
    """

    spec: ModelSpec
    rows: pd.DataFrame
    dropped: Dropped
    demeaned: pd.DataFrame
    exogenous: tuple[str, ...]
    y: np.ndarray
    x: np.ndarray
    z: np.ndarray
    codes: np.ndarray
    removed: int
    economies: int

    @property
    def clusters(self) -> int:
        """Number of economies in the regression."""
        return int(self.codes.max()) + 1

    @property
    def clustered(self) -> bool:
        """Whether the model's covariance is clustered by economy."""
        return self.spec.covariance == "clustered"

    def df(self, columns: int) -> int:
        """Return the classical degrees of freedom of a regression on so many columns."""
        return len(self.y) - self.removed - self.economies - columns

    def factor(self, columns: int) -> float:
        """Return the project's c for a regression on so many columns."""
        return cluster_factor(len(self.y), self.clusters, self.removed + columns)


def read_equation(spec: ModelSpec, data: pd.DataFrame) -> Equation:
    """Return the equation of an instrumented model.

    Parameters
    ----------
    spec
        A model with estimator 'iv'.
    data
        Indexed by (economy, year), unique.

    Raises
    ------
    InputError
        As `estimate`, and for another estimator, an option, instruments that the effects or the exogenous regressors
        absorb or that are collinear, or endogenous regressors that the instruments do not tell apart or make up.
    """
    _check_model(spec)
    rows, dropped = usable_rows(spec, data)
    plain = rows if spec.effects else rows.assign(const=1.0)
    demeaned = residualise(plain, spec.effects)
    given = ("const",) if not spec.effects else ()
    exogenous = (*given, *(term for term in spec.regressors if term not in spec.endogenous))
    _check_columns(spec, plain, demeaned, exogenous)
    left = _without(demeaned, exogenous)
    found = Equation(
        spec=spec,
        rows=rows,
        dropped=dropped,
        demeaned=demeaned,
        exogenous=exogenous,
        y=left[spec.outcome].to_numpy(dtype=float),
        x=left[list(spec.endogenous)].to_numpy(dtype=float),
        z=left[list(spec.instruments)].to_numpy(dtype=float),
        codes=pd.factorize(rows.index.get_level_values("economy"))[0],
        removed=len(exogenous) + _year_effects(rows, spec.effects),
        economies=len(rows.index.unique("economy")) if "economy" in spec.effects else 0,
    )
    _check_numbers(found)
    return found


def basis(columns: np.ndarray) -> np.ndarray:
    """Return orthonormal columns with the same span, whatever their units."""
    return np.linalg.qr(columns / np.linalg.norm(columns, axis=0))[0]


def cluster_sums(columns: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Return the sums over each cluster, (G, p)."""
    sums = np.zeros((int(codes.max()) + 1, *columns.shape[1:]))
    np.add.at(sums, codes, columns)
    return sums


def meat(equation: Equation, *scores: np.ndarray) -> np.ndarray:
    """Return the sum of s's over arrays of clustered scores, (G, p), of orthonormal columns.

    Raises
    ------
    InputError
        If it is singular: some combination of the columns varies within one economy only, so that its clustered
        variance is zero.
    """
    total = np.sum([score.T @ score for score in scores], axis=0)
    values = np.linalg.eigvalsh(total)
    if values[0] <= EXACT * values[-1]:
        raise InputError(
            f"model '{equation.spec.name}': the clustered variance of the instruments is singular, as when one of them "
            "varies in one economy only; leave it out, or use covariance 'unadjusted'"
        )
    return np.asarray(total)


def _check_model(spec: ModelSpec) -> None:
    """Raise at what this estimator does not take."""
    if spec.estimator != "iv":
        raise InputError(f"model '{spec.name}': estimator '{spec.estimator}' has no instruments; use 'iv'")
    chosen(spec, {})


def _check_columns(spec: ModelSpec, plain: pd.DataFrame, demeaned: pd.DataFrame, exogenous: tuple[str, ...]) -> None:
    """Raise at columns that say nothing once effects and the columns before them are removed, naming them."""
    removed = f" once {' and '.join(spec.effects)} effects are removed" if spec.effects else ""
    given = [name for name in exogenous if name == "const"]
    outcome = [*given, spec.outcome]
    if spec.outcome in reproduced(demeaned[outcome], np.linalg.norm(plain[outcome], axis=0), 1e-12):
        raise InputError(f"model '{spec.name}': outcome '{spec.outcome}' is constant{removed}; choose another outcome")
    for kind, names in (("regressors", spec.endogenous), ("instruments", spec.instruments)):
        columns = [*exogenous, *names]
        lost = absorbed(plain[columns], columns, spec.effects)
        if lost:
            what = "regressors" if set(lost) & set(exogenous) else kind
            raise InputError(
                f"model '{spec.name}': {what} {listing(lost)} do not vary{removed}, "
                "or are collinear with the exogenous regressors or those before them; leave them out"
            )


def _without(demeaned: pd.DataFrame, exogenous: tuple[str, ...]) -> pd.DataFrame:
    """Return the other columns with the exogenous regressors removed."""
    others = demeaned.drop(columns=list(exogenous))
    if not exogenous:
        return others
    q = basis(demeaned[list(exogenous)].to_numpy(dtype=float))
    left = others.to_numpy(dtype=float)
    for _ in range(2):  # once leaves rounding error where little is left
        left = left - q @ (q.T @ left)
    return pd.DataFrame(left, index=others.index, columns=others.columns)


def _year_effects(rows: pd.DataFrame, effects: tuple[str, ...]) -> int:
    """Count the year effects, beside those of economies."""
    if "year" not in effects:
        return 0
    dummies = year_dummies(rows.index)
    left = residualise(dummies, tuple(effect for effect in effects if effect == "economy"))
    return dummies.shape[1] - len(reproduced(left, np.linalg.norm(dummies, axis=0), ABSORBED))


def _check_numbers(equation: Equation) -> None:
    """Raise if rows or clusters are too few, or if the instruments leave a slope undetermined."""
    spec, (n, q), m = equation.spec, equation.z.shape, equation.x.shape[1]
    check_size(spec, n, equation.clusters, equation.removed + q + equation.economies)
    if equation.clustered and q >= equation.clusters:
        raise InputError(
            f"model '{spec.name}': {q} instruments for {equation.clusters} clusters; expected fewer instruments"
        )
    z, x = basis(equation.z), equation.x / np.linalg.norm(equation.x, axis=0)
    explained = z.T @ x
    if q < m or np.linalg.svd(explained, compute_uv=False)[-1] <= EXACT:
        raise InputError(
            f"model '{spec.name}': the instruments do not tell {listing(spec.endogenous)} apart or are unrelated to "
            "them; use other instruments"
        )
    if np.linalg.svd(x - z @ explained, compute_uv=False)[-1] <= EXACT:
        raise InputError(
            f"model '{spec.name}': {listing(spec.endogenous)} are made up of instruments and exogenous regressors; "
            "take them as exogenous, or use other instruments"
        )
