"""Weights that scikit-criteria has, one line each; the only door to it for weights."""

from __future__ import annotations

import importlib
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

METHODS: dict[str, str] = {"merec": "MEREC", "gini": "GiniWeighter", "rancom": "RANCOM"}
"""Class below ``skcriteria.preprocessing.weighters``. RANCOM ranks the prior and ignores the data."""


def library_weights(matrix: np.ndarray, prior: np.ndarray, *, method: str) -> np.ndarray:
    """Weigh one table after the other with a method of scikit-criteria."""
    module = importlib.import_module("skcriteria.preprocessing.weighters")
    maker = getattr(module, METHODS[method])()
    shape = matrix.shape[:-2]
    priors = np.broadcast_to(prior, (*shape, matrix.shape[-1])).reshape(-1, matrix.shape[-1])
    tables = matrix.reshape(-1, *matrix.shape[-2:])
    return np.array([_weights(maker, *pair) for pair in zip(tables, priors, strict=True)]).reshape(*shape, -1)


def _weights(maker: object, table: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """Weigh one table of benefits; the weights sum to 1."""
    from skcriteria import mkdm

    matrix = mkdm(table.copy(), [1] * table.shape[1], weights=prior.copy())
    weights: np.ndarray = np.array(maker.transform(matrix).weights, dtype=float)  # type: ignore[attr-defined]
    return weights / weights.sum()


LIBRARY: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    name: partial(library_weights, method=name) for name in METHODS
}
