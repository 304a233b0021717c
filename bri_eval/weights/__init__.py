"""Weights: from the data (objective), from judgements (ahp), and from both (combine)."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import (
    WEIGHT_TOLERANCE,
    InputError,
    Table,
    bind,
    check_matrix,
    check_varies,
    check_weights,
    known,
    label,
    listing,
    unknown,
)
from bri_eval.weights.combine import COMBINATIONS, game_shares
from bri_eval.weights.library import LIBRARY
from bri_eval.weights.objective import OBJECTIVE, prior_weights

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike

    from bri_eval.weights.combine import Combination
    from bri_eval.weights.objective import Weighter

__all__ = ["COMBINED", "OBJECTIVE", "WEIGHTERS", "combine", "critic", "entropy", "weigh", "weigh_table"]

BALANCED = 1e-6
"""Correlations with the index that differ by less are equal."""

_PRIORS = ("equal", "framework", "ahp", "given")

WEIGHTERS: dict[str, Weighter] = {**dict.fromkeys(_PRIORS, prior_weights), **OBJECTIVE, **LIBRARY}
"""``f(matrix, prior) -> weights``; ``evaluate`` hands each its prior: equal, declared, judged or given weights."""

COMBINED: dict[str, tuple[str, str]] = {
    f"ahp_{objective}" + ("" if combination == "linear" else f"_{combination}"): (combination, objective)
    for objective in (*OBJECTIVE, "merec", "gini")
    for combination in COMBINATIONS
}
"""Combination and objective weighter of every weighter that uses the prior and the data."""

LEAST: dict[str, str] = {"entropy": ">= 0", "gini": ">= 0", "merec": "> 0"}
"""Values that a weighter can use."""

_PRODUCTS = (COMBINATIONS["multiplicative"], COMBINATIONS["min_entropy"])


def entropy(matrix: pd.DataFrame | np.ndarray) -> pd.Series:
    r"""Weigh by Shannon entropy.

    :math:`p_{ij} = x_{ij} / \sum_i x_{ij}`, :math:`e_j = -\sum_i p_{ij} \ln p_{ij} / \ln n`,
    :math:`w_j = (1 - e_j) / \sum_j (1 - e_j)`, with :math:`0 \ln 0 = 0`.

    Parameters
    ----------
    matrix
        Alternatives x criteria, complete, no value below 0, no constant column. Over a panel, rows are
        economy-years and the divisor is the logarithm of their number.

    Returns
    -------
    Series
        One weight per criterion; sums to 1.

    Raises
    ------
    InputError
        For a negative or missing value or a constant column, naming it.

    Notes
    -----
    Invariant to the unit of a column but not to a shift: raw and min-max values give different weights.
    Directions play no part.

    References
    ----------
    hwang1981, chapter on entropy weights.

    Examples
    --------
    >>> entropy(pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [1.0, 1.0, 7.0]})).round(3).to_dict()
    {'a': 0.174, 'b': 0.826}
    """
    return weigh(matrix, "entropy")


def critic(matrix: pd.DataFrame | np.ndarray) -> pd.Series:
    r"""Weigh by contrast and conflict (CRITIC).

    :math:`C_j = s_j \sum_k (1 - r_{jk})` on the min-max table, with Pearson correlations; :math:`w_j \propto C_j`.

    Parameters
    ----------
    matrix
        Alternatives x criteria, larger is better, complete, no constant column.

    Returns
    -------
    Series
        One weight per criterion; sums to 1.

    References
    ----------
    diakoulaki1995, section 2.

    Examples
    --------
    >>> critic(pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [1.0, 1.0, 7.0], "c": [3.0, 1.0, 2.0]})).round(3).to_dict()
    {'a': 0.3, 'b': 0.241, 'c': 0.459}
    """
    return weigh(matrix, "critic")


def combine(
    prior: Mapping[str, float] | pd.Series,
    objective: Mapping[str, float] | pd.Series,
    combination: str,
    *,
    prior_share: float = 0.5,
) -> pd.Series:
    r"""Combine judged and data-based weights.

    Parameters
    ----------
    prior, objective
        Two sets over the same indicators, each >= 0 and summing to 1.
    combination
        ``"linear"`` :math:`\alpha w_1 + (1 - \alpha) w_2`; ``"multiplicative"`` :math:`\propto w_1 w_2`;
        ``"min_entropy"`` :math:`\propto \sqrt{w_1 w_2}` (minimum relative entropy); ``"game"``, the non-negative
        equilibrium of the game-theoretic combination.
    prior_share
        :math:`\alpha`, 0 to 1; used by ``"linear"`` only.

    Returns
    -------
    Series
        One weight per indicator of ``prior``; sums to 1.

    Examples
    --------
    >>> combine({"a": 0.4, "b": 0.6}, {"a": 0.8, "b": 0.2}, "linear").round(3).to_dict()
    {'a': 0.6, 'b': 0.4}
    """
    first = check_weights(prior, pd.Series(prior).index, "prior weights")
    second = check_weights(objective, first.index, "objective weights")
    rule = known("combination", combination, COMBINATIONS)
    check_share(prior_share)
    return pd.Series(_combine(rule, first, second, prior_share), index=first.index, name="weight")


def weigh(
    matrix: pd.DataFrame | np.ndarray,
    weighter: str | Weighter,
    prior: pd.Series | None = None,
    *,
    prior_share: float = 0.5,
) -> pd.Series:
    """Give every column of a complete matrix its weight in the goal.

    Parameters
    ----------
    matrix
        Alternatives x criteria; normalised (larger is better) unless raw values are meant to be weighed.
    weighter
        A name in ``WEIGHTERS`` or ``COMBINED``, or a function of two arrays, matrix and prior.
    prior
        Weights that the weighter may use; equal ones if not given.
    prior_share
        Share of the prior in a linear combination.

    Returns
    -------
    Series
        One weight per column; sums to 1.

    Raises
    ------
    InputError
        For an unknown name, cells the weighter cannot use, or weights that are negative or do not sum to 1.

    Examples
    --------
    >>> table = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [1.0, 1.0, 7.0]})
    >>> weigh(table, "ahp_entropy", pd.Series({"a": 0.8, "b": 0.2})).round(3).to_dict()
    {'a': 0.487, 'b': 0.513}
    """
    frame = check_matrix(matrix)
    first = None if prior is None else prior.reindex(frame.columns).to_numpy()
    weights = weigh_table(Table(frame.to_numpy(), frame.index, list(frame.columns)), weighter, first, prior_share)
    return pd.Series(weights, index=frame.columns, name="weight")


def weigh_table(
    table: Table, weighter: str | Weighter, prior: np.ndarray | None = None, prior_share: float = 0.5
) -> np.ndarray:
    """Weigh the columns of a complete table; see ``weigh``."""
    count = table.values.shape[1]
    first = np.full(count, 1 / count) if prior is None else prior
    weights = np.asarray(_weigh(table, weighter, first, prior_share), dtype=float)
    if weights.shape == (count,) and (weights >= 0).all() and abs(weights.sum() - 1) <= WEIGHT_TOLERANCE:
        return weights
    if weights.shape != (count,):
        raise InputError(f"weighter '{weighter}' gives an array of shape {weights.shape}; expected ({count},)")
    return check_weights(
        pd.Series(weights, index=list(table.codes)), table.codes, f"weights of '{weighter}'"
    ).to_numpy()


def check_share(share: float) -> None:
    """Raise unless a share lies between 0 and 1."""
    if not 0 <= share <= 1:
        raise InputError(f"prior_share is {share:g}; expected a number from 0 to 1")


def _weigh(table: Table, weighter: str | Weighter, prior: np.ndarray, share: float) -> np.ndarray:
    """Find the weighter and call it."""
    if callable(weighter):
        return weighter(table.values, prior)
    if weighter in COMBINED:
        combination, objective = COMBINED[weighter]
        check_share(share)
        return _combine(COMBINATIONS[combination], prior, _objective(table, objective, prior), share)
    return _objective(table, weighter, prior)


def _combine(rule: Combination, first: ArrayLike, second: ArrayLike, share: float) -> np.ndarray:
    """Combine two sets, refusing products that are zero everywhere and saying when the game silences a set."""
    sets = np.stack([np.asarray(first), np.asarray(second)])
    if rule in _PRODUCTS and not (sets > 0).all(axis=0).any():
        raise InputError("no indicator has a weight above 0 in both sets; choose combination 'linear' or 'game'")
    if rule is COMBINATIONS["game"]:
        for name, coefficient in zip(("prior", "objective"), game_shares(sets), strict=True):
            if coefficient <= 1e-12:
                warnings.warn(f"the game gives the {name} weights coefficient 0; the others decide alone", stacklevel=4)
    return bind(rule, {"prior_share": share})(sets)


def _objective(table: Table, weighter: str, prior: np.ndarray) -> np.ndarray:
    """Call a plain weighter after checking that it can use the cells."""
    rule = WEIGHTERS.get(weighter)
    if rule is None:
        raise InputError(unknown("weighter", weighter, [*WEIGHTERS, *COMBINED]))
    if rule is not prior_weights:
        check_varies(table.values, table.codes)
        _check_least(table, weighter)
        _check_spread(table, weighter)
    weights = rule(table.values, prior)
    if weighter == "pca" and (weights < 0).any():
        mixed = [code for code, weight in zip(table.codes, weights, strict=True) if weight < 0]
        raise InputError(
            f"weighter 'pca' finds loadings of mixed sign on the first component (negative: {listing(mixed)}); "
            "leave these out with exclude, or choose another weighter"
        )
    if weighter == "correlation_balanced":
        _tell_imbalance(table, weights)
    return weights


def _tell_imbalance(table: Table, weights: np.ndarray) -> None:
    """Warn where weights >= 0 leave the correlations with the index unequal."""
    found = np.corrcoef(np.column_stack([table.values, table.values @ weights]), rowvar=False)[-1, :-1]
    if np.ptp(found) > BALANCED:
        silent = [code for code, weight in zip(table.codes, weights, strict=True) if weight == 0]
        told = f"; {listing(silent)} get 0" if silent else ""
        warnings.warn(
            f"weights >= 0 leave correlations with the index from {found.min():.3f} to {found.max():.3f}{told}",
            stacklevel=5,
        )


def _check_least(table: Table, weighter: str) -> None:
    """Refuse values below what a weighter can use."""
    if weighter not in LEAST:
        return
    bad = table.values <= 0 if LEAST[weighter] == "> 0" else table.values < 0
    if bad.any():
        row, column = np.argwhere(bad)[0]
        raise InputError(
            f"weighter '{weighter}' needs values {LEAST[weighter]}; indicator '{table.codes[column]}' is "
            f"{table.values[row, column]:g} for {label(table.index[row])}; use normaliser 'minmax' with "
            "a range such as (1, 100), or weigh_on = 'normalised' if raw values were weighed"
        )


def _check_spread(table: Table, weighter: str) -> None:
    """Refuse tables on which a weighter would weigh round-off."""
    values = table.values
    if weighter == "cv":
        flat = np.abs(values.mean(axis=0)) <= 1e-12 * np.abs(values).max(axis=0)
        if flat.any():
            raise InputError(
                f"weighter 'cv' divides by the mean, which is 0 for indicator '{table.codes[int(np.argmax(flat))]}'; "
                "weigh raw values, or choose another normaliser"
            )
    alike = weighter in ("critic", "critic_spearman") and values.shape[1] > 1
    if alike and (1 - np.corrcoef(values, rowvar=False)).max() < 1e-12:
        raise InputError(f"weighter '{weighter}' finds all indicators perfectly correlated; choose another weighter")
