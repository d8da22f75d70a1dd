"""What every request passes: who asks and how often, how long a body may take, and what is noted of the answer."""

from __future__ import annotations

import asyncio
import logging
import math
import re
import time
from collections.abc import Iterator
from random import getrandbits
from typing import Any, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tigertail.errors import TigertailError
from tigertail.service.http import form_body, metrics
from tigertail.service.http.problems import Problem, ServiceError, problem_of, worded
from tigertail.service.http.settings import Settings
from tigertail.service.middleware.keys import Keys, Rates, key_given

LOG: Final = logging.getLogger("tigertail.service.requests")
GUARDED: Final = ("/v1/", "/2.0", "/similar-artists", "/similar-recordings", "/metrics")
"""Paths that need a key where keys are set; the page, its files and the health checks do not."""
PIECE: Final = 64 * 1024  # bytes
REQUEST_ID: Final = "x-request-id"
_PLAIN_ID: Final = re.compile(r"[\w.-]{1,64}")
POLICY: Final = "content-security-policy"
_DOCS: Final = "/docs"
_STRICT: Final = (
    "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_FOR_DOCS: Final = f"{_STRICT}; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'"
_SAFE: Final = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}

_MISTAKE: Final = Problem(
    title="Internal Server Error",
    status=500,
    detail="the service made a mistake",
    remedy=f"report it with the {REQUEST_ID} of this answer; the log has the rest under it",
)


class Guard:
    """Middleware before everything else.

    Parameters
    ----------
    app
        The app.
    settings
        Who may ask, how often and how slowly.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._keys = Keys(settings.keys)
        self._rates = None if settings.rate is None else Rates(settings.rate, settings.limits.burst)
        self._limits = settings.limits
        self._called = {name.lower() for name in settings.called}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get(REQUEST_ID, "")
        noted = _Noted(scope, given if _PLAIN_ID.fullmatch(given) else f"{getrandbits(128):032x}")
        measured = self._measured(receive)
        try:
            if form_body.sent(scope, headers):
                measured = await form_body.read(scope, measured)
            noted.client = self._let_in(scope, headers)
        except TigertailError as error:
            noted.route = "(refused)"
            retry = error.retry if isinstance(error, ServiceError) else None
            await worded(scope, problem_of(error), retry)(scope, receive, noted.sending(send))
            noted.down()
            return
        try:
            await self._app(scope, measured, noted.sending(send))
        except Exception:
            LOG.exception("a mistake of ours", extra={"request": noted.id})
            if noted.begun:
                raise  # half an answer cannot be mended; the connection ends
            await worded(scope, _MISTAKE)(scope, receive, noted.sending(send))
        finally:
            noted.down()

    def _let_in(self, scope: Scope, headers: Headers) -> str:
        """Return who asks, as far as it may be noted: a key's name, but nobody's address.

        Raises
        ------
        ServiceError
            If they may not.
        """
        host = re.sub(r":\d+$", "", headers.get("host", "")).lower()
        if "*" not in self._called and host not in self._called:
            raise ServiceError(
                421, "the service is not called so", remedy="add the name to hosts in its settings"
            )
        path = scope["path"]
        if not path.startswith(GUARDED):
            return "anyone"
        address = (scope.get("client") or ("unknown",))[0]
        name = self._keys.name(key_given(headers, form_body.fields(scope))) if self._keys else None
        if self._keys and name is None:
            self._slow_down(f"address {address}")
            raise ServiceError(
                401, "no key, or not a good one", remedy="send it as: Authorization: Bearer KEY"
            )
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > self._limits.body:
            raise ServiceError(
                413, f"a body of more than {self._limits.body:,} bytes", remedy="send less at a time"
            )
        self._slow_down(f"address {address}" if name is None else f"key {name}")
        return "anyone" if name is None else f"key {name}"

    def _slow_down(self, client: str) -> None:
        wait = 0.0 if self._rates is None else self._rates.wait(client)
        if wait:
            raise ServiceError(429, "too many requests", remedy="ask more slowly", retry=math.ceil(wait))

    def _measured(self, receive: Receive) -> Receive:
        """Receive a body for so long and so much, and no more.

        What is wrong is raised as FastAPI lets it through, while it reads.
        """
        deadline: float | None = None
        whole, size = False, 0

        async def received() -> Message:
            nonlocal deadline, whole, size
            if whole:  # what follows is only whether the client is still there
                return await receive()
            now = asyncio.get_running_loop().time()
            deadline = now + self._limits.patience if deadline is None else deadline
            try:
                message = await asyncio.wait_for(receive(), max(deadline - now, 0))
            except TimeoutError:
                raise HTTPException(408, "the request took too long to arrive") from None
            whole = not message.get("more_body", False)
            size += len(message.get("body", b""))
            if size > self._limits.body:
                raise self._too_large()
            return message

        return received

    def _too_large(self) -> HTTPException:
        return HTTPException(413, f"a body of more than {self._limits.body:,} bytes")


def _pieces(message: Message) -> Iterator[Message]:
    """Cut what is sent, so that a client who does not read holds up one piece and not a copy of the whole."""
    body, more = message.get("body", b""), message.get("more_body", False)
    for start in range(0, len(body) - PIECE, PIECE):
        yield {**message, "body": body[start : start + PIECE], "more_body": True}
    last = max(0, -(-len(body) // PIECE) - 1) * PIECE
    yield {**message, "body": body[last:], "more_body": more}


class _Noted:
    """What is noted of a request: never its question, nor its headers."""

    def __init__(self, scope: Scope, request_id: str) -> None:
        self._scope = scope
        self.id = request_id
        self.begun = False
        self._began = time.perf_counter()
        self._status = 499  # the client went away before an answer began
        self._model: str | None = None
        self.client = "unknown"
        self.route: str | None = None

    def sending(self, send: Send) -> Send:
        """Send with the headers that every answer has."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._status, self.begun = message["status"], True
                headers = MutableHeaders(scope=message)
                headers[REQUEST_ID] = self.id
                headers.setdefault(POLICY, _FOR_DOCS if self._scope["path"] == _DOCS else _STRICT)
                for name, value in _SAFE.items():
                    headers.setdefault(name, value)
                self._model = headers.get("x-tigertail-model")
                await send(message)
                return
            for piece in _pieces(message):
                await send(piece)

        return sent

    def down(self) -> None:
        """Write it down."""
        seconds = time.perf_counter() - self._began
        route = self.route or getattr(self._scope.get("route"), "path", None) or "(none)"
        method = self._scope["method"]
        metrics.REQUESTS.labels(route, method, str(self._status)).inc()
        metrics.SECONDS.labels(route).observe(seconds)
        noted: dict[str, Any] = {
            "request": self.id,
            "route": route,
            "method": method,
            "status": self._status,
            "milliseconds": round(seconds * 1000, 2),
            "client": self.client,
            "model": self._model,
        }
        LOG.info("request", extra=noted)
