"""The rows and columns of a model: what is complete, what effects remove, what they absorb."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, listing
from bri_eval.econometrics.selection import in_sample
from bri_eval.econometrics.specs import Dropped
from bri_eval.econometrics.terms import is_shifted, term_columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bri_eval.econometrics.specs import ModelSpec

ABSORBED = 1e-5
"""A column of which less than this share of its norm is left counts as absorbed or collinear, as in linearmodels."""

FIT_EXACTLY = ("pooled", "within", "iv", "ppml")
"""Estimators of which the effects fit a row alone in its economy or year exactly."""


def complete_rows(spec: ModelSpec, data: pd.DataFrame, *, also: Iterable[str] = ()) -> tuple[pd.DataFrame, int, int]:
    """Return the sorted rows that the model can use, the number of rows with missing cells, and that of singletons.

    The columns are the terms of the model, ready to use; see ``usable_rows``.
    """
    rows, dropped = usable_rows(spec, data, also=also)
    return rows, dropped.rows, dropped.singletons


def usable_rows(spec: ModelSpec, data: pd.DataFrame, *, also: Iterable[str] = ()) -> tuple[pd.DataFrame, Dropped]:
    """Return the sorted rows that the model can use, one column per term, and what was left out.

    Lags are taken first, on all rows of the data; then the sample is selected; then rows with a missing cell go, and
    rows that an effect of their own fits exactly.

    Parameters
    ----------
    spec
        The model.
    data
        Indexed by (economy, year), unique.
    also
        Terms needed beside outcome, regressors and instruments.

    Raises
    ------
    InputError
        As ``term_columns`` and ``in_sample``, and if no row is left.
    """
    panel = term_columns(spec, data, also)
    panel = panel[in_sample(spec, data).reindex(panel.index)] if spec.sample else panel
    complete = panel.dropna()
    if complete.empty:
        worst = panel.isna().sum().idxmax()
        raise InputError(
            f"model '{spec.name}': none of {len(panel)} rows has all of {listing(panel.columns)}; "
            f"'{worst}' is missing most often, in {panel[worst].isna().sum()} rows: leave it out or fill it"
        )
    rows = _without_singletons(complete, spec.effects if spec.estimator in FIT_EXACTLY else ())
    if rows.empty:
        raise InputError(
            f"model '{spec.name}': every row is the only one of its {' or '.join(spec.effects)}; "
            "use estimator 'pooled' or 'between' without effects"
        )
    present = panel[[term for term in panel if not is_shifted(str(term))]].dropna()
    dropped = Dropped(
        rows=len(panel) - len(complete),
        singletons=len(complete) - len(rows),
        economies=tuple(panel.index.unique("economy").difference(rows.index.unique("economy"))),
        lags=len(present) - len(complete),
        outside=len(data) - len(panel),
    )
    return rows, dropped


def absorbed(rows: pd.DataFrame, regressors: Iterable[str], effects: tuple[str, ...]) -> tuple[str, ...]:
    """Return the regressors that the effects absorb, or that are collinear with those before them without effects."""
    x = rows[list(regressors)]
    return reproduced(residualise(x, effects), np.linalg.norm(x, axis=0), ABSORBED)


def residualise(rows: pd.DataFrame, effects: tuple[str, ...]) -> pd.DataFrame:
    """Return the columns with economy means, year effects or both removed, exactly also if the panel is unbalanced."""
    centred = rows.to_numpy(dtype=float)
    economies = pd.factorize(rows.index.get_level_values("economy"))[0]
    if "economy" in effects:
        centred = centred - _means(centred, economies)
    if "year" in effects:
        years = pd.factorize(rows.index.get_level_values("year"))[0]
        dummies = (years[:, None] == np.unique(years)).astype(float)
        dummies = dummies - _means(dummies, economies) if "economy" in effects else dummies
        centred = centred - dummies @ np.linalg.lstsq(dummies, centred, rcond=None)[0]
    return pd.DataFrame(centred, index=rows.index, columns=rows.columns)


def year_dummies(index: pd.Index) -> pd.DataFrame:
    """Return one 0/1 column per year, named as in 'year=2018'."""
    return pd.get_dummies(index.get_level_values("year"), prefix="year", prefix_sep="=", dtype=float).set_axis(index)


def _means(columns: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Return, in every row, the mean of its group."""
    sizes = np.bincount(codes)
    means = np.empty((len(sizes), columns.shape[1]))
    for place, column in enumerate(columns.T):
        means[:, place] = np.bincount(codes, weights=column) / sizes
    return means[codes]


def _without_singletons(rows: pd.DataFrame, effects: tuple[str, ...]) -> pd.DataFrame:
    """Leave out rows alone in their economy or year, until none is left."""
    alone = np.zeros(len(rows), dtype=bool)
    for effect in effects:
        alone |= ~rows.index.get_level_values(effect).duplicated(keep=False)
    return _without_singletons(rows[~alone], effects) if alone.any() else rows


def reproduced(columns: pd.DataFrame, sizes: np.ndarray, tolerance: float) -> tuple[str, ...]:
    """Return the columns of which, beyond those before them, less than a share of their size is left (Gram-Schmidt)."""
    basis = np.empty((len(columns), 0))
    lost = []
    for (name, column), size in zip(columns.items(), sizes, strict=True):
        rest = column.to_numpy(dtype=float)
        for _ in range(2):  # once leaves rounding error in nearly collinear columns
            rest = rest - basis @ (basis.T @ rest)
        length = np.linalg.norm(rest)
        if length <= tolerance * size:
            lost.append(str(name))
        else:
            basis = np.column_stack([basis, rest / length])
    return tuple(lost)
