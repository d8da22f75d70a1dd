"""Where a distributed fit keeps what is done: stages in a folder, each with the key of what it was made of.

The folder is a path, or a URI that Spark and PyArrow both read; the driver and all workers must reach it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from pyarrow import fs, parquet

from tigertail.errors import ConfigError
from tigertail.spark.records import NUMBERS, Record, records_of

PLAN: Final = 1
"""Version of the stages; another one begins anew."""


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
        self.uri = f"{uri_of(work)}/{key[:16]}"
        self._files, self._root = opened(self.uri)
        try:
            self._files.create_dir(self._root, recursive=True)
        except OSError as error:
            raise _unusable(self.uri, error) from None

    def at(self, stage: str) -> str:
        """Return the URI of a stage's rows."""
        return f"{self.uri}/{stage}"

    def done(self, stage: str) -> bool:
        """Return whether a stage was finished, by a fit of the same key."""
        try:
            with self._files.open_input_stream(self._marker(stage)) as file:
                found: dict[str, Any] = json.loads(file.read())
        except (FileNotFoundError, ValueError):
            return False
        return found.get("key") == self.key

    def finish(self, stage: str) -> None:
        """Note that a stage's rows are all there."""
        with self._files.open_output_stream(self._marker(stage)) as file:
            file.write(json.dumps({"key": self.key, "stage": stage}).encode())

    def begin(self, stage: str) -> None:
        """Remove what an earlier attempt, or a stage that is not wanted any more, left."""
        if self._files.get_file_info(self._marker(stage)).type != fs.FileType.NotFound:
            self._files.delete_file(self._marker(stage))
        if self._files.get_file_info(f"{self._root}/{stage}").type != fs.FileType.NotFound:
            self._files.delete_dir(f"{self._root}/{stage}")

    def write(self, stage: str, batches: Iterator[pa.RecordBatch]) -> None:
        """Write rows from the driver, a file for each batch."""
        self.begin(stage)
        self._files.create_dir(f"{self._root}/{stage}", recursive=True)
        for number, batch in enumerate(batches):
            parquet.write_table(
                pa.Table.from_batches([batch]),
                f"{self._root}/{stage}/part-{number:05}.parquet",
                filesystem=self._files,
                compression="none",
                use_dictionary=False,
                write_statistics=False,
            )
        self.finish(stage)

    def read(self, stage: str, arrays: str) -> Iterator[Record]:
        """Yield a stage's rows, in any order, with some of :data:`~tigertail.spark.records.ARRAYS`.

        The files are read here and not by the cluster, whose rows would be copied several times on the way.
        """
        for info in self._files.get_file_info(fs.FileSelector(f"{self._root}/{stage}")):
            if info.base_name.endswith(".parquet"):
                with self._files.open_input_file(info.path) as file:
                    rows = parquet.ParquetFile(file).iter_batches(1, columns=[*NUMBERS, *arrays])
                    yield from records_of(rows)

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
