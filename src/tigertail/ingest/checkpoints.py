"""What a build has read, kept on disk part by part, so that a build that stopped does not read it again."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from tigertail.errors import DataError
from tigertail.ingest.formats import Batch, Source
from tigertail.ingest.formats.resumable import Part, Resumable
from tigertail.io.quarantine import Quarantine
from tigertail.storage import replaced_file
from tigertail.version import __version__


class Checkpoints:
    """The batches of each part of a source, as files of a folder.

    Parameters
    ----------
    folder
        The folder; it is made when there is something to keep.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def batches(self, source: Source, quarantine: Quarantine) -> Iterator[Batch]:
        """Yield the batches of a source; those of parts that an earlier build read are not read again.

        Raises
        ------
        DataError
            As the source raises it; the remedy says what is kept.
        TigertailError
            If the disk is full or cannot be written.
        """
        if not isinstance(source, Resumable):
            yield from source.read(quarantine)
            return
        try:
            for part in source.parts(quarantine):
                yield from self._batches(source, part, quarantine)
        except DataError as error:
            if not self._folder.exists():
                raise
            raise self._with_remedy(error) from error

    def clear(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _batches(self, source: Source, part: Part, quarantine: Quarantine) -> Iterator[Batch]:
        place = self._folder / self._key(source, part)
        notes = place.with_suffix(".json")
        if notes.exists():
            kept = json.loads(notes.read_text("utf-8"))
            quarantine.add(Quarantine.of_facts(kept["counts"]))
            for number, facts in enumerate(kept["batches"]):
                yield Batch.of_facts(pl.read_parquet(_rows(place, number), glob=False), facts)
            return
        counts = Quarantine()
        batches = list(part.read(counts))
        self._folder.mkdir(parents=True, exist_ok=True)
        for number, batch in enumerate(batches):
            with replaced_file(_rows(place, number)) as temporary:
                batch.rows.write_parquet(temporary, compression="lz4")
        facts = [batch.facts() for batch in batches]
        with replaced_file(notes) as temporary:  # last: what it does not name counts for nothing
            temporary.write_text(json.dumps({"batches": facts, "counts": counts.facts()}), encoding="utf-8")
        quarantine.add(counts)
        yield from batches

    def _key(self, source: Source, part: Part) -> str:
        # Not the path: a dump that was downloaded again, or moved, is the same.
        settings = source.model_dump_json(exclude={"path"})
        text = "\0".join((__version__, settings, part.name, part.stamp))
        return hashlib.sha256(text.encode()).hexdigest()

    def _with_remedy(self, error: DataError) -> DataError:
        remedy = f"what was read is kept in {self._folder}: the same command goes on from there"
        remedy = f"{error.remedy}; {remedy}" if error.remedy else remedy
        return DataError(error.problem, remedy=remedy, path=error.path, line=error.line)


def _rows(place: Path, number: int) -> Path:
    """Return the file of the rows of a batch."""
    return place.with_name(f"{place.name}-{number}.parquet")
