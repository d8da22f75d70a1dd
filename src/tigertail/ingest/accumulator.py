"""Plays of all sources: an external sort by listener and item.

Sorted runs are written to disk and merged range by range of listeners, so that memory holds one run, or the plays
of one range, at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.ingest.clean import EXACT
from tigertail.ingest.formats.source import ROW_KEY

REF: Final = "ref"  # hash of a reference to an item, replaced by its id once all sources have been read
RUN_ROWS: Final = 1_000_000
RANGE_ROWS: Final = 1_000_000

_EVENTS: Final = "events"
_ROWS: Final = "rows"
_SECOND: Final = "second"
_SCHEMA: Final = pl.Schema(
    {
        c.SOURCE: pl.String(),
        c.LISTENER_ID: pl.String(),
        REF: pl.UInt64(),
        c.PLAYS: pl.Float64(),
        c.RATING: pl.Float64(),
        c.LAST_PLAYED: pl.Datetime("us", "UTC"),
        _ROWS: pl.UInt32(),
        _EVENTS: pl.Boolean(),
        EXACT: pl.Boolean(),
        ROW_KEY: pl.UInt64(),
    }
)


class PlaysAccumulator:
    """Plays, added in any order and then read sorted by listener and item.

    Parameters
    ----------
    folder
        Folder for the sorted runs.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.duplicates: Counter[str] = Counter()
        self.listeners = pl.DataFrame(schema={c.LISTENER_ID: pl.String, _ROWS: pl.UInt32})
        self._waiting: list[pl.DataFrame] = []
        self._runs: list[Path] = []

    def add(self, source: str, plays: pl.DataFrame, *, events: bool) -> None:
        """Add plays of a source: ``listener_id``, ``ref``, ``plays`` [, ``rating``, ``last_played``].

        Parameters
        ----------
        source
            Its name.
        plays
            The rows; with the time there may be ``EXACT``, and ``ROW_KEY`` where equal rows need not be repeated.
        events
            Whether every row is one play.
        """
        rows = plays.with_columns(
            pl.lit(source).alias(c.SOURCE), pl.lit(events).alias(_EVENTS), pl.lit(1, pl.UInt32).alias(_ROWS)
        )
        empty = [pl.lit(None, kind).alias(name) for name, kind in _SCHEMA.items() if name not in rows.columns]
        rows = rows.with_columns(empty).select(_SCHEMA.names()).cast(_SCHEMA)
        if events:
            rows = self._summed_events(rows)
        self._waiting.append(rows)
        if sum(frame.height for frame in self._waiting) >= RUN_ROWS:
            self._flush()

    def plays(self, items: pl.DataFrame) -> Iterator[pl.DataFrame]:
        """Yield the plays, one row per listener and item, sorted.

        Parameters
        ----------
        items
            ``ref`` and its ``item_id``.

        Yields
        ------
        polars.DataFrame
            The plays of a range of listeners: the sum of counts, the mean rating, the last time. Equal rows of a table
            of counts are one row, and so are events of one item in one second; the other ones are counted in
            ``duplicates``.
        """
        self._flush()
        for first, last in self._ranges():
            within = pl.col(c.LISTENER_ID).is_between(pl.lit(first), pl.lit(last))
            rows = pl.scan_parquet(self._runs).filter(within).collect()
            counts = rows.filter(~pl.col(_EVENTS))
            kept = counts.unique()
            self._count_duplicates(counts, kept)
            rows = pl.concat([kept, rows.filter(_EVENTS)]).join(items, on=REF)
            rows = self._without_overlaps(rows)
            merged = _sum(rows, c.LISTENER_ID, c.ITEM_ID)
            yield merged.drop(_ROWS).sort(c.LISTENER_ID, c.ITEM_ID)

    def _summed_events(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Sum the events of one listener and item, except those with an exact time, which others may repeat."""
        exact = rows.filter(EXACT)
        kept = _first_of_seconds(exact, REF)
        self._count_duplicates(exact, kept)
        rest = rows.filter(~pl.col(EXACT).fill_null(False))
        summed = _sum(rest, c.SOURCE, c.LISTENER_ID, REF, _EVENTS, EXACT, ROW_KEY)
        return pl.concat([kept, summed.select(_SCHEMA.names())])

    def _without_overlaps(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Keep one of the events of one listener and item in one second: logs of different files may overlap."""
        is_exact = pl.col(_EVENTS) & pl.col(EXACT).fill_null(False)
        moment = (c.LISTENER_ID, c.ITEM_ID, c.LAST_PLAYED)
        exact = rows.filter(is_exact).sort(*moment, c.SOURCE, REF, c.PLAYS, c.RATING)
        kept = _first_of_seconds(exact, c.ITEM_ID)
        self._count_duplicates(exact, kept)
        return pl.concat([rows.filter(~is_exact), kept])

    def _count_duplicates(self, rows: pl.DataFrame, kept: pl.DataFrame) -> None:
        """Count the duplicate rows of each source."""
        after = dict(kept[c.SOURCE].value_counts().iter_rows())
        for source, count in rows[c.SOURCE].value_counts().iter_rows():
            self.duplicates[source] += count - after.get(source, 0)

    def _flush(self) -> None:
        """Write the waiting rows as a run sorted by listener, so that one range of it can be read."""
        if not self._waiting:
            return
        run = pl.concat(self._waiting).sort(c.LISTENER_ID, REF)
        self._waiting = []
        path = self.folder / f"run-{len(self._runs):05}.parquet"
        run.write_parquet(path, row_group_size=100_000)
        self._runs.append(path)
        counts = run.group_by(c.LISTENER_ID).agg(pl.len().cast(pl.UInt32).alias(_ROWS))
        both = pl.concat([self.listeners, counts])
        self.listeners = both.group_by(c.LISTENER_ID).agg(pl.col(_ROWS).sum())

    def _ranges(self) -> Iterator[tuple[str, str]]:
        """Yield the first and last listener of ranges that hold about ``RANGE_ROWS`` rows each."""
        before = pl.col(_ROWS).cum_sum() - pl.col(_ROWS)
        ranges = self.listeners.sort(c.LISTENER_ID).group_by(before // RANGE_ROWS, maintain_order=True)
        ids = pl.col(c.LISTENER_ID)
        for _, first, last in ranges.agg(ids.first().alias("first"), ids.last().alias("last")).iter_rows():
            yield first, last


def _first_of_seconds(rows: pl.DataFrame, item: str) -> pl.DataFrame:
    """Keep the first row of each listener, item and second: other exports may have fractions."""
    second = rows.with_columns(pl.col(c.LAST_PLAYED).dt.truncate("1s").alias(_SECOND))
    return second.unique([c.LISTENER_ID, item, _SECOND], keep="first", maintain_order=True).drop(_SECOND)


def _sum(rows: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """Merge rows of the same keys. Sorted first, so that sums of fractions come out the same every time."""
    whole = rows.sort(*keys, c.PLAYS, c.RATING)
    weight = pl.col(_ROWS).filter(pl.col(c.RATING).is_not_null()).sum()
    rating = (pl.col(c.RATING) * pl.col(_ROWS)).sum() / weight
    return whole.group_by(*keys, maintain_order=True).agg(
        pl.col(c.PLAYS).sum(),
        pl.when(weight > 0).then(rating).alias(c.RATING),
        pl.col(c.LAST_PLAYED).max(),
        pl.col(_ROWS).sum(),
    )
