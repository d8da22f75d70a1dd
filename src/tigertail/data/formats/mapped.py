"""Tables of anyone's making: which of their columns is which of ours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal, Self

import polars as pl
from pydantic import Field, model_validator

from tigertail import columns as c
from tigertail.data.formats.source import REFERENCE, Batch, Source
from tigertail.data.quarantine import LINE, TEXT
from tigertail.errors import DataError

TABLE_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    c.PLAYS_TABLE: (c.LISTENER_ID, *REFERENCE, c.PLAYS, c.RATING, c.LAST_PLAYED),
    c.LISTENERS_TABLE: (c.LISTENER_ID, c.COUNTRY, c.LANGUAGE),
    c.ITEMS_TABLE: (*REFERENCE, c.COUNTRY),
    c.ANNOTATIONS_TABLE: (*REFERENCE, c.FACET, c.LABEL, c.WEIGHT, c.SOURCE, c.ANNOTATOR),
    c.MENTIONS_TABLE: (*REFERENCE, c.DOCUMENT_ID, c.COUNT),
}
_REQUIRED: Final[dict[str, list[tuple[str, ...]]]] = {
    c.PLAYS_TABLE: [(c.LISTENER_ID,), (c.ITEM_ID, c.NAME, c.MBID)],
    c.LISTENERS_TABLE: [(c.LISTENER_ID,)],
    c.ITEMS_TABLE: [(c.ITEM_ID, c.NAME, c.MBID)],
    c.ANNOTATIONS_TABLE: [(c.ITEM_ID, c.NAME, c.MBID), (c.LABEL,)],
    c.MENTIONS_TABLE: [(c.ITEM_ID, c.NAME, c.MBID), (c.DOCUMENT_ID,)],
}


class MappedSource(Source):
    """A table whose columns the recipe names.

    Attributes
    ----------
    table
        The table it supplies.
    columns
        Our columns and what they are called there, or their number from 1 where there is no header. Left
        out, the columns are those that carry our names.
    values
        Our columns that are the same in every row.
    events
        Whether a row is one play. Left out: if it has a time and neither count nor rating.
    rating_scale
        The lowest and the highest rating.
    files
        Which files of a folder or archive are read.
    """

    kind: Literal["artist", "album", "track"] = "artist"
    table: Literal["plays", "listeners", "items", "annotations", "mentions"] = "plays"
    columns: dict[str, str | int] = Field(default_factory=dict)
    values: dict[str, str] = Field(default_factory=dict)
    events: bool | None = None
    rating_scale: tuple[float, float] | None = None
    files: str = "*"

    @model_validator(mode="after")
    def _check(self) -> Self:
        ours = TABLE_COLUMNS[self.table]
        if unknown := sorted((self.columns.keys() | self.values.keys()) - set(ours)):
            raise ValueError(f"unknown column {', '.join(unknown)}; {self.table} has {', '.join(ours)}")
        if c.RATING in self.columns and self.rating_scale is None:
            raise ValueError("a rating needs its scale, such as rating_scale = [1, 5]")
        if self.rating_scale is not None and not self.rating_scale[0] < self.rating_scale[1]:
            raise ValueError("rating_scale is the lowest rating, then the highest")
        return self

    @property
    def named(self) -> str:
        """The source's name: as given, else its file's."""
        return self.name or re.sub(r"[:\s]+", "-", self.path.name.partition(".")[0])

    def mapping(self, found: Sequence[str], path: Path) -> dict[str, str]:
        """Return our columns and theirs.

        Parameters
        ----------
        found
            The file's columns.
        path
            The file.

        Raises
        ------
        DataError
            If a column is missing.
        """
        ours = TABLE_COLUMNS[self.table]
        mapping = {our: _theirs(their, found) for our, their in self.columns.items()}
        mapping = mapping or {our: our for our in ours if our in found}
        if c.RATING in mapping and self.rating_scale is None:
            mapping.pop(c.RATING)
        missing = sorted(their for their in mapping.values() if their not in found)
        if missing:
            raise DataError(
                f"no column {', '.join(missing)}",
                path=path,
                remedy=f"it has {', '.join(found)}; put this right under 'columns' in the recipe",
            )
        for choices in _REQUIRED[self.table]:
            if not set(choices) & (mapping.keys() | self.values.keys()):
                raise DataError(
                    f"which column is the {' or '.join(choices)}?",
                    path=path,
                    remedy=f"say so under 'columns' in the recipe; the file has {', '.join(found)}",
                )
        return mapping

    def batch(self, file: str, rows: pl.DataFrame, mapping: dict[str, str]) -> Batch:
        """Turn rows with their columns into a batch with ours."""
        kept = [name for name in (LINE, TEXT) if name in rows.columns]
        theirs: list[Any] = [pl.col(their).alias(our) for our, their in mapping.items()]
        values = [pl.lit(value).alias(our) for our, value in self.values.items()]
        timed = c.LAST_PLAYED in mapping and not {c.PLAYS, c.RATING} & mapping.keys()
        return Batch(
            self.table,
            file,
            rows.select(*kept, *theirs, *values),
            events=timed if self.events is None else self.events,
            rating_scale=self.rating_scale or (0.0, 1.0),
        )


def _theirs(their: str | int, found: Sequence[str]) -> str:
    if isinstance(their, int):
        return found[their - 1] if 0 < their <= len(found) else f"number {their}"
    return their
