"""Item codes of a larger catalogue: arrays moved to them.

Item codes run from the most popular item down, so that new listening changes codes, and arrays of a fitted signal must
be reordered. A signal that is :class:`~tigertail.signals.contract.Reindexable` needs no new fit; new items are unknown
to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tigertail.sparse import CSR


@dataclass(frozen=True, eq=False)
class ItemRemap:
    """The new code of each item, and arrays and matrices moved there.

    Parameters
    ----------
    new_code
        New code of each old one, all distinct; int32, (old items,).
    n_items
        Number of items of the larger catalogue, all old ones among them.
    """

    new_code: NDArray[np.int32]
    n_items: int

    def move(self, values: NDArray[Any], fill: Any = 0) -> NDArray[Any]:
        """Return an array of items in the new order, ``fill`` for new ones.

        Examples
        --------
        >>> ItemRemap(np.array([2, 0], np.int32), 3).move(np.array([5, 6]))
        array([6, 0, 5])
        """
        out = np.full((self.n_items, *values.shape[1:]), fill, values.dtype)
        out[self.new_code] = values
        return out

    def move_rows(self, matrix: CSR) -> tuple[CSR, NDArray[np.int64]]:
        """Return a matrix of items by something else, (old items, n) to (items, n), and the old place of each entry.

        The places, int64, (entries,), reorder arrays parallel to ``data``.
        """
        sizes = self.move(matrix.row_sizes)
        begins = self.move(matrix.indptr[:-1])
        indptr = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        entry = np.arange(indptr[-1]) + np.repeat(begins - indptr[:-1], sizes)
        return CSR(indptr, matrix.indices[entry], matrix.data[entry], (self.n_items, matrix.shape[1])), entry

    def move_columns(self, matrix: CSR) -> CSR:
        """Return a matrix of something else by items; (n, old items) becomes (n, items)."""
        return CSR.from_coo(
            matrix.entry_rows(), self.new_code[matrix.indices], matrix.data, (matrix.shape[0], self.n_items)
        )

    def move_both(self, matrix: CSR) -> CSR:
        """Return a matrix of items by items; (old items, old items) becomes (items, items).

        Examples
        --------
        >>> chain = CSR.from_coo([0, 1], [1, 0], [0.5, 0.25], shape=(2, 2))
        >>> ItemRemap(np.array([2, 0], np.int32), 3).move_both(chain).row(2)
        (array([0], dtype=int32), array([0.5], dtype=float32))
        """
        return self.move_columns(self.move_rows(matrix)[0])
