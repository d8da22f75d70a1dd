"""The access log: one line for every request, and its count.

It sees every response, and so it is also what gives each the headers that all have, and cuts bodies into pieces.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from http import HTTPMethod
from random import getrandbits
from typing import Any, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tigertail.service.http import metrics
from tigertail.service.http.caching import MODEL_HEADER
from tigertail.service.http.problems import Problem, error_response
from tigertail.service.http.telemetry import Telemetry, queue_seconds
from tigertail.service.http.traces import TraceParent, collect_work

LOG: Final = logging.getLogger("tigertail.service.requests")
PIECE: Final = 64 * 1024  # bytes of a body that are sent at once
REQUEST_ID: Final = "x-request-id"
TRACEPARENT: Final = "traceparent"
_PLAIN_ID: Final = re.compile(r"[\w.-]{1,64}")
POLICY: Final = "content-security-policy"
_STRICT: Final = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# Made by FastAPI: a script in the page starts it, its script writes styles into the page, and its style sheet has
# pictures as ``data:``.
_DOCS: Final = "/docs"
_FOR_DOCS: Final = (
    f"{_STRICT}; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
)
_SAFE: Final = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}

_METHODS: Final = frozenset(HTTPMethod)
_RECORD: Final = "tigertail.access_record"

_INTERNAL_ERROR: Final = Problem(
    title="Internal Server Error",
    status=500,
    detail="internal error",
    remedy=f"report it with the {REQUEST_ID} of this response; the log has the details under it",
)


class AccessLog:
    """Middleware that logs every request, and answers 500 where the application raised an error.

    Parameters
    ----------
    app
        The application.
    telemetry
        Where spans and measurements of each request go; None makes none.
    """

    def __init__(self, app: ASGIApp, telemetry: Telemetry | None = None) -> None:
        self._app = app
        self._telemetry = telemetry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and log its response."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get(REQUEST_ID, "")
        record = AccessRecord(
            scope,
            given if _PLAIN_ID.fullmatch(given) else f"{getrandbits(128):032x}",
            TraceParent.of(headers.get(TRACEPARENT, "")),
            self._telemetry,
        )
        scope[_RECORD] = record
        try:
            await self._app(scope, receive, record.recorded(send))
        except Exception:
            LOG.exception("unhandled error", extra={"request": record.id})
            if record.begun:
                raise  # half a response cannot be repaired; the connection ends
            await error_response(scope, _INTERNAL_ERROR)(scope, receive, record.recorded(send))
        finally:
            record.write()


def record_of(scope: Scope) -> AccessRecord:
    """Return the access record of a request."""
    record: AccessRecord = scope[_RECORD]
    return record


def _pieces(message: Message) -> Iterator[Message]:
    """Cut a body: for a client that does not read, the server then holds one piece, and not a copy of the whole."""
    body, more = message.get("body", b""), message.get("more_body", False)
    for start in range(0, len(body) - PIECE, PIECE):
        yield {**message, "body": body[start : start + PIECE], "more_body": True}
    last = max(0, len(body) - 1) // PIECE * PIECE
    yield {**message, "body": body[last:], "more_body": more}


class AccessRecord:
    """What is logged of a request: never its query, and of its headers only its id, its trace and whose key it has.

    Of a refused CORS preflight, by which a browser asks whether a page may ask, the reason is logged too.

    Attributes
    ----------
    id
        The ``x-request-id`` of the request if it is plain, else a random one.
    begun
        Whether a response began.
    client
        Who asks, never by address: ``key NAME``, or ``anyone``; ``unknown`` where it was refused before that was known.
        Whoever admits the request sets it.
    route
        What is logged as the route, such as ``(refused)``. None means the route's template, such as
        ``/v1/items/{item}``, or ``(none)`` where there is no such route.
    reason
        Why a page of another site may not ask; None leaves it out.
    """

    def __init__(
        self, scope: Scope, request_id: str, parent: TraceParent | None, telemetry: Telemetry | None
    ) -> None:
        self._scope = scope
        self._telemetry = telemetry
        self._span = None if telemetry is None else telemetry.begin(parent)
        self._trace = self._span.trace if self._span else parent and parent.trace
        self._works = collect_work()  # what this request queues from now on for the worker's one thread
        self.id = request_id
        self.begun = False
        self._started = time.perf_counter()
        self._status = 499  # the client disconnected before a response began
        self._model: str | None = None
        self.client = "unknown"
        self.route: str | None = None
        self.reason: str | None = None

    def recorded(self, send: Send) -> Send:
        """Return a ``send`` that notes the status and the model, adds headers, and sends a body in pieces."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._status, self.begun = message["status"], True
                headers = MutableHeaders(scope=message)
                headers[REQUEST_ID] = self.id
                headers.setdefault(POLICY, _FOR_DOCS if self._scope["path"] == _DOCS else _STRICT)
                for name, value in _SAFE.items():
                    headers.setdefault(name, value)
                self._model = headers.get(MODEL_HEADER)
                await send(message)
                return
            for piece in _pieces(message):
                await send(piece)

        return sent

    def write(self) -> None:
        """Write the line, and count the request."""
        seconds = time.perf_counter() - self._started
        route = self.route or getattr(self._scope.get("route"), "path", None) or "(none)"
        method = self._scope["method"]
        counted = method if method in _METHODS else "(other)"  # a client may think up any number of them
        metrics.REQUESTS.labels(route, counted, str(self._status)).inc()
        metrics.REQUEST_DURATION.labels(route).observe(seconds)
        waited = queue_seconds(self._works)  # the longest wait of one piece of work
        entry: dict[str, Any] = {
            "request": self.id,
            "route": route,
            "method": method,
            "status": self._status,
            "milliseconds": round(seconds * 1000, 2),
            "queued_milliseconds": None if waited is None else round(waited * 1000, 2),
            "trace": self._trace,
            "client": self.client,
            "model": self._model,
        }
        if self.reason is not None:
            entry["reason"] = self.reason
        LOG.info("request", extra=entry)
        if self._telemetry is not None:
            self._telemetry.end(self._span, entry | {"method": counted}, seconds, self._works)
