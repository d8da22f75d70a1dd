"""Build a dataset from a recipe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Protocol

import polars as pl

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset, check_place
from tigertail.dataset.unlisted import unlisted, unmatched_entries
from tigertail.errors import DataError
from tigertail.ingest.accumulator import Plays, PlaysAccumulator
from tigertail.ingest.checkpoints import Checkpoints
from tigertail.ingest.formats import Batch, Source
from tigertail.ingest.intake import SourceIntake
from tigertail.ingest.recipe import Recipe
from tigertail.ingest.remedies import remedies
from tigertail.ingest.report import BuildReport, build_report
from tigertail.progress import progress
from tigertail.storage import scratch_folder

_NO_PLAYS: Final = pl.DataFrame(schema={c.LISTENER_ID: pl.String, c.ITEM_ID: pl.String, c.PLAYS: pl.Float32})
_NO_LISTENER: Final = "no listener"  # of rows that lack one; ingest/clean.py words the reason


class Reader(Protocol):
    """Reads sources, and keeps what it read of their plays."""

    @property
    def plays(self) -> Plays:
        """The plays."""

    def batches(self, source: Source, intake: SourceIntake) -> Iterator[Batch]:
        """Read a source; yield the batches left for the intake: a reader may hand plays over itself."""

    def clear(self) -> None:
        """Remove what was kept only in case this build stopped: the dataset is written."""


class _ReaderHere:
    """Reads sources one after the other; what it read of a large dump is kept in a folder."""

    def __init__(self, kept: Path, folder: Path) -> None:
        self.plays = PlaysAccumulator(folder)
        self._checkpoints = Checkpoints(kept)

    def batches(self, source: Source, intake: SourceIntake) -> Iterator[Batch]:
        return self._checkpoints.batches(source, intake.quarantine)

    def clear(self) -> None:
        self._checkpoints.clear()


def build(
    recipe: Recipe, path: Path | str, *, replace: bool = False, reader: Reader | None = None
) -> tuple[Dataset, BuildReport]:
    """Read the sources of a recipe and write the dataset they make up.

    The folder also holds ``report.json`` and ``quarantine.csv``. The same recipe and sources give the same tables,
    byte for byte. What is read of a large dump is kept beside the folder until the dataset is written, so that a build
    that stopped goes on where it stopped. Where no source is one of plays, the dataset has none, and is only of use to
    be added to a model.

    Parameters
    ----------
    recipe
        The sources.
    path
        The folder to make.
    replace
        Whether an existing dataset may be replaced.
    reader
        What reads the sources; left out, this machine.

    Returns
    -------
    dataset, report

    Raises
    ------
    DataError
        If the folder exists and may not be replaced or is something else than a dataset, a source cannot be read, or
        sources of plays have no usable one.
    TigertailError
        If the disk is full or cannot be written.
    """
    path = Path(path)
    check_place(path, replace=replace)
    with scratch_folder(path) as folder:
        reader = reader or _ReaderHere(path.parent / f".{path.name}.work", folder)
        intake = SourceIntake(recipe, reader.plays, folder)
        with progress("Reading") as tick:
            for source in sorted(recipe.source, key=lambda one: one.reads_last):
                for batch in reader.batches(source, intake):
                    intake.add(source, batch)
                    tick(batch.rows.height, source.label)
        made = _DatasetBuilder(intake, reader.plays, folder).finish(path, replace=replace)
        reader.clear()
        return made


class _DatasetBuilder:
    """Writes the dataset when all sources have been read."""

    def __init__(self, intake: SourceIntake, plays: Plays, folder: Path) -> None:
        self.recipe = intake.recipe
        self.folder = folder
        self.quarantine = intake.quarantine
        self._plays = plays
        self._rows = intake.rows
        self._documents = intake.documents

    def finish(self, path: Path, *, replace: bool) -> tuple[Dataset, BuildReport]:
        """Resolve the items and write the dataset."""
        resolved = self._rows.find_items(self.recipe.source, self.recipe.namespaces)
        listened = bool(self.recipe.listening)
        plays: pl.LazyFrame | None = _NO_PLAYS.lazy()
        if resolved and listened:
            plays = self._merged_plays(resolved.identities.item_of)
        if resolved is None or plays is None:
            raise self._nothing(path)
        identities = resolved.identities
        items = self._marked(resolved.items, identities.aliases)
        profiles = self._rows.profiles
        listeners = self._plays.listeners() if listened else _NO_PLAYS[c.LISTENER_ID]
        tables: dict[str, pl.DataFrame | pl.LazyFrame] = {
            c.PLAYS_TABLE: plays,
            c.LISTENERS_TABLE: self._with_source(profiles.table(listeners)),
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
            matches=resolved.matches,
            unlisted_unknown=unmatched_entries(items, self.recipe.unlisted or (), identities.aliases),
            nameless=_nameless(items, identities.aliases, plays) if listened else [],
        )

        def extra(folder: Path) -> None:
            report.write(folder)
            self.quarantine.write(folder)

        dataset = Dataset.write(
            path, tables, name=self.recipe.name, replace=replace, without_plays=not listened, extra=extra
        )
        return dataset, report

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
        plays = pl.scan_parquet(parts, glob=False)
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
        what = "play" if self.recipe.listening else "row that makes an item, and none is one of plays"
        problem = f"the sources have no usable {what}{f' ({why})' if why else ''}"
        keys = [one for source in self.recipe.source for one in remedies(source, self.quarantine)]
        remedy = "; ".join(["check the recipe's paths and columns", *keys])
        nobody = [
            source
            for source in self.recipe.source
            if source.listens and (source.label, _NO_LISTENER) in self.quarantine.rejected
        ]
        if named := [source.label for source in nobody if hasattr(source, "values")]:
            remedy += (
                f"; if {named[0]} is of one listener, write values = {{ listener_id = 'me' }} in its source"
            )
        return DataError(problem, path=path, remedy=remedy)


def _nameless(items: pl.DataFrame, aliases: pl.DataFrame, plays: pl.LazyFrame) -> list[str]:
    """Return the ids of the items that nothing names and nobody plays, sorted."""
    named = aliases.filter(pl.col(c.SCHEME) == c.NAME)
    found = items.select(c.ITEM_ID).join(named, on=c.ITEM_ID, how="anti")
    if found.is_empty():
        return []
    unplayed = found.lazy().join(plays.select(c.ITEM_ID), on=c.ITEM_ID, how="anti")
    return unplayed.collect()[c.ITEM_ID].sort().to_list()
