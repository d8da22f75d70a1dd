"""Pages of other sites that may ask: CORS, for the origins of the settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_METHODS: Final = ("GET", "HEAD", "POST")  # no DELETE: what erases is not for pages
_SENT: Final = ("Authorization", "Content-Type", "If-None-Match", "X-API-Key")
_SHOWN: Final = ("ETag", "Retry-After", "X-Request-ID", "X-Tigertail-Model")
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
        self._checked = CORSMiddleware(
            self._shared,
            allow_origins=origins,
            allow_methods=_METHODS,
            allow_headers=_SENT,
            expose_headers=_SHOWN,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the question of a browser whether a page may ask, or pass a request on."""
        await self._checked(scope, receive, send)

    async def _shared(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                # Else the access log sets same-origin. The header cannot name single origins.
                MutableHeaders(scope=message).setdefault(_POLICY, "cross-origin")
            await send(message)

        await self._app(scope, receive, sent)
