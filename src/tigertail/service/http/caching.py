"""Validation of cached responses: each carries an ETag, and a GET of a client that has the current one brings 304."""

from __future__ import annotations

from typing import Final

from fastapi import Request, Response

MODEL_HEADER: Final = "X-Tigertail-Model"


def client_has_current(request: Request, tag: str) -> bool:
    """Return whether a GET is of a client that already has the response with a tag, or any response: ``*``."""
    if request.method != "GET":  # HEAD comes as GET; to others 304 is no answer (RFC 9110, 13.1.2)
        return False
    known = ",".join(request.headers.getlist("if-none-match"))  # several lines are one list
    return any(one.strip().removeprefix("W/") in (_quoted(tag), "*") for one in known.split(","))


def cacheable(content: bytes, version: str, tag: str) -> Response:
    """Return an answer of a version of a model; clients may keep it until the tag changes."""
    return Response(content, headers=cache_headers(version, tag), media_type="application/json")


def not_modified(version: str, tag: str) -> Response:
    """Return 304: the client already has the response."""
    return Response(status_code=304, headers=cache_headers(version, tag))


def cache_headers(version: str, tag: str) -> dict[str, str]:
    """Return the headers by which clients cache and revalidate a response."""
    return {
        "ETag": _quoted(tag),
        MODEL_HEADER: version,
        "Cache-Control": "no-cache",
        "Vary": "Authorization",  # it may hold the key; no response depends on Accept
    }


def _quoted(tag: str) -> str:
    return f'"{tag}"'
