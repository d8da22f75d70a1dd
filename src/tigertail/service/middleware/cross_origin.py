"""Pages of other sites that may ask: CORS, for the origins of the settings."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tigertail.service.http.problems import ServiceError, error_response, problem_of
from tigertail.service.middleware.access_log import record_of

_METHODS: Final = ("GET", "HEAD", "POST")  # no DELETE: what erases is not for pages
_SENT: Final = ("Authorization", "Content-Type", "If-None-Match", "X-API-Key")
_SHOWN: Final = ("ETag", "Retry-After", "X-Request-ID", "X-Tigertail-Model")
_LONGEST: Final = 200  # characters of what a browser asked for that are repeated
_POLICY: Final = "cross-origin-resource-policy"


class CrossOrigin:
    """Middleware that lets pages of some origins read the answers.

    Parameters
    ----------
    app
        The application.
    origins
        The origins, such as ``https://player.example``; ``*`` for all.
    """

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self._app = app
        self._checked = _Checked(
            self._shared,
            allow_origins=origins,
            allow_methods=_METHODS,
            allow_headers=_SENT,
            expose_headers=_SHOWN,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the question of a browser whether a page may ask, or pass a request on."""
        try:
            await self._checked(scope, receive, send)
        except _RefusedError as error:
            record = record_of(scope)
            record.route, record.reason = "(refused)", error.problem
            await error_response(scope, problem_of(error))(scope, receive, send)

    async def _shared(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                # Else the access log sets same-origin. The header cannot name single origins.
                MutableHeaders(scope=message).setdefault(_POLICY, "cross-origin")
            await send(message)

        await self._app(scope, receive, sent)


class _RefusedError(ServiceError):
    """A browser asked whether a page may ask, and it may not."""


class _Checked(CORSMiddleware):
    def preflight_response(self, request_headers: Headers) -> Response:
        """Return what a page may ask, or say which of it not: Starlette has plain text for that, without a remedy."""
        answer = super().preflight_response(request_headers)
        if answer.status_code == HTTPStatus.OK:
            return answer
        origin = request_headers["origin"][:_LONGEST]
        if not self.is_allowed_origin(request_headers["origin"]):
            remedy = "name it in origins of the service's settings, if its pages may ask"
            raise _RefusedError(400, f"pages of {origin} may not ask", remedy=remedy)
        method = request_headers["access-control-request-method"][:_LONGEST]
        if method not in _METHODS:
            remedy = (
                f"pages of other sites may send {', '.join(_METHODS)}; let a server of yours send {method}"
            )
            raise _RefusedError(400, f"pages of other sites may not send {method}", remedy=remedy)
        asked = request_headers.get("access-control-request-headers", "").split(",")
        refused = [name.strip() for name in asked if name.strip().lower() not in self.allow_headers]
        if refused:
            remedy = f"send no other headers than {', '.join(_SENT)}"
            problem = f"pages of other sites may not send the header {refused[0][:_LONGEST]}"
            raise _RefusedError(400, problem, remedy=remedy)
        problem = "pages of a public network may not ask in a private one"
        raise _RefusedError(400, problem, remedy="let a server of yours ask")
