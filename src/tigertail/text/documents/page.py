"""Pages of containers, their largest size, and the sink that counts them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol

import polars as pl

from tigertail.io.archives import Stream
from tigertail.io.quarantine import LINE, RAW_TEXT, REASON, Quarantine

LONGEST_FILE: Final = 64 << 20
"""Bytes of the largest file or record, and characters of the longest line, read as a page; larger ones are rejected,
however they are compressed. Articles of a wiki dump are cut instead, at ``max_characters`` of
:class:`~tigertail.text.documents.dump.Dump`. A line of more than 256 MB is an error of :mod:`tigertail.io.text_rows`,
since no text has one."""

BAD_BYTES: Final = "text in an unknown encoding, read as windows-1252"
TOO_LARGE: Final = f"larger than {LONGEST_FILE >> 20} MB"


@dataclass(frozen=True)
class Page:
    """One page of a container.

    Parameters
    ----------
    name
        Its id in the container: a file name, an address, a title, or the id of a line (else its file and number).
    body
        Its text, with the markup.
    title
        Its title, if the container has one.
    fields
        Other fields of the container: ``name`` and ``mbid`` of the item that the page is about.
    markup
        Which markup that is, "html" or "plain"; None if the container does not say, and the recipe's holds.
    line
        Its line in the file, counted from 1.
    """

    name: str
    body: str
    title: str | None = None
    fields: dict[str, str] = field(default_factory=dict)
    markup: str | None = None
    line: int = 1


@dataclass
class PageSink:
    """Counts the pages of a source, and puts those that cannot be used into quarantine.

    Parameters
    ----------
    source
        The source's name, for the quarantine.
    quarantine
        Where rejected pages go.
    """

    source: str
    quarantine: Quarantine

    def count(self) -> None:
        """Count a page that was read, usable or not."""
        self.quarantine.read[self.source] += 1

    def reject(self, file: str, reason: str, shown: str = "", line: int = 1) -> None:
        """Put a page into quarantine; ``shown`` is what the report shows of it."""
        rows = pl.DataFrame({LINE: [line], RAW_TEXT: [shown], REASON: [reason]})
        self.quarantine.reject(self.source, file, rows)

    def skip(self, what: str, name: str) -> None:
        """Count a page that is never used, such as a redirect: as a warning, since the recipe does not leave it out."""
        self.warn(f"{what}, skipped", name)

    def warn(self, what: str, example: str) -> None:
        """Count a warning about a page, with an example."""
        self.quarantine.warn(self.source, what, 1, [example])


class Container(Protocol):
    """Reads the pages of one file."""

    def __call__(self, stream: Stream, sink: PageSink) -> Iterator[Page]:
        """Yield the pages in their order, without rejected ones."""


def whole(stream: Stream, max_bytes: int = LONGEST_FILE) -> bytes | None:
    """Return the content of a stream, or None if it has more than ``max_bytes`` bytes.

    However large it is when it is unpacked, at most one byte more is read.
    """
    pieces: list[bytes] = []
    left = max_bytes + 1
    while left > 0 and (data := stream.read(min(left, 1 << 20))):
        pieces.append(data)
        left -= len(data)
    return b"".join(pieces) if left > 0 else None
