"""Stores on SQLite and on a PostgreSQL server that is started for the tests and stopped after them."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import pwd
import runpy
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tigertail.feedback import FeedbackStore

SCRIPT = Path(__file__).parent / "writer.py"
USER = "tigertail"
PASSWORD = "pass-w0rd"  # a trap: no message may hold it


def _programs() -> Path | None:
    """Return the folder of PostgreSQL's server programs, the newest if there are several."""
    if found := shutil.which("pg_ctl"):
        return Path(found).resolve().parent
    there = Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")
    return max((path.parent for path in there), key=lambda path: int(path.parent.name), default=None)


class Server:
    """A PostgreSQL server of our own, on a free port of the loopback."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs = programs
        self._folder = folder
        self._numbers = itertools.count()
        self._who: dict[str, Any] = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            names = {user.pw_name: user for user in pwd.getpwall()}
            user = names.get("postgres") or names["nobody"]
            self._who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            os.chown(folder, user.pw_uid, user.pw_gid)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        word = folder / "word"
        word.write_text(PASSWORD)
        word.chmod(0o644)
        self._run("initdb", "--no-sync", "-E", "UTF8", "-U", USER, "-A", "scram-sha-256", f"--pwfile={word}")

    def start(self) -> None:
        # No power fails here, so what the system was told is as good as written.
        options = f"-p {self._port} -k {self._folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self._run("pg_ctl", "start", "-w", "-o", options, "-l", f"{self._folder}/log")

    def stop(self, how: str = "fast") -> None:
        self._run("pg_ctl", "stop", "-w", "-m", how)

    @property
    def running(self) -> bool:
        return (self._folder / "data/postmaster.pid").exists()

    def url(self, database: str) -> str:
        return f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self._port}/{database}"

    def do(self, command: str, database: str = "postgres") -> list[Any]:
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(command)
            return cursor.fetchall() if cursor.description else []

    def new_database(self, options: str = "") -> str:
        name = f"feedback{next(self._numbers)}"
        self.do(f"CREATE DATABASE {name} {options}")
        return self.url(name)

    def new_schema(self) -> str:
        """Return the URL of a part of one database, which is made in no time."""
        name = f"part{next(self._numbers)}"
        self.do(f"CREATE SCHEMA {name}")
        return f"{self.url('postgres')}?options=-csearch_path%3D{name}"

    def _run(self, program: str, *options: str) -> None:
        command = [str(self.programs / program), "-D", str(self._folder / "data"), *options]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=self._folder, timeout=120, **self._who
        )
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A running PostgreSQL server."""
    programs = _programs()
    if programs is None:
        reason = "no PostgreSQL server is installed (Debian: apt install postgresql)"
        if os.environ.get("TIGERTAIL_REQUIRE_SERVERS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="tigertail-postgresql-"))
    try:
        made = Server(programs, folder)
        made.start()
        try:
            yield made
        finally:
            if made.running:
                made.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a new store may be: a file or a URL."""
    if request.param == "sqlite":
        return str(tmp_path / "feedback.db")
    server: Server = request.getfixturevalue("server")
    return server.new_schema()


@pytest.fixture
def store(address: str) -> Iterator[FeedbackStore]:
    """An empty store, which loses patience soon."""
    with FeedbackStore.open(address, wait=0.3) as opened:
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
