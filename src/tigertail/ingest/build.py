"""Build a dataset from a recipe."""

from __future__ import annotations

import tempfile
from dataclasses import replace as replaced
from pathlib import Path
from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.table_spec import Intake, Refers
from tigertail.dataset.tables import TABLES, id_columns
from tigertail.dataset.unlisted import unlisted, unmatched_entries
from tigertail.errors import DataError
from tigertail.ingest.accumulator import REF, PlaysAccumulator
from tigertail.ingest.checkpoints import Checkpoints
from tigertail.ingest.clean import EXACT, clean
from tigertail.ingest.collector import RowCollector
from tigertail.ingest.formats import Batch, Source
from tigertail.ingest.formats.source import ROW_KEY
from tigertail.ingest.recipe import Recipe
from tigertail.ingest.references import without_placeholders
from tigertail.ingest.report import BuildReport, build_report
from tigertail.io.quarantine import Quarantine
from tigertail.progress import progress
from tigertail.storage import full_disk
from tigertail.text.documents.accumulator import DocumentsAccumulator

_NO_LISTENER: Final = "no listener"  # the reason of rows that lack one


def build(recipe: Recipe, path: Path | str, *, replace: bool = False) -> tuple[Dataset, BuildReport]:
    """Read the sources of a recipe and write the dataset they make up.

    The folder also holds ``report.json`` and ``quarantine.csv``. The same recipe and sources give the same tables,
    byte for byte. What is read of a large dump is kept beside the folder until the dataset is written, so that a build
    that stopped goes on where it stopped.

    Parameters
    ----------
    recipe
        The sources.
    path
        The folder to make.
    replace
        Whether an existing folder may be replaced.

    Returns
    -------
    dataset, report

    Raises
    ------
    DataError
        If a source cannot be read, or the sources have no usable play.
    TigertailError
        If the disk is full or cannot be written.
    """
    path = Path(path)
    if path.exists() and not replace:
        raise DataError("already exists", path=path, remedy="choose another name, or pass --force")
    path.parent.mkdir(parents=True, exist_ok=True)
    checkpoints = Checkpoints(path.parent / f".{path.name}.work")
    with (
        full_disk(path),
        tempfile.TemporaryDirectory(prefix=f".{path.name}.spool.", dir=path.parent) as folder,
    ):
        builder = _DatasetBuilder(recipe, Path(folder))
        with progress("Reading") as tick:
            for source in sorted(recipe.source, key=lambda one: one.reads_last):
                for batch in checkpoints.batches(source, builder.quarantine):
                    builder.add(source, batch)
                    tick(batch.rows.height, source.label)
        made = builder.finish(path, replace=replace)
        checkpoints.clear()
        return made


