"""Sparse matrices in rows, with 64-bit offsets: who listened to what, and the other way round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tigertail.kernels import njit, plain

_SORTED: Final = 35  # elements met by NumPy, as time goes, for each entry that it sorts


@dataclass(frozen=True, eq=False)
class CSR:
    """A sparse matrix stored row by row.

    Parameters
    ----------
    offsets
        Where each row begins in ``indices`` and ``values``, and where the last ends; int64, ``rows + 1``.
    indices
        Column of each entry, rising within a row; int32.
    values
        Value of each entry; float32.
    columns
        Number of columns.

    Examples
    --------
    >>> plays = CSR.build([0, 0, 1], [2, 0, 2], [5, 1, 3], shape=(2, 3))
    >>> plays.row(0)
    (array([0, 2], dtype=int32), array([1., 5.], dtype=float32))
    >>> plays.transposed().row(2)
    (array([0, 1], dtype=int32), array([5., 3.], dtype=float32))
    """

    offsets: NDArray[np.int64]
    indices: NDArray[np.int32]
    values: NDArray[np.float32]
    columns: int

    @classmethod
    def build(cls, rows: ArrayLike, columns: ArrayLike, values: ArrayLike, shape: tuple[int, int]) -> Self:
        """Build a matrix from triplets in any order; entries of one cell must not repeat.

        Parameters
        ----------
        rows, columns, values
            The entries' rows, columns and values, each of one length.
        shape
            Number of rows and of columns.

        Raises
        ------
        ValueError
            If an entry lies outside ``shape``.
        """
        row = np.asarray(rows, np.int32)
        column = np.asarray(columns, np.int32)
        value = np.asarray(values, np.float32)
        for codes, size in ((row, shape[0]), (column, shape[1])):
            if len(codes) and (codes.min() < 0 or codes.max() >= size):
                raise ValueError(f"an entry lies outside the matrix of {shape[0]} x {shape[1]}")
        # Two stable counting sorts, by column and then by row, leave each row's columns rising.
        _, order_rows, order_values, order_columns = _scatter(column, row, value, shape[1])
        offsets, indices, values_, _ = _scatter(order_rows, order_columns, order_values, shape[0])
        return cls(offsets, indices, values_, shape[1])

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.offsets) - 1

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and of columns."""
        return self.rows, self.columns

    @property
    def entries(self) -> int:
        """Number of stored entries."""
        return len(self.indices)

    @property
    def row_sizes(self) -> NDArray[np.int64]:
        """Number of entries of each row."""
        return np.diff(self.offsets)

    def row(self, row: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return the columns and values of one row, as views."""
        span = slice(self.offsets[row], self.offsets[row + 1])
        return self.indices[span], self.values[span]

    def row_of_entries(self) -> NDArray[np.int32]:
        """Return the row of each entry."""
        return np.repeat(np.arange(self.rows, dtype=np.int32), self.row_sizes)

    def transposed(self) -> CSR:
        """Return the matrix turned over: its columns become rows."""
        scatter = _plain_scatter if plain(1, _SORTED * self.entries) else _scatter
        offsets, indices, values, _ = scatter(self.indices, self.row_of_entries(), self.values, self.columns)
        return CSR(offsets, indices, values, self.rows)

    def select_rows(self, rows: NDArray[np.integer]) -> CSR:
        """Return the matrix of some rows, in the order given."""
        sizes = self.row_sizes[rows]
        offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        entry = np.arange(offsets[-1]) + np.repeat(self.offsets[rows] - offsets[:-1], sizes)
        return CSR(offsets, self.indices[entry], self.values[entry], self.columns)

    def with_values(self, values: NDArray[np.float32]) -> CSR:
        """Return a matrix with the same entries and other values."""
        return CSR(self.offsets, self.indices, np.ascontiguousarray(values, np.float32), self.columns)


def _plain_scatter(
    keys: NDArray[np.int32], others: NDArray[np.int32], values: NDArray[np.float32], size: int
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32], NDArray[np.int32]]:
    """Do as :func:`_scatter`."""
    offsets = np.zeros(size + 1, np.int64)
    np.cumsum(np.bincount(keys, minlength=size), out=offsets[1:])
    # Keys with their places behind them are all different, so that NumPy's fastest sort will do.
    order = np.sort((keys.astype(np.int64) << 32) | np.arange(len(keys))) & 0xFFFF_FFFF
    return offsets, others[order], np.asarray(values[order], np.float32), np.asarray(keys[order])


@njit(cache=True)
def _scatter(  # type: ignore[no-untyped-def]
    keys, others, values, size
):  # pragma: no cover - compiled
    """Sort entries by ``keys`` (a stable counting sort); return offsets, others, values and keys."""
    offsets = np.zeros(size + 1, np.int64)
    for key in keys:
        offsets[key + 1] += 1
    for k in range(size):
        offsets[k + 1] += offsets[k]
    place = offsets[:-1].copy()
    sorted_others = np.empty(len(others), np.int32)
    sorted_values = np.empty(len(values), np.float32)
    sorted_keys = np.empty(len(keys), np.int32)
    for e in range(len(keys)):
        to = place[keys[e]]
        place[keys[e]] += 1
        sorted_others[to] = others[e]
        sorted_values[to] = values[e]
        sorted_keys[to] = keys[e]
    return offsets, sorted_others, sorted_values, sorted_keys
