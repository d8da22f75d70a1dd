"""The files of a model, compared with the SHA-256 that its manifest has of each."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from io import BufferedReader
from pathlib import Path
from typing import Final

from tigertail.errors import ModelError

REFIT: Final = "fit the model again with: tigertail fit DATASET MODEL"
MISSING: Final = (FileNotFoundError, IsADirectoryError, NotADirectoryError)


def verify_files(folder: Path, checksums: Mapping[str, str]) -> None:
    """Refuse a generation of which a file is missing or is not what was written.

    Raises
    ------
    ModelError
        If there is one.
    """
    for name, digest in checksums.items():
        with open_file(folder / name) as file:
            verify_file(file, digest)


def copy_files(source: Path, target: Path, checksums: Mapping[str, str]) -> None:
    """Copy a generation's files, and check the copies.

    Raises
    ------
    ModelError
        As :func:`verify_files` does.
    """
    for name in checksums:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        with open_file(source / name) as file, (target / name).open("wb") as copy:
            shutil.copyfileobj(file, copy, 2**20)
    verify_files(target, checksums)


def open_file(path: Path) -> BufferedReader:
    """Open a file of a model.

    Raises
    ------
    ModelError
        If it is missing, or cannot be read.
    """
    try:
        return path.open("rb")
    except MISSING:
        raise ModelError("a file of the model is missing", path=path, remedy=REFIT) from None
    except OSError as error:
        raise unreadable(path, error) from None


def unreadable(path: Path, error: OSError) -> ModelError:
    """Return the error of a file that is there and cannot be read."""
    return ModelError(
        f"cannot be read ({error.strerror or 'no reason given'})",
        path=path,
        remedy="let this user read the model's folder and all in it",
    )


def verify_file(file: BufferedReader, digest: str) -> None:
    """Refuse a file that is not what was written; leave it at its beginning.

    Raises
    ------
    ModelError
        If it has another SHA-256.
    """
    file.seek(0)
    if hashlib.file_digest(file, "sha256").hexdigest() != digest:
        raise ModelError("altered or cut short since it was written", path=file.name, remedy=REFIT)
    file.seek(0)
