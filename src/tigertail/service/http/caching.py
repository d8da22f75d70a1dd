"""Validation of cached responses: each carries an ETag, and a GET of a client that has the current one brings 304.

The tag of a model is that of all its answers. That of a response is of its address too: one with the status of an error
has none, so that no client can have it.
"""

from __future__ import annotations

import zlib
from typing import Final

from fastapi import Request, Response

MODEL_HEADER: Final = "X-Tigertail-Model"


def client_has_current(request: Request, tag: str) -> bool:
    """Return whether a GET is of a client that already has the response; ``tag`` is the model's."""
    return _etag(request, tag) in _known(request)


def cacheable(
    request: Request, content: bytes, version: str, tag: str, media_type: str = "application/json"
) -> Response:
    """Return an answer of a version of a model, whose tag is given; clients may keep it until the tag changes.

    A client that has any answer, ``*``, gets 304: only now it is known that there is one.
    """
    if "*" in _known(request):
        return not_modified(request, version, tag)
    return Response(content, headers=_headers(request, version, tag), media_type=media_type)


def not_modified(request: Request, version: str, tag: str) -> Response:
    """Return 304: the client already has the response."""
    return Response(status_code=304, headers=_headers(request, version, tag))


def _known(request: Request) -> set[str]:
    """Return the tags of what a client has; HEAD comes as GET, to others 304 is no answer (RFC 9110, 13.1.2)."""
    lines = request.headers.getlist("if-none-match") if request.method == "GET" else []
    return {one.strip().removeprefix("W/") for line in lines for one in line.split(",")}


def _headers(request: Request, version: str, tag: str) -> dict[str, str]:
    """Return the headers by which clients cache and revalidate a response."""
    return {
        "ETag": _etag(request, tag),
        MODEL_HEADER: version,
        "Cache-Control": "no-cache",
        "Vary": "Authorization",  # it may hold the key; no response depends on Accept
    }


def _etag(request: Request, tag: str) -> str:
    address = b"%b?%b" % (request.scope["path"].encode(), request.scope["query_string"])
    return f'"{tag}.{zlib.crc32(address):x}"'
