"""The files of a model, compared with the SHA-256 that its manifest has of each."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator, Mapping
from io import BufferedReader
from pathlib import Path
from typing import Final

from tigertail.errors import ModelError

REFIT: Final = "fit the model again with: tigertail fit DATASET MODEL"
MISSING: Final = (FileNotFoundError, IsADirectoryError, NotADirectoryError)
_PIECE: Final = 2**20  # bytes read at a time


def verify_files(folder: Path, checksums: Mapping[str, str]) -> None:
    """Refuse a generation of which a file is missing or is not what was written.

    Parameters
    ----------
    folder
        The generation.
    checksums
        SHA-256 of each file, in hexadecimal digits, by its path within the folder;
        :func:`tigertail.model.store.folder.read_manifest` refuses a path that leads out of it.

    Raises
    ------
    ModelError
        If there is one, or it cannot be read.
    """
    for name, digest in checksums.items():
        with open_file(folder / name) as file:
            verify_file(file, digest)


def copy_files(source: Path, target: Path, checksums: Mapping[str, str]) -> None:
    """Copy a generation's files, and check the bytes that are copied.

    Parameters
    ----------
    source, target
        The generation, and where its files go.
    checksums
        As for :func:`verify_files`.

    Raises
    ------
    ModelError
        As :func:`verify_files` does, of a file of ``source``.
    OSError
        If ``target`` cannot be written, as where the disk is full.
    """
    for name, digest in checksums.items():
        with open_file(source / name) as file:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            with (target / name).open("wb") as copy:
                for piece in _checked(file, digest):
                    copy.write(piece)


def open_file(path: Path) -> BufferedReader:
    """Open a file of a model.

    Raises
    ------
    ModelError
        If it is missing, is no regular file, or cannot be read.
    """
    try:
        if stat.S_ISREG(path.stat().st_mode):  # to open a pipe would wait for a writer
            return path.open("rb")
    except (*MISSING, ValueError):  # no file can have the name
        pass
    except OSError as error:
        raise unreadable(path, error) from None
    raise ModelError("a file of the model is missing", path=path, remedy=REFIT)


def unreadable(path: Path, error: OSError) -> ModelError:
    """Return the error of a file that is there and cannot be read."""
    return ModelError(
        f"cannot be read ({error.strerror or 'no reason given'})",
        path=path,
        remedy="let this user read the model's folder and all in it"
        if isinstance(error, PermissionError)
        else "put right what the system says, or copy the model again",
    )


def verify_file(file: BufferedReader, digest: str) -> None:
    """Refuse a file that is not what was written; leave it at its beginning.

    Raises
    ------
    ModelError
        If it has another SHA-256, or cannot be read.
    """
    for _ in _checked(file, digest):
        pass
    file.seek(0)


def _checked(file: BufferedReader, digest: str) -> Iterator[bytes]:
    """Read a file from its beginning, and refuse at its end what is not what was written."""
    found = hashlib.sha256()
    try:
        file.seek(0)
        while piece := file.read(_PIECE):
            found.update(piece)
            yield piece
    except OSError as error:
        raise unreadable(Path(file.name), error) from None
    if found.hexdigest() != digest:
        raise ModelError("altered or cut short since it was written", path=file.name, remedy=REFIT)
