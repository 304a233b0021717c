"""Workers around an analysis."""

import os
import sys
import threading
import time

import joblib
import pandas as pd
import pytest

import bri_eval as be
from bri_eval.checks import InputError
from bri_eval.workers import each, meanwhile, on_workers, worker_count

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


def test_results_come_in_the_order_of_the_calls():
    assert list(each(divmod, [(7, 2), (9, 4), (1, 1)])) == [(3, 1), (2, 1), (1, 0)]
    with on_workers(2):
        assert list(each(divmod, [(number, 3) for number in range(9)])) == [divmod(number, 3) for number in range(9)]
        assert worker_count() == 2


def test_an_error_of_a_worker_is_raised_here():
    with on_workers(2), pytest.raises(ZeroDivisionError):
        list(each(divmod, [(1, 0), (2, 1)]))


def test_what_must_stay_here_is_not_sent_to_a_cluster():
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=1, processes=False, dashboard_address=None) as cluster,
        distributed.Client(cluster),
        joblib.parallel_config(backend="dask"),
    ):
        places = list(each(threading.get_ident, [(), ()], here=True))
    assert set(places) == {threading.get_ident()}


def test_workers_get_ready_while_the_caller_goes_on(tmp_path):
    def ready():
        (tmp_path / f"{os.getpid()}").touch()

    with on_workers(2, ready=ready):
        assert list(each(divmod, [(7, 2), (9, 4)])) == [(3, 1), (2, 1)]
        deadline = time.monotonic() + 30
        while not list(tmp_path.iterdir()) and time.monotonic() < deadline:
            time.sleep(0.01)
    assert {path.name for path in tmp_path.iterdir()} - {f"{os.getpid()}"}
    with on_workers(1, ready=lambda: pytest.fail("one worker is the caller itself")):
        assert list(each(divmod, [(7, 2)])) == [(3, 1)]


@pytest.mark.parametrize("count", [1, 2])
def test_work_goes_on_meanwhile_and_a_failure_of_the_caller_is_the_caller_s(count):
    with on_workers(count):
        with meanwhile(divmod, [(7, 2), (9, 4)]) as found:
            first = sum(range(10))
            assert (first, *found) == (45, (3, 1), (2, 1))
        with pytest.raises(InputError, match="mine"), meanwhile(divmod, [(7, 0), (9, 4)]):
            raise InputError("mine")
        with pytest.raises(ZeroDivisionError), meanwhile(divmod, [(7, 0), (9, 4)]) as found:
            list(found)
