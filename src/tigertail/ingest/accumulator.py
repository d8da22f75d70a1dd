"""Plays of all sources: an external merge sort by listener and reference to an item.

Rows are written to disk in sorted runs, which are then merged one range of listeners at a time, so that memory holds
one run, or the rows of one range.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Protocol

import polars as pl

from tigertail import columns as c
from tigertail.ingest.clean import EXACT
from tigertail.ingest.formats.source import ROW_KEY

REF: Final = "ref"  # hash of a reference to an item, replaced by its id once all sources have been read
RUN_ROWS: Final = 1_000_000  # rows in memory from which a run is written
RANGE_ROWS: Final = 1_000_000  # rows of a range of listeners, about

_EVENTS: Final = "events"
"""Whether the row is from a log, where every row is one play, not from a table of counts."""
RATED: Final = "rated"  # how many rows with a rating it stands for
_HELD: Final = "held"  # rows of a listener in all runs; their sum may be above 2^32
_SECOND: Final = "second"
_ROW: Final = "row"
_SCHEMA: Final = pl.Schema(
    {
        c.SOURCE: pl.String(),
        c.LISTENER_ID: pl.String(),
        REF: pl.UInt64(),
        c.PLAYS: pl.Float64(),
        c.RATING: pl.Float64(),
        c.LAST_PLAYED: pl.Datetime("us", "UTC"),
        RATED: pl.UInt32(),
        _EVENTS: pl.Boolean(),
        EXACT: pl.Boolean(),
        ROW_KEY: pl.UInt64(),
    }
)


class PlaysSink(Protocol):
    """Takes plays, in any order."""

    def add(self, source: str, plays: pl.DataFrame, *, events: bool) -> None:
        """Add plays of a source: ``listener_id``, ``ref``, ``plays`` [, ``rating``, ``last_played``].

        Parameters
        ----------
        source
            Its name.
        plays
            The rows. Beside ``last_played`` there may be :data:`~tigertail.ingest.clean.EXACT`. Rows of counts that
            are equal but no duplicates differ in :data:`~tigertail.ingest.formats.source.ROW_KEY`.
        events
            Whether the source is a log, where every row is one play; otherwise it is a table of counts.
        """


class Plays(PlaysSink, Protocol):
    """Plays that were added, and are then read sorted by listener and item.

    Attributes
    ----------
    duplicates
        Rows that were dropped, or lost the play of an artist they credit, by source; whole when all plays have been
        read.
    """

    duplicates: Counter[str]

    def plays(self, items: pl.DataFrame) -> Iterator[pl.DataFrame]:
        """Yield the plays of one range of listeners after another, as :func:`merged_plays` returns them.

        Parameters
        ----------
        items
            ``ref`` and ``item_id``, a row for each item that the reference means.
        """

    def listeners(self) -> pl.Series:
        """Return the listeners who have a row, when all plays have been read."""


class PlaysAccumulator:
    """:class:`Plays` on one machine.

    Parameters
    ----------
    folder
        Folder for the sorted runs.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.duplicates: Counter[str] = Counter()
        self._rows_by_listener = pl.DataFrame(schema={c.LISTENER_ID: pl.String, _HELD: pl.UInt64})
        self._unwritten: list[pl.DataFrame] = []
        self._runs: list[Path] = []

    def add(self, source: str, plays: pl.DataFrame, *, events: bool) -> None:
        """Add plays of a source."""
        rows, duplicates = typed_plays(source, plays, events=events)
        self.duplicates.update(duplicates)
        self._unwritten.append(rows)
        if sum(frame.height for frame in self._unwritten) >= RUN_ROWS:
            self._flush()

    def plays(self, items: pl.DataFrame) -> Iterator[pl.DataFrame]:
        """Yield the plays of one range of listeners after another."""
        self._flush()
        for first, last in self._ranges():
            within = pl.col(c.LISTENER_ID).is_between(pl.lit(first), pl.lit(last))
            merged, duplicates = merged_plays(
                pl.scan_parquet(self._runs, glob=False).filter(within).collect(), items
            )
            self.duplicates.update(duplicates)
            yield merged

    def listeners(self) -> pl.Series:
        """Return the listeners who have a row."""
        return self._rows_by_listener[c.LISTENER_ID]

    def _flush(self) -> None:
        """Write the rows in memory as a run sorted by listener, so that one range of it can be read."""
        if not self._unwritten:
            return
        run = sorted_run(self._unwritten)
        self._unwritten = []
        path = self.folder / f"run-{len(self._runs):05}.parquet"
        run.write_parquet(path, row_group_size=100_000)
        self._runs.append(path)
        counts = run.group_by(c.LISTENER_ID).agg(pl.len().cast(pl.UInt64).alias(_HELD))
        both = pl.concat([self._rows_by_listener, counts])
        self._rows_by_listener = both.group_by(c.LISTENER_ID).agg(pl.col(_HELD).sum())

    def _ranges(self) -> Iterator[tuple[str, str]]:
        """Yield the first and last listener of ranges that hold about ``RANGE_ROWS`` rows each."""
        before = pl.col(_HELD).cum_sum() - pl.col(_HELD)
        ranges = self._rows_by_listener.sort(c.LISTENER_ID).group_by(
            before // RANGE_ROWS, maintain_order=True
        )
        ids = pl.col(c.LISTENER_ID)
        for _, first, last in ranges.agg(ids.first().alias("first"), ids.last().alias("last")).iter_rows():
            yield first, last


