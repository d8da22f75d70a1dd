"""Who asks: keys, of which only the digest is kept, and how often each may ask."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import parse_qs

from starlette.datastructures import Headers

_SCHEMES: Final = ("bearer", "token")
_CLIENTS: Final = 10_000  # remembered at a time


def new_key() -> tuple[str, str]:
    """Return a new key, for the client, and its SHA-256, for the settings."""
    key = secrets.token_urlsafe(32)
    return key, digest(key)


def digest(key: str) -> str:
    """Return what is kept of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def key_given(headers: Headers, query: bytes) -> str | None:
    """Return the key of a request: ``Authorization: Bearer``, ``X-API-Key``, or players' ``api_key=``."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() in _SCHEMES and value:
        return value.strip()
    if "x-api-key" in headers:
        return headers["x-api-key"]
    return parse_qs(query.decode("latin-1")).get("api_key", [None])[0] if b"api_key=" in query else None


class Keys:
    """The keys that are good.

    Parameters
    ----------
    digests
        SHA-256 of each key, by its name.
    """

    def __init__(self, digests: Mapping[str, str]) -> None:
        self._names = {value: name for name, value in digests.items()}

    def __bool__(self) -> bool:
        """Say whether a key is needed at all."""
        return bool(self._names)

    def name(self, key: str | None) -> str | None:
        """Return the name of a good key; None for any other."""
        return None if key is None else self._names.get(digest(key))


class Rates:
    """How often each client may ask: a bucket of tokens that fills steadily.

    Parameters
    ----------
    rate
        Tokens a second.
    burst
        Most tokens of a client.
    clock
        Seconds; it must not run backwards, whatever the time of day does.
    """

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str) -> float:
        """Take a token; return 0, or the seconds until there is one."""
        now = self._clock()
        tokens, then = self._buckets.pop(client, (float(self._burst), now))
        tokens = min(self._burst, tokens + (now - then) * self._rate)
        allowed = tokens >= 1
        self._buckets[client] = (tokens - allowed, now)
        if len(self._buckets) > _CLIENTS:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - tokens) / self._rate
