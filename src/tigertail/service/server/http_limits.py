"""Limits of a connection: the size of a request's head, the time it may take, and how slowly a client may read.

Bodies are limited by :mod:`tigertail.service.middleware.limits`; this limits what comes before the middleware and
after the response.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import struct
from http import HTTPStatus
from typing import Any, Final, cast

from tigertail.service.http.problems import MEDIA_TYPE
from tigertail.service.server.uvicorn_internals import HttpToolsProtocol

HEAD: Final = 64 * 1024  # bytes of a request's line and headers, or of what follows its body
SEND_BUFFER: Final = 512 * 1024  # bytes of the system's buffer to ask for; Linux gives twice as many
READ_TIMEOUTS: Final = 3  # times the read timeout, in which a client must read some of what it was sent
_ABSOLUTE: Final = re.compile(rb"[^/?#]+://(?:[^/?#]*@)?([^/?#]*)")
_SAID: Final = {
    400: (
        "not an HTTP request",
        "send one as in RFC 9112; its address has letters beyond ASCII percent-encoded, as by curl -G --data-urlencode",
    ),
    408: ("the request took too long to arrive", "send it at once"),
    431: (
        f"a request line and headers, or a trailer, of more than {HEAD:,} bytes",
        "send less; long lists go in a body",
    ),
}


class Connection(HttpToolsProtocol):
    """Uvicorn's connection, with limits.

    Parameters
    ----------
    read_timeout
        Seconds that a head may take, and what is left of a request once it is answered. An answer is given up where
        the system takes no more of it for three times as long. It takes more when the client has read about a third of
        the system's buffer.
    **given
        As of uvicorn.
    """

    def __init__(self, *, read_timeout: float, **given: Any) -> None:
        super().__init__(**given)
        self._read_timeout = read_timeout
        self._size = 0  # bytes since a head or a piece of a body was complete
        self._refused = False
        self._in_head = self._in_message = False
        self._last = self.loop.time()  # when a request began, an answer ended, or one was refused
        self._unread = 0
        self._read = self._last  # when the system last took some of an answer
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin."""
        super().connection_made(transport)
        line: socket.socket | None = transport.get_extra_info("socket")
        if line is not None:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self._look_later()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what comes, in pieces that no head may exceed: one that never ends is refused before it is put together.

        What a piece holds of a head after the end of the request before is not counted.
        """
        start = 0
        while start < len(data) and not self._refused:
            piece = data[start : start + HEAD - self._size]
            start += len(piece)
            self._size += len(piece)
            super().data_received(piece)
            if self._size >= HEAD and not self._refused:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_message_begin(self) -> None:
        """Take the first byte of a request."""
        super().on_message_begin()
        self._in_head = self._in_message = True
        self._last = self.loop.time()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header. One that comes after the body is not taken for one that came before it."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Answer. The host of an absolute target stands above that of the header (RFC 9112, 3.2.2)."""
        self._in_head, self._size = False, 0
        if target := _ABSOLUTE.match(self.url):
            others = [header for header in self.headers if header[0] != b"host"]
            lines = max(1, len(self.headers) - len(others))  # of several the middleware says what is wrong
            self.headers[:] = [*others, *[(b"host", target[1])] * lines]
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body."""
        self._size = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Take the end of a request."""
        self._in_message, self._size = False, 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Take the end of an answer: the rest of its request may be sent, but not for ever."""
        self._last = self.loop.time()
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request."""
        self._refuse(HTTPStatus.BAD_REQUEST)

    def _refuse(self, status: HTTPStatus) -> None:
        """Take nothing more, and say why, unless requests before are still to be answered."""
        self._refused, self._last = True, self.loop.time()
        if self._answering():
            in_body = self._in_message and not self._in_head
            if not in_body or self.pipeline or self.cycle.response_started:
                self.cycle.keep_alive = False  # what was asked before is answered, and the connection ends
                return
            self.cycle.disconnected = True  # nobody answers a request that is refused
            self.cycle.message_event.set()
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
        if not self.transport.is_closing():
            self.transport.write(head.encode() + body)
            # To close at once would be a reset to who is sending still, and that may lose them the answer.
            self.transport.write_eof()

    def _look_later(self) -> None:
        """Look again in a quarter of the read timeout, or 0.05 s if that is longer: so much later a limit may act."""
        self._timer = self.loop.call_later(max(self._read_timeout / 4, 0.05), self._look)

    def _look(self) -> None:
        waited = self.loop.time() - self._last
        if self._stalled() or (self._refused and waited > self._read_timeout and not self._answering()):
            self._reset()
            return
        if self._in_head and not self._refused and waited > self._read_timeout and not self._answering():
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        elif self._in_message and waited > self._read_timeout and not self._answering():
            self._reset()  # answered already
        elif not self._in_message and waited > self.timeout_keep_alive and not self._answering():
            self.transport.close()  # uvicorn's own timer runs from an answer to the next byte alone
        self._look_later()

    def _reset(self) -> None:
        """End the connection, and with it what the system would go on sending for as long as the client reads a bit."""
        line: socket.socket | None = self.transport.get_extra_info("socket")
        if line is not None:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete and not self.cycle.disconnected

    def _stalled(self) -> bool:
        """Return whether the client has read too little of what it was sent."""
        transport = cast("asyncio.WriteTransport", self.transport)
        unread, now = transport.get_write_buffer_size(), self.loop.time()
        if not unread or unread < self._unread:
            self._read = now
        self._unread = unread
        return now - self._read > READ_TIMEOUTS * self._read_timeout
