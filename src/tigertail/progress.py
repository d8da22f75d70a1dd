"""Progress on long work: a bar on a terminal; elsewhere, as in a log, a line every ten seconds at most."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sized
from contextlib import contextmanager
from typing import Final, Protocol, TypeVar

T = TypeVar("T")
PAUSE: Final = 10.0  # least seconds between two lines


class Tick(Protocol):
    """Called as work gets done."""

    def __call__(self, advance: float = 1, note: str = "") -> None:
        """Advance the bar by ``advance`` and show ``note`` beside it."""


@contextmanager
def progress(description: str, total: float | None = None) -> Iterator[Tick]:
    """Show how far a piece of work has come, on standard error.

    Parameters
    ----------
    description
        What is being done, in a word or two.
    total
        Units of work in all; None where unknown.

    Yields
    ------
    Tick
        Call it with the number of units done since the last call.
    """
    if not sys.stderr.isatty():
        yield _logged(description, total)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = [
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%") if total else TextColumn("{task.completed:,.0f}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    ]
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(description, total=total, note="")

        def tick(advance: float = 1, note: str = "") -> None:
            bar.update(task, advance=advance, note=note)

        yield tick


class Lines:
    """The one log of this process: work within work writes one line every :data:`PAUSE` seconds at most."""

    def __init__(self) -> None:
        self._last = -PAUSE

    def write(self, line: str, began: float) -> None:
        """Write a line, or leave it out where the last, or ``began`` (by ``time.monotonic``), is not long ago."""
        now = time.monotonic()
        if now - max(self._last, began) >= PAUSE:
            self._last = now
            sys.stderr.write(f"{line}\n")
            sys.stderr.flush()


LINES: Final = Lines()
"""What all work of this process shares."""


def _logged(description: str, total: float | None) -> Tick:
    began = time.monotonic()
    done = 0.0

    def tick(advance: float = 1, note: str = "") -> None:
        nonlocal done
        done += advance
        share = f"{done / total:.0%}" if total else f"{done:,.0f}"
        LINES.write(f"{description}: {share} after {time.monotonic() - began:.0f} s {note}".rstrip(), began)

    return tick


def track(items: Iterable[T], description: str, total: float | None = None) -> Iterator[T]:
    """Yield ``items`` one by one behind a progress bar."""
    if total is None and isinstance(items, Sized):
        total = len(items)
    with progress(description, total) as tick:
        for item in items:
            yield item
            tick()
