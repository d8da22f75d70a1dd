"""Progress on long work: a bar on a terminal, silence everywhere else."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sized
from contextlib import contextmanager
from typing import Protocol, TypeVar

T = TypeVar("T")


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
        yield lambda advance=1, note="": None
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


def track(items: Iterable[T], description: str, total: float | None = None) -> Iterator[T]:
    """Yield ``items`` one by one behind a progress bar."""
    if total is None and isinstance(items, Sized):
        total = len(items)
    with progress(description, total) as tick:
        for item in items:
            yield item
            tick()
