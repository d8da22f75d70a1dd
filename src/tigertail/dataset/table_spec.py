"""What a table is: its columns, how its rows come in, and how they are merged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.errors import DataError


class Check(Enum):
    """How the values of a column are cleaned when a source is read (:mod:`tigertail.ingest.clean`)."""

    TEXT = "text"  # blanks at both ends removed; empty text is null
    MBID = "mbid"  # text that is a MusicBrainz id, else null
    MBIDS = "mbids"  # text with one MusicBrainz id or several, else null; commas between them
    COUNTRY = "country"  # text that names a country, as its ISO code, else null
    LANGUAGE = "language"  # text that names a language, as its BCP 47 code, else null
    AMOUNT = "amount"  # a number above zero, at most columns.MAX_PLAYS, else the row is rejected
    RATING = "rating"  # a number within the source's scale, scaled to 0..1, else the row is rejected
    POSITION = "position"  # a whole number from 0, else the row is rejected; or null in all rows of a batch
    TIME = "time"  # a time in UTC, else null; where a recipe says how times are written, else the row is rejected
    DERIVED = "derived"  # no source gives it: the build computes it


class Refers(Enum):
    """What the values of a column identify."""

    NOTHING = "nothing"
    ITEM = "item"  # in a source columns of ITEM_REFERENCE, or of a side of PAIR_REFERENCES, stand for it
    PERSON = "person"  # a listener: their rows disappear when they are held out
    OWN = "own"  # something else that the source numbers itself; it disappears with a listener of the same id


class Intake(Enum):
    """Which part of a build takes the rows of a table."""

    PLAYS = "plays"
    PROFILES = "profiles"
    ITEMS = "items"
    ALIASES = "aliases"
    PAGES = "pages"
    ROWS = "rows"  # rows about items, merged as the specification says


class Merge(Enum):
    """How rows with the same key become one; the key is every column except the merged one."""

    DISTINCT = "distinct"
    MAX = "max"
    SUM = "sum"


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    dtype
        Its type in the dataset.
    check
        How its values are cleaned.
    refers
        What its values identify.
    """

    dtype: pl.DataType
    check: Check
    refers: Refers = Refers.NOTHING


TEXT: Final = Column(pl.String(), Check.TEXT)
MBID: Final = Column(pl.String(), Check.MBID)
CREDIT: Final = Column(pl.String(), Check.MBIDS)
COUNTRY: Final = Column(pl.String(), Check.COUNTRY)
LANGUAGE: Final = Column(pl.String(), Check.LANGUAGE)
ITEM_ID: Final = Column(pl.String(), Check.TEXT, Refers.ITEM)
PERSON_ID: Final = Column(pl.String(), Check.TEXT, Refers.PERSON)
OWN_ID: Final = Column(pl.String(), Check.TEXT, Refers.OWN)
AMOUNT: Final = Column(pl.Float32(), Check.AMOUNT)
RATING: Final = Column(pl.Float32(), Check.RATING)
POSITION: Final = Column(pl.Int32(), Check.POSITION)
TIME: Final = Column(pl.Datetime("us", "UTC"), Check.TIME)


def derived(dtype: pl.DataType) -> Column:
    """Return a column that no source gives."""
    return Column(dtype, Check.DERIVED)


ITEM_REFERENCE: Final = (c.ITEM_ID, c.NAME, c.MBID, c.ARTIST_NAME, c.ARTIST_MBID)
"""Columns of a source that name an item; any of :data:`ITEM` is enough, those of its artist alone are not."""

ITEM: Final = (c.ITEM_ID, c.NAME, c.MBID)

PAIR_REFERENCES: Final = ((c.ITEM_A, c.NAME_A, c.MBID_A), (c.ITEM_B, c.NAME_B, c.MBID_B))
"""Columns of a source that name the two items of a pair, in the order of :data:`ITEM`."""

MBIDS: Final = (c.MBID, c.ARTIST_MBID, c.MBID_A, c.MBID_B)
"""Columns of a source that hold MusicBrainz ids of items or artists."""


