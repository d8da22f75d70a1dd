"""Objects in JSON files: one in each line, an array of them, or a document with an array of them somewhere in it."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from tigertail.errors import DataError
from tigertail.io.archives import Stream
from tigertail.io.quarantine import LINE, RAW_TEXT, REASON, Quarantine
from tigertail.io.text_rows import TextFile

DOCUMENT: Final = "document"
"""In an object of a list: the single values of the document beside the list."""

PIECE: Final = 1 << 20
ROWS: Final = 20_000

_START: Final = 1 << 20  # bytes in which the first line is looked for
_LINES_TRIED: Final = 20
_LONGEST: Final = 64 << 20  # characters of the longest object
_BETWEEN: Final = re.compile(r"[\s,\[\]]*")  # an array of arrays is read as one
_NEXT: Final = re.compile(r"\}\s*,\s*(?=\{)")
_DECODER: Final = json.JSONDecoder()


@dataclass(frozen=True)
class JsonFile:
    """A JSON file being read.

    Parameters
    ----------
    stream
        Its bytes.
    source
        The source it belongs to, for the quarantine.
    quarantine
        Where goes what is no object.
    """

    stream: Stream
    source: str
    quarantine: Quarantine

    def objects(self) -> Iterator[pl.DataFrame]:
        """Yield blocks of objects, as columns ``LINE`` and ``RAW_TEXT``; the rows are counted as read.

        In an array the number of an object serves as its line. In a file of lines, a line may be no
        object: callers try :func:`parsed`.

        Raises
        ------
        DataError
            If the file is empty or no JSON.
        """
        start = self.stream.start(_START).removeprefix(codecs.BOM_UTF8).lstrip()
        if not start:
            raise DataError("the file is empty", path=self.stream.place, remedy="check the download")
        if start.startswith(b"["):
            blocks = self._array()
        elif start.startswith(b"{") and _is_document(start):
            blocks = self._document()
        else:
            blocks = TextFile(self.stream, self.source, self.quarantine).lines()
        for block in blocks:
            self.quarantine.read[self.source] += block.height
            yield block

    def _array(self) -> Iterator[pl.DataFrame]:
        """Read the elements one by one; what cannot be read is rejected up to the next object."""
        decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
        text, place, number, ended, size = "", 0, 0, False, PIECE
        rows: list[tuple[int, str]] = []
        while True:
            place = _BETWEEN.match(text, place).end()  # type: ignore[union-attr]
            try:
                element, end = _DECODER.raw_decode(text, place)
                if end == len(text) and not ended:
                    raise ValueError  # a number may go on
            except (ValueError, RecursionError):
                if not ended and len(text) - place < _LONGEST:
                    data = self.stream.read(size)
                    ended = not data
                    text, place, size = text[place:] + decoder.decode(data, ended), 0, min(2 * size, _LONGEST)
                    continue
                if place >= len(text):
                    break
                following = _NEXT.search(text, place)
                end = following.end() if following else len(text)
                element = None
            number += 1
            size = PIECE
            if isinstance(element, dict):
                rows.append((number, text[place:end]))
            else:
                self._reject(number, text[place:end])
            place = end
            if len(rows) >= ROWS:
                yield _frame(rows)
                rows = []
        yield _frame(rows)

    def _document(self) -> Iterator[pl.DataFrame]:
        """Read a document whole: objects one after the other, or one with a list of objects in it."""
        pieces = iter(lambda: self.stream.read(PIECE), b"")
        text = b"".join(pieces).decode("utf-8-sig", "replace")
        rows: list[Any] = []
        place = 0
        while (place := _BETWEEN.match(text, place).end()) < len(text):  # type: ignore[union-attr]
            try:
                element, place = _DECODER.raw_decode(text, place)
            except (ValueError, RecursionError):
                self._reject(len(rows) + 1, text[place:])
                break
            rows.append(element)
        rows = _rows_in(rows[0]) if len(rows) == 1 else rows
        for first in range(0, len(rows), ROWS):
            part = rows[first : first + ROWS]
            yield _frame([(number, json.dumps(row)) for number, row in enumerate(part, start=first + 1)])

    def _reject(self, number: int, text: str) -> None:
        self.quarantine.read[self.source] += 1
        shown = text[:1000].encode("utf-8", "replace").decode("utf-8")
        rows = pl.DataFrame({LINE: [number], RAW_TEXT: [shown], REASON: ["not an object in JSON"]})
        self.quarantine.reject(self.source, self.stream.name, rows)


def parsed(text: str) -> dict[str, Any] | None:
    """Return an object in JSON, with a comma behind it or not, or None if the text is none."""
    try:
        value = json.loads(text.rstrip(", \r\n"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def clean_text(text: str) -> str:
    """Return text without the halves of surrogate pairs that JSON allows and no other program does."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _is_document(start: bytes) -> bool:
    """Return whether objects go on after their line, or there is one alone; in a file of lines some may be broken."""
    first, *others = (line for line in start.split(b"\n")[:_LINES_TRIED] if line.strip())
    if not others:
        return True
    return all(parsed(line.decode("utf-8", "replace")) is None for line in (first, *others))


def _rows_in(document: Any) -> list[Any]:
    """Return the longest list of objects in an object, or the object itself if there is none.

    The rows know the single values beside the lists, as ``document``.
    """
    if not isinstance(document, dict):
        return [document]
    beside = {key: value for key, value in document.items() if not isinstance(value, list | dict)}
    within = [value for inner in document.values() if isinstance(inner, dict) for value in inner.values()]
    lists = [value for value in (*document.values(), *within) if isinstance(value, list)]
    objects = [[one for one in values if isinstance(one, dict)] for values in lists]
    if columns := _columns(document):
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    rows = max(objects, key=len, default=[])
    if not rows and len(document) > 1 and all(isinstance(value, dict) for value in document.values()):
        return list(document.values())  # objects by their ids; a document with one alone is a row
    return [row | {DOCUMENT: beside} if beside else row for row in rows] or [document]


def _columns(document: dict[str, Any]) -> dict[str, list[Any]]:
    """Return the columns of a table that is written column by column, as lists or by the number of the row.

    A column alone is no table.
    """
    columns = {
        name: list(values.values())
        if isinstance(values, dict) and all(map(str.isdecimal, values))
        else values
        for name, values in document.items()
    }
    lists = all(
        isinstance(values, list) and not any(isinstance(one, dict) for one in values)
        for values in columns.values()
    )
    return columns if lists and len(columns) > 1 and len(set(map(len, columns.values()))) == 1 else {}


def _frame(rows: list[tuple[int, str]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={LINE: pl.Int64, RAW_TEXT: pl.String}, orient="row")
