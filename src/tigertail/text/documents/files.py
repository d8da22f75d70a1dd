"""Pages in files, one each, and pages in lines of JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tigertail.io.archives import Stream
from tigertail.io.json_rows import clean_text, parsed
from tigertail.io.quarantine import LINE, RAW_TEXT
from tigertail.io.text_rows import TextFile
from tigertail.text.documents.decoding import HEAD, decode
from tigertail.text.documents.page import BAD_BYTES, LONGEST_FILE, TOO_LARGE, Page, PageSink, whole


def one_page(stream: Stream, sink: PageSink, *, html: bool = False) -> Iterator[Page]:
    """Yield the one page of a file; ``html`` says that it is HTML, even where it has no tag ``html``."""
    sink.count()
    data = whole(stream)
    if data is None:
        sink.reject(stream.name, TOO_LARGE)
        return
    text, guessed = decode(data, html=html or b"<html" in data[:HEAD].lower())
    if guessed:
        sink.warn(BAD_BYTES, stream.name)
    yield Page(stream.name, text)


class JsonLines:
    """Reads one page from each line.

    Parameters
    ----------
    keys
        The keys in the JSON objects of our fields ``document_id, text, title, name, mbid``; a record
        needs the text alone.
    """

    def __init__(self, keys: Mapping[str, str]) -> None:
        self._text = keys["text"]
        self._others = {name: key for name, key in keys.items() if name != "text"}

    def __call__(self, stream: Stream, sink: PageSink) -> Iterator[Page]:
        """Yield the pages of a file; lines without an object or its text are rejected."""
        for block in TextFile(stream, sink.source, sink.quarantine).lines():
            for line, raw in block.select(LINE, RAW_TEXT).iter_rows():
                sink.count()
                record, problem = self._parsed(raw)
                if record is None:
                    sink.reject(stream.name, problem, raw, line)
                else:
                    yield self._page(record, stream.name, line, sink)

    def _parsed(self, raw: str) -> tuple[dict[str, Any] | None, str]:
        if len(raw) > LONGEST_FILE:
            return None, TOO_LARGE
        record = parsed(raw)
        if record is None:
            return None, "not a JSON object"
        if not isinstance(record.get(self._text), str):
            return None, f"no text under '{self._text}'"
        return record, ""

    def _page(self, record: dict[str, Any], file: str, line: int, sink: PageSink) -> Page:
        fields = {}
        for name, key in self._others.items():
            value = record.get(key)
            if isinstance(value, float) and value.is_integer():
                value = int(value)  # 7.0: what pandas makes of integers where one is missing
            if isinstance(value, str | int) and not isinstance(value, bool):
                fields[name] = clean_text(str(value)).strip()
            elif value is not None:
                sink.warn(f"'{key}' is no text and no whole number, left out", f"{file}#{line}")
        text = clean_text(record[self._text])
        name = fields.pop("document_id", "") or f"{file}#{line}"
        return Page(name, text, fields.pop("title", None) or None, fields, line=line)
