"""Where a distributed fit keeps what is done: stages in a folder, and in each the files of its blocks.

The folder is a path, or a URI that PyArrow reads; the driver and all workers must reach it. A task writes files of
names that no other try has, and says the name; the driver notes the names once all blocks are there. So a task that was
run twice, or that died while it wrote, leaves a file that nobody reads.
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
import pyarrow as pa
from pyarrow import fs, ipc

from tigertail.errors import ConfigError
from tigertail.spark.records import R, Record, of_batch, to_batch

PLAN: Final = 2
"""Version of the stages, a part of each key: another one begins anew. Keys of fits have the stamp of the process too
(:func:`tigertail.spark.stamp.process_stamp`), which every change of the package's sources changes."""
KEY_LETTERS: Final = 16
"""Of a key, in the name of a folder: enough that no two fits of one folder share them; the whole is in each marker."""


def key_of(*parts: Any) -> str:
    """Return the key of what stages are made of: arrays, and what JSON can write."""
    digest = hashlib.sha256(f"plan {PLAN}".encode())
    for part in parts:
        if isinstance(part, np.ndarray):
            digest.update(f"{part.dtype.str} {part.shape} ".encode())
            digest.update(np.ascontiguousarray(part).data)
        else:
            digest.update(json.dumps(part, sort_keys=True).encode())
    return digest.hexdigest()


class Checkpoints:
    """The stages of one fit.

    Parameters
    ----------
    work
        The folder of all fits; it is made if it is not there.
    key
        What :func:`key_of` returns; it names the folder of this fit.

    Raises
    ------
    ConfigError
        If the folder cannot be reached.
    """

    def __init__(self, work: Path | str, key: str) -> None:
        self.key = key
        self.uri = f"{uri_of(work)}/{key[:KEY_LETTERS]}"
        self._files, self._root = opened(self.uri)
        self._names: dict[str, list[str]] = {}  # by stage: what write returned; tasks are given them
        try:
            self._files.create_dir(self._root, recursive=True)
        except OSError as error:
            raise _unusable(self.uri, error) from None

    def __eq__(self, other: object) -> bool:
        """Return whether both are of one fit."""
        return isinstance(other, Checkpoints) and self.uri == other.uri

    def __hash__(self) -> int:
        """Return the hash of where they are; what a process read of them is found by it."""
        return hash(self.uri)

    def done(self, stage: str) -> bool:
        """Return whether a stage was finished, by a fit of the same key."""
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
        """Note that a stage's blocks are all there, and what :meth:`write` returned of each, in their order."""
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
        """Write the records of a block, a file for each kind, and return what the names of these begin with."""
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
        """Yield a block's records of one kind, in the order in which they were written.

        Parameters
        ----------
        stage
            A stage that is finished.
        kind
            The kind.
        block
            The block.
        numbers
            Which of them; None means all.
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


def opened(uri: str) -> tuple[fs.FileSystem, str]:
    """Return the file system of a folder, and the folder's path there.

    Raises
    ------
    ConfigError
        If it cannot be reached.
    """
    try:
        files, root = fs.FileSystem.from_uri(uri)
    except (OSError, pa.ArrowException) as error:
        raise _unusable(uri, error) from None
    if isinstance(files, fs.LocalFileSystem):
        files = fs.LocalFileSystem(use_mmap=True)  # files are copied once, into the arrays
    return files, root


def _unusable(uri: str, error: Exception) -> ConfigError:
    return ConfigError(
        f"cannot use the folder {uri}: {error}",
        remedy="name one that the driver and all workers can write to",
    )


def uri_of(work: Path | str) -> str:
    """Return a folder as a URI.

    Examples
    --------
    >>> uri_of("hdfs://name/fit/")
    'hdfs://name/fit'
    """
    text = str(work)
    return text.rstrip("/") if "://" in text else Path(text).absolute().as_uri()
