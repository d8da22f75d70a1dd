"""A cache of responses, limited by the bytes it takes."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

OVERHEAD: Final = 256  # bytes that Python needs for a key and a value


class ResponseCache:
    """The responses used last (least recently used is dropped first).

    Parameters
    ----------
    max_bytes
        Bytes of keys and responses to hold.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._size = 0
        self._responses: OrderedDict[str, bytes] = OrderedDict()

    def get(self, key: str) -> bytes | None:
        """Return a response; None where it is not cached."""
        found = self._responses.get(key)
        if found is not None:
            self._responses.move_to_end(key)
        return found

    def put(self, key: str, response: bytes) -> None:
        """Add a response, and drop those used longest ago."""
        if _cost(key, response) > self._max_bytes:
            return
        if key in self._responses:
            self._size -= _cost(key, self._responses.pop(key))
        self._responses[key] = response
        self._size += _cost(key, response)
        while self._size > self._max_bytes:
            self._size -= _cost(*self._responses.popitem(last=False))


def _cost(key: str, response: bytes) -> int:
    """Return the bytes of a response, with its key and the overhead of both."""
    return len(key) + len(response) + OVERHEAD
