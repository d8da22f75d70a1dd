"""Plain text under construction, with the positions of links and italics."""

from __future__ import annotations

from dataclasses import dataclass, field

Span = tuple[int, int]
Link = tuple[int, int, str]  # begin, end, target


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text, each once."""
    return frozenset(text.split())


@dataclass(frozen=True)
class Plain:
    """The text of a page without its markup.

    Parameters
    ----------
    text
        The text.
    links
        Where each link begins and ends in the text, in characters, and its target: the title of a wiki page, or
        an address. They are in order, and do not overlap.
    works
        Where text is in italics, in characters; titles of works usually are. They are in order, and do not overlap.
    title
        The page's own title, if the markup has one.
    """

    text: str
    links: tuple[Link, ...] = ()
    works: tuple[Span, ...] = ()
    title: str | None = None


@dataclass
class Builder:
    """Builds a plain text piece by piece, with the positions of links and italics."""

    pieces: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    works: list[Span] = field(default_factory=list)
    length: int = 0

    def add(self, text: str) -> None:
        """Append some text."""
        self.pieces.append(text)
        self.length += len(text)

    def link(self, start: int, target: str) -> None:
        """Record the text since ``start`` as a link; as in wikis, what has a link in it is none."""
        if self.length > start and not (self.links and self.links[-1][0] >= start):
            self.links.append((start, self.length, target))

    def work(self, start: int) -> None:
        """Record the text since ``start`` as italics; italics within it are a part of it."""
        if self.length > start:
            while self.works and self.works[-1][0] >= start:
                self.works.pop()
            self.works.append((start, self.length))

    def plain(self, title: str | None = None) -> Plain:
        """Return the finished text."""
        return Plain("".join(self.pieces), tuple(self.links), tuple(self.works), title)
