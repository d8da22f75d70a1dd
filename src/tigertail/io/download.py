"""Files fetched over HTTP: resumed where they stopped, and named only when their checksum is right."""

from __future__ import annotations

import fcntl
import hashlib
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPResponse, InvalidURL
from pathlib import Path
from typing import BinaryIO, Final, cast
from urllib.parse import quote, unquote

from tigertail.errors import DataError
from tigertail.io.archives import PART
from tigertail.progress import Tick, progress
from tigertail.storage import write_errors
from tigertail.version import __version__

_TIMEOUT: Final = 60.0  # seconds without a byte
_TRIES: Final = 6  # in a row without a byte more
_LONGEST_WAIT: Final = 300.0
_PIECE: Final = 1 << 16
_LONGEST_TEXT: Final = 16 << 20  # bytes of a list of files or checksums
_AGAIN: Final = (408, 429, 500, 502, 503, 504)
_LINK: Final = re.compile(r"""href\s*=\s*["']([^"'?#]+)["']""", re.IGNORECASE)
_DIGESTS: Final = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}  # by the number of hexadecimal digits
_DIGITS: Final = re.compile(
    r"(?<![0-9a-f])(?:[0-9a-f]{128}|[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})(?![0-9a-f])"
)
_NETWORK: Final = (urllib.error.URLError, ConnectionError, HTTPException)
_UNQUOTED: Final = "%/:?#[]@!$&'()*+,;="  # what may stand in an address as it is


def links(address: str) -> list[str]:
    """Return the last names of all links of a page, such as the list of a folder, without slashes.

    Links with a query or a fragment are left out.

    Raises
    ------
    DataError
        If the server does not give it, or the address cannot be one.
    """
    names = (unquote(link).rstrip("/").rpartition("/")[2] for link in _LINK.findall(text_at(address)))
    return [name for name in dict.fromkeys(names) if name and name != ".."]


def text_at(address: str, *, sleep: Callable[[float], None] = time.sleep) -> str:
    """Return a text, such as a list of checksums.

    Raises
    ------
    DataError
        If the server does not give it, it is too long for a list, or the address cannot be one.
    """
    for attempt in range(1, _TRIES + 1):
        try:
            return _text(address)
        except _NETWORK as error:
            sleep(_wait(error, attempt, address))
    raise AssertionError  # the last failure was raised


def _text(address: str) -> str:
    with _open(address) as answer, _connection():
        length = answer.length
        content = answer.read(_LONGEST_TEXT + 1)
    if len(content) > _LONGEST_TEXT:
        raise DataError(
            f"{address} is longer than {_LONGEST_TEXT:,} bytes, too long for a list",
            remedy="check that the address is of a folder, or of a list of checksums",
        )
    if length is not None and len(content) < length:
        raise ConnectionError("the connection was cut")
    return content.decode("utf-8", "replace")


