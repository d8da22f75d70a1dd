"""Sparse matrices in rows, with 64-bit offsets: such as who listened to what, and the other way round."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tigertail.kernels import njit, one_query_in_numpy

if TYPE_CHECKING:
    from scipy import sparse


@dataclass(frozen=True, eq=False)
class CSR:
    """A sparse matrix stored row by row.

    Parameters
    ----------
    indptr
        Where each row begins in ``indices`` and ``data``, and where the last ends; int64, ``rows + 1``.
    indices
        Column of each entry, ascending within a row; int32.
    data
        Value of each entry; float32.
    shape
        Number of rows and of columns.

    Examples
    --------
    >>> plays = CSR.from_coo([0, 0, 1], [2, 0, 2], [5, 1, 3], shape=(2, 3))
    >>> plays.row(0)
    (array([0, 2], dtype=int32), array([1., 5.], dtype=float32))
    >>> plays.transpose().row(2)
    (array([0, 1], dtype=int32), array([5., 3.], dtype=float32))
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    data: NDArray[np.float32]
    shape: tuple[int, int]

    @classmethod
    def from_coo(cls, rows: ArrayLike, columns: ArrayLike, values: ArrayLike, shape: tuple[int, int]) -> Self:
        """Build a matrix from triplets in any order.

        No cell may come twice, unless the caller adds its entries up: they lie side by side, in their order.

        Parameters
        ----------
        rows, columns, values
            The entries' rows, columns and values, as many of each.
        shape
            Number of rows and of columns.

        Raises
        ------
        ValueError
            If an entry lies outside ``shape``, or there are not as many rows, columns and values.
        """
        row, column, value = np.asarray(rows), np.asarray(columns), np.asarray(values, np.float32)
        if not len(row) == len(column) == len(value):  # a kernel would read beyond the shortest
            raise ValueError(
                f"{len(row)} rows, {len(column)} columns and {len(value)} values are no triplets"
            )
        for codes, size in ((row, shape[0]), (column, shape[1])):  # before narrower ones could wrap around
            if len(codes) and (codes.min() < 0 or codes.max() >= size):
                raise ValueError(f"an entry lies outside the matrix of {shape[0]} x {shape[1]}")
        # Two stable counting sorts, by column and then by row, leave each row's columns ascending.
        row, column = row.astype(np.int32, copy=False), column.astype(np.int32, copy=False)
        _, order_rows, order_values, order_columns = _scatter(column, row, value, shape[1])
        indptr, indices, data, _ = _scatter(order_rows, order_columns, order_values, shape[0])
        return cls(indptr, indices, data, shape)

    @property
    def nnz(self) -> int:
        """Number of stored entries."""
        return len(self.indices)

    @classmethod
    def from_scipy(cls, matrix: sparse.csr_array) -> Self:
        """Take over a SciPy matrix in rows without duplicates; the columns of its rows are sorted in place."""
        matrix.sort_indices()
        return cls(
            matrix.indptr.astype(np.int64, copy=False),
            matrix.indices.astype(np.int32, copy=False),
            matrix.data.astype(np.float32, copy=False),
            matrix.shape,
        )

    @classmethod
    def of(cls, matrix: CSR | sparse.sparray | sparse.spmatrix) -> CSR:
        """Return a matrix as ours: itself, or a copy of SciPy's, in any layout, entries of one cell added up."""
        if isinstance(matrix, CSR):
            return matrix
        from scipy import sparse

        rows = sparse.csr_array(matrix, copy=True)
        rows.sum_duplicates()
        return cls.from_scipy(rows)

    def to_scipy(self) -> sparse.csr_array:
        """Return the matrix as SciPy's, with the same values; columns are copied, to SciPy's one type of index."""
        from scipy import sparse

        return sparse.csr_array((self.data, self.indices, self.indptr), shape=self.shape)

    def to_arrays(self, prefix: str = "") -> dict[str, NDArray[np.generic]]:
        """Return the arrays to write to disk, named as SciPy names them after a prefix."""
        return {f"{prefix}indptr": self.indptr, f"{prefix}indices": self.indices, f"{prefix}data": self.data}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any], columns: int, prefix: str = "") -> Self:
        """Return the matrix that :meth:`to_arrays` took apart, with its number of columns."""
        indptr = arrays[f"{prefix}indptr"]
        return cls(indptr, arrays[f"{prefix}indices"], arrays[f"{prefix}data"], (len(indptr) - 1, columns))

    @property
    def row_sizes(self) -> NDArray[np.int64]:
        """Number of entries of each row."""
        return np.diff(self.indptr)

    def row(self, row: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return the columns and values of one row, as views."""
        span = slice(self.indptr[row], self.indptr[row + 1])
        return self.indices[span], self.data[span]

    def rows(self, some: slice) -> CSR:
        """Return the matrix of the rows from ``some.start`` to before ``some.stop``, as views of the entries."""
        indptr = self.indptr[some.start : some.stop + 1]
        entries = slice(indptr[0], indptr[-1])
        return CSR(
            indptr - indptr[0], self.indices[entries], self.data[entries], (len(indptr) - 1, self.shape[1])
        )

    def at(self, row: int, columns: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the values of some columns of one row, 0 where it has no entry; float32, (columns,)."""
        there, values = self.row(row)
        if not len(there):
            return np.zeros(len(columns), np.float32)
        place = there.searchsorted(columns)  # those of a row are ascending
        return np.where(
            there.take(place, mode="clip") == columns, values.take(place, mode="clip"), np.float32(0)
        )

    def entry_rows(self) -> NDArray[np.int32]:
        """Return the row of each entry."""
        return np.repeat(np.arange(self.shape[0], dtype=np.int32), self.row_sizes)

    def transpose(self) -> CSR:
        """Return the transposed matrix: its columns become rows."""
        scatter = _numpy_scatter if one_query_in_numpy(1) else _scatter  # a single query may need it
        indptr, indices, data, _ = scatter(self.indices, self.entry_rows(), self.data, self.shape[1])
        return CSR(indptr, indices, data, (self.shape[1], self.shape[0]))

    def select_rows(self, rows: NDArray[np.integer]) -> CSR:
        """Return the matrix of some rows, from 0, in the order given."""
        sizes = self.indptr[rows + 1] - self.indptr[rows]  # of these rows alone: there may be millions
        indptr = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        entry = np.arange(indptr[-1]) + np.repeat(self.indptr[rows] - indptr[:-1], sizes)
        return CSR(indptr, self.indices[entry], self.data[entry], (len(sizes), self.shape[1]))

    def with_data(self, data: NDArray[np.float32]) -> CSR:
        """Return a matrix with the same entries and other values."""
        return CSR(self.indptr, self.indices, np.ascontiguousarray(data, np.float32), self.shape)


def _numpy_scatter(
    keys: NDArray[np.int32], others: NDArray[np.int32], values: NDArray[np.float32], size: int
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32], NDArray[np.int32]]:
    """Do what :func:`_scatter` does, of fewer than 2^32 entries."""
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
