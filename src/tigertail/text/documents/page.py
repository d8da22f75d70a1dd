"""What containers yield, and how large it may be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol

from tigertail.io.archives import Stream
from tigertail.io.quarantine import LINE, REASON, TEXT, Quarantine

LONGEST_FILE: Final = 64 << 20
"""Bytes of the largest file, record or line taken for a page; a larger one is refused, however it is packed."""

BAD_BYTES: Final = "text in an unknown encoding, read as windows-1252"
TOO_LARGE: Final = f"larger than {LONGEST_FILE >> 20} MB: no page"


@dataclass(frozen=True)
class Page:
    """One page, as it stands in its container.

    Parameters
    ----------
    name
        What the container calls it: a file's name, an address, a title, a line's own id.
    body
        Its text, with the markup.
    title
        Its title, where the container knows it.
    fields
        What else the container says: ``name`` and ``mbid`` of the item whose page it is.
    markup
        Its markup, where the container knows it.
    line
        Where it stands in its file, counted from 1.
    """

    name: str
    body: str
    title: str | None = None
    fields: dict[str, str] = field(default_factory=dict)
    markup: str | None = None
    line: int = 1


@dataclass
class PageSink:
    """Takes down what happens to pages on their way in.

    Parameters
    ----------
    source
        The source's name, for the quarantine.
    quarantine
        Where pages go that cannot be used.
    """

    source: str
    quarantine: Quarantine

    def read(self) -> None:
        """Count a page."""
        self.quarantine.read[self.source] += 1

    def refuse(self, file: str, reason: str, shown: str = "", line: int = 1) -> None:
        """Put a page aside."""
        import polars as pl

        rows = pl.DataFrame({LINE: [line], TEXT: [shown], REASON: [reason]})
        self.quarantine.reject(self.source, file, rows)

    def pass_over(self, what: str, name: str) -> None:
        """Count a page that is not meant to be read."""
        self.odd(f"{what}, passed over", name)

    def odd(self, what: str, example: str) -> None:
        """Count a page that is used but odd."""
        self.quarantine.warn(self.source, what, 1, [example])


class Container(Protocol):
    """Reads the pages of one file."""

    def __call__(self, stream: Stream, desk: PageSink) -> Iterator[Page]:
        """Yield the pages in their order, refused ones left out."""


def whole(stream: Stream, most: int = LONGEST_FILE) -> bytes | None:
    """Return the content of a stream, or None if it has more than ``most`` bytes.

    However far a file unpacks, no more than ``most`` bytes and a block of it are ever held.
    """
    pieces: list[bytes] = []
    left = most + 1
    while left > 0 and (data := stream.read(min(left, 1 << 20))):
        pieces.append(data)
        left -= len(data)
    return b"".join(pieces) if left > 0 else None
