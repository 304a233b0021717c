"""Where long work is done: here, in other processes, or on a Dask cluster; the only door to joblib."""

from __future__ import annotations

import warnings
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

from bri_eval.checks import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    T = TypeVar("T")


@contextmanager
def on_workers(
    count: int | None = None, *, scheduler: str = "", ready: Callable[[], object] | None = None
) -> Iterator[None]:
    """Run analyses within on several workers; the result does not depend on them.

    Parameters
    ----------
    count
        Processes of this machine; as many as it has processors if not given.
    scheduler
        Address of a Dask scheduler, such as ``tcp://127.0.0.1:8786``, instead; all its workers are used.
    ready
        Called once for each process of this machine while the caller goes on, so that it has started and imported what
        it needs when the first work comes.

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
        number = count or cpu_count()
        with _starting(ready if number > 1 else None, number), parallel_config(backend="loky", n_jobs=number):
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


@contextmanager
def _starting(ready: Callable[[], object] | None, number: int) -> Iterator[None]:
    """Let processes start and get ready in the background."""
    from joblib import Parallel, delayed

    found = (
        Parallel(number, backend="loky", return_as="generator")(delayed(ready)() for _ in range(number))
        if ready
        else ()
    )
    try:
        yield
    finally:
        _await(found)


def each(function: Callable[..., T], calls: Iterable[tuple[object, ...]], *, here: bool = False) -> Iterator[T]:
    """Call a function many times on the workers of the surrounding ``joblib.parallel_config``; results come in order.

    Workers begin at once, so that the caller may do something else before it takes the results; without workers each
    call is made when its result is taken.

    Parameters
    ----------
    function
        What a worker can import, or pickle by value.
    calls
        Its arguments.
    here
        Whether the work must stay on this machine, with its fonts and files.
    """
    from joblib import Parallel, delayed

    waiting = list(calls)
    if len(waiting) < 2 or (here and not _is_local()):  # no worker is worth its start, or none is allowed
        return (function(*call) for call in waiting)
    return _taken(Parallel(return_as="generator")(delayed(function)(*call) for call in waiting))


def _taken(found: Generator[T]) -> Iterator[T]:
    """Take results as they come, and end the work if the caller ends."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*tasks.*cancelled", category=UserWarning)  # after an interrupt
        with closing(found):
            yield from found


@contextmanager
def meanwhile(function: Callable[..., T], calls: Iterable[tuple[object, ...]]) -> Iterator[Iterator[T]]:
    """Let workers call a function, as ``each`` does, while the caller does something that may fail."""
    found = each(function, calls)
    try:
        yield found
    except Exception:
        if worker_count() > 1:
            _await(found)
        raise


def _await(found: Iterable[object]) -> None:
    """Let work end in peace: to stop workers that are just starting is what they do not bear."""
    with suppress(Exception):
        list(found)


def worker_count() -> int:
    """Count the workers of the surrounding configuration; a cluster's number is not known and counts as 16."""
    from joblib import Parallel

    count = Parallel().n_jobs
    return count if isinstance(count, int) and count > 0 else 16


def _is_local() -> bool:
    """Tell whether the surrounding configuration uses processes or threads of this machine."""
    from joblib.parallel import get_active_backend

    return type(get_active_backend()[0]).__name__ != "DaskDistributedBackend"
