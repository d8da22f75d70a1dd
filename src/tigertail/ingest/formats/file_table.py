"""A table in a file: its columns, and its rows in blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tigertail.ingest.formats.source import ROW_KEY


@dataclass(frozen=True)
class FileTable:
    """A table in a file.

    Attributes
    ----------
    name
        Its name in its folder or archive, as reports show it.
    path
        Its path, as messages show it; of a member of an archive ``ARCHIVE/NAME``.
    columns
        Its columns.
    blocks
        ``blocks(columns, telling_apart)`` reads its rows in blocks: at least ``columns``, ``LINE``, and where the file
        is text ``RAW_TEXT`` (:mod:`tigertail.io.quarantine`). Rows that differ in a column of ``telling_apart`` are no
        duplicates, though they are equal in ``columns``: a hash of ``telling_apart`` is the column
        :data:`~tigertail.ingest.formats.source.ROW_KEY`, which is there if ``telling_apart`` names any column. To be
        called once, before the next table is asked for: a stream is read as it comes.
    """

    name: str
    path: Path
    columns: list[str]
    blocks: Callable[[Sequence[str], Sequence[str]], Iterator[pl.DataFrame]]


def row_keys(columns: Sequence[str]) -> list[pl.Expr]:
    """Return the expression of :data:`~tigertail.ingest.formats.source.ROW_KEY`, a hash of 64 bits, in a list.

    The list is empty if there are no columns.
    """
    return [pl.struct(columns).hash().alias(ROW_KEY)] if columns else []