def size_at(address: str) -> int | None:
    """Return the bytes of a file, or None if the server does not say or cannot be asked.

    Raises
    ------
    DataError
        If the address cannot be one.
    """
    try:
        with _open(address, method="HEAD") as answer:
            length = answer.headers.get("Content-Length")
    except _NETWORK:
        return None
    return int(length) if length and length.isdecimal() else None


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
        Its MD5, SHA-1, SHA-256 or SHA-512 in hexadecimal digits, small letters.
    sleep
        Waits some seconds, after an error that may pass.

    Raises
    ------
    DataError
        If the server does not give it: what came is kept, for the next call to go on with. If the checksum is another:
        what came is removed. If another process fetches it just now.
    TigertailError
        If the disk is full or cannot be written.
    """
    part = target.with_name(target.name + PART)
    with write_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        with _alone(part) as file:
            _fetch(address, file, sleep)
            digest = _digest(part, checksum)
            if digest != checksum:
                part.unlink()
                raise DataError(
                    f"the {_DIGESTS[len(checksum)].upper()} of what came is {digest}, published is {checksum}",
                    path=part,
                    remedy="it is removed: fetch it again; if that fails too, the publisher may be changing the file",
                )
            part.replace(target)


@contextmanager
def _alone(part: Path) -> Iterator[BinaryIO]:
    """Open a file to add to it, as one process at a time may; an empty one does not stay."""
    with part.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataError(
                "another process fetches it just now", path=part, remedy="wait until it has ended"
            ) from None
        except OSError:
            pass  # a file system without locks
        try:
            yield file
        finally:
            if not file.tell():
                part.unlink(missing_ok=True)


def _fetch(address: str, file: BinaryIO, sleep: Callable[[float], None]) -> None:
    """Add to a file until it is whole."""
    attempt = 0
    with progress("Downloading", size_at(address)) as tick:
        tick(file.tell())
        while True:
            have = file.tell()
            try:
                if _piece(address, file, tick):
                    file.flush()
                    return
                error: Exception = ConnectionError("the connection was cut")
            except _NETWORK as caught:
                error = caught
            attempt = 1 if file.tell() > have else attempt + 1
            sleep(_wait(error, attempt, address, kept=file))


def _piece(address: str, file: BinaryIO, tick: Tick) -> bool:
    """Add what the server gives of the rest; return whether the file is whole."""
    have = file.tell()
    try:
        answer = _open(address, since=have)
    except urllib.error.HTTPError as error:
        if error.code != 416:
            raise
        total = (error.headers.get("Content-Range") or "").rpartition("/")[2]
        if total == str(have):
            return True  # it was whole, and not checked
        _empty(file, tick)  # longer than the file is: of another one
        return False
    with answer:
        from_start = answer.status != 206  # a server without ranges gives it whole
        given = answer.headers.get("Content-Range") or ""
        if not from_start and not given.startswith(f"bytes {have}-"):
            raise DataError(
                f"{address}: bytes from {have:,} on were asked for, and '{given}' came",
                path=file.name,
                remedy="remove this file, and fetch it again",
            )
        if from_start:
            _empty(file, tick)
        # A server may give less of the rest than was asked for.
        size = answer.headers.get("Content-Length") if from_start else given.rpartition("/")[2]
        while piece := _read(answer):
            file.write(piece)
            tick(len(piece))
    return size is None or not size.isdecimal() or file.tell() >= int(size)


def _empty(file: BinaryIO, tick: Tick) -> None:
    tick(-file.tell())
    file.seek(0)
    file.truncate()


def _read(answer: HTTPResponse) -> bytes:
    with _connection():
        return answer.read1(_PIECE)  # what is there, at once: an error of the connection loses nothing


@contextmanager
def _connection() -> Iterator[None]:
    """Tell errors of the connection from those of the disk, which are OSErrors too."""
    try:
        yield
    except urllib.error.URLError:
        raise
    except OSError as error:
        raise ConnectionError(str(error)) from error


def _open(address: str, *, method: str = "GET", since: int = 0) -> HTTPResponse:
    headers = {"User-Agent": f"tigertail/{__version__}"}
    if since:
        headers["Range"] = f"bytes={since}-"
    try:
        request = urllib.request.Request(quote(address, safe=_UNQUOTED), headers=headers, method=method)
        with _connection():
            return cast("HTTPResponse", urllib.request.urlopen(request, timeout=_TIMEOUT))
    except (ValueError, InvalidURL) as error:
        raise DataError(f"{address} is no address ({error})", remedy="check how it is written") from error


def _wait(error: Exception, attempt: int, address: str, *, kept: BinaryIO | None = None) -> float:
    """Return the seconds to wait before the next try, or raise what a person can do."""
    passing = not isinstance(error, urllib.error.HTTPError) or error.code in _AGAIN
    if passing and attempt < _TRIES:
        return _asked(error) or float(2 ** (attempt - 1))
    why = f"{error.code} {error.reason}" if isinstance(error, urllib.error.HTTPError) else str(error)
    remedy = (
        "check the connection, and that the publisher still has it" if passing else "see the publisher's page"
    )
    if kept is not None and kept.tell():
        remedy += f"; the same command goes on with {Path(kept.name).name}"
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
