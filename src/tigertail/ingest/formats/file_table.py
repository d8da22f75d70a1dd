"""A table in a file: its columns, and its rows in blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl


@dataclass(frozen=True)
class FileTable:
    """A table in a file.

    Attributes
    ----------
    name
        The file, as reports show it.
    path
        The file, as messages show it.
    columns
        Its columns.
    blocks
        Reads its rows in blocks: at least the given columns, ``LINE``, and of text also ``TEXT``.
    """

    name: str
    path: Path
    columns: list[str]
    blocks: Callable[[Sequence[str]], Iterator[pl.DataFrame]]
