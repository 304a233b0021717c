"""What a person at the terminal sees: the lines of an answer, and the progress of long work."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


def say(line: str) -> None:
    """Print a line of the answer."""
    print(line)  # noqa: T201


def say_all(lines: Iterable[str]) -> None:
    """Print the lines of an answer."""
    for line in lines:
        say(line)


def complain(line: str) -> None:
    """Print the one line on what went wrong, beside the answer."""
    print(f"bri-eval: {line}", file=sys.stderr)  # noqa: T201


@contextmanager
def progress() -> Iterator[tuple[Callable[[str], None], Callable[[str, int, int], None]]]:
    """Give what to call at each step and within long ones: a bar with rate and time left, or a line each tenth."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        tenths: dict[str, int] = {}

        def line(what: str, done: int, total: int) -> None:
            if 10 * done // total > tenths.get(what, 0):
                tenths[what] = 10 * done // total
                print(f"  {done:,} of {total:,} {what}", file=sys.stderr, flush=True)  # noqa: T201

        yield lambda step: print(step, file=sys.stderr, flush=True), line  # noqa: T201
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bars:
        task, began = bars.add_task("Reading", total=None, rate=""), [time.perf_counter()]

        def step(words: str) -> None:
            began[0] = time.perf_counter()
            bars.reset(task, description=f"{words} ...", total=None, rate="")

        def bar(what: str, done: int, total: int) -> None:
            speed = done / max(time.perf_counter() - began[0], 1e-9)
            bars.update(task, completed=done, total=total, rate=f"{done:,} of {total:,} {what}, {speed:,.0f} a second")

        yield step, bar
