"""The finding in doubt: one slope of one model, with the sums that its replicates are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, listing, unknown
from bri_eval.econometrics.design import Design, design
from bri_eval.econometrics.kernel import Fit, Moments, fit, moments
from bri_eval.econometrics.terms import canonical, columns_of

if TYPE_CHECKING:
    from bri_eval.econometrics.specs import ModelSpec

TAKEN = ("pooled", "within")
TIE = 1e-9
"""A permuted statistic this close to the observed one, relatively, counts as reaching it."""

LEAST_CLUSTERS = 6
"""Fewer economies than this give no clustered standard error, as in `estimate`."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Finding:
    """One slope of one model.

    Parameters
    ----------
    spec, term
        The model, and that of its regressors whose slope is in doubt.
    position
        Of the term among the slopes.
    design, moments, fit
        Arrays of the model, their sums over economies, and the estimate from all rows.
    """

    spec: ModelSpec
    term: str
    position: int
    design: Design
    moments: Moments
    fit: Fit

    @property
    def slope(self) -> float:
        """The slope."""
        return float(self.fit.slopes[self.position])

    @property
    def std_error(self) -> float:
        """Its clustered standard error, by the project's rule."""
        return float(self.fit.std_errors[self.position])

    @property
    def clusters(self) -> int:
        """Number of economies."""
        return int(self.fit.clusters)


def find(spec: ModelSpec, data: pd.DataFrame, term: str = "") -> Finding:
    """Return the finding of a model: the slope of a term, by default of its first regressor.

    Raises
    ------
    InputError
        As `estimate`, and for an estimator other than `within` and `pooled`, another covariance than 'clustered', or a
        term that is not a regressor.
    """
    check_kind(spec)
    term = term_of(spec, term)
    arrays = design(spec, data)
    sums = moments(arrays)
    whole = fit(sums)
    if whole.clusters < LEAST_CLUSTERS:
        raise InputError(
            f"model '{spec.name}': {int(whole.clusters)} economies are too few clusters; expected at least "
            f"{LEAST_CLUSTERS}"
        )
    position = spec.regressors.index(term)
    return Finding(spec=spec, term=term, position=position, design=arrays, moments=sums, fit=whole)


def check_kind(spec: ModelSpec) -> None:
    """Raise at a model that replicates could not follow: another estimator or covariance."""
    if spec.estimator not in TAKEN:
        raise InputError(
            f"model '{spec.name}': estimator '{spec.estimator}' is no sum over economies; use 'pooled' or 'within'"
        )
    if spec.covariance != "clustered":
        raise InputError(
            f"model '{spec.name}': covariance is '{spec.covariance}'; replicates are clustered by economy: "
            "use 'clustered'"
        )


def term_of(spec: ModelSpec, term: str = "") -> str:
    """Return a regressor of the model in its one spelling, the first if none is named."""
    spelt = canonical(term) if term else spec.regressors[0]
    if spelt not in spec.regressors:
        raise InputError(f"model '{spec.name}': {unknown('term', spelt, spec.regressors)}")
    return spelt


def check_alone(spec: ModelSpec, term: str) -> None:
    """Raise if another regressor is made of the term's columns: it would have to change with it."""
    others = [name for name in spec.regressors if name != term and set(columns_of(name)) & set(columns_of(term))]
    if others:
        raise InputError(
            f"model '{spec.name}': {listing(others)} is made of the columns of '{term}' too, and exchanging '{term}' "
            "alone would be another model; leave it out"
        )


def groups_of(groups: pd.Series | str, data: pd.DataFrame, labels: pd.Index, model: str) -> pd.Series:
    """Return the group of each economy: from a Series by economy, or from a column that is constant within economies.

    Raises
    ------
    InputError
        For an unknown column, one that varies within an economy, or an economy without a group.
    """
    if isinstance(groups, str):
        if groups not in data.columns:
            raise InputError(f"model '{model}': groups: {unknown('column', groups, data.columns)}")
        by_economy = data[groups].groupby(level="economy")
        varies = data[groups].notna() & (data[groups] != by_economy.transform("first"))
        if varies.any():
            economy = data.index.get_level_values("economy")[varies.to_numpy()][0]
            raise InputError(f"model '{model}': groups '{groups}' varies within '{economy}'; give each one group")
        groups = by_economy.first()
    if groups.index.has_duplicates:
        twice = groups.index[groups.index.duplicated()][0]
        raise InputError(f"model '{model}': groups has economy '{twice}' twice; give each economy one group")
    chosen = groups.reindex(labels)
    if chosen.isna().any():
        lacking = listing(chosen.index[chosen.isna()])
        raise InputError(f"model '{model}': economies {lacking} have no group; give them one, or select the sample")
    return chosen


def pvalues(slopes: np.ndarray, std_errors: np.ndarray, clusters: np.ndarray | float) -> np.ndarray:
    """Return two-sided p-values from t(G-1); missing where the slope or its error is."""
    from scipy import stats

    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(2 * stats.t.sf(np.abs(slopes / std_errors), np.asarray(clusters) - 1))
