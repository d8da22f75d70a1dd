"""Text files split into blocks of lines, and lines into fields, with line numbers."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

import polars as pl

from tigertail.errors import DataError
from tigertail.io.archives import Stream
from tigertail.io.quarantine import LINE, RAW_TEXT, REASON, Quarantine, reasons

BLOCK_BYTES: Final = 16 << 20
NOT_TEXT: Final = "text that is not"  # the reason of a line in another encoding than the one that follows
_LONGEST_LINE: Final = 256 << 20  # bytes
# Bytes without a line feed: either there is one line, or lines end otherwise.
_ENOUGH_TO_TELL: Final = 1 << 16
_NO_TEXT: Final = {
    b"PAR1": ("a Parquet file", "write format = 'parquet' in the recipe"),
    b"ARROW1": ("an Arrow file", "save it as Parquet"),
    b"SQLite format 3": ("an SQLite database", "save its table as CSV"),
    b"PK\x03\x04": ("a zip archive, or a spreadsheet", "unpack it first, or save its table as CSV in UTF-8"),
    b"7z\xbc\xaf": ("a 7-Zip archive", "unpack it first"),
    b"Rar!": ("a RAR archive", "unpack it first"),
    b"%PDF": ("a PDF file", "give a text file"),
    b"\xd0\xcf\x11\xe0": ("an Office file", "save its table as CSV in UTF-8"),
}
_JSON: Final = re.compile(r"""\s*(\[\s*(\{|\]|$)|\{\s*("|$))""")
_SEPARATOR_LINE: Final = re.compile(r'"?sep=."?$')  # for Excel, before the header
_NO_FIELDS: Final = f"a field has a carriage return, or more than {csv.field_size_limit():,} characters"
_STAND_INS: Final = tuple(chr(code) for code in range(0xE000, 0xF900))  # private use: in no language's text


@dataclass(frozen=True)
class TextFile:
    """A text file being read.

    Parameters
    ----------
    stream
        Its bytes.
    source
        The source it belongs to, for the quarantine.
    quarantine
        Where rejected lines go.
    encoding
        Its encoding.
    fallback
        Encoding of lines that are not in ``encoding``, with escapes for bytes that it lacks too; None rejects them.
    comment
        What lines begin with that are left out; nothing if it is empty.
    """

    stream: Stream
    source: str
    quarantine: Quarantine
    encoding: str = "utf-8"
    fallback: str | None = None
    comment: str = ""
    # The first line that cannot be decoded: one at most, and none where there is a fallback.
    undecoded: list[int] = field(default_factory=list, init=False)

    def lines(self) -> Iterator[pl.DataFrame]:
        """Yield blocks of lines that are not blank, as columns ``LINE`` and ``RAW_TEXT``.

        Raises
        ------
        DataError
            If the file is empty or not a text file.
        """
        first = 1
        for block in self._blocks():
            if first == 1:
                self._check_text(block)
            body = block.removeprefix(codecs.BOM_UTF8) if first == 1 else block
            frame = pl.DataFrame({RAW_TEXT: self._decode(body, first)}).with_columns(
                pl.col(RAW_TEXT).str.strip_suffix("\r"), pl.int_range(first, pl.len() + first).alias(LINE)
            )
            if self.comment:
                frame = frame.filter(~pl.col(RAW_TEXT).str.starts_with(self.comment))
            yield frame.filter(pl.col(RAW_TEXT).str.contains(r"\S"))
            first += block.count(b"\n")
        if first == 1:
            raise self._empty()

    def rows(self, columns: Sequence[str], *, separator: str, quoted: bool) -> Iterator[pl.DataFrame]:
        """Yield blocks of rows for a file without a header; see :meth:`split`."""
        for frame in self.lines():
            yield self.split(frame, columns, separator=separator, quoted=quoted)

    def headed(
        self, header: Sequence[str] | None, *, separator: str, quoted: bool
    ) -> tuple[list[str], Iterator[pl.DataFrame]]:
        """Read the header, then the rows.

        Parameters
        ----------
        header
            What the header must be; None takes it as it is.
        separator, quoted
            As for :meth:`split`.

        Returns
        -------
        columns, rows
            The header's fields, in place of an empty one its number, from 1, or "column 1" where another has that
            name; and blocks of rows, see :meth:`split`.

        Raises
        ------
        DataError
            If the header is another, names two columns alike or has a quote that is not closed on its line, or the
            file is empty or not a text file.
        """
        top, blocks = self._opened()
        if _SEPARATOR_LINE.match(top[RAW_TEXT][0]) and top.height > 1:
            top = top.slice(1)
        if self.undecoded and self.undecoded[0] < top[LINE][0]:
            raise self._of_another_encoding("its first line is not", self.undecoded[0])
        if header is None and _JSON.match(top[RAW_TEXT][0]):
            raise DataError(
                "a JSON file", path=self.stream.place, remedy="write format = 'json' in the recipe"
            )
        fields, is_open = self._first_fields(top, separator, quoted)
        if is_open:  # what follows is no row
            raise DataError(
                "a quote of the header is not closed on its line",
                path=self.stream.place,
                line=top[LINE][0],
                remedy="write the header on one line of the file",
            )
        named = [name.strip() for name in fields]
        # The header of a table of pandas without names is ",0,1,2".
        taken = set(named)
        numbers = [f"column {n}" if str(n) in taken else str(n) for n in range(1, len(named) + 1)]
        columns = [name or number for name, number in zip(named, numbers, strict=True)]
        if header is not None and columns != list(header):
            raise DataError(
                f"its first line is '{separator.join(columns)[:100]}'",
                path=self.stream.place,
                line=top[LINE][0],
                remedy=f"expected the header {', '.join(header)}: give the file as published",
            )
        if twice := [name for name in dict.fromkeys(columns) if columns.count(name) > 1]:
            raise DataError(
                f"two columns have the same name, '{twice[0]}'",
                path=self.stream.place,
                line=top[LINE][0],
                remedy="rename one of them in the file, or, if these are data, write header = false in the recipe",
            )
        rest = chain([top.slice(1)], blocks)
        return columns, (self.split(frame, columns, separator=separator, quoted=quoted) for frame in rest)

    def numbered(self, *, separator: str, quoted: bool) -> tuple[list[str], Iterator[pl.DataFrame]]:
        """Read a file without a header; the names of its columns are "1", "2" and so on."""
        top, blocks = self._opened()
        width = len(self._first_fields(top, separator, quoted)[0])
        names = [str(number) for number in range(1, width + 1)]
        whole = chain([top], blocks)
        return names, (self.split(frame, names, separator=separator, quoted=quoted) for frame in whole)

    def _opened(self) -> tuple[pl.DataFrame, Iterator[pl.DataFrame]]:
        """Return the first block with a line in it, and the blocks that follow."""
        blocks = self.lines()
        for top in blocks:
            if not top.is_empty():
                return top, blocks
        raise self._of_another_encoding("no line of it is") if self.undecoded else self._empty()

    def _first_fields(self, top: pl.DataFrame, separator: str, quoted: bool) -> tuple[list[str], bool]:
        """Return the fields of the first line of a block, and whether a quote is open at its end."""
        text = top[RAW_TEXT][0]
        fields, is_open = _quoted_fields(text, separator) if quoted else (text.split(separator), False)
        if not fields:
            raise DataError(
                _NO_FIELDS,
                path=self.stream.place,
                line=top[LINE][0],
                remedy="correct the line, or write quoted = false in the recipe",
            )
        return fields, is_open

    def split(
        self, frame: pl.DataFrame, columns: Sequence[str], *, separator: str, quoted: bool
    ) -> pl.DataFrame:
        """Split lines into text columns, after ``LINE`` and ``RAW_TEXT``; lines of another width are rejected.

        Parameters
        ----------
        frame
            Lines, as :meth:`lines` yields them.
        columns
            Names of the fields.
        separator
            What stands between fields.
        quoted
            Whether fields may be in double quotes; one that does not end on its line is rejected with it.
        """
        self.quarantine.read[self.source] += frame.height
        width = len(columns)
        with_quotes = pl.col(RAW_TEXT).str.contains('"', literal=True) if quoted else pl.lit(False)
        plain = frame.filter(~with_quotes)
        fields = pl.col(RAW_TEXT).str.count_matches(separator, literal=True) + 1
        plain = self._keep(plain, (fields != width, _wrong_number(width)))
        parts = pl.col(RAW_TEXT).str.split_exact(separator, width - 1)
        plain = plain.with_columns(parts.struct.rename_fields(list(columns)).struct.unnest())
        hard = frame.filter(with_quotes)
        if hard.is_empty():
            return plain
        return pl.concat([plain, self._split_quoted(hard, columns, separator)]).sort(LINE)

    def _split_quoted(self, frame: pl.DataFrame, columns: Sequence[str], separator: str) -> pl.DataFrame:
        cells, opened = zip(*(_quoted_fields(text, separator) for text in frame[RAW_TEXT]), strict=True)
        is_open, sizes = pl.Series(opened, dtype=pl.Boolean), pl.Series([len(row) for row in cells])
        width = len(columns)
        good = (sizes == width) & ~is_open
        usable = self._keep(
            frame,
            (pl.lit(is_open), "a quote that is not closed on its line"),
            (pl.lit(sizes == 0), _NO_FIELDS),
            (pl.lit(sizes != width), _wrong_number(width)),
        )
        values = list(zip(*(row for row, is_good in zip(cells, good, strict=True) if is_good), strict=True))
        values = values or [()] * width
        fields = [pl.Series(name, cell, pl.String) for name, cell in zip(columns, values, strict=True)]
        return usable.with_columns(fields)

    def _keep(self, frame: pl.DataFrame, *bad: tuple[pl.Expr, str]) -> pl.DataFrame:
        return self.quarantine.usable_rows(self.source, self.stream.name, frame, reasons(*bad))

    def _blocks(self) -> Iterator[bytes]:
        """Yield blocks of whole lines, which end in a line feed whatever ends them in the file."""
        rest = b""
        for data in self._pieces():
            cut = data.rfind(b"\n") + 1
            if cut:
                yield rest + data[:cut]
                rest = data[cut:]
            else:
                rest += data
            if len(rest) > _LONGEST_LINE:
                raise DataError(
                    f"a line is longer than {_LONGEST_LINE >> 20} MB",
                    path=self.stream.place,
                    remedy="give a text file with shorter lines",
                )
        if rest:
            yield rest + b"\n"

    def _pieces(self) -> Iterator[bytes]:
        """Yield the bytes; if the first of them have carriage returns alone, as on an old Macintosh, as line feeds."""
        start = b""
        while len(start) < _ENOUGH_TO_TELL and b"\n" not in start:
            data = self.stream.read(BLOCK_BYTES)
            if not data:
                break
            start += data
        old = b"\n" not in start and b"\r" in start
        if start:
            yield start.replace(b"\r", b"\n") if old else start
        while data := self.stream.read(BLOCK_BYTES):
            yield data.replace(b"\r", b"\n") if old else data

    def _check_text(self, block: bytes) -> None:
        """Refuse what is no text in an encoding that can be read in blocks."""
        # Without the mark too: two letters of ASCII at the start have a zero byte each, both on one side.
        utf_16 = block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        if utf_16 or b"\0\0" in (block[0:4:2], block[1:4:2]):
            raise DataError("encoded as UTF-16", path=self.stream.place, remedy="save it as UTF-8")
        for start, (what, remedy) in _NO_TEXT.items():
            if block.startswith(start):
                raise DataError(what, path=self.stream.place, remedy=remedy)

    def _empty(self) -> DataError:
        return DataError("the file is empty", path=self.stream.place, remedy="check the download")

    def _of_another_encoding(self, what: str, line: int | None = None) -> DataError:
        remedy = "name its encoding in the recipe, such as encoding = 'windows-1252', or save it as UTF-8"
        problem = f"{what} {self.encoding} text"
        return DataError(problem, path=self.stream.place, line=line, remedy=remedy)

    def _decode(self, block: bytes, first: int) -> pl.Series:
        try:
            return pl.Series(block.decode(self.encoding).split("\n")[:-1], dtype=pl.String)
        except UnicodeDecodeError:
            return self._decode_each(block.split(b"\n")[:-1], first)

    def _decode_each(self, lines: list[bytes], first: int) -> pl.Series:
        """Decode line by line; one that cannot be decoded is read in the fallback.

        Without a fallback it is rejected, and blank in what is returned. Comments are never rejected.
        """
        texts: list[str] = []
        failed: list[tuple[int, str]] = []
        for line, raw in enumerate(lines, start=first):
            try:
                texts.append(raw.decode(self.encoding))
            except UnicodeDecodeError:
                shown = raw.decode(self.fallback or self.encoding, "backslashreplace").rstrip("\r")
                if self.comment and shown.startswith(self.comment):
                    texts.append(shown)
                    continue
                failed.append((line, shown))
                texts.append(shown if self.fallback else "")
        if self.fallback:
            examples = [" ".join(text.split()) for _, text in failed]
            what = f"{NOT_TEXT} {self.encoding}, read as {self.fallback}"
            self.quarantine.warn(self.source, what, len(failed), examples)
        else:
            self.undecoded.extend(line for line, _ in failed[: 1 - len(self.undecoded)])
            self.quarantine.read[self.source] += len(failed)
            rows = pl.DataFrame(failed, schema=[LINE, RAW_TEXT], orient="row")
            rows = rows.with_columns(pl.lit(f"{NOT_TEXT} {self.encoding}").alias(REASON))
            self.quarantine.reject(self.source, self.stream.name, rows)
        return pl.Series(texts, dtype=pl.String)


def _wrong_number(expected: int) -> str:
    return f"wrong number of fields (expected {expected})"


def _quoted_fields(text: str, separator: str) -> tuple[list[str], bool]:
    """Return the fields of a line, none if they cannot be told, and whether a quote is open at its end."""
    one, replaced = _one_sign(text, separator)
    # Not strict: text may follow a quoted field: '"A" Band'. An open one goes on in the second line.
    reader = csv.reader([replaced, ""], delimiter=one)
    try:
        fields = next(reader)
    except csv.Error:  # a field too long to be one, or with a carriage return
        return [], False
    is_open = reader.line_num > 1
    return fields if one == separator else [field.replace(one, separator) for field in fields], is_open


def _one_sign(text: str, separator: str) -> tuple[str, str]:
    """Return a separator of one sign, which the reader of quoted fields needs, and the line with it."""
    if len(separator) == 1:
        return separator, text
    stand_in = next(sign for sign in _STAND_INS if sign not in text)
    return stand_in, text.replace(separator, stand_in)
