"""Where distributed work (a build, a fit, an evaluation) keeps what is done: stages, and the files of their blocks.

All is in a folder (a path, or a URI that PyArrow reads), which the driver and all workers must reach. A task writes
files of names that no other try has, and says the name; once all blocks are there, the driver notes the names in the
stage's *marker*, ``STAGE.json``. So a task that was run twice, or that died while it wrote, leaves a file that nobody
reads.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import numpy as np
from pyarrow import fs, ipc

from tigertail.spark.folders import opened, unusable, uri_of
from tigertail.spark.records import R, Record, of_batch, to_batch

KEY_LETTERS: Final = 16
"""How many letters of a key name the folder of a piece of work: no two share so many. Each marker has the whole key."""


def key_of(*parts: Any) -> str:
    """Return the key of what stages are made of: arrays, and what JSON can write."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, np.ndarray):
            digest.update(f"{part.dtype.str} {part.shape} ".encode())
            digest.update(np.ascontiguousarray(part).data)
        else:
            digest.update(json.dumps(part, sort_keys=True).encode())
    return digest.hexdigest()


class Checkpoints:
    """The stages of one piece of work.

    Parameters
    ----------
    work
        The folder of all pieces of work; it is made if it is not there.
    key
        What :func:`key_of` returns; it names the folder of this piece of work.

    Raises
    ------
    ConfigError
        If the folder cannot be reached.
    """

    def __init__(self, work: Path | str, key: str) -> None:
        self.key = key
        self.uri = f"{uri_of(work)}/{key[:KEY_LETTERS]}"
        self._files, self._root = opened(self.uri)
        self._names: dict[str, list[str]] = {}  # by stage: what write returned; pickled with this object
        try:
            self._files.create_dir(self._root, recursive=True)
        except OSError as error:
            raise unusable(self.uri, error) from None

    def __eq__(self, other: object) -> bool:
        """Return whether both are of one piece of work."""
        return isinstance(other, Checkpoints) and self.uri == other.uri

    def __hash__(self) -> int:
        """Return the hash of where they are: caches of tasks (``lru_cache``) have checkpoints as their keys."""
        return hash(self.uri)

    def done(self, stage: str) -> bool:
        """Return whether a stage was finished, with the same key; if so, learn its blocks' names, for :meth:`read`."""
        try:
            with self._files.open_input_stream(self._marker(stage)) as file:
                found: dict[str, Any] = json.loads(file.read())
        except (FileNotFoundError, ValueError):
            return False
        if found.get("key") != self.key:
            return False
        self._names[stage] = found["blocks"]
        return True

    def finish(self, stage: str, names: list[str]) -> None:
        """Write the marker of a stage whose blocks are all there: what :meth:`write` returned of each, in order."""
        self._names[stage] = names
        with self._files.open_output_stream(self._marker(stage)) as file:
            file.write(json.dumps({"key": self.key, "stage": stage, "blocks": names}).encode())

    def remove(self, stage: str) -> None:
        """Remove what an earlier attempt, or a stage that is not wanted any more, left."""
        self._names.pop(stage, None)
        if self._files.get_file_info(self._marker(stage)).type != fs.FileType.NotFound:
            self._files.delete_file(self._marker(stage))
        if self._files.get_file_info(f"{self._root}/{stage}").type != fs.FileType.NotFound:
            self._files.delete_dir(f"{self._root}/{stage}")

    def begin(self, stage: str) -> None:
        """Make an empty folder for a stage."""
        self.remove(stage)
        self._files.create_dir(f"{self._root}/{stage}", recursive=True)

    def write(self, stage: str, block: int, records: Iterable[Record]) -> str:
        """Write a block's records, a file for each kind that it has, and return what the names of these begin with."""
        name = f"{block:05}-{uuid.uuid4().hex[:12]}"
        with ExitStack() as stack:
            files: dict[type[Record], ipc.RecordBatchFileWriter] = {}
            for record in records:
                kind = type(record)
                if kind not in files:
                    sink = stack.enter_context(self._files.open_output_stream(self._file(stage, name, kind)))
                    files[kind] = stack.enter_context(ipc.new_file(sink, kind.schema))
                files[kind].write_batch(to_batch(record))
        return name

    def read(
        self, stage: str, kind: type[R], block: int, numbers: Iterable[int] | None = None
    ) -> Iterator[R]:
        """Yield a block's records of one kind, in the order in which they were written, or in that of ``numbers``.

        Parameters
        ----------
        stage
            A stage that :meth:`done` found, or :meth:`finish` noted, before this object was sent to a task.
        kind
            A kind that the block has records of.
        block
            The block.
        numbers
            Which of these records, counted from 0 as they were written; None means all.
        """
        with (
            self._files.open_input_file(self._file(stage, self._names[stage][block], kind)) as source,
            ipc.open_file(source) as file,
        ):
            for number in range(file.num_record_batches) if numbers is None else numbers:
                yield of_batch(kind, file.get_batch(number))

    def _file(self, stage: str, name: str, kind: type[Record]) -> str:
        return f"{self._root}/{stage}/{name}-{kind.__name__.lower()}.arrow"

    def _marker(self, stage: str) -> str:
        return f"{self._root}/{stage}.json"
