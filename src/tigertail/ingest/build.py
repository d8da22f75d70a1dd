"""From a recipe to a dataset."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.errors import DataError
from tigertail.ingest.accumulator import REF, PlaysAccumulator
from tigertail.ingest.clean import clean
from tigertail.ingest.formats import Batch, Source
from tigertail.ingest.identity import Identities, resolve
from tigertail.ingest.linking import SQUEEZED, TABLE, LinkedRows, attach, gather
from tigertail.ingest.profiles import Profiles
from tigertail.ingest.recipe import Recipe
from tigertail.ingest.references import condense, pair_refs, references, with_refs
from tigertail.ingest.report import BuildReport, build_report
from tigertail.ingest.side_tables import SideTables
from tigertail.io.quarantine import Quarantine
from tigertail.progress import progress
from tigertail.storage import full_disk
from tigertail.text.documents.page_sink import DocumentSpool

_ROOM: Final = 300_000  # references held before they are merged
_OWN_IDS: Final = (c.LISTENER_ID, c.ANNOTATOR, c.CURATOR, c.SEQUENCE_ID)


def build(recipe: Recipe, path: Path | str, *, replace: bool = False) -> tuple[Dataset, BuildReport]:
    """Read the sources of a recipe and write the dataset they make up.

    Beside its tables the folder holds ``report.json`` and ``quarantine.csv``. The tables are the same, byte
    for byte, whenever recipe and sources are.

    Parameters
    ----------
    recipe
        What goes in.
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
        If a source cannot be read, or not one of its plays can be used.
    TigertailError
        If the disk is full or cannot be written.
    """
    path = Path(path)
    if path.exists() and not replace:
        raise DataError("already exists", path=path, remedy="choose another name, or pass --force")
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        full_disk(path),
        tempfile.TemporaryDirectory(prefix=f".{path.name}.spool.", dir=path.parent) as folder,
    ):
        intake = _DatasetBuilder(recipe, Path(folder))
        with progress("Reading") as tick:
            for source in recipe.source:
                for batch in source.read(intake.quarantine):
                    intake.add(source, batch)
                    tick(batch.rows.height, source.named)
        return intake.finish(path, replace=replace)


class _DatasetBuilder:
    """Takes in batches, gives out a dataset."""

    def __init__(self, recipe: Recipe, folder: Path) -> None:
        self.recipe = recipe
        self.folder = folder
        self.quarantine = Quarantine()
        self._spool = PlaysAccumulator(folder)
        self._profiles = Profiles()
        self._refs: list[pl.DataFrame] = []
        self._room = _ROOM
        self._attached: list[pl.DataFrame] = []
        self._side = SideTables(self.quarantine)
        self._documents = DocumentSpool(folder, self.quarantine)

    def add(self, source: Source, batch: Batch) -> None:
        """Take in some rows."""
        if batch.table == c.DOCUMENTS_TABLE:
            self._documents.add(source.named, batch.rows)
            return
        rows = self._in_namespace(clean(batch, source.named, self.quarantine), source)
        if batch.table == c.LISTENERS_TABLE:
            self._profiles.add(rows)
            return
        if batch.table == c.PAIRS_TABLE:
            rows, refs = pair_refs(rows, source)
        else:
            rows = with_refs(rows, source)
            refs = references(rows, source, catalogue=batch.table == c.ITEMS_TABLE)
        self._remember(refs, batch)
        if batch.table == c.PLAYS_TABLE:
            kept = (c.LISTENER_ID, REF, c.PLAYS, c.RATING, c.LAST_PLAYED)
            plays = rows.select(name for name in kept if name in rows.columns)
            self._spool.add(source.named, plays, events=batch.events)
        elif batch.table != c.ITEMS_TABLE:
            self._side.add(batch.table, rows, source.named)

    def finish(self, path: Path, *, replace: bool) -> tuple[Dataset, BuildReport]:
        """Resolve the items and write the dataset."""
        refs = condense(self._refs) if self._refs else None
        identities = resolve(refs, self.recipe.namespaces) if refs is not None else None
        plays = self._plays(identities.item_of) if identities else None
        if refs is None or identities is None or plays is None:
            raise self._nothing(path)
        attached = attach(gather(self._attached), refs, identities) if self._attached else None
        items = attached.items if attached else identities.items
        tables: dict[str, pl.DataFrame | pl.LazyFrame] = {
            c.PLAYS_TABLE: plays,
            c.LISTENERS_TABLE: self._profiles.table(self._spool.listeners[c.LISTENER_ID]),
            c.ITEMS_TABLE: items,
        }
        tables |= self._side.tables(_every(identities, attached))
        tables |= self._written(items, tables.get(c.MENTIONS_TABLE))
        report = build_report(
            self.recipe,
            self.quarantine,
            identities,
            duplicates=self._spool.duplicates,
            conflicts=self._profiles.conflicts,
            attached=attached,
        )

        def extra(folder: Path) -> None:
            report.write(folder)
            self.quarantine.write(folder)

        dataset = Dataset.write(path, tables, name=self.recipe.name, replace=replace, extra=extra)
        return dataset, report

    def _in_namespace(self, rows: pl.DataFrame, source: Source) -> pl.DataFrame:
        """Put the namespace before ids of listeners and sequences where the recipe has several."""
        if len(self.recipe.namespaces) == 1:
            return rows
        ids = [name for name in _OWN_IDS if name in rows.columns]
        return rows.with_columns(pl.concat_str(pl.lit(f"{source.space}:"), name).alias(name) for name in ids)

    def _remember(self, refs: pl.DataFrame, batch: Batch) -> None:
        if batch.known_only:
            told = refs.with_columns(pl.lit(batch.table).alias(TABLE), pl.lit(batch.squeezed).alias(SQUEEZED))
            self._attached.append(told)
            return
        self._refs.append(refs)
        if sum(frame.height for frame in self._refs) >= self._room:
            self._refs = [condense(self._refs)]
            self._room = max(_ROOM, 2 * self._refs[0].height)

    def _plays(self, item_of: pl.DataFrame) -> pl.LazyFrame | None:
        """Write the merged plays range by range and return them, without columns nobody filled."""
        parts = []
        filled = set()
        for number, frame in enumerate(self._spool.plays(item_of)):
            part = self.folder / f"plays-{number:05}.parquet"
            frame.write_parquet(part)
            parts.append(part)
            filled |= {name for name in frame.columns if frame[name].null_count() < frame.height}
        if not parts:
            return None
        plays = pl.scan_parquet(parts)
        return plays.select(name for name in plays.collect_schema().names() if name in filled)

    def _written(
        self, items: pl.DataFrame, given: pl.DataFrame | pl.LazyFrame | None
    ) -> dict[str, pl.DataFrame | pl.LazyFrame]:
        """Return the documents, and the mentions found in them beside those that sources count."""
        if not self._documents.parts:
            return {}
        from tigertail.text.mentions import find_mentions

        found = find_mentions(self._documents.parts, items, self.folder)
        tables = [found.mentions] if given is None else [found.mentions, given.lazy()]
        return {
            c.DOCUMENTS_TABLE: found.documents,
            c.MENTIONS_TABLE: pl.concat(tables, how="diagonal_relaxed"),
        }

    def _nothing(self, path: Path) -> DataError:
        """Say why there is no dataset."""
        rejected = self.quarantine.rejected.most_common(3)
        why = "; ".join(f"{source}: {reason} ({rows:,} rows)" for (source, reason), rows in rejected)
        problem = f"there is not one usable play in the sources{f' ({why})' if why else ''}"
        return DataError(problem, path=path, remedy="check the recipe's paths and columns")


def _every(identities: Identities, attached: LinkedRows | None) -> pl.DataFrame:
    """Return the item of every reference that has one."""
    if attached is None:
        return identities.item_of
    return pl.concat([identities.item_of, attached.item_of.select(identities.item_of.columns)]).unique(REF)
