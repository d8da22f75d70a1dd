"""Files fetched over HTTP: resumed where they stopped, and named only when their checksum is right."""

from __future__ import annotations

import hashlib
import re
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Final, cast
from urllib.parse import unquote

from tigertail.errors import DataError
from tigertail.io.archives import PART
from tigertail.progress import Tick, progress
from tigertail.storage import full_disk
from tigertail.version import __version__

_TIMEOUT: Final = 60.0  # seconds without a byte
_TRIES: Final = 6  # in a row without a byte more
_LONGEST_WAIT: Final = 300.0
_PIECE: Final = 1 << 20
_LONGEST_TEXT: Final = 16 << 20  # bytes of a list of files or checksums
_AGAIN: Final = (408, 429, 500, 502, 503, 504)
_LINK: Final = re.compile(r"""href\s*=\s*["']([^"'?#]+)["']""", re.IGNORECASE)
_DIGESTS: Final = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}  # by the number of hexadecimal digits
_DIGITS: Final = re.compile(
    r"(?<![0-9a-f])(?:[0-9a-f]{128}|[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})(?![0-9a-f])"
)
_REMOTE: Final = (urllib.error.URLError, ssl.SSLError, ConnectionError, TimeoutError)
_NETWORK: Final = (OSError, HTTPException)


def links(address: str) -> list[str]:
    """Return the names that a folder lists as links, without slashes.

    Raises
    ------
    DataError
        If the server does not give it.
    """
    names = (unquote(link).rstrip("/").rpartition("/")[2] for link in _LINK.findall(text_at(address)))
    return [name for name in dict.fromkeys(names) if name and name != ".."]


def text_at(address: str, *, sleep: Callable[[float], None] = time.sleep) -> str:
    """Return a text, such as a list of checksums.

    Raises
    ------
    DataError
        If the server does not give it, or it is too long for a list.
    """
    for attempt in range(1, _TRIES + 1):
        try:
            return _text(address)
        except _NETWORK as error:
            sleep(_wait(error, attempt, address))
    raise AssertionError  # the last failure was raised


def _text(address: str) -> str:
    with _open(address) as answer:
        content = answer.read(_LONGEST_TEXT + 1)
        length = answer.headers.get("Content-Length")
    if len(content) > _LONGEST_TEXT:
        raise DataError(
            f"{address} is longer than {_LONGEST_TEXT:,} bytes, too long for a list",
            remedy="check that the address is of a folder, or of a list of checksums",
        )
    if length is not None and len(content) < int(length):
        raise ConnectionError("the connection was cut")
    return content.decode("utf-8", "replace")


def size_at(address: str) -> int | None:
    """Return the bytes of a file, or None if the server does not say."""
    try:
        with _open(address, method="HEAD") as answer:
            length = answer.headers.get("Content-Length")
    except _NETWORK:
        return None
    return int(length) if length else None


def checksum_of(name: str, text: str) -> str | None:
    """Return the checksum of a file in a list of checksums, or in a text that has one alone.

    Examples
    --------
    >>> checksum_of("a.tar", "d41d8cd98f00b204e9800998ecf8427e  a.tar")
    'd41d8cd98f00b204e9800998ecf8427e'
    >>> checksum_of("b.tar", "d41d8cd98f00b204e9800998ecf8427e  a.tar") is None
    True
    """
    lines = [line for line in text.splitlines() if line.strip()]
    named = [line for line in lines if name in re.split(r"[\s*()/]+", line)]
    alone = [line for line in lines if len(lines) == 1 and len(line.split()) == 1]
    digits = _DIGITS.search((named or alone or [""])[0].lower())
    return digits[0] if digits else None


def is_whole(path: Path, checksum: str) -> bool:
    """Return whether a file is there and has a checksum."""
    return path.is_file() and _digest(path, checksum) == checksum


