"""The rows and columns of a model: what is complete, what effects remove, what they absorb."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, check_panel, listing, unknown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bri_eval.econometrics.specs import ModelSpec

ABSORBED = 1e-5
"""A column of which less than this share of its norm is left counts as absorbed or collinear, as in linearmodels."""


def complete_rows(spec: ModelSpec, data: pd.DataFrame) -> tuple[pd.DataFrame, int, int]:
    """Return the sorted rows that the model can use, the number of rows with missing cells, and that of singletons."""
    columns = [spec.outcome, *spec.regressors]
    for column in columns:
        if column not in data.columns:
            raise InputError(f"model '{spec.name}': {unknown('column', column, data.columns)}")
    panel = check_panel(data, columns)
    complete = panel.dropna()
    if complete.empty:
        worst = panel.isna().sum().idxmax()
        raise InputError(
            f"model '{spec.name}': none of {len(panel)} rows has all of {listing(columns)}; "
            f"'{worst}' is missing most often, in {panel[worst].isna().sum()} rows: leave it out or fill it"
        )
    rows = _without_singletons(complete, spec.effects if spec.estimator in ("pooled", "within") else ())
    if rows.empty:
        raise InputError(
            f"model '{spec.name}': every row is the only one of its {' or '.join(spec.effects)}; "
            "use estimator 'pooled' or 'between' without effects"
        )
    return rows, len(panel) - len(complete), len(complete) - len(rows)


def absorbed(rows: pd.DataFrame, regressors: Iterable[str], effects: tuple[str, ...]) -> tuple[str, ...]:
    """Return the regressors that the effects absorb, or that are collinear with those before them without effects."""
    x = rows[list(regressors)]
    return reproduced(residualise(x, effects), np.linalg.norm(x, axis=0), ABSORBED)


def residualise(rows: pd.DataFrame, effects: tuple[str, ...]) -> pd.DataFrame:
    """Return the columns with economy means, year effects or both removed, exactly also if the panel is unbalanced."""
    centred = rows
    if "economy" in effects:
        centred = centred - centred.groupby(level="economy").transform("mean")
    if "year" in effects:
        dummies = residualise(year_dummies(rows.index), tuple(effect for effect in effects if effect != "year"))
        centred = centred - dummies.to_numpy() @ np.linalg.lstsq(dummies.to_numpy(), centred.to_numpy(), rcond=None)[0]
    return centred


def year_dummies(index: pd.Index) -> pd.DataFrame:
    """Return one 0/1 column per year, named as in 'year=2018'."""
    return pd.get_dummies(index.get_level_values("year"), prefix="year", prefix_sep="=", dtype=float).set_axis(index)


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
