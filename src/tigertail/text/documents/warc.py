"""Pages in a web archive (WARC, ISO 28500)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from email.message import Message
from typing import Any, Final

from tigertail.errors import DataError, missing_extra
from tigertail.io.archives import Stream
from tigertail.text.documents.decoding import HEAD, decode
from tigertail.text.documents.page import BAD_BYTES, LONGEST_FILE, TOO_LARGE, Page, PageSink

_MARKUP: Final = {"text/html": "html", "application/xhtml+xml": "html", "text/plain": "plain"}
_BINARY: Final = re.compile(rb"[\x00-\x08\x10-\x1a\x1c-\x1f]")
"""Bytes that no text has but in UTF-16 and UTF-32; ISO-2022 has 0x0E, 0x0F and 0x1B."""
_CUT: Final = "the file ends within a record"
_SKIPPED: Final = 1 << 16  # bytes at a time, of what is left of a record
PACKED: Final = "compressed in a way that cannot be unpacked"


class _Readable(io.RawIOBase):
    """A :class:`Stream` as a Python file object."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def archived(stream: Stream, sink: PageSink) -> Iterator[Page]:
    """Yield the pages of an archive: responses with status 200 that are HTML or plain text.

    Raises
    ------
    DataError
        If the file is not an archive, or is damaged.
    """
    with missing_extra("web", "reading documents"):
        from warcio.archiveiterator import ArchiveIterator
        from warcio.exceptions import ArchiveLoadFailed

    records = 0
    try:
        archive = ArchiveIterator(io.BufferedReader(_Readable(stream)))
        for record in archive:
            # warcio reads any text as the older ARC, unless a WARC record came first: then it raises an error.
            if record.format != "warc":
                break
            records += 1
            # An address that is not of HTTP, such as dns:, has none of its headers.
            if record.rec_type == "response" and record.http_headers is not None:
                yield from _page(record, stream.name, sink)
            _read_to_end(record)
        # Where the file ends within the headers of a record, warcio sees no record, but keeps its first line.
        if archive.next_line:
            raise EOFError(_CUT)
    except (ArchiveLoadFailed, AttributeError, EOFError, OSError, ValueError) as error:
        # warcio calls a method of the address, which a record of HTTP must have.
        why = "a record has no WARC-Target-URI" if isinstance(error, AttributeError) else error
        raise DataError(
            f"not a web archive, or damaged ({why})", path=stream.place, remedy="check the download"
        ) from error
    if not records:
        raise DataError(
            "not a web archive: it does not begin with a record",
            path=stream.place,
            remedy="give a WARC, which begins with WARC/1.0, compressed or not",
        )


def _read_to_end(record: Any) -> None:
    """Read what is left of a record; refuse one without a length, or cut by the end of the file, as warcio does not."""
    if not (record.rec_headers.get_header("Content-Length") or "").isdecimal():
        raise ValueError("a record does not say its length")
    while record.raw_stream.read(_SKIPPED):
        pass
    if record.raw_stream.limit:  # bytes that are still to come
        raise EOFError(_CUT)


def _page(record: Any, file: str, sink: PageSink) -> Iterator[Page]:
    sink.count()
    address = record.rec_headers.get_header("WARC-Target-URI") or ""
    content_type = record.http_headers.get_header("Content-Type") or ""
    markup = _MARKUP.get(content_type.partition(";")[0].strip().lower())
    if record.http_headers.get_statuscode() != "200":
        sink.reject(file, "response with a status other than 200", address)
    elif markup is None:
        sink.reject(file, "neither HTML nor plain text", address)
    else:
        # Decompressed only as far as it is read, so that a decompression bomb stays small.
        content = record.content_stream()
        data = content.read(LONGEST_FILE + 1)
        if len(data) > LONGEST_FILE:
            sink.reject(file, TOO_LARGE, address)
            return
        # After the read: warcio drops its decompressor where the first bytes turn out not to be compressed.
        unpacked = getattr(content, "decompressor", None) is not None
        encoded = record.http_headers.get_header("Content-Encoding") and not unpacked
        # Some crawlers unpack a page and keep this header: then it is text.
        if encoded and _BINARY.search(data[:HEAD]):
            sink.reject(file, PACKED, address)
            return
        text, guessed = decode(data, _charset(content_type), html=markup == "html")
        if guessed:
            sink.warn(BAD_BYTES, address)
        yield Page(address, text, markup=markup)


def _charset(content_type: str) -> str | None:
    """Return the encoding that a header names; None if it names none."""
    header = Message()
    header["Content-Type"] = content_type
    try:
        named = header.get_content_charset() or ""
    except ValueError:  # a NUL in the encoding of charset*=, or thousands of digits in charset*99...=
        return None
    return named.strip("'") or None  # some write charset='utf-8'
