"""Requests sent as a form, as players of Last.fm do; the key may be among its fields."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope

from tigertail.service.http.problems import ServiceError

MEDIA_TYPE: Final = "application/x-www-form-urlencoded"
PATHS: Final = ("/2.0", "/2.0/")
LARGEST: Final = 64 * 1024  # bytes; a form holds a few names
_READ: Final = "tigertail.form"


def sent(scope: Scope, headers: Headers) -> bool:
    """Return whether a request brings a form that its key may be in."""
    named = headers.get("content-type", "").partition(";")[0].strip().lower()
    return scope["method"] == "POST" and scope["path"] in PATHS and named == MEDIA_TYPE


def fields(scope: Scope) -> bytes:
    """Return what a request asks, form and query alike, as a query string."""
    return b"&".join(filter(None, (scope["query_string"], scope.get(_READ, b""))))


async def read(scope: Scope, receive: Receive) -> Receive:
    """Read a form before anything else does.

    Parameters
    ----------
    scope
        The request; :func:`fields` finds the form there afterwards.
    receive
        Where its body comes from.

    Returns
    -------
    Receive
        Where the body comes from once more.

    Raises
    ------
    ServiceError
        If the form is too large, or too long on its way.
    """
    body = b""
    message: Message = {"more_body": True}
    while message.get("more_body", False):
        try:
            message = await receive()
        except HTTPException as error:
            raise ServiceError(error.status_code, error.detail, remedy="send less, or faster") from None
        body += message.get("body", b"")
        if len(body) > LARGEST:
            raise ServiceError(413, f"a form of more than {LARGEST:,} bytes", remedy="send less at a time")
    scope[_READ] = body
    replayed = False

    async def again() -> Message:
        nonlocal replayed
        if replayed:
            return await receive()
        replayed = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
