"""The tables of a dataset: which columns they have, of which type, and which are required."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.errors import DataError


@dataclass(frozen=True)
class Table:
    """One table of a dataset.

    Parameters
    ----------
    name
        Its name, and the stem of its Parquet file.
    required
        Columns that are always there, with their types.
    optional
        Columns that may be there, with their types.
    """

    name: str
    required: dict[str, pl.DataType]
    optional: dict[str, pl.DataType]

    @property
    def columns(self) -> dict[str, pl.DataType]:
        """Every column the table may have, with its type."""
        return self.required | self.optional

    def conform(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """Cast the known columns to their types, in the vocabulary's order; other columns follow as they are.

        Raises
        ------
        DataError
            If a required column is missing.
        """
        names = frame.collect_schema().names()
        if missing := [name for name in self.required if name not in names]:
            raise DataError(
                f"table '{self.name}' lacks the column {', '.join(missing)}",
                remedy=f"it needs {', '.join(self.required)}",
            )
        known = [pl.col(name).cast(dtype) for name, dtype in self.columns.items() if name in names]
        return frame.select(*known, *(name for name in names if name not in self.columns))


_TEXT: Final = pl.String()
_REAL: Final = pl.Float32()

TABLES: Final[dict[str, Table]] = {
    table.name: table
    for table in (
        Table(
            c.PLAYS_TABLE,
            {c.LISTENER_ID: _TEXT, c.ITEM_ID: _TEXT, c.PLAYS: _REAL},
            {c.RATING: _REAL, c.LAST_PLAYED: pl.Datetime("us", "UTC")},
        ),
        Table(c.LISTENERS_TABLE, {c.LISTENER_ID: _TEXT}, {c.COUNTRY: _TEXT, c.LANGUAGE: _TEXT}),
        Table(
            c.ITEMS_TABLE,
            {c.ITEM_ID: _TEXT, c.NAME: _TEXT, c.KIND: _TEXT},
            {c.ARTIST_ID: _TEXT, c.MBID: _TEXT, c.COUNTRY: _TEXT},
        ),
        Table(
            c.ANNOTATIONS_TABLE,
            {c.ITEM_ID: _TEXT, c.FACET: _TEXT, c.LABEL: _TEXT, c.WEIGHT: _REAL, c.SOURCE: _TEXT},
            {c.ANNOTATOR: _TEXT},
        ),
        Table(c.AUDIO_TABLE, {c.ITEM_ID: _TEXT}, {c.CLIP_ID: _TEXT}),
        Table(
            c.SEQUENCES_TABLE,
            {c.SEQUENCE_ID: _TEXT, c.POSITION: pl.Int32(), c.ITEM_ID: _TEXT},
            {c.CURATOR: _TEXT},
        ),
        Table(
            c.DOCUMENTS_TABLE,
            {c.DOCUMENT_ID: _TEXT, c.TEXT: _TEXT, c.MARKUP: _TEXT},
            {c.TITLE: _TEXT, c.ITEM_ID: _TEXT},
        ),
        Table(
            c.MENTIONS_TABLE,
            {c.ITEM_ID: _TEXT, c.DOCUMENT_ID: _TEXT, c.COUNT: _REAL},
            {c.POSITIONS: pl.List(pl.Int32()), c.LINKS: _REAL},
        ),
        Table(c.PAIRS_TABLE, {c.ITEM_A: _TEXT, c.ITEM_B: _TEXT, c.COUNT: _REAL}, {}),
    )
}
