"""Work in parallel processes that one bad task cannot bring down.

Each lane is a process of its own that holds one task at a time. Where a task kills its process (a decoder that
crashes, the system out of memory) or never ends, that task alone is lost, and the lane starts anew.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Final, Generic, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

_LOOK: Final = 1.0  # seconds between looks at the clock


@dataclass(frozen=True)
class TaskFailed:
    """What became of a task that has no result."""

    reason: str


def map_isolated(
    work: Callable[[Task], Result], tasks: Iterable[Task], processes: int, *, timeout: float
) -> Iterator[tuple[Task, Result | TaskFailed]]:
    """Work on tasks in parallel and yield each with its result, as they are done.

    Parameters
    ----------
    work
        What to do; a function of a module, which every process imports.
    tasks
        What to do it to; drawn one by one, so that they need not fit in memory.
    processes
        Processes; each uses one thread.
    timeout
        Seconds after which a task is given up.
    """
    waiting = iter(tasks)
    busy: list[_Lane[Task, Result]] = []
    try:
        for task in waiting:
            busy.append(_Lane(work))
            busy[-1].start(task)
            if len(busy) >= max(1, processes):
                break
        while busy:
            ready = wait([lane.connection for lane in busy], _LOOK)
            for lane in list(busy):
                if lane.connection in ready:
                    result: Result | TaskFailed = lane.result()
                elif lane.seconds > timeout:
                    result = lane.give_up(timeout)
                else:
                    continue
                yield lane.task, result
                try:
                    lane.start(next(waiting))
                except StopIteration:
                    busy.remove(lane)
                    lane.close()
    finally:
        for lane in busy:
            lane.close()


class _Lane(Generic[Task, Result]):
    """One process, and the task it holds."""

    task: Task

    def __init__(self, work: Callable[[Task], Result]) -> None:
        self._work = work
        self._since = 0.0
        self._open()

    def _open(self) -> None:
        # Spawned, not forked: a copy of a process with threads may hang for ever.
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(self._work, theirs), daemon=True)
        self._process.start()
        theirs.close()

    @property
    def seconds(self) -> float:
        """How long the task has taken."""
        return time.monotonic() - self._since

    def start(self, task: Task) -> None:
        """Hand over a task."""
        self.task = task
        self._since = time.monotonic()
        try:
            self.connection.send(task)
        except OSError:  # the process ended while it was idle
            self._again()
            self.connection.send(task)

    def result(self) -> Result | TaskFailed:
        """Return the result that has come in."""
        try:
            found: Result = self.connection.recv()
        except (EOFError, OSError):
            self._process.join()
            code = self._process.exitcode or 0
            how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
            self._again()
            return TaskFailed(f"its analysis was {how}" if code < 0 else f"its analysis {how}")
        return found

    def give_up(self, timeout: float) -> TaskFailed:
        """End a task that takes too long."""
        self._process.kill()
        self._again()
        return TaskFailed(f"its analysis took longer than {timeout:g} s")

    def close(self) -> None:
        """End the process."""
        self.connection.close()
        self._process.kill()
        self._process.join()
        self._process.close()

    def _again(self) -> None:
        self.close()
        self._open()


def _serve(work: Callable[[Task], Result], connection: Connection) -> None:
    """Work on tasks as they come, until the other end is closed: its owner is done, or dead."""
    from threadpoolctl import threadpool_limits

    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)  # decoders complain there of every frame; what matters is in the result
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the owner, who closes the connection
    with threadpool_limits(1):
        while True:
            try:
                task = connection.recv()
            except (EOFError, OSError):
                return
            try:
                result: Result | TaskFailed = work(task)
            except Exception as error:
                result = TaskFailed(f"its analysis failed: {error!r}")
            connection.send(result)
