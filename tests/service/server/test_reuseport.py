"""Connections are shared out among workers."""

from __future__ import annotations

import asyncio
import socket
import sys
from contextlib import ExitStack, suppress

import pytest

from tigertail.service.server.reuseport import WorkerLoop, own
from tigertail.service.server.run import bound

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere workers listen at one socket")


def test_of_many_connections_that_come_at_once_each_worker_gets_some() -> None:
    with ExitStack() as stack:
        taken = stack.enter_context(bound("127.0.0.1", 0))
        workers = [stack.enter_context(own(taken)) for _ in range(2)]
        for worker in workers:
            worker.listen(64)
            worker.setblocking(False)
        for _ in range(64):
            stack.enter_context(socket.create_connection(taken.getsockname()))
        shares = [0, 0]
        for number, worker in enumerate(workers):
            with suppress(BlockingIOError):
                while True:
                    stack.enter_context(worker.accept()[0])
                    shares[number] += 1
        assert sum(shares) == 64
        assert min(shares) > 8


def test_an_address_whose_last_connections_are_not_gone_yet_is_shared_too() -> None:
    """Those of a program that shared it, as of a service that ended, and those of one that did not."""
    with bound("127.0.0.1", 0) as first:
        shared = own(first)
    shared.listen()
    plain = socket.create_server(("127.0.0.1", 0))
    for server in (shared, plain):
        address = server.getsockname()
        with socket.create_connection(address) as client:
            server.accept()[0].close()  # who closes first keeps the connection for a while
            assert client.recv(1) == b""
        server.close()
        with bound(*address) as again, own(again) as worker:
            worker.listen()


def test_a_worker_serves_at_a_socket_of_its_own() -> None:
    loop = WorkerLoop()
    with bound("127.0.0.1", 0) as taken:
        server = loop.run_until_complete(loop.create_server(asyncio.Protocol, sock=taken))
        [mine] = server.sockets
        assert mine.getsockname() == taken.getsockname()
        assert mine.fileno() != taken.fileno()
        server.close()
        loop.run_until_complete(server.wait_closed())
    loop.close()
