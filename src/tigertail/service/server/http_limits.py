"""Limits of a connection: the size of a request's head, the time it may take, and the time a client may not read.

Bodies are limited by :mod:`tigertail.service.middleware.limits`; this limits what comes before the middleware and
after the response.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from http import HTTPStatus
from typing import Any, Final, cast

from tigertail.service.http.problems import MEDIA_TYPE
from tigertail.service.server.uvicorn_internals import HttpToolsProtocol

HEAD: Final = 64 * 1024  # bytes of a request's line and headers
SENT: Final = 512 * 1024  # bytes that the system may hold for a client that does not read
READS: Final = 3  # times the read timeout, for a client that does not read
_SAID: Final = {
    400: ("not an HTTP request", "send one as in RFC 9112"),
    408: ("the request took too long to arrive", "send it at once"),
    431: (f"a request line and headers of more than {HEAD:,} bytes", "send less; long lists go in a body"),
}


class Connection(HttpToolsProtocol):
    """Uvicorn's connection, with limits.

    Parameters
    ----------
    read_timeout
        Seconds that a head may take, and what is left of a request once it is answered; an answer of which
        nothing is read for three times as long is given up.
    **given
        As of uvicorn.
    """

    def __init__(self, *, read_timeout: float, **given: Any) -> None:
        super().__init__(**given)
        self._read_timeout = read_timeout
        self._size = 0  # of the present head, and trailer
        self._refusal = HTTPStatus.BAD_REQUEST
        self._refused = False
        self._in_head = self._in_message = False
        self._last = self.loop.time()  # when a request began, or nothing more was under way
        self._unread = 0
        self._read = self._last  # when the client last read
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin."""
        super().connection_made(transport)
        line: socket.socket | None = transport.get_extra_info("socket")
        if line is not None:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SENT)
        self._look_later()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what comes; a head that never ends is refused before it is put together."""
        if self._refused:
            return
        if self._in_head:
            self._size += len(data)
            if self._size > HEAD:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
                return
        began = not self._in_message
        super().data_received(data)
        if began and self._in_head:
            self._size += len(data)
            if self._size > 2 * HEAD and not self._refused:  # some of it was counted by its parts
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_message_begin(self) -> None:
        """Take the first byte of a request."""
        super().on_message_begin()
        self._in_head = self._in_message = True
        self._size, self._last = 0, self.loop.time()

    def on_url(self, url: bytes) -> None:
        """Take a piece of the path and query."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header. One that comes after the body is not taken for one that came before it."""
        self._count(len(name) + len(value))
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Answer."""
        self._in_head, self._size = False, 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Take the end of a request."""
        self._in_message = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Take the end of an answer: the rest of its request may be sent, but not for ever."""
        self._last = self.loop.time()
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request, or too long a one."""
        self._refuse(self._refusal)

    def _count(self, size: int) -> None:
        self._size += size
        if self._size > 2 * HEAD:  # counted as it came, and again as it was understood
            self._refusal = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            raise ValueError("too long a head")

    def _refuse(self, status: HTTPStatus) -> None:
        detail, remedy = _SAID[status]
        problem = {
            "type": "about:blank",
            "title": status.phrase,
            "status": status.value,
            "detail": detail,
            "remedy": remedy,
        }
        body = json.dumps(problem).encode()
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: {MEDIA_TYPE}\r\n"
            f"content-length: {len(body)}\r\ncache-control: no-store\r\nconnection: close\r\n\r\n"
        )
        self._refused, self._last = True, self.loop.time()
        if not self.transport.is_closing():
            self.transport.write(head.encode() + body)
            # To close at once would be a reset to who is sending still, and that may lose them the answer.
            self.transport.write_eof()

    def _look_later(self) -> None:
        self._timer = self.loop.call_later(max(self._read_timeout / 4, 0.05), self._look)

    def _look(self) -> None:
        waited = self.loop.time() - self._last
        if self._stalled() or (self._refused and waited > self._read_timeout):
            self._reset()
            return
        if self._in_head and waited > self._read_timeout and not self._answering():
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        elif self._in_message and waited > self._read_timeout and not self._answering():
            self._reset()  # answered already
        elif not self._in_message and waited > self.timeout_keep_alive and not self._answering():
            self.transport.close()
        self._look_later()

    def _reset(self) -> None:
        """End the connection, and with it what the system would go on sending for as long as the client reads a bit."""
        line: socket.socket | None = self.transport.get_extra_info("socket")
        if line is not None:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _stalled(self) -> bool:
        """Return whether the client has read nothing for too long of what it was sent."""
        transport = cast("asyncio.WriteTransport", self.transport)
        unread, now = transport.get_write_buffer_size(), self.loop.time()
        if not unread or unread < self._unread:
            self._read = now
        self._unread = unread
        return now - self._read > READS * self._read_timeout
