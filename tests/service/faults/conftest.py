"""Services as they run for people: processes of their own, on a free port of the loopback, killed in the end."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from tests.support import poll

from tigertail.cli import main
from tigertail.model import Model, save
from tigertail.signals.factors import FactorAffinity

PATIENCE = 60  # seconds for what takes one or two; nothing here is a measurement


class Service:
    """`tigertail serve`, in a process group of its own."""

    def __init__(self, log: Path, model: Path, *options: str, workers: int = 2, **environment: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = log
        code = "from tigertail.cli import main; main()"
        given = ["--port", str(self.port), "--workers", str(workers), *options]
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-c", code, "serve", str(model), *given],
                stdout=file,
                stderr=file,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                env=os.environ | {"TIGERTAIL_RELOAD_INTERVAL": "0.05"} | environment,
            )
        self.wanted = workers

    def text(self) -> str:
        return self.log.read_text()

    def ready(self, workers: int | None = None) -> Service:
        """Wait until all workers answer."""

        def said() -> bool:
            assert self.process.poll() is None, f"ended with {self.process.returncode}: {self.text()}"
            return self.text().count("Application startup complete") >= (workers or self.wanted)

        poll(said, "the workers answer")
        assert httpx.get(f"{self.url}/health/ready").status_code == 200
        return self

    def workers(self) -> list[int]:
        """Return the processes that answer."""
        found = []
        for status in Path("/proc").glob("[0-9]*/status"):
            try:
                parent = status.read_text().split("PPid:")[1].split()[0]
                command = status.with_name("cmdline").read_bytes()
            except OSError:
                continue
            if int(parent) == self.process.pid and b"spawn_main" in command:
                found.append(int(status.parent.name))
        return found

    def left(self) -> list[int]:
        """Return what still runs of the group."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == self.process.pid and fields[0] != "Z":
                found.append(int(stat.parent.name))
        return found

    def gone(self) -> bool:
        """Wait until nothing of it runs any more."""
        return bool(poll(lambda: not self.left(), "no process is left"))

    def memory(self) -> int:
        """Return the MiB that the workers hold."""
        status = [Path(f"/proc/{worker}/status").read_text() for worker in self.workers()]
        return sum(int(text.split("VmRSS:")[1].split()[0]) for text in status) // 1024

    def stop(self) -> int:
        """Ask it to end; return how it did."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """End all of it at once."""
        if self.left() or self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def raw(self, request: bytes) -> tuple[int, bytes]:
        """Send bytes as they are; return the status and all that was answered."""
        with self.connect() as line:
            with suppress(OSError):  # it may be refused before it is all there
                line.sendall(request)
            answer = b""
            with suppress(ConnectionResetError):
                while piece := line.recv(2**16):
                    answer += piece
        return int(answer.split()[1]) if answer.startswith(b"HTTP/1.1 ") else 0, answer


@pytest.fixture(scope="session")
def wait_until() -> Callable[..., Any]:
    return poll


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Service]]:
    """Start a service; what still runs in the end is killed."""
    started: list[Service] = []
    logs = tmp_path_factory.mktemp("logs")

    def start(model: Path, *options: str, log: Path | None = None, **more: Any) -> Service:
        service = Service(log or logs / f"{len(started)}.log", model, *options, **more)
        started.append(service)
        return service

    yield start
    for one in started:
        one.kill()


@pytest.fixture(scope="session")
def original(local_model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that no test changes."""
    folder = tmp_path_factory.mktemp("original") / "model"
    save(local_model, folder)
    return folder


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    """A model that a test may replace."""
    return Path(shutil.copytree(original, tmp_path / "model"))


@pytest.fixture(scope="session")
def other(local_model: Model) -> Model:
    """A model that answers otherwise."""
    alike = FactorAffinity(np.ones((len(local_model.items), 4), np.float32))
    return replace(local_model, signals={**local_model.signals, "factors": alike})


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Start a service that cannot be started, in this process; return the two lines that say so."""

    def start(model: Path, **environment: str) -> str:
        monkeypatch.setattr(sys, "argv", ["tigertail", "serve", str(model), "--port", "0"])
        monkeypatch.setattr(
            "tigertail.service.server.run._supervise", lambda *_: pytest.fail("it was started")
        )
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            main()
        said = "".join(capfd.readouterr())
        assert ended.value.code == 1
        assert len(said.strip().splitlines()) == 2, said
        assert "\n  -> " in said, "what to do is said"
        return said

    return start


LARGE = 12 * 2**20


@pytest.fixture(scope="session")
def shared(run: Callable[..., Service], original: Path, tmp_path_factory: pytest.TempPathFactory) -> Service:
    """A service that tests may mistreat, but not end; with an answer too large for any buffer: /v1/evaluation."""
    report = tmp_path_factory.mktemp("report") / "report.json"
    report.write_text('{"words": "' + os.urandom(LARGE // 2).hex() + '"}')
    environment = {"TIGERTAIL_LIMITS__READ_TIMEOUT": "2", "TIGERTAIL_SHUTDOWN_TIMEOUT": "1"}
    return run(original, "--evaluation", str(report), **environment).ready()


@pytest.fixture
def ask(shared: Service) -> Iterator[httpx.Client]:
    """A client of the shared service."""
    with httpx.Client(base_url=shared.url, timeout=PATIENCE) as client:
        yield client
