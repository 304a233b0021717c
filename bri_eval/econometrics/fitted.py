"""A fitted linear model as its covariances need it: its coefficients counted, its effects as explicit columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable

    from bri_eval.econometrics.specs import ModelSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Coefficients of a linear model by kind.

    Parameters
    ----------
    slopes
        Regressors and, for correlated random effects, all economy means.
    intercept
        1 or 0; 1 also where year effects alone are absorbed, which hold it.
    years
        Year effects beside intercept or economy effects, absorbed or dummies.
    economies
        Economy effects.
    nested
        Whether the year effects are constant within years; differenced dummies are not.
    """

    slopes: int
    intercept: int
    years: int
    economies: int
    nested: bool = True

    @property
    def all(self) -> int:
        """Count every coefficient."""
        return self.slopes + self.intercept + self.years + self.economies


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fitted:
    """A fitted linear model.

    Parameters
    ----------
    spec
        The model.
    rows
        Index of the n rows that least squares saw: by economy and year, or by economy alone.
    counts
        Coefficients by kind.
    bare
        Covariance of the listed coefficients by the engine, without any factor: the sandwich if clustered, else
        (SSR/n) (X'X)^-1.
    explicit
        Makes outcome and columns of which least squares is the estimator: economy effects removed, those of years as
        dummies.
    """

    spec: ModelSpec
    rows: pd.Index
    counts: Counts
    bare: pd.DataFrame
    explicit: Callable[[], tuple[pd.DataFrame, pd.DataFrame]]

    @property
    def economies(self) -> np.ndarray:
        """Economy of each row."""
        return self.rows.get_level_values("economy").to_numpy()

    @property
    def years(self) -> np.ndarray:
        """Year of each row; empty where rows have none."""
        return self.rows.get_level_values("year").to_numpy() if "year" in self.rows.names else np.empty(0)


class Columns(NamedTuple):
    """The explicit columns (n, p) at length 1, the outcome and the residuals (n,), the lengths and names (p,)."""

    x: np.ndarray
    y: np.ndarray
    residuals: np.ndarray
    lengths: np.ndarray
    names: tuple[str, ...]


def solved(fitted: Fitted) -> Columns:
    """Return the explicit columns at length 1, so that no scale of a variable disturbs what follows."""
    y, x = fitted.explicit()
    columns, outcome = x.to_numpy(dtype=float), y.iloc[:, 0].to_numpy(dtype=float)
    lengths = np.linalg.norm(columns, axis=0)
    unit = columns / lengths
    residuals = outcome - unit @ np.linalg.lstsq(unit, outcome, rcond=None)[0]
    return Columns(unit, outcome, residuals, lengths, tuple(map(str, x)))


def listed(fitted: Fitted, columns: Columns, matrix: np.ndarray) -> pd.DataFrame:
    """Undo the lengths of a covariance (p, p), and name and keep the coefficients that are listed."""
    names = list(columns.names)
    labelled = pd.DataFrame(matrix / np.outer(columns.lengths, columns.lengths), index=names, columns=names)
    return labelled.loc[fitted.bare.index, fitted.bare.columns]
