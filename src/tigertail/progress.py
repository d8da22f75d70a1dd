"""Progress on long work: a bar on a terminal that can draw one; elsewhere, a line every ten seconds at most."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sized
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

if TYPE_CHECKING:
    from rich.progress import Progress

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
    # While there is a display, sys.stderr is Rich's, which in older releases says that it is no terminal.
    if not (_displays or _draws()):
        yield _logged(description, total)
        return
    with _display() as display:
        task = display.add_task(description, total=total, note="", done="")
        done = 0.0

        def tick(advance: float = 1, note: str = "") -> None:
            nonlocal done
            done += advance
            display.update(task, advance=advance, note=note, done=_share(done, total))

        try:
            yield tick
        finally:
            display.remove_task(task)


def _draws() -> bool:
    """Return whether standard error is a terminal that can draw over what it has; Rich shows nothing on others."""
    if not sys.stderr.isatty():
        return False
    from rich.console import Console

    console = Console(stderr=True)
    return console.is_terminal and not console.is_dumb_terminal


_displays: Final[list[Progress]] = []  # the one of this process, while there is work


@contextmanager
def _display() -> Iterator[Progress]:
    """Return the display of this process, which the first piece of work begins and ends; work within it adds a line."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    if _displays:
        yield _displays[0]
        return
    columns = [
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[done]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}", markup=False),  # a name of a file may have brackets
    ]
    with Progress(*columns, console=Console(stderr=True), transient=True) as display:
        _displays.append(display)
        try:
            yield display
        finally:
            _displays.clear()


def _share(done: float, total: float | None) -> str:
    return f"{done / total:.0%}" if total else f"{done:,.0f}"


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
        LINES.write(
            f"{description}: {_share(done, total)} after {time.monotonic() - began:.0f} s {note}".rstrip(),
            began,
        )

    return tick


def track(items: Iterable[T], description: str, total: float | None = None) -> Iterator[T]:
    """Yield ``items`` one by one behind a progress bar."""
    if total is None and isinstance(items, Sized):
        total = len(items)
    with progress(description, total) as tick:
        for item in items:
            yield item
            tick()
