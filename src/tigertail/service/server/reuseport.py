"""The event loop of a worker: it listens at a socket of its own, so that connections are shared out.

Where workers listen at one socket, the worker that is awake takes nearly all connections that come at once, as a
proxy's do, and has them as long as they last. Of several sockets with one address the system chooses by chance.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from typing import Any, Final

SHARED_OUT: Final = sys.platform == "linux"  # others have the option, but give everything to one socket


def let_share(taken: socket.socket) -> socket.socket:
    """Return a socket that holds an address for the sockets of workers (:func:`own`), and never listens itself.

    They ask for SO_REUSEPORT. No other program can have the address, unless it asks for that too, and runs as the same
    user. Where the system does not share out, it is ``taken``, and workers listen at it.

    Parameters
    ----------
    taken
        A socket that is bound to the address, with SO_REUSEADDR. It is closed, unless it is returned.
    """
    if not SHARED_OUT:
        return taken
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # else the other could not be bound beside it
    # Without SO_REUSEADDR: with it, others could bind the address until a worker listens.
    shared = socket.socket(taken.family, taken.type, taken.proto)
    shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        shared.bind(taken.getsockname())
    except OSError:
        # The last connections of a program that did not share the address are not gone yet. Until then only a socket
        # with SO_REUSEADDR can be bound to it. That others could bind it too, until a worker listens, is accepted.
        shared.close()
        return taken
    taken.close()
    return shared


def own(shared: socket.socket) -> socket.socket:
    """Return a socket with the address of one of :func:`let_share`; that one where the system does not share out."""
    if not SHARED_OUT:
        return shared
    mine = socket.socket(shared.family, shared.type, shared.proto)
    # SO_REUSEADDR: let_share may have returned what was taken, whose address can only be bound with it.
    for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
        mine.setsockopt(socket.SOL_SOCKET, option, 1)
    mine.bind(shared.getsockname())
    return mine


class WorkerLoop(asyncio.SelectorEventLoop):
    """asyncio's loop, but that it serves at a socket of its own."""

    async def create_server(self, *args: Any, sock: socket.socket | None = None, **given: Any) -> Any:
        """Serve."""
        return await super().create_server(*args, sock=None if sock is None else own(sock), **given)
