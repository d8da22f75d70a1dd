"""Connections are shared out among workers."""

from __future__ import annotations

import asyncio
import socket
from itertools import pairwise

from tigertail.service.loops import FairLoop
from tigertail.service.run import bound


def test_of_connections_that_wait_one_is_taken_at_a_time() -> None:
    made: list[asyncio.Protocol] = []

    def protocol() -> asyncio.Protocol:
        made.append(asyncio.Protocol())
        return made[-1]

    loop = FairLoop()
    with bound("127.0.0.1", 0) as taken:
        server = loop.run_until_complete(loop.create_server(protocol, sock=taken, backlog=100))
        clients = [socket.create_connection(taken.getsockname()) for _ in range(8)]
        seen = []
        for _ in range(20):
            loop.call_soon(loop.stop)
            loop.run_forever()  # once
            seen.append(len(made))
        assert all(after - before <= 1 for before, after in pairwise(seen))
        assert seen[-1] == 8
        for client in clients:
            client.close()
        server.close()
        loop.run_until_complete(server.wait_closed())
    loop.close()
