"""Who starts the workers, replaces those that die, and ends with all of them."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from multiprocessing import connection, parent_process
from typing import Final

from tigertail.service.server.uvicorn_internals import STARTUP_FAILURE, Config, Multiprocess, Process

LOG: Final = logging.getLogger("tigertail.service")
PAUSES: Final = (0.0, 1.0, 2.0, 5.0, 10.0)
"""Seconds before a worker's place is filled again after one short life, two in a row and so on; then the last."""
SHORT_LIFE: Final = 30.0  # seconds; the place of a worker that lived longer is filled at once


class Supervisor(Multiprocess):
    """Uvicorn's supervisor, but for workers that cannot start.

    Such a worker ends the service, as there, where none has answered yet. Later it does not: a database that is
    away or a model half copied when a worker is replaced must not take the other workers down, so its place is filled
    again, more and more slowly, until it can start.

    Parameters
    ----------
    config
        Uvicorn's configuration.
    sockets
        The sockets to listen at.

    Attributes
    ----------
    failed
        Whether it ends because a worker could not start, and none has answered.
    """

    def __init__(self, config: Config, sockets: list[socket.socket]) -> None:
        super().__init__(config, sockets)
        self.failed = False
        self._answered = False
        self._places: dict[int, _Place] = {}

    def keep_subprocess_alive(self) -> None:
        """Look after every worker once."""
        for index, process in enumerate(self.processes):
            if self.should_exit.is_set():
                return
            self._look_after(index, process)

    def _look_after(self, index: int, process: Process) -> None:
        place = self._places.get(index)
        if place is None or process is not place.process:  # new, or put there by SIGHUP or SIGTTIN
            place = self._places[index] = _Place(process)
        if place.fill_at is not None:
            if time.monotonic() >= place.fill_at:
                self._fill(index, place)
            return
        if self._lives(process) or self.signal_queue:
            return  # a signal may be why a worker ended: systemd and Ctrl-C send it to all. It is handled first.
        process.kill()  # one that hangs is as good as dead
        process.join()
        if self.should_exit.is_set():
            return
        if process.exitcode == STARTUP_FAILURE and not self._answered:
            self.failed = True
            self.should_exit.set()
            return
        pause = place.empty()
        LOG.error(
            "a worker ended; its place is filled again",
            extra={"worker": process.pid, "exit_code": process.exitcode, "pause_seconds": pause},
        )
        if not pause:
            self._fill(index, place)

    def _lives(self, process: Process) -> bool:
        """Return whether a worker answers, without waiting for one that ends meanwhile."""
        pipe, ended = process.parent_conn, process.process.sentinel
        try:
            pipe.send(b"ping")
            if pipe in connection.wait([pipe, ended], self.config.timeout_worker_healthcheck):
                self._answered |= pipe.recv()  # whether it has started
                return True
        except (OSError, EOFError):
            pass
        return False

    def _fill(self, index: int, place: _Place) -> None:
        self.processes[index] = Process(self.config, self.sockets)
        self.processes[index].start()
        place.hold(self.processes[index])


class _Place:
    """One worker's place: who has it, since when, when it is filled again if they ended, and how many ended young.

    Parameters
    ----------
    process
        The worker.
    """

    def __init__(self, process: Process) -> None:
        self._short_lives = 0  # in a row
        self.hold(process)

    def hold(self, process: Process) -> None:
        """Give it to a worker that begins."""
        self.process = process
        self.fill_at: float | None = None
        self._began = time.monotonic()

    def empty(self) -> float:
        """Note that its worker ended, and return the seconds until it is filled again."""
        now = time.monotonic()
        self._short_lives = 0 if now - self._began > SHORT_LIFE else self._short_lives + 1
        pause = PAUSES[min(self._short_lives, len(PAUSES)) - 1] if self._short_lives else 0.0
        self.fill_at = now + pause
        return pause


def end_with_parent() -> None:
    """End this worker, as if asked to, when its supervisor is gone: no one else would stop it."""
    parent = parent_process()
    if parent is None:  # the app runs without a supervisor
        return

    def wait() -> None:
        connection.wait([parent.sentinel])
        LOG.error("the supervisor is gone")
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="supervisor", daemon=True).start()
