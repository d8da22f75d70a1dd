"""Limits of a request's body: how large it may be, and how long it may take to arrive.

Limits of the request line and headers are in :mod:`tigertail.service.server.http_limits`: they apply to a connection,
before there is an application.
"""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from tigertail.service.http.problems import ServiceError
from tigertail.service.http.settings import Limits


class BodyLimit:
    """The size of a request's body, and the time it may take.

    Parameters
    ----------
    limits
        The limits that are set.
    """

    def __init__(self, limits: Limits) -> None:
        self._max_bytes = limits.max_body_bytes
        self._read_timeout = limits.read_timeout

    def check_declared(self, headers: Headers) -> None:
        """Refuse a body that is declared to be too large before it is read.

        A form that may hold the key has been read by then (:mod:`tigertail.service.http.form_body`).

        Raises
        ------
        ServiceError
            If it is.
        """
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > self._max_bytes:
            raise ServiceError(413, self._too_large, remedy="send less at a time")

    def limit(self, receive: Receive) -> Receive:
        """Return a ``receive`` that raises HTTPException if the body is too large or too slow.

        FastAPI lets this exception through while it reads a body; ``form_body``, which reads before it, catches it.
        """
        deadline: float | None = None
        complete, size = False, 0

        async def receive_limited() -> Message:
            nonlocal deadline, complete, size
            if complete:  # what follows says only whether the client is still connected
                return await receive()
            now = asyncio.get_running_loop().time()
            deadline = now + self._read_timeout if deadline is None else deadline
            try:
                message = await asyncio.wait_for(receive(), max(deadline - now, 0))
            except TimeoutError:
                raise HTTPException(408, "the request body took too long to arrive") from None
            complete = not message.get("more_body", False)
            size += len(message.get("body", b""))
            if size > self._max_bytes:
                raise HTTPException(413, self._too_large)
            return message

        return receive_limited

    @property
    def _too_large(self) -> str:
        return f"a body of more than {self._max_bytes:,} bytes"
