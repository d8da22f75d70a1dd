"""From data frames to a dataset in memory, by the rules by which a build cleans rows and finds items."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import polars as pl
from pydantic import TypeAdapter, ValidationError

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.exposure import EVERYTHING
from tigertail.dataset.tables import TABLES
from tigertail.errors import DataError, TigertailWarning, setting_at_fault
from tigertail.frames.columns import check_columns, check_needs, mapped
from tigertail.frames.convert import as_column, is_column, to_polars
from tigertail.frames.matrices import IDS, axis_frame, is_matrix, plays_of
from tigertail.frames.source import NAMESPACE, FrameSource
from tigertail.ingest.accumulator import RATED, REF, sum_plays
from tigertail.ingest.clean import NEGATIVE, clean
from tigertail.ingest.collector import RowCollector
from tigertail.ingest.formats.column_types import as_text, is_text
from tigertail.ingest.formats.ids import ids_from_floats
from tigertail.ingest.formats.rating_scale import RatingScale
from tigertail.ingest.missing import SAY_MISSING, visible
from tigertail.io.quarantine import Quarantine, such_as

_GIVE_SCALE: Final = "give the lowest and the highest rating: Dataset.of(plays, rating_scale=(1, 5))"
_OPTIONAL: Final = {c.RATING: pl.Float64(), c.LAST_PLAYED: pl.Datetime("us", "UTC")}


def read_frames(
    plays: Any,
    tables: Mapping[str, Any],
    *,
    columns: Mapping[str, Any] | None = None,
    kind: str = c.ARTIST,
    name: str = "frames",
    rating_scale: tuple[float, float] | None = None,
) -> Dataset:
    """Do what :meth:`tigertail.Dataset.of` says.

    Parameters
    ----------
    plays
        Who played what.
    tables
        The other frames by table; None where there is none.
    columns, kind, name, rating_scale
        As there.

    Raises
    ------
    DataError, TypeError
        As there.
    """
    scale = _scale(rating_scale)
    frames = _frames(plays, tables, columns or {}, kind)
    mappings = {
        table: mapped(TABLES[table], frame.columns, columns or {}, kind) for table, frame in frames.items()
    }
    # No source of a build gives this column, so the rows are read and cleaned without it.
    source_column = mappings.get(c.LISTENERS_TABLE, {}).pop(c.SOURCE, None)
    if scale is not None and c.RATING not in mappings[c.PLAYS_TABLE]:
        raise DataError(
            "rating_scale is given, and plays has no column of ratings",
            remedy=f'name it: columns={{"{c.RATING}": ...}}; or leave rating_scale out',
        )
    reader = _Reader()
    for table, frame in frames.items():
        check_needs(TABLES[table], mappings[table], frame.columns, kind)
        if c.RATING in mappings[table] and scale is None:
            raise DataError(
                f"{table}: '{mappings[table][c.RATING]}' has ratings, but of which scale?",
                remedy=f"{_GIVE_SCALE}; or leave the column out",
            )
        source = FrameSource(
            name=table,
            kind=kind,
            table=table,
            frame=frame,
            mapping=mappings[table],
            rating_scale=scale,
        )
        reader.add(source)
    _report(reader.quarantine)
    made = reader.tables()
    _report(reader.unlinked)
    if source_column is not None:
        people, ident = frames[c.LISTENERS_TABLE], mappings[c.LISTENERS_TABLE][c.LISTENER_ID]
        made[c.LISTENERS_TABLE] = _with_source(made[c.LISTENERS_TABLE], people[ident], people[source_column])
    return Dataset.in_memory(made, name=name)


def _scale(given: Any) -> tuple[float, float] | None:
    """Return the scale of the ratings, checked.

    Raises
    ------
    DataError
        If it is not two numbers, the lower one first.
    """
    if given is None:
        return None
    try:
        return TypeAdapter(RatingScale).validate_python(given)
    except ValidationError as error:
        raise DataError(f"rating_scale: {setting_at_fault(error)[1]}", remedy=_GIVE_SCALE) from None


def _frames(
    plays: Any, tables: Mapping[str, Any], columns: Mapping[str, Any], kind: str
) -> dict[str, pl.DataFrame]:
    """Return the frames as Polars', by table.

    Raises
    ------
    DataError, TypeError
        If one cannot be read, there is no such table or column, or there are no plays.
    """
    if kind not in c.ITEM_KINDS:
        raise DataError(f"unknown kind '{kind}'", remedy=f"it is one of {', '.join(c.ITEM_KINDS)}")
    if not isinstance(columns, Mapping):
        raise DataError(
            f"columns is of type {type(columns).__name__}",
            remedy='give a mapping from our columns to yours, such as {"listener_id": "who"}',
        )
    given = {table: frame for table, frame in tables.items() if frame is not None}
    usable = [table for table, spec in TABLES.items() if spec.mappable]
    if unknown := [table for table in given if table not in usable]:
        raise TypeError(f"unknown argument '{unknown[0]}': the tables are {', '.join(usable)}")
    matrix = is_matrix(plays)
    if matrix and len(plays.shape) != len(IDS):
        raise DataError(
            f"the matrix of plays has the shape {plays.shape}", remedy="give one of listeners by items"
        )
    frames = {
        table: as_column(frame, IDS[table]).to_frame()
        if matrix and table in IDS and is_column(frame)
        else to_polars(frame, table)
        for table, frame in given.items()
    }
    if not matrix:
        frames = {c.PLAYS_TABLE: to_polars(plays, c.PLAYS_TABLE), **frames}
    check_columns(columns, {table: frame.columns for table, frame in frames.items()})
    if matrix:
        for table, size in zip((c.LISTENERS_TABLE, c.ITEMS_TABLE), plays.shape, strict=True):
            frames[table] = axis_frame(frames.get(table), size, table, columns, kind)
        frames[c.PLAYS_TABLE] = plays_of(plays, frames[c.ITEMS_TABLE], frames[c.LISTENERS_TABLE])
    if not frames[c.PLAYS_TABLE].height:
        raise DataError("plays is empty", remedy="give a row for each play, or for each listener and item")
    return frames


class _Reader:
    """Collects the rows of frames and makes the tables at the end.

    Attributes
    ----------
    quarantine
        Rows that cannot be used.
    unlinked
        Warnings of rows that are left out once it is known which items there are.
    """

    def __init__(self) -> None:
        self.quarantine = Quarantine()
        self.unlinked = Quarantine()
        self._sources: list[FrameSource] = []
        self._plays: list[pl.DataFrame] = []
        self._rows = RowCollector(self.unlinked, lambda source, batch, rows: self._plays.append(rows))

    def add(self, source: FrameSource) -> None:
        """Add the rows of a frame."""
        self._sources.append(source)
        for batch in source.read(self.quarantine):
            self._rows.add(source, batch, clean(batch, source.label, self.quarantine))

    def tables(self) -> dict[str, pl.DataFrame]:
        """Find the items and return the tables."""
        resolved = self._rows.find_items(self._sources, [NAMESPACE])
        plays = pl.concat(self._plays)
        if resolved is None or plays.is_empty():
            why = _rejected(self.quarantine, c.PLAYS_TABLE)
            raise DataError(
                "plays has no row that can be used" + (f": {why}" if why else ""),
                remedy="give each row a listener and an item, and numbers within their bounds",
            )
        for match in resolved.matches:
            missed = match["rows"] - match["matched_rows"]
            self.unlinked.warn(match[c.SOURCE], "about no known item, left out", missed, match["examples"])
        return {
            c.PLAYS_TABLE: _added_up(plays.join(resolved.identities.item_of, on=REF)),
            c.LISTENERS_TABLE: self._rows.profiles.table(plays[c.LISTENER_ID].unique()),
            c.ITEMS_TABLE: resolved.items,
            c.ALIASES_TABLE: resolved.identities.aliases,
            **self._rows.side.tables(resolved.item_of),
        }


def _added_up(plays: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each listener and item, without columns that are null throughout."""
    empty = [
        pl.lit(None, dtype).alias(name) for name, dtype in _OPTIONAL.items() if name not in plays.columns
    ]
    rows = plays.with_columns(empty).with_columns(pl.col(c.RATING).is_not_null().cast(pl.UInt32).alias(RATED))
    merged = sum_plays(rows, c.LISTENER_ID, c.ITEM_ID).drop(RATED)
    return merged.select(one for one in merged if one.null_count() < len(one))


