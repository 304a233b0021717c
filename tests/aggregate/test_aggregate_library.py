"""Aggregation by scikit-criteria behind our door: the same numbers, larger is better, refusals in one line."""

from __future__ import annotations

import contextlib
import importlib
import io

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata
from skcriteria import mkdm

from bri_eval.aggregate import aggregate
from bri_eval.aggregate.library import LIBRARY, METHODS
from bri_eval.checks import InputError

WEIGHTS = np.array([0.1, 0.2, 0.3, 0.4])


def unit_table(seed: int, rows: int = 5) -> np.ndarray:
    """Draw values between 0.05 and 0.95, which every method takes."""
    return np.random.default_rng(seed).uniform(0.05, 0.95, (rows, 4))


def direct(method: str, table: np.ndarray):
    path, _, _ = METHODS[method]
    module, name = path.split(".")
    maker = getattr(importlib.import_module(f"skcriteria.agg.{module}"), name)()
    with contextlib.redirect_stdout(io.StringIO()):
        return maker.evaluate(mkdm(table, [1] * table.shape[1], weights=WEIGHTS))


each_method = pytest.mark.parametrize("method", METHODS)


@each_method
@pytest.mark.parametrize("seed", range(3))
def test_the_same_numbers_as_a_direct_call(method, seed):
    _, entry, sign = METHODS[method]
    table = unit_table(seed)
    np.testing.assert_array_equal(aggregate(table, WEIGHTS, method), sign * direct(method, table).e_[entry])


@each_method
@pytest.mark.parametrize("seed", range(3))
def test_larger_is_better_as_the_library_ranks(method, seed):
    table = unit_table(seed)
    found = rankdata(-aggregate(table, WEIGHTS, method), method="dense")
    assert found.tolist() == direct(method, table).rank_.tolist()


@each_method
def test_the_best_in_everything_comes_first(method):
    table = np.array([[0.5, 0.4, 0.3, 0.6], [0.91, 0.8, 0.9, 0.7], [0.4, 0.41, 0.31, 0.5], [0.2, 0.3, 0.4, 0.5]])
    assert aggregate(table, WEIGHTS, method).idxmax() == 1


@each_method
def test_batches_equal_the_loop(method):
    rng = np.random.default_rng(3)
    tables, weights = rng.uniform(0.05, 0.95, (2, 2, 4, 3)), rng.dirichlet(np.ones(3), (2, 2))
    before = tables.copy(), weights.copy()
    found = LIBRARY[method](tables, weights)
    assert found.shape == (2, 2, 4)
    for place in np.ndindex(2, 2):
        np.testing.assert_array_equal(found[place], LIBRARY[method](tables[place], weights[place]))
    many = LIBRARY[method](tables[0, 0], weights[0])
    np.testing.assert_array_equal(many, [LIBRARY[method](tables[0, 0], one) for one in weights[0]])
    np.testing.assert_array_equal(tables, before[0])
    np.testing.assert_array_equal(weights, before[1])


@each_method
def test_nothing_is_printed(method, capsys):
    aggregate(unit_table(0), WEIGHTS, method)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("method", "cell", "message"),
    [
        ("codas", 1.5, "aggregator CODAS of scikit-criteria refuses the table: DM must be normalized"),
        ("mairca", 0.0, r"(?i)mairca"),
        ("cocoso", -0.1, r"(?i)cocoso"),
        ("waspas", 0.0, "aggregator 'waspas' needs values above 0"),
    ],
)
def test_tables_that_a_method_refuses(method, cell, message):
    table = unit_table(0)
    table[2, 1] = cell
    with pytest.raises(InputError, match=message):
        aggregate(table, WEIGHTS, method)


@pytest.mark.parametrize("method", ["edas", "marcos", "ocra"])
def test_methods_that_divide_by_the_values_refuse_negative_ones(method):
    with pytest.raises(InputError, match=f"aggregator '{method}' needs values above 0"):
        aggregate(unit_table(0) - 1, WEIGHTS, method)


@pytest.mark.parametrize("method", ["mairca", "cocoso"])
def test_the_remedy_for_a_method_that_needs_values_above_zero(method):
    with pytest.raises(InputError, match=r"range such as \(1, 100\)"):
        aggregate(unit_table(0) - 0.5, WEIGHTS, method)


def test_labels_are_kept():
    frame = pd.DataFrame(unit_table(0), index=list("VWXYZ"), columns=list("abcd"))
    found = aggregate(frame, dict(zip("dcba", WEIGHTS[::-1], strict=True)), "edas")
    assert list(found.index) == list("VWXYZ")
    np.testing.assert_array_equal(found, aggregate(unit_table(0), WEIGHTS, "edas"))
