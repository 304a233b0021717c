"""Rows of a Poisson model that say nothing, and regressors without finite coefficients."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, label, listing
from bri_eval.econometrics.sample import absorbed, year_dummies

if TYPE_CHECKING:
    from bri_eval.econometrics.specs import ModelSpec

RANK_TOLERANCE = 1e-9
ABOVE_ZERO = 1e-5
"""Of a combination scaled to a largest value of 1; smaller ones are found when those above are left out."""


class Informative(NamedTuple):
    """Rows that say something about the slopes, how many were alone, and of how many zeros the fit is exact."""

    rows: pd.DataFrame
    singletons: int
    separated: int


def informative(spec: ModelSpec, rows: pd.DataFrame, separated: pd.Index | None = None) -> Informative:
    """Leave out rows that effects fit exactly, until none is left, and refuse regressors that separate.

    A row is fitted exactly if it is alone in its economy or year, if no outcome of its economy or year is positive, or
    if a combination of effects is positive in it, zero wherever the outcome is positive and nowhere negative. Such a
    combination that involves regressors has no finite coefficients. Combinations are found, all of them, by a linear
    programme on the null space of the rows with a positive outcome.

    Parameters
    ----------
    spec
        The model; effects of which it has none separate nothing.
    rows
        Complete, outcome 0 or more, at least one positive.
    separated
        Rows already found to be separated, for the message.

    Raises
    ------
    InputError
        If no row is left, or for regressors that effects absorb, that are collinear, or that separate.

    References
    ----------
    correia2019.

    Examples
    --------
    >>> from bri_eval.econometrics.specs import ModelSpec
    >>> index = pd.MultiIndex.from_product([["A", "B", "C"], [2010, 2012]], names=["economy", "year"])
    >>> rows = pd.DataFrame({"x": [1.0, 2, 3, 1, 5, 4], "y": [0.0, 0, 3, 1, 0, 2]}, index=index)
    >>> spec = ModelSpec(name="m", outcome="y", regressors=("x",), effects=("economy",), estimator="ppml")
    >>> informative(spec, rows.drop(("C", 2010))).separated
    2
    """
    left = _without_exact(spec, rows)
    given = () if spec.effects else ("const",)
    lost = absorbed(left.rows.assign(const=1.0), (*given, *spec.regressors), spec.effects)
    if lost:
        _refuse(spec, lost, len(left.rows), separated)
    bad = _separated(spec, left.rows)
    if not bad.any():
        return left
    rest = informative(spec, left.rows[~bad], left.rows.index[bad])
    return Informative(rest.rows, left.singletons + rest.singletons, left.separated + int(bad.sum()) + rest.separated)


def concentrated(spec: ModelSpec, index: pd.Index) -> np.ndarray:
    """Return the codes of the effect that is concentrated out: economies, else years, else one intercept."""
    if not spec.effects:
        return np.zeros(len(index), dtype=int)
    return pd.factorize(index.get_level_values(spec.effects[0]), sort=True)[0]


def _without_exact(spec: ModelSpec, rows: pd.DataFrame) -> Informative:
    """Leave out rows alone in their economy or year, and economies and years without a positive outcome."""
    alone, zero = np.zeros(len(rows), dtype=bool), np.zeros(len(rows), dtype=bool)
    for effect in spec.effects:
        groups = rows.groupby(level=effect)[spec.outcome]
        alone |= (groups.transform("size") == 1).to_numpy()
        zero |= (groups.transform("max") == 0).to_numpy()
    if (alone | zero).all():
        raise InputError(
            f"model '{spec.name}': every row is fitted exactly by its {' or '.join(spec.effects)} effect; "
            "there is nothing to compare"
        )
    if not (alone | zero).any():
        return Informative(rows, 0, 0)
    rest = _without_exact(spec, rows[~(alone | zero)])
    return Informative(rest.rows, rest.singletons + int(alone.sum()), rest.separated + int((zero & ~alone).sum()))


def _refuse(spec: ModelSpec, lost: tuple[str, ...], n: int, separated: pd.Index | None) -> None:
    """Raise at regressors without coefficients, saying why."""
    if separated is not None:
        raise InputError(
            f"model '{spec.name}': regressors {listing(lost)}, with the effects and those before them, separate "
            f"{len(separated)} rows with outcome 0, first {label(separated[0])}, from the positive ones: they have no "
            "finite coefficients; leave these regressors out, or those rows"
        )
    removed = f" once {' and '.join(spec.effects)} effects are removed" if spec.effects else ""
    raise InputError(
        f"model '{spec.name}': regressors {listing(lost)} do not vary{removed} in the {n} rows that are not fitted "
        "exactly, or are collinear with those before them; leave them out"
    )


def _separated(spec: ModelSpec, rows: pd.DataFrame) -> np.ndarray:
    """Find the rows with outcome 0 in which a combination is positive that separates them."""
    x = rows[list(spec.regressors)].to_numpy()
    if len(spec.effects) > 1:
        x = np.hstack([year_dummies(rows.index), x])
    x = x / np.linalg.norm(x, axis=0)
    codes, positive = concentrated(spec, rows.index), (rows[spec.outcome] > 0).to_numpy()
    members = (codes[:, None] == np.arange(codes.max() + 1)) & positive[:, None]
    means = members.T.astype(float) @ x / members.sum(axis=0)[:, None]  # its positive rows fix a group's effect
    x = x - means[codes]
    found = np.zeros(len(rows), dtype=bool)
    found[~positive] = _positive_part(x[positive], x[~positive])
    return found


def _positive_part(kept: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Tell where `other` @ g > 0 for the g with `kept` @ g = 0, 0 <= `other` @ g <= 1 and the largest sum."""
    _, values, directions = np.linalg.svd(np.linalg.qr(kept, mode="r"))
    null = other @ directions[int((values > RANK_TOLERANCE).sum()) :].T
    basis = np.linalg.svd(null, full_matrices=False)
    z = basis.U[:, basis.S > RANK_TOLERANCE]
    if z.size == 0:
        return np.zeros(len(other), dtype=bool)
    from scipy.optimize import linprog

    limits = np.concatenate([np.ones(len(z)), np.zeros(len(z))])
    found = linprog(-z.sum(axis=0), A_ub=np.vstack([z, -z]), b_ub=limits, bounds=(None, None), method="highs")
    return z @ found.x > ABOVE_ZERO
