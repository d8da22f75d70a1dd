"""Large arrays in temporary files: a fit holds little of what it made and needs again only at its end.

The files have no names, so that nothing is left behind however a process ends. They lie where temporary files do
(``TMPDIR``); the system reads from them what is asked for, and may forget it again.
"""

from __future__ import annotations

import json
import mmap
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

from tigertail.storage import full_disk

SPILLED_FROM: Final = 2**26  # bytes; smaller arrays stay in memory

_Array = NDArray[Any]


class Growing:
    """An array to whose end blocks are added; beyond a size it is in a temporary file.

    Examples
    --------
    >>> squares = Growing()
    >>> squares.add(np.array([1, 4]))
    >>> squares.add(np.array([9]))
    >>> squares.whole()
    array([1, 4, 9])
    """

    def __init__(self) -> None:
        self._held: list[_Array] = []
        self._bytes = 0
        self._sizes: list[int] = []
        self._file: BinaryIO | None = None

    def add(self, block: _Array) -> None:
        """Add rows, of the type and shape that the others have.

        Raises
        ------
        TigertailError
            If the disk is full.
        """
        self._held.append(block)
        self._bytes += block.nbytes
        self._sizes.append(len(block))
        if self._bytes >= SPILLED_FROM:
            self._write()

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of its numbers."""
        return self._held[-1].dtype

    def whole(self) -> _Array:
        """Return all rows; what lies in a file cannot be written to."""
        if self._file is None:
            return np.concatenate(self._held)
        last = self._held[-1]
        self._write()
        return np.asarray(np.memmap(self._file, last.dtype, "r", shape=(sum(self._sizes), *last.shape[1:])))

    def blocks(self) -> Iterator[_Array]:
        """Return the blocks one after the other; what is read of a file is not held."""
        if self._file is None:
            yield from self._held
            return
        last = self._held[-1]
        self._write()
        self._file.seek(0)
        for size in self._sizes:
            block = np.empty((size, *last.shape[1:]), last.dtype)
            self._file.readinto(block.data)  # type: ignore[attr-defined]
            yield block

    def _write(self) -> None:
        with full_disk(Path(tempfile.gettempdir())):
            if self._file is None:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it stays open as long as this
            for block in self._held:
                self._file.write(np.ascontiguousarray(block).data)
            self._file.flush()
        self._held = [self._held[-1][:0]]  # which knows type and shape


def spilled(array: _Array) -> _Array:
    """Return an array as it is, or, where it is large, as one in a temporary file.

    Raises
    ------
    TigertailError
        If the disk is full.
    """
    return array if array.nbytes < SPILLED_FROM or _map_of(array) else joined([array])


def joined(blocks: Iterable[_Array]) -> _Array:
    """Return blocks one after the other, in memory, or, where they are large together, in a temporary file.

    Raises
    ------
    TigertailError
        If the disk is full.
    """
    growing = Growing()
    for block in blocks:
        growing.add(block)
    return growing.whole()


def scratch(size: int, dtype: DTypeLike) -> _Array:
    """Return an array to be filled, in memory, or, where it is large, in a temporary file.

    Parameters
    ----------
    size
        How many numbers.
    dtype
        Their type.
    """
    if size * np.dtype(dtype).itemsize < SPILLED_FROM:
        return np.empty(size, dtype)
    with tempfile.TemporaryFile() as file:
        return np.asarray(np.memmap(file, dtype, "w+", shape=size))


def forget(array: _Array) -> None:
    """Let go of the memory that what was read of an array, or written, takes; its file keeps it."""
    mapped = _map_of(array)
    if mapped is not None and hasattr(mapped, "madvise"):  # not every system has it
        mapped.madvise(mmap.MADV_DONTNEED)


class Kept(Protocol):
    """What can be taken apart into arrays and settings, and made of them again."""

    def to_arrays(self) -> tuple[dict[str, _Array], dict[str, Any]]:
        """Return the arrays, by name, and the settings, which JSON can hold."""

    @classmethod
    def from_arrays(cls, arrays: dict[str, _Array], settings: dict[str, Any]) -> Self:
        """Make it of what :meth:`to_arrays` returned."""


_Kept = TypeVar("_Kept", bound=Kept)


def with_spilled_arrays(whole: _Kept) -> _Kept:
    """Return something whose arrays are spilled where they are large: made of them, as if it had been kept on disk.

    Raises
    ------
    TigertailError
        If the disk is full.
    """
    arrays, settings = whole.to_arrays()
    if all(array.nbytes < SPILLED_FROM for array in arrays.values()):
        return whole
    on_disk = {name: spilled(array) for name, array in arrays.items()}
    return type(whole).from_arrays(on_disk, json.loads(json.dumps(settings)))


def _map_of(array: Any) -> mmap.mmap | None:
    """Return the map of the file that an array lies in; None where it is in memory."""
    while array is not None and not isinstance(array, mmap.mmap):
        array = getattr(array, "base", None)
    return array
