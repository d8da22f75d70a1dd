"""Pages in files of their own, and pages in lines of JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tigertail.io.archives import Stream
from tigertail.io.quarantine import LINE, TEXT
from tigertail.io.text_rows import TextFile
from tigertail.text.documents.decoding import decode
from tigertail.text.documents.page import BAD_BYTES, LONGEST_FILE, TOO_LARGE, Page, PageSink, whole


def one_page(stream: Stream, desk: PageSink) -> Iterator[Page]:
    """Yield the page that a file is."""
    desk.read()
    data = whole(stream)
    if data is None:
        desk.refuse(stream.name, TOO_LARGE)
        return
    text, guessed = decode(data, html=b"<html" in data[:2048].lower())
    if guessed:
        desk.odd(BAD_BYTES, stream.name)
    yield Page(stream.name, text)


class JsonLines:
    """Reads a page a line.

    Parameters
    ----------
    keys
        Our fields (``document_id, text, title, name, mbid``) and what they are called there.
    """

    def __init__(self, keys: Mapping[str, str]) -> None:
        self._keys = keys

    def __call__(self, stream: Stream, desk: PageSink) -> Iterator[Page]:
        """Yield the pages of a file; lines without an object or its text are refused."""
        for block in TextFile(stream, desk.source, desk.quarantine).lines():
            for line, raw in block.select(LINE, TEXT).iter_rows():
                desk.read()
                found, problem = self._parsed(raw)
                if found is None:
                    desk.refuse(stream.name, problem, raw[:200], line)
                else:
                    yield self._page(found, stream.name, line)

    def _parsed(self, raw: str) -> tuple[dict[str, Any] | None, str]:
        if len(raw) > LONGEST_FILE:
            return None, TOO_LARGE
        try:
            found = json.loads(raw)
        except (ValueError, RecursionError):
            return None, "not an object in JSON"
        if not isinstance(found, dict):
            return None, "not an object in JSON"
        if not isinstance(found.get(self._keys["text"]), str):
            return None, f"no text under '{self._keys['text']}'"
        return found, ""

    def _page(self, found: dict[str, Any], file: str, line: int) -> Page:
        said = {
            ours: str(found[theirs]).strip()
            for ours, theirs in self._keys.items()
            if ours != "text" and isinstance(found.get(theirs), (str, int))
        }
        # json allows half of a surrogate pair, which no other program does.
        text = found[self._keys["text"]].encode("utf-8", "replace").decode("utf-8")
        name = said.pop("document_id", "") or f"{file}#{line}"
        return Page(name, text, said.pop("title", None), said, line=line)