def typed_plays(source: str, plays: pl.DataFrame, *, events: bool) -> tuple[pl.DataFrame, Counter[str]]:
    """Return plays that were added with the columns of a run, and how many duplicates were left out.

    Parameters
    ----------
    source, plays, events
        As in :meth:`PlaysSink.add`. The rows of a log are summed by listener and item, except those with an exact time,
        which may be in another file or source as well.
    """
    rows = plays.with_columns(pl.lit(source).alias(c.SOURCE), pl.lit(events).alias(_EVENTS))
    empty = [pl.lit(None, kind).alias(name) for name, kind in _SCHEMA.items() if name not in rows.columns]
    rows = rows.with_columns(empty).with_columns(pl.col(c.RATING).is_not_null().alias(RATED))
    rows = rows.select(_SCHEMA.names()).cast(_SCHEMA)
    if not events:
        return rows, Counter()
    exact = rows.filter(EXACT)
    kept = _first_of_seconds(exact, REF)
    rest = rows.filter(~pl.col(EXACT).fill_null(False))
    summed = sum_plays(rest, c.SOURCE, c.LISTENER_ID, REF, _EVENTS, EXACT, ROW_KEY)
    return pl.concat([kept, summed.select(_SCHEMA.names())]), _dropped(exact, kept)


def sorted_run(frames: list[pl.DataFrame]) -> pl.DataFrame:
    """Return typed plays as a run: sorted by listener and reference."""
    return pl.concat(frames).sort(c.LISTENER_ID, REF)


def merged_plays(rows: pl.DataFrame, items: pl.DataFrame) -> tuple[pl.DataFrame, Counter[str]]:
    """Return the plays of a range of listeners, one row for each listener and item, sorted.

    Parameters
    ----------
    rows
        The rows that all runs have of these listeners.
    items
        ``ref`` and ``item_id``, a row for each item that the reference means.

    Returns
    -------
    plays
        The sum of counts, the mean rating, the last time. Of equal rows of a table of counts one is kept, and so is of
        rows of logs with the same listener, item and second, where times are exact.
    duplicates
        How many rows were not kept, or not for every item that their reference means, by source.
    """
    counts = rows.filter(~pl.col(_EVENTS))
    distinct = counts.unique()
    duplicates = _dropped(counts, distinct)
    # A row that credits several artists is one, as it is where typed_plays drops it.
    rows = pl.concat([distinct, rows.filter(_EVENTS)]).with_row_index(_ROW).join(items, on=REF)
    # Files and sources may overlap.
    is_exact = pl.col(_EVENTS) & pl.col(EXACT).fill_null(False)
    moment = (c.LISTENER_ID, c.ITEM_ID, c.LAST_PLAYED)
    exact = rows.filter(is_exact).sort(*moment, c.SOURCE, REF, c.PLAYS, c.RATING, _ROW)
    kept = _first_of_seconds(exact, c.ITEM_ID)
    dropped = exact.join(kept, on=[_ROW, c.ITEM_ID], how="anti").unique(_ROW)
    duplicates.update(dict(dropped[c.SOURCE].value_counts().iter_rows()))
    merged = sum_plays(pl.concat([rows.filter(~is_exact), kept]), c.LISTENER_ID, c.ITEM_ID)
    return merged.drop(RATED).sort(c.LISTENER_ID, c.ITEM_ID), duplicates


def _dropped(rows: pl.DataFrame, kept: pl.DataFrame) -> Counter[str]:
    """Count the rows of each source that were not kept."""
    after = dict(kept[c.SOURCE].value_counts().iter_rows())
    counts = rows[c.SOURCE].value_counts().iter_rows()
    return Counter({source: count - after.get(source, 0) for source, count in counts})


def _first_of_seconds(rows: pl.DataFrame, item: str) -> pl.DataFrame:
    """Keep the first row of each listener, item and second, since one export may have fractions and another none."""
    with_second = rows.with_columns(pl.col(c.LAST_PLAYED).dt.truncate("1s").alias(_SECOND))
    return with_second.unique([c.LISTENER_ID, item, _SECOND], keep="first", maintain_order=True).drop(_SECOND)


def sum_plays(rows: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """Merge rows of the same keys: the sum of counts, the last time, the mean rating over the rows that have one.

    Parameters
    ----------
    rows
        Plays, with rating, last_played and :data:`RATED`.
    keys
        Columns.
    """
    ordered = rows.sort(*keys, c.PLAYS, c.RATING, RATED)
    weight = pl.col(RATED).sum()
    rating = (pl.col(c.RATING) * pl.col(RATED)).sum() / weight
    # In a fixed order, sums of fractions are the same every time.
    return ordered.group_by(*keys, maintain_order=True).agg(
        pl.col(c.PLAYS).sum(),
        pl.when(weight > 0).then(rating).alias(c.RATING),
        pl.col(c.LAST_PLAYED).max(),
        weight,
    )
