"""Work in parallel processes that one bad task cannot bring down.

Each worker is a process that holds one task at a time. Where a task kills its process (a decoder that crashes, the
system out of memory) or never ends, that task alone is lost, and the worker starts another process.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Final, Generic, TypeVar

from tigertail.errors import TigertailError

Task = TypeVar("Task")
Result = TypeVar("Result")

_POLL_INTERVAL: Final = 1.0  # seconds between checks for a task that takes too long


@dataclass(frozen=True)
class TaskFailed:
    """Why a task has no result."""

    reason: str


def map_isolated(
    work: Callable[[Task], Result], tasks: Iterable[Task], processes: int, *, timeout: float
) -> Iterator[tuple[Task, Result | TaskFailed]]:
    """Run a function on tasks in parallel and yield each task with its result, as they end.

    Parameters
    ----------
    work
        The function, of a module that every process imports.
    tasks
        The tasks; drawn one by one, so that they need not fit in memory.
    processes
        Processes; each uses one thread.
    timeout
        Seconds after which a task is ended, from when a process gets it: the start of a new process counts too.

    Raises
    ------
    TigertailError
        If a process ends before it takes a task, as those of a script without ``if __name__ == "__main__"`` do.
    """
    remaining = iter(tasks)
    busy: list[_Worker[Task, Result]] = []
    try:
        for task in remaining:
            busy.append(_Worker(work))
            busy[-1].start(task)
            if len(busy) >= max(1, processes):
                break
        while busy:
            wait([worker.connection for worker in busy], _POLL_INTERVAL)
            for worker in list(busy):
                # Asked anew: whoever takes the results may have taken long over the one before.
                if worker.connection.poll():
                    result: Result | TaskFailed = worker.result()
                elif worker.seconds > timeout:
                    result = worker.end_task(timeout)
                else:
                    continue
                yield worker.task, result
                try:
                    worker.start(next(remaining))
                except StopIteration:
                    busy.remove(worker)
                    worker.close()
    finally:
        for worker in busy:
            worker.close()


class _Worker(Generic[Task, Result]):
    """One process, and the task it holds."""

    task: Task

    def __init__(self, work: Callable[[Task], Result]) -> None:
        self._work = work
        self._started = 0.0
        self._open()

    def _open(self) -> None:
        # Spawned, not forked: a copy of a process with threads may hang for ever.
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self._is_up = context.Event()
        self._process = context.Process(target=_serve, args=(self._work, theirs, self._is_up), daemon=True)
        # Ctrl-C is for the owner, who ends the process: blocked here, it is so from the process's first moment.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            self._process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()

    @property
    def seconds(self) -> float:
        """How long the task has taken."""
        return time.monotonic() - self._started

    def start(self, task: Task) -> None:
        """Hand over a task."""
        self.task = task
        self._started = time.monotonic()
        try:
            self.connection.send(task)
        except OSError:  # the process ended while it was idle
            self._restart()
            self.connection.send(task)

    def result(self) -> Result | TaskFailed:
        """Return the result that was received."""
        try:
            found: Result = self.connection.recv()
        except (EOFError, OSError):
            self._process.join()
            code = self._process.exitcode or 0
            if not self._is_up.is_set():
                raise TigertailError(
                    f"a process ended before its first task, with code {code}",
                    remedy='see what it says above; in a script, begin the work under if __name__ == "__main__":',
                ) from None
            how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
            self._restart()
            return TaskFailed(f"its analysis was {how}" if code < 0 else f"its analysis {how}")
        return found

    def end_task(self, timeout: float) -> TaskFailed:
        """End a task that takes too long."""
        self._process.kill()
        self._restart()
        return TaskFailed(f"its analysis took longer than {timeout:g} s")

    def close(self) -> None:
        """End the process."""
        self.connection.close()
        self._process.kill()
        self._process.join()
        self._process.close()

    def _restart(self) -> None:
        self.close()
        self._open()


def _serve(work: Callable[[Task], Result], connection: Connection, is_up: Event) -> None:
    """Run the function on tasks as they come, until the owner of the other end closes it or ends."""
    from threadpoolctl import threadpool_limits

    is_up.set()
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)  # decoders complain there of every frame; what matters is in the result
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
