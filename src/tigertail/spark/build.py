"""Plays read and merged on many machines: what :class:`tigertail.ingest.accumulator.PlaysAccumulator` does on one.

A task reads a piece of a source, such as one file of a dump: it cleans the rows, sorts them into runs, and says in
which ways they name items. The driver reads all other tables, and finds the items that are meant. Then each of other
tasks merges the plays of a range of listeners, from all runs.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import polars as pl

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.ingest.accumulator import REF, RUN_ROWS, merged_plays, sorted_run, typed_plays
from tigertail.ingest.build import build
from tigertail.ingest.formats import Batch, Source
from tigertail.ingest.intake import SourceIntake
from tigertail.ingest.recipe import Recipe
from tigertail.ingest.report import BuildReport
from tigertail.io.quarantine import Quarantine
from tigertail.spark.checkpoints import Checkpoints
from tigertail.spark.cluster import Cluster
from tigertail.spark.frames import packed, read_frames, unpacked
from tigertail.spark.records import Frame, Record, Run, Settings
from tigertail.spark.stages import Distributed

CHUNK_ROWS: Final = 50_000
"""Rows of a part of a run: the least that a task reads of one."""
RANGE_ROWS: Final = 4_000_000
"""Rows that a task merges, about: more than at once on one machine, because each task takes a while to start."""
READ: Final = "plays-read"
ITEMS: Final = "items"
MERGED: Final = "plays-merged"
_REFERENCES: Final = "references"
_CHUNKS: Final = "chunks"  # first and last listener of each part of a run, and its rows
_PLAYS: Final = "plays"
_LISTENERS: Final = "listeners"


def build_on_cluster(
    cluster: Cluster, recipe: Recipe, path: Path | str, *, work: Path | str, replace: bool = False
) -> tuple[Dataset, BuildReport]:
    """Build the dataset that :func:`tigertail.ingest.build.build` builds, with plays read and merged by a cluster.

    Parameters
    ----------
    cluster
        What runs tasks; the workers reach the sources by the paths of the recipe, which are to be absolute.
    recipe, path, replace
        As there.
    work
        Folder or URI that the driver and all workers reach, where what is done is kept.
    """
    reader = DistributedReader(Distributed(cluster, work), recipe)
    return build(recipe, path, replace=replace, reader=reader)


class DistributedReader:
    """Reads the sources of plays by tasks, and all others here."""

    def __init__(self, machines: Distributed, recipe: Recipe) -> None:
        self._recipe = recipe
        self._pieces = [
            _Piece(source.label, piece)
            for source in recipe.source
            if source.listens
            for piece in source.pieces()
        ]
        stamps = [_stamp(path) for source in recipe.source if source.listens for path in source.paths]
        contents = [piece.source.model_dump(mode="json") for piece in self._pieces]
        prefixed = len(recipe.namespaces) > 1
        self._stages = machines.stages("reading", prefixed, contents, stamps)
        self.plays = DistributedPlays(machines, self._stages.kept)

    def batches(self, source: Source, intake: SourceIntake) -> Iterator[Batch]:
        """Yield the batches of a source; of a source of plays those of its other tables."""
        if not source.listens:
            yield from source.read(intake.quarantine)
            return
        read = partial(_read, recipe=self._recipe, pieces=self._pieces)
        self._stages.make(READ, read, len(self._pieces))
        for block, piece in enumerate(self._pieces):
            if piece.of == source.label:
                yield from self._found(block, intake)

    def clear(self) -> None:
        """Leave the stages: another build of the same plays begins with them."""

    def _found(self, block: int, intake: SourceIntake) -> Iterator[Batch]:
        facts = _facts(self._stages.kept, READ, block)
        frames = read_frames(self._stages.kept, READ, block)
        intake.quarantine.add(Quarantine.of_facts(facts["counts"]))
        self.plays.duplicates.update(facts["duplicates"])
        self.plays.chunks[block] = frames[_CHUNKS]
        if _REFERENCES in frames:
            intake.rows.add_references(frames[_REFERENCES])
            self.plays.references.append(frames[_REFERENCES][REF])
        for number, told in enumerate(facts["batches"]):
            yield Batch.of_facts(frames[str(number)], told)


class DistributedPlays:
    """:class:`tigertail.ingest.accumulator.Plays` that tasks have read, and that others merge.

    Attributes
    ----------
    duplicates
        As there.
    chunks
        By piece, what :func:`ranges_of` takes.
    references
        The references of the plays of each piece.
    """

    def __init__(self, machines: Distributed, read: Checkpoints) -> None:
        self.duplicates: Counter[str] = Counter()
        self.chunks: dict[int, pl.DataFrame] = {}
        self.references: list[pl.Series] = []
        self._machines = machines
        self._read = read
        self._listeners: list[pl.Series] = []

    def add(self, source: str, plays: pl.DataFrame, *, events: bool) -> None:
        """Refuse plays that no task has read."""
        raise AssertionError(f"plays of {source}, which is no source of plays")

    def plays(self, items: pl.DataFrame) -> Iterator[pl.DataFrame]:
        """Yield the plays of one range of listeners after another."""
        ranges = ranges_of([self.chunks[piece] for piece in sorted(self.chunks)])
        if not ranges:
            return
        played = pl.concat(self.references).to_frame()
        items = items.select(REF, c.ITEM_ID).join(played, on=REF, how="semi").sort(REF, c.ITEM_ID)
        keys = [items[REF].to_numpy(), items[c.ITEM_ID].to_list(), RANGE_ROWS]
        stages = self._machines.stages("merging", self._read.key, *keys)
        stages.put(ITEMS, [[Frame(ITEMS, packed(items))]])
        stages.make(MERGED, partial(_merge, read=self._read, ranges=ranges), len(ranges))
        for block in range(len(ranges)):
            frames = read_frames(stages.kept, MERGED, block)
            self.duplicates.update(_facts(stages.kept, MERGED, block))
            self._listeners.append(frames[_LISTENERS][c.LISTENER_ID])
            yield frames[_PLAYS]

    def listeners(self) -> pl.Series:
        """Return the listeners who have a row."""
        return pl.concat(self._listeners)


@dataclass(frozen=True)
class _Piece:
    of: str
    source: Source


@dataclass(frozen=True)
class Range:
    """Listeners whose plays one task merges.

    Parameters
    ----------
    first, end
        The first of them, and the first of the next range; None where there is no next.
    chunks
        By piece, the numbers of the parts of runs that may have them.
    """

    first: str
    end: str | None
    chunks: list[list[int]]


def ranges_of(chunks: list[pl.DataFrame]) -> list[Range]:
    """Cut the listeners into ranges of about :data:`RANGE_ROWS` rows.

    Parameters
    ----------
    chunks
        Of each piece, the ``first`` and ``last`` listener of each part of its runs, and its ``rows``.
    """
    if not any(one.height for one in chunks):
        return []
    firsts = pl.concat(chunks).sort("first").with_columns(pl.col("rows").cum_sum() - pl.col("rows"))
    starts = firsts.group_by(pl.col("rows") // RANGE_ROWS).agg(pl.col("first").min())["first"].unique().sort()
    ends: list[str | None] = [*starts[1:], None]
    ranges = []
    for first, end in zip(starts, ends, strict=True):
        before = pl.lit(True) if end is None else pl.col("first") < end
        within = pl.arg_where((pl.col("last") >= first) & before)
        ranges.append(Range(first, end, [one.select(within).to_series().to_list() for one in chunks]))
    return ranges


class _Runs:
    """Plays of one piece, which become sorted runs."""

    def __init__(self) -> None:
        self.duplicates: Counter[str] = Counter()
        self.chunks: list[tuple[str, str, int]] = []
        self._waiting: list[pl.DataFrame] = []

    def add(self, source: str, plays: pl.DataFrame, *, events: bool) -> None:
        rows, duplicates = typed_plays(source, plays, events=events)
        self.duplicates.update(duplicates)
        self._waiting.append(rows)

    def full(self) -> Iterator[Run]:
        """Yield the parts of a run, if there are rows for one."""
        if sum(frame.height for frame in self._waiting) >= RUN_ROWS:
            yield from self.rest()

    def rest(self) -> Iterator[Run]:
        """Yield the parts of a run of the rows that there are."""
        if not self._waiting:
            return
        run = sorted_run(self._waiting)
        self._waiting = []
        for part in run.iter_slices(CHUNK_ROWS):
            listeners = part[c.LISTENER_ID]
            self.chunks.append((listeners[0], listeners[-1], part.height))
            yield Run(packed(part))


def _read(block: int, kept: Checkpoints, recipe: Recipe, pieces: list[_Piece]) -> Iterator[Record]:
    """Read the plays of a piece; what else it has is passed on as it is."""
    source, runs = pieces[block].source, _Runs()
    others: list[dict[str, Any]] = []
    with TemporaryDirectory() as folder:
        intake = SourceIntake(recipe, runs, Path(folder))
        for batch in source.read(intake.quarantine):
            if batch.table == c.PLAYS_TABLE:
                intake.add(source, batch)
                yield from runs.full()
            else:
                yield Frame(str(len(others)), packed(batch.rows))
                others.append(batch.facts())
    yield from runs.rest()
    schema = {"first": pl.String, "last": pl.String, "rows": pl.Int64}
    yield Frame(_CHUNKS, packed(pl.DataFrame(runs.chunks, schema, orient="row")))
    if (refs := intake.rows.distinct_references()) is not None:
        yield Frame(_REFERENCES, packed(refs))
    facts = {"batches": others, "counts": intake.quarantine.facts(), "duplicates": runs.duplicates}
    yield Settings(json.dumps(facts))


def _merge(block: int, kept: Checkpoints, read: Checkpoints, ranges: list[Range]) -> Iterator[Record]:
    """Merge the plays of a range of listeners."""
    own = ranges[block]
    within = pl.col(c.LISTENER_ID) >= own.first
    if own.end is not None:
        within &= pl.col(c.LISTENER_ID) < own.end
    parts = [
        unpacked(run.content).filter(within)
        for piece, chunks in enumerate(own.chunks)
        if chunks
        for run in read.read(READ, Run, piece, chunks)
    ]
    rows = pl.concat(parts)
    merged, duplicates = merged_plays(rows, _items(kept))
    yield Frame(_PLAYS, packed(merged))
    yield Frame(_LISTENERS, packed(rows.select(c.LISTENER_ID).unique()))
    yield Settings(json.dumps(duplicates))


@lru_cache(maxsize=1)
def _items(kept: Checkpoints) -> pl.DataFrame:
    return read_frames(kept, ITEMS, 0)[ITEMS]


def _facts(kept: Checkpoints, stage: str, block: int) -> dict[str, Any]:
    (settings,) = kept.read(stage, Settings, block)
    facts: dict[str, Any] = json.loads(settings.text)
    return facts


def _stamp(path: Path) -> list[list[Any]]:
    """Return what differs if a file, or one of a folder, does: names, sizes and times."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    stats = [(file, file.stat()) for file in files if file.is_file()]
    return [[str(file), stat.st_size, stat.st_mtime_ns] for file, stat in stats]
