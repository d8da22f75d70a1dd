"""Objects in JSON files: one in each line, an array of them, or a document.

A document has an array of objects in it or in one of its objects, objects by their ids, a table column by column, or
objects one after the other.
"""

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
from tigertail.io.text_rows import NOT_TEXT, TextFile

DOCUMENT: Final = "document"
"""Key that each row of a document gets, for the single values that stand beside the list of rows."""

PIECE: Final = 1 << 20  # bytes read at once
ROWS: Final = 20_000  # of a block

_START: Final = 1 << 20  # bytes in which the first line is looked for
_LINES_TRIED: Final = 20
_LONGEST: Final = 64 << 20  # characters of the longest object, and the most bytes read at once for it
_BETWEEN: Final = re.compile(r"[\s,\[\]]*")  # an array of arrays is read as one
_NEXT: Final = re.compile(r"\}\s*,\s*(?=\{)")
_NEXT_LINE: Final = re.compile(r"\n(?=\{)")
_ESCAPED: Final = re.compile("[\udc80-\udcff]")  # what "surrogateescape" makes of bytes that are no UTF-8
_NO_OBJECT: Final = "not an object in JSON"
NO_UTF8: Final = f"{NOT_TEXT} utf-8"
"""Why objects with other bytes are rejected."""
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

        In an array or a document the number of an object serves as its line. Not every text is an object:
        a line may be broken, and a list in a document may have other values too. Callers try :func:`parsed`.

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
        decoder = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape")
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
            own = text[place:end]
            if not isinstance(element, dict):
                self._reject(number, own, _NO_OBJECT)
            elif not _is_utf8(own):
                self._reject(number, own, NO_UTF8)
            else:
                rows.append((number, own))
            place = end
            if len(rows) >= ROWS:
                yield _frame(rows)
                rows = []
        yield _frame(rows)

    def _document(self) -> Iterator[pl.DataFrame]:
        """Read a document whole: objects one after the other, or one with a list of objects in it.

        Of objects one after the other, one that cannot be read is rejected up to the next line that begins with one.
        """
        pieces = iter(lambda: self.stream.read(PIECE), b"")
        text = b"".join(pieces).decode("utf-8-sig", "surrogateescape")
        rows: list[tuple[int, Any]] = []
        place = number = 0
        while (place := _BETWEEN.match(text, place).end()) < len(text):  # type: ignore[union-attr]
            number += 1
            try:
                element, place = _DECODER.raw_decode(text, place)
            except (ValueError, RecursionError):
                following = _NEXT_LINE.search(text, place)
                end = following.end() if following else len(text)
                self._reject(number, text[place:end], _NO_OBJECT)
                place = end
            else:
                rows.append((number, element))
        if len(rows) == 1:
            rows = list(enumerate(_rows_in(rows[0][1]), start=1))
        if not _is_utf8(text):
            rows = list(self._in_utf8(rows))
        for first in range(0, len(rows), ROWS):
            yield _frame([(number, json.dumps(row)) for number, row in rows[first : first + ROWS]])

    def _in_utf8(self, rows: list[tuple[int, Any]]) -> Iterator[tuple[int, Any]]:
        """Yield the rows of a document, but for those with bytes that are no UTF-8, which are rejected."""
        for number, row in rows:
            shown = json.dumps(row, ensure_ascii=False)
            if _is_utf8(shown):
                yield number, row
            else:
                self._reject(number, shown, NO_UTF8)

    def _reject(self, number: int, text: str, reason: str) -> None:
        self.quarantine.read[self.source] += 1
        shown = text[:1000].encode("utf-8", "backslashreplace").decode("utf-8")
        rows = pl.DataFrame({LINE: [number], RAW_TEXT: [shown], REASON: [reason]})
        self.quarantine.reject(self.source, self.stream.name, rows)


def parsed(text: str) -> dict[str, Any] | None:
    """Return an object in JSON, with a comma behind it or not, or None if it is not one."""
    try:
        value = json.loads(text.rstrip(", \r\n"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def clean_text(text: str) -> str:
    """Return text with a ? for each half of a surrogate pair: JSON allows them alone, UTF-8 does not."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _is_utf8(text: str) -> bool:
    """Return whether no byte of a text was escaped because it is no UTF-8."""
    return text.isascii() or not _ESCAPED.search(text)


def _is_document(start: bytes) -> bool:
    """Return whether none of the first lines is an object by itself, or there is one line alone.

    A file of lines of which some are broken is no document.
    """
    first, *others = (line for line in start.split(b"\n")[:_LINES_TRIED] if line.strip())
    if not others:
        return True
    return all(parsed(line.decode("utf-8", "replace")) is None for line in (first, *others))


def _rows_in(document: Any) -> list[Any]:
    """Return the longest list of objects in an object or in one directly inside it, or the object itself without one.

    The rows know the single values beside the lists, as :data:`DOCUMENT`.
    """
    if not isinstance(document, dict):
        return [document]
    if (table := _table(document)) is not None:
        return table
    beside = {key: value for key, value in document.items() if not isinstance(value, list | dict)}
    within = [value for inner in document.values() if isinstance(inner, dict) for value in inner.values()]
    lists = [value for value in (*document.values(), *within) if isinstance(value, list)]
    rows = max(lists, key=_count_objects, default=[])
    if not _count_objects(rows):
        if len(document) > 1 and all(isinstance(value, dict) for value in document.values()):
            return list(document.values())  # by their ids, which are left out; one alone is a row itself
        return [document]
    return [row | {DOCUMENT: beside} if beside and isinstance(row, dict) else row for row in rows]


def _count_objects(values: list[Any]) -> int:
    return sum(isinstance(one, dict) for one in values)


def _table(document: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Return the rows of a table that is written column by column, or None if it is no table.

    A column is a list, or an object with numbers of rows as its keys, the same in all. A column alone is no table.
    """
    cells = [list(values.values()) if isinstance(values, dict) else values for values in document.values()]
    if len(cells) < 2 or not all(isinstance(values, list) and not _count_objects(values) for values in cells):
        return None
    columns = [
        values if isinstance(values, dict) else {str(number): value for number, value in enumerate(values)}
        for values in document.values()
    ]
    numbers = columns[0]
    if not all(map(str.isdecimal, numbers)) or any(one.keys() != numbers.keys() for one in columns):
        return None
    return [
        {name: values[number] for name, values in zip(document, columns, strict=True)} for number in numbers
    ]


def _frame(rows: list[tuple[int, str]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={LINE: pl.Int64, RAW_TEXT: pl.String}, orient="row")
