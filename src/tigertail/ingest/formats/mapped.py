"""Files in any layout: the recipe names the column of the file for each column of a table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, Self

import polars as pl
from pydantic import Field, field_validator, model_validator

from tigertail import columns as c
from tigertail.dataset.table_spec import Intake, TableSpec
from tigertail.dataset.tables import TABLES
from tigertail.errors import DataError
from tigertail.ingest.formats.source import DESCRIPTOR, Batch, Source
from tigertail.io.quarantine import LINE, TEXT


class MappedSource(Source):
    """A file whose columns the recipe names.

    Attributes
    ----------
    table
        The table it supplies.
    columns
        The table's columns and their names in the file, or their numbers from 1 where the file has no header.
        Left out, the file's columns that have our names are read.
    values
        Columns of the table that have one value in all rows.
    descriptors
        Only for audio: the file's columns read as descriptors. Left out, all columns that are not mapped.
    without
        Only for audio: columns that are not descriptors.
    catalogue
        ``"all"``: every item that the table names becomes an item of the dataset; ``"known"``: only rows
        about items of plays or of a table of items are kept. Left out, ``makes_items`` of the table decides.
        Of plays: ``"open"`` if the listeners could hear everything.
    events
        Whether each row is one play. Left out: yes if there is a time but neither a count nor a rating.
    rating_scale
        The lowest and the highest rating.
    files
        Which files of a folder or archive are read.
    """

    kind: Literal["artist", "album", "track"] = "artist"
    table: str = c.PLAYS_TABLE
    columns: dict[str, str | int] = Field(default_factory=dict)
    values: dict[str, str] = Field(default_factory=dict)
    descriptors: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    events: bool | None = None
    rating_scale: tuple[float, float] | None = None
    files: str = "*"

    @field_validator("table")
    @classmethod
    def _mappable(cls, table: str) -> str:
        tables = [name for name, spec in TABLES.items() if spec.mappable]
        if table not in tables:
            raise ValueError(f"unknown table '{table}'; it is one of {', '.join(tables)}")
        return table

    @model_validator(mode="after")
    def _check(self) -> Self:
        known = self.spec.inputs
        if unknown := sorted((self.columns.keys() | self.values.keys()) - set(known)):
            raise ValueError(f"unknown column {', '.join(unknown)}; {self.table} has {', '.join(known)}")
        if c.RATING in self.columns and self.rating_scale is None:
            raise ValueError("a rating needs its scale, such as rating_scale = [1, 5]")
        if self.rating_scale is not None and not self.rating_scale[0] < self.rating_scale[1]:
            raise ValueError("rating_scale is the lowest rating, then the highest")
        if (self.descriptors or self.without) and not self.spec.descriptors:
            raise ValueError(f"{self.table} has no descriptors; they are columns of the table audio")
        if taken := sorted(set(self.descriptors) & set(known)):
            raise ValueError(
                f"a descriptor cannot be called {taken[0]}: {self.table} has a column of that name"
            )
        if self.catalogue == "known" and self.spec.intake is Intake.PROFILES:
            raise ValueError(f"catalogue is an option of tables about items, not of {self.table}")
        return self

    @property
    def spec(self) -> TableSpec:
        """The specification of the table."""
        return TABLES[self.table]

    @property
    def label(self) -> str:
        """The name in the recipe, else that of the file."""
        return self.name or re.sub(r"[:\s]+", "-", self.path.name.partition(".")[0])

    @property
    def known_only(self) -> bool:
        """Whether items that only this table names are left out."""
        return not self.spec.makes_items if self.catalogue is None else self.catalogue == "known"

    def mapping(self, found: Sequence[str], path: Path) -> dict[str, str]:
        """Return the table's columns and the file's columns for them, descriptors included.

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
        mapping = {name: _file_column(column, found) for name, column in self.columns.items()}
        mapping = mapping or {name: name for name in self.spec.inputs if name in found}
        if c.RATING in mapping and self.rating_scale is None:
            mapping.pop(c.RATING)
        mapping |= self._descriptors(mapping, found)
        missing = sorted(name for name in (*mapping.values(), *self.without) if name not in found)
        if missing:
            raise DataError(
                f"no column {', '.join(missing)}",
                path=path,
                remedy=f"correct the recipe; the file has {', '.join(found)}",
            )
        for choices in self.spec.needs:
            if not set(choices) & (mapping.keys() | self.values.keys()):
                raise DataError(
                    f"no column for {' or '.join(choices)}",
                    path=path,
                    remedy=f"name it under 'columns' in the recipe; the file has {', '.join(found)}",
                )
        if self.spec.descriptors and not any(name.startswith(DESCRIPTOR) for name in mapping):
            raise DataError("no column is a descriptor", path=path, remedy=f"it has {', '.join(found)}")
        return mapping

    def batch(self, file: str, rows: pl.DataFrame, mapping: dict[str, str]) -> Batch:
        """Turn rows with the file's columns into a batch with the table's columns."""
        kept = [name for name in (LINE, TEXT) if name in rows.columns]
        mapped: list[Any] = [pl.col(column).alias(name) for name, column in mapping.items()]
        values = [pl.lit(value).alias(name) for name, value in self.values.items()]
        if self.spec.row_order is not None and self.spec.row_order not in mapping:
            values.append(pl.col(LINE).alias(self.spec.row_order))
        timed = c.LAST_PLAYED in mapping and not {c.PLAYS, c.RATING} & mapping.keys()
        return Batch(
            self.table,
            file,
            rows.select(*kept, *mapped, *values),
            events=timed if self.events is None else self.events,
            rating_scale=self.rating_scale or (0.0, 1.0),
            known_only=self.known_only,
        )

    def _descriptors(self, mapping: dict[str, str], found: Sequence[str]) -> dict[str, str]:
        if not self.spec.descriptors:
            return {}
        taken = {*mapping.values(), *self.without, *self.spec.inputs}
        chosen = self.descriptors or [name for name in found if name not in taken]
        return {DESCRIPTOR + name: name for name in chosen}


def _file_column(column: str | int, found: Sequence[str]) -> str:
    """Return the name of a file's column, which a recipe may give by its number from 1."""
    if isinstance(column, int):
        return found[column - 1] if 0 < column <= len(found) else f"number {column}"
    return column
