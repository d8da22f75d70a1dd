"""Large arrays in temporary files: a fit holds little of what it made and needs again only at its end.

The files have no names, so that nothing is left behind however a process ends. They lie where temporary files do
(``TMPDIR``); the system reads from them what is asked for, and may forget it again.
"""

from __future__ import annotations

import mmap
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import DTypeLike, NDArray

from tigertail.errors import TigertailError
from tigertail.storage import full_disk

SPILLED_FROM: Final = 2**26  # bytes; smaller arrays stay in memory

_Array = NDArray[Any]


class Growing:
    """An array to whose end blocks are added; beyond a size it is in a temporary file.

    Parameters
    ----------
    dtype
        Type of the numbers.
    row
        Shape of a row; none for single numbers.

    Examples
    --------
    >>> squares = Growing(np.int64)
    >>> squares.add(np.array([1, 4]))
    >>> squares.add(np.array([9]))
    >>> squares.whole()
    array([1, 4, 9])
    """

    def __init__(self, dtype: DTypeLike, row: tuple[int, ...] = ()) -> None:
        self.dtype = np.dtype(dtype)
        self._row = row
        self._sizes: list[int] = []  # rows of each block
        self._held: list[_Array] = []  # all blocks, or none where there is a file
        self._bytes = 0  # of all blocks
        self._file: BinaryIO | None = None

    def add(self, block: _Array) -> None:
        """Add rows; nobody may change them any more.

        Raises
        ------
        ValueError
            If they are of another type or shape.
        TigertailError
            If the disk is full, or no folder for temporary files can be written to.
        """
        if block.dtype != self.dtype or block.shape[1:] != self._row:
            raise ValueError(
                f"rows of {block.dtype} {block.shape[1:]} do not follow rows of {self.dtype} {self._row}"
            )
        self._sizes.append(len(block))
        self._held.append(block)
        self._bytes += block.nbytes
        if self._bytes >= SPILLED_FROM:
            self._write()

    def whole(self) -> _Array:
        """Return all rows; what lies in a file cannot be written to."""
        if self._file is None:
            return np.concatenate([np.empty((0, *self._row), self.dtype), *self._held])
        return np.asarray(np.memmap(self._file, self.dtype, "r", shape=(sum(self._sizes), *self._row)))

    def blocks(self) -> Iterator[_Array]:
        """Return the blocks one after the other, those that come meanwhile too; what is read of a file is not held."""
        begin = 0
        for number, size in enumerate(self._sizes):
            block = self._held[number] if self._file is None else self._read(begin, size)
            begin += block.nbytes
            yield block

    def _read(self, begin: int, size: int) -> _Array:
        assert self._file is not None
        block = np.empty((size, *self._row), self.dtype)
        self._file.seek(begin)
        if self._file.readinto(block.data) != block.nbytes:  # type: ignore[attr-defined]
            raise OSError("a temporary file was cut short")
        return block

    def _write(self) -> None:
        """Move what is held to the file."""
        with _room():
            if self._file is None:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it stays open as long as this
            self._file.seek(0, os.SEEK_END)
            for block in self._held:
                self._file.write(np.ascontiguousarray(block).data)
            self._file.flush()
        self._held.clear()


def spilled(array: _Array) -> _Array:
    """Return an array as it is, or, where it is large, as one in a temporary file.

    Raises
    ------
    TigertailError
        If the disk is full, or no folder for temporary files can be written to.
    """
    return array if array.nbytes < SPILLED_FROM or _map_of(array) else joined([array])


def joined(blocks: Sequence[_Array]) -> _Array:
    """Return one or more blocks one after the other: in memory, or, where they are large together, in a temporary file.

    Raises
    ------
    TigertailError
        If the disk is full, or no folder for temporary files can be written to.
    """
    first, *others = blocks
    growing = Growing(first.dtype, first.shape[1:])
    for block in (first, *others):
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

    Raises
    ------
    TigertailError
        If the disk is full, or no folder for temporary files can be written to.
    """
    needed = size * np.dtype(dtype).itemsize
    if needed < SPILLED_FROM:
        return np.empty(size, dtype)
    with _room(), tempfile.TemporaryFile() as file:
        if hasattr(os, "posix_fallocate"):  # else a full disk would end the process when the array is filled
            os.posix_fallocate(file.fileno(), 0, needed)
        return np.asarray(np.memmap(file, dtype, "w+", shape=size))


def forget(array: _Array) -> None:
    """Let go of the memory that what was read of an array, or written, takes; its file keeps it."""
    mapped = _map_of(array)
    if mapped is not None and hasattr(mapped, "madvise"):  # not every system has it
        mapped.madvise(mmap.MADV_DONTNEED)


@contextmanager
def _room() -> Iterator[None]:
    """Say so where there is no room for temporary files."""
    try:
        folder = Path(tempfile.gettempdir())
    except FileNotFoundError as error:
        # It tries to write; where every disk is full, it says no more than this.
        raise TigertailError(
            "no folder for temporary files can be written to",
            remedy="free some space, or name a folder that can be written to in TMPDIR, and run it again",
        ) from error
    with full_disk(
        folder, remedy="free some space, or name a folder on another disk in TMPDIR, and run it again"
    ):
        yield


def _map_of(array: Any) -> mmap.mmap | None:
    """Return the map of the file that an array lies in; None where it is in memory."""
    while array is not None and not isinstance(array, mmap.mmap):
        array = getattr(array, "base", None)
    return array
