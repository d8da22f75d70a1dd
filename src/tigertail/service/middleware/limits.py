"""Limits of a request: how many per second, how large its body, and how long the body may take to arrive.

Limits of the request line and headers are in :mod:`tigertail.service.server.http_limits`: they apply to a connection,
before there is an application.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from tigertail.service.http.problems import ServiceError
from tigertail.service.http.settings import Limits

# Clients whose buckets are kept; the least recently seen client is dropped, and then has a full bucket again.
MAX_CLIENTS: Final = 10_000


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
        """Refuse a body that is declared to be too large before any of it is read.

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

        FastAPI lets this exception through while it reads a body.
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


class RateLimiter:
    """Requests per second of each client: a token bucket.

    Parameters
    ----------
    rate
        Tokens added per second.
    burst
        Most tokens per client.
    clock
        A monotonic clock, in seconds.
    """

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take_token(self, client: str) -> float:
        """Take a token; return 0, or the seconds until there is one."""
        now = self._clock()
        tokens, last_time = self._buckets.pop(client, (float(self._burst), now))
        tokens = min(self._burst, tokens + (now - last_time) * self._rate)
        allowed = tokens >= 1
        self._buckets[client] = (tokens - allowed, now)
        if len(self._buckets) > MAX_CLIENTS:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - tokens) / self._rate

    def check(self, client: str) -> None:
        """Take a token.

        Raises
        ------
        ServiceError
            If the client has none left.
        """
        seconds = self.take_token(client)
        if seconds:
            raise ServiceError(
                429, "too many requests", remedy="send fewer requests per second", retry=math.ceil(seconds)
            )
