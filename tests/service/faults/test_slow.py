"""Two hundred clients who send or read next to nothing keep nobody waiting, and are let go in time."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import httpx
import pytest

CLIENTS = 200
HEAD = b"POST /v1/similar:batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


@pytest.fixture
def lines(shared) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        yield [stack.enter_context(shared.connect()) for _ in range(CLIENTS)]


def check_others(ask: httpx.Client) -> None:
    for path in ("/v1/similar?item=star", "/v1/items?q=que", "/health/ready", "/"):
        assert ask.get(path, timeout=10).status_code == 200


class Drip:
    """Sends a byte on every line again and again, until all are closed or told to stop."""

    def __init__(self, lines: list[socket.socket]) -> None:
        self._lines = lines
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._send)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _send(self) -> None:
        while not self._stopped.wait(0.5):
            for line in self._lines:
                with suppress(OSError):
                    line.sendall(b"a")


def answers(lines: list[socket.socket]) -> set[bytes]:
    """Wait until every line is closed; return the statuses that were told."""
    found = set()
    for line in lines:
        answer = b""
        with suppress(ConnectionResetError):
            while piece := line.recv(2**16):
                answer += piece
        if answer:
            found.add(answer.split()[1])
    return found


def test_heads_that_come_a_byte_at_a_time(shared, ask: httpx.Client, lines: list[socket.socket]) -> None:
    for line in lines:
        line.sendall(b"GET /v1/items HTTP/1.1\r\nX: ")
    with Drip(lines):
        check_others(ask)
        assert answers(lines) == {b"408"}


def test_bodies_that_come_a_byte_at_a_time(shared, ask: httpx.Client, lines: list[socket.socket]) -> None:
    for line in lines:
        line.sendall(HEAD + b"Connection: close\r\nContent-Length: 1000\r\n\r\n")
    with Drip(lines):
        check_others(ask)
        assert answers(lines) == {b"408"}


def test_bodies_nobody_asked_for(shared, ask: httpx.Client, lines: list[socket.socket]) -> None:
    for line in lines:
        line.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n")
    with Drip(lines):
        check_others(ask)
        assert answers(lines) == {b"200"}, "answered, and the rest is not waited for"


def test_answers_that_nobody_reads(shared, ask: httpx.Client, wait_until) -> None:
    before = shared.memory()
    with ExitStack() as stack:
        lines = []
        for _ in range(40):  # twelve MiB each
            line = stack.enter_context(socket.socket())
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.connect(("127.0.0.1", shared.port))
            line.sendall(b"GET /v1/evaluation HTTP/1.1\r\nHost: localhost\r\n\r\n")
            lines.append(line)
        check_others(ask)
        wait_until(lambda: all(ended(line) for line in lines), "they are let go")
    wait_until(lambda: shared.memory() - before < 200, "what they were to read is let go as well")
    check_others(ask)


def test_an_answer_that_is_read_a_byte_a_second(shared, ask: httpx.Client, wait_until) -> None:
    with ExitStack() as stack:
        lines = [stack.enter_context(socket.socket()) for _ in range(20)]
        for line in lines:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.connect(("127.0.0.1", shared.port))
            line.sendall(b"GET /v1/evaluation HTTP/1.1\r\nHost: localhost\r\n\r\n")

        def are_reset() -> bool:
            """Read a byte of each; a reset means that the system, too, has let go of what was to be sent."""
            for number, line in enumerate(lines):
                if number not in reset:
                    line.recv(1)
                    if line.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == errno.ECONNRESET:
                        reset.add(number)
            return len(reset) == len(lines)

        reset: set[int] = set()
        check_others(ask)
        wait_until(are_reset, "they are let go", interval=1)


def test_requests_in_a_row_whose_answers_nobody_reads(shared, ask: httpx.Client, wait_until) -> None:
    before = shared.memory()
    with ExitStack() as stack:
        lines = [stack.enter_context(socket.socket()) for _ in range(20)]
        for line in lines:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.connect(("127.0.0.1", shared.port))
            line.setblocking(False)
            with suppress(BlockingIOError):  # the service does not read on while it has enough to answer
                line.sendall(b"GET /v1/evaluation HTTP/1.1\r\nHost: localhost\r\n\r\n" * 2000)
            line.setblocking(True)
        check_others(ask)
        assert shared.memory() - before < 400, "one answer of each line is under way"
        wait_until(lambda: all(ended(line) for line in lines), "they are let go")
    check_others(ask)


def test_requests_in_a_row_are_answered_in_a_row(shared, ask: httpx.Client) -> None:
    with shared.connect() as line:
        line.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n" * 500)
        line.shutdown(socket.SHUT_WR)
        assert answers([line]) == {b"200"}
        check_others(ask)


def ended(line: socket.socket) -> bool:
    """Say whether the other side is gone, without reading: what is sent into the void is refused."""
    try:
        line.sendall(b" ")
    except OSError:
        return True
    return False
