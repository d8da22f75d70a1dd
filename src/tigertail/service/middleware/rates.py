"""Requests per second of each client, counted once for all workers.

Workers share a table of a fixed size through a file that each maps into its memory. A client has one number there:
the time at which its bucket is full again. The table is set-associative, as a processor's cache: a client's digest
chooses its set, which has places (ways) for a few clients. Where all of a set's are taken, others of the table may be
free, and still one of its clients is dropped: the one whose bucket is nearest to full. Who is not in the table has a
full bucket, so this loses least.
"""

from __future__ import annotations

import fcntl
import hashlib
import ipaddress
import math
import mmap
import os
import struct
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

from tigertail.service.http.problems import ServiceError

SETS: Final = 2048  # with WAYS, 16,384 clients in 384 KiB
WAYS: Final = 8  # places of one set, one for each client
_SLOT: Final = struct.Struct("16sd")  # digest of the client, and when its bucket is full
_SALT: Final = 16  # bytes at the beginning of the file: no client can choose whose set it shares
_SET: Final = WAYS * _SLOT.size
_SIZE: Final = _SALT + SETS * _SET
_ROUNDING: Final = 1e-9  # seconds: who asks at exactly the rate is not refused for a rounding error
_NETWORK: Final = 64  # bits of an IPv6 address that its owner cannot choose


def client_of(address: str) -> str:
    """Return whom an address counts for: an IPv4 address, or the network of an IPv6 address.

    Text that is no address, such as what a server puts where it knows none, is a client as it is.

    Examples
    --------
    >>> client_of("192.0.2.7"), client_of("2001:db8:1:2:3:4:5:6")
    ('192.0.2.7', '2001:db8:1:2::/64')
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((ip, _NETWORK), strict=False))


class RateLimiter:
    """A token bucket for each client, the same for all who open the same file.

    Its locks are between processes, not threads: in each, one thread takes the tokens, that of the event loop.

    Parameters
    ----------
    rate
        Tokens added per second.
    burst
        Tokens per client, at most.
    file
        The table's file, made where there is none; None makes a table of this process alone.
    clock
        A monotonic clock, in seconds, the same in all processes.
    """

    def __init__(
        self, rate: float, burst: int, file: Path | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._interval = 1 / rate
        self._tolerance = (burst - 1) / rate + _ROUNDING
        self._clock = clock
        self._file = TemporaryFile() if file is None else os.fdopen(_opened(file), "r+b")  # noqa: SIM115
        fcntl.lockf(self._file, fcntl.LOCK_EX)
        if os.fstat(self._file.fileno()).st_size < _SIZE:
            os.pwrite(self._file.fileno(), os.urandom(_SALT), 0)
            self._file.truncate(_SIZE)
        fcntl.lockf(self._file, fcntl.LOCK_UN)
        self._table = mmap.mmap(self._file.fileno(), _SIZE)
        self._salt = self._table[:_SALT]

    def take_token(self, client: str) -> float:
        """Take a token; return 0, or the seconds until there is one."""
        digest = hashlib.blake2b(client.encode(), digest_size=16, key=self._salt).digest()
        start = _SALT + int.from_bytes(digest[:4]) % SETS * _SET
        # The system takes the lock back from a worker that is killed.
        fcntl.lockf(self._file, fcntl.LOCK_EX, _SET, start)
        try:
            return self._take(digest, start)
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN, _SET, start)

    def check(self, client: str) -> None:
        """Take a token.

        Raises
        ------
        ServiceError
            If the client has none left.
        """
        seconds = self.take_token(client)
        if seconds:
            raise ServiceError(
                429, "too many requests", remedy="send fewer requests per second", retry=math.ceil(seconds)
            )

    def close(self) -> None:
        """Give the table back."""
        self._table.close()
        self._file.close()

    def _take(self, digest: bytes, start: int) -> float:
        now = self._clock()
        place, full_at = start, math.inf
        for offset in range(start, start + _SET, _SLOT.size):
            owner, until = _SLOT.unpack_from(self._table, offset)
            if owner == digest:
                place, full_at = offset, until
                break
            if until < full_at:  # the place of whoever is nearest to full
                place, full_at = offset, until
        else:
            full_at = now
        full_at = max(full_at, now)
        missing = full_at - now - self._tolerance
        if missing > 0:
            return missing
        _SLOT.pack_into(self._table, place, digest, full_at + self._interval)
        return 0.0


def _opened(file: Path) -> int:
    return os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
