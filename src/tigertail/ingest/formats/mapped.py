"""Tables of anyone's making: which of their columns is which of ours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal, Self

import polars as pl
from pydantic import Field, model_validator

from tigertail import columns as c
from tigertail.errors import DataError
from tigertail.ingest.formats.source import DESCRIPTOR, PAIR_SIDES, REFERENCE, Batch, Source
from tigertail.io.quarantine import LINE, TEXT

_ITEM: Final = (c.ITEM_ID, c.NAME, c.MBID)

TABLE_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    c.PLAYS_TABLE: (c.LISTENER_ID, *REFERENCE, c.PLAYS, c.RATING, c.LAST_PLAYED),
    c.LISTENERS_TABLE: (c.LISTENER_ID, c.COUNTRY, c.LANGUAGE),
    c.ITEMS_TABLE: (*REFERENCE, c.COUNTRY),
    c.ANNOTATIONS_TABLE: (*REFERENCE, c.FACET, c.LABEL, c.WEIGHT, c.SOURCE, c.ANNOTATOR),
    c.AUDIO_TABLE: (*REFERENCE, c.CLIP_ID),
    c.SEQUENCES_TABLE: (*REFERENCE, c.SEQUENCE_ID, c.POSITION, c.CURATOR),
    c.MENTIONS_TABLE: (*REFERENCE, c.DOCUMENT_ID, c.COUNT),
    c.PAIRS_TABLE: (*PAIR_SIDES[0], *PAIR_SIDES[1], c.COUNT),
}
_REQUIRED: Final[dict[str, list[tuple[str, ...]]]] = {
    c.PLAYS_TABLE: [(c.LISTENER_ID,), _ITEM],
    c.LISTENERS_TABLE: [(c.LISTENER_ID,)],
    c.ITEMS_TABLE: [_ITEM],
    c.ANNOTATIONS_TABLE: [_ITEM, (c.LABEL,)],
    c.AUDIO_TABLE: [_ITEM],
    c.SEQUENCES_TABLE: [_ITEM, (c.SEQUENCE_ID,)],
    c.MENTIONS_TABLE: [_ITEM, (c.DOCUMENT_ID,)],
    c.PAIRS_TABLE: [*PAIR_SIDES, (c.COUNT,)],
}
# Tables that know many an item nobody plays; those become items only where the recipe says so.
_SIDE_TABLES: Final = (c.AUDIO_TABLE, c.SEQUENCES_TABLE, c.PAIRS_TABLE)


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
    descriptors
        Of a table of audio: the columns taken as descriptors. Left out, every column that is none of ours.
    without
        Of a table of audio: columns that are no descriptors.
    catalogue
        ``"all"``: whatever the table speaks of is an item; ``"known"``: only what plays or a table of items
        know. Left out, ``"known"`` for audio, sequences and pairs, else ``"all"``.
    events
        Whether a row is one play. Left out: if it has a time and neither count nor rating.
    rating_scale
        The lowest and the highest rating.
    files
        Which files of a folder or archive are read.
    """

    kind: Literal["artist", "album", "track"] = "artist"
    table: Literal[
        "plays", "listeners", "items", "annotations", "audio", "sequences", "mentions", "pairs"
    ] = "plays"
    columns: dict[str, str | int] = Field(default_factory=dict)
    values: dict[str, str] = Field(default_factory=dict)
    descriptors: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    catalogue: Literal["known", "all"] | None = None
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
        if (self.descriptors or self.without) and self.table != c.AUDIO_TABLE:
            raise ValueError(f"descriptors are columns of a table of audio, not of {self.table}")
        if taken := sorted(set(self.descriptors) & set(ours)):
            raise ValueError(f"a descriptor cannot be called {taken[0]}: that is a column of ours")
        if self.catalogue == "known" and self.table in (c.PLAYS_TABLE, c.LISTENERS_TABLE):
            raise ValueError(f"catalogue is for tables beside the plays, not for {self.table}")
        return self

    @property
    def named(self) -> str:
        """The source's name: as given, else its file's."""
        return self.name or re.sub(r"[:\s]+", "-", self.path.name.partition(".")[0])

    @property
    def known_only(self) -> bool:
        """Whether the table makes no items."""
        return self.table in _SIDE_TABLES if self.catalogue is None else self.catalogue == "known"

    def mapping(self, found: Sequence[str], path: Path) -> dict[str, str]:
        """Return our columns and theirs, descriptors among them.

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
        mapping |= self._descriptors(mapping, found)
        missing = sorted(their for their in (*mapping.values(), *self.without) if their not in found)
        if missing:
            raise DataError(
                f"no column {', '.join(missing)}",
                path=path,
                remedy=f"it has {', '.join(found)}; put this right in the recipe",
            )
        for choices in _REQUIRED[self.table]:
            if not set(choices) & (mapping.keys() | self.values.keys()):
                raise DataError(
                    f"which column is the {' or '.join(choices)}?",
                    path=path,
                    remedy=f"say so under 'columns' in the recipe; the file has {', '.join(found)}",
                )
        if self.table == c.AUDIO_TABLE and not any(our.startswith(DESCRIPTOR) for our in mapping):
            raise DataError(
                "no column is left to be a descriptor", path=path, remedy=f"it has {', '.join(found)}"
            )
        return mapping

    def batch(self, file: str, rows: pl.DataFrame, mapping: dict[str, str]) -> Batch:
        """Turn rows with their columns into a batch with ours."""
        kept = [name for name in (LINE, TEXT) if name in rows.columns]
        theirs: list[Any] = [pl.col(their).alias(our) for our, their in mapping.items()]
        values = [pl.lit(value).alias(our) for our, value in self.values.items()]
        if self.table == c.SEQUENCES_TABLE and c.POSITION not in mapping:
            values.append(pl.col(LINE).alias(c.POSITION))  # items stand in their order
        timed = c.LAST_PLAYED in mapping and not {c.PLAYS, c.RATING} & mapping.keys()
        return Batch(
            self.table,
            file,
            rows.select(*kept, *theirs, *values),
            events=timed if self.events is None else self.events,
            rating_scale=self.rating_scale or (0.0, 1.0),
            known_only=self.known_only,
        )

    def _descriptors(self, mapping: dict[str, str], found: Sequence[str]) -> dict[str, str]:
        if self.table != c.AUDIO_TABLE:
            return {}
        taken = {*mapping.values(), *self.without, *TABLE_COLUMNS[c.AUDIO_TABLE]}
        chosen = self.descriptors or [name for name in found if name not in taken]
        return {DESCRIPTOR + name: name for name in chosen}


def _theirs(their: str | int, found: Sequence[str]) -> str:
    if isinstance(their, int):
        return found[their - 1] if 0 < their <= len(found) else f"number {their}"
    return their
