"""A table in a file: its columns, and its rows in blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from tigertail.ingest.formats.source import ROW_KEY

_SHOWN: Final = 30  # columns in a message
_LENGTH: Final = 60  # characters of one


@dataclass(frozen=True)
class FileTable:
    """A table in a file.

    Attributes
    ----------
    name
        Its name in its folder or archive, as reports show it.
    path
        Its path, as messages show it: of a member of an archive the archive's, followed by the name.
    columns
        Its columns.
    blocks
        Reads its rows in blocks: at least the given columns, ``LINE``, and where the file is text ``RAW_TEXT``
        (:mod:`tigertail.io.quarantine`). Of the columns given second only whether rows are equal in them is wanted:
        they make up :data:`~tigertail.ingest.formats.source.ROW_KEY`, which is there if any are given. To be called
        once, before the next table is asked for: a stream is read as it comes.
    """

    name: str
    path: Path
    columns: list[str]
    blocks: Callable[[Sequence[str], Sequence[str]], Iterator[pl.DataFrame]]


def row_keys(columns: Sequence[str]) -> list[pl.Expr]:
    """Return :data:`~tigertail.ingest.formats.source.ROW_KEY` of some columns; nothing where there are none."""
    return [pl.struct(columns).hash().alias(ROW_KEY)] if columns else []


def shown(columns: Sequence[str]) -> str:
    """Return the names of a file's columns for a message: not all of hundreds, nor a whole text that is no name.

    Examples
    --------
    >>> shown(["user", "artist"])
    'user, artist'
    """
    names = [name if len(name) <= _LENGTH else f"{name[:_LENGTH]}..." for name in columns[:_SHOWN]]
    more = [f"and {len(columns) - _SHOWN:,} more"] if len(columns) > _SHOWN else []
    return ", ".join([*names, *more])
