"""Workers around an analysis."""

import sys

import joblib
import pandas as pd
import pytest

import bri_eval as be
from bri_eval.checks import InputError
from bri_eval.robustness.workers import on_workers

CARS = pd.DataFrame({"price": [20, 25, 30], "range": [300, 420, 380]}, index=["A", "B", "C"])
DIRECTIONS = {"price": "cost", "range": "benefit"}


def test_the_number_of_workers_holds_within():
    with on_workers(2):
        assert joblib.Parallel().n_jobs == 2
    assert joblib.Parallel().n_jobs == 1


def test_the_result_is_that_of_one_worker():
    noise = be.Noise(weights="dirichlet")
    alone = be.uncertainty_matrix(CARS, DIRECTIONS, noise=noise, n=40_000, seed=3)
    with on_workers(2):
        both = be.uncertainty_matrix(CARS, DIRECTIONS, noise=noise, n=40_000, seed=3)
    pd.testing.assert_frame_equal(alone.acceptability, both.acceptability)


def test_no_worker_is_refused():
    with pytest.raises(InputError, match="workers: 0; expected 1 or more"), on_workers(0):
        pass


def test_a_scheduler_that_does_not_answer_is_named():
    pytest.importorskip("distributed")
    with (
        pytest.raises(InputError, match=r"scheduler 'nowhere://x' does not answer"),
        on_workers(scheduler="nowhere://x"),
    ):
        pass


def test_without_dask_the_remedy_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'bri-eval\[distributed\]'"), on_workers(scheduler="tcp://x:1"):
        pass
