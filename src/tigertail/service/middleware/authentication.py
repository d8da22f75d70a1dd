"""API keys: a request to any path that is not public needs one, where keys are set.

Only the digest of a key is stored.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.types import Scope

from tigertail.service.http import form_body
from tigertail.service.http.problems import ServiceError

_SCHEMES: Final = ("bearer", "token")

PUBLIC: Final = (
    "/",  # the page: the browser must load it before a person can enter a key
    "/explorer/*",  # its scripts, styles and icon; they hold nothing of the model
    "/docs",  # the description of the API, so that a client can be written before a key is given out
    "/openapi.json",  # the same for programs
    "/static-offline-docs/*",  # scripts and styles of /docs
    "/health/live",  # load balancers and orchestrators have no key
    "/health/ready",  # the same
)
"""Paths that need no key and have no rate limit; ``/*`` at the end means every path below. Every other path is guarded,
also one that a later version adds."""


def new_key() -> tuple[str, str]:
    """Return a new key, for the client, and its SHA-256, for the settings."""
    key = secrets.token_urlsafe(32)
    return key, digest(key)


def digest(key: str) -> str:
    """Return the SHA-256 of a key: what the settings hold."""
    return hashlib.sha256(key.encode()).hexdigest()


def key_given(headers: Headers, fields: bytes) -> str | None:
    """Return the key of a request.

    It is in ``Authorization: Bearer`` or ``Token`` (ListenBrainz'), in ``X-API-Key``, or, from players, in
    ``api_key=`` of the query or of a form.

    Parameters
    ----------
    headers
        The request's headers.
    fields
        Its query and its form as one query string (:func:`tigertail.service.http.form_body.fields`).
    """
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() in _SCHEMES and value:
        return value.strip()
    if "x-api-key" in headers:
        return headers["x-api-key"]
    # Latin-1 has a letter for every byte, so any client's bytes can be read. Fields without the name are not parsed: a
    # name with percent escapes is not found.
    return parse_qs(fields.decode("latin-1")).get("api_key", [None])[0] if b"api_key=" in fields else None


def is_public(path: str) -> bool:
    """Return whether a path is in :data:`PUBLIC`."""
    return any(path.startswith(public[:-1]) if public.endswith("/*") else path == public for public in PUBLIC)


class Keys:
    """The valid keys.

    Parameters
    ----------
    digests
        SHA-256 of each key, by its name.
    """

    def __init__(self, digests: Mapping[str, str]) -> None:
        self._names = {value: name for name, value in digests.items()}

    def name(self, key: str | None) -> str | None:
        """Return the name of a valid key; None for any other."""
        return None if key is None else self._names.get(digest(key))

    def authenticate(self, scope: Scope, headers: Headers) -> str | None:
        """Return the name of the key of a request; None where no key is needed.

        Raises
        ------
        ServiceError
            If a key is needed, and the request has none that is valid.
        """
        if not self._names:
            return None
        name = self.name(key_given(headers, form_body.fields(scope)))
        if name is None:
            raise ServiceError(
                401, "missing or invalid API key", remedy="send it as: Authorization: Bearer KEY"
            )
        return name
