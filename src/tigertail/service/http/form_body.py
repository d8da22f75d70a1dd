"""Requests sent as a form, as players of Last.fm do; the key may be among its fields."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope

from tigertail.service.http.problems import ServiceError

MEDIA_TYPE: Final = "application/x-www-form-urlencoded"
PATHS: Final = ("/2.0", "/2.0/")
LARGEST: Final = 64 * 1024  # bytes; a form holds a few names
_READ: Final = "tigertail.form"


def is_form(scope: Scope, headers: Headers) -> bool:
    """Return whether a request brings a form that its key may be in."""
    named = headers.get("content-type", "").partition(";")[0].strip().lower()
    return scope["method"] == "POST" and scope["path"] in PATHS and named == MEDIA_TYPE


def fields(scope: Scope) -> bytes:
    """Return what a request asks, form and query alike, as a query string."""
    return b"&".join(filter(None, (scope["query_string"], scope.get(_READ, b""))))


async def read(scope: Scope, receive: Receive) -> None:
    """Read a form before anything else does; no handler reads it again.

    Parameters
    ----------
    scope
        The request; :func:`fields` finds the form there afterwards, and what has arrived of one that is refused.
    receive
        Where its body comes from.

    Raises
    ------
    ServiceError
        If the form is too large, or too long on its way.
    ClientDisconnect
        If its client breaks it off.
    """
    scope[_READ] = b""
    message: Message = {"more_body": True}
    while message.get("more_body", False):
        try:
            message = await receive()
        except HTTPException as error:
            raise ServiceError(error.status_code, error.detail, remedy="send less, or faster") from None
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        scope[_READ] += message.get("body", b"")
        if len(scope[_READ]) > LARGEST:
            raise ServiceError(413, f"a form of more than {LARGEST:,} bytes", remedy="send less at a time")
