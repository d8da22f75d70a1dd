"""Plain text, with the places at which something was linked or set in italics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

Span = tuple[int, int]
Link = tuple[int, int, str]  # where it begins and ends, and what it leads to


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text, each once."""
    return frozenset(text.split())


@dataclass(frozen=True)
class Plain:
    """What is left of a page once its markup is gone.

    Parameters
    ----------
    text
        The text.
    links
        Where each link begins and ends in the text, in characters, and its target: the title of a page of a
        wiki, or an address.
    works
        Where text is in italics, as titles of works are, in characters.
    title
        The page's own title, where the markup says it.
    """

    text: str
    links: tuple[Link, ...] = ()
    works: tuple[Span, ...] = ()
    title: str | None = None


@dataclass
class Builder:
    """Puts a plain text together piece by piece, and remembers where links and italics lie."""

    pieces: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    works: list[Span] = field(default_factory=list)
    length: int = 0

    def add(self, text: str) -> None:
        """Append some text."""
        self.pieces.append(text)
        self.length += len(text)

    def link(self, start: int, target: str) -> None:
        """Say that the text since ``start`` was a link."""
        if self.length > start:
            self.links.append((start, self.length, target))

    def work(self, start: int) -> None:
        """Say that the text since ``start`` was in italics."""
        if self.length > start:
            self.works.append((start, self.length))

    def plain(self, title: str | None = None) -> Plain:
        """Return the whole."""
        return Plain("".join(self.pieces), tuple(self.links), tuple(self.works), title)


def _wikitext(text: str) -> Plain:
    from tigertail.text.documents.wikitext import from_wikitext

    return from_wikitext(text)


def _html(text: str) -> Plain:
    from tigertail.text.documents.html import from_html

    return from_html(text)


MARKUPS: Final[dict[str, Callable[[str], Plain]]] = {"plain": Plain, "wikitext": _wikitext, "html": _html}
"""Every markup, and what turns it into plain text. None fails: what is malformed is text."""


def to_plain(text: str, markup: str) -> Plain:
    """Turn a page into plain text.

    Parameters
    ----------
    text
        The page.
    markup
        One of :data:`MARKUPS`.

    Examples
    --------
    >>> page = to_plain("Toured with [[Kent (band)|Kent]].", "wikitext")
    >>> page.text, page.links
    ('Toured with Kent.', ((12, 16, 'Kent (band)'),))
    """
    return MARKUPS[markup](text)
