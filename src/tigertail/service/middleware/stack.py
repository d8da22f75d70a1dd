"""The middleware of the service, composed: access log, HEAD, other sites' pages, host check, authentication, limits.

Deny by default: a path is guarded unless :data:`~tigertail.service.middleware.authentication.PUBLIC` names it.
"""

from __future__ import annotations

import re

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from tigertail.service.http import form_body
from tigertail.service.http.problems import ServiceError, error_response, problem_of
from tigertail.service.http.settings import Settings
from tigertail.service.http.telemetry import Telemetry
from tigertail.service.middleware.access_log import AccessLog, record_of
from tigertail.service.middleware.authentication import Keys, is_public
from tigertail.service.middleware.cross_origin import CrossOrigin
from tigertail.service.middleware.head import HeadAsGet
from tigertail.service.middleware.limits import BodyLimit
from tigertail.service.middleware.rates import RateLimiter, client_of


def install(
    app: FastAPI, settings: Settings, rates: RateLimiter | None, telemetry: Telemetry | None = None
) -> None:
    """Put the middleware in front of every route of an application, also of routes that are added later."""
    app.add_middleware(Admission, settings=settings, rates=rates)
    # Before all checks: browsers ask without a key whether a page may ask, and learn that alone.
    if settings.origins:
        app.add_middleware(CrossOrigin, origins=settings.origins)
    app.add_middleware(HeadAsGet)  # refusals have no body either
    app.add_middleware(AccessLog, telemetry=telemetry)  # the last added runs first: refusals are logged too


class Admission:
    """Middleware that lets a request pass, or refuses it.

    Parameters
    ----------
    app
        The application.
    settings
        Keys, limits and host names.
    rates
        Requests per second; None sets no limit.
    """

    def __init__(self, app: ASGIApp, settings: Settings, rates: RateLimiter | None) -> None:
        self._app = app
        self._keys = Keys(settings.keys)
        self._rates = rates
        self._body = BodyLimit(settings.limits)
        self._hosts = {name.lower() for name in settings.allowed_hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with a problem."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})  # no route needs one, so none is checked
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # Answers are whole, as RFC 9110 allows: Starlette refuses a malformed range, in a format of its own.
        scope["headers"] = [header for header in scope["headers"] if header[0] != b"range"]
        headers = Headers(scope=scope)
        receive = self._body.limit(receive)
        record = record_of(scope)
        try:
            self._check_host(headers)
            if form_body.is_form(scope, headers):  # the key may be in the form
                await form_body.read(scope, receive)
            if not is_public(scope["path"]):
                self._admit(scope, headers)
            else:
                record.client = "anyone"
        except ClientDisconnect:  # an answer has no reader
            record.route = "(refused)"
            return
        except ServiceError as error:
            record.route = "(refused)"
            await error_response(scope, problem_of(error), error.retry)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _check_host(self, headers: Headers) -> None:
        """Refuse another name, so that no other site's page can reach this machine by DNS rebinding."""
        if len(headers.getlist("host")) > 1:  # a proxy in front may have gone by another (RFC 9112, 3.2)
            raise ServiceError(400, "several Host headers", remedy="send one")
        host = re.sub(r"\.?(:\d*)?$", "", headers.get("host", "")).lower()
        if "*" not in self._hosts and host not in self._hosts:
            raise ServiceError(
                421,
                "unknown Host header",
                remedy="name it, without a port, in hosts of its settings, and every other that is to be accepted, "
                "such as localhost",
            )

    def _admit(self, scope: Scope, headers: Headers) -> None:
        """Check who asks, how much and how often; note the client as it may be logged: its key, but no address."""
        address = f"address {client_of((scope.get('client') or ('unknown',))[0])}"
        try:
            name = self._keys.authenticate(scope, headers)
        except ServiceError:
            self._check_rate(address)  # slows down who guesses keys
            raise
        client = None if name is None else f"key {name}"
        record_of(scope).client = client or "anyone"
        self._check_rate(client or address)
        self._body.check_declared(headers)

    def _check_rate(self, client: str) -> None:
        if self._rates is not None:
            self._rates.check(client)
