"""Text tables: fields separated by a comma, a tab or any other text."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Sequence
from functools import partial

import polars as pl
from pydantic import Field, field_validator

from tigertail.ingest.formats.file_table import FileTable, row_keys
from tigertail.ingest.formats.mapped import MappedSource
from tigertail.io.archives import required_streams
from tigertail.io.files import separator_in
from tigertail.io.quarantine import Quarantine
from tigertail.io.text_rows import TextFile


class Csv(MappedSource):
    """A text table, by default separated by commas.

    Attributes
    ----------
    separator
        What stands between fields: one character or several, such as ``<SEP>``.
    quoted
        Whether fields may be in double quotes; a field must end on its line.
    header
        Whether the first line names the columns.
    encoding
        Encoding of the text.
    comment
        What lines begin with that are no rows, such as ``#``; left out, there are none.
    """

    separator: str = Field(default=",", min_length=1, max_length=20)
    quoted: bool = True
    header: bool = True
    encoding: str = "utf-8"
    comment: str = ""

    @field_validator("separator")
    @classmethod
    def _in_a_line(cls, separator: str) -> str:
        if set(separator) & {"\n", "\r"}:
            raise ValueError("what ends lines cannot stand between their fields; write such as ',' or '\\t'")
        return separator

    @field_validator("encoding")
    @classmethod
    def _known(cls, encoding: str) -> str:
        try:
            name = codecs.lookup(encoding).name
            feed = b"\n".decode(name, "replace")  # refuses what is no encoding of text, such as hex
        except (LookupError, UnicodeError) as error:
            raise ValueError(
                f"unknown encoding '{encoding}'; one of text is such as 'windows-1252'"
            ) from error
        if feed != "\n":
            raise ValueError(
                f"{encoding} has line ends of its own and cannot be read in blocks: save the file as UTF-8"
            )
        return name

    def hint(self, given: Sequence[str]) -> str:
        """Say what to write in the recipe for a file whose columns were not separated, or that has no header."""
        if (sign := separator_in(given)) is not None:
            return f"; or write separator = {json.dumps(sign)}"
        if self.header:
            return "; if these are data, write header = false, and columns by number from 1"
        return ""

    def tables(self, quarantine: Quarantine) -> Iterator[FileTable]:
        """Yield the tables of the files."""
        for stream in required_streams(self.path, self.files):
            file = TextFile(stream, self.label, quarantine, encoding=self.encoding, comment=self.comment)
            if self.header:
                names, blocks = file.headed(None, separator=self.separator, quoted=self.quoted)
            else:
                names, blocks = file.numbered(separator=self.separator, quoted=self.quoted)
            yield FileTable(stream.name, stream.place, names, partial(_all, blocks))


def _all(
    blocks: Iterator[pl.DataFrame], columns: Sequence[str], telling_apart: Sequence[str]
) -> Iterator[pl.DataFrame]:
    """Yield blocks with all columns: fields are split together."""
    return (block.with_columns(row_keys(telling_apart)) for block in blocks)


class Tsv(Csv):
    """A text table separated by tabs, in which quotes are ordinary characters."""

    separator: str = Field(default="\t", min_length=1, max_length=20)
    quoted: bool = False
