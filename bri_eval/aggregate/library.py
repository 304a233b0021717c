"""Methods that scikit-criteria has, one line each; the only door to it for aggregation."""

from __future__ import annotations

import contextlib
import importlib
import io
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from bri_eval.checks import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

METHODS: dict[str, tuple[str, str, int]] = {
    "aras": ("aras.ARAS", "score", 1),
    "cocoso": ("cocoso.CoCoSo", "score", 1),
    "codas": ("codas.CODAS", "score", 1),
    "edas": ("edas.EDAS", "score", 1),
    "mabac": ("mabac.MABAC", "score", 1),
    "mairca": ("mairca.MAIRCA", "values", -1),
    "marcos": ("marcos.MARCOS", "utility_scores", 1),
    "moora": ("moora.RatioMOORA", "score", 1),
    "moora_reference": ("moora.ReferencePointMOORA", "score", -1),
    "ocra": ("ocra.OCRA", "performance", 1),
    "probid": ("probid.PROBID", "score", 1),
    "ram": ("ram.RAM", "score", 1),
    "spotis": ("spotis.SPOTIS", "score", -1),
    "waspas": ("waspas.WASPAS", "score", 1),
}
"""Class below ``skcriteria.agg``, the entry of its result that ranks, and 1 if larger is better, else -1."""


def library_scores(x: np.ndarray, w: np.ndarray, *, method: str) -> np.ndarray:
    """Score with a method of scikit-criteria, one table after the other; larger is better."""
    path, entry, sign = METHODS[method]
    module, name = path.split(".")
    maker = getattr(importlib.import_module(f"skcriteria.agg.{module}"), name)()
    shape = np.broadcast_shapes(x.shape[:-2], w.shape[:-1])
    tables = np.broadcast_to(x, (*shape, *x.shape[-2:])).reshape(-1, *x.shape[-2:])
    weights = np.broadcast_to(w, (*shape, w.shape[-1])).reshape(-1, w.shape[-1])
    scores = [sign * _evaluate(maker, table, row, entry) for table, row in zip(tables, weights, strict=True)]
    return np.array(scores).reshape(*shape, x.shape[-2])


def _evaluate(maker: object, table: np.ndarray, weights: np.ndarray, entry: str) -> np.ndarray:
    """Evaluate one table of benefits; what the library prints is dropped."""
    from skcriteria import mkdm

    matrix = mkdm(table.copy(), [1] * table.shape[1], weights=weights.copy())
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            result = maker.evaluate(matrix)  # type: ignore[attr-defined]
    except ValueError as error:
        name = type(maker).__name__
        raise InputError(
            f"aggregator {name} of scikit-criteria refuses the table: {error}; try minmax to 0-1"
        ) from None
    return np.asarray(result.e_[entry], dtype=float)


LIBRARY: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    name: partial(library_scores, method=name) for name in METHODS
}
