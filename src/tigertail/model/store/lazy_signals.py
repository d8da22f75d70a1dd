"""Signals on disk that are checked and mapped into memory when they are first used.

The files are opened at once, so that a model that is replaced meanwhile can still be used; but a query of one signal
does not wait for the checksums of the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import BufferedReader
from pathlib import Path
from threading import RLock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tigertail.model.registry import signal_from_arrays
from tigertail.model.store.checksums import open_file, verify_file
from tigertail.signals.contract import Arrays, Signal


class _OpenFile(NamedTuple):
    file: BufferedReader
    digest: str
    """SHA-256 that its content must have."""


class LazySignals(Mapping[str, Signal]):
    """The signals of a generation (a saved version of the model's files), by name.

    Parameters
    ----------
    folder
        The generation's folder, with one folder of arrays per signal.
    settings
        Settings of each signal.
    checksums
        SHA-256 of every file, by POSIX path relative to ``folder``.

    Raises
    ------
    ModelError
        If a file is missing or cannot be read; and when a signal is first used, if one of its files was altered or
        this installation does not have that signal.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any], checksums: Mapping[str, str]) -> None:
        self._settings = settings
        self._loaded: dict[str, Signal] = {}
        self._lock = RLock()  # re-entrant: loading the mixture loads its parts through this mapping
        self._files: dict[str, dict[str, _OpenFile]] = {name: {} for name in settings}
        for path, digest in checksums.items():
            name, _, array = path.partition("/")
            if name in settings and array.endswith(".npy"):
                self._files[name][array.removesuffix(".npy")] = _OpenFile(open_file(folder / path), digest)

    def __getitem__(self, name: str) -> Signal:
        """Return a signal, checked and mapped if it was not yet."""
        # Without the lock, which another thread holds while it checks another signal.
        if name in self._loaded:
            return self._loaded[name]
        with self._lock:
            return self._load(name)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as a plain dictionary, which loads every signal."""
        return dict, ({name: self[name] for name in self},)

    def _load(self, name: str) -> Signal:
        if name not in self._loaded:
            arrays: Arrays = {}
            for array, opened in self._files[name].items():
                verify_file(opened.file, opened.digest)
                arrays[array] = _mapped(opened.file)
            self._loaded[name] = signal_from_arrays(name, arrays, self._settings[name], self)
            for opened in self._files.pop(name).values():
                opened.file.close()
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self._settings)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._settings)

    def __contains__(self, name: object) -> bool:
        """Return whether there is a signal of that name, without loading it."""
        return name in self._settings


def _mapped(file: BufferedReader) -> NDArray[Any]:
    """Map an open array into memory.

    It is a plain array: each slice of a ``memmap`` costs ten times as much.
    """
    np.lib.format.read_magic(file)
    # np.save writes version 1.0 of all but arrays with named fields, of which a signal has none.
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(file)
    order: Any = "F" if fortran else "C"
    return np.asarray(np.memmap(file, dtype, "r", file.tell(), shape, order))
