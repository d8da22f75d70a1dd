"""Files in any layout: the recipe names the column of the file for each column of a table."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from glob import escape
from pathlib import Path
from typing import Any, Literal, Self

import polars as pl
from pydantic import Field, ValidationError, field_validator, model_validator

from tigertail import columns as c
from tigertail.dataset.table_spec import Intake, TableSpec
from tigertail.dataset.tables import TABLES
from tigertail.errors import DataError, setting_at_fault, shown
from tigertail.ingest.formats.column_types import MANY, check_types, is_list
from tigertail.ingest.formats.export import with_file
from tigertail.ingest.formats.file_table import FileTable
from tigertail.ingest.formats.ids import check_ids
from tigertail.ingest.formats.joined import PREFIX, Joined, compared_columns
from tigertail.ingest.formats.rating_scale import RatingScale
from tigertail.ingest.formats.several import (
    AMOUNTS,
    WITH_EVERY_ITEM,
    exploded,
    side_by_side,
    split_fields,
    split_mbids,
    with_places,
)
from tigertail.ingest.formats.source import DESCRIPTOR, NO_RATINGS, ROW_KEY, Batch, Source, Texts, label_of
from tigertail.ingest.formats.where import Condition, check_condition, kept_rows
from tigertail.ingest.times import is_format
from tigertail.io.archives import file_names
from tigertail.io.quarantine import LINE, RAW_TEXT, Quarantine


class MappedSource(Source):
    """A file whose columns the recipe names.

    Attributes
    ----------
    table
        The table it supplies.
    columns
        The table's columns and their names in the file, or their numbers from 1; in a file without a header the names
        are these numbers. If no column is given, the file's columns that have our names are read.
    values
        Columns of the table that have one value in all rows; ``{file}`` in it is the file's name without folders and
        the suffixes of its format.
    several
        Columns of the table whose fields may hold several values, and what separates these.
    where
        Conditions on columns of the file; other rows are left out.
    join
        Another file of the format, whose columns are added where the columns ``on`` are equal: its ``path``, ``on``,
        ``files`` and the keys of the format. Its columns are called ``join.COLUMN``.
    time_format
        Only with a column of times: how they are written, with the marks of ``strptime``: one way, or several to try in
        order. Rows whose time is written otherwise are rejected.
    descriptors
        Only for audio: the file's columns read as descriptors. Left out, all columns of the file (not of one to join)
        that are neither mapped, nor under ``without``, nor called as a column of the table.
    without
        Only for audio: columns that are not descriptors.
    catalogue
        As of :class:`Source`; left out of tables other than plays, ``makes_items`` of the table decides.
    events
        Only for plays: whether each row is one. Left out: yes if a column of the file is a time, and none a count or a
        rating.
    rating_scale
        The lowest and the highest rating.
    files
        Which files of a folder or archive are read: a pattern of their names, in capitals or not, without folders.
    """

    kind: Literal["artist", "album", "track"] = "artist"
    table: str = c.PLAYS_TABLE
    columns: dict[str, str | int] = Field(default_factory=dict)
    values: dict[str, str] = Field(default_factory=dict)
    several: dict[str, str] = Field(default_factory=dict)
    where: dict[str, Condition] = Field(default_factory=dict)
    join: dict[str, Any] = Field(default_factory=dict)
    time_format: Texts = ()
    descriptors: Texts = ()
    without: Texts = ()
    events: bool | None = None
    rating_scale: RatingScale | None = None
    files: str = "*"

    @field_validator("table")
    @classmethod
    def _mappable(cls, table: str) -> str:
        tables = [name for name, spec in TABLES.items() if spec.mappable]
        if table not in tables:
            raise ValueError(f"unknown table '{table}'; it is one of {', '.join(tables)}")
        return table

    @field_validator("columns", mode="before")
    @classmethod
    def _names_or_numbers(cls, columns: Any) -> Any:
        for name, column in columns.items() if isinstance(columns, dict) else ():
            if not isinstance(column, str | int) or isinstance(column, bool):
                raise ValueError(
                    f"{name} is one column of the file, by its name in quotes or its number; '{column}' is neither"
                )
        return columns

    @field_validator("where", mode="before")
    @classmethod
    def _conditions(cls, conditions: Any) -> Any:
        for column, condition in conditions.items() if isinstance(conditions, dict) else ():
            check_condition(column, condition)
        return conditions

    @field_validator("time_format")
    @classmethod
    def _readable(cls, formats: tuple[str, ...]) -> tuple[str, ...]:
        if wrong := [form for form in formats if not is_format(form)]:
            raise ValueError(
                f"'{wrong[0]}' is no way to write a time, such as '%d/%m/%Y %H:%M'; "
                "a zone is read from its offset (%z), never from its name (%Z)"
            )
        return formats

    @model_validator(mode="after")
    def _check(self) -> Self:
        known = self.spec.inputs
        if unknown := sorted((self.columns.keys() | self.values.keys()) - set(known)):
            raise ValueError(f"unknown column {', '.join(unknown)}; {self.table} has {', '.join(known)}")
        if twice := sorted(self.columns.keys() & self.values.keys()):
            raise ValueError(f"{twice[0]} is both under columns and under values")
        if c.RATING in self.columns.keys() | self.values.keys() and self.rating_scale is None:
            raise ValueError("a rating needs its scale, such as rating_scale = [1, 5]")
        if (self.descriptors or self.without) and not self.spec.descriptors:
            raise ValueError(f"{self.table} has no descriptors; they are columns of the table audio")
        if taken := sorted(set(self.descriptors) & set(known)):
            raise ValueError(
                f"a descriptor cannot be called {taken[0]}: {self.table} has a column of that name"
            )
        if both := sorted(set(self.descriptors) & set(self.without)):
            raise ValueError(f"{both[0]} is both under descriptors and under without")
        if self.events is not None and self.table != c.PLAYS_TABLE:
            raise ValueError(f"events is an option of plays, not of {self.table}")
        if self.catalogue is not None and self.spec.intake is Intake.PROFILES:
            raise ValueError(f"catalogue is an option of tables about items, not of {self.table}")
        return self

    @model_validator(mode="after")
    def _check_several_and_join(self) -> Self:
        many = [name for name in self.spec.inputs if name in MANY]
        if odd := sorted(self.several.keys() - set(many)):
            raise ValueError(
                f"several values make no sense in {odd[0]}; they do in {', '.join(many) or 'no column of it'}"
            )
        if not all(self.several.values()):
            raise ValueError("several: a separator has at least one character")
        if self.join:
            compared_columns(self.join.get("on"))
            idle = MappedSource.model_fields.keys() - {"path", "files"}
            if odd := sorted(self.join.keys() & idle):
                raise ValueError(
                    f"join: {odd[0]} is a key of the source, not of the file to join: write it beside join, "
                    f"and columns of that file as {PREFIX}COLUMN"
                )
            try:
                self._file_to_join()
            except ValidationError as error:
                raise ValueError("join: {}: {}".format(*setting_at_fault(error))) from None
        return self

    @property
    def spec(self) -> TableSpec:
        """The specification of the table."""
        return TABLES[self.table]

    @property
    def label(self) -> str:
        """The name in the recipe, else that of the file."""
        return self.name or label_of(self.path)

    @property
    def known_only(self) -> bool:
        """Whether items that only this table names are left out."""
        return not self.spec.makes_items if self.catalogue is None else self.catalogue == "known"

    @property
    def paths(self) -> list[Path]:
        """The files and folders that it reads."""
        return [self.path, self._file_to_join().path] if self.join else [self.path]

    def pieces(self) -> Sequence[Source]:
        """Return a source for each file of a folder; a file to join is read by one source."""
        names = [] if self.join else file_names(self.path, self.files)
        if len(names) < 2 or len(set(names)) < len(names):  # each is asked for by its name
            return [self]
        return [self.model_copy(update={"files": escape(name)}) for name in names]

    @abstractmethod
    def tables(self, quarantine: Quarantine) -> Iterator[FileTable]:
        """Yield the tables of the files.

        Raises
        ------
        DataError
            If a file is missing, damaged or of another layout.
        """

    def read(self, quarantine: Quarantine) -> Iterator[Batch]:
        """Yield the rows with the columns of the table."""
        other = self._other(quarantine) if self.join else None
        for table in self.tables(quarantine):
            mapping = self.mapping(table.columns, other.names if other else (), table.path)
            needed = {*mapping.values(), *self.where, *(other.left if other else ())}
            if other and (missing := sorted(set(other.left) - set(table.columns))):
                raise DataError(
                    f"no column {', '.join(missing)} to join by",
                    path=table.path,
                    remedy=f"correct 'on' in the recipe; the file has {shown(table.columns)}",
                )
            telling_apart = self._telling_apart(table.columns, mapping, other.left if other else ())
            beyond = 0  # rows so far that are further ones of their line
            for block in table.blocks([name for name in table.columns if name in needed], telling_apart):
                rows = block if other is None else self._joined(other, table, block, mapping, quarantine)
                rows = kept_rows(rows, self.where, self.label, table.path, quarantine)
                batch = self._batch(table, rows, mapping, beyond, quarantine)
                beyond += batch.rows.height - batch.rows[LINE].n_unique()
                yield batch

    def mapping(self, own: Sequence[str], joined: Sequence[str], path: Path) -> dict[str, str]:
        """Return the table's columns and the file's columns for them, descriptors included.

        Parameters
        ----------
        own
            The file's columns.
        joined
            Those of the file to join: read only where the recipe names them, as ``join.COLUMN``.
        path
            The file.

        Raises
        ------
        DataError
            If a column is missing, ratings have no scale, or a scale or a way to write times is given for no column.
        """
        given = [*own, *joined]
        mapping = self.named_columns(own)
        if c.RATING in mapping and self.rating_scale is None:  # the recipe does not map it: it has our name
            raise DataError(
                f"column {mapping[c.RATING]} has ratings, but of which scale?",
                path=path,
                remedy="write the lowest and the highest rating in the recipe, such as rating_scale = [1, 5]; "
                "or name the columns to read under 'columns'",
            )
        for option, ours, what in (
            ("rating_scale", c.RATING, "rating"),
            ("time_format", c.LAST_PLAYED, "time"),
        ):
            if getattr(self, option) and ours not in mapping.keys() | self.values.keys():
                raise DataError(
                    f"{option} is given, and no column is a {what}",
                    path=path,
                    remedy=f"name it under 'columns' in the recipe, or leave {option} out; the file has {shown(given)}",
                )
        mapping |= self._descriptors(mapping, own)
        wanted = (*mapping.values(), *self.without, *self.where)
        there = shown(given) + (self.hint(own) if set(wanted).isdisjoint(given) else "")
        if missing := sorted(set(wanted) - set(given)):
            raise DataError(
                f"no column {', '.join(missing)}",
                path=path,
                remedy=f"correct the recipe; the file has {there}",
            )
        for choices in self.spec.needs:
            if not set(choices) & (mapping.keys() | self.values.keys()):
                raise DataError(
                    f"no column for {' or '.join(choices)}", path=path, remedy=_how_to_give(choices, there)
                )
        if self.spec.descriptors and not any(name.startswith(DESCRIPTOR) for name in mapping):
            raise DataError("no column is a descriptor", path=path, remedy=f"it has {shown(given)}")
        return mapping

    def hint(self, given: Sequence[str]) -> str:
        """Return what a message about a file with none of the wanted columns adds to their list; "" adds nothing."""
        return ""

    def named_columns(self, own: Sequence[str]) -> dict[str, str]:
        """Return the table's columns and the file's columns that the recipe, or else their own names, give for them."""
        named = {name: _file_column(column, own) for name, column in self.columns.items()}
        return named or self._of_our_names(own)

    def _of_our_names(self, given: Sequence[str]) -> dict[str, str]:
        """Return the columns that have the names of the table's, in capitals or not, and no value in the recipe."""
        # The first of several spellings counts, but one spelt as ours counts more.
        names = {column.lower(): column for column in reversed(given)} | {column: column for column in given}
        return {name: names[name] for name in self.spec.inputs if name in names and name not in self.values}

    def _telling_apart(
        self, own: Sequence[str], mapping: dict[str, str], joined_on: Sequence[str]
    ) -> list[str]:
        """Return the columns, of which the table takes none, that tell apart rows that are equal and yet no duplicates.

        Such are counts of two tracks of one artist (:data:`~tigertail.ingest.formats.source.ROW_KEY`). A log has none:
        its repeats are found by their times.

        Parameters
        ----------
        own
            The file's columns.
        mapping
            What :meth:`mapping` returns.
        joined_on
            The file's columns that the file to join is joined by.
        """
        if self.table != c.PLAYS_TABLE or self._is_log(mapping):
            return []
        return [name for name in own if name not in (*mapping.values(), *joined_on)]

    def _is_log(self, mapping: dict[str, str]) -> bool:
        """Return whether each row is one play."""
        timed = c.LAST_PLAYED in mapping and not {c.PLAYS, c.RATING} & mapping.keys()
        return timed if self.events is None else self.events

    def _file_to_join(self) -> Self:
        """Return the file to join as a source of the same format, of which only :meth:`tables` is asked."""
        keys = {key: value for key, value in self.join.items() if key != "on"}
        return self.model_validate({"format": self.format} | keys)

    def _other(self, quarantine: Quarantine) -> Joined:
        """Read the file to join."""
        source = self._file_to_join()
        rejected = Quarantine()
        used = [*map(str, self.columns.values()), *self.descriptors, *self.where]
        wanted = [name for name in used if name.startswith(PREFIX)]
        other = Joined.read(source.path, source.tables(rejected), compared_columns(self.join["on"]), wanted)
        for reason, rows in rejected.reasons_of(source.label, rejected.rejected + rejected.left_out).items():
            quarantine.warn(self.label, f"{reason}, in {source.path.name}, left out", rows)
        return other

    def _joined(
        self,
        other: Joined,
        table: FileTable,
        rows: pl.DataFrame,
        mapping: dict[str, str],
        quarantine: Quarantine,
    ) -> pl.DataFrame:
        """Add the columns of the file to join.

        A row with lists to join by becomes a row for each place of them, with the values at this place of its other
        lists; but labels and the second items of pairs stay whole, and go with each.
        """
        joined_on = [name for name in other.left if is_list(rows.schema[name])]
        if joined_on:
            whole = {column for name, column in mapping.items() if name in WITH_EVERY_ITEM}
            beside = [name for name in rows.columns if is_list(rows.schema[name]) and name not in whole]
            amounts = {column for name, column in mapping.items() if name in AMOUNTS}
            lists = list(dict.fromkeys((*joined_on, *beside)))
            rows = side_by_side(rows, lists, amounts, self.label, table.name, quarantine)
        return other.added(rows, self.label, table, self.missing, quarantine)

    def _batch(
        self,
        table: FileTable,
        rows: pl.DataFrame,
        mapping: dict[str, str],
        beyond: int,
        quarantine: Quarantine,
    ) -> Batch:
        """Turn rows with the file's columns into a batch with the table's columns.

        :meth:`tigertail.frames.source.FrameSource.read` does the same for a frame: keep them in step.
        """
        kept: list[str] = [name for name in (LINE, RAW_TEXT) if name in rows.columns]
        if self.table == c.PLAYS_TABLE and ROW_KEY in rows.columns:
            kept.append(ROW_KEY)
        mapped: list[Any] = [pl.col(column).alias(name) for name, column in mapping.items()]
        values = [pl.lit(with_file(value, table.name)).alias(name) for name, value in self.values.items()]
        given = rows.select(*kept, *mapped, *values)
        check_types(self.spec, given, table.path, mapping)
        check_ids(self.spec, given, table.path, mapping)
        many = {name: separator for name, separator in self.several.items() if name in given.columns}
        given = split_mbids(split_fields(given, many))
        given = exploded(given, self.label, table.name, quarantine, self.missing)
        return Batch(
            self.table,
            table.name,
            with_places(given, self.spec.row_order, beyond),
            events=self._is_log(mapping),
            rating_scale=self.rating_scale or NO_RATINGS,
            known_only=self.known_only,
            time_formats=self.time_format,
        )

    def _descriptors(self, mapping: dict[str, str], own: Sequence[str]) -> dict[str, str]:
        if not self.spec.descriptors:
            return {}
        # A column with a name of ours is no descriptor, even where another column was given for it.
        taken = {*mapping.values(), *self.without, *self.spec.inputs}
        chosen = self.descriptors or [name for name in own if name not in taken]
        return {DESCRIPTOR + name: name for name in chosen}


def _file_column(column: str | int, given: Sequence[str]) -> str:
    """Return the name of a file's column, which a recipe may give by its number from 1."""
    if isinstance(column, int):
        # No column is called "number 9", so the message about missing columns names it.
        return given[column - 1] if 0 < column <= len(given) else f"number {column}"
    return column


def _how_to_give(choices: Sequence[str], there: str) -> str:
    remedy = f"name it under 'columns' in the recipe; the file has {there}"
    if c.LISTENER_ID in choices:
        remedy += "; or write values = { listener_id = 'me' }, or '{file}' for the file's name"
    return remedy
