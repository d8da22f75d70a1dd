"""Signals on disk that are checked and read when they are first asked.

The files are opened at once, so that a model that is replaced meanwhile can still be asked; but a question about
one signal does not wait for the checksums of the others.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Mapping
from io import BufferedReader
from pathlib import Path
from threading import RLock
from typing import Any, Final

import numpy as np

from tigertail.errors import ModelError
from tigertail.mixing.mixture import Mixture
from tigertail.model.registry import MIXTURE, SIGNALS
from tigertail.signals.contract import Arrays, Signal

REFIT: Final = "fit the model again with: tigertail fit DATASET MODEL"


class LazySignals(Mapping[str, Signal]):
    """The signals of a generation, by name.

    Parameters
    ----------
    folder
        The generation's folder, with one folder of arrays a signal.
    settings
        Settings of each signal.
    checksums
        SHA-256 of every file, by POSIX path relative to ``folder``.

    Raises
    ------
    ModelError
        If a file is missing; and when a signal is first asked for, if one of its files was altered.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any], checksums: Mapping[str, str]) -> None:
        self._settings = settings
        self._loaded: dict[str, Signal] = {}
        self._lock = RLock()  # the mixture asks for its parts
        self._files: dict[str, dict[str, tuple[BufferedReader, str]]] = {name: {} for name in settings}
        for path, digest in checksums.items():
            name, _, array = path.partition("/")
            if name in settings and array.endswith(".npy"):
                self._files[name][array.removesuffix(".npy")] = opened(folder / path), digest

    def __getitem__(self, name: str) -> Signal:
        """Return a signal, checked and read if it was not yet."""
        with self._lock:
            return self._load(name)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as a plain dictionary, which reads every signal."""
        return dict, ({name: self[name] for name in self},)

    def _load(self, name: str) -> Signal:
        if name not in self._loaded:
            arrays: Arrays = {}
            for array, (file, digest) in self._files[name].items():
                check(file, digest)
                arrays[array] = _mapped(file)
            settings = self._settings[name]
            if name == MIXTURE:  # made of the others
                self._loaded[name] = Mixture.from_arrays(arrays, settings, self)
            else:
                self._loaded[name] = SIGNALS[name].signal_class.from_arrays(arrays, settings)
            for file, _ in self._files.pop(name).values():
                file.close()
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self._settings)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._settings)

    def __contains__(self, name: object) -> bool:
        """Say whether there is a signal of that name, without reading it."""
        return name in self._settings


def verify_files(folder: Path, checksums: Mapping[str, str]) -> None:
    """Refuse a generation of which a file is missing or is not what was written.

    Raises
    ------
    ModelError
        If there is one.
    """
    for name, digest in checksums.items():
        with opened(folder / name) as file:
            check(file, digest)


def copy_files(source: Path, target: Path, checksums: Mapping[str, str]) -> None:
    """Copy a generation's files, and check the copies.

    Raises
    ------
    ModelError
        As :func:`verify_files` does.
    """
    for name in checksums:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        with opened(source / name) as file, (target / name).open("wb") as copy:
            shutil.copyfileobj(file, copy, 2**20)
    verify_files(target, checksums)


def opened(path: Path) -> BufferedReader:
    """Open a file of a model.

    Raises
    ------
    ModelError
        If it is missing.
    """
    try:
        return path.open("rb")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise ModelError("a file of the model is missing", path=path, remedy=REFIT) from None


def check(file: BufferedReader, digest: str) -> None:
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


def _mapped(file: BufferedReader) -> np.memmap[Any, np.dtype[Any]]:
    """Map an open array into memory."""
    np.lib.format.read_magic(file)
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(file)
    order: Any = "F" if fortran else "C"
    return np.memmap(file, dtype, "r", file.tell(), shape, order)
