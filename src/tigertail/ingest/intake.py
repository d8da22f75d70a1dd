"""What a build does with the rows that it reads: it cleans them, and keeps each where its table needs it."""

from __future__ import annotations

from dataclasses import replace as replaced
from pathlib import Path
from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.dataset.table_spec import Intake, Refers
from tigertail.dataset.tables import TABLES, id_columns
from tigertail.ingest.accumulator import REF, PlaysSink
from tigertail.ingest.clean import EXACT, clean
from tigertail.ingest.collector import RowCollector
from tigertail.ingest.formats import Batch, Source
from tigertail.ingest.formats.source import ROW_KEY
from tigertail.ingest.missing import without_placeholders
from tigertail.ingest.recipe import Recipe
from tigertail.io.quarantine import Quarantine
from tigertail.text.documents.accumulator import DocumentsAccumulator

_OF_PLAYS: Final = (c.LISTENER_ID, REF, c.PLAYS, c.RATING, c.LAST_PLAYED, EXACT, ROW_KEY)


class SourceIntake:
    """Takes the batches of all sources.

    Parameters
    ----------
    recipe
        The sources.
    plays
        Takes the plays.
    folder
        Folder for the documents.

    Attributes
    ----------
    quarantine
        What became of the rows: read, rejected, left out, used with a warning.
    rows
        The rows that can be used, but for plays and documents.
    documents
        The documents.
    """

    def __init__(self, recipe: Recipe, plays: PlaysSink, folder: Path) -> None:
        self.recipe = recipe
        self._plays = plays
        self.quarantine = Quarantine()
        self.rows = RowCollector(self.quarantine, self._add_plays)
        self.documents = DocumentsAccumulator(folder, self.quarantine)
        self._named: pl.Series | None = None

    def add(self, source: Source, batch: Batch) -> None:
        """Take some rows of a source."""
        spec = TABLES[batch.table]
        if spec.intake is Intake.PAGES:
            self.documents.add(source.label, without_placeholders(batch.rows))
            return
        if batch.named_elsewhere:
            batch = self._named_elsewhere(source, batch)
        checks = self._of_listening(batch) if batch.table == c.AVAILABILITY_TABLE else []
        rows = clean(batch, source.label, self.quarantine, source.missing, checks)
        self.rows.add(source, batch, self._in_namespace(rows, source))

    def _named_elsewhere(self, source: Source, batch: Batch) -> Batch:
        """Leave out rows about artists of whom no row that makes items has the MBID: millions do not fit in memory."""
        if self._named is None:
            self._named = self.rows.mbids()
        named = pl.col(c.MBID).str.to_lowercase().is_in(self._named.implode())
        rows = batch.rows.filter(named)
        if batch.table == c.ITEMS_TABLE:
            self.quarantine.skip(
                source.label, "no row that makes items has its MBID", batch.rows.height - rows.height
            )
        return replaced(batch, rows=rows)

    def _add_plays(self, source: Source, batch: Batch, rows: pl.DataFrame) -> None:
        plays = rows.select(name for name in _OF_PLAYS if name in rows.columns)
        self._plays.add(source.label, plays, events=batch.events)

    def _in_namespace(self, rows: pl.DataFrame, source: Source) -> pl.DataFrame:
        """Prefix ids of people and sequences with the namespace, if the recipe has several."""
        if len(self.recipe.namespaces) == 1:
            return rows
        own = id_columns(Refers.PERSON, Refers.OWN)
        ids = [name for name in own if name in rows.columns]
        prefix = pl.lit(f"{source.namespace_id}:")
        return rows.with_columns(pl.concat_str(prefix, name).alias(name) for name in ids)

    def _of_listening(self, batch: Batch) -> list[tuple[pl.Expr, str]]:
        """Return the check for availability at sources that no listener is from: it would have no effect."""
        if c.SOURCE not in batch.rows.columns:
            return []
        closed = self.recipe.closed
        reason = (
            f"no such source of plays with a closed catalogue; the recipe has: {', '.join(closed) or 'none'}"
        )
        return [(~pl.col(c.SOURCE).is_in(closed), reason)]