def download(
    address: str, target: Path, checksum: str, *, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Fetch a file; what an earlier call fetched of it is not fetched again.

    Parameters
    ----------
    address
        Its address.
    target
        Where it goes. Until its checksum was compared it is called the same with :data:`PART` behind.
    checksum
        Its MD5, SHA-1, SHA-256 or SHA-512 in hexadecimal digits.
    sleep
        Waits some seconds, after an error that may pass.

    Raises
    ------
    DataError
        If the server does not give it: what came is kept, for the next call to go on with. If the checksum is another:
        what came is removed.
    """
    part = target.with_name(target.name + PART)
    target.parent.mkdir(parents=True, exist_ok=True)
    with full_disk(target):
        _fetch(address, part, sleep)
        digest = _digest(part, checksum)
    if digest != checksum:
        part.unlink()
        raise DataError(
            f"the {_DIGESTS[len(checksum)].upper()} of what came is {digest}, published is {checksum}",
            path=part,
            remedy="it is removed: fetch it again; if that fails too, the publisher's file may just be changing",
        )
    part.replace(target)


def _fetch(address: str, part: Path, sleep: Callable[[float], None]) -> None:
    """Add to a file until it is whole."""
    attempt = 0
    with progress("Downloading", size_at(address)) as tick:
        tick(part.stat().st_size if part.exists() else 0)
        while True:
            have = part.stat().st_size if part.exists() else 0
            try:
                if _piece(address, part, have, tick):
                    return
                error: Exception = ConnectionError("the connection was cut")
            except _NETWORK as caught:
                if isinstance(caught, OSError) and not isinstance(caught, _REMOTE):
                    raise  # of the disk
                error = caught
            more = part.exists() and part.stat().st_size > have
            attempt = 1 if more else attempt + 1
            sleep(_wait(error, attempt, address, kept=part))


def _piece(address: str, part: Path, have: int, tick: Tick) -> bool:
    """Add what the server gives from a place on; return whether the file is whole."""
    try:
        answer = _open(address, since=have)
    except urllib.error.HTTPError as error:
        if error.code != 416:
            raise
        total = (error.headers.get("Content-Range") or "").rpartition("/")[2]
        if total == str(have):
            return True  # it was whole, and not checked
        part.unlink()  # longer than the file is: of another one
        tick(-have)
        return False
    with answer:
        from_start = answer.status != 206  # a server without ranges gives it whole
        given = answer.headers.get("Content-Range") or ""
        if not from_start and not given.startswith(f"bytes {have}-"):
            raise DataError(
                f"{address}: bytes from {have:,} on were asked for, and '{given}' came",
                path=part,
                remedy="remove this file, and fetch it again",
            )
        length = answer.headers.get("Content-Length")
        start = 0 if from_start else have
        tick(start - have)
        written = start
        with part.open("wb" if from_start else "ab") as file:
            while piece := answer.read(_PIECE):
                file.write(piece)
                written += len(piece)
                tick(len(piece))
    return length is None or written >= start + int(length)


def _open(address: str, *, method: str = "GET", since: int = 0) -> HTTPResponse:
    headers = {"User-Agent": f"tigertail/{__version__}"}
    if since:
        headers["Range"] = f"bytes={since}-"
    request = urllib.request.Request(address, headers=headers, method=method)
    return cast("HTTPResponse", urllib.request.urlopen(request, timeout=_TIMEOUT))


def _wait(error: Exception, attempt: int, address: str, *, kept: Path | None = None) -> float:
    """Return the seconds to wait before the next try, or raise what a person can do."""
    passing = not isinstance(error, urllib.error.HTTPError) or error.code in _AGAIN
    if passing and attempt < _TRIES:
        return _asked(error) or float(2 ** (attempt - 1))
    why = f"{error.code} {error.reason}" if isinstance(error, urllib.error.HTTPError) else str(error)
    remedy = (
        "check the connection, and that the publisher still has it" if passing else "see the publisher's page"
    )
    if kept is not None and kept.exists():
        remedy += f"; the same command goes on with {kept.name}"
    raise DataError(f"{address} cannot be fetched ({why})", remedy=remedy) from error


def _asked(error: Exception) -> float | None:
    """Return the seconds that a server asks to wait."""
    text = error.headers.get("Retry-After") if isinstance(error, urllib.error.HTTPError) else None
    if not text:
        return None
    try:
        seconds = float(text) if text.isdecimal() else parsedate_to_datetime(text).timestamp() - time.time()
    except ValueError:
        return None
    return min(max(seconds, 0.0), _LONGEST_WAIT)


def _digest(path: Path, checksum: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, _DIGESTS[len(checksum)]).hexdigest()