def _with_source(listeners: pl.DataFrame, ids: pl.Series, sources: pl.Series) -> pl.DataFrame:
    """Add the service that each listener uses.

    Raises
    ------
    DataError
        If services are neither text nor numbers, or one has the name of the catalogue that has everything.
    """
    if not is_text(sources.dtype):
        raise DataError(
            f"{c.LISTENERS_TABLE}: column '{sources.name}' is of type {sources.dtype}, "
            f"which cannot be read as {c.SOURCE}",
            remedy="name another column: columns={...}, or give text or numbers in this one",
        )
    texts = pl.DataFrame([as_text(ids).alias(c.LISTENER_ID), as_text(sources).alias(c.SOURCE)])
    shown = texts.with_columns(
        pl.when(visible(pl.col(name))).then(name).alias(name) for name in texts.columns
    )
    given = (
        ids_from_floats(shown, shown.columns, Path(c.LISTENERS_TABLE))
        .drop_nulls()
        .unique(maintain_order=True)
    )
    if (given[c.SOURCE] == EVERYTHING).any():
        raise DataError(
            f"{c.LISTENERS_TABLE}: a source cannot be called '{EVERYTHING}'",
            remedy="choose another name; listeners who could hear everything have no source",
        )
    services = given.unique(c.LISTENER_ID, keep="first", maintain_order=True)
    if several := given.filter(pl.col(c.LISTENER_ID).is_duplicated())[c.LISTENER_ID].n_unique():
        _warn(f"{c.LISTENERS_TABLE}: {several:,} with several sources, of which the first counts")
    return listeners.join(services, on=c.LISTENER_ID, how="left", maintain_order="left")


def _report(quarantine: Quarantine) -> None:
    """Refuse negative numbers; warn of the rows that were left out, and of values that were.

    A recipe can name marks of missing values; a frame has no place for these, so that the warning ends before.

    Raises
    ------
    DataError
        If a number is negative.
    """
    for (table, reason), rows in quarantine.rejected.items():
        if reason.endswith(NEGATIVE):
            raise DataError(
                f"{table}: rows whose {reason}: {rows:,}",
                remedy="leave these rows out, or give the counts themselves and not their logarithms or differences",
            )
    for table, read in quarantine.read.items():
        if reasons := quarantine.reasons_of(table):
            _warn(
                f"{table}: {sum(reasons.values()):,} of {read:,} rows left out: {_rejected(quarantine, table)}"
            )
    for (table, what), rows in quarantine.warnings.items():
        shown = such_as(quarantine.examples[table, what])
        _warn(f"{table}: {what.removesuffix(SAY_MISSING)}: {rows:,} rows{shown}")


def _rejected(quarantine: Quarantine, table: str) -> str:
    """Return why rows of a table were left out, and how many."""
    return ", ".join(f"{reason} ({rows:,})" for reason, rows in quarantine.reasons_of(table).items())


def _warn(text: str) -> None:
    """Warn the caller of :meth:`tigertail.Dataset.of`."""
    warnings.warn(text, TigertailWarning, stacklevel=5)
