"""Pages in a wiki dump: the XML export format of MediaWiki, streamed.

Layout: https://www.mediawiki.org/wiki/Help:Export - ``<siteinfo>`` with each ``<namespace>``, then ``<page>`` with
``<title>``, ``<ns>``, ``<redirect>`` and ``<revision><text>``. Expat reads it with handlers of ours, so that neither
the tree nor an endless text is ever in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from tigertail.errors import DataError
from tigertail.io.archives import Stream
from tigertail.text.documents.page import Page, PageSink

_BLOCK: Final = 1 << 20  # bytes read at a time
_ARTICLES: Final = "0"  # the namespace of articles
_KEPT: Final = frozenset(("title", "ns", "text", "namespace"))
_GIVE_DUMP: Final = (
    "give a file such as enwiki-latest-pages-articles.xml.bz2; of a folder, name the dumps under 'files'"
)


@dataclass
class _Reader:
    """Collects pages while expat parses their elements.

    Parameters
    ----------
    max_characters
        Characters of a text that are kept.
    """

    max_characters: int
    root: str = ""
    pages: list[tuple[dict[str, str], bool]] = field(default_factory=list)
    prefixes: set[str] = field(default_factory=set)  # of the titles of other pages than articles
    _page: dict[str, str] = field(default_factory=dict)
    _redirect: bool = False
    _inside: str = ""
    _pieces: list[str] = field(default_factory=list)
    _length: int = 0

    def start(self, name: str, _: object) -> None:
        self.root = self.root or name
        if self.root != "mediawiki":
            raise DataError(f"not a wiki dump: the outermost element is '{name}'", remedy=_GIVE_DUMP)
        if name == "page":
            self._page, self._redirect = {}, False
        elif name == "redirect":
            self._redirect = True
        elif name in _KEPT:
            self._inside, self._pieces, self._length = name, [], 0

    def text(self, data: str) -> None:
        if self._inside and self._length <= self.max_characters:
            self._pieces.append(data)
            self._length += len(data)

    def end(self, name: str) -> None:
        if name == self._inside:
            text = "".join(self._pieces)
            self._inside, self._pieces = "", []
            if name != "namespace":
                self._page[name] = text  # of several revisions the last
            elif text:  # that of articles has no name
                self.prefixes.add(f"{text}:")
        elif name == "page":
            self.pages.append((self._page, self._redirect))
            self._page = {}


def _no_entities(*_: object) -> None:
    raise DataError(
        "the file declares entities, which a wiki dump never does",
        remedy="get the dump from its publisher: the file may be an attack that fills the memory",
    )


class Dump:
    """Reads the articles of a dump.

    Parameters
    ----------
    max_characters
        Characters kept of a page, and up to those of a block that is read (``_BLOCK``) more, which show that the
        page was longer; the caller cuts.
    """

    def __init__(self, max_characters: int) -> None:
        self._max_characters = max_characters

    def __call__(self, stream: Stream, sink: PageSink) -> Iterator[Page]:
        """Yield the articles; redirects and pages of other namespaces are skipped and counted.

        Raises
        ------
        DataError
            If the file is not XML or no dump, in an encoding that cannot be read, declares entities, or is truncated.
        """
        reader = _Reader(self._max_characters)
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = reader.start
        parser.EndElementHandler = reader.end
        parser.CharacterDataHandler = reader.text
        parser.EntityDeclHandler = _no_entities
        data = b"more"
        while data:
            data = stream.read(_BLOCK)
            try:
                parser.Parse(data, not data)
            except expat.ExpatError as error:
                raise DataError(
                    f"not an XML dump, or truncated ({error})",
                    path=stream.place,
                    line=error.lineno,
                    remedy=_GIVE_DUMP,
                ) from error
            except (LookupError, ValueError) as error:
                # Python has none of this name, or expat cannot take it: a character of it has several bytes.
                raise DataError(
                    f"its encoding cannot be read ({error})",
                    path=stream.place,
                    line=parser.CurrentLineNumber,
                    remedy="convert it to UTF-8, and name that in its first line",
                ) from error
            except DataError as error:
                raise DataError(
                    error.problem,
                    path=stream.place,
                    line=parser.CurrentLineNumber,
                    remedy=error.remedy,
                ) from error
            pages, reader.pages = reader.pages, []
            for fields, redirect in pages:
                yield from _article(fields, redirect, reader.prefixes, stream.name, sink)


def _article(
    fields: dict[str, str], redirect: bool, prefixes: set[str], file: str, sink: PageSink
) -> Iterator[Page]:
    sink.count()
    title = fields.get("title", "").strip()
    # In old exports, such as those of version 0.5, the title alone names the namespace.
    prefix = title[: title.find(":") + 1]
    article = fields["ns"].strip() == _ARTICLES if "ns" in fields else prefix not in prefixes
    if redirect or not article:
        sink.skip("a redirect" if redirect else "not an article", title)
    elif not title or "text" not in fields:
        sink.reject(file, "page without a title or text", title)
    else:
        yield Page(title, fields["text"], title)