class _DatasetBuilder:
    """Collects batches and writes the dataset at the end."""

    def __init__(self, recipe: Recipe, folder: Path) -> None:
        self.recipe = recipe
        self.folder = folder
        self.quarantine = Quarantine()
        self._plays = PlaysAccumulator(folder)
        self._rows = RowCollector(self.quarantine, self._add_plays)
        self._documents = DocumentsAccumulator(folder, self.quarantine)
        self._named: pl.Series | None = None

    def add(self, source: Source, batch: Batch) -> None:
        """Add some rows."""
        spec = TABLES[batch.table]
        batch = replaced(batch, rows=without_placeholders(batch.rows))
        if spec.intake is Intake.PAGES:
            self._documents.add(source.label, batch.rows)
            return
        if batch.named_elsewhere:
            batch = self._named_elsewhere(source, batch)
        checks = self._of_listening(batch) if batch.table == c.AVAILABILITY_TABLE else []
        rows = clean(batch, source.label, self.quarantine, source.missing, checks)
        self._rows.add(source, batch, self._in_namespace(rows, source))

    def _named_elsewhere(self, source: Source, batch: Batch) -> Batch:
        """Leave out rows about artists that no other source names: a catalogue of millions does not fit in memory."""
        if self._named is None:
            self._named = self._rows.mbids()
        named = pl.col(c.MBID).str.to_lowercase().is_in(self._named.implode())
        rows = batch.rows.filter(named)
        if batch.table == c.ITEMS_TABLE:
            self.quarantine.skip(
                source.label, "no other source names it by its MBID", batch.rows.height - rows.height
            )
        return replaced(batch, rows=rows)

    def _add_plays(self, source: Source, batch: Batch, rows: pl.DataFrame) -> None:
        kept = (c.LISTENER_ID, REF, c.PLAYS, c.RATING, c.LAST_PLAYED, EXACT, ROW_KEY)
        plays = rows.select(name for name in kept if name in rows.columns)
        self._plays.add(source.label, plays, events=batch.events)

    def finish(self, path: Path, *, replace: bool) -> tuple[Dataset, BuildReport]:
        """Resolve the items and write the dataset."""
        resolved = self._rows.find_items(self.recipe.source, self.recipe.namespaces)
        plays = self._merged_plays(resolved.identities.item_of) if resolved else None
        if resolved is None or plays is None:
            raise self._nothing(path)
        identities = resolved.identities
        items = self._marked(resolved.items, identities.aliases)
        profiles = self._rows.profiles
        tables: dict[str, pl.DataFrame | pl.LazyFrame] = {
            c.PLAYS_TABLE: plays,
            c.LISTENERS_TABLE: self._with_source(profiles.table(self._plays.rows_by_listener[c.LISTENER_ID])),
            c.ITEMS_TABLE: items,
            c.ALIASES_TABLE: identities.aliases,
        }
        tables |= self._rows.side.tables(resolved.item_of)
        tables |= self._with_mentions(items, tables.get(c.MENTIONS_TABLE))
        report = build_report(
            self.recipe,
            self.quarantine,
            identities,
            duplicates=self._plays.duplicates,
            conflicts=profiles.conflicts,
            linked=resolved.linked,
            unlisted_unknown=unmatched_entries(items, self.recipe.unlisted or (), identities.aliases),
        )

        def extra(folder: Path) -> None:
            report.write(folder)
            self.quarantine.write(folder)

        dataset = Dataset.write(path, tables, name=self.recipe.name, replace=replace, extra=extra)
        return dataset, report

    def _in_namespace(self, rows: pl.DataFrame, source: Source) -> pl.DataFrame:
        """Prefix ids of people and sequences with the namespace, if the recipe has several."""
        if len(self.recipe.namespaces) == 1:
            return rows
        own = id_columns(Refers.PERSON, Refers.OWN)
        ids = [name for name in own if name in rows.columns]
        prefix = pl.lit(f"{source.namespace_id}:")
        return rows.with_columns(pl.concat_str(prefix, name).alias(name) for name in ids)

    def _with_source(self, listeners: pl.DataFrame) -> pl.DataFrame:
        """Add the source of each listener, the namespace of its plays; null where the catalogue is open."""
        if not self.recipe.closed:
            return listeners
        alone = len(self.recipe.namespaces) == 1
        own = (
            pl.lit(self.recipe.namespaces[0]) if alone else pl.col(c.LISTENER_ID).str.split(":").list.first()
        )
        return listeners.with_columns(pl.when(own.is_in(self.recipe.closed)).then(own).alias(c.SOURCE))

    def _marked(self, items: pl.DataFrame, aliases: pl.DataFrame) -> pl.DataFrame:
        """Mark the items that the recipe keeps out of answers."""
        if self.recipe.unlisted is None:
            return items
        return items.with_columns(pl.Series(c.UNLISTED, unlisted(items, self.recipe.unlisted, aliases)))

    def _of_listening(self, batch: Batch) -> list[tuple[pl.Expr, str]]:
        """Return the check for availability at sources that no listener is from: it would have no effect."""
        if c.SOURCE not in batch.rows.columns:
            return []
        closed = self.recipe.closed
        reason = (
            f"no such source of plays with a closed catalogue; the recipe has: {', '.join(closed) or 'none'}"
        )
        return [(~pl.col(c.SOURCE).is_in(closed), reason)]

    def _merged_plays(self, item_of: pl.DataFrame) -> pl.LazyFrame | None:
        """Write the merged plays range by range and return them, without columns that are null throughout."""
        parts = []
        filled = set()
        for number, frame in enumerate(self._plays.plays(item_of)):
            part = self.folder / f"plays-{number:05}.parquet"
            frame.write_parquet(part)
            parts.append(part)
            filled |= {name for name in frame.columns if frame[name].null_count() < frame.height}
        if not parts:
            return None
        plays = pl.scan_parquet(parts)
        return plays.select(name for name in plays.collect_schema().names() if name in filled)

    def _with_mentions(
        self, items: pl.DataFrame, counted: pl.DataFrame | pl.LazyFrame | None
    ) -> dict[str, pl.DataFrame | pl.LazyFrame]:
        """Return the documents, and the mentions found in them with the mentions that sources count."""
        if not self._documents.parts:
            return {}
        from tigertail.text.mentions import find_mentions

        mentioned = find_mentions(self._documents.parts, items, self.folder)
        tables = [mentioned.mentions] if counted is None else [mentioned.mentions, counted.lazy()]
        return {
            c.DOCUMENTS_TABLE: mentioned.documents,
            c.MENTIONS_TABLE: pl.concat(tables, how="diagonal_relaxed"),
        }

    def _nothing(self, path: Path) -> DataError:
        """Return an error that says why there is no dataset."""
        rejected = (self.quarantine.rejected + self.quarantine.left_out).most_common(3)
        why = "; ".join(f"{source}: {reason} ({rows:,} rows)" for (source, reason), rows in rejected)
        problem = f"the sources have no usable play{f' ({why})' if why else ''}"
        remedy = "check the recipe's paths and columns"
        nobody = [
            source
            for source in self.recipe.source
            if (source.label, _NO_LISTENER) in self.quarantine.rejected
        ]
        if named := [source.label for source in nobody if hasattr(source, "values")]:
            remedy += (
                f"; if {named[0]} is of one listener, write values = {{ listener_id = 'me' }} in its source"
            )
        return DataError(problem, path=path, remedy=remedy)
