"""Where draws are made: processes of this machine, or the workers of a Dask cluster."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from bri_eval.checks import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def on_workers(count: int | None = None, *, scheduler: str = "") -> Iterator[None]:
    """Run analyses within on several workers; the result does not depend on them.

    Parameters
    ----------
    count
        Processes of this machine; as many as it has processors if not given.
    scheduler
        Address of a Dask scheduler, such as ``tcp://127.0.0.1:8786``, instead; all its workers are used.

    Raises
    ------
    InputError
        For fewer than one worker, a scheduler that does not answer, or Dask not being installed.

    Notes
    -----
    ``joblib.parallel_config`` does the same and knows more backends.
    """
    from joblib import cpu_count, parallel_config

    if count is not None and count < 1:
        raise InputError(f"workers: {count}; expected 1 or more")
    if not scheduler:
        with parallel_config(backend="loky", n_jobs=count or cpu_count()):
            yield
        return
    try:
        from distributed import Client
    except ImportError:
        raise InputError("a scheduler needs Dask; install it with pip install 'bri-eval[distributed]'") from None
    try:
        client = Client(scheduler, timeout=10)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise InputError(f"scheduler '{scheduler}' does not answer ({error}); start it, or correct it") from None
    with client, parallel_config(backend="dask"):
        yield
