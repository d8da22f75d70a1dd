"""Documents: web pages, biographies and articles in files, JSON lines, web archives or wiki dumps.

Their mentions of artists are found after all sources have been read (:mod:`tigertail.text.mentions`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Final, Literal

import polars as pl
from pydantic import Field

from tigertail import columns as c
from tigertail.errors import DataError
from tigertail.ingest.formats.source import Batch, Source, label_of
from tigertail.io.archives import plain_name, required_streams, stream
from tigertail.io.quarantine import LINE, RAW_TEXT, Quarantine
from tigertail.io.text_rows import TextFile
from tigertail.lookup.mbids import is_mbid
from tigertail.text.documents import to_plain
from tigertail.text.documents.accumulator import ADDRESS, FILE, PAGE_COLUMNS, SURE, WORKS
from tigertail.text.documents.page import Container, Page, PageSink

_BATCH_CHARACTERS: Final = 4_000_000
# In the wiki's language: in other scripts the word may be short, and have marks, which are no letters.
_REDIRECT: Final = re.compile(r"\s*[#＃](?:\w{4,20}|[^\x00-\x7f][^\s:\[]{1,20})\s*:?\s*\[\[")
_FILES: Final = {"files": "*", "jsonl": "*", "warc": "*.warc", "dump": "*.xml*"}
_KEYS: Final = {"document_id": "id", "text": "text", "title": "title", "name": "name", "mbid": "mbid"}


class Documents(Source):
    """A folder, archive or file of documents.

    Attributes
    ----------
    container
        What a file contains: one page ("files"), one page in each line ("jsonl"), a web archive ("warc") or a wiki
        dump ("dump").
    markup
        The markup of the pages.
    page_of
        How the artist of a page is found that has no ``name`` or ``mbid`` of its own: by its title, else its file
        name, whose underscores are read as spaces, a remark in brackets aside
        (:mod:`tigertail.text.mentions.titles`); by its file name, a MusicBrainz id; or not at all.
    names
        A text table, tab-separated, whose first two columns are a MusicBrainz id and the name of its artist.
    keys
        The JSON keys of our fields.
    files
        Which files of a folder or archive are read.
    most_characters
        Longer pages are truncated to this length.
    """

    table: ClassVar[str] = c.DOCUMENTS_TABLE

    container: Literal["files", "jsonl", "warc", "dump"] = "files"
    markup: Literal["plain", "wikitext", "html"] = "plain"
    page_of: Literal["title", "mbid", "none"] = "title"
    names: Path | None = None
    keys: dict[Literal["document_id", "text", "title", "name", "mbid"], str] = Field(default_factory=dict)
    files: str = ""
    most_characters: int = Field(2_000_000, ge=1_000, le=50_000_000)

    @property
    def label(self) -> str:
        """The name in the recipe, else that of the file."""
        return self.name or label_of(self.path)

    def read(self, quarantine: Quarantine) -> Iterator[Batch]:
        """Yield the pages as plain text, a few million characters at a time."""
        sink = PageSink(self.label, quarantine)
        names = _names(self.names, self.label, quarantine) if self.names else {}
        rows: list[dict[str, Any]] = []
        room = _BATCH_CHARACTERS
        for file, page in self._pages(sink):
            row = self._row(page, sink, names)
            if row is None:
                continue
            rows.append(row | {FILE: file, LINE: page.line})
            room -= len(row[c.TEXT])
            if room <= 0:
                yield _batch(rows)
                rows, room = [], _BATCH_CHARACTERS
        if rows:
            yield _batch(rows)

    def _pages(self, sink: PageSink) -> Iterator[tuple[str, Page]]:
        """Yield the pages, each with the name of its file."""
        from tigertail.text.documents.dump import Dump
        from tigertail.text.documents.files import JsonLines, one_page
        from tigertail.text.documents.warc import archived

        containers: dict[str, Container] = {
            "files": partial(one_page, html=self.markup == "html"),
            "jsonl": JsonLines(_KEYS | {str(field): key for field, key in self.keys.items()}),
            "warc": archived,
            "dump": Dump(self.most_characters),
        }
        for file in required_streams(
            self.path,
            self.files or _FILES[self.container],
            remedy="name the files to read, such as files = '*.txt'",
        ):
            yield from ((file.name, page) for page in containers[self.container](file, sink))

    def _row(self, page: Page, sink: PageSink, names: dict[str, str]) -> dict[str, Any] | None:
        body = page.body
        if len(body) > self.most_characters:
            sink.warn(f"truncated to {self.most_characters:,} characters", page.name)
            body = body[: self.most_characters]
        markup = page.markup or self.markup
        if markup == "wikitext" and _REDIRECT.match(body):
            sink.skip("a redirect", page.name)
            return None
        plain = to_plain(body, markup)
        if not plain.text.strip():
            sink.reject(page.name, "no text", body, page.line)
            return None
        title = page.title or plain.title
        mbid, name = self._owner(page, title, names)
        if mbid and not is_mbid(mbid):
            sink.warn("not a MusicBrainz id, so the item is looked for by name alone", mbid)
        return {
            c.DOCUMENT_ID: f"{self.label}:{page.name}",
            c.TEXT: plain.text,
            c.MARKUP: markup,
            c.TITLE: title or (_file_title(page.name) if self.page_of == "title" else None),
            c.NAME: name,
            c.MBID: mbid,
            ADDRESS: page.name,
            SURE: self.container != "dump",  # a whole wiki has pages of other meanings of a name
            c.LINKS: plain.links,
            WORKS: plain.works,
        }

    def _owner(self, page: Page, title: str | None, names: dict[str, str]) -> tuple[str | None, str | None]:
        """Return the MusicBrainz id and the name of the item that a page is about."""
        mbid, name = page.fields.get("mbid"), page.fields.get("name")
        if self.page_of == "mbid":
            mbid = mbid or _file_title(page.name)
        elif self.page_of == "title":
            name = name or title or _file_title(page.name)
        mbid = mbid.lower() if mbid else None
        return mbid, name or (names.get(mbid) if mbid else None)


def _file_title(name: str) -> str:
    """Return the title in a file name: ``rock/Kent_(band).txt.gz`` gives "Kent (band)"."""
    base = plain_name(name.rpartition("/")[2])
    stem, dot, ending = base.rpartition(".")
    return (stem if dot and ending.isalnum() and len(ending) <= 5 else base).replace("_", " ").strip()


def _names(path: Path, source: str, quarantine: Quarantine) -> dict[str, str]:
    """Read the name of each MusicBrainz id; lines that are not UTF-8 are rejected."""
    names = {}
    with stream(path, path.name, bare=True) as file:
        for lines in TextFile(file, source, quarantine).lines():
            for line, text in lines.select(LINE, RAW_TEXT).iter_rows():
                fields = text.split("\t")
                if len(fields) < 2:
                    raise DataError(
                        f"{len(fields)} fields, expected at least 2",
                        path=path,
                        line=line,
                        remedy="write a MusicBrainz id and a name, separated by a tab",
                    )
                names[fields[0].strip().lower()] = fields[1].strip()
    return names


def _batch(rows: list[dict[str, Any]]) -> Batch:
    columns: dict[str, list[Any]] = {name: [row[name] for row in rows] for name in PAGE_COLUMNS}
    columns[c.LINKS] = [
        [dict(zip(("begin", "end", "target"), link, strict=True)) for link in links]
        for links in columns[c.LINKS]
    ]
    columns[WORKS] = [[{"begin": begin, "end": end} for begin, end in works] for works in columns[WORKS]]
    # Each row has its own file, in FILE.
    return Batch(c.DOCUMENTS_TABLE, "", pl.DataFrame(columns, PAGE_COLUMNS))