@dataclass(frozen=True)
class TableSpec:
    """Everything about one table that the rest of the code needs to handle it.

    Parameters
    ----------
    name
        Its name, and the stem of its Parquet file.
    required
        Columns that every dataset with this table has.
    optional
        Columns that may be missing.
    needs
        What a source must give and a row must have: one column of each tuple.
    defaults
        Values of columns that a source does not give, and of texts that it leaves empty.
    row_order
        A column that holds the order of the source's rows where the source does not give it.
    descriptors
        Whether further columns are descriptors, numbers with names of the source's own.
    intake
        Which part of a build takes its rows.
    makes_items
        Whether, unless the recipe says otherwise, an item that only this table names becomes an item of the
        dataset.
    whole_codes
        Whether a row with an unknown country or language is rejected; else only that value is left out.
    merge
        How rows of all sources with the same key become one; of :attr:`Intake.ROWS` only.
    merged
        The column whose values are merged.
    in_coverage
        Whether the coverage report counts its items.
    coverage_by
        A column; the report counts the items of each of its values.
    addable
        Whether ``tigertail add`` takes all its rows into a model without a fit.
    """

    name: str
    required: Mapping[str, Column]
    optional: Mapping[str, Column] = field(default_factory=dict)
    needs: tuple[tuple[str, ...], ...] = (ITEM,)
    defaults: Mapping[str, str | float] = field(default_factory=dict)
    row_order: str | None = None
    descriptors: bool = False
    intake: Intake = Intake.ROWS
    makes_items: bool = True
    whole_codes: bool = False
    merge: Merge = Merge.DISTINCT
    merged: str | None = None
    in_coverage: bool = True
    coverage_by: str | None = None
    addable: bool = False

    @property
    def columns(self) -> dict[str, Column]:
        """Every column the table may have in a dataset, by name."""
        return {**self.required, **self.optional}

    @property
    def mappable(self) -> bool:
        """Whether a recipe may map any file to it."""
        return self.intake is not Intake.PAGES

    @property
    def item_columns(self) -> tuple[str, ...]:
        """The columns that refer to an item: one, or two in a table of pairs."""
        return self.referring(Refers.ITEM)

    @property
    def is_pairs(self) -> bool:
        """Whether a row is about two items."""
        return len(self.item_columns) == len(PAIR_REFERENCES)

    @property
    def inputs(self) -> dict[str, Column]:
        """The columns a source may give.

        The first of ``needs``, such as a listener, then all that may stand for an item, then the others.
        """
        references = (*PAIR_REFERENCES[0], *PAIR_REFERENCES[1]) if self.is_pairs else ITEM_REFERENCE
        own = {name: column for name, column in self.columns.items() if column.check is not Check.DERIVED}
        names = dict.fromkeys((*self.needs[0], *(references if self.item_columns else ()), *own))
        other = {**dict.fromkeys(MBIDS, MBID), c.ARTIST_MBID: CREDIT}
        return {name: own.get(name, other.get(name, TEXT)) for name in names}

    def referring(self, *kinds: Refers) -> tuple[str, ...]:
        """Return the columns whose values identify something of these kinds."""
        return tuple(name for name, column in self.columns.items() if column.refers in kinds)

    def conform(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """Cast the known columns to their types, in the order of this class; other columns follow unchanged.

        Raises
        ------
        DataError
            If a required column is missing.
        """
        names = frame.collect_schema().names()
        if missing := self.missing(names):
            raise DataError(
                f"table '{self.name}' lacks the column {', '.join(missing)}",
                remedy=f"it needs {', '.join(self.required)}",
            )
        known = [pl.col(name).cast(column.dtype) for name, column in self.columns.items() if name in names]
        return frame.select(*known, *(name for name in names if name not in self.columns))

    def missing(self, names: list[str]) -> list[str]:
        """Return the required columns that are not among some names."""
        return [name for name in self.required if name not in names]
