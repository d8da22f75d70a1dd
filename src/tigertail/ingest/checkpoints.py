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

    A part is kept if its notes are there, and all rows that they name; else it is read again.

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
        batches, counts = _kept(place) or self._read(part, place)
        quarantine.add(counts)
        yield from batches

    def _read(self, part: Part, place: Path) -> tuple[list[Batch], Quarantine]:
        """Read a part and keep it."""
        counts = Quarantine()
        batches = list(part.read(counts))
        for number, batch in enumerate(batches):
            with replaced_file(_rows(place, number)) as temporary:
                batch.rows.write_parquet(temporary, compression="lz4")
        facts = [batch.facts() for batch in batches]
        with replaced_file(_notes(place)) as temporary:  # last: a part without notes is not kept
            temporary.write_text(json.dumps({"batches": facts, "counts": counts.facts()}), encoding="utf-8")
        return batches, counts

    def _key(self, source: Source, part: Part) -> str:
        # Not the path: an archive that was downloaded again, or moved, is the same.
        settings = source.model_dump_json(exclude={"path"})
        text = "\0".join((__version__, settings, part.name, part.stamp))
        return hashlib.sha256(text.encode()).hexdigest()

    def _with_remedy(self, error: DataError) -> DataError:
        remedy = f"what was read is kept in {self._folder}: the same command goes on from there"
        remedy = f"{error.remedy}; {remedy}" if error.remedy else remedy
        return DataError(error.problem, remedy=remedy, path=error.path, line=error.line)


def _kept(place: Path) -> tuple[list[Batch], Quarantine] | None:
    """Return what is kept of a part; None if that is nothing, or not whole."""
    try:
        notes = json.loads(_notes(place).read_text("utf-8"))
        batches = [
            Batch.of_facts(pl.read_parquet(_rows(place, number), glob=False), facts)
            for number, facts in enumerate(notes["batches"])
        ]
    except (OSError, ValueError, pl.exceptions.PolarsError):
        return None
    return batches, Quarantine.of_facts(notes["counts"])


def _notes(place: Path) -> Path:
    """Return the file that says what is kept of a part."""
    return place.with_suffix(".json")


def _rows(place: Path, number: int) -> Path:
    """Return the file of the rows of a batch."""
    return place.with_name(f"{place.name}-{number}.parquet")
