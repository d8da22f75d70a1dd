"""Stores on SQLite and on a PostgreSQL server."""

from __future__ import annotations

import multiprocessing
import runpy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tigertail.feedback import FeedbackStore

SCRIPT = Path(__file__).parent / "writer.py"


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a new store may be: a file or a URL."""
    if request.param == "sqlite":
        return str(tmp_path / "feedback.db")
    server: Any = request.getfixturevalue("server")
    return server.new_schema()


@pytest.fixture
def store(address: str) -> Iterator[FeedbackStore]:
    """An empty store with a short timeout."""
    with FeedbackStore.open(address, timeout=0.3) as opened:
        yield opened


@pytest.fixture
def event() -> Callable[..., dict[str, Any]]:
    """Makes an event: a Pole plays Hey, second in the list shown for Kult."""

    def make(event_id: str = "e1", **fields: Any) -> dict[str, Any]:
        usual: dict[str, Any] = {
            "event_id": event_id,
            "kind": "play",
            "query": "kult",
            "item": "hey",
            "rank": 2,
            "model": "m1",
            "list_id": "l1",
            "listener": "u1",
            "country": "PL",
            "at": None,
        }
        return usual | fields

    return make


class Writer:
    """A process that stores batches, and what it said was acknowledged."""

    def __init__(self, address: str, name: str, batches: int | None = None) -> None:
        # Forked from a small server which has the libraries loaded, not from the tests with their threads.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["tigertail.feedback.store"])
        self._told, tell = context.Pipe(duplex=False)
        told = {"address": address, "name": name, "told": tell, "batches": batches}
        self.process = context.Process(
            target=runpy.run_path, args=(str(SCRIPT), told, "a process that writes"), daemon=True
        )
        self.process.start()
        tell.close()
        self.acknowledged: list[int] = []

    def wait(self, batches: int) -> None:
        """Wait until that many batches more are acknowledged."""
        for _ in range(batches):
            self.acknowledged.append(self._told.recv())

    def kill(self) -> None:
        self.process.kill()
        self.join()

    def join(self) -> None:
        """Hear the rest of what was acknowledged, to the end of the process."""
        try:
            while True:
                self.acknowledged.append(self._told.recv())
        except (EOFError, OSError):
            pass
        self.process.join(60)


@pytest.fixture
def writer() -> Iterator[Callable[..., Writer]]:
    """Starts processes that write; those that still run are killed in the end."""
    started: list[Writer] = []

    def start(address: str, name: str, batches: int | None = None) -> Writer:
        started.append(Writer(address, name, batches))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.join()


@pytest.fixture
def batch() -> Callable[[str, int], list[dict[str, Any]]]:
    """The batch of a number that a writer of a name stores."""
    make = runpy.run_path(str(SCRIPT))["batch"]

    def of(name: str, number: int) -> list[dict[str, Any]]:
        make.__globals__["name"] = name
        rows: list[dict[str, Any]] = make(number)
        return rows

    return of
