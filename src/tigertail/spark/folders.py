"""Folders that the driver and all workers reach: a path, or a URI that PyArrow reads."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
from pyarrow import fs

from tigertail.errors import ConfigError


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
        raise unusable(uri, error) from None
    if isinstance(files, fs.LocalFileSystem):
        files = fs.LocalFileSystem(use_mmap=True)  # mapped, so that only `of_batch` copies
    return files, root


def unusable(uri: str, error: Exception) -> ConfigError:
    """Return the error that a folder cannot be reached."""
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
